/**
 * What is true only now, beside the log: how far members have read, who is writing, who is here. Promises: how far I have read is
 * kept here at once and told to the hub when there is one, the greatest wins, and after every reconnection what it does not know
 * is told again; how far I have read on another device moves this one too. A hand that is up here, and the files of hand-outs that are
 * here, are told again to every new connection. Nothing of others outlives the connection. Hides: gathering, how often the hub is told, when
 * somebody who writes has stopped.
 */
import type { ChannelId, FileId, LogId, MemberId } from '../core/ids.ts';
import { ACTIVE_EVERY_MS, WALL_DOWN_MAX } from '../core/limits.ts';
import type { Reads } from '../core/wire.ts';
import type { LiveView, Stop, WallView } from './class-store.ts';
import type { Database } from './database.ts';
import type { Ports } from './ports.ts';
import type { LiveNews, LiveWire } from './transport.ts';
import type { WallWatch } from './wall-watch.ts';

/** Read positions gather for so long before the hub is told. */
export const TELL_READ_MS = 500;
/** Who goes on writing is told so often, and forgotten after so long. */
export const TELL_TYPING_MS = 3_000;
export const TYPING_LASTS_MS = 6_000;

interface LiveLog {
  reads: Record<ChannelId, Record<MemberId, number>>;
  typing: Record<ChannelId, MemberId[]>;
  present: Set<MemberId>;
  /** Ends of those who are writing, by channel and member. */
  readonly forgets: Map<string, Stop>;
}

export class Live {
  readonly #ports: Ports;
  readonly #database: Database;
  #wire: LiveWire | null = null;
  readonly #logs = new Map<LogId, LiveLog>();
  readonly #listeners = new Map<LogId, Set<(live: LiveView) => void>>();
  /** Logs whose read positions are to be told, and the timer that will. */
  readonly #untold = new Set<LogId>();
  #telling: Stop | null = null;
  readonly #toldTyping = new Map<ChannelId, number>();
  /** Logs in which my hand is up. */
  readonly #handsUp = new Set<LogId>();
  /** Files that were handed out and are whole on this page. */
  readonly #holds = new Map<LogId, readonly FileId[]>();
  readonly #toldActive = new Map<LogId, number>();
  /** Made for the first who watches a wall; pupils' pages never load it. */
  #walls: Promise<WallWatch> | null = null;
  #openWalls: WallWatch | null = null;

  constructor(ports: Ports, database: Database) {
    this.#ports = ports;
    this.#database = database;
  }

  watch(logId: LogId, listener: (live: LiveView) => void): Stop {
    const listeners = this.#listeners.get(logId) ?? new Set();
    this.#listeners.set(logId, listeners);
    const own = (live: LiveView) => listener(live);
    listeners.add(own);
    queueMicrotask(() => listeners.has(own) && own(this.#view(logId)));
    return () => listeners.delete(own);
  }

  #view(logId: LogId): LiveView {
    const { reads, typing, present } = this.#logs.get(logId) ?? nothingOf();
    return { reads: { ...reads }, typing: { ...typing }, present, wantsHelp: this.#handsUp.has(logId) };
  }

  #changed(logId: LogId) {
    const listeners = this.#listeners.get(logId);
    if (!listeners?.size) return;
    const view = this.#view(logId);
    for (const listener of listeners) listener(view);
  }

  // ── What the wire tells ──────────────────────────────────────────────────────────────────────────────────────────────

  connected(wire: LiveWire): void {
    this.#wire = wire;
  }

  /** What was true is not known any more. */
  disconnected(): void {
    this.#wire = null;
    this.#toldTyping.clear();
    this.#telling?.();
    this.#telling = null;
    const logIds = [...this.#logs.keys()];
    for (const { forgets } of this.#logs.values()) for (const stop of forgets.values()) stop();
    this.#logs.clear();
    this.#toldActive.clear();
    this.#openWalls?.disconnected();
    for (const logId of logIds) this.#changed(logId);
  }

  /** The hub will now tell where everybody stands in this log; what it does not know of us is told it soon after. */
  followed(logId: LogId): void {
    // Where we stand may have been told before there was a place to keep it.
    const reads = Object.entries(this.#logs.get(logId)?.reads ?? {}).flatMap(([channelId, seqs]) =>
      Object.entries<number>(seqs).map(([memberId, seq]) => ({ channelId, memberId, seq })),
    );
    this.#keep(logId, reads as Reads['reads']);
    this.#tellSoon(logId);
    const holds = this.#holds.get(logId);
    const hand = this.#handsUp.has(logId) ? { wantsHelp: true } : {};
    if (holds || hand.wantsHelp)
      this.#wire?.lessonMark({ logId, isActive: false, ...hand, ...(holds ? { holds: [...holds] } : {}) });
    this.#openWalls?.followed(logId);
  }

  heardWall(raw: unknown): void {
    this.#openWalls?.heard(raw);
  }

  heard({ kind, value }: LiveNews): void {
    const { logId } = value;
    const live = this.#logs.get(logId) ?? nothingOf();
    this.#logs.set(logId, live);
    if (kind === 'presence') live.present = new Set(value.memberIds);
    else if (kind === 'typing') this.#typing(logId, live, value.channelId, value.memberId);
    else if (kind === 'helped') this.#handsUp.delete(logId);
    else {
      for (const { channelId, memberId, seq } of value.reads) {
        const known = live.reads[channelId] ?? {};
        if (seq > (known[memberId] ?? 0)) live.reads[channelId] = { ...known, [memberId]: seq };
      }
      this.#keep(logId, value.reads);
    }
    this.#changed(logId);
  }

  /** A position that could not be kept is told again with the next connection. */
  #keep(logId: LogId, reads: Reads['reads']) {
    if (reads.length > 0) void this.#database.heardReads(logId, reads).catch(() => undefined);
  }

  #typing(logId: LogId, live: LiveLog, channelId: ChannelId, memberId: MemberId) {
    const key = `${channelId}/${memberId}`;
    const others = () => (live.typing[channelId] ?? []).filter((one) => one !== memberId);
    live.forgets.get(key)?.();
    live.typing[channelId] = [...others(), memberId];
    const forget = this.#ports.after(TYPING_LASTS_MS, () => {
      live.forgets.delete(key);
      live.typing[channelId] = others();
      this.#changed(logId);
    });
    live.forgets.set(key, forget);
  }

  // ── What is told to the hub ──────────────────────────────────────────────────────────────────────────────────────────

  /** A read position was kept here. */
  haveRead(logId: LogId): void {
    this.#tellSoon(logId);
  }

  #tellSoon(logId: LogId) {
    this.#untold.add(logId);
    if (!this.#wire) return;
    this.#telling ??= this.#ports.after(TELL_READ_MS, () => {
      this.#telling = null;
      const logIds = [...this.#untold];
      this.#untold.clear();
      for (const one of logIds) void this.#tell(one).catch(() => undefined);
    });
  }

  async #tell(logId: LogId) {
    const cursor = await this.#database.cursorOf(logId);
    if (!cursor) return;
    const known = this.#logs.get(logId)?.reads ?? {};
    for (const [id, seq] of Object.entries<number>(cursor.readUpTo)) {
      const channelId = id as ChannelId;
      if (seq > (known[channelId]?.[cursor.memberId] ?? 0)) this.#wire?.read({ logId, channelId, seq });
    }
  }

  /** Somebody writes here. */
  tellTyping(logId: LogId, channelId: ChannelId): void {
    if (!this.#wire || !this.#isTime(this.#toldTyping, channelId, TELL_TYPING_MS)) return;
    this.#wire.typing({ logId, channelId });
  }

  /** Whether so long has passed since this was told last; if so, it is told now. */
  #isTime<K>(toldAts: Map<K, number>, key: K, everyMs: number): boolean {
    const now = this.#ports.now();
    const toldAt = toldAts.get(key);
    // A clock that was set back must not keep one silent.
    if (toldAt !== undefined && toldAt <= now && now - toldAt < everyMs) return false;
    toldAts.set(key, now);
    return true;
  }

  // ── The lesson ───────────────────────────────────────────────────────────────────────────────────────────────────────

  askHelp(logId: LogId, wantsHelp: boolean): void {
    if (wantsHelp) this.#handsUp.add(logId);
    else this.#handsUp.delete(logId);
    this.#wire?.lessonMark({ logId, wantsHelp, isActive: true });
    this.#changed(logId);
  }

  /** The hub that sends them counts them; only the next one has to be told. */
  tellHolds(logId: LogId, fileIds: readonly FileId[]): void {
    this.#holds.set(logId, fileIds.slice(-WALL_DOWN_MAX));
  }

  tellActive(logId: LogId): void {
    if (!this.#wire || !this.#isTime(this.#toldActive, logId, ACTIVE_EVERY_MS)) return;
    this.#wire.lessonMark({ logId, isActive: true });
  }

  tellHelped(logId: LogId, memberId: MemberId): void {
    this.#wire?.helped({ logId, memberId });
  }

  watchWall(logId: LogId, listener: (wall: WallView | null) => void): Stop {
    let stop: Stop | null = null;
    let isStopped = false;
    this.#walls ??= import('./wall-watch.ts').then(
      (module) => (this.#openWalls = new module.WallWatch((wish) => this.#wire?.wall(wish))),
    );
    this.#walls.then(
      (walls) => {
        if (!isStopped) stop = walls.watch(logId, listener);
      },
      // It could not be loaded: the next one to watch tries again.
      () => (this.#walls = null),
    );
    return () => {
      isStopped = true;
      stop?.();
    };
  }

  stop(): void {
    this.disconnected();
    this.#listeners.clear();
  }
}

const nothingOf = (): LiveLog => ({ reads: {}, typing: {}, present: new Set(), forgets: new Map() });
