/**
 * Slow and hostile networks, for real: a hub, the engine over real sockets, and between them a proxy with weather. What is shown
 * of the connection is compared with what somebody sees who looks at the hub's address through the same network and knows the
 * log's head; {@link TRUE_WITHIN_MS} after the weather has changed they must agree. Whatever was written meanwhile arrives once.
 */
import { get } from 'node:http';
import { IDBFactory, IDBKeyRange } from 'fake-indexeddb';
import { afterEach, describe, expect, test } from 'vitest';
import type { ClassStore, ClassView, Connection, Credentials, MessagesView } from '../../src/client/class-store.ts';
import { LOOK_EVERY_MS, lookAt, SELDOM_LOOK_EVERY_MS } from '../../src/client/lookout.ts';
import { openClassStoreWith } from '../../src/client/open-class-store.ts';
import { BROWSER, watchSleep, WAKE_DRIFT_MS, type NetworkHint, type Ports } from '../../src/client/ports.ts';
import { Pace, PAGE_ENTRIES_FIRST, PAGE_ENTRIES_MIN, PAGE_TARGET_MS } from '../../src/client/pace.ts';
import type { ChannelId, LogId } from '../../src/core/ids.ts';
import { BEAT_EVERY_MS, noticedWithinMs, POLLED_BEAT_EVERY_MS } from '../../src/client/pulse.ts';
import { PAGE_ENTRIES_MAX } from '../../src/core/limits.ts';
import { PROTOCOL_VERSION, type Credentials as DeviceSecret } from '../../src/core/wire.ts';
import { startHub, type StartedHub } from '../support/hub.ts';
import { OwnFiles } from '../support/local-client.ts';
import { NetworkProxy, type Weather } from '../support/network-proxy.ts';
import { call, Person } from '../support/person.ts';

/** From a change of the weather until what is shown is true again. */
const TRUE_WITHIN_MS = 2_000;
/** What a busy machine takes on top. */
const BUSY_MS = 700;
/** Of a pupil's page, which is told less often that the hub is there: 2.4 s. */
const PUPIL_TRUE_WITHIN_MS = noticedWithinMs(BEAT_EVERY_MS) + BUSY_MS;
const PROBE_TIMEOUT_MS = 1_900;
/** A bound counts the time in which this process could run: a tick that comes late was the machine's time, not the engine's. */
const TICK_MS = 25;
/** For what has no bound of its own. */
const PATIENCE_MS = 60_000;

const ONLINE: Connection = { state: 'online', code: null, retryAt: null };

const undo: (() => unknown)[] = [];
afterEach(async () => {
  for (const step of undo.splice(0).toReversed()) await step();
});

type Session = Awaited<ReturnType<Credentials['session']>>;

/** As the desktop keeps tickets: one is asked for only when there is none for this address or it was refused. */
function keptTickets(url: () => string, device: DeviceSecret): Credentials {
  let kept: Session | null = null;
  return {
    url,
    async session(rejected) {
      if (kept && kept.url === url() && kept.ticket !== rejected) return kept;
      const { deviceId, secret } = device;
      const at = url();
      const body = { deviceId, secret, protocol: PROTOCOL_VERSION };
      kept = { ...(await call<Session>(at, '/api/session', { method: 'POST', body })), url: at };
      return kept;
    },
  };
}

/** A store with its eyes: what is shown of the connection now, and when it changes. */
class Seat {
  readonly store: ClassStore;
  shown: Connection = { state: 'offline', code: null, retryAt: null };
  readonly states: string[] = [];
  readonly #waiting = new Set<() => void>();
  messages: MessagesView['messages'] = [];

  constructor(store: ClassStore) {
    this.store = store;
    store.watchConnection((connection) => {
      this.shown = connection;
      this.states.push(`${connection.state} ${connection.code ?? ''}`.trim());
      this.#changed();
    });
  }

  follow(logId: LogId, channelId: ChannelId) {
    this.store.watchMessages(logId, channelId, { around: 'newest', count: 10_000 }, ({ messages }) => {
      this.messages = messages;
      this.#changed();
    });
  }

  #changed() {
    for (const look of this.#waiting) look();
  }

  /** Resolves with the ms it took; rejects with what was shown instead. */
  until(holds: () => boolean, withinMs: number, what: string): Promise<number> {
    const begunAt = performance.now();
    return new Promise((resolve, reject) => {
      const settle = (done: () => void) => {
        clearInterval(ticks);
        this.#waiting.delete(look);
        done();
      };
      const look = () => holds() && settle(() => resolve(Math.round(performance.now() - begunAt)));
      let [lastAt, leftMs] = [begunAt, withinMs];
      const ticks = setInterval(() => {
        const now = performance.now();
        leftMs -= Math.min(2 * TICK_MS, now - lastAt);
        lastAt = now;
        if (leftMs > 0) return;
        const shown = this.states.join(', ');
        settle(() => reject(new Error(`not within ${withinMs} ms: ${what}; shown: ${shown}`)));
      }, TICK_MS);
      this.#waiting.add(look);
      look();
    });
  }

  get confirmed(): string[] {
    return this.messages.filter(({ seq }) => seq !== null).map(({ text }) => text);
  }
}

interface Scene {
  hub: StartedHub;
  proxy: NetworkProxy;
  /** Behind the proxy: the teacher, and a pupil in the class. */
  teacher: Seat;
  pupil: Seat;
  /** A second device of the teacher beside the proxy, so that there is news whatever the weather. */
  outside: Seat;
  logId: LogId;
  channelId: ChannelId;
  hint(hint: NetworkHint): void;
  /** Where the hub is for those behind the proxy. */
  address: { url: string };
}

async function scene(seed: number): Promise<Scene> {
  const hub = await startHub();
  undo.push(() => hub.stop());
  const proxy = await NetworkProxy.start(hub.port, seed);
  undo.push(() => proxy.stop());
  const address = { url: proxy.url };
  const hints = new Set<(hint: NetworkHint) => void>();
  const ports: Ports = {
    ...BROWSER,
    watchNetwork(listener) {
      hints.add(listener);
      return () => hints.delete(listener);
    },
  };
  const sit = async (name: string, url: () => string, device: DeviceSecret, isWatchful: boolean) => {
    const disk = { indexedDB: new IDBFactory(), IDBKeyRange };
    const credentials = keptTickets(url, device);
    const store = await openClassStoreWith(
      { ...ports, disk },
      { name, credentials, files: new OwnFiles(), isWatchful },
    );
    undo.push(() => store.close());
    return new Seat(store);
  };
  const outside = await sit('outside', () => hub.url, hub.owner, true);
  const logId = outside.store.newLogId();
  const channelId = outside.store.newChannelId();
  await outside.store.send(logId, 'createClass', {
    title: '7А',
    memberId: outside.store.newMemberId(),
    teacherName: 'Анна Павловна',
    channels: [{ channelId, kind: 'everyone' }],
  });
  outside.follow(logId, channelId);
  const klass = (seat: Seat, fits: (view: ClassView | null) => boolean) =>
    new Promise<ClassView | null>((resolve) => {
      const stop = seat.store.watchClass(logId, (view) => {
        if (!fits(view)) return;
        resolve(view);
        queueMicrotask(() => stop());
      });
    });
  await klass(outside, (view) => view?.outbox.length === 0);

  const device = await Person.withDeviceCode(hub.url, (await outside.store.hub.deviceCode()).code);
  const teacher = await sit('teacher', () => address.url, device.credentials, true);
  const { code } = await outside.store.hub.joinCode(logId);
  const person = await Person.join(hub.url, code, 'Белов Илья');
  const pupil = await sit('pupil', () => address.url, person.credentials, false);
  const asked = await klass(outside, (view) => Object.keys(view?.classroom.requests ?? {}).length === 1);
  const { requestId } = Object.values(asked!.classroom.requests)[0]!;
  const memberId = outside.store.newMemberId();
  await outside.store.send(logId, 'confirmJoin', { requestId, memberId, name: 'Белов Илья' });
  for (const seat of [teacher, pupil]) {
    await klass(seat, (view) => view?.classroom.members[memberId] !== undefined);
    seat.follow(logId, channelId);
    await seat.until(() => seat.shown.state === 'online', PATIENCE_MS, 'online at first');
  }
  const hint = (what: NetworkHint) => {
    for (const listener of hints) listener(what);
  };
  return { hub, proxy, teacher, pupil, outside, logId, channelId, hint, address };
}

const say = ({ logId, channelId }: Scene, seat: Seat, text: string) =>
  seat.store.send(logId, 'postMessage', { channelId, text, fileIds: [], replyTo: null });

/** What somebody sees who asks the hub's address through the same network, by a connection of his own. No word of the engine's. */
const probe = (url: string): Promise<'hub' | 'not-a-hub' | 'hub-unreachable'> =>
  new Promise((resolve) => {
    let text = '';
    const asking = get(`${url}/api/hub`, { agent: false, timeout: PROBE_TIMEOUT_MS }, (answer) => {
      answer
        .on('data', (part: Buffer) => (text += String(part)))
        .on('end', () => resolve(text.startsWith('{"ok":true') && text.includes('"hubId"') ? 'hub' : 'not-a-hub'));
    });
    asking.on('error', () => resolve('hub-unreachable')).on('timeout', () => asking.destroy());
  });

/** Whether what is shown is what the probe saw; behind a hub that answers, everything the log has must be here. */
const agrees = (seat: Seat, seen: Awaited<ReturnType<typeof probe>>, head: readonly string[]) =>
  seen === 'hub'
    ? seat.shown.state === 'online' && head.every((text) => seat.confirmed.includes(text))
    : seat.shown.state === 'offline' && seat.shown.code === seen;

/** Changes the weather, looks from outside at once, and waits for the teacher to see the same, for two seconds from then. */
async function changes(
  at: Scene,
  weather: Partial<Weather>,
  expected: Awaited<ReturnType<typeof probe>>,
  also = () => {},
  mustNotice = false,
) {
  const begunAt = performance.now();
  at.proxy.change(weather);
  at.teacher.states.length = 0;
  also();
  const seen = probe(at.address.url);
  const head = at.outside.confirmed;
  // Where its connection was taken away the teacher must have noticed before anything can be said to agree.
  const isNoticed = () => !mustNotice || at.teacher.states.length > 0;
  const tookMs = await at.teacher.until(
    () => isNoticed() && agrees(at.teacher, expected, head),
    TRUE_WITHIN_MS,
    expected,
  );
  expect(await seen, 'what the probe saw').toBe(expected);
  if (process.env['NETWORKS_PRINT']) console.log(`${expected} after ${tookMs} ms`);
  return performance.now() - begunAt;
}

/** All that was ever said is everywhere, once. */
async function everythingOnce(at: Scene, said: readonly string[]) {
  for (const seat of [at.teacher, at.pupil, at.outside]) {
    await seat.until(() => seat.confirmed.length >= said.length, PATIENCE_MS, `${said.length} messages`);
    expect(seat.confirmed.toSorted()).toEqual(said.toSorted());
  }
}

describe('bad lines', () => {
  test(
    '[S7] 200 ms and 2 % loss: online all the time, and everything arrives once',
    { timeout: PATIENCE_MS },
    async () => {
      const at = await scene(11);
      const said: string[] = [];
      await changes(at, { latencyMs: 100, jitterMs: 20, loss: 0.02 }, 'hub');
      at.teacher.states.length = 0;
      for (let index = 0; index < 40; index += 1) {
        for (const seat of [at.teacher, at.pupil, at.outside]) {
          const text = `${index} ${seat === at.teacher ? 'т' : seat === at.pupil ? 'у' : 'с'}`;
          said.push(text);
          await say(at, seat, text);
        }
      }
      await everythingOnce(at, said);
      expect(at.teacher.states.filter((state) => !/^(online|updating)$/.test(state))).toEqual([]);
      await changes(at, {}, 'hub');
    },
  );

  test(
    '[S7] 20 kbit/s: it is slow and not away, also while much is to be fetched',
    { timeout: PATIENCE_MS },
    async () => {
      const at = await scene(12);
      await changes(at, { bitsPerSecond: 20_000, latencyMs: 20 }, 'hub');
      at.teacher.states.length = 0;
      const said = Array.from({ length: 40 }, (_, index) => `${index} ${'длинное слово '.repeat(10)}`);
      for (const [index, text] of said.entries()) await say(at, index % 4 === 0 ? at.teacher : at.outside, text);
      await everythingOnce(at, said);
      expect(at.teacher.states.filter((state) => !/^(online|updating)$/.test(state))).toEqual([]);
      await changes(at, {}, 'hub');
    },
  );
});

describe('cut off', () => {
  test('refused, and there again', { timeout: PATIENCE_MS }, async () => {
    const at = await scene(21);
    await say(at, at.outside, 'до');
    await everythingOnce(at, ['до']);
    await changes(at, { way: 'refused' }, 'hub-unreachable');
    await say(at, at.teacher, 'без сети');
    await say(at, at.outside, 'мимо');
    await at.outside.until(() => at.outside.confirmed.includes('мимо'), PATIENCE_MS, 'news outside');
    await changes(at, {}, 'hub');
    await everythingOnce(at, ['до', 'без сети', 'мимо']);
    expect(at.teacher.shown).toEqual(ONLINE);
  });

  test('silence with something under way is seen; what hung goes on', { timeout: PATIENCE_MS }, async () => {
    const at = await scene(22);
    await changes(at, { way: 'silent' }, 'hub-unreachable', () => void say(at, at.teacher, 'в тишину'));
    await say(at, at.outside, 'мимо');
    await at.outside.until(() => at.outside.confirmed.includes('мимо'), PATIENCE_MS, 'news outside');
    await changes(at, {}, 'hub');
    await everythingOnce(at, ['в тишину', 'мимо']);
    expect(at.teacher.shown).toEqual(ONLINE);
  });

  test(
    'silence with nothing under way is seen as soon, by a pupil a moment later',
    { timeout: PATIENCE_MS },
    async () => {
      const at = await scene(23);
      for (const way of ['silent', 'open', 'silent'] as const) {
        const expected = way === 'open' ? 'hub' : 'hub-unreachable';
        const pupilSees = at.pupil.until(() => agrees(at.pupil, expected, []), PUPIL_TRUE_WITHIN_MS, expected);
        await Promise.all([changes(at, { way }, expected), pupilSees]);
      }
      await say(at, at.outside, 'мимо');
      await at.outside.until(() => at.outside.confirmed.includes('мимо'), PATIENCE_MS, 'news outside');
      await changes(at, {}, 'hub');
      await everythingOnce(at, ['мимо']);
      for (const seat of [at.teacher, at.pupil]) expect(seat.shown).toEqual(ONLINE);
    },
  );

  test('a pupil finds a hub that was away for long again within seconds', { timeout: PATIENCE_MS }, async () => {
    const at = await scene(27);
    await changes(at, { way: 'refused' }, 'hub-unreachable');
    // By now the jitter alone would let it wait for up to a minute.
    const tries = () => at.pupil.states.filter((state) => state === 'offline hub-unreachable').length;
    await at.pupil.until(() => tries() >= 4 && at.pupil.shown.retryAt !== null, PATIENCE_MS, 'tried in vain');
    await changes(at, {}, 'hub');
    const withinMs = LOOK_EVERY_MS + 1.5 * SELDOM_LOOK_EVERY_MS + TRUE_WITHIN_MS;
    await at.pupil.until(() => agrees(at.pupil, 'hub', []), withinMs, 'there again');
    expect(at.pupil.shown).toEqual(ONLINE);
  });

  test(
    'a captive portal is called one, in words, however often it is tried; then the hub is there again',
    { timeout: PATIENCE_MS },
    async () => {
      const at = await scene(24);
      await changes(at, { way: 'portal' }, 'not-a-hub');
      await say(at, at.teacher, 'через портал');
      at.teacher.states.length = 0;
      at.teacher.store.connectNow();
      await at.teacher.until(
        () => at.teacher.states.length > 0 && agrees(at.teacher, 'not-a-hub', []),
        TRUE_WITHIN_MS,
        'portal',
      );
      await at.pupil.until(() => agrees(at.pupil, 'not-a-hub', []), PATIENCE_MS, 'the pupil sees it too');
      await changes(at, {}, 'hub');
      await everythingOnce(at, ['через портал']);
      expect(at.teacher.shown).toEqual(ONLINE);
    },
  );

  test('a network without WebSockets: the wire goes over HTTP', { timeout: PATIENCE_MS }, async () => {
    const at = await scene(25);
    await changes(at, { way: 'no-websockets' }, 'hub', () => at.proxy.cut(), true);
    await say(at, at.teacher, 'по HTTP');
    await say(at, at.outside, 'новость');
    await everythingOnce(at, ['по HTTP', 'новость']);
    expect(at.teacher.shown.state).toBe('online');
    // Beats are dear there and come seldom.
    at.proxy.change({ way: 'silent' });
    const withinMs = noticedWithinMs(POLLED_BEAT_EVERY_MS) + BUSY_MS;
    await at.teacher.until(() => agrees(at.teacher, 'hub-unreachable', []), withinMs, 'silence over HTTP');
  });

  test('a middle box that cuts WebSockets again and again is found out', { timeout: PATIENCE_MS }, async () => {
    const at = await scene(26);
    await changes(at, { way: 'cuts-websockets', cutAfterBytes: 2_500 }, 'hub', () => at.proxy.cut(), true);
    const said = Array.from({ length: 30 }, (_, index) => `${index} ${'слово '.repeat(40)}`);
    for (const text of said) await say(at, at.outside, text);
    await everythingOnce(at, said);
    await at.teacher.until(() => at.teacher.shown.state === 'online', PATIENCE_MS, 'online over HTTP');
    const asked = at.proxy.websocketsAsked;
    await say(at, at.teacher, 'и назад');
    await everythingOnce(at, [...said, 'и назад']);
    expect(at.teacher.shown.state).toBe('online');
    expect(at.proxy.websocketsAsked - asked).toBeLessThanOrEqual(2);
  });
});

describe('another place, another time', () => {
  test('sleep and wake: a wire that died meanwhile is left at once', { timeout: PATIENCE_MS }, async () => {
    const at = await scene(31);
    at.proxy.forget();
    await say(at, at.outside, 'пока спали');
    await at.outside.until(() => at.outside.confirmed.includes('пока спали'), PATIENCE_MS, 'news outside');
    await changes(at, {}, 'hub', () => at.hint('woke'), true);
    await everythingOnce(at, ['пока спали']);
    expect(at.teacher.shown).toEqual(ONLINE);
  });

  test('a wire that lives through a sleep is kept', async () => {
    const at = await scene(32);
    const asked = at.proxy.websocketsAsked;
    at.hint('woke');
    await say(at, at.teacher, 'с добрым утром');
    await everythingOnce(at, ['с добрым утром']);
    expect(at.proxy.websocketsAsked).toBe(asked);
    expect(at.teacher.shown.state).toBe('online');
  });

  test('a clock that has jumped says that the machine slept', async () => {
    let now = 1_000_000;
    const woke = new Promise<void>((resolve) => {
      undo.push(watchSleep(() => now, resolve, 5));
    });
    now += WAKE_DRIFT_MS + 100;
    expect(await woke).toBeUndefined();
  });

  test('a hub that moved to another port is found there', { timeout: PATIENCE_MS }, async () => {
    const at = await scene(33);
    const { dataDir } = at.hub;
    await at.hub.stop({ keep: true });
    await at.teacher.until(() => agrees(at.teacher, 'hub-unreachable', []), TRUE_WITHIN_MS, 'gone');
    const moved = await startHub({ dataDir });
    undo.push(() => moved.stop({ keep: false }));
    await changes(at, { way: 'refused' }, 'hub', () => (at.address.url = moved.url), true);
    await say(at, at.teacher, 'на новом месте');
    await at.teacher.until(() => at.teacher.confirmed.length === 1, PATIENCE_MS, 'confirmed');
    expect(at.teacher.shown).toEqual(ONLINE);
  });
});

test('the size of a page follows the line', () => {
  const pace = new Pace();
  expect(pace.entries).toBe(PAGE_ENTRIES_FIRST);
  pace.took(PAGE_TARGET_MS / 4, 3);
  expect(pace.entries, 'a page that was not full says nothing').toBe(PAGE_ENTRIES_FIRST);
  for (let page = 0; page < 5; page += 1) pace.took(PAGE_TARGET_MS / 4, pace.entries);
  expect(pace.entries).toBe(PAGE_ENTRIES_MAX);
  pace.took(PAGE_TARGET_MS, pace.entries);
  expect(pace.entries).toBe(PAGE_ENTRIES_MAX);
  pace.took(3 * PAGE_TARGET_MS, pace.entries);
  expect(pace.entries).toBe(PAGE_ENTRIES_MAX / 2);
  for (let page = 0; page < 5; page += 1) pace.failed();
  expect(pace.entries).toBe(PAGE_ENTRIES_MIN);
});

test('a look tells a hub, a stranger, nobody, and somebody whose answer may not be read', async () => {
  const { proxy } = await scene(41);
  expect(await lookAt(fetch, proxy.url)).toBe('hub');
  proxy.change({ way: 'portal' });
  expect(await lookAt(fetch, proxy.url)).toBe('not-a-hub');
  const asBrowser: typeof fetch = (url, init) =>
    init?.mode === 'no-cors'
      ? Promise.resolve(new Response())
      : Promise.reject(new TypeError(`no CORS headers at ${String(url)}`));
  expect(await lookAt((url, init) => asBrowser(url, init), proxy.url)).toBe('not-a-hub');
  proxy.change({ way: 'refused' });
  expect(await lookAt(fetch, proxy.url)).toBe('hub-unreachable');
  proxy.change({ way: 'silent' });
  expect(await lookAt(fetch, proxy.url)).toBe('hub-unreachable');
});
