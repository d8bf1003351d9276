/**
 * Keys that are good for a while: tickets and the cookie for downloads, in memory only.
 *
 * Promises: a device has at most {@link TICKETS_PER_DEVICE_MAX}, all together at most what the maker says; the oldest go first, and
 * their pages ask for new ones. So who asks without end takes only his own away.
 */
import type { DeviceId } from '../core/ids.ts';

/** As many pages of one browser may be open before they take the tickets from each other. */
export const TICKETS_PER_DEVICE_MAX = 32;

interface Ticket {
  deviceId: DeviceId;
  expiresAt: number;
}

export class Tickets<T extends Ticket> {
  readonly #max: number;
  /** Oldest first, as in each device's own. */
  readonly #byKey = new Map<string, T>();
  readonly #keysOf = new Map<DeviceId, Set<string>>();

  constructor(max: number) {
    this.#max = max;
  }

  /** What the key is good for; null where it is unknown or over. */
  good(key: string, now: number): T | null {
    const found = this.#byKey.get(key);
    if (found && found.expiresAt > now) return found;
    this.#drop(key);
    return null;
  }

  give(key: string, ticket: T): void {
    const own = this.#keysOf.get(ticket.deviceId) ?? new Set();
    this.#keysOf.set(ticket.deviceId, own.add(key));
    this.#byKey.set(key, ticket);
    dropOldest(own, TICKETS_PER_DEVICE_MAX, (oldest) => this.#drop(oldest));
    dropOldest(this.#byKey, this.#max, (oldest) => this.#drop(oldest));
  }

  end(deviceIds: ReadonlySet<DeviceId>): void {
    for (const deviceId of deviceIds) for (const key of [...(this.#keysOf.get(deviceId) ?? [])]) this.#drop(key);
  }

  #drop(key: string): void {
    const ticket = this.#byKey.get(key);
    if (!ticket) return;
    this.#byKey.delete(key);
    const own = this.#keysOf.get(ticket.deviceId);
    own?.delete(key);
    if (own?.size === 0) this.#keysOf.delete(ticket.deviceId);
  }
}

function dropOldest(
  keys: { readonly size: number; keys(): Iterable<string> },
  max: number,
  drop: (key: string) => void,
): void {
  for (const oldest of keys.keys()) {
    if (keys.size <= max) return;
    drop(oldest);
  }
}
