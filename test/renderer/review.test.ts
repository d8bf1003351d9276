/** The review and the class list in a real browser, over a class on paper: what the keys and buttons do to the class. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { openGallery } from '../gallery/pictures.ts';
import type { SceneName } from '../gallery/scene-list.ts';

let gallery: Awaited<ReturnType<typeof openGallery>>;
let page: Page;
let complaints: string[] = [];

beforeAll(async () => {
  gallery = await openGallery();
});
afterAll(() => gallery.close());
beforeEach(async () => {
  complaints = [];
  page = await gallery.browser.newPage({
    viewport: { width: 1280, height: 800 },
    locale: 'ru-RU',
    reducedMotion: 'reduce',
  });
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()));
});
afterEach(() => page.close());

const open = (scene: SceneName) => page.goto(`${gallery.url}?scene=${scene}&language=ru&theme=light`);
const side = () => page.getByRole('complementary', { name: 'Отметка' });
const who = () => side().getByRole('heading', { level: 2 });
const mark = (name: string) => side().getByRole('button', { name, exact: true });
const pressed = () => side().locator('[aria-pressed="true"]');
const comment = () => side().getByLabel('Комментарий');
const row = (name: string) => page.getByRole('list', { name: 'Ученики' }).getByRole('button', { name });
const isAt = (name: string) => who().filter({ hasText: name }).waitFor();

test('a work is opened without a mark, and the wheel gives none', async () => {
  await open('review-text');
  await isAt('Белов Илья');
  expect(await pressed().count()).toBe(0);
  await mark('5').hover();
  await page.mouse.wheel(0, 400);
  await page.mouse.wheel(0, -400);
  expect(await pressed().count()).toBe(0);
  expect(complaints).toEqual([]);
});

test('the keyboard alone: mark, done and next, comment, done from the comment', async () => {
  await open('review-text');
  await isAt('Белов Илья');
  await page.keyboard.press('4');
  await expect.poll(() => pressed().textContent()).toBe('4');
  await page.keyboard.press('Enter');
  await isAt('Белов Фёдор');
  await expect.poll(() => pressed().count()).toBe(0);
  await page.keyboard.press('5');
  await page.keyboard.press('c');
  await page.keyboard.type('Отлично, 3 и 7 верно');
  await page.keyboard.press('Control+Enter');
  await isAt('Белова Полина');
  await page.keyboard.press('3');
  await expect.poll(() => pressed().textContent()).toBe('3');
  await expect.poll(() => comment().inputValue()).toBe('');
  await expect.poll(() => row('Белов Илья').textContent()).toContain('4');
  await row('Белов Илья').getByRole('img', { name: 'Проверено, не отдано' }).waitFor();
  await row('Белов Фёдор').getByRole('img', { name: 'Проверено, не отдано' }).waitFor();
  await row('Белов Фёдор').click();
  await isAt('Белов Фёдор');
  await expect.poll(() => comment().inputValue()).toBe('Отлично, 3 и 7 верно');
  expect(complaints).toEqual([]);
});

test('keys that come faster than the screen belong to the next pupil, not to the last', async () => {
  await open('review-text');
  await isAt('Белов Илья');
  // Nothing is waited for between the keys.
  for (const key of ['3', 'Enter', '5', 'Enter', '4', 'Enter']) await page.keyboard.press(key);
  await isAt('Денисова');
  const marks = () =>
    Promise.all(['Белов Илья', 'Белов Фёдор', 'Белова Полина'].map((name) => row(name).textContent()));
  await expect.poll(async () => (await marks()).map((text) => text?.at(-1))).toEqual(['3', '5', '4']);
  expect(complaints).toEqual([]);
});

test('done without mark and comment says why and stays', async () => {
  await open('review-text');
  await isAt('Белов Илья');
  await page.keyboard.press('Enter');
  await side().getByText('Поставьте отметку или напишите комментарий').waitFor();
  await isAt('Белов Илья');
  expect(complaints).toEqual([]);
});

test('what is begun is kept and seen in the list, and nothing of it is sent by leaving', async () => {
  await open('review-text');
  await isAt('Белов Илья');
  await page.keyboard.press('c');
  await page.keyboard.type('Черн');
  await page.keyboard.press('Escape');
  await page.keyboard.press('ArrowDown');
  await isAt('Белов Фёдор');
  await row('Белов Илья').getByRole('img', { name: 'Начато' }).waitFor();
  await row('Белов Илья').getByRole('img', { name: 'Не проверено' }).waitFor();
  await page.keyboard.press('p');
  await isAt('Белов Илья');
  await expect.poll(() => comment().inputValue()).toBe('Черн');
  expect(complaints).toEqual([]);
});

test('a mark pressed again is taken back; Enter on another button stays that button', async () => {
  await open('review-text');
  await isAt('Белов Илья');
  await mark('5').click();
  await mark('5').click();
  await expect.poll(() => pressed().count()).toBe(0);
  await page.keyboard.press('2');
  await side().getByRole('button', { name: 'Следующий ученик' }).focus();
  await page.keyboard.press('Enter');
  await isAt('Белов Фёдор');
  await row('Белов Илья').getByRole('img', { name: 'Начато' }).waitFor();
  expect(complaints).toEqual([]);
});

test('find: a slash, the beginning of a name, Enter', async () => {
  await open('review-text');
  await isAt('Белов Илья');
  await page.keyboard.press('/');
  await page.keyboard.type('зайц ев');
  await page.keyboard.press('Enter');
  await isAt('Зайцева Ева');
  expect(complaints).toEqual([]);
});

test('all reviewed works are given back after one question; one is sent to be redone', async () => {
  await open('review-text');
  await isAt('Белов Илья');
  await page.keyboard.press('5');
  await page.keyboard.press('Enter');
  await isAt('Белов Фёдор');
  await page.getByRole('button', { name: 'Отдать проверенное: 2' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Отдать 2 работы' }).click();
  await row('Белов Илья').getByRole('img', { name: 'Отдано' }).waitFor();
  await comment().fill('Переделайте');
  await side().getByRole('button', { name: 'На доработку' }).click();
  await row('Белов Фёдор').getByRole('img', { name: 'На доработке' }).waitFor();
  await side()
    .getByText(/Отправлено на доработку/)
    .waitFor();
  expect(complaints).toEqual([]);
});

test('a review that the hub refused stays in sight and can be sent over what stands there', async () => {
  await open('review-refused');
  await side().getByText('Проверка не принята').waitFor();
  await row('Белов Илья').getByRole('img', { name: 'Не принято' }).waitFor();
  await side().getByRole('button', { name: 'Отправить мою' }).click();
  await row('Белов Илья').getByRole('img', { name: 'Проверено, не отдано' }).waitFor();
  await expect.poll(() => row('Белов Илья').textContent()).toContain('4');
  expect(complaints).toEqual([]);
});

test('a PDF is drawn on a page that can have the focus; a photo is turned; a DOCX is shown in place and gives the keys back', async () => {
  await open('review-pdf');
  const sheet = page.getByRole('img', { name: 'Страница 1 из 1' });
  await sheet.locator('canvas').waitFor();
  const isWritten = () =>
    sheet.locator('canvas').evaluate((canvas: HTMLCanvasElement) => {
      const { data } = canvas.getContext('2d')!.getImageData(0, 0, canvas.width, canvas.height);
      return data.some((value, index) => index % 4 === 0 && value < 100);
    });
  await expect.poll(isWritten).toBe(true);
  await sheet.focus();
  expect(await sheet.evaluate((element) => element === document.activeElement)).toBe(true);
  await page.keyboard.press('ArrowDown');
  const photo = page.getByRole('img', { name: 'Изображение IMG_2041.jpg' });
  await photo.waitFor();
  const isUpright = async () => {
    const box = await photo.boundingBox();
    return box !== null && box.height > box.width;
  };
  const before = await isUpright();
  await page.getByRole('button', { name: 'Повернуть' }).click();
  await page.waitForFunction(() => document.querySelector('img')?.style.transform.includes('90deg'));
  await expect.poll(isUpright).toBe(!before);
  await row('Виноградов Тимофей').click();
  const line = page.frameLocator('iframe').getByText('Открой сомкнуты негой взоры');
  await line.click();
  await page.waitForFunction(() => document.activeElement?.hasAttribute('data-page'));
  await page.keyboard.press('3');
  await expect.poll(() => pressed().textContent()).toBe('3');
  expect(complaints).toEqual([]);
});

test('a PDF that hangs its reader is given up, and the next one has a reader of its own', async () => {
  const hang = { contentType: 'text/javascript', body: 'for (;;);' };
  await page.route(/pdf\.worker/, (route) => route.fulfill(hang), { times: 1 });
  await open('review-pdf');
  await page.getByText('Файл не удалось показать').waitFor();
  await row('Белов Фёдор').click();
  await isAt('Белов Фёдор');
  await row('Белов Илья').click();
  await page.getByRole('img', { name: 'Страница 1 из 1' }).locator('canvas').waitFor();
  expect(complaints).toEqual([]);
});

test('a PDF behind a password is not called damaged alone', async () => {
  const pdf = readFileSync(join(import.meta.dirname, '../support/samples/documents/homework.pdf'), 'latin1');
  const key = (byte: string) => `<${byte.repeat(32)}>`;
  const locked = `<< /Encrypt << /Filter /Standard /V 1 /R 2 /O ${key('ab')} /U ${key('cd')} /P -44 >> /ID [${key('ef')} ${key('ef')}]`;
  const body = Buffer.from(pdf.replace(/(?<=trailer\s*)<</, locked), 'latin1');
  await page.route('**/library/**', (route) => route.fulfill({ contentType: 'application/pdf', body }));
  await open('review-pdf');
  await page.getByText(/^Файл не удалось показать.*паролем/).waitFor();
  expect(complaints).toEqual([]);
});

test('a file that is not here says so, never a broken box', async () => {
  await open('review-missing');
  await page.getByText('Файла ещё нет на этом компьютере').waitFor();
  expect(await page.locator('img').count()).toBe(0);
  expect(complaints).toEqual([]);
});

test('at the door: one press for a name that means one line, a choice for the others, and all at once', async () => {
  await open('members');
  const waiting = page.getByRole('listitem').filter({ has: page.getByRole('button', { name: /Отклонить/ }) });
  await waiting.nth(2).waitFor();
  await page.getByRole('button', { name: 'Подтвердить всех: 2' }).click();
  await page.getByText('Ждут подтверждения: 1').waitFor();
  const stranger = waiting.first();
  expect(await stranger.getByRole('button', { name: /Ученик в классе/ }).isDisabled()).toBe(true);
  await stranger.getByRole('combobox').click();
  await page.getByRole('option', { name: 'Добавить в список: Кот Матроскин' }).click();
  await stranger.getByRole('button', { name: /Ученик в классе/ }).click();
  await page.getByText('19 учеников').first().waitFor();
  await page.getByText('Ждут подтверждения').waitFor({ state: 'detached' });
  expect(complaints).toEqual([]);
});

test('a pasted list is shown before anything changes, imported with one press and undone with one', async () => {
  await open('members-import');
  await page
    .getByLabel(/Или вставьте список/)
    .fill('1. Чернова Злата\n2. Белов Илья Андреевич\n3. Чернова Злата\n4. ***');
  await page.getByRole('button', { name: 'Показать, что получится' }).click();
  await page.getByText('добавится 1 · уже есть 1 · повторов 1 · не имён 1').waitFor();
  await page.getByRole('button', { name: 'Добавить 1 ученика' }).click();
  await page.getByText('19 учеников').first().waitFor();
  await page.getByRole('button', { name: 'Отменить загрузку' }).click();
  await page.getByText('18 учеников').first().waitFor();
  expect(complaints).toEqual([]);
});

test('a file that is no list says so and changes nothing', async () => {
  await open('members-import');
  const file = { name: 'фото.csv', mimeType: 'text/csv', buffer: Buffer.from([0xff, 0xd8, 0, 0, 1]) };
  await page.locator('input[type=file]').setInputFiles(file);
  await page.getByRole('alert').waitFor();
  await page.getByRole('button', { name: 'Показать, что получится' }).waitFor();
  expect(complaints).toEqual([]);
});
