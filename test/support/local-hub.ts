/**
 * The hub's core without its wires: the real logs on the real database, in this process, under a clock that the test moves.
 * Stands for everything behind the socket: who may follow, what a page holds, who is told. Its writer runs beside the test and
 * takes as long as the test wants; a crash throws away what it has not committed.
 */
import { EventEmitter } from 'node:events';
import { join } from 'node:path';
import type { Worker } from 'node:worker_threads';
import { mayRead, memberOf, readerOf, type Classroom, type Who } from '../../src/core/classroom.ts';
import { PartaError } from '../../src/core/errors.ts';
import type { CommandId, FileId, LogId, PersonId, Sha256 } from '../../src/core/ids.ts';
import { uuidV7 } from '../../src/core/ids.ts';
import type { Command, CommandResult, Entry, Following, LogKey, Me, Page } from '../../src/core/wire.ts';
import { entryOf, type ClassLog, type Group } from '../../src/hub/class-log.ts';
import { ClassLogs } from '../../src/hub/class-logs.ts';
import { openSqliteStore, type SqliteStore } from '../../src/hub/store-sqlite.ts';
import { Writer, type ToWriter } from '../../src/hub/store-writer.ts';
import type { VirtualTime } from './virtual-time.ts';

export interface Told {
  page(page: Page): void;
  logs(): void;
  closed(): void;
}

/** One open wire, seen from the hub. */
export interface HubWire {
  follow(request: { logId: LogId; logKey: LogKey | null; cursor: number }): Promise<Following>;
  pull(request: { logId: LogId; logKey: LogKey; after: number; limit: number }): Promise<Page>;
  submit(logId: LogId, commands: readonly Command[]): Promise<CommandResult[]>;
  close(): void;
}

interface Person {
  hubRole: 'teacher' | 'guest';
  name: string;
}
interface Open {
  personId: PersonId;
  told: Told;
  follows: Map<LogId, LogKey>;
}

export interface LocalHubOptions {
  dataDir: string;
  time: VirtualTime;
  random: () => number;
  /** How long a group takes to disk. */
  diskMs: () => number;
}

/** A writer in this thread that waits for virtual time before each group. */
class BesideWriter extends EventEmitter {
  readonly #writer: Writer;
  readonly #options: LocalHubOptions;
  #isDead = false;
  constructor(file: string, options: LocalHubOptions) {
    super();
    this.#writer = new Writer(file);
    this.#options = options;
  }
  ready() {
    return this.#writer.ready();
  }
  postMessage(message: ToWriter) {
    if (message === 'close') return this.crash();
    this.#options.time.after(this.#options.diskMs(), () => {
      if (!this.#isDead) this.emit('message', this.#writer.write(message.group));
    });
  }
  /** What was not written is not written. */
  crash() {
    if (this.#isDead) return;
    this.#isDead = true;
    this.#writer.close();
    this.emit('exit', 0);
  }
}

export class LocalHub {
  readonly #options: LocalHubOptions;
  readonly people = new Map<PersonId, Person>();
  readonly #open = new Set<Open>();
  #store!: SqliteStore;
  #logs!: ClassLogs;
  #writer!: BesideWriter;
  #identity = '';
  /** Grows with every crash: what an older life promised comes to nothing. */
  #life = 0;
  isUp = false;
  /** Started and not killed since; it may not be up yet. */
  isStarted = false;

  constructor(options: LocalHubOptions) {
    this.#options = options;
  }

  async start(restoreFrom?: string): Promise<void> {
    const { dataDir, time } = this.#options;
    this.#life += 1;
    this.isStarted = true;
    const life = this.#life;
    this.#store = await openSqliteStore({
      dataDir,
      hubName: 'Школа',
      restoreFrom,
      now: () => time.now,
      startWriter: async (file) => {
        this.#writer = new BesideWriter(file, this.#options);
        return { worker: this.#writer as unknown as Worker, safety: this.#writer.ready() };
      },
    });
    this.#logs = new ClassLogs({
      store: this.#store,
      log: () => {},
      now: () => time.now,
      onGroup: (group) => life === this.#life && this.#tell(group),
      onUnnamedContent: () => {},
    });
    const { hubId, epoch } = await this.#store.identity();
    this.#identity = `${hubId}:${epoch}`;
    this.isUp = true;
  }

  /** SIGKILL: wires break, uncommitted work is gone. */
  async crash(): Promise<void> {
    this.isUp = false;
    this.isStarted = false;
    this.#life += 1;
    for (const open of [...this.#open]) open.told.closed();
    this.#open.clear();
    this.#writer.crash();
    await this.#store.close();
  }

  backup(): Promise<string> {
    const file = join(this.#options.dataDir, 'backup.db');
    return this.#store.backup(file).then(() => file);
  }

  #newId<T extends string>(): T {
    const bytes = Uint8Array.from({ length: 16 }, () => Math.floor(this.#options.random() * 256));
    return uuidV7(this.#options.time.now, bytes) as T;
  }

  addPerson(name: string, hubRole: Person['hubRole']): PersonId {
    const personId = this.#newId<PersonId>();
    this.people.set(personId, { name, hubRole });
    return personId;
  }

  /** Somebody opened the address and gave the right code. */
  requestJoin(logId: LogId, personId: PersonId): Promise<CommandResult[]> {
    const name = this.people.get(personId)?.name ?? '';
    const command = {
      id: this.#newId<CommandId>(),
      kind: 'requestJoin',
      body: { personId, name, device: 'ПК' },
    } as const;
    return this.#logs.submit(logId, [command], { kind: 'hub' });
  }

  /** A file has arrived, whole. */
  async storeFile(fileId: FileId, personId: PersonId, name: string, sha256: Sha256): Promise<void> {
    const row = { fileId, personId, name, mediaType: 'text/plain', sizeBytes: 1, announced: null };
    await this.#store.beginFile({ ...row, sha256: null, begunAt: this.#options.time.now });
    await this.#store.fileStored(fileId, sha256);
  }

  // ── What a page asks ─────────────────────────────────────────────────────────────────────────────────────────────────

  #who(personId: PersonId): Who {
    const person = this.people.get(personId);
    if (!this.isUp || !person) throw new PartaError('hub-unreachable');
    return { kind: 'person', personId, hubRole: person.hubRole };
  }

  async me(personId: PersonId): Promise<Me> {
    this.#who(personId);
    const { hubRole, name } = this.people.get(personId)!;
    const logs: Me['logs'] = [];
    for (const logId of await this.#store.logsOf(personId)) {
      const log = await this.#logs.get(logId);
      const member = log && memberOf(log.state, personId);
      if (!log) continue;
      if (member?.state === 'confirmed') {
        const { memberId, role } = member;
        const title = log.state.title ?? '';
        logs.push({
          logId,
          state: 'member',
          title,
          memberId,
          role,
          logKey: this.#keyOf(log.state, personId),
          head: log.head,
        });
      } else if (Object.values(log.state.requests).some((request) => request.personId === personId))
        logs.push({ logId, state: 'waiting' });
    }
    return { personId, hubRole, name, logs };
  }

  #keyOf(state: Classroom, personId: PersonId): LogKey {
    const member = readerOf(state, personId);
    if (!member) throw new PartaError('not-a-member');
    return `${this.#identity}:${member.memberId}:${member.roleVersion}` as LogKey;
  }

  connect(personId: PersonId, told: Told): HubWire {
    const who = this.#who(personId);
    const open: Open = { personId, told, follows: new Map() };
    this.#open.add(open);
    const demandLog = async (logId: LogId): Promise<ClassLog> => {
      if (!this.#open.has(open)) throw new PartaError('hub-unreachable');
      const log = await this.#logs.get(logId);
      if (!log || !readerOf(log.state, personId)) throw new PartaError('not-a-member');
      return log;
    };
    return {
      follow: async ({ logId }) => {
        const log = await demandLog(logId);
        const { memberId, role } = readerOf(log.state, personId)!;
        const logKey = this.#keyOf(log.state, personId);
        open.follows.set(logId, logKey);
        return { logId, logKey, head: log.head, memberId, role, now: this.#options.time.now };
      },
      pull: async ({ logId, logKey, after, limit }) => {
        const log = await demandLog(logId);
        if (logKey !== this.#keyOf(log.state, personId) || after > log.head) throw new PartaError('wrong-key');
        const reader = readerOf(log.state, personId)!;
        const rows = await log.read(after, log.head, limit);
        const entries = rows.filter((row) => mayRead(log.state, row.label, reader)).map(entryOf);
        return { logId, logKey, after, upTo: rows.at(-1)?.seq ?? after, head: log.head, entries };
      },
      submit: async (logId, commands) => {
        if (!this.#open.has(open)) throw new PartaError('hub-unreachable');
        return this.#logs.submit(logId, commands, who);
      },
      close: () => void this.#open.delete(open),
    };
  }

  #tell({ logId, after, rows, before, state }: Group) {
    const standing = (s: Classroom, personId: PersonId) => {
      const member = memberOf(s, personId);
      const isAsking = Object.values(s.requests).some((request) => request.personId === personId);
      return member ? `${member.memberId}/${member.state}/${member.roleVersion}` : String(isAsking);
    };
    for (const open of this.#open) {
      const hasChanged = standing(before, open.personId) !== standing(state, open.personId);
      if (hasChanged) {
        const reader = readerOf(state, open.personId);
        if (!reader || this.#keyOf(state, open.personId) !== open.follows.get(logId)) open.follows.delete(logId);
        open.told.logs();
      }
      const logKey = open.follows.get(logId);
      const reader = readerOf(state, open.personId);
      if (!logKey || !reader) continue;
      const entries = rows.filter((row) => mayRead(state, row.label, reader)).map(entryOf);
      const upTo = after + rows.length;
      open.told.page({ logId, logKey, after, upTo, head: upTo, entries });
    }
  }

  // ── What a test looks at ─────────────────────────────────────────────────────────────────────────────────────────────

  async state(logId: LogId): Promise<{ state: Classroom; head: number }> {
    const log = await this.#logs.get(logId);
    if (!log) throw new PartaError('not-found');
    return { state: log.state, head: log.head };
  }

  async entries(logId: LogId): Promise<Entry[]> {
    return (await this.#store.read(logId, 0, Number.MAX_SAFE_INTEGER, 1_000_000)).map(entryOf);
  }
}
