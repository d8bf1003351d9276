// Ctrl+K finds by beginnings of words, whatever the letters' case, ё and layout's look-alikes.
import { expect, test } from 'vitest';
import { find, type Target } from '../../src/renderer/frame/Palette.tsx';

const target = (label: string, hint = 'Ученик · 7А'): Target => ({
  key: label,
  icon: () => null,
  label,
  hint,
  path: '/',
});
const all = [
  target('7А', 'Класс'),
  target('Белов Фёдор Андреевич'),
  target('Фёдорова Алёна'),
  target('Читательский дневник: «Тарас Бульба»', 'Задание · 7А'),
  target('Урок', 'Перейти'),
];
const found = (typed: string) => find(all, typed).map((one) => one.label);

test('ё is е, case does not matter, every word must be found', () => {
  expect(found('федор')).toEqual(['Фёдорова Алёна', 'Белов Фёдор Андреевич']);
  expect(found('БЕЛОВ фёд')).toEqual(['Белов Фёдор Андреевич']);
  expect(found('белов алёна')).toEqual([]);
});

test('a word inside quotes is a word; the kind and the class narrow', () => {
  expect(found('тарас')).toEqual(['Читательский дневник: «Тарас Бульба»']);
  expect(found('задание 7а')).toEqual(['Читательский дневник: «Тарас Бульба»']);
});

test('what begins with the letters stands first; nothing typed offers the beginning of the list', () => {
  expect(found('7а')[0]).toBe('7А');
  expect(found('')).toHaveLength(all.length);
});
