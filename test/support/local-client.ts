/**
 * A program with a class store in it, in this process: it can be started, killed and started again on the same disk, and all it
 * knows of the world (clock, chance, network, disk) is the test's.
 */
import type {
  ClassStore,
  ClassView,
  FilesOnTheWay,
  MessagesView,
  MessagesWindow,
  OutboxRow,
  Stop,
} from '../../src/client/class-store.ts';
import { openClassStoreWith } from '../../src/client/open-class-store.ts';
import { deleteDatabase, theWayBack } from '../../src/client/database.ts';
import { rulesAreHere } from '../../src/client/overlay.ts';
import type { Ports } from '../../src/client/ports.ts';
import { theLongWay } from '../../src/client/sync.ts';
import type { ChannelId, FileId, HubId, LogId, PersonId, Sha256 } from '../../src/core/ids.ts';
import type { FileRef } from '../../src/core/wire.ts';
import { CALL_TIMEOUT_MS } from '../../src/client/hub-api.ts';
import type { FaultyNetwork } from './faulty-transport.ts';
import { MemoryDisk, type Mount } from './memory-disk.ts';
import type { VirtualTime } from './virtual-time.ts';

// Virtual time waits for no disk: what comes later in a page is here before the first program starts.
await rulesAreHere();
await theWayBack();
await theLongWay();

/** Files of this person's own on their way to the hub; the test says when they arrive. */
export class OwnFiles implements FilesOnTheWay {
  readonly #stored = new Set<FileId>();
  readonly #known = new Map<FileId, FileRef>();
  readonly #listeners = new Set<() => void>();

  add(fileId: FileId, name: string): FileRef {
    const sha256 = fileId.repeat(2) as string as Sha256;
    const file = { fileId, name, sizeBytes: 1, sha256, mediaType: 'text/plain' };
    this.#known.set(fileId, file);
    return file;
  }
  arrived(fileId: FileId) {
    this.#stored.add(fileId);
    for (const listener of this.#listeners) listener();
  }
  isStored(fileId: FileId) {
    return this.#stored.has(fileId);
  }
  describe(fileId: FileId) {
    return this.#known.get(fileId) ?? null;
  }
  /** Whether a file that the hub lacks is asked for again; else nobody has it. */
  isAskedFor = false;

  missing(fileIds: readonly FileId[]) {
    if (this.isAskedFor) for (const fileId of fileIds) this.#stored.delete(fileId);
    return Promise.resolve(fileIds.some((fileId) => !this.#stored.has(fileId)));
  }
  watch(listener: () => void): Stop {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}

export interface LocalClientOptions {
  name: string;
  personId: PersonId;
  time: VirtualTime;
  random: () => number;
  network: FaultyNetwork;
  /** Another device's disk is another disk; another tab shares one. */
  disk?: MemoryDisk;
  ports?: Partial<Ports>;
  /** Files on their way, where another tab knows them too. */
  files?: OwnFiles;
  /** Starts beside what runs on `disk` already: another tab. */
  isTab?: boolean;
}

export class LocalClient {
  readonly name: string;
  readonly personId: PersonId;
  readonly disk: MemoryDisk;
  readonly files: OwnFiles;
  readonly #options: LocalClientOptions;
  #store: ClassStore | null = null;
  #life = 0;
  #mount: Mount | null = null;
  /** How wrong this device's clock is. */
  clockErrorMs = 0;
  /** Which version of the words this program speaks, see faulty-transport.ts. */
  protocol: 1 | 2 = 2;
  /** Started and not killed since; its store may not be open yet. */
  isStarted = false;

  constructor(options: LocalClientOptions) {
    this.#options = options;
    this.name = options.name;
    this.personId = options.personId;
    this.files = options.files ?? new OwnFiles();
    this.disk = options.disk ?? new MemoryDisk(options.time);
  }

  /** What its database on {@link disk} is called. */
  get databaseName(): string {
    return `test-${this.personId}-${this.disk.number}`;
  }
  get isUp(): boolean {
    return this.#store !== null;
  }
  get store(): ClassStore {
    if (!this.#store) throw new Error(`${this.name} is not running`);
    return this.#store;
  }

  /** @param isTab beside what runs on this disk already */
  async start({
    isTab = this.#options.isTab ?? false,
    ports = {},
  }: { isTab?: boolean; ports?: Partial<Ports> } = {}): Promise<ClassStore> {
    const { time, random, network, personId } = this.#options;
    this.#life += 1;
    this.isStarted = true;
    const life = this.#life;
    const isAlive = () => life === this.#life;
    const mount = isTab ? this.disk.mountBeside() : this.disk.mount();
    this.#mount = mount;
    const world: Ports = {
      now: () => time.now + this.clockErrorMs,
      after: (delayMs, callback) => time.after(delayMs, () => isAlive() && callback()),
      random,
      randomBytes: (count) => Uint8Array.from({ length: count }, () => Math.floor(random() * 256)),
      connect: network.connectFor(personId, isAlive, () => this.protocol),
      fetch: network.fetchFor(personId, isAlive, () => this.protocol),
      disk: mount,
      watchNetwork: () => () => {},
      ...this.#options.ports,
      ...ports,
    };
    const now = () => time.now;
    const store = await openClassStoreWith(world, {
      name: this.databaseName,
      credentials: {
        session: async () => ({
          url: 'http://hub.test',
          ticket: 'ticket',
          expiresAt: now() + CALL_TIMEOUT_MS,
          personId,
          hubId: personId as string as HubId,
          now: now(),
        }),
      },
      files: this.files,
    });
    if (!isAlive()) throw new Error(`${this.name} was killed while it started`);
    this.#store = store;
    return store;
  }

  /** SIGKILL. */
  kill(): void {
    this.#life += 1;
    this.#mount?.crash();
    // What a dead program would not do and this one still could: listen. Disk and network are out of its reach already.
    void this.#store?.close().catch(() => undefined);
    this.#store = null;
    this.isStarted = false;
  }

  /** Deletes what lies on its disk; it must not run. */
  erase(): Promise<void> {
    return deleteDatabase(this.databaseName, this.disk.mount());
  }

  async stop(): Promise<void> {
    await this.store.close();
    this.#store = null;
    this.isStarted = false;
  }

  class(logId: LogId): Promise<ClassView | null> {
    return first((listener) => this.store.watchClass(logId, listener));
  }
  messages(logId: LogId, channelId: ChannelId, window: Partial<MessagesWindow> = {}): Promise<MessagesView> {
    const whole: MessagesWindow = { around: 'newest', count: 10_000 };
    return first((listener) => this.store.watchMessages(logId, channelId, { ...whole, ...window }, listener));
  }
  outbox(): Promise<readonly OutboxRow[]> {
    return first((listener) => this.store.watchOutbox(listener));
  }
}

/** What a watch answers first. */
export function first<T>(watch: (listener: (value: T) => void) => Stop): Promise<T> {
  return new Promise((resolve) => {
    const stop = watch((value) => {
      resolve(value);
      queueMicrotask(() => stop());
    });
  });
}
