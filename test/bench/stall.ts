/**
 * `bench -- stall`: ten readers follow and then never read, while the class talks on. What the server keeps for each of them at
 * the worst moment, beyond what the same talk without them makes it keep; ours must have dropped all ten by the end. The peer
 * keeps everything.
 */
import { STALLED_BYTES_MAX } from '../../src/hub/line.ts';
import { deliver, startServer } from './delivery.ts';
import { memoryOf } from './memory-kept.ts';
import { atMost, measure, type Line } from './report.ts';

const STALLED = 10;
const READERS = 5;
const IN_FLIGHT = 64;
const BODY_BYTES = 2_000;
const MEASURE_MS = 5_000;
const LOOK_EVERY_MS = 200;

/** The most that is kept while the class talks, beyond what was kept before. */
async function mostKept(who: 'ours' | 'peer', stalled: number): Promise<number> {
  const { server, target } = await startServer(who === 'ours' ? { hub: 'durable' } : { peer: '' }, READERS + stalled);
  const load = { ...target, readers: READERS, stalled, pace: { inFlight: IN_FLIGHT }, bodyBytes: BODY_BYTES };
  const before = await memoryOf(server);
  let most = before.keptBytes;
  let dropped = 0;
  await deliver({ ...load, warmMs: 0, measureMs: MEASURE_MS }, async (isOver) => {
    while (!isOver()) {
      const now = await memoryOf(server);
      most = Math.max(most, now.keptBytes);
      dropped = now.dropped;
      await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
    }
  });
  await server.end();
  if (who === 'ours' && dropped !== stalled) throw new Error(`${dropped} of ${stalled} stalled readers were dropped`);
  return most - before.keptBytes;
}

/** What ten stalled readers add to that, each. */
const keptPerStalled = async (who: 'ours' | 'peer') =>
  Math.max(0, (await mostKept(who, STALLED)) - (await mostKept(who, 0))) / STALLED;

export async function stall(runs: number, wanted: readonly string[]): Promise<Line[]> {
  if (wanted.length > 0 && !wanted.includes('kept')) return [];
  return [
    await measure({
      bench: 'stall',
      case: 'kept',
      unit: 'bytes per stalled reader',
      runs,
      ours: () => keptPerStalled('ours'),
      peer: { name: 'bare Socket.IO', measure: () => keptPerStalled('peer') },
      goal: atMost(STALLED_BYTES_MAX, 'bytes'),
    }),
  ];
}
