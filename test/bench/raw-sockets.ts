/**
 * N readers and one writer as cheap as Node can make them: raw TCP, WebSocket frames by hand, deliveries counted by looking for a
 * mark in the bytes. The same for ours and the peer, so that what differs is the server; but commands that are free to go leave as
 * one `submit`, one batch in flight, which is what our own client does (S9). Run as a process of its own.
 */
import { randomBytes } from 'node:crypto';
import { connect, type Socket } from 'node:net';
import { PROTOCOL_VERSION } from '../../src/core/wire.ts';
import { newId } from '../demo/wire-pupil.ts';

export interface Load {
  port: number;
  /** Tickets of a hub's members; the first writes. Empty: the bare peer. */
  tickets: string[];
  logId?: string;
  channelId?: string;
  readers: number;
  inFlight: number;
  warmMs: number;
  measureMs: number;
}
export interface Outcome {
  deliveriesPerSecond: number;
  messages: number;
}

/** Stands once in every message body and nowhere else on the wire. */
const MARK = Buffer.from('~#@#~');
const BODY_BYTES = 200;
const SETUP_TIMEOUT_MS = 30_000;

/** A client's text frame with a zero mask, so that the payload goes as it is. */
function frame(text: string): Buffer {
  const payload = Buffer.from(text);
  const { length } = payload;
  const size =
    length < 126
      ? [0x80 | length]
      : length < 65_536
        ? [0xfe, length >> 8, length & 0xff]
        : [0xff, 0, 0, 0, 0, 0, length >> 16, (length >> 8) & 0xff, length & 0xff];
  return Buffer.concat([Buffer.from([0x81, ...size, 0, 0, 0, 0]), payload]);
}

/** How often the mark stands in a stream that comes in pieces; hides marks cut by a piece's end. */
class MarkCounter {
  private tail: Buffer = Buffer.alloc(0);
  count(chunk: Buffer): number {
    const seam = Buffer.concat([this.tail, chunk.subarray(0, MARK.length - 1)]);
    let found = this.tail.length > 0 && seam.indexOf(MARK) >= 0 ? 1 : 0;
    for (let at = chunk.indexOf(MARK); at >= 0; at = chunk.indexOf(MARK, at + MARK.length)) found += 1;
    this.tail = Buffer.from(chunk.subarray(Math.max(0, chunk.length - MARK.length + 1)));
    return found;
  }
}

function open(load: Load, ticket: string | undefined, onMarks: (count: number) => void): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect(load.port, '127.0.0.1');
    const timer = setTimeout(() => reject(new Error('a reader was not set up in time')), SETUP_TIMEOUT_MS);
    const marks = new MarkCounter();
    let seen = '';
    let step: 'upgrade' | 'open' | 'connect' | 'follow' | 'live' = 'upgrade';
    const live = () => {
      step = 'live';
      clearTimeout(timer);
      resolve(socket);
    };
    socket.setNoDelay(true);
    socket.on('error', reject);
    socket.on('connect', () => {
      const key = randomBytes(16).toString('base64');
      socket.write(
        `GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: 127.0.0.1:${load.port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: ${key}\r\nSec-WebSocket-Version: 13\r\n\r\n`,
      );
    });
    socket.on('data', (chunk) => {
      if (step === 'live') {
        const found = marks.count(chunk);
        if (found > 0) onMarks(found);
        return;
      }
      seen += chunk.toString('latin1');
      if (step === 'upgrade' && seen.includes('\r\n\r\n')) step = 'open';
      if (step === 'open' && seen.includes('0{"sid"')) {
        step = 'connect';
        socket.write(
          frame(ticket === undefined ? '40' : `40${JSON.stringify({ ticket, protocol: PROTOCOL_VERSION })}`),
        );
      }
      if (step === 'connect' && seen.includes('40{"sid"')) {
        if (ticket === undefined) return live();
        step = 'follow';
        socket.write(frame(`421${JSON.stringify(['follow', { logId: load.logId, logKey: null, cursor: 0 }])}`));
      }
      if (step === 'connect' && seen.includes('44{')) reject(new Error(`refused: ${seen.slice(-200)}`));
      if (step === 'follow' && seen.includes('431[')) live();
    });
  });
}

async function run(load: Load): Promise<Outcome> {
  let deliveries = 0;
  let ownDeliveries = 0;
  let sent = 0;
  const text = `${MARK.toString()}${'x'.repeat(BODY_BYTES - MARK.length)}`;
  const message = () => frame(`42${JSON.stringify(['message', { id: newId(), text }])}`);
  const command = () => ({
    id: newId(),
    kind: 'postMessage',
    body: { channelId: load.channelId, text, fileIds: [], replyTo: null },
  });
  const submit = (count: number) => {
    const commands = Array.from({ length: count }, command);
    return frame(`42${100 + (sent % 800)}${JSON.stringify(['submit', { logId: load.logId, commands }])}`);
  };
  const sockets: Socket[] = [];
  const isOurs = load.tickets.length > 0;
  let isOver = false;
  const fill = () => {
    const free = load.inFlight - (sent - ownDeliveries);
    // What ours has in flight is one batch (S9): the next goes when the whole of the last is there.
    if (isOver || free === 0 || (isOurs && free < load.inFlight)) return;
    sent += free;
    sockets[0]?.write(isOurs ? submit(free) : Buffer.concat(Array.from({ length: free }, message)));
  };
  const writer = await open(load, load.tickets[0], (count) => {
    deliveries += count;
    ownDeliveries += count;
    fill();
  });
  sockets.push(writer);
  for (let i = 1; i < load.readers; i++)
    sockets.push(await open(load, load.tickets[i], (count) => (deliveries += count)));
  fill();
  await new Promise((resolve) => setTimeout(resolve, load.warmMs));
  const before = { deliveries, ownDeliveries, at: performance.now() };
  await new Promise((resolve) => setTimeout(resolve, load.measureMs));
  const seconds = (performance.now() - before.at) / 1000;
  isOver = true;
  const outcome = {
    deliveriesPerSecond: (deliveries - before.deliveries) / seconds,
    messages: ownDeliveries - before.ownDeliveries,
  };
  for (const socket of sockets) socket.destroy();
  return outcome;
}

process.on('message', (load: Load) => {
  run(load).then(
    (outcome) => process.send?.({ ok: true, outcome }),
    (error: Error) => process.send?.({ ok: false, error: error.message }),
  );
});
process.on('disconnect', () => process.exit(0));
