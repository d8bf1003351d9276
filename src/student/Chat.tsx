/**
 * The class chat: the same messages as the teacher's, in a smaller view. Keeps its place when news arrive; what is typed is a
 * draft with every stroke; what waits or was refused looks so and says why.
 */
import { useEffect, useLayoutEffect, useRef, useState } from 'react';
import type { ClassView, MessageView } from '../client/class-store.ts';
import type { ChannelId, CommandId } from '../core/ids.ts';
import { formatDay } from '../ui/format.ts';
import { useLanguage } from '../ui/language.tsx';
import { useMessages, useStore } from '../ui/store.tsx';
import { Ask } from './Ask.tsx';
import { Composer } from './Composer.tsx';
import { Icon } from './icons.tsx';
import { Message } from './Message.tsx';
import { useNow } from './room.tsx';
import { useTexts } from './texts/texts.ts';

const PAGE_MESSAGES = 50;
/** So near to the end counts as the end, in CSS pixels. */
const END_PX = 48;

export function Chat({ view, channelId, isShown }: { view: ClassView; channelId: ChannelId; isShown: boolean }) {
  const t = useTexts();
  const language = useLanguage();
  const store = useStore();
  const now = useNow();
  const [count, setCount] = useState(PAGE_MESSAGES);
  const [replyTo, setReplyTo] = useState<CommandId | null>(null);
  const [editing, setEditing] = useState<MessageView | null>(null);
  const [removing, setRemoving] = useState<MessageView | null>(null);
  const [isAtEnd, setIsAtEnd] = useState(true);
  const list = useRef<HTMLElement>(null);
  const place = useRef<{ first: string | undefined; height: number; atEnd: boolean }>({
    first: undefined,
    height: 0,
    atEnd: true,
  });
  const messagesView = useMessages(view.logId, channelId, count);
  const messages = messagesView?.messages;

  // The unread line stands still while one reads; it is drawn anew each time the chat is opened.
  const [line, setLine] = useState<number | null>(null);
  if (!isShown && line !== null) setLine(null);
  if (isShown && line === null && messagesView) setLine(messagesView.readUpTo);

  useLayoutEffect(() => {
    const box = list.current;
    if (!box || !isShown || !messages) return;
    const before = place.current;
    const first = messages[0]?.id;
    if (before.atEnd) box.scrollTop = box.scrollHeight;
    // Earlier messages came in above: what was being read stays where it is.
    else if (first !== before.first) box.scrollTop += box.scrollHeight - before.height;
    place.current = { first, height: box.scrollHeight, atEnd: before.atEnd };
  }, [messages, isShown, line]);

  // A growing answer field takes room from the list: who was at the end stays there.
  useEffect(() => {
    const box = list.current;
    if (!box) return;
    const watching = new ResizeObserver(() => {
      if (place.current.atEnd) box.scrollTop = box.scrollHeight;
    });
    watching.observe(box);
    return () => watching.disconnect();
  }, [messages === undefined]); // oxlint-disable-line react/exhaustive-deps -- once the list is there

  const lastSeq = messages?.filter((message) => message.seq !== null).at(-1)?.seq ?? 0;
  const readUpTo = messagesView?.readUpTo ?? 0;
  useEffect(() => {
    if (!isShown || !isAtEnd || lastSeq <= readUpTo) return;
    const read = () => {
      if (document.visibilityState === 'visible') store.markRead(view.logId, channelId, lastSeq).catch(() => undefined);
    };
    read();
    document.addEventListener('visibilitychange', read);
    return () => document.removeEventListener('visibilitychange', read);
  }, [store, view.logId, channelId, isShown, isAtEnd, lastSeq, readUpTo]);

  if (!messages) return null;
  const nameOf = (message: Pick<MessageView, 'by'> | undefined) =>
    message?.by === view.memberId
      ? t.chat.you
      : ((message?.by && view.classroom.members[message.by]?.name) ?? t.chat.unknown);
  const byId = new Map(messages.map((message) => [message.id, message]));
  const answered = replyTo ? byId.get(replyTo) : undefined;
  const toEnd = () => {
    const box = list.current;
    if (box) box.scrollTop = box.scrollHeight;
  };

  return (
    <div className="chat">
      <h2 className="unseen">{t.chat.heading}</h2>
      <div className="messages-box">
        <section
          className="messages"
          ref={list}
          // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- what scrolls must be reachable by keyboard
          tabIndex={0}
          aria-label={t.chat.list}
          onScroll={({ currentTarget: box }) => {
            const atEnd = box.scrollHeight - box.scrollTop - box.clientHeight < END_PX;
            place.current.atEnd = atEnd;
            setIsAtEnd(atEnd);
          }}
        >
          {messages.length === 0 && (
            <div className="empty">
              <h2>{t.chat.none}</h2>
              <p className="dim">{t.chat.noneHint}</p>
            </div>
          )}
          {messagesView.hasOlder && (
            <p className="older">
              <button
                type="button"
                onClick={() => {
                  place.current.atEnd = false;
                  setCount(count + PAGE_MESSAGES);
                }}
              >
                {t.chat.older}
              </button>
            </p>
          )}
          <ol>
            {messages.map((message, index) => {
              const before = messages[index - 1];
              const day = formatDay(language, message.at, now);
              const isFirstNew =
                line !== null &&
                message.seq !== null &&
                message.seq > line &&
                line > 0 &&
                (before?.seq ?? 0) <= line &&
                message.by !== view.memberId;
              return (
                <Message
                  key={message.id}
                  view={view}
                  message={message}
                  author={nameOf(message)}
                  answered={
                    message.replyTo === null
                      ? null
                      : { author: nameOf(byId.get(message.replyTo)), message: byId.get(message.replyTo) ?? null }
                  }
                  day={!before || formatDay(language, before.at, now) !== day ? day : null}
                  isFirstNew={isFirstNew}
                  isSameAuthor={before?.by === message.by && !isFirstNew}
                  onReply={() => {
                    setEditing(null);
                    setReplyTo(message.id);
                  }}
                  onEdit={() => {
                    setReplyTo(null);
                    setEditing(message);
                  }}
                  onRemove={() => setRemoving(message)}
                />
              );
            })}
          </ol>
        </section>
        {!isAtEnd && (
          <button type="button" className="to-end" aria-label={t.chat.toEnd} title={t.chat.toEnd} onClick={toEnd}>
            <Icon name="down" />
          </button>
        )}
      </div>
      <Composer
        logId={view.logId}
        channelId={channelId}
        answered={answered ? { id: answered.id, author: nameOf(answered), text: answered.text } : null}
        editing={editing}
        onSent={() => {
          setReplyTo(null);
          setEditing(null);
          place.current.atEnd = true;
          toEnd();
        }}
        onStop={() => {
          setReplyTo(null);
          setEditing(null);
        }}
      />
      {removing && (
        <Ask
          heading={t.chat.removeAsk}
          yes={t.chat.remove}
          no={t.chat.keep}
          onNo={() => setRemoving(null)}
          onYes={() => {
            setRemoving(null);
            store.send(view.logId, 'removeMessage', { messageId: removing.id }).catch(() => undefined);
          }}
        >
          <p>{t.chat.removeHint}</p>
        </Ask>
      )}
    </div>
  );
}
