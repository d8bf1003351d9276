/**
 * The hub's HTTP calls that pages need, as functions that return parsed values. Promises that every failure is a PartaError:
 * no answer in {@link CALL_TIMEOUT_MS} or no network is `hub-unreachable`, an answer that is no hub's (a captive portal's
 * page, some other server) is `not-a-hub`. Hides: fetch, headers, paths.
 */
import type * as z from 'zod/mini';
import { PartaError } from '../core/errors.ts';
import { DeviceCode, Devices, JoinCode, LessonEnded, Me, Nothing, Present } from '../core/wire.ts';
import type { HubCalls } from './class-store.ts';
import { valueOf, type Address } from './transport.ts';

export const CALL_TIMEOUT_MS = 15_000;

/** The one function of the browser this file needs; tests bring their own. */
export type Fetch = (url: string, init: RequestInit) => Promise<Response>;

/** Asks a hub and returns the value of its answer. Throws its code, `hub-unreachable` or `not-a-hub`. */
export async function ask<T extends z.core.$ZodType>(
  fetch: Fetch,
  { url, ticket }: Address,
  method: 'GET' | 'POST' | 'DELETE',
  path: string,
  schema: T,
): Promise<z.output<T>> {
  let response: Response;
  try {
    response = await fetch(new URL(path, url).href, {
      method,
      headers: { Authorization: `Bearer ${ticket}` },
      credentials: 'omit',
      cache: 'no-store',
      signal: AbortSignal.timeout(CALL_TIMEOUT_MS),
    });
  } catch (cause) {
    throw new PartaError('hub-unreachable', { cause });
  }
  let raw: unknown;
  try {
    raw = await response.json();
  } catch (cause) {
    throw new PartaError('not-a-hub', { cause });
  }
  return valueOf(schema, raw);
}

/** GET /api/me. */
export const askMe = (fetch: Fetch, address: Address): Promise<Me> => ask(fetch, address, 'GET', '/api/me', Me);

/**
 * The calls of {@link HubCalls}, each with a ticket that is good at that moment.
 * @param address where the hub is and the ticket, asked for anew for every call
 */
export function hubCalls(fetch: Fetch, address: () => Promise<Address>): HubCalls {
  const call = async <T extends z.core.$ZodType>(method: 'GET' | 'POST' | 'DELETE', path: string, schema: T) =>
    ask(fetch, await address(), method, path, schema);
  return {
    joinCode: (logId) => call('GET', `/api/logs/${logId}/join-code`, JoinCode),
    renewJoinCode: (logId) => call('POST', `/api/logs/${logId}/join-code`, JoinCode),
    deviceCode: () => call('POST', '/api/device-codes', DeviceCode),
    devices: async () => (await call('GET', '/api/devices', Devices)).devices,
    revokeDevice: async (deviceId) => void (await call('DELETE', `/api/devices/${deviceId}`, Nothing)),
    endLesson: (logId) => call('POST', `/api/logs/${logId}/end-lesson`, LessonEnded),
    present: async (logId) => (await call('GET', `/api/logs/${logId}/present`, Present)).memberIds,
  };
}
