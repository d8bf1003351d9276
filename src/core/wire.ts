/**
 * The words of the wire: every command, change, page and answer as one zod file that both sides parse. Types are inferred
 * from the schemas, never written beside them. A test pins the hash of all of it next to {@link PROTOCOL_VERSION}; one sample
 * of every message ever shipped must parse for ever (test/core/samples). Long because the protocol is one thing to read and to pin.
 *
 * Versions: 1 (November 2026) the first. 2 (November 2026) channels of every kind, parents, the school's log; reactions, polls,
 * notices, pins, forwarding, scheduled messages; pushed pages without the reader's key; read positions, typing, presence. A side
 * of version 1 gets pages with the key in them and skips kinds that it does not know (S12). The lesson: hand-outs, collecting until
 * the bell, pupils who hand in together, works that a teacher brought; the wall and what pages tell for it. `/api/me` tells the
 * backup epoch. A removal names the schedule behind its message; `limit-reached` and `too-many-attempts` (`internal` before).
 * `/api/hub` tells the backup epoch too, and who is not known there any more may say who he was.
 */
import * as z from 'zod/mini';
import { ERROR_CODES } from './errors.ts';
import { ChannelId, CommandId, DeviceId, FileId, HubId, LogId, MemberId, PersonId, Sha256 } from './ids.ts';
import * as limit from './limits.ts';
import { SCALES } from './marks.ts';

export const PROTOCOL_VERSION = 2;
/** The oldest protocol this side still speaks. */
export const PROTOCOL_FLOOR = 1;

const text = (max: number) => z.string().check(z.maxLength(max));
const name = () => z.string().check(z.minLength(1), z.maxLength(limit.NAME_MAX));
const count = () => z.int().check(z.nonnegative());
/** Unix time in milliseconds by the hub's clock. */
const time = () => z.int().check(z.nonnegative());
const fileIds = () => z.array(FileId).check(z.maxLength(limit.FILES_PER_COMMAND_MAX));

// ── Words that commands and changes share ──────────────────────────────────────────────────────────────────────────────

export const ROLES = ['teacher', 'student', 'parent'] as const;
export const Role = z.enum(ROLES);
export type Role = z.infer<typeof Role>;

/** A stored file as a change names it: name, size and hash come from the hub's own row (S15). */
export const FileRef = z.object({
  fileId: FileId,
  name: z.string().check(z.minLength(1), z.maxLength(limit.FILE_NAME_MAX)),
  sizeBytes: count(),
  sha256: Sha256,
  mediaType: z.string().check(z.maxLength(100)),
});
export type FileRef = z.infer<typeof FileRef>;
const files = () => z.array(FileRef).check(z.maxLength(limit.FILES_PER_COMMAND_MAX));

export const ScaleSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal(SCALES[0]) }),
  z.object({ kind: z.literal(SCALES[1]), max: z.int().check(z.minimum(1), z.maximum(limit.POINTS_MAX)) }),
  z.object({ kind: z.literal(SCALES[2]) }),
]);

/** Everybody in the class now and later, or these members. */
export const Assignees = z.union([
  z.literal('all'),
  z.array(MemberId).check(z.minLength(1), z.maxLength(limit.ASSIGNEES_MAX)),
]);
export type Assignees = z.infer<typeof Assignees>;

export const OUTCOMES = ['accepted', 'redo'] as const;
export const Outcome = z.enum(OUTCOMES);
export type Outcome = z.infer<typeof Outcome>;

/** The channel that a class begins with. A version 1 knows no other, so the rest are made by commands of their own. */
export const Channel = z.object({ channelId: ChannelId, kind: z.literal('everyone') });
export type Channel = z.infer<typeof Channel>;

/**
 * An audience over a log. `everyone` in the class · `students` and teachers · `parents` and teachers · `staff`: teachers of the
 * school · `group`: the members named, and in a class its teachers · `direct`: two members of the school, nobody else.
 */
export const CHANNEL_KINDS = ['everyone', 'students', 'parents', 'staff', 'group', 'direct'] as const;
export const ChannelKind = z.enum(CHANNEL_KINDS);
export type ChannelKind = z.infer<typeof ChannelKind>;
/** Kinds that somebody may make; a `direct` one begins with its first message. */
export const MADE_CHANNEL_KINDS = ['everyone', 'students', 'parents', 'staff', 'group'] as const;

export const WRITERS = ['all', 'teachers'] as const;
const memberIds = (max: number) => z.array(MemberId).check(z.maxLength(max));
/** What of a channel its makers decide. `memberIds` matters only for a `group`. */
const channelContent = {
  /** null: named by its kind. */
  title: z.nullable(name()),
  writers: z.enum(WRITERS),
  memberIds: memberIds(limit.MEMBERS_MAX),
};

export const REACTIONS = ['like', 'heart', 'laugh', 'wow', 'sad', 'thanks', 'done', 'question'] as const;
export const Reaction = z.enum(REACTIONS);
export type Reaction = z.infer<typeof Reaction>;

/** The question is the message's text. */
export const Poll = z.object({
  options: z
    .array(z.string().check(z.minLength(1), z.maxLength(limit.POLL_OPTION_MAX)))
    .check(z.minLength(limit.POLL_OPTIONS_MIN), z.maxLength(limit.POLL_OPTIONS_MAX)),
  isMultiple: z.boolean(),
});
export type Poll = z.infer<typeof Poll>;

/** What a message may carry besides text and files; all of it younger than version 1. */
const messageExtras = {
  mentions: z.optional(memberIds(limit.MENTIONS_MAX)),
  /** Shown as a card. */
  assignmentId: z.optional(CommandId),
  poll: z.optional(Poll),
  /** A notice asks every reader to sign that he has read it. */
  isNotice: z.optional(z.boolean()),
};
const messageContent = {
  channelId: ChannelId,
  text: text(limit.MESSAGE_TEXT_MAX),
  fileIds: fileIds(),
  replyTo: z.nullable(CommandId),
  ...messageExtras,
  /** The other one of a `direct` channel; the channel's id follows from the two. */
  to: z.optional(MemberId),
};
const votes = () => z.array(z.int().check(z.nonnegative())).check(z.maxLength(limit.POLL_OPTIONS_MAX));

const assignmentContent = {
  title: z.string().check(z.minLength(1), z.maxLength(limit.TITLE_MAX)),
  text: text(limit.ASSIGNMENT_TEXT_MAX),
  dueAt: z.nullable(time()),
  scale: ScaleSchema,
  assignees: Assignees,
};
const mark = () => z.nullable(text(16));

/** What becomes of a work that comes after its collecting is over: taken as any, taken as late, refused. */
export const AFTER_BELL = ['accept', 'late', 'refuse'] as const;
export const AfterBell = z.enum(AFTER_BELL);
export type AfterBell = z.infer<typeof AfterBell>;
const collecting = { assignmentId: CommandId, bellAt: z.nullable(time()), afterBell: AfterBell };
const together = () => z.array(MemberId).check(z.minLength(1), z.maxLength(limit.TOGETHER_MAX));

// ── Commands ───────────────────────────────────────────────────────────────────────────────────────────────────────────

const command = <K extends string, B extends z.core.$ZodLooseShape>(kind: K, body: B) =>
  z.object({ id: CommandId, kind: z.literal(kind), body: z.object(body) });

/**
 * What somebody wants. One command, one change, one audience. `seen` is the id of the change whose value this command
 * replaces (null: there was none): an id and not a seq, so that a value may be replaced while the first is still waiting.
 */
export const Command = z.discriminatedUnion('kind', [
  command('createClass', {
    title: name(),
    memberId: MemberId,
    teacherName: name(),
    channels: z.array(Channel).check(z.minLength(1), z.maxLength(8)),
  }),
  command('renameClass', { title: name() }),
  command('listMember', { memberId: MemberId, name: name() }),
  command('renameMember', { memberId: MemberId, name: name() }),
  /** From the hub, for somebody who opened the address and gave the right code. */
  command('requestJoin', { personId: PersonId, name: name(), device: text(limit.NAME_MAX) }),
  /** Ties the sign-in behind a request to a line of the list; `name` matters only where the line is new. */
  command('confirmJoin', {
    requestId: CommandId,
    memberId: MemberId,
    name: name(),
    /** Absent: a student. */
    role: z.optional(z.enum(['student', 'parent'])),
    childIds: z.optional(memberIds(limit.CHILDREN_MAX)),
  }),
  command('declineJoin', { requestId: CommandId }),
  command('changeRole', { memberId: MemberId, role: Role }),
  /** Whose works and marks a parent reads. */
  command('setChildren', { memberId: MemberId, childIds: memberIds(limit.CHILDREN_MAX) }),
  /** Takes a member out; with `erase` also everything that the member ever wrote or handed in (S16). */
  command('removeMember', { memberId: MemberId, erase: z.boolean() }),
  command('postMessage', messageContent),
  command('editMessage', { messageId: CommandId, text: text(limit.MESSAGE_TEXT_MAX) }),
  command('removeMessage', { messageId: CommandId }),
  /** A copy of a message, its text and files as the hub has them, into another channel of the same log. */
  command('forwardMessage', { messageId: CommandId, channelId: ChannelId, to: z.optional(MemberId) }),
  command('scheduleMessage', { ...messageContent, sendAt: time() }),
  command('cancelScheduled', { messageId: CommandId }),
  /** From the hub, when a message falls due (S20), or from its author before. */
  command('sendScheduled', { messageId: CommandId }),
  command('react', { messageId: CommandId, reaction: Reaction, isOn: z.boolean() }),
  command('pinMessage', { messageId: CommandId, isPinned: z.boolean() }),
  /** Numbers of options from 0; none takes the vote back. */
  command('vote', { messageId: CommandId, options: votes() }),
  command('closePoll', { messageId: CommandId }),
  /** "Ознакомлен": I have read this notice. */
  command('sign', { messageId: CommandId }),
  command('createChannel', { channelId: ChannelId, kind: z.enum(MADE_CHANNEL_KINDS), ...channelContent }),
  command('changeChannel', { channelId: ChannelId, ...channelContent, isArchived: z.boolean(), seen: CommandId }),
  /** From the hub: the school's log, and who has to do with the school. */
  command('createSchool', { title: name(), channelId: ChannelId }),
  command('enterSchool', {
    memberId: MemberId,
    name: name(),
    role: Role,
    personIds: z.array(PersonId).check(z.maxLength(100)),
  }),
  command('leaveSchool', { memberId: MemberId, erase: z.boolean() }),
  /** `isHandout`: given out in a lesson; work for it is wanted only once it is collected. */
  command('assign', {
    ...assignmentContent,
    fileIds: fileIds(),
    seriesId: z.nullable(CommandId),
    isHandout: z.optional(z.boolean()),
  }),
  command('scheduleAssignment', {
    ...assignmentContent,
    fileIds: fileIds(),
    seriesId: z.nullable(CommandId),
    publishAt: time(),
  }),
  /** From the hub, when a schedule falls due (S20). */
  command('publishAssignment', { assignmentId: CommandId }),
  command('changeAssignment', { ...assignmentContent, assignmentId: CommandId, fileIds: fileIds(), seen: CommandId }),
  command('withdrawAssignment', { assignmentId: CommandId }),
  /** `together`: pupils who did it with him, at the same computer. */
  command('handIn', {
    assignmentId: CommandId,
    fileIds: fileIds(),
    note: text(limit.NOTE_MAX),
    together: z.optional(together()),
  }),
  /** From the hub: the same work once more, of one who did it together with who handed it in. */
  command('handInTogether', { handInId: CommandId, memberId: MemberId }),
  /** A work that a teacher has from elsewhere, of a pupil who may have no sign-in at all. `writtenAt`: the file's own time. */
  command('bringWork', {
    assignmentId: CommandId,
    memberId: MemberId,
    fileIds: fileIds(),
    note: text(limit.NOTE_MAX),
    writtenAt: z.nullable(time()),
  }),
  /** Asks every page for its work, until `bellAt` (null: until {@link endCollect}). `seen`: the collecting that this one replaces. */
  command('collect', { ...collecting, seen: z.nullable(CommandId) }),
  /** From a teacher, or from the hub when the bell rings (S20). */
  command('endCollect', { assignmentId: CommandId, collectId: CommandId }),
  command('review', {
    assignmentId: CommandId,
    memberId: MemberId,
    attempt: count(),
    mark: mark(),
    comment: text(limit.COMMENT_MAX),
    seen: z.nullable(CommandId),
  }),
  command('giveBack', { assignmentId: CommandId, memberId: MemberId, reviewId: CommandId, outcome: Outcome }),
]);
export type Command = z.infer<typeof Command>;
export type CommandKind = Command['kind'];
export type CommandOf<K extends CommandKind> = Extract<Command, { kind: K }>;

// ── Changes ────────────────────────────────────────────────────────────────────────────────────────────────────────────

const assignmentInFull = {
  ...assignmentContent,
  assignmentId: CommandId,
  files: files(),
  seriesId: z.nullable(CommandId),
  isHandout: z.optional(z.boolean()),
};

/** A message that a change speaks of: its place tells a reader where to lay the change over it. */
const messageNamed = { messageId: CommandId, messageSeq: count(), channelId: ChannelId };

/** What happened, by kind: the body of a log entry. Said in full, so that no reader needs what he could not see before (S4). */
export const CHANGE_BODIES = {
  classCreated: z.object({
    title: name(),
    memberId: MemberId,
    teacherName: name(),
    personId: PersonId,
    channels: z.array(Channel),
  }),
  classRenamed: z.object({ title: name() }),
  memberListed: z.object({ memberId: MemberId, name: name() }),
  memberRenamed: z.object({ memberId: MemberId, name: name() }),
  joinRequested: z.object({ personId: PersonId, name: name(), device: text(limit.NAME_MAX) }),
  joinConfirmed: z.object({
    requestId: CommandId,
    memberId: MemberId,
    name: name(),
    role: Role,
    personId: PersonId,
    childIds: z.optional(memberIds(limit.CHILDREN_MAX)),
  }),
  joinDeclined: z.object({ requestId: CommandId }),
  roleChanged: z.object({ memberId: MemberId, role: Role }),
  childrenSet: z.object({ memberId: MemberId, childIds: memberIds(limit.CHILDREN_MAX) }),
  memberRemoved: z.object({ memberId: MemberId }),
  memberErased: z.object({ memberId: MemberId }),
  messagePosted: z.object({
    channelId: ChannelId,
    text: text(limit.MESSAGE_TEXT_MAX),
    files: files(),
    replyTo: z.nullable(CommandId),
    ...messageExtras,
    /** Both members of a `direct` channel. */
    direct: z.optional(z.tuple([MemberId, MemberId])),
    /** Whose words these were, and when. */
    forward: z.optional(z.object({ messageId: CommandId, by: z.nullable(MemberId), at: time() })),
    /** The row that said it before its hour; it goes blank with this one. */
    scheduled: z.optional(z.object({ messageId: CommandId, messageSeq: count(), sendAt: time() })),
  }),
  messageEdited: z.object({
    messageId: CommandId,
    messageSeq: count(),
    channelId: ChannelId,
    text: text(limit.MESSAGE_TEXT_MAX),
  }),
  /**
   * `direct` and `scheduled` as in `messagePosted`, whose body is gone: the channel must not go with its first message, and what
   * waited for its hour must not wait for ever.
   */
  messageRemoved: z.object({
    ...messageNamed,
    direct: z.optional(z.tuple([MemberId, MemberId])),
    scheduled: z.optional(z.object({ messageId: CommandId, messageSeq: count() })),
  }),
  messageScheduled: z.object({
    channelId: ChannelId,
    text: text(limit.MESSAGE_TEXT_MAX),
    files: files(),
    replyTo: z.nullable(CommandId),
    ...messageExtras,
    to: z.optional(MemberId),
    sendAt: time(),
  }),
  scheduleCancelled: z.object({ messageId: CommandId, messageSeq: count() }),
  reacted: z.object({ ...messageNamed, reaction: Reaction, isOn: z.boolean() }),
  messagePinned: z.object({ ...messageNamed, isPinned: z.boolean(), author: z.nullable(MemberId) }),
  voted: z.object({ ...messageNamed, options: votes() }),
  pollClosed: z.object({ ...messageNamed }),
  signed: z.object({ ...messageNamed }),
  channelCreated: z.object({ channelId: ChannelId, kind: ChannelKind, ...channelContent }),
  channelChanged: z.object({ channelId: ChannelId, ...channelContent, isArchived: z.boolean() }),
  schoolCreated: z.object({ title: name(), channelId: ChannelId }),
  schoolEntered: z.object({ memberId: MemberId, name: name(), role: Role, personIds: z.array(PersonId) }),
  assigned: z.object({ ...assignmentInFull }),
  assignmentScheduled: z.object({ ...assignmentInFull, publishAt: time() }),
  assignmentChanged: z.object({
    ...assignmentInFull,
    publishAt: z.nullable(time()),
    assignedAt: z.nullable(time()),
    /** Said again for those to whom it is given only now. */
    collect: z.optional(
      z.object({ collectId: CommandId, bellAt: z.nullable(time()), afterBell: AfterBell, isOver: z.boolean() }),
    ),
  }),
  assignmentWithdrawn: z.object({ assignmentId: CommandId }),
  handedIn: z.object({
    assignmentId: CommandId,
    memberId: MemberId,
    attempt: count(),
    files: files(),
    note: text(limit.NOTE_MAX),
    late: z.boolean(),
    receipt: text(32),
    /** Pupils who did it with him; each gets a handing in of his own. */
    together: z.optional(together()),
    /** Of such a one: the handing in that his repeats, and whose it was. */
    of: z.optional(z.object({ handInId: CommandId, memberId: MemberId })),
    /** Brought by a teacher. */
    brought: z.optional(z.object({ writtenAt: z.nullable(time()) })),
  }),
  collecting: z.object({ ...collecting }),
  collected: z.object({ assignmentId: CommandId, collectId: CommandId }),
  reviewed: z.object({
    assignmentId: CommandId,
    memberId: MemberId,
    attempt: count(),
    mark: mark(),
    comment: text(limit.COMMENT_MAX),
  }),
  givenBack: z.object({
    assignmentId: CommandId,
    memberId: MemberId,
    attempt: count(),
    mark: mark(),
    comment: text(limit.COMMENT_MAX),
    outcome: Outcome,
    reviewId: CommandId,
  }),
} as const;
export type ChangeKind = keyof typeof CHANGE_BODIES;
export type ChangeBody<K extends ChangeKind> = z.infer<(typeof CHANGE_BODIES)[K]>;

/**
 * Who may read an entry. `all`: every confirmed member · `teachers` · `member:<id>`: that member, his parents and the teachers ·
 * `own:<id>`: that member alone · `assignment:<id>`: those it is for, their parents and the teachers · `channel:<id>`: who is in
 * the channel. Stored with the row, never changed.
 */
export const Label = z
  .string()
  .check(z.regex(/^(all|teachers|(member|own|assignment|channel):[0-9a-f-]{36})$/))
  .brand<'Label'>();
export type Label = z.infer<typeof Label>;

/**
 * One row of a log: a header and an erasable body (S16). `kind` may be one this version does not know (S12).
 * `by` is the acting member, null for the hub; `about` whom or what the row speaks of, by which erasure finds it.
 */
export const Entry = z.object({
  seq: z.int().check(z.positive()),
  at: time(),
  id: CommandId,
  kind: text(64),
  label: z.string().check(z.maxLength(64)),
  by: z.nullable(MemberId),
  about: z.nullable(text(64)),
  /** null when erased. */
  body: z.nullable(z.record(z.string(), z.unknown())),
});
export type Entry = z.infer<typeof Entry>;

/** A change whose kind and body this version knows, tied together for `switch`. */
export type Change = { [K in ChangeKind]: { kind: K; body: ChangeBody<K> } }[ChangeKind];
export type ChangeOf<K extends ChangeKind> = Extract<Change, { kind: K }>;

export const isChangeKind = (kind: string): kind is ChangeKind => Object.hasOwn(CHANGE_BODIES, kind);

/** The change in an entry; null where it is erased, of an unknown kind, or not of the shape its kind has (S12, S16). */
export function changeIn(entry: Pick<Entry, 'kind' | 'body'>): Change | null {
  if (entry.body === null || !isChangeKind(entry.kind)) return null;
  const parsed = z.safeParse(CHANGE_BODIES[entry.kind], entry.body);
  return parsed.success ? ({ kind: entry.kind, body: parsed.data } as Change) : null;
}

// ── Logs over the socket ───────────────────────────────────────────────────────────────────────────────────────────────

/** Hub identity, backup epoch, reader's member and role version; another key means another log (S14). */
export const LogKey = z.string().check(z.maxLength(200)).brand<'LogKey'>();
export type LogKey = z.infer<typeof LogKey>;

/** What a reader may see of `(after, upTo]`; there may be gaps between its entries (S4). */
export const Page = z.object({
  logId: LogId,
  logKey: LogKey,
  after: count(),
  upTo: count(),
  /** The log's last seq when the page was made. */
  head: count(),
  entries: z.array(Entry).check(z.maxLength(limit.PAGE_ENTRIES_MAX)),
});
export type Page = z.infer<typeof Page>;

/**
 * A page as it is pushed: readers who see the same share one (S5). Its key is the one of the last answer to `follow` on this
 * socket; a socket of version 1 gets {@link Page}.
 */
export const PushedPage = z.omit(Page, { logKey: true });
export type PushedPage = z.infer<typeof PushedPage>;

export const ErrorCodeSchema = z.enum(ERROR_CODES);
/** Everything the hub answers: a value, or a code of the closed list. */
export const answer = <T extends z.core.$ZodType>(value: T) =>
  z.discriminatedUnion('ok', [
    z.object({ ok: z.literal(true), value }),
    z.object({ ok: z.literal(false), code: z.catch(ErrorCodeSchema, 'internal') }),
  ]);
export type Answer<T> = { ok: true; value: T } | { ok: false; code: z.infer<typeof ErrorCodeSchema> };

export const CommandResult = z.discriminatedUnion('ok', [
  z.object({ id: CommandId, ok: z.literal(true), seq: z.int().check(z.positive()) }),
  z.object({ id: CommandId, ok: z.literal(false), code: z.catch(ErrorCodeSchema, 'internal') }),
]);
export type CommandResult = z.infer<typeof CommandResult>;

/** What a socket says when it opens, in `handshake.auth`. */
export const Handshake = z.object({ ticket: text(200), protocol: z.int() });

/** Client to hub, each with an acknowledgement of the answer beside it. */
export const FollowRequest = z.object({ logId: LogId, logKey: z.nullable(LogKey), cursor: count() });
export const Following = z.object({
  logId: LogId,
  logKey: LogKey,
  head: count(),
  memberId: MemberId,
  role: Role,
  /** The hub's clock, for previews of what falls due. */
  now: time(),
});
export type Following = z.infer<typeof Following>;
export const PullRequest = z.object({
  logId: LogId,
  logKey: LogKey,
  after: count(),
  limit: z.int().check(z.minimum(1), z.maximum(limit.PAGE_ENTRIES_MAX)),
});
/** Commands are parsed one by one on the hub, so that one bad command refuses itself and not its neighbours. */
export const SubmitRequest = z.object({
  logId: LogId,
  commands: z.array(z.unknown()).check(z.minLength(1), z.maxLength(limit.COMMANDS_PER_SUBMIT_MAX)),
});
export const SubmitResult = z.object({ results: z.array(CommandResult) });

// Beside the log, forgotten when nobody is there to see it: how far who has read, who is writing, who is here.

/** How far this member has read a channel; the greatest wins. */
export const ReadMark = z.object({ logId: LogId, channelId: ChannelId, seq: z.int().check(z.positive()) });
export type ReadMark = z.infer<typeof ReadMark>;
export const TypingMark = z.object({ logId: LogId, channelId: ChannelId });
export type TypingMark = z.infer<typeof TypingMark>;
/** How far members have read: one member, or many after `follow`. Of others it is told to who may know it (see `mayKnowReads`). */
export const Reads = z.object({
  logId: LogId,
  reads: z
    .array(z.object({ channelId: ChannelId, memberId: MemberId, seq: count() }))
    .check(z.maxLength(limit.READS_MAX)),
});
export type Reads = z.infer<typeof Reads>;
export const Typing = z.object({ logId: LogId, channelId: ChannelId, memberId: MemberId });
export type Typing = z.infer<typeof Typing>;
/** Members with an open page, whole. */
export const Presence = z.object({ logId: LogId, memberIds: z.array(MemberId).check(z.maxLength(limit.MEMBERS_MAX)) });
export type Presence = z.infer<typeof Presence>;

// The lesson, beside the log as well: what pages tell of themselves, and the wall on which a teacher sees it.

/**
 * A page of a pupil tells of itself: `wantsHelp` when the hand goes up or down (absent: nothing is said of it), and after every
 * `follow` while it is up; `isActive` at most every {@link limit.ACTIVE_EVERY_MS} while there are keys or taps; `holds`, after every
 * `follow`, the files that it has whole: a hub that was started anew does not know whom it sent them.
 */
export const LessonMark = z.object({
  logId: LogId,
  wantsHelp: z.optional(z.boolean()),
  isActive: z.boolean(),
  holds: z.optional(z.array(FileId).check(z.maxLength(limit.WALL_DOWN_MAX))),
});
export type LessonMark = z.infer<typeof LessonMark>;
/** A teacher's page has a wall open, or has closed it. */
export const WallWish = z.object({ logId: LogId, isOpen: z.boolean() });
export type WallWish = z.infer<typeof WallWish>;
/** A teacher has been with this pupil: his hand goes down, on the hub and on his pages. */
export const Helped = z.object({ logId: LogId, memberId: MemberId });
export type Helped = z.infer<typeof Helped>;
/** How far the bytes of one file are: `doneBytes` of them handed to the network, or come from it. */
export const Flow = z.object({ fileId: FileId, doneBytes: count(), sizeBytes: count() });
export type Flow = z.infer<typeof Flow>;
/**
 * What is true of one pupil now. `down` holds files of this class's assignments that the hub has sent him, or that his page says it
 * has: in a delta only those that moved. `up`: his uploads that no work names yet.
 */
export const WallTile = z.object({
  memberId: MemberId,
  isHere: z.boolean(),
  wantsHelpSince: z.nullable(time()),
  /** The last key or tap that was told; coarse. */
  activeAt: z.nullable(time()),
  down: z.array(Flow).check(z.maxLength(limit.WALL_DOWN_MAX)),
  up: z.array(Flow).check(z.maxLength(limit.WALL_UP_MAX)),
});
export type WallTile = z.infer<typeof WallTile>;
/** Tiles that changed. `isWhole`: what was known before is void; more tiles may follow. `now`: the hub's clock. */
export const Wall = z.object({
  logId: LogId,
  now: time(),
  isWhole: z.boolean(),
  tiles: z.array(WallTile).check(z.maxLength(limit.WALL_TILES_MAX)),
});
export type Wall = z.infer<typeof Wall>;

export const ENDED_CODES = ['lesson-ended', 'signed-out'] as const;
/** The hub's last word on a socket: this sign-in is over and its page clears itself. */
export const Ended = z.object({ code: z.enum(ENDED_CODES) });

/** Events of the socket, typed for Socket.IO on both sides. `unknown` is parsed at the door. */
export interface ClientToHub {
  follow: (request: unknown, ack: (answer: unknown) => void) => void;
  pull: (request: unknown, ack: (answer: unknown) => void) => void;
  submit: (request: unknown, ack: (answer: unknown) => void) => void;
  /** {@link ReadMark}, {@link TypingMark}, {@link LessonMark}…: no answer, nothing depends on them. */
  read: (mark: unknown) => void;
  typing: (mark: unknown) => void;
  lessonMark: (mark: unknown) => void;
  /** Teachers: {@link WallWish}, answered by a whole {@link Wall}; {@link Helped}. */
  wall: (wish: unknown) => void;
  helped: (helped: unknown) => void;
  /** Wants a beat every so many milliseconds, the first at once; 0: no more. Parsed by hand: a number or nothing. */
  beat: (everyMs: unknown) => void;
}
export interface HubToClient {
  /** The same type that `pull` answers with (S5), but for the key: {@link PushedPage}. */
  page: (page: unknown) => void;
  reads: (reads: unknown) => void;
  typing: (typing: unknown) => void;
  presence: (presence: unknown) => void;
  wall: (wall: unknown) => void;
  /** {@link Helped}, to all pages of that pupil. */
  helped: (helped: unknown) => void;
  /** A sign of life, to who wants one. Sides without it neither ask nor answer. */
  beat: () => void;
  /** The list of this person's logs, or a role in one, has changed: ask `/api/me` again. */
  logs: () => void;
  ended: (ended: unknown) => void;
}

// ── HTTP (JSON; every answer is an `answer(...)` of the schema named; tickets travel as `Authorization: Bearer`) ───────

/** GET /api/hub — public. */
export const HubFacts = z.object({
  hubId: HubId,
  name: name(),
  protocol: z.int(),
  floor: z.int(),
  version: text(32),
  now: time(),
  /** Its backup epoch: who is signed out by another one was not shut out but forgotten (S14). */
  epoch: z.optional(text(64)),
});
export type HubFacts = z.infer<typeof HubFacts>;

/** Of a device's secret that its page brings along: shorter ones could be guessed. The hub's own have 43. */
export const SECRET_CHARS_MIN = 40;
/**
 * POST /api/join — a pupil's page with the class code. Answers {@link Credentials}; the class is told to the teacher. `again`: who the
 * page was to the hub that this one is a copy of, where no trace of him is left; he stays that person. POST /api/rejoin, with a ticket: the
 * same for a person whom the hub knows and his class does not. Answers {@link Nothing}.
 */
export const JoinRequest = z.object({
  code: text(32),
  name: name(),
  device: text(limit.NAME_MAX),
  protocol: z.int(),
  again: z.optional(
    z.object({
      deviceId: DeviceId,
      secret: z.string().check(z.minLength(SECRET_CHARS_MIN), z.maxLength(200)),
      personId: PersonId,
    }),
  ),
});
/** POST /api/devices — a teacher's further device with a one-time code. Answers {@link Credentials}. */
export const DeviceRequest = z.object({ code: text(32), device: text(limit.NAME_MAX), protocol: z.int() });
export const Credentials = z.object({ deviceId: DeviceId, secret: text(200), personId: PersonId, hubId: HubId });
export type Credentials = z.infer<typeof Credentials>;

/** POST /api/session — the device's secret for a short ticket. Also sets the cookie that file downloads need. */
export const SessionRequest = z.object({
  deviceId: DeviceId,
  secret: text(200),
  protocol: z.int(),
  keeps: z.optional(z.boolean()),
});
export const Session = z.object({
  ticket: text(200),
  expiresAt: time(),
  personId: PersonId,
  hubId: HubId,
  now: time(),
});
export type Session = z.infer<typeof Session>;

/** GET /api/me — who I am here and which logs are mine. A waiting person learns nothing of the class, not even its title. */
export const Me = z.object({
  personId: PersonId,
  /** The hub's backup epoch, as in every {@link LogKey}. Absent: a hub of before. */
  epoch: z.optional(text(64)),
  hubRole: z.enum(['teacher', 'guest']),
  name: name(),
  logs: z.array(
    z.discriminatedUnion('state', [
      z.object({ logId: LogId, state: z.literal('waiting') }),
      z.object({ logId: LogId, state: z.literal('declined') }),
      z.object({
        logId: LogId,
        state: z.literal('member'),
        title: name(),
        memberId: MemberId,
        role: Role,
        logKey: LogKey,
        head: count(),
        /** Absent: a class. The school's log is not told to a side of version 1. */
        kind: z.optional(z.enum(['class', 'school'])),
      }),
    ]),
  ),
});
export type Me = z.infer<typeof Me>;

/** GET and POST (renew) /api/logs/:logId/join-code — teachers of the log. */
export const JoinCode = z.object({ code: text(32), expiresAt: time() });
export type JoinCode = z.infer<typeof JoinCode>;
/** POST /api/device-codes — teachers; the code works once. */
export const DeviceCode = z.object({ code: text(32), expiresAt: time() });
export type DeviceCode = z.infer<typeof DeviceCode>;
/** GET /api/devices — the teacher's own. DELETE /api/devices/:deviceId revokes at once. */
export const Devices = z.object({
  devices: z.array(
    z.object({
      deviceId: DeviceId,
      name: text(limit.NAME_MAX),
      addedAt: time(),
      seenAt: z.nullable(time()),
      current: z.boolean(),
    }),
  ),
});
export type Devices = z.infer<typeof Devices>;
/** POST /api/logs/:logId/end-lesson — every pupil's page of the class that is not "my computer" clears itself. */
export const LessonEnded = z.object({ pages: count() });
/** GET /api/logs/:logId/present — teachers: members whose page is connected now. */
export const Present = z.object({ memberIds: z.array(MemberId) });
export type Present = z.infer<typeof Present>;
/** DELETE /api/session — sign this device out for good. */
export const Nothing = z.object({});

/** tus metadata of POST /files; the id is the client's and is refused if known (HEAD comes first). */
export const UploadMetadata = z.object({
  fileId: FileId,
  filename: z.string().check(z.minLength(1), z.maxLength(1024)),
  filetype: z.optional(text(100)),
  /** Where the sender knows it already; the hub's own hash decides. */
  sha256: z.optional(Sha256),
});
export type UploadMetadata = z.infer<typeof UploadMetadata>;
