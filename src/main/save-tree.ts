/**
 * A tree of files on its way out of Parta: into a folder, or into one archive. Promises: whatever the names were, they become such
 * as every system takes, and stay inside; nothing that was there is overwritten, and what is there already with the same bytes is
 * not written again, so a saving that was cut goes on; a file stands under its name only when it is whole; times are kept; what is
 * given up or stopped ends within a block and leaves no half file behind; memory stays constant; Windows learns that it came from
 * elsewhere. Hides: folders, yazl, zip64, numbering.
 */
import { randomUUID } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { link, lstat, mkdir, open, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { basename, extname, join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { ZipFile } from 'yazl';
import { PartaError } from '../core/errors.ts';
import { safeFileName } from '../core/names.ts';
import { NAME_CHARS_MIN, numberedName, PATH_CHARS_MAX, planTree, type TreeItem } from '../core/tree-names.ts';
import { copyOut, type CopyOptions } from './copy-out.ts';
import { markForeign } from './foreign-mark.ts';
import { diskError } from './library.ts';
import { patiently } from './patient-fs.ts';

/** Names tried beside one that is there with other bytes: «работа (2).docx». */
export const SAME_NAME_MAX = 1_000;
/** Letters that the folder may take into which an archive is unpacked one day. */
export const UNPACKED_INTO_CHARS = 80;
const COMPARE_BYTES = 1024 * 1024;

/** What an item's bytes are: a file of ours, or a text. */
export type Source = { path: string } | { text: string };
export interface Tree {
  /** `same`: it was there already. @throws PartaError `disk-full-here`, `cancelled`, `too-many`, `not-allowed`, `file-gone` */
  put(index: number, source: Source, at: number | null): Promise<'saved' | 'same'>;
  /** A text outside the plan, beside the outermost folders. */
  note(name: string, text: string): Promise<void>;
  /** Where an item would stand, for telling. */
  placeOf(index: number): string;
  /** It is whole. @returns what to show to the person */
  finish(): Promise<string>;
  /** Takes away what is not whole. */
  abandon(): Promise<void>;
}

/** What stands in the way in the chosen folder, by the code that people are told. */
function placeError(error: unknown): unknown {
  if (hasCode(error, 'EACCES', 'EPERM', 'EBUSY', 'EROFS', 'EEXIST', 'ENOTDIR', 'EISDIR'))
    return new PartaError('not-allowed', { cause: error });
  // A stick that was pulled out.
  return hasCode(error, 'ENOENT', 'ENODEV', 'ENXIO', 'EIO')
    ? new PartaError('file-gone', { cause: error })
    : diskError(error);
}

const hasCode = (error: unknown, ...codes: string[]) =>
  error instanceof Error && 'code' in error && codes.includes(String(error.code));

const isFolder = (path: string): Promise<boolean> =>
  stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );

/** @throws PartaError `file-gone` where the chosen folder is not there */
async function demandFolder(path: string): Promise<void> {
  if (!(await isFolder(path))) throw new PartaError('file-gone');
}

/** One after the other: where Node is asked for all at once, it says of a disk that is read-only that it is not there. */
async function makeFolders(chosen: string, folders: readonly string[]): Promise<string> {
  let path = chosen;
  for (const folder of folders) {
    path = join(path, folder);
    await mkdir(path).catch(async (error: unknown) => {
      if (!(await isFolder(path))) throw error;
    });
  }
  return path;
}

/**
 * Puts whole bytes under a name that is free: «имя», «имя (2)»…
 * @param write writes them to the path it is given
 * @param isSame whether what is there already is meant
 * @returns the path, and whether it was there
 * @throws PartaError `too-many`
 */
async function settle(
  folder: string,
  name: string,
  write: (path: string) => Promise<void>,
  isSame: (path: string) => Promise<boolean>,
): Promise<{ path: string; wasThere: boolean }> {
  const temporary = join(folder, `~${randomUUID()}.part`);
  let isWritten = false;
  try {
    for (let n = 1; n <= SAME_NAME_MAX; n += 1) {
      const path = join(folder, numberedName(name, n, Math.max(NAME_CHARS_MIN, name.length + 8)));
      if (await lstat(path).catch(() => null)) {
        if (await isSame(path)) return { path, wasThere: true };
        continue;
      }
      if (!isWritten) await write(temporary);
      isWritten = true;
      if (await moveToFree(temporary, path)) return { path, wasThere: false };
    }
  } finally {
    await clear(temporary);
  }
  throw new PartaError('too-many');
}

/** The file itself stands already, or does not: what cannot be cleared away changes nothing of that. */
const clear = (temporary: string) => patiently(() => rm(temporary, { force: true })).catch(() => {});

/** Never onto something: a link is refused where a name is taken. Sticks know no links: there the name was free a moment ago. */
async function moveToFree(from: string, to: string): Promise<boolean> {
  try {
    await link(from, to);
  } catch (error) {
    if (hasCode(error, 'EEXIST')) return false;
    await patiently(() => rename(from, to));
  }
  return true;
}

async function hasSameBytes(path: string, source: Source, signal: AbortSignal | undefined): Promise<boolean> {
  const found = await lstat(path);
  if (!found.isFile()) return false;
  if ('text' in source) {
    const bytes = Buffer.from(source.text);
    return found.size === bytes.length && bytes.equals(await collected(path));
  }
  if (found.size !== (await stat(source.path)).size) return false;
  const [one, other] = [await open(path), await open(source.path)];
  try {
    const [a, b] = [Buffer.alloc(COMPARE_BYTES), Buffer.alloc(COMPARE_BYTES)];
    for (let at = 0; at < found.size; at += COMPARE_BYTES) {
      if (signal?.aborted) throw new PartaError('cancelled');
      const read = await one.read(a, 0, COMPARE_BYTES, at);
      const same = await other.read(b, 0, COMPARE_BYTES, at);
      if (read.bytesRead !== same.bytesRead || !a.subarray(0, read.bytesRead).equals(b.subarray(0, read.bytesRead)))
        return false;
      if (read.bytesRead === 0) return false;
    }
    return true;
  } finally {
    await one.close();
    await other.close();
  }
}

async function collected(path: string): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of createReadStream(path)) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

// ── a folder ───────────────────────────────────────────────────────────────────────────────────────────────────────────

/**
 * Saves below a folder that the person chose.
 * @param how its signal stops the file in hand as well
 * @throws PartaError `file-gone`
 */
export async function openFolderTree(chosen: string, items: readonly TreeItem[], how: CopyOptions = {}): Promise<Tree> {
  await demandFolder(chosen);
  const plan = planTree(items, PATH_CHARS_MAX - chosen.length - 1);
  let top: string | null = null;

  async function putAt(parts: readonly string[], source: Source, at: number | null): Promise<'saved' | 'same'> {
    const folders = parts.slice(0, -1);
    try {
      const folder = await makeFolders(chosen, folders);
      const { wasThere } = await settle(
        folder,
        parts.at(-1)!,
        async (path) => {
          if ('text' in source) await writeFile(path, source.text, { flag: 'wx' });
          else await copyOut(source.path, path, how);
          if (at !== null) await utimes(path, at / 1000, at / 1000);
        },
        (path) => hasSameBytes(path, source, how.signal),
      );
      top ??= join(chosen, parts[0]!);
      return wasThere ? 'same' : 'saved';
    } catch (error) {
      throw placeError(error);
    }
  }

  return {
    put: (index, source, at) => putAt(plan[index]!, source, at),
    note: async (name, text) => void (await putAt([safeFileName(name)], { text }, null)),
    placeOf: (index) => plan[index]!.join('/'),
    finish: () => Promise.resolve(top ?? chosen),
    // Every file is whole or not there: what is saved may stay, the next saving goes on from it.
    abandon: () => Promise.resolve(),
  };
}

// ── an archive ─────────────────────────────────────────────────────────────────────────────────────────────────────────

/** Packed already: trying again costs time and saves nothing. */
const PACKED = new Set(
  '.jpg .jpeg .png .gif .webp .heic .heif .avif .zip .7z .rar .gz .docx .xlsx .pptx .odt .ods .odp .epub .mp3 .m4a .aac .ogg .opus .weba .mp4 .m4v .mov .webm .mkv'.split(
    ' ',
  ),
);

/**
 * Saves one archive into a folder that the person chose.
 * @param how its signal stops the file in hand as well
 * @throws PartaError `file-gone`
 */
export async function openZipTree(
  chosen: string,
  title: string,
  items: readonly TreeItem[],
  { signal, platform = process.platform }: CopyOptions = {},
): Promise<Tree> {
  await demandFolder(chosen);
  const plan = planTree(items, PATH_CHARS_MAX - UNPACKED_INTO_CHARS);
  const temporary = join(chosen, `~${randomUUID()}.part`);
  const zip = new ZipFile();
  const giveUp = new AbortController();
  const over = AbortSignal.any(signal ? [giveUp.signal, signal] : [giveUp.signal]);
  let failure: unknown = null;
  let refuse: ((error: unknown) => void) | null = null;
  const fail = (error: unknown) => {
    failure ??= error;
    refuse?.(failure);
  };
  zip.on('error', (error) => {
    fail(error);
    giveUp.abort();
  });
  const written = pipeline(zip.outputStream, createWriteStream(temporary, { flags: 'wx' }), { signal: over }).catch(
    (error: unknown) => fail(over.aborted ? new PartaError('cancelled') : placeError(error)),
  );

  /** One after the other. Resolves when the entry's bytes have gone into the archive. */
  function add(parts: readonly string[], source: Source, at: number | null, sizeBytes: number): Promise<void> {
    const name = parts.join('/');
    const options = {
      mtime: new Date(at ?? Date.now()),
      mode: 0o100644,
      size: sizeBytes,
      compress: !PACKED.has(extname(name).toLowerCase()),
    };
    return new Promise((resolve, reject) => {
      refuse = reject;
      zip.addReadStreamLazy(name, options, (give) => {
        const stream =
          'text' in source
            ? Readable.from([Buffer.from(source.text)])
            : createReadStream(source.path, { signal: over });
        stream.once('end', resolve);
        stream.once('error', reject);
        give(null, stream);
      });
    });
  }
  async function addSafely(parts: readonly string[], source: Source, at: number | null): Promise<'saved'> {
    if (failure !== null) throw failure;
    const sizeBytes = 'text' in source ? Buffer.byteLength(source.text) : (await stat(source.path)).size;
    await add(parts, source, at, sizeBytes);
    return 'saved';
  }

  return {
    put: (index, source, at) => addSafely(plan[index]!, source, at),
    note: async (name, text) => void (await addSafely([safeFileName(name)], { text }, null)),
    placeOf: (index) => plan[index]!.join('/'),
    async finish() {
      zip.end();
      await written;
      if (failure !== null) throw failure;
      await markForeign(temporary, platform);
      const file = await open(temporary, 'r+');
      try {
        await file.datasync();
      } finally {
        await file.close();
      }
      const { path } = await settle(
        chosen,
        safeFileName(`${title}.zip`),
        (to) => patiently(() => rename(temporary, to)),
        () => Promise.resolve(false),
      );
      return path;
    },
    async abandon() {
      giveUp.abort();
      await written;
      await clear(temporary);
    },
  };
}

/** The last part of a path, for telling. */
export const targetName = (path: string): string => basename(path);
