/**
 * Tells whoever started the app that the window has painted: a JSON file named by PARTA_READY_FILE, with a picture of the
 * window. For `npm start` and tests; without that variable it does nothing. Promises: the file appears whole, once.
 */
import type { BrowserWindow } from 'electron';
import { rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

/** A page that never asks for anything is shown as it is after this time. */
export const PAGE_ASKS_MS = 20_000;
const FRAME_MS = 2_000;

export interface ReadyFacts {
  pid: number;
  dataDir: string;
  addresses: string[];
  hubRunning: boolean;
}

/**
 * @param asked resolves when the page has made its first call
 * @param facts asked when the picture is taken
 */
export async function tellFirstPaint(
  window: BrowserWindow,
  file: string,
  asked: Promise<unknown>,
  facts: () => ReadyFacts,
): Promise<void> {
  const loaded = new Promise<void>((resolve) => window.webContents.once('did-finish-load', () => resolve()));
  await Promise.race([Promise.all([asked, loaded]), delay(PAGE_ASKS_MS, null, { ref: false })]);
  // Two frames: one may still show what was there before the answer.
  const frames = 'new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => done(true))))';
  await Promise.race([window.webContents.executeJavaScript(frames), delay(FRAME_MS, null, { ref: false })]);
  const now = facts();
  const picture = join(now.dataDir, 'first-paint.png');
  await writeFile(picture, (await window.webContents.capturePage()).toPNG());
  await writeFile(`${file}.new`, JSON.stringify({ ...now, picture }));
  await rename(`${file}.new`, file);
}
