// Promises: a running Chromium with a DevTools pipe, an X server under it where there is no display, and app-mode windows.
// Hides: command-line switches, Xvfb's and Chromium's habits at start, and how a window is opened in a running browser.
import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { Connection } from './devtools.ts';
import { tieToHost } from './reaper.ts';

/** The virtual screen, in pixels, where the stand-in has to make one. */
export const SCREEN = { width: 1600, height: 1000 } as const;
const CLOSE_TIMEOUT_MS = 3_000;
const ERROR_LINES_KEPT = 40;

// The distribution's own wrapper script would stand between us and the pipe: the real binary comes first.
const BINARIES = [
  '/usr/lib/chromium/chromium',
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
];

const SWITCHES: Record<string, string> = {
  'no-first-run': '',
  'no-default-browser-check': '',
  'no-service-autorun': '',
  'no-startup-window': '',
  'remote-debugging-pipe': '',
  'test-type': '', // else a bar warns of the switches
  'password-store': 'basic',
  'use-mock-keychain': '',
  'force-color-profile': 'srgb',
  'autoplay-policy': 'no-user-gesture-required', // as in Electron
  'hide-crash-restore-bubble': '',
  'metrics-recording-only': '',
  'disable-back-forward-cache': '',
  'disable-background-networking': '',
  'disable-background-timer-throttling': '',
  'disable-backgrounding-occluded-windows': '', // a hidden window (off-screen here) must still paint, as in Electron
  'disable-breakpad': '',
  'disable-component-update': '',
  'disable-default-apps': '',
  'disable-dev-shm-usage': '',
  'disable-extensions': '',
  'disable-hang-monitor': '',
  'disable-infobars': '',
  'disable-prompt-on-repost': '',
  'disable-renderer-backgrounding': '',
  'disable-search-engine-choice-screen': '',
  'disable-session-crashed-bubble': '',
  'disable-sync': '',
  'disable-features': [
    'DestroyProfileOnBrowserClose',
    'HttpsFirstBalancedModeAutoEnable',
    'HttpsUpgrades',
    'LocalNetworkAccessChecks', // the app's origin is on loopback here, so a class server on the LAN would need a prompt
    'LocalNetworkAccessChecksWebSockets',
    'MediaRouter',
    'NetworkTimeServiceQuerying',
    'OptimizationHints',
    'PaintHolding',
    'Translate',
  ].join(','),
};
/** Switches that hold a list: the app's own is added to ours. */
const LISTS = new Set(['disable-features', 'enable-features', 'host-resolver-rules']);
/** Switches that are the stand-in's own business, or Node's. */
const NOT_FORWARDED = new Set(['user-data-dir', 'remote-debugging-port', 'inspect', 'inspect-brk', 'lang']);

/** Joins switch sets: later ones win, lists are joined. Returns arguments for Chromium's command line. */
export function chromiumArguments(...sets: Iterable<[string, string]>[]): string[] {
  const joined = new Map<string, string>();
  for (const [name, value] of sets.flatMap((set) => [...set])) {
    if (NOT_FORWARDED.has(name)) continue;
    const before = LISTS.has(name) ? joined.get(name) : undefined;
    joined.set(name, before ? `${before},${value}` : value);
  }
  return [...joined].map(([name, value]) => (value === '' ? `--${name}` : `--${name}=${value}`));
}

/** The display to use: the given one, or an X server of our own. Rejects with "Unable to open X display". */
export async function openDisplay(): Promise<string> {
  if (process.env.DISPLAY) return process.env.DISPLAY;
  // -noreset: Xvfb restarts itself when its last client leaves, and Chromium opens and closes a trial connection first.
  const server = spawn(
    'Xvfb',
    ['-displayfd', '3', '-screen', '0', `${SCREEN.width}x${SCREEN.height}x24`, '-nolisten', 'tcp', '-noreset'],
    { stdio: ['ignore', 'ignore', 'ignore', 'pipe'], detached: true },
  );
  tieToHost(server);
  server.unref();
  const numbers = server.stdio[3] as Readable;
  const number = await new Promise<string>((resolve, reject) => {
    const fail = (): void => reject(new Error('Unable to open X display: Xvfb did not start'));
    server.once('error', fail).once('exit', fail);
    let text = '';
    // Only the newline says that Xvfb has done with this pipe: closed earlier, it dies of writing to it.
    numbers.on('data', (chunk: Buffer) => {
      text += String(chunk);
      if (text.endsWith('\n')) resolve(text.trim());
    });
  });
  numbers.destroy();
  process.stderr.write(`stand-in: display :${number}\n`);
  return `:${number}`;
}

export interface WindowPlace {
  x: number;
  y: number;
  width: number;
  height: number;
}

export interface Chromium {
  readonly connection: Connection;
  readonly product: string;
  readonly process: ChildProcess;
  /** Where Chromium's own debugging port listens; settles only if one was asked for. */
  readonly debugUrl: Promise<string>;
  readonly exited: Promise<void>;
  /** Opens an app-mode window (no tabs, no address) on `url`; it shows up as a new target. */
  openWindow(url: string, place: WindowPlace): Promise<void>;
  /** Closes it in order; kills it if that takes longer than 3 s. */
  close(): Promise<void>;
}

export interface ChromiumOptions {
  profileDir: string;
  display: string;
  /** Such as `ru`. Chromium's own words may not be installed in it: pages see it all the same. */
  language: string;
  withDebugPort: boolean;
  switches: Iterable<[string, string]>[];
}

/** Starts Chromium. Rejects with the end of what it printed if it dies at once, or if there is none. */
export async function startChromium(options: ChromiumOptions): Promise<Chromium> {
  const binary = process.env.PARTA_STANDIN_CHROMIUM ?? BINARIES.find((path) => existsSync(path));
  if (!binary)
    throw new Error(`no Chromium found (looked for ${BINARIES.join(', ')}; PARTA_STANDIN_CHROMIUM names another)`);
  mkdirSync(options.profileDir, { recursive: true });
  const root: [string, string][] = process.getuid?.() === 0 ? [['no-sandbox', '']] : [];
  const profile: [string, string][] = [...root];
  const args = [
    `--user-data-dir=${options.profileDir}`,
    ...chromiumArguments(Object.entries(SWITCHES), [['accept-lang', options.language]], profile, ...options.switches),
    ...(options.withDebugPort ? ['--remote-debugging-port=0'] : []),
  ];
  const env = {
    ...process.env,
    // In a C locale Chromium cannot open a file whose name is not ASCII: choosing «7А.csv» would silently choose nothing.
    LC_ALL: 'C.UTF-8',
    DISPLAY: options.display,
    LANGUAGE: options.language,
    CHROME_DESKTOP: 'stand-in.desktop',
  };
  // Its own process group: Ctrl+C in a terminal must reach the host alone, which then closes windows in order.
  const child = spawn(binary, args, { env, stdio: ['ignore', 'ignore', 'pipe', 'pipe', 'pipe'], detached: true });
  tieToHost(child);
  const lastLines: string[] = [];
  const debugUrl = new Promise<string>((resolve) => {
    createInterface({ input: child.stderr as Readable }).on('line', (line) => {
      lastLines.push(line);
      if (lastLines.length > ERROR_LINES_KEPT) lastLines.shift();
      const url = /^DevTools listening on (ws:\S+)/.exec(line)?.[1];
      if (url) resolve(url);
    });
  });
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const connection = new Connection(child.stdio[4] as Readable, child.stdio[3] as Writable);
  const version = await Promise.race([
    connection.send('Browser.getVersion').catch(() => new Promise<never>(() => {})),
    new Promise<never>((_, reject) => {
      child.once('error', reject);
      // The last lines arrive after the exit: take them along.
      child.once('close', (code, signal) =>
        reject(new Error(`Chromium ended at start (${code ?? signal}):\n${lastLines.join('\n')}`)),
      );
    }),
  ]);
  if (process.env.PARTA_STANDIN_DEBUG) {
    process.stderr.write(`stand-in: pid ${process.pid} chromium ${child.pid} ${version.product}\n`);
  }
  return {
    connection,
    product: version.product,
    process: child,
    debugUrl,
    exited,
    // App-mode windows exist only on the command line: a second process hands `--app` over to the running one and ends.
    openWindow: (url, { x, y, width, height }) =>
      new Promise((resolve, reject) => {
        const messenger = spawn(
          binary,
          [
            `--user-data-dir=${options.profileDir}`,
            ...chromiumArguments(profile, [
              ['app', url],
              ['window-size', `${width},${height}`],
              ['window-position', `${x},${y}`],
              ['no-first-run', ''],
              ['test-type', ''],
            ]),
          ],
          { env, stdio: 'ignore', detached: true },
        );
        tieToHost(messenger);
        messenger.once('error', reject).once('exit', () => resolve());
      }),
    async close() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const timer = setTimeout(() => child.kill('SIGKILL'), CLOSE_TIMEOUT_MS);
      void connection.tell('Browser.close');
      await exited;
      clearTimeout(timer);
    },
  };
}
