/** When and how a work was handed in: time, lateness, receipt, earlier attempts. */
import { Button } from '@mantine/core';
import { IconClockExclamation } from '@tabler/icons-react';
import type { Work } from '../../core/works.ts';
import { formatDateTime } from '../../ui/format.ts';
import { useLanguage } from '../../ui/language.tsx';
import { BroughtMark } from '../intake/BroughtMark.tsx';
import { useTexts } from '../texts/texts.ts';
import classes from './AttemptFacts.module.css';

export function AttemptFacts({
  work,
  shown,
  onShow,
}: {
  work: Work;
  shown: number;
  onShow: (attempt: number) => void;
}) {
  const t = useTexts();
  const language = useLanguage();
  const attempt = work.attempts.find((a) => a.attempt === shown) ?? work.attempt;
  if (!attempt) return <p className={classes.facts}>{t.review.nothingHandedIn}</p>;
  const isOlder = work.attempt !== undefined && attempt.attempt < work.attempt.attempt;
  return (
    <div className={classes.facts}>
      <p>
        {t.review.handedInAt(formatDateTime(language, attempt.at))}
        {attempt.late && (
          <span className={classes.late}>
            <IconClockExclamation size={16} stroke={1.8} aria-hidden />
            {t.review.late}
          </span>
        )}
      </p>
      {attempt.brought && (
        <p>
          <BroughtMark attempt={attempt} isFull />
        </p>
      )}
      {attempt.receipt !== '' && (
        <p>
          {t.review.receipt}: <span className={classes.receipt}>{attempt.receipt}</span>
        </p>
      )}
      {work.attempts.length > 1 && (
        <div className={classes.attempts} role="group" aria-label={t.review.attempts}>
          {work.attempts.map((a) => (
            <Button
              key={a.attempt}
              size="compact-sm"
              variant={a.attempt === attempt.attempt ? 'light' : 'default'}
              aria-pressed={a.attempt === attempt.attempt}
              onClick={() => onShow(a.attempt)}
            >
              {t.review.attempt(a.attempt)}
            </Button>
          ))}
        </div>
      )}
      {isOlder && <p className={classes.older}>{t.review.olderAttempt}</p>}
    </div>
  );
}
