/**
 * A look at a hub from outside, as anybody could take it: GET /api/hub, without a ticket. Promises an answer in the
 * time given, {@link LOOK_TIMEOUT_MS} if none is, never an error. Hides: that a kept connection may be a dead one, and
 * that a page of another origin cannot read what a captive portal says to it and must ask again whether anybody answers
 * at all.
 */
import * as z from 'zod/mini';
import { answer, HubFacts } from '../core/wire.ts';
import type { Fetch } from './hub-api.ts';

/** `hub`: one answers there. The others are the codes that a person is told. */
export type Sight = 'hub' | 'not-a-hub' | 'hub-unreachable';
export type Look = (url: string, timeoutMs?: number) => Promise<Sight>;

/** Longer than this no look waits: what is seen has to be true within two seconds. */
export const LOOK_TIMEOUT_MS = 1_000;
/**
 * A look asks again by another connection after this: the first may be a kept one that died while the machine slept.
 */
export const SECOND_ASK_MS = 450;
/** Between two looks while something is wrong. */
export const LOOK_EVERY_MS = 500;
/** And of one of hundreds: half to one and a half of this later still. */
export const SELDOM_LOOK_EVERY_MS = 3_000;
/** Looks take at most one part in so many of the time, so that they do not fill a slow line. */
const LOOK_SHARE = 8;

/** How long to wait after a look that took so long. */
export const pauseAfterLookMs = (tookMs: number): number => Math.max(LOOK_EVERY_MS, LOOK_SHARE * tookMs);

/** {@link Look} with a browser's (or Node's) fetch. */
export async function lookAt(fetch: Fetch, url: string, timeoutMs = LOOK_TIMEOUT_MS): Promise<Sight> {
  const signal = AbortSignal.timeout(timeoutMs);
  const init: RequestInit = { credentials: 'omit', cache: 'no-store', signal };
  const address = new URL('/api/hub', url).href;
  const ask = async () => (await fetch(address, init)).text();
  let again: ReturnType<typeof setTimeout> | undefined;
  try {
    const text = await new Promise<string>((resolve, reject) => {
      // Refused at once, it may have been given a kept connection that the other side had just closed.
      ask().catch(ask).then(resolve, reject);
      again = setTimeout(() => void ask().then(resolve, () => {}), SECOND_ASK_MS);
    });
    return isHub(text) ? 'hub' : 'not-a-hub';
  } catch {
    if (signal.aborted) return 'hub-unreachable';
    return fetch(address, { ...init, mode: 'no-cors' }).then(
      () => 'not-a-hub',
      () => 'hub-unreachable',
    );
  } finally {
    clearTimeout(again);
  }
}

function isHub(text: string): boolean {
  try {
    return z.parse(answer(HubFacts), JSON.parse(text)).ok;
  } catch {
    return false;
  }
}
