/**
 * Handing in: files, a note, one button. Everything chosen and typed is a draft kept at once; files begin their way when they
 * are chosen; the button writes the command, and it goes when its files have arrived (S9), page and network permitting.
 */
import { useEffect, useRef, useState, type DragEvent } from 'react';
import type { ClassView, DraftKey } from '../client/class-store.ts';
import { codeOf, type ErrorCode } from '../core/errors.ts';
import type { CommandId, FileId, LogId, MemberId } from '../core/ids.ts';
import { FILES_PER_COMMAND_MAX, NOTE_MAX } from '../core/limits.ts';
import { useDraft, useStore } from '../ui/store.tsx';
import { fromDrop } from './chosen-files.ts';
import { ErrorNote } from './ErrorNote.tsx';
import { ChooseFiles, FilesInFlight } from './Files.tsx';
import { partnersOf } from './lesson.ts';
import { useRoom, useUploads } from './room.tsx';
import { Together } from './Together.tsx';
import { useWorkTexts } from './texts/work-texts.tsx';

export interface HandInDraft {
  note: string;
  files: FileId[];
  /** Who did it too, at the same computer. */
  together?: MemberId[];
  /** Asked to replace what was handed in: the form is open. */
  isOpen?: boolean;
}
export const handInKey = (logId: LogId, assignmentId: CommandId): DraftKey => `handIn/${logId}/${assignmentId}`;

/** Names that are read; of a stick that was pulled out there are more. */
const UNREAD_SHOWN = 10;
/** What of the last drop or choice was not taken. */
const NOTHING: { isSurplus: boolean; unread: readonly string[] } = { isSurplus: false, unread: [] };
const EMPTY: HandInDraft = { note: '', files: [] };

export function HandIn({
  view,
  assignmentId,
  mode,
  mayShare,
}: {
  view: ClassView;
  assignmentId: CommandId;
  /** Nothing in yet · sent back · handed in and not reviewed · a hand-out, for which nothing is asked. */
  mode: 'first' | 'again' | 'replace' | 'offer';
  /** Two may do it at one computer. */
  mayShare: boolean;
}) {
  const { logId } = view;
  const t = useWorkTexts();
  const store = useStore();
  const { unfinished } = useRoom();
  const uploads = useUploads();
  const key = handInKey(logId, assignmentId);
  const draft = useDraft<HandInDraft>(key);
  const [problem, setProblem] = useState<ErrorCode | null>(null);
  const [leftOut, setLeftOut] = useState(NOTHING);
  const [isOver, setIsOver] = useState(false);
  const value = draft.value ?? EMPTY;
  const latest = useRef(value);
  useEffect(() => {
    latest.current = value;
  });
  // Facts of a file may have been forgotten; a command must not name what nobody can send.
  const filesOf = (of: HandInDraft) => of.files.filter((fileId) => uploads.view(fileId) !== null);
  const files = filesOf(value);
  // Who was removed from the class meanwhile has no part in it, and no name here.
  const partners = new Set(mayShare ? partnersOf(view).map(({ memberId }) => memberId) : []);
  const together = (value.together ?? []).filter((memberId) => partners.has(memberId));
  const isBegun = files.length > 0 || value.note.trim() !== '';

  useEffect(() => {
    if (!draft.isLoaded) return;
    if (isBegun) unfinished.add(assignmentId);
    else unfinished.delete(assignmentId);
  }, [unfinished, assignmentId, isBegun, draft.isLoaded]);

  if (!draft.isLoaded) return null;
  if ((mode === 'replace' || mode === 'offer') && !value.isOpen && !isBegun)
    return (
      <p>
        <button type="button" onClick={() => draft.write({ ...EMPTY, isOpen: true })}>
          {mode === 'offer' ? t.handIn.offer : t.handIn.again}
        </button>
      </p>
    );

  const write = (change: Partial<HandInDraft>) => {
    setProblem(null);
    // A folder takes its time to be read: what was written and chosen meanwhile stays.
    latest.current = { ...latest.current, files: filesOf(latest.current), ...change };
    draft.write(latest.current);
  };
  const add = (chosen: File[], unread: readonly string[] = []) => {
    const before = filesOf(latest.current);
    const room = FILES_PER_COMMAND_MAX - before.length;
    setLeftOut({ isSurplus: chosen.length > room, unread });
    const added = chosen.slice(0, room).map((file) => {
      const fileId = store.newFileId();
      uploads.add(fileId, file);
      return fileId;
    });
    write({ files: [...before, ...added] });
  };
  const remove = (fileId: FileId) => {
    uploads.remove(fileId);
    setLeftOut(NOTHING);
    write({ files: files.filter((other) => other !== fileId) });
  };
  const handIn = () => {
    if (!isBegun) return setProblem('empty');
    const sending = store.send(
      logId,
      'handIn',
      { assignmentId, fileIds: files, note: value.note.trim(), ...(together.length > 0 ? { together } : {}) },
      key,
    );
    unfinished.delete(assignmentId);
    draft.clear();
    sending.catch((error: unknown) => {
      draft.write(value);
      setProblem(codeOf(error));
    });
  };
  const drop = (event: DragEvent) => {
    event.preventDefault();
    setIsOver(false);
    void fromDrop(event.dataTransfer).then((dropped) => add(dropped.files, dropped.unread));
  };

  return (
    // oxlint-disable-next-line jsx-a11y/no-static-element-interactions -- dropping is a second way; the buttons are the first
    <div
      className={isOver ? 'hand-in over' : 'hand-in'}
      onDragOver={(event) => {
        event.preventDefault();
        setIsOver(true);
      }}
      onDragLeave={() => setIsOver(false)}
      onDrop={drop}
    >
      {mode === 'replace' && <p className="dim">{t.handIn.againHint}</p>}
      <div className="row">
        <ChooseFiles onFiles={add} />
        <span className="dim only-fine">{t.handIn.drop}</span>
      </div>
      <FilesInFlight files={files} onRemove={remove} />
      {leftOut.isSurplus && <p className="note bad">{t.handIn.tooMany(FILES_PER_COMMAND_MAX)}</p>}
      {leftOut.unread.length > 0 && (
        <p className="note bad" role="alert">
          {t.handIn.unread(leftOut.unread.slice(0, UNREAD_SHOWN).join(', '), leftOut.unread.length - UNREAD_SHOWN)}
        </p>
      )}
      <div className="field">
        <label htmlFor={`note-${assignmentId}`}>{t.handIn.note}</label>
        <textarea
          id={`note-${assignmentId}`}
          rows={2}
          maxLength={NOTE_MAX}
          value={value.note}
          onChange={(event) => write({ note: event.target.value })}
          aria-describedby={`note-hint-${assignmentId}`}
        />
        <p className="hint" id={`note-hint-${assignmentId}`}>
          {t.handIn.noteHint}
        </p>
      </div>
      {mayShare && <Together view={view} chosen={together} onChange={(chosen) => write({ together: chosen })} />}
      {problem && (
        <div role="alert">
          <ErrorNote code={problem} />
        </div>
      )}
      <div className="row">
        <button type="button" className="main" onClick={handIn}>
          {mode === 'first' || mode === 'offer' ? t.handIn.handIn : t.handIn.handInAgain}
        </button>
        {(mode === 'replace' || mode === 'offer') && (
          <button
            type="button"
            className="plain"
            onClick={() => {
              for (const fileId of files) uploads.remove(fileId);
              setLeftOut(NOTHING);
              draft.write(null);
            }}
          >
            {t.handIn.cancel}
          </button>
        )}
      </div>
    </div>
  );
}
