/**
 * A lesson for tests of the pupil's page: the page built as it ships, a real hub, a real Chromium at http://hub.test (plain HTTP,
 * as on a LAN), a teacher by the wire alone. Between them a cable that can be cut in the middle of a file.
 */
import { execFile } from 'node:child_process';
import { readdirSync, statSync } from 'node:fs';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { chromium, type Browser, type BrowserContext, type Page } from 'playwright';
import type { CommandId, LogId, MemberId, PersonId } from '../../src/core/ids.ts';
import type { CommandOf, Entry } from '../../src/core/wire.ts';
import { builtOnce } from '../support/built-once.ts';
import { CHROMIUM_ENV, CHROMIUM_FLAGS, chromiumPath, HUB_HOST, hubHostFlag } from '../support/chromium.ts';
import { startHub, type StartedHub } from '../support/hub.ts';
import { eventually, newId, Person } from '../support/person.ts';

export const ROOT = join(import.meta.dirname, '../..');
/** Words that are nowhere on a page that must not know the class. */
export const TITLE = 'Седьмой «А»';
export const TASK = 'Причастный оборот';
export const WORDS = [TITLE, TASK, 'Здравствуйте, класс', 'Ирина Петровна', 'Выпишите предложения'];

const VITE = join(ROOT, 'node_modules/vite/bin/vite.js');
const BUILD_TIMEOUT_MS = 90_000;
export const PATIENCE_MS = 60_000;

export interface Stage {
  browser: Browser;
  studentDir: string;
  close(): Promise<void>;
}

/** The page, built once a run, and a browser for a file of tests. */
export async function openStage(): Promise<Stage> {
  const studentDir = await builtOnce('student', (outDir) =>
    // In a process of its own: the test runner's NODE_ENV would bring React's development build.
    promisify(execFile)(
      process.execPath,
      [VITE, 'build', '--config', 'vite.student.config.ts', '--outDir', outDir, '--logLevel', 'error'],
      { cwd: ROOT, env: { ...process.env, NODE_ENV: 'production' }, timeout: BUILD_TIMEOUT_MS },
    ),
  );
  const browser = await chromium.launch({
    executablePath: chromiumPath(),
    args: [...CHROMIUM_FLAGS, hubHostFlag],
    env: CHROMIUM_ENV,
  });
  return {
    browser,
    studentDir,
    close: () => browser.close(),
  };
}

export interface Cable {
  port: number;
  /** Cuts everything once this many more bytes have gone to the hub and it has kept some of a file; for 0 at once; stays cut. */
  cutAfter(bytes: number): void;
  isCut(): boolean;
  mend(): void;
  /** From now on connections stand and nothing comes through, or goes on. */
  silence(isSilent: boolean): void;
  close(): Promise<void>;
}

/** A cable to a port of this machine. @param mayCut asked once enough has gone to the hub: until then nothing goes on */
export async function layCable(toPort: number, mayCut: () => unknown): Promise<Cable> {
  const sockets = new Set<Socket>();
  let left = Infinity;
  let isCut = false;
  let isSilent = false;
  const cut = () => {
    isCut = true;
    for (const socket of sockets) socket.destroy();
  };
  const cutOnceAllowed = () => {
    if (isCut) return;
    if (mayCut()) cut();
    else setTimeout(cutOnceAllowed, 10);
  };
  const server = createServer((near) => {
    if (isCut) return void near.destroy();
    const far = connect(toPort, '127.0.0.1');
    for (const socket of [near, far]) {
      sockets.add(socket);
      socket.on('error', () => undefined);
      socket.on('close', () => {
        sockets.delete(socket);
        near.destroy();
        far.destroy();
      });
    }
    near.on('data', (bytes) => {
      const isOver = left <= 0;
      left -= bytes.length;
      if (left > 0) {
        if (!far.write(bytes)) near.pause();
      } else if (!isOver) cutOnceAllowed();
    });
    far.on('drain', () => near.resume());
    far.pipe(near);
    if (isSilent) for (const socket of [near, far]) socket.pause();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    cutAfter(bytes) {
      left = bytes;
      if (left <= 0) cut();
    },
    isCut: () => isCut,
    mend() {
      isCut = false;
      left = Infinity;
    },
    silence(should) {
      isSilent = should;
      for (const socket of sockets) {
        if (isSilent) socket.pause();
        else socket.resume();
      }
    },
    async close() {
      cut();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

export class Lesson {
  readonly hub: StartedHub;
  readonly teacher: Person;
  readonly cable: Cable;
  readonly logId: LogId;
  readonly channelId: CommandOf<'postMessage'>['body']['channelId'];
  readonly code: string;
  readonly #contexts: BrowserContext[] = [];
  readonly #stage: Stage;

  private constructor(stage: Stage, hub: StartedHub, teacher: Person, cable: Cable, made: Made) {
    this.#stage = stage;
    this.hub = hub;
    this.teacher = teacher;
    this.cable = cable;
    this.logId = made.logId;
    this.channelId = made.channelId as typeof this.channelId;
    this.code = made.code;
  }

  static async begin(stage: Stage): Promise<Lesson> {
    const hub = await startHub({ hosts: [HUB_HOST], studentDir: stage.studentDir });
    const teacher = new Person(hub.url, hub.owner);
    const { logId, channelId } = await teacher.createClass(TITLE);
    const { code } = await teacher.joinCode(logId);
    const uploads = join(hub.dataDir, 'uploads');
    const isSomeKept = () =>
      readdirSync(uploads).some((name) => statSync(join(uploads, name), { throwIfNoEntry: false })?.size);
    const cable = await layCable(hub.port, isSomeKept);
    const lesson = new Lesson(stage, hub, teacher, cable, { logId, channelId, code });
    await lesson.say('Здравствуйте, класс');
    return lesson;
  }

  get url() {
    return `http://${HUB_HOST}:${this.cable.port}/`;
  }

  say(text: string) {
    return this.teacher.send(this.logId, 'postMessage', {
      channelId: this.channelId,
      text,
      fileIds: [],
      replyTo: null,
    });
  }

  async assign(body: Partial<CommandOf<'assign'>['body']> = {}): Promise<CommandId> {
    const assigned = await this.teacher.send(this.logId, 'assign', {
      title: TASK,
      text: 'Выпишите предложения',
      dueAt: null,
      scale: { kind: 'five' },
      assignees: 'all',
      fileIds: [],
      seriesId: null,
      ...body,
    });
    return assigned.id;
  }

  /** A browser of its own: nothing is shared with other pupils. */
  async computer(options: Parameters<Browser['newContext']>[0] = {}): Promise<BrowserContext> {
    const context = await this.#stage.browser.newContext({ locale: 'ru-RU', reducedMotion: 'reduce', ...options });
    context.setDefaultTimeout(PATIENCE_MS);
    this.#contexts.push(context);
    return context;
  }

  async open(context: BrowserContext, hash = ''): Promise<Page> {
    const page = await context.newPage();
    await page.goto(this.url + hash);
    return page;
  }

  /** Fills in the form and waits to be waiting. */
  async knock(page: Page, name = 'Белов Илья', mine = false): Promise<void> {
    await page.getByLabel('Код класса').fill(this.code);
    await page.getByLabel('Фамилия и имя').fill(name);
    if (mine) await page.getByLabel('Это мой компьютер').check();
    await page.getByRole('button', { name: 'Войти' }).click();
    await page.getByRole('heading', { name: 'Учитель подтверждает вход' }).waitFor();
  }

  /** The teacher lets the newest at the door in. */
  async confirm(name = 'Белов Илья'): Promise<MemberId> {
    const request = await this.row((entry) => entry.kind === 'joinRequested' && entry.body?.['name'] === name);
    const memberId = newId<MemberId>();
    await this.teacher.send(this.logId, 'confirmJoin', { requestId: request.id, memberId, name });
    return memberId;
  }

  /** A pupil in class, tasks on screen. */
  async pupil(context: BrowserContext, { name = 'Белов Илья', mine = false } = {}): Promise<Page> {
    const page = await this.open(context);
    await this.knock(page, name, mine);
    await this.confirm(name);
    await page.getByRole('heading', { name: TITLE, level: 1 }).waitFor();
    return page;
  }

  /** The newest row of the class's log that is wanted, once it has come. */
  row(isWanted: (entry: Entry) => boolean): Promise<Entry> {
    return eventually(() => this.teacher.logs.get(this.logId)?.entries.filter(isWanted).at(-1));
  }

  handedIn(assignmentId: CommandId): Promise<Entry> {
    return this.row((entry) => entry.kind === 'handedIn' && entry.body?.['assignmentId'] === assignmentId);
  }

  endLesson() {
    return this.teacher.call<{ pages: number }>(`/api/logs/${this.logId}/end-lesson`, { method: 'POST' });
  }

  async end(): Promise<void> {
    await Promise.all(this.#contexts.map((context) => context.close()));
    this.teacher.close();
    await this.cable.close();
    await this.hub.stop();
  }
}
interface Made {
  logId: LogId;
  channelId: string;
  code: string;
}
export type { PersonId };

/** Names alone: who opens a database stands in the way of whoever erases it. */
export const databases = (page: Page): Promise<string[]> =>
  page.evaluate(async () => (await indexedDB.databases()).map(({ name }) => name ?? ''));

/** Everything that a page has kept on the computer, as text. Runs on the page. */
export async function leftOnComputer(page: Page): Promise<{ databases: string[]; text: string; storage: string[] }> {
  return page.evaluate(async () => {
    const names = (await indexedDB.databases()).map(({ name }) => name ?? '');
    const texts: string[] = [];
    for (const name of names) {
      const database = await new Promise<IDBDatabase>((resolve, reject) => {
        const asked = indexedDB.open(name);
        asked.onsuccess = () => resolve(asked.result);
        asked.onerror = () => reject(asked.error ?? new Error('not opened'));
      });
      for (const store of database.objectStoreNames) {
        const rows = await new Promise<unknown[]>((resolve, reject) => {
          const asked = database.transaction(store).objectStore(store).getAll();
          asked.onsuccess = () => resolve(asked.result);
          asked.onerror = () => reject(asked.error ?? new Error('not read'));
        });
        texts.push(JSON.stringify(rows));
      }
      database.close();
    }
    const storage = [sessionStorage, localStorage].flatMap((kept) => Object.entries(kept).map(String));
    return { databases: names, text: texts.join('\n'), storage };
  });
}
