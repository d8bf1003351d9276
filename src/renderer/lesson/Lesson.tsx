/**
 * Урок: how pupils get in, the wall of all of them, giving out, collecting until the bell, the end. Promises: ending says before
 * what it cuts off and after what happened; where pupils cannot reach this computer, it says why and what to do; what may be
 * projected shows no marks. Hides: which of a class's assignments belong to this lesson (wall-tiles.ts).
 */
import { ActionIcon, Button, Modal, NativeSelect, SegmentedControl, Tooltip } from '@mantine/core';
import { IconArrowsMaximize, IconPackageExport, IconPackageImport, IconSchoolOff } from '@tabler/icons-react';
import { useEffect, useMemo, useState } from 'react';
import { useLocation } from 'wouter';
import type { ClassView } from '../../client/class-store.ts';
import type { CommandId, LogId } from '../../core/ids.ts';
import { useClass, useConnection, useWall } from '../../ui/store.tsx';
import { useHub } from '../desktop.tsx';
import { useClasses, useOpenClass } from '../frame/classes.tsx';
import { EmptyState } from '../frame/EmptyState.tsx';
import { useFileDrop } from '../frame/file-drop.ts';
import { useBeginLesson, useEndLesson } from '../frame/lesson-under-way.ts';
import { Notice } from '../frame/Notice.tsx';
import { Screen } from '../frame/Screen.tsx';
import { useShortcuts } from '../frame/shortcuts.tsx';
import { JoinRequests } from '../members/JoinRequests.tsx';
import { routes } from '../routes.ts';
import { useTexts } from '../texts/texts.ts';
import { CollectBar } from './CollectBar.tsx';
import { CollectDialog } from './CollectDialog.tsx';
import { ConnectionCheck } from './ConnectionCheck.tsx';
import { Door } from './Door.tsx';
import { EndLesson } from './EndLesson.tsx';
import { HandOut } from './HandOut.tsx';
import { Handouts } from './Handouts.tsx';
import { CALM_MS, useHubClock, usePlace } from './lesson-now.ts';
import { lessonOf, tilesOf } from './wall-tiles.ts';
import { Wall } from './Wall.tsx';
import classes from './Lesson.module.css';

export function Lesson({ logId }: { logId: LogId | null }) {
  const t = useTexts();
  const { classes: all, isLoaded } = useClasses();
  const [, go] = useLocation();
  const first = all[0]?.logId;
  useEffect(() => {
    if (logId === null && first) go(routes.lesson(first), { replace: true });
  }, [logId, first, go]);
  if (!isLoaded) return null;
  if (logId !== null) return <ClassLesson key={logId} logId={logId} />;
  return first ? null : (
    <Screen title={t.lesson.title}>
      <EmptyState
        icon={IconSchoolOff}
        title={t.lesson.noClasses}
        actions={<Button onClick={() => go(routes.newClass())}>{t.frame.newClass}</Button>}
      >
        {t.lesson.noClassesMore}
      </EmptyState>
    </Screen>
  );
}

function ClassLesson({ logId }: { logId: LogId }) {
  const view = useClass(logId);
  const place = usePlace(logId);
  return view && place.isLoaded ? <OpenLesson view={view} place={place} /> : null;
}

/** `hand-out` with the files that were dropped; `collect` with what is to be collected, null for something new. */
type Dialog =
  { kind: 'hand-out'; files: readonly File[] } | { kind: 'collect'; assignmentId: CommandId | null } | { kind: 'none' };

function OpenLesson({ view, place }: { view: ClassView; place: ReturnType<typeof usePlace> }) {
  const t = useTexts();
  const { logId, classroom, clockOffsetMs } = view;
  const [, go] = useLocation();
  const { classes: all } = useClasses();
  const { server } = useOpenClass();
  const hub = useHub();
  const wall = useWall(logId) ?? null;
  const connection = useConnection();
  const isOnline = connection?.state === 'online' || connection?.state === 'updating';
  const now = useHubClock(clockOffsetMs, CALM_MS);
  const { focus } = place.value;
  const lesson = useMemo(() => lessonOf(classroom, now, focus), [classroom, now, focus]);
  const tiles = useMemo(() => tilesOf(classroom, wall, lesson, now), [classroom, wall, lesson, now]);
  const [isLarge, setLarge] = useState(false);
  const [dialog, setDialog] = useState<Dialog>({ kind: 'none' });
  const isWall = place.value.view === 'wall';
  const isEmbedded = server.kind === 'embedded';
  const atDoor = Object.keys(classroom.requests).length;
  const here = tiles.filter(({ isHere }) => isHere).length;
  const drop = useFileDrop((files) => setDialog({ kind: 'hand-out', files }), { isOff: dialog.kind !== 'none' });

  const begin = useBeginLesson(logId);
  const endUnderWay = useEndLesson();
  useEffect(() => {
    if (isWall) begin();
    // oxlint-disable-next-line react/exhaustive-deps -- a wall that stays open after the lesson's end begins none.
  }, [isWall, logId]);

  const show = (next: 'door' | 'wall') => place.write({ view: next });
  const handOut = () => setDialog({ kind: 'hand-out', files: [] });
  const collect = (assignmentId: CommandId | null) => setDialog({ kind: 'collect', assignmentId });
  const startCollect = () => collect(lesson.handouts[0]?.assignmentId ?? null);
  const close = () => setDialog({ kind: 'none' });
  useShortcuts(t.lesson.title, [
    { keys: ['G'], text: t.wall.keys.give, run: handOut },
    { keys: ['C'], text: t.wall.keys.collect, run: startCollect },
    { keys: ['F'], text: t.wall.keys.full, run: () => setLarge(true) },
    { keys: ['W'], text: t.wall.keys.door, run: () => show(isWall ? 'door' : 'wall') },
  ]);

  const door = <Door logId={logId} isOnline={isOnline} now={now} />;
  const collectBarOf = (isProjected: boolean) =>
    lesson.collected && (
      <CollectBar
        view={view}
        assignment={lesson.collected}
        tiles={tiles}
        isKnown={wall !== null}
        isProjected={isProjected}
        onAgain={() => collect(lesson.collected?.assignmentId ?? null)}
      />
    );
  const wallOf = (isProjected: boolean) => (
    <Wall
      logId={logId}
      tiles={tiles}
      place={place}
      now={now}
      lesson={lesson}
      isKnown={wall !== null}
      isProjected={isProjected}
    />
  );
  return (
    <Screen
      title={t.lesson.title}
      width={isWall ? 'full' : 'wide'}
      lead={isEmbedded || isWall ? undefined : t.lesson.remote}
      actions={
        <>
          {all.length > 1 && (
            <NativeSelect
              aria-label={t.lesson.chooseClass}
              value={logId}
              onChange={(event) => go(routes.lesson(event.currentTarget.value as LogId), { replace: true })}
              data={all.map((openClass) => ({ value: openClass.logId, label: openClass.title }))}
            />
          )}
          <SegmentedControl
            aria-label={t.wall.view}
            value={place.value.view}
            onChange={(value) => show(value as 'door' | 'wall')}
            data={(['door', 'wall'] as const).map((value) => ({ value, label: t.wall.views[value] }))}
          />
          <Button leftSection={<IconPackageExport size={18} stroke={1.6} aria-hidden />} onClick={handOut}>
            {t.handOut.open}
          </Button>
          <Button
            variant="default"
            leftSection={<IconPackageImport size={18} stroke={1.6} aria-hidden />}
            onClick={startCollect}
          >
            {t.collect.open}
          </Button>
          <Tooltip label={t.wall.fullScreen}>
            <ActionIcon variant="default" size="input-sm" aria-label={t.wall.fullScreen} onClick={() => setLarge(true)}>
              <IconArrowsMaximize size={18} stroke={1.6} aria-hidden />
            </ActionIcon>
          </Tooltip>
          <EndLesson
            view={view}
            isOnline={isOnline}
            tiles={tiles}
            lesson={lesson}
            now={now}
            isKnown={wall !== null}
            onEnded={() => {
              endUnderWay();
              // The next lesson begins at the door.
              show('door');
            }}
          />
        </>
      }
    >
      <div className={classes.drop} data-over={drop.isOver || undefined} {...drop.handlers}>
        {drop.isOver && <p className={classes.dropHere}>{t.handOut.dropWall}</p>}
        {collectBarOf(false)}
        <Handouts view={view} lesson={lesson} wall={wall} onCollect={collect} />
        {isWall ? (
          <>
            {atDoor > 0 && (
              <div className={classes.notice}>
                <Notice
                  tone="warn"
                  isLive
                  actions={
                    <Button size="sm" variant="default" onClick={() => show('door')}>
                      {t.wall.showDoor}
                    </Button>
                  }
                >
                  {t.wall.atDoor(atDoor)}
                </Notice>
              </div>
            )}
            {!isOnline && (
              <div className={classes.notice}>
                <Notice tone="warn">{t.wall.noHub}</Notice>
              </div>
            )}
            {wallOf(false)}
          </>
        ) : (
          <>
            {door}
            {isEmbedded && <ConnectionCheck hub={hub} isSomebodyHere={atDoor > 0 || here > 0} />}
            <JoinRequests logId={logId} classroom={classroom} />
            <p className={classes.hereNow} aria-live="polite">
              {wall && t.wall.sums(here, tiles.length)}
            </p>
          </>
        )}
      </div>
      <Modal fullScreen opened={isLarge} onClose={() => setLarge(false)} title={classroom.title}>
        <div className={classes.large} data-large={isWall ? 'wall' : 'door'}>
          {isWall ? (
            <>
              {collectBarOf(true)}
              {wallOf(true)}
            </>
          ) : (
            door
          )}
        </div>
      </Modal>
      {dialog.kind === 'hand-out' && <HandOut view={view} dropped={dialog.files} onGiven={begin} onClose={close} />}
      {dialog.kind === 'collect' && (
        <CollectDialog
          view={view}
          lesson={lesson}
          first={dialog.assignmentId}
          onStarted={(assignmentId) => {
            begin();
            place.write({ view: 'wall', focus: { assignmentId, at: now } });
          }}
          onClose={close}
        />
      )}
    </Screen>
  );
}
