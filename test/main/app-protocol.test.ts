import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { PartaError } from '../../src/core/errors.ts';
import { createAppHandler, documentPolicy, rangeOf } from '../../src/main/app-protocol.ts';
import { openLibrary } from '../../src/main/library.ts';
import { mediaTypeOf } from '../../src/main/media-types.ts';
import { portfolioUrl } from '../../src/preload/contract/channels.ts';
import { exportUrl, intakeUrl, libraryUrl } from '../../src/preload/contract.ts';
import { bytesOf, heardShell, scratchDir } from './scratch.ts';

async function served() {
  const dir = scratchDir();
  const rendererDir = join(dir, 'renderer');
  mkdirSync(join(rendererDir, 'assets'), { recursive: true });
  writeFileSync(
    join(rendererDir, 'index.html'),
    '<meta name="csp-nonce" content="__NONCE__"><style nonce="__NONCE__"></style>',
  );
  writeFileSync(join(rendererDir, 'assets', 'index.js'), 'let a');
  writeFileSync(join(rendererDir, 'assets', 'pdf.worker-1x.mjs'), 'let w');
  writeFileSync(join(rendererDir, '.hidden'), 'hidden');
  writeFileSync(join(dir, 'secret.txt'), 'secret');
  const library = await openLibrary(dir, heardShell());
  const exported: { exportId: string; bytes: Buffer }[] = [];
  const taken: { serverId: string; name: string; bytes: Buffer }[] = [];
  const handle = createAppHandler({
    rendererDir,
    library,
    hubOrigins: () => ['http://127.0.0.1:8010', 'ws://127.0.0.1:8010'],
    isOurOrigin: (origin) => origin === 'app://bundle',
    async exported(exportId, bytes) {
      const chunks: Uint8Array[] = [];
      for await (const chunk of bytes) chunks.push(chunk);
      if (exportId === 'over') throw new PartaError('bad-request');
      exported.push({ exportId, bytes: Buffer.concat(chunks) });
    },
    async intake(serverId, name, bytes) {
      const chunks: Uint8Array[] = [];
      for await (const chunk of bytes) chunks.push(chunk);
      if (serverId === 'full') throw new PartaError('disk-full-here');
      taken.push({ serverId, name, bytes: Buffer.concat(chunks) });
      return { fileId: 'a'.repeat(32) as never, name, sizeBytes: 1, mediaType: 'image/png' };
    },
  });
  const get = (path: string, init?: RequestInit) => handle(new Request(`app://bundle${path}`, init));
  const store = async (text: string | Uint8Array) => {
    const bytes = Buffer.from(text);
    return (await library.take((async function* () { yield bytes; })())).sha256; // prettier-ignore
  };
  return { exported, get, handle, store, taken };
}

describe('the page', () => {
  it('comes with a policy and a nonce that is new every time', async () => {
    const { get } = await served();
    const responses = [await get('/'), await get('/index.html')];
    const nonces = await Promise.all(
      responses.map(async (response) => {
        const policy = response.headers.get('content-security-policy') ?? '';
        const nonce = /'nonce-([^']+)'/.exec(policy)?.[1] ?? '';
        expect(await response.text()).toBe(
          `<meta name="csp-nonce" content="${nonce}"><style nonce="${nonce}"></style>`,
        );
        return nonce;
      }),
    );
    expect(nonces[0]).toHaveLength(24);
    expect(nonces[0]).not.toBe(nonces[1]);
  });

  it('may run its own scripts and speak to accepted hubs, and nothing else', () => {
    const policy = documentPolicy('N', ['http://h:1', 'ws://h:1']);
    expect(
      Object.fromEntries(
        policy.split('; ').map((part) => [part.slice(0, part.indexOf(' ')), part.slice(part.indexOf(' ') + 1)]),
      ),
    ).toEqual({
      'default-src': "'none'",
      'script-src': "'self'",
      'style-src': "'self' 'nonce-N'",
      'img-src': "'self' blob: data:",
      'media-src': "'self' blob: data:",
      'font-src': "'self' data:",
      'connect-src': "'self' http://h:1 ws://h:1",
      'worker-src': "'self' blob:",
      'frame-src': "'self'",
      'object-src': "'none'",
      'base-uri': "'none'",
      'form-action': "'none'",
      'frame-ancestors': "'none'",
    });
    expect(policy).not.toMatch(/unsafe|\*/);
  });

  it('only a worker may compile WebAssembly', async () => {
    const { get } = await served();
    expect((await get('/assets/index.js')).headers.get('content-security-policy')).toBeNull();
    const worker = await get('/assets/pdf.worker-1x.mjs');
    expect(worker.headers.get('content-security-policy')).toContain("script-src 'self' 'wasm-unsafe-eval'");
    expect(worker.headers.get('content-type')).toBe('text/javascript; charset=utf-8');
    expect(worker.headers.get('x-content-type-options')).toBe('nosniff');
  });

  it.each([
    '/../secret.txt',
    '/%2e%2e/secret.txt',
    '/..%2fsecret.txt',
    '/assets/..%2f..%2fsecret.txt',
    '/assets/..%5c..%5csecret.txt',
    '/assets%2f..%2f..%2fsecret.txt',
    '/C:%5csecret.txt',
    '/.hidden',
    '/assets',
    '/assets/',
    '/%00',
    '/index.html%00.js',
    '/nothing.js',
    '/constructor',
  ])('%s is not there', async (path) => {
    const { get } = await served();
    const response = await get(path);
    expect(response.status).toBe(404);
    expect(await response.text()).toBe('');
  });

  it('refuses broken escapes, other methods and other origins', async () => {
    const { get } = await served();
    expect((await get('/%ff')).status).toBe(400);
    expect((await get('/index.html', { method: 'POST' })).status).toBe(405);
    expect((await get('/index.html', { method: 'DELETE' })).status).toBe(405);
    const foreign = { headers: { origin: 'http://evil.example' } };
    expect((await get('/index.html', foreign)).status).toBe(403);
    expect((await get('/intake/a.png?server=s', { ...foreign, method: 'PUT', body: 'x' })).status).toBe(403);
    expect((await get('/index.html', { headers: { origin: 'app://bundle' } })).status).toBe(200);
  });
});

describe('files of the library', () => {
  it.each([
    ['работа.pdf', 'application/pdf', 'inline'],
    ['a.txt', 'text/plain; charset=utf-8', 'inline'],
    ['a.mp3', 'audio/mpeg', 'inline'],
    ['a.html', 'application/octet-stream', 'attachment'],
    ['a.svg', 'application/octet-stream', 'attachment'],
    ['a.xhtml', 'application/octet-stream', 'attachment'],
    ['a.xml', 'application/octet-stream', 'attachment'],
    ['a.js', 'application/octet-stream', 'attachment'],
    ['a.constructor', 'application/octet-stream', 'attachment'],
    ['a', 'application/octet-stream', 'attachment'],
    ['a/../b.pdf', 'application/pdf', 'inline'],
  ])('%s is shown as %s', async (name, type, disposition) => {
    const { get, store } = await served();
    const response = await get(libraryUrl(await store('<script>alert(1)</script>'), name));
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toBe(type);
    expect(response.headers.get('content-disposition')).toBe(disposition);
    expect(response.headers.get('x-content-type-options')).toBe('nosniff');
    expect(response.headers.get('content-security-policy')).toBe("default-src 'none'; sandbox");
  });

  it('only by a hash, and only one that is here', async () => {
    const { get, store } = await served();
    const sha256 = await store('x');
    for (const path of [
      `/library/${'a'.repeat(64)}/a.pdf`,
      '/library/..%2f..%2fsecret/a.txt',
      `/library/${sha256.toUpperCase()}/a.pdf`,
      `/library/${sha256}`,
      `/library/${sha256}/a/b.pdf`,
    ]) {
      expect((await get(path)).status).toBe(404);
    }
  });

  it('in parts, as a PDF viewer and a film need them', async () => {
    const { get, store } = await served();
    const bytes = bytesOf(1000);
    const url = libraryUrl(await store(bytes), 'a.pdf');
    const part = await get(url, { headers: { range: 'bytes=100-199' } });
    expect(part.status).toBe(206);
    expect(part.headers.get('content-range')).toBe('bytes 100-199/1000');
    expect(part.headers.get('content-length')).toBe('100');
    expect(Buffer.from(await part.arrayBuffer()).equals(bytes.subarray(100, 200))).toBe(true);
    const head = await get(url, { method: 'HEAD' });
    expect([head.status, head.headers.get('content-length'), await head.text()]).toEqual([200, '1000', '']);
    const outside = await get(url, { headers: { range: 'bytes=1000-' } });
    expect([outside.status, outside.headers.get('content-range')]).toEqual([416, 'bytes */1000']);
    const empty = await get(libraryUrl(await store(''), 'a.txt'));
    expect([empty.status, await empty.text()]).toEqual([200, '']);
  });

  it.each([
    [null, null],
    ['bytes=0-', { start: 0, end: 99 }],
    ['bytes=0-0', { start: 0, end: 0 }],
    ['bytes=99-200', { start: 99, end: 99 }],
    ['bytes=-1', { start: 99, end: 99 }],
    ['bytes=-1000', { start: 0, end: 99 }],
    ['bytes=-0', 'none'],
    ['bytes=100-', 'none'],
    ['bytes=5-4', null],
    ['bytes=-', null],
    ['bytes=1-2,4-5', null],
    ['lines=1-2', null],
    ['bytes=1-99999999999999999999', null],
  ])('range %j of 100 bytes is %j', (header, range) => {
    expect(rangeOf(header, 100)).toEqual(range);
  });
});

describe('bytes made in the page', () => {
  it('stream into an upload', async () => {
    const { get, taken } = await served();
    const bytes = bytesOf(100_000);
    const response = await get(intakeUrl('server/1', 'снимок / экрана.png'), {
      method: 'PUT',
      body: new Uint8Array(bytes),
    });
    expect(await response.json()).toMatchObject({ ok: true, value: { name: 'снимок / экрана.png' } });
    expect(taken[0]).toMatchObject({ serverId: 'server/1', name: 'снимок / экрана.png' });
    expect(taken[0]?.bytes.equals(bytes)).toBe(true);
  });

  it('stream into the page of an export', async () => {
    const { get, exported } = await served();
    const answer = await get(exportUrl('e/1'), { method: 'PUT', body: '<!doctype html>' });
    expect(await answer.json()).toEqual({ ok: true, value: {} });
    expect(exported.map(({ exportId, bytes }) => [exportId, String(bytes)])).toEqual([['e/1', '<!doctype html>']]);
    const over = await get(exportUrl('over'), { method: 'PUT', body: 'x' });
    expect(await over.json()).toEqual({ ok: false, code: 'bad-request' });
    expect((await get(exportUrl('e/1'))).status).toBe(405);
    expect((await get('/export/', { method: 'PUT', body: 'x' })).status).toBe(400);
  });

  it('are refused by a code', async () => {
    const { get } = await served();
    const answer = await get(intakeUrl('full', 'a.png'), { method: 'PUT', body: 'x' });
    expect(await answer.json()).toEqual({ ok: false, code: 'disk-full-here' });
    expect((await get('/intake/a.png', { method: 'PUT', body: 'x' })).status).toBe(400);
    expect((await get('/intake/?server=s', { method: 'PUT', body: 'x' })).status).toBe(400);
    expect((await get('/intake/a/b?server=s', { method: 'PUT', body: 'x' })).status).toBe(400);
    expect((await get('/intake/a.png?server=s')).status).toBe(405);
  });
});

it('media types know Office documents and nothing that runs', () => {
  expect(mediaTypeOf('.DOCX')).toContain('wordprocessingml');
  for (const extension of ['.html', '.svg', '.js', '.toString', ''])
    expect(mediaTypeOf(extension)).toBe('application/octet-stream');
});

describe('the lines of a portfolio', () => {
  async function portfolios() {
    const dir = scratchDir();
    writeFileSync(join(dir, 'content'), '{"me":1}\n');
    const given: string[] = [];
    const handle = createAppHandler({
      rendererDir: dir,
      library: await openLibrary(dir, heardShell()),
      hubOrigins: () => [],
      isOurOrigin: (origin) => origin === 'app://bundle',
      exported: async () => {},
      intake: () => Promise.reject(new PartaError('bad-request')),
      portfolio: {
        async content(jobId, bytes) {
          if (jobId === 'full') throw new PartaError('disk-full-here');
          for await (const chunk of bytes) given.push(Buffer.from(chunk).toString());
        },
        contentPath: (jobId) => (jobId === 'ready' ? join(dir, 'content') : null),
      },
    });
    const get = (path: string, init?: RequestInit) => handle(new Request(`app://bundle${path}`, init));
    return { get, given };
  }

  it('are taken in as a stream and given back where one is ready, and to nobody else', async () => {
    const { get, given } = await portfolios();
    const put = (jobId: string) => get(portfolioUrl(jobId), { method: 'PUT', body: 'a\n' });
    expect(await (await put('j')).json()).toEqual({ ok: true, value: {} });
    expect(given).toEqual(['a\n']);
    expect(await (await put('full')).json()).toEqual({ ok: false, code: 'disk-full-here' });
    const answer = await get(portfolioUrl('ready'));
    expect(await answer.text()).toBe('{"me":1}\n');
    expect(answer.headers.get('x-content-type-options')).toBe('nosniff');
    expect((await get(portfolioUrl('other'))).status).toBe(404);
    expect((await get('/portfolio/')).status).toBe(400);
    expect((await get('/portfolio/ready/more')).status).toBe(400);
    expect((await get(portfolioUrl('ready'), { method: 'DELETE' })).status).toBe(405);
    for (const origin of ['null', 'http://elsewhere'])
      expect((await get(portfolioUrl('ready'), { headers: { origin } })).status).toBe(403);
  });
});
