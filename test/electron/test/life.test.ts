// Starting, restarting, ending and being killed: each test has a profile and an app of its own.
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { ElectronApplication, Page } from 'playwright';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { EXECUTABLE } from '../launch.ts';
import {
  PROBE_DIR,
  isAlive,
  newProfile,
  notesOf,
  removeProfile,
  exitOfProbe,
  startWithPage,
  waitForNote,
  type ProbeMain,
} from './probe.ts';

const LAUNCH = join(import.meta.dirname, '..', 'launch.ts');
const GONE_TIMEOUT_MS = 15_000;
let profile: string;
beforeEach(() => {
  profile = newProfile();
});
afterEach(() => removeProfile(profile));

/** Processes whose command line names this profile, or that descend from `pid`. */
function processesOf(pid: number): number[] {
  const parents = new Map<number, number>();
  const ours: number[] = [];
  for (const name of readdirSync('/proc').filter((entry) => /^\d+$/.test(entry))) {
    try {
      const stat = readFileSync(`/proc/${name}/stat`, 'utf8').split(') ').at(-1)?.split(' ') ?? [];
      if (stat[0] === 'Z') continue;
      parents.set(Number(name), Number(stat[1]));
      if (readFileSync(`/proc/${name}/cmdline`, 'utf8').includes(profile)) ours.push(Number(name));
    } catch {
      // ended meanwhile
    }
  }
  const descends = (process: number): boolean => {
    for (let at: number | undefined = process; at; at = parents.get(at)) if (at === pid) return true;
    return false;
  };
  return [...new Set([...ours, ...[...parents.keys()].filter(descends)])];
}

/** Those of `pids` that are still there when waiting for their end is given up. */
async function survivors(pids: number[]): Promise<number[]> {
  await vi.waitUntil(() => !pids.some(isAlive), { timeout: GONE_TIMEOUT_MS }).catch(() => {});
  return pids.filter(isAlive);
}

const put = (page: Page, text: string): Promise<void> =>
  page.evaluate(
    (value) =>
      new Promise<void>((resolve, reject) => {
        const opening = indexedDB.open('kept', 1);
        opening.onupgradeneeded = () => opening.result.createObjectStore('texts');
        opening.onsuccess = () => {
          const transaction = opening.result.transaction('texts', 'readwrite', { durability: 'strict' });
          transaction.objectStore('texts').put(value, 'only');
          transaction.oncomplete = () => resolve();
          transaction.onerror = () => reject(transaction.error ?? new Error('failed'));
        };
      }),
    text,
  );
const get = (page: Page): Promise<unknown> =>
  page.evaluate(
    () =>
      new Promise((resolve) => {
        const opening = indexedDB.open('kept', 1);
        opening.onsuccess = () => {
          const reading = opening.result.transaction('texts').objectStore('texts').get('only');
          reading.onsuccess = () => resolve(reading.result as unknown);
        };
      }),
  );

describe('the order of a life', () => {
  test('start', async () => {
    const { app } = await startWithPage({ userData: profile });
    await waitForNote(app, 'show');
    await waitForNote(app, 'loaded');
    const notes = (await notesOf(app)).filter((note) => !note.startsWith('worker'));
    expect(notes.slice(0, 3)).toEqual(['ready', 'web-contents-created', 'dom-ready']);
    expect(notes.indexOf('ready-to-show')).toBeLessThan(notes.indexOf('show'));
    await app.close();
  });

  test('a window may refuse to close, and so stop the quitting', async () => {
    const { app, page } = await startWithPage({ userData: profile });
    await app.evaluate(({ app: theApp }) => {
      (globalThis as unknown as ProbeMain).answers.closes = false;
      theApp.quit();
    });
    await waitForNote(app, 'close');
    const notes = await notesOf(app);
    expect(notes).toContain('before-quit');
    expect(notes).not.toContain('will-quit');
    expect(await page.evaluate(() => probe.add(1, 2))).toBe(3);
    await app.evaluate(() => ((globalThis as unknown as ProbeMain).answers.closes = true));
    await app.close();
  });

  test('will-quit may be held back until the app has tidied up', async () => {
    const { app } = await startWithPage({ userData: profile });
    await app.evaluate(({ app: theApp }) => {
      theApp.once('will-quit', (event) => {
        event.preventDefault();
        setImmediate(() => theApp.exit(3));
      });
    });
    const ended = once(app.process(), 'exit');
    await app.evaluate(({ app: theApp }) => theApp.quit());
    expect((await ended)[0]).toBe(3);
  });

  test('the last window ends the app; SIGTERM ends it too; nothing is left', async () => {
    for (const end of [
      (app: ElectronApplication) => app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.close()),
      async (app: ElectronApplication) => void app.process().kill('SIGTERM'),
    ]) {
      const { app } = await startWithPage({ userData: profile });
      const { pid = 0 } = app.process();
      const processes = processesOf(pid);
      expect(processes.length).toBeGreaterThan(4);
      const ended = once(app.process(), 'exit');
      await end(app);
      expect((await ended)[0]).toBe(0);
      expect(await survivors(processes)).toEqual([]);
    }
  });

  test('a second instance hands its arguments over and ends; another profile is another app', async () => {
    const { app } = await startWithPage({ userData: profile });
    expect(await exitOfProbe(profile, '--again')).toBe(0);
    await waitForNote(app, 'second-instance:true:{"hello":"first"}');
    const elsewhere = newProfile();
    const { app: other } = await startWithPage({ userData: elsewhere });
    await other.close();
    removeProfile(elsewhere);
    await app.close();
  });
});

describe('what survives', () => {
  test('IndexedDB: a restart, and a SIGKILL of the host that leaves no process', async () => {
    const first = await startWithPage({ userData: profile });
    await put(first.page, 'kept');
    await first.app.close();

    const second = await startWithPage({ userData: profile });
    expect(await get(second.page)).toBe('kept');
    await put(second.page, 'written just before the kill');
    const { pid = 0 } = second.app.process();
    const processes = processesOf(pid);
    second.app.process().kill('SIGKILL');
    expect(await survivors(processes)).toEqual([]);
    expect(processesOf(pid)).toEqual([]);

    const third = await startWithPage({ userData: profile });
    expect(await get(third.page)).toBe('written just before the kill');
    await third.app.close();
  });
});

describe('utility processes', () => {
  const running = async (): Promise<{ app: ElectronApplication; pid: number }> => {
    const { app } = await startWithPage({ userData: profile });
    await waitForNote(app, 'worker:{"ask":"early","args":["--given"],"env":"yes","type":"utility"}');
    return { app, pid: await app.evaluate(() => (globalThis as unknown as ProbeMain).worker.pid ?? 0) };
  };
  const tell = (app: ElectronApplication, ask: string): Promise<void> =>
    app.evaluate((_, given) => (globalThis as unknown as ProbeMain).worker.postMessage({ ask: given }), ask);

  test('messages, output, environment, its own exit code', async () => {
    const { app } = await running();
    const notes = await notesOf(app);
    expect(notes).toEqual(expect.arrayContaining(['worker spawn', 'worker says:hello from the worker']));
    await tell(app, 'end');
    await waitForNote(app, 'worker exit:7');
    expect(await app.evaluate(() => (globalThis as unknown as ProbeMain).worker.pid)).toBeUndefined();
    await app.close();
  });

  test('a crash is seen as exit code 1, a kill as the signal', async () => {
    const { app } = await running();
    await tell(app, 'crash');
    await waitForNote(app, 'worker exit:1');
    await app.close();

    const again = await running();
    expect(await again.app.evaluate(() => (globalThis as unknown as ProbeMain).worker.kill())).toBe(true);
    await waitForNote(again.app, 'worker exit:15');
    await again.app.close();
  });

  test('it dies with the host, even one that never looks up', async () => {
    const { app, pid } = await running();
    await tell(app, 'spin');
    app.process().kill('SIGKILL');
    expect(await survivors([pid])).toEqual([]);
  });
});

test('requests to the outside: main’s resolver rule, headers and refusals; the language of the command line', async () => {
  const origins: (string | undefined)[] = [];
  const server = createServer((request, reply) => {
    origins.push(request.headers.origin);
    reply.writeHead(200, { 'access-control-allow-origin': '*' }).end(`the hub, ${request.url}`);
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address() as AddressInfo;
  const { app, page } = await startWithPage({
    userData: profile,
    env: { PROBE_RESOLVE: 'MAP hub.test 127.0.0.1' },
    args: ['--lang=ru'],
  });
  const get = (url: string): Promise<string> =>
    page.evaluate((address) => fetch(address).then((r) => r.text()).catch((e: Error) => e.name), url); // prettier-ignore
  expect(await get(`http://hub.test:${port}/a`)).toBe('the hub, /a');
  expect(origins).toEqual(['http://bundle.app.stand-in.localhost']); // a known difference: see README.md

  await app.evaluate(({ session }) =>
    session.defaultSession.webRequest.onBeforeRequest(
      { urls: ['http://hub.test:*/secret*', 'app://*/secret*'] },
      ({ url }, answer) =>
        answer(url.includes('elsewhere') ? { redirectURL: 'app://bundle/alphabet.txt' } : { cancel: true }),
    ),
  );
  expect(await get(`http://hub.test:${port}/b`)).toBe('the hub, /b');
  expect(await get(`http://hub.test:${port}/secret`)).toBe('TypeError');
  expect(await get('secret')).toBe('TypeError');
  expect(await get('secret?elsewhere')).toBe('abcdefghijklmnopqrstuvwxyz');

  expect(await app.evaluate(({ app: theApp }) => theApp.getLocale())).toBe('ru');
  expect(await page.evaluate(() => [navigator.language, new Intl.NumberFormat().format(1.5)])).toEqual(['ru', '1,5']);
  await app.close();
  server.close();
});

test('a preload that is missing or fails is told', async () => {
  const { app } = await startWithPage({ userData: profile });
  const bad = join(profile, 'bad.cjs');
  writeFileSync(bad, "throw new Error('planned')");
  for (const preload of [bad, join(profile, 'none.cjs')]) {
    await app.evaluate(
      (_, path) => (globalThis as unknown as ProbeMain).open({ webPreferences: { preload: path } }).loaded,
      preload,
    );
  }
  await waitForNote(app, 'preload-error:planned');
  expect((await notesOf(app)).filter((note) => note.startsWith('preload-error'))).toHaveLength(2);
  await app.close();
});

test('a test run that is killed leaves no app behind', async () => {
  const script = `
    import { launchParta } from ${JSON.stringify(LAUNCH)};
    const app = await launchParta({ userData: ${JSON.stringify(profile)}, app: ${JSON.stringify(PROBE_DIR)} });
    await app.firstWindow();
    console.log(app.process().pid);
  `;
  const runner = spawn(process.execPath, ['--input-type=module', '-e', script]);
  const [printed] = (await once(runner.stdout, 'data')) as [Buffer];
  const processes = processesOf(Number(String(printed)));
  expect(processes.length).toBeGreaterThan(4);
  runner.kill('SIGKILL');
  expect(await survivors(processes)).toEqual([]);
});

/** Starts the probe by hand, without Playwright and without a display, and interrupts it that long after it first said so. */
async function interrupted(sign: RegExp, afterMs: number): Promise<{ code: unknown; text: string; left: number[] }> {
  const { DISPLAY: _, ...env } = process.env;
  const child = spawn(EXECUTABLE, [PROBE_DIR, `--user-data-dir=${profile}`], {
    env: { ...env, PARTA_STANDIN_DEBUG: '1' },
  });
  let text = '';
  child.stderr.on('data', (chunk) => (text += String(chunk)));
  await expect.poll(() => text, { timeout: GONE_TIMEOUT_MS, interval: 5 }).toMatch(sign);
  await delay(afterMs);
  const processes = processesOf(child.pid ?? 0);
  const ended = once(child, 'close');
  child.kill('SIGINT');
  const [code] = await ended;
  return { code, text, left: await survivors(processes) };
}

test('without Playwright and without a display: starts, says where, ends with Ctrl+C', async () => {
  const { code, text, left } = await interrupted(/stand-in: display :\d+[^]*stand-in: pid \d+ chromium \d+/, 0);
  expect({ code, left }, text).toEqual({ code: 0, left: [] });
});

test('Ctrl+C at any moment of the start is a normal end, and nothing stays', async () => {
  // From the X server over a Chromium that is coming up, a page that is loading and a window that opens, to one that is there.
  for (const afterMs of [0, 20, 50, 100, 150, 200, 250, 300, 400, 600, 1_000]) {
    const { code, text, left } = await interrupted(/stand-in: display :\d+/, afterMs);
    expect({ code, left }, `after ${afterMs} ms: ${text}`).toEqual({ code: 0, left: [] });
  }
});

test('the executable answers like Electron’s: --version, and Node itself where it is asked to be', () => {
  const run = (args: string[], env: Record<string, string>): string =>
    spawnSync(EXECUTABLE, args, { env: { ...process.env, ...env }, encoding: 'utf8' }).stdout.trim();
  expect(run(['--version'], {})).toMatch(/^v\d+\.\d+\.\d+ \(stand-in\)$/);
  expect(run(['-p', '6 * 7'], { ELECTRON_RUN_AS_NODE: '1' })).toBe('42');
});
