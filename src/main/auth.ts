/**
 * Who this installation is to each hub. Promises: a device's secret stays in main, encrypted by the system's key store where
 * it has one; the page and the transfers get short tickets, one request at a time and one ticket until shortly before it
 * expires. Hides: encryption, expiry, the hub's clock.
 */
import { PartaError } from '../core/errors.ts';
import { PROTOCOL_VERSION, Session, type Credentials } from '../core/wire.ts';
import { askHub } from './hub-requests.ts';
import type { Log } from './log.ts';
import type { SignIn } from './settings.ts';

/** A ticket is renewed when this much of its life is left. */
export const TICKET_SPARE_MS = 60_000;

/** Electron's `safeStorage`, as much of it as is used. */
export interface Cipher {
  isEncryptionAvailable(): boolean;
  encryptString(text: string): Buffer;
  decryptString(bytes: Buffer): string;
}

export interface Auth {
  /** Whatever must not lie open on this disk. */
  sealText(text: string): { secret: string; isSealed: boolean };
  /** @throws PartaError `signed-out` where this computer or account cannot open it */
  unsealText(sealed: { secret: string; isSealed: boolean }): string;
  /** What is kept of a new sign-in. */
  seal(credentials: Credentials): Pick<SignIn, 'deviceId' | 'secret' | 'isSealed'>;
  /**
   * A session good now, from the hub at `url`; `rejected` is a ticket that the hub would not take (it was restarted) and
   * that is not given again.
   * @throws PartaError `hub-unreachable`, `not-a-hub`, `other-hub`, `signed-out`, `unknown-protocol`…
   */
  session(signIn: SignIn, url: string, rejected?: string): Promise<Session>;
  /** The hub refused the ticket, or was started again: ask anew next time. */
  forget(serverId: string): void;
}

/** @param now this device's clock, Unix ms */
export function openAuth(cipher: Cipher, log: Log, now: () => number = Date.now): Auth {
  interface Kept {
    url: string;
    session: Promise<Session>;
    /** By this device's clock: the hub's may be hours away. */
    goodUntil: number;
  }
  const kept = new Map<string, Kept>();

  async function ask(signIn: SignIn, url: string): Promise<Session> {
    const secret = unsealText(signIn);
    const session = await askHub(url, '/api/session', Session, {
      method: 'POST',
      body: { deviceId: signIn.deviceId, secret, protocol: PROTOCOL_VERSION, keeps: true },
    });
    if (session.hubId !== signIn.hubId) throw new PartaError('other-hub');
    return session;
  }

  function unsealText({ secret, isSealed }: { secret: string; isSealed: boolean }): string {
    const bytes = Buffer.from(secret, 'base64');
    if (!isSealed) return bytes.toString('utf8');
    try {
      return cipher.decryptString(bytes);
    } catch (error) {
      // The profile was moved to another computer or account: only a new one-time code helps.
      throw new PartaError('signed-out', { cause: error });
    }
  }

  function sealText(text: string): { secret: string; isSealed: boolean } {
    const isSealed = cipher.isEncryptionAvailable();
    if (!isSealed) log.write('secrets-unprotected');
    const bytes = isSealed ? cipher.encryptString(text) : Buffer.from(text, 'utf8');
    return { secret: bytes.toString('base64'), isSealed };
  }

  return {
    sealText,
    unsealText,
    seal: ({ deviceId, secret }) => ({ deviceId, ...sealText(secret) }),
    async session(signIn, url, rejected) {
      const known = kept.get(signIn.serverId);
      if (rejected !== undefined && (await known?.session.catch(() => null))?.ticket === rejected) {
        if (kept.get(signIn.serverId) === known) kept.delete(signIn.serverId);
        return this.session(signIn, url);
      }
      if (known && known.url === url && now() < known.goodUntil) return known.session;
      const asked: Kept = { url, session: ask(signIn, url), goodUntil: Infinity };
      kept.set(signIn.serverId, asked);
      asked.session.then(
        (session) => {
          asked.goodUntil = now() + (session.expiresAt - session.now) - TICKET_SPARE_MS;
        },
        () => {
          if (kept.get(signIn.serverId) === asked) kept.delete(signIn.serverId);
        },
      );
      return asked.session;
    },
    forget: (serverId) => void kept.delete(serverId),
  };
}
