import { expect, test } from 'vitest';
import type { OutboxRow } from '../../src/client/class-store.ts';
import type { CommandId, MemberId } from '../../src/core/ids.ts';
import type { Work } from '../../src/core/works.ts';
import { libraryUrl as contractUrl } from '../../src/preload/contract/channels.ts';
import { kindOfFile, libraryUrl, SHOWN_BYTES_MAX } from '../../src/renderer/review/file-kinds.ts';
import {
  isBegun,
  isOvertaken,
  markOfKey,
  markShown,
  neighbour,
  nextToCheck,
  pointsTyped,
  rowsOf,
  standing,
  WORKS_AHEAD,
  worksAhead,
  worksShown,
} from '../../src/renderer/review/marking.ts';

const work = (name: string, more: Partial<Work> = {}): Work =>
  ({
    member: { memberId: name as MemberId, name },
    state: 'handed-in',
    attempt: { attempt: 1, at: 0, late: false, files: [] },
    attempts: [],
    ...more,
  }) as unknown as Work;
const review = (more: object) =>
  ({ review: { id: 'r1', attempt: 1, mark: '4', comment: 'да', ...more } }) as Partial<Work>;
const names = (works: readonly Work[]) => works.map((w) => w.member.name);
const POINTS = { kind: 'points', max: 20 } as const;

test('the list is filtered, found in by the beginnings of words, and ordered by hand-in with missing works last', () => {
  const works = [
    work('Белов Илья', { attempt: { attempt: 1, at: 5, late: true } as Work['attempt'] }),
    work('Белов Фёдор', { state: 'reviewed', attempt: { attempt: 1, at: 3 } as Work['attempt'] }),
    work('Орлова Мария', { state: 'missing', attempt: undefined }),
  ];
  expect(names(worksShown(works, 'unchecked', 'name', ''))).toEqual(['Белов Илья']);
  expect(names(worksShown(works, 'late', 'name', ''))).toEqual(['Белов Илья']);
  expect(names(worksShown(works, 'all', 'name', 'федор бел'))).toEqual(['Белов Фёдор']);
  expect(names(worksShown(works, 'all', 'time', ''))).toEqual(['Белов Фёдор', 'Белов Илья', 'Орлова Мария']);
});

test('the next one is the next that waits, round the end of the list, without the one just done', () => {
  const works = [work('а'), work('б', { state: 'returned' }), work('в'), work('г')];
  const next = (from: string | null, done: [string, number][] = []) =>
    nextToCheck(works, from as MemberId | null, new Map(done as [MemberId, number][]))?.member.name;
  expect(next(null)).toBe('а');
  expect(next('а')).toBe('в');
  expect(next('г')).toBe('а');
  expect(next('г', [['а', 1]])).toBe('в');
  // A newer attempt than the one done is work again.
  expect(next('г', [['а', 0]])).toBe('а');
});

test('neighbours stop at the ends; what comes next is opened ahead, unchecked first', () => {
  const works = [work('а'), work('б', { state: 'returned' }), work('в'), work('г')];
  expect(neighbour(works, 'а' as MemberId, -1)).toBeUndefined();
  expect(neighbour(works, 'а' as MemberId, 1)?.member.name).toBe('б');
  expect(neighbour(works, null, 1)?.member.name).toBe('а');
  expect(names(worksAhead(works, 'а' as MemberId))).toEqual(['в', 'г']);
  expect(worksAhead(works, 'а' as MemberId)).toHaveLength(WORKS_AHEAD);
});

test('nothing is preset: a new attempt begins empty, though the older one has its mark', () => {
  expect(standing(work('а'))).toEqual({ mark: null, comment: '', basedOn: null });
  expect(standing(work('а', review({})))).toEqual({ mark: '4', comment: 'да', basedOn: 'r1' });
  const again = work('а', { ...review({}), attempt: { attempt: 2 } as Work['attempt'] });
  expect(standing(again)).toEqual({ mark: null, comment: '', basedOn: 'r1' });
});

test('a draft is begun when it says something new, and overtaken when another review came in since', () => {
  const reviewed = work('а', review({}));
  const draft = { mark: '5', comment: 'да', basedOn: 'r1' as CommandId };
  expect(isBegun(undefined, reviewed)).toBe(false);
  expect(isBegun({ ...draft, mark: '4' }, reviewed)).toBe(false);
  expect(isBegun(draft, reviewed)).toBe(true);
  expect(isOvertaken(draft, reviewed)).toBe(false);
  expect(isOvertaken(draft, work('а', review({ id: 'r2' })))).toBe(true);
});

test('points: whole and half numbers with comma or point, nothing beyond the scale', () => {
  expect(pointsTyped('12', POINTS)).toBe('12');
  expect(pointsTyped('7,5', POINTS)).toBe('7.5');
  expect(pointsTyped('7.', POINTS)).toBe('7');
  expect(pointsTyped(' 20 ', POINTS)).toBe('20');
  for (const typed of ['', '21', '-1', '7,3', '1e1', 'н', '5 6']) expect(pointsTyped(typed, POINTS)).toBeNull();
});

test('a digit is a mark only on a scale that has it', () => {
  expect(markOfKey(5, { kind: 'five' })).toBe('5');
  expect(markOfKey(6, { kind: 'five' })).toBeNull();
  expect(markOfKey(1, { kind: 'pass' })).toBe('зач');
  expect(markOfKey(2, { kind: 'pass' })).toBe('незач');
  expect(markOfKey(3, { kind: 'pass' })).toBeNull();
  expect(markOfKey(5, POINTS)).toBeNull();
});

test('a mark is shown as its scale writes it', () => {
  expect(markShown('7.5', POINTS, ',')).toBe('7,5 / 20');
  expect(markShown('н', POINTS, ',')).toBe('н');
  expect(markShown('5', { kind: 'five' }, ',')).toBe('5');
  expect(markShown(null, POINTS, ',')).toBeNull();
});

test('what waits about a work is found by assignment and member', () => {
  const row = (kind: string, assignmentId: string, memberId: string) =>
    ({ command: { kind, body: { assignmentId, memberId } } }) as unknown as OutboxRow;
  const outbox = [row('review', 'z', 'а'), row('giveBack', 'z', 'а'), row('review', 'z', 'б'), row('handIn', 'z', 'а')];
  expect(rowsOf(outbox, 'z' as CommandId, 'а' as MemberId)).toHaveLength(2);
});

test('files: what runs is never shown as what it is; large ones are left to the system', () => {
  const kind = (name: string, mediaType = 'application/octet-stream') => kindOfFile({ name, mediaType });
  expect(kind('Работа.PDF')).toBe('pdf');
  expect(kind('IMG_1.JPG')).toBe('image');
  expect(kind('решение.py')).toBe('text');
  expect(kind('page.html', 'text/html')).toBe('text');
  expect(kind('drawing.svg', 'image/svg+xml')).toBe('other');
  expect(kind('Сочинение.docx')).toBe('other');
  expect(kind('без-имени', 'application/pdf')).toBe('pdf');
  expect(kind('без-имени', 'image/svg+xml')).toBe('other');
  expect(kind('photo.exe', 'image/png')).toBe('other');
  expect(Object.values(SHOWN_BYTES_MAX).every((bytes) => bytes > 0 && bytes <= 200 * 1024 ** 2)).toBe(true);
});

test('the window and the contract name a library file alike', () => {
  const name = 'Белов № 1 #?.pdf';
  expect(libraryUrl('a'.repeat(64), name)).toBe(contractUrl('a'.repeat(64), name));
});
