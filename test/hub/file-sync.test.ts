/** What is synced before a file is called stored: its bytes, its name, and the name of the folder that was made for it. */
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import type * as Fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { FileWriter, SYNC_EVERY_BYTES } from '../../src/hub/file-writer.ts';

/** Places that were synced, in their order. */
const synced = vi.hoisted(() => [] as string[]);
/** What the next sync comes to instead of what the disk says. */
const disk = vi.hoisted(() => ({ fails: null as Error | null }));
/** What the next renames come to, as Windows says it of a file into which an antivirus looks. */
const holds = vi.hoisted(() => [] as string[]);
vi.mock('node:fs', async (original) => {
  const fs = await original<typeof Fs>();
  const noted = (sync: typeof Fs.fsync) =>
    ((fd, done) => {
      synced.push(fs.readlinkSync(`/proc/self/fd/${fd}`));
      const { fails } = disk;
      disk.fails = null;
      if (fails) setImmediate(() => done(fails));
      else sync(fd, done);
    }) as typeof Fs.fsync;
  const renameSync: typeof Fs.renameSync = (from, to) => {
    const code = holds.shift();
    if (code) throw Object.assign(new Error(code), { code });
    fs.renameSync(from, to);
  };
  return { ...fs, fsync: noted(fs.fsync), fdatasync: noted(fs.fdatasync), renameSync };
});

/** Vitest's own second is little on a loaded machine. */
const PATIENCE = { timeout: 10_000 };
let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'parta-file-sync-'));
  synced.length = 0;
});
afterEach(() => rmSync(dir, { recursive: true, force: true, maxRetries: 5 }));

test.skipIf(!existsSync('/proc/self/fd'))(
  '[S15] a stored file is there after a power cut, with the folder that it is the first in',
  async () => {
    const writer = new FileWriter();
    const files = join(dir, 'files');
    const [one, two] = [join(dir, 'one'), join(dir, 'two')];
    writeFileSync(one, '');
    writeFileSync(two, 'x');
    await writer.open('one', one, 0);
    writer.write('one', [new Uint8Array([1])]);
    await writer.close('one');
    expect(synced).toEqual([one]);
    await writer.place(one, join(files, 'ab', 'one'));
    expect(synced.slice(1)).toEqual([join(files, 'ab'), files]);
    // The folder is known to be there by now.
    await writer.place(two, join(files, 'ab', 'two'));
    expect(synced.slice(3)).toEqual([join(files, 'ab')]);
  },
);

test('[S15] a file into which somebody looks gets its place as soon as he lets go of it', async () => {
  const [from, to] = [join(dir, 'one'), join(dir, 'files', 'ab', 'one')];
  writeFileSync(from, 'x');
  holds.push('EPERM', 'EBUSY', 'EACCES');
  await new FileWriter().place(from, to);
  expect(holds).toEqual([]);
  expect(readFileSync(to, 'utf8')).toBe('x');
  // Any other trouble is its sender's to hear, at once.
  writeFileSync(from, 'y');
  holds.push('EIO', 'EPERM');
  await expect(new FileWriter().place(from, to)).rejects.toThrow('EIO');
  expect(holds.splice(0)).toEqual(['EPERM']);
});

describe.skipIf(!existsSync('/proc/self/fd'))('SYNC_EVERY_BYTES', () => {
  const half = () => [new Uint8Array(SYNC_EVERY_BYTES / 2)];
  let writer: FileWriter;
  let path: string;
  beforeEach(async () => {
    writer = new FileWriter();
    path = join(dir, 'long');
    writeFileSync(path, '');
    await writer.open('long', path, 0);
  });

  test('what has grown by so much is synced on its way, and all of it at its end', async () => {
    writer.write('long', half());
    expect(synced).toEqual([]);
    writer.write('long', half());
    await vi.waitUntil(() => synced.length === 1, PATIENCE);
    writer.write('long', half());
    expect(await writer.close('long')).toBe(1.5 * SYNC_EVERY_BYTES);
    expect(synced).toEqual([path, path]);
  });

  test('[S15] a disk that could not keep what was synced on the way is heard at the end, though it says it once only', async () => {
    disk.fails = Object.assign(new Error('EIO'), { code: 'EIO' });
    for (let at = 0; at < 2; at++) writer.write('long', half());
    await vi.waitUntil(() => disk.fails === null, PATIENCE);
    await expect(writer.close('long')).rejects.toThrow('EIO');
  });

  test('a file is not let go of while it is being synced', async () => {
    for (let at = 0; at < 4; at++) writer.write('long', half());
    await vi.waitUntil(() => synced.length === 1, PATIENCE);
    expect(await writer.close('long')).toBe(2 * SYNC_EVERY_BYTES);
    expect(synced.at(-1)).toBe(path);
  });
});

test.skipIf(!existsSync('/proc/self/fd'))(
  '[S15] what a writer left that was killed before it synced is synced before it is placed',
  async () => {
    const writer = new FileWriter();
    const left = join(dir, 'left');
    writeFileSync(left, 'x'.repeat(10));
    await writer.digest('left', left, 10);
    expect(synced).toEqual([left]);
  },
);

test.skipIf(!existsSync('/proc/self/fd'))(
  '[S15] what a disk could not keep is sent anew: it says so once only, and would call the same bytes safe the next time',
  async () => {
    const writer = new FileWriter();
    const lost = join(dir, 'lost');
    writeFileSync(lost, '');
    await writer.open('lost', lost, 0);
    writer.write('lost', [new Uint8Array(5)]);
    disk.fails = Object.assign(new Error('EIO'), { code: 'EIO' });
    await expect(writer.close('lost')).rejects.toThrow('EIO');
    expect(statSync(lost).size).toBe(0);
    writeFileSync(lost, 'x'.repeat(10));
    disk.fails = Object.assign(new Error('EIO'), { code: 'EIO' });
    await expect(writer.digest('lost', lost, 10)).rejects.toThrow('EIO');
    expect(statSync(lost).size).toBe(0);
  },
);
