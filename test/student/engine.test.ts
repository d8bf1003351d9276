/** The pupil's page's own Engine.IO: what ends a connection, and that an end is told once. A hub of three packets answers it. */
import { createHash } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo, Socket as Wire } from 'node:net';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { parse, Socket } from '../../src/student/engine.ts';
import { eventually } from '../support/person.ts';

const KEY_OF_WEBSOCKETS = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';

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
  server.on('upgrade', (request, wire: Wire) => {
    wires.push(wire);
    wire.on('error', () => undefined);
    const accept = createHash('sha1')
      .update(`${request.headers['sec-websocket-key']}${KEY_OF_WEBSOCKETS}`)
      .digest('base64');
    wire.write(
      `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`,
    );
    for (const packet of says) wire.write(Buffer.concat([Buffer.from([0x81, packet.length]), Buffer.from(packet)]));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
afterEach(async () => {
  for (const wire of wires) wire.destroy();
  await new Promise((resolve) => server.close(resolve));
  vi.unstubAllGlobals();
});

const open = (pingTimeout: number) => `0${JSON.stringify({ sid: 'a', pingInterval: 0, pingTimeout })}`;
const address = () => `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
function connect(options = {}) {
  const heard: string[] = [];
  const engine = new Socket(address(), { path: '/socket.io', transports: ['websocket'], ...options });
  for (const event of ['open', 'data', 'error', 'close'])
    engine.on(event, (said) => heard.push(said === undefined ? event : `${event}: ${String(said)}`));
  return { engine, heard };
}

test('opens, hands on what is said, and is closed once', async () => {
  says = [open(60_000), '4["word"]'];
  const { engine, heard } = connect();
  await eventually(() => heard.includes('data: ["word"]'));
  engine.close();
  engine.close();
  expect(heard).toEqual(['open', 'data: ["word"]', 'close: forced close']);
  expect(offline.size).toBe(0);
});

test('a hub that is silent for longer than it said is gone', async () => {
  says = [open(20)];
  const { heard } = connect();
  await eventually(() => heard.includes('close: ping timeout'));
  expect(heard).toEqual(['open', 'close: ping timeout']);
});

test('a device that says it is offline has no connection, a wire that is cut neither', async () => {
  says = [open(60_000)];
  const first = connect();
  await eventually(() => first.heard.includes('open'));
  for (const listener of [...offline]) listener();
  expect(first.heard.at(-1)).toBe('close: transport close');
  const second = connect();
  await eventually(() => second.heard.includes('open'));
  for (const wire of wires) wire.destroy();
  await eventually(() => second.heard.at(-1)?.startsWith('close'));
  expect(second.heard.filter((said) => said.startsWith('close')).length).toBe(1);
});

test('who asks for another transport than a WebSocket is told that there is none', async () => {
  says = [];
  const { heard } = connect({ transports: ['polling'] });
  await eventually(() => heard.some((said) => said.startsWith('close')));
  expect(heard).toEqual(['error: Error: websocket error', 'close: transport error']);
});

test.each([
  ['http://hub.test:8010', { protocol: 'http', host: 'hub.test', port: '8010', path: '' }],
  [
    'https://hub.school.example/?a=1',
    { protocol: 'https', host: 'hub.school.example', port: '', path: '', query: 'a=1' },
  ],
  ['http://[::1]:80', { protocol: 'http', host: '::1', port: '', path: '' }],
])('an address in its parts: %s', (from, parts) => {
  expect(parse(from)).toMatchObject(parts);
});
