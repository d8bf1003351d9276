/** A portfolio under way or over, as a line of a list: how far it is, what came of it, and what can be done. */
import { ActionIcon, Button, Progress } from '@mantine/core';
import { IconX } from '@tabler/icons-react';
import type { PortfolioJob } from '../../preload/contract.ts';
import { formatSize } from '../../ui/format.ts';
import { useLanguage } from '../../ui/language.tsx';
import { useDesktop } from '../desktop.tsx';
import { useFailure } from '../frame/failure.ts';
import { useTexts } from '../texts/texts.ts';
import { TroubleNotice } from './TroubleNotice.tsx';
import classes from './Portfolio.module.css';

/** A portfolio that is being made, or was made or could not be, until it is put away. */
export function JobRow({ job }: { job: PortfolioJob }) {
  const t = useTexts().portfolio;
  const { call } = useDesktop();
  const failed = useFailure();
  const { jobId, state, trouble, name, place } = job;
  const isOver = state === 'done' || state === 'failed' || state === 'stopped';
  return (
    <>
      <div className={classes.rowHead}>
        <span className={classes.rowTitle}>{name}</span>
        {isOver && (
          <ActionIcon
            size={28}
            variant="subtle"
            color="gray"
            aria-label={`${t.job.putAway}: ${name}`}
            onClick={() => void call('portfolio.forget', { jobId }).catch(failed)}
          >
            <IconX size={16} aria-hidden />
          </ActionIcon>
        )}
      </div>
      {state === 'gathering' && <JobProgress job={job} label={t.job.gathering} />}
      {state === 'packing' && <JobProgress job={job} label={t.job.packing} />}
      {state === 'taking' && <JobProgress job={job} label={t.opening.taking} />}
      {state === 'ready' && <JobProgress job={job} label={t.opening.reading} />}
      {state === 'done' && (
        <p className={classes.note} role="status">
          {t.job.packed(place)}
        </p>
      )}
      {state === 'stopped' && (
        <p className={classes.note} role="status">
          {t.job.stopped}
        </p>
      )}
      {state === 'failed' && trouble && <TroubleNotice trouble={trouble} />}
      {(state === 'packing' || state === 'taking' || state === 'done') && (
        <div className={classes.buttons}>
          {state === 'done' ? (
            <Button size="xs" variant="default" onClick={() => void call('portfolio.show', { jobId }).catch(failed)}>
              {t.job.show}
            </Button>
          ) : (
            <Button size="xs" variant="default" onClick={() => void call('portfolio.stop', { jobId }).catch(failed)}>
              {t.job.stop}
            </Button>
          )}
        </div>
      )}
    </>
  );
}

/** How far a job is, in bytes. */
export function JobProgress({ job: { doneBytes, totalBytes }, label }: { job: PortfolioJob; label: string }) {
  const t = useTexts().portfolio.job;
  const language = useLanguage();
  return (
    <div className={classes.progress}>
      <Progress value={(100 * Math.min(doneBytes, totalBytes)) / Math.max(1, totalBytes)} aria-label={label} />
      <p className={classes.note} role="status">
        {label}
        {totalBytes > 0 && (
          <span aria-hidden>
            {` ${t.progress(formatSize(language, Math.min(doneBytes, totalBytes)), formatSize(language, totalBytes))}`}
          </span>
        )}
      </p>
    </div>
  );
}
