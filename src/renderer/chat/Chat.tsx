/**
 * One chat: what is pinned, the messages, what is being written, and the search beside them. Files may be dropped anywhere on it.
 * Everything written is kept with every stroke and sent through the outbox, so the network never stands between the teacher and
 * the text.
 */
import { IconPaperclip } from '@tabler/icons-react';
import { useEffect, useState } from 'react';
import { flushSync } from 'react-dom';
import type { ChannelId, MemberId } from '../../core/ids.ts';
import { useOpenClass } from '../frame/classes.tsx';
import { useFileDrop } from '../frame/file-drop.ts';
import { useShortcuts } from '../frame/shortcuts.tsx';
import { useTexts } from '../texts/texts.ts';
import { channelName, findChannel } from './channels/channels.ts';
import { Composer } from './Composer.tsx';
import { PinBar } from './message/PinBar.tsx';
import { MessageList, type Jump } from './MessageList.tsx';
import { useHeldMessages } from './reading/message-window.ts';
import { placeLeft } from './reading/places-left.ts';
import { SearchPanel } from './search/SearchPanel.tsx';
import { useWriting } from './writing.ts';
import classes from './Chat.module.css';

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

export function Chat({ channelId, to, goTo, isSearching = false, onSearching }: ChatProps) {
  const t = useTexts();
  const { logId, view, store } = useOpenClass();
  const [left] = useState(() => (goTo === undefined ? placeLeft(logId, channelId) : null));
  const held = useHeldMessages(logId, channelId, goTo ?? left?.seq);
  const writing = useWriting(channelId, to);
  const [jump, setJump] = useState<Jump | null>(() => (goTo === undefined ? null : { seq: goTo }));
  const [answered, setAnswered] = useState(goTo);
  if (answered !== goTo) {
    setAnswered(goTo);
    if (goTo !== undefined) setJump({ seq: goTo });
  }

  useShortcuts(t.chat.title, [
    { keys: ['Ctrl+F'], text: t.search.keys.inChat, run: () => onSearching?.(true), isGlobal: true },
    { keys: ['Enter'], text: t.chat.keys.send },
    { keys: ['Shift+Enter'], text: t.chat.keys.break },
    { keys: ['↑'], text: t.chat.keys.editLast },
    { keys: ['Esc'], text: t.chat.keys.leave },
    { keys: ['Ctrl+B'], text: t.composer.keys.bold },
    { keys: ['Ctrl+I'], text: t.composer.keys.italic },
    { keys: ['Ctrl+E'], text: t.composer.keys.code },
    { keys: ['↑', '↓'], text: t.reading.keys.up },
    { keys: ['Home', 'End'], text: t.reading.keys.first },
    { keys: ['R'], text: t.chat.keys.reply },
    { keys: ['E'], text: t.chat.keys.edit },
    { keys: ['F'], text: t.message.keys.forward },
    { keys: ['P'], text: t.message.keys.pin },
    { keys: ['+'], text: t.message.keys.react },
    { keys: ['Ctrl+C'], text: t.message.keys.copy },
    { keys: ['Delete'], text: t.chat.keys.remove },
  ]);

  const drop = useFileDrop((files) => void writing.attach(files, false));
  const isReady = view !== null && held !== undefined && writing.isLoaded;
  const { inputRef } = writing;
  // Who chose this chat in the list of chats is going to write in it.
  useEffect(() => {
    if (isReady && document.activeElement?.closest('a, button, body')?.matches('[data-chats] a'))
      inputRef.current?.focus();
  }, [isReady, inputRef]);

  if (!view || !held || !writing.isLoaded) return null;
  const channel = findChannel(view, channelId);
  const name = channel ? channelName(t, view.classroom, view.memberId, channel) : '';
  return (
    <div className={classes.place}>
      <section className={classes.chat} aria-label={name || t.chat.title} {...drop.handlers}>
        <PinBar openClass={view} channelId={channelId} onGoTo={(_id, seq) => setJump({ seq })} />
        <MessageList
          held={held}
          openClass={view}
          channelId={channelId}
          sent={writing.sent}
          jump={jump}
          left={left}
          // What could not be kept is seen again.
          onSeen={(seq) => void store.markRead(logId, channelId, seq).catch(() => undefined)}
          onReply={writing.reply}
          onEdit={writing.edit}
        />
        <Composer writing={writing} messages={held.messages} />
        {drop.isOver && (
          <div className={classes.drop} aria-hidden>
            <IconPaperclip size={28} stroke={1.6} />
            {t.chat.drop}
          </div>
        )}
      </section>
      {isSearching && (
        <SearchPanel
          channelId={channelId}
          onGoTo={(seq) => setJump({ seq })}
          onClose={() => {
            // At once: beside the search a narrow window has no field that could take the focus.
            flushSync(() => onSearching?.(false));
            writing.inputRef.current?.focus();
          }}
        />
      )}
    </div>
  );
}
