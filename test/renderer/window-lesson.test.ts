// A lesson under a mouse and under keys: the wall, giving out, collecting until the bell, seats, the end; in a real browser, over a
// class on paper.
import type { Page } from 'playwright';
import { describe, expect, it } from 'vitest';
import { CALM_MS } from '../../src/renderer/lesson/lesson-now.ts';
import { NOW } from '../gallery/page/stage.ts';
import type { TeacherScene } from '../gallery/scene-list.ts';
import { windowStage, type Opening } from './window/stage.ts';

declare global {
  interface Window {
    helped: string[];
    printed: string[];
  }
}

const stage = windowStage();
let page: Page;
async function open(scene: TeacherScene, opening?: Opening) {
  page = await stage(`?scene=${scene}&place=/lesson/:log`, opening);
  await page.getByRole('heading', { level: 1, name: 'Урок' }).waitFor();
}
const MINUTE = 60_000;
const wall = () => page.getByRole('region', { name: 'Стена класса' }).first();
const tile = (name: string | RegExp) => wall().getByRole('button', { name }).first();
const dialog = () => page.getByRole('dialog');
const button = (name: string | RegExp) => page.getByRole('button', { name, exact: true });
const sent = () => page.evaluate(() => window.harness.sent());
const memberNamed = (name: string) =>
  page.evaluate((wanted) => {
    const log = window.harness.store.logs.find(({ logId }) => logId === window.harness.logId)!;
    return Object.values(log.paper.state.members).find((member) => member.name.startsWith(wanted))!.memberId;
  }, name);

describe('the wall', () => {
  it('says of everybody in words how he is, and who works together', async () => {
    await open('lesson-wall');
    await expect
      .poll(() =>
        wall()
          .getByRole('button')
          .filter({ has: page.locator('[data-state]') })
          .count(),
      )
      .toBe(30);
    const said = async (name: string) => (await tile(new RegExp(`^${name}`)).innerText()).split('\n').filter(Boolean);
    expect(await said('Виноградов Тимофей')).toEqual(['Виноградов Тимофей', 'Зовёт 3 мин', 'файлы 3 из 3']);
    expect(await said('Виноградова Злата')).toEqual(['Виноградова Злата', 'Не здесь']);
    expect(await said('Гаврилова Вера')).toEqual(['Гаврилова Вера', 'Отправляет 41 %', 'файлы 3 из 3']);
    expect(await said('Белов Фёдор')).toContain('Получает 51 %');
    expect(await said('Зайцева Ева')).toEqual(['Зайцева Ева', 'Сдано в 14:13', 'вместе: Морозова София']);
    expect(
      await tile(/^Белов Фёдор/)
        .getByRole('progressbar')
        .getAttribute('aria-valuenow'),
    ).toBe('51');
  });

  it('by keys alone: who calls is told that he was helped', async () => {
    await open('lesson-wall');
    await page.evaluate(() => {
      window.helped = [];
      window.harness.store.tellHelped = (...[, memberId]: unknown[]) => void window.helped.push(String(memberId));
    });
    await tile(/^Виноградов Тимофей/).focus();
    await page.keyboard.press('Enter');
    await page.getByRole('menuitem', { name: 'Помощь оказана' }).waitFor();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    await expect.poll(() => page.evaluate(() => window.helped)).toEqual([await memberNamed('Виноградов Тимофей')]);
  });

  it('projected it shows no names of those who have not handed in, and Esc leaves it', async () => {
    await open('lesson-tile');
    await page.getByText('не сдали: 7').first().waitFor();
    await page.keyboard.press('f');
    await dialog().waitFor();
    await expect.poll(() => dialog().locator('[data-state]').count()).toBe(12);
    expect(
      await dialog()
        .getByText(/не сдали: \d+ \(/)
        .count(),
    ).toBe(0);
    await page.keyboard.press('Escape');
    await dialog().waitFor({ state: 'detached' });
  });

  it('seats are changed by arrow keys, keep the focus, and are kept', async () => {
    await open('lesson-seats');
    await button('Рассадить').click();
    await tile(/^Белов Илья.*ряд 1, место 1$/).focus();
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('ArrowDown');
    await tile(/^Белов Илья.*ряд 2, место 2$/).waitFor();
    await tile(/^Белов Фёдор.*ряд 1, место 1$/).waitFor();
    await expect
      .poll(() => page.evaluate(() => document.activeElement?.textContent))
      .toMatch(/^Белов Илья.*ряд 2, место 2$/);
    const memberId = await memberNamed('Белов Илья');
    const kept = await page.evaluate(
      (id) => (window.harness.drafts().at(-1) as { seats: Record<string, object> }).seats[id],
      memberId,
    );
    expect(kept).toEqual({ row: 1, column: 1 });
  });

  it('a tile is dragged to a free seat', async () => {
    await open('lesson-arrange');
    await button('Рассадить').click();
    await tile(/^Белов Илья.*ряд 1, место 1$/).waitFor();
    await tile(/^Белов Илья/).dragTo(page.locator('[data-arranging] > li[aria-hidden]').first());
    await expect.poll(() => tile(/^Белов Илья.*ряд 1, место 7$/).count()).toBe(1);
  });
});

describe('giving out', () => {
  it('a quick key, a text, Enter on the button: everybody gets it, once', async () => {
    await open('lesson-wall-one');
    await page.keyboard.press('g');
    await page.getByLabel('Что сказать').fill('Решите № 1–4');
    await dialog().getByRole('button', { name: 'Раздать' }).dblclick();
    await dialog().waitFor({ state: 'detached' });
    const given = (await sent()).filter(({ kind }) => kind === 'assign');
    expect(given).toHaveLength(1);
    expect(given[0]!.body).toMatchObject({
      title: 'Раздача 14:20',
      text: 'Решите № 1–4',
      assignees: 'all',
      isHandout: true,
    });
    await page.getByText('Раздача 14:20').first().waitFor();
  });

  it('nothing is not given out; what was written stays until it is', async () => {
    await open('lesson-hand-out');
    await page.keyboard.press('g');
    await dialog().getByRole('button', { name: 'Раздать' }).click();
    await page.getByRole('alert').getByText('Добавьте файл или текст').waitFor();
    await page.getByLabel('Что сказать').fill('Черновик');
    await page.keyboard.press('Escape');
    await dialog().waitFor({ state: 'detached' });
    await page.keyboard.press('g');
    await expect.poll(() => page.getByLabel('Что сказать').inputValue()).toBe('Черновик');
    expect(await sent()).toEqual([]);
  });

  it('to some only', async () => {
    await open('lesson-hand-out');
    await page.keyboard.press('g');
    await page.getByLabel('Что сказать').fill('Вам двоим');
    await dialog().getByText('Выбрать', { exact: true }).click();
    await dialog().getByRole('button', { name: 'Раздать' }).click();
    await page.getByRole('alert').getByText('Выберите, кому раздать').waitFor();
    await dialog().getByRole('checkbox', { name: 'Белов Илья Андреевич' }).check();
    await dialog().getByRole('button', { name: 'Раздать' }).click();
    await dialog().waitFor({ state: 'detached' });
    await expect
      .poll(async () => (await sent()).at(-1)?.body)
      .toMatchObject({ assignees: [await memberNamed('Белов Илья')] });
  });
});

describe('collecting', () => {
  it('what was given out, in five minutes: the bar counts down to the hub’s bell, and a teacher may end it', async () => {
    await open('lesson-collect');
    await page.keyboard.press('c');
    await dialog().getByRole('button', { name: '5 мин', exact: true }).click();
    await dialog().getByRole('button', { name: 'Собрать' }).click();
    await dialog().waitFor({ state: 'detached' });
    await expect
      .poll(async () => (await sent()).at(-1))
      .toMatchObject({
        kind: 'collect',
        body: { bellAt: NOW + 5 * MINUTE, afterBell: 'late', seen: null },
      });
    await page.getByRole('timer').getByText('5:00').waitFor();
    await button('Закончить сбор').click();
    await expect.poll(async () => (await sent()).at(-1)?.kind).toBe('endCollect');
  });

  it('something new is made and then collected, without a bell', async () => {
    await open('lesson-wall-one');
    await page.keyboard.press('c');
    await dialog().getByLabel('Что собрать').selectOption('new');
    await dialog().getByRole('button', { name: 'Собрать' }).click();
    await dialog().waitFor({ state: 'detached' });
    const kinds = (await sent()).map(({ kind }) => kind);
    expect(kinds).toEqual(['assign', 'collect']);
    await expect.poll(async () => (await sent())[0]?.body).toMatchObject({ title: 'Работа на уроке, 12 ноября' });
    await page.getByRole('timer').getByText('Без звонка').waitFor();
  });

  it('after the bell it says so, and can be begun again in place of the first', async () => {
    await open('lesson-collected');
    await page.getByRole('timer').getByText('Сбор закончен').waitFor();
    await button('Собрать ещё раз').click();
    await dialog().getByRole('button', { name: 'Собрать' }).click();
    await dialog().waitFor({ state: 'detached' });
    const body = (await sent()).at(-1)!.body as { seen: string | null };
    expect(body.seen).not.toBeNull();
  });
});

describe('the end of a lesson', () => {
  it('says before whom it cuts off, and after what was left', async () => {
    await open('lesson-ending');
    await button('Закончить урок').click();
    await dialog().getByText('Отправка не закончена у 1 ученика').waitFor();
    await dialog()
      .getByText(/Гаврилова Вера \(41 %\)/)
      .waitFor();
    await dialog().getByText('Не сдали, хотя здесь: 6 учеников').waitFor();
    await dialog().getByText('Сбор ещё идёт: Карточки 1–3').waitFor();
    await page.keyboard.press('Enter');
    await dialog()
      .getByText(/^Урок закончен\. Очищено страниц: 12\. Сбор закончен: Карточки 1–3/)
      .waitFor();
    const ended = await sent();
    expect(ended.map(({ kind }) => kind)).toEqual(['endCollect']);
    expect(ended[0]!.body).toMatchObject({ assignmentId: expect.any(String), collectId: expect.any(String) });
    expect(
      await dialog()
        .getByText(/Отправка прервана: Гаврилова Вера/)
        .count(),
    ).toBe(1);
  });

  it('after the bell it ends no collecting a second time', async () => {
    await open('lesson-collected');
    await button('Закончить урок').click();
    await dialog().getByRole('button', { name: 'Закончить урок' }).waitFor();
    expect(await dialog().getByText('Сбор ещё идёт').count()).toBe(0);
    await page.keyboard.press('Enter');
    await dialog()
      .getByText(/^Урок закончен/)
      .waitFor();
    expect(await sent()).toEqual([]);
  });
});

describe('a lesson under way', () => {
  const rail = () => page.getByRole('navigation', { name: 'Разделы', exact: true });
  const lesson = () => page.evaluate(() => window.harness.desktop.settings.lesson);

  it('begins with the wall, goes on on other screens, and is over when the teacher ends it', async () => {
    await open('lesson');
    await page.getByRole('heading', { level: 1, name: 'Урок' }).waitFor();
    expect(await lesson()).toBeNull();
    await page.keyboard.press('w');
    await wall().waitFor();
    await rail()
      .getByRole('link', { name: /^Урок.*идёт урок: 7А/ })
      .waitFor();
    await rail()
      .getByRole('link', { name: /^Сегодня/ })
      .click();
    await page.getByRole('heading', { level: 1, name: /^Сегодня/ }).waitFor();
    await rail()
      .getByRole('link', { name: /идёт урок: 7А/ })
      .click();
    await button('Закончить урок').click();
    await dialog().getByRole('button', { name: 'Закончить урок' }).click();
    await dialog()
      .getByText(/^Урок закончен/)
      .waitFor();
    await expect.poll(lesson).toBeNull();
    await page.keyboard.press('Escape');
    await dialog().waitFor({ state: 'detached' });
    await rail().getByRole('link', { name: 'Урок', exact: true }).waitFor();
    // The next one begins at the door.
    await expect.poll(() => page.getByRole('radio', { name: 'Вход' }).isChecked()).toBe(true);
    expect(await wall().count()).toBe(0);
  });

  it('begins with what is given out or collected at the door, too', async () => {
    await open('lesson');
    await page.keyboard.press('g');
    await dialog().getByLabel('Что сказать').fill('Откройте учебник');
    await dialog().getByRole('button', { name: 'Раздать', exact: true }).click();
    await dialog().waitFor({ state: 'detached' });
    await expect.poll(lesson).toMatchObject({ logId: await page.evaluate(() => window.harness.logId) });
  });
});

it('a code that ran out while the computer slept is not shown: the hub is asked for another', async () => {
  await open('lesson-door-full', { isClockOurs: true });
  const board = page.getByRole('region', { name: 'Как войти' });
  await board.getByText('481 516').waitFor();
  await page.evaluate(() => {
    const { hub } = window.harness.store;
    Object.assign(hub, { joinCode: hub.renewJoinCode });
  });
  // The clock has moved, timers have not.
  await page.clock.setSystemTime(NOW + 6 * 60 * MINUTE);
  await page.clock.runFor(CALM_MS);
  await board.getByText('234 215').waitFor();
  expect(await board.getByText('481 516').count()).toBe(0);
});

it('cards are printed, one for everybody, and leave the screen as it was', async () => {
  await open('lesson-door-full', {
    prepare: (fresh) =>
      fresh.addInitScript(() => {
        window.printed = [];
        window.print = () => {
          window.printed = [...document.querySelectorAll('article')].map((card) => card.textContent ?? '');
        };
      }),
  });
  await button('Напечатать карточки').click();
  await expect.poll(() => page.evaluate(() => window.printed.length)).toBe(12);
  // Until when the code is good, too, by the calendar: who prints in the evening sees that it will not be in the morning.
  const [first] = await page.evaluate(() => window.printed);
  expect(first).toMatch(/Белов Илья Андреевич.*Код действует до: 12 нояб.*2026.*, 19:20.*192\.168\.1\.24:8010.*481/);
  await expect.poll(() => page.locator('article').count()).toBe(0);
});
