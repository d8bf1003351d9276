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
  togetherIdOf,
  type ChannelId,
  type CommandId,
  type FileId,
  type MemberId,
  type PersonId,
  type Sha256,
  type WorkKey,
} from './ids.ts';
import type { Scale } from './marks.ts';
import type {
  AfterBell,
  Assignees,
  ChangeBody,
  ChannelKind,
  CommandOf,
  FileRef,
  Outcome,
  Poll,
  Role,
  WRITERS,
} from './wire.ts';

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
  /** Of a parent: whose works and marks he reads. */
  childIds: MemberId[];
  /** Grows when what the member may read narrows or widens below his cursor (S14). */
  roleVersion: number;
}

/** A message that the channel keeps in sight. */
export interface Pin {
  messageId: CommandId;
  messageSeq: number;
  /** Who wrote it. */
  by: MemberId | null;
}

/** An audience over the log. */
export interface Channel {
  channelId: ChannelId;
  kind: ChannelKind;
  /** null: named by its kind. */
  title: string | null;
  writers: (typeof WRITERS)[number];
  /** Who is in a `group` or a `direct` channel; empty for the others. */
  memberIds: MemberId[];
  isArchived: boolean;
  /** Oldest first. */
  pins: Pin[];
  /** The change that last said it; what an edit must have seen. */
  changeId: CommandId;
}

/** A message that waits for its hour; its author alone sees it. */
export type ScheduledMessage = ChangeBody<'messageScheduled'> & { messageId: CommandId; by: MemberId; at: number };

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
  /** Given out in a lesson; work for it is wanted only once it is collected. */
  isHandout: boolean;
  collect: Collect | null;
}

/** The last asking for works of an assignment. */
export interface Collect {
  collectId: CommandId;
  bellAt: number | null;
  afterBell: AfterBell;
  isOver: boolean;
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
  together?: MemberId[] | undefined;
  of?: { handInId: CommandId; memberId: MemberId } | undefined;
  brought?: { writtenAt: number | null } | undefined;
}

/** A handing in that the hub still owes to one who did the work together with another. */
export interface OwedWork {
  assignmentId: CommandId;
  handInId: CommandId;
  /** Who handed it in, and for whom it is owed. */
  by: MemberId;
  memberId: MemberId;
  at: number;
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
  /** The log of a class, or that of the school: people, staff, one-to-one chats. */
  kind: 'class' | 'school';
  /** null until the class is created. */
  title: string | null;
  members: Record<MemberId, Member>;
  requests: Record<CommandId, JoinRequestHead>;
  channels: Record<string, Channel>;
  scheduled: Record<CommandId, ScheduledMessage>;
  assignments: Record<CommandId, Assignment>;
  submissions: Record<WorkKey, Submission>;
  /** By the id of the command that will pay it. */
  owed: Record<CommandId, OwedWork>;
  reviews: Record<WorkKey, Review>;
  returned: Record<WorkKey, Returned>;
}

export const EMPTY_CLASSROOM: Classroom = {
  kind: 'class',
  title: null,
  members: {},
  requests: {},
  channels: {},
  scheduled: {},
  assignments: {},
  submissions: {},
  owed: {},
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
  /** It waits for its hour still: nobody but the hub speaks of it. */
  isScheduled: boolean;
  /** The row in which it waited for its hour; a client's preview need not know. */
  scheduled: { messageId: CommandId; messageSeq: number } | null;
  isNotice: boolean;
  /** It says another's words: nobody changes these. */
  isForward: boolean;
  poll: (Pick<Poll, 'isMultiple'> & { options: number; isClosed: boolean }) | null;
}

/** What a forwarded message says now, its last edit included. */
export interface MessageContent {
  text: string;
  files: FileRef[];
  at: number;
  /** Of a copy: whose words these were first, and when. */
  forward: { by: MemberId | null; at: number } | null;
}

/** What decide needs beyond the state. On the hub by id from the store; on a client from its views. */
export interface Facts {
  /** The hub's clock; a client's guess of it in previews. */
  now: number;
  file(fileId: FileId): StoredFile | null;
  message(messageId: CommandId): MessageFact | null;
  /** Asked only of messages that a command forwards. */
  content(messageId: CommandId): MessageContent | null;
  /** The confirmation code of a handing in; '' in previews. */
  receipt(commandId: CommandId, files: readonly FileRef[], at: number): string;
}

// ── Reading ────────────────────────────────────────────────────────────────────────────────────────────────────────────

const values = <T>(record: Record<string, T>): T[] => Object.values(record);

/** Members by their sign-ins, made once per list of members: every command and every reader asks who he is. */
const signIns = new WeakMap<Classroom['members'], ReadonlyMap<PersonId, Member>>();

/** The member behind a sign-in, in whatever state; undefined for strangers. */
export function memberOf({ members }: Classroom, personId: PersonId): Member | undefined {
  let byPerson = signIns.get(members);
  if (!byPerson) {
    const pairs = values(members).flatMap((member) => member.personIds.map((id) => [id, member] as const));
    // The first who has it, as the list is read.
    byPerson = new Map(pairs.reverse());
    signIns.set(members, byPerson);
  }
  return byPerson.get(personId);
}

/** The member as a reader: only confirmed members read anything. */
export function readerOf(state: Classroom, personId: PersonId): Member | undefined {
  const member = memberOf(state, personId);
  return member?.state === 'confirmed' ? member : undefined;
}

/** Whether classmates have ever seen this member: a name that only stood on the list is the teachers' own. */
export const wasIn = (m: Member) =>
  m.state === 'confirmed' || (m.state === 'removed' && (m.requestIds.length > 0 || m.role === 'teacher'));

export const isAssigned = (assignees: Assignees, memberId: MemberId) =>
  assignees === 'all' || assignees.includes(memberId);

/** Whether a member is in a channel, as both are now. */
export function isInChannel(state: Classroom, channel: Channel, member: Member): boolean {
  const isTeacher = member.role === 'teacher';
  switch (channel.kind) {
    case 'everyone':
      return true;
    case 'students':
      return isTeacher || member.role === 'student';
    case 'parents':
      return isTeacher || member.role === 'parent';
    case 'staff':
      return isTeacher;
    case 'group':
      return (isTeacher && state.kind === 'class') || channel.memberIds.includes(member.memberId);
    case 'direct':
      return channel.memberIds.includes(member.memberId);
  }
}

/** Confirmed members of a channel: those who read it. */
export const readersOf = (state: Classroom, channel: Channel): Member[] =>
  values(state.members).filter((m) => m.state === 'confirmed' && isInChannel(state, channel, m));

/** Whether a member may post in a channel now. */
export const mayWrite = (state: Classroom, channel: Channel, member: Member): boolean =>
  isInChannel(state, channel, member) &&
  !channel.isArchived &&
  (channel.writers === 'all' || member.role === 'teacher');

/** Whether a member may know how far another has read: teachers know of everybody, two who talk alone of each other. */
export const mayKnowReads = (channel: Channel, member: Member, of: MemberId): boolean =>
  member.memberId === of || member.role === 'teacher' || channel.kind === 'direct';

/** Whose works, marks and tasks a member reads: his own, a parent his children's. */
const readsFor = (reader: Member): readonly MemberId[] =>
  reader.role === 'parent' ? reader.childIds : [reader.memberId];

/** Whether a reader's membership, as it is now, lets him read rows with this label (S4). Unknown labels are nobody's. */
export function mayRead(state: Classroom, label: string, reader: Member): boolean {
  if (reader.state !== 'confirmed') return false;
  if (label === 'all') return true;
  const colon = label.indexOf(':');
  const [kind, id] = colon < 0 ? [label, ''] : [label.slice(0, colon), label.slice(colon + 1)];
  switch (kind) {
    case 'own':
      return id === reader.memberId;
    case 'channel': {
      const channel = state.channels[id];
      return channel !== undefined && isInChannel(state, channel, reader);
    }
    case 'teachers':
      return reader.role === 'teacher';
    case 'member':
      return reader.role === 'teacher' || id === reader.memberId || readsFor(reader).includes(id as MemberId);
    case 'assignment': {
      const assignees = state.assignments[id as CommandId]?.assignees;
      return (
        reader.role === 'teacher' ||
        (Array.isArray(assignees) && readsFor(reader).some((memberId) => assignees.includes(memberId)))
      );
    }
    default:
      // A label from the future: teachers of a class read everything in it that has no narrower word.
      return reader.role === 'teacher' && state.kind === 'class';
  }
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
  const scheduled = keep(state.scheduled, ({ by }) => by === memberId);
  const channels = keep(state.channels, (channel) => isInChannel(state, channel, reader));
  const isMet = (m: Member) =>
    reader.role === 'teacher' || (state.kind === 'class' ? wasIn(m) : m.role === 'teacher' || m.memberId === memberId);
  const members = Object.fromEntries(
    values(state.members)
      .filter(isMet)
      // Which log somebody reads is between him and the hub: it may follow from rows that others never see.
      .map((m) => [m.memberId, { ...m, roleVersion: 0 }]),
  );
  if (reader.role === 'teacher') return { ...state, members, channels, scheduled };
  const mine = readsFor(reader);
  const own = (work: { memberId: MemberId }) => mine.includes(work.memberId);
  return {
    kind: state.kind,
    title: state.title,
    members,
    requests: {},
    channels,
    scheduled,
    assignments: keep(
      state.assignments,
      (a) => a.assignedAt !== null && mine.some((id) => isAssigned(a.assignees, id)),
    ),
    submissions: keep(state.submissions, own),
    owed: {},
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

/** Whether pupils are asked for this work: a hand-out may only be for reading. */
export const expectsWork = (assignment: Assignment): boolean => !assignment.isHandout || assignment.collect !== null;

/** Whether a collecting is over at this time, by the hub's clock. */
export const isCollected = (collect: Collect, now: number): boolean =>
  collect.isOver || (collect.bellAt !== null && now >= collect.bellAt);

type DueCommand =
  CommandOf<'publishAssignment'> | CommandOf<'sendScheduled'> | CommandOf<'endCollect'> | CommandOf<'handInTogether'>;

/** Commands that the hub itself must give, and when (S20). */
export const dueCommands = (state: Classroom): { at: number; command: DueCommand }[] => [
  ...values(state.assignments)
    .filter((a) => a.state === 'scheduled' && a.publishAt !== null)
    .map((a): { at: number; command: DueCommand } => ({
      at: a.publishAt ?? 0,
      command: { id: dueIdOf(a.assignmentId), kind: 'publishAssignment', body: { assignmentId: a.assignmentId } },
    })),
  ...values(state.assignments).flatMap(({ assignmentId, collect }): { at: number; command: DueCommand }[] =>
    collect && !collect.isOver && collect.bellAt !== null
      ? [
          {
            at: collect.bellAt,
            command: {
              id: dueIdOf(collect.collectId),
              kind: 'endCollect',
              body: { assignmentId, collectId: collect.collectId },
            },
          },
        ]
      : [],
  ),
  ...values(state.owed).map(({ handInId, memberId, at }): { at: number; command: DueCommand } => ({
    at,
    command: { id: togetherIdOf(handInId, memberId), kind: 'handInTogether', body: { handInId, memberId } },
  })),
  ...values(state.scheduled).map(({ messageId, sendAt }): { at: number; command: DueCommand } => ({
    at: sendAt,
    command: { id: dueIdOf(messageId), kind: 'sendScheduled', body: { messageId } },
  })),
];
