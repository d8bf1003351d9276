/**
 * Bytes of a text file to a string, whatever program wrote it. Promises: text that is UTF-8 is read as UTF-8; everything else
 * is taken for windows-1251, which Excel still writes on a Russian school's computer; no byte order mark is left in the text.
 */
const starts = (bytes: Uint8Array, ...mark: number[]) => mark.every((byte, index) => bytes[index] === byte);

/** @param bytes a whole file: a cut in the middle of a UTF-8 letter would make all of it look like windows-1251 */
export function decodeText(bytes: Uint8Array): string {
  if (starts(bytes, 0xff, 0xfe)) return new TextDecoder('utf-16le').decode(bytes);
  if (starts(bytes, 0xfe, 0xff)) return new TextDecoder('utf-16be').decode(bytes);
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return new TextDecoder('windows-1251').decode(bytes);
  }
}
