/**
 * What the page does for a portfolio: gathers the lines of the chosen classes and gives them to main, and takes the lines of one that
 * main has opened into the store. Memory is bounded: lines go into pieces that the browser keeps on its disk, and come as a stream.
 */
import type { ClassStore, Packed } from '../../client/class-store.ts';
import { codeOf, PartaError } from '../../core/errors.ts';
import type { LogId } from '../../core/ids.ts';
import { LINE_BYTES_MAX, PASSPHRASE_DIGITS, PORTFOLIO_FILES_MAX } from '../../core/portfolio.ts';
import type { FileRef } from '../../core/wire.ts';
import type { PortfolioFile, PortfolioTrouble } from '../../preload/contract.ts';
import { hasHash } from '../desktop.tsx';

/** Letters of text that are gathered before they become a piece of a blob. */
const PIECE_CHARS = 1_000_000;

/**
 * What goes along of these logs: files that they name, and those that waiting commands need.
 * @throws PartaError `too-large` where they are more than a portfolio may hold: nothing is left out
 */
export async function gather(
  store: ClassStore,
  logIds: readonly LogId[],
  filesOf: readonly LogId[],
): Promise<{ packed: Packed; files: PortfolioFile[] }> {
  const packed = await store.pack(logIds, hasHash);
  const named = await Promise.all(filesOf.map((logId) => filesNamed(store, logId)));
  const uploads = packed.uploads.map((file) => ({ file, isUpload: true }));
  const files = [...uploads, ...named.flat().map((file) => ({ file, isUpload: false }))];
  if (files.length > PORTFOLIO_FILES_MAX) throw new PartaError('too-large');
  return { packed, files };
}

export const filesNamed = (store: ClassStore, logId: LogId): Promise<readonly FileRef[]> =>
  new Promise((resolve) => {
    const stop = store.watchFiles(logId, (files) => {
      resolve(files.filter(hasHash));
      queueMicrotask(() => stop());
    });
  });

export async function blobOf(lines: AsyncIterable<unknown>): Promise<Blob> {
  const pieces: Blob[] = [];
  let text = '';
  const put = () => {
    pieces.push(new Blob([text]));
    text = '';
  };
  for await (const line of lines) {
    text += `${JSON.stringify(line)}\n`;
    if (text.length >= PIECE_CHARS) put();
  }
  put();
  return new Blob(pieces);
}

/** Lines of a stream as what they say. Throws PartaError `bad-request` on one that is none, `too-large` on one without an end. */
export async function* linesIn(stream: ReadableStream<Uint8Array>): AsyncGenerator<unknown> {
  const reader = stream.getReader();
  const decoder = new TextDecoder('utf-8', { fatal: true });
  let rest = '';
  try {
    for (;;) {
      const { done, value } = await reader.read();
      const lines = (rest + decoder.decode(value, { stream: !done })).split('\n');
      rest = lines.pop() ?? '';
      if (rest.length > LINE_BYTES_MAX) throw new PartaError('too-large');
      for (const line of lines) if (line !== '') yield JSON.parse(line);
      if (done) break;
    }
    if (rest !== '') throw new PartaError('bad-request');
  } catch (error) {
    throw error instanceof PartaError ? error : new PartaError('bad-request', { cause: error });
  } finally {
    reader.cancel().catch(() => undefined);
  }
}

/** Lines that can be asked for from the beginning more than once. */
export const linesAgain = (open: () => Promise<ReadableStream<Uint8Array>>) =>
  async function* (): AsyncGenerator<unknown> {
    yield* linesIn(await open());
  };

/** What a person is told of what the store says of lines that do not fit. */
export function troubleIn(error: unknown): PortfolioTrouble {
  const code = codeOf(error);
  if (code === 'wrong-key') return 'gap';
  if (code === 'unknown-protocol') return 'newer';
  if (code === 'too-large') return 'too-large';
  if (code === 'disk-full-here') return 'full';
  return code === 'bad-request' ? 'damaged' : 'internal';
}

/** A password that can be typed on any keyboard, in any layout: digits alone, fifty-three bits of chance. */
export function newPassphrase(): string {
  let digits = '';
  while (digits.length < PASSPHRASE_DIGITS)
    // 250 is the last multiple of ten in a byte: each digit is as likely as any other.
    for (const byte of crypto.getRandomValues(new Uint8Array(PASSPHRASE_DIGITS)))
      if (byte < 250 && digits.length < PASSPHRASE_DIGITS) digits += byte % 10;
  return digits;
}
