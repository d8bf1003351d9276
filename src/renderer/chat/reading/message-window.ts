/**
 * Which part of a chat is held: a hundred messages to either side of the reader, however long the chat is. The part moves along
 * before its edge comes into sight. At the end it is the newest part, so that news come in; whoever reads above is not pushed out
 * of it by them.
 *
 * Hides: when to ask for another part, and that every answer of the store is made of new objects: a message that says the same as
 * before is the same object, so that it is not drawn again.
 */
import { useMemo, useRef, useState } from 'react';
import type { MessagesView, MessagesWindow, MessageView } from '../../../client/class-store.ts';
import type { ChannelId, LogId } from '../../../core/ids.ts';
import { useMessages } from '../../../ui/store.tsx';

/** Messages held to either side of the reader, and so many of the newest at the end. */
export const HELD = 120;
/** Another part is asked for when fewer than this remain before its edge. */
export const EDGE = 50;

export interface HeldMessages extends MessagesView {
  around: MessagesWindow['around'];
  /** The part that was asked for last is here. */
  isHere: boolean;
  /** What is seen now, as numbers of `messages`: has the part move along. */
  seen: (first: number, last: number, isAtEnd: boolean) => void;
  /** Holds the part around a place. */
  moveTo: (around: MessagesWindow['around']) => void;
}

/** undefined until the local cache has answered once. */
export function useHeldMessages(
  logId: LogId,
  channelId: ChannelId,
  goTo: number | undefined,
): HeldMessages | undefined {
  const [around, setAround] = useState<MessagesWindow['around']>(goTo ?? 'newest');
  const answer = useMessages(logId, channelId, { around, count: HELD });
  const view = useSameMessages(answer);
  // An answer says not which part it is of; the first one after asking is of the part asked for.
  const [asked, setAsked] = useState<{ before: MessagesView | undefined } | null>(null);
  const isHere = asked === null || asked.before !== view;
  if (asked !== null && isHere) setAsked(null);

  return useMemo(() => {
    if (!view) return undefined;
    const moveTo = (place: MessagesWindow['around']) => {
      if (place === around) return;
      setAsked({ before: view });
      setAround(place);
    };
    return {
      ...view,
      around,
      isHere,
      moveTo,
      seen: (first, last, isAtEnd) => {
        if (!isHere) return;
        const { messages, hasOlder, hasNewer } = view;
        if (isAtEnd && !hasNewer) return moveTo('newest');
        const isNear = (hasOlder && first < EDGE) || (hasNewer && last >= messages.length - EDGE);
        if (around !== 'newest' && !isNear) return undefined;
        // What waits has no place yet: the nearest above it has.
        const middle = messages
          .slice(0, Math.floor((first + last) / 2) + 1)
          .findLast((message) => message.seq !== null);
        if (middle?.seq != null) moveTo(middle.seq);
        return undefined;
      },
    };
  }, [view, around, isHere]);
}

/** The same answer with every message that has not changed as the object it was before. */
function useSameMessages(answer: MessagesView | undefined): MessagesView | undefined {
  const kept = useRef<{ answer: MessagesView; view: MessagesView } | null>(null);
  return useMemo(() => {
    if (!answer) return undefined;
    const before = new Map(kept.current?.view.messages.map((message) => [message.id, message]));
    const messages = answer.messages.map((message): MessageView => {
      const old = before.get(message.id);
      return old && isSame(old, message) ? old : message;
    });
    const view = { ...answer, messages };
    kept.current = { answer, view };
    return view;
  }, [answer]);
}

/** Whether two plain values say the same. */
export function isSame(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  const keys = Object.keys(a);
  return (
    keys.length === Object.keys(b).length &&
    keys.every((key) => isSame((a as Record<string, unknown>)[key], (b as Record<string, unknown>)[key]))
  );
}
