/** Портфель: make one, open one, what is under way, the last ones, and in three steps how it works. */
import { Button } from '@mantine/core';
import { IconBriefcase2, IconFolderOpen } from '@tabler/icons-react';
import { useState } from 'react';
import type { PortfolioJob, PortfolioPast } from '../../preload/contract.ts';
import { formatDateTime } from '../../ui/format.ts';
import { useLanguage } from '../../ui/language.tsx';
import { useClasses } from '../frame/classes.tsx';
import { Notice } from '../frame/Notice.tsx';
import { Screen, Section } from '../frame/Screen.tsx';
import { useTexts } from '../texts/texts.ts';
import { JobRow } from './JobRow.tsx';
import { PackDialog } from './PackDialog.tsx';
import { useChoosePortfolio, usePortfolios } from './portfolios.ts';
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
