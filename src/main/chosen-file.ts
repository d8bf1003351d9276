/**
 * A file as a teacher chose it: what is kept of it at once, and how it enters the library later. Promises: it is taken as it
 * was when it was chosen, whole, or not at all; folders, pipes and devices are refused, because they would never end.
 */
import { randomBytes, randomUUID } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { extname } from 'node:path';
import { PartaError, codeOf } from '../core/errors.ts';
import { fileIdOf, type Sha256 } from '../core/ids.ts';
import { safeFileName } from '../core/names.ts';
import { blocksOf } from './blocks.ts';
import type { Library } from './library.ts';
import { mediaTypeOf } from './media-types.ts';
import type { KeptTransfer } from './transfer-journal.ts';

/** A new upload under an id of its own. @param shown the file's name as people see it */
export function newUpload(serverId: string, shown: string) {
  const name = safeFileName(shown);
  return {
    transferId: randomUUID(),
    serverId,
    direction: 'up' as const,
    fileId: fileIdOf(randomBytes(16)),
    name,
    mediaType: mediaTypeOf(extname(name)),
    state: 'queued' as const,
    code: null,
    doneAt: null,
  };
}

/** @throws PartaError `file-gone`, `not-allowed` (no plain file) */
export async function plainFile(path: string): Promise<{ size: number; mtimeMs: number }> {
  const found = await stat(path).catch((error: unknown) => {
    throw new PartaError('file-gone', { cause: error });
  });
  if (!found.isFile()) throw new PartaError('not-allowed');
  return found;
}

/**
 * Copies the chosen file into the library.
 * @throws PartaError `file-gone`, `file-changed` (since it was chosen, or while it was copied), `disk-full-here`, `cancelled`
 */
export async function takeChosen(
  library: Library,
  source: NonNullable<KeptTransfer['source']>,
  signal: AbortSignal,
  onBytes: (doneBytes: number) => void = () => {},
): Promise<Sha256> {
  const { path, sizeBytes, mtimeMs } = source;
  const isSame = (now: { size: number; mtimeMs: number }) => now.size === sizeBytes && now.mtimeMs === mtimeMs;
  if (!isSame(await plainFile(path))) throw new PartaError('file-changed');
  await library.needRoom(sizeBytes);
  const taken = await library.take(blocksOf(path), { signal, maxBytes: sizeBytes, onBytes }).catch((error: unknown) => {
    if (codeOf(error) === 'too-large') throw new PartaError('file-changed');
    const isMissing = error instanceof Error && 'code' in error && error.code === 'ENOENT';
    throw isMissing ? new PartaError('file-gone', { cause: error }) : error;
  });
  if (taken.sizeBytes !== sizeBytes || !isSame(await plainFile(path))) throw new PartaError('file-changed');
  return taken.sha256;
}
