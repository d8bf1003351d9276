/**
 * The bytes of chosen files that the hub does not have yet, kept in the browser until it does: so a reload, a crash or a closed tab
 * costs nothing but time, and the pupil chooses no file twice. Kept are copies: what becomes of the file on his disk meanwhile does not
 * matter. Promises: at most {@link KEPT_FILE_BYTES_MAX} a file and {@link KEPT_BYTES_MAX} in all; a browser without room or
 * permission keeps nothing, throws nothing, and everything is as it was before this file existed; two tabs of one pupil never send
 * the same file side by side for long: who has the claim sends (S18).
 *
 * Hides: IndexedDB (File System handles, locks and OPFS are not there over plain HTTP), claims and their clock.
 */
import type { FileId } from '../core/ids.ts';

export const KEPT_FILE_BYTES_MAX = 256 * 1024 ** 2;
export const KEPT_BYTES_MAX = 512 * 1024 ** 2;
/** A tab that has not renewed its claim for so long is gone, or asleep. */
export const CLAIM_MS = 8_000;
/** What the hub has whole is remembered for other tabs and for a page whose own facts were lost in a crash; the oldest go first. */
export const STORED_MAX = 300;

export interface KeptFacts {
  fileId: FileId;
  name: string;
  sizeBytes: number;
  mediaType: string;
}

/** `elsewhere`: another tab is at it · `gone`: was never kept, or taken away. */
export type Found = { is: 'here'; bytes: Blob } | { is: 'stored' | 'elsewhere' | 'gone' };

export interface KeptBytes {
  /** What waits here to be sent, oldest first. */
  waiting(): Promise<KeptFacts[]>;
  /** @returns whether a copy is kept now */
  keep(facts: KeptFacts, bytes: Blob): Promise<boolean>;
  find(fileId: FileId): Promise<Found>;
  /** The hub has it, or nobody wants it any more: the copy goes. */
  settle(fileId: FileId, end: 'stored' | 'unwanted'): Promise<void>;
  /** Takes or renews the right to send. @returns false while another tab has it */
  claim(fileId: FileId): Promise<boolean>;
  release(fileId: FileId): void;
  close(): void;
}

interface FileRow extends KeptFacts {
  at: number;
  isStored: boolean;
}
interface ClaimRow {
  fileId: FileId;
  tab: number;
  until: number;
}

const STORES = ['files', 'bytes', 'claims'] as const;
type StoreName = (typeof STORES)[number];

const answered = <T>(request: IDBRequest<T>) =>
  new Promise<T>((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });

/** Opens, or makes, the database of one sign-in's files. Nothing here throws or waits where the browser has none. */
export function openKeptBytes(name: string, now: () => number = Date.now): KeptBytes {
  const tab = crypto.getRandomValues(new Uint32Array(1))[0]!;
  const claimed = new Set<FileId>();
  let isClosed = false;
  const opening = new Promise<IDBDatabase | null>((resolve) => {
    try {
      const request = indexedDB.open(name, 1);
      request.onupgradeneeded = () => {
        for (const store of STORES)
          request.result.createObjectStore(store, store === 'bytes' ? {} : { keyPath: 'fileId' });
      };
      request.onsuccess = () => {
        const database = request.result;
        // Another tab is erasing everything: it must not wait for this one.
        database.onversionchange = () => database.close();
        if (isClosed) database.close();
        resolve(isClosed ? null : database);
      };
      request.onerror = request.onblocked = () => resolve(null);
    } catch {
      resolve(null);
    }
  });
  let database: IDBDatabase | null = null;
  void opening.then((opened) => (database = opened));

  /**
   * One transaction; `otherwise` where there is no database, no room, or the browser will not. Over as little as it needs: a large
   * copy being written must keep no upload waiting for its claim.
   */
  async function during<T>(
    stores: readonly StoreName[],
    mode: IDBTransactionMode,
    otherwise: T,
    work: (store: (name: StoreName) => IDBObjectStore, abort: () => void) => Promise<T>,
  ): Promise<T> {
    const opened = await opening;
    if (!opened || isClosed) return otherwise;
    try {
      const transaction = opened.transaction([...stores], mode);
      const done = new Promise<boolean>((resolve) => {
        transaction.oncomplete = () => resolve(true);
        transaction.onabort = transaction.onerror = () => resolve(false);
      });
      const result = await work(
        (store) => transaction.objectStore(store),
        () => transaction.abort(),
      );
      return (await done) ? result : otherwise;
    } catch {
      return otherwise;
    }
  }

  const isHeldByOther = (held: ClaimRow | undefined) =>
    held !== undefined && held.tab !== tab && held.until > now() && held.until <= now() + CLAIM_MS;

  function release(fileId: FileId) {
    if (!claimed.delete(fileId) || !database) return;
    try {
      const transaction = database.transaction('claims', 'readwrite');
      transaction.objectStore('claims').delete(fileId);
      // A page that is going runs nothing after this.
      transaction.commit();
    } catch {
      // It runs out by itself.
    }
  }
  const leaving = () => {
    for (const fileId of claimed) release(fileId);
  };
  window.addEventListener('pagehide', leaving);

  return {
    waiting: () =>
      during(['files'], 'readonly', [], async (store) => {
        const rows = await answered<FileRow[]>(store('files').getAll());
        return rows.filter((row) => !row.isStored).sort((a, b) => a.at - b.at);
      }),
    keep: (facts, bytes) =>
      bytes.size > KEPT_FILE_BYTES_MAX
        ? Promise.resolve(false)
        : during(['files', 'bytes'], 'readwrite', false, async (store, abort) => {
            const rows = await answered<FileRow[]>(store('files').getAll());
            const known = rows.find((row) => row.fileId === facts.fileId);
            const others = rows.filter((row) => !row.isStored && row !== known);
            const isTooMuch = others.reduce((sum, row) => sum + row.sizeBytes, bytes.size) > KEPT_BYTES_MAX;
            if (known?.isStored || isTooMuch) {
              abort();
              return false;
            }
            const row: FileRow = { ...facts, at: now(), isStored: false };
            await answered(store('bytes').put(bytes, facts.fileId));
            await answered(store('files').put(row));
            return true;
          }),
    find: (fileId) =>
      during<Found>(STORES, 'readonly', { is: 'gone' }, async (store) => {
        const row = await answered<FileRow | undefined>(store('files').get(fileId));
        if (row?.isStored) return { is: 'stored' };
        if (isHeldByOther(await answered<ClaimRow | undefined>(store('claims').get(fileId))))
          return { is: 'elsewhere' };
        const bytes = row && (await answered<Blob | undefined>(store('bytes').get(fileId)));
        return bytes ? { is: 'here', bytes } : { is: 'gone' };
      }),
    settle: (fileId, end) => {
      claimed.delete(fileId);
      return during(STORES, 'readwrite', undefined, async (store) => {
        store('bytes').delete(fileId);
        store('claims').delete(fileId);
        store('files').delete(fileId);
        if (end === 'unwanted') return;
        const row: FileRow = { fileId, name: '', sizeBytes: 0, mediaType: '', at: now(), isStored: true };
        store('files').put(row);
        const rows = await answered<FileRow[]>(store('files').getAll());
        const stored = rows.filter((one) => one.isStored).sort((a, b) => b.at - a.at);
        for (const old of stored.slice(STORED_MAX)) store('files').delete(old.fileId);
      });
    },
    claim: (fileId) =>
      during(['claims'], 'readwrite', true, async (store) => {
        if (isHeldByOther(await answered<ClaimRow | undefined>(store('claims').get(fileId)))) return false;
        const row: ClaimRow = { fileId, tab, until: now() + CLAIM_MS };
        store('claims').put(row);
        claimed.add(fileId);
        return true;
      }),
    release,
    close() {
      window.removeEventListener('pagehide', leaving);
      leaving();
      isClosed = true;
      void opening.then((opened) => opened?.close());
    },
  };
}
