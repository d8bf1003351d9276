/** `bench -- memory hub`: what a thousand open connections that follow a class cost the hub, each, against bare Socket.IO. */
import { start } from './child.ts';
import { startServer } from './delivery.ts';
import { memoryOf } from './memory-kept.ts';
import type { Load } from './raw-sockets.ts';
import { measure, ratioAtMost, type Line } from './report.ts';

const CONNECTIONS = 1_000;
/** The system hands pages back a moment after a collection. */
const SETTLE_MS = 500;

async function bytesPerConnection(who: 'ours' | 'peer'): Promise<number> {
  const { server, target } = await startServer(who === 'ours' ? { hub: 'durable' } : { peer: '' }, CONNECTIONS);
  const settled = async () => {
    await memoryOf(server);
    await new Promise((resolve) => setTimeout(resolve, SETTLE_MS));
    return (await memoryOf(server)).rssBytes;
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
  return (after - before) / CONNECTIONS;
}

export async function memoryHub(runs: number, wanted: readonly string[]): Promise<Line[]> {
  if (wanted.length > 0 && !wanted.includes('hub')) return [];
  return [
    await measure({
      bench: 'memory',
      case: 'hub',
      unit: 'bytes per connection',
      runs,
      ours: () => bytesPerConnection('ours'),
      peer: { name: 'bare Socket.IO', measure: () => bytesPerConnection('peer') },
      goal: ratioAtMost(1),
    }),
  ];
}
