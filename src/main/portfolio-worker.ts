/**
 * The thread in which portfolios are sealed and opened: the cipher is JavaScript and would hold up the app. Promises: one work per
 * thread; what it says is progress, questions and one last word; `stop` ends it cleanly, with nothing half written left under a name.
 */
import { parentPort, workerData } from 'node:worker_threads';
import {
  lookInto,
  PortfolioError,
  troubleOf,
  unpackPortfolio,
  writePortfolio,
  type Key,
  type PackWork,
  type UnpackWork,
} from './portfolio-file.ts';
import type { FromWorker, ToWorker, Work } from './portfolio-thread.ts';

const port = parentPort!;
const say = (message: FromWorker) => port.postMessage(message);
const stop = new AbortController();
const answers = new Map<number, (value: unknown) => void>();
port.on('message', (message: ToWorker) => {
  if (message.kind === 'stop') {
    stop.abort();
    // Whoever waits for an answer hears none any more.
    for (const answer of answers.values()) answer([]);
    return;
  }
  answers.get(message.id)?.(message.value);
  answers.delete(message.id);
});

let asked = 0;
function ask(question: Extract<FromWorker, { kind: 'ask' }>['question']): Promise<unknown> {
  asked += 1;
  const id = asked;
  return new Promise((resolve) => {
    answers.set(id, resolve);
    say({ kind: 'ask', id, question });
  });
}

/** Told a few times a second, however fast the bytes are. */
const TELL_EVERY_MS = 100;
let toldAt = 0;
function onBytes(doneBytes: number): void {
  const now = performance.now();
  if (now - toldAt < TELL_EVERY_MS) return;
  toldAt = now;
  say({ kind: 'bytes', doneBytes });
}

function run(work: Work): Promise<unknown> {
  const progress = { signal: stop.signal, onBytes };
  if (work.what === 'write') return writePortfolio(work.work as PackWork, progress);
  if (work.what === 'look') return lookInto(work.path, work.key as Key, progress);
  const host = {
    listed: async (files: unknown) => (await ask({ what: 'listed', files: files as never })) as never,
    came: async (sha256: string, path: string) => void (await ask({ what: 'came', sha256: sha256 as never, path })),
  };
  return unpackPortfolio(work.work as UnpackWork, host, progress);
}

run(workerData as Work).then(
  (value) => {
    say({ kind: 'done', value });
    port.close();
  },
  (error: unknown) => {
    say({
      kind: 'failed',
      trouble: stop.signal.aborted ? 'cancelled' : troubleOf(error),
      sha256: error instanceof PortfolioError ? error.sha256 : null,
      words: error instanceof Error ? error.name : '',
    });
    port.close();
  },
);
