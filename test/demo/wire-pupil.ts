/**
 * A pupil without Parta's code: plain HTTP, one WebSocket and tus, spoken by hand from the protocols' own pages, so that the
 * demo and the benches judge the hub from outside. Hides framing (engine.io 4, Socket.IO 5), pages and cursors.
 * It believes nothing: a page that skips, repeats or goes back is counted, not mended.
 */
import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { request, type IncomingHttpHeaders } from 'node:http';
import { WebSocket } from 'ws';

export interface WireEntry {
  seq: number;
  at: number;
  id: string;
  kind: string;
  label: string;
  by: string | null;
  about: string | null;
  body: Record<string, unknown> | null;
}
interface WirePage {
  logId: string;
  logKey: string;
  after: number;
  upTo: number;
  head: number;
  entries: WireEntry[];
}
interface Reply {
  status: number;
  headers: IncomingHttpHeaders;
  body: Buffer;
}
interface MyLog {
  logId: string;
  state: 'waiting' | 'declined' | 'member';
  title?: string;
  memberId?: string;
  logKey?: string;
}

/** A UUIDv7 made of the clock and randomness: what a command's id has to be. */
export function newId(): string {
  const bytes = randomBytes(16);
  bytes.writeUIntBE(Date.now(), 0, 6);
  bytes[6] = (bytes[6]! & 0x0f) | 0x70;
  bytes[8] = (bytes[8]! & 0x3f) | 0x80;
  const hex = bytes.toString('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}

/** An upload's id: 32 hex digits. */
export const newFileId = (): string => randomUUID().replaceAll('-', '');

export class WirePupil {
  /** Everything the hub ever sent to this pupil's log, in the order of arrival: what the checker looks through for leaks. */
  readonly entries: WireEntry[] = [];
  /** Faults seen: pages that did not fit, entries that came twice. */
  readonly oddities: string[] = [];
  /** Set when the hub said that this sign-in is over. */
  endedCode: string | null = null;
  logs: MyLog[] = [];
  /** Every kind of event that the hub ever sent here. */
  readonly heard = new Set<string>();
  /** How often a teacher said that he had been here. */
  helpedTimes = 0;
  /** Who asks this long without an answer takes the line for dead; 0: for ever. */
  patienceMs = 0;
  private readonly port: number;
  private readonly host: string;
  private device: { deviceId: string; secret: string } | null = null;
  private ticket = '';
  private socket: WebSocket | null = null;
  private acks = new Map<number, (answer: unknown) => void>();
  private acked = 0;
  private cursor = 0;
  private logKey: string | null = null;
  private logId: string | null = null;
  private watchers = new Set<() => void>();

  /** @param address host and port as pupils type them; the name is always taken for this machine */
  constructor(address: string) {
    const url = new URL(address);
    this.port = Number(url.port);
    this.host = url.host;
  }

  /** One HTTP exchange with the hub; `host` header as a browser would send it. */
  http(method: string, path: string, body?: Buffer | object, headers: Record<string, string> = {}): Promise<Reply> {
    const bytes = body === undefined ? undefined : Buffer.isBuffer(body) ? body : Buffer.from(JSON.stringify(body));
    const type = body !== undefined && !Buffer.isBuffer(body) ? { 'content-type': 'application/json' } : {};
    const auth = this.ticket ? { authorization: `Bearer ${this.ticket}` } : {};
    return new Promise((resolve, reject) => {
      const length = bytes ? { 'content-length': String(bytes.length) } : {};
      const out = request(
        {
          host: '127.0.0.1',
          port: this.port,
          method,
          path,
          headers: { host: this.host, ...type, ...auth, ...length, ...headers },
        },
        (reply) => {
          const parts: Buffer[] = [];
          reply.on('data', (part: Buffer) => parts.push(part));
          reply.on('end', () =>
            resolve({ status: reply.statusCode ?? 0, headers: reply.headers, body: Buffer.concat(parts) }),
          );
          reply.on('error', reject);
        },
      );
      out.on('error', reject);
      if (this.patienceMs > 0) out.setTimeout(this.patienceMs, () => out.destroy(new Error('no answer')));
      out.end(bytes);
    });
  }

  /** An API call; throws the hub's code. */
  async call<T>(method: string, path: string, body?: object): Promise<T> {
    const reply = await this.http(method, path, body);
    const answer = JSON.parse(reply.body.toString()) as { ok: boolean; value: T; code?: string };
    if (!answer.ok) throw new Error(answer.code);
    return answer.value;
  }

  /** Knocks: class code and name as typed. */
  async join(code: string, name: string): Promise<void> {
    this.device = await this.call('POST', '/api/join', { code, name, device: 'wire pupil', protocol: 1 });
  }

  /** What a browser keeps: with it another process is the same pupil. */
  get kept(): { deviceId: string; secret: string } | null {
    return this.device;
  }
  comeAs(device: { deviceId: string; secret: string }): void {
    this.device = device;
  }

  get isOpen(): boolean {
    return this.socket?.readyState === WebSocket.OPEN;
  }

  /** Told without an answer. */
  emit(event: string, value: object): void {
    if (this.isOpen) this.socket?.send(`42${JSON.stringify([event, value])}`);
  }

  /** Called whenever anything has come, or the line is gone. */
  watch(watcher: () => void): void {
    this.watchers.add(watcher);
  }

  async signIn(keeps: boolean): Promise<void> {
    this.ticket = '';
    const session = await this.call<{ ticket: string }>('POST', '/api/session', { ...this.device, protocol: 1, keeps });
    this.ticket = session.ticket;
    // A new socket follows nothing yet.
    this.logId = null;
    await this.connect();
    await this.refreshLogs();
  }

  private async refreshLogs(): Promise<void> {
    const me = await this.call<{ logs: MyLog[] }>('GET', '/api/me');
    this.logs = me.logs;
    const mine = me.logs.find((log) => log.state === 'member');
    if (mine && this.logId !== mine.logId) await this.follow(mine.logId);
    this.changed();
  }

  private connect(): Promise<void> {
    const headers = { host: this.host, origin: `http://${this.host}` };
    const socket = new WebSocket(`ws://127.0.0.1:${this.port}/socket.io/?EIO=4&transport=websocket`, { headers });
    this.socket = socket;
    return new Promise((resolve, reject) => {
      socket.on('error', reject);
      socket.on('close', () => {
        reject(new Error('closed'));
        for (const answer of this.acks.values()) answer({ ok: false, code: 'closed' });
        this.acks.clear();
        this.changed();
      });
      socket.on('message', (data) => {
        const text = (data as Buffer).toString();
        if (text.startsWith('0')) socket.send(`40${JSON.stringify({ ticket: this.ticket, protocol: 1 })}`);
        else if (text === '2') socket.send('3');
        else if (text.startsWith('40')) resolve();
        else if (text.startsWith('44')) reject(new Error((JSON.parse(text.slice(2)) as { message: string }).message));
        else if (text.startsWith('42'))
          // Whoever cannot follow what he heard begins anew.
          this.onEvent(JSON.parse(text.slice(2)) as [string, unknown]).catch(() => socket.close());
        else if (text.startsWith('43')) {
          const [, id, rest] = /^43(\d+)(.*)$/s.exec(text) ?? [];
          this.acks.get(Number(id))?.((JSON.parse(rest ?? '[]') as unknown[])[0]);
          this.acks.delete(Number(id));
        }
      });
    });
  }

  private ask<T>(event: string, request: object): Promise<T> {
    const id = (this.acked += 1);
    return new Promise((resolve, reject) => {
      this.acks.set(id, (raw) => {
        const answer = raw as { ok: boolean; value: T; code?: string };
        if (answer.ok) resolve(answer.value);
        else reject(new Error(answer.code));
      });
      this.socket?.send(`42${id}${JSON.stringify([event, request])}`);
    });
  }

  private async onEvent([name, value]: [string, unknown]): Promise<void> {
    this.heard.add(name);
    if (name === 'helped') this.helpedTimes += 1;
    if (name === 'page') await this.onPage(value as WirePage);
    else if (name === 'logs') await this.refreshLogs();
    else if (name === 'ended') this.endedCode = (value as { code: string }).code;
    this.changed();
  }

  private async follow(logId: string): Promise<void> {
    this.logId = logId;
    const following = await this.ask<{ logKey: string; head: number }>('follow', {
      logId,
      logKey: this.logKey,
      cursor: this.cursor,
    });
    if (following.logKey !== this.logKey) {
      this.cursor = 0;
      this.entries.length = 0;
      this.logKey = following.logKey;
    }
    await this.pull(following.head);
  }

  private async pull(upTo: number): Promise<void> {
    while (this.cursor < upTo) {
      const before = this.cursor;
      this.take(
        await this.ask<WirePage>('pull', { logId: this.logId, logKey: this.logKey, after: before, limit: 256 }),
      );
      if (this.cursor === before) return;
    }
  }

  private async onPage(page: WirePage): Promise<void> {
    if (page.logId !== this.logId) this.oddities.push(`page of a foreign log ${page.logId}`);
    else if (page.after > this.cursor) await this.pull(page.head);
    else this.take(page);
  }

  private take(page: WirePage) {
    if (page.after !== this.cursor) return;
    for (const entry of page.entries) {
      if (entry.seq <= page.after || entry.seq > page.upTo) this.oddities.push(`entry ${entry.seq} outside its page`);
      if (this.entries.some((known) => known.id === entry.id)) this.oddities.push(`entry ${entry.seq} came twice`);
      this.entries.push(entry);
    }
    this.cursor = page.upTo;
  }

  private changed() {
    for (const watcher of this.watchers) watcher();
  }

  /** Resolves when `holds` does; a state, never a time. */
  until(what: string, holds: () => boolean, withinMs: number): Promise<void> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => done(new Error(`did not see within ${withinMs} ms: ${what}`)), withinMs);
      const check = () => holds() && done();
      const done = (error?: Error) => {
        clearTimeout(timer);
        this.watchers.delete(check);
        if (error) reject(error);
        else resolve();
      };
      this.watchers.add(check);
      check();
    });
  }

  get memberId(): string | undefined {
    return this.logs.find((log) => log.state === 'member')?.memberId;
  }

  get isFollowing(): boolean {
    return this.isOpen && this.logId !== null && this.entries.length > 0;
  }

  /** Gives a command; resolves with its seq, throws the code of a refusal. The same id once more is the same command. */
  async submit(kind: string, body: object, id = newId()): Promise<{ id: string; seq: number }> {
    const { results } = await this.ask<{ results: { id: string; ok: boolean; seq: number; code?: string }[] }>(
      'submit',
      { logId: this.logId, commands: [{ id, kind, body }] },
    );
    const [result] = results;
    if (!result?.ok) throw new Error(result?.code);
    return { id, seq: result.seq };
  }

  /** tus: creation unless it is there, then PATCH from wherever the hub says it is; once more with the same id goes on. */
  async upload(
    name: string,
    bytes: Buffer,
    mediaType: string,
    fileId = newFileId(),
  ): Promise<{ fileId: string; sha256: string }> {
    const word = (key: string, value: string) => `${key} ${Buffer.from(value).toString('base64')}`;
    const metadata = [word('fileId', fileId), word('filename', name), word('filetype', mediaType)].join(',');
    const tus = { 'tus-resumable': '1.0.0' };
    let head = await this.http('HEAD', `/files/${fileId}`, undefined, tus);
    if (head.status === 404) {
      const created = await this.http('POST', '/files', undefined, {
        ...tus,
        'upload-length': String(bytes.length),
        'upload-metadata': metadata,
        'content-length': '0',
      });
      if (created.status !== 201) throw new Error(`POST /files ${created.status}`);
      head = await this.http('HEAD', `/files/${fileId}`, undefined, tus);
    }
    if (head.status !== 200 && head.status !== 204) throw new Error(`HEAD /files ${head.status}`);
    const offset = Number(head.headers['upload-offset']);
    const rest = bytes.subarray(offset);
    if (rest.length === 0) return { fileId, sha256: createHash('sha256').update(bytes).digest('hex') };
    const patched = await this.http('PATCH', `/files/${fileId}`, rest, {
      ...tus,
      'upload-offset': String(offset),
      'content-type': 'application/offset+octet-stream',
    });
    if (patched.status !== 204) throw new Error(`PATCH /files ${patched.status}`);
    return { fileId, sha256: createHash('sha256').update(bytes).digest('hex') };
  }

  /** A file's bytes as the hub gives them; throws on any status but 200. */
  async download(fileId: string): Promise<Buffer> {
    const reply = await this.http('GET', `/api/files/${fileId}`);
    if (reply.status !== 200) throw new Error(`GET file ${reply.status}`);
    return reply.body;
  }

  /** Status of a download that should be refused. */
  async downloadStatus(fileId: string): Promise<number> {
    return (await this.http('GET', `/api/files/${fileId}`)).status;
  }

  close() {
    this.socket?.close();
  }
}
