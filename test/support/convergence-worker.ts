/** A process that plays one seed after the other for convergence-runs.ts: it is sent a seed, tells what happens if that is wanted, and answers with the result. */
import type { SeedResult } from './convergence.ts';
import type { Ready, ToPlay } from './convergence-runs.ts';

// Dexie would tell other processes' tabs of every write; there are none.
Reflect.deleteProperty(globalThis, 'BroadcastChannel');
// The database in memory copies every record in and out, and Node's own copying is a third of the time of a run.
globalThis.structuredClone = copyOf;
// Dexie ends a signal with every transaction, and an error with its stack would be made each time that nobody looks at.
const abort = AbortController.prototype.abort;
AbortController.prototype.abort = function (reason: unknown = 'over') {
  abort.call(this, reason);
};
// Calls end in virtual time; a real timer for each would outlive its story.
AbortSignal.timeout = () => new AbortController().signal;
const { runSeed } = await import('./convergence.ts');

process.on('message', ({ seed, isTold }: ToPlay) => {
  const tell = isTold ? (line: string) => process.send?.(line) : undefined;
  void runSeed(seed, tell).then((result: SeedResult) => process.send?.(result));
});
process.on('disconnect', () => process.exit());
process.send?.('ready' satisfies Ready);

/** A deep copy of plain data. */
function copyOf<T>(value: T): T {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(copyOf) as T;
  if (ArrayBuffer.isView(value)) return (value as unknown as Uint8Array).slice() as T;
  const copy = {} as T;
  for (const key in value) copy[key] = copyOf(value[key]);
  return copy;
}
