/** A process that plays one seed after the other for convergence-runs.ts: it is sent a seed and answers with its result. */
import type { SeedResult } from './convergence.ts';

// Dexie would tell other processes' tabs of every write; there are none.
Reflect.deleteProperty(globalThis, 'BroadcastChannel');
// The database in memory copies every record in and out, and Node's own copying is a third of the time of a run.
globalThis.structuredClone = copyOf;
// Calls end in virtual time; a real timer for each would outlive its story.
AbortSignal.timeout = () => new AbortController().signal;
const { runSeed } = await import('./convergence.ts');

process.on('message', (seed: number) => {
  void runSeed(seed).then((result: SeedResult) => process.send?.(result));
});
process.on('disconnect', () => process.exit());
process.send?.('ready');

/** A deep copy of plain data. */
function copyOf<T>(value: T): T {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(copyOf) as T;
  if (ArrayBuffer.isView(value)) return (value as unknown as Uint8Array).slice() as T;
  const copy = {} as T;
  for (const key in value) copy[key] = copyOf(value[key]);
  return copy;
}
