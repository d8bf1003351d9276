/**
 * Works that are being taken in, and files that the system handed to the app: what was found under ids that mean nothing elsewhere,
 * until it is brought or given up. Promises: only what was found goes anywhere, as it was when it was found; what is brought is on
 * this computer's disk before that is said, so that a stick may be pulled out; then it goes through the queue of transfers; of works that could not be brought whole nothing stays in the queue. Hides: paths,
 * archives.
 */
import { randomUUID } from 'node:crypto';
import { lstat, realpath, stat } from 'node:fs/promises';
import { basename, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { PartaError } from '../core/errors.ts';
import { safeFileName } from '../core/names.ts';
import { INTAKE_PATHS_MAX, type Handed, type Intake } from '../preload/contract/intake.ts';
import type { ChosenFile } from '../preload/contract.ts';
import { blocksOf } from './blocks.ts';
import { scan, type Found, type Place } from './intake-scan.ts';
import { walkZip } from './intake-zip.ts';
import type { Transfers } from './transfers.ts';

/** Takings in that are open at once; the oldest is forgotten. */
export const INTAKES_MAX = 8;

type FilePlace = Extract<Place, { kind: 'file' }>;
type EntryPlace = Extract<Place, { kind: 'entry' }>;

export interface IntakesOptions {
  transfers: Pick<Transfers, 'upload' | 'intake' | 'cancel' | 'list'>;
  /** @throws PartaError `disk-full-here` where so many bytes more would leave too little. */
  needRoom(bytes: number): Promise<void>;
  /** Asks the person for folders or files; null where he thought better of it. */
  choose(what: 'folder' | 'files'): Promise<string[] | null>;
  onHanded(handed: Handed): void;
}

export interface Intakes {
  choose(what: 'folder' | 'files'): Promise<Intake | null>;
  /** @throws PartaError `file-gone` */
  scan(paths: readonly string[]): Promise<Intake>;
  /**
   * Queues found files for a server.
   * @returns in the order of the ids
   * @throws PartaError `not-found`, `file-gone`, `file-changed`, `bad-request` (a broken archive) and what the queue throws
   */
  bring(intakeId: string, serverId: string, ids: readonly string[]): Promise<ChosenFile[]>;
  end(intakeId: string): void;

  /** The system gave these to open; they join those that still wait. Paths that lead nowhere are passed over. */
  hand(paths: readonly string[]): Promise<void>;
  handed(): Handed | null;
  /** Takes them away from what waits. @throws PartaError `not-found`, and what the queue throws: then they wait again */
  uploadHanded(handedId: string, serverId: string): Promise<ChosenFile[]>;
  /** Takes them away, as {@link Intakes.uploadHanded}. @throws PartaError `not-found`, `file-gone`: then they wait again */
  scanHanded(handedId: string): Promise<Intake>;
  endHanded(handedId: string): void;
}

export function openIntakes({ transfers, needRoom, choose, onHanded }: IntakesOptions): Intakes {
  const open = new Map<string, Map<string, Found>>();
  let waiting: (Handed & { paths: string[] }) | null = null;
  let handing: Promise<unknown> = Promise.resolve();

  async function scanned(paths: readonly string[]): Promise<Intake> {
    if (paths.length === 0 || paths.length > INTAKE_PATHS_MAX) throw new PartaError('too-many');
    const { found, ...rest } = await scan(paths);
    const intakeId = randomUUID();
    const byId = new Map(found.map((one) => [randomUUID() as string, one]));
    open.set(intakeId, byId);
    for (const id of [...open.keys()].slice(0, Math.max(0, open.size - INTAKES_MAX))) open.delete(id);
    const files = [...byId].map(([id, { folders, name, modifiedAt, place }]) => ({
      id,
      folders,
      name,
      sizeBytes: place.sizeBytes,
      modifiedAt,
    }));
    return { intakeId, ...rest, files };
  }

  async function demandSame({ path, sizeBytes, mtimeMs }: FilePlace): Promise<void> {
    const now = await lstat(path).catch(() => null);
    if (!now) throw new PartaError('file-gone');
    if (!now.isFile() || now.size !== sizeBytes || now.mtimeMs !== mtimeMs) throw new PartaError('file-changed');
  }

  async function bringFile(serverId: string, place: FilePlace): Promise<ChosenFile> {
    await demandSame(place);
    await needRoom(place.sizeBytes);
    const bytes = readThrough(blocksOf(place.path), (error) => new PartaError('file-gone', { cause: error }));
    const chosen = await transfers.intake(serverId, basename(place.path), bytes);
    try {
      if (chosen.sizeBytes !== place.sizeBytes) throw new PartaError('file-changed');
      await demandSame(place);
    } catch (error) {
      await takeBack([chosen]);
      throw error;
    }
    return chosen;
  }

  /** Entries of one archive in one walk through it. @param told each with its place, as it is queued */
  async function bringEntries(
    serverId: string,
    places: readonly EntryPlace[],
    told: (place: EntryPlace, chosen: ChosenFile) => void,
  ): Promise<void> {
    const { zip, zipBytes, zipMtimeMs } = places[0]!;
    const now = await stat(zip).catch(() => null);
    if (!now) throw new PartaError('file-gone');
    if (now.size !== zipBytes || now.mtimeMs !== zipMtimeMs) throw new PartaError('file-changed');
    await needRoom(places.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0));
    const wanted = new Map(places.map((place) => [place.index, place]));
    await walkZip(zip, async (entry, bytes) => {
      const place = wanted.get(entry.index);
      if (place) {
        told(place, await transfers.intake(serverId, place.name, readThrough(await bytes(), brokenZip)));
        wanted.delete(entry.index);
      }
      return wanted.size > 0;
    });
    if (wanted.size > 0) throw new PartaError('file-changed');
  }

  /** What was queued for a work that does not come need not arrive. */
  async function takeBack(chosen: readonly ChosenFile[]): Promise<void> {
    for (const { fileId } of chosen) {
      const transfer = transfers.list().find((one) => one.fileId === fileId && one.direction === 'up');
      if (transfer && transfer.state !== 'done') await transfers.cancel(transfer.transferId).catch(() => {});
    }
  }

  /** What waits goes with whoever places it: what is handed over meanwhile waits by itself. */
  async function placing<T>(handedId: string, place: (paths: readonly string[]) => Promise<T>): Promise<T> {
    const mine = waiting;
    if (mine?.handedId !== handedId) throw new PartaError('not-found');
    waiting = null;
    try {
      return await place(mine.paths);
    } catch (error) {
      // Nobody has them: they wait again, and what came meanwhile with them.
      const { files, paths } = waiting ?? { files: [], paths: [] };
      waiting = mine;
      for (const [n, path] of paths.entries()) join(path, files[n]!);
      onHanded(toldOf(waiting));
      throw error;
    }
  }
  function join(path: string, file: Handed['files'][number]): void {
    waiting ??= { handedId: randomUUID(), files: [], paths: [] };
    if (waiting.paths.includes(path) || waiting.paths.length >= INTAKE_PATHS_MAX) return;
    waiting = { ...waiting, files: [...waiting.files, file], paths: [...waiting.paths, path] };
  }

  return {
    async choose(what) {
      const paths = await choose(what);
      return paths === null || paths.length === 0 ? null : scanned(paths);
    },
    scan: scanned,
    async bring(intakeId, serverId, ids) {
      const places = ids.map((id) => open.get(intakeId)?.get(id)?.place);
      const chosen = new Map<Place, ChosenFile>();
      try {
        const zips = new Map<string, EntryPlace[]>();
        for (const place of places) {
          if (!place) throw new PartaError('not-found');
          if (place.kind === 'file') chosen.set(place, await bringFile(serverId, place));
          else zips.set(place.zip, [...(zips.get(place.zip) ?? []), place]);
        }
        for (const entries of zips.values())
          await bringEntries(serverId, entries, (place, one) => void chosen.set(place, one));
      } catch (error) {
        await takeBack([...chosen.values()]);
        throw error;
      }
      return places.map((place) => chosen.get(place!)!);
    },
    end: (intakeId) => void open.delete(intakeId),

    hand(paths) {
      // One after the other: a system that opens ten files starts the app ten times.
      const done = handing.then(async () => {
        for (const given of paths) {
          // A link that the person himself opened means what it leads to.
          const path = await realpath(given).catch(() => null);
          const info = path === null ? null : await lstat(path).catch(() => null);
          if (path === null || !info || (!info.isFile() && !info.isDirectory())) continue;
          const isFolder = info.isDirectory();
          join(path, { name: safeFileName(basename(path)), sizeBytes: isFolder ? 0 : info.size, isFolder });
        }
        if (waiting && paths.length > 0) onHanded(toldOf(waiting));
      });
      handing = done.catch(() => undefined);
      return done;
    },
    handed: () => waiting && toldOf(waiting),
    uploadHanded: (handedId, serverId) => placing(handedId, (paths) => transfers.upload(serverId, paths)),
    scanHanded: (handedId) => placing(handedId, scanned),
    endHanded(handedId) {
      if (waiting?.handedId === handedId) waiting = null;
    },
  };
}

const toldOf = ({ handedId, files }: Handed): Handed => ({ handedId, files });

/** Bytes from elsewhere, whose end may be a failure of theirs: a stick that was pulled out, a broken archive. */
async function* readThrough(
  bytes: AsyncIterable<Uint8Array>,
  told: (error: unknown) => unknown,
): AsyncGenerator<Uint8Array> {
  try {
    yield* bytes;
  } catch (error) {
    throw told(error);
  }
}

/** A broken archive shows itself only while it is read: its words are not for people. */
const brokenZip = (error: unknown): unknown =>
  error instanceof Error && 'code' in error && !String(error.code).startsWith('Z_')
    ? error
    : new PartaError('bad-request', { cause: error });

/**
 * Files among the words that the app was started with.
 * @param cwd where it was started
 * @param skipped words before them, switches not counted: the program itself, and the app's own folder where the program runs one
 */
export function filesIn(argv: readonly string[], cwd: string, skipped: number): string[] {
  return argv
    .filter((word) => word !== '' && !word.startsWith('-'))
    .slice(skipped, skipped + INTAKE_PATHS_MAX)
    .flatMap((word) => {
      if (!/^[a-z][a-z0-9+.-]+:\/\//i.test(word)) return [resolve(cwd, word)];
      try {
        return [fileURLToPath(word)];
      } catch {
        return [];
      }
    });
}
