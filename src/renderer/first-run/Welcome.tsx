/**
 * A class was just made: its list is offered, then the way in for pupils is checked at once (address, firewall), because it is
 * now that the teacher sits at the computer and not in the lesson. Each step can be left; nothing depends on it.
 */
import { Button } from '@mantine/core';
import { IconAlertTriangle, IconCircleCheck } from '@tabler/icons-react';
import { useEffect, useState } from 'react';
import { useLocation } from 'wouter';
import type { HubState } from '../../preload/contract.ts';
import { useDesktop, useHub } from '../desktop.tsx';
import { useOpenClass } from '../frame/classes.tsx';
import { ErrorNotice, Notice } from '../frame/Notice.tsx';
import { Screen } from '../frame/Screen.tsx';
import { RosterImport } from '../members/RosterImport.tsx';
import { routes } from '../routes.ts';
import { useTexts } from '../texts/texts.ts';
import classes from './FirstRun.module.css';

type Step = 'list' | 'address';

export function Welcome() {
  const t = useTexts();
  const [, go] = useLocation();
  const { logId, title, server } = useOpenClass();
  const [step, setStep] = useState<Step>('list');
  const isOurs = server.kind === 'embedded';
  const finish = () => go(routes.classTab(logId, 'members'));
  const leaveList = () => (isOurs ? setStep('address') : finish());

  if (step === 'list') {
    return (
      <Screen
        title={t.welcome.listTitle(title)}
        lead={t.welcome.listLead}
        actions={
          <Button variant="default" onClick={leaveList}>
            {t.welcome.later}
          </Button>
        }
      >
        <RosterImport logId={logId} onDone={leaveList} />
      </Screen>
    );
  }
  return (
    <Screen title={t.welcome.addressTitle} lead={t.welcome.addressLead} width="narrow">
      <AddressCheck />
      <div className={classes.buttons}>
        <Button size="md" onClick={() => go(routes.lesson(logId))}>
          {t.welcome.toLesson}
        </Button>
        <Button size="md" variant="default" onClick={finish}>
          {t.welcome.toClass}
        </Button>
      </div>
    </Screen>
  );
}

/** The hub's addresses and whether they answer, looked at again on request. */
export function AddressCheck() {
  const t = useTexts();
  const { call } = useDesktop();
  const hub = useHub();
  const [isBusy, setBusy] = useState(false);
  const check = () => {
    setBusy(true);
    const done = () => setBusy(false);
    call('hub.check', {}).then(done, done);
  };
  useEffect(() => {
    call('hub.check', {}).catch(() => undefined);
  }, [call]);
  return (
    <div className={classes.check}>
      {hub.code !== null && hub.state !== 'ready' && <ErrorNotice code={hub.code} />}
      {hub.addresses.length > 0 && (
        <ul className={classes.addresses} aria-label={t.welcome.addresses}>
          {hub.addresses.map(({ url, adapter, answers }) => (
            <li key={url} className={classes.address} data-answers={answers}>
              {answers ? <IconCircleCheck size={22} aria-hidden /> : <IconAlertTriangle size={22} aria-hidden />}
              <div>
                <div className={classes.url}>{url}</div>
                <div className={classes.about}>
                  {adapter} · {answers ? t.welcome.answers : t.welcome.silent}
                </div>
              </div>
            </li>
          ))}
        </ul>
      )}
      <CheckResult hub={hub} />
      <div>
        <Button variant="default" loading={isBusy} onClick={check}>
          {t.welcome.again}
        </Button>
      </div>
    </div>
  );
}

function CheckResult({ hub }: { hub: HubState }) {
  const t = useTexts();
  if (hub.state !== 'ready') return <Notice isLive>{t.welcome.starting}</Notice>;
  if (hub.addresses.length === 0)
    return (
      <Notice tone="warn" title={t.welcome.noNetwork} isLive>
        {t.welcome.noNetworkMore}
      </Notice>
    );
  if (hub.firewall === 'blocked')
    return (
      <Notice tone="warn" title={t.welcome.blocked} isLive>
        {t.welcome.blockedMore(hub.port ?? 0)}
      </Notice>
    );
  if (!hub.addresses.some((address) => address.answers))
    return (
      <Notice tone="warn" title={t.welcome.noAnswer} isLive>
        {t.welcome.noAnswerMore(hub.port ?? 0)}
      </Notice>
    );
  return hub.firewall === 'open' ? (
    <Notice tone="good" title={t.welcome.good} isLive>
      {t.welcome.goodMore}
    </Notice>
  ) : (
    <Notice title={t.welcome.unknown} isLive>
      {t.welcome.unknownMore(hub.port ?? 0)}
    </Notice>
  );
}
