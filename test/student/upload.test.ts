/** The queue of a pupil's files without a network: how many go at once, when a cut one is tried again, what a reload leaves. */
import { IDBFactory } from 'fake-indexeddb';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { PartaError } from '../../src/core/errors.ts';
import { FILE_BYTES_MAX } from '../../src/core/limits.ts';
import { openKeptBytes } from '../../src/student/kept-bytes.ts';
import {
  KEPT_FILES_MAX,
  openUploads,
  PARALLEL_UPLOADS_MAX,
  RETRY_MAX_MS,
  RETRY_MIN_MS,
  type Uploads,
} from '../../src/student/upload.ts';
import { newFileId } from '../support/person.ts';

class MemoryStorage implements Storage {
  #rows = new Map<string, string>();
  get length() {
    return this.#rows.size;
  }
  clear = () => this.#rows.clear();
  getItem = (key: string) => this.#rows.get(key) ?? null;
  key = (index: number) => [...this.#rows.keys()][index] ?? null;
  removeItem = (key: string) => void this.#rows.delete(key);
  setItem = (key: string, value: string) => void this.#rows.set(key, value);
}

let storage: Storage;
let opened: Uploads[];
beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  vi.stubGlobal('window', new EventTarget());
  storage = new MemoryStorage();
  opened = [];
});
afterEach(() => {
  for (const uploads of opened) uploads.close();
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

/** Lets everything run that waits for no timer, until the state is there. */
async function until(holds: () => boolean) {
  while (!holds()) await new Promise((resolve) => setImmediate(resolve));
}

const never = () => new Promise<string>(() => undefined);
const unreachable = (): Promise<string> => Promise.reject(new PartaError('hub-unreachable'));
function open(ticket: () => Promise<string>): Uploads {
  const uploads = openUploads({ ticket, storage });
  opened.push(uploads);
  return uploads;
}
const file = (name = 'решение.pdf', bytes = 'Ответ: 7') => new File([bytes], name, { type: 'application/pdf' });
function add(uploads: Uploads, chosen = file()) {
  const fileId = newFileId();
  uploads.add(fileId, chosen);
  return fileId;
}

describe('the queue', () => {
  test('two files go side by side, the rest wait in the order they were chosen', () => {
    const uploads = open(never);
    const ids = Array.from({ length: PARALLEL_UPLOADS_MAX + 2 }, () => add(uploads));
    const states = () => ids.map((id) => uploads.view(id)?.state);
    expect(states()).toEqual(['sending', 'sending', 'queued', 'queued']);
    uploads.remove(ids[0]!);
    expect(states()).toEqual([undefined, 'sending', 'sending', 'queued']);
    expect(uploads.isBusy()).toBe(true);
  });

  test('[S11] a cut file is tried again with full jitter between one second and one minute', async () => {
    const random = vi.spyOn(Math, 'random').mockReturnValue(1);
    const ticket = vi.fn<() => Promise<string>>(unreachable);
    const uploads = open(ticket);
    const id = add(uploads);
    for (const waitMs of [1, 2, 4, 8, 16, 32, 60, 60].map((seconds) => seconds * RETRY_MIN_MS)) {
      await until(() => uploads.view(id)?.state === 'cut');
      expect(uploads.view(id)?.code).toBe('hub-unreachable');
      const tries = ticket.mock.calls.length;
      await vi.advanceTimersByTimeAsync(waitMs - 1);
      expect(ticket.mock.calls.length).toBe(tries);
      await vi.advanceTimersByTimeAsync(1);
      expect(ticket.mock.calls.length).toBe(tries + 1);
    }
    expect(RETRY_MAX_MS).toBe(60_000);
    expect(random).toHaveBeenCalled();
  });

  test('when the hub answers again, a cut file does not wait any longer', async () => {
    const ticket = vi.fn<() => Promise<string>>(unreachable);
    const uploads = open(ticket);
    const id = add(uploads);
    await until(() => uploads.view(id)?.state === 'cut');
    ticket.mockImplementation(never);
    uploads.kick();
    expect(uploads.view(id)?.state).toBe('sending');
  });

  test('a sign-in that is over is said, not tried for ever', async () => {
    const uploads = open(() => Promise.reject(new PartaError('signed-out')));
    const id = add(uploads);
    await until(() => uploads.view(id)?.state === 'failed');
    expect(uploads.view(id)?.code).toBe('signed-out');
    expect(uploads.isBusy()).toBe(false);
  });

  test('a file larger than the hub takes is refused at once', () => {
    const huge = file();
    Object.defineProperty(huge, 'size', { value: FILE_BYTES_MAX + 1 });
    const uploads = open(never);
    expect(uploads.view(add(uploads, huge))).toMatchObject({ state: 'failed', code: 'too-large' });
  });

  test('a file that can no longer be read is told from a network that is cut', async () => {
    const gone = file();
    vi.spyOn(gone, 'slice').mockImplementation(() => {
      throw new DOMException('gone', 'NotFoundError');
    });
    const uploads = open(unreachable);
    const id = add(uploads, gone);
    await until(() => uploads.view(id)?.state === 'failed');
    expect(uploads.view(id)?.code).toBe('file-gone');
  });
});

describe('a file that has arrived', () => {
  const stored = (ids: readonly string[]) =>
    storage.setItem(
      'parta.files',
      JSON.stringify(
        ids.map((fileId) => ({ fileId, name: 'решение.pdf', sizeBytes: 10, mediaType: '', isStored: true })),
      ),
    );
  const answered = (answer: (path: string) => Response) =>
    vi.stubGlobal('fetch', (path: string) => Promise.resolve().then(() => answer(path)));
  const head = (offset: number) =>
    new Response(null, { headers: { 'Upload-Offset': String(offset), 'Upload-Length': '10' } });

  test('[S15] and that the hub has let go of since is asked for again; what it has stays', async () => {
    const [gone, half, whole] = [newFileId(), newFileId(), newFileId()];
    stored([gone, half, whole]);
    const uploads = open(() => Promise.resolve('t'));
    answered((path) =>
      path.endsWith(gone) ? new Response(null, { status: 404 }) : head(path.endsWith(half) ? 5 : 10),
    );
    expect(await uploads.missing([whole])).toBe(false);
    expect(await uploads.missing([gone, half, whole])).toBe(true);
    expect([gone, half, whole].map((id) => uploads.view(id)?.state)).toEqual(['lost', 'lost', 'stored']);
    expect(uploads.isStored(gone)).toBe(false);
    expect(await uploads.missing([newFileId()])).toBe(false);
  });

  test('[S15] and that the hub has let go of is lost to the page after a reload too; chosen again it is kept again', async () => {
    vi.stubGlobal('indexedDB', new IDBFactory());
    const copies = () => openKeptBytes('parta.hub.person.files', () => 1);
    const page = () => {
      const uploads = openUploads({ ticket: never, storage, kept: copies() });
      opened.push(uploads);
      return uploads;
    };
    const chosen = file();
    const facts = { name: chosen.name, sizeBytes: chosen.size, mediaType: chosen.type };
    const id = newFileId();
    const before = copies();
    await before.keep({ fileId: id, ...facts }, chosen);
    await before.settle(id, 'stored');
    before.close();
    storage.setItem('parta.files', JSON.stringify([{ fileId: id, ...facts, isStored: true }]));
    const first = openUploads({ ticket: () => Promise.resolve('t'), storage, kept: copies() });
    answered(() => new Response(null, { status: 404 }));
    expect(await first.missing([id])).toBe(true);
    first.close();
    const second = page();
    await until(() => second.view(id)?.state !== 'queued');
    expect(second.view(id)?.state).toBe('lost');
    expect(second.again(id, file())).toBe(true);
    const look = copies();
    let found: string | null = null;
    await until(() => {
      void look.find(id).then(({ is }) => (found = is));
      return found === 'here';
    });
    look.close();
  });

  test('is not given up because the hub cannot be asked', async () => {
    const id = newFileId();
    stored([id]);
    const uploads = open(() => Promise.resolve('t'));
    answered(() => new Response(null, { status: 503 }));
    await expect(uploads.missing([id])).rejects.toThrow('busy');
    expect(uploads.view(id)?.state).toBe('stored');
  });
});

describe('a reload', () => {
  test('leaves the names of files, not their bytes: the same file is taken again, another is not', () => {
    const id = add(open(never));
    const after = open(never);
    expect(after.view(id)).toMatchObject({ state: 'lost', name: 'решение.pdf' });
    expect(after.isStored(id)).toBe(false);
    expect(after.again(id, file('другой.pdf'))).toBe(false);
    expect(after.again(id, file('решение.pdf', 'Ответ: 78'))).toBe(false);
    expect(after.again(id, file())).toBe(true);
    expect(after.view(id)?.state).toBe('sending');
  });

  test('of a file that was changed since, what the hub has goes first; the same one goes on', async () => {
    const asked: string[] = [];
    vi.stubGlobal('fetch', (path: string, { method }: RequestInit) => {
      asked.push(`${method} ${path}`);
      return Promise.resolve(new Response(null, { status: 204 }));
    });
    const [same, changed] = [file(), file()];
    Object.defineProperty(changed, 'lastModified', { value: same.lastModified + 1 });
    const before = open(never);
    const ids = [add(before, same), add(before, same)];
    const after = open(() => Promise.resolve('t'));
    expect(after.again(ids[0]!, same)).toBe(true);
    expect(after.again(ids[1]!, changed)).toBe(true);
    await until(() => ids.every((id) => after.view(id)?.state === 'cut'));
    expect(asked).toEqual([`DELETE /files/${ids[1]}`]);
    after.remove(ids[0]!);
    const last = open(() => Promise.resolve('t'));
    expect(last.view(ids[1]!)?.state).toBe('lost');
    last.remove(ids[1]!);
    await until(() => asked.length === 2);
    expect(asked[1]).toBe(`DELETE /files/${ids[1]}`);
  });

  test('keeps the facts of a bounded number of stored files, and of every file that is not stored', () => {
    const stored = Array.from({ length: KEPT_FILES_MAX + 5 }, (_, index) => ({
      fileId: newFileId(),
      name: `${index}.txt`,
      sizeBytes: 1,
      mediaType: '',
      isStored: true,
    }));
    storage.setItem('parta.files', JSON.stringify(stored));
    const uploads = open(never);
    expect(uploads.isStored(stored[0]!.fileId)).toBe(true);
    const id = add(uploads);
    const after = open(never);
    expect(after.view(stored[0]!.fileId)).toBeNull();
    expect(after.isStored(stored.at(-1)!.fileId)).toBe(true);
    expect(after.view(id)?.state).toBe('lost');
    expect(JSON.parse(storage.getItem('parta.files') ?? '[]').length).toBe(KEPT_FILES_MAX);
  });

  test('is survived by damaged facts', () => {
    storage.setItem('parta.files', '[{"fileId":7}]');
    expect(add(open(never))).toMatch(/^[0-9a-f]{32}$/);
  });
});
