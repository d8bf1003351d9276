import { expect, test } from 'vitest';
import { isMark, marksOf, percentOf } from '../../src/core/marks.ts';

test('a Russian school mark is one of its scale, never a number beside it', () => {
  for (const mark of ['5', '1', 'н', 'н/а', 'осв']) expect(isMark(mark, { kind: 'five' })).toBe(true);
  for (const mark of ['6', '0', '', '5+', 'зач', '5 ', 'toString']) expect(isMark(mark, { kind: 'five' })).toBe(false);
  expect(isMark('зач', { kind: 'pass' })).toBe(true);
  expect(isMark('5', { kind: 'pass' })).toBe(false);
});

test('points are whole or half, up to the maximum of the work', () => {
  const scale = { kind: 'points', max: 20 } as const;
  for (const mark of ['0', '20', '19.5', 'н']) expect(isMark(mark, scale)).toBe(true);
  for (const mark of ['20.5', '21', '-1', '1.25', '1e1', 'NaN', '１']) expect(isMark(mark, scale)).toBe(false);
  expect(percentOf('15', scale)).toBe(75);
  expect(percentOf('н', scale)).toBeNull();
  expect(percentOf('5', { kind: 'five' })).toBeNull();
  expect(marksOf(scale)).not.toContain('5');
});
