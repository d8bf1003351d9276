/**
 * The rules of the chat: who says what where, and what follows from it. A part of decide.ts, which calls it for members who are
 * let in. Keeps S4 (a channel is written and spoken of only by those in it), S15 (files and forwarded words by the hub's own
 * rows), S20 (a message that waited is posted as its author's, or forgotten where he may not write any more).
 */
import {
  isInChannel,
  mayWrite,
  type Channel,
  type Classroom,
  type Facts,
  type Member,
  type MessageFact,
  type Who,
} from './classroom.ts';
import { directIdOf, type ChannelId, type CommandId, type MemberId } from './ids.ts';
import { CHANNELS_MAX, PINS_MAX, SCHEDULED_MAX } from './limits.ts';
import { demand, filesOf, isBlank, isClean, Refusal } from './refusal.ts';
import type { Change, CommandOf } from './wire.ts';

export const MESSAGE_COMMANDS = [
  'postMessage',
  'editMessage',
  'removeMessage',
  'forwardMessage',
  'scheduleMessage',
  'cancelScheduled',
  'react',
  'pinMessage',
  'vote',
  'closePoll',
  'sign',
] as const;
export type MessageCommand = CommandOf<(typeof MESSAGE_COMMANDS)[number]>;

/**
 * Where a member may post: a channel of the log, or a talk with another member of the school that may begin with this very
 * message; null where he may not.
 */
function placeOf(
  state: Classroom,
  channelId: ChannelId,
  to: MemberId | undefined,
  actor: Member,
): Channel | 'direct' | null {
  const channel = state.channels[channelId];
  if (channel && channel.kind !== 'direct') return mayWrite(state, channel, actor) ? channel : null;
  const other = to === undefined ? undefined : state.members[to];
  const isPair =
    state.kind === 'school' &&
    other?.state === 'confirmed' &&
    other.memberId !== actor.memberId &&
    // Pupils and parents talk with teachers, not with each other.
    (actor.role === 'teacher' || other.role === 'teacher') &&
    directIdOf(actor.memberId, other.memberId) === channelId;
  return isPair ? 'direct' : null;
}

/** {@link placeOf}, or why not. */
function demandPlace(
  state: Classroom,
  channelId: ChannelId,
  to: MemberId | undefined,
  actor: Member,
): Channel | 'direct' {
  const place = placeOf(state, channelId, to, actor);
  if (place) return place;
  const channel = state.channels[channelId];
  if (!channel || !isInChannel(state, channel, actor)) throw new Refusal('no-such-channel');
  throw new Refusal(channel.isArchived ? 'channel-closed' : 'not-allowed');
}

/** A message that is there, in a channel that the actor reads. */
function demandMessage(state: Classroom, messageId: CommandId, actor: Member, facts: Facts) {
  const message = facts.message(messageId);
  const channel = message ? state.channels[message.channelId] : undefined;
  demand(message && !message.removed && !message.isScheduled, 'no-such-message');
  demand(channel && isInChannel(state, channel, actor), 'no-such-message');
  return { message, channel };
}

const named = (messageId: CommandId, message: MessageFact) => ({
  messageId,
  messageSeq: message.seq,
  channelId: message.channelId as ChannelId,
});

/** What is said, as a change says it: files by the hub's own rows, extras that are sound. */
function saidIn(
  state: Classroom,
  command: CommandOf<'postMessage'> | CommandOf<'scheduleMessage'>,
  who: Who,
  actor: Member,
  facts: Facts,
) {
  const { channelId, text, fileIds, replyTo, mentions, assignmentId, poll, isNotice } = command.body;
  demand(!isBlank(text) || (!poll && (fileIds.length > 0 || assignmentId !== undefined)), 'empty');
  if (replyTo !== null) demand(facts.message(replyTo)?.channelId === channelId, 'no-such-message');
  if (mentions) for (const id of mentions) demand(state.members[id], 'no-such-member');
  if (assignmentId !== undefined)
    demand(actor.role === 'teacher' && state.assignments[assignmentId]?.state === 'open', 'no-such-assignment');
  if (poll)
    demand(
      poll.options.every((option) => !isBlank(option)),
      'empty',
    );
  // A notice is asked to be signed: only a teacher asks that, of pupils and parents.
  if (isNotice) demand(actor.role === 'teacher', 'not-allowed');
  return {
    channelId,
    text,
    files: filesOf(fileIds, who, facts),
    replyTo,
    ...(mentions && mentions.length > 0 ? { mentions: [...new Set(mentions)] } : {}),
    ...(assignmentId === undefined ? {} : { assignmentId }),
    ...(poll ? { poll } : {}),
    ...(isNotice ? { isNotice } : {}),
  };
}

const pairOf = (place: Channel | 'direct', actor: Member, to: MemberId | undefined) =>
  place === 'direct' && to ? { direct: [actor.memberId, to] as [MemberId, MemberId] } : {};

// oxlint-disable-next-line complexity -- one case per command: the rule book is read from top to bottom.
export function followMessage(
  state: Classroom,
  command: MessageCommand,
  who: Who,
  actor: Member,
  facts: Facts,
): Change {
  switch (command.kind) {
    case 'postMessage': {
      const { channelId, to } = command.body;
      const place = demandPlace(state, channelId, to, actor);
      const body = { ...saidIn(state, command, who, actor, facts), ...pairOf(place, actor, to) };
      return { kind: 'messagePosted', body };
    }
    case 'scheduleMessage': {
      const { channelId, to, sendAt } = command.body;
      demandPlace(state, channelId, to, actor);
      // Each has room of his own: one must not take away everybody's.
      const waiting = Object.values(state.scheduled).filter(({ by }) => by === actor.memberId);
      demand(waiting.length < SCHEDULED_MAX, 'limit-reached');
      const body = { ...saidIn(state, command, who, actor, facts), sendAt, ...(to === undefined ? {} : { to }) };
      return { kind: 'messageScheduled', body };
    }
    case 'cancelScheduled': {
      const { messageId } = command.body;
      demand(state.scheduled[messageId]?.by === actor.memberId, 'no-such-message');
      return { kind: 'scheduleCancelled', body: { messageId, messageSeq: facts.message(messageId)?.seq ?? 0 } };
    }
    case 'forwardMessage': {
      const { messageId, channelId, to } = command.body;
      const { message } = demandMessage(state, messageId, actor, facts);
      const place = demandPlace(state, channelId, to, actor);
      const content = facts.content(messageId);
      demand(content, 'no-such-message');
      const { text, files, at } = content;
      demand(!isBlank(text) || files.length > 0, 'empty');
      // However often words are passed on, they stay the words of who said them, and go when he is erased (S16).
      const forward = { messageId, ...(content.forward ?? { by: message.by, at }) };
      return {
        kind: 'messagePosted',
        body: { channelId, text, files, replyTo: null, ...pairOf(place, actor, to), forward },
      };
    }
    case 'editMessage': {
      const { messageId, text } = command.body;
      const { message, channel } = demandMessage(state, messageId, actor, facts);
      demand(message.by === actor.memberId && !message.isForward, 'not-allowed');
      // Who may not write there any more does not go on talking in what he wrote before.
      demand(mayWrite(state, channel, actor), channel.isArchived ? 'channel-closed' : 'not-allowed');
      demand(!isBlank(text) || message.hasFiles, 'empty');
      return { kind: 'messageEdited', body: { ...named(messageId, message), text } };
    }
    case 'removeMessage': {
      const { messageId } = command.body;
      const { message, channel } = demandMessage(state, messageId, actor, facts);
      demand(message.by === actor.memberId || (actor.role === 'teacher' && state.kind === 'class'), 'not-allowed');
      const direct = channel.kind === 'direct' ? { direct: channel.memberIds as [MemberId, MemberId] } : {};
      const { scheduled } = message;
      return {
        kind: 'messageRemoved',
        body: { ...named(messageId, message), ...direct, ...(scheduled ? { scheduled } : {}) },
      };
    }
    case 'react': {
      const { messageId, reaction, isOn } = command.body;
      const { message, channel } = demandMessage(state, messageId, actor, facts);
      demand(!channel.isArchived, 'channel-closed');
      return { kind: 'reacted', body: { ...named(messageId, message), reaction, isOn } };
    }
    case 'pinMessage': {
      const { messageId, isPinned } = command.body;
      const { message, channel } = demandMessage(state, messageId, actor, facts);
      demand(actor.role === 'teacher' || channel.kind === 'direct', 'not-allowed');
      demand(!isPinned || channel.pins.length < PINS_MAX, 'limit-reached');
      return { kind: 'messagePinned', body: { ...named(messageId, message), isPinned, author: message.by } };
    }
    case 'vote': {
      const { messageId, options } = command.body;
      const { message, channel } = demandMessage(state, messageId, actor, facts);
      const { poll } = message;
      demand(poll, 'no-such-message');
      demand(!channel.isArchived, 'channel-closed');
      demand(!poll.isClosed, 'poll-closed');
      demand(
        new Set(options).size === options.length && options.every((option) => option < poll.options),
        'bad-request',
      );
      demand(poll.isMultiple || options.length <= 1, 'bad-request');
      return { kind: 'voted', body: { ...named(messageId, message), options } };
    }
    case 'closePoll': {
      const { messageId } = command.body;
      const { message } = demandMessage(state, messageId, actor, facts);
      demand(message.poll, 'no-such-message');
      demand(message.by === actor.memberId || actor.role === 'teacher', 'not-allowed');
      demand(!message.poll.isClosed, 'poll-closed');
      return { kind: 'pollClosed', body: named(messageId, message) };
    }
    case 'sign': {
      const { messageId } = command.body;
      const { message, channel } = demandMessage(state, messageId, actor, facts);
      demand(message.isNotice, 'no-such-message');
      demand(!channel.isArchived, 'channel-closed');
      return { kind: 'signed', body: named(messageId, message) };
    }
  }
}

export function followChannel(
  state: Classroom,
  command: CommandOf<'createChannel'> | CommandOf<'changeChannel'>,
  actor: Member,
): Change {
  const { channelId, title, memberIds } = command.body;
  demand(title === null || isClean(title), 'bad-name');
  for (const id of memberIds) demand(state.members[id], 'no-such-member');
  demand(new Set(memberIds).size === memberIds.length, 'bad-request');
  if (command.kind === 'createChannel') {
    const { kind } = command.body;
    demand(!state.channels[channelId], 'channel-exists');
    const made = Object.values(state.channels).filter((one) => one.kind !== 'direct').length;
    demand(made < CHANNELS_MAX, 'limit-reached');
    // Staff is the school's, and the school has no pupils' rooms.
    demand(state.kind === 'class' ? kind !== 'staff' : kind === 'staff' || kind === 'group', 'not-allowed');
    demand(kind === 'group' ? title !== null && memberIds.length > 0 : memberIds.length === 0, 'bad-request');
    return { kind: 'channelCreated', body: command.body };
  }
  const old = state.channels[channelId];
  demand(old && isInChannel(state, old, actor) && old.kind !== 'direct', 'no-such-channel');
  demand(command.body.seen === old.changeId, 'stale');
  demand(old.kind === 'group' ? title !== null && memberIds.length > 0 : memberIds.length === 0, 'bad-request');
  const { seen: _seen, ...body } = command.body;
  return { kind: 'channelChanged', body };
}

/**
 * At its hour a message is posted if its author may still write there, and forgotten if not.
 * @param actor its author, who wants it sent now; null for the hub
 */
export function sendScheduled(
  state: Classroom,
  command: CommandOf<'sendScheduled'>,
  facts: Facts,
  actor: Member | null,
): Change {
  const { messageId } = command.body;
  const waiting = state.scheduled[messageId];
  demand(waiting && (actor === null || waiting.by === actor.memberId), 'no-such-message');
  demand(actor !== null || facts.now >= waiting.sendAt, 'not-due');
  const messageSeq = facts.message(messageId)?.seq ?? 0;
  const author = state.members[waiting.by];
  const { at: _at, by, messageId: _id, sendAt, to, ...said } = waiting;
  const place = author?.state === 'confirmed' ? placeOf(state, said.channelId, to, author) : null;
  if (!place) return { kind: 'scheduleCancelled', body: { messageId, messageSeq } };
  const direct = place === 'direct' && to ? { direct: [by, to] as [MemberId, MemberId] } : {};
  return { kind: 'messagePosted', body: { ...said, ...direct, scheduled: { messageId, messageSeq, sendAt } } };
}
