/** The sign of a work that a teacher brought. */
import { IconInbox } from '@tabler/icons-react';
import type { Attempt } from '../../core/classroom.ts';
import { formatDateTime } from '../../ui/format.ts';
import { useLanguage } from '../../ui/language.tsx';
import { useTexts } from '../texts/texts.ts';
import classes from './BroughtMark.module.css';

export function BroughtMark({ attempt, isFull = false }: { attempt: Attempt | undefined; isFull?: boolean }) {
  const t = useTexts();
  const language = useLanguage();
  if (!attempt?.brought) return null;
  const { writtenAt } = attempt.brought;
  const more = t.intake.markMore(writtenAt === null ? null : formatDateTime(language, writtenAt));
  return (
    <span className={classes.mark} title={more}>
      <IconInbox size={16} stroke={1.8} aria-hidden />
      {isFull ? more : t.intake.mark}
    </span>
  );
}
