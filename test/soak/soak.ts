/**
 * A long quiet day with a bad network: two teachers' windows and a pupil's page at one hub, news every second, words typed by all,
 * reactions, one window reading far above the end, ten cuts. Judges from outside: nothing on the console, nothing lost or doubled, the
 * reading place where it was, memory where it was after the start (judgement.ts). Hides: browsers, the hub, the cable.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { Page } from 'playwright';
import { openBrowser } from '../demo/browser-pupil.ts';
import { Teacher } from '../demo/teacher.ts';
import { Lesson, TITLE } from '../student/stage.ts';
import { growthOf, isOfTheCut, LATE_LINE_MS, LEVEL_SAMPLES, type HeapGrowth } from './judgement.ts';

export const CUTS = 10;
export const HEAP_GROWTH_MAX = 0.1;
/** By then everything that a program keeps for good is loaded; a shorter run counts from a sixth of it. */
const SETTLED_AFTER_MS = 5 * 60_000;
const HEAP_EVERY_MS = 20_000;
/** A short run looks at its heaps more often, so that there are two levels and some way between them. */
const HEAP_SAMPLES_MIN = 5 * LEVEL_SAMPLES;
const CUT_MS = 4_000;
const STAND_IN_ORIGIN = 'http://bundle.app.stand-in.localhost';
const SAY_EVERY_MS = 1_000;
const PATIENCE_MS = 60_000;
/** News that a window starts with, so that there is something to scroll. */
const BEFORE = 300;

export interface SoakResult {
  ok: boolean;
  minutes: number;
  messages: number;
  reactions: number;
  cuts: number;
  consoleErrors: number;
  /** Lines of Chromium's own about the cuts; no fault. */
  networkLines: number;
  heap: Record<string, HeapGrowth>;
  scrollsChecked: number;
  scrollsMoved: number;
  lost: number;
  doubled: number;
  faults: string[];
}

export interface SoakOptions {
  minutes: number;
  studentDir: string;
  tell(line: string): void;
}

/** What a page holds after a collection, and its nodes, those that nothing shows too. */
async function heapOf(page: Page): Promise<{ bytes: number; nodes: number }> {
  const session = await page.context().newCDPSession(page);
  try {
    // Twice: what finalizers let go of at the first is taken at the second.
    await session.send('HeapProfiler.collectGarbage');
    await session.send('HeapProfiler.collectGarbage');
    const { usedSize } = await session.send('Runtime.getHeapUsage');
    const { nodes } = await session.send('Memory.getDOMCounters');
    return { bytes: usedSize, nodes };
  } finally {
    await session.detach();
  }
}

/** The first message in sight and how far below the top of the list it stands. */
const placeOf = (page: Page): Promise<{ row: string; top: number } | null> =>
  page.evaluate(() => {
    const rows = [...document.querySelectorAll<HTMLElement>('[data-row]')];
    const list = rows[0]?.parentElement?.closest<HTMLElement>('[tabindex]');
    if (!list) return null;
    const edge = list.getBoundingClientRect().top;
    const first = rows.find((row) => row.querySelector('[data-message]') && row.getBoundingClientRect().bottom > edge);
    return first
      ? { row: first.dataset['row'] ?? '', top: Math.round(first.getBoundingClientRect().top - edge) }
      : null;
  });

export async function soak({ minutes, studentDir, tell }: SoakOptions): Promise<SoakResult> {
  const folder = mkdtempSync(join(tmpdir(), 'parta-soak-'));
  const browser = await openBrowser();
  // The hub runs here, and must let in the page of an app that it did not start.
  process.env['PARTA_HUB_ORIGINS'] ??= STAND_IN_ORIGIN;
  const lesson = await Lesson.begin({ browser, studentDir, close: async () => {} });
  const windows = ['one', 'two'].map((name) => new Teacher(join(folder, name), { PARTA_HUB_PORT: '0' }));
  const said: string[] = ['Здравствуйте, класс'];
  const errors: string[] = [];
  let mendedAt = -Infinity;
  const result: SoakResult = {
    ok: false,
    minutes,
    messages: 0,
    reactions: 0,
    cuts: 0,
    consoleErrors: 0,
    networkLines: 0,
    heap: {},
    scrollsChecked: 0,
    scrollsMoved: 0,
    lost: 0,
    doubled: 0,
    faults: [],
  };
  const listen = (name: string, page: Page) => {
    page.on('pageerror', (error) => errors.push(`${name}: ${error.message}`));
    page.on('console', (line) => {
      if (line.type() !== 'error') return;
      const heard = { text: line.text(), url: line.location().url };
      const isCut = lesson.cable.isCut() || Date.now() - mendedAt < LATE_LINE_MS;
      if (isCut && isOfTheCut(heard, lesson.cable.port)) result.networkLines += 1;
      else errors.push(`${name}: ${heard.text} (${heard.url})`);
    });
  };
  const say = async (text: string) => {
    const entry = await lesson.say(text);
    said.push(text);
    return entry.id;
  };
  try {
    for (let number = 1; number <= BEFORE; number += 1) await say(`До урока ${number}`);
    const pages = new Map<string, Page>();
    for (const [at, teacher] of windows.entries()) {
      const answer = await lesson.teacher.ask('/api/device-codes', { method: 'POST' });
      const { code } = (JSON.parse(answer.bytes.toString()) as { value: { code: string } }).value;
      await teacher.start();
      listen(`window ${at + 1}`, teacher.page);
      await teacher.connectTo(`http://127.0.0.1:${lesson.cable.port}`, code);
      await teacher.openClass(TITLE, 'Чат');
      pages.set(`window ${at + 1}`, teacher.page);
    }
    const pupil = await lesson.open(await lesson.computer());
    listen('pupil', pupil);
    await lesson.knock(pupil);
    await lesson.confirm();
    const tab = pupil.getByRole('tab', { name: /^Чат/ });
    await pupil.getByText(`До урока ${BEFORE}`).or(tab).first().waitFor();
    if (await tab.isVisible()) await tab.click();
    pages.set('pupil', pupil);
    const [typing, reading] = windows.map(({ page }) => page) as [Page, Page];
    for (const page of [typing, reading, pupil]) await page.getByText(`До урока ${BEFORE}`).first().waitFor();

    // One reads far above the end and stays there.
    await reading.locator('[data-row]').last().hover();
    await reading.mouse.wheel(0, -2_500);
    await pause(1_500);
    const place = await placeOf(reading);
    if (!place) result.faults.push('no reading place was found');
    tell(`everybody is there; the second window reads at ${JSON.stringify(place)}`);

    const startedAt = Date.now();
    const endsAt = startedAt + minutes * 60_000;
    const heapEveryMs = Math.min(HEAP_EVERY_MS, (endsAt - startedAt) / HEAP_SAMPLES_MIN);
    const settledAfter = Math.floor(Math.min(SETTLED_AFTER_MS, (endsAt - startedAt) / 6) / heapEveryMs);
    let nextHeapAt = startedAt;
    const heaps = new Map([...pages.keys()].map((name): [string, number[]] => [name, []]));
    const weigh = async () => {
      const line: string[] = [];
      for (const [name, page] of pages) {
        const { bytes, nodes } = await heapOf(page);
        heaps.get(name)?.push(bytes);
        line.push(`${name} ${(bytes / 1e6).toFixed(2)} MB, ${nodes} nodes`);
      }
      tell(`${Math.round((Date.now() - startedAt) / 1000)} s, ${said.length} messages: ${line.join('; ')}`);
    };
    let nextCutAt = startedAt + (endsAt - startedAt) / (CUTS + 1);
    let lastId = await say('Начали');
    for (let round = 1; Date.now() < endsAt; round += 1) {
      const roundAt = Date.now();
      lastId = await say(`Слово ${round}`);
      if (round % 3 === 0) {
        await lesson.teacher.send(lesson.logId, 'react', {
          messageId: lastId,
          reaction: 'like',
          isOn: round % 2 === 0,
        });
        result.reactions += 1;
      }
      if (round % 5 === 0) await type(typing, 'Написать в чат', `Из окна ${round}`, said);
      if (round % 7 === 0) await type(pupil, 'Сообщение', `От ученика ${round}`, said);
      if (roundAt >= nextCutAt && result.cuts < CUTS) {
        result.cuts += 1;
        nextCutAt += (endsAt - startedAt) / (CUTS + 1);
        lesson.cable.cutAfter(0);
        // Somebody writes meanwhile, too.
        await type(typing, 'Написать в чат', `Без сети ${result.cuts}`, said);
        await pause(CUT_MS);
        lesson.cable.mend();
        mendedAt = Date.now();
        tell(`cut ${result.cuts} of ${CUTS} after ${Math.round((Date.now() - startedAt) / 1000)} s`);
      }
      if (round % 10 === 0) {
        result.scrollsChecked += 1;
        const now = await placeOf(reading);
        if (now?.row !== place?.row || Math.abs((now?.top ?? 0) - (place?.top ?? 0)) > 1) {
          result.scrollsMoved += 1;
          result.faults.push(`the reading place moved: ${JSON.stringify(place)} to ${JSON.stringify(now)}`);
        }
      }
      if (Date.now() >= nextHeapAt) {
        nextHeapAt += heapEveryMs;
        await weigh();
      }
      await pause(Math.max(0, SAY_EVERY_MS - (Date.now() - roundAt)));
    }
    const last = 'Последнее слово';
    await say(last);
    const until = Date.now() + PATIENCE_MS;
    while (Date.now() < until) {
      const texts = await textsIn(lesson);
      if (said.every((text) => texts.includes(text))) break;
      await pause(SAY_EVERY_MS);
    }
    for (const [name, page] of [
      ['window 1', typing],
      ['pupil', pupil],
    ] as const)
      await page
        .getByText(last)
        .first()
        .waitFor({ timeout: PATIENCE_MS })
        .catch(() => result.faults.push(`${name} does not show the last word`));
    const texts = await textsIn(lesson);
    for (const text of said) {
      const times = texts.filter((one) => one === text).length;
      if (times === 0) result.lost += 1;
      if (times > 1) result.doubled += 1;
    }
    for (const [name, samples] of heaps) {
      const heap = growthOf(samples, settledAfter);
      result.heap[name] = heap;
      if (heap.growth > HEAP_GROWTH_MAX)
        result.faults.push(`the heap of ${name} grew by ${Math.round(heap.growth * 100)} %`);
    }
    result.messages = said.length;
  } catch (thrown) {
    result.faults.push(thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown));
  } finally {
    for (const teacher of windows) await teacher.quit().catch(() => undefined);
    await browser.close();
    await lesson.end().catch(() => undefined);
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  }
  result.consoleErrors = errors.length;
  result.faults.push(...errors);
  result.ok = result.faults.length === 0 && result.lost === 0 && result.doubled === 0 && result.cuts === CUTS;
  return result;
}

/** As a person does it; counts as said once the field let go of it. */
async function type(page: Page, field: string, text: string, said: string[]) {
  const box = page.getByRole('textbox', { name: field });
  await box.fill(text);
  if (field === 'Сообщение') await page.getByRole('button', { name: 'Отправить' }).click();
  else await box.press('Enter');
  said.push(text);
}

async function textsIn(lesson: Lesson): Promise<string[]> {
  const { head } = await lesson.teacher.pull(lesson.logId, 1);
  const { entries } = await lesson.teacher.caughtUp(lesson.logId, head);
  return entries.flatMap(({ kind, body }) => (kind === 'messagePosted' ? [String(body?.['text'])] : []));
}
