// What stays on this computer, over a real library. The queue is played: what is downloaded comes when the test says so.
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import type { FileId, LogId, Sha256 } from '../../src/core/ids.ts';
import type { FileRef } from '../../src/core/wire.ts';
import { CHECK_EVERY_MS, openKeeping, SAVE_MS, type Keeping, type KeepingOptions } from '../../src/main/keeping.ts';
import { openLibrary, type Library } from '../../src/main/library.ts';
import type { Storage, Transfer } from '../../src/preload/contract.ts';
import { bytesOf, heardLog, heardShell, scratchDir, until } from './scratch.ts';
import { sha256Of } from './scripted-hub.ts';
import { chunks, desk as transferDesk, offered } from './transfer-desk.ts';

const SERVER = 'server-1';
const OTHER = 'server-2';
const LOG_A = '00000000-0000-7000-8000-00000000000a' as LogId;
const LOG_B = '00000000-0000-7000-8000-00000000000b' as LogId;
const KB = 1000;

/** A file of so many kilobytes; every number another one. */
function file(n: number, kilobytes = 1): FileRef & { content: Buffer } {
  const content = bytesOf(kilobytes * KB, n);
  return {
    fileId: n.toString(16).padStart(32, '0') as FileId,
    name: `работа ${n}.pdf`,
    sizeBytes: content.length,
    sha256: sha256Of(content) as Sha256,
    mediaType: 'application/pdf',
    content,
  };
}
const plain = (files: readonly FileRef[]): FileRef[] =>
  files.map(({ fileId, name, sizeBytes, sha256, mediaType }) => ({ fileId, name, sizeBytes, sha256, mediaType }));

const upload = (of: FileRef, state: Transfer['state']): Transfer => ({
  transferId: `up-${of.fileId}`,
  serverId: SERVER,
  direction: 'up',
  fileId: of.fileId,
  name: of.name,
  sizeBytes: of.sizeBytes,
  doneBytes: 0,
  speed: null,
  leftMs: null,
  mediaType: of.mediaType,
  sha256: of.sha256,
  state,
  code: null,
  doneAt: null,
});

interface Desk {
  dir: string;
  library: Library;
  keeping: Keeping;
  transfers: Transfer[];
  /** Downloads that were asked for and have not come. */
  asked: { serverId: string; file: FileRef }[];
  gone: Sha256[];
  told: Storage[];
  quota: { bytes: number | null; isIdle: boolean; servers: string[]; now: number; looks: number };
  /** What was asked for comes. */
  arrive(content: Map<Sha256, Buffer>): Promise<void>;
  reopen(): Promise<void>;
}

async function desk(options: Partial<KeepingOptions> = {}): Promise<Desk> {
  const dir = scratchDir();
  const library = await openLibrary(dir, heardShell());
  const quota = { bytes: null as number | null, isIdle: false, servers: [SERVER], now: Date.now(), looks: 0 };
  const open = () =>
    openKeeping({
      dir,
      library,
      transfers: {
        list: () => made.transfers,
        download(serverId, files) {
          made.asked.push(...files.map((one) => ({ serverId, file: one })));
          return Promise.resolve();
        },
      },
      servers: () => quota.servers,
      quotaBytes: () => quota.bytes,
      floorBytes: 0,
      isIdle: () => (quota.looks += 1) > 0 && quota.isIdle,
      onChange: (storage) => void made.told.push(storage),
      onGone: (hashes) => void made.gone.push(...hashes),
      log: heardLog().log,
      now: () => quota.now,
      lookMs: 5,
      ...options,
    });
  const made: Desk = {
    dir,
    library,
    transfers: [],
    asked: [],
    gone: [],
    told: [],
    quota,
    keeping: undefined as never,
    async arrive(content) {
      for (const { file: one } of made.asked.splice(0)) await library.take(chunks(content.get(one.sha256)!));
    },
    async reopen() {
      await made.keeping.close();
      made.keeping = await open();
    },
  };
  made.keeping = await open();
  onTestFinished(() => made.keeping.close());
  return made;
}

/** A class whose files have come, longest ago first in time: number 1 is the oldest. */
async function filled(made: Desk, count: number, kilobytes = 10, logId = LOG_A, from = 1) {
  const files = Array.from({ length: count }, (_, index) => file(from + index, kilobytes));
  made.keeping.classes(SERVER, [...new Set([LOG_A, logId])]);
  await made.keeping.keep(SERVER, logId, '7А', plain(files.toReversed()));
  await made.arrive(new Map(files.map((one) => [one.sha256, one.content])));
  made.keeping.hold(SERVER, []);
  // After they came, by the clock of the disk.
  made.quota.now = Math.max(made.quota.now, Date.now() + 1_000);
  for (const one of files) {
    made.keeping.opened(one.sha256);
    made.quota.now += 1;
  }
  return files;
}
const numbersHere = async (made: Desk, files: readonly FileRef[]) => {
  const here: number[] = [];
  for (const [index, one] of files.entries()) if (await made.library.has(one.sha256)) here.push(index + 1);
  return here;
};
const spoil = (library: Library, { sha256 }: FileRef) => {
  const path = library.path(sha256);
  const bytes = readFileSync(path);
  bytes[bytes.length >> 1]! ^= 1;
  writeFileSync(path, bytes);
};

describe('keeping a class offline', () => {
  it('fetches all that it names and is not here, newest first, once', async () => {
    const made = await desk();
    const files = [file(3), file(2), file(1)];
    await made.library.take(chunks(files[1]!.content));
    await made.keeping.keep(SERVER, LOG_A, '7А', plain(files));
    expect(made.asked.map((one) => one.file.name)).toEqual(['работа 3.pdf', 'работа 1.pdf']);
  });

  it('says of each class how much is here and since when', async () => {
    const made = await desk();
    const files = await filled(made, 2);
    await made.keeping.keep(SERVER, LOG_A, '7А', plain([file(3, 10), ...files]));
    const storage = await made.keeping.read();
    expect(storage).toMatchObject({
      hereFiles: 2,
      hereBytes: 20 * KB,
      classes: [{ title: '7А', files: 3, bytes: 30 * KB, hereFiles: 2, hereBytes: 20 * KB, freeableFiles: 2 }],
      loose: { files: 0 },
    });
    expect(storage.classes[0]?.since).toBeGreaterThan(Date.now() - 60_000);
  });

  it('stays as it was told over a restart, pins and what was let go included', async () => {
    const made = await desk();
    const files = await filled(made, 2);
    await made.keeping.free(SERVER, LOG_A);
    await made.keeping.keep(SERVER, LOG_B, '8Б', plain([file(9)]));
    await made.keeping.pin(SERVER, LOG_B, true);
    made.asked.length = 0;
    await made.reopen();
    await made.keeping.keep(SERVER, LOG_A, '7А', plain(files));
    expect(made.asked).toEqual([]);
    expect((await made.keeping.read()).classes.map(({ title, isPinned }) => [title, isPinned])).toEqual([
      ['7А', false],
      ['8Б', true],
    ]);
  });

  it('a memory that cannot be read frees nothing and is set aside', async () => {
    const made = await desk();
    const files = await filled(made, 2);
    await made.keeping.close();
    writeFileSync(join(made.dir, 'keeping.json'), '{"version":1,"classes":');
    await made.reopen();
    made.quota.bytes = 1;
    made.keeping.hold(SERVER, []);
    await made.keeping.quotaChanged();
    expect(await numbersHere(made, files)).toEqual([1, 2]);
  });
});

describe('the quota', () => {
  it('when it is reached, what was opened longest ago goes first', async () => {
    const made = await desk();
    const files = await filled(made, 5);
    made.keeping.opened(files[0]!.sha256);
    made.quota.bytes = 30 * KB;
    await made.keeping.quotaChanged();
    expect(await numbersHere(made, files)).toEqual([1, 4, 5]);
    expect(made.gone).toEqual([files[1]!.sha256, files[2]!.sha256]);
  });

  it('a new work makes room for itself, and what went does not come back by itself', async () => {
    const made = await desk();
    const files = await filled(made, 3);
    made.quota.bytes = 30 * KB;
    const fresh = file(4, 10);
    await made.keeping.keep(SERVER, LOG_A, '7А', plain([fresh, ...files.toReversed()]));
    expect(made.asked.map((one) => one.file.name)).toEqual([fresh.name]);
    await made.arrive(new Map([[fresh.sha256, fresh.content]]));
    expect(await numbersHere(made, [...files, fresh])).toEqual([2, 3, 4]);
    await made.keeping.keep(SERVER, LOG_A, '7А', plain([fresh, ...files.toReversed()]));
    expect(made.asked).toEqual([]);
    expect((await made.keeping.read()).away).toBe(1);
  });

  it('a class that is told for the first time drives nothing out: what has no room is said', async () => {
    const made = await desk();
    const files = await filled(made, 2);
    made.quota.bytes = 30 * KB;
    await made.keeping.keep(SERVER, LOG_B, '8Б', plain([file(8, 10), file(9, 10)]));
    expect(made.asked.map((one) => one.file.name)).toEqual(['работа 8.pdf']);
    expect(await numbersHere(made, files)).toEqual([1, 2]);
    expect(await made.keeping.read()).toMatchObject({ isFull: true, away: 1 });
  });

  it('more room fetches what had none', async () => {
    const made = await desk();
    made.quota.bytes = 10 * KB;
    await made.keeping.keep(SERVER, LOG_A, '7А', plain([file(1, 10), file(2, 10)]));
    expect(made.asked).toHaveLength(1);
    await made.arrive(new Map([[file(1, 10).sha256, file(1, 10).content]]));
    made.quota.bytes = 100 * KB;
    await made.keeping.quotaChanged();
    expect(made.asked.map((one) => one.file.name)).toEqual(['работа 2.pdf']);
  });

  it('a pinned class is fetched over the quota, and nothing of it goes', async () => {
    const made = await desk();
    const files = await filled(made, 3);
    await made.keeping.pin(SERVER, LOG_A, true);
    made.quota.bytes = 1;
    await made.keeping.quotaChanged();
    expect(await numbersHere(made, files)).toEqual([1, 2, 3]);
    await made.keeping.keep(SERVER, LOG_A, '7А', plain([file(9, 10), ...files]));
    expect(made.asked.map((one) => one.file.name)).toEqual(['работа 9.pdf']);
    await expect(made.keeping.free(SERVER, LOG_A)).rejects.toThrow('not-allowed');
  });

  it('the floor of free disk stops what comes by itself, whatever the quota', async () => {
    const made = await desk({ floorBytes: Number.MAX_SAFE_INTEGER });
    await made.keeping.keep(SERVER, LOG_A, '7А', plain([file(1)]));
    await made.keeping.pin(SERVER, LOG_A, true);
    expect(made.asked).toEqual([]);
    expect((await made.keeping.read()).isFull).toBe(true);
  });

  it('where others have filled the disk, a new work takes the place of as much, and the rest stays', async () => {
    const made = await desk();
    const files = await filled(made, 4);
    await made.keeping.close();
    const full = await openKeeping({
      dir: made.dir,
      library: made.library,
      transfers: { list: () => [], download: (serverId, all) => Promise.resolve(void made.asked.push(...all.map((one) => ({ serverId, file: one })))) }, // prettier-ignore
      servers: () => [SERVER],
      quotaBytes: () => null,
      floorBytes: Number.MAX_SAFE_INTEGER,
      isIdle: () => false,
      onChange: () => {},
      onGone: () => {},
      log: heardLog().log,
    });
    onTestFinished(() => full.close());
    full.hold(SERVER, []);
    await full.keep(SERVER, LOG_A, '7А', plain([file(9, 10), ...files.toReversed()]));
    expect(made.asked.map((one) => one.file.name)).toEqual(['работа 9.pdf']);
    expect(await numbersHere(made, files)).toEqual([2, 3, 4]);
  });
});

describe('what never goes', () => {
  const squeeze = async (made: Desk) => {
    made.quota.bytes = 1;
    await made.keeping.quotaChanged();
  };

  it('what unsent work needs, by file and by hash', async () => {
    const made = await desk();
    const files = await filled(made, 3);
    made.keeping.hold(SERVER, [files[0]!.fileId, files[2]!.sha256]);
    await squeeze(made);
    expect(await numbersHere(made, files)).toEqual([1, 3]);
    expect(await made.keeping.free(SERVER, LOG_A)).toEqual({ files: 0, bytes: 0 });
  });

  it('anything, before every server has said what it holds', async () => {
    const made = await desk();
    const files = await filled(made, 3);
    made.quota.servers = [SERVER, OTHER];
    await squeeze(made);
    await expect(made.keeping.free(SERVER, LOG_A)).rejects.toThrow('busy');
    await expect(made.keeping.freeLoose()).rejects.toThrow('busy');
    expect(await numbersHere(made, files)).toEqual([1, 2, 3]);
    made.keeping.hold(OTHER, [files[1]!.sha256]);
    await squeeze(made);
    expect(await numbersHere(made, files)).toEqual([2]);
  });

  it('what is queued, and what has arrived at a hub and is named by no log yet', async () => {
    const made = await desk();
    const files = await filled(made, 2);
    const [queued, arrived] = [file(8), file(9)];
    for (const one of [queued, arrived]) await made.library.take(chunks(one.content));
    made.transfers = [upload(queued, 'paused'), upload(arrived, 'done'), upload(files[0]!, 'queued')];
    await squeeze(made);
    expect(await numbersHere(made, [...files, queued, arrived])).toEqual([1, 3, 4]);
    expect((await made.keeping.read()).loose.files).toBe(0);
  });

  it('what no class names: only by hand, and only once every class has spoken', async () => {
    const made = await desk();
    const stray = file(7);
    await made.library.take(chunks(stray.content));
    const files = await filled(made, 1);
    made.keeping.classes(SERVER, [LOG_A, LOG_B]);
    await squeeze(made);
    expect(await numbersHere(made, [stray, ...files])).toEqual([1]);
    expect((await made.keeping.read()).loose).toEqual({ files: 1, bytes: KB });
    await expect(made.keeping.freeLoose()).rejects.toThrow('busy');
    await made.keeping.keep(SERVER, LOG_B, '8Б', []);
    expect(await made.keeping.freeLoose()).toEqual({ files: 1, bytes: KB });
    expect(await made.library.has(stray.sha256)).toBe(false);
  });

  it('files of a class that was left, and of a server that was forgotten', async () => {
    const made = await desk();
    const files = await filled(made, 1);
    await made.keeping.keep(SERVER, LOG_B, '8Б', plain([file(9)]));
    await made.arrive(new Map([[file(9).sha256, file(9).content]]));
    made.keeping.classes(SERVER, [LOG_B]);
    await squeeze(made);
    expect(await made.library.has(files[0]!.sha256)).toBe(true);
    made.keeping.dropServer(SERVER);
    expect((await made.keeping.read()).classes).toEqual([]);
  });

  it('in freeing a class, what another class names', async () => {
    const made = await desk();
    const files = await filled(made, 3);
    await made.keeping.keep(SERVER, LOG_B, '8Б', plain([files[1]!]));
    expect(await made.keeping.free(SERVER, LOG_A)).toEqual({ files: 2, bytes: 20 * KB });
    expect(await numbersHere(made, files)).toEqual([2]);
  });
});

describe('what was freed', () => {
  it('comes back when somebody wants it, when its class is fetched again or pinned', async () => {
    const made = await desk();
    const files = await filled(made, 2);
    await made.keeping.free(SERVER, LOG_A);
    await made.keeping.restore(SERVER, LOG_A);
    expect(made.asked).toHaveLength(2);
    made.asked.length = 0;
    await filled(made, 0);
    made.keeping.wanted(plain([files[0]!]));
    expect((await made.keeping.read()).away).toBe(0);
    await made.keeping.pin(SERVER, LOG_A, true);
    await expect(made.keeping.pin(SERVER, LOG_B, true)).rejects.toThrow('no-such-class');
  });
});

describe('many files', () => {
  /** Files that count how often they are looked at. */
  function counted(count: number, from = 1_000) {
    const looks = { count: 0 };
    const files = Array.from({ length: count }, (_, index) => {
      const hash = (from + index).toString(16).padStart(64, '0') as Sha256;
      const one = { fileId: hash.slice(32) as FileId, name: 'a.jpg', sizeBytes: KB, mediaType: 'image/jpeg' };
      return Object.defineProperty(one, 'sha256', {
        enumerable: true,
        get: () => ((looks.count += 1), hash),
      }) as FileRef;
    });
    return { looks, files };
  }

  it('are looked at as often for twelve classes as for two', async () => {
    const FILES = 20;
    async function looksPerFile(classes: number): Promise<number> {
      const made = await desk();
      const { looks, files } = counted(FILES * classes);
      for (let n = 0; n < classes; n += 1) {
        const logId = `00000000-0000-7000-8000-${n.toString().padStart(12, '0')}` as LogId;
        await made.keeping.keep(SERVER, logId, '7А', files.slice(n * FILES, (n + 1) * FILES));
      }
      looks.count = 0;
      await made.keeping.read();
      return looks.count / files.length;
    }
    expect(await looksPerFile(12)).toBe(await looksPerFile(2));
  });

  it('that come over a full quota make room in one go: one look at what may go, one plan', async () => {
    const made = await desk();
    await filled(made, 30, 10);
    made.quota.bytes = 300 * KB;
    const { looks, files: others } = counted(200);
    await made.keeping.keep(OTHER, LOG_B, '8Б', others);
    expect(made.asked).toEqual([]);
    made.quota.servers.push(OTHER);
    made.keeping.hold(OTHER, []);
    const known = Array.from({ length: 30 }, (_, index) => file(1 + index, 10));
    async function looksFor(fresh: number): Promise<number> {
      const news = Array.from({ length: fresh }, (_, index) => file(fresh * 100 + index, 10));
      looks.count = 0;
      await made.keeping.keep(SERVER, LOG_A, '7А', plain([...news, ...known.toReversed()]));
      const seen = looks.count;
      expect(made.asked.splice(0)).toHaveLength(fresh);
      for (const { content } of news) await made.library.take(chunks(content));
      return seen;
    }
    const forOne = await looksFor(1);
    expect(await looksFor(10)).toBe(forOne);
    expect(made.gone).toHaveLength(11);
  });

  it('in the way of which somebody stands stay, are not taken for gone, and the others go', async () => {
    const made = await desk();
    const files = await filled(made, 4, 10);
    const remove = made.library.remove;
    made.library.remove = (sha256) =>
      sha256 === files[1]!.sha256 ? Promise.reject(new Error('held')) : remove(sha256);
    expect(await made.keeping.free(SERVER, LOG_A)).toEqual({ files: 3, bytes: 30 * KB });
    expect(await numbersHere(made, files)).toEqual([2]);
    made.library.remove = remove;
    expect(await made.keeping.free(SERVER, LOG_A)).toEqual({ files: 1, bytes: 10 * KB });
  });

  it(`small facts are written together, every ${SAVE_MS / 1_000} s`, async () => {
    expect(SAVE_MS).toBe(30_000);
    const made = await desk();
    const files = await filled(made, 2);
    await made.reopen();
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    onTestFinished(() => void vi.useRealTimers());
    const written = () => statSync(join(made.dir, 'keeping.json')).ino;
    const before = written();
    for (let n = 0; n < 20; n += 1) {
      made.keeping.opened(files[n % 2]!.sha256);
      await vi.advanceTimersByTimeAsync(SAVE_MS / 20 - 1);
    }
    expect(written()).toBe(before);
    await vi.advanceTimersByTimeAsync(20);
    vi.useRealTimers();
    await until(() => written() !== before);
    await made.keeping.close();
  });
});

describe('a damaged file', () => {
  it('comes from another class where the first that names it cannot give it, through the queue itself', async () => {
    let hear: Keeping['transfersChanged'] = () => {};
    const queue = await transferDesk({ onChange: (list) => hear(list) });
    const content = bytesOf(1_000);
    const theirs = offered(queue.hub, content);
    const nobodys = { ...theirs, fileId: 'e'.repeat(32) as FileId };
    await queue.library.take(chunks(content));
    const keeping = await openKeeping({
      dir: queue.dir,
      library: queue.library,
      transfers: queue.transfers,
      servers: () => [SERVER],
      quotaBytes: () => null,
      floorBytes: 0,
      isIdle: () => false,
      onChange: () => {},
      onGone: () => {},
      log: heardLog().log,
    });
    hear = (list) => keeping.transfersChanged(list);
    onTestFinished(() => keeping.close());
    await keeping.keep(SERVER, LOG_A, '7А', [nobodys]);
    await keeping.keep(SERVER, LOG_B, '7Б', [theirs]);
    spoil(queue.library, theirs);
    await queue.library.check(theirs.sha256);
    await until(async () => (await keeping.read()).damaged.length === 0);
    expect(await queue.library.check(theirs.sha256)).toBe(true);
    // What failed for these bytes is mended with them.
    const states = () => queue.transfers.list().map(({ fileId, state }) => `${fileId} ${state}`);
    await until(() => states().join() === `${theirs.fileId} done`);
  });

  it('is whole again also where somebody holds what was set aside of it', async () => {
    const { log, events } = heardLog();
    const made = await desk({ log });
    const [one] = await filled(made, 1);
    spoil(made.library, one!);
    await made.library.check(one!.sha256);
    made.library.dropDamaged = () => Promise.reject(new Error('held'));
    await made.arrive(new Map([[one!.sha256, one!.content]]));
    await until(() => events.includes('keeping-failed'));
    expect((await made.keeping.read()).damaged).toEqual([]);
  });

  it('is noticed when it is opened, set aside, and fetched again from its hub; then it is whole', async () => {
    const made = await desk();
    const files = await filled(made, 2);
    spoil(made.library, files[0]!);
    await expect(made.library.openCopy(files[0]!.sha256, 'работа.pdf')).rejects.toThrow('file-damaged');
    expect(made.asked.map((one) => one.file.fileId)).toEqual([files[0]!.fileId]);
    expect((await made.keeping.read()).damaged).toMatchObject([
      { name: 'работа 1.pdf', title: '7А', state: 'fetching' },
    ]);
    expect(made.gone).toEqual([files[0]!.sha256]);
    const aside = join(made.dir, 'damaged', files[0]!.sha256);
    expect(existsSync(aside)).toBe(true);
    await made.arrive(new Map([[files[0]!.sha256, files[0]!.content]]));
    expect((await made.keeping.read()).damaged).toEqual([]);
    await until(() => !existsSync(aside));
    expect(await made.library.check(files[0]!.sha256)).toBe(true);
  });

  it('is asked of everybody who names it, and named to the teacher when nobody has it', async () => {
    const made = await desk();
    const [first] = await filled(made, 1);
    const twin = { ...first!, fileId: 'f'.repeat(32) as FileId };
    await made.keeping.keep(OTHER, LOG_B, '8Б', plain([twin]));
    spoil(made.library, first!);
    await made.library.check(first!.sha256);
    const failed = (of: FileRef): Transfer => ({ ...upload(of, 'failed'), direction: 'down', code: 'not-found' });
    made.transfers = [failed(first!)];
    made.keeping.transfersChanged(made.transfers);
    await until(() => made.asked.length === 2);
    expect(made.asked.map((one) => [one.serverId, one.file.fileId])).toEqual([
      [SERVER, first!.fileId],
      [OTHER, twin.fileId],
    ]);
    made.transfers = [failed(first!), failed(twin)];
    made.keeping.transfersChanged(made.transfers);
    await until(() => made.told.at(-1)?.damaged[0]?.state === 'lost');
    expect(made.told.at(-1)?.damaged).toMatchObject([{ name: 'работа 1.pdf', state: 'lost' }]);
    made.keeping.dismiss(first!.sha256);
    expect((await made.keeping.read()).damaged).toEqual([]);
  });

  it('that nobody names is lost at once, by the name of its upload', async () => {
    const made = await desk();
    const own = file(5);
    await made.library.take(chunks(own.content));
    made.transfers = [upload(own, 'queued')];
    spoil(made.library, own);
    await made.library.check(own.sha256);
    expect((await made.keeping.read()).damaged).toMatchObject([{ name: 'работа 5.pdf', state: 'lost' }]);
  });

  it('is found while nobody uses the computer, and not while somebody does or bytes flow', async () => {
    const made = await desk();
    const files = await filled(made, 3);
    spoil(made.library, files[1]!);
    made.quota.now += CHECK_EVERY_MS + 1;
    made.transfers = [upload(file(9), 'running')];
    made.quota.isIdle = true;
    const looked = made.quota.looks;
    await until(() => made.quota.looks > looked + 3);
    expect(await numbersHere(made, files)).toEqual([1, 2, 3]);
    made.transfers = [];
    await until(async () => !(await made.library.has(files[1]!.sha256)));
    await until(async () => (await made.keeping.read()).checkedAt !== null);
    expect(await numbersHere(made, files)).toEqual([1, 3]);
  });

  it('is found when the teacher asks for it, with how far the check has come', async () => {
    const made = await desk();
    const files = await filled(made, 3);
    spoil(made.library, files[2]!);
    made.keeping.check(true);
    await until(async () => (await made.keeping.read()).check === null);
    expect((await made.keeping.read()).checkedAt).toBe(made.quota.now);
    expect((await made.keeping.read()).damaged).toHaveLength(1);
  });
});
