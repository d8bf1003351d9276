// Promises: starts the app in the shell this machine has, for tests and tools that do not know which it is: Electron where its
// binary is present, else the stand-in. PARTA_SHELL=electron never falls back. Hides: how Electron's own launcher is told.
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { _electron, type ElectronApplication } from 'playwright';

export type ShellName = 'electron' | 'stand-in';
export interface Shell {
  shell: ShellName;
  why: string;
}

const ROOT = resolve(import.meta.dirname, '..', '..');
const ELECTRON = join(ROOT, 'node_modules', 'electron');
/** For Electron's own launcher (`npx electron .`, Playwright). */
export const DIST_DIR = join(import.meta.dirname, 'dist');
/** For electron-vite (`dev`, `preview`): ELECTRON_EXEC_PATH. */
export const EXECUTABLE = join(DIST_DIR, 'electron');
export const LAUNCH_TIMEOUT_MS = 60_000;

/** Electron's binary as its own package would find it. */
function hasBinary(electronDir: string): boolean {
  const pathFile = join(electronDir, 'path.txt');
  return existsSync(pathFile) && existsSync(join(electronDir, 'dist', readFileSync(pathFile, 'utf8')));
}

/**
 * Which shell to use, and why: what PARTA_SHELL says, else what `.parta/shell.json` recorded, else Electron where its binary is.
 * Throws where Electron is demanded and its binary is missing, and for an unknown name.
 */
export function chooseShell(env: NodeJS.ProcessEnv = process.env, root: string = ROOT): Shell {
  const isPresent = hasBinary(join(root, 'node_modules', 'electron'));
  const wanted = env.PARTA_SHELL;
  if (wanted === 'stand-in') return { shell: wanted, why: 'PARTA_SHELL says so' };
  if (wanted === 'electron') {
    if (!isPresent) throw new Error(`PARTA_SHELL=electron, but there is no Electron binary in ${ELECTRON}/dist`);
    return { shell: wanted, why: 'PARTA_SHELL says so' };
  }
  if (wanted) throw new Error(`PARTA_SHELL=${wanted}: neither "electron" nor "stand-in"`);
  if (isPresent) return { shell: 'electron', why: 'its binary is present' };
  const record = join(root, '.parta', 'shell.json');
  const recorded = existsSync(record) ? (JSON.parse(readFileSync(record, 'utf8')) as Partial<Shell>) : {};
  return {
    shell: 'stand-in',
    why: recorded.shell === 'stand-in' && recorded.why ? recorded.why : 'no Electron binary here',
  };
}

/** One line for people: which shell, and why. */
export function shellLine(choice: Shell = chooseShell()): string {
  return `shell: ${choice.shell} (${choice.why})`;
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
  // Electron's package reads this one in our process, not in the app's.
  Object.assign(process.env, shellEnvironment());
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
