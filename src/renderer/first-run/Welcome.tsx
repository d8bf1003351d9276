/**
 * A class was just made: its list is offered, then the way in for pupils is checked at once (address, firewall), because it is
 * now that the teacher sits at the computer and not in the lesson. Each step can be left; nothing depends on it.
 */
import { Button } from '@mantine/core';
import { IconAlertTriangle, IconCircleCheck } from '@tabler/icons-react';
import { useEffect, useState } from 'react';
import { useLocation } from 'wouter';
import { useDesktop, useHub } from '../desktop.tsx';
import { useOpenClass } from '../frame/classes.tsx';
import { Screen } from '../frame/Screen.tsx';
import { ConnectionCheck } from '../lesson/ConnectionCheck.tsx';
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
      <Screen title={t.welcome.listTitle(title)} lead={t.welcome.listLead}>
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

/** The hub's addresses, each with whether it answers, and what follows from that; looked at afresh when this opens. */
function AddressCheck() {
  const t = useTexts();
  const { call } = useDesktop();
  const hub = useHub();
  useEffect(() => {
    call('hub.check', {}).catch(() => undefined);
  }, [call]);
  return (
    <div className={classes.check}>
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
      <ConnectionCheck hub={hub} />
    </div>
  );
}
