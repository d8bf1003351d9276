/**
 * Every class of this teacher, from every server this app has signed in to, in one list: what the rail, Today, review, lesson
 * and the palette all look at; and beside them each server's school, which is no class. Opens one {@link ClassStore} per server and keeps it for as long as the server is listed.
 * Hides: opening and closing stores, watching each class, telling main which files each class names and unsent work needs.
 */
import { createContext, useCallback, useContext, useEffect, useMemo, useRef, useState, type ReactNode } from 'react';
import type {
  ClassStore,
  ClassStoreOptions,
  ClassView,
  Connection,
  LogSummary,
  MeView,
  OutboxRow,
} from '../../client/class-store.ts';
import type { FileId, LogId } from '../../core/ids.ts';
import type { FileRef } from '../../core/wire.ts';
import type { Server } from '../../preload/contract.ts';
import { KEPT_FILES_MAX } from '../../preload/contract/channels.ts';
import { StoreProvider } from '../../ui/store.tsx';
import { hasHash, useDesktop, useServerList, type DesktopCalls } from '../desktop.tsx';

export type OpenStore = (options: ClassStoreOptions) => Promise<ClassStore>;

/** A server whose local data are open; `me` and `connection` are null until the first answer from the cache. */
export interface OpenServer {
  server: Server;
  store: ClassStore;
  me: MeView | null;
  connection: Connection | null;
  /** Everything of ours that this server has not confirmed yet, oldest first. */
  outbox: readonly OutboxRow[];
}

export interface OpenClass {
  server: Server;
  store: ClassStore;
  logId: LogId;
  title: string;
  summary: LogSummary;
  /** null while nothing of the class is here yet. */
  view: ClassView | null;
}

interface Classes {
  servers: readonly OpenServer[];
  classes: readonly OpenClass[];
  /** The schools' own logs: staff, groups and one-to-one chats; at most one per server. */
  schools: readonly OpenClass[];
  /** Every listed server has said from its cache which classes there are. */
  isLoaded: boolean;
}

const ClassesContext = createContext<Classes>({ servers: [], classes: [], schools: [], isLoaded: false });

export const useClasses = (): Classes => useContext(ClassesContext);

/** Which log names a file; undefined where none that is here does. The same function for ever: ask while drawing. */
const FileLogsContext = createContext<(fileId: FileId) => LogId | undefined>(() => undefined);
export const useFileLogs = () => useContext(FileLogsContext);

/** The school's log of a server; undefined while it is not here. */
export const useSchool = (serverId: string): OpenClass | undefined =>
  useClasses().schools.find((school) => school.server.serverId === serverId);

export function ClassesProvider({ openStore, children }: { openStore: OpenStore; children: ReactNode }) {
  const desktop = useDesktop();
  const listed = useServerList();
  const stores = useStores(listed, openStore, desktop);
  const servers = useServerStates(listed, stores);
  const watched = useWatched(servers);
  const views = useViews(watched);
  const logOf = useKeptFiles(watched, servers, desktop);

  const value = useMemo<Classes>(() => {
    const logs = servers.flatMap(({ server, store, me }) =>
      (me?.logs ?? [])
        .filter((summary) => summary.state === 'member' && summary.role === 'teacher')
        .map((summary) => {
          const view = views.get(summary.logId) ?? null;
          const title = view?.classroom.title ?? summary.title;
          return { server, store, summary, view, logId: summary.logId, title };
        }),
    );
    logs.sort((a, b) => a.title.localeCompare(b.title, 'ru', { numeric: true }));
    const classes = logs.filter(({ summary }) => summary.kind !== 'school');
    const schools = logs.filter(({ summary }) => summary.kind === 'school');
    const isLoaded = listed.every((server) =>
      servers.some((open) => open.server.serverId === server.serverId && open.connection !== null),
    );
    return { servers, classes, schools, isLoaded };
  }, [listed, servers, views]);

  return (
    <ClassesContext value={value}>
      <FileLogsContext value={logOf}>{children}</FileLogsContext>
    </ClassesContext>
  );
}

/** Opens what is listed, closes what is not. Servers are told apart by hub and person: an address may change. */
function useStores(listed: readonly Server[], openStore: OpenStore, desktop: DesktopCalls) {
  const [stores, setStores] = useState<ReadonlyMap<string, ClassStore>>(new Map());
  const addresses = useRef(new Map<string, string>());
  useEffect(() => {
    addresses.current = new Map(listed.map(({ serverId, url }) => [serverId, url]));
  }, [listed]);
  const wanted = listed.map((server) => `${server.serverId} ${server.hubId}-${server.personId}`).join('\n');
  useEffect(() => {
    let isGone = false;
    const opening = wanted
      .split('\n')
      .filter(Boolean)
      .map((line) => {
        const [serverId = '', identity = ''] = line.split(' ');
        const store = openStore({
          name: `hub-${identity}`,
          credentials: {
            session: (rejected) => desktop.call('servers.session', { serverId, ...(rejected ? { rejected } : {}) }),
            url: () => addresses.current.get(serverId) || null,
          },
          files: desktop.filesOnTheWay,
          isWatchful: true,
        });
        store.then(
          (open) => void (isGone || setStores((old) => new Map(old).set(serverId, open))),
          () => undefined,
        );
        return store;
      });
    return () => {
      isGone = true;
      setStores(new Map());
      for (const store of opening)
        store.then(
          (open) => open.close(),
          () => undefined,
        );
    };
  }, [wanted, openStore, desktop]);
  return stores;
}

type ServerState = Partial<Pick<OpenServer, 'me' | 'connection' | 'outbox'>>;

function useServerStates(listed: readonly Server[], stores: ReadonlyMap<string, ClassStore>): readonly OpenServer[] {
  const [states, setStates] = useState<ReadonlyMap<ClassStore, ServerState>>(new Map());
  useEffect(() => {
    const note = (store: ClassStore, part: ServerState) =>
      setStates((old) => new Map(old).set(store, { ...old.get(store), ...part }));
    const stops = [...stores.values()].flatMap((store) => [
      store.watchMe((me) => note(store, { me })),
      store.watchConnection((connection) => note(store, { connection })),
      store.watchOutbox((outbox) => note(store, { outbox })),
    ]);
    return () => {
      for (const stop of stops) stop();
      setStates(new Map());
    };
  }, [stores]);
  return useMemo(
    () =>
      listed.flatMap((server) => {
        const store = stores.get(server.serverId);
        const state = store && states.get(store);
        if (!store || state?.me === undefined) return [];
        return [{ server, store, me: state.me, connection: state.connection ?? null, outbox: state.outbox ?? [] }];
      }),
    [listed, stores, states],
  );
}

const memberLogs = (me: MeView | null) =>
  (me?.logs ?? []).filter((log) => log.state === 'member').map((log) => log.logId);

interface Watched {
  server: Server;
  store: ClassStore;
  /** The hub or the cache has said which logs there are. */
  isKnown: boolean;
  logIds: readonly LogId[];
}

/** What is watched, as a value that changes only when a class comes or goes, not with every message. */
function useWatched(servers: readonly OpenServer[]): readonly Watched[] {
  const [kept, setKept] = useState<readonly Watched[]>([]);
  const now = servers.map(({ server, store, me }) => ({ server, store, isKnown: me !== null, logIds: memberLogs(me) }));
  const isSame =
    now.length === kept.length &&
    now.every(
      (one, i) =>
        one.store === kept[i]?.store && one.isKnown === kept[i].isKnown && one.logIds.join() === kept[i].logIds.join(),
    );
  if (isSame) return kept;
  setKept(now);
  return now;
}

function useViews(watched: readonly Watched[]): ReadonlyMap<LogId, ClassView> {
  const [views, setViews] = useState<ReadonlyMap<LogId, ClassView>>(new Map());
  useEffect(() => {
    const stops = watched.flatMap(({ store, logIds }) =>
      logIds.map((logId) =>
        store.watchClass(logId, (view) =>
          setViews((old) => {
            const next = new Map(old);
            if (view) next.set(logId, view);
            else next.delete(logId);
            return next;
          }),
        ),
      ),
    );
    return () => {
      for (const stop of stops) stop();
    };
  }, [watched]);
  return views;
}

/** Between a class's news and telling main of its files: a lesson's works come in a flood. */
const KEEP_PAUSE_MS = 200;

/**
 * Everything ever handed out or in opens offline: main is told what each class names and what unsent work needs; it knows what is
 * here, fetches the rest and decides what may go.
 */
function useKeptFiles(watched: readonly Watched[], servers: readonly OpenServer[], desktop: DesktopCalls) {
  const logs = useRef(new Map<FileId, LogId>());
  const titles = useRef(new Map<LogId, string>());
  useEffect(() => {
    for (const { me } of servers) for (const { logId, title } of me?.logs ?? []) titles.current.set(logId, title);
  }, [servers]);
  useEffect(() => {
    const timers = new Map<LogId, ReturnType<typeof setTimeout>>();
    const keep = (serverId: string, logId: LogId, files: readonly FileRef[]) => {
      for (const { fileId } of files) logs.current.set(fileId, logId);
      clearTimeout(timers.get(logId));
      const tell = () => {
        const known = files.filter(hasHash).slice(0, KEPT_FILES_MAX);
        const title = titles.current.get(logId) ?? '';
        desktop.call('storage.keep', { serverId, logId, title, files: known }).catch(() => undefined);
      };
      timers.set(logId, setTimeout(tell, KEEP_PAUSE_MS));
    };
    const stops = watched
      .filter(({ isKnown }) => isKnown)
      .flatMap(({ server: { serverId }, store, logIds }) => {
        desktop.call('storage.classes', { serverId, logIds: [...logIds] }).catch(() => undefined);
        return [
          store.watchUnsentFiles((ids) => {
            desktop.call('storage.hold', { serverId, ids: [...ids] }).catch(() => undefined);
          }),
          ...logIds.map((logId) => store.watchFiles(logId, (files) => keep(serverId, logId, files))),
        ];
      });
    return () => {
      for (const stop of stops) stop();
      for (const timer of timers.values()) clearTimeout(timer);
    };
  }, [watched, desktop]);
  return useCallback((fileId: FileId) => logs.current.get(fileId), []);
}

const ClassContext = createContext<OpenClass | null>(null);

/** The class a screen is about; its store is also the one that src/ui's hooks use below here. */
export function ClassScope({ openClass, children }: { openClass: OpenClass; children: ReactNode }) {
  return (
    <ClassContext value={openClass}>
      <StoreProvider store={openClass.store}>{children}</StoreProvider>
    </ClassContext>
  );
}

/** The class around this component; null outside of any. */
export const useClassAround = (): OpenClass | null => useContext(ClassContext);

/** The class around this component. */
export function useOpenClass(): OpenClass {
  const openClass = useContext(ClassContext);
  if (!openClass) throw new Error('Outside ClassScope');
  return openClass;
}
