/**
 * Класс → Чат: the messages and what is being written. Files may be dropped anywhere on it. Everything written is kept with
 * every stroke and sent through the outbox, so the network never stands between the teacher and the text.
 */
import { VisuallyHidden } from '@mantine/core';
import { IconPaperclip } from '@tabler/icons-react';
import { useState, type DragEvent } from 'react';
import type { ChannelId, MemberId } from '../../core/ids.ts';
import { useMessages } from '../../ui/store.tsx';
import { useOpenClass } from '../frame/classes.tsx';
import { useShortcuts } from '../frame/shortcuts.tsx';
import { useTexts } from '../texts/texts.ts';
import { Composer } from './Composer.tsx';
import { MessageList } from './MessageList.tsx';
import { useWriting } from './writing.ts';
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
  const { logId, view, title, store } = useOpenClass();
  const [count, setCount] = useState(PAGE);
  const messages = useMessages(logId, channelId, { around: 'newest', count });
  const writing = useWriting(channelId, to);
  const [isDropping, setDropping] = useState(false);

  useShortcuts(t.chat.title, [
    { keys: ['Enter'], text: t.chat.keys.send },
    { keys: ['Shift+Enter'], text: t.chat.keys.break },
    { keys: ['↑'], text: t.chat.keys.editLast },
    { keys: ['Esc'], text: t.chat.keys.leave },
    { keys: ['R'], text: t.chat.keys.reply },
    { keys: ['E'], text: t.chat.keys.edit },
    { keys: ['F'], text: t.message.keys.forward },
    { keys: ['P'], text: t.message.keys.pin },
    { keys: ['+'], text: t.message.keys.react },
    { keys: ['Ctrl+C'], text: t.message.keys.copy },
    { keys: ['Shift+F10'], text: t.message.keys.menu },
    { keys: ['Delete'], text: t.chat.keys.remove },
    { keys: ['Ctrl+B'], text: t.composer.keys.bold },
    { keys: ['Ctrl+I'], text: t.composer.keys.italic },
    { keys: ['Ctrl+E'], text: t.composer.keys.code },
  ]);

  const drop = (event: DragEvent) => {
    event.preventDefault();
    setDropping(false);
    void writing.attach([...event.dataTransfer.files], false);
  };
  const carriesFiles = (event: DragEvent) => event.dataTransfer.types.includes('Files');

  if (!view || !messages || !writing.isLoaded) return null;
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
        sent={writing.sent}
        onOlder={() => setCount((old) => (messages.messages.length >= old ? old + PAGE : old))}
        onSeen={(seq) => void store.markRead(logId, channelId, seq)}
        onReply={writing.reply}
        onEdit={writing.edit}
      />
      <Composer writing={writing} messages={messages.messages} />
      {isDropping && (
        <div className={classes.drop} aria-hidden>
          <IconPaperclip size={28} stroke={1.6} />
          {t.chat.drop}
        </div>
      )}
    </section>
  );
}
