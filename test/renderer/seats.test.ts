/** Seats of a class and bells of a lesson: what a teacher sets by hand. */
import { describe, expect, test } from 'vitest';
import type { MemberId } from '../../src/core/ids.ts';
import { BELL_MINUTES_MAX, bellAtOf } from '../../src/renderer/lesson/collecting.ts';
import { besideBy, moved, seatsFor, seatsInOrder, SEATS_SIDE_MAX, sizeOf } from '../../src/renderer/lesson/seats.ts';

const ids = (count: number) => Array.from({ length: count }, (_, at) => `m${at}` as MemberId);
const [a, b, c] = ids(3) as [MemberId, MemberId, MemberId];

describe('seats', () => {
  test('kept ones stay, newcomers get the first free ones, nobody shares one', () => {
    const seats = seatsFor([a, b, c], { [b]: { row: 0, column: 0 }, [c]: { row: 0, column: 0 } });
    expect(Object.fromEntries(seats)).toEqual({ [b]: { row: 0, column: 0 }, [a]: { row: 0, column: 1 }, [c]: { row: 0, column: 2 } }); // prettier-ignore
  });

  test('a whole list in order fills rows; even four hundred have a place or none, never a wrong one', () => {
    expect(sizeOf(Object.values(seatsInOrder(ids(30))))).toEqual({ rows: 5, columns: 6 });
    const many = seatsFor(ids(400), {});
    expect(many.size).toBeLessThanOrEqual(SEATS_SIDE_MAX ** 2);
    const { rows, columns } = sizeOf([...many.values()]);
    expect(Math.max(rows, columns)).toBeLessThanOrEqual(SEATS_SIDE_MAX);
  });

  test('who is put on somebody’s seat changes places with him; outside the room nothing moves', () => {
    const seats = seatsFor([a, b], {});
    const next = moved(seats, a, { row: 0, column: 1 });
    expect([next.get(a), next.get(b)]).toEqual([
      { row: 0, column: 1 },
      { row: 0, column: 0 },
    ]);
    expect(moved(seats, a, { row: -1, column: 0 })).toBe(seats);
    expect(moved(seats, a, { row: SEATS_SIDE_MAX, column: 0 })).toBe(seats);
    expect(moved(seats, a, { row: 0, column: 0 })).toBe(seats);
  });

  test('arrow keys mean the seats beside, other keys none; odd kept seats are no seats', () => {
    expect(besideBy({ row: 2, column: 2 }, 'ArrowUp')).toEqual({ row: 1, column: 2 });
    expect(besideBy({ row: 2, column: 2 }, 'ArrowRight')).toEqual({ row: 2, column: 3 });
    expect(besideBy({ row: 2, column: 2 }, 'Enter')).toBeNull();
    expect(seatsFor([a], { [a]: { row: 0.5, column: 99 } }).get(a)).toEqual({ row: 0, column: 0 });
  });
});

describe('a bell', () => {
  const noon = new Date(2026, 10, 12, 12, 0).getTime();
  const bell = { kind: 'minutes', minutes: 5, time: '12:30' } as const;

  test('rings by the hub’s clock: in minutes, or at a time of this computer', () => {
    expect(bellAtOf({ ...bell, kind: 'none' }, noon, 0)).toBeNull();
    expect(bellAtOf(bell, noon, 0)).toBe(noon + 5 * 60_000);
    expect(bellAtOf({ ...bell, kind: 'at' }, noon, 0)).toBe(noon + 30 * 60_000);
    // The hub is an hour ahead: what this computer calls 12:30 is 13:30 there.
    const offset = 60 * 60_000;
    expect(bellAtOf({ ...bell, kind: 'at' }, noon + offset, offset)).toBe(noon + 30 * 60_000 + offset);
  });

  test('BELL_MINUTES_MAX, and times that have passed', () => {
    for (const minutes of [0, -1, 1.5, Number.NaN, BELL_MINUTES_MAX + 1])
      expect(bellAtOf({ ...bell, minutes }, noon, 0)).toBe('badMinutes');
    expect(bellAtOf({ ...bell, minutes: BELL_MINUTES_MAX }, noon, 0)).toBe(noon + BELL_MINUTES_MAX * 60_000);
    expect(bellAtOf({ ...bell, kind: 'at', time: '11:59' }, noon, 0)).toBe('badBell');
  });
});
