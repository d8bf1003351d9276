/**
 * The loop that keeps a store and a hub together: session → wire → list → follow → live, and after any failure again, with
 * full jitter between one second and one minute (S11). Promises: it never throws and never gives up by itself, except where
 * the hub ended this sign-in; what happens on the network reaches pages only as a {@link Connection}. Two tabs may run it at
 * once over one database (S18): S3, S5 and S6 make that safe, so nothing here elects anybody.
 */
import { codeOf, ERRORS, type ErrorCode } from '../core/errors.ts';
import type { CommandId, FileId } from '../core/ids.ts';
import type { Connection, Credentials, Stop } from './class-store.ts';
import type { Database } from './database.ts';
import { askMe } from './hub-api.ts';
import { HubLink, type LinkEnd } from './hub-link.ts';
import { retryDelayMs, type Ports } from './ports.ts';

export interface SyncOptions {
  database: Database;
  ports: Ports;
  credentials: Credentials;
  isStored(fileId: FileId): boolean;
  onEnded(code: ErrorCode): void;
  onConnection(connection: Connection): void;
  /** What {@link Sync.isSending} answers has changed. */
  onSending(): void;
}

export class Sync {
  readonly #options: SyncOptions;
  #connection: Connection = { state: 'offline', code: null, retryAt: null };
  #link: HubLink | null = null;
  #isStopped = false;
  #wake: () => void = () => {};
  readonly #stopHints: Stop;
  readonly #running: Promise<void>;
  /** A ticket that the hub would not take, for whoever keeps tickets. */
  #rejected: string | undefined;

  constructor(options: SyncOptions) {
    this.#options = options;
    this.#stopHints = options.ports.watchNetwork((hint) =>
      hint === 'online' ? this.connectNow() : this.#link?.check(),
    );
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
    if (this.#link?.isOpen) this.#link.check();
    else this.#wake();
  }

  /** Resolves when nothing is under way any more. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#stopHints();
    this.#wake();
    await this.#link?.stop();
    await this.#running;
  }

  async #run() {
    let failures = 0;
    while (!this.#isStopped) {
      const { code, isEnd, wasOnline } = await this.#connectOnce();
      if (this.#isStopped) return;
      if (isEnd) {
        this.#say({ state: 'signed-out', code, retryAt: null });
        this.#options.onEnded(code);
        await this.#pause(null);
        failures = 0;
        continue;
      }
      failures = wasOnline ? 1 : failures + 1;
      const delayMs = retryDelayMs(failures, () => this.#options.ports.random());
      this.#say({ state: 'offline', code, retryAt: this.#options.ports.now() + delayMs });
      if (await this.#pause(delayMs)) failures = 0;
    }
  }

  /** One connection from its first call to its end. */
  async #connectOnce(): Promise<LinkEnd & { wasOnline: boolean }> {
    const { database, ports, credentials, isStored, onSending } = this.#options;
    let wasOnline = false;
    let ticket: string;
    let url: string;
    try {
      ({ ticket, url } = await credentials.session(this.#rejected));
    } catch (thrown) {
      const code = codeOf(thrown);
      return { code, isEnd: ERRORS[code].retry === 'after-sign-in', wasOnline };
    }
    const link = new HubLink({
      database,
      ports,
      isStored,
      // A connection outlives its ticket.
      askMe: async () => askMe(ports.fetch, await credentials.session()),
      progressed: () => {
        if (this.#link !== link) return;
        if (link.isOpen && link.isCurrent) wasOnline = true;
        if (link.isOpen) this.#say({ state: link.isCurrent ? 'online' : 'updating', code: null, retryAt: null });
      },
      sendingChanged: onSending,
    });
    if (this.#isStopped) return { code: 'hub-unreachable', isEnd: false, wasOnline };
    this.#link = link;
    try {
      const transport = await ports.connect(
        { url, ticket },
        {
          page: (page) => link.page(page),
          logs: () => link.listChanged(),
          ended: (code) => link.signedOut(code),
          closed: (code) => link.closed(code),
        },
      );
      this.#rejected = undefined;
      this.#say({ state: 'updating', code: null, retryAt: null });
      link.start(transport);
    } catch (thrown) {
      link.fail(codeOf(thrown));
    }
    const end = await link.ended;
    // Only a session that is refused, or the hub's own word, ends a sign-in; a ticket may merely be older than the hub.
    if (end.code === 'signed-out') this.#rejected = ticket;
    await link.stop();
    this.#link = null;
    onSending();
    return { ...end, wasOnline };
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
