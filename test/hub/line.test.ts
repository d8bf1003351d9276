/** One reader's line, on a connection whose other end reads when the test says so. */
import { EventEmitter } from 'node:events';
import { Duplex } from 'node:stream';
import type { Socket } from 'node:net';
import { describe, expect, test } from 'vitest';
import { frameOf, Line, SharedPage, STALLED_BYTES_MAX } from '../../src/hub/line.ts';
import type { LogKey } from '../../src/core/wire.ts';

/** Engine.IO as far as the line knows it: packets go into its queue and leave when the transport is writable. */
class Conn extends EventEmitter {
  transport = { name: 'websocket', writable: true };
  readonly queue: string[] = [];
  isClosed = false;
  write(packet: string, options: object) {
    this.emit('packetCreate', { data: packet, options });
    this.queue.push(packet);
  }
  flush() {
    const packets = this.queue.splice(0);
    this.emit('flush', packets);
    this.emit('drain');
    return packets;
  }
  close() {
    this.isClosed = true;
  }
}

/** A connection that takes `takes` chunks and then nothing. */
function connection(takes = Number.POSITIVE_INFINITY) {
  const written: Buffer[] = [];
  let corks = 0;
  const socket = new Duplex({
    read() {},
    write(chunk: Buffer, _encoding, done) {
      written.push(chunk);
      if (written.length <= takes) done();
    },
  });
  const cork = socket.cork.bind(socket);
  socket.cork = () => {
    corks += 1;
    cork();
  };
  return { tcp: socket as unknown as Socket, written, corks: () => corks };
}

const page = (text: string) => new SharedPage(`"after":0,"entries":["${text}"]}`);

describe('a line', () => {
  test('[S5] a page goes out as one piece that is the same for all, and waits its turn behind what is queued', () => {
    const readers = Array.from({ length: 2 }, () => ({ conn: new Conn(), ...connection() }));
    const lines = readers.map(({ conn, tcp }) => new Line(conn, tcp, () => undefined));
    const shared = page('раз');
    for (const line of lines) line.send(shared, null);
    expect(readers.map(({ written }) => written.length)).toEqual([1, 1]);
    // The very same bytes, not equal ones.
    expect(readers[0]!.written[0]).toBe(readers[1]!.written[0]);
    expect(readers[0]!.written[0]!.toString()).toContain('42["page",{"after":0,"entries":["раз"]}]');
    // While an answer waits in Engine.IO, a page must not overtake it.
    readers[0]!.conn.transport.writable = false;
    lines[0]!.send(page('два'), null);
    expect(readers[0]!.written).toHaveLength(1);
    expect(readers[0]!.conn.queue).toEqual(['2["page",{"after":0,"entries":["два"]}]']);
  });

  test('a reader of protocol 1 finds his key in the page', () => {
    const conn = new Conn();
    new Line(conn, connection().tcp, () => undefined).send(page('раз'), 'k"1' as LogKey);
    expect(conn.queue).toEqual(['2["page",{"logKey":"k\\"1","after":0,"entries":["раз"]}]']);
  });

  test('answers of one turn leave in one write', () => {
    const { tcp, corks } = connection();
    const conn = new Conn();
    new Line(conn, tcp, () => undefined);
    conn.write('one', {});
    conn.flush();
    expect(corks()).toBe(0);
    for (const answer of ['one', 'two', 'three']) conn.write(answer, {});
    conn.flush();
    expect(corks()).toBe(1);
    expect(tcp.writableCorked).toBe(0);
  });

  test('STALLED_BYTES_MAX may wait, wherever it waits; then he is cut off, once', () => {
    const dropped: number[] = [];
    const { tcp } = connection(0);
    tcp.on('error', () => undefined);
    const conn = new Conn();
    const line = new Line(conn, tcp, (bytes) => dropped.push(bytes));
    const quarter = 'x'.repeat(STALLED_BYTES_MAX / 4);
    for (let i = 0; i < 2; i++) line.send(page(quarter), null);
    // Half of it in the connection; the rest in Engine.IO's queue.
    conn.transport.writable = false;
    line.send(page(quarter), null);
    expect(dropped).toEqual([]);
    for (let i = 0; i < 3; i++) line.send(page(quarter), null);
    expect(dropped).toHaveLength(1);
    expect(dropped[0]).toBeGreaterThan(STALLED_BYTES_MAX);
    expect(tcp.destroyed).toBe(true);
  });

  test('who polls has no connection of his own: his queue is bounded all the same', () => {
    const dropped: number[] = [];
    const conn = new Conn();
    conn.transport = { name: 'polling', writable: false };
    const { tcp, written } = connection();
    const line = new Line(conn, tcp, (bytes) => dropped.push(bytes));
    for (let i = 0; i < 5; i++) line.send(page('x'.repeat(STALLED_BYTES_MAX / 4)), null);
    expect(written).toEqual([]);
    expect(dropped.length).toBeGreaterThan(0);
    expect(conn.isClosed).toBe(true);
  });
});

test('a frame is what RFC 6455 says, at every length of its header', () => {
  for (const length of [0, 1, 124, 125, 65_534, 65_535, 70_000])
    for (const letter of ['a', 'ж']) {
      const packet = letter.repeat(length);
      const payload = Buffer.from(`4${packet}`);
      const frame = frameOf(packet);
      const short = frame[1]!;
      const [size, head] =
        short < 126 ? [short, 2] : short === 126 ? [frame.readUInt16BE(2), 4] : [Number(frame.readBigUInt64BE(2)), 10];
      expect([frame[0], size, short < 126 === payload.length < 126, short === 127]).toEqual([
        0x81,
        payload.length,
        true,
        payload.length > 65_535,
      ]);
      expect(frame.subarray(head).equals(payload)).toBe(true);
    }
});
