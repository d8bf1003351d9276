/** S16 and S14 through the whole hub: what is erased is gone everywhere, also after a restore; a restore is another epoch. */
import { randomBytes } from 'node:crypto';
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmdirSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, expect, test } from 'vitest';
import { directIdOf, schoolLogIdOf, type CommandId, type MemberId } from '../../src/core/ids.ts';
import { contentPath } from '../../src/hub/files.ts';
import { startClass, type StartedClass } from '../support/class.ts';
import { startHub } from '../support/hub.ts';
import { eventually, newId, Person, sha256Of } from '../support/person.ts';

let room: StartedClass;
afterEach(() => room?.stop());

/** Files below the data folder in which these bytes stand. */
const holdersOf = (folder: string, text: string): string[] =>
  readdirSync(folder, { recursive: true })
    .map(String)
    .filter(
      (name) => statSync(join(folder, name)).isFile() && readFileSync(join(folder, name)).includes(Buffer.from(text)),
    );

test('[S16] an erased pupil leaves no name, no word, no file: not on the wire, not on disk', async () => {
  room = await startClass(['Ёлкина Анна']);
  const pupil = await room.letIn('Совершенно Особенный');
  const [classmate] = room.pupils;
  const { id: assignmentId } = await room.assign();
  const photo = randomBytes(5_000);
  const shared = Buffer.from('один файл на двоих');
  const [work, same] = [await pupil.upload(photo, 'личное.jpg'), await pupil.upload(shared)];
  await room.say(classmate!, '', [await classmate!.upload(shared)]);
  await room.say(pupil, 'личные слова', [same]);
  await pupil.send(room.logId, 'handIn', { assignmentId, fileIds: [work], note: 'личная записка' });
  await room.teacher.send(room.logId, 'removeMember', { memberId: pupil.memberId, erase: true });

  const log = await new Person(room.url, room.owner).follow(room.logId);
  const told = JSON.stringify(log.entries);
  for (const secret of ['Особенный', 'личные слова', 'личная записка', 'личное.jpg'])
    expect(told).not.toContain(secret);
  expect(log.entries.map((entry) => entry.seq)).toEqual(log.entries.map((_, index) => index + 1));
  expect(log.entries.some((entry) => entry.body === null && entry.id)).toBe(true);

  await eventually(() => !existsSync(contentPath(room.dataDir, sha256Of(photo))));
  // The classmate's file has the same bytes and stays.
  expect(existsSync(contentPath(room.dataDir, sha256Of(shared)))).toBe(true);
  expect((await classmate!.download(work)).status).toBe(404);
  await room.hub.close();
  for (const secret of ['Особенный', 'личные слова', 'личная записка', 'личное.jpg'])
    expect(holdersOf(room.dataDir, secret), secret).toEqual([]);
});

const OWNER = 'Анна Павловна';

/** Sign-ins as the hub has them on disk. */
function peopleOnDisk(folder: string) {
  const db = new DatabaseSync(join(folder, 'hub.db'), { readOnly: true });
  const names = db.prepare('SELECT name FROM person').all() as { name: string }[];
  const devices = db.prepare('SELECT device_id FROM device').all();
  db.close();
  return { names: names.map(({ name }) => name), devices: devices.length };
}

test('[S16] who was taken out first and erased later leaves nothing either, also where a backup of before comes back', async () => {
  room = await startClass();
  const pupil = await room.letIn('Совершенно Особенный');
  pupil.close();
  const backupFile = join(room.dataDir, 'backup.db');
  await room.hub.backup(backupFile);
  await room.teacher.send(room.logId, 'removeMember', { memberId: pupil.memberId, erase: false });
  await room.teacher.send(room.logId, 'removeMember', { memberId: pupil.memberId, erase: true });
  await room.hub.close();
  expect(holdersOf(room.dataDir, 'Особенный')).toEqual(['backup.db']);
  expect(peopleOnDisk(room.dataDir)).toEqual({ names: [OWNER], devices: 1 });
  await (await startHub({ dataDir: room.dataDir, restoreFrom: backupFile })).stop();
  expect(holdersOf(room.dataDir, 'Особенный')).toEqual(['backup.db']);
  // Whoever opens the hub here brings one more device of the teacher's.
  expect(peopleOnDisk(room.dataDir)).toEqual({ names: [OWNER], devices: 2 });
});

test('[S16] an erased pupil who stands at the door again under the same sign-in is not forgotten there', async () => {
  room = await startClass();
  const pupil = await room.letIn('Совершенно Особенный');
  const { personId } = pupil.credentials;
  await room.teacher.send(room.logId, 'removeMember', { memberId: pupil.memberId, erase: false });
  await room.hub.close();
  // As the hub gives it for who asks once more.
  const db = new DatabaseSync(join(room.dataDir, 'hub.db'));
  const { head } = db.prepare('SELECT head FROM log WHERE log_id = ?').get(room.logId) as { head: number };
  const body = JSON.stringify({ personId, name: 'Снова Здесь', device: 'ПК' });
  db.prepare(`INSERT INTO entry VALUES (?, ?, 1, ?, 'joinRequested', 'teachers', NULL, NULL, ?, 'hash')`).run(
    room.logId,
    head + 1,
    newId(),
    body,
  );
  db.prepare('UPDATE log SET head = head + 1 WHERE log_id = ?').run(room.logId);
  db.prepare('INSERT INTO person_log VALUES (?, ?)').run(personId, room.logId);
  db.close();
  const later = await startHub({ dataDir: room.dataDir });
  const teacher = new Person(later.url, room.owner);
  await teacher.follow(room.logId);
  await teacher.send(room.logId, 'removeMember', { memberId: pupil.memberId, erase: true });
  const again = new Person(later.url, pupil.credentials);
  await again.signIn();
  expect((await again.me()).logs).toMatchObject([{ logId: room.logId, state: 'waiting' }]);
  teacher.close();
  await later.stop();
});

test('[S16] who was not let in leaves no name behind, and his page is told all the same', async () => {
  room = await startClass();
  const { pupil, requestId } = await room.knock('Чужой Ребёнок');
  const backupFile = join(room.dataDir, 'backup.db');
  await room.hub.backup(backupFile);
  await room.teacher.send(room.logId, 'declineJoin', { requestId });
  expect((await pupil.me()).logs).toEqual([{ logId: room.logId, state: 'declined' }]);
  pupil.close();
  const log = await new Person(room.url, room.owner).follow(room.logId);
  expect(log.entries.find(({ id }) => id === requestId)).toMatchObject({ kind: 'joinRequested', body: null });
  await room.hub.close();
  expect(holdersOf(room.dataDir, 'Чужой Ребёнок')).toEqual(['backup.db']);
  const restored = await startHub({ dataDir: room.dataDir, restoreFrom: backupFile });
  const again = new Person(restored.url, pupil.credentials);
  await again.signIn();
  expect((await again.me()).logs).toMatchObject([{ logId: room.logId }]);
  await restored.stop();
  expect(holdersOf(room.dataDir, 'Чужой Ребёнок')).toEqual(['backup.db']);
});

test('[S16] what was put aside before a restore is erased with the rest, or goes as a whole where it cannot be read', async () => {
  room = await startClass();
  const pupil = await room.letIn('Совершенно Особенный');
  pupil.close();
  const word = await room.say(room.teacher, 'личное слово');
  const backupFile = join(room.dataDir, 'backup.db');
  await room.hub.backup(backupFile);
  await room.hub.close();
  const restored = await startHub({ dataDir: room.dataDir, restoreFrom: backupFile });
  const aside = join(room.dataDir, 'hub.db.before-restore');
  expect(readFileSync(aside).includes('Особенный')).toBe(true);
  const teacher = new Person(restored.url, room.owner);
  await teacher.follow(room.logId);
  await teacher.send(room.logId, 'removeMember', { memberId: pupil.memberId, erase: true });
  await restored.hub.close();
  expect(holdersOf(room.dataDir, 'Особенный')).toEqual(['backup.db']);
  // The rest of it is there still.
  expect(readFileSync(aside).includes('личное слово')).toBe(true);
  teacher.close();
  await restored.stop();
  truncateSync(aside, 5_000);
  const last = await startHub({ dataDir: room.dataDir });
  const again = new Person(last.url, room.owner);
  await again.follow(room.logId);
  await again.send(room.logId, 'removeMessage', { messageId: word.id });
  expect(existsSync(aside)).toBe(false);
  again.close();
  await last.stop();
});

test('[S16] what a teacher wrote to an erased pupil goes with every wording of it', async () => {
  room = await startClass();
  const pupil = await room.letIn('Совершенно Особенный');
  await room.teacher.me();
  await pupil.me();
  const school = schoolLogIdOf(room.hub.hubId);
  const { memberId } = (await room.teacher.follow(school)).following;
  const to = pupil.memberId;
  const said = { channelId: directIdOf(memberId, to), to, text: 'первое слово', fileIds: [], replyTo: null };
  const { id: messageId } = await room.teacher.send(school, 'postMessage', said);
  await room.teacher.send(school, 'editMessage', { messageId, text: 'тайное слово о ребёнке' });
  await room.teacher.send(room.logId, 'removeMember', { memberId: to, erase: true });
  await eventually(async () => {
    const read = await new Person(room.url, room.owner).follow(school);
    return read.entries.some(({ kind }) => kind === 'memberErased');
  });
  pupil.close();
  await room.hub.close();
  expect(holdersOf(room.dataDir, 'тайное слово')).toEqual([]);
});

test('[S16] a torn line among what was erased stands in the way of no restore, and swallows no line after it', async () => {
  const events: unknown[] = [];
  room = await startClass();
  const [first, second] = [await room.say(room.teacher, 'первое'), await room.say(room.teacher, 'второе')];
  const backupFile = join(room.dataDir, 'backup.db');
  await room.hub.backup(backupFile);
  const erasures = join(room.dataDir, 'erasures.jsonl');
  await room.teacher.send(room.logId, 'removeMessage', { messageId: first.id });
  appendFileSync(erasures, '{"logId":"01a2');
  await room.teacher.send(room.logId, 'removeMessage', { messageId: second.id });
  await room.hub.close();
  const log = (event: string, fields?: unknown) => void events.push({ event, fields });
  const restored = await startHub({ dataDir: room.dataDir, restoreFrom: backupFile, log });
  const { entries } = await new Person(restored.url, room.owner).follow(room.logId);
  expect([first, second].map(({ id }) => entries.find((entry) => entry.id === id)?.body)).toEqual([null, null]);
  expect(events).toContainEqual({ event: 'erasures-unread', fields: { lines: 1 } });
  await restored.stop();
});

test('[S16] a message that was posted and removed in one group is never shown', async () => {
  room = await startClass(['Ёлкина Анна']);
  const [pupil] = room.pupils;
  const id = newId();
  const results = await room.teacher.submit(room.logId, [
    { id, kind: 'postMessage', body: { channelId: room.channelId, text: 'оговорка', fileIds: [], replyTo: null } },
    { id: newId(), kind: 'removeMessage', body: { messageId: id } },
  ]);
  expect(results.every((result) => result.ok)).toBe(true);
  const log = await pupil!.caughtUp(room.logId, (results[1] as { seq: number }).seq);
  expect(log.entries.find((entry) => entry.id === id)).toMatchObject({ body: null, kind: 'messagePosted' });
  expect(JSON.stringify(log.pages)).not.toContain('оговорка');
});

test('[S16] files of a removed message go when nobody else names them', async () => {
  room = await startClass();
  const bytes = randomBytes(100);
  const fileId = await room.teacher.upload(bytes);
  const [first, second] = [await room.say(room.teacher, '1', [fileId]), await room.say(room.teacher, '2', [fileId])];
  await room.teacher.send(room.logId, 'removeMessage', { messageId: first.id });
  expect((await room.teacher.download(fileId)).status).toBe(200);
  await room.teacher.send(room.logId, 'removeMessage', { messageId: second.id });
  expect((await room.teacher.download(fileId)).status).toBe(404);
  await eventually(() => !existsSync(contentPath(room.dataDir, sha256Of(bytes))));
});

test('[S14] a restored hub says so by another key, has the backup’s log, takes acked work again, and forgets what was erased', async () => {
  room = await startClass(['Ёлкина Анна']);
  const backupFile = join(room.dataDir, 'backup.db');
  const erased = await room.letIn('Совершенно Особенный');
  erased.close();
  const secret = await room.say(room.teacher, 'стёртое слово');
  await room.hub.backup(backupFile);
  const keyBefore = room.teacher.logs.get(room.logId)!.following.logKey;
  const bytes = randomBytes(100);
  const fileId = await room.teacher.upload(bytes);
  const command = {
    id: newId(),
    kind: 'postMessage',
    body: { channelId: room.channelId, text: 'после копии', fileIds: [fileId], replyTo: null },
  };
  await room.teacher.submit(room.logId, [command]);
  await room.teacher.send(room.logId, 'removeMessage', { messageId: secret.id });
  await room.teacher.send(room.logId, 'removeMember', { memberId: erased.memberId, erase: true });
  await room.hub.close();

  const restored = await startHub({ dataDir: room.dataDir, restoreFrom: backupFile });
  const teacher = new Person(restored.url, room.owner);
  const log = await teacher.follow(room.logId);
  expect(restored.hub.hubId).toBe(room.hub.hubId);
  expect(log.following.logKey).not.toBe(keyBefore);
  expect(log.entries.at(-1)).toMatchObject({ id: secret.id, body: null });
  // The author's app gives its acked command again under the same id; its file is still here.
  const [again] = await teacher.submit(room.logId, [command]);
  expect(again).toMatchObject({ ok: true, seq: secret.seq + 1 });
  expect((await teacher.download(fileId)).bytes.equals(bytes)).toBe(true);
  teacher.close();
  await restored.stop();
  // Only the copy itself, which is the school's to keep or destroy, still knows the name.
  expect(holdersOf(room.dataDir, 'Особенный')).toEqual(['backup.db']);
  // Opened again without a restore the epoch stays.
  const later = await startHub({ dataDir: room.dataDir });
  expect(later.hub.epoch).toBe(restored.hub.epoch);
  await later.stop();
});

/** What a class says after a backup and erases again: words of a pupil, one that waited for its hour, and a line of the list. */
async function saidAndErased() {
  const [pupil] = room.pupils;
  const { channelId, logId, teacher } = room;
  const bytes = randomBytes(100);
  const fileId = await pupil!.upload(bytes);
  const said = { channelId, text: 'обидное слово', fileIds: [fileId], replyTo: null };
  const message = { id: newId(), kind: 'postMessage', body: said };
  const edit = { id: newId(), kind: 'editMessage', body: { messageId: message.id, text: 'обидное слово, ещё злее' } };
  const later = { ...said, text: 'тайная записка', fileIds: [], sendAt: Date.now() + 3_600_000 };
  const scheduled = { id: newId(), kind: 'scheduleMessage', body: later };
  const line = { id: newId(), kind: 'listMember', body: { memberId: newId(), name: 'Совершенно Особенный' } };
  await pupil!.submit(logId, [message, edit, scheduled]);
  await teacher.submit(logId, [line]);
  const removal = { id: newId(), kind: 'removeMessage', body: { messageId: message.id } };
  const [removed] = await teacher.submit(logId, [removal]);
  const [cancelled] = await pupil!.submit(logId, [
    { id: newId(), kind: 'cancelScheduled', body: { messageId: scheduled.id } },
  ]);
  await teacher.send(logId, 'removeMember', { memberId: line.body.memberId as MemberId, erase: true });
  expect([removed!.ok, cancelled!.ok]).toEqual([true, true]);
  return { message, edit, scheduled, line, removal, bytes };
}
const SECRETS = ['обидное', 'тайная записка', 'Особенный'];

test('[S16] [S3] [S14] what was said and erased after a backup does not come back with those who give it again, however often', async () => {
  room = await startClass(['Ёлкина Анна', 'Белов Илья']);
  const [author, classmate] = room.pupils;
  const backupFile = join(room.dataDir, 'backup.db');
  await room.hub.backup(backupFile);
  const { message, edit, scheduled, line, removal, bytes } = await saidAndErased();
  await room.hub.close();

  // Twice the same backup, then one of the time between: what is erased is remembered by no life of the hub alone.
  const between = join(room.dataDir, 'between.db');
  for (const [round, restoreFrom] of [backupFile, backupFile, between].entries()) {
    const restored = await startHub({ dataDir: room.dataDir, restoreFrom });
    const [teacher, pupil, other] = [room.owner, author!.credentials, classmate!.credentials].map(
      (credentials) => new Person(restored.url, credentials),
    );
    const before = await teacher!.follow(room.logId);
    await pupil!.follow(room.logId);
    // Who removed it is told that it is not there, before it came and after.
    expect(await teacher!.submit(room.logId, [removal])).toMatchObject([{ ok: false, code: 'no-such-message' }]);
    const given = await pupil!.submit(room.logId, [message, edit, scheduled]);
    expect(given.map(({ ok }) => ok)).toEqual([true, true, true]);
    expect(await teacher!.submit(room.logId, [line])).toMatchObject([{ ok: true }]);
    expect(await teacher!.submit(room.logId, [removal])).toMatchObject([{ ok: false, code: 'no-such-message' }]);
    // A repeat has the place of the first, in whichever words.
    expect(await pupil!.submit(room.logId, [message, { ...edit, body: { ...edit.body, text: 'иначе' } }])).toEqual(
      given.slice(0, 2),
    );

    const { seq } = given[0] as { seq: number };
    const { entries } = await pupil!.follow(room.logId);
    // Its author is told that it was removed; of the rest he has a row without words.
    expect(entries.find(({ id }) => id === message.id)).toMatchObject({
      kind: 'messageRemoved',
      body: { messageId: message.id, messageSeq: seq, channelId: room.channelId },
    });
    for (const { id } of [edit, scheduled])
      expect(entries.find((entry) => entry.id === id)).toMatchObject({ body: null });
    const lineRow = (await teacher!.follow(room.logId)).entries.find(({ id }) => id === line.id);
    expect(lineRow).toMatchObject({ body: null, about: null });
    // Nobody else hears of it, and no file is named for it.
    const others = (await other!.follow(room.logId)).entries.map(({ id }) => id);
    for (const { id } of [message, edit, scheduled, line]) expect(others).not.toContain(id);
    expect(before.entries.map(({ id }) => id)).not.toContain(message.id);
    expect(existsSync(contentPath(room.dataDir, sha256Of(bytes)))).toBe(false);

    if (round === 1) await restored.hub.backup(between);
    for (const person of [teacher, pupil, other]) person!.close();
    await restored.stop();
    for (const secret of SECRETS) expect(holdersOf(room.dataDir, secret), secret).toEqual([]);
  }
});

test('[S16] [S14] the file of what was erased holds ids alone, and one of an older program keeps removed messages away too', async () => {
  room = await startClass(['Ёлкина Анна', 'Белов Илья']);
  const backupFile = join(room.dataDir, 'backup.db');
  await room.hub.backup(backupFile);
  const { message, scheduled, line } = await saidAndErased();
  await room.hub.close();
  const erasures = join(room.dataDir, 'erasures.jsonl');
  const lines = readFileSync(erasures, 'utf8').trim().split('\n');
  const strings: string[] = [];
  for (const one of lines) JSON.parse(one, (_key, value) => (typeof value === 'string' && strings.push(value), value));
  for (const text of strings) expect(text).toMatch(/^[0-9a-f]{8}-[0-9a-f-]{27}$/);
  expect(strings).toEqual(expect.arrayContaining([message.id, scheduled.id, line.id]));
  // Before this version a line named what to blank and no rows; with ids alone it may be of what was sent at its hour.
  const older = lines.map((one) => {
    const { rows: _rows, ...rest } = JSON.parse(one) as Record<string, unknown>;
    return `${JSON.stringify(rest)}\n`;
  });
  writeFileSync(erasures, older.join(''));
  const restored = await startHub({ dataDir: room.dataDir, restoreFrom: backupFile });
  const pupil = new Person(restored.url, room.pupils[0]!.credentials);
  await pupil.follow(room.logId);
  expect(await pupil.submit(room.logId, [message, scheduled])).toMatchObject([{ ok: true }, { ok: true }]);
  const { entries } = await pupil.follow(room.logId);
  expect(entries.slice(-2).map(({ id, kind }) => [id, kind])).toEqual([
    [message.id, 'messageRemoved'],
    [scheduled.id, 'messageScheduled'],
  ]);
  pupil.close();
  await restored.stop();
});

test('[S16] where what was erased cannot be read, nothing is restored, and nothing is lost', async () => {
  room = await startClass(['Ёлкина Анна']);
  const backupFile = join(room.dataDir, 'backup.db');
  await room.hub.backup(backupFile);
  const { message } = await saidAndErased();
  const { epoch } = room.hub;
  await room.hub.close();
  const erasures = join(room.dataDir, 'erasures.jsonl');
  renameSync(erasures, `${erasures}.aside`);
  // Nobody may read a folder as a file, whoever runs this.
  mkdirSync(erasures);
  // A restore before this one was killed in the middle.
  writeFileSync(join(room.dataDir, 'hub.db.restoring-wal'), 'left behind');
  const options = { dataDir: room.dataDir, restoreFrom: backupFile };
  await expect(startHub(options)).rejects.toMatchObject({ code: 'storage-damaged' });
  expect(readdirSync(room.dataDir).filter((name) => name.includes('restor'))).toEqual([]);
  rmdirSync(erasures);
  renameSync(`${erasures}.aside`, erasures);
  const asItWas = await startHub({ dataDir: room.dataDir });
  expect(asItWas.hub.epoch).toBe(epoch);
  await asItWas.hub.close();
  const restored = await startHub(options);
  expect(restored.hub.epoch).not.toBe(epoch);
  const pupil = new Person(restored.url, room.pupils[0]!.credentials);
  await pupil.follow(room.logId);
  expect(await pupil.submit(room.logId, [message])).toMatchObject([{ ok: true }]);
  expect(JSON.stringify((await pupil.follow(room.logId)).entries)).not.toContain('обидное');
  pupil.close();
  await restored.stop();
});

test('[S14] [S16] [S20] what was sent at its hour after a backup is sent again, whether its row waits in the backup or is given again', async () => {
  room = await startClass(['Ёлкина Анна']);
  const { channelId, logId, teacher } = room;
  const sendAt = Date.now() + 3_600_000;
  const schedule = (text: string) => ({
    id: newId<CommandId>(),
    kind: 'scheduleMessage',
    body: { channelId, text, fileIds: [], replyTo: null, sendAt },
  });
  const [waiting, fresh, removed] = [schedule('ждёт'), schedule('дано снова'), schedule('стёртое')];
  const backupFile = join(room.dataDir, 'backup.db');
  await teacher.submit(logId, [waiting]);
  await room.hub.backup(backupFile);
  await teacher.submit(logId, [fresh, removed]);
  for (const { id } of [waiting, fresh, removed]) await teacher.send(logId, 'sendScheduled', { messageId: id });
  const sent = (await teacher.follow(logId)).entries.filter(({ kind }) => kind === 'messagePosted');
  const sentRemoved = sent.find(({ body }) => body?.['text'] === 'стёртое')!;
  await teacher.send(logId, 'removeMessage', { messageId: sentRemoved.id });
  await room.hub.close();
  const restored = await startHub({ dataDir: room.dataDir, restoreFrom: backupFile, now: () => sendAt });
  const again = new Person(restored.url, room.owner);
  await again.follow(logId);
  // As its author's app gives it again from what it has.
  expect(await again.submit(logId, [fresh, removed])).toMatchObject([{ ok: true }, { ok: true }]);
  const texts = async () =>
    (await again.follow(logId)).entries
      .filter(({ kind }) => kind === 'messagePosted')
      .map(({ body }) => body?.['text']);
  await eventually(async () => (await texts()).length === 2);
  expect((await texts()).toSorted()).toEqual(['дано снова', 'ждёт']);
  again.close();
  await restored.stop();
});
