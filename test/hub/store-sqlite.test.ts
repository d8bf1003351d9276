import { EventEmitter } from 'node:events';
import fs, { existsSync, readdirSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { Worker } from 'node:worker_threads';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { CommandId, LogId } from '../../src/core/ids.ts';
import type { NewRow } from '../../src/hub/store.ts';
import { ERASURES_FILE, openForWriting, Writer, type ToWriter } from '../../src/hub/store-writer.ts';
import { openSqliteStore } from '../../src/hub/store-sqlite.ts';
import { newId } from '../support/person.ts';
import { describeStore, newRow } from './store.contract.ts';

const makeDir = () => mkdtemp(join(tmpdir(), 'parta-store-'));
const remove = (dir: string) => rm(dir, { recursive: true, force: true });

describeStore('store-sqlite', async () => {
  const dataDir = await makeDir();
  const open = (restoreFrom?: string) => openSqliteStore({ dataDir, hubName: 'Школа', restoreFrom });
  return {
    open: () => open(),
    restore: open,
    remove: () => remove(dataDir),
    backupFile: join(dataDir, 'backup.db'),
  };
});

let dataDir: string;
beforeEach(async () => (dataDir = await makeDir()));
afterEach(() => remove(dataDir));

test('[S2] the writer syncs every commit: WAL, synchronous FULL, secure_delete on', async () => {
  const store = await openSqliteStore({ dataDir, hubName: 'Школа' });
  expect(store.safety).toEqual({ journalMode: 'wal', synchronous: 2, secureDelete: 1 });
  await store.close();
});

test('[S2] what a log gives goes to the disk at once, with what was waiting; what comes meanwhile shares the next commit', async () => {
  const groups: string[][] = [];
  const worker = Object.assign(new EventEmitter(), {
    postMessage(message: ToWriter) {
      if (message === 'close') return void worker.emit('exit');
      groups.push(message.group.map(({ name }) => name));
    },
    answer: (count: number) =>
      worker.emit(
        'message',
        Array.from({ length: count }, () => ({ ok: true, value: null })),
      ),
  });
  const startWriter = async (file: string) => {
    openForWriting(file).close();
    return { worker: worker as unknown as Worker, safety: { journalMode: 'wal', synchronous: 2, secureDelete: 1 } };
  };
  const store = await openSqliteStore({ dataDir, hubName: 'Школа', startWriter });
  const append = () => store.append({ logId: newId<LogId>(), expectedHead: 0, rows: [newRow()], nextDueAt: null });
  const all = [store.keepPort(1), append()];
  expect(groups).toEqual([['keepPort', 'append']]);
  all.push(append(), store.keepPort(2), append());
  expect(groups).toHaveLength(1);
  worker.answer(2);
  await new Promise(setImmediate);
  expect(groups.slice(1)).toEqual([['append', 'keepPort', 'append']]);
  worker.answer(3);
  await Promise.all(all);
  await store.close();
});

test('[S16] no file of the store holds erased text any more', async () => {
  const secret = 'Очень личное сообщение';
  const store = await openSqliteStore({ dataDir, hubName: 'Школа' });
  const logId = newId<LogId>();
  const message = newRow({ body: JSON.stringify({ text: secret }) });
  const holders = () =>
    readdirSync(dataDir).filter((name) => readFileSync(join(dataDir, name)).includes(Buffer.from(secret)));
  await store.append({ logId, expectedHead: 0, rows: [message], nextDueAt: null });
  expect(holders()).not.toEqual([]);
  const erasure = { ids: [message.id], about: [], messagesBy: [] };
  await store.append({ logId, expectedHead: 1, rows: [newRow({ kind: 'messageRemoved', erasure })], nextDueAt: null });
  expect(holders()).toEqual([]);
  await store.close();
});

test('[S16] what is erased is remembered in whole lines or not at all, however the disk takes them', async () => {
  const writer = new Writer(join(dataDir, 'hub.db'));
  const logId = newId<LogId>();
  const write = (expectedHead: number, ...rows: NewRow[]) =>
    writer.write([{ name: 'append', args: [{ logId, expectedHead, rows, nextDueAt: null }] }])[0]!;
  const removal = (id: CommandId) =>
    newRow({ kind: 'messageRemoved', about: id, erasure: { ids: [id], about: [id], messagesBy: [] } });
  const lines = () =>
    existsSync(join(dataDir, ERASURES_FILE)) ? readFileSync(join(dataDir, ERASURES_FILE), 'utf8').split('\n') : [];
  const [one, two] = [newRow(), newRow()];
  write(0, one, two);
  const original = fs.writeSync;
  const take = (source: unknown) => {
    Object.assign(fs, { writeSync: source });
    syncBuiltinESMExports();
  };
  try {
    // A few bytes at a time; then, in the middle of a line, the disk is full.
    take((fd: number, bytes: Buffer, at: number) => original(fd, bytes, at, Math.min(7, bytes.byteLength - at)));
    expect(write(2, removal(one.id))).toMatchObject({ ok: true });
    const kept = lines();
    expect(kept.map((line) => line && (JSON.parse(line) as { logId: string }).logId)).toEqual([logId, '']);
    take((fd: number, bytes: Buffer, at: number) => {
      if (at > 0) throw Object.assign(new Error('full'), { code: 'ENOSPC' });
      return original(fd, bytes, at, 7);
    });
    expect(write(3, removal(two.id))).toEqual({ ok: false, code: 'disk-full' });
    expect(lines()).toEqual(kept);
  } finally {
    take(original);
  }
  // The group was undone with its line.
  expect(write(3, removal(two.id))).toMatchObject({ ok: true });
  expect(lines()).toHaveLength(3);
  writer.close();
});

test('one folder is open in one hub at a time', async () => {
  const store = await openSqliteStore({ dataDir, hubName: 'Школа' });
  await expect(openSqliteStore({ dataDir, hubName: 'Школа' })).rejects.toMatchObject({ code: 'busy' });
  await store.close();
  await (await openSqliteStore({ dataDir, hubName: 'Школа' })).close();
});

test('a database of a newer program is refused, not changed', async () => {
  await (await openSqliteStore({ dataDir, hubName: 'Школа' })).close();
  const db = new DatabaseSync(join(dataDir, 'hub.db'));
  db.exec(`UPDATE meta SET value = '999' WHERE key = 'schema'`);
  db.close();
  await expect(openSqliteStore({ dataDir, hubName: 'Школа' })).rejects.toMatchObject({ code: 'unknown-protocol' });
});

test('a file that is no database is storage-damaged, and a missing backup leaves the folder as it was', async () => {
  await (await openSqliteStore({ dataDir, hubName: 'Школа' })).close();
  const restoreFrom = join(dataDir, 'nothing.db');
  await expect(openSqliteStore({ dataDir, hubName: 'Школа', restoreFrom })).rejects.toMatchObject({
    code: 'storage-damaged',
  });
  expect(existsSync(join(dataDir, 'hub.db'))).toBe(true);
  await (await openSqliteStore({ dataDir, hubName: 'Школа' })).close();
});
