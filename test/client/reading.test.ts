/**
 * What lists that are open read of a long log when something is pushed into it, in records: a page of other channels costs them
 * nothing, and what is known is not read again, but what was erased goes (S16). A store without a hub; what comes is written by
 * another tab.
 */
import { Dexie, RangeSet } from 'dexie';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { ClassStore, MessagesWindow, MessageView, Stop } from '../../src/client/class-store.ts';
import { openDatabase, type Database } from '../../src/client/database.ts';
import { openClassStoreWith } from '../../src/client/open-class-store.ts';
import { BROWSER } from '../../src/client/ports.ts';
import { ENTRIES_PER_RECORD } from '../../src/client/views.ts';
import type { ChannelId, CommandId, LogId } from '../../src/core/ids.ts';
import type { LogKey } from '../../src/core/wire.ts';
import { OwnFiles } from '../support/local-client.ts';
import { MemoryDisk } from '../support/memory-disk.ts';
import { nextId, PaperClass } from '../support/paper-class.ts';

const LOG_KEY = 'hub:1:member:1' as LogKey;
/** Of the quiet channel: one message in each record. */
const QUIET_MESSAGES = 5;
const COUNT = QUIET_MESSAGES - 2;
const PATIENCE = { timeout: 60_000, interval: 1 };

let paper: PaperClass;
let logId: LogId;
let quiet: ChannelId;
let quietIds: CommandId[];
let pupil: ReturnType<PaperClass['admit']>;
let database: Database;
let store: ClassStore;
let reads: number;
let stops: Stop[];

async function arrive() {
  const head = paper.log.length;
  const after = (await database.cursorOf(logId))!.cursor;
  const entries = structuredClone(paper.log.filter(({ seq }) => seq > after));
  await database.applyPage({ logId, logKey: LOG_KEY, after, upTo: head, head, entries });
}
const follow = (logKey: LogKey, head: number) =>
  database.followed({ logId, logKey, head, memberId: paper.teacherMember, role: 'teacher', now: paper.now });

interface List {
  answers: number;
  messages: readonly MessageView[];
}
/** A list of messages that stays open; it has answered once. */
async function openList(watch: (told: (messages: readonly MessageView[]) => void) => Stop): Promise<List> {
  const list: List = { answers: 0, messages: [] };
  stops.push(watch((messages) => Object.assign(list, { answers: list.answers + 1, messages })));
  await vi.waitFor(() => expect(list.answers).toBe(1), PATIENCE);
  return list;
}
const openChannel = (channelId: ChannelId, window: Partial<MessagesWindow> = {}) =>
  openList((told) =>
    store.watchMessages(logId, channelId, { around: 'newest', count: COUNT, ...window }, (view) => told(view.messages)),
  );
const openIds = (ids: readonly CommandId[]) => openList((told) => store.watchMessagesById(logId, ids, told));

/** Records of the log that open lists read until each has answered to what happens. */
async function readsAfter(happens: () => unknown, ...lists: List[]): Promise<number> {
  const before = lists.map(({ answers }) => answers);
  reads = 0;
  happens();
  await arrive();
  await vi.waitFor(() => expect(lists.every(({ answers }, index) => answers > before[index]!)).toBe(true), PATIENCE);
  return reads;
}
const said = ({ messages }: List) => messages.map(({ text, isRemoved }) => (isRemoved ? '—' : text));

beforeEach(async () => {
  paper = new PaperClass().begin();
  logId = nextId<LogId>();
  pupil = paper.admit('Илья Белов');
  quiet = paper.channel('group', [pupil.memberId]);
  quietIds = [];
  while (quietIds.length < QUIET_MESSAGES) {
    const text = `тихо ${quietIds.length}`;
    quietIds.push(paper.post(quietIds.length === 2 ? pupil.who : paper.asTeacher, { channelId: quiet, text }));
    for (let at = 1; at < ENTRIES_PER_RECORD; at += 1) paper.post(paper.asTeacher);
  }
  const disk = new MemoryDisk();
  database = await openDatabase('reading', disk.mountBeside());
  await follow(LOG_KEY, 0);
  await arrive();
  const session = () => new Promise<never>(() => {});
  const ports = { ...BROWSER, disk: disk.mountBeside(), watchNetwork: () => () => {} };
  store = await openClassStoreWith(ports, { name: 'reading', credentials: { session }, files: new OwnFiles() });
  reads = 0;
  disk.fault.onGet = (table) => {
    if (table === 'log') reads += 1;
  };
  stops = [];
});
afterEach(async () => {
  for (const stop of stops) stop();
  await store.close();
  database.close();
});

describe('a quiet channel that is open', () => {
  test('is read in as many records as it has messages, and not again for pages of other channels', async () => {
    const list = await openChannel(quiet);
    // One more than shown tells that there are more.
    expect(reads).toBe(COUNT + 1);
    const middle = await openChannel(quiet, { around: paper.log.find(({ id }) => id === quietIds[2])!.seq, count: 1 });
    const pinned = await openIds([quietIds[0]!]);
    const open = [list, middle, pinned];
    const lively = paper.log.findLast(({ id, kind }) => kind === 'messagePosted' && id !== quietIds.at(-1))!.id;
    for (const happens of [
      () => paper.post(pupil.who),
      () => paper.must('react', { messageId: lively, reaction: 'like', isOn: true }, pupil.who),
      () => paper.must('editMessage', { messageId: lively, text: 'иначе' }),
      () => paper.must('removeMessage', { messageId: lively }),
      () => paper.assign(),
    ])
      expect(await readsAfter(happens, ...open)).toBe(0);
    expect([said(list), said(middle), said(pinned)]).toEqual([
      ['тихо 2', 'тихо 3', 'тихо 4'],
      ['тихо 2', 'тихо 3'],
      ['тихо 0'],
    ]);
  });

  test('has a message of its own read alone, and what is said of one without any', async () => {
    const list = await openChannel(quiet);
    expect(await readsAfter(() => paper.post(pupil.who, { channelId: quiet, text: 'новое' }), list)).toBe(1);
    expect(said(list)).toEqual(['тихо 3', 'тихо 4', 'новое']);
    const messageId = quietIds[3]!;
    expect(await readsAfter(() => paper.must('editMessage', { messageId, text: 'исправлено' }), list)).toBe(0);
    expect(said(list)).toEqual(['исправлено', 'тихо 4', 'новое']);
    // The run that this edit is in grows by marks of other channels, which must not hide it.
    const reacting = () => paper.must('react', { messageId, reaction: 'like', isOn: true }, pupil.who);
    expect(await readsAfter(reacting, list)).toBe(0);
    expect(list.messages[0]!.reactions).toEqual({ like: [pupil.memberId] });
  });

  test('[S16] loses what is removed, in every list that shows it', async () => {
    const open = [await openChannel(quiet), await openIds([quietIds[3]!])];
    expect(await readsAfter(() => paper.must('removeMessage', { messageId: quietIds[3]! }), ...open)).toBe(2);
    expect(open.map(said)).toEqual([['тихо 2', '—', 'тихо 4'], ['—']]);
  });

  test('[S16] loses what a member said who is erased', async () => {
    const open = [await openChannel(quiet), await openIds([quietIds[2]!])];
    await readsAfter(() => paper.must('removeMember', { memberId: pupil.memberId, erase: true }), ...open);
    expect(JSON.stringify(open.map(said))).not.toContain('тихо 2');
  });

  test('[S14] is empty when another log has come under its id', async () => {
    const list = await openChannel(quiet);
    await follow('hub:2:member:1' as LogKey, 0);
    await vi.waitFor(() => expect(said(list)).toEqual([]), PATIENCE);
  });

  test('is read anew when its page comes back from where the browser had put it', async () => {
    const list = await openChannel(quiet);
    reads = 0;
    Dexie.on.storagemutated.fire({ all: new RangeSet(-Infinity, [[]]) });
    await vi.waitFor(() => expect(list.answers).toBe(2), PATIENCE);
    expect(reads).toBe(COUNT + 1);
  });
});

test('messages that are asked for by ids and are not all here yet are looked for with every page', async () => {
  const id = nextId<CommandId>();
  const body = { channelId: paper.channelId, text: 'позже', fileIds: [], replyTo: null };
  const list = await openIds([id, quietIds[0]!]);
  await readsAfter(() => paper.post(pupil.who), list);
  expect(said(list)).toEqual(['тихо 0']);
  await readsAfter(() => paper.give({ id, kind: 'postMessage', body }, pupil.who), list);
  expect(said(list)).toEqual(['позже', 'тихо 0']);
});

test('[S8] what waited and has come is never missing, though nothing was heard of its page', async () => {
  const { id } = paper.must('postMessage', { channelId: quiet, text: 'моё', fileIds: [], replyTo: null });
  const body = { channelId: quiet, text: 'моё', fileIds: [], replyTo: null };
  await database.addCommands([{ logId, command: { id, kind: 'postMessage', body } }], paper.now);
  const window: MessagesWindow = { around: 'newest', count: COUNT };
  const answer = await database.messagesSnapshot(logId, quiet, window);
  await arrive();
  const next = await database.messagesSnapshot(logId, quiet, window, { answer, changes: [] });
  expect(next.outbox).toEqual([]);
  expect(next.messages.at(-1)).toMatchObject({ id, text: 'моё' });
});
