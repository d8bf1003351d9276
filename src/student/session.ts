/**
 * Who this browser is to the hub: joining with the class code, keeping the device's secret, a ticket that is good now,
 * signing out. On a shared PC the secret lives in sessionStorage and goes with the tab; on "my computer" in localStorage.
 * Hides: HTTP to the hub that served this page, the ticket's renewal, storage that a browser may forbid.
 */
import * as z from 'zod/mini';
import { PartaError } from '../core/errors.ts';
import { DeviceId, HubId, PersonId } from '../core/ids.ts';
import {
  answer,
  Credentials,
  HubFacts,
  Nothing,
  PROTOCOL_VERSION,
  Session,
  type Answer,
  type HubFacts as Hub,
} from '../core/wire.ts';

/** The longest wait for one answer of the hub. */
export const REQUEST_TIMEOUT_MS = 10_000;
/** A ticket is renewed this long before it ends, so that no upload or download begins with a dead one. */
export const RENEW_BEFORE_MS = 90_000;
/** How often a quiet page looks whether its ticket (and with it the cookie of file links) needs renewal. */
export const RENEW_CHECK_MS = 30_000;

const DEVICE_KEY = 'parta.device';

/** This browser's sign-in. `name` is what the pupil typed; `keeps`: "this is my computer". */
export const Device = z.object({
  deviceId: DeviceId,
  secret: z.string(),
  personId: PersonId,
  hubId: HubId,
  name: z.string(),
  keeps: z.boolean(),
});
export type Device = z.infer<typeof Device>;

/** Where a page keeps what must survive a reload; null where the browser forbids it, and then memory alone must do. */
export function storageOf(keeps: boolean): Storage | null {
  try {
    return keeps ? window.localStorage : window.sessionStorage;
  } catch {
    return null;
  }
}

/** The sign-in that this browser still has, the tab's own before the computer's. */
export function keptDevice(): Device | null {
  for (const keeps of [false, true]) {
    try {
      const parsed = z.safeParse(Device, JSON.parse(storageOf(keeps)?.getItem(DEVICE_KEY) ?? 'null'));
      if (parsed.success) return parsed.data;
    } catch {
      // Not ours or damaged: as if there were none.
    }
  }
  return null;
}

export function keepDevice(device: Device): void {
  try {
    storageOf(device.keeps)?.setItem(DEVICE_KEY, JSON.stringify(device));
  } catch {
    // Full or forbidden: the sign-in lives as long as this page.
  }
}

async function ask<T>(schema: z.core.$ZodType<T>, method: string, path: string, body?: unknown, ticket?: string) {
  let response: Response;
  try {
    response = await fetch(path, {
      method,
      headers: {
        ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
        ...(ticket === undefined ? {} : { Authorization: `Bearer ${ticket}` }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      cache: 'no-store',
      signal: AbortSignal.timeout(REQUEST_TIMEOUT_MS),
    });
  } catch (cause) {
    throw new PartaError('hub-unreachable', { cause });
  }
  let parsed;
  try {
    parsed = z.safeParse(answer(schema), await response.json());
  } catch (cause) {
    throw new PartaError('not-a-hub', { cause });
  }
  if (!parsed.success) throw new PartaError('not-a-hub');
  const answered = parsed.data as Answer<T>;
  if (!answered.ok) throw new PartaError(answered.code);
  return answered.value;
}

/** What the hub tells everybody. Throws `hub-unreachable`, `not-a-hub`. */
export const hubFacts = (): Promise<Hub> => ask(HubFacts, 'GET', '/api/hub');

/** Windows · Chrome: what a teacher recognises a computer by when confirming. */
export function deviceName(userAgent: string): string {
  const find = (pairs: readonly (readonly [RegExp, string])[]) => pairs.find(([sign]) => sign.test(userAgent))?.[1];
  const system = find([
    [/Android/, 'Android'],
    [/iPhone/, 'iPhone'],
    [/iPad/, 'iPad'],
    [/Windows/, 'Windows'],
    [/Mac OS X/, 'macOS'],
    [/CrOS/, 'ChromeOS'],
    [/Linux/, 'Linux'],
  ]);
  const browser = find([
    [/YaBrowser/, 'Яндекс Браузер'],
    [/Firefox\//, 'Firefox'],
    [/Edg\//, 'Edge'],
    [/OPR\//, 'Opera'],
    [/Chrom(e|ium)\//, 'Chrome'],
    [/Safari\//, 'Safari'],
  ]);
  return [system, browser].filter(Boolean).join(' · ');
}

/**
 * Asks to be let in. The teacher decides; until then this sign-in sees nothing of the class.
 * @param code six digits, spaces allowed
 * Throws `wrong-code`, `code-expired`, `too-many-tries`, `bad-name`, `hub-unreachable`, `not-a-hub`…
 */
export async function join(code: string, name: string, keeps: boolean): Promise<Device> {
  const device = deviceName(navigator.userAgent);
  const credentials = await ask(Credentials, 'POST', '/api/join', {
    code: code.replace(/\s/g, ''),
    name,
    device,
    protocol: PROTOCOL_VERSION,
  });
  return { ...credentials, name, keeps };
}

/** Asks the teacher again, as the person this sign-in is; where a restored hub has forgotten that he was let in. Throws as {@link join}. */
export async function joinAgain(code: string, name: string, ticket: string): Promise<void> {
  const device = deviceName(navigator.userAgent);
  const body = { code: code.replace(/\s/g, ''), name, device, protocol: PROTOCOL_VERSION };
  await ask(Nothing, 'POST', '/api/rejoin', body, ticket);
}

/** {@link joinAgain} at a hub that has never seen this device: it came back from a backup on another computer. */
export async function comeBack(code: string, name: string, { deviceId, secret, personId }: Device): Promise<void> {
  const device = deviceName(navigator.userAgent);
  const again = { deviceId, secret, personId };
  const body = { code: code.replace(/\s/g, ''), name, device, protocol: PROTOCOL_VERSION, again };
  await ask(Credentials, 'POST', '/api/join', body);
}

export interface SignIn {
  /** A fresh ticket, and with it the cookie that file links need. Throws PartaError. */
  session(): Promise<Session & { url: string }>;
  /** A ticket that is good now; `fresh` where the last one was refused. */
  ticket(fresh?: boolean): Promise<string>;
  /** The hub's clock as far as this page knows it, Unix ms. */
  now(): number;
  /** Tells the hub to forget this device; resolves also where it cannot be reached. */
  signOut(): Promise<void>;
  /** Stops renewing. */
  close(): void;
}

export function openSignIn(device: Device): SignIn {
  const { deviceId, secret, keeps } = device;
  let last: Session | null = null;
  let ahead = 0;
  const now = () => Date.now() + ahead;

  async function session() {
    const asked = await ask(Session, 'POST', '/api/session', { deviceId, secret, protocol: PROTOCOL_VERSION, keeps });
    if (asked.hubId !== device.hubId) throw new PartaError('other-hub');
    last = asked;
    ahead = asked.now - Date.now();
    return { ...asked, url: window.location.origin };
  }
  const isGood = () => last !== null && now() < last.expiresAt - RENEW_BEFORE_MS;
  const renewing = setInterval(() => {
    // A page that is not signed in yet, or is out of reach, leaves this to the engine.
    if (last && !isGood()) session().catch(() => undefined);
  }, RENEW_CHECK_MS);

  return {
    session,
    now,
    async ticket(fresh = false) {
      if (last && isGood() && !fresh) return last.ticket;
      return (await session()).ticket;
    },
    async signOut() {
      try {
        const ticket = last && isGood() ? last.ticket : (await session()).ticket;
        await ask(Nothing, 'DELETE', '/api/session', undefined, ticket);
      } catch {
        // Out of reach or ended already: what is local goes anyway.
      }
    },
    close: () => clearInterval(renewing),
  };
}
