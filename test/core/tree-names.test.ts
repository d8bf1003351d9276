// Names of what is saved: taken by every system, short, never the same twice, the same every time.
import { readFileSync } from 'node:fs';
import { describe, expect, it, test } from 'vitest';
import { FILE_NAME_MAX } from '../../src/core/limits.ts';
import { safeFileName } from '../../src/core/names.ts';
import {
  FOLDER_CHARS_MAX,
  foldedName,
  NAME_CHARS_MIN,
  numberedName,
  PATH_CHARS_MAX,
  planTree,
  shortFileName,
  TakenNames,
} from '../../src/core/tree-names.ts';

const naughty = JSON.parse(
  readFileSync(new URL('../support/samples/text/naughty-strings.json', import.meta.url), 'utf8'),
) as string[];
const bytes = (text: string) => new TextEncoder().encode(text).length;
const item = (name: string, ...folders: string[]) => ({
  name,
  folders: folders.map((one) => ({ key: one, name: one })),
});

describe('a whole tree', () => {
  test('of more bytes than a disk takes is still another one with each number', () => {
    const long = `${'я'.repeat(130)}.docx`;
    const names = [2, 3, 100].map((n) => numberedName(safeFileName(long), n, PATH_CHARS_MAX));
    expect(names.map((name) => name.replace(/^я+/, ''))).toEqual([' (2).docx', ' (3).docx', ' (100).docx']);
    expect(names.every((name) => bytes(name) <= FILE_NAME_MAX)).toBe(true);
    // Whoever asks for a name that is free gets an end.
    const taken = new TakenNames();
    expect(taken.take(long, PATH_CHARS_MAX)).not.toBe(taken.take(long, PATH_CHARS_MAX));
  });

  test('of hostile names: safe, short, and no two the same', () => {
    const items = naughty.flatMap((name) => [item(name), item(name, name), item(`Белов Илья – ${name}`, '7А', name)]);
    const plan = planTree(items, 150);
    const seen = new Set<string>();
    for (const path of plan) {
      for (const part of path) {
        expect(safeFileName(part), JSON.stringify(part)).toBe(part);
        expect(bytes(part)).toBeLessThanOrEqual(FILE_NAME_MAX);
      }
      for (const folder of path.slice(0, -1)) expect(folder.length).toBeLessThanOrEqual(FOLDER_CHARS_MAX);
      const whole = path.join('/');
      expect(whole.length).toBeLessThanOrEqual(Math.max(150, FOLDER_CHARS_MAX * 2 + 2 + NAME_CHARS_MIN));
      expect(seen.has(foldedName(whole)), whole).toBe(false);
      seen.add(foldedName(whole));
    }
    expect(planTree(items, 150)).toEqual(plan);
  });

  it('numbers equal names, and names that differ in the size of letters alone', () => {
    const names = ['Работа.docx', 'работа.docx', 'РАБОТА.DOCX', 'работа (2).docx', 'cafe\u0301.txt', 'café.txt'];
    expect(planTree(names.map((name) => item(name)), 200).flat()).toEqual([
      'Работа.docx',
      'работа (2).docx',
      'РАБОТА (3).DOCX',
      'работа (2) (2).docx',
      'café.txt',
      'café (2).txt',
    ]); // prettier-ignore
  });

  it('keeps two tasks of one title apart, and a file that is called like a folder', () => {
    const task = (key: string) => ({ name: 'Белов.txt', folders: [{ key, name: 'ДЗ' }] });
    expect(planTree([task('1'), task('2'), task('1'), item('дз')], 200)).toEqual([
      ['ДЗ', 'Белов.txt'],
      ['ДЗ (2)', 'Белов.txt'],
      ['ДЗ', 'Белов (2).txt'],
      ['дз (3)'],
    ]);
  });

  it('gives a file a place in however deep a folder', () => {
    expect(planTree([item('ю'.repeat(300) + '.docx')], -50).flat()[0]).toHaveLength(NAME_CHARS_MIN);
    expect(PATH_CHARS_MAX).toBeLessThan(260);
  });
});

describe('one name', () => {
  it.each([
    ['Белов Илья – сочинение про лето.docx', 25, 'Белов Илья – сочинен.docx'],
    ['😀😀😀😀.png', 9, '😀😀.png'],
    ['имя .docx', 40, 'имя.docx'],
    ['без конца. . .', 40, 'без конца'],
    ['CON', 40, '_CON'],
    ['con .txt', 40, '_con.txt'],
    ['COM¹.log', 40, '_COM¹.log'],
    ['CONIN$', 40, '_CONIN$'],
    ['\u202egpj.exe', 40, 'gpj.exe'],
    ['a/b\\c:d', 40, 'a_b_c_d'],
  ])('%j in %i', (shown, max, name) => {
    expect(shortFileName(shown, max)).toBe(name);
  });
  it('has its number within its length', () => {
    const name = numberedName('x'.repeat(60) + '.docx', 12, 40);
    expect(name).toMatch(/^x+ \(12\)\.docx$/);
    expect(name.length).toBeLessThanOrEqual(40);
  });
  it('is found for the ten thousandth as for the first', () => {
    const taken = new TakenNames();
    const names = Array.from({ length: 300 }, () => taken.take('IMG_1.jpg', 20));
    expect(new Set(names).size).toBe(300);
    expect(names.at(-1)).toBe('IMG_1 (300).jpg');
  });
});
