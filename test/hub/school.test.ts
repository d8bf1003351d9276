/** The school's log: who is in it follows from the classes; staff and pairs talk there, and nobody else listens. */
import { copyFile, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { PartaError } from '../../src/core/errors.ts';
import { directIdOf, schoolLogIdOf, type ChannelId, type LogId, type MemberId } from '../../src/core/ids.ts';
import type { Append } from '../../src/hub/store.ts';
import { openSqliteStore } from '../../src/hub/store-sqlite.ts';
import { startClass, type Pupil, type StartedClass } from '../support/class.ts';
import { startHub } from '../support/hub.ts';
import { eventually, newId, Person, call } from '../support/person.ts';
import type { Session } from '../../src/core/wire.ts';

let room: StartedClass;
afterEach(() => room?.stop());

const schoolOf = () => schoolLogIdOf(room.hub.hubId);
const said = (to: MemberId, channelId: ChannelId) => ({
  channelId,
  to,
  text: 'Здравствуйте',
  fileIds: [],
  replyTo: null,
});

/** Somebody's line in the school, once the hub has it. */
async function enteredAs(person: Person): Promise<{ logId: LogId; memberId: MemberId; role: string }> {
  const found = await eventually(async () => (await person.me()).logs.find((log) => log.logId === schoolOf()));
  if (found.state !== 'member') throw new Error('not in the school');
  return found;
}
async function atSchool(person: Person) {
  const { memberId } = await enteredAs(person);
  const log = await person.follow(schoolOf());
  return { memberId, log };
}

describe('who is in the school', () => {
  test('its teachers from their first visit, pupils once a class has let them in, under the name of the class', async () => {
    room = await startClass(['Белов Илья']);
    const teacher = await enteredAs(room.teacher);
    expect(teacher).toMatchObject({ kind: 'school', title: 'Школа № 1', role: 'teacher' });
    const [pupil] = room.pupils as [Pupil];
    expect(await enteredAs(pupil)).toMatchObject({ memberId: pupil.memberId, role: 'student' });
    const { pupil: waiting } = await room.knock('Чужой');
    expect((await waiting.me()).logs.map((log) => log.logId)).toEqual([room.logId]);
    waiting.close();
  });

  test('[S19] a pupil sees teachers and himself there, a teacher everybody', async () => {
    room = await startClass(['Белов Илья', 'Ёлкина Анна']);
    for (const person of room.pupils) await enteredAs(person);
    const [pupil] = room.pupils as [Pupil];
    const names = (log: { entries: { kind: string; body: Record<string, unknown> | null }[] }) =>
      log.entries.filter(({ kind }) => kind === 'schoolEntered').map(({ body }) => body?.['name']);
    expect(names((await atSchool(pupil)).log).sort()).toEqual(['Анна Павловна', 'Белов Илья']);
    expect(names((await atSchool(room.teacher)).log).sort()).toEqual(['Ёлкина Анна', 'Анна Павловна', 'Белов Илья']);
  });

  test('[S3] what is said already is not said again, however often somebody asks, and after a restart', async () => {
    room = await startClass(['Белов Илья']);
    await enteredAs(room.pupils[0]!);
    const { log } = await atSchool(room.teacher);
    const before = log.following.head;
    for (let i = 0; i < 5; i++) await room.teacher.me();
    await room.pupils[0]!.me();
    expect((await room.teacher.follow(schoolOf())).following.head).toBe(before);
  });

  test('who is taken out of the class is out of the school at once, his socket too', async () => {
    room = await startClass(['Белов Илья']);
    const [pupil] = room.pupils as [Pupil];
    await atSchool(pupil);
    const heard = pupil.logsEvents;
    await room.teacher.send(room.logId, 'removeMember', { memberId: pupil.memberId, erase: false });
    await eventually(async () => !(await pupil.me()).logs.some((log) => log.logId === schoolOf()));
    expect(pupil.logsEvents).toBeGreaterThan(heard);
    await expect(pupil.emit('pull', { logId: schoolOf(), logKey: 'x', after: 0, limit: 1 })).rejects.toThrow(
      'not-a-member',
    );
  });

  test('the school has no door, no lesson and no list; a page of version 1 is not told of it', async () => {
    room = await startClass();
    const { logId } = await enteredAs(room.teacher);
    expect((await room.teacher.ask(`/api/logs/${logId}/join-code`)).status).toBe(403);
    expect((await room.teacher.ask(`/api/logs/${logId}/end-lesson`, { method: 'POST' })).status).toBe(403);
    expect(await room.teacher.refusalOf(logId, 'listMember', { memberId: newId(), name: 'Кто-то' })).toBe(
      'not-allowed',
    );
    const { deviceId, secret } = room.owner;
    const body = { deviceId, secret, protocol: 1 };
    const old = await call<Session>(room.url, '/api/session', { method: 'POST', body });
    const me = await call<{ logs: { logId: LogId }[] }>(room.url, '/api/me', { ticket: old.ticket });
    expect(me.logs.map((log) => log.logId)).toEqual([room.logId]);
  });
});

describe('two who talk alone', () => {
  test('[S4] begin from either side in the same channel; nobody else is sent a word of it', async () => {
    room = await startClass(['Белов Илья', 'Ёлкина Анна']);
    const [pupil, other] = room.pupils as [Pupil, Pupil];
    const teacher = await atSchool(room.teacher);
    const { memberId } = await atSchool(pupil);
    const bystander = await atSchool(other);
    const channelId = directIdOf(memberId, teacher.memberId);
    await pupil.send(schoolOf(), 'postMessage', said(teacher.memberId, channelId));
    const { seq } = await room.teacher.send(schoolOf(), 'postMessage', said(memberId, channelId));
    const posted = (log: { entries: { kind: string }[] }) => log.entries.filter(({ kind }) => kind === 'messagePosted');
    expect(posted(await pupil.caughtUp(schoolOf(), seq))).toHaveLength(2);
    expect(posted(await room.teacher.caughtUp(schoolOf(), seq))).toHaveLength(2);
    expect(posted(await other.caughtUp(schoolOf(), seq))).toHaveLength(0);
    const direct = said(teacher.memberId, channelId);
    expect(await other.refusalOf(schoolOf(), 'postMessage', direct)).toBe('no-such-channel');
    expect(bystander.log.cursor).toBe(seq);
  });

  test('[S16] an erased pupil leaves no word behind, neither his nor those said to him', async () => {
    room = await startClass(['Белов Илья']);
    const [pupil] = room.pupils as [Pupil];
    const teacher = await atSchool(room.teacher);
    const { memberId } = await atSchool(pupil);
    const channelId = directIdOf(memberId, teacher.memberId);
    await pupil.send(schoolOf(), 'postMessage', said(teacher.memberId, channelId));
    await room.teacher.send(schoolOf(), 'postMessage', said(memberId, channelId));
    await room.teacher.send(room.logId, 'removeMember', { memberId, erase: true });
    const erased = () => teacher.log.entries.some(({ kind }) => kind === 'memberErased');
    await eventually(erased);
    const again = new Person(room.url, room.owner);
    const { entries } = await again.follow(schoolOf());
    expect(entries.filter(({ kind }) => kind === 'messagePosted').every(({ body }) => body === null)).toBe(true);
    again.close();
  });
});

describe('a hub that dies between a class and the school', () => {
  const SECRET = 'только вам двоим';

  /** The disk as it is while what the school has to say is still on its way to it. */
  async function diesOnTheWay(deed: () => Promise<unknown>, hold: Hold): Promise<string> {
    hold.isHeld = true;
    await deed();
    await eventually(() => hold.isWaiting);
    const image = await mkdtemp(join(tmpdir(), 'parta-died-'));
    for (const name of ['hub.db', 'hub.db-wal']) await copyFile(join(room.dataDir, name), join(image, name));
    hold.release();
    return image;
  }
  class Hold {
    isHeld = false;
    isWaiting = false;
    release: () => void = () => undefined;
    readonly open: Parameters<typeof startClass>[2] = async (options) => {
      const real = await openSqliteStore(options);
      return new Proxy(real, {
        get: (store, key) => {
          if (key === 'append')
            return async (append: Append) => {
              if (!this.isHeld || append.logId !== schoolOf()) return store.append(append);
              this.isWaiting = true;
              await new Promise<void>((resolve) => (this.release = resolve));
              throw new PartaError('internal');
            };
          const value: unknown = Reflect.get(store, key);
          return typeof value === 'function' ? (value.bind(store) as unknown) : value;
        },
      });
    };
  }

  test.each([true, false])('[S16] does the rest when it starts again (erased: %s)', async (erase) => {
    const hold = new Hold();
    room = await startClass(['Белов Илья', 'Ёлкина Анна'], {}, hold.open);
    const [pupil, other] = room.pupils as [Pupil, Pupil];
    const teacher = await atSchool(room.teacher);
    const school = schoolOf();
    for (const one of [pupil, other]) {
      const { memberId } = await atSchool(one);
      const words = said(memberId, directIdOf(memberId, teacher.memberId));
      await room.teacher.send(school, 'postMessage', { ...words, text: one === pupil ? SECRET : 'Здравствуйте' });
    }
    const image = await diesOnTheWay(
      () => room.teacher.send(room.logId, 'removeMember', { memberId: pupil.memberId, erase }),
      hold,
    );
    const again = await startHub({ dataDir: image });
    const person = new Person(again.url, room.owner);
    try {
      const log = await person.follow(school);
      const parted = () => log.entries.find(({ kind }) => kind === (erase ? 'memberErased' : 'memberRemoved'));
      await eventually(() => parted());
      expect(parted()?.body).toEqual({ memberId: pupil.memberId });
      const late = new Person(again.url, room.owner);
      const { entries, following } = await late.follow(school);
      const words = entries.filter(({ kind }) => kind === 'messagePosted').map(({ body }) => body?.['text'] ?? null);
      expect(words).toEqual(erase ? ['Здравствуйте'] : [SECRET, 'Здравствуйте']);
      late.close();
      await again.hub.close();
      expect((await readFile(join(image, 'hub.db'))).includes(SECRET)).toBe(!erase);
      // Done once, it is not done again.
      const third = await startHub({ dataDir: image });
      const calm = new Person(third.url, third.owner);
      await calm.connect();
      await calm.me();
      expect((await calm.follow(school)).following.head).toBe(following.head);
      calm.close();
      await third.hub.close();
    } finally {
      person.close();
      await again.hub.close();
      await rm(image, { recursive: true, force: true, maxRetries: 5 });
    }
  });
});
