/**
 * Media types by a file's ending, and which of them the window may show. Promises: only what cannot run in a page is shown as
 * what it is; HTML, SVG and everything unknown are bytes. No sniffing.
 */

/** Shown inside the app: documents the app draws itself, raster pictures, sound and film. */
export const SHOWN: Readonly<Record<string, string>> = {
  '.pdf': 'application/pdf',
  '.jpg': 'image/jpeg',
  '.jpeg': 'image/jpeg',
  '.png': 'image/png',
  '.gif': 'image/gif',
  '.webp': 'image/webp',
  '.avif': 'image/avif',
  '.bmp': 'image/bmp',
  '.txt': 'text/plain',
  '.md': 'text/plain',
  '.csv': 'text/plain',
  '.log': 'text/plain',
  '.mp3': 'audio/mpeg',
  '.m4a': 'audio/mp4',
  '.aac': 'audio/aac',
  '.ogg': 'audio/ogg',
  '.oga': 'audio/ogg',
  '.opus': 'audio/ogg',
  '.wav': 'audio/wav',
  '.flac': 'audio/flac',
  '.mp4': 'video/mp4',
  '.m4v': 'video/mp4',
  '.webm': 'video/webm',
  // A recorded voice: the same container with nothing but sound in it.
  '.weba': 'audio/webm',
};

const NAMED: Readonly<Record<string, string>> = {
  '.doc': 'application/msword',
  '.docx': 'application/vnd.openxmlformats-officedocument.wordprocessingml.document',
  '.odt': 'application/vnd.oasis.opendocument.text',
  '.rtf': 'application/rtf',
  '.xls': 'application/vnd.ms-excel',
  '.xlsx': 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
  '.ods': 'application/vnd.oasis.opendocument.spreadsheet',
  '.ppt': 'application/vnd.ms-powerpoint',
  '.pptx': 'application/vnd.openxmlformats-officedocument.presentationml.presentation',
  '.odp': 'application/vnd.oasis.opendocument.presentation',
  '.zip': 'application/zip',
  '.heic': 'image/heic',
  '.tif': 'image/tiff',
  '.tiff': 'image/tiff',
};

export const BYTES = 'application/octet-stream';

/** What a file is called on the wire. @param extension with its dot, any case */
export function mediaTypeOf(extension: string): string {
  const known = extension.toLowerCase();
  return (Object.hasOwn(SHOWN, known) ? SHOWN[known] : Object.hasOwn(NAMED, known) ? NAMED[known] : BYTES) ?? BYTES;
}

/** What the page is told a file is; {@link BYTES} for everything that it must not show. Text is always said to be UTF-8. */
export function shownTypeOf(extension: string): string {
  const known = extension.toLowerCase();
  const type = Object.hasOwn(SHOWN, known) ? SHOWN[known] : undefined;
  if (type === undefined) return BYTES;
  return type === 'text/plain' ? 'text/plain; charset=utf-8' : type;
}
