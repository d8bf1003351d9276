// Promises: whatever the stand-in does not implement throws by name instead of quietly doing nothing, so that no test can
// pass on behaviour that is not there. Hides: the proxies that watch every object handed to the app.
import { EventEmitter } from 'node:events';

/** What the language itself asks of any object (await, JSON, assertions); absent from Electron's objects as well. */
const ASKED_OF_ANYTHING = new Set<PropertyKey>(['then', 'toJSON', 'asymmetricMatch', 'inspect']);

/** Throws the one error of everything that is missing here. `name` is written as the app wrote it: `app.dock`. */
export function notProvided(name: string): never {
  throw new Error(`not provided by the stand-in: ${name}`);
}

/** `target` behind a guard: reading or setting a property it does not have throws. */
export function guarded<T extends object>(name: string, target: T): T {
  return new Proxy(target, {
    get(object, key, receiver) {
      if (key in object || typeof key === 'symbol' || ASKED_OF_ANYTHING.has(key))
        return Reflect.get(object, key, receiver);
      return notProvided(`${name}.${key}`);
    },
    set(object, key, value, receiver) {
      if (!(key in object) && typeof key !== 'symbol') notProvided(`${name}.${key}`);
      return Reflect.set(object, key, value, receiver);
    },
  });
}

/** An export of Electron that is not there at all: every use of it throws, as function, class or object. */
export function absent(name: string): never {
  function refuse(): never {
    return notProvided(name); // a function, not an arrow: `new` must reach the trap
  }
  return new Proxy(refuse, {
    get: (_, key) =>
      typeof key === 'symbol' || ASKED_OF_ANYTHING.has(key) ? undefined : notProvided(`${name}.${key}`),
    set: (_, key) => notProvided(`${name}.${String(key)}`),
    construct: refuse,
  }) as never;
}

/** Throws for every option given that is not in `known`: an option ignored is a promise broken. */
export function refuseUnknown(name: string, options: object, known: readonly string[]): void {
  for (const key of Object.keys(options)) if (!known.includes(key)) notProvided(`${name} option '${key}'`);
}

/**
 * Base of every event-emitting class. Its constructor returns the guard, so `this` in a subclass *is* the guard: one identity
 * everywhere (`event.sender === window.webContents`), and private fields live on it.
 */
export class Guarded extends EventEmitter {
  constructor(name: string) {
    super();
    return guarded(name, this);
  }
}

/** The argument of an event that a listener may veto. */
export interface Vetoable {
  defaultPrevented: boolean;
  preventDefault(): void;
}

export function vetoable<T extends object>(details?: T): Vetoable & T {
  const event = {
    defaultPrevented: false,
    preventDefault() {
      event.defaultPrevented = true;
    },
    ...details,
  } as Vetoable & T;
  return event;
}
