/**
 * Whether an open wire still speaks. A socket that has gone silent (a cable out, a machine that slept, a router that forgot us)
 * looks like a quiet one, and a person would go on reading "online". So the hub is asked for a sign of life every so often: a beat.
 * Promises: a wire that owes an answer for {@link LATE_MS}, or a beat for {@link BEAT_LATE_MS}, is looked after from outside, and what
 * is shown is true {@link noticedWithinMs} after it has fallen silent. Nobody there either: it is silent, which is shown, and
 * nothing is ended, since it may only be slow. No hub there but somebody else: it is over. A hub there, and the wire had reason to be
 * dead (we slept, the network changed, it was silent): it gets one more look's time to speak, then it is over; without a reason it
 * gets {@link DEAD_AFTER_MS}.
 *
 * On a line of 20 kbit/s a look shares it with all that is under way and may take a second by itself: where something came late and
 * came, the line is slow, looks through it get {@link SLOW_LOOK_TIMEOUT_MS}, and silence shows that much later.
 *
 * A page that nobody sees wants no beats, so its slowed timers cannot miss any; one that is seen again asks at once. A hub that knows
 * no beats sends none and is not expected to: there silence with nothing under way shows at the heartbeat.
 */
import { codeOf, type ErrorCode } from '../core/errors.ts';
import type { Stop } from './class-store.ts';
import { LOOK_EVERY_MS, LOOK_TIMEOUT_MS, pauseAfterLookMs, type Sight } from './lookout.ts';
import type { Ports } from './ports.ts';
import type { Transport } from './transport.ts';

/** An answer that has not come after this is late. */
export const LATE_MS = 600;
/** A beat that comes later than this after its time is late. */
export const BEAT_LATE_MS = 300;
/** How often the hub says that it is there: to the hundreds, and to the few. */
export const BEAT_EVERY_MS = 1_000;
export const WATCHFUL_BEAT_EVERY_MS = 400;
/** Over HTTP every beat is a question and its answer: a kilobyte. */
export const POLLED_BEAT_EVERY_MS = 2_000;
/** A wire that is silent for so long while the hub's address answers is dead, whatever it is. */
export const DEAD_AFTER_MS = 8_000;
/** A look's patience on a line that is known to be slow. */
export const SLOW_LOOK_TIMEOUT_MS = 3 * LOOK_TIMEOUT_MS;
/** What came while this page was busy or asleep is heard before a look's outcome counts. */
const LAST_WORD_MS = 20;

/** At the latest, in a page that is awake and on no slow line: the beat that did not come, and the look that found nobody. */
export const noticedWithinMs = (everyMs: number): number => everyMs + BEAT_LATE_MS + LOOK_TIMEOUT_MS + LAST_WORD_MS;

export interface PulseOptions {
  ports: Ports;
  look(timeoutMs: number): Promise<Sight>;
  /** How often a beat is wanted. */
  everyMs: number;
  /** Also while nobody sees the page. */
  isWatchful: boolean;
  /** Tells the hub how often to beat, 0 for not at all; it answers with a beat at once. */
  wish(everyMs: number): void;
  /** {@link Pulse.isSilent} has changed. */
  changed(): void;
  /** The wire is of no more use. */
  over(code: ErrorCode): void;
}

export class Pulse {
  readonly #options: PulseOptions;
  #owed = 0;
  #heardAt: number;
  #isWished = false;
  #isBeating = false;
  #isBeatOwed = false;
  #isSuspect = false;
  #looksInVain = 0;
  #isSilent = false;
  #silences = 0;
  /** What took longest of late and came, in milliseconds; whatever comes sooner halves it. */
  #slownessMs = 0;
  #isStopped = false;
  #stopTimer: Stop = () => {};
  readonly #stopShown: Stop;
  /** The look under way, by its begin. */
  #looking: { readonly begunAt: number } | null = null;

  constructor(options: PulseOptions) {
    this.#options = options;
    this.#heardAt = options.ports.now();
    const { watchShown } = options.ports;
    if (!watchShown || options.isWatchful) {
      this.#stopShown = () => {};
      this.#wish(true);
    } else this.#stopShown = watchShown((isShown) => this.#wish(isShown));
  }

  /** It owes an answer or a beat, and neither it nor the hub's address says anything. */
  get isSilent(): boolean {
    return this.#isSilent;
  }

  /** The same wire, watched. */
  over(wire: Transport): Transport {
    return {
      follow: (request) => this.#owe(wire.follow(request)),
      pull: (request) => this.#owe(wire.pull(request)),
      submit: (logId, commands) => this.#owe(wire.submit(logId, commands)),
      beat: (everyMs) => wire.beat(everyMs),
      close: () => wire.close(),
    };
  }

  async #owe<T>(answer: Promise<T>): Promise<T> {
    if (this.#owed === 0) this.#heardAt = this.#options.ports.now();
    this.#owed += 1;
    const came = this.#takesTime();
    this.#wait();
    try {
      const value = await answer;
      came();
      this.heard();
      return value;
    } catch (thrown) {
      // A refusal is an answer.
      if (codeOf(thrown) !== 'hub-unreachable') {
        came();
        this.heard();
      }
      throw thrown;
    } finally {
      this.#owed -= 1;
    }
  }

  /** Begins to time something; to be called when it has come. What a silence held up says nothing about the line. */
  #takesTime(): () => void {
    const begunAt = this.#options.ports.now();
    const silences = this.#silences;
    return () => {
      if (silences === this.#silences)
        this.#slownessMs = Math.max(this.#options.ports.now() - begunAt, this.#slownessMs / 2);
    };
  }

  #wish(isWished: boolean) {
    this.#isWished = isWished;
    this.#options.wish(isWished ? this.#options.everyMs : 0);
    if (isWished && this.#isBeating) {
      this.#heardAt = this.#options.ports.now();
      this.#isBeatOwed = true;
    }
    this.#wait();
  }

  /** The hub's sign of life. */
  beat(): void {
    this.heard();
    if (this.#isBeating) return;
    this.#isBeating = true;
    this.#wait();
  }

  /** Anything came. */
  heard(): void {
    this.#heardAt = this.#options.ports.now();
    this.#isBeatOwed = false;
    this.#isSuspect = false;
    this.#looksInVain = 0;
    if (!this.#isSilent) return;
    this.#setSilent(false);
    // A look under way is one at a silence that is over; the next may begin this moment.
    this.#looking = null;
    this.#wait();
  }

  /** There is reason to think that it died unnoticed. Whoever says so asks it something, too. */
  suspect(): void {
    this.#isSuspect = true;
  }

  stop(): void {
    this.#isStopped = true;
    this.#stopTimer();
    this.#stopShown();
  }

  #setSilent(isSilent: boolean) {
    if (this.#isSilent === isSilent || this.#isStopped) return;
    this.#isSilent = isSilent;
    if (isSilent) {
      this.#silences += 1;
      this.#slownessMs = 0;
    }
    this.#options.changed();
  }

  /** How long it may be quiet now; for ever, where nothing is expected. */
  get #quietMaxMs(): number {
    if (this.#owed > 0 || (this.#isWished && this.#isBeatOwed)) return LATE_MS;
    return this.#isWished && this.#isBeating ? this.#options.everyMs + BEAT_LATE_MS : Infinity;
  }

  #wait(atLeastMs = 0) {
    if (this.#isStopped || this.#looking) return;
    this.#stopTimer();
    const { ports } = this.#options;
    const dueMs = Math.max(0, atLeastMs, this.#heardAt + this.#quietMaxMs - ports.now());
    if (dueMs < Infinity) this.#stopTimer = ports.after(dueMs, () => void this.#due());
  }

  async #due() {
    const { ports, look } = this.#options;
    if (this.#isStopped || this.#looking) return;
    if (ports.now() - this.#heardAt < this.#quietMaxMs) return this.#wait();
    const looking = { begunAt: ports.now() };
    this.#looking = looking;
    const heardBefore = this.#heardAt;
    const timeoutMs = this.#slownessMs > LATE_MS ? SLOW_LOOK_TIMEOUT_MS : LOOK_TIMEOUT_MS;
    const came = this.#takesTime();
    const sight = await look(timeoutMs);
    if (sight === 'hub') came();
    await new Promise<void>((resolve) => void ports.after(LAST_WORD_MS, resolve));
    if (this.#isStopped || this.#looking !== looking) return;
    this.#looking = null;
    const tookMs = ports.now() - looking.begunAt;
    // What a page saw that slept meanwhile says nothing about now.
    const isAwake = tookMs < 2 * timeoutMs;
    if (isAwake && this.#heardAt === heardBefore && this.#quietMaxMs < Infinity) this.#judge(sight);
    this.#wait(sight === 'hub-unreachable' ? LOOK_EVERY_MS : pauseAfterLookMs(tookMs));
  }

  #judge(sight: Sight) {
    if (sight === 'not-a-hub') return this.#options.over('not-a-hub');
    if (sight === 'hub-unreachable') {
      this.#looksInVain = 0;
      this.#isSuspect = true;
      return this.#setSilent(true);
    }
    this.#looksInVain += 1;
    const isDead = this.#options.ports.now() - this.#heardAt >= DEAD_AFTER_MS;
    if (isDead || (this.#isSuspect && this.#looksInVain > 1)) this.#options.over('hub-unreachable');
  }
}
