/**
 * Names of files beside a saved chat: such as every file system takes, no two of them the same where large and small letters are
 * one. Pure.
 */
import type { Sha256 } from '../../../core/ids.ts';
import { TakenNames } from '../../../core/tree-names.ts';
import type { FileRef } from '../../../core/wire.ts';

/** Windows counts the whole path, and the folder's part of it is not ours. */
export const EXPORTED_NAME_MAX = 110;

/** Gives each file its name; the same bytes under the same name lie there once. */
export class ExportNames {
  readonly #byFile = new Map<string, string>();
  readonly #taken = new TakenNames();
  readonly #files: { file: FileRef; name: string }[] = [];

  /** All that were named, in the order in which they were first asked for. */
  get files(): readonly { file: FileRef; name: string }[] {
    return this.#files;
  }

  nameOf(file: FileRef): string {
    const key = `${file.sha256 satisfies Sha256}/${file.name}`;
    const known = this.#byFile.get(key);
    if (known !== undefined) return known;
    const name = this.#taken.take(file.name, EXPORTED_NAME_MAX);
    this.#byFile.set(key, name);
    this.#files.push({ file, name });
    return name;
  }
}
