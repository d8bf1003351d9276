// `npm run mutants`: first runs every test that quotes a rule on the sound sources; then plants one fault per S-rule into a
// copy of the sources, and further ones into what the chat brought, runs the rules' tests that each can reach, and demands that it
// is caught, and by tests of its own rule only, or of those that it says it breaks as well. Prints a line per rule; exit code 1 if a fault survives or is caught elsewhere, a rule of ARCHITECTURE.md has none, or
// a test fails without any. `npm run mutants -- S5 S9` takes these rules only.
// Promises: the working tree is never touched, whatever happens. Hides: the copies (one per worker, node_modules linked), who
// may reach whom, Vitest's report.
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { PLANTED, PLANTED_IN_CHAT, type PlantedFault } from '../../test/mutants/planted.ts';
import { listedRules } from '../../test/architecture/house-rules.ts';
import { captured } from '../setup/foreground.mjs';
import { seconds } from '../setup/steps.mjs';
import { ROOT, type VitestReport } from '../suites.ts';

const RUN_TIMEOUT_MS = 10 * 60_000;
const WORKERS = Math.min(2, availableParallelism());
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
/**
 * Suites that a fault in a room can fail, by who may import it: the client's tests run on the real hub. Left out: convergence,
 * which proves all rules together and quotes none, and what opens windows, which runs bundles that were built before.
 */
const REACH: Readonly<Record<string, readonly string[]>> = {
  core: ['core', 'hub', 'client', 'main'],
  hub: ['hub', 'client', 'main'],
  client: ['client'],
  main: ['main'],
};

/** Test files that quote rules, by suite, as paths in a copy. */
type RuleFiles = ReadonlyMap<string, readonly string[]>;

interface Run {
  files: RuleFiles;
  failed: Failed[];
}

interface Failed {
  /** The full title. */
  title: string;
  file: string;
  why: string;
}

interface Verdict {
  fault: PlantedFault;
  caught: string[];
  elsewhere: string[];
  problem: string | null;
  ms: number;
}

/** Rules in a test's title: `[S5]`, `[S5, S6]`. */
const quotes = (title: string): string[] =>
  [...title.matchAll(/\[(S\d+(?:, S\d+)*)\]/g)].flatMap(([, rules = '']) => rules.split(', '));

const reachOf = (fault: PlantedFault): readonly string[] => REACH[fault.file.split('/')[1] ?? ''] ?? [];

/** Runs the rules' tests of some suites, or of files of theirs, in a copy. Throws where a file does not even run. */
async function runRules(
  copy: string,
  suites: readonly string[],
  files: readonly string[],
  workers: number,
): Promise<Run> {
  const reportFile = join(copy, 'report.json');
  rmSync(reportFile, { force: true });
  const { output } = await captured(
    process.execPath,
    [
      join(ROOT, 'node_modules/vitest/vitest.mjs'),
      'run',
      ...files,
      ...suites.map((name) => `--project=${name}`),
      '--testNamePattern=\\[S\\d+',
      `--maxWorkers=${workers}`,
      '--reporter=json',
      `--outputFile=${reportFile}`,
    ],
    { cwd: copy, env: { ...process.env, CI: '1', NO_COLOR: '1' }, timeoutMs: RUN_TIMEOUT_MS },
  );
  if (!existsSync(reportFile)) throw new Error(`no report: ${output.slice(-500)}`);
  const report = JSON.parse(readFileSync(reportFile, 'utf8')) as VitestReport;
  const broken = report.testResults.find((file) => file.status === 'failed' && file.assertionResults.length === 0);
  if (broken) throw new Error(`${relative(copy, broken.name)} does not run: ${broken.message.slice(0, 500)}`);
  const ruleFiles = new Map(suites.map((name): [string, string[]] => [name, []]));
  const failed: Failed[] = [];
  for (const { name, assertionResults } of report.testResults) {
    const file = relative(copy, name).replaceAll('\\', '/');
    if (assertionResults.some((test) => quotes(test.fullName).length > 0))
      ruleFiles.get(file.split('/')[1] ?? '')?.push(file);
    for (const { status, fullName, failureMessages } of assertionResults)
      if (status === 'failed') failed.push({ title: fullName, file, why: failureMessages[0]?.split('\n')[0] ?? '' });
  }
  return { files: ruleFiles, failed };
}

/** Those of some failed tests that fail again when their files run alone: a busy machine must not pass for a fault. */
async function failedAgain(copy: string, suites: readonly string[], failed: readonly Failed[]): Promise<Failed[]> {
  if (failed.length === 0) return [];
  const again = await runRules(copy, suites, [...new Set(failed.map(({ file }) => file))], 1);
  return failed.filter((one) => again.failed.some(({ title, file }) => title === one.title && file === one.file));
}

async function judge(fault: PlantedFault, copy: string, ruleFiles: RuleFiles): Promise<Verdict> {
  const startedAt = performance.now();
  const file = join(copy, fault.file);
  const sound = readFileSync(file, 'utf8');
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
      file,
      sound.replace(fault.find, () => fault.replace),
    );
    const suites = reachOf(fault);
    const files = suites.flatMap((name) => ruleFiles.get(name) ?? []);
    const { failed } = await runRules(copy, suites, files, 1);
    const isOwn = ({ title }: Failed) => quotes(title).includes(fault.rule);
    const elsewhere = await failedAgain(
      copy,
      suites,
      failed.filter(
        (test) =>
          !isOwn(test) && !quotes(test.title).some((rule) => (fault.also ?? []).some((broken) => broken === rule)),
      ),
    );
    return verdict({
      caught: failed.filter(isOwn).map(({ title }) => title),
      elsewhere: elsewhere.map(({ title, why }) => `"${title}" (${why})`),
    });
  } catch (error) {
    return verdict({ problem: error instanceof Error ? error.message : String(error) });
  } finally {
    writeFileSync(file, sound);
  }
}

function line({ fault, caught, elsewhere, problem, ms }: Verdict): string {
  const head = `${fault.rule.padEnd(4)} ${fault.says}`;
  if (problem !== null) return `✗ ${head}: ${problem}`;
  if (elsewhere.length > 0)
    return `✗ ${head}: ${caught.length > 0 ? 'caught, but also' : 'not caught, but'} fails tests of other rules: ${elsewhere.join(', ')}`;
  if (caught.length === 0) return `✗ ${head}: not caught`;
  return `✓ ${head}: caught by "${caught[0]}"${caught.length > 1 ? ` and ${caught.length - 1} more` : ''}   ${seconds(ms)}`;
}

const isGood = (verdict: Verdict) =>
  verdict.problem === null && verdict.caught.length > 0 && verdict.elsewhere.length === 0;

/** A copy of the sources, gone when this program is, also when it is stopped. */
function makeCopy(): string {
  const copy = mkdtempSync(join(tmpdir(), 'parta-mutants-'));
  process.once('exit', () => rmSync(copy, { recursive: true, force: true }));
  for (const name of COPIED) cpSync(join(ROOT, name), join(copy, name), { recursive: true });
  symlinkSync(join(ROOT, 'node_modules'), join(copy, 'node_modules'), 'junction');
  return copy;
}

/** Runs it all; answers whether every wanted rule is held by its tests. */
async function mutants(wanted: readonly string[]): Promise<boolean> {
  const rules = listedRules(readFileSync(join(ROOT, 'ARCHITECTURE.md'), 'utf8'));
  const unknown = wanted.filter((rule) => !rules.includes(rule));
  for (const rule of unknown) console.log(`✗ ${rule}: no such rule in ARCHITECTURE.md`);
  const chosen = rules.filter((rule) => wanted.length === 0 || wanted.includes(rule));
  // What reaches far takes long and begins first, so that the workers end together.
  const left = [...PLANTED, ...PLANTED_IN_CHAT]
    .filter(({ rule }) => chosen.includes(rule))
    .sort((a, b) => reachOf(b).length - reachOf(a).length);
  const bare = chosen.filter((rule) => !left.some((fault) => fault.rule === rule));
  for (const rule of bare) console.log(`✗ ${rule}: no fault is planted against it`);
  const count = left.length;
  if (count === 0) return false;

  const copies = Array.from({ length: WORKERS }, makeCopy) as [string, ...string[]];
  const startedAt = performance.now();
  // A test that fails anyway would "catch" everything.
  const suites = [...new Set(left.flatMap(reachOf))];
  const sound = await runRules(copies[0], suites, [], WORKERS);
  const unsound = await failedAgain(copies[0], suites, sound.failed);
  for (const { title, why } of unsound) console.log(`✗ fails without a fault: "${title}" (${why})`);
  if (unsound.length > 0) return false;
  console.log(`✓ all tests that quote a rule pass without a fault   ${seconds(performance.now() - startedAt)}`);

  let good = 0;
  const work = async (copy: string) => {
    for (let fault = left.shift(); fault; fault = left.shift()) {
      const verdict = await judge(fault, copy, sound.files);
      if (isGood(verdict)) good += 1;
      console.log(line(verdict));
    }
  };
  await Promise.all(copies.map(work));
  console.log(`${good} of ${count} planted faults caught by exactly their own tests`);
  return good === count && bare.length === 0 && unknown.length === 0;
}

process.exitCode = (await mutants(process.argv.slice(2))) ? 0 : 1;
