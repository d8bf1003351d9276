/** The confirmation of a handing in as the hub gives it: the recipe of core/receipt.ts over Node's SHA-256. */
import { createHash } from 'node:crypto';
import type { CommandId } from '../core/ids.ts';
import { receiptCode, receiptText } from '../core/receipt.ts';
import type { FileRef } from '../core/wire.ts';

/** @returns ten characters with a hyphen in the middle */
export const receiptOf = (id: CommandId, files: readonly Pick<FileRef, 'sha256' | 'sizeBytes'>[], at: number): string =>
  receiptCode(
    createHash('sha256')
      .update(receiptText(id, files, at))
      .digest(),
  );
