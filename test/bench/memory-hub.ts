/**
 * `bench -- memory hub hub-resident`: what a thousand open connections that follow a class cost the hub, each, against bare
 * Socket.IO. `hub`: on the heap and in buffers, after a collection. `hub-resident`: as the system counts it; ours has made a class
 * before and has room from that, so this says less and has no goal.
 */
import { start } from './child.ts';
import { startServer } from './delivery.ts';
import { memoryOf, type MemoryKept } from './memory-kept.ts';
import type { Load } from './raw-sockets.ts';
import { measure, ratioAtMost, type Line } from './report.ts';

const CONNECTIONS = 1_000;
/** The system hands pages back a moment after a collection. */
const SETTLE_MS = 500;

async function perConnection(who: 'ours' | 'peer'): Promise<Pick<MemoryKept, 'keptBytes' | 'rssBytes'>> {
  const { server, target } = await startServer(who === 'ours' ? { hub: 'durable' } : { peer: '' }, CONNECTIONS);
  const settled = async () => {
    await memoryOf(server);
    await new Promise((resolve) => setTimeout(resolve, SETTLE_MS));
    return memoryOf(server);
  };
  const before = await settled();
  const client = start('raw-sockets.ts');
  const live = client.hear();
  const load = { ...target, readers: CONNECTIONS, pace: { inFlight: 0 }, warmMs: 0, measureMs: 0, holdsOpen: true };
  client.process.send(load satisfies Load);
  await live;
  const after = await settled();
  await client.end();
  await server.end();
  const each = (key: 'keptBytes' | 'rssBytes') => (after[key] - before[key]) / CONNECTIONS;
  return { keptBytes: each('keptBytes'), rssBytes: each('rssBytes') };
}

const CASES = [
  { name: 'hub', key: 'keptBytes', goal: ratioAtMost(1) },
  { name: 'hub-resident', key: 'rssBytes', goal: null },
] as const;

export async function memoryHub(runs: number, wanted: readonly string[]): Promise<Line[]> {
  const lines: Line[] = [];
  for (const { name, key, goal } of CASES) {
    if (wanted.length > 0 && !wanted.includes(name)) continue;
    const sample = (who: 'ours' | 'peer') => async () => (await perConnection(who))[key];
    lines.push(
      await measure({
        bench: 'memory',
        case: name,
        unit: 'bytes per connection',
        runs: goal ? runs : 1,
        ours: sample('ours'),
        peer: { name: 'bare Socket.IO', measure: sample('peer') },
        ...(goal ? { goal } : {}),
      }),
    );
  }
  return lines;
}
