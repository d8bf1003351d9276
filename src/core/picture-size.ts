/**
 * How large a picture is, by its first bytes and without decoding it: a file of a hundred kilobytes can hold a picture that takes
 * gigabytes. Knows PNG, JPEG, GIF, WebP, BMP and the HEIF family (HEIC, AVIF). Pure.
 */

export interface PictureSize {
  width: number;
  height: number;
}

/** The largest picture that is decoded: three times what a telephone's camera makes. A pixel takes four bytes. */
export const PICTURE_PIXELS_MAX = 150_000_000;
/** As much of a file as is looked at: a JPEG's size stands behind everything that a camera writes of itself. */
export const PICTURE_HEAD_BYTES = 1024 * 1024;

export const isTooLarge = ({ width, height }: PictureSize): boolean => width * height > PICTURE_PIXELS_MAX;

/** @returns null where the bytes are no picture that is known here, or end before they tell its size */
export function pictureSizeOf(head: Uint8Array): PictureSize | null {
  const view = new DataView(head.buffer, head.byteOffset, head.byteLength);
  try {
    if (startsWith(head, [0x89, 0x50, 0x4e, 0x47])) return { width: view.getUint32(16), height: view.getUint32(20) };
    if (startsWith(head, [0xff, 0xd8])) return jpegSize(view);
    if (textAt(head, 0, 3) === 'GIF') return gifSize(view);
    if (textAt(head, 0, 2) === 'BM') return bmpSize(view);
    if (textAt(head, 0, 4) === 'RIFF' && textAt(head, 8, 4) === 'WEBP') return webpSize(head, view);
    return textAt(head, 4, 4) === 'ftyp' ? heifSize(head, view) : null;
  } catch {
    // The bytes end early.
    return null;
  }
}

function gifSize(view: DataView): PictureSize {
  return { width: view.getUint16(6, true), height: view.getUint16(8, true) };
}

function bmpSize(view: DataView): PictureSize {
  if (view.getUint32(14, true) === 12) return { width: view.getUint16(18, true), height: view.getUint16(20, true) };
  return { width: Math.abs(view.getInt32(18, true)), height: Math.abs(view.getInt32(22, true)) };
}

function jpegSize(view: DataView): PictureSize | null {
  for (let at = 2; ;) {
    if (view.getUint8(at) !== 0xff) return null;
    const marker = view.getUint8(at + 1);
    if (marker === 0xff) {
      at += 1;
      continue;
    }
    const isFrame = marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc;
    if (isFrame) return { width: view.getUint16(at + 7), height: view.getUint16(at + 5) };
    // Markers without a length: restart, start, temporary.
    at += marker === 0x01 || (marker >= 0xd0 && marker <= 0xd8) ? 2 : 2 + view.getUint16(at + 2);
  }
}

function webpSize(head: Uint8Array, view: DataView): PictureSize | null {
  switch (textAt(head, 12, 4)) {
    case 'VP8X':
      return { width: 1 + uint24(view, 24), height: 1 + uint24(view, 27) };
    case 'VP8L': {
      const bits = view.getUint32(21, true);
      return { width: 1 + (bits & 0x3fff), height: 1 + ((bits >>> 14) & 0x3fff) };
    }
    case 'VP8 ':
      return { width: view.getUint16(26, true) & 0x3fff, height: view.getUint16(28, true) & 0x3fff };
    default:
      return null;
  }
}

/** The largest of all sizes told (`ispe`): a photo is made of tiles, and has a small picture beside it. */
function heifSize(head: Uint8Array, view: DataView): PictureSize | null {
  let largest: PictureSize | null = null;
  for (let at = 4; at + 16 <= head.length; at++) {
    if (head[at] !== 0x69 || textAt(head, at, 4) !== 'ispe') continue;
    const size = { width: view.getUint32(at + 8), height: view.getUint32(at + 12) };
    if (!largest || size.width * size.height > largest.width * largest.height) largest = size;
  }
  return largest;
}

const startsWith = (bytes: Uint8Array, mark: readonly number[]) => mark.every((byte, index) => bytes[index] === byte);
const textAt = (bytes: Uint8Array, at: number, length: number) =>
  String.fromCharCode(...bytes.subarray(at, at + length));
const uint24 = (view: DataView, at: number) => view.getUint16(at, true) + view.getUint8(at + 2) * 0x10000;
