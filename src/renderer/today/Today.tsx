/**
 * Сегодня: everything that waits for the teacher, in the order in which it presses: what was refused, who stands at the door,
 * works to check, unread chats, what is due today and tomorrow, what is not sent yet. Nothing waits: says so.
 */
import { Button } from '@mantine/core';
import { IconCalendarDue, IconCircleCheck, IconMessage, IconSchool, IconUserQuestion } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { Link } from 'wouter';
import type { Assignment } from '../../core/classroom.ts';
import { openAssignments, progressOf, worksOf, type Progress } from '../../core/works.ts';
import { formatDue } from '../../ui/format.ts';
import { useLanguage } from '../../ui/language.tsx';
import { ProgressBar } from '../assignments/ProgressBar.tsx';
import { useClasses, type OpenClass } from '../frame/classes.tsx';
import { ClassMark } from '../frame/ClassMark.tsx';
import { EmptyState } from '../frame/EmptyState.tsx';
import { useFailure } from '../frame/failure.ts';
import { useNow } from '../frame/now.ts';
import { Notice } from '../frame/Notice.tsx';
import { Discard, OutboxList, useOutboxItems } from '../frame/Outbox.tsx';
import { Screen, Section } from '../frame/Screen.tsx';
import { routes } from '../routes.ts';
import { useTexts } from '../texts/texts.ts';
import classes from './Today.module.css';

interface Task {
  openClass: OpenClass;
  assignment: Assignment;
  progress: Progress;
  toCheck: number;
}

const tasksOf = (all: readonly OpenClass[]): Task[] =>
  all.flatMap((openClass) =>
    (openClass.view ? openAssignments(openClass.view.classroom) : []).map((assignment) => {
      const works = openClass.view ? worksOf(openClass.view.classroom, assignment) : [];
      const toCheck = works.filter((work) => work.state === 'handed-in').length;
      return { openClass, assignment, progress: progressOf(works), toCheck };
    }),
  );

/** The end of tomorrow on this device, Unix ms. */
function endOfTomorrow(now: number): number {
  const day = new Date(now);
  return new Date(day.getFullYear(), day.getMonth(), day.getDate() + 2).getTime();
}

export function Today() {
  const t = useTexts();
  const failed = useFailure();
  const language = useLanguage();
  const now = useNow();
  const { classes: all, schools, servers, isLoaded } = useClasses();
  const outbox = useOutboxItems();
  if (!isLoaded) return null;

  const tasks = tasksOf(all);
  const toCheck = tasks.filter((task) => task.toCheck > 0);
  const due = tasks.filter(
    ({ assignment: { dueAt, state } }) =>
      state === 'open' && dueAt !== null && dueAt >= now && dueAt < endOfTomorrow(now),
  );
  const atDoor = all.filter((one) => one.summary.requests > 0);
  // One-to-one talks and the staff room are the school's, and stand after the classes.
  const unread = [...all, ...schools].filter((one) => one.summary.unread > 0);
  const refused = outbox.some((item) => item.row.state === 'refused');
  const isDone = toCheck.length + due.length + atDoor.length + unread.length + outbox.length === 0;
  const date = new Date(now).toLocaleDateString(language === 'ru' ? 'ru-RU' : 'en-GB', {
    weekday: 'long',
    day: 'numeric',
    month: 'long',
  });

  if (all.length === 0) {
    return (
      <Screen title={t.frame.today} lead={date}>
        <EmptyState
          icon={IconSchool}
          title={t.today.noClasses}
          actions={
            <Button component={Link} href={routes.newClass()}>
              {t.frame.newClass}
            </Button>
          }
        >
          {t.today.noClassesMore}
        </EmptyState>
        {outbox.length > 0 && <Outbox items={outbox} />}
      </Screen>
    );
  }

  const left = servers.flatMap(({ store, me }) =>
    (me?.logs ?? []).filter((log) => log.state === 'declined').map((log) => ({ ...log, store })),
  );
  const unsent = outbox.length > 0 && <Outbox items={outbox} />;
  return (
    <Screen title={t.frame.today} lead={date}>
      {left.map(({ logId, title, store }) => (
        <LeftClass key={logId} title={title} onForget={() => void store.forget(logId).catch(failed)} />
      ))}
      {isDone && (
        <EmptyState icon={IconCircleCheck} title={t.today.allDone}>
          {t.today.allDoneMore}
        </EmptyState>
      )}
      <div className={classes.columns}>
        <div>
          {refused && unsent}
          {atDoor.length > 0 && (
            <Section title={t.today.atDoor}>
              <Rows>
                {atDoor.map((one) => (
                  <Row
                    key={one.logId}
                    href={routes.classTab(one.logId, 'members')}
                    openClass={one}
                    title={t.frame.requests(one.summary.requests)}
                    icon={<IconUserQuestion size={18} stroke={1.8} />}
                  />
                ))}
              </Rows>
            </Section>
          )}
          {toCheck.length > 0 && (
            <Section title={t.today.toCheck} aside={<Total>{toCheck.reduce((n, one) => n + one.toCheck, 0)}</Total>}>
              <Rows>
                {toCheck.map(({ openClass, assignment, toCheck: count, progress }) => (
                  <Row
                    key={assignment.assignmentId}
                    href={routes.review(openClass.logId, assignment.assignmentId)}
                    openClass={openClass}
                    title={assignment.title}
                    text={t.frame.toCheck(count)}
                    action={t.today.check}
                  >
                    <ProgressBar progress={progress} />
                  </Row>
                ))}
              </Rows>
            </Section>
          )}
          {due.length > 0 && (
            <Section title={t.today.due}>
              <Rows>
                {due.map(({ openClass, assignment, progress }) => (
                  <Row
                    key={assignment.assignmentId}
                    href={routes.assignment(openClass.logId, assignment.assignmentId)}
                    openClass={openClass}
                    title={assignment.title}
                    text={`${formatDue(language, assignment.dueAt ?? 0, now)} · ${t.assignments.handedInOf(progress.handedIn, progress.total)}`}
                    icon={<IconCalendarDue size={18} stroke={1.8} />}
                  />
                ))}
              </Rows>
            </Section>
          )}
        </div>
        <div>
          {unread.length > 0 && (
            <Section title={t.today.unread}>
              <Rows>
                {unread.map((one) => (
                  <Row
                    key={one.logId}
                    href={one.summary.kind === 'school' ? routes.school(one.logId) : routes.classTab(one.logId, 'chat')}
                    openClass={one}
                    title={one.summary.kind === 'school' ? t.school.unread : one.title}
                    text={t.frame.unread(one.summary.unread)}
                    icon={<IconMessage size={18} stroke={1.8} />}
                  />
                ))}
              </Rows>
            </Section>
          )}
          {!refused && unsent}
        </div>
      </div>
    </Screen>
  );
}

/** We were taken out of this class, and something of ours was not sent or only drafted: kept until the teacher lets it go (S17). */
function LeftClass({ title, onForget }: { title: string; onForget: () => void }) {
  const t = useTexts();
  return (
    <div className={classes.left}>
      <Notice
        tone="warn"
        title={t.today.leftClass(title)}
        actions={<Discard what={t.today.leftWhat(title)} label={t.today.forget} onDiscard={onForget} />}
      >
        {t.today.leftClassMore}
      </Notice>
    </div>
  );
}

function Outbox({ items }: { items: ReturnType<typeof useOutboxItems> }) {
  const t = useTexts();
  return (
    <Section title={t.outbox.title} aside={<Total>{items.length}</Total>}>
      <div className={classes.panel}>
        {items.some((item) => item.row.state !== 'refused') && <p className={classes.safe}>{t.outbox.safe}</p>}
        <OutboxList items={items} />
      </div>
    </Section>
  );
}

const Total = ({ children }: { children: ReactNode }) => <span className={classes.total}>{children}</span>;
const Rows = ({ children }: { children: ReactNode }) => <ul className={classes.rows}>{children}</ul>;

interface RowProps {
  href: string;
  openClass: OpenClass;
  title: string;
  text?: string;
  icon?: ReactNode;
  /** A word for what a press does, where the row itself does not say it. */
  action?: string;
  children?: ReactNode;
}

function Row({ href, openClass, title, text, icon, action, children }: RowProps) {
  return (
    <li>
      <Link href={href} className={classes.row}>
        <ClassMark logId={openClass.logId} title={openClass.title} isSchool={openClass.summary.kind === 'school'} />
        <span className={classes.body}>
          <span className={classes.title}>{title}</span>
          {text !== undefined && <span className={classes.text}>{text}</span>}
          {children}
        </span>
        {action !== undefined ? (
          <span className={classes.action}>{action}</span>
        ) : (
          <span className={classes.icon} aria-hidden>
            {icon}
          </span>
        )}
      </Link>
    </li>
  );
}
