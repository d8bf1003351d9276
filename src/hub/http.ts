/**
 * The HTTP door of a hub: who may knock (Host and Origin), what may be asked, in what size and how slowly, and answers that
 * are always `{ok, value}` or `{ok, code}`. Behind it: the API here, tus (files.ts), downloads, the pupil's page.
 *
 * Promises: every body is bounded and parsed before it is used; no answer carries a stack or a sentence; names of hosts and
 * pages that are not ours are refused before anything else is looked at (DNS rebinding, foreign pages in a browser on the LAN).
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { isIP, type Socket } from 'node:net';
import { hostname } from 'node:os';
import * as z from 'zod/mini';
import { readerOf, type Member } from '../core/classroom.ts';
import { isLanName } from '../core/embedding.ts';
import { codeOf, PartaError, type ErrorCode } from '../core/errors.ts';
import { DeviceId, FileId, LogId, type CommandId, type DeviceId as Device, type PersonId } from '../core/ids.ts';
import {
  DeviceRequest,
  JoinRequest,
  PROTOCOL_FLOOR,
  PROTOCOL_VERSION,
  SessionRequest,
  type CommandOf,
  type HubFacts,
  type LogKey,
  type Me,
  type Present,
} from '../core/wire.ts';
import type { Catchup } from './catchup.ts';
import type { ClassLog } from './class-log.ts';
import type { ClassLogs } from './class-logs.ts';
import type { Downloads } from './download.ts';
import type { Files } from './files.ts';
import type { Log } from './log.ts';
import type { People, Signed } from './people.ts';
import type { School } from './school.ts';
import type { Sockets } from './sockets.ts';
import type { HubIdentity, Store } from './store.ts';
import type { StudentPage } from './student-page.ts';
import { isThisMachine } from './visitors.ts';
import type { Wall } from './wall.ts';

export const HUB_VERSION = '0.1.0';
/** A JSON body; none of the API's is near it. */
export const BODY_BYTES_MAX = 16 * 1024;
export const BODY_MS = 10_000;
export const HEADERS_MS = 10_000;
export const IDLE_MS = 30_000;
/** What is under way when the hub is closed gets this long. */
export const CLOSE_GRACE_MS = 300;
export const CONNECTIONS_MAX = 4_000;
/** Of these, from one address other than this machine's: a school behind one router fits, and one computer leaves room for others. */
export const CONNECTIONS_PER_ADDRESS_MAX = 1_500;
/** How often connections are looked at for what they owe; sooner where less time is given. */
const CONNECTIONS_CHECK_MS = 2_000;
export const FILES_COOKIE = 'parta_files';

const STATUS: Partial<Record<ErrorCode, number>> = {
  'signed-out': 401,
  'lesson-ended': 401,
  'wrong-code': 403,
  'code-expired': 403,
  'not-a-member': 403,
  'not-allowed': 403,
  waiting: 403,
  'not-found': 404,
  'too-large': 413,
  'unknown-protocol': 426,
  'too-many': 429,
  'too-many-tries': 429,
  internal: 500,
  busy: 503,
  'disk-full': 507,
};

/** From this protocol on a page knows what the school's log is. */
const SCHOOL_PROTOCOL = 2;

export interface HttpContext {
  identity: HubIdentity;
  store: Store;
  people: People;
  logs: ClassLogs;
  files: Files;
  downloads: Downloads;
  catchup: Catchup;
  school: School;
  wall: Wall;
  page: StudentPage;
  sockets(): Sockets;
  log: Log;
  now: () => number;
  door: Door;
  logKeyOf(member: Member): LogKey;
  newCommandId(): CommandId;
  limits?: Partial<HttpLimits>;
}

/** By default the constants above; tests have less time. */
export interface HttpLimits {
  bodyMs: number;
  headersMs: number;
  idleMs: number;
  connections: number;
  connectionsPerAddress: number;
}

/** Which names a hub answers to, and which pages may talk to it. */
export class Door {
  readonly #hosts: ReadonlySet<string>;
  readonly #origins: ReadonlySet<string>;

  /** @param hosts names besides IP addresses and this machine's own; @param origins pages besides the hub's own and the app's */
  constructor(hosts: readonly string[], origins: readonly string[]) {
    const own = hostname().toLowerCase();
    const ownNames = ['localhost', own, `${own}.local`].filter((name) => !isLanName(name));
    this.#hosts = new Set([...ownNames, ...hosts.map((host) => host.toLowerCase())]);
    this.#origins = new Set(['app://bundle', ...origins]);
  }

  isWelcome(request: IncomingMessage): boolean {
    return this.#isHost(request.headers.host) && this.isOrigin(request.headers.origin, request.headers.host);
  }

  /** @param origin undefined where the request names none (navigation, programs) */
  isOrigin(origin: string | undefined, host: string | undefined): boolean {
    if (origin === undefined || this.#origins.has(origin)) return true;
    return host !== undefined && (origin === `http://${host}` || origin === `https://${host}`);
  }

  /** Whether the page at this origin is a foreign one that was let in, and so needs CORS headers. */
  isAllowedOrigin(origin: string): boolean {
    return this.#origins.has(origin);
  }

  /** Whether it asks by a name that the hub has on its network: a way in to the address, and nothing is answered under it. */
  isByLanName({ headers }: Pick<IncomingMessage, 'headers'>): boolean {
    const name = nameIn(headers.host);
    return isLanName(name) && !this.#hosts.has(name);
  }

  #isHost(header: string | undefined): boolean {
    const name = nameIn(header);
    return isIP(name) !== 0 || this.#hosts.has(name);
  }
}

/** The name in a Host header, without port; '' where it is none. */
function nameIn(header: string | undefined): string {
  const match = /^(?:\[([0-9a-f:.]+)\]|([a-z0-9.-]+))(?::\d{1,5})?$/i.exec(header ?? '');
  return (match?.[1] ?? match?.[2] ?? '').toLowerCase().replace(/\.$/, '');
}

type Handler = (request: IncomingMessage, response: ServerResponse, params: readonly string[]) => Promise<unknown>;

/** The answer has been sent by the handler itself. */
const SENT = Symbol('sent');

export class Http {
  readonly server: Server;
  readonly #context: HttpContext;
  readonly #routes: readonly { method: string; path: RegExp; handle: Handler }[];
  /** Every TCP connection, upgraded ones too, which Node's own list leaves out. */
  readonly #connections = new Set<Socket>();
  readonly #connectionsFrom = new Map<string, number>();
  /** Who is being put before a teacher again right now. */
  readonly #knocking = new Set<PersonId>();
  /** Long bodies on their way, by device: a device that is shut out is cut off here too. */
  readonly #flowing = new Map<Device, Set<IncomingMessage>>();

  constructor(context: HttpContext) {
    this.#context = context;
    this.#routes = this.#api();
    const { headersMs = HEADERS_MS, idleMs = IDLE_MS, connections = CONNECTIONS_MAX } = context.limits ?? {};
    const connectionsCheckingInterval = Math.min(CONNECTIONS_CHECK_MS, headersMs);
    this.server = createServer({ requestTimeout: 0, headersTimeout: headersMs, connectionsCheckingInterval });
    this.server.timeout = idleMs;
    this.server.maxConnections = connections;
    this.server.on('request', (request, response) => void this.#serve(request, response));
    this.server.on('connection', (connection) => {
      const address = connection.remoteAddress ?? '';
      const fromThere = (this.#connectionsFrom.get(address) ?? 0) + 1;
      const { connectionsPerAddress = CONNECTIONS_PER_ADDRESS_MAX } = context.limits ?? {};
      if (fromThere > connectionsPerAddress && !isThisMachine(address)) return void connection.destroy();
      this.#connections.add(connection);
      this.#connectionsFrom.set(address, fromThere);
      connection.once('close', () => {
        this.#connections.delete(connection);
        const left = (this.#connectionsFrom.get(address) ?? 1) - 1;
        if (left > 0) this.#connectionsFrom.set(address, left);
        else this.#connectionsFrom.delete(address);
      });
    });
    this.server.on('clientError', (_error, socket) => {
      if (socket.writable) socket.end('HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n');
      else socket.destroy();
    });
    context.people.onRevoked((deviceIds) => {
      for (const deviceId of deviceIds)
        for (const request of this.#flowing.get(deviceId) ?? []) request.socket.destroy();
    });
  }

  /** Stops listening; what is under way gets a moment to end, then every connection is cut. */
  async close(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.server.close(() => resolve()));
    this.server.closeIdleConnections();
    const timer = setTimeout(() => {
      for (const connection of this.#connections) connection.destroy();
    }, CLOSE_GRACE_MS);
    await closed;
    clearTimeout(timer);
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      response.setHeader('X-Content-Type-Options', 'nosniff');
      response.setHeader('Referrer-Policy', 'no-referrer');
      if (this.#sendOn(request, response)) return;
      if (!this.#context.door.isWelcome(request)) throw new PartaError('not-allowed');
      if (this.#cors(request, response)) return;
      const path = pathOf(request.url);
      const value = await this.#route(request, response, path);
      if (value !== SENT) answer(response, 200, { ok: true, value });
    } catch (error) {
      const code = codeOf(error);
      if (!(error instanceof PartaError)) this.#context.log('request-failed', { code });
      if (response.headersSent) {
        response.destroy();
        return;
      }
      // A body that was refused unread must not be taken for the next request.
      if (!request.complete) response.setHeader('Connection', 'close');
      answer(response, STATUS[code] ?? 400, { ok: false, code });
    }
  }

  /**
   * Who came by the name on the network goes on to the address that his packets came to: a browser keeps a pupil's work by address,
   * and there must not be two. What stands after # goes along. True where the request is done with.
   */
  #sendOn({ method, url = '/', headers, socket }: IncomingMessage, response: ServerResponse): boolean {
    const isPage =
      (method === 'GET' || method === 'HEAD') && url.startsWith('/') && !/^\/(api|files|socket\.io)\b/.test(url);
    if (!isPage || !this.#context.door.isByLanName({ headers })) return false;
    const address = socket.localAddress?.replace(/^::ffff:/i, '') ?? '';
    if (isIP(address) !== 4) return false;
    response.setHeader('Cache-Control', 'no-store');
    response.writeHead(302, { Location: `http://${address}:${socket.localPort}${url}` }).end();
    return true;
  }

  /** CORS for the app's own page; answers preflights. True where the request is done with. */
  #cors(request: IncomingMessage, response: ServerResponse): boolean {
    const { origin } = request.headers;
    if (origin && this.#context.door.isAllowedOrigin(origin)) {
      response.setHeader('Access-Control-Allow-Origin', origin);
      response.setHeader('Vary', 'Origin');
      response.setHeader(
        'Access-Control-Expose-Headers',
        'Location, Upload-Offset, Upload-Length, Tus-Resumable, ETag, Content-Range, Content-Disposition, Accept-Ranges',
      );
    }
    if (request.method !== 'OPTIONS') return false;
    response.setHeader('Access-Control-Allow-Methods', 'GET, HEAD, POST, PATCH, DELETE');
    response.setHeader(
      'Access-Control-Allow-Headers',
      'Authorization, Content-Type, Range, If-Range, Tus-Resumable, Upload-Length, Upload-Metadata, Upload-Offset',
    );
    response.setHeader('Access-Control-Max-Age', '600');
    // The app's page is "public" to a browser, a hub on a LAN "private": asked for before the request itself.
    for (const network of ['private', 'local'])
      if (request.headers[`access-control-request-${network}-network`] === 'true')
        response.setHeader(`Access-Control-Allow-${network === 'private' ? 'Private' : 'Local'}-Network`, 'true');
    response.writeHead(204).end();
    return true;
  }

  async #route(request: IncomingMessage, response: ServerResponse, path: string): Promise<unknown> {
    for (const { method, path: pattern, handle } of this.#routes) {
      const match =
        method === request.method || (method === 'GET' && request.method === 'HEAD') ? pattern.exec(path) : null;
      if (match) return handle(request, response, match.slice(1));
    }
    if (path === '/files' || path.startsWith('/files/')) {
      const signed = this.#signed(request);
      await this.#demandInside(signed);
      await this.#flow(request, signed.deviceId, () => this.#context.files.handle(request, response, signed));
      return SENT;
    }
    const isPage = (request.method === 'GET' || request.method === 'HEAD') && !path.startsWith('/api');
    if (isPage && (await this.#context.page.send(request, response, path))) return SENT;
    if (isPage && path === '/') this.#context.log('page-missing');
    throw new PartaError('not-found');
  }

  #api(): { method: string; path: RegExp; handle: Handler }[] {
    const { people, store, now, identity } = this.#context;
    const route = (method: string, path: RegExp, handle: Handler) => ({ method, path, handle });
    return [
      route('GET', /^\/api\/hub$/, async (): Promise<HubFacts> => {
        const { hubId, name } = identity;
        const versions = { protocol: PROTOCOL_VERSION, floor: PROTOCOL_FLOOR, version: HUB_VERSION };
        return { hubId, name, ...versions, now: now(), epoch: identity.epoch };
      }),
      route('POST', /^\/api\/join$/, async (request) => {
        const body = await this.#body(request, JoinRequest);
        return people.join(body, addressOf(request), (logId, personId, name) =>
          this.#knock(logId, { personId, name, device: body.device }),
        );
      }),
      route('POST', /^\/api\/rejoin$/, (request) => this.#rejoin(request)),
      route('POST', /^\/api\/devices$/, async (request) =>
        people.joinDevice(await this.#body(request, DeviceRequest), addressOf(request)),
      ),
      route('POST', /^\/api\/session$/, async (request, response) => {
        const { session, filesKey } = await people.openSession(await this.#body(request, SessionRequest));
        response.setHeader('Set-Cookie', `${FILES_COOKIE}=${filesKey}; HttpOnly; SameSite=Strict; Path=/api/files`);
        return session;
      }),
      route('DELETE', /^\/api\/session$/, async (request, response) => {
        await people.revoke([this.#signed(request).deviceId], 'signed-out');
        response.setHeader('Set-Cookie', `${FILES_COOKIE}=; HttpOnly; SameSite=Strict; Path=/api/files; Max-Age=0`);
        return {};
      }),
      route('GET', /^\/api\/me$/, (request) => this.#me(this.#signed(request))),
      route('POST', /^\/api\/device-codes$/, async (request) => {
        const signed = this.#signed(request);
        if (signed.hubRole !== 'teacher') throw new PartaError('not-allowed');
        return people.newDeviceCode(signed.personId);
      }),
      route('GET', /^\/api\/devices$/, (request) => people.devices(this.#signed(request))),
      route('DELETE', /^\/api\/devices\/([^/]+)$/, async (request, _response, [id]) => {
        const signed = this.#signed(request);
        const deviceId = parseParam(DeviceId, id);
        // Only one's own; of others' devices nothing is said, not even that they are.
        const own = await store.devicesOf([signed.personId]);
        if (!own.some((device) => device.deviceId === deviceId)) throw new PartaError('not-found');
        await people.revoke([deviceId], 'signed-out');
        return {};
      }),
      route('GET', /^\/api\/logs\/([^/]+)\/join-code$/, async (request, _response, [id]) => {
        const { logId } = await this.#taught(request, id);
        return people.joinCode(logId, false);
      }),
      route('POST', /^\/api\/logs\/([^/]+)\/join-code$/, async (request, _response, [id]) => {
        const { logId } = await this.#taught(request, id);
        return people.joinCode(logId, true);
      }),
      route('POST', /^\/api\/logs\/([^/]+)\/end-lesson$/, async (request, _response, [id]) => {
        const { state } = await this.#taught(request, id);
        const pupils = Object.values(state.members).filter((member) => member.role === 'student');
        const waiting = Object.values(state.requests).map((head) => head.personId);
        const devices = await store.devicesOf([...pupils.flatMap((member) => member.personIds), ...waiting]);
        const shared = devices.filter((device) => !device.keeps).map((device) => device.deviceId);
        await people.revoke(shared, 'lesson-ended');
        return { pages: shared.length };
      }),
      route('GET', /^\/api\/logs\/([^/]+)\/present$/, async (request, _response, [id]): Promise<Present> => {
        const { state } = await this.#taught(request, id);
        const isHere = (member: Member) =>
          member.personIds.some((personId) => this.#context.sockets().isConnected(personId));
        return {
          memberIds: Object.values(state.members)
            .filter(isHere)
            .map((member) => member.memberId),
        };
      }),
      route('GET', /^\/api\/logs\/([^/]+)\/pages$/, async (request, response, [id]) => {
        const signed = this.#signed(request);
        const logId = parseParam(LogId, id);
        await this.#flow(request, signed.deviceId, () => this.#context.catchup.send(request, response, signed, logId));
        return SENT;
      }),
      route('GET', /^\/api\/files\/([^/]+)$/, async (request, response, [id]) => {
        const signed = this.#context.people.byFilesKey(cookieOf(request)) ?? this.#signed(request);
        const file = await this.#context.downloads.readable(parseParam(FileId, id), signed.personId);
        const count = this.#context.wall.sends(signed.personId, file);
        await this.#flow(request, signed.deviceId, () => this.#context.downloads.send(request, response, file, count));
        return SENT;
      }),
    ];
  }

  /** Puts somebody before the teacher of a class. */
  async #knock(logId: LogId, body: CommandOf<'requestJoin'>['body']): Promise<void> {
    const command = { id: this.#context.newCommandId(), kind: 'requestJoin' as const, body };
    const [result] = await this.#context.logs.submit(logId, [command], { kind: 'hub' });
    if (!result?.ok) throw new PartaError(result?.code ?? 'internal');
  }

  /**
   * Somebody whom this hub knows and whose class does not: it came back from a backup that was made before he was let in. He stays
   * the person he was, so that his files are his and what he gives again is his. Asked twice, he stands at the door once.
   */
  async #rejoin(request: IncomingMessage): Promise<object> {
    const { people, logs } = this.#context;
    const { personId, hubRole } = this.#signed(request);
    if (hubRole === 'teacher') throw new PartaError('not-allowed');
    const body = await this.#body(request, JoinRequest);
    const { logId, name } = await people.doorOf(body, addressOf(request));
    if (this.#knocking.has(personId)) return {};
    this.#knocking.add(personId);
    try {
      const state = (await logs.get(logId))?.state;
      const isHere = state && readerOf(state, personId);
      const isWaiting = Object.values(state?.requests ?? {}).some((head) => head.personId === personId);
      if (!isHere && !isWaiting) await this.#knock(logId, { personId, name, device: body.device });
    } finally {
      this.#knocking.delete(personId);
    }
    return {};
  }

  async #me({ personId, hubRole, name, protocol }: Signed): Promise<Me> {
    const { school } = this.#context;
    await school.settle({ personId, hubRole, name });
    const logs: Me['logs'] = [];
    const logIds = await this.#context.store.logsOf(personId);
    // Classes first.
    for (const logId of logIds.sort((a, b) => Number(a === school.logId) - Number(b === school.logId))) {
      const isSchool = logId === school.logId;
      const log = isSchool && protocol < SCHOOL_PROTOCOL ? null : await this.#context.logs.get(logId);
      if (!log) continue;
      const member = readerOf(log.state, personId);
      if (member) {
        const { memberId, role } = member;
        const logKey = this.#context.logKeyOf(member);
        const kind = isSchool ? { kind: 'school' as const } : {};
        const title = log.state.title ?? '';
        logs.push({ logId, state: 'member', title, memberId, role, logKey, head: log.head, ...kind });
      } else if (!isSchool) {
        const isWaiting = Object.values(log.state.requests).some((request) => request.personId === personId);
        logs.push({ logId, state: isWaiting ? 'waiting' : 'declined' });
      }
    }
    return { personId, epoch: this.#context.identity.epoch, hubRole, name, logs };
  }

  #signed(request: IncomingMessage): Signed {
    const ticket = /^Bearer ([\w-]{1,200})$/.exec(request.headers.authorization ?? '')?.[1];
    const signed = ticket ? this.#context.people.byTicket(ticket) : null;
    if (!signed) throw new PartaError('signed-out');
    return signed;
  }

  /** A log in which the asker is a teacher; for everybody else there is no such log. */
  async #taught(request: IncomingMessage, id: string | undefined): Promise<ClassLog> {
    const signed = this.#signed(request);
    const log = await this.#context.logs.get(parseParam(LogId, id));
    const member = log && readerOf(log.state, signed.personId);
    if (!log || !member) throw new PartaError('not-found');
    // The school has no door and no lesson.
    if (member.role !== 'teacher' || log.state.kind === 'school') throw new PartaError('not-allowed');
    return log;
  }

  /** Who waits at the door brings no files. */
  async #demandInside({ personId, hubRole }: Signed): Promise<void> {
    if (hubRole === 'teacher') return;
    for (const logId of await this.#context.store.logsOf(personId)) {
      const log = await this.#context.logs.get(logId);
      if (log && readerOf(log.state, personId)) return;
    }
    throw new PartaError('waiting');
  }

  async #flow(request: IncomingMessage, deviceId: Device, work: () => Promise<void>): Promise<void> {
    const flowing = this.#flowing.get(deviceId) ?? new Set();
    this.#flowing.set(deviceId, flowing.add(request));
    try {
      await work();
    } finally {
      flowing.delete(request);
      if (flowing.size === 0) this.#flowing.delete(deviceId);
    }
  }

  async #body<T extends z.core.$ZodType>(request: IncomingMessage, schema: T): Promise<z.output<T>> {
    // A page of another origin can send a form, but not JSON without asking first.
    if (!/^application\/json\b/.test(request.headers['content-type'] ?? '')) throw new PartaError('bad-request');
    const text = await readBody(request, this.#context.limits?.bodyMs ?? BODY_MS);
    const parsed = z.safeParse(schema, parseJson(text));
    if (!parsed.success) throw new PartaError('bad-request');
    return parsed.data;
  }
}

function answer(response: ServerResponse, status: number, body: unknown): void {
  const text = JSON.stringify(body);
  response.writeHead(status, {
    'Content-Type': 'application/json; charset=utf-8',
    'Cache-Control': 'no-store',
    'Content-Length': Buffer.byteLength(text),
  });
  response.end(text);
}

/** The path as it came, without the query; never decoded, so that there is nothing to decode twice. */
const pathOf = (url: string | undefined) => (url ?? '/').split(/[?#]/, 1)[0] ?? '/';

const addressOf = (request: IncomingMessage) => request.socket.remoteAddress ?? '';

const cookieOf = (request: IncomingMessage) =>
  new RegExp(`(?:^|; *)${FILES_COOKIE}=([\\w-]+)`).exec(request.headers.cookie ?? '')?.[1] ?? '';

/** A part of a path; a wrong one is an unknown one. */
function parseParam<T extends z.core.$ZodType>(schema: T, text: string | undefined): z.output<T> {
  const parsed = z.safeParse(schema, text);
  if (!parsed.success) throw new PartaError('not-found');
  return parsed.data;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new PartaError('bad-request', { cause: error });
  }
}

function readBody(request: IncomingMessage, bodyMs: number): Promise<string> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    const done = (settle: () => void) => {
      clearTimeout(timer);
      request.removeAllListeners('data');
      settle();
    };
    const timer = setTimeout(() => done(() => reject(new PartaError('bad-request'))), bodyMs);
    request.on('data', (chunk: Buffer) => {
      bytes += chunk.byteLength;
      if (bytes > BODY_BYTES_MAX) done(() => reject(new PartaError('too-large')));
      else chunks.push(chunk);
    });
    request.once('end', () => done(() => resolve(Buffer.concat(chunks).toString())));
    request.once('error', () => done(() => reject(new PartaError('bad-request'))));
  });
}
