// The teacher's computer inside a namespace: the real hub, the real look at the network, and the way between them as in the app.
// Reads one question a line, answers one verdict a line, ends with its input.
import { createServer } from 'node:net';
import { createInterface } from 'node:readline';
import { PartaError } from '../../src/core/errors.ts';
import { openHub, type Hub } from '../../src/hub/hub.ts';
import { openWayInCheck } from '../../src/main/way-in.ts';
import type { WayInReport } from '../../src/preload/contract.ts';

const [dataDir = '', asked = '0', taken = ''] = process.argv.slice(2);
for (const port of taken.split(',').filter(Boolean).map(Number))
  await new Promise<void>((resolve) => createServer((socket) => socket.destroy()).listen(port, resolve));

let hub: Hub | null = null;
let chosen: string | null = null;
const wayIn = openWayInCheck({
  hub: () => hub,
  code: () => (hub === null ? 'port-taken' : null),
  chosen: () => chosen,
  changed: () => {},
  failed(error) {
    throw error;
  },
});
try {
  const onVisitor = (visitor: { from: string; to: string }) => wayIn.visited(visitor);
  hub = await openHub({ dataDir, port: Number(asked), hubName: 'Школа', onVisitor });
  wayIn.opened(Number(asked), hub.port);
} catch (error) {
  if (!(error instanceof PartaError) || error.code !== 'port-taken') throw error;
  wayIn.refused(Number(asked));
}
console.log(JSON.stringify({ port: hub?.port ?? 0 }));

for await (const line of createInterface({ input: process.stdin })) {
  const words = JSON.parse(line) as { chosen?: string; report: WayInReport | null };
  if (words.chosen !== undefined) chosen = words.chosen;
  await wayIn.look(words.report);
  console.log(JSON.stringify(wayIn.state().wayIn));
}
await hub?.close();
process.exit(0);
