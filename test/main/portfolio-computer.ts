// A teacher's computer without its window, for tests of portfolios: main's own parts and a real class store over them, at a real hub.
// Its network can be pulled. What the page does between the two is done here by hand.
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { ClassStore, MessagesView, OutboxRow } from '../../src/client/class-store.ts';
import { openClassStoreWith } from '../../src/client/open-class-store.ts';
import { BROWSER } from '../../src/client/ports.ts';
import { PartaError } from '../../src/core/errors.ts';
import type { ChannelId, FileId, LogId, Sha256 } from '../../src/core/ids.ts';
import type { FileRef } from '../../src/core/wire.ts';
import { openAuth, type Cipher } from '../../src/main/auth.ts';
import type { HubProcess } from '../../src/main/hub-process.ts';
import { openLibrary, type Library } from '../../src/main/library.ts';
import { SILENT } from '../../src/main/log.ts';
import { openPortfolios, type Portfolios } from '../../src/main/portfolios.ts';
import { openServers, type Servers } from '../../src/main/servers.ts';
import type { Pair, SignIn, StoredFile } from '../../src/main/settings.ts';
import { openTransfers, type Transfers } from '../../src/main/transfers.ts';
import type { PortfolioFile, PortfolioJob, PortfolioTrouble } from '../../src/preload/contract/portfolio.ts';
import { OwnFiles } from '../../src/renderer/desktop.tsx';
import { first } from '../support/local-client.ts';
import { MemoryDisk } from '../support/memory-disk.ts';
import { heardShell, scratchDir, until } from './scratch.ts';

const PLAIN: Cipher = {
  isEncryptionAvailable: () => true,
  encryptString: (text) => Buffer.from(text).reverse(),
  decryptString: (bytes) => Buffer.from(bytes).reverse().toString(),
};
/** What main/settings keeps, without its disk. */
function kept<F extends 'servers' | 'portfolios'>(values: object): StoredFile<F> {
  return {
    read: (key: string) => (values as Record<string, unknown>)[key],
    write: (changes: object) => void Object.assign(values, structuredClone(changes)),
  } as unknown as StoredFile<F>;
}
const NO_HUB = { port: () => null } as unknown as HubProcess;

export interface PackOptions {
  pairId?: string;
  passphrase?: string;
  onlyNew?: boolean;
  logIds?: LogId[];
}

export class Computer {
  readonly name: string;
  readonly dir = scratchDir();
  /** Where sticks are. */
  readonly stick: string;
  isCut = false;
  servers!: Servers;
  library!: Library;
  transfers!: Transfers;
  portfolios!: Portfolios;
  readonly files = new OwnFiles();
  #disk = new MemoryDisk();
  #store: ClassStore | null = null;

  constructor(name: string, stick: string) {
    this.name = name;
    this.stick = stick;
  }

  static async open(name: string, stick: string): Promise<Computer> {
    const computer = new Computer(name, stick);
    await computer.#open();
    onTestFinished(() => computer.close());
    return computer;
  }

  async #open() {
    const auth = openAuth(PLAIN, SILENT);
    const stored = kept<'servers'>({ signIns: [] as SignIn[], embedded: null });
    const servers = openServers({ stored, auth, hub: NO_HUB, deviceName: this.name, onChange: () => {} });
    const away = () => {
      if (this.isCut) throw new PartaError('hub-unreachable');
    };
    this.servers = {
      ...servers,
      session: async (serverId, rejected) => (away(), servers.session(serverId, rejected)),
      introduce: async (serverId, device) => (away(), servers.introduce(serverId, device)),
    };
    this.library = await openLibrary(this.dir, heardShell());
    this.transfers = await openTransfers({
      dir: this.dir,
      library: this.library,
      hubs: this.servers,
      onChange: (list) => this.files.update(list),
      log: SILENT,
      retryFirstMs: 20,
    });
    this.files.update(this.transfers.list());
    this.portfolios = await openPortfolios({
      dir: this.dir,
      stored: this.stored,
      auth,
      servers: this.servers,
      addressOf: (serverId) => servers.list().find((one) => one.serverId === serverId)?.url ?? '',
      library: this.library,
      transfers: this.transfers,
      deviceName: this.name,
      // Passwords are tried in portfolio-file.test.ts at their full price.
      scryptLogN: 4,
      chooseFolder: async () => this.stick,
      chooseFile: async () => this.chosen,
      showInFolder: () => {},
      onChange: () => {},
      log: SILENT,
    });
  }
  chosen: string | null = null;
  readonly stored = kept<'portfolios'>({ pairs: [] as Pair[], past: [] });

  get serverId(): string {
    return this.servers.list()[0]!.serverId;
  }
  get store(): ClassStore {
    return this.#store!;
  }

  /** As the page opens one for each server that is listed. */
  async openStore(): Promise<ClassStore> {
    const { hubId, personId, serverId } = this.servers.list()[0]!;
    this.#store ??= await openClassStoreWith(
      {
        ...BROWSER,
        disk: this.#disk.mount(),
        watchNetwork: () => () => {},
        fetch: (url, init) => (this.isCut ? Promise.reject(new Error('cut')) : fetch(url, init)),
        look: async () => 'hub-unreachable',
      },
      {
        name: `hub-${hubId}-${personId}`,
        credentials: { session: (rejected) => this.servers.session(serverId, rejected) },
        files: this.files,
        isWatchful: true,
      },
    );
    return this.#store;
  }

  /** Pulls the cable; what is connected already ends. */
  async cut(): Promise<void> {
    this.isCut = true;
    await this.#store?.close();
    this.#store = null;
    if (this.servers.list().length > 0) await this.openStore();
  }
  async join(): Promise<void> {
    this.isCut = false;
    this.transfers.wake();
    this.#store?.connectNow();
  }

  // ── what a page would see ────────────────────────────────────────────────────────────────────────────────────────────

  class = (logId: LogId) =>
    first<Parameters<Parameters<ClassStore['watchClass']>[1]>[0]>((l) => this.store.watchClass(logId, l));
  outbox = () => first<readonly OutboxRow[]>((l) => this.store.watchOutbox(l));
  me = () => first<Parameters<Parameters<ClassStore['watchMe']>[0]>[0]>((l) => this.store.watchMe(l));
  async chat(logId: LogId, channelId: ChannelId): Promise<string[]> {
    const view = await first<MessagesView>((l) =>
      this.store.watchMessages(logId, channelId, { around: 'newest', count: 1_000 }, l),
    );
    return view.messages.map((m) => m.text);
  }
  namedFiles = (logId: LogId) => first<readonly FileRef[]>((l) => this.store.watchFiles(logId, l));
  isCurrent = async (logId: LogId) => {
    const log = (await this.me())?.logs.find((one) => one.logId === logId);
    const view = await this.class(logId);
    return log?.isCurrent === true && view !== null;
  };
  say(logId: LogId, channelId: ChannelId, text: string, fileIds: FileId[] = []) {
    return this.store.send(logId, 'postMessage', { channelId, text, fileIds, replyTo: null });
  }

  // ── portfolios, with the page's part ─────────────────────────────────────────────────────────────────────────────────

  /** @returns where it lies. Throws what became of the job instead */
  async pack({ pairId, passphrase, onlyNew = true, logIds }: PackOptions = {}): Promise<string> {
    const job = await this.portfolios.begin({
      serverId: this.serverId,
      pairId: pairId ?? null,
      device: 'Ноутбук дома',
      passphrase: passphrase ?? null,
      title: 'Портфель',
    });
    if (!job || job.state !== 'gathering') throw new Trouble(job?.trouble ?? 'internal');
    const logs = logIds ?? (await this.me())!.logs.map((log) => log.logId);
    const packed = await this.store.pack(logs, ({ sha256 }) => !/^0+$/.test(sha256));
    const named = (await Promise.all(logs.map((logId) => this.namedFiles(logId)))).flat();
    const files: PortfolioFile[] = [
      ...named.map((file) => ({ file, isUpload: false })),
      ...packed.uploads.map((file) => ({ file, isUpload: true })),
    ];
    await this.portfolios.content(job.jobId, linesAsBytes(packed.lines));
    const { commands, leftBehind } = packed;
    const classes = logs.map((logId) => ({ logId, title: '7А' }));
    await this.portfolios.pack(job.jobId, { classes, works: 0, commands, leftBehind }, files, onlyNew);
    const ended = await this.ended(job.jobId, 'done');
    return join(this.stick, ended.name);
  }

  /** Opens one and looks into it. Throws what is wrong with it. */
  async look(path: string, passphrase?: string): Promise<PortfolioJob> {
    this.chosen = path;
    let job = (await this.portfolios.choose())!;
    if (job.state === 'locked') job = await this.portfolios.look(job.jobId, passphrase ?? '');
    if (job.state !== 'looked') {
      this.portfolios.stop(job.jobId);
      throw new Trouble(job.trouble!);
    }
    return job;
  }

  /** Takes one in to its end. Throws what was wrong with it. */
  async takeIn(path: string, passphrase?: string) {
    const { jobId } = await this.look(path, passphrase);
    await this.portfolios.take(jobId);
    await this.ended(jobId, 'ready');
    const store = await this.openStore();
    const from = this.portfolios.contentPath(jobId)!;
    let trouble: PortfolioTrouble | null = null;
    const taken = await store
      .takeIn(() => linesOfFile(from))
      .catch((error: PartaError) => {
        trouble = error.code === 'wrong-key' ? 'gap' : 'damaged';
        return null;
      });
    await this.portfolios.taken(jobId, taken, trouble);
    await this.ended(jobId, 'done');
    return taken!;
  }

  async ended(jobId: string, state: PortfolioJob['state']): Promise<PortfolioJob> {
    const now = () => this.portfolios.read().jobs.find((job) => job.jobId === jobId)!;
    await until(() => ['done', 'failed', 'stopped', state].includes(now().state));
    const job = now();
    if (job.state !== state) throw new Trouble(job.trouble ?? 'internal', job.state);
    return job;
  }

  has = (sha256: string) => this.library.has(sha256 as Sha256);
  /** What lies on the disk of what is half done. */
  leftovers = () => [
    ...readdirSync(join(this.dir, 'portfolio', 'under-way')),
    ...readdirSync(this.stick).filter((name) => name.endsWith('.part')),
  ];

  async close(): Promise<void> {
    await this.#store?.close();
    this.#store = null;
    await this.portfolios.close();
    await this.transfers.close();
  }
}

export class Trouble extends Error {
  readonly trouble: PortfolioTrouble;
  constructor(trouble: PortfolioTrouble, state = '') {
    super(`${trouble} ${state}`.trim());
    this.trouble = trouble;
  }
}

export async function* linesAsBytes(lines: AsyncIterable<unknown>): AsyncGenerator<Uint8Array> {
  for await (const line of lines) yield Buffer.from(`${JSON.stringify(line)}\n`);
}
export async function* linesOfFile(path: string): AsyncGenerator<unknown> {
  for (const line of readFileSync(path, 'utf8').split('\n')) if (line !== '') yield JSON.parse(line);
}
