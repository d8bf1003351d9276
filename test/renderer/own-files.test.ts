// [S9] [S15] Which of our own files have arrived: what the outbox waits for.
import { expect, test, vi } from 'vitest';
import type { FileId } from '../../src/core/ids.ts';
import type { Transfer } from '../../src/preload/contract.ts';
import { hasHash, OwnFiles } from '../../src/renderer/desktop.tsx';

const FILE = 'f'.repeat(32) as FileId;
const chosen = { fileId: FILE, name: 'Работа.pdf', sizeBytes: 10, mediaType: 'application/pdf' };
const transfer = (state: Transfer['state'], more: Partial<Transfer> = {}): Transfer => ({
  transferId: 't1',
  serverId: 's1',
  direction: 'up',
  doneBytes: 0,
  speed: null,
  leftMs: null,
  doneAt: null,
  sha256: null,
  code: null,
  ...chosen,
  ...more,
  state,
});

test('[S9] a file chosen a moment ago is on its way before the queue says so', () => {
  const files = new OwnFiles();
  files.update([]);
  files.note([chosen]);
  expect(files.isStored(FILE)).toBe(false);
  expect(files.describe(FILE)).toMatchObject({ fileId: FILE, name: 'Работа.pdf', sizeBytes: 10 });
});

test('[S9] it has arrived when its upload is done, and stays so when the queue forgets it', () => {
  const files = new OwnFiles();
  files.note([chosen]);
  for (const state of ['queued', 'running', 'paused', 'failed'] as const) {
    files.update([transfer(state)]);
    expect(files.isStored(FILE)).toBe(false);
  }
  files.update([transfer('done')]);
  expect(files.isStored(FILE)).toBe(true);
  files.update([]);
  expect(files.isStored(FILE)).toBe(true);
});

test('[S9] nothing counts as arrived before the queue has been read once', () => {
  const files = new OwnFiles();
  expect(files.isStored(FILE)).toBe(false);
  files.update([transfer('running')]);
  expect(files.isStored(FILE)).toBe(false);
});

test('[S15] a download of the same file says nothing about our own copy of it', () => {
  const files = new OwnFiles();
  files.note([chosen]);
  files.update([transfer('done', { direction: 'down' })]);
  expect(files.isStored(FILE)).toBe(false);
});

test('without a hash a file is described and not opened', () => {
  const files = new OwnFiles();
  files.note([chosen]);
  const described = files.describe(FILE);
  expect(described && hasHash(described)).toBe(false);
  expect(files.describe('0'.repeat(32) as FileId)).toBeNull();
});

test('who watches is told when a file arrives, and not with every byte', () => {
  const files = new OwnFiles();
  files.update([transfer('running')]);
  const heard = vi.fn<() => void>();
  const stop = files.watch(heard);
  files.update([transfer('running', { doneBytes: 5 })]);
  expect(heard).not.toHaveBeenCalled();
  files.update([transfer('done', { doneBytes: 10 })]);
  expect(heard).toHaveBeenCalledOnce();
  stop();
  files.update([]);
  expect(heard).toHaveBeenCalledOnce();
});
