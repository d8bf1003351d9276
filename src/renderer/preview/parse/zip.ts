/**
 * A zip's directory, and single entries of it. Promises: listing reads the directory and nothing else; an entry gives up as soon as
 * more comes out of it than was asked for, whatever its header says; names are read as UTF-8 where they say so or are, else as
 * they were meant by DOS (CP866) or Windows. Pure but for the inflating library.
 *
 * Hides: the format (APPNOTE 6.3): end record, ZIP64, directory entries, local headers.
 */
import { Inflate } from 'fflate';
import { meantName } from '../../../core/names.ts';

/** Entries that are read of a directory; a longer one is said to be longer. */
export const ENTRIES_MAX = 2_000;
/** The end record with the longest comment, and ZIP64's locator before it. */
export const TAIL_BYTES = 22 + 65_535 + 20;
/** As much of the directory as is read: entries of 100 bytes and names of 400. */
export const DIRECTORY_BYTES_MAX = 1024 * 1024;

const END = 0x06054b50;
const END_64_LOCATOR = 0x07064b50;
const END_64 = 0x06064b50;
const ENTRY = 0x02014b50;
const LOCAL = 0x04034b50;
const IS_UTF8 = 1 << 11;
const IS_ENCRYPTED = 1;
const NONE = 0xffff_ffff;

export class ZipProblem extends Error {
  readonly reason: 'broken' | 'too-large';
  constructor(reason: 'broken' | 'too-large') {
    super(reason);
    this.reason = reason;
  }
}

export interface ZipEntry {
  /** With `/` between folders; ends with one if it is a folder. */
  name: string;
  sizeBytes: number;
  packedBytes: number;
  isEncrypted: boolean;
  method: number;
  /** Of the local header, from the start of the archive. */
  offset: number;
}

export interface DirectoryPlace {
  offset: number;
  sizeBytes: number;
  entryCount: number;
}

/**
 * Where the directory lies. ZIP64's own end record lies before the tail in rare files; then they count as broken.
 * @param tail the last bytes of the archive, up to {@link TAIL_BYTES} and more
 * @param sizeBytes of the whole archive
 * @throws ZipProblem `broken`
 */
export function findDirectory(tail: Uint8Array, sizeBytes: number): DirectoryPlace {
  const view = viewOf(tail);
  const tailAt = sizeBytes - tail.length;
  for (let at = tail.length - 22; at >= 0; at--) {
    if (view.getUint32(at, true) !== END) continue;
    let place = {
      entryCount: view.getUint16(at + 10, true),
      sizeBytes: view.getUint32(at + 12, true),
      offset: view.getUint32(at + 16, true),
    };
    const locator = at - 20;
    if (locator >= 0 && view.getUint32(locator, true) === END_64_LOCATOR) {
      const end64 = number64(view, locator + 8) - tailAt;
      if (end64 < 0 || end64 + 56 > tail.length || view.getUint32(end64, true) !== END_64)
        throw new ZipProblem('broken');
      place = {
        entryCount: number64(view, end64 + 32),
        sizeBytes: number64(view, end64 + 40),
        offset: number64(view, end64 + 48),
      };
    }
    if (place.offset + place.sizeBytes > sizeBytes) throw new ZipProblem('broken');
    return place;
  }
  throw new ZipProblem('broken');
}

/** Entries of a directory, as far as its bytes reach. @throws ZipProblem `broken` where they begin as none */
export function readDirectory(directory: Uint8Array, entriesMax = ENTRIES_MAX): ZipEntry[] {
  const view = viewOf(directory);
  const entries: ZipEntry[] = [];
  for (let at = 0; at + 46 <= directory.length && entries.length < entriesMax;) {
    if (view.getUint32(at, true) !== ENTRY) {
      if (entries.length === 0) throw new ZipProblem('broken');
      break;
    }
    const flags = view.getUint16(at + 8, true);
    const nameLength = view.getUint16(at + 28, true);
    const extraLength = view.getUint16(at + 30, true);
    const commentLength = view.getUint16(at + 32, true);
    const nameEnd = at + 46 + nameLength;
    if (nameEnd > directory.length) break;
    const sizes = {
      sizeBytes: view.getUint32(at + 24, true),
      packedBytes: view.getUint32(at + 20, true),
      offset: view.getUint32(at + 42, true),
    };
    readExtra64(view, nameEnd, Math.min(nameEnd + extraLength, directory.length), sizes);
    entries.push({
      name: nameOf(directory.subarray(at + 46, nameEnd), (flags & IS_UTF8) !== 0),
      ...sizes,
      isEncrypted: (flags & IS_ENCRYPTED) !== 0,
      method: view.getUint16(at + 10, true),
    });
    at = nameEnd + extraLength + commentLength;
  }
  return entries;
}

/**
 * The bytes of one entry.
 * @param maxBytes more than this is never unpacked
 * @throws ZipProblem `too-large`, `broken` (also: encrypted, or packed in a way that is not deflate)
 */
export function unpack(archive: Uint8Array, entry: ZipEntry, maxBytes: number): Uint8Array {
  const view = viewOf(archive);
  if (entry.isEncrypted || entry.offset + 30 > archive.length || view.getUint32(entry.offset, true) !== LOCAL)
    throw new ZipProblem('broken');
  if (entry.sizeBytes > maxBytes) throw new ZipProblem('too-large');
  const start = entry.offset + 30 + view.getUint16(entry.offset + 26, true) + view.getUint16(entry.offset + 28, true);
  const packed = archive.subarray(start, start + entry.packedBytes);
  if (packed.length < entry.packedBytes) throw new ZipProblem('broken');
  if (entry.method === 0) {
    if (packed.length > maxBytes) throw new ZipProblem('too-large');
    return packed;
  }
  if (entry.method !== 8) throw new ZipProblem('broken');
  return inflate(packed, maxBytes);
}

/** A megabyte of zeros is a kilobyte packed: what goes in is cut small, so that little comes out before the limit is looked at. */
const STEP_BYTES = 16 * 1024;

function inflate(packed: Uint8Array, maxBytes: number): Uint8Array {
  const pieces: Uint8Array[] = [];
  let total = 0;
  const inflater = new Inflate((piece) => {
    total += piece.length;
    if (total > maxBytes) throw new ZipProblem('too-large');
    // The library goes on in its own buffer.
    pieces.push(piece.slice());
  });
  try {
    for (let at = 0; at < packed.length; at += STEP_BYTES)
      inflater.push(packed.subarray(at, at + STEP_BYTES), at + STEP_BYTES >= packed.length);
  } catch (error) {
    throw error instanceof ZipProblem ? error : new ZipProblem('broken');
  }
  const whole = new Uint8Array(total);
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}

/** A whole archive at hand: its directory, and entries by name within one budget of bytes for all of them. */
export function openZip(archive: Uint8Array, budgetBytes: number): OpenedZip {
  const place = findDirectory(archive.subarray(-TAIL_BYTES), archive.length);
  const entries = readDirectory(
    archive.subarray(place.offset, place.offset + Math.min(place.sizeBytes, DIRECTORY_BYTES_MAX)),
  );
  const byName = new Map(entries.map((entry) => [entry.name, entry]));
  let left = budgetBytes;
  return {
    names: [...byName.keys()],
    read(name, maxBytes = left) {
      const entry = byName.get(name);
      if (!entry) return null;
      const bytes = unpack(archive, entry, Math.min(maxBytes, left));
      left -= bytes.length;
      return bytes;
    },
  };
}
export interface OpenedZip {
  names: readonly string[];
  /** null where there is none of that name. @param maxBytes besides what is left of the budget @throws ZipProblem */
  read(name: string, maxBytes?: number): Uint8Array | null;
}

function readExtra64(
  view: DataView,
  from: number,
  to: number,
  sizes: { sizeBytes: number; packedBytes: number; offset: number },
): void {
  for (let at = from; at + 4 <= to;) {
    const length = view.getUint16(at + 2, true);
    if (view.getUint16(at, true) === 1) {
      let field = at + 4;
      const end = Math.min(at + 4 + length, to);
      for (const key of ['sizeBytes', 'packedBytes', 'offset'] as const) {
        if (sizes[key] !== NONE || field + 8 > end) continue;
        sizes[key] = number64(view, field);
        field += 8;
      }
      return;
    }
    at += 4 + length;
  }
}

function nameOf(bytes: Uint8Array, isUtf8: boolean): string {
  if (isUtf8) return new TextDecoder().decode(bytes);
  try {
    // Many programs write UTF-8 without saying so; CP866 that happens to be UTF-8 is next to unheard of.
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return meantName(new TextDecoder('ibm866').decode(bytes), new TextDecoder('windows-1251').decode(bytes));
  }
}

const viewOf = (bytes: Uint8Array) => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
/** Beyond 2^53 nothing exists; such a number is only told to be too large. */
const number64 = (view: DataView, at: number): number => Number(view.getBigUint64(at, true));
