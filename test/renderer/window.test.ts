// The teacher's window under fast fingers: nothing typed is lost, the list keeps its place, keys do what they say. In a real
// browser, over a class on paper with a disk that the test can hold.
import type { Page } from 'playwright';
import { beforeEach, describe, expect, it } from 'vitest';
import { windowStage } from './window/stage.ts';

const stage = windowStage();
let page: Page;

async function open(query = '') {
  page = await stage(query);
  await field().waitFor();
}
const field = () => page.getByRole('textbox', { name: 'Написать в чат' });
const list = () => page.getByTestId('messages');
const message = (text: string) => list().getByText(text, { exact: true });
const say = (text: string) => page.evaluate((words) => window.harness.say(words), text);
/** Two frames: whatever a turn of the wheel or a message has begun is on the screen. */
const painted = () =>
  page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
const sent = () => page.evaluate(() => window.harness.sent());

beforeEach(() => open());

describe('writing in the chat', () => {
  it('faster than the disk: every message goes out in its order, and what is being typed stays', async () => {
    await page.evaluate(() => window.harness.hold());
    for (const text of ['раз', 'два', 'три']) {
      await field().fill(text);
      await field().press('Enter');
      expect(await field().inputValue()).toBe('');
    }
    await field().fill('четыре');
    await page.evaluate(() => window.harness.letGo());
    await message('три').waitFor();
    await expect
      .poll(async () => (await sent()).map(({ body }) => (body as { text: string }).text))
      .toEqual(['раз', 'два', 'три']);
    await expect.poll(() => field().inputValue()).toBe('четыре');
    await page.waitForFunction(() => JSON.stringify(window.harness.drafts()).includes('четыре'));
  });

  it('Shift+Enter breaks the line, Enter sends, an empty field sends nothing', async () => {
    await field().press('Enter');
    await field().fill('первая');
    await field().press('Shift+Enter');
    await page.keyboard.type('вторая');
    await field().press('Enter');
    await list().getByText('вторая').waitFor();
    await expect
      .poll(async () => (await sent()).map(({ body }) => (body as { text: string }).text))
      .toEqual(['первая\nвторая']);
  });

  it('↑ rewrites the last own message, Esc leaves it and gives back what was being written', async () => {
    await field().fill('опечятка');
    await field().press('Enter');
    await message('опечятка').waitFor();
    await field().press('ArrowUp');
    await expect.poll(() => field().inputValue()).toBe('опечятка');
    await field().press('Escape');
    expect(await field().inputValue()).toBe('');
    await field().press('ArrowUp');
    await field().fill('опечатка');
    await field().press('Enter');
    await message('опечатка').waitFor();
    await expect.poll(async () => (await sent()).map(({ kind }) => kind)).toEqual(['postMessage', 'editMessage']);
  });

  it('a message is answered by keyboard alone', async () => {
    await page.locator('[data-message]').last().focus();
    await page.keyboard.press('ArrowUp');
    await page.keyboard.press('KeyR');
    await page.getByText(/^Ответ: /).waitFor();
    await page.keyboard.type('да');
    await page.keyboard.press('Enter');
    await message('да').waitFor();
    const [answer] = await sent();
    expect(answer?.body).toMatchObject({ text: 'да', replyTo: expect.stringMatching(/-/) });
    expect(await page.getByText(/^Ответ: /).count()).toBe(0);
  });
});

describe('the list of messages', () => {
  it('follows news at its end and keeps its place above it', async () => {
    await page.evaluate(() => {
      for (let i = 1; i <= 40; i++) window.harness.say(`новость ${i}`);
    });
    await message('новость 40').waitFor();
    await say('у конца');
    await message('у конца').waitFor();

    await list().hover();
    await page.mouse.wheel(0, -1200);
    const place = () => list().evaluate((element) => element.scrollTop);
    const toEnd = page.getByRole('button', { name: /новы|В конец/ });
    const told = await toEnd.innerText();
    await painted();
    const before = await place();
    const top = await list().locator('[data-message]').first().getAttribute('data-message');
    await say('пока читали выше');
    await expect.poll(() => toEnd.innerText()).not.toBe(told);
    await painted();
    expect(await place()).toBe(before);
    expect(await list().locator('[data-message]').first().getAttribute('data-message')).toBe(top);
    expect(await message('пока читали выше').count()).toBe(0);
  });
});

describe('what was refused', () => {
  it('[S10] stays with its reason; discarding it asks first and names it', async () => {
    await page.close();
    await open('?offline');
    const refused = list().getByText('Это объявление для 7Б', { exact: true });
    await refused.waitFor();
    await list()
      .getByText(/Этого чата больше нет/)
      .waitFor();
    const row = page.locator('article', { has: page.getByText('Это объявление для 7Б', { exact: true }) });
    // Removing the message and discarding what was refused of it: the second is the outbox's.
    const discard = () => row.getByRole('button', { name: 'Удалить', exact: true }).last();
    await discard().click();
    await page
      .getByRole('dialog')
      .getByText(/Это объявление для 7Б/)
      .waitFor();
    await page.getByRole('button', { name: 'Оставить' }).click();
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    expect(await refused.count()).toBe(1);
    await discard().click();
    await page.getByRole('dialog').getByRole('button', { name: 'Удалить' }).click();
    await refused.waitFor({ state: 'detached' });
  });
});

describe('the palette', () => {
  it('opens by Ctrl+K, finds without ё and goes there by Enter', async () => {
    await page.keyboard.press('Control+KeyK');
    await page.getByRole('combobox').waitFor();
    await page.keyboard.type('тарас');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: /Тарас Бульба/, level: 1 }).waitFor();
    await page.keyboard.press('Alt+ArrowLeft');
    await field().waitFor();
    await expect.poll(() => page.evaluate(() => location.hash)).toMatch(/chat$/);
  });
});

describe('the editor', () => {
  it('gives one assignment to two classes as one command each, with one series, and keeps no draft', async () => {
    await page.getByRole('link', { name: 'Новое задание' }).click();
    await page.getByLabel('Название', { exact: true }).fill('Общее задание');
    await page.getByRole('checkbox', { name: '7Б' }).check();
    await page.getByRole('textbox', { name: 'День сдачи' }).fill('25.11');
    await page.waitForFunction(() => JSON.stringify(window.harness.drafts()).includes('2026-11-25'));
    await page.getByRole('button', { name: 'Выдать задание' }).click();
    await page.getByRole('link', { name: 'Общее задание' }).waitFor();
    const given = await sent();
    expect(given.map(({ kind }) => kind)).toEqual(['assign', 'assign']);
    expect(new Set(given.map(({ logId }) => logId)).size).toBe(2);
    const bodies = given.map(({ body }) => body as { seriesId: string; dueAt: number; assignees: string });
    expect(bodies[0]?.seriesId).toBeTruthy();
    expect(bodies[1]?.seriesId).toBe(bodies[0]?.seriesId);
    expect(new Date(bodies[0]?.dueAt ?? 0).toISOString()).toBe('2026-11-25T20:00:00.000Z');
    await page.waitForFunction(() => !JSON.stringify(window.harness.drafts()).includes('Общее задание'));
  });

  it('says what is missing, keeps what was typed on leaving, and clears only when asked', async () => {
    await page.getByRole('link', { name: 'Новое задание' }).click();
    await page.getByRole('button', { name: 'Выдать задание' }).click();
    await page.getByText('Дайте заданию название').waitFor();
    await page.getByLabel('Что нужно сделать').fill('Параграф 14');
    await page.getByRole('link', { name: 'Закрыть' }).click();
    await page.getByRole('link', { name: 'Новое задание' }).click();
    await expect.poll(() => page.getByLabel('Что нужно сделать').inputValue()).toBe('Параграф 14');
    await page.getByRole('button', { name: 'Очистить' }).click();
    await page.getByRole('link', { name: 'Новое задание' }).click();
    await expect.poll(() => page.getByLabel('Что нужно сделать').inputValue()).toBe('');
  });
});
