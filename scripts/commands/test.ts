// `npm test [-- SUITE …]`: all suites, or the named ones. One line per suite as it ends, what failed ones printed, the names
// of what failed, the shell's line, and a last line for all: `N passed, N failed, N skipped`. Exit code 1 when anything failed.
import { openDisplay } from '../display.ts';
import { readChoice, shellLine } from '../setup/shell.mjs';
import { WINDOW_SUITES } from '../setup/steps.mjs';
import { ROOT, SUITES, countLine, failuresIn, outcomeLine, runSuites, total, type Suite } from '../suites.ts';

const names = process.argv.slice(2);
const unknown = names.filter((name) => !SUITES.some((suite) => suite.name === name));
if (unknown.length > 0) {
  console.error(`No such suite: ${unknown.join(', ')}. There are: ${SUITES.map((suite) => suite.name).join(', ')}.`);
  process.exit(1);
}
const opensWindows = ({ name }: Suite) => WINDOW_SUITES.includes(name);
const chosen = SUITES.filter(
  (suite) =>
    names.length === 0 ||
    names.includes(suite.name) ||
    // Windows show what was built: never something stale.
    (suite.name === 'build' && names.some((name) => WINDOW_SUITES.includes(name) && name !== 'stand-in')),
);

const shell = readChoice(ROOT);
// The stand-in brings its own display; Electron needs one from outside.
const display = shell?.shell === 'electron' && chosen.some(opensWindows) ? await openDisplay() : undefined;
if (display?.isVirtual) process.env['DISPLAY'] = display.name;

const outcomes = await runSuites(chosen, (outcome) => {
  console.log(outcomeLine(outcome));
  if (outcome.failed > 0) console.log(`${outcome.output.trimEnd()}\n`);
});
const sum = total(outcomes);
for (const { suite, output } of outcomes.filter(({ failed }) => failed > 0))
  console.log([`failed: ${suite}`, ...failuresIn(output)].join('\n  '));
console.log(
  chosen.some(opensWindows) && shell ? shellLine(shell) : 'shell: none, because no suite that opens the app was run',
);
console.log(countLine(sum));
await display?.stop();
process.exit(sum.failed > 0 ? 1 : 0);
