/** The laws of one road for state, on random histories: seeded, so that a failure names its seed and replays. */
import { describe, expect, test } from 'vitest';
import {
  dueCommands,
  EMPTY_CLASSROOM,
  mayReadFile,
  readerOf,
  seenBy,
  type Classroom,
  type Who,
} from '../../src/core/classroom.ts';
import { evolve } from '../../src/core/evolve.ts';
import { directIdOf, type CommandId, type MemberId, type PersonId } from '../../src/core/ids.ts';
import type { Entry } from '../../src/core/wire.ts';
import { fold, guestWho, HUB, nextId, PaperClass } from '../support/paper-class.ts';

const SEEDS = 60;
const STEPS = 80;

/** Mulberry32: a small seeded generator, good enough to draw commands. */
function random(seed: number) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** Draws commands, mostly sensible ones, and gives them; refusals are part of a history too. */
function live(seed: number, afterEach: (paper: PaperClass) => void) {
  const draw = random(seed);
  const paper = new PaperClass().begin();
  const pick = <T>(list: readonly T[]): T | undefined => list[Math.floor(draw() * list.length)];
  const pupils = [paper.admit('Белов'), paper.admit('Белова')];
  const who = () => (draw() < 0.5 ? paper.asTeacher : (pick(pupils)?.who ?? HUB));
  const member = () => pick(Object.keys(paper.state.members) as MemberId[])!;
  // The first teacher stays, or nobody could go on with the history.
  const somebodyElse = () =>
    pick((Object.keys(paper.state.members) as MemberId[]).filter((id) => id !== paper.teacherMember))!;
  const assignment = () => pick(Object.keys(paper.state.assignments) as CommandId[]) ?? nextId<CommandId>();
  const messages = () => paper.log.filter((row) => row.kind === 'messagePosted');
  const message = () => pick(messages())?.id ?? nextId<CommandId>();
  const parents: Who[] = [];
  const channel = () => pick(Object.values(paper.state.channels))!;
  const anybody = () => (draw() < 0.2 ? (pick(parents) ?? who()) : who());
  const said = () => ({
    channelId: channel().channelId,
    text: `слова ${paper.log.length}`,
    fileIds: [],
    replyTo: null,
    ...(draw() < 0.3 && { poll: { options: ['да', 'нет'], isMultiple: false } }),
    ...(draw() < 0.3 && { isNotice: true }),
    ...(draw() < 0.3 && { mentions: [member()] }),
  });
  const children = () => pupils.filter(() => draw() < 0.5).map(({ memberId }) => memberId);
  const request = () => pick(Object.keys(paper.state.requests) as CommandId[]) ?? nextId<CommandId>();
  const five = { kind: 'five' as const };
  const content = () => ({
    title: `З${paper.log.length}`,
    text: '',
    dueAt: null,
    scale: five,
    fileIds: [],
    assignees: draw() < 0.5 ? ('all' as const) : [member()],
  });
  const isThere = (id: MemberId) => paper.state.members[id]?.role === 'student';
  const moves = [
    () => paper.do('renameClass', { title: `7А ${paper.log.length}` }, who()),
    () => paper.do('postMessage', said(), anybody()),
    () => paper.do('forwardMessage', { messageId: message(), channelId: channel().channelId }, anybody()),
    () => paper.do('scheduleMessage', { ...said(), sendAt: 0 }, anybody()),
    () => {
      const waiting = pick(Object.values(paper.state.scheduled));
      if (!waiting) return undefined;
      const { messageId } = waiting;
      const author = paper.state.members[waiting.by]?.personIds[0];
      return draw() < 0.6 || !author
        ? paper.do('sendScheduled', { messageId }, HUB)
        : paper.do('cancelScheduled', { messageId }, guestWho(author));
    },
    () => paper.do('react', { messageId: message(), reaction: 'like', isOn: draw() < 0.7 }, anybody()),
    () => paper.do('pinMessage', { messageId: message(), isPinned: draw() < 0.7 }, paper.asTeacher),
    () => paper.do('vote', { messageId: message(), options: [0] }, anybody()),
    () => paper.do('closePoll', { messageId: message() }, paper.asTeacher),
    () => paper.do('sign', { messageId: message() }, anybody()),
    () => {
      const kind = pick(['everyone', 'students', 'parents', 'group'] as const)!;
      const isGroup = kind === 'group';
      const memberIds = isGroup ? [member()] : [];
      const title = isGroup ? 'Кружок' : null;
      return paper.do(
        'createChannel',
        { channelId: nextId(), kind, title, writers: 'all', memberIds },
        paper.asTeacher,
      );
    },
    () => {
      const { channelId, kind, changeId } = channel();
      const isGroup = kind === 'group';
      const memberIds = isGroup ? [...new Set([member(), member()])] : [];
      const title = isGroup ? 'Другой кружок' : null;
      const writers = draw() < 0.3 ? 'teachers' : 'all';
      const body = { channelId, title, writers, memberIds, isArchived: draw() < 0.1, seen: changeId } as const;
      return paper.do('changeChannel', body, paper.asTeacher);
    },
    () =>
      parents.length < 3 &&
      void parents.push(paper.admitParent(`Родитель ${paper.log.length}`, children().filter(isThere)).who),
    () => {
      const parent = pick(Object.values(paper.state.members).filter((m) => m.role === 'parent'));
      return parent && paper.do('setChildren', { memberId: parent.memberId, childIds: children() }, paper.asTeacher);
    },
    () => paper.do('editMessage', { messageId: message(), text: 'правка' }, who()),
    () => paper.do('removeMessage', { messageId: message() }, who()),
    () => paper.do('listMember', { memberId: nextId(), name: `Ученик ${paper.log.length}` }, paper.asTeacher),
    () => paper.do('renameMember', { memberId: member(), name: `Имя ${paper.log.length}` }, paper.asTeacher),
    () => void pupils.push(paper.admit(`Новый ${paper.log.length}`)),
    () => paper.do('requestJoin', { personId: nextId<PersonId>(), name: `Гость ${paper.log.length}`, device: '' }, HUB),
    () => paper.do('confirmJoin', { requestId: request(), memberId: member(), name: 'х' }, paper.asTeacher),
    () => paper.do('declineJoin', { requestId: request() }, paper.asTeacher),
    () =>
      paper.do(
        'changeRole',
        { memberId: somebodyElse(), role: pick(['teacher', 'student', 'student', 'parent'] as const)! },
        paper.asTeacher,
      ),
    () => draw() < 0.4 && paper.do('removeMember', { memberId: somebodyElse(), erase: draw() < 0.5 }, paper.asTeacher),
    () => paper.do('assign', { ...content(), seriesId: null, isHandout: draw() < 0.3 }, paper.asTeacher),
    () => paper.do('scheduleAssignment', { ...content(), seriesId: null, publishAt: 0 }, paper.asTeacher),
    () => paper.do('publishAssignment', { assignmentId: assignment() }, HUB),
    () => {
      const assignmentId = assignment();
      return paper.do(
        'changeAssignment',
        { ...content(), assignmentId, seen: paper.state.assignments[assignmentId]?.changeId ?? assignmentId },
        paper.asTeacher,
      );
    },
    () => draw() < 0.3 && paper.do('withdrawAssignment', { assignmentId: assignment() }, paper.asTeacher),
    () => paper.do('handIn', { assignmentId: assignment(), fileIds: [], note: 'вот' }, who()),
    () => paper.do('handIn', { assignmentId: assignment(), fileIds: [], note: 'вдвоём', together: [member()] }, who()),
    () => {
      const due = pick(dueCommands(paper.state).filter(({ command }) => command.kind === 'handInTogether'));
      return due && paper.give(due.command, HUB);
    },
    () =>
      paper.do(
        'bringWork',
        { assignmentId: assignment(), memberId: member(), fileIds: [], note: 'с флешки', writtenAt: null },
        paper.asTeacher,
      ),
    () => {
      const assignmentId = assignment();
      const seen = paper.state.assignments[assignmentId]?.collect?.collectId ?? null;
      const afterBell = pick(['accept', 'late', 'refuse'] as const)!;
      return paper.do('collect', { assignmentId, bellAt: null, afterBell, seen }, paper.asTeacher);
    },
    () => {
      const collecting = pick(Object.values(paper.state.assignments).filter(({ collect }) => collect));
      return (
        collecting?.collect &&
        paper.do(
          'endCollect',
          { assignmentId: collecting.assignmentId, collectId: collecting.collect.collectId },
          paper.asTeacher,
        )
      );
    },
    () => {
      const [assignmentId, memberId] = [assignment(), member()];
      return paper.do(
        'review',
        {
          assignmentId,
          memberId,
          attempt: 0,
          mark: '4',
          comment: '',
          seen: paper.state.reviews[`${assignmentId}/${memberId}`]?.id ?? null,
        },
        paper.asTeacher,
      );
    },
    () => {
      const review = pick(Object.values(paper.state.reviews));
      return (
        review &&
        paper.do(
          'giveBack',
          {
            assignmentId: review.assignmentId,
            memberId: review.memberId,
            reviewId: review.id,
            outcome: draw() < 0.5 ? 'redo' : 'accepted',
          },
          paper.asTeacher,
        )
      );
    },
  ];
  for (let step = 0; step < STEPS; step++) {
    pick(moves)?.();
    afterEach(paper);
  }
  return paper;
}

const readers = (state: Classroom) => Object.values(state.members).filter((m) => m.state === 'confirmed');

test('[S19] at every step, folding what a reader may read gives what he may see of the hub’s state', () => {
  const kinds = new Set<string>();
  for (let seed = 1; seed <= SEEDS; seed++) {
    const paper = live(seed, (now) => {
      for (const { memberId } of readers(now.state)) {
        const folded = seenBy(fold(now.logFor(memberId)), memberId);
        expect(folded, `seed ${seed}, seq ${now.log.length}`).toEqual(seenBy(now.state, memberId));
      }
    });
    for (const row of paper.log) kinds.add(row.kind);
  }
  // The histories are worth something: every kind of change happened.
  expect(kinds.size).toBe(32);
});

/** The same for the log of the school: people come and go, staff and pairs talk. */
function liveAtSchool(seed: number, afterEach: (paper: PaperClass) => void) {
  const draw = random(seed);
  const paper = new PaperClass().beginSchool();
  const pick = <T>(list: readonly T[]): T | undefined => list[Math.floor(draw() * list.length)];
  const people = [
    { memberId: paper.teacherMember, personId: paper.teacher, who: paper.asTeacher },
    paper.enter('Пётр Ильич', 'teacher'),
    paper.enter('Белов', 'student'),
    paper.enter('Белова', 'parent'),
  ];
  const message = () => pick(paper.log.filter((row) => row.kind === 'messagePosted'))?.id ?? nextId<CommandId>();
  const talk = () => {
    const [one, other] = [pick(people)!, pick(people)!];
    const direct = { channelId: directIdOf(one.memberId, other.memberId), to: other.memberId };
    const place = draw() < 0.3 ? { channelId: pick(Object.values(paper.state.channels))!.channelId } : direct;
    return { who: one.who, body: { ...place, text: `слова ${paper.log.length}`, fileIds: [], replyTo: null } };
  };
  const moves = [
    () => {
      const { who, body } = talk();
      return paper.do('postMessage', body, who);
    },
    () => {
      const { who, body } = talk();
      return paper.do('scheduleMessage', { ...body, sendAt: 0 }, who);
    },
    () => {
      const waiting = pick(Object.values(paper.state.scheduled));
      return waiting && paper.do('sendScheduled', { messageId: waiting.messageId }, HUB);
    },
    () => {
      const { who, body } = talk();
      const { text: _text, fileIds: _fileIds, replyTo: _replyTo, ...place } = body;
      return paper.do('forwardMessage', { messageId: message(), ...place }, who);
    },
    () => paper.do('removeMessage', { messageId: message() }, pick(people)!.who),
    () => paper.do('pinMessage', { messageId: message(), isPinned: true }, pick(people)!.who),
    () => {
      const [one, other] = [pick(people)!, pick(people)!];
      const memberIds = [...new Set([one.memberId, other.memberId])];
      return paper.do(
        'createChannel',
        { channelId: nextId(), kind: 'group', title: 'Методобъединение', writers: 'all', memberIds },
        one.who,
      );
    },
    () =>
      draw() < 0.5 &&
      void people.push(paper.enter(`Человек ${paper.log.length}`, draw() < 0.4 ? 'teacher' : 'student')),
    () => {
      const { memberId } = pick(people.slice(1))!;
      return draw() < 0.3 && paper.do('leaveSchool', { memberId, erase: draw() < 0.5 }, HUB);
    },
  ];
  for (let step = 0; step < STEPS; step++) {
    pick(moves)?.();
    afterEach(paper);
  }
  return paper;
}

test('[S19] in the school’s log too: nobody sees what two others say, nor who else is a pupil', () => {
  const kinds = new Set<string>();
  for (let seed = 1; seed <= SEEDS; seed++) {
    const paper = liveAtSchool(seed, (now) => {
      for (const { memberId } of readers(now.state)) {
        const folded = seenBy(fold(now.logFor(memberId)), memberId);
        expect(folded, `seed ${seed}, seq ${now.log.length}`).toEqual(seenBy(now.state, memberId));
      }
    });
    for (const row of paper.log) kinds.add(row.kind);
    for (const reader of readers(paper.state)) {
      const seen = seenBy(paper.state, reader.memberId);
      for (const { kind, memberIds } of Object.values(seen.channels))
        if (kind === 'direct' || kind === 'group') expect(memberIds).toContain(reader.memberId);
      if (reader.role !== 'teacher')
        for (const { memberId, role } of Object.values(seen.members))
          expect(role === 'teacher' || memberId === reader.memberId).toBe(true);
    }
  }
  expect([...kinds].sort()).toEqual([
    'channelCreated',
    'memberErased',
    'memberRemoved',
    'messagePinned',
    'messagePosted',
    'messageRemoved',
    'messageScheduled',
    'scheduleCancelled',
    'schoolCreated',
    'schoolEntered',
  ]);
});

test('[S4, S19] a cursor never has to go back: rows that a reader gains below it change nothing that he may see', () => {
  for (let seed = 1; seed <= SEEDS; seed++) {
    const kept = new Map<MemberId, { cursor: number; roleVersion: number; state: Classroom }>();
    live(seed, (now) => {
      for (const { memberId, roleVersion } of readers(now.state)) {
        const old = kept.get(memberId);
        const from = old?.roleVersion === roleVersion ? old : { cursor: 0, state: EMPTY_CLASSROOM };
        const state = now
          .logFor(memberId)
          .filter((row) => row.seq > from.cursor)
          .reduce(evolve, from.state);
        expect(seenBy(state, memberId), `seed ${seed}, seq ${now.log.length}`).toEqual(seenBy(now.state, memberId));
        kept.set(memberId, { cursor: now.log.length, roleVersion, state });
      }
    });
  }
});

test('[S16] after an erasure the blanked log folds to the very state that erasing left', () => {
  let erased = 0;
  for (let seed = 1; seed <= SEEDS; seed++) {
    live(seed, (now) => {
      if (now.log.at(-1)?.kind !== 'memberErased') return;
      erased += 1;
      expect(fold(now.log), `seed ${seed}, seq ${now.log.length}`).toEqual(now.state);
    });
  }
  expect(erased).toBeGreaterThan(0);
});

describe('[S4] audience', () => {
  const paper = new PaperClass().begin();
  const pupil = paper.admit('Белов');
  const other = paper.admit('Белова');
  const everyone = paper.assign();
  const some = paper.assign({ assignees: [pupil.memberId] });
  const scheduled = paper.must('scheduleAssignment', {
    title: 'Потом',
    text: '',
    dueAt: null,
    scale: { kind: 'five' },
    assignees: [pupil.memberId],
    fileIds: [],
    seriesId: null,
    publishAt: 0,
  }).id;
  const handed = paper.must('handIn', { assignmentId: everyone, fileIds: [], note: 'вот' }, pupil.who);
  const review = paper.must('review', {
    assignmentId: everyone,
    memberId: pupil.memberId,
    attempt: 1,
    mark: '3',
    comment: 'см. стр. 2',
    seen: null,
  });
  const rowsOf = (memberId: MemberId) => paper.logFor(memberId).map((row) => row.id);

  test('a pupil’s work is for him and the teachers, an assignment for some only for these', () => {
    expect(rowsOf(pupil.memberId)).toEqual(expect.arrayContaining([everyone, some, handed.id]));
    expect(rowsOf(other.memberId)).toContain(everyone);
    expect(rowsOf(other.memberId)).not.toContain(some);
    expect(rowsOf(other.memberId)).not.toContain(handed.id);
  });
  test('what is not published yet is the teachers’ alone, and is said again in full when it is', () => {
    expect(rowsOf(pupil.memberId)).not.toContain(scheduled);
    expect(rowsOf(pupil.memberId)).not.toContain(review.id);
    const published = paper.must('publishAssignment', { assignmentId: scheduled }, HUB);
    const given = paper.must('giveBack', {
      assignmentId: everyone,
      memberId: pupil.memberId,
      reviewId: review.id,
      outcome: 'accepted',
    });
    expect(published).toMatchObject({ label: `assignment:${scheduled}`, body: { title: 'Потом' } });
    expect(given.body).toMatchObject({ mark: '3', comment: 'см. стр. 2' });
    expect(rowsOf(pupil.memberId)).toEqual(expect.arrayContaining([published.id, given.id]));
    expect(rowsOf(other.memberId)).not.toContain(given.id);
  });
  test('names that only stand on the list, and people at the door, are the teachers’ alone', () => {
    const listed = paper.must('listMember', { memberId: nextId(), name: 'Никитин Егор' });
    const asking = paper.must('requestJoin', { personId: nextId(), name: 'Никитин', device: '' }, HUB);
    expect([listed.label, asking.label]).toEqual(['teachers', 'teachers']);
    expect(JSON.stringify(paper.logFor(pupil.memberId))).not.toContain('Никитин');
  });
  test('strangers and people taken out read nothing; unknown labels are nobody’s', () => {
    expect(readerOf(paper.state, nextId<PersonId>())).toBeUndefined();
    const gone = paper.admit('Ушедший');
    paper.must('removeMember', { memberId: gone.memberId, erase: false });
    expect(rowsOf(gone.memberId)).toEqual([]);
    expect(seenBy(paper.state, gone.memberId)).toEqual(EMPTY_CLASSROOM);
  });
});

test('[S4] a file is readable through a row that names it, to whom that row is readable, and to who brought it', () => {
  const paper = new PaperClass().begin();
  const pupil = paper.admit('Белов');
  const other = paper.admit('Белова');
  const label = `member:${pupil.memberId}`;
  const may = (personId: PersonId, labels: string[], by = pupil.personId) =>
    mayReadFile(paper.state, labels, by, personId);
  expect(may(pupil.personId, [])).toBe(true);
  expect(may(paper.teacher, [label])).toBe(true);
  expect(may(paper.teacher, [])).toBe(false);
  expect(may(other.personId, [label])).toBe(false);
  expect(may(other.personId, [label, 'all'])).toBe(true);
  expect(may(nextId<PersonId>(), ['all'])).toBe(false);
  expect(may(other.personId, ['everybody'])).toBe(false);
});

test('[S12] a row of an unknown kind, or of a known kind and a foreign shape, folds to nothing', () => {
  const paper = new PaperClass().begin();
  const row = paper.log[0] as Entry;
  for (const strange of [
    { ...row, kind: 'pollStarted' },
    { ...row, kind: 'assigned', body: { title: 5 } },
    { ...row, kind: 'constructor' },
    { ...row, kind: 'classRenamed', body: null },
  ]) {
    expect(evolve(paper.state, strange)).toBe(paper.state);
  }
});

test('folding messages leaves the very same state: nothing has to be written again', () => {
  const paper = new PaperClass().begin();
  const before = paper.state;
  paper.must('postMessage', { channelId: paper.channelId, text: 'т', fileIds: [], replyTo: null }, paper.asTeacher);
  expect(paper.state).toBe(before);
});

test('a stranger’s sign-in is not a guest of the class', () => {
  const paper = new PaperClass().begin();
  expect(
    paper.do('postMessage', { channelId: paper.channelId, text: 'т', fileIds: [], replyTo: null }, guestWho(nextId())),
  ).toBe('not-a-member');
});
