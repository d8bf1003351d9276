/** One measurement of delivery: a server in a process of its own, the load in another, what the load saw. */
import { start, type Child } from './child.ts';
import type { Load, Outcome, Target } from './raw-sockets.ts';

/** A class has no more members: more readers are several devices of the same. */
const MEMBERS_MOST = 300;

/** Starts the hub, or the peer. Every sample runs on a server of its own, so that no log grows from run to run. */
export async function startServer(
  kind: { hub: 'durable' | 'in-memory' | 'slow-disk' } | { peer: '' | 'slow-disk' },
  readers: number,
): Promise<{ server: Child; target: Target }> {
  const server =
    'hub' in kind
      ? start('hub-class.ts', [String(Math.min(readers, MEMBERS_MOST)), kind.hub])
      : start('bare-socket-io.ts', [kind.peer]);
  return { server, target: await server.hear<Target>() };
}

/** Runs a load to its end. `meanwhile` runs beside it. */
export async function deliver(
  load: Load,
  meanwhile: (isOver: () => boolean) => Promise<void> = async () => {},
): Promise<Outcome> {
  const client = start('raw-sockets.ts');
  let isOver = false;
  const heard = client.hear<{ ok: true; outcome: Outcome } | { ok: false; error: string }>();
  client.process.send(load);
  const beside = meanwhile(() => isOver);
  const answer = await heard.finally(() => (isOver = true));
  await beside;
  await client.end();
  if (!answer.ok) throw new Error(answer.error);
  return answer.outcome;
}
