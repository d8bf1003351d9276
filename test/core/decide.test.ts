import { describe, expect, test } from 'vitest';
import { dueCommands, seenBy, type Who } from '../../src/core/classroom.ts';
import { directIdOf, type ChannelId, type MemberId, type PersonId } from '../../src/core/ids.ts';
import { CHANNELS_MAX, MEMBERS_MAX, PINS_MAX, REQUESTS_MAX, SCHEDULED_MAX } from '../../src/core/limits.ts';
import type { Command, CommandKind } from '../../src/core/wire.ts';
import { guestWho, HUB, nextFileId, nextId, PaperClass, teacherWho } from '../support/paper-class.ts';

/** A class in which every kind of command would be accepted from whoever may give it. */
function stage() {
  const paper = new PaperClass().begin();
  const pupil = paper.admit('Белов Илья');
  const other = paper.admit('Белова Полина');
  const listed = nextId<MemberId>();
  paper.must('listMember', { memberId: listed, name: 'Зайцев Фёдор' });
  const requestId = paper.must('requestJoin', { personId: nextId<PersonId>(), name: 'Зайцев', device: '' }, HUB).id;
  const assignmentId = paper.assign();
  const scheduled = paper.must('scheduleAssignment', {
    title: 'Позже',
    text: '',
    dueAt: null,
    scale: { kind: 'five' },
    assignees: 'all',
    fileIds: [],
    seriesId: null,
    publishAt: paper.now,
  });
  const { channelId } = paper;
  const messageId = paper.must(
    'postMessage',
    { channelId, text: 'Здравствуйте', fileIds: [], replyTo: null },
    pupil.who,
  ).id;
  paper.must('handIn', { assignmentId, fileIds: [], note: 'Готово' }, pupil.who);
  const reviewId = paper.must('review', {
    assignmentId,
    memberId: pupil.memberId,
    attempt: 1,
    mark: '4',
    comment: '',
    seen: null,
  }).id;
  const parent = paper.admitParent('Белова Ольга', [pupil.memberId]);
  const groupId = paper.channel('group', [pupil.memberId]);
  const poll = { options: ['да', 'нет'], isMultiple: false };
  const pollId = paper.post(pupil.who, { poll });
  const noticeId = paper.post(paper.asTeacher, { isNotice: true });
  const waitingMessage = { channelId, text: 'Потом', fileIds: [], replyTo: null, sendAt: paper.now };
  const waitingId = paper.must('scheduleMessage', waitingMessage, pupil.who).id;
  const content = {
    title: 'Новое',
    text: '',
    dueAt: null,
    scale: { kind: 'five' as const },
    assignees: 'all' as const,
    fileIds: [],
  };
  const bodies: { [K in CommandKind]: Extract<Command, { kind: K }>['body'] } = {
    createClass: {
      title: '8А',
      memberId: nextId(),
      teacherName: 'Учитель',
      channels: [{ channelId: nextId(), kind: 'everyone' }],
    },
    renameClass: { title: '7А класс' },
    listMember: { memberId: nextId(), name: 'Новый Ученик' },
    renameMember: { memberId: pupil.memberId, name: 'Белов Илья А.' },
    requestJoin: { personId: nextId(), name: 'Кто-то', device: '' },
    confirmJoin: { requestId, memberId: listed, name: 'Зайцев Фёдор' },
    declineJoin: { requestId },
    changeRole: { memberId: pupil.memberId, role: 'teacher' },
    removeMember: { memberId: other.memberId, erase: false },
    postMessage: { channelId, text: 'Ответ', fileIds: [], replyTo: messageId },
    editMessage: { messageId, text: 'Исправлено' },
    removeMessage: { messageId },
    forwardMessage: { messageId, channelId },
    scheduleMessage: waitingMessage,
    cancelScheduled: { messageId: waitingId },
    sendScheduled: { messageId: waitingId },
    react: { messageId, reaction: 'like', isOn: true },
    pinMessage: { messageId, isPinned: true },
    vote: { messageId: pollId, options: [1] },
    closePoll: { messageId: pollId },
    sign: { messageId: noticeId },
    createChannel: { channelId: nextId(), kind: 'parents', title: null, writers: 'all', memberIds: [] },
    changeChannel: {
      channelId,
      title: 'Все вместе',
      writers: 'teachers',
      memberIds: [],
      isArchived: false,
      seen: paper.state.channels[channelId]!.changeId,
    },
    setChildren: { memberId: parent.memberId, childIds: [pupil.memberId, other.memberId] },
    createSchool: { title: 'Школа', channelId: nextId() },
    enterSchool: { memberId: nextId(), name: 'Кто-то', role: 'student', personIds: [nextId()] },
    leaveSchool: { memberId: pupil.memberId, erase: false },
    assign: { ...content, seriesId: null },
    scheduleAssignment: { ...content, seriesId: null, publishAt: 5 },
    publishAssignment: { assignmentId: scheduled.id },
    changeAssignment: { ...content, assignmentId, seen: assignmentId },
    withdrawAssignment: { assignmentId },
    handIn: { assignmentId, fileIds: [], note: 'Ещё раз' },
    review: { assignmentId, memberId: pupil.memberId, attempt: 1, mark: '5', comment: '', seen: reviewId },
    giveBack: { assignmentId, memberId: pupil.memberId, reviewId, outcome: 'accepted' },
  };
  const whos: Record<string, Who> = {
    hub: HUB,
    teacher: paper.asTeacher,
    author: pupil.who,
    pupil: other.who,
    parent: parent.who,
    stranger: guestWho(nextId()),
    'foreign teacher': teacherWho(nextId()),
  };
  return {
    paper,
    bodies,
    whos,
    pupil,
    other,
    parent,
    groupId,
    pollId,
    noticeId,
    waitingId,
    listed,
    requestId,
    assignmentId,
    messageId,
    reviewId,
    channelId,
  };
}

/** Who may give what; every other pair is refused. */
const ALLOWED: Record<CommandKind, readonly string[]> = {
  createClass: [],
  renameClass: ['teacher'],
  listMember: ['teacher'],
  renameMember: ['teacher'],
  requestJoin: ['hub'],
  confirmJoin: ['teacher'],
  declineJoin: ['teacher'],
  changeRole: ['teacher'],
  removeMember: ['teacher'],
  postMessage: ['teacher', 'author', 'pupil', 'parent'],
  editMessage: ['author'],
  removeMessage: ['teacher', 'author'],
  forwardMessage: ['teacher', 'author', 'pupil', 'parent'],
  scheduleMessage: ['teacher', 'author', 'pupil', 'parent'],
  cancelScheduled: ['author'],
  sendScheduled: ['hub'],
  react: ['teacher', 'author', 'pupil', 'parent'],
  pinMessage: ['teacher'],
  vote: ['teacher', 'author', 'pupil', 'parent'],
  closePoll: ['teacher', 'author'],
  sign: ['teacher', 'author', 'pupil', 'parent'],
  createChannel: ['teacher'],
  changeChannel: ['teacher'],
  setChildren: ['teacher'],
  createSchool: [],
  enterSchool: [],
  leaveSchool: [],
  assign: ['teacher'],
  scheduleAssignment: ['teacher'],
  publishAssignment: ['hub'],
  changeAssignment: ['teacher'],
  withdrawAssignment: ['teacher'],
  handIn: ['author', 'pupil'],
  review: ['teacher'],
  giveBack: ['teacher'],
};

describe('who may do what', () => {
  for (const kind of Object.keys(ALLOWED) as CommandKind[]) {
    test(kind, () => {
      const outcome = Object.keys(stage().whos).filter((name) => {
        const { paper, bodies, whos } = stage();
        return typeof paper.do(kind, bodies[kind] as never, whos[name] as Who) !== 'string';
      });
      expect(outcome).toEqual(
        [...ALLOWED[kind]].sort((a, b) => Object.keys(stage().whos).indexOf(a) - Object.keys(stage().whos).indexOf(b)),
      );
    });
  }
});

test('only a teacher of the hub begins a class, and once', () => {
  const empty = new PaperClass();
  const body = { title: '7А', memberId: nextId<MemberId>(), teacherName: 'Учитель', channels: [] };
  expect(empty.do('createClass', body, guestWho(nextId()))).toBe('not-allowed');
  expect(empty.do('postMessage', { channelId: nextId(), text: 'x', fileIds: [], replyTo: null }, HUB)).toBe(
    'no-such-class',
  );
  expect(empty.begin().do('createClass', body, empty.asTeacher)).toBe('class-exists');
});

test('names that were not cleaned are refused, wherever a name is given', () => {
  const { paper, bodies, requestId } = stage();
  for (const name of [' Белов', 'Бе\u202eлов', 'Бе  лов', '\u200b']) {
    expect(paper.do('listMember', { ...bodies.listMember, name }, paper.asTeacher)).toBe('bad-name');
    expect(paper.do('renameMember', { ...bodies.renameMember, name }, paper.asTeacher)).toBe('bad-name');
    expect(paper.do('renameClass', { title: name }, paper.asTeacher)).toBe('bad-name');
    expect(paper.do('requestJoin', { ...bodies.requestJoin, name }, HUB)).toBe('bad-name');
    expect(paper.do('confirmJoin', { requestId, memberId: nextId(), name }, paper.asTeacher)).toBe('bad-name');
  }
});

test('a class is full at its limit, and so is its door', () => {
  const paper = new PaperClass().begin();
  for (let i = 1; i < MEMBERS_MAX; i++) paper.must('listMember', { memberId: nextId(), name: `Ученик ${i}` });
  expect(paper.do('listMember', { memberId: nextId(), name: 'Лишний' }, paper.asTeacher)).toBe('class-full');
  for (let i = 0; i < REQUESTS_MAX; i++)
    paper.must('requestJoin', { personId: nextId(), name: `Гость ${i}`, device: '' }, HUB);
  expect(paper.do('requestJoin', { personId: nextId(), name: 'Лишний', device: '' }, HUB)).toBe('too-many');
  const [requestId] = Object.keys(paper.state.requests) as [never];
  expect(paper.do('confirmJoin', { requestId, memberId: nextId(), name: 'Лишний' }, paper.asTeacher)).toBe(
    'class-full',
  );
});

test('a class keeps a teacher', () => {
  const { paper, pupil } = stage();
  const memberId = paper.teacherMember;
  expect(paper.do('removeMember', { memberId, erase: false }, paper.asTeacher)).toBe('last-teacher');
  expect(paper.do('changeRole', { memberId, role: 'student' }, paper.asTeacher)).toBe('last-teacher');
  paper.must('changeRole', { memberId: pupil.memberId, role: 'teacher' });
  paper.must('removeMember', { memberId, erase: false });
  expect(paper.do('renameClass', { title: 'x' }, paper.asTeacher)).toBe('not-a-member');
});

test('a member taken out has no way back through an old sign-in', () => {
  const { paper, pupil } = stage();
  paper.must('removeMember', { memberId: pupil.memberId, erase: false });
  const again = paper.must('requestJoin', { personId: nextId<PersonId>(), name: 'Белов Илья', device: '' }, HUB).id;
  paper.must('confirmJoin', { requestId: again, memberId: pupil.memberId, name: 'Белов Илья' });
  expect(
    paper.do('postMessage', { channelId: paper.channelId, text: 'Я тут', fileIds: [], replyTo: null }, pupil.who),
  ).toBe('not-a-member');
});

describe('[S15] files', () => {
  test('a command naming a file that is not stored is refused, and so is one naming a file of somebody else', () => {
    const { paper, pupil, other, assignmentId, channelId } = stage();
    const mine = paper.store(pupil.personId);
    expect(paper.do('handIn', { assignmentId, fileIds: [nextFileId()], note: '' }, pupil.who)).toBe('file-missing');
    expect(paper.do('handIn', { assignmentId, fileIds: [mine], note: '' }, other.who)).toBe('file-not-yours');
    expect(paper.do('postMessage', { channelId, text: '', fileIds: [mine], replyTo: null }, other.who)).toBe(
      'file-not-yours',
    );
  });

  test('name, size and hash in the change come from the stored file', () => {
    const { paper, pupil, assignmentId } = stage();
    const fileId = paper.store(pupil.personId, 'моё решение.pdf');
    const row = paper.must('handIn', { assignmentId, fileIds: [fileId], note: '' }, pupil.who);
    const { personId: _who, ...ref } = paper.files.get(fileId)!;
    expect(row.body).toMatchObject({ files: [ref], attempt: 2 });
  });

  test('an edited assignment may keep the files another teacher brought', () => {
    const { paper, pupil, bodies } = stage();
    const fileId = paper.store(paper.teacher);
    const assignmentId = paper.assign({ fileIds: [fileId] });
    paper.must('changeRole', { memberId: pupil.memberId, role: 'teacher' });
    const edit = { ...bodies.changeAssignment, assignmentId, fileIds: [fileId], seen: assignmentId };
    expect(paper.must('changeAssignment', edit, pupil.who).body).toMatchObject({ files: [{ fileId }] });
  });
});

describe('a value is replaced only by somebody who saw it', () => {
  test('a second device that reviewed the same work meanwhile is told', () => {
    const { paper, bodies } = stage();
    expect(paper.do('review', { ...bodies.review, seen: null }, paper.asTeacher)).toBe('stale');
    paper.must('review', bodies.review);
    expect(paper.do('review', bodies.review, paper.asTeacher)).toBe('stale');
    expect(paper.do('giveBack', bodies.giveBack, paper.asTeacher)).toBe('stale');
  });
  test('an assignment edited elsewhere meanwhile is not overwritten', () => {
    const { paper, bodies } = stage();
    paper.must('changeAssignment', bodies.changeAssignment);
    expect(paper.do('changeAssignment', bodies.changeAssignment, paper.asTeacher)).toBe('stale');
  });
  test('a review of an attempt that does not exist is refused', () => {
    const { paper, bodies } = stage();
    expect(paper.do('review', { ...bodies.review, attempt: 2 }, paper.asTeacher)).toBe('stale');
  });
});

describe('handing in and giving back', () => {
  test('the confirmation, the attempt and lateness are the hub’s', () => {
    const { paper, pupil } = stage();
    const assignmentId = paper.assign({ dueAt: paper.now + 5_000 });
    const first = paper.must('handIn', { assignmentId, fileIds: [], note: 'раз' }, pupil.who);
    paper.now += 10_000;
    const second = paper.must('handIn', { assignmentId, fileIds: [], note: 'два' }, pupil.who);
    expect(first.body).toMatchObject({ attempt: 1, late: false, receipt: `R-${first.id.slice(-6)}` });
    expect(second.body).toMatchObject({ attempt: 2, late: true });
  });
  test('an empty work is not handed in; one that is not for the pupil neither', () => {
    const { paper, pupil, other } = stage();
    const assignmentId = paper.assign({ assignees: [other.memberId] });
    expect(paper.do('handIn', { assignmentId, fileIds: [], note: ' \n' }, other.who)).toBe('empty');
    expect(paper.do('handIn', { assignmentId, fileIds: [], note: 'x' }, pupil.who)).toBe('no-such-assignment');
    expect(paper.do('handIn', { assignmentId, fileIds: [], note: 'x' }, paper.asTeacher)).toBe('no-such-assignment');
  });
  test('after acceptance nothing is handed in any more; after "redo" it is', () => {
    const { paper, bodies, pupil } = stage();
    paper.must('giveBack', { ...bodies.giveBack, outcome: 'redo' });
    const again = paper.must('handIn', bodies.handIn, pupil.who);
    const reviewId = paper.must('review', { ...bodies.review, attempt: 2 }).id;
    paper.must('giveBack', { ...bodies.giveBack, reviewId });
    expect(again.body).toMatchObject({ attempt: 2 });
    expect(paper.do('handIn', bodies.handIn, pupil.who)).toBe('already-returned');
    expect(paper.do('giveBack', { ...bodies.giveBack, reviewId }, paper.asTeacher)).toBe('already-returned');
  });
  test('a mark belongs to the scale, an empty review is not given back', () => {
    const { paper, bodies, other } = stage();
    expect(paper.do('review', { ...bodies.review, mark: '6' }, paper.asTeacher)).toBe('bad-mark');
    const blank = { ...bodies.review, memberId: other.memberId, attempt: 0, mark: null, comment: ' ', seen: null };
    const reviewId = paper.must('review', blank).id;
    expect(paper.do('giveBack', { ...bodies.giveBack, memberId: other.memberId, reviewId }, paper.asTeacher)).toBe(
      'nothing-to-return',
    );
  });
  test('whoever handed in nothing can still get a mark', () => {
    const { paper, bodies, other } = stage();
    const reviewId = paper.must('review', {
      ...bodies.review,
      memberId: other.memberId,
      attempt: 0,
      mark: 'н',
      seen: null,
    }).id;
    const row = paper.must('giveBack', { ...bodies.giveBack, memberId: other.memberId, reviewId });
    expect(row).toMatchObject({ label: `member:${other.memberId}`, body: { mark: 'н', attempt: 0 } });
  });
});

test('[S20] what falls due is published by the hub, not before its time and not twice', () => {
  const paper = new PaperClass().begin();
  const publishAt = paper.now + 60_000;
  const scheduled = paper.must('scheduleAssignment', {
    title: 'Завтра',
    text: 'т',
    dueAt: null,
    scale: { kind: 'five' },
    assignees: 'all',
    fileIds: [],
    seriesId: null,
    publishAt,
  });
  const body = { assignmentId: scheduled.id };
  expect(paper.do('publishAssignment', body, HUB)).toBe('not-due');
  paper.now = publishAt;
  expect(paper.must('publishAssignment', body, HUB)).toMatchObject({
    label: 'all',
    by: null,
    body: { title: 'Завтра' },
  });
  expect(paper.do('publishAssignment', body, HUB)).toBe('no-such-assignment');
});

test('messages: only their author edits, a removed one is gone, an empty one is none', () => {
  const { paper, bodies, pupil, messageId, channelId } = stage();
  expect(paper.do('editMessage', { messageId, text: ' ' }, pupil.who)).toBe('empty');
  expect(paper.do('postMessage', { ...bodies.postMessage, text: '\n ' }, pupil.who)).toBe('empty');
  expect(paper.do('postMessage', { ...bodies.postMessage, channelId: nextId() }, pupil.who)).toBe('no-such-channel');
  expect(paper.do('postMessage', { channelId, text: 'x', fileIds: [], replyTo: nextId() }, pupil.who)).toBe(
    'no-such-message',
  );
  paper.must('removeMessage', { messageId });
  expect(paper.do('editMessage', bodies.editMessage, pupil.who)).toBe('no-such-message');
});

test('the circle of an assignment that was read only grows', () => {
  const { paper, bodies, pupil, other, assignmentId } = stage();
  const narrow = { ...bodies.changeAssignment, assignees: [pupil.memberId] };
  expect(paper.do('changeAssignment', narrow, paper.asTeacher)).toBe('not-allowed');
  expect(paper.do('assign', { ...bodies.assign, assignees: [nextId<MemberId>()] }, paper.asTeacher)).toBe(
    'no-such-member',
  );
  const some = paper.assign({ assignees: [pupil.memberId] });
  const wider = {
    ...bodies.changeAssignment,
    assignmentId: some,
    seen: some,
    assignees: [pupil.memberId, other.memberId],
  };
  expect(paper.must('changeAssignment', wider).label).toBe(`assignment:${some}`);
  expect(assignmentId).not.toBe(some);
});

describe('[S4] channels', () => {
  const said = { text: 'т', fileIds: [], replyTo: null };

  test('are read by those they are for, and only they write there', () => {
    const { paper, pupil, other, parent, groupId } = stage();
    const students = paper.channel('students');
    const parents = paper.channel('parents');
    const outcome = (channelId: ChannelId, who: Who) => paper.do('postMessage', { ...said, channelId }, who);
    for (const [channelId, inside, outside] of [
      [students, [paper.asTeacher, pupil.who, other.who], [parent.who]],
      [parents, [paper.asTeacher, parent.who], [pupil.who, other.who]],
      [groupId, [paper.asTeacher, pupil.who], [other.who, parent.who]],
    ] as const) {
      for (const who of inside) {
        const row = outcome(channelId, who);
        expect(row).toMatchObject({ label: `channel:${channelId}` });
      }
      for (const who of outside) expect(outcome(channelId, who)).toBe('no-such-channel');
    }
    const messageId = paper.post(paper.asTeacher, { channelId: parents });
    expect(paper.do('react', { messageId, reaction: 'like', isOn: true }, pupil.who)).toBe('no-such-message');
    expect(paper.do('forwardMessage', { messageId, channelId: students }, pupil.who)).toBe('no-such-message');
    expect(paper.do('postMessage', { ...said, channelId: students, replyTo: messageId }, pupil.who)).toBe(
      'no-such-message',
    );
  });

  test('where only teachers write, others react and sign; in a closed one nobody writes', () => {
    const { paper, pupil, channelId, noticeId } = stage();
    const change = (more: object) =>
      paper.must('changeChannel', {
        channelId,
        title: null,
        writers: 'all',
        memberIds: [],
        isArchived: false,
        seen: paper.state.channels[channelId]!.changeId,
        ...more,
      });
    change({ writers: 'teachers' });
    expect(paper.do('postMessage', { ...said, channelId }, pupil.who)).toBe('not-allowed');
    paper.must('sign', { messageId: noticeId }, pupil.who);
    change({ isArchived: true });
    expect(paper.do('postMessage', { ...said, channelId }, paper.asTeacher)).toBe('channel-closed');
    expect(paper.do('react', { messageId: noticeId, reaction: 'like', isOn: true }, pupil.who)).toBe('channel-closed');
  });

  test('a change rests on what was seen; a group has a name and somebody in it', () => {
    const { paper, pupil, groupId, channelId } = stage();
    const group = { channelId: groupId, title: 'Хор', writers: 'all', isArchived: false } as const;
    const seen = paper.state.channels[groupId]!.changeId;
    expect(paper.do('changeChannel', { ...group, memberIds: [], seen }, paper.asTeacher)).toBe('bad-request');
    expect(
      paper.do('changeChannel', { ...group, title: null, memberIds: [pupil.memberId], seen }, paper.asTeacher),
    ).toBe('bad-request');
    paper.must('changeChannel', { ...group, memberIds: [pupil.memberId], seen });
    expect(paper.do('changeChannel', { ...group, memberIds: [pupil.memberId], seen }, paper.asTeacher)).toBe('stale');
    const again = { channelId, kind: 'parents' as const, title: null, writers: 'all' as const, memberIds: [] };
    expect(paper.do('createChannel', again, paper.asTeacher)).toBe('channel-exists');
    expect(paper.do('createChannel', { ...again, channelId: nextId(), kind: 'staff' }, paper.asTeacher)).toBe(
      'not-allowed',
    );
  });

  test('there are so many at most, and so many pins and waiting messages', () => {
    const { paper, channelId } = stage();
    const count = () => Object.keys(paper.state.channels).length;
    while (count() < CHANNELS_MAX) paper.channel('students');
    const one = {
      channelId: nextId<ChannelId>(),
      kind: 'students' as const,
      title: null,
      writers: 'all' as const,
      memberIds: [],
    };
    expect(paper.do('createChannel', one, paper.asTeacher)).toBe('too-many');
    for (let i = 0; i < PINS_MAX; i++)
      paper.must('pinMessage', { messageId: paper.post(paper.asTeacher), isPinned: true });
    expect(paper.do('pinMessage', { messageId: paper.post(paper.asTeacher), isPinned: true }, paper.asTeacher)).toBe(
      'too-many',
    );
    const later = { ...said, channelId, sendAt: paper.now + 1e9 };
    while (Object.keys(paper.state.scheduled).length < SCHEDULED_MAX) paper.must('scheduleMessage', later);
    expect(paper.do('scheduleMessage', later, paper.asTeacher)).toBe('too-many');
  });
});

test('[S4] who gets into a group or out of it reads another log from then on', () => {
  const { paper, pupil, other, groupId } = stage();
  const version = (memberId: MemberId) => paper.state.members[memberId]!.roleVersion;
  const before = [version(pupil.memberId), version(other.memberId), version(paper.teacherMember)];
  const seen = paper.state.channels[groupId]!.changeId;
  const group = { channelId: groupId, title: 'Хор', writers: 'all', isArchived: false } as const;
  paper.must('changeChannel', { ...group, memberIds: [other.memberId], seen });
  const after = [version(pupil.memberId), version(other.memberId), version(paper.teacherMember)];
  expect(after).toEqual([before[0]! + 1, before[1]! + 1, before[2]!]);
});

describe('a parent', () => {
  test('[S4] reads the works of his children and of nobody else’s', () => {
    const { paper, pupil, other, parent, assignmentId } = stage();
    const own = paper.assign({ assignees: [other.memberId] });
    paper.must('handIn', { assignmentId: own, fileIds: [], note: 'моё' }, other.who);
    const seen = seenBy(paper.state, parent.memberId);
    expect(Object.keys(seen.assignments)).toEqual([assignmentId]);
    expect(Object.values(seen.submissions).map((work) => work.memberId)).toEqual([pupil.memberId]);
    paper.must('setChildren', { memberId: parent.memberId, childIds: [other.memberId] });
    const now = seenBy(paper.state, parent.memberId);
    expect(Object.keys(now.assignments).sort()).toEqual([assignmentId, own].sort());
    expect(Object.values(now.submissions).map((work) => work.memberId)).toEqual([other.memberId]);
  });

  test('hands nothing in, and has only children who are on the list', () => {
    const { paper, parent, assignmentId } = stage();
    expect(paper.do('handIn', { assignmentId, fileIds: [], note: 'x' }, parent.who)).toBe('not-allowed');
    const body = { memberId: parent.memberId, childIds: [paper.teacherMember] };
    expect(paper.do('setChildren', body, paper.asTeacher)).toBe('no-such-member');
  });
});

describe('polls, notices, schedules', () => {
  test('a vote names options that are there, one of them unless several may be chosen, while the poll is open', () => {
    const { paper, pupil, pollId, messageId } = stage();
    const vote = (options: number[], id = pollId) => paper.do('vote', { messageId: id, options }, pupil.who);
    expect(vote([2])).toBe('bad-request');
    expect(vote([0, 1])).toBe('bad-request');
    expect(vote([0], messageId)).toBe('no-such-message');
    expect(vote([])).toMatchObject({ kind: 'voted' });
    paper.must('closePoll', { messageId: pollId }, pupil.who);
    expect(vote([0])).toBe('poll-closed');
  });

  test('who has signed a notice is told to him and the teachers only', () => {
    const { paper, pupil, other, noticeId, messageId } = stage();
    const row = paper.must('sign', { messageId: noticeId }, pupil.who);
    expect(row.label).toBe(`member:${pupil.memberId}`);
    expect(paper.logFor(other.memberId)).not.toContainEqual(row);
    expect(paper.do('sign', { messageId }, pupil.who)).toBe('no-such-message');
    expect(
      paper.do(
        'postMessage',
        { channelId: paper.channelId, text: 'x', fileIds: [], replyTo: null, isNotice: true },
        pupil.who,
      ),
    ).toBe('not-allowed');
  });

  test('[S20] at its hour the hub posts it as its author; one who may not write there any more says nothing', () => {
    const { paper, pupil, waitingId } = stage();
    const [due] = dueCommands(paper.state).filter(({ command }) => command.kind === 'sendScheduled');
    expect(due?.command.body).toEqual({ messageId: waitingId });
    paper.now = due!.at - 10_000;
    expect(paper.do('sendScheduled', { messageId: waitingId }, HUB)).toBe('not-due');
    paper.now = due!.at;
    const posted = paper.must('sendScheduled', { messageId: waitingId }, HUB);
    expect(posted).toMatchObject({ kind: 'messagePosted', by: pupil.memberId, label: 'all' });
    // [S16] The row that waited is blank: the text is said once.
    expect(paper.log.find((row) => row.id === waitingId)?.body).toBeNull();
    const next = paper.must(
      'scheduleMessage',
      { channelId: paper.channelId, text: 'x', fileIds: [], replyTo: null, sendAt: 0 },
      pupil.who,
    ).id;
    const { channelId } = paper;
    const { changeId } = paper.state.channels[channelId]!;
    const closed = { channelId, title: null, writers: 'all' as const, memberIds: [], isArchived: true, seen: changeId };
    paper.must('changeChannel', closed);
    expect(paper.must('sendScheduled', { messageId: next }, HUB)).toMatchObject({ kind: 'scheduleCancelled' });
    expect(Object.keys(paper.state.scheduled)).toEqual([]);
  });

  test('what waits for its hour is its author’s alone, teachers included', () => {
    const { paper, pupil, waitingId } = stage();
    expect(Object.keys(seenBy(paper.state, pupil.memberId).scheduled)).toEqual([waitingId]);
    expect(seenBy(paper.state, paper.teacherMember).scheduled).toEqual({});
    expect(paper.do('react', { messageId: waitingId, reaction: 'like', isOn: true }, paper.asTeacher)).toBe(
      'no-such-message',
    );
  });
});

describe('at school', () => {
  const said = { text: 'т', fileIds: [], replyTo: null };
  const school = () => {
    const paper = new PaperClass().beginSchool();
    return {
      paper,
      colleague: paper.enter('Пётр Ильич', 'teacher'),
      pupil: paper.enter('Белов', 'student'),
      other: paper.enter('Зайцев', 'student'),
    };
  };

  test('[S4] two talk alone in a channel that follows from them, whoever begins; nobody else reads it', () => {
    const { paper, colleague, pupil } = school();
    const channelId = directIdOf(paper.teacherMember, pupil.memberId);
    expect(directIdOf(pupil.memberId, paper.teacherMember)).toBe(channelId);
    const first = paper.must('postMessage', { ...said, channelId, to: paper.teacherMember }, pupil.who);
    paper.must('postMessage', { ...said, channelId, to: pupil.memberId });
    expect(paper.state.channels[channelId]).toMatchObject({ kind: 'direct' });
    expect(paper.logFor(colleague.memberId)).not.toContainEqual(first);
    const foreign = { ...said, channelId, to: pupil.memberId };
    expect(paper.do('postMessage', foreign, colleague.who)).toBe('no-such-channel');
    expect(paper.do('removeMessage', { messageId: first.id }, paper.asTeacher)).toBe('not-allowed');
  });

  test('pupils talk with teachers, not with each other, and are not in the staff room', () => {
    const { paper, pupil, other, colleague } = school();
    const channelId = directIdOf(pupil.memberId, other.memberId);
    expect(paper.do('postMessage', { ...said, channelId, to: other.memberId }, pupil.who)).toBe('no-such-channel');
    expect(paper.do('postMessage', { ...said, channelId: paper.channelId }, pupil.who)).toBe('no-such-channel');
    paper.must('postMessage', { ...said, channelId: paper.channelId }, colleague.who);
  });

  test('[S16] what two said to each other goes with either of them', () => {
    const { paper, pupil } = school();
    const channelId = directIdOf(paper.teacherMember, pupil.memberId);
    paper.must('postMessage', { ...said, channelId, to: paper.teacherMember }, pupil.who);
    paper.must('postMessage', { ...said, channelId, to: pupil.memberId });
    paper.must('leaveSchool', { memberId: pupil.memberId, erase: true }, HUB);
    expect(paper.log.filter((row) => row.kind === 'messagePosted').map((row) => row.body)).toEqual([null, null]);
    expect(paper.state.channels[channelId]).toBeUndefined();
  });

  test('lists, tasks and marks are a class’s', () => {
    const { paper } = school();
    expect(paper.do('listMember', { memberId: nextId(), name: 'Кто-то' }, paper.asTeacher)).toBe('not-allowed');
  });
});
