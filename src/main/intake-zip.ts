/**
 * What is in a zip, and its files' bytes. Promises: nothing of an archive is ever written under a name that it gives, so no name
 * can lead anywhere (zip slip); an entry that lies about its size, swells beyond reason, is locked or a link is told and not taken;
 * names of old Windows archives (cp866, cp1251) are read as they were meant. Hides: yauzl, encodings.
 */
import { crc32 } from 'node:zlib';
import type { Readable } from 'node:stream';
import { open as openZip, type Entry, type ZipFile } from 'yauzl';
import { PartaError } from '../core/errors.ts';
import { meantName } from '../core/names.ts';
import type { LeftOutWhy } from '../preload/contract/intake.ts';

/** One entry may grow so many times while it is unpacked, unless it stays below the size after it. */
export const ZIP_SWELL_MAX = 250;
export const ZIP_SWELL_FREE_BYTES = 16 * 1024 ** 2;

const UTF8_FLAG = 0x800;
const UNICODE_PATH = 0x7075;
const LINK_MODE = 0o120000;
const MODE_KIND = 0o170000;

export interface ZipEntry {
  /** Its place in the archive. */
  index: number;
  /** The folders and the name; empty where the path is none that may be followed. */
  parts: string[];
  /** As it stands there, for telling. */
  shown: string;
  sizeBytes: number;
  modifiedAt: number | null;
  why: LeftOutWhy | null;
}

/**
 * Walks through an archive's files, folders left out.
 * @param visit answers false for enough; `bytes` may be asked for until it has answered
 * @throws PartaError `file-gone`, `bad-request` (no zip, or a broken one)
 */
export async function walkZip(
  path: string,
  visit: (entry: ZipEntry, bytes: () => Promise<Readable>) => Promise<boolean> | boolean,
): Promise<void> {
  const zip = await new Promise<ZipFile>((resolve, reject) => {
    openZip(path, { lazyEntries: true, autoClose: false, decodeStrings: false }, (error, opened) =>
      error ? reject(meaningOf(error)) : resolve(opened),
    );
  });
  try {
    await new Promise<void>((resolve, reject) => {
      let index = 0;
      const take = async (entry: Entry) => {
        const read = readEntry(entry, index);
        index += 1;
        const wantsMore = read === null || (await visit(read, () => bytesOf(zip, entry)));
        if (wantsMore) zip.readEntry();
        else resolve();
      };
      zip.on('entry', (entry: Entry) => void take(entry).catch(reject));
      zip.on('end', () => resolve());
      zip.on('error', (error: Error) => reject(meaningOf(error)));
      zip.readEntry();
    });
  } finally {
    zip.close();
  }
}

/** A cut archive, or one whose entries lie: what has no code of the system. */
function meaningOf(error: Error): unknown {
  if ('code' in error && error.code === 'ENOENT') return new PartaError('file-gone', { cause: error });
  return 'code' in error ? error : new PartaError('bad-request', { cause: error });
}

/** The unpacked bytes; yauzl ends them with an error where they are more or fewer than was said, or their checksum differs. */
const bytesOf = (zip: ZipFile, entry: Entry): Promise<Readable> =>
  new Promise((resolve, reject) => {
    zip.openReadStream(entry, (error, stream) => {
      if (error) return reject(meaningOf(error));
      // It may fail before anybody reads: whoever reads it then is told, and an error without a listener would end the app.
      stream.on('error', () => undefined);
      resolve(stream);
    });
  });

/** null for a folder. */
function readEntry(entry: Entry, index: number): ZipEntry | null {
  const name = nameOf(entry);
  // Programs for Windows write either.
  const path = name.replaceAll('\\', '/');
  if (path.endsWith('/')) return null;
  const parts = path.split('/');
  const isUnsafe =
    path === '' || /^([a-z]:|\/)/i.test(path) || parts.some((part) => part === '..' || part.includes('\0'));
  const { uncompressedSize: sizeBytes, compressedSize } = entry;
  const isLink = ((entry.externalFileAttributes >>> 16) & MODE_KIND) === LINK_MODE;
  const isSwollen = sizeBytes > ZIP_SWELL_FREE_BYTES && sizeBytes > compressedSize * ZIP_SWELL_MAX;
  const why = isUnsafe
    ? 'unsafe'
    : isLink
      ? 'link'
      : entry.isEncrypted()
        ? 'locked'
        : !entry.canDecodeFileData()
          ? 'packed'
          : isSwollen
            ? 'swollen'
            : null;
  const time = entry.getLastModDate().getTime();
  return {
    index,
    parts: isUnsafe ? [] : parts.filter((part) => part !== '' && part !== '.'),
    shown: name,
    sizeBytes,
    modifiedAt: Number.isFinite(time) && time > 0 ? time : null,
    why,
  };
}

function nameOf(entry: Entry): string {
  const raw = entry.fileNameRaw;
  const said = entry.extraFields.find(({ id }) => id === UNICODE_PATH)?.data;
  if (said && said.length > 5 && said[0] === 1 && said.readUInt32LE(1) === crc32(raw))
    return said.subarray(5).toString();
  return decodeName(raw, (entry.generalPurposeBitFlag & UTF8_FLAG) !== 0);
}

const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const DOS = new TextDecoder('ibm866');
const WINDOWS = new TextDecoder('windows-1251');

/** A name as it was meant: UTF-8 where it is (many programs do not say so), else of DOS or Windows. */
export function decodeName(raw: Uint8Array, isUtf8: boolean): string {
  try {
    return UTF8.decode(raw);
  } catch {
    if (isUtf8) return new TextDecoder().decode(raw);
  }
  return meantName(DOS.decode(raw), WINDOWS.decode(raw));
}
