/**
 * How a handed-in file is shown: by what its name and type say, never by running it. A pupil's HTML is text, an SVG is left to
 * the system's program.
 */
import type { FileRef } from '../../core/wire.ts';

export type FileKind = 'pdf' | 'image' | 'text' | 'other';

/** Larger files are left to the system's program: the window must stay alive on a school computer with 4 GB. */
export const SHOWN_BYTES_MAX: Readonly<Record<Exclude<FileKind, 'other'>, number>> = {
  pdf: 200 * 1024 ** 2,
  image: 60 * 1024 ** 2,
  text: 2 * 1024 ** 2,
};

const ENDINGS: Readonly<Record<Exclude<FileKind, 'other'>, ReadonlySet<string>>> = {
  pdf: new Set(['pdf']),
  image: new Set(['jpg', 'jpeg', 'png', 'gif', 'webp', 'bmp', 'avif']),
  text: new Set(
    'txt text md csv tsv log ini json xml yml yaml html htm css py pas pp inc c h cpp hpp cc cs java kt js mjs ts tsx jsx php rb go rs swift sql sh bat ps1 r m tex srt lst kum'.split(' '),
  ),
}; // prettier-ignore

const KINDS = ['pdf', 'image', 'text'] as const;

/** The ending decides; a file without a known one is taken by its media type, as far as that is harmless. */
export function kindOfFile({ name, mediaType }: Pick<FileRef, 'name' | 'mediaType'>): FileKind {
  const ending = /\.([^.]+)$/.exec(name)?.[1]?.toLowerCase();
  const byEnding = KINDS.find((kind) => ending !== undefined && ENDINGS[kind].has(ending));
  if (byEnding) return byEnding;
  if (ending !== undefined && ending !== '') return 'other';
  if (mediaType === 'application/pdf') return 'pdf';
  if (/^image\/(jpeg|png|gif|webp|bmp|avif)$/.test(mediaType)) return 'image';
  return mediaType === 'text/plain' ? 'text' : 'other';
}

/** Where the window finds a file of the library; the same address as preload/contract gives it (a test holds them together). */
export const libraryUrl = (sha256: string, name: string): string => `/library/${sha256}/${encodeURIComponent(name)}`;
