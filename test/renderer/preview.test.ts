/**
 * Previews in a real browser, served as in the app, with the app's own policies: every kind is shown, by words that stand in the file;
 * every hostile file ends in a clear tile or as harmless words, runs nothing, reaches nobody, and the next file opens.
 */
import { readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright';
import { describe, expect, test } from 'vitest';
import type { FileRef } from '../../src/core/wire.ts';
import {
  docx,
  emptyPdf,
  manyLines,
  odt,
  packedZeros,
  paragraph,
  pdf,
  png,
  rawZip,
  row,
  STRANGER,
  wordPicture,
  xlsx,
  zipOf,
} from '../support/preview-samples.ts';
import { ZOOMS } from '../../src/renderer/preview/zooms.ts';
import { NODES_MAX, PAGE_PIXELS_MAX, PAGES_MAX } from '../../src/renderer/preview/frame/limits.ts';
import { previewStage } from './preview/stage.ts';

const stage = previewStage();
const SAMPLES = join(import.meta.dirname, '../support/samples');
const sample = (path: string) => readFileSync(join(SAMPLES, path));

const inside = (page: Page) => page.frameLocator('iframe').locator('main');
const tile = (page: Page) => page.getByRole('dialog').getByRole('status');
const notes = (page: Page) => page.getByRole('note');
const next = (page: Page) => page.getByRole('button', { name: /^Следующий файл/ });
/** A key that takes its document away: the browser sometimes never answers the driver for a key whose frame is gone by then. */
const pressAway = (page: Page, key: string) =>
  Promise.race([page.keyboard.press(key), page.waitForEvent('framedetached')]);

// ── every kind ───────────────────────────────────────────────────────────────────────────────────────────────────────────

const IMAGE =
  '<Relationship Id="p1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/image" Target="media/1.png"/>';

const SHOWN: readonly [name: string, bytes: () => Uint8Array, words: RegExp, note: RegExp | null][] = [
  ['сочинение.docx', () => sample('documents/homework.docx'), /Открой сомкнуты негой взоры/, /упрощённо/],
  ['сочинение.odt', () => sample('documents/homework.odt'), /Открой сомкнуты негой взоры/, /упрощённо/],
  ['список.xlsx', () => sample('roster/7А-healthy.xlsx'), /Виноградова.*Злата/, /упрощённо/],
  ['список.csv', () => sample('roster/7А-cp1251.csv'), /Виноградова;Злата/, /Windows-1251/],
  ['task.py', () => Buffer.from('print("Привет")'), /print\("Привет"\)/, null],
  ['страница.html', () => Buffer.from('<h1>Да</h1><script>alert(1)</script>'), /<h1>Да<\/h1><script>/, null],
  ['работы.zip', () => zipOf({ 'Белов/решение.txt': 'x'.repeat(1_234), 'рисунок.png': 'x' }), /Белов\/решение\.txt1\s234/, null],
  ['пусто.txt', () => new Uint8Array(), /^$/, null],
]; // prettier-ignore

test.each(SHOWN)('%s is shown by its words', async (name, bytes, words, note) => {
  const { page, strangers, faults } = await stage.open([await stage.file(name, bytes())]);
  await page.locator('[data-state="shown"]').waitFor();
  expect((await inside(page).textContent())?.trim()).toMatch(words);
  if (note) expect(await notes(page).textContent()).toMatch(note);
  else expect(await notes(page).count()).toBe(0);
  expect({ strangers, faults }).toEqual({ strangers: [], faults: [] });
});

test('a Word document: table, picture by its own name, formula as a line', async () => {
  const body =
    '<w:p><w:r><w:rPr><w:b/></w:rPr><w:t>важно</w:t></w:r></w:p>' +
    `<w:tbl><w:tr><w:tc>${paragraph('ячейка')}</w:tc></w:tr></w:tbl>` +
    wordPicture('p1') +
    '<w:p><m:oMath><m:f><m:num><m:r><m:t>a+b</m:t></m:r></m:num><m:den><m:r><m:t>2</m:t></m:r></m:den></m:f></m:oMath></w:p>';
  const { page } = await stage.open([
    await stage.file('a.docx', docx(body, IMAGE, { 'word/media/1.png': png(40, 30) })),
  ]);
  await inside(page).locator('strong', { hasText: 'важно' }).waitFor();
  await inside(page).locator('td', { hasText: 'ячейка' }).waitFor();
  await inside(page).getByRole('img', { name: 'рисунок' }).waitFor();
  expect(await inside(page).textContent()).toContain('(a+b)/2');
});

test('a photo is turned as the camera says; HEIC is decoded', async () => {
  const photo = await stage.file('Landscape_8.jpg', sample('photos/Landscape_8.jpg'));
  const heic = await stage.file('IMG_0001.HEIC', sample('photos/phone.heic'));
  const { page } = await stage.open([photo, heic]);
  const image = inside(page).locator('img');
  await image.waitFor();
  // Its bytes lie on their side: 1200 wide, 1800 high.
  expect(await image.evaluate((element: HTMLImageElement) => [element.naturalWidth, element.naturalHeight])).toEqual([1800, 1200]); // prettier-ignore
  await next(page).click();
  const canvas = inside(page).locator('canvas');
  await canvas.waitFor();
  expect(await canvas.evaluate((element: HTMLCanvasElement) => [element.width, element.height])).toEqual([320, 240]);
  const corners = await canvas.evaluate((element: HTMLCanvasElement) => {
    const copy = new OffscreenCanvas(320, 240);
    const context = copy.getContext('2d')!;
    context.drawImage(element, 0, 0);
    return [10, 310].map((x) => [...context.getImageData(x, 10, 1, 1).data].map((value) => Math.round(value / 100)));
  });
  // Red on the left, blue on the right.
  expect(corners).toEqual([[2, 1, 0, 3], [0, 1, 2, 3]]); // prettier-ignore
});

test('a PDF: its pages are drawn, more sharply when larger', async () => {
  const { page } = await stage.open([await stage.file('a.pdf', sample('documents/workbook.pdf'))]);
  const first = inside(page).getByRole('img', { name: 'Страница 1', exact: true }).locator('canvas');
  await first.waitFor();
  const before = await first.evaluate((canvas: HTMLCanvasElement) => canvas.width);
  await page.keyboard.press('+');
  await expect.poll(() => first.evaluate((canvas: HTMLCanvasElement) => canvas.width)).toBeGreaterThan(before);
});

test('a long PDF is shown as far as its limit; a page too large is drawn coarser', async () => {
  const { page } = await stage.open([await stage.file('long.pdf', emptyPdf(PAGES_MAX + 1, 300))]);
  await page.locator('[data-state="shown"]').waitFor();
  expect(await notes(page).textContent()).toContain(`${PAGES_MAX} из ${PAGES_MAX + 1}`);
  expect(await inside(page).getByRole('img').count()).toBe(PAGES_MAX);
  const wide = await stage.open([await stage.file('wide.pdf', emptyPdf(1, 14_400))]);
  const canvas = inside(wide.page).locator('canvas');
  await canvas.waitFor();
  for (let n = 0; n < ZOOMS.length; n++) await wide.page.keyboard.press('+');
  const width = () => canvas.evaluate((element: HTMLCanvasElement) => element.width).catch(() => 0);
  await expect.poll(width).toBeGreaterThan(2_000);
  expect((await width()) ** 2).toBeLessThanOrEqual(PAGE_PIXELS_MAX * 1.01);
});

test('a document of more elements than a frame lays out is cut, or given up', async () => {
  const { page } = await stage.open([await stage.file('long.odt', odt('<text:p>а</text:p>'.repeat(NODES_MAX)))]);
  await page.locator('[data-state="shown"]').or(tile(page)).waitFor();
  if (await tile(page).count()) expect(await tile(page).textContent()).toMatch(/трёх секунд/);
  // Each paragraph is two: itself and its text.
  else expect(await inside(page).locator('p').count()).toBe(NODES_MAX / 2);
});

test('sound and film play in the window; what does not play says so', async () => {
  const { page } = await stage.open([
    await stage.file('a.wav', wav()),
    await stage.file('b.mp4', Buffer.from('no film')),
  ]);
  const sound = page.locator('audio');
  await sound.waitFor();
  await expect.poll(() => sound.evaluate((element: HTMLAudioElement) => Math.round(element.duration * 10))).toBe(5);
  await next(page).click();
  await tile(page).getByText('не проигрывается').waitFor();
});

/** Half a second of silence. */
function wav(): Buffer {
  const head = Buffer.alloc(44);
  head.write('RIFF', 0);
  head.writeUInt32LE(36 + 4_000, 4);
  head.write('WAVEfmt ', 8);
  head.writeUInt32LE(16, 16);
  head.writeUInt16LE(1, 20);
  head.writeUInt16LE(1, 22);
  head.writeUInt32LE(8_000, 24);
  head.writeUInt32LE(8_000, 28);
  head.writeUInt16LE(1, 32);
  head.writeUInt16LE(8, 34);
  head.write('data', 36);
  head.writeUInt32LE(4_000, 40);
  return Buffer.concat([head, Buffer.alloc(4_000, 128)]);
}

test('a text of 200 MB is shown as far as its first megabyte', async () => {
  const { page } = await stage.open([await stage.file('big.txt', manyLines(200))]);
  await page.locator('[data-state="shown"]').waitFor();
  expect(await notes(page).textContent()).toMatch(/начало файла: 1/);
  expect(await inside(page).evaluate((main) => new Blob([main.textContent ?? '']).size)).toBeLessThan(1.1 * 1024 ** 2);
});

test('documents lie under one another in a page that scrolls, each as high as it is', async () => {
  const files = await Promise.all([
    stage.file('a.docx', sample('documents/homework.docx')),
    stage.file('b.txt', Buffer.from('строка\n'.repeat(100))),
    stage.file('c.exe', Buffer.from('MZ')),
  ]);
  const { page } = await stage.open(files, { fit: 'page' });
  for (const name of ['a.docx', 'b.txt']) {
    const box = page.getByRole('article', { name }).locator('[data-state="shown"]');
    await box.waitFor();
    const content = await page.getByRole('article', { name }).frameLocator('iframe').locator('body').boundingBox();
    await expect.poll(async () => Math.round((await box.boundingBox())?.height ?? 0)).toBe(Math.ceil(content!.height));
  }
  await page.getByRole('article', { name: 'c.exe' }).getByText('Такие файлы здесь не показываются').waitFor();
});

// ── keys ─────────────────────────────────────────────────────────────────────────────────────────────────────────────────

test('the keyboard alone: next, before, larger, as it fits, end, with the focus in the document too', async () => {
  const files = await Promise.all(['раз', 'два', 'три'].map((word) => stage.file(`${word}.txt`, Buffer.from(word))));
  const { page } = await stage.open(files);
  const zoom = () => inside(page).evaluate((main) => getComputedStyle(main.ownerDocument.body).zoom);
  await inside(page).getByText('раз').waitFor();
  // Nothing was pressed yet: the document has the focus, and its keys come back to the window.
  await page.waitForFunction(() => document.activeElement?.localName === 'iframe');
  await pressAway(page, 'ArrowRight');
  await inside(page).getByText('два').waitFor();
  await pressAway(page, 'ArrowRight');
  await inside(page).getByText('три').waitFor();
  await page.keyboard.press('ArrowRight');
  await pressAway(page, 'ArrowLeft');
  await inside(page).getByText('два').waitFor();
  await page.keyboard.press('+');
  await expect.poll(zoom).toBe('1.25');
  await page.keyboard.press('0');
  await page.keyboard.press('-');
  await expect.poll(zoom).toBe('0.8');
  await pressAway(page, 'Escape');
  await page.getByText('closed').waitFor();
});

test('the tile has its ways out, and each of them is asked of the desktop', async () => {
  const { page } = await stage.open([await stage.file('a.exe', Buffer.from('MZ'))]);
  await tile(page).getByRole('button', { name: 'Открыть в другой программе' }).click();
  await tile(page).getByRole('button', { name: 'Показать в папке' }).click();
  expect(await page.evaluate(() => window.previews.called())).toEqual(
    expect.arrayContaining(['library.open', 'library.show']),
  );
});

test('a file that is not started from here is told of as such, and leads to its folder', async () => {
  const file = await stage.file('Игра.sb3', Buffer.from('PK'));
  const { page } = await stage.open([file], { fit: 'chips', unopenable: '' });
  await page.getByRole('button', { name: /Игра\.sb3/ }).click();
  await tile(page).getByRole('button', { name: 'Показать в папке' }).waitFor();
  expect(await page.getByRole('alert').count()).toBe(0);
  await tile(page).getByRole('button', { name: 'Открыть в другой программе' }).click();
  await page
    .getByRole('alert')
    .getByText(/^Отсюда этот файл не открыть/)
    .waitFor();
});

// ── lists of files ───────────────────────────────────────────────────────────────────────────────────────────────────────

test('a list shows small pictures: drawn once, kept by main, of what is in sight only; a press shows the file', async () => {
  const files = await Promise.all([
    stage.file('photo.jpg', sample('photos/Landscape_3.jpg')),
    stage.file('IMG_2.heic', sample('photos/phone.heic')),
    stage.file('work.pdf', sample('documents/homework.pdf')),
    stage.file('bomb.png', png(30_000, 30_001)),
    stage.file('text.docx', sample('documents/homework.docx')),
    ...Array.from({ length: 30 }, (_, n) => stage.file(`far-${n}.png`, png(20, 21 + n))),
  ]);
  const { page, strangers, faults } = await stage.open(files, { fit: 'chips' });
  const chip = (name: string) => page.getByRole('button', { name });
  const small = (name: string) => chip(name).locator('img');
  for (const name of ['photo.jpg', 'IMG_2.heic', 'work.pdf'])
    await expect.poll(() => small(name).evaluate((image: HTMLImageElement) => image.naturalWidth)).toBeGreaterThan(100);
  await expect.poll(() => chip('bomb.png').locator('img, [aria-busy]').count()).toBe(0);
  expect(await small('text.docx').count()).toBe(0);
  // All that are in sight are drawn by now or soon; those far below are not asked for.
  await expect.poll(() => page.locator('iframe, [aria-busy="true"]').count()).toBe(0);
  const drawnNow = thumbnailCount();
  expect(drawnNow).toBeGreaterThanOrEqual(3);
  expect(drawnNow).toBeLessThan(files.length);
  const again = await stage.open(files.slice(0, 3), { fit: 'chips' });
  const asked: string[] = [];
  again.page.on('request', (request) => asked.push(new URL(request.url()).pathname));
  const drawn = () =>
    again.page.locator('img').evaluateAll((all: HTMLImageElement[]) => all.map((one) => one.naturalWidth > 0));
  await expect.poll(drawn).toEqual([true, true, true]);
  expect(asked.filter((path) => path.startsWith('/library/') || path.startsWith('/preview/'))).toEqual([]);
  await again.page.getByRole('button', { name: 'IMG_2.heic' }).click();
  await again.page.getByRole('dialog', { name: /IMG_2\.heic/ }).waitFor();
  await inside(again.page).locator('canvas').waitFor();
  await pressAway(again.page, 'ArrowRight');
  await again.page.getByRole('dialog', { name: /work\.pdf/ }).waitFor();
  await pressAway(again.page, 'Escape');
  await again.page.getByRole('dialog').waitFor({ state: 'detached' });
  await again.page.waitForFunction(() => document.activeElement?.textContent?.includes('IMG_2.heic'));
  expect({ strangers, faults }).toEqual({ strangers: [], faults: [] });
});

test('a small picture that main has lost is drawn again in the same window; a file that gives none is not tried again', async () => {
  const photo = await stage.file('once.png', png(300, 200));
  const bomb = await stage.file('none.png', png(30_000, 30_002));
  const { page } = await stage.open([], { fit: 'chips' });
  const draw = (file: FileRef) => page.evaluate((one) => window.previews.draw(one), file);
  const before = thumbnailCount();
  expect(await draw(photo)).toBe(true);
  expect(thumbnailCount()).toBe(before + 1);
  const folder = join(stage.dir(), 'thumbnails');
  const [lost] = readdirSync(folder, { recursive: true })
    .map((name) => join(folder, String(name)))
    .filter((path) => path.endsWith('.webp'))
    .toSorted((one, other) => statSync(other).mtimeMs - statSync(one).mtimeMs);
  rmSync(lost!);
  expect(await draw(photo)).toBe(true);
  expect(thumbnailCount()).toBe(before + 1);
  expect(await draw(bomb)).toBe(false);
  const asked: string[] = [];
  page.on('request', (request) => asked.push(request.url()));
  expect(await draw(bomb)).toBe(false);
  expect(asked).toEqual([]);
});

test('Tab leads through documents and out of them, also where something inside scrolls by itself', async () => {
  const letters = [...'ABCDEFGHIJKLMNOPQRSTUVWXYZ'];
  const names = ['', 'A', 'B', 'C'].flatMap((first) => letters.map((second) => first + second));
  const columns = Object.fromEntries(names.map((name) => [name, `столбец ${name}`]));
  const files = await Promise.all([
    stage.file('широкая.xlsx', xlsx([row(1, columns)])),
    stage.file('работа.pdf', sample('documents/homework.pdf')),
    stage.file('работы.zip', zipOf({ 'а.txt': 'x' })),
  ]);
  const { page } = await stage.open(files, { fit: 'page' });
  const boxes = page.locator('[data-page]');
  for (const n of files.keys()) {
    await boxes.nth(n).scrollIntoViewIfNeeded();
    await expect.poll(() => boxes.nth(n).getAttribute('data-state')).toBe('shown');
  }
  const inDocument = page.frameLocator('iframe').first().locator('.sheet');
  expect(await inDocument.evaluate((sheet) => sheet.scrollWidth > sheet.clientWidth)).toBe(true);
  const isAt = (n: number) => boxes.nth(n).evaluate((box) => box === document.activeElement);
  const isInside = () => inDocument.evaluate((sheet) => sheet === document.activeElement && document.hasFocus());
  await boxes.first().focus();
  // Into the table, which arrows move; out of it by way of its document; and on.
  await page.keyboard.press('Tab');
  await expect.poll(isInside).toBe(true);
  await page.keyboard.press('Tab');
  await expect.poll(() => isAt(0)).toBe(true);
  await page.keyboard.press('Tab');
  await expect.poll(() => isAt(1)).toBe(true);
  // And the same way back.
  await page.keyboard.press('Shift+Tab');
  await expect.poll(isInside).toBe(true);
  await page.keyboard.press('Shift+Tab');
  await expect.poll(() => isAt(0)).toBe(true);
});

const thumbnailCount = () =>
  readdirSync(join(stage.dir(), 'thumbnails'), { recursive: true }).filter((name) => String(name).endsWith('.webp'))
    .length;

// ── hostile files ────────────────────────────────────────────────────────────────────────────────────────────────────────

const SCRIPT = `<script>fetch('${STRANGER}');parent.postMessage('betrayed','*');alert('betrayed')</script>`;
const relation = (id: string, type: string) =>
  `<Relationship Id="${id}" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/${type}" Target="${STRANGER}" TargetMode="External"/>`;
const bombPart = (name: string) =>
  rawZip([{ name: Buffer.from(name), packed: packedZeros(10 * 1024), sizeBytes: 1_000 }]);

/** What the person sees: a tile with these words, or the file's own harmless words. */
type Seen = { tile: RegExp } | { words: RegExp };
const HOSTILE: readonly [name: string, bytes: () => Uint8Array, seen: Seen][] = [
  ['script.svg', () => Buffer.from(`<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)">${SCRIPT}</svg>`), { words: /<svg/ }],
  ['script.html', () => Buffer.from(`<img src="${STRANGER}" onerror="alert(1)">${SCRIPT}`), { words: /onerror/ }],
  ['image-that-is-html.png', () => Buffer.from(SCRIPT), { tile: /повреждён/ }],
  ['image-that-is-svg.jpg', () => Buffer.from(`<svg xmlns="http://www.w3.org/2000/svg">${SCRIPT}</svg>`), { tile: /повреждён/ }],
  ['script-in-a-name.zip', () => zipOf({ [`<img src=x onerror=alert(1)>.txt`]: 'x', '..\\..\\evil.exe': 'x' }), { words: /<img src=x onerror/ }],
  ['script-in-text.docx', () => docx(paragraph('&lt;img src=x onerror=alert(1)&gt;&lt;script&gt;alert(1)&lt;/script&gt;')), { words: /<script>alert/ }],
  ['10-gigabytes.docx', () => rawZip([{ name: Buffer.from('word/document.xml'), packed: packedZeros(10 * 1024), sizeBytes: 1_000 }]), { tile: /велик|трёх секунд/ }],
  ['10-gigabytes.odt', () => bombPart('content.xml'), { tile: /велик|трёх секунд/ }],
  ['10-gigabytes.xlsx', () => bombPart('xl/workbook.xml'), { tile: /велик|трёх секунд/ }],
  ['10-gigabytes.zip', () => bombPart('zeros'), { words: /zeros/ }],
  ['million.zip', () => rawZip([{ name: Buffer.from('a.txt'), packed: Buffer.from('x'), sizeBytes: 1, method: 0 }], 1_000_000), { words: /a\.txt/ }],
  ['nested.zip', () => zipOf({ 'in.zip': zipOf({ 'in.zip': bombPart('zeros') }) }), { words: /in\.zip/ }],
  ['million.docx', () => rawZip([{ name: Buffer.from('a.xml'), packed: Buffer.from('x'), sizeBytes: 1, method: 0 }], 500_000), { tile: /повреждён/ }],
  ['30000.png', () => png(30_000, 30_000), { tile: /велик/ }],
  ['bomb-inside.docx', () => docx(paragraph('текст') + wordPicture('p1'), IMAGE, { 'word/media/1.png': png(30_000, 30_000) }), { words: /текст/ }],
  ['broken.pdf', () => Buffer.from('%PDF-1.7\nnothing of the kind'), { tile: /повреждён/ }],
  ['cut.pdf', () => sample('documents/workbook.pdf').subarray(0, 700), { tile: /повреждён/ }],
  ['script.pdf', () => pdf('quiet', `/OpenAction << /S /JavaScript /JS (app.alert\\("betrayed"\\); app.launchURL\\("${STRANGER}"\\)) >> /AA << /WC << /S /URI /URI (${STRANGER}) >> >>`), { words: /^$/ }],
  ['font-bomb.pdf', () => pdf('quiet', '', [fontBomb(), '<< /Type /FontDescriptor /FontName /Bomb /Flags 4 /FontFile2 6 0 R >>']), { words: /^$/ }],
  ['macros.docm', () => docx(paragraph('внутри макросы'), '', { 'word/vbaProject.bin': Buffer.alloc(64, 1) }), { words: /внутри макросы/ }],
  ['template-from-afar.docx', () => docx(paragraph('шаблон') + wordPicture('x1', true), relation('x1', 'image') + relation('x2', 'attachedTemplate')), { words: /шаблон/ }],
  ['xxe.docx', () => docx(paragraph('&a;'), '', {}, `<!DOCTYPE x [<!ENTITY a SYSTEM "${STRANGER}">]>`), { tile: /повреждён/ }],
  ['laughs.odt', () => odt('<text:p>&b;</text:p>', '', {}, `<!DOCTYPE x [<!ENTITY a "${'ха'.repeat(99)}"><!ENTITY b "${'&a;'.repeat(99)}">]>`), { tile: /повреждён/ }],
  ['far-corner.xlsx', () => xlsx([row(1, { A: 'здесь', XFD: 'там' }) + row(1_048_576, { XFD: 'там' })]), { words: /здесь/ }],
  ['deep.odt', () => odt('<text:span>'.repeat(200_000) + 'дно' + '</text:span>'.repeat(200_000)), { words: /дно/ }],
  ['password.docx', () => Buffer.concat([Buffer.from([0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1]), Buffer.alloc(4096)]), { tile: /паролем/ }],
  ['no-text.txt', () => Buffer.alloc(10_000), { tile: /не текст/ }],
  ['empty.heic', () => Buffer.from('0000ftypheic'), { tile: /повреждён/ }],
  ['million.heic', () => heicSaying(60_000, 60_000), { tile: /велик/ }],
]; // prettier-ignore

/** A gigabyte of a font. */
function fontBomb(): Buffer {
  const zeros = packedZeros(1024);
  const stream = Buffer.concat([Buffer.from([0x78, 0x9c]), zeros]);
  return Buffer.concat([Buffer.from(`<< /Length ${stream.length} /Filter /FlateDecode >>\nstream\n`), stream, Buffer.from('\nendstream')]); // prettier-ignore
}
function heicSaying(width: number, height: number): Buffer {
  const whole = Buffer.from(sample('photos/phone.heic'));
  const at = whole.indexOf('ispe');
  whole.writeUInt32BE(width, at + 8);
  whole.writeUInt32BE(height, at + 12);
  return whole;
}

describe('a hostile file', () => {
  test.each(HOSTILE)('%s ends in a tile or in words, runs nothing, reaches nobody, and the next file opens', async (name, bytes, seen) => {
    const good = await stage.file('хороший.txt', Buffer.from('хороший файл'));
    const { page, strangers, faults, reached } = await stage.open([await stage.file(name, bytes()), good]);
    await expectSeen(page, seen);
    await next(page).click();
    await inside(page).getByText('хороший файл').waitFor();
    expect({ strangers, faults, reached }).toEqual({ strangers: [], faults: [], reached: [] });
  }); // prettier-ignore

  async function expectSeen(page: Page, seen: Seen): Promise<void> {
    await page.locator('[data-state="shown"]').or(tile(page)).waitFor();
    if ('tile' in seen) expect(await tile(page).textContent()).toMatch(seen.tile);
    else expect((await inside(page).textContent())?.trim()).toMatch(seen.words);
  }

  test.each([
    ['a reader that never ends', /\/office-worker-/, 'for (;;);'],
    ['a frame that never ends', /\/sandbox-/, 'parent.postMessage({ say: "ready" }, "*"); onmessage = () => { for (;;); };'],
    ['a frame that fills all memory', /\/sandbox-/, 'parent.postMessage({ say: "ready" }, "*"); onmessage = () => { const all = []; for (;;) all.push(new Array(1e6).fill(all.length)); };'],
  ])('%s is ended, the window lives, the next file opens', async (_, program, code) => {
    const files = [await stage.file('a.docx', sample('documents/homework.docx')), await stage.file('b.wav', wav())];
    const { page } = await stage.open([]);
    await page.route(program, (route) => route.fulfill({ contentType: 'text/javascript', headers: { 'cross-origin-resource-policy': 'cross-origin' }, body: code })); // prettier-ignore
    await page.goto('about:blank');
    await page.goto(stage.addressOf(files));
    await tile(page).getByText('дольше трёх секунд').waitFor();
    expect(await page.locator('iframe').count()).toBe(0);
    // Said to wait longer, it is waited for again, and ended by going on.
    await tile(page).getByRole('button', { name: 'Подождать дольше' }).click();
    await page.locator('iframe').waitFor();
    await next(page).click();
    await page.locator('audio').waitFor();
    expect(await page.locator('iframe').count()).toBe(0);
  }); // prettier-ignore

  test('a frame that lies is not believed: no key of the window, no height without end, nothing of the library', async () => {
    const files = [await stage.file('a.txt', Buffer.from('a')), await stage.file('b.txt', Buffer.from('b'))];
    const secret = await stage.file('secret.pdf', pdf('secret'));
    const { page, strangers, reached } = await stage.open([]);
    const code = `
      const tell = (words) => parent.postMessage(words, '*');
      tell({ say: 'ready' });
      onmessage = async () => {
        const tried = {};
        const attempt = async (name, deed) => { tried[name] = await Promise.resolve().then(deed).then(() => 'done', (error) => error.name); };
        await attempt('fetch', () => fetch(location.origin === 'null' ? '${urlOf(secret)}' : ''));
        await attempt('parent', () => parent.document.body.textContent);
        await attempt('storage', () => localStorage.length);
        await attempt('eval', () => eval('1'));
        await attempt('stranger', () => fetch('${STRANGER}'));
        await attempt('image', () => new Promise((done, fail) => { const image = new Image(); image.onload = done; image.onerror = () => fail(new TypeError()); image.src = '${STRANGER}'; }));
        await attempt('top', () => { top.location = '${STRANGER}'; });
        await attempt('open', () => { if (!open('${STRANGER}')) throw new TypeError(); });
        for (const key of ['5', 'Enter', 'F5', 'Delete']) tell({ say: 'key', key });
        tell({ say: 'height', px: 1e15 });
        tell({ say: 'shown', notes: [{ is: 'encoding', name: JSON.stringify(tried) }] });
        document.body.append(Object.assign(document.createElement('main'), { textContent: JSON.stringify(tried) }));
      };`;
    await page.route(/\/sandbox-/, (route) => route.fulfill({ contentType: 'text/javascript', headers: { 'cross-origin-resource-policy': 'cross-origin' }, body: code })); // prettier-ignore
    await page.goto('about:blank');
    await page.goto(stage.addressOf(files, { fit: 'page' }));
    const frame = page.getByRole('article', { name: 'a.txt' }).frameLocator('iframe').locator('main');
    await frame.waitFor();
    const tried = JSON.parse((await frame.textContent()) ?? '{}') as Record<string, string>;
    expect(Object.values(tried)).not.toContain('done');
    expect(Object.keys(tried)).toHaveLength(8);
    const box = await page.getByRole('article', { name: 'a.txt' }).locator('[data-state="shown"]').boundingBox();
    expect(box?.height).toBeLessThanOrEqual(30_000);
    expect({ strangers, reached }).toEqual({ strangers: [], reached: [] });
  });

  test('of all this nothing lies on the disk but the files themselves and small pictures', () => {
    expect(readdirSync(stage.dir()).filter((name) => !FOLDERS.includes(name))).toEqual([]);
  });
  const FOLDERS = ['files', 'incoming', 'opened', 'damaged', 'thumbnails'];

  test('the listening itself works: a page that may reach the stranger is heard', async () => {
    const { page, strangers, reached } = await stage.open([]);
    await page.route('**/free', (route) =>
      route.fulfill({ contentType: 'text/html', body: `<img src="${STRANGER}">` }),
    );
    await page.goto(`${new URL(page.url()).origin}/free`);
    await expect.poll(() => [...strangers, ...reached]).toEqual([STRANGER, '/heard']);
  });
  const urlOf = (file: FileRef) => `/library/${file.sha256}/${file.name}`;
});
