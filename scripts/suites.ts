// All that `npm test` and `npm run check` can run, each as a suite with a count: compilers and linters count as one test,
// Vitest projects as many as they collect. Promises: a suite that collects no test fails; a suite that breaks outside its
// tests fails; the output of a failed suite is kept. Hides the tools and how each tells its result.
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensureBundles } from './setup/bundles.mjs';
import { captured } from './setup/foreground.mjs';
import { seconds } from './setup/steps.mjs';

export const ROOT = join(import.meta.dirname, '..');
const TOOL_TIMEOUT_MS = 5 * 60_000;
const SUITE_TIMEOUT_MS = 30 * 60_000;
/** As many seeds as the issue asks of every `npm test`. */
const CONVERGENCE_SEEDS = '500';

export interface Outcome {
  readonly suite: string;
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
  readonly ms: number;
  /** What the tool printed; shown when something failed. */
  readonly output: string;
}

export interface Suite {
  readonly name: string;
  /** Suites of one lane run one after another, the two lanes beside each other. `windows` opens windows and browsers. */
  readonly lane: 'code' | 'windows';
  run(): Promise<Omit<Outcome, 'suite' | 'ms'>>;
}

export const STATIC_SUITES = ['types', 'lint', 'format', 'architecture'] as const;

/** Every suite, in the order in which it is told. */
export const SUITES: readonly Suite[] = [
  // Forced: a changed lib does not make TypeScript 7 look again, and a whole look takes seconds.
  tool('types', 'code', ['node_modules/typescript/bin/tsc', '-b', '--force']),
  tool('lint', 'code', ['node_modules/oxlint/bin/oxlint', '--deny-warnings', '.']),
  tool('format', 'code', [
    'node_modules/prettier/bin/prettier.cjs',
    '--check',
    '--log-level=warn',
    '--cache',
    '--cache-location=node_modules/.cache/prettier-cache.json',
    '.',
  ]),
  vitest('architecture', 'code'),
  vitest('core', 'code'),
  vitest('commands', 'code'),
  vitest('main', 'code'),
  vitest('hub', 'code'),
  vitest('client', 'code'),
  vitest('convergence', 'code'),
  { name: 'build', lane: 'windows', run: build },
  vitest('stand-in', 'windows'),
  vitest('ui', 'windows'),
  vitest('e2e', 'windows'),
  vitest('gallery', 'windows'),
];

/** What of a Vitest JSON report is read. */
export interface VitestReport {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly numPendingTests: number;
  readonly numTodoTests: number;
  readonly testResults: readonly {
    readonly name: string;
    readonly status: string;
    /** Why the file as a whole failed; empty otherwise. */
    readonly message: string;
    readonly assertionResults: readonly {
      readonly fullName: string;
      readonly title: string;
      readonly status: string;
      readonly failureMessages: readonly string[];
    }[];
  }[];
}

/**
 * Counts a report so that nothing broken counts as green.
 * @param report undefined where Vitest wrote none
 * @param exitCode of the run; not 0 with all tests green means an error outside the tests
 */
export function countReport(
  report: VitestReport | undefined,
  exitCode: number,
): Pick<Outcome, 'passed' | 'failed' | 'skipped'> {
  const passed = report?.numPassedTests ?? 0;
  const skipped = (report?.numPendingTests ?? 0) + (report?.numTodoTests ?? 0);
  const brokenFiles =
    report?.testResults.filter((file) => file.status === 'failed' && file.assertionResults.length === 0).length ?? 0;
  const failed = (report?.numFailedTests ?? 0) + brokenFiles;
  const isEmpty = passed + failed + skipped === 0;
  return { passed, skipped, failed: failed === 0 && (isEmpty || exitCode !== 0) ? 1 : failed };
}

/** One suite, timed, its own breakdown counted as a failure. */
export async function runSuite(suite: Suite): Promise<Outcome> {
  const startedAt = performance.now();
  const result = await suite.run().catch((error: unknown) => ({
    passed: 0,
    failed: 1,
    skipped: 0,
    output: error instanceof Error ? error.message : String(error),
  }));
  return { suite: suite.name, ms: performance.now() - startedAt, ...result };
}

/** Runs suites, the lanes beside each other; `tell` hears of each as it ends. */
export async function runSuites(suites: readonly Suite[], tell: (outcome: Outcome) => void): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  const lane = async (name: Suite['lane']) => {
    for (const suite of suites.filter((one) => one.lane === name)) {
      const outcome = await runSuite(suite);
      outcomes.push(outcome);
      tell(outcome);
    }
  };
  await Promise.all([lane('code'), lane('windows')]);
  return outcomes;
}

/** `hub            48 passed, 0 failed, 0 skipped   3.2 s` */
export function outcomeLine({ suite, passed, failed, skipped, ms }: Outcome): string {
  return `${failed ? '✗' : '✓'} ${suite.padEnd(13)} ${countLine({ passed, failed, skipped })}   ${seconds(ms)}`;
}

/** What went wrong in a suite's output, by name and first words: the whole may be longer than what is kept of a run. */
export function failuresIn(output: string): string[] {
  const lines = output.split('\n').map((line) => line.trim());
  return lines.flatMap((line, n) => {
    if (line.startsWith('FAIL ')) return [`${line} — ${lines[n + 1]}`];
    const [, outside] = /^⎯+ (Un(?!handled Errors)\w+ \w+) ⎯+$/.exec(line) ?? [];
    if (outside === undefined) return [];
    const place = lines.slice(n + 2).find((one) => one.startsWith('❯'));
    return [`${outside} — ${[lines[n + 1], place].filter(Boolean).join(' ')}`];
  });
}

export function countLine({ passed, failed, skipped }: Pick<Outcome, 'passed' | 'failed' | 'skipped'>): string {
  return `${passed} passed, ${failed} failed, ${skipped} skipped`;
}

export function total(outcomes: readonly Outcome[]): Pick<Outcome, 'passed' | 'failed' | 'skipped'> {
  const sum = (key: 'passed' | 'failed' | 'skipped') => outcomes.reduce((n, outcome) => n + outcome[key], 0);
  return { passed: sum('passed'), failed: sum('failed'), skipped: sum('skipped') };
}

function tool(name: string, lane: Suite['lane'], args: readonly string[]): Suite {
  return {
    name,
    lane,
    async run() {
      const { code, output } = await captured(process.execPath, args, { cwd: ROOT, timeoutMs: TOOL_TIMEOUT_MS });
      return { passed: code === 0 ? 1 : 0, failed: code === 0 ? 0 : 1, skipped: 0, output };
    },
  };
}

async function build(): Promise<Omit<Outcome, 'suite' | 'ms'>> {
  let output = '';
  await ensureBundles(ROOT, process.execPath, ['app', 'student'], (note) => (output = note));
  return { passed: 1, failed: 0, skipped: 0, output };
}

function vitest(name: string, lane: Suite['lane']): Suite {
  return {
    name,
    lane,
    async run() {
      const folder = mkdtempSync(join(tmpdir(), `parta-suite-${name}-`));
      const reportPath = join(folder, 'report.json');
      // Two lanes share the machine.
      const workers = Math.max(1, Math.floor(availableParallelism() / 2));
      try {
        const { code, output } = await captured(
          process.execPath,
          [
            'node_modules/vitest/vitest.mjs',
            'run',
            `--project=${name}`,
            `--maxWorkers=${workers}`,
            '--no-color',
            '--reporter=dot',
            '--reporter=json',
            `--outputFile.json=${reportPath}`,
          ],
          {
            cwd: ROOT,
            env: { PARTA_SEEDS: CONVERGENCE_SEEDS, ...process.env, CI: '1', NO_COLOR: '1' },
            timeoutMs: SUITE_TIMEOUT_MS,
          },
        );
        const report = existsSync(reportPath)
          ? (JSON.parse(readFileSync(reportPath, 'utf8')) as VitestReport)
          : undefined;
        return { ...countReport(report, code), output };
      } finally {
        rmSync(folder, { recursive: true, force: true });
      }
    },
  };
}
