/**
 * A network between programs and a hub, as a TCP proxy with weather: latency and jitter, a bandwidth that all share, lost packets,
 * silence, refusal, a captive portal, a middle box that cuts WebSockets, connections that died unnoticed, a hub that moved.
 * Promises: bytes of one connection arrive in order or not at all; equal seeds give equal chances. Hides: how each of these
 * looks in TCP. A lost packet is what it is to a program: everything behind it waits for one retransmission time.
 */
import { createServer, connect, type AddressInfo, type Server, type Socket } from 'node:net';
import { once } from 'node:events';
import { seeded } from './virtual-time.ts';

/** A packet of a slow line: small, so that others need not wait long behind one. */
const PACKET_BYTES = 576;
/** What one connection may have waiting at the line; more stays with its sender, as TCP's window has it. */
const WINDOW_BYTES = 4 * PACKET_BYTES;
/** The least retransmission time of common systems. */
const RETRANSMISSION_MS = 200;

export interface Weather {
  /** Each way. */
  latencyMs: number;
  /** Added to a packet at most. */
  jitterMs: number;
  /** Chance that a packet is lost, and so comes one retransmission later. */
  loss: number;
  /** Of each direction, shared by all connections; Infinity: no limit. */
  bitsPerSecond: number;
  /**
   * `silent`: connections stand, nothing comes through, and it goes on afterwards, as when a program is stopped.
   * `refused`: nobody is there. `portal`: whoever asks gets a page of HTML with status 200.
   * `no-websockets`: they are refused with an error. `cuts-websockets`: they open and are cut after {@link cutAfterBytes}.
   */
  way: 'open' | 'silent' | 'refused' | 'portal' | 'no-websockets' | 'cuts-websockets';
  /** Bytes towards the client after which a WebSocket is cut. */
  cutAfterBytes: number;
}
export const FAIR: Weather = {
  latencyMs: 0,
  jitterMs: 0,
  loss: 0,
  bitsPerSecond: Infinity,
  way: 'open',
  cutAfterBytes: 2_000,
};

const PORTAL_PAGE = '<!doctype html><title>Wi-Fi</title><p>Войдите, чтобы пользоваться сетью.';
const PORTAL_ANSWER = [
  'HTTP/1.1 200 OK',
  'Content-Type: text/html; charset=utf-8',
  `Content-Length: ${Buffer.byteLength(PORTAL_PAGE)}`,
  'Connection: close',
  '',
  PORTAL_PAGE,
].join('\r\n');
const FORBIDDEN = 'HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\nConnection: close\r\n\r\n';

interface Connection {
  client: Socket;
  /** null until it is known what the client wants. */
  hub: Socket | null;
  isWebsocket: boolean;
}

/** One direction of one connection. */
interface Pipe {
  from: Socket;
  to: Socket;
  line: Line;
  waiting: Buffer[];
  waitingBytes: number;
  /** Nothing arrives before what was sent before it. */
  notBefore: number;
  /** On the way, in order. */
  arriving: { at: number; what: () => void }[];
  hasEnded: boolean;
}

/** One direction of the whole network: takes packets of all connections in turn. */
class Line {
  readonly #proxy: NetworkProxy;
  readonly #pipes: Pipe[] = [];
  #isBusy = false;

  constructor(proxy: NetworkProxy) {
    this.#proxy = proxy;
  }

  add(pipe: Pipe) {
    this.#pipes.push(pipe);
    pipe.from.on('data', (bytes: Buffer) => {
      for (let at = 0; at < bytes.length; at += PACKET_BYTES) pipe.waiting.push(bytes.subarray(at, at + PACKET_BYTES));
      pipe.waitingBytes += bytes.length;
      if (pipe.waitingBytes >= WINDOW_BYTES) pipe.from.pause();
      this.pump();
    });
    pipe.from.on('end', () => {
      pipe.hasEnded = true;
      this.pump();
    });
    pipe.from.on('close', () => {
      const place = this.#pipes.indexOf(pipe);
      if (place >= 0 && pipe.waiting.length === 0) this.#pipes.splice(place, 1);
    });
  }

  /** Sends the next packet of whoever is next, and comes again when the line is free. */
  pump() {
    const { weather } = this.#proxy;
    if (this.#isBusy || weather.way === 'silent') return;
    for (const pipe of this.#pipes.filter((each) => each.hasEnded && each.waiting.length === 0)) {
      this.#pipes.splice(this.#pipes.indexOf(pipe), 1);
      this.#later(pipe, () => pipe.to.end());
    }
    const place = this.#pipes.findIndex((pipe) => pipe.waiting.length > 0);
    if (place < 0) return;
    const pipe = this.#pipes.splice(place, 1)[0]!;
    this.#pipes.push(pipe);
    const packet = pipe.waiting.shift()!;
    pipe.waitingBytes -= packet.length;
    if (pipe.waitingBytes < WINDOW_BYTES) pipe.from.resume();
    this.#isBusy = true;
    const done = () => {
      this.#isBusy = false;
      this.#later(pipe, () => this.#proxy.deliver(pipe.to, packet));
      this.pump();
    };
    const takesMs = (packet.length * 8_000) / weather.bitsPerSecond;
    if (takesMs > 0) setTimeout(done, takesMs);
    else done();
  }

  #later(pipe: Pipe, what: () => void) {
    const { weather, random } = this.#proxy;
    const { latencyMs, jitterMs, loss } = weather;
    const lostMs = random() < loss ? Math.max(RETRANSMISSION_MS, 4 * latencyMs) : 0;
    const delayMs = latencyMs + random() * jitterMs + lostMs;
    pipe.notBefore = Math.max(pipe.notBefore, Date.now() + delayMs);
    pipe.arriving.push({ at: pipe.notBefore, what });
    if (pipe.arriving.length === 1) this.#arrive(pipe);
  }

  /** One timer for all of a connection: two of nearly the same moment may fire in either order. */
  #arrive(pipe: Pipe) {
    const next = pipe.arriving[0];
    if (!next) return;
    const waitMs = next.at - Date.now();
    if (waitMs > 0) return void setTimeout(() => this.#arrive(pipe), waitMs);
    next.what();
    pipe.arriving.shift();
    this.#arrive(pipe);
  }
}

export class NetworkProxy {
  readonly random: () => number;
  #weather: Weather = FAIR;
  readonly #server: Server;
  readonly #up = new Line(this);
  readonly #down = new Line(this);
  readonly #connections = new Set<Connection>();
  /** Delivered while the network was silent: kept in order until it speaks again. */
  #held: (() => void)[] = [];
  readonly #targetPort: number;
  /** Upgrades that were asked for. */
  websocketsAsked = 0;

  private constructor(targetPort: number, seed: number) {
    this.#targetPort = targetPort;
    this.random = seeded(seed);
    // Half-open: an end has to wait for the bytes before it.
    this.#server = createServer({ allowHalfOpen: true, noDelay: true }, (client) => this.#welcome(client));
  }

  /** @param targetPort where the hub listens, on loopback */
  static async start(targetPort: number, seed: number): Promise<NetworkProxy> {
    const proxy = new NetworkProxy(targetPort, seed);
    await once(proxy.#server.listen(0, '127.0.0.1'), 'listening');
    return proxy;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }
  get weather(): Weather {
    return this.#weather;
  }

  /** From now on; what is not named is fair. */
  change(weather: Partial<Weather>) {
    this.#weather = { ...FAIR, ...weather };
    const { way } = this.#weather;
    if (way === 'refused' || way === 'portal') this.cut();
    if (way === 'silent') return;
    for (const deliver of this.#held.splice(0)) deliver();
    this.#up.pump();
    this.#down.pump();
  }

  /** Resets every connection. */
  cut() {
    for (const { client, hub } of this.#connections) {
      client.resetAndDestroy();
      hub?.destroy();
    }
  }

  /**
   * Every WebSocket of now is dead and nobody is told, as when a router forgot it while a machine slept. Kept HTTP connections are
   * closed: browsers drop theirs by themselves when a machine wakes.
   */
  forget() {
    for (const { client, hub, isWebsocket } of this.#connections) {
      if (!isWebsocket) {
        client.resetAndDestroy();
        continue;
      }
      client.removeAllListeners('data').on('data', () => {});
      hub?.removeAllListeners('data').on('data', () => {});
    }
  }

  async stop(): Promise<void> {
    this.cut();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  deliver(to: Socket, packet: Buffer) {
    if (this.#weather.way === 'silent') this.#held.push(() => this.deliver(to, packet));
    else if (to.writable) to.write(packet);
  }

  #welcome(client: Socket) {
    client.on('error', () => {});
    if (this.#weather.way === 'refused') return void client.resetAndDestroy();
    const connection: Connection = { client, hub: null, isWebsocket: false };
    this.#connections.add(connection);
    client.once('close', () => {
      this.#connections.delete(connection);
      connection.hub?.destroy();
    });
    // What may be done with it shows only when it has said what it wants; in silence nobody hears that.
    client.once('data', (first: Buffer) => {
      client.pause();
      const begin = () => this.#begin(connection, first);
      if (this.#weather.way === 'silent') this.#held.push(begin);
      else begin();
    });
  }

  #begin(connection: Connection, first: Buffer) {
    const { client } = connection;
    if (client.destroyed) return;
    const isWebsocket = /^upgrade:\s*websocket/im.test(first.toString('latin1'));
    connection.isWebsocket = isWebsocket;
    if (isWebsocket) this.websocketsAsked += 1;
    const { way } = this.#weather;
    const answer = way === 'portal' ? PORTAL_ANSWER : way === 'no-websockets' && isWebsocket ? FORBIDDEN : null;
    if (answer !== null) {
      client.resume();
      return void client.end(answer);
    }
    const hub = connect({ port: this.#targetPort, host: '127.0.0.1', allowHalfOpen: true, noDelay: true });
    connection.hub = hub;
    hub.on('error', () => client.destroy());
    hub.once('close', () => client.end());
    const pipe = (from: Socket, to: Socket, line: Line) =>
      line.add({ from, to, line, waiting: [], waitingBytes: 0, notBefore: 0, arriving: [], hasEnded: false });
    pipe(client, hub, this.#up);
    pipe(hub, client, this.#down);
    if (isWebsocket) this.#watchWebsocket(client, hub);
    client.emit('data', first);
    client.resume();
  }

  #watchWebsocket(client: Socket, hub: Socket) {
    let bytes = 0;
    hub.on('data', (data: Buffer) => {
      bytes += data.length;
      const { way, cutAfterBytes } = this.#weather;
      if (way === 'cuts-websockets' && bytes > cutAfterBytes) client.resetAndDestroy();
    });
  }
}
