/**
 * A file on its way and a page that goes: reloaded, killed with its browser, opened twice, closed on a shared computer. In a real
 * Chromium at http://hub.test, over plain HTTP, where a browser has no locks and no private file system.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium, type BrowserContext, type Page } from 'playwright';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { FileRef } from '../../src/core/wire.ts';
import { CHROMIUM_ENV, CHROMIUM_FLAGS, chromiumPath, hubHostFlag } from '../support/chromium.ts';
import { eventually, sha256Of } from '../support/person.ts';
import { databases, leftOnComputer, Lesson, openStage, PATIENCE_MS, TASK, type Stage } from './stage.ts';

const BYTES = Buffer.alloc(6_000_000, 'Подлежащее и сказуемое. ');
const VIDEO = { name: 'видео.mp4', mimeType: 'video/mp4', buffer: BYTES };
/** Where the cable is cut: in the middle of the file, whatever else has gone over it. */
const IN_THE_MIDDLE = 3_000_000;

let stage: Stage;
let lesson: Lesson;
let computer: BrowserContext;
beforeAll(async () => {
  stage = await openStage();
});
afterAll(() => stage?.close());
beforeEach(async () => {
  lesson = await Lesson.begin(stage);
  computer = await lesson.computer();
});
afterEach(() => lesson?.end());

const receiptOn = (page: Page) => page.locator('.receipt code').first();
const filesIn = (body: Record<string, unknown> | null) => body?.['files'] as FileRef[];

/** Where each PATCH of these pages began, and for which file. */
function watchSending(pages: readonly Page[]) {
  const sent: { page: Page; fileId: string; offset: number }[] = [];
  for (const page of pages)
    page.on('request', (request) => {
      if (request.method() !== 'PATCH') return;
      const fileId = request.url().split('/').at(-1)!;
      sent.push({ page, fileId, offset: Number(request.headers()['upload-offset']) });
    });
  return sent;
}

/** What the page has kept of files, by name. */
const copies = (page: Page) =>
  page.evaluate(async () => {
    const names = (await indexedDB.databases()).flatMap(({ name }) => (name?.endsWith('.files') ? [name] : []));
    const sizes: number[] = [];
    for (const name of names) {
      const database = await new Promise<IDBDatabase>((resolve) => {
        const asked = indexedDB.open(name);
        asked.onsuccess = () => resolve(asked.result);
      });
      const blobs = await new Promise<Blob[]>((resolve) => {
        const asked = database.transaction('bytes').objectStore('bytes').getAll();
        asked.onsuccess = () => resolve(asked.result as Blob[]);
      });
      sizes.push(...blobs.map(({ size }) => size));
      database.close();
    }
    return sizes;
  });

/** Chooses the video, presses hand in, and loses the cable in the middle of it; a copy is kept by then. */
async function cutInTheMiddle(page: Page, isKept = true) {
  await page.getByLabel('Выбрать файлы').waitFor({ state: 'attached' });
  lesson.cable.cutAfter(IN_THE_MIDDLE);
  await page.getByLabel('Выбрать файлы').setInputFiles(VIDEO);
  await page.getByRole('button', { name: 'Сдать', exact: true }).click();
  await eventually(() => lesson.cable.isCut());
  if (isKept) await expect.poll(() => copies(page)).toEqual([BYTES.length]);
  await page.getByText('Работа ждёт связи').waitFor();
}

/** The browser's disk is full: the request fails, and with it its transaction. */
const takeRoom = () =>
  computer.addInitScript(() => {
    const { put } = IDBObjectStore.prototype;
    IDBObjectStore.prototype.put = function (this: IDBObjectStore, value: unknown, key?: IDBValidKey) {
      if (!(value instanceof Blob)) return key === undefined ? put.call(this, value) : put.call(this, value, key);
      this.transaction.abort();
      throw new DOMException('no room', 'QuotaExceededError');
    };
  });

async function handedInOnce(assignmentId: Parameters<Lesson['handedIn']>[0], bytes = BYTES) {
  const entry = await lesson.handedIn(assignmentId);
  expect(filesIn(entry.body).map(({ sha256 }) => sha256)).toEqual([sha256Of(bytes)]);
  const all = lesson.teacher.logs.get(lesson.logId)?.entries.filter(({ kind }) => kind === 'handedIn');
  expect(all?.length).toBe(1);
  return filesIn(entry.body)[0]!;
}

describe('reloaded in the middle of a file', () => {
  test('[S9] the page goes on where the hub is, under the same id, and hands in by itself; the copy goes', async () => {
    const assignmentId = await lesson.assign();
    const page = await lesson.pupil(computer);
    const sent = watchSending([page]);
    await cutInTheMiddle(page);
    const before = sent.length;
    lesson.cable.mend();
    page.on('dialog', (dialog) => void dialog.accept());
    await page.reload();
    await receiptOn(page).waitFor();
    const { fileId } = await handedInOnce(assignmentId);
    expect(sent.slice(before).at(-1)!.offset).toBeGreaterThan(0);
    expect(new Set(sent.map((one) => one.fileId))).toEqual(new Set([fileId]));
    await expect.poll(() => copies(page)).toEqual([]);
    // Nor does anything begin again.
    const all = sent.length;
    await page.reload();
    await page.getByRole('button', { name: new RegExp(TASK) }).click();
    await receiptOn(page).waitFor();
    expect(sent.length).toBe(all);
  });

  test('a file that the pupil takes away is not kept', async () => {
    await lesson.assign();
    const page = await lesson.pupil(computer);
    await page.getByLabel('Выбрать файлы').waitFor({ state: 'attached' });
    lesson.cable.cutAfter(IN_THE_MIDDLE);
    await page.getByLabel('Выбрать файлы').setInputFiles(VIDEO);
    await expect.poll(() => copies(page)).toEqual([BYTES.length]);
    await page.getByRole('button', { name: 'Убрать файл видео.mp4' }).click();
    await expect.poll(() => copies(page)).toEqual([]);
  });

  /** In the middle of a file that its browser had no room to keep. */
  const reloadedWithoutCopy = async () => {
    const assignmentId = await lesson.assign();
    await takeRoom();
    const page = await lesson.pupil(computer);
    await cutInTheMiddle(page, false);
    lesson.cable.mend();
    page.on('dialog', (dialog) => void dialog.accept());
    await page.reload();
    await page.getByText('Страница обновилась').waitFor();
    return { assignmentId, page };
  };

  test('a browser without room keeps nothing: the page asks for the same file, takes no other, and finishes it', async () => {
    const { assignmentId, page } = await reloadedWithoutCopy();
    expect(await copies(page)).toEqual([]);
    await page.getByLabel('Выбрать снова').setInputFiles({ ...VIDEO, buffer: Buffer.alloc(10) });
    await page.getByText('Это другой файл').waitFor();
    await page.getByLabel('Выбрать снова').setInputFiles(VIDEO);
    await receiptOn(page).waitFor();
    await handedInOnce(assignmentId);
  });

  test('changed meanwhile and chosen again, it is handed in as it is now, not half of each', async () => {
    const { assignmentId, page } = await reloadedWithoutCopy();
    const changed = Buffer.alloc(BYTES.length, 'Сказуемое и подлежащее. ');
    await page.getByLabel('Выбрать снова').setInputFiles({ ...VIDEO, buffer: changed });
    await receiptOn(page).waitFor();
    expect((await handedInOnce(assignmentId, changed)).sizeBytes).toBe(changed.length);
  });
});

describe('[S18] two tabs of one pupil', () => {
  test('one of them sends, the other waits and sees it handed in; closed, the other goes on', async () => {
    const assignmentId = await lesson.assign();
    const one = await lesson.pupil(computer, { mine: true });
    const two = await lesson.open(computer);
    await two.getByText('Без сети').or(two.getByText('В сети')).first().waitFor();
    await cutInTheMiddle(one);
    const sent = watchSending([one, two]);
    lesson.cable.mend();
    await Promise.all([one, two].map((page) => receiptOn(page).waitFor()));
    await handedInOnce(assignmentId);
    // Both wanted to, when the cable was there again.
    expect(new Set(sent.map(({ page }) => page)).size).toBe(1);
    await expect.poll(() => copies(two)).toEqual([]);

    const second = await lesson.assign({ title: 'Второе' });
    await one.getByRole('button', { name: /Второе/ }).click();
    await one.getByLabel('Выбрать файлы').waitFor({ state: 'attached' });
    lesson.cable.cutAfter(IN_THE_MIDDLE);
    await one.getByLabel('Выбрать файлы').setInputFiles(VIDEO);
    await one.getByRole('button', { name: 'Сдать', exact: true }).click();
    await eventually(() => lesson.cable.isCut());
    await one.getByText('Работа ждёт связи').waitFor();
    await expect.poll(() => copies(two)).toEqual([BYTES.length]);
    await one.close();
    lesson.cable.mend();
    const handed = () =>
      lesson.teacher.logs
        .get(lesson.logId)
        ?.entries.find((row) => row.kind === 'handedIn' && row.body?.['assignmentId'] === second);
    await expect.poll(() => handed()?.kind).toBe('handedIn');
    expect(filesIn(handed()!.body)[0]?.sha256).toBe(sha256Of(BYTES));
  });
});

describe('on a shared computer', () => {
  test('a copy goes with the tab: the next pupil finds nothing of it', async () => {
    await lesson.assign();
    const page = await lesson.pupil(computer);
    await cutInTheMiddle(page);
    lesson.cable.mend();
    await page.close();
    const next = await lesson.open(computer);
    await next.getByLabel('Код класса').waitFor();
    await expect.poll(() => databases(next)).toEqual([]);
    expect(await leftOnComputer(next)).toEqual({ databases: [], text: '', storage: [] });
  });

  test('a copy goes when the pupil leaves, without a network too', async () => {
    await lesson.assign();
    const page = await lesson.pupil(computer);
    await cutInTheMiddle(page);
    await page.getByRole('button', { name: 'Выйти' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Выйти' }).click();
    await page.getByRole('heading', { name: 'Вы вышли из класса' }).waitFor();
    await expect.poll(() => leftOnComputer(page)).toEqual({ databases: [], text: '', storage: [] });
  });
});

describe('killed with its browser', () => {
  let profile: string;
  beforeAll(() => {
    profile = mkdtempSync(join(tmpdir(), 'parta-profile-'));
  });
  const running = new Set<ChildProcess>();
  afterAll(async () => {
    for (const child of running) await kill(child);
    rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
  });

  async function startBrowser() {
    const flags = ['--headless=new', '--remote-debugging-port=0', `--user-data-dir=${profile}`];
    const child = spawn(chromiumPath(), [...CHROMIUM_FLAGS, hubHostFlag, ...flags, 'about:blank'], {
      env: { ...process.env, ...CHROMIUM_ENV },
      stdio: ['ignore', 'ignore', 'pipe'],
      detached: true,
    });
    running.add(child);
    const address = await new Promise<string>((resolve, reject) => {
      let said = '';
      child.stderr!.on('data', (chunk: Buffer) => {
        said += chunk.toString();
        const found = /DevTools listening on (ws:\S+)/.exec(said)?.[1];
        if (found) resolve(found);
      });
      child.once('exit', () => reject(new Error(said)));
    });
    const browser = await chromium.connectOverCDP(address);
    const context = browser.contexts()[0]!;
    context.setDefaultTimeout(PATIENCE_MS);
    await context.addInitScript(() => localStorage.setItem('parta.language', 'ru'));
    return { child, browser, context };
  }
  /** As a power cut does it: the whole group at once. */
  async function kill(child: ChildProcess) {
    const gone = new Promise((resolve) => child.once('exit', resolve));
    running.delete(child);
    process.kill(-child.pid!, 'SIGKILL');
    await gone;
  }
  /** Chromium writes localStorage some seconds late; what it had not written yet would be lost, sign-in and all. */
  const isSignInOnDisk = () => {
    const folder = join(profile, 'Default/Local Storage/leveldb');
    const files = existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith('.log')) : [];
    return files.some((name) => readFileSync(join(folder, name)).includes('parta.device'));
  };

  test('[S9] the page of the next start goes on by itself', async () => {
    const assignmentId = await lesson.assign();
    const first = await startBrowser();
    const page = await lesson.pupil(first.context, { mine: true });
    await expect.poll(isSignInOnDisk).toBe(true);
    await cutInTheMiddle(page);
    await kill(first.child);
    await first.browser.close();
    lesson.cable.mend();

    const second = await startBrowser();
    const sent: number[] = [];
    const again = await second.context.newPage();
    again.on('request', (request) => {
      if (request.method() === 'PATCH') sent.push(Number(request.headers()['upload-offset']));
    });
    await again.goto(lesson.url);
    await receiptOn(again).waitFor();
    await handedInOnce(assignmentId);
    expect(sent[0]).toBeGreaterThan(0);
    await second.browser.close();
    await kill(second.child);
  });
});
