/** Commands of those who may not, commands played again, and text that breaks careless programs. */
import { afterEach, describe, expect, test } from 'vitest';
import type { CommandId } from '../../src/core/ids.ts';
import { cleanName } from '../../src/core/names.ts';
import { Command, type CommandKind, type CommandOf } from '../../src/core/wire.ts';
import naughtyStrings from '../support/samples/text/naughty-strings.json' with { type: 'json' };
import { ASSIGNMENT, startClass, type StartedClass } from '../support/class.ts';
import { newId, Person } from '../support/person.ts';

let room: StartedClass;
afterEach(() => room?.stop());

/** Every kind that is not a pupil's to give, with a body that would be right from a teacher (or the hub). */
function forgeries(): { [K in Exclude<CommandKind, PupilsKind>]: CommandOf<K>['body'] } {
  const [pupil, other] = room.pupils;
  const { assignmentId, reviewId, requestId, scheduledId, noticeId, pollId, createId } = made;
  return {
    createClass: {
      title: '7Б',
      memberId: newId(),
      teacherName: 'Я',
      channels: [{ channelId: newId(), kind: 'everyone' }],
    },
    renameClass: { title: '7Б' },
    listMember: { memberId: newId(), name: 'Друг' },
    renameMember: { memberId: other!.memberId, name: 'Дурак' },
    requestJoin: { personId: newId(), name: 'Друг', device: '' },
    confirmJoin: { requestId, memberId: newId(), name: 'Друг' },
    declineJoin: { requestId },
    changeRole: { memberId: pupil!.memberId, role: 'teacher' },
    removeMember: { memberId: other!.memberId, erase: true },
    pinMessage: { messageId: noticeId, isPinned: true },
    closePoll: { messageId: pollId },
    createChannel: { channelId: newId(), kind: 'students', title: null, writers: 'all', memberIds: [] },
    changeChannel: {
      channelId: room.channelId,
      title: 'Наш',
      writers: 'all',
      memberIds: [],
      isArchived: true,
      seen: createId,
    },
    setChildren: { memberId: pupil!.memberId, childIds: [other!.memberId] },
    createSchool: { title: 'Школа', channelId: newId() },
    enterSchool: { memberId: newId(), name: 'Друг', role: 'teacher', personIds: [newId()] },
    leaveSchool: { memberId: other!.memberId, erase: true },
    assign: { ...ASSIGNMENT, fileIds: [] },
    scheduleAssignment: { ...ASSIGNMENT, fileIds: [], publishAt: 0 },
    publishAssignment: { assignmentId: scheduledId },
    changeAssignment: {
      assignmentId,
      title: 'Ничего',
      text: '',
      dueAt: null,
      scale: { kind: 'five' },
      assignees: 'all',
      fileIds: [],
      seen: assignmentId,
    },
    withdrawAssignment: { assignmentId },
    handInTogether: { handInId: assignmentId, memberId: other!.memberId },
    bringWork: { assignmentId, memberId: other!.memberId, fileIds: [], note: 'Её работа', writtenAt: null },
    collect: { assignmentId, bellAt: null, afterBell: 'refuse', seen: null },
    endCollect: { assignmentId, collectId: assignmentId },
    review: { assignmentId, memberId: pupil!.memberId, attempt: 0, mark: '5', comment: '', seen: null },
    giveBack: { assignmentId, memberId: pupil!.memberId, reviewId, outcome: 'accepted' },
  };
}
const PUPILS_KINDS = [
  'postMessage',
  'editMessage',
  'removeMessage',
  'forwardMessage',
  'scheduleMessage',
  'cancelScheduled',
  'sendScheduled',
  'react',
  'vote',
  'sign',
  'handIn',
] as const;
type PupilsKind = (typeof PUPILS_KINDS)[number];
let made: Record<
  'assignmentId' | 'reviewId' | 'requestId' | 'scheduledId' | 'noticeId' | 'pollId' | 'createId',
  CommandId
>;

async function openRoom() {
  room = await startClass(['Белов Илья', 'Ёлкина Анна']);
  const { id: assignmentId } = await room.assign();
  const scheduled = { ...ASSIGNMENT, fileIds: [], publishAt: Date.now() + 1e9 };
  const { id: scheduledId } = await room.teacher.send(room.logId, 'scheduleAssignment', scheduled);
  const review = { assignmentId, memberId: room.pupils[1]!.memberId, attempt: 0, mark: '3', comment: '', seen: null };
  const { id: reviewId } = await room.teacher.send(room.logId, 'review', review);
  const { pupil, requestId } = await room.knock('Чужой');
  const message = { channelId: room.channelId, text: 'Собрание?', fileIds: [], replyTo: null };
  const send = (kind: CommandKind, body: object) => room.teacher.send(room.logId, kind, body as never);
  const { id: noticeId } = await send('postMessage', { ...message, isNotice: true });
  const { id: pollId } = await send('postMessage', { ...message, poll: { options: ['да', 'нет'], isMultiple: false } });
  const createId = room.teacher.logs.get(room.logId)!.entries[0]!.id;
  made = { assignmentId, reviewId, requestId, scheduledId, noticeId, pollId, createId };
  return pupil;
}

describe('forged', () => {
  test('every command that is not a pupil’s is refused from a pupil, from who waits, and from who is removed', async () => {
    const waiting = await openRoom();
    const removed = await room.letIn('Ушёл');
    await room.teacher.send(room.logId, 'removeMember', { memberId: removed.memberId, erase: false });
    const entries = Object.entries(forgeries());
    // Each of the union is here: a new command cannot be forgotten.
    const kinds = Command.def.options.map((option) => option.shape.kind.def.values[0] as CommandKind);
    expect([...entries.map(([kind]) => kind), ...PUPILS_KINDS].sort()).toEqual([...kinds].sort());
    const head = (await room.teacher.me()).logs[0];
    for (const [kind, body] of entries) {
      const refusal = (person: Person) => person.refusalOf(room.logId, kind as CommandKind, body as never);
      expect(await refusal(room.pupils[0]!), kind).toBe('not-allowed');
      const outside = kind === 'createClass' ? 'not-allowed' : 'not-a-member';
      expect(await refusal(waiting), kind).toBe(outside);
      expect(await refusal(removed), kind).toBe(outside);
    }
    expect((await room.teacher.me()).logs[0]).toEqual(head);
    waiting.close();
    removed.close();
  });

  test('a pupil edits and removes nobody else’s message', async () => {
    (await openRoom()).close();
    const { id: messageId } = await room.say(room.teacher, 'правило');
    const [pupil] = room.pupils;
    expect(await pupil!.refusalOf(room.logId, 'editMessage', { messageId, text: 'x' })).toBe('not-allowed');
    expect(await pupil!.refusalOf(room.logId, 'removeMessage', { messageId })).toBe('not-allowed');
  });

  test('a teacher of one class is nobody in another teacher’s class', async () => {
    (await openRoom()).close();
    const rival = new Person(room.url, await room.hub.makeOwner({ teacherName: 'Борис', device: 'x' }));
    await rival.connect();
    expect(await rival.refusalOf(room.logId, 'renameClass', { title: 'моё' })).toBe('not-a-member');
    await expect(rival.follow(room.logId)).rejects.toMatchObject({ code: 'not-a-member' });
    expect((await rival.me()).logs.filter((log) => log.logId === room.logId)).toEqual([]);
    rival.close();
  });
});

test('[S3] a captured submit played a hundred times, also by others, has one effect', async () => {
  (await openRoom()).close();
  const [author, other] = room.pupils;
  const captured = {
    id: newId<CommandId>(),
    kind: 'postMessage',
    body: { channelId: room.channelId, text: 'один раз', fileIds: [], replyTo: null },
  };
  const [first] = await author!.submit(room.logId, [captured]);
  expect(first?.ok).toBe(true);
  for (let i = 0; i < 100; i++) expect(await author!.submit(room.logId, [captured])).toEqual([first]);
  expect(await other!.submit(room.logId, [captured])).toEqual([{ id: captured.id, ok: false, code: 'id-reused' }]);
  const entries = (await new Person(room.url, room.owner).follow(room.logId)).entries;
  expect(entries.filter((entry) => entry.id === captured.id)).toHaveLength(1);
});

describe('naughty strings', () => {
  test('as messages come back as they were sent, to everybody', async () => {
    room = await startClass(['Белов Илья'], { rates: { guestCommands: { burst: 1e6, perSecond: 1e6 } } });
    const texts = naughtyStrings.filter((text) => text.trim() !== '');
    const commands = texts.map((text) => ({
      id: newId<CommandId>(),
      kind: 'postMessage',
      body: { channelId: room.channelId, text, fileIds: [], replyTo: null },
    }));
    let seq = 0;
    for (let i = 0; i < commands.length; i += 50)
      for (const result of await room.teacher.submit(room.logId, commands.slice(i, i + 50)))
        if (result.ok) seq = result.seq;
    const { entries } = await room.pupils[0]!.caughtUp(room.logId, seq);
    const got = entries.filter((entry) => entry.kind === 'messagePosted').map((entry) => entry.body?.['text']);
    // A lone half of a surrogate pair is no text: JSON carries it, UTF-8 does not.
    const sent = texts.map((text) => Buffer.from(text).toString());
    expect(got.map((text) => Buffer.from(String(text)).toString())).toEqual(sent);
  });

  test('as names are cleaned or refused; nobody has an invisible or empty one', async () => {
    room = await startClass();
    const { code } = await room.teacher.joinCode(room.logId);
    const names = naughtyStrings.slice(0, 150);
    for (const name of names) {
      const expected = cleanName(name);
      const joined = await Person.join(room.url, code, name).catch((error: Error) => error.message);
      if (expected === '' || name === '' || name.length > 120) {
        expect(['bad-name', 'bad-request']).toContain(joined);
        continue;
      }
      expect(joined, JSON.stringify(name)).toBeInstanceOf(Person);
      await (joined as Person).signIn();
      expect((await (joined as Person).me()).name).toBe(expected);
    }
  });

  test('as file names never leave their folder or break a header', async () => {
    room = await startClass();
    const bytes = Buffer.from('текст');
    const odd = [
      '../../x',
      '..\\x',
      'CON',
      'a.txt:ads',
      'x\r\nSet-Cookie: a=b',
      '\u202egpj.exe',
      'x'.repeat(1_000),
      '"; filename="evil.exe',
    ];
    for (const name of [...odd, ...naughtyStrings.filter((text) => text !== '' && text.length < 1_024).slice(0, 120)]) {
      const fileId = await room.teacher.upload(bytes, name);
      const { status, headers } = await room.teacher.download(fileId);
      expect(status).toBe(200);
      const disposition = headers['content-disposition'] as string;
      expect(disposition, JSON.stringify(name)).toMatch(
        /^attachment; filename="[^"\\\r\n]*"; filename\*=UTF-8''(?:[A-Za-z0-9!#$&+.^_`|~-]|%[0-9A-F]{2})+$/,
      );
      const shown = decodeURIComponent(disposition.split("UTF-8''")[1]!);
      expect(shown).not.toMatch(/[/\\:\u0000-\u001f\u202e]/);
      expect(Buffer.byteLength(shown)).toBeLessThanOrEqual(255);
      expect(headers['set-cookie']).toBeUndefined();
    }
  });
});
