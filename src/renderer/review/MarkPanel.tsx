/**
 * The right side of the review: mark, comment, done, give back. Promises: nothing is preset and no wheel changes anything; every
 * stroke is kept; what waits, was refused, or was overtaken by another device is said here, with what can be done.
 */
import { ActionIcon, Button, Textarea, TextInput, Tooltip } from '@mantine/core';
import { IconArrowBackUp, IconCornerDownLeft, IconEraser, IconSend2 } from '@tabler/icons-react';
import { useState, type Ref } from 'react';
import { JOURNAL_MARKS, marksOf, percentOf, type Scale } from '../../core/marks.ts';
import { COMMENT_MAX } from '../../core/limits.ts';
import type { Work } from '../../core/works.ts';
import { formatDateTime } from '../../ui/format.ts';
import { useLanguage } from '../../ui/language.tsx';
import { Notice } from '../frame/Notice.tsx';
import { useTexts } from '../texts/texts.ts';
import { isBlank, isOvertaken, markShown, pointsTyped, type ReviewDraft } from './marking.ts';
import classes from './MarkPanel.module.css';
import { RefusedRows, type RefusedRowsProps } from './RefusedRows.tsx';

export interface MarkPanelProps extends RefusedRowsProps {
  work: Work;
  /** What stands in the fields. */
  value: ReviewDraft;
  draft: ReviewDraft | undefined;
  isWaiting: boolean;
  /** Said under the button, for a moment: why nothing was saved. */
  hint: string | null;
  pointsRef: Ref<HTMLInputElement>;
  commentRef: Ref<HTMLTextAreaElement>;
  onChange: (value: ReviewDraft | null) => void;
  onDone: () => void;
  onGiveBack: (outcome: 'accepted' | 'redo') => void;
}

export function MarkPanel(props: MarkPanelProps) {
  const { work, value, draft, isWaiting, hint, pointsRef, commentRef, onChange, onDone, onGiveBack } = props;
  const t = useTexts();
  const language = useLanguage();
  const decimal = language === 'ru' ? ',' : '.';
  const { scale } = work.assignment;
  const isEmpty = isBlank(value);
  const { returned } = work;
  const isOut = returned !== undefined && returned.reviewId === work.review?.id && !draft;
  return (
    <div className={classes.panel}>
      {isOvertaken(draft, work) && (
        <Notice
          tone="warn"
          title={t.review.newerReview}
          isLive
          actions={
            <>
              <Button size="sm" onClick={() => onChange({ ...value, basedOn: work.review?.id ?? null })}>
                {t.review.keepMine}
              </Button>
              <Button size="sm" variant="default" onClick={() => onChange(null)}>
                {t.review.takeTheirs}
              </Button>
            </>
          }
        >
          {t.review.theirReview(markShown(work.review?.mark ?? null, scale, decimal) ?? t.review.noMark)}
          {work.review?.comment ? `. ${work.review.comment}` : ''}
        </Notice>
      )}
      <RefusedRows {...props} />

      <div className={classes.group} role="group" aria-label={t.review.mark}>
        {scale.kind !== 'points' && <h3 className={classes.label}>{t.review.mark}</h3>}
        {scale.kind === 'points' ? (
          <Points
            key={work.member.memberId}
            scale={scale}
            mark={value.mark}
            pointsRef={pointsRef}
            onMark={(mark) => onChange({ ...value, mark })}
            onDone={onDone}
          />
        ) : (
          <div className={classes.marks} data-kind={scale.kind}>
            {marksOf(scale)
              .filter((mark) => !isJournal(mark))
              .map((mark) => (
                <MarkButton key={mark} mark={mark} value={value} onChange={onChange} />
              ))}
          </div>
        )}
        <div className={classes.journal} role="group" aria-label={t.review.journalMarks}>
          {JOURNAL_MARKS.map((mark) => (
            <Tooltip key={mark} label={t.review.journalMark[mark] ?? mark}>
              <MarkButton mark={mark} value={value} onChange={onChange} isSmall />
            </Tooltip>
          ))}
          <Tooltip label={t.review.clearMark}>
            <ActionIcon
              className={classes.clear}
              aria-label={t.review.clearMark}
              disabled={value.mark === null}
              onClick={() => onChange({ ...value, mark: null })}
            >
              <IconEraser size={18} stroke={1.6} />
            </ActionIcon>
          </Tooltip>
        </div>
      </div>

      <Textarea
        ref={commentRef}
        label={t.review.comment}
        placeholder={t.review.commentHint}
        autosize
        minRows={4}
        maxRows={14}
        maxLength={COMMENT_MAX}
        value={value.comment}
        onChange={(event) => onChange({ ...value, comment: event.currentTarget.value })}
        onKeyDown={(event) => {
          if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) {
            event.preventDefault();
            onDone();
          }
          if (event.key === 'Escape') {
            event.preventDefault();
            event.currentTarget.blur();
          }
        }}
      />

      <Button
        fullWidth
        size="md"
        px="xs"
        onClick={onDone}
        rightSection={<IconCornerDownLeft size={18} stroke={1.6} aria-hidden />}
        aria-describedby="review-hint"
      >
        {t.review.done}
      </Button>
      <p id="review-hint" className={classes.hint} role="status">
        {hint}
      </p>

      <div className={classes.returning}>
        <Button
          variant="default"
          leftSection={<IconSend2 size={18} stroke={1.6} aria-hidden />}
          disabled={isEmpty || (isOut && returned.outcome === 'accepted')}
          onClick={() => onGiveBack('accepted')}
        >
          {t.review.giveBack}
        </Button>
        <Tooltip label={t.review.redoHint}>
          <Button
            variant="default"
            leftSection={<IconArrowBackUp size={18} stroke={1.6} aria-hidden />}
            disabled={isEmpty || (isOut && returned.outcome === 'redo')}
            onClick={() => onGiveBack('redo')}
          >
            {t.review.redo}
          </Button>
        </Tooltip>
      </div>
      <p className={classes.standing}>
        {returned
          ? (returned.outcome === 'redo' ? t.review.redoAt : t.review.returnedAt)(formatDateTime(language, returned.at))
          : t.review.notSeenYet}
        {returned?.mark != null && !isOut && (
          <>
            <br />
            {t.review.returnedMark(markShown(returned.mark, scale, decimal) ?? '')}
          </>
        )}
        {isWaiting && (
          <>
            <br />
            {t.review.waiting}
          </>
        )}
      </p>
    </div>
  );
}

const isJournal = (mark: string) => (JOURNAL_MARKS as readonly string[]).includes(mark);

interface MarkButtonProps {
  mark: string;
  value: ReviewDraft;
  onChange: (value: ReviewDraft) => void;
  isSmall?: boolean;
}

/** Pressed again it is taken back: a slip costs one key. The rest is for the tooltip around it. */
function MarkButton({ mark, value, onChange, isSmall = false, ...rest }: MarkButtonProps) {
  const isChosen = value.mark === mark;
  return (
    <button
      {...rest}
      type="button"
      className={classes.mark}
      data-small={isSmall || undefined}
      data-mark-button
      aria-pressed={isChosen}
      onClick={() => onChange({ ...value, mark: isChosen ? null : mark })}
    >
      {mark}
    </button>
  );
}

interface PointsProps {
  scale: Scale & { kind: 'points' };
  mark: string | null;
  pointsRef: Ref<HTMLInputElement>;
  onMark: (mark: string | null) => void;
  onDone: () => void;
}

/** A plain text field: a number field would change under the mouse wheel. */
function Points({ scale, mark, pointsRef, onMark, onDone }: PointsProps) {
  const t = useTexts();
  const language = useLanguage();
  const asText = (value: string | null) =>
    value !== null && !isJournal(value) ? (language === 'ru' ? value.replace('.', ',') : value) : '';
  const [typed, setTyped] = useState(asText(mark));
  const asPoints = mark !== null && isJournal(mark) ? null : mark;
  // Somebody else changed it: the other device, a button beside this field. What is half typed is no mark yet, and stays.
  if (pointsTyped(typed, scale) !== asPoints) setTyped(asText(asPoints));
  const isWrong = typed.trim() !== '' && pointsTyped(typed, scale) === null;
  const percent = mark === null ? null : percentOf(mark, scale);
  return (
    <TextInput
      ref={pointsRef}
      className={classes.points}
      label={t.review.points(scale.max)}
      inputMode="decimal"
      autoComplete="off"
      size="md"
      maxLength={6}
      value={typed}
      error={isWrong ? t.review.pointsWrong(scale.max) : null}
      rightSection={percent === null ? null : <span className={classes.percent}>{t.review.percent(percent)}</span>}
      rightSectionWidth={56}
      onChange={(event) => {
        setTyped(event.currentTarget.value);
        onMark(pointsTyped(event.currentTarget.value, scale));
      }}
      onKeyDown={(event) => {
        if (event.key === 'Enter' && !isWrong) {
          event.preventDefault();
          event.currentTarget.blur();
          onDone();
        }
        if (event.key === 'Escape') {
          event.preventDefault();
          event.currentTarget.blur();
        }
      }}
    />
  );
}
