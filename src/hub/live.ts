/**
 * What is true only now, beside the log: how far members have read, who is writing, who is here. One number per member and
 * channel, the greatest wins; nothing here is ever delivered twice or waited for.
 *
 * Promises: read positions outlive the hub (kept in batches); nobody is told of a channel that he is not in, and of others'
 * reading only who may know it (`mayKnowReads`); pupils and parents are told which teachers are here, not which pupils. A flood of
 * marks costs one message per reader and {@link TELL_EVERY_MS}. Hides: gathering, rates, the table of read positions.
 */
import * as z from 'zod/mini';
import { isInChannel, mayKnowReads, readerOf, type Channel, type Classroom, type Member } from '../core/classroom.ts';
import { codeOf } from '../core/errors.ts';
import type { ChannelId, LogId, MemberId, PersonId } from '../core/ids.ts';
import { MEMBERS_MAX } from '../core/limits.ts';
import { ReadMark, TypingMark, type Presence, type Reads, type Typing } from '../core/wire.ts';
import type { ClassLogs } from './class-logs.ts';
import type { Log } from './log.ts';
import type { ReadRow, Store } from './store.ts';

/** Marks gather for so long before they are told. */
export const TELL_EVERY_MS = 250;
/** Read positions gather for so long before they are written. */
export const KEEP_EVERY_MS = 2_000;
/** Marks of one socket: a burst, then so many a second; what is more is dropped. */
export const MARKS_BURST = 40;
export const MARKS_PER_SECOND = 10;

/** A page that follows a log: a socket, as much of it as is needed here. */
export interface Watcher {
  readonly data: { signed: { personId: PersonId } };
  emit(event: 'reads', value: Reads): unknown;
  emit(event: 'typing', value: Typing): unknown;
  emit(event: 'presence', value: Presence): unknown;
}

interface Room {
  watchers: Map<Watcher, MemberId>;
  reads: Map<string, ReadRow>;
  loading: Promise<void>;
  /** To be told, to be kept. */
  untold: Set<string>;
  unkept: Set<string>;
  isPresenceStale: boolean;
  telling: NodeJS.Timeout | null;
}

export interface LiveContext {
  store: Store;
  logs: ClassLogs;
  log: Log;
  now: () => number;
}

const keyOf = (channelId: ChannelId, memberId: MemberId) => `${channelId}/${memberId}`;

export class Live {
  readonly #context: LiveContext;
  readonly #rooms = new Map<LogId, Room>();
  readonly #spent = new WeakMap<Watcher, { tokens: number; at: number }>();
  #keeping: NodeJS.Timeout | null = null;
  #isClosed = false;

  constructor(context: LiveContext) {
    this.#context = context;
  }

  /** A page follows a log: it is told where everybody stands. */
  came(watcher: Watcher, logId: LogId, memberId: MemberId): void {
    this.#try(logId, () => this.#came(watcher, logId, memberId));
  }

  async #came(watcher: Watcher, logId: LogId, memberId: MemberId): Promise<void> {
    const room = this.#room(logId);
    room.watchers.set(watcher, memberId);
    this.#noticePresence(logId, room);
    await room.loading;
    const state = await this.#stateOf(logId);
    if (!state || !room.watchers.has(watcher)) return;
    this.#tellReads(watcher, logId, state, [...room.reads.values()]);
  }

  /** The page is gone, or follows this log no more. */
  left(watcher: Watcher, only?: LogId): void {
    for (const [logId, room] of this.#rooms) {
      if ((only !== undefined && only !== logId) || !room.watchers.delete(watcher)) continue;
      this.#noticePresence(logId, room);
      if (room.watchers.size === 0 && room.unkept.size === 0) this.#forget(logId, room);
    }
  }

  /** A member has read up to here. */
  read(watcher: Watcher, raw: unknown): void {
    const mark = z.safeParse(ReadMark, raw);
    if (mark.success && this.#mayMark(watcher)) this.#try(mark.data.logId, () => this.#read(watcher, mark.data));
  }

  async #read(watcher: Watcher, { logId, channelId, seq }: ReadMark): Promise<void> {
    const here = await this.#placeOf(watcher, logId, channelId);
    const room = this.#rooms.get(logId);
    if (!here || !room) return;
    await room.loading;
    const { memberId } = here.member;
    const key = keyOf(channelId, memberId);
    const upTo = Math.min(seq, here.head);
    if (upTo <= (room.reads.get(key)?.seq ?? 0)) return;
    room.reads.set(key, { channelId, memberId, seq: upTo });
    room.untold.add(key);
    room.unkept.add(key);
    this.#tellSoon(logId, room);
    this.#keepSoon();
  }

  /** A member is writing: told at once, to who reads that channel. */
  typing(watcher: Watcher, raw: unknown): void {
    const mark = z.safeParse(TypingMark, raw);
    if (mark.success && this.#mayMark(watcher)) this.#try(mark.data.logId, () => this.#typing(watcher, mark.data));
  }

  async #typing(watcher: Watcher, { logId, channelId }: z.infer<typeof TypingMark>): Promise<void> {
    const here = await this.#placeOf(watcher, logId, channelId);
    if (!here) return;
    const { memberId } = here.member;
    for (const [other, reader] of this.#readersIn(logId, here.state, here.channel))
      if (reader.memberId !== memberId) other.emit('typing', { logId, channelId, memberId });
  }

  /** Nothing here is worth anybody's connection. */
  #try(logId: LogId, work: () => Promise<void>): void {
    work().catch((error: unknown) => this.#context.log('live-failed', { logId, code: codeOf(error) }));
  }

  /** Writes what is not kept yet. */
  async close(): Promise<void> {
    this.#isClosed = true;
    for (const room of this.#rooms.values()) if (room.telling) clearTimeout(room.telling);
    if (this.#keeping) clearTimeout(this.#keeping);
    await this.#keep();
  }

  // ── Telling ──────────────────────────────────────────────────────────────────────────────────────────────────────────

  #tellSoon(logId: LogId, room: Room): void {
    if (room.telling || this.#isClosed) return;
    room.telling = setTimeout(() => {
      room.telling = null;
      this.#try(logId, () => this.#tell(logId, room));
    }, TELL_EVERY_MS);
    room.telling.unref();
  }

  #noticePresence(logId: LogId, room: Room): void {
    room.isPresenceStale = true;
    this.#tellSoon(logId, room);
  }

  async #tell(logId: LogId, room: Room): Promise<void> {
    const marks = [...room.untold].flatMap((key) => room.reads.get(key) ?? []);
    const isPresenceStale = room.isPresenceStale;
    room.untold.clear();
    room.isPresenceStale = false;
    const state = await this.#stateOf(logId);
    if (!state) return;
    for (const watcher of room.watchers.keys()) {
      if (marks.length > 0) this.#tellReads(watcher, logId, state, marks);
      if (isPresenceStale) this.#tellPresence(watcher, logId, state, room);
    }
  }

  #tellReads(watcher: Watcher, logId: LogId, state: Classroom, marks: readonly ReadRow[]): void {
    const reader = readerOf(state, watcher.data.signed.personId);
    if (!reader) return;
    const reads = marks.filter(({ channelId, memberId }) => {
      const channel = state.channels[channelId];
      return channel && isInChannel(state, channel, reader) && mayKnowReads(channel, reader, memberId);
    });
    if (reads.length > 0) watcher.emit('reads', { logId, reads });
  }

  #tellPresence(watcher: Watcher, logId: LogId, state: Classroom, room: Room): void {
    const reader = readerOf(state, watcher.data.signed.personId);
    if (!reader) return;
    const here = [...new Set(room.watchers.values())].filter(
      (id) => reader.role === 'teacher' || state.members[id]?.role === 'teacher',
    );
    // A whole school may have more people here than a page takes: some of them then seem to be away.
    watcher.emit('presence', { logId, memberIds: here.slice(0, MEMBERS_MAX) });
  }

  // ── Who and where ────────────────────────────────────────────────────────────────────────────────────────────────────

  async #stateOf(logId: LogId): Promise<Classroom | null> {
    return (await this.#context.logs.get(logId))?.state ?? null;
  }

  /** The member behind a mark, if he follows the log and is in the channel. */
  async #placeOf(watcher: Watcher, logId: LogId, channelId: ChannelId) {
    if (!this.#rooms.get(logId)?.watchers.has(watcher)) return null;
    const log = await this.#context.logs.get(logId);
    const member = log && readerOf(log.state, watcher.data.signed.personId);
    const channel = log?.state.channels[channelId];
    if (!log || !member || !channel || !isInChannel(log.state, channel, member)) return null;
    return { state: log.state, head: log.head, member, channel };
  }

  *#readersIn(logId: LogId, state: Classroom, channel: Channel): Iterable<[Watcher, Member]> {
    for (const watcher of this.#rooms.get(logId)?.watchers.keys() ?? []) {
      const reader = readerOf(state, watcher.data.signed.personId);
      if (reader && isInChannel(state, channel, reader)) yield [watcher, reader];
    }
  }

  #mayMark(watcher: Watcher): boolean {
    const now = this.#context.now();
    const spent = this.#spent.get(watcher) ?? { tokens: MARKS_BURST, at: now };
    const tokens = Math.min(MARKS_BURST, spent.tokens + (Math.max(0, now - spent.at) / 1000) * MARKS_PER_SECOND);
    this.#spent.set(watcher, { tokens: Math.max(0, tokens - 1), at: now });
    return tokens >= 1;
  }

  // ── Keeping ──────────────────────────────────────────────────────────────────────────────────────────────────────────

  #room(logId: LogId): Room {
    const known = this.#rooms.get(logId);
    if (known) return known;
    const room: Room = {
      watchers: new Map(),
      reads: new Map(),
      loading: Promise.resolve(),
      untold: new Set(),
      unkept: new Set(),
      isPresenceStale: false,
      telling: null,
    };
    room.loading = this.#context.store.reads(logId).then(
      (rows) => {
        for (const row of rows) room.reads.set(keyOf(row.channelId, row.memberId), row);
      },
      (error: unknown) => this.#context.log('live-failed', { logId, code: codeOf(error) }),
    );
    this.#rooms.set(logId, room);
    return room;
  }

  #forget(logId: LogId, room: Room): void {
    if (room.telling) clearTimeout(room.telling);
    this.#rooms.delete(logId);
  }

  #keepSoon(): void {
    if (this.#keeping || this.#isClosed) return;
    this.#keeping = setTimeout(() => {
      this.#keeping = null;
      void this.#keep();
    }, KEEP_EVERY_MS);
    this.#keeping.unref();
  }

  async #keep(): Promise<void> {
    for (const [logId, room] of this.#rooms) {
      if (room.unkept.size === 0) continue;
      const rows = [...room.unkept].flatMap((key) => room.reads.get(key) ?? []);
      room.unkept.clear();
      try {
        await this.#context.store.keepReads(logId, rows);
      } catch (error) {
        // Worth a second look, not a failure of anybody's: what was read is read again soon.
        this.#context.log('live-failed', { logId, code: codeOf(error) });
      }
      if (room.watchers.size === 0 && room.unkept.size === 0) this.#forget(logId, room);
    }
  }
}
