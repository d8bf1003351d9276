// `npm run mutants`: plants one fault per S-rule into a copy of the sources, runs every test that quotes a rule, and demands
// that the fault is caught, and by tests of its own rule only. Prints a line per rule; exit code 1 if any fault survives or
// is caught elsewhere. `npm run mutants -- S5 S9` takes these rules only.
// Hides: the copies (one per worker, node_modules linked), Vitest's report.
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { PLANTED, type PlantedFault } from '../../test/mutants/planted.ts';
import { captured } from '../setup/foreground.mjs';
import { seconds } from '../setup/steps.mjs';
import { ROOT, type VitestReport } from '../suites.ts';

const RUN_TIMEOUT_MS = 5 * 60_000;
const COPIED = [
  'src',
  'test',
  'scripts',
  'resources',
  'package.json',
  'vitest.config.ts',
  'tsconfig.json',
  'tsconfig.base.json',
  'ARCHITECTURE.md',
];
const PROJECTS = ['core', 'hub', 'client'];
const WORKERS = Math.min(2, availableParallelism());

interface Verdict {
  fault: PlantedFault;
  caught: string[];
  elsewhere: string[];
  problem: string | null;
  ms: number;
}

const quotes = (title: string): string[] => [...title.matchAll(/\[(S\d+)\]/g)].map(([, rule]) => rule ?? '');

/** Vitest's verdict on the rules' tests in a copy; titles of the failed ones. */
async function failedTests(copy: string): Promise<string[]> {
  const file = join(copy, 'report.json');
  rmSync(file, { force: true });
  const projects = PROJECTS.flatMap((name) => ['--project', name]);
  const args = [
    join(ROOT, 'node_modules/vitest/vitest.mjs'),
    'run',
    ...projects,
    '-t',
    String.raw`\[S\d+\]`,
    '--reporter=json',
    `--outputFile=${file}`,
  ];
  const { output } = await captured(process.execPath, args, { cwd: copy, timeoutMs: RUN_TIMEOUT_MS });
  const report = JSON.parse(readFileSync(file, 'utf8')) as VitestReport & {
    testResults: { message?: string; name: string; assertionResults: { status: string; fullName: string }[] }[];
  };
  const broken = report.testResults.filter((one) => one.status === 'failed' && one.assertionResults.length === 0);
  if (broken.length > 0) throw new Error(`does not run: ${broken[0]?.message ?? output.slice(-500)}`);
  return report.testResults.flatMap((one) =>
    one.assertionResults.filter((test) => test.status === 'failed').map((test) => test.fullName),
  );
}

async function judge(fault: PlantedFault, copy: string): Promise<Verdict> {
  const startedAt = performance.now();
  const path = join(copy, fault.file);
  const sound = readFileSync(join(ROOT, fault.file), 'utf8');
  const verdict = (part: Partial<Verdict>): Verdict => ({
    fault,
    caught: [],
    elsewhere: [],
    problem: null,
    ms: performance.now() - startedAt,
    ...part,
  });
  if (sound.split(fault.find).length !== 2) return verdict({ problem: 'its place is not in the file exactly once' });
  try {
    writeFileSync(
      path,
      sound.replace(fault.find, () => fault.replace),
    );
    const failed = await failedTests(copy);
    const isOwn = (title: string) => quotes(title).includes(fault.rule);
    return verdict({ caught: failed.filter(isOwn), elsewhere: failed.filter((title) => !isOwn(title)) });
  } catch (error) {
    return verdict({ problem: error instanceof Error ? error.message : String(error) });
  } finally {
    writeFileSync(path, sound);
  }
}

function line({ fault, caught, elsewhere, problem, ms }: Verdict): string {
  const head = `${fault.rule.padEnd(4)} ${fault.says}`;
  if (problem !== null) return `✗ ${head}: ${problem}`;
  if (caught.length === 0)
    return `✗ ${head}: not caught${elsewhere.length > 0 ? ` by its own tests, but by "${elsewhere[0]}"` : ''}`;
  if (elsewhere.length > 0)
    return `✗ ${head}: also fails tests of other rules: ${elsewhere.map((title) => `"${title}"`).join(', ')}`;
  return `✓ ${head}: caught by "${caught[0]}"${caught.length > 1 ? ` and ${caught.length - 1} more` : ''}   ${seconds(ms)}`;
}

const wanted = process.argv.slice(2);
const faults = PLANTED.filter((fault) => wanted.length === 0 || wanted.includes(fault.rule));
const verdicts: Verdict[] = [];
const left = [...faults];

async function worker() {
  const copy = mkdtempSync(join(tmpdir(), 'parta-mutants-'));
  try {
    for (const name of COPIED) cpSync(join(ROOT, name), join(copy, name), { recursive: true });
    symlinkSync(join(ROOT, 'node_modules'), join(copy, 'node_modules'));
    for (let fault = left.shift(); fault; fault = left.shift()) {
      const verdict = await judge(fault, copy);
      verdicts.push(verdict);
      console.log(line(verdict));
    }
  } finally {
    rmSync(copy, { recursive: true, force: true });
  }
}

await Promise.all(Array.from({ length: WORKERS }, worker));
const isGood = (verdict: Verdict) =>
  verdict.problem === null && verdict.caught.length > 0 && verdict.elsewhere.length === 0;
const good = verdicts.filter(isGood).length;
console.log(`${good} of ${faults.length} planted faults caught by exactly their own tests`);
process.exitCode = faults.length > 0 && good === faults.length ? 0 : 1;
