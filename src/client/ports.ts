/**
 * What the engine needs of the world around it, in one type, so that a test can be the world: a clock that does not tick by
 * itself, chance from a seed, a wire that fails on purpose, a disk in memory. {@link BROWSER} is the real one. Nothing here
 * needs a secure context: a pupil's page runs on plain HTTP.
 */
import type { Stop } from './class-store.ts';
import type { Disk } from './database.ts';
import type { Fetch } from './hub-api.ts';
import { lookAt, type Look } from './lookout.ts';
import { connectSocket, type Connect } from './transport.ts';

export interface Ports {
  /** This device's clock, Unix ms: shown and measured with, never ordered by (S1). */
  now(): number;
  /** Calls back once; the answer cancels. */
  after(delayMs: number, callback: () => void): Stop;
  /** Chance in [0, 1) for jitter. */
  random(): number;
  /** Bytes for ids. */
  randomBytes(count: number): Uint8Array;
  connect: Connect;
  fetch: Fetch;
  /** Absent: the browser's own IndexedDB. */
  disk?: Disk;
  /** Absent: nobody looks from outside, and what the wire says is all there is. */
  look?: Look;
  /** Absent: {@link FAR_BEHIND_ROWS}. */
  farBehindRows?: number;
  /** What the system thinks of the network: a hint to try, never a reason not to. */
  watchNetwork(listener: (hint: NetworkHint) => void): Stop;
  /** Tells at once and with every change whether somebody may see this page. Absent: somebody always does. */
  watchShown?(listener: (isShown: boolean) => void): Stop;
}

/** `woke`: this machine slept, so that every connection may have died unnoticed. */
export type NetworkHint = 'online' | 'offline' | 'woke';

/** With more than this to read, a log is read over HTTP. */
export const FAR_BEHIND_ROWS = 2_048;

/** How often a page looks at its clock, and how much later than planned means that the machine slept meanwhile. */
export const WAKE_CHECK_MS = 1_000;
export const WAKE_DRIFT_MS = 2_500;

/** Calls back when a timer came much too late by the clock. A page in the background may be slowed down as much: it checks. */
export function watchSleep(now: () => number, onWoke: () => void, checkMs = WAKE_CHECK_MS): Stop {
  let last = now();
  const timer = setInterval(() => {
    const sleptMs = now() - last - checkMs;
    last = now();
    if (sleptMs >= WAKE_DRIFT_MS) onWoke();
  }, checkMs);
  return () => clearInterval(timer);
}

export const BROWSER: Ports = {
  now: () => Date.now(),
  after(delayMs, callback) {
    const timer = setTimeout(callback, delayMs);
    return () => clearTimeout(timer);
  },
  random: () => Math.random(),
  randomBytes: (count) => crypto.getRandomValues(new Uint8Array(count)),
  connect: connectSocket,
  fetch: (url, init) => fetch(url, init),
  look: (url, timeoutMs) => lookAt(fetch, url, timeoutMs),
  watchNetwork(listener) {
    const stopSleep = watchSleep(Date.now, () => listener('woke'));
    const online = () => listener('online');
    const offline = () => listener('offline');
    globalThis.addEventListener?.('online', online);
    globalThis.addEventListener?.('offline', offline);
    return () => {
      stopSleep();
      globalThis.removeEventListener?.('online', online);
      globalThis.removeEventListener?.('offline', offline);
    };
  },
  watchShown(listener) {
    const page = globalThis.document as Document | undefined;
    const tell = () => listener(page?.visibilityState !== 'hidden');
    page?.addEventListener('visibilitychange', tell);
    tell();
    return () => page?.removeEventListener('visibilitychange', tell);
  },
};

export const RETRY_MIN_MS = 1_000;
export const RETRY_MAX_MS = 60_000;

/**
 * How long to wait before the next try: full jitter between one second and a roof that doubles up to a minute (S11).
 * @param failures tries that failed in a row, from 1
 */
export function retryDelayMs(failures: number, random: () => number): number {
  const roof = Math.min(RETRY_MAX_MS, RETRY_MIN_MS * 2 ** Math.min(failures, 10));
  return Math.round(RETRY_MIN_MS + random() * (roof - RETRY_MIN_MS));
}
