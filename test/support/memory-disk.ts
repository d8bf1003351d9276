/**
 * An IndexedDB in memory that can be pulled out from under whoever uses it: a crash ends every transaction that has not
 * committed, and nothing that was opened before ever reaches the data again. The data stay, as on a disk.
 */
import { IDBFactory, IDBKeyRange } from 'fake-indexeddb';
import type { Disk } from '../../src/client/database.ts';
import type { VirtualTime } from './virtual-time.ts';

export interface Fault {
  /** Called for every record that is put; throwing makes the put fail. */
  onPut?: (table: string, value: unknown) => void;
}

export class MemoryDisk {
  readonly #time: VirtualTime | null;
  readonly #factory = new IDBFactory();
  #crash: () => void = () => {};
  fault: Fault = {};

  /** @param time told of transactions under way */
  constructor(time: VirtualTime | null = null) {
    this.#time = time;
  }

  /** What a program that has just started sees. One at a time: the next one ends the one before as a crash would. */
  mount(): Disk {
    this.#crash();
    return this.mountBeside();
  }

  /** The same for a second program at the same time: another tab. */
  mountBeside(): Disk {
    let isDead = false;
    const active = new Set<IDBTransaction>();
    const before = this.#crash;
    this.#crash = () => {
      before();
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
    return { indexedDB, IDBKeyRange };
  }

  /** The program that mounted this was killed. */
  crash(): void {
    this.#crash();
    this.#crash = () => {};
  }

  #spoil(transaction: IDBTransaction) {
    const original = transaction.objectStore.bind(transaction);
    transaction.objectStore = (name) => {
      const table = original(name);
      const put = table.put.bind(table);
      table.put = (value, key) => {
        this.fault.onPut?.(name, value);
        return key === undefined ? put(value) : put(value, key);
      };
      return table;
    };
  }
}
