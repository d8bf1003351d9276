/**
 * The messages of one chat, however many. Begins where it was told to, or where it was left, or at the first unread one, or at the end; goes to any
 * message, day, or the end; follows news only at the end, and nothing moves under whoever reads above. What has been on the
 * screen counts as read. One stop of Tab, the arrows move inside.
 * Hides: which part is held (reading/message-window.ts), what is drawn of it (scroll-window.ts), the unread line, jumps.
 */
import { ActionIcon, Button, Tooltip, VisuallyHidden } from '@mantine/core';
import { IconArrowBackUp, IconArrowDown, IconMessages } from '@tabler/icons-react';
import { memo, useEffect, useLayoutEffect, useMemo, useRef, useState, type KeyboardEvent, type ReactNode } from 'react';
import type { ClassView, MessageView } from '../../client/class-store.ts';
import type { ChannelId, CommandId } from '../../core/ids.ts';
import { useMessagesById, useStore } from '../../ui/store.tsx';
import { EmptyState } from '../frame/EmptyState.tsx';
import { useFailure } from '../frame/failure.ts';
import { isKey } from '../frame/shortcuts.tsx';
import { useTexts } from '../texts/texts.ts';
import { findChannel, readersWords } from './channels/channels.ts';
import { Message } from './Message.tsx';
import { DayLine } from './reading/DayLine.tsx';
import type { HeldMessages } from './reading/message-window.ts';
import { leave, type PlaceLeft } from './reading/places-left.ts';
import { ReadsProvider, Typing } from './reading/reads.tsx';
import { rowsOf, type Row } from './reading/rows.ts';
import { PAD_END_PX, PAD_START_PX, useScrollWindow, type Align } from './scroll-window.ts';
import classes from './MessageList.module.css';

/** Reading is told when the eyes rest, not with every row that passes. */
const SEEN_AFTER_MS = 300;

/** Above the unread line stands the day, which floats over the list. */
const UNREAD_TOP_PX = 44;

/** Where to go: a message (or the next one that is there), the unread line, the end. */
type Target = { seq: number; align: Align; isShown: boolean } | 'unread' | 'end';

/** A message to go to; a new object is a new wish, also for the same message. */
export interface Jump {
  seq: number;
}

export interface MessageListProps {
  held: HeldMessages;
  openClass: ClassView;
  channelId: ChannelId;
  /** Grows with every message that is sent here: the list goes to the end. */
  sent: number;
  jump: Jump | null;
  /** Where it was left, if nobody wants another place. */
  left: PlaceLeft | null;
  /** Everything up to this seq has been on the screen. */
  onSeen: (seq: number) => void;
  onReply: (message: MessageView) => void;
  onEdit: (message: MessageView) => void;
}

export function MessageList(props: MessageListProps) {
  const { held, openClass, channelId, sent, jump, left, onSeen, onReply, onEdit } = props;
  const t = useTexts();
  const store = useStore();
  const failed = useFailure();
  const { messages, hasOlder, hasNewer, readUpTo, isHere } = held;
  const [unreadAfter, setUnreadAfter] = useUnreadLine(readUpTo);
  const rows = useMemo(
    () => rowsOf(messages, unreadAfter, openClass.memberId, hasOlder),
    [messages, unreadAfter, openClass.memberId, hasOlder],
  );
  const scroller = useRef<HTMLDivElement>(null);
  const { scroll, part } = useScrollWindow(rows, hasNewer);
  const [attach] = useState(() => (element: HTMLDivElement | null) => {
    scroller.current = element;
    return scroll.attach(element);
  });

  // ── Where to ─────────────────────────────────────────────────────────────────────────────────────────────────────────

  const [target, setTarget] = useState<Target | null>(() => {
    if (jump) return shownAt(jump.seq);
    return left ? { seq: left.seq, align: left.topPx, isShown: false } : 'unread';
  });
  const [isPlaced, setPlaced] = useState(false);
  const [shown, setShown] = useState<CommandId | null>(null);
  const [back, setBack] = useState<number | null>(null);
  const firstSeen = messageAt(rows, part.firstSeen, 1);
  const lastSeen = messageAt(rows, part.lastSeen, -1);

  const [answered, setAnswered] = useState({ jump, sent });
  if (answered.jump !== jump || answered.sent !== sent) {
    if (answered.sent !== sent) {
      setTarget('end');
      setUnreadAfter(null);
    } else if (jump) {
      setTarget(shownAt(jump.seq));
    }
    setAnswered({ jump, sent });
  }

  useLayoutEffect(() => {
    if (target === null) return;
    const found = landingOf(target, rows, held, unreadAfter);
    // Asked for and not here yet: the next answer comes back to this.
    if (found === 'wait') return;
    if (typeof found === 'object') {
      held.moveTo(found.moveTo);
      return;
    }
    if (found === 'end') scroll.goToEnd();
    else if (found !== 'nothing') {
      scroll.goTo(found, target === 'unread' || target === 'end' ? UNREAD_TOP_PX : target.align);
      if (typeof target === 'object' && target.isShown) setShown(found as CommandId);
    }
    setTarget(null);
    setPlaced(true);
  }, [target, rows, held, unreadAfter, scroll]);

  // Before anything of it leaves the page: where the eyes were is where they come back to.
  const leaving = useRef<() => void>(() => undefined);
  useLayoutEffect(() => {
    leaving.current = () => {
      const { message } = firstSeen ?? {};
      const topPx = message ? scroll.topOf(message.id) : null;
      const isEnd = scroll.isAtEnd && !hasNewer;
      if (!isPlaced || target !== null) return;
      leave(
        openClass.logId,
        channelId,
        isEnd || topPx === null || message?.seq == null ? null : { seq: message.seq, topPx },
      );
    };
  });
  useLayoutEffect(() => () => leaving.current(), []);

  const [firstIndex, lastIndex] = [firstSeen?.index ?? -1, lastSeen?.index ?? -1];
  useEffect(() => {
    if (target === null && isPlaced && lastIndex >= 0) held.seen(Math.max(0, firstIndex), lastIndex, part.isAtEnd);
  }, [target, isPlaced, held, firstIndex, lastIndex, part.isAtEnd]);

  const goTo = (id: CommandId, seq: number | null | undefined) => {
    if (seq == null) return;
    const place = firstSeen?.message.seq ?? null;
    if (!rows.slice(part.firstSeen, part.lastSeen + 1).some((row) => row.key === id)) setBack(place);
    setShown(null);
    setTarget(shownAt(seq));
  };
  const goToDay = (at: number | null) => {
    const found = at === null ? Promise.resolve(1) : store.messageAt(openClass.logId, channelId, at);
    const go = (seq: number | null) => setTarget(seq === null ? 'end' : { seq, align: 'start', isShown: at !== null });
    return found.then(go, failed);
  };

  // ── Reading ──────────────────────────────────────────────────────────────────────────────────────────────────────────

  // What is on the screen has been read; what lies above it too.
  const seenSeq = isPlaced && target === null && isHere ? seqUpTo(messages, lastIndex) : 0;
  useSeen(seenSeq, readUpTo, onSeen);

  const missing = useMemo(() => {
    const here = new Set(messages.map((message) => message.id));
    return [...new Set(messages.flatMap(({ replyTo }) => (replyTo && !here.has(replyTo) ? [replyTo] : [])))];
  }, [messages]);
  const elsewhere = useMessagesById(openClass.logId, missing);
  const known = useMemo(
    () => new Map([...(elsewhere ?? []), ...messages].map((message) => [message.id, message])),
    [elsewhere, messages],
  );

  // ── Keys ─────────────────────────────────────────────────────────────────────────────────────────────────────────────

  const [here, setHere] = useState<CommandId | null>(null);
  const drawn = rows.slice(part.from, part.to);
  const current = drawn.some((row) => row.key === here) ? here : (lastSeen?.message.id ?? null);
  const focus = (id: CommandId) =>
    requestAnimationFrame(() =>
      scroller.current?.querySelector<HTMLElement>(`[data-message="${id}"]`)?.focus({ preventScroll: true }),
    );
  const moveTo = (message: MessageView | undefined) => {
    if (!message) return;
    setHere(message.id);
    scroll.goTo(message.id, 'nearest');
    focus(message.id);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const row = (event.target as Element).closest<HTMLElement>('[data-message]');
    const isOnList = event.target === scroller.current;
    if (!isOnList && event.target !== row) return;
    const at = isOnList ? -1 : messages.findIndex((message) => message.id === row?.dataset['message']);
    const message = messages[at];
    const isOwn = message?.by === openClass.memberId;
    const step = isKey(event.nativeEvent, '↑') ? -1 : isKey(event.nativeEvent, '↓') ? 1 : 0;
    if (step !== 0) moveTo(isOnList ? lastSeen?.message : messages[at + step]);
    else if (event.key === 'Home') void goToDay(null);
    else if (event.key === 'End') setTarget('end');
    else if (message && isKey(event.nativeEvent, 'R') && !message.isRemoved && message.seq !== null) onReply(message);
    else if (message && isKey(event.nativeEvent, 'E') && !message.isRemoved && isOwn) onEdit(message);
    else return;
    event.preventDefault();
  };
  const heldFocus = useHeldFocus(scroller);

  const deeds = useRef({ goTo, onReply, onEdit });
  useLayoutEffect(() => {
    deeds.current = { goTo, onReply, onEdit };
  });
  // The same closures for ever, so that a row is drawn again only when what it says has changed.
  const [actions] = useState<RowActions>(() => ({
    reply: (message) => deeds.current.onReply(message),
    edit: (message) => deeds.current.onEdit(message),
    goTo: (message) => deeds.current.goTo(message.id, message.seq),
    focus: (message) => setHere(message.id),
    shown: () => setShown(null),
  }));

  const newest = hasNewer ? undefined : messages.at(-1);
  const isAtEnd = part.isAtEnd && !hasNewer;
  const below = isAtEnd ? 0 : (openClass.unread[channelId] ?? 0);

  if (messages.length === 0) {
    const channel = findChannel(openClass, channelId);
    return (
      <div className={classes.frame}>
        <div className={classes.scroller}>
          <EmptyState icon={IconMessages} title={t.chat.empty}>
            {channel && readersWords(t, openClass.classroom, channel)}
          </EmptyState>
        </div>
        <Typing openClass={openClass} channelId={channelId} />
      </div>
    );
  }
  return (
    <ReadsProvider openClass={openClass} channelId={channelId}>
      <div className={classes.frame}>
        {/* Keys are answered by the messages inside, which have the focus. */}
        {/* oxlint-disable-next-line jsx-a11y/no-static-element-interactions */}
        <div
          ref={attach}
          className={classes.scroller}
          tabIndex={-1}
          onKeyDown={onKeyDown}
          {...heldFocus}
          data-placed={isPlaced}
          data-testid="messages"
        >
          <div className={classes.space} style={{ paddingTop: PAD_START_PX, paddingBottom: PAD_END_PX }}>
            <div style={{ height: scroll.heightOf(rows, 0, part.from) }} />
            {drawn.map((row) => (
              <div key={row.key} ref={scroll.measure} className={classes.item} data-row={row.key}>
                {row.kind === 'day' && (
                  <div className={classes.day}>
                    <DayLine at={row.at} isStop={false} onGoTo={(at) => void goToDay(at)} />
                  </div>
                )}
                {row.kind === 'unread' && <div className={classes.unread}>{t.chat.unreadLine}</div>}
                {row.kind === 'message' && (
                  <MessageRow
                    message={row.message}
                    openClass={openClass}
                    isContinued={row.isContinued}
                    isCurrent={row.message.id === current}
                    isShown={row.message.id === shown}
                    repliedTo={row.message.replyTo === null ? null : (known.get(row.message.replyTo) ?? null)}
                    actions={actions}
                  />
                )}
              </div>
            ))}
            <div style={{ height: scroll.heightOf(rows, part.to, rows.length) }} />
          </div>
        </div>
        {!isAtEnd && firstSeen && rows[part.firstSeen]?.kind !== 'day' && (
          <div className={classes.floatingDay}>
            <DayLine at={firstSeen.message.at} isStop onGoTo={(at) => void goToDay(at)} />
          </div>
        )}
        {!isAtEnd && (
          <div className={classes.ways}>
            {back !== null && (
              <Tooltip label={t.reading.back}>
                <ActionIcon
                  size={36}
                  radius="xl"
                  variant="default"
                  aria-label={t.reading.back}
                  onClick={() => {
                    setTarget({ seq: back, align: 'start', isShown: false });
                    setBack(null);
                  }}
                >
                  <IconArrowBackUp size={18} aria-hidden />
                </ActionIcon>
              </Tooltip>
            )}
            <Button
              variant="default"
              radius="xl"
              rightSection={<IconArrowDown size={16} aria-hidden />}
              onClick={() => {
                setBack(null);
                setTarget('end');
              }}
            >
              {below > 0 ? t.chat.newBelow(below) : t.chat.toEnd}
            </Button>
          </div>
        )}
        <Typing openClass={openClass} channelId={channelId} />
        <VisuallyHidden role="status" aria-live="polite">
          {newest &&
          newest.by !== openClass.memberId &&
          newest.seq !== null &&
          newest.seq > (unreadAfter ?? readUpTo) &&
          !newest.isRemoved
            ? t.chat.said(newest.by ? (openClass.classroom.members[newest.by]?.name ?? '') : '', newest.text)
            : ''}
        </VisuallyHidden>
      </div>
    </ReadsProvider>
  );
}

const shownAt = (seq: number): Target => ({ seq, align: 'center', isShown: true });

/** The row that a wish leads to; the end; the part that must be held first; `wait` for that; `nothing` where nothing is. */
function landingOf(
  target: Target,
  rows: readonly Row[],
  held: HeldMessages,
  unreadAfter: number | null,
): string | 'end' | 'wait' | 'nothing' | { moveTo: number | 'newest' } {
  const { messages, hasOlder, hasNewer, isHere, around } = held;
  if (!isHere) return 'wait';
  if (messages.length === 0) return 'nothing';
  if (target === 'end') return hasNewer ? { moveTo: 'newest' } : 'end';
  if (target === 'unread') {
    const line = rows.find((row) => row.kind === 'unread');
    if (line) return line.key;
    const firstSeq = messages[0]?.seq ?? 0;
    const isAbove = unreadAfter !== null && hasOlder && firstSeq > unreadAfter && held.newestSeq > unreadAfter;
    return isAbove && around === 'newest' ? { moveTo: Math.max(1, unreadAfter) } : 'end';
  }
  const exact = messages.find((message) => message.seq === target.seq);
  if (exact) return exact.id;
  const first = messages[0]?.seq ?? Infinity;
  const last = messages.findLast((message) => message.seq !== null)?.seq ?? 0;
  const isBetween = (target.seq > first || !hasOlder) && (target.seq < last || !hasNewer);
  if (!isBetween && around !== target.seq) return { moveTo: target.seq };
  return messages.find((message) => (message.seq ?? Infinity) >= target.seq)?.id ?? messages.at(-1)?.id ?? 'nothing';
}

/** The message row at a place, or the nearest one from there on in a direction. */
function messageAt(rows: readonly Row[], at: number, step: 1 | -1) {
  for (let i = at; i >= 0 && i < rows.length; i += step) {
    const row = rows[i];
    if (row?.kind === 'message') return row;
  }
  return null;
}

/** The newest seq among the first messages, up to and with one. */
function seqUpTo(messages: readonly MessageView[], last: number): number {
  for (let i = Math.min(last, messages.length - 1); i >= 0; i--) {
    const seq = messages[i]?.seq;
    if (seq != null) return seq;
  }
  return 0;
}

/** Where reading was when the chat was opened, or when its window was looked at again: the line stands there until then. */
function useUnreadLine(readUpTo: number) {
  const [unreadAfter, setUnreadAfter] = useState<number | null>(readUpTo);
  const latest = useRef(readUpTo);
  useEffect(() => {
    latest.current = readUpTo;
  }, [readUpTo]);
  useEffect(() => {
    const again = () => {
      if (document.visibilityState === 'visible') setUnreadAfter(latest.current);
    };
    document.addEventListener('visibilitychange', again);
    return () => document.removeEventListener('visibilitychange', again);
  }, []);
  return [unreadAfter, setUnreadAfter] as const;
}

/** Tells how far has been read, when the eyes rest and the window is seen; at once when the chat is left. */
function useSeen(seenSeq: number, readUpTo: number, onSeen: (seq: number) => void) {
  const latest = useRef({ seenSeq, readUpTo, onSeen });
  useEffect(() => {
    latest.current = { seenSeq, readUpTo, onSeen };
  });
  useEffect(() => {
    const tell = () => {
      const now = latest.current;
      if (now.seenSeq > now.readUpTo && document.visibilityState === 'visible') now.onSeen(now.seenSeq);
    };
    const timer = setTimeout(tell, SEEN_AFTER_MS);
    document.addEventListener('visibilitychange', tell);
    return () => {
      clearTimeout(timer);
      document.removeEventListener('visibilitychange', tell);
    };
  }, [seenSeq, readUpTo]);
  useEffect(
    () => () => {
      const { seenSeq: seq, readUpTo: read, onSeen: tell } = latest.current;
      if (seq > read && document.visibilityState === 'visible') tell(seq);
    },
    [],
  );
}

/** Focus on a row that is drawn no more falls to the list, so that the keys go on working. */
function useHeldFocus(scroller: React.RefObject<HTMLElement | null>) {
  const hasFocus = useRef(false);
  useLayoutEffect(() => {
    if (hasFocus.current && document.activeElement === document.body) scroller.current?.focus({ preventScroll: true });
  });
  return {
    onFocus: () => {
      hasFocus.current = true;
    },
    onBlur: () => {
      // A row that goes away while it has the focus tells nothing.
      hasFocus.current = false;
    },
  };
}

interface RowActions {
  reply: (message: MessageView) => void;
  edit: (message: MessageView) => void;
  goTo: (message: MessageView) => void;
  focus: (message: MessageView) => void;
  shown: () => void;
}

interface MessageRowProps {
  message: MessageView;
  openClass: ClassView;
  isContinued: boolean;
  isCurrent: boolean;
  isShown: boolean;
  repliedTo: MessageView | null;
  actions: RowActions;
}

const MessageRow = memo(function MessageRow(props: MessageRowProps): ReactNode {
  const { message, openClass, isContinued, isCurrent, isShown, repliedTo, actions } = props;
  return (
    <div className={classes.flash} data-shown={isShown} onAnimationEnd={actions.shown}>
      <Message
        message={message}
        openClass={openClass}
        isContinued={isContinued}
        isCurrent={isCurrent}
        repliedTo={repliedTo}
        onReply={() => actions.reply(message)}
        onEdit={() => actions.edit(message)}
        onGoTo={() => repliedTo && actions.goTo(repliedTo)}
        onFocus={() => actions.focus(message)}
      />
    </div>
  );
});
