import { expect, test } from 'vitest';
import type { Assignment } from '../../src/core/classroom.ts';
import { openAssignments, progressOf, toCheck, toGiveBack, worksOf } from '../../src/core/works.ts';
import { PaperClass } from '../support/paper-class.ts';

function stage() {
  const paper = new PaperClass().begin();
  const pupils = ['Вера', 'Анна', 'Борис'].map((name) => paper.admit(name));
  const assignmentId = paper.assign();
  const assignment = () => paper.state.assignments[assignmentId] as Assignment;
  const works = () => worksOf(paper.state, assignment());
  const handIn = (index: number) =>
    paper.must('handIn', { assignmentId, fileIds: [], note: 'вот' }, pupils[index]!.who);
  const review = (index: number, attempt: number) => {
    const { memberId } = pupils[index]!;
    const seen = paper.state.reviews[`${assignmentId}/${memberId}`]?.id ?? null;
    return paper.must('review', { assignmentId, memberId, attempt, mark: '4', comment: '', seen }).id;
  };
  const giveBack = (index: number, reviewId: ReturnType<typeof review>, outcome: 'accepted' | 'redo') =>
    paper.must('giveBack', { assignmentId, memberId: pupils[index]!.memberId, reviewId, outcome });
  const states = () => Object.fromEntries(works().map((work) => [work.member.name, work.state]));
  return { paper, pupils, assignmentId, works, handIn, review, giveBack, states };
}

test('a work goes from missing through handed in and reviewed to returned, and again after "redo"', () => {
  const { works, handIn, review, giveBack, states } = stage();
  expect(works().map((work) => work.member.name)).toEqual(['Анна', 'Борис', 'Вера']);
  handIn(0);
  expect(states()).toEqual({ Анна: 'missing', Борис: 'missing', Вера: 'handed-in' });
  const first = review(0, 1);
  expect(states().Вера).toBe('reviewed');
  giveBack(0, first, 'redo');
  expect(states().Вера).toBe('redo');
  handIn(0);
  expect(states().Вера).toBe('handed-in');
  const second = review(0, 2);
  expect(toGiveBack(works()).map((work) => work.member.name)).toEqual(['Вера']);
  giveBack(0, second, 'accepted');
  expect(states().Вера).toBe('returned');
});

test('a mark corrected after giving back waits to be given back again', () => {
  const { handIn, review, giveBack, states } = stage();
  handIn(0);
  giveBack(0, review(0, 1), 'accepted');
  review(0, 1);
  expect(states().Вера).toBe('reviewed');
});

test('of what was only given out nobody is asked for work, until it is collected', () => {
  const { paper, pupils } = stage();
  const content = { title: 'Карточка', text: '', dueAt: null, scale: { kind: 'five' }, assignees: 'all' } as const;
  const assignmentId = paper.must('assign', { ...content, fileIds: [], seriesId: null, isHandout: true }).id;
  const progress = () => progressOf(worksOf(paper.state, paper.state.assignments[assignmentId]!));
  expect(progress()).toEqual({ total: 0, handedIn: 0, reviewed: 0, returned: 0, missing: 0 });
  paper.must('handIn', { assignmentId, fileIds: [], note: 'вот' }, pupils[0]!.who);
  expect(progress()).toMatchObject({ total: 1, handedIn: 1, missing: 0 });
  paper.must('collect', { assignmentId, bellAt: null, afterBell: 'late', seen: null });
  expect(progress()).toMatchObject({ total: 3, handedIn: 1, missing: 2 });
});

test('the bar counts handed in, reviewed and returned; late lists and withdrawn assignments do not stay', () => {
  const { paper, works, handIn, review, giveBack, assignmentId } = stage();
  handIn(0);
  handIn(1);
  giveBack(0, review(0, 1), 'accepted');
  review(1, 1);
  expect(progressOf(works())).toEqual({ total: 3, handedIn: 2, reviewed: 2, returned: 1, missing: 1 });
  handIn(1);
  expect(toCheck(paper.state).map((work) => work.member.name)).toEqual(['Анна']);
  paper.must('withdrawAssignment', { assignmentId });
  expect(openAssignments(paper.state)).toEqual([]);
  expect(toCheck(paper.state)).toEqual([]);
});

test('assignments stand by what is due first', () => {
  const { paper } = stage();
  const late = paper.assign({ dueAt: 2_000 });
  const soon = paper.assign({ dueAt: 1_000 });
  expect(
    openAssignments(paper.state)
      .slice(0, 2)
      .map((a) => a.assignmentId),
  ).toEqual([soon, late]);
});

test('somebody taken out is not waited for', () => {
  const { paper, pupils, works } = stage();
  paper.must('removeMember', { memberId: pupils[2]!.memberId, erase: false });
  expect(works()).toHaveLength(2);
});
