/** The frame around every screen: the rail and the place where the teacher is. Remembers the place in settings. */
import { useEffect, type ReactNode } from 'react';
import { Route, Switch, useLocation } from 'wouter';
import type { CommandId, LogId, MemberId } from '../../core/ids.ts';
import { Devices } from '../devices/Devices.tsx';
import { useSettings } from '../desktop.tsx';
import { Lesson } from '../lesson/Lesson.tsx';
import { Review } from '../review/Review.tsx';
import { ReviewList } from '../review/ReviewList.tsx';
import { PATTERNS, routes } from '../routes.ts';
import { Settings } from '../settings/Settings.tsx';
import { useTexts } from '../texts/texts.ts';
import { Today } from '../today/Today.tsx';
import { ClassScope, useClasses } from './classes.tsx';
import { ClassScreen } from './ClassScreen.tsx';
import { Rail } from './Rail.tsx';
import classes from './Frame.module.css';

export function Frame() {
  const t = useTexts();
  useRememberedPlace();
  return (
    <div className={classes.frame}>
      <Rail />
      <main className={classes.main} aria-label={t.frame.main}>
        <Switch>
          <Route path={PATTERNS.today} component={Today} />
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
          <Route path={PATTERNS.devices} component={Devices} />
          <Route path={PATTERNS.settings} component={Settings} />
          <Route path="/class/:logId/*?">
            {({ logId }) => (
              <InClass logId={logId}>
                <ClassScreen />
              </InClass>
            )}
          </Route>
          <Route component={Today} />
        </Switch>
      </main>
    </div>
  );
}

/** What stands below is about one class; says so calmly where that class is not here. */
function InClass({ logId, children }: { logId: string; children: ReactNode }) {
  const { classes: all, isLoaded } = useClasses();
  const t = useTexts();
  const openClass = all.find((c) => c.logId === logId);
  if (openClass) return <ClassScope openClass={openClass}>{children}</ClassScope>;
  return isLoaded ? <p>{t.frame.noSuchClass}</p> : null;
}

function useRememberedPlace() {
  const [place, go] = useLocation();
  const [settings, write] = useSettings();
  const { place: kept } = settings;
  useEffect(() => {
    // A window that was just opened stands at the root: back to where the teacher was.
    if (location.hash === '' && kept !== '' && kept !== routes.today()) go(kept, { replace: true });
    // oxlint-disable-next-line react/exhaustive-deps -- once.
  }, []);
  useEffect(() => {
    if (location.hash !== '' && place !== kept) write({ place });
  }, [place, kept, write]);
}
