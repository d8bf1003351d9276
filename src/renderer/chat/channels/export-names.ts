/**
 * Names of files beside a saved chat: such as every file system takes, no two of them the same where large and small letters are
 * one. Pure.
 */
import type { Sha256 } from '../../../core/ids.ts';
import { safeFileName } from '../../../core/names.ts';
import type { FileRef } from '../../../core/wire.ts';

/** Windows counts the whole path, and the folder's part of it is not ours. */
export const EXPORTED_NAME_MAX = 100;

const short = (name: string): string => {
  const dot = name.lastIndexOf('.');
  const ending = dot > 0 && name.length - dot <= 16 ? name.slice(dot) : '';
  return safeFileName([...name.slice(0, name.length - ending.length)].slice(0, EXPORTED_NAME_MAX).join('') + ending);
};

const numbered = (name: string, n: number): string => {
  const dot = name.lastIndexOf('.');
  return dot > 0 ? `${name.slice(0, dot)} (${n})${name.slice(dot)}` : `${name} (${n})`;
};

/** Gives each file its name; the same bytes under the same name lie there once. */
export class ExportNames {
  readonly #byFile = new Map<string, string>();
  readonly #taken = new Set<string>();
  readonly #files: { file: FileRef; name: string }[] = [];

  /** All that were named, in the order in which they were first asked for. */
  get files(): readonly { file: FileRef; name: string }[] {
    return this.#files;
  }

  nameOf(file: FileRef): string {
    const key = `${file.sha256 satisfies Sha256}/${file.name}`;
    const known = this.#byFile.get(key);
    if (known !== undefined) return known;
    const wanted = short(safeFileName(file.name));
    let name = wanted;
    for (let n = 2; this.#taken.has(folded(name)); n += 1) name = numbered(wanted, n);
    this.#taken.add(folded(name));
    this.#byFile.set(key, name);
    this.#files.push({ file, name });
    return name;
  }
}

/** macOS and Windows take these for the same name. */
const folded = (name: string) => name.normalize('NFKD').toLowerCase();
