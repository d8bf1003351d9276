import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { LIST_ROWS_MAX, planImport } from '../../src/core/roster.ts';
import { decodeText } from '../../src/renderer/members/decode-text.ts';
import {
  LIST_FILE_BYTES_MAX,
  LIST_TEXT_MAX,
  readListFile,
  readListText,
} from '../../src/renderer/members/read-list.ts';

const samples = new URL('../support/samples/', import.meta.url);
const sample = async (path: string) => new Blob([await readFile(new URL(path, samples))]);
const namesIn = async (path: string) =>
  planImport(await readListFile(await sample(path)), []).lines.map((line) => line.name);
const codeOf = (promise: Promise<unknown>) => promise.then(() => 'read', (error: Error) => error.message); // prettier-ignore

test('a list as Excel saves it in Russia: cp1251, semicolons, three columns', async () => {
  const names = await namesIn('roster/7А-cp1251.csv');
  expect(names).toHaveLength(28);
  expect(names[0]).toBe('Белов Илья Андреевич');
  expect(names[27]).toBe('Фёдорова Юлия Олеговна');
});

test('the same list as a spreadsheet gives the same names', async () => {
  expect(await namesIn('roster/7А-healthy.xlsx')).toEqual(await namesIn('roster/7А-cp1251.csv'));
});

test('a spreadsheet whose letters were lost on the way is refused, never imported as question marks', async () => {
  expect(await codeOf(namesIn('roster/7А.xlsx'))).toBe('list-unreadable');
});

test('UTF-8 with a BOM, commas, quotes, one ФИО column', async () => {
  const names = await namesIn('roster/7Б-utf8-bom.csv');
  expect(names).toHaveLength(30);
  expect(names[0]).toBe('Абрамов Илья Витальевич');
});

test('a paste with numbers and tabs', async () => {
  const text = await readFile(new URL('roster/10А-paste.txt', samples), 'utf8');
  const names = planImport(readListText(text), []).lines.map((line) => line.name);
  expect(names).toHaveLength(26);
  expect(names[25]).toBe('Чернова Злата Ильинична');
});

test('OneRoster: people are read, tables without people are refused, passwords stay outside', async () => {
  expect(await namesIn('roster/users.csv')).toContain('Craig Jack');
  const plan = planImport(await readListFile(await sample('roster/users.csv')), []);
  expect(JSON.stringify(plan.lines)).not.toContain('P@ssword');
  for (const file of ['academicSessions', 'classes', 'courses', 'demographics', 'orgs', 'roles', 'userFlags'])
    expect(await codeOf(namesIn(`roster/${file}.csv`)), file).toBe('list-unreadable');
});

test('delimiters: semicolon, comma, tab, and none where a comma stands in one line only', () => {
  const cells = (text: string) => readListText(text);
  expect(cells('Белов;Илья\nОрлова;Мария')).toEqual([['Белов', 'Илья'], ['Орлова', 'Мария']]); // prettier-ignore
  expect(cells('Белов,Илья\nОрлова,Мария')).toEqual([['Белов', 'Илья'], ['Орлова', 'Мария']]); // prettier-ignore
  expect(cells('Белов\tИлья')).toEqual([['Белов', 'Илья']]);
  expect(cells('Белов Илья\nОрлова Мария, новенькая\nПавлов Лев')).toHaveLength(3);
  expect(cells('Белов Илья\nОрлова Мария, новенькая\nПавлов Лев')[1]).toEqual(['Орлова Мария, новенькая']);
  expect(cells('Белов Илья\r\nОрлова Мария\r\n')[1]).toEqual(['Орлова Мария']);
});

test('encodings: UTF-8 with and without a mark, windows-1251, UTF-16 with a mark', () => {
  const utf16 = (text: string) => Uint8Array.from([0xff, 0xfe, ...Buffer.from(text, 'utf16le')]);
  expect(decodeText(new TextEncoder().encode('Фёдор'))).toBe('Фёдор');
  expect(decodeText(Uint8Array.from([0xef, 0xbb, 0xbf, ...new TextEncoder().encode('Фёдор')]))).toBe('Фёдор');
  expect(decodeText(Uint8Array.from([0xd4, 0xb8, 0xe4, 0xee, 0xf0]))).toBe('Фёдор');
  expect(decodeText(utf16('Фёдор'))).toBe('Фёдор');
  expect(
    decodeText(
      utf16('Фёдор')
        .slice()
        .map((_, i, all) => all[i ^ 1] ?? 0),
    ),
  ).toBe('Фёдор');
});

test('what is no list is refused by its code: empty, too large, a picture, a document', async () => {
  expect(await codeOf(readListFile(new Blob([])))).toBe('list-empty');
  expect(await codeOf(readListFile(new Blob([' \n\r\n'])))).toBe('list-empty');
  expect(await codeOf(readListFile(new Blob([new Uint8Array(LIST_FILE_BYTES_MAX + 1)])))).toBe('too-large');
  expect(() => readListText('я'.repeat(LIST_TEXT_MAX + 1))).toThrow('too-large');
  expect(await codeOf(readListFile(await sample('photos/Portrait_6.jpg')))).toBe('list-unreadable');
  expect(await codeOf(readListFile(await sample('documents/homework.docx')))).toBe('list-unreadable');
  expect(await codeOf(readListFile(new Blob([new Uint8Array([0x50, 0x4b, 3, 4, 0, 0])])))).toBe('list-unreadable');
});

test('a list without end is read as far as its length can be told', () => {
  expect(readListText('Белов Илья\n'.repeat(LIST_ROWS_MAX + 500))).toHaveLength(LIST_ROWS_MAX + 1);
});
