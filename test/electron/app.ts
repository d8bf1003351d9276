// Promises: the app's life in Electron's order: ready, activate nothing, before-quit, windows (each may refuse), will-quit,
// quit; one instance per user data folder; paths and languages. Hides: the lock, and how everything is brought down.
import { mkdirSync, readFileSync, readlinkSync, rmSync, symlinkSync } from 'node:fs';
import { createHash } from 'node:crypto';
import { connect, createServer, type Server } from 'node:net';
import { homedir, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { App } from 'electron';
import { Guarded, guarded, notProvided, vetoable } from './provided.ts';
import { running } from './running.ts';

const HAND_OVER_TIMEOUT_MS = 2_000;
const HAND_OVER_RETRY_MS = 20;
const REGIONAL = new Set(['en-US', 'en-GB', 'es-419', 'pt-BR', 'pt-PT', 'zh-CN', 'zh-TW']);

type Provided = Pick<
  App,
  | (
      | 'getPath'
      | 'setPath'
      | 'getVersion'
      | 'getName'
      | 'setName'
      | 'isPackaged'
      | 'whenReady'
      | 'isReady'
      | 'quit'
      | 'exit'
      | 'getAppPath'
    )
  | (
      | 'requestSingleInstanceLock'
      | 'releaseSingleInstanceLock'
      | 'hasSingleInstanceLock'
      | 'getLocale'
      | 'getSystemLocale'
    )
  | (
      | 'getPreferredSystemLanguages'
      | 'enableSandbox'
      | 'setAppUserModelId'
      | 'focus'
      | 'setBadgeCount'
      | 'getBadgeCount'
    )
>;

/** `pid-starttime`: the second part tells a process from a later one with the same number. */
function processMark(pid: number): string | undefined {
  try {
    // The 22nd field, counted after the name in brackets, which may itself hold spaces.
    return `${pid}-${readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)?.split(' ')[19]}`;
  } catch {
    return undefined;
  }
}

/** `ru_RU.UTF-8` → `ru-RU`. */
function languageTag(environment: string | undefined): string | undefined {
  const name = environment?.split(/[.@:]/)[0]?.replace('_', '-');
  return name && !['C', 'POSIX'].includes(name) ? name : undefined;
}

class StandInApp extends Guarded implements Provided {
  readonly isPackaged = false;
  readonly #paths = new Map<string, string>();
  readonly #ready = Promise.withResolvers<void>();
  #name: string | undefined;
  #isReady = false;
  #isQuitting = false;
  #exitCode: number | undefined;
  #lock: { path: string; server: Server } | undefined;
  #handOver: Promise<void> = Promise.resolve();
  /** Closes the windows; set by the host, since windows know the app and not the other way round. */
  closeWindows: () => number = () => 0;
  bringDown: () => Promise<void> = () => Promise.resolve();

  readonly commandLine = guarded('commandLine', {
    appendSwitch: (name: string, value = '') => {
      if (this.#isReady) notProvided('commandLine.appendSwitch after ready (without effect in Electron)');
      const plain = name.replace(/^--/, '');
      running.switches.set(plain, value);
    },
    hasSwitch: (name: string) => running.switches.has(name),
    getSwitchValue: (name: string) => running.switches.get(name) ?? '',
  });

  constructor() {
    super('app');
  }

  getName(): string {
    return this.#name ?? running.manifest.productName ?? running.manifest.name ?? 'Electron';
  }

  setName(name: string): void {
    this.#name = name;
  }

  getVersion(): string {
    return running.manifest.version ?? '0.0.0';
  }

  getAppPath(): string {
    return running.appDir;
  }

  getPath(name: Parameters<App['getPath']>[0]): string {
    const set = this.#paths.get(name);
    if (set !== undefined) return set;
    const home = homedir();
    switch (name) {
      case 'home':
        return home;
      case 'appData':
        return process.env.XDG_CONFIG_HOME ?? join(home, '.config');
      case 'userData': {
        const given = running.switches.get('user-data-dir');
        return given ? resolve(given) : join(this.getPath('appData'), this.getName());
      }
      case 'sessionData':
        return this.getPath('userData');
      case 'logs':
        return join(this.getPath('userData'), 'logs');
      case 'temp':
        return tmpdir();
      case 'exe':
        return process.argv0;
      case 'desktop':
      case 'documents':
      case 'downloads':
      case 'music':
      case 'pictures':
      case 'videos':
        return join(home, name.charAt(0).toUpperCase() + name.slice(1));
      default:
        return notProvided(`app.getPath('${name}')`);
    }
  }

  setPath(name: string, path: string): void {
    if (!path.startsWith('/')) throw new Error('Path must be absolute');
    if (name === 'userData' && running.chromium) notProvided("app.setPath('userData') after ready");
    mkdirSync(path, { recursive: true });
    this.#paths.set(name, path);
  }

  /** `--lang`, else the environment; without the region where Chromium has no words of its own for it. */
  getLocale(): string {
    const tag = running.switches.get('lang') ?? this.getSystemLocale();
    return REGIONAL.has(tag) ? tag : (tag.split('-')[0] ?? tag);
  }

  getSystemLocale(): string {
    return this.getPreferredSystemLanguages()[0] ?? 'en-US';
  }

  getPreferredSystemLanguages(): string[] {
    const { LANGUAGE, LC_ALL, LC_MESSAGES, LANG } = process.env;
    const chosen = [...(LANGUAGE?.split(':') ?? []), LC_ALL, LC_MESSAGES, LANG]
      .map(languageTag)
      .filter((tag) => tag !== undefined);
    return chosen.length ? [...new Set(chosen)] : ['en-US'];
  }

  enableSandbox(): void {} // every page is sandboxed here
  setAppUserModelId(): void {} // of Windows only, as Electron documents

  focus(): void {
    this.emit('stand-in:focus');
  }

  isReady(): boolean {
    return this.#isReady;
  }

  whenReady(): Promise<void> {
    return this.#ready.promise;
  }

  /** The host: Chromium is up. */
  becomeReady(): void {
    this.#isReady = true;
    this.#ready.resolve();
    this.emit('ready', vetoable(), {});
  }

  get isLeaving(): boolean {
    return this.#exitCode !== undefined;
  }

  quit(): void {
    if (this.#isQuitting || this.isLeaving) return;
    tellErrorsOnly();
    this.#isQuitting = true;
    const event = vetoable();
    this.emit('before-quit', event);
    if (event.defaultPrevented) this.#isQuitting = false;
    else if (this.closeWindows() === 0) this.allWindowsClosed();
  }

  /** A window said no: the app stays. */
  closeWasRefused(): void {
    this.#isQuitting = false;
  }

  allWindowsClosed(): void {
    if (this.isLeaving) return;
    if (!this.#isQuitting) {
      if (this.listenerCount('window-all-closed')) return void this.emit('window-all-closed');
      return this.quit();
    }
    const event = vetoable();
    this.emit('will-quit', event);
    this.#isQuitting = false;
    if (!event.defaultPrevented) this.exit(0);
  }

  exit(exitCode = 0): void {
    if (this.isLeaving) return;
    tellErrorsOnly();
    this.#exitCode = exitCode;
    void this.#leave(exitCode);
  }

  async #leave(exitCode: number): Promise<void> {
    await this.#handOver;
    this.emit('quit', vetoable(), exitCode);
    this.releaseSingleInstanceLock();
    await this.bringDown();
    process.exit(exitCode);
  }

  #badgeCount = 0;
  /** Electron on Linux knows no badge outside Unity and answers false; here it is kept for tests. */
  setBadgeCount(count = 0): boolean {
    this.#badgeCount = count;
    return false;
  }
  getBadgeCount = (): number => this.#badgeCount;

  hasSingleInstanceLock(): boolean {
    return this.#lock !== undefined;
  }

  requestSingleInstanceLock(data: Record<string, unknown> = {}): boolean {
    if (this.#lock) return true;
    const dir = this.getPath('userData');
    mkdirSync(dir, { recursive: true });
    const path = join(dir, 'stand-in-instance');
    // An abstract socket: it vanishes with its process and leaves no file.
    const socket = `\0parta-stand-in-${createHash('sha256').update(resolve(dir)).digest('hex').slice(0, 32)}`;
    for (;;) {
      try {
        symlinkSync(processMark(process.pid) ?? '', path); // made as a whole or not at all
        break;
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
        const holder = readlinkSync(path);
        if (processMark(Number.parseInt(holder, 10)) === holder) {
          this.#handOver = handOver(socket, JSON.stringify({ argv: process.argv, cwd: process.cwd(), data }));
          return false;
        }
        rmSync(path); // left behind by a process that was killed
      }
    }
    const server = createServer((connection) => {
      let text = '';
      connection.on('data', (chunk) => (text += String(chunk)));
      connection.on('end', () => {
        connection.end();
        const { argv, cwd, data: given } = JSON.parse(text) as { argv: string[]; cwd: string; data: unknown };
        void this.whenReady().then(() => this.emit('second-instance', vetoable(), argv, cwd, given));
      });
    });
    server.listen(socket).unref();
    this.#lock = { path, server };
    return true;
  }

  releaseSingleInstanceLock(): void {
    this.#lock?.server.close();
    if (this.#lock) rmSync(this.#lock.path, { force: true });
    this.#lock = undefined;
  }
}

/**
 * From now on an error that nobody catches is told and changes nothing, as in Electron: what an app is still doing when it has to
 * end (loading a page, opening a window) fails, and must not turn a normal end into another one.
 */
function tellErrorsOnly(): void {
  if (!process.listeners('uncaughtException').includes(tellError)) process.on('uncaughtException', tellError);
}
function tellError(error: unknown): void {
  // Nobody listens any more (whoever started us was killed): telling that would fail again, without end.
  if ((error as NodeJS.ErrnoException).code === 'EPIPE') return;
  process.stderr.write(`stand-in: while ending: ${String(error)}\n`);
}

/** Tells the running instance; gives up where it does not listen (it may just be ending). */
async function handOver(socket: string, text: string): Promise<void> {
  const end = Date.now() + HAND_OVER_TIMEOUT_MS;
  const isTold = (): Promise<boolean> =>
    new Promise((resolve) => {
      const connection = connect(socket, () => connection.end(text));
      connection
        .resume()
        .once('error', () => resolve(false))
        .once('end', () => resolve(true));
    });
  while (!(await isTold()) && Date.now() < end) await new Promise((r) => setTimeout(r, HAND_OVER_RETRY_MS));
}

export const app = new StandInApp();
