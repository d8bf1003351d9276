/** "I have read this": one big button, queued offline like everything; then when it was signed. */
import type { ClassView, MessageView } from '../../client/class-store.ts';
import { formatDateTime } from '../../ui/format.ts';
import { useLanguage } from '../../ui/language.tsx';
import { useStore } from '../../ui/store.tsx';
import { Icon } from '../icons.tsx';
import { useNow } from '../room.tsx';
import { useChatTexts } from '../texts/chat-texts.tsx';

export function NoticeFoot({
  view,
  message,
  notice,
}: {
  view: ClassView;
  message: MessageView;
  notice: NonNullable<MessageView['notice']>;
}) {
  const t = useChatTexts();
  const language = useLanguage();
  const now = useNow();
  const store = useStore();
  const signed = notice.signedBy.find(({ memberId }) => memberId === view.memberId);
  const waiting = view.outbox.find(
    ({ command, state }) => command.kind === 'sign' && command.body.messageId === message.id && state !== 'refused',
  );
  if (!signed && !waiting && view.classroom.channels[message.channelId]?.isArchived) return null;
  if (!signed && !waiting)
    return (
      <button
        type="button"
        className="main wide"
        onClick={() => void store.send(view.logId, 'sign', { messageId: message.id }).catch(() => undefined)}
      >
        {t.notice.sign}
      </button>
    );
  return (
    <p className="signed" role="status">
      <Icon name={waiting ? 'clock' : 'check'} />
      {waiting
        ? waiting.state === 'sending'
          ? t.notice.sending
          : t.notice.waiting
        : signed && t.notice.signed(formatDateTime(language, signed.at, now))}
    </p>
  );
}
