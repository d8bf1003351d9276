/**
 * A file that something outside the window needs: here, or fetched now. Promises: it waits while bytes come and not longer; what it
 * says is here is whole. Hides: the queue of transfers.
 */
import { PartaError } from '../core/errors.ts';
import type { FileRef } from '../core/wire.ts';
import type { Library } from './library.ts';

/** A file on its way into the library is waited for while it moves; standing still for so long, it counts as missing. */
export const STILL_MS = 30_000;
const LOOK_MS = 200;

export interface FetchOptions {
  library: Library;
  /** Queues a file that is not here. */
  fetch(serverId: string, file: FileRef): Promise<void>;
  /** How many bytes of it are here; null where nobody is fetching it (any more). */
  progress(file: FileRef): number | null;
  stillMs?: number;
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
  let doneBytes = -1;
  let movedAt = performance.now();
  while (!(await library.has(sha256))) {
    if (signal.aborted) throw new PartaError('cancelled');
    const now = progress(file);
    if (now === null || performance.now() - movedAt > stillMs) break;
    if (now > doneBytes) {
      doneBytes = now;
      movedAt = performance.now();
    }
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
  return (await library.has(sha256)) ? library.path(sha256) : null;
}
