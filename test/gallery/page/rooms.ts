/** A class that talks in several rooms, its parents, and the school's own log beside it: for scenes and tests of channels. */
import type { ChannelId, CommandId, LogId, MemberId, PersonId } from '../../../src/core/ids.ts';
import { directIdOf } from '../../../src/core/ids.ts';
import { guestWho, HUB, nextId, PaperClass, teacherWho } from '../../support/paper-class.ts';
import type { PaperLog, PaperStore } from './paper-store.ts';
import type { Stage } from './stage.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

export interface Rooms {
  students: ChannelId;
  parents: ChannelId;
  group: ChannelId;
  archived: ChannelId;
  staff: ChannelId;
  /** The talk with the first pupil, which has begun. */
  direct: ChannelId;
  schoolLogId: LogId;
  school: PaperClass;
}

/** Adds rooms and people to a staged class and puts the school beside it. `now`: when the picture is taken. */
export function withRooms(a: Stage, store: PaperStore, now: number): Rooms {
  const { paper, pupils } = a;
  const me = paper.teacher;
  const [ilya, fedor, polina] = pupils as [Stage['pupils'][0], Stage['pupils'][0], Stage['pupils'][0]];
  paper.now = now - 30 * HOUR;
  const students = paper.channel('students');
  const parents = paper.channel('parents');
  const group = nextId<ChannelId>();
  const inGroup = [ilya, polina].map((pupil) => pupil.memberId);
  const groupBody = { channelId: group, title: 'Олимпиада по русскому', writers: 'all' as const, memberIds: inGroup };
  paper.must('createChannel', { ...groupBody, kind: 'group' });
  const archived = nextId<ChannelId>();
  const archivedBody = { channelId: archived, title: 'Поездка в музей', writers: 'all' as const, memberIds: [] };
  const made = paper.must('createChannel', { ...archivedBody, kind: 'everyone' });
  const mother = paper.admitParent('Белова Анна Сергеевна', [ilya.memberId, fedor.memberId]);
  const father = paper.admitParent('Белов Андрей Петрович', [ilya.memberId]);
  const parent = paper.admitParent('Никитина Ольга', [pupils[12]!.memberId]);
  paper.admitParent('Гость Родительского Собрания', []);
  paper.post(father.who, { channelId: archived, text: 'Спасибо за поездку!' });
  paper.must('changeChannel', { ...archivedBody, isArchived: true, seen: made.id });
  paper.now = now - 3 * HOUR;
  paper.post(paper.asTeacher, { channelId: students, text: 'Дежурят сегодня Морозовы.' });
  paper.now = now - 50 * MINUTE;
  paper.post(paper.asTeacher, { channelId: parents, text: 'Собрание в четверг в 18:30, кабинет 12.' });
  paper.post(mother.who, {
    channelId: parents,
    text: 'Будем. А вопрос о питании обсудим?',
    mentions: [paper.teacherMember],
  });
  paper.post(parent.who, { channelId: parents, text: 'Я смогу только к семи.' });
  paper.now = now - 25 * MINUTE;
  paper.post(polina.who, { channelId: group, text: 'Разбираем сложные случаи: причастия и деепричастия' });

  const school = new PaperClass();
  school.now = now - 40 * HOUR;
  school.must('createSchool', { title: 'Школа № 12', channelId: school.channelId }, HUB);
  const enter = (memberId: MemberId, name: string, role: 'teacher' | 'student' | 'parent', personId: PersonId) => {
    school.must('enterSchool', { memberId, name, role, personIds: [personId] }, HUB);
    return role === 'teacher' ? teacherWho(personId) : guestWho(personId);
  };
  const mine = me as string as MemberId;
  const asMe = enter(mine, 'Ирина Петровна', 'teacher', me);
  const person = () => nextId<PersonId>();
  const head = enter(nextId<MemberId>(), 'Смирнова Анна Викторовна', 'teacher', person());
  enter(nextId<MemberId>(), 'Кузнецов Пётр Ильич', 'teacher', person());
  for (const pupil of pupils)
    enter(pupil.memberId, paper.state.members[pupil.memberId]!.name, 'student', pupil.personId);
  for (const one of [mother, father, parent])
    enter(one.memberId, paper.state.members[one.memberId]!.name, 'parent', one.personId);
  const staff = school.channelId;
  school.now = now - 4 * HOUR;
  school.post(head, { channelId: staff, text: 'Коллеги, журналы до пятницы.' });
  school.post(asMe, { channelId: staff, text: 'Готово по 7А и 7Б.' });
  const tell = (memberId: MemberId, who: ReturnType<typeof guestWho>, text: string, minutesAgo: number) => {
    school.now = now - minutesAgo * MINUTE;
    const channelId = directIdOf(mine, memberId);
    school.post(who, { channelId, text, to: who === asMe ? memberId : mine });
    return channelId;
  };
  const direct = tell(ilya.memberId, asMe, 'Илья, зайди завтра после уроков.', 200);
  tell(ilya.memberId, guestWho(ilya.personId), 'Хорошо, зайду', 190);
  tell(fedor.memberId, guestWho(fedor.personId), 'Я заболел, можно сдать в понедельник?', 35);
  tell(mother.memberId, mother.who, 'Добрый день! Илья сегодня отпросится с последнего урока.', 15);
  school.now = now;
  paper.now = now;

  const schoolLogId = nextId<LogId>();
  // The last three words of the school are new.
  const readUpTo = school.log.filter((row) => row.kind === 'messagePosted').at(-3)?.seq ?? 0;
  const log: PaperLog = { logId: schoolLogId, paper: school, state: 'member', readUpTo, pending: [] };
  store.logs.push(log);
  store.live.set(schoolLogId, { reads: {}, typing: {}, present: new Set([ilya.memberId]), wantsHelp: false });
  store.drafts.set(`message/${a.logId}/${students}`, {
    text: 'Завтра вместо физкультуры',
    files: [],
    replyTo: null,
    editing: null,
    poll: null,
    isNotice: false,
    assignmentId: null as CommandId | null,
  });
  return { students, parents, group, archived, staff, direct, schoolLogId, school };
}
