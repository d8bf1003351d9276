/**
 * What follows from a command: one change with its author, subject and audience, or why not. The rule book of a class, read
 * from top to bottom. Never throws; commands are parsed (wire.ts) before they come here.
 * Keeps S4 (audience; what is published later is said again in full), S15 (files by the hub's own row), S20 (what falls due).
 */
import {
  dueCommands,
  isAssigned,
  isCollected,
  lastAttempt,
  memberOf,
  wasIn,
  type Assignment,
  type Classroom,
  type Facts,
  type Member,
  type Who,
} from './classroom.ts';
import { followChannel, followMessage, MESSAGE_COMMANDS, sendScheduled, type MessageCommand } from './decide-chat.ts';
import type { ErrorCode } from './errors.ts';
import { isHubsId, togetherIdOf, workKey, type ChannelId, type CommandId, type FileId, type MemberId } from './ids.ts';
import { ATTEMPTS_MAX, MEMBERS_MAX, REQUESTS_MAX } from './limits.ts';
import { isMark, type Scale } from './marks.ts';
import { cleanName } from './names.ts';
import { demand, filesOf, isBlank, isClean, Refusal } from './refusal.ts';
import type { Assignees, Change, ChangeOf, Command, CommandKind, CommandOf, FileRef, Label } from './wire.ts';

export interface Decided {
  change: Change;
  by: MemberId | null;
  about: string | null;
  label: Label;
}
export type Decision = { ok: true; value: Decided } | { ok: false; code: ErrorCode };

const teachersLeft = (state: Classroom, without: MemberId) =>
  Object.values(state.members).some((m) => m.role === 'teacher' && m.state === 'confirmed' && m.memberId !== without);

const fitsScale = (scale: Scale, mark: string | null) => mark === null || isMark(mark, scale);

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
    // Under such an id the hub does what falls due: whoever took it first would keep the hub from doing it (S20).
    demand(who.kind === 'hub' || !isHubsId(command.id), 'bad-request');
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
  'handInTogether',
  'createSchool',
  'enterSchool',
  'leaveSchool',
] as const;
type HubCommand = CommandOf<(typeof HUB_KINDS)[number]>;
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
    // What waits for its hour may be sent by its author now: once, whoever is faster.
    if (command.kind === 'sendScheduled' && actor?.state === 'confirmed')
      return sendScheduled(state, command, facts, actor);
    demand(who.kind === 'hub', state.title === null ? 'no-such-class' : 'not-allowed');
    return followHub(state, command, facts);
  }
  demand(state.title !== null, 'no-such-class');
  if (command.kind === 'endCollect' && who.kind === 'hub') return endCollect(state, command, facts);
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
      return sendScheduled(state, command, facts, null);
    case 'handInTogether':
      return handInTogether(state, command, facts);
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
        ...(command.kind === 'assign' && command.body.isHandout ? { isHandout: true } : {}),
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
          ...(old.isHandout ? { isHandout: true } : {}),
          ...(old.collect ? { collect: old.collect } : {}),
        },
      };
    }
    case 'collect': {
      const { assignmentId, bellAt, afterBell, seen } = command.body;
      const assignment = state.assignments[assignmentId];
      demand(assignment?.state === 'open', 'no-such-assignment');
      demand(seen === (assignment.collect?.collectId ?? null), 'stale');
      return { kind: 'collecting', body: { assignmentId, bellAt, afterBell } };
    }
    case 'endCollect':
      return endCollect(state, command, null);
    case 'bringWork':
      return bringWork(state, command, who, facts);
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

const attemptsOf = (state: Classroom, assignmentId: CommandId, memberId: MemberId) =>
  lastAttempt(state.submissions[workKey(assignmentId, memberId)])?.attempt ?? 0;

/** An assignment that this pupil may still bring a work for. */
function demandOpen(state: Classroom, assignmentId: CommandId, memberId: MemberId): Assignment {
  const assignment = state.assignments[assignmentId];
  demand(assignment?.state === 'open' && isAssigned(assignment.assignees, memberId), 'no-such-assignment');
  const returned = state.returned[workKey(assignmentId, memberId)];
  const isOpen =
    !returned || returned.outcome === 'redo' || returned.attempt < attemptsOf(state, assignmentId, memberId);
  demand(isOpen, 'already-returned');
  return assignment;
}

function handIn(state: Classroom, command: CommandOf<'handIn'>, who: Who, actor: Member, facts: Facts): Change {
  const { assignmentId, fileIds, note, together = [] } = command.body;
  const { memberId } = actor;
  const { dueAt, collect } = demandOpen(state, assignmentId, memberId);
  demand(actor.role === 'student', 'not-allowed');
  demand(fileIds.length > 0 || !isBlank(note), 'empty');
  const before = state.submissions[workKey(assignmentId, memberId)]?.attempts ?? [];
  // What another handed in for both counts for that other only: he could use up this pupil's.
  demand(before.filter((one) => !one.of).length < ATTEMPTS_MAX, 'too-many-attempts');
  demandPartners(state, assignmentId, memberId, together);
  demandFreeIds(state, command.id, together);
  const isAfterBell = collect !== null && isCollected(collect, facts.now);
  const isAskedAgain = state.returned[workKey(assignmentId, memberId)]?.outcome === 'redo';
  demand(!isAfterBell || isAskedAgain || collect.afterBell !== 'refuse', 'collect-closed');
  const late = (dueAt !== null && facts.now > dueAt) || (isAfterBell && !isAskedAgain && collect.afterBell === 'late');
  const files = filesOf(fileIds, who, facts);
  const work = { assignmentId, memberId, files, note, late, ...(together.length > 0 ? { together } : {}) };
  return handedIn(state, command.id, work, facts);
}

type Work = ChangeOf<'handedIn'>['body'];

/** A work as the log keeps it: the attempt counted, the receipt made. */
function handedIn(state: Classroom, id: CommandId, work: Omit<Work, 'attempt' | 'receipt'>, facts: Facts): Change {
  const attempt = attemptsOf(state, work.assignmentId, work.memberId) + 1;
  return { kind: 'handedIn', body: { ...work, attempt, receipt: facts.receipt(id, work.files, facts.now) } };
}

/** Who did it together: pupils of the class it is for too, none of whom has brought a work of his own. */
function demandPartners(state: Classroom, assignmentId: CommandId, by: MemberId, together: readonly MemberId[]) {
  demand(new Set([by, ...together]).size === together.length + 1, 'bad-request');
  for (const id of together) {
    const partner = state.members[id];
    demand(partner?.role === 'student' && partner.state !== 'removed', 'no-such-member');
    demandOpen(state, assignmentId, id);
    const before = lastAttempt(state.submissions[workKey(assignmentId, id)]);
    demand(before === undefined || before.of?.memberId === by, 'partner-has-work');
  }
}

/**
 * The ids under which the hub will pay follow from an id that the pupil makes, so that he could steer them to another that the hub
 * needs: the bell would never ring (S20).
 */
function demandFreeIds(state: Classroom, handInId: CommandId, together: readonly MemberId[]) {
  if (together.length === 0) return;
  const needed = new Set(dueCommands(state).map(({ command }) => command.id));
  for (const memberId of together) demand(!needed.has(togetherIdOf(handInId, memberId)), 'id-reused');
}

function handInTogether(state: Classroom, command: CommandOf<'handInTogether'>, facts: Facts): Change {
  const { handInId, memberId } = command.body;
  const owed = state.owed[togetherIdOf(handInId, memberId)];
  demand(owed, 'stale');
  const { assignmentId, by } = owed;
  const said = state.submissions[workKey(assignmentId, by)]?.attempts.find(({ id }) => id === handInId);
  demand(said, 'stale');
  const { files, note, late } = said;
  const work = { assignmentId, memberId, files, note, late, of: { handInId, memberId: by } };
  return handedIn(state, command.id, work, facts);
}

function bringWork(state: Classroom, command: CommandOf<'bringWork'>, who: Who, facts: Facts): Change {
  const { assignmentId, memberId, fileIds, note, writtenAt } = command.body;
  const member = state.members[memberId];
  demand(member?.role === 'student' && member.state !== 'removed', 'no-such-member');
  const { dueAt } = demandOpen(state, assignmentId, memberId);
  demand(fileIds.length > 0 || !isBlank(note), 'empty');
  const files = filesOf(fileIds, who, facts);
  // The pupil may have done it in time; when the teacher came to take it in is not his fault.
  const late = dueAt !== null && Math.min(facts.now, writtenAt ?? facts.now) > dueAt;
  return handedIn(state, command.id, { assignmentId, memberId, files, note, late, brought: { writtenAt } }, facts);
}

/** @param facts null for a teacher, who ends it whenever he wants */
function endCollect(state: Classroom, command: CommandOf<'endCollect'>, facts: Facts | null): Change {
  const { assignmentId, collectId } = command.body;
  const collect = state.assignments[assignmentId]?.collect;
  demand(collect?.collectId === collectId && !collect.isOver, 'stale');
  demand(facts === null || isCollected(collect, facts.now), 'not-due');
  return { kind: 'collected', body: { assignmentId, collectId } };
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
      // Of whom a parent was told by id, everybody's copy of that parent speaks.
      const isChild = Object.values(state.members).some(({ childIds }) => childIds.includes(change.body.memberId));
      if (change.kind === 'memberErased' && isChild) return 'all' as Label;
      // A name that only ever stood on the list is the teachers' own, also when it was taken off.
      if (change.kind === 'memberRenamed') return (member && wasIn(member) ? 'all' : 'teachers') as Label;
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
    case 'collecting':
    case 'collected': {
      const a = state.assignments[change.body.assignmentId];
      return a ? assignmentLabel(a.assignmentId, a.assignees) : ('teachers' as Label);
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
