import { describe, expect, it } from 'vitest';
import { PATIENCE_MS, whileHeld } from '../../src/core/patience.ts';

const held = (code: string) => Object.assign(new Error(code), { code });
const failing = (code: string) => Promise.reject(held(code));

describe('somebody else holds a file', () => {
  it.each(['EBUSY', 'EPERM', 'EACCES', 'ENOTEMPTY'])('%s for a moment is waited out', async (code) => {
    const pauses: number[] = [];
    const work = () => (pauses.length < 3 ? failing(code) : 'done');
    expect(await whileHeld(work, async (ms) => pauses.push(ms))).toBe('done');
    expect(pauses).toEqual([10, 20, 40]);
  });

  it('for long: after PATIENCE_MS it is told as it is', async () => {
    let waitedMs = 0;
    const waiting = whileHeld(
      () => failing('EBUSY'),
      async (ms) => (waitedMs += ms),
    );
    await expect(waiting).rejects.toThrow('EBUSY');
    expect(PATIENCE_MS).toBe(2_000);
    expect(waitedMs).toBeGreaterThanOrEqual(PATIENCE_MS);
    expect(waitedMs).toBeLessThan(PATIENCE_MS + 200);
  });

  it('any other trouble is told at once', async () => {
    const nobodyWaits = () => Promise.reject(new Error('waited'));
    await expect(whileHeld(() => failing('ENOSPC'), nobodyWaits)).rejects.toThrow('ENOSPC');
  });
});
