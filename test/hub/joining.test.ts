/** Codes, devices, tickets: who comes in, who stays out, and what he is told. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import type { PartaError } from '../../src/core/errors.ts';
import {
  PROTOCOL_VERSION,
  SECRET_CHARS_MIN,
  type Credentials,
  type DeviceCode,
  type Devices,
  type JoinCode,
} from '../../src/core/wire.ts';
import {
  DEVICE_CODE_MS,
  DEVICE_CODES_MAX,
  JOIN_CODE_MS,
  TICKET_MS,
  JOINS_MS,
  JOINS_PER_ADDRESS_MAX,
  WRONG_TRIES_MS,
  WRONG_TRIES_PER_ADDRESS_MAX,
  WRONG_TRIES_PER_HUB_MAX,
} from '../../src/hub/people.ts';
import type { MemberId } from '../../src/core/ids.ts';
import { ASSIGNMENT, startClass, type StartedClass } from '../support/class.ts';
import { startHub } from '../support/hub.ts';
import { call, eventually, newId, Person } from '../support/person.ts';

let room: StartedClass;
let clockMs = 0;
const now = () => Date.now() + clockMs;
const open = async (names: readonly string[] = []) => {
  clockMs = 0;
  room = await startClass(names, { now });
  return room;
};
afterEach(() => room?.stop());

const codeOf = (promise: Promise<unknown>): Promise<string> =>
  promise.then(
    () => 'ok',
    (error: PartaError) => error.code,
  );
const tryCode = (code: string, name = 'Кто-то') => codeOf(Person.join(room.url, code, name));
const other = (code: string) => (code.startsWith('0') ? '1' : '0') + code.slice(1);

test('a pupil comes in by class code and name, waits, learns nothing, and is told when he is let in', async () => {
  await open();
  const { pupil, requestId } = await room.knock('Белов Илья');
  expect(await pupil.me()).toMatchObject({ name: 'Белов Илья', hubRole: 'guest', logs: [{ state: 'waiting' }] });
  expect(Object.keys((await pupil.me()).logs[0]!).sort()).toEqual(['logId', 'state']);
  expect(await codeOf(pupil.follow(room.logId))).toBe('not-a-member');
  expect((await pupil.ask(`/api/logs/${room.logId}/join-code`)).status).toBe(404);
  await room.teacher.send(room.logId, 'confirmJoin', { requestId, memberId: newId(), name: 'Белов Илья' });
  await eventually(() => pupil.logsEvents > 0);
  expect(await pupil.me()).toMatchObject({
    logs: [{ state: 'member', title: '7А', role: 'student' }, { kind: 'school' }],
  });
  const log = await pupil.follow(room.logId);
  expect(log.entries.map((entry) => entry.kind)).toEqual(['classCreated', 'joinConfirmed']);
  pupil.close();
});

test('a declined pupil is told so and reads nothing', async () => {
  await open();
  const { pupil, requestId } = await room.knock('Чужой');
  await room.teacher.send(room.logId, 'declineJoin', { requestId });
  await eventually(() => pupil.logsEvents > 0);
  expect(await pupil.me()).toMatchObject({ logs: [{ state: 'declined' }] });
  expect(await codeOf(pupil.follow(room.logId))).toBe('not-a-member');
  pupil.close();
});

test('a name is cleaned; one without letters is refused', async () => {
  await open();
  const { code } = await room.teacher.joinCode(room.logId);
  const person = await Person.join(room.url, code, '  Бе\u200bлов \u202e Илья ');
  await person.signIn();
  expect((await person.me()).name).toBe('Белов Илья');
  expect(await tryCode(code, '\u200b \u202e')).toBe('bad-name');
});

describe('class code', () => {
  test('stays the same until renewed; spaces and hyphens do not matter; a renewed one no longer opens', async () => {
    await open();
    const first = await room.teacher.joinCode(room.logId);
    expect(first.code).toMatch(/^\d{3} \d{3}$/);
    expect(await room.teacher.joinCode(room.logId)).toEqual(first);
    expect(await tryCode(first.code.replace(' ', ''))).toBe('ok');
    expect(await tryCode(first.code.replace(' ', '-'))).toBe('ok');
    const path = `/api/logs/${room.logId}/join-code`;
    const second = await room.teacher.call<JoinCode>(path, { method: 'POST' });
    expect(second.code).not.toBe(first.code);
    expect(await tryCode(first.code)).toBe('wrong-code');
    expect(await tryCode(second.code)).toBe('ok');
  });

  test('expires, says so, and a new one is made when it is next asked for', async () => {
    await open();
    const { code } = await room.teacher.joinCode(room.logId);
    clockMs = JOIN_CODE_MS + 1;
    expect(await tryCode(code)).toBe('code-expired');
    await room.teacher.signIn();
    expect((await room.teacher.joinCode(room.logId)).code).not.toBe(code);
  });

  test('belongs to teachers of the class', async () => {
    await open(['Белов Илья']);
    const [pupil] = room.pupils;
    expect(await codeOf(pupil!.joinCode(room.logId))).toBe('not-allowed');
    expect(await codeOf(room.teacher.joinCode(newId()))).toBe('not-found');
  });
});

describe('guessing', () => {
  test(`${WRONG_TRIES_PER_ADDRESS_MAX} wrong codes a minute from one address, then the right one is refused too, for a minute`, async () => {
    await open();
    const { code } = await room.teacher.joinCode(room.logId);
    for (let i = 0; i < WRONG_TRIES_PER_ADDRESS_MAX; i++) expect(await tryCode(other(code))).toBe('wrong-code');
    expect(await tryCode(other(code))).toBe('too-many-tries');
    expect(await tryCode(code)).toBe('too-many-tries');
    const device = { code: '00000000', device: 'x', protocol: PROTOCOL_VERSION };
    expect(await codeOf(call(room.url, '/api/devices', { method: 'POST', body: device }))).toBe('too-many-tries');
    clockMs += WRONG_TRIES_MS + 1;
    expect(await tryCode(code)).toBe('ok');
  });

  test(`${WRONG_TRIES_PER_HUB_MAX} wrong codes a minute for the whole hub, wherever they come from`, async () => {
    await open();
    const { code } = await room.teacher.joinCode(room.logId);
    // Loopback is a whole network of addresses.
    const body = { code: other(code), name: 'Кто-то', device: 'x', protocol: PROTOCOL_VERSION };
    for (let i = 0; i < WRONG_TRIES_PER_HUB_MAX; i++) {
      const localAddress = `127.0.1.${1 + (i % 20)}`;
      expect(await codeOf(call(room.url, '/api/join', { method: 'POST', body, localAddress }))).toBe('wrong-code');
    }
    expect(await tryCode(code)).toBe('too-many-tries');
  });
});

test(`${JOINS_PER_ADDRESS_MAX} newcomers wait from one address in ten minutes, and no more; from elsewhere they still come`, async () => {
  await open();
  const { code } = await room.teacher.joinCode(room.logId);
  const joinFrom = (localAddress: string) => {
    const body = { code, name: 'Кто-то', device: 'x', protocol: PROTOCOL_VERSION };
    return codeOf(call(room.url, '/api/join', { method: 'POST', body, localAddress }));
  };
  for (let i = 0; i < JOINS_PER_ADDRESS_MAX; i++) expect(await joinFrom('127.0.1.9')).toBe('ok');
  expect(await joinFrom('127.0.1.9')).toBe('too-many-tries');
  expect(await joinFrom('127.0.1.10')).toBe('ok');
  clockMs += JOINS_MS + 1;
  expect(await joinFrom('127.0.1.9')).toBe('ok');
});

describe('devices', () => {
  test('a teacher’s further device comes in by a code that works once and sees the same', async () => {
    await open();
    const { code } = await room.teacher.call<DeviceCode>('/api/device-codes', { method: 'POST' });
    expect(code).toMatch(/^\d{4} \d{4}$/);
    const laptop = await Person.withDeviceCode(room.url, code);
    expect(laptop.credentials.personId).toBe(room.owner.personId);
    const log = await laptop.follow(room.logId);
    expect(log.entries).toEqual(room.teacher.logs.get(room.logId)?.entries);
    expect(await codeOf(Person.withDeviceCode(room.url, code))).toBe('wrong-code');
    const { devices } = await laptop.call<Devices>('/api/devices');
    expect(devices.map(({ name, current }) => [name, current])).toEqual([
      ['ПК учителя', false],
      ['laptop', true],
    ]);
    laptop.close();
  });

  test('the code expires; pupils get none', async () => {
    await open(['Белов Илья']);
    const { code } = await room.teacher.call<DeviceCode>('/api/device-codes', { method: 'POST' });
    clockMs = DEVICE_CODE_MS + 1;
    expect(await codeOf(Person.withDeviceCode(room.url, code))).toBe('code-expired');
    const [pupil] = room.pupils;
    await pupil!.signIn();
    expect(await codeOf(pupil!.call('/api/device-codes', { method: 'POST' }))).toBe('not-allowed');
  });

  test('at most DEVICE_CODES_MAX codes wait; the oldest goes first', async () => {
    await open();
    const newCode = () => room.teacher.call<DeviceCode>('/api/device-codes', { method: 'POST' });
    const codes = [];
    for (let i = 0; i <= DEVICE_CODES_MAX; i++) codes.push((await newCode()).code);
    expect(await codeOf(Person.withDeviceCode(room.url, codes[0]!))).toBe('wrong-code');
    expect(await codeOf(Person.withDeviceCode(room.url, codes[1]!))).toBe('ok');
  });

  test('a revoked device is out at once: socket, ticket, secret', async () => {
    await open();
    const { code } = await room.teacher.call<DeviceCode>('/api/device-codes', { method: 'POST' });
    const laptop = await Person.withDeviceCode(room.url, code);
    await laptop.connect();
    await room.teacher.call(`/api/devices/${laptop.credentials.deviceId}`, { method: 'DELETE' });
    await eventually(() => laptop.ended === 'signed-out' && laptop.socket?.disconnected);
    expect(await codeOf(laptop.me())).toBe('signed-out');
    expect(await codeOf(laptop.signIn())).toBe('signed-out');
    expect(await codeOf(room.teacher.me())).toBe('ok');
  });

  test('nobody revokes, or learns of, somebody else’s device', async () => {
    await open(['Белов Илья']);
    const [pupil] = room.pupils;
    const path = `/api/devices/${room.owner.deviceId}`;
    expect(await codeOf(pupil!.call(path, { method: 'DELETE' }))).toBe('not-found');
    expect(await codeOf(pupil!.call(`/api/devices/${newId()}`, { method: 'DELETE' }))).toBe('not-found');
    expect((await pupil!.call<Devices>('/api/devices')).devices).toHaveLength(1);
    expect(await codeOf(room.teacher.me())).toBe('ok');
  });

  test('signing out ends the device for good', async () => {
    await open(['Белов Илья']);
    const [pupil] = room.pupils;
    await pupil!.call('/api/session', { method: 'DELETE' });
    await eventually(() => pupil!.ended === 'signed-out');
    expect(await codeOf(pupil!.signIn())).toBe('signed-out');
  });
});

describe('tickets', () => {
  test('end after their time; the secret brings a new one; a wrong secret none', async () => {
    await open();
    clockMs = TICKET_MS + 1;
    expect(await codeOf(room.teacher.me())).toBe('signed-out');
    await room.teacher.signIn();
    expect(await codeOf(room.teacher.me())).toBe('ok');
    const forged = new Person(room.url, { ...room.owner, secret: 'x'.repeat(43) });
    expect(await codeOf(forged.signIn())).toBe('signed-out');
    const unknown = new Person(room.url, { ...room.owner, deviceId: newId<Credentials['deviceId']>() });
    expect(await codeOf(unknown.signIn())).toBe('signed-out');
  });

  test('a socket without a good ticket, or of an unknown protocol, is refused by code', async () => {
    await open();
    const stranger = new Person(room.url, room.owner);
    stranger.session = { ...room.teacher.session!, ticket: 'wrong' };
    expect(await codeOf(stranger.connect())).toBe('signed-out');
    stranger.close();
    const body = { deviceId: room.owner.deviceId, secret: room.owner.secret, protocol: 0 };
    expect(await codeOf(call(room.url, '/api/session', { method: 'POST', body }))).toBe('unknown-protocol');
  });
});

describe('end of the lesson', () => {
  test('pupils on shared computers are signed out and told; "my computer" and the teacher stay', async () => {
    await open(['Белов Илья']);
    const own = await room.letIn('Ёлкина Анна', { keeps: true });
    const { pupil: waiting } = await room.knock('Ждёт');
    const [shared] = room.pupils;
    const { pages } = await room.teacher.call<{ pages: number }>(`/api/logs/${room.logId}/end-lesson`, {
      method: 'POST',
    });
    expect(pages).toBe(2);
    await eventually(() => shared!.ended === 'lesson-ended' && waiting.ended === 'lesson-ended');
    expect(await codeOf(shared!.signIn())).toBe('lesson-ended');
    expect(await codeOf(shared!.me())).toBe('signed-out');
    expect(own.ended).toBeNull();
    expect(await codeOf(own.me())).toBe('ok');
    expect(await codeOf(room.teacher.me())).toBe('ok');
    own.close();
    waiting.close();
  });

  test('is the teacher’s to say', async () => {
    await open(['Белов Илья']);
    const path = `/api/logs/${room.logId}/end-lesson`;
    expect(await codeOf(room.pupils[0]!.call(path, { method: 'POST' }))).toBe('not-allowed');
    expect(await codeOf(call(room.url, path, { method: 'POST' }))).toBe('signed-out');
    expect(room.pupils[0]!.ended).toBeNull();
  });
});

test('present names members whose page is connected now', async () => {
  await open(['Белов Илья', 'Ёлкина Анна']);
  const path = `/api/logs/${room.logId}/present`;
  const present = async () => (await room.teacher.call<{ memberIds: string[] }>(path)).memberIds;
  expect(new Set(await present())).toEqual(new Set([room.teacherId, ...room.pupils.map((pupil) => pupil.memberId)]));
  room.pupils[0]!.close();
  await eventually(async () => !(await present()).includes(room.pupils[0]!.memberId));
  expect(await present()).toContain(room.pupils[1]!.memberId);
});

test('the owner of a reopened hub is the same person with one more device; another name is another teacher', async () => {
  await open();
  const second = await room.hub.makeOwner({ teacherName: 'Анна Павловна', device: 'ещё' });
  expect(second.personId).toBe(room.owner.personId);
  const rival = await room.hub.makeOwner({ teacherName: 'Борис', device: 'ещё' });
  expect(rival.personId).not.toBe(room.owner.personId);
});

test('a new hub without a signed-in teacher gives a code for the first one', async () => {
  const started = await startHub();
  const code = await started.hub.firstTeacherCode('Анна Павловна');
  const teacher = await Person.withDeviceCode(started.url, code!.code);
  await teacher.signIn();
  expect((await teacher.me()).hubRole).toBe('teacher');
  expect(await started.hub.firstTeacherCode('Анна Павловна')).toBeNull();
  await started.stop();
});

describe('[S14] somebody whom a restored hub has forgotten', () => {
  const dirs: string[] = [];
  afterEach(() => {
    for (const dir of dirs.splice(0)) rmSync(dir, { recursive: true, force: true });
  });
  const again = (person: Person, code: string, name = 'Белов Илья', extra: object = {}) =>
    codeOf(
      person.call('/api/rejoin', {
        method: 'POST',
        body: { code, name, device: 'Chrome', protocol: PROTOCOL_VERSION, ...extra },
      }),
    );
  const requests = async (teacher: Person) => {
    let page = await teacher.pull(room.logId);
    while (page.upTo < page.head) page = await teacher.pull(room.logId);
    return teacher.logs.get(room.logId)!.entries.filter(({ kind }) => kind === 'joinRequested');
  };
  /** The hub as it was before the pupil was let in, and he with the sign-in that he had. */
  async function restored() {
    await open();
    const copy = join(mkdtempSync(join(tmpdir(), 'parta-backup-')), 'copy.db');
    dirs.push(dirname(copy));
    await room.hub.backup(copy);
    const before = await room.letIn('Белов Илья');
    const fileId = await before.upload(Buffer.from('Ответ: 7'));
    before.close();
    room.teacher.close();
    await room.stop({ keep: true });
    const hub = await startHub({ dataDir: room.dataDir, restoreFrom: copy, now });
    room = { ...room, ...hub, stop: () => hub.stop({ keep: false }) };
    const teacher = new Person(hub.url, hub.owner);
    await teacher.connect();
    await teacher.follow(room.logId);
    const pupil = new Person(hub.url, before.credentials);
    await pupil.connect();
    const { code } = await teacher.joinCode(room.logId);
    return { teacher, pupil, code, fileId, memberId: before.memberId };
  }

  test('stands at the door as the person he was, once, however often he asks; and his files are his', async () => {
    const { teacher, pupil, code, fileId } = await restored();
    expect((await pupil.me()).logs).toEqual([]);
    expect(await Promise.all([again(pupil, code), again(pupil, code), again(pupil, code)])).toEqual(['ok', 'ok', 'ok']);
    expect(await again(pupil, code)).toBe('ok');
    const [request, ...more] = await requests(teacher);
    expect(more).toEqual([]);
    expect(request!.body).toMatchObject({ personId: pupil.credentials.personId, name: 'Белов Илья' });
    await eventually(() => pupil.logsEvents > 0);
    expect((await pupil.me()).logs).toEqual([{ logId: room.logId, state: 'waiting' }]);
    const memberId = newId<MemberId>();
    await teacher.send(room.logId, 'confirmJoin', { requestId: request!.id, memberId, name: 'Белов Илья' });
    await pupil.follow(room.logId);
    const { id: assignmentId } = await teacher.send(room.logId, 'assign', { ...ASSIGNMENT, fileIds: [] });
    const { seq } = await pupil.send(room.logId, 'handIn', { assignmentId, fileIds: [fileId], note: '' });
    const entry = (await pupil.caughtUp(room.logId, seq)).entries.at(-1);
    expect(entry?.body).toMatchObject({ memberId, files: [{ fileId, sizeBytes: 13 }] });
    // Let in, he has no reason to knock.
    expect(await again(pupil, code)).toBe('ok');
    expect(await requests(teacher)).toHaveLength(1);
    for (const person of [teacher, pupil]) person.close();
  });

  test('needs the code of today, and wrong ones are counted as at the front door', async () => {
    const { teacher, pupil, code } = await restored();
    expect(await again(pupil, other(code))).toBe('wrong-code');
    expect(await again(pupil, code, '\u200b ')).toBe('bad-name');
    clockMs += JOIN_CODE_MS + 1;
    await pupil.signIn();
    expect(await again(pupil, code)).toBe('code-expired');
    clockMs += WRONG_TRIES_MS;
    for (let tries = 0; tries < WRONG_TRIES_PER_ADDRESS_MAX; tries++) await again(pupil, other(code));
    expect(await again(pupil, code)).toBe('too-many-tries');
    expect(await requests(teacher)).toEqual([]);
    for (const person of [teacher, pupil]) person.close();
  });

  test('nobody else comes in by it: without a sign-in, as a teacher, as another person', async () => {
    const { teacher, pupil, code } = await restored();
    const body = { code, name: 'Белов Илья', device: 'Chrome', protocol: PROTOCOL_VERSION };
    expect(await codeOf(call(room.url, '/api/rejoin', { method: 'POST', body }))).toBe('signed-out');
    expect(await codeOf(call(room.url, '/api/rejoin', { method: 'POST', body, ticket: 'x'.repeat(43) }))).toBe(
      'signed-out',
    );
    expect(await again(teacher, code)).toBe('not-allowed');
    // Who he is follows from the ticket alone.
    await again(pupil, code, 'Белов Илья', { personId: teacher.credentials.personId });
    const asked = await requests(teacher);
    expect(asked.map(({ body: said }) => said?.['personId'])).toEqual([pupil.credentials.personId]);
    expect(await again(pupil, code, 'Белов Илья', { protocol: 0 })).toBe('unknown-protocol');
    for (const person of [teacher, pupil]) person.close();
  });

  test('at a copy on another computer he says who he was, and stands at the door as that person; nothing comes with it', async () => {
    await open();
    const copy = join(mkdtempSync(join(tmpdir(), 'parta-backup-')), 'copy.db');
    dirs.push(dirname(copy));
    await room.hub.backup(copy);
    const before = await room.letIn('Белов Илья');
    before.close();
    const { deviceId, secret, personId } = before.credentials;
    const was = { deviceId, secret, personId };
    const facts = (url: string) => call<{ epoch?: string }>(url, '/api/hub');
    const { epoch } = await facts(room.url);
    // A hub that knows him needs no telling, and gives nobody his place.
    const come = (url: string, code: string, again: object) =>
      codeOf(
        call(url, '/api/join', {
          method: 'POST',
          body: { code, name: 'Белов Илья', device: 'Chrome', protocol: PROTOCOL_VERSION, again },
        }),
      );
    const { code: today } = await room.teacher.joinCode(room.logId);
    expect(await come(room.url, today, was)).toBe('signed-out');
    expect(await come(room.url, today, { ...was, deviceId: newId() })).toBe('signed-out');
    expect(await come(room.url, today, { ...was, personId: newId() })).toBe('signed-out');

    const hub = await startHub({ restoreFrom: copy, now });
    const teacher = new Person(hub.url, hub.owner);
    await teacher.connect();
    await teacher.follow(room.logId);
    const pupil = new Person(hub.url, before.credentials);
    expect((await facts(hub.url)).epoch).not.toBe(epoch);
    expect(await codeOf(pupil.signIn())).toBe('signed-out');
    const { code } = await teacher.joinCode(room.logId);
    expect(await come(hub.url, other(code), was)).toBe('wrong-code');
    expect(await come(hub.url, code, { ...was, secret: secret.slice(0, SECRET_CHARS_MIN - 1) })).toBe('bad-request');
    // Somebody else's place is not to be had: the teacher's is taken.
    expect(await come(hub.url, code, { ...was, personId: hub.owner.personId })).toBe('signed-out');
    expect(await come(hub.url, code, was)).toBe('ok');
    expect(await come(hub.url, code, was)).toBe('signed-out');
    await pupil.connect();
    expect((await pupil.me()).logs).toEqual([{ logId: room.logId, state: 'waiting' }]);
    expect(await codeOf(pupil.follow(room.logId))).toBe('not-a-member');
    const asked = await eventually(() =>
      teacher.logs.get(room.logId)?.entries.findLast(({ kind }) => kind === 'joinRequested'),
    );
    expect(asked.body).toMatchObject({ personId, name: 'Белов Илья' });
    for (const person of [teacher, pupil]) person.close();
    await hub.stop();
  });
});
