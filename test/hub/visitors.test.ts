// Who counts as somebody from another computer.
import { EventEmitter } from 'node:events';
import type { Server } from 'node:http';
import { expect, it } from 'vitest';
import { VISITOR_AGAIN_MS, VISITORS_KEPT_MAX, watchVisitors, type Visitor } from '../../src/hub/visitors.ts';
import { startHub } from '../support/hub.ts';

it('another computer is told once and then seldom, this one never; memory is bounded', () => {
  const server = new EventEmitter();
  let now = 0;
  const told: Visitor[] = [];
  watchVisitors(server as unknown as Server, () => now, (visitor) => told.push(visitor)); // prettier-ignore
  const from = (remoteAddress: string, localAddress = '::ffff:192.168.1.10') =>
    server.emit('connection', { remoteAddress, localAddress });
  from('::ffff:192.168.1.10');
  from('127.0.0.1', '127.0.0.1');
  from('127.0.0.1', '127.0.0.2');
  from('::1', '::1');
  expect(told).toEqual([]);
  from('::ffff:192.168.1.20');
  from('::ffff:192.168.1.20');
  expect(told).toEqual([{ from: '192.168.1.20', to: '192.168.1.10' }]);
  now = VISITOR_AGAIN_MS;
  from('::ffff:192.168.1.20');
  expect(told).toHaveLength(2);
  for (let n = 0; n < VISITORS_KEPT_MAX; n++) from(`10.0.${n >> 8}.${n & 255}`);
  // The first of all was forgotten meanwhile, and is news again.
  from('::ffff:192.168.1.20');
  expect(told).toHaveLength(3 + VISITORS_KEPT_MAX);
});

it('a real hub takes its own computer for nobody', async () => {
  const told: Visitor[] = [];
  const hub = await startHub({ onVisitor: (visitor) => told.push(visitor) });
  expect((await fetch(`${hub.url}/api/hub`)).status).toBe(200);
  await hub.stop();
  expect(told).toEqual([]);
});
