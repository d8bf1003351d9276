/**
 * A long list that is drawn only where it is looked at. Rows stand in the normal flow between two empty blocks that are as high
 * as what is left out, so a row may grow whenever it likes (a picture arrives, a reaction is given) and needs no measuring
 * before it is drawn. Promises: the row under the reader's eyes stays there when rows come, go or change above it; who is at the
 * end stays at the end; a jump lands on its row.
 *
 * Hides: heights, and which rows are drawn. A row has one height at a time, guessed or measured, and it changes only when it is
 * measured: so what moves the reader's row is known by adding, and is scrolled back before anything is painted. The browser's own
 * scroll anchoring is off (MessageList.module.css): the two must not both put it right.
 */
import { useLayoutEffect, useState, useSyncExternalStore } from 'react';

export interface WindowRow {
  /** The same row has the same key for as long as it is in the list, wherever it stands. */
  readonly key: string;
}

/** What is drawn and what of it is seen; numbers of rows. */
export interface Part {
  from: number;
  /** The first that is drawn no more. */
  to: number;
  firstSeen: number;
  lastSeen: number;
  isAtEnd: boolean;
}

/** Where a row is put; a number: its top so many pixels below the list's own. */
export type Align = 'start' | 'center' | 'nearest' | number;

/** Drawn above and below what is seen: a wheel's glide runs ahead of drawing by some frames. */
export const OVERSCAN_PX = 800;
/** Coming this near to the end counts as being there. */
export const AT_END_PX = 48;
/** Space above the first row and under the last one; typing is told in the lower. */
export const PAD_START_PX = 16;
export const PAD_END_PX = 28;
/** A row that was never drawn, before any was. */
const ESTIMATED_PX = 64;
/** Heights of rows that left the list are remembered up to this many. */
const HEIGHTS_MAX = 4_000;
/** A jump leaves this much above a row that is put to the start. */
const START_GAP_PX = 8;

const NOTHING: Part = { from: 0, to: 0, firstSeen: 0, lastSeen: -1, isAtEnd: true };

export class ScrollWindow {
  /** There are more rows below that are not in the list yet: its end is not the end. */
  private hasMoreBelow = false;
  private rows: readonly WindowRow[] = [];
  private part = NOTHING;
  private readonly heights = new Map<string, number>();
  /** Of the rows that were measured so far: what a new one is guessed by. */
  private measuredPx = 0;
  private measured = 0;
  private scroller: HTMLElement | null = null;
  private jump: { key: string; align: Align } | null = null;
  private sticks = true;
  /** Where the end was when we were last put there, and where the last scroll event found us. */
  private settledTop = 0;
  private lastTop = 0;
  private readonly listeners = new Set<() => void>();
  private observer: ResizeObserver | null = null;

  // ── What React reads ─────────────────────────────────────────────────────────────────────────────────────────────────

  subscribe = (listener: () => void) => {
    this.listeners.add(listener);
    return () => void this.listeners.delete(listener);
  };
  read = () => this.part;

  /** The part to draw of these rows, which may be newer than those we know: what was drawn stays drawn. */
  partOf(rows: readonly WindowRow[]): Part {
    if (rows === this.rows) return this.part;
    const { from, to, isAtEnd } = this.part;
    const drawn = new Set(this.rows.slice(from, to).map((row) => row.key));
    const start = rows.findIndex((row) => drawn.has(row.key));
    if (start < 0) return { ...NOTHING, isAtEnd };
    const end = rows.findLastIndex((row) => drawn.has(row.key)) + 1;
    return { from: start, to: end, firstSeen: start, lastSeen: end - 1, isAtEnd };
  }

  /** Height of the rows from `from` to before `to`, measured where they were ever drawn. */
  heightOf(rows: readonly WindowRow[], from: number, to: number): number {
    let px = 0;
    for (let i = from; i < to; i++) px += this.height(rows[i]);
    return px;
  }

  private height(row: WindowRow | undefined): number {
    if (!row) return 0;
    const known = this.heights.get(row.key);
    if (known !== undefined) return known;
    const guess = this.measured > 0 ? this.measuredPx / this.measured : ESTIMATED_PX;
    this.heights.set(row.key, guess);
    return guess;
  }

  // ── The elements ─────────────────────────────────────────────────────────────────────────────────────────────────────

  /** Ref of the element that scrolls. */
  attach = (element: HTMLElement | null) => {
    if (!element) return undefined;
    this.scroller = element;
    element.dataset['atEnd'] = String(this.sticks);
    const observer = new ResizeObserver((entries) => this.resized(entries));
    this.observer = observer;
    observer.observe(element);
    for (const row of element.querySelectorAll('[data-row]')) observer.observe(row);
    element.addEventListener('scroll', this.scrolled, { passive: true });
    element.addEventListener('wheel', this.wheeled, { passive: true });
    return () => {
      observer.disconnect();
      this.observer = null;
      element.removeEventListener('scroll', this.scrolled);
      element.removeEventListener('wheel', this.wheeled);
      this.scroller = null;
    };
  };

  /** Ref of every row's element, which carries its key as `data-row`. */
  measure = (element: HTMLElement | null) => {
    if (!element) return undefined;
    this.observer?.observe(element);
    return () => this.observer?.unobserve(element);
  };

  private resized(entries: readonly ResizeObserverEntry[]) {
    const { firstSeen } = this.part;
    const before = this.heightOf(this.rows, 0, firstSeen);
    for (const { target, borderBoxSize } of entries) {
      const key = (target as HTMLElement).dataset['row'];
      const px = borderBoxSize[0]?.blockSize;
      if (key === undefined || px === undefined || px === 0) continue;
      this.heights.set(key, px);
      this.measuredPx += px;
      this.measured += 1;
    }
    if (this.sticks) this.settle();
    else this.shift(this.heightOf(this.rows, 0, firstSeen) - before);
    this.look();
  }

  private element(key: string): HTMLElement | null {
    return this.scroller?.querySelector<HTMLElement>(`[data-row="${CSS.escape(key)}"]`) ?? null;
  }

  // ── Place ────────────────────────────────────────────────────────────────────────────────────────────────────────────

  /** After every drawing, with the rows that were drawn. */
  drawn(rows: readonly WindowRow[], hasMoreBelow: boolean) {
    this.hasMoreBelow = hasMoreBelow;
    const isNew = rows !== this.rows;
    if (isNew) {
      const byPx = this.movedBy(rows);
      this.part = this.partOf(rows);
      this.rows = rows;
      this.forget();
      if (!this.sticks) this.shift(byPx);
    }
    if (this.jump) this.land(this.jump);
    else if (this.sticks) this.settle();
    // Another part of the same rows was looked for already; asking the browser again would have it lay out twice in a frame.
    else if (!isNew) return;
    this.look();
  }

  /** How far down the row under the eyes stands among these rows from where it stood; if it is gone, the next one that is here. */
  private movedBy(rows: readonly WindowRow[]): number {
    const places = new Map(rows.map((row, at) => [row.key, at]));
    for (let at = this.part.firstSeen; at >= 0 && at < this.part.to; at++) {
      const now = places.get(this.rows[at]?.key ?? '');
      if (now !== undefined) return this.heightOf(rows, 0, now) - this.heightOf(this.rows, 0, at);
    }
    return 0;
  }

  private shift(byPx: number) {
    if (!this.scroller || byPx === 0) return;
    this.scroller.scrollTop += byPx;
    this.lastTop = this.scroller.scrollTop;
  }

  /** Puts a row into sight, at once if it is drawn, else with the next drawing. Does nothing where there is no such row. */
  goTo(key: string, align: Align) {
    this.jump = { key, align };
    this.land(this.jump);
    this.look();
  }

  /** To the end, and stays there whatever comes. */
  goToEnd() {
    this.jump = null;
    this.setSticking(true);
    this.look();
    this.settle();
  }

  /** Where a row that is drawn stands: pixels from the list's top to its own; null where it is not drawn. */
  topOf(key: string): number | null {
    const element = this.element(key);
    if (!this.scroller || !element) return null;
    return element.getBoundingClientRect().top - this.scroller.getBoundingClientRect().top;
  }

  /** Whether the reader is at the end and follows what comes. */
  get isAtEnd() {
    return this.sticks;
  }

  private land({ key, align }: { key: string; align: Align }) {
    const at = this.rows.findIndex((row) => row.key === key);
    if (!this.scroller || at < 0) {
      this.jump = null;
      return;
    }
    const element = this.element(key);
    if (!element) {
      // Drawn first, with its neighbours; landed on after that.
      this.setSticking(false);
      this.show(this.around(at));
      return;
    }
    this.jump = null;
    // What is landed by is what is on the screen: the same heights must not be put right once more when they are told.
    for (const drawn of this.scroller.querySelectorAll<HTMLElement>('[data-row]'))
      if (drawn.dataset['row'] !== undefined)
        this.heights.set(drawn.dataset['row'], drawn.getBoundingClientRect().height);
    const view = this.scroller.getBoundingClientRect();
    const row = element.getBoundingClientRect();
    const [above, below] = [row.top - view.top - START_GAP_PX, row.bottom - view.bottom];
    const isTall = row.height > view.height;
    const byPx =
      typeof align === 'number'
        ? row.top - view.top - align
        : align === 'start' || isTall
          ? above
          : align === 'center'
            ? above - (view.height - row.height) / 2
            : above < 0
              ? above
              : Math.max(0, below + PAD_END_PX);
    if (byPx !== 0) {
      this.setSticking(false);
      this.scroller.scrollTop += byPx;
    }
    this.lastTop = this.scroller.scrollTop;
    if (!this.hasMoreBelow && this.endTop() - this.scroller.scrollTop < 1) this.setSticking(true);
  }

  /** Rows around one, enough to fill the view on either side. */
  private around(at: number): Part {
    const room = (this.scroller?.clientHeight ?? 0) + OVERSCAN_PX;
    let [from, to] = [at, at + 1];
    for (let px = 0; from > 0 && px < room; from--) px += this.height(this.rows[from - 1]);
    for (let px = 0; to < this.rows.length && px < room; to++) px += this.height(this.rows[to]);
    return { from, to, firstSeen: at, lastSeen: at, isAtEnd: false };
  }

  private endTop() {
    return this.scroller ? Math.max(0, this.scroller.scrollHeight - this.scroller.clientHeight) : 0;
  }

  private settle() {
    if (!this.scroller) return;
    const end = this.endTop();
    if (Math.abs(this.scroller.scrollTop - end) >= 1) this.scroller.scrollTop = end;
    this.settledTop = this.lastTop = this.scroller.scrollTop;
  }

  private setSticking(sticks: boolean) {
    this.sticks = sticks;
    if (this.scroller) this.scroller.dataset['atEnd'] = String(sticks);
  }

  private scrolled = () => {
    const { scroller } = this;
    if (!scroller) return;
    const top = scroller.scrollTop;
    const end = this.endTop();
    // Rows may have come since we were put to the end: only who is above that place has left it.
    if (this.sticks && top < Math.min(this.settledTop, end) - 2) this.setSticking(false);
    else if (!this.sticks && !this.hasMoreBelow && end - top <= AT_END_PX && top > this.lastTop) this.setSticking(true);
    this.lastTop = top;
    this.look();
  };

  /** Whoever turns the wheel up leaves the end before the first pixel: news in this very frame must not pull him back. */
  private wheeled = (event: WheelEvent) => {
    if (event.deltaY >= 0 || event.ctrlKey || !this.sticks || this.endTop() === 0) return;
    this.setSticking(false);
    const back = () => {
      if (this.scroller && !this.sticks && !this.hasMoreBelow && this.endTop() - this.scroller.scrollTop < 1) {
        this.setSticking(true);
        this.look();
      }
    };
    requestAnimationFrame(() => requestAnimationFrame(back));
  };

  /** Looks which rows are seen, and has them drawn with those around them. */
  private look() {
    const { scroller, rows } = this;
    if (!scroller || this.jump || rows.length === 0) return;
    const seenPx = scroller.clientHeight;
    const total = this.heightOf(rows, 0, rows.length);
    const atEndPx = Math.max(0, total + PAD_START_PX + PAD_END_PX - seenPx);
    const top = (this.sticks ? atEndPx : scroller.scrollTop) - PAD_START_PX;
    const next: Part = { from: -1, to: 0, firstSeen: -1, lastSeen: 0, isAtEnd: this.sticks };
    let y = 0;
    for (let i = 0; i < rows.length; i++) {
      const below = y + this.height(rows[i]);
      if (next.from < 0 && below > top - OVERSCAN_PX) next.from = i;
      if (next.firstSeen < 0 && below > top) next.firstSeen = i;
      if (y < top + seenPx) next.lastSeen = i;
      if (y < top + seenPx + OVERSCAN_PX) next.to = i + 1;
      y = below;
    }
    if (next.from < 0) next.from = rows.length - 1;
    if (next.firstSeen < 0) next.firstSeen = next.lastSeen;
    this.show(next);
  }

  private show(next: Part) {
    const now = this.part;
    const isSame = (Object.keys(next) as (keyof Part)[]).every((name) => next[name] === now[name]);
    if (isSame) return;
    this.part = next;
    for (const listener of this.listeners) listener();
  }

  private forget() {
    if (this.heights.size <= HEIGHTS_MAX) return;
    const here = new Set(this.rows.map((row) => row.key));
    for (const key of this.heights.keys()) if (!here.has(key)) this.heights.delete(key);
  }
}

/** A {@link ScrollWindow} over these rows, and the part of them to draw now. */
export function useScrollWindow(rows: readonly WindowRow[], hasMoreBelow: boolean) {
  const [scroll] = useState(() => new ScrollWindow());
  useSyncExternalStore(scroll.subscribe, scroll.read);
  useLayoutEffect(() => {
    scroll.drawn(rows, hasMoreBelow);
  });
  return { scroll, part: scroll.partOf(rows) };
}
