/**
 * The sync engine as pages see it: one store per hub, the same for teacher and pupil. Everything a page shows comes from
 * `watch…`, which answers from the local cache first and again after every change, also from another tab; everything a page
 * wants goes into `send`. A page never waits for the network and never sees it, except in {@link Connection}.
 *
 * Hides: Dexie, Socket.IO, cursors, pages, the outbox's order, retries, overlay. Keeps: S5–S18 (see sync.ts, database.ts).
 */
import type { Classroom } from '../core/classroom.ts';
import type { ErrorCode } from '../core/errors.ts';
import type { ChannelId, CommandId, FileId, LogId, MemberId, PersonId, Sha256 } from '../core/ids.ts';
import type { PortfolioLine, TakenIn } from '../core/portfolio.ts';
import type {
  Command,
  CommandKind,
  CommandOf,
  DeviceCode,
  Devices,
  FileRef,
  JoinCode,
  Poll,
  Present,
  Reaction,
  Role,
  Session,
  WallTile,
} from '../core/wire.ts';

export type Stop = () => void;

/** `updating`: connected and still pulling. `signed-out`: the hub ended this sign-in; what is local stays readable. */
export interface Connection {
  state: 'online' | 'updating' | 'offline' | 'signed-out';
  /** Why it is not online; null while it is, or before the first try. */
  code: ErrorCode | null;
  /** When the next try begins, Unix ms; null where none is planned. */
  retryAt: number | null;
}

/** A log of this person, as last heard of; from the cache when offline. */
export interface LogSummary {
  logId: LogId;
  /** The school's log holds people, staff and one-to-one chats; it is no class. */
  kind: 'class' | 'school';
  state: 'waiting' | 'declined' | 'member';
  /** The hub came back from a backup that does not know that we were let in; what we did there waits here (S14). */
  isForgotten: boolean;
  /** '' until the person is a member. */
  title: string;
  role: Role | null;
  /** Unread messages of others, in all channels, and those among them that mention me. */
  unread: number;
  mentions: number;
  /** Works handed in and not yet given back (teachers). */
  toCheck: number;
  /** People at the door (teachers). */
  requests: number;
  /** Commands not confirmed yet, and refused ones among them. */
  waiting: number;
  refused: number;
  /** Whether the local log has reached the hub's head as last heard. */
  isCurrent: boolean;
}

export interface MeView {
  personId: PersonId;
  name: string;
  hubRole: 'teacher' | 'guest';
  /** The hub's backup epoch as last heard; an older hub says none. */
  epoch?: string | undefined;
  logs: readonly LogSummary[];
}

/** Where a command stands: waiting (why: no network, or a file still on its way), on its way, or refused with a reason. */
export type OutboxState = 'waiting' | 'waiting-for-files' | 'sending' | 'refused';
export interface OutboxRow {
  id: CommandId;
  logId: LogId;
  command: Command;
  /** When it was written, by this device's clock; shown, never ordered by. */
  writtenAt: number;
  state: OutboxState;
  code: ErrorCode | null;
  /** It was confirmed once and came back because the hub was restored from a backup (S14). */
  isReissued: boolean;
}

/** A class with this reader's rights and everything still waiting laid over it (S8). */
export interface ClassView {
  logId: LogId;
  memberId: MemberId;
  role: Role;
  classroom: Classroom;
  /** Ids of changes in `classroom` that are not confirmed yet: an assignment's `changeId`, a review's or attempt's `id`… */
  pending: ReadonlySet<string>;
  unread: Readonly<Record<ChannelId, number>>;
  /** Unread messages that mention me, by channel. */
  mentions: Readonly<Record<ChannelId, number>>;
  outbox: readonly OutboxRow[];
  /** The hub's clock minus this device's, as last heard: bells ring by the hub's. */
  clockOffsetMs: number;
}

/** Who chose what, with my own waiting choice laid over it (S8). */
export interface PollView extends Poll {
  /** By option. */
  votes: readonly (readonly MemberId[])[];
  isClosed: boolean;
}

export interface MessageView {
  id: CommandId;
  /** null until confirmed. */
  seq: number | null;
  /** The hub's time once confirmed, this device's before. */
  at: number;
  by: MemberId | null;
  channelId: ChannelId;
  text: string;
  files: readonly FileRef[];
  replyTo: CommandId | null;
  isEdited: boolean;
  isRemoved: boolean;
  /** Earlier wordings, oldest first; empty where it was never edited. */
  history: readonly { text: string; at: number }[];
  /** Only those that somebody gave. */
  reactions: Readonly<Partial<Record<Reaction, readonly MemberId[]>>>;
  mentions: readonly MemberId[];
  /** Shown as a card; null for none. */
  assignmentId: CommandId | null;
  poll: PollView | null;
  /** null: no notice. A reader who is no teacher sees his own signature only. */
  notice: { signedBy: readonly { memberId: MemberId; at: number }[] } | null;
  forward: { by: MemberId | null; at: number } | null;
  isPinned: boolean;
  /** null once confirmed and unchanged; else what waits on this message (its posting, edit or removal). */
  outbox: { id: CommandId; state: OutboxState; code: ErrorCode | null } | null;
}

/**
 * Which part of a channel is looked at: the newest `count` messages, or those around a place: at most `count` up to and with
 * seq `around`, and at most `count` after it.
 */
export interface MessagesWindow {
  around: number | 'newest';
  count: number;
}

export interface MessagesView {
  /** Oldest first; confirmed by seq, then, at the newest end, what waits in the order it was written. */
  messages: readonly MessageView[];
  hasOlder: boolean;
  /** There are confirmed messages after these. */
  hasNewer: boolean;
  /** Seq of the newest confirmed message of the channel; 0 where there is none. */
  newestSeq: number;
  /** Seq of the last message read here; the unread line goes after it. */
  readUpTo: number;
}

export const MESSAGE_FEATURES = ['text', 'file', 'photo', 'voice', 'link', 'poll', 'notice', 'assignment'] as const;
export type MessageFeature = (typeof MESSAGE_FEATURES)[number];

export interface SearchQuery {
  /** Words in any form; each must be there. Blank: everything that the rest of the query lets through. */
  text: string;
  logId?: LogId;
  channelId?: ChannelId;
  by?: MemberId;
  feature?: MessageFeature;
  /** Unix ms, both included. */
  from?: number;
  to?: number;
  /** At most so many, newest first. */
  limit: number;
}

export interface Found {
  logId: LogId;
  channelId: ChannelId;
  id: CommandId;
  seq: number;
  at: number;
  by: MemberId | null;
  text: string;
  /** File names, where these matched or there is no text. */
  files: readonly FileRef[];
  /** Where the words stand in `text`: [start, end) in UTF-16 code units. */
  matches: readonly (readonly [number, number])[];
}

export interface SearchResult {
  found: readonly Found[];
  /** All that match, beyond `limit` too. */
  total: number;
}

/** Beside the log, while connected: how far members have read each channel, who is writing now, who is here. */
export interface LiveView {
  reads: Readonly<Record<ChannelId, Readonly<Record<MemberId, number>>>>;
  typing: Readonly<Record<ChannelId, readonly MemberId[]>>;
  present: ReadonlySet<MemberId>;
  /** My own hand is up ({@link ClassStore.askHelp}); true also while offline, and told when the hub is there again. */
  wantsHelp: boolean;
}

/** A lesson's wall as the hub tells it: pupils of whom nothing is known have no tile. */
export interface WallView {
  tiles: ReadonlyMap<MemberId, WallTile>;
}

/** What the hub answers directly, online only; each call throws PartaError. */
export interface HubCalls {
  joinCode(logId: LogId): Promise<JoinCode>;
  renewJoinCode(logId: LogId): Promise<JoinCode>;
  deviceCode(): Promise<DeviceCode>;
  devices(): Promise<Devices['devices']>;
  revokeDevice(deviceId: string): Promise<void>;
  endLesson(logId: LogId): Promise<{ pages: number }>;
  present(logId: LogId): Promise<Present['memberIds']>;
}

/** What a portfolio is made of. */
export interface Packed {
  /** Commands that go along, and those that have to stay until their files are read. */
  commands: number;
  leftBehind: number;
  /** Files of these commands that the hub has not got. */
  uploads: readonly FileRef[];
  lines: AsyncIterable<PortfolioLine>;
}

export interface ClassStore {
  readonly hub: HubCalls;

  /** null until this person has been known once. */
  watchMe(listener: (me: MeView | null) => void): Stop;
  watchConnection(listener: (connection: Connection) => void): Stop;
  /** null while the log is unknown here. */
  watchClass(logId: LogId, listener: (view: ClassView | null) => void): Stop;
  watchMessages(
    logId: LogId,
    channelId: ChannelId,
    window: MessagesWindow,
    listener: (view: MessagesView) => void,
  ): Stop;
  /** Pinned messages and others that are known by id, wherever they stand; those that are not here are left out. */
  watchMessagesById(
    logId: LogId,
    ids: readonly CommandId[],
    listener: (messages: readonly MessageView[]) => void,
  ): Stop;
  /** Empty while offline. */
  watchLive(logId: LogId, listener: (live: LiveView) => void): Stop;
  /** While somebody watches, the hub tells this page what is true of each pupil now; null while that is not known. Teachers. */
  watchWall(logId: LogId, listener: (wall: WallView | null) => void): Stop;
  /** In what is here, offline, in every class unless the query says one. */
  search(query: SearchQuery): Promise<SearchResult>;
  /** The seq of the first message of a channel at or after a time; null where there is none. */
  messageAt(logId: LogId, channelId: ChannelId, at: number): Promise<number | null>;
  /** All messages of a channel in order, for an export, in pieces; stops when the consumer does. */
  messagesOf(logId: LogId, channelId: ChannelId): AsyncIterable<readonly MessageView[]>;
  /** Every file that entries of this log name, newest first: what a teacher keeps offline. */
  watchFiles(logId: LogId, listener: (files: readonly FileRef[]) => void): Stop;
  watchOutbox(listener: (rows: readonly OutboxRow[]) => void): Stop;
  /**
   * Every file that something unsent needs, drafts too, by its id or its hash: what a teacher's computer must not let go. Rather too
   * many: whatever could be one counts. At most once a second.
   */
  watchUnsentFiles(listener: (ids: readonly (FileId | Sha256)[]) => void): Stop;

  /**
   * Writes a command into the outbox, durably, before it resolves; removes the draft it came from in the same transaction.
   * Creating a class takes a fresh log id from {@link newLogId}.
   */
  send<K extends CommandKind>(logId: LogId, kind: K, body: CommandOf<K>['body'], clears?: DraftKey): Promise<CommandId>;
  /** Several commands for several logs in one transaction, in this order. */
  sendAll(
    commands: readonly { logId: LogId; kind: CommandKind; body: unknown }[],
    clears?: DraftKey,
  ): Promise<CommandId[]>;
  /** A refused command again, as it is, under its own id. */
  retry(id: CommandId): Promise<void>;
  /** A refused or waiting command with another body: it gets a new id (S10). */
  edit<K extends CommandKind>(id: CommandId, kind: K, body: CommandOf<K>['body']): Promise<CommandId>;
  /** Only the person may: nothing is dropped silently. Like `edit`, throws `busy` while the hub may have it already. */
  discard(id: CommandId): Promise<void>;
  /** Deletes what is local of a log that we were taken out of (`declined` with `waiting` or drafts), after asking (S17). */
  forget(logId: LogId): Promise<void>;

  readDraft<T>(key: DraftKey): Promise<T | null>;
  /** Kept at once; null removes. Unsent text, marks being typed, places in lists. */
  writeDraft(key: DraftKey, value: unknown): Promise<void>;
  watchDraft<T>(key: DraftKey, listener: (value: T | null) => void): Stop;
  /** Kept here, and told to the hub when there is one: the greatest wins, on every device of this member. */
  markRead(logId: LogId, channelId: ChannelId, seq: number): Promise<void>;
  /** Somebody writes here: told to the hub at most every few seconds, and forgotten there soon. */
  tellTyping(logId: LogId, channelId: ChannelId): void;
  /** A pupil's hand goes up or down: told at once and after every new connection, shown in {@link LiveView.wantsHelp}. */
  askHelp(logId: LogId, wantsHelp: boolean): void;
  /** The page is used (a key, a tap): told to the hub at most every ACTIVE_EVERY_MS; may be called with every key. */
  tellActive(logId: LogId): void;
  /** Files that were handed out and are whole on this page: told with every new connection, for the hub may be a new one. */
  tellHolds(logId: LogId, fileIds: readonly FileId[]): void;
  /** A teacher has been with a pupil: his hand goes down, on his pages too. */
  tellHelped(logId: LogId, memberId: MemberId): void;

  /**
   * What goes into a portfolio for another device of this person: these logs as they are kept here, and everything that waits. What
   * waits counts as sent from the moment its line is read.
   * @param hasHash whether the bytes of a file that is on its way are known; what names others stays behind
   * @throws PartaError `too-large`, with the first line: more than a portfolio may hold
   */
  pack(logIds: readonly LogId[], hasHash: (file: FileRef) => boolean): Promise<Packed>;
  /**
   * Takes in what such a device has packed.
   * @param open gives the lines from the beginning; asked twice, for everything is looked through before the first row is written
   * @throws PartaError `bad-request` (it contradicts itself), `unknown-protocol` (made by a newer Parta), `too-large` (more than one may
   *   hold), `wrong-key` (something before it is missing here): nothing was taken in
   */
  takeIn(open: () => AsyncIterable<unknown>): Promise<TakenIn>;

  newLogId(): LogId;
  newMemberId(): MemberId;
  newChannelId(): ChannelId;
  newSeriesId(): CommandId;
  newFileId(): FileId;

  /** Try now: after waking, after signing in again, when the person asks. */
  connectNow(): void;
  /** Waits until everything begun is on disk, then lets go of the database and the socket. */
  close(): Promise<void>;
  /** Closes and deletes everything local of this hub: a shared PC after the lesson. */
  erase(): Promise<void>;
}

/** For example `message/<logId>/<channelId>`. */
export type DraftKey = `${'message' | 'assignment' | 'review' | 'handIn' | 'place'}/${string}`;

/** What the engine asks of whoever holds the device's secret: main for the teacher, the page for a pupil. */
export interface Credentials {
  /**
   * A ticket that is good now; `rejected` is one that the hub would not take (it was restarted), so that a kept ticket is not
   * given twice. Throws PartaError: `hub-unreachable`, `not-a-hub`, `signed-out`, `lesson-ended`, `other-hub`…
   */
  session(rejected?: string): Promise<Session & { url: string }>;
  /** Where the hub is by now, without asking anybody, if it may move; null where that is not known. */
  url?(): string | null;
}

/** Who knows which of our own files have arrived at the hub (S9, S15). */
export interface FilesOnTheWay {
  isStored(fileId: FileId): boolean;
  /** The local facts of a file not stored yet, for the overlay; null if unknown here. */
  describe(fileId: FileId): FileRef | null;
  /**
   * The hub lacks at least one of these, which counted as stored: it lets go of what nobody names for two days. True where that is
   * seen to from now on (it is sent again, or somebody is asked for it); else the command that names them is refused (S10).
   * Throws where the hub cannot be asked.
   */
  missing(fileIds: readonly FileId[]): Promise<boolean>;
  watch(listener: () => void): Stop;
}

export interface ClassStoreOptions {
  /** Names the database; one per hub and person. */
  name: string;
  credentials: Credentials;
  files: FilesOnTheWay;
  /**
   * Keeps a close eye on the hub (a beat in 0.4 s, also while nobody sees the page; two looks a second while it is away), so that
   * what is shown of the connection is true two seconds later. For a teacher. Without: a beat a second and a look in some seconds,
   * only while the page is seen, and true half a second later; hundreds of pupils may do that.
   */
  isWatchful?: boolean;
  /** The hub said that this sign-in is over (`lesson-ended`, `signed-out`). */
  onEnded?: (code: ErrorCode) => void;
}

export { deleteClassStore, openClassStore } from './open-class-store.ts';
