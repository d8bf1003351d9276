/**
 * `bench -- scroll`: the wheel turned up through a chat of 100,000 messages in the running app, and how many frames that costs:
 * `dropped` of a hundred that a screen of 60 a second would have shown, `longest` between two. Nothing else may want the machine
 * meanwhile; where pictures are made without a graphics card it is that which is measured too.
 */
import type { Teacher } from '../demo/teacher.ts';
import { paintedIn, withLongClass } from './long-class.ts';
import { measure, type Line } from './report.ts';

const TURNS = 600;
/** A notch of a wheel, in the pace of somebody who looks for something far above. */
const TURN_PX = 120;
const TURN_EVERY_MS = 16;
const FRAME_MS = 1000 / 60;

interface Scrolled {
  droppedPercent: number;
  longestMs: number;
}

async function scroll(laptop: Teacher): Promise<Scrolled> {
  await paintedIn(laptop);
  const { page } = laptop;
  await page.mouse.move(700, 400);
  // One frame after the other, from here until they are asked for.
  await page.evaluate(() => {
    const frames: number[] = [];
    const note = (at: number) => {
      frames.push(at);
      requestAnimationFrame(note);
    };
    requestAnimationFrame(note);
    Object.assign(globalThis, { frames });
  });
  for (let turn = 0; turn < TURNS; turn++) {
    await page.mouse.wheel(0, -TURN_PX);
    await page.waitForTimeout(TURN_EVERY_MS);
  }
  const frames = await page.evaluate(() => (globalThis as unknown as { frames: number[] }).frames);
  const passed = frames.slice(1).map((at, i) => at - frames[i]!);
  const dropped = passed.reduce((sum, ms) => sum + Math.max(0, Math.round(ms / FRAME_MS) - 1), 0);
  return { droppedPercent: (100 * dropped) / (passed.length + dropped), longestMs: Math.max(...passed) };
}

export const scrolling = (): Promise<Line[]> =>
  withLongClass(async (laptop) => {
    let result: Scrolled | null = null;
    const once = async () => {
      result ??= await scroll(laptop);
      return result;
    };
    const scene = { bench: 'scroll', runs: 1, peer: null };
    const lines = [
      await measure({ ...scene, case: 'dropped', unit: '%', ours: async () => (await once()).droppedPercent }),
      await measure({ ...scene, case: 'longest', unit: 'ms', ours: async () => (await once()).longestMs }),
    ];
    await laptop.quit();
    return lines;
  });
