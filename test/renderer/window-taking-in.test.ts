// Works from a folder in the teacher's window, under keys and under a mouse; saving them; files that the system opened the app with;
// files dropped where they are meant. In a real browser, over a class on paper.
import type { Locator, Page } from 'playwright';
import { describe, expect, it } from 'vitest';
import { FILES_PER_COMMAND_MAX } from '../../src/core/limits.ts';
import { FOUND, HANDED } from '../gallery/page/works-found.ts';
import { windowStage } from './window/stage.ts';

const stage = windowStage();
let page: Page;

/** Opens the assignment of a scene. */
async function open(scene: string, place = '') {
  page = await stage(`?scene=${scene}`);
  await page.locator('textarea').first().waitFor();
  await page.evaluate((at) => {
    const { logId, assignmentId } = window.harness;
    location.hash = `/class/${logId}/assignments${at.replace(':assignment', assignmentId)}`;
  }, place);
}
const dialog = (name: RegExp | string) => page.getByRole('dialog', { name });
const files = () => page.getByRole('grid', { name: 'Найденные файлы' });
const row = (name: string) => files().getByRole('row', { name });
const pupil = (name: RegExp) => page.getByRole('region', { name: 'Ученики' }).getByRole('button', { name });
const brought = () =>
  page.evaluate(() =>
    window.harness.sent().flatMap(({ kind, body }) => (kind === 'bringWork' ? [body as Record<string, unknown>] : [])),
  );
const nameOf = (memberId: unknown) =>
  page.evaluate((id) => {
    const { store, logId } = window.harness;
    return store.logs.find((one) => one.logId === logId)!.paper.state.members[id as never]?.['name'] as unknown;
  }, memberId);
const asked = (name: string) =>
  page.evaluate((call) => window.harness.desktop.asked.filter((one) => one.name === call).map(({ input }) => input as Record<string, unknown>), name); // prettier-ignore
/** As a file hangs over a place and is let go. */
async function drop(place: Locator, name: string) {
  const transfer = await page.evaluateHandle((file) => {
    const made = new DataTransfer();
    made.items.add(new File(['работа'], file, { type: 'text/plain' }));
    return made;
  }, name);
  await place.dispatchEvent('dragover', { dataTransfer: transfer });
  await place.dispatchEvent('drop', { dataTransfer: transfer });
}

describe('taking works in', () => {
  async function choose() {
    await open('intake', '/:assignment');
    await page.getByRole('button', { name: 'Принять работы' }).click();
    await page.getByRole('menuitem', { name: 'Из папки…' }).click();
    await dialog(/Принять работы/).waitFor();
  }

  it('by keys alone: the offered, the found by letters, a work taken back; one command a pupil', async () => {
    await choose();
    // The list has the focus, and stands at the first file that asks.
    await expect.poll(() => files().evaluate((list) => list === document.activeElement)).toBe(true);
    await page.keyboard.press('2');
    await row('Белов.jpg').getByText('выбрали вы').waitFor();
    await page.keyboard.press('End');
    await page.keyboard.press('ArrowUp');
    await page.keyboard.press(' ');
    await page.keyboard.press('Enter');
    await page.keyboard.type('рябов т');
    await page.keyboard.press('Enter');
    await row('photo_2026-11-11_18-22-07.jpg').getByText('Рябов Тимофей Борисович').waitFor();
    await expect.poll(() => files().evaluate((list) => list === document.activeElement)).toBe(true);
    // Back from the pupil, who does not get it after all.
    await page.keyboard.press('Delete');
    await row('photo_2026-11-11_18-22-07.jpg').getByText('ученик не назван').waitFor();
    await page.getByRole('button', { name: 'Принять 5 работ' }).press('Enter');
    await dialog(/Принять работы/).waitFor({ state: 'detached' });
    const bodies = await brought();
    const names = await Promise.all(bodies.map(({ memberId }) => nameOf(memberId)));
    expect([...names].sort()).toEqual([
      'Белов Илья Андреевич',
      'Белов Фёдор Андреевич',
      'Гаврилова Вера Олеговна',
      'Зайцев Фёдор Андреевич',
      'Лебедева Мария Фёдоровна',
    ]);
    expect(bodies).toHaveLength(5);
    // Both pages of one work go with one command, in their order.
    const ids = (await asked('intake.bring')).map((input) => input['ids']);
    expect(ids).toContainEqual(['f0', 'f1']);
    await expect.poll(() => asked('intake.end')).toEqual([{ intakeId: FOUND.intakeId }]);
  });

  it('by the mouse: several at once to one pupil, a whole folder, and what is left out is told', async () => {
    await choose();
    await row('WhatsApp Image 2026-11-11 at 18.20.31.jpeg').click();
    await row('photo_2026-11-11_18-22-07.jpg').click();
    await page.getByText('Отмечено: 2 файла').waitFor();
    await pupil(/^Павлов Матвей/).click();
    await pupil(/^Павлов Матвей.*2 файла/).waitFor();
    await page.getByRole('button', { name: 'Упражнение 214 / Белов Илья' }).click();
    await page.getByText('Отмечено: 2 файла').waitFor();
    await row('Иванова Анна.docx').getByText('Здесь назван другой класс').waitFor();
    // A work that is given back takes nothing.
    await pupil(/^Виноградова Злата/).click({ force: true });
    await page.getByText('Отмечено: 2 файла').waitFor();
    await page.getByText('Пропущено: 3').click();
    await page.getByText('закрыт паролем').waitFor();
    expect(await brought()).toEqual([]);
    await row('Лебедева упр 214.jpg').getByRole('button', { name: /^Забрать/ }).click(); // prettier-ignore
    await row('Лебедева упр 214.jpg').getByText('ученик не назван').or(row('Лебедева упр 214.jpg').getByText('Чья работа?')).waitFor(); // prettier-ignore
  });

  it('Escape clears the letters first, and what was sorted by hand goes only by a word of its own', async () => {
    await choose();
    await row('photo_2026-11-11_18-22-07.jpg').click();
    const letters = page.getByRole('textbox', { name: 'Кому отдать отмеченное' });
    await letters.fill('рябов');
    await letters.press('Escape');
    await expect.poll(() => letters.inputValue()).toBe('');
    expect(await dialog(/Принять работы/).count()).toBe(1);
    await letters.fill('рябов т');
    await letters.press('Enter');
    await row('photo_2026-11-11_18-22-07.jpg').getByText('выбрали вы').waitFor();
    await page.keyboard.press('Escape');
    const asking = dialog('Закрыть, не принимая?');
    await asking.getByText('Вы раздали ученикам 1 файл').waitFor();
    // Whoever has pressed it by mistake presses it once more, or Enter.
    await page.keyboard.press('Escape');
    await asking.waitFor({ state: 'detached' });
    await row('photo_2026-11-11_18-22-07.jpg').getByText('выбрали вы').waitFor();
    await page.getByRole('button', { name: 'Закрыть', exact: true }).last().click();
    await asking.getByRole('button', { name: 'Вернуться к разбору' }).and(page.locator(':focus')).waitFor();
    await page.keyboard.press('Enter');
    await asking.waitFor({ state: 'detached' });
    expect(await asked('intake.end')).toEqual([]);
    await page.keyboard.press('Escape');
    await asking.getByRole('button', { name: 'Всё равно закрыть' }).click();
    await dialog(/Принять работы/).waitFor({ state: 'detached' });
    await expect.poll(() => asked('intake.end')).toEqual([{ intakeId: FOUND.intakeId }]);
  });

  it('what nobody has sorted by hand closes at once', async () => {
    await choose();
    await page.keyboard.press('Escape');
    await dialog(/Принять работы/).waitFor({ state: 'detached' });
    await expect.poll(() => asked('intake.end')).toEqual([{ intakeId: FOUND.intakeId }]);
  });

  it('a work that cannot be brought stays with its reason, and the others do not wait for it', async () => {
    await choose();
    await page.evaluate(() => {
      const { desktop } = window.harness;
      const call = desktop.call.bind(desktop);
      let isFirst = true;
      desktop.call = async (name, input) => {
        if (name !== 'intake.bring' || !isFirst) return call(name, input);
        isFirst = false;
        return { ok: false, code: 'file-gone' };
      };
    });
    await page.getByRole('button', { name: 'Принять 4 работы' }).click();
    await page.getByText('Не принято: 1 работа').waitFor();
    await expect.poll(() => brought()).toHaveLength(3);
    // A page that was found for somebody whose work is in is not lost: his whole work comes once more, as his next attempt.
    await row('photo_2026-11-11_18-22-07.jpg').click();
    await pupil(/^Лебедева/).click();
    await pupil(/^Лебедева.*2 файла/).waitFor();
    await page.getByRole('button', { name: 'Принять 2 работы' }).click();
    await dialog(/Принять работы/).waitFor({ state: 'detached' });
    await expect.poll(() => brought()).toHaveLength(5);
    const last = (await brought()).at(-1)!;
    expect(await nameOf(last['memberId'])).toMatch(/^Лебедева/);
    expect(last['fileIds']).toHaveLength(2);
  });

  it('a work of more files than one may have stays when the others are brought', async () => {
    await open('intake', '/:assignment');
    await page.evaluate((max) => {
      const { desktop } = window.harness;
      const [one] = desktop.found!.files;
      const more = Array.from({ length: max + 1 }, (_, n) => ({
        ...one!,
        id: `more${n}`,
        folders: ['Рябов Тимофей'],
        name: `${n}.jpg`,
      }));
      desktop.found = { ...desktop.found!, files: [...desktop.found!.files, ...more] };
    }, FILES_PER_COMMAND_MAX);
    await page.getByRole('button', { name: 'Принять работы' }).click();
    await page.getByRole('menuitem', { name: 'Из папки…' }).click();
    await page.getByRole('button', { name: 'Принять 4 работы' }).click();
    await expect.poll(() => brought()).toHaveLength(4);
    await row('50.jpg')
      .getByRole('button', { name: /^Забрать/ })
      .click();
    await page.getByRole('button', { name: 'Принять 1 работу' }).click();
    await dialog(/Принять работы/).waitFor({ state: 'detached' });
    await expect.poll(() => brought()).toHaveLength(5);
  });

  it('files dropped on the assignment are looked through', async () => {
    await open('intake', '/:assignment');
    await drop(page.getByRole('heading', { level: 1 }), 'работы.zip');
    await dialog(/Принять работы/).waitFor();
    await expect.poll(() => asked('intake.files')).toEqual([['работы.zip']]);
  });
});

describe('saving works', () => {
  it('of a class: chosen tasks and pupils, as an archive', async () => {
    await open('save-works');
    await page.getByRole('button', { name: 'Сохранить работы…' }).click();
    const asking = dialog('Сохранить работы');
    await asking.getByRole('checkbox', { name: 'Отметить все задания' }).click();
    await asking.getByText('Здесь ещё никто ничего не сдал.').waitFor();
    await asking.getByRole('checkbox', { name: /^Упражнение 214/ }).click();
    await asking.getByText('Выбранных').click();
    await asking.getByRole('checkbox', { name: 'Белов Илья Андреевич' }).click();
    await asking.getByText('Одним архивом zip').click();
    await asking.getByText(/^1 работа, /).waitFor();
    await asking.getByRole('button', { name: 'Выбрать папку…' }).click();
    await asking.waitFor({ state: 'detached' });
    const [request] = await asked('saves.begin');
    expect(request).toMatchObject({ kind: 'zip', title: '7А – Упражнение 214: причастный оборот' });
    const items = request!['items'] as { name: string; folders: { name: string }[] }[];
    expect(items[0]!.name).toMatch(/^Белов Илья Андреевич – /);
    expect(items[0]!.folders.map(({ name }) => name)).toEqual(['7А', 'Упражнение 214: причастный оборот']);
  });

  it('tells how far it is, stops, and is put away', async () => {
    await open('savings');
    await page.getByRole('button', { name: /^Сохранение/ }).click();
    const running = page.getByRole('region', { name: /^Сохраняется/ });
    await running.getByText('23 из 57').waitFor();
    await running.getByRole('button', { name: 'Остановить' }).click();
    await expect.poll(() => asked('saves.stop')).toEqual([{ saveId: '1' }]);
    const done = page.getByRole('region', { name: 'Сохранено: 7А' });
    await done.getByRole('button', { name: 'Показать в папке' }).click();
    await expect.poll(() => asked('saves.show')).toEqual([{ saveId: '2' }]);
    await done.getByRole('button', { name: 'Убрать' }).click();
    await done.waitFor({ state: 'detached' });
    // What ended before the window opened is not told; what ends now is, however short it was.
    expect(await page.getByRole('alert').filter({ hasText: 'Сохранено' }).count()).toBe(0);
    await page.evaluate(() => {
      const { desktop } = window.harness;
      const [first] = desktop.savings;
      desktop.tell('saves', [
        ...desktop.savings,
        { ...first!, saveId: '5', state: 'done', title: '8В', done: 3, total: 3 },
      ]);
    });
    await page.getByRole('alert').filter({ hasText: 'Сохранено: 8В' }).waitFor();
  });
});

describe('files from outside', () => {
  it('that the system opened lie in the chat’s message, and nothing is sent', async () => {
    await open('handed');
    await dialog('Куда это?').getByRole('radio', { name: 'В чат' }).waitFor();
    await page.keyboard.press('Enter');
    await dialog('Куда это?').waitFor({ state: 'detached' });
    await page.getByRole('main').getByText(HANDED.files[1]!.name).waitFor();
    await expect.poll(() => page.evaluate(() => location.hash)).toContain('/chat/');
    expect(await page.evaluate(() => window.harness.sent())).toEqual([]);
    await expect.poll(() => asked('handed.end')).toEqual([{ handedId: HANDED.handedId }]);
  });

  it('go into the draft of a new assignment', async () => {
    await open('handed');
    await dialog('Куда это?').getByRole('radio', { name: 'В новое задание' }).click();
    await page.getByRole('button', { name: 'Дальше' }).click();
    await page.getByRole('textbox', { name: 'Название' }).waitFor();
    await page.getByText(HANDED.files[1]!.name).waitFor();
    await expect.poll(() => asked('handed.end')).toEqual([{ handedId: HANDED.handedId }]);
  });

  it('that come while others are being placed have their own turn after them', async () => {
    await open('handed');
    await dialog('Куда это?').getByRole('radio', { name: 'В чат' }).waitFor();
    await page.evaluate(() => {
      const { desktop } = window.harness;
      const call = desktop.call.bind(desktop);
      desktop.call = async (name, input) => {
        if (name === 'handed.upload')
          desktop.tell('handed', { handedId: 'later', files: [{ name: 'позже.jpg', sizeBytes: 6, isFolder: false }] });
        return call(name, input);
      };
    });
    await page.keyboard.press('Enter');
    await page.getByRole('main').getByText(HANDED.files[1]!.name).waitFor();
    await expect.poll(() => asked('handed.end')).toEqual([{ handedId: HANDED.handedId }]);
    await dialog('Куда это?').getByText('позже.jpg').waitFor();
    expect(await dialog('Куда это?').getByText(HANDED.files[1]!.name).count()).toBe(0);
    await page.keyboard.press('Escape');
    await dialog('Куда это?').waitFor({ state: 'detached' });
    await expect.poll(() => asked('handed.end')).toEqual([{ handedId: HANDED.handedId }, { handedId: 'later' }]);
  });

  it('are looked through as works, and a folder can be nothing else', async () => {
    await open('handed');
    await dialog('Куда это?').waitFor();
    await page.evaluate((found) => {
      const { desktop } = window.harness;
      desktop.found = found;
      desktop.tell('handed', { handedId: 'other', files: [{ name: '7А', sizeBytes: 0, isFolder: true }] });
    }, FOUND);
    await page.getByText('Папку можно только разобрать').waitFor();
    expect(await page.getByRole('radio', { name: 'В чат' }).isDisabled()).toBe(true);
    await page.getByRole('combobox', { name: 'Задание' }).selectOption({ label: 'Упражнение 214: причастный оборот' });
    await page.getByRole('button', { name: 'Дальше' }).click();
    await dialog(/Принять работы: «Упражнение 214/).waitFor();
  });

  it('dropped on a chat of the list lie in its message; beside all places they go nowhere', async () => {
    await open('channels');
    await page.evaluate(() => (location.hash = `/class/${window.harness.logId}/chat`));
    const chat = page.getByRole('navigation', { name: /^Чаты/ }).getByRole('link', { name: /Родители и учителя/ });
    await chat.waitFor();
    await drop(chat, 'расписание.txt');
    await page.getByRole('region', { name: 'Родители и учителя' }).getByText('расписание.txt').waitFor();
    expect(await page.evaluate(() => window.harness.sent())).toEqual([]);
    await drop(page.getByRole('navigation', { name: 'Разделы', exact: true }), 'мимо.txt');
    const refused = await page.evaluate(() => {
      const event = new DragEvent('drop', { dataTransfer: new DataTransfer(), bubbles: true, cancelable: true });
      event.dataTransfer!.items.add(new File(['x'], 'мимо.txt'));
      document.querySelector('nav')!.dispatchEvent(event);
      return event.defaultPrevented;
    });
    expect(refused).toBe(true);
    expect(await page.getByText('мимо.txt').count()).toBe(0);
  });

  it('dropped on the editor are attached; a pasted picture too, and words pasted with their picture stay words', async () => {
    await open('assignment-new', '/new');
    const title = page.getByRole('textbox', { name: 'Название' });
    await title.waitFor();
    await drop(title, 'памятка.txt');
    await page.getByText('памятка.txt').waitFor();
    const paste = (withText: boolean) =>
      title.evaluate((field, isText) => {
        const data = new DataTransfer();
        data.items.add(new File(['x'], 'снимок.png', { type: 'image/png' }));
        if (isText) data.setData('text/plain', 'слова');
        const event = new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true });
        field.dispatchEvent(event);
        return event.defaultPrevented;
      }, withText);
    expect(await paste(true)).toBe(false);
    await page.route('**/intake/**', (route) =>
      route.fulfill({ json: { ok: true, value: { fileId: 'd'.repeat(32), name: 'снимок.png', sizeBytes: 1, mediaType: 'image/png' } } }),
    ); // prettier-ignore
    expect(await paste(false)).toBe(true);
    await page.getByText('снимок.png').waitFor();
  });
});

it('a work that the teacher brought is marked in the list and in the review', async () => {
  await open('assignment-brought', '/:assignment');
  await expect.poll(() => page.getByText('принёс учитель').count()).toBe(3);
  const [, first] = await page.getByRole('row').filter({ hasText: 'принёс учитель' }).getByRole('link').all();
  await first!.click();
  await page.getByText(/Эту работу принёс учитель, файлы от/).waitFor();
});
