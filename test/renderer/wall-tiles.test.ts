/** What stands on the tiles of a lesson's wall, from a class on paper and from what a hub tells. */
import { beforeEach, describe, expect, test } from 'vitest';
import type { WallView } from '../../src/client/class-store.ts';
import type { CommandId, FileId, LogId, MemberId, Sha256 } from '../../src/core/ids.ts';
import type { WallTile } from '../../src/core/wire.ts';
import {
  clockOf,
  collectingNow,
  gotOf,
  LESSON_MS,
  lessonOf,
  shownNames,
  studentsOf,
  tilesOf,
  unfinishedOf,
  workOf,
  WORKING_MS,
  type Focus,
} from '../../src/renderer/lesson/wall-tiles.ts';
import { isUnderWay } from '../../src/renderer/frame/lesson-under-way.ts';
import { HUB, nextFileId, PaperClass } from '../support/paper-class.ts';

const NAMES = ['Белов Илья Андреевич', 'Белов Илья Борисович', 'Ёлкина Анна Олеговна'];
let paper: PaperClass;
let pupils: ReturnType<PaperClass['admit']>[];
let wall: WallView;
let file: FileId;

beforeEach(() => {
  paper = new PaperClass().begin();
  pupils = NAMES.map((name) => paper.admit(name));
  wall = { tiles: new Map() };
  file = nextFileId();
  paper.files.set(file, { fileId: file, name: 'к.pdf', sizeBytes: 1000, sha256: 'a'.repeat(64) as Sha256, mediaType: '', personId: paper.teacher }); // prettier-ignore
});
const content = { text: '', dueAt: null, scale: { kind: 'five' }, seriesId: null } as const;
const handOut = (fileIds: FileId[] = [file], assignees: 'all' | MemberId[] = 'all') =>
  paper.must('assign', { ...content, title: 'Карточка', fileIds, assignees, isHandout: true }).id;
const collect = (assignmentId: CommandId, bellAt: number | null = null) =>
  paper.must('collect', { assignmentId, bellAt, afterBell: 'late', seen: paper.state.assignments[assignmentId]?.collect?.collectId ?? null }).id; // prettier-ignore
const tell = (at: number, tile: Partial<WallTile>) => {
  const { memberId } = pupils[at]!;
  const base = { memberId, isHere: true, wantsHelpSince: null, activeAt: null, down: [], up: [] };
  wall = { tiles: new Map([...wall.tiles, [memberId, { ...base, ...tile }]]) };
};
const down = (doneBytes: number) => ({ down: [{ fileId: file, doneBytes, sizeBytes: 1000 }] });
const up = (doneBytes: number) => ({ up: [{ fileId: nextFileId(), doneBytes, sizeBytes: 1000 }] });
const lesson = (focus: Focus | null = null) => lessonOf(paper.state, paper.now, focus);
const tiles = (focus: Focus | null = null) => tilesOf(paper.state, wall, lesson(focus), paper.now);
const stateOf = (at: number) => tiles().find(({ member }) => member.memberId === pupils[at]!.memberId)!.state;

describe('a tile', () => {
  test('stands for everybody on the list, by name; who never came is not here', () => {
    paper.must('listMember', { memberId: '0199c82c-c036-7000-8000-000000000099' as MemberId, name: 'Абрамов Лев' });
    expect(tiles().map(({ name, state }) => [name, state])).toEqual([
      ['Абрамов Лев', 'away'],
      ['Белов Илья Андреевич', 'away'],
      ['Белов Илья Борисович', 'away'],
      ['Ёлкина Анна', 'away'],
    ]);
  });

  test('one state hides another: here, has files, working, getting, sending, handed in, wants help', () => {
    const assignmentId = handOut();
    collect(assignmentId);
    tell(0, {});
    expect(stateOf(0)).toBe('here');
    tell(0, down(1000));
    expect(stateOf(0)).toBe('has-files');
    tell(0, { ...down(1000), activeAt: paper.now - WORKING_MS + 1 });
    expect(stateOf(0)).toBe('working');
    tell(0, { ...down(1000), activeAt: paper.now - WORKING_MS });
    expect(stateOf(0)).toBe('has-files');
    tell(0, { ...down(400), activeAt: paper.now });
    expect(stateOf(0)).toBe('getting');
    tell(0, { ...down(400), ...up(10) });
    expect(stateOf(0)).toBe('sending');
    tell(0, { ...down(1000), ...up(1000), activeAt: paper.now });
    expect(stateOf(0)).toBe('working');
    paper.must('handIn', { assignmentId, fileIds: [], note: 'вот' }, pupils[0]!.who);
    expect(stateOf(0)).toBe('handed-in');
    tell(0, { wantsHelpSince: paper.now });
    expect(stateOf(0)).toBe('help');
    tell(0, { isHere: false });
    expect(stateOf(0)).toBe('handed-in');
    tell(1, { isHere: false, wantsHelpSince: paper.now, ...up(10) });
    expect(tiles()[1]).toMatchObject({ state: 'away', sendingShare: null });
  });

  test('a clock that was set back makes nobody work who sits still', () => {
    tell(0, { activeAt: paper.now + WORKING_MS });
    expect(stateOf(0)).toBe('here');
  });

  test('who has handed in stays so while he sends a newer version, and counts once: the sums make up the class', () => {
    const assignmentId = handOut();
    collect(assignmentId);
    paper.must('handIn', { assignmentId, fileIds: [], note: 'вот' }, pupils[0]!.who);
    for (const at of [0, 1]) tell(at, up(10));
    expect(tiles().map(({ state }) => state)).toEqual(['handed-in', 'sending', 'away']);
    expect(tiles()[0]!.sendingShare).toBe(0.01);
    expect(tiles().map(workOf)).toEqual(['handedIn', 'sending', 'missing']);
  });

  test('without a hub says only what was handed in, not that nobody is here', () => {
    const assignmentId = handOut();
    collect(assignmentId);
    paper.must('handIn', { assignmentId, fileIds: [], note: 'вот' }, pupils[0]!.who);
    const states = tilesOf(paper.state, null, lesson(), paper.now).map(({ state }) => state);
    expect(states).toEqual(['handed-in', 'unknown', 'unknown']);
  });

  test('counts only files that are for this pupil, and never more bytes than a file has', () => {
    handOut([file], [pupils[1]!.memberId]);
    tell(0, down(1000));
    tell(1, down(5000));
    const [first, second] = tiles();
    expect(first!.files).toEqual({ have: 0, of: 0, share: 0 });
    expect(second!.files).toEqual({ have: 1, of: 1, share: 1 });
    expect(gotOf(paper.state, wall, lesson().handouts[0]!)).toEqual({ got: 1, of: 1 });
  });

  test('names those who did the work together, on the tile of each', () => {
    const assignmentId = handOut();
    collect(assignmentId);
    const body = { assignmentId, fileIds: [], note: 'вместе', together: [pupils[2]!.memberId] };
    const handInId = paper.must('handIn', body, pupils[0]!.who).id;
    paper.must('handInTogether', { handInId, memberId: pupils[2]!.memberId }, HUB);
    expect(tiles().map(({ together }) => together)).toEqual([['Ёлкина Анна'], [], ['Белов Илья Андреевич']]);
  });

  test('a father’s name is left out where two names stay different', () => {
    const names = shownNames(studentsOf(paper.state));
    expect([...names.values()]).toEqual(['Белов Илья Андреевич', 'Белов Илья Борисович', 'Ёлкина Анна']);
  });
});

describe('a lesson', () => {
  test('begins with what was given out within LESSON_MS; older hand-outs are another one’s', () => {
    const old = handOut();
    paper.now += LESSON_MS;
    const fresh = handOut();
    expect(lesson().handouts.map(({ assignmentId }) => assignmentId)).toEqual([fresh]);
    expect(lesson().handouts.some(({ assignmentId }) => assignmentId === old)).toBe(false);
  });

  test('shows what is being collected; after the bell it stays with its result', () => {
    const homework = paper.assign({ title: 'Дома' });
    expect(lesson().collected).toBeNull();
    collect(homework, paper.now + 60_000);
    expect(lesson()).toMatchObject({ collected: { assignmentId: homework, collect: { isOver: false } } });
    paper.now += 60_000;
    expect(lesson().collected?.assignmentId).toBe(homework);
    paper.now += LESSON_MS;
    expect(lesson().collected).toBeNull();
  });

  test('what was collected last here is shown first, and after an end by hand too', () => {
    const [one, two] = [handOut(), handOut()];
    collect(one);
    collect(two);
    const focus = { assignmentId: one, at: paper.now };
    expect(lesson(focus).collected?.assignmentId).toBe(one);
    const homework = paper.assign({ title: 'Дома' });
    const collectId = collect(homework);
    for (const assignmentId of [one, two])
      paper.must('endCollect', { assignmentId, collectId: paper.state.assignments[assignmentId]!.collect!.collectId });
    paper.must('endCollect', { assignmentId: homework, collectId });
    expect(lesson({ assignmentId: homework, at: paper.now }).collected?.assignmentId).toBe(homework);
  });

  test('its end would cut off who is sending, and finds who is here and has handed in nothing', () => {
    const assignmentId = handOut([file], [pupils[0]!.memberId, pupils[1]!.memberId]);
    for (const at of [0, 1, 2]) tell(at, {});
    expect(unfinishedOf(tiles(), lesson())).toEqual({ missing: [], sending: [] });
    collect(assignmentId);
    tell(1, up(10));
    const left = unfinishedOf(tiles(), lesson());
    expect(left.sending.map(({ name }) => name)).toEqual([NAMES[1]]);
    expect(left.missing.map(({ name }) => name)).toEqual([NAMES[0]]);
    tell(0, { isHere: false });
    expect(unfinishedOf(tiles(), lesson()).missing).toEqual([]);
  });
});

test('the time to a bell is read as a clock', () => {
  const shown = [0, -5_000, 1, 59_001, 60_000, 245_000, 3_600_000, 3_845_000].map(clockOf);
  expect(shown).toEqual(['0:00', '0:00', '0:01', '1:00', '1:00', '4:05', '1:00:00', '1:04:05']);
});

test('what is being collected now ends with the lesson: whatever its bell, not what is over', () => {
  const [first, second, third] = [handOut(), handOut(), handOut()];
  collect(first);
  collect(second, paper.now + 90_000);
  const bellAt = paper.now + 30_000;
  collect(third, bellAt);
  const titlesAt = (now: number) => collectingNow(paper.state, now).map(({ assignmentId }) => assignmentId);
  expect(titlesAt(paper.now)).toEqual([first, second, third]);
  expect(titlesAt(bellAt)).toEqual([first, second]);
});

test('a lesson that nobody ended is over after as long as no lesson lasts, however the clock was set', () => {
  const lesson = { logId: '0199c82c-c036-7000-8000-000000000001' as LogId, begunAt: 1_790_000_000_000 };
  expect(isUnderWay(null, lesson.begunAt)).toBe(false);
  expect(isUnderWay(lesson, lesson.begunAt + LESSON_MS - 1)).toBe(true);
  expect(isUnderWay(lesson, lesson.begunAt + LESSON_MS)).toBe(false);
  expect(isUnderWay(lesson, lesson.begunAt - LESSON_MS)).toBe(false);
});
