/** Beats in virtual time: what is promised of a wire that falls silent, and that a page which nobody sees misses nothing. */
import { beforeEach, describe, expect, test } from 'vitest';
import { LOOK_EVERY_MS, LOOK_TIMEOUT_MS, type Sight } from '../../src/client/lookout.ts';
import { BROWSER, type Ports } from '../../src/client/ports.ts';
import {
  BEAT_EVERY_MS,
  BEAT_LATE_MS,
  DEAD_AFTER_MS,
  noticedWithinMs,
  Pulse,
  WATCHFUL_BEAT_EVERY_MS,
} from '../../src/client/pulse.ts';
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
    async look() {
      looks += 1;
      await time.wait(sight === 'hub-unreachable' ? LOOK_TIMEOUT_MS : lookMs);
      return sight;
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
