// Promises: protocol.handle with streamed bodies both ways and an origin of its own per host that is secure and survives
// restarts; net.fetch. Hides: `app://bundle/x` is really `http://bundle.app.stand-in.localhost/x`, which Chromium is told to
// find at a loopback server of ours; addresses are translated wherever they are seen by the app.
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { networkInterfaces } from 'node:os';
import { extname } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { fileURLToPath } from 'node:url';
import type {
  CallbackResponse,
  CustomScheme,
  Net,
  OnBeforeRequestListenerDetails,
  OnHeadersReceivedListenerDetails,
  Protocol,
} from 'electron';
import { guarded, notProvided } from './provided.ts';

const SUFFIX = 'stand-in.localhost';
type Handler = (request: Request) => Response | Promise<Response>;
type Headers_ = Record<string, string[]>;

const schemes = new Set<string>();
const handlers = new Map<string, Handler>();
let hasStarted = false;

/** The app's address → Chromium's. Addresses of other schemes stay as they are. */
export function toChromium(url: string): string {
  const [, scheme = '', host = '', rest = ''] = /^([a-z][a-z0-9+.-]*):\/\/([^/?#]*)(.*)$/is.exec(url) ?? [];
  if (!schemes.has(scheme)) return url;
  return `http://${host}.${scheme}.${SUFFIX}${rest.startsWith('/') ? '' : '/'}${rest}`;
}

/** Chromium's address → the app's. */
export function fromChromium(url: string): string {
  const [, host, scheme, rest] =
    /^http:\/\/([^/?#]+)\.([a-z0-9+-]+)\.stand-in\.localhost(?::\d+)?(.*)$/s.exec(url) ?? [];
  return scheme === undefined ? url : `${scheme}://${host}${rest}`;
}

/** The origin as Electron names it: a standard scheme has one, `new URL` does not know that. */
export function originOf(url: string): string {
  const standard = /^([a-z][a-z0-9+.-]*):\/\/[^/?#]*/i.exec(url);
  return standard && schemes.has(standard[1] ?? '') ? standard[0] : URL.canParse(url) ? new URL(url).origin : 'null';
}

/** `app:` and `app://host` in a policy, as Chromium has to read them. */
function policyForChromium(policy: string): string {
  return policy.replace(
    /(?<=^|[\s;,])([a-z][a-z0-9+.-]*):(\/\/[^\s;,/]+)?(?=[\s;,/]|$)/gi,
    (source, scheme: string, host?: string) =>
      schemes.has(scheme) ? `http://${host?.slice(2) ?? '*'}.${scheme}.${SUFFIX}` : source,
  );
}

const REWRITTEN: Record<string, (value: string) => string> = {
  'content-security-policy': policyForChromium,
  'content-security-policy-report-only': policyForChromium,
  location: toChromium,
  'access-control-allow-origin': (value) => toChromium(value).replace(/\/$/, ''),
};

/** What webRequest makes of requests for the app's own schemes; set by the session. */
export const interception = {
  /** Before the handler: cancel or lead elsewhere. */
  before: undefined as
    ((details: Omit<OnBeforeRequestListenerDetails, 'id'>) => Promise<CallbackResponse | undefined>) | undefined,
  /** The headers that the page gets. Null cancels. */
  headers: undefined as
    ((details: Omit<OnHeadersReceivedListenerDetails, 'id'>) => Promise<Headers_ | null>) | undefined,
};

const KINDS: Record<string, OnHeadersReceivedListenerDetails['resourceType']> = {
  document: 'mainFrame',
  iframe: 'subFrame',
  style: 'stylesheet',
  script: 'script',
  worker: 'script',
  image: 'image',
  font: 'font',
  audio: 'media',
  video: 'media',
  empty: 'xhr',
};

/** A network error that Chromium does not try again, unlike a connection that just ends. */
function refuse(reply: ServerResponse): void {
  if (reply.headersSent) return void reply.destroy();
  reply.socket?.end('HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n');
}

async function answer(request: IncomingMessage, reply: ServerResponse): Promise<void> {
  if (request.url === '/favicon.ico') return void reply.writeHead(204).end(); // Electron's windows ask for no icon
  const url = fromChromium(`http://${request.headers.host}${request.url}`);
  const handler = handlers.get(url.split(':')[0] ?? '');
  if (!handler) return void reply.writeHead(404).end();
  const method = request.method ?? 'GET';
  const headers = new Headers();
  for (const [name, value] of Object.entries(request.headers)) {
    if (value === undefined || name === 'host' || name === 'connection') continue;
    const text = String(value);
    headers.set(name, name === 'origin' || name === 'referer' ? fromChromium(text) : text);
  }
  const aborted = new AbortController();
  reply.once('close', () => aborted.abort());
  const facts = {
    url,
    method,
    resourceType: KINDS[request.headers['sec-fetch-dest'] as string] ?? ('other' as const),
    referrer: headers.get('referer') ?? '',
    timestamp: Date.now(),
  };
  const verdict = await interception.before?.({ ...facts, uploadData: [] });
  if (verdict?.cancel) return refuse(reply);
  if (verdict?.redirectURL) return void reply.writeHead(307, { location: toChromium(verdict.redirectURL) }).end();
  const hasBody = method !== 'GET' && method !== 'HEAD';
  const response = await handler(
    new Request(url, {
      method,
      headers,
      signal: aborted.signal,
      ...(hasBody ? { body: Readable.toWeb(request) as ReadableStream<Uint8Array>, duplex: 'half' } : {}),
    } as RequestInit),
  );
  if (response.type === 'error') return refuse(reply); // Response.error(): the page sees a network error
  const given: Headers_ = {};
  for (const [name, value] of response.headers) (given[name] ??= []).push(value);
  const responseHeaders = interception.headers
    ? await interception.headers({
        ...facts,
        statusCode: response.status,
        statusLine: `HTTP/1.1 ${response.status} ${response.statusText}`,
        responseHeaders: given,
      })
    : given;
  if (!responseHeaders) return refuse(reply);
  const sent = Object.entries(responseHeaders).map(([name, values]): [string, string[]] => {
    const rewrite = REWRITTEN[name.toLowerCase()];
    return [name, rewrite ? values.map(rewrite) : values];
  });
  reply.writeHead(response.status, Object.fromEntries(sent));
  if (!response.body) return void reply.end();
  await pipeline(Readable.fromWeb(response.body as Parameters<typeof Readable.fromWeb>[0]), reply);
}

/** Starts the loopback server; resolves with the resolver rule that leads Chromium to it. */
export async function serveSchemes(): Promise<string> {
  hasStarted = true;
  const server = createServer((request, reply) => {
    answer(request, reply).catch((error: unknown) => {
      if (!reply.destroyed)
        process.stderr.write(`stand-in: protocol handler: ${(error as Error)?.stack ?? String(error)}\n`);
      refuse(reply); // the page sees a network error, as in Electron
    });
  });
  server.requestTimeout = 0; // an upload may take as long as it likes
  server.keepAliveTimeout = 60_000;
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  server.unref();
  return `MAP *.${SUFFIX} 127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const PRIVILEGES = [
  'standard',
  'secure',
  'supportFetchAPI',
  'stream',
  'corsEnabled',
  'codeCache',
  'bypassCSP',
  'allowServiceWorkers',
];

export const protocol = guarded<
  Pick<Protocol, 'registerSchemesAsPrivileged' | 'handle' | 'unhandle' | 'isProtocolHandled'>
>('protocol', {
  registerSchemesAsPrivileged(list: CustomScheme[]) {
    if (hasStarted) throw new Error('protocol.registerSchemesAsPrivileged should be called before app is ready');
    for (const { scheme, privileges } of list) {
      const wanted = Object.entries(privileges ?? {}).filter(([, isOn]) => isOn);
      for (const [name] of wanted) if (!PRIVILEGES.includes(name)) notProvided(`scheme privilege '${name}'`);
      if (!privileges?.standard || !privileges.secure) notProvided('a scheme that is not standard and secure');
      if (privileges.bypassCSP || privileges.allowServiceWorkers) notProvided('bypassCSP, allowServiceWorkers');
      schemes.add(scheme);
    }
  },
  handle(scheme, handler) {
    if (!schemes.has(scheme)) notProvided(`protocol.handle('${scheme}') without registerSchemesAsPrivileged`);
    if (handlers.has(scheme)) throw new Error(`Failed to register protocol: ${scheme}`);
    handlers.set(scheme, handler as Handler);
  },
  unhandle(scheme) {
    if (!handlers.delete(scheme)) throw new Error(`Failed to unregister protocol: ${scheme}`);
  },
  isProtocolHandled: (scheme) => handlers.has(scheme),
});

const TYPES: Record<string, string> = {
  '.css': 'text/css',
  '.gif': 'image/gif',
  '.html': 'text/html',
  '.ico': 'image/x-icon',
  '.jpeg': 'image/jpeg',
  '.jpg': 'image/jpeg',
  '.js': 'text/javascript',
  '.json': 'application/json',
  '.mjs': 'text/javascript',
  '.mp3': 'audio/mpeg',
  '.mp4': 'video/mp4',
  '.pdf': 'application/pdf',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
  '.txt': 'text/plain',
  '.wasm': 'application/wasm',
  '.webm': 'video/webm',
  '.webp': 'image/webp',
  '.woff2': 'font/woff2',
};

async function fetchFile(url: string, init: RequestInit | undefined): Promise<Response> {
  if (new Headers(init?.headers).has('range')) notProvided('net.fetch of a part of a file');
  const path = fileURLToPath(url);
  const found = await stat(path).catch(() => undefined);
  if (!found?.isFile()) throw new Error('net::ERR_FILE_NOT_FOUND');
  return new Response(Readable.toWeb(createReadStream(path)) as ReadableStream<Uint8Array>, {
    headers: { 'content-type': TYPES[extname(path).toLowerCase()] ?? 'application/octet-stream' },
  });
}

const isOnline = (): boolean =>
  Object.values(networkInterfaces()).some((addresses) => addresses?.some((address) => !address.internal));

export const net = guarded<Pick<Net, 'fetch' | 'isOnline'> & { readonly online: boolean }>('net', {
  async fetch(input, init) {
    const url = input instanceof Request ? input.url : String(input);
    const scheme = new URL(url).protocol;
    if (scheme === 'file:') return (await fetchFile(url, init)) as never;
    if (scheme !== 'http:' && scheme !== 'https:') notProvided(`net.fetch of ${scheme}`);
    return (await fetch(input as RequestInfo, init)) as never;
  },
  isOnline,
  get online() {
    return isOnline();
  },
});
