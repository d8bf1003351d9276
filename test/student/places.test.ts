/** Which chats a pupil or parent has, in which order, and where he can only read: pure rules over classes kept on paper. */
import { describe, expect, test } from 'vitest';
import type { ClassView } from '../../src/client/class-store.ts';
import { memberOf, seenBy } from '../../src/core/classroom.ts';
import { directIdOf, type ChannelId, type LogId, type MemberId, type PersonId } from '../../src/core/ids.ts';
import { placesOf } from '../../src/student/chat/places.ts';
import { HUB, nextId, PaperClass } from '../support/paper-class.ts';

function viewOf(paper: PaperClass, personId: PersonId, unread: Record<string, number> = {}): ClassView {
  const { memberId, role } = memberOf(paper.state, personId)!;
  const classroom = seenBy(paper.state, memberId);
  const logId = nextId<LogId>();
  return { logId, memberId, role, classroom, pending: new Set(), unread, mentions: {}, outbox: [], clockOffsetMs: 0 };
}

/** 7А with Белов and his mother; a school in which its teacher, another one and both of them are. */
function schoolDay() {
  const paper = new PaperClass().begin('7А');
  const pupil = paper.admit('Белов Илья');
  const mother = paper.admitParent('Белова Анна', [pupil.memberId]);
  const school = new PaperClass();
  school.must('createSchool', { title: 'Школа', channelId: school.channelId }, HUB);
  const enter = (memberId: MemberId, role: 'teacher' | 'student' | 'parent', personIds: PersonId[], name: string) =>
    school.must('enterSchool', { memberId, name, role, personIds }, HUB);
  const teacher = paper.teacher as string as MemberId;
  enter(teacher, 'teacher', [paper.teacher], 'Ирина Петровна');
  enter(nextId(), 'teacher', [nextId()], 'Чужой Учитель');
  enter(pupil.memberId, 'student', [pupil.personId], 'Белов Илья');
  enter(mother.memberId, 'parent', [mother.personId], 'Белова Анна');
  return { paper, school, pupil, mother, teacher };
}

const kinds = (places: ReturnType<typeof placesOf>) => places.map(({ kind }) => kind);

describe('chats of a reader', () => {
  test('[S4] a pupil has no chat of parents, a parent none of pupils; what is for all stands first', () => {
    const { paper, pupil, mother } = schoolDay();
    paper.channel('parents');
    paper.channel('students');
    expect(kinds(placesOf(viewOf(paper, pupil.personId), null))).toEqual(['everyone', 'students']);
    expect(kinds(placesOf(viewOf(paper, mother.personId), null))).toEqual(['everyone', 'parents']);
  });

  test('a talk can be begun with each teacher of the class and with nobody else', () => {
    const { paper, school, pupil, teacher } = schoolDay();
    const places = placesOf(viewOf(paper, pupil.personId), viewOf(school, pupil.personId));
    const direct = places.filter(({ kind }) => kind === 'direct');
    expect(direct.map(({ other, isBegun, shut }) => [other?.name, isBegun, shut])).toEqual([
      ['Ирина Петровна', false, null],
    ]);
    expect(direct[0]?.channelId).toBe(directIdOf(pupil.memberId, teacher));
  });

  test('a talk that has begun stands once, under the same name, with what is unread', () => {
    const { paper, school, pupil, teacher } = schoolDay();
    const channelId = directIdOf(pupil.memberId, teacher);
    school.must(
      'postMessage',
      { channelId, text: 'Зайди', fileIds: [], replyTo: null, to: pupil.memberId },
      paper.asTeacher,
    );
    const view = viewOf(school, pupil.personId, { [channelId]: 1 });
    const direct = placesOf(viewOf(paper, pupil.personId), view).filter(({ kind }) => kind === 'direct');
    expect(direct.map(({ other, isBegun, unread }) => [other?.name, isBegun, unread])).toEqual([
      ['Ирина Петровна', true, 1],
    ]);
  });

  test('where one can only read, the reason is told', () => {
    const { paper, school, pupil, teacher } = schoolDay();
    const news = { channelId: nextId<ChannelId>(), title: 'Объявления', writers: 'teachers' as const, memberIds: [] };
    paper.must('createChannel', { ...news, kind: 'everyone' });
    const old = { channelId: nextId<ChannelId>(), title: 'Поездка', writers: 'all' as const, memberIds: [] };
    const made = paper.must('createChannel', { ...old, kind: 'everyone' });
    paper.must('changeChannel', { ...old, isArchived: true, seen: made.id });
    const channelId = directIdOf(pupil.memberId, teacher);
    school.must(
      'postMessage',
      { channelId, text: 'Зайди', fileIds: [], replyTo: null, to: pupil.memberId },
      paper.asTeacher,
    );
    school.must('leaveSchool', { memberId: teacher, erase: false }, HUB);
    const places = placesOf(viewOf(paper, pupil.personId), viewOf(school, pupil.personId));
    expect(places.map(({ title, kind, shut }) => [title ?? kind, shut])).toEqual([
      ['everyone', null],
      ['Объявления', 'teachers-write'],
      ['direct', 'other-left'],
      ['Поездка', 'archived'],
    ]);
  });
});
