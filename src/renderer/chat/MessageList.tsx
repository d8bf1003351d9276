/**
 * The messages of one chat, drawn only where they are looked at. Keeps its place: news at the end move nothing while the
 * teacher reads above, older messages come in without a jump. Begins at the first unread message, or at the end.
 * Hides: measuring, day lines, the unread line, what counts as read, moving among messages by keyboard.
 */
import { Button, VisuallyHidden } from '@mantine/core';
import { IconArrowDown, IconMessages } from '@tabler/icons-react';
import { useVirtualizer } from '@tanstack/react-virtual';
import { useEffect, useLayoutEffect, useMemo, useRef, useState, type KeyboardEvent } from 'react';
import type { ClassView, MessagesView, MessageView } from '../../client/class-store.ts';
import type { CommandId } from '../../core/ids.ts';
import { formatDay } from '../../ui/format.ts';
import { useLanguage } from '../../ui/language.tsx';
import { EmptyState } from '../frame/EmptyState.tsx';
import { useNow } from '../frame/now.ts';
import { isKey } from '../frame/shortcuts.tsx';
import { useTexts } from '../texts/texts.ts';
import { Message } from './Message.tsx';
import classes from './MessageList.module.css';

/** Messages of one author in less than this are one paragraph: the name stands once. */
const SAME_BREATH_MS = 5 * 60_000;
const ESTIMATED_PX = 64;
/** This near to the end counts as being there: what is new is followed. */
const AT_END_PX = 96;
/** Older messages are asked for when this many rows remain above. */
const OLDER_WITHIN_ROWS = 10;

type Row =
  | { kind: 'day'; key: string; at: number }
  | { kind: 'unread'; key: string }
  | { kind: 'message'; key: string; message: MessageView; isContinued: boolean };

const dayOf = (at: number) => new Date(at).toDateString();

function rowsOf(messages: readonly MessageView[], unreadAfter: number | null, own: string): Row[] {
  const rows: Row[] = [];
  let before: MessageView | null = null;
  let isLineDrawn = unreadAfter === null;
  for (const message of messages) {
    const isNewDay = !before || dayOf(before.at) !== dayOf(message.at);
    if (isNewDay) rows.push({ kind: 'day', key: `day ${dayOf(message.at)}`, at: message.at });
    const isLineHere = !isLineDrawn && message.seq !== null && message.seq > (unreadAfter ?? 0) && message.by !== own;
    if (isLineHere) {
      rows.push({ kind: 'unread', key: 'unread' });
      isLineDrawn = true;
    }
    const isContinued =
      !isNewDay && !isLineHere && before?.by === message.by && message.at - before.at < SAME_BREATH_MS;
    rows.push({ kind: 'message', key: message.id, message, isContinued });
    before = message;
  }
  return rows;
}

export interface MessageListProps {
  view: MessagesView;
  openClass: ClassView;
  /** Grows with every message that is sent here: the list goes to the end. */
  sent: number;
  onOlder: () => void;
  /** Everything up to this seq has been on the screen. */
  onSeen: (seq: number) => void;
  onReply: (message: MessageView) => void;
  onEdit: (message: MessageView) => void;
}

export function MessageList({ view, openClass, sent, onOlder, onSeen, onReply, onEdit }: MessageListProps) {
  const t = useTexts();
  const language = useLanguage();
  const now = useNow();
  const { messages, readUpTo, hasOlder } = view;
  // Where reading was when the chat was opened: the line stays there until it is left.
  const [unreadAfter] = useState(readUpTo);
  const rows = useMemo(
    () => rowsOf(messages, unreadAfter, openClass.memberId),
    [messages, unreadAfter, openClass.memberId],
  );
  const scroller = useRef<HTMLDivElement>(null);
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ESTIMATED_PX,
    getItemKey: (index) => rows[index]?.key ?? index,
    overscan: 8,
    paddingStart: 16,
    paddingEnd: 12,
    anchorTo: 'end',
    followOnAppend: true,
    scrollEndThreshold: AT_END_PX,
  });

  // The first look: at the unread line where there is one, else at the end.
  const isPlaced = useRef(false);
  useLayoutEffect(() => {
    if (isPlaced.current || rows.length === 0) return;
    isPlaced.current = true;
    const line = rows.findIndex((row) => row.kind === 'unread');
    if (line >= 0) virtual.scrollToIndex(line, { align: 'start' });
    else virtual.scrollToEnd();
  }, [rows, virtual]);

  useEffect(() => {
    if (sent > 0) virtual.scrollToEnd();
  }, [sent, virtual]);

  // The field below grows with a reply or a long text: whoever was at the end stays there.
  const isEmpty = messages.length === 0;
  const wasAtEnd = useRef(false);
  useEffect(() => {
    const element = scroller.current;
    if (!element) return undefined;
    const note = () => {
      wasAtEnd.current = element.scrollHeight - element.scrollTop - element.clientHeight <= AT_END_PX;
    };
    const observer = new ResizeObserver(() => wasAtEnd.current && virtual.scrollToEnd());
    element.addEventListener('scroll', note, { passive: true });
    observer.observe(element);
    return () => {
      element.removeEventListener('scroll', note);
      observer.disconnect();
    };
  }, [virtual, isEmpty]);

  // What is on the screen has been read; what lies above it too.
  const items = virtual.getVirtualItems();
  const end = (virtual.scrollOffset ?? 0) + (virtual.scrollRect?.height ?? 0);
  const seen = items.reduce((most, item) => {
    const row = rows[item.index];
    return row?.kind === 'message' && item.start < end ? Math.max(most, row.message.seq ?? 0) : most;
  }, 0);
  useEffect(() => {
    if (seen <= readUpTo) return undefined;
    const tell = () => {
      if (document.visibilityState === 'visible') onSeen(seen);
    };
    tell();
    document.addEventListener('visibilitychange', tell);
    return () => document.removeEventListener('visibilitychange', tell);
    // oxlint-disable-next-line react/exhaustive-deps -- `onSeen` is a new closure on every render and means the same.
  }, [seen, readUpTo]);

  const first = items[0]?.index ?? 0;
  useEffect(() => {
    if (hasOlder && first < OLDER_WITHIN_ROWS) onOlder();
    // oxlint-disable-next-line react/exhaustive-deps -- as above.
  }, [hasOlder, first, messages.length]);

  // One stop of Tab for the whole list: the arrows move inside it.
  const [here, setHere] = useState<CommandId | null>(null);
  const current = messages.some((message) => message.id === here) ? here : (messages.at(-1)?.id ?? null);
  const moveTo = (id: CommandId | undefined) => {
    const index = rows.findIndex((row) => row.key === id);
    if (!id || index < 0) return;
    setHere(id);
    virtual.scrollToIndex(index, { align: 'auto' });
    requestAnimationFrame(() => scroller.current?.querySelector<HTMLElement>(`[data-message="${id}"]`)?.focus());
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const row = (event.target as Element).closest<HTMLElement>('[data-message]');
    if (!row || event.target !== row) return;
    const at = messages.findIndex((message) => message.id === row.dataset['message']);
    const message = messages[at];
    if (!message) return;
    const isOwn = message.by === openClass.memberId;
    if (isKey(event.nativeEvent, '↑')) moveTo(messages[at - 1]?.id);
    else if (isKey(event.nativeEvent, '↓')) moveTo(messages[at + 1]?.id);
    else if (event.key === 'Home') moveTo(messages[0]?.id);
    else if (event.key === 'End') moveTo(messages.at(-1)?.id);
    else if (isKey(event.nativeEvent, 'R') && !message.isRemoved && message.seq !== null) onReply(message);
    else if (isKey(event.nativeEvent, 'E') && !message.isRemoved && isOwn) onEdit(message);
    else if (event.key === 'Delete') row.querySelector<HTMLElement>('[data-action="remove"]')?.click();
    else return;
    event.preventDefault();
  };

  const newest = messages.at(-1);
  const isAtEnd = virtual.isAtEnd(AT_END_PX);
  const below = isAtEnd ? 0 : messages.filter((m) => (m.seq ?? 0) > readUpTo && m.by !== openClass.memberId).length;

  if (isEmpty) {
    return (
      <div className={classes.scroller}>
        <EmptyState icon={IconMessages} title={t.chat.empty}>
          {t.chat.emptyMore}
        </EmptyState>
      </div>
    );
  }
  return (
    <div className={classes.frame}>
      {/* Keys are answered by the messages inside, which have the focus. */}
      {/* oxlint-disable-next-line jsx-a11y/no-static-element-interactions */}
      <div ref={scroller} className={classes.scroller} onKeyDown={onKeyDown} data-testid="messages">
        <div className={classes.space} style={{ height: virtual.getTotalSize() }}>
          {items.map((item) => {
            const row = rows[item.index];
            if (!row) return null;
            return (
              <div
                key={item.key}
                ref={virtual.measureElement}
                data-index={item.index}
                className={classes.item}
                style={{ transform: `translateY(${item.start}px)` }}
              >
                {row.kind === 'day' && <div className={classes.day}>{formatDay(language, row.at, now)}</div>}
                {row.kind === 'unread' && <div className={classes.unread}>{t.chat.unreadLine}</div>}
                {row.kind === 'message' && (
                  <Message
                    message={row.message}
                    openClass={openClass}
                    isContinued={row.isContinued}
                    isCurrent={row.message.id === current}
                    repliedTo={
                      row.message.replyTo === null
                        ? null
                        : (messages.find((one) => one.id === row.message.replyTo) ?? null)
                    }
                    onReply={() => onReply(row.message)}
                    onEdit={() => onEdit(row.message)}
                    onGoTo={(id) => moveTo(id)}
                    onFocus={() => setHere(row.message.id)}
                  />
                )}
              </div>
            );
          })}
        </div>
      </div>
      {!isAtEnd && (
        <Button
          className={classes.toEnd ?? ''}
          variant="default"
          radius="xl"
          rightSection={<IconArrowDown size={16} aria-hidden />}
          onClick={() => virtual.scrollToEnd()}
        >
          {below > 0 ? t.chat.newBelow(below) : t.chat.toEnd}
        </Button>
      )}
      <VisuallyHidden role="status" aria-live="polite">
        {newest &&
        newest.by !== openClass.memberId &&
        newest.seq !== null &&
        newest.seq > unreadAfter &&
        !newest.isRemoved
          ? t.chat.said(newest.by ? (openClass.classroom.members[newest.by]?.name ?? '') : '', newest.text)
          : ''}
      </VisuallyHidden>
    </div>
  );
}
