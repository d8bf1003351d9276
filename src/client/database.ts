/**
 * What a client keeps on disk: one IndexedDB per hub and person. Promises: a page of the log, the views that follow from it,
 * the cursor and the removal of confirmed commands commit together or not at all (S6), and only where the page joins on (S5;
 * checked inside the transaction, since two tabs may do this at once, S18); a command is on disk before `addCommands`
 * resolves; only the log takes one out of the outbox (S7); views can be dropped and come back from the log (S13); another log
 * under the same id replaces the old one and leaves outbox and drafts alone (S14).
 *
 * Hides: Dexie (this is its only importer), tables and keys. `log`, `cursors`, `outbox`, `drafts` keep their shape for ever.
 * Long because S5–S7, S13, S14 and S17 are each one transaction over the same tables, and these belong side by side.
 */
import { Dexie, RangeSet, rangesOverlap, type IndexableType, type ObservabilitySet, type Table } from 'dexie';
import { EMPTY_CLASSROOM, type Classroom } from '../core/classroom.ts';
import { PartaError, type ErrorCode } from '../core/errors.ts';
import { evolve } from '../core/evolve.ts';
import {
  directIdOf,
  FILE_OR_HASH,
  workKey,
  type ChannelId,
  type CommandId,
  type FileId,
  type LogId,
  type MemberId,
  type Sha256,
} from '../core/ids.ts';
import type { PackedCommand } from '../core/portfolio.ts';
import type { commandOf } from '../core/reissue.ts';
import { changeIn, type Command, type Entry, type FileRef, type Following, type LogKey, type Me, type Page, type Reads } from '../core/wire.ts'; // prettier-ignore
import type { DraftKey, MessagesWindow, Stop } from './class-store.ts';
import { markless, marked, type MarkedMessage, type StoredMessage } from './message-view.ts';
import {
  FOLD_VERSION,
  Folding,
  messagesAt,
  placesIn,
  recordOf,
  touchesOfChannel,
  touchOfRecord,
  type FoldSource,
  type IdRun,
  type LogCursor,
  type LogRecord,
  type MarkRun,
  type MessagePlaces,
  type NamedFiles,
} from './views.ts';

interface FoldedClass {
  logId: LogId;
  foldVersion: number;
  classroom: Classroom;
}

/** A command not confirmed yet. `returning`: it was, and is being looked for in a log that is read anew (S14). */
export interface StoredCommand {
  id: CommandId;
  logId: LogId;
  /** Its place among the commands of its log. */
  order: number;
  command: Command;
  writtenAt: number;
  state: 'waiting' | 'refused' | 'returning';
  code: ErrorCode | null;
  isReissued: boolean;
  /** It was handed to the wire at least once: the hub may have it. */
  isTried: boolean;
  /** Files it names, where the hub told of them before. */
  files: FileRef[];
  /** Of one that was confirmed: where it stood. */
  stood?: { epoch: string; seq: number };
}

/** `clockOffsetMs`: the hub's clock minus this device's. */
export interface KnownMe {
  key: 'me';
  me: Me;
  clockOffsetMs: number;
}

/** Where a log stands, who reads it, what waits. */
interface Standing {
  known: KnownMe | undefined;
  cursor: LogCursor | undefined;
  /** Oldest first, without those still `returning`. */
  outbox: StoredCommand[];
  /** Messages that waiting commands speak of. */
  named: MarkedMessage[];
}

/** Everything of one log that its view needs, as of one moment. */
export interface ClassSnapshot extends Standing {
  classroom: Classroom;
}

/** A part of a channel with its marks, and what waits, as of one moment. */
export interface MessagesSnapshot extends Standing {
  messages: MarkedMessage[];
  /** What was read of the log for a part of a channel. */
  stored?: readonly StoredMessage[];
  hasOlder: boolean;
  hasNewer: boolean;
  newestSeq: number;
}

/** The last answer to a watched question, and which keys were written since it was asked, in this tab or another. */
export interface Since<T> {
  answer: T;
  changes: readonly ObservabilitySet[];
}

/** `applied` · `old`: known already · `gap`: something before it is missing · `other-key`: a page of another log (S14). */
export interface Applied {
  kind: 'applied' | 'old' | 'gap' | 'other-key';
  cursor: number;
  /** Commands that left the outbox with this page. */
  confirmed: CommandId[];
}

/** The IndexedDB a database lives in; the browser's own unless a test brings another. */
export interface Disk {
  indexedDB: IDBFactory;
  IDBKeyRange: typeof IDBKeyRange;
}

const VIEWS = ['places', 'markRuns', 'namedFiles', 'idRuns', 'states'] as const;
const LOG_AND_VIEWS = ['log', 'cursors', ...VIEWS] as const;
const MESSAGES = ['log', 'places', 'markRuns', 'idRuns'] as const;
/** Records of the log that are folded at a time when views are made anew. */
const RECORDS_PER_FOLD = 16;
type TableName = (typeof LOG_AND_VIEWS)[number] | 'outbox' | 'drafts' | 'me';

/** Restores of a hub that a log remembers: an old portfolio brings nobody back behind them. */
export const PAST_EPOCHS_MAX = 50;

/** Ids with reasons of what was refused and then put away or written anew, of one log; the newest {@link PUT_AWAY_MAX}. */
const putAwayKey = (logId: LogId) => `away/${logId}`;
export const PUT_AWAY_MAX = 200;
interface PutAway {
  id: CommandId;
  logId: LogId;
  code: ErrorCode;
}

/** Drafts that are only a place in a list, or ids, hold nothing that somebody wrote. */
const isWritten = (key: string) => !key.startsWith('place/') && !key.startsWith('away/');

class Tables extends Dexie {
  declare log: Table<LogRecord, [LogId, number]>;
  declare cursors: Table<LogCursor, LogId>;
  declare places: Table<MessagePlaces, [LogId, ChannelId, number]>;
  declare markRuns: Table<MarkRun, [LogId, number]>;
  declare namedFiles: Table<NamedFiles, [LogId, number]>;
  declare idRuns: Table<IdRun, [LogId, number]>;
  declare states: Table<FoldedClass, LogId>;
  declare outbox: Table<StoredCommand, CommandId>;
  declare drafts: Table<{ key: string; value: unknown }, string>;
  declare me: Table<KnownMe, 'me'>;

  constructor(name: string, disk: Disk | undefined) {
    // Dexie's own cache would be a second truth. Strict: what `addCommands` promises is the disk, and for pages it costs little.
    super(name, { ...disk, cache: 'disabled', chromeTransactionDurability: 'strict' });
    this.version(1).stores({
      log: '[logId+page]',
      cursors: 'logId',
      messages: '[logId+channelId+page]',
      messageMarks: '[logId+channelId+messageSeq+seq]',
      files: '[logId+seq]',
      states: 'logId',
      outbox: 'id, [logId+order]',
      drafts: 'key',
      me: 'key',
    });
    // Views alone, which are made anew (S13).
    this.version(2).stores({
      messageMarks: null,
      files: null,
      markRuns: '[logId+run], *touches',
      namedFiles: '[logId+page]',
      idRuns: '[logId+run]',
    });
    // What messages say lay here and in the log.
    this.version(3).stores({ messages: null, places: '[logId+channelId+page]' });
  }
}

/** Opens, or makes, the database of one person at one hub. Throws PartaError `storage-damaged` where that cannot be. */
export async function openDatabase(name: string, disk?: Disk): Promise<Database> {
  const tables = new Tables(name, disk);
  try {
    await tables.open();
    const database = new Database(tables);
    await database.rebuildOutdated();
    return database;
  } catch (cause) {
    tables.close();
    throw new PartaError('storage-damaged', { cause });
  }
}

/** Deletes a database that nothing has open: what somebody else left on a shared PC. */
export const deleteDatabase = async (name: string, disk?: Disk): Promise<void> => new Tables(name, disk).delete();

/** Everything in a value that reads like a file's id or hash: drafts are shaped by whoever writes them. */
function collectFiles(value: unknown, found: Set<FileId | Sha256>): void {
  if (typeof value === 'string') {
    if (FILE_OR_HASH.test(value)) found.add(value as FileId | Sha256);
  } else if (typeof value === 'object' && value !== null) {
    for (const part of Object.values(value)) collectFiles(part, found);
  }
}

const isOfMember = ({ body }: Command, memberId: MemberId): boolean =>
  ('memberId' in body && body.memberId === memberId) || ('to' in body && body.to === memberId);

export class Database {
  readonly #db: Tables;

  constructor(tables: Tables) {
    this.#db = tables;
  }

  // ── Pages of the log ─────────────────────────────────────────────────────────────────────────────────────────────────

  /**
   * Applies a page where it joins on, in one transaction (S5, S6).
   * Throws PartaError `bad-request` on a page that contradicts itself; then nothing is changed.
   */
  applyPage(page: Page): Promise<Applied> {
    const erased = page.entries.filter(({ kind }) => kind === 'memberErased').map(({ about }) => about as MemberId);
    const tables: TableName[] = [...LOG_AND_VIEWS, 'outbox'];
    return this.#write(erased.length > 0 ? [...tables, 'drafts'] : tables, async () => {
      const cursor = await this.#db.cursors.get(page.logId);
      if (!cursor || cursor.logKey !== page.logKey)
        return { kind: 'other-key', cursor: cursor?.cursor ?? 0, confirmed: [] };
      if (page.after !== cursor.cursor) {
        const kind = page.upTo <= cursor.cursor ? 'old' : 'gap';
        return { kind, cursor: cursor.cursor, confirmed: [] };
      }
      demandOrder(page);
      const known = await this.#db.states.get(page.logId);
      const folding = new Folding(this.#sourceOf(page.logId), cursor, known?.classroom ?? EMPTY_CLASSROOM);
      await folding.prepare(page.entries);
      for (const entry of page.entries) folding.keep(entry);
      folding.finish();
      if (folding.logPuts.size > 0) await this.#db.log.bulkPut([...folding.logPuts]);
      if (folding.needsRebuild) await this.#rebuild(cursor);
      else {
        await this.#writeViews(folding);
        await this.#writeState(page.logId, known?.classroom, folding.classroom);
      }
      await this.#db.cursors.put({ ...cursor, cursor: page.upTo, head: Math.max(page.head, page.upTo) });
      const confirmed = await this.#removeConfirmed(page);
      for (const memberId of erased) await this.#forgetMember(cursor, memberId);
      return { kind: 'applied', cursor: page.upTo, confirmed };
    });
  }

  /** What was written of an erased member, or to him, and never sent goes with him: it could only be refused (S16). */
  async #forgetMember({ logId, memberId: me }: LogCursor, memberId: MemberId) {
    const rows = await this.#outboxOf(logId).toArray();
    await this.#db.outbox.bulkDelete(rows.filter(({ command }) => isOfMember(command, memberId)).map(({ id }) => id));
    const channelId = directIdOf(me, memberId);
    for (const key of await this.#draftKeys(logId)) {
      const value: unknown = (await this.#db.drafts.get(key))?.value;
      // Works of many pupils may share a draft.
      const isShared = typeof value === 'object' && value !== null && memberId in value;
      if (key.includes(channelId) || key.includes(memberId)) await this.#db.drafts.delete(key);
      else if (isShared)
        await this.#db.drafts.put({
          key,
          value: Object.fromEntries(Object.entries(value).filter(([id]) => id !== memberId)),
        });
    }
  }

  async #writeViews({ placePuts, markPuts, filePuts, idPuts }: Folding) {
    const { places, markRuns, namedFiles, idRuns } = this.#db;
    if (placePuts.size > 0) await places.bulkPut([...placePuts]);
    if (markPuts.size > 0) await markRuns.bulkPut([...markPuts]);
    if (filePuts.size > 0) await namedFiles.bulkPut([...filePuts]);
    if (idPuts.length > 0) await idRuns.bulkPut(idPuts);
  }

  async #writeState(logId: LogId, before: Classroom | undefined, classroom: Classroom) {
    // Most pages are chat, which the folded class does not hold: then its record, the largest of all, is left alone.
    if (classroom !== before) await this.#db.states.put({ logId, foldVersion: FOLD_VERSION, classroom });
  }

  async #removeConfirmed(page: Page): Promise<CommandId[]> {
    const came = new Set(page.entries.map((entry) => entry.id));
    const confirmed = (await this.#outboxKeys(page.logId)).filter((id) => came.has(id));
    if (confirmed.length > 0) await this.#db.outbox.bulkDelete(confirmed);
    return confirmed;
  }

  #sourceOf(logId: LogId): FoldSource {
    return {
      logRecords: (pages) => this.#logRecords(logId, pages),
      logPages: async () => (await this.#logKeys(logId)).map(([, page]) => page),
      messagePlaces: (keys) => this.#places(logId, keys),
      fileRecords: async (pages) =>
        (await this.#db.namedFiles.bulkGet(pages.map((page): [LogId, number] => [logId, page]))).filter(isThere),
      markRuns: (touches) => this.#markRuns(touches),
      lastMarkRun: () => within(this.#db.markRuns, '[logId+run]', logId).last(),
      lastIdRun: () => within(this.#db.idRuns, '[logId+run]', logId).last(),
    };
  }

  async #logRecords(logId: LogId, pages: readonly number[]): Promise<LogRecord[]> {
    return (await this.#db.log.bulkGet(pages.map((page): [LogId, number] => [logId, page]))).filter(isThere);
  }

  async #places(logId: LogId, keys: readonly { channelId: ChannelId; page: number }[]): Promise<MessagePlaces[]> {
    const wanted = keys.map(({ channelId, page }): [LogId, ChannelId, number] => [logId, channelId, page]);
    return (await this.#db.places.bulkGet(wanted)).filter(isThere);
  }

  /** The messages of these places, in their order. @param kept by seq, what need not be read again */
  async #messagesAt(logId: LogId, places: readonly MessagePlaces[], kept: KeptMessages = NONE_KEPT) {
    const isKept = ({ seqs }: MessagePlaces) => seqs.every((seq) => kept.has(seq));
    const pages = new Set(places.filter((at) => !isKept(at)).map(({ page }) => page));
    const byPage = new Map((await this.#logRecords(logId, [...pages])).map((record) => [record.page, record]));
    return places.flatMap((at) =>
      isKept(at) ? at.seqs.map((seq) => kept.get(seq)!) : messagesAt(at, byPage.get(at.page)),
    );
  }

  #markRuns(touches: readonly string[]): Promise<MarkRun[]> {
    return this.#db.markRuns
      .where('touches')
      .anyOf([...touches])
      .distinct()
      .toArray();
  }

  #logKeys(logId: LogId) {
    return within(this.#db.log, '[logId+page]', logId).primaryKeys();
  }

  /** `each` must not wait: see {@link Folding}. */
  async #logEntries(logId: LogId, each: (entry: Entry) => void) {
    for (const key of await this.#logKeys(logId))
      for (const entry of (await this.#db.log.get(key))?.entries ?? []) each(entry);
  }

  /** The next rows of a log, in whole records, and up to where that is all there is; for who folds a view of his own. */
  entriesAfter(logId: LogId, seq: number, records: number) {
    return this.#read(['log', 'cursors'], async () => {
      const cursor = await this.#db.cursors.get(logId);
      const found = await this.#db.log
        .where('[logId+page]')
        .between([logId, recordOf(seq + 1)], [logId, Dexie.maxKey])
        .limit(records)
        .toArray();
      const isEnd = found.length < records;
      const entries = found.flatMap((record) => record.entries).filter((entry) => entry.seq > seq);
      return {
        logKey: cursor?.logKey ?? null,
        entries,
        isEnd,
        upTo: isEnd ? (cursor?.cursor ?? 0) : (entries.at(-1)?.seq ?? seq),
      };
    });
  }

  // ── Views (S13) ──────────────────────────────────────────────────────────────────────────────────────────────────────

  /** Makes the views of logs anew that an older version of this program folded, or that have none. */
  async rebuildOutdated() {
    await this.#write(LOG_AND_VIEWS, async () => {
      for (const cursor of await this.#db.cursors.toArray()) {
        const state = await this.#db.states.get(cursor.logId);
        if (cursor.cursor === 0 || state?.foldVersion === FOLD_VERSION) continue;
        await this.#rebuild(cursor);
        await this.#db.cursors.put(cursor);
      }
    });
  }

  /** Makes all views of a log anew from its kept entries; the caller writes the cursor, whose unread counts change. */
  async #rebuild(cursor: LogCursor): Promise<void> {
    const { logId } = cursor;
    await this.#dropViews(logId);
    cursor.unread = {};
    cursor.mentions = {};
    let classroom = EMPTY_CLASSROOM;
    const keys = await this.#logKeys(logId);
    for (let from = 0; from < keys.length; from += RECORDS_PER_FOLD) {
      const records = await this.#db.log.bulkGet(keys.slice(from, from + RECORDS_PER_FOLD));
      const entries = records.flatMap((record) => record?.entries ?? []);
      const folding = new Folding(this.#sourceOf(logId), cursor, classroom);
      await folding.prepare(entries);
      for (const entry of entries) folding.fold(entry);
      folding.finish();
      // An older program did not know this kind, and so did not blank it with its author.
      if (folding.logPuts.size > 0) {
        await this.#db.log.bulkPut([...folding.logPuts]);
        return this.#rebuild(cursor);
      }
      await this.#writeViews(folding);
      classroom = folding.classroom;
    }
    await this.#writeState(logId, undefined, classroom);
  }

  async #dropViews(logId: LogId) {
    const { places, markRuns, namedFiles, idRuns, states } = this.#db;
    await places
      .where('[logId+channelId+page]')
      .between([logId, Dexie.minKey, Dexie.minKey], [logId, Dexie.maxKey, Dexie.maxKey])
      .delete();
    await within(markRuns, '[logId+run]', logId).delete();
    await within(namedFiles, '[logId+page]', logId).delete();
    await within(idRuns, '[logId+run]', logId).delete();
    await states.delete(logId);
  }

  async #dropLogAndViews(logId: LogId) {
    await within(this.#db.log, '[logId+page]', logId).delete();
    await this.#dropViews(logId);
  }

  // ── Which log it is (S14, S17) ───────────────────────────────────────────────────────────────────────────────────────

  cursorOf(logId: LogId): Promise<LogCursor | undefined> {
    return this.#db.cursors.get(logId);
  }
  cursors(): Promise<LogCursor[]> {
    return this.#db.cursors.toArray();
  }

  /**
   * Takes over what the hub answered to `follow`. Where that is another log than the one here, or a shorter one, the local
   * log and its views go and it is read from 0 (S14). Until it has been read, this author's own rows are kept as `returning`,
   * before everything that waits: they are in no log here meanwhile, and a hub that came back from a backup, now or before the
   * reading ends, has forgotten acknowledged work. What it still has leaves the outbox by S6 like any confirmed command.
   */
  async followed(following: Following): Promise<LogCursor> {
    const { logId, logKey, head, memberId, role } = following;
    const before = await this.#db.cursors.get(logId);
    // Before the transaction, which waits for nothing but the database; another tab may have been faster, hence the second look.
    const wayBack = before && returns(before, following) ? await this.#wayBackFrom(before, following) : null;
    return this.#write([...LOG_AND_VIEWS, 'outbox'], async () => {
      const old = await this.#db.cursors.get(logId);
      let cursor: LogCursor;
      if (old && isSameLog(old, following)) cursor = { ...old, head, memberId, role, isLeft: false };
      else {
        if (old && wayBack) await this.#returnOwn(old, wayBack);
        // Nothing is dropped without the way back; the next try has it.
        else if (old && isRestored(old, following)) throw new PartaError('busy');
        if (old) await this.#dropLogAndViews(logId);
        const readUpTo = Object.entries(old?.readUpTo ?? {}).map(([id, seq]) => [id, Math.min(seq, head)] as const);
        cursor = {
          logId,
          logKey,
          cursor: 0,
          head,
          memberId,
          role,
          isLeft: false,
          unreadAfter: Math.min(old?.unreadAfter ?? head, head),
          readUpTo: Object.fromEntries(readUpTo),
          unread: {},
          mentions: {},
          ...pastOf(old, following),
        };
      }
      await this.#db.cursors.put(cursor);
      return cursor;
    });
  }

  /**
   * How a log that somebody else has kept goes with the one here: it `joins` it (the same, or there is none), `replaces` it (S14), or
   * is `older`: this device has left that key behind. Of an epoch that was never here it can only be newer.
   */
  async standOf(logId: LogId, logKey: LogKey): Promise<'joins' | 'replaces' | 'older'> {
    const old = await this.#db.cursors.get(logId);
    if (!old || old.logKey === logKey) return 'joins';
    const [ours, theirs] = [partsOf(old.logKey), partsOf(logKey)];
    if (ours.hubId !== theirs.hubId || old.pastEpochs?.includes(theirs.epoch)) return 'older';
    if (ours.epoch !== theirs.epoch) return 'replaces';
    return ours.memberId === theirs.memberId && ours.roleVersion > theirs.roleVersion ? 'older' : 'replaces';
  }

  /** A hub that still has everything gives it again: then a page that cannot load the way back goes on without. */
  async #wayBackFrom(old: LogCursor, following: Following): Promise<typeof commandOf | null> {
    try {
      return await theWayBack();
    } catch (thrown) {
      if (isRestored(old, following)) throw thrown;
      return null;
    }
  }

  async #returnOwn(old: LogCursor, wayBack: typeof commandOf) {
    const { epoch } = partsOf(old.logKey);
    const returning: { command: Command; entry: Entry }[] = [];
    let state = EMPTY_CLASSROOM;
    await this.#logEntries(old.logId, (entry) => {
      const command = entry.by === old.memberId ? wayBack(entry, seenBelow(state, entry)) : null;
      if (command) returning.push({ command, entry });
      state = evolve(state, entry);
    });
    const first = await this.#firstOrder(old.logId);
    const rows = await this.#outboxRows(old.logId);
    const waiting = new Set(rows.map((row) => row.id));
    // What was confirmed once is looked for first, also where it was to be given again: this log may have it.
    const again = rows.filter((row) => row.state === 'waiting' && row.stood);
    await this.#db.outbox.bulkPut(again.map((row) => ({ ...row, state: 'returning' })));
    await this.#db.outbox.bulkPut(
      returning
        .filter(({ command }) => !waiting.has(command.id))
        .map(({ command, entry }, index, all) => ({
          id: command.id,
          logId: old.logId,
          order: first - all.length + index,
          command,
          writtenAt: entry.at,
          state: 'returning',
          code: null,
          isReissued: true,
          isTried: true,
          files: filesNamedIn(entry),
          stood: { epoch, seq: entry.seq },
        })),
    );
  }

  /**
   * The log of this key has been read to its head. What is still `returning` and stood in it is there, only not for this reader
   * any more: it goes. What stood in another was really lost and is to be sent again.
   */
  release(logId: LogId, logKey: LogKey): Promise<void> {
    return this.#write(['cursors', 'outbox'], async () => {
      const cursor = await this.#db.cursors.get(logId);
      if (cursor?.logKey === logKey && cursor.cursor >= cursor.head) await this.#release(cursor);
    });
  }

  async #release(cursor: LogCursor, epoch?: string) {
    const all = await this.#outboxRows(cursor.logId);
    // Their author wants them gone, and the hub may have let go of their files: they are not given again.
    const unwanted = new Set(
      all.flatMap(({ command }) => (command.kind === 'removeMessage' ? [command.body.messageId] : [])),
    );
    const rows = all.filter((row) => row.state === 'returning');
    const lost = rows.filter((row) => !standsIn(cursor, row, epoch) && !unwanted.has(row.id));
    await this.#db.outbox.bulkDelete(rows.filter((row) => !lost.includes(row)).map((row) => row.id));
    await this.#db.outbox.bulkPut(lost.map((row) => ({ ...row, state: 'waiting' })));
  }

  /**
   * We are no member of a log any more. It is deleted, unless something here is unsent or a draft: then it is kept and
   * marked, until the person says {@link forget} (S17). A hub that came back from a backup may only have forgotten that we were
   * let in, and all that we did: our own rows are unsent then (S14).
   * @param hubEpoch the hub's now; `''` from an older hub, which does not say, and may have forgotten
   */
  async left(logId: LogId, hubEpoch: string): Promise<'forgotten' | 'kept'> {
    const isForgotten = ({ logKey }: LogCursor) => partsOf(logKey).epoch !== hubEpoch;
    const before = await this.#db.cursors.get(logId);
    const wayBack = before && isForgotten(before) ? await theWayBack() : null;
    return this.#write([...LOG_AND_VIEWS, 'outbox', 'drafts'], async () => {
      const drafts = (await this.#draftKeys(logId)).filter(isWritten);
      const cursor = await this.#db.cursors.get(logId);
      if (cursor && wayBack && isForgotten(cursor)) await this.#returnOwn(cursor, wayBack);
      if (cursor) await this.#release(cursor, hubEpoch);
      if (cursor && (drafts.length > 0 || (await this.#outboxKeys(logId)).length > 0)) {
        await this.#db.cursors.put({ ...cursor, isLeft: true });
        return 'kept';
      }
      await this.#forget(logId);
      return 'forgotten';
    });
  }

  /** The command that made a log, where this reader gave it. */
  async makingOf(logId: LogId): Promise<Command | null> {
    const wayBack = await theWayBack();
    return this.#read(['log', 'cursors'], async () => {
      const cursor = await this.#db.cursors.get(logId);
      const first = (await this.#db.log.get([logId, recordOf(1)]))?.entries.find((entry) => entry.seq === 1);
      return first?.kind === 'classCreated' && first.by === cursor?.memberId ? wayBack(first, null) : null;
    });
  }

  /** Deletes a log with its views, its outbox and its drafts. */
  forget(logId: LogId): Promise<void> {
    return this.#write([...LOG_AND_VIEWS, 'outbox', 'drafts'], () => this.#forget(logId));
  }

  async #forget(logId: LogId) {
    await this.#dropLogAndViews(logId);
    await this.#db.cursors.delete(logId);
    await this.#db.outbox.bulkDelete(await this.#outboxKeys(logId));
    await this.#db.drafts.bulkDelete(await this.#draftKeys(logId));
  }

  // ── Outbox ───────────────────────────────────────────────────────────────────────────────────────────────────────────

  /** Adds commands at the end of their logs' outboxes and removes the draft they came from, in one transaction. */
  addCommands(commands: readonly { logId: LogId; command: Command }[], writtenAt: number, clears?: DraftKey) {
    return this.#write(['outbox', 'drafts', 'states'], async () => {
      for (const { logId, command } of commands)
        await this.#db.outbox.add(await this.#newRow(logId, command, writtenAt));
      if (clears) await this.#db.drafts.delete(clears);
    });
  }

  /** Puts a new command in the place of one that the hub cannot have: refused, or never sent (S10). */
  replaceCommand(id: CommandId, command: Command, writtenAt: number): Promise<void> {
    return this.#write(['outbox', 'states', 'drafts'], async () => {
      const row = await this.#settled(id);
      await this.#putAway(row);
      const place = row.state === 'refused' ? {} : { order: row.order };
      await this.#db.outbox.add({ ...(await this.#newRow(row.logId, command, writtenAt)), ...place });
    });
  }

  discardCommand(id: CommandId): Promise<void> {
    return this.#write(['outbox', 'drafts'], async () => this.#putAway(await this.#settled(id)));
  }

  /** Another device of this person may still have it and bring it here (S10). */
  async #putAway({ id, logId, state, code }: StoredCommand) {
    await this.#db.outbox.delete(id);
    if (state !== 'refused' || code === null) return;
    const before = await this.#putAwayOf(logId);
    const value = [...before, { id, logId, code }].slice(-PUT_AWAY_MAX);
    await this.#db.drafts.put({ key: putAwayKey(logId), value });
  }
  #putAwayOf = async (logId: LogId): Promise<PutAway[]> =>
    ((await this.#db.drafts.get(putAwayKey(logId)))?.value as PutAway[] | undefined) ?? [];

  /** What the hub refused here, whether it is still shown or was put away since. */
  refusedHere(): Promise<PutAway[]> {
    return this.#read(['outbox', 'drafts'], async () => {
      const rows = await this.#db.outbox.toArray();
      const shown = rows.flatMap(({ id, logId, state, code }) =>
        state === 'refused' && code !== null ? [{ id, logId, code }] : [],
      );
      const away = await this.#db.drafts.where('key').startsWith('away/').toArray();
      return [...shown, ...away.flatMap(({ value }) => value as PutAway[])];
    });
  }

  retryCommand(id: CommandId): Promise<void> {
    return this.#write(['outbox'], async () => {
      const row = await this.#db.outbox.get(id);
      if (!row) throw new PartaError('not-found');
      if (row.state === 'refused') await this.#db.outbox.put({ ...row, state: 'waiting', code: null });
    });
  }

  async #newRow(logId: LogId, command: Command, writtenAt: number): Promise<StoredCommand> {
    const last = await this.#outboxOf(logId).last();
    const order = (last?.order ?? 0) + 1;
    return {
      id: command.id,
      logId,
      order,
      command,
      writtenAt,
      state: 'waiting',
      code: null,
      isReissued: false,
      isTried: false,
      files: await this.#filesKept(logId, command),
    };
  }

  /** Files of the assignment that a command changes: the hub has them, whoever brought them. */
  async #filesKept(logId: LogId, command: Command): Promise<FileRef[]> {
    if (command.kind !== 'changeAssignment' || command.body.fileIds.length === 0) return [];
    const { assignmentId, fileIds } = command.body;
    const assignment = (await this.#db.states.get(logId))?.classroom.assignments[assignmentId];
    return (assignment?.files ?? []).filter((file) => fileIds.includes(file.fileId));
  }

  /** A row that may be changed. One that was sent and not answered may be the hub's by now: changing it would double it. */
  async #settled(id: CommandId): Promise<StoredCommand> {
    const row = await this.#db.outbox.get(id);
    if (!row) throw new PartaError('not-found');
    if (row.state !== 'refused' && row.isTried) throw new PartaError('busy');
    return row;
  }

  /** All commands of a log that the hub is not known to have, oldest first. */
  outboxOf(logId: LogId): Promise<StoredCommand[]> {
    return this.#read(['cursors', 'outbox'], async () => {
      const cursor = await this.#db.cursors.get(logId);
      const rows = await this.#outboxRows(logId);
      return rows.filter((row) => row.state !== 'returning' || !cursor || !standsIn(cursor, row));
    });
  }

  /** Logs that have commands waiting, who I am as last heard, and logs that are kept here. */
  whatWaits(): Promise<{ known: KnownMe | undefined; waiting: Set<LogId>; here: Set<LogId> }> {
    return this.#read(['me', 'cursors', 'outbox'], async () => ({
      known: await this.#db.me.get('me'),
      waiting: new Set((await this.#db.outbox.toArray()).map((row) => row.logId)),
      here: new Set(await this.#db.cursors.toCollection().primaryKeys()),
    }));
  }

  /** Before they leave for the wire. Answers those that are still there to be sent: another tab may have been faster. */
  markTried(ids: readonly CommandId[]): Promise<StoredCommand[]> {
    return this.#write(['outbox'], async () => {
      const rows = (await this.#db.outbox.bulkGet([...ids])).filter((row) => row?.state === 'waiting');
      const sendable = rows as StoredCommand[];
      const fresh = sendable.filter((row) => !row.isTried);
      if (fresh.length > 0) await this.#db.outbox.bulkPut(fresh.map((row) => ({ ...row, isTried: true })));
      return sendable;
    });
  }

  /** The hub refused these (S10). A row that the log has confirmed meanwhile is gone and stays so. */
  refused(refusals: readonly { id: CommandId; code: ErrorCode }[]): Promise<void> {
    return this.#write(['outbox'], async () => {
      for (const { id, code } of refusals) {
        const row = await this.#db.outbox.get(id);
        if (row) await this.#db.outbox.put({ ...row, state: 'refused', code });
      }
    });
  }

  /**
   * Commands of this person that waited on another device: they wait here too, after what waits already, unless the outbox or the
   * log has them (S3), or they were put away here after a refusal (S10). They may have been sent from there.
   * @returns how many were added
   */
  adoptCommands(commands: readonly PackedCommand[]): Promise<number> {
    return this.#write(['log', 'cursors', 'outbox', 'states', 'drafts'], async () => {
      let added = 0;
      for (const logId of new Set(commands.map((one) => one.logId))) {
        const own = commands.filter((one) => one.logId === logId);
        const away = (await this.#putAwayOf(logId)).map(({ id }) => id);
        const known = new Set([...(await this.#outboxKeys(logId)), ...away]);
        const missing = own.filter(({ command }) => !known.has(command.id));
        if (missing.length > 0) await this.#logEntries(logId, (entry) => known.add(entry.id));
        for (const { command, writtenAt, files } of missing) {
          if (known.has(command.id)) continue;
          known.add(command.id);
          const row = await this.#newRow(logId, command, writtenAt);
          await this.#db.outbox.add({ ...row, isTried: true, files: files.length > 0 ? files : row.files });
          added += 1;
        }
      }
      return added;
    });
  }

  /** The hub refused these when another device of this person gave them. @returns of how many that is news here */
  refusedElsewhere(refusals: readonly { id: CommandId; code: ErrorCode }[]): Promise<number> {
    return this.#write(['outbox'], async () => {
      let count = 0;
      for (const { id, code } of refusals) {
        const row = await this.#db.outbox.get(id);
        if (row?.state !== 'waiting') continue;
        await this.#db.outbox.put({ ...row, state: 'refused', code });
        count += 1;
      }
      return count;
    });
  }

  /**
   * Takes out accepted commands whose rows this reader may not see: the log of this key has been read past their seq, so
   * they will never come by page (a teacher's review, accepted just before she became a pupil).
   */
  passed(logId: LogId, logKey: LogKey, accepted: ReadonlyMap<CommandId, number>): Promise<void> {
    return this.#write(['cursors', 'outbox'], async () => {
      const cursor = await this.#db.cursors.get(logId);
      if (!cursor || cursor.logKey !== logKey) return;
      await this.#db.outbox.bulkDelete([...accepted].filter(([, seq]) => seq <= cursor.cursor).map(([id]) => id));
    });
  }

  #outboxOf(logId: LogId) {
    return within(this.#db.outbox, '[logId+order]', logId);
  }
  #outboxRows = (logId: LogId): Promise<StoredCommand[]> => this.#outboxOf(logId).toArray();
  #outboxKeys = (logId: LogId): Promise<CommandId[]> => this.#outboxOf(logId).primaryKeys();
  #firstOrder = async (logId: LogId) => (await this.#outboxOf(logId).first())?.order ?? 1;

  // ── Drafts, read positions, who I am ─────────────────────────────────────────────────────────────────────────────────

  async readDraft(key: DraftKey): Promise<unknown> {
    return (await this.#db.drafts.get(key))?.value ?? null;
  }

  async writeDraft(key: DraftKey, value: unknown): Promise<void> {
    await (value === null ? this.#db.drafts.delete(key) : this.#db.drafts.put({ key, value }));
  }

  async #draftKeys(logId: LogId): Promise<string[]> {
    return (await this.#db.drafts.toCollection().primaryKeys()).filter((key) => key.includes(logId));
  }

  /** Greatest wins; what is still unread is counted from the records after it. */
  markRead(logId: LogId, channelId: ChannelId, seq: number): Promise<void> {
    return this.#write(['cursors', 'log', 'places'], async () => {
      const cursor = await this.#db.cursors.get(logId);
      if (cursor) await this.#markRead(cursor, channelId, seq);
    });
  }

  /** What this reader has read elsewhere, among what the hub tells of everybody. */
  heardReads(logId: LogId, reads: Reads['reads']): Promise<void> {
    return this.#write(['cursors', 'log', 'places'], async () => {
      for (const { channelId, memberId, seq } of reads) {
        const cursor = await this.#db.cursors.get(logId);
        if (cursor?.memberId === memberId) await this.#markRead(cursor, channelId, seq);
      }
    });
  }

  async #markRead(cursor: LogCursor, channelId: ChannelId, seq: number) {
    if (seq <= (cursor.readUpTo[channelId] ?? 0)) return;
    const after = Math.max(seq, cursor.unreadAfter);
    const places = await this.#channelPlaces(cursor.logId, channelId, recordOf(after)).toArray();
    const messages = await this.#messagesAt(cursor.logId, between(places, after + 1));
    const unread = messages.filter((m) => m.by !== cursor.memberId && !m.isRemoved);
    const mentions = unread.filter((m) => m.mentions?.includes(cursor.memberId));
    await this.#db.cursors.put({
      ...cursor,
      readUpTo: { ...cursor.readUpTo, [channelId]: seq },
      unread: { ...cursor.unread, [channelId]: unread.length },
      mentions: { ...cursor.mentions, [channelId]: mentions.length },
    });
  }

  knowMe(me: Me): Promise<void> {
    return this.#write(['me'], async () => {
      const clockOffsetMs = (await this.#db.me.get('me'))?.clockOffsetMs ?? 0;
      await this.#db.me.put({ key: 'me', me, clockOffsetMs });
    });
  }

  /** Who I am, as another device of mine knows it; of its logs only the `fresh` ones are news, others that are known here stay. */
  meetMe(me: Me, fresh: ReadonlySet<LogId>): Promise<void> {
    return this.#write(['me'], async () => {
      const known = await this.#db.me.get('me');
      const before = known?.me.logs ?? [];
      const news = me.logs.filter(({ logId }) => fresh.has(logId) || !before.some((log) => log.logId === logId));
      const isNews = (logId: LogId) => news.some((log) => log.logId === logId);
      const logs = [...before.filter(({ logId }) => !isNews(logId)), ...news];
      await this.#db.me.put({
        key: 'me',
        me: { ...(known?.me ?? me), logs },
        clockOffsetMs: known?.clockOffsetMs ?? 0,
      });
    });
  }

  /** @param stepMs a smaller difference is not worth a write */
  knowClock(clockOffsetMs: number, stepMs: number): Promise<void> {
    return this.#write(['me'], async () => {
      const known = await this.#db.me.get('me');
      if (known && Math.abs(known.clockOffsetMs - clockOffsetMs) >= stepMs)
        await this.#db.me.put({ ...known, clockOffsetMs });
    });
  }

  // ── Reading for pages ────────────────────────────────────────────────────────────────────────────────────────────────

  /** Logs that there is something to say about: the hub's list, what is kept here, classes not made yet. */
  overview(): Promise<{ known: KnownMe | undefined; logIds: LogId[] }> {
    return this.#read(['me', 'cursors', 'outbox'], async () => {
      const known = await this.#db.me.get('me');
      const made = (await this.#db.outbox.toArray()).filter((row) => row.command.kind === 'createClass');
      const logIds = [
        ...(known?.me.logs ?? []).map((log) => log.logId),
        ...(await this.#db.cursors.toCollection().primaryKeys()),
        ...made.map((row) => row.logId),
      ];
      return { known, logIds: [...new Set(logIds)] };
    });
  }

  classSnapshot(logId: LogId): Promise<ClassSnapshot> {
    return this.#read(['me', 'cursors', 'states', 'outbox', ...MESSAGES], async () => {
      const classroom = (await this.#db.states.get(logId))?.classroom ?? EMPTY_CLASSROOM;
      return { ...(await this.#standing(logId)), classroom };
    });
  }

  async #standing(logId: LogId): Promise<Standing> {
    const outbox = (await this.#outboxRows(logId)).filter((row) => row.state !== 'returning');
    return {
      known: await this.#db.me.get('me'),
      cursor: await this.#db.cursors.get(logId),
      outbox,
      named: await this.#byIds(logId, [...new Set(outbox.flatMap(({ command }) => messageIdsIn(command)))]),
    };
  }

  /**
   * A part of a channel: reads only as many records as that needs, in a quiet channel nearly one per message; with the last
   * answer only those that were written since.
   */
  messagesSnapshot(
    logId: LogId,
    channelId: ChannelId,
    { around, count }: MessagesWindow,
    last?: Since<MessagesSnapshot>,
  ): Promise<MessagesSnapshot> {
    return this.#read(['me', 'cursors', 'outbox', ...MESSAGES], async () => {
      const standing = await this.#standing(logId);
      const since = last && !hasLost(last.answer, standing) ? last : null;
      if (since && !this.#touches(since, logId, [channelId])) return { ...since.answer, ...standing };
      const kept = since ? this.#untouched(since, logId) : NONE_KEPT;
      const upTo = around === 'newest' ? Infinity : around;
      // One more than wanted on either side tells whether there is more.
      const older = await this.#messagesUpTo(logId, channelId, upTo, count + 1, kept);
      const newer = around === 'newest' ? [] : await this.#messagesAfter(logId, channelId, around, count + 1, kept);
      const shown = [...older.slice(-count), ...newer.slice(0, count)];
      const hasNewer = newer.length > count;
      const newestSeq = hasNewer
        ? (await this.#channelPlaces(logId, channelId).last())?.seqs.at(-1)
        : shown.at(-1)?.seq;
      return {
        ...standing,
        messages: await this.#withMarks(logId, shown),
        stored: [...older, ...newer],
        hasOlder: older.length > count,
        hasNewer,
        newestSeq: newestSeq ?? 0,
      };
    });
  }

  /**
   * Messages by id, wherever they stand, with what waits; in the order of the ids, without those that are not here. None is read
   * again where the last answer has all and nothing of their channels was written since.
   */
  messagesByIdSnapshot(
    logId: LogId,
    ids: readonly CommandId[],
    last?: Since<MessagesSnapshot>,
  ): Promise<MessagesSnapshot> {
    return this.#read(['me', 'cursors', 'outbox', ...MESSAGES], async () => {
      const standing = await this.#standing(logId);
      const since = last?.answer.messages.length === ids.length && !hasLost(last.answer, standing) ? last : null;
      const channelIds = new Set(since?.answer.messages.map((message) => message.channelId));
      if (since && !this.#touches(since, logId, [...channelIds])) return { ...since.answer, ...standing };
      const messages = await this.#byIds(logId, ids);
      return { ...standing, messages, hasOlder: false, hasNewer: false, newestSeq: 0 };
    });
  }

  /** Whether messages of these channels, or what is said of them, may be others now. */
  #touches({ changes }: Since<unknown>, logId: LogId, channelIds: readonly ChannelId[]): boolean {
    return channelIds.some(
      (channelId) =>
        this.#isWritten(changes, 'places', '', [logId, channelId], [logId, channelId, Dexie.maxKey]) ||
        this.#isWritten(changes, 'markRuns', 'touches', ...touchesOfChannel(logId, channelId)),
    );
  }

  /** What an answer was made of and need not be read again: whoever writes a message, or blanks it, writes its places. */
  #untouched({ answer, changes }: Since<MessagesSnapshot>, logId: LogId): KeptMessages {
    const isUntouched = ({ channelId, seq }: StoredMessage) => {
      const key = [logId, channelId, recordOf(seq)];
      return !this.#isWritten(changes, 'places', '', key, key);
    };
    return new Map((answer.stored ?? []).filter(isUntouched).map((message) => [message.seq, message]));
  }

  /** Whether keys from here to there were written; `index`: of the table itself where it is empty. */
  #isWritten(
    changes: readonly ObservabilitySet[],
    table: TableName,
    index: string,
    ...range: [IndexableType, IndexableType]
  ) {
    const wanted = new RangeSet(...range);
    return changes.some((change) => {
      const written = change['all'] ?? change[`${this.#partOf(table)}${index}`];
      return written !== undefined && rangesOverlap(written, wanted);
    });
  }

  /** The seq of the first message of a channel at or after a time of the hub's clock; null where there is none. */
  messageAt(logId: LogId, channelId: ChannelId, at: number): Promise<number | null> {
    return this.#read(['log', 'places'], async () => {
      const keys = await this.#channelPlaces(logId, channelId).primaryKeys();
      const messagesOf = async (index: number) => {
        const places = await this.#db.places.get(keys[index]!);
        return places ? this.#messagesAt(logId, [places]) : [];
      };
      let from = 0;
      let to = keys.length;
      while (from < to) {
        const middle = (from + to) >> 1;
        if (((await messagesOf(middle)).at(-1)?.at ?? 0) < at) from = middle + 1;
        else to = middle;
      }
      return from === keys.length ? null : ((await messagesOf(from)).find((message) => message.at >= at)?.seq ?? null);
    });
  }

  /** The next messages of a channel after a seq, with their marks; fewer than `count` only at its end. */
  messagesAfter(logId: LogId, channelId: ChannelId, seq: number, count: number): Promise<MarkedMessage[]> {
    return this.#read(MESSAGES, async () =>
      this.#withMarks(logId, (await this.#messagesAfter(logId, channelId, seq, count)).slice(0, count)),
    );
  }

  #channelPlaces(logId: LogId, channelId: ChannelId, from: unknown = Dexie.minKey, to: unknown = Dexie.maxKey) {
    return this.#db.places
      .where('[logId+channelId+page]')
      .between([logId, channelId, from], [logId, channelId, to], true, true);
  }

  /** The last `count` messages up to and with a seq, or all there are. */
  async #messagesUpTo(
    logId: LogId,
    channelId: ChannelId,
    seq: number,
    count: number,
    kept?: KeptMessages,
  ): Promise<StoredMessage[]> {
    let to: unknown = seq === Infinity ? Dexie.maxKey : recordOf(seq);
    let places: MessagePlaces[] = [];
    let seqs: number[] = [];
    // A quiet channel has few messages in each record: more at a time, the longer it takes.
    for (let records = 2; seqs.length < count; records *= 2) {
      const older = await this.#channelPlaces(logId, channelId, undefined, to).reverse().limit(records).toArray();
      places = [...between(older.reverse(), 0, seq), ...places];
      seqs = places.flatMap((at) => at.seqs);
      if (older.length < records) break;
      to = older[0]!.page - 1;
    }
    return this.#messagesAt(logId, between(places, seqs.at(-count)), kept);
  }

  async #messagesAfter(
    logId: LogId,
    channelId: ChannelId,
    seq: number,
    count: number,
    kept?: KeptMessages,
  ): Promise<StoredMessage[]> {
    let from = recordOf(seq);
    let places: MessagePlaces[] = [];
    let seqs: number[] = [];
    for (let records = 2; seqs.length < count; records *= 2) {
      const newer = await this.#channelPlaces(logId, channelId, from).limit(records).toArray();
      places = [...places, ...between(newer, seq + 1)];
      seqs = places.flatMap((at) => at.seqs);
      if (newer.length < records) break;
      from = newer.at(-1)!.page + 1;
    }
    return this.#messagesAt(logId, between(places, 0, seqs[count - 1]), kept);
  }

  async #withMarks(logId: LogId, messages: readonly StoredMessage[]): Promise<MarkedMessage[]> {
    const shown = new Map(messages.map((message) => [message.seq, markless(message)]));
    const touches = new Set(messages.map(({ channelId, seq }) => touchOfRecord(logId, channelId, recordOf(seq))));
    const runs = touches.size > 0 ? await this.#markRuns([...touches]) : [];
    const marks = runs
      .flatMap((run) => run.marks)
      .filter(({ change }) => change !== null && shown.has(change.body.messageSeq))
      .sort((a, b) => a.seq - b.seq);
    for (const mark of marks) {
      const { change } = mark;
      const message = change && shown.get(change.body.messageSeq);
      if (message) shown.set(change.body.messageSeq, marked(message, mark, change));
    }
    return [...shown.values()];
  }

  async #byIds(logId: LogId, ids: readonly CommandId[]): Promise<MarkedMessage[]> {
    if (ids.length === 0) return [];
    const places = placesIn(await within(this.#db.idRuns, '[logId+run]', logId).toArray(), ids);
    const keys = new Map(
      places.map(({ channelId, seq }) => [`${channelId}/${recordOf(seq)}`, { channelId, page: recordOf(seq) }]),
    );
    const named = await this.#places(logId, [...keys.values()]);
    const wanted = new Set(ids);
    const found = (await this.#messagesAt(logId, named)).filter(({ id }) => wanted.has(id));
    const byId = new Map((await this.#withMarks(logId, found)).map((message) => [message.id, message]));
    return ids.flatMap((id) => byId.get(id) ?? []);
  }

  /** Files that entries of a log name, newest first, each once. */
  async filesOf(logId: LogId): Promise<FileRef[]> {
    const records = await within(this.#db.namedFiles, '[logId+page]', logId).reverse().toArray();
    const named = records.flatMap((record) => record.named.sort((a, b) => b.seq - a.seq));
    return [...new Map(named.flatMap((row) => row.files).map((file) => [file.fileId, file])).values()];
  }

  /** Every command not confirmed, oldest first in each log. */
  async wholeOutbox(): Promise<StoredCommand[]> {
    const rows = await this.#db.outbox.orderBy('[logId+order]').toArray();
    return rows.filter((row) => row.state !== 'returning');
  }

  /** Ids and hashes of files in all that is written and not confirmed, drafts too. */
  unsentFiles(): Promise<(FileId | Sha256)[]> {
    return this.#read(['outbox', 'drafts'], async () => {
      const found = new Set<FileId | Sha256>();
      await this.#db.outbox.each(({ command, files }) => collectFiles([command.body, files], found));
      await this.#db.drafts.each(({ key, value }) => isWritten(key) && collectFiles(value, found));
      return [...found].sort();
    });
  }

  /**
   * Answers a question now and after every change of the named tables, in this tab or another. A change while the
   * question is being answered asks it once more afterwards: a flood of pages neither starves the reader nor queues up.
   * @param question is given its last answer, unless it failed
   */
  watch<T>(
    tables: readonly TableName[],
    question: (last?: Since<T>) => Promise<T>,
    listener: (value: T) => void,
  ): Stop {
    // A page that a browser had put away comes back to a disk of which it has heard nothing meanwhile: `all`.
    const prefixes = ['all', ...tables.map((table) => this.#partOf(table))];
    let isAsking = false;
    let isStopped = false;
    let last: { answer: T } | undefined;
    let changes: ObservabilitySet[] = [];
    const ask = async () => {
      if (isAsking) return;
      isAsking = true;
      try {
        do {
          const since = last && { ...last, changes };
          last = undefined;
          changes = [];
          const answer = await question(since);
          last = { answer };
          if (!isStopped) listener(answer);
        } while (changes.length > 0 && !isStopped);
      } catch (thrown) {
        // Closed under our hands: there is nobody to answer any more. Anything else is a fault for the console to show; the next
        // change asks anew.
        if (!isStopped && this.#db.isOpen()) throw thrown;
      } finally {
        isAsking = false;
      }
    };
    const changed = (change: ObservabilitySet) => {
      if (!Object.keys(change).some((part) => prefixes.some((prefix) => part.startsWith(prefix)))) return;
      changes.push(change);
      void ask();
    };
    Dexie.on('storagemutated', changed);
    void ask();
    return () => {
      isStopped = true;
      Dexie.on.storagemutated.unsubscribe(changed);
    };
  }

  /** How Dexie calls the keys of a table that were written; those of an index have its name behind it. */
  #partOf = (table: TableName) => `idb://${this.#db.name}/${table}/`;

  /** Transactions that have begun still commit. */
  close() {
    this.#db.close();
  }
  async delete(): Promise<void> {
    await this.#db.delete();
  }

  #read<T>(tables: readonly TableName[], work: () => Promise<T>): Promise<T> {
    return this.#transaction('r', tables, work);
  }
  #write<T>(tables: readonly TableName[], work: () => Promise<T>): Promise<T> {
    return this.#transaction('rw', tables, work);
  }
  async #transaction<T>(mode: 'r' | 'rw', tables: readonly TableName[], work: () => Promise<T>): Promise<T> {
    try {
      // Dexie keeps hold of the transaction only where it sees an async function.
      return await this.#db.transaction(mode, [...tables], async () => work());
    } catch (thrown) {
      if (thrown instanceof PartaError) throw thrown;
      throw new PartaError(isFull(thrown) ? 'disk-full-here' : 'storage-damaged', { cause: thrown });
    }
  }
}

/** Records of one log in a table keyed by log and number. */
const within = <T, K>(table: Table<T, K>, key: string, logId: LogId) =>
  table.where(key).between([logId, Dexie.minKey], [logId, Dexie.maxKey]);

/** Messages that a command speaks of. */
const messageIdsIn = ({ body }: Command): CommandId[] => [
  ...('messageId' in body ? [body.messageId] : []),
  ...('replyTo' in body && body.replyTo !== null ? [body.replyTo] : []),
];

type KeptMessages = ReadonlyMap<number, StoredMessage>;
const NONE_KEPT: KeptMessages = new Map();

/** A command that waited does so no more: what came of it must be in the same answer. */
function hasLost(before: Standing, { outbox }: Standing): boolean {
  const waiting = new Set(outbox.map(({ id }) => id));
  return before.outbox.some(({ id }) => !waiting.has(id));
}

const isThere = <T>(record: T | undefined): record is T => record !== undefined;

/** What of places lies between two seqs, both of them counted in; places without any are left out. */
const between = (places: readonly MessagePlaces[], from = 0, to = Infinity): MessagePlaces[] =>
  places
    .map((at) => ({ ...at, seqs: at.seqs.filter((seq) => seq >= from && seq <= to) }))
    .filter(({ seqs }) => seqs.length > 0);

/** Seqs grow and lie within the page; anything else is no page of a log. */
function demandOrder(page: Page) {
  let last = page.after;
  for (const { seq } of page.entries) {
    if (seq <= last || seq > page.upTo) throw new PartaError('bad-request');
    last = seq;
  }
  if (page.upTo < page.after) throw new PartaError('bad-request');
}

/** `hubId:epoch:memberId:roleVersion`, see core. */
const partsOf = (logKey: LogKey) => {
  const [hubId = '', epoch = '', memberId = '', roleVersion = ''] = logKey.split(':');
  return { hubId, epoch, memberId, roleVersion: Number(roleVersion) };
};

/** Backup epochs that a log has left behind, as they are kept with its cursor. */
function pastOf(old: LogCursor | undefined, following: Following): Pick<LogCursor, 'pastEpochs'> {
  const { epoch } = partsOf(following.logKey);
  const before = old ? [...(old.pastEpochs ?? []), partsOf(old.logKey).epoch] : [];
  const past = [...new Set(before)].filter((one) => one !== epoch).slice(-PAST_EPOCHS_MAX);
  return past.length > 0 ? { pastEpochs: past } : {};
}

let wayBackHere: typeof commandOf | null = null;
/** From rows to the commands they came from: wanted seldom, so it comes when it is. */
export async function theWayBack(): Promise<typeof commandOf> {
  wayBackHere ??= (await import('../core/reissue.ts')).commandOf;
  return wayBackHere;
}

const isSameLog = (old: LogCursor, { logKey, head }: Following) => old.logKey === logKey && old.cursor <= head;

/** Another log of the same hub: our own rows return from the old one. */
const returns = (old: LogCursor, following: Following) =>
  !isSameLog(old, following) && partsOf(old.logKey).hubId === partsOf(following.logKey).hubId;

/** The same hub has forgotten: it came back from a backup, or its disk lost what it had promised. */
const isRestored = (old: LogCursor, following: Following) =>
  returns(old, following) &&
  (partsOf(old.logKey).epoch !== partsOf(following.logKey).epoch || old.cursor > following.head);

/** Whether a command that was confirmed once is so in this log, whoever may read it. */
const standsIn = ({ logKey, head }: LogCursor, { stood }: StoredCommand, epoch = partsOf(logKey).epoch) =>
  stood !== undefined && stood.epoch === epoch && stood.seq <= head;

/** The id that a replacing command must have seen, by the author's own state just below its row. */
function seenBelow(state: Classroom, entry: Entry): CommandId | null {
  const change = changeIn(entry);
  if (change?.kind === 'reviewed')
    return state.reviews[workKey(change.body.assignmentId, change.body.memberId)]?.id ?? null;
  if (change?.kind === 'assignmentChanged') return state.assignments[change.body.assignmentId]?.changeId ?? null;
  if (change?.kind === 'collecting') return state.assignments[change.body.assignmentId]?.collect?.collectId ?? null;
  if (change?.kind === 'channelChanged') return state.channels[change.body.channelId]?.changeId ?? null;
  return null;
}

function filesNamedIn(entry: Entry): FileRef[] {
  const change = changeIn(entry);
  return change && 'files' in change.body ? change.body.files : [];
}

const isFull = (thrown: unknown): boolean =>
  thrown instanceof Error && (thrown.name === 'QuotaExceededError' || ('inner' in thrown && isFull(thrown.inner)));
