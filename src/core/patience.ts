/**
 * Patience with whoever holds a file for a moment: on Windows an antivirus or the indexer looks into every new file,
 * and until it is done nobody may rename or remove it. Promises: what holds only for a moment is waited out, what holds
 * longer is told as it is. Hides: the codes, the pauses. The waiting itself is the caller's.
 */

/** So long somebody else's look into a file is waited for. */
export const PATIENCE_MS = 2_000;
const PAUSE_FIRST_MS = 10;
const PAUSE_LAST_MS = 200;

/** EPERM and EACCES are what Windows says of a file in use; ENOTEMPTY of a folder in which one was. */
const HELD = new Set<unknown>(['EBUSY', 'EPERM', 'EACCES', 'ENOTEMPTY']);

/**
 * Does what may be done twice, as a rename, again while somebody holds the file.
 * @throws what `work` threw: other errors at once, these when the patience is over
 */
export async function whileHeld<T>(work: () => Promise<T> | T, wait: (ms: number) => Promise<unknown>): Promise<T> {
  let pauseMs = PAUSE_FIRST_MS;
  for (let waitedMs = 0; ; waitedMs += pauseMs, pauseMs = Math.min(pauseMs * 2, PAUSE_LAST_MS)) {
    try {
      return await work();
    } catch (error) {
      const isHeld = error instanceof Error && 'code' in error && HELD.has(error.code);
      if (!isHeld || waitedMs >= PATIENCE_MS) throw error;
      await wait(pauseMs);
    }
  }
}
