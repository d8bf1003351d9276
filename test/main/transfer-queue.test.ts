// The queue as a person uses it: its order, pausing, how many and how fast, sleep, and what is told of it.
import { existsSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { PartaError } from '../../src/core/errors.ts';
import type { FileRef } from '../../src/core/wire.ts';
import { openJournal } from '../../src/main/transfer-journal.ts';
import { openTransferNews, LINES_PER_SECOND_MAX, STANDING_MS } from '../../src/main/transfer-news.ts';
import type { Transfers } from '../../src/main/transfers.ts';
import type { Moved } from '../../src/preload/contract.ts';
import { PARALLEL_DEFAULT, PARALLEL_MAX, PARALLEL_MIN } from '../../src/preload/contract/channels.ts';
import { TransferSettings } from '../../src/preload/contract.ts';
import { bytesOf, scratchDir, until } from './scratch.ts';
import { sha256Of, startScriptedHub } from './scripted-hub.ts';
import { allDone, BIG, chosen, desk, offered, queuedUpload, SERVER, states, ticketOf } from './transfer-desk.ts';

const idsOf = (transfers: Transfers) => transfers.list().map(({ transferId }) => transferId);
/** A queue that stands, with so many downloads in it. */
async function standing(count: number) {
  const made = await desk();
  await made.transfers.sleep();
  await made.transfers.download(
    SERVER,
    Array.from({ length: count }, (_, index) => offered(made.hub, bytesOf(100, index + 1))),
  );
  return made;
}

describe('the order', () => {
  it('is changed one place up or down, or to the front, and kept over a restart', async () => {
    const made = await standing(4);
    const [a, b, c, d] = idsOf(made.transfers);
    await made.transfers.move(c!, 'up');
    expect(idsOf(made.transfers)).toEqual([a, c, b, d]);
    await made.transfers.move(a!, 'down');
    expect(idsOf(made.transfers)).toEqual([c, a, b, d]);
    await made.transfers.move(d!, 'first');
    expect(idsOf(made.transfers)).toEqual([d, c, a, b]);
    await made.transfers.move(d!, 'up');
    await made.transfers.move(b!, 'down');
    expect(idsOf(made.transfers)).toEqual([d, c, a, b]);
    await made.hub.close();
    await made.reopen();
    expect(idsOf(made.transfers)).toEqual([d, c, a, b]);
    await expect(made.transfers.move('nobody', 'up')).rejects.toThrow('not-found');
  });

  it('is the order in which files go', async () => {
    const made = await standing(6);
    made.transfers.setParallel(1);
    const last = made.transfers.list().at(-1)!;
    await made.transfers.move(last.transferId, 'first');
    made.transfers.wake();
    await allDone(made.transfers);
    const [first] = made.hub.asked.filter(({ path }) => path.startsWith('/api/files'));
    expect(first?.path).toBe(`/api/files/${last.fileId}`);
  });

  it('passes over what is done: a place among those that wait is meant', async () => {
    const made = await desk();
    await made.transfers.download(SERVER, [offered(made.hub, bytesOf(10, 1))]);
    await allDone(made.transfers);
    await made.transfers.sleep();
    await made.transfers.download(
      SERVER,
      [2, 3].map((seed) => offered(made.hub, bytesOf(10, seed))),
    );
    const [, b, c] = idsOf(made.transfers);
    await made.transfers.move(c!, 'up');
    expect(idsOf(made.transfers).filter((id) => id === b || id === c)).toEqual([c, b]);
  });

  it('somebody waits for a file: it goes first, wherever it stood, and if it had failed it is tried again', async () => {
    const made = await standing(4);
    const files = made.transfers.list().map(({ fileId, name, sizeBytes, sha256, mediaType }) => ({ fileId, name, sizeBytes, sha256: sha256!, mediaType })); // prettier-ignore
    await made.transfers.download(SERVER, [files[2]!], true);
    expect(made.transfers.list().map(({ fileId }) => fileId)[0]).toBe(files[2]!.fileId);
    expect(made.transfers.list()).toHaveLength(4);
    const fresh = offered(made.hub, bytesOf(50, 99));
    await made.transfers.download(SERVER, [fresh], true);
    expect(made.transfers.list()[0]?.fileId).toBe(fresh.fileId);

    const lost = { ...offered(made.hub, bytesOf(60, 98)), fileId: 'e'.repeat(32) as FileRef['fileId'] };
    made.transfers.wake();
    await made.transfers.download(SERVER, [lost]);
    await until(() => made.transfers.list().find(({ fileId }) => fileId === lost.fileId)?.state === 'failed');
    made.hub.files.set(lost.fileId, bytesOf(60, 98));
    await made.transfers.download(SERVER, [lost], true);
    await allDone(made.transfers);
  });

  it('a line of the journal that moves what is not there changes nothing', async () => {
    const path = join(scratchDir(), 'transfers.jsonl');
    const { journal } = await openJournal(path);
    const put = (transferId: string) => ({ put: { ...queuedUpload('/a', 1, 1), transferId } });
    await journal.append([put('a'), put('b'), { move: 'x', before: 'a' }, { move: 'b', before: 'y' }, put('c')]);
    await journal.append([{ move: 'c', before: 'a' }, { move: 'a', before: null }]); // prettier-ignore
    await journal.close();
    const { journal: again, kept } = await openJournal(path);
    await again.close();
    expect(kept.map(({ transferId }) => transferId)).toEqual(['c', 'b', 'a']);
  });

  it('journals of earlier versions, without a time of ending, are read', async () => {
    const path = join(scratchDir(), 'transfers.jsonl');
    const { doneAt: _, ...old } = queuedUpload('/a', 1, 1);
    writeFileSync(path, `${JSON.stringify({ put: { ...old, state: 'done' } })}\n`);
    const { journal, kept } = await openJournal(path);
    await journal.close();
    expect(kept).toHaveLength(1);
  });
});

describe('pausing all', () => {
  it('stops what runs, keeps it so over a restart, and goes on with all of it', async () => {
    const made = await desk({ stallMs: 60_000 });
    made.hub.faults.silent = 'down';
    await made.transfers.download(
      SERVER,
      [1, 2].map((seed) => offered(made.hub, bytesOf(1_000, seed))),
    );
    await until(() => states(made.transfers).includes('running') && states(made.transfers).includes('done'));
    await made.transfers.pauseAll();
    expect(states(made.transfers).sort()).toEqual(['done', 'paused']);
    await made.reopen();
    expect(states(made.transfers).sort()).toEqual(['done', 'paused']);
    await made.transfers.resumeAll();
    await allDone(made.transfers);
  });

  it('leaves what failed to its reason', async () => {
    const made = await desk();
    const gone = { ...offered(made.hub, bytesOf(10)), fileId: 'e'.repeat(32) as FileRef['fileId'] };
    await made.transfers.download(SERVER, [gone]);
    await until(() => states(made.transfers)[0] === 'failed');
    await made.transfers.pauseAll();
    await made.transfers.resumeAll();
    expect(made.transfers.list()).toMatchObject([{ state: 'failed', code: 'not-found' }]);
  });
});

describe('how many at a time', () => {
  it(`is what the teacher chose, ${PARALLEL_MIN} to ${PARALLEL_MAX}, and ${PARALLEL_DEFAULT} before he does`, async () => {
    const made = await standing(12);
    let most = 0;
    made.transfers.setParallel(PARALLEL_MAX);
    made.transfers.wake();
    await until(() => {
      most = Math.max(most, states(made.transfers).filter((state) => state === 'running').length);
      return states(made.transfers).every((state) => state === 'done');
    });
    expect(most).toBe(PARALLEL_MAX);
    const settings = (parallel: number) => ({ parallel, lessonBytesPerSecond: null });
    expect(TransferSettings.safeParse(settings(PARALLEL_MAX + 1)).success).toBe(false);
    expect(TransferSettings.safeParse(settings(PARALLEL_MIN - 1)).success).toBe(false);
    expect(TransferSettings.safeParse(settings(PARALLEL_DEFAULT)).success).toBe(true);
  });
});

describe('the limit of a lesson', () => {
  // The scripted hub is on this computer; its address in other words stands for another one.
  const elsewhere = (url: string) => url.replace('127.0.0.1', '[::ffff:127.0.0.1]');

  it.each(['up', 'down'] as const)('holds for files that go %s, and ends with the lesson', async (direction) => {
    const made = await desk({}, scratchDir(), elsewhere);
    made.transfers.setLimit(64 * 1024);
    if (direction === 'down') await made.transfers.download(SERVER, [offered(made.hub, bytesOf(BIG))]);
    else await made.transfers.upload(SERVER, [chosen(made.dir, 'a.bin', bytesOf(BIG))]);
    await until(() => made.transfers.list()[0]!.speed !== null && made.transfers.list()[0]!.sha256 !== null);
    const { doneBytes, state } = made.transfers.list()[0]!;
    expect(state).toBe('running');
    expect(doneBytes).toBeLessThan(BIG);
    made.transfers.setLimit(null);
    await allDone(made.transfers);
  });

  it('does not hold back a hub on this computer, which takes nothing of the wire', async () => {
    const made = await desk();
    made.transfers.setLimit(1);
    await made.transfers.download(SERVER, [offered(made.hub, bytesOf(BIG))]);
    await allDone(made.transfers);
    expect(states(made.transfers)).toEqual(['done']);
  });

  it('a transfer that waits for its turn is paused at once', async () => {
    const made = await desk({}, scratchDir(), elsewhere);
    made.transfers.setLimit(1);
    await made.transfers.upload(SERVER, [chosen(made.dir, 'a.bin', bytesOf(BIG))]);
    await until(() => made.hub.asked.some(({ method }) => method === 'PATCH'));
    await made.transfers.pause(idsOf(made.transfers)[0]!);
    expect(states(made.transfers)).toEqual(['paused']);
  });
});

describe('sleep and other networks', () => {
  it('a machine that goes to sleep ends its connections, begins nothing, and goes on with the rest when it wakes', async () => {
    const made = await desk();
    const bytes = bytesOf(BIG);
    const file = offered(made.hub, bytes);
    made.hub.faults.cutDownAfterBytes = 1_500_000;
    await made.transfers.download(SERVER, [file]);
    await until(() => made.transfers.list()[0]!.doneBytes > 0);
    await made.transfers.sleep();
    const before = made.hub.asked.length;
    await made.transfers.upload(SERVER, [chosen(made.dir, 'a.txt', bytesOf(10))]);
    expect(states(made.transfers)).not.toContain('running');
    expect(made.hub.asked).toHaveLength(before);
    made.transfers.wake();
    await allDone(made.transfers);
    expect(await made.library.check(file.sha256)).toBe(true);
  });

  it('a person who presses "go on" is a machine that is awake', async () => {
    const made = await standing(1);
    const [id] = idsOf(made.transfers);
    await made.transfers.pause(id!);
    await made.transfers.resume(id!);
    await allDone(made.transfers);
    expect(states(made.transfers)).toEqual(['done']);
  });

  it.each(['up', 'down'] as const)(
    'a hub that has another address by now is gone on with there, what went %s is not begun anew',
    async (direction) => {
      const made = await desk();
      const bytes = bytesOf(BIG);
      const file = offered(made.hub, bytes);
      Object.assign(made.hub.faults, { cutDownAfterBytes: 1_500_000, cutUpAfterBytes: 1_000_000 });
      const [own] =
        direction === 'down'
          ? (await made.transfers.download(SERVER, [file]), [])
          : await made.transfers.upload(SERVER, [chosen(made.dir, 'a.bin', bytes)]);
      await until(() => made.transfers.list()[0]!.code === 'hub-unreachable' || states(made.transfers)[0] === 'done');
      const moved = await startScriptedHub(0, made.hub.hubId);
      onTestFinished(() => moved.close());
      for (const [id, content] of made.hub.files) moved.files.set(id, content);
      for (const [id, upload] of made.hub.uploads) moved.uploads.set(id, upload);
      await made.hub.close();
      made.moveTo(moved.url);
      made.transfers.wake();
      await allDone(made.transfers);
      if (own) expect(moved.bytesOf(own.fileId).equals(bytes)).toBe(true);
      else expect(await made.library.check(file.sha256)).toBe(true);
      const again = moved.asked.filter(({ method }) => method === 'PATCH' || method === 'GET');
      for (const { offset, range } of again)
        expect(offset === '0' || (direction === 'down' && range === null)).toBe(false);
    },
  );
});

describe('a file that is not what it was', () => {
  it('is removed or cut short before it was copied: it fails with what to do', async () => {
    const made = await standing(0);
    const paths = ['gone.txt', 'short.txt'].map((name) => chosen(made.dir, name, bytesOf(100_000)));
    await made.transfers.upload(SERVER, paths);
    rmSync(paths[0]!);
    truncateSync(paths[1]!, 10);
    made.transfers.wake();
    await until(() => states(made.transfers).every((state) => state === 'failed'));
    expect(made.transfers.list().map(({ code }) => code)).toEqual(['file-gone', 'file-changed']);
    expect(made.hub.uploads.size).toBe(0);
  });

  it('is cut short in the library while it goes up: it is noticed here, not waited for there', async () => {
    const made = await desk({ stallMs: 60_000 });
    const path = chosen(made.dir, 'a.bin', bytesOf(BIG));
    await made.transfers.sleep();
    await made.transfers.upload(SERVER, [path]);
    const bytes = bytesOf(BIG);
    const { sha256 } = await made.library.take(
      (async function* () {
        yield bytes;
      })(),
    );
    truncateSync(made.library.path(sha256), 100_000);
    // The copy finds it here already and would trust it: it is told to look.
    made.transfers.wake();
    await until(() => ['failed', 'done'].includes(states(made.transfers)[0]!));
    expect(made.transfers.list()[0]).toMatchObject({ state: 'failed', code: 'file-gone' });
    expect(await made.library.has(sha256)).toBe(false);
  });

  it('whose bytes the hub finds to be others is sent again where they are right here, and given up where they are not', async () => {
    const made = await desk();
    made.hub.faults.status = {
      method: 'PATCH',
      status: 460,
      body: JSON.stringify({ ok: false, code: 'hash-mismatch' }),
    };
    await made.transfers.upload(SERVER, [chosen(made.dir, 'a.bin', bytesOf(1_000))]);
    await allDone(made.transfers);

    await made.transfers.sleep();
    await made.transfers.upload(SERVER, [chosen(made.dir, 'b.bin', bytesOf(2_000, 2))]);
    const sha256 = sha256Of(bytesOf(2_000, 2)) as FileRef['sha256'];
    made.hub.faults.status = {
      method: 'PATCH',
      status: 460,
      body: JSON.stringify({ ok: false, code: 'hash-mismatch' }),
    };
    made.hub.faults.before = () => {
      delete made.hub.faults.before;
      writeFileSync(made.library.path(sha256), bytesOf(2_000, 3));
    };
    made.transfers.wake();
    await until(() => states(made.transfers)[1] === 'failed');
    expect(made.transfers.list()[1]?.code).toBe('file-gone');
  });
});

describe('a hub without room', () => {
  it('is waited for: nothing is lost and nothing given up, however often it says so', async () => {
    const made = await desk();
    let refusals = 0;
    made.hub.faults.before = (method) => {
      if (method !== 'PATCH' || (refusals += 1) > 8) return;
      made.hub.faults.status = { method: 'PATCH', status: 507, body: JSON.stringify({ ok: false, code: 'disk-full' }) };
    };
    const [file] = await made.transfers.upload(SERVER, [chosen(made.dir, 'a.bin', bytesOf(1_000))]);
    await until(() => made.transfers.list()[0]?.code === 'disk-full');
    await until(() => {
      made.transfers.wake();
      return states(made.transfers)[0] === 'done';
    });
    expect(refusals).toBeGreaterThan(8);
    expect(made.hub.bytesOf(file!.fileId)).toHaveLength(1_000);
  });
});

describe('the same bytes under two names', () => {
  const AWAY = 'server-2';
  const twin = (of: FileRef, digit = 'e'): FileRef => ({ ...of, fileId: digit.repeat(32) as FileRef['fileId'] });
  const shown = (transfers: Transfers) => transfers.list().map(({ fileId, state }) => [fileId, state]);

  it('come under the second where the first has none, and what failed for them is off the list', async () => {
    const made = await desk();
    const file = offered(made.hub, bytesOf(1_000));
    await made.transfers.download(SERVER, [twin(file)]);
    await until(() => states(made.transfers)[0] === 'failed');
    await made.transfers.download(SERVER, [twin(file, 'd')], true);
    await until(() => states(made.transfers).join() === 'failed,failed');
    await made.transfers.download(SERVER, [file]);
    await until(() => shown(made.transfers).join() === `${file.fileId},done`);
    expect(await made.library.check(file.sha256)).toBe(true);
  });

  it('come from a second hub while the first is away', async () => {
    let url = '';
    const made = await desk({
      hubs: {
        session: async (serverId) => {
          if (serverId === AWAY) throw new PartaError('hub-unreachable');
          return { url, ticket: await ticketOf(url) };
        },
        ticketRefused: () => {},
      },
      retryFirstMs: 60_000,
      random: () => 1,
    });
    url = made.hub.url;
    const file = offered(made.hub, bytesOf(1_000));
    await made.transfers.download(AWAY, [twin(file)]);
    await until(() => made.transfers.list()[0]?.code === 'hub-unreachable');
    await made.transfers.download(SERVER, [file]);
    await until(() => made.library.has(file.sha256));
    expect(await made.library.check(file.sha256)).toBe(true);
  });

  it('that a person stopped are not fetched under the second before somebody asks', async () => {
    const made = await desk();
    await made.transfers.sleep();
    const file = offered(made.hub, bytesOf(1_000));
    await made.transfers.download(SERVER, [twin(file)]);
    await made.transfers.cancel(idsOf(made.transfers)[0]!);
    made.transfers.wake();
    await made.transfers.download(SERVER, [file]);
    expect(shown(made.transfers)).toEqual([[twin(file).fileId, 'failed']]);
    await made.transfers.download(SERVER, [file], true);
    await until(() => made.library.has(file.sha256));
  });

  it('keep what has come of them when one of the two is taken off the list', async () => {
    const made = await desk();
    const file = offered(made.hub, bytesOf(1_000));
    await made.transfers.download(SERVER, [twin(file)]);
    await until(() => states(made.transfers)[0] === 'failed');
    await made.transfers.sleep();
    await made.transfers.download(SERVER, [file]);
    writeFileSync(made.library.partPath(file.sha256), bytesOf(1_000).subarray(0, 600));
    const [first, second] = idsOf(made.transfers);
    await made.transfers.cancel(first!);
    expect(existsSync(made.library.partPath(file.sha256))).toBe(true);
    await made.transfers.cancel(second!);
    expect(existsSync(made.library.partPath(file.sha256))).toBe(false);
  });
});

describe('a clock that is set back', () => {
  const setBack = () => {
    const real = Date.now;
    vi.spyOn(Date, 'now').mockImplementation(() => real() - 40 * 24 * 60 * 60_000);
    onTestFinished(() => void vi.restoreAllMocks());
  };

  it('keeps no page from hearing', async () => {
    let lists = 0;
    let moves = 0;
    const news = openTransferNews({
      lines: () => 5,
      isUnderWay: () => true,
      tellList: () => (lists += 1),
      tellMoved: () => (moves += 1),
    });
    onTestFinished(() => news.close());
    news.changed();
    await until(() => lists === 1);
    setBack();
    news.changed();
    await until(() => lists === 2);
    const before = moves;
    news.moved();
    await until(() => moves > before);
    expect(lists).toBe(2);
  });

  it('holds back nothing that waits for its next try, and no speed', async () => {
    const told: Moved[][] = [];
    const made = await desk(
      { retryFirstMs: 200, random: () => 1, onMoved: (moved) => void told.push(moved) },
      scratchDir(),
      (url) => url.replace('127.0.0.1', '[::ffff:127.0.0.1]'),
    );
    made.transfers.setLimit(BIG / 2);
    const file = offered(made.hub, bytesOf(BIG));
    made.hub.faults.status = { method: 'GET', status: 503 };
    await made.transfers.download(SERVER, [file]);
    await until(() => made.transfers.list()[0]?.code !== null);
    setBack();
    await until(() => told.flat().some(({ speed }) => (speed ?? 0) > 0));
    made.transfers.setLimit(null);
    await allDone(made.transfers);
    expect(await made.library.check(file.sha256)).toBe(true);
  });
});

describe('what is told', () => {
  it('while bytes flow only of those that move, with speed and time left; the list where it is another', async () => {
    const told: Moved[][] = [];
    let lists = 0;
    const made = await desk(
      { onMoved: (moved) => void told.push(moved), onChange: () => (lists += 1) },
      scratchDir(),
      (url) => url.replace('127.0.0.1', '[::ffff:127.0.0.1]'),
    );
    made.transfers.setLimit(500_000);
    await made.transfers.download(SERVER, [offered(made.hub, bytesOf(BIG))]);
    await until(() => told.flat().some(({ speed, leftMs }) => speed !== null && leftMs !== null));
    expect(lists).toBeLessThan(told.length);
    const last = told.flat().findLast(({ speed }) => speed !== null)!;
    expect(last.speed).toBeGreaterThan(0);
    expect(last.leftMs).toBeCloseTo(((BIG - last.doneBytes) / last.speed!) * 1000, 0);
    made.transfers.setLimit(null);
    await allDone(made.transfers);
    expect(made.transfers.list()[0]).toMatchObject({ speed: null, leftMs: null });
    expect(made.transfers.list()[0]?.doneAt).toBeGreaterThan(Date.now() - 60_000);
  });

  it(`also every ${STANDING_MS} ms while nothing moves, so that the speed falls`, async () => {
    const told: Moved[][] = [];
    const made = await desk({ stallMs: 60_000, onMoved: (moved) => void told.push(moved) });
    made.hub.faults.silent = 'down';
    await made.transfers.download(SERVER, [offered(made.hub, bytesOf(1_000))]);
    await until(() => told.filter(([one]) => one?.speed === 0).length >= 2);
    expect(told.at(-1)?.[0]).toMatchObject({ speed: 0, leftMs: null });
  });

  it(`at most ${LINES_PER_SECOND_MAX} lines a second of a long list, and in between those that move`, async () => {
    vi.useFakeTimers();
    onTestFinished(() => void vi.useRealTimers());
    let lists = 0;
    let moves = 0;
    const news = openTransferNews({
      lines: () => 5_000,
      isUnderWay: () => true,
      tellList: () => (lists += 1),
      tellMoved: () => (moves += 1),
    });
    for (let n = 0; n < 1_000; n += 1) {
      news.changed();
      news.moved();
      await vi.advanceTimersByTimeAsync(10);
    }
    expect(lists * 5_000).toBeLessThanOrEqual(11 * LINES_PER_SECOND_MAX);
    expect(lists).toBeGreaterThan(15);
    expect(moves).toBeGreaterThan(60);
    const before = lists;
    news.changed();
    await vi.advanceTimersByTimeAsync(1_000);
    expect(lists).toBe(before + 1);
    news.close();
  });

  it('a session that cannot be had is a reason, not a crash', async () => {
    const made = await desk({
      hubs: { session: () => Promise.reject(new PartaError('signed-out')), ticketRefused: () => {} },
    });
    await made.transfers.upload(SERVER, [chosen(made.dir, 'a.txt', bytesOf(10))]);
    await until(() => states(made.transfers)[0] === 'failed');
    expect(made.transfers.list()[0]?.code).toBe('signed-out');
  });
});
