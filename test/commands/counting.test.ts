// What `npm test` counts: nothing broken may look green, and the pupil's page is weighed by what it really loads at once.
import { describe, expect, test } from 'vitest';
import { firstLoadFiles } from '../../scripts/student-size.ts';
import {
  SUITES,
  countLine,
  countReport,
  failuresIn,
  outcomeLine,
  runSuite,
  runSuites,
  total,
  type VitestReport,
} from '../../scripts/suites.ts';

const report = (counts: Partial<VitestReport>): VitestReport => ({
  numPassedTests: 0,
  numFailedTests: 0,
  numPendingTests: 0,
  numTodoTests: 0,
  testResults: [],
  ...counts,
});
const file = (status: string) => ({ name: 'a.test.ts', status, message: '', assertionResults: [] });

describe('a Vitest report', () => {
  test('is counted as it says', () => {
    const counted = countReport(
      report({ numPassedTests: 3, numFailedTests: 1, numPendingTests: 1, numTodoTests: 1 }),
      1,
    );
    expect(counted).toEqual({ passed: 3, failed: 1, skipped: 2 });
  });

  test('without any test is a failure', () => {
    expect(countReport(report({}), 0).failed).toBe(1);
    expect(countReport(undefined, 1).failed).toBe(1);
  });

  test('with a file that does not load, or an error outside the tests, is a failure', () => {
    expect(countReport(report({ numPassedTests: 2, testResults: [file('failed'), file('passed')] }), 1).failed).toBe(1);
    expect(countReport(report({ numPassedTests: 2 }), 1).failed).toBe(1);
    expect(countReport(report({ numPassedTests: 2 }), 0).failed).toBe(0);
  });
});

describe('suites', () => {
  const result = { passed: 1, failed: 0, skipped: 0, output: '' };

  test('names are told apart', () => {
    expect(new Set(SUITES.map(({ name }) => name)).size).toBe(SUITES.length);
  });

  test('a suite that breaks down fails', async () => {
    const outcome = await runSuite({ name: 'x', lane: 'code', run: () => Promise.reject(new Error('broken')) });
    expect(outcome).toMatchObject({ passed: 0, failed: 1, output: 'broken' });
  });

  test('of one lane run one after another, in order', async () => {
    const events: string[] = [];
    const suite = (name: string, lane: 'code' | 'windows') => ({
      name,
      lane,
      async run() {
        events.push(`${name} begins`);
        await Promise.resolve();
        events.push(`${name} ends`);
        return result;
      },
    });
    const outcomes = await runSuites([suite('a', 'code'), suite('b', 'code'), suite('w', 'windows')], () => {});
    expect(events.filter((event) => !event.startsWith('w'))).toEqual(['a begins', 'a ends', 'b begins', 'b ends']);
    expect(total(outcomes)).toEqual({ passed: 3, failed: 0, skipped: 0 });
  });

  test('what failed is named in few words: tests, files, and what went wrong outside of them', () => {
    const output = [
      'x··',
      ' FAIL  |core| test/core/a.test.ts > sums > two and two',
      'AssertionError: expected 5 to be 4',
      '⎯⎯⎯ Unhandled Errors ⎯⎯⎯',
      '',
      'Vitest caught 1 unhandled error during the test run.',
      '⎯⎯⎯⎯ Unhandled Rejection ⎯⎯⎯⎯⎯',
      'Error: loose',
      ' ❯ Timeout._onTimeout test/core/b.test.ts:2:66',
      '⎯⎯⎯⎯ Uncaught Exception ⎯⎯⎯⎯⎯',
      'Error: read ECONNRESET',
    ];
    expect(failuresIn(output.join('\n'))).toEqual([
      'FAIL  |core| test/core/a.test.ts > sums > two and two — AssertionError: expected 5 to be 4',
      'Unhandled Rejection — Error: loose ❯ Timeout._onTimeout test/core/b.test.ts:2:66',
      'Uncaught Exception — Error: read ECONNRESET',
    ]);
  });

  test('the lines have the promised form', () => {
    expect(countLine({ passed: 12, failed: 0, skipped: 1 })).toBe('12 passed, 0 failed, 1 skipped');
    expect(outcomeLine({ suite: 'hub', ms: 3_200, ...result })).toMatch(
      /^✓ hub +1 passed, 0 failed, 0 skipped +3\.2 s$/,
    );
  });
});

test('what the pupil’s page loads is all it imports, each once, but for what is fetched on demand', () => {
  const manifest = {
    'index.html': {
      file: 'assets/index.js',
      isEntry: true,
      imports: ['_shared.js', '_react.js'],
      dynamicImports: ['../client/class-store.ts', '../../node_modules/tus-js-client/index.js'],
    },
    '_shared.js': { file: 'assets/shared.js', imports: ['_react.js', 'index.html'] },
    '_react.js': { file: 'assets/react.js' },
    '../client/class-store.ts': { file: 'assets/store.js', imports: ['_react.js'] },
    '../../node_modules/tus-js-client/index.js': { file: 'assets/tus.js', imports: ['_shared.js'] },
  };
  const files = firstLoadFiles(manifest).map((file) => file.replace('assets/', ''));
  expect(files.sort()).toEqual(['index.js', 'react.js', 'shared.js', 'store.js']);
});
