// Works saved into a folder or an archive: names for every system, nothing overwritten, nothing lost, nothing half there.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import type { Sha256 } from '../../src/core/ids.ts';
import { PATH_CHARS_MAX } from '../../src/core/tree-names.ts';
import type { FileRef } from '../../src/core/wire.ts';
import { scan } from '../../src/main/intake-scan.ts';
import { BLOCK_BYTES } from '../../src/main/blocks.ts';
import { HASHED_FIRST_BYTES_MAX, openLibrary } from '../../src/main/library.ts';
import { openFolderTree, openZipTree, SAME_NAME_MAX, UNPACKED_INTO_CHARS } from '../../src/main/save-tree.ts';
import { openSaves, SAVE_PROGRESS_MS, SAVINGS_KEPT, SAVINGS_MAX, type SaveRequest } from '../../src/main/saves.ts';
import { SAVE_ITEMS_MAX } from '../../src/preload/contract/channels.ts';
import { SAVE_DEPTH_MAX, Saving, type SaveItem } from '../../src/preload/contract/saving.ts';
import { heardShell, scratchDir, until } from './scratch.ts';

/** Held names, as an antivirus holds them: only where a test says so. */
vi.mock(import('node:fs/promises'), async (original) => {
  const all = await original();
  return { ...all, rm: vi.fn<typeof all.rm>(all.rm), mkdir: vi.fn<typeof all.mkdir>(all.mkdir) as typeof all.mkdir };
});

const naughty = JSON.parse(
  readFileSync(new URL('../support/samples/text/naughty-strings.json', import.meta.url), 'utf8'),
) as string[];
const AT = Date.UTC(2024, 4, 12, 10, 15, 30);

async function* streamOf(text: string) {
  yield Buffer.from(text);
}
const refOf = (sha256: string, name = 'работа.txt'): FileRef => ({
  fileId: 'f'.repeat(32) as FileRef['fileId'],
  name,
  sizeBytes: 6,
  sha256: sha256 as Sha256,
  mediaType: 'text/plain',
});
const hashOf = (text: string) => createHash('sha256').update(text).digest('hex');

/** All files below, as their paths with `/`. */
function tree(dir: string): string[] {
  return readdirSync(dir, { recursive: true, withFileTypes: true })
    .filter((one) => one.isFile())
    .map((one) => relative(dir, join(one.parentPath, one.name)).replaceAll('\\', '/'))
    .sort();
}

async function staged(dir = scratchDir()) {
  const target = join(dir, 'Диск');
  mkdirSync(target, { recursive: true });
  const library = await openLibrary(join(dir, 'data'), heardShell());
  const texts = new Map<string, string>();
  const have = async (text: string) => {
    const { sha256 } = await library.take(streamOf(text));
    texts.set(sha256, text);
    return sha256;
  };
  const shown: string[] = [];
  const told: Saving[][] = [];
  let chosen: string | null = target;
  const asked: string[] = [];
  let fetch = (_file: FileRef) => Promise.resolve();
  let coming: number | null = null;
  const ahead: string[][] = [];
  const saves = openSaves({
    library,
    fetchAhead: async (_serverId, files) => void ahead.push(files.map(({ sha256 }) => sha256)),
    fetch: (_serverId, file) => {
      asked.push(file.sha256);
      return fetch(file);
    },
    progress: () => coming,
    stillMs: 50,
    chooseFolder: () => Promise.resolve(chosen),
    showInFolder: (path) => void shown.push(path),
    onChange: (list) => void told.push(list),
    language: () => 'ru',
    onFailure: (error) => {
      throw error;
    },
  });
  const item = (sha256: string, name: string, ...folders: string[]): SaveItem => ({
    folders: folders.map((folder) => ({ key: folder, name: folder })),
    name,
    what: { file: refOf(sha256) },
    at: AT,
  });
  const save = async (items: SaveItem[], more: Partial<SaveRequest> = {}) => {
    const saveId = await saves.begin({ kind: 'folder', title: 'Сочинение', serverId: 's', isOnline: false, items, ...more });
    await until(() => saves.list().find((one) => one.saveId === saveId)?.state !== 'running');
    return saves.list().find((one) => one.saveId === saveId)!;
  }; // prettier-ignore
  return {
    dir,
    target,
    library,
    have,
    saves,
    shown,
    told,
    asked,
    ahead,
    item,
    save,
    choose: (path: string | null) => void (chosen = path),
    onFetch: (does: typeof fetch, bytes: number | null = null) => {
      fetch = does;
      coming = bytes;
    },
  };
}

describe('into a folder', () => {
  it('as Class/Task/Pupil – name.ext, with the time of handing in, and shows it', async () => {
    const { target, have, item, save, saves, shown } = await staged();
    const one = await have('работа');
    const words: SaveItem = { folders: [{ key: 'c', name: '7А' }], name: 'Юрьев – ответ.txt', what: { text: 'Ответ' }, at: null }; // prettier-ignore
    const done = await save([item(one, 'Белов Илья – стр1.jpg', '7А', 'Сочинение: «Лето»?'), words]);
    expect(done).toMatchObject({ state: 'done', done: 2, total: 2, same: 0, missing: 0, code: null, target: 'Диск' });
    expect(Saving.parse(done)).toEqual(done);
    expect(tree(target)).toEqual(['7А/Сочинение_ «Лето»_/Белов Илья – стр1.jpg', '7А (2)/Юрьев – ответ.txt'].sort());
    const file = join(target, '7А/Сочинение_ «Лето»_/Белов Илья – стр1.jpg');
    expect(readFileSync(file, 'utf8')).toBe('работа');
    expect(statSync(file).mtimeMs).toBe(AT);
    saves.show(done.saveId);
    expect(shown).toEqual([join(target, '7А')]);
  });

  it('of hostile names: inside, safe, not one lost', async () => {
    const { dir, target, have, item, save } = await staged();
    const one = await have('работа');
    const before = tree(dir).length;
    const items = naughty.map((name) => item(one, `Белов – ${name}`, '7А', name));
    expect(await save(items)).toMatchObject({ state: 'done', done: items.length, same: 0 });
    expect(tree(target)).toHaveLength(items.length);
    expect(tree(dir)).toHaveLength(before + items.length);
    for (const path of tree(target)) expect(join(target, path).length).toBeLessThanOrEqual(PATH_CHARS_MAX);
  });

  it('again: what is there with the same bytes is left, what is there with others stays beside', async () => {
    const { target, have, item, save } = await staged();
    const [one, two] = [await have('первая'), await have('вторая')];
    const items = [item(one, 'Белов.txt', '7А'), item(two, 'Юрьев.txt', '7А')];
    await save(items);
    writeFileSync(join(target, '7А/Белов.txt'), 'моя пометка');
    expect(await save(items)).toMatchObject({ done: 2, same: 1 });
    expect(await save(items)).toMatchObject({ done: 2, same: 2 });
    expect(tree(target)).toEqual(['7А/Белов (2).txt', '7А/Белов.txt', '7А/Юрьев.txt']);
    expect(readFileSync(join(target, '7А/Белов.txt'), 'utf8')).toBe('моя пометка');
    expect(readFileSync(join(target, '7А/Белов (2).txt'), 'utf8')).toBe('первая');
    expect(SAME_NAME_MAX).toBeGreaterThan(10);
  });

  it('follows no link that lies there under its name', async () => {
    const { dir, target, have, item, save } = await staged();
    const one = await have('работа');
    const other = join(dir, 'чужое.txt');
    writeFileSync(other, 'чужое!');
    mkdirSync(join(target, '7А'));
    symlinkSync(other, join(target, '7А/Белов.txt'));
    await save([item(one, 'Белов.txt', '7А')]);
    expect(readFileSync(other, 'utf8')).toBe('чужое!');
    expect(readFileSync(join(target, '7А/Белов (2).txt'), 'utf8')).toBe('работа');
  });

  it('compares large files to their end', async () => {
    const dir = scratchDir();
    const folder = join(dir, 'Диск');
    mkdirSync(folder);
    const bytes = Buffer.alloc(2_500_000, 7);
    writeFileSync(join(dir, 'a'), bytes);
    const open = () => openFolderTree(folder, [{ folders: [], name: 'x.bin' }]);
    expect(await (await open()).put(0, { path: join(dir, 'a') }, null)).toBe('saved');
    expect(await (await open()).put(0, { path: join(dir, 'a') }, null)).toBe('same');
    bytes[bytes.length - 1] = 8;
    writeFileSync(join(dir, 'a'), bytes);
    expect(await (await open()).put(0, { path: join(dir, 'a') }, null)).toBe('saved');
    expect(tree(folder)).toEqual(['x (2).bin', 'x.bin']);
  });

  it('fetches what is not here, and names in a text what cannot be had', async () => {
    const { target, have, item, save, asked, onFetch, library } = await staged();
    const here = await have('работа');
    const late = hashOf('позже');
    const items = [item(here, 'Белов.txt', '7А'), item(late, 'Юрьев.txt', '7А'), item('e'.repeat(64), 'Ли.txt', '7А')];
    expect(await save(items)).toMatchObject({ state: 'done', missing: 2 });
    expect(asked).toEqual([]);
    onFetch(async ({ sha256 }) => {
      if (sha256 === late) await library.take(streamOf('позже'));
    });
    expect(await save(items, { isOnline: true })).toMatchObject({ state: 'done', missing: 1, same: 1 });
    expect(asked).toEqual([late, 'e'.repeat(64)]);
    const [first, second] = tree(target).filter((path) => path.startsWith('Чего'));
    expect([first, second]).toEqual(['Чего не хватает – Сочинение (2).txt', 'Чего не хватает – Сочинение.txt']);
    const said = readFileSync(join(target, first!), 'utf8');
    expect(said).toMatch(/^\ufeff/);
    expect(said).toContain('7А/Ли.txt');
    expect(said).not.toContain('Юрьев');
    expect(readFileSync(join(target, '7А/Юрьев.txt'), 'utf8')).toBe('позже');
  });

  it('queues all that is not here before it waits for the first', async () => {
    const { have, item, save, ahead } = await staged();
    const here = await have('работа');
    const text: SaveItem = { folders: [], name: 'а.txt', what: { text: 'Ответ' }, at: null };
    const items = [text, item('e'.repeat(64), 'Ли.txt'), item(here, 'Белов.txt'), item('d'.repeat(64), 'Ян.txt')];
    await save(items);
    expect(ahead).toEqual([]);
    await save(items, { isOnline: true });
    expect(ahead).toEqual([['e'.repeat(64), here, 'd'.repeat(64)]]);
  });

  it('a file that a disk has spoiled does not go out as whole: it is fetched, or named', async () => {
    const before = await staged();
    const [one, large] = [await before.have('работа'), await before.have('ф'.repeat(HASHED_FIRST_BYTES_MAX))];
    for (const sha256 of [one, large]) {
      const bytes = readFileSync(before.library.path(sha256));
      bytes[3]! ^= 1;
      writeFileSync(before.library.path(sha256), bytes);
    }
    const { target, item, save, library, asked, onFetch } = await staged(before.dir);
    const items = [item(one, 'Белов.txt'), item(large, 'Фильм.txt')];
    // Shown at once and hashed beside: to be shown is not to be whole.
    expect(await library.pathToShow(large)).not.toBeNull();
    expect(await save(items)).toMatchObject({ state: 'done', missing: 2 });
    expect(tree(target)).toEqual(['Чего не хватает – Сочинение.txt']);
    onFetch(async ({ sha256 }) => void (sha256 === one && (await library.take(streamOf('работа')))));
    expect(await save(items, { isOnline: true })).toMatchObject({ state: 'done', missing: 1 });
    expect(asked).toEqual([one, large]);
    expect(readFileSync(join(target, 'Белов.txt'), 'utf8')).toBe('работа');
  });

  it('stops within a block of the file in hand, and leaves nothing of it', async () => {
    const dir = scratchDir();
    const folder = join(dir, 'Диск');
    mkdirSync(folder);
    writeFileSync(join(dir, 'a'), Buffer.alloc(3 * BLOCK_BYTES));
    let seenBytes = 0;
    const signal = {
      get aborted() {
        const [part] = tree(folder);
        seenBytes = part ? statSync(join(folder, part)).size : 0;
        return seenBytes > 0;
      },
    } as AbortSignal;
    const made = await openFolderTree(folder, [{ folders: [], name: 'x.bin' }], { signal });
    await expect(made.put(0, { path: join(dir, 'a') }, null)).rejects.toMatchObject({ code: 'cancelled' });
    expect(seenBytes).toBe(BLOCK_BYTES);
    expect(tree(folder)).toEqual([]);
  });

  it.each(['folder', 'zip'] as const)('%s: the only file in hand does not keep its end from coming', async (kind) => {
    const { target, have, item, saves } = await staged();
    const film = await have('ф'.repeat(8 * BLOCK_BYTES));
    await saves.begin({ kind, title: 'x', serverId: 's', isOnline: false, items: [item(film, 'Фильм.txt')] });
    await saves.close();
    expect(saves.list()).toMatchObject([{ state: 'stopped', code: null, done: 0 }]);
    expect(tree(target)).toEqual([]);
  });

  it('what an antivirus holds for a moment is waited for, and a name that cannot be cleared away is no failure', async () => {
    const dir = scratchDir();
    const held = (code: string) => Object.assign(new Error('held'), { code });
    vi.mocked(rm).mockRejectedValueOnce(held('EBUSY')).mockRejectedValueOnce(held('EPERM'));
    const made = await openFolderTree(dir, [{ folders: [], name: 'x.txt' }]);
    expect(await made.put(0, { text: 'а' }, null)).toBe('saved');
    expect(tree(dir)).toEqual(['x.txt']);
    vi.mocked(rm).mockRejectedValueOnce(held('EIO'));
    expect(await made.put(0, { text: 'б' }, null)).toBe('saved');
    expect(tree(dir)).toEqual(expect.arrayContaining(['x.txt', 'x (2).txt']));
  });

  it('comes from elsewhere, as Windows is told', async () => {
    const dir = scratchDir();
    const folder = join(dir, 'Диск');
    mkdirSync(folder);
    writeFileSync(join(dir, 'a'), 'работа');
    const items = [{ folders: [], name: 'x.txt' }];
    const into = await openFolderTree(folder, items, { platform: 'win32' });
    await into.put(0, { path: join(dir, 'a') }, null);
    const packed = await openZipTree(folder, 'все', items, { platform: 'win32' });
    await packed.put(0, { path: join(dir, 'a') }, null);
    await packed.finish();
    // Elsewhere the mark is a file of its own and stays under the name that the file had before it was whole.
    expect(tree(folder).filter((path) => path.endsWith(':Zone.Identifier'))).toHaveLength(2);
  });

  it('stops when it is told to, even while it waits, and what is whole stays', async () => {
    const { target, have, item, saves, onFetch } = await staged();
    const one = await have('работа');
    let isWaiting = false;
    onFetch(async () => void (isWaiting = true), 1);
    const items = [item(one, 'Белов.txt'), item('e'.repeat(64), 'Ли.txt')];
    const request = { kind: 'folder', title: 'x', serverId: 's', isOnline: true, items } as const;
    const saveId = (await saves.begin(request))!;
    await until(() => isWaiting);
    saves.stop(saveId);
    await until(() => saves.list()[0]?.state !== 'running');
    expect(saves.list()[0]).toMatchObject({ code: null });
    expect(['stopped', 'done']).toContain(saves.list()[0]!.state);
    expect(tree(target)[0]).toBe('Белов.txt');
    expect(tree(target).some((path) => path.endsWith('.part'))).toBe(false);
  });

  it('says where nothing can be written, and leaves nothing half there', async () => {
    const { target, save, item, have } = await staged();
    const one = await have('работа');
    // Nothing can be made below a file.
    writeFileSync(join(target, '7А'), '');
    expect(await save([item(one, 'x.txt', '7А')])).toMatchObject({ state: 'failed', code: 'not-allowed', done: 0 });
    expect(tree(target)).toEqual(['7А']);
  });

  it.each([
    ['is write-protected', 'EROFS', 'not-allowed'],
    ['was pulled out', 'EIO', 'file-gone'],
  ])('a stick that %s is told as such', async (_what, code, told) => {
    const { target, save, item, have } = await staged();
    const one = await have('работа');
    // So does Node: whatever hinders the folders that it makes on its way, it says that they are not there.
    vi.mocked(mkdir).mockImplementation((_path, how) =>
      Promise.reject(Object.assign(new Error('held'), { code: typeof how === 'object' ? 'ENOENT' : code })),
    );
    const saved = await save([item(one, 'x.txt', '7А', 'Сочинение')]).finally(() => vi.mocked(mkdir).mockReset());
    expect(saved).toMatchObject({ state: 'failed', code: told, done: 0 });
    expect(tree(target)).toEqual([]);
  });

  it('asks, and does nothing without an answer or a folder', async () => {
    const { saves, choose } = await staged();
    const request = { kind: 'folder', title: 'x', serverId: 's', isOnline: false, items: [] } as const;
    choose(null);
    expect(await saves.begin(request)).toBeNull();
    choose('/no/such/folder');
    await expect(saves.begin(request)).rejects.toMatchObject({ code: 'file-gone' });
    expect(saves.list()).toEqual([]);
    expect(() => saves.show('nobody')).toThrow('not-found');
  });

  it('so many at a time and no more, and is forgotten in the end', async () => {
    const { saves, item, onFetch, told } = await staged();
    onFetch(async () => undefined, 1);
    const request = { kind: 'folder', title: 'x', serverId: 's', isOnline: true, items: [item('e'.repeat(64), 'а')] } as const;
    for (let n = 0; n < SAVINGS_MAX; n += 1) await saves.begin(request);
    await expect(saves.begin(request)).rejects.toMatchObject({ code: 'busy' });
    saves.forget(saves.list()[0]!.saveId);
    expect(saves.list()).toHaveLength(SAVINGS_MAX);
    await saves.close();
    expect(saves.list().every(({ state }) => state !== 'running')).toBe(true);
    const empty = { ...request, items: [] };
    for (let n = 0; n < SAVINGS_KEPT + 3; n += 1) {
      const id = await saves.begin(empty);
      await until(() => saves.list().find(({ saveId }) => saveId === id)?.state === 'done');
    }
    expect(saves.list()).toHaveLength(SAVINGS_KEPT);
    saves.forget(saves.list()[0]!.saveId);
    expect(saves.list()).toHaveLength(SAVINGS_KEPT - 1);
    await until(() => told.length > 0);
    expect([SAVE_PROGRESS_MS, SAVE_ITEMS_MAX, SAVE_DEPTH_MAX]).toEqual([100, 20_000, 4]);
  }); // prettier-ignore
});

describe('into one archive', () => {
  it('that any program opens, with Russian names, times and everything in it', async () => {
    const { target, have, item, save, saves, shown } = await staged();
    const one = await have('работа '.repeat(1000));
    const items = [
      item(one, 'Белов Илья – стр1.jpg', '7А', 'Сочинение'),
      item(one, 'белов илья – СТР1.jpg', '7А', 'Сочинение'),
      item(one, 'Белов Илья – стр1.txt', '7А', 'Сочинение'),
      item('e'.repeat(64), 'Ли.txt', '7А'),
    ];
    const done = await save(items, { kind: 'zip' });
    expect(done).toMatchObject({ state: 'done', done: 4, missing: 1 });
    expect(tree(target)).toEqual(['Сочинение.zip']);
    saves.show(done.saveId);
    expect(shown).toEqual([join(target, 'Сочинение.zip')]);
    const { found } = await scan([join(target, 'Сочинение.zip')]);
    expect(found.map(({ folders, name }) => [...folders, name].join('/'))).toEqual([
      'Сочинение/7А/Сочинение/Белов Илья – стр1.jpg',
      'Сочинение/7А/Сочинение/белов илья – СТР1 (2).jpg',
      'Сочинение/7А/Сочинение/Белов Илья – стр1.txt',
      'Сочинение/Чего не хватает – Сочинение.txt',
    ]);
    expect(found[0]!.modifiedAt).toBe(AT);
    // A foreign program reads the bytes and checks them.
    const listed = execFileSync('python3', ['-c', 'import sys,zipfile;z=zipfile.ZipFile(sys.argv[1]);assert z.testzip() is None;print("\\n".join(z.namelist()))', join(target, 'Сочинение.zip')], { encoding: 'utf8', env: { ...process.env, PYTHONIOENCODING: 'utf8' } }); // prettier-ignore
    expect(listed.split('\n')[0]).toBe('7А/Сочинение/Белов Илья – стр1.jpg');
    expect(statSync(join(target, 'Сочинение.zip')).size).toBeLessThan(28_000);
    await save(items, { kind: 'zip' });
    expect(tree(target)).toEqual(['Сочинение (2).zip', 'Сочинение.zip']);
    expect(UNPACKED_INTO_CHARS).toBeLessThan(PATH_CHARS_MAX / 2);
  });

  it('of many files, all of which are in it', async () => {
    const folder = scratchDir();
    const items = Array.from({ length: 300 }, (_, n) => ({ folders: [], name: `${n}` }));
    const made = await openZipTree(folder, 'много', items);
    for (const index of items.keys()) await made.put(index, { text: '' }, AT);
    const path = await made.finish();
    const count = execFileSync('python3', ['-c', 'import sys,zipfile;print(len(zipfile.ZipFile(sys.argv[1]).namelist()))', path], { encoding: 'utf8' }); // prettier-ignore
    expect(Number(count)).toBe(items.length);
  });

  it('that was given up is not there', async () => {
    const { target, have, item, saves, onFetch } = await staged();
    const one = await have('работа');
    let isWaiting = false;
    onFetch(async () => void (isWaiting = true), 1);
    const items = [item(one, 'Белов.txt'), ...Array.from({ length: 50 }, () => item('e'.repeat(64), 'Ли.txt'))];
    const saveId = (await saves.begin({ kind: 'zip', title: 'x', serverId: 's', isOnline: true, items }))!;
    await until(() => isWaiting);
    saves.stop(saveId);
    await until(() => saves.list()[0]?.state === 'stopped');
    expect(tree(target)).toEqual([]);
    expect(() => saves.show(saveId)).toThrow('not-found');
  });

  it('fails as a whole where a file of it cannot be read, and says nothing of it is there', async () => {
    const folder = scratchDir();
    const made = await openZipTree(folder, 'x', [{ folders: [], name: 'а' }, { folders: [], name: 'б' }]); // prettier-ignore
    await made.put(0, { text: 'есть' }, null);
    await expect(made.put(1, { path: join(folder, 'нет') }, null)).rejects.toMatchObject({ code: 'ENOENT' });
    await made.abandon();
    expect(tree(folder)).toEqual([]);
    expect(existsSync(join(folder, 'x.zip'))).toBe(false);
  });
});
