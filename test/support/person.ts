/**
 * Somebody at a hub, for tests, demo and bench: the protocol by hand, over plain HTTP, Socket.IO and tus, with nothing of the
 * product's client. Keeps all pages it was given, in order, so that tests can look at exactly what came over the wire.
 *
 * `hubUrl` is where to connect. A hub with a name (`http://hub.test:8010`) is reached on loopback by `{ host: 'hub.test:8010' }`.
 */
import { createHash, randomBytes } from 'node:crypto';
import { request, type IncomingHttpHeaders } from 'node:http';
import { io, type Socket } from 'socket.io-client';
import * as tus from 'tus-js-client';
import { isErrorCode, PartaError, type ErrorCode } from '../../src/core/errors.ts';
import { fileIdOf, uuidV7, type CommandId, type FileId, type LogId } from '../../src/core/ids.ts';
import {
  PROTOCOL_VERSION,
  type Answer,
  type CommandKind,
  type CommandOf,
  type CommandResult,
  type Credentials,
  type Entry,
  type Following,
  type JoinCode,
  type Me,
  type Page,
  type PushedPage,
  type Session,
} from '../../src/core/wire.ts';

const WAIT_MS = 60_000;

export const newId = <T extends string = string>(): T => uuidV7(Date.now(), randomBytes(16)) as T;
export const newFileId = (): FileId => fileIdOf(randomBytes(16));
export const sha256Of = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

export interface HttpAnswer {
  status: number;
  headers: IncomingHttpHeaders;
  bytes: Buffer;
}

export interface HttpAsk {
  method?: string;
  ticket?: string;
  headers?: Record<string, string>;
  /** An object is sent as JSON. */
  body?: Uint8Array | string | object;
  /** The Host header, where the name is mapped to the address of `hubUrl`. */
  host?: string | undefined;
  /** The address to come from: loopback is a whole network of them. */
  localAddress?: string;
}

/** One HTTP request with nothing added: any path, any Host, any Origin. */
export function ask(hubUrl: string, path: string, what: HttpAsk = {}): Promise<HttpAnswer> {
  const { method = 'GET', ticket, body } = what;
  const isJson = typeof body === 'object' && !(body instanceof Uint8Array);
  const payload = isJson ? JSON.stringify(body) : body;
  const headers: Record<string, string> = {
    ...(what.host ? { Host: what.host } : {}),
    ...(ticket ? { Authorization: `Bearer ${ticket}` } : {}),
    ...(isJson ? { 'Content-Type': 'application/json' } : {}),
    ...(payload === undefined ? {} : { 'Content-Length': String(Buffer.byteLength(payload as string)) }),
    ...what.headers,
  };
  const { hostname, port } = new URL(hubUrl);
  return new Promise((resolve, reject) => {
    const asked = request(
      { hostname, port, path, method, headers, agent: false, localAddress: what.localAddress },
      (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('error', reject);
        response.on('end', () =>
          resolve({ status: response.statusCode ?? 0, headers: response.headers, bytes: Buffer.concat(chunks) }),
        );
      },
    );
    asked.on('error', reject);
    asked.end(payload);
  });
}

/** A call of the hub's JSON API: its value, or PartaError with the hub's code. */
export async function call<T>(hubUrl: string, path: string, what: HttpAsk = {}): Promise<T> {
  const { bytes } = await ask(hubUrl, path, what);
  const answer = JSON.parse(bytes.toString()) as Answer<T>;
  if (answer.ok) return answer.value;
  throw new PartaError(answer.code);
}

/** Waits until `read` gives something else than undefined or false; looks again whenever `person` hears from the hub. */
export async function eventually<T>(read: () => T | undefined | false | Promise<T | undefined | false>): Promise<T> {
  const until = Date.now() + WAIT_MS;
  for (;;) {
    const value = await read();
    if (value !== undefined && value !== false) return value;
    if (Date.now() > until) throw new Error('waited in vain for a state');
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

/** A followed log as this person has it. */
export interface FollowedLog {
  following: Following;
  /** Every page that came, pulled and pushed, as it came. */
  pages: Page[];
  /** Pushed pages only. */
  pushed: Page[];
  entries: Entry[];
  cursor: number;
}

export interface PersonOptions {
  host?: string | undefined;
  keeps?: boolean;
}

export class Person {
  readonly hubUrl: string;
  readonly credentials: Credentials;
  readonly logs = new Map<LogId, FollowedLog>();
  session: Session | null = null;
  socket: Socket | null = null;
  /** The hub's last word, if it said one. */
  ended: string | null = null;
  /** How often the hub said that this person's logs have changed. */
  logsEvents = 0;
  /** Pages that came before the answer to their `follow`. */
  pagesTooEarly = 0;
  /** What `POST /api/session` set, as a browser would send it back. */
  cookie = '';
  readonly #options: PersonOptions;

  constructor(hubUrl: string, credentials: Credentials, options: PersonOptions = {}) {
    this.hubUrl = hubUrl;
    this.credentials = credentials;
    this.#options = options;
  }

  /** A pupil at the door: the class code and a name. */
  static async join(hubUrl: string, code: string, name: string, options: PersonOptions = {}): Promise<Person> {
    const body = { code, name, device: 'test', protocol: PROTOCOL_VERSION };
    const credentials = await call<Credentials>(hubUrl, '/api/join', { method: 'POST', body, host: options.host });
    return new Person(hubUrl, credentials, options);
  }

  /** A teacher's further device. */
  static async withDeviceCode(hubUrl: string, code: string, options: PersonOptions = {}): Promise<Person> {
    const body = { code, device: 'laptop', protocol: PROTOCOL_VERSION };
    const credentials = await call<Credentials>(hubUrl, '/api/devices', { method: 'POST', body, host: options.host });
    return new Person(hubUrl, credentials, options);
  }

  get #host(): { host?: string } {
    return this.#options.host ? { host: this.#options.host } : {};
  }

  ask(path: string, what: HttpAsk = {}): Promise<HttpAnswer> {
    return ask(this.hubUrl, path, { ...this.#host, ...(this.session ? { ticket: this.session.ticket } : {}), ...what });
  }

  call<T>(path: string, what: HttpAsk = {}): Promise<T> {
    return call<T>(this.hubUrl, path, {
      ...this.#host,
      ...(this.session ? { ticket: this.session.ticket } : {}),
      ...what,
    });
  }

  /** A fresh ticket for the device's secret. */
  async signIn(): Promise<Session> {
    const { deviceId, secret } = this.credentials;
    const { keeps } = this.#options;
    const body = { deviceId, secret, protocol: PROTOCOL_VERSION, ...(keeps === undefined ? {} : { keeps }) };
    const answer = await ask(this.hubUrl, '/api/session', { ...this.#host, method: 'POST', body });
    const parsed = JSON.parse(answer.bytes.toString()) as Answer<Session>;
    if (!parsed.ok) throw new PartaError(parsed.code);
    this.cookie = (answer.headers['set-cookie'] ?? []).map((cookie) => cookie.split(';')[0]).join('; ');
    this.session = parsed.value;
    return parsed.value;
  }

  me(): Promise<Me> {
    return this.call<Me>('/api/me');
  }

  /** Signs in if need be and opens the socket; rejects with PartaError of the hub's code. */
  async connect(): Promise<void> {
    if (!this.session) await this.signIn();
    const socket = io(this.hubUrl, {
      transports: ['websocket'],
      reconnection: false,
      forceNew: true,
      auth: { ticket: this.session?.ticket, protocol: PROTOCOL_VERSION },
      ...(this.#options.host ? { extraHeaders: { Host: this.#options.host } } : {}),
    });
    this.socket = socket;
    // A pushed page leaves out the key: it is that of the last answer to `follow`.
    socket.on('page', (page: PushedPage) => {
      const logKey = this.logs.get(page.logId)?.following.logKey;
      if (logKey) this.#take({ ...page, logKey }, true);
      else this.pagesTooEarly += 1;
    });
    socket.on('logs', () => this.logsEvents++);
    socket.on('ended', ({ code }: { code: string }) => (this.ended = code));
    await new Promise<void>((resolve, reject) => {
      socket.once('connect', resolve);
      socket.once('connect_error', (error: Error) =>
        reject(new PartaError(isErrorCode(error.message) ? error.message : 'hub-unreachable', { cause: error })),
      );
    });
  }

  /** One request over the socket; `follow`, `pull` or `submit`. `heard` is called in the very moment of the answer. */
  emit<T>(event: string, request: unknown, heard: (value: T) => void = () => {}): Promise<T> {
    return new Promise((resolve, reject) => {
      if (!this.socket) throw new Error('not connected');
      this.socket.timeout(WAIT_MS).emit(event, request, (error: Error | null, answer: Answer<T>) => {
        if (error) return reject(error);
        if (!answer.ok) return reject(new PartaError(answer.code));
        heard(answer.value);
        resolve(answer.value);
      });
    });
  }

  /** Follows a log and pulls all of it. */
  async follow(logId: LogId): Promise<FollowedLog> {
    if (!this.socket) await this.connect();
    const old = this.logs.get(logId);
    const log: FollowedLog = old ?? { following: {} as Following, pages: [], pushed: [], entries: [], cursor: 0 };
    this.logs.set(logId, log);
    const request = { logId, logKey: old?.following.logKey ?? null, cursor: log.cursor };
    const following = await this.emit<Following>('follow', request, (heard) => {
      if (old && log.following.logKey !== heard.logKey) {
        log.entries = [];
        log.cursor = 0;
      }
      log.following = heard;
    });
    while (log.cursor < following.head) await this.pull(logId);
    return log;
  }

  async pull(logId: LogId, limit = 256): Promise<Page> {
    const log = this.#log(logId);
    const { logKey } = log.following;
    const page = await this.emit<Page>('pull', { logId, logKey, after: log.cursor, limit });
    this.#take(page, false);
    return page;
  }

  submit(logId: LogId, commands: readonly unknown[]): Promise<CommandResult[]> {
    return this.emit<{ results: CommandResult[] }>('submit', { logId, commands }).then(({ results }) => results);
  }

  /** One command; its id and seq, or PartaError with the refusal's code. */
  async send<K extends CommandKind>(
    logId: LogId,
    kind: K,
    body: CommandOf<K>['body'],
    id: CommandId = newId<CommandId>(),
  ): Promise<{ id: CommandId; seq: number }> {
    const [result] = await this.submit(logId, [{ id, kind, body }]);
    if (result?.ok) return { id, seq: result.seq };
    throw new PartaError(result?.code ?? 'internal');
  }

  /** The refusal of one command, null where it was taken. */
  refusalOf<K extends CommandKind>(logId: LogId, kind: K, body: CommandOf<K>['body']): Promise<ErrorCode | null> {
    return this.send(logId, kind, body).then(
      () => null,
      (error: unknown) => (error instanceof PartaError ? error.code : 'internal'),
    );
  }

  /** Makes a class, follows it. */
  async createClass(title: string): Promise<{ logId: LogId; memberId: string; channelId: string }> {
    const logId = newId<LogId>();
    const memberId = newId<CommandOf<'createClass'>['body']['memberId']>();
    const channelId = newId<CommandOf<'createClass'>['body']['channels'][number]['channelId']>();
    if (!this.socket) await this.connect();
    const channels = [{ channelId, kind: 'everyone' as const }];
    await this.send(logId, 'createClass', { title, memberId, teacherName: 'Анна Павловна', channels });
    await this.follow(logId);
    return { logId, memberId, channelId };
  }

  joinCode(logId: LogId): Promise<JoinCode> {
    return this.call<JoinCode>(`/api/logs/${logId}/join-code`);
  }

  /** Puts a file on the hub by tus, in one PATCH. */
  async upload(
    bytes: Uint8Array,
    filename = 'работа.txt',
    options: { fileId?: FileId; filetype?: string; sha256?: string; endpoint?: string } = {},
  ): Promise<FileId> {
    if (!this.session) await this.signIn();
    const fileId = options.fileId ?? newFileId();
    const { host } = this.#options;
    await new Promise<void>((resolve, reject) => {
      const upload = new tus.Upload(Buffer.from(bytes), {
        endpoint: options.endpoint ?? `${this.hubUrl}/files`,
        retryDelays: null,
        metadata: {
          fileId,
          filename,
          filetype: options.filetype ?? 'text/plain',
          ...(options.sha256 ? { sha256: options.sha256 } : {}),
        },
        headers: { Authorization: `Bearer ${this.session?.ticket}`, ...(host ? { Host: host } : {}) },
        onSuccess: () => resolve(),
        onError: reject,
      });
      upload.start();
    });
    return fileId;
  }

  download(fileId: string, headers: Record<string, string> = {}): Promise<HttpAnswer> {
    return this.ask(`/api/files/${fileId}`, { headers });
  }

  /** Waits until the log has this seq here. */
  async caughtUp(logId: LogId, seq: number): Promise<FollowedLog> {
    return eventually(() => this.#log(logId).cursor >= seq && this.#log(logId));
  }

  close(): void {
    this.socket?.disconnect();
    this.socket = null;
  }

  #log(logId: LogId): FollowedLog {
    const log = this.logs.get(logId);
    if (!log) throw new Error('this log is not followed');
    return log;
  }

  #take(page: Page, isPushed: boolean): void {
    const log = this.logs.get(page.logId);
    if (!log) return;
    log.pages.push(page);
    if (isPushed) log.pushed.push(page);
    // S5: only a page that begins at the cursor applies; what is missing is pulled by whoever follows.
    if (page.after !== log.cursor) return;
    log.entries.push(...page.entries);
    log.cursor = page.upTo;
  }
}
