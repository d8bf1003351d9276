/**
 * Names for a tree of files that leaves Parta: a saved chat, saved works. Promises: every name is one that Windows, macOS and
 * Linux take (names.ts); no two in a folder are the same where large and small letters are one; a whole path stays short enough
 * for programs that count its letters; the same list gets the same names every time, so that a saving that was cut goes on. Pure.
 */
import { safeFileName } from './names.ts';

/** UTF-16 units of a whole path that Windows' own programs open: MAX_PATH (260) with its end mark, and a place to number. */
export const PATH_CHARS_MAX = 254;
/** Of one folder's name. */
export const FOLDER_CHARS_MAX = 60;
/** What a file's name keeps, however deep the folder lies that was chosen. */
export const NAME_CHARS_MIN = 40;
/** An ending (`.docx`) of up to so many letters is kept when a name is cut. */
const ENDING_CHARS_MAX = 16;

/** The name without its ending, and the ending with its dot; '' where there is none. */
function parts(name: string): [stem: string, ending: string] {
  const dot = name.lastIndexOf('.');
  const isEnding = dot > 0 && name.length - dot <= ENDING_CHARS_MAX;
  return isEnding ? [name.slice(0, dot), name.slice(dot)] : [name, ''];
}

/** A safe name of at most so many UTF-16 units, its ending kept; no letter is cut in two. */
export function shortFileName(shown: string, charsMax: number): string {
  const [stem, ending] = parts(safeFileName(shown));
  const letters = [...stem];
  let length = stem.length;
  while (length + ending.length > charsMax && letters.length > 1) length -= letters.pop()!.length;
  return safeFileName(letters.join('').trimEnd() + ending);
}

/** «работа (2).docx»; still at most so many UTF-16 units, and as many bytes as a disk takes: it is the stem that gives way. */
export function numberedName(name: string, n: number, charsMax: number): string {
  if (n === 1) return name;
  const [stem, ending] = parts(name);
  const mark = ` (${n})`;
  const letters = [...shortFileName(stem, Math.max(1, charsMax - mark.length - ending.length))];
  for (;;) {
    const made = safeFileName(letters.join('').trimEnd() + mark + ending);
    if (made.endsWith(mark + ending) || letters.length <= 1) return made;
    letters.pop();
  }
}

/** What macOS and Windows take for the same name. */
export const foldedName = (name: string): string => name.normalize('NFKD').toLowerCase();

/** The names of one folder. */
export class TakenNames {
  readonly #taken = new Set<string>();

  /** @returns a name that nobody has yet */
  take(shown: string, charsMax: number): string {
    const wanted = shortFileName(shown, charsMax);
    let name = wanted;
    for (let n = 2; this.#taken.has(foldedName(name)); n += 1) name = numberedName(wanted, n, charsMax);
    this.#taken.add(foldedName(name));
    return name;
  }
}

/** A folder as it was meant; two of one name stay two where their keys differ. */
export interface TreeFolder {
  key: string;
  name: string;
}
export interface TreeItem {
  /** From the outermost in. */
  folders: readonly TreeFolder[];
  name: string;
}
interface Branch {
  name: string;
  taken: TakenNames;
  folders: Map<string, Branch>;
}

/**
 * Where each item lies: its folders and its name, in the order of the items.
 * @param roomChars UTF-16 units that a path below the chosen folder may have; {@link NAME_CHARS_MIN} are given in any case
 */
export function planTree(items: readonly TreeItem[], roomChars: number): string[][] {
  const branch = (name: string): Branch => ({ name, taken: new TakenNames(), folders: new Map() });
  const root = branch('');
  return items.map(({ folders, name }) => {
    const path: string[] = [];
    let at = root;
    for (const folder of folders) {
      let next = at.folders.get(folder.key);
      if (!next) {
        next = branch(at.taken.take(folder.name, FOLDER_CHARS_MAX));
        at.folders.set(folder.key, next);
      }
      at = next;
      path.push(at.name);
    }
    const used = path.reduce((sum, part) => sum + part.length + 1, 0);
    return [...path, at.taken.take(name, Math.max(NAME_CHARS_MIN, roomChars - used))];
  });
}
