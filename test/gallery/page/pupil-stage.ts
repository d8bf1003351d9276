/** What each scene of the pupil's page shows: the same school day on paper, through the door of one pupil. Uploads stand still. */
import type { LogSummary, OutboxRow } from '../../../src/client/class-store.ts';
import { PartaError, type ErrorCode } from '../../../src/core/errors.ts';
import type { ChannelId, CommandId, FileId, HubId, LogId, PersonId } from '../../../src/core/ids.ts';
import type { Command } from '../../../src/core/wire.ts';
import type { Door, Farewell, Room } from '../../../src/student/door.ts';
import type { Got, HandedOut } from '../../../src/student/handed-out.ts';
import type { Uploads, UploadView } from '../../../src/student/upload.ts';
import { nextFileId, nextId } from '../../support/paper-class.ts';
import type { PupilScene } from '../scene-list.ts';
import { PaperStore, type PaperLog } from './paper-store.ts';
import { withRooms, type Rooms } from './rooms.ts';
import { NAMES_7A, NOW, Stage } from './stage.ts';

const MINUTE = 60_000;
const NOTHING: Farewell = { receipts: [], unsentWorks: 0, unsentMessages: 0, unfinishedWorks: 0 };

class PaperUploads implements Uploads {
  readonly rows = new Map<FileId, UploadView>();

  /** A file somewhere on its way. */
  put(row: Partial<UploadView> & Pick<UploadView, 'name' | 'state'>): FileId {
    const fileId = nextFileId();
    const sizeBytes = 3_400_000;
    this.rows.set(fileId, { fileId, sizeBytes, mediaType: 'image/jpeg', sentBytes: 0, code: null, ...row });
    return fileId;
  }
  add(fileId: FileId, { name, size, type }: File) {
    const state = 'queued';
    this.rows.set(fileId, { fileId, name, sizeBytes: size, mediaType: type, state, sentBytes: 0, code: null });
  }
  again = () => false;
  remove = (fileId: FileId) => void this.rows.delete(fileId);
  retry = () => undefined;
  view = (fileId: FileId) => this.rows.get(fileId) ?? null;
  version = () => 0;
  kick = () => undefined;
  isBusy = () => false;
  close = () => undefined;
  isStored = (fileId: FileId) => this.rows.get(fileId)?.state === 'stored';
  describe = () => null;
  missing = async () => false;
  watch = () => () => undefined;
}

const hub: Door['hub'] = async () => ({
  hubId: nextId<HubId>(),
  name: 'Кабинет 12',
  protocol: 1,
  floor: 1,
  version: '0.1.0',
  now: NOW,
});
const noWayIn = (code: ErrorCode) => async (): Promise<never> => {
  throw new PartaError(code);
};
const outside = (code: ErrorCode): Door => ({ hub, reopen: async () => null, enter: noWayIn(code) });

const storeOf = (personId: PersonId) =>
  new PaperStore(personId, false, {
    joinCode: noWayIn('not-allowed'),
    renewJoinCode: noWayIn('not-allowed'),
    deviceCode: noWayIn('not-allowed'),
    devices: noWayIn('not-allowed'),
    revokeDevice: noWayIn('not-allowed'),
    endLesson: noWayIn('not-allowed'),
    present: noWayIn('not-allowed'),
  });

/** The desk of the pupil with this place in the list of 7А. */
class Desk {
  readonly stage = new Stage('7А', NAMES_7A, 15);
  readonly uploads = new PaperUploads();
  store: PaperStore;
  readonly log: PaperLog;
  handedOut: HandedOut | null = null;
  farewell = NOTHING;
  endsWith: ErrorCode | null = null;

  constructor(place: number, isEmpty = false) {
    if (!isEmpty) {
      this.stage.homework();
      this.stage.more();
      this.stage.talk();
    }
    this.store = storeOf(this.stage.pupils[place]!.personId);
    this.store.personName = NAMES_7A[place]!;
    this.log = this.stage.log();
    this.store.logs = [this.log];
  }

  wait(kind: Command['kind'], body: object, state: OutboxRow['state'], code: OutboxRow['code'] = null) {
    const id = nextId<CommandId>();
    const command = { id, kind, body } as Command;
    const row = { id, logId: this.log.logId, command, writtenAt: NOW - 2 * MINUTE, state, code, isReissued: false };
    this.log.pending.push(row);
  }
  handIn(fileIds: FileId[], state: OutboxRow['state'], code: OutboxRow['code'] = null, note = '') {
    this.wait('handIn', { assignmentId: this.stage.assignmentId, note, fileIds }, state, code);
  }
  write(text: string, state: OutboxRow['state'], code: OutboxRow['code'] = null) {
    const { channelId } = this.stage.paper;
    this.wait('postMessage', { channelId, text, fileIds: [], replyTo: null }, state, code);
  }
  /** Several chats in the class, and the school beside it. */
  rooms(): Rooms {
    return withRooms(this.stage, this.store, NOW);
  }
  /** This chat is open. */
  open(channelId: ChannelId, logId: LogId = this.log.logId) {
    this.store.drafts.set(`place/${this.log.logId}/chat`, `${logId}/${channelId}`);
  }
  /** Everything was read: the chat opens at its end. */
  readAll() {
    this.log.readUpTo = this.stage.paper.log.length;
  }
  /** The page is that of somebody who came as a parent. */
  sitsParent(name: string) {
    const member = Object.values(this.stage.paper.state.members).find((one) => one.name === name);
    const { logs, live } = this.store;
    this.store = storeOf(member!.personIds[0]!);
    this.store.personName = name;
    this.store.logs = logs;
    for (const [logId, view] of live) this.store.live.set(logId, view);
  }
  /** A lesson is on: two files were handed out, one is here and one is coming; a work is collected. */
  lesson(more: { bellAt?: number; afterBell?: 'late' | 'refuse'; isOver?: boolean } = {}) {
    const { paper } = this.stage;
    paper.now = NOW - 20 * MINUTE;
    const files = ['карта.pdf', 'данные опыта.xlsx'].map((name) => this.stage.file(paper.teacher, 'photo', name));
    const text = 'Откройте таблицу, постройте график и сдайте картинкой.';
    const handOut = paper.assign({ title: 'Лабораторная № 4', text, fileIds: files, isHandout: true });
    const got = new Map<FileId, Got>([
      [files[0]!, { state: 'here', url: 'blob:карта' }],
      [files[1]!, { state: 'coming', doneBytes: 30_000 }],
    ]);
    this.handedOut = {
      want: () => undefined,
      find: (fileId) => got.get(fileId) ?? null,
      whole: () => [],
      watch: () => () => undefined,
      version: () => 0,
      close: () => undefined,
    };
    const { bellAt = NOW + 6 * MINUTE + 25_000, afterBell = 'refuse', isOver = false } = more;
    const { id } = paper.must('collect', { assignmentId: handOut, bellAt, afterBell, seen: null });
    if (isOver) paper.must('endCollect', { assignmentId: handOut, collectId: id });
    const present = new Set([paper.teacherMember]);
    this.store.live.set(this.log.logId, { reads: {}, typing: {}, present, wantsHelp: false });
    return handOut;
  }
  /** The teacher says something that asks for an answer. */
  asks() {
    const { paper, pupils, assignmentId } = this.stage;
    const [ilya, fedor, polina] = pupils;
    const { channelId } = paper;
    const plain = { channelId, fileIds: [], replyTo: null };
    paper.now = NOW - 9 * MINUTE;
    const poll = paper.must('postMessage', {
      ...plain,
      text: 'Когда пишем **диктант**?',
      poll: { options: ['В среду', 'В пятницу, на последнем уроке'], isMultiple: false },
    });
    paper.must('vote', { messageId: poll.id, options: [1] }, ilya!.who);
    paper.must('vote', { messageId: poll.id, options: [1] }, fedor!.who);
    paper.must('vote', { messageId: poll.id, options: [0] }, pupils[9]!.who);
    paper.must('pinMessage', { messageId: poll.id, isPinned: true });
    const name = paper.state.members[pupils[9]!.memberId]!.name.split(' ').slice(0, 2).join(' ');
    const mentions = [pupils[9]!.memberId];
    const task = paper.must('postMessage', { ...plain, text: `@${name}, не забудьте:`, mentions, assignmentId });
    paper.must('react', { messageId: task.id, reaction: 'thanks', isOn: true }, pupils[9]!.who);
    paper.must('react', { messageId: task.id, reaction: 'like', isOn: true }, polina!.who);
    paper.must('postMessage', {
      ...plain,
      text: 'В четверг уроков нет: в школе выборы. Занятия переносятся на субботу.',
      isNotice: true,
    });
  }
  /** Photos, a voice, a formula, a changed wording, a reply. */
  shows() {
    const { stage } = this;
    const { paper, pupils } = stage;
    const teacher = paper.asTeacher;
    const pages = ['стр1.jpg', 'стр2.jpg', 'стр3.jpg'].map((page) => stage.file(paper.teacher, 'photo', page));
    const said = stage.say(teacher, NOW - 8 * MINUTE, 'Страницы из учебника', pages);
    paper.must('react', { messageId: said, reaction: 'like', isOn: true }, pupils[1]!.who);
    const fileId = stage.file(paper.teacher, 'photo', 'Голосовое сообщение 2026-11-12 14.12.10 (34s).weba');
    paper.files.set(fileId, { ...paper.files.get(fileId)!, mediaType: 'audio/webm' });
    stage.say(teacher, NOW - 7 * MINUTE, '', [fileId]);
    const asked = stage.say(pupils[2]!.who, NOW - 6 * MINUTE, 'А формула из физики: $E = mc^2$ или с корнем?');
    stage.say(
      teacher,
      NOW - 5 * MINUTE,
      "$$t' = \\frac{t}{\\sqrt{1 - v^2/c^2}}$$\n- запишите\n- выучите к `пятнице`",
      [],
      asked,
    );
    const own = stage.say(pupils[9]!.who, NOW - 4 * MINUTE, 'Понял');
    paper.must('editMessage', { messageId: own, text: 'Понял, запишу' }, pupils[9]!.who);
  }
  cut() {
    this.store.connection = { state: 'offline', code: 'hub-unreachable', retryAt: NOW + 20_000 };
  }

  door(): Door {
    const room: Room = {
      device: { name: this.store.personName, keeps: false },
      store: this.store,
      uploads: () => this.uploads,
      handedOut: () => this.handedOut,
      equip: () => undefined,
      now: () => NOW,
      unfinished: new Set(),
      farewell: () => this.farewell,
      isForgotten: async () => false,
      askAgain: async () => undefined,
      isUnsent: () => false,
      leave: async () => undefined,
      erase: async () => undefined,
    };
    const reopen: Door['reopen'] = async (onEnded) => {
      if (this.endsWith) onEnded(this.endsWith);
      return room;
    };
    return { hub, reopen, enter: async () => room };
  }
}

/** A pupil who has nothing in yet (9), or has handed in (0), been given a mark (4), been sent back to it (5). */
const desk =
  (place: number, change: (desk: Desk) => void = () => undefined, isEmpty = false) =>
  (): Door => {
    const made = new Desk(place, isEmpty);
    change(made);
    return made.door();
  };

/** A hub that came back from a backup has forgotten him; what he did waits here. */
const forgotten = (state: LogSummary['state']) =>
  desk(9, (d) => {
    d.log.state = 'waiting';
    d.farewell = { ...NOTHING, unsentWorks: 2, unsentMessages: 5 };
    const watchMe = d.store.watchMe.bind(d.store);
    d.store.watchMe = (listener) =>
      watchMe((me) => listener(me && { ...me, logs: me.logs.map((log) => ({ ...log, state, isForgotten: true })) }));
  });

export const STAGED_PUPILS: Record<PupilScene, () => Door> = {
  'pupil-join': () => outside('wrong-code'),
  'pupil-join-wrong': () => outside('wrong-code'),
  'pupil-no-hub': () => ({ ...outside('hub-unreachable'), hub: noWayIn('hub-unreachable') }),
  'pupil-waiting': desk(9, (d) => {
    d.log.state = 'waiting';
  }),
  'pupil-waiting-offline': desk(9, (d) => {
    d.log.state = 'waiting';
    d.cut();
  }),
  'pupil-declined': desk(9, (d) => {
    d.log.state = 'declined';
  }),
  'pupil-forgotten': forgotten('declined'),
  'pupil-forgotten-waiting': forgotten('waiting'),
  'pupil-gone': desk(9, (d) => {
    d.store.logs = [];
  }),
  'pupil-empty': desk(9, undefined, true),
  'pupil-tasks': desk(9),
  'pupil-chosen': desk(9, (d) => {
    const files = [
      d.uploads.put({ name: 'IMG_20261112_142001.jpg', state: 'stored' }),
      d.uploads.put({
        name: 'Домашняя работа по русскому языку, второй вариант.pdf',
        state: 'sending',
        sentBytes: 2_100_000,
      }),
      d.uploads.put({ name: 'черновик.odt', state: 'queued', sizeBytes: 18_000 }),
      d.uploads.put({ name: 'ответ.mp3', state: 'failed', code: 'file-changed' }),
    ];
    const draft = { note: 'Вторая страница перевёрнута, извините', files };
    d.store.drafts.set(`handIn/${d.log.logId}/${d.stage.assignmentId}`, draft);
  }),
  'pupil-sending': desk(9, (d) =>
    d.handIn(
      [
        d.uploads.put({ name: 'IMG_2041.jpg', state: 'stored' }),
        d.uploads.put({ name: 'IMG_2042.jpg', state: 'sending', sentBytes: 1_700_000 }),
      ],
      'waiting-for-files',
    ),
  ),
  'pupil-lost-file': desk(9, (d) =>
    d.handIn([d.uploads.put({ name: 'IMG_2042.jpg', state: 'lost' })], 'waiting-for-files'),
  ),
  'pupil-refused': desk(9, (d) => d.handIn([], 'refused', 'file-missing', 'Всё на фотографии')),
  'pupil-handed-in': desk(0),
  'pupil-returned': desk(4),
  'pupil-redo': desk(5),
  'pupil-lesson': desk(9, (d) => void d.lesson()),
  'pupil-together': desk(9, (d) => {
    const assignmentId = d.lesson({ afterBell: 'late' });
    const files = [d.uploads.put({ name: 'график.png', state: 'stored' })];
    const together = [d.stage.pupils[2]!.memberId];
    d.store.drafts.set(`handIn/${d.log.logId}/${assignmentId}`, { note: '', files, together });
  }),
  'pupil-collected': desk(9, (d) => void d.lesson({ isOver: true })),
  'pupil-chat': desk(9),
  'pupil-offline': desk(9, (d) => {
    d.cut();
    d.handIn([d.uploads.put({ name: 'IMG_2042.jpg', state: 'cut', sentBytes: 1_700_000 })], 'waiting-for-files');
  }),
  'pupil-chat-offline': desk(9, (d) => {
    d.cut();
    d.write('Можно сдать завтра?', 'waiting');
    d.write('Отправляю ещё раз', 'refused', 'too-large');
  }),
  'pupil-chats': desk(9, (d) => void d.rooms()),
  'pupil-chat-asks': desk(9, (d) => {
    d.asks();
    d.readAll();
  }),
  'pupil-chat-asks-offline': desk(9, (d) => {
    d.asks();
    d.readAll();
    d.cut();
    const notice = d.stage.paper.log.findLast(({ body }) => body?.['isNotice'] === true);
    d.wait('sign', { messageId: notice!.id }, 'waiting');
    d.wait('react', { messageId: notice!.id, reaction: 'done', isOn: true }, 'refused', 'channel-closed');
  }),
  'pupil-chat-shows': desk(9, (d) => {
    d.shows();
    d.readAll();
  }),
  'pupil-chat-viewer': desk(9, (d) => d.shows()),
  'pupil-chat-actions': desk(9),
  'pupil-chat-direct': desk(0, (d) => {
    const { direct, schoolLogId } = d.rooms();
    d.open(direct, schoolLogId);
  }),
  'pupil-chat-shut': desk(0, (d) => d.open(d.rooms().archived)),
  'pupil-search': desk(0, (d) => void d.rooms()),
  'parent-tasks': desk(0, (d) => {
    d.rooms();
    d.sitsParent('Белова Анна Сергеевна');
  }),
  'parent-chat': desk(0, (d) => {
    const { parents } = d.rooms();
    d.sitsParent('Белова Анна Сергеевна');
    d.open(parents);
  }),
  'parent-childless': desk(0, (d) => {
    d.rooms();
    d.sitsParent('Гость Родительского Собрания');
  }),
  'pupil-leave': desk(9, (d) => {
    d.farewell = { ...NOTHING, unsentWorks: 1, unsentMessages: 2 };
  }),
  'pupil-closed': desk(9, (d) => {
    d.farewell = {
      receipts: [
        { receipt: '7KQ4M-2XW9T', at: NOW - 31 * MINUTE },
        { receipt: 'B0ZR8-HN5VC', at: NOW - 4 * MINUTE },
      ],
      unsentWorks: 1,
      unsentMessages: 2,
      unfinishedWorks: 1,
    };
    d.endsWith = 'lesson-ended';
  }),
};
