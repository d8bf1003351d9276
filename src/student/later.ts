/**
 * Parts of the page that come after the tasks are on screen, so that these are there sooner on an old PC: the form for
 * handing in with its uploads, the chat, the words for errors. Loaded when first wanted, again while the hub is away.
 */
import { useEffect, useSyncExternalStore } from 'react';

export const LATER_RETRY_MS = 2_000;

export interface Later<T> {
  /** The part, `null` while it comes, `undefined` after a try has failed (another follows). Begins loading where wanted. */
  use(isWanted?: boolean): T | null | undefined;
  begin(): void;
}

export function createLater<T>(load: () => Promise<T>): Later<T> {
  const listeners = new Set<() => void>();
  let part: T | null | undefined = null;
  let isBegun = false;
  function set(next: T | undefined) {
    part = next;
    for (const listener of listeners) listener();
  }
  function begin() {
    if (isBegun) return;
    isBegun = true;
    load().then(set, () => {
      set(undefined);
      setTimeout(() => {
        isBegun = false;
        begin();
      }, LATER_RETRY_MS);
    });
  }
  const watch = (listener: () => void) => {
    listeners.add(listener);
    return () => listeners.delete(listener);
  };
  return {
    use(isWanted = true) {
      useEffect(() => {
        if (isWanted) begin();
      }, [isWanted]);
      return useSyncExternalStore(watch, () => part);
    },
    begin,
  };
}

export const errorWords = createLater(() => import('../ui/error-texts.ts'));
export const handInPart = createLater(() => import('./HandInPart.tsx'));
export const chatPart = createLater(() => import('./chat/ChatHalf.tsx'));

/** Begun with the others, since they are wanted when the hub may be gone, or came back as another. */
export const closedPart = createLater(() => import('./Closed.tsx'));
export const forgottenPart = createLater(() => import('./Forgotten.tsx'));

/** Calls back once what is on screen now has been drawn; error words and the rule book come
 * from then on too, before a network can be lost. */
export function comeLater(drawn: () => void) {
  const begin = () => {
    errorWords.begin();
    closedPart.begin();
    forgottenPart.begin();
    // Parts of the engine (client/overlay.ts, client/database.ts) that are wanted most when they can no longer be had.
    import('../core/decide.ts').catch(() => undefined);
    import('../core/reissue.ts').catch(() => undefined);
    drawn();
  };
  // Two frames: after the first it is laid out, after the second painted. A hidden tab draws none: then without waiting.
  if (document.visibilityState === 'hidden') begin();
  else requestAnimationFrame(() => requestAnimationFrame(begin));
}
