/**
 * One message: who, what, when, how it stands, and what may be done with it. What waits looks so; what was refused says why and
 * what can be done (S10). Everything beside the words is made only when it is wanted (see message/).
 */
import { Button, Modal } from '@mantine/core';
import {
  IconAlertTriangle,
  IconArrowForwardUp,
  IconClock,
  IconCloudUpload,
  IconFileUpload,
  IconPinFilled,
  IconSignature,
} from '@tabler/icons-react';
import { useMemo, useRef, useState, type KeyboardEvent, type MouseEvent } from 'react';
import type { ClassView, MessageView } from '../../client/class-store.ts';
import { mayWrite } from '../../core/classroom.ts';
import type { CommandId, MemberId } from '../../core/ids.ts';
import { errorText } from '../../ui/error-texts.ts';
import { formatDateTime, formatTime } from '../../ui/format.ts';
import { useLanguage } from '../../ui/language.tsx';
import { mentionables } from '../../ui/mentions.ts';
import { plainTextOf } from '../../ui/rich-text.ts';
import { RichText } from '../../ui/RichText.tsx';
import { useStore } from '../../ui/store.tsx';
import { useFailure } from '../frame/failure.ts';
import { Discard } from '../frame/Outbox.tsx';
import { isKey } from '../frame/shortcuts.tsx';
import { useTexts } from '../texts/texts.ts';
import { AssignmentCard } from './message/AssignmentCard.tsx';
import { useMessageCommands, waitingMarks, waitingWords } from './message/commands.ts';
import { focusBack } from '../frame/focus-back.ts';
import { Forward } from './message/Forward.tsx';
import { History } from './message/History.tsx';
import { MessageFiles } from './message/MessageFiles.tsx';
import { MessageBar, MessageMenu, type MenuPlace, type MessageDeeds, type Possible } from './message/MessageMenu.tsx';
import { NoticeFoot } from './message/NoticeFoot.tsx';
import { messageAsText } from './message/plain.ts';
import { Poll } from './message/Poll.tsx';
import { ReactionPicker, Reactions } from './message/Reactions.tsx';
import { Refusals } from './message/Refusals.tsx';
import { ReadBy } from './reading/reads.tsx';
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

type Opened = { what: 'menu'; at: MenuPlace } | { what: 'reactions' | 'forward' | 'remove' } | null;

export function Message(props: MessageProps) {
  const { message, openClass, isContinued, isCurrent, repliedTo, onReply, onEdit, onGoTo, onFocus } = props;
  const t = useTexts();
  const language = useLanguage();
  const commands = useMessageCommands(message, openClass);
  const [isNear, setNear] = useState(false);
  const [opened, setOpened] = useState<Opened>(null);
  const row = useRef<HTMLElement>(null);
  const close = () => {
    setOpened(null);
    focusBack(() => row.current);
  };
  const { classroom, memberId: me, role } = openClass;
  const isOwn = message.by === me;
  const nameOf = (by: MemberId | null) =>
    by === me ? t.chat.you : ((by && classroom.members[by]?.name) ?? t.chat.somebody);
  const isTeacher = message.by !== null && classroom.members[message.by]?.role === 'teacher';
  const channel = classroom.channels[message.channelId];
  const self = classroom.members[me];
  const isSettled = message.seq !== null && !message.isRemoved;
  const isOpen = channel !== undefined && !channel.isArchived;
  const mayWriteHere = channel !== undefined && self !== undefined && mayWrite(classroom, channel, self);
  const possible: Possible = {
    reply: isSettled && mayWriteHere,
    react: isSettled && isOpen,
    edit: isOwn && !message.isRemoved && message.forward === null && (message.seq === null || mayWriteHere),
    forward: isSettled && (message.text !== '' || message.files.length > 0),
    pin: isSettled && (role === 'teacher' || channel?.kind === 'direct'),
    remove: !message.isRemoved && (isOwn || (role === 'teacher' && classroom.kind === 'class')),
  };
  const deeds: MessageDeeds = {
    onReply,
    onEdit,
    onReact: () => setOpened({ what: 'reactions' }),
    onForward: () => setOpened({ what: 'forward' }),
    onPin: () => void commands.pin(),
    onCopy: () => void commands.copy(message.text),
    onCopyForOthers: () => void commands.copy(messageAsText(message, classroom, t, language, Date.now())),
    onRemove: () => setOpened({ what: 'remove' }),
  };
  const menuAt = (article: HTMLElement, x: number, y: number) => {
    const box = article.getBoundingClientRect();
    setOpened({ what: 'menu', at: { x: x - box.left, y: y - box.top } });
  };
  const onContextMenu = (event: MouseEvent<HTMLElement>) => {
    // A selection, a link and a field keep the menu of the system.
    const target = event.target as Element;
    if (message.isRemoved || !event.currentTarget.contains(target) || target.closest('a, input, textarea')) return;
    if (document.getSelection()?.isCollapsed === false) return;
    event.preventDefault();
    const box = event.currentTarget.getBoundingClientRect();
    // The menu key gives no place: the bubble's corner is one.
    const isByKey = event.clientX === 0 && event.clientY === 0;
    menuAt(event.currentTarget, isByKey ? box.left + 48 : event.clientX, isByKey ? box.top + 32 : event.clientY);
  };
  const onKeyDown = (event: KeyboardEvent<HTMLElement>) => {
    if (event.target !== event.currentTarget || message.isRemoved) return;
    const key = event.nativeEvent;
    if (isKey(key, 'F') && possible.forward) deeds.onForward();
    else if (isKey(key, 'P') && possible.pin) deeds.onPin();
    else if (key.key === '+' && possible.react) deeds.onReact();
    else if (isKey(key, 'Ctrl+C') && document.getSelection()?.isCollapsed !== false && message.text !== '')
      deeds.onCopy();
    else if (key.key === 'Delete' && possible.remove) deeds.onRemove();
    else return;
    event.preventDefault();
    event.stopPropagation();
  };

  const marks = waitingMarks(message, openClass.outbox);
  const words = waitingWords(message, openClass.outbox);
  const outbox = words ?? marks.find((row) => row.state !== 'refused') ?? null;
  const StateIcon = outbox ? STATE_ICONS[outbox.state] : null;
  const mentionsMe = message.mentions.includes(me);
  const bar = isNear && !message.isRemoved && (
    <MessageBar
      deeds={deeds}
      possible={possible}
      onMenu={(near) => {
        const box = near.getBoundingClientRect();
        if (row.current) menuAt(row.current, box.left, box.bottom);
      }}
    />
  );
  return (
    // The row is one stop of the list; its keys are named in the list of shortcuts.
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions
    <article
      ref={row}
      className={classes.row}
      data-own={isOwn}
      data-continued={isContinued}
      data-message={message.id}
      data-mentions-me={mentionsMe}
      tabIndex={isCurrent ? 0 : -1}
      onFocus={() => {
        setNear(true);
        onFocus();
      }}
      onBlur={(event) => !event.currentTarget.contains(event.relatedTarget) && setNear(false)}
      onPointerEnter={() => setNear(true)}
      onPointerLeave={(event) => !event.currentTarget.contains(document.activeElement) && setNear(false)}
      onContextMenu={onContextMenu}
      onKeyDown={onKeyDown}
      aria-label={[
        `${nameOf(message.by)}, ${formatDateTime(language, message.at)}`,
        mentionsMe ? t.message.mentionsMe : '',
      ]
        .filter(Boolean)
        .join(', ')}
    >
      <div className={classes.column}>
        {!isOwn && !isContinued && (
          <div className={classes.author}>
            {nameOf(message.by)}
            {isTeacher && <span className={classes.role}>{t.chat.teacher}</span>}
          </div>
        )}
        <div className={classes.line}>
          <div
            className={classes.bubble}
            data-refused={words?.state === 'refused'}
            data-notice={message.notice !== null}
          >
            {message.forward && !message.isRemoved && (
              <div className={classes.forwarded}>
                <IconArrowForwardUp size={16} stroke={1.8} aria-hidden />
                {t.message.forwardedAt(nameOf(message.forward.by), formatDateTime(language, message.forward.at))}
              </div>
            )}
            {message.notice && !message.isRemoved && (
              <div className={classes.notice}>
                <IconSignature size={16} stroke={1.8} aria-hidden />
                {t.message.notice.title}
              </div>
            )}
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
              <Body message={message} openClass={openClass} />
            )}
            {message.poll && !message.isRemoved && (
              <Poll message={message} openClass={openClass} nameOf={nameOf} commands={commands} />
            )}
            {message.notice && !message.isRemoved && (
              <NoticeFoot message={message} openClass={openClass} commands={commands} />
            )}
            <div className={classes.meta}>
              {message.isPinned && <IconPinFilled size={14} aria-label={t.message.pinned} role="img" />}
              {message.isEdited && !message.isRemoved && <History message={message} />}
              <ReadBy message={message} />
              {StateIcon && outbox && (
                <span className={classes.state}>
                  <StateIcon size={14} stroke={2} aria-hidden />
                  {t.outbox.states[outbox.state]}
                </span>
              )}
              <time dateTime={new Date(message.at).toISOString()}>{formatTime(language, message.at)}</time>
            </div>
          </div>
          {opened?.what === 'reactions' ? (
            <ReactionPicker message={message} me={me} onReact={commands.react} onClose={close}>
              <div className={classes.picks} />
            </ReactionPicker>
          ) : null}
          {bar}
        </div>
        {!message.isRemoved && (
          <Reactions message={message} me={me} nameOf={nameOf} onReact={possible.react ? commands.react : undefined} />
        )}
        {words?.state === 'refused' && (
          <Refusal
            message={message}
            outbox={words}
            isOpen={channel === undefined || (self !== undefined && mayWrite(classroom, channel, self))}
            mayOpen={channel?.isArchived === true && role === 'teacher'}
            onEdit={onEdit}
            onCopy={deeds.onCopy}
          />
        )}
        <Refusals rows={marks} />
      </div>
      {opened?.what === 'menu' && (
        <MessageMenu
          message={message}
          deeds={deeds}
          possible={possible}
          at={opened.at}
          // What was chosen may have opened something else by now.
          onClose={() => {
            setOpened((now) => (now?.what === 'menu' ? null : now));
            focusBack(() => row.current);
          }}
        />
      )}
      {opened?.what === 'forward' && <Forward message={message} openClass={openClass} onClose={close} />}
      {opened?.what === 'remove' && (
        <Remove
          what={t.chat.removeWhat(nameOf(message.by), snippet(message, t.chat))}
          onClose={close}
          onRemove={commands.remove}
        />
      )}
    </article>
  );
}

/** The words and what hangs on them. */
function Body({ message, openClass }: { message: MessageView; openClass: ClassView }) {
  const people = useMemo(
    () =>
      mentionables(
        message.mentions.flatMap((memberId) => {
          const member = openClass.classroom.members[memberId];
          return member ? [member] : [];
        }),
      ),
    [message.mentions, openClass.classroom.members],
  );
  return (
    <>
      {message.files.length > 0 && <MessageFiles files={message.files} />}
      {message.assignmentId !== null && <AssignmentCard assignmentId={message.assignmentId} openClass={openClass} />}
      {message.text !== '' && (
        <div className={classes.text}>
          <RichText text={message.text} people={people} me={openClass.memberId} classes={RICH} />
        </div>
      )}
    </>
  );
}

const RICH = {
  paragraph: classes.paragraph,
  list: classes.list,
  item: classes.item,
  marker: classes.marker,
  code: classes.code,
  codeBlock: classes.codeBlock,
  formula: classes.formula,
  link: classes.link,
  host: classes.host,
  mention: classes.mention,
};

/** The first words of a message, or of what it carries. */
export const snippet = (message: MessageView, words: { removed: string }) =>
  message.isRemoved
    ? words.removed
    : plainTextOf(message.text.slice(0, 200)) || message.files.map((file) => file.name).join(', ');

interface RefusalProps {
  message: MessageView;
  outbox: NonNullable<MessageView['outbox']>;
  /** The chat has a field, where the message can be written anew. */
  isOpen: boolean;
  /** Whoever reads this can open the chat again himself. */
  mayOpen: boolean;
  onEdit: () => void;
  onCopy: () => void;
}

function Refusal({ message, outbox, isOpen, mayOpen, onEdit, onCopy }: RefusalProps) {
  const t = useTexts();
  const store = useStore();
  const failed = useFailure();
  const { what, todo } = errorText(useLanguage(), outbox.code ?? 'internal');
  return (
    <div className={classes.refusal}>
      <p className={classes.reason}>
        {what} {mayOpen && outbox.code === 'channel-closed' ? t.composer.closedTodo : todo}
      </p>
      <div className={classes.refusalActions}>
        <Button variant="default" size="xs" onClick={() => void store.retry(outbox.id).catch(failed)}>
          {t.outbox.retry}
        </Button>
        {!isOpen && message.text !== '' && (
          <Button variant="default" size="xs" onClick={onCopy}>
            {t.message.copyText}
          </Button>
        )}
        {isOpen && message.seq === null && (
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

/** Removing erases the text everywhere and cannot be undone, so it asks and names it. */
function Remove({ what, onClose, onRemove }: { what: string; onClose: () => void; onRemove: () => void }) {
  const t = useTexts();
  return (
    <Modal opened onClose={onClose} title={t.chat.removeTitle}>
      <p className={classes.question}>{what}</p>
      <div className={classes.buttons}>
        <Button variant="default" data-autofocus onClick={onClose}>
          {t.chat.keep}
        </Button>
        <Button
          color="red"
          onClick={() => {
            onClose();
            onRemove();
          }}
        >
          {t.chat.remove}
        </Button>
      </div>
    </Modal>
  );
}
