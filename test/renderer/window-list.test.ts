// A chat of thousands of messages under wheel, keys and jumps: it stays whole, keeps its place, finds every place, and tells what
// was read. And the search that leads into it. In a real browser, over a class on paper.
import type { Page } from 'playwright';
import { describe, expect, it } from 'vitest';
import { EDGE, HELD } from '../../src/renderer/chat/reading/message-window.ts';
import { windowStage } from './window/stage.ts';

/** Many times what is held at once. */
const MANY = 3_000;
const stage = windowStage();
let page: Page;

async function open(query = `?many=${MANY}`) {
  page = await stage(query);
  // A place that was jumped to is marked for a second and a half, which a busy machine may need to look.
  await page.addStyleTag({ content: '[data-shown="true"] { animation-play-state: paused !important }' });
  await list().locator('[data-message]').first().waitFor();
}
const list = () => page.getByTestId('messages');
const message = (n: number) => list().getByText(new RegExp(`^слово ${n}( |$)`));
const toEnd = () => page.getByRole('button', { name: /новы|В конец/ });

/** Numbers of the messages in sight, from above, and where the first stands. */
const sight = () =>
  list().evaluate((element) => {
    const view = element.getBoundingClientRect();
    const rows = [...element.querySelectorAll<HTMLElement>('[data-message]')];
    const seen = rows.filter((row) => {
      const box = row.getBoundingClientRect();
      return box.bottom > view.top + 1 && box.top < view.bottom - 1;
    });
    // The last: an answer quotes another before it.
    const number = (row: HTMLElement) => Number([...row.innerText.matchAll(/слово (\d+)/g)].at(-1)?.[1] ?? 0);
    return {
      numbers: seen.map(number),
      firstTop: seen[0] ? seen[0].getBoundingClientRect().top - view.top : 0,
      lastBottom: seen.length > 0 ? view.bottom - seen.at(-1)!.getBoundingClientRect().bottom : 0,
      drawn: rows.length,
    };
  });
const sees = (n: number) => expect.poll(async () => (await sight()).numbers).toContain(n);
/** Two frames: whatever a turn of the wheel has begun is on the screen. */
const painted = () =>
  page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));

describe('a long chat', () => {
  it('begins at its end, draws a few of thousands, and stays whole while the wheel turns to the beginning of what is held', async () => {
    await open();
    await sees(MANY);
    await list().hover();
    let top = (await sight()).numbers[0]!;
    // Far enough for several parts.
    while (top > MANY - 4 * HELD) {
      await page.mouse.wheel(0, -900);
      await painted();
      const { numbers, firstTop, drawn } = await sight();
      const run = numbers.map((_, i) => numbers[0]! + i);
      expect(numbers).toEqual(run);
      expect(firstTop).toBeLessThanOrEqual(30);
      // A turn of 900 px cannot pass more than 900 px of the smallest rows, nor go back.
      expect(numbers[0]!).toBeLessThanOrEqual(top);
      expect(top - numbers[0]!).toBeLessThan(20);
      expect(drawn).toBeLessThan(EDGE);
      top = numbers[0]!;
    }
    await toEnd().click();
    await sees(MANY);
    expect(await toEnd().count()).toBe(0);
  });

  it('keeps the row under the eyes where it is, whatever comes at the end', async () => {
    await open();
    await sees(MANY);
    await list().hover();
    await page.mouse.wheel(0, -2_000);
    await toEnd().waitFor();
    await painted();
    const before = await sight();
    await page.evaluate((count) => window.harness.news(count), 2 * HELD);
    await page.getByRole('button', { name: /новых сообщений|новое/ }).waitFor();
    await painted();
    const after = await sight();
    expect(after.numbers).toEqual(before.numbers);
    expect(Math.abs(after.firstTop - before.firstTop)).toBeLessThanOrEqual(1);
    await toEnd().click();
    await list()
      .getByText(`новость ${2 * HELD}`, { exact: true })
      .waitFor();
  });

  it('begins at the first unread message, however far back, and tells how far was read', async () => {
    await open(`?many=${MANY}&unread=700`);
    const line = list().getByText('Новые сообщения', { exact: true });
    await line.waitFor();
    await page.evaluate(() => window.harness.countReading());
    await sees(MANY - 699);
    expect((await sight()).numbers[0]).toBeGreaterThan(MANY - 702);
    await list().hover();
    await page.mouse.wheel(0, 600);
    await page.waitForFunction(() => window.harness.read().length > 0);
    const last = (await sight()).numbers.at(-1)!;
    const seqOf = (n: number) => page.evaluate((text) => window.harness.seqOf(text), `слово ${n}`);
    const read = await page.evaluate(() => window.harness.read().at(-1)!);
    expect(read).toBeLessThan((await seqOf(MANY))!);
    expect(read).toBeGreaterThanOrEqual((await seqOf(MANY - 699))!);
    expect(last).toBeLessThan(MANY - 600);
    await line.waitFor();
    await toEnd().click();
    await sees(MANY);
    const newest = await seqOf(MANY);
    await page.waitForFunction((seq) => window.harness.read().at(-1) === seq, newest);
  });

  it('goes to an answered message far above and back again', async () => {
    await open();
    await sees(MANY);
    await list()
      .getByRole('button', { name: /слово 10$/ })
      .click();
    await sees(10);
    expect(await message(10).locator('xpath=ancestor::*[@data-shown="true"]').count()).toBe(1);
    await page.getByRole('button', { name: 'Вернуться к прежнему месту' }).click();
    await expect.poll(async () => (await sight()).numbers.at(-1)! > MANY - 60).toBe(true);
  });

  it('goes to a day and to the first message', async () => {
    await open();
    await sees(MANY);
    await list().hover();
    await page.mouse.wheel(0, -900);
    await page
      .getByRole('button', { name: /Перейти к другому дню/ })
      .last()
      .click();
    const calendar = page.getByRole('dialog', { name: 'Перейти к дню' });
    // Twenty minutes from one to the next: three an hour, seventy-two a day.
    await calendar.getByRole('button', { name: 'вторник, 3 ноября' }).click();
    const first = MANY - (9 * 72 + 43);
    await sees(first);
    expect((await sight()).numbers[0]).toBeGreaterThan(first - 3);
    await page
      .getByRole('button', { name: /Перейти к другому дню/ })
      .last()
      .click();
    await calendar.getByRole('button', { name: 'К первому сообщению' }).click();
    await list()
      .getByText(/Добрый день! Завтра пишем/)
      .waitFor();
  });

  it('opens at a message that its address names', async () => {
    await open();
    const place = await page.evaluate(() => {
      const { logId, channelId, seqOf } = window.harness;
      return `#/class/${logId}/chat/${channelId}/${seqOf('слово 1234')}`;
    });
    await page.evaluate((hash) => (location.hash = hash), place);
    await sees(1234);
    await page.keyboard.press('Alt+ArrowLeft');
    await page.keyboard.press('Alt+ArrowRight');
    await sees(1234);
    expect(await toEnd().count()).toBe(1);
  });

  it('is walked by keys: a step at a time beyond what is drawn, to the first and to the last', async () => {
    await open();
    await sees(MANY);
    await page.locator('[data-message]').last().focus();
    for (let i = 0; i < 40; i++) {
      await page.keyboard.press('ArrowUp');
      const wanted = String(MANY - i - 1);
      await page.waitForFunction((n) => document.activeElement?.textContent?.includes(`слово ${n}`), wanted);
    }
    expect((await sight()).numbers).toContain(MANY - 40);
    await page.keyboard.press('Home');
    await list()
      .getByText(/Добрый день! Завтра пишем/)
      .waitFor();
    await page.keyboard.press('End');
    await sees(MANY);
  });
});

describe('reading', () => {
  it('says who has read and who has not, and who is writing', async () => {
    await open('');
    await page.evaluate(() => window.harness.live(4));
    const own = list().locator('article[data-own="true"]').last();
    await own.getByRole('button', { name: 'прочитали 4 из 15' }).click();
    const names = page.getByRole('dialog', { name: 'Кто прочитал' });
    await names.getByRole('heading', { name: 'Прочитали: 4' }).waitFor();
    await names.getByRole('heading', { name: 'Ещё не прочитали: 11' }).waitFor();
    expect(await names.getByRole('listitem').count()).toBe(15);
    await page.keyboard.press('Escape');
    await page.getByText(/пишет…$/).waitFor();
  });

  it('says nothing of reading while the hub says nothing', async () => {
    await open('');
    expect(await page.getByText(/прочитали/).count()).toBe(0);
  });
});

describe('the search', () => {
  it('in a chat: by any form of a word, Enter goes to the place, Esc gives the keyboard back', async () => {
    await open();
    await sees(MANY);
    await page.keyboard.press('Control+KeyF');
    const panel = page.getByRole('complementary', { name: 'Поиск в этом чате' });
    await panel.getByRole('combobox', { name: 'Что искать' }).waitFor();
    await page.keyboard.type('тетрадь');
    await panel.getByRole('option', { name: /тетради/ }).waitFor();
    expect(await panel.locator('mark').allInnerTexts()).toEqual(['тетради']);
    await page.keyboard.press('Enter');
    await list()
      .getByText(/Добрый день! Завтра пишем/)
      .waitFor();
    await page.keyboard.press('Escape');
    await panel.waitFor({ state: 'detached' });
    await page.waitForFunction(() => document.activeElement?.tagName === 'TEXTAREA');
  });

  it.each([1024, 700])('in a window %i pixels wide what was found does not lie under the search', async (width) => {
    await open('');
    await page.setViewportSize({ width, height: 768 });
    const chats = page.getByRole('navigation', { name: 'Чаты' });
    await chats.waitFor();
    await page.keyboard.press('Control+KeyF');
    const panel = page.getByRole('complementary', { name: 'Поиск в этом чате' });
    await panel.getByRole('combobox', { name: 'Что искать' }).fill('тетрадь');
    await panel.getByRole('option', { name: /тетради/ }).waitFor();
    await page.keyboard.press('Enter');
    const found = list().getByText(/Добрый день! Завтра пишем/);
    await found.waitFor();
    const right = async () => {
      const box = await found.boundingBox();
      return box ? box.x + box.width : Infinity;
    };
    await expect.poll(right).toBeLessThanOrEqual((await panel.boundingBox())!.x);
    await page.keyboard.press('Escape');
    await chats.waitFor();
    await page.waitForFunction(() => document.activeElement?.tagName === 'TEXTAREA');
  });

  it('walks among what was found by arrows and narrows it by sender, kind and day', async () => {
    await open();
    await page.keyboard.press('Control+KeyF');
    const panel = page.getByRole('complementary', { name: 'Поиск в этом чате' });
    await panel.getByRole('combobox', { name: 'Что искать' }).fill('слово 29');
    const chosen = panel.locator('[role="option"][aria-selected="true"]');
    await chosen.waitFor();
    const first = await chosen.innerText();
    await page.keyboard.press('ArrowDown');
    await expect.poll(() => chosen.innerText()).not.toBe(first);
    await page.keyboard.press('ArrowUp');
    await expect.poll(() => chosen.innerText()).toBe(first);

    await panel.getByRole('combobox', { name: 'Что искать' }).fill('');
    await panel.getByRole('combobox', { name: 'Что в сообщении' }).click();
    await page.getByRole('option', { name: 'Файл', exact: true }).click();
    await panel.getByRole('option', { name: /образец оформления прикладываю/ }).waitFor();
    await panel.getByRole('textbox', { name: 'С дня' }).fill('12.11.2027');
    await panel.getByText('Ничего не нашлось').waitFor();
  });

  it('everywhere: from a chat, from the palette; what was found opens its chat at the place, and back finds the search again', async () => {
    await open('');
    await page.keyboard.press('Control+Shift+KeyF');
    await page.getByRole('heading', { name: 'Поиск по сообщениям', level: 1 }).waitFor();
    await page.keyboard.type('черновики');
    await page.getByRole('group', { name: '7А · Общий чат' }).getByRole('option').first().waitFor();
    await page.keyboard.press('Enter');
    await list()
      .locator('[data-shown="true"]', { hasText: /черновик/ })
      .waitFor();
    await page.keyboard.press('Alt+ArrowLeft');
    await page.waitForFunction(() => document.querySelector('input')?.value === 'черновики');

    await page.keyboard.press('Control+KeyK');
    await page.keyboard.type('принтер не работает');
    await page.getByRole('option', { name: /Искать в сообщениях/ }).waitFor();
    await page.keyboard.press('Enter');
    await page.getByRole('option', { name: /принтер не работает/ }).waitFor();
    expect(await page.locator('mark').allInnerTexts()).toEqual(expect.arrayContaining(['принтер', 'не', 'работает']));
  });
});
