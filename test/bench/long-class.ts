/**
 * `bench -- open`: the app started where the teacher was, in a chat of 100,000 messages, without its hub, to the newest message
 * painted: `after-window` from its first paint, `after-load` from the beginning of its document. `bench -- memory` (`renderer`): what the window's process then holds, after the
 * chat was scrolled. In whichever shell this machine has; never quoted for the other.
 */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { shellLine } from '../electron/launch.ts';
import { Teacher } from '../demo/teacher.ts';
import { startHub } from '../support/hub.ts';
import { newId, Person } from '../support/person.ts';
import { atMost, measure, type Line } from './report.ts';

const MESSAGES = 100_000;
const PER_SUBMIT = 64;
const SUBMITS_AT_ONCE = 8;
const NO_LIMIT = { burst: 1e12, perSecond: 1e12 };
/** Where the stand-in's window comes from; Electron's own origin is welcome anyway. */
const PAGE_ORIGIN = 'http://bundle.app.stand-in.localhost';
const LAST = 'Последнее сообщение';
const SYNC_PATIENCE_MS = 240_000;
const SCROLLS = 40;

/** A laptop that has the whole chat, with its hub gone for good; its app is closed. */
async function longClass(userData: string): Promise<Teacher> {
  const { url, port, owner, stop } = await startHub({
    origins: [PAGE_ORIGIN],
    rates: { commands: NO_LIMIT, guestCommands: NO_LIMIT, asks: NO_LIMIT },
  });
  const teacher = new Person(url, owner);
  const { logId, channelId } = await teacher.createClass('7А');
  const message = (text: string) => ({
    id: newId(),
    kind: 'postMessage',
    body: { channelId, text, fileIds: [], replyTo: null },
  });
  for (let posted = 0; posted < MESSAGES; posted += PER_SUBMIT * SUBMITS_AT_ONCE)
    await Promise.all(
      Array.from({ length: SUBMITS_AT_ONCE }, (_, batch) =>
        teacher.submit(
          logId,
          Array.from({ length: PER_SUBMIT }, (__, at) =>
            message(
              `Сообщение ${posted + batch * PER_SUBMIT + at}: завтра контрольная, повторите параграф и упражнения`,
            ),
          ),
        ),
      ),
    );
  await teacher.submit(logId, [message(LAST)]);
  const { code } = await teacher.call<{ code: string }>('/api/device-codes', { method: 'POST' });
  const laptop = new Teacher(userData, {});
  await laptop.start();
  await laptop.connectTo(`127.0.0.1:${port}`, code);
  await laptop.openClass('7А', 'Чат');
  await laptop.page.getByText(LAST).last().waitFor({ timeout: SYNC_PATIENCE_MS });
  teacher.close();
  await stop();
  await laptop.quit();
  return laptop;
}

/** Milliseconds to the newest message: after the window's first paint, and after its document began to load. */
export async function paintedIn(laptop: Teacher): Promise<{ afterWindow: number; afterLoad: number }> {
  await laptop.start();
  return laptop.page.evaluate(
    (text) =>
      new Promise<{ afterWindow: number; afterLoad: number }>((resolve) => {
        const painted = () => {
          const afterLoad = performance.now();
          const window = performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? 0;
          resolve({ afterWindow: afterLoad - window, afterLoad });
        };
        const look = () => {
          const isThere = document.body.innerText.includes(text);
          requestAnimationFrame(isThere ? painted : look);
        };
        look();
      }),
    LAST,
  );
}

/** Resident megabytes of the largest window process below this one: pages that it shares with others count in part. */
function rendererMegabytes(): number {
  const parents = new Map<number, number>();
  const renderers: number[] = [];
  for (const name of readdirSync('/proc')) {
    const pid = Number(name);
    if (!Number.isInteger(pid)) continue;
    try {
      parents.set(pid, Number(readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ')[1]));
      if (readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('--type=renderer')) renderers.push(pid);
    } catch {
      // It is gone already.
    }
  }
  const isOurs = (pid: number): boolean => pid === process.pid || (pid > 1 && isOurs(parents.get(pid) ?? 0));
  const sizes = renderers.filter(isOurs).map((pid) => {
    const line = /^Pss:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8'));
    return Number(line?.[1] ?? 0) / 1024;
  });
  return Math.max(...sizes);
}

/** Runs `work` with a laptop that holds the long class. */
export async function withLongClass(work: (laptop: Teacher) => Promise<Line[]>): Promise<Line[]> {
  console.error(shellLine());
  const userData = mkdtempSync(join(tmpdir(), 'parta-bench-long-'));
  try {
    return await work(await longClass(userData));
  } finally {
    rmSync(userData, { recursive: true, force: true });
  }
}

export const open = (runs: number): Promise<Line[]> =>
  withLongClass(async (laptop) => {
    const wholes: number[] = [];
    const ours = async () => {
      const { afterWindow, afterLoad } = await paintedIn(laptop);
      wholes.push(afterLoad);
      await laptop.quit();
      return afterWindow;
    };
    const opening = { bench: 'open', unit: 'ms', runs, peer: null };
    return [
      await measure({ ...opening, case: 'after-window', ours, goal: atMost(500, 'ms') }),
      await measure({ ...opening, case: 'after-load', ours: () => Promise.resolve(wholes.shift()!) }),
    ];
  });

export const memoryRenderer = (_runs: number, wanted: readonly string[]): Promise<Line[]> =>
  wanted.length > 0 && !wanted.includes('renderer')
    ? Promise.resolve([])
    : withLongClass(async (laptop) => {
        const ours = async () => {
          await paintedIn(laptop);
          await laptop.page.mouse.move(700, 400);
          for (let scroll = 0; scroll < SCROLLS; scroll += 1) {
            await laptop.page.mouse.wheel(0, -3_000);
            await laptop.page.evaluate(() => new Promise((resolve) => requestAnimationFrame(resolve)));
          }
          const megabytes = rendererMegabytes();
          await laptop.quit();
          return megabytes;
        };
        return [await measure({ bench: 'memory', case: 'renderer', unit: 'MB', runs: 1, ours, peer: null, goal: atMost(300, 'MB') })]; // prettier-ignore
      });
