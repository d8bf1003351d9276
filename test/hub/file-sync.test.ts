/** What is synced before a file is called stored: its bytes, its name, and the name of the folder that was made for it. */
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type * as Fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { FileWriter } from '../../src/hub/file-writer.ts';

/** Places that were synced, in their order. */
const synced = vi.hoisted(() => [] as string[]);
vi.mock('node:fs', async (original) => {
  const fs = await original<typeof Fs>();
  const noted = (sync: typeof Fs.fsync) =>
    ((fd, done) => {
      synced.push(fs.readlinkSync(`/proc/self/fd/${fd}`));
      sync(fd, done);
    }) as typeof Fs.fsync;
  return { ...fs, fsync: noted(fs.fsync), fdatasync: noted(fs.fdatasync) };
});

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
