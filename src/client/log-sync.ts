/**
 * One log over one connection. Promises: pages are applied one after the other, each where it joins on, and a gap is pulled
 * until the head is reached (S5); commands leave in the outbox's order, one batch in flight (S9); an acknowledgement only
 * says that asking again is needless, the row leaves the outbox when its page comes (S7); a refusal is kept with its reason
 * (S10); a trouble of the hub's is tried again later and later (S11). It never throws: what it cannot bear ends the
 * connection through its owner. Hides: queueing, prefetch, which answers concern one command and which the whole batch.
 */
import { codeOf, ERRORS, PartaError, type ErrorCode } from '../core/errors.ts';
import type { CommandId, FileId, LogId } from '../core/ids.ts';
import type { CommandResult, Following, LogKey, Page } from '../core/wire.ts';
import type { Stop } from './class-store.ts';
import type { Database, StoredCommand } from './database.ts';
import type { FarQuestion } from './far-behind.ts';
import { fileIdsOf, heldBack, heldByFiles, nextBatch } from './outbox.ts';
import type { Pace } from './pace.ts';
import { FAR_BEHIND_ROWS, retryDelayMs, type Ports } from './ports.ts';
import type { Transport } from './transport.ts';

/** Pushed pages that may wait for the disk; more are left out and pulled when their turn would have come. */
export const QUEUED_PAGES_MAX = 8;
/** How long an accepted command's page may stay away before it is asked for. */
export const PAGE_GRACE_MS = 2_000;
/** Follows in a row that found another log than the hub then spoke of. */
const KEY_CHANGES_MAX = 8;

/** The owner: one connection. */
export interface LogOwner {
  readonly transport: Transport;
  readonly database: Database;
  readonly ports: Ports;
  readonly pace: Pace;
  readonly isOpen: boolean;
  /** {@link Transport.pull} for long ways, if there is one: a page with thousands of entries. */
  pullFar?(question: FarQuestion): Promise<Page>;
  isStored(fileId: FileId): boolean;
  /** {@link FilesOnTheWay.missing} */
  filesMissing(fileIds: readonly FileId[]): Promise<boolean>;
  /** Whether this log is current may have changed. */
  progressed(): void;
  /** What is sending has changed. */
  sendingChanged(): void;
  followed(following: Following): void;
  /** The hub does not know us as a member of this log (S17). */
  notAMember(logId: LogId): void;
  /** A class was made: the list of logs has changed. */
  logMade(): void;
  /** The connection is of no more use. */
  fail(code: ErrorCode): void;
}

export class LogSync {
  readonly logId: LogId;
  readonly #owner: LogOwner;
  /** null while the hub does not know this log: its making is still in the outbox. */
  logKey: LogKey | null = null;
  #cursor = 0;
  #target = 0;
  #isFollowed = false;
  #mayBeNew: boolean;
  #work: Promise<void> = Promise.resolve();
  #queuedPages = 0;
  #keyChanges = 0;
  #mayPullFar = true;

  #isSubmitting = false;
  #shouldSubmitAgain = false;
  #submitting: Promise<void> = Promise.resolve();
  #inFlight = new Set<CommandId>();
  /** Accepted on this connection, by seq; their pages are on the way. */
  readonly #accepted = new Map<CommandId, number>();
  /** The hub was in trouble with these: not before their timer, whatever this device's clock does meanwhile. */
  readonly #postponed = new Set<CommandId>();
  #troubles = 0;
  #batchMax: number | undefined;
  readonly #timers = new Set<Stop>();
  #isDropped = false;

  /** @param isNew the hub has not told of this log: what waits for it begins with its making */
  constructor(owner: LogOwner, logId: LogId, isNew: boolean) {
    this.#owner = owner;
    this.logId = logId;
    this.#mayBeNew = isNew;
  }

  /** Whether everything the hub is known to have is here. */
  get isCurrent(): boolean {
    return this.#mayBeNew || (this.#isFollowed && this.#cursor >= this.#target);
  }
  isSending(id: CommandId): boolean {
    return this.#inFlight.has(id) || this.#accepted.has(id);
  }

  // ── Reading ──────────────────────────────────────────────────────────────────────────────────────────────────────────

  /** Tells the hub where we stand, takes over which log it is (S14), and reads up to its head. */
  follow(): void {
    this.#mayBeNew = false;
    this.#enqueue(() => this.#follow());
  }

  /** A page the hub pushed. */
  take(page: Page): void {
    if (page.logKey === this.logKey) this.#target = Math.max(this.#target, page.upTo);
    if (this.#queuedPages >= QUEUED_PAGES_MAX) return;
    this.#queuedPages += 1;
    this.#enqueue(async () => {
      this.#queuedPages -= 1;
      await this.#apply(page);
      await this.#catchUp();
    });
  }

  /** Asks whether anything was missed: a push may be lost without a trace. */
  check(): void {
    this.#enqueue(async () => {
      if (!this.#isFollowed || this.logKey === null) return;
      const page = await this.#pull(this.logKey, this.#cursor);
      this.#target = Math.max(this.#target, page.head);
      if (page.upTo > page.after) await this.#apply(page);
      await this.#catchUp();
    });
  }

  async #follow() {
    const { transport, database } = this.#owner;
    const known = await database.cursorOf(this.logId);
    const following = await transport.follow({
      logId: this.logId,
      logKey: known?.logKey ?? null,
      cursor: known?.cursor ?? 0,
    });
    if (following.logId !== this.logId) throw new PartaError('bad-request');
    // Asked before we were taken out, answered after: taking it over would bring the log back.
    if (this.#isDropped) return;
    const cursor = await database.followed(following);
    if (cursor.logKey !== this.logKey) this.#accepted.clear();
    this.logKey = cursor.logKey;
    this.#cursor = cursor.cursor;
    this.#target = cursor.head;
    this.#isFollowed = true;
    this.#owner.followed(following);
    this.submit();
    await this.#catchUp();
    if (this.#cursor < cursor.head) return;
    await database.release(this.logId, cursor.logKey);
    this.submit();
  }

  async #apply(page: Page) {
    const applied = await this.#owner.database.applyPage(page);
    if (applied.kind === 'other-key') {
      // A late page of the log that was here before says nothing; one of a log we do not know says that ours has changed.
      if (page.logKey !== this.logKey) await this.#followAgain();
      return;
    }
    this.#keyChanges = 0;
    this.#cursor = applied.cursor;
    for (const id of applied.confirmed) {
      this.#accepted.delete(id);
      this.#inFlight.delete(id);
    }
    if (applied.confirmed.length > 0) this.#owner.sendingChanged();
    if (applied.kind === 'gap') this.#target = Math.max(this.#target, page.upTo);
    await this.#removePassed();
    this.#owner.progressed();
  }

  async #followAgain() {
    this.#keyChanges += 1;
    if (this.#keyChanges > KEY_CHANGES_MAX) throw new PartaError('wrong-key');
    await this.#follow();
  }

  /** Pulls until the target; the next page is asked for while this one goes to disk. */
  async #catchUp() {
    let coming: Promise<Page> | null = null;
    while (this.#isAlive && this.#isFollowed && this.logKey !== null && this.#cursor < this.#target) {
      const page: Page = await (coming ?? this.#pull(this.logKey, this.#cursor));
      if (page.upTo <= page.after) {
        // Nothing where something must be: the hub knows of less than it said.
        if (page.head < this.#target) return this.#followAgain();
        throw new PartaError('bad-request');
      }
      this.#target = Math.max(this.#target, page.head);
      coming = page.upTo < this.#target ? this.#pull(this.logKey, page.upTo) : null;
      // Looked at in the next round, if there is one.
      coming?.catch(() => undefined);
      await this.#apply(page);
    }
  }

  async #pull(logKey: LogKey, after: number): Promise<Page> {
    const farBehindRows = this.#owner.ports.farBehindRows ?? FAR_BEHIND_ROWS;
    if (this.#mayPullFar && this.#target - after > farBehindRows && this.#owner.pullFar)
      try {
        return await this.#owner.pullFar({ logId: this.logId, logKey, after });
      } catch (thrown) {
        const code = codeOf(thrown);
        if (code === 'wrong-key' || code === 'not-a-member') throw thrown;
        // An older hub, a proxy that spoils long answers, a slow network: the socket goes everywhere, only slower.
        this.#mayPullFar = false;
      }
    const { transport, pace, ports } = this.#owner;
    const askedAt = ports.now();
    try {
      const page = await transport.pull({ logId: this.logId, logKey, after, limit: pace.entries });
      pace.took(ports.now() - askedAt, page.entries.length);
      return page;
    } catch (thrown) {
      if (codeOf(thrown) === 'hub-unreachable') pace.failed();
      throw thrown;
    }
  }

  #enqueue(task: () => Promise<void>) {
    this.#work = this.#work.then(async () => {
      if (!this.#isAlive) return;
      try {
        await task().catch((thrown) => (codeOf(thrown) === 'wrong-key' ? this.#followAgain() : Promise.reject(thrown)));
      } catch (thrown) {
        this.#bear(codeOf(thrown));
      }
      this.#owner.progressed();
    });
  }

  #bear(code: ErrorCode) {
    if (code === 'not-a-member') this.#owner.notAMember(this.logId);
    else this.#owner.fail(code);
  }

  // ── Writing ──────────────────────────────────────────────────────────────────────────────────────────────────────────

  /** Looks into the outbox and sends what may go; harmless to call at any time. */
  submit(): void {
    this.#shouldSubmitAgain = true;
    if (this.#isSubmitting) return;
    this.#isSubmitting = true;
    this.#submitting = this.#submitAll();
  }

  async #submitAll() {
    try {
      while (this.#shouldSubmitAgain && this.#isAlive && (this.#isFollowed || this.#mayBeNew)) {
        this.#shouldSubmitAgain = false;
        if (await this.#submitBatch()) this.#shouldSubmitAgain = true;
      }
    } catch (thrown) {
      this.#bear(codeOf(thrown));
    } finally {
      this.#isSubmitting = false;
      if (this.#inFlight.size > 0) this.#sending([]);
    }
  }

  /** @returns whether something was settled, so that more may follow */
  async #submitBatch(): Promise<boolean> {
    const { database, transport } = this.#owner;
    const rows = await database.outboxOf(this.logId);
    const chosen = nextBatch(rows, this.#held(rows), (id) => this.#accepted.has(id), this.#batchMax);
    if (chosen.length === 0) return false;
    const batch = await database.markTried(chosen);
    if (batch.length === 0 || !this.#isAlive) return false;
    this.#sending(batch.map((row) => row.id));
    let results: readonly CommandResult[];
    try {
      results = await transport.submit(
        this.logId,
        batch.map((row) => row.command),
      );
    } catch (thrown) {
      return this.#batchRefused(batch, codeOf(thrown));
    }
    return this.#settle(batch, results);
  }

  #held(rows: readonly StoredCommand[]): Set<CommandId> {
    const held = heldByFiles(rows, (fileId) => this.#owner.isStored(fileId));
    return heldBack(rows, (row) => held.has(row.id) || this.#postponed.has(row.id));
  }

  async #settle(batch: readonly StoredCommand[], results: readonly CommandResult[]): Promise<boolean> {
    const refusals: { id: CommandId; code: ErrorCode }[] = [];
    const troubled: CommandId[] = [];
    const answered = new Map(results.map((result) => [result.id, result]));
    for (const row of batch) {
      const result = answered.get(row.id);
      if (!result) throw new PartaError('bad-request');
      if (result.ok) {
        // Its page may have been faster than this answer.
        if (this.#inFlight.has(row.id)) this.#accepted.set(row.id, result.seq);
        if (row.command.kind === 'createClass') this.#owner.logMade();
      } else if (result.code === 'file-missing' && !(await this.#filesAreComing(row)))
        refusals.push({ id: row.id, code: result.code });
      else if (ERRORS[result.code].retry === 'later') troubled.push(row.id);
      else refusals.push({ id: row.id, code: result.code });
    }
    this.#sending([]);
    if (refusals.length > 0) await this.#owner.database.refused(refusals);
    if (troubled.length > 0) this.#postpone(troubled);
    else this.#troubles = 0;
    await this.#removePassed();
    if (this.#accepted.size > 0) this.#askForPagesLater();
    return true;
  }

  /** Whether what the hub lacks of a command's files is seen to; then it waits for them (S9), without end if need be, and is shown so. */
  async #filesAreComing(row: StoredCommand): Promise<boolean> {
    const own = fileIdsOf(row.command).filter((id) => !row.files.some((file) => file.fileId === id));
    try {
      return own.length > 0 && (await this.#owner.filesMissing(own));
    } catch {
      // The hub could not be asked: the next try will tell.
      return true;
    }
  }

  /** The hub refused to look at a batch at all. */
  async #batchRefused(batch: readonly StoredCommand[], code: ErrorCode): Promise<boolean> {
    const ids = batch.map((row) => row.id);
    this.#sending([]);
    if (code === 'not-a-member' && this.#mayBeNew) {
      await this.#owner.database.refused(ids.map((id) => ({ id, code })));
      return true;
    }
    if (code === 'too-large' || code === 'bad-request') {
      // One command spoils the others: send them singly, and keep the one that is refused alone (S10).
      if (batch.length === 1) await this.#owner.database.refused([{ id: ids[0]!, code }]);
      this.#batchMax = 1;
      return true;
    }
    if (code === 'busy' || code === 'too-many' || code === 'disk-full' || code === 'internal') {
      this.#postpone(ids);
      return true;
    }
    throw new PartaError(code);
  }

  #sending(ids: readonly CommandId[]) {
    this.#inFlight = new Set(ids);
    this.#owner.sendingChanged();
  }

  #postpone(ids: readonly CommandId[]) {
    this.#troubles += 1;
    const delayMs = retryDelayMs(this.#troubles, () => this.#owner.ports.random());
    for (const id of ids) this.#postponed.add(id);
    this.#later(delayMs, () => {
      for (const id of ids) this.#postponed.delete(id);
      this.submit();
    });
  }

  #askForPagesLater() {
    const last = Math.max(...this.#accepted.values());
    this.#later(PAGE_GRACE_MS, () => {
      if (this.#cursor >= last) return;
      this.#target = Math.max(this.#target, last);
      this.#enqueue(() => this.#catchUp());
    });
  }

  /** Accepted, and the log has been read past it: a row that this reader may not see. */
  async #removePassed() {
    const passed = new Map([...this.#accepted].filter(([, seq]) => seq <= this.#cursor));
    if (passed.size === 0 || this.logKey === null) return;
    await this.#owner.database.passed(this.logId, this.logKey, passed);
    for (const id of passed.keys()) this.#accepted.delete(id);
    this.#owner.sendingChanged();
  }

  #later(delayMs: number, callback: () => void) {
    const stop = this.#owner.ports.after(delayMs, () => {
      this.#timers.delete(stop);
      if (this.#isAlive) callback();
    });
    this.#timers.add(stop);
  }

  get #isAlive(): boolean {
    return this.#owner.isOpen && !this.#isDropped;
  }

  /** We are out of this log: what is under way comes to nothing. */
  drop(): void {
    this.#isDropped = true;
    for (const stop of this.#timers) stop();
  }

  /** Resolves when nothing of this log is under way any more; the owner has closed the wire before. */
  async stop(): Promise<void> {
    for (const stop of this.#timers) stop();
    await Promise.all([this.#work, this.#submitting]);
  }
}
