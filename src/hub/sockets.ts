/**
 * The live wire: Socket.IO, three questions (follow, pull, submit) and three events (page, logs, ended).
 *
 * Keeps S5: a reader gets one page per committed group, with all of it that he may see, perhaps nothing; readers who see the
 * same share one frame of it, made once, and each gets it in one write. No page reaches a socket before the answer to the
 * `follow` that asked for it: the answer names the key that the pages leave out. Keeps S4 and S14: membership is looked at anew for every group; whose rights changed hears
 * `logs` and leaves the room at once. Delivery rests on the log alone: a reader who stalls is dropped at a bounded queue and
 * resumes from his cursor, so connection-state recovery and Socket.IO's own retries stay off.
 * Hides: rooms, queues, rates, the encoding of a page, how few writes carry it.
 */
import type { IncomingMessage, Server as HttpServer } from 'node:http';
import { Server, type Socket } from 'socket.io';
import * as z from 'zod/mini';
import { mayRead, readerOf, type Classroom, type Member } from '../core/classroom.ts';
import { codeOf, PartaError, type ErrorCode } from '../core/errors.ts';
import { CommandId, type DeviceId, type LogId, type MemberId, type PersonId } from '../core/ids.ts';
import { FRAME_BYTES_MAX } from '../core/limits.ts';
import {
  Command,
  FollowRequest,
  Handshake,
  PROTOCOL_FLOOR,
  PullRequest,
  SubmitRequest,
  type ClientToHub,
  type CommandResult,
  type Following,
  type HubToClient,
  type LogKey,
  type Page,
} from '../core/wire.ts';
import { Beats } from './beats.ts';
import type { ClassLog, Group } from './class-log.ts';
import { entryOf } from './class-log.ts';
import type { ClassLogs } from './class-logs.ts';
import { Line, SharedPage } from './line.ts';
import type { Live } from './live.ts';
import type { Log } from './log.ts';
import type { People, Signed } from './people.ts';
import { Bucket, type Rate } from './rate.ts';
import type { Revocation, Row } from './store.ts';
import type { Wall } from './wall.ts';

/** A pulled page closes at this many bytes of bodies; one row may be larger, and then stands alone. */
export const PAGE_BYTES_MAX = 256 * 1024;
/** Rows looked at for one pulled page; a reader who may see few of them gets the cursor moved on. */
const PULL_ROWS_MAX = 1_024;
/** Rows read at once for it: who asks for a few must not cost the reading of a thousand. */
const PULL_SLICE_ROWS_MIN = 32;
const CONNECT_TIMEOUT_MS = 5_000;
/** Questions of one socket that may be unanswered at once. */
const ASKS_WAITING_MAX = 128;

/** How often somebody may do what. */
export interface Rates {
  /** A teacher's commands, from all his pages together: his day offline comes home as one burst. */
  commands: Rate;
  /** A pupil's or parent's. */
  guestCommands: Rate;
  /** Follows and pulls of one socket. */
  asks: Rate;
}
export const RATES: Rates = {
  commands: { burst: 1_000, perSecond: 100 },
  guestCommands: { burst: 200, perSecond: 5 },
  asks: { burst: 400, perSecond: 100 },
};
/** Open pages of one person; a further one is told to come later. */
export const SOCKETS_PER_PERSON_MAX = 32;
/** Persons whose rate is remembered, so that who comes again does not begin anew; who was here longest ago goes first. */
export const PERSONS_RATED_MAX = 4_000;

export interface SocketsContext {
  http: HttpServer;
  logs: ClassLogs;
  people: People;
  live: Live;
  wall: Wall;
  log: Log;
  now: () => number;
  rates: Rates;
  logKeyOf(member: Member): LogKey;
  /** Host and Origin. */
  isWelcome(request: IncomingMessage): boolean;
}

interface SocketData {
  signed: Signed;
  protocol: number;
  line: Line;
}
type HubServer = Server<ClientToHub, HubToClient, Record<string, never>, SocketData>;
type HubSocket = Socket<ClientToHub, HubToClient, Record<string, never>, SocketData>;

/** Answers a question with its value, now. */
type Say<T = unknown> = (value: T) => void;

/** One follower of one log. */
interface Follower {
  socket: HubSocket;
  memberId: MemberId;
  logKey: LogKey;
}

/** From this protocol on a pushed page leaves out the reader's key, so that all who see the same get the same bytes. */
const KEYLESS_PROTOCOL = 2;

/** A committed row as JSON text; the body is text already. */
const encodeRow = ({ seq, at, id, kind, label, by, about, body }: Row): string =>
  // Ids, kinds and labels have no letter that JSON would escape.
  `{"seq":${seq},"at":${at},"id":"${id}","kind":"${kind}","label":"${label}","by":${by === null ? 'null' : `"${by}"`},"about":${about === null ? 'null' : JSON.stringify(about)},"body":${body ?? 'null'}}`;

/** One bad request must not take a burst away from the others: what cannot be parsed costs one. */
function costOf(request: unknown): number {
  const commandsIn = (request as { commands?: unknown } | null)?.commands;
  return Array.isArray(commandsIn) ? Math.max(1, commandsIn.length) : 1;
}

/** What Engine.IO answers a handshake with; it lives as long as the connection, and its request with it. */
const handshakes = new WeakMap<IncomingMessage, { req: unknown }>();

/**
 * The request that opened a connection is over, and it would be kept, headers and all, for as long as the connection: letting go
 * of it is Socket.IO's own advice.
 */
function letGoOfRequest({ conn, handshake, request }: HubSocket): void {
  // Who polls makes requests all the time.
  if (conn.transport.name !== 'websocket') return;
  const response = handshakes.get(request);
  if (response) response.req = null;
  handshake.headers = {};
  handshake.query = {} as typeof handshake.query;
  handshake.auth = {};
  (conn as { request: unknown }).request = null;
}

/** Kinds by which somebody's standing in a class changes. */
const STANDING_KINDS: ReadonlySet<string> = new Set([
  'classCreated',
  'joinRequested',
  'joinConfirmed',
  'joinDeclined',
  'roleChanged',
  'memberRemoved',
  'memberErased',
  'childrenSet',
  'channelChanged',
  'schoolEntered',
]);

export class Sockets {
  readonly #io: HubServer;
  readonly #context: SocketsContext;
  readonly #followers = new Map<LogId, Map<HubSocket, Follower>>();
  readonly #byPerson = new Map<PersonId, Set<HubSocket>>();
  readonly #commandRates = new Map<PersonId, Bucket>();
  readonly #beats = new Beats();

  constructor(context: SocketsContext) {
    this.#context = context;
    this.#io = new Server(context.http, {
      path: '/socket.io',
      serveClient: false,
      // Polling is for networks that cut WebSockets; nobody begins with it.
      transports: ['websocket', 'polling'],
      allowUpgrades: false,
      perMessageDeflate: false,
      httpCompression: false,
      maxHttpBufferSize: FRAME_BYTES_MAX,
      connectTimeout: CONNECT_TIMEOUT_MS,
      pingInterval: 20_000,
      pingTimeout: 15_000,
      // Cross-origin rules are this hub's own lists, looked at before the upgrade.
      allowRequest: (request, decide) => decide(null, context.isWelcome(request)),
    });
    this.#io.use((socket, next) => {
      const parsed = z.safeParse(Handshake, socket.handshake.auth);
      const code = !parsed.success ? 'bad-request' : parsed.data.protocol < PROTOCOL_FLOOR ? 'unknown-protocol' : null;
      const signed = parsed.success && code === null ? context.people.byTicket(parsed.data.ticket) : null;
      if (!parsed.success || !signed) return next(new Error(code ?? 'signed-out'));
      if ((this.#byPerson.get(signed.personId)?.size ?? 0) >= SOCKETS_PER_PERSON_MAX)
        return next(new Error('too-many' satisfies ErrorCode));
      socket.data.signed = signed;
      socket.data.protocol = parsed.data.protocol;
      next();
    });
    // A page of another origin that was let in must be able to read what it polls.
    this.#io.engine.on('headers', (headers: Record<string, string>, request: IncomingMessage) => {
      const { origin } = request.headers;
      if (origin === undefined || !context.isWelcome(request)) return;
      headers['Access-Control-Allow-Origin'] = origin;
      headers.Vary = 'Origin';
    });
    this.#io.engine.use((request: IncomingMessage, response: { req: unknown }, next: () => void) => {
      handshakes.set(request, response);
      next();
    });
    this.#io.on('connection', (socket) => this.#welcome(socket));
    context.people.onRevoked((deviceIds, why) => this.#end(deviceIds, why));
  }

  /** Whether anybody follows this log now. */
  isFollowed(logId: LogId): boolean {
    return (this.#followers.get(logId)?.size ?? 0) > 0;
  }

  /** Persons with an open socket. */
  isConnected(personId: PersonId): boolean {
    return this.#byPerson.has(personId);
  }

  /** Tells a committed group to everybody who follows its log. */
  tell(group: Group): void {
    if (group.rows.some((row) => STANDING_KINDS.has(row.kind))) this.#noticeStanding(group);
    const followers = this.#followers.get(group.logId);
    if (!followers || followers.size === 0) return;
    const { logId, after, rows, state } = group;
    const upTo = after + rows.length;
    const texts = rows.map(encodeRow);
    const labels = [...new Set(rows.map((row) => row.label))];
    const pages = new Map<string, SharedPage>();
    for (const { socket, memberId, logKey } of followers.values()) {
      const reader = state.members[memberId];
      if (!reader || !socket.connected) continue;
      const seen = labels.filter((label) => mayRead(state, label, reader));
      const key = seen.length === labels.length ? '' : `${seen.length} ${seen.join(' ')}`;
      let page = pages.get(key);
      if (!page) {
        const visible = new Set<string>(seen);
        const entries = texts.filter((_text, index) => visible.has(rows[index]?.label ?? '')).join(',');
        page = new SharedPage(
          `"logId":"${logId}","after":${after},"upTo":${upTo},"head":${upTo},"entries":[${entries}]}`,
        );
        pages.set(key, page);
      }
      socket.data.line.send(page, socket.data.protocol < KEYLESS_PROTOCOL ? logKey : null);
    }
  }

  close(): Promise<void> {
    for (const sockets of this.#byPerson.values()) for (const socket of sockets) socket.disconnect(true);
    return this.#io.close();
  }

  // ── One socket ───────────────────────────────────────────────────────────────────────────────────────────────────────

  #welcome(socket: HubSocket): void {
    const { now, rates } = this.#context;
    const { signed } = socket.data;
    const own = this.#byPerson.get(signed.personId) ?? new Set();
    this.#byPerson.set(signed.personId, own.add(socket));
    socket.on('disconnect', () => {
      own.delete(socket);
      this.#context.live.left(socket);
      this.#context.wall.left(socket);
      this.#beats.left(line);
      if (own.size === 0) this.#byPerson.delete(signed.personId);
      for (const [logId, followers] of this.#followers) {
        followers.delete(socket);
        if (followers.size === 0) this.#followers.delete(logId);
      }
    });
    const line = new Line(socket.conn, socket.request.socket, (bytes) =>
      this.#context.log('reader-dropped', { personId: signed.personId, bytes }),
    );
    socket.data.line = line;
    letGoOfRequest(socket);

    const commands = this.#commandRateOf(signed);
    const asks = new Bucket(rates.asks, now());
    const answer = async (bucket: Bucket, cost: number, ack: unknown, work: (say: Say) => Promise<void>) => {
      if (typeof ack !== 'function') return;
      const say = ack as (answer: unknown) => void;
      const waitMs = line.asksOpen < ASKS_WAITING_MAX ? bucket.take(cost, now()) : null;
      if (waitMs === null) return say({ ok: false, code: 'too-many' satisfies ErrorCode });
      line.asksOpen += 1;
      try {
        if (waitMs > 0) await new Promise((resolve) => setTimeout(resolve, waitMs).unref());
        if (socket.connected) await work((value) => say({ ok: true, value }));
      } catch (error) {
        const code = codeOf(error);
        if (!(error instanceof PartaError)) this.#context.log('socket-failed', { code, personId: signed.personId });
        say({ ok: false, code });
      } finally {
        line.asksOpen -= 1;
      }
    };
    socket.on('read', (mark) => this.#context.live.read(socket, mark));
    socket.on('typing', (mark) => this.#context.live.typing(socket, mark));
    socket.on('lessonMark', (mark) => this.#context.wall.mark(socket, mark));
    socket.on('wall', (wish) => this.#context.wall.wish(socket, wish));
    socket.on('helped', (helped) => this.#context.wall.helped(socket, helped));
    socket.on('beat', (everyMs) => this.#beats.wish(line, everyMs));
    socket.on('follow', (request, ack) => void answer(asks, 1, ack, (say) => this.#follow(socket, request, say)));
    socket.on(
      'pull',
      (request, ack) => void answer(asks, 1, ack, async (say) => say(await this.#pull(signed, request))),
    );
    socket.on(
      'submit',
      (request, ack) =>
        void answer(commands, costOf(request), ack, async (say) => say(await this.#submit(signed, request))),
    );
  }

  #commandRateOf({ personId, hubRole }: Signed): Bucket {
    const { now, rates } = this.#context;
    const rate = hubRole === 'teacher' ? rates.commands : rates.guestCommands;
    const bucket = this.#commandRates.get(personId) ?? new Bucket(rate, now());
    this.#commandRates.delete(personId);
    this.#commandRates.set(personId, bucket);
    for (const oldest of this.#commandRates.keys()) {
      if (this.#commandRates.size <= PERSONS_RATED_MAX) break;
      this.#commandRates.delete(oldest);
    }
    return bucket;
  }

  async #follow(socket: HubSocket, asked: unknown, say: Say<Following>): Promise<void> {
    const { logId } = this.#parse(FollowRequest, asked);
    const log = await this.#context.logs.get(logId);
    const member = log && readerOf(log.state, socket.data.signed.personId);
    if (!log || !member) throw new PartaError('not-a-member');
    const logKey = this.#context.logKeyOf(member);
    const { memberId, role } = member;
    if (!socket.connected) return;
    // In one step: a group that came between would send a page whose key the reader does not know, or leave one out.
    const followers = this.#followers.get(logId) ?? new Map<HubSocket, Follower>();
    this.#followers.set(logId, followers.set(socket, { socket, memberId, logKey }));
    say({ logId, logKey, head: log.head, memberId, role, now: this.#context.now() });
    this.#context.live.came(socket, logId, memberId);
    this.#context.wall.came(socket, logId, memberId);
  }

  async #pull(signed: Signed, asked: unknown): Promise<Page> {
    const { logId, logKey, after, limit } = this.#parse(PullRequest, asked);
    const log = await this.#context.logs.get(logId);
    const member = log && readerOf(log.state, signed.personId);
    if (!log || !member) throw new PartaError('not-a-member');
    // Another identity, or a cursor from a future that this hub never had: follow again (S14).
    if (logKey !== this.#context.logKeyOf(member) || after > log.head) throw new PartaError('wrong-key');
    return this.#page(log, member, logKey, after, limit);
  }

  async #page(log: ClassLog, reader: Member, logKey: LogKey, after: number, limit: number): Promise<Page> {
    const { state, head } = log;
    const entries: Page['entries'] = [];
    let bytes = 0;
    let upTo = after;
    const page = () => ({ logId: log.logId, logKey, after, upTo, head, entries });
    const lookUpTo = Math.min(head, after + PULL_ROWS_MAX);
    while (upTo < lookUpTo) {
      const rows = await log.read(upTo, lookUpTo, Math.max(PULL_SLICE_ROWS_MIN, 2 * (limit - entries.length)));
      if (rows.length === 0) break;
      for (const row of rows) {
        if (mayRead(state, row.label, reader)) {
          const size = row.body === null ? 0 : Buffer.byteLength(row.body);
          if (entries.length === limit || (entries.length > 0 && bytes + size > PAGE_BYTES_MAX)) return page();
          bytes += size;
          entries.push(entryOf(row));
        }
        upTo = row.seq;
      }
    }
    return page();
  }

  async #submit(signed: Signed, asked: unknown): Promise<{ results: CommandResult[] }> {
    const { logId, commands } = this.#parse(SubmitRequest, asked);
    const parsed = commands.map((raw) => {
      const command = z.safeParse(Command, raw).data;
      if (command) return { id: command.id, command };
      const id = z.safeParse(CommandId, (raw as { id?: unknown } | null)?.id);
      // Without an id nobody could be told which command it was.
      if (!id.success) throw new PartaError('bad-request');
      return { id: id.data, command };
    });
    const good = parsed.flatMap(({ command }) => command ?? []);
    const who = { kind: 'person', personId: signed.personId, hubRole: signed.hubRole } as const;
    const taken = good.length > 0 ? await this.#context.logs.submit(logId, good, who) : [];
    const answers = taken.values();
    const results = parsed.map(({ id, command }): CommandResult => {
      const answer = command ? answers.next().value : undefined;
      return answer ?? { id, ok: false, code: 'bad-request' };
    });
    return { results };
  }

  #parse<T extends z.core.$ZodType>(schema: T, asked: unknown): z.output<T> {
    const parsed = z.safeParse(schema, asked);
    if (!parsed.success) throw new PartaError('bad-request');
    return parsed.data;
  }

  // ── Standing ─────────────────────────────────────────────────────────────────────────────────────────────────────────

  /** Who may read changed: those concerned leave the room before the group's page is made, and ask again who they are. */
  #noticeStanding({ logId, before, state }: Group): void {
    for (const [socket, { memberId, logKey }] of this.#followers.get(logId) ?? []) {
      const reader = readerOf(state, socket.data.signed.personId);
      if (reader?.memberId === memberId && this.#context.logKeyOf(reader) === logKey) continue;
      this.#followers.get(logId)?.delete(socket);
      this.#context.live.left(socket, logId);
      this.#context.wall.left(socket, logId);
    }
    for (const personId of personsConcerned(before, state))
      for (const socket of this.#byPerson.get(personId) ?? []) socket.emit('logs');
  }

  #end(deviceIds: ReadonlySet<DeviceId>, why: Revocation): void {
    for (const sockets of [...this.#byPerson.values()])
      for (const socket of [...sockets]) {
        if (!deviceIds.has(socket.data.signed.deviceId)) continue;
        socket.emit('ended', { code: why });
        socket.disconnect(true);
      }
  }
}

/** Persons whose place in a class is another one after than before. */
function personsConcerned(before: Classroom, after: Classroom): Set<PersonId> {
  const standings = (state: Classroom) =>
    new Map<PersonId, string>([
      ...Object.values(state.requests).map((request) => [request.personId, 'waiting'] as const),
      ...Object.values(state.members).flatMap((member) =>
        member.personIds.map(
          (personId) => [personId, `${member.memberId}/${member.state}/${member.role}/${member.roleVersion}`] as const,
        ),
      ),
    ]);
  const old = standings(before);
  const now = standings(after);
  const everybody = new Set([...old.keys(), ...now.keys()]);
  return new Set([...everybody].filter((personId) => old.get(personId) !== now.get(personId)));
}
