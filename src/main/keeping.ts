/**
 * Which files stay on this computer. The page says what each class names and what unsent work needs; here it is decided what is
 * fetched and what may go. Promises: everything a class names is fetched while there is room within the quota and above the floor
 * of free disk; a pinned class is fetched whatever the quota; when there is no room, the files opened longest ago go first, and
 * only those that a log names (so that their hub has them, S15), that no pinned class names, and that nothing unsent needs:
 * neither the queue, nor what the page holds; what a class does not name never goes by itself; before every server's page has said
 * what it holds, nothing goes at all. A damaged file is fetched again from whoever has it, or named. Hides: the index, the quiet
 * check of all files.
 */
import type { FileId, LogId, Sha256 } from '../core/ids.ts';
import { PartaError, codeOf } from '../core/errors.ts';
import type { FileRef } from '../core/wire.ts';
import type { DamagedFile, Freed, HeldId, KeptClass, Storage, Transfer } from '../preload/contract.ts';
import { FREE_DISK_FLOOR_BYTES } from '../preload/contract/channels.ts';
import { readIndex, writeIndex, type IndexedClass } from './kept-index.ts';
import type { Library, LibraryNews, Stored } from './library.ts';
import type { Log } from './log.ts';
import { roomPlan, type RoomPlan } from './room-plan.ts';

/** Every file is read and compared with its hash so often, while nobody uses the computer, and no faster than this. */
export const CHECK_EVERY_MS = 30 * 24 * 60 * 60_000;
export const CHECK_BYTES_PER_SECOND = 8 * 1024 ** 2;
/** How often it is looked whether nobody uses the computer. */
export const CHECK_LOOK_MS = 30_000;
/** Small facts (opened, checked, new files) are written together, with all the rest: a full index takes megabytes. */
export const SAVE_MS = 30_000;
/** How often pages hear of it. */
export const TELL_MS = 500;
/** A page that has asked hears all news for so long; it asks again while it shows them. */
export const LISTEN_MS = 60_000;

export interface Keeping {
  read(): Promise<Storage>;
  /** All classes of a server: what was known of others is forgotten. Their files stay, loose. */
  classes(serverId: string, logIds: readonly LogId[]): void;
  /** Everything that a class's log names, newest first. Fetches what should be here. */
  keep(serverId: string, logId: LogId, title: string, files: readonly FileRef[]): Promise<void>;
  /** Everything that unsent work of a server needs, by file or by hash. */
  hold(serverId: string, ids: readonly HeldId[]): void;
  /** @throws PartaError `no-such-class` */
  pin(serverId: string, logId: LogId, isPinned: boolean): Promise<void>;
  /** @throws PartaError `no-such-class`, `not-allowed` (pinned), `busy` (a page has not said yet what it holds) */
  free(serverId: string, logId: LogId): Promise<Freed>;
  /** Fetches what was freed or let go, as far as there is room. @throws PartaError `no-such-class` */
  restore(serverId: string, logId: LogId): Promise<void>;
  /** Takes away what nobody names and nothing unsent needs. @throws PartaError `busy` */
  freeLoose(): Promise<Freed>;
  /** Somebody asked for them: they are to be here from now on. */
  wanted(files: readonly FileRef[]): void;
  opened(sha256: Sha256): void;
  /** The quota is another. */
  quotaChanged(): Promise<void>;
  transfersChanged(list: readonly Transfer[]): void;
  /** Begins checking every file now, at full speed, or stops that. */
  check(isRunning: boolean): void;
  dismiss(sha256: Sha256): void;
  dropServer(serverId: string): void;
  close(): Promise<void>;
}

export interface KeepingOptions {
  dir: string;
  library: Library;
  transfers: {
    list(): readonly Transfer[];
    download(serverId: string, files: readonly FileRef[], isWanted?: boolean): Promise<void>;
  };
  /** Ids of all servers that this installation has signed in to. */
  servers(): readonly string[];
  /** null: all but the floor. */
  quotaBytes(): number | null;
  floorBytes?: number;
  /** Nobody uses the computer. */
  isIdle(): boolean;
  onChange(storage: Storage): void;
  /** Files that are not here any more. */
  onGone(hashes: Sha256[]): void;
  log: Log;
  now?: () => number;
  lookMs?: number;
}

export async function openKeeping(options: KeepingOptions): Promise<Keeping> {
  const { dir, library, transfers, log, floorBytes = FREE_DISK_FLOOR_BYTES, now = Date.now } = options;
  const index = await readIndex(dir, log);
  const away = new Set(index.away);
  /** What unsent work of each server needs; absent until its page has spoken in this run. */
  const held = new Map<string, ReadonlySet<HeldId>>();
  /** The classes that each server's page told of in this run, and those that have said what they name. */
  const classesOf = new Map<string, readonly LogId[]>();
  const spoken = new Set<string>();
  /** For want of room; worked out anew whenever something changes. */
  const roomless = new Set<Sha256>();
  /** Who was asked for a damaged file already, in this run. */
  const askedFor = new Map<Sha256, Set<FileId>>();
  /** Damaged files that are just being queued again: what the list says of them is old. */
  const asking = new Set<Sha256>();
  let isClosed = false;

  const find = (serverId: string, logId: LogId): IndexedClass | undefined =>
    index.classes.find((one) => one.serverId === serverId && one.logId === logId);
  const named = (serverId: string, logId: LogId): IndexedClass => {
    const found = find(serverId, logId);
    if (!found) throw new PartaError('no-such-class');
    return found;
  };

  // ── its memory, and who hears of it ──────────────────────────────────────────────────────────────────────────────────

  let writing: Promise<void> = Promise.resolve();
  let saveTimer: NodeJS.Timeout | undefined;
  function save(): Promise<void> {
    clearTimeout(saveTimer);
    saveTimer = undefined;
    writing = writing.then(() => writeIndex(dir, { ...index, away: [...away] }));
    // What is not on disk yet is told again by the page, or only saves a check.
    writing = writing.catch((error: unknown) => log.failure('keeping-failed', error));
    return writing;
  }
  let listenedUntil = 0;
  let tellTimer: NodeJS.Timeout | undefined;
  function changed(): void {
    if (isClosed) return;
    saveTimer ??= setTimeout(() => void save(), SAVE_MS);
    tellSoon();
  }
  /** @param isNews also for a page that has not asked lately */
  function tellSoon(isNews = false): void {
    if (isClosed || (!isNews && now() > listenedUntil)) return;
    tellTimer ??= setTimeout(() => {
      tellTimer = undefined;
      read().then(
        (storage) => void (isClosed || options.onChange(storage)),
        (error: unknown) => log.failure('keeping-failed', error),
      );
    }, TELL_MS);
  }

  // ── who needs what ───────────────────────────────────────────────────────────────────────────────────────────────────

  /** Hashes that must stay, whoever would like the room. */
  function needed(): Set<Sha256> {
    const hashOf = new Map<string, Sha256>();
    const isConfirmed = new Set<FileId>();
    for (const { files } of index.classes) {
      for (const { fileId, sha256 } of files) {
        hashOf.set(fileId, sha256);
        isConfirmed.add(fileId);
      }
    }
    const needs = new Set<Sha256>();
    for (const { direction, state, fileId, sha256 } of transfers.list()) {
      if (sha256 === null) continue;
      hashOf.set(fileId, sha256);
      // An upload is needed until a log names it: before, its hub may not have it, or nothing that was sent names it yet.
      if (state !== 'done' || (direction === 'up' && !isConfirmed.has(fileId))) needs.add(sha256);
    }
    for (const ids of held.values()) {
      for (const id of ids) {
        const sha256 = hashOf.get(id) ?? (id.length === 64 ? (id as Sha256) : null);
        if (sha256) needs.add(sha256);
      }
    }
    return needs;
  }
  /** Every page has said what it holds; before, nobody knows what may go. */
  const knowsHeld = () => held.size > 0 && options.servers().every((serverId) => held.has(serverId));
  /** Every class has said what it names; before, nobody knows what is loose. */
  const knowsNamed = () =>
    options.servers().every((serverId) => {
      const logIds = classesOf.get(serverId);
      return logIds?.every((logId) => spoken.has(`${serverId} ${logId}`)) === true;
    });

  /** What may make room for other files, longest unopened first. */
  function evictable(here: ReadonlyMap<Sha256, Stored>): Sha256[] {
    if (!knowsHeld()) return [];
    const stays = needed();
    const candidates = new Set<Sha256>();
    for (const { isPinned, files } of index.classes)
      for (const { sha256 } of files) (isPinned ? stays : candidates).add(sha256);
    const usedAt = (sha256: Sha256) => Math.max(index.opened[sha256] ?? 0, here.get(sha256)?.cameAt ?? 0);
    return [...candidates]
      .filter((sha256) => here.has(sha256) && !stays.has(sha256))
      .sort((a, b) => usedAt(a) - usedAt(b));
  }

  async function letGo(hashes: readonly Sha256[]): Promise<Freed> {
    const here = await library.inventory();
    const freed = { files: 0, bytes: 0 };
    for (const sha256 of hashes) {
      const bytes = here.get(sha256)?.sizeBytes ?? 0;
      try {
        await library.remove(sha256);
      } catch (error) {
        // Somebody holds it: it stays, and the others go.
        log.failure('keeping-failed', error, { sha256 });
        continue;
      }
      away.add(sha256);
      freed.files += 1;
      freed.bytes += bytes;
    }
    if (freed.files > 0) log.write('files-freed', { ...freed });
    await save();
    changed();
    return freed;
  }

  /** Bytes that may still come by themselves, within the quota and above the floor; below zero where it is too much already. */
  async function room(): Promise<{ inQuota: number; overFloor: number }> {
    let comingBytes = 0;
    for (const { direction, state, sizeBytes, doneBytes } of transfers.list())
      if (direction === 'down' && (state === 'queued' || state === 'running')) comingBytes += sizeBytes - doneBytes;
    let usedBytes = 0;
    for (const { sizeBytes } of (await library.inventory()).values()) usedBytes += sizeBytes;
    return {
      inQuota: (options.quotaBytes() ?? Infinity) - usedBytes - comingBytes,
      overFloor: (await library.freeBytes()) - floorBytes - comingBytes,
    };
  }

  /**
   * What room there is, and what may go for more.
   * @param isPinned whatever the quota
   */
  async function openPlan(isPinned = false): Promise<RoomPlan> {
    const here = await library.inventory();
    const { inQuota, overFloor } = await room();
    const mayGo = () => evictable(here).map((sha256) => ({ sha256, sizeBytes: here.get(sha256)?.sizeBytes ?? 0 }));
    return roomPlan({ inQuota: isPinned ? Infinity : inQuota, overFloor, mayGo });
  }

  /** Frees what may go where there is too much. */
  async function trim(): Promise<void> {
    const plan = await openPlan();
    plan.take(0, true);
    if (plan.go.length > 0) await letGo(plan.go);
  }

  /** One after the other: two plans would both take the same room. */
  let planning: Promise<unknown> = Promise.resolve();
  function inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = planning.then(work);
    planning = turn.catch(() => {});
    return turn;
  }

  /**
   * Queues what a class names and is not here, newest first.
   * @param fresh may make others go; the rest only fills what is free, or the oldest would drive out the newest
   */
  async function fetchMissing(of: IndexedClass, fresh: ReadonlySet<Sha256>): Promise<void> {
    const here = await library.inventory();
    const plan = await openPlan(of.isPinned);
    const coming = new Set<Sha256 | null>();
    /** Whoever else names the same bytes may have them. */
    const failed = new Set<string>();
    for (const { serverId, fileId, sha256, state, direction } of transfers.list()) {
      if (state === 'failed' && direction === 'down') failed.add(`${serverId} ${fileId}`);
      if (state !== 'failed' && state !== 'done') coming.add(sha256);
    }
    const wanted: FileRef[] = [];
    for (const file of of.files) {
      const { sha256, sizeBytes } = file;
      roomless.delete(sha256);
      if (here.has(sha256) || coming.has(sha256) || failed.has(`${of.serverId} ${file.fileId}`)) continue;
      if (away.has(sha256) && !of.isPinned) continue;
      if (!plan.take(sizeBytes, fresh.has(sha256))) {
        roomless.add(sha256);
        continue;
      }
      coming.add(sha256);
      wanted.push(file);
    }
    if (plan.go.length > 0) await letGo(plan.go);
    if (wanted.length > 0) await transfers.download(of.serverId, wanted);
  }
  const NONE: ReadonlySet<Sha256> = new Set();
  async function fetchAll(): Promise<void> {
    for (const of of [...index.classes].sort((a, b) => Number(b.isPinned) - Number(a.isPinned)))
      await fetchMissing(of, NONE);
  }

  // ── damage ───────────────────────────────────────────────────────────────────────────────────────────────────────────

  /** Everybody who names it, with his class. */
  const owners = (sha256: Sha256) =>
    index.classes.flatMap((of) => of.files.filter((file) => file.sha256 === sha256).map((file) => ({ of, file })));

  function fetchAgain(damaged: DamagedFile): void {
    const asked = askedFor.get(damaged.sha256) ?? new Set();
    askedFor.set(damaged.sha256, asked);
    const next = owners(damaged.sha256).find(({ file }) => !asked.has(file.fileId));
    if (!next) {
      damaged.state = 'lost';
      tellSoon(true);
      return;
    }
    asked.add(next.file.fileId);
    damaged.state = 'fetching';
    asking.add(damaged.sha256);
    transfers
      .download(next.of.serverId, [next.file], true)
      .catch((error: unknown) => log.failure('keeping-failed', error))
      .finally(() => {
        asking.delete(damaged.sha256);
        askOthers(transfers.list());
      });
  }
  /** Who was asked could not give it: the next one may. */
  function askOthers(list: readonly Transfer[]): void {
    if (isClosed) return;
    for (const damaged of index.damaged) {
      if (damaged.state !== 'fetching' || asking.has(damaged.sha256)) continue;
      const bringers = list.filter((one) => one.direction === 'down' && one.sha256 === damaged.sha256);
      if (bringers.length === 0 || bringers.some(({ state }) => state !== 'failed')) continue;
      fetchAgain(damaged);
      changed();
    }
  }

  function heard({ what, sha256 }: LibraryNews): void {
    if (what === 'came') {
      index.checked[sha256] = now();
      away.delete(sha256);
      roomless.delete(sha256);
      if (index.damaged.some((one) => one.sha256 === sha256)) {
        index.damaged = index.damaged.filter((one) => one.sha256 !== sha256);
        askedFor.delete(sha256);
        // What somebody holds stays there, and is nobody's trouble.
        library.dropDamaged(sha256).catch((error: unknown) => log.failure('keeping-failed', error));
      }
    } else {
      delete index.checked[sha256];
      if (what === 'gone') delete index.opened[sha256];
      options.onGone([sha256]);
    }
    if (what === 'damaged' && !index.damaged.some((one) => one.sha256 === sha256)) {
      log.write('file-damaged', { sha256 });
      const [owner] = owners(sha256);
      const upload = transfers.list().find((one) => one.sha256 === sha256);
      const name = owner?.file.name ?? upload?.name ?? '';
      const damaged: DamagedFile = { sha256, name, title: owner?.of.title ?? '', state: 'fetching' };
      index.damaged.push(damaged);
      fetchAgain(damaged);
    }
    changed();
  }
  const stopWatching = library.watch(heard);

  // ── checking ─────────────────────────────────────────────────────────────────────────────────────────────────────────

  let checking: { abort: AbortController; doneFiles: number; files: number; over: Promise<void> } | null = null;
  let isLooking = false;

  async function checkOne(sha256: Sha256, how: Parameters<Library['check']>[1]): Promise<void> {
    if (await library.check(sha256, how)) index.checked[sha256] = now();
    changed();
  }
  const isMoving = () => transfers.list().some(({ state }) => state === 'running');
  /** While nobody needs the disk: what was checked longest ago, one after the other. */
  async function look(): Promise<void> {
    if (isLooking || checking) return;
    isLooking = true;
    try {
      while (!isClosed && !checking && options.isIdle() && !isMoving()) {
        const at = (sha256: Sha256) => index.checked[sha256] ?? 0;
        const due = [...(await library.inventory()).keys()].filter((sha256) => at(sha256) <= now() - CHECK_EVERY_MS);
        if (due.length === 0) break;
        const oldest = due.reduce((a, b) => (at(b) < at(a) ? b : a));
        await checkOne(oldest, { signal: closing.signal, bytesPerSecond: CHECK_BYTES_PER_SECOND });
        if (due.length === 1) index.checkedAt = now();
      }
      await inTurn(trim);
    } catch (error) {
      if (codeOf(error) !== 'cancelled') log.failure('keeping-failed', error);
    } finally {
      isLooking = false;
    }
  }
  const closing = new AbortController();
  const lookTimer = setInterval(() => void look(), options.lookMs ?? CHECK_LOOK_MS);
  lookTimer.unref();

  async function checkAll(run: NonNullable<typeof checking>): Promise<void> {
    const hashes = [...(await library.inventory()).keys()];
    run.files = hashes.length;
    try {
      for (const sha256 of hashes) {
        if (run.abort.signal.aborted) return;
        await checkOne(sha256, { signal: run.abort.signal });
        run.doneFiles += 1;
      }
      index.checkedAt = now();
    } catch (error) {
      if (codeOf(error) !== 'cancelled') log.failure('keeping-failed', error);
    } finally {
      if (checking === run) checking = null;
      changed();
    }
  }

  // ── what is shown ────────────────────────────────────────────────────────────────────────────────────────────────────

  /** One look at everything: what is here, what must stay, and how many classes name each file. */
  async function survey() {
    const namings = new Map<Sha256, number>();
    for (const { files } of index.classes)
      for (const sha256 of new Set(files.map((file) => file.sha256)))
        namings.set(sha256, (namings.get(sha256) ?? 0) + 1);
    return { here: await library.inventory(), stays: needed(), namings };
  }
  type Survey = Awaited<ReturnType<typeof survey>>;

  /** What freeing a class would take: here, needed by nothing unsent, and named by no other class. */
  const freeable = (of: IndexedClass, { here, stays, namings }: Survey): Sha256[] =>
    [...new Set(of.files.map(({ sha256 }) => sha256))].filter(
      (sha256) => here.has(sha256) && !stays.has(sha256) && namings.get(sha256) === 1,
    );
  const loose = ({ here, stays, namings }: Survey): Sha256[] =>
    [...here.keys()].filter((sha256) => !namings.has(sha256) && !stays.has(sha256));

  async function read(): Promise<Storage> {
    const found = await survey();
    const { here, namings } = found;
    const bytesOf = (hashes: Iterable<Sha256>) => {
      let bytes = 0;
      for (const sha256 of hashes) bytes += here.get(sha256)?.sizeBytes ?? 0;
      return bytes;
    };
    const shownClass = (of: IndexedClass): KeptClass => {
      const own = new Map(of.files.map(({ sha256, sizeBytes }) => [sha256, sizeBytes]));
      const kept = [...own.keys()].filter((sha256) => here.has(sha256));
      const free = freeable(of, found);
      return {
        serverId: of.serverId,
        logId: of.logId,
        title: of.title,
        isPinned: of.isPinned,
        files: own.size,
        bytes: [...own.values()].reduce((sum, bytes) => sum + bytes, 0),
        hereFiles: kept.length,
        hereBytes: bytesOf(kept),
        since: kept.reduce<number | null>((oldest, sha256) => {
          const cameAt = here.get(sha256)?.cameAt ?? Infinity;
          return oldest === null || cameAt < oldest ? cameAt : oldest;
        }, null),
        freeableFiles: free.length,
        freeableBytes: bytesOf(free),
      };
    };
    const isAway = [...new Set([...away, ...roomless])].filter((sha256) => namings.has(sha256) && !here.has(sha256));
    const unknown = loose(found);
    return {
      hereFiles: here.size,
      hereBytes: bytesOf(here.keys()),
      freeDiskBytes: await library.freeBytes(),
      classes: index.classes.map(shownClass),
      loose: { files: unknown.length, bytes: bytesOf(unknown) },
      away: isAway.length,
      isFull: roomless.size > 0,
      damaged: index.damaged.map((one) => ({ ...one })),
      check: checking ? { doneFiles: checking.doneFiles, files: checking.files } : null,
      checkedAt: index.checkedAt,
    };
  }

  // What was being fetched again when the app ended: whoever has it is asked once more.
  for (const damaged of index.damaged) if (damaged.state === 'fetching') fetchAgain(damaged);

  return {
    read() {
      listenedUntil = now() + LISTEN_MS;
      return read();
    },

    classes(serverId, logIds) {
      classesOf.set(serverId, logIds);
      const before = index.classes.length;
      index.classes = index.classes.filter((one) => one.serverId !== serverId || logIds.includes(one.logId));
      if (index.classes.length !== before) changed();
    },

    keep: (serverId, logId, title, files) =>
      inTurn(async () => {
        const before = find(serverId, logId);
        const known = before && new Set(before.files.map(({ sha256 }) => sha256));
        const of = before ?? { serverId, logId, title, isPinned: false, files: [] };
        Object.assign(of, { title, files: [...files] });
        if (!before) index.classes.push(of);
        spoken.add(`${serverId} ${logId}`);
        // What is told of a class for the first time is its past, not its news.
        const fresh = known ? files.map(({ sha256 }) => sha256).filter((sha256) => !known.has(sha256)) : [];
        await fetchMissing(of, new Set(fresh));
        changed();
      }),

    hold(serverId, ids) {
      held.set(serverId, new Set(ids));
      tellSoon();
    },

    pin: (serverId, logId, isPinned) =>
      inTurn(async () => {
        const of = named(serverId, logId);
        of.isPinned = isPinned;
        await save();
        if (isPinned) await fetchMissing(of, NONE);
        changed();
      }),

    free: (serverId, logId) =>
      inTurn(async () => {
        const of = named(serverId, logId);
        if (of.isPinned) throw new PartaError('not-allowed');
        if (!knowsHeld()) throw new PartaError('busy');
        return letGo(freeable(of, await survey()));
      }),

    restore: (serverId, logId) =>
      inTurn(async () => {
        const of = named(serverId, logId);
        for (const { sha256 } of of.files) away.delete(sha256);
        await fetchMissing(of, NONE);
        changed();
      }),

    freeLoose: () =>
      inTurn(async () => {
        if (!knowsHeld() || !knowsNamed()) throw new PartaError('busy');
        return letGo(loose(await survey()));
      }),

    wanted(files) {
      for (const { sha256 } of files) {
        away.delete(sha256);
        roomless.delete(sha256);
      }
      changed();
    },

    opened(sha256) {
      index.opened[sha256] = now();
      changed();
    },

    quotaChanged: () =>
      inTurn(async () => {
        await trim();
        roomless.clear();
        await fetchAll();
        changed();
      }),

    transfersChanged(list) {
      askOthers(list);
      tellSoon();
    },

    check(isRunning) {
      if (!isRunning) return void checking?.abort.abort();
      if (checking) return undefined;
      const run = { abort: new AbortController(), doneFiles: 0, files: 0, over: Promise.resolve() };
      checking = run;
      run.over = checkAll(run);
      tellSoon();
      return undefined;
    },

    dismiss(sha256) {
      index.damaged = index.damaged.filter((one) => one.sha256 !== sha256);
      changed();
    },

    dropServer(serverId) {
      index.classes = index.classes.filter((one) => one.serverId !== serverId);
      held.delete(serverId);
      // What is forgotten is not to come back after a crash.
      void save();
      changed();
    },

    async close() {
      if (isClosed) return;
      isClosed = true;
      clearInterval(lookTimer);
      clearTimeout(tellTimer);
      closing.abort();
      checking?.abort.abort();
      stopWatching();
      await checking?.over;
      await planning;
      await save();
    },
  };
}
