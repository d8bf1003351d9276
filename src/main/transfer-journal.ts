/**
 * The transfers' memory on disk: JSON lines, appended and synced, so that a queue survives a kill at any byte. Promises: a
 * record is on disk when `append` resolves; a torn last line costs that line only; the file is rewritten (beside, then
 * renamed) when most of it is out of date, and where that cannot be done it goes on as it is; what cannot be read is set aside,
 * never written over. Hides: the file. What fails to parse is passed over, never fatal.
 */
import { mkdir, open, rename, rm, truncate, type FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';
import * as z from 'zod/mini';
import { ErrorCodeSchema } from '../core/wire.ts';
import { Transfer } from '../preload/contract.ts';
import { diskError, syncFolder } from './library.ts';
import { SILENT, type Log } from './log.ts';
import { patiently, readOrSetAside } from './patient-fs.ts';

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

/**
 * @returns the journal and what it held, in the order it was added
 * @throws where it cannot be read and not be set aside either
 */
export async function openJournal(
  path: string,
  log: Log = SILENT,
): Promise<{ journal: Journal; kept: KeptTransfer[] }> {
  await mkdir(dirname(path), { recursive: true });
  let items = new Map<string, KeptTransfer>();
  let lineCount = 0;
  const remember = (line: JournalLine) => {
    lineCount += 1;
    if ('put' in line) items.set(line.put.transferId, line.put);
    else if ('drop' in line) items.delete(line.drop);
    else items = placed(items, line.move, line.before);
  };
  const text = await readOrSetAside(path, log);
  for (const raw of text?.split('\n') ?? []) {
    const parsed = raw === '' ? null : z.safeParse(Line, parse(raw));
    if (parsed?.success) remember(parsed.data);
  }
  /** The last line may be half a one, which would swallow the next. */
  let isTorn = text !== null && text !== '' && !text.endsWith('\n');
  let file: FileHandle | null = null;
  const opened = async () => (file ??= await patiently(() => open(path, 'a', 0o600)));
  async function release(): Promise<void> {
    const held = file;
    file = null;
    await held?.close();
  }

  const cutTo = (sizeBytes: number) => patiently(() => truncate(path, sizeBytes));

  /** A disk without room does not end the journal: it goes on as it is, and this is tried again so many lines later. */
  async function rewriteQuietly(): Promise<void> {
    const puts = [...items.values()].map((put) => `${JSON.stringify({ put })}\n`);
    lineCount = items.size;
    try {
      await writeBeside(path, puts.join(''));
      // Windows renames onto nothing that is open.
      await release();
      await patiently(() => rename(`${path}.new`, path));
      isTorn = false;
      // Or a power cut brings the old file back, without what was appended to this one.
      await syncFolder(dirname(path));
    } catch {
      await rm(`${path}.new`, { force: true }).catch(() => {});
    }
  }
  // The first file gets its name durably.
  if (text === null || lineCount > items.size + STALE_LINES_MAX) await rewriteQuietly();

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
        let before: number | null = null;
        try {
          const to = await opened();
          before = (await to.stat()).size;
          await to.appendFile((isTorn ? '\n' : '') + lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
          await to.datasync();
          isTorn = false;
        } catch (error) {
          // By its path: Windows does not cut short what was opened for appending.
          if (before !== null) await cutTo(before).catch(() => (isTorn = true));
          throw diskError(error);
        }
        for (const line of lines) remember(line);
        if (lineCount > items.size + STALE_LINES_MAX) await rewriteQuietly();
      }),
    close: () => inTurn(release),
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

async function writeBeside(path: string, text: string): Promise<void> {
  const fresh = await open(`${path}.new`, 'w', 0o600);
  try {
    await fresh.writeFile(text);
    await fresh.datasync();
  } finally {
    await fresh.close();
  }
}

function parse(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return null;
  }
}
