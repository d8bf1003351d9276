// Channels, the school, parents, what is told outside the window, and a chat saved: under a mouse and under keys, in a real browser,
// over a class on paper.
import type { Page } from 'playwright';
import { describe, expect, it } from 'vitest';
import type { Classroom } from '../../src/core/classroom.ts';
import { directIdOf, type MemberId } from '../../src/core/ids.ts';
import type { WaitingChat } from '../../src/preload/contract.ts';
import type { TeacherScene } from '../gallery/scene-list.ts';
import { windowStage } from './window/stage.ts';

interface Told {
  chats: WaitingChat[];
  here: string | null;
}
declare global {
  interface Window {
    told: Told[];
  }
}

const stage = windowStage();
let page: Page;

async function open(scene: TeacherScene) {
  page = await stage(`?scene=${scene}`);
  await list().waitFor();
}

const list = () => page.getByRole('navigation', { name: /^Чаты: / });
const rows = () => list().getByRole('link');
const heading = (name: string) => page.getByRole('heading', { level: 1, name, exact: true });
const field = () => page.locator('textarea').first();
const sent = () => page.evaluate(() => window.harness.sent());
const place = () => page.evaluate(() => location.hash);
const titles = () => rows().evaluateAll((all) => all.map((row) => row.getAttribute('title') ?? ''));
const settings = () => page.evaluate(() => window.harness.desktop.settings);
const dialog = () => page.getByRole('dialog');

describe('the list of chats', () => {
  it('opens a chat by a press, and the class comes back to it', async () => {
    await open('channels');
    await heading('Общий чат').waitFor();
    await rows().filter({ hasText: 'Родители и учителя' }).click();
    await heading('Родители и учителя').waitFor();
    await page.getByText('Я смогу только к семи.').last().waitFor();
    await page
      .getByRole('link', { name: /^Задания/ })
      .first()
      .click();
    await list().waitFor({ state: 'detached' });
    await page.getByRole('link', { name: /^Чат/ }).first().click();
    await heading('Родители и учителя').waitFor();
    await expect.poll(place).toMatch(/\/chat$/);
  });

  it('Alt+↓ goes to the next chat with news, past those without, and on into one-to-one talks', async () => {
    await open('channels');
    await heading('Общий чат').waitFor();
    const seen: string[] = [];
    for (let step = 0; step < 4; step++) {
      await page.keyboard.press('Alt+ArrowDown');
      const before = seen.at(-1) ?? 'Общий чат';
      await page.waitForFunction((name) => document.querySelector('h1')?.textContent !== name, before);
      seen.push((await page.locator('h1').textContent()) ?? '');
    }
    expect(seen).toEqual([
      'Родители и учителя',
      'Олимпиада по русскому',
      'Белов Фёдор Андреевич',
      'Белова Анна Сергеевна',
    ]);
    await page.keyboard.press('Alt+ArrowUp');
    await heading('Белов Фёдор Андреевич').waitFor();
  });

  it('says how much waits, that somebody means me, what is muted and what is left unfinished', async () => {
    await open('channels');
    const name = async (title: string) => (await rows().filter({ hasText: title }).textContent()) ?? '';
    expect(await name('Родители и учителя')).toMatch(/2 непрочитанных сообщения, вас упомянули/);
    expect(await name('Олимпиада по русскому')).toMatch(/без уведомлений/);
    expect(await name('Ученики и учителя')).toMatch(/Черновик: Завтра вместо физкультуры.*есть черновик/);
  });

  it('keeps its rows in their places under the pointer, and puts news first when it has gone', async () => {
    await open('channels');
    const talks = async () => (await titles()).filter((title) => /ученик|родитель/.test(title));
    const before = await talks();
    expect(before.at(-1)).toMatch(/^Белов Илья/);
    await rows().last().hover();
    await page.evaluate(() => {
      const { store } = window.harness;
      const school = store.logs.at(-1)!;
      const ilya = Object.values(school.paper.state.members).find((one) => one.name.startsWith('Белов Илья'))!;
      const me = Object.values(school.paper.state.members).find((one) => one.role === 'teacher')!;
      const channel = Object.values(school.paper.state.channels).find((one) => one.memberIds.includes(ilya.memberId))!;
      const who = { kind: 'person', personId: ilya.personIds[0]!, hubRole: 'guest' } as const;
      school.paper.post(who, { channelId: channel.channelId, text: 'И ещё вопрос', to: me.memberId });
      store.changed();
    });
    await rows().filter({ hasText: 'И ещё вопрос' }).waitFor();
    expect(await talks()).toEqual(before);
    await page.mouse.move(900, 400);
    await page.waitForFunction(() => {
      const all = [...document.querySelectorAll('nav[aria-label^="Чаты"] a')].map(
        (row) => row.getAttribute('title') ?? '',
      );
      return all.findIndex((title) => title.startsWith('Белов Илья')) < all.length - 1;
    });
  });

  it('archived chats are folded away and open by a press', async () => {
    await open('channels');
    const folded = page.getByRole('button', { name: 'В архиве: 1' });
    expect(await folded.getAttribute('aria-expanded')).toBe('false');
    await folded.click();
    await rows().filter({ hasText: 'Поездка в музей' }).click();
    await heading('Поездка в музей').waitFor();
    await page.getByText('писать в него нельзя').waitFor();
    expect(await page.getByRole('textbox', { name: 'Написать в чат' }).count()).toBe(0);
  });
});

describe('writing to one person', () => {
  it('nothing is there to write in while the talk with one is still being read from the disk, least of all the chat of all', async () => {
    page = await stage('?scene=channel-direct&lateSchool');
    await rows().filter({ hasText: 'Общий чат' }).waitFor();
    expect(await page.getByRole('heading', { level: 1 }).allTextContents()).toEqual([]);
    expect(await field().count()).toBe(0);
    await page.evaluate(() => window.harness.readSchool());
    await heading('Белов Илья Андреевич').waitFor();
    await field().waitFor();
  });

  it('begins a talk in the school by a few letters; the first word names the other one', async () => {
    await open('channels');
    await page.keyboard.press('w');
    await page.getByRole('combobox', { name: 'Найти по имени' }).waitFor();
    await page.keyboard.type('вера');
    await page.keyboard.press('Enter');
    await heading('Гаврилова Вера Олеговна').waitFor();
    await field().fill('Вера, всё хорошо?');
    await field().press('Enter');
    await rows().filter({ hasText: 'Вера, всё хорошо?' }).waitFor();
    const ids = await page.evaluate(() => {
      const { paper, logId } = window.harness.store.logs.at(-1)!;
      const all = Object.values((paper.state as Classroom).members);
      const other = all.find((one) => one.name.startsWith('Гаврилова Вера'))!.memberId;
      const me = all.find((one) => one.name === 'Ирина Петровна')!.memberId;
      return { logId, other, me };
    });
    const last = (await sent()).at(-1)!;
    expect(last).toMatchObject({ logId: ids.logId, kind: 'postMessage' });
    expect(last.body).toMatchObject({
      to: ids.other,
      channelId: directIdOf(ids.me as MemberId, ids.other as MemberId),
    });
  });
});

describe('a chat is made and changed', () => {
  it('a group needs a title and somebody in it, and says so; then it is there and open', async () => {
    await open('channels');
    await page.getByRole('button', { name: 'Новый чат' }).click();
    await dialog().getByRole('button', { name: 'Создать чат' }).click();
    await dialog().getByText('Назовите группу').waitFor();
    await dialog().getByText('Выберите хотя бы одного человека').waitFor();
    expect(await sent()).toEqual([]);
    await dialog().getByLabel('Название').fill('Редколлегия');
    await dialog().getByRole('checkbox', { name: 'Белов Илья Андреевич' }).check();
    await dialog().getByRole('checkbox', { name: 'Белова Полина Фёдоровна' }).check();
    await dialog().getByRole('button', { name: 'Создать чат' }).click();
    await heading('Редколлегия').waitFor();
    const [made] = await sent();
    expect(made).toMatchObject({
      kind: 'createChannel',
      body: { kind: 'group', title: 'Редколлегия', writers: 'all' },
    });
    expect((made!.body as { memberIds: string[] }).memberIds).toHaveLength(2);
  });

  it('only teachers write: said in its head after a change that names what it saw', async () => {
    await open('channels');
    await rows().filter({ hasText: 'Родители и учителя' }).click();
    await page.getByRole('button', { name: 'Действия с чатом' }).click();
    await page.getByRole('menuitem', { name: 'Настроить чат' }).click();
    await dialog().getByRole('switch', { name: 'Пишут только учителя' }).check({ force: true });
    await dialog().getByRole('button', { name: 'Сохранить' }).click();
    await page.getByText('пишут только учителя').waitFor();
    const [changed] = await sent();
    expect(changed).toMatchObject({
      kind: 'changeChannel',
      body: { writers: 'teachers', title: null, isArchived: false },
    });
    expect((changed!.body as { seen: string }).seen).toMatch(/^[0-9a-f-]{36}$/);
  });

  it('archiving is taken back by the notice that says so; whoever comes to it by keys has ten seconds (UNDO_MS)', async () => {
    await open('channels');
    await page.clock.install();
    await rows().filter({ hasText: 'Ученики и учителя' }).click();
    await page.getByRole('button', { name: 'Действия с чатом' }).click();
    await page.getByRole('menuitem', { name: 'Убрать в архив' }).click();
    await page.getByRole('button', { name: 'В архиве: 2' }).waitFor();
    const undo = page.getByRole('button', { name: 'Отменить' });
    await undo.waitFor();
    await page.clock.fastForward(8_000);
    await undo.click();
    await page.getByRole('button', { name: 'В архиве: 1' }).waitFor();
    const bodies = (await sent()).map(({ body }) => body as { isArchived: boolean; seen: string });
    expect(bodies.map(({ isArchived }) => isArchived)).toEqual([true, false]);
    expect(bodies[1]!.seen).not.toBe(bodies[0]!.seen);
  });

  it('[S10] one that the server refused stays with its reason until it is discarded', async () => {
    await open('channel-refused');
    const refused = page.getByText('Сервер не принял изменение чата «Экскурсия»');
    await refused.waitFor();
    await page.getByRole('button', { name: 'Убрать', exact: true }).click();
    await refused.waitFor({ state: 'detached' });
    expect(await page.evaluate(() => window.harness.store.logs[0]!.pending)).toEqual([]);
  });

  it('a new class begins with a chat for all, for pupils and for parents', async () => {
    await open('channels');
    await page.getByRole('link', { name: 'Новый класс' }).click();
    await page.getByLabel('Название класса').fill('5В');
    await page.getByRole('button', { name: 'Создать класс' }).click();
    await page.waitForFunction(() => window.harness.sent().length >= 3);
    const made = await sent();
    expect(made.map(({ kind }) => kind)).toEqual(['createClass', 'createChannel', 'createChannel']);
    expect(made.slice(1).map(({ body }) => (body as { kind: string }).kind)).toEqual(['students', 'parents']);
    expect(new Set(made.map(({ logId }) => logId)).size).toBe(1);
  });
});

describe('the school', () => {
  it('stands in the rail beside the classes, and is none of them', async () => {
    await open('school');
    await heading('Учительская').waitFor();
    const rail = page.getByRole('navigation', { name: 'Разделы' });
    const inClasses = rail.getByRole('group', { name: 'Классы' }).getByRole('link');
    expect(await inClasses.allTextContents()).toEqual([
      expect.stringContaining('7А'),
      expect.stringContaining('7Б'),
      'Новый класс',
    ]);
    await rail.getByRole('link', { name: /^Школа/ }).waitFor();
    await page.keyboard.press('Control+KeyK');
    await page.getByRole('combobox').waitFor();
    await page.keyboard.type('школа');
    await expect.poll(() => page.getByRole('option', { name: /Школа № 12.*Класс/ }).count()).toBe(0);
  });

  it('a group of it holds its maker', async () => {
    await open('school');
    await page.getByRole('button', { name: 'Новая группа' }).click();
    await dialog().getByLabel('Название').fill('Методобъединение');
    await dialog()
      .getByRole('checkbox', { name: /Смирнова Анна/ })
      .check();
    await dialog().getByRole('button', { name: 'Создать чат' }).click();
    await heading('Методобъединение').waitFor();
    const me = await page.evaluate(() => window.harness.store.personId);
    await expect
      .poll(async () => (await sent())[0])
      .toMatchObject({
        kind: 'createChannel',
        body: { memberIds: expect.arrayContaining([me]) },
      });
  });
});

describe('what is told outside the window', () => {
  const listen = () =>
    page.evaluate(() => {
      const { desktop } = window.harness;
      const call = desktop.call.bind(desktop);
      window.told = [];
      desktop.call = ((name: string, input: never) => {
        if (name === 'notifications.update') window.told.push(input as Told);
        return call(name as 'app.facts', input);
      }) as typeof desktop.call;
    });
  const told = () => page.evaluate(() => window.told.at(-1)!);
  const nudge = async () => {
    await listen();
    await page.evaluate(() => window.harness.say('Ирина Петровна, посмотрите'));
    await page.waitForFunction(() => window.told.length > 0);
  };

  it('says where and who, not what; nothing of a muted chat; and which chat is on the screen', async () => {
    await open('channels');
    await heading('Общий чат').waitFor();
    await nudge();
    const { chats, here } = await told();
    expect(here).toBe(await page.evaluate(() => window.harness.channelId));
    const titlesTold = chats.map(({ title }) => title);
    expect(titlesTold).toContain('7А · Общий чат');
    expect(titlesTold).toContain('7А · Родители и учителя');
    expect(titlesTold).toContain('Школа · Личный чат');
    expect(titlesTold).not.toContain('7А · Олимпиада по русскому');
    expect(chats.every(({ text }) => text === '')).toBe(true);
    expect(JSON.stringify(chats)).not.toMatch(/посмотрите|заболел|питании/);
    const parents = chats.find(({ title }) => title === '7А · Родители и учителя')!;
    expect(parents).toMatchObject({ unread: 2, mentions: 1 });
  });

  it('gives the text only when the teacher wants it', async () => {
    await open('channels');
    await listen();
    await page.evaluate(() => {
      const { desktop } = window.harness;
      const notifications = { ...desktop.settings.notifications, showText: true };
      desktop.tell('settings', { ...desktop.settings, notifications });
    });
    await page.waitForFunction(() => window.told.at(-1)?.chats.some(({ text }) => text !== ''));
    expect(JSON.stringify((await told()).chats)).toContain('Я заболел, можно сдать в понедельник?');
  });

  it('a pressed notification opens its place', async () => {
    await open('channels');
    await nudge();
    const to = (await told()).chats.find(({ title }) => title === '7А · Родители и учителя')!.place;
    await page.evaluate((path) => window.harness.desktop.tell('notified', { place: path }), to);
    await heading('Родители и учителя').waitFor();
    await expect.poll(place).toBe(`#${to}`);
  });

  it('muting is kept in the settings, and shown', async () => {
    await open('channels');
    const before = (await settings()).mutedChannels;
    await page.getByRole('button', { name: 'Выключить уведомления' }).click();
    await page.getByRole('button', { name: 'Включить уведомления' }).waitFor();
    const channelId = await page.evaluate(() => window.harness.channelId);
    await expect.poll(async () => (await settings()).mutedChannels).toEqual([...before, channelId]);
  });

  it('quiet hours are set by hours and days', async () => {
    await open('channels');
    await page.getByRole('link', { name: 'Настройки' }).click();
    await page.getByRole('textbox', { name: 'Тихие часы: с' }).fill('20.30');
    await page.getByRole('checkbox', { name: 'суббота' }).press('Space');
    await expect
      .poll(async () => (await settings()).notifications.quiet)
      .toEqual({ isOn: true, fromMinute: 20 * 60 + 30, toMinute: 7 * 60, days: [0, 1, 2, 3, 4, 5] });
  });
});

describe('parents', () => {
  const members = async () => {
    await open('channels');
    await page.evaluate(() => {
      const { store } = window.harness;
      store.logs[0]!.paper.must(
        'requestJoin',
        { personId: store.newSeriesId() as never, name: 'Лебедев Фёдор Ильич', device: 'телефон' },
        { kind: 'hub' },
      );
      store.changed();
    });
    await page.getByRole('link', { name: /^Список класса/ }).click();
  };

  it('come in by the same door: whose parent is suggested by the surname and said in the command', async () => {
    await members();
    const knocking = page.getByRole('listitem').filter({ hasText: 'Лебедев Фёдор Ильич' });
    await knocking.getByText('Родитель', { exact: true }).click();
    await page.getByRole('button', { name: 'Родитель в классе: Лебедев Фёдор Ильич' }).click();
    await page.getByText('Лебедев Фёдор Ильич').waitFor();
    const [confirmed] = await sent();
    const child = await page.evaluate(
      () => Object.values(window.harness.store.logs[0]!.paper.state.members).find((one) => one.name.startsWith('Лебедева'))!.memberId, // prettier-ignore
    );
    expect(confirmed).toMatchObject({ kind: 'confirmJoin', body: { role: 'parent', childIds: [child] } });
  });

  it('stand under each of their children, and whose parent somebody is can be changed', async () => {
    await members();
    const list2 = page.getByRole('list').filter({ hasText: 'Белов Илья Андреевич' }).last();
    const lines = (await list2.getByRole('listitem').allTextContents()).map((line) => line.slice(0, 40));
    const at = lines.findIndex((line) => line.startsWith('Белов Илья'));
    expect(lines[at + 1]).toMatch(/^Белов Андрей Петрович · родитель/);
    expect(lines.filter((line) => line.startsWith('Белова Анна Сергеевна'))).toHaveLength(2);
    await page.getByRole('button', { name: 'Действия: Белов Андрей Петрович' }).click();
    await page.getByRole('menuitem', { name: 'Чей родитель…' }).click();
    await dialog().getByRole('button', { name: 'Сохранить' }).waitFor();
    await dialog().getByRole('combobox', { name: 'Дети' }).or(dialog().getByLabel('Дети')).first().click();
    await page.getByRole('option', { name: 'Белов Фёдор Андреевич' }).click();
    await dialog().getByRole('button', { name: 'Сохранить' }).click();
    await page.waitForFunction(() => window.harness.sent().length > 0);
    const [set] = await sent();
    expect(set!.kind).toBe('setChildren');
    expect((set!.body as { childIds: string[] }).childIds).toHaveLength(2);
  });
});

describe('saving a chat', () => {
  it('streams one page with its messages, and says what came of it', async () => {
    await open('channels');
    const pages: string[] = [];
    await page.route('**/export/*', async (route) => {
      pages.push(route.request().postData() ?? '');
      await route.fulfill({ json: { ok: true, value: {} } });
    });
    await page.getByRole('button', { name: 'Действия с чатом' }).click();
    await page.getByRole('menuitem', { name: 'Сохранить чат в папку' }).click();
    await dialog().getByRole('button', { name: 'Выбрать папку' }).click();
    await dialog().getByText('Чат сохранён').waitFor();
    expect(pages).toHaveLength(1);
    expect(pages[0]).toContain('<title>7А – Общий чат</title>');
    expect(pages[0]).toContain('Я сдала, пришло подтверждение');
    expect(pages[0]).toMatch(/href="files\/[^"]+\.pdf"/);
    expect(pages[0]).toMatch(/<\/html>\s*$/);
  });

  it('leaves nothing behind when it fails, and says so', async () => {
    await open('channels');
    const ended: unknown[] = [];
    await page.exposeFunction('noteEnd', (input: unknown) => ended.push(input));
    await page.evaluate(() => {
      const { desktop } = window.harness;
      const call = desktop.call.bind(desktop);
      desktop.call = (async (name: string, input: never) => {
        if (name === 'export.end')
          await (window as unknown as { noteEnd: (input: unknown) => Promise<void> }).noteEnd(input);
        return call(name as 'app.facts', input);
      }) as typeof desktop.call;
    });
    await page.route('**/export/*', (route) => route.fulfill({ json: { ok: false, code: 'disk-full-here' } }));
    await page.getByRole('button', { name: 'Действия с чатом' }).click();
    await page.getByRole('menuitem', { name: 'Сохранить чат в папку' }).click();
    await dialog().getByRole('button', { name: 'Выбрать папку' }).click();
    await dialog().getByText('Не получилось сохранить').waitFor();
    expect(ended).toEqual([{ exportId: 'export', keep: false }]);
  });
});
