/**
 * The pupil's page: the files that were built into one folder, held in memory, compressed once.
 *
 * Promises: only files that lay in the folder when it was read are ever sent, by exact name, so no path leads elsewhere; no
 * inline script runs (CSP); what carries its hash in its name may be cached for ever, the page itself never.
 */
import { readdir, readFile } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { extname, join, sep } from 'node:path';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
  '.wasm': 'application/wasm',
  '.txt': 'text/plain; charset=utf-8',
};
const COMPRESSED: ReadonlySet<string> = new Set(['.html', '.js', '.css', '.svg', '.wasm', '.txt']);
const BROTLI_QUALITY = 9;
/** Packed once and sent often, and plain HTTP gets nothing but gzip. */
const GZIP_LEVEL = 9;

interface PageFile {
  type: string;
  isForEver: boolean;
  plain: Buffer;
  br: Buffer | null;
  gzip: Buffer | null;
}

export class StudentPage {
  readonly #dir: string | null;
  #files: Promise<Map<string, PageFile>> | null = null;

  /** @param dir the built page; null where this hub has none */
  constructor(dir: string | null) {
    this.#dir = dir;
  }

  /** Sends the file of this path, the page itself for `/`; false where there is no such file. */
  async send(request: IncomingMessage, response: ServerResponse, path: string): Promise<boolean> {
    const files = await this.#read();
    const name = path === '/' ? '/index.html' : path;
    const file = files.get(name);
    if (!file) return false;
    response.setHeader('Content-Type', file.type);
    response.setHeader('Cache-Control', file.isForEver ? 'public, max-age=31536000, immutable' : 'no-cache');
    response.setHeader('Vary', 'Accept-Encoding');
    if (name.endsWith('.html')) response.setHeader('Content-Security-Policy', policyFor(request.headers.host ?? ''));
    const accepts = String(request.headers['accept-encoding'] ?? '');
    const coding = file.br && /\bbr\b/.test(accepts) ? 'br' : file.gzip && /\bgzip\b/.test(accepts) ? 'gzip' : null;
    const body = (coding && file[coding]) || file.plain;
    if (coding) response.setHeader('Content-Encoding', coding);
    response.setHeader('Content-Length', body.byteLength);
    response.writeHead(200);
    response.end(request.method === 'HEAD' ? undefined : body);
    return true;
  }

  /** Read when first asked for; again while it is missing, because a page may be built after the hub was started. */
  async #read(): Promise<Map<string, PageFile>> {
    const reading = (this.#files ??= readAll(this.#dir));
    try {
      const files = await reading;
      if (!files.has('/index.html')) this.#files = null;
      return files;
    } catch (error) {
      // A file went while the folder was read (the app was just renewed): the next who asks reads anew.
      this.#files = null;
      throw error;
    }
  }
}

async function readAll(dir: string | null): Promise<Map<string, PageFile>> {
  if (dir === null) return new Map();
  const found = await readdir(dir, { recursive: true, withFileTypes: true }).catch(() => []);
  const files = new Map<string, PageFile>();
  for (const entry of found) {
    const ending = extname(entry.name);
    const type = TYPES[ending];
    if (!entry.isFile() || !type) continue;
    const full = join(entry.parentPath, entry.name);
    const plain = await readFile(full);
    const isCompressed = COMPRESSED.has(ending);
    const path = `/${full.slice(join(dir, sep).length).replaceAll(sep, '/')}`;
    const params = { [constants.BROTLI_PARAM_QUALITY]: BROTLI_QUALITY };
    files.set(path, {
      type,
      isForEver: path.startsWith('/assets/'),
      plain,
      br: isCompressed ? await promisify(brotliCompress)(plain, { params }) : null,
      gzip: isCompressed ? await promisify(gzip)(plain, { level: GZIP_LEVEL }) : null,
    });
  }
  return files;
}

/** Everything from this hub, nothing inline. Old browsers do not count `ws:` as 'self'; the host was checked before. */
const policyFor = (host: string) =>
  [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self' data: blob:",
    "media-src 'self'",
    "font-src 'self'",
    `connect-src 'self' ws://${host} wss://${host}`,
    "manifest-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; ');
