import { describe, expect, it } from 'vitest';
import { patiently, PATIENCE_MS } from '../../src/main/patient-fs.ts';

const held = (code: string) => Object.assign(new Error(code), { code });

describe('somebody else holds a file', () => {
  it.each(['EBUSY', 'EPERM', 'EACCES', 'ENOTEMPTY'])('%s for a moment is waited out', async (code) => {
    let tries = 0;
    const work = () => ((tries += 1) < 4 ? Promise.reject(held(code)) : Promise.resolve('done'));
    expect(await patiently(work)).toBe('done');
    expect(tries).toBe(4);
  });

  it('for long: it is told as it is', async () => {
    expect(PATIENCE_MS).toBe(2_000);
    let tries = 0;
    await expect(patiently(() => ((tries += 1), Promise.reject(held('EBUSY'))), 25)).rejects.toThrow('EBUSY');
    expect(tries).toBeGreaterThan(1);
  });

  it('any other trouble is told at once', async () => {
    let tries = 0;
    await expect(patiently(() => ((tries += 1), Promise.reject(held('ENOSPC'))))).rejects.toThrow('ENOSPC');
    expect(tries).toBe(1);
  });
});
