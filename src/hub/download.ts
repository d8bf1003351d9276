/**
 * Files on their way down: GET and HEAD with Range and ETag, from blocks that all who send share (blocks.ts).
 *
 * Promises: who may not read a file gets the answer of an unknown one. What is sent is never shown as a page of the hub
 * (attachment, nosniff, sandbox), and is not kept by a browser on a shared computer.
 */
import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { mayReadFile } from '../core/classroom.ts';
import { PartaError } from '../core/errors.ts';
import type { FileId, PersonId } from '../core/ids.ts';
import { safeFileName } from '../core/names.ts';
import { Blocks, BLOCK_BYTES } from './blocks.ts';
import type { ClassLogs } from './class-logs.ts';
import { contentPath } from './files.ts';
import type { FileRow, Store } from './store.ts';
import { Turns, TURN_BYTES } from './turns.ts';
import type { CountBytes } from './wall.ts';

/** Given to the system at once, so that what has gone is known in time also where a line is slow… */
export const PIECE_BYTES = 128 * 1024;
/** …and where the system takes everything at once. */
export const LARGE_PIECE_BYTES = BLOCK_BYTES;

/** Types that are sent as they are; everything else is bytes. */
const PLAIN_TYPES: ReadonlySet<string> = new Set([
  'application/pdf',
  'image/png',
  'image/jpeg',
  'image/webp',
  'image/gif',
  'text/plain',
  // What a page plays in place: Firefox plays nothing that is sent as bytes and may not be guessed at.
  'audio/aac',
  'audio/mp4',
  'audio/mpeg',
  'audio/ogg',
  'audio/wav',
  'audio/webm',
  'audio/x-m4a',
  'video/mp4',
  'video/quicktime',
  'video/webm',
]);

export interface DownloadsContext {
  store: Store;
  logs: ClassLogs;
  dataDir: string;
}

export class Downloads {
  readonly #context: DownloadsContext;
  readonly #blocks = new Blocks();
  readonly #turns = new Turns(TURN_BYTES);

  constructor(context: DownloadsContext) {
    this.#context = context;
  }

  /** The stored file if this person may read it, as his membership is now; else `not-found`. */
  async readable(fileId: FileId, personId: PersonId): Promise<FileRow & { sha256: string }> {
    const { store, logs } = this.#context;
    const file = await store.file(fileId);
    const namedBy = file?.sha256 ? await store.namedBy(fileId) : null;
    if (!file?.sha256 || !namedBy) throw new PartaError('not-found');
    // His own, not yet named by anything, he may read wherever he is in.
    const own = file.personId === personId ? await store.logsOf(personId) : [];
    for (const logId of new Set([...namedBy.keys(), ...own])) {
      const log = await logs.get(logId);
      // To be known to the school is not to be in a class: there only what was said counts.
      if (log?.state.kind === 'school' && !namedBy.has(logId)) continue;
      if (log && mayReadFile(log.state, namedBy.get(logId) ?? [], file.personId, personId))
        return { ...file, sha256: file.sha256 };
    }
    throw new PartaError('not-found');
  }

  /** Sends the file, or the part that is asked for. @param count told which of its bytes the system has taken */
  async send(
    request: IncomingMessage,
    response: ServerResponse,
    file: FileRow & { sha256: string },
    count: CountBytes = () => {},
  ): Promise<void> {
    const etag = `"${file.sha256}"`;
    response.setHeader('ETag', etag);
    response.setHeader('Accept-Ranges', 'bytes');
    response.setHeader('Cache-Control', 'private, no-store');
    response.setHeader('Content-Disposition', dispositionOf(file.name));
    response.setHeader('Content-Security-Policy', "sandbox; default-src 'none'");
    const type = PLAIN_TYPES.has(file.mediaType) ? file.mediaType : 'application/octet-stream';
    response.setHeader('Content-Type', type === 'text/plain' ? 'text/plain; charset=utf-8' : type);
    if (request.headers['if-none-match']?.includes(etag)) {
      response.writeHead(304).end();
      return;
    }
    const ifRange = request.headers['if-range'];
    const range = ifRange === undefined || ifRange === etag ? rangeOf(request.headers.range, file.sizeBytes) : null;
    if (range === 'unsatisfiable') {
      response.writeHead(416, { 'Content-Range': `bytes */${file.sizeBytes}`, 'Content-Length': 0 }).end();
      return;
    }
    const { start, end } = range ?? { start: 0, end: file.sizeBytes };
    response.setHeader('Content-Length', end - start);
    if (range) response.setHeader('Content-Range', `bytes ${start}-${end - 1}/${file.sizeBytes}`);
    response.writeHead(range ? 206 : 200);
    if (request.method === 'HEAD') {
      response.end();
      return;
    }
    await this.#pour(response, file, start, end, count);
  }

  async #pour(
    response: ServerResponse,
    { sha256, sizeBytes }: FileRow & { sha256: string },
    start: number,
    end: number,
    count: CountBytes,
  ): Promise<void> {
    const gone = new AbortController();
    response.once('close', () => gone.abort());
    try {
      let pieceBytes = PIECE_BYTES;
      const path = contentPath(this.#context.dataDir, sha256);
      for (let at = start; at < end && !gone.signal.aborted;) {
        const index = Math.floor(at / BLOCK_BYTES);
        const { bytes, giveBack } = await this.#blocks.lend(sha256, path, sizeBytes, index);
        const blockAt = index * BLOCK_BYTES;
        for (const blockEnd = Math.min(end, blockAt + BLOCK_BYTES); at < blockEnd && !gone.signal.aborted;) {
          const piece = bytes.subarray(at - blockAt, Math.min(blockEnd, at + pieceBytes) - blockAt);
          // A system with room takes megabytes without a pause, and everybody else would wait for them.
          await this.#turns.take(piece.byteLength);
          const turn = this.#turns.number;
          if (!response.write(piece)) await once(response, 'drain', { signal: gone.signal });
          pieceBytes = turn === this.#turns.number ? Math.min(pieceBytes * 2, LARGE_PIECE_BYTES) : PIECE_BYTES;
          count(at, at + piece.byteLength);
          at += piece.byteLength;
        }
        // Of a connection that broke off nobody knows what the system still looks at.
        if (!gone.signal.aborted && !response.destroyed && response.writableLength === 0) giveBack();
      }
      response.end();
    } catch {
      // Headers are out: a cut connection is the only honest way to say that the rest does not come.
      response.destroy();
    }
  }

  /** Blocks of removed content must not outlive it. */
  forget(hashes: readonly string[]): void {
    this.#blocks.forget(hashes);
  }
}

/** One range of bytes, `end` exclusive; null for the whole (several ranges are answered with the whole, as RFC 9110 allows). */
export function rangeOf(
  header: string | undefined,
  size: number,
): { start: number; end: number } | 'unsatisfiable' | null {
  const match = /^bytes=(\d{0,15})-(\d{0,15})$/.exec(header ?? '');
  if (!match || (match[1] === '' && match[2] === '')) return null;
  const [from, to] = [match[1] ?? '', match[2] ?? ''];
  const start = from === '' ? Math.max(0, size - Number(to)) : Number(from);
  const end = from === '' || to === '' ? size : Math.min(size, Number(to) + 1);
  if (from !== '' && to !== '' && Number(to) < Number(from)) return null;
  return start >= size || start >= end ? 'unsatisfiable' : { start, end };
}

/** RFC 6266 with the name in RFC 8187's coding, and an ASCII shadow of it for old programs. */
export function dispositionOf(name: string): string {
  const safe = safeFileName(name);
  const ascii = safe.replace(/[^\x20-\x7e]/g, '_').replace(/["\\%]/g, '_');
  const coded = encodeURIComponent(safe).replace(/['()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);
  return `attachment; filename="${ascii}"; filename*=UTF-8''${coded}`;
}
