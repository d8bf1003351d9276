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
 * @param isOver asked while it waits
 * @returns whether the file is here
 * @throws PartaError `cancelled` where it is over
 */
export async function fetched(
  { library, fetch, progress, stillMs = STILL_MS }: FetchOptions,
  serverId: string,
  file: FileRef,
  isOver: () => boolean,
): Promise<boolean> {
  if (await library.has(file.sha256)) return true;
  await fetch(serverId, file);
  let doneBytes = -1;
  let movedAt = Date.now();
  while (!(await library.has(file.sha256))) {
    if (isOver()) throw new PartaError('cancelled');
    const now = progress(file);
    if (now === null || Date.now() - movedAt > stillMs) return library.has(file.sha256);
    if (now > doneBytes) {
      doneBytes = now;
      movedAt = Date.now();
    }
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
  return true;
}
