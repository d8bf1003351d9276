/**
 * The words of the wire: every command, change, page and answer as one zod file that both sides parse. Types are inferred
 * from the schemas, never written beside them. A test pins the hash of all of it next to {@link PROTOCOL_VERSION}; one sample
 * of every message ever shipped must parse for ever (test/core/samples).
 *
 * Versions: 1 (November 2026) the first.
 */
import * as z from 'zod/mini';
import { ERROR_CODES } from './errors.ts';
import { ChannelId, CommandId, DeviceId, FileId, HubId, LogId, MemberId, PersonId, Sha256 } from './ids.ts';
import * as limit from './limits.ts';
import { SCALES } from './marks.ts';

export const PROTOCOL_VERSION = 1;
/** The oldest protocol this side still speaks. */
export const PROTOCOL_FLOOR = 1;

const text = (max: number) => z.string().check(z.maxLength(max));
const name = () => z.string().check(z.minLength(1), z.maxLength(limit.NAME_MAX));
const count = () => z.int().check(z.nonnegative());
/** Unix time in milliseconds by the hub's clock. */
const time = () => z.int().check(z.nonnegative());
const fileIds = () => z.array(FileId).check(z.maxLength(limit.FILES_PER_COMMAND_MAX));

// ── Words that commands and changes share ──────────────────────────────────────────────────────────────────────────────

export const ROLES = ['teacher', 'student'] as const;
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

export const CHANNEL_KINDS = ['everyone'] as const;
export const Channel = z.object({ channelId: ChannelId, kind: z.enum(CHANNEL_KINDS) });
export type Channel = z.infer<typeof Channel>;

const assignmentContent = {
  title: z.string().check(z.minLength(1), z.maxLength(limit.TITLE_MAX)),
  text: text(limit.ASSIGNMENT_TEXT_MAX),
  dueAt: z.nullable(time()),
  scale: ScaleSchema,
  assignees: Assignees,
};
const mark = () => z.nullable(text(16));

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
  command('confirmJoin', { requestId: CommandId, memberId: MemberId, name: name() }),
  command('declineJoin', { requestId: CommandId }),
  command('changeRole', { memberId: MemberId, role: Role }),
  /** Takes a member out; with `erase` also everything that the member ever wrote or handed in (S16). */
  command('removeMember', { memberId: MemberId, erase: z.boolean() }),
  command('postMessage', {
    channelId: ChannelId,
    text: text(limit.MESSAGE_TEXT_MAX),
    fileIds: fileIds(),
    replyTo: z.nullable(CommandId),
  }),
  command('editMessage', { messageId: CommandId, text: text(limit.MESSAGE_TEXT_MAX) }),
  command('removeMessage', { messageId: CommandId }),
  command('assign', { ...assignmentContent, fileIds: fileIds(), seriesId: z.nullable(CommandId) }),
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
  command('handIn', { assignmentId: CommandId, fileIds: fileIds(), note: text(limit.NOTE_MAX) }),
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
};

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
  joinConfirmed: z.object({ requestId: CommandId, memberId: MemberId, name: name(), role: Role, personId: PersonId }),
  joinDeclined: z.object({ requestId: CommandId }),
  roleChanged: z.object({ memberId: MemberId, role: Role }),
  memberRemoved: z.object({ memberId: MemberId }),
  memberErased: z.object({ memberId: MemberId }),
  messagePosted: z.object({
    channelId: ChannelId,
    text: text(limit.MESSAGE_TEXT_MAX),
    files: files(),
    replyTo: z.nullable(CommandId),
  }),
  messageEdited: z.object({
    messageId: CommandId,
    messageSeq: count(),
    channelId: ChannelId,
    text: text(limit.MESSAGE_TEXT_MAX),
  }),
  messageRemoved: z.object({ messageId: CommandId, messageSeq: count(), channelId: ChannelId }),
  assigned: z.object({ ...assignmentInFull }),
  assignmentScheduled: z.object({ ...assignmentInFull, publishAt: time() }),
  assignmentChanged: z.object({ ...assignmentInFull, publishAt: z.nullable(time()), assignedAt: z.nullable(time()) }),
  assignmentWithdrawn: z.object({ assignmentId: CommandId }),
  handedIn: z.object({
    assignmentId: CommandId,
    memberId: MemberId,
    attempt: count(),
    files: files(),
    note: text(limit.NOTE_MAX),
    late: z.boolean(),
    receipt: text(32),
  }),
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
 * Who may read an entry. `all`: every confirmed member · `teachers` · `member:<id>`: that member and the teachers ·
 * `assignment:<id>`: those it is for, and the teachers. Stored with the row, never changed.
 */
export const Label = z
  .string()
  .check(z.regex(/^(all|teachers|(member|assignment):[0-9a-f-]{36})$/))
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

export const ENDED_CODES = ['lesson-ended', 'signed-out'] as const;
/** The hub's last word on a socket: this sign-in is over and its page clears itself. */
export const Ended = z.object({ code: z.enum(ENDED_CODES) });

/** Events of the socket, typed for Socket.IO on both sides. `unknown` is parsed at the door. */
export interface ClientToHub {
  follow: (request: unknown, ack: (answer: unknown) => void) => void;
  pull: (request: unknown, ack: (answer: unknown) => void) => void;
  submit: (request: unknown, ack: (answer: unknown) => void) => void;
}
export interface HubToClient {
  /** The same type that `pull` answers with (S5). */
  page: (page: unknown) => void;
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
});
export type HubFacts = z.infer<typeof HubFacts>;

/** POST /api/join — a pupil's page with the class code. Answers {@link Credentials}; the class is told to the teacher. */
export const JoinRequest = z.object({ code: text(32), name: name(), device: text(limit.NAME_MAX), protocol: z.int() });
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
