/**
 * Takes the gallery's pictures and says what is wrong with them. A picture is wrong when it is missing, when something on it is
 * clipped or scrolls sideways, when the page complained, when a raw text key stands on it, or when axe finds something serious.
 * Hides: building the page that mounts scenes, serving it with the library's files, and the browser, whose pages are kept and
 * lent out again: a new page for each look took longer than the look. Every look loads its scene anew all the same.
 */
import { AxeBuilder } from '@axe-core/playwright';
import react from '@vitejs/plugin-react';
import { createReadStream, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { extname, join } from 'node:path';
import { chromium, type Browser, type Page, type Request } from 'playwright';
import { build } from 'vite';
import { previewDocument } from '../../src/main/preview-frame.ts';
import { CHROMIUM_ENV, CHROMIUM_FLAGS, chromiumPath } from '../support/chromium.ts';
import { SCENES, WIDTHS, ZOOMED, type Scene, type SceneName } from './scene-list.ts';
import { LIBRARY, NOW } from './page/stage.ts';

export interface Look {
  language: 'ru' | 'en';
  theme: 'light' | 'dark';
  width: number;
  /** In a window zoomed to 200 % ({@link ZOOMED}). */
  isZoomed?: true;
}
export interface Picture {
  scene: SceneName;
  look: Look;
  file: string;
  /** Empty where all is well. */
  faults: string[];
}

const HEIGHT = 800;
/** A4 within margins of 10 mm, in CSS pixels. */
const PAPER = { width: 718, height: 1_046 };
const SETTLE_TIMEOUT_MS = 20_000;
/** axe comes with what drives it. */
const AXE = readFileSync(
  createRequire(import.meta.resolve('@axe-core/playwright')).resolve('axe-core/axe.min.js'),
  'utf8',
);
const SAMPLES = join(import.meta.dirname, '../support/samples');
const TYPES: Record<string, string> = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.mjs': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
  '.wasm': 'application/wasm',
};

export const pictureName = (scene: SceneName, { language, theme, width, isZoomed }: Look) =>
  `${scene}.${language}.${theme}.${width}${isZoomed ? '.zoomed' : ''}.png`;

/** Every look of a scene: both languages, both themes, each width; zoomed where it is looked at so. */
export const looksOf = (scene: SceneName): Look[] =>
  (['ru', 'en'] as const).flatMap((language) => [
    ...(['light', 'dark'] as const).flatMap((theme) =>
      WIDTHS[SCENES[scene].on].map((width) => ({ language, theme, width })),
    ),
    ...zoomedLooks(scene, { language, theme: 'light' }),
  ]);

/** The look of a scene in a zoomed window; none where nobody looks at it so. */
export function zoomedLooks(scene: SceneName, look: Pick<Look, 'language' | 'theme'>): Look[] {
  const { isZoomed }: Scene = SCENES[scene];
  return isZoomed ? [{ ...look, width: ZOOMED.width, isZoomed }] : [];
}

export interface Gallery {
  url: string;
  browser: Browser;
  /** Pages at rest, by what cannot be changed on a living page. */
  atRest: Map<string, Page[]>;
  close(): Promise<void>;
}

/** Builds the page of scenes and serves it with the library's files, until closed. */
export async function openGallery(): Promise<Gallery> {
  const outDir = mkdtempSync(join(tmpdir(), 'parta-gallery-'));
  await build({
    root: join(import.meta.dirname, 'page'),
    configFile: false,
    logLevel: 'error',
    plugins: [react()],
    base: './',
    build: {
      outDir,
      emptyOutDir: true,
      chunkSizeWarningLimit: 10_000,
      // Two pages: their style sheets must not meet.
      rolldownOptions: { input: ['index.html', 'pupil.html'].map((page) => join(import.meta.dirname, 'page', page)) },
    },
  });
  const thumbnails = new Map<string, Buffer>();
  const server = createServer((request, reply) => {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://gallery');
    const path = decodeURIComponent(pathname);
    if (path === '/preview/') return void send(reply, previewDocument(searchParams.get('script')));
    if (path.startsWith('/thumbnail/')) return void thumbnail(path, request, reply, thumbnails);
    if (path.startsWith('/converted/')) return void reply.writeHead(204).end();
    const hash = /^\/library\/([0-9a-f]{64})\//.exec(path)?.[1];
    // A pupil's page asks the hub for its pictures: here they are all the same photo.
    const isPupils = path.startsWith('/api/files/');
    const kept = isPupils ? LIBRARY.photo : Object.values(LIBRARY).find((file) => file.sha256 === hash);
    const file = kept ? join(SAMPLES, kept.sample) : join(outDir, path === '/' ? 'index.html' : path);
    if (path.includes('..') || !existsSync(file)) return void reply.writeHead(404).end();
    const type = kept?.mediaType ?? TYPES[extname(file)] ?? 'application/octet-stream';
    // What is built has its hash in its name: read and compiled once, not once a look.
    const keep = path.startsWith('/assets/') ? { 'cache-control': 'max-age=31536000, immutable' } : {};
    reply.writeHead(200, { 'content-type': type, ...keep });
    createReadStream(file).pipe(reply);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const browser = await chromium.launch({ executablePath: chromiumPath(), args: CHROMIUM_FLAGS, env: CHROMIUM_ENV });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  return { url, browser, atRest: new Map(), close: () => close(browser, server, outDir) };
}

/** Documents of previews come from main itself, with their policy. */
async function send(reply: ServerResponse, answer: Response | null) {
  if (!answer) return reply.writeHead(404).end();
  return reply.writeHead(answer.status, Object.fromEntries(answer.headers)).end(await answer.text());
}

/** Kept as main does, for as long as the gallery is open. */
async function thumbnail(path: string, request: IncomingMessage, reply: ServerResponse, kept: Map<string, Buffer>) {
  const pieces: Buffer[] = [];
  for await (const piece of request) pieces.push(piece as Buffer);
  if (request.method === 'PUT') kept.set(path, Buffer.concat(pieces));
  const bytes = request.method === 'GET' ? kept.get(path) : undefined;
  return bytes ? reply.writeHead(200, { 'content-type': 'image/webp' }).end(bytes) : reply.writeHead(204).end();
}

async function close(browser: Browser, server: Server, outDir: string) {
  await browser.close();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  rmSync(outDir, { recursive: true, force: true });
}

/** A page that shows nothing, as wide and in the colours of this look. */
async function lend(gallery: Gallery, look: Look): Promise<Page> {
  const page = gallery.atRest.get(kindOf(look))?.pop() ?? (await newPage(gallery.browser, look));
  await page.setViewportSize({ width: look.width, height: look.isZoomed ? ZOOMED.height : HEIGHT });
  await page.emulateMedia({ colorScheme: look.theme, media: 'screen' });
  return page;
}

const kindOf = ({ language, isZoomed }: Look) => `${language}${isZoomed ? ' zoomed' : ''}`;

async function newPage(browser: Browser, { language, isZoomed }: Look): Promise<Page> {
  const context = await browser.newContext({
    deviceScaleFactor: isZoomed ? ZOOMED.scale : 1,
    locale: language === 'ru' ? 'ru-RU' : 'en-GB',
    timezoneId: 'UTC',
    reducedMotion: 'reduce',
  });
  const page = await context.newPage();
  await page.clock.setFixedTime(NOW);
  return page;
}

const HEARD = ['console', 'pageerror', 'request', 'requestfinished', 'requestfailed'];

/** The page leaves its scene, the mouse leaves the page, and nobody hears what it says. */
async function giveBack(gallery: Gallery, look: Look, page: Page) {
  for (const event of HEARD) page.removeAllListeners(event);
  await page.mouse.move(-1, -1);
  await page.goto('about:blank');
  const others = gallery.atRest.get(kindOf(look));
  if (others) others.push(page);
  else gallery.atRest.set(kindOf(look), [page]);
}

/** One picture: opens the scene, acts, waits until it stands still, looks for faults. */
export async function take(gallery: Gallery, scene: SceneName, look: Look, folder: string): Promise<Picture> {
  mkdirSync(folder, { recursive: true });
  const file = join(folder, pictureName(scene, look));
  const faults: string[] = [];
  const inFlight = new Set<Request>();
  const page = await lend(gallery, look);
  try {
    page.on('console', (message) => message.type() === 'error' && faults.push(`console: ${message.text()}`));
    page.on('pageerror', (error) => faults.push(`error: ${error.message}`));
    page.on('request', (request) => inFlight.add(request));
    page.on('requestfinished', (request) => inFlight.delete(request));
    page.on('requestfailed', (request) => inFlight.delete(request));
    const { on, acts = [], isPrinted }: Scene = SCENES[scene];
    const address = `${gallery.url}${on === 'pupil' ? 'pupil.html' : ''}`;
    await page.goto(`${address}?scene=${scene}&language=${look.language}&theme=${look.theme}`);
    if (isPrinted) await page.evaluate(keepPrinted);
    await settled(page, inFlight);
    for (const act of acts) {
      if ('press' in act) await page.keyboard.press(act.press);
      else if ('type' in act) {
        await page.waitForFunction(() => document.activeElement?.matches('input, textarea, [contenteditable]'));
        await page.keyboard.type(act.type);
      } else
        await page
          .getByRole('button', { name: act.click })
          .or(page.getByRole('tab', { name: act.click }))
          .click();
      await settled(page, inFlight);
    }
    if (isPrinted) {
      await page.emulateMedia({ media: 'print' });
      await page.setViewportSize(PAPER);
      await settled(page, inFlight);
    }
    await page.screenshot({ path: file, animations: 'disabled' });
    faults.push(...(await page.evaluate(faultsOnPage)), ...(await seriousForAxe(page)));
    await giveBack(gallery, look, page);
  } catch (error) {
    faults.push(`not taken: ${error instanceof Error ? error.message : String(error)}`);
    await page.context().close();
  }
  if (!existsSync(file)) faults.push('the picture is missing');
  return { scene, look, file, faults };
}

/**
 * What axe finds, in frames too. Without frames it needs no second page to put its parts together, and its own text (650 KB) is
 * given to the page once instead of three times.
 */
async function seriousForAxe(page: Page): Promise<string[]> {
  const hasFrames = page.frames().length > 1;
  if (!hasFrames) await page.evaluate(AXE);
  const { violations } = await new AxeBuilder(hasFrames ? { page } : { page, axeSource: '// It is there.' })
    .options({ resultTypes: ['violations'] })
    .setLegacyMode(!hasFrames)
    .analyze();
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, nodes }) => {
      const where = nodes.map((node) => node.target.join(' ')).slice(0, 4);
      return `axe ${id}: ${where.join(' | ')}`;
    });
}

/** Runs inside the page: what goes to the printer is there only for as long as its dialog is open; a copy of it stays. */
function keepPrinted() {
  window.print = () => document.body.append(document.body.lastElementChild!.cloneNode(true));
}

/** Something is on the page, what it asked for is there, and it stays the same for some frames. */
async function settled(page: Page, inFlight: ReadonlySet<Request>) {
  const until = performance.now() + SETTLE_TIMEOUT_MS;
  // Not `waitForFunction`: a promise is true for it, whatever it brings.
  for (;;) {
    const wasQuiet = inFlight.size === 0;
    if ((await page.evaluate(standsStill)) && wasQuiet && inFlight.size === 0) return;
    const missing = [...inFlight].map((request) => request.url()).join(' ');
    if (performance.now() > until) throw new Error(`no rest: ${missing || 'the page is busy or changes'}`);
  }
}

/** Runs inside the page. */
async function standsStill(): Promise<boolean> {
  const isReady = () =>
    (document.body.innerText.trim().length > 0 || document.querySelector('main *')) &&
    document.fonts.status === 'loaded' &&
    !document.querySelector('[aria-busy="true"]');
  const frame = () => new Promise((resolve) => requestAnimationFrame(resolve));
  await frame();
  if (!isReady()) return false;
  const before = document.body.innerHTML;
  for (let i = 0; i < 5; i++) await frame();
  return before === document.body.innerHTML && !!isReady();
}

/** Runs inside the page. */
function faultsOnPage(): string[] {
  const faults: string[] = [];
  const root = document.scrollingElement ?? document.documentElement;
  if (root.scrollWidth > root.clientWidth + 1)
    faults.push(`scrolls sideways: ${root.scrollWidth} in ${root.clientWidth}`);
  const words = (element: Element) => (element.textContent ?? '').trim().slice(0, 60);
  const isVisible = (element: Element) => element.checkVisibility({ opacityProperty: true, visibilityProperty: true });
  const LABELS = 'button, [role=tab], label, h1, h2, h3, th, legend';
  for (const element of document.querySelectorAll('body *')) {
    const hasOwnText = [...element.childNodes].some(
      (node) => node.nodeType === Node.TEXT_NODE && node.textContent?.trim(),
    );
    if (!hasOwnText || !isVisible(element)) continue;
    const style = getComputedStyle(element);
    const isHidden = style.position === 'absolute' && (element.clientWidth <= 1 || style.clipPath !== 'none');
    if (isHidden || element.clientWidth === 0) continue;
    const cutsX = style.overflowX !== 'visible' && element.scrollWidth > element.clientWidth + 1;
    const isMeant = style.textOverflow === 'ellipsis' && !element.closest(LABELS);
    if (cutsX && style.overflowX !== 'auto' && style.overflowX !== 'scroll' && !isMeant)
      faults.push(`clipped: "${words(element)}"`);
    const cutsY =
      (style.overflowY === 'hidden' || style.overflowY === 'clip') && element.scrollHeight > element.clientHeight + 3;
    if (cutsY && style.webkitLineClamp === 'none') faults.push(`clipped below: "${words(element)}"`);
    const box = element.getBoundingClientRect();
    const scroller = element.closest('[class*="scroll" i], [data-scroll], [style*="overflow"]');
    if (box.right > window.innerWidth + 1 && box.left < window.innerWidth && !scroller)
      faults.push(`runs out of the window: "${words(element)}"`);
  }
  // Who looks at a projected wall cannot scroll it.
  for (const part of document.querySelectorAll('[data-projected], [data-projected] > *'))
    if (part.scrollHeight > part.clientHeight + 1)
      faults.push(`not in sight: ${part.scrollHeight} in ${part.clientHeight}`);
  const text = document.body.innerText;
  const raw =
    /\bundefined\b|\bNaN\b|\[object \w+\]|Invalid Date|\{\w+\}|\b[a-z]+(?:[A-Z][a-z]+)*\.[a-z]+[A-Z]\w*\b/.exec(text);
  if (raw) faults.push(`raw text: "${raw[0]}"`);
  return [...new Set(faults)];
}
