/**
 * Measuring by comparison: ours and the peer in turn, A B A B, in the same run, medians of both and their ratio. One JSON line a
 * case on stdout, every raw sample into bench-output/. A rate by itself says more of the machine than of the code. A case may
 * carry the goal that it must reach; whether it did stands in its line.
 */
import { appendFileSync, mkdirSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';

const OUTPUT = join(import.meta.dirname, '../../bench-output');
/** The cores are quiet while others use less of them than this. */
const QUIET_SHARE = 0.1;
const QUIET_LOOK_MS = 1_000;

/** What a case must reach. `peer` is null where there is none. */
export interface Goal {
  text: string;
  holds(ours: number, peer: number | null): boolean;
}
const ratioOf = (ours: number, peer: number | null) => ours / (peer ?? Number.NaN);
export const ratioAtLeast = (least: number): Goal => ({
  text: `ratio ≥ ${least}`,
  holds: (ours, peer) => ratioOf(ours, peer) >= least,
});
export const ratioAtMost = (most: number): Goal => ({
  text: `ratio ≤ ${most}`,
  holds: (ours, peer) => ratioOf(ours, peer) <= most,
});
export const atMost = (most: number, unit: string): Goal => ({
  text: `≤ ${most} ${unit}`,
  holds: (ours) => ours <= most,
});

export interface Case {
  bench: string;
  case: string;
  unit: string;
  runs: number;
  /** One measurement in {@link unit}. */
  ours: () => Promise<number>;
  /** null where there is nothing to compare with. */
  peer: { name: string; measure: () => Promise<number> } | null;
  /** Absent: measured and printed only. A function is asked after the last sample. */
  goal?: Goal | (() => Goal);
}

export interface Line {
  bench: string;
  case: string;
  ours: number;
  peer: string | null;
  peerValue: number | null;
  unit: string;
  ratio: number | null;
  runs: number;
  goal: string | null;
  /** Whether the goal was reached; null where there is none. */
  ok: boolean | null;
}

export function median(samples: readonly number[]): number {
  const sorted = [...samples].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  if (sorted.length === 0) throw new Error('median of nothing');
  return sorted.length % 2 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

const rounded = (value: number) => Number(value.toPrecision(4));

/** Measures a case and prints its line. */
export async function measure({ bench, case: name, unit, runs, ours, peer, goal }: Case): Promise<Line> {
  const samples: { ours: number[]; peer: number[] } = { ours: [], peer: [] };
  for (let run = 0; run < runs; run++) {
    samples.ours.push(await ours());
    if (peer) samples.peer.push(await peer.measure());
  }
  const own = median(samples.ours);
  const other = peer ? median(samples.peer) : null;
  const wanted = typeof goal === 'function' ? goal() : goal;
  const line: Line = {
    bench,
    case: name,
    ours: rounded(own),
    peer: peer?.name ?? null,
    peerValue: other === null ? null : rounded(other),
    unit,
    ratio: other === null ? null : rounded(own / other),
    runs,
    goal: wanted?.text ?? null,
    ok: wanted ? wanted.holds(own, other) : null,
  };
  mkdirSync(OUTPUT, { recursive: true });
  appendFileSync(
    join(OUTPUT, `${bench}.jsonl`),
    `${JSON.stringify({ ...line, samples, at: new Date().toISOString() })}\n`,
  );
  console.log(JSON.stringify(line));
  return line;
}

/** Whether others leave the cores to us just now. */
export async function coresAreQuiet(): Promise<boolean> {
  const times = () =>
    cpus().reduce(
      (sum, { times: { user, nice, sys, irq, idle } }) => ({
        busy: sum.busy + user + nice + sys + irq,
        idle: sum.idle + idle,
      }),
      { busy: 0, idle: 0 },
    );
  const before = times();
  await new Promise((resolve) => setTimeout(resolve, QUIET_LOOK_MS));
  const after = times();
  const busy = after.busy - before.busy;
  return busy / (busy + after.idle - before.idle) < QUIET_SHARE;
}
