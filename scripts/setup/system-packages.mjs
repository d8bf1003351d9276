// What comes from the operating system: a browser (pupils' pages, the stand-in), a virtual display where there is none, an
// emoji font so that pictures show what a class writes. Installed where that is allowed; elsewhere the command is named.
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { captured } from './foreground.mjs';
import { SetupError } from './steps.mjs';

const APT_TIMEOUT_MS = 10 * 60_000;
const EMOJI_FONTS = [
  '/usr/share/fonts/truetype/noto/NotoColorEmoji.ttf',
  '/usr/share/fonts/noto/NotoColorEmoji.ttf',
  '/usr/share/fonts/google-noto-emoji/NotoColorEmoji.ttf',
];

/** @typedef {{ name: string, required: boolean }} SystemPackage */

/**
 * @param {{ hasChromium: boolean, hasXvfb: boolean, hasEmojiFont: boolean, hasDisplay: boolean }} machine
 * @param {{ shell: 'electron' | 'stand-in', onlyTheApp: boolean }} need `onlyTheApp`: no pupil's page is opened
 * @returns {SystemPackage[]} Debian packages that are missing
 */
export function missingPackages(machine, need) {
  /** @type {SystemPackage[]} */
  const missing = [];
  const needsBrowser = need.shell === 'stand-in' || !need.onlyTheApp;
  if (needsBrowser && !machine.hasChromium) missing.push({ name: 'chromium', required: true });
  if (!machine.hasDisplay && !machine.hasXvfb) missing.push({ name: 'xvfb', required: true });
  if (!machine.hasEmojiFont) missing.push({ name: 'fonts-noto-color-emoji', required: false });
  return missing;
}

/**
 * @param {'electron' | 'stand-in'} shell
 * @param {boolean} onlyTheApp
 * @param {(text: string) => void} note
 * @throws {SetupError} names the command to run
 */
export async function ensureSystemPackages(shell, onlyTheApp, note) {
  if (process.platform !== 'linux') return note(`nothing to install on ${process.platform}`);
  const missing = missingPackages(
    {
      hasChromium: !!process.env['PARTA_STANDIN_CHROMIUM'] || onPath('chromium'),
      hasXvfb: onPath('Xvfb'),
      hasEmojiFont: EMOJI_FONTS.some((path) => existsSync(path)),
      hasDisplay: !!process.env['DISPLAY'],
    },
    { shell, onlyTheApp },
  );
  return missing.length === 0 ? note('present') : install(missing, note);
}

/**
 * Programs that some command needs besides: peers that ours is measured against.
 * @param {readonly { program: string, name: string }[]} wanted programs and the Debian packages that have them
 * @throws {SetupError} names the command to run
 */
export async function ensurePrograms(wanted) {
  const missing = wanted.filter(({ program }) => !onPath(program)).map(({ name }) => ({ name, required: true }));
  if (missing.length > 0) await install(missing, (text) => process.stderr.write(`${text}\n`));
}

/**
 * @param {readonly SystemPackage[]} missing
 * @param {(text: string) => void} note
 */
async function install(missing, note) {
  const names = missing.map((one) => one.name);
  const required = missing.filter((one) => one.required).map((one) => one.name);
  const byHand = `apt-get update && apt-get install -y --no-install-recommends ${names.join(' ')}`;
  const giveUp = (/** @type {string} */ sentence) => {
    if (required.length > 0) throw new SetupError(sentence);
    note(`${sentence} Going on without: pictures may show boxes for emoji.`);
  };
  if (!onPath('apt-get')) {
    return giveUp(
      `This is not Debian: please install ${names.join(', ')} (or what your system calls them); ` +
        'PARTA_STANDIN_CHROMIUM=/path/to/chromium names a browser that is elsewhere.',
    );
  }
  if (process.getuid?.() !== 0) return giveUp(`Missing: ${names.join(', ')}. Please run: sudo sh -c '${byHand}'.`);

  // RUNLEVEL 1: what is installed here is a program to run, no service to start.
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive', RUNLEVEL: '1' };
  const patience = ['-o', 'Acquire::Retries=2', '-o', 'Acquire::http::Timeout=30', '-o', 'Acquire::https::Timeout=30'];
  // A failed update is not the end: the lists may be good already.
  await captured('apt-get', [...patience, 'update'], { env, timeoutMs: APT_TIMEOUT_MS });
  const { code, output } = await captured(
    'apt-get',
    [...patience, 'install', '-y', '--no-install-recommends', ...names],
    { env, timeoutMs: APT_TIMEOUT_MS },
  );
  if (code !== 0) return giveUp(`${output}\nCould not install ${names.join(', ')}. Please run: ${byHand}.`);
  note(`installed ${names.join(', ')}`);
}

/** @param {string} program */
export function onPath(program) {
  return (process.env['PATH'] ?? '').split(delimiter).some((folder) => folder && existsSync(join(folder, program)));
}
