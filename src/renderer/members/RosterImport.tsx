/**
 * A class list from a file or a paste: read, shown with what would change, imported with one press, undone with one
 * (LastImport). Promises: nothing changes before the preview has been seen; each name is a command of its own, so that one can be
 * refused or erased without the others.
 */
import { Button, Checkbox, NativeSelect, Textarea } from '@mantine/core';
import { IconFileImport, IconTable } from '@tabler/icons-react';
import { useMemo, useState, type DragEvent } from 'react';
import { codeOf, type ErrorCode } from '../../core/errors.ts';
import type { LogId } from '../../core/ids.ts';
import {
  chosenNames,
  planImport,
  type ColumnKind,
  type LineStatus,
  type RosterLine,
  type RosterPlan,
  type RosterWarning,
  type Table,
} from '../../core/roster.ts';
import { useClass, useStore } from '../../ui/store.tsx';
import { useFailure } from '../frame/failure.ts';
import { ErrorNotice, Notice } from '../frame/Notice.tsx';
import { useTexts } from '../texts/texts.ts';
import { importNoteKey, type ImportNote } from './LastImport.tsx';
import { LIST_FILE_TYPES, LIST_TEXT_MAX, readListFile, readListText } from './read-list.ts';
import classes from './RosterImport.module.css';

export interface RosterImportProps {
  logId: LogId;
  /** Imported, or left without importing. */
  onDone: () => void;
}

interface Source {
  /** The file's name; null for a paste. */
  name: string | null;
  table: Table;
}

export function RosterImport({ logId, onDone }: RosterImportProps) {
  const view = useClass(logId);
  const [source, setSource] = useState<Source | null>(null);
  const members = view?.classroom.members;
  const result = useMemo(() => {
    if (!source || !members) return null;
    try {
      return planImport(source.table, Object.values(members));
    } catch (error) {
      return codeOf(error);
    }
  }, [source, members]);
  if (!view) return null;
  if (source && result !== null && typeof result !== 'string')
    return <Preview logId={logId} source={source} plan={result} onAgain={() => setSource(null)} onDone={onDone} />;
  return <ChooseSource code={typeof result === 'string' ? result : null} onRead={setSource} onSkip={onDone} />;
}

interface ChooseSourceProps {
  /** Why what was read last could not be used. */
  code: ErrorCode | null;
  onRead: (source: Source) => void;
  onSkip: () => void;
}

function ChooseSource({ code, onRead, onSkip }: ChooseSourceProps) {
  const t = useTexts();
  const [problem, setProblem] = useState<ErrorCode | null>(null);
  const [isReading, setReading] = useState(false);
  const [isOver, setOver] = useState(false);
  const [pasted, setPasted] = useState('');
  const read = async (file: File) => {
    setReading(true);
    setProblem(null);
    try {
      onRead({ name: file.name, table: await readListFile(file) });
    } catch (error) {
      setProblem(codeOf(error));
    } finally {
      setReading(false);
    }
  };
  const drop = (event: DragEvent) => {
    event.preventDefault();
    setOver(false);
    const file = event.dataTransfer.files[0];
    if (file) void read(file);
  };
  const readPaste = () => {
    try {
      setProblem(null);
      onRead({ name: null, table: readListText(pasted) });
    } catch (error) {
      setProblem(codeOf(error));
    }
  };
  const shown = problem ?? code;
  return (
    <div className={classes.import}>
      <p className={classes.intro}>{t.roster.intro}</p>
      {shown && <ErrorNotice code={shown} />}
      <div
        className={classes.drop}
        data-over={isOver || undefined}
        onDragOver={(event) => {
          event.preventDefault();
          setOver(true);
        }}
        onDragLeave={() => setOver(false)}
        onDrop={drop}
      >
        <IconTable className={classes.dropIcon} size={32} stroke={1.4} aria-hidden />
        <p className={classes.dropText}>{isReading ? t.roster.reading : t.roster.drop}</p>
        <label className={classes.choose}>
          <input
            className={classes.file}
            type="file"
            accept={LIST_FILE_TYPES}
            onChange={(event) => {
              const file = event.currentTarget.files?.[0];
              // The same file may be chosen again after it was mended.
              event.currentTarget.value = '';
              if (file) void read(file);
            }}
          />
          <span className={classes.chooseFace}>{t.roster.choose}</span>
        </label>
        <p className={classes.types}>{t.roster.types}</p>
      </div>
      <Textarea
        label={t.roster.paste}
        placeholder={t.roster.pastePlaceholder}
        autosize
        minRows={4}
        maxRows={10}
        maxLength={LIST_TEXT_MAX}
        value={pasted}
        onChange={(event) => setPasted(event.currentTarget.value)}
      />
      <div className={classes.actions}>
        <Button disabled={pasted.trim() === ''} onClick={readPaste}>
          {t.roster.readPaste}
        </Button>
        <Button variant="subtle" color="gray" onClick={onSkip}>
          {t.roster.skip}
        </Button>
      </div>
    </div>
  );
}

interface PreviewProps {
  logId: LogId;
  source: Source;
  plan: RosterPlan;
  onAgain: () => void;
  onDone: () => void;
}

const STATUSES: readonly LineStatus[] = ['new', 'already', 'duplicate', 'unreadable'];

function Preview({ logId, source, plan, onAgain, onDone }: PreviewProps) {
  const t = useTexts();
  const store = useStore();
  const failed = useFailure();
  // What the teacher has changed by hand; everything new is taken, nothing else is.
  const [changed, setChanged] = useState<ReadonlyMap<number, boolean>>(new Map());
  const [onlyClass, setOnlyClass] = useState('');
  const [isSending, setSending] = useState(false);
  const lines = plan.lines.filter((line) => onlyClass === '' || line.className === onlyClass);
  const isTaken = (line: RosterLine) => changed.get(line.line) ?? line.status === 'new';
  const chosen = new Set(lines.filter(isTaken).map((line) => line.line));
  const names = chosenNames(plan, chosen);
  const count = (status: LineStatus) => lines.filter((line) => line.status === status).length;
  const [added = 0, already = 0, duplicate = 0, unreadable = 0] = STATUSES.map(count);
  const hasClasses = plan.columns.some((column) => column.kind === 'class');
  const full = plan.warnings.find((warning) => warning.kind === 'class-full');
  const isTooMany = full !== undefined && names.length > full.room;

  const add = async () => {
    setSending(true);
    const members = names.map((name) => ({ memberId: store.newMemberId(), name }));
    const note: ImportNote = { memberIds: members.map((member) => member.memberId) };
    // Before the commands: an import without its undo would be worse than an undo without its import.
    try {
      await store.writeDraft(importNoteKey(logId), note);
      await store.sendAll(members.map((body) => ({ logId, kind: 'listMember' as const, body })));
      onDone();
    } catch (error) {
      failed(error);
      setSending(false);
    }
  };
  return (
    <div className={classes.import}>
      <div className={classes.source}>
        <IconFileImport size={20} stroke={1.6} aria-hidden />
        <span className={classes.sourceName}>{source.name ?? t.roster.fromPaste}</span>
        <Button size="sm" variant="default" onClick={onAgain}>
          {t.roster.again}
        </Button>
      </div>
      <Columns plan={plan} />
      {plan.warnings.map((warning) => (
        <Notice key={warning.kind} tone="warn">
          <WarningText warning={warning} />
        </Notice>
      ))}
      {plan.warnings.map(
        (warning) =>
          warning.kind === 'several-classes' && (
            <NativeSelect
              key={warning.kind}
              className={classes.onlyClass}
              label={t.roster.onlyClass}
              value={onlyClass}
              onChange={(event) => setOnlyClass(event.currentTarget.value)}
              data={[{ value: '', label: t.roster.allClasses }, ...warning.classes]}
            />
          ),
      )}
      <p className={classes.counts} role="status">
        {t.roster.counts(added, already, duplicate, unreadable)}
      </p>
      <div className={classes.scroll}>
        <table className={classes.table}>
          <thead>
            <tr>
              <th scope="col" className={classes.number}>
                {t.roster.line}
              </th>
              <th scope="col">{t.roster.name}</th>
              {hasClasses && <th scope="col">{t.roster.class}</th>}
              <th scope="col">{t.roster.status}</th>
            </tr>
          </thead>
          <tbody>
            {lines.map((line) => (
              <tr key={line.line} data-status={line.status}>
                <td className={classes.number}>{line.line}</td>
                <td>
                  {line.status === 'unreadable' ? (
                    line.name
                  ) : (
                    <Checkbox
                      label={line.name}
                      aria-label={t.roster.take(line.name)}
                      checked={isTaken(line)}
                      onChange={(event) => setChanged(new Map(changed).set(line.line, event.currentTarget.checked))}
                    />
                  )}
                </td>
                {hasClasses && <td>{line.className}</td>}
                <td className={classes.status}>
                  {t.roster.statuses[line.status]}
                  {line.status === 'duplicate' && <span className={classes.hint}> · {t.roster.duplicateHint}</span>}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <div className={classes.actions} data-sticky>
        <Button disabled={names.length === 0 || isTooMany} loading={isSending} onClick={() => void add()}>
          {names.length === 0 ? t.roster.importNone : t.roster.import(names.length)}
        </Button>
        <Button variant="subtle" color="gray" onClick={onDone}>
          {t.roster.skip}
        </Button>
      </div>
    </div>
  );
}

/** Columns that are kept; the others only help to understand the file. */
const NAME_KINDS: ReadonlySet<ColumnKind> = new Set(['fullName', 'lastName', 'firstName', 'middleName']);

/** What each column was taken for: the teacher sees at a glance whether the file was understood. */
function Columns({ plan }: { plan: RosterPlan }) {
  const t = useTexts();
  return (
    <div>
      <ul className={classes.columns} aria-label={t.roster.columns}>
        {plan.columns.map((column, index) => (
          <li key={index} className={classes.column} data-used={NAME_KINDS.has(column.kind) || undefined}>
            <span className={classes.heading}>{column.heading || t.roster.columnNumber(index + 1)}</span>
            <span>{t.roster.columnKinds[column.kind]}</span>
          </li>
        ))}
      </ul>
      <p className={classes.onlyNames}>{t.roster.onlyNames}</p>
    </div>
  );
}

function WarningText({ warning }: { warning: RosterWarning }) {
  const t = useTexts();
  switch (warning.kind) {
    case 'several-classes':
      return t.roster.severalClasses(warning.classes.join(', '));
    case 'not-students':
      return t.roster.notStudents(warning.count);
    case 'class-full':
      return t.roster.classFull(warning.room);
    case 'too-long':
      return t.roster.tooLong(warning.rows);
  }
}
