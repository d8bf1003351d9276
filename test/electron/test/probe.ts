// The tests' hold on the probe app: starting it, reading its notes, waiting for one.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { BrowserWindow, UtilityProcess } from 'electron';
import type { ElectronApplication, Page } from 'playwright';
import { expect, vi } from 'vitest';
import { launchParta, type Launch } from '../launch.ts';

export const PROBE_DIR = resolve(import.meta.dirname, '..', 'probe');
const NOTE_TIMEOUT_MS = 15_000;

/** What probe/preload.cjs exposes. */
interface ProbeApi {
  add(a: number, b: number): number;
  twice(callback: (value: number) => number): number;
  counter(): { next(): number };
  boom(): void;
  later<T>(value: T): Promise<{ value: T }>;
  fails(): Promise<void>;
  same<T>(value: T): T;
  echo<T>(value: T): Promise<T>;
  fail(): Promise<void>;
  nobody(): Promise<void>;
  who(): Promise<Record<string, unknown>>;
  knock(...args: unknown[]): void;
  onTold(listener: (value: unknown) => void): () => void;
  pathFor(file: File): string;
  info: { sandboxed: boolean; isolated: boolean; platform: string; deep: { list: [number, { x: number }] } };
  missing: string[];
}
declare global {
  var probe: ProbeApi;
}

/** What probe/main.js leaves on its global object. */
export interface ProbeMain {
  notes: string[];
  answers: { permission: boolean; check: boolean; closes: boolean };
  open(options?: object, path?: string): { window: BrowserWindow; loaded: Promise<void> };
  worker: UtilityProcess;
  standInOpened: { call: string; target: string }[];
  standInNotified: { title: string; isShown: boolean }[];
}

export function newProfile(): string {
  return mkdtempSync(join(tmpdir(), 'probe-'));
}

export function removeProfile(dir: string): void {
  rmSync(dir, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
}

export function startProbe(launch: Launch): Promise<ElectronApplication> {
  return launchParta({ app: PROBE_DIR, ...launch });
}

/**
 * Starts a probe that is expected to end by itself, while another one runs. Not by Playwright: it waits for a window, and what it
 * waits for beside it is rejected with nobody listening.
 * @returns its exit code
 */
export async function exitOfProbe(userData: string, ...args: string[]): Promise<number | null> {
  const electron = createRequire(import.meta.url)('electron') as unknown as string;
  const child = spawn(electron, [PROBE_DIR, `--user-data-dir=${userData}`, ...args], { stdio: 'ignore' });
  const [code] = (await once(child, 'exit')) as [number | null];
  return code;
}

/** Starts the probe and waits until its page is there. */
export async function startWithPage(launch: Launch): Promise<{ app: ElectronApplication; page: Page }> {
  const app = await startProbe(launch);
  const page = await app.firstWindow();
  await page.getByRole('heading', { name: 'Probe' }).waitFor();
  return { app, page };
}

export function notesOf(app: ElectronApplication): Promise<string[]> {
  return app.evaluate(() => (globalThis as unknown as { notes: string[] }).notes);
}

export async function waitForNote(app: ElectronApplication, note: string): Promise<void> {
  await vi.waitFor(async () => expect(await notesOf(app)).toContain(note), { timeout: NOTE_TIMEOUT_MS });
}

/** Whether the process runs; one that has ended and waits for its parent to notice does not. */
export function isAlive(pid: number): boolean {
  try {
    return readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)?.[0] !== 'Z';
  } catch {
    return false;
  }
}
