/**
 * Renaming, removing and opening while somebody else holds a file for a moment: on Windows an antivirus or the indexer looks into
 * every new file, and until it is done nobody may rename or remove it. Promises: what holds only for a moment is waited out, what
 * holds longer is told as it is; what cannot be read is never taken for empty and written over. Hides: the codes, the pauses.
 */
import { readFile, rename } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import type { Log } from './log.ts';

/** So long somebody else's look into a file is waited for. */
export const PATIENCE_MS = 2_000;
const PAUSE_FIRST_MS = 10;
const PAUSE_LAST_MS = 200;

/** EPERM and EACCES are what Windows says of a file in use; ENOTEMPTY of a folder in which one was. */
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

/**
 * Reads a file of ours that is going to be written anew.
 * @returns null where there is none yet, and where it cannot be read: then it lies beside, for whoever can
 * @throws what stands in the way of putting it there: then nothing may be written in its place
 */
export async function readOrSetAside(path: string, log: Log): Promise<string | null> {
  try {
    return await patiently(() => readFile(path, 'utf8'));
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    await setAside(path, log);
    return null;
  }
}

/** `name.json` becomes `name.broken-<Unix ms>.json`. */
export async function setAside(path: string, log: Log): Promise<void> {
  await patiently(() => rename(path, path.replace(/(\.[^.]+)$/, `.broken-${Date.now()}$1`)));
  log.write('memory-set-aside');
}
