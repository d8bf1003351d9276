/** A class in which something of every kind has happened, for tests of the rules. */
import type { Who } from '../../src/core/classroom.ts';
import type { MemberId, PersonId } from '../../src/core/ids.ts';
import type { Command, CommandKind } from '../../src/core/wire.ts';
import { guestWho, HUB, nextId, PaperClass, teacherWho } from './paper-class.ts';

/** A class in which every kind of command would be accepted from whoever may give it. */
export function stage() {
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
  const sharedWork = paper.assign();
  const shared = { assignmentId: sharedWork, fileIds: [], note: 'Вдвоём', together: [other.memberId] };
  const sharedId = paper.must('handIn', shared, pupil.who).id;
  const collecting = { assignmentId: sharedWork, bellAt: paper.now, afterBell: 'late' as const, seen: null };
  const collectId = paper.must('collect', collecting).id;
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
    handInTogether: { handInId: sharedId, memberId: other.memberId },
    bringWork: { assignmentId, memberId: listed, fileIds: [], note: 'С флешки', writtenAt: null },
    collect: { assignmentId, bellAt: null, afterBell: 'late', seen: null },
    endCollect: { assignmentId: sharedWork, collectId },
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
    sharedWork,
    listed,
    requestId,
    assignmentId,
    messageId,
    reviewId,
    channelId,
  };
}
