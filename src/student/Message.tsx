/** One message: author, text, files, what waits on it, and what may be done with it. */
import { useEffect, useRef, useState } from 'react';
import type { ClassView, MessageView } from '../client/class-store.ts';
import { formatDateTime, formatTime } from '../ui/format.ts';
import { useLanguage } from '../ui/language.tsx';
import { useStore } from '../ui/store.tsx';
import { ErrorWords } from './ErrorNote.tsx';
import { FileLinks } from './FileLinks.tsx';
import { FilesInFlight } from './Files.tsx';
import { Icon } from './icons.tsx';
import { RichText } from './RichText.tsx';
import { useUploads } from './room.tsx';
import { useTexts } from './texts/texts.ts';

export function Message({
  view,
  message,
  author,
  answered,
  day,
  isFirstNew,
  isSameAuthor,
  onReply,
  onEdit,
  onRemove,
}: {
  view: ClassView;
  message: MessageView;
  author: string;
  answered: { author: string; message: MessageView | null } | null;
  /** The day line above it, if one begins here. */
  day: string | null;
  isFirstNew: boolean;
  isSameAuthor: boolean;
  onReply: () => void;
  onEdit: () => void;
  onRemove: () => void;
}) {
  const t = useTexts();
  const language = useLanguage();
  const isOwn = message.by === view.memberId;
  const isTeacher = message.by !== null && view.classroom.members[message.by]?.role === 'teacher';
  const isSettled = message.seq !== null && !message.isRemoved;
  return (
    <li>
      {day && <h3 className="day">{day}</h3>}
      {isFirstNew && <p className="new-line">{t.chat.newLine}</p>}
      <article
        className={isOwn ? 'message own' : 'message'}
        aria-label={t.chat.from(author, formatDateTime(language, message.at))}
      >
        {!isOwn && (!isSameAuthor || day) && (
          <p className="author">
            {author}
            {isTeacher && <span className="dim"> · {t.frame.teacher}</span>}
          </p>
        )}
        <div className="bubble">
          {answered && (
            <blockquote>
              <b>{answered.author}</b>
              <span>{answered.message?.isRemoved ? t.chat.removed : (answered.message?.text ?? '')}</span>
            </blockquote>
          )}
          {message.isRemoved ? (
            <p className="dim removed">{t.chat.removed}</p>
          ) : (
            <>
              {message.text && <RichText text={message.text} />}
              <MessageFiles message={message} />
            </>
          )}
          <p className="meta">
            {message.isEdited && !message.isRemoved && <span>{t.chat.edited}</span>}
            <time dateTime={new Date(message.at).toISOString()}>{formatTime(language, message.at)}</time>
          </p>
        </div>
        {isSettled && !message.outbox && <Actions onReply={onReply} {...(isOwn ? { onEdit, onRemove } : {})} />}
        {message.outbox && <Waiting outbox={message.outbox} />}
      </article>
    </li>
  );
}

/** Files that the hub has are links; those still on their way show how far they are. */
function MessageFiles({ message }: { message: MessageView }) {
  const uploads = useUploads();
  const isWaiting = message.seq === null;
  const coming = isWaiting ? message.files.filter(({ fileId }) => !uploads.isStored(fileId)) : [];
  const here = message.files.filter((file) => !coming.includes(file));
  return (
    <>
      <FileLinks files={here} />
      <FilesInFlight files={coming.map(({ fileId }) => fileId)} />
    </>
  );
}

function Waiting({ outbox }: { outbox: NonNullable<MessageView['outbox']> }) {
  const t = useTexts();
  const store = useStore();
  const isRefused = outbox.state === 'refused';
  return (
    <div className={isRefused ? 'outbox bad-text' : 'outbox dim'}>
      <p>
        <Icon name={isRefused ? 'alert' : 'clock'} />
        <span>
          {t.chat.state[outbox.state]}
          {isRefused && '. '}
          {isRefused && <ErrorWords code={outbox.code ?? 'internal'} />}
        </span>
      </p>
      {isRefused && (
        <p className="row end">
          <button type="button" onClick={() => void store.retry(outbox.id)}>
            {t.work.retry}
          </button>
          <button type="button" className="plain" onClick={() => void store.discard(outbox.id)}>
            {t.work.discard}
          </button>
        </p>
      )}
    </div>
  );
}

/** Height of the longest list of choices with some air, in CSS pixels: above it if there is room, else below. */
const CHOICES_PX = 160;

function Actions({ onReply, onEdit, onRemove }: { onReply: () => void; onEdit?: () => void; onRemove?: () => void }) {
  const t = useTexts();
  const [isOpen, setIsOpen] = useState(false);
  const [isBelow, setIsBelow] = useState(false);
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (!isOpen) return;
    const outside = (event: Event) => {
      if (!(event.target instanceof Node && box.current?.contains(event.target))) setIsOpen(false);
    };
    document.addEventListener('pointerdown', outside);
    document.addEventListener('focusin', outside);
    return () => {
      document.removeEventListener('pointerdown', outside);
      document.removeEventListener('focusin', outside);
    };
  }, [isOpen]);
  const choice = (label: string, act: () => void) => (
    <button
      type="button"
      className="plain"
      onClick={() => {
        setIsOpen(false);
        act();
      }}
    >
      {label}
    </button>
  );
  return (
    // oxlint-disable-next-line jsx-a11y/no-static-element-interactions -- Esc closes from any of the buttons inside
    <div className="actions" ref={box} onKeyDown={(event) => event.key === 'Escape' && setIsOpen(false)}>
      <button
        type="button"
        className="plain small"
        aria-label={t.chat.actions}
        aria-expanded={isOpen}
        onClick={(event) => {
          const top = event.currentTarget.closest('.messages')?.getBoundingClientRect().top ?? 0;
          setIsBelow(event.currentTarget.getBoundingClientRect().top - top < CHOICES_PX);
          setIsOpen(!isOpen);
        }}
      >
        <Icon name="more" />
      </button>
      {isOpen && (
        <div className={isBelow ? 'choices below' : 'choices'}>
          {choice(t.chat.reply, onReply)}
          {onEdit && choice(t.chat.edit, onEdit)}
          {onRemove && choice(t.chat.remove, onRemove)}
        </div>
      )}
    </div>
  );
}
