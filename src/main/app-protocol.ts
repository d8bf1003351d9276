/**
 * The app's own protocol: `app://bundle/…` serves the window's page and the library's files, and takes in bytes made in the
 * page. One pure function from Request to Response. Promises: nothing outside the page's folder and the library can be named;
 * every document gets a content security policy with a fresh style nonce; a library file is shown only as a type that cannot
 * run; bodies are streamed both ways. Hides: files, ranges, the policy's words.
 */
import { randomBytes } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { Readable } from 'node:stream';
import * as z from 'zod/mini';
import { codeOf } from '../core/errors.ts';
import { Sha256 } from '../core/ids.ts';
import type { ChosenFile } from '../preload/contract.ts';
import type { Library } from './library.ts';
import { BYTES, shownTypeOf } from './media-types.ts';
import type { OfficeConverter } from './office-convert.ts';
import { pictureVerdict } from './picture-verdict.ts';
import { isPreviewScript, previewDocument } from './preview-frame.ts';
import type { Thumbnails } from './thumbnails.ts';

export const SCHEME = 'app';
export const HOST = 'bundle';
/** What stands in index.html where the style nonce of each response goes. */
export const NONCE_MARK = '__NONCE__';
const READ_BYTES = 256 * 1024;

/** For `protocol.registerSchemesAsPrivileged`, before the app is ready. */
export const PRIVILEGES = { standard: true, secure: true, supportFetchAPI: true, stream: true } as const;

export interface AppProtocolOptions {
  /** Where the page was built to. */
  rendererDir: string;
  library: Library;
  /** Small pictures of files, and LibreOffice; where there is none, nobody asks twice. */
  thumbnails?: Thumbnails;
  office?: OfficeConverter;
  /** The window shows a file. */
  shown?(sha256: Sha256): void;
  /** Origins of the hubs the teacher accepted, http and ws, asked for every document. */
  hubOrigins(): string[];
  intake(serverId: string, name: string, bytes: AsyncIterable<Uint8Array>): Promise<ChosenFile>;
  /** Takes in the lines of a portfolio, and says where those of one lie that is to be taken in. */
  portfolio?: {
    content(jobId: string, bytes: AsyncIterable<Uint8Array>): Promise<void>;
    contentPath(jobId: string): string | null;
  };
  /** Takes in the page of a chat that is being saved. */
  exported(exportId: string, bytes: AsyncIterable<Uint8Array>): Promise<void>;
  /** Where a development server has the page instead; its policy is looser, for hot reload. */
  devServer?: string | null;
  /** Origins that this scheme is seen under by the page, besides `app://bundle`. */
  isOurOrigin(origin: string): boolean;
}

export function createAppHandler(options: AppProtocolOptions): (request: Request) => Promise<Response> {
  return async (request) => {
    const url = new URL(request.url);
    // A page elsewhere may try; ours never says another origin than its own.
    const origin = request.headers.get('origin');
    if (origin !== null && origin !== 'null' && !options.isOurOrigin(origin)) return refuse(403);
    const segments = segmentsOf(url.pathname);
    if (segments === null) return refuse(400);
    const [room, ...rest] = segments;
    // A frame without an origin may load what it runs; nothing else here is its business.
    if (origin === 'null' && room !== 'preview' && room !== 'assets') return refuse(403);
    if (room === 'export') return exported(options, request, rest);
    if (room === 'portfolio') return portfolio(options, request, rest);
    if (room === 'thumbnail') return thumbnail(options.thumbnails, request, rest);
    if (room === 'converted') return converted(options.office, request, rest);
    if (room === 'intake') return intake(options, request, rest, url.searchParams.get('server'));
    if (request.method !== 'GET' && request.method !== 'HEAD') return refuse(405);
    if (room === 'preview')
      return previewDocument(url.searchParams.get('script'), Boolean(options.devServer)) ?? refuse(404);
    if (room === 'library') return libraryFile(options, request, rest);
    return options.devServer ? fromDevServer(options, request, url) : pageFile(options, request, segments);
  };
}

/**
 * The policy of the window's document. Styles by file or nonce only (Mantine's style tags carry it); `blob:` workers and
 * pictures are the app's own; the network is the accepted hubs and nothing else.
 */
export function documentPolicy(nonce: string, hubOrigins: readonly string[], isDev = false): string {
  const connect = ["'self'", ...hubOrigins, ...(isDev ? ['ws://localhost:*', 'http://localhost:*'] : [])];
  return policy({
    'default-src': "'none'",
    'script-src': isDev ? "'self' 'unsafe-inline'" : "'self'",
    'style-src': isDev ? "'self' 'unsafe-inline'" : `'self' 'nonce-${nonce}'`,
    'img-src': "'self' blob: data:",
    'media-src': "'self' blob: data:",
    'font-src': "'self' data:",
    'connect-src': connect.join(' '),
    'worker-src': "'self' blob:",
    // Of our own documents only the preview's lets itself be framed.
    'frame-src': "'self'",
    'object-src': "'none'",
    'base-uri': "'none'",
    'form-action': "'none'",
    'frame-ancestors': "'none'",
  });
}

/** A worker's policy is its own script's: only there may a decoder (pdf.js: JPEG 2000, JBIG2) compile WebAssembly. */
export const WORKER_POLICY = policy({
  'default-src': "'none'",
  'script-src': "'self' 'wasm-unsafe-eval'",
  'connect-src': "'self'",
});

/** Where a file of the library would be taken for a document after all, it can do nothing. */
export const FILE_POLICY = `${policy({ 'default-src': "'none'" })}; sandbox`;

function policy(directives: Record<string, string>): string {
  return Object.entries(directives)
    .map(([name, sources]) => `${name} ${sources}`)
    .join('; ');
}

// ── the page ───────────────────────────────────────────────────────────────────────────────────────────────────────────

const PAGE_TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.mjs': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.jpg': 'image/jpeg',
  '.webp': 'image/webp',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
  '.ttf': 'font/ttf',
  '.wasm': 'application/wasm',
  '.pdf': 'application/pdf',
};

async function pageFile(options: AppProtocolOptions, request: Request, segments: string[]): Promise<Response> {
  // A segment that is decoded may climb (`%2e%2e`) or hold another path (`%2f`, `%5c`, a drive letter): none of ours does.
  if (segments.some((segment) => segment.startsWith('.') || /[/\\:\0]/.test(segment))) return refuse(404);
  const file = join(options.rendererDir, ...(segments.join('') === '' ? ['index.html'] : segments));
  const extension = extname(file).toLowerCase();
  if (extension === '.html') {
    const text = await readFile(file, 'utf8').catch(() => null);
    return text === null ? refuse(404) : documentOf(options, text);
  }
  const found = await stat(file).catch(() => null);
  if (!found?.isFile()) return refuse(404);
  const headers = new Headers({
    'content-type': (Object.hasOwn(PAGE_TYPES, extension) ? PAGE_TYPES[extension] : undefined) ?? BYTES,
    'content-length': String(found.size),
    'x-content-type-options': 'nosniff',
    'cross-origin-resource-policy': 'same-origin',
  });
  // A frame without an origin is a stranger: it may load its own script, and nothing else of ours.
  if (isPreviewScript(`/${segments.join('/')}`)) headers.set('cross-origin-resource-policy', 'cross-origin');
  if (/worker[^/\\]*\.m?js$/.test(file)) headers.set('content-security-policy', WORKER_POLICY);
  return new Response(request.method === 'HEAD' ? null : streamOf(file), { headers });
}

function documentOf(options: AppProtocolOptions, html: string): Response {
  const nonce = randomBytes(16).toString('base64');
  return new Response(html.replaceAll(NONCE_MARK, nonce), {
    headers: {
      'content-type': 'text/html; charset=utf-8',
      'content-security-policy': documentPolicy(nonce, options.hubOrigins(), Boolean(options.devServer)),
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
      'cross-origin-opener-policy': 'same-origin',
    },
  });
}

async function fromDevServer(options: AppProtocolOptions, request: Request, url: URL): Promise<Response> {
  const there = await fetch(new URL(url.pathname + url.search, options.devServer ?? ''), {
    headers: { accept: request.headers.get('accept') ?? '*/*' },
  });
  const isDocument = there.headers.get('content-type')?.startsWith('text/html') === true;
  if (isDocument) return documentOf(options, await there.text());
  const type = there.headers.get('content-type') ?? BYTES;
  return new Response(there.body, { status: there.status, headers: { 'content-type': type } });
}

// ── the library ────────────────────────────────────────────────────────────────────────────────────────────────────────

async function libraryFile(
  { library, shown }: AppProtocolOptions,
  request: Request,
  rest: readonly string[],
): Promise<Response> {
  const hash = z.safeParse(Sha256, rest[0]);
  if (!hash.success || rest.length !== 2) return refuse(404);
  const path = await library.pathToShow(hash.data);
  const found = path === null ? null : await stat(path).catch(() => null);
  if (path === null || !found?.isFile()) return refuse(404);
  shown?.(hash.data);

  const type = shownTypeOf(extname(rest[1] ?? ''));
  if (type.startsWith('image/')) {
    // Whoever shows it, in whatever place, would decode it: a picture that is a bomb never leaves here as one.
    const verdict = await pictureVerdict(hash.data, path);
    if (verdict !== 'fine') return refuse(verdict === 'too-large' ? 413 : 415);
  }
  const headers = new Headers({
    'content-type': type,
    'content-disposition': type === BYTES ? 'attachment' : 'inline',
    'content-security-policy': FILE_POLICY,
    'x-content-type-options': 'nosniff',
    'cross-origin-resource-policy': 'same-origin',
    'accept-ranges': 'bytes',
    'cache-control': 'private, no-cache',
    etag: `"${hash.data}"`,
  });
  const range = rangeOf(request.headers.get('range'), found.size);
  if (range === 'none') {
    headers.set('content-range', `bytes */${found.size}`);
    return new Response(null, { status: 416, headers });
  }
  const { start, end } = range ?? { start: 0, end: found.size - 1 };
  headers.set('content-length', String(end - start + 1));
  if (range) headers.set('content-range', `bytes ${start}-${end}/${found.size}`);
  const isEmpty = request.method === 'HEAD' || found.size === 0;
  return new Response(isEmpty ? null : streamOf(path, start, end), { status: range ? 206 : 200, headers });
}

/**
 * One range of RFC 9110, 14.1.2.
 * @returns null where there is none to follow (absent, several, another unit), 'none' where it lies outside the file
 */
export function rangeOf(header: string | null, sizeBytes: number): { start: number; end: number } | 'none' | null {
  const match = /^bytes=(\d{0,15})-(\d{0,15})$/.exec(header ?? '');
  if (!match || (match[1] === '' && match[2] === '')) return null;
  if (match[1] === '') {
    const length = Math.min(Number(match[2]), sizeBytes);
    return length === 0 ? 'none' : { start: sizeBytes - length, end: sizeBytes - 1 };
  }
  const start = Number(match[1]);
  const end = match[2] === '' ? sizeBytes - 1 : Math.min(Number(match[2]), sizeBytes - 1);
  if (match[2] !== '' && Number(match[2]) < start) return null;
  return start >= sizeBytes ? 'none' : { start, end };
}

// ── made of files of the library ───────────────────────────────────────────────────────────────────────────────────────

async function thumbnail(
  thumbnails: Thumbnails | undefined,
  request: Request,
  rest: readonly string[],
): Promise<Response> {
  const hash = z.safeParse(Sha256, rest[0]);
  if (!hash.success || rest.length !== 1 || !thumbnails) return refuse(404);
  if (request.method === 'PUT')
    return thumbnails.write(hash.data, bytesOf(request.body)).then(
      () => refuse(204),
      () => refuse(400),
    );
  if (request.method !== 'GET') return refuse(405);
  const bytes = await thumbnails.read(hash.data);
  // Not there yet is no fault: the page then draws it.
  if (!bytes) return refuse(204);
  return new Response(new Uint8Array(bytes), {
    headers: {
      'content-type': 'image/webp',
      'content-security-policy': FILE_POLICY,
      'x-content-type-options': 'nosniff',
      'cross-origin-resource-policy': 'same-origin',
      'cache-control': 'no-store',
    },
  });
}

async function converted(
  office: OfficeConverter | undefined,
  request: Request,
  rest: readonly string[],
): Promise<Response> {
  const hash = z.safeParse(Sha256, rest[0]);
  const [, name] = rest;
  if (!hash.success || rest.length !== 2 || name === undefined) return refuse(404);
  // Asked without need to, HEAD would fill the console with faults that are none.
  const state = office ? await office.state(hash.data, name) : 'none';
  if (request.method === 'HEAD') return refuse(state === 'made' ? 200 : state === 'possible' ? 204 : 205);
  if (!office || state === 'none') return refuse(404);
  if (request.method === 'POST')
    return office.convert(hash.data, name).then(
      () => refuse(204),
      () => refuse(422),
    );
  if (request.method !== 'GET' || state !== 'made') return refuse(404);
  return new Response(streamOf(office.path(hash.data)), {
    headers: {
      'content-type': 'application/pdf',
      'content-security-policy': FILE_POLICY,
      'x-content-type-options': 'nosniff',
      'cross-origin-resource-policy': 'same-origin',
      'cache-control': 'no-store',
    },
  });
}

// ── bytes made in the page ─────────────────────────────────────────────────────────────────────────────────────────────

async function intake(
  options: AppProtocolOptions,
  request: Request,
  rest: readonly string[],
  serverId: string | null,
): Promise<Response> {
  if (request.method !== 'PUT') return refuse(405);
  const [name] = rest;
  if (rest.length !== 1 || !name || !serverId) return refuse(400);
  try {
    const value = await options.intake(serverId, name, bytesOf(request.body));
    return Response.json({ ok: true, value });
  } catch (error) {
    return Response.json({ ok: false, code: codeOf(error) });
  }
}

async function exported(options: AppProtocolOptions, request: Request, rest: readonly string[]): Promise<Response> {
  if (request.method !== 'PUT') return refuse(405);
  const [exportId] = rest;
  if (rest.length !== 1 || !exportId) return refuse(400);
  try {
    await options.exported(exportId, bytesOf(request.body));
    return Response.json({ ok: true, value: {} });
  } catch (error) {
    return Response.json({ ok: false, code: codeOf(error) });
  }
}

async function portfolio(
  { portfolio: of }: AppProtocolOptions,
  request: Request,
  rest: readonly string[],
): Promise<Response> {
  const [jobId] = rest;
  if (rest.length !== 1 || !jobId || !of) return refuse(400);
  if (request.method === 'PUT')
    return of.content(jobId, bytesOf(request.body)).then(
      () => Response.json({ ok: true, value: {} }),
      (error: unknown) => Response.json({ ok: false, code: codeOf(error) }),
    );
  if (request.method !== 'GET') return refuse(405);
  const path = of.contentPath(jobId);
  if (path === null) return refuse(404);
  return new Response(streamOf(path), {
    headers: {
      'content-type': BYTES,
      'content-security-policy': FILE_POLICY,
      'x-content-type-options': 'nosniff',
      'cross-origin-resource-policy': 'same-origin',
      'cache-control': 'no-store',
    },
  });
}

async function* bytesOf(body: Request['body']): AsyncGenerator<Uint8Array> {
  for await (const chunk of body ?? []) yield chunk as Uint8Array;
}

// ── words of HTTP ──────────────────────────────────────────────────────────────────────────────────────────────────────

/** The path's segments, their escapes read once; null where one is malformed. A segment may hold any character. */
function segmentsOf(pathname: string): string[] | null {
  try {
    return pathname.split('/').slice(1).map(decodeURIComponent);
  } catch {
    return null;
  }
}

const streamOf = (path: string, start?: number, end?: number): ReadableStream =>
  Readable.toWeb(
    createReadStream(path, {
      highWaterMark: READ_BYTES,
      ...(start === undefined ? {} : { start }),
      ...(end === undefined ? {} : { end }),
    }),
  ) as ReadableStream;

const refuse = (status: number) =>
  new Response(null, { status, headers: { 'x-content-type-options': 'nosniff', 'cache-control': 'no-store' } });
