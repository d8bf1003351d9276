/**
 * `bench -- pace`: a calm class, 20 messages a second, from writing to each delivery. Ours syncs every message to disk first, so it
 * may take one sync longer than the peer's 1.25: the commit of one message, measured in the same run, on the same disk, at the
 * same pace.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CommandId, LogId } from '../../src/core/ids.ts';
import type { Label } from '../../src/core/wire.ts';
import { Writer } from '../../src/hub/store-writer.ts';
import { newId } from '../demo/wire-pupil.ts';
import { deliver, startServer } from './delivery.ts';
import type { Outcome } from './raw-sockets.ts';
import { measure, median, type Line } from './report.ts';

const PER_SECOND = 20;
const WARM_MS = 1_000;
const MEASURE_MS = 5_000;
const RATIO_MAX = 1.25;
const SYNCS = 100;

/** How long the commit of one message takes on the disk where hubs keep their folders here, at the same calm pace; sorted. */
async function syncsMs(): Promise<number[]> {
  const dir = mkdtempSync(join(tmpdir(), 'parta-bench-sync-'));
  const writer = new Writer(join(dir, 'hub.db'), true);
  const logId = newId() as LogId;
  const times: number[] = [];
  for (let head = 0; head < SYNCS; head++) {
    const id = newId() as CommandId;
    const fixed = {
      at: 1,
      kind: 'messagePosted',
      label: 'all' as Label,
      by: null,
      about: null,
      commandHash: 'x'.repeat(44),
    };
    const row = { ...fixed, id, body: 'x'.repeat(300), fileIds: [], erasure: null, enters: [], leaves: [] };
    const begunAt = performance.now();
    writer.write([{ name: 'append', args: [{ logId, expectedHead: head, rows: [row], nextDueAt: null }] }]);
    times.push(performance.now() - begunAt);
    await new Promise((resolve) => setTimeout(resolve, 1_000 / PER_SECOND));
  }
  writer.close();
  rmSync(dir, { recursive: true });
  return times.sort((a, b) => a - b);
}

export async function pace(runs: number, wanted: readonly string[]): Promise<Line[]> {
  const lines: Line[] = [];
  for (const readers of [30, 300]) {
    const names = [`p50-${readers}`, `p99-${readers}`];
    if (wanted.length > 0 && !names.some((name) => wanted.includes(name))) continue;
    const syncs: number[][] = [];
    const outcomes = { ours: [] as Outcome[], peer: [] as Outcome[] };
    for (let run = 0; run < runs; run++)
      for (const who of ['ours', 'peer'] as const) {
        const { server, target } = await startServer(who === 'ours' ? { hub: 'durable' } : { peer: '' }, readers);
        const load = { ...target, readers, pace: { perSecond: PER_SECOND }, warmMs: WARM_MS, measureMs: MEASURE_MS };
        outcomes[who].push(await deliver(load));
        if (who === 'ours') syncs.push(await syncsMs());
        await server.end();
      }
    for (const [name, key, part] of [
      [names[0]!, 'p50Ms', 0.5],
      [names[1]!, 'p99Ms', 0.99],
    ] as const) {
      const syncMs = median(syncs.map((sorted) => sorted[Math.floor(sorted.length * part)]!));
      const next = { ours: 0, peer: 0 };
      const sample = (who: 'ours' | 'peer') => async () => outcomes[who][next[who]++]![key];
      lines.push(
        await measure({
          bench: 'pace',
          case: name,
          unit: 'ms',
          runs,
          ours: sample('ours'),
          peer: { name: 'bare Socket.IO', measure: sample('peer') },
          goal: {
            text: `≤ ${RATIO_MAX} × peer + one sync (${syncMs.toFixed(2)} ms)`,
            holds: (ours, peer) => ours <= RATIO_MAX * (peer ?? 0) + syncMs,
          },
        }),
      );
    }
  }
  return lines;
}
