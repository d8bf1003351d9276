/** Класс → Задания: what is open by what is due first, what waits for its hour, what is past; each with its one bar. */
import { Button } from '@mantine/core';
import { IconClipboardText, IconDeviceFloppy, IconPlus } from '@tabler/icons-react';
import { useState } from 'react';
import { Link } from 'wouter';
import { expectsWork, type Assignment, type Classroom } from '../../core/classroom.ts';
import { openAssignments, progressOf, worksOf } from '../../core/works.ts';
import { useLanguage } from '../../ui/language.tsx';
import { useOpenClass } from '../frame/classes.tsx';
import { EmptyState } from '../frame/EmptyState.tsx';
import { useNow } from '../frame/now.ts';
import { Screen, Section } from '../frame/Screen.tsx';
import { routes } from '../routes.ts';
import { SaveWorks } from '../saving/SaveWorks.tsx';
import { useTexts } from '../texts/texts.ts';
import { Due, WaitingMark } from './Due.tsx';
import { ProgressBar } from './ProgressBar.tsx';
import classes from './Assignments.module.css';

/** Names of those who have not handed in, before "and N more". */
const NAMES_SHOWN = 3;

export function Assignments() {
  const t = useTexts();
  const now = useNow();
  const { logId, view } = useOpenClass();
  const [isSaving, setSaving] = useState(false);
  if (!view) return null;
  const all = openAssignments(view.classroom);
  const scheduled = all.filter((one) => one.state === 'scheduled');
  const isPast = (one: Assignment) => one.dueAt !== null && one.dueAt < now;
  // What was only given out would push out of sight what is to be done.
  const isGiven = (one: Assignment) => one.state === 'open' && !expectsWork(one);
  const given = all.filter(isGiven).toSorted((a, b) => (b.assignedAt ?? 0) - (a.assignedAt ?? 0));
  const open = all.filter((one) => one.state === 'open' && !isPast(one) && !isGiven(one));
  const past = all.filter((one) => one.state === 'open' && isPast(one) && !isGiven(one)).toReversed();
  const create = (
    <Button
      component={Link}
      href={routes.newAssignment(logId)}
      leftSection={<IconPlus size={18} stroke={1.9} aria-hidden />}
    >
      {t.class.newAssignment}
    </Button>
  );
  if (all.length === 0) {
    return (
      <EmptyState icon={IconClipboardText} title={t.assignments.none} actions={create}>
        {t.assignments.noneMore}
      </EmptyState>
    );
  }
  const group = (title: string, list: readonly Assignment[]) =>
    list.length > 0 && (
      <Section title={title}>
        <ul className={classes.list}>
          {list.map((assignment) => (
            <AssignmentCard key={assignment.assignmentId} assignment={assignment} classroom={view.classroom} />
          ))}
        </ul>
      </Section>
    );
  return (
    <Screen
      title={t.class.tabs.assignments}
      actions={
        <Button
          variant="default"
          leftSection={<IconDeviceFloppy size={18} stroke={1.7} aria-hidden />}
          onClick={() => setSaving(true)}
        >
          {t.saving.openClass}
        </Button>
      }
    >
      {isSaving && <SaveWorks assignmentId={null} onClose={() => setSaving(false)} />}
      {group(t.assignments.open, open)}
      {group(t.assignments.scheduled, scheduled)}
      {group(t.assignments.past, past)}
      {group(t.collect.handouts, given)}
    </Screen>
  );
}

function AssignmentCard({ assignment, classroom }: { assignment: Assignment; classroom: Classroom }) {
  const t = useTexts();
  const language = useLanguage();
  const { logId, view } = useOpenClass();
  const works = worksOf(classroom, assignment);
  const progress = progressOf(works);
  const toCheck = works.filter((work) => work.state === 'handed-in').length;
  const missing = expectsWork(assignment)
    ? works.filter((work) => work.state === 'missing').map((work) => work.member.name)
    : [];
  const isWaiting = view?.pending.has(assignment.changeId) ?? false;
  return (
    <li className={classes.card}>
      <div className={classes.head}>
        <div className={classes.titles}>
          <h3 className={classes.title}>
            <Link href={routes.assignment(logId, assignment.assignmentId)} className={classes.titleLink}>
              {assignment.title}
            </Link>
          </h3>
          <div className={classes.about}>
            <Due assignment={assignment} />
            {assignment.isHandout && <span>{t.collect.handouts}</span>}
            {assignment.assignees !== 'all' && <span>{t.assignments.forSome(assignment.assignees.length)}</span>}
            {assignment.files.length > 0 && <span>{t.files.count(assignment.files.length)}</span>}
            {isWaiting && <WaitingMark />}
          </div>
        </div>
        {toCheck > 0 && (
          <Button
            component={Link}
            href={routes.review(logId, assignment.assignmentId)}
            variant="light"
            className={classes.check ?? ''}
          >
            {t.assignments.check(toCheck)}
          </Button>
        )}
      </div>
      {assignment.state === 'open' && (progress.total > 0 || expectsWork(assignment)) && (
        <>
          <ProgressBar progress={progress} isTall />
          <div className={classes.numbers}>
            <span>{t.assignments.progress(progress)}</span>
            {missing.length > 0 && missing.length < works.length && (
              <span className={classes.missing}>
                {t.assignments.missing(
                  new Intl.ListFormat(language, { type: 'conjunction' }).format([
                    ...missing.slice(0, missing.length > NAMES_SHOWN + 1 ? NAMES_SHOWN : NAMES_SHOWN + 1),
                    ...(missing.length > NAMES_SHOWN + 1 ? [t.assignments.more(missing.length - NAMES_SHOWN)] : []),
                  ]),
                )}
              </span>
            )}
          </div>
        </>
      )}
    </li>
  );
}
