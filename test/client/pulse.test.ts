/** Beats in virtual time: what is promised of a wire that falls silent, and that a page which nobody sees misses nothing. */
import { beforeEach, describe, expect, test } from 'vitest';
import { LOOK_EVERY_MS, LOOK_TIMEOUT_MS, type Sight } from '../../src/client/lookout.ts';
import { BROWSER, type Ports } from '../../src/client/ports.ts';
import {
  BEAT_EVERY_MS,
  BEAT_LATE_MS,
  DEAD_AFTER_MS,
  LATE_MS,
  noticedWithinMs,
  Pulse,
  SLOW_LOOK_TIMEOUT_MS,
  WATCHFUL_BEAT_EVERY_MS,
} from '../../src/client/pulse.ts';
import type { Transport } from '../../src/client/transport.ts';
import { BEAT_TICK_MS } from '../../src/hub/beats.ts';
import { VirtualTime } from '../support/virtual-time.ts';

let time: VirtualTime;
let wishes: number[];
let ends: string[];
let looks: number;
let changes: number;
/** What there is to be seen, and how long a look at it takes. */
let sight: Sight;
let lookMs: number;
let show: (isShown: boolean) => void;
let hubEveryMs: number;
let isCut: boolean;

beforeEach(() => {
  time = new VirtualTime();
  wishes = [];
  ends = [];
  looks = 0;
  changes = 0;
  sight = 'hub';
  lookMs = 5;
  hubEveryMs = 0;
  isCut = false;
});

/** A wire with a hub behind it that beats as it is told. */
function wire({ everyMs = BEAT_EVERY_MS, isWatchful = false, hubBeats = true } = {}): Pulse {
  const ports: Ports = {
    ...BROWSER,
    now: () => time.now,
    after: time.after.bind(time),
    watchShown(listener) {
      show = listener;
      listener(true);
      return () => {};
    },
  };
  const beat = () => {
    if (hubEveryMs === 0) return;
    if (!isCut) pulse.beat();
    time.after(hubEveryMs, beat);
  };
  const pulse: Pulse = new Pulse({
    ports,
    async look(timeoutMs) {
      looks += 1;
      const isInTime = sight !== 'hub-unreachable' && lookMs < timeoutMs;
      await time.wait(isInTime ? lookMs : timeoutMs);
      return isInTime ? sight : 'hub-unreachable';
    },
    everyMs,
    isWatchful,
    wish(wished) {
      wishes.push(wished);
      if (!hubBeats) return;
      const isNew = hubEveryMs === 0 && wished > 0;
      hubEveryMs = wished;
      if (isNew) queueMicrotask(beat);
    },
    changed: () => (changes += 1),
    over: (code) => ends.push(code),
  });
  return pulse;
}
const fallSilent = () => {
  isCut = true;
  sight = 'hub-unreachable';
};

describe('a wire that owes nothing falls silent', () => {
  test('it shows two seconds later to a teacher, half a second later still to a pupil', () => {
    expect(noticedWithinMs(WATCHFUL_BEAT_EVERY_MS) + BEAT_TICK_MS).toBeLessThanOrEqual(2_000);
    expect(noticedWithinMs(BEAT_EVERY_MS) + BEAT_TICK_MS).toBeLessThanOrEqual(2_500);
  });

  test.each([BEAT_EVERY_MS, WATCHFUL_BEAT_EVERY_MS])('with a beat every %i ms it shows in time', async (everyMs) => {
    const pulse = wire({ everyMs });
    await time.pass(10 * everyMs + 1);
    expect(looks).toBe(0);
    fallSilent();
    await time.pass(noticedWithinMs(everyMs));
    expect(pulse.isSilent).toBe(true);
    isCut = false;
    await time.pass(everyMs);
    expect(pulse.isSilent).toBe(false);
    expect(ends).toEqual([]);
  });

  test('a hub that is slow to beat while its address answers is only looked after, until the wire is dead', async () => {
    const pulse = wire();
    await time.pass(BEAT_EVERY_MS + 1);
    isCut = true;
    await time.pass(DEAD_AFTER_MS - BEAT_EVERY_MS);
    expect(looks).toBeGreaterThan(0);
    expect({ isSilent: pulse.isSilent, ends }).toEqual({ isSilent: false, ends: [] });
    await time.pass(BEAT_EVERY_MS + 2 * LOOK_EVERY_MS);
    expect(ends[0]).toBe('hub-unreachable');
  });

  test('where somebody else answers it is over at once', async () => {
    wire();
    await time.pass(1);
    isCut = true;
    sight = 'not-a-hub';
    await time.pass(noticedWithinMs(BEAT_EVERY_MS));
    expect(ends[0]).toBe('not-a-hub');
  });

  test('a hub that knows no beats is not expected to send any', async () => {
    const pulse = wire({ hubBeats: false });
    fallSilent();
    await time.pass(60_000);
    expect({ looks, isSilent: pulse.isSilent }).toEqual({ looks: 0, isSilent: false });
  });
});

describe('a slow line', () => {
  /** Asks something over the wire and gets the answer after so long. */
  const asks = (pulse: Pulse, tookMs: number) => {
    const answer = time.wait(tookMs).then(() => ({}));
    const transport = { follow: () => answer } as unknown as Transport;
    return pulse.over(transport).follow({} as Parameters<Transport['follow']>[0]);
  };

  test('[S7] where something came late and came, a look of more than a second finds the hub, and nothing is shown', async () => {
    const pulse = wire({ everyMs: WATCHFUL_BEAT_EVERY_MS });
    await time.pass(1);
    const first = asks(pulse, 2 * LATE_MS);
    await time.pass(2 * LATE_MS);
    await first;
    lookMs = SLOW_LOOK_TIMEOUT_MS - 10;
    isCut = true;
    await time.pass(WATCHFUL_BEAT_EVERY_MS + BEAT_LATE_MS + SLOW_LOOK_TIMEOUT_MS + LATE_MS);
    expect({ looks, changes, ends }).toEqual({ looks: 1, changes: 0, ends: [] });
  });

  test('falls silent: that shows, only later', async () => {
    const pulse = wire({ everyMs: WATCHFUL_BEAT_EVERY_MS });
    await time.pass(1);
    const first = asks(pulse, 2 * LATE_MS);
    await time.pass(2 * LATE_MS);
    await first;
    fallSilent();
    await time.pass(noticedWithinMs(WATCHFUL_BEAT_EVERY_MS));
    expect(pulse.isSilent).toBe(false);
    await time.pass(SLOW_LOOK_TIMEOUT_MS - LOOK_TIMEOUT_MS);
    expect(pulse.isSilent).toBe(true);
  });

  test('that became quick again, or spoke after a silence, is seen silent in time', async () => {
    const pulse = wire({ everyMs: WATCHFUL_BEAT_EVERY_MS });
    await time.pass(1);
    for (const tookMs of [2 * LATE_MS, 5, 5]) {
      const answered = asks(pulse, tookMs);
      await time.pass(tookMs);
      await answered;
    }
    fallSilent();
    const heldUp = asks(pulse, 5_000);
    await time.pass(noticedWithinMs(WATCHFUL_BEAT_EVERY_MS));
    expect(pulse.isSilent).toBe(true);
    await time.pass(5_000);
    await heldUp;
    isCut = false;
    sight = 'hub';
    await time.pass(WATCHFUL_BEAT_EVERY_MS);
    expect(pulse.isSilent).toBe(false);
    fallSilent();
    await time.pass(noticedWithinMs(WATCHFUL_BEAT_EVERY_MS));
    expect(pulse.isSilent).toBe(true);
  });
});

describe('a page that nobody sees', () => {
  test('wants no beats and says nothing; seen again it asks at once, and what it shows is true soon', async () => {
    const pulse = wire();
    await time.pass(5_000);
    show(false);
    await time.pass(1);
    fallSilent();
    await time.pass(3_600_000);
    expect({ looks, isSilent: pulse.isSilent, wishes }).toEqual({
      looks: 0,
      isSilent: false,
      wishes: [BEAT_EVERY_MS, 0],
    });
    show(true);
    expect(wishes.at(-1)).toBe(BEAT_EVERY_MS);
    await time.pass(2_000);
    expect(pulse.isSilent).toBe(true);
  });

  test('of a teacher is beaten for all the same', async () => {
    const pulse = wire({ everyMs: WATCHFUL_BEAT_EVERY_MS, isWatchful: true });
    await time.pass(5_000);
    fallSilent();
    await time.pass(noticedWithinMs(WATCHFUL_BEAT_EVERY_MS));
    expect({ isSilent: pulse.isSilent, wishes }).toEqual({ isSilent: true, wishes: [WATCHFUL_BEAT_EVERY_MS] });
  });

  test('and was asleep: beats that wait to be heard count before what a look saw', async () => {
    const pulse = wire();
    await time.pass(BEAT_EVERY_MS + 1);
    // Its timers and its news stand still, the look it began ends without an answer, and then all comes at once.
    isCut = true;
    sight = 'hub-unreachable';
    await time.pass(BEAT_EVERY_MS - 1 + BEAT_LATE_MS + LOOK_TIMEOUT_MS + 1);
    expect(looks).toBe(1);
    pulse.beat();
    await time.pass(LOOK_EVERY_MS / 2);
    expect(changes).toBe(0);
  });
});
