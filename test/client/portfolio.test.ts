/** What a store packs and takes in: S3, S5, S6, S9, S10 and S14 without a wire, and everything that does not fit, refused whole. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { ClassStore } from '../../src/client/class-store.ts';
import { PAST_EPOCHS_MAX, PUT_AWAY_MAX, type Database, type StoredCommand } from '../../src/client/database.ts';
import { linesOf } from '../../src/client/portfolio.ts';
import { PartaError } from '../../src/core/errors.ts';
import type { CommandId, LogId } from '../../src/core/ids.ts';
import { MESSAGE_TEXT_MAX } from '../../src/core/limits.ts';
import { LINE_BYTES_MAX, PORTFOLIO_COMMANDS_MAX, PORTFOLIO_FILES_MAX, PORTFOLIO_LOGS_MAX, type PortfolioLine } from '../../src/core/portfolio.ts'; // prettier-ignore
import type { CommandOf, FileRef, LogKey } from '../../src/core/wire.ts';
import { blobOf, gather, linesIn, troubleIn } from '../../src/renderer/portfolio/carrying.ts';
import { LocalClass } from '../support/local-class.ts';
import type { LocalClient } from '../support/local-client.ts';

let school: LocalClass;
let pc: LocalClient;
/** Another device of the same teacher that no network joins. */
let laptop: LocalClient;
const AWAY = { connect: () => Promise.reject(new PartaError('hub-unreachable')), fetch: () => Promise.reject(new PartaError('hub-unreachable')) }; // prettier-ignore

beforeEach(async () => {
  school = await LocalClass.open();
  pc = school.teacher;
  laptop = school.client('laptop', pc.personId, undefined, AWAY);
  await laptop.start();
});
afterEach(() => school.end());

async function lines(client: LocalClient): Promise<PortfolioLine[]> {
  const packed = await client.store.pack([school.logId], () => true);
  return JSON.parse(JSON.stringify(await allOf(packed.lines))) as PortfolioLine[];
}
async function allOf(given: AsyncIterable<unknown>): Promise<unknown[]> {
  const found: unknown[] = [];
  for await (const line of given) found.push(line);
  return found;
}
const again = (of: readonly unknown[]) =>
  async function* () {
    yield* of;
  };
const takeIn = (client: LocalClient, of: readonly unknown[]) => client.store.takeIn(again(of));
const keyOf = (of: readonly PortfolioLine[]) => of.flatMap((line) => ('log' in line ? [line.log.logKey] : []))[0]!;
/** The same, as a hub of another key would have given it. */
const under = (of: readonly PortfolioLine[], logKey: string) =>
  of.map((line): PortfolioLine => {
    if ('log' in line) return { log: { ...line.log, logKey: logKey as LogKey } };
    return 'page' in line ? { page: { ...line.page, logKey: logKey as LogKey } } : line;
  });

test('[S5] what was packed in pieces of pages is the log; twice it is nothing more', async () => {
  for (let n = 0; n < 600; n += 1) await school.say(pc, `слово ${n}`);
  await school.soon();
  const all = await lines(pc);
  const pages = all.flatMap((line) => ('page' in line ? [line.page] : []));
  expect(pages.length).toBeGreaterThan(2);
  for (const page of pages) expect(page.entries.length).toBeLessThanOrEqual(256);
  expect(await takeIn(laptop, all)).toMatchObject({ entries: 601, older: 0 });
  expect(await school.chat(laptop)).toEqual(await school.chat(pc));
  expect(await takeIn(laptop, all)).toMatchObject({ entries: 0, confirmed: 0 });
  const view = await laptop.class(school.logId);
  expect(view!.classroom).toEqual((await pc.class(school.logId))!.classroom);
}, 60_000);

test('[S5] no line is longer than whoever takes it in may read, whatever somebody has written', async () => {
  // Six letters of JSON for each of these.
  const text = '\u0001'.repeat(MESSAGE_TEXT_MAX);
  const count = Math.ceil((1.5 * LINE_BYTES_MAX) / (6 * MESSAGE_TEXT_MAX));
  for (let n = 0; n < count; n += 1) await school.say(pc, text);
  await school.soon();
  const all = await lines(pc);
  for (const line of all) expect(JSON.stringify(line).length).toBeLessThanOrEqual(LINE_BYTES_MAX);
  expect(await takeIn(laptop, all)).toMatchObject({ entries: count + 1 });
  expect(await school.chat(laptop)).toHaveLength(count);
}, 60_000);

test('[S5] a page that begins before where this log stands is cut; one that begins after it is a gap, refused whole', async () => {
  await school.say(pc, 'раз');
  await school.soon();
  const one = await lines(pc);
  await school.say(pc, 'два');
  await school.soon();
  const two = await lines(pc);
  const late = two.map((line): PortfolioLine => {
    if ('log' in line) return { log: { ...line.log, after: 2 } };
    if (!('page' in line)) return line;
    return { page: { ...line.page, after: 2, entries: line.page.entries.filter(({ seq }) => seq > 2) } };
  });
  await expect(takeIn(laptop, late)).rejects.toThrow('wrong-key');
  expect(await laptop.class(school.logId)).toBeNull();
  await takeIn(laptop, one);
  expect(await takeIn(laptop, late)).toMatchObject({ entries: 1 });
  expect(await school.chat(laptop)).toEqual(['раз', 'два']);
});

test('[S3][S8][S9] commands come once, in their order, and only where the log has them not', async () => {
  await takeIn(laptop, await lines(pc));
  const ids = [await school.say(laptop, 'раз'), await school.say(laptop, 'два')];
  const home = await lines(laptop);
  const first = await takeIn(pc, home);
  expect(first).toMatchObject({ commands: 2, known: 0 });
  await school.soon();
  expect(await school.chat(pc)).toEqual(['раз', 'два']);
  expect(await takeIn(pc, home)).toMatchObject({ commands: 0, known: 2 });
  await school.soon();
  const entries = await school.hub.entries(school.logId);
  expect(entries.map(({ id }) => id).filter((id) => ids.includes(id))).toEqual(ids);
  // Still waiting where they were written, until the log says so (S7).
  expect(await school.chat(laptop)).toEqual(['раз *waiting', 'два *waiting']);
  expect(await takeIn(laptop, await lines(pc))).toMatchObject({ confirmed: 2 });
  expect(await school.chat(laptop)).toEqual(['раз', 'два']);
});

test('[S10] what was refused and put away, or written anew, does not come back with another portfolio; the laptop hears of it', async () => {
  const home = school.client('home', pc.personId, undefined, AWAY);
  await home.start();
  for (const client of [laptop, home]) await takeIn(client, await lines(pc));
  const [away, anew] = [await school.say(laptop, 'раз'), await school.say(laptop, 'два')];
  const brought = await lines(laptop);
  const refused = [away, anew].map((id) => ({ refused: { logId: school.logId, id, code: 'not-allowed' } }));
  expect(await takeIn(home, [...brought, ...refused])).toMatchObject({ commands: 2, refused: 2 });
  await home.store.discard(away);
  const command = (await home.outbox()).find(({ id }) => id === anew)!.command as CommandOf<'postMessage'>;
  await home.store.edit(anew, 'postMessage', { ...command.body, text: 'три' });
  expect(await takeIn(home, brought)).toMatchObject({ commands: 0, known: 2 });
  expect(await school.chat(home)).toEqual(['три *waiting']);
  expect(await takeIn(laptop, await lines(home))).toMatchObject({ refused: 2, commands: 1 });
  expect((await laptop.outbox()).map(({ state }) => state).sort()).toEqual(['refused', 'refused', 'waiting']);
});

test('PUT_AWAY_MAX of what was put away in a class are remembered, the newest', async () => {
  await takeIn(laptop, await lines(pc));
  for (let n = 0; n <= PUT_AWAY_MAX; n += 1) await school.say(laptop, `слово ${n}`);
  const brought = await lines(laptop);
  const ids = (await laptop.outbox()).map(({ id }) => id);
  await takeIn(
    laptop,
    ids.map((id) => ({ refused: { logId: school.logId, id, code: 'not-allowed' } })),
  );
  for (const id of ids) await laptop.store.discard(id);
  expect(await takeIn(laptop, brought)).toMatchObject({ commands: 1, known: PUT_AWAY_MAX });
  expect((await laptop.outbox()).map(({ id }) => id)).toEqual([ids[0]]);
});

test('[S10] what went along counts as sent: it is not changed under the hands of who carries it', async () => {
  await takeIn(laptop, await lines(pc));
  const id = await school.say(laptop, 'раз');
  await lines(laptop);
  await expect(laptop.store.discard(id)).rejects.toThrow('busy');
});

describe('another log under the same id', () => {
  const parts = (logKey: string) => logKey.split(':');
  const epoch = (logKey: string, name: string) =>
    [parts(logKey)[0], name, parts(logKey)[2], parts(logKey)[3]].join(':');
  const role = (logKey: string, version: number) => [...parts(logKey).slice(0, 3), version].join(':');

  test('[S14] of a new epoch replaces the old one, and what was lost with it waits again; an epoch that was left stays left', async () => {
    await takeIn(laptop, await lines(pc));
    const before = await lines(pc);
    const id = await school.say(laptop, 'из дома');
    await takeIn(pc, await lines(laptop));
    await school.soon();
    await takeIn(laptop, await lines(pc));
    expect(await laptop.outbox()).toEqual([]);
    // A hub that came back from a backup made before.
    const restored = under(before, epoch(keyOf(before), 'other'));
    expect(await takeIn(laptop, restored)).toMatchObject({ older: 0 });
    expect(await laptop.outbox()).toMatchObject([{ id, isReissued: true, state: 'waiting' }]);
    expect(await takeIn(laptop, await lines(pc))).toMatchObject({ entries: 0, older: 1 });
    expect(await laptop.outbox()).toMatchObject([{ id }]);
    expect(PAST_EPOCHS_MAX).toBe(50);
    for (let n = 0; n <= PAST_EPOCHS_MAX; n += 1) await takeIn(laptop, under(before, epoch(keyOf(before), `e${n}`)));
    expect(await takeIn(laptop, under(before, epoch(keyOf(before), `e${PAST_EPOCHS_MAX - 1}`)))).toMatchObject({ older: 1 }); // prettier-ignore
  });

  test('[S14] of a higher version of the role replaces it, of a lower one does not', async () => {
    const all = await lines(pc);
    await takeIn(laptop, under(all, role(keyOf(all), 7)));
    expect(await takeIn(laptop, under(all, role(keyOf(all), 6)))).toMatchObject({ older: 1, entries: 0 });
    expect(await takeIn(laptop, under(all, role(keyOf(all), 8)))).toMatchObject({ older: 0, entries: 1 });
  });

  test('[S14] of another hub is never taken', async () => {
    const all = await lines(pc);
    await takeIn(laptop, all);
    const [, ...rest] = parts(keyOf(all));
    expect(await takeIn(laptop, under(all, ['elsewhere', ...rest].join(':')))).toMatchObject({ older: 1, entries: 0 });
  });
});

describe('lines that contradict themselves are refused before the first is written', () => {
  const WRONG: Record<string, (all: PortfolioLine[]) => unknown[]> = {
    text: (all) => [...all, 'x'],
    'a page of another log than is spoken of': (all) => all.filter((line) => !('log' in line)),
    'a page that is missing': (all) => all.filter((line) => !('page' in line)),
    'a page twice': (all) => all.flatMap<unknown>((line) => ('page' in line ? [line, line] : [line])),
    'a log twice': (all) => [...all, ...all.filter((line) => 'log' in line || 'page' in line)],
    'rows out of order': (all) =>
      all.map((line) => ('page' in line ? { page: { ...line.page, entries: line.page.entries.toReversed() } } : line)),
    'rows beyond the page': (all) =>
      all.map((line) => ('page' in line ? { page: { ...line.page, entries: line.page.entries.map((entry) => ({ ...entry, seq: entry.seq + 9 })) } } : line)), // prettier-ignore
    'a command without an id': (all) => [...all, { command: { logId: school.logId, command: { kind: 'postMessage', body: {} }, writtenAt: 0, files: [] } }], // prettier-ignore
    'a line of two kinds': (all) => [...all, { surprise: 1, other: 2 }],
  };
  const TOO_MUCH: Record<string, (all: PortfolioLine[]) => unknown[]> = {
    'more logs than there may be': (all) => [
      ...Array.from({ length: PORTFOLIO_LOGS_MAX + 1 }, (_one, n) => {
        const { log } = all.find((line) => 'log' in line) as Extract<PortfolioLine, { log: unknown }>;
        const logId = `01890000-0000-7000-8000-${String(n).padStart(12, '0')}`;
        return { log: { ...log, logId, after: 0, upTo: 0 } };
      }),
    ],
    'more refusals than there may be': (all) => [
      ...all,
      ...Array.from({ length: 2 * PORTFOLIO_COMMANDS_MAX + 1 }, () => ({
        refused: { logId: school.logId, id: school.logId as string as CommandId, code: 'busy' },
      })),
    ],
  };
  async function refusalOf(change: (all: PortfolioLine[]) => unknown[]): Promise<string> {
    await school.say(pc, 'раз');
    await school.soon();
    const refusal = await takeIn(laptop, change(await lines(pc))).then(() => 'taken', troubleIn);
    expect(await laptop.class(school.logId)).toBeNull();
    expect(await laptop.outbox()).toEqual([]);
    return refusal;
  }
  test.each(Object.keys(WRONG))('%s', async (name) => expect(await refusalOf(WRONG[name]!)).toBe('damaged'));
  test.each(Object.keys(TOO_MUCH))('%s', async (name) => expect(await refusalOf(TOO_MUCH[name]!)).toBe('too-large'));

  const id = '01890000-0000-7000-8000-0000000000ff' as CommandId;
  const waiting = (command: object) => ({ command: { logId: school.logId, command, writtenAt: 0, files: [] } });
  const NEWER: Record<string, () => unknown> = {
    'a line of a kind': () => ({ surprise: 1 }),
    'a command of a kind': () => waiting({ id, kind: 'sendFlowers', body: { colour: 'red' } }),
    'a command of a shape': () => waiting({ id, kind: 'sign', body: { messageIds: [id] } }),
  };
  test.each(Object.keys(NEWER))(
    '%s that only a newer Parta knows asks for an update',
    async (name) =>
    expect(await refusalOf((all) => [waiting({ id, kind: 'sign', body: { messageId: id } }), ...all, NEWER[name]!()])).toBe('newer'), // prettier-ignore
  );
  test('a refusal that only a newer hub gives is known as one', async () => {
    await takeIn(laptop, await lines(pc));
    const id = await school.say(laptop, 'раз');
    expect(await takeIn(laptop, [{ refused: { logId: school.logId, id, code: 'too-gloomy' } }])).toMatchObject({ refused: 1 }); // prettier-ignore
    expect(await laptop.outbox()).toMatchObject([{ id, state: 'refused', code: 'internal' }]);
  });
});

describe('more than a portfolio may hold is not packed, and said; nothing is left out', () => {
  test('classes', async () => {
    const packed = await pc.store.pack(Array(PORTFOLIO_LOGS_MAX + 1).fill(school.logId), () => true);
    await expect(allOf(packed.lines)).rejects.toThrow('too-large');
  });
  test('what waits: none of it counts as sent', async () => {
    const database = {
      overview: async () => ({ known: { me: { logs: [] } } }),
      refusedHere: async () => [],
      markTried: () => Promise.reject(new Error('sent')),
    } as unknown as Database;
    const row = { logId: school.logId, command: {}, writtenAt: 0, files: [] } as unknown as StoredCommand;
    const all = async (count: number) =>
      allOf(linesOf(database, [], { rows: Array(count).fill(row), uploads: [], leftBehind: 0 }));
    await expect(all(PORTFOLIO_COMMANDS_MAX)).rejects.toThrow('sent');
    await expect(all(PORTFOLIO_COMMANDS_MAX + 1)).rejects.toThrow('too-large');
  });
  test('files', async () => {
    const file = { fileId: 'f', name: 'a', sizeBytes: 1, sha256: 'a'.repeat(64), mediaType: '' } as unknown as FileRef;
    const store = (count: number) =>
      ({
        pack: async () => ({ uploads: [file] }),
        watchFiles(_logId: LogId, tell: (files: FileRef[]) => void) {
          tell(Array(count).fill(file));
          return () => undefined;
        },
      }) as unknown as ClassStore;
    const { files } = await gather(store(PORTFOLIO_FILES_MAX - 1), [], [school.logId]);
    expect(files).toHaveLength(PORTFOLIO_FILES_MAX);
    await expect(gather(store(PORTFOLIO_FILES_MAX), [], [school.logId])).rejects.toThrow('too-large');
  });
});

describe('lines as a stream', () => {
  const read = (stream: ReadableStream<Uint8Array>) => allOf(linesIn(stream));
  test('come back as they were given, however they are cut', async () => {
    const given = [{ a: 'ё'.repeat(300_000) }, { b: 'строка\nс переносом' }, { c: 'x'.repeat(900_000) }];
    const blob = await blobOf(again(given)());
    expect(await read(blob.stream())).toEqual(given);
    const bytes = new Uint8Array(await blob.arrayBuffer());
    const pieces = new ReadableStream<Uint8Array>({
      start(controller) {
        for (let at = 0; at < bytes.length; at += 777) controller.enqueue(bytes.slice(at, at + 777));
        controller.close();
      },
    });
    expect(await read(pieces)).toEqual(given);
  });
  test('one without an end, one that is none and one without bound are refused', async () => {
    const stream = (text: string) => new Blob([text]).stream();
    for (const text of ['{"a":1}\n{"b":', '{"a":1}\nnothing\n', '\u0000\n']) await expect(read(stream(text))).rejects.toThrow('bad-request'); // prettier-ignore
    await expect(read(new Blob([new Uint8Array([0xff, 0xfe, 0x0a])]).stream())).rejects.toThrow('bad-request');
    const endless = new ReadableStream<Uint8Array>({ pull: (controller) => controller.enqueue(new Uint8Array(1_000_000).fill(32)) }); // prettier-ignore
    await expect(read(endless)).rejects.toThrow('too-large');
    expect(LINE_BYTES_MAX).toBeGreaterThan(1_000_000);
  });
});
