/** The rules of the chat: channels, parents, polls, notices, schedules, the school. */
import { describe, expect, test } from 'vitest';
import { dueCommands, seenBy, type Who } from '../../src/core/classroom.ts';
import { ERRORS } from '../../src/core/errors.ts';
import { directIdOf, type ChannelId, type MemberId } from '../../src/core/ids.ts';
import { CHANNELS_MAX, PINS_MAX, SCHEDULED_MAX } from '../../src/core/limits.ts';
import { evolve } from '../../src/core/evolve.ts';
import { fold, HUB, nextId, PaperClass } from '../support/paper-class.ts';
import { stage } from '../support/paper-stage.ts';

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

  test('who may not write there any more does not go on in what he wrote before, nor vote or sign where all is closed', () => {
    const { paper, pupil, channelId, messageId, pollId, noticeId } = stage();
    const change = (more: object) => {
      const seen = paper.state.channels[channelId]!.changeId;
      const channel = { channelId, title: null, writers: 'all' as const, memberIds: [], isArchived: false, seen };
      paper.must('changeChannel', { ...channel, ...more });
    };
    const edit = () => paper.do('editMessage', { messageId, text: 'говорю дальше' }, pupil.who);
    change({ writers: 'teachers' });
    expect(edit()).toBe('not-allowed');
    paper.must('vote', { messageId: pollId, options: [0] }, pupil.who);
    change({ isArchived: true });
    expect(edit()).toBe('channel-closed');
    expect(paper.do('vote', { messageId: pollId, options: [1] }, pupil.who)).toBe('channel-closed');
    expect(paper.do('sign', { messageId: noticeId }, pupil.who)).toBe('channel-closed');
    change({});
    expect(edit()).toMatchObject({ kind: 'messageEdited' });
  });

  test('words that were passed on are their author’s: the forwarder cannot change them, and whose they are goes along', () => {
    const { paper, pupil, other, channelId } = stage();
    const said = paper.post(paper.asTeacher, { text: 'Контрольная в пятницу' });
    const copy = paper.must('forwardMessage', { messageId: said, channelId }, pupil.who);
    expect(paper.do('editMessage', { messageId: copy.id, text: 'Контрольной не будет' }, pupil.who)).toBe(
      'not-allowed',
    );
    const next = paper.must('forwardMessage', { messageId: copy.id, channelId }, other.who);
    const { at } = paper.log.find(({ id }) => id === said)!;
    expect(next).toMatchObject({ about: paper.teacherMember, body: { text: 'Контрольная в пятницу' } });
    expect(next.body?.['forward']).toEqual({ messageId: copy.id, by: paper.teacherMember, at });
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
    const { paper, pupil, channelId } = stage();
    const count = () => Object.keys(paper.state.channels).length;
    while (count() < CHANNELS_MAX) paper.channel('students');
    const one = {
      channelId: nextId<ChannelId>(),
      kind: 'students' as const,
      title: null,
      writers: 'all' as const,
      memberIds: [],
    };
    expect(paper.do('createChannel', one, paper.asTeacher)).toBe('limit-reached');
    for (let i = 0; i < PINS_MAX; i++)
      paper.must('pinMessage', { messageId: paper.post(paper.asTeacher), isPinned: true });
    expect(paper.do('pinMessage', { messageId: paper.post(paper.asTeacher), isPinned: true }, paper.asTeacher)).toBe(
      'limit-reached',
    );
    const later = { ...said, channelId, sendAt: paper.now + 1e9 };
    // One author's are not the others': nobody can take all the room.
    for (let i = 0; i < SCHEDULED_MAX; i++) paper.must('scheduleMessage', later);
    expect(paper.do('scheduleMessage', later, paper.asTeacher)).toBe('limit-reached');
    expect(paper.do('scheduleMessage', later, pupil.who)).toMatchObject({ kind: 'messageScheduled' });
    // Waiting does not help: a row that is refused for it is shown, not sent for ever (S10).
    expect(ERRORS['limit-reached'].retry).toBe('never');
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
    const { paper, pupil, other, parent, assignmentId, sharedWork } = stage();
    const own = paper.assign({ assignees: [other.memberId] });
    paper.must('handIn', { assignmentId: own, fileIds: [], note: 'моё' }, other.who);
    const seen = seenBy(paper.state, parent.memberId);
    expect(Object.keys(seen.assignments)).toEqual([assignmentId, sharedWork]);
    expect(new Set(Object.values(seen.submissions).map((work) => work.memberId))).toEqual(new Set([pupil.memberId]));
    paper.must('setChildren', { memberId: parent.memberId, childIds: [other.memberId] });
    const now = seenBy(paper.state, parent.memberId);
    expect(Object.keys(now.assignments).sort()).toEqual([assignmentId, own, sharedWork].sort());
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

  test('[S3, S20] its author may send it before its hour; then the hub finds nothing to send', () => {
    const { paper, pupil, other, waitingId } = stage();
    paper.now = 0;
    expect(paper.do('sendScheduled', { messageId: waitingId }, other.who)).toBe('no-such-message');
    const posted = paper.must('sendScheduled', { messageId: waitingId }, pupil.who);
    expect(posted).toMatchObject({ kind: 'messagePosted', by: pupil.memberId });
    expect(dueCommands(paper.state).filter(({ command }) => command.kind === 'sendScheduled')).toEqual([]);
    expect(paper.do('sendScheduled', { messageId: waitingId }, HUB)).toBe('no-such-message');
  });

  test('[S16, S20] sent by its author and removed before a device of his heard of either, it waits there no longer', () => {
    const { paper, pupil, waitingId } = stage();
    const known = paper.log.length;
    const before = fold(paper.logFor(pupil.memberId));
    expect(Object.keys(before.scheduled)).toEqual([waitingId]);
    const sent = paper.must('sendScheduled', { messageId: waitingId }, pupil.who);
    paper.must('removeMessage', { messageId: sent.id }, pupil.who);
    const news = paper.logFor(pupil.memberId).filter(({ seq }) => seq > known);
    expect(news.map(({ body }) => body === null)).toEqual([true, false]);
    expect(news.reduce(evolve, before).scheduled).toEqual({});
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

  test('[S16] and with it every wording of it, whoever wrote it, and what was said about it; a pin has no words and stays', () => {
    const { paper, pupil } = school();
    const channelId = directIdOf(paper.teacherMember, pupil.memberId);
    const messageId = paper.must('postMessage', { ...said, channelId, to: pupil.memberId }).id;
    const edit = paper.must('editMessage', { messageId, text: 'тайное слово' });
    const reaction = paper.must('react', { messageId, reaction: 'like', isOn: true });
    const pin = paper.must('pinMessage', { messageId, isPinned: true });
    const other = paper.post(paper.asTeacher);
    const kept = paper.must('editMessage', { messageId: other, text: 'для всех' });
    paper.must('leaveSchool', { memberId: pupil.memberId, erase: true }, HUB);
    const isBlank = ({ id }: { id: string }) => paper.log.find((row) => row.id === id)?.body === null;
    expect([edit, reaction, pin, kept].map(isBlank)).toEqual([true, true, false, false]);
    expect(fold(paper.log)).toEqual(paper.state);
  });

  test('lists, tasks and marks are a class’s', () => {
    const { paper } = school();
    expect(paper.do('listMember', { memberId: nextId(), name: 'Кто-то' }, paper.asTeacher)).toBe('not-allowed');
  });
});
