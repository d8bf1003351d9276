/**
 * Reading a chat in parts: the list holds a bounded piece of it around what is on screen, and asks for the next piece before its
 * edge is reached. Promises that what is being read stays where it is, whatever comes above, below or late (pictures, formulas);
 * that who is at the end stays there; that a place named from afar (a reply, a pin, a found message) is gone to and shown; and
 * that only what was on screen counts as read. Hides: measuring, the piece, the unread line.
 *
 * Rows of the list carry `data-id`, and `data-seq` once confirmed; the unread line is `.new-line`.
 */
import { useCallback, useEffect, useLayoutEffect, useRef, useState, type RefObject } from 'react';
import type { MessagesView, MessagesWindow } from '../../client/class-store.ts';
import type { ChannelId, CommandId, LogId, MemberId } from '../../core/ids.ts';
import { useMessages, useStore } from '../../ui/store.tsx';

/** Messages asked for at once, before and after the place that is read. */
export const PAGE_MESSAGES = 50;
/** So near to the end counts as the end, in CSS pixels. */
const END_PX = 48;
/** The next piece is asked for when its edge is this near, in CSS pixels. */
const NEAR_PX = 600;
/** A row counts as seen once this much of it is on screen, in CSS pixels. */
const SEEN_PX = 16;
/** How long a message that was gone to stands out. */
const CALLED_MS = 2_500;
/** The unread line stands so far from the top, as a part of the list's height. */
const LINE_AT = 0.2;

const NEWEST: MessagesWindow = { around: 'newest', count: PAGE_MESSAGES };
const NO_LINE = Infinity;

type Goal = { kind: 'end' } | { kind: 'line'; after: number } | { kind: 'message'; id: CommandId };

export interface Reading {
  list: RefObject<HTMLElement | null>;
  content: RefObject<HTMLOListElement | null>;
  view: MessagesView | undefined;
  /** The first message under the unread line; null where there is none. */
  firstNewId: CommandId | null;
  isAtEnd: boolean;
  /** The message that was just gone to. */
  calledId: CommandId | null;
  /** For the list's `onScroll`. */
  look: () => void;
  /** For what a person does to scroll by hand: a place to go to is given up. */
  letGo: () => void;
  older: () => void;
  toEnd: () => void;
  goTo: (id: CommandId, seq: number) => void;
}

function useIsPageVisible(): boolean {
  const [isVisible, setIsVisible] = useState(document.visibilityState === 'visible');
  useEffect(() => {
    const changed = () => setIsVisible(document.visibilityState === 'visible');
    document.addEventListener('visibilitychange', changed);
    return () => document.removeEventListener('visibilitychange', changed);
  }, []);
  return isVisible;
}

/** The end is here; so it is where everything new turns out to be one's own, and no line is drawn. */
const isAtGoal = (goal: Goal | null, view: MessagesView) =>
  !view.hasNewer &&
  (goal?.kind === 'end' ||
    (goal?.kind === 'line' && (!view.hasOlder || (view.messages[0]?.seq ?? Infinity) <= goal.after)));

const rowsOf = (list: HTMLElement) => [...list.querySelectorAll<HTMLElement>('[data-id]')];
const seqOf = (row: HTMLElement | undefined) => Number(row?.dataset['seq'] ?? 0);

/** @param isShown whether the chat is on screen; hidden, it reads nothing and measures nothing */
export function useReading(logId: LogId, channelId: ChannelId, me: MemberId, isShown: boolean): Reading {
  const store = useStore();
  const [part, setPart] = useState(NEWEST);
  const view = useMessages(logId, channelId, part);
  const list = useRef<HTMLElement>(null);
  const content = useRef<HTMLOListElement>(null);
  const goal = useRef<Goal | null>(null);
  const anchor = useRef<{ id: string; top: number } | null>(null);
  const isEnd = useRef(true);
  const shown = useRef(view);
  const [isAtEnd, setIsAtEnd] = useState(true);
  const [calledId, setCalledId] = useState<CommandId | null>(null);
  const [seen, setSeen] = useState(0);

  // The unread line is drawn when one begins to look, and stands still while one reads.
  const isLooking = useIsPageVisible() && isShown;
  const [line, setLine] = useState<number | null>(null);
  if (!isLooking && line !== null) setLine(null);
  if (isLooking && line === null && view) {
    const isNew = view.readUpTo > 0 && view.newestSeq > view.readUpTo;
    setLine(isNew ? view.readUpTo : NO_LINE);
  }
  const firstNew = view?.messages.find(({ seq, by }) => seq !== null && line !== null && seq > line && by !== me);
  const isLineHere =
    firstNew !== undefined &&
    view !== undefined &&
    (!view.hasOlder || (view.messages[0]?.seq ?? Infinity) <= (line ?? 0));

  const measure = useCallback(() => {
    const box = list.current;
    const view = shown.current;
    if (!box || !view || box.clientHeight === 0) return;
    const frame = box.getBoundingClientRect();
    const below = box.scrollHeight - box.scrollTop - box.clientHeight;
    const rows = rowsOf(box);
    const first = rows.find((row) => row.getBoundingClientRect().bottom > frame.top);
    anchor.current = first
      ? { id: first.dataset['id'] ?? '', top: first.getBoundingClientRect().top - frame.top }
      : null;
    isEnd.current = below < END_PX && !view.hasNewer;
    setIsAtEnd(isEnd.current);
    const onScreen = rows.filter((row) => seqOf(row) > 0 && row.getBoundingClientRect().top + SEEN_PX < frame.bottom);
    setSeen(seqOf(onScreen.at(-1)));
    if (goal.current) return;
    const around = seqOf(first);
    const isNearEdge = (view.hasOlder && box.scrollTop < NEAR_PX) || (view.hasNewer && below < NEAR_PX);
    setPart((now) => {
      if (isEnd.current) return NEWEST;
      // Away from the end, the piece is tied to what is read: news must not push it out at the other side.
      const isAway = around > 0 && (isNearEdge || now.around === 'newest');
      return isAway && now.around !== around ? { around, count: PAGE_MESSAGES } : now;
    });
  }, []);

  /** Puts the list where it belongs after something in it has changed. */
  const settle = useCallback(() => {
    const box = list.current;
    const view = shown.current;
    if (!box || !view || box.clientHeight === 0) return;
    const find = (id: string) => box.querySelector<HTMLElement>(`[data-id="${id}"]`);
    const offset = (row: Element) => row.getBoundingClientRect().top - box.getBoundingClientRect().top;
    const aim = goal.current;
    const lineRow = aim?.kind === 'line' ? box.querySelector('.new-line') : null;
    const aimed = aim?.kind === 'message' ? find(aim.id) : null;
    const held = anchor.current ? find(anchor.current.id) : null;
    if (aim?.kind === 'message' && aimed) {
      box.scrollTop += offset(aimed) - Math.max(0, (box.clientHeight - aimed.offsetHeight) / 2);
      goal.current = null;
      setCalledId(aim.id);
    } else if (lineRow) {
      box.scrollTop += offset(lineRow) - box.clientHeight * LINE_AT;
      goal.current = null;
    } else if (isAtGoal(aim, view) || (!aim && isEnd.current)) {
      box.scrollTop = box.scrollHeight;
      goal.current = null;
    } else if (held) box.scrollTop += offset(held) - (anchor.current?.top ?? 0);
    measure();
  }, [measure]);

  // One begins to look: at the unread line if there is one, else where one was.
  const isOpening = useRef(true);
  useLayoutEffect(() => {
    if (!isLooking) isOpening.current = true;
    if (!isLooking || line === null || !isOpening.current) return;
    isOpening.current = false;
    if (goal.current || !isEnd.current) return;
    goal.current = line === NO_LINE ? { kind: 'end' } : { kind: 'line', after: line };
    const oldest = shown.current?.messages[0]?.seq ?? 0;
    if (line !== NO_LINE && shown.current?.hasOlder && oldest > line) setPart({ around: line, count: PAGE_MESSAGES });
  }, [isLooking, line]);

  useLayoutEffect(() => {
    shown.current = view;
    settle();
  }, [settle, view, isShown, line]);

  // Pictures and formulas come late, a growing answer field takes room from the list.
  const isHere = view !== undefined;
  useEffect(() => {
    if (!isHere || !list.current || !content.current) return;
    const watching = new ResizeObserver(settle);
    watching.observe(list.current);
    watching.observe(content.current);
    return () => watching.disconnect();
  }, [isHere, settle]);

  useEffect(() => {
    if (calledId === null) return;
    const timer = setTimeout(() => setCalledId(null), CALLED_MS);
    return () => clearTimeout(timer);
  }, [calledId]);

  const readUpTo = view?.readUpTo ?? Infinity;
  useEffect(() => {
    if (isLooking && seen > readUpTo) store.markRead(logId, channelId, seen).catch(() => undefined);
  }, [store, logId, channelId, isLooking, seen, readUpTo]);

  const aimAt = (next: Goal, piece: MessagesWindow) => {
    goal.current = next;
    setPart(piece);
    settle();
  };
  return {
    list,
    content,
    view,
    firstNewId: isLineHere ? firstNew.id : null,
    isAtEnd,
    calledId,
    look: measure,
    letGo: () => {
      goal.current = null;
    },
    older: () => {
      const around = view?.messages[0]?.seq;
      if (around) setPart({ around, count: PAGE_MESSAGES });
    },
    toEnd: () => aimAt({ kind: 'end' }, NEWEST),
    goTo: (id, seq) => {
      const isInList = list.current?.querySelector(`[data-id="${id}"]`);
      aimAt({ kind: 'message', id }, isInList ? part : { around: seq, count: PAGE_MESSAGES });
    },
  };
}
