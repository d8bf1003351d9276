// Works taken in from folders, files and archives: what is found, what is left out and why, and how it goes on its way.
import { mkdirSync, readFileSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { isJunk, scan } from '../../src/main/intake-scan.ts';
import { decodeName, walkZip, ZIP_SWELL_FREE_BYTES, ZIP_SWELL_MAX } from '../../src/main/intake-zip.ts';
import { filesIn, INTAKES_MAX, openIntakes } from '../../src/main/intakes.ts';
import {
  Handed,
  Intake,
  INTAKE_BYTES_MAX,
  INTAKE_DEPTH_MAX,
  INTAKE_FILES_MAX,
  INTAKE_PATHS_MAX,
  INTAKE_SEEN_MAX,
  LEFT_OUT_NAMED_MAX,
} from '../../src/preload/contract/intake.ts';
import { rawZip } from '../support/raw-zip.ts';
import { scratchDir, until } from './scratch.ts';
import { allDone, desk, SERVER } from './transfer-desk.ts';

const naughty = JSON.parse(
  readFileSync(new URL('../support/samples/text/naughty-strings.json', import.meta.url), 'utf8'),
) as string[];
const LIMITS = { files: 100, seen: 100, bytes: 1000, depth: 4 };

function put(dir: string, path: string, bytes: string | Uint8Array = 'работа') {
  const full = join(dir, path);
  mkdirSync(join(full, '..'), { recursive: true });
  writeFileSync(full, bytes);
  return full;
}
/** Text in an old encoding. */
const cp866 = (text: string) =>
  Buffer.from(
    [...text].map((letter) => {
      const at = 'АБВГДЕЖЗИЙКЛМНОПРСТУФХЦЧШЩЪЫЬЭЮЯабвгдежзийклмноп'.indexOf(letter);
      const late = 'рстуфхцчшщъыьэюя'.indexOf(letter);
      return at >= 0 ? 0x80 + at : late >= 0 ? 0xe0 + late : letter.charCodeAt(0);
    }),
  );
const cp1251 = (text: string) =>
  Buffer.from([...text].map((letter) => (/[А-я]/.test(letter) ? letter.charCodeAt(0) - 0x410 + 0xc0 : letter.charCodeAt(0)))); // prettier-ignore
const seen = ({ found }: Awaited<ReturnType<typeof scan>>) =>
  found.map(({ folders, name }) => [...folders, name].join('/'));
const why = ({ leftOut }: Awaited<ReturnType<typeof scan>>) =>
  Object.fromEntries(leftOut.map(({ path, why: reason }) => [path, reason]));

describe('a folder', () => {
  it('is looked through with its folders, in order, and its own name leads', async () => {
    const dir = scratchDir();
    put(dir, '7А/Иванов/стр1.jpg');
    put(dir, '7А/Белов Илья.pdf');
    put(dir, '7А/работа.zip', rawZip([{ name: 'a.txt' }]));
    utimesSync(join(dir, '7А/Белов Илья.pdf'), 1_700_000_000, 1_700_000_000);
    const made = await scan([join(dir, '7А')]);
    // An archive within is a pupil's own file.
    expect(seen(made)).toEqual(['7А/Белов Илья.pdf', '7А/Иванов/стр1.jpg', '7А/работа.zip']);
    expect(made).toMatchObject({ title: '7А', leftOut: [], leftOutCount: 0 });
    expect(made.found[0]).toMatchObject({ modifiedAt: 1_700_000_000_000 });
  });

  it('leaves out what is no work, and says so', async () => {
    const dir = scratchDir();
    for (const junk of ['Thumbs.db', '.DS_Store', '~$Иванов.docx', '._x.jpg', '__MACOSX/a.jpg', 'a.crdownload'])
      put(dir, `все/${junk}`);
    put(dir, 'все/пусто.txt', '');
    const target = put(dir, 'тайна.txt');
    symlinkSync(target, join(dir, 'все/ссылка.txt'));
    symlinkSync(dir, join(dir, 'все/вверх'));
    put(dir, 'все/а.txt');
    const made = await scan([join(dir, 'все')]);
    expect(seen(made)).toEqual(['все/а.txt']);
    expect(why(made)).toEqual({
      'все/Thumbs.db': 'junk',
      'все/.DS_Store': 'junk',
      'все/~$Иванов.docx': 'junk',
      'все/._x.jpg': 'junk',
      'все/__MACOSX': 'junk',
      'все/a.crdownload': 'junk',
      'все/пусто.txt': 'empty',
      'все/ссылка.txt': 'link',
      'все/вверх': 'link',
    });
    expect(isJunk('работа.jpg')).toBe(false);
  });

  it('ends: files, folders in folders, bytes and what is looked at are counted', async () => {
    const dir = scratchDir();
    put(dir, 'а/1/2/3/4/5/глубоко.txt');
    put(dir, 'а/большой.bin', Buffer.alloc(900));
    put(dir, 'а/второй.bin', Buffer.alloc(900));
    expect(why(await scan([join(dir, 'а')], LIMITS))).toEqual({ 'а/1/2/3/4': 'deep', 'а/второй.bin': 'large' });
    for (let n = 0; n < 6; n += 1) put(dir, `б/${n}.txt`);
    const few = await scan([join(dir, 'б')], { ...LIMITS, files: 4 });
    expect([few.found.length, few.leftOutCount]).toEqual([4, 2]);
    expect(new Set(Object.values(why(few)))).toEqual(new Set(['many']));
    const short = await scan([join(dir, 'б')], { ...LIMITS, seen: 3 });
    expect([short.found.length, short.leftOut[0]?.why]).toEqual([3, 'many']);
    for (let n = 0; n <= LEFT_OUT_NAMED_MAX; n += 1) put(dir, `в/${n}.tmp`);
    const junk = await scan([join(dir, 'в')]);
    expect([junk.leftOut.length, junk.leftOutCount]).toEqual([LEFT_OUT_NAMED_MAX, LEFT_OUT_NAMED_MAX + 1]);
    expect([INTAKE_FILES_MAX, INTAKE_SEEN_MAX, INTAKE_DEPTH_MAX, INTAKE_BYTES_MAX]).toEqual([5_000, 20_000, 12, 8 * 1024 ** 3]); // prettier-ignore
  });

  it('shows no hostile name as it is', async () => {
    const dir = scratchDir();
    let made = 0;
    for (const [n, name] of naughty.entries()) {
      if (name.includes('/') || name.includes('\0') || name === '' || name === '.' || name === '..') continue;
      try {
        put(dir, `все/${n}/${name}`);
        made += 1;
      } catch {
        // Not a name on this disk.
      }
    }
    const found = await scan([join(dir, 'все')]);
    expect(found.found.length + found.leftOutCount).toBe(made);
    for (const { name } of found.found) expect(name).not.toMatch(/[<>:"/\\|?*\u0000-\u001f\u202a-\u202e]|[ .]$/);
  });

  it('is told to be gone where nothing of what was chosen is there', async () => {
    await expect(scan(['/no/such/folder'])).rejects.toMatchObject({ code: 'file-gone' });
    const dir = scratchDir();
    const there = put(dir, 'а.txt');
    expect(why(await scan([there, '/no/such/file.txt']))).toEqual({ 'file.txt': 'unreadable' });
  });
});

describe('an archive', () => {
  const zipped = (...entries: Parameters<typeof rawZip>[0][number][]) =>
    put(scratchDir(), 'Работы.zip', rawZip(entries));

  it('is read with the names that were meant, whatever program wrote it', async () => {
    const meant = 'Путь.txt';
    const crc = Buffer.alloc(4);
    crc.writeUInt32LE(crc32(cp866('x.txt')));
    const unicode = Buffer.concat([Buffer.from([1]), crc, Buffer.from(meant)]);
    const size = Buffer.alloc(4);
    size.writeUInt16LE(0x7075, 0);
    size.writeUInt16LE(unicode.length, 2);
    const path = zipped(
      { name: 'Белов Илья/стр1.jpg', flags: 0x800 },
      { name: 'Зайцева.txt' }, // UTF-8 that is not said to be
      { name: cp866('Иванов Иван/сочинение.doc') },
      { name: cp1251('Щукина Юлия/отчёт.doc'.replace('ё', 'е')) },
      { name: cp866('x.txt'), extra: Buffer.concat([size, unicode]) },
      { name: 'Юрьев\\а.txt', flags: 0x800 },
      { name: 'Пустая/', bytes: Buffer.alloc(0) },
    );
    const made = await scan([path]);
    expect(seen(made)).toEqual([
      'Работы/Белов Илья/стр1.jpg',
      'Работы/Зайцева.txt',
      'Работы/Иванов Иван/сочинение.doc',
      'Работы/Щукина Юлия/отчет.doc',
      'Работы/Путь.txt',
      'Работы/Юрьев/а.txt',
    ]);
    expect(made.found[0]!.modifiedAt).toBe(new Date(2024, 4, 12, 10, 15, 30).getTime());
    expect(made.title).toBe('Работы.zip');
  });
  it.each([
    ['Иванов', true, Buffer.from('Иванов')],
    ['Иванов', false, Buffer.from('Иванов')],
    ['Работа по физике', false, cp866('Работа по физике')],
    ['Работа по физике', false, cp1251('Работа по физике')],
    ['белов.doc', false, cp866('белов.doc')],
    ['белов.doc', false, cp1251('белов.doc')],
    ['plain.txt', false, Buffer.from('plain.txt')],
    ['\ufffd\ufffd', true, Buffer.from([0xff, 0xfe])],
  ])('a name is %s', (name, isUtf8, raw) => {
    expect(decodeName(raw, isUtf8)).toBe(name);
  });

  it('leads nowhere, and nothing in it is followed, unlocked or blown up', async () => {
    const path = zipped(
      { name: '../../evil.txt' },
      { name: '/etc/passwd' },
      { name: 'C:\\Windows\\a.txt' },
      { name: 'a/../../b.txt' },
      { name: 'link.txt', mode: 0o120777 },
      { name: 'locked.txt', flags: 1, method: 8 },
      { name: 'packed.txt', method: 14 },
      { name: 'bomb.txt', saidSize: ZIP_SWELL_FREE_BYTES + 1, method: 8 },
      { name: '__MACOSX/._a.jpg' },
      { name: 'ok/Thumbs.db' },
      { name: './ok/а.txt', flags: 0x800 },
    );
    const made = await scan([path]);
    expect(seen(made)).toEqual(['Работы/ok/а.txt']);
    expect(made.leftOut.map(({ why: reason }) => reason)).toEqual([
      'unsafe', 'unsafe', 'unsafe', 'unsafe', 'link', 'locked', 'packed', 'swollen', 'junk', 'junk',
    ]); // prettier-ignore
    expect(ZIP_SWELL_MAX).toBeGreaterThan(100);
  });

  it('that is broken, or none, is told and breaks nothing', async () => {
    const dir = scratchDir();
    const whole = rawZip([{ name: 'a.txt' }, { name: 'b.txt' }]);
    const paths = [
      put(dir, 'cut.zip', whole.subarray(0, whole.length - 30)),
      put(dir, 'text.zip', 'это не архив'),
      put(dir, 'empty.zip', ''),
      put(dir, 'ok.zip', whole),
    ];
    const made = await scan(paths);
    expect(seen(made)).toEqual(['ok/a.txt', 'ok/b.txt']);
    expect(why(made)).toEqual({ 'cut.zip': 'unreadable', 'text.zip': 'unreadable', 'empty.zip': 'unreadable' });
  });

  it('whose lie shows before anybody reads ends nothing; who reads is told', async () => {
    const uncaught = vi.fn<(error: unknown) => void>();
    process.on('uncaughtException', uncaught);
    onTestFinished(() => void process.off('uncaughtException', uncaught));
    const path = zipped({ name: 'a.txt', bytes: Buffer.from('x'.repeat(1000)), method: 8, saidSize: 10 });
    await walkZip(path, async (_entry, bytes) => {
      const stream = await bytes();
      await until(() => stream.destroyed);
      await expect(stream.toArray()).rejects.toThrow('too many bytes');
      return false;
    });
    expect(uncaught).not.toHaveBeenCalled();
  });

  it('with more entries than are looked at ends', async () => {
    const path = zipped(...Array.from({ length: 50 }, (_, n) => ({ name: `${n}.txt` })));
    const made = await scan([path], { ...LIMITS, seen: 10 });
    expect([made.found.length, made.leftOut[0]?.why]).toEqual([10, 'many']);
  });
});

describe('bringing', () => {
  async function opened(choose: string[] | null = null) {
    const { hub, library, transfers } = await desk();
    const told: Handed[] = [];
    let room = Infinity;
    /** In the moment between the last look at a file and its first byte. */
    let meanwhile = () => {};
    let gate: Promise<void> = Promise.resolve();
    const intakes = openIntakes({
      transfers: { ...transfers, upload: (...of) => gate.then(() => transfers.upload(...of)) },
      needRoom: async (bytes) => {
        if (bytes > room) throw new Error('disk-full-here');
        meanwhile();
      },
      choose: () => Promise.resolve(choose),
      onHanded: (handed) => void told.push(handed),
    });
    const held = () => {
      const { promise, resolve } = Promise.withResolvers<void>();
      gate = promise;
      return resolve;
    };
    const setRoom = (bytes: number) => void (room = bytes);
    return {
      hub,
      library,
      transfers,
      intakes,
      told,
      held,
      setRoom,
      onRoom: (does: () => void) => void (meanwhile = does),
    };
  }

  it('files and entries of an archive go up as they are, in the order that was asked for', async () => {
    const { hub, transfers, intakes } = await opened();
    const dir = scratchDir();
    put(dir, 'все/а.txt', 'первый');
    const zip = put(dir, 'б.zip', rawZip([{ name: 'один.txt', bytes: Buffer.from('второй'), method: 8 }, { name: 'два.txt', bytes: Buffer.from('третий') }])); // prettier-ignore
    const intake = await intakes.scan([join(dir, 'все'), zip]);
    expect(Intake.parse(intake)).toEqual(intake);
    const ids = intake.files.map(({ id }) => id).toReversed();
    const chosen = await intakes.bring(intake.intakeId, SERVER, ids);
    expect(chosen.map(({ name, sizeBytes }) => [name, sizeBytes])).toEqual([
      ['два.txt', 12],
      ['один.txt', 12],
      ['а.txt', 12],
    ]);
    await allDone(transfers);
    expect(chosen.map(({ fileId }) => hub.bytesOf(fileId).toString())).toEqual(['третий', 'второй', 'первый']);
  });

  it('what is brought is here: the stick may be pulled out at once', async () => {
    const { hub, transfers, intakes } = await opened();
    const stick = scratchDir();
    put(stick, 'все/а.txt', 'первый');
    put(stick, 'все/б.txt', 'второй');
    const intake = await intakes.scan([join(stick, 'все')]);
    // Nothing begins while the machine sleeps: whoever would come back for the bytes would come too late.
    await transfers.sleep();
    const chosen = await intakes.bring(intake.intakeId, SERVER, intake.files.map(({ id }) => id)); // prettier-ignore
    rmSync(join(stick, 'все'), { recursive: true });
    transfers.wake();
    await allDone(transfers);
    expect(chosen.map(({ fileId }) => hub.bytesOf(fileId).toString())).toEqual(['первый', 'второй']);
  });

  it.each([
    ['goes', 'file-gone', (path: string) => rmSync(path)],
    ['grows', 'file-changed', (path: string) => writeFileSync(path, 'первый и ещё')],
    ['becomes another', 'file-changed', (path: string) => utimesSync(path, 1, 1)],
  ])('a file that %s while it is brought is said to be, and nothing of it goes on', async (_, code, change) => {
    const { intakes, transfers, onRoom } = await opened();
    const path = put(scratchDir(), 'все/а.txt', 'первый');
    const intake = await intakes.scan([join(path, '..')]);
    onRoom(() => change(path));
    const brought = intakes.bring(intake.intakeId, SERVER, [intake.files[0]!.id]);
    await expect(brought).rejects.toMatchObject({ code });
    expect(transfers.list().filter(({ state }) => state === 'queued' || state === 'running')).toEqual([]);
  });

  it('what changed since it was found does not go, and what was queued with it is taken back', async () => {
    const { transfers, intakes } = await opened();
    const dir = scratchDir();
    put(dir, 'все/а.txt', 'первый');
    const second = put(dir, 'все/б.txt', 'второй');
    const intake = await intakes.scan([join(dir, 'все')]);
    const ids = intake.files.map(({ id }) => id);
    writeFileSync(second, 'другое');
    utimesSync(second, 1, 1);
    await expect(intakes.bring(intake.intakeId, SERVER, ids)).rejects.toMatchObject({ code: 'file-changed' });
    expect(transfers.list().filter(({ state }) => state === 'queued' || state === 'running')).toEqual([]);
    symlinkSync(second, join(dir, 'все/в.txt'));
    await expect(intakes.bring(intake.intakeId, SERVER, ['nobody'])).rejects.toMatchObject({ code: 'not-found' });
  });

  it('a file that became a link since then is not followed', async () => {
    const { intakes } = await opened();
    const dir = scratchDir();
    const path = put(dir, 'все/а.txt', 'первый');
    const intake = await intakes.scan([join(dir, 'все')]);
    rmSync(path);
    symlinkSync(put(dir, 'тайна.txt', 'секрет'), path);
    const brought = intakes.bring(intake.intakeId, SERVER, [intake.files[0]!.id]);
    await expect(brought).rejects.toMatchObject({ code: 'file-changed' });
  });

  it('an entry that is not what it says is refused', async () => {
    const { intakes, transfers, setRoom } = await opened();
    const bytes = Buffer.from('x'.repeat(1000));
    const zip = rawZip([
      { name: 'a.txt', bytes, method: 8, saidSize: 10 },
      { name: 'b.txt', bytes, method: 8 },
    ]);
    const intake = await intakes.scan([put(scratchDir(), 'a.zip', zip)]);
    const [lies, fits] = intake.files.map(({ id }) => id);
    await expect(intakes.bring(intake.intakeId, SERVER, [lies!])).rejects.toMatchObject({ code: 'bad-request' });
    setRoom(100);
    await expect(intakes.bring(intake.intakeId, SERVER, [fits!])).rejects.toThrow('disk-full-here');
    expect(transfers.list()).toEqual([]);
  });

  it('forgets: what was given up, and the oldest of many', async () => {
    const { intakes } = await opened();
    const path = put(scratchDir(), 'а.txt');
    const first = await intakes.scan([path]);
    for (let n = 0; n < INTAKES_MAX; n += 1) await intakes.scan([path]);
    const late = intakes.bring(first.intakeId, SERVER, [first.files[0]!.id]);
    await expect(late).rejects.toMatchObject({ code: 'not-found' });
    const last = await intakes.scan([path]);
    intakes.end(last.intakeId);
    const gone = intakes.bring(last.intakeId, SERVER, [last.files[0]!.id]);
    await expect(gone).rejects.toMatchObject({ code: 'not-found' });
    await expect(intakes.scan(Array.from({ length: INTAKE_PATHS_MAX + 1 }, () => path))).rejects.toMatchObject({ code: 'too-many' }); // prettier-ignore
  });

  it('by the dialog, or not at all', async () => {
    const path = put(scratchDir(), 'Иванов.txt');
    expect((await (await opened([path])).intakes.choose('files'))?.files).toMatchObject([{ name: 'Иванов.txt' }]);
    expect(await (await opened(null)).intakes.choose('folder')).toBeNull();
    expect(await (await opened([])).intakes.choose('folder')).toBeNull();
  });

  it('what the system hands over waits together until it is told where to', async () => {
    const { intakes, told, transfers, hub } = await opened();
    const dir = scratchDir();
    const one = put(dir, 'а.txt', 'первый');
    const folder = join(dir, 'папка');
    mkdirSync(folder);
    put(dir, 'папка/Иванов.txt');
    await Promise.all([intakes.hand([one, '/no/such']), intakes.hand([folder, one])]);
    const handed = intakes.handed()!;
    expect(handed.files).toEqual([
      { name: 'а.txt', sizeBytes: 12, isFolder: false },
      { name: 'папка', sizeBytes: 0, isFolder: true },
    ]);
    expect(told.at(-1)).toEqual(handed);
    expect(Handed.parse(handed)).toEqual(handed);
    // A folder is no file: they wait on.
    await expect(intakes.uploadHanded(handed.handedId, SERVER)).rejects.toMatchObject({ code: 'not-allowed' });
    expect(intakes.handed()).toEqual(handed);
    expect((await intakes.scanHanded(handed.handedId)).files.map(({ name }) => name)).toEqual(['а.txt', 'Иванов.txt']);
    expect(intakes.handed()).toBeNull();
    await intakes.hand([one]);
    intakes.endHanded(intakes.handed()!.handedId);
    expect(intakes.handed()).toBeNull();
    await intakes.hand([one]);
    const [chosen] = await intakes.uploadHanded(intakes.handed()!.handedId, SERVER);
    await allDone(transfers);
    expect(hub.bytesOf(chosen!.fileId).toString()).toBe('первый');
    await expect(intakes.uploadHanded(handed.handedId, SERVER)).rejects.toMatchObject({ code: 'not-found' });
  });

  it('what is handed over while others are being placed waits by itself, and is not lost with them', async () => {
    const { intakes, told, held } = await opened();
    const dir = scratchDir();
    const [one, two, folder] = [put(dir, 'а.txt'), put(dir, 'б.txt'), join(dir, 'папка')];
    mkdirSync(folder);
    await intakes.hand([one]);
    const first = intakes.handed()!;
    let letGo = held();
    const uploading = intakes.uploadHanded(first.handedId, SERVER);
    await intakes.hand([two]);
    letGo();
    expect(await uploading).toHaveLength(1);
    intakes.endHanded(first.handedId);
    expect(intakes.handed()).toMatchObject({ files: [{ name: 'б.txt' }] });
    expect(intakes.handed()!.handedId).not.toBe(first.handedId);
    // What could not be placed waits again, together with what came meanwhile.
    await intakes.hand([folder]);
    const both = intakes.handed()!;
    letGo = held();
    const refused = expect(intakes.uploadHanded(both.handedId, SERVER)).rejects.toMatchObject({ code: 'not-allowed' });
    await intakes.hand([one, two]);
    letGo();
    await refused;
    expect(told.at(-1)).toMatchObject({
      handedId: both.handedId,
      files: [{ name: 'б.txt' }, { name: 'папка' }, { name: 'а.txt' }],
    });
    expect(intakes.handed()).toEqual(told.at(-1));
  });

  it('takes files, and only files, from the words that the app was started with', () => {
    expect(filesIn(['parta', '--flag', 'а.txt', '/б.txt', '', 'file:///%D0%B2.txt', 'https://x/y'], '/дом', 1)).toEqual(
      ['/дом/а.txt', '/б.txt', '/в.txt'],
    );
    expect(filesIn(['electron', '--no-sandbox', '.', 'а.txt'], '/дом', 2)).toEqual(['/дом/а.txt']);
    const many = Array.from({ length: INTAKE_PATHS_MAX + 10 }, (_, n) => `${n}`);
    expect(filesIn(many, '/', 1)).toHaveLength(INTAKE_PATHS_MAX);
  });
});
