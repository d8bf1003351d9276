/** What comes over the live wire, and to whom. */
import { connect, type Socket as NetSocket } from 'node:net';
import { io } from 'socket.io-client';
import { afterEach, describe, expect, test } from 'vitest';
import * as z from 'zod/mini';
import type { CommandId, LogId } from '../../src/core/ids.ts';
import { COMMANDS_PER_SUBMIT_MAX, FRAME_BYTES_MAX, PAGE_ENTRIES_MAX } from '../../src/core/limits.ts';
import { Page, PROTOCOL_VERSION, type CommandResult } from '../../src/core/wire.ts';
import { STALLED_BYTES_MAX } from '../../src/hub/line.ts';
import { RATE_WAIT_MAX_MS } from '../../src/hub/rate.ts';
import { PAGE_BYTES_MAX, SOCKETS_PER_PERSON_MAX } from '../../src/hub/sockets.ts';
import { startClass, type StartedClass } from '../support/class.ts';
import { eventually, newId, Person } from '../support/person.ts';

let room: StartedClass;
const open = async (names: readonly string[] = [], options: Parameters<typeof startClass>[1] = {}) =>
  (room = await startClass(names, options));
afterEach(() => room?.stop());

const headOf = () => room.teacher.logs.get(room.logId)!.cursor;
const pushedTo = (person: Person) => person.logs.get(room.logId)!.pushed;
const message = (text = 'текст') => ({
  id: newId<CommandId>(),
  kind: 'postMessage',
  body: { channelId: room.channelId, text, fileIds: [], replyTo: null },
});

describe('pages', () => {
  test('[S5] every reader gets exactly one page per committed group, with what he may see, perhaps nothing', async () => {
    await open(['Белов Илья', 'Ёлкина Анна']);
    const [first, second] = room.pupils;
    const everybody = [room.teacher, first!, second!];
    const { id: assignmentId } = await room.assign();
    for (const person of everybody) await person.caughtUp(room.logId, 6);
    const before = everybody.map((person) => pushedTo(person).length);
    // A group of three: to all, to one member and the teachers, to the teachers alone.
    const review = { assignmentId, memberId: second!.memberId, attempt: 0, mark: '5', comment: '', seen: null };
    const results = await room.teacher.submit(room.logId, [
      message(),
      { id: newId(), kind: 'review', body: review },
      { id: newId(), kind: 'listMember', body: { memberId: newId(), name: 'Новый' } },
    ]);
    const [seq] = (results as { seq: number }[]).map((result) => result.seq);
    for (const person of everybody) await person.caughtUp(room.logId, seq! + 2);
    expect(everybody.map((person, index) => pushedTo(person).length - before[index]!)).toEqual([1, 1, 1]);
    const pages = everybody.map((person) => pushedTo(person).at(-1)!);
    for (const page of pages) {
      expect(z.safeParse(Page, page).success).toBe(true);
      expect(page).toMatchObject({ after: seq! - 1, upTo: seq! + 2, head: seq! + 2 });
    }
    expect(pages.map((page) => page.entries.map((entry) => entry.kind))).toEqual([
      ['messagePosted', 'reviewed', 'memberListed'],
      ['messagePosted'],
      ['messagePosted'],
    ]);
    // And a group of which somebody may see nothing moves his cursor all the same.
    await room.teacher.send(room.logId, 'listMember', { memberId: newId(), name: 'Ещё' });
    await first!.caughtUp(room.logId, seq! + 3);
    expect(pushedTo(first!).at(-1)).toMatchObject({ after: seq! + 2, upTo: seq! + 3, entries: [] });
  });

  test('[S4] a member’s work and what is given back reach him and the teacher, and no classmate', async () => {
    await open(['Белов Илья', 'Ёлкина Анна']);
    const [author, classmate] = room.pupils;
    const { id: assignmentId } = await room.assign();
    const handedIn = await author!.send(room.logId, 'handIn', { assignmentId, fileIds: [], note: 'Готово' });
    for (const person of [room.teacher, author!, classmate!]) await person.caughtUp(room.logId, handedIn.seq);
    const kinds = (person: Person) => person.logs.get(room.logId)!.entries.map((entry) => entry.kind);
    expect(kinds(author!)).toContain('handedIn');
    expect(kinds(room.teacher)).toContain('handedIn');
    expect(kinds(classmate!)).not.toContain('handedIn');
    // Pulling from the start tells no more.
    const again = new Person(room.url, classmate!.credentials);
    const log = await again.follow(room.logId);
    expect(log.entries).toEqual(classmate!.logs.get(room.logId)!.entries);
    again.close();
  });

  test('[S5] pulled and pushed pages give the same log', async () => {
    await open(['Белов Илья']);
    for (let i = 0; i < 20; i++) await room.say(i % 2 ? room.teacher : room.pupils[0]!, `№ ${i}`);
    await room.pupils[0]!.caughtUp(room.logId, headOf());
    const again = new Person(room.url, room.pupils[0]!.credentials);
    await again.connect();
    const { entries, pages } = await again.follow(room.logId);
    expect(entries).toEqual(room.pupils[0]!.logs.get(room.logId)!.entries);
    expect(pages.every((page) => page.after < page.upTo)).toBe(true);
    again.close();
  });

  test('[S5] a page of protocol 1 names the reader’s key and is otherwise the same; who speaks 2 gets it without', async () => {
    await open(['Белов Илья']);
    const [pupil] = room.pupils;
    const { ticket } = await pupil!.signIn();
    const old = io(room.url, { transports: ['websocket'], reconnection: false, auth: { ticket, protocol: 1 } });
    const young = io(room.url, { transports: ['websocket'], forceNew: true, auth: { ticket, protocol: 2 } });
    const heard = new Map<object, Record<string, unknown>[]>();
    for (const socket of [old, young]) {
      heard.set(socket, []);
      socket.on('page', (page: Record<string, unknown>) => heard.get(socket)!.push(page));
      await socket.emitWithAck('follow', { logId: room.logId, logKey: null, cursor: 0 });
    }
    const { seq } = await room.say(room.teacher, 'обоим');
    await eventually(() => [...heard.values()].every((pages) => pages.length === 1));
    const [[oldPage], [youngPage]] = [heard.get(old)!, heard.get(young)!] as const;
    const { logKey } = pupil!.logs.get(room.logId)!.following;
    expect(Object.keys(oldPage!).toSorted()).toEqual(['after', 'entries', 'head', 'logId', 'logKey', 'upTo']);
    expect(z.safeParse(Page, oldPage).success).toBe(true);
    expect(oldPage).toEqual({ ...youngPage, logKey });
    expect(Object.keys(youngPage!).toSorted()).toEqual(['after', 'entries', 'head', 'logId', 'upTo']);
    expect(youngPage).toMatchObject({ upTo: seq });
    old.close();
    young.close();
  });

  test('[S5] no page comes before the answer to its follow, and none is left out after it', async () => {
    await open(['Белов Илья'], { rates: { commands: { burst: 1e6, perSecond: 1e6 } } });
    let isOver = false;
    const talk = async () => {
      while (!isOver) await room.teacher.submit(room.logId, [message()]);
    };
    const talking = Array.from({ length: 4 }, talk);
    for (let round = 0; round < 15; round++) {
      const laptop = new Person(room.url, room.owner);
      await laptop.connect();
      const log = await laptop.follow(room.logId);
      const { head } = log.following;
      await eventually(() => log.pushed.length > 1);
      expect(laptop.pagesTooEarly).toBe(0);
      // The first news joins on to the head that was answered.
      expect(log.pushed[0]!.after).toBe(head);
      laptop.close();
    }
    isOver = true;
    await Promise.all(talking);
  });

  test('a pulled page closes at its limits of entries and bytes, and loses nothing', async () => {
    await open();
    const long = 'ж'.repeat(15_000);
    for (let i = 0; i < 6; i++)
      await room.teacher.submit(
        room.logId,
        Array.from({ length: 8 }, () => message(long)),
      );
    for (let i = 0; i < 5; i++)
      await room.teacher.submit(
        room.logId,
        Array.from({ length: COMMANDS_PER_SUBMIT_MAX }, () => message()),
      );
    const again = new Person(room.url, room.owner);
    const { pages, entries } = await again.follow(room.logId);
    expect(entries.map((entry) => entry.seq)).toEqual(Array.from({ length: entries.length }, (_, index) => index + 1));
    expect(entries).toHaveLength(1 + 48 + 5 * COMMANDS_PER_SUBMIT_MAX);
    for (const page of pages) {
      expect(page.entries.length).toBeLessThanOrEqual(PAGE_ENTRIES_MAX);
      const bytes = page.entries.reduce((sum, entry) => sum + Buffer.byteLength(JSON.stringify(entry.body)), 0);
      expect(bytes).toBeLessThanOrEqual(PAGE_BYTES_MAX);
    }
    expect(pages.length).toBeGreaterThan(6);
    again.close();
  });

  test('[S14] another key, or a cursor above the head, is refused: follow again', async () => {
    await open();
    const { logKey } = room.teacher.logs.get(room.logId)!.following;
    const pull = (request: object) =>
      room.teacher.emit('pull', { logId: room.logId, logKey, after: 0, limit: 10, ...request });
    await expect(pull({ logKey: 'another' })).rejects.toMatchObject({ code: 'wrong-key' });
    await expect(pull({ after: headOf() + 1 })).rejects.toMatchObject({ code: 'wrong-key' });
    await expect(pull({ after: headOf() })).resolves.toMatchObject({ entries: [], upTo: headOf() });
  });
});

describe('standing', () => {
  test('[S14] who is made a teacher hears of it, gets another key, and then reads what teachers read', async () => {
    await open(['Белов Илья', 'Ёлкина Анна']);
    const [pupil, other] = room.pupils;
    const before = pupil!.logs.get(room.logId)!.following.logKey;
    const pages = pushedTo(pupil!).length;
    // The school's log has been told of, and what was told before this answer has come.
    await eventually(async () => (await other!.me()).logs.length === 2);
    await other!.pull(room.logId);
    const heard = other!.logsEvents;
    await room.teacher.send(room.logId, 'changeRole', { memberId: pupil!.memberId, role: 'teacher' });
    await eventually(() => pupil!.logsEvents > 0);
    await room.say(room.teacher, 'после');
    expect(pushedTo(pupil!).length).toBe(pages);
    const log = await pupil!.follow(room.logId);
    expect(log.following).toMatchObject({ role: 'teacher' });
    expect(log.following.logKey).not.toBe(before);
    expect(log.entries.map((entry) => entry.kind)).toContain('joinRequested');
    expect(other!.logsEvents).toBe(heard);
  });

  test('[S4] who is removed hears nothing more from that moment, with his socket open', async () => {
    await open(['Белов Илья', 'Ёлкина Анна']);
    const [gone, stays] = room.pupils;
    const pages = gone!.logs.get(room.logId)!.pages.length;
    await room.teacher.submit(room.logId, [
      { id: newId(), kind: 'removeMember', body: { memberId: gone!.memberId, erase: false } },
      message('тайна'),
    ]);
    const { seq } = await room.say(room.teacher, 'ещё тайна');
    await stays!.caughtUp(room.logId, seq);
    await eventually(() => gone!.logsEvents > 0);
    expect(gone!.logs.get(room.logId)!.pages).toHaveLength(pages);
    const { logKey } = gone!.logs.get(room.logId)!.following;
    const pull = gone!.emit('pull', { logId: room.logId, logKey, after: 0, limit: 10 });
    await expect(pull).rejects.toMatchObject({ code: 'not-a-member' });
    await expect(gone!.follow(room.logId)).rejects.toMatchObject({ code: 'not-a-member' });
    expect(await gone!.refusalOf(room.logId, 'editMessage', { messageId: newId(), text: 'x' })).toBe('not-a-member');
    expect((await gone!.me()).logs).toEqual([]);
  });

  test('a log that does not exist and one that is not yours are told apart by nothing', async () => {
    await open(['Белов Илья']);
    const outsider = (await room.knock('Чужой')).pupil;
    const ask = async (logId: LogId) => [
      await outsider.emit('follow', { logId, logKey: null, cursor: 0 }).catch((error: Error) => error.message),
      await outsider.emit('pull', { logId, logKey: 'x', after: 0, limit: 1 }).catch((error: Error) => error.message),
      ...(
        await outsider.submit(logId, [
          message(),
          { id: newId(), kind: 'listMember', body: { memberId: newId(), name: 'Я' } },
          { id: newId(), kind: 'publishAssignment', body: { assignmentId: newId() } },
          { id: newId(), kind: 'requestJoin', body: { personId: newId(), name: 'Я', device: '' } },
          {
            id: newId(),
            kind: 'createClass',
            body: {
              title: 'x',
              memberId: newId(),
              teacherName: 'x',
              channels: [{ channelId: newId(), kind: 'everyone' }],
            },
          },
        ])
      ).map((result) => (result.ok ? 'ok' : result.code)),
    ];
    expect(await ask(room.logId)).toEqual(await ask(newId<LogId>()));
    expect(await ask(room.logId)).not.toContain('ok');
    outsider.close();
  });
});

describe('submit', () => {
  test('one bad command refuses itself and not its neighbours; answers come in order', async () => {
    await open();
    const good = message();
    const bad = { ...message(), body: { channelId: 'x' } };
    const unknown = { id: newId(), kind: 'eatHomework', body: {} };
    const results = await room.teacher.submit(room.logId, [bad, good, unknown]);
    expect(results.map((result: CommandResult) => (result.ok ? 'ok' : result.code))).toEqual([
      'bad-request',
      'ok',
      'bad-request',
    ]);
    expect(results.map((result) => result.id)).toEqual([bad.id, good.id, unknown.id]);
  });

  test('what is no request is bad-request, and the socket lives', async () => {
    await open();
    const shapes: unknown[] = [
      null,
      1,
      'x',
      [],
      {},
      { logId: 'x' },
      { logId: room.logId, commands: {} },
      { logId: room.logId, commands: [] },
      { logId: room.logId, commands: [null] },
      { logId: room.logId, commands: [{ id: 'x' }] },
      { logId: room.logId, commands: Array.from({ length: COMMANDS_PER_SUBMIT_MAX + 1 }, () => message()) },
      JSON.parse('{"__proto__": {"logId": "x"}}'),
      { logId: room.logId, cursor: Number.MAX_VALUE, logKey: null },
      { logId: room.logId, after: -1, limit: 1e308, logKey: '' },
    ];
    for (const event of ['follow', 'pull', 'submit'])
      for (const shape of shapes)
        await expect(
          room.teacher.emit(event, shape),
          `${event} ${JSON.stringify(shape)?.slice(0, 80)}`,
        ).rejects.toMatchObject({ code: 'bad-request' });
    // Without an acknowledgement nobody is answered, and nothing breaks.
    room.teacher.socket!.emit('submit', { logId: room.logId, commands: [message()] });
    room.teacher.socket!.emit('follow');
    room.teacher.socket!.emit('constructor', { toString: 'foo' }, () => undefined);
    expect((await room.say(room.teacher, 'живы')).seq).toBe(2);
  });

  test(`a frame above FRAME_BYTES_MAX closes the socket, and nobody else’s`, async () => {
    await open(['Белов Илья']);
    const [pupil] = room.pupils;
    pupil!.socket!.emit('submit', { logId: room.logId, commands: ['x'.repeat(FRAME_BYTES_MAX)] });
    await eventually(() => pupil!.socket!.disconnected);
    expect((await room.say(room.teacher, 'живы')).seq).toBeGreaterThan(0);
  });

  test('who sends faster than the rate is slowed, and past the wait told to come later; others are not', async () => {
    const rates = { guestCommands: { burst: 10, perSecond: 5 } };
    const startedAt = Date.now();
    // A clock that stands still fills no bucket: what is taken is the burst and what may wait its turn.
    await open(['Белов Илья'], { rates, now: () => startedAt });
    const [flooder] = room.pupils;
    const send = () =>
      flooder!.submit(room.logId, [message()]).then(
        () => 'ok',
        (error: Error) => error.message,
      );
    const canWait = (RATE_WAIT_MAX_MS / 1000) * rates.guestCommands.perSecond;
    const answers = await Promise.all(Array.from({ length: 60 }, send));
    expect(answers.filter((answer) => answer === 'ok')).toHaveLength(rates.guestCommands.burst + canWait);
    expect(answers.filter((answer) => answer === 'too-many')).toHaveLength(60 - rates.guestCommands.burst - canWait);
    await room.say(room.teacher, 'не мешает');
    // Another page of the same person begins with nothing: the rate is the person's.
    const again = new Person(room.url, flooder!.credentials);
    await again.connect();
    expect(await again.submit(room.logId, [message()]).catch((error: Error) => error.message)).toBe('too-many');
    again.close();
  });

  test('of one person so many pages are open at once and no more; others come in, and he does when one closes', async () => {
    await open(['Белов Илья', 'Ёлкина Анна']);
    const [greedy, other] = room.pupils;
    const pages: Person[] = [];
    const openPage = async () => {
      const page = new Person(room.url, greedy!.credentials);
      pages.push(page);
      await page.connect();
    };
    while (pages.length < SOCKETS_PER_PERSON_MAX - 1) await openPage();
    await expect(openPage()).rejects.toThrow('too-many');
    const another = new Person(room.url, other!.credentials);
    await another.connect();
    another.close();
    pages[0]!.close();
    await eventually(() =>
      openPage().then(
        () => true,
        () => false,
      ),
    );
    for (const page of pages) page.close();
  });
});

describe('a pulled page', () => {
  test('[S5] holds as much as was asked for, from every place, also where most of it is not for the reader', async () => {
    await open(['Белов Илья', 'Ёлкина Анна']);
    const [pupil, other] = room.pupils;
    const { id: assignmentId } = await room.assign();
    const reviewOf = (memberId: string, mark: string, seen: string | null) => ({
      id: newId<CommandId>(),
      kind: 'review',
      body: { assignmentId, memberId, attempt: 0, mark, comment: '', seen },
    });
    let seen: string | null = null;
    for (let round = 0; round < 30; round++) {
      // Three for the teachers and the other, one for everybody.
      const commands = ['5', '4', '3'].map((mark) => {
        const command = reviewOf(other!.memberId, mark, seen);
        seen = command.id;
        return command;
      });
      await room.teacher.submit(room.logId, [...commands, message(String(round))]);
    }
    const { head } = await room.teacher.follow(room.logId).then(({ following }) => following);
    const { logKey } = (await pupil!.follow(room.logId)).following;
    const all = (await pupil!.emit('pull', { logId: room.logId, logKey, after: 0, limit: PAGE_ENTRIES_MAX })) as Page;
    expect(all.upTo).toBe(head);
    expect(all.entries.length).toBeGreaterThan(30);
    for (const limit of [1, 4, 7]) {
      const pieces: Page['entries'][number][] = [];
      for (let after = 0; after < head;) {
        const page = (await pupil!.emit('pull', { logId: room.logId, logKey, after, limit })) as Page;
        expect(page.after).toBe(after);
        expect(page.upTo).toBeGreaterThan(after);
        expect(page.entries.length).toBeLessThanOrEqual(limit);
        pieces.push(...page.entries);
        after = page.upTo;
      }
      expect(pieces).toEqual(all.entries);
    }
  });
});

describe('a stalled reader', () => {
  /** A WebSocket client by hand that follows and then reads nothing. */
  async function stalledReader(person: Person): Promise<NetSocket> {
    const { ticket } = await person.signIn();
    const { port } = new URL(room.url);
    const socket = connect(Number(port), '127.0.0.1');
    const frame = (text: string) => {
      const payload = Buffer.from(text);
      const size =
        payload.length < 126 ? [0x80 | payload.length] : [0x80 | 126, payload.length >> 8, payload.length & 255];
      return Buffer.concat([Buffer.from([0x81, ...size, 0, 0, 0, 0]), payload]);
    };
    let received = '';
    socket.on('data', (chunk: Buffer) => (received += chunk.toString('latin1')));
    socket.on('error', () => undefined);
    socket.write(
      `GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nUpgrade: websocket\r\n` +
        'Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n',
    );
    await eventually(() => received.includes('101 ') && received.includes('sid'));
    socket.write(frame(`40${JSON.stringify({ ticket, protocol: PROTOCOL_VERSION })}`));
    await eventually(() => /40\{/.test(received));
    socket.write(frame(`420["follow",${JSON.stringify({ logId: room.logId, logKey: null, cursor: 0 })}]`));
    await eventually(() => received.includes('430['));
    socket.pause();
    return socket;
  }

  test(`is dropped when STALLED_BYTES_MAX wait for him, and only he`, async () => {
    const dropped: number[] = [];
    await open(['Белов Илья', 'Ёлкина Анна'], {
      rates: { commands: { burst: 1e6, perSecond: 1e6 } },
      log: (event, fields) => void (event === 'reader-dropped' && dropped.push(Number(fields?.['bytes']))),
    });
    const [lazy, honest] = room.pupils;
    const socket = await stalledReader(lazy!);
    let isClosed = false;
    socket.on('close', () => (isClosed = true));
    const text = 'ж'.repeat(10_000);
    // Far more than the kernel keeps for a socket.
    for (let i = 0; i < 2_000 && dropped.length === 0; i++)
      await room.teacher.submit(
        room.logId,
        Array.from({ length: 8 }, () => message(text)),
      );
    expect(dropped).toHaveLength(1);
    expect(dropped[0]).toBeGreaterThan(STALLED_BYTES_MAX);
    expect(dropped[0]).toBeLessThan(STALLED_BYTES_MAX * 2);
    socket.resume();
    await eventually(() => isClosed);
    const { seq } = await room.say(room.teacher, 'дальше');
    await honest!.caughtUp(room.logId, seq);
  });
});
