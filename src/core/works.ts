/**
 * A teacher's questions to a class, answered from its state: who has handed in, what is still to check, what can be given
 * back. One word for where a work stands, used by every screen, count and export.
 */
import {
  assigneesOf,
  expectsWork,
  lastAttempt,
  type Assignment,
  type Attempt,
  type Classroom,
  type Member,
  type Returned,
  type Review,
} from './classroom.ts';
import { workKey } from './ids.ts';

/**
 * `missing`: nothing handed in, nothing said · `handed-in`: waits for the teacher · `reviewed`: looked at, the pupil sees
 * nothing yet · `returned` · `redo`: given back to be done again.
 */
export type WorkState = 'missing' | 'handed-in' | 'reviewed' | 'returned' | 'redo';

export interface Work {
  member: Member;
  assignment: Assignment;
  state: WorkState;
  attempt: Attempt | undefined;
  attempts: readonly Attempt[];
  review: Review | undefined;
  returned: Returned | undefined;
}

/** Where one member's work for one assignment stands. */
export function workOf(state: Classroom, assignment: Assignment, member: Member): Work {
  const key = workKey(assignment.assignmentId, member.memberId);
  const attempts = state.submissions[key]?.attempts ?? [];
  const attempt = lastAttempt(state.submissions[key]);
  const review = state.reviews[key];
  const returned = state.returned[key];
  const number = attempt?.attempt ?? 0;
  return { member, assignment, attempt, attempts, review, returned, state: stateOf(number, review, returned) };
}

function stateOf(attempt: number, review: Review | undefined, returned: Returned | undefined): WorkState {
  const isReturned = returned !== undefined && returned.attempt >= attempt;
  if (review && review.attempt >= attempt && !(isReturned && returned.reviewId === review.id)) return 'reviewed';
  if (isReturned) return returned.outcome === 'redo' ? 'redo' : 'returned';
  return attempt > 0 ? 'handed-in' : 'missing';
}

/** Works of everybody an assignment is for, by name. */
export const worksOf = (state: Classroom, assignment: Assignment): Work[] =>
  assigneesOf(state, assignment)
    .map((member) => workOf(state, assignment, member))
    .sort((a, b) => a.member.name.localeCompare(b.member.name, 'ru'));

export interface Progress {
  total: number;
  handedIn: number;
  reviewed: number;
  returned: number;
  missing: number;
}

/**
 * The one bar of an assignment: how many of N have handed in, how many of these are reviewed and returned. Of what was only given
 * out nobody is asked for work: N are those who have handed in all the same.
 */
export function progressOf(all: readonly Work[]): Progress {
  const works = all.filter((work) => work.state !== 'missing' || expectsWork(work.assignment));
  const count = (...states: WorkState[]) => works.filter((work) => states.includes(work.state)).length;
  return {
    total: works.length,
    handedIn: works.filter((work) => work.attempt !== undefined).length,
    reviewed: count('reviewed', 'returned', 'redo'),
    returned: count('returned', 'redo'),
    missing: count('missing'),
  };
}

/** Assignments as a class shows them: what is open by what is due first, without a due date after, withdrawn never. */
export const openAssignments = (state: Classroom): Assignment[] =>
  Object.values<Assignment>(state.assignments)
    .filter((assignment) => assignment.state !== 'withdrawn')
    .sort((a, b) => (a.dueAt ?? Infinity) - (b.dueAt ?? Infinity) || a.assignmentId.localeCompare(b.assignmentId));

/** Works that wait for a teacher's eyes, in every assignment of the class. */
export const toCheck = (state: Classroom): Work[] =>
  openAssignments(state).flatMap((a) => worksOf(state, a).filter((work) => work.state === 'handed-in'));

/** Reviewed and not given back: what "give back" publishes. */
export const toGiveBack = (works: readonly Work[]): Work[] => works.filter((work) => work.state === 'reviewed');
