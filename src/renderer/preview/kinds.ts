/** What a file is shown as, by what its name and type say; never by running it. Limits beyond which it is left to other programs. */
import type { FileRef } from '../../core/wire.ts';
import { kindOfFile } from '../review/file-kinds.ts';
import type { Reading } from './frame-words.ts';

/** `sound` and `film` play in the window; `convertible` is made a PDF by LibreOffice where it is installed. */
export type PreviewKind = Reading | 'sound' | 'film' | 'convertible' | 'none';

/** Larger files are left to other programs. A text is shown as far as {@link TEXT_BYTES_SHOWN}, a zip's directory whatever its size. */
export const PREVIEWED_BYTES_MAX: Readonly<Record<Exclude<PreviewKind, 'text' | 'zip' | 'none'>, number>> = {
  pdf: 200 * 1024 ** 2,
  // It goes through a blob, which a browser may put on disk for a while: 50 MB of that are allowed.
  picture: 48 * 1024 ** 2,
  heic: 40 * 1024 ** 2,
  docx: 40 * 1024 ** 2,
  odt: 40 * 1024 ** 2,
  xlsx: 40 * 1024 ** 2,
  sound: Infinity,
  film: Infinity,
  convertible: 16 * 1024 ** 2,
};
/** 600 pages of print. */
export const TEXT_BYTES_SHOWN = 1024 ** 2;

const ENDINGS: readonly [PreviewKind, RegExp][] = [
  ['docx', /^(?:docx|docm|dotx)$/],
  ['odt', /^(?:odt|ott)$/],
  ['xlsx', /^(?:xlsx|xlsm)$/],
  ['zip', /^zip$/],
  ['heic', /^(?:heic|heif)$/],
  ['sound', /^(?:mp3|m4a|aac|ogg|oga|opus|wav|flac|weba)$/],
  ['film', /^(?:mp4|m4v|webm)$/],
  ['convertible', /^(?:doc|rtf|odp|ppt|pptx|xls|ods)$/],
  // Its picture would need a program that draws; its source is harmless and readable.
  ['text', /^svg$/],
];

export function previewKindOf(file: Pick<FileRef, 'name' | 'mediaType'>): PreviewKind {
  const ending = /\.([^.]+)$/.exec(file.name)?.[1]?.toLowerCase() ?? '';
  const known = ENDINGS.find(([, pattern]) => pattern.test(ending))?.[0];
  if (known) return known;
  const kind = kindOfFile(file);
  if (kind === 'image') return 'picture';
  return kind === 'other' ? 'none' : kind;
}

export const isTooLargeToShow = (kind: PreviewKind, sizeBytes: number): boolean =>
  kind !== 'text' && kind !== 'zip' && kind !== 'none' && sizeBytes > PREVIEWED_BYTES_MAX[kind];
