import { execFileSync } from 'node:child_process';
import type * as FsPromises from 'node:fs/promises';
import { readdirSync, readFileSync, rmSync, statfsSync, statSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { emptyIndex, writeIndex } from '../../src/main/kept-index.ts';
import { DISK_RESERVE_BYTES, openLibrary } from '../../src/main/library.ts';
import { openJournal, STALE_LINES_MAX } from '../../src/main/transfer-journal.ts';
import { bytesOf, heardShell, scratchDir, until } from './scratch.ts';
import { sha256Of } from './scripted-hub.ts';
import { allDone, chosen, chunks, desk, offered, queuedUpload, SERVER } from './transfer-desk.ts';

/** What the disk is told, in order: nobody can pull the plug here, but whoever reads this can say what would be left. */
const disk = vi.hoisted(() => ({ done: [] as string[] }));
vi.mock('node:fs/promises', async (importOriginal) => {
  const real = await importOriginal<typeof FsPromises>();
  const nameOf = (path: unknown) => String(path).split('/').at(-1) ?? '';
  return {
    ...real,
    async open(...args: Parameters<typeof real.open>) {
      const file = await real.open(...args);
      const name = nameOf(args[0]);
      const heard = (word: string, method: 'sync' | 'datasync' | 'write' | 'appendFile' | 'writeFile') => {
        const original = file[method].bind(file) as (...given: unknown[]) => Promise<unknown>;
        Object.assign(file, {
          [method]: (...given: unknown[]) => {
            disk.done.push(`${word} ${name}`);
            return original(...given);
          },
        });
      };
      heard('sync', 'sync');
      heard('sync', 'datasync');
      heard('write', 'appendFile');
      heard('write', 'writeFile');
      return file;
    },
    rename(from: string, to: string) {
      disk.done.push(`rename ${nameOf(to)}`);
      return real.rename(from, to);
    },
  };
});

/** A disk that can really fill up needs a mount, which only root has on Linux. */
const canMount = process.platform === 'linux' && process.getuid?.() === 0;

describe('the journal', () => {
  it('a torn last line costs that line only', async () => {
    const path = join(scratchDir(), 'transfers.jsonl');
    const first = await openJournal(path);
    await first.journal.append([
      { put: queuedUpload('/a', 1, 1) },
      { put: { ...queuedUpload('/b', 1, 1), transferId: 't2' } },
    ]);
    await first.journal.close();
    const text = readFileSync(path, 'utf8');
    for (let cut = text.indexOf('\n') + 1; cut < text.length; cut += 7) {
      writeFileSync(path, text.slice(0, cut));
      const { journal, kept } = await openJournal(path);
      await journal.close();
      expect(kept.map(({ transferId }) => transferId)).toEqual(['t1']);
    }
  });

  it('lines of another kind, version or shape are passed over', async () => {
    const path = join(scratchDir(), 'transfers.jsonl');
    writeFileSync(
      path,
      `{"put":{"transferId":1}}\nnull\n[]\n{"later":true}\n${JSON.stringify({ put: queuedUpload('/a', 1, 1) })}\n`,
    );
    const { journal, kept } = await openJournal(path);
    await journal.close();
    expect(kept).toHaveLength(1);
  });

  it(`is rewritten when ${STALE_LINES_MAX} of its lines are out of date`, async () => {
    const path = join(scratchDir(), 'transfers.jsonl');
    const { journal } = await openJournal(path);
    const line = { put: queuedUpload('/a', 1, 1) };
    await journal.append(Array.from({ length: STALE_LINES_MAX + 2 }, () => line));
    await journal.append([{ put: { ...line.put, transferId: 't2' } }]);
    await journal.close();
    expect(readFileSync(path, 'utf8').trim().split('\n')).toHaveLength(2);
  });
});

describe.skipIf(process.platform === 'win32')('a power cut', () => {
  it('finds what was promised: a file is synced before it takes its name, and the name before anything more is written', async () => {
    const dir = scratchDir();
    const { journal } = await openJournal(join(dir, 'transfers.jsonl'));
    disk.done = [];
    await journal.append([{ put: queuedUpload('/a', 1, 1) }]);
    expect(disk.done).toEqual(['write transfers.jsonl', 'sync transfers.jsonl']);
    disk.done = [];
    await journal.append(Array.from({ length: STALE_LINES_MAX + 3 }, () => ({ put: queuedUpload('/a', 1, 1) })));
    await journal.close();
    const name = basename(dir);
    expect(disk.done).toEqual([
      'write transfers.jsonl',
      'sync transfers.jsonl',
      'write transfers.jsonl.new',
      'sync transfers.jsonl.new',
      'rename transfers.jsonl',
      `sync ${name}`,
    ]);
  });

  it('a library keeps what it said was in it: bytes, name and new folder are synced in this order', async () => {
    const dir = scratchDir();
    const library = await openLibrary(dir, heardShell());
    disk.done = [];
    const { sha256 } = await library.take(chunks(bytesOf(10)));
    const [sync, rename, folder, files] = disk.done.filter((one) => !one.startsWith('write'));
    expect(sync).toMatch(/^sync [0-9a-f-]{36}$/);
    expect(rename).toBe(`rename ${sha256.slice(2)}`);
    expect([folder, files]).toEqual([`sync ${sha256.slice(0, 2)}`, 'sync files']);
  });

  it('what is kept is told whole or as it was', async () => {
    const dir = scratchDir();
    disk.done = [];
    await writeIndex(dir, emptyIndex());
    expect(disk.done).toEqual([
      'write keeping.json.new',
      'sync keeping.json.new',
      'rename keeping.json',
      `sync ${basename(dir)}`,
    ]);
  });
});

describe.skipIf(!canMount)('a full disk', () => {
  it('stops nothing for ever: it is said, and the transfer goes on when there is room', async () => {
    const dir = scratchDir();
    const sizeBytes = DISK_RESERVE_BYTES + 4 * 1024 ** 2;
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${sizeBytes}`, 'tmpfs', dir]);
    onTestFinished(() => void execFileSync('umount', ['-l', dir]));
    const { hub, library, transfers } = await desk({}, dir);
    const ballast = join(dir, 'ballast');
    writeFileSync(ballast, Buffer.alloc(3 * 1024 ** 2));
    const file = offered(hub, bytesOf(2 * 1024 ** 2));
    await transfers.download(SERVER, [file]);
    await until(() => transfers.list()[0]?.code === 'disk-full-here');
    expect(statSync(dir).isDirectory()).toBe(true);
    rmSync(ballast);
    transfers.wake();
    await allDone(transfers);
    expect(sha256Of(readFileSync(library.path(file.sha256)))).toBe(file.sha256);
  });

  it('refuses a chosen file and a pasted picture with a code, and leaves nothing half behind', async () => {
    const dir = scratchDir();
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', dir]);
    onTestFinished(() => void execFileSync('umount', ['-l', dir]));
    const { transfers } = await desk({}, dir);
    await expect(transfers.intake(SERVER, 'a.png', chunks(bytesOf(2_000_000)))).rejects.toThrow('disk-full-here');
    expect(readdirSync(join(dir, 'incoming', 'taking'))).toEqual([]);
    writeFileSync(join(dir, 'ballast'), Buffer.alloc(statfsSync(dir).bavail * statfsSync(dir).bsize));
    const path = chosen(scratchDir(), 'n'.repeat(200), bytesOf(1));
    await expect(
      transfers.upload(
        SERVER,
        Array.from({ length: 40 }, () => path),
      ),
    ).rejects.toThrow('disk-full-here');
    expect(transfers.list()).toEqual([]);
    rmSync(join(dir, 'ballast'));
    await transfers.upload(SERVER, [path]);
    expect(transfers.list()).toHaveLength(1);
  });
});
