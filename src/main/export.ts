/**
 * A chat saved into a folder that the person chose: `<folder>/index.html` and `<folder>/files/…`. Promises: the page names no
 * path, only a folder's name and files' names that are safe already; nothing that was there is overwritten; a file is copied
 * from the library, so it is whole and the one that was meant; what is given up leaves nothing behind; the page's bytes are
 * streamed to the disk. Hides: the system's dialog, folders, fetching what is not here yet.
 */
import { randomUUID } from 'node:crypto';
import { constants } from 'node:fs';
import { copyFile, mkdir, open, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { PartaError } from '../core/errors.ts';
import { safeFileName } from '../core/names.ts';
import type { FileRef } from '../core/wire.ts';
import { fetched, type FetchOptions } from './fetched-file.ts';
import { diskError, writeGathered } from './library.ts';

/** One page; the longest chat that was tried (100,000 messages) takes a tenth of it. */
export const PAGE_BYTES_MAX = 1024 ** 3;
/** Folders tried beside one that is there already: «7А – Чат (2)». */
export const SAME_NAME_MAX = 1_000;

export interface ExportOptions extends FetchOptions {
  /** Asks the person; null where he thought better of it. */
  chooseFolder(): Promise<string | null>;
  showInFolder(path: string): void;
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
}

interface Open {
  path: string;
  /** Where the person would look: the page, once it is there. */
  isKept: boolean;
  isOver: boolean;
}

export function openExports(options: ExportOptions): Exports {
  const { library } = options;
  const all = new Map<string, Open>();
  const running = (exportId: string): Open => {
    const found = all.get(exportId);
    if (!found || found.isOver) throw new PartaError('bad-request');
    return found;
  };

  return {
    async begin(folder) {
      const chosen = await options.chooseFolder();
      if (chosen === null) return null;
      const path = await freshFolder(chosen, safeFileName(folder));
      const exportId = randomUUID();
      all.set(exportId, { path, isKept: false, isOver: false });
      return { exportId, folder: path.slice(chosen.length).replace(/^[/\\]+/, '') };
    },
    async file(exportId, serverId, file, name, isOnline) {
      const found = running(exportId);
      if (safeFileName(name) !== name) throw new PartaError('bad-request');
      const isHere = isOnline
        ? await fetched(options, serverId, file, () => found.isOver)
        : await library.has(file.sha256);
      if (!isHere) return 'missing';
      try {
        await mkdir(join(found.path, 'files'), { recursive: true });
        const flags = constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE;
        await copyFile(library.path(file.sha256), join(found.path, 'files', name), flags);
      } catch (error) {
        throw diskError(error);
      }
      if (found.isOver) {
        // It was given up while this file was being copied.
        await rm(found.path, { recursive: true, force: true });
        throw new PartaError('cancelled');
      }
      return 'saved';
    },
    async page(exportId, bytes) {
      const found = running(exportId);
      try {
        const file = await open(join(found.path, 'index.html'), 'wx');
        try {
          await writeGathered(file, 0, limited(bytes), () => undefined);
          await file.datasync();
        } finally {
          await file.close();
        }
      } catch (error) {
        throw diskError(error);
      }
    },
    async end(exportId, keep) {
      const found = running(exportId);
      found.isOver = true;
      found.isKept = keep;
      if (!keep) await rm(found.path, { recursive: true, force: true });
    },
    show(exportId) {
      const found = all.get(exportId);
      if (!found?.isKept) throw new PartaError('bad-request');
      options.showInFolder(join(found.path, 'index.html'));
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

async function* limited(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let total = 0;
  for await (const chunk of bytes) {
    total += chunk.length;
    if (total > PAGE_BYTES_MAX) throw new PartaError('too-large');
    yield chunk;
  }
}
