/**
 * Whether an open wire still speaks. A socket that has gone silent (a cable out, a machine that slept, a router that forgot us)
 * looks like a quiet one for up to 35 s, the hub's heartbeat; a person would go on reading "online". Promises: a wire that owes
 * an answer for {@link LATE_MS} is looked after from outside. Nobody there either: it is silent, which is shown, and nothing is
 * ended, since it may only be slow. No hub there but somebody else: it is over. A hub there, and the wire had reason to be dead
 * (we slept, the network changed, it was silent): it gets one more look's time to speak, then it is over. With `everyMs` a wire
 * that owes nothing is asked something now and then. What is never asked is never known: with nothing under way a wire's
 * silence is noticed after `everyMs` plus two seconds, without `everyMs` after the hub's heartbeat.
 */
import { codeOf, type ErrorCode } from '../core/errors.ts';
import type { Stop } from './class-store.ts';
import { pauseAfterLookMs, type Sight } from './lookout.ts';
import type { Ports } from './ports.ts';
import type { Transport } from './transport.ts';

/** An answer that has not come after this is late. */
export const LATE_MS = 600;
/** How long a watched wire may be quiet before it is asked something. */
export const PULSE_EVERY_MS = 5_000;

export interface PulseOptions {
  ports: Ports;
  look(): Promise<Sight>;
  /** How long the wire may be quiet before it is asked; null: it is not asked. */
  everyMs: number | null;
  /** Asks the wire anything. */
  ask(): void;
  /** {@link Pulse.isSilent} has changed. */
  changed(): void;
  /** The wire is of no more use. */
  over(code: ErrorCode): void;
}

export class Pulse {
  readonly #options: PulseOptions;
  #owed = 0;
  #heardAt: number;
  #isSuspect = false;
  #looksInVain = 0;
  #isSilent = false;
  #isStopped = false;
  #stopTimer: Stop = () => {};
  #isLooking = false;

  constructor(options: PulseOptions) {
    this.#options = options;
    this.#heardAt = options.ports.now();
    this.#wait();
  }

  /** It owes an answer, and neither it nor the hub's address says anything. */
  get isSilent(): boolean {
    return this.#isSilent;
  }

  /** The same wire, watched. */
  over(wire: Transport): Transport {
    return {
      follow: (request) => this.#owe(wire.follow(request)),
      pull: (request) => this.#owe(wire.pull(request)),
      submit: (logId, commands) => this.#owe(wire.submit(logId, commands)),
      close: () => wire.close(),
    };
  }

  async #owe<T>(answer: Promise<T>): Promise<T> {
    if (this.#owed === 0) this.#heardAt = this.#options.ports.now();
    this.#owed += 1;
    this.#wait();
    try {
      const value = await answer;
      this.heard();
      return value;
    } catch (thrown) {
      // A refusal is an answer.
      if (codeOf(thrown) !== 'hub-unreachable') this.heard();
      throw thrown;
    } finally {
      this.#owed -= 1;
    }
  }

  /** Anything came. */
  heard(): void {
    this.#heardAt = this.#options.ports.now();
    this.#isSuspect = false;
    this.#looksInVain = 0;
    this.#setSilent(false);
  }

  /** There is reason to think that it died unnoticed. Whoever says so asks it something, too. */
  suspect(): void {
    this.#isSuspect = true;
  }

  stop(): void {
    this.#isStopped = true;
    this.#stopTimer();
  }

  #setSilent(isSilent: boolean) {
    if (this.#isSilent === isSilent || this.#isStopped) return;
    this.#isSilent = isSilent;
    this.#options.changed();
  }

  #wait(atLeastMs = 0) {
    if (this.#isStopped || this.#isLooking) return;
    this.#stopTimer();
    const { ports, everyMs } = this.#options;
    const quietMs = this.#owed > 0 ? LATE_MS : everyMs;
    if (quietMs === null) return;
    const dueMs = Math.max(0, atLeastMs, this.#heardAt + quietMs - ports.now());
    this.#stopTimer = ports.after(dueMs, () => void this.#due());
  }

  async #due() {
    if (this.#isStopped) return;
    const { ports, everyMs, ask } = this.#options;
    const quietMs = ports.now() - this.#heardAt;
    if (this.#owed === 0) {
      if (everyMs !== null && quietMs >= everyMs) ask();
      // What could not be asked is asked again after as long.
      return this.#wait(this.#owed > 0 ? 0 : LATE_MS);
    }
    if (quietMs < LATE_MS) return this.#wait();
    this.#isLooking = true;
    const before = ports.now();
    const heardBefore = this.#heardAt;
    const sight = await this.#options.look();
    this.#isLooking = false;
    if (this.#isStopped) return;
    if (this.#heardAt === heardBefore && this.#owed > 0) this.#judge(sight);
    this.#wait(pauseAfterLookMs(ports.now() - before));
  }

  #judge(sight: Sight) {
    if (sight === 'not-a-hub') return this.#options.over('not-a-hub');
    if (sight === 'hub-unreachable') {
      this.#looksInVain = 0;
      this.#isSuspect = true;
      return this.#setSilent(true);
    }
    this.#looksInVain += 1;
    if (this.#isSuspect && this.#looksInVain > 1) this.#options.over('hub-unreachable');
  }
}
