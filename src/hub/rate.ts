/** How often somebody may ask: a token bucket that says how long to wait. */

/** `burst` at once, then `perSecond`. */
export interface Rate {
  burst: number;
  perSecond: number;
}
/** Who would have to wait longer for his turn is told to come later. */
export const RATE_WAIT_MAX_MS = 2_000;

export class Bucket {
  readonly #rate: Rate;
  #tokens: number;
  #filledAt: number;

  constructor(rate: Rate, now: number) {
    this.#rate = rate;
    this.#tokens = rate.burst;
    this.#filledAt = now;
  }

  /** Takes `cost` and tells for how many ms the taker has to wait; null, taking nothing, where that is too long. */
  take(cost: number, now: number): number | null {
    const { burst, perSecond } = this.#rate;
    const passedMs = Math.max(0, now - this.#filledAt);
    this.#tokens = Math.min(burst, this.#tokens + (passedMs / 1000) * perSecond);
    this.#filledAt = now;
    const waitMs = Math.max(0, ((cost - this.#tokens) / perSecond) * 1000);
    if (waitMs > RATE_WAIT_MAX_MS) return null;
    this.#tokens -= cost;
    return waitMs;
  }
}
