/**
 * Saving works into a folder or an archive, beside everything else. Promises: it goes on while the teacher does something else, tells
 * how far it is, and stops when it is told to; what is not here is fetched first, and what cannot be had is named in a text beside;
 * the page names no path. Hides: the dialog, the tree, fetching.
 */
import { randomUUID } from 'node:crypto';
import { codeOf, PartaError } from '../core/errors.ts';
import type { FileRef } from '../core/wire.ts';
import type { SaveItem, SaveKind, Saving } from '../preload/contract/saving.ts';
import type { Language } from '../preload/contract.ts';
import { fetched, type FetchOptions } from './fetched-file.ts';
import { diskError } from './library.ts';
import { openFolderTree, openZipTree, targetName, type Tree } from './save-tree.ts';
import { MISSING_FILES } from './texts.ts';

/** Savings at a time; more wait for nobody and are refused. */
export const SAVINGS_MAX = 4;
/** How often pages hear of it. */
export const SAVE_PROGRESS_MS = 100;
/** Savings that are over and still told. */
export const SAVINGS_KEPT = 20;

export interface SavesOptions extends FetchOptions {
  /** Queues all that a saving will ask for one after the other. */
  fetchAhead(serverId: string, files: readonly FileRef[]): Promise<void>;
  /** Asks the person; null where he thought better of it. */
  chooseFolder(): Promise<string | null>;
  showInFolder(path: string): void;
  onChange(list: Saving[]): void;
  language(): Language;
  /** A line that nobody needs to see is not an error of the app. */
  onFailure(error: unknown): void;
}
export interface SaveRequest {
  kind: SaveKind;
  title: string;
  serverId: string;
  isOnline: boolean;
  items: readonly SaveItem[];
}

export interface Saves {
  /** Asks for a folder and begins. @throws PartaError `file-gone`, `busy` */
  begin(request: SaveRequest): Promise<string | null>;
  list(): Saving[];
  stop(saveId: string): void;
  /** @throws PartaError `not-found` */
  show(saveId: string): void;
  /** Off the list, where it is over. */
  forget(saveId: string): void;
  /** Stops all of them. */
  close(): Promise<void>;
}

interface Job extends Saving {
  stopping: AbortController;
  shown: string | null;
  over: Promise<void>;
}

export function openSaves(options: SavesOptions): Saves {
  const jobs = new Map<string, Job>();
  const list = (): Saving[] =>
    [...jobs.values()].map(({ stopping: _stopping, shown: _shown, over: _over, ...told }) => told);
  let timer: NodeJS.Timeout | undefined;
  const changed = () => {
    timer ??= setTimeout(() => {
      timer = undefined;
      options.onChange(list());
    }, SAVE_PROGRESS_MS);
  };

  async function run(job: Job, tree: Tree, { serverId, isOnline, items }: SaveRequest): Promise<void> {
    const missing: string[] = [];
    const { signal } = job.stopping;
    const from = isOnline ? serverId : null;
    try {
      if (from !== null)
        await options.fetchAhead(
          from,
          items.flatMap(({ what }) => ('file' in what ? [what.file] : [])),
        );
      for (const [index, { what, at }] of items.entries()) {
        if (signal.aborted) throw new PartaError('cancelled');
        const path = 'file' in what ? await fetched(options, from, what.file, signal) : null;
        const source = 'text' in what ? what : path === null ? null : { path };
        if (source === null) {
          missing.push(tree.placeOf(index));
          job.missing += 1;
        } else if ((await tree.put(index, source, at)) === 'same' && path !== null) {
          job.same += 1;
        }
        job.done += 1;
        changed();
      }
      const words = MISSING_FILES[options.language()];
      // Notepad of old Windows reads UTF-8 by its mark, and lines by both signs.
      if (missing.length > 0)
        await tree.note(words.name(job.title), `\ufeff${[words.lead, '', ...missing].join('\r\n')}\r\n`);
      job.shown = await tree.finish();
      job.state = 'done';
    } catch (error) {
      await tree.abandon().catch(() => {});
      job.state = signal.aborted ? 'stopped' : 'failed';
      job.code = signal.aborted ? null : codeOf(diskError(error));
      if (job.code === 'internal') options.onFailure(error);
    }
    changed();
  }

  return {
    async begin(request) {
      if ([...jobs.values()].filter(({ state }) => state === 'running').length >= SAVINGS_MAX)
        throw new PartaError('busy');
      const chosen = await options.chooseFolder();
      if (chosen === null) return null;
      const { kind, title, items } = request;
      const stopping = new AbortController();
      const how = { signal: stopping.signal };
      const tree = await (kind === 'zip' ? openZipTree(chosen, title, items, how) : openFolderTree(chosen, items, how));
      const saveId = randomUUID();
      const job: Job = {
        saveId,
        kind,
        title,
        target: targetName(chosen),
        state: 'running',
        code: null,
        total: items.length,
        done: 0,
        same: 0,
        missing: 0,
        stopping,
        shown: null,
        over: Promise.resolve(),
      };
      const over = [...jobs.values()].filter(({ state }) => state !== 'running');
      for (const old of over.slice(0, Math.max(0, over.length - SAVINGS_KEPT + 1))) jobs.delete(old.saveId);
      jobs.set(saveId, job);
      job.over = run(job, tree, request);
      changed();
      return saveId;
    },
    list,
    stop(saveId) {
      jobs.get(saveId)?.stopping.abort();
    },
    show(saveId) {
      const shown = jobs.get(saveId)?.shown;
      if (!shown) throw new PartaError('not-found');
      options.showInFolder(shown);
    },
    forget(saveId) {
      if (jobs.get(saveId)?.state !== 'running') jobs.delete(saveId);
      changed();
    },
    async close() {
      for (const { stopping } of jobs.values()) stopping.abort();
      await Promise.all([...jobs.values()].map(({ over }) => over));
      clearTimeout(timer);
    },
  };
}
