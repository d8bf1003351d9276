/**
 * A portfolio that was opened, wherever the teacher is: its password, what is in it, taking it in. And what follows when main has taken
 * it out: its lines go into the store of their server, also after the window has begun anew for the sake of a server that it brought.
 */
import { Button, Modal, PasswordInput } from '@mantine/core';
import { useEffect, useRef, useState, type FormEvent } from 'react';
import { PASSPHRASE_MAX } from '../../core/portfolio.ts';
import type { PortfolioJob } from '../../preload/contract.ts';
import { formatDateTime, formatSize } from '../../ui/format.ts';
import { useLanguage } from '../../ui/language.tsx';
import { useDesktop } from '../desktop.tsx';
import { useClasses } from '../frame/classes.tsx';
import { useFailure } from '../frame/failure.ts';
import { Notice } from '../frame/Notice.tsx';
import { useTexts, type Texts } from '../texts/texts.ts';
import { linesAgain, troubleIn } from './carrying.ts';
import { JobProgress } from './JobRow.tsx';
import { useChoosePortfolio, usePortfolios } from './portfolios.ts';
import { useStepFocus } from './step-focus.ts';
import { TroubleNotice } from './TroubleNotice.tsx';
import classes from './Portfolio.module.css';

/** Takes what is ready into its store, once. */
function useTakingIn(jobs: readonly PortfolioJob[]) {
  const { call, readPortfolio } = useDesktop();
  const { servers } = useClasses();
  const begun = useRef(new Set<string>());
  useEffect(() => {
    for (const { jobId, state, direction, serverId } of jobs) {
      const open = servers.find(({ server }) => server.serverId === serverId);
      if (direction !== 'in' || state !== 'ready' || !open || begun.current.has(jobId)) continue;
      begun.current.add(jobId);
      open.store
        .takeIn(linesAgain(() => readPortfolio(jobId)))
        .then(
          (taken) => call('portfolio.taken', { jobId, taken, trouble: null }),
          (error: unknown) => call('portfolio.taken', { jobId, taken: null, trouble: troubleIn(error) }),
        )
        .catch(() => undefined);
    }
  }, [jobs, servers, call, readPortfolio]);
}

const NONE: readonly PortfolioJob[] = [];

export function PortfolioIn() {
  const portfolios = usePortfolios();
  const jobs = portfolios?.jobs ?? NONE;
  useTakingIn(jobs);
  const { call } = useDesktop();
  /** Put aside while it is under way; it stays on the screen «Портфель». */
  const [hidden, setHidden] = useState<string | null>(null);
  const job = jobs.findLast(({ direction, state }) => direction === 'in' && state !== 'stopped');
  if (!job || (job.jobId === hidden && job.state !== 'done' && job.state !== 'failed')) return null;
  const isUnderWay = job.state === 'taking' || job.state === 'ready';
  const leave = () => {
    if (isUnderWay) return setHidden(job.jobId);
    const isOver = job.state === 'done' || job.state === 'failed';
    call(isOver ? 'portfolio.forget' : 'portfolio.stop', { jobId: job.jobId }).catch(() => undefined);
    return undefined;
  };
  return <Opening key={job.jobId} job={job} onLeave={leave} />;
}

function Opening({ job, onLeave }: { job: PortfolioJob; onLeave: () => void }) {
  const t = useTexts().portfolio.opening;
  const { call } = useDesktop();
  const failed = useFailure();
  const choose = useChoosePortfolio();
  const { jobId, state, trouble, summary, name } = job;
  const root = useStepFocus(state);
  const other = () => {
    onLeave();
    void choose();
  };
  return (
    <Modal opened onClose={onLeave} title={t.title}>
      <div ref={root} className={classes.form}>
        <p className={classes.fileName}>{name}</p>
        {state === 'locked' && <Locked job={job} onLeave={onLeave} />}
        {summary && (state === 'looked' || state === 'taking' || state === 'ready') && <Inside job={job} />}
        {state === 'looked' && (
          <div className={classes.buttons}>
            {/* A hand that presses Enter twice must not answer what only a person can say. */}
            <Button variant="default" data-autofocus={summary?.isUnmet || undefined} onClick={onLeave}>
              {t.cancel}
            </Button>
            <Button
              data-autofocus={!summary?.isUnmet || undefined}
              onClick={() => void call('portfolio.take', { jobId }).catch(failed)}
            >
              {t.take}
            </Button>
          </div>
        )}
        {(state === 'taking' || state === 'ready') && (
          <>
            <JobProgress job={job} label={state === 'ready' ? t.reading : t.taking} />
            <div className={classes.buttons}>
              {state === 'taking' && (
                <Button variant="default" onClick={() => void call('portfolio.stop', { jobId }).catch(failed)}>
                  {t.stop}
                </Button>
              )}
              <Button variant="default" data-autofocus onClick={onLeave}>
                {t.hide}
              </Button>
            </div>
          </>
        )}
        {state === 'done' && job.taken && (
          <>
            <Notice tone="good" title={t.done} isLive>
              {cameOf(t, job.taken).map((line) => (
                <p key={line} className={classes.line}>
                  {line}
                </p>
              ))}
            </Notice>
            <div className={classes.buttons}>
              <Button data-autofocus onClick={onLeave}>
                {t.finish}
              </Button>
            </div>
          </>
        )}
        {state === 'failed' && trouble && (
          <>
            <TroubleNotice trouble={trouble} />
            <div className={classes.buttons}>
              <Button variant="default" onClick={onLeave}>
                {t.close}
              </Button>
              <Button data-autofocus onClick={other}>
                {t.other}
              </Button>
            </div>
          </>
        )}
      </div>
    </Modal>
  );
}

function Locked({ job: { jobId, trouble }, onLeave }: { job: PortfolioJob; onLeave: () => void }) {
  const t = useTexts().portfolio.opening;
  const { call } = useDesktop();
  const failed = useFailure();
  const [passphrase, setPassphrase] = useState('');
  const [isBusy, setBusy] = useState(false);
  const unlock = (event: FormEvent) => {
    event.preventDefault();
    if (passphrase.trim() === '' || isBusy) return;
    setBusy(true);
    call('portfolio.look', { jobId, passphrase })
      .catch(failed)
      .finally(() => setBusy(false));
  };
  return (
    <form className={classes.form} onSubmit={unlock}>
      <p className={classes.lead}>{t.locked}</p>
      <PasswordInput
        label={t.password}
        data-autofocus
        autoComplete="off"
        spellCheck={false}
        maxLength={PASSPHRASE_MAX}
        value={passphrase}
        onChange={(event) => setPassphrase(event.currentTarget.value)}
      />
      {trouble && !isBusy && <TroubleNotice trouble={trouble} />}
      <div className={classes.buttons}>
        <Button variant="default" onClick={onLeave}>
          {t.cancel}
        </Button>
        <Button type="submit" loading={isBusy} disabled={passphrase.trim() === ''}>
          {t.unlock}
        </Button>
      </div>
    </form>
  );
}

/** What is in it, and from whom. */
function Inside({ job: { summary } }: { job: PortfolioJob }) {
  const t = useTexts().portfolio.opening;
  const language = useLanguage();
  if (!summary) return null;
  const { madeAt, maker, hubName, facts, files, bytes, missing, isFirst, isUnmet, isAgain } = summary;
  const rows: [string, string][] = [
    [t.server, hubName],
    ...(facts.classes.length > 0
      ? ([
          [t.classes, facts.classes.map(({ title }) => title).join(', ')],
          [t.works, String(facts.works)],
        ] as [string, string][])
      : []),
    [t.files, t.filesValue(files, formatSize(language, bytes))],
    [t.deeds, t.deedsValue(facts.commands)],
  ];
  return (
    <>
      <p className={classes.lead}>{t.made(formatDateTime(language, madeAt), maker)}</p>
      <dl className={classes.facts}>
        {rows.map(([label, value]) => (
          <div key={label} className={classes.fact}>
            <dt>{label}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      {missing > 0 && <p className={classes.note}>{t.missing(missing)}</p>}
      {facts.leftBehind > 0 && <p className={classes.note}>{t.leftBehind(facts.leftBehind)}</p>}
      {isFirst && <p className={classes.note}>{t.first}</p>}
      {isUnmet && <Notice tone="warn">{t.unmet(maker)}</Notice>}
      {isAgain && <p className={classes.note}>{t.again}</p>}
    </>
  );
}

function cameOf(t: Texts['portfolio']['opening'], taken: NonNullable<PortfolioJob['taken']>): string[] {
  const lines = [
    taken.entries > 0 && t.doneEntries(taken.entries),
    taken.commands > 0 && t.doneCommands(taken.commands),
    taken.known > 0 && t.doneKnown(taken.known),
    taken.confirmed > 0 && t.doneConfirmed(taken.confirmed),
    taken.refused > 0 && t.doneRefused(taken.refused),
    taken.older > 0 && t.doneOlder(taken.older),
  ].filter((line) => line !== false);
  return lines.length > 0 ? lines : [t.nothingNew];
}
