// Whose work a file is, by names as they come from messengers, mail and sticks.
import { readFileSync } from 'node:fs';
import { describe, expect, it, test } from 'vitest';
import type { MemberId } from '../../src/core/ids.ts';
import {
  ALMOST_LETTERS_MIN,
  classOf,
  inOrder,
  latinKey,
  matchFiles,
  OFFERED_MAX,
  timeInName,
  type FoundFile,
} from '../../src/core/intake-match.ts';

const naughty = JSON.parse(
  readFileSync(new URL('../support/samples/text/naughty-strings.json', import.meta.url), 'utf8'),
) as string[];

const NAMES = [
  'Белов Илья Андреевич',
  'Белов Фёдор Андреевич',
  'Иванов Иван Сергеевич',
  'Петрова-Водкина Анна Юрьевна',
  'Соловьёв Михаил',
  'Юрьев Алексей',
  'Щукина Юлия',
  'Ли Ян',
  'Хасанова Алия Маратовна',
  'Дарья Кузнецова',
  'Роман Анна',
  'Зайцева Софья',
  'Зайцев Пётр',
];
const students = NAMES.map((name) => ({ memberId: name as MemberId, name }));
const [ILYA, FEDOR, IVAN, ANNA, MIKHAIL, ALEXEY, JULIA, YAN, ALIYA, DARYA, ROMAN, SOFIA, PETR] = NAMES as [
  string, string, string, string, string, string, string, string, string, string, string, string, string,
]; // prettier-ignore

const found = (path: string): FoundFile => {
  const parts = path.split('/');
  return { id: path, folders: parts.slice(0, -1), name: parts.at(-1)!, sizeBytes: 1, modifiedAt: null };
};
const guess = (path: string, className = '7А') => matchFiles([found(path)], students, className).get(path)!;

describe('one name', () => {
  it.each([
    ['Иванов Иван.pdf', 'sure', IVAN],
    ['иван иванов сочинение.docx', 'sure', IVAN],
    ['ИВАНОВ_ИВАН_7А.pdf', 'sure', IVAN],
    ['ИвановИван7А.pdf', 'sure', IVAN],
    ['Иванов И..jpg', 'sure', IVAN],
    ['Иванов И.С. контрольная.jpg', 'sure', IVAN],
    ['И.С. Иванов.jpg', 'sure', IVAN],
    ['Иванов.jpg', 'likely', IVAN],
    ['Иванов 7А.jpg', 'likely', IVAN],
    ['7 «а» Иванов.jpg', 'likely', IVAN],
    ['дз иванов (2).jpg', 'likely', IVAN],
    ['Ivanov.jpg', 'likely', IVAN],
    ['ivanov_ivan_dz.jpg', 'sure', IVAN],
    ['Ivanov I.jpg', 'sure', IVAN],
    ['Соловьев М.pdf', 'sure', MIKHAIL],
    ['соловьёв.pdf', 'likely', MIKHAIL],
    ['Solovyov Mikhail.pdf', 'sure', MIKHAIL],
    ['Yuryev_Alexey.zip', 'sure', ALEXEY],
    ['Shchukina Yulia.png', 'sure', JULIA],
    ['Khasanova.png', 'likely', ALIYA],
    ['Петрова-Водкина.odt', 'likely', ANNA],
    ['ПетроваВодкина Анна.odt', 'sure', ANNA],
    ['Водкина Анна.odt', 'sure', ANNA],
    ['Ли Ян.pdf', 'sure', YAN],
    ['Кузнецова.pdf', 'likely', DARYA],
    ['Кузнецова Дарья 7 А класс.pdf', 'sure', DARYA],
    ['Белов Илья.jpg', 'sure', ILYA],
    ['Белов Ф.jpg', 'sure', FEDOR],
    ['Belov Fedor.jpg', 'sure', FEDOR],
    ['Зайцева.jpg', 'likely', SOFIA],
    ['Зайцева дз.jpg', 'likely', SOFIA],
    ['дз Зайцева Софья.jpg', 'sure', SOFIA],
    ['Зайцев.jpg', 'likely', PETR],
    ['Белoв Илья.jpg', 'sure', ILYA], // a Latin o
    ['Бело\u0301в Илья.jpg', 'sure', ILYA], // with its stress
    ['Соловье\u0308в.pdf', 'likely', MIKHAIL], // ё in two signs, as macOS writes it
  ])('%s: %s, %s', (path, confidence, name) => {
    expect(guess(path)).toMatchObject({ confidence, memberIds: [name] });
  });

  it.each([
    ['Белов.jpg', 'several', [ILYA, FEDOR]],
    ['Белов А.jpg', 'several', [ILYA, FEDOR]],
    ['работа Зайцева.jpg', 'several', [SOFIA, PETR]],
    ['Иванов_и_Юрьев.pdf', 'several', [IVAN, ALEXEY]],
    ['Иванов и Юрьев.pdf', 'several', [IVAN, ALEXEY]],
    ['Иванов Пётр.pdf', 'almost', [IVAN]],
    ['Иванов К.pdf', 'almost', [IVAN]],
    ['работа Юрьева.pdf', 'almost', [ALEXEY]],
    ['Ивонов.pdf', 'almost', [IVAN]],
    ['Соловев.pdf', 'almost', [MIKHAIL]],
    ['Алия.jpg', 'almost', [ALIYA]],
    ['Анна.jpg', 'almost', [ANNA, ROMAN]],
  ])('%s is asked about: %s', (path, doubt, names) => {
    const { confidence, ...rest } = guess(path);
    expect(confidence).toBe('ask');
    expect(rest.doubt).toBe(doubt);
    expect([...rest.memberIds].sort()).toEqual([...names].sort());
  });

  it.each([
    'IMG_20240512_101530.jpg',
    'IMG-20240512-WA0003.jpg',
    'photo_2024-05-12_10-15-30.jpg',
    'WhatsApp Image 2024-05-12 at 10.15.30 (1).jpeg',
    'Screenshot_20240512-101530_Gallery.jpg',
    'изображение_viber_2024-05-12_10-15-30-123.jpg',
    'Документ Microsoft Word.docx',
    'сочинение.docx',
    'Новый текстовый документ (2).txt',
    'a1b2c3d4e5f60718.jpg',
    'CamScanner 05-12-2024 10.15.pdf',
    '.pdf',
  ])('%s names nobody', (path) => {
    expect(guess(path)).toMatchObject({ confidence: 'none', memberIds: [], from: null });
  });

  it('a given name that many have says nothing', () => {
    const many = Array.from({ length: OFFERED_MAX + 1 }, (_, n) => ({
      memberId: `m${n}` as MemberId,
      name: `Ученик${'абвгд'[n]} Мария`,
    }));
    const [file] = [found('Мария.jpg')];
    expect(matchFiles([file], many, '7А').get(file.id)).toMatchObject({ confidence: 'none' });
    expect(matchFiles([file], many.slice(1), '7А').get(file.id)).toMatchObject({ confidence: 'ask' });
  });

  describe('in a class where one word can be two things', () => {
    const list = [
      'Ким Алина',
      'Петрова Алина',
      'Мороз Ирина Львовна',
      'Пак Лев',
      'Роман Никита',
      'Орлов Роман',
      'Ева Орлова',
    ];
    const of = (path: string) =>
      matchFiles([found(path)], list.map((name) => ({ memberId: name as MemberId, name })), '7А').get(path)!; // prettier-ignore
    it.each([
      ['Ким.jpg', 'likely', ['Ким Алина']],
      ['Ким А.jpg', 'sure', ['Ким Алина']],
      ['Мороз И.Л..jpg', 'sure', ['Мороз Ирина Львовна']],
      ['Пак.jpg', 'likely', ['Пак Лев']],
      ['Орлова.jpg', 'likely', ['Ева Орлова']],
      // A given name that looks like a surname is none.
      ['Алина.jpg', 'ask', ['Ким Алина', 'Петрова Алина']],
      ['Лев.jpg', 'ask', ['Пак Лев']],
      // A surname that is another pupil's given name.
      ['Роман.jpg', 'ask', ['Роман Никита', 'Орлов Роман']],
      ['Роман Никита.jpg', 'sure', ['Роман Никита']],
      ['Орлов Роман.jpg', 'sure', ['Орлов Роман']],
    ])('%s: %s', (path, confidence, memberIds) => {
      expect(of(path)).toMatchObject({ confidence, memberIds });
    });
  });

  it('a short surname that is misspelt is another one', () => {
    expect(ALMOST_LETTERS_MIN).toBe(5);
    expect(guess('Лу.pdf')).toMatchObject({ confidence: 'none' });
  });

  test('no name of a file breaks it, and none of them is anybody', () => {
    const files = naughty.map((name, n) => ({ ...found(name), id: String(n), name, folders: [name] }));
    const guesses = [...matchFiles(files, students, '7А').values()];
    expect(guesses).toHaveLength(naughty.length);
    expect(guesses.filter(({ confidence }) => confidence === 'sure' || confidence === 'likely')).toEqual([]);
  });
});

describe('a file among its folders', () => {
  it.each([
    ['7А/Иванов Иван/IMG_1.jpg', 'sure', [IVAN], 'folder'],
    ['Иванов/стр1.jpg', 'likely', [IVAN], 'folder'],
    ['Ivanov Ivan.zip/1.jpg', 'sure', [IVAN], 'folder'],
    ['Иванов/дз/готово/1.jpg', 'likely', [IVAN], 'folder'],
    ['Иванов/Иванов.jpg', 'sure', [IVAN], 'file'],
    ['Белов Илья/Белов.jpg', 'sure', [ILYA], 'folder'],
    ['Белов/Илья.jpg', 'ask', [ILYA], 'file'],
    ['Иванов/Юрьев.jpg', 'ask', [ALEXEY, IVAN], 'file'],
    ['Юрьев/работа Юрьева.jpg', 'likely', [ALEXEY], 'folder'],
    ['Контрольная 7А/Иванов.jpg', 'likely', [IVAN], 'file'],
    ['Контрольная/IMG_1.jpg', 'none', [], null],
    ['Иванов Иван/Юрьев/IMG_1.jpg', 'ask', [ALEXEY, IVAN], 'folder'],
    ['Белов/Белов Илья/IMG_1.jpg', 'sure', [ILYA], 'folder'],
  ])('%s: %s', (path, confidence, memberIds, from) => {
    expect(guess(path)).toMatchObject({ confidence, memberIds, from });
  });

  it.each([
    ['8Б/Иванов Иван.jpg', 'none'],
    ['8 «б» класс/Иванов.jpg', 'none'],
    ['Контрольная 8Б класс/Иванов.jpg', 'ask'],
    ['Иванов 8б кл.jpg', 'ask'],
    ['Иванов Иван 7Б.jpg', 'ask'],
    ['ИвановИван7Б(2).jpg', 'ask'],
    ['Работы 7 «Б»/Иванов Иван.jpg', 'ask'],
  ])('%s belongs to another class: %s', (path, confidence) => {
    expect(guess(path)).toMatchObject({ confidence, doubt: 'other-class' });
  });
  it.each(['Иванов 7б.jpg', 'Вариант 2Б Иванов.jpg', 'Иванов 7Бис.jpg', '№7Б Иванов.jpg', 'Иванов 7 А.jpg'])(
    '%s: a task or a variant is no class',
    (path) => {
      expect(guess(path)).toMatchObject({ confidence: 'likely', memberIds: [IVAN] });
    },
  );
  it('a club has no class to tell others from', () => {
    expect(guess('8Б/Иванов Иван.jpg', 'Кружок')).toMatchObject({ confidence: 'sure' });
  });
  it.each([
    ['7А', '7а'],
    ['7 «А» класс', '7а'],
    ['7-a', '7а'],
    ['11B', '11в'],
    ['Кружок', null],
    ['2024', null],
    ['13А', null],
  ])('the class %s is %s', (title, key) => {
    expect(classOf(title)).toBe(key);
  });
});

test.each([
  ['Юрьев', 'Yuryev', 'Yurev', 'Iurev', 'Jurjev', 'Yuriev'],
  ['Соловьев', 'Solovyov', 'Soloviev', 'Solovev', 'Solovjov'],
  ['Достоевский', 'Dostoevsky', 'Dostoevskiy', 'Dostoevskii', 'Dostoyevsky'],
  ['Щукин', 'Shchukin', 'Schukin'],
  ['Цветаева', 'Tsvetaeva', 'Cvetaeva', 'Tzvetayeva'],
  ['Чайковский', 'Chaikovsky', 'Tchaikovsky', 'Chaykovskiy'],
  ['Хлебников', 'Khlebnikov', 'Hlebnikov'],
  ['Александр', 'Aleksandr', 'Alexandr'],
  ['Инна', 'Inna', 'Ina'],
])('%s and its Latin spellings are one word', (...spellings) => {
  expect(new Set(spellings.map((word) => latinKey(word.toLowerCase()))).size).toBe(1);
});

describe('pages of one work', () => {
  const ordered = (...names: string[]) => inOrder(names.map(found)).map(({ name }) => name);
  it('follow by numbers', () => {
    expect(ordered('стр10.jpg', 'стр2.jpg', 'стр1.jpg')).toEqual(['стр1.jpg', 'стр2.jpg', 'стр10.jpg']);
  });
  it('follow by the time in their names, whatever stands before it', () => {
    expect(ordered('photo_2024-05-12_10-20-00.jpg', 'IMG_20240512_101530.jpg', 'A 12.05.2024 10.17.jpg')).toEqual([
      'IMG_20240512_101530.jpg',
      'A 12.05.2024 10.17.jpg',
      'photo_2024-05-12_10-20-00.jpg',
    ]);
  });
  it('are in one order whatever order they are found in', () => {
    const names = ['p_20240512_1100.jpg', 'w_20240512_1000.jpg', 'r.jpg', 'a.jpg', '0123456789abcdef0.jpg'];
    const first = ordered(...names);
    for (let n = 1; n < names.length; n += 1) expect(ordered(...names.slice(n), ...names.slice(0, n))).toEqual(first);
    expect(first).toEqual(['a.jpg', 'r.jpg', 'w_20240512_1000.jpg', 'p_20240512_1100.jpg', '0123456789abcdef0.jpg']);
  });
  it('follow by the disk where a machine made their names up', () => {
    const at = (name: string, modifiedAt: number) => ({ ...found(name), modifiedAt });
    const files = [at('ffffffffffffffff.jpg', 1), at('0000000000000000.jpg', 2)];
    expect(inOrder(files).map(({ modifiedAt }) => modifiedAt)).toEqual([1, 2]);
  });
  it.each([
    ['IMG_20240512_101530.jpg', Date.UTC(2024, 4, 12, 10, 15, 30)],
    ['WhatsApp Image 2024-05-12 at 10.15.30.jpeg', Date.UTC(2024, 4, 12, 10, 15, 30)],
    ['IMG-20240512-WA0003.jpg', Date.UTC(2024, 4, 12)],
    ['CamScanner 12-05-2024 10.15.pdf', Date.UTC(2024, 4, 12, 10, 15)],
    ['№20249999.jpg', null],
    ['стр1.jpg', null],
  ])('the time in %s', (name, time) => {
    expect(timeInName(name)).toBe(time);
  });
});
