/** What follows from identity: S14, S17, S18, S19, with the real hub core under a clock that the test moves. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { ClassView } from '../../src/client/class-store.ts';
import { EMPTY_CLASSROOM, seenBy, type Classroom } from '../../src/core/classroom.ts';
import { PartaError } from '../../src/core/errors.ts';
import type { MemberId } from '../../src/core/ids.ts';
import { STORM } from '../support/faulty-transport.ts';
import { LocalClass } from '../support/local-class.ts';
import { first, type LocalClient } from '../support/local-client.ts';

let school: LocalClass;
let teacher: LocalClient;

beforeEach(async () => {
  school = await LocalClass.open();
  teacher = school.teacher;
});
afterEach(() => school.end());

const summary = async (client: LocalClient) => {
  const me = await first<Parameters<Parameters<typeof client.store.watchMe>[0]>[0]>((l) => client.store.watchMe(l));
  return me?.logs.find((log) => log.logId === school.logId);
};
const kinds = async () => (await school.hub.entries(school.logId)).map((entry) => entry.kind);

/** The hub's state with the rights of whoever has this view. */
const seen = (state: Classroom, view: ClassView | null) => seenBy(state, view!.memberId);

describe('identity', () => {
  /** Says things, and puts the hub back to before them. */
  async function restoreAfter(deeds: () => Promise<unknown>) {
    const backup = await school.hub.backup();
    await deeds();
    await school.soon();
    await school.hub.crash();
    await school.hub.start(backup);
  }
  const reconnect = async (...clients: LocalClient[]) => {
    for (const client of clients) client.store.connectNow();
    await school.time.pass(70_000);
  };

  test('[S14] what a restored hub has forgotten returns to its author’s outbox under the same ids, and to the log once', async () => {
    const pupil = await school.pupil('Белов Илья');
    await school.say(teacher, 'до копии');
    const before = await school.assign(teacher, 'до копии');
    await school.soon();
    const memberId = (await pupil.class(school.logId))!.memberId;
    const ids: string[] = [];
    await restoreAfter(async () => {
      ids.push(await school.say(teacher, 'после копии'));
      ids.push(await school.say(pupil, 'и я после'));
      await school.soon();
      ids.push(await pupil.store.send(school.logId, 'handIn', { assignmentId: before, fileIds: [], note: 'готово' }));
      await school.soon();
      const review = { assignmentId: before, memberId, attempt: 1, comment: '', mark: '4' };
      ids.push(await teacher.store.send(school.logId, 'review', { ...review, seen: null }));
      await school.soon();
      ids.push(await teacher.store.send(school.logId, 'review', { ...review, mark: '5', seen: ids.at(-1) as never }));
    });
    expect(await kinds()).not.toContain('handedIn');
    // Whoever has only read has nothing to give back; the pupil comes first, since the review needs his work.
    await reconnect(pupil);
    await reconnect(teacher);
    for (const row of await teacher.outbox()) await teacher.store.retry(row.id);
    await school.soon();
    expect([...(await teacher.outbox()), ...(await pupil.outbox())]).toEqual([]);
    const entries = await school.hub.entries(school.logId);
    for (const id of ids) expect(entries.filter((entry) => entry.id === id)).toHaveLength(1);
    const texts = (await school.chat(teacher)).toSorted();
    expect(texts).toEqual(['до копии', 'и я после', 'после копии']);
    const { state } = await school.hub.state(school.logId);
    expect(Object.values(state.reviews)).toMatchObject([{ mark: '5' }]);
    expect((await teacher.class(school.logId))?.classroom).toEqual(seen(state, await teacher.class(school.logId)));
    expect((await pupil.class(school.logId))?.classroom).toEqual(seenBy(state, memberId));
  });

  test('[S16] [S14] [S8] what was removed after a backup while its author was away comes back to nobody, and he is told', async () => {
    const [pupil, classmate] = [await school.pupil('Белов Илья'), await school.pupil('Чжан Ли')];
    const backup = await school.hub.backup();
    const restart = async () => {
      await school.hub.crash();
      await school.hub.start(backup);
    };
    const messageId = await school.say(pupil, 'обидное слово');
    await school.soon();
    await pupil.store.send(school.logId, 'editMessage', { messageId, text: 'ещё обиднее' });
    await school.soon();
    await pupil.stop();
    await teacher.store.send(school.logId, 'removeMessage', { messageId });
    await school.soon();
    await restart();
    await pupil.start();
    await reconnect(pupil, teacher, classmate);
    expect(await school.chat(pupil)).toEqual(['—']);
    expect(await pupil.outbox()).toEqual([]);
    for (const other of [teacher, classmate]) expect(await school.chat(other)).toEqual([]);
    // Once: whoever removed it hears that it is not there.
    expect(await teacher.outbox()).toMatchObject([{ state: 'refused', code: 'no-such-message' }]);
    expect(JSON.stringify(await school.hub.entries(school.logId))).not.toContain('обидн');
    // As the kept log tells it, and after one restore more.
    await pupil.stop();
    await pupil.start();
    expect(await school.chat(pupil)).toEqual(['—']);
    await restart();
    await reconnect(pupil, teacher, classmate);
    expect([await school.chat(pupil), await school.chat(classmate), await pupil.outbox()]).toEqual([[], [], []]);
    expect((await summary(pupil))?.isCurrent).toBe(true);
  });

  test('[S14] what returns is shown as such while the hub cannot take it', async () => {
    await school.pupil('Белов Илья');
    await restoreAfter(() => school.say(teacher, 'после копии'));
    await teacher.stop();
    const connect = school.network.connectFor(teacher.personId, () => teacher.isStarted);
    const busy = () => Promise.reject(new PartaError('busy'));
    await teacher.start({ ports: { connect: async (...args) => ({ ...(await connect(...args)), submit: busy }) } });
    await school.soon();
    expect(await teacher.outbox()).toMatchObject([{ isReissued: true, command: { kind: 'postMessage' } }]);
    expect(await school.chat(teacher)).toEqual(['после копии *waiting']);
  });

  test('[S14] a class that was made after the backup is made again by its maker', async () => {
    const backup = await school.hub.backup();
    const store = teacher.store;
    const logId = store.newLogId();
    const channelId = store.newChannelId();
    const channels = [{ channelId, kind: 'everyone' as const }];
    await store.send(logId, 'createClass', { title: '7Б', memberId: store.newMemberId(), teacherName: 'А', channels });
    await store.send(logId, 'postMessage', { channelId, text: 'раз', fileIds: [], replyTo: null });
    await school.soon();
    await school.hub.crash();
    await school.hub.start(backup);
    await reconnect(teacher);
    expect((await school.hub.entries(logId)).map((entry) => entry.kind)).toEqual(['classCreated', 'messagePosted']);
    const { messages } = await teacher.messages(logId, channelId);
    expect(messages.map((message) => message.text)).toEqual(['раз']);
    expect(await teacher.outbox()).toEqual([]);
  });

  test('[S14] another role is another log: it is dropped and read from the start, drafts and outbox stay', async () => {
    const pupil = await school.pupil('Белов Илья');
    const memberId = (await pupil.class(school.logId))!.memberId;
    await school.assign(teacher, 'Упр. 5');
    await teacher.store.send(school.logId, 'listMember', { memberId: teacher.store.newMemberId(), name: 'Ёлкина Аня' });
    await school.soon();
    const draft = `message/${school.logId}/${school.channelId}` as const;
    await pupil.store.writeDraft(draft, 'набранное');
    const late = pupil.store.newFileId();
    pupil.files.add(late, 'большой.mp4');
    const { channelId } = school;
    await pupil.store.send(school.logId, 'postMessage', { channelId, text: 'видео', fileIds: [late], replyTo: null });
    expect(Object.keys((await pupil.class(school.logId))!.classroom.members)).toHaveLength(2);
    await teacher.store.send(school.logId, 'changeRole', { memberId, role: 'teacher' });
    await school.soon();
    const { state } = await school.hub.state(school.logId);
    const view = (await pupil.class(school.logId))!;
    expect(view.role).toBe('teacher');
    expect(view.classroom).toEqual(seen(state, view));
    expect(await pupil.store.readDraft(draft)).toBe('набранное');
    expect(await school.chat(pupil)).toEqual(['видео *waiting-for-files']);
    await teacher.store.send(school.logId, 'changeRole', { memberId, role: 'student' });
    await school.soon();
    const after = await school.hub.state(school.logId);
    expect((await pupil.class(school.logId))!.classroom).toEqual(seenBy(after.state, memberId));
  });
});

describe('a log that is read anew', () => {
  /** The program starts again and can ask for nothing of a log: whatever it drops stays gone for now. */
  async function startUnread(client: LocalClient) {
    await client.stop();
    const connect = school.network.connectFor(client.personId, () => client.isStarted);
    const pull = () => new Promise<never>(() => {});
    await client.start({ ports: { connect: async (...args) => ({ ...(await connect(...args)), pull }) } });
    await school.soon();
  }
  async function startAgain(client: LocalClient) {
    client.kill();
    await client.start();
    await school.soon();
  }
  async function restore(backup: string) {
    await school.hub.crash();
    await school.hub.start(backup);
  }
  const changeRole = async (client: LocalClient, role: 'teacher' | 'student') => {
    const { members } = (await school.hub.state(school.logId)).state;
    const { memberId } = Object.values(members).find(({ personIds }) => personIds.includes(client.personId))!;
    await teacher.store.send(school.logId, 'changeRole', { memberId, role });
    await school.soon();
    return memberId;
  };
  /** Opens the address once more, and the teacher opens the door. */
  async function letIn(client: LocalClient) {
    await Promise.all([school.hub.requestJoin(school.logId, client.personId), school.soon()]);
    const [request] = Object.values((await teacher.class(school.logId))!.classroom.requests);
    const { requestId, name } = request!;
    const memberId = teacher.store.newMemberId();
    await teacher.store.send(school.logId, 'confirmJoin', { requestId, memberId, name });
    await school.time.pass(70_000);
  }
  const kept = (client: LocalClient) => client.disk.records<{ state: string }>(client.databaseName, 'outbox');
  const times = async (id: string) =>
    (await school.hub.entries(school.logId)).filter((entry) => entry.id === id).length;

  test('[S14] while it is read anew after another role, the hub is restored from an older backup: what was acked returns', async () => {
    const pupil = await school.pupil('Белов Илья');
    const backup = await school.hub.backup();
    const id = await school.say(pupil, 'после копии');
    await school.soon();
    await startUnread(pupil);
    await changeRole(pupil, 'teacher');
    expect(await school.chat(pupil)).toEqual([]);
    await restore(backup);
    expect(await times(id)).toBe(0);
    await startAgain(pupil);
    expect(await times(id)).toBe(1);
    expect(await school.chat(pupil)).toEqual(['после копии']);
    expect(kept(pupil)).toEqual([]);
  });

  test('[S14] where the hub has forgotten nothing, nothing is given again, shown as waiting or held up', async () => {
    const pupil = await school.pupil('Белов Илья');
    await changeRole(pupil, 'teacher');
    const id = await school.say(pupil, 'раз');
    await pupil.store.send(school.logId, 'listMember', { memberId: pupil.store.newMemberId(), name: 'Ёлкина Аня' });
    await school.soon();
    await startUnread(pupil);
    await changeRole(pupil, 'student');
    expect(kept(pupil).map(({ state }) => state)).toContain('returning');
    expect(await pupil.outbox()).toEqual([]);
    expect((await summary(pupil))?.waiting).toBe(0);
    const fresh = await school.say(pupil, 'два');
    await school.soon();
    expect(await times(fresh)).toBe(1);
    const { head } = await school.hub.state(school.logId);
    await startAgain(pupil);
    // Also what a pupil may not read any more has left the outbox.
    expect(kept(pupil)).toEqual([]);
    expect(await school.chat(pupil)).toEqual(['раз', 'два']);
    expect((await school.hub.state(school.logId)).head).toBe(head);
    expect(await times(id)).toBe(1);
  });

  test('[S14] another role while it is read anew after a restore: what returned before goes on returning, once', async () => {
    const pupil = await school.pupil('Белов Илья');
    const before = await school.say(pupil, 'до копии');
    await school.soon();
    const backup = await school.hub.backup();
    const after = await school.say(pupil, 'после копии');
    await school.soon();
    await startUnread(pupil);
    await restore(backup);
    await startUnread(pupil);
    await changeRole(pupil, 'teacher');
    expect(kept(pupil).map(({ state }) => state)).toEqual(['returning', 'returning']);
    await startAgain(pupil);
    expect(kept(pupil)).toEqual([]);
    expect([await times(before), await times(after)]).toEqual([1, 1]);
    expect(await school.chat(pupil)).toEqual(['до копии', 'после копии']);
  });

  test('[S14] a hub that has forgotten whom it let in: his work is kept as unsent, and given again once he is in again', async () => {
    const backup = await school.hub.backup();
    const pupil = await school.pupil('Белов Илья');
    const id = await school.say(pupil, 'после копии');
    await school.soon();
    await restore(backup);
    await school.time.pass(70_000);
    expect(await summary(pupil)).toMatchObject({ state: 'declined', waiting: 1 });
    expect(await pupil.outbox()).toMatchObject([{ id, isReissued: true, state: 'waiting' }]);
    await letIn(pupil);
    expect(await times(id)).toBe(1);
    expect(await school.chat(pupil)).toEqual(['после копии']);
    expect(kept(pupil)).toEqual([]);
  });

  test('[S14] who was taken out before he saw that the hub was restored, and is let in again, gives again only what it lost', async () => {
    const pupil = await school.pupil('Белов Илья');
    const { memberId } = (await pupil.class(school.logId))!;
    const before = await school.say(pupil, 'до копии');
    await school.soon();
    const backup = await school.hub.backup();
    const after = await school.say(pupil, 'после копии');
    await school.soon();
    await pupil.stop();
    await restore(backup);
    await school.time.pass(70_000);
    await teacher.store.send(school.logId, 'removeMember', { memberId, erase: false });
    await school.soon();
    await pupil.start();
    await school.soon();
    expect((await pupil.outbox()).map(({ id, state }) => ({ id, state }))).toEqual([
      { id: before, state: 'waiting' },
      { id: after, state: 'waiting' },
    ]);
    const given: string[] = [];
    const submits = school.network.connectFor(pupil.personId, () => pupil.isStarted);
    await pupil.stop();
    await pupil.start({
      ports: {
        connect: async (...args) => {
          const transport = await submits(...args);
          const submit: typeof transport.submit = (logId, commands) => {
            given.push(...commands.map(({ id }) => id));
            return transport.submit(logId, commands);
          };
          return { ...transport, submit };
        },
      },
    });
    await letIn(pupil);
    expect(given).toEqual([after]);
    expect([await times(before), await times(after)]).toEqual([1, 1]);
    expect(await school.chat(pupil)).toEqual(['до копии', 'после копии']);
    expect(kept(pupil)).toEqual([]);
  });

  test('[S14] what its author was removing when the hub was restored is not given again', async () => {
    const pupil = await school.pupil('Белов Илья');
    const backup = await school.hub.backup();
    const id = await school.say(pupil, 'после копии');
    await school.soon();
    await pupil.stop();
    const connect = school.network.connectFor(pupil.personId, () => pupil.isStarted);
    const submit = () => new Promise<never>(() => {});
    await pupil.start({ ports: { connect: async (...args) => ({ ...(await connect(...args)), submit }) } });
    await school.soon();
    await pupil.store.send(school.logId, 'removeMessage', { messageId: id });
    await school.soon();
    await restore(backup);
    await startAgain(pupil);
    expect(await times(id)).toBe(0);
    expect(await pupil.outbox()).toMatchObject([{ command: { kind: 'removeMessage' }, state: 'refused' }]);
  });

  test('[S14] who is taken out while what a restored hub forgot is being looked for sees it as unsent', async () => {
    const pupil = await school.pupil('Белов Илья');
    const backup = await school.hub.backup();
    const id = await school.say(pupil, 'после копии');
    await school.soon();
    await startUnread(pupil);
    await restore(backup);
    await school.time.pass(70_000);
    expect(kept(pupil)).toMatchObject([{ state: 'returning' }]);
    expect(await pupil.outbox()).toEqual([]);
    const { memberId } = (await pupil.class(school.logId))!;
    await teacher.store.send(school.logId, 'removeMember', { memberId, erase: false });
    await school.soon();
    expect(await pupil.outbox()).toMatchObject([{ id, state: 'waiting' }]);
    expect(await summary(pupil)).toMatchObject({ state: 'declined', waiting: 1 });
  });

  test('[S14] [S18] two tabs that read it anew, one of them late, send what was forgotten once', async () => {
    const pupil = await school.pupil('Белов Илья');
    const tab = school.client('tab', pupil.personId, pupil.disk);
    await tab.start({ isTab: true });
    const backup = await school.hub.backup();
    const ids = [await school.say(pupil, 'раз'), await school.say(tab, 'два')];
    await school.soon();
    await changeRole(pupil, 'teacher');
    await restore(backup);
    school.network.weather = { ...STORM, cut: 0, drop: 0, delayMs: 2_000 };
    await school.time.pass(90_000);
    expect(await Promise.all(ids.map(times))).toEqual([1, 1]);
    expect(kept(pupil)).toEqual([]);
    expect((await school.chat(tab)).toSorted()).toEqual(['два', 'раз']);
  });
});

describe('leaving', () => {
  const remove = async (client: LocalClient) => {
    const { memberId } = (await client.class(school.logId))!;
    await teacher.store.send(school.logId, 'removeMember', { memberId, erase: false });
    await school.soon();
  };

  test('[S17] who was taken out loses the local log', async () => {
    const pupil = await school.pupil('Белов Илья');
    await school.say(teacher, 'раз');
    await school.soon();
    expect(await school.chat(pupil)).toEqual(['раз']);
    await remove(pupil);
    expect(await pupil.class(school.logId)).toBeNull();
    expect(await school.chat(pupil)).toEqual([]);
    expect(await summary(pupil)).toBeUndefined();
  });

  test.each(['draft', 'outbox'])('[S17] where something is unsent (%s) it is asked first', async (what) => {
    const pupil = await school.pupil('Белов Илья');
    await school.say(teacher, 'раз');
    const draft = `message/${school.logId}/${school.channelId}` as const;
    if (what === 'draft') await pupil.store.writeDraft(draft, 'набранное');
    else {
      const late = pupil.store.newFileId();
      const { channelId } = school;
      await pupil.store.send(school.logId, 'postMessage', { channelId, text: 'видео', fileIds: [late], replyTo: null });
    }
    await pupil.store.writeDraft('place/somewhere', 3);
    await school.soon();
    await remove(pupil);
    expect(await summary(pupil)).toMatchObject({ state: 'declined', waiting: what === 'draft' ? 0 : 1 });
    expect(await school.chat(pupil)).toContain('раз');
    await pupil.store.forget(school.logId);
    expect(await pupil.class(school.logId)).toBeNull();
    expect(await pupil.outbox()).toEqual([]);
    expect(await pupil.store.readDraft(draft)).toBeNull();
    expect(await pupil.store.readDraft('place/somewhere')).toBe(3);
  });

  test('an answer from before the leaving does not bring the log back', async () => {
    const pupil = await school.pupil('Белов Илья');
    await pupil.stop();
    const connect = school.network.connectFor(pupil.personId, () => pupil.isStarted);
    await pupil.start({
      ports: {
        connect: async (...args) => {
          const transport = await connect(...args);
          return {
            ...transport,
            follow: async (request) => {
              const following = await transport.follow(request);
              await school.time.wait(3_000);
              return following;
            },
          };
        },
      },
    });
    await school.time.pass(500);
    await remove(pupil);
    expect(await pupil.class(school.logId)).toBeNull();
  });
});

describe('tabs', () => {
  test('[S18] two programs on one disk run the loop at once: everything arrives once, both show the same', async () => {
    const pupil = await school.pupil('Белов Илья');
    const tab = school.client('tab', teacher.personId, teacher.disk);
    await tab.start({ isTab: true });
    await school.soon();
    school.network.weather = { ...STORM, cut: 0, drop: 0, delayMs: 300 };
    for (let index = 0; index < 6; index += 1) {
      await school.say(teacher, `стол ${index}`);
      await school.say(tab, `вкладка ${index}`);
      await school.say(pupil, `ученик ${index}`);
      await school.time.pass(150);
    }
    await school.time.pass(30_000);
    const entries = await school.hub.entries(school.logId);
    expect(entries.filter((entry) => entry.kind === 'messagePosted')).toHaveLength(18);
    const shown = await school.chat(teacher);
    expect(shown).toHaveLength(18);
    expect(await school.chat(tab)).toEqual(shown);
    expect(await teacher.outbox()).toEqual([]);
    const { state } = await school.hub.state(school.logId);
    expect((await tab.class(school.logId))?.classroom).toEqual(seen(state, await tab.class(school.logId)));
  });

  test('[S18] one tab sends what the other wrote and did not live to send', async () => {
    const tab = school.client('tab', teacher.personId, teacher.disk);
    await tab.start({ isTab: true, ports: { connect: () => Promise.reject(new PartaError('hub-unreachable')) } });
    await school.say(tab, 'из вкладки');
    await school.soon();
    expect(await school.chat(teacher)).toEqual(['из вкладки']);
  });
});

describe('view law', () => {
  test('[S19] after every step each reader’s folded log is the hub’s state seen with his rights', async () => {
    const laptop = school.client('laptop', teacher.personId);
    await laptop.start();
    const first = await school.pupil('Белов Илья');
    const second = await school.pupil('Ёлкина Аня');
    const [firstId, secondId] = [
      (await first.class(school.logId))!.memberId,
      (await second.class(school.logId))!.memberId,
    ];
    const { store } = teacher;
    const { logId } = school;
    const readers: [LocalClient, MemberId][] = [
      [teacher, school.teacherId],
      [laptop, school.teacherId],
      [first, firstId],
      [second, secondId],
    ];
    const check = async (step: string) => {
      await school.time.pass(1_500);
      const { state } = await school.hub.state(logId);
      for (const [client, memberId] of readers) {
        const { classroom } = (await client.class(logId)) ?? { classroom: EMPTY_CLASSROOM };
        expect(classroom, `${client.name} after ${step}`).toEqual(seenBy(state, memberId));
      }
    };
    await check('joining');
    const all = await school.assign(teacher, 'всем');
    await check('assign');
    const content = { text: '', dueAt: null, scale: { kind: 'five' as const }, fileIds: [] };
    const one = await store.send(logId, 'assign', {
      ...content,
      title: 'одному',
      assignees: [firstId],
      seriesId: null,
    });
    await check('assign to one');
    await store.send(logId, 'changeAssignment', { ...content, title: 'двоим', assignees: [firstId, secondId], assignmentId: one, seen: one }); // prettier-ignore
    await check('assign to another too');
    const publishAt = school.time.now + 3_600_000;
    const later = await store.send(logId, 'scheduleAssignment', { ...content, title: 'потом', assignees: 'all', seriesId: null, publishAt }); // prettier-ignore
    await check('schedule');
    await store.send(logId, 'withdrawAssignment', { assignmentId: later });
    await check('withdraw');
    await first.store.send(logId, 'handIn', { assignmentId: all, fileIds: [], note: 'готово' });
    await check('hand in');
    const review = { assignmentId: all, memberId: firstId, attempt: 1, mark: '4', comment: 'хорошо' };
    const reviewId = await store.send(logId, 'review', { ...review, seen: null });
    await check('review');
    await store.send(logId, 'giveBack', { assignmentId: all, memberId: firstId, reviewId, outcome: 'redo' });
    await check('give back');
    await first.store.send(logId, 'handIn', { assignmentId: all, fileIds: [], note: 'ещё раз' });
    await check('hand in again');
    await store.send(logId, 'renameMember', { memberId: secondId, name: 'Ёлкина Анна' });
    await check('rename');
    await store.send(logId, 'changeRole', { memberId: secondId, role: 'teacher' });
    await check('make a teacher');
    await store.send(logId, 'changeRole', { memberId: secondId, role: 'student' });
    await check('make a pupil again');
    await store.send(logId, 'removeMember', { memberId: firstId, erase: true });
    await check('erase');
    await store.send(logId, 'removeMember', { memberId: secondId, erase: false });
    await check('remove');
  });
});
