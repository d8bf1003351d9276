import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { PartaError } from '../../src/core/errors.ts';
import { Nothing, type Credentials } from '../../src/core/wire.ts';
import { openAuth, TICKET_SPARE_MS, type Cipher } from '../../src/main/auth.ts';
import type { HubProcess } from '../../src/main/hub-process.ts';
import { ANSWER_BYTES_MAX, askHub, hubFacts } from '../../src/main/hub-requests.ts';
import { SILENT } from '../../src/main/log.ts';
import { addressesMeant, isCovered, openServers } from '../../src/main/servers.ts';
import type { SignIn } from '../../src/main/settings.ts';
import { startScriptedHub, CODE } from './scripted-hub.ts';
import { heardLog } from './scratch.ts';

const HUB = '01890000-0000-7000-8000-000000000001' as Credentials['hubId'];
const PERSON = '01890000-0000-7000-8000-000000000002' as Credentials['personId'];
const DEVICE = '01890000-0000-7000-8000-000000000003' as Credentials['deviceId'];

/** A key store that can be seen to have been used. */
const cipher = (isAvailable = true): Cipher => ({
  isEncryptionAvailable: () => isAvailable,
  encryptString: (text) => Buffer.from([...text].reverse().join('')),
  decryptString(bytes) {
    const text = [...bytes.toString()].reverse().join('');
    if (!text.startsWith('secret')) throw new Error('another key');
    return text;
  },
});

function stored() {
  const values: { signIns: SignIn[]; embedded: { hubName: string; port: number | null } | null } = {
    signIns: [],
    embedded: null,
  };
  return {
    values,
    read: <K extends keyof typeof values>(key: K) => values[key],
    write: (changes: object) => void Object.assign(values, changes),
  };
}

function fakeHub(): HubProcess & { owners: number; running: number | null } {
  const hub = {
    owners: 0,
    running: null as number | null,
    async start() {
      await Promise.resolve();
      hub.running = 8010;
    },
    stop: () => Promise.resolve(),
    makeOwner: () =>
      Promise.resolve({ deviceId: DEVICE, secret: `secret${++hub.owners}`, personId: PERSON, hubId: HUB }),
    port: () => hub.running,
    hubId: () => HUB,
    state: () => ({ state: 'ready' as const, code: null, port: hub.running }),
  };
  return hub;
}

function opened(hub = fakeHub(), store = stored()) {
  let changes = 0;
  const servers = openServers({
    stored: store,
    auth: openAuth(cipher(), SILENT),
    hub,
    deviceName: 'Ноутбук',
    onChange: () => void (changes += 1),
  });
  return { servers, hub, store, changes: () => changes };
}

async function scripted(hubId?: string) {
  const hub = await startScriptedHub(0, hubId);
  onTestFinished(() => hub.close());
  return hub;
}

describe('typed addresses', () => {
  const guesses = (host: string) => [`http://${host}:8010`, `https://${host}`, `http://${host}`];
  it.each([
    ['192.168.1.5', guesses('192.168.1.5')],
    ['  192.168.1.5 ', guesses('192.168.1.5')],
    ['192,168,1,5', guesses('192.168.1.5')],
    ['192,168,1,5:9000', ['http://192.168.1.5:9000']],
    ['１９２.168.1.5', guesses('192.168.1.5')],
    [':8010', ['http://localhost:8010']],
    ['host:8010', ['http://host:8010']],
    ['HOST.local', guesses('host.local')],
    ['host:8010/anything?x#y', ['http://host:8010']],
    ['http://192.168.1.5:8010/', ['http://192.168.1.5:8010']],
    ['https://school.example', ['https://school.example']],
    ['http://school.example/parta/index.html', ['http://school.example']],
    ['[fe80::1]:8010', ['http://[fe80::1]:8010']],
    [
      'школа.рф',
      guesses('xn--80aat1ar.xn--p1ai').map((url) =>
        url.replace('xn--80aat1ar', new URL('http://школа.рф').hostname.split('.')[0]!),
      ),
    ],
    ['', []],
    ['два слова', []],
    ['123456', []],
    ['ftp://host', []],
    ['file:///etc/passwd', []],
    ['javascript:alert(1)', []],
    ['http://teacher:secret@host', []],
    ['host:99999', []],
    ['http://', []],
    ['%%%', []],
  ])('%j means %j', (typed, meant) => {
    expect(addressesMeant(typed)).toEqual(meant);
  });
});

describe('asking a hub', () => {
  it('whatever is not a hub is "not-a-hub"; silence is "hub-unreachable"', async () => {
    const hub = await scripted();
    hub.faults.html = true;
    await expect(hubFacts(hub.url)).rejects.toThrow('not-a-hub');
    const answers: Record<string, (reply: ServerResponse) => void> = {
      '/portal/api/hub': (reply) => reply.writeHead(302, { location: 'https://login.example/' }).end(),
      '/api/hub': (reply) => reply.end('x'.repeat(ANSWER_BYTES_MAX + 1)),
      '/api/me': (reply) => reply.end('{"ok":true,"value":{"hubId":"no"}}'),
      '/api/devices': (reply) => reply.end('{"ok":false,"code":"a-code-from-the-future"}'),
      '/api/session': () => {},
    };
    const server = createServer((request, reply) => answers[request.url ?? '']?.(reply));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => void (server.closeAllConnections(), server.close()));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    await expect(askHub(url, '/portal/api/hub', Nothing)).rejects.toThrow('not-a-hub');
    await expect(hubFacts(url)).rejects.toThrow('not-a-hub');
    await expect(askHub(url, '/api/me', Nothing)).resolves.toEqual({});
    await expect(askHub(url, '/api/devices', Nothing)).rejects.toThrow('internal');
    await expect(askHub(url, '/api/session', Nothing, { timeoutMs: 50 })).rejects.toThrow('hub-unreachable');
    await expect(hubFacts('http://127.0.0.1:9')).rejects.toThrow('hub-unreachable');
  });
});

describe('servers', () => {
  it('makes the hub of this computer once, also when asked twice', async () => {
    const { servers, hub, store } = opened();
    const [one, two] = await Promise.all([
      servers.create(' Школа  №5 ', 'Анна Петровна'),
      servers.create('Школа', 'Анна'),
    ]);
    const three = await servers.create('Другая', 'Другая');
    expect([two, three]).toEqual([one, one]);
    expect(hub.owners).toBe(1);
    expect(one).toMatchObject({ kind: 'embedded', hubName: 'Школа №5', hubId: HUB, url: 'http://127.0.0.1:8010' });
    expect(store.values.signIns[0]?.secret).toBe(Buffer.from('1terces').toString('base64'));
    expect(JSON.stringify(store.values)).not.toContain('secret1');
  });

  it('refuses a name in which nothing can be seen', async () => {
    await expect(opened().servers.create('\u200b ', 'Анна')).rejects.toThrow('bad-name');
  });

  it('an embedded hub has no url while it does not run', async () => {
    const { servers, hub } = opened();
    const { serverId } = await servers.create('Школа', 'Анна');
    hub.running = null;
    expect(servers.list()[0]?.url).toBe('');
    await expect(servers.session(serverId)).rejects.toThrow('hub-unreachable');
  });

  it('joins with a one-time code, however it is typed, and gets tickets', async () => {
    const hub = await scripted();
    const { servers } = opened();
    await expect(servers.join(hub.url, '0000 0000')).rejects.toThrow('wrong-code');
    await expect(servers.join(hub.url, 'нет')).rejects.toThrow('wrong-code');
    await expect(servers.join('ftp://x', CODE)).rejects.toThrow('not-a-hub');
    const server = await servers.join(hub.url.replace('http://', ''), '1234-5678 ');
    expect(server).toMatchObject({ kind: 'remote', url: hub.url, hubId: hub.hubId, hubName: 'Школа' });
    expect(await servers.session(server.serverId)).toMatchObject({ ticket: 'ticket-1', url: hub.url });
  });

  it('joining again keeps the server id, because everything local hangs on it', async () => {
    const hub = await scripted();
    const { servers } = opened();
    const first = await servers.join(hub.url, CODE);
    const again = await servers.join(hub.url, CODE);
    expect(again.serverId).toBe(first.serverId);
    expect(servers.list()).toHaveLength(1);
  });

  it('takes over a sign-in that another device made for it, asking nobody; one that is there stays', async () => {
    const { servers, store, changes } = opened();
    const credentials = { deviceId: DEVICE, secret: 'secret7', personId: PERSON, hubId: HUB };
    const server = servers.adopt('http://192.168.1.5:8010', 'Школа', credentials);
    expect(server).toMatchObject({ kind: 'remote', url: 'http://192.168.1.5:8010', hubId: HUB, personId: PERSON });
    expect(changes()).toBe(1);
    const kept = structuredClone(store.values.signIns);
    expect(servers.adopt('http://elsewhere:1', 'Другая', { ...credentials, secret: 'x' })).toEqual(server);
    expect(store.values.signIns).toEqual(kept);
    const other = { ...credentials, personId: HUB as string as typeof PERSON };
    expect(() => servers.adopt('http://elsewhere:1', 'x', other)).toThrow('not-allowed');
  });

  it('another hub at the same address is refused', async () => {
    const hub = await scripted();
    const { servers } = opened();
    const { serverId } = await servers.join(hub.url, CODE);
    await hub.close();
    const other = await startScriptedHub(hub.port);
    onTestFinished(() => other.close());
    await expect(servers.session(serverId)).rejects.toThrow('other-hub');
  });

  it('moves with the hub to a new address, but not to another hub', async () => {
    const hub = await scripted();
    const { servers } = opened();
    const { serverId } = await servers.join(hub.url, CODE);
    const moved = await scripted(hub.hubId);
    expect(await servers.move(serverId, moved.url)).toMatchObject({ serverId, url: moved.url });
    const other = await scripted();
    await expect(servers.move(serverId, other.url)).rejects.toThrow('other-hub');
    expect(servers.list()[0]?.url).toBe(moved.url);
  });

  it('forgets a server, also one that is gone; never the hub of this computer', async () => {
    const hub = await scripted();
    const { servers } = opened();
    const { serverId } = await servers.join(hub.url, CODE);
    const own = await servers.create('Школа', 'Анна');
    await hub.close();
    await servers.forget(serverId);
    await expect(servers.forget(own.serverId)).rejects.toThrow('not-allowed');
    await expect(servers.forget(serverId)).rejects.toThrow('not-found');
    expect(servers.list()).toEqual([own]);
  });

  it('names http and ws of every hub for the policy, the expected port before the hub is ready', async () => {
    const remote = await scripted();
    const { servers, hub, store } = opened();
    const any = ['http://127.0.0.1:*', 'ws://127.0.0.1:*'];
    expect(servers.origins()).toEqual(any);
    expect(isCovered('http://127.0.0.1:8010', any)).toBe(true);
    expect(isCovered('http://127.0.0.10:8010', any)).toBe(false);
    expect(isCovered('http://192.168.1.5:8010', any)).toBe(false);
    await servers.create('Школа', 'Анна');
    await servers.join(remote.url, CODE);
    hub.running = null;
    store.values.embedded = { hubName: 'Школа', port: 8123 };
    const ws = remote.url.replace('http', 'ws');
    expect(servers.origins()).toEqual(['http://127.0.0.1:8123', 'ws://127.0.0.1:8123', remote.url, ws]);
  });
});

describe('tickets', () => {
  const signIn = (over: Partial<SignIn> = {}): SignIn => ({
    serverId: 's',
    kind: 'remote',
    url: '',
    hubId: HUB,
    hubName: 'Школа',
    personId: PERSON,
    deviceId: DEVICE,
    secret: cipher().encryptString('secret').toString('base64'),
    isSealed: true,
    ...over,
  });

  it('one ticket serves until shortly before it expires, by a clock that may differ from the hub’s', async () => {
    const hub = await scripted(HUB);
    let now = 5;
    const auth = openAuth(cipher(), SILENT, () => now);
    const asked = () => hub.asked.filter(({ path }) => path === '/api/session').length;
    await Promise.all([auth.session(signIn(), hub.url), auth.session(signIn(), hub.url)]);
    expect(asked()).toBe(1);
    now += 900_000 - TICKET_SPARE_MS - 1;
    await auth.session(signIn(), hub.url);
    expect(asked()).toBe(1);
    now += 1;
    await auth.session(signIn(), hub.url);
    expect(asked()).toBe(2);
    auth.forget('s');
    await auth.session(signIn(), hub.url);
    expect(asked()).toBe(3);
  });

  it('a ticket that the hub would not take is not given again; a newer one is', async () => {
    const hub = await scripted(HUB);
    const auth = openAuth(cipher(), SILENT);
    const { ticket } = await auth.session(signIn(), hub.url);
    const asked = [auth.session(signIn(), hub.url, ticket), auth.session(signIn(), hub.url, ticket)];
    const [one, two] = await Promise.all(asked);
    expect([ticket, one?.ticket, two?.ticket]).toEqual(['ticket-1', 'ticket-2', 'ticket-2']);
    expect(await auth.session(signIn(), hub.url, ticket)).toEqual(one);
  });

  it('a failure is not remembered', async () => {
    const hub = await scripted(HUB);
    const auth = openAuth(cipher(), SILENT);
    hub.faults.html = true;
    await expect(auth.session(signIn(), hub.url)).rejects.toThrow('not-a-hub');
    hub.faults.html = false;
    expect(await auth.session(signIn(), hub.url)).toMatchObject({ ticket: 'ticket-1' });
  });

  it('a secret that this computer cannot read any more asks for a new sign-in', async () => {
    const auth = openAuth(cipher(), SILENT);
    const moved = signIn({ secret: Buffer.from('foreign').toString('base64') });
    await expect(auth.session(moved, 'http://127.0.0.1:9')).rejects.toThrow('signed-out');
    await expect(auth.session(moved, 'http://127.0.0.1:9')).rejects.toBeInstanceOf(PartaError);
  });

  it('without a key store the secret is kept as it is, and the log says so', async () => {
    const { log, events } = heardLog();
    const sealed = openAuth(cipher(false), log).seal({
      deviceId: DEVICE,
      secret: 'secret',
      personId: PERSON,
      hubId: HUB,
    });
    expect(sealed).toMatchObject({ isSealed: false, secret: Buffer.from('secret').toString('base64') });
    expect(events).toEqual(['secrets-unprotected']);
  });
});
