/**
 * A file of ours on its way into a folder of the person. Promises: a copy that is stopped ends within a block, and bears the
 * mark of what came from elsewhere. Hides: blocks.
 */
import { open, stat } from 'node:fs/promises';
import { PartaError } from '../core/errors.ts';
import { BLOCK_BYTES, blocksOf } from './blocks.ts';
import { markForeign } from './foreign-mark.ts';

export interface CopyOptions {
  signal?: AbortSignal | undefined;
  /** As `process.platform`: Windows marks copies as coming from elsewhere, so that Office opens them protected. */
  platform?: string;
}

/**
 * @param to must not be there
 * @throws PartaError `cancelled` by the signal: what was copied until then is left to whoever named the place
 */
export async function copyOut(
  from: string,
  to: string,
  { signal, platform = process.platform }: CopyOptions = {},
): Promise<void> {
  const { size } = await stat(from);
  const file = await open(to, 'wx');
  try {
    // Thousands of small files need no block of a megabyte each.
    for await (const block of blocksOf(from, { blockBytes: Math.max(1, Math.min(size, BLOCK_BYTES)) })) {
      if (signal?.aborted) throw new PartaError('cancelled');
      await file.writeFile(block);
    }
  } finally {
    await file.close();
  }
  await markForeign(to, platform);
}
