/**
 * One upload by tus: HEAD tells where it begins, one PATCH carries the whole rest. Promises: one id for ever; a POST only where the
 * hub does not know it (S15's client half); constant memory; a file that cannot be read, or is shorter than it was, ends the
 * upload at once instead of waiting for the hub to lose patience; a connection that stands still is given up. Hides: tus.
 */
import { createReadStream } from 'node:fs';
import { Agent } from 'node:http';
import { Agent as TlsAgent } from 'node:https';
import { Readable } from 'node:stream';
import { DefaultHttpStack, DetailedError, Upload, type FileReader } from 'tus-js-client';
import { PartaError } from '../core/errors.ts';
import type { FileId, Sha256 } from '../core/ids.ts';
import type { Bandwidth } from './bandwidth.ts';
import { codeIn, codeOfStatus } from './hub-requests.ts';

const READ_BYTES = 256 * 1024;

export interface Sending {
  endpoint: string;
  ticket: string;
  path: string;
  item: { fileId: FileId; name: string; sizeBytes: number; mediaType: string; sha256: Sha256 };
  signal: AbortSignal;
  stallMs: number;
  /** null where no limit holds. */
  bandwidth: Bandwidth | null;
  onProgress(doneBytes: number): void;
}

/**
 * Only a hub that does not know the id gets a POST: on another error a POST could begin a second upload under an id that is half
 * there.
 * @throws PartaError `cancelled`, `hub-unreachable`, `not-a-hub`, `file-gone` (not readable any more), `hash-mismatch` (here it is
 * not the file that it was, or the hub found other bytes), or the code that the hub answered
 */
export function sendByTus({
  endpoint,
  ticket,
  path,
  item,
  signal,
  stallMs,
  bandwidth,
  onProgress,
}: Sending): Promise<void> {
  return new Promise<void>((resolve, reject) => {
    const source = fileSource({ path, sizeBytes: item.sizeBytes, bandwidth, onError: (error) => give(error) });
    // Connections of its own: one kept from before the hub's restart would fail the next request.
    const agent = endpoint.startsWith('https:') ? new TlsAgent({ keepAlive: true }) : new Agent({ keepAlive: true });
    let stall: NodeJS.Timeout | undefined;
    const end = (error: unknown) => {
      clearTimeout(stall);
      signal.removeEventListener('abort', stop);
      source.close();
      agent.destroy();
      if (error) reject(error);
      else resolve();
    };
    const give = (error: PartaError) => {
      void upload.abort();
      end(error);
    };
    const stop = () => give(new PartaError('cancelled'));
    const moving = () => {
      clearTimeout(stall);
      stall = setTimeout(() => give(new PartaError('hub-unreachable')), stallMs);
    };
    const upload = new Upload(Buffer.alloc(0), {
      endpoint,
      uploadUrl: `${endpoint}/${item.fileId}`,
      uploadSize: item.sizeBytes,
      metadata: { fileId: item.fileId, filename: item.name, filetype: item.mediaType, sha256: item.sha256 },
      headers: { Authorization: `Bearer ${ticket}` },
      chunkSize: Infinity,
      retryDelays: null,
      storeFingerprintForResuming: false,
      fingerprint: () => Promise.resolve(''),
      httpStack: new DefaultHttpStack({ agent }),
      fileReader: { openFile: () => Promise.resolve(source) },
      onBeforeRequest: moving,
      onAfterResponse(request, response) {
        moving();
        const status = response.getStatus();
        const isUnknown = status === 404 || status === 410;
        if (status < 300 || (request.getMethod() === 'HEAD' && isUnknown)) return;
        throw new PartaError(codeIn(response.getBody()) ?? codeOfStatus(status));
      },
      onProgress(doneBytes) {
        moving();
        onProgress(doneBytes);
      },
      onSuccess: () => end(null),
      onError: (error) => end(meaningOf(error)),
    });
    if (signal.aborted) return stop();
    signal.addEventListener('abort', stop);
    moving();
    upload.start();
  });
}

/**
 * Our own reader: the package's leaves a file open for every cut connection, hears of no error in reading, and waits for ever for
 * bytes that a shorter file does not have.
 */
function fileSource({ path, sizeBytes, bandwidth, onError }: Source): Awaited<ReturnType<FileReader['openFile']>> {
  let current: Readable | null = null;
  let stopped = new AbortController();
  const close = () => {
    stopped.abort();
    current?.destroy();
  };
  async function* paced(start: number, end: number, signal: AbortSignal): AsyncGenerator<Buffer> {
    let left = end - start;
    for await (const chunk of createReadStream(path, { start, end: end - 1, highWaterMark: READ_BYTES })) {
      await bandwidth?.take((chunk as Buffer).length, signal);
      if (signal.aborted) return;
      left -= (chunk as Buffer).length;
      yield chunk as Buffer;
    }
    if (left > 0) throw new PartaError('hash-mismatch');
  }
  return {
    size: sizeBytes,
    slice(start, end) {
      close();
      stopped = new AbortController();
      const length = Math.min(end, sizeBytes) - start;
      current = Readable.from(length > 0 ? paced(start, start + length, stopped.signal) : [], { objectMode: false });
      current.on('error', (error) =>
        onError(error instanceof PartaError ? error : new PartaError('file-gone', { cause: error })),
      );
      return Promise.resolve({ value: Object.assign(current, { size: length }), done: end >= sizeBytes });
    },
    close,
  };
}

interface Source {
  path: string;
  sizeBytes: number;
  bandwidth: Bandwidth | null;
  onError(error: PartaError): void;
}

function meaningOf(error: Error | DetailedError): PartaError {
  const cause = error instanceof DetailedError ? error.causingError : null;
  if (cause instanceof PartaError) return cause;
  const status = error instanceof DetailedError ? (error.originalResponse?.getStatus() ?? null) : null;
  // Content without tus's own headers: something else listens there.
  if (status !== null) return new PartaError(status < 300 ? 'not-a-hub' : codeOfStatus(status), { cause: error });
  return new PartaError('hub-unreachable', { cause: error });
}
