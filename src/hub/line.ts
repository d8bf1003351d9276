/**
 * The way to one reader: pages made once for all who see the same, one write each, and a queue that does not grow without end.
 *
 * Promises: what is sent leaves in the order in which it was sent; a reader who does not take it is cut off when
 * {@link STALLED_BYTES_MAX} wait for him (S5: he resumes from his cursor). Keeps: nothing of a page is copied per reader.
 * Hides: WebSocket frames, and that a page goes past Engine.IO straight to the connection whenever nothing of Engine.IO's own
 * is waiting. What delivery costs is the number of write() calls: answers of one turn leave in one.
 */
import type { Socket as NetSocket } from 'node:net';
import type { LogKey } from '../core/wire.ts';

/** Bytes that may wait for one reader before he is dropped. */
export const STALLED_BYTES_MAX = 1_000_000;

/** Socket.IO protocol 5, type 2 (EVENT): the packet that `socket.emit('page', …)` would make. */
const PAGE_EVENT = '2["page",';
/** Engine.IO protocol 4, type 4 (message), before every packet. */
const ENGINE_MESSAGE = '4';
/** As `socket.emit('beat')` would make it. */
const BEAT_PACKET = '2["beat"]';
const FINAL_TEXT = 0x81;

/** What Engine.IO takes along with a packet: a frame that is ready is written as it is, as Socket.IO's own rooms do it. */
interface PacketOptions {
  compress: boolean;
  wsPreEncodedFrame?: Buffer[];
}

/** An unmasked WebSocket text frame (RFC 6455, 5.2) around a Socket.IO packet, in one piece. */
export function frameOf(packet: string): Buffer {
  const bytes = Buffer.byteLength(packet) + ENGINE_MESSAGE.length;
  const head = bytes < 126 ? 2 : bytes < 65_536 ? 4 : 10;
  // Not from the shared pool: it lives as long as the slowest reader's queue.
  const frame = Buffer.allocUnsafeSlow(head + bytes);
  frame[0] = FINAL_TEXT;
  if (head === 2) frame[1] = bytes;
  else if (head === 4) {
    frame[1] = 126;
    frame.writeUInt16BE(bytes, 2);
  } else {
    frame[1] = 127;
    frame.writeBigUInt64BE(BigInt(bytes), 2);
  }
  frame.write(ENGINE_MESSAGE + packet, head);
  return frame;
}

const BEAT_FRAME = frameOf(BEAT_PACKET);

/** A page for all who see the same of a group. */
export class SharedPage {
  readonly #rest: string;
  #packet: { text: string; frame: Buffer; options: PacketOptions } | null = null;

  /** @param rest its JSON after the first brace */
  constructor(rest: string) {
    this.#rest = rest;
  }

  /** The packet with one reader's key in it. */
  withKey(logKey: LogKey): string {
    return `${PAGE_EVENT}{"logKey":${JSON.stringify(logKey)},${this.#rest}]`;
  }

  /** The packet without a key, and the frame that carries it. */
  packet(): { text: string; frame: Buffer; options: PacketOptions } {
    if (this.#packet) return this.#packet;
    const text = `${PAGE_EVENT}{${this.#rest}]`;
    const frame = frameOf(text);
    return (this.#packet = { text, frame, options: { compress: false, wsPreEncodedFrame: [frame] } });
  }
}

/** What is needed of an Engine.IO connection. `writable`: nothing of its own is waiting. */
export interface Connection {
  readonly transport: { readonly name: string; readonly writable: boolean };
  on(event: 'packetCreate' | 'flush' | 'drain', listener: (what: unknown) => void): unknown;
  write(packet: string, options: PacketOptions): unknown;
  close(discard: boolean): unknown;
}

export class Line {
  readonly #conn: Connection;
  readonly #tcp: NetSocket;
  readonly #onDropped: (bytes: number) => void;
  /** Else by HTTP questions that wait: one connection after the other, none of them the reader's own. */
  readonly #isStream: boolean;
  /** In Engine.IO's queue, not yet given to the connection. */
  #heldBytes = 0;
  /** Questions of this reader that are not answered yet. */
  asksOpen = 0;

  /** @param onDropped told once how much was waiting */
  constructor(conn: Connection, tcp: NetSocket, onDropped: (bytes: number) => void) {
    this.#conn = conn;
    this.#tcp = tcp;
    this.#onDropped = onDropped;
    this.#isStream = conn.transport.name === 'websocket';
    conn.on('packetCreate', (packet) => {
      this.#heldBytes += sizeOf(packet as { data?: unknown; options?: PacketOptions });
      if (this.#waitingBytes > 0 || !conn.transport.writable) this.#dropStalled();
    });
    conn.on('flush', (packets) => {
      this.#heldBytes = 0;
      if (this.#isStream && (packets as unknown[]).length > 1) tcp.cork();
    });
    if (this.#isStream) conn.on('drain', () => tcp.uncork());
  }

  /** @param logKey to be named in the page, for a reader who does not know it otherwise */
  send(page: SharedPage, logKey: LogKey | null): void {
    if (logKey !== null) {
      this.#conn.write(page.withKey(logKey), { compress: false });
      return;
    }
    const { text, frame, options } = page.packet();
    if (!this.#isStream || !this.#conn.transport.writable) {
      this.#conn.write(text, options);
      return;
    }
    this.#tcp.write(frame);
    if (this.#tcp.writableLength > 0) this.#dropStalled();
  }

  /** A sign of life. Where something waits already, that is one, or the reader is stalled. */
  beat(): void {
    if (!this.#conn.transport.writable || this.#waitingBytes > 0) return;
    if (this.#isStream) this.#tcp.write(BEAT_FRAME);
    else this.#conn.write(BEAT_PACKET, { compress: false });
  }

  /** Nothing waits for this reader: what he is told now leaves now. */
  get isFree(): boolean {
    return this.#conn.transport.writable && this.#waitingBytes === 0;
  }

  /** Given to the reader's connection and not yet gone. */
  get #waitingBytes(): number {
    return this.#isStream ? this.#tcp.writableLength : 0;
  }

  #dropStalled(): void {
    const bytes = this.#waitingBytes + this.#heldBytes;
    if (bytes <= STALLED_BYTES_MAX || (this.#isStream && this.#tcp.destroyed)) return;
    this.#onDropped(bytes);
    if (this.#isStream) this.#tcp.destroy();
    else this.#conn.close(true);
  }
}

function sizeOf({ data, options }: { data?: unknown; options?: PacketOptions }): number {
  const frame = options?.wsPreEncodedFrame?.[0];
  if (frame) return frame.byteLength;
  return typeof data === 'string' ? Buffer.byteLength(data) : 0;
}
