/**
 * The desktop as screens see it: its calls with thrown codes instead of answers, and its four living values (settings,
 * servers, this computer's hub, transfers) by hooks. Screens stay the same over any `Desktop`, real or made for a test.
 * Hides: subscribing, the first reading, and what is known of files that were chosen a moment ago.
 */
import { createContext, useCallback, useContext, useEffect, useMemo, useState, type ReactNode } from 'react';
import type { FilesOnTheWay } from '../client/class-store.ts';
import { PartaError } from '../core/errors.ts';
import type { FileId, Sha256 } from '../core/ids.ts';
import type { FileRef } from '../core/wire.ts';
import type {
  CallInput,
  CallName,
  CallOutput,
  ChosenFile,
  Desktop as DesktopBridge,
  DesktopAnswer,
  HubState,
  Server,
  Settings,
  Transfer,
} from '../preload/contract.ts';

export type WindowDesktop = DesktopBridge<File>;

function valueOf<T>(answer: DesktopAnswer<T>): T {
  if (answer.ok) return answer.value;
  throw new PartaError(answer.code);
}

export interface DesktopCalls {
  /** A desktop call; throws PartaError with the answer's code. */
  call<K extends Exclude<CallName, 'transfers.upload'>>(name: K, input: CallInput<K>): Promise<CallOutput<K>>;
  /** Takes chosen files into the library and queues them for the server; ids are good in commands at once. */
  upload(serverId: string, files: readonly File[]): Promise<readonly ChosenFile[]>;
  readonly filesOnTheWay: FilesOnTheWay;
}

/** The address of an unknown hash: such a file cannot be opened yet. */
const NO_HASH = '0'.repeat(64) as Sha256;

/**
 * Which of our own files have arrived (S15). A file that the queue no longer lists has arrived long ago; one that was chosen
 * just now counts as on its way before the queue says so.
 */
class OwnFiles implements FilesOnTheWay {
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

interface DesktopState {
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
      filesOnTheWay: ownFiles,
    }),
    [desktop, ownFiles],
  );

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
      setTransfers(list);
    };
    const stops = [
      follow('settings', calls.call('settings.read', {}), setSettings),
      follow('servers', calls.call('servers.list', {}), setServers),
      follow('hub', calls.call('hub.state', {}), setHub),
      follow('transfers', calls.call('transfers.list', {}), setAllTransfers),
    ];
    return () => {
      isGone = true;
      for (const stop of stops) stop();
    };
  }, [desktop, calls, ownFiles]);

  const writeSettings = useCallback(
    (part: Partial<Settings>) => {
      setSettings((old) => old && { ...old, ...part });
      calls.call('settings.write', part).catch(() => undefined);
    },
    [calls],
  );

  const state = useMemo(
    () => (settings && servers && hub ? { calls, settings, writeSettings, servers, hub } : null),
    [calls, settings, writeSettings, servers, hub],
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
export function useSettings(): [Settings, (part: Partial<Settings>) => void] {
  const { settings, writeSettings } = useDesktopState();
  return [settings, writeSettings];
}
