/** Copies of chosen files in the browser: how much is kept, for how long, and which of two tabs may send. */
import { IDBFactory } from 'fake-indexeddb';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { FileId } from '../../src/core/ids.ts';
import {
  CLAIM_MS,
  KEPT_BYTES_MAX,
  KEPT_FILE_BYTES_MAX,
  openKeptBytes,
  STORED_MAX,
  type KeptBytes,
} from '../../src/student/kept-bytes.ts';
import { newFileId } from '../support/person.ts';

let now: number;
let opened: KeptBytes[];
let page: EventTarget;
beforeEach(() => {
  page = new EventTarget();
  vi.stubGlobal('window', page);
  vi.stubGlobal('indexedDB', new IDBFactory());
  now = 1_790_000_000_000;
  opened = [];
});
afterEach(() => {
  for (const kept of opened) kept.close();
  vi.unstubAllGlobals();
});

/** One more tab of the same pupil. */
function open(): KeptBytes {
  const kept = openKeptBytes('parta.hub.person.files', () => now);
  opened.push(kept);
  return kept;
}
const facts = (sizeBytes: number, fileId: FileId = newFileId()) => ({
  fileId,
  name: 'решение.pdf',
  sizeBytes,
  mediaType: 'application/pdf',
});
/** Says that it is so large; what is kept of it is small. */
const sized = (sizeBytes: number) => Object.defineProperty(new Blob(['x']), 'size', { value: sizeBytes });
async function keep(kept: KeptBytes, sizeBytes: number) {
  const file = facts(sizeBytes);
  return { ...file, isKept: await kept.keep(file, sized(sizeBytes)) };
}

describe('a copy', () => {
  test('is found by the page after a reload, with its facts, until the hub has the file', async () => {
    const file = facts(10);
    expect(await open().keep(file, new Blob(['Ответ: 7']))).toBe(true);
    const after = open();
    expect(await after.waiting()).toMatchObject([file]);
    expect(await after.find(file.fileId)).toMatchObject({ is: 'here' });
    await after.settle(file.fileId, 'stored');
    expect(await after.waiting()).toEqual([]);
    expect(await open().find(file.fileId)).toEqual({ is: 'stored' });
    // A tab that was slow must not bring back what is done with.
    expect(await after.keep(file, new Blob(['Ответ: 7']))).toBe(false);
    expect(await after.waiting()).toEqual([]);
  });

  test('goes when the pupil takes the file away, and leaves no name', async () => {
    const kept = open();
    const { fileId } = await keep(kept, 10);
    await kept.settle(fileId, 'unwanted');
    expect(await kept.find(fileId)).toEqual({ is: 'gone' });
    const other = await keep(kept, 10);
    await kept.settle(other.fileId, 'stored');
    const databases = await indexedDB.databases();
    expect(databases).toHaveLength(1);
    expect(await kept.waiting()).toEqual([]);
  });

  test('waiting copies come oldest first', async () => {
    const kept = open();
    const ids: FileId[] = [];
    for (let i = 0; i < 3; i++) {
      now += 1;
      ids.push((await keep(kept, 1)).fileId);
    }
    expect((await open().waiting()).map(({ fileId }) => fileId)).toEqual(ids);
  });
});

describe('bounds', () => {
  test('a file up to the bound is kept, a larger one is not', async () => {
    const kept = open();
    expect((await keep(kept, KEPT_FILE_BYTES_MAX)).isKept).toBe(true);
    expect((await keep(kept, KEPT_FILE_BYTES_MAX + 1)).isKept).toBe(false);
  });

  test('all together are kept up to the bound; what has arrived makes room', async () => {
    const kept = open();
    const half = KEPT_BYTES_MAX / 2;
    const first = await keep(kept, half);
    expect((await keep(kept, half)).isKept).toBe(true);
    const more = await keep(kept, 1);
    expect(more.isKept).toBe(false);
    expect(await kept.find(more.fileId)).toEqual({ is: 'gone' });
    await kept.settle(first.fileId, 'stored');
    expect((await keep(kept, half)).isKept).toBe(true);
    expect((await kept.waiting()).length).toBe(2);
  });

  test('so many that have arrived are remembered, the oldest are forgotten', async () => {
    const kept = open();
    const ids = Array.from({ length: STORED_MAX + 2 }, newFileId);
    for (const fileId of ids) {
      now += 1;
      await kept.settle(fileId, 'stored');
    }
    const found = await Promise.all([ids[0]!, ids[1]!, ids[2]!, ids.at(-1)!].map((id) => kept.find(id)));
    expect(found.map(({ is }) => is)).toEqual(['gone', 'gone', 'stored', 'stored']);
  });

  test.each([
    ['has no database', undefined],
    [
      'forbids it',
      {
        open: () => {
          throw new DOMException('denied', 'SecurityError');
        },
      },
    ],
  ])('a browser that %s keeps nothing and lets everything be sent', async (_how, factory) => {
    vi.stubGlobal('indexedDB', factory);
    const kept = open();
    const { fileId, isKept } = await keep(kept, 1);
    expect(isKept).toBe(false);
    expect(await kept.waiting()).toEqual([]);
    expect(await kept.find(fileId)).toEqual({ is: 'gone' });
    expect(await kept.claim(fileId)).toBe(true);
    await kept.settle(fileId, 'stored');
    kept.release(fileId);
  });
});

describe('[S18] two tabs', () => {
  test('one has the claim and renews it; the other gets it when it is let go', async () => {
    const [one, two] = [open(), open()];
    const { fileId } = await keep(one, 1);
    expect(await one.claim(fileId)).toBe(true);
    expect(await two.claim(fileId)).toBe(false);
    expect(await two.find(fileId)).toEqual({ is: 'elsewhere' });
    now += CLAIM_MS - 1;
    expect(await one.claim(fileId)).toBe(true);
    now += CLAIM_MS - 1;
    expect(await two.claim(fileId)).toBe(false);
    one.release(fileId);
    expect(await two.claim(fileId)).toBe(true);
    expect(await one.claim(fileId)).toBe(false);
  });

  test('a tab that died loses it after its time, one that is closed at once', async () => {
    const [one, two] = [open(), open()];
    const { fileId } = await keep(one, 1);
    expect(await one.claim(fileId)).toBe(true);
    now += CLAIM_MS;
    expect(await two.find(fileId)).toMatchObject({ is: 'here' });
    expect(await two.claim(fileId)).toBe(true);
    expect(await one.claim(fileId)).toBe(false);
    page.dispatchEvent(new Event('pagehide'));
    expect(await one.claim(fileId)).toBe(true);
  });

  test('a clock that was set back locks nobody out', async () => {
    const [one, two] = [open(), open()];
    const { fileId } = await keep(one, 1);
    expect(await one.claim(fileId)).toBe(true);
    now -= 3_600_000;
    expect(await two.claim(fileId)).toBe(true);
  });
});
