/**
 * Messages as the client keeps them: windows anywhere in a channel, marks merged on read, places of ids, unread mentions, erasure
 * of everything that was ever said about a message (S16), a disk of an older version (S13). On the database alone, with rows made
 * by the core's rules.
 */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { MessagesWindow } from '../../src/client/class-store.ts';
import { openDatabase, type Database } from '../../src/client/database.ts';
import { ENTRIES_PER_RECORD, IDS_PER_RUN, MARKS_PER_RUN, RUN_GROWS_BELOW } from '../../src/client/views.ts';
import {
  directIdOf,
  dueIdOf,
  type ChannelId,
  type CommandId,
  type LogId,
  type MemberId,
  type PersonId,
} from '../../src/core/ids.ts';
import type { Entry, LogKey, Role } from '../../src/core/wire.ts';
import { MemoryDisk } from '../support/memory-disk.ts';
import { HUB, nextId, PaperClass } from '../support/paper-class.ts';

const NAME = 'messages';
const LOG_KEY = 'hub:1:member:1' as LogKey;
let paper: PaperClass;
let logId: LogId;
let disk: MemoryDisk;
let database: Database;

/** Opens the log as this member. */
async function follow(memberId: MemberId = paper.teacherMember, role: Role = 'teacher') {
  const head = paper.log.length;
  await database.followed({ logId, logKey: LOG_KEY, head, memberId, role, now: paper.now });
}
/** Brings what is new in pages of this many rows. */
async function arrive(perPage = 16_384, rows: readonly Entry[] = paper.log) {
  const head = paper.log.length;
  for (let after = (await database.cursorOf(logId))!.cursor; after < head;) {
    const upTo = Math.min(head, after + perPage);
    const entries = structuredClone(rows.filter(({ seq }) => seq > after && seq <= upTo));
    await database.applyPage({ logId, logKey: LOG_KEY, after, upTo, head, entries });
    after = upTo;
  }
}
const look = (window: Partial<MessagesWindow> = {}, channelId: ChannelId = paper.channelId) =>
  database.messagesSnapshot(logId, channelId, { around: 'newest', count: 10_000, ...window });
const one = async (id: CommandId) => (await look()).messages.find((message) => message.id === id)!;
const scheduled = async () => Object.keys((await database.classSnapshot(logId)).classroom.scheduled);

/** Records as they lie on the disk, by hand. */
async function records(...tables: string[]): Promise<string> {
  const opened = disk.mountBeside().indexedDB.open(NAME);
  const db = await new Promise<IDBDatabase>((resolve) => (opened.onsuccess = () => resolve(opened.result)));
  const all = await Promise.all(
    tables.map((table) => {
      const asked = db.transaction(table).objectStore(table).getAll();
      return new Promise<unknown[]>((resolve) => (asked.onsuccess = () => resolve(asked.result)));
    }),
  );
  db.close();
  return JSON.stringify(all);
}
const EVERYWHERE = ['log', 'places', 'markRuns', 'namedFiles', 'states'];

beforeEach(async () => {
  paper = new PaperClass().begin();
  logId = nextId<LogId>();
  disk = new MemoryDisk();
  database = await openDatabase(NAME, disk.mount());
});
afterEach(() => database.close());

describe('marks', () => {
  async function marked() {
    const { memberId, who } = paper.admit('Илья Белов');
    const poll = { options: ['да', 'нет'], isMultiple: false };
    const asked = paper.post(paper.asTeacher, { text: 'Идём?', poll });
    const notice = paper.post(paper.asTeacher, { text: 'Собрание', isNotice: true });
    paper.must('editMessage', { messageId: notice, text: 'Собрание в среду' });
    paper.must('editMessage', { messageId: notice, text: 'Собрание в четверг' });
    paper.must('react', { messageId: notice, reaction: 'like', isOn: true }, who);
    paper.must('react', { messageId: notice, reaction: 'heart', isOn: true }, who);
    paper.must('react', { messageId: notice, reaction: 'heart', isOn: false }, who);
    paper.must('react', { messageId: notice, reaction: 'like', isOn: true });
    paper.must('sign', { messageId: notice }, who);
    paper.must('pinMessage', { messageId: notice, isPinned: true });
    paper.must('vote', { messageId: asked, options: [0] }, who);
    paper.must('vote', { messageId: asked, options: [1] }, who);
    paper.must('vote', { messageId: asked, options: [1] });
    paper.must('closePoll', { messageId: asked });
    return { memberId, asked, notice };
  }

  test.each([1, 3, 16_384])(
    'a message carries what was said of it, however it came (%i rows at a time)',
    async (rows) => {
      const { memberId, asked, notice } = await marked();
      await follow();
      await arrive(rows);
      expect(await one(notice)).toMatchObject({
        text: 'Собрание в четверг',
        isEdited: true,
        history: [{ text: 'Собрание' }, { text: 'Собрание в среду' }],
        reactions: { like: [memberId, paper.teacherMember] },
        notice: { signedBy: [{ memberId }] },
        isPinned: true,
      });
      expect(Object.keys((await one(notice)).reactions)).toEqual(['like']);
      const times = (await one(notice)).history.map(({ at }) => at);
      expect(times).toEqual(paper.log.filter(({ id, kind, about }) => id === notice || (kind === 'messageEdited' && about === notice)).slice(0, 2).map(({ at }) => at)); // prettier-ignore
      expect((await one(asked)).poll).toEqual({
        options: ['да', 'нет'],
        isMultiple: false,
        votes: [[], [memberId, paper.teacherMember]],
        isClosed: true,
      });
    },
  );

  test('[S13] many marks on old messages, by pages of any size, are the same views', async () => {
    const ids = Array.from({ length: 40 }, (_, at) => paper.post(paper.asTeacher, { text: `${at}` }));
    for (let at = 0; at < MARKS_PER_RUN + RUN_GROWS_BELOW; at += 1)
      paper.must('editMessage', { messageId: ids[(at * 7) % ids.length]!, text: `правка ${at}` });
    await follow();
    await arrive(16_384);
    const whole = (await look()).messages;
    await database.forget(logId);
    await follow();
    await arrive(5);
    expect((await look()).messages).toEqual(whole);
    expect(whole.map((message) => message.history.length).reduce((sum, count) => sum + count)).toBe(
      MARKS_PER_RUN + RUN_GROWS_BELOW,
    );
  });

  test('[S16] a removed message takes every word that was ever said about it along, also of kinds not known here', async () => {
    const secret = 'тайна';
    const id = paper.post(paper.asTeacher, { text: secret });
    const other = paper.post(paper.asTeacher, { text: 'останется' });
    paper.must('editMessage', { messageId: id, text: `${secret} два` });
    paper.must('react', { messageId: id, reaction: 'sad', isOn: true });
    paper.must('editMessage', { messageId: other, text: 'осталось' });
    const stranger = { kind: 'messageSung', about: id, body: { song: `песня: ${secret}` } };
    paper.log.push({ ...paper.log.at(-1)!, seq: paper.log.length + 1, id: nextId(), ...stranger });
    await follow();
    await arrive(2);
    expect(await records(...EVERYWHERE)).toContain('песня');
    paper.must('removeMessage', { messageId: id });
    await arrive();
    expect(await records(...EVERYWHERE)).not.toContain(secret);
    expect((await look()).messages.map(({ text, isRemoved, reactions }) => [text, isRemoved, reactions])).toEqual([
      ['', true, {}],
      ['осталось', false, {}],
    ]);
  });

  test('[S16] wherever they lie: marks far from their message, and a message far from its removal', async () => {
    const secret = 'тайна';
    const id = paper.post(paper.asTeacher, { text: secret });
    const chatter = (count: number) => {
      for (let at = 0; at < count; at += 1) paper.post(paper.asTeacher, { text: `слово ${at}` });
    };
    chatter(ENTRIES_PER_RECORD);
    paper.must('editMessage', { messageId: id, text: `${secret} два` });
    chatter(ENTRIES_PER_RECORD);
    paper.must('editMessage', { messageId: id, text: `${secret} три` });
    chatter(ENTRIES_PER_RECORD);
    await follow();
    await arrive(200);
    expect((await records('log')).split(secret)).toHaveLength(4);
    paper.must('removeMessage', { messageId: id });
    await arrive();
    expect(await records(...EVERYWHERE)).not.toContain(secret);
  });

  test('[S16] what waited for its hour is blank once it is said or cancelled', async () => {
    const plan = { channelId: paper.channelId, fileIds: [], replyTo: null };
    const sendAt = paper.now + 60_000;
    const said = paper.must('scheduleMessage', { ...plan, text: 'раннее слово', sendAt }).id;
    const cancelled = paper.must('scheduleMessage', { ...plan, text: 'отменённое слово', sendAt }).id;
    await follow();
    const planned = structuredClone(paper.log);
    await arrive(16_384, planned);
    expect(await records('log')).toContain('отменённое слово');
    paper.now = sendAt;
    paper.must('sendScheduled', { messageId: said }, HUB);
    paper.must('cancelScheduled', { messageId: cancelled });
    await arrive();
    expect(await records(...EVERYWHERE)).not.toContain('отменённое слово');
    expect((await records('log')).split('раннее слово')).toHaveLength(2);
    expect((await look()).messages.map(({ text }) => text)).toEqual(['раннее слово']);
  });

  test('[S16] who was not let in is gone from the kept log, however long ago he asked', async () => {
    const request = { personId: nextId<PersonId>(), name: 'Чужой Ребёнок', device: 'ПК' };
    const requestId = paper.must('requestJoin', request, HUB).id;
    for (let at = 0; at < ENTRIES_PER_RECORD; at += 1) paper.post(paper.asTeacher);
    await follow();
    await arrive(16_384, structuredClone(paper.log));
    expect(await records('log')).toContain('Чужой Ребёнок');
    paper.must('declineJoin', { requestId });
    await arrive();
    expect(await records(...EVERYWHERE)).not.toContain('Чужой Ребёнок');
  });

  test('[S16] with an erased pupil go all wordings of what was said to him', async () => {
    paper = new PaperClass().beginSchool();
    const { memberId: to } = paper.enter('Белов Илья', 'student');
    const channelId = directIdOf(paper.teacherMember, to);
    const messageId = paper.post(paper.asTeacher, { channelId, to, text: 'первое слово' });
    for (let at = 0; at < ENTRIES_PER_RECORD; at += 1) paper.post(paper.asTeacher);
    paper.must('editMessage', { messageId, text: 'тайное слово' });
    await follow();
    await arrive(16_384, structuredClone(paper.log));
    expect(await records('log', 'markRuns')).toContain('тайное слово');
    paper.must('leaveSchool', { memberId: to, erase: true }, HUB);
    await arrive();
    const left = await records(...EVERYWHERE);
    for (const word of ['первое слово', 'тайное слово', 'Белов']) expect(left).not.toContain(word);
  });

  test('[S16] what was written of an erased pupil, or to him, and never sent goes too; what is another’s stays', async () => {
    const [gone, stays] = [paper.admit('Белов Илья'), paper.admit('Ёлкина Анна')];
    const assignmentId = paper.assign();
    await follow();
    await arrive();
    const review = { assignmentId, attempt: 0, mark: '3', seen: null };
    const commands = [gone, stays].map(({ memberId }) => {
      const body = { ...review, memberId, comment: `о работе ${memberId}` };
      return { logId, command: { id: nextId<CommandId>(), kind: 'review' as const, body } };
    });
    await database.addCommands(commands, paper.now);
    await database.refused([{ id: commands[0]!.command.id, code: 'stale' }]);
    const shared = `review/${logId}/${assignmentId}` as const;
    const talk = `message/${logId}/${directIdOf(paper.teacherMember, gone.memberId)}` as const;
    await database.writeDraft(shared, { [gone.memberId]: 'о нём', [stays.memberId]: 'о ней' });
    await database.writeDraft(talk, 'ему');
    paper.must('removeMember', { memberId: gone.memberId, erase: true });
    await arrive();
    expect((await database.outboxOf(logId)).map(({ id }) => id)).toEqual([commands[1]!.command.id]);
    expect(await database.readDraft(shared)).toEqual({ [stays.memberId]: 'о ней' });
    expect(await database.readDraft(talk)).toBeNull();
  });

  test('[S16] what its author sent before its hour and removed before this device heard of it waits no longer either', async () => {
    const sendAt = paper.now + 60_000;
    const plan = { channelId: paper.channelId, fileIds: [], replyTo: null, text: 'раннее слово', sendAt };
    const said = paper.must('scheduleMessage', plan).id;
    await follow();
    await arrive(16_384, structuredClone(paper.log));
    expect(await scheduled()).toEqual([said]);
    const sent = paper.must('sendScheduled', { messageId: said }, paper.asTeacher);
    paper.must('removeMessage', { messageId: sent.id });
    await arrive();
    expect(await scheduled()).toEqual([]);
    expect(await records(...EVERYWHERE)).not.toContain('раннее слово');
  });

  test('[S16] what was said at its hour and removed before this device heard of it waits no longer, and its words are gone', async () => {
    const sendAt = paper.now + 60_000;
    const plan = { channelId: paper.channelId, fileIds: [], replyTo: null, text: 'раннее слово', sendAt };
    const said = paper.must('scheduleMessage', plan).id;
    await follow();
    await arrive(16_384, structuredClone(paper.log));
    expect(await scheduled()).toEqual([said]);
    paper.now = sendAt;
    paper.must('sendScheduled', { messageId: said }, HUB);
    const rows = structuredClone(paper.log);
    // As the hub gives it: under the id that follows from the schedule's, and blank since its removal.
    Object.assign(rows.at(-1)!, { id: dueIdOf(said), body: null });
    await arrive(16_384, rows);
    expect(await scheduled()).toEqual([]);
    expect(await records(...EVERYWHERE)).not.toContain('раннее слово');
  });
});

describe('windows', () => {
  test('a window stands anywhere in a channel and says what is beyond it', async () => {
    const parents = paper.channel('parents');
    const ids = Array.from({ length: 300 }, (_, at) =>
      paper.post(paper.asTeacher, at % 10 === 0 ? { text: `${at}`, channelId: parents } : { text: `${at}` }),
    );
    await follow();
    await arrive();
    const seqOf = (at: number) => paper.log.find(({ id }) => id === ids[at])!.seq;
    const around = await look({ around: seqOf(102), count: 3 });
    expect(around.messages.map(({ text }) => text)).toEqual(['99', '101', '102', '103', '104', '105']);
    expect([around.hasOlder, around.hasNewer, around.newestSeq]).toEqual([true, true, seqOf(299)]);
    const start = await look({ around: seqOf(1), count: 3 });
    expect([start.messages[0]!.text, start.hasOlder, start.hasNewer]).toEqual(['1', false, true]);
    const end = await look({ around: seqOf(298), count: 3 });
    expect([end.messages.at(-1)!.text, end.hasOlder, end.hasNewer, end.newestSeq]).toEqual([
      '299',
      true,
      false,
      seqOf(299),
    ]);
    const newest = await look({ count: 2 });
    expect([newest.messages.map(({ text }) => text), newest.hasOlder]).toEqual([['298', '299'], true]);
    const quiet = await look({ count: 25 }, parents);
    expect([quiet.messages.length, quiet.hasOlder, quiet.newestSeq]).toEqual([25, true, seqOf(290)]);
    expect((await look({}, nextId())).messages).toEqual([]);
  });

  test('a day is found by its time, a message by its id, wherever it stands', async () => {
    const ids: CommandId[] = [];
    for (let at = 0; at < IDS_PER_RUN + 40; at += 1) ids.push(paper.post(paper.asTeacher, { text: `${at}` }));
    await follow();
    await arrive(500);
    const row = paper.log.find(({ id }) => id === ids[600])!;
    expect(await database.messageAt(logId, paper.channelId, row.at)).toBe(row.seq);
    expect(await database.messageAt(logId, paper.channelId, row.at - 1)).toBe(row.seq);
    expect(await database.messageAt(logId, paper.channelId, 0)).toBe(paper.log.find(({ id }) => id === ids[0])!.seq);
    expect(await database.messageAt(logId, paper.channelId, paper.now + 1)).toBeNull();
    const found = await database.messagesByIdSnapshot(logId, [ids.at(-1)!, nextId(), ids[3]!, ids[600]!]);
    expect(found.messages.map(({ id }) => id)).toEqual([ids.at(-1), ids[3], ids[600]]);
  });
});

test('unread messages that mention me are counted apart, per channel, and go with reading and removing', async () => {
  const { who } = paper.admit('Илья Белов');
  const parents = paper.channel('parents');
  await follow();
  const mentions = [paper.teacherMember];
  paper.post(who, { text: 'всем' });
  const first = paper.post(who, { text: 'вам', mentions });
  paper.post(who, { text: 'и вам', mentions });
  paper.post(paper.asTeacher, { text: 'себе', channelId: parents, mentions });
  await arrive(2);
  const counts = async () => {
    const cursor = (await database.cursorOf(logId))!;
    return [cursor.unread[paper.channelId], cursor.mentions?.[paper.channelId], cursor.unread[parents] ?? 0];
  };
  expect(await counts()).toEqual([3, 2, 0]);
  paper.must('removeMessage', { messageId: first }, who);
  await arrive();
  expect(await counts()).toEqual([2, 1, 0]);
  await database.heardReads(logId, [
    { channelId: paper.channelId, memberId: nextId(), seq: paper.log.length },
    { channelId: paper.channelId, memberId: paper.teacherMember, seq: paper.log.length - 3 },
  ]);
  expect(await counts()).toEqual([1, 1, 0]);
  await database.heardReads(logId, [{ channelId: paper.channelId, memberId: paper.teacherMember, seq: 1 }]);
  await database.markRead(logId, paper.channelId, paper.log.length);
  expect(await counts()).toEqual([0, 0, 0]);
});

test('[S13] a disk of version 1 opens: its log is folded anew, and log, outbox and drafts lose nothing', async () => {
  const said = paper.post(paper.asTeacher, { text: 'было' });
  paper.must('editMessage', { messageId: said, text: 'стало' });
  paper.post(paper.asTeacher, { text: 'файл', fileIds: [paper.store(paper.teacher)] });
  const disk1 = new MemoryDisk();
  const opening = disk1.mount().indexedDB.open('old', 10);
  // As version 1 of the program made it; Dexie multiplies its versions by ten.
  opening.onupgradeneeded = () => {
    const db = opening.result;
    const made = (name: string, keyPath: string | string[]) => db.createObjectStore(name, { keyPath });
    made('log', ['logId', 'page']);
    made('cursors', 'logId');
    made('messages', ['logId', 'channelId', 'page']);
    made('messageMarks', ['logId', 'channelId', 'messageSeq', 'seq']);
    made('files', ['logId', 'seq']);
    made('states', 'logId');
    made('outbox', 'id').createIndex('[logId+order]', ['logId', 'order']);
    made('drafts', 'key');
    made('me', 'key');
  };
  await new Promise((resolve) => (opening.onsuccess = resolve));
  const db = opening.result;
  const transaction = db.transaction(
    ['log', 'cursors', 'states', 'messageMarks', 'files', 'outbox', 'drafts'],
    'readwrite',
  );
  const put = (table: string, value: unknown) => transaction.objectStore(table).put(value);
  const command = { id: nextId(), kind: 'postMessage', body: { channelId: paper.channelId, text: 'ждёт', fileIds: [], replyTo: null } }; // prettier-ignore
  put('log', { logId, page: 0, entries: paper.log });
  const counts = { readUpTo: { [paper.channelId]: 2 }, unread: { [paper.channelId]: 1 }, unreadAfter: 0 };
  const place = { cursor: paper.log.length, head: paper.log.length, memberId: paper.teacherMember, role: 'teacher' };
  put('cursors', { logId, logKey: LOG_KEY, isLeft: false, ...place, ...counts });
  put('states', { logId, foldVersion: 1, classroom: {} });
  put('messageMarks', { logId, channelId: paper.channelId, messageSeq: 2, seq: 3, text: 'стало' });
  put('files', { logId, seq: 4, files: [] });
  put('outbox', { id: command.id, logId, order: 1, command, writtenAt: 1, state: 'waiting', code: null, isReissued: false, isTried: false, files: [] }); // prettier-ignore
  put('drafts', { key: `message/${logId}/x`, value: 'набранное' });
  await new Promise((resolve) => (transaction.oncomplete = resolve));
  db.close();

  const opened = await openDatabase('old', disk1.mount());
  const { messages } = await opened.messagesSnapshot(logId, paper.channelId, { around: 'newest', count: 10 });
  expect(messages.map(({ text, isEdited }) => [text, isEdited])).toEqual([
    ['стало', true],
    ['файл', false],
  ]);
  expect(await opened.filesOf(logId)).toHaveLength(1);
  expect((await opened.classSnapshot(logId)).classroom).toEqual(paper.state);
  expect(await opened.outboxOf(logId)).toMatchObject([{ id: command.id, command }]);
  expect(await opened.readDraft(`message/${logId}/x`)).toBe('набранное');
  expect(await opened.cursorOf(logId)).toMatchObject({ ...place, readUpTo: counts.readUpTo });
  opened.close();
});
