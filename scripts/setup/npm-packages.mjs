// npm packages: installed when they are missing or the lock file has changed, never otherwise, so that a second run needs
// no network. Hides: the stamp (hash of the lock file) and how an installation made by hand is recognised as good.
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { captured } from './foreground.mjs';
import { SetupError } from './steps.mjs';

const STAMP = 'node_modules/.parta-lock';

/** @typedef {{ version?: string, integrity?: string, optional?: boolean, link?: boolean }} LockEntry */

/**
 * Is what is installed what the lock file asks for?
 * @param {Record<string, LockEntry>} wanted `packages` of package-lock.json
 * @param {Record<string, LockEntry>} installed `packages` of npm's own record in node_modules
 * @returns {boolean} optional packages may be absent (they belong to other platforms), nothing else may differ
 */
export function satisfies(wanted, installed) {
  return Object.entries(wanted).every(([path, entry]) => {
    if (path === '') return true;
    const present = installed[path];
    return present ? present.version === entry.version && present.integrity === entry.integrity : !!entry.optional;
  });
}

/**
 * @param {string} lockText the lock file
 * @param {string} platform packages differ by platform, so a tree carried to another machine is not taken as good
 * @returns {string} what the stamp holds when this lock is installed
 */
export function stampOf(lockText, platform = `${process.platform}-${process.arch}`) {
  return createHash('sha256').update(`${platform}\n${lockText}`).digest('hex');
}

/**
 * @param {string} root
 * @param {(text: string) => void} note
 * @throws {SetupError} npm's own words where it failed
 */
export async function ensureNpmPackages(root, note) {
  const lockText = readFileSync(join(root, 'package-lock.json'), 'utf8');
  const stamp = stampOf(lockText);
  const stampPath = join(root, STAMP);
  if (readOr(stampPath) === stamp) return note('unchanged');

  const record = readOr(join(root, 'node_modules/.package-lock.json'));
  if (record && satisfies(JSON.parse(lockText).packages, JSON.parse(record).packages)) {
    writeFileSync(stampPath, stamp);
    return note('unchanged');
  }

  // Inside `npm start` npm names itself; it is the only way to it that holds on every platform.
  const npm = process.env['npm_execpath'];
  const args = ['ci', '--no-audit', '--no-fund', '--loglevel=error'];
  const { code, output } =
    npm && existsSync(npm)
      ? await captured(process.execPath, [npm, ...args], { cwd: root })
      : await captured(process.platform === 'win32' ? 'npm.cmd' : 'npm', args, { cwd: root });
  if (code !== 0) throw new SetupError(`npm ci failed (exit code ${code}):\n${output}`);
  writeFileSync(stampPath, stamp);
  note('installed');
}

/** @param {string} path */
function readOr(path) {
  return existsSync(path) ? readFileSync(path, 'utf8').trim() : undefined;
}
