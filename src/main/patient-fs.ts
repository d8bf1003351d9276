/**
 * Renaming, removing and opening while somebody else holds a file for a moment. Promises: that moment is waited out
 * (core/patience); what cannot be read is never taken for empty and written over.
 */
import { readFile, rename } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { whileHeld } from '../core/patience.ts';
import type { Log } from './log.ts';

/** {@link whileHeld} by the system's timer, as `patiently(() => rename(from, to))`. */
export const patiently = <T>(work: () => Promise<T>): Promise<T> => whileHeld(work, delay);

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
