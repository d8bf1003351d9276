/** Archives byte by byte, as good programs do not write them: any bytes for a name, any flag, sizes that lie. */
import { crc32, deflateRawSync } from 'node:zlib';

export interface RawEntry {
  name: Uint8Array | string;
  bytes?: Buffer;
  /** General purpose bits: 0x800 says that the name is UTF-8, 1 that the entry is encrypted. */
  flags?: number;
  /** 0 stored, 8 deflated; others are only said. */
  method?: number;
  /** What the archive says of the size, where it lies. */
  saidSize?: number;
  /** POSIX mode, as in a link: 0o120777. */
  mode?: number;
  extra?: Buffer;
}

const u16 = (value: number) => Buffer.from(Uint16Array.of(value).buffer);
const u32 = (value: number) => Buffer.from(Uint32Array.of(value).buffer);
/** 12 May 2024, 10:15:30. */
const TIME = [u16((10 << 11) | (15 << 5) | 15), u16(((2024 - 1980) << 9) | (5 << 5) | 12)];

export function rawZip(entries: readonly RawEntry[]): Buffer {
  const files: Buffer[] = [];
  const heads: Buffer[] = [];
  let offset = 0;
  for (const {
    name,
    bytes = Buffer.from('работа'),
    flags = 0,
    method = 0,
    saidSize,
    mode = 0o100644,
    extra = Buffer.alloc(0),
  } of entries) {
    const raw = Buffer.from(name);
    const packed = method === 8 ? deflateRawSync(bytes) : bytes;
    const shared = [
      u16(20), u16(flags), u16(method), ...TIME, u32(crc32(bytes)), u32(packed.length), u32(saidSize ?? bytes.length),
      u16(raw.length), u16(extra.length),
    ]; // prettier-ignore
    const file = Buffer.concat([u32(0x04034b50), ...shared, raw, extra, packed]);
    heads.push(
      Buffer.concat([
        u32(0x02014b50), u16((3 << 8) | 20), ...shared, u16(0), u16(0), u16(0), u32((mode << 16) >>> 0), u32(offset), raw, extra,
      ]),
    ); // prettier-ignore
    files.push(file);
    offset += file.length;
  }
  const directory = Buffer.concat(heads);
  const count = u16(entries.length);
  const end = [u32(0x06054b50), u16(0), u16(0), count, count, u32(directory.length), u32(offset), u16(0)];
  return Buffer.concat([...files, directory, ...end]);
}
