/**
 * The peer of the benches of delivery: the published Socket.IO package as its page shows it, one room, nobody asked who he is.
 * Argument: nothing, and nothing is kept; or `slow-disk`, and every message is committed, synced, on the disk of slow-disk.ts
 * before it is told.
 */
import { createServer } from 'node:http';
import { mkdtempSync, rmSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Server } from 'socket.io';
import type { CommandId, LogId } from '../../src/core/ids.ts';
import type { Label } from '../../src/core/wire.ts';
import type { Written } from '../../src/hub/store.ts';
import { newId } from '../demo/wire-pupil.ts';
import { answerAsks } from './memory-kept.ts';
import { startSlowWriter } from './slow-disk.ts';

interface Message {
  id: string;
  text: string;
}

const http = createServer();
const io = new Server(http, { transports: ['websocket'] });
const tell = (message: Message) => io.to('class').emit('message', message);
let keep = tell as (message: Message) => unknown;
let dataDir: string | null = null;

if (process.argv[2] === 'slow-disk') {
  dataDir = mkdtempSync(join(tmpdir(), 'parta-bench-peer-'));
  const { worker } = await startSlowWriter(join(dataDir, 'peer.db'));
  const logId = newId() as LogId;
  const waiting: Message[] = [];
  let head = 0;
  worker.on('message', (written: Written[]) => {
    if (!written[0]?.ok) throw new Error('the peer could not write');
    tell(waiting.shift()!);
  });
  keep = (message) => {
    waiting.push(message);
    const fixed = { at: 1, kind: 'messagePosted', label: 'all' as Label, by: null, about: null, commandHash: '' };
    const row = { ...fixed, id: message.id as CommandId, body: JSON.stringify(message) };
    const rows = [{ ...row, fileIds: [], erasure: null, enters: [], leaves: [] }];
    const append = { logId, expectedHead: head++, rows, nextDueAt: null };
    worker.postMessage({ group: [{ name: 'append', args: [append] }] });
  };
}

io.on('connection', (socket) => {
  void socket.join('class');
  socket.on('message', (message: Message) => keep(message));
});
answerAsks();
http.listen(0, '127.0.0.1', () => process.send?.({ port: (http.address() as AddressInfo).port }));
process.on('disconnect', () => {
  if (dataDir) rmSync(dataDir, { recursive: true, force: true });
  process.exit(0);
});
