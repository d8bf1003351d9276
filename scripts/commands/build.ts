// `npm run build`: the set-up has built already (only what had changed); this tells what there is and how big it is.
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { STUDENT_SCRIPT_BUDGET_BYTES, firstLoadGzipBytes } from '../student-size.ts';
import { ROOT } from '../suites.ts';

const out = join(ROOT, 'out');
for (const bundle of ['main', 'preload', 'renderer', 'student']) {
  const files = readdirSync(join(out, bundle), { recursive: true, encoding: 'utf8' })
    .map((name) => statSync(join(out, bundle, name)))
    .filter((entry) => entry.isFile());
  const sizeBytes = files.reduce((sum, { size }) => sum + size, 0);
  console.log(`out/${bundle.padEnd(9)} ${String(files.length).padStart(4)} files ${kilobytes(sizeBytes)}`);
}
const firstLoadBytes = firstLoadGzipBytes(join(out, 'student'));
console.log(
  `pupil's page: ${kilobytes(firstLoadBytes)} of gzip script before tasks (budget ${kilobytes(STUDENT_SCRIPT_BUDGET_BYTES)})`,
);
if (firstLoadBytes > STUDENT_SCRIPT_BUDGET_BYTES) process.exitCode = 1;

function kilobytes(bytes: number): string {
  return `${(bytes / 1000).toFixed(1)} KB`;
}
