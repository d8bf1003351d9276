/** What the hub did not accept about a work, with the reason and every way out. Nothing is dropped silently (S10). */
import { Button } from '@mantine/core';
import { errorText } from '../../ui/error-texts.ts';
import { useLanguage } from '../../ui/language.tsx';
import { Notice } from '../frame/Notice.tsx';
import { useTexts } from '../texts/texts.ts';
import type { rowsOf } from './marking.ts';

export type WorkRow = ReturnType<typeof rowsOf>[number];

export interface RefusedRowsProps {
  rows: readonly WorkRow[];
  /** Says it anew on top of what stands there now. */
  onSendOver: (row: WorkRow) => void;
  onRetry: (row: WorkRow) => void;
  onDiscard: (row: WorkRow) => void;
}

export function RefusedRows({ rows, onSendOver, onRetry, onDiscard }: RefusedRowsProps) {
  const t = useTexts();
  const language = useLanguage();
  return rows
    .filter((row) => row.state === 'refused')
    .map((row) => {
      const { what, todo } = errorText(language, row.code ?? 'internal');
      const isStale = row.code === 'stale' || row.code === 'nothing-to-return';
      return (
        <Notice
          key={row.id}
          tone="bad"
          isLive
          title={row.command.kind === 'review' ? t.review.refusedReview : t.review.refusedReturn}
          actions={
            <>
              <Button size="sm" onClick={() => (isStale ? onSendOver(row) : onRetry(row))}>
                {isStale ? t.review.sendOver : t.review.sendAgain}
              </Button>
              <Button size="sm" variant="default" onClick={() => onDiscard(row)}>
                {t.review.discard}
              </Button>
            </>
          }
        >
          {what} {todo}
          {row.command.kind === 'review' && (
            <>
              <br />
              {[row.command.body.mark, row.command.body.comment].filter(Boolean).join(' · ')}
            </>
          )}
        </Notice>
      );
    });
}
