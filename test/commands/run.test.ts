// The way into every command, and the display they open windows on, as real processes.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openDisplay } from '../../scripts/display.ts';
import { onPath } from '../../scripts/setup/system-packages.mjs';

const RUN = join(import.meta.dirname, '../../scripts/run.mjs');
const run = (...args: string[]) => spawnSync(process.execPath, [RUN, ...args], { encoding: 'utf8' });

describe('scripts/run.mjs', () => {
  test('an unknown command fails and names those that exist', () => {
    const { status, stderr } = run('stort');
    expect(status).toBe(1);
    expect(stderr).toContain('There is no command "stort"');
    expect(stderr).toContain('start');
    expect(stderr).not.toContain('    at ');
  });

  test('set-up is told on stderr, stdout belongs to the command, and the exit code is the command’s', () => {
    const { status, stdout, stderr } = run('test', 'no-such-suite');
    expect(status).toBe(1);
    expect(stdout).toBe('');
    expect(stderr).toMatch(/^\[1\/3\] Node .*\n\[2\/3\] npm packages … .*\n\[3\/3\] Node 24 .*\n/);
    expect(stderr).toContain('No such suite: no-such-suite');
  });
});

describe.runIf(process.platform === 'linux' && onPath('Xvfb'))('a virtual display', () => {
  const present = process.env['DISPLAY'];
  beforeEach(() => delete process.env['DISPLAY']);
  afterEach(() => {
    if (present !== undefined) process.env['DISPLAY'] = present;
  });
  const socketOf = (name: string) => `/tmp/.X11-unix/X${name.slice(1)}`;

  test('is there when opened and gone when stopped', async () => {
    const display = await openDisplay();
    expect(display).toMatchObject({ isVirtual: true, name: expect.stringMatching(/^:\d+$/) as string });
    expect(existsSync(socketOf(display.name))).toBe(true);
    await display.stop();
    expect(existsSync(socketOf(display.name))).toBe(false);
  });

  test('is not opened where there is one', async () => {
    process.env['DISPLAY'] = ':77';
    expect(await openDisplay()).toMatchObject({ isVirtual: false, name: ':77' });
    delete process.env['DISPLAY'];
  });
});
