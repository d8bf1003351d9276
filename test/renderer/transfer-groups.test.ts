// Files on their way as they are shown: groups, order, how long still.
import { describe, expect, test } from 'vitest';
import type { FileId } from '../../src/core/ids.ts';
import type { Transfer } from '../../src/preload/contract.ts';
import { withMoved } from '../../src/renderer/desktop.tsx';
import {
  FINISHED_SHOWN_MAX,
  FINISHED_SHOWN_MS,
  foremost,
  groupsOf,
  inAll,
  leftWords,
  looksSame,
} from '../../src/renderer/frame/transfer-groups.ts';
import { TEXTS } from '../../src/renderer/texts/texts.ts';

const NOW = 1_800_000_000_000;
const transfer = (transferId: string, part: Partial<Transfer> = {}): Transfer => ({
  transferId,
  serverId: 's',
  direction: 'down',
  fileId: 'f'.repeat(32) as FileId,
  name: `${transferId}.pdf`,
  sizeBytes: 1_000,
  doneBytes: 0,
  speed: null,
  leftMs: null,
  mediaType: '',
  sha256: null,
  state: 'queued',
  code: null,
  doneAt: null,
  ...part,
});
const ids = (transfers: readonly Transfer[]) => transfers.map(({ transferId }) => transferId);

describe('the same bytes under two names', () => {
  test('what failed under one says nothing while they come under the other, whatever the order', () => {
    const sha256 = 'a'.repeat(64) as Transfer['sha256'];
    const all = (['running', 'failed', 'queued', 'done', 'paused'] as const).map((state) =>
      transfer(state, { state, sha256 }),
    );
    for (const order of [all, all.toReversed()]) expect(foremost(order).get(sha256)?.transferId).toBe('running');
    expect(foremost([all[1]!, all[3]!]).get(sha256)?.transferId).toBe('failed');
  });
});

describe('groups', () => {
  test('what runs, waits, failed and is done, each in the order of the queue, what is done newest first', () => {
    const groups = groupsOf(
      [
        transfer('done early', { state: 'done', doneAt: NOW - 5 }),
        transfer('waits'),
        transfer('runs', { state: 'running' }),
        transfer('failed', { state: 'failed', code: 'not-found' }),
        transfer('done late', { state: 'done', doneAt: NOW - 1 }),
        transfer('paused', { state: 'paused' }),
        transfer('waits again', { code: 'hub-unreachable' }),
      ],
      NOW,
    );
    expect(ids(groups.underWay)).toEqual(['runs']);
    expect(ids(groups.waiting)).toEqual(['waits', 'paused', 'waits again']);
    expect(ids(groups.trouble)).toEqual(['failed']);
    expect(ids(groups.finished)).toEqual(['done late', 'done early']);
  });

  test(`what is done is shown for ${FINISHED_SHOWN_MS / 3_600_000} hours, ${FINISHED_SHOWN_MAX} of it, until it is hidden`, () => {
    const done = (n: number) => transfer(`t${n}`, { state: 'done', doneAt: NOW - n });
    const old = transfer('old', { state: 'done', doneAt: NOW - FINISHED_SHOWN_MS - 1 });
    const unknown = transfer('unknown', { state: 'done' });
    const many = Array.from({ length: FINISHED_SHOWN_MAX + 5 }, (_, n) => done(n));
    expect(ids(groupsOf([old, unknown, ...many], NOW).finished)).toEqual(ids(many.slice(0, FINISHED_SHOWN_MAX)));
    expect(ids(groupsOf(many, NOW, NOW - 2).finished)).toEqual(['t0', 't1']);
  });
});

describe('how long still', () => {
  const ru = TEXTS.ru.transfers;
  test.each([
    [null, ''],
    [0, 'осталось 5 с'],
    [4_000, 'осталось 5 с'],
    [5_001, 'осталось 10 с'],
    [54_000, 'осталось 55 с'],
    [56_000, 'осталось 1 мин'],
    [60_001, 'осталось 2 мин'],
    [59 * 60_000, 'осталось 59 мин'],
    [60 * 60_000, 'осталось 1 ч'],
    [80 * 60_000, 'осталось 1 ч 20 мин'],
  ])('%s ms: %j', (leftMs, words) => {
    expect(leftWords(ru, leftMs)).toBe(words);
  });

  test('of all: what runs and waits counts, what is paused does not; speeds add up', () => {
    const groups = groupsOf(
      [
        transfer('a', { state: 'running', doneBytes: 400, speed: 10 }),
        transfer('b', { state: 'running', speed: null }),
        transfer('c'),
        transfer('d', { state: 'paused' }),
        transfer('e', { state: 'failed' }),
      ],
      NOW,
    );
    expect(inAll(groups)).toEqual({ leftBytes: 2_600, speed: 10 });
    expect(inAll(groupsOf([transfer('c')], NOW)).speed).toBeNull();
  });
});

describe('while bytes flow', () => {
  test('only those that have moved become other objects, and only they are drawn again', () => {
    const before = [transfer('a', { state: 'running' }), transfer('b')];
    const after = withMoved(before, [{ transferId: 'a', doneBytes: 7, speed: 3, leftMs: 9 }]);
    expect(after[1]).toBe(before[1]);
    expect(after[0]).toMatchObject({ doneBytes: 7, speed: 3, leftMs: 9, state: 'running' });
    expect(looksSame(before[0]!, after[0]!)).toBe(false);
    expect(looksSame(before[1]!, { ...before[1]! })).toBe(true);
    expect(withMoved(before, [{ transferId: 'gone', doneBytes: 1, speed: null, leftMs: null }])).toEqual(before);
  });
});
