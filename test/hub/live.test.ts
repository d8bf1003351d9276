/** How far who has read, who writes, who is here: told to who may know, kept, and never in anybody's way. */
import { afterEach, describe, expect, test } from 'vitest';
import type { ChannelId, MemberId } from '../../src/core/ids.ts';
import type { Presence, Reads, Typing } from '../../src/core/wire.ts';
import { KEEP_EVERY_MS, MARKS_BURST } from '../../src/hub/live.ts';
import { startClass, type Pupil, type StartedClass } from '../support/class.ts';
import { startHub } from '../support/hub.ts';
import { eventually, newId, Person } from '../support/person.ts';

let room: StartedClass;
const others: Person[] = [];
afterEach(async () => {
  for (const person of others.splice(0)) person.close();
  await room?.stop();
});

/** All that a page was told beside the log. */
function ears(person: Person) {
  const heard = { reads: new Map<string, number>(), typing: [] as Typing[], presence: null as Presence | null };
  person.socket!.on('reads', ({ reads }: Reads) => {
    for (const { channelId, memberId, seq } of reads) heard.reads.set(`${channelId}/${memberId}`, seq);
  });
  person.socket!.on('typing', (typing: Typing) => heard.typing.push(typing));
  person.socket!.on('presence', (presence: Presence) => (heard.presence = presence));
  return heard;
}
const open = async (names: readonly string[]) => {
  room = await startClass(names);
  return room;
};
const read = (person: Person, seq: number, channelId: string = room.channelId) =>
  person.socket!.emit('read', { logId: room.logId, channelId, seq });
const channel = async (kind: 'students' | 'group', memberIds: MemberId[] = []) => {
  const channelId = newId<ChannelId>();
  const title = kind === 'group' ? 'Кружок' : null;
  await room.teacher.send(room.logId, 'createChannel', { channelId, kind, title, writers: 'all', memberIds });
  return channelId;
};

describe('how far members have read', () => {
  test('is told to teachers, and to nobody else but the reader’s own pages', async () => {
    await open(['Белов Илья', 'Ёлкина Анна']);
    const [pupil, other] = room.pupils as [Pupil, Pupil];
    const { seq } = await room.say(room.teacher, 'Здравствуйте');
    const [teachers, own, foreign] = [ears(room.teacher), ears(pupil), ears(other)];
    read(pupil, seq);
    const key = `${room.channelId}/${pupil.memberId}`;
    await eventually(() => teachers.reads.get(key) === seq && own.reads.get(key) === seq);
    read(room.teacher, seq);
    await eventually(() => teachers.reads.has(`${room.channelId}/${room.teacherId}`));
    expect(foreign.reads.size).toBe(0);
    expect([...own.reads.keys()]).toEqual([key]);
  });

  test('the greatest wins, never beyond the head, and outlives the hub', async () => {
    await open(['Белов Илья']);
    const [pupil] = room.pupils as [Pupil];
    const { seq } = await room.say(room.teacher, 'раз');
    const teachers = ears(room.teacher);
    const key = `${room.channelId}/${pupil.memberId}`;
    read(pupil, 1_000_000);
    await eventually(() => teachers.reads.get(key) === seq);
    read(pupil, 1);
    const { dataDir, owner } = room;
    await room.stop({ keep: true });
    const again = await startHub({ dataDir });
    const teacher = new Person(again.url, owner);
    others.push(teacher);
    await teacher.connect();
    const heard = ears(teacher);
    await teacher.follow(room.logId);
    await eventually(() => heard.reads.get(key) === seq);
    teacher.close();
    await again.stop({ keep: false });
    expect(KEEP_EVERY_MS).toBeLessThanOrEqual(5_000);
  });

  test('of a channel that a page is not in it learns nothing and can say nothing', async () => {
    await open(['Белов Илья', 'Ёлкина Анна']);
    const [pupil, other] = room.pupils as [Pupil, Pupil];
    const group = await channel('group', [pupil.memberId]);
    const message = { channelId: group, text: 'секрет', fileIds: [], replyTo: null };
    const { seq } = await room.teacher.send(room.logId, 'postMessage', message);
    const [teachers, foreign] = [ears(room.teacher), ears(other)];
    read(other, seq, group);
    other.socket!.emit('typing', { logId: room.logId, channelId: group });
    pupil.socket!.emit('typing', { logId: room.logId, channelId: group });
    read(pupil, seq, group);
    await eventually(() => teachers.reads.has(`${group}/${pupil.memberId}`));
    expect([...teachers.reads.keys()]).toEqual([`${group}/${pupil.memberId}`]);
    expect(teachers.typing.map(({ memberId }) => memberId)).toEqual([pupil.memberId]);
    expect(foreign.typing).toEqual([]);
  });
});

test('who writes is told to the others in the channel, not to himself', async () => {
  await open(['Белов Илья', 'Ёлкина Анна']);
  const [pupil, other] = room.pupils as [Pupil, Pupil];
  const [own, foreign] = [ears(pupil), ears(other)];
  pupil.socket!.emit('typing', { logId: room.logId, channelId: room.channelId });
  await eventually(() => foreign.typing.length === 1);
  expect(foreign.typing[0]).toEqual({ logId: room.logId, channelId: room.channelId, memberId: pupil.memberId });
  expect(own.typing).toEqual([]);
});

test('teachers are told who is here; pupils, which teachers are', async () => {
  await open(['Белов Илья']);
  const [pupil] = room.pupils as [Pupil];
  const teachers = ears(room.teacher);
  const late = await room.letIn('Ёлкина Анна');
  others.push(late);
  const heard = ears(late);
  await eventually(() => teachers.presence?.memberIds.includes(late.memberId));
  expect(teachers.presence?.memberIds).toContain(pupil.memberId);
  late.close();
  await eventually(() => !teachers.presence?.memberIds.includes(late.memberId));
  room.teacher.close();
  await room.teacher.connect();
  await room.teacher.follow(room.logId);
  expect(heard.presence?.memberIds ?? []).not.toContain(pupil.memberId);
});

test('a flood of marks, and marks of any shape, are dropped; the page stays', async () => {
  await open(['Белов Илья', 'Ёлкина Анна']);
  const [pupil, other] = room.pupils as [Pupil, Pupil];
  const foreign = ears(other);
  for (const odd of [null, 5, 'x', [], {}, { logId: 1 }, { logId: room.logId, channelId: room.channelId, seq: -1 }]) {
    pupil.socket!.emit('read', odd);
    pupil.socket!.emit('typing', odd);
  }
  for (let i = 0; i < MARKS_BURST * 5; i++)
    pupil.socket!.emit('typing', { logId: room.logId, channelId: room.channelId });
  const { seq } = await room.say(pupil, 'я ещё здесь');
  await other.caughtUp(room.logId, seq);
  expect(foreign.typing.length).toBeGreaterThan(0);
  expect(foreign.typing.length).toBeLessThan(MARKS_BURST * 2);
});
