/**
 * One connection to a hub, from its opening to its end. Promises: who I am is asked first, then every log of mine is followed
 * and every waiting command offered; when the list of logs changes, what is new is followed and what is lost is left (S17);
 * after its end nothing of it touches the disk. Hides: which log an event belongs to, the slow check that finds what a wire has
 * lost without a trace, and the watch over whether it still speaks.
 */
import { codeOf, ERRORS, PartaError, type ErrorCode } from '../core/errors.ts';
import type { CommandId, FileId, LogId } from '../core/ids.ts';
import type { Following, LogKey, Me, Page } from '../core/wire.ts';
import type { Stop } from './class-store.ts';
import type { Database } from './database.ts';
import type { FarQuestion } from './far-behind.ts';
import { LogSync, type LogOwner } from './log-sync.ts';
import type { Sight } from './lookout.ts';
import type { Ports } from './ports.ts';
import type { Pace } from './pace.ts';
import { BEAT_EVERY_MS, POLLED_BEAT_EVERY_MS, Pulse, WATCHFUL_BEAT_EVERY_MS } from './pulse.ts';
import type { Transport } from './transport.ts';

/** How often a quiet connection is asked whether it has missed something; each time after 50–100 % of this. */
export const CHECK_EVERY_MS = 60_000;
/** A clock that differs by less is the same clock. */
const CLOCK_STEP_MS = 1_000;

/** How a connection ended. `isEnd`: the sign-in is over, trying again would not help. */
export interface LinkEnd {
  code: ErrorCode;
  isEnd: boolean;
}

export interface LinkOptions {
  database: Database;
  ports: Ports;
  pace: Pace;
  isStored(fileId: FileId): boolean;
  /** {@link FilesOnTheWay.missing} */
  filesMissing(fileIds: readonly FileId[]): Promise<boolean>;
  /** A look at the hub from outside; null: nobody looks. */
  look: ((timeoutMs: number) => Promise<Sight>) | null;
  /** Whether the wire's silence must be seen as soon as can be. */
  isWatchful: boolean;
  wire: 'socket' | 'http';
  /** GET /api/me with a ticket that is good now. */
  askMe(): Promise<Me>;
  /** GET /api/logs/:logId/pages, likewise. */
  askFar(question: FarQuestion): Promise<Page>;
  progressed(): void;
  sendingChanged(): void;
  /** The hub has told where we stand in a log. */
  followed(logId: LogId): void;
}

export class HubLink implements LogOwner {
  readonly database: Database;
  readonly ports: Ports;
  readonly pace: Pace;
  readonly #options: LinkOptions;
  #transport: Transport | null = null;
  #isOpen = true;
  #isListed = false;
  readonly #logs = new Map<LogId, LogSync>();
  #listing: Promise<void> = Promise.resolve();
  #listingsWaiting = 0;
  readonly #making = new Set<LogId>();
  #stopChecks: Stop = () => {};
  #pulse: Pulse | null = null;
  #resolveEnd: (end: LinkEnd) => void = () => {};
  /** Resolves once, when the connection is over. */
  readonly ended: Promise<LinkEnd>;

  constructor(options: LinkOptions) {
    this.#options = options;
    this.database = options.database;
    this.ports = options.ports;
    this.pace = options.pace;
    this.ended = new Promise((resolve) => (this.#resolveEnd = resolve));
  }

  /** Begins with a wire that has just opened. */
  start(transport: Transport): void {
    this.#transport = transport;
    if (!this.#isOpen) return transport.close();
    const { look, isWatchful, wire } = this.#options;
    const everyMs = isWatchful ? WATCHFUL_BEAT_EVERY_MS : BEAT_EVERY_MS;
    if (look) {
      this.#pulse = new Pulse({
        ports: this.ports,
        look,
        everyMs: wire === 'http' ? POLLED_BEAT_EVERY_MS : everyMs,
        isWatchful,
        wish: (everyMs) => transport.beat(everyMs),
        changed: () => this.progressed(),
        over: (code) => this.fail(code),
      });
      this.#transport = this.#pulse.over(transport);
    }
    this.listChanged();
    this.#checkLater();
  }

  // ── What the wire tells ──────────────────────────────────────────────────────────────────────────────────────────────

  beat(): void {
    this.#pulse?.beat();
  }
  page(page: Page): void {
    this.#pulse?.heard();
    this.#logs.get(page.logId)?.take(page);
  }
  closed(code: ErrorCode): void {
    this.#end({ code, isEnd: false });
  }
  signedOut(code: ErrorCode): void {
    this.#end({ code, isEnd: true });
  }

  /** Asks for the list of logs again; calls that come while one waits are one call. */
  listChanged(): void {
    if (this.#listingsWaiting > 0) return;
    this.#listingsWaiting += 1;
    this.#listing = this.#listing.then(async () => {
      this.#listingsWaiting -= 1;
      if (!this.#isOpen) return;
      try {
        await this.#list();
      } catch (thrown) {
        this.fail(codeOf(thrown));
      }
      this.progressed();
    });
  }

  async #list() {
    const me = await this.#options.askMe();
    if (!this.#isOpen) return;
    await this.database.knowMe(me);
    const mine = new Map<LogId, LogKey>();
    for (const log of me.logs) if (log.state === 'member') mine.set(log.logId, log.logKey);
    for (const [logId, logKey] of mine) {
      const known = this.#logs.get(logId);
      if (known && known.logKey === logKey) continue;
      const log = known ?? this.#add(logId, false);
      log.follow();
    }
    for (const { logId, isLeft } of await this.database.cursors())
      if (!isLeft && !mine.has(logId)) await this.#lost(logId, me.epoch ?? '');
    this.#isListed = true;
    await this.submitAll();
  }

  /**
   * A log of ours that the hub does not list: we are out (S17), or the hub came back from a backup older than the class. Its
   * maker finds out by offering to make it again: where the class is there, the command is a repeat and changes nothing (S3);
   * where it is gone, it is made, listed, and everything returns to it (S14).
   */
  async #lost(logId: LogId, epoch: string) {
    this.#logs.get(logId)?.drop();
    this.#logs.delete(logId);
    const making = this.#making.has(logId) ? null : await this.database.makingOf(logId);
    if (!making) {
      await this.database.left(logId, epoch);
      return;
    }
    this.#making.add(logId);
    try {
      await this.transport.submit(logId, [making]);
    } catch (thrown) {
      if (codeOf(thrown) === 'hub-unreachable') throw thrown;
    }
    this.listChanged();
  }

  #add(logId: LogId, isNew: boolean): LogSync {
    const log = new LogSync(this, logId, isNew);
    this.#logs.set(logId, log);
    return log;
  }

  /** Offers what waits in every outbox, also for classes that the hub has not heard of yet. */
  async submitAll(): Promise<void> {
    if (!this.#isOpen || !this.#isListed) return;
    try {
      const { known, waiting, here } = await this.database.whatWaits();
      const listed = new Set(known?.me.logs.map((log) => log.logId));
      for (const logId of waiting)
        if (!this.#logs.has(logId) && !listed.has(logId) && !here.has(logId)) this.#add(logId, true);
      for (const logId of waiting) this.#logs.get(logId)?.submit();
    } catch (thrown) {
      this.fail(codeOf(thrown));
    }
  }

  /** Asks every log whether something was missed: now that the machine woke, the network changed, or time went by. */
  check(): void {
    for (const log of this.#logs.values()) log.check();
  }

  #checkLater() {
    this.#stopChecks = this.ports.after(CHECK_EVERY_MS * (0.5 + this.ports.random() / 2), () => {
      if (!this.#isOpen) return;
      this.check();
      this.#checkLater();
    });
  }

  /** The machine slept or the network changed: the wire may have died unnoticed. */
  suspect(): void {
    this.#pulse?.suspect();
    this.check();
  }

  get isOpen(): boolean {
    return this.#isOpen;
  }
  /** Nothing comes, neither over the wire nor from the hub's address. */
  get isSilent(): boolean {
    return this.#pulse?.isSilent ?? false;
  }
  /** Connected, listed, and every log read to its head. */
  get isCurrent(): boolean {
    return this.#isListed && [...this.#logs.values()].every((log) => log.isCurrent);
  }
  isSending(id: CommandId): boolean {
    return [...this.#logs.values()].some((log) => log.isSending(id));
  }

  // ── What its logs tell ───────────────────────────────────────────────────────────────────────────────────────────────

  get transport(): Transport {
    if (!this.#transport || !this.#isOpen) throw new PartaError('hub-unreachable');
    return this.#transport;
  }
  pullFar(question: FarQuestion): Promise<Page> {
    return this.#options.askFar(question);
  }
  isStored(fileId: FileId): boolean {
    return this.#options.isStored(fileId);
  }
  filesMissing(fileIds: readonly FileId[]): Promise<boolean> {
    return this.#options.filesMissing(fileIds);
  }
  progressed(): void {
    this.#options.progressed();
  }
  sendingChanged(): void {
    this.#options.sendingChanged();
  }
  logMade(): void {
    this.listChanged();
  }
  notAMember(): void {
    // The list says whether we are out for good; asking costs little, deleting by mistake much.
    this.listChanged();
  }
  followed(following: Following): void {
    this.#options.followed(following.logId);
    const clockOffsetMs = following.now - this.ports.now();
    void this.database.knowClock(clockOffsetMs, CLOCK_STEP_MS).catch((thrown) => this.fail(codeOf(thrown)));
  }
  fail(code: ErrorCode): void {
    this.#end({ code, isEnd: false });
  }

  #end(end: LinkEnd) {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    this.#stopChecks();
    this.#pulse?.stop();
    this.#transport?.close();
    this.#resolveEnd({ ...end, isEnd: end.isEnd && ERRORS[end.code].retry === 'after-sign-in' });
    this.progressed();
  }

  /** Ends it and resolves when nothing of it is under way. */
  async stop(): Promise<void> {
    this.#end({ code: 'hub-unreachable', isEnd: false });
    await this.#listing;
    await Promise.all([...this.#logs.values()].map((log) => log.stop()));
  }
}
