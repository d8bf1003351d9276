// What the tests of main share: a folder that goes when the test ends, waiting for a state, bytes that differ everywhere.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { onTestFinished } from 'vitest';
import type { Log } from '../../src/main/log.ts';

/** A fresh folder, removed when the test ends. */
export function scratchDir(): string {
  const dir = mkdtempSync(join(tmpdir(), 'parta-main-'));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  return dir;
}

/** Resolves when `check` holds; the test's own time limit ends a wait that never does. */
export async function until(check: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await check())) await delay(5);
}

/** Bytes in which no block equals another, the same for the same seed. */
export function bytesOf(sizeBytes: number, seed = 1): Buffer {
  const bytes = Buffer.alloc(sizeBytes);
  let state = seed * 2_654_435_761 || 1;
  for (let at = 0; at < sizeBytes; at += 1) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    bytes[at] = state >>> 24;
  }
  return bytes;
}

/** A log that can be read. */
export function heardLog(): { log: Log; events: string[] } {
  const events: string[] = [];
  return { events, log: { write: (event) => void events.push(event), failure: (event) => void events.push(event) } };
}

/** Nothing is opened in tests; what was asked is kept. */
export function heardShell(answer = '') {
  const opened: string[] = [];
  const shown: string[] = [];
  return {
    opened,
    shown,
    openPath: (path: string) => Promise.resolve((opened.push(path), answer)),
    showItemInFolder: (path: string) => void shown.push(path),
  };
}
