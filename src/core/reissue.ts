/**
 * The way back from a row to the command it came from. A hub restored from a backup has forgotten acknowledged work; its
 * author's own rows above the restored head return to the outbox under the same ids (S14), so a restore destroys nothing.
 */
import type { ChangeBody, Command, CommandOf, Entry, FileRef } from './wire.ts';
import { changeIn } from './wire.ts';

const idsOf = (files: readonly FileRef[]) => files.map((file) => file.fileId);

/** What a message carried besides its files, as its command says it. */
const saidIn = ({ channelId, text, files, replyTo, mentions, assignmentId, poll, isNotice }: Said) => ({
  channelId,
  text,
  fileIds: idsOf(files),
  replyTo,
  ...(mentions && { mentions }),
  ...(assignmentId && { assignmentId }),
  ...(poll && { poll }),
  ...(isNotice !== undefined && { isNotice }),
});
type Said = Omit<ChangeBody<'messageScheduled'>, 'to' | 'sendAt'>;

function postingOf(entry: Entry, body: ChangeBody<'messagePosted'>): Command {
  const other = body.direct?.find((memberId) => memberId !== entry.by);
  const to: Pick<CommandOf<'postMessage'>['body'], 'to'> = other ? { to: other } : {};
  const { id } = entry;
  if (body.forward)
    return {
      id,
      kind: 'forwardMessage',
      body: { messageId: body.forward.messageId, channelId: body.channelId, ...to },
    };
  // Its own row has gone blank: the schedule returns, and the hub sends it again.
  if (body.scheduled) {
    const { messageId, sendAt } = body.scheduled;
    return { id: messageId, kind: 'scheduleMessage', body: { ...saidIn(body), ...to, sendAt } };
  }
  return { id, kind: 'postMessage', body: { ...saidIn(body), ...to } };
}

/**
 * @param seen the id that a replacing command must have seen, by the author's own state just below the row; null for none
 * @returns null where nothing can be given again: erased rows, kinds that only the hub gives, unknown kinds
 */
export function commandOf(entry: Entry, seen: Command['id'] | null): Command | null {
  const change = changeIn(entry);
  if (change === null) return null;
  const { id } = entry;
  switch (change.kind) {
    case 'classCreated': {
      const { title, memberId, teacherName, channels } = change.body;
      return { id, kind: 'createClass', body: { title, memberId, teacherName, channels } };
    }
    case 'classRenamed':
      return { id, kind: 'renameClass', body: change.body };
    case 'memberListed':
      return { id, kind: 'listMember', body: change.body };
    case 'memberRenamed':
      return { id, kind: 'renameMember', body: change.body };
    case 'joinConfirmed': {
      const { requestId, memberId, name, role, childIds } = change.body;
      const parent = role === 'parent' ? { role, ...(childIds && { childIds }) } : {};
      return { id, kind: 'confirmJoin', body: { requestId, memberId, name, ...parent } };
    }
    case 'joinDeclined':
      return { id, kind: 'declineJoin', body: change.body };
    case 'roleChanged':
      return { id, kind: 'changeRole', body: change.body };
    case 'memberRemoved':
      return { id, kind: 'removeMember', body: { ...change.body, erase: false } };
    case 'memberErased':
      return { id, kind: 'removeMember', body: { ...change.body, erase: true } };
    case 'messagePosted':
      return postingOf(entry, change.body);
    case 'messageScheduled': {
      const { to, sendAt } = change.body;
      return { id, kind: 'scheduleMessage', body: { ...saidIn(change.body), ...(to && { to }), sendAt } };
    }
    case 'scheduleCancelled':
      return { id, kind: 'cancelScheduled', body: { messageId: change.body.messageId } };
    case 'reacted': {
      const { messageId, reaction, isOn } = change.body;
      return { id, kind: 'react', body: { messageId, reaction, isOn } };
    }
    case 'messagePinned':
      return { id, kind: 'pinMessage', body: { messageId: change.body.messageId, isPinned: change.body.isPinned } };
    case 'voted':
      return { id, kind: 'vote', body: { messageId: change.body.messageId, options: change.body.options } };
    case 'pollClosed':
      return { id, kind: 'closePoll', body: { messageId: change.body.messageId } };
    case 'signed':
      return { id, kind: 'sign', body: { messageId: change.body.messageId } };
    case 'channelCreated': {
      const { kind, ...rest } = change.body;
      return kind === 'direct' ? null : { id, kind: 'createChannel', body: { kind, ...rest } };
    }
    case 'channelChanged':
      return seen === null ? null : { id, kind: 'changeChannel', body: { ...change.body, seen } };
    case 'childrenSet':
      return { id, kind: 'setChildren', body: change.body };
    case 'messageEdited':
      return { id, kind: 'editMessage', body: { messageId: change.body.messageId, text: change.body.text } };
    case 'messageRemoved':
      return { id, kind: 'removeMessage', body: { messageId: change.body.messageId } };
    case 'assigned':
    case 'assignmentScheduled': {
      const { assignmentId, files, title, text, dueAt, scale, assignees, seriesId, isHandout } = change.body;
      // Published by the hub's clock: the schedule's own row returns, the hub does the rest again.
      if (assignmentId !== id) return null;
      const body = { title, text, dueAt, scale, assignees, seriesId, fileIds: idsOf(files) };
      return change.kind === 'assigned'
        ? { id, kind: 'assign', body: { ...body, ...(isHandout ? { isHandout } : {}) } }
        : { id, kind: 'scheduleAssignment', body: { ...body, publishAt: change.body.publishAt } };
    }
    case 'assignmentChanged': {
      if (seen === null) return null;
      const { assignmentId, files, title, text, dueAt, scale, assignees } = change.body;
      return {
        id,
        kind: 'changeAssignment',
        body: { assignmentId, title, text, dueAt, scale, assignees, fileIds: idsOf(files), seen },
      };
    }
    case 'assignmentWithdrawn':
      return { id, kind: 'withdrawAssignment', body: change.body };
    case 'handedIn': {
      const { assignmentId, memberId, files, note, together, of, brought } = change.body;
      // Owed by the hub: it pays again once the handing in that this one repeats is there again.
      if (of) return null;
      const body = { assignmentId, note, fileIds: idsOf(files) };
      return brought
        ? { id, kind: 'bringWork', body: { ...body, memberId, writtenAt: brought.writtenAt } }
        : { id, kind: 'handIn', body: { ...body, ...(together ? { together } : {}) } };
    }
    case 'collecting':
      return { id, kind: 'collect', body: { ...change.body, seen } };
    case 'collected':
      return { id, kind: 'endCollect', body: change.body };
    case 'reviewed':
      return { id, kind: 'review', body: { ...change.body, seen } };
    case 'givenBack': {
      const { assignmentId, memberId, reviewId, outcome } = change.body;
      return { id, kind: 'giveBack', body: { assignmentId, memberId, reviewId, outcome } };
    }
    case 'joinRequested':
    case 'schoolCreated':
    case 'schoolEntered':
      return null;
  }
}
