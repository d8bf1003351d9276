/**
 * What follows from a command: one change with its author, subject and audience, or why not. The rule book of a class, read
 * from top to bottom. Never throws; commands are parsed (wire.ts) before they come here.
 * Keeps S4 (audience; what is published later is said again in full), S15 (files by the hub's own row), S20 (what falls due).
 */
import {
  isAssigned,
  isInChannel,
  lastAttempt,
  mayWrite,
  memberOf,
  type Channel,
  type Classroom,
  type Facts,
  type Member,
  type MessageFact,
  type Who,
} from './classroom.ts';
import type { ErrorCode } from './errors.ts';
import { directIdOf, workKey, type ChannelId, type CommandId, type FileId, type MemberId } from './ids.ts';
import { CHANNELS_MAX, MEMBERS_MAX, PINS_MAX, REQUESTS_MAX, SCHEDULED_MAX } from './limits.ts';
import { isMark, type Scale } from './marks.ts';
import { cleanName } from './names.ts';
import type { Assignees, Change, ChangeBody, Command, CommandKind, CommandOf, FileRef, Label } from './wire.ts';

export interface Decided {
  change: Change;
  by: MemberId | null;
  about: string | null;
  label: Label;
}
export type Decision = { ok: true; value: Decided } | { ok: false; code: ErrorCode };

class Refusal {
  readonly code: ErrorCode;
  constructor(code: ErrorCode) {
    this.code = code;
  }
}
function demand(holds: unknown, code: ErrorCode): asserts holds {
  if (!holds) throw new Refusal(code);
}

const teachersLeft = (state: Classroom, without: MemberId) =>
  Object.values(state.members).some((m) => m.role === 'teacher' && m.state === 'confirmed' && m.memberId !== without);

const isClean = (name: string) => name.length > 0 && cleanName(name) === name;
const isBlank = (text: string) => text.trim() === '';

const fitsScale = (scale: Scale, mark: string | null) => mark === null || isMark(mark, scale);

function filesOf(fileIds: readonly FileId[], who: Who, facts: Facts): FileRef[] {
  return fileIds.map((fileId) => {
    const file = facts.file(fileId);
    demand(file, 'file-missing');
    demand(who.kind === 'hub' || file.personId === who.personId, 'file-not-yours');
    return { fileId, name: file.name, sizeBytes: file.sizeBytes, sha256: file.sha256, mediaType: file.mediaType };
  });
}

/** Files of a value that is being replaced may be named again by whoever replaces it. */
function filesKept(fileIds: readonly FileId[], kept: readonly FileRef[], who: Who, facts: Facts): FileRef[] {
  return fileIds.map((fileId) => kept.find((file) => file.fileId === fileId) ?? filesOf([fileId], who, facts)[0]!);
}

/** Every named assignee is on the list; somebody is. */
function demandAssignees(state: Classroom, assignees: Assignees) {
  if (assignees === 'all') return;
  demand(new Set(assignees).size === assignees.length, 'bad-request');
  for (const id of assignees)
    demand(state.members[id]?.role === 'student' && state.members[id].state !== 'removed', 'no-such-member');
}

function demandChildren(state: Classroom, childIds: readonly MemberId[]) {
  demand(new Set(childIds).size === childIds.length, 'bad-request');
  for (const id of childIds) demand(state.members[id]?.role === 'student', 'no-such-member');
}

/**
 * What follows from a command: the change with its author, subject and audience, or why not.
 * Never throws; a command is parsed (`Command` of wire.ts) before it comes here.
 */
export function decide(state: Classroom, command: Command, who: Who, facts: Facts): Decision {
  try {
    const actor = who.kind === 'person' ? memberOf(state, who.personId) : undefined;
    const change = follow(state, command, who, actor, facts);
    const by = authorOf(change, state, actor);
    return { ok: true, value: { change, by, about: aboutOf(change), label: audienceOf(change, state, by) } };
  } catch (thrown) {
    if (thrown instanceof Refusal) return { ok: false, code: thrown.code };
    throw thrown;
  }
}

/** Who acts: the maker of a class is no member yet, and what the hub sends at its hour is its author's. */
function authorOf(change: Change, state: Classroom, actor: Member | undefined): MemberId | null {
  if (change.kind === 'classCreated') return change.body.memberId;
  if (change.kind === 'messagePosted' && change.body.scheduled)
    return state.scheduled[change.body.scheduled.messageId]?.by ?? null;
  return actor?.memberId ?? null;
}

const HUB_KINDS = [
  'requestJoin',
  'publishAssignment',
  'sendScheduled',
  'createSchool',
  'enterSchool',
  'leaveSchool',
] as const;
const MESSAGE_COMMANDS = [
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
type HubCommand = CommandOf<(typeof HUB_KINDS)[number]>;
type MessageCommand = CommandOf<(typeof MESSAGE_COMMANDS)[number]>;
const isOf = <K extends CommandKind>(kinds: readonly K[], command: Command): command is CommandOf<K> =>
  (kinds as readonly string[]).includes(command.kind);

function follow(state: Classroom, command: Command, who: Who, actor: Member | undefined, facts: Facts): Change {
  if (command.kind === 'createClass') {
    demand(who.kind === 'person' && who.hubRole === 'teacher', 'not-allowed');
    demand(state.title === null, 'class-exists');
    const { title, memberId, teacherName, channels } = command.body;
    demand(isClean(title) && isClean(teacherName), 'bad-name');
    return { kind: 'classCreated', body: { title, memberId, teacherName, personId: who.personId, channels } };
  }
  if (isOf(HUB_KINDS, command)) {
    demand(who.kind === 'hub', state.title === null ? 'no-such-class' : 'not-allowed');
    return followHub(state, command, facts);
  }
  demand(state.title !== null, 'no-such-class');
  demand(who.kind === 'person' && actor?.state === 'confirmed', 'not-a-member');

  // What every confirmed member may do; a handing in is a pupil's.
  if (isOf(MESSAGE_COMMANDS, command)) return followMessage(state, command, who, actor, facts);
  if (command.kind === 'handIn') return handIn(state, command, who, actor, facts);
  demand(actor.role === 'teacher', 'not-allowed');
  if (command.kind === 'createChannel' || command.kind === 'changeChannel') return followChannel(state, command, actor);
  // The school's people come and go with its classes.
  demand(state.kind === 'class', 'not-allowed');
  return followTeacher(state, command, who, facts);
}

// ── What the hub does by itself ────────────────────────────────────────────────────────────────────────────────────────

function followHub(state: Classroom, command: HubCommand, facts: Facts): Change {
  if (command.kind === 'createSchool') {
    demand(state.title === null, 'class-exists');
    return { kind: 'schoolCreated', body: command.body };
  }
  demand(state.title !== null, 'no-such-class');
  switch (command.kind) {
    case 'requestJoin':
      demand(state.kind === 'class', 'not-allowed');
      return requestJoin(state, command);
    case 'publishAssignment':
      return publish(state, command, facts);
    case 'sendScheduled':
      return sendScheduled(state, command, facts);
    case 'enterSchool':
      demand(state.kind === 'school', 'not-allowed');
      return { kind: 'schoolEntered', body: command.body };
    case 'leaveSchool': {
      demand(state.kind === 'school', 'not-allowed');
      const { memberId, erase } = command.body;
      const member = state.members[memberId];
      demand(member && (erase || member.state !== 'removed'), 'no-such-member');
      return { kind: erase ? 'memberErased' : 'memberRemoved', body: { memberId } };
    }
  }
}

/** At its hour a message is posted if its author may still write there, and forgotten if not. */
function sendScheduled(state: Classroom, command: CommandOf<'sendScheduled'>, facts: Facts): Change {
  const { messageId } = command.body;
  const waiting = state.scheduled[messageId];
  demand(waiting, 'no-such-message');
  demand(facts.now >= waiting.sendAt, 'not-due');
  const messageSeq = facts.message(messageId)?.seq ?? 0;
  const author = state.members[waiting.by];
  const { at: _at, by, messageId: _id, sendAt, to, ...said } = waiting;
  const place = author?.state === 'confirmed' ? placeOf(state, said.channelId, to, author) : null;
  if (!place) return { kind: 'scheduleCancelled', body: { messageId, messageSeq } };
  const direct = place === 'direct' && to ? { direct: [by, to] as [MemberId, MemberId] } : {};
  return { kind: 'messagePosted', body: { ...said, ...direct, scheduled: { messageId, messageSeq, sendAt } } };
}

// ── Messages ───────────────────────────────────────────────────────────────────────────────────────────────────────────

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
function followMessage(state: Classroom, command: MessageCommand, who: Who, actor: Member, facts: Facts): Change {
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
      demand(Object.values(state.scheduled).length < SCHEDULED_MAX, 'too-many');
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
      const forward = { messageId, by: message.by, at };
      return {
        kind: 'messagePosted',
        body: { channelId, text, files, replyTo: null, ...pairOf(place, actor, to), forward },
      };
    }
    case 'editMessage': {
      const { messageId, text } = command.body;
      const { message } = demandMessage(state, messageId, actor, facts);
      demand(message.by === actor.memberId, 'not-allowed');
      demand(!isBlank(text) || message.hasFiles, 'empty');
      return { kind: 'messageEdited', body: { ...named(messageId, message), text } };
    }
    case 'removeMessage': {
      const { messageId } = command.body;
      const { message, channel } = demandMessage(state, messageId, actor, facts);
      demand(message.by === actor.memberId || (actor.role === 'teacher' && state.kind === 'class'), 'not-allowed');
      const direct = channel.kind === 'direct' ? { direct: channel.memberIds as [MemberId, MemberId] } : {};
      return { kind: 'messageRemoved', body: { ...named(messageId, message), ...direct } };
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
      demand(!isPinned || channel.pins.length < PINS_MAX, 'too-many');
      return { kind: 'messagePinned', body: { ...named(messageId, message), isPinned, author: message.by } };
    }
    case 'vote': {
      const { messageId, options } = command.body;
      const { message } = demandMessage(state, messageId, actor, facts);
      const { poll } = message;
      demand(poll, 'no-such-message');
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
      const { message } = demandMessage(state, messageId, actor, facts);
      demand(message.isNotice, 'no-such-message');
      return { kind: 'signed', body: named(messageId, message) };
    }
  }
}

function followChannel(
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
    demand(made < CHANNELS_MAX, 'too-many');
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

// ── What a teacher does in a class ─────────────────────────────────────────────────────────────────────────────────────

type TeachersCommand = Exclude<
  Command,
  HubCommand | MessageCommand | { kind: 'createClass' | 'handIn' | 'createChannel' | 'changeChannel' }
>;

// oxlint-disable-next-line complexity -- as above.
function followTeacher(state: Classroom, command: TeachersCommand, who: Who, facts: Facts): Change {
  switch (command.kind) {
    case 'renameClass':
      demand(isClean(command.body.title), 'bad-name');
      return { kind: 'classRenamed', body: { title: command.body.title } };
    case 'listMember': {
      const { memberId, name } = command.body;
      demand(isClean(name), 'bad-name');
      demand(!state.members[memberId], 'member-exists');
      demand(Object.values(state.members).length < MEMBERS_MAX, 'class-full');
      return { kind: 'memberListed', body: { memberId, name } };
    }
    case 'renameMember': {
      const { memberId, name } = command.body;
      demand(isClean(name), 'bad-name');
      demand(state.members[memberId], 'no-such-member');
      return { kind: 'memberRenamed', body: { memberId, name } };
    }
    case 'confirmJoin': {
      const { requestId, memberId, name, role = 'student', childIds } = command.body;
      const request = state.requests[requestId];
      demand(request, 'no-such-request');
      demandChildren(state, role === 'parent' ? (childIds ?? []) : []);
      const listed = state.members[memberId];
      demand(listed || isClean(name), 'bad-name');
      demand(listed || Object.values(state.members).length < MEMBERS_MAX, 'class-full');
      demand(!listed || listed.role === role, 'not-allowed');
      return {
        kind: 'joinConfirmed',
        body: {
          requestId,
          memberId,
          name: listed?.name ?? name,
          role,
          personId: request.personId,
          ...(role === 'parent' && childIds ? { childIds } : {}),
        },
      };
    }
    case 'setChildren': {
      const { memberId, childIds } = command.body;
      demand(state.members[memberId]?.role === 'parent', 'no-such-member');
      demandChildren(state, childIds);
      return { kind: 'childrenSet', body: { memberId, childIds } };
    }
    case 'declineJoin':
      demand(state.requests[command.body.requestId], 'no-such-request');
      return { kind: 'joinDeclined', body: { requestId: command.body.requestId } };
    case 'changeRole': {
      const { memberId, role } = command.body;
      const member = state.members[memberId];
      demand(member && member.state === 'confirmed', 'no-such-member');
      demand(role === 'teacher' || teachersLeft(state, memberId), 'last-teacher');
      return { kind: 'roleChanged', body: { memberId, role } };
    }
    case 'removeMember': {
      const { memberId, erase } = command.body;
      const member = state.members[memberId];
      demand(member && (erase || member.state !== 'removed'), 'no-such-member');
      demand(member.role !== 'teacher' || teachersLeft(state, memberId), 'last-teacher');
      // A teacher's rows carry the class (who was let in, what was assigned): they are kept.
      demand(!erase || member.role === 'student', 'not-allowed');
      return { kind: erase ? 'memberErased' : 'memberRemoved', body: { memberId } };
    }
    case 'assign':
    case 'scheduleAssignment': {
      const { title, text, dueAt, scale, assignees, fileIds, seriesId } = command.body;
      demand(!isBlank(title), 'empty');
      demandAssignees(state, assignees);
      const full = {
        assignmentId: command.id,
        title,
        text,
        dueAt,
        scale,
        assignees,
        seriesId,
        files: filesOf(fileIds, who, facts),
      };
      return command.kind === 'assign'
        ? { kind: 'assigned', body: full }
        : { kind: 'assignmentScheduled', body: { ...full, publishAt: command.body.publishAt } };
    }
    case 'changeAssignment': {
      const { assignmentId, title, text, dueAt, scale, assignees, fileIds, seen } = command.body;
      const old = state.assignments[assignmentId];
      demand(old && old.state !== 'withdrawn', 'no-such-assignment');
      demand(seen === old.changeId, 'stale');
      demand(!isBlank(title), 'empty');
      demandAssignees(state, assignees);
      // Once read it cannot be unread: after publishing the circle only grows, else somebody keeps a copy that no row corrects (S4).
      if (old.state === 'open')
        demand(
          assignees === 'all' || (old.assignees !== 'all' && old.assignees.every((id) => assignees.includes(id))),
          'not-allowed',
        );
      return {
        kind: 'assignmentChanged',
        body: {
          assignmentId,
          seriesId: old.seriesId,
          title,
          text,
          dueAt,
          scale,
          assignees,
          files: filesKept(fileIds, old.files, who, facts),
          publishAt: old.state === 'scheduled' ? old.publishAt : null,
          assignedAt: old.assignedAt,
        },
      };
    }
    case 'withdrawAssignment': {
      const old = state.assignments[command.body.assignmentId];
      demand(old && old.state !== 'withdrawn', 'no-such-assignment');
      return { kind: 'assignmentWithdrawn', body: { assignmentId: old.assignmentId } };
    }
    case 'review': {
      const { assignmentId, memberId, attempt, mark, comment, seen } = command.body;
      const assignment = state.assignments[assignmentId];
      demand(assignment && assignment.assignedAt !== null, 'no-such-assignment');
      demand(state.members[memberId]?.role === 'student' && isAssigned(assignment.assignees, memberId), 'not-assigned');
      const key = workKey(assignmentId, memberId);
      demand(attempt <= (lastAttempt(state.submissions[key])?.attempt ?? 0), 'stale');
      demand(fitsScale(assignment.scale, mark), 'bad-mark');
      demand(seen === (state.reviews[key]?.id ?? null), 'stale');
      return { kind: 'reviewed', body: { assignmentId, memberId, attempt, mark, comment } };
    }
    case 'giveBack': {
      const { assignmentId, memberId, reviewId, outcome } = command.body;
      const key = workKey(assignmentId, memberId);
      const review = state.reviews[key];
      demand(review && (review.mark !== null || !isBlank(review.comment)), 'nothing-to-return');
      demand(review.id === reviewId, 'stale');
      const last = state.returned[key];
      demand(last?.reviewId !== reviewId || last.outcome !== outcome, 'already-returned');
      const { attempt, mark, comment } = review;
      return { kind: 'givenBack', body: { assignmentId, memberId, attempt, mark, comment, outcome, reviewId } };
    }
  }
}

function requestJoin(state: Classroom, command: CommandOf<'requestJoin'>): Change {
  const { personId, name, device } = command.body;
  demand(isClean(name), 'bad-name');
  demand(Object.values(state.requests).length < REQUESTS_MAX, 'too-many');
  return { kind: 'joinRequested', body: { personId, name, device: cleanName(device) } };
}

function publish(state: Classroom, command: CommandOf<'publishAssignment'>, facts: Facts): Change {
  const a = state.assignments[command.body.assignmentId];
  demand(a?.state === 'scheduled', 'no-such-assignment');
  demand(a.publishAt !== null && facts.now >= a.publishAt, 'not-due');
  const { assignmentId, title, text, dueAt, scale, assignees, seriesId, files } = a;
  return { kind: 'assigned', body: { assignmentId, title, text, dueAt, scale, assignees, seriesId, files } };
}

function handIn(state: Classroom, command: CommandOf<'handIn'>, who: Who, actor: Member, facts: Facts): Change {
  const { assignmentId, fileIds, note } = command.body;
  const assignment = state.assignments[assignmentId];
  demand(assignment?.state === 'open' && isAssigned(assignment.assignees, actor.memberId), 'no-such-assignment');
  demand(actor.role === 'student', 'not-allowed');
  demand(fileIds.length > 0 || !isBlank(note), 'empty');
  const key = workKey(assignmentId, actor.memberId);
  const before = lastAttempt(state.submissions[key])?.attempt ?? 0;
  const returned = state.returned[key];
  demand(!returned || returned.outcome === 'redo' || returned.attempt < before, 'already-returned');
  const files = filesOf(fileIds, who, facts);
  const late = assignment.dueAt !== null && facts.now > assignment.dueAt;
  const receipt = facts.receipt(command.id, files, facts.now);
  return {
    kind: 'handedIn',
    body: { assignmentId, memberId: actor.memberId, attempt: before + 1, files, note, late, receipt },
  };
}

/** Where a channel is everybody's, so are its rows: a reader of version 1 knows no other label for them. */
function channelLabel(state: Classroom, channelId: ChannelId): Label {
  return (state.channels[channelId]?.kind === 'everyone' ? 'all' : `channel:${channelId}`) as Label;
}

const assignmentLabel = (assignmentId: CommandId, assignees: Assignees) =>
  (assignees === 'all' ? 'all' : `assignment:${assignmentId}`) as Label;

/**
 * Who may read a change.
 * @param state the class before the change
 * @param by who acts; null for the hub
 */
// oxlint-disable-next-line complexity -- one case per change.
export function audienceOf(change: Change, state: Classroom, by: MemberId | null): Label {
  switch (change.kind) {
    case 'messagePosted':
    case 'messageEdited':
    case 'messageRemoved':
    case 'reacted':
    case 'messagePinned':
    case 'voted':
    case 'pollClosed':
    case 'channelChanged':
      return channelLabel(state, change.body.channelId);
    case 'channelCreated':
      return (change.body.kind === 'everyone' ? 'all' : `channel:${change.body.channelId}`) as Label;
    case 'memberListed':
    case 'joinRequested':
    case 'joinDeclined':
    case 'assignmentScheduled':
    case 'reviewed':
      return 'teachers' as Label;
    case 'signed':
      // Who has signed is the teachers' business; two who talk alone need no third.
      return (
        state.channels[change.body.channelId]?.kind === 'direct' ? `channel:${change.body.channelId}` : `member:${by}`
      ) as Label;
    case 'messageScheduled':
      return `own:${by}` as Label;
    case 'scheduleCancelled':
      return `own:${state.scheduled[change.body.messageId]?.by ?? by}` as Label;
    case 'schoolEntered':
      return (change.body.role === 'teacher' ? 'all' : `member:${change.body.memberId}`) as Label;
    case 'memberRenamed':
    case 'memberRemoved':
    case 'memberErased': {
      const member = state.members[change.body.memberId];
      if (state.kind === 'school')
        return (member?.role === 'teacher' ? 'all' : `member:${change.body.memberId}`) as Label;
      return (member?.state === 'listed' ? 'teachers' : 'all') as Label;
    }
    case 'assigned':
      return assignmentLabel(change.body.assignmentId, change.body.assignees);
    case 'assignmentChanged':
      return change.body.publishAt !== null
        ? ('teachers' as Label)
        : assignmentLabel(change.body.assignmentId, change.body.assignees);
    case 'assignmentWithdrawn': {
      const a = state.assignments[change.body.assignmentId];
      return a && a.assignedAt !== null ? assignmentLabel(a.assignmentId, a.assignees) : ('teachers' as Label);
    }
    case 'handedIn':
    case 'givenBack':
      return `member:${change.body.memberId}` as Label;
    default:
      return 'all' as Label;
  }
}

/** Whom or what a change speaks of; erasure finds rows by it (S16). */
function aboutOf(change: Change): string | null {
  const { body } = change;
  // Said to one alone, or one's words said again by another: they go when he goes.
  if (change.kind === 'messagePosted') return change.body.direct?.[1] ?? change.body.forward?.by ?? null;
  if (change.kind === 'messageScheduled') return change.body.to ?? null;
  if ('memberId' in body) return body.memberId;
  if ('messageId' in body) return body.messageId;
  if ('requestId' in body) return body.requestId;
  if ('assignmentId' in body) return body.assignmentId ?? null;
  return null;
}
