/** What waits in the outbox, laid over what is confirmed (S8): on messages, in the class, in talks that begin with it; and its order (S9). */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { OutboxState } from '../../src/client/class-store.ts';
import { openDatabase, type Database } from '../../src/client/database.ts';
import { refersTo } from '../../src/client/outbox.ts';
import { classView, messagesById, messagesView, rulesAreHere, type Underway } from '../../src/client/overlay.ts';
import {
  directIdOf,
  type ChannelId,
  type CommandId,
  type LogId,
  type MemberId,
  type PersonId,
} from '../../src/core/ids.ts';
import type { Command, CommandKind, CommandOf, LogKey, Me } from '../../src/core/wire.ts';
import { MemoryDisk } from '../support/memory-disk.ts';
import { guestWho, nextId, PaperClass } from '../support/paper-class.ts';

const LOG_KEY = 'hub:1:member:1' as LogKey;
let paper: PaperClass;
let logId: LogId;
let database: Database;
const underway: Underway = {
  isSending: () => false,
  isStored: () => true,
  describe: () => null,
  now: () => paper.now,
};

beforeEach(async () => {
  await rulesAreHere();
  paper = new PaperClass();
  logId = nextId<LogId>();
  database = await openDatabase('waiting', new MemoryDisk().mount());
});
afterEach(() => database.close());

/** The log as this member has it. */
async function arrive(memberId: MemberId, personId: PersonId) {
  const { role } = paper.state.members[memberId]!;
  const head = paper.log.length;
  await database.followed({ logId, logKey: LOG_KEY, head, memberId, role, now: paper.now });
  const me: Me = { personId, hubRole: role === 'teacher' ? 'teacher' : 'guest', name: 'я', logs: [] };
  await database.knowMe(me);
  const entries = structuredClone(paper.logFor(memberId));
  await database.applyPage({ logId, logKey: LOG_KEY, after: 0, upTo: head, head, entries });
}
async function waits<K extends CommandKind>(kind: K, body: CommandOf<K>['body']): Promise<CommandId> {
  const command = { id: nextId<CommandId>(), kind, body } as unknown as Command;
  await database.addCommands([{ logId, command }], paper.now);
  return command.id;
}
const shown = async (channelId: ChannelId = paper.channelId) =>
  messagesView(channelId, await database.messagesSnapshot(logId, channelId, { around: 'newest', count: 50 }), underway)
    .messages;
const shownClass = async () => classView(logId, await database.classSnapshot(logId), underway)!;

describe('[S8] on a message', () => {
  let mine: CommandId;
  let others: CommandId;
  let pupil: ReturnType<PaperClass['admit']>;
  beforeEach(async () => {
    paper.begin();
    pupil = paper.admit('Илья Белов');
    const poll = { options: ['да', 'нет'], isMultiple: false };
    mine = paper.post(paper.asTeacher, { text: 'Идём?', poll });
    others = paper.post(pupil.who, { text: 'вопрос' });
    await arrive(paper.teacherMember, paper.teacher);
  });
  const one = async (id: CommandId) => (await shown()).find((message) => message.id === id)!;

  test('reactions, votes, pins, the end of a poll look as they will, without a word about waiting', async () => {
    await waits('react', { messageId: others, reaction: 'like', isOn: true });
    await waits('pinMessage', { messageId: others, isPinned: true });
    await waits('vote', { messageId: mine, options: [1] });
    await waits('closePoll', { messageId: mine });
    expect(await one(others)).toMatchObject({
      reactions: { like: [paper.teacherMember] },
      isPinned: true,
      outbox: null,
    });
    expect((await one(mine)).poll).toMatchObject({ votes: [[], [paper.teacherMember]], isClosed: true });
    const { classroom, pending } = await shownClass();
    expect(classroom.channels[paper.channelId]!.pins).toMatchObject([{ messageId: others, by: pupil.memberId }]);
    expect(pending.size).toBe(1);
  });

  test('new words and a removal say that they wait; what was refused leaves the message and says why', async () => {
    const edit = await waits('editMessage', { messageId: mine, text: 'Идём в театр?' });
    expect(await one(mine)).toMatchObject({
      text: 'Идём в театр?',
      history: [{ text: 'Идём?' }],
      outbox: { id: edit, state: 'waiting' satisfies OutboxState },
    });
    const removal = await waits('removeMessage', { messageId: others });
    expect(await one(others)).toMatchObject({ text: '', isRemoved: true, outbox: { id: removal } });
    await database.refused([{ id: removal, code: 'not-allowed' }]);
    expect(await one(others)).toMatchObject({
      text: 'вопрос',
      isRemoved: false,
      outbox: { id: removal, state: 'refused', code: 'not-allowed' },
    });
  });

  test('a message written offline can be answered, reacted to, forwarded and found by its id', async () => {
    const parents = paper.channel('parents');
    await database.forget(logId);
    await arrive(paper.teacherMember, paper.teacher);
    const body = { channelId: paper.channelId, fileIds: [], replyTo: null, mentions: [pupil.memberId] };
    const first = await waits('postMessage', { ...body, text: 'раз' });
    const answer = await waits('postMessage', { ...body, text: 'два', replyTo: first });
    await waits('react', { messageId: first, reaction: 'heart', isOn: true });
    await waits('forwardMessage', { messageId: first, channelId: parents });
    await waits('forwardMessage', { messageId: others, channelId: parents });
    expect(await one(first)).toMatchObject({ seq: null, mentions: [pupil.memberId], reactions: { heart: [paper.teacherMember] } }); // prettier-ignore
    expect((await shown(parents)).map(({ text, forward }) => [text, forward?.by])).toEqual([
      ['раз', paper.teacherMember],
      ['вопрос', pupil.memberId],
    ]);
    const byId = messagesById([answer, others], await database.messagesByIdSnapshot(logId, [answer, others]), underway);
    expect(byId.map(({ text }) => text)).toEqual(['два', 'вопрос']);
  });

  test('in a window that ends before the newest message nothing waits', async () => {
    for (let at = 0; at < 5; at += 1) paper.post(paper.asTeacher, { text: `${at}` });
    await database.forget(logId);
    await arrive(paper.teacherMember, paper.teacher);
    await waits('postMessage', { channelId: paper.channelId, text: 'ждёт', fileIds: [], replyTo: null });
    const snapshot = await database.messagesSnapshot(logId, paper.channelId, { around: 1, count: 2 });
    expect(messagesView(paper.channelId, snapshot, underway).messages.map(({ text }) => text)).toEqual([
      'Идём?',
      'вопрос',
    ]);
  });

  test('a channel made and a message planned offline are there', async () => {
    const channelId = nextId<ChannelId>();
    await waits('createChannel', {
      channelId,
      kind: 'group',
      title: 'Кружок',
      writers: 'all',
      memberIds: [pupil.memberId],
    });
    await waits('postMessage', { channelId, text: 'начнём', fileIds: [], replyTo: null });
    const plan = await waits('scheduleMessage', { channelId, text: 'позже', fileIds: [], replyTo: null, sendAt: paper.now + 9_000 }); // prettier-ignore
    const { classroom } = await shownClass();
    expect(classroom.channels[channelId]).toMatchObject({ kind: 'group', title: 'Кружок' });
    expect(Object.keys(classroom.scheduled)).toEqual([plan]);
    expect((await shown(channelId)).map(({ text }) => text)).toEqual(['начнём']);
    await waits('cancelScheduled', { messageId: plan });
    expect((await shownClass()).classroom.scheduled).toEqual({});
  });
});

test('[S8] a pupil’s signature on its way stands under the notice', async () => {
  paper.begin();
  const { memberId, personId } = paper.admit('Илья Белов');
  const notice = paper.post(paper.asTeacher, { text: 'Собрание', isNotice: true });
  await arrive(memberId, personId);
  await waits('sign', { messageId: notice });
  expect((await shown())[0]!.notice?.signedBy).toMatchObject([{ memberId }]);
});

test('[S8] a talk of two is there with its first word, written offline', async () => {
  paper.beginSchool();
  const { memberId, who } = paper.enter('Белова Анна', 'parent');
  expect(who).toEqual(guestWho((who as { personId: PersonId }).personId));
  await arrive(paper.teacherMember, paper.teacher);
  const channelId = directIdOf(paper.teacherMember, memberId);
  await waits('postMessage', { channelId, to: memberId, text: 'Здравствуйте', fileIds: [], replyTo: null });
  const { classroom } = await shownClass();
  expect(classroom.channels[channelId]?.memberIds.toSorted()).toEqual([paper.teacherMember, memberId].toSorted());
  expect((await shown(channelId)).map(({ text }) => text)).toEqual(['Здравствуйте']);
});

test('[S9] a command waits behind what it names: a class, a channel, a pupil, a message, its own earlier word', () => {
  const make = <K extends CommandKind>(kind: K, body: object) =>
    ({ id: nextId<CommandId>(), kind, body }) as unknown as Command;
  const channelId = nextId<ChannelId>();
  const memberId = nextId<MemberId>();
  const message = make('postMessage', { channelId, text: '', fileIds: [], replyTo: null });
  const messageId = message.id;
  const channel = make('createChannel', { channelId, memberIds: [memberId] });
  const pupil = make('listMember', { memberId, name: 'Илья' });
  const edit = make('editMessage', { messageId, text: '1' });
  expect(refersTo(message, make('createClass', {}))).toBe(true);
  expect(refersTo(message, channel)).toBe(true);
  expect(refersTo(channel, pupil)).toBe(true);
  expect(refersTo(make('confirmJoin', { memberId }), pupil)).toBe(true);
  expect(refersTo(make('assign', { assignees: [memberId] }), pupil)).toBe(true);
  expect(refersTo(make('postMessage', { channelId: nextId(), replyTo: messageId }), message)).toBe(true);
  expect(refersTo(make('editMessage', { messageId, text: '2' }), edit)).toBe(true);
  expect(refersTo(make('react', { messageId: nextId() }), edit)).toBe(false);
  expect(refersTo(make('postMessage', { channelId, replyTo: null }), message)).toBe(false);
  expect(refersTo(pupil, channel)).toBe(false);
});
