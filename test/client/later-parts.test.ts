/** Parts of the client that come when they are wanted, and what happens where one cannot come: a cut, a disk that fails. */
import { expect, test, vi } from 'vitest';
import type { WallView } from '../../src/client/class-store.ts';
import { openClassStoreWith } from '../../src/client/open-class-store.ts';
import { BROWSER } from '../../src/client/ports.ts';
import type { LogId } from '../../src/core/ids.ts';
import { OwnFiles } from '../support/local-client.ts';
import { MemoryDisk } from '../support/memory-disk.ts';
import { nextId } from '../support/paper-class.ts';

const cut = vi.hoisted(() => ({ is: true }));
vi.mock('../../src/client/search.ts', async (original) => {
  if (cut.is) throw new Error('planted');
  return original();
});
vi.mock('../../src/client/wall-watch.ts', async (original) => {
  if (cut.is) throw new Error('planted');
  return original();
});

const session = () => new Promise<never>(() => {});
const open = () =>
  openClassStoreWith(
    { ...BROWSER, disk: new MemoryDisk().mount(), watchNetwork: () => () => {} },
    { name: 'later', credentials: { session }, files: new OwnFiles() },
  );

test('what could not be loaded is an answer to who asked, no uncaught error, and is loaded when it is wanted again', async () => {
  const logId = nextId<LogId>();
  const query = { text: 'слово', limit: 10 };
  const closed = await open();
  const searching = expect(closed.search(query)).rejects.toMatchObject({ name: 'PartaError' });
  closed.watchWall(logId, () => {});
  // Closed in the middle of it.
  await closed.close();
  await searching;

  const store = await open();
  const seen: (WallView | null)[] = [];
  store.watchWall(logId, (wall) => seen.push(wall));
  await expect(store.search(query)).rejects.toMatchObject({ name: 'PartaError' });
  cut.is = false;
  expect(await store.search(query)).toEqual({ found: [], total: 0 });
  await vi.waitFor(
    () => {
      store.watchWall(logId, (wall) => seen.push(wall));
      expect(seen).toContain(null);
    },
    { timeout: 60_000 },
  );
  await store.close();
});
