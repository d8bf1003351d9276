/**
 * Who may come in: persons, their devices, short tickets, the codes by which newcomers enter, and how often a code may be
 * guessed.
 *
 * Promises: a secret is kept as its SHA-256 only; tickets live in memory and end with their device; a device that is revoked is
 * out at once (`onRevoked`). Wrong codes are counted per address and for the whole hub, and past the limit the right code is
 * refused too, so that counting cannot be used to find it.
 */
import { createHash, randomBytes, randomInt, timingSafeEqual } from 'node:crypto';
import { PartaError } from '../core/errors.ts';
import { uuidV7, type DeviceId, type HubId, type LogId, type PersonId } from '../core/ids.ts';
import { cleanName } from '../core/names.ts';
import {
  PROTOCOL_FLOOR,
  type Credentials,
  type DeviceCode,
  type DeviceRequest,
  type Devices,
  type JoinCode,
  type JoinRequest,
  type Session,
  type SessionRequest,
} from '../core/wire.ts';
import type * as z from 'zod/mini';
import type { Log } from './log.ts';
import type { DeviceRow, PersonRow, Revocation, Store } from './store.ts';
import { Tickets } from './tickets.ts';
import { isThisMachine } from './visitors.ts';

export const TICKET_MS = 15 * 60_000;
/** How long the cookie for downloads is good: a page that stays open through a lesson asks for no new ticket. */
export const FILES_COOKIE_MS = 12 * 60 * 60_000;
export const JOIN_CODE_MS = 12 * 60 * 60_000;
export const DEVICE_CODE_MS = 10 * 60_000;
export const JOIN_CODE_DIGITS = 6;
export const DEVICE_CODE_DIGITS = 8;
export const DEVICE_CODES_MAX = 20;
export const WRONG_TRIES_PER_ADDRESS_MAX = 10;
export const WRONG_TRIES_PER_HUB_MAX = 100;
export const WRONG_TRIES_MS = 60_000;
/** Newcomers with the right code from one address in {@link JOINS_MS}: more than a class behind one router, fewer than a class may wait. */
export const JOINS_PER_ADDRESS_MAX = 100;
export const JOINS_MS = 10 * 60_000;
/** Tickets kept at most; the oldest go first, their devices ask for new ones. */
export const TICKETS_MAX = 20_000;
const SECRET_BYTES = 32;

/** Somebody whose ticket is good. */
export interface Signed {
  personId: PersonId;
  deviceId: DeviceId;
  hubRole: PersonRow['hubRole'];
  name: string;
  /** What the page that asked for the ticket speaks. */
  protocol: number;
}

export interface PeopleContext {
  store: Store;
  log: Log;
  now: () => number;
  hubId: HubId;
  /** By default {@link TICKETS_MAX}. */
  ticketsMax?: number;
}

const sha256 = (text: string) => createHash('sha256').update(text).digest();
const newSecret = () => randomBytes(SECRET_BYTES).toString('base64url');
const digitsOf = (typed: string) => typed.replace(/[\s-]/g, '');
const newDigits = (count: number) => String(randomInt(10 ** count)).padStart(count, '0');
/** Codes are shown in two halves that a person can read aloud. */
const spaced = (digits: string) => `${digits.slice(0, digits.length / 2)} ${digits.slice(digits.length / 2)}`;

/** Counts tries in the last while. */
class Tries {
  readonly #max: number;
  readonly #spanMs: number;
  readonly #times = new Map<string, number[]>();
  constructor(max: number, spanMs: number) {
    this.#max = max;
    this.#spanMs = spanMs;
  }
  isOver(key: string, now: number): boolean {
    return this.#recent(key, now).length >= this.#max;
  }
  add(key: string, now: number): void {
    this.#times.set(key, [...this.#recent(key, now), now]);
    if (this.#times.size > 10_000) for (const other of this.#times.keys()) this.#recent(other, now);
  }
  #recent(key: string, now: number): number[] {
    const recent = (this.#times.get(key) ?? []).filter((at) => now - at < this.#spanMs && at <= now);
    if (recent.length === 0) this.#times.delete(key);
    else this.#times.set(key, recent);
    return recent;
  }
}

export class People {
  readonly #context: PeopleContext;
  readonly #tickets: Tickets<Signed & { expiresAt: number }>;
  readonly #fileKeys: Tickets<Signed & { expiresAt: number }>;
  readonly #deviceCodes = new Map<string, { personId: PersonId; expiresAt: number }>();
  readonly #triesPerAddress = new Tries(WRONG_TRIES_PER_ADDRESS_MAX, WRONG_TRIES_MS);
  readonly #triesPerHub = new Tries(WRONG_TRIES_PER_HUB_MAX, WRONG_TRIES_MS);
  readonly #joinsPerAddress = new Tries(JOINS_PER_ADDRESS_MAX, JOINS_MS);
  readonly #listeners: ((deviceIds: ReadonlySet<DeviceId>, why: Revocation) => void)[] = [];

  constructor(context: PeopleContext) {
    this.#context = context;
    this.#tickets = new Tickets(context.ticketsMax ?? TICKETS_MAX);
    this.#fileKeys = new Tickets(context.ticketsMax ?? TICKETS_MAX);
  }

  /** Called when devices are shut out, before anybody is answered. */
  onRevoked(listener: (deviceIds: ReadonlySet<DeviceId>, why: Revocation) => void): void {
    this.#listeners.push(listener);
  }

  // ── Tickets ──────────────────────────────────────────────────────────────────────────────────────────────────────────

  byTicket(ticket: string): Signed | null {
    return this.#tickets.good(ticket, this.#context.now());
  }

  /** Whose cookie for downloads this is. */
  byFilesKey(key: string): Signed | null {
    return this.#fileKeys.good(key, this.#context.now());
  }

  /** A ticket for a device's secret; `signed-out` or `lesson-ended` where the device may not come in. */
  async openSession(request: z.infer<typeof SessionRequest>): Promise<{ session: Session; filesKey: string }> {
    this.#checkProtocol(request.protocol);
    const { store, now, hubId } = this.#context;
    const device = await store.device(request.deviceId);
    if (!device || !timingSafeEqual(device.secretHash, sha256(request.secret))) throw new PartaError('signed-out');
    if (device.revoked) throw new PartaError(device.revoked);
    const person = await store.person(device.personId);
    if (!person) throw new PartaError('signed-out');
    const at = now();
    const isNews = request.keeps !== undefined && request.keeps !== device.keeps;
    await store.deviceSeen(device.deviceId, at, request.keeps ?? null).catch((error: unknown) => {
      // On a full disk everybody may still come in and read; only what a device promises must be kept.
      if (isNews) throw error;
    });
    const { personId, hubRole, name } = person;
    const signed: Signed = { personId, deviceId: device.deviceId, hubRole, name, protocol: request.protocol };
    const ticket = newSecret();
    const filesKey = newSecret();
    const expiresAt = at + TICKET_MS;
    this.#tickets.give(ticket, { ...signed, expiresAt });
    this.#fileKeys.give(filesKey, { ...signed, expiresAt: at + FILES_COOKIE_MS });
    return { session: { ticket, expiresAt, personId, hubId, now: at }, filesKey };
  }

  // ── Newcomers ────────────────────────────────────────────────────────────────────────────────────────────────────────

  /** The first teacher at this computer, or a new device for the teacher of this name. Only the hub's own machine may ask. */
  async makeOwner(teacherName: string, deviceName: string): Promise<Credentials> {
    const name = cleanName(teacherName);
    if (name === '') throw new PartaError('bad-name');
    const { store } = this.#context;
    const known = (await store.teachers()).find((teacher) => teacher.name === name);
    const { device, secret } = this.#newDevice(known?.personId ?? this.#newId<PersonId>(), deviceName);
    if (known) await store.addDevice(device);
    else await store.addPerson({ personId: device.personId, hubRole: 'teacher', name }, device);
    return this.#credentials(device, secret);
  }

  /**
   * The class that a code opens, and the name as it is kept.
   * @param address where the try came from, for counting
   */
  async doorOf(request: z.infer<typeof JoinRequest>, address: string): Promise<{ logId: LogId; name: string }> {
    this.#checkProtocol(request.protocol);
    const name = cleanName(request.name);
    if (name === '') throw new PartaError('bad-name');
    const { store, now } = this.#context;
    this.#checkTries(address);
    const found = await store.logByJoinCode(digitsOf(request.code));
    if (!found) throw this.#wrong(address, 'wrong-code');
    if (found.expiresAt <= now()) throw this.#wrong(address, 'code-expired');
    return { logId: found.logId, name };
  }

  /**
   * Somebody with the class code. `admit` puts the request before the teacher; where it refuses, nothing of him stays.
   * @param address where the try came from, for counting
   */
  async join(
    request: z.infer<typeof JoinRequest>,
    address: string,
    admit: (logId: LogId, personId: PersonId, name: string) => Promise<void>,
  ): Promise<Credentials> {
    const { logId, name } = await this.doorOf(request, address);
    const { store, now } = this.#context;
    if (!isThisMachine(address) && this.#joinsPerAddress.isOver(address, now())) throw new PartaError('too-many-tries');
    this.#joinsPerAddress.add(address, now());
    const { device, secret } = request.again
      ? await this.#oldDevice(request.again, request.device)
      : this.#newDevice(this.#newId<PersonId>(), request.device);
    const { personId } = device;
    await store.addPerson({ personId, hubRole: 'guest', name }, device);
    try {
      await admit(logId, personId, name);
    } catch (error) {
      await store.removePerson(personId);
      throw error;
    }
    return this.#credentials(device, secret);
  }

  /** A further device of a teacher, by a code that works once. */
  async joinDevice(request: z.infer<typeof DeviceRequest>, address: string): Promise<Credentials> {
    this.#checkProtocol(request.protocol);
    const { store, now } = this.#context;
    this.#checkTries(address);
    const code = digitsOf(request.code);
    const found = this.#deviceCodes.get(code);
    if (!found) throw this.#wrong(address, 'wrong-code');
    if (found.expiresAt <= now()) throw this.#wrong(address, 'code-expired');
    this.#deviceCodes.delete(code);
    const { device, secret } = this.#newDevice(found.personId, request.device);
    await store.addDevice(device);
    return this.#credentials(device, secret);
  }

  /** A code by which a further device of this person comes in. */
  newDeviceCode(personId: PersonId): DeviceCode {
    const expiresAt = this.#context.now() + DEVICE_CODE_MS;
    let code = newDigits(DEVICE_CODE_DIGITS);
    while (this.#deviceCodes.has(code)) code = newDigits(DEVICE_CODE_DIGITS);
    this.#deviceCodes.set(code, { personId, expiresAt });
    // Expired ones are remembered for a while, so that a late hand is told why; then the oldest go.
    for (const oldest of this.#deviceCodes.keys()) {
      if (this.#deviceCodes.size <= DEVICE_CODES_MAX) break;
      this.#deviceCodes.delete(oldest);
    }
    return { code: spaced(code), expiresAt };
  }

  /** The code of a class, a new one where there is none, it has expired, or `renew` is said. */
  async joinCode(logId: LogId, renew: boolean): Promise<JoinCode> {
    const { store, now } = this.#context;
    const old = await store.joinCode(logId);
    if (old && old.expiresAt > now() && !renew) return { ...old, code: spaced(old.code) };
    for (;;) {
      const code = { code: newDigits(JOIN_CODE_DIGITS), expiresAt: now() + JOIN_CODE_MS };
      if (code.code === old?.code) continue;
      if (await store.setJoinCode(logId, code)) return { ...code, code: spaced(code.code) };
      if (!(await store.head(logId))) throw new PartaError('not-found');
    }
  }

  // ── Devices ──────────────────────────────────────────────────────────────────────────────────────────────────────────

  async devices(signed: Signed): Promise<Devices> {
    const rows = await this.#context.store.devicesOf([signed.personId]);
    return {
      devices: rows.map(({ deviceId, name, addedAt, seenAt }) => ({
        deviceId,
        name,
        addedAt,
        seenAt,
        current: deviceId === signed.deviceId,
      })),
    };
  }

  /** Shuts devices out: their secrets, tickets, sockets and downloads end now. */
  async revoke(deviceIds: readonly DeviceId[], why: Revocation): Promise<void> {
    if (deviceIds.length === 0) return;
    await this.#context.store.revokeDevices(deviceIds, why);
    const gone = new Set(deviceIds);
    this.#tickets.end(gone);
    this.#fileKeys.end(gone);
    for (const deviceId of deviceIds) this.#context.log('device-revoked', { deviceId, code: why });
    for (const listener of this.#listeners) listener(gone, why);
  }

  // ── Inside ───────────────────────────────────────────────────────────────────────────────────────────────────────────

  #checkProtocol(protocol: number): void {
    if (protocol < PROTOCOL_FLOOR) throw new PartaError('unknown-protocol');
  }

  #checkTries(address: string): void {
    const now = this.#context.now();
    if (!this.#triesPerAddress.isOver(address, now) && !this.#triesPerHub.isOver('', now)) return;
    this.#context.log('too-many-tries');
    throw new PartaError('too-many-tries');
  }

  #wrong(address: string, code: 'wrong-code' | 'code-expired'): PartaError {
    const now = this.#context.now();
    this.#triesPerAddress.add(address, now);
    this.#triesPerHub.add('', now);
    return new PartaError(code);
  }

  #newId<T extends string>(): T {
    return uuidV7(this.#context.now(), randomBytes(16)) as T;
  }

  #newDevice(personId: PersonId, deviceName: string): { device: DeviceRow; secret: string } {
    const secret = newSecret();
    const device: DeviceRow = {
      deviceId: this.#newId<DeviceId>(),
      personId,
      name: cleanName(deviceName),
      secretHash: sha256(secret),
      keeps: false,
      addedAt: this.#context.now(),
      seenAt: null,
      revoked: null,
    };
    return { device, secret };
  }

  /**
   * A device of the hub that this one is a copy of, with the person it was: both under the ids they had, as nobody here has them. It
   * brings no rights along: like any newcomer he waits for the teacher. Throws `signed-out` where there is such a device or person.
   */
  async #oldDevice(
    { deviceId, personId, secret }: NonNullable<z.infer<typeof JoinRequest>['again']>,
    deviceName: string,
  ): Promise<{ device: DeviceRow; secret: string }> {
    const { store } = this.#context;
    const isKnown = (await store.device(deviceId)) || (await store.person(personId));
    if (isKnown || (await store.logsOf(personId)).length > 0) throw new PartaError('signed-out');
    const { device } = this.#newDevice(personId, deviceName);
    return { device: { ...device, deviceId, secretHash: sha256(secret) }, secret };
  }

  #credentials({ deviceId, personId }: DeviceRow, secret: string): Credentials {
    return { deviceId, secret, personId, hubId: this.#context.hubId };
  }
}
