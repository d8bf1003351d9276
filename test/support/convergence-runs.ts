/**
 * Many seeds of convergence.ts, shared out to processes: each works alone on its seed, so that the outcome of a seed does not
 * depend on how many run beside it. A process that dies is a failure of the seed it was at.
 */
import { fork, type ChildProcess } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { noFaults, noLessons, type Faults, type Lessons, type SeedResult } from './convergence.ts';

export interface Runs {
  seeds: number;
  commands: number;
  /** Comparisons with the model, see {@link SeedResult}. */
  compared: { current: number; behind: number };
  faults: Faults;
  lessons: Lessons;
  /** See {@link SeedResult}. */
  leftBehind: number;
  keptAway: number;
  lost: number;
  doubled: number;
  diverged: number;
  /** Seeds with anything wrong. */
  failing: number[];
}

export const WORKERS = Math.min(2, availableParallelism());
/** A seed takes about half a second; one that takes this long hangs. */
const SEED_TIMEOUT_MS = 120_000;

/** What a worker is sent. `isTold`: it says a line for everything that happens. */
export interface ToPlay {
  seed: number;
  isTold: boolean;
}
/** What a worker says first. */
export type Ready = 'ready';

/** Plays one seed under the same conditions as {@link runSeeds}. @param onLine told everything that happens */
export async function replaySeed(seed: number, onLine: (line: string) => void): Promise<SeedResult> {
  const worker = startWorker();
  const result = await play(worker, seed, onLine);
  worker.disconnect();
  return result;
}

/**
 * Plays the seeds `from … from + count - 1`.
 * @param onResult called after each
 */
export async function runSeeds(
  count: number,
  from: number,
  onResult: (result: SeedResult) => void = () => {},
): Promise<Runs> {
  const compared = { current: 0, behind: 0 };
  const good = { leftBehind: 0, keptAway: 0, lost: 0, doubled: 0, diverged: 0 };
  const lessons = noLessons();
  const runs: Runs = { seeds: count, commands: 0, compared, faults: noFaults(), lessons, ...good, failing: [] };
  const end = from + count;
  let next = from;
  const add = (result: SeedResult) => {
    runs.commands += result.commands;
    compared.current += result.compared.current;
    compared.behind += result.compared.behind;
    for (const fault of Object.keys(runs.faults) as (keyof Faults)[]) runs.faults[fault] += result.faults[fault];
    for (const deed of Object.keys(lessons) as (keyof Lessons)[]) lessons[deed] += result.lessons[deed];
    runs.leftBehind += result.leftBehind;
    runs.keptAway += result.keptAway;
    runs.lost += result.lost;
    runs.doubled += result.doubled;
    runs.diverged += result.diverged;
    if (result.problems.length > 0) runs.failing.push(result.seed);
    onResult(result);
  };
  const work = async () => {
    let worker: ChildProcess | null = null;
    while (next < end) {
      const seed = next;
      next += 1;
      worker ??= startWorker();
      const result = await play(worker, seed);
      if (result.problems.some((problem) => problem.startsWith(DIED))) {
        worker.kill('SIGKILL');
        worker = null;
      }
      add(result);
    }
    worker?.disconnect();
  };
  await Promise.all(Array.from({ length: Math.min(WORKERS, count) }, work));
  runs.failing.sort((a, b) => a - b);
  return runs;
}

const DIED = 'the process';

function startWorker(): ChildProcess {
  // What the parent was started with (a test runner's loaders) is not for the child.
  return fork(new URL('./convergence-worker.ts', import.meta.url), {
    // Most of what a story makes is garbage at once.
    execArgv: ['--disable-warning=ExperimentalWarning', '--max-semi-space-size=64'],
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
}

function play(worker: ChildProcess, seed: number, onLine?: (line: string) => void): Promise<SeedResult> {
  return new Promise((resolve) => {
    const died = (why: string) =>
      done({
        seed,
        commands: 0,
        compared: { current: 0, behind: 0 },
        faults: noFaults(),
        lessons: noLessons(),
        leftBehind: 0,
        keptAway: 0,
        lost: 0,
        doubled: 0,
        diverged: 0,
        problems: [`${DIED} ${why}`],
      });
    const done = (result: SeedResult) => {
      clearTimeout(timer);
      worker.off('message', hear);
      worker.off('exit', exited);
      resolve(result);
    };
    const start = () => void worker.send({ seed, isTold: onLine !== undefined } satisfies ToPlay);
    const hear = (message: SeedResult | string) => {
      if (message === ('ready' satisfies Ready)) start();
      else if (typeof message === 'string') onLine?.(message);
      else done(message);
    };
    const exited = () => died('ended');
    const timer = setTimeout(() => died('hangs'), SEED_TIMEOUT_MS);
    worker.on('message', hear);
    worker.on('exit', exited);
    if (started.has(worker)) start();
    started.add(worker);
  });
}

/** Workers that have said that they are ready. */
const started = new WeakSet<ChildProcess>();
