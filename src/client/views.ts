/**
 * How entries of a log become what pages read: the folded class, messages, marks, named files, unread counts. Promises
 * that applying a log piece by piece and making the views anew from the whole log (S13) give the same, because both are
 * this code; that what an erasure names is blanked in the kept log and gone from the views (S16); that entries of
 * unknown kinds are kept and skipped (S12). Hides: which records a fold touches; each is read once and written once per
 * transaction.
 *
 * IndexedDB's price is per record and index entry first, then per byte. Log and named files lie in records of 256 seqs.
 * What a message says lies in the log alone; beside it stands which rows of a record are messages of a channel. Marks
 * (a fifth of a log) would rewrite old records everywhere: they lie in runs of up to 256 in the order of the messages
 * they speak of, each run with the message records it touches, and are merged on read. Places of ids lie in runs too.
 */
import type { Classroom } from '../core/classroom.ts';
import { PartaError } from '../core/errors.ts';
import {
  apply,
  blankScheduleOf,
  erasedBy,
  evolve,
  isErased,
  isSaidOf,
  messagesGone,
  type Erasure,
} from '../core/evolve.ts';
import type { ChannelId, CommandId, LogId, MemberId } from '../core/ids.ts';
import {
  changeIn,
  type Change,
  type ChangeOf,
  type Entry,
  type FileRef,
  type LogKey,
  type Role,
} from '../core/wire.ts';
import { isMark, messageOf, type MarkChange, type StoredMessage } from './message-view.ts';

/**
 * Entries and places of messages lie in records by their seq; a record holds those whose seqs share all but the lowest
 * bits.
 */
export const ENTRIES_PER_RECORD = 256;
export const recordOf = (seq: number) => Math.floor(seq / ENTRIES_PER_RECORD);
/** Marks of one run; and a last run that has fewer than this is written again with the next marks. */
export const MARKS_PER_RUN = 256;
export const RUN_GROWS_BELOW = 32;
/** Ids of one run: thirteen bytes each, and all runs of a log are read to find one. */
export const IDS_PER_RUN = 1024;

/** Grows whenever the views of an old log would come out different: a kind that is new, a view that is (S12, S13). */
export const FOLD_VERSION = 5;

export interface LogRecord {
  logId: LogId;
  page: number;
  entries: Entry[];
}

/** Where this reader stands in a log. */
export interface LogCursor {
  logId: LogId;
  logKey: LogKey;
  cursor: number;
  /** The hub's last seq as last heard. */
  head: number;
  memberId: MemberId;
  role: Role;
  /** The hub says that we are no member any more; kept while something here is unsent (S17). */
  isLeft: boolean;
  /** What stood in the log when it was first opened here is no news. */
  unreadAfter: number;
  readUpTo: Record<ChannelId, number>;
  unread: Record<ChannelId, number>;
  /** Unread messages that mention this reader; absent in a cursor of version 1. */
  mentions?: Record<ChannelId, number>;
  /** Backup epochs of the hub that this log has left behind; absent where there are none. */
  pastEpochs?: string[];
}

/** Which rows of one record of the log are messages of a channel, or the stones of such: their seqs, ascending. */
export interface MessagePlaces {
  logId: LogId;
  channelId: ChannelId;
  page: number;
  seqs: number[];
}
/**
 * An edit, a reaction, a vote…; `change: null`: of a kind that this version does not know, kept because erasure must
 * find it.
 */
export interface StoredMark {
  seq: number;
  at: number;
  by: MemberId | null;
  about: string;
  change: MarkChange | null;
}
export interface MarkRun {
  logId: LogId;
  /** 1, 2, 3… per log; only the last one grows, since an index entry for each record it touches is what it costs. */
  run: number;
  /** By message. */
  marks: StoredMark[];
  /** Where a reader of messages meets it: {@link touchOf} each of its marks. */
  touches: string[];
}
export interface NamedFiles {
  logId: LogId;
  page: number;
  named: { seq: number; files: FileRef[] }[];
}
/** Where messages stand, by the last 48 bits of their ids. */
export interface IdRun {
  logId: LogId;
  run: number;
  hashes: Float64Array;
  seqs: Uint32Array;
  /** Which of `channels`. */
  places: Uint16Array;
  channels: ChannelId[];
}

/** What a fold reads of one log; leaves out what is not there. */
export interface FoldSource {
  logRecords(pages: readonly number[]): Promise<LogRecord[]>;
  logPages(): Promise<number[]>;
  messagePlaces(keys: readonly { channelId: ChannelId; page: number }[]): Promise<MessagePlaces[]>;
  fileRecords(pages: readonly number[]): Promise<NamedFiles[]>;
  /** Runs that any of these touches leads to, each once. */
  markRuns(touches: readonly string[]): Promise<MarkRun[]>;
  lastMarkRun(): Promise<MarkRun | undefined>;
  lastIdRun(): Promise<IdRun | undefined>;
}

/** The messages of these places, oldest first, with the record of the log that they lie in. */
export function messagesAt({ channelId, seqs }: MessagePlaces, record: LogRecord | undefined): StoredMessage[] {
  const wanted = new Set(seqs);
  return (record?.entries ?? []).filter(({ seq }) => wanted.has(seq)).map((entry) => messageOf(entry, channelId));
}

const placesKey = (channelId: ChannelId, page: number) => `${channelId}/${page}`;
/** Where marks of messages in one record are found. */
export const touchOfRecord = (logId: LogId, channelId: ChannelId, page: number) => `${logId}/${channelId}/${page}`;
/** Between which two all of a channel lie. */
export const touchesOfChannel = (logId: LogId, channelId: ChannelId): [string, string] => [
  `${logId}/${channelId}/`,
  `${logId}/${channelId}/\uffff`,
];
const touchOfStranger = (logId: LogId, about: string) => `${logId}/${about}`;
const touchOf = (logId: LogId, { change, about }: StoredMark) =>
  change
    ? touchOfRecord(logId, change.body.channelId, recordOf(change.body.messageSeq))
    : touchOfStranger(logId, about);
const placeOfMark = (mark: StoredMark) => mark.change?.body.messageSeq ?? 0;

export const hashOfId = (id: CommandId) => parseInt(id.slice(-12), 16);

/** Where ids may stand by these runs; a hash may lie, so whoever reads the message there compares its id. */
export function placesIn(runs: readonly IdRun[], ids: readonly CommandId[]): { channelId: ChannelId; seq: number }[] {
  return ids.flatMap((id) => {
    const hash = hashOfId(id);
    const found: { channelId: ChannelId; seq: number }[] = [];
    for (const { hashes, seqs, places, channels } of runs)
      for (let at = hashes.indexOf(hash); at >= 0; at = hashes.indexOf(hash, at + 1))
        found.push({ channelId: channels[places[at]!]!, seq: seqs[at]! });
    return found;
  });
}

/**
 * One fold over some entries, to be written by whoever opened the transaction: first {@link prepare}, which reads all
 * that the fold will touch, then {@link keep} or {@link fold} for each entry, then {@link finish}. These do not wait,
 * because a transaction that is waited in for anything but the database closes itself.
 */
export class Folding {
  readonly #source: FoldSource;
  readonly #cursor: LogCursor;
  readonly #changes = new Map<Entry, Change | null>();
  readonly #log = new Map<number, LogRecord>();
  readonly #places = new Map<string, MessagePlaces>();
  readonly #files = new Map<number, NamedFiles>();
  readonly #markRuns = new Map<number, MarkRun>();
  #lastMarkRun = 0;
  #freshMarks: StoredMark[] = [];
  #lastIdRun: IdRun | undefined;
  readonly #freshIds: { id: CommandId; seq: number; channelId: ChannelId }[] = [];
  classroom: Classroom;
  readonly logPuts = new Set<LogRecord>();
  readonly placePuts = new Set<MessagePlaces>();
  readonly markPuts = new Set<MarkRun>();
  readonly filePuts = new Set<NamedFiles>();
  readonly idPuts: IdRun[] = [];
  /** A member's erasure touches rows anywhere: all views are then made anew from the blanked log. */
  needsRebuild = false;

  /** @param cursor its unread counts are kept up to date in place */
  constructor(source: FoldSource, cursor: LogCursor, classroom: Classroom) {
    this.#source = source;
    this.#cursor = cursor;
    this.classroom = classroom;
  }

  /** Reads every record that folding these entries touches, each once. */
  // oxlint-disable-next-line complexity -- one line per kind of record.
  async prepare(entries: readonly Entry[]) {
    const { logId } = this.#cursor;
    const pages = new Set(entries.map((entry) => recordOf(entry.seq)));
    const keys = new Map<string, { channelId: ChannelId; page: number }>();
    const touches = new Set<string>();
    const wantPlaces = (channelId: ChannelId, page: number) => {
      const key = placesKey(channelId, page);
      if (!keys.has(key)) keys.set(key, { channelId, page });
    };
    let hasMarks = false;
    let hasFiles = false;
    let erases = false;
    for (const entry of entries) {
      const change = changeIn(entry);
      this.#changes.set(entry, change);
      if (blankScheduleOf(this.classroom, entry)) {
        erases = true;
        for (const page of await this.#source.logPages()) pages.add(page);
      }
      if (change === null ? entry.body !== null && entry.about !== null : isMark(change)) hasMarks = true;
      if (change && 'files' in change.body && change.body.files.length > 0) hasFiles = true;
      switch (change?.kind) {
        case 'messagePosted':
          wantPlaces(change.body.channelId, recordOf(entry.seq));
          if (!change.body.scheduled) break;
          pages.add(recordOf(change.body.scheduled.messageSeq));
          erases = true;
          break;
        case 'scheduleCancelled':
          erases = true;
          pages.add(recordOf(change.body.messageSeq));
          break;
        case 'messageRemoved': {
          const { channelId, messageSeq, messageId, scheduled } = change.body;
          const page = recordOf(messageSeq);
          erases = true;
          pages.add(page);
          if (scheduled) pages.add(recordOf(scheduled.messageSeq));
          wantPlaces(channelId, page);
          touches.add(touchOfRecord(logId, channelId, page)).add(touchOfStranger(logId, messageId));
          break;
        }
        case 'joinDeclined':
        case 'memberErased':
          for (const page of await this.#source.logPages()) pages.add(page);
      }
    }
    if (touches.size > 0)
      for (const run of await this.#source.markRuns([...touches])) {
        this.#markRuns.set(run.run, run);
        for (const mark of run.marks) if (touches.has(touchOf(logId, mark))) pages.add(recordOf(mark.seq));
      }
    if (hasMarks) {
      const last = await this.#source.lastMarkRun();
      this.#lastMarkRun = last?.run ?? 0;
      if (last && !this.#markRuns.has(last.run)) this.#markRuns.set(last.run, last);
    }
    if (keys.size > 0) this.#lastIdRun = await this.#source.lastIdRun();
    for (const page of pages) this.#log.set(page, { logId, page, entries: [] });
    for (const record of await this.#source.logRecords([...pages])) this.#log.set(record.page, record);
    for (const [key, { channelId, page }] of keys) this.#places.set(key, { logId, channelId, page, seqs: [] });
    for (const places of await this.#source.messagePlaces([...keys.values()]))
      this.#places.set(placesKey(places.channelId, places.page), places);
    // Erasing takes files away with the rows.
    if (hasFiles || erases)
      for (const record of await this.#source.fileRecords([...pages])) this.#files.set(record.page, record);
  }

  /** Keeps an entry, of a known kind or not, and folds it. */
  keep(entry: Entry) {
    const record = this.#logRecord(entry.seq);
    record.entries.push(entry);
    this.logPuts.add(record);
    this.fold(entry);
  }

  /** Folds an entry that is kept already. */
  fold(entry: Entry) {
    const change = this.#changes.get(entry) ?? null;
    if (change === null) {
      if (entry.body !== null && entry.about !== null) this.#mark(entry, entry.about, null);
      const scheduleId = blankScheduleOf(this.classroom, entry);
      if (scheduleId === null) return;
      this.classroom = evolve(this.classroom, entry);
      const waited: Erasure = { ids: [scheduleId], about: [], messagesBy: [] };
      this.#blankBelow(entry.seq, waited);
      return;
    }
    const erasure = erasedBy(change, this.classroom);
    this.classroom = apply(this.classroom, entry, change);
    if ('files' in change.body && change.body.files.length > 0) this.#name(entry.seq, change.body.files);
    switch (change.kind) {
      case 'messagePosted': {
        this.#post(entry, change);
        const { scheduled } = change.body;
        if (erasure && scheduled) this.#blank(this.#logRecord(scheduled.messageSeq), erasure);
        return;
      }
      case 'messageEdited':
      case 'reacted':
      case 'voted':
      case 'pollClosed':
      case 'signed':
      case 'messagePinned':
        return this.#mark(entry, change.body.messageId, change);
      case 'scheduleCancelled':
        if (erasure) this.#blank(this.#logRecord(change.body.messageSeq), erasure);
        return;
      case 'messageRemoved':
        return this.#removeMessage(change.body, erasure);
      case 'joinDeclined':
        if (erasure) this.#blankBelow(entry.seq, erasure);
        return;
      case 'memberErased':
        if (erasure) this.#blankBelow(entry.seq, erasure);
        this.needsRebuild = true;
    }
  }

  #blankBelow(seq: number, erasure: Erasure) {
    const records = [...this.#log.values()];
    const gone = messagesGone(
      erasure,
      records.flatMap(({ entries }) => entries.filter((entry) => entry.seq < seq)),
    );
    for (const record of records) this.#blank(record, erasure, seq, gone);
  }

  /** Lays what came together into runs; after the last entry. */
  finish() {
    this.#finishMarks();
    this.#finishIds();
  }

  #finishMarks() {
    if (this.#freshMarks.length === 0) return;
    const { logId } = this.#cursor;
    const last = this.#markRuns.get(this.#lastMarkRun);
    const grows = last !== undefined && last.marks.length < RUN_GROWS_BELOW;
    const marks = [...(grows ? last.marks : []), ...this.#freshMarks];
    // A message's own marks stay in the order of the log.
    marks.sort((a, b) => placeOfMark(a) - placeOfMark(b) || a.seq - b.seq);
    let run = grows ? last.run : this.#lastMarkRun + 1;
    if (grows) this.markPuts.delete(last);
    for (let from = 0; from < marks.length; from += MARKS_PER_RUN, run += 1)
      this.markPuts.add(markRun(logId, run, marks.slice(from, from + MARKS_PER_RUN)));
  }

  #finishIds() {
    if (this.#freshIds.length === 0) return;
    const { logId } = this.#cursor;
    const last = this.#lastIdRun;
    const grows = last !== undefined && last.hashes.length < IDS_PER_RUN;
    const old = grows ? last : { hashes: [], seqs: [], places: [], channels: [] };
    const channels = [...old.channels];
    const places = this.#freshIds.map(({ channelId }) => {
      const known = channels.indexOf(channelId);
      return known >= 0 ? known : channels.push(channelId) - 1;
    });
    // What came together stays together, however much it is: a catch-up makes few large runs.
    this.idPuts.push({
      logId,
      run: grows ? last.run : (last?.run ?? 0) + 1,
      hashes: Float64Array.from([...old.hashes, ...this.#freshIds.map(({ id }) => hashOfId(id))]),
      seqs: Uint32Array.from([...old.seqs, ...this.#freshIds.map(({ seq }) => seq)]),
      places: Uint16Array.from([...old.places, ...places]),
      channels,
    });
  }

  #logRecord(seq: number): LogRecord {
    const record = this.#log.get(recordOf(seq));
    if (!record) throw new PartaError('internal');
    return record;
  }

  #placesOf(channelId: ChannelId, seq: number): MessagePlaces {
    const places = this.#places.get(placesKey(channelId, recordOf(seq)));
    if (!places) throw new PartaError('internal');
    return places;
  }

  #name(seq: number, files: FileRef[]) {
    const page = recordOf(seq);
    const record = this.#files.get(page) ?? { logId: this.#cursor.logId, page, named: [] };
    this.#files.set(page, record);
    record.named.push({ seq, files });
    this.filePuts.add(record);
  }

  #post(entry: Entry, { body: { channelId } }: ChangeOf<'messagePosted'>) {
    const { id, seq } = entry;
    const places = this.#placesOf(channelId, seq);
    places.seqs.push(seq);
    this.placePuts.add(places);
    this.#freshIds.push({ id, seq, channelId });
    this.#countUnread(messageOf(entry, channelId), 1);
  }

  #mark({ seq, at, by }: Entry, about: string, change: MarkChange | null) {
    this.#freshMarks.push({ seq, at, by, about, change });
  }

  #countUnread({ channelId, seq, by, mentions }: StoredMessage, difference: 1 | -1) {
    const cursor = this.#cursor;
    if (by === cursor.memberId || seq <= Math.max(cursor.unreadAfter, cursor.readUpTo[channelId] ?? 0)) return;
    const count = (counts: Record<ChannelId, number>) => {
      counts[channelId] = Math.max(0, (counts[channelId] ?? 0) + difference);
    };
    count(cursor.unread);
    if (mentions?.includes(cursor.memberId)) count((cursor.mentions ??= {}));
  }

  /** Blanks the rows of a message and of every mark about it, and leaves a stone in its place. */
  #removeMessage(body: ChangeOf<'messageRemoved'>['body'], erasure: Erasure | null) {
    const { channelId, messageId, messageSeq, scheduled } = body;
    const seqs = scheduled ? [messageSeq, scheduled.messageSeq] : [messageSeq];
    const stays = (mark: StoredMark) => {
      if (mark.about !== messageId) return true;
      seqs.push(mark.seq);
      return false;
    };
    this.#freshMarks = this.#freshMarks.filter(stays);
    for (const run of this.#markRuns.values()) {
      const marks = run.marks.filter(stays);
      if (marks.length === run.marks.length) continue;
      const rest = markRun(run.logId, run.run, marks);
      this.#markRuns.set(run.run, rest);
      this.markPuts.delete(run);
      this.markPuts.add(rest);
    }
    const places = this.#placesOf(channelId, messageSeq);
    const row = this.#logRecord(messageSeq).entries.find((entry) => entry.seq === messageSeq);
    const isPlaced = places.seqs.includes(messageSeq);
    if (row && isPlaced && row.body !== null) this.#countUnread(messageOf(row, channelId), -1);
    if (erasure) for (const seq of seqs) this.#blank(this.#logRecord(seq), erasure);
    if (!row) return;
    if (!isPlaced) {
      places.seqs = [...places.seqs, messageSeq].sort((a, b) => a - b);
      this.#freshIds.push({ id: row.id, seq: row.seq, channelId });
    }
    // Also where only the log has changed: whoever watches messages watches their places.
    this.placePuts.add(places);
  }

  #blank(record: LogRecord, erasure: Erasure, below = Infinity, gone: ReadonlySet<string> = new Set()) {
    for (const [index, entry] of record.entries.entries()) {
      if (entry.seq >= below || entry.body === null) continue;
      if (!isErased(erasure, entry) && !isSaidOf(gone, entry)) continue;
      record.entries[index] = { ...entry, body: null };
      this.logPuts.add(record);
      const files = this.#files.get(record.page);
      if (!files?.named.some(({ seq }) => seq === entry.seq)) continue;
      files.named = files.named.filter(({ seq }) => seq !== entry.seq);
      this.filePuts.add(files);
    }
  }
}

const markRun = (logId: LogId, run: number, marks: StoredMark[]): MarkRun => ({
  logId,
  run,
  marks,
  touches: [...new Set(marks.map((mark) => touchOf(logId, mark)))],
});
