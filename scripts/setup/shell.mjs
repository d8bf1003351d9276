// Which shell runs the app: Electron where its binary is here or can be had, else the stand-in. The choice and its reason
// are written to .parta/shell.json, which everything that opens the app reads. A refused download is remembered there, so
// that only the first run asks; deleting the file asks again.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { captured } from './foreground.mjs';
import { SetupError } from './steps.mjs';

export const PROBE_TIMEOUT_MS = 5_000;
const DOWNLOAD_TIMEOUT_MS = 20 * 60_000;
const CHOICE = '.parta/shell.json';

/**
 * @typedef {'electron' | 'stand-in'} Shell
 * @typedef {{ shell: Shell, why: string, refused?: { version: string, at: string, reason: string } }} Choice
 * @typedef {{ kind: 'use', choice: Choice } | { kind: 'fail', message: string } | { kind: 'ask' }} Decision
 */

/**
 * The rule, without the world.
 * @param {{ wish: string | undefined, hasBinary: boolean, version: string, remembered: Choice | undefined }} known
 *   `wish` is PARTA_SHELL
 * @returns {Decision} `ask`: the download has to be probed
 */
export function decideShell({ wish, hasBinary, version, remembered }) {
  if (wish !== undefined && wish !== '' && wish !== 'electron' && wish !== 'stand-in')
    return { kind: 'fail', message: `PARTA_SHELL is "${wish}"; it may be "electron" or "stand-in".` };
  const refused = remembered?.refused?.version === version ? { refused: remembered.refused } : {};
  if (wish === 'stand-in')
    return { kind: 'use', choice: { shell: 'stand-in', why: 'PARTA_SHELL asks for it', ...refused } };
  if (wish === 'electron' && !hasBinary) {
    return {
      kind: 'fail',
      message:
        `PARTA_SHELL=electron, but Electron ${version} is not in node_modules/electron/dist. ` +
        'Run "node node_modules/electron/install.js", or leave PARTA_SHELL unset.',
    };
  }
  if (hasBinary) return { kind: 'use', choice: { shell: 'electron', why: `its binary ${version} is present` } };
  if (refused.refused) {
    const why = `Electron ${version} could not be downloaded on ${refused.refused.at.slice(0, 10)} (${refused.refused.reason}); delete ${CHOICE} to ask again`;
    return { kind: 'use', choice: { shell: 'stand-in', why, ...refused } };
  }
  return { kind: 'ask' };
}

/**
 * Where Electron's own installer would download from, mirrors included.
 * @param {string} version
 * @param {NodeJS.ProcessEnv} env
 */
export function downloadUrl(version, env, platform = process.platform, arch = process.arch) {
  const setting = (/** @type {string} */ name) =>
    env[`npm_config_electron_${name}`] ??
    env[`NPM_CONFIG_ELECTRON_${name.toUpperCase()}`] ??
    env[`ELECTRON_${name.toUpperCase()}`];
  const mirror = setting('mirror') ?? 'https://github.com/electron/electron/releases/download/';
  const folder = (setting('custom_dir') ?? `v${version}`).replace('{{ version }}', version);
  return `${mirror}${folder}/electron-v${version}-${platform}-${arch}.zip`;
}

/**
 * Decides, downloads where that is the decision, and records the choice.
 * @param {string} root
 * @param {string} node24 runs the probe and Electron's installer
 * @param {(text: string) => void} note
 * @returns {Promise<Choice>}
 * @throws {SetupError} PARTA_SHELL asks for what is not there
 */
export async function chooseShell(root, node24, note) {
  const version = JSON.parse(readFileSync(join(root, 'node_modules/electron/package.json'), 'utf8')).version;
  const decision = decideShell({
    wish: process.env['PARTA_SHELL'],
    hasBinary: !!electronBinary(root),
    version,
    remembered: readChoice(root),
  });
  if (decision.kind === 'fail') throw new SetupError(decision.message);
  const choice = decision.kind === 'use' ? decision.choice : await askForElectron(root, node24, version);
  mkdirSync(join(root, '.parta'), { recursive: true });
  writeFileSync(join(root, CHOICE), `${JSON.stringify(choice, null, 2)}\n`);
  note(shellLine(choice));
  return choice;
}

/** @param {Choice} choice @returns {string} one line: which shell and why */
export function shellLine(choice) {
  return `shell: ${choice.shell}, because ${choice.why}`;
}

/**
 * The recorded choice.
 * @param {string} root
 * @returns {Choice | undefined}
 */
export function readChoice(root) {
  try {
    return JSON.parse(readFileSync(join(root, CHOICE), 'utf8'));
  } catch {
    return undefined;
  }
}

/**
 * @param {string} root
 * @returns {string | undefined} Electron's own executable, if it is there
 */
export function electronBinary(root) {
  const pathFile = join(root, 'node_modules/electron/path.txt');
  if (!existsSync(pathFile)) return undefined;
  const binary = join(root, 'node_modules/electron/dist', readFileSync(pathFile, 'utf8'));
  return existsSync(binary) ? binary : undefined;
}

/**
 * @param {string} root
 * @param {Shell} shell
 * @returns {string} the executable to start the app with
 */
export function shellExecutable(root, shell) {
  return (shell === 'electron' && electronBinary(root)) || join(root, 'test/electron/dist/electron');
}

/**
 * @param {string} root
 * @param {string} node24
 * @param {string} version
 * @returns {Promise<Choice>}
 */
async function askForElectron(root, node24, version) {
  const url = downloadUrl(version, process.env);
  // Without these, a company's proxy is not used, and the answer would be about another network than the download's.
  const env = { ...process.env, NODE_USE_ENV_PROXY: '1', ELECTRON_GET_USE_PROXY: '1' };
  const probe = `
    const answer = await fetch(${JSON.stringify(url)}, { method: 'HEAD', signal: AbortSignal.timeout(${PROBE_TIMEOUT_MS}) })
      .catch((error) => ({ ok: false, status: error.cause?.code ?? error.name }));
    console.log(answer.ok ? 'ok' : typeof answer.status === 'number' ? 'answer ' + answer.status : 'no answer: ' + answer.status);
    process.exit(0);`;
  const { output } = await captured(node24, ['--input-type=module', '--eval', probe], {
    env,
    timeoutMs: PROBE_TIMEOUT_MS + 1_000,
  });
  const answer = output.trim().split('\n').at(-1) ?? '';
  if (answer !== 'ok') return refusal(version, /^(no )?answer/.test(answer) ? answer : 'no answer within 5 s');

  process.stderr.write('downloading Electron\n');
  const { code } = await captured(node24, [join(root, 'node_modules/electron/install.js')], {
    env,
    timeoutMs: DOWNLOAD_TIMEOUT_MS,
    onOutput: (chunk) => process.stderr.write(chunk),
  });
  if (code === 0 && electronBinary(root))
    return { shell: 'electron', why: `version ${version} was downloaded just now` };
  return refusal(version, `the download failed, exit code ${code}`);
}

/** @param {string} version @param {string} reason @returns {Choice} */
function refusal(version, reason) {
  return {
    shell: 'stand-in',
    why: `Electron ${version} cannot be downloaded here (${reason})`,
    refused: { version, at: new Date().toISOString(), reason },
  };
}
