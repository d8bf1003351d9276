/** A lesson as a pupil has it: pure rules on a class kept on paper; files that come by themselves; then the page in a real browser. */
import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { ClassView } from '../../src/client/class-store.ts';
import { memberOf, seenBy } from '../../src/core/classroom.ts';
import type { CommandId, FileId, LogId, MemberId, PersonId, Sha256 } from '../../src/core/ids.ts';
import { TOGETHER_MAX } from '../../src/core/limits.ts';
import type { FileRef } from '../../src/core/wire.ts';
import { HELD_BYTES_MAX, openHandedOut, PIECE_BYTES } from '../../src/student/handed-out.ts';
import { askedNow, collectingOf, countdown, partnersOf } from '../../src/student/lesson.ts';
import { tasksOf } from '../../src/student/Tasks.tsx';
import { HUB, nextFileId, nextId, PaperClass } from '../support/paper-class.ts';
import { eventually } from '../support/person.ts';
import { Lesson, openStage, TITLE, type Stage } from './stage.ts';

function viewOf(paper: PaperClass, personId: PersonId): ClassView {
  const { memberId, role } = memberOf(paper.state, personId)!;
  const classroom = seenBy(paper.state, memberId);
  const logId = nextId<LogId>();
  return {
    logId,
    memberId,
    role,
    classroom,
    pending: new Set(),
    unread: {},
    mentions: {},
    outbox: [],
    clockOffsetMs: 0,
  };
}

describe('what a lesson asks', () => {
  const day = () => {
    const paper = new PaperClass().begin('7А');
    const pupil = paper.admit('Белов Илья');
    const other = paper.admit('Ёлкина Анна');
    const asked = (now = paper.now) => {
      const view = viewOf(paper, pupil.personId);
      return askedNow(tasksOf(view, view.classroom.members[view.memberId]!), now);
    };
    return { paper, pupil, other, asked };
  };

  test('a hand-out is nothing to hand in until it is collected, and nothing is asked after the bell or once it is in', () => {
    const { paper, pupil, asked } = day();
    const assignmentId = paper.assign({ isHandout: true });
    const states = () => {
      const view = viewOf(paper, pupil.personId);
      return tasksOf(view, view.classroom.members[view.memberId]!).map(({ state }) => state);
    };
    expect([states(), asked()]).toEqual([['handout'], []]);
    const bellAt = paper.now + 600_000;
    paper.must('collect', { assignmentId, bellAt, afterBell: 'late', seen: null });
    expect(states()).toEqual(['missing']);
    expect(asked()).toMatchObject([{ bellAt }]);
    expect(asked(bellAt)).toEqual([]);
    paper.must('handIn', { assignmentId, fileIds: [], note: 'вот' }, pupil.who);
    expect(asked()).toEqual([]);
  });

  test('after the bell a work is taken, taken as late or not taken, as the teacher said; who must redo it is not shut out', () => {
    const { paper, pupil } = day();
    for (const [afterBell, expected] of [
      ['accept', 'over'],
      ['late', 'late'],
      ['refuse', 'closed'],
    ] as const) {
      const assignmentId = paper.assign();
      paper.must('collect', { assignmentId, bellAt: paper.now + 5_000, afterBell, seen: null });
      const assignment = viewOf(paper, pupil.personId).classroom.assignments[assignmentId]!;
      expect(collectingOf(assignment, false, paper.now)).toBe('running');
      expect(collectingOf(assignment, false, paper.now + 5_000)).toBe(expected);
      expect(collectingOf(assignment, true, paper.now + 5_000)).toBe('over');
    }
  });

  test('what ends first stands on top; the last second is shown, then nothing below zero', () => {
    const { paper, asked } = day();
    const [first, second] = [paper.assign(), paper.assign()];
    paper.must('collect', { assignmentId: first, bellAt: null, afterBell: 'accept', seen: null });
    paper.must('collect', { assignmentId: second, bellAt: paper.now + 60_000, afterBell: 'accept', seen: null });
    expect(asked().map(({ task }) => task.work.assignment.assignmentId)).toEqual([second, first]);
    expect([countdown(61_000, 0), countdown(999, 0), countdown(0, 5_000)]).toEqual(['1:01', '0:01', '0:00']);
  });

  test('one may do it with classmates who are in, not with oneself, a teacher or a name of the list', () => {
    const { paper, pupil, other } = day();
    paper.must('listMember', { memberId: nextId(), name: 'Зайцев Фёдор' });
    paper.must('requestJoin', { personId: nextId(), name: 'Кто-то', device: '' }, HUB);
    expect(partnersOf(viewOf(paper, pupil.personId))).toEqual([{ memberId: other.memberId, name: 'Ёлкина Анна' }]);
    expect(TOGETHER_MAX).toBe(3);
  });
});

describe('files of a hand-out', () => {
  const fileOf = (sizeBytes: number): FileRef => ({
    fileId: nextFileId(),
    name: 'карта.pdf',
    sizeBytes,
    sha256: 'a'.repeat(64) as Sha256,
    mediaType: 'application/pdf',
  });
  /** A hub that answers ranges, after it has failed so many times. */
  const hubOf = (failures: number, asked: string[] = []) =>
    (async (_url: unknown, init?: RequestInit) => {
      const range = new Headers(init?.headers).get('Range')!;
      asked.push(range);
      if (failures-- > 0) throw new TypeError('cut');
      const [, from, to] = /bytes=(\d+)-(\d+)/.exec(range)!;
      return new Response(new Uint8Array(Number(to) - Number(from) + 1), { status: 206 });
    }) as typeof fetch;

  test('come in pieces; a cut costs the piece, not the file', async () => {
    const asked: string[] = [];
    const handedOut = openHandedOut({ fetch: hubOf(1, asked), retryMinMs: 1 });
    const file = fileOf(PIECE_BYTES + 10);
    handedOut.want([file, file]);
    expect(handedOut.whole()).toEqual([]);
    await eventually(() => handedOut.find(file.fileId)?.state === 'here');
    expect(handedOut.whole()).toEqual([file.fileId]);
    const pieces = [`bytes=0-${PIECE_BYTES - 1}`, `bytes=${PIECE_BYTES}-${PIECE_BYTES + 9}`];
    expect(asked).toEqual([pieces[0], ...pieces]);
    handedOut.close();
  });

  test(`no more than ${HELD_BYTES_MAX} bytes are held: what is more stays a link`, () => {
    const never = (() => new Promise(() => undefined)) as typeof fetch;
    const handedOut = openHandedOut({ fetch: never });
    const [fits, tooMuch] = [fileOf(HELD_BYTES_MAX - 1), fileOf(2)];
    handedOut.want([fits, tooMuch]);
    expect(handedOut.find(fits.fileId)).toEqual({ state: 'coming', doneBytes: 0 });
    expect(handedOut.find(tooMuch.fileId)).toBeNull();
    handedOut.close();
  });

  test('what may not be read any more is a link again', async () => {
    const gone = (async () => new Response(null, { status: 404 })) as typeof fetch;
    const handedOut = openHandedOut({ fetch: gone });
    const file = fileOf(10);
    handedOut.want([file]);
    await eventually(() => handedOut.find(file.fileId) === null);
    expect(handedOut.find(file.fileId)).toBeNull();
    handedOut.close();
  });
});

describe('in the browser', () => {
  let stage: Stage;
  let lesson: Lesson;
  beforeAll(async () => {
    stage = await openStage();
  });
  afterAll(() => stage?.close());
  beforeEach(async () => {
    lesson = await Lesson.begin(stage);
  });
  afterEach(() => lesson.end());

  const MINUTE_MS = 60_000;
  const collect = (assignmentId: CommandId, more: { bellAt?: number; afterBell?: 'late' | 'refuse' } = {}) =>
    lesson.teacher.send(lesson.logId, 'collect', {
      assignmentId,
      bellAt: more.bellAt ?? Date.now() + 10 * MINUTE_MS,
      afterBell: more.afterBell ?? 'refuse',
      seen: null,
    });
  const seat = async (name: string): Promise<Page> => lesson.pupil(await lesson.computer(), { name });

  test('a hand-out comes by itself and is saved from the page though the line is gone', async () => {
    const page = await seat('Белов Илья');
    const bytes = randomBytes(3_000_000);
    const fileId: FileId = await lesson.teacher.upload(bytes, 'карта.pdf', { filetype: 'application/pdf' });
    await lesson.assign({ title: 'Карта', fileIds: [fileId], isHandout: true });
    const link = page.getByRole('link', { name: /карта\.pdf.*уже здесь/ });
    await link.waitFor();
    lesson.cable.cutAfter(0);
    const [download] = await Promise.all([page.waitForEvent('download'), link.click()]);
    expect(readFileSync((await download.path())!).equals(bytes)).toBe(true);
    expect(download.suggestedFilename()).toBe('карта.pdf');
  });

  test('what is collected stands above everything until it is in; two hand in together and each gets a confirmation', async () => {
    const [one, two] = [await seat('Белов Илья'), await seat('Ёлкина Анна')];
    const assignmentId = await lesson.assign({ title: 'Опыт', isHandout: true });
    await collect(assignmentId);
    const asked = one.locator('.asked');
    await asked.getByText('Учитель собирает работы: Опыт').waitFor();
    await asked.getByRole('button', { name: 'К работе' }).click();
    await one.getByRole('button', { name: 'Сдаём вместе…' }).click();
    const partner = one.getByLabel('С кем сдаём вместе');
    // As tall as what is written into: a finger has to meet it.
    expect((await partner.boundingBox())!.height).toBeGreaterThanOrEqual(44);
    await partner.selectOption({ label: 'Ёлкина Анна' });
    await one.getByLabel('Пояснение для учителя').fill('Сделали вдвоём');
    await one.getByRole('button', { name: 'Сдать', exact: true }).click();
    await one.getByText('Вместе: Ёлкина Анна').waitFor();
    await asked.waitFor({ state: 'detached' });
    await two.getByText('Сдано вместе, отправил(а) Белов Илья').waitFor();
    const codes = await Promise.all([one, two].map((page) => page.locator('.receipt code').first().textContent()));
    expect(new Set(codes).size).toBe(2);
    const said = await lesson.row((entry) => entry.kind === 'handedIn' && entry.body?.['of'] !== undefined);
    expect(codes).toContain(said.body?.['receipt']);
  });

  test('a partner who is removed before it is handed in has no part in it', async () => {
    const [one] = [await seat('Белов Илья'), await seat('Ёлкина Анна')];
    const assignmentId = await lesson.assign({ title: 'Опыт', isHandout: true });
    await collect(assignmentId);
    await one.getByRole('button', { name: 'К работе' }).click();
    await one.getByRole('button', { name: 'Сдаём вместе…' }).click();
    await one.getByLabel('С кем сдаём вместе').selectOption({ label: 'Ёлкина Анна' });
    await one.getByLabel('Пояснение для учителя').fill('Сделали вдвоём');
    const partners = one.locator('.together li');
    expect(await partners.allInnerTexts()).toEqual(['Ёлкина Анна']);
    const { body: entered } = await lesson.row(
      ({ kind, body }) => kind === 'joinConfirmed' && body?.['name'] === 'Ёлкина Анна',
    );
    await lesson.teacher.send(lesson.logId, 'removeMember', {
      memberId: entered?.['memberId'] as MemberId,
      erase: false,
    });
    await partners.waitFor({ state: 'detached' });
    await one.getByRole('button', { name: 'Сдать', exact: true }).click();
    expect((await lesson.handedIn(assignmentId)).body).not.toHaveProperty('together');
  });

  test('when collecting is over and nothing is taken any more the page says so instead of offering the form', async () => {
    const page = await seat('Белов Илья');
    const assignmentId = await lesson.assign({ title: 'Тест' });
    const { id: collectId } = await collect(assignmentId);
    await page.getByRole('button', { name: 'К работе' }).click();
    await page.getByRole('button', { name: 'Сдать', exact: true }).waitFor();
    await lesson.teacher.send(lesson.logId, 'endCollect', { assignmentId, collectId });
    await page.getByText('Сбор закончен, работы больше не принимаются').waitFor();
    expect(await page.getByRole('button', { name: 'Сдать', exact: true }).count()).toBe(0);
  });

  test('a work that came after such a bell stays in sight: there is no form to take it back into until it is collected again', async () => {
    const page = await seat('Белов Илья');
    const assignmentId = await lesson.assign({ title: 'Тест' });
    const { id: collectId } = await collect(assignmentId);
    await page.getByRole('button', { name: 'К работе' }).click();
    await page.getByLabel('Пояснение').fill('Не успел');
    lesson.cable.cutAfter(0);
    await page.getByRole('button', { name: 'Сдать', exact: true }).click();
    await lesson.teacher.send(lesson.logId, 'endCollect', { assignmentId, collectId });
    lesson.cable.mend();
    await page.getByRole('button', { name: 'Отправить ещё раз' }).waitFor();
    const correct = page.getByRole('button', { name: 'Исправить' });
    await correct.waitFor({ state: 'detached' });
    await page.getByText('Не успел').waitFor();
    const bellAt = Date.now() + 10 * MINUTE_MS;
    await lesson.teacher.send(lesson.logId, 'collect', { assignmentId, bellAt, afterBell: 'refuse', seen: collectId });
    await correct.click();
    await expect.poll(() => page.getByLabel('Пояснение').inputValue()).toBe('Не успел');
  });

  test('a hand goes up while a teacher is there, and down when he has helped', async () => {
    await lesson.teacher.follow(lesson.logId);
    const page = await seat('Белов Илья');
    const hand = page.getByRole('button', { name: 'Нужна помощь' });
    await hand.click();
    await page.getByRole('button', { name: 'Учитель видит, что нужна помощь', pressed: true }).waitFor();
    const member = await lesson.row((entry) => entry.kind === 'joinConfirmed');
    lesson.teacher.socket!.emit('helped', { logId: lesson.logId, memberId: member.body?.['memberId'] });
    await hand.waitFor();
    await expect.poll(() => hand.getAttribute('aria-pressed')).toBe('false');
  });

  test('while a dropped folder is read, what is written and chosen stays', async () => {
    const page = await seat('Белов Илья');
    const assignmentId = await lesson.assign({ title: 'Проект' });
    const form = page.locator('.hand-in');
    await form.waitFor();
    await form.evaluate((element) => {
      const item = { webkitGetAsEntry: () => folder };
      const inside = { isFile: true, file: (tell: (file: File) => void) => tell(new File(['x'], 'x.txt')) };
      const folder = {
        isDirectory: true,
        createReader: () => {
          const left = [[inside], []];
          const read = (tell: (some: unknown) => void) => tell(left.shift());
          return { readEntries: (tell: (some: unknown) => void) => window.addEventListener('read', () => read(tell), { once: true }) };
        },
      }; // prettier-ignore
      const drop = new Event('drop', { bubbles: true, cancelable: true });
      element.dispatchEvent(Object.assign(drop, { dataTransfer: { items: [item], files: [] } }));
    });
    await page.getByLabel('Выбрать файлы').setInputFiles({ name: 'y.txt', mimeType: '', buffer: Buffer.from('y') });
    await page.getByLabel('Пояснение').fill('Читайте сначала y');
    await page.getByText('y.txt').waitFor();
    const isRead = async () => {
      await page.evaluate(() => window.dispatchEvent(new Event('read')));
      return page.getByText('x.txt').isVisible();
    };
    await eventually(isRead);
    await page.getByRole('button', { name: 'Сдать', exact: true }).click();
    const { body } = await lesson.handedIn(assignmentId);
    expect(((body?.['files'] ?? []) as FileRef[]).map(({ name }) => name).sort()).toEqual(['x.txt', 'y.txt']);
    expect(body?.['note']).toBe('Читайте сначала y');
  });

  test('of a dropped folder what can be read is taken, and what cannot, a file or a folder in it, is named', async () => {
    const page = await seat('Белов Илья');
    const assignmentId = await lesson.assign({ title: 'Проект' });
    const form = page.locator('.hand-in');
    await form.waitFor();
    await form.evaluate((element) => {
      const refuse = (_: unknown, fail: (why: Error) => void) => fail(new Error('NotReadableError'));
      const folder = (name: string, left: unknown[][] | null) => ({
        name, isDirectory: true,
        createReader: () => ({ readEntries: left ? (tell: (some: unknown) => void) => tell(left.shift() ?? []) : refuse }),
      }); // prettier-ignore
      const torn = { name: 'torn.doc', isFile: true, file: refuse };
      const lock = { ...torn, name: '~$torn.doc' };
      const whole = { isFile: true, file: (tell: (file: File) => void) => tell(new File(['x'], 'x.txt')) };
      const dropped = folder('Проект', [[folder('Закрыто', null), folder('В', [[torn, lock]])], [whole]]);
      const drop = new Event('drop', { bubbles: true, cancelable: true });
      const items = [{ webkitGetAsEntry: () => dropped }];
      element.dispatchEvent(Object.assign(drop, { dataTransfer: { items, files: [] } }));
    });
    await form.getByRole('alert').filter({ hasText: 'Закрыто, В – torn.doc.' }).waitFor();
    await page.getByText('x.txt').waitFor();
    await page.getByRole('button', { name: 'Сдать', exact: true }).click();
    const { body } = await lesson.handedIn(assignmentId);
    expect(((body?.['files'] ?? []) as FileRef[]).map(({ name }) => name)).toEqual(['x.txt']);
  });

  test('a whole folder is handed in, its files named by their way in it', async () => {
    const page = await seat('Белов Илья');
    const assignmentId = await lesson.assign({ title: 'Проект' });
    const dir = mkdtempSync(join(tmpdir(), 'parta-folder-'));
    mkdirSync(join(dir, 'сайт', 'стили'), { recursive: true });
    writeFileSync(join(dir, 'сайт', 'index.html'), '<p>Привет</p>');
    writeFileSync(join(dir, 'сайт', 'стили', 'main.css'), 'p {}');
    writeFileSync(join(dir, 'сайт', '.DS_Store'), 'x');
    await page.locator('input[webkitdirectory]').setInputFiles(join(dir, 'сайт'));
    await page.getByRole('button', { name: 'Сдать', exact: true }).click();
    const entry = await lesson.handedIn(assignmentId);
    const names = ((entry.body?.['files'] ?? []) as FileRef[]).map(({ name }) => name).sort();
    expect(names).toEqual(['index.html', 'стили – main.css']);
    expect(await page.getByRole('heading', { name: TITLE, level: 1 }).count()).toBe(1);
    rmSync(dir, { recursive: true });
  });
});
