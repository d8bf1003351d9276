/**
 * Small pictures of files, by the file's hash, as the page's sandboxed frame has drawn them. Promises: only a small WebP gets in,
 * whatever the page says; all together never take more than {@link THUMBNAILS_BYTES_MAX}, the ones looked at longest ago go first;
 * they can be thrown away at any time. Hides: folders.
 */
import { randomUUID } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { PartaError } from '../core/errors.ts';
import type { Sha256 } from '../core/ids.ts';
import { pictureSizeOf } from '../core/picture-size.ts';

/** A lively photo of 256 × 256 is 15 KB. */
export const THUMBNAIL_BYTES_MAX = 64 * 1024;
/** 4,000 files and more. */
export const THUMBNAILS_BYTES_MAX = 48 * 1024 ** 2;
export const THUMBNAIL_EDGE_MAX = 512;
/** What is left after the oldest were thrown away: not every new one should have to look for room. */
const KEPT_SHARE = 0.8;
/** Looking at one counts once a day. */
const LOOKED_AT_MS = 24 * 60 * 60_000;

export interface Thumbnails {
  read(sha256: Sha256): Promise<Uint8Array | null>;
  /** @throws PartaError `bad-request` for what is no small WebP */
  write(sha256: Sha256, bytes: AsyncIterable<Uint8Array>): Promise<void>;
  /** For a file that is not here any more. */
  remove(sha256: Sha256): Promise<void>;
}

/** @param dir the user's data folder; `thumbnails` is made below it */
export function openThumbnails(dir: string, bytesMax = THUMBNAILS_BYTES_MAX): Thumbnails {
  const folder = join(dir, 'thumbnails');
  const pathOf = (sha256: Sha256) => join(folder, sha256.slice(0, 2), `${sha256.slice(2)}.webp`);
  let total: Promise<number> | null = null;
  /** One at a time: two that look for room at once would both throw away the same. */
  let queue: Promise<unknown> = Promise.resolve();
  const inTurn = <T>(deed: () => Promise<T>): Promise<T> => {
    const done = queue.then(deed);
    queue = done.catch(() => undefined);
    return done;
  };

  return {
    async read(sha256) {
      const path = pathOf(sha256);
      const bytes = await readFile(path).catch(() => null);
      if (!bytes) return null;
      const found = await stat(path).catch(() => null);
      const now = Date.now();
      if (found && now - found.mtimeMs > LOOKED_AT_MS)
        await utimes(path, now / 1000, now / 1000).catch(() => undefined);
      return bytes;
    },
    async write(sha256, bytes) {
      const whole = await gathered(bytes);
      const size = whole.subarray(0, 4).toString('latin1') === 'RIFF' ? pictureSizeOf(whole) : null;
      if (!size || size.width > THUMBNAIL_EDGE_MAX || size.height > THUMBNAIL_EDGE_MAX)
        throw new PartaError('bad-request');
      await inTurn(async () => {
        total ??= sizeOf(folder);
        const before = await stat(pathOf(sha256)).catch(() => null);
        let taken = (await total) + whole.length - (before?.size ?? 0);
        if (taken > bytesMax) taken = whole.length + (await thin(folder, bytesMax * KEPT_SHARE - whole.length));
        const path = pathOf(sha256);
        const unfinished = join(folder, `${randomUUID()}.part`);
        await mkdir(dirname(path), { recursive: true });
        await writeFile(unfinished, whole, { mode: 0o600 });
        await rename(unfinished, path);
        total = Promise.resolve(taken);
      });
    },
    remove: (sha256) =>
      inTurn(async () => {
        await rm(pathOf(sha256), { force: true });
        total = null;
      }),
  };
}

async function gathered(bytes: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const pieces: Uint8Array[] = [];
  let length = 0;
  for await (const piece of bytes) {
    length += piece.length;
    if (length > THUMBNAIL_BYTES_MAX) throw new PartaError('bad-request');
    pieces.push(piece);
  }
  return Buffer.concat(pieces, length);
}

interface Kept {
  path: string;
  sizeBytes: number;
  lookedAt: number;
}

async function all(folder: string): Promise<Kept[]> {
  const names = await readdir(folder, { recursive: true }).catch(() => []);
  const found = await Promise.all(
    names.map(async (name): Promise<Kept[]> => {
      const path = join(folder, name);
      const facts = await stat(path).catch(() => null);
      return facts?.isFile() ? [{ path, sizeBytes: facts.size, lookedAt: facts.mtimeMs }] : [];
    }),
  );
  return found.flat();
}
const sum = (kept: readonly Kept[]) => kept.reduce((bytes, { sizeBytes }) => bytes + sizeBytes, 0);
const sizeOf = async (folder: string) => sum(await all(folder));

/** Throws the oldest away until no more than `bytes` are left. @returns how many are */
async function thin(folder: string, bytes: number): Promise<number> {
  const kept = (await all(folder)).toSorted((a, b) => a.lookedAt - b.lookedAt);
  let left = sum(kept);
  for (const { path, sizeBytes } of kept) {
    if (left <= bytes) break;
    await rm(path, { force: true });
    left -= sizeBytes;
  }
  return left;
}
