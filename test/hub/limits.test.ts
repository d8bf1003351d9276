/** What a hub gives of its time and memory to whoever knocks, however slowly and however often. */
import { connect, type Socket } from 'node:net';
import { writeFile } from 'node:fs/promises';
import { afterEach, expect, test } from 'vitest';
import type { HubOptions } from '../../src/hub/hub.ts';
import { BLOCKS_CACHED_MAX } from '../../src/hub/blocks.ts';
import { contentPath } from '../../src/hub/files.ts';
import { TICKETS_PER_DEVICE_MAX } from '../../src/hub/tickets.ts';
import type { Sha256 } from '../../src/core/ids.ts';
import { startHub, type StartedHub } from '../support/hub.ts';
import { eventually, Person, sha256Of } from '../support/person.ts';

let hub: StartedHub;
let sockets: Socket[] = [];
afterEach(async () => {
  for (const socket of sockets) socket.destroy();
  sockets = [];
  await hub.stop();
});
const open = async (options: Partial<HubOptions>) => (hub = await startHub(options));

/** A connection by hand: what came, and whether the hub has ended it. */
function knock(words: string, localAddress?: string) {
  const socket = connect({ port: hub.port, host: '127.0.0.1', ...(localAddress ? { localAddress } : {}) });
  sockets.push(socket);
  const heard = { text: '', isClosed: false, socket };
  socket.on('data', (chunk: Buffer) => (heard.text += chunk.toString()));
  socket.on('close', () => (heard.isClosed = true));
  socket.on('error', () => undefined);
  if (words !== '') socket.write(words);
  return heard;
}
// Shorter than a test waits, far shorter than the defaults.
const SHORT_MS = 300;
const LONG_MS = 60_000;

test('a body that does not come within BODY_MS is bad-request', async () => {
  await open({ httpLimits: { bodyMs: SHORT_MS, headersMs: LONG_MS, idleMs: LONG_MS } });
  const slow = knock(
    'POST /api/session HTTP/1.1\r\nHost: hub.test\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{"de',
  );
  await eventually(() => slow.isClosed);
  expect(slow.text).toMatch(/^HTTP\/1.1 400/);
  expect(slow.text).toContain('"code":"bad-request"');
});

test('headers that do not come within HEADERS_MS end the connection', async () => {
  await open({ httpLimits: { headersMs: SHORT_MS, bodyMs: LONG_MS, idleMs: LONG_MS } });
  const slow = knock('GET /api/hub HTTP/1.1\r\nHost: hub.test\r\nX-Slow: ');
  const dripping = setInterval(() => slow.socket.write('x'), 50);
  await eventually(() => slow.isClosed);
  clearInterval(dripping);
  expect(slow.text).not.toContain('"ok":true');
});

test('a connection on which nothing moves for IDLE_MS is ended', async () => {
  await open({ httpLimits: { idleMs: SHORT_MS, headersMs: LONG_MS, bodyMs: LONG_MS } });
  const silent = knock('');
  await eventually(() => silent.isClosed);
  expect(silent.text).toBe('');
});

test('more than CONNECTIONS_MAX are not let in, and there is room again when one goes', async () => {
  await open({ httpLimits: { connections: 3, idleMs: LONG_MS, headersMs: LONG_MS } });
  const ask = 'GET /api/hub HTTP/1.1\r\nHost: hub.test\r\n\r\n';
  const first = [knock(ask), knock(ask), knock(ask)];
  await eventually(() => first.every(({ text }) => text.includes('"ok":true')));
  const tooMany = knock(ask);
  await eventually(() => tooMany.isClosed);
  expect(tooMany.text).toBe('');
  expect(first.every(({ isClosed }) => !isClosed)).toBe(true);
  first[0]!.socket.destroy();
  await eventually(async () => {
    const next = knock(ask);
    await eventually(() => next.isClosed || next.text.includes('"ok":true'));
    return next.text.includes('"ok":true');
  });
});

test('one address has so many connections and no more; another, and this machine itself, come in', async () => {
  await open({ httpLimits: { connectionsPerAddress: 3, idleMs: LONG_MS, headersMs: LONG_MS } });
  const ask = 'GET /api/hub HTTP/1.1\r\nHost: hub.test\r\n\r\n';
  const first = [knock(ask, '127.0.1.7'), knock(ask, '127.0.1.7'), knock(ask, '127.0.1.7')];
  await eventually(() => first.every(({ text }) => text.includes('"ok":true')));
  const tooMany = knock(ask, '127.0.1.7');
  await eventually(() => tooMany.isClosed);
  expect(tooMany.text).toBe('');
  const others = [knock(ask, '127.0.1.8'), knock(ask), knock(ask), knock(ask), knock(ask)];
  await eventually(() => others.every(({ text }) => text.includes('"ok":true')));
  first[0]!.socket.destroy();
  await eventually(async () => {
    const next = knock(ask, '127.0.1.7');
    await eventually(() => next.isClosed || next.text.includes('"ok":true'));
    return next.text.includes('"ok":true');
  });
});

test('a device that asks for tickets without end takes its own away, and nobody else’s', async () => {
  await open({ ticketsMax: 1_000 });
  const teacher = new Person(hub.url, hub.owner);
  const greedy = new Person(hub.url, await hub.hub.makeOwner({ teacherName: 'Пётр', device: 'x' }));
  const { ticket } = await teacher.signIn();
  const first = await greedy.signIn();
  for (let i = 0; i < TICKETS_PER_DEVICE_MAX; i++) await greedy.signIn();
  const isGood = async (who: Person, good: string) => (await who.ask('/api/me', { ticket: good })).status === 200;
  expect(await isGood(greedy, first.ticket)).toBe(false);
  expect(await isGood(greedy, greedy.session!.ticket)).toBe(true);
  expect(await isGood(teacher, ticket)).toBe(true);
});

test('of more than TICKETS_MAX tickets the oldest is good no more; its device asks for a new one', async () => {
  await open({ ticketsMax: 3 });
  const teacher = new Person(hub.url, hub.owner);
  const tickets: string[] = [];
  for (let i = 0; i < 5; i++) tickets.push((await teacher.signIn()).ticket);
  const isGood = async (ticket: string) => (await teacher.ask('/api/me', { ticket })).status === 200;
  expect(await Promise.all(tickets.map(isGood))).toEqual([false, false, true, true, true]);
  await teacher.signIn();
  expect((await teacher.ask('/api/me')).status).toBe(200);
});

test('BLOCKS_CACHED_MAX blocks of files are in memory; the one that nobody asked for longest is read again', async () => {
  await open({});
  const teacher = new Person(hub.url, hub.owner);
  // He is in a class, so he may read what he brought.
  await teacher.createClass('7А');
  const contents = Array.from({ length: BLOCKS_CACHED_MAX + 1 }, (_, index) => Buffer.from(`block ${index + 100}`));
  const fileIds = [];
  for (const bytes of contents) fileIds.push(await teacher.upload(bytes));
  for (const fileId of fileIds) await teacher.download(fileId);
  // Changed behind the hub's back: by what comes now one sees where it came from.
  const changed = Buffer.from('BLOCK XXX');
  for (const bytes of contents) await writeFile(contentPath(hub.dataDir, sha256Of(bytes) as Sha256), changed);
  const last = fileIds.length - 1;
  expect((await teacher.download(fileIds[last]!)).bytes).toEqual(contents[last]);
  expect((await teacher.download(fileIds[1]!)).bytes).toEqual(contents[1]);
  expect((await teacher.download(fileIds[0]!)).bytes).toEqual(changed);
  teacher.close();
});
