/** One message: who, what, when, and how it stands. What waits looks so; what was refused says why and what can be done. */
import { ActionIcon, Button, Modal, Tooltip } from '@mantine/core';
import {
  IconAlertTriangle,
  IconArrowBackUp,
  IconClock,
  IconCloudUpload,
  IconFileUpload,
  IconPencil,
  IconTrash,
} from '@tabler/icons-react';
import { Fragment, useState } from 'react';
import type { ClassView, MessageView } from '../../client/class-store.ts';
import type { CommandId } from '../../core/ids.ts';
import { errorText } from '../../ui/error-texts.ts';
import { formatDateTime, formatTime } from '../../ui/format.ts';
import { useLanguage } from '../../ui/language.tsx';
import { useStore } from '../../ui/store.tsx';
import { useFailure } from '../frame/failure.ts';
import { FileChip } from '../frame/FileChip.tsx';
import { Discard } from '../frame/Outbox.tsx';
import { useTexts } from '../texts/texts.ts';
import classes from './Message.module.css';

const STATE_ICONS = {
  waiting: IconClock,
  'waiting-for-files': IconFileUpload,
  sending: IconCloudUpload,
  refused: IconAlertTriangle,
} as const;

export interface MessageProps {
  message: MessageView;
  openClass: ClassView;
  /** Of the same author and breath as the one above: no name. */
  isContinued: boolean;
  /** Where Tab enters the list. */
  isCurrent: boolean;
  /** null: none, or too far above to be here. */
  repliedTo: MessageView | null;
  onReply: () => void;
  onEdit: () => void;
  onGoTo: (id: CommandId) => void;
  onFocus: () => void;
}

export function Message(props: MessageProps) {
  const { message, openClass, isContinued, isCurrent, repliedTo, onReply, onEdit, onGoTo, onFocus } = props;
  const t = useTexts();
  const language = useLanguage();
  const isOwn = message.by === openClass.memberId;
  const nameOf = (by: MessageView['by']) => {
    const member = by ? openClass.classroom.members[by] : undefined;
    return by === openClass.memberId ? t.chat.you : (member?.name ?? t.chat.somebody);
  };
  const isTeacher = message.by !== null && openClass.classroom.members[message.by]?.role === 'teacher';
  const { outbox } = message;
  const StateIcon = outbox ? STATE_ICONS[outbox.state] : null;
  return (
    <article
      className={classes.row}
      data-own={isOwn}
      data-continued={isContinued}
      data-message={message.id}
      tabIndex={isCurrent ? 0 : -1}
      onFocus={onFocus}
      aria-label={`${nameOf(message.by)}, ${formatDateTime(language, message.at)}`}
    >
      <div className={classes.column}>
        {!isOwn && !isContinued && (
          <div className={classes.author}>
            {nameOf(message.by)}
            {isTeacher && <span className={classes.role}>{t.chat.teacher}</span>}
          </div>
        )}
        <div className={classes.line}>
          <div className={classes.bubble} data-refused={outbox?.state === 'refused'}>
            {message.replyTo !== null && (
              <button
                type="button"
                className={classes.quote}
                disabled={!repliedTo}
                onClick={() => repliedTo && onGoTo(repliedTo.id)}
              >
                <span className={classes.quoteAuthor}>{repliedTo ? nameOf(repliedTo.by) : t.chat.earlier}</span>
                {repliedTo && <span className={classes.quoteText}>{snippet(repliedTo, t.chat)}</span>}
              </button>
            )}
            {message.isRemoved ? (
              <span className={classes.removed}>{t.chat.removed}</span>
            ) : (
              <>
                {message.files.length > 0 && (
                  <div className={classes.files}>
                    {message.files.map((file) => (
                      <FileChip key={file.fileId} file={file} />
                    ))}
                  </div>
                )}
                {message.text !== '' && (
                  <div className={classes.text}>
                    <Linked text={message.text} />
                  </div>
                )}
              </>
            )}
            <div className={classes.meta}>
              {message.isEdited && !message.isRemoved && <span>{t.chat.edited}</span>}
              {StateIcon && outbox && (
                <span className={classes.state}>
                  <StateIcon size={14} stroke={2} aria-hidden />
                  {t.outbox.states[outbox.state]}
                </span>
              )}
              <time dateTime={new Date(message.at).toISOString()}>{formatTime(language, message.at)}</time>
            </div>
          </div>
          {!message.isRemoved && (
            <div className={classes.actions}>
              {message.seq !== null && (
                <Tooltip label={t.chat.reply}>
                  <ActionIcon aria-label={t.chat.reply} onClick={onReply}>
                    <IconArrowBackUp size={18} stroke={1.7} />
                  </ActionIcon>
                </Tooltip>
              )}
              {isOwn && (
                <Tooltip label={t.chat.edit}>
                  <ActionIcon aria-label={t.chat.edit} onClick={onEdit}>
                    <IconPencil size={18} stroke={1.7} />
                  </ActionIcon>
                </Tooltip>
              )}
              <Remove message={message} openClass={openClass} author={nameOf(message.by)} />
            </div>
          )}
        </div>
        {outbox?.state === 'refused' && <Refusal message={message} outbox={outbox} onEdit={onEdit} />}
      </div>
    </article>
  );
}

/** The first words of a message, or of what it carries. */
export const snippet = (message: MessageView, words: { removed: string }) =>
  message.isRemoved ? words.removed : message.text.slice(0, 200) || message.files.map((file) => file.name).join(', ');

function Refusal({
  message,
  outbox,
  onEdit,
}: {
  message: MessageView;
  outbox: NonNullable<MessageView['outbox']>;
  onEdit: () => void;
}) {
  const t = useTexts();
  const store = useStore();
  const failed = useFailure();
  const { what, todo } = errorText(useLanguage(), outbox.code ?? 'internal');
  return (
    <div className={classes.refusal}>
      <p className={classes.reason}>
        {what} {todo}
      </p>
      <div className={classes.refusalActions}>
        <Button variant="default" size="xs" onClick={() => void store.retry(outbox.id).catch(failed)}>
          {t.outbox.retry}
        </Button>
        {message.seq === null && (
          <Button variant="default" size="xs" onClick={onEdit}>
            {t.chat.edit}
          </Button>
        )}
        <Discard
          onDiscard={() => void store.discard(outbox.id).catch(failed)}
          what={t.outbox.commands.postMessage(message.text, 0)}
        />
      </div>
    </div>
  );
}

/** Removing erases the text everywhere and cannot be undone; what nobody has seen yet simply leaves the queue. */
function Remove({ message, openClass, author }: { message: MessageView; openClass: ClassView; author: string }) {
  const t = useTexts();
  const store = useStore();
  const failed = useFailure();
  const [isAsking, setAsking] = useState(false);
  const remove = () => {
    setAsking(false);
    if (message.seq === null && message.outbox) store.discard(message.outbox.id).catch(failed);
    else store.send(openClass.logId, 'removeMessage', { messageId: message.id }).catch(failed);
  };
  return (
    <>
      <Tooltip label={t.chat.remove}>
        <ActionIcon data-action="remove" aria-label={t.chat.remove} onClick={() => setAsking(true)}>
          <IconTrash size={18} stroke={1.7} />
        </ActionIcon>
      </Tooltip>
      <Modal opened={isAsking} onClose={() => setAsking(false)} title={t.chat.removeTitle}>
        <p className={classes.question}>{t.chat.removeWhat(author, snippet(message, t.chat))}</p>
        <div className={classes.buttons}>
          <Button variant="default" data-autofocus onClick={() => setAsking(false)}>
            {t.chat.keep}
          </Button>
          <Button color="red" onClick={remove}>
            {t.chat.remove}
          </Button>
        </div>
      </Modal>
    </>
  );
}

const LINK = /(https?:\/\/[^\s<>"']+[^\s<>"'.,;:!?)\]])/g;

/** Text with its web addresses as links; the window opens them outside. */
function Linked({ text }: { text: string }) {
  return text.split(LINK).map((part, index) =>
    index % 2 === 1 ? (
      <a key={index} href={part} target="_blank" rel="noreferrer noopener" className={classes.link}>
        {part}
      </a>
    ) : (
      <Fragment key={index}>{part}</Fragment>
    ),
  );
}
