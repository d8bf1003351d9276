/**
 * People's and files' names: what is kept of what was typed, when two names are the same, and what a name on disk may be.
 * Pure text work; no name is ever a key to anything.
 */
import { FILE_NAME_MAX, NAME_MAX } from './limits.ts';

// C0/C1 controls, zero-width and bidi characters: invisible, and able to make one name look like another.
// oxlint-disable-next-line no-control-regex
const INVISIBLE =
  /[\u0000-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]/g;
const LONE_SURROGATE = /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;

/** The name as it is kept: NFC, no invisible characters, single spaces, at most {@link NAME_MAX} long; '' if nothing is left. */
export function cleanName(typed: string): string {
  const visible = typed.replace(/\s/g, ' ').replace(INVISIBLE, '').replace(LONE_SURROGATE, '');
  return visible.normalize('NFC').replace(/ +/g, ' ').trim().slice(0, NAME_MAX).replace(LONE_SURROGATE, '').trim();
}

// Latin letters that a Russian keyboard's user types by mistake, or another one on purpose.
const LOOKALIKES: Record<string, string> = {
  a: 'а',
  b: 'в',
  c: 'с',
  e: 'е',
  h: 'н',
  k: 'к',
  m: 'м',
  o: 'о',
  p: 'р',
  t: 'т',
  x: 'х',
  y: 'у',
  '0': 'о',
  '3': 'з',
};

/** What two names are compared by: case, ё/е, look-alike letters, hyphens and dots fold together. */
export function nameSkeleton(name: string): string {
  const folded = cleanName(name)
    .normalize('NFKC')
    .toLowerCase()
    .replace(/ё/g, 'е')
    .replace(/[-‐-―.·']/g, ' ');
  const hasCyrillic = /[а-я]/.test(folded);
  const one = hasCyrillic ? folded.replace(/[abcehkmoptxy03]/g, (letter) => LOOKALIKES[letter] ?? letter) : folded;
  return one.replace(/ +/g, ' ').trim();
}

/**
 * The lines of a list that a typed name can mean. Words may come in any order, may be fewer than in the list ("Белов",
 * "Илья Белов") and may be initials ("Белов И."); every typed word must be found.
 * @returns indexes into `names`, in their order; one index means a unique match
 */
export function matchName(typed: string, names: readonly string[]): number[] {
  const words = nameSkeleton(typed).split(' ').filter(Boolean);
  if (words.length === 0) return [];
  const exact = names.flatMap((name, index) => (nameSkeleton(name) === words.join(' ') ? [index] : []));
  if (exact.length > 0) return exact;
  return names.flatMap((name, index) => {
    const left = nameSkeleton(name).split(' ');
    const found = words.every((word) => {
      const whole = left.indexOf(word);
      const at = whole >= 0 ? whole : word.length === 1 ? left.findIndex((other) => other.startsWith(word)) : -1;
      if (at >= 0) left.splice(at, 1);
      return at >= 0;
    });
    // An initial alone names nobody.
    return found && words.some((word) => word.length > 1) ? [index] : [];
  });
}

const WINDOWS_RESERVED = /^(con|conin\$|conout\$|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³]) *(\.|$)/i;
// oxlint-disable-next-line no-control-regex
const UNSAFE_IN_FILE = /[<>:"/\\|?*\u0000-\u001f]/g;

const utf8Length = (text: string) => {
  let bytes = 0;
  for (const char of text) {
    const code = char.codePointAt(0) ?? 0;
    bytes += code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
  }
  return bytes;
};

/**
 * A file's name that every file system takes: no folder, no reserved word, no trailing dot or space, at most
 * {@link FILE_NAME_MAX} bytes of UTF-8 with the extension kept; 'file' if nothing is left.
 */
export function safeFileName(shown: string): string {
  const base = shown.replace(INVISIBLE, '').replace(LONE_SURROGATE, '').normalize('NFC');
  let name = base
    .replace(UNSAFE_IN_FILE, '_')
    .replace(/^[ ]+/, '')
    .replace(/[ .]+$/, '');
  if (name === '' || /^\.+$/.test(name)) name = 'file';
  if (WINDOWS_RESERVED.test(name)) name = `_${name}`;
  const dot = name.lastIndexOf('.');
  const ending = dot > 0 && utf8Length(name.slice(dot)) <= 32 ? name.slice(dot) : '';
  const stem = [...(ending ? name.slice(0, dot) : name)];
  while (utf8Length(stem.join('')) + utf8Length(ending) > FILE_NAME_MAX) stem.pop();
  return stem.join('').replace(/[ .]+$/, '') + ending || 'file';
}

const russianLetters = (text: string) => text.match(/[а-яё]/gi)?.length ?? 0;

/**
 * Which reading of an archive's old name was meant: what is more Russian. Where both are, it holds nothing but the letters «а» to «п» of
 * Windows («белов»), which are «р» to «я» of DOS: no names.
 * @param dos read by CP866 @param windows the same bytes read by windows-1251
 */
export const meantName = (dos: string, windows: string): string =>
  russianLetters(windows) >= russianLetters(dos) ? windows : dos;
