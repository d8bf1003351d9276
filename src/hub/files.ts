/**
 * Files on their way up, as the hub keeps them; tus.ts speaks with who sends them.
 *
 * Promises: the last answer goes out only when every byte is synced, hashed, in its place under its SHA-256, and its row is on
 * disk (S15); until then the offset is the truth, also after a crash. An id is 32 hex digits, used once, and belongs to who
 * began it: for everybody else it does not exist.
 * Hides: where bytes lie (`uploads/<id>`, then `files/ab/cdef…`), limits, sweeping. Hashing, writing and syncing is done in a thread
 * (file-disk.ts).
 */
import { mkdir, open, readdir, rm, stat, statfs } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { join } from 'node:path';
import type { Worker } from 'node:worker_threads';
import * as z from 'zod/mini';
import { PartaError } from '../core/errors.ts';
import { FileId, Sha256, type PersonId } from '../core/ids.ts';
import { safeFileName } from '../core/names.ts';
import { FileDisk } from './file-disk.ts';
import type { Log } from './log.ts';
import type { FileRow, Store } from './store.ts';
import { Tus, TUS_VERSION, type Announced, type Pour, type UploadStore } from './tus.ts';
import type { Wall } from './wall.ts';

export const UNFINISHED_UPLOADS_PER_PERSON_MAX = 60;
/** Everything one pupil (or parent) has on the hub, finished or not. */
export const GUEST_BYTES_MAX = 8 * 1024 ** 3;
/** Left free on the disk, so that the database can always write. */
export const DISK_RESERVE_BYTES = 256 * 1024 ** 2;
/** An unfinished upload, or a file that no row names, goes after this long. */
export const FILE_UNNAMED_MS = 48 * 60 * 60_000;
/** A body that brings nothing for so long is cut; the sender resumes. */
export const UPLOAD_IDLE_MS = 30_000;

/** Where the bytes of a hash lie. */
export const contentPath = (dataDir: string, sha256: string): string =>
  join(dataDir, 'files', sha256.slice(0, 2), sha256.slice(2));

export interface FilesContext {
  store: Store;
  dataDir: string;
  log: Log;
  now: () => number;
  wall?: Pick<Wall, 'receives' | 'dropped'>;
  limits?: Partial<FileLimits>;
  /** Starts the thread that writes. */
  startFileWriter?: () => Worker;
}
export interface FileLimits {
  unfinishedPerPerson: number;
  guestBytes: number;
  diskReserveBytes: number;
}

/** Who sends this request; known before tus sees it. */
export interface Uploader {
  personId: PersonId;
  hubRole: 'teacher' | 'guest';
}

export class Files {
  readonly #context: FilesContext;
  readonly #uploads: Uploads;
  readonly #tus: Tus<Uploader>;

  constructor(context: FilesContext) {
    this.#context = context;
    this.#uploads = new Uploads(context);
    this.#tus = new Tus(this.#uploads, (code) => context.log('upload-failed', { code }));
  }

  /** Prepares the folders and sweeps what a crash left behind. */
  async open(): Promise<void> {
    await mkdir(join(this.#context.dataDir, 'uploads'), { recursive: true, mode: 0o700 });
    await mkdir(join(this.#context.dataDir, 'files'), { recursive: true, mode: 0o700 });
  }

  /** Serves one tus request of somebody who may upload. */
  async handle(request: IncomingMessage, response: ServerResponse, uploader: Uploader): Promise<void> {
    const path = (request.url ?? '').split('?')[0] ?? '';
    const id = path === '/files' || path === '/files/' ? null : path.slice('/files/'.length);
    const fileId = id === null ? null : z.safeParse(FileId, id);
    const isKnownShape = fileId === null ? request.method === 'POST' : fileId.success;
    const isKnownMethod = id === null || ['HEAD', 'PATCH', 'DELETE'].includes(request.method ?? '');
    if (!isKnownShape || !isKnownMethod) {
      // Closed, because a body may follow that nobody is going to read.
      response.writeHead(404, {
        'Content-Type': 'application/json',
        'Tus-Resumable': TUS_VERSION,
        Connection: 'close',
      });
      response.end(request.method === 'HEAD' ? undefined : JSON.stringify({ ok: false, code: 'not-found' }));
      return;
    }
    // The server's own listener ends a socket that has been silent for so long; hashing after the last byte may take longer.
    request.socket.setTimeout(UPLOAD_IDLE_MS);
    request.once('end', () => request.socket.setTimeout(0));
    await this.#tus.handle(request, response, fileId?.success ? fileId.data : null, uploader);
  }

  /** Removes what is old and unfinished, or named by no row. */
  sweep(): Promise<void> {
    return this.#uploads.sweep();
  }

  /** Removes content that rows have just ceased to name. */
  removeContent(hashes: readonly Sha256[]): Promise<void> {
    return this.#uploads.removeContent(hashes);
  }

  /** Ends what writes; uploads are refused from here on. */
  close(): Promise<void> {
    return this.#uploads.close();
  }
}

/** Uploads on the disk and in the database. */
class Uploads implements UploadStore<Uploader> {
  readonly #context: FilesContext;
  readonly #limits: FileLimits;
  readonly #disk: FileDisk;
  /** Bytes that bodies on their way are still to bring. */
  #comingBytes = 0;
  /** Content that is coming or going: a file must not be removed while the same bytes are being stored anew. */
  readonly #moving = new Map<string, Promise<unknown>>();

  constructor(context: FilesContext) {
    this.#context = context;
    this.#disk = new FileDisk(() => context.log('file-writer-died'), context.startFileWriter);
    this.#limits = {
      unfinishedPerPerson: UNFINISHED_UPLOADS_PER_PERSON_MAX,
      guestBytes: GUEST_BYTES_MAX,
      diskReserveBytes: DISK_RESERVE_BYTES,
      ...context.limits,
    };
  }

  #path(id: string): string {
    return join(this.#context.dataDir, 'uploads', id);
  }

  /** Writes the row of a new upload, or refuses it. */
  async begin({ sizeBytes, ...metadata }: Announced, uploader: Uploader): Promise<void> {
    const { store, now } = this.#context;
    const usage = await store.usageOf(uploader.personId);
    if (usage.unfinished >= this.#limits.unfinishedPerPerson) throw new PartaError('too-many');
    if (uploader.hubRole === 'guest' && usage.bytes + sizeBytes > this.#limits.guestBytes)
      throw new PartaError('too-large');
    await this.#demandRoom(sizeBytes);
    const row: FileRow = {
      fileId: metadata.fileId,
      personId: uploader.personId,
      name: safeFileName(metadata.filename),
      mediaType: mediaTypeOf(metadata.filetype),
      sizeBytes,
      sha256: null,
      announced: metadata.sha256 ?? null,
      begunAt: now(),
    };
    // The row first: an upload nobody knows of would never be swept. A POST for a known id must not touch its bytes.
    if (!(await store.beginFile(row))) throw new PartaError('id-reused');
    await (await open(this.#path(row.fileId), 'w', 0o600)).close();
  }

  async find(fileId: FileId, uploader: Uploader): Promise<{ offset: number; sizeBytes: number }> {
    const row = await this.#context.store.file(fileId);
    if (row?.personId !== uploader.personId) throw new PartaError('not-found');
    const { sizeBytes } = row;
    if (row.sha256) return { offset: sizeBytes, sizeBytes };
    const offset = await this.#written(fileId);
    // A crash came between the last byte and its row: the sender would take a full offset for "stored".
    if (offset === sizeBytes) await this.#finish(row);
    return { offset, sizeBytes };
  }

  async write(fileId: FileId, offset: number, pour: Pour): Promise<number> {
    const row = await this.#row(fileId);
    if (row.sha256) return offset;
    let arrived = offset;
    const count = this.#context.wall?.receives(row.personId, row);
    await this.#demandRoom(row.sizeBytes - offset);
    this.#comingBytes += row.sizeBytes - offset;
    try {
      await this.#disk.open(fileId, this.#path(fileId), offset);
      await pour(
        (block) => this.#disk.write(fileId, block),
        (bytes) => {
          arrived += bytes;
          this.#comingBytes -= bytes;
          count?.(arrived);
        },
      );
    } catch (error) {
      // What has come is kept; what went wrong first is what its sender hears.
      await this.#disk.close(fileId).catch(() => undefined);
      throw error;
    } finally {
      this.#comingBytes -= row.sizeBytes - arrived;
    }
    const end = await this.#disk.close(fileId);
    if (end === row.sizeBytes) await this.#finish(row);
    return end;
  }

  async remove(fileId: FileId): Promise<void> {
    const row = await this.#row(fileId);
    if (!(await this.#context.store.forgetFile(row.fileId))) throw new PartaError('not-allowed');
    await this.#discard(row);
  }

  async sweep(): Promise<void> {
    const { store, now, log } = this.#context;
    for (const row of await store.forgottenFiles(now() - FILE_UNNAMED_MS)) {
      if (!(await store.forgetFile(row.fileId))) continue;
      log('upload-expired', { fileId: row.fileId });
      await this.#discard(row);
    }
    await this.#sweepFolder();
  }

  async close(): Promise<void> {
    await this.#disk.end();
  }

  async removeContent(hashes: readonly string[]): Promise<void> {
    for (const sha256 of new Set(hashes))
      await this.#alone(sha256, async () => {
        if (await this.#context.store.hasContent(sha256 as Sha256)) return;
        await rm(contentPath(this.#context.dataDir, sha256), { force: true });
        this.#context.log('content-removed');
      });
  }

  // ── Inside ───────────────────────────────────────────────────────────────────────────────────────────────────────────

  async #row(fileId: FileId): Promise<FileRow> {
    const row = await this.#context.store.file(fileId);
    if (!row) throw new PartaError('not-found');
    return row;
  }

  /** Thirty who hand in at once must not take together what each alone may have. */
  async #demandRoom(bytes: number): Promise<void> {
    const { bavail, bsize } = await statfs(this.#context.dataDir);
    if (bavail * bsize - this.#comingBytes - bytes < this.#limits.diskReserveBytes) throw new PartaError('disk-full');
  }

  async #written(id: string): Promise<number> {
    return stat(this.#path(id)).then(
      ({ size }) => size,
      () => 0,
    );
  }

  /** The whole upload is on disk: hash, place, row, in this order. */
  async #finish(row: FileRow): Promise<void> {
    const { store, dataDir, log } = this.#context;
    const from = this.#path(row.fileId);
    // Of a file without bytes nothing is sent, so nobody else would make it where a crash took it.
    if (row.sizeBytes === 0) await (await open(from, 'w', 0o600)).close();
    const sha256 = z.parse(Sha256, await this.#disk.digest(row.fileId, from, row.sizeBytes));
    if (row.announced && row.announced !== sha256) {
      // Not the file that was announced: the sender begins again.
      await (await open(from, 'w', 0o600)).close();
      this.#context.wall?.dropped(row.personId, row.fileId);
      throw new PartaError('hash-mismatch');
    }
    await this.#alone(sha256, async () => {
      await this.#disk.place(from, contentPath(dataDir, sha256));
      await store.fileStored(row.fileId, sha256);
    });
    log('upload-stored', { fileId: row.fileId, bytes: row.sizeBytes });
  }

  async #discard(row: FileRow): Promise<void> {
    this.#context.wall?.dropped(row.personId, row.fileId);
    await this.#disk.forget(row.fileId);
    await rm(this.#path(row.fileId), { force: true });
    if (row.sha256) await this.removeContent([row.sha256]);
  }

  /** What lies on disk and no row knows: a crash came between place and row, or row and removal. */
  async #sweepFolder(): Promise<void> {
    const { store, dataDir, now } = this.#context;
    const isOld = async (path: string) => now() - (await stat(path)).mtimeMs > FILE_UNNAMED_MS;
    for (const id of await readdir(join(dataDir, 'uploads'))) {
      const path = this.#path(id);
      if (!(await store.file(id as FileId)) && (await isOld(path))) await rm(path, { force: true });
    }
    for (const start of await readdir(join(dataDir, 'files')))
      for (const rest of await readdir(join(dataDir, 'files', start))) {
        const sha256 = start + rest;
        if (!(await store.hasContent(sha256 as Sha256)) && (await isOld(contentPath(dataDir, sha256))))
          await this.removeContent([sha256]);
      }
  }

  async #alone<T>(sha256: string, work: () => Promise<T>): Promise<T> {
    const before = this.#moving.get(sha256) ?? Promise.resolve();
    const mine = before.then(work, work);
    this.#moving.set(sha256, mine);
    try {
      return await mine;
    } finally {
      if (this.#moving.get(sha256) === mine) this.#moving.delete(sha256);
    }
  }
}

const mediaTypeOf = (said: string | undefined) =>
  said && /^[a-z0-9.+-]{1,48}\/[a-z0-9.+-]{1,48}$/i.test(said) ? said.toLowerCase() : 'application/octet-stream';
