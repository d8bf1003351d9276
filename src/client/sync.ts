/**
 * The loop that keeps a store and a hub together: session → wire → list → follow → live, and after any failure again, with
 * full jitter between one second and one minute (S11). Promises: it never throws and never gives up by itself, except where
 * the hub ended this sign-in; what happens on the network reaches pages only as a {@link Connection}. Two tabs may run it at
 * once over one database (S18): S3, S5 and S6 make that safe, so nothing here elects anybody.
 *
 * What is shown must be what anybody sees who looks at the hub from outside. So after a failure it looks (lookout.ts): a page
 * that stands between is told from a hub that is away, and where HTTP comes through and the live wire does not, the wire is
 * laid over HTTP for a while. A watchful store goes on looking while it is offline and connects as soon as the hub answers
 * again; that is for the few teachers of a hub. Hundreds of pupils look seldom, each at another moment, and only while somebody
 * sees the page: a hub that comes back gets them spread over seconds.
 */
import { codeOf, ERRORS, type ErrorCode } from '../core/errors.ts';
import type { CommandId, FileId } from '../core/ids.ts';
import type { Connection, Credentials, Stop } from './class-store.ts';
import type { Database } from './database.ts';
import type { askFar } from './far-behind.ts';
import { askMe } from './hub-api.ts';
import { HubLink, type LinkEnd } from './hub-link.ts';
import type { Live } from './live.ts';
import { LOOK_EVERY_MS, pauseAfterLookMs, SELDOM_LOOK_EVERY_MS, type Sight } from './lookout.ts';
import { Pace } from './pace.ts';
import { retryDelayMs, type NetworkHint, type Ports } from './ports.ts';

/** Without a pause it is tried again only so often. */
export const AT_ONCE_EVERY_MS = 10_000;
/** A live wire that is cut before this, while HTTP comes through, is not trusted: at once if it never opened, else the second time. */
export const STEADY_WIRE_MS = 30_000;
/** For how long HTTP takes its place before the live wire is tried again. */
export const DISTRUST_MS = 10 * 60_000;

let longWayHere: typeof askFar | null = null;
/** Only who is far behind needs it. */
export async function theLongWay(): Promise<typeof askFar> {
  longWayHere ??= (await import('./far-behind.ts')).askFar;
  return longWayHere;
}

export interface SyncOptions {
  database: Database;
  ports: Ports;
  credentials: Credentials;
  isStored(fileId: FileId): boolean;
  /** {@link FilesOnTheWay.missing} */
  filesMissing(fileIds: readonly FileId[]): Promise<boolean>;
  isWatchful: boolean;
  onEnded(code: ErrorCode): void;
  onConnection(connection: Connection): void;
  live: Live;
  /** What {@link Sync.isSending} answers has changed. */
  onSending(): void;
}

/** How a connection went: its end, whether it ever was current, which wire was tried and how long it lived (0: never opened). */
interface Attempt extends LinkEnd {
  wasOnline: boolean;
  wire: 'socket' | 'http' | null;
  wireLivedMs: number;
}

export class Sync {
  readonly #options: SyncOptions;
  #connection: Connection = { state: 'offline', code: null, retryAt: null };
  #link: HubLink | null = null;
  #isStopped = false;
  #wake: () => void = () => {};
  readonly #stopHints: Stop;
  readonly #stopShown: Stop;
  #isShown = true;
  readonly #running: Promise<void>;
  /** A ticket that the hub would not take, for whoever keeps tickets. */
  #rejected: string | undefined;
  /** Where the hub was last, as far as anybody told. */
  #url: string | null = null;
  /** What was seen when somebody last looked; null while connected. */
  #sight: Sight | null = null;
  #stopLooking: Stop = () => {};
  /** Gives up the try under way. */
  #abandon: () => void = () => {};
  readonly #pace = new Pace();
  #atOnceAt = -Infinity;
  #earlyCuts = 0;
  #distrustedUntil = -Infinity;

  constructor(options: SyncOptions) {
    this.#options = options;
    this.#stopHints = options.ports.watchNetwork((hint) => this.#hinted(hint));
    this.#stopShown = options.ports.watchShown?.((isShown) => this.#shown(isShown)) ?? (() => {});
    this.#running = this.#run();
  }

  get connection(): Connection {
    return this.#connection;
  }
  isSending(id: CommandId): boolean {
    return this.#link?.isSending(id) ?? false;
  }

  /** Something was put into an outbox, or a file has arrived. */
  submit(): void {
    void this.#link?.submitAll();
  }

  connectNow(): void {
    if (this.#link?.isOpen) this.#link.suspect();
    else this.#wake();
  }

  #hinted(hint: NetworkHint) {
    if (hint !== 'offline') this.connectNow();
    else this.#link?.suspect();
  }

  #shown(isShown: boolean) {
    const isSeenAgain = isShown && !this.#isShown;
    this.#isShown = isShown;
    // An open connection looks after itself.
    if (isSeenAgain && !this.#link?.isOpen) this.#wake();
  }

  /** Resolves when nothing is under way any more. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#stopHints();
    this.#stopShown();
    this.#stopLooking();
    this.#abandon();
    this.#wake();
    await this.#link?.stop();
    await this.#running;
  }

  async #run() {
    let failures = 0;
    while (!this.#isStopped) {
      this.#lookLater();
      const attempt = await this.#connectOnce();
      const { code, isEnd, wasOnline } = attempt;
      if (this.#isStopped) return;
      if (isEnd) {
        this.#stopLooking();
        this.#say({ state: 'signed-out', code, retryAt: null });
        this.#options.onEnded(code);
        await this.#pause(null);
        failures = 0;
        continue;
      }
      this.#say({ state: 'offline', code, retryAt: null });
      const sight = code === 'hub-unreachable' || code === 'not-a-hub' ? await this.#look() : null;
      if (this.#isStopped) return;
      if (sight !== null) this.#sight = sight;
      if (sight === 'hub' && this.#mayTryAtOnce(attempt)) {
        failures = 0;
        continue;
      }
      failures = wasOnline ? 1 : failures + 1;
      const delayMs = retryDelayMs(failures, () => this.#options.ports.random());
      const shown = sight === null || sight === 'hub' ? code : sight;
      this.#say({ state: 'offline', code: shown, retryAt: this.#options.ports.now() + delayMs });
      this.#lookLater();
      if (await this.#pause(delayMs)) failures = 0;
    }
  }

  /** The hub is there and our connection is not: whether there is reason not to wait, now and then. */
  #mayTryAtOnce(attempt: Attempt): boolean {
    const now = this.#options.ports.now();
    const isOtherWire = this.#chooseWire(attempt);
    if (now - this.#atOnceAt < AT_ONCE_EVERY_MS && !isOtherWire) return false;
    if (!isOtherWire && !(attempt.wasOnline && this.#options.isWatchful)) return false;
    this.#atOnceAt = now;
    return true;
  }

  /** Learns from a wire that ended while HTTP comes through. @returns whether HTTP is to take its place from now on */
  #chooseWire({ wire, wireLivedMs }: Attempt): boolean {
    const now = this.#options.ports.now();
    if (wire === null) return false;
    if (wire === 'http') {
      // A hub of an earlier version does not know that way.
      if (wireLivedMs === 0) this.#distrustedUntil = -Infinity;
      return false;
    }
    this.#earlyCuts = wireLivedMs >= STEADY_WIRE_MS ? 0 : this.#earlyCuts + (wireLivedMs === 0 ? 2 : 1);
    if (this.#earlyCuts < 2 || now < this.#distrustedUntil) return false;
    this.#earlyCuts = 0;
    this.#distrustedUntil = now + DISTRUST_MS;
    return true;
  }

  /** One connection from its first call to its end. */
  async #connectOnce(): Promise<Attempt> {
    const { database, ports, credentials, isStored, filesMissing, isWatchful, onSending, live } = this.#options;
    const gaveUp: LinkEnd = { code: 'hub-unreachable', isEnd: false };
    const abandoned = new Promise<null>((resolve) => (this.#abandon = () => resolve(null)));
    let wasOnline = false;
    let openedAt: number | null = null;
    let wire: Attempt['wire'] = null;
    const how = (end: LinkEnd): Attempt => {
      const wireLivedMs = openedAt === null ? 0 : Math.max(1, ports.now() - openedAt);
      return { ...end, wasOnline, wire, wireLivedMs };
    };
    let ticket: string;
    let url: string;
    try {
      const session = await Promise.race([credentials.session(this.#rejected), abandoned]);
      if (!session) return how(gaveUp);
      ({ ticket, url } = session);
    } catch (thrown) {
      const code = codeOf(thrown);
      return how({ code, isEnd: ERRORS[code].retry === 'after-sign-in' });
    }
    this.#url = url;
    const chosen = (wire = ports.now() < this.#distrustedUntil ? 'http' : 'socket');
    const link = new HubLink({
      database,
      ports,
      pace: this.#pace,
      isStored,
      filesMissing,
      look: ports.look ? (timeoutMs) => ports.look!(url, timeoutMs) : null,
      isWatchful,
      wire: chosen,
      // A connection outlives its ticket.
      askMe: async () => askMe(ports.fetch, await credentials.session()),
      askFar: async (question) => {
        const askFar = await theLongWay();
        return askFar(ports.fetch, await credentials.session(), question);
      },
      progressed: () => {
        if (this.#link !== link || !link.isOpen || openedAt === null) return;
        if (link.isSilent) return this.#say({ state: 'offline', code: 'hub-unreachable', retryAt: null });
        if (link.isCurrent) wasOnline = true;
        this.#say({ state: link.isCurrent ? 'online' : 'updating', code: null, retryAt: null });
      },
      sendingChanged: onSending,
      followed: (logId) => live.followed(logId),
    });
    if (this.#isStopped) return how(gaveUp);
    this.#link = link;
    this.#abandon = () => openedAt === null && link.fail('hub-unreachable');
    void ports
      .connect(
        { url, ticket, wire: chosen },
        {
          page: (page) => link.page(page),
          live: (news) => live.heard(news),
          wall: (raw) => live.heardWall(raw),
          beat: () => link.beat(),
          logs: () => link.listChanged(),
          ended: (code) => link.signedOut(code),
          closed: (code) => link.closed(code),
        },
      )
      .then(
        (transport) => {
          openedAt = ports.now();
          if (link.isOpen) {
            this.#rejected = undefined;
            live.connected(transport);
            this.#stopLooking();
            this.#sight = null;
            this.#say({ state: 'updating', code: null, retryAt: null });
          }
          link.start(transport);
        },
        (thrown) => link.fail(codeOf(thrown)),
      );
    const end = await link.ended;
    live.disconnected();
    this.#abandon = () => {};
    // Only a session that is refused, or the hub's own word, ends a sign-in; a ticket may merely be older than the hub.
    if (end.code === 'signed-out') this.#rejected = ticket;
    await link.stop();
    this.#link = null;
    onSending();
    return how(end);
  }

  // ── Looking from outside, while there is no connection ───────────────────────────────────────────────────────────────

  /** What anybody sees at the hub's address; null where nobody can look. */
  async #look(): Promise<Sight | null> {
    const { ports, credentials } = this.#options;
    const url = credentials.url?.() ?? this.#url;
    return ports.look && url !== null ? ports.look(url) : null;
  }

  #lookLater(atLeastMs = LOOK_EVERY_MS) {
    this.#stopLooking();
    const { ports, isWatchful } = this.#options;
    if (!ports.look || this.#isStopped) return;
    let isOver = false;
    const delayMs = isWatchful ? atLeastMs : atLeastMs + SELDOM_LOOK_EVERY_MS * (0.5 + ports.random());
    const stop = ports.after(delayMs, async () => {
      if (!isWatchful && !this.#isShown) return this.#lookLater();
      const before = ports.now();
      const sight = await this.#look();
      if (isOver) return;
      if (sight !== null) this.#seen(sight);
      if (!isOver)
        this.#lookLater(sight === 'hub-unreachable' ? LOOK_EVERY_MS : pauseAfterLookMs(ports.now() - before));
    });
    this.#stopLooking = () => {
      isOver = true;
      stop();
    };
  }

  #seen(sight: Sight) {
    const before = this.#sight;
    this.#sight = sight;
    if (sight !== 'hub') {
      this.#say({ state: 'offline', code: sight, retryAt: this.#connection.retryAt });
    } else if (before !== null && before !== 'hub') {
      // It was away and is there again. What was begun while it was away may hang for long.
      this.#abandon();
      this.#wake();
    }
  }

  #say(connection: Connection) {
    const { state, code, retryAt } = this.#connection;
    if (state === connection.state && code === connection.code && retryAt === connection.retryAt) return;
    this.#connection = connection;
    this.#options.onConnection(connection);
  }

  /** @returns whether somebody woke it before its time */
  async #pause(delayMs: number | null): Promise<boolean> {
    return new Promise((resolve) => {
      const cancel = delayMs === null ? () => {} : this.#options.ports.after(delayMs, () => done(false));
      const done = (isWoken: boolean) => {
        cancel();
        this.#wake = () => {};
        resolve(isWoken);
      };
      this.#wake = () => done(true);
      if (this.#isStopped) done(true);
    });
  }
}
