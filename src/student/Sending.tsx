/** A handing in that the hub has not confirmed: on its way with its files, or refused with the reason and the ways on. */
import type { OutboxRow } from '../client/class-store.ts';
import type { CommandId, LogId } from '../core/ids.ts';
import { useConnection, useStore } from '../ui/store.tsx';
import { ErrorNote } from './ErrorNote.tsx';
import { FilesInFlight } from './Files.tsx';
import { handInKey, type HandInDraft } from './HandIn.tsx';
import { RichText } from './RichText.tsx';
import { useUploads } from './room.tsx';
import { useWorkTexts } from './texts/work-texts.tsx';

interface SendingProps {
  row: OutboxRow;
  logId: LogId;
  assignmentId: CommandId;
  /** Nothing is taken any more: there is no form to go back to. */
  isClosed: boolean;
}

export function Sending({ row, logId, assignmentId, isClosed }: SendingProps) {
  const t = useWorkTexts();
  const store = useStore();
  const isOffline = useConnection()?.state === 'offline';
  const uploads = useUploads();
  if (row.command.kind !== 'handIn') return null;
  const { fileIds, note, together } = row.command.body;
  // Back into the form, with everything that was chosen and typed: nothing is dropped silently (S10).
  const takeBack = async () => {
    await store.writeDraft(handInKey(logId, assignmentId), {
      note,
      files: fileIds,
      ...(together ? { together } : {}),
      isOpen: true,
    } satisfies HandInDraft);
    await store.discard(row.id);
  };
  const isRefused = row.state === 'refused';
  const isStuck = fileIds.some((fileId) => ['lost', 'failed'].includes(uploads.view(fileId)?.state ?? ''));
  return (
    <div className="on-its-way">
      {isRefused ? (
        <ErrorNote code={row.code ?? 'internal'} />
      ) : (
        <p className={isStuck ? 'note bad' : 'note'}>
          {isStuck || isOffline ? (
            <strong>{isStuck ? t.handIn.stuck : t.handIn.waitingNet}</strong>
          ) : (
            <>
              <strong>{t.handIn.sending}.</strong> {row.state === 'waiting-for-files' && t.handIn.sendingFiles}
            </>
          )}
        </p>
      )}
      <FilesInFlight files={fileIds} />
      {note !== '' && <RichText text={note} />}
      <div className="row">
        {isRefused && (
          <button type="button" className="main" onClick={() => void store.retry(row.id)}>
            {t.work.retry}
          </button>
        )}
        {row.state !== 'sending' && !isClosed && (
          <button type="button" onClick={() => void takeBack()}>
            {isRefused ? t.handIn.correct : t.handIn.stop}
          </button>
        )}
      </div>
    </div>
  );
}
