/** What a reader who is far behind gets over HTTP. */
import { gunzipSync, zstdDecompressSync } from 'node:zlib';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { decodeColumns } from '../../src/core/columns.ts';
import type { LogId } from '../../src/core/ids.ts';
import type { Answer, Entry, Label } from '../../src/core/wire.ts';
import {
  CATCHUP_BYTES_MAX,
  CATCHUP_RATE,
  CATCHUP_ROWS_MAX,
  ENCODINGS_CHARS_MAX,
  encodingFor,
} from '../../src/hub/catchup.ts';
import { startHub } from '../support/hub.ts';
import { startClass, type StartedClass } from '../support/class.ts';
import { lengthen } from '../support/long-log.ts';
import { eventually, newId, Person, type HttpAnswer } from '../support/person.ts';

const undo: (() => unknown)[] = [];
afterEach(async () => {
  for (const step of undo.splice(0).toReversed()) await step();
});

interface Far {
  logId: LogId;
  logKey: string;
  after: number;
  upTo: number;
  head: number;
  entries: Entry[];
}

const bytesOf = ({ headers, bytes }: HttpAnswer) =>
  headers['content-encoding'] === 'zstd'
    ? zstdDecompressSync(bytes)
    : headers['content-encoding'] === 'gzip'
      ? gunzipSync(bytes)
      : bytes;

async function far(person: Person, logId: LogId, after: number, headers: Record<string, string> = {}): Promise<Far> {
  const key = person.logs.get(logId)?.following.logKey ?? '';
  const answer = await person.ask(`/api/logs/${logId}/pages?after=${after}&key=${encodeURIComponent(key)}`, {
    headers,
  });
  const parsed = JSON.parse(bytesOf(answer).toString()) as Answer<Far & { columns: unknown }>;
  if (!parsed.ok) throw new Error(parsed.code);
  const { columns, ...facts } = parsed.value;
  return { ...facts, entries: decodeColumns(columns)! };
}

async function open(
  names: readonly string[] = [],
  options: Parameters<typeof startClass>[1] = {},
): Promise<StartedClass> {
  const room = await startClass(names, options);
  undo.push(() => room.stop());
  return room;
}

/** A class with a long log, its hub started anew on it; its teacher follows and has pulled nothing. */
async function long(count: number, textOf: (index: number) => string, labelOf?: (index: number) => Label) {
  const dataDir = await mkdtemp(join(tmpdir(), 'parta-long-'));
  undo.push(() => rm(dataDir, { recursive: true, force: true, maxRetries: 5 }));
  const room = await startClass(['Белов Илья'], { dataDir });
  const { logId, channelId, teacherId: by } = room;
  await room.stop({ keep: true });
  const head = await lengthen({ dataDir, logId, channelId, by, count, textOf, ...(labelOf ? { labelOf } : {}) });
  const hub = await startHub({ dataDir });
  undo.push(() => hub.stop());
  const again = async (person: Person) => {
    const back = new Person(hub.url, person.credentials);
    undo.push(() => back.close());
    await back.connect();
    const following = await back.emit<Far>('follow', { logId, logKey: null, cursor: 0 });
    back.logs.set(logId, { following: following as never, pages: [], pushed: [], entries: [], cursor: 0 });
    return back;
  };
  return { logId, head, teacher: await again(room.teacher), pupil: await again(room.pupils[0]!) };
}

describe('far behind', () => {
  test('[S5] the same log as by pulling, for each reader with his own rights', async () => {
    const room = await open(['Белов Илья', 'Ёлкина Анна']);
    const { id: assignmentId } = await room.assign();
    for (let i = 0; i < 20; i++) await room.say(i % 2 ? room.teacher : room.pupils[0]!, `№ ${i}`);
    const work = await room.pupils[0]!.send(room.logId, 'handIn', { assignmentId, fileIds: [], note: 'Готово' });
    for (const person of [room.teacher, ...room.pupils]) {
      await person.caughtUp(room.logId, work.seq);
      const page = await far(person, room.logId, 0);
      expect(page).toMatchObject({ after: 0, upTo: work.seq, head: work.seq });
      expect(page.entries).toEqual(person.logs.get(room.logId)!.entries);
    }
    const classmate = await far(room.pupils[1]!, room.logId, work.seq - 1);
    expect(classmate).toMatchObject({ after: work.seq - 1, upTo: work.seq, entries: [] });
  });

  test('[S14] another key, or a cursor above the head, is refused; who is out, or asks for nothing, learns nothing', async () => {
    const room = await open(['Белов Илья']);
    const outsider = (await room.knock('Чужой')).pupil;
    const { logKey } = room.teacher.logs.get(room.logId)!.following;
    const codeOf = async (person: Person, path: string, ticket?: string) => {
      const { bytes } = await person.ask(`/api/logs/${path}`, ticket === undefined ? {} : { ticket });
      const answer = JSON.parse(bytes.toString()) as Answer<unknown>;
      return answer.ok ? 'ok' : answer.code;
    };
    const key = encodeURIComponent(logKey);
    expect(await codeOf(room.teacher, `${room.logId}/pages?after=0&key=other`)).toBe('wrong-key');
    expect(await codeOf(room.teacher, `${room.logId}/pages?after=100000&key=${key}`)).toBe('wrong-key');
    expect(await codeOf(outsider, `${room.logId}/pages?after=0&key=${key}`)).toBe('not-a-member');
    expect(await codeOf(outsider, `${newId()}/pages?after=0&key=${key}`)).toBe('not-a-member');
    for (const query of ['', '?after=0', '?after=-1&key=x', '?after=1e3&key=x', `?after=${'9'.repeat(400)}&key=x`])
      expect(await codeOf(room.teacher, `${room.logId}/pages${query}`), query).toBe('bad-request');
    expect(await codeOf(room.teacher, `${room.logId}/pages?after=0&key=${key}`, 'nobody')).toBe('signed-out');
    outsider.close();
  });

  test('is compressed as the asker takes it, and not where he takes nothing', async () => {
    const room = await open();
    for (const [accept, encoding] of [
      ['gzip, deflate, br, zstd', 'zstd'],
      ['gzip, deflate', 'gzip'],
      ['zstd;q=0, gzip', 'gzip'],
      ['', undefined],
    ] as const) {
      const key = encodeURIComponent(room.teacher.logs.get(room.logId)!.following.logKey);
      const headers = { 'Accept-Encoding': accept };
      const answer = await room.teacher.ask(`/api/logs/${room.logId}/pages?after=0&key=${key}`, { headers });
      expect(answer.headers['content-encoding'], accept).toBe(encoding);
      expect(JSON.parse(bytesOf(answer).toString())).toMatchObject({ ok: true, value: { after: 0 } });
    }
    expect(encodingFor(undefined)).toBe('identity');
    expect(encodingFor('zstdx')).toBe('identity');
    expect(encodingFor('ZSTD ; q=0.5')).toBe('zstd');
    // Only the beginning of a header is read: what stands after it costs nothing.
    expect(encodingFor(`a${' '.repeat(ENCODINGS_CHARS_MAX)}, gzip`)).toBe('identity');
    expect(encodingFor(`gzip, a${' '.repeat(15_000)}b`)).toBe('gzip');
  });

  test('an answer looks at CATCHUP_ROWS_MAX rows, and the next goes on where it ended; others’ rows move the cursor', async () => {
    const extra = CATCHUP_ROWS_MAX + 3_000;
    const isSecret = (index: number) => index % 2 === 1;
    const label = (index: number) => (isSecret(index) ? 'teachers' : 'all') as Label;
    const { logId, head, teacher, pupil } = await long(extra, (index) => `№ ${index}`, label);
    for (const person of [teacher, pupil]) {
      const first = await far(person, logId, 0);
      expect(first).toMatchObject({ after: 0, upTo: CATCHUP_ROWS_MAX, head });
      const second = await far(person, logId, first.upTo);
      expect(second).toMatchObject({ after: CATCHUP_ROWS_MAX, upTo: head, head });
      const texts = [...first.entries, ...second.entries].flatMap((entry) =>
        entry.kind === 'messagePosted' ? [entry.body?.['text']] : [],
      );
      const all = Array.from({ length: extra }, (_, index) => index);
      const mine = all.filter((index) => person === teacher || !isSecret(index));
      expect(texts).toEqual(mine.map((index) => `№ ${index}`));
    }
    // So long an answer takes its time: whoever asks again meanwhile is told to wait for it, others are not.
    const outcome = (person: Person) =>
      far(person, logId, 0).then(
        () => 'ok',
        (error: Error) => error.message,
      );
    const outcomes = await Promise.all([outcome(teacher), outcome(teacher), outcome(pupil)]);
    expect(outcomes.slice(0, 2).toSorted()).toEqual(['ok', 'too-many']);
    expect(outcomes[2]).toBe('ok');
  });

  test('an answer closes at CATCHUP_BYTES_MAX of bodies and loses nothing', async () => {
    const text = 'ж'.repeat(20_000);
    const count = 250;
    const { logId, head, teacher } = await long(count, () => text);
    const seqs: number[] = [];
    let after = 0;
    let answers = 0;
    while (after < head) {
      const page = await far(teacher, logId, after);
      const bytes = page.entries.reduce((sum, entry) => sum + Buffer.byteLength(JSON.stringify(entry.body)), 0);
      expect(bytes).toBeLessThanOrEqual(CATCHUP_BYTES_MAX);
      seqs.push(...page.entries.map((entry) => entry.seq));
      after = page.upTo;
      answers += 1;
    }
    expect(seqs).toEqual(Array.from({ length: head }, (_, index) => index + 1));
    expect(answers).toBeGreaterThan(2);
  });

  test('a device has its CATCHUP_RATE', async () => {
    const startedAt = Date.now();
    // A clock that stands still fills no bucket.
    const room = await open([], { now: () => startedAt });
    const outcome = (person: Person) =>
      far(person, room.logId, 0).then(
        () => 'ok',
        (error: Error) => error.message,
      );
    const outcomes: string[] = [];
    for (let i = 0; i < CATCHUP_RATE.burst + 20; i++) {
      const said = await outcome(room.teacher);
      outcomes.push(said);
      if (said !== 'ok') break;
    }
    expect(outcomes.at(-1)).toBe('too-many');
    expect(outcomes.length).toBeGreaterThanOrEqual(CATCHUP_RATE.burst - 2);
    // Another device of the same person has its own.
    const { code } = await room.teacher.call<{ code: string }>('/api/device-codes', { method: 'POST' });
    const laptop = await Person.withDeviceCode(room.url, code);
    undo.push(() => laptop.close());
    await laptop.follow(room.logId);
    expect(await outcome(laptop)).toBe('ok');
  });

  test('who hangs up, or is shut out, while his answer leaves lets the next one ask again', async () => {
    const { logId, teacher } = await long(4_000, (index) => `${index} ${newId()}`.repeat(20));
    const { port } = new URL(teacher.hubUrl);
    const key = encodeURIComponent(teacher.logs.get(logId)!.following.logKey);
    const socket = connect(Number(port), '127.0.0.1');
    socket.on('error', () => undefined);
    socket.write(
      `GET /api/logs/${logId}/pages?after=0&key=${key} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\n` +
        `Authorization: Bearer ${teacher.session!.ticket}\r\n\r\n`,
    );
    await new Promise<void>((resolve) => socket.once('data', () => resolve()));
    socket.destroy();
    const page = await eventually(() => far(teacher, logId, 0).catch(() => undefined));
    expect(page.entries.length).toBeGreaterThan(0);
  });
});
