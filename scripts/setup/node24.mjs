// Node 24, under which all commands run: it comes as an npm package per platform, so nobody has to install it.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { SetupError } from './steps.mjs';

/** Runs TypeScript as it is and has node:sqlite. */
export const NODE_MAJOR = 24;
/** The least that the bootstrap itself runs on. */
export const BOOTSTRAP_NODE = [20, 19];

/**
 * @param {string} version `20.20.2`
 * @param {readonly number[]} least
 */
export function isAtLeast(version, least) {
  const parts = version.replace(/^v/, '').split('.').map(Number);
  for (const [index, wanted] of least.entries()) {
    const part = parts[index] ?? 0;
    if (part !== wanted) return part > wanted;
  }
  return true;
}

/**
 * @param {NodeJS.Platform} platform
 * @param {string} arch
 * @returns {string} where the platform's package keeps its binary, relative to the project
 */
export function packagedNode(platform, arch) {
  return platform === 'win32'
    ? `node_modules/node-win-${arch}/bin/node.exe`
    : `node_modules/node-${platform}-${arch}/bin/node`;
}

/**
 * @param {string} root
 * @param {(text: string) => void} note
 * @returns {string} path of a Node of at least NODE_MAJOR
 * @throws {SetupError} neither the package nor the running Node will do
 */
export function findNode24(root, note) {
  const packaged = join(root, packagedNode(process.platform, process.arch));
  if (existsSync(packaged)) {
    const version = spawnSync(packaged, ['--version'], { encoding: 'utf8' }).stdout?.trim() ?? '';
    if (isAtLeast(version, [NODE_MAJOR])) {
      note(version);
      return packaged;
    }
  }
  if (isAtLeast(process.versions.node, [NODE_MAJOR])) {
    note(`the running one, ${process.version}`);
    return process.execPath;
  }
  throw new SetupError(
    `There is no packaged Node ${NODE_MAJOR} for ${process.platform}-${process.arch} and the running one is ${process.version}. ` +
      `Install Node ${NODE_MAJOR} (https://nodejs.org) and run the command with it.`,
  );
}
