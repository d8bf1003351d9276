/**
 * What the review screen decides without a screen: whom to show, who is next, what the teacher has entered and whether it
 * differs from what is already said. Pure. Promises: nothing is ever preset, and what is typed as points is either a mark of
 * the scale or nothing.
 */
import type { CommandId, MemberId } from '../../core/ids.ts';
import { FIVE_MARKS, isMark, PASS_MARKS, type Scale } from '../../core/marks.ts';
import { nameSkeleton } from '../../core/names.ts';
import type { Work } from '../../core/works.ts';
import type { OutboxRow } from '../../client/class-store.ts';
import type { CommandOf } from '../../core/wire.ts';

export const WORK_FILTERS = ['all', 'unchecked', 'late'] as const;
export type WorkFilter = (typeof WORK_FILTERS)[number];
export type WorkOrder = 'name' | 'time';

/** How many works ahead are opened before they are asked for. */
export const WORKS_AHEAD = 2;

/** What is entered for one work and not yet said; kept on every stroke. */
export interface ReviewDraft {
  mark: string | null;
  comment: string;
  /** The review that stood there when this was begun: another one since means that two people, or devices, reviewed. */
  basedOn: CommandId | null;
}
/** Everything entered for one assignment, in one draft, so that the list can show what was begun. */
export type ReviewDrafts = Partial<Record<MemberId, ReviewDraft>>;

/** The list as the teacher wants to see it. `find` matches the beginnings of words. */
export function worksShown(works: readonly Work[], filter: WorkFilter, order: WorkOrder, find: string): Work[] {
  const wanted = nameSkeleton(find).split(' ').filter(Boolean);
  const shown = works.filter((work) => {
    if (filter === 'unchecked' && work.state !== 'handed-in') return false;
    if (filter === 'late' && !work.attempt?.late) return false;
    const words = nameSkeleton(work.member.name).split(' ');
    return wanted.every((start) => words.some((word) => word.startsWith(start)));
  });
  if (order === 'name') return shown;
  return shown.sort((a, b) => (a.attempt?.at ?? Infinity) - (b.attempt?.at ?? Infinity));
}

/** The works after this one in the list's order, round to it again and without it. */
function after(works: readonly Work[], memberId: MemberId | null): Work[] {
  const at = works.findIndex((work) => work.member.memberId === memberId);
  return [...works.slice(at + 1), ...works.slice(0, Math.max(0, at))];
}

/**
 * The next work that waits for the teacher's eyes.
 * @param done the attempts just said here, whose arrival in the view may still be a moment away
 */
export const nextToCheck = (works: readonly Work[], from: MemberId | null, done: ReadonlyMap<MemberId, number>) =>
  after(works, from).find(
    (work) => work.state === 'handed-in' && (work.attempt?.attempt ?? 0) > (done.get(work.member.memberId) ?? 0),
  );

/** The neighbour in the list; the first or last where nobody is chosen; undefined at the ends. */
export function neighbour(works: readonly Work[], from: MemberId | null, step: 1 | -1): Work | undefined {
  const at = works.findIndex((work) => work.member.memberId === from);
  if (at < 0) return step === 1 ? works[0] : works.at(-1);
  return works[at + step];
}

/** What will probably be looked at next: unchecked ones first, then whoever follows in the list. */
export function worksAhead(works: readonly Work[], from: MemberId | null): Work[] {
  const following = after(works, from);
  const likely = [...following.filter((work) => work.state === 'handed-in'), ...following.filter((w) => w.attempt)];
  return [...new Set(likely)].slice(0, WORKS_AHEAD);
}

/** Whether the last attempt is newer than the one reviewed: what was said speaks of the older one. */
export const isNewAttempt = (work: Work): boolean =>
  work.review !== undefined && (work.attempt?.attempt ?? 0) > work.review.attempt;

/** What is said of the last attempt so far; nothing is carried over from an earlier one, for nothing is ever preset. */
export const standing = (work: Work): ReviewDraft => {
  const said = isNewAttempt(work) ? undefined : work.review;
  return { mark: said?.mark ?? null, comment: said?.comment ?? '', basedOn: work.review?.id ?? null };
};

export const isBlank = (value: { mark: string | null; comment: string }) =>
  value.mark === null && value.comment.trim() === '';

/** Whether the draft says something that is not said yet: otherwise there is nothing to send and nothing to keep. */
export function isBegun(draft: ReviewDraft | undefined, work: Work): draft is ReviewDraft {
  const said = standing(work);
  return draft !== undefined && (draft.mark !== said.mark || draft.comment !== said.comment);
}

/** Whether a review of somebody else came in since the draft was begun. */
export const isOvertaken = (draft: ReviewDraft | undefined, work: Work): boolean =>
  isBegun(draft, work) && draft.basedOn !== (work.review?.id ?? null);

/** Points as typed, with a comma or a point, to the mark they are; null where they are none. */
export function pointsTyped(typed: string, scale: Scale): string | null {
  const mark = typed.trim().replace(',', '.').replace(/\.0?$/, '');
  return scale.kind === 'points' && /^\d/.test(mark) && isMark(mark, scale) ? mark : null;
}

/** The mark that a digit key gives on this scale: 5 is "5"; on pass/fail 1 and 2 are the two buttons in their order. */
export function markOfKey(digit: number, scale: Scale): string | null {
  if (scale.kind === 'five') return FIVE_MARKS.find((mark) => mark === String(digit)) ?? null;
  return scale.kind === 'pass' ? (PASS_MARKS[digit - 1] ?? null) : null;
}

/** A mark as it is shown: points with their maximum, in the language's own decimal sign. */
export function markShown(mark: string | null, scale: Scale, decimal: string): string | null {
  if (mark === null) return null;
  return scale.kind === 'points' && /^\d/.test(mark) ? `${mark.replace('.', decimal)} / ${scale.max}` : mark;
}

type WorkRow = OutboxRow & { command: CommandOf<'review'> | CommandOf<'giveBack'> };

/** What waits or was refused about one work, oldest first. */
export const rowsOf = (outbox: readonly OutboxRow[], assignmentId: CommandId, memberId: MemberId): WorkRow[] =>
  outbox.filter((row): row is WorkRow => {
    const { kind, body } = row.command;
    if (kind !== 'review' && kind !== 'giveBack') return false;
    return body.assignmentId === assignmentId && body.memberId === memberId;
  });
