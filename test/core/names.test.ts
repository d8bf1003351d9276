import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { FILE_NAME_MAX, NAME_MAX } from '../../src/core/limits.ts';
import { cleanName, matchName, nameSkeleton, safeFileName } from '../../src/core/names.ts';

const naughty = JSON.parse(
  readFileSync(new URL('../support/samples/text/naughty-strings.json', import.meta.url), 'utf8'),
) as string[];

test('a cleaned name has no invisible characters, is short, and cleaning it again changes nothing', () => {
  for (const typed of naughty) {
    const name = cleanName(typed);
    // oxlint-disable-next-line no-control-regex
    expect(name, JSON.stringify(typed)).not.toMatch(/[\u0000-\u001f\u200b-\u200f\u202a-\u202e\u2066-\u2069]/);
    expect(name.length).toBeLessThanOrEqual(NAME_MAX);
    expect(cleanName(name)).toBe(name);
  }
  expect(cleanName('  Белов\u202e  Илья\u200b\n')).toBe('Белов Илья');
  expect(cleanName('\u200b \u202e')).toBe('');
  expect(cleanName('я'.repeat(NAME_MAX + 5))).toHaveLength(NAME_MAX);
});

test('names are the same through case, ё, hyphens and letters of the wrong keyboard', () => {
  expect(nameSkeleton('ФЁДОРОВА Ева')).toBe(nameSkeleton('Федорова  ева'));
  expect(nameSkeleton('Петрова-Водкина')).toBe(nameSkeleton('петрова водкина'));
  expect(nameSkeleton('Белoв')).toBe(nameSkeleton('Белов')); // Latin o
  expect(nameSkeleton('Ivan')).not.toBe(nameSkeleton('Иван'));
});

const list = ['Белов Илья Андреевич', 'Белов Фёдор Андреевич', 'Белова Полина Фёдоровна', 'Ли Ян'];

test.each([
  ['Белов', [0, 1]],
  ['Белов Илья', [0]],
  ['илья белов', [0]],
  ['Белов Ф.', [1]],
  ['белова', [2]],
  ['Белов Федор Андреевич', [1]],
  ['Б', []],
  ['Ф. А.', []],
  ['Андреевич', [0, 1]],
  ['Белов Белов', []],
  ['Лия', []],
  ['', []],
])('"%s" means lines %j', (typed, lines) => {
  expect(matchName(typed, list)).toEqual(lines);
});

test('an exact name wins over longer ones that contain it', () => {
  expect(matchName('Ли Ян', ['Ли Ян Юрьевич', 'Ли Ян'])).toEqual([1]);
});

test('every shown name becomes one that any file system takes', () => {
  for (const shown of [
    ...naughty,
    '../../etc/passwd',
    'CON',
    'con.txt',
    'a.txt:ads',
    'x.',
    'x ',
    '..',
    '',
    'я'.repeat(300) + '.pdf',
    '\u202egpj.exe',
  ]) {
    const name = safeFileName(shown);
    expect(name, JSON.stringify(shown)).not.toMatch(/[<>:"/\\|?*\u0000-\u001f\u202a-\u202e]|[ .]$|^\.+$/); // oxlint-disable-line no-control-regex
    expect(name).not.toMatch(/^(con|prn|aux|nul|com\d|lpt\d)(\.|$)/i);
    expect(new TextEncoder().encode(name).length).toBeLessThanOrEqual(FILE_NAME_MAX);
    expect(name.length).toBeGreaterThan(0);
  }
  expect(safeFileName('я'.repeat(300) + '.pdf')).toMatch(/я\.pdf$/);
  expect(safeFileName('Решение №5 (черновик).docx')).toBe('Решение №5 (черновик).docx');
});
