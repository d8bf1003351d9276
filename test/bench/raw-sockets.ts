/**
 * N readers, some of whom write, as cheap as Node can make them: raw TCP, WebSocket frames by hand, deliveries counted by looking for a
 * mark in the bytes. The same for ours and the peer, so that what differs is the server; but commands that are free to go leave as
 * one `submit`, one batch in flight for each writer, which is what our own client does (S9). Every message must reach everybody, else the
 * measurement fails. Run as a process of its own.
 */
import { randomBytes } from 'node:crypto';
import { connect, type Socket } from 'node:net';
import { PROTOCOL_VERSION } from '../../src/core/wire.ts';
import { newId } from '../demo/wire-pupil.ts';

/** Where to, and as whom. */
export interface Target {
  port: number;
  /** Tickets of a hub's members, used in turn. None: the bare peer. */
  tickets?: string[];
  logId?: string;
  channelId?: string;
}

export interface Load extends Target {
  readers: number;
  /** So many of them write, each his part of what is in flight. One, if nothing is said. */
  writers?: number;
  /** Readers besides these that follow and then never read. */
  stalled?: number;
  /** As many as the server takes with so many in flight, or so many a second. */
  pace: { inFlight: number } | { perSecond: number };
  bodyBytes?: number;
  warmMs: number;
  measureMs: number;
  /** Nothing is written: the connections are there, until this process ends. */
  holdsOpen?: boolean;
}
export interface Outcome {
  deliveriesPerSecond: number;
  messages: number;
  /** From writing to each delivery, in milliseconds. */
  p50Ms: number;
  p99Ms: number;
}

/** Stands once in every message body and nowhere else on the wire; a digit for its writer and the time of writing follow it. */
const MARK = Buffer.from('~#@#~');
const TIME_DIGITS = 11;
const STAMP_DIGITS = TIME_DIGITS + 1;
const ID_DIGITS = 12;
const BODY_BYTES = 200;
const READ_BYTES = 256 * 1024;
const SETUP_TIMEOUT_MS = 30_000;
const SETUP_AT_ONCE = 20;
const LAST_DELIVERIES_MS = 20_000;

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

/** Microseconds of a clock that only this process reads. */
const nowUs = () => Math.round(performance.now() * 1_000);

/** @param sentUs when it was written, by {@link nowUs} */
type OnMark = (sentUs: number, writer: number) => void;

/** Finds marks, and the stamps behind them, in a stream that comes in pieces. */
class Marks {
  #seam: Buffer = Buffer.alloc(0);
  readonly #onMark: OnMark;
  constructor(onMark: OnMark) {
    this.#onMark = onMark;
  }

  /** @param piece is overwritten after the call */
  read(piece: Buffer): void {
    const whole = this.#seam.length > 0 ? Buffer.concat([this.#seam, piece]) : piece;
    let from = 0;
    for (;;) {
      const at = whole.indexOf(MARK, from);
      const end = at + MARK.length + STAMP_DIGITS;
      if (at < 0 || end > whole.length) {
        // Kept: a mark whose stamp is still to come, or bytes that may be the beginning of one.
        this.#seam = Buffer.from(whole.subarray(at < 0 ? Math.max(from, whole.length - MARK.length + 1) : at));
        return;
      }
      const stamp = whole.toString('latin1', end - STAMP_DIGITS, end);
      this.#onMark(Number(stamp.slice(1)), Number(stamp[0]));
      from = end;
    }
  }
}

/** Opens one reader, live when this resolves. */
function open(load: Load, ticket: string | undefined, onMark: OnMark): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error('a reader was not set up in time')), SETUP_TIMEOUT_MS);
    const marks = new Marks(onMark);
    let seen = '';
    let step: 'upgrade' | 'open' | 'connect' | 'follow' | 'live' = 'upgrade';
    const read = (bytes: number, buffer: Uint8Array) => {
      const piece = Buffer.from(buffer.buffer, buffer.byteOffset, bytes);
      if (step === 'live') {
        marks.read(piece);
        return true;
      }
      seen += piece.toString('latin1');
      if (step === 'upgrade' && seen.includes('\r\n\r\n')) step = 'open';
      if (step === 'open' && seen.includes('0{"sid"')) {
        step = 'connect';
        const auth = { ticket, protocol: PROTOCOL_VERSION };
        socket.write(frame(ticket === undefined ? '40' : `40${JSON.stringify(auth)}`));
      }
      if (step === 'connect' && seen.includes('40{"sid"')) {
        step = ticket === undefined ? 'live' : 'follow';
        if (step === 'follow')
          socket.write(frame(`421${JSON.stringify(['follow', { logId: load.logId, logKey: null, cursor: 0 }])}`));
      }
      if (step === 'connect' && seen.includes('44{')) reject(new Error(`refused: ${seen.slice(-200)}`));
      if (step === 'follow' && seen.includes('431[')) step = 'live';
      if (step === 'live') {
        clearTimeout(timer);
        resolve(socket);
      }
      return true;
    };
    // One buffer for all: what the load itself costs is not to be measured.
    const socket = connect({ port: load.port, host: '127.0.0.1', onread: { buffer: READ_BUFFER, callback: read } });
    socket.setNoDelay(true);
    socket.on('error', reject);
    socket.on('connect', () => {
      const key = randomBytes(16).toString('base64');
      socket.write(
        `GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: 127.0.0.1:${load.port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: ${key}\r\nSec-WebSocket-Version: 13\r\n\r\n`,
      );
    });
  });
}
const READ_BUFFER = Buffer.allocUnsafeSlow(READ_BYTES);

/** Opens many, a few at a time; resolves with them in order. */
async function openAll(load: Load, from: number, count: number, onMark: OnMark): Promise<Socket[]> {
  const sockets: Socket[] = [];
  const { tickets = [] } = load;
  for (let i = 0; i < count; i += SETUP_AT_ONCE) {
    const some = Array.from({ length: Math.min(SETUP_AT_ONCE, count - i) }, (_, k) => from + i + k);
    sockets.push(...(await Promise.all(some.map((n) => open(load, tickets[n % tickets.length], onMark)))));
  }
  return sockets;
}

async function run(load: Load): Promise<Outcome> {
  const { pace } = load;
  const isOurs = (load.tickets?.length ?? 0) > 0;
  const padding = 'x'.repeat((load.bodyBytes ?? BODY_BYTES) - MARK.length - STAMP_DIGITS);
  // Texts put together by hand: what the load itself costs is not to be measured.
  const seed = newId().slice(0, -ID_DIGITS);
  let made = 0;
  const id = () => `${seed}${String((made += 1)).padStart(ID_DIGITS, '0')}`;
  const text = (writer: number) => `${MARK.toString()}${writer}${String(nowUs()).padStart(TIME_DIGITS, '0')}${padding}`;
  const message = (writer: number) => frame(`42["message",{"id":"${id()}","text":"${text(writer)}"}]`);
  const command = (writer: number) =>
    `{"id":"${id()}","kind":"postMessage","body":{"channelId":"${load.channelId}","text":"${text(writer)}","fileIds":[],"replyTo":null}}`;
  let asked = 0;
  const submit = (count: number, writer: number) => {
    const commands = Array.from({ length: count }, () => command(writer)).join();
    asked = (asked + 1) % 1000;
    return frame(`42${100 + asked}["submit",{"logId":"${load.logId}","commands":[${commands}]}]`);
  };

  let deliveries = 0;
  let isOver = false;
  let isMeasuring = false;
  const delaysUs: number[] = [];
  const heard: OnMark = (sentUs) => {
    deliveries += 1;
    if (isMeasuring && 'perSecond' in pace) delaysUs.push(nowUs() - sentUs);
  };

  /** Writers, what they wrote, and what of it came back to them. */
  const count = load.writers ?? 1;
  const sent = Array.from({ length: count }, () => 0);
  const back = Array.from({ length: count }, () => 0);
  const sum = (numbers: readonly number[]) => numbers.reduce((whole, part) => whole + part, 0);
  const sockets: Socket[] = [];
  const send = (writer: number, messages: number) => {
    sent[writer]! += messages;
    const single = () => Buffer.concat(Array.from({ length: messages }, () => message(writer)));
    sockets[writer]?.write(isOurs ? submit(messages, writer) : single());
  };
  const fill = (writer: number) => {
    if (isOver || !('inFlight' in pace)) return;
    const share = pace.inFlight / count;
    const free = share - (sent[writer]! - back[writer]!);
    // What ours has in flight is one batch: the next goes when the whole of the last is there.
    if (free > 0 && (!isOurs || free === share)) send(writer, free);
  };
  for (let writer = 0; writer < count; writer++) {
    let isFillDue = false;
    const heardByWriter: OnMark = (sentUs, from) => {
      heard(sentUs, from);
      if (from !== writer) return;
      back[writer]! += 1;
      if (isFillDue) return;
      isFillDue = true;
      // When the piece of the stream that this was in has been read to its end.
      queueMicrotask(() => {
        isFillDue = false;
        fill(writer);
      });
    };
    sockets.push(...(await openAll(load, writer, 1, heardByWriter)));
  }
  sockets.push(...(await openAll(load, count, load.readers - count, heard)));
  const stalled = await openAll(load, load.readers, load.stalled ?? 0, () => {});
  for (const socket of stalled) socket.pause();
  if (load.holdsOpen) return { deliveriesPerSecond: 0, messages: 0, p50Ms: 0, p99Ms: 0 };

  for (let writer = 0; writer < count; writer++) fill(writer);
  const beat = 'perSecond' in pace ? setInterval(() => send(0, 1), 1_000 / pace.perSecond) : undefined;
  await new Promise((resolve) => setTimeout(resolve, load.warmMs));
  const before = { deliveries, messages: sum(back), at: performance.now() };
  isMeasuring = true;
  await new Promise((resolve) => setTimeout(resolve, load.measureMs));
  const seconds = (performance.now() - before.at) / 1000;
  const measured = { deliveries: deliveries - before.deliveries, messages: sum(back) - before.messages };
  isOver = true;
  clearInterval(beat);
  const until = performance.now() + LAST_DELIVERIES_MS;
  while (deliveries < sum(sent) * load.readers && performance.now() < until)
    await new Promise((resolve) => setTimeout(resolve, 20));
  isMeasuring = false;
  if (deliveries !== sum(sent) * load.readers)
    throw new Error(`${sum(sent)} messages to ${load.readers} readers made ${deliveries} deliveries`);
  for (const socket of [...sockets, ...stalled]) socket.destroy();
  delaysUs.sort((a, b) => a - b);
  const at = (part: number) => (delaysUs[Math.floor(delaysUs.length * part)] ?? 0) / 1_000;
  return {
    deliveriesPerSecond: measured.deliveries / seconds,
    messages: measured.messages,
    p50Ms: at(0.5),
    p99Ms: at(0.99),
  };
}

process.on('message', (load: Load) => {
  run(load).then(
    (outcome) => process.send?.({ ok: true, outcome }),
    (error: Error) => process.send?.({ ok: false, error: error.message }),
  );
});
process.on('disconnect', () => process.exit(0));
