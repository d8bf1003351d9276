/**
 * What a lesson's wall shows, worked out from the class as it is and from what the hub tells of now. Pure. Promises: one tile for
 * everybody on the list, in a state that is one word; what is not known is never shown as known.
 */
import type { WallView } from '../../client/class-store.ts';
import {
  assigneesOf,
  expectsWork,
  isAssigned,
  isCollected,
  lastAttempt,
  type Assignment,
  type Attempt,
  type Classroom,
  type Collect,
  type Member,
} from '../../core/classroom.ts';
import { workKey, type CommandId, type FileId, type MemberId } from '../../core/ids.ts';
import type { Flow } from '../../core/wire.ts';

/** What was given out or collected so long ago belongs to another lesson. */
export const LESSON_MS = 4 * 60 * 60_000;
/** Who pressed a key this recently is at work. */
export const WORKING_MS = 90_000;

/** `unknown`: the hub is not there to say how it is now. */
export type TileState =
  'help' | 'handed-in' | 'sending' | 'getting' | 'working' | 'has-files' | 'here' | 'away' | 'unknown';

export interface Tile {
  member: Member;
  /** As it stands on the tile: without the father's name where that confuses nobody. */
  name: string;
  state: TileState;
  isHere: boolean;
  /** By the hub's clock. */
  wantsHelpSince: number | null;
  /** Files of this lesson that are his: whole ones, all, and the share of their bytes that went to him. */
  files: { have: number; of: number; share: number };
  /** The share of what he is sending that has come; null where he sends nothing, or is gone and left it half sent. */
  sendingShare: number | null;
  /** The last work for what is being collected. */
  attempt: Attempt | null;
  /** Who did it with him. */
  together: string[];
}

export interface Lesson {
  /** Given out in this lesson, newest first. */
  handouts: Assignment[];
  /** What is being collected, or was last in this lesson. */
  collected: Assignment | null;
}

export interface Focus {
  assignmentId: CommandId;
  /** When it was chosen, by the hub's clock. */
  at: number;
}

const openOf = (classroom: Classroom) =>
  Object.values<Assignment>(classroom.assignments).filter(({ state }) => state === 'open');

/** @param now the hub's clock @param focus what the teacher collected last on this computer */
export function lessonOf(classroom: Classroom, now: number, focus: Focus | null): Lesson {
  const isOfNow = (at: number | null) => at !== null && now - at < LESSON_MS;
  const open = openOf(classroom).toSorted((a, b) => (b.assignedAt ?? 0) - (a.assignedAt ?? 0));
  const handouts = open.filter(({ isHandout, assignedAt }) => isHandout && isOfNow(assignedAt));
  const asked = open.filter(({ collect }) => collect !== null);
  const running = asked.filter(({ collect }) => collect && !isCollected(collect, now));
  const isFocus = (one: Assignment) => focus !== null && one.assignmentId === focus.assignmentId;
  const collected =
    running.find(isFocus) ??
    running[0] ??
    asked.find((one) => isFocus(one) && isOfNow(focus!.at)) ??
    asked.find((one) => isOfNow(one.collect?.bellAt ?? null) || handouts.includes(one)) ??
    null;
  return { handouts, collected };
}

/** What is being collected at this moment, whatever lesson it belongs to. */
export const collectingNow = (classroom: Classroom, now: number): (Assignment & { collect: Collect })[] =>
  openOf(classroom).flatMap((one) =>
    one.collect && !isCollected(one.collect, now) ? [{ ...one, collect: one.collect }] : [],
  );

export const studentsOf = (classroom: Classroom): Member[] =>
  Object.values<Member>(classroom.members)
    .filter((member) => member.role === 'student' && member.state !== 'removed')
    .sort((a, b) => a.name.localeCompare(b.name, 'ru'));

const shortOf = (name: string) => name.split(' ').slice(0, 2).join(' ');

/** Names as they stand on tiles. */
export function shownNames(members: readonly Member[]): Map<MemberId, string> {
  const shorts = members.map(({ name }) => shortOf(name));
  const isAlone = (short: string) => shorts.indexOf(short) === shorts.lastIndexOf(short);
  return new Map(members.map(({ memberId, name }, at) => [memberId, isAlone(shorts[at]!) ? shorts[at]! : name]));
}

/** @param wall null while nothing is known of now */
export function tilesOf(classroom: Classroom, wall: WallView | null, lesson: Lesson, now: number): Tile[] {
  const members = studentsOf(classroom);
  const names = shownNames(members);
  return members.map((member) => {
    const { memberId } = member;
    const told = wall?.tiles.get(memberId);
    const isHere = told?.isHere ?? false;
    const files = filesOf(lesson, memberId, told?.down ?? []);
    const attempt =
      (lesson.collected && lastAttempt(classroom.submissions[workKey(lesson.collected.assignmentId, memberId)])) ??
      null;
    const sendingShare = isHere ? shareOf(told?.up ?? []) : null;
    const wantsHelpSince = isHere ? (told?.wantsHelpSince ?? null) : null;
    // To either side: the hub's clock may have been set back since.
    const isWorking = typeof told?.activeAt === 'number' && Math.abs(now - told.activeAt) < WORKING_MS;
    const isUnknown = wall === null && !attempt;
    const state = isUnknown ? 'unknown' : stateOf({ isHere, wantsHelpSince, attempt, sendingShare, files, isWorking });
    const partners = [...(attempt?.together ?? []), ...(attempt?.of ? [attempt.of.memberId] : [])];
    const together = [...new Set(partners)].filter((id) => id !== memberId).flatMap((id) => names.get(id) ?? []);
    return {
      member,
      name: names.get(memberId)!,
      state,
      isHere,
      wantsHelpSince,
      files,
      sendingShare,
      attempt,
      together,
    };
  });
}

function stateOf(
  of: Pick<Tile, 'isHere' | 'wantsHelpSince' | 'attempt' | 'sendingShare' | 'files'> & { isWorking: boolean },
): TileState {
  if (of.isHere && of.wantsHelpSince !== null) return 'help';
  if (of.attempt) return 'handed-in';
  if (of.sendingShare !== null) return 'sending';
  if (!of.isHere) return 'away';
  if (of.files.share > 0 && of.files.share < 1) return 'getting';
  if (of.isWorking) return 'working';
  return of.files.of > 0 && of.files.have === of.files.of ? 'has-files' : 'here';
}

/** Files of what was given out in this lesson and of what is collected, as far as they are for this pupil. */
function filesOf(lesson: Lesson, memberId: MemberId, down: readonly Flow[]): Tile['files'] {
  const given = new Set([...lesson.handouts, ...(lesson.collected ? [lesson.collected] : [])]);
  const files = new Map<FileId, number>();
  for (const { assignees, files: own } of given)
    if (isAssigned(assignees, memberId)) for (const { fileId, sizeBytes } of own) files.set(fileId, sizeBytes);
  const gone = new Map(down.map(({ fileId, doneBytes }) => [fileId, doneBytes]));
  let have = 0;
  let doneBytes = 0;
  let allBytes = 0;
  for (const [fileId, sizeBytes] of files) {
    const done = Math.min(sizeBytes, gone.get(fileId) ?? 0);
    if (done === sizeBytes && gone.has(fileId)) have += 1;
    doneBytes += done;
    allBytes += sizeBytes;
  }
  return { have, of: files.size, share: allBytes === 0 ? 0 : doneBytes / allBytes };
}

/** Of what is not whole yet: a file that has come whole only waits for its work. */
function shareOf(up: readonly Flow[]): number | null {
  if (!up.some(({ doneBytes, sizeBytes }) => doneBytes < sizeBytes)) return null;
  const [done, all] = up.reduce(([d, a], flow) => [d + flow.doneBytes, a + flow.sizeBytes], [0, 0]);
  return all === 0 ? 0 : done / all;
}

/** How many of those to whom it was given have all of it. */
export function gotOf(classroom: Classroom, wall: WallView | null, handout: Assignment): { got: number; of: number } {
  const members = assigneesOf(classroom, handout);
  const lesson: Lesson = { handouts: [handout], collected: null };
  const hasAll = ({ memberId }: Member) => {
    const { have, of } = filesOf(lesson, memberId, wall?.tiles.get(memberId)?.down ?? []);
    return of > 0 && have === of;
  };
  return { got: members.filter(hasAll).length, of: members.length };
}

/** Where somebody stands of whom a work is asked: in one place only. Who sends a newer version has handed in. */
export const workOf = ({ attempt, sendingShare }: Tile): 'handedIn' | 'sending' | 'missing' =>
  attempt ? 'handedIn' : sendingShare !== null ? 'sending' : 'missing';

export interface Unfinished {
  /** Here, asked for work, and has handed nothing in. */
  missing: Tile[];
  /** Something of theirs is still coming. */
  sending: Tile[];
}

/** What an end of the lesson now would cut off. */
export function unfinishedOf(tiles: readonly Tile[], { collected }: Lesson): Unfinished {
  const isAsked = ({ member }: Tile) =>
    collected !== null && expectsWork(collected) && isAssigned(collected.assignees, member.memberId);
  const sending = tiles.filter((tile) => tile.sendingShare !== null);
  return {
    sending,
    missing: tiles.filter((tile) => tile.isHere && isAsked(tile) && !tile.attempt && !sending.includes(tile)),
  };
}

/** `4:05`, `1:04:05`. */
export function clockOf(leftMs: number): string {
  const seconds = Math.max(0, Math.ceil(leftMs / 1000));
  const two = (n: number) => String(n).padStart(2, '0');
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60];
  return hours > 0 ? `${hours}:${two(minutes)}:${two(seconds % 60)}` : `${minutes}:${two(seconds % 60)}`;
}
