/**
 * Reading a file in large blocks through the same few buffers, so that a file of gigabytes leaves no garbage behind. Promises: a
 * block is whole but for the last; it is good until as many more as there are buffers have been asked for; the file is closed
 * however the reading ends.
 */
import { open } from 'node:fs/promises';

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
  const file = await open(path, 'r');
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
