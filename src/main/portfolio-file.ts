/**
 * One portfolio on a disk: an `age` file around a plain tar: what it says of itself, its maker's signature of that, the logs, the list of
 * files, the files. Promises: a file stands under its name only when it is whole and synced; before the last byte has been read and
 * every hash is right, nothing of it is called good; whatever is wrong has a name of the closed list; memory stays constant whatever the
 * size, also where the file is hostile; no path comes out of it. Hides: age, tar, Ed25519, gzip. Runs in a thread of its own
 * (main/portfolio-worker): the cipher is JavaScript.
 */
import type { Decrypter, Encrypter } from 'age-encryption';
import { createHash, createPrivateKey, createPublicKey, sign, verify } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { link, lstat, mkdir, open, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { ReadableStream } from 'node:stream/web';
import { pipeline } from 'node:stream/promises';
import { createGunzip, createGzip } from 'node:zlib';
import * as z from 'zod/mini';
import { PartaError } from '../core/errors.ts';
import type { Sha256 } from '../core/ids.ts';
import {
  AnyManifest,
  CONTENT_BYTES_MAX,
  FILE_LIST_BYTES_MAX,
  ListedFile,
  Manifest,
  MANIFEST_BYTES_MAX,
  PORTFOLIO_EXTENSION,
  PORTFOLIO_FILES_MAX,
  PORTFOLIO_VERSION,
} from '../core/portfolio.ts';
import { safeFileName } from '../core/names.ts';
import { NAME_CHARS_MIN, numberedName } from '../core/tree-names.ts';
import type { PortfolioTrouble } from '../preload/contract/portfolio.ts';
import { collector } from './blocks.ts';
import { diskError, syncFolder, writeGathered } from './library.ts';
import { TarReader, tarOf, type Source } from './portfolio-tar.ts';

/** What it costs to try a password: 64 MB and a quarter of a second on a present computer; passwords made here have 53 bits. */
export const SCRYPT_LOG_N = 16;
/** A file that asks for more memory than this, 256 MB, is none of ours. */
export const SCRYPT_LOG_N_MAX = 18;
/** An age header of ours is much shorter; one that is not whole within this is none. */
export const AGE_HEADER_BYTES_MAX = 4_096;
/** Names tried beside one that is there: «Портфель (2).parta». */
export const SAME_NAME_MAX = 1_000;
const READ_BYTES = 256 * 1024;

/** Wanted seldom, so it comes when it is: the app starts without it. */
const theCipher = () => import('age-encryption');

/** A new key of one computer, by which what is sealed for it opens; and what others seal for it with. */
export const newIdentity = async (): Promise<string> => (await theCipher()).generateX25519Identity();
export const recipientOf = async (identity: string): Promise<string> =>
  (await theCipher()).identityToRecipient(identity);

export class PortfolioError extends Error {
  readonly trouble: PortfolioTrouble;
  /** Of `spoiled`: which file it is. */
  readonly sha256: Sha256 | null;
  constructor(trouble: PortfolioTrouble, options?: ErrorOptions & { sha256?: Sha256 }) {
    super(trouble, options);
    this.trouble = trouble;
    this.sha256 = options?.sha256 ?? null;
  }
}

/** What a failure is called: of the disk or of the file. `cancelled` stays what it is. */
export function troubleOf(error: unknown): PortfolioTrouble | 'cancelled' {
  if (error instanceof PortfolioError) return error.trouble;
  const known = diskError(error);
  if (known instanceof PartaError) {
    if (known.code === 'disk-full-here') return 'full';
    if (known.code === 'cancelled') return 'cancelled';
    if (known.code === 'file-gone') return 'gone';
    if (known.code === 'too-large') return 'too-large';
    return known.code === 'bad-request' ? 'damaged' : 'internal';
  }
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  if (['ENOENT', 'ENODEV', 'ENXIO', 'EIO', 'ENOTDIR'].includes(code)) return 'gone';
  if (['EACCES', 'EPERM', 'EROFS', 'EISDIR'].includes(code)) return 'no-place';
  return code === 'EFBIG' ? 'too-large' : 'internal';
}

/** How it is locked: for one computer's key, or by a password. */
export type Lock = { recipient: string } | { passphrase: string };
export type Key = { identities: readonly string[] } | { passphrase: string };

export interface Progress {
  signal: AbortSignal;
  onBytes(doneBytes: number): void;
}

// ── writing ────────────────────────────────────────────────────────────────────────────────────────────────────────────

export interface PackWork {
  /** The folder that the person chose, and the file's name without the ending. */
  folder: string;
  title: string;
  lock: Lock;
  /** By default {@link SCRYPT_LOG_N}. */
  scryptLogN?: number;
  /** PKCS#8, base64. */
  signingKey: string;
  says: Omit<Manifest, 'content' | 'list' | 'files' | 'bytes' | 'missing'>;
  /** Lines of the content, one JSON a line; a file beside it is made and removed. */
  contentPath: string;
  /** `path`: null where the bytes are not to be inside. */
  files: readonly { file: Omit<ListedFile, 'isInside'>; path: string | null }[];
}

/** @returns where it lies, and how long it is. @throws what {@link troubleOf} names */
export async function writePortfolio(
  { folder, title, lock, scryptLogN = SCRYPT_LOG_N, signingKey, says, contentPath, files }: PackWork,
  { signal, onBytes }: Progress,
): Promise<{ path: string; sizeBytes: number }> {
  const gzPath = `${contentPath}.gz`;
  const part = join(folder, `~${says.pairId.slice(0, 8)}-${says.number}.part`);
  try {
    await pipeline(createReadStream(contentPath), createGzip({ level: 6 }), createWriteStream(gzPath), { signal });
    const inside = new Map<Sha256, { file: Omit<ListedFile, 'isInside'>; path: string }>();
    for (const { file, path } of files)
      if (path !== null && !inside.has(file.sha256)) inside.set(file.sha256, { file, path });
    const list = Buffer.from(
      files.map(({ file }) => `${JSON.stringify({ ...file, isInside: inside.has(file.sha256) })}\n`).join(''),
    );
    const missing = new Set(files.flatMap(({ file }) => (inside.has(file.sha256) ? [] : [file.sha256])));
    const all = [...inside.values()];
    const manifest: Manifest = {
      ...says,
      content: await partOf(gzPath, signal),
      list: { sha256: createHash('sha256').update(list).digest('hex') as Sha256, sizeBytes: list.length },
      files: all.length,
      bytes: all.reduce((sum, { file }) => sum + file.sizeBytes, 0),
      missing: missing.size,
    };
    const told = Buffer.from(JSON.stringify(manifest));
    if (told.length > MANIFEST_BYTES_MAX || list.length > FILE_LIST_BYTES_MAX) throw new PortfolioError('too-large');
    const key = createPrivateKey({ key: Buffer.from(signingKey, 'base64'), format: 'der', type: 'pkcs8' });
    const signature = sign(null, told, key);
    const members: Source[] = [
      { name: 'manifest.json', sizeBytes: told.length, bytes: [told] },
      { name: 'manifest.sig', sizeBytes: signature.length, bytes: [signature] },
      { name: 'content.gz', sizeBytes: manifest.content.sizeBytes, bytes: readOf(gzPath) },
      { name: 'files.list', sizeBytes: list.length, bytes: [list] },
      ...all.map(({ file, path }) => ({
        name: `files/${file.sha256}`,
        sizeBytes: file.sizeBytes,
        bytes: demanding(file.sha256, readOf(path)),
      })),
    ];
    const age = new (await theCipher()).Encrypter();
    if ('recipient' in lock) age.addRecipient(lock.recipient);
    else {
      age.setScryptWorkFactor(scryptLogN);
      age.setPassphrase(lock.passphrase);
    }
    const sealed = await age.encrypt(webStream(stoppable(tarOf(members), signal)));
    const out = await open(part, 'w', 0o600);
    let sizeBytes: number;
    const collect = collector();
    let last = 0;
    try {
      sizeBytes = await writeGathered(out, 0, piecesOf(sealed), (_block, lengthBytes) => {
        collect(lengthBytes - last);
        last = lengthBytes;
        onBytes(lengthBytes);
      });
      await out.sync();
    } finally {
      await out.close();
    }
    return { path: await settle(part, folder, title), sizeBytes };
  } finally {
    await rm(gzPath, { force: true }).catch(() => {});
    await rm(part, { force: true }).catch(() => {});
  }
}

/** Its own bytes are the only ones it may bring: a file that the disk has spoiled is not carried on. */
async function* demanding(sha256: Sha256, bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const hash = createHash('sha256');
  for await (const chunk of bytes) {
    hash.update(chunk);
    yield chunk;
  }
  if (hash.digest('hex') !== sha256) throw new PortfolioError('spoiled', { sha256 });
}

async function partOf(path: string, signal: AbortSignal): Promise<{ sha256: Sha256; sizeBytes: number }> {
  const hash = createHash('sha256');
  let sizeBytes = 0;
  for await (const chunk of stoppable(readOf(path), signal)) {
    hash.update(chunk);
    sizeBytes += chunk.length;
  }
  return { sha256: hash.digest('hex') as Sha256, sizeBytes };
}

/** Puts the whole file under a name that is free, never onto something. */
async function settle(part: string, folder: string, title: string): Promise<string> {
  for (let n = 1; n <= SAME_NAME_MAX; n += 1) {
    const name = safeFileName(`${title}${PORTFOLIO_EXTENSION}`);
    const path = join(folder, numberedName(name, n, Math.max(NAME_CHARS_MIN, name.length + 8)));
    if (await lstat(path).catch(() => null)) continue;
    try {
      await link(part, path);
      await rm(part, { force: true });
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'EEXIST') continue;
      // Sticks know no links: there the name was free a moment ago.
      await rename(part, path);
    }
    await syncFolder(folder).catch(() => {});
    return path;
  }
  throw new PortfolioError('no-place');
}

// ── reading ────────────────────────────────────────────────────────────────────────────────────────────────────────────

/** What a file is by its first bytes. */
export async function kindOf(path: string): Promise<{ sizeBytes: number; needsPassphrase: boolean }> {
  const found = await stat(path);
  if (!found.isFile()) throw new PortfolioError('not-portfolio');
  const file = await open(path, 'r');
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(AGE_HEADER_BYTES_MAX), 0, AGE_HEADER_BYTES_MAX, 0);
    const start = buffer.subarray(0, bytesRead).toString('latin1');
    if (!start.startsWith('age-encryption.org/v1\n') || !start.includes('\n--- '))
      throw new PortfolioError('not-portfolio');
    const scrypt = /\n-> scrypt \S+ (\d+)\n/.exec(start);
    if (Number(scrypt?.[1] ?? 0) > SCRYPT_LOG_N_MAX) throw new PortfolioError('not-portfolio');
    return { sizeBytes: found.size, needsPassphrase: scrypt !== null };
  } finally {
    await file.close();
  }
}

export interface Looked {
  manifest: Manifest;
  /** SHA-256 of the manifest as it stands in the file: what is unpacked later must be what was looked at. */
  manifestHash: string;
}

/** Opens a portfolio and reads what it says of itself. Its signature is right by the key that it names; whose that is, is not asked here. */
export async function lookInto(path: string, key: Key, { signal, onBytes }: Progress): Promise<Looked> {
  const { tar, close } = await opened(path, key, { signal, onBytes });
  try {
    return await readManifest(tar);
  } catch (error) {
    throw damagedUnlessKnown(error, signal);
  } finally {
    await close();
  }
}

async function opened(path: string, key: Key, { signal, onBytes }: Progress) {
  await kindOf(path);
  const age = new (await theCipher()).Decrypter();
  if ('passphrase' in key) age.addPassphrase(key.passphrase);
  else for (const identity of key.identities) age.addIdentity(identity);
  const file = createReadStream(path, { highWaterMark: READ_BYTES });
  let done = 0;
  const collect = collector();
  async function* counted() {
    for await (const chunk of file) {
      done += (chunk as Buffer).length;
      collect((chunk as Buffer).length);
      onBytes(done);
      yield chunk as Uint8Array;
    }
  }
  // A file that was pulled out fails as a disk does; all else in here is the file's own fault.
  let diskFailure: unknown = null;
  file.once('error', (error) => {
    if (!isAbort(error)) diskFailure = error;
  });
  let plain: ReadableStream<Uint8Array>;
  try {
    plain = (await age.decrypt(webStream(stoppable(counted(), signal)))) as ReadableStream<Uint8Array>;
  } catch (error) {
    file.destroy();
    if (diskFailure !== null || signal.aborted) throw diskFailure ?? new PartaError('cancelled');
    const isNoMatch = error instanceof Error && /no identity matched/.test(error.message);
    throw new PortfolioError(!isNoMatch ? 'damaged' : 'passphrase' in key ? 'passphrase' : 'other', { cause: error });
  }
  const reading = piecesOf(plain);
  async function* bearing() {
    try {
      yield* reading;
    } catch (error) {
      throw diskFailure ?? damagedUnlessKnown(error, signal);
    }
  }
  return {
    tar: new TarReader(bearing()),
    close: async () => {
      file.destroy();
      await plain.cancel().catch(() => {});
    },
  };
}

async function readManifest(tar: TarReader): Promise<Looked> {
  await demand(tar, 'manifest.json');
  const told = await tar.whole(MANIFEST_BYTES_MAX);
  await demand(tar, 'manifest.sig');
  const signature = await tar.whole(64);
  const raw = parsed(told.toString('utf8'));
  const any = z.safeParse(AnyManifest, raw);
  if (!any.success) throw new PortfolioError('not-portfolio');
  if (any.data.version > PORTFOLIO_VERSION) throw new PortfolioError('newer');
  const manifest = z.safeParse(Manifest, raw);
  if (!manifest.success) throw new PortfolioError('damaged');
  if (!isSigned(told, signature, manifest.data.key)) throw new PortfolioError('signer');
  return { manifest: manifest.data, manifestHash: createHash('sha256').update(told).digest('hex') };
}

function isSigned(told: Buffer, signature: Buffer, key: string): boolean {
  try {
    return verify(
      null,
      told,
      createPublicKey({ key: Buffer.from(key, 'base64'), format: 'der', type: 'spki' }),
      signature,
    );
  } catch {
    return false;
  }
}

export interface UnpackWork {
  path: string;
  key: Key;
  /** Of {@link Looked}. */
  manifestHash: string;
  /** A folder for what comes out; made and emptied by whoever asks. */
  dir: string;
  /** By default {@link CONTENT_BYTES_MAX}. */
  contentBytesMax?: number;
}
export interface UnpackHost {
  /** The list of files, once it is known to be right. @returns hashes of which the bytes are not wanted */
  listed(files: readonly ListedFile[]): Promise<readonly Sha256[]>;
  /** A file of that hash lies whole and synced at the path, and is the host's from now on. */
  came(sha256: Sha256, path: string): Promise<void>;
}

/** Takes everything out. @returns when the last byte has been seen and all of it is right: the content lies at the path, as lines */
export async function unpackPortfolio(
  { path, key, manifestHash, dir, contentBytesMax = CONTENT_BYTES_MAX }: UnpackWork,
  host: UnpackHost,
  progress: Progress,
): Promise<{ manifest: Manifest; contentPath: string; files: ListedFile[] }> {
  const { tar, close } = await opened(path, key, progress);
  try {
    await mkdir(dir, { recursive: true });
    const looked = await readManifest(tar);
    // Another file under the same name: what the person said yes to was not this one.
    if (looked.manifestHash !== manifestHash) throw new PortfolioError('damaged');
    const { manifest } = looked;
    const contentPath = join(dir, 'content.ndjson');
    await demand(tar, 'content.gz', manifest.content.sizeBytes);
    const hash = createHash('sha256');
    const gz = join(dir, 'content.gz');
    await writeTo(gz, hashing(tar.bytes(), hash));
    if (hash.digest('hex') !== manifest.content.sha256) throw new PortfolioError('damaged');
    await pipeline(createReadStream(gz), createGunzip(), bounded(contentBytesMax), createWriteStream(contentPath), {
      signal: progress.signal,
    });
    await rm(gz, { force: true });

    await demand(tar, 'files.list', manifest.list.sizeBytes);
    const listed = await tar.whole(FILE_LIST_BYTES_MAX);
    if (createHash('sha256').update(listed).digest('hex') !== manifest.list.sha256) throw new PortfolioError('damaged');
    const files = listed
      .toString('utf8')
      .split('\n')
      .filter(Boolean)
      .map((line) => z.parse(ListedFile, parsed(line)));
    if (files.length > PORTFOLIO_FILES_MAX) throw new PortfolioError('too-large');
    const wanted = new Map(files.filter((file) => file.isInside).map((file) => [file.sha256, file.sizeBytes]));
    if (wanted.size !== manifest.files) throw new PortfolioError('damaged');
    const known = new Set(await host.listed(files));

    for (let member = await tar.next(); member !== null; member = await tar.next()) {
      const sha256 = member.name.replace(/^files\//, '') as Sha256;
      if (wanted.get(sha256) !== member.sizeBytes) throw new PortfolioError('damaged');
      wanted.delete(sha256);
      if (known.has(sha256)) continue;
      const fileHash = createHash('sha256');
      const to = join(dir, sha256);
      await writeTo(to, hashing(tar.bytes(), fileHash));
      if (fileHash.digest('hex') !== sha256) throw new PortfolioError('damaged');
      await host.came(sha256, to);
    }
    if (wanted.size > 0) throw new PortfolioError('damaged');
    return { manifest, contentPath, files };
  } catch (error) {
    throw damagedUnlessKnown(error, progress.signal);
  } finally {
    await close();
  }
}

async function demand(tar: TarReader, name: string, sizeBytes?: number): Promise<void> {
  const member = await tar.next();
  if (member?.name !== name || (sizeBytes !== undefined && member.sizeBytes !== sizeBytes))
    throw new PortfolioError('damaged');
}

/** What a cipher, a tar or a list says in words of its own is a damage; what the disk says is the disk's. */
function damagedUnlessKnown(error: unknown, signal: AbortSignal): unknown {
  if (error instanceof PortfolioError || error instanceof PartaError)
    return troubleOf(error) === 'damaged' ? new PortfolioError('damaged', { cause: error }) : error;
  const isOfSystem = error instanceof Error && 'syscall' in error;
  // Streams abort one another also where one of them fails.
  if (signal.aborted && isAbort(error)) return new PartaError('cancelled');
  return isOfSystem ? error : new PortfolioError('damaged', { cause: error });
}

const isAbort = (error: unknown) => error instanceof Error && error.name === 'AbortError';

async function writeTo(path: string, bytes: AsyncIterable<Uint8Array>): Promise<void> {
  const file = await open(path, 'w', 0o600);
  try {
    await writeGathered(file, 0, bytes, () => undefined);
    await file.datasync();
  } finally {
    await file.close();
  }
}

// ── streams ────────────────────────────────────────────────────────────────────────────────────────────────────────────

/** Opened when its turn comes: there may be more files than a process may hold open, and whoever stops reads no further. */
async function* readOf(path: string): AsyncGenerator<Uint8Array> {
  yield* createReadStream(path, { highWaterMark: READ_BYTES }) as AsyncIterable<Uint8Array>;
}

/** Node's and the DOM's stream are one thing with two types. */
type AgeStream = Parameters<Encrypter['encrypt']>[0] & Parameters<Decrypter['decrypt']>[0];
const webStream = (bytes: AsyncIterable<Uint8Array>) =>
  ReadableStream.from(bytes) as unknown as AgeStream & globalThis.ReadableStream;
const piecesOf = (stream: unknown) => stream as AsyncIterable<Uint8Array>;

async function* stoppable(bytes: AsyncIterable<Uint8Array>, signal: AbortSignal): AsyncGenerator<Uint8Array> {
  for await (const chunk of bytes) {
    if (signal.aborted) throw new PartaError('cancelled');
    yield chunk;
  }
}

async function* hashing(bytes: AsyncIterable<Uint8Array>, hash: { update(chunk: Uint8Array): unknown }) {
  for await (const chunk of bytes) {
    hash.update(chunk);
    yield chunk;
  }
}

/** A little that would become very much is none of ours. */
const bounded = (bytesMax: number) =>
  async function* (bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    let total = 0;
    for await (const chunk of bytes) {
      total += chunk.length;
      if (total > bytesMax) throw new PortfolioError('too-large');
      yield chunk;
    }
  };

function parsed(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return null;
  }
}
