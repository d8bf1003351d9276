/**
 * One draft as whoever types in it sees it. What is typed is the truth while it is being kept: the store's answers to our own strokes
 * come late and out of step with the fingers, and taking them would move the caret. Only what somebody else wrote (another tab, a sent
 * message) is taken. Hides: how the two are told apart.
 */
import type { ClassStore, DraftKey, Stop } from '../client/class-store.ts';

/** Own strokes that may stay without an answer: the store answers several at once with the last. */
export const ECHOES_MAX = 64;

export interface DraftCell<T> {
  subscribe: (changed: () => void) => Stop;
  read: () => { value: T | null; isLoaded: boolean };
  write: (value: T | null) => void;
  clear: () => void;
}

/** @param store only its drafts are touched */
export function createDraftCell<T>(store: Pick<ClassStore, 'watchDraft' | 'writeDraft'>, key: DraftKey): DraftCell<T> {
  const listeners = new Set<() => void>();
  let shown: { value: T | null; isLoaded: boolean } = { value: null, isLoaded: false };
  let writing = 0;
  let echoes: string[] = [];
  let stop: Stop | null = null;
  const show = (value: T | null) => {
    shown = { value, isLoaded: true };
    for (const listener of listeners) listener();
  };
  const awaitEcho = (value: T | null) => {
    echoes = [...echoes, JSON.stringify(value)].slice(-ECHOES_MAX);
  };
  const heard = (value: T | null) => {
    const echo = echoes.indexOf(JSON.stringify(value));
    if (echo >= 0) {
      echoes = echoes.slice(echo);
    } else if (writing === 0) {
      echoes = [];
      show(value);
    }
  };
  return {
    subscribe(changed) {
      listeners.add(changed);
      stop ??= store.watchDraft<T>(key, heard);
      return () => {
        listeners.delete(changed);
        if (listeners.size > 0) return;
        stop?.();
        stop = null;
      };
    },
    read: () => shown,
    write(value) {
      writing += 1;
      awaitEcho(value);
      show(value);
      const settled = () => {
        writing -= 1;
      };
      store.writeDraft(key, value).then(settled, settled);
    },
    clear() {
      awaitEcho(null);
      show(null);
    },
  };
}
