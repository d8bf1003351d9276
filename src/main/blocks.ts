/**
 * Reading a file in large blocks through the same few buffers, so that a file of gigabytes leaves no garbage behind. Promises: a
 * block is whole but for the last; it is good until as many more as there are buffers have been asked for; the file is closed
 * however the reading ends. Also: how what the wire left behind is given back in time.
 */
import { open } from 'node:fs/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { patiently } from './patient-fs.ts';

/** Bytes of one read or write of a file. */
export const BLOCK_BYTES = 1024 * 1024;

export interface BlockOptions {
  /** From this byte to before that one. */
  start?: number;
  end?: number;
  blockBytes?: number;
  /** Blocks that a reader still needs when he asks for the next. */
  buffers?: number;
}

export async function* blocksOf(
  path: string,
  { start = 0, end = Infinity, blockBytes = BLOCK_BYTES, buffers = 1 }: BlockOptions = {},
): AsyncGenerator<Buffer, void, undefined> {
  const file = await patiently(() => open(path, 'r'));
  try {
    const all = Array.from({ length: buffers }, () => Buffer.allocUnsafe(blockBytes));
    for (let at = start, n = 0; at < end; n += 1) {
      const buffer = all[n % buffers]!;
      const wanted = Math.min(blockBytes, end - at);
      let filled = 0;
      // A read may give less than there is.
      while (filled < wanted) {
        const { bytesRead } = await file.read(buffer, filled, wanted - filled, at + filled);
        if (bytesRead === 0) break;
        filled += bytesRead;
      }
      if (filled > 0) yield buffer.subarray(0, filled);
      if (filled < wanted) return;
      at += filled;
    }
  } finally {
    await file.close();
  }
}

/** Bytes that may come from the wire before what they came in is given back. */
export const COLLECT_EVERY_BYTES = 8 * 1024 ** 2;

/**
 * Node makes a new buffer for each piece that comes from the wire, and V8 lets some 60 MB of them pile up before it looks. Asked for
 * its youngest every few megabytes (a millisecond or two each time) it keeps them few. Where it cannot be asked, nothing happens.
 * @returns to be told of every piece that is no longer needed
 */
export function collector(): (bytes: number) => void {
  let sinceBytes = 0;
  return (bytes) => {
    sinceBytes += bytes;
    if (sinceBytes < COLLECT_EVERY_BYTES) return;
    sinceBytes = 0;
    collectYoung ??= findCollector();
    collectYoung();
  };
}

let collectYoung: (() => void) | null = null;
function findCollector(): () => void {
  try {
    // The word exists only in contexts that are made while the flag is set.
    setFlagsFromString('--expose-gc');
    const gc = runInNewContext('gc') as (options: { type: 'minor' }) => void;
    setFlagsFromString('--no-expose-gc');
    return () => gc({ type: 'minor' });
  } catch {
    return () => {};
  }
}
