// A chat saved into a folder: nothing overwritten, nothing outside, whole files only, and nothing left of what was given up.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Sha256 } from '../../src/core/ids.ts';
import type { FileRef } from '../../src/core/wire.ts';
import { openExports, PAGE_BYTES_MAX, SAME_NAME_MAX } from '../../src/main/export.ts';
import { STILL_MS } from '../../src/main/fetched-file.ts';
import { openLibrary } from '../../src/main/library.ts';
import { heardShell, scratchDir } from './scratch.ts';

async function* streamOf(...texts: string[]) {
  for (const text of texts) yield Buffer.from(text);
}
const refOf = (sha256: string): FileRef => ({
  fileId: 'f'.repeat(32) as FileRef['fileId'],
  name: 'работа.txt',
  sizeBytes: 6,
  sha256: sha256 as Sha256,
  mediaType: 'text/plain',
});

async function staged(chosen: string | null = '', dir = scratchDir(), platform = 'linux') {
  const target = join(dir, 'Документы');
  mkdirSync(target, { recursive: true });
  const library = await openLibrary(join(dir, 'data'), heardShell());
  const sha256 = createHash('sha256').update('работа').digest('hex') as Sha256;
  if (!(await library.has(sha256))) await library.take(streamOf('работа'));
  const shown: string[] = [];
  const asked: string[] = [];
  let onFetch = () => Promise.resolve();
  const coming: { bytes: number | null } = { bytes: null };
  const exports = openExports({
    library,
    chooseFolder: async () => {
      await answer;
      return chosen === '' ? target : chosen;
    },
    platform,
    fetch: (serverId) => {
      asked.push(serverId);
      return onFetch();
    },
    progress: () => coming.bytes,
    showInFolder: (path) => void shown.push(path),
    stillMs: 50,
  });
  let answer: Promise<void> = Promise.resolve();
  /** The person takes his time. @returns the answer */
  const choosing = () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    answer = promise;
    return resolve;
  };
  const begin = async () => (await exports.begin('7А – Чат'))!;
  return { dir, target, library, sha256, exports, begin, choosing, shown, asked, coming, arriving: (f: () => Promise<void>) => void (onFetch = f) }; // prettier-ignore
}

describe('saving a chat', () => {
  it('makes a folder of its own and puts page and files into it', async () => {
    const { target, sha256, exports, begin, shown } = await staged();
    const { exportId, folder } = await begin();
    expect(folder).toBe('7А – Чат');
    expect(await exports.file(exportId, 's', refOf(sha256), 'работа.txt', false)).toBe('saved');
    await exports.page(exportId, streamOf('<!doctype html>', 'конец'));
    await exports.end(exportId, true);
    expect(readFileSync(join(target, folder, 'index.html'), 'utf8')).toBe('<!doctype html>конец');
    expect(readFileSync(join(target, folder, 'files', 'работа.txt'), 'utf8')).toBe('работа');
    exports.show(exportId);
    expect(shown).toEqual([join(target, folder, 'index.html')]);
  });

  it('overwrites nothing: a second one stands beside the first', async () => {
    const { target, exports, begin } = await staged();
    writeFileSync(join(target, '7А – Чат (2)'), 'чужое');
    const first = await begin();
    const second = await begin();
    expect([first.folder, second.folder]).toEqual(['7А – Чат', '7А – Чат (3)']);
    await exports.end(second.exportId, false);
    expect(readdirSync(target).sort()).toEqual(['7А – Чат', '7А – Чат (2)']);
    expect(SAME_NAME_MAX).toBeGreaterThan(2);
  });

  it.each(['../secret', 'a/b', 'CON', 'a\\b', '', 'точка.', 'x'.repeat(400)])(
    'refuses a file name that is not safe already: %j',
    async (name) => {
      const { target, sha256, exports, begin } = await staged();
      const { exportId, folder } = await begin();
      const file = exports.file(exportId, 's', refOf(sha256), name, false);
      await expect(file).rejects.toMatchObject({ code: 'bad-request' });
      expect(readdirSync(join(target, folder))).toEqual([]);
    },
  );

  it('takes a folder name that cannot be one as a name all the same', async () => {
    const { exports, target } = await staged();
    const begun = await exports.begin('7/А: ..\\..');
    expect(readdirSync(target)).toEqual([begun!.folder]);
    expect(begun!.folder).not.toMatch(/[/\\:]/);
  });

  it('fetches what is not here while there is a network, and names what could not be had', async () => {
    const { exports, begin, asked, arriving, library, coming } = await staged();
    const { exportId } = await begin();
    const absent = refOf('e'.repeat(64));
    expect(await exports.file(exportId, 's1', absent, 'нет.txt', false)).toBe('missing');
    expect(asked).toEqual([]);
    expect(await exports.file(exportId, 's1', absent, 'нет.txt', true)).toBe('missing');
    expect(asked).toEqual(['s1']);
    // It moves no more: the wait ends by itself.
    coming.bytes = 3;
    expect(await exports.file(exportId, 's1', absent, 'нет.txt', true)).toBe('missing');
    const late = Buffer.from('позже');
    const sha256 = createHash('sha256').update(late).digest('hex');
    arriving(async () => void (await library.take(streamOf('позже'))));
    expect(await exports.file(exportId, 's1', refOf(sha256), 'позже.txt', true)).toBe('saved');
    expect(STILL_MS).toBeGreaterThan(1_000);
  });

  it('leaves nothing of what was given up, not even a file on its way', async () => {
    const { target, exports, begin, coming } = await staged();
    const { exportId } = await begin();
    coming.bytes = 1;
    const waiting = exports.file(exportId, 's', refOf('e'.repeat(64)), 'ещё идёт.bin', true);
    const outcome = waiting.then(
      (value) => value,
      (error: unknown) => (error as { code: string }).code,
    );
    await exports.end(exportId, false);
    expect(['cancelled', 'missing']).toContain(await outcome);
    expect(readdirSync(target)).toEqual([]);
    await expect(exports.page(exportId, streamOf('x'))).rejects.toMatchObject({ code: 'bad-request' });
    expect(() => exports.show(exportId)).toThrow('bad-request');
  });

  it('a page that goes leaves nothing: files on their way, a page that never ends, a folder still being chosen', async () => {
    const { target, sha256, exports, begin, coming, choosing } = await staged();
    const kept = await begin();
    await exports.end(kept.exportId, true);
    const { exportId } = await begin();
    expect(await exports.file(exportId, 's', refOf(sha256), 'есть.txt', false)).toBe('saved');
    coming.bytes = 1;
    const waiting = exports.file(exportId, 's', refOf('e'.repeat(64)), 'ещё идёт.bin', true);
    const endless = exports.page(exportId, { [Symbol.asyncIterator]: () => ({ next: () => new Promise(() => {}) }) });
    const outcome = Promise.allSettled([waiting, endless]);
    const answered = choosing();
    const late = exports.begin('поздно');
    await exports.close();
    for (const one of await outcome) expect(one).toMatchObject({ status: 'rejected', reason: { code: 'cancelled' } });
    answered();
    expect(await late).toBeNull();
    expect(readdirSync(target)).toEqual([kept.folder]);
    // The next page begins anew.
    expect((await exports.begin('7А – Чат'))?.folder).toBe('7А – Чат (2)');
  });

  it('a file that a disk has spoiled is named, not saved as whole', async () => {
    const { target, exports, begin, dir, sha256 } = await staged();
    const path = (await openLibrary(join(dir, 'data'), heardShell())).path(sha256 as Sha256);
    writeFileSync(path, 'РАБОТА');
    const later = await staged('', dir);
    const { exportId } = (await later.exports.begin('другая'))!;
    expect(await later.exports.file(exportId, 's', refOf(sha256), 'а.txt', false)).toBe('missing');
    expect([readdirSync(join(target, 'другая')), exports, begin]).toMatchObject([[], {}, {}]);
  });

  it('its files come from elsewhere, as Windows is told', async () => {
    const { target, exports, begin, sha256 } = await staged('', scratchDir(), 'win32');
    const { exportId, folder } = await begin();
    await exports.file(exportId, 's', refOf(sha256), 'а.txt', false);
    expect(readdirSync(join(target, folder, 'files')).sort()).toEqual(['а.txt', 'а.txt:Zone.Identifier']);
  });

  it('does nothing where the person thought better of it, or the folder is gone', async () => {
    const thought = await staged(null);
    expect(await thought.exports.begin('7А')).toBeNull();
    const gone = await staged('/no/such/folder');
    await expect(gone.exports.begin('7А')).rejects.toMatchObject({ code: 'file-gone' });
    expect(existsSync('/no/such/folder')).toBe(false);
  });

  it('a page has a limit', async () => {
    const { exports, begin } = await staged();
    const { exportId } = await begin();
    // Only its length is asked before anything is written.
    const huge = { length: PAGE_BYTES_MAX + 1 } as Uint8Array;
    const page = exports.page(exportId, (async function* () { yield huge; })()); // prettier-ignore
    await expect(page).rejects.toMatchObject({ code: 'too-large' });
  });
});
