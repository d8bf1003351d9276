/**
 * What main remembers about files kept offline, in one small file beside the library (`keeping.json`). Promises: a write is whole
 * and synced, or the old one stays; a file that cannot be read is set aside and begun anew, which frees nothing: what no class is
 * known to name is never taken away by itself. Hides: the file.
 */
import { open, rename } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import * as z from 'zod/mini';
import { LogId, Sha256 } from '../core/ids.ts';
import { FileRef } from '../core/wire.ts';
import { DamagedFile } from '../preload/contract/storage.ts';
import { diskError, syncFolder } from './library.ts';
import type { Log } from './log.ts';
import { patiently, readOrSetAside, setAside } from './patient-fs.ts';

const Class = z.object({
  serverId: z.string(),
  logId: LogId,
  title: z.string(),
  isPinned: z.boolean(),
  /** All that its log names, newest first. */
  files: z.array(FileRef),
});
export type IndexedClass = z.infer<typeof Class>;

const Index = z.object({
  version: z.literal(1),
  classes: z.array(Class),
  /** Were here and were let go: nobody fetches them before somebody asks. */
  away: z.array(Sha256),
  /** When a file was opened last, and found whole last, Unix ms. */
  opened: z.record(Sha256, z.number()),
  checked: z.record(Sha256, z.number()),
  checkedAt: z.nullable(z.number()),
  damaged: z.array(DamagedFile),
});
export type KeptIndex = z.infer<typeof Index>;

export const emptyIndex = (): KeptIndex => ({
  version: 1,
  classes: [],
  away: [],
  opened: {},
  checked: {},
  checkedAt: null,
  damaged: [],
});

const pathOf = (dir: string) => join(dir, 'keeping.json');

/** @param dir the user's data folder. @throws where it cannot be read and not be set aside either */
export async function readIndex(dir: string, log: Log): Promise<KeptIndex> {
  const path = pathOf(dir);
  const text = await readOrSetAside(path, log);
  if (text === null) return emptyIndex();
  try {
    return z.parse(Index, JSON.parse(text));
  } catch {
    await setAside(path, log);
    return emptyIndex();
  }
}

/** @throws PartaError `disk-full-here` */
export async function writeIndex(dir: string, index: KeptIndex): Promise<void> {
  const path = pathOf(dir);
  try {
    const file = await open(`${path}.new`, 'w', 0o600);
    try {
      await file.writeFile(JSON.stringify(index));
      await file.datasync();
    } finally {
      await file.close();
    }
    await patiently(() => rename(`${path}.new`, path));
    await syncFolder(dirname(path));
  } catch (error) {
    throw diskError(error);
  }
}
