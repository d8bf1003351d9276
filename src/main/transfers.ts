/**
 * Files on their way between this computer and its hubs: a durable queue. Promises: what was queued survives quit, crash, cut
 * and full disk; bytes already there are not sent or fetched again; a file enters the library only when its SHA-256 is right;
 * a chosen file goes up as it was when it was chosen, or fails visibly; nothing that fails disappears; memory is constant; the
 * order of the list is the order in which files go, and the person's. Hides: lanes, retries, who hears what when. Keeps: S11
 * (full jitter), S15's client half (one id for ever).
 *
 * An upload first enters the library (works offline, frees the USB stick), then goes to the hub from there. Truth about
 * progress is the `.part` file's length and the hub's offset; the journal only knows that there is something to do.
 */
import { randomUUID } from 'node:crypto';
import { mkdir, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { ERRORS, PartaError, codeOf, type ErrorCode } from '../core/errors.ts';
import type { Sha256 } from '../core/ids.ts';
import { FILE_BYTES_MAX } from '../core/limits.ts';
import { safeFileName } from '../core/names.ts';
import type { FileRef } from '../core/wire.ts';
import type { ChosenFile, Moved, Transfer } from '../preload/contract.ts';
import { PARALLEL_DEFAULT } from '../preload/contract/channels.ts';
import { openBandwidth } from './bandwidth.ts';
import { newUpload, plainFile, takeChosen } from './chosen-file.ts';
import { diskError, type Library } from './library.ts';
import type { Log } from './log.ts';
import { fetchPart } from './range-download.ts';
import { asItem, brings, chosenOf, isComing, keptOf, movedOf, shownOf, type Item } from './transfer-item.ts';
import { openTransferNews } from './transfer-news.ts';
import { patiently } from './patient-fs.ts';
import { placed, openJournal, type JournalLine, type KeptTransfer } from './transfer-journal.ts';
import { sendByTus } from './tus-upload.ts';

/** Files being copied into the library at a time: a school PC has one hard disk. */
export const COPIES_MAX = 1;
/** Nothing moved for this long: the connection is given up and tried again. */
export const STALL_MS = 60_000;
/** S11: a pause is random between zero and a bound that doubles from the first to the last. */
export const RETRY_FIRST_MS = 1_000;
export const RETRY_LAST_MS = 60_000;
/** Answers that may come right by themselves, but not for ever. */
export const FAILURES_MAX = 5;
/** Finished uploads that stay in the list, because waiting commands ask for them; downloads are asked of the library. */
export const DONE_UPLOADS_KEPT = 500;
export const DONE_DOWNLOADS_KEPT = 50;

/** How transfers reach a hub. */
export interface HubAccess {
  /** @throws PartaError as servers.session does */
  session(serverId: string): Promise<{ ticket: string; url: string }>;
  ticketRefused(serverId: string): void;
}

export interface Transfers {
  list(): Transfer[];
  /**
   * Queues chosen files. @param paths from the preload only
   * @throws PartaError `file-gone`, `not-allowed` (no plain file), `too-large`, `disk-full-here`: then none is queued
   */
  upload(serverId: string, paths: readonly string[]): Promise<ChosenFile[]>;
  /** Queues bytes that have no file, as a pasted image. Resolves when they are safe in the library. */
  intake(serverId: string, name: string, bytes: AsyncIterable<Uint8Array>): Promise<ChosenFile>;
  /**
   * Queues a file that another device of this person chose, under the id that it got there: both may send it, and the hub has it once.
   * Its bytes are in the library.
   */
  adopt(serverId: string, file: FileRef): Promise<void>;
  /**
   * Queues what is neither in the library nor on its way already. Bytes that somebody else could not give, or whose hub is away, are
   * asked of this server too.
   * @param isWanted somebody waits for them: they go before all others, and what had failed is tried again
   */
  download(serverId: string, files: readonly FileRef[], isWanted?: boolean): Promise<void>;
  pause(transferId: string): Promise<void>;
  /** Goes on with a paused or failed one, at once. */
  resume(transferId: string): Promise<void>;
  /** Stops it, visibly; once more on one that is over takes it off the list. */
  cancel(transferId: string): Promise<void>;
  /** Another place among those that wait; durable. One that does not wait keeps its place. */
  move(transferId: string, to: 'first' | 'up' | 'down'): Promise<void>;
  pauseAll(): Promise<void>;
  /** Goes on with what is paused; what failed keeps its reason. */
  resumeAll(): Promise<void>;
  /** How many go at a time from now on; those under way come to their end. */
  setParallel(count: number): void;
  /** All transfers together, but for those to a hub on this computer, which take nothing of the wire. null: no limit. */
  setLimit(bytesPerSecond: number | null): void;
  /** A server was forgotten: its transfers leave the list. */
  dropServer(serverId: string): Promise<void>;
  /** The machine is going to sleep: connections end in good order, and nothing begins until {@link wake}. */
  sleep(): Promise<void>;
  /** The network, a sign-in, a hub or the machine is back: no need to wait out the pauses. */
  wake(): void;
  /** Stops everything running; the queue stays on disk. */
  close(): Promise<void>;
}

export interface TransfersOptions {
  dir: string;
  library: Library;
  hubs: HubAccess;
  /** The list is another; rarer the longer it is (main/transfer-news). */
  onChange(list: Transfer[]): void;
  /** Only bytes have moved: those that are under way. */
  onMoved?(moved: Moved[]): void;
  log: Log;
  random?: () => number;
  stallMs?: number;
  retryFirstMs?: number;
  parallel?: number;
}

export async function openTransfers(options: TransfersOptions): Promise<Transfers> {
  const { library, hubs, log, random = Math.random, stallMs = STALL_MS, retryFirstMs = RETRY_FIRST_MS } = options;
  const { journal, kept } = await openJournal(join(options.dir, 'transfers.jsonl'), log);
  let items = new Map<string, Item>();
  const underWay = new Set<Item>();
  const bandwidth = openBandwidth();
  let parallel = options.parallel ?? PARALLEL_DEFAULT;
  let isClosed = false;
  let isAsleep = false;
  let timer: NodeJS.Timeout | undefined;

  const partOf = (item: KeptTransfer) => library.partPath(item.sha256 as Sha256);

  // ── the list and its memory ──────────────────────────────────────────────────────────────────────────────────────────

  const list = (): Transfer[] => [...items.values()].map(shownOf);

  const news = openTransferNews({
    lines: () => items.size,
    isUnderWay: () => underWay.size > 0,
    tellList: () => options.onChange(list()),
    tellMoved: () => options.onMoved?.([...underWay].map(movedOf)),
  });
  const { changed } = news;
  function moved(item: Item, doneBytes: number): void {
    item.doneBytes = doneBytes;
    item.speed.note(doneBytes, performance.now());
    news.moved();
  }

  async function save(drops: readonly Item[], puts: readonly Item[]): Promise<void> {
    const lines: JournalLine[] = [
      ...drops.map((item) => ({ drop: item.transferId })),
      ...puts.map((item) => ({ put: keptOf(item) })),
    ];
    if (lines.length > 0) await journal.append(lines);
    for (const item of drops) items.delete(item.transferId);
    changed();
  }
  /** A state that is lost costs a repeated transfer, never a file: a full disk must not end the loop. */
  const saveQuietly = (item: Item) =>
    items.has(item.transferId)
      ? save([], [item]).catch((error: unknown) => log.failure('transfer-failed', error, { fileId: item.fileId }))
      : Promise.resolve();

  /** The oldest finished ones, beyond what is kept. */
  function trimmed(): Item[] {
    const done = [...items.values()].filter((item) => item.state === 'done');
    const beyond = (direction: Item['direction'], keep: number) => {
      const own = done.filter((item) => item.direction === direction);
      return own.slice(0, Math.max(0, own.length - keep));
    };
    return [...beyond('up', DONE_UPLOADS_KEPT), ...beyond('down', DONE_DOWNLOADS_KEPT)];
  }

  async function add(added: readonly Item[]): Promise<void> {
    if (isClosed) throw new PartaError('cancelled');
    const puts = added.map((item) => ({ put: keptOf(item) }));
    if (puts.length > 0) await journal.append(puts);
    for (const item of added) items.set(item.transferId, item);
    changed();
    pump();
  }

  // ── lanes ────────────────────────────────────────────────────────────────────────────────────────────────────────────

  const isCopy = (item: Item) => item.direction === 'up' && item.sha256 === null;

  function pump(): void {
    if (isClosed || isAsleep) return;
    clearTimeout(timer);
    const now = performance.now();
    const running = [...underWay];
    let copies = running.filter(isCopy).length;
    let moves = running.length - copies;
    // Two transfers of the same bytes would write one `.part`.
    const busy = new Set(running.map((item) => item.sha256));
    let soonest = Infinity;
    for (const item of items.values()) {
      if (item.state !== 'queued' || item.running) continue;
      if (item.notBefore > now) {
        soonest = Math.min(soonest, item.notBefore);
        continue;
      }
      if (isCopy(item)) {
        if (copies >= COPIES_MAX) continue;
        copies += 1;
      } else {
        if (moves >= parallel || busy.has(item.sha256)) continue;
        moves += 1;
        busy.add(item.sha256);
      }
      run(item);
    }
    if (soonest < Infinity) timer = setTimeout(pump, soonest - now);
  }

  function run(item: Item): void {
    const abort = new AbortController();
    const over = step(item, abort.signal)
      .then(
        () => succeeded(item),
        (error: unknown) => (abort.signal.aborted ? undefined : failed(item, error)),
      )
      .finally(() => {
        item.running = null;
        underWay.delete(item);
        changed();
        pump();
      });
    item.running = { abort, over };
    item.speed.reset();
    underWay.add(item);
    changed();
  }

  async function step(item: Item, signal: AbortSignal): Promise<void> {
    if (item.direction === 'down') return download(item, signal);
    return item.sha256 === null ? copy(item, signal) : upload(item, signal);
  }

  async function succeeded(item: Item): Promise<void> {
    item.failures = 0;
    if (item.state !== 'failed') item.code = null;
    if (item.source) {
      // Copied: now it can go up.
      item.source = null;
      return saveQuietly(item);
    }
    // Cancelled in the very moment it came to its end: the person's word stands.
    if (item.state === 'failed') return undefined;
    item.state = 'done';
    item.doneBytes = item.sizeBytes;
    item.doneAt = Date.now();
    log.write('transfer-done', { fileId: item.fileId, up: item.direction === 'up', sizeBytes: item.sizeBytes });
    await saveQuietly(item);
    await save([...mendedBy(item), ...trimmed()], []).catch(() => {});
  }

  /** Others that failed to bring the same bytes: they are here now. */
  const mendedBy = (item: Item) =>
    [...items.values()].filter(
      ({ direction, state, sha256 }) =>
        item.direction === 'down' && direction === 'down' && state === 'failed' && sha256 === item.sha256,
    );

  async function failed(item: Item, thrown: unknown): Promise<void> {
    const error = diskError(thrown);
    const code = codeOf(error);
    if (code === 'internal') log.failure('transfer-failed', error, { fileId: item.fileId });
    else log.write('transfer-failed', { fileId: item.fileId, code });
    item.failures += 1;
    item.code = code;
    const mends = ERRORS[code].retry === 'later' && (NETWORK.has(code) || item.failures < FAILURES_MAX);
    if (!mends) {
      item.state = 'failed';
      return saveQuietly(item);
    }
    const boundMs = Math.min(RETRY_LAST_MS, retryFirstMs * 2 ** Math.min(item.failures - 1, 16));
    item.notBefore = performance.now() + random() * boundMs;
    // One unreachable hub is one fact: the others of the queue need not find it out one by one.
    if (code === 'hub-unreachable') {
      for (const other of items.values()) {
        if (other.serverId !== item.serverId || other.running || isCopy(other) || other.state !== 'queued') continue;
        other.notBefore = Math.max(other.notBefore, item.notBefore);
        other.code = code;
      }
    }
    return undefined;
  }

  // ── one step of one transfer ─────────────────────────────────────────────────────────────────────────────────────────

  async function copy(item: Item, signal: AbortSignal): Promise<void> {
    if (!item.source) throw new PartaError('file-gone');
    item.sha256 = await takeChosen(library, item.source, signal, (doneBytes) => moved(item, doneBytes));
    item.doneBytes = 0;
  }

  async function upload(item: Item, signal: AbortSignal): Promise<void> {
    const sha256 = item.sha256 as Sha256;
    if (!(await library.has(sha256))) throw new PartaError('file-gone');
    try {
      await withTicket(item.serverId, ({ ticket, url }) =>
        sendByTus({
          endpoint: new URL('/files', url).href,
          ticket,
          path: library.path(sha256),
          item: { ...item, sha256 },
          signal,
          stallMs,
          bandwidth: isThisComputer(url) ? null : bandwidth,
          onProgress: (doneBytes) => moved(item, doneBytes),
        }),
      );
    } catch (error) {
      // Ours are the wrong bytes: sending them again mends nothing.
      if (codeOf(error) === 'hash-mismatch' && !(await library.check(sha256))) throw new PartaError('file-gone');
      throw error;
    }
  }

  async function download(item: Item, signal: AbortSignal): Promise<void> {
    const sha256 = item.sha256 as Sha256;
    if (await library.has(sha256)) return;
    const part = partOf(item);
    await mkdir(dirname(part), { recursive: true });
    item.doneBytes = await sizeOf(part);
    if (item.doneBytes > item.sizeBytes) {
      await rm(part, { force: true });
      item.doneBytes = 0;
    }
    if (item.doneBytes < item.sizeBytes || item.sizeBytes === 0) {
      await library.needRoom(item.sizeBytes - item.doneBytes);
      await withTicket(item.serverId, ({ ticket, url }) =>
        fetchPart({
          url: new URL(`/api/files/${item.fileId}`, url),
          ticket,
          part,
          sha256,
          sizeBytes: item.sizeBytes,
          signal,
          stallMs,
          bandwidth: isThisComputer(url) ? null : bandwidth,
          onProgress: (doneBytes) => moved(item, doneBytes),
        }),
      );
    }
    try {
      await library.adoptPart(sha256, signal);
    } catch (error) {
      if (codeOf(error) === 'hash-mismatch') item.doneBytes = 0;
      throw error;
    }
  }

  /** A ticket may have run out or the hub may have been restarted: once more with a fresh one before it counts. */
  async function withTicket(serverId: string, work: (session: { ticket: string; url: string }) => Promise<void>) {
    try {
      await work(await hubs.session(serverId));
    } catch (error) {
      if (codeOf(error) !== 'signed-out') throw error;
      hubs.ticketRefused(serverId);
      await work(await hubs.session(serverId));
    }
  }

  async function stopRunning(item: Item): Promise<void> {
    item.running?.abort.abort();
    await item.running?.over;
  }
  /** Files that have not come to an end and are not under way, in their order. */
  const waiting = () =>
    [...items.values()].filter(({ state, running }) => !running && (state === 'queued' || state === 'paused'));
  async function place(transferId: string, before: string | null): Promise<void> {
    await journal.append([{ move: transferId, before }]);
    items = placed(items, transferId, before);
    changed();
  }
  async function setAll(from: Item['state'], to: 'paused' | 'queued'): Promise<void> {
    const all = [...items.values()].filter(({ state }) => state === from);
    for (const item of all) Object.assign(item, { state: to, notBefore: 0 });
    await Promise.all(all.map(stopRunning));
    // Some may have come to their end just before.
    await save([], all);
    pump();
  }
  const find = (transferId: string): Item => {
    const item = items.get(transferId);
    if (!item) throw new PartaError('not-found');
    return item;
  };

  for (const one of kept) items.set(one.transferId, asItem(one));
  for (const item of items.values()) {
    if (item.state === 'done') item.doneBytes = item.sizeBytes;
    else if (item.direction === 'down') item.doneBytes = await sizeOf(partOf(item));
    // What failed for a passing reason is tried again after a start.
    if (item.state === 'failed' && item.code && ERRORS[item.code].retry !== 'never') item.state = 'queued';
  }
  await save(trimmed(), []).catch((error: unknown) => log.failure('transfer-failed', error));
  pump();

  const transfers: Transfers = {
    list,

    async upload(serverId, paths) {
      const chosen = await Promise.all(
        paths.map(async (path): Promise<Item> => {
          const { size, mtimeMs } = await plainFile(path);
          if (size > FILE_BYTES_MAX) throw new PartaError('too-large');
          const source = { path, sizeBytes: size, mtimeMs };
          return asItem({ ...newUpload(serverId, basename(path)), sizeBytes: size, sha256: null, source });
        }),
      );
      await add(chosen);
      return chosen.map(chosenOf);
    },

    async intake(serverId, name, bytes) {
      const { sha256, sizeBytes } = await library.take(bytes, { maxBytes: FILE_BYTES_MAX });
      const item = asItem({ ...newUpload(serverId, name), sizeBytes, sha256, source: null });
      await add([item]);
      return chosenOf(item);
    },

    async adopt(serverId, { fileId, name, sizeBytes, mediaType, sha256 }) {
      const known = [...items.values()].find((item) => item.direction === 'up' && item.fileId === fileId);
      if (known) return known.state === 'failed' ? transfers.resume(known.transferId) : undefined;
      const file = { fileId, mediaType, sizeBytes, sha256, source: null };
      return add([asItem({ ...newUpload(serverId, name), ...file })]);
    },

    async download(serverId, files, isWanted = false) {
      const wanted: Item[] = [];
      const coming = new Map<Sha256, Item[]>();
      const note = (item: Item) =>
        coming.set(item.sha256 as Sha256, [...(coming.get(item.sha256 as Sha256) ?? []), item]);
      for (const item of items.values()) if (item.direction === 'down' && item.state !== 'done') note(item);
      const bringers = (file: FileRef) =>
        (coming.get(file.sha256) ?? []).filter((item) => brings(item, serverId, file, isWanted));
      for (const file of files) {
        if (bringers(file).length > 0 || (await library.has(file.sha256))) continue;
        const item = asItem({
          ...file,
          transferId: randomUUID(),
          serverId,
          direction: 'down',
          name: safeFileName(file.name),
          state: 'queued',
          code: null,
          source: null,
          doneAt: null,
        });
        note(item);
        wanted.push(item);
      }
      await add(wanted);
      if (!isWanted) return;
      const asked = new Set(files.flatMap(bringers));
      const first = [...items.values()].filter((item) => asked.has(item));
      for (const item of first) item.notBefore = 0;
      for (const { transferId, state } of first.toReversed()) {
        if (state === 'failed') await transfers.resume(transferId);
        await transfers.move(transferId, 'first');
      }
    },

    async pause(transferId) {
      const item = find(transferId);
      if (item.state !== 'queued') return;
      item.state = 'paused';
      await stopRunning(item);
      // It may have come to its end just before.
      await save([], [item]);
      pump();
    },

    async resume(transferId) {
      const item = find(transferId);
      if (item.state !== 'paused' && item.state !== 'failed' && item.state !== 'queued') return;
      item.state = 'queued';
      item.code = null;
      item.failures = 0;
      item.notBefore = 0;
      // Somebody sits there: the machine is awake, whatever it told.
      isAsleep = false;
      await save([], [item]);
      pump();
    },

    async cancel(transferId) {
      const item = find(transferId);
      const isOver = item.state === 'done' || item.state === 'failed';
      if (!isOver) {
        item.state = 'failed';
        item.code = 'cancelled';
      }
      await stopRunning(item);
      const isShared = [...items.values()].some(
        (other) => other !== item && isComing(other) && other.sha256 === item.sha256,
      );
      // What stays of it is gone on with, or written over, by who wants it next.
      if (item.direction === 'down' && !isShared)
        await patiently(() => rm(partOf(item), { force: true })).catch(() => {});
      await save(isOver ? [item] : [], isOver ? [] : [item]);
      pump();
    },

    async move(transferId, to) {
      const item = find(transferId);
      const others = waiting();
      const at = others.indexOf(item);
      const after = to === 'first' ? others[0] : to === 'up' ? others[at - 1] : others[at + 1];
      if (at < 0 || !after || after === item) return;
      if (to !== 'down') return place(transferId, after.transferId);
      const all = [...items.values()];
      return place(transferId, all[all.indexOf(after) + 1]?.transferId ?? null);
    },

    pauseAll: () => setAll('queued', 'paused'),
    resumeAll: () => setAll('paused', 'queued'),

    setParallel(count) {
      parallel = count;
      pump();
    },
    setLimit: (bytesPerSecond) => bandwidth.setLimit(bytesPerSecond),

    async dropServer(serverId) {
      const gone = [...items.values()].filter((item) => item.serverId === serverId);
      for (const item of gone) item.state = 'paused';
      await Promise.all(gone.map(stopRunning));
      await save(gone, []);
    },

    async sleep() {
      isAsleep = true;
      clearTimeout(timer);
      await Promise.all([...underWay].map(stopRunning));
    },

    wake() {
      isAsleep = false;
      for (const item of items.values()) {
        item.notBefore = 0;
        if (item.state === 'failed' && item.code && ERRORS[item.code].retry === 'after-sign-in') item.state = 'queued';
      }
      pump();
    },

    async close() {
      if (isClosed) return;
      isClosed = true;
      clearTimeout(timer);
      news.close();
      await Promise.all([...items.values()].map(stopRunning));
      await journal.close();
    },
  };
  return transfers;
}

/** The hub or the way to it: tried for ever, because the teacher is at home and the hub is at school. */
const NETWORK: ReadonlySet<ErrorCode> = new Set([
  'hub-unreachable',
  'not-a-hub',
  'busy',
  'disk-full',
  'disk-full-here',
]);

/** Its bytes take nothing of the wire that a lesson shares. */
const isThisComputer = (url: string) => ['127.0.0.1', 'localhost', '[::1]'].includes(new URL(url).hostname);

const sizeOf = (path: string): Promise<number> =>
  stat(path).then(
    (found) => found.size,
    () => 0,
  );
