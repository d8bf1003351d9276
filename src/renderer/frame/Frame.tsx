/**
 * The frame around every screen: the rail, and the place where the teacher is. Remembers the place in settings; goes back and
 * forward; opens the palette; says aloud what changes with the connection. A review has the whole window.
 */
import { Button, VisuallyHidden } from '@mantine/core';
import { IconSchoolOff } from '@tabler/icons-react';
import { useEffect, useState, type ReactNode } from 'react';
import { Link, Route, Switch, useLocation } from 'wouter';
import type { CommandId, LogId, MemberId } from '../../core/ids.ts';
import { CheckCode } from '../checking/CheckCode.tsx';
import { SearchScreen } from '../chat/search/SearchScreen.tsx';
import { useSettings } from '../desktop.tsx';
import { Devices } from '../devices/Devices.tsx';
import { Connect } from '../first-run/Connect.tsx';
import type { FirstClass } from '../first-run/FirstRun.tsx';
import { NewClass, useFirstClass } from '../first-run/NewClass.tsx';
import { Welcome } from '../first-run/Welcome.tsx';
import { HandedDialog } from '../handed/HandedDialog.tsx';
import { Lesson } from '../lesson/Lesson.tsx';
import { Review } from '../review/Review.tsx';
import { ReviewList } from '../review/ReviewList.tsx';
import { PortfolioIn } from '../portfolio/PortfolioIn.tsx';
import { Portfolio } from '../portfolio/Portfolio.tsx';
import { PATTERNS, routes } from '../routes.ts';
import { SavingsTold } from '../saving/Savings.tsx';
import { Settings } from '../settings/Settings.tsx';
import { useTexts } from '../texts/texts.ts';
import { Today } from '../today/Today.tsx';
import { ClassScope, useClasses } from './classes.tsx';
import { ClassScreen } from './ClassScreen.tsx';
import { stateOf } from './Connection.tsx';
import { DamageTold } from './DamageTold.tsx';
import { EmptyState } from './EmptyState.tsx';
import { useNoStrayDrops } from './file-drop.ts';
import { useLessonLimit } from './lesson-under-way.ts';
import { Mishap } from './Mishap.tsx';
import { Palette } from './Palette.tsx';
import { useQuickKeys, useQuickLetters } from './quick-keys.ts';
import { Rail } from './Rail.tsx';
import { SchoolScreen } from './SchoolScreen.tsx';
import { useShortcuts } from './shortcuts.tsx';
import { Told } from './Told.tsx';
import classes from './Frame.module.css';

interface FrameProps {
  /** A class that first run asked for and that is still to be made. */
  firstClass: FirstClass | null;
  onFirstClassMade: () => void;
}

export function Frame({ firstClass, onFirstClassMade }: FrameProps) {
  const t = useTexts();
  const [place, go] = useLocation();
  const [isSearching, setSearching] = useState(false);
  useRememberedPlace();
  useNoStrayDrops();
  useQuickKeys();
  useQuickLetters();
  useLessonLimit();
  useFirstClass(firstClass, onFirstClassMade);
  useShortcuts(t.app.name, [
    { keys: ['Ctrl+K'], text: t.palette.title, run: () => setSearching(true), isGlobal: true },
    { keys: ['Ctrl+Shift+F'], text: t.search.keys.everywhere, run: () => go(routes.search()), isGlobal: true },
    { keys: ['Alt+←'], text: t.shortcuts.back, run: () => history.back(), isGlobal: true },
    { keys: ['Alt+→'], text: t.shortcuts.forward, run: () => history.forward(), isGlobal: true },
    { keys: ['Alt+1'], text: t.frame.today, run: () => go(routes.today()), isGlobal: true },
    { keys: ['Alt+2'], text: t.frame.review, run: () => go(routes.reviewList()), isGlobal: true },
    { keys: ['Alt+3'], text: t.frame.lesson, run: () => go(routes.lesson()), isGlobal: true },
    { keys: ['?'], text: t.shortcuts.title },
  ]);
  const isWhole = /^\/review\/./.test(place);
  return (
    <div className={classes.frame}>
      {!isWhole && <Rail onSearch={() => setSearching(true)} />}
      <main className={classes.main} aria-label={t.frame.main}>
        <Mishap place={place}>
          <Places />
        </Mishap>
      </main>
      <Palette isOpen={isSearching} onClose={() => setSearching(false)} />
      <Announcements />
      <Told />
      <HandedDialog />
      <PortfolioIn />
      <SavingsTold />
      <DamageTold />
    </div>
  );
}

function Places() {
  return (
    <Switch>
      <Route path={PATTERNS.today} component={Today} />
      <Route path={PATTERNS.newClass} component={NewClass} />
      <Route path={PATTERNS.connect} component={Connect} />
      <Route path={PATTERNS.welcome}>
        {({ logId }) => (
          <InClass logId={logId}>
            <Welcome />
          </InClass>
        )}
      </Route>
      <Route path={PATTERNS.reviewList} component={ReviewList} />
      <Route path={PATTERNS.review}>
        {({ logId, assignmentId, memberId }) => (
          <InClass logId={logId}>
            <Review
              logId={logId as LogId}
              assignmentId={assignmentId as CommandId}
              memberId={(memberId ?? null) as MemberId | null}
            />
          </InClass>
        )}
      </Route>
      <Route path={PATTERNS.lesson}>
        {({ logId }) =>
          logId ? (
            <InClass logId={logId}>
              <Lesson logId={logId as LogId} />
            </InClass>
          ) : (
            <Lesson logId={null} />
          )
        }
      </Route>
      <Route path={PATTERNS.search}>{({ text }) => <SearchScreen key={text} text={text ?? ''} />}</Route>
      <Route path={PATTERNS.checkCode}>{({ code }) => <CheckCode key={code} code={code ?? ''} />}</Route>
      <Route path={PATTERNS.devices} component={Devices} />
      <Route path={PATTERNS.portfolio} component={Portfolio} />
      <Route path={PATTERNS.settings} component={Settings} />
      <Route path="/school/:logId/*?">
        {({ logId }) => (
          <InClass logId={logId}>
            <SchoolScreen />
          </InClass>
        )}
      </Route>
      <Route path="/class/:logId/*?">
        {({ logId }) => (
          <InClass logId={logId}>
            <ClassScreen />
          </InClass>
        )}
      </Route>
      <Route component={Today} />
    </Switch>
  );
}

/** What stands below is about one class; says so calmly where that class is not here. */
function InClass({ logId, children }: { logId: string; children: ReactNode }) {
  const { classes: all, schools, isLoaded } = useClasses();
  const t = useTexts();
  const openClass = [...all, ...schools].find((c) => c.logId === logId);
  if (openClass) return <ClassScope openClass={openClass}>{children}</ClassScope>;
  if (!isLoaded) return null;
  return (
    <EmptyState
      icon={IconSchoolOff}
      title={t.frame.noSuchClass}
      actions={
        <Button component={Link} href={routes.today()} variant="default">
          {t.frame.toToday}
        </Button>
      }
    >
      {t.frame.noSuchClassMore}
    </EmptyState>
  );
}

function useRememberedPlace() {
  const [place, go] = useLocation();
  const [{ place: kept }, write] = useSettings();
  const [atStart] = useState(kept);
  useEffect(() => {
    // A window that was just opened stands at the root: back to where the teacher was.
    if (location.hash === '' && atStart.startsWith('/') && atStart !== routes.today()) go(atStart, { replace: true });
  }, [atStart, go]);
  useEffect(() => {
    if (location.hash !== '' && place !== kept) write({ place });
  }, [place, kept, write]);
}

/** Read out by a screen reader: the connection when it changes, and how much waits. */
function Announcements() {
  const t = useTexts();
  const { servers, isLoaded } = useClasses();
  const waiting = servers.flatMap((server) => server.outbox);
  const refused = waiting.filter((row) => row.state === 'refused').length;
  if (!isLoaded || servers.length === 0) return null;
  return (
    <VisuallyHidden role="status" aria-live="polite">
      {[
        t.connection.states[stateOf(servers)],
        waiting.length > 0 && t.outbox.waiting(waiting.length),
        refused > 0 && t.outbox.refused(refused),
      ]
        .filter(Boolean)
        .join('. ')}
    </VisuallyHidden>
  );
}
