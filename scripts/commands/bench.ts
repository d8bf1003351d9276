// `npm run bench -- NAME [CASE …] [--runs N]`: measures ours against a peer in the same run and prints one JSON line per case.
// Names: fanout, join, start, open-offline; none means all. Raw samples are kept in bench-output/.
import { fanout } from '../../test/bench/fanout.ts';
import { join } from '../../test/bench/join.ts';
import { openOffline } from '../../test/bench/open-offline.ts';
import type { Line } from '../../test/bench/report.ts';
import { start } from '../../test/bench/start.ts';

const RUNS_DEFAULT = 5;

const BENCHES: Record<string, (runs: number, cases: readonly string[]) => Promise<Line[]>> = {
  fanout,
  join,
  start,
  'open-offline': openOffline,
};

const args = process.argv.slice(2);
const runsAt = args.indexOf('--runs');
const runs = runsAt >= 0 ? Number(args.splice(runsAt, 2)[1]) : RUNS_DEFAULT;
const [name, ...cases] = args;
const chosen = name === undefined ? Object.keys(BENCHES) : [name];
if (!Number.isInteger(runs) || runs < 1 || chosen.some((one) => !(one in BENCHES))) {
  console.error(`Usage: npm run bench -- [${Object.keys(BENCHES).join(' | ')}] [CASE …] [--runs N]`);
  process.exit(2);
}
for (const one of chosen) await BENCHES[one]?.(runs, cases);
process.exit(0);
