/**
 * How entries of a log become what pages read: the folded class, messages, edits, named files, unread counts. Promises that
 * applying a log piece by piece and making the views anew from the whole log (S13) give the same, because both are this code;
 * that what an erasure names is blanked in the kept log and gone from the views (S16); that entries of unknown kinds are kept
 * and skipped (S12). Hides: which records a fold touches; each is read once and written once per transaction.
 */
import type { Classroom } from '../core/classroom.ts';
import { apply, erasedBy, isErased, type Erasure } from '../core/evolve.ts';
import type { ChannelId, CommandId, LogId, MemberId } from '../core/ids.ts';
import { changeIn, type Entry, type FileRef, type LogKey, type Role } from '../core/wire.ts';

/** Entries and messages lie in records by their seq; a record holds those whose seqs share all but the lowest bits. */
export const ENTRIES_PER_RECORD = 256;
export const recordOf = (seq: number) => Math.floor(seq / ENTRIES_PER_RECORD);

/** Grows whenever the views of an old log would come out different: a kind that is new, a view that is (S12, S13). */
export const FOLD_VERSION = 1;

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
}

/** A message as the log has it, before edits and whatever waits are laid over it. */
export interface StoredMessage {
  id: CommandId;
  seq: number;
  at: number;
  by: MemberId | null;
  channelId: ChannelId;
  text: string;
  files: FileRef[];
  replyTo: CommandId | null;
  isRemoved: boolean;
}
export interface MessageRecord {
  logId: LogId;
  channelId: ChannelId;
  page: number;
  messages: StoredMessage[];
}
/** An edit: a row of its own, merged on read, since rewriting old records for each would cost ten times as much. */
export interface MessageMark {
  logId: LogId;
  channelId: ChannelId;
  messageSeq: number;
  seq: number;
  text: string;
}
export interface NamedFiles {
  logId: LogId;
  seq: number;
  files: FileRef[];
}

/** What a fold reads of one log; answers undefined for what is not there. */
export interface FoldSource {
  logRecord(page: number): Promise<LogRecord | undefined>;
  logPages(): Promise<number[]>;
  messageRecord(channelId: ChannelId, page: number): Promise<MessageRecord | undefined>;
  edits(channelId: ChannelId, messageSeq: number): Promise<MessageMark[]>;
}

/** One fold over some entries, to be written by whoever opened the transaction. */
export class Folding {
  readonly #source: FoldSource;
  readonly #cursor: LogCursor;
  readonly #log = new Map<number, LogRecord>();
  readonly #messages = new Map<string, MessageRecord>();
  classroom: Classroom;
  readonly logPuts = new Set<LogRecord>();
  readonly messagePuts = new Set<MessageRecord>();
  readonly markPuts = new Map<number, MessageMark>();
  readonly markDeletes = new Map<number, MessageMark>();
  readonly filePuts = new Map<number, NamedFiles>();
  readonly fileDeletes = new Set<number>();
  /** A member's erasure touches rows anywhere: all views are then made anew from the blanked log. */
  needsRebuild = false;

  /** @param cursor its unread counts are kept up to date in place */
  constructor(source: FoldSource, cursor: LogCursor, classroom: Classroom) {
    this.#source = source;
    this.#cursor = cursor;
    this.classroom = classroom;
  }

  /** Keeps an entry, of a known kind or not, and folds it. */
  async keep(entry: Entry) {
    const record = await this.#logRecord(recordOf(entry.seq));
    record.entries.push(entry);
    this.logPuts.add(record);
    await this.fold(entry);
  }

  /** Folds an entry that is kept already. */
  async fold(entry: Entry) {
    const change = changeIn(entry);
    if (change === null) return;
    const erasure = erasedBy(change, this.classroom);
    this.classroom = apply(this.classroom, entry, change);
    const { logId } = this.#cursor;
    const { seq, id, at, by } = entry;
    if ('files' in change.body && change.body.files.length > 0)
      this.filePuts.set(seq, { logId, seq, files: change.body.files });
    switch (change.kind) {
      case 'messagePosted': {
        const { channelId, text, files, replyTo } = change.body;
        const record = await this.#messageRecord(channelId, recordOf(seq));
        record.messages.push({ id, seq, at, by, channelId, text, files, replyTo, isRemoved: false });
        this.messagePuts.add(record);
        this.#countUnread(channelId, seq, by, 1);
        return;
      }
      case 'messageEdited': {
        const { channelId, messageSeq, text } = change.body;
        this.markPuts.set(seq, { logId, channelId, messageSeq, seq, text });
        return;
      }
      case 'messageRemoved':
        return this.#removeMessage(change.body.channelId, change.body.messageSeq, erasure);
      case 'memberErased':
        return erasure ? this.#eraseEverywhere(erasure) : undefined;
    }
  }

  async #logRecord(page: number): Promise<LogRecord> {
    const { logId } = this.#cursor;
    const record = this.#log.get(page) ?? (await this.#source.logRecord(page)) ?? { logId, page, entries: [] };
    this.#log.set(page, record);
    return record;
  }

  async #messageRecord(channelId: ChannelId, page: number): Promise<MessageRecord> {
    const { logId } = this.#cursor;
    const key = `${channelId}/${page}`;
    const record = this.#messages.get(key) ??
      (await this.#source.messageRecord(channelId, page)) ?? { logId, channelId, page, messages: [] };
    this.#messages.set(key, record);
    return record;
  }

  #countUnread(channelId: ChannelId, seq: number, by: MemberId | null, difference: 1 | -1) {
    const { unread, readUpTo, unreadAfter, memberId } = this.#cursor;
    if (by === memberId || seq <= Math.max(unreadAfter, readUpTo[channelId] ?? 0)) return;
    unread[channelId] = Math.max(0, (unread[channelId] ?? 0) + difference);
  }

  /** Blanks the rows of a message and leaves a stone in its place. */
  async #removeMessage(channelId: ChannelId, messageSeq: number, erasure: Erasure | null) {
    const pending = [...this.markPuts.values()].filter(
      (mark) => mark.channelId === channelId && mark.messageSeq === messageSeq,
    );
    const edits = [...(await this.#source.edits(channelId, messageSeq)), ...pending];
    for (const mark of edits) {
      this.markPuts.delete(mark.seq);
      this.markDeletes.set(mark.seq, mark);
    }
    for (const seq of [messageSeq, ...edits.map((mark) => mark.seq)])
      if (erasure) this.#blank(await this.#logRecord(recordOf(seq)), erasure);

    const row = (await this.#logRecord(recordOf(messageSeq))).entries.find((entry) => entry.seq === messageSeq);
    if (!row) return;
    const record = await this.#messageRecord(channelId, recordOf(messageSeq));
    const old = record.messages.find((message) => message.seq === messageSeq);
    if (old && !old.isRemoved) this.#countUnread(channelId, messageSeq, old.by, -1);
    const { id, seq, at, by } = row;
    const stone: StoredMessage = { id, seq, at, by, channelId, text: '', files: [], replyTo: null, isRemoved: true };
    record.messages = [...record.messages.filter((message) => message !== old), stone].sort((a, b) => a.seq - b.seq);
    this.messagePuts.add(record);
  }

  async #eraseEverywhere(erasure: Erasure) {
    for (const page of new Set([...(await this.#source.logPages()), ...this.#log.keys()]))
      this.#blank(await this.#logRecord(page), erasure);
    this.needsRebuild = true;
  }

  #blank(record: LogRecord, erasure: Erasure) {
    for (const [index, entry] of record.entries.entries()) {
      if (entry.body === null || !isErased(erasure, entry)) continue;
      record.entries[index] = { ...entry, body: null };
      this.logPuts.add(record);
      this.filePuts.delete(entry.seq);
      this.fileDeletes.add(entry.seq);
    }
  }
}
