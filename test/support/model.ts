/**
 * A class by its rules alone, said a second time: from the commands that the hub confirmed, in its order, what a reader must see.
 * Plain and slow: everything is worked out from the first row each time. Shares no code with the rules in src/core, so that a
 * fault there cannot hide here; only types are common. Tests compare hub and clients with it (S19) and which rows are blank (S16).
 * Long because two rule books that check each other are each read in one go.
 */
import type { Assignment, Attempt, Channel, Classroom, Member } from '../../src/core/classroom.ts';
import type { ChannelId, CommandId, MemberId, PersonId, WorkKey } from '../../src/core/ids.ts';
import type { Command, CommandOf, FileRef } from '../../src/core/wire.ts';

/** A row of a log as the model takes it: the command behind it, and of the row only its place, time and whether it is blank. */
export interface ModelRow {
  id: CommandId;
  seq: number;
  at: number;
  isBlank: boolean;
  /** Erased before a restore and given again after it: it says nothing, and of a message its author is told that it was removed (S16). */
  isKeptAway: boolean;
  command: Command;
  /** Who gave it; null for the hub. */
  personId: PersonId | null;
}

export interface ModelMessage {
  id: CommandId;
  seq: number;
  at: number;
  by: MemberId | null;
  channelId: ChannelId;
  text: string;
  files: FileRef[];
  replyTo: CommandId | null;
  isRemoved: boolean;
  history: { text: string; at: number }[];
  reactions: Record<string, MemberId[]>;
  mentions: MemberId[];
  assignmentId: CommandId | null;
  poll: { options: string[]; isMultiple: boolean; votes: MemberId[][]; isClosed: boolean } | null;
  signedBy: { memberId: MemberId; at: number }[] | null;
  forward: { by: MemberId | null; at: number } | null;
  isPinned: boolean;
  /** The one who sees it; null for everybody in the channel. */
  onlyFor: MemberId | null;
}

export interface Model {
  classroom: Classroom;
  messages: ModelMessage[];
  /** What the hub confirmed against the rules. */
  wrongs: string[];
}

export type FilesById = ReadonlyMap<string, FileRef>;

/** Which words a program knows: one of version 1 skips what is younger (S12). */
export type Eyes = 1 | 2;
const YOUNG = [
  'react', 'pinMessage', 'vote', 'closePoll', 'sign', 'scheduleMessage', 'cancelScheduled', 'createChannel', 'changeChannel',
  'setChildren', 'createSchool', 'enterSchool', 'leaveSchool', 'collect', 'endCollect',
]; // prettier-ignore
export const isYoung = (command: Command) =>
  YOUNG.includes(command.kind) ||
  (command.kind === 'confirmJoin' && command.body.role === 'parent') ||
  (command.kind === 'changeRole' && command.body.role === 'parent');

const NOTHING: Classroom = {
  kind: 'class',
  title: null,
  members: {},
  requests: {},
  channels: {},
  scheduled: {},
  assignments: {},
  submissions: {},
  owed: {},
  reviews: {},
  returned: {},
};

/** The log after these rows, with everything in it. */
export function replay(rows: readonly ModelRow[], files: FilesById, eyes: Eyes = 2): Model {
  // Once as if nothing were ever blanked: who wrote what, and what was forwarded.
  const told = new Telling(files, null, 2);
  for (const row of rows) told.tell(row);
  const seen = new Telling(files, told, eyes);
  for (const row of rows) seen.tell(row);
  const messages = [...seen.messages.values()].sort((a, b) => a.seq - b.seq);
  return { classroom: seen.room, messages, wrongs: told.wrongs };
}

type Said = Partial<CommandOf<'postMessage'>['body']> & Pick<CommandOf<'postMessage'>['body'], 'text' | 'channelId'>;

class Telling {
  readonly room: Classroom = structuredClone(NOTHING);
  readonly messages = new Map<CommandId, ModelMessage>();
  readonly wrongs: string[] = [];
  /** Authors of rows, by id. */
  readonly authors = new Map<CommandId, MemberId | null>();
  /** What a forwarding row carried. */
  readonly carried = new Map<CommandId, Pick<ModelMessage, 'text' | 'files' | 'forward'>>();
  /** Where a row that is about a message finds it. */
  readonly places = new Map<CommandId, { seq: number; at: number; by: MemberId | null; channelId: ChannelId }>();
  /** Works of two that the hub pays to the second. */
  readonly debts: { work: Omit<Attempt, 'attempt'>; assignmentId: CommandId; by: MemberId; memberId: MemberId }[] = [];
  /** Works that were late when they were handed in. */
  readonly late = new Set<CommandId>();
  /** Schedules that came to nothing. */
  readonly dropped = new Set<CommandId>();
  readonly waiting = new Map<CommandId, CommandOf<'scheduleMessage'>['body']>();
  readonly #files: FilesById;
  /** The first telling; null in it. */
  readonly #first: Telling | null;
  readonly #eyes: Eyes;

  constructor(files: FilesById, first: Telling | null, eyes: Eyes) {
    this.#files = files;
    this.#first = first;
    this.#eyes = eyes;
  }

  #handedIn(assignmentId: CommandId, memberId: MemberId, work: Omit<Attempt, 'attempt'>) {
    const key: WorkKey = `${assignmentId}/${memberId}`;
    const { attempts } = (this.room.submissions[key] ??= { assignmentId, memberId, attempts: [] });
    attempts.push({ ...work, attempt: attempts.length + 1 });
    if (work.of) return;
    // Who brings his own is owed nobody else's any more.
    for (const [id, owed] of Object.entries(this.room.owed))
      if (owed.assignmentId === assignmentId && owed.memberId === memberId) delete this.room.owed[id as CommandId];
  }

  tell(row: ModelRow) {
    if (this.#first && (row.isBlank || (this.#eyes === 1 && isYoung(row.command)))) return;
    const by = this.#first ? (this.#first.authors.get(row.id) ?? null) : this.#authorOf(row);
    this.authors.set(row.id, by);
    if (row.isKeptAway) this.#keepAway(row, by);
    else this.#do(row, by);
  }

  #keepAway({ id, seq, at, command }: ModelRow, by: MemberId | null) {
    if (!this.#first || (command.kind !== 'postMessage' && command.kind !== 'forwardMessage')) return;
    const { channelId } = command.body;
    this.messages.set(id, { ...bare(id, { seq, at, by, channelId }), isRemoved: true, onlyFor: by });
  }

  #authorOf({ command, personId, id }: ModelRow): MemberId | null {
    if (command.kind === 'createClass') return command.body.memberId;
    if (command.kind === 'sendScheduled') return this.room.scheduled[command.body.messageId]?.by ?? null;
    if (personId === null) return null;
    const member = Object.values(this.room.members).find((m) => m.personIds.includes(personId));
    if (member?.state !== 'confirmed') this.wrongs.push(`${command.kind} ${id} of somebody who is not in`);
    return member?.memberId ?? null;
  }

  #filesOf = (ids: readonly string[]) => ids.map((id) => this.#files.get(id)!);
  #wrong = (row: ModelRow, why: string) => {
    if (!this.#first) this.wrongs.push(`${row.command.kind} ${row.id}: ${why}`);
  };

  // oxlint-disable-next-line complexity -- one case per command.
  #do(row: ModelRow, by: MemberId | null) {
    const { command, id, at } = row;
    const { room } = this;
    const actor = by ? room.members[by] : undefined;
    const needsTeacher = () => actor?.role === 'teacher' || this.#wrong(row, 'only a teacher may');
    switch (command.kind) {
      case 'createClass': {
        const { title, memberId, teacherName, channels } = command.body;
        room.title = title;
        room.members[memberId] = {
          ...newMember(memberId, teacherName),
          role: 'teacher',
          state: 'confirmed',
          personIds: [row.personId!],
        };
        for (const { channelId, kind } of channels) room.channels[channelId] = newChannel(channelId, kind, id);
        return;
      }
      case 'createSchool':
        room.kind = 'school';
        room.title = command.body.title;
        room.channels[command.body.channelId] = newChannel(command.body.channelId, 'staff', id);
        return;
      case 'enterSchool': {
        const { memberId, name, role, personIds } = command.body;
        const old = room.members[memberId];
        const isSame = old?.state === 'confirmed' && old.role === role;
        const roleVersion = old ? old.roleVersion + (isSame ? 0 : 1) : 1;
        room.members[memberId] = { ...newMember(memberId, name), role, state: 'confirmed', personIds, roleVersion };
        return;
      }
      case 'renameClass':
        needsTeacher();
        room.title = command.body.title;
        return;
      case 'listMember':
        needsTeacher();
        room.members[command.body.memberId] = newMember(command.body.memberId, command.body.name);
        return;
      case 'renameMember': {
        needsTeacher();
        const member = room.members[command.body.memberId];
        if (member) member.name = command.body.name;
        return;
      }
      case 'requestJoin':
        room.requests[id] = { requestId: id, ...command.body, at };
        return;
      case 'confirmJoin': {
        needsTeacher();
        const { requestId, memberId, name, role = 'student', childIds } = command.body;
        // The person is known from the request, also where that row went blank later.
        const personId = room.requests[requestId]?.personId ?? this.#first?.joined.get(id);
        if (!personId) return this.#wrong(row, 'nobody asked');
        this.joined.set(id, personId);
        const old = room.members[memberId] ?? newMember(memberId, this.#first?.names.get(id) ?? name);
        this.names.set(id, old.name);
        const isMoved =
          old.state === 'confirmed' &&
          role === 'parent' &&
          childIds !== undefined &&
          [...childIds].sort().join() !== [...old.childIds].sort().join();
        const kept = this.#first ? (this.#first.names.get(id) ?? old.name) : old.name;
        room.members[memberId] = {
          ...old,
          name: kept,
          role,
          state: 'confirmed',
          personIds: [...old.personIds, personId],
          requestIds: [...old.requestIds, requestId],
          childIds: role === 'parent' && childIds ? childIds : old.childIds,
          roleVersion: old.roleVersion + (isMoved ? 1 : 0),
        };
        delete room.requests[requestId];
        return;
      }
      case 'declineJoin':
        needsTeacher();
        delete room.requests[command.body.requestId];
        return;
      case 'changeRole': {
        needsTeacher();
        const member = room.members[command.body.memberId];
        if (member) Object.assign(member, { role: command.body.role, roleVersion: member.roleVersion + 1 });
        return;
      }
      case 'setChildren': {
        needsTeacher();
        const member = room.members[command.body.memberId];
        if (member) Object.assign(member, { childIds: command.body.childIds, roleVersion: member.roleVersion + 1 });
        return;
      }
      case 'removeMember':
      case 'leaveSchool':
        if (command.kind === 'removeMember') needsTeacher();
        return command.body.erase ? this.#erase(command.body.memberId) : this.#remove(command.body.memberId);
      case 'createChannel': {
        needsTeacher();
        const { channelId, kind, title, writers, memberIds } = command.body;
        room.channels[channelId] = { ...newChannel(channelId, kind, id), title, writers, memberIds };
        return;
      }
      case 'changeChannel': {
        needsTeacher();
        const { channelId, title, writers, memberIds, isArchived } = command.body;
        const old = room.channels[channelId];
        if (!old) return;
        if (!this.#first && old.changeId !== command.body.seen) this.#wrong(row, 'had not seen the last change');
        // Who gets into a group or out of it reads another log; teachers of a class read every group of theirs.
        if (old.kind === 'group')
          for (const m of Object.values(room.members)) {
            const isAlwaysIn = room.kind === 'class' && m.role === 'teacher';
            if (!isAlwaysIn && old.memberIds.includes(m.memberId) !== memberIds.includes(m.memberId))
              m.roleVersion += 1;
          }
        Object.assign(old, { title, writers, memberIds, isArchived, changeId: id });
        return;
      }
      case 'postMessage':
        this.#demandWriter(row, command.body.channelId, by, command.body.to);
        this.#begin(command.body.channelId, by, command.body.to);
        return void this.#post(row, by, command.body);
      case 'forwardMessage': {
        const { messageId, channelId, to } = command.body;
        this.#demandWriter(row, channelId, by, to);
        this.#begin(channelId, by, to);
        const source = this.messages.get(messageId);
        const what = this.#first?.carried.get(id) ?? {
          text: source?.text ?? '',
          files: source?.files ?? [],
          forward: source?.forward ?? { by: source?.by ?? null, at: source?.at ?? 0 },
        };
        this.carried.set(id, what);
        Object.assign(this.#post(row, by, { channelId, text: '' }), structuredClone(what));
        return;
      }
      case 'scheduleMessage': {
        const { fileIds, mentions, isNotice, ...rest } = command.body;
        this.waiting.set(id, command.body);
        room.scheduled[id] = {
          ...rest,
          ...(mentions && mentions.length > 0 ? { mentions: [...new Set(mentions)] } : {}),
          ...(isNotice ? { isNotice } : {}),
          files: this.#filesOf(fileIds),
          messageId: id,
          by: by!,
          at,
        };
        return;
      }
      case 'cancelScheduled':
        delete room.scheduled[command.body.messageId];
        return;
      case 'sendScheduled': {
        const { messageId } = command.body;
        const said = this.waiting.get(messageId) ?? this.#first?.waiting.get(messageId);
        delete room.scheduled[messageId];
        if (!said) return this.#wrong(row, 'nothing was scheduled');
        const { sendAt, to, ...body } = said;
        if (!this.#first && at < sendAt) this.#wrong(row, 'before its hour');
        if (!this.#first && !(actor?.state === 'confirmed' && this.#mayWrite(said.channelId, by, to)))
          this.dropped.add(id);
        if ((this.#first ?? this).dropped.has(id)) return;
        this.#begin(said.channelId, by, to);
        return void this.#post(row, by, body);
      }
      case 'editMessage': {
        const message = this.#message(row, command.body.messageId, by);
        if (!message) return;
        if (message.by !== by || message.forward) this.#wrong(row, 'not his own');
        if (!this.#maySpeakIn(message.channelId, by)) this.#wrong(row, 'speaks on where he may not write');
        message.history.push({ text: message.text, at: this.#wordedAt.get(message.id) ?? message.at });
        this.#wordedAt.set(message.id, at);
        message.text = command.body.text;
        return;
      }
      case 'removeMessage': {
        const { messageId } = command.body;
        const place = (this.#first ?? this).places.get(messageId);
        if (!place) return this.#wrong(row, 'no such message');
        if (place.by !== by && !(actor?.role === 'teacher' && room.kind === 'class')) this.#wrong(row, 'not his own');
        this.messages.set(messageId, { ...bare(messageId, place), isRemoved: true });
        // The talk of two outlives its first word.
        const talk = this.#first?.talks.get(place.channelId);
        if (talk) room.channels[place.channelId] ??= talkOf(place.channelId, talk);
        const channel = room.channels[place.channelId];
        if (channel) channel.pins = channel.pins.filter((pin) => pin.messageId !== messageId);
        return;
      }
      case 'react': {
        const message = this.#message(row, command.body.messageId, by);
        const { reaction, isOn } = command.body;
        if (!message || !by) return;
        const others = (message.reactions[reaction] ?? []).filter((one) => one !== by);
        message.reactions[reaction] = isOn ? [...others, by] : others;
        return;
      }
      case 'pinMessage': {
        const { messageId, isPinned } = command.body;
        const place = (this.#first ?? this).places.get(messageId);
        const message = this.#message(row, messageId, by);
        const channel = place && room.channels[place.channelId];
        if (actor?.role !== 'teacher' && channel?.kind !== 'direct') this.#wrong(row, 'only a teacher may');
        if (message) message.isPinned = isPinned;
        if (!channel) return;
        channel.pins = channel.pins.filter((pin) => pin.messageId !== messageId);
        if (isPinned) channel.pins.push({ messageId, messageSeq: place.seq, by: place.by });
        return;
      }
      case 'vote': {
        const message = this.#message(row, command.body.messageId, by);
        if (message?.poll?.isClosed) this.#wrong(row, 'the poll was closed');
        if (message && room.channels[message.channelId]?.isArchived) this.#wrong(row, 'the chat was closed');
        if (!message?.poll || !by) return;
        message.poll.votes = message.poll.votes.map((voters, option) => {
          const others = voters.filter((one) => one !== by);
          return command.body.options.includes(option) ? [...others, by] : others;
        });
        return;
      }
      case 'closePoll': {
        const message = this.#message(row, command.body.messageId, by);
        if (message?.poll) message.poll.isClosed = true;
        return;
      }
      case 'sign': {
        const message = this.#message(row, command.body.messageId, by);
        if (message && room.channels[message.channelId]?.isArchived) this.#wrong(row, 'the chat was closed');
        const isNew = message?.signedBy && by && !message.signedBy.some((one) => one.memberId === by);
        if (isNew) message.signedBy!.push({ memberId: by, at });
        return;
      }
      case 'assign':
      case 'scheduleAssignment': {
        needsTeacher();
        const isScheduled = command.kind === 'scheduleAssignment';
        const { title, text, dueAt, scale, assignees, seriesId, fileIds } = command.body;
        room.assignments[id] = {
          assignmentId: id,
          seriesId,
          changeId: id,
          title,
          text,
          files: this.#filesOf(fileIds),
          dueAt,
          scale,
          assignees,
          state: isScheduled ? 'scheduled' : 'open',
          publishAt: isScheduled ? command.body.publishAt : null,
          assignedAt: isScheduled ? null : at,
          isHandout: !isScheduled && command.body.isHandout === true,
          collect: null,
        };
        return;
      }
      case 'publishAssignment': {
        const a = room.assignments[command.body.assignmentId];
        if (a && at < (a.publishAt ?? 0)) this.#wrong(row, 'before its hour');
        if (a) Object.assign(a, { state: 'open', publishAt: null, assignedAt: at, changeId: id });
        return;
      }
      case 'changeAssignment': {
        needsTeacher();
        const { assignmentId, fileIds, seen, title, text, dueAt, scale, assignees } = command.body;
        const a = room.assignments[assignmentId];
        if (!a) return;
        if (!this.#first && a.changeId !== seen) this.#wrong(row, 'had not seen the last change');
        Object.assign(a, { title, text, dueAt, scale, assignees, files: this.#filesOf(fileIds), changeId: id });
        return;
      }
      case 'withdrawAssignment': {
        needsTeacher();
        const a = room.assignments[command.body.assignmentId];
        if (a) a.state = 'withdrawn';
        return;
      }
      case 'handIn': {
        const { assignmentId, fileIds, note, together } = command.body;
        if (actor?.role !== 'student') this.#wrong(row, 'only a pupil may');
        const a = room.assignments[assignmentId];
        if (!a || !isFor(a, by!)) this.#wrong(row, 'is not for him');
        const isRung =
          a?.collect != null && (a.collect.isOver || (a.collect.bellAt !== null && at >= a.collect.bellAt));
        const isAgain = room.returned[`${assignmentId}/${by!}`]?.outcome === 'redo';
        if (isRung && a?.collect?.afterBell === 'refuse' && !isAgain) this.#wrong(row, 'came after the bell');
        // Whether it was late was said when it was handed in; the due date may have moved since, but that row came later.
        const isLate = (a?.dueAt != null && at > a.dueAt) || (isRung && a?.collect?.afterBell === 'late' && !isAgain);
        if (isLate && !this.#first) this.late.add(id);
        const late = (this.#first ?? this).late.has(id);
        const work = { id, at, files: this.#filesOf(fileIds), note, late, receipt: '' };
        this.#handedIn(assignmentId, by!, together?.length ? { ...work, together } : work);
        for (const partner of together ?? []) {
          if (room.members[partner]?.role !== 'student') this.#wrong(row, 'together with who is no pupil');
          this.debts.push({ work, assignmentId, by: by!, memberId: partner });
          room.owed[debtOf(id, partner)] = { assignmentId, handInId: id, by: by!, memberId: partner, at };
        }
        return;
      }
      case 'handInTogether': {
        if (by !== null) this.#wrong(row, 'only the hub pays');
        const { handInId, memberId } = command.body;
        // The second telling may not know what was owed: the handing in behind it has gone blank.
        const debts = [...this.debts, ...(this.#first?.debts ?? [])];
        const debt = debts.find(({ work, memberId: to }) => work.id === handInId && to === memberId);
        if (!debt) return this.#wrong(row, 'nothing is owed');
        if (!this.#first && !room.owed[debtOf(handInId, memberId)]) this.#wrong(row, 'was paid before');
        delete room.owed[debtOf(handInId, memberId)];
        const of = { handInId, memberId: debt.by };
        this.#handedIn(debt.assignmentId, memberId, { ...debt.work, id, at, of });
        return;
      }
      case 'bringWork': {
        needsTeacher();
        const { assignmentId, memberId, fileIds, note, writtenAt } = command.body;
        const a = room.assignments[assignmentId];
        const late = a?.dueAt != null && at > a.dueAt && (writtenAt === null || writtenAt > a.dueAt);
        const files = this.#filesOf(fileIds);
        this.#handedIn(assignmentId, memberId, { id, at, files, note, late, receipt: '', brought: { writtenAt } });
        return;
      }
      case 'collect': {
        needsTeacher();
        const { assignmentId, bellAt, afterBell, seen } = command.body;
        const a = room.assignments[assignmentId];
        if (!a) return;
        if (!this.#first && (a.collect?.collectId ?? null) !== seen)
          this.#wrong(row, 'had not seen the last collecting');
        a.collect = { collectId: id, bellAt, afterBell, isOver: false };
        return;
      }
      case 'endCollect': {
        const { assignmentId, collectId } = command.body;
        const collect = room.assignments[assignmentId]?.collect;
        if (collect?.collectId !== collectId || collect.isOver) return this.#wrong(row, 'ends no collecting');
        if (by === null && at < (collect.bellAt ?? Infinity)) this.#wrong(row, 'before the bell');
        collect.isOver = true;
        return;
      }
      case 'review': {
        needsTeacher();
        const { assignmentId, memberId, attempt, mark, comment, seen } = command.body;
        const key: WorkKey = `${assignmentId}/${memberId}`;
        if (!this.#first && (room.reviews[key]?.id ?? null) !== seen) this.#wrong(row, 'had not seen the last review');
        room.reviews[key] = { id, at, assignmentId, memberId, attempt, mark, comment };
        return;
      }
      case 'giveBack': {
        needsTeacher();
        const { assignmentId, memberId, reviewId, outcome } = command.body;
        const key: WorkKey = `${assignmentId}/${memberId}`;
        const review = room.reviews[key];
        if (!review || review.id !== reviewId) return this.#wrong(row, 'another review than the last');
        const { attempt, mark, comment } = review;
        room.returned[key] = { id, at, assignmentId, memberId, attempt, mark, comment, outcome, reviewId };
      }
    }
  }

  /** By confirming command: whose sign-in, and under which name. */
  readonly joined = new Map<CommandId, PersonId>();
  readonly names = new Map<CommandId, string>();
  /** Two who talk alone, by channel. */
  readonly talks = new Map<string, MemberId[]>();
  readonly #wordedAt = new Map<CommandId, number>();

  #mayWrite(channelId: string, by: MemberId | null, to: MemberId | undefined): boolean {
    const me = by ? this.room.members[by] : undefined;
    const channel = this.room.channels[channelId];
    if (!me) return false;
    if (channel && channel.kind !== 'direct')
      return (
        isIn(this.room, channel, me) && !channel.isArchived && (channel.writers === 'all' || me.role === 'teacher')
      );
    const other = to ? this.room.members[to] : undefined;
    return (
      this.room.kind === 'school' && other?.state === 'confirmed' && (me.role === 'teacher' || other.role === 'teacher')
    );
  }
  #maySpeakIn(channelId: string, by: MemberId | null): boolean {
    const channel = this.room.channels[channelId];
    const isTeacher = by !== null && this.room.members[by]?.role === 'teacher';
    return channel !== undefined && !channel.isArchived && (channel.writers === 'all' || isTeacher);
  }
  #demandWriter(row: ModelRow, channelId: string, by: MemberId | null, to: MemberId | undefined) {
    if (!this.#first && !this.#mayWrite(channelId, by, to)) this.#wrong(row, 'may not write there');
  }

  /** The first word of two begins their talk. */
  #begin(channelId: ChannelId, by: MemberId | null, to: MemberId | undefined) {
    if (!to || !by || (this.room.channels[channelId] && this.room.channels[channelId].kind !== 'direct')) return;
    this.talks.set(channelId, [by, to]);
    this.room.channels[channelId] ??= talkOf(channelId, [by, to]);
  }

  #post({ id, seq, at }: ModelRow, by: MemberId | null, said: Said): ModelMessage {
    const { channelId, text, fileIds = [], replyTo = null, mentions = [], assignmentId = null, poll, isNotice } = said;
    const message: ModelMessage = {
      ...bare(id, { seq, at, by, channelId }),
      text,
      files: this.#filesOf(fileIds),
      replyTo,
      mentions: [...new Set(mentions)],
      assignmentId,
      poll: poll ? { ...structuredClone(poll), votes: poll.options.map(() => []), isClosed: false } : null,
      signedBy: isNotice ? [] : null,
    };
    this.messages.set(id, message);
    this.places.set(id, { seq, at, by, channelId });
    return message;
  }

  /** A message that somebody speaks of; he must be where it is. */
  #message(row: ModelRow, messageId: CommandId, by: MemberId | null): ModelMessage | undefined {
    const message = this.messages.get(messageId);
    if (!this.#first) {
      const channel = message && this.room.channels[message.channelId];
      const me = by ? this.room.members[by] : undefined;
      if (!message || message.isRemoved || !channel || !me || !isIn(this.room, channel, me))
        this.#wrong(row, 'no such message for him');
    }
    return message?.isRemoved ? undefined : message;
  }

  #forgetScheduledOf(memberId: MemberId) {
    for (const [id, waiting] of Object.entries(this.room.scheduled))
      if (waiting.by === memberId) delete this.room.scheduled[id as CommandId];
  }

  #remove(memberId: MemberId) {
    const member = this.room.members[memberId];
    this.#forgetScheduledOf(memberId);
    if (!member) return;
    if (member.state === 'confirmed') member.roleVersion += 1;
    Object.assign(member, { state: 'removed', personIds: [] });
  }

  #erase(memberId: MemberId) {
    const { room } = this;
    delete room.members[memberId];
    for (const m of Object.values(room.members)) m.childIds = m.childIds.filter((child) => child !== memberId);
    this.#forgetScheduledOf(memberId);
    for (const [id, { to }] of Object.entries(room.scheduled))
      if (to === memberId) delete room.scheduled[id as CommandId];
    for (const [id, channel] of Object.entries(room.channels)) {
      channel.pins = channel.pins.filter((pin) => pin.by !== memberId);
      if (channel.kind === 'direct' && channel.memberIds.includes(memberId)) delete room.channels[id];
    }
    for (const [id, owed] of Object.entries(room.owed))
      if (owed.memberId === memberId || owed.by === memberId) delete room.owed[id as CommandId];
    for (const works of [room.submissions, room.reviews, room.returned])
      for (const key of Object.keys(works) as WorkKey[]) if (works[key]?.memberId === memberId) delete works[key];
  }
}

/** The model's own name of a debt; see `plain` in convergence-check.ts. */
const debtOf = (handInId: CommandId, memberId: MemberId) => `${handInId}/${memberId}` as CommandId;

const newMember = (memberId: MemberId, name: string): Member => ({
  memberId,
  name,
  role: 'student',
  state: 'listed',
  personIds: [],
  requestIds: [],
  childIds: [],
  roleVersion: 1,
});
const newChannel = (channelId: ChannelId, kind: Channel['kind'], changeId: CommandId): Channel => ({
  channelId,
  kind,
  title: null,
  writers: 'all',
  memberIds: [],
  isArchived: false,
  pins: [],
  changeId,
});
const talkOf = (channelId: ChannelId, two: readonly MemberId[]): Channel => ({
  ...newChannel(channelId, 'direct', channelId as string as CommandId),
  memberIds: [...two].sort(),
});
const bare = (
  id: CommandId,
  place: { seq: number; at: number; by: MemberId | null; channelId: ChannelId },
): ModelMessage => ({
  id,
  ...place,
  text: '',
  files: [],
  replyTo: null,
  isRemoved: false,
  history: [],
  reactions: {},
  mentions: [],
  assignmentId: null,
  poll: null,
  signedBy: null,
  forward: null,
  isPinned: false,
  onlyFor: null,
});

const isFor = (assignment: Assignment, memberId: MemberId) =>
  assignment.assignees === 'all' || assignment.assignees.includes(memberId);

function isIn(room: Classroom, channel: Channel, member: Member): boolean {
  const isTeacher = member.role === 'teacher';
  if (channel.kind === 'everyone') return true;
  if (channel.kind === 'students') return isTeacher || member.role === 'student';
  if (channel.kind === 'parents') return isTeacher || member.role === 'parent';
  if (channel.kind === 'staff') return isTeacher;
  return (
    channel.memberIds.includes(member.memberId) || (channel.kind === 'group' && isTeacher && room.kind === 'class')
  );
}

/** What a member must see of it now; null for who is not in. */
export function shownTo({ classroom: room, messages }: Model, memberId: MemberId) {
  const me = room.members[memberId];
  if (me?.state !== 'confirmed') return null;
  const isTeacher = me.role === 'teacher';
  const mine: MemberId[] = me.role === 'parent' ? me.childIds : [memberId];
  const part = <T>(record: Record<string, T>, wanted: (value: T) => boolean) =>
    Object.fromEntries(Object.entries(record).filter(([, value]) => wanted(value)));
  const isMet = (m: Member) => {
    if (isTeacher) return true;
    if (room.kind === 'school') return m.role === 'teacher' || m.memberId === memberId;
    // A name that only ever stood on the list is the teachers' own.
    return m.state === 'confirmed' || (m.state === 'removed' && (m.requestIds.length > 0 || m.role === 'teacher'));
  };
  const isMine = (work: { memberId: MemberId }) => isTeacher || mine.includes(work.memberId);
  const channels = part(room.channels, (channel) => isIn(room, channel, me));
  return {
    classroom: {
      kind: room.kind,
      title: room.title,
      members: part(room.members, isMet),
      requests: isTeacher ? room.requests : {},
      channels,
      scheduled: part(room.scheduled, ({ by }) => by === memberId),
      assignments: part(
        room.assignments,
        (a) => isTeacher || (a.assignedAt !== null && mine.some((id) => isFor(a, id))),
      ),
      submissions: part(room.submissions, isMine),
      owed: isTeacher ? room.owed : {},
      reviews: isTeacher ? room.reviews : {},
      returned: part(room.returned, isMine),
    },
    messages: messages
      .filter(({ channelId, onlyFor }) => channelId in channels && (onlyFor ?? memberId) === memberId)
      .map((message) => {
        // Who has signed is the teachers' business; two who talk alone need no third.
        const isTalk = room.channels[message.channelId]?.kind === 'direct';
        const signedBy = message.signedBy?.filter(
          (s) => isTeacher || isTalk || s.memberId === memberId || mine.includes(s.memberId),
        );
        return { ...message, signedBy: signedBy ?? null, onlyFor: null };
      }),
  };
}

/**
 * Ids of the rows that must have gone blank, and of those among them that nobody may bring back: all but those that waited for their
 * hour and were then said again (S16).
 */
export function mustBeBlank(rows: readonly ModelRow[], files: FilesById): Record<'blank' | 'gone', Set<CommandId>> {
  const blank = new Set<CommandId>();
  const told = new Telling(files, null, 2);
  const before: { row: ModelRow; by: MemberId | null; about: (MemberId | null | undefined)[] }[] = [];
  for (const row of rows) {
    const { command } = row;
    if (row.isKeptAway) continue;
    if (command.kind === 'removeMessage') {
      const { messageId } = command.body;
      for (const { row: old } of before)
        if (
          old.id === messageId ||
          (ABOUT_MESSAGES.includes(old.command.kind) &&
            (old.command.body as { messageId?: unknown }).messageId === messageId)
        )
          blank.add(old.id);
    }
    if (command.kind === 'declineJoin') blank.add(command.body.requestId);
    if (command.kind === 'cancelScheduled' || command.kind === 'sendScheduled') blank.add(command.body.messageId);
    if ((command.kind === 'removeMember' || command.kind === 'leaveSchool') && command.body.erase) {
      const { memberId } = command.body;
      const asked = told.room.members[memberId]?.requestIds ?? [];
      // What others said about a message that goes, but for the pin, goes too.
      const messages = new Set<unknown>();
      for (const { row: old, by, about } of before) {
        const isHis =
          (by === memberId && OWN_WORDS.includes(old.command.kind) && !told.dropped.has(old.id)) ||
          about.includes(memberId);
        if (isHis || asked.includes(old.id)) blank.add(old.id);
        if (isHis && SAYING.includes(old.command.kind)) messages.add(old.id);
      }
      for (const { row: old } of before)
        if (
          ABOUT_MESSAGES.includes(old.command.kind) &&
          old.command.kind !== 'pinMessage' &&
          messages.has((old.command.body as { messageId?: unknown }).messageId)
        )
          blank.add(old.id);
    }
    told.tell(row);
    const by = told.authors.get(row.id) ?? null;
    before.push({ row, by, about: subjectOf(row, by, told) });
  }
  const gone = new Set(blank);
  for (const { id, command } of rows)
    if (command.kind === 'sendScheduled' && !told.dropped.has(id) && !blank.has(id))
      gone.delete(command.body.messageId);
  return { blank, gone };
}

const ABOUT_MESSAGES = ['editMessage', 'react', 'pinMessage', 'vote', 'closePoll', 'sign'];
const SAYING = ['postMessage', 'forwardMessage', 'sendScheduled'];
const OWN_WORDS = [
  'postMessage',
  'forwardMessage',
  'sendScheduled',
  'editMessage',
  'scheduleMessage',
  'react',
  'vote',
  'sign',
];

/** Which member a row speaks of, or to. */
function subjectOf({ id, command }: ModelRow, by: MemberId | null, told: Telling): (MemberId | null | undefined)[] {
  switch (command.kind) {
    case 'createClass':
      return [command.body.memberId];
    case 'handIn':
      return [by];
    case 'postMessage':
      return [told.talks.has(command.body.channelId) ? command.body.to : null];
    case 'scheduleMessage':
      return [command.body.to];
    case 'sendScheduled': {
      const said = told.waiting.get(command.body.messageId);
      return [!told.dropped.has(id) && said && told.talks.has(said.channelId) ? said.to : null];
    }
    case 'forwardMessage':
      return [told.talks.has(command.body.channelId) ? command.body.to : told.carried.get(id)?.forward?.by];
    case 'removeMember':
    case 'leaveSchool':
      return [command.body.erase ? null : command.body.memberId];
    default:
      return 'memberId' in command.body ? [command.body.memberId] : [];
  }
}
