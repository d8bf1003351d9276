/** Проверка: assignments of all classes with works to check; one click begins. What is checked and not given back comes next. */
import { Button } from '@mantine/core';
import { IconClipboardCheck } from '@tabler/icons-react';
import { useMemo } from 'react';
import { Link } from 'wouter';
import type { Assignment } from '../../core/classroom.ts';
import { openAssignments, progressOf, worksOf, type Progress } from '../../core/works.ts';
import { formatDue } from '../../ui/format.ts';
import { useLanguage } from '../../ui/language.tsx';
import { ClassMark } from '../frame/ClassMark.tsx';
import { useClasses, type OpenClass } from '../frame/classes.tsx';
import { EmptyState } from '../frame/EmptyState.tsx';
import { Screen, Section } from '../frame/Screen.tsx';
import { routes } from '../routes.ts';
import { useTexts } from '../texts/texts.ts';
import classes from './ReviewList.module.css';

interface Reviewable {
  openClass: OpenClass;
  assignment: Assignment;
  progress: Progress;
  toCheck: number;
  toGiveBack: number;
}

function reviewablesOf(openClass: OpenClass): Reviewable[] {
  const classroom = openClass.view?.classroom;
  if (!classroom) return [];
  return openAssignments(classroom)
    .filter((assignment) => assignment.assignedAt !== null)
    .map((assignment) => {
      const works = worksOf(classroom, assignment);
      const count = (state: string) => works.filter((work) => work.state === state).length;
      const progress = progressOf(works);
      return { openClass, assignment, progress, toCheck: count('handed-in'), toGiveBack: count('reviewed') };
    });
}

/** What was due first waits longest. */
const byDue = (a: Reviewable, b: Reviewable) =>
  (a.assignment.dueAt ?? Infinity) - (b.assignment.dueAt ?? Infinity) ||
  a.openClass.title.localeCompare(b.openClass.title, 'ru', { numeric: true });

export function ReviewList() {
  const t = useTexts();
  const { classes: all, isLoaded } = useClasses();
  const reviewables = useMemo(() => all.flatMap(reviewablesOf).sort(byDue), [all]);
  if (!isLoaded) return null;
  const waiting = reviewables.filter((item) => item.toCheck > 0);
  const ready = reviewables.filter((item) => item.toCheck === 0 && item.toGiveBack > 0);
  const rest = reviewables.filter((item) => item.toCheck === 0 && item.toGiveBack === 0 && item.progress.handedIn > 0);
  return (
    <Screen title={t.reviewList.title} width="narrow">
      {waiting.length + ready.length === 0 && (
        <EmptyState icon={IconClipboardCheck} title={t.reviewList.empty}>
          {t.reviewList.emptyMore}
        </EmptyState>
      )}
      <Group title={t.reviewList.waiting} items={waiting} isPrimary />
      <Group title={t.reviewList.ready} items={ready} />
      <Group title={t.reviewList.rest} items={rest} />
    </Screen>
  );
}

function Group({
  title,
  items,
  isPrimary = false,
}: {
  title: string;
  items: readonly Reviewable[];
  isPrimary?: boolean;
}) {
  return items.length === 0 ? null : (
    <Section title={title}>
      <ul className={classes.list}>
        {items.map((item) => (
          <Row key={`${item.openClass.logId}/${item.assignment.assignmentId}`} item={item} isPrimary={isPrimary} />
        ))}
      </ul>
    </Section>
  );
}

function Row({ item, isPrimary }: { item: Reviewable; isPrimary: boolean }) {
  const t = useTexts();
  const language = useLanguage();
  const { openClass, assignment, progress, toCheck, toGiveBack } = item;
  const facts = [
    openClass.title,
    assignment.dueAt === null ? t.reviewList.noDue : t.reviewList.due(formatDue(language, assignment.dueAt)),
    t.reviewList.handedIn(progress.handedIn, progress.total),
    toGiveBack > 0 ? t.reviewList.toGiveBack(toGiveBack) : '',
  ].filter(Boolean);
  return (
    <li className={classes.row}>
      <ClassMark logId={openClass.logId} title={openClass.title} />
      <div className={classes.text}>
        <h3 className={classes.title}>{assignment.title}</h3>
        <p className={classes.facts}>{facts.join(' · ')}</p>
      </div>
      {toCheck > 0 && <span className={classes.count}>{t.reviewList.toCheck(toCheck)}</span>}
      <Button
        component={Link}
        href={routes.review(openClass.logId, assignment.assignmentId)}
        variant={isPrimary ? 'filled' : 'default'}
        aria-label={`${isPrimary ? t.reviewList.start : t.reviewList.open}: ${assignment.title}, ${openClass.title}`}
      >
        {isPrimary ? t.reviewList.start : t.reviewList.open}
      </Button>
    </li>
  );
}
