/**
 * A class store's side of a portfolio: what goes into it, line by line, and taking one in. Promises: pages go through the very same
 * transaction as those from the wire, cut to where this log stands (S5, S6); another log under the same id replaces the old one only
 * where it is newer (S14); commands come under their own ids and only where neither outbox nor log has them (S3), in their order (S9);
 * what the hub refused elsewhere is shown here (S10). All of it is parsed and looked at before the first row is written, so a portfolio
 * that does not fit leaves nothing behind. A command that went into a portfolio may reach the hub from elsewhere: it counts as sent,
 * and only the log takes it out of the outbox (S7).
 */
import * as z from 'zod/mini';
import { PartaError } from '../core/errors.ts';
import type { CommandId, LogId } from '../core/ids.ts';
import {
  isOfNewer,
  LINE_BYTES_MAX,
  PORTFOLIO_COMMANDS_MAX,
  PORTFOLIO_LOGS_MAX,
  PortfolioLine,
  type PackedCommand,
  type PackedLog,
  type TakenIn,
} from '../core/portfolio.ts';
import type { Entry, FileRef, Me, Page } from '../core/wire.ts';
import type { FilesOnTheWay } from './class-store.ts';
import type { Database, StoredCommand } from './database.ts';
import { fileIdsOf, heldBack } from './outbox.ts';
import { ENTRIES_PER_RECORD } from './views.ts';

/** Records of a log that are read at a time. */
const RECORDS_PER_READ = 8;

/** What waits here and can go along: its commands, their files that the hub has not got, and what has to stay. */
export interface Outgoing {
  rows: readonly StoredCommand[];
  uploads: readonly FileRef[];
  leftBehind: number;
}

/**
 * @param hasHash whether a file's bytes are known: one that is still being read cannot go along, nor what refers to it
 */
export async function outgoing(
  database: Database,
  files: FilesOnTheWay,
  hasHash: (file: FileRef) => boolean,
): Promise<Outgoing> {
  const all = await database.wholeOutbox();
  const uploads = new Map<string, FileRef>();
  const rows: StoredCommand[] = [];
  let leftBehind = 0;
  for (const logId of new Set(all.map((row) => row.logId))) {
    const own = all.filter((row) => row.logId === logId && row.state === 'waiting');
    const notStored = (row: StoredCommand) =>
      fileIdsOf(row.command).filter((id) => !files.isStored(id) && !row.files.some((file) => file.fileId === id));
    const isReady = (row: StoredCommand) =>
      notStored(row).every((id) => {
        const file = files.describe(id);
        return file !== null && hasHash(file);
      });
    const held = heldBack(own, (row) => !isReady(row));
    leftBehind += held.size;
    for (const row of own) {
      if (held.has(row.id)) continue;
      rows.push(row);
      for (const id of notStored(row)) uploads.set(id, files.describe(id)!);
    }
  }
  return { rows, uploads: [...uploads.values()], leftBehind };
}

/**
 * The lines of a portfolio with these logs, whole, and with everything that waits.
 * @throws PartaError `too-large` before the first line where that is more than one may hold: nothing is left out
 */
export async function* linesOf(
  database: Database,
  logIds: readonly LogId[],
  { rows }: Outgoing,
): AsyncGenerator<PortfolioLine> {
  const { known } = await database.overview();
  if (!known) throw new PartaError('not-found');
  const refused = await database.refusedHere();
  const commands = Math.max(rows.length, refused.length);
  if (commands > PORTFOLIO_COMMANDS_MAX || logIds.length > PORTFOLIO_LOGS_MAX) throw new PartaError('too-large');
  const isMine = (logId: LogId) => logIds.includes(logId);
  yield { me: { ...known.me, logs: known.me.logs.filter((log) => isMine(log.logId)) } };
  for (const logId of logIds) yield* linesOfLog(database, logId);
  await database.markTried(rows.map((row) => row.id));
  for (const { logId, command, writtenAt, files } of rows) yield { command: { logId, command, writtenAt, files } };
  for (const { id, logId, code } of refused) yield { refused: { logId, id, code } };
}

async function* linesOfLog(database: Database, logId: LogId): AsyncGenerator<PortfolioLine> {
  const cursor = await database.cursorOf(logId);
  if (!cursor || cursor.isLeft) return;
  const { logKey, cursor: upTo, memberId, role, readUpTo } = cursor;
  yield { log: { logId, logKey, after: 0, upTo, memberId, role, readUpTo } };
  for (let after = 0; after < upTo;) {
    const read = await database.entriesAfter(logId, after, RECORDS_PER_READ);
    // It became another log while it was being read: the person packs again.
    if (read.logKey !== logKey) throw new PartaError('busy');
    const last = read.isEnd ? upTo : Math.min(read.upTo, upTo);
    for (let at = 0; after < last;) {
      const count = entriesOfLine(read.entries, at);
      const piece = read.entries.slice(at, at + count).filter(({ seq }) => seq <= upTo);
      at += count;
      const to = at >= read.entries.length ? last : (piece.at(-1)?.seq ?? last);
      yield { page: { logId, logKey, after, upTo: to, head: upTo, entries: piece } };
      after = to;
    }
  }
}

/** How many entries go into a line: as many as a page holds, and fewer where they are long. */
function entriesOfLine(entries: readonly Entry[], at: number): number {
  let chars = 0;
  for (let count = 0; count < ENTRIES_PER_RECORD; count += 1) {
    chars += JSON.stringify(entries[at + count] ?? null).length;
    if (count > 0 && chars > LINE_BYTES_MAX / 2) return count;
  }
  return ENTRIES_PER_RECORD;
}

/** What a portfolio says, without its pages. */
interface Read {
  me: Me | null;
  logs: PackedLog[];
  commands: PackedCommand[];
  refused: { id: CommandId; logId: LogId; code: Parameters<Database['refused']>[0][number]['code'] }[];
}

/** Parses everything and sees that each log's pages lead from its beginning to its end. Throws as {@link takeIn}. */
async function readThrough(lines: AsyncIterable<unknown>): Promise<Read> {
  const read: Read = { me: null, logs: [], commands: [], refused: [] };
  let at = 0;
  const demandWhole = () => {
    const last = read.logs.at(-1);
    if (last && at !== last.upTo) throw new PartaError('bad-request');
  };
  for await (const raw of lines) {
    const parsed = z.safeParse(PortfolioLine, raw);
    if (!parsed.success) throw new PartaError(isOfNewer(raw) ? 'unknown-protocol' : 'bad-request');
    const line = parsed.data;
    if ('me' in line) read.me = line.me;
    else if ('log' in line) {
      demandWhole();
      const isTwice = read.logs.some((log) => log.logId === line.log.logId);
      if (isTwice || line.log.after > line.log.upTo) throw new PartaError('bad-request');
      read.logs.push(line.log);
      at = line.log.after;
    } else if ('page' in line) {
      const { page } = line;
      const log = read.logs.at(-1);
      let seq = page.after;
      const isInOrder = page.entries.every((entry) => entry.seq > seq && (seq = entry.seq) <= page.upTo);
      const isOfLog = log?.logId === page.logId && log.logKey === page.logKey;
      if (!isOfLog || page.after !== at || page.upTo <= at || !isInOrder) throw new PartaError('bad-request');
      at = page.upTo;
    } else if ('command' in line) read.commands.push(line.command);
    else read.refused.push(line.refused);
    const isTooMuch = read.commands.length + read.refused.length > 2 * PORTFOLIO_COMMANDS_MAX;
    if (isTooMuch || read.logs.length > PORTFOLIO_LOGS_MAX) throw new PartaError('too-large');
  }
  demandWhole();
  return read;
}

/**
 * Takes a portfolio in.
 * @param open gives its lines from the beginning; asked twice
 * @throws PartaError `bad-request` where it contradicts itself, `unknown-protocol` where only a newer version knows what it says,
 *   `too-large` where it holds more than it may, `wrong-key` where something before it is missing here: then nothing was taken in.
 *   `disk-full-here` as every write.
 */
export async function takeIn(database: Database, open: () => AsyncIterable<unknown>): Promise<TakenIn> {
  const read = await readThrough(open());
  const taken: TakenIn = { entries: 0, confirmed: 0, commands: 0, known: 0, refused: 0, older: 0 };
  const stands = new Map<LogId, 'joins' | 'replaces' | 'older'>();
  for (const log of read.logs) {
    const stand = await database.standOf(log.logId, log.logKey);
    const cursor = stand === 'joins' ? ((await database.cursorOf(log.logId))?.cursor ?? 0) : 0;
    if (stand !== 'older' && log.after > cursor) throw new PartaError('wrong-key');
    stands.set(log.logId, stand);
  }
  for await (const raw of open()) {
    const line = raw as PortfolioLine;
    if ('log' in line) await begin(database, line.log, stands.get(line.log.logId)!);
    else if ('page' in line && stands.get(line.page.logId) !== 'older') {
      const came = await applyCut(database, line.page);
      taken.entries += came.entries;
      taken.confirmed += came.confirmed;
    }
  }
  for (const log of read.logs) {
    if (stands.get(log.logId) === 'older') {
      taken.older += 1;
      continue;
    }
    await database.release(log.logId, log.logKey);
    for (const [channelId, seq] of Object.entries(log.readUpTo))
      await database.markRead(log.logId, channelId as keyof typeof log.readUpTo, seq);
  }
  const added = await database.adoptCommands(read.commands);
  taken.commands = added;
  taken.known = read.commands.length - added;
  taken.refused = await database.refusedElsewhere(read.refused);
  const fresh = new Set(read.logs.map((log) => log.logId).filter((logId) => stands.get(logId) !== 'older'));
  if (read.me) await database.meetMe(read.me, fresh);
  return taken;
}

async function begin(database: Database, log: PackedLog, stand: 'joins' | 'replaces' | 'older') {
  const cursor = await database.cursorOf(log.logId);
  if (stand === 'older' || (cursor && stand === 'joins' && log.upTo <= cursor.cursor)) return;
  const { logId, logKey, memberId, role, upTo } = log;
  const head = stand === 'joins' ? Math.max(cursor?.head ?? 0, upTo) : upTo;
  await database.followed({ logId, logKey, head, memberId, role, now: 0 });
}

/** A page from where this log stands on: what lies before it is here (S5). */
async function applyCut(database: Database, page: Page): Promise<{ entries: number; confirmed: number }> {
  for (;;) {
    const cursor = (await database.cursorOf(page.logId))?.cursor ?? 0;
    const nothing = { entries: 0, confirmed: 0 };
    if (page.upTo <= cursor) return nothing;
    const cut =
      cursor <= page.after
        ? page
        : { ...page, after: cursor, entries: page.entries.filter((entry) => entry.seq > cursor) };
    const { kind, confirmed } = await database.applyPage(cut);
    if (kind === 'applied') return { entries: cut.entries.length, confirmed: confirmed.length };
    // The wire was faster meanwhile, or the hub has told of another log: that one is newer.
    if (kind === 'other-key') return nothing;
    if (kind === 'gap' && cut.after === page.after) throw new PartaError('wrong-key');
  }
}
