/**
 * A chat saved into a folder that the person chose: `<folder>/index.html` and `<folder>/files/…`. Promises: the page names no
 * path, only a folder's name and files' names that are safe already; nothing that was there is overwritten; a file is copied
 * from the library, so it is whole and the one that was meant; what is given up leaves nothing behind; the page's bytes are
 * streamed to the disk. Hides: the system's dialog, folders, fetching what is not here yet.
 */
import { randomUUID } from 'node:crypto';
import { mkdir, open, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { PartaError } from '../core/errors.ts';
import { safeFileName } from '../core/names.ts';
import type { FileRef } from '../core/wire.ts';
import { copyOut } from './copy-out.ts';
import { fetched, type FetchOptions } from './fetched-file.ts';
import { diskError, writeGathered } from './library.ts';
import { patiently } from './patient-fs.ts';

/** One page; the longest chat that was tried (100,000 messages) takes a tenth of it. */
export const PAGE_BYTES_MAX = 1024 ** 3;
/** Folders tried beside one that is there already: «7А – Чат (2)». */
export const SAME_NAME_MAX = 1_000;

export interface ExportOptions extends FetchOptions {
  /** Asks the person; null where he thought better of it. */
  chooseFolder(): Promise<string | null>;
  showInFolder(path: string): void;
  platform?: string;
}

export interface Exports {
  begin(folder: string): Promise<{ exportId: string; folder: string } | null>;
  /** @throws PartaError `bad-request` (no such export, unsafe name), `disk-full-here`, `cancelled` */
  file(
    exportId: string,
    serverId: string,
    file: FileRef,
    name: string,
    isOnline: boolean,
  ): Promise<'saved' | 'missing'>;
  /** Writes `index.html`. @throws PartaError as {@link Exports.file} */
  page(exportId: string, bytes: AsyncIterable<Uint8Array>): Promise<void>;
  /** Keeps what is there, or removes all of it. */
  end(exportId: string, keep: boolean): Promise<void>;
  show(exportId: string): void;
  /** The page that asked is gone, or the app ends: what is not ended is removed. */
  close(): Promise<void>;
}

interface Open {
  path: string;
  /** Where the person would look: the page, once it is there. */
  isKept: boolean;
  ending: AbortController;
  /** What is being written into it now. */
  atWork: Set<Promise<unknown>>;
}

export function openExports(options: ExportOptions): Exports {
  const { platform = process.platform } = options;
  const all = new Map<string, Open>();
  /** Pages that have gone. */
  let gone = 0;
  const running = (exportId: string): Open => {
    const found = all.get(exportId);
    if (!found || found.ending.signal.aborted) throw new PartaError('bad-request');
    return found;
  };
  /** Work in an export that its end stops and waits for: nothing is written below a folder that was removed. */
  async function within<T>(exportId: string, work: (found: Open) => Promise<T>): Promise<T> {
    const found = running(exportId);
    const mine = work(found);
    found.atWork.add(mine);
    try {
      return await mine;
    } catch (error) {
      throw diskError(error);
    } finally {
      found.atWork.delete(mine);
    }
  }
  async function end(found: Open, keep: boolean): Promise<void> {
    found.ending.abort();
    found.isKept = keep;
    await Promise.allSettled(found.atWork);
    if (!keep) await patiently(() => rm(found.path, { recursive: true, force: true }));
  }

  return {
    async begin(folder) {
      const before = gone;
      const chosen = await options.chooseFolder();
      // Nobody would end it, where the page has gone meanwhile.
      if (chosen === null || gone !== before) return null;
      const path = await freshFolder(chosen, safeFileName(folder));
      const exportId = randomUUID();
      all.set(exportId, { path, isKept: false, ending: new AbortController(), atWork: new Set() });
      return { exportId, folder: path.slice(chosen.length).replace(/^[/\\]+/, '') };
    },
    file: (exportId, serverId, file, name, isOnline) =>
      within(exportId, async ({ path, ending: { signal } }) => {
        if (safeFileName(name) !== name) throw new PartaError('bad-request');
        const from = await fetched(options, isOnline ? serverId : null, file, signal);
        if (from === null) return 'missing';
        await mkdir(join(path, 'files'), { recursive: true });
        await copyOut(from, join(path, 'files', name), { signal, platform });
        return 'saved';
      }),
    page: (exportId, bytes) =>
      within(exportId, async ({ path, ending: { signal } }) => {
        const file = await open(join(path, 'index.html'), 'wx');
        try {
          await writeGathered(file, 0, limited(bytes, signal), () => undefined);
          await file.datasync();
        } finally {
          await file.close();
        }
      }),
    end: (exportId, keep) => end(running(exportId), keep),
    show(exportId) {
      const found = all.get(exportId);
      if (!found?.isKept) throw new PartaError('bad-request');
      options.showInFolder(join(found.path, 'index.html'));
    },
    async close() {
      gone += 1;
      const open = [...all.values()].filter(({ ending }) => !ending.signal.aborted);
      await Promise.allSettled(open.map((found) => end(found, false)));
    },
  };
}

/** Makes a folder that was not there: «name», «name (2)»… */
async function freshFolder(parent: string, name: string): Promise<string> {
  const isFolder = await stat(parent).then(
    (found) => found.isDirectory(),
    () => false,
  );
  if (!isFolder) throw new PartaError('file-gone');
  for (let n = 1; n <= SAME_NAME_MAX; n += 1) {
    const path = join(parent, n === 1 ? name : safeFileName(`${name} (${n})`));
    try {
      await mkdir(path);
      return path;
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw diskError(error);
    }
  }
  throw new PartaError('too-many');
}

/** Bytes up to the limit; a page that is gone may leave its stream open for ever, so the signal does not wait for it. */
async function* limited(bytes: AsyncIterable<Uint8Array>, signal: AbortSignal): AsyncGenerator<Uint8Array> {
  const { promise: stopped, reject } = Promise.withResolvers<never>();
  stopped.catch(() => {});
  const stop = () => reject(new PartaError('cancelled'));
  if (signal.aborted) stop();
  signal.addEventListener('abort', stop, { once: true });
  const reader = bytes[Symbol.asyncIterator]();
  for (let total = 0; ;) {
    const { done, value } = await Promise.race([reader.next(), stopped]);
    if (done) return;
    total += value.length;
    if (total > PAGE_BYTES_MAX) throw new PartaError('too-large');
    yield value;
  }
}
