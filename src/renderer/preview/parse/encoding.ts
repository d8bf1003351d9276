/**
 * Bytes of a text to a string, whatever program and system wrote it: UTF-8, UTF-16 with or without its mark, and the three Russian
 * tables that are still met: windows-1251, KOI8-R, CP866. Promises: what is UTF-8 is read as UTF-8, also where a cut went through
 * its last letter; what is no text at all is said to be none. Pure.
 *
 * Hides: how the tables are told from one another. Each candidate is read, and the one that looks most like written Russian wins:
 * frequent letters and pairs count for it, capitals after small letters and rare signs against it.
 */

export type Encoding = 'utf-8' | 'utf-16le' | 'utf-16be' | 'windows-1251' | 'koi8-r' | 'ibm866';
export interface DecodedText {
  text: string;
  encoding: Encoding;
}

/** As much as is looked at to guess: a page of a book is 3,000 letters. */
export const GUESSED_BYTES = 16 * 1024;
const TABLES = ['windows-1251', 'koi8-r', 'ibm866'] as const;

/** How many of a hundred letters of Russian text are this one. */
const SHARE: Readonly<Record<string, number>> = Object.fromEntries(
  'о11 е8.5 а8 и7.4 н6.7 т6.3 с5.5 р4.7 в4.5 л4.4 к3.5 м3.2 д3 п2.8 у2.6 я2 ы1.9 ь1.7 г1.7 з1.7 б1.6 ч1.4 й1.2 х1 ж0.9 ш0.7 ю0.6 ц0.5 щ0.4 э0.3 ф0.3'
    .split(' ')
    .map((one) => [one[0], Number(one.slice(1))]),
);
/** The most frequent pairs of letters: together about a fifth of any text. */
const PAIRS = new Set(
  'ст но то на ен ов ни ра во ко ро ли по пр ре го ть ет ос не ал ка ва ан ер та от де ом ол ла'.split(' '),
);

/** @returns null where the bytes are no text: they hold zero bytes and are not UTF-16 */
export function decodeGuessed(bytes: Uint8Array): DecodedText | null {
  const marked = markOf(bytes);
  if (marked) return { text: new TextDecoder(marked).decode(bytes), encoding: marked };
  const sample = bytes.subarray(0, GUESSED_BYTES);
  if (sample.includes(0)) {
    const wide = wideOf(sample);
    return wide && { text: new TextDecoder(wide).decode(bytes), encoding: wide };
  }
  const unicode = decodeUtf8(bytes);
  if (unicode !== null) return { text: unicode, encoding: 'utf-8' };
  const [best] = TABLES.map((encoding) => ({
    encoding,
    score: likeness(new TextDecoder(encoding).decode(sample)),
  })).sort((a, b) => b.score - a.score);
  const encoding = best?.encoding ?? 'windows-1251';
  return { text: new TextDecoder(encoding).decode(bytes), encoding };
}

function markOf(bytes: Uint8Array): Encoding | null {
  const starts = (...mark: number[]) => mark.every((byte, index) => bytes[index] === byte);
  if (starts(0xff, 0xfe)) return 'utf-16le';
  if (starts(0xfe, 0xff)) return 'utf-16be';
  return starts(0xef, 0xbb, 0xbf) ? 'utf-8' : null;
}

/** UTF-16 without a mark: every second byte says the same alphabet (0 for Latin, 4 for Cyrillic). */
function wideOf(bytes: Uint8Array): Encoding | null {
  const pairs = Math.floor(bytes.length / 2);
  if (pairs === 0) return null;
  const share = (offset: number) => {
    let known = 0;
    for (let at = offset; at < pairs * 2; at += 2) if (bytes[at] === 0 || bytes[at] === 4) known++;
    return known / pairs;
  };
  if (share(1) > 0.8 && share(0) < 0.3) return 'utf-16le';
  return share(0) > 0.8 && share(1) < 0.3 ? 'utf-16be' : null;
}

/** A file that is shown as far as it was read may end in the middle of a letter. */
function decodeUtf8(bytes: Uint8Array): string | null {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes.subarray(0, bytes.length - torn(bytes)));
  } catch {
    return null;
  }
}

/** How many last bytes are the beginning of a letter of UTF-8 without its end. */
function torn(bytes: Uint8Array): number {
  for (let back = 1; back < Math.min(4, bytes.length); back++) {
    const byte = bytes[bytes.length - back] ?? 0;
    if ((byte & 0xc0) === 0x80) continue;
    const length = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : byte >= 0xc2 ? 2 : 1;
    return length > back ? back : 0;
  }
  return 0;
}

function likeness(text: string): number {
  let score = 0;
  let before = '';
  for (const letter of text) {
    const small = letter.toLowerCase();
    const isRussian = /[а-яё]/.test(small);
    if (isRussian) {
      score += SHARE[small] ?? 0;
      if (PAIRS.has(before.toLowerCase() + small)) score += 3;
      if (letter === small) score += 0.5;
      // Two of the tables hold each other's letters with the case turned round.
      else if (/[а-яё]/.test(before)) score -= 12;
    } else if (letter > '\u007f' && !/[«»—–№…„“”‘’°§\u00a0]/.test(letter)) score -= 6;
    before = isRussian ? letter : '';
  }
  return score;
}
