/**
 * Socket.IO, protocol 5, over Engine.IO, protocol 4, over one WebSocket: all that client/transport.ts asks of Socket.IO's client, in a
 * seventh of the original's size (vite.student.config.ts puts it in its place; the teacher's window has the original). Promises that an
 * end is told once, after it every open question fails, that a hub which falls silent for longer than it said is an end, and so is a
 * device that says it is offline. A page whose timers slept hears first what came meanwhile. Hides packets.
 *
 * No polling: where a proxy cuts WebSockets, a pupil's page has no connection and says so. No queue: what cannot leave now is lost,
 * since delivery rests on the log.
 */

/** Engine.IO's packet types, by their digit. */
const OPEN = '0';
const CLOSE = '1';
const PING = '2';
const PONG = '3';
const MESSAGE = '4';
/** Socket.IO's, the second digit of a message. */
const CONNECT = '40';
const DISCONNECT = '41';
const EVENT = '42';
const ACK = '43';
const CONNECT_ERROR = '44';

/** Between the end of the hub's time and ours: what came while this page's timers slept is heard before it is judged. */
const LAST_WORD_MS = 1_000;

interface SocketOptions {
  transports?: readonly string[];
  /** Said to the hub at the door. */
  auth?: object;
}
type Listener = (...said: unknown[]) => void;
/** Node's way: a cause, or null and the answer. */
type Answered = (cause: Error | null, answer?: unknown) => void;

class Socket {
  connected = false;
  readonly #address: string;
  readonly #options: SocketOptions;
  readonly #listeners = new Map<string, Listener[]>();
  readonly #asked = new Map<number, Answered>();
  #lastId = 0;
  #wire: WebSocket | null = null;
  #isEnded = false;
  #silence: ReturnType<typeof setTimeout> | undefined;
  #isSilentAfterMs = 0;

  constructor(address: string, options: SocketOptions) {
    this.#address = address;
    this.#options = options;
  }

  connect(): this {
    if (this.#options.transports?.[0] !== 'websocket') {
      queueMicrotask(() => this.#end('no such transport'));
      return this;
    }
    const wire = new WebSocket(
      `${new URL('/socket.io/', this.#address).href.replace(/^http/, 'ws')}?EIO=4&transport=websocket`,
    );
    this.#wire = wire;
    wire.onmessage = ({ data }) => typeof data === 'string' && !this.#isEnded && this.#hear(data);
    wire.onerror = wire.onclose = () => this.#end('transport close');
    addEventListener('offline', this.#offline);
    return this;
  }

  disconnect(): this {
    if (this.connected) this.#send(DISCONNECT);
    // Who ends it knows.
    this.#listeners.clear();
    this.#end('io client disconnect');
    return this;
  }

  on(event: string, listener: Listener): this {
    this.#listeners.set(event, [...(this.#listeners.get(event) ?? []), listener]);
    return this;
  }

  /** Nothing is ever kept for later. */
  get volatile(): this {
    return this;
  }

  emit(event: string, ...said: unknown[]): this {
    this.#send(EVENT + JSON.stringify([event, ...said]));
    return this;
  }

  /** Asks something that has to be answered within so long. */
  timeout(timeoutMs: number) {
    return {
      emit: (event: string, question: unknown, answered: Answered) => {
        const id = (this.#lastId += 1);
        const late = setTimeout(() => this.#asked.get(id)?.(new Error('not answered in time')), timeoutMs);
        this.#asked.set(id, (cause, answer) => {
          clearTimeout(late);
          this.#asked.delete(id);
          answered(cause, answer);
        });
        this.#send(EVENT + id + JSON.stringify([event, question]));
      },
    };
  }

  #send(packet: string) {
    if (this.#wire?.readyState === WebSocket.OPEN) this.#wire.send(packet);
  }

  #tell(event: string, ...said: unknown[]) {
    for (const listener of this.#listeners.get(event) ?? []) listener(...said);
  }

  #hear(packet: string) {
    switch (packet[0]) {
      case OPEN: {
        const told = this.#parse(packet.slice(1)) as Record<string, unknown> | null;
        if (!told) return;
        const { pingInterval, pingTimeout } = told;
        this.#isSilentAfterMs = Number(pingInterval) + Number(pingTimeout);
        this.#listen();
        return this.#send(CONNECT + JSON.stringify(this.#options.auth ?? {}));
      }
      case PING:
        this.#send(PONG);
        return this.#listen();
      case CLOSE:
        return this.#end('transport close');
      case MESSAGE:
        return this.#hearMessage(packet.slice(0, 2), packet.slice(2));
    }
  }

  #hearMessage(type: string, said: string) {
    if (type === DISCONNECT) return this.#end('io server disconnect');
    const at = said.search(/[[{]/);
    const value = at < 0 ? {} : this.#parse(said.slice(at));
    if (value === null) return;
    if (type === CONNECT) {
      this.connected = true;
      this.#tell('connect');
    } else if (type === CONNECT_ERROR) this.#end(String((value as { message?: unknown }).message));
    else if (!Array.isArray(value)) return;
    else if (type === EVENT) this.#tell(String(value[0]), ...(value as unknown[]).slice(1));
    else if (type === ACK) this.#asked.get(Number(said.slice(0, at)))?.(null, value[0]);
  }

  /** What cannot be read is the end: whatever speaks there is no hub. */
  #parse(text: string): object | null {
    try {
      return JSON.parse(text) as object;
    } catch {
      this.#end('parse error');
      return null;
    }
  }

  #listen() {
    clearTimeout(this.#silence);
    this.#silence = setTimeout(() => {
      this.#silence = setTimeout(() => this.#end('ping timeout'), LAST_WORD_MS);
    }, this.#isSilentAfterMs);
  }

  readonly #offline = () => this.#end('transport close');

  /** Whoever was let in hears `disconnect` with the reason, who was not `connect_error`. */
  #end(reason: string) {
    if (this.#isEnded) return;
    this.#isEnded = true;
    clearTimeout(this.#silence);
    removeEventListener('offline', this.#offline);
    this.#wire?.close();
    const wasConnected = this.connected;
    this.connected = false;
    for (const answered of [...this.#asked.values()]) answered(new Error(reason));
    if (wasConnected) this.#tell('disconnect', reason);
    else this.#tell('connect_error', new Error(reason));
  }
}
export type { Socket };

/** A socket to the hub at this address, not yet connected. */
export const io = (address: string, options: SocketOptions = {}): Socket => new Socket(address, options);
