/**
 * The first version of the words, for meetings of old and new: what a hub of version 1 takes from a command, and what a program of
 * version 1 understands of a page. Rows that it does not understand are kept under a name that today's program does not know
 * either; an update gives them their names back, and the views are made anew (S12, S13).
 */
import type { Command, CommandOf, Entry, Page } from '../../src/core/wire.ts';
import type { MemoryDisk } from './memory-disk.ts';

const COMMANDS_1 = [
  'createClass', 'renameClass', 'listMember', 'renameMember', 'requestJoin', 'confirmJoin', 'declineJoin', 'changeRole',
  'removeMember', 'postMessage', 'editMessage', 'removeMessage', 'assign', 'scheduleAssignment', 'publishAssignment',
  'changeAssignment', 'withdrawAssignment', 'handIn', 'review', 'giveBack',
]; // prettier-ignore
const CHANGES_1 = [
  'classCreated', 'classRenamed', 'memberListed', 'memberRenamed', 'joinRequested', 'joinConfirmed', 'joinDeclined', 'roleChanged',
  'memberRemoved', 'memberErased', 'messagePosted', 'messageEdited', 'messageRemoved', 'assigned', 'assignmentScheduled',
  'assignmentChanged', 'assignmentWithdrawn', 'handedIn', 'reviewed', 'givenBack',
]; // prettier-ignore

/** A command as a hub of version 1 parses it; null where it refuses it unread. */
export function takenBy1(command: Command): Command | null {
  if (!COMMANDS_1.includes(command.kind)) return null;
  if (command.kind === 'changeRole' && command.body.role === 'parent') return null;
  if (command.kind === 'confirmJoin') {
    const { requestId, memberId, name } = command.body;
    return { ...command, body: { requestId, memberId, name } };
  }
  if (command.kind === 'assign') {
    const { isHandout: _isHandout, ...body } = command.body;
    return { ...command, body };
  }
  if (command.kind === 'handIn') {
    const { together: _together, ...body } = command.body;
    return { ...command, body };
  }
  if (command.kind !== 'postMessage') return command;
  const { channelId, text, fileIds, replyTo } = command.body;
  return { ...command, body: { channelId, text, fileIds, replyTo } satisfies CommandOf<'postMessage'>['body'] };
}

const LATER = '-of-version-2';
const isKnown = ({ kind, body }: Entry) => CHANGES_1.includes(kind) && body?.['role'] !== 'parent';

/** Of a change that it knows it does not see what was added later: here that works are being collected. */
function withoutLater(entry: Entry): Entry {
  if (entry.kind !== 'assignmentChanged' || !entry.body?.['collect']) return entry;
  const { collect, ...body } = entry.body;
  return { ...entry, body: { ...body, [`collect${LATER}`]: collect } };
}

/** A page as a program of version 1 understands it. */
export const seenBy1 = (page: Page): Page => ({
  ...page,
  entries: page.entries.map((entry) => (isKnown(entry) ? withoutLater(entry) : { ...entry, kind: entry.kind + LATER })),
});

/** A program of version 1 was updated: what it kept and did not understand is there, and its views are old. */
export function updateDisk(disk: MemoryDisk, database: string) {
  for (const { entries } of disk.records<{ entries: Entry[] }>(database, 'log'))
    for (const entry of entries) {
      if (entry.kind.endsWith(LATER)) entry.kind = entry.kind.slice(0, -LATER.length);
      const collect = entry.body?.[`collect${LATER}`];
      if (!entry.body || !collect) continue;
      Reflect.deleteProperty(entry.body, `collect${LATER}`);
      entry.body['collect'] = collect;
    }
  for (const state of disk.records<{ foldVersion: number }>(database, 'states')) state.foldVersion = 1;
}
