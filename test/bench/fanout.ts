/**
 * `bench -- fanout`: one writes, N read (the writer too), 200-byte bodies; ours asks everybody's rights. `30`, `300`, `1000`: kept in
 * memory only, like the peer's. `durable-…`: two write, every message is synced to disk before anybody hears of it, the peer's still
 * not. `durable-30-slow-disk`: both durable on a disk whose sync takes 8 ms more, the peer message by message.
 */
import { deliver, startServer } from './delivery.ts';
import { coresAreQuiet, measure, ratioAtLeast, type Goal, type Line } from './report.ts';

const WARM_MS = 500;
const MEASURE_MS = 2_000;

/** What a durable group costs is latency: with busy cores half of it is waiting for one. */
const durable = async (): Promise<Goal> => ratioAtLeast((await coresAreQuiet()) ? 5 : 3);

const CASES = [
  { name: '30', readers: 30, writers: 1, inFlight: 16, hub: 'in-memory', goal: async () => ratioAtLeast(7) },
  { name: '300', readers: 300, writers: 1, inFlight: 16, hub: 'in-memory', goal: async () => ratioAtLeast(7) },
  { name: '1000', readers: 1_000, writers: 1, inFlight: 16, hub: 'in-memory', goal: async () => ratioAtLeast(7) },
  { name: 'durable-30', readers: 30, writers: 2, inFlight: 64, hub: 'durable', goal: durable },
  { name: 'durable-300', readers: 300, writers: 2, inFlight: 64, hub: 'durable', goal: null },
  {
    name: 'durable-30-slow-disk',
    readers: 30,
    writers: 2,
    inFlight: 64,
    hub: 'slow-disk',
    goal: async () => ratioAtLeast(25),
  },
] as const;

export async function fanout(runs: number, wanted: readonly string[]): Promise<Line[]> {
  const lines: Line[] = [];
  for (const { name, readers, writers, inFlight, hub, goal } of CASES) {
    if (wanted.length > 0 && !wanted.includes(name)) continue;
    const on = (kind: Parameters<typeof startServer>[0]) => async () => {
      const { server, target } = await startServer(kind, readers);
      const load = { ...target, readers, writers, pace: { inFlight }, warmMs: WARM_MS, measureMs: MEASURE_MS };
      const { deliveriesPerSecond } = await deliver(load);
      await server.end();
      return deliveriesPerSecond;
    };
    const peer = hub === 'slow-disk' ? 'Socket.IO, a commit per message' : 'bare Socket.IO';
    const reached = await goal?.();
    lines.push(
      await measure({
        bench: 'fanout',
        case: name,
        unit: 'deliveries/s',
        runs,
        ours: on({ hub }),
        peer: { name: peer, measure: on({ peer: hub === 'slow-disk' ? 'slow-disk' : '' }) },
        ...(reached ? { goal: reached } : {}),
      }),
    );
  }
  return lines;
}
