/**
 * The teacher's window: desktop, language, look and classes around one frame. Pure in its props: any `Desktop` and any way of
 * opening a {@link ClassStore} make a working window, so tests and the gallery mount exactly this.
 */
import { MantineProvider } from '@mantine/core';
import { useMediaQuery } from '@mantine/hooks';
import { Notifications } from '@mantine/notifications';
import { useMemo, useState, type ReactNode } from 'react';
import { Router } from 'wouter';
import { useHashLocation } from 'wouter/use-hash-location';
import { LanguageProvider } from '../ui/language.tsx';
import { DesktopProvider, useServerList, useSettings, type WindowDesktop } from './desktop.tsx';
import { FirstRun, type FirstClass } from './first-run/FirstRun.tsx';
import { ClassesProvider, type OpenStore } from './frame/classes.tsx';
import { Frame } from './frame/Frame.tsx';
import { ShortcutsProvider } from './frame/shortcuts.tsx';
import { resolveVariables, themeIn } from './theme.ts';

export interface AppProps {
  desktop: WindowDesktop;
  openStore: OpenStore;
  /** The style nonce of the content security policy; '' where there is none. */
  nonce?: string;
}

export function App({ desktop, openStore, nonce = '' }: AppProps) {
  return (
    <DesktopProvider desktop={desktop}>
      <Look nonce={nonce}>
        <Router hook={useHashLocation}>
          <Content openStore={openStore} />
        </Router>
      </Look>
    </DesktopProvider>
  );
}

function Look({ nonce, children }: { nonce: string; children: ReactNode }) {
  const [settings] = useSettings();
  const prefersDark = useMediaQuery('(prefers-color-scheme: dark)', false, { getInitialValueInEffect: false });
  const scheme = settings.theme === 'system' ? (prefersDark ? 'dark' : 'light') : settings.theme;
  const spoken = useMemo(() => themeIn(settings.language), [settings.language]);
  return (
    <LanguageProvider language={settings.language}>
      <MantineProvider
        theme={spoken}
        forceColorScheme={scheme}
        cssVariablesResolver={resolveVariables}
        getStyleNonce={() => nonce}
      >
        <Notifications position="bottom-center" limit={3} />
        <ShortcutsProvider>{children}</ShortcutsProvider>
      </MantineProvider>
    </LanguageProvider>
  );
}

function Content({ openStore }: { openStore: OpenStore }) {
  const servers = useServerList();
  const [firstClass, setFirstClass] = useState<FirstClass | null>(null);
  if (servers.length === 0) return <FirstRun onFirstClass={setFirstClass} />;
  return (
    <ClassesProvider openStore={openStore}>
      <Frame firstClass={firstClass} onFirstClassMade={() => setFirstClass(null)} />
    </ClassesProvider>
  );
}
