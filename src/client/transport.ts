/**
 * The wire to a hub as the engine uses it: one socket, three questions, three kinds of news. Promises that everything that
 * comes in was parsed and that every failure is a {@link PartaError}; a question that is not answered in
 * {@link REQUEST_TIMEOUT_MS} fails. Keeps S5: pushed and pulled pages are one type, though a pushed one leaves out the key, which
 * is that of the last answer to `follow`. Hides: Socket.IO, whose own retries and recovery stay off, since delivery rests on the log
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
  Helped,
  LogKey,
  Page,
  Presence,
  PROTOCOL_VERSION,
  PushedPage,
  Reads,
  SubmitResult,
  Typing,
  type ClientToHub,
  type Command,
  type CommandResult,
  type FollowRequest,
  type HubToClient,
  type LessonMark,
  type PullRequest,
  type ReadMark,
  type TypingMark,
  type WallWish,
} from '../core/wire.ts';

export const CONNECT_TIMEOUT_MS = 10_000;
export const REQUEST_TIMEOUT_MS = 20_000;

/** Where to and as whom. */
export interface Address {
  url: string;
  ticket: string;
}

/** And how: `socket` over a WebSocket; `http` by questions that wait for their answers, for networks that cut WebSockets. */
export interface WireAddress extends Address {
  wire?: 'socket' | 'http';
}

/** What is true only now, beside the log. */
export type LiveNews =
  | { kind: 'reads'; value: Reads }
  | { kind: 'typing'; value: Typing }
  | { kind: 'presence'; value: Presence }
  | { kind: 'helped'; value: Helped };

/** What a wire tells by itself. `closed` comes once, and nothing after it. */
export interface WireNews {
  page(page: Page): void;
  /** Absent: nobody here wants to know. */
  live?(news: LiveNews): void;
  /** As it came: only a page that has a wall open knows its words (wall-watch.ts). */
  wall?(raw: unknown): void;
  /** The hub's sign of life, where it was wished for. */
  beat?(): void;
  /** The list of logs or a role in one has changed. */
  logs(): void;
  ended(code: ErrorCode): void;
  closed(code: ErrorCode): void;
}

export interface Transport {
  follow(request: z.infer<typeof FollowRequest>): Promise<Following>;
  pull(request: z.infer<typeof PullRequest>): Promise<Page>;
  submit(logId: LogId, commands: readonly Command[]): Promise<readonly CommandResult[]>;
  /** How often a {@link WireNews.beat} is wished for, the first at once; 0: not at all. An older hub does not know that. */
  beat(everyMs: number): void;
  /** Idempotent; questions still open fail with `hub-unreachable`. */
  close(): void;
}

/** Marks beside the log: said once, never answered, lost without harm. */
export interface LiveWire {
  read(mark: ReadMark): void;
  typing(mark: TypingMark): void;
  lessonMark(mark: LessonMark): void;
  helped(helped: Helped): void;
  wall(wish: WallWish): void;
}

/** A hub of protocol 1 names the key in every page. */
const AnyPushedPage = z.extend(PushedPage, { logKey: z.optional(LogKey) });

/** Resolves once the hub has let this ticket in; rejects with a PartaError. */
export type Connect = (address: WireAddress, news: WireNews) => Promise<Transport & LiveWire>;

/** The value in an answer. Throws its code, or `not-a-hub` where it is no answer at all. */
export function valueOf<T extends z.core.$ZodType>(schema: T, raw: unknown): z.output<T> {
  const parsed = z.safeParse(answer(schema), raw);
  if (!parsed.success) throw new PartaError('not-a-hub');
  const answered = parsed.data as { ok: true; value: z.output<T> } | { ok: false; code: ErrorCode };
  if (!answered.ok) throw new PartaError(answered.code);
  return answered.value;
}

type Asking = Record<'follow' | 'pull' | 'submit', (request: unknown, ack: (answer: unknown) => void) => void>;
type Questions = Asking & Pick<ClientToHub, 'read' | 'typing' | 'lessonMark' | 'helped' | 'wall' | 'beat'>;
type News = { [K in keyof HubToClient]: HubToClient[K] };

/** {@link Connect} over Socket.IO. */
export const connectSocket: Connect = (address, news) => {
  const socket: Socket<News, Questions> = io(address.url, {
    transports: [address.wire === 'http' ? 'polling' : 'websocket'],
    upgrade: false,
    auth: { ticket: address.ticket, protocol: PROTOCOL_VERSION },
    timeout: CONNECT_TIMEOUT_MS,
    reconnection: false,
    forceNew: true,
    autoConnect: false,
  });

  /** Which log a page without a key is a page of. */
  const keys = new Map<LogId, LogKey>();

  /** @param heard called in the very moment of the answer, before any news that came after it */
  const ask = <T extends z.core.$ZodType>(
    question: keyof Asking,
    request: unknown,
    schema: T,
    heard: (value: z.output<T>) => void = () => {},
  ): Promise<z.output<T>> =>
    new Promise((resolve, reject) => {
      // Socket.IO would keep the question for a later connection, and there is none.
      if (!socket.connected) return reject(new PartaError('hub-unreachable'));
      socket.timeout(REQUEST_TIMEOUT_MS).emit(question, request, (cause: Error | null, raw?: unknown) => {
        try {
          if (cause) throw new PartaError('hub-unreachable', { cause });
          const value = valueOf(schema, raw);
          heard(value);
          resolve(value);
        } catch (error) {
          reject(error);
        }
      });
    });

  /** A pushed page of any shape a hub of ours has ever sent; null where it is none. */
  const pageIn = (raw: unknown): Page | null => {
    const pushed = z.safeParse(AnyPushedPage, raw);
    if (!pushed.success) return null;
    const logKey = pushed.data.logKey ?? keys.get(pushed.data.logId);
    return logKey === undefined ? null : { ...pushed.data, logKey };
  };

  const transport: Transport & LiveWire = {
    follow: (request) => ask('follow', request, Following, ({ logId, logKey }) => keys.set(logId, logKey)),
    pull: (request) => ask('pull', request, Page),
    submit: async (logId, commands) => (await ask('submit', { logId, commands }, SubmitResult)).results,
    // Volatile: a mark that cannot leave now is worth nothing later.
    read: (mark) => void socket.volatile.emit('read', mark),
    typing: (mark) => void socket.volatile.emit('typing', mark),
    // A hand is put up once: it must not be lost to a packet that is just leaving.
    lessonMark: (mark) => void socket.emit('lessonMark', mark),
    helped: (helped) => void socket.emit('helped', helped),
    wall: (wish) => void socket.emit('wall', wish),
    beat: (everyMs) => void socket.emit('beat', everyMs),
    close: () => void socket.disconnect(),
  };
  const hear = <K extends LiveNews['kind']>(kind: K, schema: z.ZodMiniType<Extract<LiveNews, { kind: K }>['value']>) =>
    socket.on(kind as LiveNews['kind'], (raw: unknown) => {
      const heard = z.safeParse(schema, raw);
      if (heard.success) news.live?.({ kind, value: heard.data } as LiveNews);
    });

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
      const page = pageIn(raw);
      if (page) news.page(page);
    });
    hear('reads', Reads);
    hear('typing', Typing);
    hear('presence', Presence);
    hear('helped', Helped);
    socket.on('wall', (raw) => news.wall?.(raw));
    socket.on('beat', () => news.beat?.());
    socket.on('logs', () => news.logs());
    socket.on('ended', (raw) => {
      const ended = z.safeParse(Ended, raw);
      news.ended(ended.success ? ended.data.code : 'signed-out');
    });
    socket.connect();
  });
};
