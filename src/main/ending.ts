/**
 * The app's end. Promises: it comes. A stick that was pulled out answers nobody, and an app without a window that waits for it would
 * keep the next start out.
 */
import { setTimeout as delay } from 'node:timers/promises';

/** So long all parts together may take; the hub alone may take half of it before it is killed. */
export const END_MS_MAX = 10_000;

/**
 * Ends all parts at once.
 * @returns those that failed or were not over in time, by their names: `{ hub: false }`
 */
export async function endAll(
  parts: Readonly<Record<string, () => Promise<unknown>>>,
  msMax: number = END_MS_MAX,
): Promise<Record<string, false>> {
  const left = new Set(Object.keys(parts));
  const over = new AbortController();
  const all = Object.entries(parts).map(async ([name, end]) => {
    await end();
    left.delete(name);
  });
  const late = delay(msMax, undefined, { signal: over.signal }).catch(() => undefined);
  await Promise.race([Promise.allSettled(all), late]);
  over.abort();
  return Object.fromEntries([...left].map((name) => [name, false]));
}
