/**
 * Whether pupils can reach the hub of this computer: the trouble that the self-check found, how to tell it, and the next step.
 * Promises: what cannot be known from here is asked for, not guessed; a step that Parta can take itself is a button.
 */
import { Button, Code, TextInput } from '@mantine/core';
import { useEffect, useId, useRef, useState } from 'react';
import type { CallInput, HubState } from '../../preload/contract.ts';
import { useDesktop } from '../desktop.tsx';
import { ErrorNotice, Notice } from '../frame/Notice.tsx';
import { useTexts } from '../texts/texts.ts';
import { bestAddress, shownAddress } from './addresses.ts';
import { wayInWords } from './way-in-words.ts';
import classes from './ConnectionCheck.module.css';

type Step = 'hub.check' | 'hub.start' | 'hub.show' | 'hub.port';
type Ask = <K extends Step>(name: K, input: CallInput<K>) => void;

/**
 * @param hub the hub's own state; shows nothing where there is none on this computer
 * @param isSomebodyHere as this window knows it now; what was found is older
 */
export function ConnectionCheck({ hub, isSomebodyHere = false }: { hub: HubState; isSomebodyHere?: boolean }) {
  const t = useTexts();
  const desktop = useDesktop();
  const [isBusy, setBusy] = useState(false);
  const ask: Ask = (name, input) => {
    setBusy(true);
    desktop
      .call(name, input)
      .catch(() => undefined)
      .finally(() => setBusy(false));
  };
  if (hub.state === 'absent') return null;
  return (
    <section className={classes.check} aria-label={t.lesson.check}>
      <Verdict {...{ hub, isSomebodyHere, isBusy, ask }} />
    </section>
  );
}

interface Asking {
  hub: HubState;
  isSomebodyHere: boolean;
  isBusy: boolean;
  ask: Ask;
}

function Verdict(props: Asking) {
  const { hub, isBusy, ask } = props;
  const t = useTexts();
  const best = bestAddress(hub.addresses);
  const { wayIn } = hub;
  const start = (
    <Button size="sm" loading={isBusy} onClick={() => ask('hub.start', {})}>
      {t.lesson.hubStart}
    </Button>
  );
  const again = (
    <Button size="sm" variant="default" loading={isBusy} onClick={() => ask('hub.check', {})}>
      {t.lesson.checkAgain}
    </Button>
  );
  if (wayIn?.detail === 'none-free' && hub.code === 'port-taken') return <Found {...props} again={again} />;
  if (hub.state === 'starting' || hub.state === 'restarting') return <Notice isLive>{t.lesson.hubStarting}</Notice>;
  if (hub.state !== 'ready')
    return hub.code ? (
      <ErrorNotice code={hub.code} actions={start} />
    ) : (
      <Notice tone="warn" actions={start} isLive>
        {t.lesson.hubStopped}
      </Notice>
    );
  if (!wayIn)
    return (
      <Notice title={t.lesson.check} actions={again}>
        {t.lesson.firewallUnknown}. {t.lesson.firewallUnknownTodo}
      </Notice>
    );
  if (wayIn.verdict !== 'no-link' && best && !best.answers)
    return (
      <Notice tone="bad" title={t.lesson.noAnswer(shownAddress(best.url))} actions={again}>
        {t.lesson.noAnswerTodo}
      </Notice>
    );
  return <Found {...props} again={again} />;
}

function Found({ hub, isSomebodyHere, isBusy, ask, again }: Asking & { again: React.ReactNode }) {
  const t = useTexts();
  const best = bestAddress(hub.addresses);
  const address = best ? shownAddress(best.url) : '';
  const { wayIn } = hub;
  if (!wayIn) return null;
  const { tone, title, tell, step, commands } = wayInWords(t.wayIn, wayIn, address, isSomebodyHere);
  const port =
    wayIn.verdict !== 'port-taken' ? null : wayIn.detail === 'moved' ? (
      <Button size="sm" loading={isBusy} onClick={() => ask('hub.port', { what: 'keep' })}>
        {t.wayIn.portTaken.movedDo(wayIn.port ?? 0)}
      </Button>
    ) : (
      <Button size="sm" loading={isBusy} onClick={() => ask('hub.port', { what: 'other' })}>
        {t.wayIn.portTaken.noneDo}
      </Button>
    );
  const isOpenQuestion = wayIn.verdict === 'unknown' || (wayIn.verdict === 'well' && !wayIn.isSure);
  return (
    <>
      <Notice
        tone={tone}
        title={title}
        isLive
        actions={
          <>
            {port}
            {wayIn.detail !== 'none-free' && again}
          </>
        }
      >
        <p className={classes.words}>{tell}</p>
        {step !== null && <p className={classes.words}>{step}</p>}
        {commands.map((command) => (
          <Code key={command} block className={classes.command}>
            {command}
          </Code>
        ))}
        {wayIn.verdict === 'firewall' && <p className={classes.words}>{t.wayIn.firewall.noRights(wayIn.port ?? 0)}</p>}
        {wayIn.verdict === 'two-adapters' && best && (
          <div className={classes.choice} role="group" aria-label={t.wayIn.twoAdapters.choose}>
            {hub.addresses
              .filter(({ answers }) => answers)
              .map(({ url, adapter }) => (
                <Button
                  key={url}
                  size="sm"
                  variant="default"
                  loading={isBusy}
                  onClick={() => ask('hub.show', { adapter })}
                >
                  {shownAddress(url)} · {adapter}
                </Button>
              ))}
          </div>
        )}
      </Notice>
      {isOpenQuestion && (
        <Question key={address} {...{ address, isBusy, ask }} isForPeer={wayIn.detail === 'no-peer'} />
      )}
    </>
  );
}

/** One question decides what this computer cannot see: what does another one show? */
function Question(props: { address: string; isBusy: boolean; ask: Ask; isForPeer: boolean }) {
  const { address, isBusy, ask, isForPeer } = props;
  const t = useTexts();
  const titleId = useId();
  const [peer, setPeer] = useState('');
  const [isWrong, setWrong] = useState(false);
  const field = useRef<HTMLInputElement>(null);
  const [isAsked, setAsked] = useState(false);
  const say = (opened: boolean) => {
    setAsked(!opened);
    ask('hub.check', { report: { opened, peer: null } });
  };
  // Only where the person has just answered: a window that opens on this question takes nobody's focus.
  useEffect(() => {
    if (isForPeer && isAsked) field.current?.focus();
  }, [isForPeer, isAsked]);
  return (
    <form
      className={classes.question}
      aria-labelledby={titleId}
      onSubmit={(event) => {
        event.preventDefault();
        const typed = peer.trim();
        const isAddress = /^\d{1,3}(\.\d{1,3}){3}$/.test(typed);
        setWrong(!isAddress);
        if (isAddress) ask('hub.check', { report: { opened: false, peer: typed } });
      }}
    >
      <p id={titleId} className={classes.asked}>
        {t.wayIn.ask.title(address)}
      </p>
      <div className={classes.answers}>
        <Button size="sm" variant="default" loading={isBusy} onClick={() => say(true)}>
          {t.wayIn.ask.opened}
        </Button>
        <Button size="sm" variant="default" loading={isBusy} onClick={() => say(false)}>
          {t.wayIn.ask.failed}
        </Button>
      </div>
      {isForPeer && (
        <div className={classes.peer}>
          <TextInput
            ref={field}
            label={t.wayIn.ask.peer}
            description={t.wayIn.ask.peerHow}
            value={peer}
            maxLength={45}
            inputMode="decimal"
            error={isWrong ? t.wayIn.ask.wrong : undefined}
            onChange={({ currentTarget }) => setPeer(currentTarget.value)}
          />
          <Button type="submit" size="sm" loading={isBusy}>
            {t.wayIn.ask.check}
          </Button>
        </div>
      )}
    </form>
  );
}
