/**
 * The one writer of a hub's database, in a thread of its own so that a sync to disk never holds up the event loop.
 *
 * Promises: a message is a group of intentions; they share one transaction and one sync, each inside its own savepoint, so that
 * one failing undoes nobody else (S2). The answer goes out after the commit is on disk, never before. Erased rows lose their
 * bodies and hashes, their erasure is written and synced beside the database before the commit, and the log file is truncated
 * after it, so that no page keeps the old text (S16).
 * Hides: the schema, every statement that writes.
 */
import {
  closeSync,
  existsSync,
  fdatasyncSync,
  fstatSync,
  ftruncateSync,
  openSync,
  readSync,
  rmSync,
  truncateSync,
  writeSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite';
import { parentPort, workerData } from 'node:worker_threads';
import type { ErrorCode } from '../core/errors.ts';
import { ERASING_KINDS, isErased, isSaidOf, messagesGone, type Erasure } from '../core/evolve.ts';
import type { CommandId, LogId, PersonId, Sha256 } from '../core/ids.ts';
import type { Entry } from '../core/wire.ts';
import type { Append, Appended, Write, WriteName, WriterReady, Written } from './store.ts';

export const SCHEMA_VERSION = 1;
/** Beside the database and its backups: what must be blanked again after a restore. */
export const ERASURES_FILE = 'erasures.jsonl';
/** What the database was before a restore: kept until the next one, and erased with it. */
export const BEFORE_RESTORE = '.before-restore';

/** Only ever added to. `log` and `file_ref` are clustered by what they are read by. */
const SCHEMA = `
  CREATE TABLE IF NOT EXISTS meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS log (
    log_id TEXT PRIMARY KEY, head INTEGER NOT NULL, next_due_at INTEGER, join_code TEXT UNIQUE, join_code_expires_at INTEGER
  ) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS entry (
    log_id TEXT NOT NULL, seq INTEGER NOT NULL, at INTEGER NOT NULL, id TEXT NOT NULL, kind TEXT NOT NULL, label TEXT NOT NULL,
    by TEXT, about TEXT, body TEXT, command_hash TEXT, PRIMARY KEY (log_id, seq)
  ) WITHOUT ROWID;
  CREATE UNIQUE INDEX IF NOT EXISTS entry_id ON entry (log_id, id);
  CREATE INDEX IF NOT EXISTS entry_about ON entry (log_id, about) WHERE about IS NOT NULL;
  CREATE INDEX IF NOT EXISTS entry_parting ON entry (about) WHERE kind IN ('memberRemoved', 'memberErased');
  CREATE TABLE IF NOT EXISTS snapshot (log_id TEXT PRIMARY KEY, seq INTEGER NOT NULL, state TEXT NOT NULL) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS read_mark (
    log_id TEXT NOT NULL, channel_id TEXT NOT NULL, member_id TEXT NOT NULL, seq INTEGER NOT NULL,
    PRIMARY KEY (log_id, channel_id, member_id)
  ) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS person (person_id TEXT PRIMARY KEY, hub_role TEXT NOT NULL, name TEXT NOT NULL) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS person_log (person_id TEXT NOT NULL, log_id TEXT NOT NULL, PRIMARY KEY (person_id, log_id)) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS device (
    device_id TEXT PRIMARY KEY, person_id TEXT NOT NULL, name TEXT NOT NULL, secret_hash BLOB NOT NULL, keeps INTEGER NOT NULL,
    added_at INTEGER NOT NULL, seen_at INTEGER, revoked TEXT
  ) WITHOUT ROWID;
  CREATE INDEX IF NOT EXISTS device_person ON device (person_id);
  CREATE TABLE IF NOT EXISTS file (
    file_id TEXT PRIMARY KEY, person_id TEXT NOT NULL, name TEXT NOT NULL, media_type TEXT NOT NULL, size_bytes INTEGER NOT NULL,
    sha256 TEXT, announced TEXT, begun_at INTEGER NOT NULL
  ) WITHOUT ROWID;
  CREATE INDEX IF NOT EXISTS file_person ON file (person_id);
  CREATE INDEX IF NOT EXISTS file_content ON file (sha256);
  CREATE TABLE IF NOT EXISTS file_ref (
    file_id TEXT NOT NULL, log_id TEXT NOT NULL, seq INTEGER NOT NULL, label TEXT NOT NULL, PRIMARY KEY (file_id, log_id, seq)
  ) WITHOUT ROWID;
  CREATE INDEX IF NOT EXISTS file_ref_row ON file_ref (log_id, seq);
  CREATE TABLE IF NOT EXISTS erased (log_id TEXT NOT NULL, id TEXT NOT NULL, PRIMARY KEY (log_id, id)) WITHOUT ROWID;
`;

/** Opens the database for writing, safe first: a commit is on disk, deleted text is overwritten. */
export function openForWriting(file: string): DatabaseSync {
  const db = new DatabaseSync(file, { timeout: 5_000 });
  db.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA secure_delete = ON; PRAGMA foreign_keys = ON;');
  db.exec(SCHEMA);
  return db;
}

/** As much as SQLite lets it grow before it begins anew: 1,000 pages with their headers. */
const WAL_BYTES = 1_000 * (4_096 + 24) + 32;
const ZEROS = Buffer.alloc(64 * 1024);

/**
 * Makes the write-ahead log as long as it will get, with zeros that SQLite takes for nothing. A sync that also has to tell the
 * file system of a longer file takes half as long again, and now and then ten times as long. Only time is lost where it fails.
 */
function growWal(file: string): void {
  try {
    const fd = openSync(`${file}-wal`, 'r+');
    try {
      for (let at = fstatSync(fd).size; at < WAL_BYTES; at += ZEROS.byteLength)
        writeSync(fd, ZEROS, 0, Math.min(ZEROS.byteLength, WAL_BYTES - at), at);
    } finally {
      closeSync(fd);
    }
  } catch {
    // A full disk, or a system that lets nobody else open the file.
  }
}

const list = (values: readonly string[]) => JSON.stringify(values);

/** Rows in which a person's sign-ins stand. */
const PEOPLE_KINDS = ['classCreated', 'joinRequested', 'joinConfirmed', 'schoolEntered'];

/** What is to be erased in a log. */
export interface Erasing {
  logId: LogId;
  erasure: Erasure;
  /** Sign-ins that have no more to do with the log. */
  persons: readonly PersonId[];
}
/**
 * An erasure as it is remembered beside the database: ids alone. They are never forgotten, and are fewer than the headers that the
 * log keeps of the same rows for ever.
 */
export interface Remembered extends Erasing {
  /** Rows that the erasure named then, in a log that a backup may have less of. */
  rows: readonly CommandId[];
}
export interface Blanked {
  /** Rows that went blank. */
  seqs: number[];
  /** Rows that are blank because of it, those that were so before included. */
  ids: CommandId[];
  /** Hashes of files that nobody names after it. */
  unnamed: Sha256[];
  /** Sign-ins that have no more to do with the log. */
  persons: PersonId[];
}

/**
 * Blanks what an erasure names among the rows of a log below `seq`, and forgets the persons behind an erased member: those named, and
 * those whose sign-ins stood in blanked rows, because who was taken out before has none in the state any more.
 */
export function erase(db: DatabaseSync, { logId, erasure, persons }: Erasing, seq: number): Blanked {
  const blanked = blank(db, logId, erasure, seq);
  if (erasure.messagesBy.length === 0) {
    forgetNames(db, logId, blanked.persons);
    return { ...blanked, persons: [] };
  }
  // He may stand at the door again.
  const gone = new Set([...persons, ...blanked.persons.filter((personId) => !isNamed(db, logId, personId))]);
  for (const personId of gone)
    db.prepare('DELETE FROM person_log WHERE person_id = ? AND log_id = ?').run(personId, logId);
  forgetPersons(db, [...gone]);
  return { ...blanked, persons: [...gone] };
}

const isNamed = (db: DatabaseSync, logId: LogId, personId: PersonId): boolean =>
  db
    .prepare(
      `SELECT 1 FROM entry WHERE log_id = ?1 AND body IS NOT NULL AND kind IN (SELECT value FROM json_each(?3))
       AND (body ->> '$.personId' = ?2 OR EXISTS (SELECT 1 FROM json_each(body, '$.personIds') WHERE value = ?2))`,
    )
    .get(logId, personId, list(PEOPLE_KINDS)) !== undefined;

function blank(db: DatabaseSync, logId: LogId, erasure: Erasure, seq: number): Blanked {
  // Ids and subjects are found by an index, authors by reading the whole log: that is asked only when a person is erased.
  type Found = Pick<Entry, 'seq' | 'id' | 'kind' | 'by' | 'about'> & { isBlank: number };
  const find = (column: 'id' | 'about' | 'by', values: readonly string[]): Found[] =>
    values.length === 0
      ? []
      : (db
          .prepare(
            `SELECT seq, id, kind, by, about, body IS NULL AS isBlank FROM entry
             WHERE log_id = ? AND ${column} IN (SELECT value FROM json_each(?)) AND seq < ?`,
          )
          .all(logId, list(values), seq) as unknown as Found[]);
  const named = [...find('id', erasure.ids), ...find('about', erasure.about), ...find('by', erasure.messagesBy)];
  const messages = messagesGone(erasure, named);
  const found = [
    ...named.filter((row) => isErased(erasure, row)),
    ...find('about', [...messages]).filter((row) => isSaidOf(messages, row)),
  ];
  const all = [...new Map(found.map((row) => [row.seq, row])).values()].sort((a, b) => a.seq - b.seq);
  const rows = all.filter(({ isBlank }) => isBlank === 0);
  const unnamed: Sha256[] = [];
  const persons = new Set<PersonId>();
  for (const row of rows) {
    if (PEOPLE_KINDS.includes(row.kind)) for (const personId of personsIn(db, logId, row.seq)) persons.add(personId);
    db.prepare('UPDATE entry SET body = NULL, command_hash = NULL WHERE log_id = ? AND seq = ?').run(logId, row.seq);
    const gone = db.prepare('DELETE FROM file_ref WHERE log_id = ? AND seq = ? RETURNING file_id').all(logId, row.seq);
    for (const { file_id } of gone as { file_id: string }[]) {
      const forgotten = db
        .prepare(
          'DELETE FROM file WHERE file_id = ? AND NOT EXISTS (SELECT 1 FROM file_ref WHERE file_ref.file_id = file.file_id) RETURNING sha256',
        )
        .get(file_id) as { sha256: Sha256 | null } | undefined;
      if (forgotten?.sha256) unnamed.push(forgotten.sha256);
    }
  }
  // The snapshot holds names and notes: it is folded again from what is left.
  db.prepare('DELETE FROM snapshot WHERE log_id = ?').run(logId);
  return { seqs: rows.map((row) => row.seq), ids: all.map((row) => row.id), unnamed, persons: [...persons] };
}

function personsIn(db: DatabaseSync, logId: LogId, seq: number): PersonId[] {
  const { body } = db.prepare('SELECT body FROM entry WHERE log_id = ? AND seq = ?').get(logId, seq) as {
    body: string;
  };
  const { personId, personIds = [] } = JSON.parse(body) as { personId?: PersonId; personIds?: PersonId[] };
  return personId ? [personId, ...personIds] : personIds;
}

/** Of who was not let in and has to do with no other log stays a sign-in without a name, so that his page can be told. */
function forgetNames(db: DatabaseSync, logId: LogId, personIds: readonly PersonId[]): void {
  for (const personId of personIds) {
    const renamed = db
      .prepare(
        `UPDATE person SET name = '—' WHERE person_id = ?1 AND hub_role = 'guest'
         AND NOT EXISTS (SELECT 1 FROM person_log WHERE person_log.person_id = ?1 AND person_log.log_id <> ?2)`,
      )
      .run(personId, logId).changes;
    if (renamed !== 0) db.prepare(`UPDATE device SET name = '' WHERE person_id = ?`).run(personId);
  }
}

/**
 * Removes the persons behind an erased member, their devices and what they brought and nobody names, unless they have to do
 * with another log still. A teacher of the hub stays one.
 */
function forgetPersons(db: DatabaseSync, personIds: readonly PersonId[]): void {
  for (const personId of personIds) {
    const gone = db
      .prepare(
        `DELETE FROM person WHERE person_id = ? AND hub_role = 'guest'
         AND NOT EXISTS (SELECT 1 FROM person_log WHERE person_log.person_id = person.person_id)`,
      )
      .run(personId).changes;
    if (gone === 0) continue;
    db.prepare('DELETE FROM device WHERE person_id = ?').run(personId);
    // Old from this moment: the next sweep takes rows and bytes.
    db.prepare(
      'UPDATE file SET begun_at = 0 WHERE person_id = ? AND NOT EXISTS (SELECT 1 FROM file_ref WHERE file_ref.file_id = file.file_id)',
    ).run(personId);
  }
}

const SQLITE_FULL = 13;
const SQLITE_BUSY = 5;

function codeOfSqlite(error: unknown): ErrorCode {
  const code = (error as { errcode?: number }).errcode ?? 0;
  if ((code & 0xff) === SQLITE_FULL || (error as { code?: string }).code === 'ENOSPC') return 'disk-full';
  return (code & 0xff) === SQLITE_BUSY ? 'busy' : 'internal';
}

/** Whether a file ends where a line does, as an empty one does. */
function endsLine(fd: number, size: number): boolean {
  if (size === 0) return true;
  const last = Buffer.alloc(1);
  readSync(fd, last, 0, 1, size - 1);
  return last.toString() === '\n';
}

/** Runs groups of intentions on one database. */
export class Writer {
  readonly #file: string;
  readonly #isLasting: boolean;
  readonly #db: DatabaseSync;
  readonly #erasuresFile: string;
  readonly #statements = new Map<string, StatementSync>();
  #erasures: Remembered[] = [];
  /** How long the file of erasures was before this group. */
  #erasuresBytes: number | null = null;

  /** @param isLasting will write for long, so that it pays to prepare for it */
  constructor(file: string, isLasting = false) {
    this.#file = file;
    this.#isLasting = isLasting;
    this.#db = openForWriting(file);
    // Until something is read there may be no log to grow.
    this.#db.exec('SELECT 1 FROM meta');
    if (isLasting) growWal(file);
    this.#erasuresFile = join(dirname(file), ERASURES_FILE);
  }

  ready(): WriterReady {
    const pragma = (name: string) => Object.values(this.#db.prepare(`PRAGMA ${name}`).get() ?? {})[0];
    return {
      journalMode: String(pragma('journal_mode')),
      synchronous: Number(pragma('synchronous')),
      secureDelete: Number(pragma('secure_delete')),
    };
  }

  /** One transaction, one sync; an answer per intention, in order. */
  write(group: readonly Write[]): Written[] {
    this.#erasures = [];
    this.#erasuresBytes = null;
    try {
      this.#db.exec('BEGIN IMMEDIATE');
      const written = group.map((write) => this.#one(write));
      this.#rememberErasures();
      this.#db.exec('COMMIT');
      // Else the old pages, with their text, would lie in the write-ahead log until it is written over.
      if (this.#erasures.length > 0) {
        this.#db.exec('PRAGMA wal_checkpoint(TRUNCATE)');
        if (this.#isLasting) growWal(this.#file);
      }
      return written;
    } catch (error) {
      if (this.#db.isTransaction) this.#db.exec('ROLLBACK');
      this.#takeErasuresBack();
      const code = codeOfSqlite(error);
      return group.map(() => ({ ok: false, code }));
    }
  }

  close(): void {
    this.#statements.clear();
    this.#db.exec('PRAGMA wal_checkpoint(TRUNCATE)');
    this.#db.close();
  }

  #one(write: Write): Written {
    const noted = this.#erasures.length;
    this.#db.exec('SAVEPOINT one');
    try {
      const value = this.#intentions[write.name](...(write.args as [never, never, never]));
      this.#db.exec('RELEASE one');
      return { ok: true, value };
    } catch (error) {
      this.#erasures.length = noted;
      // A full disk may have ended the whole transaction already: then there is nothing to go back to.
      if (!this.#db.isTransaction) throw error;
      this.#db.exec('ROLLBACK TO one');
      this.#db.exec('RELEASE one');
      return { ok: false, code: codeOfSqlite(error) };
    }
  }

  /** Whole lines, or none: a torn one would stand in the way of every restore. */
  #rememberErasures(): void {
    if (this.#erasures.length === 0) return;
    const lines = this.#erasures.map((erasure) => `${JSON.stringify(erasure)}\n`).join('');
    const fd = openSync(this.#erasuresFile, 'a+');
    try {
      const { size } = fstatSync(fd);
      const bytes = Buffer.from(endsLine(fd, size) ? lines : `\n${lines}`);
      try {
        for (let at = 0; at < bytes.byteLength;) at += writeSync(fd, bytes, at);
        fdatasyncSync(fd);
        this.#erasuresBytes = size;
      } catch (error) {
        ftruncateSync(fd, size);
        throw error;
      }
    } finally {
      closeSync(fd);
    }
    this.#eraseBeforeRestore();
  }

  /** The group came to nothing: so did what it erased. */
  #takeErasuresBack(): void {
    if (this.#erasuresBytes === null) return;
    try {
      truncateSync(this.#erasuresFile, this.#erasuresBytes);
    } catch {
      // Then more is blanked after a restore than was erased: rather that than less.
    }
  }

  /** What cannot be erased there goes as a whole. */
  #eraseBeforeRestore(): void {
    const file = this.#file + BEFORE_RESTORE;
    if (!existsSync(file)) return;
    try {
      const db = openForWriting(file);
      try {
        db.exec('BEGIN IMMEDIATE');
        for (const erasure of this.#erasures) erase(db, erasure, Number.MAX_SAFE_INTEGER);
        db.exec('COMMIT');
        db.exec('PRAGMA wal_checkpoint(TRUNCATE)');
      } finally {
        db.close();
      }
    } catch {
      for (const ending of ['', '-wal', '-shm']) rmSync(file + ending, { force: true });
    }
  }

  #run(sql: string, ...values: SQLInputValue[]): number {
    return Number(this.#statement(sql).run(...values).changes);
  }

  #statement(sql: string): StatementSync {
    let statement = this.#statements.get(sql);
    if (!statement) this.#statements.set(sql, (statement = this.#db.prepare(sql)));
    return statement;
  }

  readonly #intentions: { [K in WriteName]: (...args: Extract<Write, { name: K }>['args']) => unknown } = {
    append: (append) => this.#append(append),
    keepPort: (port) =>
      this.#run(
        `INSERT INTO meta VALUES ('port', ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value`,
        String(port),
      ),
    keepSnapshot: (logId, seq, state) =>
      // A snapshot made before an erasure that came in between must not bring the erased back.
      this.#run(
        `INSERT INTO snapshot SELECT ?1, ?2, ?3 WHERE NOT EXISTS (
           SELECT 1 FROM entry WHERE log_id = ?1 AND seq > ?2 AND kind IN (SELECT value FROM json_each(?4)))
         ON CONFLICT (log_id) DO UPDATE SET seq = excluded.seq, state = excluded.state`,
        logId,
        seq,
        state,
        list(ERASING_KINDS),
      ),
    keepReads: (logId, reads) => {
      for (const { channelId, memberId, seq } of reads)
        this.#run(
          `INSERT INTO read_mark VALUES (?, ?, ?, ?)
           ON CONFLICT (log_id, channel_id, member_id) DO UPDATE SET seq = max(seq, excluded.seq)`,
          logId,
          channelId,
          memberId,
          seq,
        );
    },
    addPerson: (person, device) => {
      this.#run('INSERT INTO person VALUES (?, ?, ?)', person.personId, person.hubRole, person.name);
      this.#intentions.addDevice(device);
    },
    removePerson: (personId) => {
      for (const table of ['person', 'person_log', 'device'])
        this.#run(`DELETE FROM ${table} WHERE person_id = ?`, personId);
    },
    addDevice: (d) =>
      this.#run(
        'INSERT INTO device VALUES (?, ?, ?, ?, ?, ?, ?, ?)',
        d.deviceId,
        d.personId,
        d.name,
        d.secretHash,
        d.keeps ? 1 : 0,
        d.addedAt,
        d.seenAt,
        d.revoked,
      ),
    deviceSeen: (deviceId, at, keeps) =>
      this.#run(
        'UPDATE device SET seen_at = ?, keeps = coalesce(?, keeps) WHERE device_id = ?',
        at,
        keeps === null ? null : keeps ? 1 : 0,
        deviceId,
      ),
    revokeDevices: (deviceIds, why) =>
      this.#run(
        'UPDATE device SET revoked = ? WHERE revoked IS NULL AND device_id IN (SELECT value FROM json_each(?))',
        why,
        list(deviceIds),
      ),
    setJoinCode: (logId, { code, expiresAt }) => {
      if (this.#statement('SELECT 1 FROM log WHERE join_code = ? AND log_id <> ?').get(code, logId)) return false;
      return (
        this.#run('UPDATE log SET join_code = ?, join_code_expires_at = ? WHERE log_id = ?', code, expiresAt, logId) > 0
      );
    },
    beginFile: (f) =>
      this.#run(
        'INSERT INTO file VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING',
        f.fileId,
        f.personId,
        f.name,
        f.mediaType,
        f.sizeBytes,
        f.sha256,
        f.announced,
        f.begunAt,
      ) > 0,
    fileStored: (fileId, sha256) => this.#run('UPDATE file SET sha256 = ? WHERE file_id = ?', sha256, fileId),
    forgetFile: (fileId) =>
      this.#run(
        'DELETE FROM file WHERE file_id = ? AND NOT EXISTS (SELECT 1 FROM file_ref WHERE file_ref.file_id = file.file_id)',
        fileId,
      ) > 0,
  };

  #append({ logId, expectedHead, rows, nextDueAt }: Append): Appended {
    const found = this.#statement('SELECT head FROM log WHERE log_id = ?').get(logId) as { head: number } | undefined;
    if ((found?.head ?? 0) !== expectedHead) return { ok: false };
    if (!found) this.#run('INSERT INTO log (log_id, head) VALUES (?, 0)', logId);
    const unnamed: Sha256[] = [];
    const blanked: number[] = [];
    let seq = expectedHead;
    for (const row of rows) {
      seq += 1;
      this.#run(
        'INSERT INTO entry VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)',
        logId,
        seq,
        row.at,
        row.id,
        row.kind,
        row.label,
        row.by,
        row.about,
        row.body,
        row.commandHash,
      );
      for (const fileId of row.fileIds) {
        // S15 at the last gate: the file may have been forgotten since the row was decided.
        if (!this.#statement('SELECT 1 FROM file WHERE file_id = ? AND sha256 IS NOT NULL').get(fileId))
          throw new Error('a row names a file that is not stored');
        this.#run('INSERT OR IGNORE INTO file_ref VALUES (?, ?, ?, ?)', fileId, logId, seq, row.label);
      }
      for (const personId of row.enters) this.#run('INSERT OR IGNORE INTO person_log VALUES (?, ?)', personId, logId);
      for (const personId of row.leaves)
        this.#run('DELETE FROM person_log WHERE person_id = ? AND log_id = ?', personId, logId);
      if (row.erasure) {
        const { erasure } = row;
        const done = erase(this.#db, { logId, erasure, persons: row.leaves }, seq);
        unnamed.push(...done.unnamed);
        blanked.push(...done.seqs);
        // What was sent at its hour is said again in full: after a restore it waits, and is sent, once more (S14, S20).
        if (row.kind !== 'messagePosted')
          this.#erasures.push({ logId, erasure, persons: done.persons, rows: done.ids });
      }
    }
    this.#run('UPDATE log SET head = ?, next_due_at = ? WHERE log_id = ?', seq, nextDueAt, logId);
    return { ok: true, unnamed, blanked };
  }
}

/** Messages to the writer's thread: a group, or the word to close. Answers in the same order. */
export type ToWriter = { group: Write[] } | 'close';

// The file is also imported by the thread that starts it (schema, blanking after a restore): there nothing runs.
const { databaseFile } = (workerData ?? {}) as { databaseFile?: string };
if (parentPort && databaseFile) {
  const port = parentPort;
  const writer = new Writer(databaseFile, true);
  port.postMessage(writer.ready());
  port.on('message', (message: ToWriter) => {
    if (message === 'close') {
      writer.close();
      port.close();
      return;
    }
    port.postMessage(writer.write(message.group));
  });
}
