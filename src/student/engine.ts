/**
 * Engine.IO, protocol 4, over one WebSocket: all that Socket.IO's client asks of its engine on the pupil's page, in a tenth of the
 * original's size (vite.student.config.ts puts it in its place; the teacher's window has the original). Promises that an end is told
 * once, that a hub which falls silent for longer than it said is an end, and so is a device that says it is offline.
 *
 * No polling: where a proxy cuts WebSockets, a pupil's page has no connection and says so.
 */

/** The protocol's packet types, by their digit. */
const OPEN = '0';
const CLOSE = '1';
const PING = '2';
const PONG = '3';
const MESSAGE = '4';

interface EngineOptions {
  path?: string;
  transports?: readonly string[];
}
type Listener = (...said: unknown[]) => void;

export class Socket {
  readonly transport: { readonly name: string; readonly writable: boolean };
  id: string | null = null;
  readonly #socket: WebSocket | null = null;
  readonly #listeners = new Map<string, Set<Listener>>();
  #silence: ReturnType<typeof setTimeout> | undefined;
  #isSilentAfterMs = Infinity;
  /** When the hub will have been silent for too long, by a clock that goes on while timers sleep. */
  #silentAt = Infinity;
  #isEnded = false;

  constructor(address: string, { path = '/engine.io', transports = ['websocket'] }: EngineOptions = {}) {
    const isHere = () => this.#socket?.readyState === WebSocket.OPEN;
    this.transport = {
      name: 'websocket',
      get writable() {
        return isHere();
      },
    };
    if (transports[0] !== 'websocket') {
      queueMicrotask(() => this.#fail());
      return;
    }
    const url = `${address.replace(/^http/, 'ws')}${path.replace(/\/$/, '')}/?EIO=4&transport=websocket`;
    const socket = new WebSocket(url);
    this.#socket = socket;
    socket.onmessage = ({ data }) => typeof data === 'string' && this.#hear(data);
    socket.onerror = () => this.#fail();
    socket.onclose = () => this.#end('transport close');
    addEventListener('offline', this.#offline);
  }

  on(event: string, listener: Listener): this {
    const known = this.#listeners.get(event) ?? new Set();
    this.#listeners.set(event, known.add(listener));
    return this;
  }
  off(event: string, listener: Listener): this {
    this.#listeners.get(event)?.delete(listener);
    return this;
  }
  #tell(event: string, ...said: unknown[]) {
    for (const listener of [...(this.#listeners.get(event) ?? [])]) listener(...said);
  }

  write(message: string): this {
    if (this.transport.writable) this.#socket?.send(MESSAGE + message);
    return this;
  }

  close(): this {
    this.#end('forced close');
    return this;
  }

  /** Whether the hub's silence was missed, because timers slept with the device; then it ends in a moment. */
  _hasPingExpired(): boolean {
    const isExpired = Date.now() > this.#silentAt;
    if (isExpired) queueMicrotask(() => this.#end('ping timeout'));
    return isExpired;
  }

  #hear(packet: string) {
    const said = packet.slice(1);
    switch (packet[0]) {
      case OPEN: {
        const { sid, pingInterval, pingTimeout } = JSON.parse(said) as Record<string, unknown>;
        this.id = String(sid);
        this.#isSilentAfterMs = Number(pingInterval) + Number(pingTimeout);
        this.#listen();
        return this.#tell('open');
      }
      case PING:
        this.#socket?.send(PONG);
        this.#listen();
        return this.#tell('ping');
      case MESSAGE:
        return this.#tell('data', said);
      case CLOSE:
        return this.#end('transport close');
    }
  }

  #listen() {
    clearTimeout(this.#silence);
    this.#silentAt = Date.now() + this.#isSilentAfterMs;
    this.#silence = setTimeout(() => this.#end('ping timeout'), this.#isSilentAfterMs);
  }

  readonly #offline = () => this.#end('transport close');

  #fail() {
    if (!this.#isEnded) this.#tell('error', new Error('websocket error'));
    this.#end('transport error');
  }

  #end(reason: string) {
    if (this.#isEnded) return;
    this.#isEnded = true;
    clearTimeout(this.#silence);
    removeEventListener('offline', this.#offline);
    this.#socket?.close();
    this.id = null;
    this.#tell('close', reason);
  }
}

/** An address in the parts that Socket.IO's client looks at. */
export function parse(address: string) {
  const { protocol, hostname, port, pathname, search } = new URL(address);
  return {
    source: address,
    protocol: protocol.slice(0, -1),
    host: hostname.replace(/^\[|\]$/g, ''),
    port,
    path: pathname === '/' ? '' : pathname,
    query: search.slice(1),
  };
}

/** The timers that Socket.IO's client calls its own. */
export function installTimerFunctions(on: object) {
  Object.assign(on, {
    setTimeoutFn: (run: () => void, afterMs: number) => setTimeout(run, afterMs),
    clearTimeoutFn: (timer: number) => clearTimeout(timer),
  });
}
export const nextTick = (run: () => void) => queueMicrotask(run);

// Named only because Socket.IO's client hands them on.
export const Fetch = null;
export const XHR = null;
export const NodeXHR = null;
export const NodeWebSocket = null;
const NoWebSocket = null;
export { NoWebSocket as WebSocket };
export const WebTransport = null;
