/** What waits on a message, or why the hub would not have it and what can be done: again, correct, put away (S10). */
import type { DraftKey, MessageView } from '../../client/class-store.ts';
import type { LogId } from '../../core/ids.ts';
import { useConnection, useStore } from '../../ui/store.tsx';
import { ErrorWords } from '../ErrorNote.tsx';
import { Icon } from '../icons.tsx';
import { useChatTexts } from '../texts/chat-texts.tsx';
import { useWorkTexts } from '../texts/work-texts.tsx';
import { writingKey, type MessageDraft } from './Composer.tsx';

export function Waiting({
  message,
  outbox,
  logId,
}: {
  message: MessageView;
  outbox: NonNullable<MessageView['outbox']>;
  logId: LogId;
}) {
  const t = useChatTexts();
  const { handIn } = useWorkTexts();
  const store = useStore();
  const isOffline = useConnection()?.state === 'offline';
  const isRefused = outbox.state === 'refused';
  const isNew = message.seq === null;
  // Back into the field, before what is being written there: nothing is dropped silently.
  const takeBack = async () => {
    const key: DraftKey = writingKey(logId, message.channelId);
    const written = await store.readDraft<MessageDraft>(key);
    await store.writeDraft(key, {
      text: [message.text, written?.text].filter(Boolean).join('\n'),
      files: [...message.files.map(({ fileId }) => fileId), ...(written?.files ?? [])],
    } satisfies MessageDraft);
    await store.discard(outbox.id);
  };
  return (
    <div className={isRefused ? 'outbox bad-text' : 'outbox dim'}>
      <p>
        <Icon name={isRefused ? 'alert' : 'clock'} />
        <span>
          {t.state[isOffline && !isRefused ? 'waiting' : outbox.state]}
          {isRefused && '. '}
          {isRefused && <ErrorWords code={outbox.code ?? 'internal'} />}
        </span>
      </p>
      {isRefused && (
        <p className="row end">
          <button type="button" onClick={() => void store.retry(outbox.id)}>
            {t.retry}
          </button>
          {isNew && (
            <button type="button" onClick={() => void takeBack()}>
              {handIn.correct}
            </button>
          )}
          <button type="button" className="plain" onClick={() => void store.discard(outbox.id)}>
            {t.discard}
          </button>
        </p>
      )}
    </div>
  );
}
