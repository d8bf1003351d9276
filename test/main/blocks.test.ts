import { readdirSync, readlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { BLOCK_BYTES, blocksOf, COLLECT_EVERY_BYTES, collector } from '../../src/main/blocks.ts';
import { bytesOf, scratchDir } from './scratch.ts';

/** What this process has open, by its path. */
const openFiles = () =>
  readdirSync('/proc/self/fd').map((fd) => {
    try {
      return readlinkSync(`/proc/self/fd/${fd}`);
    } catch {
      return '';
    }
  });

async function read(path: string, options?: Parameters<typeof blocksOf>[1]) {
  const blocks: Buffer[] = [];
  for await (const block of blocksOf(path, options)) blocks.push(Buffer.from(block));
  return blocks;
}

describe('reading in blocks', () => {
  it('gives the whole file, or a part of it, whole blocks but for the last', async () => {
    const path = join(scratchDir(), 'a');
    const bytes = bytesOf(2 * BLOCK_BYTES + 5);
    writeFileSync(path, bytes);
    const whole = await read(path);
    expect(whole.map(({ length }) => length)).toEqual([BLOCK_BYTES, BLOCK_BYTES, 5]);
    expect(Buffer.concat(whole).equals(bytes)).toBe(true);
    const part = await read(path, { start: 10, end: 1_000, blockBytes: 100 });
    expect(Buffer.concat(part).equals(bytes.subarray(10, 1_000))).toBe(true);
    expect(await read(path, { start: bytes.length })).toEqual([]);
  });

  it('uses so many buffers and no more: a block stays good while the next ones are read', async () => {
    const path = join(scratchDir(), 'a');
    writeFileSync(path, bytesOf(1_000));
    const seen = new Set<ArrayBufferLike>();
    let before: { block: Buffer; copy: Buffer } | null = null;
    for await (const block of blocksOf(path, { blockBytes: 100, buffers: 2 })) {
      expect(before === null || before.block.equals(before.copy)).toBe(true);
      before = { block, copy: Buffer.from(block) };
      seen.add(block.buffer);
    }
    expect(seen.size).toBeLessThanOrEqual(2);
  });

  it('closes the file when nobody reads on, and says that it is gone', async () => {
    const path = join(scratchDir(), 'a');
    writeFileSync(path, bytesOf(1_000));
    for await (const block of blocksOf(path, { blockBytes: 10 })) {
      expect(block.length).toBe(10);
      break;
    }
    if (process.platform === 'linux') expect(openFiles()).not.toContain(path);
    await expect(read(`${path}-gone`)).rejects.toThrow('ENOENT');
  });
});

it(`every ${COLLECT_EVERY_BYTES} bytes from the wire their buffers are given back`, async () => {
  const note = collector();
  const pieces = () => Buffer.from(new ArrayBuffer(64 * 1024));
  let peakBytes = 0;
  const before = process.memoryUsage().arrayBuffers;
  for (let n = 0; n < 8_000; n += 1) {
    note(pieces().length);
    if (n % 50 === 0) peakBytes = Math.max(peakBytes, process.memoryUsage().arrayBuffers - before);
  }
  // Half a gigabyte went through.
  expect(peakBytes).toBeLessThan(4 * COLLECT_EVERY_BYTES);
});
