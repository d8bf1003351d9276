/**
 * The bytes of a file as a reader wants them: all of it, a text's beginning, a zip's directory. Promises: of a text of 200 MB one
 * megabyte is fetched, of an archive its end and its directory; what cannot be had is a {@link PreviewTrouble}.
 */
import { TEXT_BYTES_SHOWN } from './kinds.ts';
import type { Reading, Trouble } from './frame-words.ts';
import { DIRECTORY_BYTES_MAX, findDirectory, TAIL_BYTES, ZipProblem } from './parse/zip.ts';

export class PreviewTrouble extends Error {
  readonly trouble: Trouble;
  constructor(trouble: Trouble) {
    super(trouble);
    this.trouble = trouble;
  }
}

export interface GivenBytes {
  bytes: ArrayBuffer;
  mediaType: string;
  /** Of the whole file. */
  sizeBytes: number;
  /** Entries that a zip says it has; 0 for other kinds. */
  entryCount: number;
}

/** @throws PreviewTrouble */
export async function bytesFor(reading: Reading, url: string, signal: AbortSignal): Promise<GivenBytes> {
  if (reading === 'zip') return directoryOf(url, signal);
  const range = reading === 'text' ? `bytes=0-${TEXT_BYTES_SHOWN - 1}` : null;
  const answer = await asked(url, range, signal);
  const all = await answer.arrayBuffer();
  const sizeBytes = wholeSizeOf(answer) ?? all.byteLength;
  return { bytes: range ? all.slice(0, TEXT_BYTES_SHOWN) : all, mediaType: typeOf(answer), sizeBytes, entryCount: 0 };
}

async function directoryOf(url: string, signal: AbortSignal): Promise<GivenBytes> {
  const end = await asked(url, `bytes=-${TAIL_BYTES}`, signal);
  const tail = new Uint8Array(await end.arrayBuffer());
  const sizeBytes = wholeSizeOf(end) ?? tail.length;
  try {
    const { offset, sizeBytes: length, entryCount } = findDirectory(tail.subarray(-TAIL_BYTES), sizeBytes);
    const facts = { mediaType: typeOf(end), sizeBytes, entryCount };
    if (length === 0) return { ...facts, bytes: new ArrayBuffer(0) };
    const wanted = Math.min(length, DIRECTORY_BYTES_MAX);
    const answer = await asked(url, `bytes=${offset}-${offset + wanted - 1}`, signal);
    const bytes = await answer.arrayBuffer();
    // Who knows no ranges has sent the whole file.
    return { ...facts, bytes: answer.status === 206 ? bytes : bytes.slice(offset, offset + wanted) };
  } catch (error) {
    throw error instanceof ZipProblem ? new PreviewTrouble(error.reason) : error;
  }
}

async function asked(url: string, range: string | null, signal: AbortSignal): Promise<Response> {
  const answer = await fetch(url, { signal, ...(range ? { headers: { range } } : {}) });
  if (answer.status === 413) throw new PreviewTrouble('too-large');
  if (answer.status === 415) throw new PreviewTrouble('broken');
  // A range of an empty file lies outside it.
  if (answer.status === 416) return new Response(new ArrayBuffer(0));
  if (!answer.ok) throw new PreviewTrouble('gone');
  return answer;
}

const typeOf = (answer: Response) => answer.headers.get('content-type') ?? 'application/octet-stream';
function wholeSizeOf(answer: Response): number | null {
  const size = /\/(\d{1,15})$/.exec(answer.headers.get('content-range') ?? '')?.[1];
  return size === undefined ? null : Number(size);
}
