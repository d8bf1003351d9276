// What issue 4 asks of a portfolio, at a real hub: classes and works to a laptop that no network joins, and the teacher's marks back;
// nothing doubled when the same file is taken in twice or the network comes back in between.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import type { ChannelId, CommandId, FileId, LogId, MemberId } from '../../src/core/ids.ts';
import type { DeviceCode, Devices } from '../../src/core/wire.ts';
import { startHub, type StartedHub } from '../support/hub.ts';
import { Person } from '../support/person.ts';
import { Computer } from './portfolio-computer.ts';
import { bytesOf, scratchDir, until } from './scratch.ts';
import { sha256Of } from './scripted-hub.ts';

// Several threads and a hub in each story; a busy machine takes its time over the passwords.
vi.setConfig({ testTimeout: 90_000, hookTimeout: 60_000 });

const PASSWORD = '1234 5678 9012 3456';

let hub: StartedHub;
/** The protocol by hand, as a pupil's and as a witness of what the hub has. */
let witness: Person;
let pc: Computer;
let laptop: Computer;
let stick: string;
let logId: LogId;
let channelId: ChannelId;
let assignmentId: CommandId;
let work: Buffer;

beforeEach(async () => {
  hub = await startHub();
  onTestFinished(() => hub.stop());
  witness = new Person(hub.url, hub.owner);
  await witness.signIn();
  onTestFinished(() => witness.close());
  const made = await witness.createClass('7А');
  logId = made.logId as LogId;
  channelId = made.channelId as ChannelId;
  const assigned = await witness.send(logId, 'assign', {
    title: 'Упражнение 214',
    text: '',
    dueAt: null,
    scale: { kind: 'five' },
    assignees: 'all',
    fileIds: [],
    seriesId: null,
  });
  assignmentId = assigned.id;
  stick = scratchDir();
  pc = await Computer.open('Кабинет 12', stick);
  laptop = await Computer.open('Ноутбук', stick);
  const { code } = await witness.call<DeviceCode>('/api/device-codes', { method: 'POST' });
  await pc.servers.join(hub.url, code);
  await pc.openStore();
  await until(() => pc.isCurrent(logId));
  laptop.isCut = true;
});

/** A pupil of the list whose work was brought, and the work lies in the PC's library. */
async function brought(name: string, seed = 5): Promise<MemberId> {
  const memberId = pc.store.newMemberId();
  await pc.store.send(logId, 'listMember', { memberId, name });
  work = bytesOf(300_000, seed);
  mkdirSync(join(stick, 'works'), { recursive: true });
  const path = join(stick, 'works', `${name}.docx`);
  writeFileSync(path, work);
  const [file] = await pc.transfers.upload(pc.serverId, [path]);
  pc.files.note([file!]);
  await pc.store.send(logId, 'bringWork', {
    assignmentId,
    memberId,
    fileIds: [file!.fileId],
    note: '',
    writtenAt: null,
  });
  await settled();
  return memberId;
}
const settled = () => until(async () => (await pc.outbox()).length === 0 && (await pc.isCurrent(logId)));
const entries = async () => {
  const log = await witness.follow(logId);
  const head = (await witness.call<{ logs: { logId: string; head: number }[] }>('/api/me')).logs.find(
    (one) => one.logId === logId,
  )!.head;
  await until(() => log.cursor >= head);
  return log.entries;
};
const countOf = async (id: string) => (await entries()).filter((entry) => entry.id === id).length;

/** The laptop has read a chosen file, and its page knows its hash. */
const isRead = (fileId: FileId) => until(() => /[1-9a-f]/.test(laptop.files.describe(fileId)?.sha256 ?? ''));

async function first(): Promise<void> {
  await laptop.takeIn(await pc.pack({ passphrase: PASSWORD }), PASSWORD);
}
const review = (memberId: MemberId, mark: string) =>
  laptop.store.send(logId, 'review', { assignmentId, memberId, attempt: 1, mark, comment: 'Хорошо', seen: null });

describe('there and back', () => {
  it('[S3][S5][S7] classes and works go out, marks, words and files come home, each exactly once, twice taken in', async () => {
    const memberId = await brought('Белов Илья');
    await pc.say(logId, channelId, 'На понедельник');
    await settled();
    const file = await pc.pack({ passphrase: PASSWORD });
    await pc.cut();
    // One file, and nothing in it that could be read without the password.
    const bytes = readFileSync(file);
    expect(bytes.subarray(0, 21).toString()).toBe('age-encryption.org/v1');
    for (const word of ['Белов', '7А', 'понедельник', 'manifest']) expect(bytes.includes(word)).toBe(false);

    const job = await laptop.look(file, PASSWORD);
    expect(job.summary).toMatchObject({
      maker: 'Кабинет 12',
      hubName: 'Школа № 1',
      files: 1,
      missing: 0,
      isFirst: true,
    });
    const taken = await laptop.takeIn(file, PASSWORD);
    expect(taken.entries).toBeGreaterThan(3);
    expect((await laptop.me())?.logs.find((log) => log.logId === logId)).toMatchObject({
      title: '7А',
      isCurrent: true,
      toCheck: 1,
    });
    expect(await laptop.chat(logId, channelId)).toEqual(['На понедельник']);
    expect(await laptop.has(sha256Of(work))).toBe(true);
    const view = await laptop.class(logId);
    expect(Object.values(view!.classroom.submissions)).toMatchObject([{ memberId }]);

    // At home: a mark, given back, a word, a word with a file of the laptop's own.
    const reviewId = await review(memberId, '5');
    const backId = await laptop.store.send(logId, 'giveBack', {
      assignmentId,
      memberId,
      reviewId,
      outcome: 'accepted',
    });
    const wordId = await laptop.say(logId, channelId, 'Проверила');
    const own = bytesOf(200_000, 11);
    writeFileSync(join(laptop.dir, 'Разбор.pdf'), own);
    const [chosen] = await laptop.transfers.upload(laptop.serverId, [join(laptop.dir, 'Разбор.pdf')]);
    laptop.files.note([chosen!]);
    await isRead(chosen!.fileId);
    const fileWordId = await laptop.say(logId, channelId, 'Разбор', [chosen!.fileId]);
    expect((await laptop.outbox()).map((row) => row.id)).toEqual([reviewId, backId, wordId, fileWordId]);

    const { pairId } = laptop.portfolios.read().pairs[0]!;
    const home = await laptop.pack({ pairId, logIds: [] });
    // No password from here on: the two know each other.
    await pc.join();
    const back = await pc.takeIn(home);
    expect(back).toMatchObject({ commands: 4, known: 0 });
    await settled();
    expect(await pc.takeIn(home)).toMatchObject({ commands: 0, known: 4 });
    await settled();
    for (const id of [reviewId, backId, wordId, fileWordId]) expect(await countOf(id)).toBe(1);
    const order = (await entries())
      .map((entry) => entry.id)
      .filter((id) => [reviewId, backId, wordId, fileWordId].includes(id as CommandId));
    expect(order.filter((id) => id !== fileWordId)).toEqual([reviewId, backId, wordId]);
    expect((await witness.download(chosen!.fileId)).bytes.equals(own)).toBe(true);

    // The laptop keeps what it sent until the log says that it is there: the next portfolio does.
    expect(await laptop.outbox()).toHaveLength(4);
    const next = await pc.pack({ pairId: pc.portfolios.read().pairs[0]!.pairId });
    expect(await laptop.takeIn(next)).toMatchObject({ confirmed: 4 });
    expect(await laptop.outbox()).toEqual([]);
    expect(laptop.leftovers()).toEqual([]);
    expect(pc.leftovers()).toEqual([]);
  });

  it('[S3][S18] the network comes back on the laptop in between: both send the same, the hub has it once', async () => {
    const memberId = await brought('Белов Илья');
    await first();
    const own = bytesOf(400_000, 12);
    writeFileSync(join(laptop.dir, 'Разбор.pdf'), own);
    const [chosen] = await laptop.transfers.upload(laptop.serverId, [join(laptop.dir, 'Разбор.pdf')]);
    laptop.files.note([chosen!]);
    await isRead(chosen!.fileId);
    const ids = [await review(memberId, '4'), await laptop.say(logId, channelId, 'Разбор', [chosen!.fileId])];
    const home = await laptop.pack({ pairId: laptop.portfolios.read().pairs[0]!.pairId, logIds: [] });
    const [taken] = await Promise.all([pc.takeIn(home), laptop.join()]);
    expect(taken.commands + taken.known).toBe(2);
    await settled();
    await until(async () => (await laptop.outbox()).length === 0);
    for (const id of ids) expect(await countOf(id)).toBe(1);
    expect((await witness.download(chosen!.fileId)).bytes.equals(own)).toBe(true);
    // Both ways came to their end: no upload is left over on either side.
    for (const computer of [pc, laptop])
      await until(() => computer.transfers.list().every(({ state }) => state === 'done'));
    // And the same file once more, when everything is long there.
    expect(await pc.takeIn(home)).toMatchObject({ commands: 0, known: 2 });
  });

  it('the laptop is a device like any other: with a network it goes on by the wire, and is out when it is disconnected', async () => {
    await first();
    await laptop.join();
    await pc.say(logId, channelId, 'По сети');
    await until(async () => (await laptop.chat(logId, channelId)).includes('По сети'));
    const { devices } = await witness.call<Devices>('/api/devices');
    const one = devices.find((device) => device.name === 'Ноутбук дома')!;
    await witness.call(`/api/devices/${one.deviceId}`, { method: 'DELETE' });
    await expect(laptop.servers.session(laptop.serverId, 'x')).resolves.toBeDefined();
    laptop.servers.ticketRefused(laptop.serverId);
    await expect(laptop.servers.session(laptop.serverId)).rejects.toThrow('signed-out');
  });

  it('[S10] what the hub refused of it is shown on the laptop with its reason', async () => {
    const memberId = await brought('Белов Илья');
    await first();
    const wrongId = await review(memberId, '17');
    await pc.takeIn(await laptop.pack({ pairId: laptop.portfolios.read().pairs[0]!.pairId, logIds: [] }));
    await until(async () => (await pc.outbox()).some((row) => row.id === wrongId && row.state === 'refused'));
    expect(await laptop.takeIn(await pc.pack({ pairId: pc.portfolios.read().pairs[0]!.pairId }))).toMatchObject({
      refused: 1,
    });
    expect(await laptop.outbox()).toMatchObject([{ id: wrongId, state: 'refused', code: 'bad-mark' }]);
  });

  it('[S9] a word whose file is still being read stays behind with what refers to it, and says so', async () => {
    await first();
    const pending = laptop.store.newFileId();
    laptop.files.note([{ fileId: pending, name: 'x.pdf', sizeBytes: 1, mediaType: '' }]);
    const heldId = await laptop.say(logId, channelId, 'С файлом', [pending]);
    const editId = await laptop.store.send(logId, 'editMessage', { messageId: heldId, text: 'иначе' });
    const freeId = await laptop.say(logId, channelId, 'Без файла');
    const home = await laptop.pack({ pairId: laptop.portfolios.read().pairs[0]!.pairId, logIds: [] });
    expect((await pc.look(home)).summary!.facts).toMatchObject({ commands: 1, leftBehind: 2 });
    await pc.takeIn(home);
    await settled();
    expect(await countOf(freeId)).toBe(1);
    for (const id of [heldId, editId]) expect(await countOf(id)).toBe(0);
  });

  it('files that are there already do not go again, but do where they are asked for', async () => {
    await brought('Белов Илья');
    await first();
    const first$ = sha256Of(work);
    await pc.takeIn(await laptop.pack({ pairId: laptop.portfolios.read().pairs[0]!.pairId, logIds: [] }));
    await brought('Орлова Анна', 6);
    const { pairId } = pc.portfolios.read().pairs[0]!;
    const files = (await pc.namedFiles(logId)).map((file) => ({ file, isUpload: false }));
    expect(await pc.portfolios.weigh(pairId, files)).toMatchObject({
      inside: { files: 1 },
      there: { files: 1 },
      missing: { files: 0 },
    });
    const small = await pc.pack({ pairId });
    expect((await laptop.look(small)).summary).toMatchObject({ files: 1, missing: 0 });
    const whole = await pc.pack({ pairId, onlyNew: false });
    expect((await laptop.look(whole)).summary).toMatchObject({ files: 2, missing: 0 });
    await laptop.takeIn(small);
    expect(await laptop.has(sha256Of(work))).toBe(true);
    expect(first$).not.toBe(sha256Of(work));
  });
});

describe('in another order', () => {
  it('[S5] the same outward file taken in twice changes nothing; an older one after a newer is refused', async () => {
    const one = await pc.pack({ passphrase: PASSWORD });
    await pc.say(logId, channelId, 'Позже');
    await settled();
    const { pairId } = pc.portfolios.read().pairs[0]!;
    const two = await pc.pack({ pairId, passphrase: PASSWORD });
    await laptop.takeIn(two, PASSWORD);
    expect((await laptop.look(two, PASSWORD)).summary).toMatchObject({ isAgain: true, isFirst: false });
    expect(await laptop.takeIn(two, PASSWORD)).toMatchObject({ entries: 0, commands: 0, older: 0 });
    await expect(laptop.takeIn(one, PASSWORD)).rejects.toThrow('older');
    expect(await laptop.chat(logId, channelId)).toEqual(['Позже']);
    expect(laptop.servers.list()).toHaveLength(1);
  });

  it('[S5] what the wire brought meanwhile is not undone by a portfolio from before', async () => {
    await first();
    const { pairId } = pc.portfolios.read().pairs[0]!;
    const before = await pc.pack({ pairId, passphrase: PASSWORD });
    await laptop.join();
    await pc.say(logId, channelId, 'По сети');
    await until(async () => (await laptop.chat(logId, channelId)).includes('По сети'));
    await laptop.cut();
    expect(await laptop.takeIn(before, PASSWORD)).toMatchObject({ entries: 0 });
    expect(await laptop.chat(logId, channelId)).toContain('По сети');
  });

  it('[S14] a restored hub: the laptop reads the new log from the portfolio, and its own lost work goes home again', async () => {
    await first();
    const copy = join(scratchDir(), 'backup.db');
    await hub.hub.backup(copy);
    const id = await laptop.say(logId, channelId, 'Слово из дома');
    const { pairId } = laptop.portfolios.read().pairs[0]!;
    await pc.takeIn(await laptop.pack({ pairId, logIds: [] }));
    await settled();
    const old = await pc.pack({ pairId });
    await laptop.takeIn(old);
    expect(await laptop.outbox()).toEqual([]);
    // The hub forgets. The PC is told so by the wire, the laptop by the next portfolio only.
    const older = await pc.pack({ pairId });
    await pc.cut();
    const { dataDir } = hub;
    await hub.stop({ keep: true });
    hub = await startHub({ dataDir, restoreFrom: copy, port: hub.port });
    // Nobody else gives it back: the PC's own outbox is emptied for it.
    await pc.join();
    await until(async () => (await pc.outbox()).length === 0 && (await pc.isCurrent(logId)));
    witness.close();
    witness = new Person(hub.url, hub.owner);
    await witness.signIn();
    await until(async () => (await countOf(id)) === 1);
    await settled();
    const fresh = await pc.pack({ pairId });
    const taken = await laptop.takeIn(fresh);
    expect(taken.older).toBe(0);
    expect(await laptop.chat(logId, channelId)).toEqual(['Слово из дома']);
    expect(await laptop.outbox()).toEqual([]);
    await expect(laptop.takeIn(older)).rejects.toThrow('older');
  });
});
