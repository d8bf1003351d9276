// `npm start`: opens Parta and stays in the foreground. Promises: tells the shell, the picture taken after first paint, the
// pupils' addresses, how to look at a virtual display, where the data lie and how to stop; Ctrl+C or SIGTERM at any moment
// leaves no process and is a normal end (exit code 0); a second start says that Parta is open already and ends with 0. Hides the talk with the app's main process: it
// writes one JSON file (PARTA_READY_FILE) when its window has painted.
import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { openDisplay, type Display } from '../display.ts';
import { readChoice, shellExecutable, shellLine } from '../setup/shell.mjs';
import { onPath } from '../setup/system-packages.mjs';
import { ROOT } from '../suites.ts';

const READY_TIMEOUT_MS = 90_000;
const QUIT_TIMEOUT_MS = 10_000;
const POLL_MS = 100;

/** What main writes into PARTA_READY_FILE. */
interface Ready {
  readonly pid: number;
  readonly dataDir: string;
  /** Where pupils reach this computer's class server, one per network adapter; empty where it does not run. */
  readonly addresses: readonly string[];
  readonly hubRunning: boolean;
  /** Path of a PNG. */
  readonly picture: string;
}

// Before anything is started that would be left behind.
let stopping = false;
let app: ChildProcess | undefined;
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, stop);

const choice = readChoice(ROOT);
if (!choice) throw new Error('No shell was chosen: start with `npm start`.');
const scratch = mkdtempSync(join(tmpdir(), 'parta-start-'));
const readyFile = join(scratch, 'ready.json');
let display: Display | undefined;

try {
  display = await openDisplay();
  if (!stopping) process.exitCode = await runApp(display);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
} finally {
  endGroup();
  await display?.stop();
  rmSync(scratch, { recursive: true, force: true });
}
process.exit();

/** Starts the app, tells where it is, and waits for its end. Resolves to the exit code of this command. */
async function runApp(on: Display): Promise<number> {
  const { shell } = choice!;
  // Electron refuses Chromium's sandbox to root; the stand-in takes care of that itself.
  const asRoot = shell === 'electron' && process.platform === 'linux' && process.getuid?.() === 0;
  const started = spawn(
    shellExecutable(ROOT, shell),
    [...(asRoot ? ['--no-sandbox'] : []), ROOT, ...process.argv.slice(2)],
    {
      cwd: ROOT,
      env: { ...process.env, PARTA_READY_FILE: readyFile, ...(on.name ? { DISPLAY: on.name } : {}) },
      stdio: ['ignore', 'inherit', 'inherit'],
      // A group of its own: Ctrl+C reaches it once, through us, and what may be left of it can be ended with it.
      detached: process.platform !== 'win32',
    },
  );
  app = started;
  const ended = new Promise<number>((resolve, reject) => {
    started.once('error', reject);
    // Stopped before it could listen to signals, it is ended by ours.
    started.once('exit', (code, signal) => resolve(code ?? (signal === 'SIGTERM' || signal === 'SIGINT' ? 0 : 1)));
  });
  const ready = await Promise.race([readiness(), ended]);
  if (typeof ready === 'object') {
    tell(ready, on);
    const code = await ended;
    if (!stopping) console.log('Parta was closed.');
    return code;
  }
  if (stopping) return ready;
  // The app's own lock: a second one hands over to the first and ends at once, content.
  if (ready === 0) console.log('Parta is open already; its window has been brought to the front.');
  else console.error(`Parta ended before its window was ready (exit code ${ready}).`);
  return ready;
}

async function readiness(): Promise<Ready> {
  for (let waitedMs = 0; waitedMs < READY_TIMEOUT_MS; waitedMs += POLL_MS) {
    if (existsSync(readyFile)) {
      try {
        return JSON.parse(readFileSync(readyFile, 'utf8')) as Ready;
      } catch {
        // Half written: read again.
      }
    }
    await delay(POLL_MS);
  }
  throw new Error(`Parta's window was not ready within ${READY_TIMEOUT_MS / 1000} s.`);
}

function tell(ready: Ready, { name, isVirtual }: Display): void {
  const lines = [
    shellLine(choice!),
    `teacher ready: picture of the window in ${ready.picture}`,
    ready.hubRunning && ready.addresses.length > 0
      ? `pupils open: ${ready.addresses.join('  or  ')}`
      : 'pupils open: nothing yet; the address is shown when a class is made on this computer',
    isVirtual
      ? `to look: this machine has no screen, so the window is on the virtual display ${name}; ${waysToLook(name)}`
      : 'to look: the window is on your screen',
    `data: ${ready.dataDir}`,
    'to stop: Ctrl+C here, or close the window',
  ];
  console.log(`\n${lines.join('\n')}\n`);
}

/** Only what is possible on this machine is offered as such. */
function waysToLook(name: string): string {
  const live = onPath('x11vnc')
    ? `live: x11vnc -display ${name} -localhost -forever, then a VNC viewer at localhost:5900`
    : `live: apt-get install -y x11vnc, then x11vnc -display ${name} -localhost -forever and a VNC viewer at localhost:5900`;
  const picture = onPath('import') ? `; a picture now: DISPLAY=${name} import -window root now.png` : '';
  return live + picture;
}

function stop(): void {
  if (stopping) return;
  stopping = true;
  console.log('\nStopping Parta.');
  app?.kill('SIGTERM');
  setTimeout(endGroup, QUIT_TIMEOUT_MS).unref();
}

/** Ends whatever is left of the app and its children. */
function endGroup(): void {
  if (!app?.pid) return;
  try {
    if (process.platform === 'win32') app.kill('SIGKILL');
    else process.kill(-app.pid, 'SIGKILL');
  } catch {
    // Nothing was left.
  }
}
