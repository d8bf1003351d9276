// Promises: starts the app in the shell this machine has, for tests and tools that do not know which it is: Electron where its
// binary is present, else the stand-in. PARTA_SHELL=electron never falls back. Hides: how Electron's own launcher is told.
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { _electron, type ElectronApplication } from 'playwright';
import { decideShell, electronBinary, readChoice, shellLine as lineOf } from '../../scripts/setup/shell.mjs';
import { openDisplay } from './chromium.ts';

export type ShellName = 'electron' | 'stand-in';
export interface Shell {
  shell: ShellName;
  why: string;
}

const ROOT = resolve(import.meta.dirname, '..', '..');
/** For Electron's own launcher (`npx electron .`, Playwright). */
export const DIST_DIR = join(import.meta.dirname, 'dist');
/** For electron-vite (`dev`, `preview`): ELECTRON_EXEC_PATH. */
export const EXECUTABLE = join(DIST_DIR, 'electron');
export const LAUNCH_TIMEOUT_MS = 60_000;

/**
 * Which shell to use, and why: what PARTA_SHELL says, else Electron where its binary is, else the stand-in with the reason that
 * `.parta/shell.json` recorded. Throws where Electron is demanded and its binary is missing, and for an unknown name.
 */
export function chooseShell(env: NodeJS.ProcessEnv = process.env, root: string = ROOT): Shell {
  const manifest = readFileSync(join(ROOT, 'node_modules', 'electron', 'package.json'), 'utf8');
  const decision = decideShell({
    wish: env.PARTA_SHELL,
    hasBinary: electronBinary(root) !== undefined,
    version: (JSON.parse(manifest) as { version: string }).version,
    remembered: readChoice(root),
  });
  if (decision.kind === 'fail') throw new Error(decision.message);
  if (decision.kind === 'ask')
    return { shell: 'stand-in', why: 'no Electron binary is here, and none was asked for yet' };
  return { shell: decision.choice.shell, why: decision.choice.why };
}

/** One line for people: which shell, and why. */
export function shellLine(choice: Shell = chooseShell()): string {
  return lineOf(choice);
}

/** What must be in the environment of whoever starts `electron`, so that the choice holds. */
export function shellEnvironment(choice: Shell = chooseShell()): Record<string, string> {
  return choice.shell === 'stand-in' ? { ELECTRON_OVERRIDE_DIST_PATH: DIST_DIR, ELECTRON_EXEC_PATH: EXECUTABLE } : {};
}

export interface Launch {
  /** The app's userData folder: a profile of its own. */
  userData: string;
  env?: Record<string, string>;
  /** More arguments for the app, after its path. */
  args?: string[];
  /** The folder of the app; Parta itself where it is not given. */
  app?: string;
  /** What the app writes to stderr, as it comes. */
  onError?: (text: string) => void;
}

/** Starts the built app. Resolves as soon as it is ready (its window may not be there yet); rejects if it ends before. */
export async function launchParta({
  userData,
  env = {},
  args = [],
  app = ROOT,
  onError,
}: Launch): Promise<ElectronApplication> {
  const choice = chooseShell();
  // Electron's package reads this in our process, not in the app's.
  Object.assign(process.env, shellEnvironment(choice));
  // The stand-in brings its own display where there is none; Electron needs one from outside.
  if (choice.shell === 'electron' && process.platform === 'linux') process.env.DISPLAY ??= await openDisplay();
  const launched = await _electron.launch({
    args: [app, `--user-data-dir=${userData}`, ...args],
    cwd: ROOT,
    env: { ...(process.env as Record<string, string>), ...env },
    colorScheme: null, // else Playwright overrides the app's own theme
    timeout: LAUNCH_TIMEOUT_MS,
  });
  if (onError) launched.process().stderr?.on('data', (chunk: Buffer) => onError(String(chunk)));
  return launched;
}
