// One running probe: the bridge, IPC, files, the app's protocol, navigation, permissions, the window.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ElectronApplication, Page } from 'playwright';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { newProfile, notesOf, removeProfile, startWithPage, waitForNote, type ProbeMain } from './probe.ts';

let profile: string;
let app: ElectronApplication;
let page: Page;

beforeAll(async () => {
  profile = newProfile();
  ({ app, page } = await startWithPage({ userData: profile }));
  await waitForNote(app, 'show');
});
afterAll(async () => {
  await app?.close();
  removeProfile(profile);
});
beforeEach(() => app.evaluate(() => (globalThis as unknown as ProbeMain).notes.splice(0)));

const setAnswers = (answers: Partial<ProbeMain['answers']>): Promise<unknown> =>
  app.evaluate((_, given) => Object.assign((globalThis as unknown as ProbeMain).answers, given), answers);

describe('the bridge between page and preload', () => {
  test('functions, callbacks, closures, nested frozen objects', async () => {
    const seen = await page.evaluate(() => {
      const counter = probe.counter();
      counter.next();
      return {
        sum: probe.add(2, 3),
        twice: probe.twice((value) => value + 1),
        count: counter.next(),
        deep: probe.info.deep.list[1].x,
        isFrozen: Object.isFrozen(probe) && Object.isFrozen(probe.info) && Object.isFrozen(probe.info.deep.list),
        sameFunction: (() => {
          const f = (): number => 1;
          return probe.same(f) === f;
        })(),
        info: [probe.info.sandboxed, probe.info.isolated],
      };
    });
    expect(seen).toEqual({
      sum: 5,
      twice: 42,
      count: 2,
      deep: 2,
      isFrozen: true,
      sameFunction: true,
      info: [true, true],
    });
  });

  test('errors thrown and rejected, promises resolved', async () => {
    const seen = await page.evaluate(async () => {
      const caught = async (action: () => unknown): Promise<string> => {
        try {
          await action();
          return 'nothing';
        } catch (error) {
          return `${(error as Error).name}: ${(error as Error).message}`;
        }
      };
      return {
        thrown: await caught(() => probe.boom()),
        rejected: await caught(() => probe.fails()),
        uncloneable: await caught(() => probe.same(document.body)),
        later: await probe.later([1, { a: new Date(3) }]),
      };
    });
    expect(seen).toMatchObject({
      thrown: 'RangeError: sync boom',
      rejected: 'RangeError: async boom',
      later: { value: [1, { a: new Date(3) }] },
    });
    expect(seen.uncloneable).toContain('not provided by the stand-in');
  });

  test('nothing of the preload leaks into the page, and the page got the API before its first script', async () => {
    const seen = await page.evaluate(() => {
      const scope = globalThis as unknown as Record<string, unknown>;
      return [typeof scope.require, typeof scope.process, typeof scope.__electronStandIn, scope.hadProbe];
    });
    expect(seen).toEqual(['undefined', 'undefined', 'undefined', 'object']);
  });

  test('what a preload may not have throws by name', async () => {
    expect(await page.evaluate(() => probe.missing)).toEqual([
      'not provided by the stand-in: ipcRenderer.sendSync',
      'not provided by the stand-in: contextBridge.exposeInIsolatedWorld',
      "not provided by the stand-in: require('node:fs') in a preload script",
      'not provided by the stand-in: electron.webFrame',
    ]);
  });
});

describe('IPC', () => {
  test('values arrive as structured clones', async () => {
    const seen = await page.evaluate(async () => {
      const sent = {
        bytes: new Uint8Array([0, 255]),
        date: new Date(5),
        map: new Map([['a', new Set([1])]]),
        big: 10n,
        none: undefined,
      };
      const back = await probe.echo(sent);
      return [
        back.bytes instanceof Uint8Array,
        [...back.bytes],
        back.date.getTime(),
        back.map.get('a')?.has(1),
        back.big === 10n,
        'none' in back,
      ];
    });
    expect(seen).toEqual([true, [0, 255], 5, true, true, true]);
  });

  test('errors, missing handlers and what cannot be cloned reject', async () => {
    const seen = await page.evaluate(() =>
      Promise.all(
        [probe.fail, probe.nobody, () => probe.echo({ f: () => 1 })].map((call) =>
          call().catch((e: Error) => e.message),
        ),
      ),
    );
    expect(seen[0]).toBe("Error invoking remote method 'fail': TypeError: no good");
    expect(seen[1]).toBe("Error invoking remote method 'nobody': Error: No handler registered for 'nobody'");
    expect(seen[2]).toContain('could not be cloned');
  });

  test('main knows the sender, its frame, address and origin', async () => {
    expect(await page.evaluate(() => probe.who())).toEqual({
      isWindow: true,
      isMainFrame: true,
      url: 'app://bundle/index.html',
      origin: 'app://bundle',
      hasParent: false,
    });
  });

  test('messages both ways; a listener taken off hears no more', async () => {
    await page.evaluate(() => probe.knock(1, 'two'));
    await waitForNote(app, 'knock:[1,"two"]');
    await page.getByText('1970-01-01T00:00:00.000Z 1,2').waitFor();
    const heard = await page.evaluate(async () => {
      let count = 0;
      const stop = probe.onTold(() => count++);
      stop();
      probe.knock('again');
      await probe.echo(0); // in order: the answer to the knock came before
      return count;
    });
    expect(heard).toBe(0);
  });
});

describe('paths of files', () => {
  const twins = (): string[] =>
    ['one', 'two'].map((dir) => {
      mkdirSync(join(profile, dir), { recursive: true });
      const path = join(profile, dir, 'same name.txt');
      writeFileSync(path, 'same content');
      return path;
    });

  test('of chosen files, also where two look the same', async () => {
    const [one = '', two = ''] = twins();
    await page.getByLabel('files').setInputFiles([one, two]);
    await expect
      .poll(() => page.locator('#files').textContent())
      .toBe(`chosen same name.txt=${one}=${one} same name.txt=${two}=${two}`);
  });

  test('of dropped files', async () => {
    const files = twins();
    const devtools = await app.context().newCDPSession(page);
    for (const type of ['dragEnter', 'dragOver', 'drop'] as const) {
      await devtools.send('Input.dispatchDragEvent', {
        type,
        x: 60,
        y: 60,
        data: { items: [], files, dragOperationsMask: 1 },
      });
    }
    const [one, two] = files;
    await expect
      .poll(() => page.locator('#files').textContent())
      .toBe(`dropped same name.txt=${one}=${one} same name (1).txt=${two}=${two}`);
  });

  test('a file that a script made has none; what is no file is refused', async () => {
    const seen = await page.evaluate(() => {
      const refused = ((): string => {
        try {
          return probe.pathFor({} as File);
        } catch (error) {
          return (error as Error).name;
        }
      })();
      return [probe.pathFor(new File(['x'], 'made.txt')), refused];
    });
    expect(seen).toEqual(['', 'TypeError']);
  });
});

describe('the app’s protocol', () => {
  test('a secure origin with the policy that main gave', async () => {
    const seen = await page.evaluate(async () => ({
      isSecure: isSecureContext,
      hasSubtle: typeof crypto.subtle,
      inline: (globalThis as unknown as { inlineRan?: boolean }).inlineRan,
      elsewhere: await fetch('http://127.0.0.1:9/').then(
        () => 'allowed',
        () => 'refused',
      ),
      own: await (await fetch('url?a=1')).json(),
    }));
    expect(seen).toEqual({
      isSecure: true,
      hasSubtle: 'object',
      inline: undefined,
      elsewhere: 'refused',
      own: { url: 'app://bundle/url?a=1', referer: 'app://bundle/index.html' },
    });
  });

  test('a large PUT is streamed to main', async () => {
    const sizeBytes = 24 * 1024 * 1024;
    const seen = await page.evaluate(
      async (size) => (await fetch('measure', { method: 'PUT', body: new Blob([new Uint8Array(size)]) })).json(),
      sizeBytes,
    );
    expect(seen).toEqual({ method: 'PUT', sizeBytes, isStreamed: true, origin: 'app://bundle' });
  });

  test('an answer is streamed to the page, and ends when the page leaves it', async () => {
    const first = await page.evaluate(async () => {
      const leave = new AbortController();
      const reader = (await fetch('ticks', { signal: leave.signal })).body?.getReader();
      const { value } = (await reader?.read()) ?? {};
      leave.abort();
      return new TextDecoder().decode(value).slice(0, 6);
    });
    expect(first).toBe('tick 1');
    await waitForNote(app, 'ticks cancelled');
  });

  test('ranges, status codes and network errors', async () => {
    const seen = await page.evaluate(async () => {
      const failed = (path: string): Promise<string> =>
        fetch(path).then(
          () => 'answered',
          (error: Error) => error.name,
        );
      const part = await fetch('range', { headers: { range: 'bytes=2-4' } });
      const teapot = await fetch('teapot');
      return {
        part: [part.status, part.headers.get('content-range'), await part.text()],
        teapot: [teapot.status, await teapot.text()],
        broken: await failed('broken'),
        error: await failed('error'),
        missing: await failed('no-such-file'),
      };
    });
    expect(seen).toEqual({
      part: [206, 'bytes 2-4/26', 'cde'],
      teapot: [418, 'short and stout'],
      broken: 'TypeError',
      error: 'TypeError',
      missing: 'TypeError',
    });
  });
});

describe('what a page may not do by itself', () => {
  test('navigation away is asked for and refused', async () => {
    await page.getByRole('link', { name: 'away' }).click({ noWaitAfter: true });
    await waitForNote(app, 'will-navigate:https://example.com/away');
    expect(await page.evaluate(() => location.pathname)).toBe('/index.html');
  });

  test('new windows are asked for and refused, by link and by script', async () => {
    expect(await page.evaluate(() => window.open('https://example.com/script', '', 'width=1') === null)).toBe(true);
    await waitForNote(app, 'open:https://example.com/script:new-window');
    await page.getByRole('link', { name: 'blank' }).click();
    await waitForNote(app, 'open:https://example.com/blank:foreground-tab');
    await page.getByRole('link', { name: 'away' }).click({ button: 'middle' });
    await waitForNote(app, 'open:https://example.com/away:background-tab');
    expect(app.windows()).toHaveLength(1);
  });

  test('permissions: main is asked, and its answer is what the page gets', async () => {
    const ask = (): Promise<string[]> =>
      page.evaluate(async () => [
        await Notification.requestPermission(),
        await new Promise<string>((resolve) =>
          navigator.geolocation.getCurrentPosition(
            () => resolve('given'),
            ({ code, PERMISSION_DENIED }) => resolve(code === PERMISSION_DENIED ? 'denied' : 'no position'),
            { timeout: 1 },
          ),
        ),
        await navigator.clipboard.readText().then(
          () => 'read',
          (error: Error) => error.name,
        ),
        await document.documentElement.requestFullscreen().then(
          () => 'full',
          (error: Error) => error.name,
        ),
      ]);
    expect(await ask()).toEqual(['denied', 'denied', 'NotAllowedError', 'TypeError']);
    expect(await notesOf(app)).toEqual(
      expect.arrayContaining(['asked:notifications', 'asked:geolocation', 'asked:clipboard-read', 'asked:fullscreen']),
    );
    await setAnswers({ permission: true });
    const [notifications, position, clipboard] = await ask();
    expect([notifications, clipboard]).toEqual(['granted', 'read']);
    expect(position).not.toBe('denied');
    await setAnswers({ permission: false });
    expect((await ask())[0]).toBe('denied');
  });

  test('a query of a permission asks the check handler', async () => {
    const query = (): Promise<string> =>
      page.evaluate(async () => (await navigator.permissions.query({ name: 'geolocation' })).state);
    expect(await query()).toBe('denied');
    await setAnswers({ check: true });
    expect(await query()).toBe('granted');
    expect(await notesOf(app)).toContain('checked:geolocation');
    await setAnswers({ check: false });
  });

  test('a download goes where main says', async () => {
    await page.getByRole('link', { name: 'download' }).click();
    await waitForNote(app, 'download:completed');
    expect(readFileSync(join(profile, 'download.txt'), 'utf8')).toBe('downloaded');
  });
});

describe('the window', () => {
  test('title, size, minimum, maximise, minimise, hide', async () => {
    const window = await app.browserWindow(page);
    const outer = (): Promise<number[]> => page.evaluate(() => [outerWidth, outerHeight]);
    expect(await window.evaluate((w) => [w.getTitle(), w.isVisible(), w.isFocused(), w.isMaximized()])).toEqual([
      'Probe page',
      true,
      true,
      false,
    ]);
    await expect.poll(outer).toEqual([900, 640]);

    await window.evaluate((w) => w.setSize(700, 500));
    await expect.poll(outer).toEqual([700, 500]);
    await window.evaluate((w) => w.maximize());
    await expect.poll(async () => (await outer()).map((px) => Math.round(px / 10) * 10)).toEqual([1600, 1000]);
    expect(await window.evaluate((w) => [w.isMaximized(), w.getNormalBounds().width])).toEqual([true, 700]);
    await window.evaluate((w) => w.unmaximize());
    await expect.poll(outer).toEqual([700, 500]);

    await window.evaluate((w) => w.minimize());
    expect(await window.evaluate((w) => [w.isMinimized(), w.isVisible()])).toEqual([true, false]);
    await window.evaluate((w) => w.restore());
    await window.evaluate((w) => w.hide());
    await expect.poll(() => page.evaluate(() => screenX < -1000)).toBe(true);
    await window.evaluate((w) => w.show());
    await expect.poll(() => page.evaluate(() => screenX >= 0)).toBe(true);
    expect(await notesOf(app)).toEqual([
      ...['resize', 'resize', 'move', 'maximize', 'resize', 'move', 'unmaximize'],
      ...['blur', 'minimize', 'restore', 'focus', 'blur', 'hide', 'show', 'focus'],
    ]);
  });

  test('theme: pages follow main', async () => {
    const isDark = (): Promise<boolean> => page.evaluate(() => matchMedia('(prefers-color-scheme: dark)').matches);
    expect(await isDark()).toBe(false);
    await app.evaluate(({ nativeTheme }) => (nativeTheme.themeSource = 'dark'));
    await expect.poll(isDark).toBe(true);
    expect(await notesOf(app)).toContain('theme:true');
    await app.evaluate(({ nativeTheme }) => (nativeTheme.themeSource = 'system'));
    await expect.poll(isDark).toBe(false);
  });

  test('zoom: the layout has less room', async () => {
    const window = await app.browserWindow(page);
    const before = await page.evaluate(() => innerWidth);
    await window.evaluate((w) => w.webContents.setZoomFactor(2));
    await expect.poll(() => page.evaluate(() => [innerWidth, devicePixelRatio])).toEqual([before / 2, 2]);
    await window.evaluate((w) => w.webContents.setZoomFactor(1));
    await expect.poll(() => page.evaluate(() => innerWidth)).toBe(before);
  });

  test('a picture, a script, the console', async () => {
    const window = await app.browserWindow(page);
    const picture = await window.evaluate(async (w) => {
      const image = await w.webContents.capturePage();
      return [image.getSize().width, image.toPNG().subarray(1, 4).toString()];
    });
    expect(picture).toEqual([await page.evaluate(() => innerWidth), 'PNG']);
    expect(await window.evaluate((w) => w.webContents.executeJavaScript('Promise.resolve(document.title)'))).toBe(
      'Probe page',
    );
    await page.evaluate(() => console.error('oh', 1));
    await waitForNote(app, 'console:error:oh 1');
  });

  test('a second window; window.close in it closes only that one', async () => {
    const [second] = await Promise.all([
      app.waitForEvent('window'),
      app.evaluate(() => (globalThis as unknown as ProbeMain).open({ width: 400 }, 'index.html?second').loaded),
    ]);
    await second.getByRole('heading').waitFor();
    expect(await second.evaluate(() => probe.add(1, 1))).toBe(2);
    await Promise.all([second.waitForEvent('close'), second.evaluate(() => window.close())]);
    await waitForNote(app, 'closed');
    expect(await app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows().length)).toBe(1);
  });

  test('a page that fails to load rejects with Electron’s code', async () => {
    const [window] = await Promise.all([
      app.waitForEvent('window'),
      app.evaluate(({ BrowserWindow }) => void new BrowserWindow({ show: false })),
    ]);
    const handle = await app.browserWindow(window);
    const code = await handle.evaluate((w) =>
      w.loadURL('http://127.0.0.1:9/').catch((e: NodeJS.ErrnoException) => e.code),
    );
    await Promise.all([window.waitForEvent('close'), handle.evaluate((w) => w.destroy())]);
    expect(code).toMatch(/^ERR_/);
  });

  test('a crashed page is told, and comes back with reload', async () => {
    const [second] = await Promise.all([
      app.waitForEvent('window'),
      app.evaluate(() => (globalThis as unknown as ProbeMain).open({}, 'index.html?crash').loaded),
    ]);
    const devtools = await app.context().newCDPSession(second);
    void devtools.send('Page.crash').catch(() => {});
    await waitForNote(app, 'render-process-gone:crashed');
    await app.evaluate(async ({ BrowserWindow }) => {
      const [crashed] = BrowserWindow.getAllWindows().slice(-1);
      await new Promise<void>((resolve) => {
        crashed?.webContents.once('did-finish-load', () => resolve());
        crashed?.webContents.reload();
      });
      crashed?.destroy();
    });
    await waitForNote(app, 'closed');
    expect(app.windows()).toHaveLength(1);
  });
});

describe('main', () => {
  test('what the stand-in does not implement throws by name', async () => {
    const messages = await app.evaluate((electron) => {
      const { app: theApp, BrowserWindow, Menu, Tray, dialog, session, protocol, crashReporter } = electron;
      const window = BrowserWindow.getAllWindows()[0];
      const attempts: (() => unknown)[] = [
        () => theApp.dock,
        () => theApp.relaunch(),
        () => window?.setAlwaysOnTop(true),
        () => window?.webContents.openDevTools(),
        () => session.fromPartition('persist:x'),
        () => session.defaultSession.clearStorageData(),
        () => session.defaultSession.webRequest.onCompleted(null),
        () => protocol.interceptFileProtocol,
        () => new Tray('x'),
        () => crashReporter.start({ uploadToServer: false }),
        () => Menu.setApplicationMenu(new Menu()),
        () => dialog.showOpenDialog({}),
        () => new BrowserWindow({ frame: false }),
        () => new BrowserWindow({ webPreferences: { sandbox: false } }),
        () => new BrowserWindow({ webPreferences: { nodeIntegration: true } }),
        () => new BrowserWindow({ webPreferences: { contextIsolation: false } }),
        () => theApp.commandLine.appendSwitch('late'),
        () => (window as unknown as { opacity: number }).opacity++,
      ];
      return attempts.map((attempt) => {
        try {
          return `nothing thrown: ${String(attempt())}`;
        } catch (error) {
          return (error as Error).message;
        }
      });
    });
    for (const message of messages) expect(message).toMatch(/^not provided by the stand-in: /);
    expect(messages[0]).toBe('not provided by the stand-in: app.dock');
  });

  test('secrets, the shell, the clipboard, the screen, names', async () => {
    const seen = await app.evaluate(async ({ app: theApp, safeStorage, shell, clipboard, screen, Notification }) => {
      const secret = safeStorage.encryptString('тайна');
      await shell.openExternal('https://example.com/a b');
      await clipboard.writeText('copied');
      const broken = ((): string => {
        try {
          return safeStorage.decryptString(Buffer.from('v10 but no cipher text of ours at all'));
        } catch {
          return 'refused';
        }
      })();
      new Notification({ title: '7А' }).show();
      const notified = (globalThis as unknown as ProbeMain).standInNotified.map((one) => [one.title, one.isShown]);
      return {
        secret: safeStorage.decryptString(secret),
        isHidden: !secret.includes(Buffer.from('тайна')),
        later: (await safeStorage.decryptStringAsync(await safeStorage.encryptStringAsync('x'))).result,
        broken,
        opened: (globalThis as unknown as ProbeMain).standInOpened,
        missing: await shell.openPath('/no/such/file'),
        clipboard: await clipboard.readText(),
        screen: screen.getPrimaryDisplay().workArea,
        names: [theApp.getName(), theApp.getVersion(), theApp.isPackaged],
        notifications: notified,
      };
    });
    expect(seen).toEqual({
      secret: 'тайна',
      isHidden: true,
      later: 'x',
      broken: 'refused',
      opened: [
        { call: 'openExternal', target: 'https://example.com/a%20b' },
        { call: 'openPath', target: '/no/such/file' },
      ],
      missing: 'Failed to open path',
      clipboard: 'copied',
      screen: { x: 0, y: 0, width: 1600, height: 1000 },
      names: ['Probe', '1.2.3', false],
      notifications: [['7А', true]],
    });
    expect(await app.evaluate(({ app: theApp }) => theApp.getPath('userData'))).toBe(profile);
  });
});
