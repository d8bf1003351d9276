import { expect, test } from 'vitest';
import { commandOf } from '../../src/core/reissue.ts';
import { Command } from '../../src/core/wire.ts';
import { HUB, nextId, PaperClass } from '../support/paper-class.ts';

test('[S14] an author’s own rows turn back into the commands they came from, same ids, and are accepted again', () => {
  const paper = new PaperClass();
  const given: Command[] = [];
  const seen = new Map<string, Command['id'] | null>();
  const give = paper.give.bind(paper);
  paper.give = (command, who) => {
    given.push(command);
    const { body } = command;
    seen.set(command.id, 'seen' in body ? body.seen : null);
    return give(command, who);
  };
  paper.begin();
  const pupil = paper.admit('Белов Илья');
  const fileId = paper.store(pupil.personId);
  const assignmentId = paper.assign({ fileIds: [paper.store(paper.teacher)] });
  const content = {
    title: 'Новое',
    text: '',
    dueAt: 5,
    scale: { kind: 'pass' as const },
    assignees: 'all' as const,
    fileIds: [],
  };
  paper.must('changeAssignment', { ...content, assignmentId, seen: assignmentId });
  paper.must('scheduleAssignment', { ...content, seriesId: null, publishAt: paper.now + 1 });
  const { id: messageId } = paper.must(
    'postMessage',
    { channelId: paper.channelId, text: 'т', fileIds: [fileId], replyTo: null },
    pupil.who,
  );
  paper.must('editMessage', { messageId, text: 'тт' }, pupil.who);
  paper.must('handIn', { assignmentId, fileIds: [fileId], note: '' }, pupil.who);
  const { id: reviewId } = paper.must('review', {
    assignmentId,
    memberId: pupil.memberId,
    attempt: 1,
    mark: 'зач',
    comment: '',
    seen: null,
  });
  paper.must('giveBack', { assignmentId, memberId: pupil.memberId, reviewId, outcome: 'redo' });
  paper.must('renameMember', { memberId: pupil.memberId, name: 'Белов И.' });
  paper.must('renameClass', { title: '7 А' });
  paper.must('changeRole', { memberId: pupil.memberId, role: 'teacher' });
  paper.must('withdrawAssignment', { assignmentId });
  const parent = paper.admitParent('Белова', [paper.admit('Белова Аня').memberId]);
  paper.must('setChildren', { memberId: parent.memberId, childIds: [] });
  const groupId = paper.channel('group', [pupil.memberId]);
  const { changeId } = paper.state.channels[groupId]!;
  const group = { channelId: groupId, title: 'Хор', writers: 'teachers' as const, memberIds: [parent.memberId] };
  paper.must('changeChannel', { ...group, isArchived: false, seen: changeId });
  const poll = { options: ['да', 'нет'], isMultiple: false };
  const pollId = paper.post(paper.asTeacher, { poll, mentions: [pupil.memberId], isNotice: true });
  paper.must('vote', { messageId: pollId, options: [1] }, parent.who);
  paper.must('react', { messageId: pollId, reaction: 'like', isOn: true }, parent.who);
  paper.must('sign', { messageId: pollId }, parent.who);
  paper.must('closePoll', { messageId: pollId });
  paper.must('pinMessage', { messageId: pollId, isPinned: true });
  paper.must('forwardMessage', { messageId: pollId, channelId: groupId });
  const later = { channelId: paper.channelId, text: 'потом', fileIds: [], replyTo: null, sendAt: paper.now };
  const { id: laterId } = paper.must('scheduleMessage', later);
  paper.must('sendScheduled', { messageId: laterId }, HUB);
  const { id: requestId } = paper.must('requestJoin', { personId: nextId(), name: 'Гость', device: '' }, HUB);
  paper.must('declineJoin', { requestId });

  // A message sent at its hour returns as its schedule, whose own row has gone blank.
  const hubs = ['requestJoin', 'sendScheduled'];
  const byAuthors = given.filter((command) => !hubs.includes(command.kind));
  const again = paper.log.flatMap((row) => commandOf(row, seen.get(row.id) ?? null) ?? []);
  expect(again).toEqual(byAuthors);
  for (const command of again) expect(Command.safeParse(command).success).toBe(true);
});

test('[S16] what was erased does not return from the dead', () => {
  const paper = new PaperClass().begin();
  const { id: messageId } = paper.must('postMessage', {
    channelId: paper.channelId,
    text: 'т',
    fileIds: [],
    replyTo: null,
  });
  paper.must('removeMessage', { messageId });
  expect(paper.log.map((row) => commandOf(row, null)?.kind)).toEqual(['createClass', undefined, 'removeMessage']);
});

test('[S20] the hub’s own rows are not given again by a client', () => {
  const paper = new PaperClass().begin();
  const content = {
    title: 'x',
    text: '',
    dueAt: null,
    scale: { kind: 'five' as const },
    assignees: 'all' as const,
    fileIds: [],
  };
  const { id } = paper.must('scheduleAssignment', { ...content, seriesId: null, publishAt: 0 });
  const published = paper.must('publishAssignment', { assignmentId: id }, HUB);
  expect(commandOf(published, null)).toBeNull();
});
