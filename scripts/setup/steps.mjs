// Which preparations a command needs, in which order, and how they are told: numbered lines with seconds on stderr, because
// some commands promise JSON as the last line of stdout.
import { performance } from 'node:perf_hooks';

/** @typedef {'node' | 'packages' | 'node24' | 'shell' | 'system' | 'bundles' | 'student-bundle'} StepName */

/** Suites of `npm test` that open windows or pages, and so need the shell and a browser. */
export const WINDOW_SUITES = ['ui', 'stand-in', 'e2e', 'gallery'];

/** @type {readonly StepName[]} */
const ALWAYS = ['node', 'packages', 'node24'];

/** @type {Readonly<Record<string, readonly StepName[]>>} */
const NEEDS = {
  start: ['shell', 'system', 'bundles'],
  dev: ['shell', 'system'],
  build: ['bundles'],
  check: [],
  hub: ['student-bundle'],
  demo: ['shell', 'system', 'bundles'],
  gallery: ['shell', 'system', 'bundles'],
  bench: ['shell', 'system', 'bundles'],
  faults: [],
  mutants: [],
  soak: ['shell', 'system', 'bundles'],
};

/** The commands that exist, for the message to someone who mistyped one. */
export const COMMANDS = ['test', ...Object.keys(NEEDS)].sort();

/**
 * @param {string} command
 * @param {readonly string[]} args as typed after the command
 * @returns {readonly StepName[]} in order; `test` prepares only what the named suites need and builds by itself
 */
export function stepsFor(command, args) {
  if (command === 'test') {
    const suites = args.filter((arg) => !arg.startsWith('-'));
    const windows = suites.length === 0 || suites.some((suite) => WINDOW_SUITES.includes(suite));
    return windows ? [...ALWAYS, 'shell', 'system'] : ALWAYS;
  }
  return [...ALWAYS, ...(NEEDS[command] ?? [])];
}

/**
 * @param {number} ms
 * @returns {string} `0.4 s`, `21 s`
 */
export function seconds(ms) {
  return ms < 9950 ? `${(ms / 1000).toFixed(1)} s` : `${Math.round(ms / 1000)} s`;
}

/**
 * A teller of numbered steps.
 * @param {number} total
 * @param {(text: string) => void} [write]
 */
export function numberedSteps(total, write = (text) => process.stderr.write(text)) {
  let number = 0;
  return {
    /**
     * Tells the title, does the work, tells the seconds and what came of it. An error ends the line and goes on up.
     * @template T
     * @param {string} title
     * @param {(note: (text: string) => void) => T | Promise<T>} work `note` sets the remark in brackets
     * @returns {Promise<T>}
     */
    async step(title, work) {
      number += 1;
      write(`[${number}/${total}] ${title} … `);
      const startedAt = performance.now();
      let remark = '';
      try {
        const result = await work((text) => (remark = text));
        write(`${seconds(performance.now() - startedAt)}${remark && ` (${remark})`}\n`);
        return result;
      } catch (error) {
        write('failed\n');
        throw error;
      }
    },
  };
}

/** An error whose message is meant for the person at the keyboard: shown without a stack. */
export class SetupError extends Error {}
