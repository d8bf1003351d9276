import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import type { JoinRequestHead, Member } from '../../src/core/classroom.ts';
import type { CommandId, MemberId } from '../../src/core/ids.ts';
import { MEMBERS_MAX, NAME_MAX } from '../../src/core/limits.ts';
import {
  chosenNames,
  HEADER_SEARCH_ROWS,
  LIST_COLUMNS_MAX,
  LIST_ROWS_MAX,
  matchRequests,
  planImport,
  type Table,
} from '../../src/core/roster.ts';

const member = (name: string, more: Partial<Member> = {}): Member => ({
  memberId: `member-${name}` as MemberId,
  name,
  role: 'student',
  state: 'listed',
  personIds: [],
  requestIds: [],
  childIds: [],
  roleVersion: 0,
  ...more,
});
const names = (table: Table, members: Member[] = []) => planImport(table, members).lines.map((line) => line.name);
const kinds = (table: Table) => planImport(table, []).columns.map((column) => column.kind);
const statuses = (table: Table, members: Member[] = []) =>
  planImport(table, members).lines.map((line) => `${line.line} ${line.status} ${line.name}`);

test('three columns with a header become one name; numbers and birth dates are left out', () => {
  const table = [
    ['№', 'Фамилия', 'Имя', 'Отчество', 'Дата рождения'],
    ['1', 'Белов', 'Илья', 'Андреевич', '24.04.2013'],
    ['2', 'Белова', 'Полина', '', '28.08.2013'],
  ];
  expect(names(table)).toEqual(['Белов Илья Андреевич', 'Белова Полина']);
  expect(kinds(table)).toEqual(['number', 'lastName', 'firstName', 'middleName', 'other']);
  expect(JSON.stringify(planImport(table, []).lines)).not.toContain('2013');
});

test('one column of whole names, under whatever heading', () => {
  for (const heading of ['ФИО', 'Ф.И.О. ученика', 'Фамилия, имя, отчество', 'Ученик', 'Name', 'Full name', 'Student'])
    expect(names([[heading], ['Белов Илья']]), heading).toEqual(['Белов Илья']);
});

test('columns in any order, Russian and English', () => {
  expect(names([['Имя', 'Класс', 'Фамилия'], ['Илья', '7А', 'Белов']])).toEqual(['Белов Илья']); // prettier-ignore
  expect(
    names([
      ['First name', 'Last name'],
      ['Jack', 'Craig'],
    ]),
  ).toEqual(['Craig Jack']);
  expect(
    names([
      ['givenName', 'familyName', 'password'],
      ['Jack', 'Craig', 'P@ss'],
    ]),
  ).toEqual(['Craig Jack']);
});

test('no header: a paste with numbers, whole names or three columns', () => {
  expect(names([['1', 'Белов Илья Олегович'], ['2', 'Орлова Мария']])).toEqual(['Белов Илья Олегович', 'Орлова Мария']); // prettier-ignore
  expect(names([['1. Белов Илья'], ['2) Орлова Мария'], ['3 Римский-Корсаков Лев']])).toEqual([
    'Белов Илья',
    'Орлова Мария',
    'Римский-Корсаков Лев',
  ]);
  expect(names([['Белов', 'Илья', 'Олегович', '7А'], ['Орлова', 'Мария', 'Львовна', '7А']])).toEqual([
    'Белов Илья Олегович',
    'Орлова Мария Львовна',
  ]); // prettier-ignore
  expect(names([['Белов'], ['Орлова']])).toEqual(['Белов', 'Орлова']);
});

test('titles above the header and a header printed twice are no names', () => {
  const header = ['№ п/п', 'ФИО ученика'];
  const table = [['Список учеников 7А класса'], [], ['Школа № 5', '2026/27'], header, ['1', 'Белов Илья'], header];
  expect(statuses(table)).toEqual(['5 new Белов Илья']);
  const deep = [...Array.from({ length: HEADER_SEARCH_ROWS - 1 }, () => ['Школа', 'Класс 7']), header, ['1', 'Белов']];
  expect(names(deep)).toEqual(['Белов']);
});

test('empty lines are skipped and lines keep their place in the file', () => {
  expect(statuses([['ФИО'], [], ['Белов Илья'], ['  '], ['Орлова Мария']])).toEqual([
    '3 new Белов Илья',
    '5 new Орлова Мария',
  ]);
});

test('a name that stands twice, one that the class has, and what is no name', () => {
  const members = [member('Федоров Пётр'), member('Тихонов Лев', { state: 'removed' })];
  const table = [['ФИО'], ['Белов Илья'], ['илья БЕЛОВ'], ['Фёдоров Петр'], ['Тихонов Лев'], ['***'], ['Итого: 4']];
  expect(statuses(table, members)).toEqual([
    '2 new Белов Илья',
    '3 duplicate илья БЕЛОВ',
    '4 already Фёдоров Петр',
    '5 new Тихонов Лев',
    '6 unreadable ***',
    '7 unreadable Итого: 4',
  ]);
});

test('only chosen lines are sent; a line that is no name never is', () => {
  const plan = planImport([['ФИО'], ['Белов Илья'], ['Орлова Мария'], ['—']], []);
  expect(chosenNames(plan, new Set([3, 4]))).toEqual(['Орлова Мария']);
});

test('the parent beside the pupil is not the pupil', () => {
  const table = [
    ['Фамилия', 'Имя', 'ФИО родителя', 'Имя'],
    ['Белов', 'Илья', 'Белова Анна', 'Анна'],
  ];
  expect(names(table)).toEqual(['Белов Илья']);
});

test('a list with roles gives its pupils only and says so', () => {
  const plan = planImport(
    [
      ['sourcedId', 'role', 'givenName', 'familyName'],
      ['1', 'student', 'Jack', 'Craig'],
      ['2', 'teacher', 'Kristen', 'Fein'],
    ],
    [],
  );
  expect(plan.lines.map((line) => line.name)).toEqual(['Craig Jack']);
  expect(plan.warnings).toEqual([{ kind: 'not-students', count: 1 }]);
});

test('several classes in one file are said, and each line tells its own', () => {
  const plan = planImport([['ФИО', 'Класс'], ['Белов Илья', '7А'], ['Орлова Мария', '7Б']], []); // prettier-ignore
  expect(plan.warnings).toEqual([{ kind: 'several-classes', classes: ['7А', '7Б'] }]);
  expect(plan.lines.map((line) => line.className)).toEqual(['7А', '7Б']);
});

test('a class has room for so many and no more', () => {
  const members = Array.from({ length: MEMBERS_MAX - 1 }, (_, n) => member(`Ученик ${n}`));
  const table = [['ФИО'], ['Белов Илья'], ['Орлова Мария']];
  expect(planImport(table, members).warnings).toEqual([{ kind: 'class-full', room: 1 }]);
  expect(planImport(table, members.slice(1)).warnings).toEqual([]);
});

test('rows and columns beyond the limits are not looked at, and long lists are said to be cut', () => {
  const long = Array.from({ length: LIST_ROWS_MAX + 1 }, (_, n) => [`Белов ${'и'.repeat(n % 50)}`]);
  const plan = planImport(long, []);
  expect(plan.lines).toHaveLength(LIST_ROWS_MAX);
  expect(plan.warnings).toContainEqual({ kind: 'too-long', rows: LIST_ROWS_MAX });
  const wide = [[...Array.from({ length: LIST_COLUMNS_MAX }, () => 'x'), 'ФИО'], ['Белов']];
  expect(planImport(wide, []).columns).toHaveLength(LIST_COLUMNS_MAX);
});

test('nothing in the table, or nothing that could be names, is refused by its code', () => {
  const code = (table: Table) => {
    try {
      planImport(table, []);
      return 'read';
    } catch (error) {
      return (error as Error).message;
    }
  };
  expect(code([])).toBe('list-empty');
  expect(code([[''], [' ', '\t']])).toBe('list-empty');
  expect(code([['ФИО']])).toBe('list-empty');
  expect(code([['1', '24.04.2013'], ['2', '25.04.2013']])).toBe('list-unreadable'); // prettier-ignore
  expect(
    code([
      ['sourcedId', 'name', 'type'],
      ['110003', 'School of TwoDotOne', 'school'],
    ]),
  ).toBe('list-unreadable');
});

test('no string that breaks careless programs breaks a list, and every name that comes out is clean', async () => {
  const file = new URL('../support/samples/text/naughty-strings.json', import.meta.url);
  const naughty = JSON.parse(await readFile(file, 'utf8')) as string[];
  const plan = planImport([['ФИО'], ...naughty.map((text) => [text])], []);
  for (const { name, status } of plan.lines) {
    expect(name.length).toBeLessThanOrEqual(NAME_MAX);
    expect(name).toBe(name.trim());
    if (status === 'new') expect(name).toMatch(/\p{L}/u);
  }
  const beside = planImport([['№', 'ФИО'], ...naughty.map((text, n) => [text, `Белов Илья ${n}`])], []);
  expect(beside.lines.map((line) => line.name)).toEqual(naughty.map((_, n) => `Белов Илья ${n}`));
});

const request = (requestId: string, name: string) => ({ requestId, name }) as JoinRequestHead;

test('at the door: only a name that means exactly one line, and a line that only one request means, is matched', () => {
  const members = [
    member('Белов Илья Андреевич'),
    member('Белов Фёдор Андреевич'),
    member('Орлова Мария', { state: 'confirmed' }),
    member('Зайцев Лев', { state: 'removed' }),
    member('Павлова Анна', { role: 'teacher', state: 'confirmed' }),
  ];
  const matched = matchRequests(
    [
      request('by-name', 'илья белов'),
      request('two-lines', 'Белов'),
      request('again', 'Орлова'),
      request('twice-1', 'Федор Белов'),
      request('twice-2', 'Белов Ф.'),
      request('removed', 'Зайцев Лев'),
      request('teacher', 'Павлова Анна'),
      request('stranger', 'Кто-то'),
    ],
    members,
  );
  expect([...matched]).toEqual([
    ['by-name' as CommandId, members[0]?.memberId],
    ['again' as CommandId, members[2]?.memberId],
  ]);
});
