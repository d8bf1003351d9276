/** When a work is due, and whether that is near or past; and the small mark of what has not reached the server yet. */
import { IconCalendarDue, IconCalendarTime, IconClock } from '@tabler/icons-react';
import type { Assignment } from '../../core/classroom.ts';
import { formatDue } from '../../ui/format.ts';
import { useLanguage } from '../../ui/language.tsx';
import { useNow } from '../frame/now.ts';
import { useTexts } from '../texts/texts.ts';
import classes from './Due.module.css';

export function Due({ assignment: { state, dueAt, publishAt } }: { assignment: Assignment }) {
  const t = useTexts();
  const language = useLanguage();
  const now = useNow();
  const due = dueAt === null ? t.assignments.noDue : t.assignments.due(formatDue(language, dueAt, now));
  return (
    <>
      {state === 'scheduled' && publishAt !== null && (
        <span className={classes.due}>
          <IconCalendarTime size={16} stroke={1.7} aria-hidden />
          {t.assignments.publishes(formatDue(language, publishAt, now))}
        </span>
      )}
      <span className={classes.due}>
        <IconCalendarDue size={16} stroke={1.7} aria-hidden />
        {due}
        {dueAt !== null && dueAt < now && state === 'open' && ` · ${t.assignments.isPast}`}
      </span>
    </>
  );
}

export function WaitingMark() {
  const t = useTexts();
  return (
    <span className={classes.due}>
      <IconClock size={16} stroke={1.7} aria-hidden />
      {t.outbox.states.waiting}
    </span>
  );
}
