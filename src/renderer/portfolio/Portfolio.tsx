/** Портфель: make one, open one, what is under way, the last ones, and in three steps how it works. */
import { ActionIcon, Button } from '@mantine/core';
import { IconBriefcase2, IconFolderOpen, IconX } from '@tabler/icons-react';
import { useState } from 'react';
import type { PortfolioJob, PortfolioPast } from '../../preload/contract.ts';
import { formatDateTime } from '../../ui/format.ts';
import { useLanguage } from '../../ui/language.tsx';
import { useDesktop } from '../desktop.tsx';
import { useClasses } from '../frame/classes.tsx';
import { useFailure } from '../frame/failure.ts';
import { Notice } from '../frame/Notice.tsx';
import { Screen, Section } from '../frame/Screen.tsx';
import { useTexts } from '../texts/texts.ts';
import { PackDialog } from './PackDialog.tsx';
import { JobProgress } from './PortfolioIn.tsx';
import { useChoosePortfolio, usePortfolios } from './portfolios.ts';
import { TroubleNotice } from './TroubleNotice.tsx';
import classes from './Portfolio.module.css';

const isShown = ({ direction, state }: PortfolioJob) =>
  direction === 'out' ? state !== 'gathering' : state === 'taking' || state === 'ready';

export function Portfolio() {
  const t = useTexts().portfolio;
  const { servers, isLoaded } = useClasses();
  const portfolios = usePortfolios();
  const choose = useChoosePortfolio();
  const [isPacking, setPacking] = useState(false);
  if (!isLoaded || !portfolios) return null;
  const jobs = portfolios.jobs.filter(isShown);
  return (
    <Screen title={t.title} lead={t.lead} width="narrow">
      <div className={classes.main}>
        <Button
          disabled={servers.length === 0}
          leftSection={<IconBriefcase2 size={18} stroke={1.7} aria-hidden />}
          onClick={() => setPacking(true)}
        >
          {t.make}
        </Button>
        <Button
          variant="default"
          leftSection={<IconFolderOpen size={18} stroke={1.7} aria-hidden />}
          onClick={() => void choose()}
        >
          {t.openMore}
        </Button>
      </div>
      {servers.length === 0 && <Notice>{t.noServers}</Notice>}
      {jobs.length > 0 && (
        <Section title={t.underWay}>
          <ul className={classes.list}>
            {jobs.toReversed().map((job) => (
              <li key={job.jobId} className={classes.row}>
                <JobRow job={job} />
              </li>
            ))}
          </ul>
        </Section>
      )}
      <Section title={t.past}>
        {portfolios.past.length === 0 ? (
          <p className={classes.note}>{t.noPast}</p>
        ) : (
          <ul className={classes.list}>
            {portfolios.past.map((past) => (
              <li key={`${past.at} ${past.name}`} className={classes.row}>
                <PastRow past={past} />
              </li>
            ))}
          </ul>
        )}
      </Section>
      <Section title={t.how}>
        <ol className={classes.hows}>
          {t.hows.map((step) => (
            <li key={step}>{step}</li>
          ))}
        </ol>
      </Section>
      {isPacking && <PackDialog portfolios={portfolios} onClose={() => setPacking(false)} />}
    </Screen>
  );
}

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
        <span className={classes.rowTitle}>{t.job.out(name)}</span>
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

function PastRow({ past }: { past: PortfolioPast }) {
  const t = useTexts().portfolio;
  const language = useLanguage();
  const { at, direction, name, peer, classes: count, files, commands } = past;
  const what = t.pastMore(count, files, commands);
  return (
    <>
      <div className={classes.rowHead}>
        <span className={classes.rowTitle}>{direction === 'out' ? t.pastOut(peer) : t.pastIn(peer)}</span>
        <span className={classes.note}>{formatDateTime(language, at)}</span>
      </div>
      <span className={classes.note}>{[what, name].filter(Boolean).join(' · ')}</span>
    </>
  );
}
