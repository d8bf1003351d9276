/**
 * The library: every file this app has received or is about to send, once each, under the name of its SHA-256
 * (`files/ab/cdef…`). Promises: what is in it is whole and verified, because a file enters only by rename after its bytes
 * were hashed and synced; bytes that a disk spoiled later are noticed when they are opened or checked, and set aside, never
 * shown for what they were; memory stays constant whatever the size; originals are never handed out: the system's programs get
 * copies under a safe name (main/opened-copies), and nothing that could run is opened; a file that somebody else holds for a moment
 * is waited for. Hides: folders and unfinished files. Decides nothing about
 * what is kept: main/keeping does.
 */
import { createHash, randomUUID } from 'node:crypto';
import { access, mkdir, open, readdir, rename, rm, stat, statfs, type FileHandle } from 'node:fs/promises';
import { dirname, extname, join } from 'node:path';
import * as z from 'zod/mini';
import { PartaError } from '../core/errors.ts';
import { Sha256 } from '../core/ids.ts';
import { safeFileName } from '../core/names.ts';
import { openBandwidth } from './bandwidth.ts';
import { BLOCK_BYTES, blocksOf } from './blocks.ts';
import { markForeign } from './foreign-mark.ts';
import { openCopies } from './opened-copies.ts';
import { patiently } from './patient-fs.ts';

/** What a download leaves free on the disk: a system without any free space stops working. */
export const DISK_RESERVE_BYTES = 64 * 1024 ** 2;

/**
 * Up to this size a file is hashed before the window first shows it in a run (a tenth of a second on an old computer); a larger one,
 * which is a film, is shown at once and hashed beside.
 */
export const HASHED_FIRST_BYTES_MAX = 16 * 1024 ** 2;

/** Opened with the system's program. A positive list: whatever is not known to be a document does not start. */
export const OPENABLE = new Set(
  (
    '.pdf .djvu .doc .docx .odt .rtf .xls .xlsx .ods .ppt .pptx .odp .epub .csv .txt .md .log ' +
    '.jpg .jpeg .png .gif .webp .bmp .tif .tiff .heic .heif ' +
    '.mp3 .m4a .aac .ogg .oga .opus .wav .flac .mp4 .m4v .mov .webm .weba .mkv .avi .zip .7z .rar'
  ).split(' '),
);
/** Programs a pupil wrote: opened as text (`task.py.txt`), because opening them under their own name would run them. */
export const SOURCE_TEXT = new Set(
  '.py .pas .c .cc .cpp .h .hpp .cs .java .js .ts .html .htm .css .sql .json .xml .svg .rb .go .rs .php .kt .swift .lua .sh .bat'.split(
    ' ',
  ),
);

/** What the library asks of the system; Electron's `shell` in the app. */
export interface SystemShell {
  /** Answers '' or what went wrong, as Electron does. */
  openPath(path: string): Promise<string>;
  showItemInFolder(path: string): void;
}

/** What happened to a file of the library. `damaged`: its bytes were others, and it is no longer here. */
export interface LibraryNews {
  what: 'came' | 'gone' | 'damaged';
  sha256: Sha256;
}

export interface Library {
  /** Where a file lies, whether or not it is there. */
  path(sha256: Sha256): string;
  has(sha256: Sha256): Promise<boolean>;
  /**
   * Takes bytes in under their hash.
   * @param onBytes told how many bytes of it are on disk
   * @throws PartaError `disk-full-here`, `cancelled` (by `signal`), `too-large` (over `maxBytes`)
   */
  take(bytes: AsyncIterable<Uint8Array>, options?: TakeOptions): Promise<{ sha256: Sha256; sizeBytes: number }>;
  /** Where the bytes of a download gather until they are whole. */
  partPath(sha256: Sha256): string;
  /** Verifies a whole `.part` and takes it in. @throws PartaError `hash-mismatch`: the part is deleted. */
  adoptPart(sha256: Sha256, signal?: AbortSignal): Promise<void>;
  /** Takes in a file of ours on the same disk that was hashed and synced by whoever wrote it. */
  adopt(path: string, sha256: Sha256): Promise<void>;
  /** @throws PartaError `disk-full-here` where `bytes` more would leave less than the reserve. */
  needRoom(bytes: number): Promise<void>;
  /** Bytes that may still be written before the disk is full. */
  freeBytes(): Promise<number>;
  /**
   * Opens a copy with the system's program, to be read: what is changed in it is saved elsewhere.
   * @throws PartaError `file-gone`, `file-damaged`, `disk-full-here`, `not-allowed` (it could run)
   */
  openCopy(sha256: Sha256, name: string): Promise<void>;
  /** Shows a copy in its folder. @throws PartaError `file-gone`, `file-damaged` */
  showCopy(sha256: Sha256, name: string): Promise<void>;
  /** A copy under a safe name, for who carries it out of the app. @throws PartaError `file-gone`, `file-damaged` */
  copy(sha256: Sha256, name: string): Promise<string>;
  /** Where the window may read a file from; null where it is not here, or no longer what it was. */
  pathToShow(sha256: Sha256): Promise<string | null>;
  /**
   * Whether a file is here and what it was: read and hashed, once in a run. Of what leaves the app, the person sees no hash any more.
   * @throws PartaError `cancelled` by the signal
   */
  isWhole(sha256: Sha256, signal?: AbortSignal): Promise<boolean>;
  /**
   * Reads a file and compares its hash; a damaged one is set aside. @returns whether it is here and what it was
   * @param bytesPerSecond how fast to read at most, so that nobody waits for the disk
   */
  check(sha256: Sha256, options?: { signal?: AbortSignal; bytesPerSecond?: number }): Promise<boolean>;
  /** Every file here: its size, and when it came (Unix ms). */
  inventory(): Promise<ReadonlyMap<Sha256, Stored>>;
  /** Takes a file off the disk. Whoever calls knows that nobody needs it. */
  remove(sha256: Sha256): Promise<void>;
  /** Deletes what was set aside of a damaged file. */
  dropDamaged(sha256: Sha256): Promise<void>;
  /** @returns stops */
  watch(listener: (news: LibraryNews) => void): () => void;
}
export interface Stored {
  sizeBytes: number;
  cameAt: number;
}
export interface TakeOptions {
  signal?: AbortSignal;
  maxBytes?: number;
  onBytes?: (doneBytes: number) => void;
}

/**
 * @param dir the user's data folder; `files`, `incoming`, `opened` and `damaged` are made below it
 * @param platform as `process.platform`: Windows marks copies as coming from elsewhere, so that Office opens them protected
 */
export async function openLibrary(
  dir: string,
  shell: SystemShell,
  platform: string = process.platform,
): Promise<Library> {
  const files = join(dir, 'files');
  const incoming = join(dir, 'incoming');
  const damaged = join(dir, 'damaged');
  // What was being taken in when the last run ended; unfinished downloads stay. What is held goes at another start.
  await rm(join(incoming, 'taking'), { recursive: true, force: true }).catch(() => {});
  for (const folder of [files, join(incoming, 'taking')]) await mkdir(folder, { recursive: true });
  const copies = await openCopies(join(dir, 'opened'));

  const pathOf = (sha256: Sha256) => join(files, sha256.slice(0, 2), sha256.slice(2));
  const has = async (sha256: Sha256) =>
    stat(pathOf(sha256)).then(
      (found) => found.isFile(),
      () => false,
    );

  async function enter(from: string, sha256: Sha256): Promise<void> {
    const to = pathOf(sha256);
    const isNew = (await mkdir(dirname(to), { recursive: true })) !== undefined;
    await patiently(() => rename(from, to));
    await syncFolder(dirname(to));
    if (isNew) await syncFolder(files);
    hashed.add(sha256);
    const { size, mtimeMs } = await stat(to);
    (await known)?.set(sha256, { sizeBytes: size, cameAt: mtimeMs });
    tell({ what: 'came', sha256 });
  }

  /** Hashed in this run: nobody reads them again for that. */
  const hashed = new Set<Sha256>();
  /** Large ones, shown and hashed beside. */
  const beside = new Set<Sha256>();
  const listeners = new Set<(news: LibraryNews) => void>();
  const tell = (news: LibraryNews) => {
    for (const listener of listeners) listener(news);
  };

  /** Read once, when somebody first asks, and kept up from then on. */
  let known: Promise<Map<Sha256, Stored>> | null = null;
  async function readInventory(): Promise<Map<Sha256, Stored>> {
    const found = new Map<Sha256, Stored>();
    for (const start of await readdir(files)) {
      for (const rest of await readdir(join(files, start)).catch(() => [])) {
        const sha256 = z.safeParse(Sha256, start + rest);
        const facts = sha256.success ? await stat(join(files, start, rest)).catch(() => null) : null;
        if (sha256.success && facts?.isFile()) found.set(sha256.data, { sizeBytes: facts.size, cameAt: facts.mtimeMs });
      }
    }
    return found;
  }

  async function leave(sha256: Sha256, what: 'gone' | 'damaged'): Promise<void> {
    hashed.delete(sha256);
    (await known)?.delete(sha256);
    tell({ what, sha256 });
  }
  /** Its bytes may still be worth something to somebody: kept until a good copy is here. */
  async function setAside(sha256: Sha256): Promise<void> {
    await mkdir(damaged, { recursive: true });
    await patiently(() => rename(pathOf(sha256), join(damaged, sha256))).catch((error: unknown) => {
      // Two may find it out at once.
      if (!isMissing(error)) throw error;
    });
    await leave(sha256, 'damaged');
  }

  async function check(
    sha256: Sha256,
    { signal, bytesPerSecond }: { signal?: AbortSignal; bytesPerSecond?: number } = {},
  ): Promise<boolean> {
    const hash = createHash('sha256');
    const pace = openBandwidth();
    pace.setLimit(bytesPerSecond ?? null);
    try {
      for await (const block of blocksOf(pathOf(sha256))) {
        await pace.take(block.length, signal);
        if (signal?.aborted) throw new PartaError('cancelled');
        hash.update(block);
      }
    } catch (error) {
      if (isMissing(error)) return false;
      // A sector that cannot be read is a damage like any other.
      if (!isUnreadable(error)) throw error;
      await setAside(sha256);
      return false;
    }
    if (hash.digest('hex') === sha256) {
      hashed.add(sha256);
      return true;
    }
    await setAside(sha256);
    return false;
  }

  async function copyOf(sha256: Sha256, name: string, isReadOnly = false): Promise<string> {
    const found = await stat(pathOf(sha256)).catch(() => null);
    if (!found?.isFile()) throw new PartaError('file-gone');
    try {
      return await copies.give({ sha256, name, sizeBytes: found.size, isReadOnly }, async (copy) => {
        await needRoom(found.size);
        const hash = createHash('sha256');
        const file = await open(copy, 'wx');
        try {
          await writeGathered(file, 0, blocksOf(pathOf(sha256)), (block) => hash.update(block));
        } finally {
          await file.close();
        }
        if (hash.digest('hex') !== sha256) {
          await setAside(sha256);
          throw new PartaError('file-damaged');
        }
        hashed.add(sha256);
        await markForeign(copy, platform);
      });
    } catch (error) {
      if (isUnreadable(error)) {
        await setAside(sha256);
        throw new PartaError('file-damaged', { cause: error });
      }
      throw diskError(error);
    }
  }

  async function freeBytes(): Promise<number> {
    const { bavail, bsize } = await statfs(files);
    return bavail * bsize;
  }
  async function needRoom(bytes: number): Promise<void> {
    if ((await freeBytes()) - bytes < DISK_RESERVE_BYTES) throw new PartaError('disk-full-here');
  }

  return {
    path: pathOf,
    has,
    partPath: (sha256) => join(incoming, `${sha256}.part`),
    async take(bytes, { signal, maxBytes = Infinity, onBytes } = {}) {
      const path = join(incoming, 'taking', randomUUID());
      const hash = createHash('sha256');
      try {
        const file = await open(path, 'wx', 0o600);
        let sizeBytes: number;
        try {
          sizeBytes = await writeGathered(file, 0, limited(bytes, maxBytes, signal), (chunk, done) => {
            hash.update(chunk);
            onBytes?.(done);
          });
          await file.datasync();
        } finally {
          await file.close();
        }
        const sha256 = hash.digest('hex') as Sha256;
        // What is here already may have been spoiled since; then these bytes mend it.
        const isHere = hashed.has(sha256) ? await has(sha256) : await check(sha256);
        // A clean-up that fails is made up for at the next start.
        if (isHere) await rm(path, { force: true }).catch(() => {});
        else await enter(path, sha256);
        return { sha256, sizeBytes };
      } catch (error) {
        await rm(path, { force: true }).catch(() => {});
        throw diskError(error);
      }
    },
    async adoptPart(sha256, signal) {
      const part = join(incoming, `${sha256}.part`);
      const hash = createHash('sha256');
      for await (const block of blocksOf(part)) {
        if (signal?.aborted) throw new PartaError('cancelled');
        hash.update(block);
      }
      if (hash.digest('hex') !== sha256) {
        await patiently(() => rm(part, { force: true }));
        throw new PartaError('hash-mismatch');
      }
      const file = await patiently(() => open(part, 'r+'));
      try {
        await file.datasync();
      } finally {
        await file.close();
      }
      await enter(part, sha256);
    },
    async adopt(path, sha256) {
      if (hashed.has(sha256) && (await has(sha256))) await rm(path, { force: true });
      else await enter(path, sha256);
    },
    needRoom,
    freeBytes,
    check,
    async isWhole(sha256, signal) {
      if (hashed.has(sha256)) return has(sha256);
      return check(sha256, signal ? { signal } : {});
    },
    async pathToShow(sha256) {
      const path = pathOf(sha256);
      const found = await stat(path).catch(() => null);
      if (!found?.isFile()) return null;
      if (hashed.has(sha256)) return path;
      if (found.size <= HASHED_FIRST_BYTES_MAX) return (await check(sha256)) ? path : null;
      if (!beside.has(sha256)) {
        beside.add(sha256);
        const over = () => void beside.delete(sha256);
        check(sha256).then(over, over);
      }
      return path;
    },
    inventory: () => (known ??= readInventory()),
    async remove(sha256) {
      await patiently(() => rm(pathOf(sha256), { force: true }));
      await leave(sha256, 'gone');
    },
    dropDamaged: (sha256) => patiently(() => rm(join(damaged, sha256), { force: true })),
    watch(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    copy: (sha256, name) => copyOf(sha256, safeFileName(name)),
    async openCopy(sha256, name) {
      const safe = openableName(name);
      if (safe === null) throw new PartaError('not-allowed');
      const problem = await shell.openPath(await copyOf(sha256, safe, true));
      // The system has no program for it: the person can still reach the file.
      if (problem !== '') throw new PartaError('not-allowed');
    },
    async showCopy(sha256, name) {
      shell.showItemInFolder(await copyOf(sha256, safeFileName(name)));
    },
  };
}

/** The name a copy is opened under, by what the system would do with it; null where it could run. */
export function openableName(shown: string): string | null {
  const name = safeFileName(shown);
  const extension = extname(name).toLowerCase();
  if (OPENABLE.has(extension)) return name;
  return SOURCE_TEXT.has(extension) ? safeFileName(`${name}.txt`) : null;
}

/**
 * Appends a stream to a file in blocks, through one buffer.
 * @param onBlock told each block after it was written, and the file's length then; the block is good until it returns
 * @returns the file's length in bytes
 */
export async function writeGathered(
  file: FileHandle,
  from: number,
  bytes: AsyncIterable<Uint8Array>,
  onBlock: (block: Uint8Array, lengthBytes: number) => void,
): Promise<number> {
  let length = from;
  let gathered: Buffer | null = null;
  let gatheredBytes = 0;
  const write = async (block: Uint8Array) => {
    for (let written = 0; written < block.length;) {
      written += (await file.write(block, written, block.length - written, length + written)).bytesWritten;
    }
    length += block.length;
    onBlock(block, length);
  };
  const flush = async () => {
    const bytesNow = gatheredBytes;
    gatheredBytes = 0;
    if (gathered && bytesNow > 0) await write(gathered.subarray(0, bytesNow));
  };
  try {
    for await (const chunk of bytes) {
      // A whole block needs no gathering.
      if (gatheredBytes === 0 && chunk.length >= BLOCK_BYTES) {
        await write(chunk);
        continue;
      }
      gathered ??= Buffer.allocUnsafe(BLOCK_BYTES);
      for (let at = 0; at < chunk.length;) {
        const part = chunk.subarray(at, at + BLOCK_BYTES - gatheredBytes);
        gathered.set(part, gatheredBytes);
        gatheredBytes += part.length;
        at += part.length;
        if (gatheredBytes === BLOCK_BYTES) await flush();
      }
    }
  } finally {
    // What came before a cut is kept: the next try goes on from there.
    await flush();
  }
  return length;
}

async function* limited(
  bytes: AsyncIterable<Uint8Array>,
  maxBytes: number,
  signal: AbortSignal | undefined,
): AsyncGenerator<Uint8Array> {
  let total = 0;
  for await (const chunk of bytes) {
    if (signal?.aborted) throw new PartaError('cancelled');
    total += chunk.length;
    if (total > maxBytes) throw new PartaError('too-large');
    yield chunk;
  }
}

/** A full disk, by the code people are told; other errors as they are. */
export function diskError(error: unknown): unknown {
  const code = codeIn(error);
  return code === 'ENOSPC' || code === 'EDQUOT' ? new PartaError('disk-full-here', { cause: error }) : error;
}

const codeIn = (error: unknown) => (error instanceof Error && 'code' in error ? error.code : null);
const isMissing = (error: unknown) => codeIn(error) === 'ENOENT';
const isUnreadable = (error: unknown) => codeIn(error) === 'EIO';

/** A rename is durable once its folder is; Windows has no such call and needs none. */
export async function syncFolder(path: string): Promise<void> {
  if (process.platform === 'win32') return;
  await access(path);
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}
