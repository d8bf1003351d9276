// One message and writing one, under a mouse and under keys alone: what is done becomes the command that it looks like, and what
// was refused stays with its reason. In a real browser, over a class on paper.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Locator, Page } from 'playwright';
import { beforeEach, describe, expect, it } from 'vitest';
import { ZOOM_MAX, ZOOM_STEP } from '../../src/renderer/chat/message/viewing.ts';
import { EXPANSIONS_MAX, NODES_MAX, SIZE_EM_MAX } from '../../src/ui/formula-limits.ts';
import { VOICE_SECONDS_MAX } from '../../src/ui/voice.ts';
import { windowStage } from './window/stage.ts';

const PHOTO = readFileSync(join(import.meta.dirname, '../support/samples/documents/photo-of-page.jpg'));
/** A microphone that hums, and nobody who asks whether it may. */
const MICROPHONE = ['--use-fake-device-for-media-stream', '--use-fake-ui-for-media-stream'];
const stage = windowStage(MICROPHONE);
let page: Page;

/**
 * @param photo what the library has where a photo is asked for
 * @param isClockOurs timers wait for `fastForward`
 */
async function open(scene: string, photo: Buffer = PHOTO, isClockOurs = false) {
  page = await stage(`?scene=${scene}`, {
    permissions: ['clipboard-read', 'clipboard-write'],
    prepare: (opened) =>
      opened.route('**/library/**', (route) => route.fulfill({ contentType: 'image/jpeg', body: photo })),
    isClockOurs,
  });
  await field().waitFor();
}
const field = () => page.locator('textarea').first();
const list = () => page.getByTestId('messages');
const row = (text: string | RegExp) => list().locator('article', { hasText: text }).last();
/** In sight, and the list has heard of it: a press in the very frame of a scroll meets a list that still stands at its end. */
const inSight = async (locator: Locator) => {
  await locator.scrollIntoViewIfNeeded();
  await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
  return locator;
};
const isThere = async (locator: Locator) => {
  await locator.waitFor();
  return locator.isVisible();
};
const sent = () => page.evaluate(() => window.harness.sent());
const lastSent = async () => (await sent()).at(-1);
const copied = () => page.evaluate(() => navigator.clipboard.readText());
const menu = () => page.getByRole('menu', { name: 'Действия с сообщением' });
const pick = (name: string) => menu().getByRole('menuitem', { name }).click();

describe('what may be done with a message', () => {
  beforeEach(async () => {
    await open('chat-words');
    // Formulas and their letters come after the words: until then rows grow, and one may leave from under a press of four milliseconds.
    await list().locator('math').first().waitFor();
    await page.evaluate(async () => void (await document.fonts.ready));
  });

  it('a reaction by the bar, and the same chip takes it back', async () => {
    const message = await inSight(row('Сбор в 14:00 у входа'));
    await message.hover();
    await message.getByRole('button', { name: 'Реакция' }).click();
    await page.getByRole('button', { name: 'Сердце' }).click();
    const chip = message.getByRole('button', { name: 'Сердце: 1 человек, вы тоже' });
    await chip.waitFor();
    await expect.poll(lastSent).toMatchObject({ kind: 'react', body: { reaction: 'heart', isOn: true } });
    await chip.click();
    await chip.waitFor({ state: 'detached' });
    await expect.poll(lastSent).toMatchObject({ kind: 'react', body: { reaction: 'heart', isOn: false } });
  });

  it('by keys alone: react, pin, forward into another chat of the class', async () => {
    await (await inSight(row('Сбор в 14:00 у входа'))).focus();
    await page.keyboard.press('+');
    await page.getByRole('group', { name: 'Реакция' }).waitFor();
    await page.keyboard.press('7');
    await row('Сбор')
      .getByRole('button', { name: /Сделано: 1/ })
      .waitFor();
    await expect.poll(lastSent).toMatchObject({ kind: 'react', body: { reaction: 'done', isOn: true } });
    await (await inSight(row('Сбор в 14:00 у входа'))).focus();
    await page.keyboard.press('KeyP');
    await page.waitForFunction(() => window.harness.sent().at(-1)?.kind === 'pinMessage');
    await expect.poll(lastSent).toMatchObject({ body: { isPinned: false } });
    await page.keyboard.press('KeyF');
    await page.getByRole('dialog', { name: 'Переслать сообщение' }).waitFor();
    await page.keyboard.type('кружок');
    await page.keyboard.press('Enter');
    await page.getByText('Переслано: Кружок').waitFor();
    await expect.poll(lastSent).toMatchObject({ kind: 'forwardMessage' });
  });

  it('the menu opens by the right button, copies the text and the whole message for the register', async () => {
    const asked = await inSight(row('Что будет на кружке'));
    await asked.click({ button: 'right' });
    await pick('Копировать текст');
    await page.getByText('Скопировано').first().waitFor();
    await expect.poll(copied).toBe('Что будет на кружке в `субботу`?');
    await asked.click({ button: 'right' });
    await pick('Скопировать для мессенджера или журнала');
    await expect.poll(copied).toBe('Ирина Петровна, сегодня, 13:20\nЧто будет на кружке в субботу?');
  });

  it('what it said before is one press away', async () => {
    const edited = await inSight(row('Сбор в 14:00 у входа'));
    await edited.getByRole('button', { name: 'изменено, показать прежний текст' }).click();
    const history = page.getByRole('dialog');
    expect(await isThere(history.getByText('Сбор в 14:30'))).toBe(true);
    expect(await isThere(history.getByText('Сбор в 14:00 у входа'))).toBe(true);
  });

  it('pins are stepped through, the newest first', async () => {
    const bar = page.getByRole('complementary', { name: 'Закреплено' });
    await bar.getByText('Закреплено 2 из 2').waitFor();
    await bar.getByText('Сбор в 14:00 у входа').click();
    await bar.getByText('Закреплено 1 из 2').waitFor();
    await bar.getByText('План на завтра').click();
    expect(await isThere(row('Справка: https://ru.wikipedia.org'))).toBe(true);
  });

  it('a formula is drawn, a look-alike says where it leads, nothing typed is markup', async () => {
    await page.locator('math').first().waitFor();
    const link = list().getByRole('link', { name: 'https://аррle.com/обои' });
    expect(await link.getAttribute('title')).toBe('xn--le-6kc8da.com');
    await list().getByText('(xn--le-6kc8da.com)').waitFor();
    await page.evaluate(() =>
      window.harness.say('<img src=x onerror="document.title=1"> $\\href{javascript:alert(1)}{x}$'),
    );
    await row('<img src=x').waitFor();
    expect(await list().locator('img, [href^="javascript"]').count()).toBe(0);
  });
});

describe('a formula that asks for too much', () => {
  const say = (text: string) => page.evaluate((words) => window.harness.say(words), text);

  it(`ends after ${EXPANSIONS_MAX} macros and ${NODES_MAX} nodes: it stands as typed`, async () => {
    await open('chat');
    await say('бесконечная $\\def\\a{\\a\\a}\\a$');
    await row('бесконечная').locator('code:not([aria-busy])', { hasText: '\\def' }).waitFor();
    await say(`огромная $\\def\\a{${'x'.repeat(100)}}${'\\a'.repeat(EXPANSIONS_MAX - 20)}$`);
    await row('огромная').locator('code:not([aria-busy])', { hasText: '\\def' }).waitFor();
    expect(await list().locator('math').count()).toBe(0);
  });

  it(`is at most ${SIZE_EM_MAX} em in one piece`, async () => {
    await open('chat');
    await say('широкая $\\rule{1000em}{1em}$');
    const piece = row('широкая').locator('mspace').first();
    await piece.waitFor({ state: 'attached' });
    expect(await piece.getAttribute('width')).toBe(`${SIZE_EM_MAX}em`);
  });
});

describe('polls, notices, cards', () => {
  it('one press votes, another changes it, a third takes it back', async () => {
    await open('chat-asks');
    const poll = row('Куда едем в каникулы?');
    await poll.getByText('Парк «Зарядье»').click();
    await poll.getByText('ответили 10 человек').waitFor();
    await expect.poll(lastSent).toMatchObject({ kind: 'vote', body: { options: [1] } });
    await poll.getByText('Никуда, отдыхаем').click();
    await page.waitForFunction(() => JSON.stringify(window.harness.sent().at(-1)?.body).includes('[2]'));
    await poll.getByRole('button', { name: 'Отозвать голос' }).click();
    await poll.getByText('ответили 9 человек').waitFor();
    await expect.poll(lastSent).toMatchObject({ kind: 'vote', body: { options: [] } });
  });

  it('closing asks first; then nobody may vote', async () => {
    await open('chat-asks');
    const poll = row('Куда едем в каникулы?');
    await poll.getByRole('button', { name: 'Закрыть опрос' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Закрыть опрос' }).click();
    await poll.getByText('Опрос · опрос закрыт').waitFor();
    expect(await poll.getByRole('radio').first().isDisabled()).toBe(true);
  });

  it('a reminder is a reply that names those who have not signed', async () => {
    await open('chat-asks');
    await row('С понедельника').getByRole('button', { name: 'Ознакомлены 11 из 15' }).click();
    await page.getByRole('button', { name: 'Напомнить' }).click();
    await row('пожалуйста, прочитайте').waitFor();
    const reminder = (await lastSent())?.body as { text: string; mentions: string[]; replyTo: string };
    expect(reminder.mentions).toHaveLength(4);
    expect(reminder.text).toMatch(/^@Морозова Юлия, @/);
    expect(reminder.replyTo).toBeTruthy();
  });

  it('[S10] a refused vote stands on its poll with the reason, and can be thrown away', async () => {
    await open('chat-marks-waiting');
    const poll = row('Куда едем в каникулы?');
    await poll.getByText('Голос не принят.').waitFor();
    await row('С понедельника').getByText('Ждёт связи').waitFor();
    await poll.getByRole('button', { name: 'Удалить', exact: true }).click();
    await poll.getByText('Голос не принят.').waitFor({ state: 'detached' });
    expect(await sent()).toEqual([]);
  });

  it('a card leads to its assignment', async () => {
    await open('chat-asks');
    await row('срок завтра')
      .getByRole('link', { name: /Упражнение 214/ })
      .click();
    expect(await isThere(page.getByRole('heading', { name: /Упражнение 214/, level: 1 }))).toBe(true);
  });
});

describe('photos and recordings', () => {
  it('the viewer goes from photo to photo by keys and gives the focus back', async () => {
    await open('chat-media');
    await (await inSight(page.getByRole('button', { name: 'Открыть фото стр2.jpg' }))).click();
    await page.getByRole('dialog', { name: 'Просмотр: стр2.jpg, 2 из 5' }).waitFor();
    await page.keyboard.press('ArrowRight');
    await page.getByRole('dialog', { name: 'Просмотр: стр3.jpg, 3 из 5' }).waitFor();
    await page.keyboard.press('ArrowLeft');
    await page.keyboard.press('ArrowLeft');
    await page.keyboard.press('ArrowLeft');
    await page.getByRole('dialog', { name: 'Просмотр: стр1.jpg, 1 из 5' }).waitFor();
    const larger = page.getByRole('button', { name: 'Крупнее (+)' });
    for (let zoom = 1; zoom < ZOOM_MAX; zoom *= ZOOM_STEP) await page.keyboard.press('+');
    await expect.poll(() => larger.isDisabled()).toBe(true);
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    await page.waitForFunction(() => document.activeElement?.getAttribute('aria-label') === 'Открыть фото стр1.jpg');
    expect(await sent()).toEqual([]);
  });

  it('R turns the photo in a Russian layout too; with Ctrl it is the system’s; a press outside the photo’s keys is nobody’s', async () => {
    await open('chat-media');
    await (await inSight(page.getByRole('button', { name: 'Открыть фото стр2.jpg' }))).click();
    const photo = page.getByRole('dialog').locator('img');
    await photo.waitFor();
    const pressed = (key: { key: string; code: string; ctrlKey?: boolean }) =>
      page.evaluate(
        (init) =>
          !document.body.dispatchEvent(new KeyboardEvent('keydown', { bubbles: true, cancelable: true, ...init })),
        key,
      );
    expect(await pressed({ key: 'к', code: 'KeyR', ctrlKey: true })).toBe(false);
    expect(await pressed({ key: 'ж', code: 'Semicolon' })).toBe(false);
    expect(await photo.getAttribute('data-turned')).toBe('false');
    expect(await pressed({ key: 'к', code: 'KeyR' })).toBe(true);
    await expect.poll(() => photo.getAttribute('data-turned')).toBe('true');
    await page.keyboard.press('ArrowRight');
    await expect.poll(() => photo.getAttribute('data-turned')).toBe('false');
  });

  it('bytes that are no picture never show a broken one: their name leads to another program', async () => {
    await open('chat-media', Buffer.from('no picture'));
    await (await inSight(row('Черновик целиком'))).getByRole('button', { name: 'стр3.jpg' }).waitFor();
    expect(await row('Черновик целиком').locator('img').count()).toBe(0);
  });

  it('a recording says how long it is before it is played, and may be played faster', async () => {
    await open('chat-media');
    const voice = page.getByRole('group', { name: 'Голосовое сообщение' });
    await voice.getByText('0:00 / 0:17').waitFor();
    await voice.getByRole('button', { name: 'Скорость 1×' }).click();
    expect(await isThere(voice.getByRole('button', { name: 'Скорость 1,5×' }))).toBe(true);
  });
});

describe('writing', () => {
  beforeEach(() => open('chat'));

  it('Ctrl+B, Ctrl+I and Ctrl+E mark what is selected, again unmark it, and Ctrl+Z takes it back', async () => {
    await field().fill('важное слово');
    await field().evaluate((element: HTMLTextAreaElement) => element.setSelectionRange(0, 6));
    await page.keyboard.press('Control+KeyB');
    await expect.poll(() => field().inputValue()).toBe('**важное** слово');
    await page.keyboard.press('Control+KeyI');
    await expect.poll(() => field().inputValue()).toBe('***важное*** слово');
    await page.keyboard.press('Control+KeyI');
    await page.keyboard.press('Control+KeyB');
    await expect.poll(() => field().inputValue()).toBe('важное слово');
    await page.keyboard.press('Control+KeyE');
    await expect.poll(() => field().inputValue()).toBe('`важное` слово');
    await page.keyboard.press('Control+KeyZ');
    await expect.poll(() => field().inputValue()).toBe('важное слово');
  });

  it('@ offers names, ё = е; what is chosen is a mention, and Esc leaves it text', async () => {
    await field().focus();
    await page.keyboard.type('@федор');
    await page.getByRole('listbox', { name: 'Кого упомянуть' }).getByText('Белов Фёдор Андреевич').waitFor();
    await page.keyboard.press('Enter');
    await expect.poll(() => field().inputValue()).toBe('@Белов Фёдор ');
    await page.keyboard.type('сдай');
    await page.keyboard.press('Enter');
    await row('@Белов Фёдор сдай').waitFor();
    await expect
      .poll(async () => (await lastSent())?.body)
      .toMatchObject({ text: '@Белов Фёдор сдай', mentions: [expect.any(String)] });
    await page.keyboard.type('@бел');
    await page.getByRole('listbox').waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('listbox').waitFor({ state: 'detached' });
    await page.keyboard.press('Enter');
    await row('@бел').waitFor();
    expect((await lastSent())?.body).not.toHaveProperty('mentions');
  });

  it('a poll with a request to read is written by keys and kept as a draft', async () => {
    await page.getByRole('button', { name: 'Добавить к сообщению' }).click();
    await page.getByRole('menuitem', { name: 'Опрос', exact: true }).click();
    await page.getByRole('textbox', { name: 'Вопрос опроса' }).fill('Когда собрание?');
    expect(await page.getByRole('button', { name: 'Отправить', exact: true }).isDisabled()).toBe(true);
    await page.getByRole('textbox', { name: 'Ответ 1' }).fill('В среду');
    await page.keyboard.press('Enter');
    await page.keyboard.type('В четверг');
    await page.keyboard.press('Enter');
    await page.keyboard.type('  ');
    await page.getByRole('button', { name: 'Добавить к сообщению' }).click();
    await page.getByRole('menuitem', { name: 'Попросить ознакомиться' }).click();
    await page.waitForFunction(() => JSON.stringify(window.harness.drafts()).includes('"isNotice":true'));
    await page.getByRole('button', { name: 'Отправить', exact: true }).click();
    await row('Когда собрание?').getByText('В четверг').waitFor();
    await expect.poll(lastSent).toMatchObject({
      kind: 'postMessage',
      body: { isNotice: true, poll: { options: ['В среду', 'В четверг'], isMultiple: false } },
    });
  });

  it('an assignment is discussed from its own screen: it stands in the common chat’s field as a card', async () => {
    await page
      .getByRole('tab', { name: /Задания/ })
      .or(page.getByRole('link', { name: /^Задания/ }))
      .first()
      .click();
    await page.getByRole('link', { name: 'Словарный диктант' }).click();
    await page.getByRole('button', { name: 'Ещё действия' }).click();
    await page.getByRole('menuitem', { name: 'Обсудить в чате' }).click();
    await page.getByText('Словарный диктант').waitFor();
    await page.getByRole('button', { name: 'Отправить', exact: true }).click();
    await row('Словарный диктант').waitFor();
    await expect.poll(async () => (await lastSent())?.body).toMatchObject({ assignmentId: expect.any(String) });
  });

  it('an assignment goes as a card', async () => {
    await page.getByRole('button', { name: 'Добавить к сообщению' }).click();
    await page.getByRole('menuitem', { name: 'Задание карточкой' }).click();
    await page
      .getByRole('dialog')
      .getByRole('button', { name: /Словарный диктант/ })
      .click();
    await page.getByRole('button', { name: 'Отправить', exact: true }).click();
    await row('Словарный диктант').waitFor();
    await expect
      .poll(async () => (await lastSent())?.body)
      .toMatchObject({ text: '', assignmentId: expect.any(String) });
  });

  it('[S20] later: a preset, then the list takes it back into the field, and cancelling can be undone', async () => {
    await field().fill('Доброе утро');
    await page.getByRole('button', { name: 'Отправить позже' }).click();
    await page.getByRole('menuitem', { name: 'Завтра в 8:00' }).click();
    const line = page.getByRole('button', { name: '1 отложенное сообщение' });
    await line.click();
    await expect.poll(lastSent).toMatchObject({ kind: 'scheduleMessage', body: { sendAt: Date.UTC(2026, 10, 13, 8) } });
    const dialog = page.getByRole('dialog', { name: 'Отложенные сообщения' });
    await dialog.getByRole('button', { name: 'Отменить отправку' }).click();
    await dialog.getByText('Отложенных сообщений нет').waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'Вернуть', exact: true }).click();
    await line.click();
    await dialog.getByRole('button', { name: 'Изменить' }).click();
    await page.waitForFunction(() => document.querySelector('textarea')?.value === 'Доброе утро');
    await expect
      .poll(async () => (await sent()).map(({ kind }) => kind))
      .toEqual(['scheduleMessage', 'cancelScheduled', 'scheduleMessage', 'cancelScheduled']);
  });

  it('an hour of one’s own choice must be still to come', async () => {
    await field().fill('Доброе утро');
    await page.getByRole('button', { name: 'Отправить позже' }).click();
    await page.getByRole('menuitem', { name: 'Другое время…' }).click();
    const dialog = page.getByRole('dialog', { name: 'Отправить позже' });
    await dialog.getByRole('textbox', { name: 'День отправки' }).fill('10.11.2026');
    await dialog.getByText('Выберите время в будущем').waitFor();
    expect(await dialog.getByRole('button', { name: 'Запланировать' }).isDisabled()).toBe(true);
    await dialog.getByRole('textbox', { name: 'День отправки' }).fill('20.11.2026');
    await dialog.getByRole('textbox', { name: 'Время отправки' }).fill('7:30');
    await dialog.getByRole('button', { name: 'Запланировать' }).click();
    await page.getByRole('button', { name: '1 отложенное сообщение' }).waitFor();
    await expect.poll(async () => (await lastSent())?.body).toMatchObject({ sendAt: Date.UTC(2026, 10, 20, 7, 30) });
  });

  it('a voice: thrown away, taken back, sent; the text that was being typed stays', async () => {
    const puts: string[] = [];
    await page.route('**/intake/**', async (route) => {
      const name = decodeURIComponent(new URL(route.request().url()).pathname.split('/').at(-1) ?? '');
      puts.push(name);
      const value = { fileId: 'ab'.repeat(16), name, sizeBytes: 5, mediaType: 'audio/webm' };
      await route.fulfill({ json: { ok: true, value } });
    });
    await field().fill('пишу дальше');
    await page.getByRole('button', { name: 'Записать голосовое сообщение' }).click();
    await page.getByText('Идёт запись').waitFor();
    await page.keyboard.press('Escape');
    await page.getByText('Запись удалена').waitFor();
    await page.getByRole('button', { name: 'Вернуть запись' }).click();
    await page.getByRole('button', { name: 'Отправить запись' }).click();
    await page.waitForFunction(() => window.harness.sent().some(({ kind }) => kind === 'postMessage'));
    expect(puts).toEqual([expect.stringMatching(/^Голос 2026-11-12 14\.20\.00 \(\d+s\)\.weba$/)]);
    await expect.poll(async () => (await lastSent())?.body).toMatchObject({ text: '', fileIds: ['ab'.repeat(16)] });
    await expect.poll(() => field().inputValue()).toBe('пишу дальше');
  });

  it(`a voice ends by itself after ${VOICE_SECONDS_MAX} seconds and waits to be sent`, async () => {
    await page.close();
    await open('chat', PHOTO, true);
    await page.getByRole('button', { name: 'Записать голосовое сообщение' }).click();
    await page.getByText('Идёт запись').waitFor();
    await page.clock.fastForward((VOICE_SECONDS_MAX - 60) * 1000);
    expect(await page.getByText('Идёт запись').isVisible()).toBe(true);
    await page.clock.fastForward(60_000);
    expect(await isThere(page.getByText(/Запись остановилась/))).toBe(true);
    expect(await page.getByRole('button', { name: 'Отправить запись' }).isVisible()).toBe(true);
  });
});
