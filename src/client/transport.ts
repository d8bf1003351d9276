/**
 * The wire to a hub as the engine uses it: one socket, three questions, three kinds of news. Promises that everything that
 * comes in was parsed and that every failure is a {@link PartaError}; a question that is not answered in
 * {@link REQUEST_TIMEOUT_MS} fails. Hides: Socket.IO, whose own retries and recovery stay off, since delivery rests on the log
 * alone. The only importer of socket.io-client; tests bring a wire of their own in its place.
 */
import { io, type Socket } from 'socket.io-client';
import * as z from 'zod/mini';
import { isErrorCode, PartaError, type ErrorCode } from '../core/errors.ts';
import type { LogId } from '../core/ids.ts';
import {
  answer,
  Ended,
  Following,
  Page,
  PROTOCOL_VERSION,
  SubmitResult,
  type Command,
  type CommandResult,
  type FollowRequest,
  type HubToClient,
  type PullRequest,
} from '../core/wire.ts';

export const CONNECT_TIMEOUT_MS = 10_000;
export const REQUEST_TIMEOUT_MS = 20_000;

/** Where to and as whom. */
export interface Address {
  url: string;
  ticket: string;
}

/** What a wire tells by itself. `closed` comes once, and nothing after it. */
export interface WireNews {
  page(page: Page): void;
  /** The list of logs or a role in one has changed. */
  logs(): void;
  ended(code: ErrorCode): void;
  closed(code: ErrorCode): void;
}

export interface Transport {
  follow(request: z.infer<typeof FollowRequest>): Promise<Following>;
  pull(request: z.infer<typeof PullRequest>): Promise<Page>;
  submit(logId: LogId, commands: readonly Command[]): Promise<readonly CommandResult[]>;
  /** Idempotent; questions still open fail with `hub-unreachable`. */
  close(): void;
}

/** Resolves once the hub has let this ticket in; rejects with a PartaError. */
export type Connect = (address: Address, news: WireNews) => Promise<Transport>;

/** The value in an answer. Throws its code, or `not-a-hub` where it is no answer at all. */
export function valueOf<T extends z.core.$ZodType>(schema: T, raw: unknown): z.output<T> {
  const parsed = z.safeParse(answer(schema), raw);
  if (!parsed.success) throw new PartaError('not-a-hub');
  const answered = parsed.data as { ok: true; value: z.output<T> } | { ok: false; code: ErrorCode };
  if (!answered.ok) throw new PartaError(answered.code);
  return answered.value;
}

type Questions = Record<'follow' | 'pull' | 'submit', (request: unknown, ack: (answer: unknown) => void) => void>;
type News = { [K in keyof HubToClient]: HubToClient[K] };

/** {@link Connect} over Socket.IO. */
export const connectSocket: Connect = (address, news) => {
  const socket: Socket<News, Questions> = io(address.url, {
    transports: ['websocket'],
    auth: { ticket: address.ticket, protocol: PROTOCOL_VERSION },
    timeout: CONNECT_TIMEOUT_MS,
    reconnection: false,
    forceNew: true,
    autoConnect: false,
  });

  const ask = async <T extends z.core.$ZodType>(
    question: keyof Questions,
    request: unknown,
    schema: T,
  ): Promise<z.output<T>> => {
    // Socket.IO would keep the question for a later connection, and there is none.
    if (!socket.connected) throw new PartaError('hub-unreachable');
    let raw: unknown;
    try {
      raw = await socket.timeout(REQUEST_TIMEOUT_MS).emitWithAck(question, request);
    } catch (cause) {
      throw new PartaError('hub-unreachable', { cause });
    }
    return valueOf(schema, raw);
  };

  const transport: Transport = {
    follow: (request) => ask('follow', request, Following),
    pull: (request) => ask('pull', request, Page),
    submit: async (logId, commands) => (await ask('submit', { logId, commands }, SubmitResult)).results,
    close: () => void socket.disconnect(),
  };

  return new Promise((resolve, reject) => {
    let isOpen = false;
    const giveUp = setTimeout(() => fail('hub-unreachable'), CONNECT_TIMEOUT_MS);
    const fail = (code: ErrorCode) => {
      clearTimeout(giveUp);
      socket.disconnect();
      if (isOpen) news.closed(code);
      else reject(new PartaError(code));
      isOpen = false;
    };
    socket.on('connect', () => {
      clearTimeout(giveUp);
      isOpen = true;
      resolve(transport);
    });
    socket.on('connect_error', (error) => fail(isErrorCode(error.message) ? error.message : 'hub-unreachable'));
    socket.on('disconnect', (reason) => {
      if (reason !== 'io client disconnect') fail('hub-unreachable');
    });
    // A page of a shape we do not know is left out: the gap it leaves is pulled (S5).
    socket.on('page', (raw) => {
      const page = z.safeParse(Page, raw);
      if (page.success) news.page(page.data);
    });
    socket.on('logs', () => news.logs());
    socket.on('ended', (raw) => {
      const ended = z.safeParse(Ended, raw);
      news.ended(ended.success ? ended.data.code : 'signed-out');
    });
    socket.connect();
  });
};
