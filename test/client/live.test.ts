/**
 * What is true only now, beside the log: reads, typing, presence. The clock is the test's, the wire writes down what it is told;
 * one test goes over real sockets.
 */
import { IDBFactory, IDBKeyRange } from 'fake-indexeddb';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type {
  ClassStore,
  ClassView,
  Credentials,
  LiveView,
  MessagesView,
  Stop,
  WallView,
} from '../../src/client/class-store.ts';
import { openDatabase, type Database } from '../../src/client/database.ts';
import { Live, TELL_READ_MS, TELL_TYPING_MS, TYPING_LASTS_MS } from '../../src/client/live.ts';
import { openClassStoreWith } from '../../src/client/open-class-store.ts';
import { BROWSER, type Ports } from '../../src/client/ports.ts';
import type { ChannelId, FileId, LogId, MemberId } from '../../src/core/ids.ts';
import { ACTIVE_EVERY_MS } from '../../src/core/limits.ts';
import { PROTOCOL_VERSION, type Credentials as DeviceSecret, type LogKey, type WallTile } from '../../src/core/wire.ts';
import { startHub } from '../support/hub.ts';
import { OwnFiles } from '../support/local-client.ts';
import { MemoryDisk } from '../support/memory-disk.ts';
import { nextFileId, nextId } from '../support/paper-class.ts';
import { call, Person } from '../support/person.ts';
import { VirtualTime } from '../support/virtual-time.ts';

/** Vitest's own second is little on a loaded machine. */
const PATIENCE = { timeout: 10_000 };
const logId = nextId<LogId>();
const channelId = nextId<ChannelId>();
const me = nextId<MemberId>();
const other = nextId<MemberId>();

describe('over a wire that writes down', () => {
  let time: VirtualTime;
  let database: Database;
  let live: Live;
  let told: unknown[];
  let seen: LiveView;
  const wire = { read: (mark: unknown) => void told.push(['read', mark]), typing: (mark: unknown) => void told.push(['typing', mark]), lessonMark: (mark: unknown) => void told.push(['lessonMark', mark]), helped: (helped: unknown) => void told.push(['helped', helped]), wall: (wish: unknown) => void told.push(['wall', wish]) }; // prettier-ignore

  beforeEach(async () => {
    time = new VirtualTime();
    told = [];
    database = await openDatabase('live', new MemoryDisk(time).mount());
    const logKey = 'hub:1:me:1' as LogKey;
    await database.followed({ logId, logKey, head: 50, memberId: me, role: 'teacher', now: time.now });
    const ports = { ...BROWSER, now: () => time.now, after: time.after.bind(time) } satisfies Ports;
    live = new Live(ports, database);
    live.watch(logId, (view) => (seen = view));
    await time.rest();
  });
  afterEach(() => {
    live.stop();
    database.close();
  });
  const read = async (seq: number) => {
    await database.markRead(logId, channelId, seq);
    live.haveRead(logId);
  };
  const readUpTo = async () => (await database.cursorOf(logId))!.readUpTo[channelId];

  test('what was read is told once for many, the greatest, and again only if the hub does not know it', async () => {
    live.connected(wire);
    for (const seq of [3, 9, 7]) await read(seq);
    await time.pass(TELL_READ_MS - 1);
    expect(told).toEqual([]);
    await time.pass(1);
    expect(told).toEqual([['read', { logId, channelId, seq: 9 }]]);
    live.heard({ kind: 'reads', value: { logId, reads: [{ channelId, memberId: me, seq: 9 }] } });
    live.haveRead(logId);
    await time.pass(TELL_READ_MS);
    expect(told).toHaveLength(1);
  });

  test('a hand that is up is told at once, to every new connection, and until it is down', async () => {
    live.askHelp(logId, true);
    await time.rest();
    expect(told).toEqual([]);
    live.connected(wire);
    live.followed(logId);
    const hand = (wantsHelp: boolean, isActive: boolean) => ['lessonMark', { logId, wantsHelp, isActive }];
    expect(told).toEqual([hand(true, false)]);
    live.disconnected();
    expect(seen.wantsHelp).toBe(true);
    live.connected(wire);
    live.followed(logId);
    expect(told).toHaveLength(2);
    live.heard({ kind: 'helped', value: { logId, memberId: me } });
    expect(seen.wantsHelp).toBe(false);
    live.askHelp(logId, true);
    live.askHelp(logId, false);
    expect(told.slice(2)).toEqual([hand(true, true), hand(false, true)]);
    live.followed(logId);
    expect(told).toHaveLength(4);
  });

  test('files that are here are told to every new connection: the hub that sent them counted them itself', async () => {
    const fileIds = ['a', 'b'].map((digit) => digit.repeat(32) as FileId);
    live.connected(wire);
    live.followed(logId);
    live.tellHolds(logId, fileIds);
    expect(told).toEqual([]);
    live.disconnected();
    live.connected(wire);
    live.followed(logId);
    live.disconnected();
    live.askHelp(logId, true);
    live.connected(wire);
    live.followed(logId);
    expect(told).toEqual([
      ['lessonMark', { logId, isActive: false, holds: fileIds }],
      ['lessonMark', { logId, isActive: false, wantsHelp: true, holds: fileIds }],
    ]);
  });

  test('keys and taps are told at most every ACTIVE_EVERY_MS', async () => {
    live.tellActive(logId);
    live.connected(wire);
    for (let i = 0; i < 50; i++) live.tellActive(logId);
    expect(told).toEqual([['lessonMark', { logId, isActive: true }]]);
    await time.pass(ACTIVE_EVERY_MS);
    live.tellActive(logId);
    expect(told).toHaveLength(2);
  });

  test('a wall is wished for once while somebody watches, and again over a new connection; deltas are laid over', async () => {
    const walls: (WallView | null)[] = [];
    live.connected(wire);
    const stops = [live.watchWall(logId, (wall) => walls.push(wall)), live.watchWall(logId, () => {})];
    const wishes = () => told.filter((one) => (one as unknown[])[0] === 'wall').map((one) => (one as [string, { isOpen: boolean }])[1].isOpen); // prettier-ignore
    await vi.waitFor(() => expect(wishes()).toEqual([true]), PATIENCE);
    const [one, two] = [nextFileId(), nextFileId()];
    const flow = (fileId: FileId, doneBytes: number) => ({ fileId, doneBytes, sizeBytes: 9 });
    const tile = { memberId: other, isHere: true, wantsHelpSince: null, activeAt: null, up: [] };
    const news = (isWhole: boolean, down: object[]) =>
      live.heardWall({ logId, now: 1, isWhole, tiles: [{ ...tile, down }] });
    news(false, [flow(one, 1)]);
    live.heardWall('odd');
    expect(walls.at(-1)).toBeNull();
    news(true, [flow(one, 1)]);
    news(false, [flow(two, 3)]);
    news(false, [flow(one, 9)]);
    expect(walls.at(-1)?.tiles.get(other)?.down).toEqual([flow(one, 9), flow(two, 3)]);
    news(true, []);
    expect(walls.at(-1)?.tiles.get(other)?.down).toEqual([]);
    live.disconnected();
    expect(walls.at(-1)).toBeNull();
    live.connected(wire);
    live.followed(logId);
    expect(wishes()).toEqual([true, true]);
    for (const stop of stops) stop();
    expect(wishes()).toEqual([true, true, false]);
  });

  test('read offline, told after the hub has said where we stand', async () => {
    await read(12);
    await time.pass(10 * TELL_READ_MS);
    expect(told).toEqual([]);
    live.connected(wire);
    live.followed(logId);
    await time.pass(TELL_READ_MS);
    expect(told).toEqual([['read', { logId, channelId, seq: 12 }]]);
  });

  test('what I read elsewhere moves this device, never back; what others read is shown and moves nothing', async () => {
    const reads = (memberId: MemberId, seq: number) =>
      live.heard({ kind: 'reads', value: { logId, reads: [{ channelId, memberId, seq }] } });
    reads(me, 20);
    reads(me, 5);
    reads(other, 40);
    await time.rest();
    expect(await readUpTo()).toBe(20);
    expect(seen.reads[channelId]).toEqual({ [me]: 20, [other]: 40 });
  });

  test('told before the log was followed, it is kept once there is a place for it', async () => {
    await database.forget(logId);
    live.heard({ kind: 'reads', value: { logId, reads: [{ channelId, memberId: me, seq: 8 }] } });
    await time.rest();
    const logKey = 'hub:1:me:1' as LogKey;
    await database.followed({ logId, logKey, head: 50, memberId: me, role: 'teacher', now: time.now });
    live.followed(logId);
    await time.rest();
    expect(await readUpTo()).toBe(8);
  });

  test('who goes on writing is told every few seconds; who stopped is forgotten', async () => {
    live.tellTyping(logId, channelId);
    live.connected(wire);
    for (let ms = 0; ms < TELL_TYPING_MS; ms += 500) {
      live.tellTyping(logId, channelId);
      await time.pass(500);
    }
    expect(told).toHaveLength(1);
    live.tellTyping(logId, channelId);
    expect(told).toHaveLength(2);

    const typing = () => live.heard({ kind: 'typing', value: { logId, channelId, memberId: other } });
    typing();
    await time.pass(TYPING_LASTS_MS - 1);
    typing();
    await time.pass(TYPING_LASTS_MS - 1);
    expect(seen.typing[channelId]).toEqual([other]);
    await time.pass(1);
    expect(seen.typing[channelId]).toEqual([]);
  });

  test('nothing of others outlives the connection', async () => {
    live.connected(wire);
    live.heard({ kind: 'presence', value: { logId, memberIds: [me, other] } });
    live.heard({ kind: 'typing', value: { logId, channelId, memberId: other } });
    expect([...seen.present]).toEqual([me, other]);
    live.disconnected();
    expect(seen).toEqual({ reads: {}, typing: {}, present: new Set(), wantsHelp: false });
    live.tellTyping(logId, channelId);
    expect(told).toEqual([]);
  });
});

describe('a real hub', () => {
  const undo: (() => unknown)[] = [];
  afterEach(async () => {
    for (const step of undo.splice(0).toReversed()) await step();
  });
  const until = <T>(watch: (listener: (value: T) => void) => Stop, fits: (value: T) => boolean): Promise<T> =>
    new Promise((resolve) => {
      const stop = watch((value) => {
        if (!fits(value)) return;
        resolve(value);
        queueMicrotask(() => stop());
      });
    });
  async function open(url: string, { deviceId, secret }: DeviceSecret): Promise<ClassStore> {
    const body = { deviceId, secret, protocol: PROTOCOL_VERSION };
    const session: Credentials['session'] = async () => ({
      ...(await call<Awaited<ReturnType<Credentials['session']>>>(url, '/api/session', { method: 'POST', body })),
      url,
    });
    const disk = { indexedDB: new IDBFactory(), IDBKeyRange };
    const files = new OwnFiles();
    const store = await openClassStoreWith({ ...BROWSER, disk }, { name: deviceId, credentials: { session }, files });
    undo.push(() => store.close());
    return store;
  }

  /** A teacher's store, and a pupil who was let in. */
  async function classOfTwo() {
    const hub = await startHub();
    undo.push(() => hub.stop());
    const by = new Person(hub.url, hub.owner);
    undo.push(() => by.close());
    const made = await by.createClass('7А');
    const { logId: classId } = made;
    const chat = made.channelId as ChannelId;
    const { code } = await by.joinCode(classId);
    const pupil = await Person.join(hub.url, code, 'Белов Илья');
    const school = await open(hub.url, hub.owner);
    const asked = await until<ClassView | null>(
      (l) => school.watchClass(classId, l),
      (view) => Object.keys(view?.classroom.requests ?? {}).length === 1,
    );
    const requestId = Object.values(asked!.classroom.requests)[0]!.requestId;
    const memberId = school.newMemberId();
    await school.send(classId, 'confirmJoin', { requestId, memberId, name: 'Белов Илья' });
    return { hub, school, pupil, classId, chat, memberId };
  }

  test('a wall tells a teacher who is here and who calls; who was helped sees his hand go down', async () => {
    const { hub, school, pupil, classId, memberId } = await classOfTwo();
    const tileIs = (fits: (tile: WallTile | undefined) => boolean) =>
      until<WallView | null>(
        (l) => school.watchWall(classId, l),
        (wall) => wall !== null && fits(wall.tiles.get(memberId)),
      );
    await tileIs((tile) => tile?.isHere !== true);
    const page = await open(hub.url, pupil.credentials);
    await tileIs((tile) => tile?.isHere === true);
    page.askHelp(classId, true);
    await tileIs((tile) => typeof tile?.wantsHelpSince === 'number' && typeof tile.activeAt === 'number');
    school.tellHelped(classId, memberId);
    const live = await until<LiveView>(
      (l) => page.watchLive(classId, l),
      ({ wantsHelp }) => !wantsHelp,
    );
    expect(live.wantsHelp).toBe(false);
    await tileIs((tile) => tile?.wantsHelpSince === null);
  });

  test('a teacher sees who has read, who writes and who is here; his laptop learns what he has read at school', async () => {
    const { hub, school, pupil, classId, chat, memberId } = await classOfTwo();
    const text = { channelId: chat, text: 'Здравствуйте', fileIds: [], replyTo: null };
    await school.send(classId, 'postMessage', text);
    const page = await open(hub.url, pupil.credentials);
    const { newestSeq } = await until<MessagesView>(
      (l) => page.watchMessages(classId, chat, { around: 'newest', count: 10 }, l),
      ({ messages }) => messages.length === 1,
    );
    await page.markRead(classId, chat, newestSeq);
    await until<LiveView>(
      (l) => school.watchLive(classId, l),
      ({ reads, present }) => reads[chat]?.[memberId] === newestSeq && present.has(memberId),
    );
    const writing = until<LiveView>(
      (l) => school.watchLive(classId, l),
      ({ typing }) => typing[chat]?.includes(memberId) === true,
    );
    page.tellTyping(classId, chat);
    expect((await writing).typing[chat]).toEqual([memberId]);

    const { code: deviceCode } = await school.hub.deviceCode();
    const laptop = await open(hub.url, (await Person.withDeviceCode(hub.url, deviceCode)).credentials);
    const unreadIs = (count: number) =>
      until<ClassView | null>(
        (l) => laptop.watchClass(classId, l),
        (view) => view !== null && (view.unread[chat] ?? 0) === count && view.classroom.title === '7А',
      );
    await unreadIs(0);
    await page.send(classId, 'postMessage', { ...text, text: 'Здравствуйте!' });
    await unreadIs(1);
    const said = await until<MessagesView>(
      (l) => school.watchMessages(classId, chat, { around: 'newest', count: 10 }, l),
      ({ messages }) => messages.length === 2 && messages[1]!.seq !== null,
    );
    await school.markRead(classId, chat, said.newestSeq);
    expect((await unreadIs(0))?.unread[chat]).toBe(0);
  });
});
