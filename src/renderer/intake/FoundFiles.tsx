/**
 * Found files under their folders: a list in which several can be marked, by mouse or by keys. Each says whose it is and how that is
 * known, or asks.
 */
import { Button } from '@mantine/core';
import {
  IconAlertTriangle,
  IconCircleCheck,
  IconCircleDashed,
  IconFolder,
  IconHandFinger,
  IconHelpCircle,
  IconX,
} from '@tabler/icons-react';
import {
  memo,
  useCallback,
  useEffect,
  useId,
  useMemo,
  useRef,
  useState,
  type KeyboardEvent,
  type MouseEvent,
  type Ref,
} from 'react';
import type { Classroom } from '../../core/classroom.ts';
import type { MemberId } from '../../core/ids.ts';
import { formatSize } from '../../ui/format.ts';
import { useLanguage } from '../../ui/language.tsx';
import { useTexts } from '../texts/texts.ts';
import { groupsOf, nameOf, type SortedFile, type Sorting } from './sorting.ts';
import classes from './FoundFiles.module.css';

const ICONS = { sure: IconCircleCheck, likely: IconCircleDashed, chosen: IconHandFinger } as const;

interface FoundFilesProps {
  listRef: Ref<HTMLDivElement>;
  sorting: Sorting;
  classroom: Classroom;
  /** Pupils whose works are brought. */
  done: ReadonlySet<MemberId>;
  marked: ReadonlySet<string>;
  onMark: (ids: ReadonlySet<string>) => void;
  onGive: (ids: Iterable<string>, memberId: MemberId | null) => void;
  /** Enter: on to the pupils. */
  onPupils: () => void;
}

export function FoundFiles(props: FoundFilesProps) {
  const { listRef, sorting, classroom, done, marked, onMark, onGive, onPupils } = props;
  const t = useTexts();
  const id = useId();
  const groups = useMemo(
    () =>
      groupsOf(sorting).map(({ path, files }) => ({
        path,
        files: files.filter(({ memberId }) => memberId === null || !done.has(memberId)),
      })),
    [sorting, done],
  );
  const ids = groups.flatMap(({ files }) => files.map(({ file }) => file.id));
  // The first that asks is where the work is.
  const [at, setAt] = useState(() => ids.find((one) => sorting.get(one)?.memberId === null) ?? ids[0] ?? null);
  const from = useRef<string | null>(null);
  const first = useRef(at);
  const rowId = (fileId: string) => `${id}-${fileId}`;
  const go = (fileId: string | undefined) => {
    if (fileId === undefined) return;
    setAt(fileId);
    document.getElementById(rowId(fileId))?.scrollIntoView({ block: 'nearest' });
  };
  useEffect(() => {
    if (first.current !== null) document.getElementById(`${id}-${first.current}`)?.scrollIntoView({ block: 'nearest' });
  }, [id]);
  const between = (one: string, other: string) => {
    const [a, b] = [ids.indexOf(one), ids.indexOf(other)].toSorted((x, y) => x - y) as [number, number];
    return ids.slice(Math.max(0, a), b + 1);
  };
  const toggle = (list: readonly string[]) => {
    const next = new Set(marked);
    const isOn = !list.every((one) => next.has(one));
    for (const one of list) if (isOn) next.add(one); else next.delete(one); // prettier-ignore
    onMark(next);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.target !== event.currentTarget) return;
    const index = at === null ? -1 : ids.indexOf(at);
    const next =
      event.key === 'ArrowDown' ? ids[Math.min(ids.length - 1, index + 1)]
      : event.key === 'ArrowUp' ? ids[Math.max(0, index - 1)]
      : event.key === 'Home' ? ids[0]
      : event.key === 'End' ? ids.at(-1)
      : undefined; // prettier-ignore
    if (next !== undefined) {
      if (event.shiftKey) onMark(new Set([...marked, ...(at === null ? [] : [at]), next]));
      go(next);
    } else if (event.key === ' ' && at !== null) toggle([at]);
    else if (event.code === 'KeyA' && (event.ctrlKey || event.metaKey)) onMark(new Set(ids));
    else if (/^[1-9]$/.test(event.key) && at !== null) {
      const candidate = sorting.get(at)?.guess.memberIds[Number(event.key) - 1];
      if (candidate && sorting.get(at)?.memberId === null) onGive([at], candidate);
    } else if (event.key === 'Delete') onGive(marked.size > 0 ? marked : at === null ? [] : [at], null);
    else if (event.key === 'Enter') {
      if (marked.size === 0 && at !== null) onMark(new Set([at]));
      onPupils();
    } else return;
    event.preventDefault();
  };
  // The same function for ever, so that a row is drawn again only when it is another.
  const press = useRef((_event: MouseEvent, _fileId: string) => {});
  useEffect(() => {
    press.current = (event, fileId) => {
      const start = from.current ?? at;
      if (event.shiftKey && start !== null) onMark(new Set([...marked, ...between(start, fileId)]));
      else toggle([fileId]);
      from.current = fileId;
      setAt(fileId);
    };
  });
  const onPress = useCallback((event: MouseEvent, fileId: string) => press.current(event, fileId), []);

  return (
    <section className={classes.side} aria-label={t.intake.found}>
      <h3 className={classes.heading}>
        {t.intake.found}
        <span className={classes.marked} role="status">
          {t.intake.chosen(marked.size)}
        </span>
      </h3>
      {/* The rows are told by aria-activedescendant: the focus stays on the list. */}
      <div
        ref={listRef}
        className={classes.list}
        role="grid"
        tabIndex={0}
        data-autofocus
        aria-multiselectable
        aria-label={t.intake.found}
        aria-describedby={`${id}-help`}
        {...(at === null ? {} : { 'aria-activedescendant': rowId(at) })}
        onKeyDown={onKeyDown}
      >
        {groups.map(
          ({ path, files }) =>
            files.length > 0 && (
              <div key={path} role="rowgroup" className={classes.group}>
                <div role="row" className={classes.folderRow}>
                  <div role="gridcell">
                    <button
                      type="button"
                      tabIndex={-1}
                      className={classes.folder}
                      title={t.intake.chooseGroup(path || t.intake.loose)}
                      onClick={() => toggle(files.map(({ file }) => file.id))}
                    >
                      <IconFolder size={16} stroke={1.7} aria-hidden />
                      {path || t.intake.loose}
                    </button>
                  </div>
                </div>
                {files.map((one) => (
                  <FileRow
                    key={one.file.id}
                    id={rowId(one.file.id)}
                    one={one}
                    classroom={classroom}
                    isAt={one.file.id === at}
                    isMarked={marked.has(one.file.id)}
                    onPress={onPress}
                    onGive={onGive}
                  />
                ))}
              </div>
            ),
        )}
      </div>
      <p className={classes.help} id={`${id}-help`}>
        {t.intake.foundHelp}
      </p>
    </section>
  );
}

interface FileRowProps {
  id: string;
  one: SortedFile;
  classroom: Classroom;
  isAt: boolean;
  isMarked: boolean;
  onPress: (event: MouseEvent, fileId: string) => void;
  onGive: FoundFilesProps['onGive'];
}

/** Drawn again only when it is another: thousands of files may have been found. */
const FileRow = memo(function FileRow(props: FileRowProps) {
  const { id, one, isAt, isMarked, onPress } = props;
  return (
    <div
      id={id}
      role="row"
      tabIndex={-1}
      aria-selected={isMarked}
      className={classes.row}
      data-at={isAt}
      onClick={(event) => onPress(event, one.file.id)}
      onKeyDown={() => undefined}
    >
      <Cells {...props} />
    </div>
  );
});

function Cells({ one, classroom, onGive }: FileRowProps) {
  const t = useTexts();
  const language = useLanguage();
  const { file, guess, memberId, because, held } = one;
  const Icon = because ? ICONS[because] : null;
  const stay = (event: MouseEvent) => event.stopPropagation();
  return (
    <>
      <span role="gridcell" className={classes.name} title={file.name}>
        {file.name}
      </span>
      <span role="gridcell" className={classes.size}>
        {formatSize(language, file.sizeBytes)}
      </span>
      {memberId !== null && Icon && because && (
        <span role="gridcell" className={classes.owner} data-because={because}>
          <Icon size={16} stroke={1.8} aria-hidden />
          <span className={classes.ownerName}>{nameOf(classroom, memberId)}</span>
          <span className={classes.because} title={t.intake.becauseMore[because]}>
            {t.intake.because[because]}
          </span>
          <button
            type="button"
            tabIndex={-1}
            className={classes.take}
            title={t.intake.takeBack(file.name, nameOf(classroom, memberId))}
            aria-label={t.intake.takeBack(file.name, nameOf(classroom, memberId))}
            onClick={(event) => {
              stay(event);
              onGive([file.id], null);
            }}
          >
            <IconX size={14} stroke={2} aria-hidden />
          </button>
        </span>
      )}
      {memberId === null && held && (
        <span role="gridcell" className={classes.owner} data-because="held">
          <IconCircleCheck size={16} stroke={1.8} aria-hidden />
          {held.why === 'seen'
            ? t.intake.seen(nameOf(classroom, held.memberId))
            : `${nameOf(classroom, held.memberId)}: ${t.intake.closed}`}
        </span>
      )}
      {memberId === null && !held && guess.memberIds.length > 0 && (
        <span role="gridcell" className={classes.ask}>
          <span className={classes.doubt}>
            <IconHelpCircle size={16} stroke={1.8} aria-hidden />
            {guess.doubt ? t.intake.doubts[guess.doubt] : t.intake.ask}
          </span>
          {guess.memberIds.map((candidate, n) => (
            <Button
              key={candidate}
              size="compact-xs"
              variant="default"
              tabIndex={-1}
              title={t.intake.take(nameOf(classroom, candidate))}
              onClick={(event) => {
                stay(event);
                onGive([file.id], candidate);
              }}
            >
              {`${n + 1}. ${nameOf(classroom, candidate)}`}
            </Button>
          ))}
        </span>
      )}
      {memberId === null && !held && guess.memberIds.length === 0 && (
        <span role="gridcell" className={classes.nobody}>
          <IconAlertTriangle size={16} stroke={1.8} aria-hidden />
          {guess.doubt ? t.intake.doubts[guess.doubt] : t.intake.nobody}
        </span>
      )}
    </>
  );
}
