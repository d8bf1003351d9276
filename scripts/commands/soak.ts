// `npm run soak -- --minutes N`: two teachers' windows and a pupil's page for N minutes (30) with ten cuts of the network; the last line on
// stdout is one JSON object; exit code 1 where anything was lost or doubled, a console complained, a reading place moved or a heap
// grew by more than a tenth. Hides: everything that happens (test/soak/soak.ts).
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { soak } from '../../test/soak/soak.ts';
import { ROOT } from '../suites.ts';

const MINUTES_DEFAULT = '30';
const { values } = parseArgs({ options: { minutes: { type: 'string', default: MINUTES_DEFAULT } } });
const minutes = Number(values.minutes);
if (!(minutes > 0)) {
  process.stderr.write('--minutes takes a number above 0\n');
  process.exit(2);
}
const result = await soak({
  minutes,
  studentDir: join(ROOT, 'out/student'),
  tell: (line) => process.stderr.write(`${line}\n`),
});
for (const fault of result.faults) process.stderr.write(`✗ ${fault}\n`);
process.stdout.write(`${JSON.stringify(result)}\n`);
process.exit(result.ok ? 0 : 1);
