/**
 * A collecting as it stands: the time to the bell by the hub's clock, who has handed in, who is sending, what is missing.
 * Promises: the bell is the hub's, this screen only counts down to it; after it the bar says what becomes of what comes now.
 */
import { Button } from '@mantine/core';
import { IconBell, IconBellRinging, IconCircleCheck, IconUpload, IconUserQuestion } from '@tabler/icons-react';
import { Link } from 'wouter';
import type { ClassView } from '../../client/class-store.ts';
import { isAssigned, isCollected, type Assignment } from '../../core/classroom.ts';
import { formatTime } from '../../ui/format.ts';
import { useLanguage } from '../../ui/language.tsx';
import { useStore } from '../../ui/store.tsx';
import { useFailure } from '../frame/failure.ts';
import { routes } from '../routes.ts';
import { useTexts } from '../texts/texts.ts';
import { SECOND_MS, useHubClock } from './lesson-now.ts';
import { clockOf, workOf, type Tile } from './wall-tiles.ts';
import classes from './CollectBar.module.css';

/** Names of those who have not handed in, while they are few enough to be read. */
const NAMES_SHOWN = 6;

interface CollectBarProps {
  view: ClassView;
  assignment: Assignment;
  tiles: readonly Tile[];
  /** What is true now is known, not only what was handed in. */
  isKnown: boolean;
  /** It is looked at by the class: counts, no names. */
  isProjected: boolean;
  onAgain: () => void;
}

export function CollectBar({ view, assignment, tiles, isKnown, isProjected, onAgain }: CollectBarProps) {
  const t = useTexts();
  const language = useLanguage();
  const store = useStore();
  const failed = useFailure();
  const { logId, clockOffsetMs } = view;
  const now = useHubClock(clockOffsetMs, SECOND_MS);
  const { assignmentId, collect } = assignment;
  if (!collect) return null;
  const isOver = isCollected(collect, now);
  const asked = tiles.filter(({ member }) => isAssigned(assignment.assignees, member.memberId));
  const { handedIn = [], sending = [], missing = [] } = Object.groupBy(asked, workOf);
  const names = new Intl.ListFormat(language, { type: 'conjunction' });
  const end = () => {
    store.send(logId, 'endCollect', { assignmentId, collectId: collect.collectId }).catch(failed);
  };
  return (
    <section className={classes.bar} aria-label={t.collect.running} data-over={isOver || undefined}>
      <div className={classes.bell} role="timer">
        {isOver ? <IconBellRinging stroke={1.7} aria-hidden /> : <IconBell stroke={1.7} aria-hidden />}
        <span>
          <span className={classes.small}>
            {isOver ? t.collect.over : collect.bellAt === null ? t.collect.running : t.collect.toBell}
          </span>
          <strong className={classes.clock}>
            {collect.bellAt === null
              ? isOver
                ? ''
                : t.collect.noBell
              : isOver
                ? `${t.collect.rang} ${formatTime(language, collect.bellAt - clockOffsetMs)}`
                : clockOf(collect.bellAt - now)}
          </strong>
        </span>
      </div>
      <div className={classes.what}>
        <p className={classes.title}>{assignment.title}</p>
        <p className={classes.counts}>
          <span data-good>
            <IconCircleCheck size={20} stroke={1.9} aria-hidden />
            {missing.length + sending.length === 0 && asked.length > 0
              ? t.collect.everybody
              : t.collect.handedIn(handedIn.length, asked.length)}
          </span>
          {isKnown && sending.length > 0 && (
            <span>
              <IconUpload size={20} stroke={1.9} aria-hidden />
              {t.collect.sending(sending.length)}
            </span>
          )}
          {missing.length > 0 && (
            <span data-warn>
              <IconUserQuestion size={20} stroke={1.9} aria-hidden />
              {missing.length <= NAMES_SHOWN && !isProjected
                ? `${t.collect.missing(missing.length)} (${names.format(missing.map(({ name }) => name))})`
                : t.collect.missing(missing.length)}
            </span>
          )}
        </p>
        {view.pending.has(collect.collectId) && <p className={classes.small}>{t.collect.waiting}</p>}
        {isOver && <p className={classes.small}>{t.collect.afterIs(t.collect.afterShort[collect.afterBell])}</p>}
      </div>
      <div className={classes.actions}>
        {handedIn.length > 0 && (
          <Button component={Link} href={routes.review(logId, assignmentId)} variant="default">
            {t.collect.check}
          </Button>
        )}
        {isOver ? (
          <Button variant="default" onClick={onAgain}>
            {t.collect.again}
          </Button>
        ) : (
          <Button variant="default" onClick={end}>
            {t.collect.end}
          </Button>
        )}
      </div>
    </section>
  );
}
