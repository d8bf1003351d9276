/**
 * Files on their way up: tus 1.0 at /files, spoken by @tus/server, kept by a data store of our own.
 *
 * Promises: the last 204 goes out only when every byte is synced, hashed, in its place under its SHA-256, and its row is on
 * disk (S15); until then HEAD tells the true offset, also after a crash. An id is 32 hex digits, used once, and belongs to who
 * began it: for everybody else it does not exist. One writer per upload; a newer request ends the older one's.
 * Hides: where bytes lie (`uploads/<id>`, then `files/ab/cdef…`), gathering, hashing, limits, sweeping.
 */
import { createHash, type Hash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, open, readdir, rename, rm, stat, statfs, type FileHandle } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { DataStore, Server, Upload, type Lock, type Locker } from '@tus/server';
import * as z from 'zod/mini';
import { codeOf, type ErrorCode } from '../core/errors.ts';
import { FileId, Sha256, type PersonId } from '../core/ids.ts';
import { FILE_BYTES_MAX } from '../core/limits.ts';
import { safeFileName } from '../core/names.ts';
import { UploadMetadata } from '../core/wire.ts';
import type { Log } from './log.ts';
import type { FileRow, Store } from './store.ts';

export const UNFINISHED_UPLOADS_PER_PERSON_MAX = 60;
/** Everything one pupil (or parent) has on the hub, finished or not. */
export const GUEST_BYTES_MAX = 8 * 1024 ** 3;
/** Left free on the disk, so that the database can always write. */
export const DISK_RESERVE_BYTES = 256 * 1024 ** 2;
/** An unfinished upload, or a file that no row names, goes after this long. */
export const FILE_UNNAMED_MS = 48 * 60 * 60_000;
/** A body that brings nothing for so long is cut; the sender resumes. */
export const UPLOAD_IDLE_MS = 30_000;
const WRITE_BYTES = 1024 ** 2;
/** How long a writer who is asked to stop may go on with what has arrived already. */
const LOCK_DRAIN_MS = 200;
const HASHERS_MAX = 200;

/** Where the bytes of a hash lie. */
export const contentPath = (dataDir: string, sha256: string): string =>
  join(dataDir, 'files', sha256.slice(0, 2), sha256.slice(2));

export interface FilesContext {
  store: Store;
  dataDir: string;
  log: Log;
  now: () => number;
  isAllowedOrigin(origin: string): boolean;
  limits?: Partial<FileLimits>;
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

const STATUS: Partial<Record<ErrorCode, number>> = {
  'not-found': 404,
  'too-large': 413,
  'too-many': 429,
  'disk-full': 507,
  'id-reused': 409,
  'not-allowed': 403,
  'hash-mismatch': 460,
  'bad-request': 400,
  busy: 503,
};
const bodyOf = (code: ErrorCode) => JSON.stringify({ ok: false, code });
/** What @tus/server takes for an error with an answer of its own. */
const tusError = (code: ErrorCode) => ({ status_code: STATUS[code] ?? 500, body: bodyOf(code) });

export class Files {
  readonly #context: FilesContext;
  readonly #tus: Server;
  readonly #uploads: Uploads;
  readonly #uploaders = new WeakMap<IncomingMessage, Uploader>();

  constructor(context: FilesContext) {
    this.#context = context;
    this.#uploads = new Uploads(context);
    const uploaderOf = (request: object): Uploader => {
      const raw = (request as { runtime?: { node?: { req: IncomingMessage } } }).runtime?.node?.req;
      const uploader = raw && this.#uploaders.get(raw);
      if (!uploader) throw tusError('not-found');
      return uploader;
    };
    this.#tus = new Server({
      path: '/files',
      datastore: this.#uploads,
      locker: new OneWriter(),
      lockDrainTimeout: LOCK_DRAIN_MS,
      maxSize: FILE_BYTES_MAX,
      relativeLocation: true,
      allowedOrigins: context.isAllowedOrigin,
      namingFunction: (_request, metadata) => {
        const parsed = z.safeParse(UploadMetadata, withoutNulls(metadata));
        if (!parsed.success) throw tusError('bad-request');
        return parsed.data.fileId;
      },
      onUploadCreate: async (request, upload) => {
        await this.#uploads.begin(upload, uploaderOf(request));
        return {};
      },
      onIncomingRequest: async (request, id) => {
        const uploader = uploaderOf(request);
        if (request.method !== 'POST') await this.#uploads.demandOwner(id, uploader.personId);
      },
      onResponseError: (_request, error) => {
        // A sender who went away is no failure; a crash of ours is told by its code only.
        if ('status_code' in error) return { status_code: error.status_code, body: jsonBody(error) };
        const code = codeOf(error);
        if (code === 'internal') context.log('upload-failed', { code });
        return tusError(code);
      },
    });
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
    const isKnownShape = id === null ? request.method === 'POST' : z.safeParse(FileId, id).success;
    const isKnownMethod = id === null || ['HEAD', 'PATCH', 'DELETE'].includes(request.method ?? '');
    if (!isKnownShape || !isKnownMethod) {
      // Closed, because a body may follow that nobody is going to read.
      response.writeHead(404, { 'Content-Type': 'application/json', 'Tus-Resumable': '1.0.0', Connection: 'close' });
      response.end(request.method === 'HEAD' ? undefined : bodyOf('not-found'));
      return;
    }
    this.#uploaders.set(request, uploader);
    // The server's own listener ends a socket that has been silent for so long; hashing after the last byte may take longer.
    request.socket.setTimeout(UPLOAD_IDLE_MS);
    request.once('end', () => request.socket.setTimeout(0));
    await this.#tus.handle(request, response);
  }

  /** Removes what is old and unfinished, or named by no row. */
  sweep(): Promise<void> {
    return this.#uploads.sweep();
  }

  /** Removes content that rows have just ceased to name. */
  removeContent(hashes: readonly Sha256[]): Promise<void> {
    return this.#uploads.removeContent(hashes);
  }
}

const withoutNulls = (metadata: Record<string, string | null> | undefined) =>
  Object.fromEntries(Object.entries(metadata ?? {}).filter(([, value]) => value !== null));

/** tus's own refusals, in the hub's words. */
function jsonBody({ status_code, body }: { status_code: number; body: string }): string {
  if (body.startsWith('{')) return body;
  if (status_code === 404 || status_code === 410) return bodyOf('not-found');
  if (status_code === 413) return bodyOf('too-large');
  return bodyOf(status_code >= 500 ? 'internal' : 'bad-request');
}

/** The data store behind tus. */
class Uploads extends DataStore {
  readonly #context: FilesContext;
  readonly #limits: FileLimits;
  /** Hashes of uploads in the middle, as far as they were written here; what is missing is read again. */
  readonly #hashers = new Map<string, { hash: Hash; bytes: number }>();
  /** Content that is coming or going: a file must not be removed while the same bytes are being stored anew. */
  readonly #moving = new Map<string, Promise<unknown>>();

  constructor(context: FilesContext) {
    super();
    this.#context = context;
    this.#limits = {
      unfinishedPerPerson: UNFINISHED_UPLOADS_PER_PERSON_MAX,
      guestBytes: GUEST_BYTES_MAX,
      diskReserveBytes: DISK_RESERVE_BYTES,
      ...context.limits,
    };
    this.extensions = ['creation', 'creation-with-upload', 'termination'];
  }

  #path(id: string): string {
    return join(this.#context.dataDir, 'uploads', id);
  }

  /** The row of an upload that this person began; for others it does not exist. */
  async demandOwner(id: string, personId: PersonId): Promise<void> {
    const row = await this.#context.store.file(id as FileId);
    if (row?.personId !== personId) throw tusError('not-found');
  }

  /** Writes the row of a new upload, or refuses it. */
  async begin(upload: Upload, uploader: Uploader): Promise<void> {
    const { store, dataDir, now } = this.#context;
    const metadata = z.parse(UploadMetadata, withoutNulls(upload.metadata));
    const sizeBytes = upload.size;
    if (sizeBytes === undefined) throw tusError('bad-request');
    const usage = await store.usageOf(uploader.personId);
    if (usage.unfinished >= this.#limits.unfinishedPerPerson) throw tusError('too-many');
    if (uploader.hubRole === 'guest' && usage.bytes + sizeBytes > this.#limits.guestBytes) throw tusError('too-large');
    const { bavail, bsize } = await statfs(dataDir);
    if (bavail * bsize - sizeBytes < this.#limits.diskReserveBytes) throw tusError('disk-full');
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
    if (!(await store.beginFile(row))) throw tusError('id-reused');
  }

  override async create(upload: Upload): Promise<Upload> {
    await (await open(this.#path(upload.id), 'w', 0o600)).close();
    if (upload.size === 0) await this.#finish(await this.#row(upload.id));
    return upload;
  }

  override async getUpload(id: string): Promise<Upload> {
    const row = await this.#row(id);
    const offset = row.sha256 ? row.sizeBytes : await this.#written(id);
    // A crash came between the last byte and its row: the sender would take a full offset for "stored".
    if (!row.sha256 && offset === row.sizeBytes) await this.#finish(row);
    return new Upload({ id, size: row.sizeBytes, offset, creation_date: new Date(row.begunAt).toISOString() });
  }

  /** Takes a body from `offset` on; returns the offset after it. A body that breaks off leaves what has come. */
  override async write(body: Readable, id: string, offset: number): Promise<number> {
    const row = await this.#row(id);
    if (row.sha256) return offset;
    const handle = await open(this.#path(id), 'r+');
    let end = offset;
    try {
      const hasher = await this.#hasherAt(id, offset);
      for await (const block of blocks(body)) {
        await writeAll(handle, block, end);
        for (const chunk of block) hasher.update(chunk);
        end += sizeOf(block);
      }
      await handle.datasync();
      this.#keepHasher(id, { hash: hasher, bytes: end });
    } catch (error) {
      this.#hashers.delete(id);
      throw (error as { code?: string }).code === 'ENOSPC' ? tusError('disk-full') : error;
    } finally {
      await handle.close();
    }
    if (end === row.sizeBytes) await this.#finish(row);
    return end;
  }

  override async remove(id: string): Promise<void> {
    const row = await this.#row(id);
    if (!(await this.#context.store.forgetFile(row.fileId))) throw tusError('not-allowed');
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

  async removeContent(hashes: readonly string[]): Promise<void> {
    for (const sha256 of new Set(hashes))
      await this.#alone(sha256, async () => {
        if (await this.#context.store.hasContent(sha256 as Sha256)) return;
        await rm(contentPath(this.#context.dataDir, sha256), { force: true });
        this.#context.log('content-removed');
      });
  }

  // ── Inside ───────────────────────────────────────────────────────────────────────────────────────────────────────────

  async #row(id: string): Promise<FileRow> {
    const row = await this.#context.store.file(id as FileId);
    if (!row) throw tusError('not-found');
    return row;
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
    const hasher = await this.#hasherAt(row.fileId, row.sizeBytes);
    this.#hashers.delete(row.fileId);
    const sha256 = z.parse(Sha256, hasher.digest('hex'));
    if (row.announced && row.announced !== sha256) {
      // Not the file that was announced: the sender begins again.
      await (await open(from, 'w', 0o600)).close();
      throw tusError('hash-mismatch');
    }
    await this.#alone(sha256, async () => {
      const to = contentPath(dataDir, sha256);
      const folder = join(to, '..');
      await mkdir(folder, { recursive: true, mode: 0o700 });
      await rename(from, to);
      await syncFolder(folder);
      await store.fileStored(row.fileId, sha256);
    });
    log('upload-stored', { fileId: row.fileId, bytes: row.sizeBytes });
  }

  /** A hash over the first `bytes` of an upload: remembered, or read again from disk. */
  async #hasherAt(id: string, bytes: number): Promise<Hash> {
    const kept = this.#hashers.get(id);
    this.#hashers.delete(id);
    if (kept?.bytes === bytes) return kept.hash;
    const fresh = createHash('sha256');
    if (bytes > 0)
      for await (const chunk of createReadStream(this.#path(id), { end: bytes - 1, highWaterMark: WRITE_BYTES }))
        fresh.update(chunk as Buffer);
    return fresh;
  }

  #keepHasher(id: string, hasher: { hash: Hash; bytes: number }): void {
    this.#hashers.set(id, hasher);
    for (const oldest of this.#hashers.keys()) {
      if (this.#hashers.size <= HASHERS_MAX) break;
      this.#hashers.delete(oldest);
    }
  }

  async #discard(row: FileRow): Promise<void> {
    this.#hashers.delete(row.fileId);
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

const sizeOf = (block: readonly Uint8Array[]) => block.reduce((sum, chunk) => sum + chunk.byteLength, 0);

/** Chunks of a body gathered into writes of about 1 MB. Where it breaks off, what has come is kept: the sender resumes behind it. */
async function* blocks(body: Readable): AsyncGenerator<Uint8Array[]> {
  let block: Uint8Array[] = [];
  let bytes = 0;
  try {
    for await (const chunk of body as AsyncIterable<Uint8Array>) {
      block.push(chunk);
      bytes += chunk.byteLength;
      if (bytes < WRITE_BYTES) continue;
      yield block;
      block = [];
      bytes = 0;
    }
  } catch (error) {
    // tus answers, or not, for the connection itself; an error of the limiter (too many bytes) is no end of a body.
    if ((error as { status_code?: number }).status_code !== undefined) throw error;
  }
  if (bytes > 0) yield block;
}

async function writeAll(handle: FileHandle, block: readonly Uint8Array[], at: number): Promise<void> {
  const { bytesWritten } = await handle.writev(block, at);
  if (bytesWritten === sizeOf(block)) return;
  // A nearly full disk takes less than it was given, and says why at the next try.
  let left = Buffer.concat(block).subarray(bytesWritten);
  let position = at + bytesWritten;
  while (left.byteLength > 0) {
    const written = (await handle.write(left, 0, left.byteLength, position)).bytesWritten;
    left = left.subarray(written);
    position += written;
  }
}

/** A rename is on disk only when its folder is. Windows has no such thing and needs none. */
async function syncFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return;
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** One writer per upload: a newcomer asks the one inside to finish and waits for it. */
class OneWriter implements Locker {
  readonly #holders = new Map<string, { release: () => void; left: Promise<void> }>();

  newLock(id: string): Lock {
    let leave: (() => void) | null = null;
    return {
      lock: async (signal, cancel) => {
        for (let holder = this.#holders.get(id); holder; holder = this.#holders.get(id)) {
          holder.release();
          await holder.left;
          if (signal.aborted) throw tusError('busy');
        }
        let resolveLeft = () => undefined as void;
        const left = new Promise<void>((resolve) => (resolveLeft = resolve));
        this.#holders.set(id, { release: () => void cancel(), left });
        leave = () => {
          this.#holders.delete(id);
          resolveLeft();
        };
      },
      unlock: async () => leave?.(),
    };
  }
}
