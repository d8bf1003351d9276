/**
 * Where a message is written: text, files, what it answers, or an own message being rewritten. `Enter` sends, `Shift+Enter`
 * breaks, `↑` in an empty field rewrites the last own message, `Esc` leaves the reply or the rewriting.
 */
import { ActionIcon, CloseButton, Textarea, Tooltip } from '@mantine/core';
import { IconArrowBackUp, IconPaperclip, IconPencil, IconSend2 } from '@tabler/icons-react';
import { useRef, type ClipboardEvent, type KeyboardEvent, type RefObject } from 'react';
import type { MessageView } from '../../client/class-store.ts';
import type { ErrorCode } from '../../core/errors.ts';
import type { ChannelId } from '../../core/ids.ts';
import { MESSAGE_TEXT_MAX } from '../../core/limits.ts';
import type { CommandOf } from '../../core/wire.ts';
import { useDesktop, useTransfers } from '../desktop.tsx';
import { useOpenClass } from '../frame/classes.tsx';
import { FileChip, type ShownFile } from '../frame/FileChip.tsx';
import { ErrorNotice } from '../frame/Notice.tsx';
import { useTexts } from '../texts/texts.ts';
import type { Composing, Editing } from './composing.ts';
import { snippet } from './Message.tsx';
import classes from './Composer.module.css';

export interface ComposerProps {
  channelId: ChannelId;
  composing: Composing;
  write: (change: Partial<Composing>) => void;
  messages: readonly MessageView[];
  failure: ErrorCode | null;
  onAttach: (files: readonly File[], isPasted: boolean) => void;
  onEditLast: () => void;
  onPost: (body: CommandOf<'postMessage'>['body']) => void;
  onRewrite: (editing: Editing, text: string, message: MessageView | undefined) => void;
  inputRef: RefObject<HTMLTextAreaElement | null>;
}

export function Composer(props: ComposerProps) {
  const { channelId, composing, write, messages, failure, onAttach, onEditLast, onPost, onRewrite, inputRef } = props;
  const t = useTexts();
  const { view } = useOpenClass();
  const { call } = useDesktop();
  const transfers = useTransfers();
  const chooser = useRef<HTMLInputElement>(null);
  const { editing, files, replyTo } = composing;
  const text = editing ? editing.text : composing.text;
  const isTooLong = text.length > MESSAGE_TEXT_MAX;
  const edited = editing ? messages.find((message) => message.id === editing.messageId) : undefined;
  const carriesFiles = editing ? (edited?.files.length ?? 0) > 0 : files.length > 0;
  const canSend = !isTooLong && (text.trim() !== '' || carriesFiles);

  const send = () => {
    if (!canSend) return;
    const typed = text.trimEnd();
    if (editing) onRewrite(editing, typed, edited);
    else onPost({ channelId, text: typed, fileIds: files.map((file) => file.fileId), replyTo });
  };

  const onKeyDown = (event: KeyboardEvent) => {
    if (event.nativeEvent.isComposing) return;
    if (event.key === 'Enter' && !event.shiftKey) send();
    else if (event.key === 'Escape' && editing) write({ editing: null });
    else if (event.key === 'Escape' && replyTo) write({ replyTo: null });
    else if (event.key === 'ArrowUp' && text === '' && !editing) onEditLast();
    else return;
    event.preventDefault();
  };
  const onPaste = (event: ClipboardEvent) => {
    const pasted = [...event.clipboardData.files];
    if (pasted.length === 0) return;
    event.preventDefault();
    onAttach(pasted, true);
  };
  const remove = (file: ShownFile) => {
    write({ files: files.filter((other) => other.fileId !== file.fileId) });
    const transfer = transfers.find((one) => one.fileId === file.fileId && one.state !== 'done');
    if (transfer) call('transfers.cancel', { transferId: transfer.transferId }).catch(() => undefined);
  };
  const answered = replyTo ? messages.find((message) => message.id === replyTo) : undefined;
  const answeredName = answered?.by ? (view?.classroom.members[answered.by]?.name ?? '') : '';

  return (
    <div className={classes.composer}>
      <div className={classes.column}>
        {failure && <ErrorNotice code={failure} />}
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
        {!editing && files.length > 0 && (
          <div className={classes.files}>
            {files.map((file) => (
              <FileChip key={file.fileId} file={file} onRemove={() => remove(file)} />
            ))}
          </div>
        )}
        <div className={classes.field}>
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
          <input
            ref={chooser}
            type="file"
            multiple
            hidden
            aria-label={t.chat.attach}
            onChange={(event) => {
              onAttach([...(event.currentTarget.files ?? [])], false);
              event.currentTarget.value = '';
            }}
          />
          <Textarea
            ref={inputRef}
            className={classes.input ?? ''}
            aria-label={t.chat.write}
            placeholder={t.chat.write}
            autosize
            minRows={1}
            maxRows={10}
            size="md"
            value={text}
            error={isTooLong ? t.chat.tooLong(text.length - MESSAGE_TEXT_MAX) : undefined}
            onChange={(event) => {
              const typed = event.currentTarget.value;
              write(editing ? { editing: { ...editing, text: typed } } : { text: typed });
            }}
            onKeyDown={onKeyDown}
            onPaste={onPaste}
          />
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
        </div>
      </div>
    </div>
  );
}

interface BannerProps {
  icon: React.ReactNode;
  title: string;
  onLeave: () => void;
  children: React.ReactNode;
}

function Banner({ icon, title, onLeave, children }: BannerProps) {
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
      <CloseButton size={32} aria-label={t.chat.leave} title={`${t.chat.leave} (Esc)`} onClick={onLeave} />
    </div>
  );
}
