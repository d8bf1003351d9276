import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { Who } from '../../src/core/classroom.ts';
import type { ChannelId, LogId, MemberId, PersonId } from '../../src/core/ids.ts';
import type { Command } from '../../src/core/wire.ts';
import { ClassLogs, LOG_IDLE_MS } from '../../src/hub/class-logs.ts';
import { silent } from '../../src/hub/log.ts';
import { openSqliteStore } from '../../src/hub/store-sqlite.ts';
import { newId } from '../support/person.ts';

test('a log that nobody uses for LOG_IDLE_MS leaves memory with its state kept, and comes back as it was', async () => {
  const dataDir = await mkdtemp(join(tmpdir(), 'parta-logs-'));
  const store = await openSqliteStore({ dataDir, hubName: 'Школа' });
  let now = 0;
  const context = { store, log: silent, now: () => now, onGroup: () => undefined, onUnnamedContent: () => undefined };
  const logs = new ClassLogs(context);
  const logId = newId<LogId>();
  const who: Who = { kind: 'person', personId: newId<PersonId>(), hubRole: 'teacher' };
  const channels = [{ channelId: newId<ChannelId>(), kind: 'everyone' as const }];
  const body = { title: '7А', memberId: newId<MemberId>(), teacherName: 'Анна', channels };
  const create: Command = { id: newId(), kind: 'createClass', body };
  expect(await logs.submit(logId, [create], { ...who, hubRole: 'guest' })).toMatchObject([{ code: 'not-allowed' }]);
  expect(await logs.get(logId)).toBeNull();
  await logs.submit(logId, [create], who);
  const first = await logs.get(logId);

  now = LOG_IDLE_MS - 1;
  await logs.unloadIdle(() => false);
  expect(await logs.get(logId)).toBe(first);
  now += LOG_IDLE_MS;
  await logs.unloadIdle(() => true);
  expect(await logs.get(logId)).toBe(first);
  now += LOG_IDLE_MS;
  await logs.unloadIdle(() => false);
  const again = await logs.get(logId);
  expect(again).not.toBe(first);
  expect(again?.state).toEqual(first?.state);
  expect((await store.head(logId))?.snapshot?.seq).toBe(1);

  await logs.close();
  await store.close();
  await rm(dataDir, { recursive: true, force: true });
});
