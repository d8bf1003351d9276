/**
 * Copies of files for the system's programs, each in a folder of its own (`opened/<made at>-<bytes>-<random>/<name>`). Promises:
 * what somebody changed there, or saved beside it, is never removed; all else goes at the next start; the same file under the
 * same name is copied once in a run. Hides: folders, and how a change is told.
 *
 * Changed ones are kept without an end, on purpose: nobody else has them, neither the hub nor the library, and no number of days
 * tells one that is forgotten from one that is wanted after the holidays. They grow with what a person saves by hand (an opened
 * work is read-only, so its program asks where to), never with what is opened.
 */
import { randomBytes } from 'node:crypto';
import { chmod, mkdir, readdir, rm, stat, utimes } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { Sha256 } from '../core/ids.ts';

export interface CopyRequest {
  sha256: Sha256;
  /** Safe as a file's name. */
  name: string;
  sizeBytes: number;
  /** The program then asks where to save what is changed: a person finds it there, and not here. */
  isReadOnly: boolean;
}
export interface OpenedCopies {
  /**
   * @param write writes the bytes to the path it is given
   * @returns where the copy lies
   * @throws what `write` throws: then nothing is left of it
   */
  give(request: CopyRequest, write: (path: string) => Promise<void>): Promise<string>;
}

/** A copy has this time from us: any other is somebody's change. Some disks count in steps of two seconds. */
const STEP_MS = 2_000;
const FOLDER = /^(\d+)-(\d+)-[0-9a-f]+$/;
/** Nobody's change: what programs lay beside an open document and forget when they crash, and file managers into what they show. */
const LITTER = /^(~\$|\.~lock\.|(\.DS_Store|\.directory|Thumbs\.db|desktop\.ini)$)/;

/** @param dir of all copies; made, and cleared of what nobody changed */
export async function openCopies(dir: string): Promise<OpenedCopies> {
  await mkdir(dir, { recursive: true });
  for (const folder of await readdir(dir).catch(() => [])) await clear(join(dir, folder));
  const made = new Map<string, Promise<string>>();

  async function make(
    { name, sizeBytes, isReadOnly }: CopyRequest,
    write: (path: string) => Promise<void>,
  ): Promise<string> {
    const at = Math.floor(Date.now() / STEP_MS) * STEP_MS;
    const folder = join(dir, `${at}-${sizeBytes}-${randomBytes(8).toString('hex')}`);
    const copy = join(folder, name);
    try {
      await mkdir(folder);
      await write(copy);
      await utimes(copy, at / 1000, at / 1000);
      if (isReadOnly) await chmod(copy, 0o444);
    } catch (error) {
      await rm(folder, { recursive: true, force: true }).catch(() => {});
      throw error;
    }
    return copy;
  }

  return {
    async give(request, write) {
      const key = [request.sha256, request.isReadOnly, request.name].join(' ');
      const earlier = await made.get(key)?.catch(() => null);
      if (earlier && (await isAsMade(earlier))) return earlier;
      const making = make(request, write);
      made.set(key, making);
      return making;
    },
  };
}

async function isAsMade(copy: string): Promise<boolean> {
  const [, at, sizeBytes] = FOLDER.exec(basename(dirname(copy))) ?? [];
  const found = await stat(copy).catch(() => null);
  return found?.mtimeMs === Number(at) && found.size === Number(sizeBytes);
}

/** Removes a folder where it holds nothing but what we put there. What is still open stays for another start. */
async function clear(folder: string): Promise<void> {
  // Earlier versions said nothing about a copy, and removed it unseen.
  const isOurs = FOLDER.test(basename(folder));
  for (const name of isOurs ? await readdir(folder).catch(() => []) : [])
    if (!LITTER.test(name) && !(await isAsMade(join(folder, name)))) return;
  for (const name of await readdir(folder).catch(() => [])) await chmod(join(folder, name), 0o600).catch(() => {});
  await rm(folder, { recursive: true, force: true }).catch(() => {});
}
