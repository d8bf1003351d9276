/**
 * Класс → Чат: the messages and what is being written. Files may be dropped anywhere on it. Everything written is kept with
 * every stroke and sent through the outbox, so the network never stands between the teacher and the text.
 */
import { VisuallyHidden } from '@mantine/core';
import { IconPaperclip } from '@tabler/icons-react';
import { useEffect, useRef, useState, type DragEvent } from 'react';
import type { MessageView } from '../../client/class-store.ts';
import { codeOf, type ErrorCode } from '../../core/errors.ts';
import type { ChannelId, MemberId } from '../../core/ids.ts';
import { FILES_PER_COMMAND_MAX } from '../../core/limits.ts';
import type { CommandOf } from '../../core/wire.ts';
import { useDraft, useMessages } from '../../ui/store.tsx';
import { useDesktop } from '../desktop.tsx';
import { useOpenClass } from '../frame/classes.tsx';
import { useShortcuts } from '../frame/shortcuts.tsx';
import { useTexts } from '../texts/texts.ts';
import { Composer } from './Composer.tsx';
import { composingKey, kept, NOTHING_WRITTEN, type Composing, type Editing } from './composing.ts';
import { MessageList } from './MessageList.tsx';
import classes from './Chat.module.css';

/** Messages asked for at first and each time the top comes near. */
const PAGE = 100;

export interface ChatProps {
  channelId: ChannelId;
  /** The other one, where two talk alone: named with every message, because the channel begins with the first. */
  to?: MemberId | undefined;
  /** Seq of a message to go to. */
  goTo?: number | undefined;
  /** The search in this chat, whose button stands in the channel's header. */
  isSearching?: boolean;
  onSearching?: (isOn: boolean) => void;
}

export function Chat({ channelId, to }: ChatProps) {
  const t = useTexts();
  const { logId, view, title, server, store } = useOpenClass();
  const { upload, intake } = useDesktop();
  const [count, setCount] = useState(PAGE);
  const messages = useMessages(logId, channelId, { around: 'newest', count });
  const draft = useDraft<Composing>(composingKey(logId, channelId));
  const composing = draft.value ?? NOTHING_WRITTEN;
  // Files arrive after an await: they go into what is written then, not into what was written when they were chosen.
  const latest = useRef(composing);
  useEffect(() => {
    latest.current = composing;
  });
  const write = (change: Partial<Composing>) => {
    latest.current = { ...latest.current, ...change };
    draft.write(kept(latest.current));
  };
  const [failure, setFailure] = useState<ErrorCode | null>(null);
  const [sent, setSent] = useState(0);
  const input = useRef<HTMLTextAreaElement>(null);
  const [isDropping, setDropping] = useState(false);

  const attach = async (files: readonly File[], isPasted: boolean) => {
    if (files.length === 0) return;
    setFailure(null);
    try {
      if (latest.current.files.length + files.length > FILES_PER_COMMAND_MAX) return setFailure('too-many');
      const chosen = isPasted
        ? await Promise.all(files.map((file) => intake(server.serverId, file)))
        : await upload(server.serverId, files);
      write({ files: [...latest.current.files, ...chosen] });
    } catch (error) {
      setFailure(codeOf(error));
    }
    input.current?.focus();
    return undefined;
  };

  const reply = (message: MessageView) => {
    write({ replyTo: message.id, editing: null });
    input.current?.focus();
  };
  const edit = (message: MessageView) => {
    const outboxId = message.seq === null ? (message.outbox?.id ?? null) : null;
    write({ editing: { messageId: message.id, outboxId, text: message.text } });
    input.current?.focus();
  };
  const editLast = () => {
    const own = messages?.messages.findLast((one) => one.by === view?.memberId && !one.isRemoved);
    if (own) edit(own);
  };

  /**
   * The field is free for the next message at once; what was written goes into the outbox meanwhile. The outbox removes the kept
   * draft in its own transaction, so strokes made in between are kept once more.
   */
  const post = async (body: CommandOf<'postMessage'>['body']) => {
    const taken = latest.current;
    setFailure(null);
    latest.current = NOTHING_WRITTEN;
    draft.clear();
    try {
      await store.send(logId, 'postMessage', to ? { ...body, to } : body, composingKey(logId, channelId));
      setSent((old) => old + 1);
    } catch (error) {
      const { text, files, editing } = latest.current;
      const both = [taken.text, text].filter((part) => part !== '').join('\n');
      latest.current = { text: both, files: [...taken.files, ...files], replyTo: taken.replyTo, editing };
      setFailure(codeOf(error));
    }
    if (kept(latest.current)) draft.write(latest.current);
  };
  const rewrite = async (editing: Editing, text: string, message: MessageView | undefined) => {
    setFailure(null);
    write({ editing: null });
    try {
      if (editing.outboxId === null) {
        await store.send(logId, 'editMessage', { messageId: editing.messageId, text });
      } else {
        const fileIds = message?.files.map((file) => file.fileId) ?? [];
        await store.edit(editing.outboxId, 'postMessage', {
          channelId,
          text,
          fileIds,
          replyTo: message?.replyTo ?? null,
        });
      }
    } catch (error) {
      write({ editing });
      setFailure(codeOf(error));
    }
  };

  useShortcuts(t.chat.title, [
    { keys: ['Enter'], text: t.chat.keys.send },
    { keys: ['Shift+Enter'], text: t.chat.keys.break },
    { keys: ['↑'], text: t.chat.keys.editLast },
    { keys: ['Esc'], text: t.chat.keys.leave },
    { keys: ['R'], text: t.chat.keys.reply },
    { keys: ['E'], text: t.chat.keys.edit },
    { keys: ['Delete'], text: t.chat.keys.remove },
  ]);

  const drop = (event: DragEvent) => {
    event.preventDefault();
    setDropping(false);
    void attach([...event.dataTransfer.files], false);
  };
  const carriesFiles = (event: DragEvent) => event.dataTransfer.types.includes('Files');

  if (!view || !messages || !draft.isLoaded) return null;
  return (
    <section
      className={classes.chat}
      aria-label={t.chat.of(title)}
      onDragOver={(event) => {
        if (!carriesFiles(event)) return;
        event.preventDefault();
        setDropping(true);
      }}
      onDragLeave={(event) => {
        if (!event.currentTarget.contains(event.relatedTarget as Node | null)) setDropping(false);
      }}
      onDrop={drop}
    >
      <VisuallyHidden component="h1">{t.chat.of(title)}</VisuallyHidden>
      <MessageList
        view={messages}
        openClass={view}
        sent={sent}
        onOlder={() => setCount((old) => (messages.messages.length >= old ? old + PAGE : old))}
        onSeen={(seq) => void store.markRead(logId, channelId, seq)}
        onReply={reply}
        onEdit={edit}
      />
      <Composer
        channelId={channelId}
        composing={composing}
        write={write}
        messages={messages.messages}
        failure={failure}
        onAttach={(files, isPasted) => void attach(files, isPasted)}
        onEditLast={editLast}
        onPost={(body) => void post(body)}
        onRewrite={(editing, text, message) => void rewrite(editing, text, message)}
        inputRef={input}
      />
      {isDropping && (
        <div className={classes.drop} aria-hidden>
          <IconPaperclip size={28} stroke={1.6} />
          {t.chat.drop}
        </div>
      )}
    </section>
  );
}
