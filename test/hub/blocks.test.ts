/** Blocks that many send at once: whose memory is read into again, and whose never. */
import { mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { Blocks, BLOCK_BYTES, BLOCKS_CACHED_MAX } from '../../src/hub/blocks.ts';

/** More than are kept. */
const NUMBERS = Array.from({ length: BLOCKS_CACHED_MAX + 2 }, (_, index) => index);
const TAIL_BYTES = 17;
const SIZE_BYTES = NUMBERS.length * BLOCK_BYTES + TAIL_BYTES;
const HASH = 'ab';

let dir: string;
let path: string;
let blocks: Blocks;
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'parta-blocks-'));
  path = join(dir, 'content');
  writeFileSync(path, Buffer.concat([...NUMBERS, NUMBERS.length].map((at) => Buffer.alloc(BLOCK_BYTES, at + 1))));
  truncateSync(path, SIZE_BYTES);
});
beforeEach(() => void (blocks = new Blocks()));
afterAll(() => rmSync(dir, { recursive: true, force: true, maxRetries: 5 }));

const lend = (index: number) => blocks.lend(HASH, path, SIZE_BYTES, index);
/** Whether a block holds its own bytes, from the first to the last. */
const isOwn = (bytes: Buffer, index: number) =>
  [0, bytes.byteLength >> 1, bytes.byteLength - 1].every((at) => bytes[at] === index + 1);

test('who comes while a block is being read, or is kept, gets the same bytes', async () => {
  const [one, two] = await Promise.all([lend(0), lend(0)]);
  expect(two.bytes).toBe(one.bytes);
  one.giveBack();
  expect((await lend(0)).bytes).toBe(one.bytes);
});

test('memory that everybody has given back is read into again', async () => {
  const [one, two] = await Promise.all([lend(0), lend(0)]);
  one.giveBack();
  // Said twice, it counts once.
  one.giveBack();
  for (const index of NUMBERS.slice(1)) (await lend(index)).giveBack();
  expect(isOwn(two.bytes, 0)).toBe(true);
  const memories = new Set<ArrayBufferLike>();
  two.giveBack();
  for (const index of NUMBERS) {
    const { bytes, giveBack } = await lend(index);
    expect(isOwn(bytes, index)).toBe(true);
    memories.add(bytes.buffer);
    giveBack();
  }
  expect(memories).toContain(two.bytes.buffer);
  expect(memories.size).toBeLessThanOrEqual(BLOCKS_CACHED_MAX + 2);
});

test('memory that somebody has not given back never gets other content', async () => {
  const kept = await lend(0);
  for (let round = 0; round < 3; round++) for (const index of NUMBERS.slice(1)) (await lend(index)).giveBack();
  expect(isOwn(kept.bytes, 0)).toBe(true);
});

test('many at different places, who come and go as they like, see their own bytes', async () => {
  const STEP = 7;
  const wrong: number[] = [];
  await Promise.all(
    NUMBERS.map(async (first) => {
      for (let at = 0; at < NUMBERS.length; at++) {
        const index = (first + at * STEP) % NUMBERS.length;
        const { bytes, giveBack } = await lend(index);
        const isFirstOwn = isOwn(bytes, index);
        await new Promise(setImmediate);
        if (!isFirstOwn || !isOwn(bytes, index)) wrong.push(index);
        giveBack();
      }
    }),
  );
  expect(wrong).toEqual([]);
});

test('the last block is as long as what is left, whatever memory it is in', async () => {
  for (let round = 0; round < 2; round++) {
    for (const index of NUMBERS) (await lend(index)).giveBack();
    const last = await lend(NUMBERS.length);
    expect(last.bytes).toEqual(Buffer.alloc(TAIL_BYTES, NUMBERS.length + 1));
    last.giveBack();
  }
});

test('what was removed is read again; what is shorter than was said is damaged, and so is the next try', async () => {
  const changed = join(dir, 'changed');
  const lendChanged = (index: number) => blocks.lend(HASH, changed, SIZE_BYTES, index);
  writeFileSync(changed, Buffer.alloc(BLOCK_BYTES, 1));
  (await lendChanged(0)).giveBack();
  writeFileSync(changed, Buffer.alloc(BLOCK_BYTES, 99));
  expect((await lendChanged(0)).bytes[0]).toBe(1);
  blocks.forget([HASH]);
  expect((await lendChanged(0)).bytes[0]).toBe(99);
  for (let tried = 0; tried < 2; tried++)
    await expect(lendChanged(1)).rejects.toMatchObject({ code: 'storage-damaged' });
});
