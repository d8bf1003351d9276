/** A pupil's sign-in: what the address and the browser tell, and tickets that are never handed out dead. */
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { DeviceId, HubId, PersonId } from '../../src/core/ids.ts';
import { CODE_DIGITS } from '../../src/student/EntryForm.tsx';
import { codeInAddress } from '../../src/student/Join.tsx';
import { deviceName, openSignIn, RENEW_BEFORE_MS, RENEW_CHECK_MS, type SignIn } from '../../src/student/session.ts';
import { newId } from '../support/person.ts';

test.each([
  ['http://hub.test/#123456', '123456'],
  ['http://hub.test/?c=123%20456', '123456'],
  ['http://hub.test/#12345678', '123456'],
  ['http://hub.test/', ''],
  ['http://hub.test/#<script>', ''],
])('the code in %s is "%s"', (address, code) => {
  expect(codeInAddress(new URL(address))).toBe(code);
  expect(CODE_DIGITS).toBe(6);
});

test.each([
  ['Mozilla/5.0 (Windows NT 6.1; Win64; x64) AppleWebKit/537.36 Chrome/109.0.0.0 Safari/537.36', 'Windows · Chrome'],
  ['Mozilla/5.0 (X11; Linux x86_64; rv:115.0) Gecko/20100101 Firefox/115.0', 'Linux · Firefox'],
  ['Mozilla/5.0 (Linux; Android 13) Chrome/120.0 YaBrowser/24.1 Mobile Safari/537.36', 'Android · Яндекс Браузер'],
  ['curl/8', ''],
])('%s is known to a teacher as "%s"', (agent, name) => expect(deviceName(agent)).toBe(name));

describe('tickets', () => {
  const hubId = newId<HubId>();
  const personId = newId<PersonId>();
  const TICKET_MS = 15 * 60_000;
  let asked: number;
  let signIn: SignIn;
  beforeEach(() => {
    vi.useFakeTimers({ now: 1_000_000 });
    vi.stubGlobal('window', { location: { origin: 'http://hub.test' } });
    asked = 0;
    vi.stubGlobal('fetch', async () => {
      asked += 1;
      // The hub's clock is an hour ahead of this computer's.
      const now = Date.now() + 3_600_000;
      const value = { ticket: `t${asked}`, expiresAt: now + TICKET_MS, personId, hubId, now };
      return new Response(JSON.stringify({ ok: true, value }));
    });
    signIn = openSignIn({ deviceId: newId<DeviceId>(), secret: 's', personId, hubId, name: 'Белов', keeps: false });
  });
  afterEach(() => {
    signIn.close();
    vi.unstubAllGlobals();
    vi.useRealTimers();
  });

  test('one ticket serves until shortly before its end, by the hub’s clock', async () => {
    expect(await signIn.ticket()).toBe('t1');
    expect(await signIn.ticket()).toBe('t1');
    expect(signIn.now() - Date.now()).toBe(3_600_000);
    vi.setSystemTime(1_000_000 + TICKET_MS - RENEW_BEFORE_MS);
    expect(await signIn.ticket()).toBe('t2');
    expect(await signIn.ticket(true)).toBe('t3');
  });

  test('a quiet page renews by itself, so that a file link does not meet a dead cookie', async () => {
    await signIn.ticket();
    await vi.advanceTimersByTimeAsync(TICKET_MS - RENEW_BEFORE_MS + RENEW_CHECK_MS);
    expect(asked).toBe(2);
    signIn.close();
    await vi.advanceTimersByTimeAsync(2 * TICKET_MS);
    expect(asked).toBe(2);
  });

  test('another hub at the same address gets nothing but the question', async () => {
    const other = openSignIn({
      deviceId: newId<DeviceId>(),
      secret: 's',
      personId,
      hubId: newId<HubId>(),
      name: 'Белов',
      keeps: false,
    });
    await expect(other.ticket()).rejects.toMatchObject({ code: 'other-hub' });
    other.close();
  });

  test.each([
    ['a captive portal’s page', async () => new Response('<html>Wi-Fi</html>'), 'not-a-hub'],
    ['no network', () => Promise.reject(new TypeError('failed')), 'hub-unreachable'],
    ['a refusal', async () => new Response('{"ok":false,"code":"lesson-ended"}', { status: 401 }), 'lesson-ended'],
    ['a code of a newer hub', async () => new Response('{"ok":false,"code":"brand-new"}'), 'internal'],
  ])('%s has its own code', async (_what, answer, code) => {
    vi.stubGlobal('fetch', answer);
    await expect(signIn.session()).rejects.toMatchObject({ code });
  });
});
