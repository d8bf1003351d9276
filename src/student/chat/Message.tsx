/** One message: author, what it answers, text, poll, notice, task, files, reactions, what waits on it, what may be done with it. */
import { useMemo, useState } from 'react';
import type { ClassView, MessageView } from '../../client/class-store.ts';
import type { CommandId, MemberId } from '../../core/ids.ts';
import { formatDateTime, formatTime } from '../../ui/format.ts';
import { useLanguage } from '../../ui/language.tsx';
import { mentionables } from '../../ui/mentions.ts';
import { plainTextOf } from '../../ui/rich-text.ts';
import { RichText, type RichTextClasses } from '../../ui/RichText.tsx';
import { useTexts } from '../texts/texts.ts';
import { useChatTexts } from '../texts/chat-texts.tsx';
import { Actions } from './Actions.tsx';
import { Attachments } from './Attachments.tsx';
import './message.css';
import { NoticeFoot } from './NoticeFoot.tsx';
import { ChatPicture } from './pictures.tsx';
import { Poll } from './Poll.tsx';
import { Reactions } from './Reactions.tsx';
import { TaskLink } from './TaskLink.tsx';
import { Waiting } from './Waiting.tsx';

const CLASSES: RichTextClasses = {
  paragraph: 'rich',
  list: 'rich-list',
  code: 'typed',
  codeBlock: 'typed-block',
  formula: 'formula',
  host: 'dim',
  mention: 'mention',
};

export interface MessageProps {
  view: ClassView;
  message: MessageView;
  nameOf: (memberId: MemberId | null | undefined) => string;
  /** What it answers, where that is known here. */
  answered: MessageView | null;
  /** The day line above it, if one begins here. */
  day: string | null;
  isFirstNew: boolean;
  isSameAuthor: boolean;
  /** It was just gone to, and stands out for a moment. */
  isCalled: boolean;
  /** The other one of a talk of two has read it. */
  isRead: boolean;
  /** Nothing can be written here. */
  isShut: boolean;
  onGoTo: (id: CommandId, seq: number) => void;
  onTask: (assignmentId: CommandId) => void;
  onReply: () => void;
  onEdit: () => void;
  onRemove: () => void;
}

export function Message(props: MessageProps) {
  const { view, message, nameOf, day, isFirstNew, isSameAuthor, isCalled } = props;
  const t = useChatTexts();
  const { frame } = useTexts();
  const language = useLanguage();
  const isOwn = message.by === view.memberId;
  const isTeacher = message.by !== null && view.classroom.members[message.by]?.role === 'teacher';
  const isToMe = message.mentions.includes(view.memberId);
  const author = nameOf(message.by);
  const isSettled = message.seq !== null && !message.isRemoved;
  const look = [
    'message',
    isOwn && 'own',
    isToMe && 'to-me',
    message.notice && !message.isRemoved && 'notice',
    isCalled && 'called',
  ];
  return (
    <li data-id={message.id} data-seq={message.seq ?? undefined}>
      {day && <h3 className="day">{day}</h3>}
      {isFirstNew && <p className="new-line">{t.newLine}</p>}
      <article
        className={look.filter(Boolean).join(' ')}
        aria-label={t.from(author, formatDateTime(language, message.at))}
      >
        {!isOwn && !isSameAuthor && (
          <p className="author">
            {author}
            {isTeacher && <span className="dim"> · {frame.teacher}</span>}
          </p>
        )}
        <Bubble {...props} isOwn={isOwn} isToMe={isToMe} />
        {isSettled && (
          <Actions
            view={view}
            message={message}
            {...(props.isShut ? {} : { onReply: props.onReply })}
            {...(isOwn ? { onRemove: props.onRemove } : {})}
            {...(isOwn && !props.isShut && message.forward === null ? { onEdit: props.onEdit } : {})}
          />
        )}
        {isSettled && <Reactions view={view} message={message} nameOf={nameOf} />}
        {message.outbox && <Waiting message={message} outbox={message.outbox} logId={view.logId} />}
      </article>
    </li>
  );
}

function Bubble({
  view,
  message,
  nameOf,
  answered,
  isOwn,
  isToMe,
  isRead,
  onGoTo,
  onTask,
}: MessageProps & { isOwn: boolean; isToMe: boolean }) {
  const t = useChatTexts();
  const language = useLanguage();
  const [isHistoryOpen, setIsHistoryOpen] = useState(false);
  const { members } = view.classroom;
  const people = useMemo(
    () => mentionables(message.mentions.flatMap((memberId) => members[memberId] ?? [])),
    [message.mentions, members],
  );
  const meta = (
    <p className="meta">
      {isToMe && !isOwn && <span className="unseen">{t.message.mentionsYou}</span>}
      {message.isEdited && !message.isRemoved && (
        <button type="button" aria-expanded={isHistoryOpen} onClick={() => setIsHistoryOpen(!isHistoryOpen)}>
          {t.message.edited}
        </button>
      )}
      <time dateTime={new Date(message.at).toISOString()}>{formatTime(language, message.at)}</time>
      {isOwn && isRead && <span>{t.read}</span>}
    </p>
  );
  if (message.isRemoved)
    return (
      <div className="bubble">
        <p className="dim removed">{t.message.removed}</p>
        {meta}
      </div>
    );
  return (
    <div className="bubble">
      {message.forward && (
        <p className="forwarded dim">
          <ChatPicture name="forward" />
          {t.message.forwarded(nameOf(message.forward.by))}
        </p>
      )}
      {message.replyTo !== null && <Quote answered={answered} nameOf={nameOf} onGoTo={onGoTo} />}
      {message.notice && (
        <p className="kind">
          <ChatPicture name="sign" />
          {t.notice.asks}
        </p>
      )}
      {message.poll && (
        <p className="kind">
          <ChatPicture name="poll" />
          {message.poll.isClosed ? t.poll.closed : message.poll.isMultiple ? t.poll.several : t.poll.one}
        </p>
      )}
      {message.text && (
        <div className="said">
          <RichText text={message.text} people={people} me={view.memberId} classes={CLASSES} />
        </div>
      )}
      {message.poll && <Poll view={view} message={message} poll={message.poll} nameOf={nameOf} />}
      {message.assignmentId !== null && <TaskLink view={view} assignmentId={message.assignmentId} onTask={onTask} />}
      <Attachments message={message} />
      {message.notice && !isOwn && <NoticeFoot view={view} message={message} notice={message.notice} />}
      {isHistoryOpen && (
        <section className="history" aria-label={t.message.history}>
          {message.history.map(({ text, at }, index) => (
            <p key={index}>
              <time className="dim" dateTime={new Date(at).toISOString()}>
                {formatDateTime(language, at)}
              </time>
              {plainTextOf(text)}
            </p>
          ))}
        </section>
      )}
      {meta}
    </div>
  );
}

/** What is answered, in one line; pressed, it is gone to. */
function Quote({
  answered,
  nameOf,
  onGoTo,
}: Pick<MessageProps, 'nameOf' | 'onGoTo'> & { answered: MessageView | null }) {
  const t = useChatTexts();
  if (!answered) return <blockquote>{t.message.removed}</blockquote>;
  const { id, seq, by, text, files, isRemoved } = answered;
  return (
    <blockquote>
      <button type="button" title={t.message.toAnswered} onClick={() => seq !== null && onGoTo(id, seq)}>
        <b>{nameOf(by)}</b>
        <span className="one-line">{isRemoved ? t.message.removed : plainTextOf(text) || files[0]?.name}</span>
      </button>
    </blockquote>
  );
}
