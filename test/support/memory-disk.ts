/**
 * An IndexedDB in memory that can be pulled out from under whoever uses it: a crash ends every transaction that has not
 * committed, and nothing that was opened before ever reaches the data again. The data stay, as on a disk. It can be full, or
 * end a transaction that was going well. A test may look at what lies on it while nobody writes.
 */
import { IDBFactory, IDBKeyRange } from 'fake-indexeddb';
import type { Disk } from '../../src/client/database.ts';
import type { VirtualTime } from './virtual-time.ts';

export interface Fault {
  /** Called for every record that is put; throwing makes the put fail, `'abort'` ends the whole transaction. */
  onPut?: (table: string, value: unknown) => 'abort' | void;
  /** Called for every record that is got by somebody who only reads. */
  onGet?: (table: string) => void;
}

/** What a program sees of the disk, until its own crash. */
export interface Mount extends Disk {
  crash(): void;
}

/** What IndexedDB throws where the disk is full. */
export const quotaExceeded = () => new DOMException('the disk is full', 'QuotaExceededError');

let disks = 0;

export class MemoryDisk {
  readonly #time: VirtualTime | null;
  readonly #factory = new IDBFactory();
  readonly #mounts = new Set<Mount>();
  /** Tells it from every other disk: two devices of one person are two databases. */
  readonly number = (disks += 1);
  fault: Fault = {};

  /** @param time told of transactions under way */
  constructor(time: VirtualTime | null = null) {
    this.#time = time;
  }

  /** What a program that has just started sees. One at a time: the next one ends the one before as a crash would. */
  mount(): Mount {
    this.crash();
    return this.mountBeside();
  }

  /** The same for a second program at the same time: another tab. */
  mountBeside(): Mount {
    let isDead = false;
    const active = new Set<IDBTransaction>();
    const crash = () => {
      this.#mounts.delete(mount);
      isDead = true;
      for (const transaction of active) {
        try {
          transaction.abort();
        } catch {
          // It has committed in this very turn.
        }
      }
    };
    const watch = <T extends IDBRequest>(request: T): T => {
      const end = this.#time?.begin() ?? (() => {});
      request.addEventListener('success', end);
      request.addEventListener('error', end);
      return request;
    };
    const begin = (database: IDBDatabase) => {
      const original = database.transaction.bind(database);
      database.transaction = (...args: Parameters<IDBDatabase['transaction']>) => {
        if (isDead) throw new DOMException('the program was killed', 'AbortError');
        const transaction = original(...args);
        const end = this.#time?.begin() ?? (() => {});
        active.add(transaction);
        for (const kind of ['complete', 'abort'])
          transaction.addEventListener(kind, () => {
            active.delete(transaction);
            end();
          });
        this.#spoil(transaction);
        return transaction;
      };
    };
    const factory = this.#factory;
    const open: IDBFactory['open'] = (name, version) => {
      if (isDead) throw new DOMException('the program was killed', 'AbortError');
      const request = watch(factory.open(name, version));
      request.addEventListener('success', () => begin(request.result));
      return request;
    };
    const indexedDB: IDBFactory = {
      open,
      deleteDatabase: (name) => watch(factory.deleteDatabase(name)),
      databases: () => factory.databases(),
      cmp: (a, b) => factory.cmp(a, b),
    } as IDBFactory;
    const mount: Mount = { indexedDB, IDBKeyRange, crash };
    this.#mounts.add(mount);
    return mount;
  }

  /** Every program that has mounted this was killed. */
  crash(): void {
    for (const mount of this.#mounts) mount.crash();
  }

  /** The records of a table as they lie there, not copied; empty where there is no such table. Only while nobody writes. */
  records<T>(database: string, table: string): T[] {
    const { _databases: databases } = this.#factory as unknown as RawFactory;
    const records = databases.get(database)?.rawObjectStores.get(table)?.records.values() ?? [];
    return Array.from(records, ({ value }) => value as T);
  }

  #spoil(transaction: IDBTransaction) {
    const original = transaction.objectStore.bind(transaction);
    transaction.objectStore = (name) => {
      const table = original(name);
      const put = table.put.bind(table);
      table.put = (value, key) => {
        const isAborted = this.fault.onPut?.(name, value) === 'abort';
        const request = key === undefined ? put(value) : put(value, key);
        if (isAborted) transaction.abort();
        return request;
      };
      const get = table.get.bind(table);
      table.get = (key) => {
        if (transaction.mode === 'readonly') this.fault.onGet?.(name);
        return get(key);
      };
      return table;
    };
  }
}

/** What fake-indexeddb keeps inside: the only way to look without a transaction of one's own. */
interface RawFactory {
  _databases: Map<string, { rawObjectStores: Map<string, { records: { values(): Iterable<{ value: unknown }> } }> }>;
}
