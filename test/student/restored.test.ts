/**
 * A pupil who was let in after the backup was made from which the hub was restored: his page, a real hub on a real copy, a real Chromium.
 * What he had sent, acknowledged or not, arrives once he is let in again, and once only.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BrowserContext, Page } from 'playwright';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { directIdOf, schoolLogIdOf, type CommandId, type LogId, type MemberId } from '../../src/core/ids.ts';
import type { Entry, FileRef, JoinCode } from '../../src/core/wire.ts';
import { HUB_HOST } from '../support/chromium.ts';
import { startHub, type StartedHub } from '../support/hub.ts';
import { eventually, newId, Person, sha256Of } from '../support/person.ts';
import { leftOnComputer, Lesson, openStage, TASK, TITLE, WORDS, type Stage } from './stage.ts';

const NAME = 'Белов Илья';
const BYTES = Buffer.from('Ответ: 7');
const FILE = { name: 'решение.txt', mimeType: 'text/plain', buffer: BYTES };

let stage: Stage;
let lesson: Lesson;
let computer: BrowserContext;
let folder: string;
let hub: StartedHub | null;
let teacher: Person;
let assignmentId: CommandId;
beforeAll(async () => {
  stage = await openStage();
});
afterAll(() => stage?.close());
beforeEach(async () => {
  lesson = await Lesson.begin(stage);
  computer = await lesson.computer();
  folder = mkdtempSync(join(tmpdir(), 'parta-backup-'));
  hub = null;
  assignmentId = await lesson.assign();
  await lesson.hub.hub.backup(join(folder, 'copy.db'));
});
afterEach(async () => {
  teacher?.close();
  // Its first hub is gone by then, with its folder kept for this one.
  await hub?.stop({ keep: false });
  if (hub) lesson.hub.stop = async () => undefined;
  await lesson?.end();
  rmSync(folder, { recursive: true, force: true });
});

/** The hub breaks, and comes back as the copy has it, at the same address: on its computer, or on one that has nothing but the copy. */
async function restore(where: 'here' | 'elsewhere' = 'here') {
  const { port } = lesson.hub;
  const dataDir = where === 'here' ? lesson.hub.dataDir : join(folder, 'hub');
  await lesson.hub.stop({ keep: where === 'here' });
  const restoreFrom = join(folder, 'copy.db');
  hub = await startHub({ dataDir, port, restoreFrom, hosts: [HUB_HOST], studentDir: stage.studentDir });
  teacher = new Person(hub.url, hub.owner);
  await teacher.connect();
  await teacher.follow(lesson.logId);
}
const schoolId = (): LogId => schoolLogIdOf(lesson.hub.owner.hubId);
const filesIn = (entry: Entry) => (entry.body?.['files'] ?? []) as FileRef[];
const rows = (kind: string, logId = lesson.logId) =>
  teacher.logs.get(logId)?.entries.filter((entry) => entry.kind === kind) ?? [];
const heading = (page: Page, name: string) => page.getByRole('heading', { name, level: 1 });

/** Types the code of today and asks; pressed as an impatient hand presses. */
async function askAgain(page: Page) {
  const { code } = await teacher.call<JoinCode>(`/api/logs/${lesson.logId}/join-code`);
  await page.getByLabel('Код класса').fill(code);
  expect(await page.getByLabel('Фамилия и имя').inputValue()).toBe(NAME);
  await page.getByRole('button', { name: 'Попроситься в класс' }).dblclick();
  await heading(page, 'Учитель подтверждает вход').waitFor();
}
async function confirm(): Promise<MemberId> {
  const request = await eventually(() => rows('joinRequested').at(-1));
  const memberId = newId<MemberId>();
  await teacher.send(lesson.logId, 'confirmJoin', { requestId: request.id, memberId, name: NAME });
  return memberId;
}
const said = (text: string, entries: readonly Entry[]) => entries.filter(({ body }) => body?.['text'] === text);

/** Hands in a file, writes to everybody and to the teacher alone, all of it acknowledged. */
async function workOf(page: Page) {
  await page.getByLabel('Выбрать файлы').setInputFiles(FILE);
  await page.getByRole('button', { name: 'Сдать', exact: true }).click();
  await lesson.handedIn(assignmentId);
  const field = page.getByLabel('Сообщение', { exact: true });
  await field.fill('Всем привет');
  await field.press('Enter');
  await lesson.row(({ body }) => body?.['text'] === 'Всем привет');
  await page.getByRole('button', { name: /Все чаты/ }).click();
  await page.getByRole('button', { name: /Анна Павловна/ }).click();
  await field.fill('Можно завтра?');
  await field.press('Enter');
  await lesson.teacher.follow(schoolId());
  await eventually(() => said('Можно завтра?', lesson.teacher.logs.get(schoolId())?.entries ?? []).length > 0);
  await expect.poll(async () => (await leftOnComputer(page)).text.includes('Можно завтра?')).toBe(true);
}

describe('[S14] a pupil whom the restored hub has forgotten', () => {
  test('is told so, asks again, and all that he had sent arrives once, the direct message where the two meet now', async () => {
    const page = await lesson.pupil(computer);
    await workOf(page);
    await restore();
    await heading(page, 'Сервер класса вас не узнал').waitFor();
    await page.getByText('Здесь ждёт: 1 работа, 2 сообщения').waitFor();
    await page.getByText('Не закрывайте эту вкладку').waitFor();
    const shown = await page.getByRole('main').innerText();
    expect(WORDS.filter((word) => shown.includes(word))).toEqual([]);
    await askAgain(page);
    // Neither a second press nor a reload makes a second request, or loses anything.
    await page.reload();
    await heading(page, 'Учитель подтверждает вход').waitFor();
    await page.getByText('Здесь ждёт: 1 работа, 2 сообщения').waitFor();
    expect(rows('joinRequested')).toHaveLength(1);
    const memberId = await confirm();

    await heading(page, TITLE).waitFor();
    const [work, ...more] = await eventually(() => rows('handedIn').length > 0 && rows('handedIn'));
    expect(more).toEqual([]);
    expect(work).toMatchObject({ by: memberId, body: { memberId, assignmentId } });
    const [file] = filesIn(work!);
    expect(file).toMatchObject({ name: 'решение.txt', sha256: sha256Of(BYTES) });
    expect(sha256Of((await teacher.download(file!.fileId)).bytes)).toBe(sha256Of(BYTES));
    await eventually(() => said('Всем привет', rows('messagePosted')).length > 0);
    await teacher.follow(schoolId());
    const direct = await eventually(() => said('Можно завтра?', rows('messagePosted', schoolId()))[0]);
    const me = teacher.logs.get(schoolId())!.following.memberId;
    expect(direct.body?.['channelId']).toBe(directIdOf(memberId, me));
    // Everything has left the outbox, and stays sent.
    await page.reload();
    await heading(page, TITLE).waitFor();
    await page.getByText('Всё сдано').waitFor();
    expect(said('Всем привет', rows('messagePosted'))).toHaveLength(1);
    expect(said('Можно завтра?', rows('messagePosted', schoolId()))).toHaveLength(1);
    expect(rows('handedIn')).toHaveLength(1);
  });

  test('[S9] a file that was still on its way goes on from the copy, under the new membership', async () => {
    const page = await lesson.pupil(computer);
    await page.getByLabel('Выбрать файлы').waitFor({ state: 'attached' });
    lesson.cable.cutAfter(2_000_000);
    const buffer = Buffer.alloc(5_000_000, 'Дополнение. ');
    await page.getByLabel('Выбрать файлы').setInputFiles({ ...FILE, buffer });
    await page.getByRole('button', { name: 'Сдать', exact: true }).click();
    await page.getByText('Работа ждёт связи').waitFor();
    await restore();
    lesson.cable.mend();
    await heading(page, 'Сервер класса вас не узнал').waitFor();
    await askAgain(page);
    page.on('dialog', (dialog) => void dialog.accept());
    await page.reload();
    await heading(page, 'Учитель подтверждает вход').waitFor();
    await confirm();
    await expect.poll(() => rows('handedIn').length).toBe(1);
    const [file] = filesIn(rows('handedIn')[0]!);
    expect(file!.sha256).toBe(sha256Of(buffer));
  });

  test('refused by the teacher he reads why, and may ask again; leaving names what is lost and clears', async () => {
    const page = await lesson.pupil(computer);
    await workOf(page);
    await restore();
    await heading(page, 'Сервер класса вас не узнал').waitFor();
    await page.getByLabel('Код класса').fill('000 000');
    await page.getByRole('button', { name: 'Попроситься в класс' }).click();
    await page.getByRole('alert').getByText('Такого кода нет').waitFor();
    await askAgain(page);
    const request = await eventually(() => rows('joinRequested').at(-1));
    await teacher.send(lesson.logId, 'declineJoin', { requestId: request.id });
    await page.getByText('Учитель пока не впустил вас').waitFor();
    await askAgain(page);
    await eventually(() => rows('joinRequested').length === 2);
    await page.getByRole('button', { name: 'Выйти' }).click();
    await page.getByText('Пропадёт неотправленное: 1 работа, 2 сообщения').waitFor();
    await page.getByRole('button', { name: 'Остаться' }).click();
    await page.getByText('Здесь ждёт: 1 работа, 2 сообщения').waitFor();
    await page.getByRole('button', { name: 'Выйти' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Выйти' }).click();
    await heading(page, 'Вы вышли из класса').waitFor();
    await expect.poll(() => leftOnComputer(page)).toEqual({ databases: [], text: '', storage: [] });
  });

  test('at a copy on another computer, which knows neither him nor his file, nothing is erased: he comes back as he was, and chooses the file again', async () => {
    await lesson.assign({ title: 'Второе' });
    await lesson.hub.hub.backup(join(folder, 'copy.db'));
    const page = await lesson.pupil(computer);
    await workOf(page);
    await page.getByRole('button', { name: /Второе/ }).click();
    await page.getByLabel('Пояснение для учителя').fill('В тетради');
    await page.getByRole('button', { name: 'Сдать', exact: true }).click();
    await lesson.row(({ kind, body }) => kind === 'handedIn' && body?.['note'] === 'В тетради');
    await expect.poll(async () => (await leftOnComputer(page)).text.includes('В тетради')).toBe(true);
    await restore('elsewhere');
    await heading(page, 'Сервер класса вас не узнал').waitFor();
    await page.getByText('всё, что вы сдали и написали после той копии').waitFor();
    await page.reload();
    await heading(page, 'Сервер класса вас не узнал').waitFor();
    await askAgain(page);
    await page.getByText('Здесь ждёт: 2 работы, 2 сообщения').waitFor();
    const memberId = await confirm();
    await eventually(() => rows('handedIn').some(({ by, body }) => by === memberId && body?.['note'] === 'В тетради'));
    await eventually(() => said('Всем привет', rows('messagePosted')).length === 1);
    // The bytes went down with the old computer: he takes the work back into the form and chooses the file again.
    await heading(page, TITLE).waitFor();
    await page.getByRole('article').filter({ hasText: TASK }).getByRole('button', { name: 'Исправить' }).click();
    await page.getByRole('button', { name: 'Убрать файл решение.txt' }).click();
    await page.getByLabel('Выбрать файлы').setInputFiles(FILE);
    await page.getByRole('button', { name: 'Сдать', exact: true }).click();
    await eventually(() => rows('handedIn').some((row) => filesIn(row)[0]?.sha256 === sha256Of(BYTES)));
    expect(rows('handedIn')).toHaveLength(2);
  });

  test('nothing is erased because the hub cannot be asked for a moment whether it came back from a backup', async () => {
    const page = await lesson.pupil(computer);
    await workOf(page);
    // As soon as the sign-in has ended, the hub is out of reach for two questions.
    await page.evaluate(() => {
      const plain = window.fetch;
      const kept = Object.assign(window, { refused: 0 });
      let isEnded = false;
      window.fetch = async (input, init) => {
        if (input === '/api/hub' && isEnded && kept.refused < 2) {
          kept.refused += 1;
          throw new TypeError('cut');
        }
        const response = await plain(input, init);
        if (input === '/api/session') isEnded ||= !((await response.clone().json()) as { ok: boolean }).ok;
        return response;
      };
    });
    await restore('elsewhere');
    await heading(page, 'Сервер класса вас не узнал').waitFor();
    expect(await page.evaluate(() => (window as unknown as { refused: number }).refused)).toBe(2);
    await askAgain(page);
    await confirm();
    await eventually(() => said('Всем привет', rows('messagePosted')).length === 1);
  });

  test('refused while his page heard nothing, he can ask again in the same form', async () => {
    const page = await lesson.pupil(computer);
    const field = page.getByLabel('Сообщение', { exact: true });
    await field.fill('Всем привет');
    await field.press('Enter');
    await lesson.row(({ body }) => body?.['text'] === 'Всем привет');
    await expect.poll(async () => (await leftOnComputer(page)).text.includes('Всем привет')).toBe(true);
    await restore();
    await heading(page, 'Сервер класса вас не узнал').waitFor();
    let hear = () => undefined as void;
    const heard = new Promise<void>((resolve) => (hear = resolve));
    await page.route('**/api/me', async (route) => {
      await heard;
      await route.continue();
    });
    const { code } = await teacher.call<JoinCode>(`/api/logs/${lesson.logId}/join-code`);
    await page.getByLabel('Код класса').fill(code);
    const ask = page.getByRole('button', { name: 'Попроситься в класс' });
    await ask.click();
    const request = await eventually(() => rows('joinRequested').at(-1));
    await teacher.send(lesson.logId, 'declineJoin', { requestId: request.id });
    hear();
    await page.getByText('Учитель пока не впустил вас').waitFor();
    await ask.click();
    await heading(page, 'Учитель подтверждает вход').waitFor();
    expect(rows('joinRequested')).toHaveLength(2);
  });

  test('who had sent nothing is told that no class has him, and comes in again the same way', async () => {
    const page = await lesson.pupil(computer);
    await restore();
    await heading(page, 'Вас нет в этом классе').waitFor();
    await page.getByText('Неотправленного на этом устройстве нет').waitFor();
    await askAgain(page);
    await confirm();
    await heading(page, TITLE).waitFor();
    expect(rows('joinRequested')).toHaveLength(1);
  });
});
