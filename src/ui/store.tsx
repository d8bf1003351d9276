/**
 * A class store in React: one provider, and a hook for each `watch…`. A hook answers `undefined` until the local cache has
 * answered once; show nothing for that frame, no spinner. What was watched before on this store is there at once.
 * Hides: subscriptions (one per thing watched, whoever asks), and how a draft survives fast typing (draft-cell.ts).
 */
import { createContext, useContext, useMemo, useState, useSyncExternalStore, type ReactNode } from 'react';
import type {
  ClassStore,
  ClassView,
  Connection,
  DraftKey,
  LiveView,
  MeView,
  MessagesView,
  MessagesWindow,
  MessageView,
  Stop,
  WallView,
} from '../client/class-store.ts';
import type { ScheduledMessage } from '../core/classroom.ts';
import type { ChannelId, CommandId, LogId } from '../core/ids.ts';
import type { FileRef } from '../core/wire.ts';
import { createDraftCell } from './draft-cell.ts';

const StoreContext = createContext<ClassStore | null>(null);

/** Everything below reads and writes this store. Providers nest: each hub has its own. */
export function StoreProvider({ store, children }: { store: ClassStore; children: ReactNode }) {
  return <StoreContext value={store}>{children}</StoreContext>;
}

/** The store above. Throws where there is none: a component mounted in the wrong place. */
export function useStore(): ClassStore {
  const store = useContext(StoreContext);
  if (!store) throw new Error('useStore needs a StoreProvider above it');
  return store;
}

/** The last value of one watched thing, shared by all who ask for it, watched while somebody does. */
interface Cell<T> {
  subscribe: (changed: () => void) => Stop;
  read: () => T | undefined;
}

/** @param onIdle nobody asks any more */
function createCell<T>(watch: (listener: (value: T) => void) => Stop, onIdle: () => void): Cell<T> {
  const listeners = new Set<() => void>();
  let value: T | undefined;
  let stop: Stop | null = null;
  return {
    subscribe(changed) {
      listeners.add(changed);
      stop ??= watch((next) => {
        value = next;
        for (const listener of listeners) listener();
      });
      return () => {
        listeners.delete(changed);
        if (listeners.size > 0) return;
        stop?.();
        stop = null;
        onIdle();
      };
    },
    read: () => value,
  };
}

const cells = new WeakMap<ClassStore, Map<string, Cell<unknown>>>();

function cellOf<T>(
  store: ClassStore,
  key: string,
  isPassing: boolean,
  watch: (listener: (value: T) => void) => Stop,
): Cell<T> {
  const known = cells.get(store) ?? new Map<string, Cell<unknown>>();
  cells.set(store, known);
  const old = known.get(key) as Cell<T> | undefined;
  if (old) return old;
  const cell: Cell<T> = createCell(watch, () => {
    if (isPassing && known.get(key) === cell) known.delete(key);
  });
  known.set(key, cell);
  return cell;
}

/**
 * @param key names what `watch` watches on this store
 * @param isPassing there is no end of such keys (places in a chat): its last value is not kept for the next time
 */
function useWatched<T>(
  key: string,
  watch: (store: ClassStore, listener: (value: T) => void) => Stop,
  isPassing = false,
): T | undefined {
  const store = useStore();
  const cell = cellOf<T>(store, key, isPassing, (listener) => watch(store, listener));
  return useSyncExternalStore(cell.subscribe, cell.read);
}

/** Who I am here and which classes are mine; null until this person has been known once. */
export const useMe = (): MeView | null | undefined => useWatched('me', (store, listener) => store.watchMe(listener));

export const useConnection = (): Connection | undefined =>
  useWatched('connection', (store, listener) => store.watchConnection(listener));

/** A class with everything still waiting laid over it; null while it is unknown here. */
export const useClass = (logId: LogId): ClassView | null | undefined =>
  useWatched(`class/${logId}`, (store, listener) => store.watchClass(logId, listener));

/** A part of a channel. Asking for another part of it keeps what is shown until that has come. */
export function useMessages(logId: LogId, channelId: ChannelId, window: MessagesWindow): MessagesView | undefined {
  const channel = `messages/${logId}/${channelId}`;
  const { around, count } = window;
  const view = useWatched<MessagesView>(
    `${channel}/${around}/${count}`,
    (store, listener) => store.watchMessages(logId, channelId, { around, count }, listener),
    around !== 'newest',
  );
  const [kept, setKept] = useState<{ channel: string; view: MessagesView } | null>(null);
  if (view && kept?.view !== view) setKept({ channel, view });
  return view ?? (kept?.channel === channel ? kept.view : undefined);
}

/** Messages that are known by id, in that order, without those that are not here; the answered, the pinned. */
export function useMessagesById(logId: LogId, ids: readonly CommandId[]): readonly MessageView[] | undefined {
  const named = [...ids];
  return useWatched(
    `by-id/${logId}/${named.join('/')}`,
    (store, listener) => (named.length === 0 ? nothing(listener) : store.watchMessagesById(logId, named, listener)),
    true,
  );
}
function nothing(listener: (messages: readonly MessageView[]) => void): Stop {
  listener([]);
  return () => {};
}

/** Who has read how far, who is writing, who is here; empty while offline. */
export const useLive = (logId: LogId): LiveView | undefined =>
  useWatched(`live/${logId}`, (store, listener) => store.watchLive(logId, listener));

/** A lesson's wall, watched while it is shown; null while what is true now is not known. */
export const useWall = (logId: LogId): WallView | null | undefined =>
  useWatched(`wall/${logId}`, (store, listener) => store.watchWall(logId, listener), true);

/** My own messages of a log that wait for their hour, soonest first. */
export function useScheduled(logId: LogId): readonly ScheduledMessage[] {
  const scheduled = useClass(logId)?.classroom.scheduled;
  return useMemo(
    () => Object.values<ScheduledMessage>(scheduled ?? {}).sort((a, b) => a.sendAt - b.sendAt),
    [scheduled],
  );
}

/** Every file that a class names, newest first. */
export const useFiles = (logId: LogId): readonly FileRef[] | undefined =>
  useWatched(`files/${logId}`, (store, listener) => store.watchFiles(logId, listener));

// ── Drafts ─────────────────────────────────────────────────────────────────────────────────────────────────────────────

export interface Draft<T> {
  /** What is written so far; null where nothing is. */
  value: T | null;
  /** False for the moment before the local cache has answered: an input waits with its first paint, or it would jump. */
  isLoaded: boolean;
  /** Keeps it at once, shown and on disk; null removes it. */
  write: (value: T | null) => void;
  /** Shows nothing at once, for after `send(…, key)`, which removes the kept one in its own transaction. */
  clear: () => void;
}

/** Unsent text, strokes, places: kept with every stroke, and there again after a crash. */
export function useDraft<T>(key: DraftKey): Draft<T> {
  const store = useStore();
  const cell = useMemo(() => createDraftCell<T>(store, key), [store, key]);
  const { value, isLoaded } = useSyncExternalStore(cell.subscribe, cell.read);
  return { value, isLoaded, write: cell.write, clear: cell.clear };
}
