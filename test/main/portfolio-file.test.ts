// One portfolio as a file: whole or nothing, whatever happened to it on a stick; hostile ones; bounded memory; full disks.
import { Encrypter } from 'age-encryption';
import { execFileSync, fork } from 'node:child_process';
import { createHash, generateKeyPairSync, sign } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import type { HubId, PersonId, Sha256 } from '../../src/core/ids.ts';
import { FILE_NAME_MAX, NAME_MAX } from '../../src/core/limits.ts';
import { safeFileName } from '../../src/core/names.ts';
import {
  FILE_LIST_BYTES_MAX,
  MANIFEST_BYTES_MAX,
  PASSPHRASE_DIGITS,
  passphraseMeant,
  PORTFOLIO_FILES_MAX,
  PORTFOLIO_VERSION,
  shownPassphrase,
  type ListedFile,
  type Manifest,
} from '../../src/core/portfolio.ts';
import {
  AGE_HEADER_BYTES_MAX,
  kindOf,
  lookInto,
  newIdentity,
  PortfolioError,
  recipientOf,
  SCRYPT_LOG_N,
  SCRYPT_LOG_N_MAX,
  troubleOf,
  unpackPortfolio,
  writePortfolio,
  type Key,
  type Lock,
} from '../../src/main/portfolio-file.ts';
import { MEMBER_BYTES_MAX, TarReader, tarOf, type Source } from '../../src/main/portfolio-tar.ts';
import { newPassphrase } from '../../src/renderer/portfolio/carrying.ts';
import { bytesOf, scratchDir } from './scratch.ts';
import { sha256Of } from './scripted-hub.ts';

vi.setConfig({ testTimeout: 90_000 });

const still = () => ({ signal: new AbortController().signal, onBytes: () => {} });
const { privateKey, publicKey } = generateKeyPairSync('ed25519');
const signingKey = privateKey.export({ format: 'der', type: 'pkcs8' }).toString('base64');
const key = publicKey.export({ format: 'der', type: 'spki' }).toString('base64');
let identity: string;
let recipient: string;
beforeAll(async () => {
  identity = await newIdentity();
  recipient = await recipientOf(identity);
});

const HUB = '01890000-0000-7000-8000-000000000001' as HubId;
const says = () => ({
  format: 'parta-portfolio' as const,
  version: PORTFOLIO_VERSION as 1,
  pairId: '01890000-0000-7000-8000-000000000009',
  number: 1,
  taken: [],
  madeAt: 1,
  maker: 'Кабинет 12',
  hubId: HUB,
  hubName: 'Школа',
  personId: HUB as string as PersonId,
  key,
  recipient,
  introduction: null,
  facts: { classes: [], works: 0, commands: 0, leftBehind: 0 },
});
const LINES = '{"me":1}\n{"log":2}\n';

/** A portfolio with two files inside and one that is missing. */
async function packed(dir = scratchDir(), lock: Lock = { recipient }) {
  const bytes = [bytesOf(90_000, 2), bytesOf(200_000, 3)];
  const files = [...bytes, Buffer.from('away')].map((one, n) => {
    const sha256 = sha256Of(one) as Sha256;
    const path = join(dir, `file-${n}`);
    writeFileSync(path, one);
    const file = {
      fileId: String(n).repeat(32),
      name: `Работа ${n}.docx`,
      sizeBytes: one.length,
      sha256,
      mediaType: '',
    };
    return { file: { ...file, isUpload: false } as Omit<ListedFile, 'isInside'>, path: n < 2 ? path : null };
  });
  const contentPath = join(dir, 'content.ndjson');
  writeFileSync(contentPath, LINES);
  const folder = join(dir, 'stick');
  mkdirSync(folder, { recursive: true });
  const work = { folder, title: 'Портфель', lock, signingKey, says: says(), contentPath, files };
  return { work, bytes, dir, ...(await writePortfolio(work, still())) };
}

/** Takes one out, and says which files came and lay there. */
async function unpack(path: string, by: Key = { identities: [identity] }, more: { contentBytesMax?: number } = {}) {
  const dir = join(scratchDir(), 'out');
  const came: string[] = [];
  const { manifestHash } = await lookInto(path, by, still());
  const host = {
    listed: async () => [],
    came: async (sha256: Sha256, from: string) => {
      expect(sha256Of(readFileSync(from))).toBe(sha256);
      came.push(sha256);
    },
  };
  const out = await unpackPortfolio({ path, key: by, manifestHash, dir, ...more }, host, still()).catch(
    (error: unknown) => {
      throw Object.assign(error as Error, { came });
    },
  );
  return { ...out, came };
}
const troubleIn = (work: Promise<unknown>) =>
  work.then(
    () => 'well',
    (error: unknown) => troubleOf(error),
  );

describe('a portfolio', () => {
  it('comes out as it went in, for the computer that it was sealed for and for nobody else', async () => {
    const { path, bytes } = await packed();
    expect(await kindOf(path)).toMatchObject({ needsPassphrase: false });
    const { came, manifest, contentPath, files } = await unpack(path);
    expect(readFileSync(contentPath, 'utf8')).toBe(LINES);
    expect(came).toEqual(bytes.map((one) => sha256Of(one)));
    expect(manifest).toMatchObject({ files: 2, bytes: 290_000, missing: 1, maker: 'Кабинет 12' });
    expect(files.map(({ isInside }) => isInside)).toEqual([true, true, false]);
    expect(await troubleIn(unpack(path, { identities: [await newIdentity()] }))).toBe('other');
  });

  it('opens with its password, typed as people type it, and with no other', async () => {
    const passphrase = newPassphrase();
    expect(passphrase).toMatch(new RegExp(`^\\d{${PASSPHRASE_DIGITS}}$`));
    const { path } = await packed(scratchDir(), { passphrase });
    expect(await kindOf(path)).toMatchObject({ needsPassphrase: true });
    expect(readFileSync(path).subarray(0, 200).toString('latin1')).toContain(` ${SCRYPT_LOG_N}\n`);
    const typed = passphraseMeant(` ${shownPassphrase(passphrase).replace(' ', '-')} `);
    expect((await unpack(path, { passphrase: typed })).came).toHaveLength(2);
    expect(await troubleIn(unpack(path, { passphrase: '0'.repeat(16) }))).toBe('passphrase');
    expect(shownPassphrase('1234567890123456')).toBe('1234 5678 9012 3456');
  });

  it('is a plain age file around a plain tar: other tools open it', async () => {
    const { path } = await packed();
    const { Decrypter } = await import('age-encryption');
    const age = new Decrypter();
    age.addIdentity(identity);
    const tar = join(scratchDir(), 'plain.tar');
    writeFileSync(tar, await age.decrypt(readFileSync(path)));
    const names = execFileSync('tar', ['-tf', tar]).toString().trim().split('\n');
    expect(names.slice(0, 4)).toEqual(['manifest.json', 'manifest.sig', 'content.gz', 'files.list']);
    expect(names).toHaveLength(6);
  });

  it('under a name as long as a device may have one: cut to what a disk takes', async () => {
    const { work } = await packed();
    const title = safeFileName(`Портфель – ${'я'.repeat(NAME_MAX)} – 2026-11-23`);
    const names = [];
    for (let n = 0; n < 2; n += 1) names.push(basename((await writePortfolio({ ...work, title }, still())).path));
    expect(names.every((name) => Buffer.byteLength(name) <= FILE_NAME_MAX && name.endsWith('.parta'))).toBe(true);
    expect(names[1]).toContain(' (2).parta');
  });

  it('never lies over another file, and leaves nothing half written', async () => {
    const one = await packed();
    const two = await writePortfolio(one.work, still());
    expect(two.path).not.toBe(one.path);
    expect(readdirSync(one.work.folder).sort()).toEqual(['Портфель (2).parta', 'Портфель.parta'].sort());
  });
});

describe('what happened to it on the way', () => {
  it('a byte that is another one, anywhere: nothing of it is called good', async () => {
    const { path, bytes } = await packed();
    const good = readFileSync(path);
    const header = good.indexOf('\n--- ');
    const good2 = new Set(bytes.map((one) => sha256Of(one)));
    const places = [3, 25, 60, header + 8, header + 60, header + 100, 1_000, 70_000, 150_000, good.length - 2_000, good.length - 1]; // prettier-ignore
    for (const at of places) {
      const bad = Buffer.from(good);
      bad[at] = bad[at]! ^ 0x01;
      writeFileSync(path, bad);
      const thrown = await unpack(path).then(
        () => null,
        (error: Error & { came?: string[] }) => error,
      );
      expect(['not-portfolio', 'damaged', 'other'], `byte ${at}`).toContain(troubleOf(thrown));
      for (const came of thrown?.came ?? []) expect(good2.has(came)).toBe(true);
    }
  });

  it('cut short at any place', async () => {
    const { path } = await packed();
    const whole = readFileSync(path);
    for (const length of [whole.length - 1, whole.length - 1_024, 150_000, 65_700, 400, 120, 10, 0]) {
      writeFileSync(path, whole);
      truncateSync(path, length);
      expect(['damaged', 'not-portfolio'], `${length} bytes`).toContain(await troubleIn(unpack(path)));
    }
  });

  it('something is written after its end', async () => {
    const { path } = await packed();
    writeFileSync(path, Buffer.concat([readFileSync(path), Buffer.from('x')]));
    expect(await troubleIn(unpack(path))).toBe('damaged');
  });

  it('another one under the same name, between the look and the taking', async () => {
    const { path, dir } = await packed();
    const { manifestHash } = await lookInto(path, { identities: [identity] }, still());
    const other = await packed(join(dir), { recipient });
    const host = { listed: async () => [], came: async () => {} };
    const work = {
      path: other.path,
      key: { identities: [identity] },
      manifestHash: manifestHash.replace(/^./, 'x'),
      dir: join(dir, 'o'),
    };
    expect(await troubleIn(unpackPortfolio(work, host, still()))).toBe('damaged');
  });

  it('a file of the library that the disk has spoiled is not carried on, and named', async () => {
    const { work } = await packed();
    const [first] = work.files;
    writeFileSync(first!.path!, bytesOf(90_000, 77));
    rmSync(join(work.folder, 'Портфель.parta'));
    await expect(writePortfolio(work, still())).rejects.toMatchObject({
      trouble: 'spoiled',
      sha256: first!.file.sha256,
    });
    expect(readdirSync(work.folder)).toEqual([]);
  });
});

/** An archive of somebody's own making, sealed for us and signed by the key that it names. */
async function forged(
  change: (made: { manifest: Manifest; list: ListedFile[]; members: Source[]; content: Buffer }) => void,
) {
  const bytes = bytesOf(50_000, 4);
  const sha256 = sha256Of(bytes) as Sha256;
  const made = {
    manifest: { ...says(), files: 1, bytes: bytes.length, missing: 0 } as unknown as Manifest,
    list: [{ fileId: '0'.repeat(32), name: 'a', sizeBytes: bytes.length, sha256, mediaType: '', isInside: true, isUpload: false }] as unknown as ListedFile[], // prettier-ignore
    members: [{ name: `files/${sha256}`, sizeBytes: bytes.length, bytes: [bytes] }] as Source[],
    content: gzipSync(LINES),
  };
  change(made);
  const list = Buffer.from(made.list.map((one) => `${JSON.stringify(one)}\n`).join(''));
  const of = (part: Buffer) => ({ sha256: createHash('sha256').update(part).digest('hex'), sizeBytes: part.length });
  const manifest = Buffer.from(
    JSON.stringify(Object.assign({ content: of(made.content), list: of(list) } as object, made.manifest)),
  );
  const signature = sign(null, manifest, privateKey);
  const fixed = [
    ['manifest.json', manifest],
    ['manifest.sig', signature],
    ['content.gz', made.content],
    ['files.list', list],
  ] as const;
  const members = [...fixed.map(([name, part]) => ({ name, sizeBytes: part.length, bytes: [part] })), ...made.members];
  const chunks: Uint8Array[] = [];
  for await (const chunk of tarOf(members)) chunks.push(chunk);
  const age = new Encrypter();
  age.addRecipient(recipient);
  const path = join(scratchDir(), 'x.parta');
  writeFileSync(path, await age.encrypt(Buffer.concat(chunks)));
  return path;
}

describe('one that means ill', () => {
  it('is taken where nothing was changed', async () => {
    expect((await unpack(await forged(() => {}))).came).toHaveLength(1);
  });
  const WRONG: Record<string, Parameters<typeof forged>[0]> = {
    'a file that no list names': ({ members }) => void members.push({ name: `files/${'0'.repeat(64)}`, sizeBytes: 1, bytes: [Buffer.from('x')] }), // prettier-ignore
    'a file twice': ({ members }) => void members.push(members[0]!),
    'a file that is not there': ({ members }) => void members.pop(),
    'other bytes than its hash': ({ members }) => void (members[0] = { ...members[0]!, bytes: [bytesOf(50_000, 9)] }),
    'another length than the list says': ({ list }) => void (list[0] = { ...list[0]!, sizeBytes: 49_999 }),
    'fewer files than the list says': ({ manifest }) => void (manifest.files = 2),
    'another name': ({ members }) => void (members[0] = { ...members[0]!, name: 'etc/passwd' }),
    'content that is no gzip': (made) => void (made.content = Buffer.from('nothing')),
    'other content than the manifest says': ({ manifest }) => void Object.assign(manifest, { content: { sha256: '0'.repeat(64), sizeBytes: gzipSync(LINES).length } }), // prettier-ignore
    'a list that is none': ({ list }) => void (list[0] = { name: 'x' } as unknown as ListedFile),
  };
  it.each(Object.keys(WRONG))('%s', async (name) => {
    expect(await troubleIn(unpack(await forged(WRONG[name]!)))).toBe('damaged');
  });

  it('of a newer version asks for an update; of none is no portfolio; under another signature is refused', async () => {
    const newer = await forged(
      ({ manifest }) => void Object.assign(manifest, { version: PORTFOLIO_VERSION + 1, facts: 'other' }),
    );
    expect(await troubleIn(lookInto(newer, { identities: [identity] }, still()))).toBe('newer');
    const none = await forged(({ manifest }) => void Object.assign(manifest, { format: 'else' }));
    expect(await troubleIn(lookInto(none, { identities: [identity] }, still()))).toBe('not-portfolio');
    const other = generateKeyPairSync('ed25519').publicKey.export({ format: 'der', type: 'spki' }).toString('base64');
    const signed = await forged(({ manifest }) => void (manifest.key = other));
    expect(await troubleIn(lookInto(signed, { identities: [identity] }, still()))).toBe('signer');
  });

  it('its limits: a little that would become very much, a long manifest, a long list, many files, a long header', async () => {
    const swollen = await forged((made) => void (made.content = gzipSync(Buffer.alloc(3_000_000))));
    expect(await troubleIn(unpack(swollen, undefined, { contentBytesMax: 1_000_000 }))).toBe('too-large');
    const long = await forged(({ manifest }) => void Object.assign(manifest, { more: 'x'.repeat(MANIFEST_BYTES_MAX) }));
    expect(await troubleIn(unpack(long))).toBe('too-large');
    const endless = await forged(({ list }) => void (list[0]!.name = 'x'.repeat(FILE_LIST_BYTES_MAX)));
    expect(await troubleIn(unpack(endless))).toBe('too-large');
    const many = await forged(({ list }) => {
      const one = { ...list[0]!, isInside: false };
      for (let n = 0; n < PORTFOLIO_FILES_MAX; n += 1) list.push(one);
    });
    expect(await troubleIn(unpack(many))).toBe('too-large');
    const path = join(scratchDir(), 'long.parta');
    writeFileSync(path, `age-encryption.org/v1\n-> ${'x'.repeat(AGE_HEADER_BYTES_MAX)}\n--- x\n`);
    expect(await troubleIn(kindOf(path))).toBe('not-portfolio');
    // A password that would cost more memory to try than a computer may have.
    const dear = join(scratchDir(), 'dear.parta');
    writeFileSync(dear, `age-encryption.org/v1\n-> scrypt ${'A'.repeat(22)} ${SCRYPT_LOG_N_MAX + 1}\n${'A'.repeat(43)}\n--- ${'A'.repeat(43)}\n`); // prettier-ignore
    expect(await troubleIn(kindOf(dear))).toBe('not-portfolio');
    const tar = new TarReader(tarOf([{ name: 'files.list', sizeBytes: 20, bytes: [Buffer.alloc(20)] }]));
    await tar.next();
    await expect(tar.whole(19)).rejects.toThrow('too-large');
    expect(FILE_LIST_BYTES_MAX).toBeGreaterThan(PORTFOLIO_FILES_MAX * 500);
  });
});

describe('its tar', () => {
  const of = async (...members: Source[]) => {
    const chunks: Uint8Array[] = [];
    for await (const chunk of tarOf(members)) chunks.push(chunk);
    return Buffer.concat(chunks);
  };
  async function read(bytes: Buffer, step = 700): Promise<string[]> {
    async function* pieces() {
      for (let at = 0; at < bytes.length; at += step) yield bytes.subarray(at, at + step);
    }
    const tar = new TarReader(pieces());
    const found: string[] = [];
    for (let member = await tar.next(); member; member = await tar.next()) {
      let size = 0;
      for await (const chunk of tar.bytes()) size += chunk.length;
      found.push(`${member.name} ${member.sizeBytes} ${size}`);
    }
    return found;
  }
  const one = { name: 'a.b', sizeBytes: 513, bytes: [Buffer.alloc(513, 1)] };

  it('comes back in whatever pieces it is read', async () => {
    const bytes = await of(
      one,
      { name: 'files/00', sizeBytes: 0, bytes: [] },
      { name: 'c', sizeBytes: 512, bytes: [Buffer.alloc(512)] },
    );
    for (const step of [1, 511, 512, 513, 10_000])
      expect(await read(bytes, step)).toEqual(['a.b 513 513', 'files/00 0 0', 'c 512 512']);
  });

  it('knows plain files under plain names only', async () => {
    const good = await of(one);
    const changed = (at: number, text: string) => {
      const bytes = Buffer.from(good);
      bytes.write(text, at, 'latin1');
      // With its sum made right again, as a forger would.
      let sum = 8 * 32;
      for (let n = 0; n < 512; n += 1) if (n < 148 || n >= 156) sum += bytes[n]!;
      bytes.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
      return bytes;
    };
    for (const [at, text] of [
      [156, '2'], // a symbolic link
      [157, '/etc/passwd'],
      [156, '5'], // a folder
      [0, '../x\0'],
      [0, '/abs\0'],
      [0, 'C:x\0'],
      [0, 'UPPER\0'],
      [124, '77777777777\0'],
      [124, '-0000001000\0'],
      [257, 'pax  '],
      [345, 'prefix'],
    ] as const)
      await expect(read(changed(at, text)), text).rejects.toThrow('bad-request');
    const sum = Buffer.from(good);
    sum.write('000000', 148);
    await expect(read(sum)).rejects.toThrow('bad-request');
    await expect(read(good.subarray(0, 900))).rejects.toThrow('bad-request');
    await expect(read(Buffer.concat([good, Buffer.alloc(512)]))).rejects.toThrow('bad-request');
  });

  it('is not written under other names, nor with other lengths than it said', async () => {
    for (const name of ['../x', 'A', 'a//b', '.a', 'x'.repeat(100)])
      await expect(of({ ...one, name })).rejects.toThrow('bad-request');
    await expect(of({ ...one, sizeBytes: MEMBER_BYTES_MAX + 1 })).rejects.toThrow('bad-request');
    for (const sizeBytes of [512, 514]) await expect(of({ ...one, sizeBytes })).rejects.toThrow('file-changed');
  });
});

describe('disks and memory', () => {
  const canMount = (() => {
    try {
      execFileSync('mount', ['--version']);
      return process.getuid?.() === 0;
    } catch {
      return false;
    }
  })();

  it.runIf(canMount)('a stick that is full, or too full for what comes out, is said and left clean', async () => {
    const { work, path } = await packed();
    const stick = scratchDir();
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=128k', 'tmpfs', stick]);
    try {
      expect(await troubleIn(writePortfolio({ ...work, folder: stick }, still()))).toBe('full');
      expect(readdirSync(stick)).toEqual([]);
      const by = { identities: [identity] };
      const { manifestHash } = await lookInto(path, by, still());
      const host = { listed: async () => [], came: async () => {} };
      expect(await troubleIn(unpackPortfolio({ path, key: by, manifestHash, dir: join(stick, 'out') }, host, still()))).toBe('full'); // prettier-ignore
    } finally {
      execFileSync('umount', [stick]);
    }
  });

  it('a folder that is gone, or a file that is, is said', async () => {
    const { work, path } = await packed();
    expect(await troubleIn(writePortfolio({ ...work, folder: join(work.folder, 'pulled out') }, still()))).toBe('gone');
    rmSync(path);
    expect(await troubleIn(kindOf(path))).toBe('gone');
    expect(troubleOf(Object.assign(new Error('x'), { code: 'EROFS' }))).toBe('no-place');
    expect(troubleOf(Object.assign(new Error('x'), { code: 'EFBIG' }))).toBe('too-large');
    expect(troubleOf(new PortfolioError('signer'))).toBe('signer');
  });

  it.runIf(process.platform === 'linux')('opens its files one after the other, however many go along', async () => {
    const { work, dir } = await packed();
    const files = Array.from({ length: 300 }, (_, n) => {
      const bytes = bytesOf(10_000, 100 + n);
      const path = join(dir, `many-${n}`);
      writeFileSync(path, bytes);
      return { file: { ...work.files[0]!.file, sha256: sha256Of(bytes) as Sha256, sizeBytes: bytes.length }, path };
    });
    const open = () => readdirSync('/proc/self/fd').length;
    const seen: number[] = [];
    const before = open();
    await writePortfolio(
      { ...work, files },
      { signal: still().signal, onBytes: () => void seen.push(open() - before) },
    );
    expect(seen.length).toBeGreaterThan(2);
    expect(Math.max(...seen)).toBeLessThan(20);
  });

  it('stops where it is told to, and nothing stays', async () => {
    const { work } = await packed();
    rmSync(join(work.folder, 'Портфель.parta'));
    const abort = new AbortController();
    const progress = { signal: abort.signal, onBytes: () => abort.abort() };
    const big = join(work.folder, '..', 'big');
    const bytes = bytesOf(6_000_000, 8);
    writeFileSync(big, bytes);
    const file = { ...work.files[0]!.file, sha256: sha256Of(bytes) as Sha256, sizeBytes: bytes.length };
    expect(await troubleIn(writePortfolio({ ...work, files: [{ file, path: big }] }, progress))).toBe('cancelled');
    expect(readdirSync(work.folder)).toEqual([]);
    expect(existsSync(`${work.contentPath}.gz`)).toBe(false);
  });

  it('300 MB take no more memory than 10, there and back', async () => {
    const run = (sizeBytes: number) =>
      new Promise<number>((resolve, reject) => {
        const child = fork(join(import.meta.dirname, 'portfolio-child.ts'), [scratchDir(), String(sizeBytes)]);
        onTestFinished(() => void child.kill());
        child.once('message', (peakBytes) => resolve(peakBytes as number));
        child.once('exit', () => reject(new Error('it ended early')));
      });
    const small = await run(10_000_000);
    const large = await run(300_000_000);
    expect(large - small).toBeLessThan(48 * 1024 ** 2);
  });
});
