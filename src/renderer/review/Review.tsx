/**
 * The full-window review of one assignment's works: pupils at the left, the work in the middle, mark and comment at the right.
 * Promises: works from the local library alone; the keyboard is enough; every stroke is a draft at once, and nothing is sent
 * before "done"; the next works are opened before they are asked for.
 */
import { ActionIcon, Button, Tooltip } from '@mantine/core';
import { useElementSize } from '@mantine/hooks';
import {
  IconArrowDown,
  IconArrowLeft,
  IconArrowUp,
  IconClipboardOff,
  IconSend2,
  IconUsers,
  IconZoomIn,
  IconZoomOut,
} from '@tabler/icons-react';
import { useCallback, useEffect, useMemo, useRef, useState } from 'react';
import { useLocation } from 'wouter';
import type { ClassView } from '../../client/class-store.ts';
import type { Assignment } from '../../core/classroom.ts';
import type { CommandId, LogId, MemberId } from '../../core/ids.ts';
import { progressOf, toGiveBack, worksOf, type Work } from '../../core/works.ts';
import { formatDue } from '../../ui/format.ts';
import { useLanguage } from '../../ui/language.tsx';
import { useClass } from '../../ui/store.tsx';
import { useOpenClass } from '../frame/classes.tsx';
import { EmptyState } from '../frame/EmptyState.tsx';
import { useFailure } from '../frame/failure.ts';
import { useShortcuts } from '../frame/shortcuts.tsx';
import { routes } from '../routes.ts';
import { useTexts } from '../texts/texts.ts';
import { AttemptFacts } from './AttemptFacts.tsx';
import { usePresences } from './file-presence.ts';
import { GiveBackAll } from './GiveBackAll.tsx';
import { MarkPanel } from './MarkPanel.tsx';
import {
  isBegun,
  isBlank,
  isOvertaken,
  markOfKey,
  neighbour,
  nextToCheck,
  rowsOf,
  standing,
  worksShown,
  type ReviewDraft,
  type WorkFilter,
  type WorkOrder,
} from './marking.ts';
import { useOpenAhead } from './open-ahead.ts';
import { createOpenedFiles } from './opened-files.ts';
import { useReviewCommands, useReviewDrafts } from './review-commands.ts';
import { useEnter, useTypedPoints } from './review-keys.ts';
import classes from './Review.module.css';
import { WorkList, type ListedWork } from './WorkList.tsx';
import { pageWidthIn, WorkPages } from './WorkPages.tsx';

export interface ReviewProps {
  logId: LogId;
  assignmentId: CommandId;
  memberId: MemberId | null;
}

export function Review({ logId, assignmentId, memberId }: ReviewProps) {
  const t = useTexts();
  const view = useClass(logId);
  const assignment = view?.classroom.assignments[assignmentId];
  if (view === undefined) return null;
  if (!view || !assignment || assignment.state === 'withdrawn')
    return (
      <EmptyState icon={IconClipboardOff} title={t.review.noAssignment} actions={<Leave />}>
        {t.review.noAssignmentMore}
      </EmptyState>
    );
  return <Reviewing key={assignmentId} view={view} assignment={assignment} memberId={memberId} />;
}

function Leave() {
  const t = useTexts();
  const [, go] = useLocation();
  return (
    <Button variant="default" onClick={() => go(routes.reviewList())}>
      {t.review.back}
    </Button>
  );
}

/** Zoom steps; 1 is as wide as the window lets a page be. */
const ZOOMS = [0.5, 0.65, 0.8, 1, 1.25, 1.5, 2, 3] as const;

interface ReviewingProps {
  view: ClassView;
  assignment: Assignment;
  memberId: MemberId | null;
}

function Reviewing({ view, assignment, memberId }: ReviewingProps) {
  const t = useTexts();
  const failed = useFailure();
  const language = useLanguage();
  const { server } = useOpenClass();
  const { logId, classroom } = view;
  const { assignmentId, scale } = assignment;
  const [, go] = useLocation();

  const works = useMemo(() => worksOf(classroom, assignment), [classroom, assignment]);
  const [find, setFind] = useState('');
  const [filter, setFilter] = useState<WorkFilter>('all');
  const [order, setOrder] = useState<WorkOrder>('name');
  const shown = useMemo(() => worksShown(works, filter, order, find), [works, filter, order, find]);
  const done = useRef(new Map<MemberId, number>());
  const current = works.find((work) => work.member.memberId === memberId);
  const [attemptShown, setAttemptShown] = useState<{ of: MemberId; attempt: number } | null>(null);
  const [hint, setHint] = useState<string | null>(null);
  const [isGivingAll, setGivingAll] = useState(false);
  const [isListOpen, setListOpen] = useState(false);

  const choose = useCallback(
    (id: MemberId) => {
      setHint(null);
      setListOpen(false);
      go(routes.review(logId, assignmentId, id), { replace: true });
    },
    [go, logId, assignmentId],
  );
  // Nobody chosen: the first that waits. Told to the address at once, so that news do not move the teacher on.
  const first = nextToCheck(works, null, done.current) ?? works[0];
  useEffect(() => {
    if (!current && first) choose(first.member.memberId);
  }, [current, first, choose]);

  const drafts = useReviewDrafts(logId, assignmentId);
  const draft = current && drafts.all[current.member.memberId];
  const value = current && (draft ?? standing(current));
  const begun = current && isBegun(draft, current) ? draft : undefined;
  const change = (next: ReviewDraft | null) => {
    if (!current) return;
    setHint(null);
    const isSomething = next && isBegun(next, current);
    drafts.put(current.member.memberId, isSomething ? next : null);
  };

  const commands = useReviewCommands(view, assignment, drafts);
  const leave = () => go(routes.reviewList());
  const step = (by: 1 | -1) => {
    const next = neighbour(shown, current?.member.memberId ?? null, by);
    if (next) choose(next.member.memberId);
  };
  const finish = () => {
    if (!current || !value) return;
    if (isOvertaken(draft, current)) return;
    if (isBlank(value) && !begun) {
      setHint(t.review.nothingToSave);
      return;
    }
    const from = current.member.memberId;
    done.current.set(from, current.attempt?.attempt ?? 0);
    // First the screen moves on, then the work is said: keys that follow already belong to the next pupil.
    const next = nextToCheck(shown, from, done.current) ?? nextToCheck(works, from, done.current);
    // And these keys are marks again: a digit typed into the next pupil's comment would be a mark that nobody sees is missing.
    commentRef.current?.blur();
    pointsRef.current?.blur();
    if (next) choose(next.member.memberId);
    else setHint(t.review.allChecked);
    commands.say(current, begun).catch((error: unknown) => {
      done.current.delete(from);
      failed(error);
    });
  };
  const giveBack = (outcome: 'accepted' | 'redo') => {
    if (current && value && !isBlank(value) && !isOvertaken(draft, current))
      commands.giveBack(current, begun, outcome).catch(failed);
  };

  const scroller = useRef<HTMLDivElement>(null);
  const { ref: measured, width } = useElementSize();
  const [zoom, setZoom] = useState(1);
  const pageWidth = pageWidthIn(width, zoom);
  const zoomBy = (by: 1 | -1) =>
    setZoom((now) => ZOOMS[Math.min(ZOOMS.length - 1, Math.max(0, ZOOMS.indexOf(now as 1) + by))] ?? 1);
  useEffect(() => {
    scroller.current?.scrollTo({ top: 0, left: 0 });
  }, [memberId, attemptShown]);

  const [opened] = useState(createOpenedFiles);
  useEffect(() => () => opened.close(), [opened]);
  const allFiles = useMemo(() => works.flatMap((work) => work.attempts.flatMap((a) => a.files)), [works]);
  const presences = usePresences(allFiles);
  useOpenAhead(shown, current, presences, opened, pageWidth);

  const findRef = useRef<HTMLInputElement>(null);
  const pointsRef = useRef<HTMLInputElement>(null);
  const commentRef = useRef<HTMLTextAreaElement>(null);
  const typePoints = () => pointsRef.current?.focus();
  const scrollPage = (by: 1 | -1) =>
    scroller.current?.scrollBy({ top: by * scroller.current.clientHeight * 0.9, behavior: 'instant' });
  useEnter(finish);
  useTypedPoints(scale.kind === 'points', typePoints);
  const digits = scale.kind === 'five' ? ['5', '4', '3', '2', '1'] : scale.kind === 'pass' ? ['1', '2'] : [];
  const markKeys = digits.map((digit, index) => ({
    keys: index === 0 ? [digit, ...digits.slice(1)] : [digit],
    text: index === 0 ? (scale.kind === 'pass' ? t.review.keys.pass : t.review.keys.mark) : '',
  }));
  useShortcuts(t.review.title, [
    ...(markKeys[0] ? [markKeys[0]] : [{ keys: ['0', '9'], text: t.review.keys.points }]),
    ...digits.map((digit) => ({
      keys: [digit],
      text: '',
      run: () => {
        const mark = markOfKey(Number(digit), scale);
        if (value && mark !== null) change({ ...value, mark });
      },
    })),
    {
      keys: ['Backspace'],
      text: t.review.keys.clear,
      run: () => value && value.mark !== null && change({ ...value, mark: null }),
    },
    { keys: ['Enter'], text: t.review.keys.done },
    { keys: ['C'], text: t.review.keys.comment, run: () => commentRef.current?.focus() },
    { keys: ['Ctrl+Enter'], text: t.review.keys.fromComment },
    { keys: ['↓', 'N'], text: '', run: () => step(1) },
    { keys: ['↑', 'P'], text: '', run: () => step(-1) },
    { keys: ['↑', '↓', 'P', 'N'], text: t.review.keys.student },
    { keys: ['Tab', 'PageDown', 'PageUp'], text: t.review.keys.page },
    { keys: ['PageDown'], text: '', run: () => scrollPage(1) },
    { keys: ['PageUp'], text: '', run: () => scrollPage(-1) },
    { keys: ['='], text: '', run: () => zoomBy(1) },
    { keys: ['-'], text: '', run: () => zoomBy(-1) },
    { keys: ['=', '-'], text: t.review.keys.zoom },
    {
      keys: ['/'],
      text: t.review.keys.find,
      run: () => {
        setListOpen(true);
        // The field may only just be coming into sight in a narrow window.
        requestAnimationFrame(() => findRef.current?.focus());
      },
    },
    { keys: ['Esc'], text: t.review.keys.leave, run: () => (isListOpen ? setListOpen(false) : leave()) },
  ]);

  const progress = progressOf(works);
  const ready = toGiveBack(works).filter((work) => work.review && !isBlank(work.review));
  const listed: ListedWork[] = shown.map((work) => {
    const rows = rowsOf(view.outbox, assignmentId, work.member.memberId);
    return {
      work,
      isBegun: isBegun(drafts.all[work.member.memberId], work),
      isWaiting: rows.length > 0,
      isRefused: rows.some((row) => row.state === 'refused'),
    };
  });
  const rows = current ? rowsOf(view.outbox, assignmentId, current.member.memberId) : [];
  const attemptNumber =
    attemptShown && attemptShown.of === memberId ? attemptShown.attempt : (current?.attempt?.attempt ?? 0);
  const attempt = current?.attempts.find((a) => a.attempt === attemptNumber) ?? current?.attempt;

  if (!drafts.isLoaded) return null;
  return (
    <div className={classes.review}>
      <header className={classes.head}>
        <Tooltip label={t.review.back}>
          <ActionIcon size={36} aria-label={t.review.back} onClick={leave}>
            <IconArrowLeft size={20} stroke={1.8} />
          </ActionIcon>
        </Tooltip>
        <ActionIcon
          className={classes.listButton}
          size={36}
          aria-label={t.review.openList}
          aria-expanded={isListOpen}
          onClick={() => setListOpen(!isListOpen)}
        >
          <IconUsers size={20} stroke={1.8} />
        </ActionIcon>
        <div className={classes.titles}>
          <h1 className={classes.title}>{assignment.title}</h1>
          <p className={classes.lead}>
            {[
              classroom.title,
              assignment.dueAt === null ? t.reviewList.noDue : t.reviewList.due(formatDue(language, assignment.dueAt)),
              t.review.progress(progress.handedIn - countUnchecked(works), progress.handedIn),
            ].join(' · ')}
          </p>
        </div>
        <div className={classes.zoom}>
          <Tooltip label={t.review.zoomOut}>
            <ActionIcon aria-label={t.review.zoomOut} disabled={zoom === ZOOMS[0]} onClick={() => zoomBy(-1)}>
              <IconZoomOut size={20} stroke={1.6} />
            </ActionIcon>
          </Tooltip>
          <span className={classes.zoomValue} aria-live="polite" aria-label={t.review.zoom(Math.round(zoom * 100))}>
            {t.review.percent(Math.round(zoom * 100))}
          </span>
          <Tooltip label={t.review.zoomIn}>
            <ActionIcon aria-label={t.review.zoomIn} disabled={zoom === ZOOMS.at(-1)} onClick={() => zoomBy(1)}>
              <IconZoomIn size={20} stroke={1.6} />
            </ActionIcon>
          </Tooltip>
        </div>
        <Button
          disabled={ready.length === 0}
          leftSection={<IconSend2 size={18} stroke={1.6} aria-hidden />}
          onClick={() => setGivingAll(true)}
        >
          {ready.length === 0 ? t.review.giveBackNone : t.review.giveBackAll(ready.length)}
        </Button>
      </header>

      <div className={classes.list} data-open={isListOpen || undefined}>
        <WorkList
          listed={listed}
          current={memberId}
          scale={scale}
          find={find}
          filter={filter}
          order={order}
          findRef={findRef}
          onFind={setFind}
          onFilter={setFilter}
          onOrder={setOrder}
          onChoose={choose}
        />
      </div>

      <section className={classes.work} ref={scroller} data-scroller aria-label={t.review.file} tabIndex={-1}>
        <div ref={measured} className={classes.measure} />
        {current && (
          <WorkPages
            key={`${memberId}/${attemptNumber}`}
            files={attempt?.files ?? []}
            presences={presences}
            opened={opened}
            serverId={server.serverId}
            pageWidth={pageWidth}
          >
            {attempt === undefined ? (
              <EmptyState icon={IconClipboardOff} title={t.review.nothingHandedIn}>
                {t.review.nothingHandedInMore}
              </EmptyState>
            ) : (
              <>
                {attempt.note !== '' && (
                  <section className={classes.note} aria-label={t.review.note}>
                    <h3>{t.review.note}</h3>
                    <p>{attempt.note}</p>
                  </section>
                )}
                {attempt.files.length === 0 && <p className={classes.lead}>{t.review.onlyNote}</p>}
              </>
            )}
          </WorkPages>
        )}
        {works.length === 0 && <EmptyState icon={IconUsers} title={t.review.noStudents} actions={<Leave />} />}
      </section>

      <aside className={classes.side} aria-label={t.review.mark}>
        {current && value && (
          <>
            <div className={classes.who}>
              <h2 className={classes.name}>{current.member.name}</h2>
              <span className={classes.steps}>
                <Tooltip label={t.review.previous}>
                  <ActionIcon aria-label={t.review.previous} onClick={() => step(-1)}>
                    <IconArrowUp size={18} stroke={1.8} />
                  </ActionIcon>
                </Tooltip>
                <Tooltip label={t.review.next}>
                  <ActionIcon aria-label={t.review.next} onClick={() => step(1)}>
                    <IconArrowDown size={18} stroke={1.8} />
                  </ActionIcon>
                </Tooltip>
              </span>
            </div>
            <AttemptFacts
              work={current}
              shown={attemptNumber}
              onShow={(number) => setAttemptShown({ of: current.member.memberId, attempt: number })}
            />
            <MarkPanel
              work={current}
              value={value}
              draft={begun}
              isWaiting={rows.some((row) => row.state !== 'refused')}
              hint={hint}
              pointsRef={pointsRef}
              commentRef={commentRef}
              rows={rows}
              onChange={change}
              onDone={finish}
              onGiveBack={giveBack}
              onSendOver={(row) => void commands.sendOver(current, row).catch(failed)}
              onRetry={(row) => void commands.retry(row).catch(failed)}
              onDiscard={(row) => void commands.discard(row).catch(failed)}
            />
          </>
        )}
      </aside>

      <GiveBackAll
        works={ready}
        isOpen={isGivingAll}
        onClose={() => setGivingAll(false)}
        onYes={() => {
          setGivingAll(false);
          commands.giveBackAll(ready).catch(failed);
        }}
      />
    </div>
  );
}

const countUnchecked = (works: readonly Work[]) => works.filter((work) => work.state === 'handed-in').length;
