/**
 * Content in blocks of 1 MB, in a small cache that everybody who sends files shares: thirty pupils who fetch one file cost one read of
 * the disk, and memory stays bounded whatever the sizes.
 *
 * Promises: who comes while a block is being read waits for the same read; a block's memory is read into again only when nobody has
 * use for it any more. Left to the collector, a megabyte a block would make him go through the whole heap several times a second, at
 * a quarter of what sending costs.
 * Hides: the cache, the memory that is free.
 */
import { open } from 'node:fs/promises';
import { PartaError } from '../core/errors.ts';

export const BLOCK_BYTES = 1024 ** 2;
export const BLOCKS_CACHED_MAX = 32;

interface Block {
  reading: Promise<Buffer>;
  users: number;
  isCached: boolean;
}

/** A block while somebody sends it. */
export interface Lease {
  bytes: Buffer;
  /** Only when the system has taken all of what was sent of it: the memory gets other content. Who cannot know that says nothing. */
  giveBack(): void;
}

export class Blocks {
  /** By content and number; what nobody asked for longest is first. */
  readonly #cached = new Map<string, Block>();
  /** Memory of blocks that nobody has use for. */
  readonly #free: Buffer[] = [];

  /** The block `index` of a content that lies at `path`; `storage-damaged` where it is shorter than was said. */
  async lend(sha256: string, path: string, sizeBytes: number, index: number): Promise<Lease> {
    const block = this.#block(`${sha256}/${index}`, path, sizeBytes, index);
    block.users += 1;
    const bytes = await block.reading;
    let isGiven = false;
    const giveBack = () => {
      if (isGiven) return;
      isGiven = true;
      block.users -= 1;
      this.#reuse(block, bytes);
    };
    return { bytes, giveBack };
  }

  /** Blocks of removed content must not outlive it. */
  forget(hashes: readonly string[]): void {
    for (const key of this.#cached.keys()) if (hashes.includes(key.split('/')[0] ?? '')) this.#drop(key);
  }

  #block(key: string, path: string, sizeBytes: number, index: number): Block {
    const cached = this.#cached.get(key);
    if (cached) {
      this.#cached.delete(key);
      this.#cached.set(key, cached);
      return cached;
    }
    const reading = this.#read(path, sizeBytes, index);
    const block: Block = { reading, users: 0, isCached: true };
    this.#cached.set(key, block);
    reading.catch(() => void (this.#cached.get(key) === block && this.#cached.delete(key)));
    for (const oldest of this.#cached.keys()) {
      if (this.#cached.size <= BLOCKS_CACHED_MAX) break;
      this.#drop(oldest);
    }
    return block;
  }

  #drop(key: string): void {
    const block = this.#cached.get(key);
    if (!block) return;
    this.#cached.delete(key);
    block.isCached = false;
    block.reading.then(
      (bytes) => this.#reuse(block, bytes),
      () => undefined,
    );
  }

  #reuse(block: Block, { buffer }: Buffer): void {
    if (block.isCached || block.users > 0 || this.#free.length === BLOCKS_CACHED_MAX) return;
    // Once: it may come here when it is given back and when it was dropped.
    block.users = Infinity;
    if (buffer.byteLength === BLOCK_BYTES) this.#free.push(Buffer.from(buffer));
  }

  async #read(path: string, sizeBytes: number, index: number): Promise<Buffer> {
    const at = index * BLOCK_BYTES;
    const bytes = Math.min(BLOCK_BYTES, sizeBytes - at);
    const block = (this.#free.pop() ?? Buffer.allocUnsafeSlow(bytes)).subarray(0, bytes);
    const handle = await open(path, 'r');
    try {
      for (let filled = 0; filled < bytes;) {
        const { bytesRead } = await handle.read(block, filled, bytes - filled, at + filled);
        if (bytesRead === 0) throw new PartaError('storage-damaged');
        filled += bytesRead;
      }
      return block;
    } finally {
      await handle.close();
    }
  }
}
