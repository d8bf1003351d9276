// The built app in a real window: what only main, preload and page together can show. Runs on Electron and on the stand-in alike.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { ElectronApplication, Page } from 'playwright';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Desktop, HubState, Server, Settings, Transfer } from '../../src/preload/contract.ts';
import { launchParta, shellEnvironment, shellLine } from '../electron/launch.ts';

const ROOT = join(import.meta.dirname, '..', '..');
declare global {
  interface Window {
    readonly parta: Desktop<File>;
  }
}

let userData = '';
let readyFile = '';
let app: ElectronApplication;
let page: Page;
const errors: string[] = [];

async function start(): Promise<void> {
  rmSync(readyFile, { force: true });
  app = await launchParta({ userData, env: { PARTA_HUB_PORT: '0', PARTA_READY_FILE: readyFile } });
  page = await app.firstWindow();
  page.on('pageerror', (error) => errors.push(String(error)));
  await page.waitForFunction(() => document.getElementById('root')?.childElementCount);
}

const valueOf = <T>(answer: { ok: true; value: T } | { ok: false; code: string }): T => {
  if (!answer.ok) throw new Error(answer.code);
  return answer.value;
};
const settings = async () => valueOf(await page.evaluate(() => window.parta.call('settings.read', {}))) as Settings;
const servers = async () => valueOf(await page.evaluate(() => window.parta.call('servers.list', {}))) as Server[];
const hub = async () => valueOf(await page.evaluate(() => window.parta.call('hub.state', {}))) as HubState;
const transfers = async () => valueOf(await page.evaluate(() => window.parta.call('transfers.list', {}))) as Transfer[];
async function until(check: () => Promise<boolean> | boolean): Promise<void> {
  while (!(await check())) await delay(50);
}

beforeAll(async () => {
  console.log(shellLine());
  if (!existsSync(join(ROOT, 'out', 'main', 'index.js'))) throw new Error('build first: npm run build');
  userData = mkdtempSync(join(tmpdir(), 'parta-shell-'));
  readyFile = join(userData, 'ready.json');
  await start();
});
afterAll(async () => {
  await app?.close();
  rmSync(userData, { recursive: true, force: true });
});

describe('the window', () => {
  it('shows the page without an error, and tells that it has painted', async () => {
    await until(() => existsSync(readyFile));
    const ready = JSON.parse(readFileSync(readyFile, 'utf8')) as {
      pid: number;
      dataDir: string;
      hubRunning: boolean;
      addresses: string[];
      picture: string;
    };
    expect(ready).toMatchObject({ dataDir: userData, hubRunning: false, addresses: [] });
    expect(readFileSync(ready.picture).subarray(1, 4).toString()).toBe('PNG');
    expect(statSync(ready.picture).size).toBeGreaterThan(5_000);
    expect(errors).toEqual([]);
  });

  it('is isolated: no Node in the page, one frozen bridge, no way to name a path', async () => {
    const seen = await page.evaluate(async () => ({
      node: ['require', 'process', 'module', 'Buffer', 'global', 'ipcRenderer', 'electron'].filter(
        (name) => name in window,
      ),
      bridge: Object.keys(window.parta).sort(),
      isChanged: (() => {
        try {
          (window.parta as { call: unknown }).call = () => 'mine';
        } catch {
          // Frozen objects throw in strict code.
        }
        return String(window.parta.call).includes('mine');
      })(),
      path: await (window.parta.call as (name: string, input: unknown) => unknown)('transfers.upload', {
        serverId: 's',
        paths: ['/etc/passwd'],
      }),
    }));
    expect(seen).toEqual({
      node: [],
      bridge: ['call', 'intake', 'on', 'upload'],
      isChanged: false,
      path: { ok: false, code: 'bad-request' },
    });
  });

  it('refuses unknown calls and input of the wrong shape', async () => {
    const call = (name: string, input: unknown) =>
      page.evaluate(([n, i]) => (window.parta.call as (name: unknown, input: unknown) => unknown)(n, i), [
        name,
        input,
      ] as const);
    for (const name of ['', 'no-such-call', '__proto__', 'constructor']) {
      expect(await call(name, {})).toEqual({ ok: false, code: 'bad-request' });
    }
    expect(await call('settings.write', { theme: 'pink' })).toEqual({ ok: false, code: 'bad-request' });
    expect(await call('library.open', { sha256: '../x', name: 'x' })).toEqual({ ok: false, code: 'bad-request' });
  });

  it('has a policy: no inline script, no style without its nonce, no foreign address', async () => {
    const violations = await page.evaluate(async () => {
      const heard: string[] = [];
      document.addEventListener('securitypolicyviolation', (event) => heard.push(event.effectiveDirective));
      const script = document.createElement('script');
      script.textContent = 'window.ran = true';
      document.body.append(script);
      const style = document.createElement('style');
      style.textContent = 'body { outline: 1px solid red }';
      document.body.append(style);
      await fetch('https://example.org/').catch(() => {});
      const frame = document.createElement('iframe');
      frame.src = 'https://example.org/';
      document.body.append(frame);
      // Told one after the other; the test's own time limit ends a wait for one that never comes.
      while (new Set(heard).size < 4) await new Promise((resolve) => setTimeout(resolve, 10));
      for (const element of [script, style, frame]) element.remove();
      return { heard: [...new Set(heard)].sort(), ran: 'ran' in window };
    });
    expect(violations).toEqual({
      heard: ['connect-src', 'frame-src', 'script-src-elem', 'style-src-elem'],
      ran: false,
    });
  });

  it('stays where it is: no navigation, no popup, no permission', async () => {
    const before = page.url();
    const asked = await page.evaluate(async () => {
      const popups = ['javascript:alert(1)', 'file:///etc/passwd', 'https://user@example.org/'].map(
        (url) => window.open(url) === null,
      );
      const media = await navigator.mediaDevices.getUserMedia({ audio: true }).then(
        () => 'granted',
        (error: Error) => error.name,
      );
      const notification = await Notification.requestPermission();
      location.href = 'https://example.org/';
      return { popups, media, notification };
    });
    expect(asked).toMatchObject({ popups: [true, true, true], notification: 'denied' });
    expect(asked.media).not.toBe('granted');
    await page.evaluate(() => {
      location.href = '/library/x/a.html';
    });
    const denials = () =>
      readFileSync(join(userData, 'logs', 'app.jsonl'), 'utf8').split('navigation-denied').length - 1;
    await until(() => denials() >= 2);
    expect(page.url()).toBe(before);
    expect(await app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows().length)).toBe(1);
  });

  it('hides the app’s files behind its own folder', async () => {
    const statuses = await page.evaluate(() =>
      Promise.all(
        ['/..%2f..%2fpackage.json', '/%2e%2e%2fmain%2findex.js', '/library/x/y', '/nothing'].map((url) =>
          fetch(url).then((r) => r.status),
        ),
      ),
    );
    expect(statuses).toEqual([404, 404, 404, 404]);
  });
});

describe('the class server of this computer', () => {
  it('is made in one step, and the page speaks to it at once', async () => {
    const made = valueOf(
      await page.evaluate(() =>
        window.parta.call('servers.create', { hubName: 'Школа', teacherName: 'Анна Петровна' }),
      ),
    ) as Server;
    expect(made).toMatchObject({ kind: 'embedded', hubName: 'Школа' });
    await page.waitForLoadState();
    const { ticket, url } = valueOf(
      await page.evaluate((serverId) => window.parta.call('servers.session', { serverId }), made.serverId),
    );
    const me = await page.evaluate(
      ([base, bearer]) =>
        fetch(`${base}/api/me`, { headers: { authorization: `Bearer ${bearer}` } }).then((response) => response.json()),
      [url, ticket] as const,
    );
    expect(me).toMatchObject({ ok: true, value: { personId: made.personId, hubRole: 'teacher' } });
    await until(async () => (await hub()).addresses.every(({ answers }) => answers));
    expect(await hub()).toMatchObject({ state: 'ready', port: Number(new URL(url).port) });
  });

  it('takes chosen files by their path, and pasted bytes without one', async () => {
    const [server] = await servers();
    const file = join(userData, 'Работа Иванова.txt');
    writeFileSync(file, 'решение');
    await page.evaluate(() => {
      const input = Object.assign(document.createElement('input'), { type: 'file', id: 'probe', multiple: true });
      document.body.append(input);
    });
    await page.setInputFiles('#probe', [file]);
    const chosen = valueOf(
      await page.evaluate((serverId) => {
        const input = document.querySelector<HTMLInputElement>('#probe')!;
        const pasted = new File([new Uint8Array([1, 2, 3])], 'снимок.png', { type: 'image/png' });
        return window.parta.upload(serverId, [...input.files!, pasted]);
      }, server!.serverId),
    );
    expect(chosen.map(({ name, sizeBytes }) => [name, sizeBytes])).toEqual([
      ['Работа Иванова.txt', 14],
      ['снимок.png', 3],
    ]);
    await until(async () => (await transfers()).every(({ state }) => state === 'done' || state === 'failed'));
    expect((await transfers()).map(({ state, code }) => [state, code])).toEqual([
      ['done', null],
      ['done', null],
    ]);
    const sha256 = (await transfers())[0]!.sha256!;
    const shown = await page.evaluate(
      (url) => fetch(url).then(async (r) => [r.headers.get('content-type'), await r.text()]),
      `/library/${sha256}/a.txt`,
    );
    expect(shown).toEqual(['text/plain; charset=utf-8', 'решение']);
    await page.evaluate(() => document.querySelector('#probe')?.remove());
  });

  it('comes back after a crash, on the same port', async () => {
    const { port } = await hub();
    const starts = () =>
      readFileSync(join(userData, 'logs', 'app.jsonl'), 'utf8')
        .split('\n')
        .filter((line) => line.includes('"hub-ready"') && line.endsWith('}'));
    const before = starts();
    process.kill((JSON.parse(before.at(-1)!) as { pid: number }).pid, 'SIGKILL');
    // Not "until it is not ready": that may be over before anybody has asked.
    await until(() => starts().length > before.length);
    await until(async () => (await hub()).state === 'ready');
    expect((await hub()).port).toBe(port);
  });
});

describe('a second installation', () => {
  it('joins by the network address and a one-time code; its page may speak to the new hub, also after a kill', async () => {
    const [own] = await servers();
    const first = valueOf(
      await page.evaluate((id) => window.parta.call('servers.session', { serverId: id }), own!.serverId),
    );
    const { value } = await page.evaluate(
      ([base, bearer]) =>
        fetch(`${base}/api/device-codes`, { method: 'POST', headers: { authorization: `Bearer ${bearer}` } }).then(
          (response) => response.json() as Promise<{ value: { code: string } }>,
        ),
      [first.url, first.ticket] as const,
    );
    // Without any network only this computer itself is left.
    const address = (await hub()).addresses[0]?.url ?? first.url;
    const dir = mkdtempSync(join(tmpdir(), 'parta-laptop-'));
    let laptop = await launchParta({ userData: dir });
    try {
      let there = await laptop.firstWindow();
      await there.waitForFunction(() => document.getElementById('root')?.childElementCount);
      // The page begins again under a policy with the new hub, so the answer may never be heard.
      await there
        .evaluate(([typed, code]) => window.parta.call('servers.join', { address: typed, code }), [
          address,
          value.code,
        ] as const)
        .catch(() => {});
      const speak = () =>
        there
          .evaluate(async () => {
            const list = await window.parta.call('servers.list', {});
            const serverId = list.ok ? list.value[0]?.serverId : undefined;
            if (serverId === undefined) return null;
            const session = await window.parta.call('servers.session', { serverId });
            if (!session.ok) return session.code;
            const { url, ticket } = session.value;
            const me = await fetch(`${url}/api/me`, { headers: { authorization: `Bearer ${ticket}` } });
            return ((await me.json()) as { value: { personId: string } }).value.personId;
          })
          .catch(() => null);
      await until(async () => (await speak()) === own!.personId);
      const killed = new Promise((resolve) => laptop.process().once('exit', resolve));
      laptop.process().kill('SIGKILL');
      await killed;
      laptop = await launchParta({ userData: dir });
      there = await laptop.firstWindow();
      await until(async () => (await speak()) !== null);
      expect(await speak()).toBe(own!.personId);
    } finally {
      await laptop.close();
      rmSync(dir, { recursive: true, force: true });
    }
  });
});

describe('one instance', () => {
  it('a second start ends content and brings the window to the front', async () => {
    const electron = createRequire(import.meta.url)('electron') as unknown as string;
    const output = execFileSync(
      electron,
      [
        ...(process.getuid?.() === 0 && !electron.includes('test') ? ['--no-sandbox'] : []),
        ROOT,
        `--user-data-dir=${userData}`,
      ],
      {
        env: { ...process.env, ...shellEnvironment() },
        timeout: 30_000,
      },
    );
    expect(output.toString()).not.toMatch(/error/i);
    expect(await app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows().length)).toBe(1);
  });
});

describe('after a start', () => {
  it('the window, the settings, the server and its port are as they were', async () => {
    const place = { x: 60, y: 50, width: 1100, height: 700 };
    await app.evaluate(({ BrowserWindow }, bounds) => BrowserWindow.getAllWindows()[0]!.setBounds(bounds), place);
    await page.evaluate(() => window.parta.call('settings.write', { language: 'en', theme: 'dark', place: '/today' }));
    const before = { server: (await servers())[0]!, port: (await hub()).port };
    await app.close();
    await start();
    const bounds = await app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]!.getBounds());
    expect(bounds).toMatchObject({ width: place.width, height: place.height });
    expect(await settings()).toMatchObject({ language: 'en', theme: 'dark', place: '/today' });
    expect(await app.evaluate(({ nativeTheme }) => nativeTheme.shouldUseDarkColors)).toBe(true);
    expect(await page.evaluate(() => document.documentElement.dataset.mantineColorScheme)).toBe('dark');
    await until(async () => (await hub()).state === 'ready');
    expect((await hub()).port).toBe(before.port);
    expect((await servers())[0]).toEqual(before.server);
    await until(() => existsSync(readyFile));
    const ready = JSON.parse(readFileSync(readyFile, 'utf8')) as { hubRunning: boolean; addresses: string[] };
    expect(ready.hubRunning).toBe(true);
    expect(ready.addresses.every((address) => address.endsWith(`:${before.port}`))).toBe(true);
    expect(errors).toEqual([]);
  });
});
