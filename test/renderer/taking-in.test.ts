// Found files on their way to pupils, and works on their way to a disk: what is given by itself, what waits, what is saved.
import { describe, expect, it } from 'vitest';
import type { CommandId, FileId, MemberId, Sha256 } from '../../src/core/ids.ts';
import { FILES_PER_COMMAND_MAX } from '../../src/core/limits.ts';
import { worksOf } from '../../src/core/works.ts';
import type { Intake } from '../../src/preload/contract.ts';
import { broughtOf, give, groupsOf, isOpenFor, nameOf, sort } from '../../src/renderer/intake/sorting.ts';
import { chosenWorks, saveItems } from '../../src/renderer/saving/save-items.ts';
import { nextFileId, nextId, PaperClass } from '../support/paper-class.ts';

const NOW = Date.UTC(2026, 10, 12, 14, 20);
const HOUR = 3_600_000;

function paper() {
  const made = new PaperClass();
  made.now = NOW;
  made.begin('7А');
  const assignmentId = made.assign({ title: 'Сочинение' });
  const names = ['Белов Илья', 'Белов Фёдор', 'Зайцева Ева', 'Юрьев Пётр'];
  const ids = names.map((name) => {
    const memberId = nextId<MemberId>();
    made.must('listMember', { memberId, name });
    return memberId;
  });
  const bring = (memberId: MemberId, files: readonly [string, number][], note = '') => {
    const fileIds = files.map(([name, sizeBytes]): FileId => {
      const fileId = nextFileId();
      const sha256 = 'ab'.repeat(32) as Sha256;
      made.files.set(fileId, { fileId, name, sizeBytes, sha256, mediaType: 'x', personId: made.teacher });
      return fileId;
    });
    made.must('bringWork', { assignmentId, memberId, fileIds, note, writtenAt: null });
  };
  const works = () => worksOf(made.state, made.state.assignments[assignmentId]!);
  return { made, assignmentId, ids: ids as [MemberId, MemberId, MemberId, MemberId], bring, works };
}
const intakeOf = (...paths: string[]): Intake => ({
  intakeId: 'i',
  title: '',
  files: paths.map((path, n) => {
    const parts = path.split('/');
    return { id: `f${n}`, folders: parts.slice(0, -1), name: parts.at(-1)!, sizeBytes: 10, modifiedAt: NOW - n * HOUR };
  }),
  leftOut: [],
  leftOutCount: 0,
});
const told = (sorting: ReturnType<typeof sort>) =>
  [...sorting.values()].map(({ file, memberId, because, held }) => [file.name, memberId, because ?? held?.why ?? null]);

describe('taking in', () => {
  it('gives by itself what is sure or likely, and leaves the rest to a person', () => {
    const { ids, works } = paper();
    const [ilya, , eva] = ids;
    const sorting = sort(intakeOf('Белов Илья.jpg', 'Зайцева.jpg', 'Белов.jpg', 'IMG_1.jpg'), works(), '7А');
    expect(told(sorting)).toEqual([
      ['Белов Илья.jpg', ilya, 'sure'],
      ['Зайцева.jpg', eva, 'likely'],
      ['Белов.jpg', null, null],
      ['IMG_1.jpg', null, null],
    ]);
    expect(sorting.get('f2')!.guess.memberIds).toHaveLength(2);
  });

  it('does not give again what the last work has, nor anything to a work that is given back', () => {
    const { made, assignmentId, ids, bring, works } = paper();
    const [ilya, , eva] = ids;
    bring(ilya, [['Белов Илья.jpg', 10]]);
    bring(eva, [['старое.jpg', 5]]);
    const review = { assignmentId, memberId: eva, attempt: 1, mark: '5', comment: '', seen: null };
    const { id } = made.must('review', review);
    made.must('giveBack', { assignmentId, memberId: eva, reviewId: id, outcome: 'accepted' });
    const sorting = sort(intakeOf('Белов Илья.jpg', 'Зайцева Ева.jpg'), works(), '7А');
    expect(told(sorting)).toEqual([
      ['Белов Илья.jpg', null, 'seen'],
      ['Зайцева Ева.jpg', null, 'closed'],
    ]);
    expect(works().map((work) => isOpenFor(work))).toEqual([true, true, false, true]);
    expect(nameOf(made.state, eva)).toBe('Зайцева Ева');
  });

  it('gives what the last work has together with what is new: the next attempt is the whole work', () => {
    const { ids, bring, works } = paper();
    const [ilya, fedor, eva] = ids;
    bring(ilya, [['Белов Илья 1.jpg', 10]]);
    bring(eva, [['Зайцева.jpg', 10]]);
    const sorting = sort(intakeOf('Белов Илья 1.jpg', 'Белов Илья 2.jpg', 'Зайцева.jpg', 'IMG_1.jpg'), works(), '7А');
    expect(told(sorting)).toEqual([
      ['Белов Илья 1.jpg', ilya, 'sure'],
      ['Белов Илья 2.jpg', ilya, 'sure'],
      ['Зайцева.jpg', null, 'seen'],
      ['IMG_1.jpg', null, null],
    ]);
    expect(told(give(sorting, ['f3'], eva)).slice(2)).toEqual([
      ['Зайцева.jpg', eva, 'likely'],
      ['IMG_1.jpg', eva, 'chosen'],
    ]);
    // What was taken from him or given to another stays so.
    const other = give(give(sorting, ['f2'], fedor), ['f3'], eva);
    expect(told(other)[2]).toEqual(['Зайцева.jpg', fedor, 'chosen']);
    const taken = give(give(give(sorting, ['f3'], eva), ['f2'], null), ['f3'], eva);
    expect(told(taken)[2]).toEqual(['Зайцева.jpg', null, null]);
  });

  it('keeps what a person decided, and takes back', () => {
    const { ids, works } = paper();
    const before = sort(intakeOf('Белов Илья.jpg', 'IMG_1.jpg'), works(), '7А');
    const after = give(before, ['f0', 'f1', 'nobody'], ids[3]);
    expect(told(after).map(([, who, because]) => [who, because])).toEqual([
      [ids[3], 'chosen'],
      [ids[3], 'chosen'],
    ]);
    expect(told(give(after, ['f1'], null))[1]).toEqual(['IMG_1.jpg', null, null]);
    expect(told(before)[0]![1]).toBe(ids[0]);
  });

  it('makes one work of all files of a pupil, in the order of pages, as old as its youngest file', () => {
    const { ids, works } = paper();
    const sorting = sort(intakeOf('Зайцева/стр10.jpg', 'Зайцева/стр2.jpg', 'Белов Илья.jpg'), works(), '7А');
    const brought = broughtOf(sorting, NOW - HOUR / 2);
    expect(brought.map(({ memberId }) => memberId)).toEqual([ids[2], ids[0]]);
    expect(brought[0]!.files.map(({ name }) => name)).toEqual(['стр2.jpg', 'стр10.jpg']);
    // What the disk says to be younger than now says nothing.
    expect(brought[0]!.writtenAt).toBe(NOW - HOUR);
    expect(broughtOf(sorting, 0)[0]!.writtenAt).toBeNull();
    expect(groupsOf(sorting).map(({ path, files }) => [path, files.length])).toEqual([
      ['Зайцева', 2],
      ['', 1],
    ]);
  });

  it('says where a work would hold more files than one may', () => {
    const { works } = paper();
    const many = Array.from({ length: FILES_PER_COMMAND_MAX + 1 }, (_, n) => `Зайцева/${n}.jpg`);
    expect(broughtOf(sort(intakeOf(...many), works(), '7А'), NOW)[0]!.isTooMany).toBe(true);
    expect(broughtOf(sort(intakeOf(...many.slice(1)), works(), '7А'), NOW)[0]!.isTooMany).toBe(false);
  });
});

describe('saving', () => {
  const words = { note: 'ответ', attempt: (n: number) => `попытка ${n}` };
  it('is Class/Task/Pupil – name, words that were handed in too', () => {
    const { made, assignmentId, ids, bring } = paper();
    bring(ids[0], [['стр1.jpg', 10]], 'Не успел третью задачу');
    const items = saveItems(made.state, '7А', { assignmentIds: [assignmentId], memberIds: null, withEarlier: false }, words); // prettier-ignore
    expect(items.map(({ folders, name }) => [...folders.map((folder) => folder.name), name].join('/'))).toEqual([
      '7А/Сочинение/Белов Илья – стр1.jpg',
      '7А/Сочинение/Белов Илья – ответ.txt',
    ]);
    expect(items[1]).toMatchObject({ what: { text: 'Не успел третью задачу' }, at: made.now });
    expect(items[0]!.folders.map(({ key }) => key)).toEqual(['class', assignmentId]);
  });
  it('is of the chosen, with earlier attempts where they are wanted', () => {
    const { made, assignmentId, ids, bring } = paper();
    bring(ids[0], [['черновик.jpg', 10]]);
    bring(ids[0], [['чистовик.jpg', 10]]);
    bring(ids[2], [['стр1.jpg', 10]]);
    const names = (memberIds: MemberId[] | null, withEarlier: boolean) =>
      saveItems(made.state, '7А', { assignmentIds: [assignmentId], memberIds, withEarlier }, words).map(({ name }) => name); // prettier-ignore
    expect(names(null, false)).toEqual(['Белов Илья – чистовик.jpg', 'Зайцева Ева – стр1.jpg']);
    expect(names([ids[0]], true)).toEqual(['Белов Илья – попытка 1 – черновик.jpg', 'Белов Илья – попытка 2 – чистовик.jpg']); // prettier-ignore
    expect(names([], true)).toEqual([]);
    const unknown = { assignmentIds: [nextId<CommandId>()], memberIds: null, withEarlier: false };
    expect(chosenWorks(made.state, unknown)).toEqual([]);
  });
});
