/**
 * The transfers' memory on disk: JSON lines, appended and synced, so that a queue survives a kill at any byte. Promises: a
 * record is on disk when `append` resolves; a torn last line costs that line only; the file is rewritten (beside, then
 * renamed) when most of it is out of date. Hides: the file. What fails to parse is passed over, never fatal.
 */
import { mkdir, open, readFile, rename, type FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';
import * as z from 'zod/mini';
import { ErrorCodeSchema } from '../core/wire.ts';
import { Transfer } from '../preload/contract.ts';
import { diskError, syncFolder } from './library.ts';

/** The journal is rewritten when it has this many lines more than items. */
export const STALE_LINES_MAX = 1_000;

/** A transfer as it is kept: never `running` (after a crash it is queued), bytes done are asked of the disk and the hub. */
export const KeptTransfer = z.object({
  ...z.omit(Transfer, { doneBytes: true, speed: true, leftMs: true, state: true, code: true, doneAt: true }).shape,
  state: z.enum(['queued', 'paused', 'failed', 'done']),
  code: z.nullable(ErrorCodeSchema),
  /** Where an upload was chosen from, and what the file was then; null once it is in the library. */
  source: z.nullable(z.object({ path: z.string(), sizeBytes: z.int(), mtimeMs: z.number() })),
  /** Not in lines of earlier versions. */
  doneAt: z.optional(z.nullable(z.number())),
});
export type KeptTransfer = z.infer<typeof KeptTransfer>;

/** `move`: to the place before another one, or to the end. */
const Line = z.union([
  z.object({ put: KeptTransfer }),
  z.object({ drop: z.string() }),
  z.object({ move: z.string(), before: z.nullable(z.string()) }),
]);
export type JournalLine = z.infer<typeof Line>;

export interface Journal {
  /** All lines together, or none that counts: a group is synced once. @throws PartaError `disk-full-here` */
  append(lines: readonly JournalLine[]): Promise<void>;
  close(): Promise<void>;
}

/** @returns the journal and what it held, in the order it was added */
export async function openJournal(path: string): Promise<{ journal: Journal; kept: KeptTransfer[] }> {
  await mkdir(dirname(path), { recursive: true });
  let items = new Map<string, KeptTransfer>();
  let lineCount = 0;
  const remember = (line: JournalLine) => {
    lineCount += 1;
    if ('put' in line) items.set(line.put.transferId, line.put);
    else if ('drop' in line) items.delete(line.drop);
    else items = placed(items, line.move, line.before);
  };
  const text = await readFile(path, 'utf8').catch(() => '');
  for (const raw of text.split('\n')) {
    const parsed = raw === '' ? null : z.safeParse(Line, parse(raw));
    if (parsed?.success) remember(parsed.data);
  }
  let file = await rewritten(path, items);
  lineCount = items.size;

  let last: Promise<unknown> = Promise.resolve();
  /** One after the other: lines of two appends must not mix. */
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const turn = last.then(work, work);
    last = turn.catch(() => {});
    return turn;
  };

  const journal: Journal = {
    append: (lines) =>
      inTurn(async () => {
        const before = (await file.stat()).size;
        try {
          await file.appendFile(lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
          await file.datasync();
        } catch (error) {
          // Half a line would swallow the next one.
          await file.truncate(before).catch(() => {});
          throw diskError(error);
        }
        for (const line of lines) remember(line);
        if (lineCount > items.size + STALE_LINES_MAX) {
          const next = await rewritten(path, items).catch(() => null);
          if (next) {
            await file.close();
            file = next;
            lineCount = items.size;
          }
        }
      }),
    close: () => inTurn(() => file.close()),
  };
  return { journal, kept: [...items.values()] };
}

/** The same entries, one of them at another place; as they were where either is not there. */
export function placed<T>(items: Map<string, T>, id: string, before: string | null): Map<string, T> {
  const moving = items.get(id);
  if (moving === undefined || (before !== null && !items.has(before)) || id === before) return items;
  const rest = [...items].filter(([other]) => other !== id);
  const at = before === null ? rest.length : rest.findIndex(([other]) => other === before);
  return new Map(rest.toSpliced(at, 0, [id, moving]));
}

async function rewritten(path: string, items: ReadonlyMap<string, KeptTransfer>): Promise<FileHandle> {
  const beside = `${path}.new`;
  const fresh = await open(beside, 'w', 0o600);
  try {
    await fresh.writeFile([...items.values()].map((put) => `${JSON.stringify({ put })}\n`).join(''));
    await fresh.datasync();
  } finally {
    await fresh.close();
  }
  await rename(beside, path);
  // Or a power cut brings the old file back, without what was appended to this one.
  await syncFolder(dirname(path));
  return open(path, 'a', 0o600);
}

function parse(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return null;
  }
}
