/** An assignment in a chat: what, until when, how far the class is; a press opens it. */
import { VisuallyHidden } from '@mantine/core';
import { IconChevronRight, IconClipboardText } from '@tabler/icons-react';
import { Link } from 'wouter';
import type { ClassView } from '../../../client/class-store.ts';
import type { CommandId } from '../../../core/ids.ts';
import { expectsWork } from '../../../core/classroom.ts';
import { progressOf, worksOf } from '../../../core/works.ts';
import { formatDue } from '../../../ui/format.ts';
import { useLanguage } from '../../../ui/language.tsx';
import { useNow } from '../../frame/now.ts';
import { routes } from '../../routes.ts';
import { useTexts } from '../../texts/texts.ts';
import classes from './AssignmentCard.module.css';

export function AssignmentCard({ assignmentId, openClass }: { assignmentId: CommandId; openClass: ClassView }) {
  const t = useTexts();
  const language = useLanguage();
  const now = useNow();
  const assignment = openClass.classroom.assignments[assignmentId];
  if (!assignment || assignment.state === 'withdrawn') {
    return (
      <div className={classes.card} data-gone>
        <IconClipboardText size={22} stroke={1.6} className={classes.icon} aria-hidden />
        <span className={classes.about}>{t.message.card.gone}</span>
      </div>
    );
  }
  const { handedIn, total } = progressOf(worksOf(openClass.classroom, assignment));
  const due =
    assignment.dueAt === null ? t.assignments.noDue : t.assignments.due(formatDue(language, assignment.dueAt, now));
  return (
    <Link href={routes.assignment(openClass.logId, assignmentId)} className={classes.card}>
      <IconClipboardText size={22} stroke={1.6} className={classes.icon} aria-hidden />
      <span className={classes.body}>
        <span className={classes.title}>
          <VisuallyHidden>{t.message.card.open} </VisuallyHidden>
          {assignment.title}
        </span>
        <span className={classes.about}>
          {(total > 0 || expectsWork(assignment)
            ? [due, t.message.card.handedIn(handedIn, total)]
            : [t.collect.handouts]
          ).join(' · ')}
        </span>
      </span>
      <IconChevronRight size={18} stroke={1.8} className={classes.icon} aria-hidden />
    </Link>
  );
}
