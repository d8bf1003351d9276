/**
 * Signs of life for pages that somebody looks at: without them a cut line cannot be told from a quiet one. Promises: the first at
 * once, then one every so many milliseconds, by a clock that nobody sets; no two sockets' beats cost each other anything, and one
 * that stalls gets none on top of what waits for it. Hides: that one timer serves all, and sleeps where nobody wants it.
 */

/** Nobody gets beats more often than this. */
export const BEAT_EVERY_MIN_MS = 250;
/** Beats are late by up to this: what is due together goes out together. */
export const BEAT_TICK_MS = 50;

/** Whoever can be given a beat. */
export interface Beaten {
  beat(): void;
}

export class Beats {
  readonly #wishes = new Map<Beaten, { everyMs: number; dueAt: number; lastAt: number }>();
  #timer: NodeJS.Timeout | null = null;

  /** @param asked milliseconds between beats as the other side said it; what is no number above 0 ends them */
  wish(beaten: Beaten, asked: unknown): void {
    if (typeof asked !== 'number' || !(asked > 0)) return this.left(beaten);
    const lastAt = this.#wishes.get(beaten)?.lastAt ?? -Infinity;
    const dueAt = Math.max(performance.now(), lastAt + BEAT_EVERY_MIN_MS);
    this.#wishes.set(beaten, { everyMs: Math.max(BEAT_EVERY_MIN_MS, asked), dueAt, lastAt });
    this.#timer ??= setInterval(() => this.#giveDue(), BEAT_TICK_MS).unref();
    // Before anything that is asked after it is answered: whoever has that answer knows that this hub beats.
    this.#giveDue();
  }

  left(beaten: Beaten): void {
    this.#wishes.delete(beaten);
    if (this.#wishes.size > 0) return;
    clearInterval(this.#timer ?? undefined);
    this.#timer = null;
  }

  #giveDue(): void {
    const now = performance.now();
    for (const [beaten, wish] of this.#wishes) {
      if (wish.dueAt > now) continue;
      // From its own time, so that those who came together do not stay together with who was late.
      wish.dueAt = Math.max(wish.dueAt + wish.everyMs, now);
      wish.lastAt = now;
      beaten.beat();
    }
  }
}
