/**
 * `bench -- start`: from launching the app to its class list usable, with a class of 28 in it. `cold`: the disk's cache is dropped first
 * (root on Linux only; else it says so and measures warm). In whichever shell this machine has; never quoted for the other.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { shellLine } from '../electron/launch.ts';
import { Teacher } from '../demo/teacher.ts';
import { measure, type Line } from './report.ts';

const LIST = join(import.meta.dirname, '../../resources/demo/7А.csv');
const PUPILS = 28;

function dropCache(): boolean {
  spawnSync('sync');
  try {
    writeFileSync('/proc/sys/vm/drop_caches', '3');
    return true;
  } catch {
    return false;
  }
}

/** Seconds until the list can be read and clicked. */
async function startOnce(userData: string): Promise<number> {
  const teacher = new Teacher(userData, {});
  const begunAt = performance.now();
  await teacher.start();
  await teacher.listed(PUPILS);
  const seconds = (performance.now() - begunAt) / 1000;
  await teacher.quit();
  return seconds;
}

export async function start(runs: number, wanted: readonly string[]): Promise<Line[]> {
  console.error(shellLine());
  const userData = mkdtempSync(join(tmpdir(), 'parta-bench-start-'));
  const teacher = new Teacher(userData, {});
  await teacher.start();
  await teacher.createFirstClass('Ирина Петровна Смирнова', '7А');
  await teacher.importList(LIST, PUPILS);
  // The app opens where the teacher was.
  await teacher.openClass('7А', 'Список класса');
  await teacher.listed(PUPILS);
  await teacher.quit();
  const lines: Line[] = [];
  for (const name of ['cold', 'warm'].filter((one) => wanted.length === 0 || wanted.includes(one))) {
    const ours = async () => {
      if (name === 'cold' && !dropCache())
        console.error('start cold: the cache of this disk cannot be dropped here; this is warm');
      return startOnce(userData);
    };
    lines.push(await measure({ bench: 'start', case: name, unit: 's', runs, ours, peer: null }));
  }
  rmSync(userData, { recursive: true, force: true });
  return lines;
}
