/**
 * The confirmation of a handing in: a short code that follows from what was handed in and when, so that a dispute ("I did hand in
 * exactly this file") is settled by arithmetic. The hub gives it, the pupil's page shows it, the teacher's window works it out again
 * from its own log, without a network. Here is the recipe; the hash is the caller's, since every place has another SHA-256.
 *
 * The code is the first 50 bits of SHA-256 over this UTF-8 text, lines ended by "\n":
 *
 *     <id of the command>
 *     <hub's time of the handing in, Unix milliseconds, decimal>
 *     <SHA-256 of the file, 64 hex digits> <size in bytes, decimal>      one line per file, in the order handed in
 *
 * written in Crockford's base 32 as XXXXX-XXXXX. Anybody with `sha256sum` can check it.
 */
import type { CommandId } from './ids.ts';
import type { FileRef } from './wire.ts';

const CROCKFORD = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
/** Signs of a code, without the hyphen. */
export const RECEIPT_CHARS = 10;
const HALF = RECEIPT_CHARS / 2;
const BITS_PER_CHAR = 5;
/** What is read of a hash: seven bytes hold the 50 bits. */
const DIGEST_BYTES = 7;

/** What is hashed. `at`: Unix ms by the hub's clock. */
export const receiptText = (
  id: CommandId,
  files: readonly Pick<FileRef, 'sha256' | 'sizeBytes'>[],
  at: number,
): string => [id, String(at), ...files.map((file) => `${file.sha256} ${file.sizeBytes}`)].map((l) => `${l}\n`).join('');

/** @param digest SHA-256 of {@link receiptText}; @returns ten signs with a hyphen in the middle */
export function receiptCode(digest: Uint8Array): string {
  let bits = 0n;
  for (const byte of digest.subarray(0, DIGEST_BYTES)) bits = (bits << 8n) | BigInt(byte);
  bits >>= BigInt(DIGEST_BYTES * 8 - RECEIPT_CHARS * BITS_PER_CHAR);
  let code = '';
  for (let i = RECEIPT_CHARS - 1; i >= 0; i--) code += CROCKFORD[Number((bits >> BigInt(i * BITS_PER_CHAR)) & 31n)];
  return hyphened(code);
}

const hyphened = (signs: string) => `${signs.slice(0, HALF)}-${signs.slice(HALF)}`;

/**
 * What a hand writes for a sign of the alphabet: Crockford's own (O, I, L), and Cyrillic letters that look like Latin ones or like
 * digits. Both alphabets have the rest apart, so nothing is guessed.
 */
const MEANT: Readonly<Record<string, string>> = {
  ...{ O: '0', I: '1', L: '1' },
  ...{ А: 'A', В: 'B', С: 'C', Е: 'E', Ё: 'E', Н: 'H', К: 'K', М: 'M', Р: 'P', Т: 'T', Х: 'X', У: 'Y', Ѕ: 'S', Ј: 'J' },
  ...{ О: '0', І: '1', З: '3' },
};
/** Longer is no code, whatever it is; nothing is read of it. */
const TYPED_MAX = 200;

/** `signs`: what was typed, in the alphabet; `odd`: the first sign that is not in it. */
export type ReadReceipt =
  | { is: 'code'; code: string }
  | { is: 'empty' }
  | { is: 'short'; signs: string }
  | { is: 'long'; signs: string }
  | { is: 'odd'; odd: string };

/** Reads a code as a person types, pastes or dictates it: spaces, dashes and quotes anywhere, any case, look-alike letters. */
export function readReceipt(typed: string): ReadReceipt {
  let signs = '';
  // Compatibility forms first: letters of another width, and dashes that only look like ours.
  for (const sign of typed.slice(0, TYPED_MAX).normalize('NFKC').toUpperCase()) {
    if (/[\s\p{P}\p{Cf}\u2212]/u.test(sign)) continue;
    const meant = MEANT[sign] ?? sign;
    if (!CROCKFORD.includes(meant)) return { is: 'odd', odd: sign };
    signs += meant;
  }
  if (signs === '') return { is: 'empty' };
  if (signs.length < RECEIPT_CHARS) return { is: 'short', signs };
  if (signs.length > RECEIPT_CHARS) return { is: 'long', signs };
  return { is: 'code', code: hyphened(signs) };
}

/**
 * Whether what was typed is this code but for one slip: a sign that is another, missing or too many, or two neighbours exchanged.
 * Of 2⁵⁰ codes, a class has some hundreds: one that is so near was meant.
 * @param signs as {@link readReceipt} gives them, hyphen or not
 */
export function isSlipOf(signs: string, code: string): boolean {
  const typed = signs.replace('-', '');
  const meant = code.replace('-', '');
  if (typed === meant) return false;
  const longer = typed.length >= meant.length ? typed : meant;
  const shorter = longer === typed ? meant : typed;
  let at = 0;
  while (at < shorter.length && longer[at] === shorter[at]) at += 1;
  if (longer.length - shorter.length === 1) return longer.slice(at + 1) === shorter.slice(at);
  if (longer.length !== shorter.length) return false;
  if (longer.slice(at + 1) === shorter.slice(at + 1)) return true;
  const isExchanged = longer[at] === shorter[at + 1] && longer[at + 1] === shorter[at];
  return isExchanged && longer.slice(at + 2) === shorter.slice(at + 2);
}
