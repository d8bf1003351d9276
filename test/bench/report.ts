/**
 * Measuring by comparison: ours and the peer in turn, A B A B, in the same run, medians of both and their ratio. One JSON line a
 * case on stdout, every raw sample into bench-output/. A rate by itself says more of the machine than of the code.
 */
import { appendFileSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';

const OUTPUT = join(import.meta.dirname, '../../bench-output');

export interface Case {
  bench: string;
  case: string;
  unit: string;
  runs: number;
  /** One measurement in {@link unit}. */
  ours: () => Promise<number>;
  /** null where there is nothing to compare with. */
  peer: { name: string; measure: () => Promise<number> } | null;
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
}

export function median(samples: readonly number[]): number {
  const sorted = [...samples].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  if (sorted.length === 0) throw new Error('median of nothing');
  return sorted.length % 2 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

const rounded = (value: number) => Number(value.toPrecision(4));

/** Measures a case and prints its line. */
export async function measure({ bench, case: name, unit, runs, ours, peer }: Case): Promise<Line> {
  const samples: { ours: number[]; peer: number[] } = { ours: [], peer: [] };
  for (let run = 0; run < runs; run++) {
    samples.ours.push(await ours());
    if (peer) samples.peer.push(await peer.measure());
  }
  const own = median(samples.ours);
  const other = peer ? median(samples.peer) : null;
  const line: Line = {
    bench,
    case: name,
    ours: rounded(own),
    peer: peer?.name ?? null,
    peerValue: other === null ? null : rounded(other),
    unit,
    ratio: other === null ? null : rounded(own / other),
    runs,
  };
  mkdirSync(OUTPUT, { recursive: true });
  appendFileSync(
    join(OUTPUT, `${bench}.jsonl`),
    `${JSON.stringify({ ...line, samples, at: new Date().toISOString() })}\n`,
  );
  console.log(JSON.stringify(line));
  return line;
}
