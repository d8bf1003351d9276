/**
 * What files may take of the hub, so that words never wait behind them: room in memory for what is on its way to the disk, and bytes
 * in one turn of the event loop. Both are given in the order of asking.
 */

/** So many blocks of uploads are gathered or written at once, whoever sends them. */
export const BLOCKS_AT_ONCE_MAX = 8;
/** Bytes of downloads that go out in one turn, and of uploads that come in, give or take a piece: half a millisecond of copying each. */
export const TURN_BYTES = 512 * 1024;

/** A number of places. */
export class Room {
  #free: number;
  readonly #waiting: ((leave: () => void) => void)[] = [];

  constructor(places: number) {
    this.#free = places;
  }

  /** Takes a place if one is free and nobody waits for it. @returns what gives it back, once */
  tryEnter(): (() => void) | null {
    if (this.#free === 0) return null;
    this.#free -= 1;
    return this.#place();
  }

  /** The same, in turn. */
  enter(): Promise<() => void> {
    const leave = this.tryEnter();
    return leave ? Promise.resolve(leave) : new Promise((resolve) => this.#waiting.push(resolve));
  }

  #place(): () => void {
    let isLeft = false;
    return () => {
      if (isLeft) return;
      isLeft = true;
      const next = this.#waiting.shift();
      // Handed on, never free in between: who comes later must not get in before who waits.
      if (next) next(this.#place());
      else this.#free += 1;
    };
  }
}

/** Bytes per turn of the event loop. */
export class Turns {
  readonly #bytes: number;
  readonly #waiting: { bytes: number; go: () => void }[] = [];
  #left: number;
  #isNextAwaited = false;
  /** Counts turns in which something was taken, for who wants to know whether one has passed. */
  number = 0;

  constructor(bytes: number) {
    this.#bytes = bytes;
    this.#left = bytes;
  }

  /** Takes so many bytes of this turn, if anything is left of it and nobody waits. */
  tryTake(bytes: number): boolean {
    this.#awaitNext();
    if (this.#left <= 0 || this.#waiting.length > 0) return false;
    this.#left -= bytes;
    return true;
  }

  /** Resolves when so many bytes may go: in this turn, or in one that comes. */
  take(bytes: number): Promise<void> {
    return this.tryTake(bytes) ? Promise.resolve() : new Promise((go) => this.#waiting.push({ bytes, go }));
  }

  #awaitNext(): void {
    if (this.#isNextAwaited) return;
    this.#isNextAwaited = true;
    // After everything that has come in has been heard.
    setImmediate(() => {
      this.#isNextAwaited = false;
      this.number += 1;
      this.#left = this.#bytes;
      while (this.#left > 0) {
        const next = this.#waiting.shift();
        if (!next) break;
        this.#left -= next.bytes;
        next.go();
      }
      if (this.#left < this.#bytes) this.#awaitNext();
    });
  }
}
