/** A store that is far behind a real hub: read over HTTP where that goes, over the socket where it does not. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { IDBFactory, IDBKeyRange } from 'fake-indexeddb';
import { afterEach, describe, expect, test } from 'vitest';
import type { ClassStore, Credentials, MessagesView } from '../../src/client/class-store.ts';
import { askFar } from '../../src/client/far-behind.ts';
import type { Fetch } from '../../src/client/hub-api.ts';
import { openClassStoreWith } from '../../src/client/open-class-store.ts';
import { BROWSER, FAR_BEHIND_ROWS } from '../../src/client/ports.ts';
import { encodeColumns } from '../../src/core/columns.ts';
import type { LogId } from '../../src/core/ids.ts';
import { PROTOCOL_VERSION, type LogKey } from '../../src/core/wire.ts';
import { startClass } from '../support/class.ts';
import { startHub } from '../support/hub.ts';
import { OwnFiles } from '../support/local-client.ts';
import { lengthen } from '../support/long-log.ts';
import { call, newId } from '../support/person.ts';

const undo: (() => unknown)[] = [];
afterEach(async () => {
  for (const step of undo.splice(0).toReversed()) await step();
});

const COUNT = FAR_BEHIND_ROWS + 500;

/** A hub with a long class, and a laptop of its teacher that has nothing yet. */
async function laptopOf(fetchOf: (real: Fetch) => Fetch) {
  const dataDir = await mkdtemp(join(tmpdir(), 'parta-far-'));
  undo.push(() => rm(dataDir, { recursive: true, force: true, maxRetries: 5 }));
  const room = await startClass([], { dataDir });
  const { logId, channelId, teacherId: by, owner } = room;
  await room.stop({ keep: true });
  const head = await lengthen({ dataDir, logId, channelId, by, count: COUNT, textOf: (index) => `№ ${index}` });
  const hub = await startHub({ dataDir });
  undo.push(() => hub.stop());
  const credentials: Credentials = {
    session: async () => {
      const body = { deviceId: owner.deviceId, secret: owner.secret, protocol: PROTOCOL_VERSION };
      const session = await call<Awaited<ReturnType<Credentials['session']>>>(hub.url, '/api/session', {
        method: 'POST',
        body,
      });
      return { ...session, url: hub.url };
    },
  };
  const asked: string[] = [];
  const fetch: Fetch = (url, init) => {
    if (url.includes('/pages?')) asked.push(new URL(url).searchParams.get('after') ?? '');
    return fetchOf(BROWSER.fetch)(url, init);
  };
  const disk = { indexedDB: new IDBFactory(), IDBKeyRange };
  const store = await openClassStoreWith(
    { ...BROWSER, fetch, disk },
    { name: 'laptop', credentials, files: new OwnFiles() },
  );
  undo.push(() => store.close());
  return { store, logId, channelId, head, asked };
}

const allShown = (store: ClassStore, logId: LogId, channelId: string) =>
  new Promise<MessagesView>((resolve) => {
    const stop = store.watchMessages(logId, channelId as never, { around: 'newest', count: 10_000 }, (view) => {
      if (view.messages.length < COUNT) return;
      resolve(view);
      queueMicrotask(() => stop());
    });
  });

describe('far behind', () => {
  test('[S5] the whole log comes over HTTP in one answer, and nothing is missing', async () => {
    const { store, logId, channelId, asked } = await laptopOf((fetch) => fetch);
    const view = await allShown(store, logId, channelId);
    expect(view.messages.map((message) => message.text)).toEqual(Array.from({ length: COUNT }, (_, i) => `№ ${i}`));
    expect(asked).toEqual(['0']);
  });

  test.each([
    ['an older hub', async () => new Response('{"ok":false,"code":"not-found"}', { status: 404 })],
    ['a portal', async () => new Response('<html>Войдите в сеть</html>')],
    ['a cut', async () => Promise.reject(new TypeError('network'))],
    ['a hub in trouble', async () => new Response('{"ok":false,"code":"busy"}', { status: 503 })],
  ])('[S5] where HTTP gives nothing (%s) the socket does, and HTTP is not asked again', async (_name, answer) => {
    const { store, logId, channelId, asked } = await laptopOf(
      (fetch) => (url, init) => (url.includes('/pages?') ? answer() : fetch(url, init)),
    );
    expect((await allShown(store, logId, channelId)).messages).toHaveLength(COUNT);
    expect(asked).toEqual(['0']);
  });

  test('an answer to another question is no answer', async () => {
    const question = { logId: newId<LogId>(), logKey: 'k' as LogKey, after: 5 };
    const row = { at: 1, id: newId(), kind: 'x', label: 'all', by: null, about: null, body: '{}' };
    const columns = (seq: number) => JSON.parse(encodeColumns([{ ...row, seq, id: row.id as never }])) as unknown;
    const good = { ...question, upTo: 9, head: 9, columns: columns(7) };
    const ask = (value: object) =>
      askFar(
        async () => new Response(JSON.stringify({ ok: true, value })),
        { url: 'http://hub', ticket: 't' },
        question,
      );
    expect(await ask(good)).toMatchObject({ after: 5, upTo: 9, entries: [{ seq: 7 }] });
    for (const wrong of [
      { logId: newId() },
      { after: 4 },
      { columns: columns(5) },
      { columns: columns(10) },
      { columns: {} },
    ])
      await expect(ask({ ...good, ...wrong }), JSON.stringify(wrong)).rejects.toMatchObject({ code: 'not-a-hub' });
  });
});
