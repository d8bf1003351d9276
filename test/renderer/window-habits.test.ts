// What a teacher's hands do without thinking: coming back, typing on at once, pressing Enter to go on, looking at a low window. In a
// real browser, over a class on paper.
import type { Page } from 'playwright';
import { describe, expect, it } from 'vitest';
import { LETTERS_HELD_MAX_MS } from '../../src/renderer/frame/quick-keys.ts';
import { windowStage } from './window/stage.ts';

declare global {
  interface Window {
    openChats: () => void;
  }
}

const stage = windowStage();
let page: Page;

const list = () => page.getByTestId('messages');
const chats = () => page.getByRole('navigation', { name: /^Чаты: / });
const field = () => page.locator('textarea').first();
const lastSent = async () => (await page.evaluate(() => window.harness.sent())).at(-1);
const tab = (name: RegExp) => page.getByRole('navigation', { name: /^Разделы класса/ }).getByRole('link', { name });
async function open(query: string, prepare?: (opened: Page) => Promise<unknown>) {
  page = await stage(query, prepare ? { prepare } : {});
  await field().waitFor();
}

/** The first message in sight and where it stands. */
const sight = () =>
  list().evaluate((element) => {
    const { top } = element.getBoundingClientRect();
    const rows = [...element.querySelectorAll<HTMLElement>('[data-message]')];
    const first = rows.find((row) => row.getBoundingClientRect().bottom > top + 1);
    return first && { id: first.dataset['message'], top: Math.round(first.getBoundingClientRect().top - top) };
  });
const isAtEnd = () => list().evaluate((element) => element.dataset['atEnd'] === 'true');

describe('coming back to a chat', () => {
  it('finds the place that was left, and the end where one was at the end', async () => {
    await open('?many=400');
    await expect.poll(isAtEnd).toBe(true);
    await list().hover();
    await page.mouse.wheel(0, -2_500);
    await page.getByRole('button', { name: 'В конец' }).waitFor();
    await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
    const left = await sight();
    await tab(/^Задания/).click();
    await list().waitFor({ state: 'detached' });
    await tab(/^Чат/).click();
    await expect.poll(sight).toEqual(left);
    expect(await isAtEnd()).toBe(false);
    await page.getByRole('button', { name: 'В конец' }).click();
    await expect.poll(isAtEnd).toBe(true);
    await tab(/^Задания/).click();
    await list().waitFor({ state: 'detached' });
    await tab(/^Чат/).click();
    await expect.poll(isAtEnd).toBe(true);
  });

  it('who chose it in the list writes at once', async () => {
    await open('?scene=channels');
    await chats().getByRole('link').filter({ hasText: 'Родители и учителя' }).click();
    await page.getByRole('heading', { level: 1, name: 'Родители и учителя' }).waitFor();
    await page.locator('textarea:focus').waitFor();
    await page.keyboard.type('сразу');
    await expect.poll(() => field().inputValue()).toBe('сразу');
  });
});

describe('writing at once into a chat that was chosen', () => {
  /** Chats open only when `openChats` is called: as on a slow disk, however fast this one is. */
  async function openSlowly() {
    page = await stage('?scene=channels', { isClockOurs: true });
    await field().waitFor();
    await page.evaluate(() => {
      const { store } = window.harness;
      const watch = store.watchDraft.bind(store) as (key: unknown, listener: unknown) => () => void;
      const opened = new Promise<void>((resolve) => (window.openChats = resolve));
      const slowly = (key: unknown, listener: unknown) => {
        let stop: (() => void) | null = null;
        let isOver = false;
        void opened.then(() => {
          if (!isOver) stop = watch(key, listener);
        });
        return () => {
          isOver = true;
          stop?.();
        };
      };
      Object.assign(store, { watchDraft: slowly });
    });
  }
  const choose = () => chats().getByRole('link').filter({ hasText: 'Родители и учителя' });
  /** As a Russian keyboard does it, with a key for every letter. */
  async function typeKeys(text: string) {
    const devtools = await page.context().newCDPSession(page);
    for (const key of text) {
      await devtools.send('Input.dispatchKeyEvent', { type: 'keyDown', key, text: key });
      await devtools.send('Input.dispatchKeyEvent', { type: 'keyUp', key });
    }
  }
  async function letOpen() {
    await page.evaluate(() => window.openChats());
    await page.locator('textarea:focus').waitFor();
    await page.clock.runFor(10);
  }

  it('no letter is lost, however long it opens, and none becomes a shortcut', async () => {
    await openSlowly();
    await choose().click();
    await page.locator('textarea:not([aria-hidden])').waitFor({ state: 'detached' });
    await typeKeys('wДа, в пятьх');
    await page.keyboard.press('Backspace');
    await letOpen();
    await typeKeys('!');
    await expect.poll(() => field().inputValue()).toBe('wДа, в пять!');
    expect(await page.getByRole('dialog').count()).toBe(0);
  });

  it('by keys alone, with Enter at the end it is sent, once', async () => {
    await openSlowly();
    await choose().focus();
    await page.keyboard.press('Enter');
    await page.locator('textarea:not([aria-hidden])').waitFor({ state: 'detached' });
    await typeKeys('Буду');
    await page.keyboard.press('Enter');
    await letOpen();
    await expect.poll(async () => (await lastSent())?.body).toMatchObject({ text: 'Буду' });
    expect(
      (await page.evaluate(() => window.harness.sent())).filter(({ kind }) => kind === 'postMessage'),
    ).toHaveLength(1);
    await expect.poll(() => field().inputValue()).toBe('');
  });

  it('who goes on elsewhere, or waits too long, writes nothing blindly', async () => {
    await openSlowly();
    await choose().click();
    await typeKeys('нет');
    await page.keyboard.press('Tab');
    await choose().focus();
    await letOpen();
    expect(await field().inputValue()).toBe('');
    await openSlowly();
    await choose().click();
    await typeKeys('нет');
    await page.clock.runFor(LETTERS_HELD_MAX_MS);
    await letOpen();
    expect(await field().inputValue()).toBe('');
  });
});

describe('the list of chats', () => {
  it('tells the last words without the marks they were typed with', async () => {
    await open('?scene=chat');
    await page.evaluate(() => window.harness.say('**Завтра** в `9:00`,\n*не опаздывать*'));
    const line = chats().getByText('Завтра в 9:00, не опаздывать');
    await line.waitFor();
    expect(await line.isVisible()).toBe(true);
  });

  it('an archived chat is brought back where one sees that it is closed', async () => {
    page = await stage('?scene=channel-archived');
    await page.getByRole('button', { name: 'Вернуть из архива' }).click();
    await field().waitFor();
    await expect.poll(lastSent).toMatchObject({ kind: 'changeChannel', body: { isArchived: false } });
  });
});

describe('a search that is open', () => {
  it('finds what comes meanwhile, and keeps what was chosen', async () => {
    await open('?scene=chat');
    await page.evaluate(() => window.harness.say('экскурсия первая'));
    await page.keyboard.press('Control+KeyF');
    await page.keyboard.type('экскурсия');
    const found = page.getByRole('option');
    await expect.poll(() => found.count()).toBe(1);
    await page.keyboard.press('ArrowDown');
    await page.evaluate(() => window.harness.say('экскурсия вторая'));
    await expect.poll(() => found.count()).toBe(2);
    expect(await page.locator('[role="option"][aria-selected="true"]').innerText()).toContain('первая');
  });
});

describe('Enter goes on', () => {
  it('from the question of a poll through its answers and back, where it sends', async () => {
    await open('?scene=chat');
    await page.getByRole('button', { name: 'Добавить к сообщению' }).click();
    await page.getByRole('menuitem', { name: 'Опрос', exact: true }).click();
    await page.keyboard.type('Когда собрание?');
    await page.keyboard.press('Enter');
    for (const answer of ['В среду', 'В четверг']) {
      await page.keyboard.type(answer);
      await page.keyboard.press('Enter');
    }
    // The third stays empty: that was all.
    await page.keyboard.press('Enter');
    await page.locator('textarea:focus').waitFor();
    await page.keyboard.press('Enter');
    await list().locator('article', { hasText: 'Когда собрание?' }).waitFor();
    await expect
      .poll(async () => (await lastSent())?.body)
      .toMatchObject({ poll: { options: ['В среду', 'В четверг'] } });
  });
});

describe('quick keys', () => {
  /** A machine on which a menu takes the focus late. */
  const slow = (opened: Page) =>
    opened.addInitScript(() => {
      const { setTimeout: real } = window;
      const later = (run: TimerHandler, ms?: number, ...rest: unknown[]) => real(run, ms || 150, ...rest);
      Object.assign(window, { setTimeout: later });
    });

  it('reach a menu that is still opening, in their order', async () => {
    await open('?scene=chat', slow);
    await page.getByRole('button', { name: 'Добавить к сообщению' }).focus();
    for (const key of ['Enter', 'ArrowDown', 'ArrowDown', 'ArrowDown', 'Enter']) await page.keyboard.press(key);
    await page.getByRole('button', { name: 'Не просить ознакомиться' }).waitFor();
    await page.locator('textarea:focus').waitFor();
    const drafts = await page.evaluate(() => window.harness.drafts());
    expect(drafts).toContainEqual(expect.objectContaining({ isNotice: true }));
  });

  it('reach a menu that the menu key has opened, and move nothing below it', async () => {
    await open('?scene=chat-words', slow);
    const message = list().locator('article', { hasText: 'Сбор в 14:00' }).last();
    await message.focus();
    await page.keyboard.press('ContextMenu');
    for (const key of ['ArrowDown', 'ArrowDown', 'Enter']) await page.keyboard.press(key);
    await page.getByText(/^Ответ: /).waitFor();
    expect(await page.getByText(/^Ответ: /).count()).toBe(1);
  });

  it('reach the field after an hour was chosen, and the field of whom to pass a message on to', async () => {
    await open('?scene=chat-words', slow);
    await field().fill('Доброе утро');
    await page.getByRole('button', { name: 'Отправить позже' }).click();
    await page.getByRole('menuitem', { name: 'Завтра в 8:00' }).click();
    await page.keyboard.type('дальше');
    await expect.poll(() => field().inputValue()).toBe('дальше');
    await list().locator('article', { hasText: 'Сбор в 14:00' }).last().focus();
    await page.keyboard.press('KeyF');
    await page.keyboard.type('кружок');
    await expect.poll(() => page.getByRole('textbox', { name: 'Чат или человек' }).inputValue()).toBe('кружок');
  });
});

describe('who has read', () => {
  it('counts whoever signed or answered, and stays known without a network', async () => {
    await open('?scene=chat-asks');
    await page.evaluate(() => window.harness.live(0));
    const notice = list().locator('article', { hasText: 'С понедельника' }).last();
    const count = async () => Number(/прочитали (\d+) из/.exec(await notice.innerText())?.[1] ?? -1);
    await expect.poll(count).toBeGreaterThanOrEqual(11);
    await page.evaluate(() => {
      window.harness.store.live.clear();
      window.harness.store.changed();
    });
    await page.evaluate(() => window.harness.say('без сети'));
    await list().getByText('без сети', { exact: true }).waitFor();
    expect(await count()).toBeGreaterThanOrEqual(11);
  });
});

describe('a low window, as a laptop’s at 200 %', () => {
  it('leaves room for messages, and every deed of the menu can be reached', async () => {
    await open('?scene=chat-words');
    await page.setViewportSize({ width: 683, height: 384 });
    const height = () => list().evaluate((element) => element.clientHeight);
    await expect.poll(height).toBeGreaterThan(150);
    await list().locator('article').last().click({ button: 'right' });
    await page.getByRole('menu', { name: 'Действия с сообщением' }).waitFor();
    await page.keyboard.press('ArrowUp');
    await page.keyboard.press('End');
    const last = page.getByRole('menuitem', { name: 'Удалить' });
    await expect.poll(() => last.evaluate((item) => item === document.activeElement)).toBe(true);
    await expect
      .poll(() => last.evaluate((item) => item.getBoundingClientRect().bottom <= window.innerHeight))
      .toBe(true);
  });

  it('cuts no word off a button in the settings, however narrow', async () => {
    await open('?scene=chat');
    await page.setViewportSize({ width: 512, height: 640 });
    await page.getByRole('link', { name: 'Настройки' }).click();
    await page.getByRole('button', { name: 'Подключиться к серверу' }).waitFor();
    const cut = () =>
      page.evaluate(() =>
        [...document.querySelectorAll<HTMLElement>('main button, main button *')]
          .filter((element) => element.scrollWidth > element.clientWidth + 1 && element.clientWidth > 1)
          .map((element) => element.innerText),
      );
    expect(await cut()).toEqual([]);
  });
});

describe('a screen that breaks', () => {
  it('says so in its place, and everything else goes on', async () => {
    await open('?scene=chat');
    await page.evaluate(() => {
      const { store } = window.harness;
      const whole = store.watchFiles.bind(store);
      let isBroken = true;
      const watchFiles: typeof whole = (...given) => {
        if (isBroken) throw new Error('broken on purpose');
        return whole(...given);
      };
      Object.assign(store, { watchFiles });
      Object.assign(window, { mend: () => (isBroken = false) });
    });
    await tab(/^Файлы/).click();
    await page.getByText('Этот экран не открылся').waitFor();
    await page
      .getByRole('navigation', { name: 'Разделы', exact: true })
      .getByRole('link', { name: /^Проверка/ })
      .click();
    await page.getByRole('heading', { name: 'Проверка' }).waitFor();
    await page.goBack();
    await page.getByText('Этот экран не открылся').waitFor();
    await page.evaluate(() => (window as unknown as { mend: () => void }).mend());
    await page.getByRole('button', { name: 'Попробовать ещё раз' }).click();
    await tab(/^Файлы/).waitFor();
    expect(await page.getByText('Этот экран не открылся').count()).toBe(0);
  });
});

describe('where this computer can keep nothing more, it is said, and nothing typed is gone:', () => {
  const come = async (scene: string, place: string) => {
    page = await stage(`?scene=${scene}&place=${place}`);
    await page.getByRole('heading', { level: 1 }).waitFor();
  };
  const fill = async (place: string) => {
    await come('members', place);
    await page.evaluate(() => window.harness.fill());
  };
  const button = (name: string | RegExp) => page.getByRole('button', { name, exact: true });
  const isSaid = () => page.getByText('На этом устройстве кончилось место').waitFor();

  it('a new class', async () => {
    await fill('/new-class');
    await page.getByLabel('Название класса').fill('5В');
    await page.keyboard.press('Enter');
    await isSaid();
    expect(await page.getByLabel('Название класса').inputValue()).toBe('5В');
  });

  it('a list', async () => {
    await fill('/class/:log/members/import');
    await page.getByLabel('Или вставьте список').fill('Абрамов Лев\nЯшина Ева');
    await button('Показать, что получится').click();
    const add = button('Добавить 2 учеников');
    await add.click();
    await isSaid();
    // And may be tried again.
    await expect.poll(() => add.isEnabled()).toBe(true);
  });

  it('a pupil added by hand', async () => {
    await fill('/class/:log/members');
    const name = page.getByRole('textbox', { name: 'Добавить ученика' });
    await name.fill('Абрамов Лев');
    await name.press('Enter');
    await isSaid();
    await expect.poll(() => name.inputValue()).toBe('Абрамов Лев');
  });

  it.each<[string, () => Promise<unknown>]>([
    ['who is let in', () => button(/^Подтвердить всех/).click()],
    [
      'who is sent away',
      () =>
        button(/^Отклонить/)
          .first()
          .click(),
    ],
  ])('%s', async (_who, press) => {
    await fill('/class/:log/members');
    await press();
    await isSaid();
    expect(await page.evaluate(() => window.harness.sent())).toEqual([]);
  });

  it('a mark', async () => {
    await come('review-text', '/review');
    await page.evaluate(() => {
      const { logId, assignmentId } = window.harness;
      location.hash = `/review/${logId}/${assignmentId}`;
    });
    await page.getByRole('complementary', { name: 'Отметка' }).getByRole('heading', { level: 2 }).waitFor();
    await page.evaluate(() => window.harness.fill());
    await page.keyboard.press('4');
    await page.keyboard.press('Enter');
    await isSaid();
    expect(await page.evaluate(() => window.harness.sent())).toEqual([]);
  });

  it('an assignment taken back', async () => {
    await come('review-text', '/review');
    await page.evaluate(() => {
      const { logId, assignmentId } = window.harness;
      location.hash = `/class/${logId}/assignments/${assignmentId}`;
    });
    await button('Ещё действия').click();
    await page.getByRole('menuitem', { name: 'Снять задание' }).click();
    await page.evaluate(() => window.harness.fill());
    await page.getByRole('dialog').getByRole('button', { name: 'Снять задание' }).click();
    await isSaid();
    expect(await page.evaluate(() => window.harness.sent())).toEqual([]);
  });
});
