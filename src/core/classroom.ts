/**
 * What a class is, and what a reader may see of it. With decide.ts and evolve.ts this is every rule of a class, in pure
 * functions that hub, teacher and pupil run alike (one road for state):
 *
 *   decide(state, command, who, facts) → the row that follows, or a refusal
 *   evolve(state, entry)               → state          fold; skips what is unknown, erased or out of sight (S12, S16)
 *   audienceOf(change, state)          → label          stored with the row, never changed (S4)
 *   mayRead / mayReadFile / seenBy                      what a reader's membership lets him see now (S4, S19)
 *
 * The state is small and plain JSON: members, requests, channels, heads of assignments, works. Messages are not in it; what a
 * command names of them comes in `facts`. A client's `decide` only previews (S8); only the hub refuses.
 */
import {
  dueIdOf,
  type CommandId,
  type FileId,
  type MemberId,
  type PersonId,
  type Sha256,
  type WorkKey,
} from './ids.ts';
import type { Scale } from './marks.ts';
import type { Assignees, Channel, CommandOf, FileRef, Outcome, Role } from './wire.ts';

export interface Member {
  memberId: MemberId;
  name: string;
  role: Role;
  /** On the list only · let in by the teacher · taken out, readable as an author still. */
  state: 'listed' | 'confirmed' | 'removed';
  /** Sign-ins tied to this member: a pupil at school and at home, a teacher's several devices are one. */
  personIds: PersonId[];
  /** The requests by which they came in; erasing the member erases these too. */
  requestIds: CommandId[];
  /** Grows when what the member may read narrows or widens below his cursor (S14). */
  roleVersion: number;
}

/** Somebody at the door. Teachers see it; nobody inside is shown to him. */
export interface JoinRequestHead {
  requestId: CommandId;
  personId: PersonId;
  name: string;
  device: string;
  at: number;
}

export interface Assignment {
  assignmentId: CommandId;
  seriesId: CommandId | null;
  /** The change that last said it in full; what an edit must have seen. */
  changeId: CommandId;
  state: 'scheduled' | 'open' | 'withdrawn';
  title: string;
  text: string;
  files: FileRef[];
  dueAt: number | null;
  scale: Scale;
  assignees: Assignees;
  publishAt: number | null;
  assignedAt: number | null;
}

export interface Attempt {
  /** The id of the handing in; its seq is its place in the log. */
  id: CommandId;
  attempt: number;
  at: number;
  files: FileRef[];
  note: string;
  late: boolean;
  receipt: string;
}

/** What one member has handed in for one assignment, oldest attempt first, never empty. */
export interface Submission {
  assignmentId: CommandId;
  memberId: MemberId;
  attempts: Attempt[];
}

/** The teachers' own view of a work; a pupil sees nothing of it until it is given back. */
export interface Review {
  id: CommandId;
  assignmentId: CommandId;
  memberId: MemberId;
  /** The attempt that was looked at; 0 where nothing was handed in. */
  attempt: number;
  mark: string | null;
  comment: string;
  at: number;
}

/** What was given back last, in full. */
export interface Returned {
  id: CommandId;
  reviewId: CommandId;
  assignmentId: CommandId;
  memberId: MemberId;
  attempt: number;
  mark: string | null;
  comment: string;
  outcome: Outcome;
  at: number;
}

export interface Classroom {
  /** null until the class is created. */
  title: string | null;
  members: Record<MemberId, Member>;
  requests: Record<CommandId, JoinRequestHead>;
  channels: Record<string, Channel>;
  assignments: Record<CommandId, Assignment>;
  submissions: Record<WorkKey, Submission>;
  reviews: Record<WorkKey, Review>;
  returned: Record<WorkKey, Returned>;
}

export const EMPTY_CLASSROOM: Classroom = {
  title: null,
  members: {},
  requests: {},
  channels: {},
  assignments: {},
  submissions: {},
  reviews: {},
  returned: {},
};

/** Who gives a command. `hubRole` is the person's standing on the hub, outside any class. */
export type Who = { kind: 'hub' } | { kind: 'person'; personId: PersonId; hubRole: 'teacher' | 'guest' };

/** A stored, complete, hashed file, as the hub's own row has it (S15). */
export interface StoredFile {
  fileId: FileId;
  name: string;
  sizeBytes: number;
  sha256: Sha256;
  mediaType: string;
  /** Who brought it; only he may name it in a command. */
  personId: PersonId;
}

export interface MessageFact {
  seq: number;
  by: MemberId | null;
  channelId: string;
  removed: boolean;
  hasFiles: boolean;
}

/** What decide needs beyond the state. On the hub by id from the store; on a client from its views. */
export interface Facts {
  /** The hub's clock; a client's guess of it in previews. */
  now: number;
  file(fileId: FileId): StoredFile | null;
  message(messageId: CommandId): MessageFact | null;
  /** The confirmation code of a handing in; '' in previews. */
  receipt(commandId: CommandId, files: readonly FileRef[], at: number): string;
}

// ── Reading ────────────────────────────────────────────────────────────────────────────────────────────────────────────

const values = <T>(record: Record<string, T>): T[] => Object.values(record);

/** The member behind a sign-in, in whatever state; undefined for strangers. */
export const memberOf = (state: Classroom, personId: PersonId): Member | undefined =>
  values(state.members).find((member) => member.personIds.includes(personId));

/** The member as a reader: only confirmed members read anything. */
export function readerOf(state: Classroom, personId: PersonId): Member | undefined {
  const member = memberOf(state, personId);
  return member?.state === 'confirmed' ? member : undefined;
}

/** Whether classmates have ever seen this member: a name that only stood on the list is the teachers' own. */
const wasIn = (m: Member) =>
  m.state === 'confirmed' || (m.state === 'removed' && (m.requestIds.length > 0 || m.role === 'teacher'));

export const isAssigned = (assignees: Assignees, memberId: MemberId) =>
  assignees === 'all' || assignees.includes(memberId);

/** Whether a reader's membership, as it is now, lets him read rows with this label (S4). Unknown labels are nobody's. */
export function mayRead(state: Classroom, label: string, reader: Member): boolean {
  if (reader.state !== 'confirmed') return false;
  if (reader.role === 'teacher') return true;
  if (label === 'all' || label === `member:${reader.memberId}`) return true;
  if (!label.startsWith('assignment:')) return false;
  const assignees = state.assignments[label.slice('assignment:'.length) as CommandId]?.assignees;
  return Array.isArray(assignees) && assignees.includes(reader.memberId);
}

/**
 * Whether a person may fetch a file: he brought it, or an unerased row that names it is readable to him.
 * @param namedBy labels of those rows
 */
export function mayReadFile(
  state: Classroom,
  namedBy: readonly string[],
  broughtBy: PersonId,
  personId: PersonId,
): boolean {
  const reader = readerOf(state, personId);
  if (!reader) return false;
  return broughtBy === personId || namedBy.some((label) => mayRead(state, label, reader));
}

/** The part of a record whose values are wanted. */
export const keep = <K extends string, T>(record: Record<K, T>, wanted: (value: T) => boolean): Record<K, T> =>
  Object.fromEntries(Object.entries<T>(record).filter(([, value]) => wanted(value))) as Record<K, T>;

/** The state with a reader's rights (S19): folding his filtered log and looking through this gives the same. */
export function seenBy(state: Classroom, memberId: MemberId): Classroom {
  const reader = state.members[memberId];
  if (!reader || reader.state !== 'confirmed') return EMPTY_CLASSROOM;
  if (reader.role === 'teacher') return state;
  const own = (work: { memberId: MemberId }) => work.memberId === memberId;
  return {
    title: state.title,
    members: keep(state.members, wasIn),
    requests: {},
    channels: state.channels,
    assignments: keep(state.assignments, (a) => a.assignedAt !== null && isAssigned(a.assignees, memberId)),
    submissions: keep(state.submissions, own),
    reviews: {},
    returned: keep(state.returned, own),
  };
}

/** Members an assignment is for, as the list stands now. */
export const assigneesOf = (state: Classroom, assignment: Assignment): Member[] =>
  values(state.members).filter(
    (m) => m.role === 'student' && m.state !== 'removed' && isAssigned(assignment.assignees, m.memberId),
  );

export const lastAttempt = (submission: Submission | undefined): Attempt | undefined => submission?.attempts.at(-1);

/** Commands that the hub itself must give, and when (S20). */
export const dueCommands = (state: Classroom): { at: number; command: CommandOf<'publishAssignment'> }[] =>
  values(state.assignments)
    .filter((a) => a.state === 'scheduled' && a.publishAt !== null)
    .map((a) => ({
      at: a.publishAt ?? 0,
      command: { id: dueIdOf(a.assignmentId), kind: 'publishAssignment', body: { assignmentId: a.assignmentId } },
    }));
