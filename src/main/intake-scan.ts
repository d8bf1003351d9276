/**
 * Looks through what a teacher chose: folders, files, archives. Promises: it ends, whatever lies there (links are not followed, and
 * folders, files, bytes and depth are counted); what is left out is told with the reason; nothing is changed, copied or unpacked.
 * An archive that was chosen itself is opened; one that lies within is a file like any other: a pupil's own.
 */
import { lstat, opendir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { codeOf, PartaError } from '../core/errors.ts';
import { FILE_BYTES_MAX } from '../core/limits.ts';
import { safeFileName } from '../core/names.ts';
import {
  INTAKE_BYTES_MAX,
  INTAKE_DEPTH_MAX,
  INTAKE_FILES_MAX,
  INTAKE_SEEN_MAX,
  LEFT_OUT_NAMED_MAX,
  type Intake,
  type LeftOutWhy,
} from '../preload/contract/intake.ts';
import { walkZip } from './intake-zip.ts';

const PATH_SHOWN_MAX = 300;

/** Where a found file really lies. */
export type Place =
  | { kind: 'file'; path: string; sizeBytes: number; mtimeMs: number }
  | {
      kind: 'entry';
      zip: string;
      zipBytes: number;
      zipMtimeMs: number;
      index: number;
      name: string;
      sizeBytes: number;
    };
export interface Found {
  folders: string[];
  name: string;
  modifiedAt: number | null;
  place: Place;
}
export interface Scan extends Pick<Intake, 'title' | 'leftOut' | 'leftOutCount'> {
  found: Found[];
}

const JUNK_NAMES = new Set([
  'thumbs.db',
  'ehthumbs.db',
  'desktop.ini',
  '.ds_store',
  '.directory',
  'icon\r',
  'autorun.inf',
]);
const JUNK_FOLDERS = new Set([
  '__macosx',
  '.trashes',
  '.spotlight-v100',
  '.fseventsd',
  '$recycle.bin',
  'system volume information',
]);
/** Made by a system or by an office program beside the work: no work itself. */
export const isJunk = (name: string): boolean =>
  JUNK_NAMES.has(name.toLowerCase()) ||
  JUNK_FOLDERS.has(name.toLowerCase()) ||
  /^(\._|~\$|\.~lock\.)|\.(tmp|part|crdownload|lnk|url)$/i.test(name);

const isZip = (path: string) => /\.zip$/i.test(path);

export interface ScanLimits {
  files: number;
  seen: number;
  bytes: number;
  depth: number;
}
const LIMITS: ScanLimits = {
  files: INTAKE_FILES_MAX,
  seen: INTAKE_SEEN_MAX,
  bytes: INTAKE_BYTES_MAX,
  depth: INTAKE_DEPTH_MAX,
};

/**
 * @param paths as they were chosen, dropped or opened: never from the page
 * @throws PartaError `file-gone` where none of them is there (any more)
 */
export async function scan(paths: readonly string[], limits: ScanLimits = LIMITS): Promise<Scan> {
  const found: Found[] = [];
  const leftOut: Scan['leftOut'] = [];
  let leftOutCount = 0;
  let bytes = 0;
  let seen = 0;

  const leave = (folders: readonly string[], name: string, why: LeftOutWhy) => {
    leftOutCount += 1;
    if (leftOut.length >= LEFT_OUT_NAMED_MAX) return;
    const path = [...folders, safeFileName(name)].join('/');
    leftOut.push({ path: path.length > PATH_SHOWN_MAX ? `…${path.slice(1 - PATH_SHOWN_MAX)}` : path, why });
  };
  /** The reason why a file of this size is not taken after those before it. */
  const tooMuch = (sizeBytes: number): LeftOutWhy | null => {
    if (sizeBytes === 0) return 'empty';
    if (sizeBytes > FILE_BYTES_MAX || bytes + sizeBytes > limits.bytes) return 'large';
    return found.length >= limits.files ? 'many' : null;
  };
  const take = (one: Found) => {
    bytes += one.place.sizeBytes;
    found.push(one);
  };

  async function lookAt(path: string, folders: string[]): Promise<void> {
    const name = basename(path);
    const info = await lstat(path).catch(() => null);
    if (!info) return leave(folders, name, 'unreadable');
    if (isJunk(name)) return leave(folders, name, 'junk');
    if (info.isSymbolicLink()) return leave(folders, name, 'link');
    if (info.isDirectory()) return lookInto(path, [...folders, safeFileName(name)]);
    if (!info.isFile()) return leave(folders, name, 'unreadable');
    const { size, mtimeMs } = info;
    const why = tooMuch(size);
    if (why) return leave(folders, name, why);
    const place: Place = { kind: 'file', path, sizeBytes: size, mtimeMs };
    return take({ folders, name: safeFileName(name), modifiedAt: Math.floor(mtimeMs), place });
  }

  async function lookInto(path: string, folders: string[]): Promise<void> {
    if (folders.length > limits.depth) return leave(folders.slice(0, -1), basename(path), 'deep');
    const names: string[] = [];
    try {
      for await (const { name } of await opendir(path)) {
        seen += 1;
        if (seen > limits.seen) {
          leave(folders, name, 'many');
          break;
        }
        names.push(name);
      }
    } catch {
      return leave(folders.slice(0, -1), basename(path), 'unreadable');
    }
    for (const name of names.sort()) await lookAt(join(path, name), folders);
    return undefined;
  }

  async function lookIntoZip(path: string): Promise<void> {
    const info = await lstat(path);
    const root = safeFileName(basename(path).replace(/\.zip$/i, '') || basename(path));
    await walkZip(path, (entry) => {
      seen += 1;
      const folders = [root, ...entry.parts.slice(0, -1).map(safeFileName)];
      const name = entry.parts.at(-1) ?? entry.shown;
      if (seen > limits.seen) {
        leave(folders, name, 'many');
        return false;
      }
      const isJunkHere = entry.parts.some(isJunk);
      const isDeep = entry.parts.length > limits.depth;
      const why = isJunkHere ? 'junk' : (entry.why ?? (isDeep ? 'deep' : tooMuch(entry.sizeBytes)));
      if (why) leave(isDeep ? [root] : folders, name, why);
      else
        take({
          folders,
          name: safeFileName(name),
          modifiedAt: entry.modifiedAt,
          place: { kind: 'entry', zip: path, zipBytes: info.size, zipMtimeMs: info.mtimeMs, index: entry.index, name: safeFileName(name), sizeBytes: entry.sizeBytes },
        }); // prettier-ignore
      return true;
    });
  }

  let missing = 0;
  for (const path of paths) {
    const info = await lstat(path).catch(() => null);
    if (!info) {
      missing += 1;
      leave([], basename(path), 'unreadable');
    } else if (info.isFile() && isZip(path)) {
      await lookIntoZip(path).catch((error: unknown) => {
        if (codeOf(error) === 'internal' && !isSystemError(error)) throw error;
        leave([], basename(path), 'unreadable');
      });
    } else await lookAt(path, []);
  }
  if (missing === paths.length) throw new PartaError('file-gone');
  const [only, ...others] = paths;
  return { title: only && others.length === 0 ? safeFileName(basename(only)) : '', found, leftOut, leftOutCount };
}

const isSystemError = (error: unknown) => error instanceof Error && 'code' in error;
