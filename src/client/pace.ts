/**
 * How much is asked for at once. A page of 256 long messages takes 40 s on a line of 20 kbit/s: longer than a question may stay
 * unanswered, so that the same page would be begun for ever. Promises: the size of a page follows the line, over all connections
 * of a store: what came quickly is asked for in larger pieces, what came slowly or not at all in smaller ones.
 */
import { PAGE_ENTRIES_MAX } from '../core/limits.ts';

export const PAGE_ENTRIES_FIRST = 64;
export const PAGE_ENTRIES_MIN = 4;
/** A page should not take longer than about this. */
export const PAGE_TARGET_MS = 2_000;

export class Pace {
  #entries = PAGE_ENTRIES_FIRST;

  /** Entries to ask for next. */
  get entries(): number {
    return this.#entries;
  }
  /** A page of so many entries came after so long. */
  took(durationMs: number, entries: number): void {
    if (durationMs > 2 * PAGE_TARGET_MS) this.#set(this.#entries / 2);
    else if (durationMs < PAGE_TARGET_MS / 2 && entries >= this.#entries) this.#set(this.#entries * 2);
  }
  /** A page did not come. */
  failed(): void {
    this.#set(this.#entries / 4);
  }

  #set(entries: number) {
    this.#entries = Math.min(PAGE_ENTRIES_MAX, Math.max(PAGE_ENTRIES_MIN, Math.floor(entries)));
  }
}
