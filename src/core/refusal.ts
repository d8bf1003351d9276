/** How the rules say no, and the small tests that many of them make. A refusal never leaves `decide` as an exception. */
import type { Facts, Who } from './classroom.ts';
import type { ErrorCode } from './errors.ts';
import type { FileId } from './ids.ts';
import { cleanName } from './names.ts';
import type { FileRef } from './wire.ts';

export class Refusal {
  readonly code: ErrorCode;
  constructor(code: ErrorCode) {
    this.code = code;
  }
}
export function demand(holds: unknown, code: ErrorCode): asserts holds {
  if (!holds) throw new Refusal(code);
}

export const isClean = (name: string) => name.length > 0 && cleanName(name) === name;
export const isBlank = (text: string) => text.trim() === '';

/** Files that a command names, by the hub's own rows; each was brought by whoever names it (S15). */
export function filesOf(fileIds: readonly FileId[], who: Who, facts: Facts): FileRef[] {
  return fileIds.map((fileId) => {
    const file = facts.file(fileId);
    demand(file, 'file-missing');
    demand(who.kind === 'hub' || file.personId === who.personId, 'file-not-yours');
    return { fileId, name: file.name, sizeBytes: file.sizeBytes, sha256: file.sha256, mediaType: file.mediaType };
  });
}
