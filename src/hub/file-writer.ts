/**
 * The one writer of a hub's uploads, in a thread of its own: hashing and the disk never hold up the event loop.
 *
 * Promises: blocks of an upload are hashed and written in the order in which they come; `close` answers when all of
 * them are synced; a call that fails says why by code, and the hash of what it was about is forgotten, so that it is
 * read again from the disk, where the truth is. A long hash lets others in after every megabyte. Few syncs run at once:
 * they share the threads that everybody reads files by. What grows is synced every few megabytes, so that nobody's
 * commit waits behind a whole file's data on the same disk.
 * Hides: file descriptors, hashes.
 */
import { createHash, type Hash } from 'node:crypto';
import {
  closeSync,
  constants,
  fdatasync,
  fsync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readSync,
  renameSync,
  writevSync,
} from 'node:fs';
import { constants as os, setPriority } from 'node:os';
import { dirname } from 'node:path';
import { setImmediate as nextTurn, setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { parentPort, workerData } from 'node:worker_threads';
import { codeOf, PartaError, type ErrorCode } from '../core/errors.ts';
import { whileHeld } from '../core/patience.ts';
import { Room } from './turns.ts';

/** Hashes kept of uploads that were left in the middle. */
export const HASHES_MAX = 200;
export const SYNCS_AT_ONCE_MAX = 2;
/** An upload is synced on its way whenever it has grown by so much and is not being synced. */
export const SYNC_EVERY_BYTES = 4 * 1024 ** 2;
const READ_BYTES = 1024 ** 2;
/** One for all: what is read is hashed before anybody else's turn comes. */
const READ_BUFFER = Buffer.allocUnsafeSlow(READ_BYTES);

const syncData = promisify(fdatasync);
const syncAll = promisify(fsync);

interface Open {
  fd: number;
  hash: Hash;
  end: number;
  isBroken: boolean;
  /** Up to here a sync on the way has come, or will; it never rejects. */
  syncedTo: number;
  syncing: Promise<void> | null;
  /** A disk tells once only that it could not keep something. */
  failure: { error: unknown } | null;
}

export class FileWriter {
  readonly #open = new Map<string, Open>();
  /** Uploads in the middle; what left longest ago is first. */
  readonly #kept = new Map<string, { hash: Hash; bytes: number }>();
  readonly #syncs = new Room(SYNCS_AT_ONCE_MAX);
  /** Whose own names are on disk. */
  readonly #folders = new Set<string>();

  /** Gets an upload of so many bytes ready for more. */
  async open(id: string, path: string, bytes: number): Promise<void> {
    const hash = await this.#hashOf(id, path, bytes);
    // Made where it is missing: a hub may have been killed between a row and its file, or between a file's place and
    // its row.
    const fd = openSync(path, constants.O_RDWR | constants.O_CREAT, 0o600);
    this.#open.set(id, { fd, hash, end: bytes, isBroken: false, syncedTo: bytes, syncing: null, failure: null });
  }

  /** Appends; the memory of the chunks is given back at once. */
  write(id: string, chunks: readonly Uint8Array<ArrayBuffer>[]): void {
    const file = this.#open.get(id);
    // Begun in a thread that has died since: its sender asks where it stands.
    if (!file) throw new PartaError('busy');
    try {
      let bytes = 0;
      for (const chunk of chunks) {
        file.hash.update(chunk);
        bytes += chunk.byteLength;
      }
      writeAll(file.fd, chunks, bytes, file.end);
      file.end += bytes;
      this.#syncOnTheWay(id, file);
    } catch (error) {
      file.isBroken = true;
      throw error;
    } finally {
      // Left to the collector it would make him go through the whole heap for every few megabytes.
      for (const chunk of chunks) chunk.buffer.transfer(0);
    }
  }

  /**
   * What a disk could not keep is sent anew from its beginning: the same bytes would be called safe the next time.
   * @returns bytes that are safe, in all
   */
  async close(id: string): Promise<number> {
    const file = this.#open.get(id);
    if (!file) throw new PartaError('busy');
    this.#open.delete(id);
    try {
      await file.syncing;
      if (file.failure) throw file.failure.error;
      await this.#inTurn(() => syncData(file.fd));
    } catch (error) {
      ftruncateSync(file.fd);
      throw error;
    } finally {
      closeSync(file.fd);
    }
    if (!file.isBroken) this.#keep(id, { hash: file.hash, bytes: file.end });
    return file.end;
  }

  #syncOnTheWay(id: string, file: Open): void {
    if (file.syncing || file.end - file.syncedTo < SYNC_EVERY_BYTES) return;
    const sync = async () => {
      // Its turn has come late: the sync at the end is for all of it.
      if (this.#open.get(id) !== file) return;
      file.syncedTo = file.end;
      await syncData(file.fd);
    };
    file.syncing = this.#inTurn(sync)
      .catch((error: unknown) => void (file.failure ??= { error }))
      .finally(() => (file.syncing = null));
  }

  /** SHA-256 of an upload that is here to its end. */
  async digest(id: string, path: string, bytes: number): Promise<string> {
    return (await this.#hashOf(id, path, bytes)).digest('hex');
  }

  /** Gives content its place; when this has answered it is there also after a power cut. */
  async place(from: string, to: string): Promise<void> {
    const folder = dirname(to);
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    await whileHeld(() => renameSync(from, to), delay);
    // A rename is on disk only when its folder is, and a new folder when its own is. Windows has no such thing and
    // needs none.
    if (process.platform === 'win32') return;
    await this.#syncFolder(folder);
    if (this.#folders.has(folder)) return;
    await this.#syncFolder(dirname(folder));
    this.#folders.add(folder);
  }

  async #syncFolder(folder: string): Promise<void> {
    const fd = openSync(folder, 'r');
    try {
      await this.#inTurn(() => syncAll(fd));
    } finally {
      closeSync(fd);
    }
  }

  /** Of an upload that will not go on. */
  forget(id: string): void {
    this.#kept.delete(id);
  }

  /** A hash over the first `bytes` of an upload: remembered, or read again. */
  async #hashOf(id: string, path: string, bytes: number): Promise<Hash> {
    const kept = this.#kept.get(id);
    this.#kept.delete(id);
    if (kept?.bytes === bytes) return kept.hash;
    const fresh = createHash('sha256');
    if (bytes === 0) return fresh;
    const fd = openSync(path, 'r+');
    try {
      for (let at = 0; at < bytes;) {
        const read = readSync(fd, READ_BUFFER, 0, Math.min(READ_BYTES, bytes - at), at);
        if (read === 0) throw new PartaError('storage-damaged');
        fresh.update(READ_BUFFER.subarray(0, read));
        at += read;
        await nextTurn();
      }
      // Whoever wrote it may have been killed before it was synced.
      await this.#inTurn(() => syncData(fd)).catch((error: unknown) => {
        ftruncateSync(fd);
        throw error;
      });
    } finally {
      closeSync(fd);
    }
    return fresh;
  }

  #keep(id: string, hash: { hash: Hash; bytes: number }): void {
    this.#kept.set(id, hash);
    for (const oldest of this.#kept.keys()) {
      if (this.#kept.size <= HASHES_MAX) break;
      this.#kept.delete(oldest);
    }
  }

  async #inTurn(sync: () => Promise<void>): Promise<void> {
    const leave = await this.#syncs.enter();
    try {
      await sync();
    } finally {
      leave();
    }
  }
}

function writeAll(fd: number, chunks: readonly Uint8Array[], bytes: number, at: number): void {
  const written = writevSync(fd, chunks, at);
  if (written === bytes) return;
  // A nearly full disk takes less than it was given, and says why at the next try.
  for (let left = Buffer.concat(chunks).subarray(written), position = at + written; left.byteLength > 0;) {
    const some = writevSync(fd, [left], position);
    left = left.subarray(some);
    position += some;
  }
}

/** What the thread is asked for: a method of {@link FileWriter} with its arguments. */
export type FileCall = { [K in keyof FileWriter]: { name: K; args: Parameters<FileWriter[K]> } }[keyof FileWriter];
export type ToFileWriter = FileCall & { number: number };
export type FromFileWriter =
  { number: number; ok: true; value: unknown } | { number: number; ok: false; code: ErrorCode };

const codeOfDisk = (error: unknown): ErrorCode =>
  (error as { code?: string }).code === 'ENOSPC' ? 'disk-full' : codeOf(error);

/** Where processors are few, words go before files. Of Linux alone: elsewhere the whole process would step back. */
function giveWay(): void {
  if (process.platform !== 'linux') return;
  try {
    setPriority(os.priority.PRIORITY_BELOW_NORMAL);
  } catch {
    // Forbidden here: only time is lost.
  }
}

// The file is also imported for its types and by tests: there nothing runs.
if (parentPort && (workerData as { writesFiles?: boolean } | null)?.writesFiles) {
  giveWay();
  const port = parentPort;
  const writer = new FileWriter();
  const answer = async ({ name, args }: FileCall) => (writer[name] as (...all: typeof args) => unknown)(...args);
  const calls: ToFileWriter[] = [];
  const next = () => {
    const { number, ...call } = calls.shift()!;
    answer(call).then(
      (value) => port.postMessage({ number, ok: true, value } satisfies FromFileWriter),
      (error: unknown) => port.postMessage({ number, ok: false, code: codeOfDisk(error) } satisfies FromFileWriter),
    );
    if (calls.length > 0) setImmediate(next);
  };
  // One call in a turn of the loop. A port hands over all that has come before the loop goes on: as long as blocks came,
  // the end of no sync was heard.
  port.on('message', (call: ToFileWriter) => {
    if (calls.push(call) === 1) setImmediate(next);
  });
}
