/**
 * What the readers of documents have in common: text into markup, pictures into markup, XML out of an archive. Promises: a picture is
 * taken in only if it is of a known kind and not too large to be decoded; XML that declares entities is refused, because no office
 * program writes such a thing. What comes out is markup that the frame lets through its list once more (frame/safe-html).
 */
import { isTooLarge, pictureSizeOf } from '../../../core/picture-size.ts';
import { ZipProblem, type OpenedZip } from './zip.ts';

/** What all parts of an office document may unpack to. A book of 1,000 pages is 10 MB of XML. */
export const OFFICE_UNPACKED_BYTES_MAX = 48 * 1024 ** 2;
/** One part of XML. */
export const XML_BYTES_MAX = 16 * 1024 ** 2;

const SIGNS: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
export const escaped = (text: string): string => text.replace(/[&<>"]/g, (sign) => SIGNS[sign] ?? '');

/** @returns null where the archive has no such part. @throws ZipProblem */
export function xmlOf(zip: OpenedZip, name: string): string | null {
  const bytes = zip.read(name, XML_BYTES_MAX);
  if (bytes === null) return null;
  const isWide = bytes[0] === 0xff || bytes[0] === 0xfe;
  const xml = new TextDecoder(isWide ? (bytes[0] === 0xff ? 'utf-16le' : 'utf-16be') : 'utf-8').decode(bytes);
  if (/<!(?:DOCTYPE|ENTITY)/i.test(xml)) throw new ZipProblem('broken');
  return xml;
}

/** A picture as an address that carries it; null for a kind that browsers do not show, or one too large to be decoded. */
export function pictureAddress(bytes: Uint8Array): string | null {
  const type = pictureType(bytes);
  const size = type && pictureSizeOf(bytes);
  if (!type || !size || isTooLarge(size)) return null;
  return `data:${type};base64,${base64(bytes)}`;
}

function pictureType(bytes: Uint8Array): string | null {
  const [a, b] = bytes;
  if (a === 0x89 && b === 0x50) return 'image/png';
  if (a === 0xff && b === 0xd8) return 'image/jpeg';
  if (a === 0x47 && b === 0x49) return 'image/gif';
  if (a === 0x42 && b === 0x4d) return 'image/bmp';
  return a === 0x52 && b === 0x49 && bytes[8] === 0x57 ? 'image/webp' : null;
}

const PIECE_BYTES = 0x6000;
function base64(bytes: Uint8Array): string {
  const pieces: string[] = [];
  for (let at = 0; at < bytes.length; at += PIECE_BYTES)
    pieces.push(btoa(String.fromCharCode(...bytes.subarray(at, at + PIECE_BYTES))));
  return pieces.join('');
}
