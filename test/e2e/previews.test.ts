// The frame of previews in the built app: main's own policies, the real document, the real script. Runs on Electron and on the stand-in.
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { ElectronApplication, Page } from 'playwright';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { thumbnailUrl } from '../../src/preload/contract/channels.ts';
import { launchParta, shellLine } from '../electron/launch.ts';

const ASSETS = join(import.meta.dirname, '../../out/renderer/assets');
let userData = '';
let app: ElectronApplication;
let page: Page;

beforeAll(async () => {
  console.log(shellLine());
  if (!existsSync(ASSETS)) throw new Error('build first: npm run build');
  userData = mkdtempSync(join(tmpdir(), 'parta-previews-'));
  app = await launchParta({ userData, env: { PARTA_HUB_PORT: '0' } });
  page = await app.firstWindow();
  await page.waitForFunction(() => document.getElementById('root')?.childElementCount);
});
afterAll(async () => {
  await app?.close();
  rmSync(userData, { recursive: true, force: true });
});

const scriptNamed = (start: string) => {
  const name = readdirSync(ASSETS).find((one) => one.startsWith(start));
  if (!name) throw new Error(`${start} was not built`);
  return `/assets/${name}`;
};

it.each(['sandbox-', 'pdf-sandbox-'])('the %s frame starts, has no origin, and hears its window', async (start) => {
  const last = start === 'sandbox-' ? 'trouble' : 'ready';
  const heard = await page.evaluate(
    async ([script, last]) => {
      const frame = document.createElement('iframe');
      frame.setAttribute('sandbox', 'allow-scripts');
      frame.src = `/preview/?script=${encodeURIComponent(script)}`;
      const said: { origin: string; say: string }[] = [];
      const done = new Promise<void>((resolve) => {
        window.addEventListener('message', function listen({ source, origin, data }) {
          if (source !== frame.contentWindow) return;
          const { say } = data as { say: string };
          if (say === 'ready') frame.contentWindow?.postMessage({ say: 'open', look: { isDark: false, language: 'ru', zoom: 1, isWhole: true, words: { name: '', size: '', page: '', picture: '' } }, worker: null, reading: 'picture', bytes: new ArrayBuffer(3), mediaType: 'image/png', sizeBytes: 3, entryCount: 0 }, '*'); // prettier-ignore
          if (said.every((one) => one.say !== say)) said.push({ origin, say });
          // Without pdf.js's worker that frame has nothing to answer with.
          if (say !== last) return;
          window.removeEventListener('message', listen);
          resolve();
        });
      });
      document.body.append(frame);
      await done;
      frame.remove();
      return said.filter(({ say }) => say !== 'height');
    },
    [scriptNamed(start), last] as const,
  );
  expect(heard).toEqual([...new Set(['ready', last])].map((say) => ({ origin: 'null', say })));
});

it('no other document of ours stands in a frame', async () => {
  const denials = () => readFileSync(join(userData, 'logs', 'app.jsonl'), 'utf8').split('navigation-denied').length - 1;
  const before = denials();
  await page.evaluate(() => {
    for (const src of ['/index.html', '/library/x/a.html']) {
      const frame = document.createElement('iframe');
      frame.src = src;
      document.body.append(frame);
    }
  });
  while (denials() < before + 2) await delay(50);
  expect(await page.evaluate(() => [...document.querySelectorAll('iframe')].map((frame) => frame.contentDocument?.getElementById('root') ?? null))).toEqual([null, null]); // prettier-ignore
});

it('small pictures are kept by main, and nothing but small pictures', async () => {
  const url = thumbnailUrl('ab'.repeat(32));
  const seen = await page.evaluate(async (address) => {
    const canvas = new OffscreenCanvas(64, 48);
    canvas.getContext('2d')!.fillRect(0, 0, 20, 20);
    const picture = await canvas.convertToBlob({ type: 'image/webp' });
    const put = async (body: Blob) => (await fetch(address, { method: 'PUT', body })).status;
    const before = (await fetch(address)).status;
    const statuses = [await put(new Blob(['<script>'])), await put(picture)];
    const image = new Image();
    image.src = address;
    await image.decode();
    return { before, statuses, width: image.naturalWidth };
  }, url);
  expect(seen).toEqual({ before: 204, statuses: [400, 204], width: 64 });
});
