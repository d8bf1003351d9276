// A hub that does what a test tells it: cuts a connection after so many bytes, stays silent, spoils bytes, refuses tickets.
// Promises: real HTTP on loopback; everything that was asked is in `asked`; what was received is kept when it cuts, as a real
// disk would. Only what main's half of the conversation needs; the real hub is met in real-hub.test.ts.
import { createHash, randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';

export const CODE = '12345678';

interface Upload {
  sizeBytes: number;
  metadata: Record<string, string>;
  received: Buffer[];
}
const length = (buffers: readonly Buffer[]) => buffers.reduce((sum, buffer) => sum + buffer.length, 0);
export const sha256Of = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

export interface ScriptedHub {
  url: string;
  port: number;
  hubId: string;
  asked: { method: string; path: string; range: string | null; offset: string | null }[];
  uploads: Map<string, Upload>;
  bytesOf(fileId: string): Buffer;
  /** Files to be fetched. */
  files: Map<string, Buffer>;
  /** What goes wrong next; each is used up by the request it hits. */
  faults: {
    cutUpAfterBytes?: number;
    cutDownAfterBytes?: number;
    spoilDown?: boolean;
    refuseTickets?: number;
    status?: { method: string; status: number; body?: string };
    silent?: 'down' | 'up';
    ignoreRange?: boolean;
    html?: boolean;
    /** Before anything is answered. */
    before?: (method: string) => void;
  };
  close(): Promise<void>;
}

export async function startScriptedHub(port = 0, hubId: string = randomUUID()): Promise<ScriptedHub> {
  const asked: ScriptedHub['asked'] = [];
  const uploads = new Map<string, Upload>();
  const files = new Map<string, Buffer>();
  const faults: ScriptedHub['faults'] = {};
  const sockets = new Set<Socket>();
  let tickets = 0;
  let goodTicket = '';

  const json = (reply: ServerResponse, value: unknown, status = 200) =>
    reply.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value));

  async function answer(request: IncomingMessage, reply: ServerResponse): Promise<void> {
    const path = new URL(request.url ?? '/', 'http://x').pathname;
    const method = request.method ?? '';
    const header = (name: string) => (request.headers[name] as string | undefined) ?? null;
    asked.push({ method, path, range: header('range'), offset: header('upload-offset') });
    faults.before?.(method);
    if (faults.html)
      return void reply.writeHead(200, { 'content-type': 'text/html' }).end('<html>Войдите в сеть</html>');
    const now = Date.now();
    if (path === '/api/hub') {
      return void json(reply, { ok: true, value: { hubId, name: 'Школа', protocol: 1, floor: 1, version: '1', now } });
    }
    if (path === '/api/session' && method === 'POST') {
      goodTicket = `ticket-${++tickets}`;
      const value = { ticket: goodTicket, expiresAt: now + 900_000, personId: hubId, hubId, now };
      return void json(reply, { ok: true, value });
    }
    if (path === '/api/devices' && method === 'POST') {
      let text = '';
      for await (const chunk of request) text += String(chunk);
      if ((JSON.parse(text) as { code: string }).code !== CODE)
        return void json(reply, { ok: false, code: 'wrong-code' });
      const value = { deviceId: randomUUID(), secret: 'secret', personId: randomUUID(), hubId };
      return void json(reply, { ok: true, value });
    }
    if (faults.refuseTickets) {
      faults.refuseTickets -= 1;
      return void json(reply, { ok: false, code: 'signed-out' }, 401);
    }
    if (header('authorization') !== `Bearer ${goodTicket}`)
      return void json(reply, { ok: false, code: 'signed-out' }, 401);
    if (faults.status?.method === method) {
      const { status, body } = faults.status;
      delete faults.status;
      return void reply.writeHead(status).end(body);
    }
    if (path.startsWith('/api/files/')) return down(request, reply, path.slice('/api/files/'.length));
    if (path === '/files' && method === 'POST') return create(request, reply);
    if (path.startsWith('/files/')) return up(request, reply, path.slice('/files/'.length));
    reply.writeHead(404).end();
  }

  function create(request: IncomingMessage, reply: ServerResponse): void {
    const pairs = String(request.headers['upload-metadata'] ?? '').split(',');
    const metadata = Object.fromEntries(
      pairs.map((pair) => pair.split(' ')).map(([key, value]) => [key, Buffer.from(value ?? '', 'base64').toString()]),
    ) as Record<string, string>;
    const id = metadata.fileId ?? '';
    if (uploads.has(id)) return void json(reply, { ok: false, code: 'id-reused' }, 409);
    uploads.set(id, { sizeBytes: Number(request.headers['upload-length']), metadata, received: [] });
    reply.writeHead(201, { location: `/files/${id}`, 'tus-resumable': '1.0.0' }).end();
  }

  async function up(request: IncomingMessage, reply: ServerResponse, id: string): Promise<void> {
    const upload = uploads.get(id);
    if (!upload) return void reply.writeHead(404).end();
    const at = () => ({ 'upload-offset': String(length(upload.received)), 'upload-length': String(upload.sizeBytes) });
    if (request.method === 'HEAD') return void reply.writeHead(200, { ...at(), 'tus-resumable': '1.0.0' }).end();
    if (Number(request.headers['upload-offset']) !== length(upload.received)) return void reply.writeHead(409).end();
    let left = faults.cutUpAfterBytes ?? Infinity;
    if (faults.silent === 'up') {
      delete faults.silent;
      request.resume();
      return;
    }
    for await (const chunk of request as AsyncIterable<Buffer>) {
      upload.received.push(chunk.subarray(0, left));
      left -= chunk.length;
      if (left <= 0) {
        delete faults.cutUpAfterBytes;
        request.socket.destroy();
        return;
      }
    }
    reply.writeHead(204, { ...at(), 'tus-resumable': '1.0.0' }).end();
  }

  function down(request: IncomingMessage, reply: ServerResponse, id: string): void {
    const bytes = files.get(id);
    if (!bytes) return void json(reply, { ok: false, code: 'not-found' }, 404);
    const from = faults.ignoreRange ? 0 : Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1] ?? 0);
    const isPart = from > 0;
    let body = bytes.subarray(from);
    if (faults.spoilDown) {
      delete faults.spoilDown;
      body = Buffer.from(body);
      body[body.length - 1] = (body[body.length - 1] ?? 0) ^ 1;
    }
    reply.writeHead(isPart ? 206 : 200, {
      etag: `"${sha256Of(bytes)}"`,
      'content-length': body.length,
      ...(isPart ? { 'content-range': `bytes ${from}-${bytes.length - 1}/${bytes.length}` } : {}),
    });
    if (faults.silent === 'down') {
      delete faults.silent;
      return void reply.write(body.subarray(0, 10));
    }
    const cut = faults.cutDownAfterBytes;
    if (cut === undefined) return void reply.end(body);
    delete faults.cutDownAfterBytes;
    reply.write(body.subarray(0, cut), () => setImmediate(() => request.socket.destroy()));
  }

  const server = createServer((request, reply) => {
    answer(request, reply).catch(() => reply.destroy());
  });
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  const own = (server.address() as AddressInfo).port;
  return {
    url: `http://127.0.0.1:${own}`,
    port: own,
    hubId,
    asked,
    uploads,
    bytesOf: (fileId) => Buffer.concat(uploads.get(fileId)?.received ?? []),
    files,
    faults,
    close: () =>
      new Promise((resolve) => {
        for (const socket of sockets) socket.destroy();
        server.close(() => resolve());
      }),
  };
}
