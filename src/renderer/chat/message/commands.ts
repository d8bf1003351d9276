/**
 * What a person does to one message, as commands of the outbox: nothing here waits for a network. Hides: which command it is,
 * and that a message nobody has seen yet simply leaves the queue.
 */
import { notifications } from '@mantine/notifications';
import { useMemo } from 'react';
import type { ClassView, MessageView, OutboxRow } from '../../../client/class-store.ts';
import type { MemberId } from '../../../core/ids.ts';
import { MENTIONS_MAX } from '../../../core/limits.ts';
import type { Reaction } from '../../../core/wire.ts';
import { mentionName, type Person } from '../../../ui/mentions.ts';
import { useStore } from '../../../ui/store.tsx';
import { useFailure } from '../../frame/failure.ts';
import { useTexts } from '../../texts/texts.ts';

export function useMessageCommands(message: MessageView, { logId, memberId }: ClassView) {
  const t = useTexts();
  const store = useStore();
  const failed = useFailure();
  return useMemo(() => {
    const messageId = message.id;
    const told = (title: string) => notifications.show({ message: title });
    return {
      react: (reaction: Reaction) => {
        const isOn = !message.reactions[reaction]?.includes(memberId);
        store.send(logId, 'react', { messageId, reaction, isOn }).catch(failed);
      },
      pin: () => store.send(logId, 'pinMessage', { messageId, isPinned: !message.isPinned }).catch(failed),
      vote: (options: number[]) => store.send(logId, 'vote', { messageId, options }).catch(failed),
      closePoll: () => store.send(logId, 'closePoll', { messageId }).catch(failed),
      sign: () => store.send(logId, 'sign', { messageId }).catch(failed),
      remove: () => {
        if (message.seq === null && message.outbox) store.discard(message.outbox.id).catch(failed);
        else store.send(logId, 'removeMessage', { messageId }).catch(failed);
      },
      copy: (text: string) =>
        navigator.clipboard.writeText(text).then(
          () => told(t.message.copied),
          () => notifications.show({ message: t.message.notCopied, color: 'red' }),
        ),
      /** Asks those who have not signed, by a reply that names them; one message names {@link MENTIONS_MAX} at most. */
      remind: (missing: readonly Person[], among: readonly Person[]) => {
        const replies = [];
        for (let at = 0; at < missing.length; at += MENTIONS_MAX) {
          const asked = missing.slice(at, at + MENTIONS_MAX);
          const names = asked.map((person) => `@${mentionName(person, among)}`).join(', ');
          const body = {
            channelId: message.channelId,
            text: t.message.notice.reminder(names),
            fileIds: [],
            replyTo: messageId,
            mentions: asked.map((person): MemberId => person.memberId),
          };
          replies.push({ logId, kind: 'postMessage' as const, body });
        }
        store.sendAll(replies).then(() => told(t.message.notice.reminded), failed);
      },
    };
  }, [message, memberId, logId, store, failed, t]);
}
export type MessageCommands = ReturnType<typeof useMessageCommands>;

const IN_PLACE = ['postMessage', 'forwardMessage', 'editMessage', 'removeMessage'];

/** What waits on the message itself: its posting, its new words, its removal. */
export const waitingWords = (message: MessageView, outbox: readonly OutboxRow[]): MessageView['outbox'] => {
  const row = message.outbox && outbox.find(({ id }) => id === message.outbox?.id);
  return row && !IN_PLACE.includes(row.command.kind) ? null : message.outbox;
};

/** What else of ours waits on a message or was refused: reactions, votes, pins, signatures. */
export const waitingMarks = (message: MessageView, outbox: readonly OutboxRow[]): OutboxRow[] =>
  outbox.filter(
    ({ command }) =>
      'messageId' in command.body && command.body.messageId === message.id && !IN_PLACE.includes(command.kind),
  );
