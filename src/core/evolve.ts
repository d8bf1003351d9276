/**
 * Folding: the state after one row, and which rows an erasure blanks. Keeps S12 (unknown kinds are skipped), S16 (a blank
 * body folds to nothing, and what was erased leaves the state), S19 (a reader's filtered log folds to what he may see).
 */
import {
  keep,
  type Assignment,
  type Classroom,
  type JoinRequestHead,
  type Member,
  type Returned,
  type Review,
  type Submission,
} from './classroom.ts';
import { workKey, type MemberId } from './ids.ts';
import { changeIn, type Change, type ChangeOf, type Entry } from './wire.ts';

/** A row's header as folding needs it. */
export type Header = Pick<Entry, 'id' | 'at' | 'by'>;

/** The state after one row of a log; the same object where the row changes nothing of it. */
export function evolve(state: Classroom, entry: Entry): Classroom {
  const change = changeIn(entry);
  return change === null ? state : apply(state, entry, change);
}

const without = <K extends string, T>(record: Record<K, T>, key: K): Record<K, T> => {
  if (!(key in record)) return record;
  const { [key]: _gone, ...rest } = record;
  return rest as Record<K, T>;
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
        personIds: [personId],
        requestIds: [],
        roleVersion: 1,
      };
      return {
        ...state,
        title,
        members: { ...state.members, [memberId]: teacher },
        channels: Object.fromEntries(channels.map((c) => [c.channelId, c])),
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
        personIds: [],
        requestIds: [],
        roleVersion: 1,
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
      const { requestId, memberId, name, role, personId } = change.body;
      const old = state.members[memberId];
      const confirmed: Member = {
        memberId,
        name,
        role,
        state: 'confirmed',
        personIds: [...(old?.personIds ?? []), personId],
        requestIds: [...(old?.requestIds ?? []), requestId],
        roleVersion: old?.roleVersion ?? 1,
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
    case 'memberRemoved':
      // The sign-ins go: a return needs a new request, else an old page would come back to life with it. Whoever only stood
      // on the list had nothing to read, and classmates never hear of it: no new role version (S19).
      return withMember(change.body.memberId, (m) => ({
        ...m,
        state: 'removed',
        personIds: [],
        roleVersion: m.state === 'confirmed' ? m.roleVersion + 1 : m.roleVersion,
      }));
    case 'memberErased': {
      const { memberId } = change.body;
      const others = (work: { memberId: MemberId }) => work.memberId !== memberId;
      return {
        ...state,
        members: without(state.members, memberId),
        submissions: keep(state.submissions, others),
        reviews: keep(state.reviews, others),
        returned: keep(state.returned, others),
      };
    }
    case 'messagePosted':
    case 'messageEdited':
    case 'messageRemoved':
      return state;
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
      const { assignmentId, memberId, attempt, files, note, late, receipt } = change.body;
      const key = workKey(assignmentId, memberId);
      const before = state.submissions[key]?.attempts ?? [];
      const submission: Submission = {
        assignmentId,
        memberId,
        attempts: [...before, { id: header.id, attempt, at: header.at, files, note, late, receipt }],
      };
      return { ...state, submissions: { ...state.submissions, [key]: submission } };
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

function withAssignment(
  state: Classroom,
  header: Header,
  change: ChangeOf<'assigned'> | ChangeOf<'assignmentScheduled'> | ChangeOf<'assignmentChanged'>,
  when: Pick<Assignment, 'state' | 'publishAt' | 'assignedAt'>,
): Classroom {
  const { assignmentId, seriesId, title, text, files, dueAt, scale, assignees } = change.body;
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
    const { messageId } = change.body;
    return { ids: [messageId], about: [messageId], messagesBy: [] };
  }
  if (change.kind !== 'memberErased') return null;
  const { memberId } = change.body;
  return { ids: state.members[memberId]?.requestIds ?? [], about: [memberId], messagesBy: [memberId] };
}

/** Kinds that erasure never blanks: they carry no text, and blanking them would undo what they say. */
export const UNERASABLE_KINDS: readonly string[] = ['memberErased', 'messageRemoved'];
/** Kinds that go with their author. */
export const MESSAGE_KINDS: readonly string[] = ['messagePosted', 'messageEdited'];

/** Whether an erasure blanks a row. */
export const isErased = (erasure: Erasure, row: Pick<Entry, 'id' | 'kind' | 'by' | 'about'>): boolean =>
  !UNERASABLE_KINDS.includes(row.kind) &&
  (erasure.ids.includes(row.id) ||
    (row.about !== null && erasure.about.includes(row.about)) ||
    (row.by !== null && MESSAGE_KINDS.includes(row.kind) && erasure.messagesBy.includes(row.by)));
