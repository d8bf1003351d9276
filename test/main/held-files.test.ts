// A disk on which Windows' rules hold: what is open for appending cannot be cut short, and for a moment somebody else (an antivirus,
// an indexer) holds a file, so that it can be neither read nor renamed nor removed. Played over real files.
import type * as FsPromises from 'node:fs/promises';
import { readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { Sha256 } from '../../src/core/ids.ts';
import { takeChosen } from '../../src/main/chosen-file.ts';
import { emptyIndex, readIndex, writeIndex } from '../../src/main/kept-index.ts';
import { DISK_RESERVE_BYTES, openLibrary } from '../../src/main/library.ts';
import { openJournal, STALE_LINES_MAX } from '../../src/main/transfer-journal.ts';
import { DONE_DOWNLOADS_KEPT } from '../../src/main/transfers.ts';
import { bytesOf, heardLog, heardShell, scratchDir } from './scratch.ts';
import { allDone, chosen, chunks, desk, offered, queuedUpload, SERVER } from './transfer-desk.ts';

// See settings.test.ts.
vi.hoisted(() => {
  process.env.ELECTRON_OVERRIDE_DIST_PATH ??= '/nowhere';
});
const { openStored } = await import('../../src/main/settings.ts');

/** Which calls fail on which files, how often still, and with what. */
const disk = vi.hoisted(() => ({
  troubles: [] as { call: string; name: RegExp; times: number; code: string }[],
  refused: [] as string[],
  freeBytes: null as number | null,
}));
vi.mock('node:fs/promises', async (importOriginal) => {
  const real = await importOriginal<typeof FsPromises>();
  function trouble(call: string, path: unknown): Error | null {
    const name = String(path).replaceAll('\\', '/');
    const found = disk.troubles.find((one) => one.call === call && one.times > 0 && one.name.test(name));
    if (!found) return null;
    found.times -= 1;
    disk.refused.push(`${call} ${found.code}`);
    return Object.assign(new Error(`${found.code}: ${call}`), { code: found.code });
  }
  const guarded =
    (call: string, work: (...given: never[]) => Promise<unknown>) =>
    (...given: never[]): Promise<unknown> => {
      const error = trouble(call, given[0]);
      return error ? Promise.reject(error) : work(...given);
    };
  return {
    ...real,
    ...Object.fromEntries(
      (['readFile', 'rename', 'rm', 'truncate', 'unlink'] as const).map((call) => [
        call,
        guarded(call, real[call] as never),
      ]),
    ),
    async statfs(path: string) {
      const found = await real.statfs(path);
      return disk.freeBytes === null ? found : { ...found, bsize: 1, bavail: disk.freeBytes };
    },
    async open(...args: Parameters<typeof real.open>) {
      const error = trouble('open', args[0]);
      if (error) throw error;
      const file = await real.open(...args);
      if (typeof args[1] === 'string' && args[1].startsWith('a'))
        file.truncate = () => Promise.reject(Object.assign(new Error('EPERM: ftruncate'), { code: 'EPERM' }));
      const write = file.appendFile.bind(file);
      file.appendFile = async (text: string) => {
        const full = trouble('append', args[0]);
        if (!full) return write(text);
        await write(text.slice(0, text.length / 2));
        throw full;
      };
      return file;
    },
  };
});
function trouble(call: string, name: RegExp, code: string, times = Infinity): void {
  disk.troubles.push({ call, name, times, code });
}
beforeEach(() => {
  disk.troubles = [];
  disk.refused = [];
  disk.freeBytes = null;
});

const put = (transferId: string) => ({ put: { ...queuedUpload('/a', 1, 1), transferId } });
const idsIn = async (path: string) => {
  const { journal, kept } = await openJournal(path);
  await journal.close();
  return kept.map(({ transferId }) => transferId);
};

describe('a download', () => {
  it('arrives where what is open for appending cannot be cut short', async () => {
    const { hub, library, transfers } = await desk();
    const file = offered(hub, bytesOf(100_000));
    await transfers.download(SERVER, [file]);
    await allDone(transfers);
    expect(await library.check(file.sha256)).toBe(true);
  });

  it('begins anew there where the hub sends all of it again, and after bytes that were others', async () => {
    const { hub, library, transfers } = await desk();
    const file = offered(hub, bytesOf(3_000_000));
    hub.faults.cutDownAfterBytes = 1_500_000;
    hub.faults.ignoreRange = true;
    await transfers.download(SERVER, [file]);
    await allDone(transfers);
    hub.faults.spoilDown = true;
    const spoiled = offered(hub, bytesOf(100_000, 2));
    await transfers.download(SERVER, [spoiled]);
    await allDone(transfers);
    for (const { sha256 } of [file, spoiled]) expect(await library.check(sha256)).toBe(true);
  });
});

describe('the journal', () => {
  it('that a disk without room cut in a line loses nothing that comes after', async () => {
    const path = join(scratchDir(), 'transfers.jsonl');
    const { journal } = await openJournal(path);
    await journal.append([put('t1')]);
    trouble('append', /transfers\.jsonl$/, 'ENOSPC', 1);
    await expect(journal.append([put('lost')])).rejects.toThrow('disk-full-here');
    await journal.append([put('t2')]);
    await journal.close();
    expect(await idsIn(path)).toEqual(['t1', 't2']);
    expect(readFileSync(path, 'utf8')).not.toContain('"lost');
  });

  it('loses nothing either where the half line cannot be taken back, then or before', async () => {
    const path = join(scratchDir(), 'transfers.jsonl');
    const { journal } = await openJournal(path);
    await journal.append([put('t1')]);
    trouble('append', /transfers\.jsonl$/, 'ENOSPC', 1);
    trouble('truncate', /transfers\.jsonl$/, 'EIO');
    await expect(journal.append([put('lost')])).rejects.toThrow('disk-full-here');
    await journal.append([put('t2')]);
    await journal.close();
    expect(await idsIn(path)).toEqual(['t1', 't2']);
    writeFileSync(path, readFileSync(path, 'utf8').slice(0, -5));
    const again = await openJournal(path);
    await again.journal.append([put('t3')]);
    await again.journal.close();
    expect(await idsIn(path)).toEqual(['t1', 't3']);
  });

  it('that is held for a moment is read when it is free', async () => {
    const path = join(scratchDir(), 'transfers.jsonl');
    const { journal } = await openJournal(path);
    await journal.append([put('t1')]);
    await journal.close();
    trouble('readFile', /transfers\.jsonl$/, 'EBUSY', 3);
    expect(await idsIn(path)).toEqual(['t1']);
    expect(disk.refused).toHaveLength(3);
  });

  it('that cannot be read is set aside; where not even that can be done, nothing is written over it', async () => {
    const dir = scratchDir();
    const path = join(dir, 'transfers.jsonl');
    const { journal } = await openJournal(path);
    await journal.append([put('t1')]);
    await journal.close();
    const before = readFileSync(path, 'utf8');
    trouble('readFile', /transfers\.jsonl$/, 'EIO', 1);
    trouble('rename', /transfers\.jsonl$/, 'EROFS', 1);
    await expect(openJournal(path)).rejects.toThrow('EROFS');
    expect(readFileSync(path, 'utf8')).toBe(before);

    trouble('readFile', /transfers\.jsonl$/, 'EIO', 1);
    const { log, events } = heardLog();
    const second = await openJournal(path, log);
    await second.journal.close();
    expect(second.kept).toEqual([]);
    expect(events).toEqual(['memory-set-aside']);
    const aside = readdirSync(dir).find((name) => /^transfers\.broken-\d+\.jsonl$/.test(name));
    expect(readFileSync(join(dir, aside!), 'utf8')).toBe(before);
  });

  it('opens on a disk without room and with a file that cannot be renamed onto, and goes on as it is', async () => {
    const dir = scratchDir();
    const path = join(dir, 'transfers.jsonl');
    const { journal } = await openJournal(path);
    await journal.append(Array.from({ length: STALE_LINES_MAX + 1 }, () => put('t1')));
    await journal.close();
    const before = readFileSync(path, 'utf8');
    trouble('open', /transfers\.jsonl\.new$/, 'ENOSPC');
    const full = await openJournal(path);
    await full.journal.append([put('t2')]);
    await full.journal.close();
    expect(readFileSync(path, 'utf8').startsWith(before)).toBe(true);
    expect(await idsIn(path)).toEqual(['t1', 't2']);

    disk.troubles = [];
    trouble('rename', /transfers\.jsonl\.new$/, 'EXDEV');
    expect(await idsIn(path)).toEqual(['t1', 't2']);
    expect(readdirSync(dir)).toEqual(['transfers.jsonl']);
  });

  it('with more that is done than is kept opens where the disk has no room to say so', async () => {
    const dir = scratchDir();
    const { journal } = await openJournal(join(dir, 'transfers.jsonl'));
    const done = { direction: 'down', state: 'done', sha256: 'a'.repeat(64) as Sha256, source: null } as const;
    await journal.append(
      Array.from({ length: DONE_DOWNLOADS_KEPT + 5 }, (_, n) => ({ put: { ...put(`t${n}`).put, ...done } })),
    );
    await journal.close();
    trouble('append', /transfers\.jsonl$/, 'ENOSPC');
    const { transfers } = await desk({}, dir);
    expect(transfers.list()).toHaveLength(DONE_DOWNLOADS_KEPT + 5);
  });

  it.runIf(process.platform === 'linux')('opens on a disk that is really full', async () => {
    const path = join(scratchDir(), 'transfers.jsonl');
    writeFileSync(path, `${JSON.stringify(put('t1'))}\n`.repeat(STALE_LINES_MAX + 2));
    symlinkSync('/dev/full', `${path}.new`);
    expect(await idsIn(path)).toEqual(['t1']);
  });
});

describe('the library', () => {
  const one = (text: string) => chunks(Buffer.from(text));

  it('waits for who holds a file: it enters, leaves and is set aside', async () => {
    const library = await openLibrary(scratchDir(), heardShell());
    const gone: string[] = [];
    library.watch(({ what }) => void gone.push(what));
    trouble('rename', /taking/, 'EPERM', 2);
    trouble('rm', /files/, 'EBUSY', 2);
    const { sha256 } = await library.take(one('работа'));
    expect(await library.has(sha256)).toBe(true);
    await library.remove(sha256);
    expect(await library.has(sha256)).toBe(false);
    await library.take(one('работа'));
    writeFileSync(library.path(sha256), 'spoiled');
    trouble('rename', /files/, 'EACCES', 2);
    expect(await library.check(sha256)).toBe(false);
    expect(gone).toEqual(['came', 'gone', 'came', 'damaged']);
    expect(disk.refused).toHaveLength(6);
  });

  it('reads a file when it is free: a chosen one, and its own', async () => {
    const dir = scratchDir();
    const library = await openLibrary(dir, heardShell());
    const path = chosen(dir, 'a.docx', bytesOf(100));
    const { size, mtimeMs } = statSync(path);
    trouble('open', /chosen/, 'EBUSY', 4);
    const source = { path, sizeBytes: size, mtimeMs };
    const sha256 = await takeChosen(library, source, new AbortController().signal);
    trouble('open', /files/, 'EBUSY', 2);
    expect(await library.check(sha256)).toBe(true);
    expect(disk.refused).toHaveLength(6);
  });

  it('takes in what is here already though its second copy cannot be cleared away', async () => {
    const library = await openLibrary(scratchDir(), heardShell());
    const { sha256 } = await library.take(one('работа'));
    trouble('rm', /taking/, 'EBUSY');
    expect((await library.take(one('работа'))).sha256).toBe(sha256);
  });

  it('opens though what was left of the last run cannot be cleared away', async () => {
    const dir = scratchDir();
    const copy = await (await openLibrary(dir, heardShell())).take(one('работа'));
    await (await openLibrary(dir, heardShell())).copy(copy.sha256, 'a.docx');
    trouble('rm', /taking|opened/, 'EBUSY');
    const library = await openLibrary(dir, heardShell());
    expect(await library.has(copy.sha256)).toBe(true);
  });

  it('copies nothing out where the disk has no room for it', async () => {
    const dir = scratchDir();
    const library = await openLibrary(dir, heardShell());
    const { sha256 } = await library.take(one('работа'));
    disk.freeBytes = DISK_RESERVE_BYTES;
    await expect(library.copy(sha256, 'a.docx')).rejects.toThrow('disk-full-here');
    expect(readdirSync(join(dir, 'opened'))).toEqual([]);
  });
});

describe('what is kept offline', () => {
  const index = { ...emptyIndex(), checkedAt: 7 };
  const { log } = heardLog();

  it('is read when it is free again, and written when it is', async () => {
    const dir = scratchDir();
    trouble('rename', /keeping\.json\.new$/, 'EPERM', 2);
    await writeIndex(dir, index);
    trouble('readFile', /keeping\.json$/, 'EBUSY', 2);
    expect(await readIndex(dir, log)).toEqual(index);
    expect(disk.refused).toHaveLength(4);
  });

  it('is never begun anew over what could not be read', async () => {
    const dir = scratchDir();
    await writeIndex(dir, index);
    trouble('readFile', /keeping\.json$/, 'EIO', 1);
    trouble('rename', /keeping\.json$/, 'EROFS', 1);
    await expect(readIndex(dir, log)).rejects.toThrow('EROFS');
    trouble('readFile', /keeping\.json$/, 'EIO', 1);
    expect(await readIndex(dir, log)).toEqual(emptyIndex());
    const aside = readdirSync(dir).find((name) => /^keeping\.broken-\d+\.json$/.test(name));
    expect(JSON.parse(readFileSync(join(dir, aside!), 'utf8'))).toEqual(index);
  });
});

describe('settings', () => {
  const LANGUAGE = '{"language":"en"}';
  const { log, events } = heardLog();

  it('are read when they are free again', async () => {
    const dir = scratchDir();
    writeFileSync(join(dir, 'settings.json'), LANGUAGE);
    trouble('readFile', /settings\.json$/, 'EBUSY', 3);
    expect((await openStored(dir, 'settings', log)).read('language')).toBe('en');
    expect(disk.refused).toHaveLength(3);
  });

  it.each(['EIO', 'EMFILE'])('that %s keeps from being read are neither set aside nor begun anew', async (code) => {
    const dir = scratchDir();
    writeFileSync(join(dir, 'settings.json'), LANGUAGE);
    trouble('readFile', /settings\.json$/, code, 1);
    await expect(openStored(dir, 'settings', log)).rejects.toThrow(code);
    expect(readdirSync(dir)).toEqual(['settings.json']);
    expect(readFileSync(join(dir, 'settings.json'), 'utf8')).toBe(LANGUAGE);
    expect(events).toEqual([]);
    expect((await openStored(dir, 'settings', log)).read('language')).toBe('en');
  });
});
