/** The chat of the pupil's and parent's page against a real hub, in a real browser on plain HTTP. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { chromium, type BrowserContext, type Page } from 'playwright';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { directIdOf, schoolLogIdOf, type ChannelId, type CommandId, type MemberId } from '../../src/core/ids.ts';
import type { CommandOf, Entry, FileRef } from '../../src/core/wire.ts';
import { voiceSeconds } from '../../src/ui/voice.ts';
import { CHROMIUM_ENV, CHROMIUM_FLAGS, chromiumPath } from '../support/chromium.ts';
import { eventually, newId } from '../support/person.ts';
import { Lesson, openStage, ROOT, TASK, TITLE, type Stage } from './stage.ts';

const PHOTO = join(ROOT, 'test/support/samples/documents/photo-of-page.jpg');

let stage: Stage;
let lesson: Lesson;
let computer: BrowserContext;
beforeAll(async () => {
  stage = await openStage();
});
afterAll(() => stage.close());
beforeEach(async () => {
  lesson = await Lesson.begin(stage);
  computer = await lesson.computer({ viewport: { width: 1100, height: 700 } });
});
afterEach(() => lesson.end());

type Said = CommandOf<'postMessage'>['body'];
const post = (body: Partial<Said>) =>
  lesson.teacher.send(lesson.logId, 'postMessage', {
    channelId: lesson.channelId,
    text: '',
    fileIds: [],
    replyTo: null,
    ...body,
  });
const message = (page: Page, text: string) => page.getByRole('article').filter({ hasText: text });
const field = (page: Page) => page.getByLabel('Сообщение', { exact: true });
const isAbout = (kind: string, id: CommandId) => (entry: Entry) => entry.kind === kind && entry.about === id;
/** One second of silence as it lies in a WAV file. */
function silence(): Buffer {
  const rate = 8_000;
  const wav = Buffer.alloc(44 + rate, 128);
  wav.write('RIFF', 0);
  wav.writeUInt32LE(36 + rate, 4);
  wav.write('WAVEfmt ', 8);
  [16, 0x00010001, rate, rate, 0x00080001].forEach((value, at) => wav.writeUInt32LE(value, 16 + at * 4));
  wav.write('data', 36);
  wav.writeUInt32LE(rate, 40);
  return wav;
}

describe('one message', () => {
  test('[S8] a notice signed without a network is signed when it is back, once', async () => {
    const page = await lesson.pupil(computer);
    const notice = await post({ text: 'В четверг уроков нет', isNotice: true });
    const shown = message(page, 'В четверг уроков нет');
    await shown.getByRole('button', { name: 'Ознакомлен(а)' }).waitFor();
    lesson.cable.cutAfter(0);
    await page.getByText('Без сети').first().waitFor();
    await shown.getByRole('button', { name: 'Ознакомлен(а)' }).click();
    await shown.getByText('Вы ознакомлены, ждёт связи').waitFor();
    lesson.cable.mend();
    await shown.getByText('Вы ознакомлены: сегодня').waitFor();
    await lesson.row(isAbout('signed', notice.id));
    const signed = lesson.teacher.logs.get(lesson.logId)?.entries.filter(({ kind }) => kind === 'signed');
    expect(signed?.length).toBe(1);
  });

  test('a poll is answered, the answer corrected and taken back', async () => {
    const page = await lesson.pupil(computer);
    const poll = await post({ text: 'Когда диктант?', poll: { options: ['В среду', 'В пятницу'], isMultiple: false } });
    const shown = message(page, 'Когда диктант?');
    const pick = async (name: RegExp, options: number[]) => {
      await shown.getByRole('button', { name }).click();
      await lesson.row(
        (entry) => isAbout('voted', poll.id)(entry) && JSON.stringify(entry.body?.['options']) === `[${options}]`,
      );
    };
    await pick(/В среду/, [0]);
    await shown.getByRole('button', { name: /В среду/, pressed: true }).waitFor();
    await pick(/В пятницу/, [1]);
    await shown.getByRole('button', { name: /В пятницу/, pressed: true }).waitFor();
    expect(await shown.getByRole('button', { name: /В среду/, pressed: true }).count()).toBe(0);
    await pick(/В пятницу/, []);
    await shown.getByText('Никто ещё не ответил').waitFor();
  });

  test('a reaction is given and taken back by one press each', async () => {
    const page = await lesson.pupil(computer);
    const said = await post({ text: 'Тетради проверены' });
    const shown = message(page, 'Тетради проверены');
    await shown.hover();
    await shown.getByRole('button', { name: 'Действия с сообщением' }).click();
    await shown.getByRole('button', { name: 'Спасибо' }).click();
    await lesson.row((entry) => isAbout('reacted', said.id)(entry) && entry.body?.['isOn'] === true);
    await shown.getByRole('button', { name: /Спасибо: 1/, pressed: true }).click();
    await lesson.row((entry) => isAbout('reacted', said.id)(entry) && entry.body?.['isOn'] === false);
    await shown.getByRole('button', { name: /Спасибо: 1/ }).waitFor({ state: 'detached' });
    expect(await shown.locator('.reactions').count()).toBe(0);
  });

  test('a name after @ is offered and sent as a mention; one’s own name stands out', async () => {
    const page = await lesson.pupil(computer);
    await field(page).pressSequentially('@Ан');
    await page.getByRole('option', { name: 'Анна Павловна' }).waitFor();
    await page.keyboard.press('Enter');
    await field(page).pressSequentially('можно завтра?');
    await page.keyboard.press('Enter');
    const said = await lesson.row((entry) => String(entry.body?.['text']).includes('можно завтра?'));
    expect(said.body?.['text']).toBe('@Анна Павловна можно завтра?');
    expect(said.body?.['mentions']).toEqual([teacherId()]);
    await post({ text: '@Белов Илья можно', mentions: [said.by!] });
    await page.locator('.mention[data-me="true"]', { hasText: '@Белов Илья' }).waitFor();
  });

  test('what was said before an edit can be read', async () => {
    const page = await lesson.pupil(computer);
    const said = await post({ text: 'Контрольная в среду' });
    await lesson.teacher.send(lesson.logId, 'editMessage', { messageId: said.id, text: 'Контрольная в пятницу' });
    const shown = message(page, 'Контрольная в пятницу');
    await shown.getByRole('button', { name: 'изменено' }).click();
    await shown.getByText('Контрольная в среду').waitFor();
    expect(await message(page, 'Контрольная').count()).toBe(1);
  });

  test('a photo is seen, a voice is heard in place; on plain HTTP a phone’s own recorder is asked', async () => {
    const phone = await lesson.computer({ viewport: { width: 360, height: 740 }, hasTouch: true, isMobile: true });
    const complaints: string[] = [];
    phone.on('console', (said) => said.type() === 'error' && complaints.push(said.text()));
    const photo = await lesson.teacher.upload(readFileSync(PHOTO), 'доска.jpg', { filetype: 'image/jpeg' });
    const voice = await lesson.teacher.upload(silence(), 'ответ.wav', { filetype: 'audio/wav' });
    await post({ text: 'С урока', fileIds: [photo, voice] });
    const page = await lesson.pupil(phone);
    await page.getByRole('tab', { name: /Чат/ }).click();
    const shown = message(page, 'С урока');
    await shown.getByRole('button', { name: 'Открыть доска.jpg' }).click();
    const large = page.getByRole('dialog').locator('img');
    await expect.poll(() => large.evaluate((img: HTMLImageElement) => img.naturalWidth)).toBeGreaterThan(0);
    await page.keyboard.press('Escape');
    const audio = shown.locator('audio');
    await audio.evaluate((sound: HTMLAudioElement) => {
      sound.preload = 'auto';
      sound.load();
    });
    await expect.poll(() => audio.evaluate((sound: HTMLAudioElement) => Math.round(sound.duration))).toBe(1);
    expect(await page.evaluate(() => 'mediaDevices' in navigator)).toBe(false);
    const recorder = page.getByLabel('Голосовое сообщение');
    expect(await recorder.getAttribute('accept')).toBe('audio/*');
    expect(await recorder.getAttribute('capture')).toBe('user');
    expect(complaints.filter((text) => !text.includes('404'))).toEqual([]);
  });

  test('a task spoken of opens among the tasks', async () => {
    const phone = await lesson.computer({ viewport: { width: 360, height: 740 } });
    await lesson.assign({ title: 'Первое' });
    const second = await lesson.assign({ title: 'Второе', text: 'Стр. 7' });
    const page = await lesson.pupil(phone);
    await post({ text: 'Не забудьте', assignmentId: second });
    await page.getByRole('tab', { name: /Чат/ }).click();
    await message(page, 'Не забудьте')
      .getByRole('button', { name: /Второе/ })
      .click();
    await page.getByText('Стр. 7').waitFor();
    await expect.poll(() => page.evaluate(() => document.activeElement?.getAttribute('aria-expanded'))).toBe('true');
  });
});

function teacherId(): MemberId {
  const made = lesson.teacher.logs.get(lesson.logId)!.entries.find(({ kind }) => kind === 'classCreated');
  return made?.body?.['memberId'] as MemberId;
}

describe('in a low window, or at 200 % zoom', () => {
  const LOW = { width: 640, height: 400 };

  test('what may be done with a message is seen whole', async () => {
    const page = await lesson.pupil(await lesson.computer({ viewport: LOW }));
    await page.getByRole('tab', { name: 'Чат' }).click();
    const shown = message(page, 'Здравствуйте, класс');
    await shown.hover();
    await shown.getByRole('button', { name: 'Действия с сообщением' }).click();
    const choices = page.locator('.choices');
    const { x, y, width, height } = (await choices.boundingBox())!;
    expect(x).toBeGreaterThanOrEqual(0);
    expect(y).toBeGreaterThanOrEqual(0);
    expect(x + width).toBeLessThanOrEqual(LOW.width);
    expect(y + height).toBeLessThanOrEqual(LOW.height);
    await choices.getByRole('button', { name: 'Ответить' }).click();
    await choices.waitFor({ state: 'detached' });
    await expect.poll(() => field(page).evaluate((element) => element === document.activeElement)).toBe(true);
  });

  test('a lost network leaves room for the chat: one line, the rest by a press', async () => {
    const page = await lesson.pupil(await lesson.computer({ viewport: LOW }));
    await page.getByRole('tab', { name: 'Чат' }).click();
    await field(page).waitFor();
    lesson.cable.cutAfter(0);
    const note = page.locator('details.note');
    await note.waitFor();
    expect((await note.boundingBox())!.height).toBeLessThanOrEqual(48);
    expect(await page.getByRole('button', { name: 'Повторить сейчас' }).isVisible()).toBe(false);
    await note.locator('summary').click();
    await page.getByRole('button', { name: 'Повторить сейчас' }).waitFor();
    await note.getByText('Написанное сохранено').waitFor();
    lesson.cable.mend();
    await note.waitFor({ state: 'detached' });
    await page.getByText('В сети').waitFor();
  });

  test('[S9] a message with a file says that it waits for the network, not that the file is on its way', async () => {
    const page = await lesson.pupil(computer);
    await field(page).waitFor();
    lesson.cable.cutAfter(0);
    await page.getByText('Без сети').first().waitFor();
    await page.locator('.half.chat input[type=file]').last().setInputFiles(PHOTO);
    await field(page).fill('Вот фото');
    await field(page).press('Enter');
    const shown = message(page, 'Вот фото');
    await shown.getByText('ждёт связи').waitFor();
    lesson.cable.mend();
    await lesson.row(({ kind, body }) => kind === 'messagePosted' && body?.['text'] === 'Вот фото');
    await shown.getByText('ждёт связи').waitFor({ state: 'detached' });
    expect(await message(page, 'Вот фото').count()).toBe(1);
  });
});

describe('on a secure address', () => {
  test('a voice is recorded in place, and its name says how long it lasts', async () => {
    const browser = await chromium.launch({
      executablePath: chromiumPath(),
      args: [...CHROMIUM_FLAGS, '--use-fake-device-for-media-stream', '--use-fake-ui-for-media-stream'],
      env: CHROMIUM_ENV,
    });
    try {
      const page = await browser.newPage({ locale: 'ru-RU' });
      // Loopback counts as secure.
      await page.goto(lesson.hub.url);
      await lesson.knock(page);
      await lesson.confirm();
      await page.getByRole('button', { name: 'Голосовое сообщение' }).click();
      await page.getByText('Запись 0:01').waitFor();
      await page.getByRole('button', { name: 'Закончить запись' }).click();
      await page.getByText('на сервере').waitFor();
      await page.getByRole('button', { name: 'Отправить' }).click();
      const said = await lesson.row((entry) => ((entry.body?.['files'] ?? []) as FileRef[]).length === 1);
      const [file] = (said.body?.['files'] ?? []) as FileRef[];
      expect(voiceSeconds(file!.name)).toBeGreaterThan(0);
      expect(file!.sizeBytes).toBeGreaterThan(0);
      await page.getByText(/Голосовое сообщение · 0:0/).waitFor();
    } finally {
      await browser.close();
    }
  });
});

describe('several chats', () => {
  test('[S4] a pupil writes to the teacher alone, and the teacher’s answer comes to the same place', async () => {
    const page = await lesson.pupil(computer);
    await page.getByRole('button', { name: /Все чаты/ }).click();
    await page.getByRole('button', { name: /Анна Павловна/ }).click();
    await field(page).fill('Можно сдать в понедельник?');
    await page.keyboard.press('Enter');
    const schoolId = schoolLogIdOf(lesson.hub.owner.hubId);
    await lesson.teacher.follow(schoolId);
    const asked = await eventually(() =>
      lesson.teacher.logs.get(schoolId)?.entries.find(({ body }) => body?.['text'] === 'Можно сдать в понедельник?'),
    );
    const me = lesson.teacher.logs.get(schoolId)!.following.memberId;
    expect(asked.body?.['channelId']).toBe(directIdOf(asked.by!, me));
    const answer = { channelId: asked.body?.['channelId'] as ChannelId, fileIds: [], replyTo: asked.id, to: asked.by! };
    await lesson.teacher.send(schoolId, 'postMessage', { ...answer, text: 'Можно' });
    await message(page, 'Можно').last().waitFor();

    // While that talk is still being read from the disk, nobody finds the class's chat in its place and writes to all.
    await page.addInitScript(() => {
      const shown: string[] = [];
      Object.assign(globalThis, { shown });
      new MutationObserver(() => {
        const title = document.querySelector('.chat-head h2')?.textContent;
        if (title && shown.at(-1) !== title) shown.push(title);
      }).observe(document, { subtree: true, childList: true, characterData: true });
    });
    await page.reload();
    await message(page, 'Можно').last().waitFor();
    expect(await page.evaluate(() => (globalThis as unknown as { shown: string[] }).shown)).toEqual(['Анна Павловна']);
  });

  test('what is new elsewhere is counted in the title and at the way to the list', async () => {
    const channelId = newId<ChannelId>();
    const body = { channelId, title: 'Олимпиада', writers: 'all' as const, memberIds: [] };
    await lesson.teacher.send(lesson.logId, 'createChannel', { ...body, kind: 'students' });
    const page = await lesson.pupil(computer);
    await post({ channelId, text: 'Сбор в три' });
    await expect.poll(() => page.title()).toBe(`(1) ${TITLE} · Парта`);
    await page.getByRole('button', { name: 'Все чаты, в других чатах 1 новое' }).click();
    await page.getByRole('button', { name: /Олимпиада/ }).click();
    await page.getByText('Сбор в три').waitFor();
    await expect.poll(() => page.title()).toBe(`${TITLE} · Парта`);
  });

  test('where only teachers write, the page says so and offers no field', async () => {
    const channelId = newId<ChannelId>();
    const body = { channelId, title: 'Объявления', writers: 'teachers' as const, memberIds: [] };
    await lesson.teacher.send(lesson.logId, 'createChannel', { ...body, kind: 'everyone' });
    const page = await lesson.pupil(computer);
    await page.getByRole('button', { name: /Все чаты/ }).click();
    await page.getByRole('button', { name: /Объявления/ }).click();
    await page.getByText('Здесь пишут только учителя').waitFor();
    expect(await field(page).count()).toBe(0);
  });
});

describe('a long chat', () => {
  test('what is read stays in place while older and newer messages come; the end is one press away', async () => {
    let pinned: CommandId | null = null;
    for (let i = 1; i <= 240; i += 1) {
      const { id } = await post({ text: `Сообщение № ${i}.` });
      if (i === 20) pinned = id;
    }
    await lesson.teacher.send(lesson.logId, 'pinMessage', { messageId: pinned!, isPinned: true });
    const page = await lesson.pupil(computer);
    await message(page, 'Сообщение № 240.').waitFor();
    await page.getByRole('button', { name: /Закреплено/ }).click();
    await expect.poll(() => inSight(page, 'Сообщение № 20.')).toBe(true);
    await expect.poll(() => message(page, 'Сообщение № 240.').count()).toBe(0);
    const before = await topOf(page, 'Сообщение № 20.');
    await lesson.say('Новость');
    await page.getByRole('button', { name: 'К последним сообщениям: 1 новое' }).waitFor();
    expect(Math.abs((await topOf(page, 'Сообщение № 20.')) - before)).toBeLessThan(2);
    await page.getByRole('button', { name: 'К последним сообщениям: 1 новое' }).click();
    await expect.poll(() => inSight(page, 'Новость')).toBe(true);
    // By hand as well: wheel up until the first one is there.
    await page.getByLabel('Сообщения', { exact: true }).hover();
    await expect
      .poll(async () => {
        await page.mouse.wheel(0, -4_000);
        return inSight(page, 'Здравствуйте, класс');
      })
      .toBe(true);
  });
});

const topOf = (page: Page, text: string) =>
  message(page, text).evaluate((article) => article.getBoundingClientRect().top);
const inSight = (page: Page, text: string) =>
  page.evaluate((wanted) => {
    const list = document.querySelector('.messages')?.getBoundingClientRect();
    const row = [...document.querySelectorAll('article')].find((one) => one.textContent?.includes(wanted));
    const box = row?.getBoundingClientRect();
    return box !== undefined && list !== undefined && box.top >= list.top - 1 && box.bottom <= list.bottom + 1;
  }, text);

describe('a parent', () => {
  test('[S4] reads the works and marks of each child, one at a time, and hands nothing in', async () => {
    const assignmentId = await lesson.assign();
    const children: MemberId[] = [];
    for (const name of ['Белов Илья', 'Белова Анна']) {
      const page = await lesson.open(await lesson.computer());
      await lesson.knock(page, name);
      children.push(await lesson.confirm(name));
      await page.getByLabel('Пояснение для учителя').fill(`Работа: ${name}`);
      await page.getByRole('button', { name: 'Сдать', exact: true }).click();
      await lesson.row((entry) => entry.kind === 'handedIn' && entry.body?.['note'] === `Работа: ${name}`);
    }
    const work = { assignmentId, memberId: children[0]! };
    const seen = { ...work, attempt: 1, mark: '4', comment: 'Хорошо', seen: null };
    const review = await lesson.teacher.send(lesson.logId, 'review', seen);
    await lesson.teacher.send(lesson.logId, 'giveBack', { ...work, reviewId: review.id, outcome: 'accepted' });

    const page = await lesson.open(computer);
    await lesson.knock(page, 'Белова Ольга');
    const request = await lesson.row(
      (entry) => entry.kind === 'joinRequested' && entry.body?.['name'] === 'Белова Ольга',
    );
    await lesson.teacher.send(lesson.logId, 'confirmJoin', {
      requestId: request.id,
      memberId: newId<MemberId>(),
      name: 'Белова Ольга',
      role: 'parent',
      childIds: children,
    });
    await page.getByRole('button', { name: 'Белов Илья', pressed: true }).waitFor();
    await page.getByRole('button', { name: new RegExp(TASK) }).click();
    await page.getByText('Хорошо').waitFor();
    expect(await page.locator('.mark strong').textContent()).toBe('4');
    await page.getByRole('button', { name: 'Белова Анна' }).click();
    await page.getByRole('button', { name: new RegExp(TASK) }).click();
    await page.getByText('Работа: Белова Анна').waitFor();
    expect(await page.getByText('Хорошо').count()).toBe(0);
    expect(await page.getByRole('button', { name: /Сдать|Заменить/ }).count()).toBe(0);
  });
});
