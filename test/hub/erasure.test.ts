/** S16 and S14 through the whole hub: what is erased is gone everywhere, also after a restore; a restore is another epoch. */
import { randomBytes } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
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
