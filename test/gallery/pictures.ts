/**
 * Takes the gallery's pictures and says what is wrong with them. A picture is wrong when it is missing, when something on it is
 * clipped or scrolls sideways, when the page complained, when a raw text key stands on it, or when axe finds something serious.
 * Hides: building the page that mounts scenes, serving it with the library's files, and the browser.
 */
import { AxeBuilder } from '@axe-core/playwright';
import react from '@vitejs/plugin-react';
import { createReadStream, existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { extname, join } from 'node:path';
import { chromium, type Browser, type Page } from 'playwright';
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

/** Builds the page of scenes and serves it with the library's files, until closed. */
export async function openGallery(): Promise<{ url: string; browser: Browser; close(): Promise<void> }> {
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
    reply.writeHead(200, { 'content-type': kept?.mediaType ?? TYPES[extname(file)] ?? 'application/octet-stream' });
    createReadStream(file).pipe(reply);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const browser = await chromium.launch({ executablePath: chromiumPath(), args: CHROMIUM_FLAGS, env: CHROMIUM_ENV });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  return { url, browser, close: () => close(browser, server, outDir) };
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

/** One picture: opens the scene, acts, waits until it stands still, looks for faults. */
export async function take(
  gallery: { url: string; browser: Browser },
  scene: SceneName,
  look: Look,
  folder: string,
): Promise<Picture> {
  mkdirSync(folder, { recursive: true });
  const file = join(folder, pictureName(scene, look));
  const context = await gallery.browser.newContext({
    viewport: { width: look.width, height: look.isZoomed ? ZOOMED.height : HEIGHT },
    deviceScaleFactor: look.isZoomed ? ZOOMED.scale : 1,
    locale: look.language === 'ru' ? 'ru-RU' : 'en-GB',
    timezoneId: 'UTC',
    colorScheme: look.theme,
    reducedMotion: 'reduce',
  });
  const faults: string[] = [];
  try {
    const page = await context.newPage();
    page.on('console', (message) => message.type() === 'error' && faults.push(`console: ${message.text()}`));
    page.on('pageerror', (error) => faults.push(`error: ${error.message}`));
    await page.clock.setFixedTime(NOW);
    const { on, acts = [], isPrinted }: Scene = SCENES[scene];
    if (isPrinted) await page.addInitScript(keepPrinted);
    const address = `${gallery.url}${on === 'pupil' ? 'pupil.html' : ''}`;
    await page.goto(`${address}?scene=${scene}&language=${look.language}&theme=${look.theme}`);
    await settled(page);
    for (const act of acts) {
      if ('press' in act) await page.keyboard.press(act.press);
      else if ('type' in act) await page.keyboard.type(act.type);
      else
        await page
          .getByRole('button', { name: act.click })
          .or(page.getByRole('tab', { name: act.click }))
          .click();
      await settled(page);
    }
    if (isPrinted) {
      await page.emulateMedia({ media: 'print' });
      await page.setViewportSize(PAPER);
      await settled(page);
    }
    await page.screenshot({ path: file, animations: 'disabled' });
    faults.push(...(await page.evaluate(faultsOnPage)));
    const { violations } = await new AxeBuilder({ page }).analyze();
    for (const { id, impact, nodes } of violations)
      if (impact === 'serious' || impact === 'critical')
        faults.push(
          `axe ${id}: ${nodes
            .map((node) => node.target.join(' '))
            .slice(0, 4)
            .join(' | ')}`,
        );
  } catch (error) {
    faults.push(`not taken: ${error instanceof Error ? error.message : String(error)}`);
  } finally {
    await context.close();
  }
  if (!existsSync(file)) faults.push('the picture is missing');
  return { scene, look, file, faults };
}

/** Runs inside the page: what goes to the printer is there only for as long as its dialog is open; a copy of it stays. */
function keepPrinted() {
  window.print = () => document.body.append(document.body.lastElementChild!.cloneNode(true));
}

/** Something is on the page, fonts and pictures are there, and two frames in a row are the same. */
async function settled(page: Page) {
  await page.waitForFunction(
    () =>
      (document.body.innerText.trim().length > 0 || document.querySelector('main *')) &&
      document.fonts.status === 'loaded' &&
      !document.querySelector('[aria-busy="true"]'),
    undefined,
    { timeout: SETTLE_TIMEOUT_MS },
  );
  await page.waitForFunction(
    async () => {
      const frame = () => new Promise((resolve) => requestAnimationFrame(resolve));
      const before = document.body.innerHTML;
      for (let i = 0; i < 5; i++) await frame();
      return before === document.body.innerHTML && !document.querySelector('[aria-busy="true"]');
    },
    undefined,
    { timeout: SETTLE_TIMEOUT_MS },
  );
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
  const text = document.body.innerText;
  const raw =
    /\bundefined\b|\bNaN\b|\[object \w+\]|Invalid Date|\{\w+\}|\b[a-z]+(?:[A-Z][a-z]+)*\.[a-z]+[A-Z]\w*\b/.exec(text);
  if (raw) faults.push(`raw text: "${raw[0]}"`);
  return [...new Set(faults)];
}
