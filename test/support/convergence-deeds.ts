/**
 * What people do in a story of convergence.ts: a teacher's and a pupil's day, each deed chosen by the seed among those that the
 * person's own page offers, now and then one that will be refused. Hides: how likely each deed is.
 */
import type { ClassView, MessageView } from '../../src/client/class-store.ts';
import type { Channel, Member } from '../../src/core/classroom.ts';
import {
  directIdOf,
  type ChannelId,
  type CommandId,
  type FileId,
  type LogId,
  type MemberId,
} from '../../src/core/ids.ts';
import { REACTIONS, type CommandKind, type CommandOf } from '../../src/core/wire.ts';
import { worksOf } from '../../src/core/works.ts';
import type { LocalClient } from './local-client.ts';

export interface Scene {
  random: () => number;
  /** The hub's clock. */
  hubNow: () => number;
  /** The founder of the class stays its teacher, so that the story goes on. */
  founderId: MemberId;
  /** Whether they also hand out, collect until a bell, hand in together and take works in. */
  hasLessons: boolean;
  send<K extends CommandKind>(client: LocalClient, logId: LogId, kind: K, body: CommandOf<K>['body']): Promise<void>;
  bringFile(client: LocalClient): FileId;
  /** Somebody opens the address again. */
  knock(): Promise<void>;
}

const HOUR_MS = 3_600_000;

export class Deeds {
  readonly #scene: Scene;
  #words = 0;

  constructor(scene: Scene) {
    this.#scene = scene;
  }

  pick<T>(list: readonly T[]): T | undefined {
    return list[Math.floor(this.#scene.random() * list.length)];
  }
  text(): string {
    this.#words += 1;
    return `слово ${this.#words}`;
  }
  #happens = (chance: number) => this.#scene.random() < chance;

  /** One deed of whoever this is. */
  do(client: LocalClient, view: ClassView): Promise<void> {
    if (view.classroom.kind === 'school') return this.#talk(client, view);
    return view.role === 'teacher' ? this.#teach(client, view) : this.#learn(client, view);
  }

  // ── Chats ────────────────────────────────────────────────────────────────────────────────────────────────────────────

  /** In the school: staff, groups, talks of two. */
  async #talk(client: LocalClient, view: ClassView) {
    const { classroom, memberId, logId, role } = view;
    const others = Object.values(classroom.members).filter((m) => m.memberId !== memberId && m.state === 'confirmed');
    const other = this.pick(others);
    if (role === 'teacher' && this.#happens(0.05) && other)
      return this.#scene.send(client, logId, 'createChannel', {
        channelId: client.store.newChannelId(),
        kind: 'group',
        title: this.text(),
        writers: 'all',
        memberIds: [memberId, other.memberId],
      });
    const channel = this.pick(Object.values(classroom.channels));
    if (other && (!channel || this.#happens(0.4)))
      return this.#say(client, view, directIdOf(memberId, other.memberId), other);
    if (channel) await this.#chat(client, view, channel);
  }

  #said(client: LocalClient, view: ClassView, channelId: ChannelId) {
    const { classroom, role, memberId } = view;
    const isTeacher = role === 'teacher';
    const isYoung = client.protocol === 2;
    const member = this.pick(Object.values(classroom.members));
    const task = this.pick(Object.values(classroom.assignments).filter((a) => a.state === 'open'));
    return {
      channelId,
      text: this.text(),
      fileIds: this.#happens(0.12) ? [this.#scene.bringFile(client)] : [],
      replyTo: null as CommandId | null,
      ...(isYoung && member && member.memberId !== memberId && this.#happens(0.15)
        ? { mentions: [member.memberId] }
        : {}),
      ...(isYoung && task && isTeacher && this.#happens(0.1) ? { assignmentId: task.assignmentId } : {}),
      ...(isYoung && this.#happens(0.1)
        ? { poll: { options: ['да', 'нет', 'потом'], isMultiple: this.#happens(0.5) } }
        : {}),
      ...(isYoung && isTeacher && this.#happens(0.15) ? { isNotice: true } : {}),
    };
  }

  async #say(client: LocalClient, view: ClassView, channelId: ChannelId, to?: Member) {
    const direct = to ? { to: to.memberId } : {};
    const body = { ...this.#said(client, view, channelId), ...direct };
    if (client.protocol === 2 && this.#happens(0.12)) {
      const sendAt = Math.max(0, Math.floor(this.#scene.hubNow() + (this.#scene.random() - 0.2) * 40_000));
      return this.#scene.send(client, view.logId, 'scheduleMessage', { ...body, sendAt });
    }
    return this.#scene.send(client, view.logId, 'postMessage', body);
  }

  // oxlint-disable-next-line complexity -- one line per deed.
  async #chat(client: LocalClient, view: ClassView, channel: Channel) {
    const { logId, classroom, memberId, role } = view;
    const { channelId } = channel;
    const send = this.#scene.send;
    const to =
      channel.kind === 'direct' ? classroom.members[channel.memberIds.find((id) => id !== memberId)!] : undefined;
    if (this.#happens(0.45)) return this.#say(client, view, channelId, to);
    const { messages } = await client.messages(logId, channelId, { count: 30 });
    const there = messages.filter((message) => !message.isRemoved);
    const own = this.pick(there.filter((message) => message.by === memberId));
    const any = this.pick(there);
    const chance = this.#scene.random();
    if (!any) return this.#say(client, view, channelId, to);
    const messageId = any.id;
    if (chance < 0.12 && own) return send(client, logId, 'editMessage', { messageId: own.id, text: this.text() });
    if (chance < 0.24 && (own || role === 'teacher'))
      return send(client, logId, 'removeMessage', { messageId: (own ?? any).id });
    if (chance < 0.34)
      return send(client, logId, 'postMessage', {
        ...this.#said(client, view, channelId),
        replyTo: messageId,
        ...(to ? { to: to.memberId } : {}),
      });
    if (client.protocol === 1) return this.#say(client, view, channelId, to);
    return this.#mark(client, view, channel, there, any);
  }

  // oxlint-disable-next-line complexity -- one line per deed.
  async #mark(client: LocalClient, view: ClassView, channel: Channel, there: readonly MessageView[], any: MessageView) {
    const { logId, classroom, memberId, role } = view;
    const send = this.#scene.send;
    const chance = this.#scene.random();
    const poll = this.pick(there.filter((message) => message.poll));
    const notice = this.pick(there.filter((message) => message.notice));
    const waiting = this.pick(Object.values(classroom.scheduled));
    const messageId = any.id;
    if (chance < 0.2 && poll) {
      const options = this.#happens(0.2) ? [] : [Math.floor(this.#scene.random() * 3)];
      return send(client, logId, 'vote', { messageId: poll.id, options });
    }
    if (chance < 0.24 && poll) return send(client, logId, 'closePoll', { messageId: poll.id });
    if (chance < 0.4 && notice) return send(client, logId, 'sign', { messageId: notice.id });
    if (chance < 0.45 && waiting) return send(client, logId, 'cancelScheduled', { messageId: waiting.messageId });
    if (chance < 0.55 && (role === 'teacher' || channel.kind === 'direct'))
      return send(client, logId, 'pinMessage', { messageId, isPinned: this.#happens(0.7) });
    if (chance < 0.65) {
      const target = this.pick(Object.values(classroom.channels))!;
      const other = target.kind === 'direct' ? target.memberIds.find((id) => id !== memberId) : undefined;
      return send(client, logId, 'forwardMessage', {
        messageId,
        channelId: target.channelId,
        ...(other ? { to: other } : {}),
      });
    }
    return send(client, logId, 'react', { messageId, reaction: this.pick(REACTIONS)!, isOn: this.#happens(0.75) });
  }

  #chatSomewhere(client: LocalClient, view: ClassView) {
    const channels = Object.values(view.classroom.channels);
    const channel = this.pick(client.protocol === 1 ? channels.filter((one) => one.kind === 'everyone') : channels);
    return channel ? this.#chat(client, view, channel) : Promise.resolve();
  }

  // ── Tasks and the list ───────────────────────────────────────────────────────────────────────────────────────────────

  #assignmentContent(client: LocalClient) {
    const fileIds = this.#happens(0.3) ? [this.#scene.bringFile(client)] : [];
    const dueAt = this.#happens(0.5) ? Math.floor(this.#scene.hubNow() + (this.#scene.random() - 0.3) * 60_000) : null;
    return { title: this.text(), text: '', dueAt, scale: { kind: 'five' } as const, fileIds };
  }

  // oxlint-disable-next-line complexity -- a day of a teacher, one line per deed.
  async #teach(client: LocalClient, view: ClassView) {
    const { classroom, logId } = view;
    const send = this.#scene.send;
    if (this.#scene.hasLessons && client.protocol === 2 && this.#happens(0.4)) return this.#holdLesson(client, view);
    const chance = this.#scene.random();
    if (chance < 0.4) return this.#chatSomewhere(client, view);
    const pupils = Object.values(classroom.members).filter((member) => member.role === 'student');
    const assignment = this.pick(Object.values(classroom.assignments).filter((one) => one.state === 'open'));
    const pupil = this.pick(pupils.filter((member) => member.state !== 'removed'));
    if (chance < 0.48 || !assignment) {
      const assignees: 'all' | MemberId[] = this.#happens(0.3) && pupil ? [pupil.memberId] : 'all';
      const content = { ...this.#assignmentContent(client), assignees, seriesId: null };
      if (this.#happens(0.8)) return send(client, logId, 'assign', content);
      const publishAt = Math.floor(
        this.#scene.hubNow() + this.#scene.random() * (this.#happens(0.9) ? 30_000 : HOUR_MS),
      );
      return send(client, logId, 'scheduleAssignment', { ...content, publishAt });
    }
    const { assignmentId, changeId: seen } = assignment;
    if (chance < 0.51)
      return send(client, logId, 'changeAssignment', {
        ...this.#assignmentContent(client),
        assignees: 'all',
        assignmentId,
        seen,
      });
    if (chance < 0.53) return send(client, logId, 'withdrawAssignment', { assignmentId });
    const work = this.pick(worksOf(classroom, assignment));
    if (chance < 0.66 && work) {
      const mark = this.pick(['5', '4', '3', null]) ?? null;
      return send(client, logId, 'review', {
        assignmentId,
        memberId: work.member.memberId,
        attempt: work.attempt?.attempt ?? 0,
        mark,
        comment: this.text(),
        seen: work.review?.id ?? null,
      });
    }
    if (chance < 0.77) {
      const reviewed = this.pick(Object.values(classroom.reviews));
      if (!reviewed) return this.#chatSomewhere(client, view);
      const outcome = this.#happens(0.5) ? 'redo' : 'accepted';
      const { memberId, id: reviewId } = reviewed;
      return send(client, logId, 'giveBack', { assignmentId: reviewed.assignmentId, memberId, reviewId, outcome });
    }
    if (chance < 0.85 && client.protocol === 2) return this.#keepChannels(client, view);
    return this.#keepList(client, view, pupil);
  }

  /** Gives out, asks for works until a bell, ends that, brings what pupils gave by hand. */
  async #holdLesson(client: LocalClient, view: ClassView) {
    const { classroom, logId } = view;
    const send = this.#scene.send;
    const chance = this.#scene.random();
    const open = Object.values(classroom.assignments).filter((one) => one.state === 'open');
    const pupil = this.pick(Object.values(classroom.members).filter((m) => m.role === 'student'));
    const collecting = this.pick(open.filter(({ collect }) => collect && !collect.isOver));
    const assignment = this.pick(open);
    if (chance < 0.25 || !assignment) {
      const assignees: 'all' | MemberId[] = this.#happens(0.3) && pupil ? [pupil.memberId] : 'all';
      const content = { ...this.#assignmentContent(client), assignees, seriesId: null };
      return send(client, logId, 'assign', { ...content, isHandout: true });
    }
    const { assignmentId, collect } = assignment;
    if (chance < 0.45 && collecting?.collect)
      return send(client, logId, 'endCollect', {
        assignmentId: collecting.assignmentId,
        collectId: collecting.collect.collectId,
      });
    if (chance < 0.75) {
      const bellAt = this.#happens(0.8)
        ? Math.max(0, Math.floor(this.#scene.hubNow() + (this.#scene.random() - 0.1) * 20_000))
        : null;
      const afterBell = this.pick(['accept', 'late', 'refuse'] as const)!;
      return send(client, logId, 'collect', { assignmentId, bellAt, afterBell, seen: collect?.collectId ?? null });
    }
    if (!pupil) return this.#chatSomewhere(client, view);
    const writtenAt = this.#happens(0.5)
      ? Math.max(0, Math.floor(this.#scene.hubNow() - this.#scene.random() * 60_000))
      : null;
    const fileIds = this.#happens(0.5) ? [this.#scene.bringFile(client)] : [];
    const { memberId } = pupil;
    return send(client, logId, 'bringWork', { assignmentId, memberId, fileIds, note: this.text(), writtenAt });
  }

  async #keepChannels(client: LocalClient, view: ClassView) {
    const { classroom, logId } = view;
    const send = this.#scene.send;
    const some = () =>
      Object.values(classroom.members)
        .filter(() => this.#happens(0.4))
        .map((m) => m.memberId);
    const old = this.pick(Object.values(classroom.channels).filter((one) => one.kind !== 'everyone'));
    if (this.#happens(0.2) || !old) {
      const memberIds = some();
      const kind = memberIds.length > 0 ? 'group' : 'students';
      const title = kind === 'group' || this.#happens(0.5) ? this.text() : null;
      const channelId = client.store.newChannelId();
      return send(client, logId, 'createChannel', { channelId, kind, title, writers: 'all', memberIds });
    }
    const memberIds = old.kind === 'group' ? some() : [];
    return send(client, logId, 'changeChannel', {
      channelId: old.channelId,
      title: old.title,
      writers: this.#happens(0.3) ? 'teachers' : 'all',
      memberIds: old.kind === 'group' && memberIds.length === 0 ? old.memberIds : memberIds,
      isArchived: this.#happens(0.15),
      seen: old.changeId,
    });
  }

  // oxlint-disable-next-line complexity -- as above.
  async #keepList(client: LocalClient, view: ClassView, pupil: Member | undefined) {
    const { classroom, logId, memberId } = view;
    const send = this.#scene.send;
    const chance = this.#scene.random();
    const members = Object.values(classroom.members);
    if (chance < 0.15 && pupil)
      return send(client, logId, 'renameMember', { memberId: pupil.memberId, name: this.text() });
    if (chance < 0.25)
      return send(client, logId, 'listMember', { memberId: client.store.newMemberId(), name: this.text() });
    if (chance < 0.37 && pupil?.state === 'confirmed')
      return send(client, logId, 'changeRole', { memberId: pupil.memberId, role: 'teacher' });
    const colleague = members.find(
      (m) => m.role === 'teacher' && m.memberId !== memberId && m.memberId !== this.#scene.founderId,
    );
    if (chance < 0.5 && colleague)
      return send(client, logId, 'changeRole', { memberId: colleague.memberId, role: 'student' });
    if (chance < 0.58 && pupil)
      return send(client, logId, 'removeMember', { memberId: pupil.memberId, erase: this.#happens(0.5) });
    const parent = this.pick(members.filter((m) => m.role === 'parent'));
    if (chance < 0.72 && parent && client.protocol === 2) {
      const childIds = members.filter((m) => m.role === 'student' && this.#happens(0.5)).map((m) => m.memberId);
      return send(client, logId, 'setChildren', { memberId: parent.memberId, childIds });
    }
    if (chance < 0.8) return this.#scene.knock();
    return this.letIn(client, view);
  }

  /** Opens the door to everybody who asks: under his own line, or a new one. */
  async letIn(client: LocalClient, view: ClassView) {
    const { classroom, logId } = view;
    for (const request of Object.values(classroom.requests)) {
      const listed = Object.values(classroom.members).find((member) => member.name === request.name);
      const isParent = request.name.startsWith('Мама') && listed?.role !== 'student' && client.protocol === 2;
      const childIds = Object.values(classroom.members)
        .filter((m) => m.role === 'student')
        .map((m) => m.memberId)
        .slice(0, 2);
      await this.#scene.send(client, logId, 'confirmJoin', {
        requestId: request.requestId,
        memberId: listed?.memberId ?? client.store.newMemberId(),
        name: request.name,
        ...(isParent ? { role: 'parent' as const, childIds } : {}),
      });
    }
  }

  async #learn(client: LocalClient, view: ClassView) {
    const assignment = this.pick(Object.values(view.classroom.assignments).filter((one) => one.state === 'open'));
    if (this.#happens(0.55) || !assignment || view.role === 'parent') return this.#chatSomewhere(client, view);
    const { assignmentId } = assignment;
    const fileIds = this.#happens(0.4) ? [this.#scene.bringFile(client)] : [];
    const { memberId, classroom } = view;
    const mayHelp = (m: Member) => m.role === 'student' && m.memberId !== memberId && m.state !== 'removed';
    const isTogether = this.#scene.hasLessons && client.protocol === 2 && this.#happens(0.4);
    const partner = isTogether ? this.pick(Object.values(classroom.members).filter(mayHelp)) : undefined;
    const together = partner ? { together: [partner.memberId] } : {};
    await this.#scene.send(client, view.logId, 'handIn', { assignmentId, fileIds, note: this.text(), ...together });
  }
}
