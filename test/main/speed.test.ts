import { describe, expect, it } from 'vitest';
import { SPEED_MEASURED_MS, SPEED_WINDOW_MS, SpeedWindow, timeLeft } from '../../src/main/speed.ts';

/** So many bytes a second, noted ten times a second, from a time up to another. */
function flow(speed: SpeedWindow, bytesPerSecond: number, fromMs: number, toMs: number, startBytes = 0): number {
  let bytes = startBytes;
  for (let at = fromMs; at <= toMs; at += 100) {
    speed.note(bytes, at);
    bytes += bytesPerSecond / 10;
  }
  return bytes;
}

describe('the speed of a transfer', () => {
  it(`is not told before ${SPEED_MEASURED_MS} ms were measured`, () => {
    const speed = new SpeedWindow();
    expect(speed.at(0)).toBeNull();
    flow(speed, 1_000_000, 0, SPEED_MEASURED_MS - 100);
    expect(speed.at(SPEED_MEASURED_MS - 100)).toBeNull();
    speed.note(1_000_000, SPEED_MEASURED_MS);
    expect(speed.at(SPEED_MEASURED_MS)).toBe(1_000_000);
  });

  it('bytes that were there already are no speed: a resumed transfer begins at nothing', () => {
    const speed = new SpeedWindow();
    flow(speed, 100_000, 0, 2_000, 900_000_000);
    expect(speed.at(2_000)).toBeCloseTo(100_000, -3);
  });

  it(`follows the last ${SPEED_WINDOW_MS} ms, not the whole way`, () => {
    const speed = new SpeedWindow();
    const bytes = flow(speed, 1_000_000, 0, 10_000);
    flow(speed, 100_000, 10_100, 10_100 + 2 * SPEED_WINDOW_MS, bytes);
    expect(speed.at(10_100 + 2 * SPEED_WINDOW_MS)).toBeCloseTo(100_000, -4);
  });

  it('falls to zero by itself while nothing moves', () => {
    const speed = new SpeedWindow();
    flow(speed, 1_000_000, 0, 2_000);
    const slowing = speed.at(4_000)!;
    expect(slowing).toBeLessThan(1_000_000);
    expect(slowing).toBeGreaterThan(0);
    expect(speed.at(2_100 + SPEED_WINDOW_MS)).toBe(0);
  });

  it('begins anew where bytes were thrown away', () => {
    const speed = new SpeedWindow();
    flow(speed, 1_000_000, 0, 2_000);
    speed.note(0, 2_100);
    expect(speed.at(2_200)).toBeNull();
  });
});

describe('the time left', () => {
  it('is the rest at this speed, and unknown without one', () => {
    expect(timeLeft(5_000, 1_000)).toBe(5_000);
    expect(timeLeft(0, 1_000)).toBe(0);
    expect(timeLeft(5_000, 0)).toBeNull();
    expect(timeLeft(5_000, null)).toBeNull();
  });
});
