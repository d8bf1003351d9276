/** Настройки: language, appearance, notifications, storage, transfers, servers, the hub of this computer, what this program is and where its data lie. */
import { Button, CopyButton, SegmentedControl } from '@mantine/core';
import { IconBriefcase2, IconPlugConnected } from '@tabler/icons-react';
import { useEffect, useState } from 'react';
import { useLocation } from 'wouter';
import { LANGUAGES, useLanguage } from '../../ui/language.tsx';
import type { CallOutput, HubState, Settings as SettingsValue } from '../../preload/contract.ts';
import { useDesktop, useHub, useSettings } from '../desktop.tsx';
import { useClasses } from '../frame/classes.tsx';
import { Screen, Section } from '../frame/Screen.tsx';
import { routes } from '../routes.ts';
import { useTexts } from '../texts/texts.ts';
import { NotificationsSection } from './NotificationsSection.tsx';
import { ServerRow } from './ServerRow.tsx';
import { StopHub } from './StopHub.tsx';
import { StorageSection } from './StorageSection.tsx';
import { TransfersSection } from './TransfersSection.tsx';
import classes from './Settings.module.css';

const THEMES = ['system', 'light', 'dark'] as const satisfies readonly SettingsValue['theme'][];

export function Settings() {
  const t = useTexts();
  const language = useLanguage();
  const [settings, write] = useSettings();
  const { servers } = useClasses();
  const hub = useHub();
  const [, go] = useLocation();
  return (
    <Screen title={t.settings.title} width="narrow">
      <Section title={t.settings.language}>
        <SegmentedControl
          aria-label={t.settings.language}
          value={language}
          onChange={(value) => write({ language: value })}
          data={LANGUAGES.map((value) => ({ value, label: t.settings.languages[value] }))}
        />
      </Section>
      <Section title={t.settings.theme}>
        <SegmentedControl
          aria-label={t.settings.theme}
          value={settings.theme}
          onChange={(value) => write({ theme: value })}
          data={THEMES.map((value) => ({ value, label: t.settings.themes[value] }))}
        />
      </Section>
      <NotificationsSection />
      <StorageSection />
      <TransfersSection />
      <Section
        title={t.portfolio.title}
        aside={
          <Button
            variant="default"
            leftSection={<IconBriefcase2 size={18} stroke={1.6} aria-hidden />}
            onClick={() => go(routes.portfolio())}
          >
            {t.portfolio.toScreen}
          </Button>
        }
      >
        <p className={classes.lead}>{t.portfolio.lead}</p>
      </Section>
      <Section
        title={t.settings.servers}
        aside={
          <Button
            variant="default"
            leftSection={<IconPlugConnected size={18} stroke={1.6} aria-hidden />}
            onClick={() => go(routes.connect())}
          >
            {t.settings.connect}
          </Button>
        }
      >
        <p className={classes.lead}>{t.settings.serversMore}</p>
        <ul className={classes.list}>
          {servers.map((server) => (
            <ServerRow key={server.server.serverId} open={server} />
          ))}
        </ul>
      </Section>
      {hub.state !== 'absent' && <HubSection hub={hub} />}
      <About />
    </Screen>
  );
}

function HubSection({ hub }: { hub: HubState }) {
  const t = useTexts();
  const desktop = useDesktop();
  const [isAsking, setAsking] = useState(false);
  const isStopped = hub.state === 'stopped';
  return (
    <Section title={t.settings.hub}>
      <div className={classes.line}>
        <span>
          {t.settings.hubStates[hub.state]}
          {hub.port !== null && `, ${t.settings.hubPort(hub.port)}`}
        </span>
        <Button
          size="sm"
          variant="default"
          onClick={() => (isStopped ? void desktop.call('hub.start', {}).catch(() => undefined) : setAsking(true))}
        >
          {isStopped ? t.settings.hubStart : t.settings.hubStop}
        </Button>
      </div>
      {isAsking && <StopHub onClose={() => setAsking(false)} />}
    </Section>
  );
}

function About() {
  const t = useTexts();
  const desktop = useDesktop();
  const [facts, setFacts] = useState<CallOutput<'app.facts'> | null>(null);
  useEffect(() => {
    desktop.call('app.facts', {}).then(setFacts, () => undefined);
  }, [desktop]);
  return facts === null ? null : (
    <Section title={t.settings.about}>
      <dl className={classes.facts}>
        <dt>{t.settings.version}</dt>
        <dd>{facts.version}</dd>
        <dt>{t.settings.shell}</dt>
        <dd>
          {t.settings.shells[facts.shell]}, {facts.platform}
        </dd>
        <dt>{t.settings.device}</dt>
        <dd>{facts.deviceName}</dd>
        <dt>{t.settings.dataDir}</dt>
        <dd>
          <span className={classes.path}>{facts.dataDir}</span>
          <CopyButton value={facts.dataDir}>
            {({ copied, copy }) => (
              <Button size="compact-sm" variant="subtle" onClick={copy}>
                {copied ? t.settings.copied : t.settings.copy}
              </Button>
            )}
          </CopyButton>
        </dd>
      </dl>
    </Section>
  );
}
