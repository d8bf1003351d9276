// Promises: typed commands to and events from Chromium over its DevTools protocol, in order, one session per target.
// Hides: the pipe's framing (JSON ended by a zero byte), command ids and flat sessions.
import { EventEmitter } from 'node:events';
import type { Readable, Writable } from 'node:stream';
import type { Protocol } from '../../node_modules/playwright-core/types/protocol.d.ts';

export type { Protocol };
type Command = keyof Protocol.CommandParameters;
type Parameters_<M extends Command> = Protocol.CommandParameters[M];

interface Message {
  id?: number;
  method?: string;
  params?: unknown;
  result?: unknown;
  error?: { message: string };
  sessionId?: string;
}

export class Session {
  readonly #events = new EventEmitter().setMaxListeners(0);
  readonly #post: (method: string, params: object, sessionId: string | undefined) => Promise<unknown>;
  readonly id: string | undefined;

  constructor(post: (method: string, params: object, sessionId: string | undefined) => Promise<unknown>, id?: string) {
    this.#post = post;
    this.id = id;
  }

  /** Rejects with Chromium's own words, or with "Chromium closed". */
  send<M extends Command>(method: M, params?: Parameters_<M>): Promise<Protocol.CommandReturnValues[M]> {
    return this.#post(method, params ?? {}, this.id) as Promise<Protocol.CommandReturnValues[M]>;
  }

  /** For commands whose failure means only that the page or window has gone meanwhile. */
  async tell<M extends Command>(method: M, params?: Parameters_<M>): Promise<void> {
    await this.send(method, params).catch(() => {});
  }

  on<E extends keyof Protocol.Events>(event: E, listener: (params: Protocol.Events[E]) => void): void {
    this.#events.on(event, listener);
  }

  deliver(method: string, params: unknown): void {
    this.#events.emit(method, params);
  }
}

/** The browser's own session, and the maker of the others. */
export class Connection extends Session {
  readonly #sessions: Map<string, Session>;
  readonly #send: (method: string, params: object, sessionId: string | undefined) => Promise<unknown>;

  constructor(input: Readable, output: Writable) {
    const waiting = new Map<number, { method: string; resolve(value: unknown): void; reject(error: Error): void }>();
    const sessions = new Map<string, Session>();
    let lastId = 0;
    let closed = false;
    const post = (method: string, params: object, sessionId: string | undefined): Promise<unknown> =>
      new Promise((resolve, reject) => {
        if (closed) return reject(new Error('Chromium closed'));
        waiting.set(++lastId, { method, resolve, reject });
        output.write(`${JSON.stringify({ id: lastId, method, params, sessionId })}\0`);
      });
    super(post);
    this.#sessions = sessions;
    this.#send = post;

    const receive = (message: Message): void => {
      if (message.id !== undefined) {
        const call = waiting.get(message.id);
        waiting.delete(message.id);
        if (message.error) call?.reject(new Error(`${call.method}: ${message.error.message}`));
        else call?.resolve(message.result);
        return;
      }
      (message.sessionId ? this.session(message.sessionId) : this).deliver(message.method ?? '', message.params);
      if (message.method === 'Target.detachedFromTarget') {
        sessions.delete((message.params as Protocol.Target.detachedFromTargetPayload).sessionId);
      }
    };
    let parts: Buffer[] = [];
    input.on('data', (chunk: Buffer) => {
      let from = 0;
      for (let end = chunk.indexOf(0); end >= 0; end = chunk.indexOf(0, from)) {
        parts.push(chunk.subarray(from, end));
        from = end + 1;
        const text = Buffer.concat(parts).toString();
        parts = [];
        receive(JSON.parse(text) as Message);
      }
      if (from < chunk.length) parts.push(chunk.subarray(from));
    });
    const close = (): void => {
      closed = true;
      for (const call of waiting.values()) call.reject(new Error('Chromium closed'));
      waiting.clear();
    };
    for (const stream of [input, output]) stream.on('close', close).on('error', close);
  }

  session(id: string): Session {
    let session = this.#sessions.get(id);
    if (!session) this.#sessions.set(id, (session = new Session(this.#send, id)));
    return session;
  }
}
