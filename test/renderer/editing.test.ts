// The editor's form: what is typed as a day, a time and a scale, what stands in the way, and what a command then says.
import { expect, test } from 'vitest';
import type { FileId, LogId, MemberId } from '../../src/core/ids.ts';
import { POINTS_MAX, TITLE_MAX } from '../../src/core/limits.ts';
import { shownDay, typedDay } from '../../src/renderer/assignments/DayField.tsx';
import { contentOf, emptyForm, faultsOf, momentOf } from '../../src/renderer/assignments/editing.ts';
import { typedTime } from '../../src/renderer/assignments/TimeField.tsx';

const LOG = 'log' as LogId;
const TODAY = '2026-11-22';
const NOW = new Date(`${TODAY}T12:00`).getTime();
const form = (change: Partial<ReturnType<typeof emptyForm>> = {}) => ({ ...emptyForm(LOG), title: 'ДЗ', ...change });

test('a day is typed as people write it; without a year it is the next one', () => {
  expect(typedDay('25.11', TODAY)).toBe('2026-11-25');
  expect(typedDay(' 5/1 ', TODAY)).toBe('2027-01-05');
  expect(typedDay('25.11.2026', TODAY)).toBe('2026-11-25');
  expect(typedDay('25-11-26', TODAY)).toBe('2026-11-25');
  expect(typedDay('', TODAY)).toBe('');
});

test('what is no day is not taken for one', () => {
  for (const typed of ['31.02', '32.01', '12.13', 'завтра', '25.', '25.11.20266'])
    expect(typedDay(typed, TODAY)).toBeNull();
});

test('a day is shown as the language writes it', () => {
  expect(shownDay('2026-11-25', 'ru')).toBe('25.11.2026');
  expect(shownDay('2026-11-25', 'en')).toBe('25/11/2026');
  expect(shownDay('', 'ru')).toBe('');
});

test('a time is typed with or without a colon', () => {
  expect(['18:30', '18.30', '1830', '8', '8:05'].map(typedTime)).toEqual(['18:30', '18:30', '18:30', '08:00', '08:05']);
  for (const typed of ['24:00', '12:60', '', 'утром', '12:3']) expect(typedTime(typed)).toBeNull();
});

test('a moment needs a day; without a time it takes the usual one', () => {
  expect(momentOf('', '18:30', '20:00')).toBeNull();
  expect(momentOf('2026-11-25', '', '20:00')).toBe(new Date('2026-11-25T20:00').getTime());
  expect(momentOf('2026-13-45', '10:00', '20:00')).toBeNull();
});

test('what stands in the way is named, and nothing else', () => {
  expect(faultsOf(form(), NOW)).toEqual([]);
  expect(faultsOf(form({ title: '  ' }), NOW)).toEqual(['title']);
  expect(faultsOf(form({ title: 'я'.repeat(TITLE_MAX + 1) }), NOW)).toEqual(['titleLong']);
  expect(faultsOf(form({ scale: 'points', pointsMax: POINTS_MAX + 1 }), NOW)).toEqual(['points']);
  expect(faultsOf(form({ scale: 'points', pointsMax: POINTS_MAX }), NOW)).toEqual([]);
  expect(faultsOf(form({ logIds: [] }), NOW)).toEqual(['nobody']);
  expect(faultsOf(form({ memberIds: [] }), NOW)).toEqual(['nobody']);
  expect(faultsOf(form({ publish: 'later' }), NOW)).toEqual(['publishAt']);
  expect(faultsOf(form({ publish: 'later', publishDay: '2026-11-22', publishTime: '11:00' }), NOW)).toEqual([
    'publishAt',
  ]);
  expect(faultsOf(form({ publish: 'later', publishDay: '2026-11-22', publishTime: '13:00' }), NOW)).toEqual([]);
});

test('the content says what the form says', () => {
  const file = { fileId: 'f1' as FileId, name: 'a.pdf', sizeBytes: 1, mediaType: 'application/pdf' };
  const member = 'm1' as MemberId;
  expect(
    contentOf(
      form({ title: ' ДЗ ', text: 'Номера\n\n', files: [file], scale: 'points', pointsMax: 20, memberIds: [member] }),
    ),
  ).toEqual({
    title: 'ДЗ',
    text: 'Номера',
    dueAt: null,
    scale: { kind: 'points', max: 20 },
    assignees: [member],
    fileIds: ['f1'],
  });
  expect(contentOf(form()).assignees).toBe('all');
});
