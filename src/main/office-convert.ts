/**
 * LibreOffice, where the teacher has it, makes PDFs of documents that nothing here can show. Promises: it works on a copy, in a profile of
 * its own that is thrown away, without macros, without links to elsewhere and with its proxy leading nowhere; one document at a
 * time, at most {@link CONVERT_MS_MAX}, at most {@link WORK_BYTES_MAX} of disk while it works; then it is ended with all its
 * children. What it made is kept by the file's hash, bounded.
 *
 * Hides: where LibreOffice lies, its switches, its habits.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { constants } from 'node:fs';
import { access, copyFile, mkdir, open, readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, extname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { PartaError } from '../core/errors.ts';
import type { Sha256 } from '../core/ids.ts';
import { patiently } from './patient-fs.ts';

export const CONVERT_MS_MAX = 60_000;
/** The copy, the profile and what comes out, together. */
export const WORK_BYTES_MAX = 48 * 1024 ** 2;
/** Larger documents are not given to it. */
export const CONVERTIBLE_BYTES_MAX = 16 * 1024 ** 2;
/** All PDFs that are kept. */
export const CONVERTED_BYTES_MAX = 200 * 1024 ** 2;
const LOOK_MS = 200;

/** What it is asked to open; nothing that another reader here can show, and nothing that could run. */
export const CONVERTIBLE: ReadonlySet<string> = new Set('.doc .rtf .odp .ppt .pptx .xls .ods'.split(' '));

export interface OfficeConverter {
  /** `made`: its pages are here; `possible`: they can be made; `none`: no LibreOffice, or no document for it. */
  state(sha256: Sha256, name: string): Promise<'made' | 'possible' | 'none'>;
  /** Makes the pages. @throws PartaError `file-gone`, `not-allowed` (not for it, or it could not), `too-large`, `disk-full-here` */
  convert(sha256: Sha256, name: string): Promise<void>;
  /** Where the pages lie once they are made. */
  path(sha256: Sha256): string;
  /** For a file that is not here any more. */
  remove(sha256: Sha256): Promise<void>;
  /** Ends what is under way, and what waits for it. */
  close(): Promise<void>;
}

export interface OfficeConverterOptions {
  /** The user's data folder; `converted` and `converting` are made below it. */
  dir: string;
  /** Where a file of the library lies; null where it is not here. */
  source(sha256: Sha256): Promise<string | null>;
  /** LibreOffice's program; null where there is none. Looked for once. */
  find?: () => Promise<string | null>;
  msMax?: number;
  workBytesMax?: number;
  keptBytesMax?: number;
}

export async function openOfficeConverter({
  dir,
  source,
  find = findOffice,
  msMax = CONVERT_MS_MAX,
  workBytesMax = WORK_BYTES_MAX,
  keptBytesMax = CONVERTED_BYTES_MAX,
}: OfficeConverterOptions): Promise<OfficeConverter> {
  const kept = join(dir, 'converted');
  const work = join(dir, 'converting');
  // Of the last run, if it was cut off. A program of it that still hangs there keeps its folder, not the app from starting.
  await clear(work);
  const closing = new AbortController();
  const pathOf = (sha256: Sha256) => join(kept, sha256.slice(0, 2), `${sha256.slice(2)}.pdf`);
  let program: Promise<string | null> | null = null;
  let queue: Promise<unknown> = Promise.resolve();
  const under = new Map<Sha256, Promise<void>>();

  async function make(sha256: Sha256, name: string): Promise<void> {
    const office = await (program ??= find());
    const from = await source(sha256);
    if (closing.signal.aborted) throw new PartaError('cancelled');
    if (from === null) throw new PartaError('file-gone');
    if (office === null || !CONVERTIBLE.has(extname(name).toLowerCase())) throw new PartaError('not-allowed');
    if ((await stat(from)).size > CONVERTIBLE_BYTES_MAX) throw new PartaError('too-large');
    const place = join(work, randomUUID());
    try {
      const made = await run(office, from, extname(name).toLowerCase(), place, closing.signal, msMax, workBytesMax);
      await thin(kept, keptBytesMax - (await stat(made)).size);
      await mkdir(dirname(pathOf(sha256)), { recursive: true });
      await rename(made, pathOf(sha256));
    } finally {
      await clear(place);
    }
  }

  return {
    path: pathOf,
    remove: (sha256) => rm(pathOf(sha256), { force: true }),
    async state(sha256, name) {
      if (!CONVERTIBLE.has(extname(name).toLowerCase())) return 'none';
      if ((await stat(pathOf(sha256)).catch(() => null))?.isFile()) return 'made';
      return (await (program ??= find())) === null ? 'none' : 'possible';
    },
    convert(sha256, name) {
      const known = under.get(sha256);
      if (known) return known;
      const mine = queue.then(() => make(sha256, name)).finally(() => under.delete(sha256));
      under.set(sha256, mine);
      queue = mine.catch(() => undefined);
      return mine;
    },
    async close() {
      closing.abort();
      await queue;
    },
  };
}

/** Windows lets go of an ended program's files a moment later. */
const clear = (folder: string) => patiently(() => rm(folder, { recursive: true, force: true })).catch(() => undefined);

/** @returns the PDF. @throws PartaError `not-allowed`, `cancelled` */
async function run(
  office: string,
  from: string,
  extension: string,
  place: string,
  closing: AbortSignal,
  msMax: number,
  bytesMax: number,
): Promise<string> {
  const profile = join(place, 'profile');
  await mkdir(join(profile, 'user'), { recursive: true });
  await writeFile(join(profile, 'user', 'registrymodifications.xcu'), PROFILE);
  const copy = join(place, `document${extension}`);
  await copyFile(from, copy, constants.COPYFILE_FICLONE);
  const child = spawn(
    office,
    [
      '--headless',
      '--norestore',
      '--nologo',
      '--nodefault',
      '--nofirststartwizard',
      `-env:UserInstallation=${pathToFileURL(profile).href}`,
      '--convert-to',
      'pdf',
      '--outdir',
      join(place, 'out'),
      copy,
    ],
    {
      cwd: place,
      stdio: 'ignore',
      windowsHide: true,
      // A group of its own: soffice is a script that starts the program that works.
      detached: process.platform !== 'win32',
      env: { ...process.env, ...NOWHERE, TMPDIR: place, TMP: place, TEMP: place },
    },
  );
  await ended(child, place, closing, msMax, bytesMax);
  const made = join(place, 'out', 'document.pdf');
  const facts = await stat(made).catch(() => null);
  if (!facts?.isFile() || facts.size > bytesMax || !(await isPdf(made))) throw new PartaError('not-allowed');
  return made;
}

/** Waits for the end, brings it about where it does not come in time or too much is written. */
function ended(
  child: ChildProcess,
  place: string,
  closing: AbortSignal,
  msMax: number,
  bytesMax: number,
): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const startedAt = Date.now();
  let isLooking = false;
  const look = async () => {
    if (isLooking) return;
    isLooking = true;
    if (Date.now() - startedAt > msMax || (await bytesBelow(place)) > bytesMax) {
      killAll(child);
      reject(new PartaError('not-allowed'));
    }
    isLooking = false;
  };
  const timer = setInterval(() => void look(), LOOK_MS);
  const close = () => {
    killAll(child);
    reject(new PartaError('cancelled'));
  };
  if (closing.aborted) close();
  closing.addEventListener('abort', close);
  child.once('error', () => reject(new PartaError('not-allowed')));
  child.once('close', () => {
    // Children that outlive the one we started are ended too.
    killAll(child);
    resolve();
  });
  return promise.finally(() => {
    clearInterval(timer);
    closing.removeEventListener('abort', close);
  });
}

function killAll({ pid }: ChildProcess): void {
  if (pid === undefined) return;
  try {
    if (process.platform === 'win32')
      spawn('taskkill', ['/PID', String(pid), '/T', '/F'], { stdio: 'ignore', windowsHide: true }).on('error', () => undefined); // prettier-ignore
    else process.kill(-pid, 'SIGKILL');
  } catch {
    // It is gone already.
  }
}

/** LibreOffice follows these as well as its own settings: a port where nobody is. */
const NOWHERE = Object.fromEntries(
  ['http_proxy', 'https_proxy', 'ftp_proxy', 'all_proxy'].map((name) => [name, 'http://127.0.0.1:9']),
);

const setting = (path: string, name: string, value: string) =>
  `<item oor:path="/org.openoffice.${path}"><prop oor:name="${name}" oor:op="fuse"><value>${value}</value></prop></item>`;
/** No macros whoever signed them, no links to anywhere, no active content, the proxy of nobody. */
const PROFILE = `<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry" xmlns:xs="http://www.w3.org/2001/XMLSchema" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">
${[
  setting('Office.Common/Security/Scripting', 'MacroSecurityLevel', '3'),
  setting('Office.Common/Security/Scripting', 'DisableMacrosExecution', 'true'),
  setting('Office.Common/Security/Scripting', 'DisableActiveContent', 'true'),
  setting('Office.Common/Security/Scripting', 'BlockUntrustedRefererLinks', 'true'),
  setting('Office.Common/Misc', 'FirstRun', 'false'),
  setting('Inet/Settings', 'ooInetProxyType', '2'),
  setting('Inet/Settings', 'ooInetHTTPProxyName', '127.0.0.1'),
  setting('Inet/Settings', 'ooInetHTTPProxyPort', '9'),
  setting('Inet/Settings', 'ooInetHTTPSProxyName', '127.0.0.1'),
  setting('Inet/Settings', 'ooInetHTTPSProxyPort', '9'),
  setting('Office.Writer/Content/Update', 'Link', '0'),
  setting('Office.Calc/Content/Update', 'Link', '1'),
].join('\n')}
</oor:items>
`;

async function isPdf(path: string): Promise<boolean> {
  const file = await open(path, 'r');
  try {
    const head = Buffer.alloc(5);
    await file.read(head, 0, 5, 0);
    return head.toString('latin1') === '%PDF-';
  } finally {
    await file.close();
  }
}

async function filesBelow(folder: string): Promise<{ path: string; sizeBytes: number; madeAt: number }[]> {
  const names = await readdir(folder, { recursive: true }).catch(() => []);
  const found = await Promise.all(
    names.map(async (name) => {
      const facts = await stat(join(folder, name)).catch(() => null);
      return facts?.isFile() ? [{ path: join(folder, name), sizeBytes: facts.size, madeAt: facts.mtimeMs }] : [];
    }),
  );
  return found.flat();
}
const bytesBelow = async (folder: string) =>
  (await filesBelow(folder)).reduce((bytes, { sizeBytes }) => bytes + sizeBytes, 0);

/** Throws the oldest PDFs away until no more than `bytes` are left. */
async function thin(folder: string, bytes: number): Promise<void> {
  const files = (await filesBelow(folder)).toSorted((a, b) => a.madeAt - b.madeAt);
  let left = files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  for (const { path, sizeBytes } of files) {
    if (left <= bytes) return;
    await rm(path, { force: true });
    left -= sizeBytes;
  }
}

/** Where LibreOffice is installed, by the paths that its installers and the Russian distributions use. */
export async function findOffice(): Promise<string | null> {
  for (const path of await knownPlaces()) {
    const isThere = await access(path, constants.X_OK).then(
      () => true,
      () => false,
    );
    if (isThere) return path;
  }
  return null;
}

async function knownPlaces(): Promise<string[]> {
  if (process.platform === 'win32')
    return [process.env['ProgramFiles'], process.env['ProgramW6432'], process.env['ProgramFiles(x86)']]
      .filter((folder) => folder !== undefined)
      .map((folder) => join(folder, 'LibreOffice', 'program', 'soffice.exe'));
  if (process.platform === 'darwin') return ['/Applications/LibreOffice.app/Contents/MacOS/soffice'];
  const own = (await readdir('/opt').catch(() => [])).filter((name) => name.startsWith('libreoffice'));
  return [
    '/usr/bin/soffice',
    '/usr/bin/libreoffice',
    '/usr/lib/libreoffice/program/soffice',
    '/usr/lib64/libreoffice/program/soffice',
    '/snap/bin/libreoffice',
    ...own.toSorted().toReversed().map((name) => join('/opt', name, 'program', 'soffice')), // prettier-ignore
  ];
}
