// Files on their way and files that are kept, in the teacher's window: by mouse, by keys, with two hundred of them. In a real
// browser, over a desktop that notes what it is asked.
import type { Page } from 'playwright';
import { describe, expect, it } from 'vitest';
import type { Storage, Transfer } from '../../src/preload/contract.ts';
import { windowStage } from './window/stage.ts';

const stage = windowStage();
let page: Page;

async function open(scene: string) {
  page = await stage(`?scene=${scene}`);
  await page.getByRole('navigation', { name: 'Разделы', exact: true }).waitFor();
}
const button = () => page.getByRole('button', { name: /^Файлы/ });
const popover = () => page.getByRole('dialog', { name: 'Файлы в пути' });
async function openPopover(scene = 'transfers') {
  await open(scene);
  await button().click();
  await popover().waitFor();
}
const row = (name: string) => popover().locator('li', { hasText: name });
const act = (name: string) => popover().getByRole('button', { name, exact: true });
const asked = (prefix: string) =>
  page.evaluate(
    (start) =>
      window.harness.desktop.asked.filter(({ name }) => name.startsWith(start)).map(({ name, input }) => [name, input]),
    prefix,
  );
const change = (make: string) =>
  page.evaluate((code) => {
    const { desktop } = window.harness;
    // oxlint-disable-next-line no-eval
    desktop.transfers = (0, eval)(`(${code})`)(desktop.transfers) as Transfer[];
    desktop.tell('transfers', desktop.transfers);
  }, make);
const nameOf = (element: string | null) => element?.split(',')[0];
const focused = () => page.evaluate(() => document.activeElement?.getAttribute('aria-label') ?? '');

describe('the popover of transfers', () => {
  it('stands in four groups, each with its files, their bars, how fast and how long still, and why', async () => {
    await openPopover();
    for (const [group, count] of [
      ['Не удалось', 3],
      ['Идут', 3],
      ['Ждут очереди', 3],
      ['Готово', 2],
    ] as const)
      // prettier-ignore
      expect(await popover().getByRole('region', { name: group }).getByRole('listitem').count(), group).toBe(count);
    const film = row('Экскурсия в музей');
    expect(await film.innerText()).toMatch(/344\sМБ из 812\sМБ · 3,2\sМБ\/с · осталось 3 мин/);
    const bar = film.getByRole('progressbar');
    expect(await bar.evaluate((element: HTMLProgressElement) => Math.round(element.position * 100))).toBe(42);
    expect(await row('Фильм с флешки').innerText()).toMatch(/Принимается с диска/);
    expect(await row('Контрольная').innerText()).toMatch(/Файл изменился, пока отправлялся/);
    expect(await row('Фото доски').innerText()).toMatch(/Нет связи с сервером/);
  });

  it('each button asks for what it says, of its own file', async () => {
    await openPopover();
    await act('Приостановить: Экскурсия в музей, видео целиком.mp4').click();
    await act('Продолжить: Презентация к докладу.pptx').click();
    await act('Повторить: Работа Лебедевой.docx').click();
    await act('Убрать из списка: Запись урока.webm').click();
    await act('Сделать первым: Фото доски.jpg').click();
    await act('Приостановить всё').click();
    await act('Продолжить всё').click();
    await act('Открыть: Конспект урока 14.pdf').click();
    await act('Показать в папке: Конспект урока 14.pdf').click();
    const all = [...(await asked('transfers.')), ...(await asked('library.'))].map(([name, input]) => {
      const { transferId, to, what, name: file } = input as Record<string, string>;
      return [name, to ?? what ?? file ?? transferId];
    });
    const wanted = [
      ['transfers.pause', 'transfer-3'],
      ['transfers.resume', 'transfer-8'],
      ['transfers.resume', 'transfer-10'],
      ['transfers.cancel', 'transfer-11'],
      ['transfers.move', 'first'],
      ['transfers.all', 'pause'],
      ['transfers.all', 'resume'],
      ['library.open', 'Конспект урока 14.pdf'],
      ['library.show', 'Конспект урока 14.pdf'],
    ];
    for (const one of wanted) expect(all).toContainEqual(one);
  });

  it('a finished file is dragged out of the window: main is asked, once, and the page itself drags nothing', async () => {
    await openPopover();
    const isPrevented = await row('Конспект урока 14').evaluate((element) => {
      const event = new DragEvent('dragstart', { bubbles: true, cancelable: true });
      element.dispatchEvent(event);
      return event.defaultPrevented;
    });
    expect(isPrevented).toBe(true);
    expect((await asked('library.drag')).map(([, input]) => (input as { name: string }).name)).toEqual([
      'Конспект урока 14.pdf',
    ]);
    expect(await row('Экскурсия').getAttribute('draggable')).toBe('false');
  });

  it('is worked by keys alone: one stop in the list, arrows in it, the order by Alt', async () => {
    await open('transfers');
    await button().focus();
    await page.keyboard.press('Enter');
    // It takes the focus a moment after it stands there.
    await expect.poll(() => popover().evaluate((dialog) => dialog.contains(document.activeElement))).toBe(true);
    await row('Контрольная').focus();
    await page.keyboard.press('End');
    await expect.poll(async () => nameOf(await focused())).toBe('Задачи на дроби.docx');
    await page.keyboard.press('Enter');
    await page.keyboard.press('Home');
    await expect.poll(async () => nameOf(await focused())).toBe('Контрольная');
    for (let n = 0; n < 7; n += 1) await page.keyboard.press('ArrowDown');
    await expect.poll(async () => nameOf(await focused())).toBe('Фото доски.jpg');
    await page.keyboard.press('Alt+ArrowUp');
    await page.keyboard.press('Alt+ArrowDown');
    await page.keyboard.press('Alt+Home');
    await page.keyboard.press('Space');
    await page.keyboard.press('Delete');
    const photo = { transferId: 'transfer-7' };
    await expect
      .poll(() => asked('transfers.move'))
      .toEqual([
        ['transfers.move', { ...photo, to: 'up' }],
        ['transfers.move', { ...photo, to: 'down' }],
        ['transfers.move', { ...photo, to: 'first' }],
      ]);
    await expect.poll(() => asked('transfers.pause')).toEqual([['transfers.pause', photo]]);
    await expect.poll(() => asked('transfers.cancel')).toEqual([['transfers.cancel', photo]]);
    await expect.poll(() => asked('library.open')).toHaveLength(1);
    // The row's own buttons come next, and after them the list is left.
    await page.keyboard.press('Tab');
    await expect.poll(focused).toBe('Сделать первым: Фото доски.jpg');
    await page.keyboard.press('Escape');
    await popover().waitFor({ state: 'detached' });
    await expect.poll(() => button().evaluate((element) => element === document.activeElement)).toBe(true);
  });

  it('a row keeps the focus when it changes its place and its group, and its neighbour gets it when it goes', async () => {
    await openPopover();
    await row('Презентация').focus();
    await change("(all) => [...all.filter((one) => one.name.startsWith('Презентация')), ...all.filter((one) => !one.name.startsWith('Презентация'))]"); // prettier-ignore
    await page.waitForFunction(() => document.activeElement?.getAttribute('aria-label')?.startsWith('Презентация'));
    await change("(all) => all.map((one) => one.name.startsWith('Презентация') ? { ...one, state: 'running' } : one)");
    await popover().getByRole('region', { name: 'Идут' }).getByText('Презентация').waitFor();
    await page.waitForFunction(() => document.activeElement?.getAttribute('aria-label')?.startsWith('Презентация'));
    await change("(all) => all.filter((one) => !one.name.startsWith('Презентация'))");
    await row('Презентация').waitFor({ state: 'detached' });
    await page.waitForFunction(() => document.activeElement?.closest('[data-transfer]') !== null);
    expect(await focused()).not.toBe('');
  });

  it('what is done is hidden when the teacher says so, and what comes after is shown again', async () => {
    await openPopover('transfers-none');
    await row('Конспект урока 14').waitFor();
    await act('Скрыть готовые').click();
    await popover().getByText('Сейчас ничего не передаётся.').waitFor();
    expect(await popover().getByRole('listitem').count()).toBe(0);
  });

  it('with two hundred files only the rows that move are drawn again', async () => {
    await openPopover('transfers-many');
    expect(await popover().getByRole('listitem').count()).toBe(200);
    const touched = await page.evaluate(async () => {
      const { desktop } = window.harness;
      const rows = new Set<string>();
      const watch = new MutationObserver((records) => {
        for (const { target } of records) {
          const element = target instanceof Element ? target : target.parentElement;
          const id = element?.closest<HTMLElement>('[data-transfer]')?.dataset['transfer'];
          if (id) rows.add(id);
        }
      });
      watch.observe(document.body, { attributes: true, characterData: true, childList: true, subtree: true });
      const [first] = desktop.transfers;
      for (let n = 1; n <= 20; n += 1) {
        desktop.tell('moved', [{ transferId: first!.transferId, doneBytes: n * 20_000, speed: 1e6, leftMs: 5_000 }]);
        await new Promise((resolve) => requestAnimationFrame(resolve));
      }
      desktop.tell(
        'transfers',
        desktop.transfers.map((one) => ({ ...one })),
      );
      await new Promise((resolve) => requestAnimationFrame(resolve));
      return [...rows];
    });
    expect(touched).toHaveLength(1);
  });
});

describe('storage', () => {
  const line = (title: string) => page.getByRole('listitem').filter({ hasText: title, has: page.getByRole('switch') });
  async function openStorage(scene: string) {
    await open(scene);
    await page.getByRole('link', { name: 'Настройки', exact: true }).click();
    await page.getByRole('heading', { name: 'Хранение' }).waitFor();
  }

  it('says what is kept for each class, pins it, frees it and fetches it again', async () => {
    await openStorage('settings-storage-trouble');
    await page.getByText(/Здесь 1284 файла, 3,4\sГБ/).waitFor();
    expect(await line('7Б').innerText()).toMatch(/Здесь 402 из 471 файл[а-я]*, 1,3\sГБ · самый давний: 3 сентября/);
    const pin = page.getByRole('switch', { name: 'Хранить всегда: 7Б' });
    await page.getByRole('button', { name: /^Освободить 1,2\sГБ: 7Б/ }).click();
    await page.getByText('Убрано с этого компьютера: 398 файлов, 1,2 ГБ').waitFor();
    await page.getByRole('button', { name: 'Загрузить недостающие файлы: 7Б' }).click();
    await pin.click();
    await page.getByRole('button', { name: /^Освободить.*7Б/ }).waitFor({ state: 'detached' });
    await expect.poll(() => pin.isChecked()).toBe(true);
    const names = (await asked('storage.')).map(([name]) => name);
    for (const name of ['storage.free', 'storage.restore', 'storage.pin']) expect(names).toContain(name);
  });

  it('asks before it deletes what may be the only copy, and names how much', async () => {
    await openStorage('settings-storage-trouble');
    await page.getByRole('button', { name: 'Удалить', exact: true }).click();
    const dialog = page.getByRole('dialog', { name: 'Удалить эти файлы навсегда?' });
    await dialog.getByText(/12 файлов, 86\sМБ/).waitFor();
    await page.keyboard.press('Enter');
    await dialog.waitFor({ state: 'detached' });
    expect(await asked('storage.freeLoose')).toEqual([]);
    await page.getByRole('button', { name: 'Удалить', exact: true }).click();
    await dialog.getByRole('button', { name: 'Удалить' }).click();
    await dialog.waitFor({ state: 'detached' });
    await expect.poll(() => asked('storage.freeLoose')).toHaveLength(1);
  });

  it('names damaged files, follows a check, keeps the quota and how files travel', async () => {
    await openStorage('settings-storage-trouble');
    await page.getByText(/Фото доски 11 ноября/).waitFor();
    await page.getByText(/заново получить не у кого/).waitFor();
    await page.getByRole('button', { name: 'Понятно: Фото доски 11 ноября.jpg' }).click();
    await page.getByText('Проверено 644 из 1284').waitFor();
    await page.getByRole('button', { name: 'Остановить проверку' }).click();
    await page.getByRole('combobox', { name: 'Занимать не больше' }).selectOption('Без ограничения');
    await page.getByRole('combobox', { name: 'Пока идёт урок, не быстрее' }).selectOption('1 МБ/с');
    await page.getByRole('radiogroup', { name: 'Сколько файлов передавать одновременно' }).getByText('6').click();
    await page.waitForFunction(() => window.harness.desktop.settings.transfers.parallel === 6);
    const settings = await page.evaluate(() => window.harness.desktop.settings);
    expect(settings).toMatchObject({
      storage: { quotaBytes: null },
      transfers: { parallel: 6, lessonBytesPerSecond: 1024 ** 2 },
    });
    await expect
      .poll(async () => (await asked('storage.check')).at(-1))
      .toEqual(['storage.check', { isRunning: false }]);
    await expect.poll(() => asked('storage.dismiss')).toHaveLength(1);
  });

  it('a file that nobody has any more is named wherever the teacher is', async () => {
    await open('today-busy');
    await page.evaluate(() => {
      const { desktop } = window.harness;
      const lost: Storage['damaged'] = [
        { sha256: 'a'.repeat(64) as never, name: 'Сочинение.pdf', title: '7А', state: 'lost' },
      ];
      desktop.tell('storage', { ...desktop.storage, damaged: lost });
    });
    await page.getByText(/Сочинение\.pdf: заново получить его не у кого/).waitFor();
    expect(await page.getByText('Файл испортился на диске').count()).toBe(1);
  });

  it('main hears what each class names, and what is unsent, when the window begins', async () => {
    await open('today-busy');
    await page.waitForFunction(() => {
      const names = window.harness.desktop.asked.map(({ name }) => name);
      return names.includes('storage.keep') && names.includes('storage.classes') && names.includes('storage.hold');
    });
    const kept = (await asked('storage.keep')).map(([, input]) => input as { title: string; files: unknown[] });
    expect(kept.find(({ title }) => title === '7А')?.files.length).toBeGreaterThan(0);
  });

  const limited = (isRunning: boolean) =>
    page.waitForFunction(
      (wanted) =>
        JSON.stringify(window.harness.desktop.asked.findLast(({ name }) => name === 'transfers.lesson')?.input) ===
        JSON.stringify({ isRunning: wanted }),
      isRunning,
    );

  it('while a lesson is under way transfers are held back, on whatever screen, until the teacher says that it is over', async () => {
    await open('transfers');
    await limited(false);
    const rail = page.getByRole('navigation', { name: 'Разделы', exact: true });
    await rail.getByRole('link', { name: 'Урок' }).click();
    await page.getByRole('heading', { level: 1, name: 'Урок' }).waitFor();
    await page.keyboard.press('w');
    await limited(true);
    await rail.getByRole('link', { name: /^Сегодня/ }).click();
    await button().click();
    await popover()
      .getByText(/^Идёт урок, 7А: передача не быстрее 4\sМБ\/с/)
      .waitFor();
    await act('Урок закончился').click();
    await limited(false);
    await popover()
      .getByText(/^Идёт урок/)
      .waitFor({ state: 'detached' });
    expect(await act('Урок закончился').count()).toBe(0);
  });
});
