/**
 * How fast a transfer goes, over the last seconds. Promises: nothing is said before there is something to measure; bytes that
 * were there already (a resumed transfer) count as no speed; while nothing moves the speed falls to zero by itself; memory is
 * constant. Times are milliseconds of one clock.
 */

/** What came before this no longer tells how fast it goes now. */
export const SPEED_WINDOW_MS = 5_000;
/** A shorter time measures the buffers, not the wire. */
export const SPEED_MEASURED_MS = 1_000;
const SAMPLE_MS = 200;

export class SpeedWindow {
  /** Oldest first; the first is the last one before the window, if there is one. */
  #samples: { at: number; bytes: number }[] = [];

  /** @param bytes done in all at that time; fewer than before begins anew */
  note(bytes: number, at: number): void {
    const samples = this.#samples;
    const last = samples.at(-1);
    if (last && bytes < last.bytes) samples.length = 0;
    const before = samples.at(-2);
    if (last && before && last.at - before.at < SAMPLE_MS) Object.assign(last, { at, bytes });
    else samples.push({ at, bytes });
    this.#trim(at);
  }

  reset(): void {
    this.#samples = [];
  }

  /** Bytes a second at this time; null while unknown. */
  at(now: number): number | null {
    this.#trim(now);
    const first = this.#samples[0];
    const last = this.#samples.at(-1);
    if (!first || !last || now - first.at < SPEED_MEASURED_MS) return null;
    return ((last.bytes - first.bytes) / (now - first.at)) * 1000;
  }

  #trim(now: number): void {
    while (this.#samples.length > 1 && (this.#samples[1]?.at ?? now) <= now - SPEED_WINDOW_MS) this.#samples.shift();
  }
}

/** Milliseconds until the rest is there at this speed; null while that cannot be said. */
export const timeLeft = (leftBytes: number, speed: number | null): number | null =>
  speed === null || speed <= 0 ? null : Math.max(0, (leftBytes / speed) * 1000);
