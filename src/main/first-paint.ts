/**
 * Tells whoever started the app that the window has painted: a JSON file named by PARTA_READY_FILE, with a picture of the
 * window. For `npm start` and tests; without that variable it does nothing. Promises: the file appears whole, once.
 */
import type { BrowserWindow } from 'electron';
import { rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

/** A page that stays empty is shown as it is after this time. */
export const PAGE_DRAWS_MS = 20_000;
const LOOK_MS = 50;

export interface ReadyFacts {
  pid: number;
  dataDir: string;
  addresses: string[];
  hubRunning: boolean;
}

/** Something stands in the page, and two frames since: one may still show what was there before. */
const DRAWN = `new Promise((done) => {
  const look = () => {
    if (!document.getElementById('root')?.childElementCount) return setTimeout(look, ${LOOK_MS});
    requestAnimationFrame(() => requestAnimationFrame(() => done(true)));
  };
  look();
})`;

/**
 * @param others what must be ready besides the page
 * @param facts asked when the picture is taken
 */
export async function tellFirstPaint(
  window: BrowserWindow,
  file: string,
  others: Promise<unknown>,
  facts: () => ReadyFacts,
): Promise<void> {
  const { webContents } = window;
  const loaded = new Promise<void>((resolve) => webContents.once('did-finish-load', () => resolve()));
  const drawn = loaded.then(() => webContents.executeJavaScript(DRAWN) as Promise<unknown>);
  await Promise.race([Promise.all([drawn, others]), delay(PAGE_DRAWS_MS, null, { ref: false })]);
  const now = facts();
  const picture = join(now.dataDir, 'first-paint.png');
  await writeFile(picture, (await webContents.capturePage()).toPNG());
  await writeFile(`${file}.new`, JSON.stringify({ ...now, picture }));
  await rename(`${file}.new`, file);
}
