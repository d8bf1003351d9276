/**
 * «Собрать портфель»: for which computer, which classes, how much that is, the password where one is needed, and where to put it. On a
 * laptop that got its classes by a portfolio there is nothing to choose: what was done here goes home. Promises: nothing is asked of
 * any network before the person has said where to; the password stands on the screen until the person closes it, and nowhere else.
 */
import { Button, Checkbox, CopyButton, Modal, NativeSelect, Radio, TextInput } from '@mantine/core';
import { useEffect, useState, type FormEvent } from 'react';
import { codeOf, type ErrorCode } from '../../core/errors.ts';
import type { LogId } from '../../core/ids.ts';
import { NAME_MAX } from '../../core/limits.ts';
import { cleanName } from '../../core/names.ts';
import {
  passphraseMeant,
  PASSPHRASE_MAX,
  PASSPHRASE_MIN,
  PORTFOLIO_FILES_MAX,
  shownPassphrase,
} from '../../core/portfolio.ts';
import type { PortfolioFile, PortfolioPair, Portfolios, PortfolioWeight } from '../../preload/contract.ts';
import { formatSize } from '../../ui/format.ts';
import { useLanguage } from '../../ui/language.tsx';
import { dayOf } from '../assignments/editing.ts';
import { useDesktop } from '../desktop.tsx';
import { useClasses, type OpenClass, type OpenServer } from '../frame/classes.tsx';
import { ErrorNotice } from '../frame/Notice.tsx';
import { useTexts } from '../texts/texts.ts';
import { blobOf, filesNamed, gather, newPassphrase } from './carrying.ts';
import { JobRow } from './JobRow.tsx';
import { useStepFocus } from './step-focus.ts';
import { TroubleNotice } from './TroubleNotice.tsx';
import choices from '../frame/Choices.module.css';
import classes from './Portfolio.module.css';

/** The choice of a computer that no portfolio went to yet. */
const NEW = '';

const worksOf = ({ view }: OpenClass) => Object.keys(view?.classroom.submissions ?? {}).length;

/** What lies in the library of the files that these classes name, where they are not more than go along; null while it is counted. */
function useWeight(open: OpenServer | undefined, logIds: readonly LogId[], pairId: string | null) {
  const { call } = useDesktop();
  const [weight, setWeight] = useState<PortfolioWeight | 'too-large' | null>(null);
  const key = logIds.join();
  useEffect(() => {
    let isGone = false;
    setWeight(null);
    const weigh = async (store: OpenServer['store']) => {
      const named = await Promise.all(
        (key === '' ? [] : (key.split(',') as LogId[])).map((id) => filesNamed(store, id)),
      );
      const files: PortfolioFile[] = named.flat().map((file) => ({ file, isUpload: false }));
      const isTooMuch = files.length > PORTFOLIO_FILES_MAX;
      const found = isTooMuch ? 'too-large' : await call('portfolio.weigh', { pairId, files });
      if (!isGone) setWeight(found);
    };
    if (open) weigh(open.store).catch(() => undefined);
    return () => {
      isGone = true;
    };
  }, [open?.store, key, pairId, call]); // eslint-disable-line react-hooks/exhaustive-deps
  return weight;
}

export function PackDialog({ portfolios, onClose }: { portfolios: Portfolios; onClose: () => void }) {
  const t = useTexts().portfolio;
  const p = t.packing;
  const language = useLanguage();
  const { call, writePortfolio } = useDesktop();
  const { servers, classes: all, schools } = useClasses();
  const [serverId, setServerId] = useState(servers[0]?.server.serverId ?? '');
  const open = servers.find(({ server }) => server.serverId === serverId);
  const pairs = portfolios.pairs.filter((pair) => pair.serverId === serverId);
  const [chosen, setChosen] = useState<string | null>(null);
  // Whom the last one went to, most likely.
  const pairId = chosen ?? pairs.at(-1)?.pairId ?? NEW;
  const pair = pairs.find((one) => one.pairId === pairId);
  const own = all.filter(({ server }) => server.serverId === serverId);
  const [left, setLeft] = useState<ReadonlySet<LogId>>(new Set());
  const isHome = pair?.isHome ?? false;
  const taken = isHome ? [] : own.filter(({ logId }) => !left.has(logId));
  const weight = useWeight(open, taken.map(({ logId }) => logId), pair?.pairId ?? null); // prettier-ignore
  const [again, setAgain] = useState(false);
  const [device, setDevice] = useState<string>(p.nameExample);
  const [made, setMade] = useState(newPassphrase);
  /** null: the one that was made here. */
  const [typed, setTyped] = useState<string | null>(null);
  const [isGoing, setGoing] = useState(false);
  const [failure, setFailure] = useState<ErrorCode | null>(null);
  const [jobId, setJobId] = useState<string | null>(null);
  /** The password that it has, as it is read; null where there is none. Pairs change their order while one is packed. */
  const [given, setGiven] = useState<string | null>(null);
  const needsPassword = !pair?.isKnown;
  const passphrase = typed ?? made;
  const isReady =
    open !== undefined &&
    weight !== 'too-large' &&
    (isHome || taken.length > 0) &&
    (pair !== undefined || cleanName(device) !== '') &&
    (!needsPassword || passphraseMeant(passphrase).length >= PASSPHRASE_MIN);
  const [day] = useState(() => dayOf(Date.now()));

  const go = async (event: FormEvent) => {
    event.preventDefault();
    if (!open || !isReady || isGoing) return;
    setGoing(true);
    setFailure(null);
    let begun: string | null = null;
    try {
      const name = pair?.name ?? cleanName(device);
      const job = await call('portfolio.begin', {
        serverId,
        pairId: pair?.pairId ?? null,
        device: name,
        passphrase: needsPassword ? passphrase : null,
        title: isHome ? p.fileHome(day) : p.fileFor(name, day),
      });
      if (job === null) return setGoing(false);
      begun = job.jobId;
      setJobId(begun);
      setGiven(!needsPassword ? null : typed === null ? shownPassphrase(passphrase) : passphrase);
      if (job.state !== 'gathering') return;
      const classIds = taken.map(({ logId }) => logId);
      const school = schools.find((one) => one.server.serverId === serverId);
      const logIds = isHome || !school ? classIds : [...classIds, school.logId];
      const { packed, files } = await gather(open.store, logIds, classIds);
      await writePortfolio(job.jobId, await blobOf(packed.lines));
      const facts = {
        classes: taken.map(({ logId, title }) => ({ logId, title })),
        works: taken.reduce((sum, one) => sum + worksOf(one), 0),
        commands: packed.commands,
        leftBehind: packed.leftBehind,
      };
      await call('portfolio.pack', { jobId: job.jobId, facts, files, onlyNew: !again });
    } catch (error) {
      // Or it stands there as under way for as long as the app runs.
      if (begun !== null) call('portfolio.stop', { jobId: begun }).catch(() => undefined);
      setFailure(codeOf(error));
      setGoing(false);
    }
    return undefined;
  };

  const job = portfolios.jobs.find((one) => one.jobId === jobId);
  const isBegun = jobId !== null && failure === null;
  const root = useStepFocus(String(isBegun));
  if (isBegun)
    return (
      <Modal opened onClose={onClose} title={p.title}>
        <div ref={root} className={classes.form}>
          {given !== null && job?.state !== 'failed' && (
            <div>
              <p className={choices.legend}>{p.keepPassword}</p>
              <Digits passphrase={given} />
              <p className={classes.note}>{p.passwordMade}</p>
            </div>
          )}
          {job ? <JobRow job={job} /> : <p className={classes.note}>{p.gathering}</p>}
          <div className={classes.buttons}>
            <Button data-autofocus variant="default" onClick={onClose}>
              {p.close}
            </Button>
          </div>
        </div>
      </Modal>
    );

  const size = (bytes: number) => formatSize(language, bytes);
  return (
    <Modal opened onClose={onClose} title={p.title}>
      <form className={classes.form} onSubmit={(event) => void go(event)}>
        {servers.length > 1 && (
          <NativeSelect
            label={p.server}
            data={servers.map(({ server }) => ({ value: server.serverId, label: server.hubName }))}
            value={serverId}
            onChange={(event) => {
              setServerId(event.currentTarget.value);
              setChosen(null);
            }}
          />
        )}
        {pairs.length > 0 && (
          <Radio.Group label={p.forWhom} value={pairId} onChange={setChosen}>
            <div className={choices.many}>
              {pairs.map((one) => (
                <Radio
                  key={one.pairId}
                  value={one.pairId}
                  label={labelOf(p, one)}
                  description={one.isKnown ? p.known : p.unknown}
                />
              ))}
              <Radio value={NEW} label={p.newDevice} />
            </div>
          </Radio.Group>
        )}
        {!pair && (
          <TextInput
            label={p.name}
            description={p.nameMore}
            maxLength={NAME_MAX}
            value={device}
            onChange={(event) => setDevice(event.currentTarget.value)}
            {...(pairs.length === 0 ? { 'data-autofocus': true } : {})}
          />
        )}
        {isHome ? (
          <p className={classes.lead}>{p.homeLead}</p>
        ) : (
          <fieldset className={choices.group}>
            <legend className={choices.legend}>{p.classes}</legend>
            <div className={choices.many}>
              {own.map((one) => (
                <Checkbox
                  key={one.logId}
                  label={one.title}
                  description={p.classWorks(worksOf(one))}
                  checked={!left.has(one.logId)}
                  onChange={({ currentTarget }) => {
                    const next = new Set(left);
                    if (currentTarget.checked) next.delete(one.logId);
                    else next.add(one.logId);
                    setLeft(next);
                  }}
                />
              ))}
            </div>
            <p className={classes.note}>{p.school}</p>
          </fieldset>
        )}
        <div className={classes.progress} role="status">
          {!isHome && <Weight weight={weight} size={size} />}
          <p className={classes.note}>{p.deeds(open?.outbox.filter(({ state }) => state !== 'refused').length ?? 0)}</p>
        </div>
        {!isHome && weight !== null && weight !== 'too-large' && weight.there.files > 0 && (
          <Checkbox label={p.again} checked={again} onChange={(event) => setAgain(event.currentTarget.checked)} />
        )}
        {needsPassword && (
          <Password made={made} typed={typed} onAnother={() => setMade(newPassphrase())} onTyped={setTyped} />
        )}
        {failure === 'too-large' ? <TroubleNotice trouble={failure} /> : failure && <ErrorNotice code={failure} />}
        <div className={classes.buttons}>
          <Button variant="default" disabled={isGoing} onClick={onClose}>
            {p.cancel}
          </Button>
          <Button
            type="submit"
            loading={isGoing}
            disabled={!isReady}
            {...(pairs.length > 0 ? { 'data-autofocus': true } : {})}
          >
            {p.go}
          </Button>
        </div>
      </form>
    </Modal>
  );
}

type Words = ReturnType<typeof useTexts>['portfolio']['packing'];
const labelOf = (p: Words, pair: PortfolioPair) => (pair.isHome ? p.home(pair.name) : pair.name);

interface WeightProps {
  weight: PortfolioWeight | 'too-large' | null;
  size: (bytes: number) => string;
}

function Weight({ weight, size }: WeightProps) {
  const p = useTexts().portfolio.packing;
  if (weight === 'too-large') return <TroubleNotice trouble={weight} />;
  if (!weight) return <p className={classes.note}>{p.weighing}</p>;
  const { inside, there, missing } = weight;
  return (
    <>
      <p className={classes.lead}>{p.inside(inside.files, size(inside.bytes))}</p>
      {there.files > 0 && <p className={classes.note}>{p.there(there.files, size(there.bytes))}</p>}
      {missing.files > 0 && <p className={classes.note}>{p.missing(missing.files)}</p>}
    </>
  );
}

interface PasswordProps {
  made: string;
  typed: string | null;
  onAnother: () => void;
  onTyped: (typed: string | null) => void;
}

function Password({ made, typed, onAnother, onTyped }: PasswordProps) {
  const p = useTexts().portfolio.packing;
  if (typed !== null)
    return (
      <div className={choices.group}>
        <TextInput
          w="100%"
          label={p.passwordField}
          description={p.passwordShort(PASSPHRASE_MIN)}
          autoComplete="off"
          spellCheck={false}
          maxLength={PASSPHRASE_MAX}
          value={typed}
          onChange={(event) => onTyped(event.currentTarget.value)}
        />
        <Button size="compact-sm" variant="subtle" onClick={() => onTyped(null)}>
          {p.passwordOurs}
        </Button>
      </div>
    );
  return (
    <div>
      <p className={choices.legend}>{p.password}</p>
      <Digits passphrase={shownPassphrase(made)} />
      <p className={classes.note}>{p.passwordMade}</p>
      <div className={classes.password}>
        <Button size="compact-sm" variant="subtle" onClick={onAnother}>
          {p.passwordOther}
        </Button>
        <Button size="compact-sm" variant="subtle" onClick={() => onTyped('')}>
          {p.passwordOwn}
        </Button>
      </div>
    </div>
  );
}

function Digits({ passphrase }: { passphrase: string }) {
  const p = useTexts().portfolio.packing;
  return (
    <div className={classes.password}>
      <span className={classes.digits}>{passphrase}</span>
      <CopyButton value={passphrase}>
        {({ copied, copy }) => (
          <Button size="compact-sm" variant="subtle" onClick={copy}>
            {copied ? p.copied : p.copy}
          </Button>
        )}
      </CopyButton>
    </div>
  );
}
