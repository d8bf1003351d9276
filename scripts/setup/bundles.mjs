// The built app (out/main, out/preload, out/renderer) and the pupil's page (out/student): made anew only when something
// they are made of has changed. Hides: what each is made of, and the stamp beside it (a hash over names and contents).
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { captured } from './foreground.mjs';
import { SetupError } from './steps.mjs';

const SHARED = ['package.json', 'package-lock.json', 'tsconfig.base.json', 'src/core', 'src/client', 'src/ui'];

/** @typedef {'app' | 'student'} Bundle */

/** @type {Readonly<Record<Bundle, { sources: string[], results: string[], tool: string[] }>>} */
export const BUNDLES = {
  app: {
    sources: [
      ...SHARED,
      'electron.vite.config.ts',
      'src/main',
      'src/hub',
      'src/preload',
      'src/renderer',
      'resources/icons',
    ],
    results: ['out/main/index.js', 'out/main/hub.js', 'out/preload/index.cjs', 'out/renderer/index.html'],
    tool: ['node_modules/electron-vite/bin/electron-vite.js', 'build'],
  },
  student: {
    sources: [...SHARED, 'vite.student.config.ts', 'src/student'],
    results: ['out/student/index.html'],
    tool: ['node_modules/vite/bin/vite.js', 'build', '--config', 'vite.student.config.ts'],
  },
};

/**
 * @param {string} root
 * @param {readonly string[]} sources files and folders relative to root; an absent one counts as absent
 * @returns {string} changes when a name or a byte of them changes
 */
export function hashOf(root, sources) {
  const hash = createHash('sha256');
  /** @param {string} path */
  const add = (path) => {
    const full = join(root, path);
    if (!existsSync(full)) return;
    if (statSync(full).isDirectory()) {
      for (const name of readdirSync(full).sort()) add(`${path}/${name}`);
      return;
    }
    const bytes = readFileSync(full);
    hash.update(`${path}\n${bytes.length}\n`).update(bytes);
  };
  for (const source of sources) add(source);
  return hash.digest('hex');
}

/**
 * @param {string} root
 * @param {string} node24
 * @param {readonly Bundle[]} names
 * @param {(text: string) => void} note
 * @throws {SetupError} the bundler's own words
 */
export async function ensureBundles(root, node24, names, note) {
  const notes = [];
  for (const name of names) {
    const { sources, results, tool } = BUNDLES[name];
    const stampPath = join(root, 'out', `.stamp-${name}`);
    const hash = hashOf(root, sources);
    const isFresh =
      existsSync(stampPath) &&
      readFileSync(stampPath, 'utf8') === hash &&
      results.every((path) => existsSync(join(root, path)));
    if (!isFresh) {
      const { code, output } = await captured(node24, tool, {
        cwd: root,
        env: { ...process.env, NODE_ENV: 'production', NO_COLOR: '1' },
      });
      if (code !== 0) throw new SetupError(`Building the ${name} bundle failed:\n${output}`);
      mkdirSync(join(root, 'out'), { recursive: true });
      writeFileSync(stampPath, hash);
    }
    notes.push(`${name} ${isFresh ? 'unchanged' : 'built'}`);
  }
  note(notes.join(', '));
}
