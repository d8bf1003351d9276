/**
 * The order of things inside a portfolio: a plain tar, so that any tool can unpack what `age` has opened, and no more of tar than that.
 * Promises: of what is read only plain files are understood, under short names of our own letters; a link, a folder, a path that climbs,
 * a wrong sum or a length out of bounds ends it (`bad-request`), so nothing in an archive can name a place on this disk; memory
 * stays constant. Hides: headers, padding.
 */
import { PartaError } from '../core/errors.ts';

const BLOCK = 512;
/** The octal field of a length holds so much; a file of a hub is at most half of it. */
export const MEMBER_BYTES_MAX = 8 * 1024 ** 3 - 1;
const NAME = /^[a-z0-9]+(?:[./][a-z0-9]+){0,3}$/;
const NAME_BYTES_MAX = 99;

export interface Member {
  name: string;
  sizeBytes: number;
}
export interface Source extends Member {
  bytes: AsyncIterable<Uint8Array> | Iterable<Uint8Array>;
}

/** @throws PartaError `file-changed` where a member has other bytes than its length says */
export async function* tarOf(members: AsyncIterable<Source> | Iterable<Source>): AsyncGenerator<Uint8Array> {
  for await (const { name, sizeBytes, bytes } of members) {
    yield headerOf({ name, sizeBytes });
    let given = 0;
    for await (const chunk of bytes) {
      given += chunk.length;
      if (given > sizeBytes) throw new PartaError('file-changed');
      yield chunk;
    }
    if (given !== sizeBytes) throw new PartaError('file-changed');
    const rest = given % BLOCK;
    if (rest > 0) yield Buffer.alloc(BLOCK - rest);
  }
  yield Buffer.alloc(2 * BLOCK);
}

function headerOf({ name, sizeBytes }: Member): Buffer {
  if (!NAME.test(name) || name.length > NAME_BYTES_MAX || sizeBytes > MEMBER_BYTES_MAX)
    throw new PartaError('bad-request');
  const header = Buffer.alloc(BLOCK);
  header.write(name, 0);
  header.write('0000600\0', 100);
  header.write('0000000\0', 108);
  header.write('0000000\0', 116);
  header.write(`${sizeBytes.toString(8).padStart(11, '0')}\0`, 124);
  header.write('00000000000\0', 136);
  header.write('0', 156);
  header.write('ustar\x0000', 257);
  header.write(`${sumOf(header).toString(8).padStart(6, '0')}\0 `, 148);
  return header;
}

/** Of all bytes of a header, with spaces for the sum itself. */
function sumOf(header: Uint8Array): number {
  let sum = 8 * 32;
  for (const [at, byte] of header.entries()) if (at < 148 || at >= 156) sum += byte;
  return sum;
}

/** Reads members one after the other; what of one is not read is passed over. */
export class TarReader {
  readonly #source: AsyncIterator<Uint8Array>;
  #chunk: Uint8Array = new Uint8Array(0);
  /** Bytes of the member under way that nobody has read, and the padding after it. */
  #left = 0;
  #padding = 0;
  #isEnd = false;

  constructor(bytes: AsyncIterable<Uint8Array>) {
    this.#source = bytes[Symbol.asyncIterator]();
  }

  /** @returns null at the end, which is the end of everything: something after it is refused. @throws PartaError `bad-request` */
  async next(): Promise<Member | null> {
    if (this.#isEnd) return null;
    await this.#skip(this.#left + this.#padding);
    const header = await this.#exactly(BLOCK);
    if (header.every((byte) => byte === 0)) {
      this.#isEnd = true;
      await this.#demandNothing();
      return null;
    }
    const ended = (from: number, to: number) => {
      const field = Buffer.from(header.subarray(from, to)).toString('latin1');
      return field.slice(0, Math.max(0, field.indexOf('\0')));
    };
    const name = ended(0, 100);
    const size = ended(124, 136);
    const expected = headerIsOurs(header, name, size) ? headerOf({ name, sizeBytes: parseInt(size, 8) }) : null;
    // Whatever else a header may say (a link, an owner, a prefix, another time), ours never does.
    if (!expected?.equals(header)) throw new PartaError('bad-request');
    this.#left = parseInt(size, 8);
    this.#padding = (BLOCK - (this.#left % BLOCK)) % BLOCK;
    return { name, sizeBytes: this.#left };
  }

  /** The bytes of the member under way. */
  async *bytes(): AsyncGenerator<Uint8Array> {
    while (this.#left > 0) {
      await this.#fill();
      const piece = this.#chunk.subarray(0, this.#left);
      this.#chunk = this.#chunk.subarray(piece.length);
      this.#left -= piece.length;
      yield piece;
    }
  }

  /** A small member whole. @throws PartaError `too-large` where it is longer than it may be */
  async whole(bytesMax: number): Promise<Buffer> {
    if (this.#left > bytesMax) throw new PartaError('too-large');
    const chunks: Uint8Array[] = [];
    for await (const chunk of this.bytes()) chunks.push(Buffer.from(chunk));
    return Buffer.concat(chunks);
  }

  async #fill(): Promise<void> {
    while (this.#chunk.length === 0) {
      const { done, value } = await this.#source.next();
      if (done) throw new PartaError('bad-request');
      this.#chunk = value;
    }
  }

  async #exactly(count: number): Promise<Buffer> {
    const whole = Buffer.alloc(count);
    for (let at = 0; at < count;) {
      await this.#fill();
      const piece = this.#chunk.subarray(0, count - at);
      whole.set(piece, at);
      at += piece.length;
      this.#chunk = this.#chunk.subarray(piece.length);
    }
    return whole;
  }

  async #skip(count: number): Promise<void> {
    for (let left = count; left > 0;) {
      await this.#fill();
      const taken = Math.min(left, this.#chunk.length);
      this.#chunk = this.#chunk.subarray(taken);
      left -= taken;
    }
    this.#left = 0;
    this.#padding = 0;
  }

  /** The second block of zeros, and nothing after it: the last byte has been seen, and with it the seal over all of them. */
  async #demandNothing(): Promise<void> {
    if (!(await this.#exactly(BLOCK)).every((byte) => byte === 0)) throw new PartaError('bad-request');
    if (this.#chunk.length > 0) throw new PartaError('bad-request');
    for (;;) {
      const { done, value } = await this.#source.next();
      if (done) return;
      if (value.length > 0) throw new PartaError('bad-request');
    }
  }
}

const headerIsOurs = (header: Uint8Array, name: string, size: string) =>
  NAME.test(name) && /^[0-7]{11}$/.test(size) && header.length === BLOCK;
