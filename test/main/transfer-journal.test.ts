import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, rmSync, statfsSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { DISK_RESERVE_BYTES } from '../../src/main/library.ts';
import { openJournal, STALE_LINES_MAX } from '../../src/main/transfer-journal.ts';
import { bytesOf, scratchDir, until } from './scratch.ts';
import { sha256Of } from './scripted-hub.ts';
import { allDone, chosen, chunks, desk, offered, queuedUpload, SERVER } from './transfer-desk.ts';

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
