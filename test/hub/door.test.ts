/** The HTTP door: who may knock, what is sent to whom, and what odd requests get. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import packageJson from '../../package.json' with { type: 'json' };
import { LAN_NAMES_MAX } from '../../src/core/embedding.ts';
import type { HubFacts } from '../../src/core/wire.ts';
import { BODY_BYTES_MAX, HUB_VERSION } from '../../src/hub/http.ts';
import { startHub, type StartedHub } from '../support/hub.ts';
import { ask, call, eventually, Person } from '../support/person.ts';

const SECRET = 'not for the page';
let folder: string;
let hub: StartedHub;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'parta-page-'));
  const studentDir = join(folder, 'student');
  await mkdir(join(studentDir, 'assets'), { recursive: true });
  await writeFile(join(folder, 'secret.txt'), SECRET);
  await writeFile(join(studentDir, 'index.html'), '<!doctype html><title>Парта</title>');
  await writeFile(join(studentDir, 'assets', 'index-abc.js'), 'console.log(1);'.repeat(200));
  hub = await startHub({ studentDir, origins: ['http://stand-in.test:1'] });
});
afterAll(async () => {
  await hub.stop();
  await rm(folder, { recursive: true, force: true });
});

const UPGRADE =
  'GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: hub.test\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n' +
  'Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n';

/** Bytes as they are, answer as it comes. */
function raw(bytes: string): Promise<string> {
  return new Promise((resolve) => {
    let answer = '';
    const socket = connect(hub.port, '127.0.0.1', () => socket.write(bytes));
    socket.on('data', (chunk: Buffer) => {
      answer += chunk.toString();
      // An upgrade that was let through stays open.
      if (answer.includes(' 101 ')) socket.destroy();
    });
    socket.on('close', () => resolve(answer));
    socket.on('error', () => resolve(answer));
  });
}

test('says publicly which hub it is, and nothing of its classes', async () => {
  const facts = await call<HubFacts>(hub.url, '/api/hub');
  expect(Object.keys(facts).sort()).toEqual(['epoch', 'floor', 'hubId', 'name', 'now', 'protocol', 'version']);
  expect(facts).toMatchObject({ hubId: hub.hub.hubId, name: 'Школа № 1', version: packageJson.version });
  expect(HUB_VERSION).toBe(packageJson.version);
});

describe('Host', () => {
  test.each([
    'hub.test:1234',
    'HUB.TEST',
    '127.0.0.1:1',
    '192.168.1.5:8010',
    '[::1]:8010',
    'localhost',
    hostname(),
    `${hostname()}.local:80`,
  ])('%s is answered', async (host) => {
    expect((await ask(hub.url, '/api/hub', { host })).status).toBe(200);
  });

  test.each([
    'evil.test',
    'hub.test.evil.test',
    'evil.test:8010',
    'hub.test@evil.test',
    '',
    '127.0.0.1.evil.test',
    'a b',
  ])('a name that is not ours is refused everywhere: "%s"', async (host) => {
    for (const path of ['/api/hub', '/', '/files', '/api/files/x'])
      expect(
        (await raw(`GET ${path} HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`)).split('\r\n')[0],
      ).toMatch(/ (400|403) /);
    const upgrade = await raw(UPGRADE.replace('hub.test', host));
    expect(upgrade).not.toContain('101');
  });
});

describe('the name on the network', () => {
  test.each(['parta.local', 'PARTA.local.:8010', `parta-${LAN_NAMES_MAX}.local`])(
    '%s leads a page on to the address, and is no second origin',
    async (host) => {
      for (const path of ['/', '/?c=123456', '/assets/index-abc.js', '//evil.test/x']) {
        const { status, headers } = await ask(hub.url, path, { host });
        expect([status, headers.location]).toEqual([302, `http://127.0.0.1:${hub.port}${path}`]);
        expect(headers['cache-control']).toBe('no-store');
      }
      for (const path of ['/api/hub', '/api/me', '/files', '/files/x', '/socket.io/?EIO=4&transport=polling'])
        expect((await ask(hub.url, path, { host })).status, path).toBe(403);
      expect((await ask(hub.url, '/', { host, method: 'POST' })).status).toBe(403);
      expect(await raw(UPGRADE.replace('hub.test', host))).not.toContain('101');
    },
  );

  test.each(['parta-1.local', `parta-${LAN_NAMES_MAX + 1}.local`, 'parta.local.evil.test', 'xparta.local', 'parta'])(
    '%s is none of ours',
    async (host) => expect((await ask(hub.url, '/', { host })).status).toBe(403),
  );

  test('a school that gives its server such a name is served under it', async () => {
    const named = await startHub({ hosts: ['parta.local'] });
    expect((await ask(named.url, '/api/hub', { host: 'parta.local' })).status).toBe(200);
    await named.stop();
  });
});

describe('Origin', () => {
  const from = (origin: string, what: object = {}) =>
    ask(hub.url, '/api/hub', { headers: { Origin: origin }, ...what });

  test('the hub’s own page, the app’s, and those named; no other, "null" neither', async () => {
    const own = await from('http://hub.test:5', { host: 'hub.test:5' });
    expect([own.status, own.headers['access-control-allow-origin']]).toEqual([200, undefined]);
    for (const origin of ['app://bundle', 'http://stand-in.test:1']) {
      const answer = await from(origin);
      expect([answer.status, answer.headers['access-control-allow-origin']]).toEqual([200, origin]);
    }
    for (const origin of ['null', 'http://evil.test', 'http://hub.test:6', 'app://bundle.evil', 'file://']) {
      const answer = await from(origin, { host: 'hub.test:5' });
      expect([answer.status, answer.headers['access-control-allow-origin']], origin).toEqual([403, undefined]);
    }
  });

  test('a foreign page opens no socket', async () => {
    const handshake = (origin: string) => raw(UPGRADE.replace('\r\nUpgrade:', `\r\nOrigin: ${origin}\r\nUpgrade:`));
    expect(await handshake('http://evil.test')).toMatch(/^HTTP\/1.1 4\d\d/);
    expect(await handshake('http://hub.test')).toMatch(/^HTTP\/1.1 101/);
    const poll = (origin: string) =>
      ask(hub.url, '/socket.io/?EIO=4&transport=polling', { host: 'hub.test', headers: { Origin: origin } });
    expect((await poll('http://evil.test')).status).toBe(403);
    expect((await poll('http://hub.test')).status).toBe(200);
  });

  test('preflights of the app’s page are answered, for private networks too', async () => {
    const answer = await ask(hub.url, '/files', {
      method: 'OPTIONS',
      headers: {
        Origin: 'app://bundle',
        'Access-Control-Request-Method': 'PATCH',
        'Access-Control-Request-Private-Network': 'true',
      },
    });
    expect(answer.status).toBe(204);
    expect(answer.headers['access-control-allow-methods']).toContain('PATCH');
    expect(answer.headers['access-control-allow-headers']).toContain('Upload-Offset');
    expect(answer.headers['access-control-allow-private-network']).toBe('true');
    const foreign = await ask(hub.url, '/files', { method: 'OPTIONS', headers: { Origin: 'http://evil.test' } });
    expect(foreign.status).toBe(403);
  });
});

describe('the pupil’s page', () => {
  test('comes with a policy that lets nothing foreign and nothing inline run', async () => {
    const { status, headers, bytes } = await ask(hub.url, '/', { host: 'hub.test:7' });
    expect([status, headers['content-type'], headers['cache-control']]).toEqual([
      200,
      'text/html; charset=utf-8',
      'no-cache',
    ]);
    const policy = headers['content-security-policy'] as string;
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("script-src 'self';");
    expect(policy).toContain("connect-src 'self' ws://hub.test:7");
    expect(policy).not.toMatch(/unsafe|\*/);
    expect(headers).toMatchObject({ 'x-content-type-options': 'nosniff', 'referrer-policy': 'no-referrer' });
    expect(bytes.toString()).toContain('Парта');
  });

  test('what carries a hash in its name is kept for ever, and compressed where the browser takes it', async () => {
    const path = '/assets/index-abc.js';
    const plain = await ask(hub.url, path);
    expect(plain.headers['cache-control']).toBe('public, max-age=31536000, immutable');
    expect(plain.headers['content-encoding']).toBeUndefined();
    for (const coding of ['br', 'gzip']) {
      const small = await ask(hub.url, path, { headers: { 'Accept-Encoding': coding } });
      expect(small.headers['content-encoding']).toBe(coding);
      expect(small.bytes.length).toBeLessThan(plain.bytes.length);
    }
  });

  test.each([
    '/../secret.txt',
    '/..%2fsecret.txt',
    '/%2e%2e/secret.txt',
    '/assets/../../secret.txt',
    '/assets/..%5c..%5csecret.txt',
    '/..\\secret.txt',
    '//etc/passwd',
    '/assets/index-abc.js/../../../secret.txt',
    '/assets',
    '/index.html%00.txt',
    '/api/files/../../secret.txt',
    '/api/files/..%2f..%2fhub.db',
    '/files/../hub.db',
    '/files/..%2fhub.db',
    '/hub.db',
  ])('no path leads out of it: %s', async (path) => {
    const ticket = (await new Person(hub.url, hub.owner).signIn()).ticket;
    for (const method of ['GET', 'HEAD', 'PATCH', 'DELETE']) {
      const headers = {
        'Tus-Resumable': '1.0.0',
        'Upload-Offset': '0',
        'Content-Type': 'application/offset+octet-stream',
      };
      const answer = await ask(hub.url, path, { method, ticket, headers });
      expect(answer.status).toBe(404);
      expect(answer.bytes.toString()).not.toContain(SECRET);
      expect(answer.bytes.toString()).not.toContain('SQLite');
    }
  });
});

describe('bodies', () => {
  const post = (body: string | object, headers: Record<string, string> = { 'Content-Type': 'application/json' }) =>
    ask(hub.url, '/api/session', { method: 'POST', body, headers });
  const codeIn = async (answer: ReturnType<typeof post>) =>
    (JSON.parse((await answer).bytes.toString()) as { code: string }).code;

  test('what is no JSON, another shape, or a form of a foreign page is bad-request', async () => {
    expect(await codeIn(post('{'))).toBe('bad-request');
    expect(await codeIn(post('null'))).toBe('bad-request');
    expect(await codeIn(post({ deviceId: 'x' }))).toBe('bad-request');
    expect(await codeIn(post('['.repeat(10_000)))).toBe('bad-request');
    expect(await codeIn(post('{"__proto__":{"deviceId":"x"}}'))).toBe('bad-request');
    const good = { deviceId: hub.owner.deviceId, secret: hub.owner.secret, protocol: 1 };
    expect(await codeIn(post(JSON.stringify(good), { 'Content-Type': 'text/plain' }))).toBe('bad-request');
    expect((await post(good)).status).toBe(200);
  });

  test('above BODY_BYTES_MAX is too large, announced or not', async () => {
    const answer = await post(JSON.stringify({ secret: 'x'.repeat(BODY_BYTES_MAX) }));
    expect(answer.status).toBe(413);
    const chunk = 'x'.repeat(1_000);
    const endless = await raw(
      'POST /api/session HTTP/1.1\r\nHost: hub.test\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n' +
        `3e8\r\n${chunk}\r\n`.repeat(40),
    );
    expect(endless).toMatch(/^HTTP\/1.1 413/);
  });

  test('no answer carries a stack, a path or a sentence', async () => {
    for (const path of ['/api/me', '/api/nothing', '/api/logs/x/join-code', '/api/devices/x', '/%', '/api/files/%ff'])
      for (const method of ['GET', 'POST', 'DELETE', 'PUT', 'TRACE', 'PATCH']) {
        const { status, bytes } = await ask(hub.url, path, { method });
        expect(status).toBeGreaterThanOrEqual(400);
        expect(status).toBeLessThan(500);
        expect(bytes.toString()).toMatch(/^\{"ok":false,"code":"[a-z-]+"\}$/);
      }
  });

  test('smuggled and broken requests are refused and the hub lives', async () => {
    const odd = [
      'POST /api/session HTTP/1.1\r\nHost: hub.test\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
      'GET / HTTP/9.9\r\n\r\n',
      'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n',
      `GET /${'x'.repeat(100_000)} HTTP/1.1\r\nHost: hub.test\r\n\r\n`,
      '\u0000\u0001\u0002\r\n\r\n',
    ];
    for (const bytes of odd) expect(await raw(bytes)).toMatch(/^(HTTP\/1.1 4\d\d|$)/);
    expect((await ask(hub.url, '/api/hub')).status).toBe(200);
  });
});

test('a port that is taken moves on by one and is kept; two hubs live side by side', async () => {
  const second = await startHub({ port: hub.port, address: '127.0.0.1' }).catch(() => null);
  expect(second?.port).toBeGreaterThan(hub.port);
  const { port, dataDir } = second!;
  await second!.hub.close();
  const third = await startHub({ dataDir, port: null, address: '127.0.0.1' });
  expect(third.port).toBe(port);
  await third.stop({ keep: false });
});

test('close leaves nothing listening, and ends open sockets', async () => {
  const closing = await startHub();
  const person = new Person(closing.url, closing.owner);
  await person.connect();
  // A request that never ends, a socket that never speaks, an upgrade that never connects.
  const hanging = [
    'POST /api/session HTTP/1.1\r\nHost: hub.test\r\nContent-Type: application/json\r\nContent-Length: 5\r\n\r\n',
    '',
    UPGRADE,
  ];
  const sockets = hanging.map((bytes) => {
    const socket = connect(closing.port, '127.0.0.1', () => socket.write(bytes));
    return socket.on('error', () => undefined).resume();
  });
  await eventually(() => sockets.every((socket) => !socket.connecting));
  await closing.stop();
  await eventually(() => person.socket?.disconnected && sockets.every((socket) => socket.closed));
  await expect(ask(closing.url, '/api/hub')).rejects.toThrow('ECONNREFUSED');
});
