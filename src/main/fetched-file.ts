/**
 * A file that something outside the window needs: here, or fetched now. Promises: it waits while bytes come, or while it is not its
 * turn yet, and not longer; what it says is here is whole. Hides: the queue of transfers.
 */
import { PartaError } from '../core/errors.ts';
import type { FileRef } from '../core/wire.ts';
import type { Transfer } from '../preload/contract.ts';
import type { Library } from './library.ts';

/** A file on its way into the library is waited for while it moves; standing still for so long, it counts as missing. */
export const STILL_MS = 30_000;
const LOOK_MS = 200;

export interface FetchOptions {
  library: Library;
  /** Queues a file that is not here. */
  fetch(serverId: string, file: FileRef): Promise<void>;
  /** As {@link progressIn}. */
  progress(file: FileRef): number | 'waiting' | null;
  stillMs?: number;
}

/**
 * What the queue says of a file. While anything of its hub moves, so will it.
 * @returns a number that changes while bytes come from the hub that has it; `waiting` while it is not its turn; null where nobody is
 *   fetching it (any more)
 */
export function progressIn(list: readonly Transfer[], { sha256 }: FileRef): number | 'waiting' | null {
  const down = list.filter(({ direction }) => direction === 'down');
  const bringers = down.filter((one) => one.sha256 === sha256 && one.state !== 'failed' && one.state !== 'done');
  if (bringers.length === 0) return null;
  if (bringers.some(({ state, code }) => state === 'queued' && code === null)) return 'waiting';
  const hubs = new Set(bringers.map(({ serverId }) => serverId));
  return down.reduce((sum, { serverId, doneBytes }) => sum + (hubs.has(serverId) ? doneBytes : 0), 0);
}

/**
 * @param from the server to fetch it from; null: only what is here counts
 * @param signal ends the wait
 * @returns where the file lies, read and found whole; null where it cannot be had
 * @throws PartaError `cancelled` by the signal
 */
export async function fetched(
  { library, fetch, progress, stillMs = STILL_MS }: FetchOptions,
  from: string | null,
  file: FileRef,
  signal: AbortSignal,
): Promise<string | null> {
  const { sha256 } = file;
  // A damaged file is set aside by this look, and may still be fetched.
  if (await library.isWhole(sha256, signal)) return library.path(sha256);
  if (from === null) return null;
  await fetch(from, file);
  let doneBytes: number | 'waiting' = -1;
  let movedAt = performance.now();
  while (!(await library.has(sha256))) {
    if (signal.aborted) throw new PartaError('cancelled');
    const now = progress(file);
    if (now === 'waiting' || (now !== null && now !== doneBytes)) {
      doneBytes = now;
      movedAt = performance.now();
    }
    if (now === null || performance.now() - movedAt > stillMs) break;
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
  return (await library.has(sha256)) ? library.path(sha256) : null;
}
