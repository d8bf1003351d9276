/** S16 and S14 through the whole hub: what is erased is gone everywhere, also after a restore; a restore is another epoch. */
import { randomBytes } from 'node:crypto';
import { appendFileSync, existsSync, readdirSync, readFileSync, statSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, expect, test } from 'vitest';
import { directIdOf, schoolLogIdOf } from '../../src/core/ids.ts';
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
