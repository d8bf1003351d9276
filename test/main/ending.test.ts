import { expect, it } from 'vitest';
import { HUB_STOP_MS } from '../../src/core/embedding.ts';
import { END_MS_MAX, endAll } from '../../src/main/ending.ts';

it('all parts end, whatever becomes of one of them', async () => {
  const ended: string[] = [];
  const end = (name: string) => async () => void ended.push(name);
  const failing = () => Promise.reject(new Error('no'));
  expect(await endAll({ saves: end('saves'), transfers: failing, hub: end('hub') })).toEqual({ transfers: false });
  expect(ended).toEqual(['saves', 'hub']);
  expect(await endAll({})).toEqual({});
});

it('a part that never ends keeps nobody', async () => {
  expect(await endAll({ saves: () => new Promise(() => {}), hub: () => Promise.resolve() }, 1)).toEqual({
    saves: false,
  });
  // A hub that does not stop by itself is killed in good time.
  expect(END_MS_MAX).toBeGreaterThan(HUB_STOP_MS);
});
