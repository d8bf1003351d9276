/**
 * The hubs this installation has signed in to. Promises: an address may be typed as people type it; a hub is known by its id,
 * not by its address, and another hub at the same address is refused; whoever is listed here can be reached with a ticket.
 * Hides: what is kept and where; the first teacher of an embedded hub.
 */
import { randomUUID } from 'node:crypto';
import { HUB_PORT_DEFAULT } from '../core/embedding.ts';
import { PartaError, codeOf } from '../core/errors.ts';
import { cleanName } from '../core/names.ts';
import { Credentials, DeviceCode, Nothing, PROTOCOL_VERSION, type HubFacts, type Session } from '../core/wire.ts';
import type { Server } from '../preload/contract.ts';
import type { Auth } from './auth.ts';
import type { HubProcess } from './hub-process.ts';
import { askHub, hubFacts } from './hub-requests.ts';
import type { SignIn, StoredFile } from './settings.ts';

/** How long one of several possible addresses may stay silent. */
export const ADDRESS_TRY_MS = 4_000;
const SIGN_OUT_MS = 2_000;

export interface Servers {
  list(): Server[];
  /** Makes and starts the hub of this computer, or signs in to the one that is here. */
  create(hubName: string, teacherName: string): Promise<Server>;
  join(address: string, code: string): Promise<Server>;
  /**
   * Knows a hub by a sign-in that another device of the same teacher made for this one; asks nobody. A hub that is known already
   * keeps the sign-in it has. @throws PartaError `not-allowed` where somebody else is signed in to it here
   */
  adopt(url: string, hubName: string, credentials: Credentials): Server;
  /** Signs a further device of this teacher in, for one that cannot reach the hub itself. @throws PartaError as {@link join} */
  introduce(serverId: string, device: string): Promise<Credentials>;
  move(serverId: string, address: string): Promise<Server>;
  /** Signs out and forgets; the embedded hub, whose data are here, is refused. */
  forget(serverId: string): Promise<void>;
  /** @param rejected a ticket that the hub would not take */
  session(serverId: string, rejected?: string): Promise<Session & { url: string }>;
  /** The hub did not take the ticket. */
  ticketRefused(serverId: string): void;
  /**
   * Origins the page may speak to, for the content security policy: http and ws of every known hub. Until this computer has
   * a hub, any port of this computer: the page makes the hub and goes on with it, and a policy cannot grow.
   */
  origins(): string[];
}

/** Whether a page under a policy with these `origins` may speak to `url`. */
export const isCovered = (url: string, origins: readonly string[]): boolean =>
  origins.some((origin) => origin === url || (origin.endsWith(':*') && url.startsWith(origin.slice(0, -1))));

export interface ServersOptions {
  stored: StoredFile<'servers'>;
  auth: Auth;
  hub: HubProcess;
  /** What this device is called on the hub's list of devices. */
  deviceName: string;
  onChange(): void;
}

export function openServers({ stored, auth, hub, deviceName, onChange }: ServersOptions): Servers {
  const signIns = () => stored.read('signIns');
  const find = (serverId: string): SignIn => {
    const found = signIns().find((signIn) => signIn.serverId === serverId);
    if (!found) throw new PartaError('not-found');
    return found;
  };
  const urlOf = (signIn: SignIn) => (signIn.kind === 'embedded' ? embeddedUrl(hub.port()) : signIn.url);
  const shown = (signIn: SignIn): Server => ({
    serverId: signIn.serverId,
    kind: signIn.kind,
    url: urlOf(signIn),
    hubId: signIn.hubId,
    hubName: signIn.hubName,
    personId: signIn.personId,
  });

  /** The same hub again keeps its server id: everything local hangs on it. */
  function keep(kind: Server['kind'], url: string, hubName: string, credentials: Credentials): Server {
    const before = signIns().find((signIn) => signIn.hubId === credentials.hubId);
    const signIn: SignIn = {
      serverId: before?.serverId ?? randomUUID(),
      kind: before?.kind ?? kind,
      url,
      hubId: credentials.hubId,
      hubName,
      personId: credentials.personId,
      ...auth.seal(credentials),
    };
    auth.forget(signIn.serverId);
    stored.write({ signIns: [...signIns().filter((other) => other.serverId !== signIn.serverId), signIn] });
    onChange();
    return shown(signIn);
  }

  let creating: Promise<Server> | null = null;
  async function create(hubName: string, teacherName: string): Promise<Server> {
    const existing = signIns().find((signIn) => signIn.kind === 'embedded');
    if (existing) {
      await hub.start();
      return shown(existing);
    }
    const name = cleanName(hubName);
    const teacher = cleanName(teacherName);
    if (name === '' || teacher === '') throw new PartaError('bad-name');
    stored.write({ embedded: { port: null, ...stored.read('embedded'), hubName: name } });
    await hub.start();
    const credentials = await hub.makeOwner(teacher, deviceName);
    return keep('embedded', '', name, credentials);
  }

  return {
    list: () => signIns().map(shown),
    create(hubName, teacherName) {
      // A double click must not make two teachers.
      creating ??= create(hubName, teacherName).finally(() => {
        creating = null;
      });
      return creating;
    },
    async join(address, code) {
      const digits = code.replace(/\D/g, '');
      if (digits === '') throw new PartaError('wrong-code');
      const { url, facts } = await firstHub(address);
      const credentials = await askHub(url, '/api/devices', Credentials, {
        method: 'POST',
        body: { code: digits, device: deviceName, protocol: PROTOCOL_VERSION },
      });
      if (credentials.hubId !== facts.hubId) throw new PartaError('other-hub');
      return keep('remote', url, facts.name, credentials);
    },
    adopt(url, hubName, credentials) {
      const before = signIns().find((signIn) => signIn.hubId === credentials.hubId);
      if (!before) return keep('remote', url, hubName, credentials);
      if (before.personId !== credentials.personId) throw new PartaError('not-allowed');
      return shown(before);
    },
    async introduce(serverId, device) {
      const { ticket, url } = await this.session(serverId);
      const { code } = await askHub(url, '/api/device-codes', DeviceCode, { method: 'POST', ticket });
      const body = { code: code.replace(/\D/g, ''), device, protocol: PROTOCOL_VERSION };
      const credentials = await askHub(url, '/api/devices', Credentials, { method: 'POST', body });
      if (credentials.hubId !== find(serverId).hubId) throw new PartaError('other-hub');
      return credentials;
    },
    async move(serverId, address) {
      const signIn = find(serverId);
      if (signIn.kind === 'embedded') throw new PartaError('not-allowed');
      const { url, facts } = await firstHub(address);
      if (facts.hubId !== signIn.hubId) throw new PartaError('other-hub');
      const moved = { ...signIn, url, hubName: facts.name };
      stored.write({ signIns: signIns().map((other) => (other.serverId === serverId ? moved : other)) });
      onChange();
      return shown(moved);
    },
    async forget(serverId) {
      const signIn = find(serverId);
      if (signIn.kind === 'embedded') throw new PartaError('not-allowed');
      // The hub should know, but a hub that is gone for ever must not keep us.
      await auth
        .session(signIn, signIn.url)
        .then(({ ticket }) =>
          askHub(signIn.url, '/api/session', Nothing, { method: 'DELETE', ticket, timeoutMs: SIGN_OUT_MS }),
        )
        .catch(() => {});
      auth.forget(serverId);
      stored.write({ signIns: signIns().filter((other) => other.serverId !== serverId) });
      onChange();
    },
    async session(serverId, rejected) {
      const signIn = find(serverId);
      const url = urlOf(signIn);
      if (url === '') throw new PartaError('hub-unreachable');
      return { ...(await auth.session(signIn, url, rejected)), url };
    },
    ticketRefused: (serverId) => auth.forget(serverId),
    origins() {
      const expected = stored.read('embedded')?.port ?? null;
      const urls = signIns().map((signIn) => urlOf(signIn) || embeddedUrl(expected));
      if (!signIns().some((signIn) => signIn.kind === 'embedded')) urls.push('http://127.0.0.1:*');
      return [...new Set(urls.filter((url) => url !== ''))].flatMap((url) => [url, url.replace(/^http/, 'ws')]);
    },
  };
}

const embeddedUrl = (port: number | null) => (port === null ? '' : `http://127.0.0.1:${port}`);

/** The first of the possible meanings of a typed address where a hub answers; of several failures the one that says most. */
async function firstHub(address: string): Promise<{ url: string; facts: HubFacts }> {
  let worst = new PartaError('not-a-hub');
  for (const [index, url] of addressesMeant(address).entries()) {
    try {
      return { url, facts: await hubFacts(url, ADDRESS_TRY_MS) };
    } catch (error) {
      const code = codeOf(error);
      if (code === 'unknown-protocol' || code === 'busy') throw error;
      if (index === 0) worst = error as PartaError;
    }
  }
  throw worst;
}

/**
 * What a typed address can mean, most likely first: "192.168.1.5", "192,168,1,5" (a Russian number pad), ":8010",
 * "host:8010", "[fe80::1]:8010", or a URL of anything on the hub.
 * @returns origins without a trailing slash; empty where it means nothing or something we never open
 */
export function addressesMeant(typed: string): string[] {
  let text = typed.normalize('NFKC').trim();
  if (/^\d{1,3}(,\d{1,3}){3}(:\d+)?$/.test(text)) text = text.replaceAll(',', '.');
  if (text === '' || /\s/.test(text)) return [];
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(text)) return originOf(text);
  // `javascript:…` and `mailto:…` look like host:port until the port is read.
  if (text.startsWith(':')) text = `localhost${text}`;
  if (/^\d+$/.test(text)) return [];
  const [host] = originOf(`http://${text}`);
  if (host === undefined) return [];
  const hasPort = /:\d+$/.test(text.replace(/\/.*$/, ''));
  if (hasPort) return [host];
  const plain = host.replace(/:\d+$/, '');
  return [`${plain}:${HUB_PORT_DEFAULT}`, plain.replace(/^http/, 'https'), plain];
}

function originOf(text: string): string[] {
  let url: URL;
  try {
    url = new URL(text);
  } catch {
    return [];
  }
  const isOurs = (url.protocol === 'http:' || url.protocol === 'https:') && url.username === '' && url.password === '';
  return isOurs && url.hostname !== '' ? [url.origin] : [];
}
