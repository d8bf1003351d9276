/**
 * What a hub keeps, as a port: questions and intentions in the hub's own words, each intention one transaction, all of them
 * asynchronous. store-sqlite.ts is the one implementation; another (PostgreSQL) would be one more file under the same contract
 * suite (test/hub/store.contract.ts).
 *
 * Promises: an intention that resolved is on disk (synced). Intentions given together may share one sync, but each succeeds or
 * fails alone. `append` is compare-and-set on the log's head (S2), unique by (log, command id) (S3), gives `seq` without gaps
 * (S1), blanks what its rows erase and remembers that outside the database before it commits (S16).
 */
import type { MessageContent, MessageFact, StoredFile } from '../core/classroom.ts';
import type { ErrorCode } from '../core/errors.ts';
import type { Erasure } from '../core/evolve.ts';
import type { ChannelId, CommandId, DeviceId, FileId, HubId, LogId, MemberId, PersonId, Sha256 } from '../core/ids.ts';
import type { JoinCode, Label } from '../core/wire.ts';

export interface HubIdentity {
  hubId: HubId;
  name: string;
  /** Changes when the hub is restored from a backup (S14). */
  epoch: string;
  /** The port of last time; null at first. */
  port: number | null;
}

/** A row of a log; its body is JSON text, null when erased. */
export interface Row {
  seq: number;
  at: number;
  id: CommandId;
  kind: string;
  label: Label;
  by: MemberId | null;
  about: string | null;
  body: string | null;
}

/** A row that is to be appended; its place in the list gives its seq. */
export interface NewRow extends Omit<Row, 'seq'> {
  /** SHA-256 of who gave which command: by it a repeat is told from another command under the same id (S3). null: any is one. */
  commandHash: string | null;
  fileIds: readonly FileId[];
  /** What this row blanks in the rows before it (S16). */
  erasure: Erasure | null;
  /** Persons who got to do with this log, and those who have no more to do with it. */
  enters: readonly PersonId[];
  leaves: readonly PersonId[];
}

export interface Append {
  logId: LogId;
  /** The head on which the rows were decided; 0 makes the log. */
  expectedHead: number;
  rows: readonly NewRow[];
  /** When the hub has to act in this log by itself, after these rows (S20). */
  nextDueAt: number | null;
}

/**
 * `false`: the head is another one, read the news and decide again. Else the hashes of files that nobody names any more, and the
 * rows that went blank, by seq.
 */
export type Appended = { ok: false } | { ok: true; unnamed: Sha256[]; blanked: number[] };

/** `hash` is null where the row is erased; `seq` too where the log came back from a backup without the row. */
export interface KnownCommand {
  seq: number | null;
  hash: string | null;
}

export interface LogHead {
  head: number;
  snapshot: { seq: number; state: string } | null;
}

export interface PersonRow {
  personId: PersonId;
  hubRole: 'teacher' | 'guest';
  name: string;
}

/** Why a device may no longer sign in. */
export type Revocation = 'signed-out' | 'lesson-ended';

export interface DeviceRow {
  deviceId: DeviceId;
  personId: PersonId;
  name: string;
  secretHash: Uint8Array;
  /** "My computer": ending the lesson leaves it signed in. */
  keeps: boolean;
  addedAt: number;
  seenAt: number | null;
  revoked: Revocation | null;
}

/** An upload, from its announcement on; `sha256` is null until every byte is on disk. */
export interface FileRow extends Omit<StoredFile, 'sha256'> {
  sha256: Sha256 | null;
  /** What the sender says that it is; compared at the end. */
  announced: Sha256 | null;
  begunAt: number;
}

/** A log once took this member out, or erased him. */
export interface Parting {
  logId: LogId;
  memberId: MemberId;
  isErased: boolean;
}

/** How far a member has read a channel. */
export interface ReadRow {
  channelId: ChannelId;
  memberId: MemberId;
  seq: number;
}

export interface Store {
  identity(): Promise<HubIdentity>;
  keepPort(port: number): Promise<void>;

  // Logs
  head(logId: LogId): Promise<LogHead | null>;
  /** Rows of `(after, upTo]` in order, at most `limit`. */
  read(logId: LogId, after: number, upTo: number, limit: number): Promise<Row[]>;
  /** Those of these commands that the log has, or had before a restore and erased there (S16). */
  known(logId: LogId, ids: readonly CommandId[]): Promise<Map<CommandId, KnownCommand>>;
  messages(logId: LogId, ids: readonly CommandId[]): Promise<Map<CommandId, MessageFact>>;
  /** What these messages say now, their last edits included; without those that are erased. */
  contents(logId: LogId, ids: readonly CommandId[]): Promise<Map<CommandId, MessageContent>>;
  append(append: Append): Promise<Appended>;
  /** How far members have read, by channel; the greatest wins. */
  reads(logId: LogId): Promise<ReadRow[]>;
  keepReads(logId: LogId, reads: readonly ReadRow[]): Promise<void>;
  /** A snapshot is disposable: losing it costs time only. */
  keepSnapshot(logId: LogId, seq: number, state: string): Promise<void>;
  logsWithDue(): Promise<{ logId: LogId; dueAt: number }[]>;
  logsOf(personId: PersonId): Promise<LogId[]>;
  /** Where these members were taken out of a log, whether or not they came back. */
  partingsOf(memberIds: readonly MemberId[]): Promise<Parting[]>;

  // People
  addPerson(person: PersonRow, device: DeviceRow): Promise<void>;
  removePerson(personId: PersonId): Promise<void>;
  person(personId: PersonId): Promise<PersonRow | null>;
  teachers(): Promise<PersonRow[]>;
  addDevice(device: DeviceRow): Promise<void>;
  device(deviceId: DeviceId): Promise<DeviceRow | null>;
  devicesOf(personIds: readonly PersonId[]): Promise<DeviceRow[]>;
  deviceSeen(deviceId: DeviceId, at: number, keeps: boolean | null): Promise<void>;
  revokeDevices(deviceIds: readonly DeviceId[], why: Revocation): Promise<void>;
  joinCode(logId: LogId): Promise<JoinCode | null>;
  /** False where another class has this code. */
  setJoinCode(logId: LogId, code: JoinCode): Promise<boolean>;
  logByJoinCode(code: string): Promise<{ logId: LogId; expiresAt: number } | null>;

  // Files
  /** False where the id is known. */
  beginFile(file: FileRow): Promise<boolean>;
  fileStored(fileId: FileId, sha256: Sha256): Promise<void>;
  file(fileId: FileId): Promise<FileRow | null>;
  storedFiles(fileIds: readonly FileId[]): Promise<Map<FileId, StoredFile>>;
  /** Labels of unerased rows that name the file, by log. */
  namedBy(fileId: FileId): Promise<Map<LogId, Label[]>>;
  /** Bytes announced by one person, and how many uploads of his are unfinished. */
  usageOf(personId: PersonId): Promise<{ bytes: number; unfinished: number }>;
  hasContent(sha256: Sha256): Promise<boolean>;
  /** Forgets an upload that no row names; false where one does. */
  forgetFile(fileId: FileId): Promise<boolean>;
  /** Uploads that were begun before, and are unfinished or named by no row. */
  forgottenFiles(before: number): Promise<FileRow[]>;

  /** A whole copy of the database, fit for `restore`; files stay where they are. */
  backup(toFile: string): Promise<void>;
  close(): Promise<void>;
}

/** Intentions that write, as they travel to the writer. */
export type WriteName =
  | 'keepPort'
  | 'append'
  | 'keepSnapshot'
  | 'keepReads'
  | 'addPerson'
  | 'removePerson'
  | 'addDevice'
  | 'deviceSeen'
  | 'revokeDevices'
  | 'setJoinCode'
  | 'beginFile'
  | 'fileStored'
  | 'forgetFile';
export type Write = { [K in WriteName]: { name: K; args: Parameters<Store[K]> } }[WriteName];
export type Written = { ok: true; value: unknown } | { ok: false; code: ErrorCode };

/** What the writer says when it is ready: the safety it really got. */
export interface WriterReady {
  journalMode: string;
  synchronous: number;
  secureDelete: number;
}
