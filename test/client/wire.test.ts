/** The store over real sockets to a real hub, and what it makes of things that are no hub. Real time, waited for by states. */
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { IDBFactory, IDBKeyRange } from 'fake-indexeddb';
import { afterEach, describe, expect, test } from 'vitest';
import { Server as SocketServer } from 'socket.io';
import type {
  ClassStore,
  ClassView,
  Connection,
  Credentials,
  MessagesView,
  MeView,
  Stop,
} from '../../src/client/class-store.ts';
import { hubCalls } from '../../src/client/hub-api.ts';
import { openClassStoreWith } from '../../src/client/open-class-store.ts';
import { BROWSER } from '../../src/client/ports.ts';
import { connectSocket } from '../../src/client/transport.ts';
import { PartaError } from '../../src/core/errors.ts';
import { COMMANDS_PER_SUBMIT_MAX, MESSAGE_TEXT_MAX } from '../../src/core/limits.ts';
import type { ChannelId, LogId } from '../../src/core/ids.ts';
import { PROTOCOL_VERSION, type Credentials as DeviceSecret, type Page } from '../../src/core/wire.ts';
import { OwnFiles } from '../support/local-client.ts';
import { startHub, type StartedHub } from '../support/hub.ts';
import { call, Person } from '../support/person.ts';

const undo: (() => unknown)[] = [];
afterEach(async () => {
  for (const step of undo.splice(0).toReversed()) await step();
});

/** What a watch answers once it fits. */
const until = <T>(watch: (listener: (value: T) => void) => Stop, fits: (value: T) => boolean): Promise<T> =>
  new Promise((resolve) => {
    const stop = watch((value) => {
      if (!fits(value)) return;
      resolve(value);
      queueMicrotask(() => stop());
    });
  });

/** A device's secret exchanged for tickets, as main and the pupil's page do it. */
const credentialsOf = (hub: () => { url: string }, device: DeviceSecret): Credentials => ({
  session: async () => {
    const { deviceId, secret } = device;
    const body = { deviceId, secret, protocol: PROTOCOL_VERSION };
    try {
      const session = await call<Awaited<ReturnType<Credentials['session']>>>(hub().url, '/api/session', {
        method: 'POST',
        body,
      });
      return { ...session, url: hub().url };
    } catch (thrown) {
      throw thrown instanceof PartaError ? thrown : new PartaError('hub-unreachable', { cause: thrown });
    }
  },
});

async function open(name: string, credentials: Credentials, onEnded: (code: string) => void = () => {}) {
  const disk = { indexedDB: new IDBFactory(), IDBKeyRange };
  const store = await openClassStoreWith({ ...BROWSER, disk }, { name, credentials, files: new OwnFiles(), onEnded });
  undo.push(() => store.close());
  return store;
}

async function hubWithClass(): Promise<{ hub: StartedHub; teacher: ClassStore; logId: LogId; channelId: ChannelId }> {
  const hub = await startHub();
  undo.push(() => hub.stop());
  const teacher = await open(
    'teacher',
    credentialsOf(() => hub, hub.owner),
  );
  const logId = teacher.newLogId();
  const channelId = teacher.newChannelId();
  const memberId = teacher.newMemberId();
  const channels = [{ channelId, kind: 'everyone' as const }];
  await teacher.send(logId, 'createClass', { title: '7А', memberId, teacherName: 'Анна Павловна', channels });
  await until<ClassView | null>(
    (l) => teacher.watchClass(logId, l),
    (view) => view?.outbox.length === 0,
  );
  return { hub, teacher, logId, channelId };
}
const online = (store: ClassStore) =>
  until<Connection>(
    (l) => store.watchConnection(l),
    ({ state }) => state === 'online',
  );
const say = (store: ClassStore, logId: LogId, channelId: ChannelId, text: string) =>
  store.send(logId, 'postMessage', { channelId, text, fileIds: [], replyTo: null });
const shown = (store: ClassStore, logId: LogId, channelId: ChannelId, count: number) =>
  until<MessagesView>(
    (l) => store.watchMessages(logId, channelId, { around: 'newest', count: 10_000 }, l),
    ({ messages }) => messages.filter((message) => message.seq !== null).length === count,
  );

describe('a real hub', () => {
  test('a pupil joins with the code, waits, is let in, and both write to each other', async () => {
    const { hub, teacher, logId, channelId } = await hubWithClass();
    const { code } = await teacher.hub.joinCode(logId);
    const { credentials } = await Person.join(hub.url, code, 'Белов Илья');
    const pupil = await open(
      'pupil',
      credentialsOf(() => hub, credentials),
    );
    const states: string[] = [];
    pupil.watchMe((me) => states.push(me?.logs[0]?.state ?? 'none'));
    const asked = await until<ClassView | null>(
      (l) => teacher.watchClass(logId, l),
      (view) => Object.keys(view?.classroom.requests ?? {}).length === 1,
    );
    const [request] = Object.values(asked!.classroom.requests);
    await until<MeView | null>(
      (l) => pupil.watchMe(l),
      (me) => me?.logs[0]?.state === 'waiting',
    );
    const memberId = teacher.newMemberId();
    await teacher.send(logId, 'confirmJoin', { requestId: request!.requestId, memberId, name: 'Белов Илья' });
    await until<ClassView | null>(
      (l) => pupil.watchClass(logId, l),
      (view) => view?.classroom.title === '7А',
    );
    await say(teacher, logId, channelId, 'Здравствуйте');
    await shown(pupil, logId, channelId, 1);
    await say(pupil, logId, channelId, 'Здравствуйте!');
    const { messages } = await shown(teacher, logId, channelId, 2);
    expect(messages.map((message) => message.text)).toEqual(['Здравствуйте', 'Здравствуйте!']);
    expect(states.filter((state, index) => state !== states[index - 1]).slice(-2)).toEqual(['waiting', 'member']);
    expect(await teacher.hub.present(logId)).toContain(memberId);
  });

  test('more than one batch and more than one page arrive in order on a new device', async () => {
    const { hub, teacher, logId, channelId } = await hubWithClass();
    const count = 300;
    expect(count).toBeGreaterThan(COMMANDS_PER_SUBMIT_MAX * 4);
    const bodies = Array.from({ length: count }, (_, index) => ({
      channelId,
      text: `№ ${index}`,
      fileIds: [],
      replyTo: null,
    }));
    await teacher.sendAll(bodies.map((body) => ({ logId, kind: 'postMessage', body })));
    await shown(teacher, logId, channelId, count);
    const { code } = await teacher.hub.deviceCode();
    const { credentials } = await Person.withDeviceCode(hub.url, code);
    const laptop = await open(
      'laptop',
      credentialsOf(() => hub, credentials),
    );
    const { messages } = await shown(laptop, logId, channelId, count);
    expect(messages.map((message) => message.text)).toEqual(bodies.map((body) => body.text));
  });

  test('the longest messages go through, several at once', async () => {
    const { teacher, logId, channelId } = await hubWithClass();
    const body = { channelId, text: 'ы'.repeat(MESSAGE_TEXT_MAX), fileIds: [], replyTo: null };
    await teacher.sendAll(Array.from({ length: 40 }, () => ({ logId, kind: 'postMessage', body })));
    const { messages } = await shown(teacher, logId, channelId, 40);
    expect(new Set(messages.map((message) => message.text))).toEqual(new Set([body.text]));
  });

  test('what is written while the hub is down arrives when it is up again, though the old ticket is worth nothing', async () => {
    const { hub, teacher, logId, channelId } = await hubWithClass();
    await hub.stop({ keep: true });
    await until<Connection>(
      (l) => teacher.watchConnection(l),
      ({ state }) => state === 'offline',
    );
    await say(teacher, logId, channelId, 'написано без сети');
    const again = await startHub({ dataDir: hub.dataDir, port: hub.port });
    undo.push(() => again.stop({ keep: false }));
    teacher.connectNow();
    await shown(teacher, logId, channelId, 1);
    expect(await online(teacher)).toEqual({ state: 'online', code: null, retryAt: null });
  });

  test('the end of a lesson reaches the page, and no further try is made', async () => {
    const { hub, teacher, logId } = await hubWithClass();
    const { code } = await teacher.hub.joinCode(logId);
    const { credentials } = await Person.join(hub.url, code, 'Белов Илья');
    const ended: string[] = [];
    const pupil = await open(
      'pupil',
      credentialsOf(() => hub, credentials),
      (why) => ended.push(why),
    );
    const asked = await until<ClassView | null>(
      (l) => teacher.watchClass(logId, l),
      (view) => Object.keys(view?.classroom.requests ?? {}).length === 1,
    );
    const { requestId } = Object.values(asked!.classroom.requests)[0]!;
    await teacher.send(logId, 'confirmJoin', { requestId, memberId: teacher.newMemberId(), name: 'Белов Илья' });
    await until<ClassView | null>(
      (l) => pupil.watchClass(logId, l),
      (view) => view?.classroom.title === '7А',
    );
    await teacher.hub.endLesson(logId);
    const over = await until<Connection>(
      (l) => pupil.watchConnection(l),
      ({ state }) => state === 'signed-out',
    );
    expect(over).toEqual({ state: 'signed-out', code: 'lesson-ended', retryAt: null });
    expect(ended).toEqual(['lesson-ended']);
    await pupil.erase();
  });
});

describe('no hub', () => {
  async function serve(listener: RequestListener): Promise<{ server: Server; url: string }> {
    const server = createServer(listener);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    undo.push(() => new Promise((resolve) => (server.closeAllConnections(), server.close(resolve))));
    return { server, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
  }
  const logId = '01a0c450-6c00-7d97-8c4b-34a88bc231b8' as LogId;
  const news = { page: () => {}, logs: () => {}, ended: () => {}, closed: () => {} };

  test('a page that stands between (a captive portal) is told from a hub that is away', async () => {
    const { url } = await serve((_request, response) =>
      response.writeHead(200, { 'content-type': 'text/html' }).end('<html>'),
    );
    const portal = hubCalls(BROWSER.fetch, async () => ({ url, ticket: 't' }));
    await expect(portal.devices()).rejects.toMatchObject({ code: 'not-a-hub' });
    const nobody = hubCalls(BROWSER.fetch, async () => ({ url: 'http://127.0.0.1:1', ticket: 't' }));
    await expect(nobody.devices()).rejects.toMatchObject({ code: 'hub-unreachable' });
    await expect(connectSocket({ url, ticket: 't' }, news)).rejects.toMatchObject({ code: 'hub-unreachable' });
  });

  test('a ticket that the hub does not take is named when the next one is asked for', async () => {
    const { server, url } = await serve((_request, response) => response.writeHead(404).end());
    const sockets = new SocketServer(server, { transports: ['websocket'] });
    undo.push(() => sockets.close());
    sockets.use((_socket, next) => next(new Error('signed-out')));
    const rejected: (string | undefined)[] = [];
    const asked = new Promise<void>((resolve) => {
      const session: Credentials['session'] = async (refused) => {
        rejected.push(refused);
        if (rejected.length === 2) resolve();
        return { url, ticket: `ticket ${rejected.length}` } as never;
      };
      void open('stale', { session });
    });
    await asked;
    expect(rejected).toEqual([undefined, 'ticket 1']);
  });

  test('what a hub says in a shape we do not know is left out, an answer of that kind is an error with a code', async () => {
    const { server, url } = await serve((_request, response) => response.writeHead(404).end());
    const sockets = new SocketServer(server, { transports: ['websocket'] });
    undo.push(() => sockets.close());
    const good: Page = { logId, logKey: 'k' as Page['logKey'], after: 0, upTo: 1, head: 1, entries: [] };
    sockets.on('connection', (socket) => {
      socket.on('follow', (_request, ack) => ack({ ok: true, value: { logId: 7 } }));
      socket.on('pull', (_request, ack) => ack({ ok: false, code: 'a-code-of-next-year' }));
      socket.on('submit', () => {
        for (const page of [null, 'x', { ...good, upTo: -1 }, { ...good, entries: [{ seq: 'one' }] }, good])
          socket.emit('page', page);
        socket.emit('ended', 'nonsense');
        socket.disconnect(true);
      });
    });
    const heard: unknown[] = [];
    const closed = new Promise<string>((resolve) => {
      void connectSocket(
        { url, ticket: 't' },
        { ...news, page: (page) => heard.push(page), ended: (code) => heard.push(code), closed: resolve },
      ).then(async (transport) => {
        const follow = transport.follow({ logId, logKey: null, cursor: 0 });
        await expect(follow).rejects.toMatchObject({ code: 'not-a-hub' });
        const pull = transport.pull({ logId, logKey: good.logKey, after: 0, limit: 1 });
        await expect(pull).rejects.toMatchObject({ code: 'internal' });
        await expect(transport.submit(logId, [])).rejects.toMatchObject({ code: 'hub-unreachable' });
        transport.close();
      });
    });
    expect(await closed).toBe('hub-unreachable');
    expect(heard).toEqual([good, 'signed-out']);
  });
});
