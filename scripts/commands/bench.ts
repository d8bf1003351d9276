// `npm run bench -- NAME [CASE …] [--runs N]`: measures ours against a peer in the same run and prints one JSON line per case.
// No name: all. `npm run bench -- --gate [NAME …]`: every bench that has a goal; the last line names the misses, and a miss exits 1.
// Raw samples are kept in bench-output/.
import { catchup } from '../../test/bench/catchup.ts';
import { collect, distribute, mixed, uploadLarge } from '../../test/bench/files.ts';
import { fanout } from '../../test/bench/fanout.ts';
import { join } from '../../test/bench/join.ts';
import { cache, search } from '../../test/bench/local-store.ts';
import { memoryRenderer, open } from '../../test/bench/long-class.ts';
import { memoryHub } from '../../test/bench/memory-hub.ts';
import { openOffline } from '../../test/bench/open-offline.ts';
import { pace } from '../../test/bench/pace.ts';
import type { Line } from '../../test/bench/report.ts';
import { scrolling } from '../../test/bench/scroll.ts';
import { stall } from '../../test/bench/stall.ts';
import { start } from '../../test/bench/start.ts';
import { wall } from '../../test/bench/wall.ts';

const RUNS_DEFAULT = 5;

/** @param wanted cases by name; none: all */
type Bench = (runs: number, wanted: readonly string[]) => Promise<Line[]>;

/** By name. What the gate runs is in GATED: benches whose cases carry goals (report.ts). One name may measure in several files. */
const BENCHES: Record<string, readonly Bench[]> = {
  fanout: [fanout],
  pace: [pace],
  stall: [stall],
  catchup: [catchup],
  cache: [cache],
  open: [open],
  search: [search],
  memory: [memoryHub, memoryRenderer],
  distribute: [distribute],
  collect: [collect],
  'upload-1g': [uploadLarge],
  mixed: [mixed],
  join: [join],
  wall: [wall],
  start: [start],
  scroll: [scrolling],
  'open-offline': [openOffline],
};
const GATED: readonly string[] = [
  'fanout',
  'pace',
  'stall',
  'catchup',
  'cache',
  'open',
  'search',
  'memory',
  'distribute',
  'collect',
  'upload-1g',
  'mixed',
  'join',
  'wall',
];

const args = process.argv.slice(2);
const take = (option: string, count: number) => {
  const at = args.indexOf(option);
  return at >= 0 ? args.splice(at, count) : null;
};
const isGate = take('--gate', 1) !== null;
const runs = Number(take('--runs', 2)?.[1] ?? RUNS_DEFAULT);
const [name, ...cases] = args;
const chosen = isGate ? (args.length > 0 ? args : GATED) : name === undefined ? Object.keys(BENCHES) : [name];
if (!Number.isInteger(runs) || runs < 1 || chosen.some((one) => !Object.hasOwn(BENCHES, one))) {
  console.error(`Usage: npm run bench -- [--gate] [${Object.keys(BENCHES).join(' | ')}] [CASE …] [--runs N]`);
  process.exit(2);
}
const lines: Line[] = [];
for (const one of chosen)
  for (const bench of BENCHES[one] ?? []) lines.push(...(await bench(runs, isGate ? [] : cases)));
const misses = lines.filter((line) => line.ok === false).map((line) => `${line.bench} ${line.case}`);
if (isGate) console.log(JSON.stringify({ gate: misses.length === 0 ? 'passed' : 'missed', misses }));
process.exit(isGate && misses.length > 0 ? 1 : 0);
