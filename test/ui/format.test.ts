/** Times and sizes as people read them. Times are made by local parts: the machine's own time zone is the one that counts. */
import { describe, expect, test } from 'vitest';
import { formatDateTime, formatDay, formatDue, formatSize, formatTime } from '../../src/ui/format.ts';

const at = (day: number, hour = 14, minute = 5, month = 10, year = 2026) =>
  new Date(year, month, day, hour, minute).getTime();
const NOW = at(12, 14, 20);
/** Intl may put a non-breaking space where a person sees a space. */
const plain = (text: string) => text.replace(/\s/g, ' ');

describe('times', () => {
  test('a time of day has two digits each, also at midnight', () => {
    expect(formatTime('ru', at(12, 0, 5))).toBe('00:05');
    expect(formatTime('en', at(12, 9, 30))).toBe('09:30');
  });

  test.each([
    ['ru', at(12, 0, 0), 'Сегодня'],
    ['ru', at(12, 23, 59), 'Сегодня'],
    ['ru', at(11, 23, 59), 'Вчера'],
    ['ru', at(13, 0, 0), 'Завтра'],
    ['ru', at(9), '9 ноября'],
    ['ru', at(9, 9, 9, 2, 2025), '9 марта 2025 г.'],
    ['en', at(12), 'Today'],
    ['en', at(9), '9 November'],
  ] as const)('%s: the day %d is %s', (language, time, day) => {
    expect(plain(formatDay(language, time, NOW))).toBe(day);
  });

  test('within a sentence the near days are small words', () => {
    expect(formatDateTime('ru', at(12), NOW)).toBe('сегодня, 14:05');
    expect(plain(formatDateTime('ru', at(3), NOW))).toBe('3 ноября, 14:05');
    expect(formatDateTime('en', at(11), NOW)).toBe('yesterday, 14:05');
  });

  test('a deadline names the day of the week, which a timetable goes by', () => {
    expect(formatDue('ru', at(13, 18, 0), NOW)).toBe('завтра, 18:00');
    expect(plain(formatDue('ru', at(16, 8, 30), NOW))).toBe('пн, 16 ноября, 08:30');
    expect(plain(formatDue('en', at(16, 8, 30), NOW))).toMatch(/^Mon,? 16 November, 08:30$/);
  });

  test('a day that the clocks make an hour shorter or longer is still one day', () => {
    // Wherever the machine stands: every pair of neighbouring days of a year is a day apart.
    for (let day = 1; day < 366; day++) {
      const noon = new Date(2026, 0, day, 0, 30).getTime();
      const next = new Date(2026, 0, day + 1, 0, 30).getTime();
      expect(formatDay('en', next, noon)).toBe('Tomorrow');
      expect(formatDay('en', noon, next)).toBe('Yesterday');
    }
  });
});

describe('sizes', () => {
  test.each([
    [0, '0 Б', '0 B'],
    [1, '1 Б', '1 B'],
    [999, '999 Б', '999 B'],
    [1000, '1 КБ', '1 KB'],
    [1024, '1 КБ', '1 KB'],
    [14_300, '14 КБ', '14 KB'],
    [1024 ** 2 - 1, '1 МБ', '1 MB'],
    [3_565_158, '3,4 МБ', '3.4 MB'],
    [10_485_760, '10 МБ', '10 MB'],
    [4 * 1024 ** 3, '4 ГБ', '4 GB'],
  ])('%d bytes', (sizeBytes, ru, en) => {
    expect(plain(formatSize('ru', sizeBytes))).toBe(ru);
    expect(plain(formatSize('en', sizeBytes))).toBe(en);
  });
});
