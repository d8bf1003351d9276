// The way into every command: `node scripts/run.mjs NAME [arguments]`, behind `npm start`, `npm test` and the rest.
// Promises: runs on Node 20 without any dependency, from a bare clone, also without .git, as root, without a display; sets
// up only what the command needs, in numbered steps on stderr; then runs scripts/commands/NAME.ts under Node 24 with
// node_modules/.bin first on the PATH, and ends with its exit code. A second run needs no network. Ctrl+C ends `start` with 0 at
// any moment: whoever stops it has what he wanted; it ends every other command unfinished, with 130.
import { existsSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ensureBundles } from './setup/bundles.mjs';
import { foreground } from './setup/foreground.mjs';
import { BOOTSTRAP_NODE, findNode24, isAtLeast } from './setup/node24.mjs';
import { ensureNpmPackages } from './setup/npm-packages.mjs';
import { chooseShell } from './setup/shell.mjs';
import { COMMANDS, SetupError, numberedSteps, stepsFor } from './setup/steps.mjs';
import { ensureSystemPackages } from './setup/system-packages.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const [command = '', ...args] = process.argv.slice(2);

let wasStopped = false;
const SIGNAL_CODES_FROM = 128;
if (command === 'start') {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => (wasStopped = true));
  process.on('exit', (code) => {
    if (wasStopped && code > SIGNAL_CODES_FROM) process.exitCode = 0;
  });
}

/** @returns {Promise<number>} exit code */
async function run() {
  const script = join(root, 'scripts/commands', `${command}.ts`);
  if (!COMMANDS.includes(command))
    throw new SetupError(`There is no command "${command}". There are: ${COMMANDS.join(', ')}.`);
  if (!existsSync(script))
    throw new SetupError(`The command "${command}" is not written yet: scripts/commands/${command}.ts.`);

  const wanted = stepsFor(command, args);
  const { step } = numberedSteps(wanted.length);
  let node24 = process.execPath;
  /** @type {import('./setup/shell.mjs').Shell} */
  let shell = 'stand-in';
  /** @type {Record<import('./setup/steps.mjs').StepName, () => Promise<void>>} */
  const doStep = {
    node: () =>
      step(`Node ${process.versions.node}`, (note) => {
        const least = BOOTSTRAP_NODE.join('.');
        if (!isAtLeast(process.versions.node, BOOTSTRAP_NODE))
          throw new SetupError(`Node ${least} or newer is needed to set up; this is ${process.version}.`);
        note(`${least} or newer is enough`);
      }),
    packages: () => step('npm packages', (note) => ensureNpmPackages(root, note)),
    node24: () =>
      step('Node 24 for the commands', (note) => {
        node24 = findNode24(root, note);
      }),
    shell: () =>
      step('Electron or its stand-in', async (note) => {
        shell = (await chooseShell(root, node24, note)).shell;
      }),
    system: () => step('system packages', (note) => ensureSystemPackages(shell, command === 'start', note)),
    bundles: () => step('build', (note) => ensureBundles(root, node24, ['app', 'student'], note)),
    'student-bundle': () => step("pupil's page", (note) => ensureBundles(root, node24, ['student'], note)),
  };
  for (const name of wanted) {
    await doStep[name]();
    if (wasStopped) return 0;
  }

  const env = {
    ...process.env,
    PATH: [join(root, 'node_modules/.bin'), dirname(node24), process.env['PATH']].join(delimiter),
  };
  return foreground(node24, [script, ...args], { cwd: root, env });
}

try {
  process.exitCode = await run();
} catch (error) {
  if (!(error instanceof SetupError)) throw error;
  process.stderr.write(`\n${error.message}\n`);
  process.exitCode = 1;
}
