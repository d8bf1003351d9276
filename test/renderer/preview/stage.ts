/**
 * Where previews are tried: the page of main.tsx, built once a file, served by the app's own protocol handler over a real library, in
 * a real browser whose every request is listened to. An address elsewhere that a hostile file names is answered by nobody and kept.
 */
import react from '@vitejs/plugin-react';
import { randomUUID } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { extname, join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { chromium, type Browser, type CDPSession, type Page } from 'playwright';
import { build } from 'vite';
import { afterAll, afterEach, beforeAll } from 'vitest';
import type { FileRef } from '../../../src/core/wire.ts';
import { createAppHandler } from '../../../src/main/app-protocol.ts';
import { openLibrary, type Library } from '../../../src/main/library.ts';
import { mediaTypeOf } from '../../../src/main/media-types.ts';
import { openThumbnails } from '../../../src/main/thumbnails.ts';
import { CHROMIUM_ENV, CHROMIUM_FLAGS, chromiumPath, turnOff } from '../../support/chromium.ts';
import { STRANGER } from '../../support/preview-samples.ts';
import { heardShell } from '../../main/scratch.ts';
import type { PreviewHarness } from './main.tsx';

declare global {
  interface Window {
    previews: PreviewHarness;
  }
}

export interface Looked {
  page: Page;
  /** Requests that went anywhere but to the window's own address, by any frame or worker; those that a policy stopped are not among them. */
  strangers: string[];
  /** Paths at which the hostile files' own address was really asked. */
  reached: string[];
  /** Errors that the page or a frame of it did not catch. */
  faults: string[];
}
export interface PreviewStage {
  /** Puts a file into the library. */
  file(name: string, bytes: Uint8Array | AsyncIterable<Uint8Array>): Promise<FileRef>;
  open(files: readonly FileRef[], query?: Record<string, string>): Promise<Looked>;
  /** Where {@link open} goes, for a page that had to be prepared. */
  addressOf(files: readonly FileRef[], query?: Record<string, string>): string;
  /** The user's data folder. */
  dir(): string;
}

/** Call once at the top of a file. @param more options of the handler, given the data folder */
export function previewStage(
  more: (dir: string, library: Library) => Promise<Partial<Parameters<typeof createAppHandler>[0]>> = async () => ({}),
): PreviewStage {
  const outDir = mkdtempSync(join(tmpdir(), 'parta-preview-'));
  const dir = join(outDir, 'data');
  const rendererDir = join(outDir, 'page');
  let server: Server;
  let browser: Browser;
  let stranger: Server;
  /** What reached the address that hostile files name. */
  const reached: string[] = [];
  let library: Library;
  let origin = '';
  const pages: Page[] = [];
  const isOurs = (url: string) => url.startsWith(origin) || /^(?:blob|data):/.test(url);

  beforeAll(async () => {
    mkdirSync(dir, { recursive: true });
    await build({
      root: import.meta.dirname,
      configFile: false,
      logLevel: 'error',
      plugins: [react()],
      build: {
        outDir: rendererDir,
        emptyOutDir: true,
        assetsInlineLimit: 0,
        chunkSizeWarningLimit: 10_000,
        modulePreload: { polyfill: false },
      },
    });
    library = await openLibrary(dir, heardShell());
    const handle = createAppHandler({
      rendererDir,
      library,
      hubOrigins: () => [],
      isOurOrigin: (one) => one === origin,
      intake: () => Promise.reject(new Error('not here')),
      exported: () => Promise.reject(new Error('not here')),
      thumbnails: openThumbnails(dir),
      ...(await more(dir, library)),
    });
    server = createServer((request, reply) => {
      const init = {
        method: request.method ?? 'GET',
        headers: request.headers as Record<string, string>,
        ...(request.method === 'PUT' || request.method === 'POST'
          ? { body: Readable.toWeb(request) as ReadableStream, duplex: 'half' }
          : {}),
      };
      handle(new Request(`${origin}${request.url}`, init as RequestInit))
        .then(async (answer) => {
          reply.writeHead(answer.status, Object.fromEntries(answer.headers));
          if (answer.body) await pipeline(Readable.fromWeb(answer.body as never), reply);
          else reply.end();
        })
        .catch(() => reply.destroy());
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    // The name that hostile files try to reach does lead somewhere: who gets there is heard.
    stranger = createServer((request, reply) => {
      reached.push(request.url ?? '');
      reply.end();
    });
    await new Promise<void>((resolve) => stranger.listen(0, '127.0.0.1', resolve));
    const port = (stranger.address() as AddressInfo).port;
    const args = [
      ...CHROMIUM_FLAGS,
      `--host-resolver-rules=MAP ${new URL(STRANGER).host} 127.0.0.1:${port}`,
      // Or the browser itself would keep a page from a loopback address, and prove nothing of ours.
      turnOff('LocalNetworkAccessChecks'),
    ];
    browser = await chromium.launch({ executablePath: chromiumPath(), args, env: CHROMIUM_ENV });
  });
  afterAll(async () => {
    await browser?.close();
    server?.closeAllConnections();
    await new Promise((resolve) => server?.close(resolve));
    await new Promise((resolve) => stranger?.close(resolve));
    rmSync(outDir, { recursive: true, force: true });
  });
  afterEach(async () => {
    for (const page of pages.splice(0)) await page.close();
  });

  const addressOf = (files: readonly FileRef[], query: Record<string, string> = {}) =>
    `${origin}/?${new URLSearchParams(query).toString()}#${encodeURIComponent(JSON.stringify(files))}`;

  return {
    dir: () => dir,
    addressOf,
    async file(name, bytes) {
      const source = bytes instanceof Uint8Array ? (async function* () { yield bytes; })() : bytes; // prettier-ignore
      const { sha256, sizeBytes } = await library.take(source);
      return {
        fileId: randomUUID().replaceAll('-', '') as never,
        name,
        sizeBytes,
        sha256,
        mediaType: mediaTypeOf(extname(name)),
      };
    },
    async open(files, query = {}) {
      const page = await browser.newPage({ viewport: { width: 1280, height: 800 }, reducedMotion: 'reduce' });
      pages.push(page);
      const strangers: string[] = [];
      const faults: string[] = [];
      reached.length = 0;
      page.on('requestfinished', (request) => isOurs(request.url()) || strangers.push(request.url()));
      page.on('requestfailed', (request) => {
        // What the policy stops is told of as well, and has never left.
        if (!isOurs(request.url()) && request.failure()?.errorText !== 'csp') strangers.push(request.url());
      });
      page.on('pageerror', (error) => faults.push(String(error)));
      page.on('dialog', (dialog) => (faults.push(`dialog: ${dialog.message()}`), dialog.dismiss()));
      page.on('popup', (popup) => faults.push(`popup: ${popup.url()}`));
      await listenToSockets(await page.context().newCDPSession(page), (url) => strangers.push(url));
      await page.goto(addressOf(files, query));
      return { page, strangers, faults, reached };
    },
  };
}

async function listenToSockets(session: CDPSession, heard: (url: string) => void): Promise<void> {
  session.on('Network.webSocketCreated', ({ url }) => heard(url));
  session.on('Network.webTransportCreated', ({ url }) => heard(url));
  await session.send('Network.enable');
}
