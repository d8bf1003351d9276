import { describe, expect, test } from 'vitest';
import { dueCommands, type Who } from '../../src/core/classroom.ts';
import { ERRORS } from '../../src/core/errors.ts';
import { dueIdOf, togetherIdOf, type CommandId, type MemberId, type PersonId } from '../../src/core/ids.ts';
import { ATTEMPTS_MAX, MEMBERS_MAX, REQUESTS_MAX } from '../../src/core/limits.ts';
import type { AfterBell, CommandKind } from '../../src/core/wire.ts';
import { fold, guestWho, HUB, nextFileId, nextId, PaperClass } from '../support/paper-class.ts';
import { stage } from '../support/paper-stage.ts';

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
  sendScheduled: ['hub', 'author'],
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
  handInTogether: ['hub'],
  bringWork: ['teacher'],
  collect: ['teacher'],
  endCollect: ['hub', 'teacher'],
  review: ['teacher'],
  giveBack: ['teacher'],
};

/** An id of version 7 from which, with this member, that id of the hub's follows. */
function steeredTo(id: CommandId, memberId: MemberId): CommandId {
  const one = id.replaceAll('-', '');
  const other = memberId.replaceAll('-', '');
  const xor = Array.from(one, (digit, at) => (parseInt(digit, 16) ^ parseInt(other[at]!, 16)).toString(16)).join('');
  const digits = `${xor.slice(0, 12)}7${xor.slice(13, 16)}8${xor.slice(17)}`;
  const dashed = digits.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5') as CommandId;
  // The variant's two bits are the id's own: of four, one fits.
  const fits = ['8', '9', 'a', 'b'].map((variant) => (dashed.slice(0, 19) + variant + dashed.slice(20)) as CommandId);
  return fits.find((candidate) => togetherIdOf(candidate, memberId) === id)!;
}

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
  test('collecting ends at its bell by the hub’s clock, and what comes after is taken, late or refused as was said', () => {
    const after = (afterBell: AfterBell) => {
      const { paper, pupil } = stage();
      const assignmentId = paper.assign();
      const bellAt = paper.now + 5_000;
      const { id } = paper.must('collect', { assignmentId, bellAt, afterBell, seen: null });
      expect(paper.do('endCollect', { assignmentId, collectId: id }, HUB)).toBe('not-due');
      expect(paper.must('handIn', { assignmentId, fileIds: [], note: 'раз' }, pupil.who).body).toMatchObject({
        late: false,
      });
      paper.now = bellAt;
      const work = paper.do('handIn', { assignmentId, fileIds: [], note: 'два' }, pupil.who);
      paper.must('endCollect', { assignmentId, collectId: id }, HUB);
      expect(paper.state.assignments[assignmentId]?.collect?.isOver).toBe(true);
      return typeof work === 'string' ? work : work.body;
    };
    expect(after('accept')).toMatchObject({ late: false, attempt: 2 });
    expect(after('late')).toMatchObject({ late: true, attempt: 2 });
    expect(after('refuse')).toBe('collect-closed');
  });
  test('who is asked to do it again may hand in after the bell', () => {
    const { paper, pupil, bodies } = stage();
    const assignmentId = bodies.handIn.assignmentId;
    const { id } = paper.must('collect', { assignmentId, bellAt: null, afterBell: 'refuse', seen: null });
    paper.must('endCollect', { assignmentId, collectId: id });
    expect(paper.do('handIn', bodies.handIn, pupil.who)).toBe('collect-closed');
    paper.must('giveBack', { ...bodies.giveBack, outcome: 'redo' });
    expect(paper.must('handIn', bodies.handIn, pupil.who).body).toMatchObject({ attempt: 2, late: false });
  });
  test('[S20] a work done by two is owed to the other by the hub, once', () => {
    const { paper, pupil, other } = stage();
    const assignmentId = paper.assign();
    const body = { assignmentId, fileIds: [], note: 'вдвоём', together: [other.memberId] };
    const { id } = paper.must('handIn', body, pupil.who);
    const owed = () =>
      dueCommands(paper.state).filter(
        ({ command }) => command.kind === 'handInTogether' && command.body.handInId === id,
      );
    const [due] = owed();
    expect(due).toMatchObject({ at: paper.now, command: { body: { handInId: id, memberId: other.memberId } } });
    const second = paper.give(due!.command, HUB);
    expect(second).toMatchObject({ label: `member:${other.memberId}`, body: { note: 'вдвоём', of: { handInId: id } } });
    expect(owed()).toEqual([]);
    expect(paper.do('handInTogether', { handInId: id, memberId: other.memberId }, HUB)).toBe('stale');
    // Together once more: his repeated work is no work of his own.
    expect(paper.must('handIn', body, pupil.who).body).toMatchObject({ attempt: 2 });
  });
  test('what a pupil brought himself, or a teacher for him, is not followed by what another had brought for both', () => {
    const { paper, pupil, other } = stage();
    const owed = (assignmentId: string) =>
      Object.values(paper.state.owed).filter((work) => work.assignmentId === assignmentId);
    for (const own of ['handIn', 'bringWork'] as const) {
      const assignmentId = paper.assign();
      const shared = { assignmentId, fileIds: [], note: 'чужая', together: [other.memberId] };
      const { id: handInId } = paper.must('handIn', shared, pupil.who);
      expect(owed(assignmentId)).toHaveLength(1);
      const work = { assignmentId, fileIds: [], note: 'своя' };
      if (own === 'handIn') paper.must('handIn', work, other.who);
      else paper.must('bringWork', { ...work, memberId: other.memberId, writtenAt: null });
      expect(owed(assignmentId)).toEqual([]);
      expect(paper.do('handInTogether', { handInId, memberId: other.memberId }, HUB)).toBe('stale');
      expect(paper.state.submissions[`${assignmentId}/${other.memberId}`]?.attempts).toHaveLength(1);
    }
  });
  test(`a work is handed in ${ATTEMPTS_MAX} times at most, and is then shown as refused; a teacher may still bring one`, () => {
    const { paper, pupil } = stage();
    const assignmentId = paper.assign();
    const work = { assignmentId, fileIds: [], note: 'x' };
    for (let i = 0; i < ATTEMPTS_MAX; i++) paper.must('handIn', work, pupil.who);
    expect(paper.do('handIn', work, pupil.who)).toBe('too-many-attempts');
    expect(ERRORS['too-many-attempts'].retry).toBe('never');
    paper.must('bringWork', { ...work, memberId: pupil.memberId, writtenAt: null });
  });
  test('[S20] who did it together with another uses up none of his attempts, and both may do it as often as one', () => {
    const { paper, pupil, other } = stage();
    const work = { assignmentId: paper.assign(), fileIds: [], note: 'x' };
    const forBoth = { ...work, together: [other.memberId] };
    for (let i = 0; i < ATTEMPTS_MAX; i++) {
      const handInId = paper.must('handIn', forBoth, pupil.who).id;
      paper.must('handInTogether', { handInId, memberId: other.memberId }, HUB);
    }
    expect(paper.do('handIn', forBoth, pupil.who)).toBe('too-many-attempts');
    for (let i = 0; i < ATTEMPTS_MAX; i++)
      expect(paper.must('handIn', work, other.who).body).toMatchObject({ attempt: ATTEMPTS_MAX + i + 1 });
    expect(paper.do('handIn', work, other.who)).toBe('too-many-attempts');
  });
  test('[S20] nobody but the hub gives a command under an id of the hub’s, nor steers one to it', () => {
    const { paper, pupil, other, bodies } = stage();
    const { assignmentId: collected, collectId } = bodies.endCollect;
    const bell = dueIdOf(collectId);
    const body = { channelId: paper.channelId, text: 'x', fileIds: [], replyTo: null };
    for (const who of [pupil.who, paper.asTeacher])
      expect(paper.give({ id: bell, kind: 'postMessage', body }, who)).toBe('bad-request');
    // An id of his own from which the bell's would follow.
    const steered = steeredTo(bell, other.memberId);
    expect(togetherIdOf(steered, other.memberId)).toBe(bell);
    const work = { assignmentId: paper.assign(), fileIds: [], note: 'x', together: [other.memberId] };
    expect(paper.give({ id: steered, kind: 'handIn', body: work }, pupil.who)).toBe('id-reused');
    const due = dueCommands(paper.state).find(({ command }) => command.id === bell)!;
    expect(paper.give(due.command, HUB)).toMatchObject({ kind: 'collected', body: { assignmentId: collected } });
  });
  test('nobody hands in for one who has a work of his own, for himself twice, or for who is not asked', () => {
    const { paper, pupil, other, parent } = stage();
    const assignmentId = paper.assign();
    const hand = (together: MemberId[]) =>
      paper.do('handIn', { assignmentId, fileIds: [], note: 'x', together }, pupil.who);
    expect(hand([pupil.memberId])).toBe('bad-request');
    expect(hand([other.memberId, other.memberId])).toBe('bad-request');
    expect(hand([parent.memberId])).toBe('no-such-member');
    paper.must('handIn', { assignmentId, fileIds: [], note: 'сам' }, other.who);
    expect(hand([other.memberId])).toBe('partner-has-work');
  });
  test('a teacher brings the work of a pupil without a sign-in; a file older than the due date is not late', () => {
    const { paper, listed } = stage();
    const dueAt = paper.now;
    const assignmentId = paper.assign({ dueAt });
    paper.now += 10_000;
    const bring = (writtenAt: number | null) =>
      paper.must('bringWork', { assignmentId, memberId: listed, fileIds: [], note: 'с флешки', writtenAt }).body;
    expect(bring(dueAt - 1)).toMatchObject({ attempt: 1, late: false, brought: { writtenAt: dueAt - 1 } });
    expect(bring(null)).toMatchObject({ attempt: 2, late: true, brought: { writtenAt: null } });
    expect(bring(paper.now + 99_000)).toMatchObject({ late: true });
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

test('[S4] a name that only stood on the list stays the teachers’, also when it was taken off and is spelled anew', () => {
  const { paper, pupil, listed } = stage();
  const rename = (memberId: MemberId) => paper.must('renameMember', { memberId, name: 'Зайцев Ф.' }).label;
  expect(rename(listed)).toBe('teachers');
  paper.must('removeMember', { memberId: listed, erase: false });
  expect(rename(listed)).toBe('teachers');
  // Whom classmates met they meet under his new name.
  paper.must('removeMember', { memberId: pupil.memberId, erase: false });
  expect(rename(pupil.memberId)).toBe('all');
});

test('[S16] who was not let in leaves no name at the door; who began the class may be erased, and the class stays', () => {
  const { paper, requestId, pupil } = stage();
  paper.must('declineJoin', { requestId });
  expect(paper.log.find(({ id }) => id === requestId)).toMatchObject({ kind: 'joinRequested', body: null });
  expect(fold(paper.log)).toEqual(paper.state);
  paper.must('changeRole', { memberId: pupil.memberId, role: 'teacher' });
  paper.must('changeRole', { memberId: paper.teacherMember, role: 'student' }, pupil.who);
  paper.must('removeMember', { memberId: paper.teacherMember, erase: true }, pupil.who);
  expect(fold(paper.log)).toEqual(paper.state);
  expect(paper.state.title).not.toBeNull();
});

test('[S14] a parent who is let in once more with other children reads another log from then on, else the same', () => {
  const { paper, pupil, other, parent } = stage();
  const version = () => paper.state.members[parent.memberId]!.roleVersion;
  const confirm = (childIds?: MemberId[]) => {
    const request = { personId: nextId<PersonId>(), name: 'Белова Ольга', device: 'ПК' };
    const requestId = paper.must('requestJoin', request, HUB).id;
    const body = { requestId, memberId: parent.memberId, name: 'Белова Ольга', role: 'parent' as const };
    paper.must('confirmJoin', childIds ? { ...body, childIds } : body);
  };
  const before = version();
  confirm();
  confirm([pupil.memberId]);
  expect(version()).toBe(before);
  confirm([other.memberId, pupil.memberId]);
  expect(version()).toBe(before + 1);
  expect(paper.state.members[parent.memberId]!.childIds).toEqual([other.memberId, pupil.memberId]);
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
