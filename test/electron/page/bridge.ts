// Promises: contextBridge's rules between the page's world and the preload's: plain objects and arrays are copied (and frozen
// on the page's side), functions become callable stand-ins, promises stay promises, errors keep name and message, a File keeps
// being the same file. Hides: synchronous events on one detached element, whose `detail` the browser clones between the worlds.

export interface Bridge {
  /** Sends `value` to the other side's `receive`. */
  send(kind: string, value: unknown): void;
}

/**
 * One end. Sent as source text into both worlds: it may use nothing from outside itself.
 * `carrier` is a detached file input: its `files` are how a File crosses without being copied.
 */
export function makeBridge(
  carrier: HTMLInputElement,
  side: 'page' | 'preload',
  receive: Record<string, (value: never) => void>,
): Bridge {
  type Wire =
    | { plain: unknown }
    | { array: Wire[] }
    | { object: [string, Wire][] }
    | { callable: number }
    | { back: number }
    | { promise: number }
    | { file: number };
  type Message =
    | { kind: 'call'; id: number; call: number; args: Wire[] }
    | { kind: 'returned'; call: number; ok: boolean; value: Wire }
    | { kind: 'settled'; id: number; ok: boolean; value: Wire }
    | { kind: 'sent'; name: string; value: Wire };
  type Callable = (...args: unknown[]) => unknown;

  // Taken before the page's scripts run, so that nothing they replace gets in between.
  const { CustomEvent, DataTransfer, File, Promise } = globalThis;
  const dispatch = EventTarget.prototype.dispatchEvent.bind(carrier);
  const CLONED_WHOLE = new Set(['Date', 'RegExp', 'Map', 'Set', 'Error', 'ArrayBuffer', 'DataView', 'Blob']);
  const DEEPEST = 1000;

  let lastId = 0;
  const mine = new Map<number, Callable>();
  const idOfMine = new Map<Callable, number>();
  const theirs = new Map<number, Callable>();
  const idOfTheirs = new WeakMap<Callable, number>();
  const promised = new Map<number, { resolve(value: unknown): void; reject(error: unknown): void }>();
  const returned = new Map<number, { ok: boolean; value: unknown }>();

  let outgoingFiles: File[] = [];

  function post(message: Message): void {
    if (outgoingFiles.length) {
      const files = new DataTransfer();
      for (const file of outgoingFiles) files.items.add(file);
      outgoingFiles = [];
      carrier.files = files.files;
    }
    dispatch(new CustomEvent(side, { detail: message }));
  }

  function pack(value: unknown, depth = 0): Wire {
    if (depth > DEEPEST) throw new TypeError('contextBridge: nested too deeply');
    if (typeof value === 'function') {
      const callable = value as Callable;
      const theirId = idOfTheirs.get(callable);
      if (theirId !== undefined) return { back: theirId };
      let id = idOfMine.get(callable);
      if (id === undefined) {
        id = ++lastId;
        idOfMine.set(callable, id);
        mine.set(id, callable);
      }
      return { callable: id };
    }
    if (value === null || typeof value !== 'object') return { plain: typeof value === 'symbol' ? undefined : value };
    if (value instanceof Promise) {
      const id = ++lastId;
      value.then(
        (result) => post({ kind: 'settled', id, ...attempt(() => result) }),
        (error: unknown) => post({ kind: 'settled', id, ok: false, value: packError(error) }),
      );
      return { promise: id };
    }
    if (Array.isArray(value)) return { array: value.map((item) => pack(item, depth + 1)) };
    if (value instanceof File) {
      return { file: outgoingFiles.push(value) - 1 };
    }
    const kind = Object.prototype.toString.call(value).slice(8, -1);
    if (ArrayBuffer.isView(value) || CLONED_WHOLE.has(kind)) return { plain: value };
    if (value instanceof Node) throw new Error('not provided by the stand-in: an element through contextBridge');
    return { object: Object.entries(value).map(([key, inner]) => [key, pack(inner, depth + 1)]) };
  }

  function packError(error: unknown): Wire {
    try {
      structuredClone(error);
      return { plain: error };
    } catch {
      return { plain: new Error(String(error)) };
    }
  }

  function attempt(action: () => unknown): { ok: boolean; value: Wire } {
    try {
      return { ok: true, value: pack(action()) };
    } catch (error) {
      return { ok: false, value: packError(error) };
    }
  }

  function unpack(wire: Wire, files: File[]): unknown {
    const done = <T extends object>(object: T): T => (side === 'page' ? Object.freeze(object) : object);
    if ('plain' in wire) return wire.plain;
    if ('array' in wire) return done(wire.array.map((item) => unpack(item, files)));
    if ('object' in wire) {
      const object = {};
      for (const [key, inner] of wire.object) {
        Object.defineProperty(object, key, {
          value: unpack(inner, files),
          writable: true,
          enumerable: true,
          configurable: true,
        });
      }
      return done(object);
    }
    if ('back' in wire) return mine.get(wire.back);
    if ('file' in wire) return files[wire.file];
    if ('promise' in wire) return new Promise((resolve, reject) => promised.set(wire.promise, { resolve, reject }));
    let callable = theirs.get(wire.callable);
    if (!callable) {
      const id = wire.callable;
      callable = (...args) => call(id, args);
      theirs.set(id, callable);
      idOfTheirs.set(callable, id);
    }
    return callable;
  }

  function call(id: number, args: unknown[]): unknown {
    const number = ++lastId;
    post({ kind: 'call', id, call: number, args: args.map((arg) => pack(arg)) });
    const answer = returned.get(number); // events are synchronous: the answer is there by now, unless cloning failed
    returned.delete(number);
    if (!answer) throw new DOMException('An argument or the result could not be cloned.', 'DataCloneError');
    if (answer.ok) return answer.value;
    throw answer.value;
  }

  carrier.addEventListener(side === 'page' ? 'preload' : 'page', (event) => {
    const message = (event as CustomEvent<Message | null>).detail;
    if (!message) return; // not cloneable: the caller sees that no answer came
    const files = [...(carrier.files ?? [])]; // those of this message: a later one brings its own
    switch (message.kind) {
      case 'call': {
        const args = message.args.map((arg) => unpack(arg, files));
        return post({ kind: 'returned', call: message.call, ...attempt(() => mine.get(message.id)?.(...args)) });
      }
      case 'returned':
        return void returned.set(message.call, { ok: message.ok, value: unpack(message.value, files) });
      case 'settled': {
        const waiting = promised.get(message.id);
        promised.delete(message.id);
        return message.ok
          ? waiting?.resolve(unpack(message.value, files))
          : waiting?.reject(unpack(message.value, files));
      }
      case 'sent':
        return receive[message.name]?.(unpack(message.value, files) as never);
    }
  });
  return { send: (name, value) => post({ kind: 'sent', name, value: pack(value) }) };
}
