/**
 * The library: every file this app has received or is about to send, once each, under the name of its SHA-256
 * (`files/ab/cdef…`). Promises: what is in it is whole and verified, because a file enters only by rename after its bytes
 * were hashed and synced; memory stays constant whatever the size; originals are never handed out: the system's programs get
 * copies under a safe name, and nothing that could run is opened. Hides: folders and unfinished files.
 */
import { createHash, randomUUID } from 'node:crypto';
import { constants, createReadStream } from 'node:fs';
import { access, copyFile, mkdir, open, rename, rm, stat, statfs, writeFile, type FileHandle } from 'node:fs/promises';
import { dirname, extname, join } from 'node:path';
import { PartaError } from '../core/errors.ts';
import type { Sha256 } from '../core/ids.ts';
import { safeFileName } from '../core/names.ts';

/** Bytes gathered before one write. */
const BLOCK_BYTES = 1024 * 1024;
/** What a download leaves free on the disk: a system without any free space stops working. */
export const DISK_RESERVE_BYTES = 64 * 1024 ** 2;

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
  /** @throws PartaError `disk-full-here` where `bytes` more would leave less than the reserve. */
  needRoom(bytes: number): Promise<void>;
  /** Opens a copy with the system's program. @throws PartaError `file-gone`, `not-allowed` (it could run) */
  openCopy(sha256: Sha256, name: string): Promise<void>;
  /** Shows a copy in its folder. @throws PartaError `file-gone` */
  showCopy(sha256: Sha256, name: string): Promise<void>;
}
export interface TakeOptions {
  signal?: AbortSignal;
  maxBytes?: number;
  onBytes?: (doneBytes: number) => void;
}

/**
 * @param dir the user's data folder; `files`, `incoming` and `opened` are made below it
 * @param platform as `process.platform`: Windows marks copies as coming from elsewhere, so that Office opens them protected
 */
export async function openLibrary(
  dir: string,
  shell: SystemShell,
  platform: string = process.platform,
): Promise<Library> {
  const files = join(dir, 'files');
  const incoming = join(dir, 'incoming');
  const opened = join(dir, 'opened');
  // Copies of the last run, and what was being taken in when it ended; unfinished downloads stay.
  await rm(opened, { recursive: true, force: true }).catch(() => {});
  await rm(join(incoming, 'taking'), { recursive: true, force: true });
  for (const folder of [files, join(incoming, 'taking'), opened]) await mkdir(folder, { recursive: true });

  const pathOf = (sha256: Sha256) => join(files, sha256.slice(0, 2), sha256.slice(2));
  const has = async (sha256: Sha256) =>
    stat(pathOf(sha256)).then(
      (found) => found.isFile(),
      () => false,
    );

  async function enter(from: string, sha256: Sha256): Promise<void> {
    const to = pathOf(sha256);
    await mkdir(dirname(to), { recursive: true });
    await rename(from, to);
    await syncFolder(dirname(to));
  }

  async function copyOf(sha256: Sha256, name: string): Promise<string> {
    if (!(await has(sha256))) throw new PartaError('file-gone');
    const folder = join(opened, randomUUID());
    const copy = join(folder, name);
    try {
      await mkdir(folder);
      await copyFile(pathOf(sha256), copy, constants.COPYFILE_FICLONE);
      if (platform === 'win32')
        await writeFile(`${copy}:Zone.Identifier`, '[ZoneTransfer]\r\nZoneId=3\r\n').catch(() => {});
    } catch (error) {
      throw diskError(error);
    }
    return copy;
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
        if (await has(sha256)) await rm(path);
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
      for await (const chunk of createReadStream(part, { highWaterMark: BLOCK_BYTES })) {
        if (signal?.aborted) throw new PartaError('cancelled');
        hash.update(chunk as Buffer);
      }
      if (hash.digest('hex') !== sha256) {
        await rm(part, { force: true });
        throw new PartaError('hash-mismatch');
      }
      const file = await open(part, 'r+');
      try {
        await file.datasync();
      } finally {
        await file.close();
      }
      await enter(part, sha256);
    },
    async needRoom(bytes) {
      const { bavail, bsize } = await statfs(files);
      if (bavail * bsize - bytes < DISK_RESERVE_BYTES) throw new PartaError('disk-full-here');
    },
    async openCopy(sha256, name) {
      const safe = openableName(name);
      if (safe === null) throw new PartaError('not-allowed');
      const problem = await shell.openPath(await copyOf(sha256, safe));
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
 * Appends a stream to a file in blocks.
 * @param onBlock told each block after it was written, and the file's length then
 * @returns the file's length in bytes
 */
export async function writeGathered(
  file: FileHandle,
  from: number,
  bytes: AsyncIterable<Uint8Array>,
  onBlock: (block: Uint8Array, lengthBytes: number) => void,
): Promise<number> {
  let length = from;
  let waiting: Uint8Array[] = [];
  let waitingBytes = 0;
  const flush = async () => {
    if (waitingBytes === 0) return;
    const block = waiting.length === 1 ? waiting[0]! : Buffer.concat(waiting, waitingBytes);
    waiting = [];
    waitingBytes = 0;
    for (let written = 0; written < block.length;) {
      written += (await file.write(block, written, block.length - written, length + written)).bytesWritten;
    }
    length += block.length;
    onBlock(block, length);
  };
  try {
    for await (const chunk of bytes) {
      waiting.push(chunk);
      waitingBytes += chunk.length;
      if (waitingBytes >= BLOCK_BYTES) await flush();
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
  const code = error instanceof Error && 'code' in error ? error.code : null;
  return code === 'ENOSPC' || code === 'EDQUOT' ? new PartaError('disk-full-here', { cause: error }) : error;
}

/** A rename is durable once its folder is; Windows has no such call and needs none. */
async function syncFolder(path: string): Promise<void> {
  if (process.platform === 'win32') return;
  await access(path);
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}
