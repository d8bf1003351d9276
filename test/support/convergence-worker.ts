/** A process that plays one seed after the other for convergence-runs.ts: it is sent a seed and answers with its result. */
import type { SeedResult } from './convergence.ts';

// Dexie would tell other processes' tabs of every write; there are none.
Reflect.deleteProperty(globalThis, 'BroadcastChannel');
const { runSeed } = await import('./convergence.ts');

process.on('message', (seed: number) => {
  void runSeed(seed).then((result: SeedResult) => process.send?.(result));
});
process.on('disconnect', () => process.exit());
process.send?.('ready');
