/**
 * Renaming, removing and opening while somebody else holds a file for a moment: on Windows an antivirus or the indexer looks into
 * every new file, and until it is done nobody may rename or remove it. Promises: what holds only for a moment is waited out, what
 * holds longer is told as it is. Hides: the codes, the pauses.
 */
import { setTimeout as delay } from 'node:timers/promises';

/** So long somebody else's look into a file is waited for. */
export const PATIENCE_MS = 2_000;
const PAUSE_FIRST_MS = 10;
const PAUSE_LAST_MS = 200;

const HELD = new Set<unknown>(['EBUSY', 'EPERM', 'EACCES', 'ENOTEMPTY']);

/**
 * Does what may be done twice, as `patiently(() => rename(from, to))`, again while somebody holds the file.
 * @throws what `work` threw: other errors at once, these when the patience is over
 */
export async function patiently<T>(work: () => Promise<T>, patienceMs: number = PATIENCE_MS): Promise<T> {
  const until = performance.now() + patienceMs;
  for (let pauseMs = PAUSE_FIRST_MS; ; pauseMs = Math.min(pauseMs * 2, PAUSE_LAST_MS)) {
    try {
      return await work();
    } catch (error) {
      const isHeld = error instanceof Error && 'code' in error && HELD.has(error.code);
      if (!isHeld || performance.now() >= until) throw error;
      await delay(pauseMs);
    }
  }
}
