/** The chat over the real wire: who is sent what, what survives, what goes. */
import { afterEach, describe, expect, test } from 'vitest';
import type { ChannelId, CommandId, MemberId } from '../../src/core/ids.ts';
import type { CommandOf, Entry } from '../../src/core/wire.ts';
import { startClass, type Pupil, type StartedClass } from '../support/class.ts';
import { newId, Person } from '../support/person.ts';

let room: StartedClass;
const guests: Person[] = [];
afterEach(async () => {
  for (const guest of guests.splice(0)) guest.close();
  await room?.stop();
});

const NO_EXTRAS = { text: 'т', fileIds: [], replyTo: null };
const channel = async (kind: CommandOf<'createChannel'>['body']['kind'], memberIds: MemberId[] = []) => {
  const channelId = newId<ChannelId>();
  const title = kind === 'group' ? 'Кружок' : null;
  await room.teacher.send(room.logId, 'createChannel', { channelId, kind, title, writers: 'all', memberIds });
  return channelId;
};
const post = (person: Person, channelId: ChannelId, more: Partial<CommandOf<'postMessage'>['body']> = {}) =>
  person.send(room.logId, 'postMessage', { ...NO_EXTRAS, channelId, ...more });
const entriesOf = async (person: Person, upTo: number): Promise<Entry[]> =>
  (await person.caughtUp(room.logId, upTo)).entries;
async function letParentIn(name: string, child: Pupil): Promise<Person & { memberId: MemberId }> {
  const { pupil: parent, requestId } = await room.knock(name);
  guests.push(parent);
  const memberId = newId<MemberId>();
  const confirm = { requestId, memberId, name, role: 'parent' as const, childIds: [child.memberId] };
  await room.teacher.send(room.logId, 'confirmJoin', confirm);
  await parent.follow(room.logId);
  return Object.assign(parent, { memberId });
}

describe('[S4] a channel', () => {
  test('is sent to those who are in it, pushed and pulled; the others get pages without a word of it', async () => {
    room = await startClass(['Белов Илья', 'Ёлкина Анна']);
    const [child, other] = room.pupils as [Pupil, Pupil];
    const parent = await letParentIn('Белова Ольга', child);
    const parents = await channel('parents');
    const students = await channel('students');
    const group = await channel('group', [child.memberId]);
    await post(room.teacher, parents, { text: 'родителям' });
    await post(child, students, { text: 'ученикам' });
    const { seq } = await post(child, group, { text: 'кружку' });
    const texts = (entries: Entry[]) =>
      entries.filter(({ kind }) => kind === 'messagePosted').map(({ body }) => body?.['text']);
    const everything = {
      teacher: ['родителям', 'ученикам', 'кружку'],
      child: ['ученикам', 'кружку'],
      other: ['ученикам'],
      parent: ['родителям'],
    };
    for (const [name, person] of Object.entries({ teacher: room.teacher, child, other, parent })) {
      expect(texts(await entriesOf(person, seq)), name).toEqual(everything[name as keyof typeof everything]);
      const again = new Person(room.url, person.credentials);
      guests.push(again);
      expect(texts((await again.follow(room.logId)).entries), `${name}, pulled`).toEqual(
        everything[name as keyof typeof everything],
      );
    }
  });

  test('[S14] who is taken into a group reads it from its beginning, by another key; who is put out hears no more', async () => {
    room = await startClass(['Белов Илья', 'Ёлкина Анна']);
    const [inside, outside] = room.pupils as [Pupil, Pupil];
    const channelId = await channel('group', [inside.memberId]);
    await post(room.teacher, channelId, { text: 'раньше' });
    const made = room.teacher.logs.get(room.logId)!.entries.find((entry) => entry.kind === 'channelCreated')!;
    const key = outside.logs.get(room.logId)!.following.logKey;
    const group = { channelId, title: 'Кружок', writers: 'all' as const, isArchived: false };
    await room.teacher.send(room.logId, 'changeChannel', { ...group, memberIds: [outside.memberId], seen: made.id });
    await outside.follow(room.logId);
    const now = outside.logs.get(room.logId)!;
    expect(now.following.logKey).not.toBe(key);
    expect(now.entries.some(({ body }) => body?.['text'] === 'раньше')).toBe(true);
    const { seq } = await post(room.teacher, channelId, { text: 'потом' });
    await inside.follow(room.logId);
    expect(JSON.stringify((await entriesOf(inside, seq)).map(({ body }) => body))).not.toContain('потом');
    expect(await inside.refusalOf(room.logId, 'postMessage', { ...NO_EXTRAS, channelId })).toBe('no-such-channel');
  });

  test('[S4] a parent is sent what is given back to his child, and nothing of another’s', async () => {
    room = await startClass(['Белов Илья', 'Ёлкина Анна']);
    const [child, other] = room.pupils as [Pupil, Pupil];
    const parent = await letParentIn('Белова Ольга', child);
    const { id: assignmentId } = await room.assign();
    let last = 0;
    for (const { memberId } of [child, other]) {
      const review = { assignmentId, memberId, attempt: 0, mark: '4', comment: `для ${memberId}`, seen: null };
      const { id: reviewId } = await room.teacher.send(room.logId, 'review', review);
      const back = { assignmentId, memberId, reviewId, outcome: 'accepted' as const };
      ({ seq: last } = await room.teacher.send(room.logId, 'giveBack', back));
    }
    const given = (await entriesOf(parent, last)).filter(({ kind }) => kind === 'givenBack');
    expect(given.map(({ body }) => body?.['memberId'])).toEqual([child.memberId]);
  });
});

describe('[S15] a forwarded message', () => {
  test('is a copy by the hub’s own rows: the last edit, the files, whose words they were', async () => {
    room = await startClass(['Белов Илья']);
    const [pupil] = room.pupils as [Pupil];
    const channelId = await channel('students');
    const fileId = await room.teacher.upload(Buffer.from('лист'), 'лист.txt');
    const { id: messageId } = await room.say(room.teacher, 'было', [fileId]);
    await room.teacher.send(room.logId, 'editMessage', { messageId, text: 'стало' });
    const { seq } = await pupil.send(room.logId, 'forwardMessage', { messageId, channelId });
    const copy = (await entriesOf(pupil, seq)).at(-1);
    expect(copy).toMatchObject({ kind: 'messagePosted', by: pupil.memberId });
    expect(copy?.body).toMatchObject({ text: 'стало', forward: { messageId, by: room.teacherId } });
    expect(copy?.body?.['files']).toMatchObject([{ fileId, name: 'лист.txt' }]);
    // [S16] The copy is another message: it stays, and so does the file that it names.
    await room.teacher.send(room.logId, 'removeMessage', { messageId });
    expect((await pupil.download(fileId)).bytes.toString()).toBe('лист');
  });

  test('[S16] is not changed by who passed it on, and its words go with who said them, however often they were passed on', async () => {
    room = await startClass(['Белов Илья', 'Ёлкина Анна']);
    const [author, forwarder] = room.pupils as [Pupil, Pupil];
    const { channelId, logId, teacher } = room;
    const { id } = await room.say(author, 'слова Ильи');
    const first = await forwarder.send(logId, 'forwardMessage', { messageId: id, channelId });
    const edit = { messageId: first.id, text: 'вовсе не его слова' };
    expect(await forwarder.refusalOf(logId, 'editMessage', edit)).toBe('not-allowed');
    const second = await teacher.send(logId, 'forwardMessage', { messageId: first.id, channelId });
    const copy = (await entriesOf(teacher, second.seq)).at(-1);
    expect(copy?.body).toMatchObject({ forward: { messageId: first.id, by: author.memberId } });
    // In one breath with the erasure there is nothing to pass on either.
    const results = await teacher.submit(logId, [
      { id: newId(), kind: 'removeMember', body: { memberId: author.memberId, erase: true } },
      { id: newId(), kind: 'forwardMessage', body: { messageId: second.id, channelId } },
    ]);
    expect(results).toMatchObject([{ ok: true }, { ok: false, code: 'no-such-message' }]);
    const again = new Person(room.url, room.owner);
    guests.push(again);
    expect(JSON.stringify((await again.follow(logId)).entries)).not.toContain('слова Ильи');
  });

  test('given in one breath with the message it copies, it says the same', async () => {
    room = await startClass();
    const { channelId, logId, teacher } = room;
    const id = newId<CommandId>();
    const results = await teacher.submit(logId, [
      { id, kind: 'postMessage', body: { ...NO_EXTRAS, channelId, text: 'раз' } },
      { id: newId(), kind: 'editMessage', body: { messageId: id, text: 'два' } },
      { id: newId(), kind: 'forwardMessage', body: { messageId: id, channelId } },
    ]);
    expect(results.map((result) => result.ok)).toEqual([true, true, true]);
    const last = results.at(-1);
    const copy = (await entriesOf(teacher, last?.ok ? last.seq : 0)).at(-1);
    expect(copy?.body).toMatchObject({ text: 'два', forward: { messageId: id } });
  });
});

test('[S16] with a message go its edits, reactions, votes and signatures, for everybody and for ever', async () => {
  room = await startClass(['Белов Илья']);
  const [pupil] = room.pupils as [Pupil];
  const poll = { options: ['да', 'нет'], isMultiple: false };
  const { id: messageId } = await post(room.teacher, room.channelId, { poll, isNotice: true });
  await room.teacher.send(room.logId, 'editMessage', { messageId, text: 'тайна' });
  await pupil.send(room.logId, 'react', { messageId, reaction: 'heart', isOn: true });
  await pupil.send(room.logId, 'vote', { messageId, options: [1] });
  await pupil.send(room.logId, 'sign', { messageId });
  await room.teacher.send(room.logId, 'pinMessage', { messageId, isPinned: true });
  await room.teacher.send(room.logId, 'removeMessage', { messageId });
  const again = new Person(room.url, room.owner);
  guests.push(again);
  const { entries } = await again.follow(room.logId);
  const about = entries.filter((entry) => entry.id === messageId || entry.about === messageId);
  const left = about.filter(({ body }) => body !== null).map(({ kind }) => kind);
  expect(left).toEqual(['messageRemoved']);
  expect(about).toHaveLength(7);
});

test('[S3] a vote, a reaction and a signature given twice under one id count once', async () => {
  room = await startClass(['Белов Илья']);
  const [pupil] = room.pupils as [Pupil];
  const { id: messageId } = await room.say(room.teacher, 'нравится?');
  const command = { id: newId<CommandId>(), kind: 'react', body: { messageId, reaction: 'like', isOn: true } };
  const [first] = await pupil.submit(room.logId, [command]);
  const [second] = await pupil.submit(room.logId, [command]);
  expect(second).toEqual(first);
  const other = { ...command, body: { ...command.body, isOn: false } };
  expect(await pupil.submit(room.logId, [other])).toMatchObject([{ ok: false, code: 'id-reused' }]);
});
