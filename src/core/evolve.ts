/**
 * Folding: the state after one row, and which rows an erasure blanks. Keeps S12 (unknown kinds are skipped), S16 (a blank
 * body folds to nothing, and what was erased leaves the state), S19 (a reader's filtered log folds to what he may see).
 */
import {
  isInChannel,
  keep,
  type Assignment,
  type Channel,
  type Classroom,
  type Collect,
  type JoinRequestHead,
  type Member,
  type OwedWork,
  type Returned,
  type Review,
  type Submission,
} from './classroom.ts';
import { dueIdOf, togetherIdOf, workKey, type CommandId, type MemberId } from './ids.ts';
import { changeIn, type Change, type ChangeOf, type Entry } from './wire.ts';

/** A row's header as folding needs it. */
export type Header = Pick<Entry, 'id' | 'at' | 'by'>;

/** The state after one row of a log; the same object where the row changes nothing of it. */
export function evolve(state: Classroom, entry: Entry): Classroom {
  const change = changeIn(entry);
  if (change !== null) return apply(state, entry, change);
  const scheduleId = blankScheduleOf(state, entry);
  return scheduleId ? { ...state, scheduled: without(state.scheduled, scheduleId) } : state;
}

/**
 * The schedule behind a message that the hub sent at its hour and that was removed before this copy of the log heard of it: its
 * row is blank, and its id alone says what it was (S20). null for every other row; behind what its author sent before its hour the
 * removal names the schedule.
 */
export function blankScheduleOf({ scheduled }: Classroom, { id, kind, body }: Entry): CommandId | null {
  if (body !== null || kind !== 'messagePosted') return null;
  return (Object.keys(scheduled) as CommandId[]).find((scheduleId) => dueIdOf(scheduleId) === id) ?? null;
}

const without = <K extends string, T>(record: Record<K, T>, key: K): Record<K, T> => {
  if (!(key in record)) return record;
  const { [key]: _gone, ...rest } = record;
  return rest as Record<K, T>;
};

const isSameSet = (one: readonly string[], other: readonly string[]) =>
  one.length === other.length && one.every((id) => other.includes(id));

/** What the hub owes, without what it owes this member for this assignment; the same object where that is nothing. */
function withoutOwed({ owed }: Classroom, assignmentId: CommandId, memberId: MemberId): Classroom['owed'] {
  const isHis = (work: OwedWork) => work.assignmentId === assignmentId && work.memberId === memberId;
  return Object.values<OwedWork>(owed).some(isHis) ? keep(owed, (work) => !isHis(work)) : owed;
}

const NEW_CHANNEL: Omit<Channel, 'channelId' | 'kind' | 'changeId'> = {
  title: null,
  writers: 'all',
  memberIds: [],
  isArchived: false,
  pins: [],
};

/** A class list's new line. */
const NEW_MEMBER: Pick<Member, 'personIds' | 'requestIds' | 'childIds' | 'roleVersion'> = {
  personIds: [],
  requestIds: [],
  childIds: [],
  roleVersion: 1,
};

/** Members who got into a channel or out of it read another log from now on (S14). */
function withChannel(state: Classroom, channel: Channel): Classroom {
  const before = state.channels[channel.channelId];
  const moved = (m: Member) => before !== undefined && isInChannel(state, before, m) !== isInChannel(state, channel, m);
  const members =
    before?.kind === 'group'
      ? Object.fromEntries(
          Object.entries<Member>(state.members).map(([id, m]) => [
            id,
            moved(m) ? { ...m, roleVersion: m.roleVersion + 1 } : m,
          ]),
        )
      : state.members;
  return { ...state, members, channels: { ...state.channels, [channel.channelId]: channel } };
}

/** Where two talk alone: the channel is there with the first word between them, whichever rows of it are left. */
function withDirect(
  state: Classroom,
  said: Pick<ChangeOf<'messagePosted'>['body'], 'channelId' | 'direct'>,
): Classroom {
  const { channelId, direct } = said;
  if (!direct || state.channels[channelId]) return state;
  const memberIds = [...direct].sort();
  const channel: Channel = {
    ...NEW_CHANNEL,
    channelId,
    kind: 'direct',
    memberIds,
    changeId: channelId as string as CommandId,
  };
  return { ...state, channels: { ...state.channels, [channelId]: channel } };
}

/** What a member leaves behind when he goes: messages that waited for their hour. */
const withoutScheduledOf = (state: Classroom, memberId: MemberId) => keep(state.scheduled, ({ by }) => by !== memberId);

const withPins = (state: Classroom, channelId: string, edit: (pins: Channel['pins']) => Channel['pins']): Classroom => {
  const channel = state.channels[channelId];
  if (!channel) return state;
  const pins = edit(channel.pins);
  return pins.length === channel.pins.length && pins.every((pin, at) => pin === channel.pins[at])
    ? state
    : { ...state, channels: { ...state.channels, [channelId]: { ...channel, pins } } };
};

/** {@link evolve} for a change that is already parsed. */
// oxlint-disable-next-line complexity -- one case per change.
export function apply(state: Classroom, header: Header, change: Change): Classroom {
  const withMember = (memberId: MemberId, edit: (member: Member) => Member): Classroom => {
    const member = state.members[memberId];
    return member ? { ...state, members: { ...state.members, [memberId]: edit(member) } } : state;
  };
  switch (change.kind) {
    case 'classCreated': {
      const { title, memberId, teacherName, personId, channels } = change.body;
      const teacher: Member = {
        memberId,
        name: teacherName,
        role: 'teacher',
        state: 'confirmed',
        ...NEW_MEMBER,
        personIds: [personId],
      };
      return {
        ...state,
        title,
        members: { ...state.members, [memberId]: teacher },
        channels: Object.fromEntries(channels.map((c) => [c.channelId, { ...NEW_CHANNEL, ...c, changeId: header.id }])),
      };
    }
    case 'classRenamed':
      return { ...state, title: change.body.title };
    case 'memberListed': {
      const { memberId, name } = change.body;
      const listed: Member = {
        memberId,
        name,
        role: 'student',
        state: 'listed',
        ...NEW_MEMBER,
      };
      return { ...state, members: { ...state.members, [memberId]: listed } };
    }
    case 'memberRenamed':
      return withMember(change.body.memberId, (member) => ({ ...member, name: change.body.name }));
    case 'joinRequested': {
      const { personId, name, device } = change.body;
      const request: JoinRequestHead = { requestId: header.id, personId, name, device, at: header.at };
      return { ...state, requests: { ...state.requests, [header.id]: request } };
    }
    case 'joinConfirmed': {
      const { requestId, memberId, name, role, personId, childIds } = change.body;
      const old = state.members[memberId];
      // A parent who reads already and gets other children reads another log from now on (S14).
      const isMoved =
        old?.state === 'confirmed' && childIds !== undefined && !isSameSet(old.childIds, childIds) ? 1 : 0;
      const confirmed: Member = {
        memberId,
        name,
        role,
        state: 'confirmed',
        personIds: [...(old?.personIds ?? []), personId],
        requestIds: [...(old?.requestIds ?? []), requestId],
        childIds: childIds ?? old?.childIds ?? [],
        roleVersion: (old?.roleVersion ?? 1) + isMoved,
      };
      return {
        ...state,
        members: { ...state.members, [memberId]: confirmed },
        requests: without(state.requests, requestId),
      };
    }
    case 'joinDeclined':
      return { ...state, requests: without(state.requests, change.body.requestId) };
    case 'roleChanged':
      return withMember(change.body.memberId, (m) => ({
        ...m,
        role: change.body.role,
        roleVersion: m.roleVersion + 1,
      }));
    case 'childrenSet':
      return withMember(change.body.memberId, (m) => ({
        ...m,
        childIds: change.body.childIds,
        roleVersion: m.roleVersion + 1,
      }));
    case 'memberRemoved': {
      // The sign-ins go: a return needs a new request, else an old page would come back to life with it. Whoever only stood
      // on the list had nothing to read, and classmates never hear of it: no new role version (S19).
      const left = withMember(change.body.memberId, (m) => ({
        ...m,
        state: 'removed',
        personIds: [],
        roleVersion: m.state === 'confirmed' ? m.roleVersion + 1 : m.roleVersion,
      }));
      return { ...left, scheduled: withoutScheduledOf(state, change.body.memberId) };
    }
    case 'memberErased': {
      const { memberId } = change.body;
      const others = (work: { memberId: MemberId }) => work.memberId !== memberId;
      const goes = (id: MemberId) => id === memberId;
      return {
        ...state,
        members: Object.fromEntries(
          Object.entries<Member>(without(state.members, memberId)).map(([id, m]) => [
            id,
            m.childIds.some(goes) ? { ...m, childIds: m.childIds.filter((child) => !goes(child)) } : m,
          ]),
        ),
        // What two said to each other goes with either of them.
        channels: Object.fromEntries(
          Object.entries<Channel>(state.channels)
            .filter(([, channel]) => channel.kind !== 'direct' || !channel.memberIds.some(goes))
            .map(([id, channel]) => [id, { ...channel, pins: channel.pins.filter((pin) => pin.by !== memberId) }]),
        ),
        scheduled: keep(withoutScheduledOf(state, memberId), ({ to }) => to !== memberId),
        submissions: keep(state.submissions, others),
        owed: keep(state.owed, (owed) => others(owed) && owed.by !== memberId),
        reviews: keep(state.reviews, others),
        returned: keep(state.returned, others),
      };
    }
    case 'messagePosted': {
      const { scheduled } = change.body;
      const sent = scheduled ? { ...state, scheduled: without(state.scheduled, scheduled.messageId) } : state;
      return withDirect(sent, change.body);
    }
    case 'messageScheduled':
      return header.by === null
        ? state
        : {
            ...state,
            scheduled: {
              ...state.scheduled,
              [header.id]: { ...change.body, messageId: header.id, by: header.by, at: header.at },
            },
          };
    case 'scheduleCancelled':
      return { ...state, scheduled: without(state.scheduled, change.body.messageId) };
    case 'messageRemoved': {
      const { scheduled, channelId, messageId } = change.body;
      // A copy of the log that did not hear of the sending hears of it here: that row is blank (S20).
      const sent = scheduled ? { ...state, scheduled: without(state.scheduled, scheduled.messageId) } : state;
      return withPins(withDirect(sent, change.body), channelId, (pins) =>
        pins.filter((pin) => pin.messageId !== messageId),
      );
    }
    case 'messagePinned': {
      const { messageId, messageSeq, channelId, isPinned, author } = change.body;
      return withPins(state, channelId, (pins) => {
        const others = pins.filter((pin) => pin.messageId !== messageId);
        return isPinned ? [...others, { messageId, messageSeq, by: author }] : others;
      });
    }
    case 'messageEdited':
    case 'reacted':
    case 'voted':
    case 'pollClosed':
    case 'signed':
      return state;
    case 'channelCreated':
      return withChannel(state, { ...NEW_CHANNEL, ...change.body, changeId: header.id });
    case 'channelChanged': {
      const old = state.channels[change.body.channelId];
      return old ? withChannel(state, { ...old, ...change.body, changeId: header.id }) : state;
    }
    case 'schoolCreated': {
      const { title, channelId } = change.body;
      const staff: Channel = { ...NEW_CHANNEL, channelId, kind: 'staff', changeId: header.id };
      return { ...state, kind: 'school', title, channels: { [channelId]: staff } };
    }
    case 'schoolEntered': {
      const { memberId, name, role, personIds } = change.body;
      const old = state.members[memberId];
      const entered: Member = {
        memberId,
        name,
        role,
        state: 'confirmed',
        ...NEW_MEMBER,
        personIds,
        roleVersion: (old?.roleVersion ?? 0) + (old?.state === 'confirmed' && old.role === role ? 0 : 1),
      };
      return { ...state, members: { ...state.members, [memberId]: entered } };
    }
    case 'assigned':
      return withAssignment(state, header, change, { state: 'open', publishAt: null, assignedAt: header.at });
    case 'assignmentScheduled':
      return withAssignment(state, header, change, {
        state: 'scheduled',
        publishAt: change.body.publishAt,
        assignedAt: null,
      });
    case 'assignmentChanged': {
      const { publishAt, assignedAt } = change.body;
      return withAssignment(state, header, change, {
        state: publishAt === null ? 'open' : 'scheduled',
        publishAt,
        assignedAt,
      });
    }
    case 'assignmentWithdrawn': {
      const a = state.assignments[change.body.assignmentId];
      if (!a) return state;
      return { ...state, assignments: { ...state.assignments, [a.assignmentId]: { ...a, state: 'withdrawn' } } };
    }
    case 'handedIn': {
      const { assignmentId, memberId, ...rest } = change.body;
      const key = workKey(assignmentId, memberId);
      const before = state.submissions[key]?.attempts ?? [];
      const submission: Submission = {
        assignmentId,
        memberId,
        attempts: [...before, { id: header.id, at: header.at, ...rest }],
      };
      // What is his own is not followed by what somebody else brought for him.
      const owed = rest.of
        ? without(state.owed, togetherIdOf(rest.of.handInId, memberId))
        : withoutOwed(state, assignmentId, memberId);
      const partners = (rest.together ?? []).map((partner): [CommandId, OwedWork] => [
        togetherIdOf(header.id, partner),
        { assignmentId, handInId: header.id, by: memberId, memberId: partner, at: header.at },
      ]);
      return {
        ...state,
        submissions: { ...state.submissions, [key]: submission },
        owed: partners.length > 0 ? { ...owed, ...Object.fromEntries(partners) } : owed,
      };
    }
    case 'collecting': {
      const { assignmentId, bellAt, afterBell } = change.body;
      return withCollect(state, assignmentId, { collectId: header.id, bellAt, afterBell, isOver: false });
    }
    case 'collected': {
      const { assignmentId, collectId } = change.body;
      const collect = state.assignments[assignmentId]?.collect;
      return collect?.collectId === collectId ? withCollect(state, assignmentId, { ...collect, isOver: true }) : state;
    }
    case 'reviewed': {
      const { assignmentId, memberId } = change.body;
      const review: Review = { id: header.id, at: header.at, ...change.body };
      return { ...state, reviews: { ...state.reviews, [workKey(assignmentId, memberId)]: review } };
    }
    case 'givenBack': {
      const { assignmentId, memberId } = change.body;
      const returned: Returned = { id: header.id, at: header.at, ...change.body };
      return { ...state, returned: { ...state.returned, [workKey(assignmentId, memberId)]: returned } };
    }
  }
}

function withCollect(state: Classroom, assignmentId: CommandId, collect: Collect): Classroom {
  const a = state.assignments[assignmentId];
  return a ? { ...state, assignments: { ...state.assignments, [assignmentId]: { ...a, collect } } } : state;
}

function withAssignment(
  state: Classroom,
  header: Header,
  change: ChangeOf<'assigned'> | ChangeOf<'assignmentScheduled'> | ChangeOf<'assignmentChanged'>,
  when: Pick<Assignment, 'state' | 'publishAt' | 'assignedAt'>,
): Classroom {
  const { assignmentId, seriesId, title, text, files, dueAt, scale, assignees, isHandout = false } = change.body;
  const head: Assignment = {
    assignmentId,
    seriesId,
    changeId: header.id,
    title,
    text,
    files,
    dueAt,
    scale,
    assignees,
    isHandout,
    collect:
      (change.kind === 'assignmentChanged' ? change.body.collect : undefined) ??
      state.assignments[assignmentId]?.collect ??
      null,
    ...when,
  };
  return { ...state, assignments: { ...state.assignments, [assignmentId]: head } };
}

/** Which rows of a log are blanked: those with these ids, those about these, and messages written by these members (S16). */
export interface Erasure {
  ids: readonly string[];
  about: readonly string[];
  messagesBy: readonly MemberId[];
}

/**
 * What a change blanks in every copy of the log; null for nothing.
 * @param state the class before the change
 */
export function erasedBy(change: Change, state: Classroom): Erasure | null {
  if (change.kind === 'messageRemoved') {
    const { messageId, scheduled } = change.body;
    return { ids: [messageId, ...(scheduled ? [scheduled.messageId] : [])], about: [messageId], messagesBy: [] };
  }
  // The message is said again in full, or never: what waited for its hour needs no copy.
  const waited = change.kind === 'messagePosted' ? change.body.scheduled?.messageId : null;
  const scheduleId: CommandId | null | undefined = change.kind === 'scheduleCancelled' ? change.body.messageId : waited;
  if (scheduleId) return { ids: [scheduleId], about: [], messagesBy: [] };
  // Who was not let in leaves nothing of himself at the door.
  if (change.kind === 'joinDeclined') return { ids: [change.body.requestId], about: [], messagesBy: [] };
  if (change.kind !== 'memberErased') return null;
  const { memberId } = change.body;
  return { ids: state.members[memberId]?.requestIds ?? [], about: [memberId], messagesBy: [memberId] };
}

/** Kinds that erasure never blanks: blanking them would undo what they say, and all but the first carry no text. */
const UNERASABLE_KINDS: readonly string[] = ['classCreated', 'memberErased', 'messageRemoved', 'scheduleCancelled'];
/** Kinds after which the state holds less of somebody than the state before. */
export const ERASING_KINDS: readonly string[] = ['memberErased', 'messageRemoved', 'scheduleCancelled', 'joinDeclined'];
/** Kinds that go with their author. */
export const MESSAGE_KINDS: readonly string[] = [
  'messagePosted',
  'messageEdited',
  'messageScheduled',
  'reacted',
  'voted',
  'signed',
];

type RowHeader = Pick<Entry, 'id' | 'kind' | 'by' | 'about'>;

/**
 * The messages among these rows that go with a person: what others said about them goes too ({@link isSaidOf}), because an edit of
 * what was said to him holds its words. For the removal of one message its erasure names these rows itself.
 */
export function messagesGone(erasure: Erasure, rows: readonly RowHeader[]): ReadonlySet<string> {
  if (erasure.messagesBy.length === 0) return new Set();
  return new Set(rows.filter((row) => row.kind === 'messagePosted' && isErased(erasure, row)).map(({ id }) => id));
}

/** Whether a row says something about one of these messages. A pin has no words, and is the channel's. */
export const isSaidOf = (messages: ReadonlySet<string>, { kind, about }: RowHeader): boolean =>
  about !== null && messages.has(about) && kind !== 'messagePinned' && !UNERASABLE_KINDS.includes(kind);

/** Whether an erasure blanks a row by what the row is itself. */
export const isErased = (erasure: Erasure, row: RowHeader): boolean =>
  !UNERASABLE_KINDS.includes(row.kind) &&
  (erasure.ids.includes(row.id) ||
    (row.about !== null && erasure.about.includes(row.about)) ||
    (row.by !== null && MESSAGE_KINDS.includes(row.kind) && erasure.messagesBy.includes(row.by)));
