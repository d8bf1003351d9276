/**
 * The desktop as screens see it: its calls with thrown codes instead of answers, and its four living values (settings,
 * servers, this computer's hub, transfers) by hooks. Screens stay the same over any `Desktop`, real or made for a test.
 * Hides: subscribing, the first reading, and what is known of files that were chosen a moment ago.
 */
import {
  createContext,
  useCallback,
  useContext,
  useEffect,
  useMemo,
  useState,
  useSyncExternalStore,
  type ReactNode,
} from 'react';
import type { FilesOnTheWay } from '../client/class-store.ts';
import { PartaError } from '../core/errors.ts';
import type { FileId, Sha256 } from '../core/ids.ts';
import type { FileRef } from '../core/wire.ts';
import { exportUrl, intakeUrl, portfolioUrl } from '../preload/contract/channels.ts';
import type {
  CallInput,
  CallName,
  CallOutput,
  ChosenFile,
  Desktop as DesktopBridge,
  DesktopAnswer,
  FileCall,
  Handed,
  HubState,
  Intake,
  Moved,
  Portfolios,
  Saving,
  Server,
  Settings,
  Storage,
  Transfer,
} from '../preload/contract.ts';

export type WindowDesktop = DesktopBridge<File>;

function valueOf<T>(answer: DesktopAnswer<T>): T {
  if (answer.ok) return answer.value;
  throw new PartaError(answer.code);
}

export interface DesktopCalls {
  /** A desktop call; throws PartaError with the answer's code. */
  call<K extends Exclude<CallName, FileCall>>(name: K, input: CallInput<K>): Promise<CallOutput<K>>;
  /** Takes chosen files into the library and queues them for the server; ids are good in commands at once. */
  upload(serverId: string, files: readonly File[]): Promise<readonly ChosenFile[]>;
  /** The same for bytes that have no path: a pasted picture goes to main as a stream. */
  intake(serverId: string, file: File): Promise<ChosenFile>;
  /** Looks what is in dropped folders, files and archives. */
  lookInto(files: readonly File[]): Promise<Intake>;
  /** Queues found files as one work; ids are good in commands at once. */
  bring(intakeId: string, serverId: string, ids: readonly string[]): Promise<readonly ChosenFile[]>;
  /** The same for files that the system opened the app with. */
  uploadHanded(handedId: string, serverId: string): Promise<readonly ChosenFile[]>;
  onHanded(listener: (handed: Handed) => void): () => void;
  onSaves(listener: (savings: readonly Saving[]) => void): () => void;
  onPortfolios(listener: (portfolios: Portfolios) => void): () => void;
  /** Streams the lines of a portfolio that is being made; and those of one that is taken in back, from the beginning. */
  writePortfolio(jobId: string, lines: Blob): Promise<void>;
  readPortfolio(jobId: string): Promise<ReadableStream<Uint8Array>>;
  /** Streams the page of a chat that is being saved; its pieces never cross the bridge. */
  exportPage(exportId: string, page: Blob): Promise<void>;
  /** What is kept on this computer, whenever it changes. */
  onStorage(listener: (storage: Storage) => void): () => void;
  /** The person pressed a notification; '' for no place in particular. */
  onNotified(listener: (place: string) => void): () => void;
  readonly filesOnTheWay: FilesOnTheWay;
}

/** The address of an unknown hash: such a file cannot be opened yet. */
const NO_HASH = '0'.repeat(64) as Sha256;

/**
 * Which of our own files have arrived (S15). A file that the queue no longer lists has arrived long ago; one that was chosen
 * just now counts as on its way before the queue says so.
 */
export class OwnFiles implements FilesOnTheWay {
  #chosen = new Map<FileId, ChosenFile>();
  #uploads = new Map<FileId, Transfer>();
  #isLoaded = false;
  #listeners = new Set<() => void>();

  note(files: readonly ChosenFile[]) {
    for (const file of files) this.#chosen.set(file.fileId, file);
    this.#tell();
  }

  update(transfers: readonly Transfer[]) {
    this.#isLoaded = true;
    const uploads = new Map(transfers.filter((t) => t.direction === 'up').map((t) => [t.fileId, t]));
    const key = (map: ReadonlyMap<FileId, Transfer>) => [...map.values()].map((t) => t.fileId + t.state).join();
    const changed = key(uploads) !== key(this.#uploads);
    for (const [fileId, { state }] of uploads) if (state === 'done') this.#chosen.delete(fileId);
    this.#uploads = uploads;
    if (changed) this.#tell();
  }

  isStored(fileId: FileId): boolean {
    const upload = this.#uploads.get(fileId);
    if (upload) return upload.state === 'done';
    return this.#isLoaded && !this.#chosen.has(fileId);
  }

  describe(fileId: FileId): FileRef | null {
    const upload = this.#uploads.get(fileId);
    const file = upload ?? this.#chosen.get(fileId);
    if (!file) return null;
    const { name, sizeBytes, mediaType } = file;
    return { fileId, name, sizeBytes, mediaType, sha256: upload?.sha256 ?? NO_HASH };
  }

  /** What the queue has done with is not sent again by itself: the command is refused, and the file chosen anew. */
  missing(fileIds: readonly FileId[]): Promise<boolean> {
    return Promise.resolve(fileIds.some((fileId) => !this.isStored(fileId)));
  }

  watch(listener: () => void) {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  #tell() {
    for (const listener of this.#listeners) listener();
  }
}

/** Whether a file's bytes are known well enough to be asked for; false only for own uploads that are still under way. */
export const hasHash = (file: { sha256: string }) => file.sha256 !== NO_HASH;

/** Which files are whole on this computer. Asked for in one call per frame however many rows want to know. */
class LibraryFacts {
  #here = new Map<string, boolean>();
  #wanted = new Set<string>();
  #listeners = new Set<() => void>();
  readonly #ask: (hashes: Sha256[]) => Promise<readonly Sha256[]>;

  constructor(ask: (hashes: Sha256[]) => Promise<readonly Sha256[]>) {
    this.#ask = ask;
  }

  isHere(sha256: string): boolean | undefined {
    return this.#here.get(sha256);
  }

  want(sha256: Sha256) {
    if (this.#here.get(sha256) === true || sha256 === NO_HASH) return;
    this.#wanted.add(sha256);
    if (this.#wanted.size > 1) return;
    queueMicrotask(() => {
      const hashes = [...this.#wanted] as Sha256[];
      this.#wanted.clear();
      this.#ask(hashes).then(
        (found) => {
          for (const hash of hashes) this.#here.set(hash, found.includes(hash));
          this.#tell();
        },
        () => undefined,
      );
    });
  }

  /** A transfer that is done has brought its file, in whichever direction. */
  update(transfers: readonly Transfer[]) {
    const fresh = transfers.filter((t) => t.state === 'done' && t.sha256 && this.#here.get(t.sha256) !== true);
    for (const { sha256 } of fresh) if (sha256) this.#here.set(sha256, true);
    if (fresh.length > 0) this.#tell();
  }

  /** How often files have gone: who asked the library himself asks again. */
  goneCount = 0;

  gone(hashes: readonly Sha256[]) {
    this.goneCount += 1;
    for (const hash of hashes) this.#here.set(hash, false);
    this.#tell();
  }

  watch = (listener: () => void) => {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  };

  #tell() {
    for (const listener of this.#listeners) listener();
  }
}

/** The list with the newest of those whose bytes flow. Entries that have not moved stay the same objects. */
export function withMoved(transfers: readonly Transfer[], moved: readonly Moved[]): readonly Transfer[] {
  const news = new Map(moved.map((one) => [one.transferId, one]));
  return transfers.map((transfer) => {
    const one = news.get(transfer.transferId);
    return one ? { ...transfer, ...one } : transfer;
  });
}

interface DesktopState {
  library: LibraryFacts;
  calls: DesktopCalls;
  settings: Settings;
  writeSettings: (part: Partial<Settings>) => void;
  servers: readonly Server[];
  hub: HubState;
}

const DesktopContext = createContext<DesktopState | null>(null);
// Its own context: while bytes flow it changes ten times a second, and hardly anybody looks.
const TransfersContext = createContext<readonly Transfer[]>([]);

/** Reads everything once, then follows the desktop's events; renders nothing until the first reading is there. */
export function DesktopProvider({ desktop, children }: { desktop: WindowDesktop; children: ReactNode }) {
  const [settings, setSettings] = useState<Settings>();
  const [servers, setServers] = useState<readonly Server[]>();
  const [hub, setHub] = useState<HubState>();
  const [transfers, setTransfers] = useState<readonly Transfer[]>([]);
  const ownFiles = useMemo(() => new OwnFiles(), []);

  const calls = useMemo<DesktopCalls>(
    () => ({
      call: async (name, input) => valueOf(await desktop.call(name, input)),
      upload: async (serverId, files) => {
        const chosen = valueOf(await desktop.upload(serverId, files));
        ownFiles.note(chosen);
        return chosen;
      },
      intake: async (serverId, file) => {
        const answer = await fetch(intakeUrl(serverId, file.name), { method: 'PUT', body: file });
        const chosen = valueOf((await answer.json()) as DesktopAnswer<ChosenFile>);
        ownFiles.note([chosen]);
        return chosen;
      },
      lookInto: async (files) => valueOf(await desktop.intake(files)),
      bring: async (intakeId, serverId, ids) => {
        const chosen = valueOf(await desktop.call('intake.bring', { intakeId, serverId, ids: [...ids] }));
        ownFiles.note(chosen);
        return chosen;
      },
      uploadHanded: async (handedId, serverId) => {
        const chosen = valueOf(await desktop.call('handed.upload', { handedId, serverId }));
        ownFiles.note(chosen);
        return chosen;
      },
      onHanded: (listener) => desktop.on('handed', listener),
      onSaves: (listener) => desktop.on('saves', listener),
      onPortfolios: (listener) => desktop.on('portfolios', listener),
      writePortfolio: async (jobId, lines) => {
        const answer = await fetch(portfolioUrl(jobId), { method: 'PUT', body: lines });
        valueOf((await answer.json()) as DesktopAnswer<object>);
      },
      readPortfolio: async (jobId) => {
        const answer = await fetch(portfolioUrl(jobId));
        if (!answer.ok || !answer.body) throw new PartaError('file-gone');
        return answer.body;
      },
      exportPage: async (exportId, page) => {
        const answer = await fetch(exportUrl(exportId), { method: 'PUT', body: page });
        valueOf((await answer.json()) as DesktopAnswer<object>);
      },
      onStorage: (listener) => desktop.on('storage', listener),
      onNotified: (listener) => desktop.on('notified', ({ place }) => listener(place)),
      filesOnTheWay: ownFiles,
    }),
    [desktop, ownFiles],
  );

  const library = useMemo(() => new LibraryFacts((hashes) => calls.call('library.has', { hashes })), [calls]);

  useEffect(() => {
    let isGone = false;
    const heard = new Set<string>();
    const follow = <T,>(
      event: 'settings' | 'servers' | 'hub' | 'transfers',
      first: Promise<T>,
      set: (value: T) => void,
    ) => {
      // An event that comes before the first answer is newer than it.
      first.then(
        (value) => void (isGone || heard.has(event) || set(value)),
        () => undefined,
      );
      return desktop.on(event, (value) => {
        heard.add(event);
        set(value as T);
      });
    };
    const setAllTransfers = (list: readonly Transfer[]) => {
      ownFiles.update(list);
      library.update(list);
      setTransfers(list);
    };
    const stops = [
      follow('settings', calls.call('settings.read', {}), setSettings),
      follow('servers', calls.call('servers.list', {}), setServers),
      follow('hub', calls.call('hub.state', {}), setHub),
      follow('transfers', calls.call('transfers.list', {}), setAllTransfers),
      desktop.on('moved', (moved) => setTransfers((old) => withMoved(old, moved))),
      desktop.on('gone', (hashes) => library.gone(hashes)),
    ];
    return () => {
      isGone = true;
      for (const stop of stops) stop();
    };
  }, [desktop, calls, ownFiles, library]);

  const writeSettings = useCallback(
    (part: Partial<Settings>) => {
      setSettings((old) => old && { ...old, ...part });
      calls.call('settings.write', part).catch(() => undefined);
    },
    [calls],
  );

  const state = useMemo(
    () => (settings && servers && hub ? { calls, library, settings, writeSettings, servers, hub } : null),
    [calls, library, settings, writeSettings, servers, hub],
  );
  if (!state) return null;
  return (
    <DesktopContext value={state}>
      <TransfersContext value={transfers}>{children}</TransfersContext>
    </DesktopContext>
  );
}

function useDesktopState(): DesktopState {
  const state = useContext(DesktopContext);
  if (!state) throw new Error('Outside DesktopProvider');
  return state;
}

export const useDesktop = (): DesktopCalls => useDesktopState().calls;
export const useServerList = (): readonly Server[] => useDesktopState().servers;
/** The hub of this computer; `absent` where the classes live elsewhere. */
export const useHub = (): HubState => useDesktopState().hub;
export const useTransfers = (): readonly Transfer[] => useContext(TransfersContext);
/** Whether a file is whole on this computer and can be opened; undefined for the moment before main has answered. */
export function useIsHere(sha256: Sha256): boolean | undefined {
  const { library } = useDesktopState();
  useEffect(() => library.want(sha256), [library, sha256]);
  return useSyncExternalStore(library.watch, () => library.isHere(sha256));
}

/** Changes whenever files have left this computer: freed, let go or found to be damaged. */
export function useGoneCount(): number {
  const { library } = useDesktopState();
  return useSyncExternalStore(library.watch, () => library.goneCount);
}

export function useSettings(): [Settings, (part: Partial<Settings>) => void] {
  const { settings, writeSettings } = useDesktopState();
  return [settings, writeSettings];
}
