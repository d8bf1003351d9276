/**
 * Work on a portfolio beside everything else: a thread for each. Promises: progress, an end or a named trouble, and a stop that waits
 * until nothing is under way any more. Hides: the thread and its messages.
 */
import { Worker } from 'node:worker_threads';
import { PartaError } from '../core/errors.ts';
import type { Sha256 } from '../core/ids.ts';
import type { ListedFile } from '../core/portfolio.ts';
import type { PortfolioTrouble } from '../preload/contract/portfolio.ts';
import {
  PortfolioError,
  type Key,
  type Looked,
  type PackWork,
  type UnpackHost,
  type UnpackWork,
  type unpackPortfolio,
  type writePortfolio,
} from './portfolio-file.ts';

export type Work =
  { what: 'write'; work: PackWork } | { what: 'look'; path: string; key: Key } | { what: 'unpack'; work: UnpackWork };
type Question = { what: 'listed'; files: readonly ListedFile[] } | { what: 'came'; sha256: Sha256; path: string };
export type FromWorker =
  | { kind: 'bytes'; doneBytes: number }
  | { kind: 'ask'; id: number; question: Question }
  | { kind: 'done'; value: unknown }
  | { kind: 'failed'; trouble: PortfolioTrouble | 'cancelled'; sha256: Sha256 | null; words: string };
export type ToWorker = { kind: 'stop' } | { kind: 'answer'; id: number; value: unknown };

/** What comes of each work. */
export interface Results {
  write: Awaited<ReturnType<typeof writePortfolio>>;
  look: Looked;
  unpack: Awaited<ReturnType<typeof unpackPortfolio>>;
}

export interface Running<T> {
  /** @throws PortfolioError, or PartaError `cancelled` */
  over: Promise<T>;
  stop(): void;
}

/** From source the thread is TypeScript beside this file; in the bundle it is JavaScript beside the bundle. */
const threadUrl = () =>
  new URL(`./portfolio-worker${import.meta.url.endsWith('.ts') ? '.ts' : '.js'}`, import.meta.url);

/** @param host of `unpack`: answers what it asks; what it throws ends the work */
export function runBeside<W extends Work>(
  work: W,
  onBytes: (doneBytes: number) => void,
  host?: UnpackHost,
): Running<Results[W['what']]> {
  const worker = new Worker(threadUrl(), { workerData: work, execArgv: [], name: 'portfolio' });
  const tell = (message: ToWorker) => worker.postMessage(message);
  let hostFailure: unknown = null;
  const answer = async (question: Question): Promise<unknown> =>
    question.what === 'listed' ? host?.listed(question.files) : host?.came(question.sha256, question.path);
  const over = new Promise<Results[W['what']]>((resolve, reject) => {
    worker.on('message', (message: FromWorker) => {
      if (message.kind === 'bytes') onBytes(message.doneBytes);
      else if (message.kind === 'ask')
        answer(message.question).then(
          (value) => tell({ kind: 'answer', id: message.id, value }),
          (error: unknown) => {
            hostFailure = error;
            tell({ kind: 'stop' });
          },
        );
      else if (message.kind === 'done') resolve(message.value as Results[W['what']]);
      else if (hostFailure !== null) reject(hostFailure);
      else if (message.trouble === 'cancelled') reject(new PartaError('cancelled'));
      else reject(new PortfolioError(message.trouble, message.sha256 ? { sha256: message.sha256 } : {}));
    });
    worker.once('error', (error) => reject(error));
    worker.once('exit', () => reject(new PortfolioError('internal')));
  });
  return { over, stop: () => tell({ kind: 'stop' }) };
}
