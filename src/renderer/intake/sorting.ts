/**
 * Found files on their way to pupils: who has which, what is still to be said, and what will be brought. Promises: only what is sure
 * or likely is given to somebody by itself; a file that the pupil's last work has already is not given again, but for beside a new one:
 * the next attempt is the whole work, since it is what is reviewed and saved; everything that a person decided stays as he decided. Pure.
 */
import type { Classroom } from '../../core/classroom.ts';
import type { MemberId } from '../../core/ids.ts';
import { inOrder, matchFiles, type Guess } from '../../core/intake-match.ts';
import { FILES_PER_COMMAND_MAX } from '../../core/limits.ts';
import type { Work } from '../../core/works.ts';
import type { Intake, IntakeFile } from '../../preload/contract.ts';

/** How a file came to its pupil. */
export type Because = 'sure' | 'likely' | 'chosen';
/** Why a file is not given to whom it names: his last work has it already · his work is given back. */
export interface Held {
  memberId: MemberId;
  why: 'seen' | 'closed';
}
export interface SortedFile {
  file: IntakeFile;
  guess: Guess;
  memberId: MemberId | null;
  because: Because | null;
  held: Held | null;
}
/** By the files' ids, in the order in which they were found. */
export type Sorting = ReadonlyMap<string, SortedFile>;

/** @param works of those whom the assignment is for */
export function sort(intake: Intake, works: readonly Work[], className: string): Sorting {
  const students = works.map(({ member }) => member);
  const guesses = matchFiles(intake.files, students, className);
  const workOf = new Map(works.map((work) => [work.member.memberId, work]));
  const sorting: Sorting = new Map(
    intake.files.map((file) => {
      const guess = guesses.get(file.id)!;
      const isTaken = guess.confidence === 'sure' || guess.confidence === 'likely';
      const work = isTaken ? workOf.get(guess.memberIds[0]!) : undefined;
      if (!work) return [file.id, { file, guess, memberId: null, because: null, held: null }];
      const { memberId } = work.member;
      const isSeen = work.attempt?.files.some((had) => had.name === file.name && had.sizeBytes === file.sizeBytes);
      const why: Held['why'] | null = isSeen ? 'seen' : isOpenFor(work) ? null : 'closed';
      const held = why === null ? null : { memberId, why };
      const because = held ? null : (guess.confidence as Because);
      return [file.id, { file, guess, memberId: held ? null : memberId, because, held } satisfies SortedFile];
    }),
  );
  return completed(sorting, new Set([...sorting.values()].map(({ memberId }) => memberId)));
}

/** What the last work of those who are given something new has already goes along with it. */
function completed(sorting: Sorting, given: ReadonlySet<MemberId | null>): Sorting {
  const next = new Map(sorting);
  for (const [id, one] of sorting) {
    const { memberId, held, guess } = one;
    if (memberId === null && held?.why === 'seen' && given.has(held.memberId))
      next.set(id, { ...one, memberId: held.memberId, because: guess.confidence as Because, held: null });
  }
  return next;
}

/** Whether a work may still be brought: what was given back as done is done. As the rule of the class has it. */
export const isOpenFor = ({ returned, attempt }: Work): boolean =>
  !returned || returned.outcome === 'redo' || returned.attempt < (attempt?.attempt ?? 0);

/** Gives files to a pupil; null takes them from whoever has them. */
export function give(sorting: Sorting, ids: Iterable<string>, memberId: MemberId | null): Sorting {
  const next = new Map(sorting);
  for (const id of ids) {
    const one = next.get(id);
    if (one) next.set(id, { ...one, memberId, because: memberId === null ? null : 'chosen' });
  }
  return completed(next, new Set([memberId]));
}

export interface Brought {
  memberId: MemberId;
  files: IntakeFile[];
  /** When it was written, as far as the disk knows; Unix ms. */
  writtenAt: number | null;
  isTooMany: boolean;
}

/** What will be brought, one work a pupil, its files in the order of its pages. @param now no file is younger */
export function broughtOf(sorting: Sorting, now: number): Brought[] {
  const byMember = new Map<MemberId, IntakeFile[]>();
  for (const { file, memberId } of sorting.values())
    if (memberId !== null) byMember.set(memberId, [...(byMember.get(memberId) ?? []), file]);
  return [...byMember].map(([memberId, files]) => {
    const times = files.flatMap(({ modifiedAt }) => (modifiedAt !== null && modifiedAt <= now ? [modifiedAt] : []));
    return {
      memberId,
      files: inOrder(files),
      writtenAt: times.length > 0 ? Math.max(...times) : null,
      isTooMany: files.length > FILES_PER_COMMAND_MAX,
    };
  });
}

export interface Group {
  /** Folders as they lie, joined; '' for files that were chosen themselves. */
  path: string;
  files: SortedFile[];
}

/** Found files by their folders, each folder's in the order of pages. */
export function groupsOf(sorting: Sorting): Group[] {
  const groups = new Map<string, SortedFile[]>();
  for (const one of sorting.values()) {
    const path = one.file.folders.join(' / ');
    groups.set(path, [...(groups.get(path) ?? []), one]);
  }
  return [...groups].map(([path, files]) => {
    const byId = new Map(files.map((one) => [one.file.id, one]));
    return { path, files: inOrder(files.map(({ file }) => file)).map(({ id }) => byId.get(id)!) };
  });
}

/** Names of members by their ids; those that are asked about may be any of the class. */
export const nameOf = (classroom: Classroom, memberId: MemberId): string => classroom.members[memberId]?.name ?? '';
