/**
 * A class store over classes kept on paper: what screens are shown on in the gallery. Views are folded and laid over by the
 * client's own code (Folding, overlay, search), so that a picture cannot show what a class could never be; network and disk are
 * left out. Anything that a scene wants to look unfinished (waiting, refused, offline) is put into it by the scene.
 */
import type {
  ClassStore,
  ClassView,
  Connection,
  DraftKey,
  HubCalls,
  LiveView,
  WallView,
  MessageView,
  OutboxRow,
  Stop,
} from '../../../src/client/class-store.ts';
import type { ClassSnapshot, KnownMe, MessagesSnapshot, StoredCommand } from '../../../src/client/database.ts';
import { marked, markless, type MarkedMessage } from '../../../src/client/message-view.ts';
import {
  classView,
  logSummary,
  messagesById,
  messagesView,
  outboxRows,
  rulesAreHere,
  type Underway,
} from '../../../src/client/overlay.ts';
import { SearchIndex } from '../../../src/client/search.ts';
import {
  Folding,
  messagesAt,
  recordOf,
  type FoldSource,
  type LogCursor,
  type LogRecord,
} from '../../../src/client/views.ts';
import { EMPTY_CLASSROOM, memberOf, type Member, type Who } from '../../../src/core/classroom.ts';
import type { CommandId, LogId, PersonId } from '../../../src/core/ids.ts';
import type { Command, Entry, FileRef, LogKey, Me } from '../../../src/core/wire.ts';
import { guestWho, nextFileId, nextId, type PaperClass, teacherWho } from '../../support/paper-class.ts';

// A picture does not wait for what a page brings later.
await rulesAreHere();

/** A class as the scene's person sees it. */
export interface PaperLog {
  logId: LogId;
  paper: PaperClass;
  /** Pupils that the scene's person only knows as waiting. */
  state: 'waiting' | 'declined' | 'member';
  /** In every channel. */
  readUpTo: number;
  pending: OutboxRow[];
}

/** What the client's own fold made of a log, as this reader may see it. */
interface Folded {
  key: string;
  cursor: LogCursor;
  messages: MarkedMessage[];
  files: FileRef[];
}

const LOG_KEY = 'paper' as LogKey;
const NOBODY_LIVE: LiveView = { reads: {}, typing: {}, present: new Set(), wantsHelp: false };
/** As many messages at a time as an export takes. */
const MESSAGES_PER_PIECE = 512;

type Watcher = () => void;

export class PaperStore implements ClassStore {
  connection: Connection = { state: 'online', code: null, retryAt: null };
  logs: PaperLog[] = [];
  drafts = new Map<string, unknown>();
  personName = 'Ирина Петровна';
  readonly personId: PersonId;
  readonly isTeacher: boolean;
  /** Who has read, writes, is here; put in by the scene. */
  readonly live = new Map<LogId, LiveView>();
  /** What walls show; null: not known. */
  readonly walls = new Map<LogId, WallView>();
  /** Calls that the hub answers in this scene; others are refused as unreachable. */
  readonly hub: HubCalls;
  private readonly watchers = new Set<Watcher>();
  private readonly folded = new Map<LogId, Folded>();

  constructor(personId: PersonId, isTeacher: boolean, hub: HubCalls) {
    this.personId = personId;
    this.isTeacher = isTeacher;
    this.hub = hub;
  }

  private get who(): Who {
    return this.isTeacher ? teacherWho(this.personId) : guestWho(this.personId);
  }

  private log(logId: LogId): PaperLog | undefined {
    return this.logs.find((log) => log.logId === logId);
  }

  // ── What the client's database would answer ──────────────────────────────────────────────────────────────────────────

  private member(log: PaperLog): Member | undefined {
    return log.state === 'member' ? memberOf(log.paper.state, this.personId) : undefined;
  }

  private get known(): KnownMe {
    const logs: Me['logs'] = this.logs.map((log) => {
      const member = this.member(log);
      const { logId, state, paper } = log;
      if (state !== 'member' || !member) return { logId, state: state === 'member' ? 'declined' : state };
      const { memberId, role } = member;
      const { title, kind } = paper.state;
      return { logId, state, title: title ?? '—', memberId, role, logKey: LOG_KEY, head: paper.log.length, kind };
    });
    const { personId, personName: name } = this;
    return { key: 'me', me: { personId, name, hubRole: this.isTeacher ? 'teacher' : 'guest', logs }, clockOffsetMs: 0 };
  }

  private outbox({ pending }: PaperLog): StoredCommand[] {
    return pending.map(({ id, logId, command, writtenAt, state, code, isReissued }, order) => {
      const stored = state === 'refused' ? 'refused' : 'waiting';
      return { id, logId, order, command, writtenAt, state: stored, code, isReissued, isTried: false, files: [] };
    });
  }

  /** Where commands stand is the scene's to say. */
  private get underway(): Underway {
    const rows = this.logs.flatMap((log) => log.pending);
    const isIn = (state: OutboxRow['state'], wanted: (row: OutboxRow) => boolean) =>
      rows.some((row) => row.state === state && wanted(row));
    return {
      isSending: (id) => isIn('sending', (row) => row.id === id),
      isStored: (fileId) =>
        !isIn('waiting-for-files', ({ command: { body } }) => 'fileIds' in body && body.fileIds.includes(fileId)),
      describe: (fileId) => this.logs.map((log) => log.paper.files.get(fileId)).find((file) => file) ?? null,
      now: () => this.logs[0]?.paper.now ?? 0,
    };
  }

  private async fold(log: PaperLog): Promise<Folded | null> {
    const me = this.member(log);
    if (!me) return null;
    const { logId, paper, readUpTo } = log;
    const key = `${paper.log.length}/${paper.log.at(-1)?.id}/${me.memberId}/${me.role}/${readUpTo}`;
    const known = this.folded.get(logId);
    if (known?.key === key) return known;
    const entries = paper.logFor(me.memberId);
    const everywhere = Object.keys(paper.state.channels).map((channelId) => [channelId, readUpTo]);
    const cursor: LogCursor = {
      logId,
      logKey: LOG_KEY,
      cursor: paper.log.length,
      head: paper.log.length,
      memberId: me.memberId,
      role: me.role,
      isLeft: false,
      unreadAfter: 0,
      readUpTo: Object.fromEntries(everywhere) as LogCursor['readUpTo'],
      unread: {},
      mentions: {},
    };
    const source = onPaper(logId, entries);
    const folding = new Folding(source, cursor, EMPTY_CLASSROOM);
    await folding.prepare(entries);
    for (const entry of entries) folding.fold(entry);
    folding.finish();
    const files = [...folding.filePuts].flatMap((record) => record.named.flatMap((row) => row.files)).reverse();
    const folded = { key, cursor, messages: messagesIn(folding, await source.logRecords([])), files };
    this.folded.set(logId, folded);
    return folded;
  }

  private async classSnapshot(log: PaperLog): Promise<ClassSnapshot> {
    const folded = await this.fold(log);
    return {
      known: this.known,
      cursor: folded?.cursor,
      classroom: folded ? log.paper.state : EMPTY_CLASSROOM,
      outbox: this.outbox(log),
      named: folded?.messages ?? [],
    };
  }

  private snapshotOf(log: PaperLog, folded: Folded | null, messages: MarkedMessage[]): MessagesSnapshot {
    return {
      known: this.known,
      cursor: folded?.cursor,
      messages,
      hasOlder: false,
      hasNewer: false,
      newestSeq: 0,
      outbox: this.outbox(log),
      named: folded?.messages ?? [],
    };
  }

  // ── Watching ─────────────────────────────────────────────────────────────────────────────────────────────────────────

  private watch(tell: () => Promise<unknown> | void): Stop {
    const watcher = () => void tell();
    this.watchers.add(watcher);
    queueMicrotask(() => this.watchers.has(watcher) && watcher());
    return () => void this.watchers.delete(watcher);
  }

  /** Views are made anew; call it after a change of the paper that adds no row. */
  changed() {
    for (const watcher of this.watchers) watcher();
  }

  watchMe(listener: Parameters<ClassStore['watchMe']>[0]): Stop {
    return this.watch(async () => {
      const snapshots = await Promise.all(this.logs.map((log) => this.classSnapshot(log)));
      const { personId, name, hubRole } = this.known.me;
      const logs = snapshots.map((snapshot, at) => logSummary(this.logs[at]!.logId, snapshot, this.underway));
      listener({ personId, name, hubRole, logs });
    });
  }

  watchConnection(listener: (connection: Connection) => void): Stop {
    return this.watch(() => listener(this.connection));
  }

  watchClass(logId: LogId, listener: (view: ClassView | null) => void): Stop {
    return this.watch(async () => {
      const log = this.log(logId);
      listener(log ? classView(logId, await this.classSnapshot(log), this.underway) : null);
    });
  }

  watchMessages(...[logId, channelId, window, listener]: Parameters<ClassStore['watchMessages']>): Stop {
    return this.watch(async () => {
      const log = this.log(logId);
      if (!log) return;
      const folded = await this.fold(log);
      const all = folded?.messages.filter((message) => message.channelId === channelId) ?? [];
      const { around, count } = window;
      const end = around === 'newest' ? all.length : all.findLastIndex((message) => (message.seq ?? 0) <= around) + 1;
      const from = Math.max(0, end - count);
      const to = around === 'newest' ? end : end + count;
      const snapshot: MessagesSnapshot = {
        ...this.snapshotOf(log, folded, all.slice(from, to)),
        hasOlder: from > 0,
        hasNewer: to < all.length,
        newestSeq: all.at(-1)?.seq ?? 0,
      };
      listener(messagesView(channelId, snapshot, this.underway));
    });
  }

  watchMessagesById(...[logId, ids, listener]: Parameters<ClassStore['watchMessagesById']>): Stop {
    return this.watch(async () => {
      const log = this.log(logId);
      if (!log) return;
      const folded = await this.fold(log);
      listener(messagesById(ids, this.snapshotOf(log, folded, folded?.messages ?? []), this.underway));
    });
  }

  watchLive(logId: LogId, listener: (live: LiveView) => void): Stop {
    return this.watch(() => listener(this.live.get(logId) ?? NOBODY_LIVE));
  }

  watchWall(logId: LogId, listener: (wall: WallView | null) => void): Stop {
    return this.watch(() => listener(this.walls.get(logId) ?? null));
  }
  askHelp(): void {}
  tellActive(): void {}
  tellHolds(): void {}
  tellHelped(): void {}

  pack: ClassStore['pack'] = async () => ({ commands: 0, leftBehind: 0, uploads: [], lines: nothing() });
  takeIn: ClassStore['takeIn'] = async () => ({
    entries: 0,
    confirmed: 0,
    commands: 0,
    known: 0,
    refused: 0,
    older: 0,
  });

  search: ClassStore['search'] = async (query) => {
    const results = this.logs.flatMap((log) => {
      const me = this.member(log);
      if (!me || (query.logId !== undefined && query.logId !== log.logId)) return [];
      const index = new SearchIndex(log.logId);
      for (const entry of log.paper.logFor(me.memberId)) index.fold(entry);
      return index.find(query);
    });
    const found = results.flatMap((result) => result.found).sort((a, b) => b.at - a.at);
    return { found: found.slice(0, query.limit), total: results.reduce((sum, { total }) => sum + total, 0) };
  };

  messageAt: ClassStore['messageAt'] = async (logId, channelId, at) => {
    const log = this.log(logId);
    const messages = (log && (await this.fold(log))?.messages) ?? [];
    return messages.find((message) => message.channelId === channelId && message.at >= at)?.seq ?? null;
  };

  async *messagesOf(...[logId, channelId]: Parameters<ClassStore['messagesOf']>) {
    const log = this.log(logId);
    const all: readonly MessageView[] = (log && (await this.fold(log))?.messages) ?? [];
    const messages = all.filter((message) => message.channelId === channelId);
    for (let from = 0; from < messages.length; from += MESSAGES_PER_PIECE)
      yield messages.slice(from, from + MESSAGES_PER_PIECE);
  }

  watchFiles(logId: LogId, listener: (files: readonly FileRef[]) => void): Stop {
    return this.watch(async () => {
      const log = this.log(logId);
      listener((log && (await this.fold(log))?.files) ?? []);
    });
  }

  watchOutbox(listener: (rows: readonly OutboxRow[]) => void): Stop {
    return this.watch(() => listener(this.logs.flatMap((log) => outboxRows(this.outbox(log), this.underway))));
  }

  watchUnsentFiles(listener: Parameters<ClassStore['watchUnsentFiles']>[0]): Stop {
    return this.watch(() => listener([]));
  }

  // ── Sending ──────────────────────────────────────────────────────────────────────────────────────────────────────────

  /** Online commands are confirmed at once; offline they wait. */
  async send(logId: LogId, kind: Command['kind'], body: unknown, clears?: DraftKey): Promise<CommandId> {
    const id = nextId<CommandId>();
    const command = { id, kind, body } as Command;
    const log = this.log(logId);
    if (log && this.connection.state === 'online') log.paper.give(command, this.who);
    else
      log?.pending.push({
        id,
        logId,
        command,
        writtenAt: log.paper.now,
        state: 'waiting',
        code: null,
        isReissued: false,
      });
    if (clears) this.drafts.delete(clears);
    this.changed();
    return id;
  }

  sendAll: ClassStore['sendAll'] = (commands, clears) =>
    Promise.all(commands.map(({ logId, kind, body }) => this.send(logId, kind, body, clears)));

  private drop(id: CommandId) {
    for (const log of this.logs) log.pending = log.pending.filter((row) => row.id !== id);
    this.changed();
  }
  async retry(id: CommandId) {
    for (const log of this.logs)
      for (const row of log.pending) if (row.id === id) Object.assign(row, { state: 'waiting', code: null });
    this.changed();
  }
  async edit(id: CommandId, kind: Command['kind'], body: unknown): Promise<CommandId> {
    const logId = this.logs.find((log) => log.pending.some((row) => row.id === id))?.logId;
    this.drop(id);
    return this.send(logId ?? nextId<LogId>(), kind, body);
  }
  async discard(id: CommandId) {
    this.drop(id);
  }

  async readDraft<T>(key: DraftKey): Promise<T | null> {
    return (this.drafts.get(key) as T | undefined) ?? null;
  }
  async writeDraft(key: DraftKey, value: unknown) {
    if (value === null) this.drafts.delete(key);
    else this.drafts.set(key, value);
    this.changed();
  }
  watchDraft<T>(key: DraftKey, listener: (value: T | null) => void): Stop {
    return this.watch(() => listener((this.drafts.get(key) as T | undefined) ?? null));
  }
  async markRead() {
    // A picture keeps its unread line.
  }
  tellTyping() {
    // Nobody is there to hear it.
  }

  newLogId: ClassStore['newLogId'] = nextId;
  newMemberId: ClassStore['newMemberId'] = nextId;
  newChannelId: ClassStore['newChannelId'] = nextId;
  newSeriesId: ClassStore['newSeriesId'] = nextId;
  newFileId = nextFileId;
  connectNow() {
    this.changed();
  }
  async forget() {
    this.changed();
  }
  async close() {
    this.watchers.clear();
  }
  async erase() {
    this.watchers.clear();
  }
}

/** A log that is all there, and no view of it yet. */
function onPaper(logId: LogId, entries: readonly Entry[]): FoldSource {
  const pages = Map.groupBy(entries, (entry) => recordOf(entry.seq));
  return {
    logRecords: async () => [...pages].map(([page, rows]) => ({ logId, page, entries: rows })),
    logPages: async () => [...pages.keys()],
    messagePlaces: async () => [],
    fileRecords: async () => [],
    markRuns: async () => [],
    lastMarkRun: async () => undefined,
    lastIdRun: async () => undefined,
  };
}

/** Messages of a whole log with their marks, by seq. */
function messagesIn(folding: Folding, log: readonly LogRecord[]): MarkedMessage[] {
  const records = new Map(log.map((record) => [record.page, record]));
  const stored = [...folding.placePuts].flatMap((places) => messagesAt(places, records.get(places.page)));
  const messages = new Map(stored.toSorted((a, b) => a.seq - b.seq).map((message) => [message.seq, markless(message)]));
  const marks = [...folding.markPuts].flatMap((run) => run.marks).toSorted((a, b) => a.seq - b.seq);
  for (const mark of marks) {
    const message = mark.change && messages.get(mark.change.body.messageSeq);
    if (mark.change && message) messages.set(mark.change.body.messageSeq, marked(message, mark, mark.change));
  }
  return [...messages.values()];
}

async function* nothing(): AsyncGenerator<never> {
  // Nobody packs on paper.
}
