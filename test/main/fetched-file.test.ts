// A file that a saving needs, over a real library, a real queue and a scripted hub.
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import type { FileRef } from '../../src/core/wire.ts';
import { fetched, progressIn } from '../../src/main/fetched-file.ts';
import type { Transfer } from '../../src/preload/contract.ts';
import { bytesOf, scratchDir, until } from './scratch.ts';
import { BIG, desk, offered, SERVER, type Desk } from './transfer-desk.ts';

const asked = (made: Desk, stillMs: number) => ({
  library: made.library,
  fetch: (serverId: string, file: FileRef) => made.transfers.download(serverId, [file]),
  progress: (file: FileRef) => progressIn(made.transfers.list(), file),
  stillMs,
});
const NEVER = new AbortController().signal;

describe('a file that is fetched for a saving', () => {
  it('is waited for while it is not its turn, however long others take', async () => {
    const made = await desk({ parallel: 1 }, scratchDir(), (url) => url.replace('127.0.0.1', '[::ffff:127.0.0.1]'));
    made.transfers.setLimit(BIG / 2);
    await made.transfers.download(SERVER, [offered(made.hub, bytesOf(BIG))]);
    const file = offered(made.hub, bytesOf(100, 2));
    const path = fetched(asked(made, 1), SERVER, file, NEVER);
    expect(await path).toBe(made.library.path(file.sha256));
  });

  it('is missing when its hub stays away, though the clock is set back meanwhile', async () => {
    const made = await desk({ retryFirstMs: 60_000, random: () => 1 });
    const file = offered(made.hub, bytesOf(100));
    await made.hub.close();
    const path = fetched(asked(made, 50), SERVER, file, NEVER);
    await until(() => made.transfers.list()[0]?.code === 'hub-unreachable');
    const real = Date.now;
    vi.spyOn(Date, 'now').mockImplementation(() => real() - 3_600_000);
    onTestFinished(() => void vi.restoreAllMocks());
    expect(await path).toBe(null);
  });
});

describe('what the queue says of a file', () => {
  const file = { sha256: 'a'.repeat(64) } as FileRef;
  const line = (more: Partial<Transfer>) =>
    ({
      serverId: SERVER,
      direction: 'down',
      sha256: file.sha256,
      state: 'queued',
      code: null,
      doneBytes: 0,
      ...more,
    }) as Transfer;

  it('nobody fetches it; it is not its turn; bytes come, of it or of another file of the same hub', () => {
    expect(progressIn([], file)).toBe(null);
    expect(progressIn([line({ state: 'failed' }), line({ direction: 'up' })], file)).toBe(null);
    expect(progressIn([line({})], file)).toBe('waiting');
    const other = (doneBytes: number, serverId = SERVER) =>
      line({ sha256: 'b'.repeat(64) as never, doneBytes, serverId });
    const after = (others: Transfer[]) => progressIn([line({ code: 'hub-unreachable' }), ...others], file);
    expect(after([other(2)])).not.toBe(after([other(1)]));
    expect(after([other(2, 'server-2')])).toBe(after([other(1, 'server-2')]));
    expect(progressIn([line({ state: 'running', doneBytes: 7 })], file)).toBe(7);
    expect(progressIn([line({ state: 'paused', doneBytes: 7 })], file)).not.toBe('waiting');
  });
});
