/** `bench -- fanout`: one writes, N read (the writer too), 200-byte bodies. Ours asks everybody's rights and syncs to disk. */
import { start } from './child.ts';
import type { Load, Outcome } from './raw-sockets.ts';
import { measure, type Line } from './report.ts';

const WARM_MS = 500;
const MEASURE_MS = 2_000;

const CASES = [
  { name: '30', readers: 30, inFlight: 16 },
  { name: '300', readers: 300, inFlight: 16 },
  { name: 'durable-30', readers: 30, inFlight: 64 },
  { name: 'durable-300', readers: 300, inFlight: 64 },
];

async function rateOf(
  server: Pick<Load, 'port' | 'tickets' | 'logId' | 'channelId'>,
  readers: number,
  inFlight: number,
): Promise<number> {
  const client = start('raw-sockets.ts');
  client.process.send({ ...server, readers, inFlight, warmMs: WARM_MS, measureMs: MEASURE_MS } satisfies Load);
  const heard = await client.hear<{ ok: true; outcome: Outcome } | { ok: false; error: string }>();
  await client.end();
  if (!heard.ok) throw new Error(heard.error);
  return heard.outcome.deliveriesPerSecond;
}

/** Every sample runs on a server of its own, so that no log grows from run to run. */
export async function fanout(runs: number, wanted: readonly string[]): Promise<Line[]> {
  const lines: Line[] = [];
  for (const { name, readers, inFlight } of CASES.filter((one) => wanted.length === 0 || wanted.includes(one.name))) {
    const on = (file: string, args: string[]) => async () => {
      const server = start(file, args);
      const facts = await server.hear<{ port: number; logId?: string; channelId?: string; tickets?: string[] }>();
      const rate = await rateOf({ tickets: [], ...facts }, readers, inFlight);
      await server.end();
      return rate;
    };
    lines.push(
      await measure({
        bench: 'fanout',
        case: name,
        unit: 'deliveries/s',
        runs,
        ours: on('hub-class.ts', [String(readers)]),
        peer: { name: 'bare Socket.IO', measure: on('bare-socket-io.ts', []) },
      }),
    );
  }
  return lines;
}
