/**
 * Where the tests of the teacher's window play: the window over a class on paper (main.tsx), built once a run and opened
 * in a real browser at the stage's own time. An error that nobody caught on a page fails the test that it happened in.
 */
import react from '@vitejs/plugin-react';
import { chromium, type Browser, type BrowserContextOptions, type Page } from 'playwright';
import { build, preview, type InlineConfig, type PreviewServer } from 'vite';
import { afterAll, afterEach, beforeAll, vi } from 'vitest';
import { NOW } from '../../gallery/page/stage.ts';
import { builtOnce } from '../../support/built-once.ts';
import { CHROMIUM_ENV, CHROMIUM_FLAGS, chromiumPath } from '../../support/chromium.ts';
import type { Harness } from './main.tsx';

declare global {
  interface Window {
    harness: Harness;
  }
}

export interface Opening extends Pick<BrowserContextOptions, 'permissions' | 'timezoneId'> {
  /** Before the page goes anywhere. */
  prepare?: (page: Page) => Promise<unknown>;
  /** Timers wait for `page.clock.fastForward`. */
  isClockOurs?: boolean;
}

/**
 * Call once at the top of a file.
 * @param flags of Chromium, besides those of every test
 * @returns opens a page at a query of main.tsx; the page closes with its test
 */
export function windowStage(flags: readonly string[] = []): (query: string, opening?: Opening) => Promise<Page> {
  const config = (outDir: string) =>
    ({
      root: import.meta.dirname,
      configFile: false,
      logLevel: 'error',
      plugins: [react()],
      base: './',
      // What is not there is not the page: a frame that asks for its document must not get the window instead.
      appType: 'mpa',
      build: { outDir, emptyOutDir: true, chunkSizeWarningLimit: 10_000 },
    }) satisfies InlineConfig;
  let server: PreviewServer;
  let browser: Browser;
  const pages: Page[] = [];
  const faults: string[] = [];

  beforeAll(async () => {
    // As it ships, which also draws in half the time; the gallery hears React's complaints.
    vi.stubEnv('NODE_ENV', 'production');
    const built = await builtOnce('window', (outDir) => build(config(outDir)));
    server = await preview({ ...config(built), preview: { port: 0, host: '127.0.0.1' } });
    const args = [...CHROMIUM_FLAGS, ...flags];
    browser = await chromium.launch({ executablePath: chromiumPath(), args, env: CHROMIUM_ENV });
  });
  afterAll(async () => {
    await browser?.close();
    await server?.close();
  });
  afterEach(async () => {
    for (const page of pages.splice(0)) await page.close();
    const found = faults.splice(0);
    if (found.length > 0) throw new Error(found.join('\n'));
  });

  return async (query, { prepare, isClockOurs = false, ...context } = {}) => {
    const viewport = { width: 1280, height: 800 };
    const page = await browser.newPage({ viewport, timezoneId: 'UTC', reducedMotion: 'reduce', ...context });
    pages.push(page);
    page.on('pageerror', (error) => faults.push(String(error)));
    await prepare?.(page);
    if (isClockOurs) await page.clock.install({ time: NOW });
    else await page.clock.setFixedTime(NOW);
    await page.goto(`${server.resolvedUrls?.local[0] ?? ''}${query}`);
    return page;
  };
}
