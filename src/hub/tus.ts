/**
 * tus 1.0 with creation, creation-with-upload and termination: what a request says, and what is answered. Where bytes go is
 * the store's business (files.ts). Promises: one writer per upload, a newer request ends the older one's and waits for it; a body
 * never brings more than was announced; what has come of a body that broke off is kept; every refusal carries a code of ours. Of all
 * bodies together no more than {@link BLOCKS_AT_ONCE_MAX} blocks are in memory, and of each a chunk or two, and no more than
 * {@link TURN_BYTES} are read in one turn of the event loop: who finds no room is read later, in the order of asking.
 * Hides: headers, the gathering of a body into writes of about 1 MB while the last one is on its way to the disk.
 *
 * By hand, because a body through web streams costs twice the processor of the whole rest (`npm run bench -- collect`).
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import * as z from 'zod/mini';
import { codeOf, PartaError, type ErrorCode } from '../core/errors.ts';
import type { FileId } from '../core/ids.ts';
import { FILE_BYTES_MAX } from '../core/limits.ts';
import { UploadMetadata } from '../core/wire.ts';
import { BLOCKS_AT_ONCE_MAX, Room, Turns, TURN_BYTES } from './turns.ts';

export const TUS_VERSION = '1.0.0';
/** Bytes gathered before one write; as many again may wait for it. */
export const WRITE_BYTES = 1024 ** 2;
/** What came within this time is written together, also where it is less. */
export const GATHER_MS = 50;
/** `Upload-Metadata` as it is sent, in characters. */
export const METADATA_MAX = 4_096;
const BODY_TYPE = 'application/offset+octet-stream';

/** What an announced upload is: its size in bytes and what was said of it. */
export interface Announced extends UploadMetadata {
  sizeBytes: number;
}

/** Where uploads are kept; each of them refuses with a PartaError. `W` says who sends. */
export interface UploadStore<W> {
  begin(announced: Announced, who: W): Promise<void>;
  /** How much is here; `not-found` for everybody but who began it. */
  find(fileId: FileId, who: W): Promise<{ offset: number; sizeBytes: number }>;
  /** Takes blocks from `offset` on; resolves with the offset after the last when all of it is safe. */
  write(fileId: FileId, offset: number, pour: Pour): Promise<number>;
  remove(fileId: FileId): Promise<void>;
}
/** Hands over a body block by block, each when the one before has been taken, and tells what came with it; resolves at its end, whole or not. */
export type Pour = (
  take: (block: readonly Uint8Array[]) => Promise<void>,
  came: (bytes: number) => void,
) => Promise<void>;

const STATUS: Partial<Record<ErrorCode, number>> = {
  'not-found': 404,
  'too-large': 413,
  'too-many': 429,
  'disk-full': 507,
  'id-reused': 409,
  'not-allowed': 403,
  'hash-mismatch': 460,
  'bad-request': 400,
  stale: 409,
  busy: 503,
};

export class Tus<W> {
  readonly #store: UploadStore<W>;
  readonly #failed: (code: ErrorCode) => void;
  readonly #room = new Room(BLOCKS_AT_ONCE_MAX);
  readonly #turns = new Turns(TURN_BYTES);
  /** Who is at work on an upload, and when he has left it. */
  readonly #inside = new Map<FileId, { stop: AbortController; left: Promise<void> }>();

  /** @param failed told of what is nobody's fault but ours */
  constructor(store: UploadStore<W>, failed: (code: ErrorCode) => void) {
    this.#store = store;
    this.#failed = failed;
  }

  /** Answers one request; never throws. @param fileId null for the place where uploads are made */
  async handle(request: IncomingMessage, response: ServerResponse, fileId: FileId | null, who: W): Promise<void> {
    response.setHeader('Tus-Resumable', TUS_VERSION);
    response.setHeader('Cache-Control', 'no-store');
    try {
      if (request.headers['tus-resumable'] !== TUS_VERSION) {
        response.setHeader('Tus-Version', TUS_VERSION);
        return refuse(request, response, 'bad-request', 412);
      }
      if (fileId === null) await this.#create(request, response, who);
      else await this.#alone(fileId, (signal) => this.#onOne(request, response, fileId, who, signal));
    } catch (error) {
      const code = codeOf(error);
      if (code === 'internal') this.#failed(code);
      refuse(request, response, code, STATUS[code] ?? 500);
    }
  }

  async #create(request: IncomingMessage, response: ServerResponse, who: W): Promise<void> {
    const announced = announcedIn(request);
    const { fileId, sizeBytes } = announced;
    const isBodyHere = request.headers['content-type'] === BODY_TYPE;
    await this.#store.begin(announced, who);
    let offset = 0;
    if (isBodyHere || sizeBytes === 0)
      offset = await this.#alone(fileId, (signal) =>
        this.#take(request, fileId, 0, isBodyHere ? sizeBytes : 0, signal),
      );
    response.setHeader('Location', `/files/${fileId}`);
    if (isBodyHere) response.setHeader('Upload-Offset', offset);
    response.writeHead(201).end();
  }

  async #onOne(
    request: IncomingMessage,
    response: ServerResponse,
    fileId: FileId,
    who: W,
    signal: AbortSignal,
  ): Promise<void> {
    const { offset, sizeBytes } = await this.#store.find(fileId, who);
    if (request.method === 'HEAD') {
      response.setHeader('Upload-Offset', offset);
      response.setHeader('Upload-Length', sizeBytes);
      response.writeHead(200).end();
      return;
    }
    if (request.method === 'DELETE') {
      await this.#store.remove(fileId);
      response.writeHead(204).end();
      return;
    }
    if (request.headers['content-type'] !== BODY_TYPE) return refuse(request, response, 'bad-request', 415);
    const said = numberIn(request.headers['upload-offset']);
    if (said === null) throw new PartaError('bad-request');
    if (said !== offset) throw new PartaError('stale');
    const after = await this.#take(request, fileId, offset, sizeBytes - offset, signal);
    // A newer request has come for this upload: whoever sent this one has given it up, or will ask where it stands.
    if (signal.aborted && after < sizeBytes) throw new PartaError('busy');
    response.setHeader('Upload-Offset', after);
    response.writeHead(204).end();
  }

  #take(
    request: IncomingMessage,
    fileId: FileId,
    offset: number,
    leftBytes: number,
    signal: AbortSignal,
  ): Promise<number> {
    const length = request.headers['content-length'];
    if (length !== undefined && Number(length) > leftBytes) throw new PartaError('too-large');
    return this.#store.write(fileId, offset, (take, came) =>
      pour(request, leftBytes, signal, { room: this.#room, turns: this.#turns }, take, came),
    );
  }

  /** A newcomer asks the one inside to leave and waits for it. */
  async #alone<T>(fileId: FileId, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    for (let other = this.#inside.get(fileId); other; other = this.#inside.get(fileId)) {
      other.stop.abort();
      await other.left;
    }
    const stop = new AbortController();
    const working = work(stop.signal);
    const left = working.then(
      () => undefined,
      () => undefined,
    );
    this.#inside.set(fileId, { stop, left });
    try {
      return await working;
    } finally {
      this.#inside.delete(fileId);
    }
  }
}

function refuse(request: IncomingMessage, response: ServerResponse, code: ErrorCode, status: number): void {
  if (response.headersSent || response.destroyed) return void response.destroy();
  // The rest of a body that nobody is going to read must not be taken for the next request.
  if (!request.complete) response.setHeader('Connection', 'close');
  response.setHeader('Content-Type', 'application/json');
  response.writeHead(status);
  response.end(request.method === 'HEAD' ? undefined : JSON.stringify({ ok: false, code }));
}

/** A number of bytes as tus writes it; null for anything else. */
const numberIn = (header: string | string[] | undefined): number | null =>
  typeof header === 'string' && /^\d{1,15}$/.test(header) ? Number(header) : null;

function announcedIn(request: IncomingMessage): Announced {
  const sizeBytes = numberIn(request.headers['upload-length']);
  const metadata = z.safeParse(UploadMetadata, metadataIn(request.headers['upload-metadata']));
  if (sizeBytes === null || !metadata.success) throw new PartaError('bad-request');
  if (sizeBytes > FILE_BYTES_MAX) throw new PartaError('too-large');
  return { ...metadata.data, sizeBytes };
}

/** `key base64,key base64`; null where it is not that. */
function metadataIn(header: string | string[] | undefined): Record<string, string> | null {
  if (typeof header !== 'string' || header.length > METADATA_MAX) return null;
  const pairs: [string, string][] = [];
  for (const pair of header.split(',')) {
    const [, key, value] = /^\s*([^\s,]+)(?: ([A-Za-z0-9+/]*={0,2}))?\s*$/.exec(pair) ?? [];
    if (key === undefined) return null;
    // A key without a value says nothing.
    if (value) pairs.push([key, Buffer.from(value, 'base64').toString('utf8')]);
  }
  return Object.fromEntries(pairs);
}

const read = (body: IncomingMessage) => body.read() as Uint8Array | null;

/** See {@link Pour}; more than `leftBytes` is `too-large`, and what was gathered last is thrown away. */
function pour(
  body: IncomingMessage,
  leftBytes: number,
  signal: AbortSignal,
  { room, turns }: { room: Room; turns: Turns },
  take: (block: readonly Uint8Array[]) => Promise<void>,
  came: (bytes: number) => void,
): Promise<void> {
  return new Promise<void>((resolve, reject) => {
    let block: Uint8Array[] = [];
    let bytes = 0;
    let allBytes = 0;
    /** Gives back the room of what is being gathered. */
    let leave: (() => void) | null = null;
    let isAsking = false;
    let isTaking = false;
    /** More than its part of this turn has come. */
    let isResting = false;
    let isDue = false;
    let isOver = false;
    let failure: { error: unknown } | null = null;
    let timer: NodeJS.Timeout | undefined;

    const step = () => {
      if (isTaking || isAsking) return;
      if (!failure && (bytes >= WRITE_BYTES || (bytes > 0 && (isDue || isOver)))) return handOver();
      if (!isOver) return void (isResting || body.resume());
      clearTimeout(timer);
      leave?.();
      if (failure) reject(failure.error as Error);
      else resolve();
    };
    const handOver = () => {
      const [full, left] = [block, leave];
      came(bytes);
      [block, bytes, leave, isDue, isTaking] = [[], 0, null, false, true];
      clearTimeout(timer);
      take(full)
        .catch((error: unknown) => end({ error }))
        .finally(() => {
          left?.();
          isTaking = false;
          step();
        });
    };
    const settle = (given: () => void) => {
      leave = given;
      timer = setTimeout(() => {
        isDue = true;
        step();
      }, GATHER_MS);
    };
    const ask = () => {
      const given = room.tryEnter();
      if (given) return settle(given);
      isAsking = true;
      body.pause();
      void room.enter().then((later) => {
        isAsking = false;
        settle(later);
        step();
      });
    };
    const end = (why: { error: unknown } | null) => {
      failure ??= why;
      if (!isOver) {
        isOver = true;
        body.off('data', come).off('end', whole).off('close', whole).off('error', whole);
        signal.removeEventListener('abort', whole);
        body.pause();
      }
      step();
    };
    /** Its end, or as much as there will be of it: what lies read already has come as well. */
    const whole = () => {
      for (let chunk = read(body); chunk && !isOver; chunk = read(body)) come(chunk);
      end(null);
    };
    const come = (chunk: Uint8Array) => {
      allBytes += chunk.byteLength;
      if (allBytes > leftBytes) return end({ error: new PartaError('too-large') });
      block.push(chunk);
      bytes += chunk.byteLength;
      if (!leave && !isAsking) ask();
      if (bytes >= WRITE_BYTES) {
        if (isTaking || isAsking) body.pause();
        else step();
      }
      if (!isResting && !turns.tryTake(chunk.byteLength)) rest(chunk.byteLength);
    };
    /** The system may hold megabytes of a body: read in one go, everybody else would wait for them. */
    const rest = (chunkBytes: number) => {
      isResting = true;
      body.pause();
      void turns.take(chunkBytes).then(() => {
        isResting = false;
        if (!isOver) step();
      });
    };
    if (signal.aborted || body.readableEnded || body.destroyed) return whole();
    signal.addEventListener('abort', whole);
    body.on('data', come).on('end', whole).on('close', whole).on('error', whole);
  });
}
