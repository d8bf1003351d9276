/**
 * The pupil's page's own Socket.IO: that it is understood by the library's server, what ends a connection, and that an end is told once.
 * For the ends a hub of a few packets answers it.
 */
import { createHash } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo, Socket as Wire } from 'node:net';
import { Server as SocketServer } from 'socket.io';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { io } from '../../src/student/socket.ts';
import { eventually } from '../support/person.ts';

const KEY_OF_WEBSOCKETS = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';
/** Vitest's own second is little on a loaded machine. */
const PATIENCE = { timeout: 60_000 };
const LONG_MS = 60_000;

let server: Server;
let wires: Wire[];
/** What the hub says to whoever connects, packet by packet. */
let says: string[];
const offline = new Set<() => void>();

beforeEach(async () => {
  wires = [];
  offline.clear();
  vi.stubGlobal('addEventListener', (_event: string, listener: () => void) => offline.add(listener));
  vi.stubGlobal('removeEventListener', (_event: string, listener: () => void) => offline.delete(listener));
  server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
afterEach(async () => {
  for (const wire of wires) wire.destroy();
  await new Promise((resolve) => server.close(resolve));
  vi.unstubAllGlobals();
});

const frame = (packet: string) => Buffer.concat([Buffer.from([0x81, Buffer.byteLength(packet)]), Buffer.from(packet)]);
function fewPackets(...packets: string[]) {
  says = packets;
  server.on('upgrade', (request, wire: Wire) => {
    wires.push(wire);
    wire.on('error', () => undefined);
    const accept = createHash('sha1')
      .update(`${request.headers['sec-websocket-key']}${KEY_OF_WEBSOCKETS}`)
      .digest('base64');
    wire.write(
      `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`,
    );
    for (const packet of says) wire.write(frame(packet));
  });
}
const open = (pingTimeout: number) => `0${JSON.stringify({ sid: 'a', pingInterval: 0, pingTimeout })}`;
const LET_IN = '40{"sid":"b"}';

function connect(options = {}) {
  const heard: string[] = [];
  const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const socket = io(address, { transports: ['websocket'], auth: { ticket: 'mine' }, ...options });
  for (const event of ['connect', 'word', 'connect_error', 'disconnect'])
    socket.on(event, (said) => heard.push(said === undefined ? event : `${event}: ${String(said)}`));
  socket.connect();
  return { socket, heard };
}

test('the library’s server hears who it is, its questions and its words; answers and news come back in order', async () => {
  const hub = new SocketServer(server, { transports: ['websocket'] });
  const said: unknown[] = [];
  hub.use((socket, next) => next(socket.handshake.auth['ticket'] === 'mine' ? undefined : new Error('signed-out')));
  hub.on('connection', (socket) => {
    socket.on('typing', (mark: unknown) => said.push(mark));
    socket.on('sum', (numbers: number[], answer: (sum: unknown) => void) => {
      socket.emit('word', 'счёт [1] {2}');
      answer({ sum: numbers[0]! + numbers[1]! });
    });
  });
  const { socket, heard } = connect();
  await eventually(() => socket.connected);
  socket.volatile.emit('typing', { channelId: 'a' });
  const answers = await Promise.all(
    [[1, 2], [3, 4]].map(
      (numbers) =>
        new Promise((resolve) =>
          socket.timeout(LONG_MS).emit('sum', numbers, (cause, answer) => resolve([cause, answer])),
        ),
    ),
  ); // prettier-ignore
  expect(answers).toEqual([
    [null, { sum: 3 }],
    [null, { sum: 7 }],
  ]);
  expect(said).toEqual([{ channelId: 'a' }]);
  expect(heard).toEqual(['connect', 'word: счёт [1] {2}', 'word: счёт [1] {2}']);
  const stranger = connect({ auth: { ticket: 'old' } });
  await eventually(() => stranger.heard.length > 0);
  expect(stranger.heard).toEqual(['connect_error: Error: signed-out']);
  hub.disconnectSockets(true);
  await eventually(() => heard.at(-1)?.startsWith('disconnect'));
  expect(heard.filter((word) => word.startsWith('disconnect')).length).toBe(1);
  await hub.close();
});

test('a question without an answer fails in its time, and at the end all that are open', async () => {
  fewPackets(open(LONG_MS), LET_IN);
  const { socket, heard } = connect();
  await eventually(() => socket.connected);
  const causes: string[] = [];
  socket.timeout(1).emit('ask', 1, (cause) => causes.push(`first: ${cause?.message}`));
  await eventually(() => causes.length === 1);
  socket.timeout(LONG_MS).emit('ask', 2, (cause) => causes.push(`second: ${cause?.message}`));
  socket.disconnect();
  socket.disconnect();
  expect(causes).toEqual(['first: not answered in time', 'second: io client disconnect']);
  // Who ends it knows.
  expect(heard).toEqual(['connect']);
  expect(offline.size).toBe(0);
});

test('a hub that is silent for longer than it said is gone', async () => {
  fewPackets(open(20), LET_IN);
  const { heard } = connect();
  await eventually(() => heard.length > 1);
  expect(heard).toEqual(['connect', 'disconnect: ping timeout']);
});

test('a page whose timers slept hears first what came meanwhile', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  try {
    fewPackets(open(LONG_MS), LET_IN);
    const { socket, heard } = connect();
    await vi.waitFor(() => expect(socket.connected).toBe(true), PATIENCE);
    // Its time is up: a ping that lies there unread is heard now.
    vi.advanceTimersByTime(LONG_MS + 1);
    wires[0]!.write(frame('2'));
    wires[0]!.write(frame('42["word","да"]'));
    await vi.waitFor(() => expect(heard).toContain('word: да'), PATIENCE);
    vi.advanceTimersByTime(LONG_MS / 2);
    expect(heard).toEqual(['connect', 'word: да']);
  } finally {
    vi.useRealTimers();
  }
});

test('a device that says it is offline has no connection, a wire that is cut neither', async () => {
  fewPackets(open(LONG_MS), LET_IN);
  const first = connect();
  await eventually(() => first.socket.connected);
  for (const listener of [...offline]) listener();
  expect(first.heard.at(-1)).toBe('disconnect: transport close');
  const second = connect();
  await eventually(() => second.socket.connected);
  for (const wire of wires) wire.destroy();
  await eventually(() => second.heard.at(-1)?.startsWith('disconnect'));
  expect(second.heard.filter((said) => said.startsWith('disconnect')).length).toBe(1);
});

test.each(['0{"sid', '40{', '42[', '43', '42{}', '49', 'x'])(
  'what cannot be read (%s) harms nobody',
  async (packet) => {
    fewPackets(open(LONG_MS), LET_IN, packet, '1');
    const { heard } = connect();
    await eventually(() => heard.at(-1)?.startsWith('disconnect'));
    expect(heard.length).toBe(2);
  },
);

test('who asks for another transport than a WebSocket is told that there is none', async () => {
  const { heard } = connect({ transports: ['polling'] });
  await eventually(() => heard.length > 0);
  expect(heard).toEqual(['connect_error: Error: no such transport']);
});
