/**
 * A {@link ClassStore} put together: database, overlay, loop. Promises what the interface does; in short, everything watched
 * comes from the disk first and again after every change of the disk, of what is under way, or of files arriving.
 * Hides: that pages who watch the same thing share one question to the database.
 */
import { codeOf, PartaError } from '../core/errors.ts';
import { fileIdOf, ID_RANDOM_BYTES, uuidV7, type CommandId, type LogId } from '../core/ids.ts';
import * as z from 'zod/mini';
import type { TakenIn } from '../core/portfolio.ts';
import { Command, type CommandKind } from '../core/wire.ts';
import type {
  ClassStore,
  ClassStoreOptions,
  Connection,
  DraftKey,
  LogSummary,
  MessageView,
  MeView,
  Packed,
  SearchQuery,
  SearchResult,
  Stop,
} from './class-store.ts';
import {
  deleteDatabase,
  openDatabase,
  type ClassSnapshot,
  type Database,
  type KnownMe,
  type MessagesSnapshot,
  type Since,
} from './database.ts';
import { hubCalls } from './hub-api.ts';
import { Live } from './live.ts';
import { classView, hasRules, logSummary, messagesById, messagesView, outboxRows, rulesAreHere, type Underway } from './overlay.ts'; // prettier-ignore
import { BROWSER, type Ports } from './ports.ts';
import type { Search } from './search.ts';
import { Sync } from './sync.ts';

/** Opens the store of one person at one hub and starts its loop; resolves as soon as what is local can be read. */
export const openClassStore = (options: ClassStoreOptions): Promise<ClassStore> => openClassStoreWith(BROWSER, options);

/** Deletes what a store left behind, without opening it: at the start of a page on a shared PC. */
export const deleteClassStore = (name: string): Promise<void> => deleteDatabase(name);

/** {@link openClassStore} in a given world. */
export async function openClassStoreWith(ports: Ports, options: ClassStoreOptions): Promise<ClassStore> {
  const database = await openDatabase(options.name, ports.disk);
  return new Store(ports, options, database);
}

/** One question to the database for all who watch the same, answered again from its last answer when only the moment changed. */
interface Shared {
  listeners: Set<(value: never) => void>;
  last: { value: unknown } | null;
  /** What is under way is part of the view, not only what is on disk: something waits. */
  isMomentary: boolean;
  again: () => void;
  stop: Stop;
}

/** Between two looks at all that is unsent. */
const UNSENT_PAUSE_MS = 1_000;
/** Messages that an export holds in memory at a time. */
const MESSAGES_PER_PIECE = 512;
const MESSAGE_TABLES = ['me', 'cursors', 'places', 'markRuns', 'outbox'] as const;

class Store implements ClassStore {
  readonly hub;
  readonly #ports: Ports;
  readonly #options: ClassStoreOptions;
  readonly #database: Database;
  readonly #sync: Sync;
  readonly #live: Live;
  readonly #underway: Underway;
  #search: Promise<Search> | null = null;
  readonly #shared = new Map<string, Shared>();
  readonly #connectionListeners = new Set<(connection: Connection) => void>();
  readonly #stops: Stop[];
  #isRefreshing = false;
  #begun = new Set<Promise<unknown>>();
  #isClosed = false;

  constructor(ports: Ports, options: ClassStoreOptions, database: Database) {
    this.#ports = ports;
    this.#options = options;
    this.#database = database;
    const { files, credentials } = options;
    this.hub = hubCalls(ports.fetch, () => credentials.session());
    this.#underway = {
      isSending: (id) => this.#sync.isSending(id),
      isStored: (fileId) => files.isStored(fileId),
      describe: (fileId) => files.describe(fileId),
      now: () => ports.now(),
    };
    this.#live = new Live(ports, database);
    this.#sync = new Sync({
      database,
      live: this.#live,
      ports,
      credentials,
      isStored: (fileId) => files.isStored(fileId),
      filesMissing: (fileIds) => files.missing(fileIds),
      isWatchful: options.isWatchful ?? false,
      onEnded: (code) => options.onEnded?.(code),
      onConnection: (connection) => {
        for (const listener of this.#connectionListeners) listener(connection);
      },
      onSending: () => this.#refresh(),
    });
    this.#stops = [
      files.watch(() => {
        this.#sync.submit();
        this.#refresh();
      }),
      // Also what another tab wrote, should that tab sleep.
      database.watch(
        ['outbox'],
        async () => null,
        () => this.#sync.submit(),
      ),
    ];
  }

  // ── Watching ─────────────────────────────────────────────────────────────────────────────────────────────────────────

  watchMe(listener: (me: MeView | null) => void): Stop {
    return this.#watch<Overview, MeView | null>(
      'me',
      ['me', 'cursors', 'states', 'outbox'],
      async () => {
        const { known, logIds } = await this.#database.overview();
        const snapshots = await Promise.all(logIds.map((logId) => this.#database.classSnapshot(logId)));
        return { known, logs: logIds.map((logId, index) => [logId, snapshots[index]!]) };
      },
      listener,
      {
        view: ({ known, logs }) => this.#meView(known, logs),
        waits: ({ logs }) => logs.some(([, { outbox }]) => outbox.length > 0),
      },
    );
  }

  #meView(known: KnownMe | undefined, logs: Overview['logs']): MeView | null {
    if (!known) return null;
    const { personId, name, hubRole, epoch } = known.me;
    const summaries: LogSummary[] = logs.map(([logId, snapshot]) => logSummary(logId, snapshot, this.#underway));
    return { personId, name, hubRole, epoch, logs: summaries };
  }

  watchConnection(listener: (connection: Connection) => void): Stop {
    this.#connectionListeners.add(listener);
    queueMicrotask(() => this.#connectionListeners.has(listener) && listener(this.#sync.connection));
    return () => this.#connectionListeners.delete(listener);
  }

  watchClass(logId: LogId, listener: Parameters<ClassStore['watchClass']>[1]): Stop {
    return this.#watch(
      `class/${logId}`,
      ['me', 'cursors', 'states', 'outbox'],
      () => this.#database.classSnapshot(logId),
      listener,
      { view: (snapshot) => classView(logId, snapshot, this.#underway), waits: hasOutbox },
    );
  }

  watchMessages(...[logId, channelId, window, listener]: Parameters<ClassStore['watchMessages']>): Stop {
    return this.#watch(
      `messages/${logId}/${channelId}/${window.around}/${window.count}`,
      MESSAGE_TABLES,
      (last?: Since<MessagesSnapshot>) => this.#database.messagesSnapshot(logId, channelId, window, last),
      listener,
      { view: (snapshot) => messagesView(channelId, snapshot, this.#underway), waits: hasOutbox },
    );
  }

  watchMessagesById(...[logId, ids, listener]: Parameters<ClassStore['watchMessagesById']>): Stop {
    return this.#watch(
      `by-id/${logId}/${ids.join('/')}`,
      MESSAGE_TABLES,
      (last?: Since<MessagesSnapshot>) => this.#database.messagesByIdSnapshot(logId, ids, last),
      listener,
      { view: (snapshot) => messagesById(ids, snapshot, this.#underway), waits: hasOutbox },
    );
  }

  watchLive(...[logId, listener]: Parameters<ClassStore['watchLive']>): Stop {
    return this.#live.watch(logId, listener);
  }

  watchWall(...[logId, listener]: Parameters<ClassStore['watchWall']>): Stop {
    return this.#live.watchWall(logId, listener);
  }

  async search(query: SearchQuery): Promise<SearchResult> {
    this.#search ??= import('./search.ts').then(
      ({ Search }) => new Search(this.#database),
      (thrown: unknown) => {
        // It could not be loaded: the next search tries again.
        this.#search = null;
        throw thrown;
      },
    );
    return this.#finish(this.#search.then((search) => search.find(query)));
  }

  messageAt(...[logId, channelId, at]: Parameters<ClassStore['messageAt']>): Promise<number | null> {
    return this.#finish(this.#database.messageAt(logId, channelId, at));
  }

  async *messagesOf(...[logId, channelId]: Parameters<ClassStore['messagesOf']>) {
    for (let after = 0; ;) {
      const piece: readonly MessageView[] = await this.#finish(
        this.#database.messagesAfter(logId, channelId, after, MESSAGES_PER_PIECE),
      );
      if (piece.length > 0) yield piece;
      if (piece.length < MESSAGES_PER_PIECE) return;
      after = piece.at(-1)?.seq ?? Infinity;
    }
  }

  watchFiles(logId: LogId, listener: Parameters<ClassStore['watchFiles']>[1]): Stop {
    return this.#watch(`files/${logId}`, ['namedFiles'], () => this.#database.filesOf(logId), listener, null);
  }

  watchOutbox(listener: Parameters<ClassStore['watchOutbox']>[0]): Stop {
    return this.#watch('outbox', ['outbox'], () => this.#database.wholeOutbox(), listener, {
      view: (rows) => outboxRows(rows, this.#underway),
      waits: (rows) => rows.length > 0,
    });
  }

  watchUnsentFiles(listener: Parameters<ClassStore['watchUnsentFiles']>[0]): Stop {
    let isFirst = true;
    // A draft changes with every key and all of them are read: once a second is soon enough.
    const question = async () => {
      if (!isFirst) await new Promise<void>((resolve) => this.#ports.after(UNSENT_PAUSE_MS, resolve));
      isFirst = false;
      return this.#database.unsentFiles();
    };
    return this.#watch('unsent-files', ['outbox', 'drafts'], question, listener, null);
  }

  #watch<R, V>(
    key: string,
    tables: Parameters<Database['watch']>[0],
    question: (last?: Since<R>) => Promise<R>,
    listener: (value: V) => void,
    laid: { view: (answer: R) => V; waits: (answer: R) => boolean } | null,
  ): Stop {
    let shared = this.#shared.get(key);
    if (!shared) {
      let answer: { value: R } | null = null;
      const created: Shared = {
        listeners: new Set(),
        last: null,
        isMomentary: false,
        again: () => {
          if (!answer) return;
          created.last = { value: laid ? laid.view(answer.value) : answer.value };
          for (const each of created.listeners) each(created.last.value as never);
        },
        stop: () => {},
      };
      created.stop = this.#database.watch(tables, question, (value) => {
        answer = { value };
        created.isMomentary = laid?.waits(value) ?? false;
        if (created.isMomentary && !hasRules())
          rulesAreHere().then(
            () => this.#refresh(),
            () => undefined,
          );
        created.again();
      });
      this.#shared.set(key, (shared = created));
    }
    const entry = shared;
    // A wrapper of its own, so that one function may watch twice.
    const own = (value: V) => listener(value);
    entry.listeners.add(own as (value: never) => void);
    if (entry.last) queueMicrotask(() => entry.last && entry.listeners.has(own as never) && own(entry.last.value as V));
    return () => {
      entry.listeners.delete(own as (value: never) => void);
      if (entry.listeners.size > 0 || this.#shared.get(key) !== entry) return;
      this.#shared.delete(key);
      entry.stop();
    };
  }

  /** What is under way has changed and the disk has not: the last answers are looked at again, once for many changes. */
  #refresh() {
    if (this.#isRefreshing) return;
    this.#isRefreshing = true;
    queueMicrotask(() => {
      this.#isRefreshing = false;
      if (this.#isClosed) return;
      for (const shared of this.#shared.values()) if (shared.isMomentary) shared.again();
    });
  }

  // ── Sending ──────────────────────────────────────────────────────────────────────────────────────────────────────────

  async send(...[logId, kind, body, clears]: Parameters<ClassStore['send']>): Promise<CommandId> {
    const [id] = await this.sendAll([{ logId, kind, body }], clears);
    return id!;
  }

  async sendAll(
    commands: readonly { logId: LogId; kind: CommandKind; body: unknown }[],
    clears?: DraftKey,
  ): Promise<CommandId[]> {
    const made = commands.map(({ logId, kind, body }) => ({ logId, command: this.#command(kind, body) }));
    await this.#finish(this.#database.addCommands(made, this.#ports.now(), clears));
    return made.map(({ command }) => command.id);
  }

  /** Throws PartaError `bad-request` on what the wire would not take: better here, with the draft still there, than there. */
  #command(kind: CommandKind, body: unknown): Command {
    const parsed = z.safeParse(Command, { id: this.#newId(), kind, body });
    if (!parsed.success) throw new PartaError('bad-request');
    return parsed.data;
  }

  async retry(id: CommandId): Promise<void> {
    await this.#finish(this.#database.retryCommand(id));
  }
  async edit(...[id, kind, body]: Parameters<ClassStore['edit']>): Promise<CommandId> {
    const command = this.#command(kind, body);
    await this.#finish(this.#database.replaceCommand(id, command, this.#ports.now()));
    return command.id;
  }
  async discard(id: CommandId): Promise<void> {
    await this.#finish(this.#database.discardCommand(id));
  }
  async forget(logId: LogId): Promise<void> {
    await this.#finish(this.#database.forget(logId));
  }

  async readDraft<T>(key: DraftKey): Promise<T | null> {
    return (await this.#finish(this.#database.readDraft(key))) as T | null;
  }
  async writeDraft(key: DraftKey, value: unknown): Promise<void> {
    await this.#finish(this.#database.writeDraft(key, value));
  }
  watchDraft<T>(key: DraftKey, listener: (value: T | null) => void): Stop {
    const question = async () => (await this.#database.readDraft(key)) as T | null;
    return this.#watch(`draft/${key}`, ['drafts'], question, listener, null);
  }
  tellTyping(...[logId, channelId]: Parameters<ClassStore['tellTyping']>): void {
    this.#live.tellTyping(logId, channelId);
  }
  askHelp(...[logId, wantsHelp]: Parameters<ClassStore['askHelp']>): void {
    this.#live.askHelp(logId, wantsHelp);
  }
  tellHolds(...[logId, fileIds]: Parameters<ClassStore['tellHolds']>): void {
    this.#live.tellHolds(logId, fileIds);
  }
  tellActive(...[logId]: Parameters<ClassStore['tellActive']>): void {
    this.#live.tellActive(logId);
  }
  tellHelped(...[logId, memberId]: Parameters<ClassStore['tellHelped']>): void {
    this.#live.tellHelped(logId, memberId);
  }
  async markRead(...[logId, channelId, seq]: Parameters<ClassStore['markRead']>): Promise<void> {
    await this.#finish(this.#database.markRead(logId, channelId, seq));
    this.#live.haveRead(logId);
  }

  /** Seldom wanted, so it comes when it is; a pupil's page never asks. */
  async pack(...[logIds, hasHash]: Parameters<ClassStore['pack']>): Promise<Packed> {
    const { linesOf, outgoing } = await import('./portfolio.ts');
    const out = await this.#finish(outgoing(this.#database, this.#options.files, hasHash));
    const { rows, leftBehind, uploads } = out;
    return { commands: rows.length, leftBehind, uploads, lines: linesOf(this.#database, logIds, out) };
  }
  async takeIn(open: () => AsyncIterable<unknown>): Promise<TakenIn> {
    const { takeIn } = await import('./portfolio.ts');
    const taken = await this.#finish(takeIn(this.#database, open));
    this.#sync.submit();
    return taken;
  }

  #newId = (): string => uuidV7(this.#ports.now(), this.#ports.randomBytes(ID_RANDOM_BYTES));
  newLogId = () => this.#newId() as LogId;
  newMemberId = () => this.#newId() as ReturnType<ClassStore['newMemberId']>;
  newChannelId = () => this.#newId() as ReturnType<ClassStore['newChannelId']>;
  newSeriesId = () => this.#newId() as CommandId;
  newFileId = () => fileIdOf(this.#ports.randomBytes(ID_RANDOM_BYTES));

  connectNow(): void {
    this.#sync.connectNow();
  }

  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    for (const stop of this.#stops) stop();
    for (const shared of this.#shared.values()) shared.stop();
    this.#shared.clear();
    this.#connectionListeners.clear();
    await this.#sync.stop();
    this.#live.stop();
    this.#search?.then(
      (search) => search.stop(),
      () => undefined,
    );
    await Promise.allSettled(this.#begun);
    this.#database.close();
  }

  async erase(): Promise<void> {
    await this.close();
    await deleteDatabase(this.#options.name, this.#ports.disk);
  }

  /** Remembers what was begun, for {@link close}, and gives every failure a code. */
  async #finish<T>(work: Promise<T>): Promise<T> {
    this.#begun.add(work);
    try {
      return await work;
    } catch (thrown) {
      throw thrown instanceof PartaError ? thrown : new PartaError(codeOf(thrown), { cause: thrown });
    } finally {
      this.#begun.delete(work);
    }
  }
}

const hasOutbox = ({ outbox }: { outbox: readonly unknown[] }) => outbox.length > 0;

interface Overview {
  known: KnownMe | undefined;
  logs: [LogId, ClassSnapshot][];
}
