/** Signs of life: who wishes for them gets them in time, who stalls or has had enough gets none. */
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { BEAT_EVERY_MIN_MS, BEAT_TICK_MS, Beats } from '../../src/hub/beats.ts';
import { startHub, type StartedHub } from '../support/hub.ts';
import { eventually, Person } from '../support/person.ts';

beforeEach(() => void vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'performance'] }));
afterEach(() => void vi.useRealTimers());

const page = () => {
  const heard: number[] = [];
  return { heard, beat: () => void heard.push(Math.round(performance.now())) };
};

test('the first at once, then as often as was wished, late by a tick at most', () => {
  const beats = new Beats();
  const [one, other] = [page(), page()];
  const begunAt = performance.now();
  beats.wish(one, 1_000);
  vi.advanceTimersByTime(330);
  beats.wish(other, 500);
  vi.advanceTimersByTime(4_670);
  for (const [{ heard }, fromMs, everyMs] of [[one, 0, 1_000], [other, 330, 500]] as const) {
    expect(heard.length).toBeGreaterThanOrEqual(5);
    for (const [index, at] of heard.entries()) {
      const lateMs = at - begunAt - (fromMs + index * everyMs);
      expect(lateMs).toBeGreaterThanOrEqual(0);
      expect(lateMs).toBeLessThanOrEqual(index === 0 ? 0 : BEAT_TICK_MS);
    }
  } // prettier-ignore
});

test('not more often than BEAT_EVERY_MIN_MS, however often and for whatever is asked', () => {
  const beats = new Beats();
  const greedy = page();
  beats.wish(greedy, 1);
  vi.advanceTimersByTime(10 * BEAT_EVERY_MIN_MS);
  expect(greedy.heard.length).toBeLessThanOrEqual(11);
  greedy.heard.length = 0;
  for (let index = 0; index < 100; index += 1) {
    beats.wish(greedy, BEAT_EVERY_MIN_MS);
    vi.advanceTimersByTime(BEAT_EVERY_MIN_MS / 10);
  }
  expect(greedy.heard.length).toBeLessThanOrEqual(11);
  for (const nothing of [0, -1, Number.NaN, '500', null, undefined, {}]) {
    beats.wish(greedy, 500);
    beats.wish(greedy, nothing);
    greedy.heard.length = 0;
    vi.advanceTimersByTime(2_000);
    expect(greedy.heard, String(nothing)).toEqual([]);
  }
});

test('who has gone gets none, and where nobody wants any no timer runs', () => {
  const beats = new Beats();
  const gone = page();
  beats.wish(gone, 500);
  beats.left(gone);
  vi.advanceTimersByTime(5_000);
  expect(gone.heard.length).toBe(1);
  expect(vi.getTimerCount()).toBe(0);
});

test('over a real wire they come as events of their own until they are wished for no more', async () => {
  vi.useRealTimers();
  const hub: StartedHub = await startHub();
  const person = new Person(hub.url, hub.owner);
  try {
    await person.connect();
    let heard = 0;
    person.socket!.on('beat', () => (heard += 1));
    person.socket!.emit('beat', BEAT_EVERY_MIN_MS);
    await eventually(() => heard >= 3);
    person.socket!.emit('beat', 0);
    // What was said after it has been answered: the wish has been heard.
    const { logId } = await person.createClass('7А');
    await person.follow(logId);
    const before = heard;
    person.socket!.emit('beat', 60_000);
    await eventually(() => heard > before);
    expect(heard).toBe(before + 1);
  } finally {
    person.close();
    await hub.stop();
  }
});
