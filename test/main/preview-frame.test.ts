/** The frame of previews as main serves it, and the pictures that main lets be shown at all. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { isTooLarge, PICTURE_HEAD_BYTES, PICTURE_PIXELS_MAX, pictureSizeOf } from '../../src/core/picture-size.ts';
import { createAppHandler } from '../../src/main/app-protocol.ts';
import { openLibrary } from '../../src/main/library.ts';
import { isPreviewScript, previewDocument, PREVIEW_POLICY } from '../../src/main/preview-frame.ts';
import { libraryUrl } from '../../src/preload/contract.ts';
import { png } from '../support/preview-samples.ts';
import { heardShell, scratchDir } from './scratch.ts';

vi.mock('electron', () => ({ app: {}, session: {}, shell: {} }));
const { isPreviewFrame } = await import('../../src/main/security.ts');
const SAMPLES = join(import.meta.dirname, '../support/samples');

async function served() {
  const dir = scratchDir();
  const rendererDir = join(dir, 'renderer');
  mkdirSync(join(rendererDir, 'assets'), { recursive: true });
  for (const name of ['sandbox-a1_B-.js', 'pdf-sandbox-x.js', 'index-x.js'])
    writeFileSync(join(rendererDir, 'assets', name), '0');
  const library = await openLibrary(dir, heardShell());
  const handle = createAppHandler({
    rendererDir,
    library,
    hubOrigins: () => [],
    isOurOrigin: (origin) => origin === 'app://bundle',
    intake: () => Promise.reject(new Error('not here')),
    exported: () => Promise.reject(new Error('not here')),
  });
  const get = (path: string, init?: RequestInit) => handle(new Request(`app://bundle${path}`, init));
  const store = async (bytes: Uint8Array) => (await library.take((async function* () { yield bytes; })())).sha256; // prettier-ignore
  return { get, store };
}

test('the document has no origin, no network, no address to go to, and one script of ours', async () => {
  const { get } = await served();
  const answer = await get('/preview/?script=%2Fassets%2Fsandbox-a1_B-.js');
  expect(answer.status).toBe(200);
  expect(answer.headers.get('content-security-policy')).toBe(PREVIEW_POLICY);
  expect(Object.fromEntries(PREVIEW_POLICY.split('; ').map((part) => [part.split(' ')[0], part.split(' ').slice(1).join(' ')]))).toEqual({
    'default-src': "'none'",
    'script-src': "'self' 'wasm-unsafe-eval'",
    'worker-src': 'blob:',
    'img-src': 'blob: data:',
    'font-src': 'data:',
    'connect-src': "'none'",
    'frame-src': "'none'",
    'base-uri': "'none'",
    'form-action': "'none'",
    'frame-ancestors': "'self'",
    sandbox: 'allow-scripts',
  }); // prettier-ignore
  const text = await answer.text();
  expect(text.match(/<script/g)).toHaveLength(1);
  expect(text).toContain('<script src="/assets/sandbox-a1_B-.js"></script>');
});

test.each([
  '/preview/',
  '/preview/?script=',
  '/preview/?script=%2Fassets%2Findex-x.js',
  '/preview/?script=%2Flibrary%2Fsandbox-x.js',
  '/preview/?script=%2Fassets%2F..%2Fsandbox-x.js',
  '/preview/?script=%2F%2Fevil.example%2Fassets%2Fsandbox-x.js',
  '/preview/?script=%2Fassets%2Fsandbox-x.js%22%3E%3Cscript%3Ealert(1)%3C%2Fscript%3E',
])('%s is no document', async (path) => {
  const { get } = await served();
  expect((await get(path)).status).toBe(404);
});

test('a development server names scripts of its own, and nothing that ends the attribute', () => {
  expect(previewDocument('/preview/frame/sandbox.ts?worker_file', true)?.status).toBe(200);
  expect(previewDocument('/x"><script>', true)).toBeNull();
  expect(previewDocument('//evil.example/x.js"', true)).toBeNull();
});

test('a page without an origin may load the scripts of the frame, and nothing else of ours', async () => {
  const { get, store } = await served();
  const policyOf = async (path: string) => (await get(path)).headers.get('cross-origin-resource-policy');
  expect(await policyOf('/assets/sandbox-a1_B-.js')).toBe('cross-origin');
  expect(await policyOf('/assets/pdf-sandbox-x.js')).toBe('cross-origin');
  expect(await policyOf('/assets/index-x.js')).toBe('same-origin');
  expect(await policyOf(libraryUrl(await store(Buffer.from('x')), 'sandbox-x.js'))).toBe('same-origin');
  expect(isPreviewScript('/assets/sandbox-x.js/../index.js')).toBe(false);
});

test('of all frames that could be navigated to, only the preview of our own address may be', () => {
  expect(isPreviewFrame('app://bundle/preview/?script=x')).toBe(true);
  for (const url of [
    'app://bundle/',
    'app://bundle/preview',
    'app://bundle/index.html',
    'app://bundle/library/x/preview/',
    'app://other/preview/',
    'https://evil.example/preview/',
    'data:text/html,x',
    'about:blank',
    'nonsense',
  ])
    expect(isPreviewFrame(url), url).toBe(false);
});

test('a picture that is a bomb is not handed out under any name of a picture; nor is what tells no size', async () => {
  const { get, store } = await served();
  const bomb = await store(png(30_000, 30_000));
  const script = await store(Buffer.from('<script>alert(1)</script>'));
  const fine = await store(png(300, 200));
  for (const name of ['a.png', 'a.jpg', 'a.webp', 'a.gif', 'a.bmp', 'a.avif']) {
    expect((await get(libraryUrl(bomb, name))).status).toBe(413);
    expect((await get(libraryUrl(script, name), { headers: { range: 'bytes=0-5' } })).status).toBe(415);
    const shown = await get(libraryUrl(fine, name));
    expect([shown.status, (await shown.arrayBuffer()).byteLength]).toEqual([200, png(300, 200).length]);
  }
  expect((await get(libraryUrl(bomb, 'a.zip'))).status).toBe(200);
});

test('sizes are told without decoding', () => {
  const sample = (path: string) => readFileSync(join(SAMPLES, path));
  expect(pictureSizeOf(png(7, 9))).toEqual({ width: 7, height: 9 });
  expect(pictureSizeOf(sample('photos/Landscape_3.jpg'))).toEqual({ width: 1800, height: 1200 });
  expect(pictureSizeOf(sample('photos/phone.heic'))).toEqual({ width: 320, height: 240 });
  const gif = Buffer.from('GIF89a\x0a\x00\x14\x00', 'latin1');
  expect(pictureSizeOf(gif)).toEqual({ width: 10, height: 20 });
  const bmp = Buffer.alloc(30);
  bmp.write('BM');
  bmp.writeUInt32LE(40, 14);
  bmp.writeInt32LE(11, 18);
  bmp.writeInt32LE(-22, 22);
  expect(pictureSizeOf(bmp)).toEqual({ width: 11, height: 22 });
  const webp = Buffer.alloc(40);
  webp.write('RIFF');
  webp.write('WEBPVP8X', 8);
  webp.writeUIntLE(99, 24, 3);
  webp.writeUIntLE(199, 27, 3);
  expect(pictureSizeOf(webp)).toEqual({ width: 100, height: 200 });
  for (const bytes of [
    Buffer.alloc(0),
    Buffer.from('GIF'),
    Buffer.from([0xff, 0xd8, 0xff, 0xe1, 0xff]),
    Buffer.from('text'),
  ])
    expect(pictureSizeOf(bytes)).toBeNull();
});

test('a JPEG with much in front of its picture is looked at as far as the limit', async () => {
  const { get, store } = await served();
  const photo = readFileSync(join(SAMPLES, 'photos/Landscape_3.jpg'));
  const filler = Buffer.concat([Buffer.from([0xff, 0xe2, 0xff, 0xff]), Buffer.alloc(0xfffd)]);
  const padded = (count: number) => Buffer.concat([photo.subarray(0, 2), ...Array.from({ length: count }, () => filler), photo.subarray(2)]); // prettier-ignore
  const most = Math.floor(PICTURE_HEAD_BYTES / filler.length) - 1;
  expect((await get(libraryUrl(await store(padded(most)), 'a.jpg'))).status).toBe(200);
  expect((await get(libraryUrl(await store(padded(most + 2)), 'a.jpg'))).status).toBe(415);
});

test('the limit is a number of points', () => {
  expect(isTooLarge({ width: PICTURE_PIXELS_MAX, height: 1 })).toBe(false);
  expect(isTooLarge({ width: PICTURE_PIXELS_MAX + 1, height: 1 })).toBe(true);
});
