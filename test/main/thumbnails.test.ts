/** Small pictures that main keeps: only small WebPs, within their bytes, the ones looked at longest ago go first. */
import { mkdirSync, readdirSync, statSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { Sha256 } from '../../src/core/ids.ts';
import { openThumbnails, THUMBNAIL_BYTES_MAX, THUMBNAIL_EDGE_MAX } from '../../src/main/thumbnails.ts';
import { scratchDir } from './scratch.ts';

const hash = (n: number) => n.toString(16).padStart(64, '0').replace(/^../, n.toString(16).padStart(2, '0')) as Sha256;
/** The head of a WebP and nothing behind it: enough to be judged by. */
function webp(sizeBytes = 1_000, width = 100, height = 100): Buffer {
  const bytes = Buffer.alloc(sizeBytes);
  bytes.write('RIFF');
  bytes.write('WEBPVP8X', 8);
  bytes.writeUIntLE(width - 1, 24, 3);
  bytes.writeUIntLE(height - 1, 27, 3);
  return bytes;
}
async function* pieces(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += 400) yield bytes.subarray(at, at + 400);
}
const kept = (dir: string) =>
  readdirSync(join(dir, 'thumbnails'), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
const bytesIn = (dir: string) => kept(dir).reduce((sum, path) => sum + statSync(path).size, 0);

test('what was written is read, by a later start too; what was not is not there', async () => {
  const dir = scratchDir();
  const bytes = webp();
  await openThumbnails(dir).write(hash(1), pieces(bytes));
  const thumbnails = openThumbnails(dir);
  expect(Buffer.from((await thumbnails.read(hash(1))) ?? [])).toEqual(bytes);
  expect(await thumbnails.read(hash(2))).toBeNull();
  await thumbnails.remove(hash(1));
  expect(await thumbnails.read(hash(1))).toBeNull();
});

test.each([
  ['nothing', Buffer.alloc(0)],
  ['a page', Buffer.from('<script>alert(1)</script>'.repeat(10))],
  ['another picture', Buffer.from([0x89, 0x50, 0x4e, 0x47, ...Buffer.alloc(60)])],
  ['too many bytes', webp(THUMBNAIL_BYTES_MAX + 1)],
  ['too wide', webp(1_000, THUMBNAIL_EDGE_MAX + 1)],
  ['too high', webp(1_000, 1, THUMBNAIL_EDGE_MAX + 1)],
])('%s does not get in', async (_, bytes) => {
  const dir = scratchDir();
  mkdirSync(join(dir, 'thumbnails'));
  await expect(openThumbnails(dir).write(hash(1), pieces(bytes))).rejects.toMatchObject({ code: 'bad-request' });
  expect(kept(dir)).toEqual([]);
});

test('the largest that may get in does', async () => {
  const thumbnails = openThumbnails(scratchDir());
  await thumbnails.write(hash(1), pieces(webp(THUMBNAIL_BYTES_MAX, THUMBNAIL_EDGE_MAX, THUMBNAIL_EDGE_MAX)));
  expect((await thumbnails.read(hash(1)))?.length).toBe(THUMBNAIL_BYTES_MAX);
});

test('together they stay within their bytes, however many come at once', async () => {
  const dir = scratchDir();
  const thumbnails = openThumbnails(dir, 10_000);
  await Promise.all(Array.from({ length: 60 }, (_, n) => thumbnails.write(hash(n), pieces(webp()))));
  expect(bytesIn(dir)).toBeLessThanOrEqual(10_000);
  expect(kept(dir).length).toBeGreaterThan(5);
  expect(await thumbnails.read(hash(59))).not.toBeNull();
});

test('the ones looked at longest ago go first; one written anew counts once', async () => {
  const dir = scratchDir();
  const thumbnails = openThumbnails(dir, 10_000);
  for (let n = 0; n < 10; n++) await thumbnails.write(hash(n), pieces(webp()));
  const paths = kept(dir).toSorted();
  paths.forEach((path, n) => utimesSync(path, 1_000_000 + n, 1_000_000 + n));
  await thumbnails.read(hash(0));
  await thumbnails.write(hash(5), pieces(webp()));
  expect(kept(dir)).toHaveLength(10);
  await thumbnails.write(hash(10), pieces(webp()));
  const left = await Promise.all([0, 1, 2, 10].map((n) => thumbnails.read(hash(n)).then(Boolean)));
  expect(left).toEqual([true, false, false, true]);
});
