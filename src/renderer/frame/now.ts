/** The clock for screens that say "today", "late" or "in ten minutes" and stay open for hours. */
import { useSyncExternalStore } from 'react';

const MINUTE_MS = 60_000;

const listeners = new Set<() => void>();
let timer: ReturnType<typeof setInterval> | undefined;
let minute = Math.floor(Date.now() / MINUTE_MS);

function subscribe(listener: () => void) {
  listeners.add(listener);
  timer ??= setInterval(() => {
    const next = Math.floor(Date.now() / MINUTE_MS);
    if (next === minute) return;
    minute = next;
    for (const each of listeners) each();
  }, 1000);
  return () => {
    listeners.delete(listener);
    if (listeners.size > 0) return;
    clearInterval(timer);
    timer = undefined;
  };
}

function read() {
  if (timer === undefined) minute = Math.floor(Date.now() / MINUTE_MS);
  return minute;
}

/** Unix ms of this minute's beginning; a component that reads it is drawn again every minute. */
export const useNow = (): number => useSyncExternalStore(subscribe, read) * MINUTE_MS;
