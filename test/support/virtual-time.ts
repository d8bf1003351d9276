/**
 * A clock that moves only when everything else is at rest, so that a run with a minute's retries takes milliseconds and is the
 * same every time. What runs between two ticks (a database in memory, promises) says so by {@link VirtualTime.begin}.
 */
import type { Stop } from '../../src/client/class-store.ts';

/** Turns of the event loop without anything begun after which the world is at rest. */
const QUIET_TURNS = 4;

interface Timer {
  at: number;
  order: number;
  callback: () => void;
}

export class VirtualTime {
  now: number;
  #order = 0;
  #underway = 0;
  #held = 0;
  #timers: Timer[] = [];

  constructor(now = 1_790_000_000_000) {
    this.now = now;
  }

  after(delayMs: number, callback: () => void): Stop {
    const timer = { at: this.now + Math.max(0, Math.round(delayMs)), order: (this.#order += 1), callback };
    this.#timers.push(timer);
    return () => {
      this.#timers = this.#timers.filter((other) => other !== timer);
    };
  }

  /** Resolves after so much virtual time. */
  wait(delayMs: number): Promise<void> {
    return new Promise((resolve) => void this.after(delayMs, resolve));
  }

  /** Something has begun that no timer waits for; the answer says that it has ended. */
  begin(): () => void {
    this.#underway += 1;
    let isOver = false;
    return () => {
      if (!isOver) this.#underway -= 1;
      isOver = true;
    };
  }

  /**
   * {@link begin} for what the machine itself has to do, its disk above all: nobody hurries past it, for how far he got would
   * depend on how busy the machine is.
   */
  hold(): () => void {
    this.#held += 1;
    const end = this.begin();
    let isOver = false;
    return () => {
      if (!isOver) this.#held -= 1;
      isOver = true;
      end();
    };
  }

  /** Lets everything happen that needs no time. */
  async rest(): Promise<void> {
    for (let quiet = 0; quiet < QUIET_TURNS; quiet = this.#underway === 0 ? quiet + 1 : 0)
      await new Promise((resolve) => setImmediate(resolve));
  }

  /** Moves on by so much, timer by timer. `hurries`: chance that the next timer does not wait for the others to rest. */
  async pass(durationMs: number, hurries: () => boolean = () => false): Promise<void> {
    const until = this.now + Math.round(durationMs);
    await this.rest();
    for (;;) {
      const next = this.#timers.reduce<Timer | null>(
        (first, timer) =>
          first === null || timer.at < first.at || (timer.at === first.at && timer.order < first.order) ? timer : first,
        null,
      );
      if (!next || next.at > until) break;
      this.#timers = this.#timers.filter((timer) => timer !== next);
      this.now = Math.max(this.now, next.at);
      next.callback();
      // Asked every time, so that chance goes the same way.
      const isHurried = hurries();
      if (isHurried && this.#held === 0) await new Promise((resolve) => setImmediate(resolve));
      else await this.rest();
    }
    this.now = until;
    await this.rest();
  }

  /** Moves on until `holds`, at most so long. Answers whether it came to hold. */
  async passUntil(holds: () => boolean | Promise<boolean>, atMostMs: number, stepMs = 500): Promise<boolean> {
    const until = this.now + atMostMs;
    await this.rest();
    while (!(await holds())) {
      if (this.now >= until) return false;
      await this.pass(stepMs);
    }
    return true;
  }
}

/** Numbers in [0, 1) that follow from a seed (mulberry32). */
export function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
