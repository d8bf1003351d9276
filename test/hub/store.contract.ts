/** What every store of a hub must keep, whatever it is made of. Run by store-sqlite.test.ts. */
import { randomBytes } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { ChannelId, FileId, LogId, MemberId, PersonId, Sha256 } from '../../src/core/ids.ts';
import type { Label } from '../../src/core/wire.ts';
import type { DeviceRow, FileRow, NewRow, Store } from '../../src/hub/store.ts';
import { newFileId, newId } from '../support/person.ts';

export interface StoreFolder {
  open(): Promise<Store>;
  /** A fresh folder that starts from this backup. */
  restore(backupFile: string): Promise<Store>;
  remove(): Promise<void>;
  backupFile: string;
}

export const newRow = (fields: Partial<NewRow> = {}): NewRow => ({
  id: newId(),
  at: 1,
  kind: 'messagePosted',
  label: 'all' as Label,
  by: null,
  about: null,
  body: JSON.stringify({ channelId: newId(), text: 'текст', files: [], replyTo: null }),
  commandHash: 'hash',
  fileIds: [],
  erasure: null,
  enters: [],
  leaves: [],
  ...fields,
});

export const newDevice = (personId: PersonId, fields: Partial<DeviceRow> = {}): DeviceRow => ({
  deviceId: newId(),
  personId,
  name: 'ПК',
  secretHash: randomBytes(32),
  keeps: false,
  addedAt: 1,
  seenAt: null,
  revoked: null,
  ...fields,
});

const newFile = (fields: Partial<FileRow> = {}): FileRow => ({
  fileId: newFileId(),
  personId: newId<PersonId>(),
  name: 'работа.pdf',
  mediaType: 'application/pdf',
  sizeBytes: 10,
  sha256: null,
  announced: null,
  begunAt: 1,
  ...fields,
});

const MANY = 1_000_000;

const hashOf = (digit: string) => digit.repeat(64) as Sha256;

export function describeStore(name: string, makeFolder: () => Promise<StoreFolder>): void {
  describe(name, () => {
    let folder: StoreFolder;
    let store: Store;
    beforeEach(async () => {
      folder = await makeFolder();
      store = await folder.open();
    });
    afterEach(async () => {
      await store.close();
      await folder.remove();
    });
    const reopen = async () => {
      await store.close();
      store = await folder.open();
    };
    const append = (logId: LogId, expectedHead: number, ...rows: NewRow[]) =>
      store.append({ logId, expectedHead, rows, nextDueAt: null });

    test('keeps its identity and port over a restart', async () => {
      const before = await store.identity();
      await store.keepPort(8123);
      await reopen();
      expect(await store.identity()).toEqual({ ...before, port: 8123 });
      expect(before.port).toBeNull();
    });

    test('[S1] gives seq 1, 2, 3… per log, each log for itself, and keeps rows as they were given', async () => {
      const [a, b] = [newId<LogId>(), newId<LogId>()];
      // Clocks that run backwards order nothing.
      const rows = [
        newRow({ at: 3 }),
        newRow({ at: 2, label: 'teachers' as Label, by: newId<MemberId>(), about: 'x' }),
        newRow({ at: 1 }),
      ];
      await append(a, 0, rows[0]!, rows[1]!);
      await append(b, 0, newRow());
      await append(a, 2, rows[2]!);
      await reopen();
      const read = await store.read(a, 0, 10, 10);
      expect(read.map((row) => row.seq)).toEqual([1, 2, 3]);
      expect(read.map(({ seq: _seq, ...row }) => row)).toEqual(
        rows.map(({ id, at, kind, label, by, about, body }) => ({ id, at, kind, label, by, about, body })),
      );
      expect((await store.read(b, 0, 10, 10)).map((row) => row.seq)).toEqual([1]);
      expect((await store.read(a, 1, 2, 10)).map((row) => row.seq)).toEqual([2]);
      expect((await store.read(a, 0, 10, 2)).map((row) => row.seq)).toEqual([1, 2]);
      expect(await store.head(a)).toEqual({ head: 3, snapshot: null });
      expect(await store.head(newId<LogId>())).toBeNull();
    });

    test('[S2] refuses an append on another head and leaves nothing of it', async () => {
      const logId = newId<LogId>();
      await append(logId, 0, newRow());
      expect(await append(logId, 0, newRow())).toEqual({ ok: false });
      expect(await append(logId, 2, newRow())).toEqual({ ok: false });
      expect((await store.head(logId))?.head).toBe(1);
    });

    test('[S2] one log that fails in a group undoes no other log of the same group', async () => {
      const logs = [newId<LogId>(), newId<LogId>(), newId<LogId>()] as const;
      const twin = newRow();
      // Given in one turn of the event loop, so they share a transaction; the middle one breaks its second row.
      const settled = await Promise.allSettled([
        append(logs[0], 0, newRow()),
        append(logs[1], 0, twin, twin),
        append(logs[2], 0, newRow()),
      ]);
      expect(settled.map((one) => one.status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
      expect((await store.head(logs[0]))?.head).toBe(1);
      expect(await store.head(logs[1])).toBeNull();
      expect((await store.head(logs[2]))?.head).toBe(1);
    });

    test('[S3] knows command ids with their seq and hash, per log', async () => {
      const [a, b] = [newId<LogId>(), newId<LogId>()];
      const row = newRow({ commandHash: 'abc' });
      await append(a, 0, newRow(), row);
      expect(await store.known(a, [row.id, newId()])).toEqual(new Map([[row.id, { seq: 2, hash: 'abc' }]]));
      expect(await store.known(b, [row.id])).toEqual(new Map());
    });

    test('tells what decide needs of a message', async () => {
      const logId = newId<LogId>();
      const [channelId, by] = [newId(), newId<MemberId>()];
      const file = newFile({ sha256: hashOf('a') });
      await store.beginFile(file);
      const message = newRow({ by, body: JSON.stringify({ channelId, text: '', files: [{}], replyTo: null }) });
      const other = newRow({ kind: 'classRenamed', body: '{"title":"7А"}' });
      await append(logId, 0, message, other);
      const plain = {
        removed: false,
        isScheduled: false,
        scheduled: null,
        isNotice: false,
        isForward: false,
        poll: null,
      };
      expect(await store.messages(logId, [message.id, other.id, newId()])).toEqual(
        new Map([[message.id, { seq: 1, by, channelId, hasFiles: true, ...plain }]]),
      );
      const said = { channelId, text: '?', files: [], replyTo: null };
      const poll = newRow({
        by,
        body: JSON.stringify({ ...said, poll: { options: ['а', 'б', 'в'], isMultiple: true } }),
      });
      const notice = newRow({ by, body: JSON.stringify({ ...said, isNotice: true }) });
      const waiting = newRow({ by, kind: 'messageScheduled', body: JSON.stringify({ ...said, sendAt: 5 }) });
      const closing = newRow({ kind: 'pollClosed', about: poll.id, body: '{}' });
      await append(logId, 2, poll, notice, waiting);
      const facts = await store.messages(logId, [poll.id, notice.id, waiting.id]);
      const open = { options: 3, isMultiple: true, isClosed: false };
      expect(facts.get(poll.id)).toMatchObject({ seq: 3, poll: open });
      expect(facts.get(notice.id)).toMatchObject({ seq: 4, isNotice: true, poll: null });
      expect(facts.get(waiting.id)).toMatchObject({ seq: 5, isScheduled: true });
      await append(logId, 5, closing);
      const forward = { messageId: message.id, by, at: 1 };
      const scheduled = { messageId: waiting.id, messageSeq: 5 };
      const copy = newRow({ by, body: JSON.stringify({ ...said, forward }) });
      const sent = newRow({ by, body: JSON.stringify({ ...said, scheduled: { ...scheduled, sendAt: 5 } }) });
      await append(logId, 6, copy, sent);
      const more = await store.messages(logId, [copy.id, sent.id]);
      expect(more.get(copy.id)).toMatchObject({ isForward: true, scheduled: null });
      expect(more.get(sent.id)).toMatchObject({ isForward: false, scheduled });
      expect((await store.messages(logId, [poll.id])).get(poll.id)?.poll).toEqual({ ...open, isClosed: true });
    });

    test('tells what a message says now, its last edit included; nothing of what is erased', async () => {
      const logId = newId<LogId>();
      const files = [{ fileId: newFileId(), name: 'лист.pdf', sizeBytes: 1, sha256: hashOf('a'), mediaType: 'x' }];
      const said = { channelId: newId(), text: 'было', files, replyTo: null };
      const forward = { by: newId<MemberId>(), at: 5 };
      const [message, untouched, gone] = [7, 8, 9].map((at) =>
        newRow({
          at,
          body: JSON.stringify(at === 8 ? { ...said, forward: { ...forward, messageId: newId() } } : said),
        }),
      );
      const edit = (text: string) =>
        newRow({ kind: 'messageEdited', about: message!.id, body: JSON.stringify({ messageId: message!.id, text }) });
      const removal = newRow({ erasure: { ids: [gone!.id], about: [gone!.id], messagesBy: [] } });
      await append(logId, 0, message!, untouched!, gone!, edit('раз'), edit('два'), removal);
      expect(await store.contents(logId, [message!.id, untouched!.id, gone!.id, newId()])).toEqual(
        new Map([
          [message!.id, { at: 7, text: 'два', files, forward: null }],
          [untouched!.id, { at: 8, text: 'было', files, forward }],
        ]),
      );
    });

    test('keeps how far members have read: one number each, the greatest wins', async () => {
      const [a, b] = [newId<LogId>(), newId<LogId>()];
      const read = (seq: number) => ({ channelId, memberId, seq });
      const [channelId, memberId] = [newId<ChannelId>(), newId<MemberId>()];
      await store.keepReads(a, [read(5)]);
      await store.keepReads(a, [read(3), { ...read(9), memberId: newId<MemberId>() }]);
      await store.keepReads(b, [read(1)]);
      await reopen();
      expect(await store.reads(a)).toHaveLength(2);
      expect(await store.reads(a)).toContainEqual(read(5));
      expect(await store.reads(b)).toEqual([read(1)]);
    });

    test('[S16] an erasure blanks the rows it names and what names their files; order stays', async () => {
      const logId = newId<LogId>();
      const member = newId<MemberId>();
      const [kept, gone] = [newFile({ sha256: hashOf('a') }), newFile({ sha256: hashOf('b') })];
      await store.beginFile(kept);
      await store.beginFile(gone);
      const [request, message, work, foreign] = [
        newRow({ kind: 'joinRequested' }),
        newRow({ by: member, fileIds: [gone.fileId, kept.fileId] }),
        newRow({ kind: 'handedIn', about: member }),
        newRow({ fileIds: [kept.fileId] }),
      ] as const;
      const eraser = newRow({
        kind: 'memberErased',
        about: member,
        erasure: { ids: [request.id], about: [member], messagesBy: [member] },
      });
      await append(logId, 0, request, message, work, foreign);
      await store.keepSnapshot(logId, 4, '{}');
      const appended = await append(logId, 4, eraser);
      expect(appended).toEqual({ ok: true, unnamed: [hashOf('b')], blanked: [1, 2, 3] });
      const rows = await store.read(logId, 0, 10, 10);
      expect(rows.map((row) => row.body === null)).toEqual([true, true, true, false, false]);
      expect(rows.map((row) => row.seq)).toEqual([1, 2, 3, 4, 5]);
      expect([...(await store.known(logId, [message.id])).values()]).toEqual([{ seq: 2, hash: null }]);
      expect(await store.file(gone.fileId)).toBeNull();
      expect(await store.namedBy(kept.fileId)).toEqual(new Map([[logId, ['all']]]));
      // The snapshot held what was erased.
      expect((await store.head(logId))?.snapshot).toBeNull();
    });

    test('[S1] [S16] a log of 1,000,000 changes: read at its end, asked for ids, erased in the middle, opened again', async () => {
      const logId = newId<LogId>();
      const [member, channelId] = [newId<MemberId>(), newId()];
      // One row as a pattern: a million made singly would be most of the test.
      const pattern = newRow({ body: JSON.stringify({ channelId, text: 'текст', files: [], replyTo: null }) });
      const size = 10_000;
      const groups = MANY / size;
      const idOf = (seq: number) => `0193f7a2-0000-7000-8000-${String(seq).padStart(12, '0')}` as NewRow['id'];
      const target = MANY / 2;
      for (let group = 0; group < groups; group++)
        await append(
          logId,
          group * size,
          ...Array.from({ length: size }, (_, index) => {
            const seq = group * size + index + 1;
            // In the middle a message with an edit right behind it, by somebody who has said nothing else.
            const edit = seq === target + 1 ? { kind: 'messageEdited', about: idOf(target) } : {};
            return { ...pattern, id: idOf(seq), by: seq === target ? member : null, ...edit };
          }),
        );
      expect((await store.head(logId))?.head).toBe(MANY);
      // Two appends on one head: one of them loses, here too.
      const rivals = await Promise.all([append(logId, MANY, newRow()), append(logId, MANY, newRow())]);
      expect(rivals.map((one) => one.ok).toSorted()).toEqual([false, true]);

      const last = await store.read(logId, MANY - 3, MANY, 10);
      expect(last.map((row) => row.seq)).toEqual([MANY - 2, MANY - 1, MANY]);
      const known = await store.known(logId, [idOf(1), idOf(MANY), newId()]);
      expect([...known.values()].map((fact) => fact.seq)).toEqual([1, MANY]);
      expect((await store.messages(logId, [idOf(target)])).get(idOf(target))).toMatchObject({ seq: target });

      const erasure = { ids: [idOf(target)], about: [idOf(target)], messagesBy: [] };
      await append(logId, MANY + 1, newRow({ kind: 'messageRemoved', about: idOf(target), erasure }));
      const around = await store.read(logId, target - 2, target + 2, 10);
      expect(around.map((row) => row.body === null)).toEqual([false, true, true, false]);

      await store.keepSnapshot(logId, MANY + 2, 'state');
      await reopen();
      expect(await store.head(logId)).toEqual({ head: MANY + 2, snapshot: { seq: MANY + 2, state: 'state' } });
      expect((await store.read(logId, MANY, MANY + 2, 10)).map((row) => row.seq)).toEqual([MANY + 1, MANY + 2]);
    }, 60_000);

    test('[S16] a snapshot made before an erasure does not come back after it', async () => {
      const logId = newId<LogId>();
      await append(logId, 0, newRow());
      await append(logId, 1, newRow({ kind: 'messageRemoved', erasure: { ids: [], about: [], messagesBy: [] } }));
      await store.keepSnapshot(logId, 1, 'old');
      expect((await store.head(logId))?.snapshot).toBeNull();
      await store.keepSnapshot(logId, 2, 'new');
      expect((await store.head(logId))?.snapshot).toEqual({ seq: 2, state: 'new' });
    });

    test('[S15] a row cannot name a file that is not stored', async () => {
      const logId = newId<LogId>();
      const file = newFile();
      await store.beginFile(file);
      await expect(append(logId, 0, newRow({ fileIds: [file.fileId] }))).rejects.toThrow('internal');
      await expect(append(logId, 0, newRow({ fileIds: [newFileId()] }))).rejects.toThrow('internal');
      await store.fileStored(file.fileId, hashOf('c'));
      expect(await append(logId, 0, newRow({ fileIds: [file.fileId] }))).toEqual({
        ok: true,
        unnamed: [],
        blanked: [],
      });
    });

    test('files: begun once, known when stored, counted, forgotten only while nobody names them', async () => {
      const personId = newId<PersonId>();
      const file = newFile({ personId });
      expect(await store.beginFile(file)).toBe(true);
      expect(await store.beginFile({ ...file, name: 'another' })).toBe(false);
      expect(await store.file(file.fileId)).toEqual(file);
      expect(await store.storedFiles([file.fileId])).toEqual(new Map());
      expect(await store.usageOf(personId)).toEqual({ bytes: 10, unfinished: 1 });
      await store.fileStored(file.fileId, hashOf('d'));
      expect((await store.storedFiles([file.fileId])).get(file.fileId)?.sha256).toBe(hashOf('d'));
      expect(await store.usageOf(personId)).toEqual({ bytes: 10, unfinished: 0 });
      expect(await store.hasContent(hashOf('d'))).toBe(true);
      expect((await store.forgottenFiles(2)).map((row) => row.fileId)).toEqual([file.fileId]);
      expect(await store.forgottenFiles(1)).toEqual([]);
      await append(newId<LogId>(), 0, newRow({ fileIds: [file.fileId] }));
      expect(await store.forgottenFiles(2)).toEqual([]);
      expect(await store.forgetFile(file.fileId)).toBe(false);
      const other = newFile();
      await store.beginFile(other);
      expect(await store.forgetFile(other.fileId)).toBe(true);
      expect(await store.file(other.fileId)).toBeNull();
      expect(await store.namedBy('0'.repeat(32) as FileId)).toEqual(new Map());
    });

    test('people and devices: kept, seen, revoked, with the logs they have to do with', async () => {
      const personId = newId<PersonId>();
      const device = newDevice(personId);
      await store.addPerson({ personId, hubRole: 'teacher', name: 'Анна' }, device);
      expect(await store.person(personId)).toEqual({ personId, hubRole: 'teacher', name: 'Анна' });
      expect(await store.teachers()).toHaveLength(1);
      await store.deviceSeen(device.deviceId, 5, true);
      await store.deviceSeen(device.deviceId, 6, null);
      expect(await store.device(device.deviceId)).toMatchObject({ seenAt: 6, keeps: true, revoked: null });
      expect(Buffer.from((await store.device(device.deviceId))!.secretHash)).toEqual(device.secretHash);
      const second = newDevice(personId, { addedAt: 2 });
      await store.addDevice(second);
      await store.revokeDevices([device.deviceId], 'lesson-ended');
      await store.revokeDevices([device.deviceId], 'signed-out');
      expect((await store.device(device.deviceId))?.revoked).toBe('lesson-ended');
      expect((await store.devicesOf([personId])).map((row) => row.deviceId)).toEqual([second.deviceId]);
      const [a, b] = [newId<LogId>(), newId<LogId>()];
      await append(a, 0, newRow({ enters: [personId] }));
      await append(b, 0, newRow({ enters: [personId] }));
      await append(b, 1, newRow({ leaves: [personId] }));
      expect(await store.logsOf(personId)).toEqual([a]);
      await store.removePerson(personId);
      expect(await store.person(personId)).toBeNull();
      expect(await store.device(second.deviceId)).toBeNull();
      expect(await store.logsOf(personId)).toEqual([]);
    });

    test('tells where somebody was taken out or erased', async () => {
      const [a, b] = [newId<LogId>(), newId<LogId>()];
      const [gone, erased, here] = [newId<MemberId>(), newId<MemberId>(), newId<MemberId>()];
      await append(
        a,
        0,
        newRow({ kind: 'memberRemoved', about: gone }),
        newRow({ kind: 'memberErased', about: erased }),
      );
      await append(b, 0, newRow({ kind: 'memberRemoved', about: gone }), newRow({ kind: 'handedIn', about: here }));
      expect(new Set(await store.partingsOf([gone, erased, here]))).toEqual(
        new Set([
          { logId: a, memberId: gone, isErased: false },
          { logId: a, memberId: erased, isErased: true },
          { logId: b, memberId: gone, isErased: false },
        ]),
      );
      expect(await store.partingsOf([here])).toEqual([]);
    });

    test('a class code belongs to one class', async () => {
      const [a, b] = [newId<LogId>(), newId<LogId>()];
      await append(a, 0, newRow());
      await append(b, 0, newRow());
      const code = { code: '123456', expiresAt: 10 };
      expect(await store.setJoinCode(a, code)).toBe(true);
      expect(await store.setJoinCode(a, code)).toBe(true);
      expect(await store.setJoinCode(b, code)).toBe(false);
      expect(await store.setJoinCode(newId<LogId>(), { code: '654321', expiresAt: 10 })).toBe(false);
      expect(await store.joinCode(a)).toEqual(code);
      expect(await store.joinCode(b)).toBeNull();
      expect(await store.logByJoinCode('123456')).toEqual({ logId: a, expiresAt: 10 });
      await store.setJoinCode(a, { code: '111111', expiresAt: 11 });
      expect(await store.logByJoinCode('123456')).toBeNull();
    });

    test('[S20] knows the next time at which a log has something due', async () => {
      const logId = newId<LogId>();
      await store.append({ logId, expectedHead: 0, rows: [newRow()], nextDueAt: 77 });
      expect(await store.logsWithDue()).toEqual([{ logId, dueAt: 77 }]);
      await store.append({ logId, expectedHead: 1, rows: [newRow()], nextDueAt: null });
      expect(await store.logsWithDue()).toEqual([]);
    });

    test('[S14] a restored store has the backup’s rows, a new epoch, and the people and files of what it replaces', async () => {
      const logId = newId<LogId>();
      const personId = newId<PersonId>();
      const device = newDevice(personId);
      await append(logId, 0, newRow());
      const before = await store.identity();
      await store.backup(folder.backupFile);
      const file = newFile({ sha256: hashOf('e') });
      await append(logId, 1, newRow());
      await store.addPerson({ personId, hubRole: 'guest', name: 'Пётр' }, device);
      await store.beginFile(file);
      await store.revokeDevices([device.deviceId], 'signed-out');
      await store.close();
      store = await folder.restore(folder.backupFile);
      expect((await store.head(logId))?.head).toBe(1);
      const after = await store.identity();
      expect(after.hubId).toBe(before.hubId);
      expect(after.epoch).not.toBe(before.epoch);
      expect((await store.storedFiles([file.fileId])).size).toBe(1);
      expect((await store.device(device.deviceId))?.revoked).toBe('signed-out');
      await reopen();
      expect((await store.identity()).epoch).toBe(after.epoch);
    });

    test('[S16] what was erased after a backup stays erased when the backup is restored', async () => {
      const logId = newId<LogId>();
      const message = newRow();
      await append(logId, 0, message, newRow());
      await store.backup(folder.backupFile);
      const erasure = { ids: [message.id], about: [message.id], messagesBy: [] };
      await append(logId, 2, newRow({ kind: 'messageRemoved', about: message.id, erasure }));
      await store.close();
      store = await folder.restore(folder.backupFile);
      const rows = await store.read(logId, 0, 10, 10);
      expect(rows.map((row) => row.body === null)).toEqual([true, false]);
    });

    test('[S16] [S3] what was erased and the backup lacks is known by its id, after every restore; what was said again is not', async () => {
      const [logId, other] = [newId<LogId>(), newId<LogId>()];
      const [message, edit] = [newRow(), newRow({ kind: 'messageEdited' })];
      const [waiting, cancelled] = [newRow({ kind: 'messageScheduled' }), newRow({ kind: 'messageScheduled' })];
      await append(logId, 0, newRow());
      await store.backup(folder.backupFile);
      await append(logId, 1, message, { ...edit, about: message.id }, waiting, cancelled);
      const only = (id: NewRow['id']) => ({ ids: [id], about: [], messagesBy: [] });
      await append(logId, 5, newRow({ kind: 'messagePosted', erasure: only(waiting.id) }));
      await append(logId, 6, newRow({ kind: 'scheduleCancelled', erasure: only(cancelled.id) }));
      const erasure = { ids: [message.id], about: [message.id], messagesBy: [] };
      await append(logId, 7, newRow({ kind: 'messageRemoved', about: message.id, erasure }));
      const ids = [message, edit, waiting, cancelled].map(({ id }) => id);
      const isErased = { seq: null, hash: null };
      for (let round = 0; round < 2; round += 1) {
        await store.close();
        store = await folder.restore(folder.backupFile);
        expect(await store.known(logId, [...ids, newId()])).toEqual(
          new Map([message, edit, cancelled].map(({ id }) => [id, isErased])),
        );
        expect(await store.known(other, ids)).toEqual(new Map());
        // Given again it has a place, which stays.
        await append(logId, 1, { ...message, kind: 'messageRemoved', commandHash: null });
        await reopen();
        expect((await store.known(logId, ids)).get(message.id)).toEqual({ seq: 2, hash: null });
      }
    });
  });
}
