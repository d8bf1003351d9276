/** Writing: S7, S8, S9, S10, with the real hub core; what a wire says and does not say is bent where the rule needs it. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Ports } from '../../src/client/ports.ts';
import type { Transport } from '../../src/client/transport.ts';
import { heldByFiles, nextBatch, BATCH_BYTES_MAX } from '../../src/client/outbox.ts';
import type { StoredCommand } from '../../src/client/database.ts';
import { PartaError } from '../../src/core/errors.ts';
import type { CommandId, FileId, LogId, MemberId, Sha256 } from '../../src/core/ids.ts';
import { COMMANDS_PER_SUBMIT_MAX } from '../../src/core/limits.ts';
import type { Command, CommandResult } from '../../src/core/wire.ts';
import { LocalClass } from '../support/local-class.ts';
import { first, type LocalClient } from '../support/local-client.ts';
import { nextFileId, nextId } from '../support/paper-class.ts';

let school: LocalClass;
let teacher: LocalClient;

beforeEach(async () => {
  school = await LocalClass.open();
  teacher = school.teacher;
});
afterEach(() => school.end());

/** The teacher's program started again with a wire that `bend` has changed. */
async function rewire(bend: (transport: Transport) => Partial<Transport>, hearsPages = true) {
  await teacher.stop();
  const connect = school.network.connectFor(teacher.personId, () => teacher.isStarted);
  const ports: Partial<Ports> = {
    connect: async (address, news) => {
      const transport = await connect(address, { ...news, page: (page) => hearsPages && news.page(page) });
      return { ...transport, ...bend(transport) };
    },
  };
  await teacher.start({ ports });
  await school.soon();
}
const outboxStates = async () => (await teacher.outbox()).map((row) => row.state);

describe('files that unsent work needs', () => {
  const needed = () => first((listener) => teacher.store.watchUnsentFiles(listener));

  test('are those that waiting commands and drafts name, in whatever shape, and no others', async () => {
    const [posted, drafted, placed] = [nextFileId(), nextFileId(), nextFileId()];
    const hash = 'ab'.repeat(32);
    await teacher.store.send(school.logId, 'postMessage', {
      channelId: school.channelId,
      text: 'раз',
      fileIds: [posted],
      replyTo: null,
    });
    await teacher.store.writeDraft(`assignment/${school.logId}`, { files: [{ fileId: drafted, sha256: hash }], n: 7 });
    await teacher.store.writeDraft(`place/${school.logId}`, { at: placed });
    expect(await needed()).toEqual([posted, drafted, hash].sort());
    await teacher.store.writeDraft(`assignment/${school.logId}`, null);
    const [row] = await teacher.outbox();
    await teacher.store.discard(row!.id);
    expect(await needed()).toEqual([]);
  });
});

describe('confirming', () => {
  test('[S7] an acknowledgement changes no view: the command stays pending until its page comes', async () => {
    await rewire((transport) => ({ pull: () => new Promise(() => {}), close: transport.close }), false);
    await school.say(teacher, 'раз');
    await school.time.pass(1_000);
    expect((await school.hub.entries(school.logId)).map((entry) => entry.kind)).toContain('messagePosted');
    expect(await school.chat(teacher)).toEqual(['раз *sending']);
    expect(await outboxStates()).toEqual(['sending']);
    await rewire(() => ({}));
    expect(await school.chat(teacher)).toEqual(['раз']);
    expect(await outboxStates()).toEqual([]);
  });

  test('[S7] a command whose answer was lost is confirmed by the log, once', async () => {
    await rewire((transport) => ({
      submit: async (...args) => {
        await transport.submit(...args);
        throw new PartaError('hub-unreachable');
      },
    }));
    await school.say(teacher, 'раз');
    await school.soon();
    expect(await school.chat(teacher)).toEqual(['раз']);
    expect(await outboxStates()).toEqual([]);
  });

  test('an accepted command whose row this reader may not see leaves the outbox when the log was read past it', async () => {
    await rewire(
      (transport) => ({
        pull: async (request) => {
          const page = await transport.pull(request);
          return { ...page, entries: page.entries.filter((entry) => entry.kind !== 'classRenamed') };
        },
      }),
      false,
    );
    await teacher.store.send(school.logId, 'renameClass', { title: '8А' });
    await school.soon();
    expect(await outboxStates()).toEqual([]);
  });
});

describe('pending', () => {
  test('[S8] what waits is laid over what is confirmed when somebody looks, and nothing of it is stored as a view', async () => {
    await school.hub.crash();
    const assignmentId = await school.assign(teacher, 'Упр. 5');
    await teacher.store.send(school.logId, 'renameClass', { title: '8А' });
    await school.say(teacher, 'раз');
    const view = await teacher.class(school.logId);
    expect(view?.classroom.title).toBe('8А');
    expect(view?.classroom.assignments[assignmentId]).toMatchObject({ title: 'Упр. 5', state: 'open' });
    expect(view?.pending).toEqual(new Set(view?.outbox.slice(0, 2).map((row) => row.id)));
    expect(await school.chat(teacher)).toEqual(['раз *waiting']);
    // With the outbox row everything of it is gone: nobody has to take anything back.
    const rename = view!.outbox.find((row) => row.command.kind === 'renameClass')!;
    await teacher.store.discard(rename.id);
    expect((await teacher.class(school.logId))?.classroom.title).toBe('7А');
  });

  test('[S8] an edit and a removal that wait show on their message, and the whole state of a review on its work', async () => {
    const pupil = await school.pupil('Белов Илья');
    const first = await school.say(teacher, 'раз');
    const second = await school.say(teacher, 'два');
    const assignmentId = await school.assign(teacher, 'Упр. 5');
    await school.soon();
    await school.hub.crash();
    await teacher.store.send(school.logId, 'editMessage', { messageId: first, text: 'раз!' });
    await teacher.store.send(school.logId, 'removeMessage', { messageId: second });
    const memberId = (await pupil.class(school.logId))!.memberId;
    const reviewId = await teacher.store.send(school.logId, 'review', { assignmentId, memberId, attempt: 0, mark: '5', comment: '', seen: null }); // prettier-ignore
    // A review made offline is replaced offline, and given back offline.
    const next = await teacher.store.send(school.logId, 'review', { assignmentId, memberId, attempt: 0, mark: '4', comment: '', seen: reviewId }); // prettier-ignore
    await teacher.store.send(school.logId, 'giveBack', { assignmentId, memberId, reviewId: next, outcome: 'accepted' });
    expect(await school.chat(teacher)).toEqual(['раз! *waiting', '— *waiting']);
    const { classroom } = (await teacher.class(school.logId))!;
    expect(Object.values(classroom.reviews)).toMatchObject([{ id: next, mark: '4' }]);
    expect(Object.values(classroom.returned)).toMatchObject([{ reviewId: next, mark: '4' }]);
    await school.hub.start();
    teacher.store.connectNow();
    await school.time.pass(70_000);
    expect(await outboxStates()).toEqual([]);
    expect((await teacher.class(school.logId))?.classroom).toEqual({ ...classroom, returned: expect.anything(), reviews: expect.anything() }); // prettier-ignore
    expect(Object.values((await pupil.class(school.logId))!.classroom.returned)).toMatchObject([{ mark: '4' }]);
  });
});

describe('order', () => {
  const logId = nextId<LogId>();
  const fileId = nextFileId();
  let order = 0;
  const row = (kind: string, body: object, more: Partial<StoredCommand> = {}): StoredCommand => {
    const id = nextId<CommandId>();
    order += 1;
    return { id, logId, order, command: { id, kind, body } as Command, writtenAt: 0, state: 'waiting', code: null, isReissued: false, isTried: false, files: [], ...more }; // prettier-ignore
  };
  const message = (text: string, fileIds: FileId[] = [], replyTo: CommandId | null = null) =>
    row('postMessage', { channelId: school.channelId, text, fileIds, replyTo });

  test('[S9] a command whose files are not stored yet is passed over with all that refers to it; nobody else waits', () => {
    const withFile = message('снимок', [fileId]);
    const reply = message('ответ на снимок', [], withFile.id);
    const edit = row('editMessage', { messageId: reply.id, text: 'ответ на ответ' });
    const other = message('другое');
    const rows = [message('раньше'), withFile, reply, edit, other];
    const held = heldByFiles(rows, () => false);
    expect([...held]).toEqual([withFile.id, reply.id, edit.id]);
    expect(nextBatch(rows, held, () => false)).toEqual([rows[0]!.id, other.id]);
    expect(
      nextBatch(
        rows,
        heldByFiles(rows, () => true),
        () => false,
      ),
    ).toEqual(rows.map(({ id }) => id));
  });

  test('[S9] the next handing in of the same work waits for the one before it, another work does not', () => {
    const handIn = (assignmentId: CommandId, fileIds: FileId[]) =>
      row('handIn', { assignmentId, fileIds, note: 'вот' });
    const assignmentId = nextId<CommandId>();
    const rows = [handIn(assignmentId, [fileId]), handIn(assignmentId, []), handIn(nextId<CommandId>(), [])];
    expect([...heldByFiles(rows, () => false)]).toEqual([rows[0]!.id, rows[1]!.id]);
  });

  test('a batch takes what one submit takes, in number and in bytes, and one large command alone', () => {
    const small = Array.from({ length: COMMANDS_PER_SUBMIT_MAX + 1 }, (_, index) => message(String(index)));
    expect(nextBatch(small, new Set(), () => false)).toEqual(small.slice(0, -1).map(({ id }) => id));
    const large = Array.from({ length: 3 }, () => message('ы'.repeat(BATCH_BYTES_MAX)));
    expect(nextBatch(large, new Set(), () => false)).toEqual([large[0]!.id]);
  });

  test('[S9] one batch of a log is on its way at a time, and what is written meanwhile goes after it', async () => {
    const batches: string[][] = [];
    let under = 0;
    let most = 0;
    await rewire((transport) => ({
      submit: async (id, commands) => {
        under += 1;
        most = Math.max(most, under);
        batches.push(commands.map((command) => (command.kind === 'postMessage' ? command.body.text : command.kind)));
        await school.time.wait(300);
        under -= 1;
        return transport.submit(id, commands);
      },
    }));
    for (const text of ['1', '2', '3', '4', '5']) {
      await school.say(teacher, text);
      await school.time.pass(70);
    }
    await school.soon();
    expect(most).toBe(1);
    expect(batches.flat()).toEqual(['1', '2', '3', '4', '5']);
    expect(await school.chat(teacher)).toEqual(['1', '2', '3', '4', '5']);
  });

  test('[S10] [S15] what names a file that the hub let go of is refused where nobody can bring it again, else it waits for it', async () => {
    const name = 'Забытая.pdf';
    const [gone, asked] = [nextFileId(), nextFileId()];
    const post = (text: string, fileIds: FileId[]) =>
      teacher.store.send(school.logId, 'postMessage', { channelId: school.channelId, text, fileIds, replyTo: null });
    for (const fileId of [gone, asked]) {
      teacher.files.add(fileId, name);
      teacher.files.arrived(fileId);
    }
    await post('раз', [gone]);
    await school.soon();
    expect(await teacher.outbox()).toMatchObject([{ state: 'refused', code: 'file-missing' }]);
    // Its owner knows now that it is missing, and asks for it.
    teacher.files.isAskedFor = true;
    await post('два', [asked]);
    await school.soon();
    expect((await teacher.outbox())[1]).toMatchObject({ state: 'waiting-for-files', code: null });
    const sha256 = 'ab'.repeat(32) as Sha256;
    await Promise.all([school.hub.storeFile(asked, teacher.personId, name, sha256), school.time.pass(100)]);
    teacher.files.arrived(asked);
    await school.soon();
    expect(await school.chat(teacher)).toContain('два');
  });

  test('[S9] a message whose file is on its way says so, lets others pass, and goes when the file has come', async () => {
    const own = teacher.store.newFileId();
    const { name, sha256 } = teacher.files.add(own, 'задание.pdf');
    const { channelId, logId: id } = school;
    await teacher.store.send(id, 'postMessage', { channelId, text: 'с файлом', fileIds: [own], replyTo: null });
    await school.say(teacher, 'без файла');
    await school.soon();
    expect(await school.chat(teacher)).toEqual(['без файла', 'с файлом *waiting-for-files']);
    const { messages } = await teacher.messages(id, channelId);
    expect(messages.at(-1)?.files).toMatchObject([{ name: 'задание.pdf' }]);
    await Promise.all([school.hub.storeFile(own, teacher.personId, name, sha256), school.time.pass(100)]);
    teacher.files.arrived(own);
    await school.soon();
    expect(await school.chat(teacher)).toEqual(['без файла', 'с файлом']);
  });
});

describe('refusal', () => {
  const reviewNobody = () =>
    teacher.store.send(school.logId, 'renameMember', { memberId: nextId<MemberId>(), name: 'Никто' });

  test('[S10] a refused command stays, with its reason, also after a restart; retry keeps its id, discard removes it', async () => {
    const id = await reviewNobody();
    await school.soon();
    expect(await teacher.outbox()).toMatchObject([{ id, state: 'refused', code: 'no-such-member' }]);
    await teacher.stop();
    await teacher.start();
    await school.soon();
    expect(await teacher.outbox()).toMatchObject([{ id, state: 'refused', code: 'no-such-member' }]);
    await teacher.store.retry(id);
    expect(await teacher.outbox()).toMatchObject([{ id, code: null }]);
    await school.soon();
    expect(await teacher.outbox()).toMatchObject([{ id, state: 'refused', code: 'no-such-member' }]);
    await teacher.store.discard(id);
    expect(await teacher.outbox()).toEqual([]);
  });

  test('[S10] an edited command gets a new id and is sent anew', async () => {
    const id = await reviewNobody();
    await school.soon();
    const edited = await teacher.store.edit(id, 'renameClass', { title: '8А' });
    expect(edited).not.toBe(id);
    await school.soon();
    expect(await teacher.outbox()).toEqual([]);
    expect((await teacher.class(school.logId))?.classroom.title).toBe('8А');
  });

  test('[S10] what depends on a refused command is judged by the hub for itself, and what does not goes through', async () => {
    const pupil = await school.pupil('Белов Илья');
    const memberId = (await pupil.class(school.logId))!.memberId;
    const assignmentId = await school.assign(teacher, 'Упр. 5');
    await school.soon();
    const bad = await teacher.store.send(school.logId, 'review', { assignmentId, memberId, attempt: 7, mark: '5', comment: '', seen: null }); // prettier-ignore
    await teacher.store.send(school.logId, 'giveBack', { assignmentId, memberId, reviewId: bad, outcome: 'accepted' });
    await school.say(teacher, 'раз');
    await school.soon();
    expect(await teacher.outbox()).toMatchObject([{ code: 'stale' }, { code: 'nothing-to-return' }]);
    expect(await school.chat(teacher)).toEqual(['раз']);
  });

  test('[S10] a command that the hub may have already can be neither changed nor taken back', async () => {
    await rewire(() => ({ submit: () => new Promise<readonly CommandResult[]>(() => {}) }));
    const id = await school.say(teacher, 'раз');
    await school.soon();
    await expect(teacher.store.discard(id)).rejects.toMatchObject({ code: 'busy' });
    const body = { channelId: school.channelId, text: 'два', fileIds: [], replyTo: null };
    await expect(teacher.store.edit(id, 'postMessage', body)).rejects.toMatchObject({ code: 'busy' });
    expect(await teacher.outbox()).toMatchObject([{ id }]);
  });

  test('[S10] a command that was never sent can be changed, in its place, or taken back', async () => {
    await school.hub.crash();
    await school.soon();
    const first = await school.say(teacher, 'раз');
    const second = await school.say(teacher, 'два');
    await teacher.store.edit(first, 'postMessage', {
      channelId: school.channelId,
      text: 'один',
      fileIds: [],
      replyTo: null,
    });
    await teacher.store.discard(second);
    expect(await school.chat(teacher)).toEqual(['один *waiting']);
  });

  test('one command that spoils a batch is refused alone', async () => {
    await rewire((transport) => ({
      submit: async (id, commands) => {
        const isBad = (command: Command) => command.kind === 'postMessage' && command.body.text === 'плохо';
        if (commands.some(isBad)) throw new PartaError('too-large');
        return transport.submit(id, commands);
      },
    }));
    await school.hub.crash();
    for (const text of ['раз', 'плохо', 'два']) await school.say(teacher, text);
    await school.hub.start();
    teacher.store.connectNow();
    await school.time.pass(70_000);
    expect(await school.chat(teacher)).toEqual(['раз', 'два', 'плохо *refused']);
  });

  test('what the wire would not take is told at once, and nothing is written', async () => {
    await expect(school.say(teacher, 'ы'.repeat(20_001))).rejects.toMatchObject({ code: 'bad-request' });
    expect(await teacher.outbox()).toEqual([]);
  });
});

describe('drafts', () => {
  test('a command is on disk before send resolves, its draft gone in the same transaction', async () => {
    const key = `message/${school.logId}/${school.channelId}` as const;
    await school.hub.crash();
    await teacher.store.writeDraft(key, 'набранное');
    teacher.kill();
    await teacher.start();
    expect(await teacher.store.readDraft(key)).toBe('набранное');
    const body = { channelId: school.channelId, text: 'набранное', fileIds: [], replyTo: null };
    await teacher.store.send(school.logId, 'postMessage', body, key);
    teacher.kill();
    await teacher.start();
    expect(await teacher.store.readDraft(key)).toBeNull();
    expect(await school.chat(teacher)).toEqual(['набранное *waiting']);
  });
});
