/** Whether pupils can reach the hub of this computer: address and firewall, each with its next step. */
import { Button } from '@mantine/core';
import { useState } from 'react';
import type { HubState } from '../../preload/contract.ts';
import { useDesktop } from '../desktop.tsx';
import { ErrorNotice, Notice } from '../frame/Notice.tsx';
import { useTexts } from '../texts/texts.ts';
import { bestAddress, shownAddress } from './addresses.ts';
import classes from './ConnectionCheck.module.css';

/** @param hub the hub's own state; shows nothing where there is none on this computer */
export function ConnectionCheck({ hub }: { hub: HubState }) {
  const t = useTexts();
  const desktop = useDesktop();
  const [isBusy, setBusy] = useState(false);
  const ask = (call: 'hub.check' | 'hub.start') => {
    setBusy(true);
    desktop
      .call(call, {})
      .catch(() => undefined)
      .finally(() => setBusy(false));
  };
  const again = (
    <Button size="sm" variant="default" loading={isBusy} onClick={() => ask('hub.check')}>
      {t.lesson.checkAgain}
    </Button>
  );
  const start = (
    <Button size="sm" loading={isBusy} onClick={() => ask('hub.start')}>
      {t.lesson.hubStart}
    </Button>
  );
  const best = bestAddress(hub.addresses);
  const port = hub.port ?? 0;
  const verdict = () => {
    if (hub.state === 'starting' || hub.state === 'restarting') return <Notice isLive>{t.lesson.hubStarting}</Notice>;
    if (hub.state !== 'ready')
      return hub.code ? (
        <ErrorNotice code={hub.code} actions={start} />
      ) : (
        <Notice tone="warn" actions={start} isLive>
          {t.lesson.hubStopped}
        </Notice>
      );
    if (!best)
      return (
        <Notice tone="bad" title={t.lesson.noAddress} actions={again}>
          {t.lesson.noAddressTodo}
        </Notice>
      );
    if (!best.answers)
      return (
        <Notice tone="bad" title={t.lesson.noAnswer(shownAddress(best.url))} actions={again}>
          {t.lesson.noAnswerTodo}
        </Notice>
      );
    if (hub.firewall === 'blocked')
      return (
        <Notice tone="bad" title={t.lesson.firewallBlocked(port)} actions={again}>
          {t.lesson.firewallBlockedTodo(port)}
        </Notice>
      );
    if (hub.firewall === 'unknown')
      return (
        <Notice title={t.lesson.answers(shownAddress(best.url))} actions={again}>
          {t.lesson.firewallUnknown}. {t.lesson.firewallUnknownTodo}
        </Notice>
      );
    return (
      <Notice tone="good" title={t.lesson.checkOk} actions={again}>
        {t.lesson.answers(shownAddress(best.url))}. {t.lesson.firewallOpen}.
      </Notice>
    );
  };
  return hub.state === 'absent' ? null : (
    <section className={classes.check} aria-label={t.lesson.check}>
      {verdict()}
    </section>
  );
}
