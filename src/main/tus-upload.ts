/**
 * One upload by tus: HEAD tells where it begins, one PATCH carries the whole rest. Promises: one id for ever; a POST only where the
 * hub does not know it (S15's client half); constant memory; a file that cannot be read, or is shorter than it was, ends the
 * upload at once instead of waiting for the hub to lose patience; a connection that stands still is given up. Hides: tus.
 */
import { Agent, request as requestHttp, type ClientRequest, type IncomingMessage } from 'node:http';
import { Agent as TlsAgent, request as requestHttps } from 'node:https';
import { DetailedError, Upload, type FileReader, type HttpRequest, type HttpResponse } from 'tus-js-client';
import { PartaError } from '../core/errors.ts';
import type { FileId, Sha256 } from '../core/ids.ts';
import type { Bandwidth } from './bandwidth.ts';
import { blocksOf } from './blocks.ts';
import { codeIn, codeOfStatus } from './hub-requests.ts';

/** One read and one write to the wire; small enough that a limit holds evenly. */
const SEND_BYTES = 256 * 1024;
/** Answers to tus are headers; a hub's reason is some words. */
const ANSWER_TEXT_MAX = 10_000;

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
      httpStack: {
        createRequest: (method, url) => new BlockRequest(method, url, agent),
        getName: () => 'BlockRequest',
      },
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

/** The rest of a file as the package hands it from our reader to our requests. */
interface Body {
  size: number;
  /** Two at a time: one is sent while the next is read. */
  blocks(): AsyncIterable<Buffer>;
  onError(error: PartaError): void;
}

/** Our own reader: the package's leaves a file open for every cut connection, and hears of no error in reading. */
function fileSource({ path, sizeBytes, bandwidth, onError }: Source): Awaited<ReturnType<FileReader['openFile']>> {
  let stopped = new AbortController();
  const close = () => stopped.abort();
  async function* paced(start: number, end: number, signal: AbortSignal): AsyncGenerator<Buffer> {
    let left = end - start;
    for await (const block of blocksOf(path, { start, end, blockBytes: SEND_BYTES, buffers: 2 })) {
      await bandwidth?.take(block.length, signal);
      if (signal.aborted) return;
      left -= block.length;
      yield block;
    }
    // The hub would wait for ever for bytes that a shorter file does not have.
    if (left > 0) throw new PartaError('hash-mismatch');
  }
  return {
    size: sizeBytes,
    slice(start, end) {
      close();
      stopped = new AbortController();
      const { signal } = stopped;
      const last = Math.min(end, sizeBytes);
      const value: Body = { size: last - start, blocks: () => paced(start, last, signal), onError };
      return Promise.resolve({ value, done: end >= sizeBytes });
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

/** Our own requests: the package's copies every block through streams, and tells of bytes that have not left yet. */
class BlockRequest implements HttpRequest {
  readonly #method: string;
  readonly #url: string;
  readonly #agent: Agent;
  readonly #headers: Record<string, string> = {};
  #request: ClientRequest | null = null;
  #onBytes: (sentBytes: number) => void = () => {};

  constructor(method: string, url: string, agent: Agent) {
    this.#method = method;
    this.#url = url;
    this.#agent = agent;
  }

  getMethod = () => this.#method;
  getURL = () => this.#url;
  setHeader(header: string, value: string) {
    this.#headers[header] = value;
  }
  getHeader = (header: string) => this.#headers[header];
  setProgressHandler(handler: (sentBytes: number) => void) {
    this.#onBytes = handler;
  }
  getUnderlyingObject = () => this.#request;
  abort() {
    this.#request?.destroy();
    return Promise.resolve();
  }

  send(body: Body | null | undefined): Promise<HttpResponse> {
    return new Promise((resolve, reject) => {
      const url = new URL(this.#url);
      const begin = url.protocol === 'https:' ? requestHttps : requestHttp;
      const length = body ? { 'Content-Length': body.size } : {};
      const options = { method: this.#method, agent: this.#agent, headers: { ...this.#headers, ...length } };
      const request = begin(url, options, (response) => void heard(response).then(resolve, reject));
      this.#request = request;
      request.on('error', reject);
      if (!body) return void request.end();
      pour(request, body, this.#onBytes).catch((error: unknown) =>
        body.onError(error instanceof PartaError ? error : new PartaError('file-gone', { cause: error })),
      );
    });
  }
}

async function heard(response: IncomingMessage): Promise<HttpResponse> {
  let text = '';
  for await (const chunk of response) if (text.length < ANSWER_TEXT_MAX) text += String(chunk);
  return {
    getStatus: () => response.statusCode ?? 0,
    getHeader: (header) => {
      const value = response.headers[header.toLowerCase()];
      return Array.isArray(value) ? value[0] : value;
    },
    getBody: () => text,
    getUnderlyingObject: () => response,
  };
}

/** A block's buffer is used again only after the system has taken the block: two of them are enough for any file. */
async function pour(request: ClientRequest, body: Body, onBytes: (sentBytes: number) => void): Promise<void> {
  let sentBytes = 0;
  let before: Promise<void> = Promise.resolve();
  for await (const block of body.blocks()) {
    const { length } = block;
    const taken = new Promise<void>((resolve) => {
      // A request that is over calls nobody back.
      request.once('close', resolve);
      request.write(block, () => {
        request.off('close', resolve);
        resolve();
      });
    }).then(() => {
      sentBytes += length;
      if (!request.destroyed) onBytes(sentBytes);
    });
    await before;
    before = taken;
    if (request.destroyed) return;
  }
  await before;
  request.end();
}

function meaningOf(error: Error | DetailedError): PartaError {
  const cause = error instanceof DetailedError ? error.causingError : null;
  if (cause instanceof PartaError) return cause;
  const status = error instanceof DetailedError ? (error.originalResponse?.getStatus() ?? null) : null;
  // Content without tus's own headers: something else listens there.
  if (status !== null) return new PartaError(status < 300 ? 'not-a-hub' : codeOfStatus(status), { cause: error });
  return new PartaError('hub-unreachable', { cause: error });
}
