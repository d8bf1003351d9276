/**
 * The store on SQLite: questions by a read-only connection on this thread (each takes microseconds), intentions by the writer's
 * thread in groups: while one group syncs, the next gathers (no timer), and no promise resolves before its own sync.
 *
 * Promises: what store.ts promises. Also that one folder is opened by one hub at a time, and that a restored folder has a new
 * epoch and shows nothing that was erased since the backup was made (S14, S16).
 * Hides: SQL, the worker, grouping.
 */
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { copyFile } from 'node:fs/promises';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { backup, DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite';
import { Worker } from 'node:worker_threads';
import * as z from 'zod/mini';
import type { MessageContent, MessageFact, StoredFile } from '../core/classroom.ts';
import { PartaError } from '../core/errors.ts';
import { CommandId, LogId, PersonId, uuidV7, type FileId, type HubId, type MemberId } from '../core/ids.ts';
import type { FileRef, Label } from '../core/wire.ts';
import type { Log } from './log.ts';
import {
  BEFORE_RESTORE,
  erase,
  ERASURES_FILE,
  openForWriting,
  SCHEMA_VERSION,
  type Remembered,
  type ToWriter,
} from './store-writer.ts';
import type {
  DeviceRow,
  FileRow,
  HubIdentity,
  KnownCommand,
  PersonRow,
  ReadRow,
  Row,
  Store,
  Write,
  WriteName,
  WriterReady,
  Written,
} from './store.ts';

const DATABASE_FILE = 'hub.db';
const LOCK_FILE = 'hub.lock';
const WRITER_START_MS = 20_000;
/** Intentions that share one sync at most. */
export const GROUP_WRITES_MAX = 1_024;

export interface SqliteStore extends Store {
  /** What the writer's connection really runs with. */
  readonly safety: WriterReady;
}

export interface SqliteOptions {
  dataDir: string;
  /** The name of a new hub. */
  hubName: string;
  /** A backup to start from instead of what the folder holds. */
  restoreFrom?: string | undefined;
  now?: () => number;
  log?: Log;
  /** Called when the writer has died. */
  onBroken?: () => void;
  /** Starts the writer; by default in a thread of its own. Tests bring one whose pace and death they decide. */
  startWriter?: (databaseFile: string) => Promise<{ worker: Worker; safety: WriterReady }>;
}

/** Opens or makes the store of a folder; `busy` where another hub has it open, `storage-damaged` where it cannot be read. */
export async function openSqliteStore(options: SqliteOptions): Promise<SqliteStore> {
  const { dataDir, hubName, restoreFrom, now = Date.now } = options;
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  const lock = lockFolder(dataDir);
  const file = join(dataDir, DATABASE_FILE);
  try {
    if (restoreFrom) {
      const unread = await restore(file, restoreFrom, join(dataDir, ERASURES_FILE));
      if (unread > 0) options.log?.('erasures-unread', { lines: unread });
    }
    prepare(file, hubName, now());
    const { worker, safety } = await (options.startWriter ?? startWriter)(file);
    return new Sqlite(file, worker, safety, lock, options.onBroken);
  } catch (error) {
    lock.close();
    if (error instanceof PartaError) throw error;
    throw new PartaError('storage-damaged', { cause: error });
  }
}

/** Two hubs in one folder would give the same seq twice. The system lets go of this lock when the process dies, however it dies. */
function lockFolder(dataDir: string): DatabaseSync {
  const lock = new DatabaseSync(join(dataDir, LOCK_FILE), { timeout: 0 });
  try {
    lock.exec('PRAGMA journal_mode = DELETE; BEGIN EXCLUSIVE');
    return lock;
  } catch (error) {
    lock.close();
    throw new PartaError('busy', { cause: error });
  }
}

const newEpoch = () => randomBytes(4).toString('hex');

/** Gives a new database its schema and the hub its identity. */
function prepare(file: string, hubName: string, at: number): void {
  const db = openForWriting(file);
  const known = db.prepare(`SELECT value FROM meta WHERE key = 'schema'`).get() as { value: string } | undefined;
  if (known && Number(known.value) > SCHEMA_VERSION) {
    db.close();
    throw new PartaError('unknown-protocol');
  }
  const insert = db.prepare('INSERT OR IGNORE INTO meta VALUES (?, ?)');
  db.exec('BEGIN IMMEDIATE');
  insert.run('schema', String(SCHEMA_VERSION));
  insert.run('hubId', uuidV7(at, randomBytes(16)));
  insert.run('name', hubName);
  insert.run('epoch', newEpoch());
  db.exec('COMMIT');
  db.close();
}

/** `rows` is not in lines of a program that remembered what to blank, and not yet what never to take again. */
const ErasureLine = z.object({
  logId: LogId,
  persons: z.array(PersonId),
  erasure: z.object({ ids: z.array(z.string()), about: z.array(z.string()), messagesBy: z.array(z.string()) }),
  rows: z.optional(z.array(CommandId)),
});

/**
 * Puts a backup in the place of the database. Kept from what was there: files, people and devices, because the bytes of acked
 * work are still on disk and its authors give their commands again (S14). Blanked in what comes back: everything that was
 * erased since; the ids of it are kept, because the backup may lack it and its author give it again (S16). The old database goes to
 * `hub.db.before-restore` until the next restore.
 * @returns how many lines of erasures could not be read: torn ones, whose own group never came to the disk
 */
async function restore(file: string, from: string, erasuresFile: string): Promise<number> {
  const fresh = `${file}.restoring`;
  const clear = () => ['', '-wal', '-shm'].forEach((ending) => rmSync(fresh + ending, { force: true }));
  clear();
  await copyFile(from, fresh);
  let unread: number;
  try {
    unread = bringBack(fresh, file, erasuresFile);
  } catch (error) {
    clear();
    throw error;
  }
  for (const ending of ['-wal', '-shm']) rmSync(fresh + ending, { force: true });
  if (existsSync(file)) renameSync(file, file + BEFORE_RESTORE);
  for (const ending of ['-wal', '-shm']) rmSync(file + ending, { force: true });
  renameSync(fresh, file);
  return unread;
}

/** Makes the copy of a backup what the hub goes on with; see {@link restore}. */
function bringBack(fresh: string, file: string, erasuresFile: string): number {
  const db = openForWriting(fresh);
  try {
    if (existsSync(file)) keepPeopleAndFiles(db, file);
    db.exec('BEGIN IMMEDIATE');
    db.prepare(`UPDATE meta SET value = ? WHERE key = 'epoch'`).run(newEpoch());
    const lines = existsSync(erasuresFile) ? readFileSync(erasuresFile, 'utf8').split('\n') : [];
    const keepErased = db.prepare('INSERT OR IGNORE INTO erased SELECT ?, value FROM json_each(?)');
    const remembered = lines.filter(Boolean).map(rememberedIn);
    for (const erasing of remembered.filter((one) => one !== null)) {
      erase(db, erasing, Number.MAX_SAFE_INTEGER);
      keepErased.run(erasing.logId, list(erasing.rows));
    }
    db.exec('COMMIT');
    db.exec('PRAGMA wal_checkpoint(TRUNCATE)');
    return remembered.filter((one) => one === null).length;
  } finally {
    db.close();
  }
}

function rememberedIn(line: string): Remembered | null {
  try {
    const { logId, erasure, persons, rows } = z.parse(ErasureLine, JSON.parse(line));
    const { ids, about } = erasure;
    // An older line with ids alone may tell of what was sent at its hour: that is to come back.
    const gone = rows ?? (about.length > 0 ? (ids as CommandId[]) : []);
    return { logId, persons, rows: gone, erasure: { ...erasure, messagesBy: erasure.messagesBy as MemberId[] } };
  } catch {
    return null;
  }
}

function keepPeopleAndFiles(db: DatabaseSync, oldFile: string): void {
  try {
    // Opened once for writing, so that what its write-ahead log holds is in it.
    openForWriting(oldFile).close();
    db.prepare('ATTACH ? AS old').run(oldFile);
  } catch {
    // What was there cannot be read: that may be why somebody restores.
    return;
  }
  for (const table of ['file', 'person', 'device'])
    db.exec(`INSERT OR IGNORE INTO main.${table} SELECT * FROM old.${table}`);
  // The backup may have been made in the middle of an upload that has ended since.
  db.exec(
    `UPDATE main.file SET sha256 = (SELECT sha256 FROM old.file WHERE old.file.file_id = main.file.file_id)
     WHERE sha256 IS NULL AND EXISTS (SELECT 1 FROM old.file WHERE old.file.file_id = main.file.file_id)`,
  );
  db.exec(
    `UPDATE main.device SET revoked = (SELECT revoked FROM old.device WHERE old.device.device_id = main.device.device_id)
     WHERE EXISTS (SELECT 1 FROM old.device WHERE old.device.device_id = main.device.device_id)`,
  );
  db.exec('DETACH old');
}

/** From source the writer is TypeScript beside this file; in the bundle it is JavaScript beside the bundle. */
const writerUrl = () => new URL(`./store-writer${import.meta.url.endsWith('.ts') ? '.ts' : '.js'}`, import.meta.url);

function startWriter(databaseFile: string): Promise<{ worker: Worker; safety: WriterReady }> {
  const worker = new Worker(writerUrl(), { workerData: { databaseFile }, execArgv: [], name: 'store-writer' });
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new PartaError('internal')), WRITER_START_MS);
    worker.once('error', reject);
    worker.once('message', (safety: WriterReady) => {
      clearTimeout(timer);
      worker.off('error', reject);
      resolve({ worker, safety });
    });
  });
}

interface Waiting {
  write: Write;
  resolve(value: unknown): void;
  reject(error: unknown): void;
}

const list = (values: readonly string[]) => JSON.stringify(values);

class Sqlite implements SqliteStore {
  readonly safety: WriterReady;
  readonly #db: DatabaseSync;
  readonly #lock: DatabaseSync;
  readonly #worker: Worker;
  readonly #statements = new Map<string, StatementSync>();
  #gathering: Waiting[] = [];
  #inFlight: Waiting[] | null = null;
  #isScheduled = false;
  #isBroken = false;
  #isClosing = false;
  readonly #onBroken: (() => void) | undefined;
  #whenIdle: (() => void)[] = [];

  constructor(file: string, worker: Worker, safety: WriterReady, lock: DatabaseSync, onBroken?: () => void) {
    this.#onBroken = onBroken;
    this.safety = safety;
    this.#lock = lock;
    this.#worker = worker;
    this.#db = new DatabaseSync(file, { readOnly: true, timeout: 5_000 });
    worker.on('message', (written: Written[]) => this.#settle(written));
    worker.on('error', () => this.#break());
    worker.on('exit', () => this.#break());
  }

  // ── Writing ──────────────────────────────────────────────────────────────────────────────────────────────────────────

  #write<T>(name: WriteName, ...args: unknown[]): Promise<T> {
    if (this.#isBroken || this.#isClosing) return Promise.reject(new PartaError('busy'));
    return new Promise<T>((resolve, reject) => {
      const write = { name, args } as Write;
      this.#gathering.push({ write, resolve: resolve as (value: unknown) => void, reject });
      // What came to a log together has been gathered there: waiting once more would cost words a turn of the loop, files and all.
      if (name === 'append') this.#flush();
      else this.#schedule();
    });
  }

  /** At the end of this turn of the event loop, so that what arrived together is written together. */
  #schedule(): void {
    if (this.#isScheduled || this.#inFlight || this.#gathering.length === 0) return;
    this.#isScheduled = true;
    setImmediate(() => {
      this.#isScheduled = false;
      this.#flush();
    });
  }

  #flush(): void {
    if (this.#isBroken || this.#inFlight || this.#gathering.length === 0) return;
    this.#inFlight = this.#gathering.splice(0, GROUP_WRITES_MAX);
    this.#worker.postMessage({ group: this.#inFlight.map(({ write }) => write) } satisfies ToWriter);
  }

  #settle(written: Written[]): void {
    const group = this.#inFlight ?? [];
    this.#inFlight = null;
    group.forEach(({ resolve, reject }, index) => {
      const answer = written[index];
      if (answer?.ok) resolve(answer.value);
      else reject(new PartaError(answer?.code ?? 'internal'));
    });
    this.#schedule();
    if (this.#gathering.length === 0) for (const idle of this.#whenIdle.splice(0)) idle();
  }

  /** The writer died: nothing more can be promised, so nothing more is accepted. */
  #break(): void {
    if (this.#isBroken || this.#isClosing) return;
    this.#isBroken = true;
    this.#onBroken?.();
    for (const { reject } of [...(this.#inFlight ?? []), ...this.#gathering]) reject(new PartaError('internal'));
    this.#inFlight = null;
    this.#gathering = [];
    for (const idle of this.#whenIdle.splice(0)) idle();
  }

  readonly keepPort: Store['keepPort'] = (port) => this.#write('keepPort', port);
  readonly append: Store['append'] = (append) => this.#write('append', append);
  readonly keepSnapshot: Store['keepSnapshot'] = (logId, seq, state) => this.#write('keepSnapshot', logId, seq, state);
  readonly keepReads: Store['keepReads'] = (logId, reads) => this.#write('keepReads', logId, reads);
  readonly addPerson: Store['addPerson'] = (person, device) => this.#write('addPerson', person, device);
  readonly removePerson: Store['removePerson'] = (personId) => this.#write('removePerson', personId);
  readonly addDevice: Store['addDevice'] = (device) => this.#write('addDevice', device);
  readonly deviceSeen: Store['deviceSeen'] = (deviceId, at, keeps) => this.#write('deviceSeen', deviceId, at, keeps);
  readonly revokeDevices: Store['revokeDevices'] = (deviceIds, why) => this.#write('revokeDevices', deviceIds, why);
  readonly setJoinCode: Store['setJoinCode'] = (logId, code) => this.#write('setJoinCode', logId, code);
  readonly beginFile: Store['beginFile'] = (file) => this.#write('beginFile', file);
  readonly fileStored: Store['fileStored'] = (fileId, sha256) => this.#write('fileStored', fileId, sha256);
  readonly forgetFile: Store['forgetFile'] = (fileId) => this.#write('forgetFile', fileId);

  // ── Reading ──────────────────────────────────────────────────────────────────────────────────────────────────────────

  #statement(sql: string): StatementSync {
    let statement = this.#statements.get(sql);
    if (!statement) this.#statements.set(sql, (statement = this.#db.prepare(sql)));
    return statement;
  }
  #all<T>(sql: string, ...values: SQLInputValue[]): T[] {
    return this.#statement(sql).all(...values) as T[];
  }
  #get<T>(sql: string, ...values: SQLInputValue[]): T | undefined {
    return this.#statement(sql).get(...values) as T | undefined;
  }

  async identity(): Promise<HubIdentity> {
    const meta = new Map(
      this.#all<{ key: string; value: string }>('SELECT key, value FROM meta').map((m) => [m.key, m.value]),
    );
    const port = meta.get('port');
    return {
      hubId: meta.get('hubId') as HubId,
      name: meta.get('name') ?? '',
      epoch: meta.get('epoch') ?? '',
      port: port === undefined ? null : Number(port),
    };
  }

  async head(logId: LogId) {
    const log = this.#get<{ head: number }>('SELECT head FROM log WHERE log_id = ?', logId);
    if (!log) return null;
    const snapshot = this.#get<{ seq: number; state: string }>(
      'SELECT seq, state FROM snapshot WHERE log_id = ?',
      logId,
    );
    return { head: log.head, snapshot: snapshot ?? null };
  }

  async read(logId: LogId, after: number, upTo: number, limit: number): Promise<Row[]> {
    return this.#all<Row>(
      'SELECT seq, at, id, kind, label, by, about, body FROM entry WHERE log_id = ? AND seq > ? AND seq <= ? ORDER BY seq LIMIT ?',
      logId,
      after,
      upTo,
      limit,
    );
  }

  async known(logId: LogId, ids: readonly CommandId[]) {
    const found = new Map<CommandId, KnownCommand>();
    if (ids.length === 0) return found;
    const rows = this.#all<KnownCommand & { id: CommandId }>(
      `SELECT asked.value AS id, seq, command_hash AS hash
       FROM json_each(?1) AS asked LEFT JOIN entry ON log_id = ?2 AND entry.id = asked.value
       WHERE seq IS NOT NULL OR EXISTS (SELECT 1 FROM erased WHERE erased.log_id = ?2 AND erased.id = asked.value)`,
      list(ids),
      logId,
    );
    for (const { id, seq, hash } of rows) found.set(id, { seq, hash });
    return found;
  }

  async messages(logId: LogId, ids: readonly CommandId[]): Promise<Map<CommandId, MessageFact>> {
    const found = new Map<CommandId, MessageFact>();
    for (const id of ids) {
      const row = this.#get<{
        seq: number;
        by: MemberId | null;
        channelId: string | null;
        files: number | null;
        removed: number;
        isScheduled: number;
        isNotice: number | null;
        isForward: number;
        scheduleId: CommandId | null;
        scheduleSeq: number | null;
        options: number | null;
        isMultiple: number | null;
        isClosed: number;
      }>(
        `SELECT seq, by, body ->> 'channelId' AS channelId, json_array_length(body, '$.files') AS files, body IS NULL AS removed,
           kind = 'messageScheduled' AS isScheduled, body ->> 'isNotice' AS isNotice,
           coalesce(json_type(body, '$.forward') = 'object', 0) AS isForward,
           body ->> '$.scheduled.messageId' AS scheduleId, body ->> '$.scheduled.messageSeq' AS scheduleSeq,
           json_array_length(body, '$.poll.options') AS options, body ->> '$.poll.isMultiple' AS isMultiple,
           json_type(body, '$.poll') IS NOT NULL AND EXISTS (
             SELECT 1 FROM entry AS closing WHERE closing.log_id = ?1 AND closing.about = ?2 AND closing.kind = 'pollClosed'
           ) AS isClosed
         FROM entry WHERE log_id = ?1 AND id = ?2 AND kind IN ('messagePosted', 'messageScheduled')`,
        logId,
        id,
      );
      if (!row) continue;
      const poll = { options: row.options ?? 0, isMultiple: row.isMultiple === 1, isClosed: row.isClosed === 1 };
      found.set(id, {
        seq: row.seq,
        by: row.by,
        channelId: row.channelId ?? '',
        removed: row.removed === 1,
        hasFiles: (row.files ?? 0) > 0,
        isScheduled: row.isScheduled === 1,
        scheduled: row.scheduleId === null ? null : { messageId: row.scheduleId, messageSeq: row.scheduleSeq ?? 0 },
        isNotice: row.isNotice === 1,
        isForward: row.isForward === 1,
        poll: row.options === null ? null : poll,
      });
    }
    return found;
  }

  async contents(logId: LogId, ids: readonly CommandId[]): Promise<Map<CommandId, MessageContent>> {
    const found = new Map<CommandId, MessageContent>();
    for (const id of ids) {
      const row = this.#get<{ at: number; text: string; files: string; forward: string | null }>(
        `SELECT at, body ->> 'files' AS files, body ->> 'forward' AS forward, coalesce((
           SELECT edit.body ->> 'text' FROM entry AS edit
           WHERE edit.log_id = ?1 AND edit.about = ?2 AND edit.kind = 'messageEdited' ORDER BY edit.seq DESC LIMIT 1
         ), body ->> 'text') AS text
         FROM entry WHERE log_id = ?1 AND id = ?2 AND kind = 'messagePosted' AND body IS NOT NULL`,
        logId,
        id,
      );
      if (!row) continue;
      const forward = row.forward === null ? null : (JSON.parse(row.forward) as { by: MemberId | null; at: number });
      found.set(id, {
        at: row.at,
        text: row.text,
        files: JSON.parse(row.files) as FileRef[],
        forward: forward && { by: forward.by, at: forward.at },
      });
    }
    return found;
  }

  async reads(logId: LogId): Promise<ReadRow[]> {
    return this.#all<ReadRow>(
      'SELECT channel_id AS channelId, member_id AS memberId, seq FROM read_mark WHERE log_id = ?',
      logId,
    );
  }

  async logsWithDue() {
    return this.#all<{ logId: LogId; dueAt: number }>(
      'SELECT log_id AS logId, next_due_at AS dueAt FROM log WHERE next_due_at IS NOT NULL',
    );
  }

  async logsOf(personId: PersonId) {
    return this.#all<{ log_id: LogId }>('SELECT log_id FROM person_log WHERE person_id = ?', personId).map(
      (r) => r.log_id,
    );
  }

  async partingsOf(memberIds: readonly MemberId[]) {
    return this.#all<{ logId: LogId; memberId: MemberId; kind: string }>(
      `SELECT log_id AS logId, about AS memberId, kind FROM entry
       WHERE kind IN ('memberRemoved', 'memberErased') AND about IN (SELECT value FROM json_each(?))`,
      list(memberIds),
    ).map(({ logId, memberId, kind }) => ({ logId, memberId, isErased: kind === 'memberErased' }));
  }

  async person(personId: PersonId) {
    return (
      this.#get<PersonRow>(
        'SELECT person_id AS personId, hub_role AS hubRole, name FROM person WHERE person_id = ?',
        personId,
      ) ?? null
    );
  }

  async teachers() {
    return this.#all<PersonRow>(
      `SELECT person_id AS personId, hub_role AS hubRole, name FROM person WHERE hub_role = 'teacher'`,
    );
  }

  readonly #deviceColumns =
    'device_id AS deviceId, person_id AS personId, name, secret_hash AS secretHash, keeps, added_at AS addedAt, seen_at AS seenAt, revoked';

  async device(deviceId: string) {
    const row = this.#get<DeviceRow>(`SELECT ${this.#deviceColumns} FROM device WHERE device_id = ?`, deviceId);
    return row ? { ...row, keeps: Boolean(row.keeps) } : null;
  }

  async devicesOf(personIds: readonly PersonId[]) {
    const rows = this.#all<DeviceRow>(
      `SELECT ${this.#deviceColumns} FROM device WHERE person_id IN (SELECT value FROM json_each(?)) AND revoked IS NULL ORDER BY added_at`,
      list(personIds),
    );
    return rows.map((row) => ({ ...row, keeps: Boolean(row.keeps) }));
  }

  async joinCode(logId: LogId) {
    const row = this.#get<{ code: string | null; expiresAt: number }>(
      'SELECT join_code AS code, join_code_expires_at AS expiresAt FROM log WHERE log_id = ?',
      logId,
    );
    return row?.code ? { code: row.code, expiresAt: row.expiresAt } : null;
  }

  async logByJoinCode(code: string) {
    return (
      this.#get<{ logId: LogId; expiresAt: number }>(
        'SELECT log_id AS logId, join_code_expires_at AS expiresAt FROM log WHERE join_code = ?',
        code,
      ) ?? null
    );
  }

  readonly #fileColumns =
    'file_id AS fileId, person_id AS personId, name, media_type AS mediaType, size_bytes AS sizeBytes, sha256, announced, begun_at AS begunAt';

  async file(fileId: FileId) {
    return this.#get<FileRow>(`SELECT ${this.#fileColumns} FROM file WHERE file_id = ?`, fileId) ?? null;
  }

  async storedFiles(fileIds: readonly FileId[]) {
    const found = new Map<FileId, StoredFile>();
    for (const fileId of fileIds) {
      const row = this.#get<FileRow>(`SELECT ${this.#fileColumns} FROM file WHERE file_id = ?`, fileId);
      if (row?.sha256) found.set(fileId, { ...row, sha256: row.sha256 });
    }
    return found;
  }

  async namedBy(fileId: FileId) {
    const labels = new Map<LogId, Label[]>();
    for (const { logId, label } of this.#all<{ logId: LogId; label: Label }>(
      'SELECT DISTINCT log_id AS logId, label FROM file_ref WHERE file_id = ?',
      fileId,
    ))
      labels.set(logId, [...(labels.get(logId) ?? []), label]);
    return labels;
  }

  async usageOf(personId: PersonId) {
    return this.#get<{ bytes: number; unfinished: number }>(
      'SELECT coalesce(sum(size_bytes), 0) AS bytes, coalesce(sum(sha256 IS NULL), 0) AS unfinished FROM file WHERE person_id = ?',
      personId,
    ) as { bytes: number; unfinished: number };
  }

  async hasContent(sha256: string) {
    return this.#get('SELECT 1 FROM file WHERE sha256 = ?', sha256) !== undefined;
  }

  async forgottenFiles(before: number) {
    return this.#all<FileRow>(
      `SELECT ${this.#fileColumns} FROM file WHERE begun_at < ? AND NOT EXISTS (SELECT 1 FROM file_ref WHERE file_ref.file_id = file.file_id)`,
      before,
    );
  }

  async backup(toFile: string): Promise<void> {
    await backup(this.#db, toFile);
  }

  async close(): Promise<void> {
    if (!this.#isBroken && (this.#inFlight || this.#gathering.length > 0))
      await new Promise<void>((resolve) => this.#whenIdle.push(resolve));
    this.#isClosing = true;
    this.#statements.clear();
    this.#db.close();
    if (!this.#isBroken) {
      const exited = new Promise<void>((resolve) => this.#worker.once('exit', () => resolve()));
      this.#worker.postMessage('close' satisfies ToWriter);
      await exited;
    }
    this.#lock.close();
  }
}
