/**
 * `bench -- cache`: 100,000 changes into IndexedDB, a fifth of them edits and reactions to messages from anywhere, folded, by the
 * client's own code, in pieces as a catch-up brings them (`catch-up`) and as a socket does (`pushed`), against one Dexie `bulkPut` of
 * a row per change with three keys and relaxed durability, which neither checks nor folds.
 * `bench -- search`: a word in its forms among 100,000 rows, against a Dexie filter over the same; `index`: making it.
 */
import { openBenchPage, type BenchPage } from './bench-page.ts';
import { atMost, measure, ratioAtMost, type Line } from './report.ts';
import type { Measured } from './page/main.ts';

/** As many as one answer of a catch-up over HTTP, and one page of a socket. */
const CATCH_UP_ENTRIES = 16_384;
const PUSHED_ENTRIES = 256;
const MARKS_SHARE = 0.2;
const PEER = 'Dexie bulkPut';
const WORDS = ['контрольная', 'контр', 'ка', 'порела', 'контрольной канипо', 'нетакого'];

type Ask = <K extends keyof Measured>(
  what: K,
  ...args: Parameters<Measured[K]>
) => Promise<Awaited<ReturnType<Measured[K]>>>;
const asking =
  ({ page }: BenchPage): Ask =>
  (what, ...args) =>
    page.evaluate(
      ([name, given]) =>
        (globalThis as unknown as { measured: Record<string, (...of: unknown[]) => never> }).measured[name]!(...given),
      [what as string, args as unknown[]] as const,
    );

export async function cache(runs: number, wanted: readonly string[]): Promise<Line[]> {
  const opened = await openBenchPage();
  const ask = asking(opened);
  const lines: Line[] = [];
  const filling = { bench: 'cache', unit: 'ms', runs, peer: { name: PEER, measure: () => ask('fillPeer') } };
  if (wanted.length === 0 || wanted.includes('catch-up')) {
    const ours = () => ask('fillOurs', CATCH_UP_ENTRIES, MARKS_SHARE);
    // Ten times faster.
    lines.push(await measure({ ...filling, case: 'catch-up', ours, goal: ratioAtMost(0.1) }));
  }
  if (wanted.length === 0 || wanted.includes('pushed')) {
    const ours = () => ask('fillOurs', PUSHED_ENTRIES, MARKS_SHARE);
    lines.push(await measure({ ...filling, runs: 1, case: 'pushed', ours }));
  }
  await opened.close();
  return lines;
}

export async function search(runs: number, wanted: readonly string[]): Promise<Line[]> {
  const opened = await openBenchPage();
  const ask = asking(opened);
  const lines: Line[] = [];
  await ask('fillOurs', CATCH_UP_ENTRIES, MARKS_SHARE);
  if (wanted.length === 0 || wanted.includes('index'))
    lines.push(
      await measure({ bench: 'search', case: 'index', unit: 'ms', runs: 1, ours: () => ask('openSearch'), peer: null }),
    );
  else await ask('openSearch');
  // The disk is still at work on it a while after: nothing else is measured meanwhile.
  await ask('fillPeer');
  if (wanted.length === 0 || wanted.includes('words')) {
    let turn = 0;
    const word = () => WORDS[turn++ % WORDS.length]!;
    const ours = async () => (await ask('searchOurs', word())).ms;
    const peer = { name: 'Dexie filter', measure: async () => (await ask('searchPeer', 'контр')).ms };
    lines.push(await measure({ bench: 'search', case: 'words', unit: 'ms', runs: Math.max(runs, WORDS.length), ours, peer, goal: atMost(20, 'ms') })); // prettier-ignore
  }
  await opened.close();
  return lines;
}
