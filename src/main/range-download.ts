/**
 * Fetching the bytes that a `.part` still lacks, by HTTP Range. Promises: appends only what belongs there (an ETag that
 * changed, or a hub without ranges, begins the part anew), never more than was announced, in constant memory; a connection
 * that stands still is given up. What came before a cut stays. Hides: ranges and their answers. Hashes nothing: the library does.
 */
import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import { request as requestHttp, type IncomingMessage } from 'node:http';
import { request as requestHttps } from 'node:https';
import { PartaError, codeOf } from '../core/errors.ts';
import type { Sha256 } from '../core/ids.ts';
import type { Bandwidth } from './bandwidth.ts';
import { collector } from './blocks.ts';
import { codeIn, codeOfStatus } from './hub-requests.ts';
import { diskError, writeGathered } from './library.ts';
import { patiently } from './patient-fs.ts';

export interface Fetching {
  url: URL;
  ticket: string;
  part: string;
  sha256: Sha256;
  sizeBytes: number;
  signal: AbortSignal;
  stallMs: number;
  /** null where no limit holds. */
  bandwidth: Bandwidth | null;
  onProgress(doneBytes: number): void;
}

/** Appends to the part what it lacks. A hub that cannot do ranges sends all of it; then the part begins anew. */
export async function fetchPart({
  url,
  ticket,
  part,
  sha256,
  sizeBytes,
  signal,
  stallMs,
  bandwidth,
  onProgress,
}: Fetching): Promise<void> {
  // Not for appending: Windows does not cut short what was opened so. Every write says where it belongs.
  const file = await patiently(() => open(part, constants.O_RDWR | constants.O_CREAT, 0o600));
  try {
    let from = (await file.stat()).size;
    const headers: Record<string, string> = { authorization: `Bearer ${ticket}` };
    if (from > 0) Object.assign(headers, { range: `bytes=${from}-`, 'if-range': `"${sha256}"` });
    const response = await get(url, headers, signal, stallMs);
    const status = response.statusCode ?? 0;
    const isRest = status === 206 && response.headers['content-range']?.startsWith(`bytes ${from}-`) === true;
    if (status === 200 || status === 416) {
      await file.truncate(0);
      from = 0;
    }
    if (status !== 200 && !isRest) {
      const code = status === 416 ? 'hub-unreachable' : (codeIn(await shortText(response)) ?? codeOfStatus(status));
      response.destroy();
      throw new PartaError(code);
    }
    // More than announced is not our file; the hash would find it out only when the disk is full.
    const collect = collector();
    const atMost = async function* () {
      let left = sizeBytes - from;
      for await (const chunk of response as AsyncIterable<Buffer>) {
        left -= chunk.length;
        if (left < 0) throw new PartaError('hash-mismatch');
        await bandwidth?.take(chunk.length, signal);
        yield chunk;
        collect(chunk.length);
        // As they come, not as they are written: on a slow line a block takes long to fill.
        onProgress(sizeBytes - left);
      }
    };
    onProgress(from);
    const length = await writeGathered(file, from, atMost(), () => undefined);
    if (length < sizeBytes) throw new PartaError('hub-unreachable');
  } catch (error) {
    if (codeOf(error) === 'hash-mismatch') await file.truncate(0);
    if (error instanceof PartaError) throw error;
    const here = diskError(error);
    throw here instanceof PartaError ? here : new PartaError('hub-unreachable', { cause: error });
  } finally {
    await file.close();
  }
}

function get(
  url: URL,
  headers: Record<string, string>,
  signal: AbortSignal,
  stallMs: number,
): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const send = url.protocol === 'https:' ? requestHttps : requestHttp;
    const request = send(url, { headers, signal, timeout: stallMs, agent: false }, resolve);
    request.on('timeout', () => request.destroy(new PartaError('hub-unreachable')));
    request.on('error', reject);
    request.end();
  });
}

async function shortText(response: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of response) {
    text += String(chunk);
    if (text.length > 10_000) break;
  }
  return text;
}
