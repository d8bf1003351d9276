/**
 * Which commands may leave for the hub now, and in what order: per log the oldest first; one whose files are not stored yet
 * is passed over with every later command that refers to it, and nobody else waits (S9). Pure; hides what "refers" means and
 * how much goes into one batch.
 */
import type { CommandId, FileId } from '../core/ids.ts';
import { COMMANDS_PER_SUBMIT_MAX, FRAME_BYTES_MAX } from '../core/limits.ts';
import type { Command } from '../core/wire.ts';
import type { StoredCommand } from './database.ts';

/** Half a frame: room for the envelope and for what escaping adds. */
export const BATCH_BYTES_MAX = FRAME_BYTES_MAX / 2;

/** The files a command names. */
export const fileIdsOf = (command: Command): readonly FileId[] =>
  'fileIds' in command.body ? command.body.fileIds : [];

/** What is there only once a command is: its own id, and what it was given an id for. */
function madeBy(command: Command): readonly string[] {
  if (command.kind === 'createChannel') return [command.id, command.body.channelId];
  if (command.kind === 'listMember') return [command.id, command.body.memberId];
  return [command.id];
}

/**
 * Whether the later of two commands needs the earlier one: nothing is in a class before the class is, it names what the earlier
 * one makes, is the next attempt at the same work, or says something else of the same message.
 */
export function refersTo(later: Command, earlier: Command): boolean {
  if (earlier.kind === 'createClass') return true;
  if (later.kind === 'handIn' && earlier.kind === 'handIn')
    return later.body.assignmentId === earlier.body.assignmentId;
  if ('messageId' in later.body && 'messageId' in earlier.body && later.body.messageId === earlier.body.messageId)
    return true;
  const named = Object.values(later.body).flat();
  return madeBy(earlier).some((id) => named.includes(id));
}

/**
 * Commands that wait for files, their own or those of a command they refer to.
 * @param rows the outbox of one log, oldest first
 * @param isStored whether a file has arrived at the hub
 */
export function heldByFiles(rows: readonly StoredCommand[], isStored: (fileId: FileId) => boolean): Set<CommandId> {
  return heldBack(rows, (row) =>
    fileIdsOf(row.command).some((id) => !isStored(id) && !row.files.some((file) => file.fileId === id)),
  );
}

/** Commands that are held, and those waiting behind them because they refer to one, by whatever chain. */
export function heldBack(rows: readonly StoredCommand[], isHeld: (row: StoredCommand) => boolean): Set<CommandId> {
  const held: StoredCommand[] = [];
  for (const row of rows) {
    if (row.state === 'refused') continue;
    if (isHeld(row) || held.some((earlier) => refersTo(row.command, earlier.command))) held.push(row);
  }
  return new Set(held.map((row) => row.id));
}

/** The next batch of one log: in order, without what is held or answered, as much as one submit takes. */
export function nextBatch(
  rows: readonly StoredCommand[],
  held: ReadonlySet<CommandId>,
  isAnswered: (id: CommandId) => boolean,
  countMax = COMMANDS_PER_SUBMIT_MAX,
): CommandId[] {
  // A restored hub's log is still being looked through: nothing may overtake what returns from it (S14).
  if (rows.some((row) => row.state === 'returning')) return [];
  const batch: CommandId[] = [];
  let bytes = 0;
  for (const row of rows) {
    if (row.state !== 'waiting' || held.has(row.id) || isAnswered(row.id)) continue;
    bytes += new TextEncoder().encode(JSON.stringify(row.command)).length;
    if (batch.length === countMax || (batch.length > 0 && bytes > BATCH_BYTES_MAX)) break;
    batch.push(row.id);
  }
  return batch;
}
