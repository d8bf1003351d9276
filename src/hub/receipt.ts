/**
 * The confirmation of a handing in: a short code that hub and pupil can both compute again from what was handed in, so that a
 * dispute ("I did hand in exactly this file") is settled by arithmetic.
 *
 * The code is the first 50 bits of SHA-256 over this UTF-8 text, lines ended by "\n":
 *
 *     <id of the command>
 *     <hub's time of the handing in, Unix milliseconds, decimal>
 *     <SHA-256 of the file, 64 hex digits> <size in bytes, decimal>      one line per file, in the order handed in
 *
 * written in Crockford's base 32 as XXXXX-XXXXX. The pupil's page shows it; anybody with `sha256sum` can check it.
 */
import { createHash } from 'node:crypto';
import type { CommandId } from '../core/ids.ts';
import type { FileRef } from '../core/wire.ts';

const CROCKFORD = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const RECEIPT_CHARS = 10;

/** @returns ten characters with a hyphen in the middle */
export function receiptOf(id: CommandId, files: readonly Pick<FileRef, 'sha256' | 'sizeBytes'>[], at: number): string {
  const lines = [id, String(at), ...files.map((file) => `${file.sha256} ${file.sizeBytes}`)];
  const digest = createHash('sha256')
    .update(lines.map((line) => `${line}\n`).join(''))
    .digest();
  let bits = 0n;
  for (const byte of digest.subarray(0, 7)) bits = (bits << 8n) | BigInt(byte);
  // 56 bits were read, 50 are wanted.
  bits >>= 6n;
  let code = '';
  for (let i = RECEIPT_CHARS - 1; i >= 0; i--) code += CROCKFORD[Number((bits >> BigInt(i * 5)) & 31n)];
  return `${code.slice(0, 5)}-${code.slice(5)}`;
}
