// What leaves the window: notifications and saved chats, through the built app's own main, preload and page. Native dialogs are
// replaced; on the stand-in notifications are recorded instead of shown, and nothing here was seen on a real desktop.
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { ElectronApplication, Page } from 'playwright';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { WaitingChat } from '../../src/preload/contract.ts';
import { launchParta } from '../electron/launch.ts';

let userData = '';
let target = '';
let app: ElectronApplication;
let page: Page;

beforeAll(async () => {
  userData = mkdtempSync(join(tmpdir(), 'parta-desktop-'));
  target = join(userData, 'Документы');
  mkdirSync(target);
  app = await launchParta({ userData, env: { PARTA_HUB_PORT: '0' } });
  page = await app.firstWindow();
  await page.waitForFunction(() => document.getElementById('root')?.childElementCount);
});
afterAll(async () => {
  await app?.close();
  rmSync(userData, { recursive: true, force: true });
});

interface Recorded {
  title: string;
  body: string;
  isShown: boolean;
  emit(event: 'click'): void;
}
const isStandIn = () => app.evaluate(() => Object.hasOwn(globalThis, 'standInNotified'));
const recorded = () =>
  app.evaluate(() =>
    (globalThis as unknown as { standInNotified: Recorded[] }).standInNotified.map(({ title, body, isShown }) => ({
      title,
      body,
      isShown,
    })),
  );
const CHAT: WaitingChat = {
  channelId: '0199c82c-c002-7000-8000-000000000002' as WaitingChat['channelId'],
  place: '/devices',
  unread: 1,
  mentions: 0,
  newestSeq: 5,
  title: '7А · Общий чат',
  who: 'Белов Илья',
  text: '',
};
const tell = (chats: WaitingChat[]) =>
  page.evaluate((all) => window.parta.call('notifications.update', { chats: all, here: null }), chats);

it('a message is told once, its notification opens the place, and reading elsewhere takes it away', async ({
  skip,
}) => {
  // What the system shows on real Electron cannot be asked.
  if (!(await isStandIn())) skip();
  const settings = await page.evaluate(() => window.parta.call('settings.read', {}));
  if (!settings.ok) throw new Error(settings.code);
  const { notifications } = settings.value;
  const awake = { ...notifications, quiet: { ...notifications.quiet, isOn: false } };
  await page.evaluate((value) => window.parta.call('settings.write', { notifications: value }), awake);
  await page.evaluate(() => {
    window.parta.on('notified', ({ place }) => document.body.setAttribute('data-notified', place));
  });
  await tell([]);
  await tell([CHAT]);
  await expect.poll(recorded).toEqual([{ title: CHAT.title, body: CHAT.who, isShown: true }]);
  await tell([CHAT]);
  await app.evaluate(() =>
    (globalThis as unknown as { standInNotified: Recorded[] }).standInNotified[0]!.emit('click'),
  );
  await page.locator('body[data-notified="/devices"]').waitFor({ state: 'attached' });
  await tell([{ ...CHAT, newestSeq: 6, unread: 2 }]);
  await expect.poll(async () => (await recorded()).filter(({ isShown }) => isShown).length).toBe(1);
  await tell([]);
  await expect.poll(async () => (await recorded()).filter(({ isShown }) => isShown).length).toBe(0);
  expect(await recorded()).toHaveLength(2);
});

it('a chat is written into the folder that the person chose, its page as a stream, and given up without a trace', async () => {
  await app.evaluate(({ dialog }, folder) => {
    Object.assign(dialog, { showOpenDialog: async () => ({ canceled: false, filePaths: [folder] }) });
  }, target);
  const begin = () => page.evaluate(() => window.parta.call('export.begin', { folder: '7А – Чат: весь?' }));
  const begun = await begin();
  if (!begun.ok || !begun.value) throw new Error('not begun');
  const { exportId, folder } = begun.value;
  // Larger than one message of the bridge would carry in one piece.
  const answer = await page.evaluate(async (id) => {
    const body = new Blob(['<!doctype html>', 'я'.repeat(3_000_000), 'конец']);
    return (await fetch(`/export/${id}`, { method: 'PUT', body })).json() as Promise<unknown>;
  }, exportId);
  expect(answer).toEqual({ ok: true, value: {} });
  await page.evaluate((id) => window.parta.call('export.end', { exportId: id, keep: true }), exportId);
  const written = readFileSync(join(target, folder, 'index.html'), 'utf8');
  expect([written.length, written.slice(-5)]).toEqual([15 + 3_000_000 + 5, 'конец']);

  const second = await begin();
  if (!second.ok || !second.value) throw new Error('not begun');
  expect(existsSync(join(target, second.value.folder))).toBe(true);
  await page.evaluate((id) => window.parta.call('export.end', { exportId: id, keep: false }), second.value.exportId);
  while (readdirSync(target).length > 1) await delay(20);
  expect(readdirSync(target)).toEqual([folder]);
});

it('a class made on this computer begins with its three chats, and its hub with the school beside it', async () => {
  await page.getByRole('button', { name: 'Создать класс на этом компьютере' }).click();
  await page.getByLabel('Как вас зовут').fill('Ирина Петровна');
  await page.getByLabel('Название класса').fill('7А');
  await page.getByRole('button', { name: 'Создать класс' }).click();
  const rail = page.getByRole('navigation', { name: 'Разделы' });
  await rail.getByRole('link', { name: /^7А/ }).click();
  const chats = page.getByRole('navigation', { name: 'Чаты: 7А' }).getByRole('link');
  await expect.poll(() => chats.count()).toBe(3);
  const titles = await chats.evaluateAll((all) => all.map((one) => one.getAttribute('title')));
  expect(titles).toEqual(['Общий чат', 'Ученики и учителя', 'Родители и учителя']);
  await chats.nth(2).click();
  const field = page.getByRole('textbox', { name: 'Написать в чат' });
  await field.fill('Собрание в четверг');
  await field.press('Enter');
  await chats.nth(2).getByText('Вы: Собрание в четверг').waitFor();
  await rail.getByRole('link', { name: /^Школа/ }).click();
  await page.getByRole('heading', { level: 1, name: 'Учительская' }).waitFor();
  // Confirmed by the hub, all of it.
  const waiting = rail.getByRole('button', { name: /Не отправлено/ });
  await expect.poll(() => waiting.count()).toBe(0);
});

it('a file waits while the machine sleeps, goes when it wakes, and a copy of it is dragged out under a safe name', async () => {
  const servers = await page.evaluate(() => window.parta.call('servers.list', {}));
  if (!servers.ok || !servers.value[0]) throw new Error('no server');
  const { serverId } = servers.value[0];
  const power = (event: 'suspend' | 'resume') =>
    app.evaluate(({ powerMonitor }, name) => void (powerMonitor as unknown as NodeJS.EventEmitter).emit(name), event);
  const states = async () => {
    const list = await page.evaluate(() => window.parta.call('transfers.list', {}));
    return list.ok ? list.value.map(({ state }) => state) : [];
  };
  await power('suspend');
  await page.evaluate(
    async (url) => fetch(url, { method: 'PUT', body: new Blob(['содержимое']) }).then((answer) => answer.json()),
    `/intake/${encodeURIComponent('работа: 1?.txt')}?server=${serverId}`,
  );
  expect(await states()).toEqual(['queued']);
  await power('resume');
  await expect.poll(states).toEqual(['done']);

  // It has arrived and no message names it yet: nobody may take it for loose.
  await expect.poll(async () => (await page.evaluate(() => window.parta.call('storage.freeLoose', {}))).ok).toBe(true);
  const storage = await page.evaluate(() => window.parta.call('storage.read', {}));
  expect(storage.ok && storage.value).toMatchObject({ hereFiles: 1, loose: { files: 0 }, damaged: [] });
  expect(storage.ok && storage.value.classes.map(({ title }) => title)).toContain('7А');

  const hash = '0'.repeat(64);
  const drag = (sha256: string) =>
    page.evaluate((of) => window.parta.call('library.drag', { sha256: of as never, name: 'работа: 1?.txt' }), sha256);
  expect(await drag(hash)).toEqual({ ok: false, code: 'file-gone' });
  const list = await page.evaluate(() => window.parta.call('transfers.list', {}));
  const sha256 = list.ok ? (list.value[0]?.sha256 ?? '') : '';
  const isRecorded = await app.evaluate(() => Object.hasOwn(globalThis, 'standInOpened'));
  if (!isRecorded) return;
  expect(await drag(sha256)).toEqual({ ok: true, value: {} });
  const dragged = await app.evaluate(() =>
    (globalThis as unknown as { standInOpened: { call: string; target: string }[] }).standInOpened.filter(
      ({ call }) => call === 'startDrag',
    ),
  );
  const path = dragged[0]?.target ?? '';
  expect(path.startsWith(join(userData, 'opened'))).toBe(true);
  expect(path.endsWith('работа_ 1_.txt')).toBe(true);
  expect(readFileSync(path, 'utf8')).toBe('содержимое');
});
