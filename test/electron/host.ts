// Promises: what Electron does before and around the app's main module: reads the command line, loads `-r` modules, runs the
// app, starts Chromium, says ready, ends in order on a signal. Hides: the order of start, and how `electron` is found.
import { existsSync, readFileSync, statSync } from 'node:fs';
import inspector from 'node:inspector';
import { createRequire, registerHooks } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { app } from './app.ts';
import { openDisplay, startChromium } from './chromium.ts';
import { serveDebugEndpoint } from './endpoint.ts';
import { serveSchemes } from './protocol.ts';
import { endAll } from './reaper.ts';
import { running } from './running.ts';
import { defaultSession } from './session.ts';
import { BrowserWindow, watchTargets } from './window.ts';
import { webContents } from './web-contents.ts';
import './modules.ts';

const MODULE = new URL('./modules.ts', import.meta.url).href;
const DEFAULT_INSPECT_PORT = 9229;

registerHooks({
  resolve: (specifier, context, next) =>
    /^electron(\/main|\/common)?$/.test(specifier) ? { url: MODULE, shortCircuit: true } : next(specifier, context),
});

/** `electron [switches] [-r module] [app] [arguments]`; switches count on both sides of the app, as in Electron. */
function readCommandLine(args: string[]): { entry: string; modules: string[] } {
  const modules: string[] = [];
  let entry: string | undefined;
  for (let at = 0; at < args.length; at++) {
    const arg = args[at] ?? '';
    if (arg === '-r' || arg === '--require') modules.push(args[++at] ?? '');
    else if (arg.startsWith('--')) {
      const [, name = '', value = ''] = /^--([^=]*)=?(.*)$/s.exec(arg) ?? [];
      running.switches.set(name, value);
    } else if (!arg.startsWith('-')) entry ??= arg;
  }
  return { entry: resolve(entry ?? '.'), modules };
}

/** The app's folder, its package.json and the file to run. */
function findApp(entry: string): string {
  const isFolder = statSync(entry).isDirectory();
  let dir = isFolder ? entry : dirname(entry);
  while (!isFolder && !existsSync(join(dir, 'package.json')) && dir !== dirname(dir)) dir = dirname(dir);
  const manifest = join(dir, 'package.json');
  if (existsSync(manifest)) running.manifest = JSON.parse(readFileSync(manifest, 'utf8')) as typeof running.manifest;
  running.appDir = isFolder ? entry : dirname(entry);
  return isFolder ? join(entry, running.manifest.main ?? 'index.js') : entry;
}

function lookLikeElectron(): void {
  const require = createRequire(import.meta.url);
  const { version } = require('../../node_modules/electron/package.json') as { version: string };
  Object.defineProperty(process, 'type', { value: 'browser' });
  Object.defineProperty(process, 'defaultApp', { value: true });
  Object.defineProperty(process, 'versions', { value: { ...process.versions, electron: version }, enumerable: true });
  process.argv.splice(1, 1); // this file
  process.argv[0] = join(import.meta.dirname, 'dist', 'electron');
  // A class server lets the window's page in by its origin, which is not `app://bundle` here.
  process.env.PARTA_HUB_ORIGINS ??= 'http://bundle.app.stand-in.localhost';
}

/** Everything that must stand before the app may hear "ready". Stops half-way where the app has been told to end meanwhile. */
async function start(display: Promise<string>): Promise<void> {
  const resolverRule = await serveSchemes();
  const storage = join(app.getPath('userData'), 'stand-in');
  const withDebugPort = running.switches.has('remote-debugging-port');
  const name = await display;
  if (app.isLeaving) return;
  const chromium = await startChromium({
    profileDir: join(storage, 'chromium'),
    display: name,
    language: app.getLocale(),
    withDebugPort,
    switches: [[['host-resolver-rules', resolverRule]], running.switches],
  });
  running.chromium = chromium;
  (process.versions as Record<string, string>).chrome = chromium.product.split('/')[1] ?? '';
  void chromium.exited.then(() => app.exit(1)); // unless the app is leaving: then that is how it ends
  const contentsOf = (frameId: string) => webContents.fromDevToolsTargetId(frameId);
  await Promise.all([watchTargets(), defaultSession.open(chromium, join(storage, 'downloads'), contentsOf)]);
  if (withDebugPort) {
    running.endpoint = await serveDebugEndpoint(
      await chromium.debugUrl,
      (id) => contentsOf(id) !== undefined,
      () => app.exit(1),
    );
    process.stderr.write(`\nDevTools listening on ${running.endpoint.url}\n`);
  }
}

const { entry, modules } = readCommandLine(process.argv.slice(2));
lookLikeElectron();
if (running.switches.has('version')) {
  process.stdout.write(`v${process.versions.electron} (stand-in)\n`);
  process.exit(0);
}
const main = findApp(entry);
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => app.quit());
app.closeWindows = () => {
  const windows = BrowserWindow.getAllWindows();
  for (const window of windows) window.close();
  return windows.length;
};
app.bringDown = async () => {
  await running.chromium?.close();
  running.endpoint?.close();
  await endAll();
};
app.on('stand-in:focus', () => BrowserWindow.getAllWindows()[0]?.focus());

const inspect = running.switches.get('inspect');
if (inspect !== undefined)
  inspector.open(inspect === '' ? DEFAULT_INSPECT_PORT : Number(inspect.split(':').at(-1)), '127.0.0.1');
const require = createRequire(join(running.appDir, 'package.json'));
for (const module of modules) require(resolve(module));
await import(pathToFileURL(main).href);
// The X server only now: an app that quits at once (a second instance) needs none.
if (!app.isLeaving) {
  try {
    await start(openDisplay());
  } catch (error) {
    // An interrupt takes Chromium and the X server away from under the start; that is an end, not a failure.
    if (!app.isLeaving) throw error;
  }
  if (!app.isLeaving) app.becomeReady();
}
