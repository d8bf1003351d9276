/**
 * Where a message is written: text with marks, files, mentions, a poll, an assignment, the request to read; now, later, or as a
 * voice; in answer to a message, or an own message being rewritten. `Enter` sends, `Shift+Enter` breaks, `↑` in an empty field
 * rewrites the last own message, `Esc` leaves whatever was begun last. Where one may not write it says why.
 */
import { ActionIcon, Button, CloseButton, Textarea, Tooltip } from '@mantine/core';
import {
  IconArrowBackUp,
  IconClipboardText,
  IconLock,
  IconMicrophone,
  IconPaperclip,
  IconPencil,
  IconSend2,
  IconSignature,
} from '@tabler/icons-react';
import { useMemo, useRef, useState, type ClipboardEvent, type KeyboardEvent } from 'react';
import type { ClassView, MessageView } from '../../client/class-store.ts';
import { mayWrite, readersOf, type Channel } from '../../core/classroom.ts';
import type { CommandId } from '../../core/ids.ts';
import { MESSAGE_TEXT_MAX } from '../../core/limits.ts';
import { matching, mentionName, mentionQuery, type Person } from '../../ui/mentions.ts';
import { useMessagesById } from '../../ui/store.tsx';
import { useDesktop, useTransfers } from '../desktop.tsx';
import { useOpenClass } from '../frame/classes.tsx';
import { FileChip, type ShownFile } from '../frame/FileChip.tsx';
import { ErrorNotice } from '../frame/Notice.tsx';
import { isKey } from '../frame/shortcuts.tsx';
import { useTexts } from '../texts/texts.ts';
import { useArchive } from './channels/ChannelHeader.tsx';
import { AddMenu } from './composer/AddMenu.tsx';
import { apply, toggled } from './composer/formatting.ts';
import { MentionList, mentionListId, mentionOptionId, MENTIONS_SHOWN } from './composer/MentionList.tsx';
import { PollForm, type PollAnswers } from './composer/PollForm.tsx';
import { useRecorder } from './composer/recorder.ts';
import { ScheduledLine, SendLater } from './composer/SendLater.tsx';
import { VoiceBar } from './composer/VoiceBar.tsx';
import { isSendable } from './composing.ts';
import { Refusals } from './message/Refusals.tsx';
import { snippet } from './Message.tsx';
import type { Writing } from './writing.ts';
import classes from './Composer.module.css';

const FORMATS = [
  ['Ctrl+B', '**'],
  ['Ctrl+I', '*'],
  ['Ctrl+E', '`'],
] as const;

export interface ComposerProps {
  writing: Writing;
  /** What is on the screen: `↑` rewrites the last own one. */
  messages: readonly MessageView[];
}

export function Composer({ writing, messages }: ComposerProps) {
  const { channelId, composing, write, failure, inputRef } = writing;
  const t = useTexts();
  const { view, logId } = useOpenClass();
  const { call } = useDesktop();
  const transfers = useTransfers();
  const chooser = useRef<HTMLInputElement>(null);
  const recorder = useRecorder(t.composer.voice.word, (file) => void writing.attach([file], true));
  const { editing, files, replyTo, poll } = composing;
  const named = useMemo(
    () => [replyTo, editing?.messageId ?? null].filter((id): id is CommandId => id !== null),
    [replyTo, editing?.messageId],
  );
  const known = useMessagesById(logId, named);
  const messageOf = (id: CommandId | null) =>
    messages.find((message) => message.id === id) ?? known?.find((message) => message.id === id);
  const channel = view?.classroom.channels[channelId];
  const me = view?.classroom.members[view.memberId];
  const readers = useMemo(() => (view && channel ? readersOf(view.classroom, channel) : []), [view, channel]);

  const text = editing ? editing.text : composing.text;
  const type = (typed: string) => {
    // A microphone that did not answer is no news any more.
    if (recorder.now.state === 'failed') recorder.forget();
    write(editing ? { editing: { ...editing, text: typed } } : { text: typed });
  };
  const isTooLong = text.length > MESSAGE_TEXT_MAX;
  const edited = editing ? messageOf(editing.messageId) : undefined;
  const canSend = editing
    ? !isTooLong && (text.trim() !== '' || (edited?.files.length ?? 0) > 0)
    : isSendable(composing);

  // Whom the word at the caret may mean. What Esc has closed stays closed until another `@`.
  const [caret, setCaret] = useState(0);
  const [closedAt, setClosedAt] = useState<number | null>(null);
  const [chosen, setChosen] = useState(0);
  const query = channel?.kind === 'direct' ? null : mentionQuery(text, caret);
  const offered =
    query && query.from !== closedAt
      ? matching(
          query.query,
          readers.filter((member) => member.memberId !== view?.memberId),
        ).slice(0, MENTIONS_SHOWN)
      : [];
  const at = Math.min(chosen, offered.length - 1);
  const mention = (person: Person) => {
    const field = inputRef.current;
    if (!field || !query) return;
    const insert = `@${mentionName(person, readers)} `;
    const end = query.from + insert.length;
    apply(field, { from: query.from, to: caret, insert, selectFrom: end, selectTo: end });
    setCaret(end);
    setChosen(0);
  };

  const answers = useRef<PollAnswers>(null);
  const send = () => {
    // The question stands, its answers do not.
    if (!canSend && !editing && poll && text.trim() !== '') return answers.current?.focusFirstEmpty();
    if (!canSend) return undefined;
    setClosedAt(null);
    return void (editing ? writing.rewrite() : writing.post());
  };
  const editLast = () => {
    const own = messages.findLast((one) => one.by === view?.memberId && !one.isRemoved && one.forward === null);
    if (own) writing.edit(own);
  };

  const onKeyDown = (event: KeyboardEvent<HTMLTextAreaElement>) => {
    if (event.nativeEvent.isComposing) return;
    const key = event.nativeEvent;
    const format = FORMATS.find(([keys]) => isKey(key, keys));
    const person = offered[at];
    if (person && event.key === 'ArrowDown') setChosen((at + 1) % offered.length);
    else if (person && event.key === 'ArrowUp') setChosen((at - 1 + offered.length) % offered.length);
    else if (person && (event.key === 'Enter' || event.key === 'Tab') && !event.shiftKey) mention(person);
    else if (person && event.key === 'Escape') setClosedAt(query?.from ?? null);
    else if (format) {
      const { value, selectionStart, selectionEnd } = event.currentTarget;
      apply(event.currentTarget, toggled(value, selectionStart, selectionEnd, format[1]));
    } else if (event.key === 'Enter' && !event.shiftKey) send();
    else if (event.key === 'Escape' && editing) write({ editing: null });
    else if (event.key === 'Escape' && replyTo) write({ replyTo: null });
    else if (event.key === 'Escape' && poll?.options.every((option) => option === '')) write({ poll: null });
    else if (event.key === 'ArrowUp' && text === '' && !editing) editLast();
    else return;
    event.preventDefault();
    // Esc has done its work here: it must not leave anything else.
    if (event.key === 'Escape') event.stopPropagation();
  };
  const onPaste = (event: ClipboardEvent) => {
    const pasted = [...event.clipboardData.files];
    // Word and Excel put a picture of the text beside the text.
    if (pasted.length === 0 || event.clipboardData.types.includes('text/plain')) return;
    event.preventDefault();
    void writing.attach(pasted, true);
  };
  const remove = (file: ShownFile) => {
    write({ files: files.filter((other) => other.fileId !== file.fileId) });
    const transfer = transfers.find((one) => one.fileId === file.fileId && one.state !== 'done');
    if (transfer) call('transfers.cancel', { transferId: transfer.transferId }).catch(() => undefined);
  };
  const sendVoice = async () => {
    const file = await recorder.finish();
    if (!file) return;
    // What could not be sent stays with what is being written.
    await writing.postVoice(file).catch(() => writing.attach([file], true));
    inputRef.current?.focus();
  };

  if (!view || !me) return null;
  if (channel && !mayWrite(view.classroom, channel, me)) {
    return (
      <div className={classes.composer}>
        <p className={classes.closed}>
          <IconLock size={18} stroke={1.7} aria-hidden />
          {channel.isArchived ? t.composer.closed : t.composer.onlyTeachers}
          {channel.isArchived && view.role === 'teacher' && <Unarchive view={view} channel={channel} />}
        </p>
      </div>
    );
  }
  // What waits for its hour stands on no message: what was refused of it stands here.
  const refusedLater = view.outbox.filter(
    ({ command }) =>
      (command.kind === 'scheduleMessage' && command.body.channelId === channelId) ||
      command.kind === 'cancelScheduled' ||
      command.kind === 'sendScheduled',
  );
  const answered = messageOf(replyTo);
  const answeredName = answered?.by ? (view.classroom.members[answered.by]?.name ?? '') : '';
  const assignment = composing.assignmentId === null ? null : view.classroom.assignments[composing.assignmentId];
  const isRecording = recorder.now.state !== 'idle' && recorder.now.state !== 'asking';
  const placeholder = poll && !editing ? t.composer.poll.question : t.chat.write;

  return (
    <div className={classes.composer}>
      <div className={classes.column}>
        {failure && <ErrorNotice code={failure} />}
        <ScheduledLine writing={writing} />
        <Refusals rows={refusedLater} />
        {editing && (
          <Banner icon={<IconPencil size={18} />} title={t.chat.editing} onLeave={() => write({ editing: null })}>
            {edited ? snippet(edited, t.chat) : ''}
          </Banner>
        )}
        {!editing && replyTo && (
          <Banner
            icon={<IconArrowBackUp size={18} />}
            title={t.chat.replyTo(answeredName)}
            onLeave={() => write({ replyTo: null })}
          >
            {answered ? snippet(answered, t.chat) : ''}
          </Banner>
        )}
        {!editing && composing.isNotice && (
          <Banner
            icon={<IconSignature size={18} />}
            title={t.composer.addNotice}
            leave={t.composer.noticeOff}
            onLeave={() => write({ isNotice: false })}
          >
            {t.composer.noticeOn}
          </Banner>
        )}
        {!editing && composing.assignmentId !== null && (
          <Banner
            icon={<IconClipboardText size={18} />}
            title={t.message.card.title}
            leave={t.composer.removeAssignment}
            onLeave={() => write({ assignmentId: null })}
          >
            {assignment?.title ?? t.message.card.gone}
          </Banner>
        )}
        {!editing && files.length > 0 && (
          <div className={classes.files}>
            {files.map((file) => (
              <FileChip key={file.fileId} file={file} onRemove={() => remove(file)} />
            ))}
          </div>
        )}
        {!editing && poll && (
          <PollForm
            poll={poll}
            onChange={(next) => write({ poll: next })}
            ref={answers}
            onDone={() => inputRef.current?.focus()}
            onRemove={() => {
              write({ poll: null });
              inputRef.current?.focus();
            }}
          />
        )}
        {isRecording && <VoiceBar recorder={recorder} onSend={() => void sendVoice()} />}
        <div className={classes.field} hidden={isRecording && recorder.now.state !== 'failed'}>
          {offered.length > 0 && (
            <MentionList
              people={offered.map((member) => ({
                ...member,
                about: member.role === 'teacher' ? t.chat.teacher : '',
              }))}
              at={at}
              onChoose={mention}
            />
          )}
          <Tooltip label={t.chat.attach}>
            <ActionIcon
              size={40}
              aria-label={t.chat.attach}
              disabled={editing !== null}
              onClick={() => chooser.current?.click()}
            >
              <IconPaperclip size={20} stroke={1.7} />
            </ActionIcon>
          </Tooltip>
          <AddMenu
            composing={composing}
            classroom={view.classroom}
            write={write}
            isDisabled={editing !== null}
            mayAsk={view.role === 'teacher' && channel !== undefined && channel.kind !== 'direct'}
            // At once: the first letters are meant for it.
            onAdded={() => inputRef.current?.focus()}
          />
          <input
            ref={chooser}
            type="file"
            multiple
            hidden
            aria-label={t.chat.attach}
            onChange={(event) => {
              void writing.attach([...(event.currentTarget.files ?? [])], false);
              event.currentTarget.value = '';
            }}
          />
          <Textarea
            ref={inputRef}
            className={classes.input ?? ''}
            aria-label={placeholder}
            placeholder={placeholder}
            autosize
            minRows={1}
            maxRows={10}
            size="md"
            value={text}
            error={isTooLong ? t.chat.tooLong(text.length - MESSAGE_TEXT_MAX) : undefined}
            aria-autocomplete="list"
            {...(offered.length > 0
              ? { 'aria-controls': mentionListId, 'aria-activedescendant': mentionOptionId(at) }
              : {})}
            onChange={(event) => {
              setCaret(event.currentTarget.selectionStart);
              setChosen(0);
              if (!event.currentTarget.value.includes('@')) setClosedAt(null);
              type(event.currentTarget.value);
            }}
            onSelect={(event) => setCaret(event.currentTarget.selectionStart)}
            onBlur={() => setCaret(0)}
            onKeyDown={onKeyDown}
            onPaste={onPaste}
          />
          {!editing && (
            <Tooltip label={t.composer.voice.record}>
              <ActionIcon
                size={40}
                aria-label={t.composer.voice.record}
                disabled={recorder.now.state === 'asking'}
                onClick={() => void recorder.start()}
              >
                <IconMicrophone size={20} stroke={1.7} />
              </ActionIcon>
            </Tooltip>
          )}
          <div className={classes.send}>
            <Tooltip label={editing ? t.chat.saveHint : t.chat.sendHint}>
              <ActionIcon
                size={40}
                variant="filled"
                color="accent"
                aria-label={editing ? t.chat.save : t.chat.send}
                disabled={!canSend}
                onClick={() => send()}
              >
                <IconSend2 size={20} stroke={1.7} />
              </ActionIcon>
            </Tooltip>
            {!editing && (
              <SendLater
                isDisabled={!canSend}
                onSend={(sendAt) => {
                  void writing.post(sendAt);
                  inputRef.current?.focus();
                }}
              />
            )}
          </div>
        </div>
      </div>
    </div>
  );
}

function Unarchive({ view, channel }: { view: ClassView; channel: Channel }) {
  const t = useTexts();
  const archive = useArchive(view, channel);
  return (
    <Button variant="default" size="xs" onClick={() => void archive(false)}>
      {t.channels.unarchive}
    </Button>
  );
}

interface BannerProps {
  icon: React.ReactNode;
  title: string;
  /** What the cross does; absent: «Отмена» by Esc. */
  leave?: string;
  onLeave: () => void;
  children: React.ReactNode;
}

function Banner({ icon, title, leave, onLeave, children }: BannerProps) {
  const t = useTexts();
  return (
    <div className={classes.banner}>
      <span className={classes.bannerIcon} aria-hidden>
        {icon}
      </span>
      <div className={classes.bannerBody}>
        <div className={classes.bannerTitle}>{title}</div>
        <div className={classes.bannerText}>{children}</div>
      </div>
      <CloseButton
        size={32}
        aria-label={leave ?? t.chat.leave}
        title={leave ?? `${t.chat.leave} (Esc)`}
        onClick={onLeave}
      />
    </div>
  );
}
