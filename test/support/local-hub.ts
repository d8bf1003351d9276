/**
 * The hub's core without its wires: the real logs, school and schedule on the real database, in this process, under a clock that
 * the test moves. Stands for everything behind the socket: who may follow, what a page holds, who is told. Its writer runs beside
 * the test, takes as long as the test wants and may find the disk full; a crash throws away what it has not committed. It
 * remembers which command stands behind which row, for a test that works out by itself what follows.
 */
import { EventEmitter } from 'node:events';
import { join } from 'node:path';
import type { Worker } from 'node:worker_threads';
import * as z from 'zod/mini';
import type { FarQuestion } from '../../src/client/far-behind.ts';
import { mayRead, memberOf, readerOf, type Classroom, type Who } from '../../src/core/classroom.ts';
import { encodeColumns, type FarPage } from '../../src/core/columns.ts';
import { PartaError } from '../../src/core/errors.ts';
import type { CommandId, FileId, LogId, PersonId, Sha256 } from '../../src/core/ids.ts';
import { schoolLogIdOf, uuidV7 } from '../../src/core/ids.ts';
import {
  Command,
  type CommandResult,
  type Entry,
  type Following,
  type LogKey,
  type Me,
  type Page,
} from '../../src/core/wire.ts';
import { entryOf, type ClassLog, type Group } from '../../src/hub/class-log.ts';
import { ClassLogs } from '../../src/hub/class-logs.ts';
import { Schedule } from '../../src/hub/schedule.ts';
import { School } from '../../src/hub/school.ts';
import { openSqliteStore, type SqliteStore } from '../../src/hub/store-sqlite.ts';
import { Writer, type ToWriter } from '../../src/hub/store-writer.ts';
import type { Row, Store, Written } from '../../src/hub/store.ts';
import { takenBy1 } from './version-1.ts';
import type { VirtualTime } from './virtual-time.ts';

/** How often a hub looks at what falls due. */
const SCHEDULE_EVERY_MS = 2_000;
/** Rows of one answer to who is far behind: few, so that a story needs several. */
const FAR_ROWS = 24;

/** A command as it reached the hub, and from whom; null: from the hub itself. */
export interface Given {
  command: Command;
  personId: PersonId | null;
}

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
  /** Whether it has a log of the school, and does by itself what falls due. */
  isWhole?: boolean;
}

/** Logs that remember which command stands behind which row. */
class RememberingLogs extends ClassLogs {
  readonly #onGiven: (given: Given) => void;
  constructor(context: ConstructorParameters<typeof ClassLogs>[0], onGiven: (given: Given) => void) {
    super(context);
    this.#onGiven = onGiven;
  }
  override submit(logId: LogId, commands: readonly Command[], who: Who): Promise<CommandResult[]> {
    for (const command of commands) this.#onGiven({ command, personId: who.kind === 'person' ? who.personId : null });
    return super.submit(logId, commands, who);
  }
}

/** A writer in this thread that waits for virtual time before each group. */
class BesideWriter extends EventEmitter {
  readonly #writer: Writer;
  readonly #options: LocalHubOptions;
  readonly #isFull: () => boolean;
  #isDead = false;
  constructor(file: string, options: LocalHubOptions, isFull: () => boolean) {
    super();
    this.#isFull = isFull;
    this.#writer = new Writer(file);
    this.#options = options;
  }
  ready() {
    return this.#writer.ready();
  }
  postMessage(message: ToWriter) {
    if (message === 'close') return this.crash();
    this.#options.time.after(this.#options.diskMs(), () => {
      if (this.#isDead) return;
      const { group } = message;
      const full = () => group.map((): Written => ({ ok: false, code: 'disk-full' }));
      this.emit('message', this.#isFull() ? full() : this.#writer.write(group));
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
  #school: School | null = null;
  #identity = '';
  /** What was given last under an id, until a row stands for it. */
  readonly #given = new Map<CommandId, Given>();
  readonly #committed = new Set<CommandId>();
  readonly #heads = new Map<LogId, number>();
  schoolLogId: LogId | null = null;
  /** How wrong its clock is. */
  clockErrorMs = 0;
  /** Nothing can be written; groups that were refused for it. */
  isDiskFull = false;
  groupsRefused = 0;
  /** Which version of the words it speaks. */
  protocol: 1 | 2 = 2;
  /** Grows with every crash: what an older life promised comes to nothing. */
  #life = 0;
  isUp = false;
  /** Started and not killed since; it may not be up yet. */
  isStarted = false;

  constructor(options: LocalHubOptions) {
    this.#options = options;
  }

  /** Takes no virtual time, however long the real disk takes. */
  async start(restoreFrom?: string): Promise<void> {
    const end = this.#options.time.hold();
    try {
      await this.#start(restoreFrom);
    } finally {
      end();
    }
  }

  async #start(restoreFrom?: string): Promise<void> {
    const { dataDir } = this.#options;
    const now = () => this.now;
    this.#life += 1;
    this.isStarted = true;
    const life = this.#life;
    this.#store = await openSqliteStore({
      dataDir,
      hubName: 'Школа',
      restoreFrom,
      now,
      startWriter: async (file) => {
        this.#writer = new BesideWriter(file, this.#options, () => this.#refusesGroup());
        return { worker: this.#writer as unknown as Worker, safety: this.#writer.ready() };
      },
    });
    const store = this.#store;
    this.#logs = new RememberingLogs(
      {
        store,
        log: () => {},
        now,
        onGroup: (group) => life === this.#life && this.#noteGroup(group),
        onUnnamedContent: () => {},
      },
      (given) => !this.#committed.has(given.command.id) && this.#given.set(given.command.id, given),
    );
    const { hubId, epoch, name: hubName } = await store.identity();
    this.#identity = `${hubId}:${epoch}`;
    const isWhole = this.#options.isWhole && this.protocol > 1;
    this.schoolLogId = isWhole ? schoolLogIdOf(hubId) : null;
    this.#school = isWhole
      ? new School({ hubId, hubName, store: this.#peopleAndLogs(store), logs: this.#logs, log: () => {}, now })
      : null;
    if (restoreFrom) {
      this.#committed.clear();
      for (const logId of this.#heads.keys()) {
        const rows = await this.rows(logId);
        this.#heads.set(logId, rows.length);
        for (const { id } of rows) this.#committed.add(id);
      }
    }
    this.isUp = true;
    if (this.#options.isWhole) this.#lookLater(life);
  }

  /** The hub's clock. */
  get now(): number {
    return this.#options.time.now + this.clockErrorMs;
  }

  /** What the school asks of a store; people are kept here. */
  #peopleAndLogs(store: Store): Store {
    const person: Store['person'] = async (personId) => {
      const known = this.people.get(personId);
      return known ? { personId, ...known } : null;
    };
    return { logsOf: (personId: PersonId) => store.logsOf(personId), person } as unknown as Store;
  }

  #refusesGroup(): boolean {
    if (this.isDiskFull) this.groupsRefused += 1;
    return this.isDiskFull;
  }

  #noteGroup(group: Group) {
    for (const { id } of group.rows) this.#committed.add(id);
    this.#heads.set(group.logId, group.after + group.rows.length);
    this.#tell(group);
    this.#school?.note(group);
  }

  /** What falls due is done (S20); the schedule's own timer is of real time and never comes to run. */
  #lookLater(life: number) {
    this.#options.time.after(SCHEDULE_EVERY_MS, () => {
      if (life !== this.#life) return;
      const context = { store: this.#store, logs: this.#logs, log: () => {}, now: () => this.now };
      const schedule = new Schedule(context);
      void schedule
        .open()
        .then(() => schedule.close())
        .catch(() => undefined)
        .then(() => this.#lookLater(life));
    });
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
    return uuidV7(this.now, bytes) as T;
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
    await this.#store.beginFile({ ...row, sha256: null, begunAt: this.now });
    await this.#store.fileStored(fileId, sha256);
  }

  // ── What a page asks ─────────────────────────────────────────────────────────────────────────────────────────────────

  #who(personId: PersonId): Who {
    const person = this.people.get(personId);
    if (!this.isUp || !person) throw new PartaError('hub-unreachable');
    return { kind: 'person', personId, hubRole: person.hubRole };
  }

  async me(personId: PersonId, protocol: 1 | 2 = 2): Promise<Me> {
    this.#who(personId);
    const { hubRole, name } = this.people.get(personId)!;
    const life = this.#life;
    if (protocol > 1) await this.#school?.settle({ personId, hubRole, name });
    if (life !== this.#life) throw new PartaError('hub-unreachable');
    const logs: Me['logs'] = [];
    for (const logId of await this.#store.logsOf(personId)) {
      const isSchool = logId === this.schoolLogId;
      const log = isSchool && protocol === 1 ? null : await this.#logs.get(logId);
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
          ...(isSchool ? { kind: 'school' as const } : {}),
        });
      } else if (Object.values(log.state.requests).some((request) => request.personId === personId))
        logs.push({ logId, state: 'waiting' });
    }
    const epoch = this.#identity.split(':')[1]!;
    return { personId, ...(this.protocol > 1 ? { epoch } : {}), hubRole, name, logs };
  }

  #keyOf(state: Classroom, personId: PersonId): LogKey {
    const member = readerOf(state, personId);
    if (!member) throw new PartaError('not-a-member');
    return `${this.#identity}:${member.memberId}:${member.roleVersion}` as LogKey;
  }

  /** GET /api/logs/:logId/pages. A hub of version 1 has no such thing. */
  async far(personId: PersonId, { logId, logKey, after }: FarQuestion): Promise<z.output<typeof FarPage>> {
    this.#who(personId);
    if (this.protocol === 1) throw new PartaError('not-found');
    const log = await this.#logs.get(logId);
    const reader = log && readerOf(log.state, personId);
    if (!log || !reader) throw new PartaError('not-a-member');
    if (logKey !== this.#keyOf(log.state, personId) || after > log.head) throw new PartaError('wrong-key');
    const { state, head } = log;
    const rows = await log.read(after, head, FAR_ROWS);
    const columns: unknown = JSON.parse(encodeColumns(rows.filter((row) => mayRead(state, row.label, reader))));
    return { logId, logKey, after, upTo: rows.at(-1)?.seq ?? after, head, columns };
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
        return { logId, logKey, head: log.head, memberId, role, now: this.now };
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
        // As it comes over the wire: a repeat is told by what it says, not by how it was put together (S3).
        const parsed = commands.map((command) => z.parse(Command, command));
        if (this.protocol > 1) return this.#logs.submit(logId, parsed, who);
        const taken = parsed.map(takenBy1);
        const good = taken.filter((command) => command !== null);
        const results = good.length > 0 ? await this.#logs.submit(logId, good, who) : [];
        const answers = results.values();
        return commands.map(({ id }, index): CommandResult => {
          const answer = taken[index] ? answers.next().value : undefined;
          return answer ?? { id, ok: false, code: 'bad-request' };
        });
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
    return (await this.rows(logId)).map(entryOf);
  }

  rows(logId: LogId): Promise<Row[]> {
    return this.#store.read(logId, 0, Number.MAX_SAFE_INTEGER, 1_000_000);
  }

  /** The head as last committed, in this life or an earlier one. */
  headOf(logId: LogId): number {
    return this.#heads.get(logId) ?? 0;
  }

  /** The command behind a row. */
  given(id: CommandId): Given | undefined {
    return this.#given.get(id);
  }

  /** By this key a reader's copy is the log of now; null for who reads nothing. */
  keyFor(state: Classroom, personId: PersonId): LogKey | null {
    return readerOf(state, personId) ? this.#keyOf(state, personId) : null;
  }
}
