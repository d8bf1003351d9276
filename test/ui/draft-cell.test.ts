// A draft between the fingers and the store, whose answers come late, together, or not at all.
import { describe, expect, it } from 'vitest';
import type { DraftKey } from '../../src/client/class-store.ts';
import { createDraftCell, ECHOES_MAX } from '../../src/ui/draft-cell.ts';

const KEY: DraftKey = 'message/class/chat';

/** A cell that is watched, and the store's side of it. */
function watched() {
  let answer: (value: string | null) => void = () => {};
  const written: (() => void)[] = [];
  const cell = createDraftCell<string>(
    {
      watchDraft: (_key, listener) => {
        answer = listener as typeof answer;
        return () => {};
      },
      writeDraft: () => new Promise((resolve) => written.push(resolve)),
    },
    KEY,
  );
  cell.subscribe(() => {});
  return {
    cell,
    answer: (value: string | null) => answer(value),
    /** All strokes so far are on disk. */
    async kept() {
      for (const resolve of written.splice(0)) resolve();
      await Promise.resolve();
    },
  };
}

describe('a draft', () => {
  it('is not put back by late answers to its own strokes', async () => {
    const { cell, answer, kept } = watched();
    cell.write('п');
    cell.write('пр');
    await kept();
    answer('п');
    expect(cell.read().value).toBe('пр');
    answer('пр');
    expect(cell.read().value).toBe('пр');
  });

  it('takes what somebody else wrote once nothing of ours is under way', async () => {
    const { cell, answer, kept } = watched();
    cell.write('моё');
    answer('чужое');
    expect(cell.read().value).toBe('моё');
    await kept();
    answer('чужое');
    expect(cell.read().value).toBe('чужое');
  });

  it('does not wait for ever for answers that were left out: what was sent from here long ago may come from elsewhere', async () => {
    const { cell, answer, kept } = watched();
    for (let message = 0; message < ECHOES_MAX; message += 1) {
      cell.write(`слово ${message}`);
      cell.clear();
      await kept();
      answer(null);
    }
    answer('слово 1');
    expect(cell.read().value).toBe('слово 1');
  });
});
