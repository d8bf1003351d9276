/**
 * One chat: pins, messages, who is writing, the field to answer in. The same messages as the teacher's, in a smaller view. What is
 * typed is a draft with every stroke; what waits or was refused looks so and says why.
 */
import { useEffect, useMemo, useRef, useState } from 'react';
import type { MessageView } from '../../client/class-store.ts';
import type { CommandId, MemberId } from '../../core/ids.ts';
import { formatDay } from '../../ui/format.ts';
import { useLanguage } from '../../ui/language.tsx';
import { useLive, useMessagesById, useStore } from '../../ui/store.tsx';
import { Ask } from '../Ask.tsx';
import { Icon } from '../icons.tsx';
import { useNow } from '../room.tsx';
import { useChatTexts } from '../texts/chat-texts.tsx';
import { Composer } from './Composer.tsx';
import { Message } from './Message.tsx';
import { Pins } from './Pins.tsx';
import type { Place } from './places.ts';
import { useReading } from './reading.ts';
import { RefusedActs } from './RefusedActs.tsx';

/** Scrolling by hand: whoever does it gives up the place that the page was going to. */
const BY_HAND = ['wheel', 'touchmove', 'keydown'] as const;

export interface Target {
  id: CommandId;
  seq: number;
}

export function Chat({
  place,
  isShown,
  target,
  onArrived,
  onTask,
}: {
  place: Place;
  isShown: boolean;
  /** A message to go to, found elsewhere. */
  target: Target | null;
  onArrived: () => void;
  onTask: (assignmentId: CommandId) => void;
}) {
  const t = useChatTexts();
  const language = useLanguage();
  const store = useStore();
  const now = useNow();
  const { view, logId, channelId, channel } = place;
  const [replyTo, setReplyTo] = useState<MessageView | null>(null);
  const [editing, setEditing] = useState<MessageView | null>(null);
  const [removing, setRemoving] = useState<MessageView | null>(null);
  const reading = useReading(logId, channelId, view.memberId, isShown);
  const live = useLive(logId);
  const messages = reading.view?.messages;

  const here = useMemo(() => new Map(messages?.map((message) => [message.id, message])), [messages]);
  const wanted = useMemo(
    () => [
      ...(messages ?? []).flatMap(({ replyTo: id }) => (id !== null && !here.has(id) ? [id] : [])),
      ...(channel?.pins ?? []).map(({ messageId }) => messageId),
    ],
    [messages, here, channel?.pins],
  );
  const elsewhere = useMessagesById(logId, wanted);
  const find = (id: CommandId) => here.get(id) ?? elsewhere?.find((message) => message.id === id) ?? null;

  const { goTo, letGo } = reading;
  const isHere = messages !== undefined;
  const gone = useRef<Target | null>(null);
  useEffect(() => {
    if (!target || !isHere || gone.current === target) return;
    gone.current = target;
    goTo(target.id, target.seq);
    onArrived();
  }, [target, isHere, goTo, onArrived]);

  const { list } = reading;
  useEffect(() => {
    const box = list.current;
    if (!isHere || !box) return;
    for (const event of BY_HAND) box.addEventListener(event, letGo, { passive: true });
    return () => {
      for (const event of BY_HAND) box.removeEventListener(event, letGo);
    };
  }, [isHere, list, letGo]);

  if (!messages || !reading.view) return null;
  const nameOf = (memberId: MemberId | null | undefined) =>
    memberId === view.memberId ? t.you : (memberId && view.classroom.members[memberId]?.name) || t.unknown;
  const stop = () => {
    setReplyTo(null);
    setEditing(null);
  };
  const edit = (message: MessageView) => {
    setReplyTo(null);
    setEditing(message);
  };
  const typing = (live?.typing[channelId] ?? []).filter(
    (memberId) => memberId !== view.memberId && view.classroom.members[memberId]?.role === 'teacher',
  );
  // Only two who talk alone know of each other how far they have read.
  const othersRead = Math.max(
    0,
    ...Object.entries<number>(place.kind === 'direct' ? (live?.reads[channelId] ?? {}) : {})
      .filter(([memberId]) => memberId !== view.memberId)
      .map(([, seq]) => seq),
  );

  return (
    <>
      {channel && channel.pins.length > 0 && <Pins pins={channel.pins} find={find} onGoTo={goTo} />}
      <div className="messages-box">
        <section
          className="messages"
          ref={list}
          // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- what scrolls must be reachable by keyboard
          tabIndex={0}
          aria-label={t.list}
          onScroll={reading.look}
        >
          {messages.length === 0 && (
            <div className="empty">
              <h3>{t.none}</h3>
              <p className="dim">{place.shut ? t.noneHint.shut : t.noneHint.open}</p>
            </div>
          )}
          {reading.view.hasOlder && (
            <p className="older">
              <button type="button" onClick={reading.older}>
                {t.older}
              </button>
            </p>
          )}
          <ol ref={reading.content}>
            {messages.map((message, index) => {
              const before = messages[index - 1];
              const day = formatDay(language, message.at, now);
              const isNewDay = !before || formatDay(language, before.at, now) !== day;
              const isFirstNew = message.id === reading.firstNewId;
              return (
                <Message
                  key={message.id}
                  view={view}
                  message={message}
                  nameOf={nameOf}
                  answered={message.replyTo === null ? null : find(message.replyTo)}
                  day={isNewDay ? day : null}
                  isFirstNew={isFirstNew}
                  isSameAuthor={before?.by === message.by && !isNewDay && !isFirstNew}
                  isCalled={message.id === reading.calledId}
                  isRead={message.seq !== null && message.seq <= othersRead}
                  isShut={place.shut !== null}
                  onGoTo={goTo}
                  onTask={onTask}
                  onReply={() => {
                    setEditing(null);
                    setReplyTo(message);
                  }}
                  onEdit={() => edit(message)}
                  onRemove={() => setRemoving(message)}
                />
              );
            })}
          </ol>
          <RefusedActs view={view} />
        </section>
        {!reading.isAtEnd && (
          <button
            type="button"
            className="to-end"
            aria-label={place.unread > 0 ? t.toEndNew(place.unread) : t.toEnd}
            title={t.toEnd}
            onClick={reading.toEnd}
          >
            <Icon name="down" />
            {place.unread > 0 && <span className="badge">{place.unread}</span>}
          </button>
        )}
      </div>
      <p className="typing dim" aria-live="polite">
        {typing.length > 0 && t.typing(typing.map(nameOf))}
      </p>
      {place.shut ? (
        <p className="shut">{t.shut[place.shut]}</p>
      ) : (
        <Composer
          place={place}
          answered={replyTo && { id: replyTo.id, author: nameOf(replyTo.by), text: replyTo.text }}
          editing={editing}
          onSent={() => {
            stop();
            reading.toEnd();
          }}
          onStop={stop}
          onEditLast={() => {
            const last = messages.filter(
              ({ by, seq, isRemoved, forward }) =>
                by === view.memberId && seq !== null && !isRemoved && forward === null,
            );
            const message = last.at(-1);
            if (message) edit(message);
          }}
        />
      )}
      {removing && (
        <Ask
          heading={t.removeAsk}
          yes={t.actions.remove}
          no={t.keep}
          onNo={() => setRemoving(null)}
          onYes={() => {
            setRemoving(null);
            store.send(logId, 'removeMessage', { messageId: removing.id }).catch(() => undefined);
          }}
        >
          <p>{t.removeHint}</p>
        </Ask>
      )}
    </>
  );
}
