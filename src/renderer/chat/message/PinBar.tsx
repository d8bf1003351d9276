/**
 * What is pinned in a chat, over its messages: the newest pin first, each press goes to one and shows the next older. Unpinning
 * can be undone by pinning again, so it does not ask.
 */
import { ActionIcon, Tooltip, UnstyledButton, VisuallyHidden } from '@mantine/core';
import { IconPinFilled, IconPinnedOff } from '@tabler/icons-react';
import { useState } from 'react';
import type { ClassView } from '../../../client/class-store.ts';
import type { ChannelId, CommandId } from '../../../core/ids.ts';
import { useMessagesById, useStore } from '../../../ui/store.tsx';
import { useFailure } from '../../frame/failure.ts';
import { useTexts } from '../../texts/texts.ts';
import { snippet } from '../Message.tsx';
import classes from './PinBar.module.css';

const NONE: readonly CommandId[] = [];

export interface PinBarProps {
  openClass: ClassView;
  channelId: ChannelId;
  onGoTo: (id: CommandId, seq: number) => void;
}

export function PinBar({ openClass, channelId, onGoTo }: PinBarProps) {
  const t = useTexts();
  const store = useStore();
  const failed = useFailure();
  const channel = openClass.classroom.channels[channelId];
  const pins = channel?.pins ?? [];
  const messages = useMessagesById(openClass.logId, pins.length > 0 ? pins.map((pin) => pin.messageId) : NONE);
  const [step, setStep] = useState(0);
  if (pins.length === 0) return null;
  const place = step % pins.length;
  const pin = pins[pins.length - 1 - place];
  if (!pin) return null;
  const message = messages?.find(({ id }) => id === pin.messageId);
  const author = pin.by === null ? t.chat.somebody : (openClass.classroom.members[pin.by]?.name ?? t.chat.somebody);
  const mayUnpin = openClass.role === 'teacher' || channel?.kind === 'direct';
  return (
    <aside className={classes.bar} aria-label={t.message.pinned}>
      <UnstyledButton
        className={classes.go}
        onClick={() => {
          onGoTo(pin.messageId, pin.messageSeq);
          setStep(place + 1);
        }}
      >
        <span className={classes.steps} aria-hidden>
          {pins.map(({ messageId }) => (
            <span key={messageId} className={classes.step} data-on={messageId === pin.messageId} />
          ))}
        </span>
        <IconPinFilled size={16} className={classes.icon} aria-hidden />
        <span className={classes.body}>
          <VisuallyHidden>{t.message.goToPinned}</VisuallyHidden>
          <span className={classes.title}>
            {pins.length === 1 ? t.message.pinned : t.message.pinnedAt(pins.length - place, pins.length)}
          </span>
          <span className={classes.text}>
            {/* For the moment before it is known nothing stands here, and the bar keeps its height. */}
            {message ? snippet(message, t.chat) : messages === undefined ? '\u00a0' : author}
          </span>
        </span>
      </UnstyledButton>
      {mayUnpin && (
        <Tooltip label={t.message.unpin}>
          <ActionIcon
            aria-label={t.message.unpin}
            onClick={() => {
              const body = { messageId: pin.messageId, isPinned: false };
              store.send(openClass.logId, 'pinMessage', body).catch(failed);
            }}
          >
            <IconPinnedOff size={18} stroke={1.7} />
          </ActionIcon>
        </Tooltip>
      )}
    </aside>
  );
}
