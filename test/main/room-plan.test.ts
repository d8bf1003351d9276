import { describe, expect, it } from 'vitest';
import type { Sha256 } from '../../src/core/ids.ts';
import { roomPlan } from '../../src/main/room-plan.ts';

const old = (...sizes: number[]) => sizes.map((sizeBytes, index) => ({ sha256: `old-${index}` as Sha256, sizeBytes }));
const plan = (inQuota: number, overFloor: number, ...sizes: number[]) => {
  const asked = { times: 0 };
  return { asked, ...roomPlan({ inQuota, overFloor, mayGo: () => ((asked.times += 1), old(...sizes)) }) };
};

describe('a plan of room', () => {
  it('fills what is free, and lets nothing go for it', () => {
    const { take, go, asked } = plan(10, 20, 5);
    expect([take(6, false), take(4, true), take(1, false)]).toEqual([true, true, false]);
    expect([go, asked.times]).toEqual([[], 0]);
  });

  it('lets go of the first, no more than is needed, and asks once what may go', () => {
    const { take, go, asked } = plan(0, Infinity, 3, 3, 3, 3);
    expect([take(4, true), take(2, true), take(1, true)]).toEqual([true, true, true]);
    expect(go).toEqual(['old-0', 'old-1', 'old-2']);
    expect(asked.times).toBe(1);
  });

  it('lets nothing go for a file that would still have no room; a smaller one after it may', () => {
    const { take, go } = plan(0, Infinity, 3, 3);
    expect([take(7, true), take(3, true)]).toEqual([false, true]);
    expect(go).toEqual(['old-0']);
  });

  it('where others have filled the disk, a file takes the place of as much', () => {
    const { take, go } = plan(Infinity, -100, 3, 3, 3);
    expect([take(3, true), take(3, true), take(3, false)]).toEqual([true, true, false]);
    expect(go).toEqual(['old-0', 'old-1']);
  });

  it('nothing at all, where there is too much: all that may go, as far as it helps', () => {
    const few = plan(-7, Infinity, 3, 3);
    few.take(0, true);
    expect(few.go).toHaveLength(2);
    const enough = plan(-4, Infinity, 3, 3, 3);
    enough.take(0, true);
    expect(enough.go).toHaveLength(2);
    const full = plan(Infinity, -4, 3);
    full.take(0, true);
    expect(full.go).toEqual([]);
  });
});
