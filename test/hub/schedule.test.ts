/** S20: what falls due is done by the hub, by its clock, once. */
import { afterEach, expect, test } from 'vitest';
import { dueIdOf } from '../../src/core/ids.ts';
import { ASSIGNMENT, startClass, type StartedClass } from '../support/class.ts';
import { startHub } from '../support/hub.ts';
import { eventually, Person } from '../support/person.ts';

let room: StartedClass;
let aheadMs = 0;
const now = () => Date.now() + aheadMs;
afterEach(() => room?.stop());

const HOUR_MS = 60 * 60_000;

test('[S20] a scheduled homework is published at its time, by the hub, in full, under the derived id, once', async () => {
  aheadMs = 0;
  room = await startClass(['Белов Илья'], { now });
  const [pupil] = room.pupils;
  const scheduled = { ...ASSIGNMENT, fileIds: [], publishAt: now() + HOUR_MS };
  const { id, seq } = await room.teacher.send(room.logId, 'scheduleAssignment', scheduled);
  await pupil!.caughtUp(room.logId, seq);
  expect(JSON.stringify(pupil!.logs.get(room.logId)!.entries)).not.toContain(ASSIGNMENT.title);
  await room.hub.lookAtSchedule();
  expect(room.teacher.logs.get(room.logId)!.cursor).toBe(seq);

  aheadMs = HOUR_MS + 1;
  await Promise.all([room.hub.lookAtSchedule(), room.hub.lookAtSchedule()]);
  await room.hub.lookAtSchedule();
  const { entries } = await pupil!.caughtUp(room.logId, seq + 1);
  expect(entries.at(-1)).toMatchObject({ id: dueIdOf(id), kind: 'assigned', by: null });
  expect(entries.at(-1)?.body).toMatchObject({ assignmentId: id, title: ASSIGNMENT.title });
  await room.say(room.teacher, 'следующее');
  expect((await room.teacher.caughtUp(room.logId, seq + 2)).entries.filter((e) => e.kind === 'assigned')).toHaveLength(
    1,
  );
});

test('[S20] what fell due while the hub was off is done when it opens', async () => {
  aheadMs = 0;
  room = await startClass([], { now });
  const scheduled = { ...ASSIGNMENT, fileIds: [], publishAt: now() + HOUR_MS };
  const { id, seq } = await room.teacher.send(room.logId, 'scheduleAssignment', scheduled);
  await room.hub.close();
  aheadMs = 2 * HOUR_MS;
  const later = await startHub({ dataDir: room.dataDir, now });
  const teacher = new Person(later.url, room.owner);
  const log = await teacher.follow(room.logId);
  expect(log.entries.at(-1)).toMatchObject({ id: dueIdOf(id), seq: seq + 1, kind: 'assigned' });
  teacher.close();
  await later.stop();
});

test('[S20] the timer alone publishes, without anybody asking', async () => {
  aheadMs = 0;
  room = await startClass([], { now });
  const scheduled = { ...ASSIGNMENT, fileIds: [], publishAt: now() + 200 };
  const { seq } = await room.teacher.send(room.logId, 'scheduleAssignment', scheduled);
  await eventually(() => room.teacher.logs.get(room.logId)!.cursor > seq);
  expect(room.teacher.logs.get(room.logId)!.entries.at(-1)?.kind).toBe('assigned');
});

test('[S20] nobody but the hub may publish before the time', async () => {
  aheadMs = 0;
  room = await startClass([], { now });
  const scheduled = { ...ASSIGNMENT, fileIds: [], publishAt: now() + HOUR_MS };
  const { id } = await room.teacher.send(room.logId, 'scheduleAssignment', scheduled);
  expect(await room.teacher.refusalOf(room.logId, 'publishAssignment', { assignmentId: id })).toBe('not-allowed');
});

test('[S20] a message that waits for its hour is said by the hub then, as its author’s; its author alone knew of it', async () => {
  aheadMs = 0;
  room = await startClass(['Белов Илья'], { now });
  const [pupil] = room.pupils;
  const waiting = { channelId: room.channelId, text: 'Завтра контрольная', fileIds: [], replyTo: null };
  const { id, seq } = await room.teacher.send(room.logId, 'scheduleMessage', { ...waiting, sendAt: now() + HOUR_MS });
  await pupil!.caughtUp(room.logId, seq);
  expect(JSON.stringify(pupil!.logs.get(room.logId)!.pages)).not.toContain('контрольная');
  aheadMs = HOUR_MS + 1;
  await Promise.all([room.hub.lookAtSchedule(), room.hub.lookAtSchedule()]);
  const { entries } = await pupil!.caughtUp(room.logId, seq + 1);
  const posted = entries.filter((entry) => entry.kind === 'messagePosted');
  expect(posted).toHaveLength(1);
  expect(posted[0]).toMatchObject({ id: dueIdOf(id), by: room.teacherId, body: { text: 'Завтра контрольная' } });
  // [S16] What waited is said once: its own row has gone blank.
  const again = new Person(room.url, room.owner);
  const log = await again.follow(room.logId);
  expect(log.entries.find((entry) => entry.id === id)).toMatchObject({ kind: 'messageScheduled', body: null });
  again.close();
});

test('[S20] a message whose author may write there no more is forgotten at its hour, and the clock goes on', async () => {
  aheadMs = 0;
  room = await startClass(['Белов Илья'], { now });
  const [pupil] = room.pupils;
  const waiting = { channelId: room.channelId, text: 'потом', fileIds: [], replyTo: null, sendAt: now() + HOUR_MS };
  await pupil!.send(room.logId, 'scheduleMessage', waiting);
  const { id: seen } = room.teacher.logs.get(room.logId)!.entries[0]!;
  const closed = { title: null, writers: 'teachers' as const, memberIds: [], isArchived: false, seen };
  const { seq } = await room.teacher.send(room.logId, 'changeChannel', { channelId: room.channelId, ...closed });
  aheadMs = HOUR_MS + 1;
  await room.hub.lookAtSchedule();
  await room.hub.lookAtSchedule();
  const { entries } = await pupil!.caughtUp(room.logId, seq + 1);
  expect(entries.at(-1)?.kind).toBe('scheduleCancelled');
  expect((await room.say(room.teacher, 'дальше')).seq).toBe(seq + 2);
});

test('[S20] the bell ends the collecting by the hub’s clock; a work of two reaches the second by itself', async () => {
  aheadMs = 0;
  room = await startClass(['Белов Илья', 'Ёлкина Анна'], { now });
  const [one, two] = room.pupils;
  const { id: assignmentId } = await room.assign();
  const collect = { assignmentId, bellAt: now() + HOUR_MS, afterBell: 'refuse', seen: null } as const;
  const { id: collectId } = await room.teacher.send(room.logId, 'collect', collect);
  const work = { assignmentId, fileIds: [], note: 'вдвоём', together: [two!.memberId] };
  const { seq } = await one!.send(room.logId, 'handIn', work);
  const { entries } = await two!.caughtUp(room.logId, seq + 1);
  expect(entries.at(-1)).toMatchObject({ kind: 'handedIn', by: null, body: { of: { memberId: one!.memberId } } });

  aheadMs = HOUR_MS + 1;
  await room.hub.lookAtSchedule();
  const after = await one!.caughtUp(room.logId, seq + 2);
  expect(after.entries.at(-1)).toMatchObject({ id: dueIdOf(collectId), kind: 'collected', by: null });
  const late = { assignmentId, fileIds: [], note: 'поздно' };
  expect(await one!.refusalOf(room.logId, 'handIn', late)).toBe('collect-closed');
});
