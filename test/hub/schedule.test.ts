/** S20: what falls due is done by the hub, by its clock, once. */
import { afterEach, describe, expect, test } from 'vitest';
import { EMPTY_CLASSROOM, type Classroom } from '../../src/core/classroom.ts';
import { dueIdOf, togetherIdOf, type CommandId, type LogId } from '../../src/core/ids.ts';
import type { Command } from '../../src/core/wire.ts';
import type { ClassLogs } from '../../src/hub/class-logs.ts';
import { DUE_AT_ONCE_MAX, REFUSED_WAIT_MAX_MS, REFUSED_WAIT_MS, Schedule } from '../../src/hub/schedule.ts';
import type { Store } from '../../src/hub/store.ts';
import { ASSIGNMENT, startClass, type StartedClass } from '../support/class.ts';
import { startHub } from '../support/hub.ts';
import { eventually, newId, Person } from '../support/person.ts';

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

test('[S20] who takes the id under which the bell would ring is refused, and it rings; a work of two arrives whatever id was tried', async () => {
  aheadMs = 0;
  room = await startClass(['Белов Илья', 'Ёлкина Анна'], { now });
  const [one, two] = room.pupils;
  const { id: assignmentId } = await room.assign();
  const collect = { assignmentId, bellAt: now() + HOUR_MS, afterBell: 'refuse', seen: null } as const;
  const { id: collectId } = await room.teacher.send(room.logId, 'collect', collect);
  const body = { channelId: room.channelId, text: 'занято', fileIds: [], replyTo: null };
  const handInId = newId<CommandId>();
  const results = await one!.submit(room.logId, [
    { id: dueIdOf(collectId), kind: 'postMessage', body },
    { id: togetherIdOf(handInId, two!.memberId), kind: 'postMessage', body },
    { id: handInId, kind: 'handIn', body: { assignmentId, fileIds: [], note: 'вдвоём', together: [two!.memberId] } },
  ]);
  expect(results).toMatchObject([{ ok: false, code: 'bad-request' }, { ok: false, code: 'bad-request' }, { ok: true }]);
  const { seq } = results[2] as { seq: number };
  expect((await two!.caughtUp(room.logId, seq + 1)).entries.at(-1)).toMatchObject({ kind: 'handedIn', by: null });
  aheadMs = HOUR_MS + 1;
  await room.hub.lookAtSchedule();
  const { entries } = await one!.caughtUp(room.logId, seq + 2);
  expect(entries.at(-1)).toMatchObject({ id: dueIdOf(collectId), kind: 'collected' });
});

describe('what is due in one log', () => {
  const logId = newId<LogId>();
  /** A log in which so many messages are due; `outcome` says what becomes of each; one that is `known` stays due. */
  function dueMessages(count: number, outcome: (command: Command) => boolean | 'known') {
    const clock = { now: 1_000 };
    const given: Command[][] = [];
    const said = { channelId: newId(), text: '', files: [], replyTo: null, sendAt: 0, at: 0, by: newId() };
    const ids = Array.from({ length: count }, () => newId<CommandId>());
    const scheduled = Object.fromEntries(ids.map((messageId) => [messageId, { ...said, messageId }]));
    const log = { state: { ...EMPTY_CLASSROOM, scheduled } as unknown as Classroom };
    const logs = {
      get: async () => log,
      submit: async (_logId: LogId, commands: readonly Command[]) => {
        given.push([...commands]);
        return commands.map((command) => {
          const ok = outcome(command);
          if (ok === true && command.kind === 'sendScheduled') delete log.state.scheduled[command.body.messageId];
          return { id: command.id, ok: ok !== false };
        });
      },
    } as unknown as ClassLogs;
    const store = { logsWithDue: async () => [{ logId, dueAt: 0 }] } as unknown as Store;
    return { schedule: new Schedule({ store, logs, log: () => {}, now: () => clock.now }), clock, given, ids };
  }

  test('[S20] is given to it in parts, however much it is', async () => {
    const { schedule, given } = dueMessages(2 * DUE_AT_ONCE_MAX + 1, () => true);
    await schedule.open();
    expect(given.map((commands) => commands.length)).toEqual([DUE_AT_ONCE_MAX, DUE_AT_ONCE_MAX, 1]);
    await schedule.close();
  });

  test.each([
    { how: 'refused', answer: false as const },
    { how: 'known, as what was done before a restore and erased since [S16],', answer: 'known' as const },
  ])(
    `[S20] and $how is tried again after ${REFUSED_WAIT_MS} ms, then later and later, and holds nothing else up`,
    async ({ answer }) => {
      let bad = '' as CommandId;
      const { schedule, clock, given, ids } = dueMessages(3, ({ id }) => id !== bad || answer);
      bad = dueIdOf(ids[0]!);
      await schedule.open();
      expect(given.map((commands) => commands.length)).toEqual([3]);
      const triedAt: number[] = [];
      for (let waits = 0; waits < 20; waits += 1) {
        schedule.note(logId, 0);
        await schedule.look();
        if (given.length > triedAt.length + 1) triedAt.push(clock.now);
        clock.now += REFUSED_WAIT_MS;
      }
      expect(triedAt.map((at) => at - 1_000)).toEqual([1_000, 3_000, 7_000, 15_000]);
      expect(given.slice(1).every((commands) => commands.length === 1 && commands[0]!.id === bad)).toBe(true);
      for (let round = 0; round < 20; round += 1) {
        clock.now += REFUSED_WAIT_MAX_MS;
        const before = given.length;
        schedule.note(logId, 0);
        await schedule.look();
        expect(given).toHaveLength(before + 1);
      }
      // A clock that was wrong and is set back does not make it wait for as long as it was wrong.
      clock.now = 1_000;
      const before = given.length;
      schedule.note(logId, 0);
      await schedule.look();
      expect(given).toHaveLength(before + 1);
      await schedule.close();
    },
  );
});
