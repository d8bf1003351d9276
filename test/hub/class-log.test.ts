/** The lane of one log, against a real store whose commits are held, failed or overtaken by the test. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Who } from '../../src/core/classroom.ts';
import { PartaError } from '../../src/core/errors.ts';
import type { ChannelId, CommandId, LogId, MemberId, PersonId } from '../../src/core/ids.ts';
import { PAGE_ENTRIES_MAX } from '../../src/core/limits.ts';
import type { Command, CommandOf } from '../../src/core/wire.ts';
import { ClassLog, GROUP_BYTES_MAX, LANE_MAX, SNAPSHOT_ROWS, type Group } from '../../src/hub/class-log.ts';
import { silent } from '../../src/hub/log.ts';
import { openSqliteStore, type SqliteStore } from '../../src/hub/store-sqlite.ts';
import type { Append, Appended, Store } from '../../src/hub/store.ts';
import { eventually, newId } from '../support/person.ts';

let dataDir: string;
let real: SqliteStore;
/** What happens to the next appends, first in first out; none: straight to the store. */
let plan: ((append: Append) => Promise<Appended>)[];
let appends: Append[];
let groups: Group[];
let log: ClassLog;

const logId = newId<LogId>();
const channelId = newId<ChannelId>();
const teacher: Who = { kind: 'person', personId: newId<PersonId>(), hubRole: 'teacher' };

const create: Command = {
  id: newId(),
  kind: 'createClass',
  body: { title: '7А', memberId: newId(), teacherName: 'Анна', channels: [{ channelId, kind: 'everyone' }] },
};
const post = (text = 'текст'): CommandOf<'postMessage'> => ({
  id: newId(),
  kind: 'postMessage',
  body: { channelId, text, fileIds: [], replyTo: null },
});
const list = (memberId = newId<MemberId>()): CommandOf<'listMember'> => ({
  id: newId(),
  kind: 'listMember',
  body: { memberId, name: 'Белов' },
});

function openLog(now: () => number = Date.now): ClassLog {
  const store: Store = new Proxy(real, {
    get(target, name: keyof Store) {
      if (name === 'append')
        return (append: Append) => {
          appends.push(append);
          return (plan.shift() ?? ((given: Append) => real.append(given)))(append);
        };
      const value: unknown = target[name];
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
  return new ClassLog(logId, {
    store,
    log: silent,
    now,
    onGroup: (group) => void groups.push(group),
    onUnnamedContent: () => undefined,
  });
}

/** An append that waits for the test's word. */
function held() {
  let release = () => undefined as void;
  const word = new Promise<void>((resolve) => (release = resolve));
  plan.push(async (append) => {
    await word;
    return real.append(append);
  });
  return release;
}
const fails = (code: 'disk-full' | 'internal') => plan.push(() => Promise.reject(new PartaError(code)));

beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'parta-log-'));
  real = await openSqliteStore({ dataDir, hubName: 'Школа' });
  plan = [];
  appends = [];
  groups = [];
  log = openLog();
  await log.load();
  await log.submit([create], teacher);
  groups = [];
  appends = [];
});
afterEach(async () => {
  await log.quiet();
  await real.close();
  await rm(dataDir, { recursive: true, force: true });
});

const storedIds = async () => (await real.read(logId, 1, 10_000, 10_000)).map((row) => row.id);

test('[S1] seq follows the order of arrival, whatever clocks say: the hub’s may go back, ids may be younger than what came before', async () => {
  const clock = [3_000, 2_000, 1_000];
  const again = openLog(() => clock.shift() ?? 0);
  await again.load();
  const commands = [post(), post(), post()].toReversed();
  for (const [index, command] of commands.entries())
    expect(await again.submit([command], teacher)).toEqual([{ id: command.id, ok: true, seq: index + 2 }]);
  const rows = await again.read(1, again.head, 10);
  expect(rows.map(({ seq, at, id }) => ({ seq, at, id }))).toEqual(
    commands.map(({ id }, index) => ({ seq: index + 2, at: 3_000 - index * 1_000, id })),
  );
});

test('[S2] nothing is acked, told or shown before its own group is on disk', async () => {
  const release = held();
  const command = post();
  let isAcked = false;
  const submitted = log.submit([command], teacher).then((results) => {
    isAcked = true;
    return results;
  });
  await eventually(() => appends.length === 1);
  expect({ isAcked, told: groups.length, head: log.head }).toEqual({ isAcked: false, told: 0, head: 1 });
  release();
  expect(await submitted).toEqual([{ id: command.id, ok: true, seq: 2 }]);
  expect(groups).toHaveLength(1);
  expect(log.head).toBe(2);
});

test('[S2] the next group gathers while one is on its way, and readers get one group each', async () => {
  const release = held();
  const first = log.submit([post()], teacher);
  await eventually(() => appends.length === 1);
  const rest = Array.from({ length: 10 }, () => log.submit([post()], teacher));
  release();
  await Promise.all([first, ...rest]);
  expect(groups.map((group) => group.rows.length)).toEqual([1, 10]);
  expect(groups.map((group) => group.after)).toEqual([1, 2]);
});

test('[S2] who loses the compare-and-set reads the news, folds and decides again', async () => {
  const release = held();
  const memberId = newId<MemberId>();
  const [loser, other] = [list(memberId), post()];
  const submitted = log.submit([loser, other], teacher);
  await eventually(() => appends.length === 1);
  // Another program lists the same member first.
  const rival = appends[0]!.rows[0]!;
  const news = { ...rival, id: newId<CommandId>() };
  await real.append({ logId, expectedHead: 1, rows: [news], nextDueAt: null });
  release();
  expect(await submitted).toEqual([
    { id: loser.id, ok: false, code: 'member-exists' },
    { id: other.id, ok: true, seq: 3 },
  ]);
  expect(await storedIds()).toEqual([news.id, other.id]);
  expect(groups.map((group) => group.rows.map((row) => row.id))).toEqual([[news.id], [other.id]]);
});

test('[S2] a failed group undoes what was decided on top of it: it is decided again', async () => {
  const memberId = newId<MemberId>();
  const [listed, renamed, message] = [
    list(memberId),
    { id: newId<CommandId>(), kind: 'renameMember', body: { memberId, name: 'Белов И.' } } as Command,
    post(),
  ];
  fails('disk-full');
  const first = log.submit([listed], teacher).catch((error: unknown) => error);
  await eventually(() => appends.length === 1);
  const onTop = log.submit([renamed, message], teacher);
  expect(await first).toMatchObject({ code: 'disk-full' });
  // The member was never listed: the renaming that rested on it is refused, the message stands.
  expect(await onTop).toEqual([
    { id: renamed.id, ok: false, code: 'no-such-member' },
    { id: message.id, ok: true, seq: 2 },
  ]);
  expect(await storedIds()).toEqual([message.id]);
  // And the failed one may come again under its own id.
  expect(await log.submit([listed], teacher)).toEqual([{ id: listed.id, ok: true, seq: 3 }]);
});

test('[S2] a refusal that rests on an uncommitted change waits for it', async () => {
  const release = held();
  const memberId = newId<MemberId>();
  const first = log.submit([list(memberId)], teacher);
  await eventually(() => appends.length === 1);
  let isRefused = false;
  const second = log.submit([list(memberId)], teacher).then((results) => {
    isRefused = true;
    return results;
  });
  await real.identity();
  expect(isRefused).toBe(false);
  release();
  await first;
  expect(await second).toMatchObject([{ ok: false, code: 'member-exists' }]);
});

test('[S3] a repeat is answered with the first seq, before and after its commit, and stored once', async () => {
  const release = held();
  const command = post();
  const [first, second] = [log.submit([command], teacher), log.submit([command, command], teacher)];
  await eventually(() => appends.length === 1);
  release();
  const expected = { id: command.id, ok: true, seq: 2 };
  expect(await first).toEqual([expected]);
  expect(await second).toEqual([expected, expected]);
  expect(await log.submit([command], teacher)).toEqual([expected]);
  const again = openLog();
  await again.load();
  expect(await again.submit([command], teacher)).toEqual([expected]);
  expect(await storedIds()).toEqual([command.id]);
});

test('[S3] the same id with another body, or from somebody else, is refused', async () => {
  const command = post();
  await log.submit([command], teacher);
  const other = { ...command, body: { ...command.body, text: 'другой' } };
  expect(await log.submit([other], teacher)).toEqual([{ id: command.id, ok: false, code: 'id-reused' }]);
  const fresh = openLog();
  await fresh.load();
  expect(await fresh.submit([other], teacher)).toEqual([{ id: command.id, ok: false, code: 'id-reused' }]);
});

test('a group closes at its limits of rows and bytes, so that its page fits into one frame', async () => {
  const release = held();
  const first = log.submit([post()], teacher);
  await eventually(() => appends.length === 1);
  const many = Array.from({ length: PAGE_ENTRIES_MAX + 1 }, () => post());
  const large = Array.from({ length: 40 }, () => post('ж'.repeat(10_000)));
  const rest = [log.submit(many, teacher), log.submit(large, teacher)];
  release();
  await Promise.all([first, ...rest]);
  for (const { rows } of appends) {
    expect(rows.length).toBeLessThanOrEqual(PAGE_ENTRIES_MAX);
    if (rows.length > 1)
      expect(rows.reduce((sum, row) => sum + Buffer.byteLength(row.body ?? ''), 0)).toBeLessThanOrEqual(
        GROUP_BYTES_MAX,
      );
  }
  expect(appends.flatMap(({ rows }) => rows)).toHaveLength(1 + many.length + large.length);
  expect(appends.some(({ rows }) => rows.length === PAGE_ENTRIES_MAX)).toBe(true);
});

test('a lane that is full takes nothing and says busy', async () => {
  await expect(
    log.submit(
      Array.from({ length: LANE_MAX + 1 }, () => post()),
      teacher,
    ),
  ).rejects.toMatchObject({
    code: 'busy',
  });
});

describe('snapshots', () => {
  test('a log opens from its snapshot and the rows after it as from all rows', async () => {
    for (let i = 0; i * 200 < SNAPSHOT_ROWS; i++)
      await log.submit([list(), ...Array.from({ length: 199 }, () => post())], teacher);
    const kept = await eventually(async () => (await real.head(logId))?.snapshot ?? undefined);
    await log.submit([list()], teacher);
    expect(kept.seq).toBeLessThan(log.head);
    const again = openLog();
    await again.load();
    expect(again.head).toBe(log.head);
    expect(again.state).toEqual(log.state);
  });

  test('a snapshot that cannot be read is folded anew', async () => {
    await log.submit([list()], teacher);
    await real.keepSnapshot(logId, log.head, '{"version":0,"state":{}}');
    const again = openLog();
    await again.load();
    expect(again.state).toEqual(log.state);
  });
});
