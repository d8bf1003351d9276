/**
 * Portfolios of this computer: making one for a laptop that no network joins, opening one, and the keys by which the two know each
 * other. Promises: a laptop is a device of the same teacher like any other, so where a network comes after all it simply goes on; the
 * first portfolio is opened with a password and carries the laptop's own keys, every later one is sealed for the other's key and
 * signed; one by another signer, for somebody else, or older than what came already, is refused before anything is taken out; the page
 * is told only when every byte was right; what is half done lies in a folder that goes with the next start. No network is asked but
 * the hub's, once, for the first. Hides: threads, places on the disk, keys. Keeps: S15's client half (files before what names them).
 */
import { randomUUID } from 'node:crypto';
import { mkdir, open, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { codeOf, PartaError } from '../core/errors.ts';
import type { Sha256 } from '../core/ids.ts';
import { safeFileName } from '../core/names.ts';
import {
  CONTENT_BYTES_MAX,
  PASSPHRASE_MIN,
  passphraseMeant,
  PORTFOLIO_EXTENSION,
  PORTFOLIO_VERSION,
  type Manifest,
  type PortfolioFacts,
  type TakenIn,
} from '../core/portfolio.ts';
import {
  PORTFOLIO_HISTORY_MAX,
  PORTFOLIO_JOBS_MAX,
  type PortfolioFile,
  type PortfolioFor,
  type PortfolioJob,
  type PortfolioSummary,
  type Portfolios as Shown,
  type PortfolioTrouble,
  type PortfolioWeight,
} from '../preload/contract/portfolio.ts';
import type { Auth } from './auth.ts';
import { writeGathered, type Library } from './library.ts';
import type { Log } from './log.ts';
import { kindOf, PortfolioError, recipientOf, troubleOf, type Key } from './portfolio-file.ts';
import { openPairs } from './portfolio-pairs.ts';
import { runBeside, type Running } from './portfolio-thread.ts';
import type { Servers } from './servers.ts';
import type { StoredFile } from './settings.ts';
import type { Transfers } from './transfers.ts';

/** How often pages hear of bytes. */
export const PORTFOLIO_TELL_MS = 100;

export interface PortfoliosOptions {
  dir: string;
  stored: StoredFile<'portfolios'>;
  auth: Pick<Auth, 'sealText' | 'unsealText'>;
  servers: Pick<Servers, 'list' | 'adopt' | 'introduce'>;
  /** Where another computer reaches a server; '' where nobody knows. */
  addressOf(serverId: string): string;
  library: Pick<Library, 'has' | 'path' | 'adopt' | 'needRoom' | 'check'>;
  transfers: Pick<Transfers, 'adopt'>;
  deviceName: string;
  /** Ask the person; null where he thought better of it. */
  chooseFolder(): Promise<string | null>;
  chooseFile(): Promise<string | null>;
  showInFolder(path: string): void;
  onChange(shown: Shown): void;
  log: Log;
  /** What a password costs to try; by default as main/portfolio-file says. */
  scryptLogN?: number;
}

export interface Portfolios {
  read(): Shown;
  /** What of these files would go along. */
  weigh(pairId: string | null, files: readonly PortfolioFile[]): Promise<PortfolioWeight>;
  /** Asks for a folder, and signs the other computer in where it is new. null where the person thought better of it. */
  begin(request: PortfolioFor): Promise<PortfolioJob | null>;
  /** The lines of its content, as the page gives them. @throws PartaError `bad-request`, `disk-full-here`, `too-large` */
  content(jobId: string, bytes: AsyncIterable<Uint8Array>): Promise<void>;
  pack(jobId: string, facts: PortfolioFacts, files: readonly PortfolioFile[], onlyNew: boolean): Promise<void>;
  /** Asks for a file and looks what it is. */
  choose(): Promise<PortfolioJob | null>;
  /** The same for files that the system gave the app to open. */
  hand(paths: readonly string[]): Promise<void>;
  look(jobId: string, passphrase: string): Promise<PortfolioJob>;
  take(jobId: string): Promise<void>;
  /** Where the page reads the lines of one that is `ready`; null where there is none. */
  contentPath(jobId: string): string | null;
  /** The page has taken it in, or could not. */
  taken(jobId: string, taken: TakenIn | null, trouble: PortfolioTrouble | null): Promise<void>;
  stop(jobId: string): void;
  show(jobId: string): void;
  forget(jobId: string): void;
  dropServer(serverId: string): void;
  close(): Promise<void>;
}

interface Job extends PortfolioJob {
  /** Out: the chosen folder, then the file. In: the file. */
  path: string;
  dir: string;
  request: PortfolioFor | null;
  pairId: string | null;
  key: Key | null;
  manifest: Manifest | null;
  manifestHash: string;
  running: Running<unknown> | null;
  isStopped: boolean;
  over: Promise<void>;
}

/** @throws where the folder for unfinished ones cannot be made */
export async function openPortfolios(options: PortfoliosOptions): Promise<Portfolios> {
  const { stored, servers, library, log } = options;
  const root = join(options.dir, 'portfolio');
  // What the last run left half done.
  await rm(join(root, 'under-way'), { recursive: true, force: true }).catch(() => {});
  await mkdir(join(root, 'under-way'), { recursive: true });
  const jobs = new Map<string, Job>();
  const pairs = openPairs({ root, stored, auth: options.auth });

  // ── what is told ─────────────────────────────────────────────────────────────────────────────────────────────────────

  const shownJob = (job: Job): PortfolioJob => ({
    jobId: job.jobId,
    direction: job.direction,
    state: job.state,
    trouble: job.trouble,
    name: job.name,
    place: job.place,
    serverId: job.serverId,
    doneBytes: job.doneBytes,
    totalBytes: job.totalBytes,
    needsPassphrase: job.needsPassphrase,
    summary: job.summary,
    taken: job.taken,
  });
  const read = (): Shown => ({
    pairs: pairs
      .all()
      .map(({ pairId, serverId, name, isKnown, isHome }) => ({ pairId, serverId, name, isKnown, isHome })),
    jobs: [...jobs.values()].map(shownJob),
    past: stored.read('past'),
  });
  let timer: NodeJS.Timeout | undefined;
  const changed = () => {
    clearTimeout(timer);
    timer = undefined;
    options.onChange(read());
  };
  const movedTo = (job: Job) => (doneBytes: number) => {
    job.doneBytes = Math.min(doneBytes, job.totalBytes);
    timer ??= setTimeout(changed, PORTFOLIO_TELL_MS);
  };

  const IS_OVER: ReadonlySet<PortfolioJob['state']> = new Set(['done', 'failed', 'stopped']);
  function newJob(part: Pick<Job, 'direction' | 'state' | 'name' | 'place' | 'path'> & Partial<Job>): Job {
    const over = [...jobs.values()].filter((job) => IS_OVER.has(job.state));
    for (const old of over.slice(0, Math.max(0, jobs.size - PORTFOLIO_JOBS_MAX + 1))) jobs.delete(old.jobId);
    if (jobs.size >= PORTFOLIO_JOBS_MAX) throw new PartaError('busy');
    const jobId = randomUUID();
    const job: Job = {
      jobId,
      trouble: null,
      serverId: null,
      doneBytes: 0,
      totalBytes: 0,
      needsPassphrase: false,
      summary: null,
      taken: null,
      dir: join(root, 'under-way', jobId),
      request: null,
      pairId: null,
      key: null,
      manifest: null,
      manifestHash: '',
      running: null,
      isStopped: false,
      over: Promise.resolve(),
      ...part,
    };
    jobs.set(jobId, job);
    return job;
  }
  function find(jobId: string, ...states: PortfolioJob['state'][]): Job {
    const job = jobs.get(jobId);
    if (!job || !states.includes(job.state)) throw new PartaError('not-found');
    return job;
  }
  const clean = (job: Job) => rm(job.dir, { recursive: true, force: true }).catch(() => {});
  function end(job: Job, error: unknown): void {
    const trouble = job.isStopped ? 'cancelled' : troubleOf(error);
    job.running = null;
    job.state = trouble === 'cancelled' ? 'stopped' : 'failed';
    job.trouble = trouble === 'cancelled' ? null : trouble;
    if (trouble === 'internal') log.failure('call-failed', error, { call: 'portfolio.take' });
    if (error instanceof PortfolioError && error.sha256) void library.check(error.sha256).catch(() => false);
    void clean(job);
    changed();
  }

  function remember(direction: 'out' | 'in', job: Job, peer: string, facts: PortfolioFacts, files: number): void {
    const { commands, classes } = facts;
    const one = { at: Date.now(), direction, name: job.name, peer, classes: classes.length, files, commands };
    stored.write({ past: [one, ...stored.read('past')].slice(0, PORTFOLIO_HISTORY_MAX) });
  }

  // ── making one ───────────────────────────────────────────────────────────────────────────────────────────────────────

  async function pack(
    job: Job,
    facts: PortfolioFacts,
    files: readonly PortfolioFile[],
    onlyNew: boolean,
  ): Promise<void> {
    const pair = pairs.find(job.pairId)!;
    const secrets = pairs.secretsOf(pair);
    const server = servers.list().find(({ serverId }) => serverId === pair.serverId);
    if (!server) throw new PortfolioError('other');
    const there = onlyNew ? await pairs.thereOf(pair.pairId) : new Set<Sha256>();
    const listed = await Promise.all(
      files.map(async ({ file, isUpload }) => {
        const goes = (isUpload || !there.has(file.sha256)) && (await library.has(file.sha256));
        return {
          file: { ...file, isUpload },
          path: goes ? library.path(file.sha256) : null,
          isThere: there.has(file.sha256),
        };
      }),
    );
    const going = new Map(listed.flatMap(({ file, path }) => (path === null ? [] : [[file.sha256, file.sizeBytes]])));
    job.totalBytes = [...going.values()].reduce((sum, bytes) => sum + bytes, 0);
    const number = pairs.number(pair.pairId);
    const passphrase = job.request?.passphrase ?? null;
    const running = runBeside(
      {
        what: 'write',
        work: {
          folder: job.path,
          title: job.name,
          lock: passphrase === null ? { recipient: pair.peerRecipient } : { passphrase: passphraseMeant(passphrase) },
          ...(options.scryptLogN === undefined ? {} : { scryptLogN: options.scryptLogN }),
          signingKey: secrets.signingKey,
          says: {
            format: 'parta-portfolio',
            version: PORTFOLIO_VERSION,
            pairId: pair.pairId,
            number,
            taken: pair.taken,
            madeAt: Date.now(),
            maker: options.deviceName,
            hubId: server.hubId,
            hubName: server.hubName,
            personId: server.personId,
            key: pair.ownKey,
            recipient: await recipientOf(secrets.identity),
            introduction: secrets.introduction,
            facts,
          },
          contentPath: join(job.dir, 'content.ndjson'),
          // What is there already is no part of this one, and not missing.
          files: listed.filter(({ isThere, file }) => !isThere || file.isUpload),
        },
      },
      movedTo(job),
    );
    job.running = running;
    if (job.isStopped) running.stop();
    changed();
    const { path, sizeBytes } = await running.over;
    job.path = path;
    job.name = basename(path);
    job.doneBytes = job.totalBytes = sizeBytes;
    job.running = null;
    // The file is whole and in its place, whatever this computer can note of it: at worst what went along goes once more.
    const unnoted = (error: unknown) => log.failure('call-failed', error, { call: 'portfolio.pack' });
    await pairs.noteSent(pair.pairId, [...going.keys()], number).catch(unnoted);
    try {
      remember('out', job, pair.name, facts, going.size);
    } catch (error) {
      unnoted(error);
    }
    job.state = 'done';
    await clean(job);
    changed();
  }

  // ── opening one ──────────────────────────────────────────────────────────────────────────────────────────────────────

  async function openFile(path: string): Promise<PortfolioJob> {
    const name = safeFileName(basename(path));
    const job = newJob({
      direction: 'in',
      state: 'locked',
      name,
      place: safeFileName(basename(dirname(path)) || '/'),
      path,
    });
    try {
      const { sizeBytes, needsPassphrase } = await kindOf(path);
      job.totalBytes = sizeBytes;
      job.needsPassphrase = needsPassphrase;
      if (!needsPassphrase) {
        const identities = pairs.identities();
        if (identities.length === 0) throw new PortfolioError('other');
        await lookWith(job, { identities });
      }
    } catch (error) {
      end(job, error);
    }
    changed();
    return shownJob(job);
  }

  async function lookWith(job: Job, key: Key): Promise<void> {
    const running = runBeside({ what: 'look', path: job.path, key }, () => undefined);
    job.running = running;
    const { manifest, manifestHash } = await running.over;
    job.running = null;
    // Nothing stops a cipher in the middle of trying a password.
    if (job.isStopped) throw new PartaError('cancelled');
    const judged = judge(manifest);
    if (typeof judged === 'string') throw new PortfolioError(judged);
    const { madeAt, maker, hubName, facts, files, bytes, missing } = manifest;
    Object.assign(job, { key, manifest, manifestHash, pairId: manifest.pairId, state: 'looked', trouble: null });
    job.summary = { madeAt, maker, hubName, facts, files, bytes, missing, ...judged };
  }

  /** Whether this is for us, of whom we think, and news. */
  function judge(manifest: Manifest): PortfolioTrouble | Pick<PortfolioSummary, 'isFirst' | 'isUnmet' | 'isAgain'> {
    const pair = pairs.find(manifest.pairId);
    const ofHub = servers.list().find(({ hubId }) => hubId === manifest.hubId);
    if (ofHub && ofHub.personId !== manifest.personId) return 'other';
    if (pair && manifest.key === pair.ownKey) return 'own';
    if (pair && manifest.key !== pair.peerKey) return 'signer';
    if (pair && ofHub) {
      if (ofHub.serverId !== pair.serverId) return 'other';
      if (manifest.number < Math.max(0, ...pair.taken)) return 'older';
      return { isFirst: false, isUnmet: false, isAgain: pair.taken.includes(manifest.number) };
    }
    const { introduction } = manifest;
    if (!introduction) return 'other';
    const { hubId, personId } = introduction.credentials;
    if (hubId !== manifest.hubId || personId !== manifest.personId) return 'damaged';
    return { isFirst: !ofHub, isUnmet: ofHub !== undefined && !pair, isAgain: false };
  }

  async function take(job: Job): Promise<void> {
    const { manifest, manifestHash, key } = job;
    if (!manifest || !key) throw new PartaError('not-found');
    await library.needRoom(manifest.bytes + manifest.content.sizeBytes);
    const running = runBeside(
      { what: 'unpack', work: { path: job.path, key, manifestHash, dir: job.dir } },
      movedTo(job),
      {
        listed: async (files) => {
          const hashes = [...new Set(files.filter((file) => file.isInside).map((file) => file.sha256))];
          const here = await Promise.all(hashes.map((sha256) => library.has(sha256)));
          return hashes.filter((_sha256, index) => here[index]);
        },
        came: (sha256, path) => library.adopt(path, sha256),
      },
    );
    job.running = running;
    if (job.isStopped) running.stop();
    changed();
    const { files } = await running.over;
    job.running = null;
    if (job.isStopped) throw new PartaError('cancelled');
    const judged = judge(manifest);
    if (typeof judged === 'string') throw new PortfolioError(judged);
    const { introduction } = manifest;
    const before = pairs.find(manifest.pairId);
    const server = introduction
      ? servers.adopt(introduction.url, manifest.hubName, introduction.credentials)
      : servers.list().find(({ serverId }) => serverId === before?.serverId)!;
    if (before?.serverId !== server.serverId) pairs.meet(manifest, server.serverId);
    // Before the commands that name them: a command goes to the hub as soon as nothing says that its file is on the way.
    for (const file of files) if (file.isUpload && file.isInside) await options.transfers.adopt(server.serverId, file);
    job.serverId = server.serverId;
    job.doneBytes = job.totalBytes;
    job.state = 'ready';
    changed();
  }

  return {
    read,

    async weigh(pairId, files) {
      const there = await pairs.thereOf(pairId);
      const weight: PortfolioWeight = {
        inside: { files: 0, bytes: 0 },
        there: { files: 0, bytes: 0 },
        missing: { files: 0, bytes: 0 },
      };
      const unique = new Map(files.map((one) => [one.file.sha256, one]));
      for (const { file, isUpload } of unique.values()) {
        const isHere = await library.has(file.sha256);
        const kind = !isHere ? 'missing' : there.has(file.sha256) && !isUpload ? 'there' : 'inside';
        weight[kind].files += 1;
        weight[kind].bytes += file.sizeBytes;
      }
      return weight;
    },

    async begin(request) {
      const before = pairs.find(request.pairId);
      if (request.pairId !== null && !before) throw new PartaError('not-found');
      // One that nobody has answered yet can be opened with a password only.
      const meant = passphraseMeant(request.passphrase ?? '');
      if (!before?.isKnown && meant.length < PASSPHRASE_MIN) throw new PartaError('bad-request');
      const folder = await options.chooseFolder();
      if (folder === null) return null;
      // One that its page never went on with, because it began anew: nobody waits for it.
      for (const job of jobs.values()) if (job.state === 'gathering') end(job, new PartaError('cancelled'));
      const job = newJob({
        direction: 'out',
        state: 'gathering',
        name: safeFileName(request.title),
        place: safeFileName(basename(folder) || folder),
        path: folder,
        request: before?.isKnown ? { ...request, passphrase: null } : request,
        serverId: request.serverId,
      });
      try {
        const { serverId, device } = request;
        const pair =
          before ??
          (await pairs.make(serverId, device, await servers.introduce(serverId, device), options.addressOf(serverId)));
        job.pairId = pair.pairId;
      } catch (error) {
        end(job, codeOf(error) === 'internal' ? error : new PortfolioError('no-hub', { cause: error }));
      }
      changed();
      return shownJob(job);
    },

    async content(jobId, bytes) {
      const job = find(jobId, 'gathering');
      try {
        await mkdir(job.dir, { recursive: true });
        const file = await open(join(job.dir, 'content.ndjson'), 'w', 0o600);
        try {
          await writeGathered(file, 0, limited(bytes, CONTENT_BYTES_MAX), () => undefined);
        } finally {
          await file.close();
        }
      } catch (error) {
        end(job, error);
        throw error;
      }
    },

    async pack(jobId, facts, files, onlyNew) {
      const job = find(jobId, 'gathering');
      job.state = 'packing';
      job.over = pack(job, facts, files, onlyNew).catch((error: unknown) => end(job, error));
      changed();
    },

    async choose() {
      const path = await options.chooseFile();
      return path === null ? null : openFile(path);
    },
    async hand(paths) {
      for (const path of paths) await openFile(path);
    },

    async look(jobId, passphrase) {
      const job = find(jobId, 'locked');
      try {
        await lookWith(job, { passphrase: passphraseMeant(passphrase) });
      } catch (error) {
        job.running = null;
        // It may be typed again.
        if (troubleOf(error) === 'passphrase') job.trouble = 'passphrase';
        else end(job, error);
      }
      changed();
      return shownJob(job);
    },

    async take(jobId) {
      const job = find(jobId, 'looked');
      job.state = 'taking';
      job.doneBytes = 0;
      job.over = take(job).catch((error: unknown) => end(job, error));
      changed();
    },

    contentPath(jobId) {
      const job = jobs.get(jobId);
      return job?.state === 'ready' ? join(job.dir, 'content.ndjson') : null;
    },

    async taken(jobId, taken, trouble) {
      const job = find(jobId, 'ready');
      const { manifest } = job;
      const pair = pairs.find(job.pairId);
      if (!taken || !manifest || !pair) return end(job, new PortfolioError(trouble ?? 'internal'));
      pairs.answered(pair.pairId, manifest);
      remember('in', job, pair.name, manifest.facts, manifest.files);
      job.taken = taken;
      job.state = 'done';
      await clean(job);
      changed();
    },

    stop(jobId) {
      const job = jobs.get(jobId);
      if (!job || IS_OVER.has(job.state)) return;
      job.isStopped = true;
      if (job.running) job.running.stop();
      else if (job.state !== 'packing' && job.state !== 'taking') end(job, new PartaError('cancelled'));
    },
    show(jobId) {
      const job = find(jobId, 'done');
      options.showInFolder(job.path);
    },
    forget(jobId) {
      const job = jobs.get(jobId);
      if (!job || !IS_OVER.has(job.state)) return;
      jobs.delete(jobId);
      changed();
    },
    dropServer(serverId) {
      pairs.dropServer(serverId);
      changed();
    },
    async close() {
      for (const job of jobs.values()) {
        job.isStopped = true;
        job.running?.stop();
      }
      await Promise.all([...jobs.values()].map(({ over }) => over));
      clearTimeout(timer);
    },
  };
}

/** Whether the system gave the app a portfolio and not a file for a class. */
export const isPortfolio = (path: string): boolean => path.toLowerCase().endsWith(PORTFOLIO_EXTENSION);

async function* limited(bytes: AsyncIterable<Uint8Array>, bytesMax: number): AsyncGenerator<Uint8Array> {
  let total = 0;
  for await (const chunk of bytes) {
    total += chunk.length;
    if (total > bytesMax) throw new PartaError('too-large');
    yield chunk;
  }
}
