import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Sha256 } from '../../src/core/ids.ts';
import { codeOf } from '../../src/core/errors.ts';
import { diskError, DISK_RESERVE_BYTES, openableName, openLibrary, writeGathered } from '../../src/main/library.ts';
import { bytesOf, heardShell, scratchDir } from './scratch.ts';
import { sha256Of } from './scripted-hub.ts';

async function* of(...chunks: Uint8Array[]): AsyncGenerator<Uint8Array> {
  yield* chunks;
}

describe('the library', () => {
  it('keeps bytes once, under their hash', async () => {
    const dir = scratchDir();
    const library = await openLibrary(dir, heardShell());
    const bytes = bytesOf(100_000);
    const sha256 = sha256Of(bytes) as Sha256;
    expect(await library.has(sha256)).toBe(false);
    expect(await library.take(of(bytes.subarray(0, 7), bytes.subarray(7)))).toEqual({
      sha256,
      sizeBytes: bytes.length,
    });
    expect(await library.take(of(bytes))).toEqual({ sha256, sizeBytes: bytes.length });
    expect(await library.has(sha256)).toBe(true);
    expect(library.path(sha256)).toBe(join(dir, 'files', sha256.slice(0, 2), sha256.slice(2)));
    expect(readFileSync(library.path(sha256)).equals(bytes)).toBe(true);
    expect(readdirSync(join(dir, 'incoming', 'taking'))).toEqual([]);
  });

  it('a stream that breaks or is too long leaves nothing', async () => {
    const dir = scratchDir();
    const library = await openLibrary(dir, heardShell());
    const broken = async function* () {
      yield bytesOf(10);
      throw new Error('cut');
    };
    await expect(library.take(broken())).rejects.toThrow('cut');
    await expect(library.take(of(bytesOf(11)), { maxBytes: 10 })).rejects.toThrow('too-large');
    await expect(library.take(of(bytesOf(11)), { signal: AbortSignal.abort() })).rejects.toThrow('cancelled');
    expect(readdirSync(join(dir, 'incoming', 'taking'))).toEqual([]);
    expect(readdirSync(join(dir, 'files'))).toEqual([]);
  });

  it('takes in a part only when its hash is right; a wrong one is deleted', async () => {
    const library = await openLibrary(scratchDir(), heardShell());
    const bytes = bytesOf(1000);
    const sha256 = sha256Of(bytes) as Sha256;
    writeFileSync(library.partPath(sha256), bytes.subarray(1));
    await expect(library.adoptPart(sha256)).rejects.toThrow('hash-mismatch');
    expect(existsSync(library.partPath(sha256))).toBe(false);
    expect(await library.has(sha256)).toBe(false);
    writeFileSync(library.partPath(sha256), bytes);
    await library.adoptPart(sha256);
    expect(await library.has(sha256)).toBe(true);
  });

  it('what was being taken in when the app ended is gone after a start; unfinished downloads stay', async () => {
    const dir = scratchDir();
    mkdirSync(join(dir, 'incoming', 'taking'), { recursive: true });
    writeFileSync(join(dir, 'incoming', 'taking', 'half'), 'x');
    writeFileSync(join(dir, 'incoming', `${'a'.repeat(64)}.part`), 'x');
    await openLibrary(dir, heardShell());
    expect(readdirSync(join(dir, 'incoming')).sort()).toEqual([`${'a'.repeat(64)}.part`, 'taking']);
    expect(readdirSync(join(dir, 'incoming', 'taking'))).toEqual([]);
  });

  it(`leaves ${DISK_RESERVE_BYTES / 1024 ** 2} MB of the disk free`, async () => {
    const library = await openLibrary(scratchDir(), heardShell());
    await expect(library.needRoom(Number.MAX_SAFE_INTEGER)).rejects.toThrow('disk-full-here');
    await library.needRoom(1);
  });

  it.runIf(existsSync('/dev/full'))('a write that the disk refuses is "disk-full-here"', async () => {
    const full = await open('/dev/full', 'w');
    const error: unknown = await writeGathered(full, 0, of(bytesOf(10)), () => {}).catch((thrown: unknown) => thrown);
    await full.close();
    expect(codeOf(diskError(error))).toBe('disk-full-here');
  });
});

describe('opening with the system', () => {
  const stored = async (answer = '') => {
    const shell = heardShell(answer);
    const library = await openLibrary(scratchDir(), shell, 'linux');
    const { sha256 } = await library.take(of(Buffer.from('содержимое')));
    return { shell, library, sha256 };
  };

  it('gives a copy under its shown name, never the original', async () => {
    const { shell, library, sha256 } = await stored();
    await library.showCopy(sha256, 'Иванов: работа?.docx');
    const [path = ''] = shell.shown;
    expect(basename(path)).toBe('Иванов_ работа_.docx');
    writeFileSync(path, 'the program saved something else');
    expect(readFileSync(library.path(sha256), 'utf8')).toBe('содержимое');
  });

  it('a program that opens a work may not write into it: it asks where to save', async () => {
    const { shell, library, sha256 } = await stored();
    await library.openCopy(sha256, 'a.docx');
    expect(statSync(shell.opened[0]!).mode & 0o222).toBe(0);
    // What is shown in its folder or dragged out is the person's own.
    expect(statSync(await library.copy(sha256, 'a.docx')).mode & 0o200).toBe(0o200);
  });

  it('the same file under the same name is copied once; after a change, anew', async () => {
    const { shell, library, sha256 } = await stored();
    await Promise.all([library.openCopy(sha256, 'a.docx'), library.openCopy(sha256, 'a.docx')]);
    await library.openCopy(sha256, 'a.docx');
    await library.openCopy(sha256, 'b.docx');
    expect(new Set(shell.opened).size).toBe(2);
    const copy = await library.copy(sha256, 'a.docx');
    writeFileSync(copy, 'с пометками');
    const next = await library.copy(sha256, 'a.docx');
    expect(readFileSync(next, 'utf8')).toBe('содержимое');
    expect(readFileSync(copy, 'utf8')).toBe('с пометками');
  });

  it('what somebody changed in a copy, or saved beside it, is there after a start; the rest is gone', async () => {
    const dir = scratchDir();
    const library = await openLibrary(dir, heardShell());
    const { sha256 } = await library.take(of(Buffer.from('содержимое')));
    const copies: Record<string, string> = {};
    for (const name of ['untouched', 'longer', 'same-length', 'beside', 'locked', 'shown'])
      copies[name] = await library.copy(sha256, `${name}.docx`);
    await library.openCopy(sha256, 'read-only.docx');
    mkdirSync(join(dir, 'opened', 'of-an-earlier-version'));
    writeFileSync(copies['longer']!, 'содержимое и пометки');
    writeFileSync(copies['same-length']!, 'содержимыё');
    writeFileSync(join(dirname(copies['beside']!), 'Копия.docx'), 'новое');
    writeFileSync(join(dirname(copies['locked']!), '.~lock.locked.docx#'), '');
    writeFileSync(join(dirname(copies['locked']!), '~$locked.docx'), '');
    for (const name of ['.DS_Store', '.directory', 'Thumbs.db', 'desktop.ini'])
      writeFileSync(join(dirname(copies['shown']!), name), 'x');
    await openLibrary(dir, heardShell());
    expect(readdirSync(join(dir, 'opened')).toSorted()).toEqual(
      ['longer', 'same-length', 'beside'].map((name) => basename(dirname(copies[name]!))).toSorted(),
    );
    expect(readFileSync(copies['longer']!, 'utf8')).toBe('содержимое и пометки');
    expect(readFileSync(copies['same-length']!, 'utf8')).toBe('содержимыё');
  });

  it('a spoiled file is not opened, and nothing of its copy is left', async () => {
    const dir = scratchDir();
    const library = await openLibrary(dir, heardShell());
    const { sha256 } = await library.take(of(Buffer.from('содержимое')));
    writeFileSync(library.path(sha256), 'other bytes');
    await expect(library.openCopy(sha256, 'a.pdf')).rejects.toThrow('file-damaged');
    expect(readdirSync(join(dir, 'opened'))).toEqual([]);
  });

  it.each([
    ['virus.exe', null],
    ['VIRUS.EXE', null],
    ['work.pdf.scr', null],
    ['a.lnk', null],
    ['a.docm', null],
    ['a.hta', null],
    ['a.desktop', null],
    ['no ending', null],
    ['.pdf', null],
    ['trick.pdf\u202Egpj.exe', null],
    ['work.pdf. . ', 'work.pdf'],
    ['task.py', 'task.py.txt'],
    ['page.HTML', 'page.HTML.txt'],
    ['picture.svg', 'picture.svg.txt'],
    ['../../work.pdf', '.._.._work.pdf'],
    ['Работа.PDF', 'Работа.PDF'],
  ])('%j opens as %j', (shown, opened) => {
    expect(openableName(shown)).toBe(opened);
  });

  it('what could run is not even copied', async () => {
    const { shell, library, sha256 } = await stored();
    await expect(library.openCopy(sha256, 'virus.exe')).rejects.toThrow('not-allowed');
    expect(shell.opened).toEqual([]);
    expect(readdirSync(join(dirname(dirname(dirname(library.path(sha256)))), 'opened'))).toEqual([]);
  });

  it('a file that is not here, and a system without a program for it, are said', async () => {
    const { library } = await stored();
    await expect(library.openCopy('b'.repeat(64) as Sha256, 'a.pdf')).rejects.toThrow('file-gone');
    const other = await stored('No application is registered');
    await expect(other.library.openCopy(other.sha256, 'a.pdf')).rejects.toThrow('not-allowed');
  });

  it('every name that people can give stays inside the folder for copies', async () => {
    const { shell, library, sha256 } = await stored();
    const names = JSON.parse(
      readFileSync(join(import.meta.dirname, '../support/samples/text/naughty-strings.json'), 'utf8'),
    ) as string[];
    for (const name of names) await library.showCopy(sha256, name);
    const opened = join(dirname(dirname(dirname(library.path(sha256)))), 'opened');
    expect(shell.shown).toHaveLength(names.length);
    for (const path of shell.shown) expect(dirname(dirname(path))).toBe(opened);
  });
});
