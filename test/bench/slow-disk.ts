/**
 * A disk like a school's: every commit takes {@link SYNC_MS} longer. The product's own writer in a thread of its own, held up after
 * each group before it answers, as a sync would hold it up.
 */
import { parentPort, Worker, workerData } from 'node:worker_threads';
import type { WriterReady } from '../../src/hub/store.ts';
import type { SqliteOptions } from '../../src/hub/store-sqlite.ts';
import { Writer, type ToWriter } from '../../src/hub/store-writer.ts';

export const SYNC_MS = 8;

/** For {@link SqliteOptions.startWriter}. */
export const startSlowWriter: NonNullable<SqliteOptions['startWriter']> = (slowDatabaseFile) => {
  const worker = new Worker(new URL(import.meta.url), { workerData: { slowDatabaseFile }, execArgv: [] });
  return new Promise((resolve, reject) => {
    worker.once('error', reject);
    worker.once('message', (safety: WriterReady) => resolve({ worker, safety }));
  });
};

const { slowDatabaseFile } = (workerData ?? {}) as { slowDatabaseFile?: string };
if (parentPort && slowDatabaseFile) {
  const port = parentPort;
  const writer = new Writer(slowDatabaseFile, true);
  const never = new Int32Array(new SharedArrayBuffer(4));
  port.postMessage(writer.ready());
  port.on('message', (message: ToWriter) => {
    if (message === 'close') {
      writer.close();
      port.close();
      return;
    }
    const written = writer.write(message.group);
    Atomics.wait(never, 0, 0, SYNC_MS);
    port.postMessage(written);
  });
}
