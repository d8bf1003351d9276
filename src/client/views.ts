/**
 * How entries of a log become what pages read: the folded class, messages, edits, named files, unread counts. Promises that
 * applying a log piece by piece and making the views anew from the whole log (S13) give the same, because both are this code;
 * that what an erasure names is blanked in the kept log and gone from the views (S16); that entries of unknown kinds are kept
 * and skipped (S12). Hides: which records a fold touches; each is read once and written once per transaction.
 */
import type { Classroom } from '../core/classroom.ts';
import { PartaError } from '../core/errors.ts';
import { apply, erasedBy, isErased, type Erasure } from '../core/evolve.ts';
import type { ChannelId, CommandId, LogId, MemberId } from '../core/ids.ts';
import { changeIn, type Change, type Entry, type FileRef, type LogKey, type Role } from '../core/wire.ts';

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

/** What a fold reads of one log; leaves out what is not there. */
export interface FoldSource {
  logRecords(pages: readonly number[]): Promise<LogRecord[]>;
  logPages(): Promise<number[]>;
  messageRecords(keys: readonly { channelId: ChannelId; page: number }[]): Promise<MessageRecord[]>;
  edits(channelId: ChannelId, messageSeq: number): Promise<MessageMark[]>;
}

const messageKey = (channelId: ChannelId, page: number) => `${channelId}/${page}`;

/**
 * One fold over some entries, to be written by whoever opened the transaction: first {@link prepare}, which reads all that the
 * fold will touch, then {@link keep} or {@link fold} for each entry. These do not wait, because a transaction that is waited
 * in for anything but the database closes itself.
 */
export class Folding {
  readonly #source: FoldSource;
  readonly #cursor: LogCursor;
  readonly #changes = new Map<Entry, Change | null>();
  readonly #log = new Map<number, LogRecord>();
  readonly #messages = new Map<string, MessageRecord>();
  readonly #edits = new Map<number, MessageMark[]>();
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

  /** Reads every record that folding these entries touches, each once. */
  async prepare(entries: readonly Entry[]) {
    const pages = new Set(entries.map((entry) => recordOf(entry.seq)));
    const keys = new Map<string, { channelId: ChannelId; page: number }>();
    const wantMessages = (channelId: ChannelId, page: number) =>
      keys.set(messageKey(channelId, page), { channelId, page });
    for (const entry of entries) {
      const change = changeIn(entry);
      this.#changes.set(entry, change);
      if (change?.kind === 'messagePosted') wantMessages(change.body.channelId, recordOf(entry.seq));
      if (change?.kind === 'messageRemoved') {
        const { channelId, messageSeq } = change.body;
        const edits = await this.#source.edits(channelId, messageSeq);
        this.#edits.set(messageSeq, edits);
        for (const seq of [messageSeq, ...edits.map((mark) => mark.seq)]) pages.add(recordOf(seq));
        wantMessages(channelId, recordOf(messageSeq));
      }
      if (change?.kind === 'memberErased') for (const page of await this.#source.logPages()) pages.add(page);
    }
    const { logId } = this.#cursor;
    for (const page of pages) this.#log.set(page, { logId, page, entries: [] });
    for (const record of await this.#source.logRecords([...pages])) this.#log.set(record.page, record);
    for (const [key, { channelId, page }] of keys) this.#messages.set(key, { logId, channelId, page, messages: [] });
    for (const record of await this.#source.messageRecords([...keys.values()]))
      this.#messages.set(messageKey(record.channelId, record.page), record);
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
        const record = this.#messageRecord(channelId, seq);
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
        if (erasure) for (const record of this.#log.values()) this.#blank(record, erasure);
        this.needsRebuild = true;
    }
  }

  #logRecord(seq: number): LogRecord {
    const record = this.#log.get(recordOf(seq));
    if (!record) throw new PartaError('internal');
    return record;
  }

  #messageRecord(channelId: ChannelId, seq: number): MessageRecord {
    const record = this.#messages.get(messageKey(channelId, recordOf(seq)));
    if (!record) throw new PartaError('internal');
    return record;
  }

  #countUnread(channelId: ChannelId, seq: number, by: MemberId | null, difference: 1 | -1) {
    const { unread, readUpTo, unreadAfter, memberId } = this.#cursor;
    if (by === memberId || seq <= Math.max(unreadAfter, readUpTo[channelId] ?? 0)) return;
    unread[channelId] = Math.max(0, (unread[channelId] ?? 0) + difference);
  }

  /** Blanks the rows of a message and leaves a stone in its place. */
  #removeMessage(channelId: ChannelId, messageSeq: number, erasure: Erasure | null) {
    const fresh = [...this.markPuts.values()].filter(
      (mark) => mark.channelId === channelId && mark.messageSeq === messageSeq,
    );
    const edits = [...(this.#edits.get(messageSeq) ?? []), ...fresh];
    for (const mark of edits) {
      this.markPuts.delete(mark.seq);
      this.markDeletes.set(mark.seq, mark);
    }
    for (const seq of [messageSeq, ...edits.map((mark) => mark.seq)])
      if (erasure) this.#blank(this.#logRecord(seq), erasure);

    const row = this.#logRecord(messageSeq).entries.find((entry) => entry.seq === messageSeq);
    if (!row) return;
    const record = this.#messageRecord(channelId, messageSeq);
    const old = record.messages.find((message) => message.seq === messageSeq);
    if (old && !old.isRemoved) this.#countUnread(channelId, messageSeq, old.by, -1);
    const { id, seq, at, by } = row;
    const stone: StoredMessage = { id, seq, at, by, channelId, text: '', files: [], replyTo: null, isRemoved: true };
    record.messages = [...record.messages.filter((message) => message !== old), stone].sort((a, b) => a.seq - b.seq);
    this.messagePuts.add(record);
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
