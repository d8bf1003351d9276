/** What a page of a log does to the disk: S5, S6, S12, S13, S16, on the database alone, with rows made by the core's rules. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { MessagesWindow } from '../../src/client/class-store.ts';
import { openDatabase, type Database } from '../../src/client/database.ts';
import { ENTRIES_PER_RECORD } from '../../src/client/views.ts';
import { PartaError } from '../../src/core/errors.ts';
import type { CommandId, FileId, LogId, PersonId } from '../../src/core/ids.ts';
import type { Entry, Following, LogKey, Page } from '../../src/core/wire.ts';
import { MemoryDisk } from '../support/memory-disk.ts';
import { nextFileId, nextId, PaperClass } from '../support/paper-class.ts';

const NAME = 'pages';
const logId = nextId<LogId>();
const LOG_KEY = 'hub:1:member:1' as LogKey;

let paper: PaperClass;
let disk: MemoryDisk;
let database: Database;

const following = (head: number, logKey = LOG_KEY): Following => ({
  logId,
  logKey,
  head,
  memberId: paper.teacherMember,
  role: 'teacher',
  now: paper.now,
});
const page = (after: number, upTo: number, more: Partial<Page> = {}): Page => ({
  logId,
  logKey: LOG_KEY,
  after,
  upTo,
  head: paper.log.length,
  entries: structuredClone(paper.log.filter(({ seq }) => seq > after && seq <= upTo)),
  ...more,
});
const newest = (count: number): MessagesWindow => ({ around: 'newest', count });
const post = (text: string, who = paper.asTeacher, fileIds: FileId[] = []) =>
  paper.must('postMessage', { channelId: paper.channelId, text, fileIds, replyTo: null }, who);

/** Everything a page could show of the log. */
async function everything(from = database) {
  const { classroom, cursor } = await from.classSnapshot(logId);
  const { messages } = await from.messagesSnapshot(logId, paper.channelId, newest(10_000));
  return { classroom, messages, files: await from.filesOf(logId), cursor };
}
const texts = async () => (await everything()).messages.map((message) => (message.isRemoved ? '—' : message.text));

/** Records as they lie on the disk, by hand: what the product says about its disk is not asked. */
async function records(table: string): Promise<unknown[]> {
  const opened = disk.mountBeside().indexedDB.open(NAME);
  const db = await new Promise<IDBDatabase>((resolve) => (opened.onsuccess = () => resolve(opened.result)));
  const all = db.transaction(table).objectStore(table).getAll();
  const rows = await new Promise<unknown[]>((resolve) => (all.onsuccess = () => resolve(all.result)));
  db.close();
  return rows;
}
async function clear(...tables: string[]) {
  const opened = disk.mountBeside().indexedDB.open(NAME);
  const db = await new Promise<IDBDatabase>((resolve) => (opened.onsuccess = () => resolve(opened.result)));
  const transaction = db.transaction(tables, 'readwrite');
  for (const table of tables) transaction.objectStore(table).clear();
  await new Promise((resolve) => (transaction.oncomplete = resolve));
  db.close();
}

beforeEach(async () => {
  paper = new PaperClass();
  paper.begin();
  disk = new MemoryDisk();
  database = await openDatabase(NAME, disk.mount());
  await database.followed(following(0));
});
afterEach(() => database.close());

describe('contiguity', () => {
  test('[S5] a page applies only where it joins on: an older one is ignored, one beyond a gap waits for what is missing', async () => {
    post('раз');
    post('два');
    expect((await database.applyPage(page(2, 3))).kind).toBe('gap');
    expect(await texts()).toEqual([]);
    expect(await database.applyPage(page(0, 2))).toMatchObject({ kind: 'applied', cursor: 2 });
    expect((await database.applyPage(page(0, 2))).kind).toBe('old');
    expect((await database.applyPage(page(1, 3))).kind).toBe('gap');
    expect(await texts()).toEqual(['раз']);
    expect(await database.applyPage(page(2, 3))).toMatchObject({ kind: 'applied', cursor: 3 });
    expect(await texts()).toEqual(['раз', 'два']);
  });

  test('[S5] the cursor moves to the end of a page in which this reader sees nothing', async () => {
    post('не для меня');
    expect(await database.applyPage(page(0, 2, { entries: [] }))).toMatchObject({ kind: 'applied', cursor: 2 });
    expect(await texts()).toEqual([]);
  });

  test('a page that contradicts itself is refused whole', async () => {
    post('раз');
    const good = page(0, 2);
    const bad = [
      { ...good, entries: good.entries.toReversed() },
      { ...good, upTo: 1 },
      { ...good, entries: [good.entries[0]!, good.entries[0]!] },
    ];
    for (const one of bad) await expect(database.applyPage(one)).rejects.toMatchObject({ code: 'bad-request' });
    expect((await everything()).cursor?.cursor).toBe(0);
  });
});

describe('one transaction', () => {
  test.each(['log', 'places', 'namedFiles', 'states', 'cursors'])(
    '[S6] a failure at any record (%s) leaves nothing of a page: no row, no view, no cursor, and the outbox as it was',
    async (table) => {
      const before = await everything();
      const message = post('раз');
      const body = { channelId: paper.channelId, text: 'раз', fileIds: [], replyTo: null };
      await database.addCommands([{ logId, command: { id: message.id, kind: 'postMessage', body } }], paper.now);
      const file = {
        fileId: nextFileId(),
        name: 'а.txt',
        sizeBytes: 1,
        sha256: 'a'.repeat(64),
        mediaType: 'text/plain',
      };
      const named = page(0, 2);
      named.entries[1]!.body = { ...named.entries[1]!.body, files: [file] };

      disk.fault.onPut = (name) => {
        if (name === table) throw new DOMException('planted', 'UnknownError');
      };
      await expect(database.applyPage(named)).rejects.toMatchObject({ code: 'storage-damaged' });
      disk.fault.onPut = () => {};
      expect(await records('log')).toEqual([]);
      expect(await everything()).toEqual(before);
      expect((await database.outboxOf(logId)).map(({ id }) => id)).toEqual([message.id]);

      expect(await database.applyPage(named)).toMatchObject({ kind: 'applied', confirmed: [message.id] });
      expect(await texts()).toEqual(['раз']);
      expect(await database.outboxOf(logId)).toEqual([]);
    },
  );

  test('[S6] a program killed in the middle of a page finds nothing of it when it starts again', async () => {
    post('раз');
    disk.fault.onPut = (table) => {
      if (table === 'cursors') disk.crash();
    };
    await expect(database.applyPage(page(0, 2))).rejects.toBeInstanceOf(PartaError);
    disk.fault.onPut = () => {};
    database = await openDatabase(NAME, disk.mount());
    expect(await records('log')).toEqual([]);
    expect(await texts()).toEqual([]);
    expect(await database.applyPage(page(0, 2))).toMatchObject({ kind: 'applied' });
  });

  test('a full disk says so', async () => {
    post('раз');
    disk.fault.onPut = () => {
      throw new DOMException('planted', 'QuotaExceededError');
    };
    await expect(database.applyPage(page(0, 2))).rejects.toMatchObject({ code: 'disk-full-here' });
  });
});

/** Rows of a kind that this version does not know. */
const unknown = (seq: number): Entry => ({
  seq,
  at: paper.now,
  id: nextId<CommandId>(),
  kind: 'pollOpened',
  label: 'all',
  by: paper.teacherMember,
  about: null,
  body: { question: 'Идём в музей?' },
});

describe('unknown kinds', () => {
  test('[S12] an unknown kind, or a known one with a body of another shape, is kept as it came and skipped', async () => {
    post('раз');
    const odd: Entry = { ...structuredClone(paper.log[1]!), seq: 4, id: nextId<CommandId>(), body: { text: 7 } };
    const entries = [...page(0, 2).entries, unknown(3), odd];
    expect((await database.applyPage(page(0, 4, { entries }))).kind).toBe('applied');
    expect(await texts()).toEqual(['раз']);
    const [kept] = (await records('log')) as { entries: Entry[] }[];
    expect(kept?.entries).toEqual(entries);
  });
});

describe('views', () => {
  /** A log with everything that views are made of, over more than one record. */
  async function fill() {
    paper.admit('Белов Илья');
    const { memberId, who } = paper.admit('Чжан Ли');
    const posts: Entry[] = [];
    for (let index = 0; index < ENTRIES_PER_RECORD + 20; index += 1) posts.push(post(`сообщение ${index}`));
    post('я пришёл', who, [paper.store((who as { personId: PersonId }).personId)]);
    paper.must('editMessage', { messageId: posts[3]!.id, text: 'исправлено' });
    paper.must('editMessage', { messageId: posts[5]!.id, text: 'будет удалено' });
    paper.must('removeMessage', { messageId: posts[5]!.id });
    post('и ушёл', who);
    return { memberId, posts };
  }
  const applyAll = async () => {
    for (let after = 0; after < paper.log.length; after += 100)
      await database.applyPage(page(after, Math.min(after + 100, paper.log.length)));
  };

  test.each([false, true])(
    '[S13] views that were dropped come back from the log, offline, the same as before (with a member erased: %s)',
    async (isErased) => {
      const { memberId } = await fill();
      if (isErased) paper.must('removeMember', { memberId, erase: true });
      await applyAll();
      const before = await everything();
      expect(before.messages.length).toBeGreaterThan(ENTRIES_PER_RECORD);
      expect(before.classroom).toEqual(paper.state);
      database.close();
      await clear('places', 'markRuns', 'namedFiles', 'idRuns', 'states');
      database = await openDatabase(NAME, disk.mount());
      expect(await everything()).toEqual(before);
    },
  );

  test('[S13] views that an older version of the program folded are made anew', async () => {
    await fill();
    await applyAll();
    const before = await everything();
    database.close();
    await clear('places');
    const opened = disk.mountBeside().indexedDB.open(NAME);
    const db = await new Promise<IDBDatabase>((resolve) => (opened.onsuccess = () => resolve(opened.result)));
    const transaction = db.transaction('states', 'readwrite');
    transaction.objectStore('states').put({ logId, foldVersion: 0, classroom: {} });
    await new Promise((resolve) => (transaction.oncomplete = resolve));
    db.close();
    database = await openDatabase(NAME, disk.mount());
    expect(await everything()).toEqual(before);
  });

  test('only as many of the newest messages are read as were asked for', async () => {
    const { posts } = await fill();
    await applyAll();
    const some = await database.messagesSnapshot(logId, paper.channelId, newest(3));
    expect(some.messages.map((message) => message.text)).toEqual([posts.at(-1)!.body!.text, 'я пришёл', 'и ушёл']);
    expect(some.hasOlder).toBe(true);
    const all = await database.messagesSnapshot(logId, paper.channelId, newest(posts.length + 2));
    expect(all.hasOlder).toBe(false);
    expect(all.messages[3]).toMatchObject({ text: 'исправлено', isEdited: true });
  });

  test('unread messages are those of others since the log was first opened here, read positions only grow', async () => {
    await fill();
    const unread = async () => (await database.cursorOf(logId))?.unread[paper.channelId] ?? 0;
    await applyAll();
    expect(await unread()).toBe(2);
    const seqOf = (text: string) => paper.log.find((entry) => entry.body?.text === text)!.seq;
    await database.markRead(logId, paper.channelId, seqOf('я пришёл'));
    expect(await unread()).toBe(1);
    await database.markRead(logId, paper.channelId, seqOf('и ушёл'));
    await database.markRead(logId, paper.channelId, 1);
    expect(await unread()).toBe(0);
  });
});

describe('erasure', () => {
  const secret = 'тайна';
  const onDisk = async () => {
    const tables = ['log', 'places', 'markRuns', 'namedFiles', 'states'];
    return JSON.stringify(await Promise.all(tables.map(records)));
  };

  test('[S16] a removed message is blank in the kept log and gone from the views, with its edits, also in the same page', async () => {
    const first = post(secret);
    paper.must('editMessage', { messageId: first.id, text: `${secret} снова` });
    const second = post(`ещё ${secret}`);
    await database.applyPage(page(0, 4));
    expect(await onDisk()).toContain(secret);
    paper.must('editMessage', { messageId: second.id, text: `${secret} опять` });
    const beforeBlank = page(4, 5);
    paper.must('removeMessage', { messageId: first.id });
    paper.must('removeMessage', { messageId: second.id });
    await database.applyPage({ ...page(4, 7), entries: [...beforeBlank.entries, ...page(5, 7).entries] });
    expect(await onDisk()).not.toContain(secret);
    expect(await texts()).toEqual(['—', '—']);
    const kept = ((await records('log')) as { entries: Entry[] }[]).flatMap((record) => record.entries);
    expect(kept.map((entry) => entry.seq)).toEqual([1, 2, 3, 4, 5, 6, 7]);
  });

  test('[S16] an erased member leaves the log, the views and the folded class, and the order of the log stays', async () => {
    const { memberId, personId, who } = paper.admit(secret);
    post(secret, who, [paper.store(personId, `${secret}.txt`)]);
    post('останется');
    await database.applyPage(page(0, paper.log.length));
    expect(await onDisk()).toContain(secret);
    const seen = paper.log.length;
    paper.must('removeMember', { memberId, erase: true });
    await database.applyPage(page(seen, seen + 1));
    expect(await onDisk()).not.toContain(secret);
    expect(await texts()).toEqual(['останется']);
    expect((await everything()).classroom).toEqual(paper.state);
    const kept = ((await records('log')) as { entries: Entry[] }[]).flatMap((record) => record.entries);
    expect(kept.map((entry) => entry.seq)).toEqual(paper.log.map((entry) => entry.seq));
  });
});
