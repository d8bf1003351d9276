/** The page of the store's benches, built as the product is and opened in the system's Chromium on a disk of its own. */
import { createReadStream, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { extname, join } from 'node:path';
import { chromium, type Page } from 'playwright';
import { build } from 'vite';
import { CHROMIUM_ENV, CHROMIUM_FLAGS, chromiumPath } from '../support/chromium.ts';

const TYPES: Record<string, string> = { '.html': 'text/html', '.js': 'text/javascript' };
/** A naive design takes its time. */
const PATIENCE_MS = 120_000;

export interface BenchPage {
  page: Page;
  close(): Promise<void>;
}

export async function openBenchPage(): Promise<BenchPage> {
  const outDir = mkdtempSync(join(tmpdir(), 'parta-bench-page-'));
  const userData = mkdtempSync(join(tmpdir(), 'parta-bench-browser-'));
  await build({
    root: join(import.meta.dirname, 'page'),
    configFile: false,
    logLevel: 'error',
    base: './',
    build: { outDir, emptyOutDir: true, chunkSizeWarningLimit: 10_000 },
  });
  const server = createServer((request, reply) => {
    const path = new URL(request.url ?? '/', 'http://bench').pathname;
    const file = join(outDir, path === '/' ? 'index.html' : path);
    if (path.includes('..') || !existsSync(file)) return void reply.writeHead(404).end();
    reply.writeHead(200, { 'content-type': TYPES[extname(file)] ?? 'application/octet-stream' });
    createReadStream(file).pipe(reply);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const context = await chromium.launchPersistentContext(userData, {
    executablePath: chromiumPath(),
    args: CHROMIUM_FLAGS,
    env: CHROMIUM_ENV,
  });
  const page = await context.newPage();
  page.setDefaultTimeout(PATIENCE_MS);
  page.on('pageerror', (error) => console.error(error.message));
  await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
  await page.waitForFunction(() => 'measured' in globalThis);
  return {
    page,
    async close() {
      await context.close();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      for (const dir of [outDir, userData]) rmSync(dir, { recursive: true, force: true });
    },
  };
}
