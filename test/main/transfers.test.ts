import { fork } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, existsSync, readFileSync, statSync, truncateSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { PartaError } from '../../src/core/errors.ts';
import { FILE_BYTES_MAX } from '../../src/core/limits.ts';
import type { FileRef } from '../../src/core/wire.ts';
import { openLibrary } from '../../src/main/library.ts';
import { SILENT } from '../../src/main/log.ts';
import { PROGRESS_MS } from '../../src/main/transfer-news.ts';
import { COPIES_MAX, DONE_UPLOADS_KEPT, openTransfers } from '../../src/main/transfers.ts';
import { PARALLEL_DEFAULT } from '../../src/preload/contract/channels.ts';
import { openJournal } from '../../src/main/transfer-journal.ts';
import { bytesOf, heardShell, scratchDir, until } from './scratch.ts';
import { sha256Of, startScriptedHub } from './scripted-hub.ts';
import {
  allDone,
  BIG,
  chosen,
  chunks,
  desk,
  offered,
  queuedUpload,
  SERVER,
  states,
  ticketOf,
} from './transfer-desk.ts';

describe('uploads', () => {
  it('goes through the library to the hub, named by the id that was given at once', async () => {
    const { hub, dir, library, transfers } = await desk();
    const bytes = bytesOf(BIG);
    const [file] = await transfers.upload(SERVER, [chosen(dir, 'Домашняя работа.pdf', bytes)]);
    await allDone(transfers);
    expect(file).toMatchObject({ name: 'Домашняя работа.pdf', sizeBytes: BIG, mediaType: 'application/pdf' });
    expect(hub.bytesOf(file!.fileId).equals(bytes)).toBe(true);
    expect(hub.uploads.get(file!.fileId)?.metadata).toMatchObject({
      filename: 'Домашняя работа.pdf',
      filetype: 'application/pdf',
      sha256: sha256Of(bytes),
    });
    expect(readFileSync(library.path(sha256Of(bytes) as FileRef['sha256'])).equals(bytes)).toBe(true);
  });

  it('[S15] asks with HEAD before it makes an upload, and makes it once', async () => {
    const { hub, dir, transfers } = await desk();
    await transfers.upload(SERVER, [chosen(dir, 'a.txt', bytesOf(100))]);
    await allDone(transfers);
    const methods = hub.asked.filter(({ path }) => path.startsWith('/files')).map(({ method }) => method);
    expect(methods).toEqual(['HEAD', 'POST', 'PATCH']);
  });

  it('goes on after a cut with what the hub lacks', async () => {
    const { hub, dir, transfers } = await desk();
    const bytes = bytesOf(BIG);
    hub.faults.cutUpAfterBytes = 1_000_000;
    const [file] = await transfers.upload(SERVER, [chosen(dir, 'a.bin', bytes)]);
    await allDone(transfers);
    expect(hub.bytesOf(file!.fileId).equals(bytes)).toBe(true);
    const offsets = hub.asked.filter(({ method }) => method === 'PATCH').map(({ offset }) => Number(offset));
    expect(offsets).toEqual([0, 1_000_000]);
    expect(hub.asked.filter(({ path }) => path === '/files')).toHaveLength(1);
  });

  it('does not begin anew when HEAD fails for another reason than an unknown id', async () => {
    const { hub, dir, transfers } = await desk();
    hub.faults.status = { method: 'HEAD', status: 503 };
    await transfers.upload(SERVER, [chosen(dir, 'a.txt', bytesOf(100))]);
    await allDone(transfers);
    const methods = hub.asked.filter(({ path }) => path.startsWith('/files')).map(({ method }) => method);
    expect(methods).toEqual(['HEAD', 'HEAD', 'POST', 'PATCH']);
  });

  it('[S3] a file that another device of this person chose goes under the id that it got there, and once', async () => {
    const { hub, library, transfers } = await desk();
    const bytes = bytesOf(200_000, 3);
    const { sha256 } = await library.take(chunks(bytes));
    const file = { fileId: 'ab'.repeat(16) as FileRef['fileId'], name: 'Разбор.pdf', sizeBytes: bytes.length, sha256, mediaType: '' }; // prettier-ignore
    await transfers.adopt(SERVER, file);
    await transfers.adopt(SERVER, file);
    await allDone(transfers);
    expect(transfers.list()).toMatchObject([{ fileId: file.fileId, direction: 'up', state: 'done', sha256 }]);
    expect([...hub.uploads.keys()]).toEqual([file.fileId]);
    await transfers.adopt(SERVER, file);
    expect(transfers.list()).toHaveLength(1);
  });

  it('sends an empty file', async () => {
    const { hub, dir, transfers } = await desk();
    const [file] = await transfers.upload(SERVER, [chosen(dir, 'empty.txt', Buffer.alloc(0))]);
    await allDone(transfers);
    expect(hub.uploads.get(file!.fileId)?.sizeBytes).toBe(0);
  });

  it('fails visibly when the file changed between choosing and copying', async () => {
    const { hub, dir, library } = await desk();
    const path = chosen(dir, 'a.txt', bytesOf(1000));
    const { mtimeMs, size } = statSync(path);
    const other = scratchDir();
    const { journal } = await openJournal(join(other, 'transfers.jsonl'));
    await journal.append([{ put: queuedUpload(path, size, mtimeMs) }]);
    await journal.close();
    appendFileSync(path, 'more');
    const transfers = await openTransfers({
      dir: other,
      library,
      hubs: { session: () => Promise.reject(new PartaError('hub-unreachable')), ticketRefused: () => {} },
      onChange: () => {},
      log: SILENT,
    });
    onTestFinished(() => transfers.close());
    await until(() => states(transfers)[0] === 'failed');
    expect(transfers.list()[0]).toMatchObject({ state: 'failed', code: 'file-changed' });
    expect(hub.uploads.size).toBe(0);
  });

  it('fails visibly when the file changes while it is copied', async () => {
    const dir = scratchDir();
    const path = chosen(dir, 'a.txt', bytesOf(1000));
    const { library, transfers } = await desk({}, dir);
    const take = library.take;
    library.take = async (bytes, options) => {
      const taken = await take(bytes, options);
      // As long as before, but written again.
      utimesSync(path, new Date(), new Date(Date.now() + 10_000));
      return taken;
    };
    await transfers.upload(SERVER, [path]);
    await until(() => states(transfers)[0] === 'failed');
    expect(transfers.list()[0]?.code).toBe('file-changed');
  });

  it('a file that is gone, a folder and a file over the limit are refused before anything is queued', async () => {
    const { dir, transfers } = await desk();
    const good = chosen(dir, 'a.txt', bytesOf(10));
    await expect(transfers.upload(SERVER, [good, join(dir, 'missing')])).rejects.toThrow('file-gone');
    await expect(transfers.upload(SERVER, [good, dir])).rejects.toThrow('not-allowed');
    const huge = chosen(dir, 'huge.bin', Buffer.alloc(0));
    truncateSync(huge, FILE_BYTES_MAX + 1);
    await expect(transfers.upload(SERVER, [good, huge])).rejects.toThrow('too-large');
    expect(transfers.list()).toEqual([]);
  });

  it('takes in bytes that have no file', async () => {
    const { hub, transfers } = await desk();
    const bytes = bytesOf(50_000);
    const file = await transfers.intake(SERVER, 'снимок.png', chunks(bytes));
    await allDone(transfers);
    expect(file).toMatchObject({ name: 'снимок.png', mediaType: 'image/png', sizeBytes: bytes.length });
    expect(hub.bytesOf(file.fileId).equals(bytes)).toBe(true);
  });

  it('a ticket that ran out is renewed once, without a pause', async () => {
    const { hub, dir, transfers, refused } = await desk({ retryFirstMs: 1e9 });
    hub.faults.refuseTickets = 1;
    await transfers.upload(SERVER, [chosen(dir, 'a.txt', bytesOf(100))]);
    await allDone(transfers);
    expect(refused).toEqual([SERVER]);
  });

  it('a sign-in that ended fails visibly and goes on after the next sign-in', async () => {
    const { hub, dir, transfers } = await desk();
    hub.faults.refuseTickets = 2;
    await transfers.upload(SERVER, [chosen(dir, 'a.txt', bytesOf(100))]);
    await until(() => states(transfers)[0] === 'failed');
    expect(transfers.list()[0]?.code).toBe('signed-out');
    transfers.wake();
    await allDone(transfers);
  });

  it('a connection that stands still is given up and tried again', async () => {
    const { hub, dir, transfers } = await desk({ stallMs: 100 });
    hub.faults.silent = 'up';
    const [file] = await transfers.upload(SERVER, [chosen(dir, 'a.txt', bytesOf(100))]);
    await allDone(transfers);
    expect(hub.bytesOf(file!.fileId)).toHaveLength(100);
  });

  it('something that is no hub is waited out, not taken for a success', async () => {
    const { hub, dir, transfers } = await desk();
    hub.faults.html = true;
    const [file] = await transfers.upload(SERVER, [chosen(dir, 'a.txt', bytesOf(100))]);
    await until(() => transfers.list()[0]?.code === 'not-a-hub');
    expect(states(transfers)[0]).not.toBe('done');
    hub.faults.html = false;
    transfers.wake();
    await allDone(transfers);
    expect(hub.bytesOf(file!.fileId)).toHaveLength(100);
  });
});

describe('downloads', () => {
  it('enter the library verified', async () => {
    const { hub, library, transfers } = await desk();
    const bytes = bytesOf(BIG);
    const file = offered(hub, bytes);
    await transfers.download(SERVER, [file]);
    await allDone(transfers);
    expect(readFileSync(library.path(file.sha256)).equals(bytes)).toBe(true);
  });

  it('go on after a cut with what is missing', async () => {
    const { hub, library, transfers } = await desk();
    const bytes = bytesOf(BIG);
    const file = offered(hub, bytes);
    hub.faults.cutDownAfterBytes = 1_500_000;
    await transfers.download(SERVER, [file]);
    await allDone(transfers);
    expect(readFileSync(library.path(file.sha256)).equals(bytes)).toBe(true);
    const ranges = hub.asked.filter(({ path }) => path.startsWith('/api/files')).map(({ range }) => range);
    expect(ranges[0]).toBeNull();
    expect(ranges[1]).toMatch(/^bytes=[1-9]\d*-$/);
  });

  it('begin anew where the hub cannot do ranges', async () => {
    const { hub, library, transfers } = await desk();
    const bytes = bytesOf(BIG);
    const file = offered(hub, bytes);
    Object.assign(hub.faults, { cutDownAfterBytes: 1_500_000, ignoreRange: true });
    await transfers.download(SERVER, [file]);
    await allDone(transfers);
    expect(readFileSync(library.path(file.sha256)).equals(bytes)).toBe(true);
  });

  it('spoiled bytes never enter the library and are fetched again', async () => {
    const { hub, library, transfers } = await desk();
    const bytes = bytesOf(1000);
    const file = offered(hub, bytes);
    hub.faults.spoilDown = true;
    const entered: boolean[] = [];
    const adopt = library.adoptPart;
    library.adoptPart = async (...args) => {
      try {
        await adopt(...args);
      } finally {
        entered.push(await library.has(file.sha256));
      }
    };
    await transfers.download(SERVER, [file]);
    await allDone(transfers);
    expect(entered).toEqual([false, true]);
    expect(readFileSync(library.path(file.sha256)).equals(bytes)).toBe(true);
  });

  it('a hub that lies about a hash ends as a visible failure', async () => {
    const { hub, transfers } = await desk();
    const file = { ...offered(hub, bytesOf(1000)), sha256: sha256Of(Buffer.from('other')) as FileRef['sha256'] };
    await transfers.download(SERVER, [file]);
    await until(() => states(transfers)[0] === 'failed');
    expect(transfers.list()[0]?.code).toBe('hash-mismatch');
  });

  it('a hub that sends more than announced does not fill the disk', async () => {
    const { hub, dir, transfers } = await desk();
    const file = { ...offered(hub, bytesOf(BIG)), sizeBytes: 10 };
    await transfers.download(SERVER, [file]);
    await until(() => states(transfers)[0] === 'failed');
    const part = join(dir, 'incoming', `${file.sha256}.part`);
    expect(existsSync(part) ? statSync(part).size : 0).toBe(0);
  });

  it('a file that the hub does not give fails visibly; the others arrive', async () => {
    const { hub, transfers } = await desk();
    const good = offered(hub, bytesOf(10));
    const bad = {
      ...good,
      fileId: 'f'.repeat(32) as FileRef['fileId'],
      sha256: sha256Of(Buffer.from('x')) as FileRef['sha256'],
    };
    await transfers.download(SERVER, [bad, good]);
    await until(() => states(transfers).every((state) => state === 'failed' || state === 'done'));
    expect(transfers.list().map(({ state, code }) => [state, code])).toEqual([
      ['failed', 'not-found'],
      ['done', null],
    ]);
  });

  it('a silent connection is given up and tried again', async () => {
    const { hub, library, transfers } = await desk({ stallMs: 100 });
    const file = offered(hub, bytesOf(1000));
    hub.faults.silent = 'down';
    await transfers.download(SERVER, [file]);
    await allDone(transfers);
    expect(await library.has(file.sha256)).toBe(true);
  });

  it('what is in the library or the list already is not queued again', async () => {
    const { hub, transfers } = await desk();
    const file = offered(hub, bytesOf(10));
    await transfers.download(SERVER, [file, file]);
    await transfers.download(SERVER, [file]);
    expect(transfers.list()).toHaveLength(1);
    await allDone(transfers);
    await transfers.download(SERVER, [file]);
    expect(transfers.list()).toHaveLength(1);
  });

  it(`at most ${PARALLEL_DEFAULT} run at a time`, async () => {
    const { hub, transfers } = await desk();
    let most = 0;
    const files = Array.from({ length: 12 }, (_, index) => offered(hub, bytesOf(200_000, index + 1)));
    await transfers.download(SERVER, files);
    await until(() => {
      most = Math.max(most, states(transfers).filter((state) => state === 'running').length);
      return states(transfers).every((state) => state === 'done');
    });
    expect(most).toBeLessThanOrEqual(PARALLEL_DEFAULT);
    expect(most).toBeGreaterThan(0);
  });
});

describe('the queue', () => {
  it('waits while the hub is away and goes on when it is back', async () => {
    const { hub, dir, transfers } = await desk();
    const [, port] = [await hub.close(), hub.port];
    await transfers.upload(SERVER, [chosen(dir, 'a.txt', bytesOf(100)), chosen(dir, 'b.txt', bytesOf(100, 2))]);
    await until(() => transfers.list().every(({ code }) => code === 'hub-unreachable'));
    expect(states(transfers)).not.toContain('failed');
    const back = await startScriptedHub(port, hub.hubId);
    onTestFinished(() => back.close());
    transfers.wake();
    await allDone(transfers);
    expect(back.uploads.size).toBe(2);
  });

  it('chosen files are safe in the library while the hub is away', async () => {
    const { hub, dir, library, transfers } = await desk();
    await hub.close();
    const bytes = bytesOf(1000);
    await transfers.upload(SERVER, [chosen(dir, 'a.txt', bytes)]);
    await until(() => library.has(sha256Of(bytes) as FileRef['sha256']));
    expect(hub.uploads.size).toBe(0);
  });

  it('a transfer is paused, goes on and is cancelled', async () => {
    const { hub, transfers } = await desk({ stallMs: 60_000 });
    const file = offered(hub, bytesOf(1000));
    hub.faults.silent = 'down';
    await transfers.download(SERVER, [file]);
    await until(() => hub.asked.some(({ path }) => path.startsWith('/api/files')));
    const { transferId } = transfers.list()[0]!;
    await transfers.pause(transferId);
    expect(states(transfers)).toEqual(['paused']);
    hub.faults.silent = 'down';
    await transfers.resume(transferId);
    await until(() => hub.asked.filter(({ path }) => path.startsWith('/api/files')).length === 2);
    await transfers.cancel(transferId);
    expect(transfers.list()).toMatchObject([{ state: 'failed', code: 'cancelled' }]);
    await transfers.cancel(transferId);
    expect(transfers.list()).toEqual([]);
    await expect(transfers.cancel(transferId)).rejects.toThrow('not-found');
  });

  it('a paused transfer is still paused after a start, a failed one is still shown', async () => {
    const made = await desk({ stallMs: 60_000 });
    const { hub } = made;
    hub.faults.silent = 'down';
    const gone = { ...offered(hub, bytesOf(1000)), fileId: 'e'.repeat(32) as FileRef['fileId'] };
    await made.transfers.download(SERVER, [offered(hub, bytesOf(2000, 2)), gone]);
    await until(() => states(made.transfers)[1] === 'failed');
    await made.transfers.pause(made.transfers.list()[0]!.transferId);
    await made.reopen();
    expect(made.transfers.list().map(({ state, code }) => [state, code])).toEqual([
      ['paused', null],
      ['failed', 'not-found'],
    ]);
  });

  it('forgetting a server empties its part of the list', async () => {
    const { hub, transfers } = await desk();
    hub.faults.silent = 'down';
    await transfers.download(SERVER, [offered(hub, bytesOf(1000))]);
    await transfers.dropServer('another');
    expect(transfers.list()).toHaveLength(1);
    await transfers.dropServer(SERVER);
    expect(transfers.list()).toEqual([]);
  });

  it(`keeps ${DONE_UPLOADS_KEPT} finished uploads for those who ask whether theirs arrived`, async () => {
    const dir = scratchDir();
    const { journal } = await openJournal(join(dir, 'transfers.jsonl'));
    const done = Array.from({ length: DONE_UPLOADS_KEPT + 3 }, (_, index) => ({
      put: { ...queuedUpload('/x', 1, 1), transferId: `t${index}`, state: 'done' as const, source: null },
    }));
    await journal.append(done);
    await journal.close();
    const { transfers } = await desk({}, dir);
    expect(transfers.list()).toHaveLength(DONE_UPLOADS_KEPT);
    expect(transfers.list()[0]?.transferId).toBe('t3');
  });

  it('survives SIGKILL at any byte: everything queued arrives once and whole', async () => {
    const hub = await startScriptedHub();
    onTestFinished(() => hub.close());
    const dir = scratchDir();
    const up = Array.from({ length: 6 }, (_, index) => bytesOf(400_000, index + 1));
    const down = Array.from({ length: 6 }, (_, index) => bytesOf(400_000, index + 100));
    const paths = up.map((bytes, index) => chosen(dir, `${index}.bin`, bytes));
    const files = down.map((bytes) => offered(hub, bytes));

    let wanted: { paths: string[]; files: FileRef[] } = { paths, files };
    for (const killAfterRequests of [3, 8, 15]) {
      const before = hub.asked.length;
      const child = fork(join(import.meta.dirname, 'transfer-child.ts'), [dir, hub.url], {
        stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
      });
      const exited = once(child, 'exit');
      child.send(wanted);
      await once(child, 'message');
      wanted = { paths: [], files: [] };
      await until(() => hub.asked.length >= before + killAfterRequests || child.exitCode !== null);
      child.kill('SIGKILL');
      await exited;
    }

    const library = await openLibrary(dir, heardShell());
    const session = { ticket: await ticketOf(hub.url), url: hub.url };
    const transfers = await openTransfers({
      dir,
      library,
      hubs: { session: () => Promise.resolve(session), ticketRefused: () => {} },
      onChange: () => {},
      log: SILENT,
      retryFirstMs: 1,
    });
    onTestFinished(() => transfers.close());
    await allDone(transfers);
    expect([...hub.uploads.keys()].map((id) => sha256Of(hub.bytesOf(id))).sort()).toEqual(up.map(sha256Of).sort());
    for (const file of files) expect(sha256Of(readFileSync(library.path(file.sha256)))).toBe(file.sha256);
    expect(transfers.list()).toHaveLength(12);
  });

  it('memory stays constant: a large file goes both ways within a small heap', async () => {
    const hub = await startScriptedHub();
    onTestFinished(() => hub.close());
    const dir = scratchDir();
    // Larger than the heap that the child is given; sparse, so that the test costs no disk.
    const path = chosen(dir, 'large.bin', Buffer.alloc(0));
    truncateSync(path, 100 * 1024 ** 2);
    const child = fork(join(import.meta.dirname, 'transfer-child.ts'), [dir, hub.url], {
      execArgv: ['--max-old-space-size=48'],
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    });
    child.send({ paths: [path], files: [offered(hub, bytesOf(100 * 1024 ** 2))] });
    await once(child, 'message');
    const [report] = (await once(child, 'message')) as [{ peakBytes: number }];
    child.kill('SIGKILL');
    expect([...hub.uploads.values()][0]?.sizeBytes).toBe(100 * 1024 ** 2);
    expect(report.peakBytes).toBeLessThan(72 * 1024 ** 2);
  });

  it(`tells about progress at most every ${PROGRESS_MS} ms, and the last state always`, async () => {
    const told: { at: number; state: string | undefined }[] = [];
    const { hub, transfers } = await desk({
      onChange: (list) => void told.push({ at: Date.now(), state: list[0]?.state }),
      onMoved: () => void told.push({ at: Date.now(), state: 'running' }),
    });
    await transfers.download(SERVER, [offered(hub, bytesOf(BIG))]);
    await allDone(transfers);
    await until(() => told.at(-1)?.state === 'done');
    const gaps = told.slice(1).map(({ at }, index) => at - told[index]!.at);
    // A timer may fire a millisecond early.
    expect(Math.min(...gaps, PROGRESS_MS)).toBeGreaterThanOrEqual(PROGRESS_MS - 2);
  });

  it(`copies ${COPIES_MAX} file at a time`, async () => {
    const dir = scratchDir();
    const { library, transfers } = await desk({}, dir);
    let copying = 0;
    let most = 0;
    const take = library.take;
    library.take = async (...args) => {
      most = Math.max(most, ++copying);
      return take(...args).finally(() => (copying -= 1));
    };
    await transfers.upload(
      SERVER,
      [1, 2, 3, 4].map((seed) => chosen(dir, `${seed}.bin`, bytesOf(100_000, seed))),
    );
    await allDone(transfers);
    expect(most).toBe(COPIES_MAX);
  });
});
