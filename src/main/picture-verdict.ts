/**
 * Whether a picture of the library may be shown, by its first bytes. Promises: nothing is decoded; one whose size cannot be told is
 * not shown either. A file is looked at once: what its hash names never changes.
 */
import { open } from 'node:fs/promises';
import type { Sha256 } from '../core/ids.ts';
import { isTooLarge, PICTURE_HEAD_BYTES, pictureSizeOf } from '../core/picture-size.ts';

export type PictureVerdict = 'fine' | 'too-large' | 'broken';
/** Verdicts that are remembered. */
export const VERDICTS_MAX = 4_000;

const known = new Map<Sha256, PictureVerdict>();

export async function pictureVerdict(sha256: Sha256, path: string): Promise<PictureVerdict> {
  const before = known.get(sha256);
  if (before) return before;
  const size = pictureSizeOf(await headOf(path));
  const verdict = size === null ? 'broken' : isTooLarge(size) ? 'too-large' : 'fine';
  const [oldest] = known.keys();
  if (oldest !== undefined && known.size >= VERDICTS_MAX) known.delete(oldest);
  known.set(sha256, verdict);
  return verdict;
}

/** A small piece tells most; only a JPEG with much in front of its picture needs all. */
async function headOf(path: string): Promise<Uint8Array> {
  const file = await open(path, 'r');
  try {
    const small = Buffer.alloc(FIRST_BYTES);
    const first = small.subarray(0, (await file.read(small, 0, FIRST_BYTES, 0)).bytesRead);
    if (first.length < FIRST_BYTES || pictureSizeOf(first) !== null) return first;
    const all = Buffer.alloc(PICTURE_HEAD_BYTES);
    return all.subarray(0, (await file.read(all, 0, PICTURE_HEAD_BYTES, 0)).bytesRead);
  } finally {
    await file.close();
  }
}
const FIRST_BYTES = 64 * 1024;
