/**
 * What each scene of the gallery shows: a school day on paper, made by commands as people give them. Times stand still
 * (a Thursday afternoon), so that a picture changes only when a screen does. Long because every scene is staged here by name.
 */
import type { HubCalls, OutboxRow } from '../../../src/client/class-store.ts';
import type { StoredFile, Who } from '../../../src/core/classroom.ts';
import { PartaError } from '../../../src/core/errors.ts';
import {
  workKey,
  type ChannelId,
  type CommandId,
  type FileId,
  type HubId,
  type LogId,
  type MemberId,
  type PersonId,
  type Sha256,
} from '../../../src/core/ids.ts';
import type { Command } from '../../../src/core/wire.ts';
import type { HubState, Transfer } from '../../../src/preload/contract.ts';
import { HUB, nextFileId, nextId, PaperClass } from '../../support/paper-class.ts';
import type { TeacherScene } from '../scene-list.ts';
import { withTrueCode } from './code-stage.ts';
import { busy, many, storageOf } from './files-stage.ts';
import { lesson } from './lesson-stage.ts';
import { PORTFOLIO_SCENES } from './portfolio-stage.ts';
import { WAY_IN_SCENES, WELL } from './way-in-stage.ts';
import { PaperDesktop } from './paper-desktop.ts';
import { PaperStore, type PaperLog } from './paper-store.ts';
import { withRooms, type Rooms } from './rooms.ts';
import { FOUND, HANDED, NOTHING_FOUND, SAVINGS } from './works-found.ts';

/** Thursday, 12 November 2026, 14:20 in the picture's time zone (UTC). */
export const NOW = Date.UTC(2026, 10, 12, 14, 20);
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

export const NAMES_7A = [
  'Белов Илья Андреевич',
  'Белов Фёдор Андреевич',
  'Белова Полина Фёдоровна',
  'Виноградов Тимофей Фёдорович',
  'Виноградова Злата Ильинична',
  'Гаврилова Вера Олеговна',
  'Денисова Юлия Витальевна',
  'Зайцев Фёдор Андреевич',
  'Зайцева Ева Андреевна',
  'Лебедева Мария Фёдоровна',
  'Морозова София Борисовна',
  'Морозова Юлия Ильинична',
  'Никитин Егор Андреевич',
  'Никитина Ксения Андреевна',
  'Павлов Даниил Андреевич',
  'Павлов Матвей Андреевич',
  'Рябов Матвей Олегович',
  'Рябов Тимофей Борисович',
];
const NAMES_7B = [
  'Абрамов Илья Витальевич',
  'Абрамов Лев Фёдорович',
  'Виноградова Вера Ильинична',
  'Гаврилов Семён Олегович',
  'Жуков Егор Ильич',
];

/** Files that the gallery's library holds, by kind; served beside the page under their hashes. */
export const LIBRARY = {
  text: {
    sha256: 'a1'.repeat(32),
    name: 'решение.txt',
    sizeBytes: 1257,
    mediaType: 'text/plain',
    sample: 'documents/homework.txt',
  },
  pdf: {
    sha256: 'b2'.repeat(32),
    name: 'Упражнение 214.pdf',
    sizeBytes: 17558,
    mediaType: 'application/pdf',
    sample: 'documents/homework.pdf',
  },
  photo: {
    sha256: 'c3'.repeat(32),
    name: 'IMG_2041.jpg',
    sizeBytes: 68428,
    mediaType: 'image/jpeg',
    sample: 'documents/photo-of-page.jpg',
  },
  docx: {
    sha256: 'd4'.repeat(32),
    name: 'Сочинение.docx',
    sizeBytes: 5075,
    mediaType: 'application/vnd.openxmlformats-officedocument.wordprocessingml.document',
    sample: 'documents/homework.docx',
  },
  table: {
    sha256: 'e5'.repeat(32),
    name: 'Список.xlsx',
    sizeBytes: 10_240,
    mediaType: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
    sample: 'roster/7А-healthy.xlsx',
  },
  oldText: {
    sha256: 'f6'.repeat(32),
    name: 'Журнал.csv',
    sizeBytes: 1_800,
    mediaType: 'text/plain',
    sample: 'roster/7А-cp1251.csv',
  },
  archive: {
    sha256: '17'.repeat(32),
    name: 'Работы 7А.zip',
    sizeBytes: 5_700,
    mediaType: 'application/zip',
    sample: 'documents/works.zip',
  },
  heic: {
    sha256: '28'.repeat(32),
    name: 'IMG_0042.HEIC',
    sizeBytes: 797,
    mediaType: 'image/heic',
    sample: 'photos/phone.heic',
  },
  broken: {
    sha256: '39'.repeat(32),
    name: 'Доклад.pdf',
    sizeBytes: 48,
    mediaType: 'application/pdf',
    sample: 'documents/broken.pdf',
  },
  slides: {
    sha256: '4a'.repeat(32),
    name: 'Презентация.pptx',
    sizeBytes: 480_000,
    mediaType: 'application/vnd.openxmlformats-officedocument.presentationml.presentation',
    sample: 'documents/broken.pdf',
  },
} as const;
type LibraryKind = keyof typeof LIBRARY;

export interface Pupil {
  memberId: MemberId;
  personId: PersonId;
  who: Who;
}

/** A class with pupils let in, a day's talk and homework in every state. */
export class Stage {
  readonly paper = new PaperClass();
  readonly pupils: Pupil[] = [];
  readonly logId = nextId<LogId>();
  assignmentId = '' as CommandId;

  constructor(title: string, names: readonly string[], letIn: number) {
    this.paper.now = NOW - 2 * DAY;
    this.paper.begin(title);
    for (const name of names.slice(0, letIn)) this.pupils.push(this.paper.admit(name));
    for (const name of names.slice(letIn)) this.paper.must('listMember', { memberId: nextId(), name });
  }

  file(personId: PersonId, kind: LibraryKind, name: string = LIBRARY[kind].name): FileId {
    const { sha256, sizeBytes, mediaType } = LIBRARY[kind];
    const file: StoredFile = { fileId: nextFileId(), name, sizeBytes, sha256: sha256 as Sha256, mediaType, personId };
    this.paper.files.set(file.fileId, file);
    return file.fileId;
  }

  say(who: Who, at: number, text: string, fileIds: FileId[] = [], replyTo: CommandId | null = null): CommandId {
    this.paper.now = at;
    return this.paper.must('postMessage', { channelId: this.paper.channelId, text, fileIds, replyTo }, who).id;
  }

  talk() {
    const { paper, pupils } = this;
    const [ilya, fedor, polina, tima] = pupils.map((pupil) => pupil.who) as [Who, Who, Who, Who];
    const teacher = paper.asTeacher;
    this.say(
      teacher,
      NOW - DAY - 5 * HOUR,
      'Добрый день! Завтра пишем изложение, принесите тетради для творческих работ.',
    );
    const asked = this.say(polina, NOW - DAY - 4 * HOUR, 'Ирина Петровна, а черновики сдавать?');
    this.say(
      teacher,
      NOW - DAY - 4 * HOUR + 3 * MINUTE,
      'Да, черновик можно сфотографировать и приложить к работе.',
      [],
      asked,
    );
    this.say(fedor, NOW - DAY - 4 * HOUR + 9 * MINUTE, 'Понятно, спасибо');
    this.say(teacher, NOW - 5 * HOUR, 'Домашнее задание в разделе «Задания», образец оформления прикладываю.', [
      this.file(paper.teacher, 'pdf', 'Образец оформления.pdf'),
    ]);
    const wrong = this.say(ilya, NOW - 2 * HOUR, 'У меня 3 страница не открывается');
    const gone = this.say(tima, NOW - 2 * HOUR + MINUTE, 'лишнее');
    paper.must('removeMessage', { messageId: gone }, tima);
    paper.must('editMessage', { messageId: wrong, text: 'У меня третья страница не открывается' }, ilya);
    this.say(
      fedor,
      NOW - 40 * MINUTE,
      'А можно сдать фотографией? У меня принтер не работает, а переписывать всё упражнение от руки я до вечера не успею.',
    );
    this.say(polina, NOW - 12 * MINUTE, 'Я сдала, пришло подтверждение');
  }

  /** Everything that words may look like. */
  words() {
    const { paper, pupils } = this;
    const [ilya, fedor, polina] = pupils as [Pupil, Pupil, Pupil];
    const { channelId } = paper;
    const plan = this.say(
      paper.asTeacher,
      NOW - 3 * HOUR,
      '**План на завтра**\n1. Повторить § 14\n2. Решить *устно*:\n  - № 215\n  - № 216\n\nСправка: https://ru.wikipedia.org/wiki/Причастие, вопросы на irina.petrovna@school1.ru',
    );
    paper.must('pinMessage', { messageId: plan, isPinned: true });
    const formula = this.say(
      polina.who,
      NOW - 2 * HOUR,
      'Дискриминант $D = b^2 - 4ac$, а корни вот так?\n$$x_{1,2} = \\frac{-b \\pm \\sqrt D}{2 a}$$',
    );
    for (const { who } of [ilya, fedor]) paper.must('react', { messageId: formula, reaction: 'like', isOn: true }, who);
    paper.must('react', { messageId: formula, reaction: 'done', isOn: true });
    paper.now = NOW - HOUR;
    paper.must(
      'postMessage',
      {
        channelId,
        text: '@Белова Полина, верно. На Паскале:\n```pascal\nd := b*b - 4*a*c;\nif d >= 0 then writeln(sqrt(d));\n```',
        fileIds: [],
        replyTo: plan,
        mentions: [polina.memberId],
      },
      paper.asTeacher,
    );
    paper.must(
      'postMessage',
      {
        channelId,
        text: '@Ирина Петровна, можно по этой ссылке? https://аррle.com/обои',
        fileIds: [],
        replyTo: null,
        mentions: [paper.teacherMember],
      },
      fedor.who,
    );
    const group = paper.channel('group', [ilya.memberId]);
    const asked = paper.post(ilya.who, { channelId: group, text: 'Что будет на кружке в `субботу`?' });
    paper.must('forwardMessage', { messageId: asked, channelId });
    const edited = this.say(paper.asTeacher, NOW - 20 * MINUTE, 'Сбор в 14:30');
    paper.must('editMessage', { messageId: edited, text: 'Сбор в 14:00 у входа' });
    paper.must('pinMessage', { messageId: edited, isPinned: true });
  }

  /** Photos, a film that is not here, recordings. */
  media() {
    const { paper, pupils } = this;
    const [ilya, fedor] = pupils as [Pupil, Pupil];
    const photo = (n: number) => this.file(ilya.personId, 'photo', `стр${n}.jpg`);
    this.say(ilya.who, NOW - 30 * MINUTE, 'Черновик целиком', [1, 2, 3, 4, 5].map(photo));
    const film = this.file(fedor.personId, 'docx', 'опыт.mp4');
    Object.assign(paper.files.get(film)!, { sha256: 'ee'.repeat(32), sizeBytes: 48_000_000 });
    this.say(fedor.who, NOW - 20 * MINUTE, '', [film]);
    this.say(paper.asTeacher, NOW - 9 * MINUTE, '', [
      this.file(paper.teacher, 'text', 'Голос 2026-11-12 14.11.00 (17s).weba'),
    ]);
    this.say(fedor.who, NOW - 5 * MINUTE, 'И ещё вот', [
      this.file(fedor.personId, 'text', 'стихотворение.mp3'),
      this.file(fedor.personId, 'docx', 'доклад.docx'),
    ]);
  }

  /** A poll, a notice half signed, an assignment as a card. */
  asks() {
    const { paper, pupils } = this;
    const { channelId } = paper;
    const body = { channelId, fileIds: [], replyTo: null };
    paper.now = NOW - 50 * MINUTE;
    paper.must('postMessage', { ...body, text: 'Смотрите, срок завтра.', assignmentId: this.assignmentId });
    const poll = paper.must('postMessage', {
      ...body,
      text: 'Куда едем в каникулы?',
      poll: { options: ['Музей космонавтики', 'Парк «Зарядье»', 'Никуда, отдыхаем'], isMultiple: false },
    }).id;
    pupils.slice(0, 9).forEach(({ who }, index) => {
      paper.must('vote', { messageId: poll, options: [index % 4 === 3 ? 2 : index % 2] }, who);
    });
    const notice = paper.must('postMessage', {
      ...body,
      text: '**С понедельника** уроки начинаются в 9:00. Расписание звонков на стенде.',
      isNotice: true,
    }).id;
    for (const { who } of pupils.slice(0, 11)) paper.must('sign', { messageId: notice }, who);
    return { poll, notice };
  }

  homework(first: LibraryKind = 'text') {
    const { paper } = this;
    const sheet = this.file(paper.teacher, 'pdf', 'Упражнение 214.pdf');
    paper.now = NOW - 6 * HOUR;
    this.assignmentId = paper.assign({
      title: 'Упражнение 214: причастный оборот',
      text: 'Выпишите предложения с причастными оборотами, выделите их графически.\nЧерновик приложите фотографией.',
      dueAt: NOW + DAY - 6 * HOUR,
      fileIds: [sheet],
    });
    const kinds: LibraryKind[] = [first, 'photo', 'pdf', 'docx', 'text'];
    this.pupils.slice(0, 9).forEach((pupil, index) => {
      paper.now = NOW - 3 * HOUR + index * 7 * MINUTE;
      const fileId = this.file(pupil.personId, kinds[index % kinds.length] as LibraryKind);
      paper.must(
        'handIn',
        { assignmentId: this.assignmentId, fileIds: [fileId], note: index === 0 ? 'Черновик на второй странице' : '' },
        pupil.who,
      );
    });
    this.review(3, '4', 'Два оборота пропущены, см. предложения 3 и 7.');
    const fifth = this.review(4, '5', 'Отлично.');
    paper.must('giveBack', {
      assignmentId: this.assignmentId,
      memberId: this.pupils[4]!.memberId,
      reviewId: fifth,
      outcome: 'accepted',
    });
    const sixth = this.review(5, null, 'Выделите обороты графически и пришлите ещё раз.');
    paper.must('giveBack', {
      assignmentId: this.assignmentId,
      memberId: this.pupils[5]!.memberId,
      reviewId: sixth,
      outcome: 'redo',
    });
  }

  review(index: number, mark: string | null, comment: string): CommandId {
    const { memberId } = this.pupils[index]!;
    return this.paper.must('review', {
      assignmentId: this.assignmentId,
      memberId,
      attempt: 1,
      mark,
      comment,
      seen: null,
    }).id;
  }

  more() {
    const { paper } = this;
    const base = { text: '', fileIds: [], seriesId: null, assignees: 'all' as const };
    paper.assign({ ...base, title: 'Словарный диктант', dueAt: NOW + 4 * DAY, scale: { kind: 'points', max: 20 } });
    paper.assign({ ...base, title: 'Читательский дневник: «Тарас Бульба»', dueAt: null, scale: { kind: 'pass' } });
    paper.assign({
      ...base,
      title: 'Работа над ошибками',
      dueAt: NOW - DAY,
      assignees: this.pupils.slice(0, 3).map((p) => p.memberId),
    });
    paper.must('scheduleAssignment', {
      ...base,
      title: 'Изложение',
      dueAt: NOW + 6 * DAY,
      scale: { kind: 'five' },
      publishAt: NOW + DAY,
    });
  }

  knock(name: string, minutesAgo: number) {
    this.paper.now = NOW - minutesAgo * MINUTE;
    this.paper.must('requestJoin', { personId: nextId<PersonId>(), name, device: 'Chromium 109, Windows' }, HUB);
  }

  log(): PaperLog {
    this.paper.now = NOW;
    const messages = this.paper.log.filter((row) => row.kind === 'messagePosted');
    const readUpTo = messages.at(-3)?.seq ?? 0;
    return { logId: this.logId, paper: this.paper, state: 'member', readUpTo, pending: [] };
  }
}

export interface Staged {
  desktop: PaperDesktop;
  store: PaperStore;
  /** For `:log` and `:assignment` in the scene's path. */
  logId: LogId;
  assignmentId: CommandId;
}

const HUB_CALLS: HubCalls = {
  joinCode: async () => ({ code: '481516', expiresAt: NOW + 5 * HOUR }),
  renewJoinCode: async () => ({ code: '234215', expiresAt: NOW + 12 * HOUR }),
  deviceCode: async () => ({ code: '48151623', expiresAt: NOW + 10 * MINUTE }),
  devices: async () => [
    { deviceId: nextId(), name: 'Кабинет 12', addedAt: NOW - 40 * DAY, seenAt: NOW, current: true },
    { deviceId: nextId(), name: 'Ноутбук Ирины Петровны', addedAt: NOW - 12 * DAY, seenAt: NOW - DAY, current: false },
  ],
  revokeDevice: async () => undefined,
  endLesson: async () => ({ pages: 12 }),
  present: async () => [],
};

const READY_HUB: HubState = {
  state: 'ready',
  code: null,
  port: 8010,
  addresses: [
    { url: 'http://192.168.1.24:8010', adapter: 'Ethernet', answers: true },
    { url: 'http://10.10.4.7:8010', adapter: 'Wi-Fi', answers: true },
  ],
  firewall: 'open',
  wayIn: WELL,
  lanName: 'parta.local',
};

/** A teacher's app with two classes; most scenes change something of it. */
export function school(first: LibraryKind = 'text') {
  const a = new Stage('7А', NAMES_7A, 15);
  a.homework(first);
  a.more();
  a.talk();
  a.knock('Павлов Матвей', 6);
  a.knock('рябов тимофей', 3);
  a.knock('Кот Матроскин', 1);
  const b = new Stage('7Б', NAMES_7B, 4);
  b.paper.assign({ title: 'Диктант', dueAt: NOW + 2 * HOUR });
  const store = new PaperStore(a.paper.teacher, true, {
    ...HUB_CALLS,
    present: async () => a.pupils.slice(0, 12).map((p) => p.memberId),
  });
  // One teacher in both classes.
  alsoSignedIn(b, a.paper.teacher);
  const log = a.log();
  store.logs = [log, b.log()];
  return { a, b, store, log, desktop: teachersDesktop(a.paper.teacher) };
}

/** One class and nothing in it but these pupils. */
export function smallSchool(names: readonly string[]) {
  const a = new Stage('7А', names, names.length);
  const store = new PaperStore(a.paper.teacher, true, HUB_CALLS);
  const log = a.log();
  store.logs = [log];
  return { a, store, log, desktop: teachersDesktop(a.paper.teacher) };
}

/** The class's teacher signs in as this person too. */
function alsoSignedIn({ paper }: Stage, personId: PersonId) {
  const teacher = paper.state.members[paper.teacherMember]!;
  const both = { ...teacher, personIds: [...teacher.personIds, personId] };
  paper.state = { ...paper.state, members: { ...paper.state.members, [both.memberId]: both } };
}

function teachersDesktop(personId: PersonId): PaperDesktop {
  const desktop = new PaperDesktop();
  const hubId = nextId<HubId>();
  desktop.servers = [
    { serverId: 'embedded', kind: 'embedded', url: 'http://127.0.0.1:8010', hubId, hubName: 'Кабинет 12', personId },
  ];
  desktop.hub = READY_HUB;
  desktop.library = new Set(Object.values(LIBRARY).map((file) => file.sha256));
  return desktop;
}

function waiting(
  log: PaperLog,
  kind: Command['kind'],
  body: object,
  state: OutboxRow['state'] = 'waiting',
  code: OutboxRow['code'] = null,
) {
  const id = nextId<CommandId>();
  const command = { id, kind, body } as Command;
  log.pending.push({ id, logId: log.logId, command, writtenAt: NOW - 2 * MINUTE, state, code, isReissued: false });
}

function offline(staged: ReturnType<typeof school>) {
  const { store, log, a } = staged;
  store.connection = { state: 'offline', code: 'hub-unreachable', retryAt: NOW + 20_000 };
  const message = { channelId: a.paper.channelId, fileIds: [], replyTo: null };
  waiting(log, 'postMessage', { ...message, text: 'Проверяю работы дома, отметки будут завтра.' });
  waiting(log, 'postMessage', { ...message, text: 'Это объявление для 7Б' }, 'refused', 'no-such-channel');
  const fileId = a.file(a.paper.teacher, 'pdf', 'Разбор ошибок.pdf');
  waiting(log, 'postMessage', { ...message, text: 'Разбор ошибок', fileIds: [fileId] }, 'waiting-for-files');
  waiting(log, 'review', {
    assignmentId: a.assignmentId,
    memberId: a.pupils[0]!.memberId,
    attempt: 1,
    mark: '4',
    comment: 'Хорошо',
    seen: null,
  });
  return staged;
}

type Builder = () => Staged;
export const shown = ({ a, store, desktop }: Pick<ReturnType<typeof school>, 'a' | 'store' | 'desktop'>): Staged => ({
  desktop,
  store,
  logId: a.logId,
  assignmentId: a.assignmentId,
});

/** The chat of 7А, with more in it, read to its end. */
const chatting =
  (more: (staged: ReturnType<typeof school>) => void = () => undefined): Builder =>
  () => {
    const staged = school();
    more(staged);
    staged.a.paper.now = NOW;
    staged.log.readUpTo = staged.a.paper.log.length;
    return shown(staged);
  };

function withStorage(hasTrouble: boolean): Staged {
  const { a, b, store, desktop } = school();
  desktop.storage = storageOf(a.logId, b.logId, hasTrouble);
  return shown({ a, store, desktop });
}

function withTransfers(transfers: Transfer[]): Staged {
  const staged = shown(school());
  staged.desktop.transfers = transfers;
  return staged;
}

/** A message with one file, to be looked at. */
const previewing = (kind: LibraryKind, name?: string): Builder =>
  chatting(({ a }) => {
    const [pupil] = a.pupils as [Pupil];
    a.say(pupil.who, NOW - MINUTE, 'Посмотрите, пожалуйста', [a.file(pupil.personId, kind, name)]);
  });

function emptySchool() {
  const staged = school();
  const fresh = new Stage('8В', [], 0);
  alsoSignedIn(fresh, staged.a.paper.teacher);
  staged.store.logs = [fresh.log()];
  return { ...shown(staged), logId: fresh.logId };
}

/** The class with its rooms and parents, and the school beside it; `open`: the chat that was open last. */
function rooms(open: (made: Rooms) => string | null = () => null) {
  const staged = school();
  const made = withRooms(staged.a, staged.store, NOW);
  staged.desktop.settings.mutedChannels = [made.group];
  const channelId = open(made);
  if (channelId) staged.store.drafts.set(`place/${staged.a.logId}/chat`, channelId);
  return { ...staged, made };
}
const inSchool = (): Staged => {
  const staged = rooms();
  return { ...shown(staged), logId: staged.made.schoolLogId };
};

/** Works brought by the teacher: of two who were never here, and a better one of the first. */
function withBrought(staged: ReturnType<typeof school>) {
  const { a } = staged;
  a.paper.now = NOW - 30 * MINUTE;
  const missing = Object.values(a.paper.state.members).filter(
    ({ role, memberId }) => role === 'student' && !a.paper.state.submissions[workKey(a.assignmentId, memberId)],
  );
  for (const { memberId } of [a.pupils[0]!, ...missing.slice(0, 2)]) {
    const fileIds = [a.file(a.paper.teacher, 'photo', 'стр1.jpg')];
    a.paper.must('bringWork', { assignmentId: a.assignmentId, memberId, fileIds, note: '', writtenAt: NOW - DAY });
  }
  a.paper.now = NOW;
  return staged;
}

/** A class in which one confirmation code is true. */
const coded =
  (receipt?: string, change: (staged: ReturnType<typeof school>) => unknown = () => undefined): Builder =>
  () => {
    const staged = school();
    withTrueCode(staged.a, receipt);
    change(staged);
    return shown(staged);
  };

const unreachable = async (): Promise<never> => {
  throw new PartaError('hub-unreachable');
};

const found: Builder = () => {
  const staged = shown(school());
  staged.desktop.found = FOUND;
  return staged;
};

/** Scenes of the teacher's window, each as it is staged. */
export const STAGED: Record<TeacherScene, Builder> = {
  'first-run': () => {
    const staged = shown(school());
    staged.desktop.servers = [];
    staged.desktop.hub = { ...READY_HUB, state: 'absent', port: null, addresses: [] };
    return staged;
  },
  connect: () => shown(school()),
  'today-busy': () => shown(school()),
  'today-school': () => shown(rooms()),
  'today-done': () => emptySchool(),
  'today-offline': () => shown(offline(school())),
  'new-class': () => shown(school()),
  chat: () => shown(school()),
  'chat-empty': () => emptySchool(),
  'chat-offline': () => shown(offline(school())),
  'chat-search': chatting(({ a }) => a.words()),
  'chat-readers': chatting(({ a, store }) => {
    a.say(a.paper.asTeacher, NOW - 5 * MINUTE, 'Отметки за изложение в разделе «Задания».');
    const { channelId, log } = a.paper;
    const reads = Object.fromEntries(a.pupils.map(({ memberId }, i) => [memberId, log.length - Number(i >= 9)]));
    const typing = { [channelId]: [a.pupils[2]!.memberId] };
    store.live.set(a.logId, { reads: { [channelId]: reads }, typing, present: new Set(), wantsHelp: false });
  }),
  search: chatting(({ a }) => a.words()),
  'search-nothing': chatting(({ a }) => a.words()),
  'chat-words': chatting(({ a }) => a.words()),
  'chat-media': chatting(({ a }) => a.media()),
  'chat-viewer': chatting(({ a }) => a.media()),
  'preview-document': previewing('docx'),
  'preview-table': previewing('table'),
  'preview-text': previewing('oldText'),
  'preview-archive': previewing('archive'),
  'preview-pdf': previewing('pdf', 'Конспект.pdf'),
  'preview-photo': previewing('heic'),
  'preview-broken': previewing('broken'),
  'preview-slides': previewing('slides'),
  'chat-asks': chatting(({ a }) => void a.asks()),
  'chat-signed': chatting(({ a }) => void a.asks()),
  'chat-marks-waiting': chatting(({ a, store, log }) => {
    const { poll, notice } = a.asks();
    store.connection = { state: 'offline', code: 'hub-unreachable', retryAt: NOW + 20_000 };
    waiting(log, 'react', { messageId: notice, reaction: 'done', isOn: true });
    waiting(log, 'vote', { messageId: poll, options: [1] }, 'refused', 'poll-closed');
  }),
  'composer-poll': chatting(({ a, store, log }) => {
    const draft = {
      text: 'Когда проведём собрание?',
      poll: { options: ['В среду в 18:00', 'В четверг в 18:30', ''], isMultiple: true },
      isNotice: true,
    };
    store.drafts.set(`message/${log.logId}/${a.paper.channelId}`, draft);
  }),
  'composer-mention': chatting(),
  'composer-formats': chatting(),
  'chat-scheduled': chatting(({ a: { paper } }) => {
    const body = { channelId: paper.channelId, fileIds: [], replyTo: null };
    paper.must('scheduleMessage', { ...body, text: 'Доброе утро! Не забудьте тетради.', sendAt: NOW + 18 * HOUR });
    paper.must('scheduleMessage', { ...body, text: '**Собрание** сегодня в 18:30.', sendAt: NOW + 4 * DAY });
  }),
  channels: () => shown(rooms()),
  'channel-direct': () => shown(rooms((made) => made.direct)),
  'channel-archived': () => shown(rooms((made) => made.archived)),
  'channel-readers': () => shown(rooms((made) => made.parents)),
  'channel-new': () => shown(rooms()),
  'channel-write': () => shown(rooms()),
  'channel-refused': () => {
    const staged = rooms();
    const channelId = nextId<ChannelId>();
    const body = { channelId, kind: 'group', title: 'Экскурсия', writers: 'all', memberIds: [] };
    waiting(staged.log, 'createChannel', body, 'refused', 'too-many');
    return shown(staged);
  },
  'channel-menu': () => shown(rooms((made) => made.parents)),
  'channel-export': () => shown(rooms((made) => made.parents)),
  school: inSchool,
  'school-group': inSchool,
  assignments: () => shown(school()),
  'assignments-empty': () => emptySchool(),
  'assignment-new': () => shown(school()),
  'assignment-one': () => shown(school()),
  'check-code': coded(),
  'check-code-near': coded(),
  'check-code-unknown': coded(undefined, offline),
  'check-code-mismatch': coded('2B12N-30EWE'),
  'assignment-brought': () => shown(withBrought(school('photo'))),
  'review-brought': () => shown(withBrought(school('photo'))),
  intake: found,
  'intake-leaving': found,
  'intake-nothing': () => {
    const staged = shown(school());
    staged.desktop.found = NOTHING_FOUND;
    return staged;
  },
  ...PORTFOLIO_SCENES,
  'save-works': () => shown(school()),
  savings: () => {
    const staged = shown(school());
    staged.desktop.savings = SAVINGS;
    return staged;
  },
  handed: () => {
    const staged = shown(school());
    staged.desktop.handed = HANDED;
    return staged;
  },
  members: () => shown(school()),
  'members-parents': () => {
    const staged = rooms();
    staged.a.knock('Виноградов Тимофей', 12);
    staged.a.knock('Лебедев Фёдор Ильич', 10);
    staged.a.knock('Зайцева Марина', 5);
    return shown(staged);
  },
  'members-empty': () => emptySchool(),
  'members-import': () => shown(school()),
  'review-list': () => shown(school()),
  'review-list-done': () => emptySchool(),
  'review-text': () => shown(school('text')),
  'review-pdf': () => shown(school('pdf')),
  'review-photo': () => shown(school('photo')),
  'review-other': () => shown(school('docx')),
  'review-missing': () => {
    const staged = shown(school('photo'));
    staged.desktop.library.clear();
    return staged;
  },
  'review-refused': () => {
    const staged = school('text');
    const { memberId } = staged.a.pupils[0]!;
    waiting(
      staged.log,
      'review',
      { assignmentId: staged.a.assignmentId, memberId, attempt: 1, mark: '4', comment: 'Хорошо', seen: null },
      'refused',
      'stale',
    );
    return shown(staged);
  },
  lesson: () => shown(school()),
  'assignments-given': () => lesson({ pupils: 12, bellIn: -2 }),
  'lesson-wall': () => lesson({ pupils: 30, bellIn: 4.5 }),
  'lesson-wall-one': () => lesson({ pupils: 1, bellIn: null }),
  'lesson-wall-empty': () => lesson({ pupils: 0, bellIn: null }),
  'lesson-wall-offline': () => lesson({ pupils: 12, bellIn: 4.5, isOffline: true }),
  'lesson-wall-full': () => lesson({ pupils: 30, bellIn: 4.5 }),
  'lesson-seats-full': () => lesson({ pupils: 30, order: 'seat', bellIn: 4.5 }),
  'lesson-door-full': () => lesson({ pupils: 12, view: 'door', bellIn: null }),
  'lesson-cards': () => lesson({ pupils: 12, view: 'door', bellIn: null }),
  'lesson-seats': () => lesson({ pupils: 30, order: 'seat', bellIn: null }),
  'lesson-arrange': () => lesson({ pupils: 12, order: 'seat', bellIn: null }),
  'lesson-tile': () => lesson({ pupils: 12, bellIn: 4.5 }),
  'lesson-hand-out': () => lesson({ pupils: 12, bellIn: null }),
  'lesson-collect': () => lesson({ pupils: 12, bellIn: null }),
  'lesson-collected': () => lesson({ pupils: 12, bellIn: -2 }),
  'lesson-ending': () => lesson({ pupils: 12, bellIn: 4.5 }),
  'lesson-ended': () => lesson({ pupils: 12, bellIn: 4.5 }),
  ...WAY_IN_SCENES,
  'lesson-no-network': () => {
    const staged = school();
    staged.desktop.hub = {
      ...READY_HUB,
      addresses: [{ url: 'http://192.168.1.24:8010', adapter: 'Ethernet', answers: false }],
      firewall: 'blocked',
    };
    Object.assign(staged.store.hub, { present: unreachable });
    return shown(staged);
  },
  devices: () => shown(school()),
  settings: () => shown(school()),
  'settings-storage': () => withStorage(false),
  'settings-storage-trouble': () => withStorage(true),
  'settings-loose': () => withStorage(true),
  transfers: () => withTransfers(busy()),
  'transfers-many': () => withTransfers(many()),
  'transfers-lesson': () => {
    const staged = withTransfers(busy());
    staged.desktop.settings = { ...staged.desktop.settings, lesson: { logId: staged.logId, begunAt: NOW } };
    return staged;
  },
  'transfers-none': () => withTransfers(busy().slice(0, 2)),
  palette: () => shown(school()),
  shortcuts: () => shown(school()),
};
