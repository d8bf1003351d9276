/** The pupil's page as pupils meet it: from the address to the end of the lesson, in a real browser on plain HTTP. */
import { AxeBuilder } from '@axe-core/playwright';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { BrowserContext, Page } from 'playwright';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { STUDENT_SCRIPT_BUDGET_BYTES } from '../../scripts/student-size.ts';
import type { Entry, FileRef } from '../../src/core/wire.ts';
import { LAN_HOST } from '../support/chromium.ts';
import { ask, eventually, sha256Of } from '../support/person.ts';
import { databases, leftOnComputer, Lesson, openStage, ROOT, TASK, TITLE, WORDS, type Stage } from './stage.ts';

const SAMPLES = join(ROOT, 'test/support/samples/documents');
const PDF = join(SAMPLES, 'homework.pdf');
const PHOTO = join(SAMPLES, 'photo-of-page.jpg');

let stage: Stage;
let lesson: Lesson;
let computer: BrowserContext;
beforeAll(async () => {
  stage = await openStage();
});
afterAll(() => stage.close());
beforeEach(async () => {
  lesson = await Lesson.begin(stage);
  computer = await lesson.computer();
});
afterEach(() => lesson.end());

const receiptOn = (page: Page) => page.locator('.receipt code').first();
const filesIn = (entry: Entry) => (entry.body?.['files'] ?? []) as FileRef[];
const knows = (text: string) => WORDS.filter((word) => text.includes(word));

async function seriousFindings(page: Page): Promise<string[]> {
  const { violations } = await new AxeBuilder({ page }).analyze();
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.target.join(' ')).join(' | ')}`);
}

/** By how many pixels something on the page is wider than its place. */
const sideways = (page: Page) =>
  page.evaluate(() =>
    Math.max(
      ...['html', '.half', '.messages'].flatMap((selector) =>
        [...document.querySelectorAll(selector)].map((box) => box.scrollWidth - box.clientWidth),
      ),
    ),
  );

describe('coming in', () => {
  test('a wrong code is said in words, the form keeps what was typed', async () => {
    const page = await lesson.open(computer);
    await page.getByLabel('Код класса').fill(lesson.code.startsWith('000') ? '111 111' : '000 000');
    await page.getByLabel('Фамилия и имя').fill('Белов Илья');
    await page.getByRole('button', { name: 'Войти' }).click();
    await page.getByRole('alert').getByText('Такого кода нет').waitFor();
    expect(await page.getByLabel('Фамилия и имя').inputValue()).toBe('Белов Илья');
    await expect.poll(() => page.evaluate(() => document.activeElement?.id)).toBe('join-code');
  });

  test('the code comes with the QR address and does not stay in it', async () => {
    const page = await lesson.open(computer, `#${lesson.code.replace(' ', '')}`);
    expect(await page.getByLabel('Код класса').inputValue()).toBe(lesson.code);
    await page.getByLabel('Фамилия и имя').fill('Белов Илья');
    await page.getByRole('button', { name: 'Войти' }).click();
    await page.getByRole('heading', { name: 'Учитель подтверждает вход' }).waitFor();
    await expect.poll(() => page.url()).toBe(lesson.url);
  });

  test('the name on the network is a way in alone: the page stands at the address, code and all', async () => {
    const { port } = lesson.hub;
    const page = await computer.newPage();
    await page.goto(`http://${LAN_HOST}:${port}/#${lesson.code.replace(' ', '')}`);
    await expect.poll(() => page.getByLabel('Код класса').inputValue()).toBe(lesson.code);
    expect(await page.evaluate(() => location.origin)).toBe(`http://127.0.0.1:${port}`);
  });

  test('[S4] who waits sees and keeps nothing of the class; the class opens by itself once confirmed', async () => {
    await lesson.assign();
    const page = await lesson.open(computer);
    await lesson.knock(page);
    expect(knows(await page.content())).toEqual([]);
    const left = await leftOnComputer(page);
    expect(left.databases.length).toBe(1);
    expect(knows(left.text)).toEqual([]);
    await lesson.confirm();
    await page.getByRole('heading', { name: TITLE, level: 1 }).waitFor();
    await page.getByRole('button', { name: TASK }).waitFor();
  });

  test('who was not let in is told so and can try again', async () => {
    const page = await lesson.open(computer);
    await lesson.knock(page, 'Кот Матроскин');
    const request = await lesson.row((entry) => entry.kind === 'joinRequested');
    await lesson.teacher.send(lesson.logId, 'declineJoin', { requestId: request.id });
    await page.getByRole('heading', { name: 'Учитель не подтвердил вход' }).waitFor();
    await page.getByRole('button', { name: 'Войти ещё раз' }).click();
    await page.getByRole('button', { name: 'Войти в класс' }).click();
    await lesson.knock(page, 'Белов Илья');
    expect(await page.getByText('Вы вошли как «Белов Илья»').count()).toBe(1);
  });
});

describe('tasks', () => {
  test('a PDF is downloaded, a work of two files is handed in, the code on the page is the hub’s', async () => {
    const sheet = await lesson.teacher.upload(readFileSync(PDF), 'Упражнение 214.pdf', { filetype: 'application/pdf' });
    const assignmentId = await lesson.assign({ fileIds: [sheet] });
    const page = await lesson.pupil(computer);
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('link', { name: 'Упражнение 214.pdf' }).click(),
    ]);
    expect(download.suggestedFilename()).toBe('Упражнение 214.pdf');
    expect(sha256Of(readFileSync(await download.path()))).toBe(sha256Of(readFileSync(PDF)));

    await page.getByLabel('Выбрать файлы').setInputFiles([PDF, PHOTO]);
    await page.getByLabel('Пояснение для учителя').fill('Черновик на втором листе');
    await page.getByRole('button', { name: 'Сдать', exact: true }).click();
    const handedIn = await lesson.handedIn(assignmentId);
    await receiptOn(page).waitFor();
    expect(await receiptOn(page).textContent()).toBe(handedIn.body?.['receipt']);
    await page.getByText(`Подтверждение сдачи ${handedIn.body?.['receipt']}`).first().waitFor({ state: 'attached' });

    expect(handedIn.body?.['note']).toBe('Черновик на втором листе');
    const files = filesIn(handedIn);
    expect(files.map(({ name }) => name)).toEqual(['homework.pdf', 'photo-of-page.jpg']);
    for (const [index, path] of [PDF, PHOTO].entries()) {
      const { bytes } = await lesson.teacher.download(files[index]!.fileId);
      expect(sha256Of(bytes)).toBe(sha256Of(readFileSync(path)));
    }
  });

  test('[S9] cut in the middle of a file, it goes on where it stopped and is handed in once', async () => {
    const assignmentId = await lesson.assign();
    const page = await lesson.pupil(computer);
    await page.getByLabel('Выбрать файлы').waitFor({ state: 'attached' });
    const offsets: number[] = [];
    page.on('request', (request) => {
      if (request.method() === 'PATCH') offsets.push(Number(request.headers()['upload-offset']));
    });
    const bytes = Buffer.alloc(6_000_000, 'Подлежащее и сказуемое. ');
    lesson.cable.cutAfter(4_000_000);
    await page.getByLabel('Выбрать файлы').setInputFiles({ name: 'видео.mp4', mimeType: 'video/mp4', buffer: bytes });
    await page.getByRole('button', { name: 'Сдать', exact: true }).click();
    await eventually(() => lesson.cable.isCut());
    await page.getByText('Без сети').first().waitFor();
    lesson.cable.mend();
    await receiptOn(page).waitFor();

    expect(offsets[0]).toBe(0);
    expect(offsets.at(-1)).toBeGreaterThan(0);
    const handedIn = await lesson.handedIn(assignmentId);
    expect(filesIn(handedIn)[0]?.sha256).toBe(sha256Of(bytes));
    const all = lesson.teacher.logs.get(lesson.logId)?.entries.filter(({ kind }) => kind === 'handedIn');
    expect(all?.length).toBe(1);
  });

  test('a work given back shows mark and comment; sent back, it can be handed in again', async () => {
    const assignmentId = await lesson.assign();
    const page = await lesson.pupil(computer);
    await page.getByLabel('Пояснение для учителя').fill('Сделал в тетради');
    await page.getByRole('button', { name: 'Сдать', exact: true }).click();
    const { by } = await lesson.handedIn(assignmentId);
    const memberId = by!;
    const { teacher, logId } = lesson;
    const work = { assignmentId, memberId };
    const first = { ...work, attempt: 1, mark: '2', comment: 'Не все обороты', seen: null };
    const review = await teacher.send(logId, 'review', first);
    await page.getByText('Учитель проверяет работу').waitFor();
    await teacher.send(logId, 'giveBack', { ...work, reviewId: review.id, outcome: 'redo' });
    await page.getByText('Не все обороты').waitFor();
    await page.getByLabel('Пояснение для учителя').fill('Исправил');
    await page.getByRole('button', { name: 'Сдать ещё раз' }).click();
    await lesson.row((entry) => entry.kind === 'handedIn' && entry.body?.['attempt'] === 2);
    const again = { ...work, attempt: 2, mark: '5', comment: 'Теперь всё', seen: review.id };
    const second = await teacher.send(logId, 'review', again);
    await teacher.send(logId, 'giveBack', { ...work, reviewId: second.id, outcome: 'accepted' });
    await page.getByText('Теперь всё').waitFor();
    expect(await page.locator('.mark strong').textContent()).toBe('5');
    await page.getByText('Раньше сдавалось: 1 раз').waitFor();
    expect(await page.getByRole('button', { name: /Сдать/ }).count()).toBe(0);
  });

  test('[S10] a refused work stays with its reason, though its task is gone, until it is put away', async () => {
    const assignmentId = await lesson.assign();
    const page = await lesson.pupil(computer);
    await page.getByLabel('Пояснение для учителя').fill('Сделал');
    lesson.cable.cutAfter(0);
    await page.getByText('Без сети').first().waitFor();
    await page.getByRole('button', { name: 'Сдать', exact: true }).click();
    await page.getByText('Работа ждёт связи').waitFor();
    await lesson.teacher.send(lesson.logId, 'withdrawAssignment', { assignmentId });
    lesson.cable.mend();
    await page.getByRole('heading', { name: 'Не приняты' }).waitFor();
    await page.getByText('Учитель снял это задание').waitFor();
    const refused = page.getByRole('article').filter({ hasText: TASK });
    expect(await refused.getByText('Сделал', { exact: true }).count()).toBe(1);
    await refused.getByRole('button', { name: 'Убрать' }).click();
    await refused.waitFor({ state: 'detached' });
  });
});

describe('chat', () => {
  test('both sides hear each other; what is unread shows on the tab of a phone', async () => {
    const phone = await lesson.computer({ viewport: { width: 360, height: 740 } });
    const page = await lesson.pupil(phone);
    await lesson.say('Кто дежурный?');
    await page.getByRole('tab', { name: /Чат.*нов/ }).click();
    await page.getByText('Кто дежурный?').waitFor();
    await page.getByLabel('Сообщение', { exact: true }).fill('Я');
    await page.keyboard.press('Enter');
    const heard = await lesson.row((entry) => entry.kind === 'messagePosted' && entry.body?.['text'] === 'Я');
    expect(heard.by).not.toBeNull();
    await page.getByRole('tab', { name: 'Чат', exact: true }).waitFor();
  });

  test('what is being typed survives a reload', async () => {
    const page = await lesson.pupil(computer);
    await page.getByLabel('Сообщение', { exact: true }).pressSequentially('Недописан');
    await expect.poll(async () => (await leftOnComputer(page)).text).toContain('Недописан');
    await page.reload();
    await expect.poll(() => page.getByLabel('Сообщение', { exact: true }).inputValue()).toBe('Недописан');
  });
});

describe('a line that goes dead without a word', () => {
  test('[S11] is seen though nothing is under way, long before the heartbeat; what was written then goes once', async () => {
    const page = await lesson.pupil(computer);
    await page.getByLabel('Сообщение', { exact: true }).waitFor();
    await page.getByText('В сети').waitFor();
    lesson.cable.silence(true);
    // The heartbeat would take 35 s.
    await page.getByText('Без сети').waitFor({ timeout: 30_000 });
    await page.getByLabel('Сообщение', { exact: true }).fill('В тишине');
    await page.getByLabel('Сообщение', { exact: true }).press('Enter');
    await page.getByText('ждёт связи').waitFor();
    lesson.cable.silence(false);
    await page.getByText('В сети').waitFor();
    await lesson.row(({ kind, body }) => kind === 'messagePosted' && body?.['text'] === 'В тишине');
    await page.getByText('ждёт связи').waitFor({ state: 'detached' });
    expect(await page.getByRole('article').filter({ hasText: 'В тишине' }).count()).toBe(1);
  });
});

describe('leaving', () => {
  test('the end of the lesson takes the class off the screen and off a shared computer', async () => {
    const assignmentId = await lesson.assign();
    const page = await lesson.pupil(computer);
    await page.getByLabel('Выбрать файлы').setInputFiles(PHOTO);
    await page.getByRole('button', { name: 'Сдать', exact: true }).click();
    const receipt = (await lesson.handedIn(assignmentId)).body?.['receipt'] as string;
    await receiptOn(page).waitFor();
    const { pages } = await lesson.endLesson();
    expect(pages).toBe(1);
    await page.getByRole('heading', { name: 'Урок закончен' }).waitFor();
    await page.getByText(receipt).waitFor();
    expect(knows(await page.content())).toEqual([]);
    expect(await page.title()).toBe('Парта');
    await expect.poll(() => leftOnComputer(page)).toEqual({ databases: [], text: '', storage: [] });
  });

  test('what was not handed in when the lesson ended is said', async () => {
    await lesson.assign();
    const page = await lesson.pupil(computer);
    await page.getByLabel('Пояснение для учителя').fill('Почти готово');
    await lesson.endLesson();
    await page.getByText('Начато, но не сдано: 1 работа').waitFor();
    expect(knows(await page.content())).toEqual([]);
  });

  test('a tab that was simply closed leaves nothing to the next pupil', async () => {
    const page = await lesson.pupil(computer);
    await page.close();
    const next = await lesson.open(computer);
    await next.getByLabel('Код класса').waitFor();
    await expect.poll(() => databases(next)).toEqual([]);
    expect(await leftOnComputer(next)).toEqual({ databases: [], text: '', storage: [] });
  });

  test('a second tab erases what a closed one left before its own pupil comes in, and nothing that the first still uses', async () => {
    const page = await lesson.pupil(computer);
    // The store and the files on their way.
    await expect.poll(() => databases(page)).toHaveLength(2);
    const used = await databases(page);
    const closed = await lesson.pupil(computer, { name: 'Чжан Ли' });
    await expect.poll(() => databases(page)).toHaveLength(4);
    const left = (await databases(page)).filter((name) => !used.includes(name));
    await closed.close();
    await lesson.pupil(computer, { name: 'Ёлкина Аня' });
    const now = await databases(page);
    expect(now).toEqual(expect.arrayContaining(used));
    expect(now.filter((name) => left.includes(name))).toEqual([]);
    await lesson.say('Слышно?');
    await page.getByText('Слышно?').waitFor();
  });

  test('one’s own computer keeps the class: no code tomorrow, and the end of a lesson passes it by', async () => {
    const page = await lesson.pupil(computer, { mine: true });
    expect((await lesson.endLesson()).pages).toBe(0);
    await page.close();
    const tomorrow = await lesson.open(computer);
    await tomorrow.getByRole('heading', { name: TITLE, level: 1 }).waitFor();
  });

  test('leaving by oneself asks, signs out at the hub and clears', async () => {
    const page = await lesson.pupil(computer, { mine: true });
    await page.getByRole('button', { name: 'Выйти' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Выйти' }).click();
    await page.getByRole('heading', { name: 'Вы вышли из класса' }).waitFor();
    await expect.poll(() => leftOnComputer(page)).toEqual({ databases: [], text: '', storage: [] });
    await page.reload();
    await page.getByLabel('Код класса').waitFor();
  });
});

describe('for everybody', () => {
  test('at 360 px nothing scrolls sideways and axe finds nothing serious, in every state', async () => {
    const phone = await lesson.computer({ viewport: { width: 360, height: 740 }, hasTouch: true, isMobile: true });
    const long = 'ЭлектрогидравлическиеПреобразователи'.repeat(3);
    await lesson.assign({ title: long, text: `https://example.org/${long}`, dueAt: Date.now() - 1000 });
    await lesson.say(long);
    const page = await lesson.open(phone);
    const look = async () => [await sideways(page), ...(await seriousFindings(page))];
    expect(await look()).toEqual([0]);
    await lesson.knock(page);
    expect(await look()).toEqual([0]);
    await lesson.confirm();
    await page.getByLabel('Выбрать файлы').setInputFiles(PHOTO);
    await page.getByText('на сервере').waitFor();
    expect(await look()).toEqual([0]);
    await page.getByRole('tab', { name: /Чат/ }).click();
    await page.getByText(long).last().waitFor();
    expect(await look()).toEqual([0]);
    await page.getByRole('button', { name: 'Выйти' }).click();
    expect(await look()).toEqual([0]);
    await page.getByRole('dialog').getByRole('button', { name: 'Выйти' }).click();
    await page.getByRole('heading', { name: 'Вы вышли из класса' }).waitFor();
    expect(await look()).toEqual([0]);
  });

  test('the page speaks English where the browser does, and changes when asked', async () => {
    const english = await lesson.computer({ locale: 'en-GB' });
    const page = await lesson.open(english);
    await page.getByRole('heading', { name: 'Enter your class' }).waitFor();
    expect(await page.evaluate(() => document.documentElement.lang)).toBe('en');
    await page.getByRole('button', { name: 'Русский' }).click();
    await page.getByRole('heading', { name: 'Вход в класс' }).waitFor();
    expect(await page.evaluate(() => document.documentElement.lang)).toBe('ru');
  });

  test('at most 150 KB of gzip script cross the wire until tasks are shown', async () => {
    await lesson.assign();
    await computer.addInitScript(() => {
      new MutationObserver((_changes, watching) => {
        if (!document.querySelector('article.card')) return;
        watching.disconnect();
        performance.mark('tasks');
      }).observe(document, { childList: true, subtree: true });
    });
    const page = await lesson.pupil(computer);
    await page.getByLabel('Сообщение', { exact: true }).waitFor();
    const scripts = await page.evaluate(() => {
      const tasksAt = performance.getEntriesByName('tasks')[0]?.startTime ?? Infinity;
      const loaded = performance.getEntriesByType('resource') as PerformanceResourceTiming[];
      const all = loaded.filter(({ name }) => name.endsWith('.js'));
      return { before: all.filter((one) => one.startTime < tasksAt).map(({ name }) => name), all: all.length };
    });
    // The chat has come by now, so something was left for later.
    expect(scripts.all).toBeGreaterThan(scripts.before.length);
    let sentBytes = 0;
    for (const url of scripts.before) {
      const { bytes } = await ask(lesson.hub.url, new URL(url).pathname, { headers: { 'Accept-Encoding': 'gzip' } });
      sentBytes += bytes.length;
    }
    expect(sentBytes).toBeGreaterThan(50_000);
    expect(sentBytes).toBeLessThanOrEqual(STUDENT_SCRIPT_BUDGET_BYTES);
  });

  test('nothing on the page complains, also not about plain HTTP or the hub’s CSP', async () => {
    const assignmentId = await lesson.assign();
    const complaints: string[] = [];
    computer.on('console', (message) => {
      if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text());
    });
    computer.on('weberror', (error) => complaints.push(error.error().message));
    const page = await lesson.pupil(computer);
    expect(await page.evaluate(() => window.isSecureContext)).toBe(false);
    await page.getByLabel('Выбрать файлы').setInputFiles(PHOTO);
    await page.getByRole('button', { name: 'Сдать', exact: true }).click();
    await lesson.handedIn(assignmentId);
    await receiptOn(page).waitFor();
    // The hub is asked first (HEAD) whether it has the file; that it has not is no complaint.
    expect(complaints.filter((text) => !text.includes('404'))).toEqual([]);
  });
});
