// Portfolios of one computer against another's, without a hub: who may open what, what is refused with which name, and that nothing
// is left half done.
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import * as z from 'zod/mini';
import { PartaError } from '../../src/core/errors.ts';
import type { FileId, HubId, LogId, PersonId, Sha256 } from '../../src/core/ids.ts';
import type { Credentials, FileRef } from '../../src/core/wire.ts';
import { openAuth, type Cipher } from '../../src/main/auth.ts';
import { openLibrary } from '../../src/main/library.ts';
import { SILENT } from '../../src/main/log.ts';
import type * as Thread from '../../src/main/portfolio-thread.ts';
import { isPortfolio, openPortfolios } from '../../src/main/portfolios.ts';
import type { Pair, StoredFile } from '../../src/main/settings.ts';
import type { PortfolioFile, PortfolioJob } from '../../src/preload/contract/portfolio.ts';
import { PORTFOLIO_HISTORY_MAX, PORTFOLIO_JOBS_MAX } from '../../src/preload/contract/portfolio.ts';
import type { Server } from '../../src/preload/contract.ts';
import { bytesOf, heardShell, scratchDir, until } from './scratch.ts';
import { sha256Of } from './scripted-hub.ts';

vi.setConfig({ testTimeout: 90_000 });

// electron-store looks for Electron's binary; nothing there is run.
vi.hoisted(() => {
  process.env.ELECTRON_OVERRIDE_DIST_PATH ??= '/nowhere';
});
const { FILES } = await import('../../src/main/settings.ts');

/** What a thread has found out is kept back for as long as a test wants. */
const answer = vi.hoisted(() => ({ held: Promise.resolve(), hasCome: false }));
vi.mock('../../src/main/portfolio-thread.ts', async (original) => {
  const real = await original<typeof Thread>();
  const runBeside: typeof real.runBeside = (...work) => {
    const running = real.runBeside(...work);
    answer.hasCome = false;
    const over = running.over.finally(() => {
      answer.hasCome = true;
      return answer.held;
    });
    return { ...running, over };
  };
  return { ...real, runBeside };
});

const HUB = '01890000-0000-7000-8000-000000000001' as HubId;
const PERSON = '01890000-0000-7000-8000-000000000002' as PersonId;
const PASSWORD = '1234567890123456';
const PLAIN: Cipher = {
  isEncryptionAvailable: () => true,
  encryptString: (text) => Buffer.from(text),
  decryptString: (bytes) => bytes.toString(),
};

interface Desk {
  portfolios: Awaited<ReturnType<typeof openPortfolios>>;
  servers: Server[];
  stick: string;
  dir: string;
  folder: string | null;
  isHubAway: boolean;
  adopted: FileRef[];
  library: Awaited<ReturnType<typeof openLibrary>>;
  stored: { pairs: Pair[]; past: unknown[] };
  /** Whatever the log was told. */
  told: string[];
}

async function desk(name: string, stick: string, isSignedIn: boolean): Promise<Desk> {
  const dir = scratchDir();
  const library = await openLibrary(dir, heardShell());
  const stored = { pairs: [] as Pair[], past: [] as unknown[] };
  const made: Desk = {
    servers: isSignedIn ? [server('server-1')] : [],
    stick,
    dir,
    folder: stick,
    isHubAway: false,
    adopted: [],
    library,
    stored,
    told: [],
    portfolios: undefined as never,
  };
  made.portfolios = await openPortfolios({
    dir,
    stored: {
      read: (key: 'pairs') => stored[key],
      // As main/settings does it: what does not fit its schema is not kept.
      write(changes: object) {
        for (const [name, value] of Object.entries(changes))
          Object.assign(stored, { [name]: z.parse(FILES.portfolios[name as 'pairs'][0], value) });
      },
    } as unknown as StoredFile<'portfolios'>,
    auth: openAuth(PLAIN, SILENT),
    servers: {
      list: () => made.servers,
      introduce: async (_serverId, device) => {
        if (made.isHubAway) throw new PartaError('hub-unreachable');
        return {
          deviceId: HUB as string,
          secret: `secret of ${device}`,
          personId: PERSON,
          hubId: HUB,
        } as unknown as Credentials;
      },
      adopt(url, hubName, credentials) {
        const before = made.servers.find(({ hubId }) => hubId === credentials.hubId);
        if (before) return before;
        made.servers.push({ ...server('server-9'), url, hubName });
        return made.servers.at(-1)!;
      },
    },
    addressOf: () => 'http://192.168.1.5:8010',
    library,
    transfers: { adopt: async (_serverId, file) => void made.adopted.push(file) },
    deviceName: name,
    scryptLogN: 4,
    chooseFolder: async () => made.folder,
    chooseFile: async () => made.folder,
    showInFolder: () => {},
    onChange: () => {},
    log: {
      write: (event, fields) => void made.told.push(JSON.stringify([event, fields])),
      failure: (event, error, fields) => void made.told.push(JSON.stringify([event, String(error), fields])),
    },
  });
  onTestFinished(() => made.portfolios.close());
  return made;
}
const server = (serverId: string): Server => ({ serverId, kind: 'remote', url: '', hubId: HUB, hubName: 'Школа', personId: PERSON }); // prettier-ignore

async function* lines(text: string): AsyncGenerator<Uint8Array> {
  yield Buffer.from(text);
}
async function inLibrary({ library }: Desk, sizeBytes: number, seed: number): Promise<FileRef> {
  const bytes = bytesOf(sizeBytes, seed);
  await library.take(
    (async function* () {
      yield bytes;
    })(),
  );
  const sha256 = sha256Of(bytes) as Sha256;
  return { fileId: sha256.slice(0, 32) as FileId, name: 'Работа Белова.docx', sizeBytes, sha256, mediaType: '' };
}
const FACTS = { classes: [{ logId: HUB as string as LogId, title: '7А' }], works: 1, commands: 0, leftBehind: 0 };
const now = (of: Desk, jobId: string) => of.portfolios.read().jobs.find((job) => job.jobId === jobId)!;
async function ended(of: Desk, jobId: string): Promise<PortfolioJob> {
  await until(() => ['done', 'failed', 'stopped', 'ready'].includes(now(of, jobId).state));
  return now(of, jobId);
}

async function begin(of: Desk, pairId: string | null = of.portfolios.read().pairs[0]?.pairId ?? null) {
  const isKnown = of.portfolios.read().pairs.find((pair) => pair.pairId === pairId)?.isKnown ?? false;
  return of.portfolios.begin({
    serverId: of.servers[0]!.serverId,
    pairId,
    device: 'Ноутбук',
    passphrase: isKnown ? null : PASSWORD,
    title: 'Портфель',
  });
}
/** @returns the file's path */
async function pack(of: Desk, files: PortfolioFile[] = [], pairId?: string | null): Promise<string> {
  const { jobId } = (await begin(of, pairId))!;
  await of.portfolios.content(jobId, lines('{"me":1}\n'));
  await of.portfolios.pack(jobId, FACTS, files, true);
  const job = await ended(of, jobId);
  if (job.state !== 'done') throw new Error(job.trouble ?? job.state);
  return join(of.stick, job.name);
}
async function look(of: Desk, path: string): Promise<PortfolioJob> {
  of.folder = path;
  const job = (await of.portfolios.choose())!;
  of.folder = of.stick;
  return job.state === 'locked' ? of.portfolios.look(job.jobId, PASSWORD) : job;
}
const TAKEN = { entries: 1, confirmed: 0, commands: 0, known: 0, refused: 0, older: 0 };
async function takeIn(of: Desk, path: string): Promise<PortfolioJob> {
  const { jobId, state, trouble } = await look(of, path);
  if (state !== 'looked') throw new Error(trouble ?? state);
  await of.portfolios.take(jobId);
  const job = await ended(of, jobId);
  if (job.state !== 'ready') return job;
  await of.portfolios.taken(jobId, TAKEN, null);
  return now(of, jobId);
}
async function two() {
  const stick = scratchDir();
  return { stick, pc: await desk('Кабинет 12', stick, true), laptop: await desk('Ноутбук', stick, false) };
}

describe('who may open what', () => {
  it('the first with its password; from then on both know each other, and the introduction is forgotten', async () => {
    const { pc, laptop } = await two();
    const work = await inLibrary(pc, 100_000, 1);
    const first = await pack(pc, [{ file: work, isUpload: false }]);
    expect(pc.stored.pairs[0]!.secret).not.toBe('');
    const job = await look(laptop, first);
    expect(job).toMatchObject({ needsPassphrase: true, summary: { isFirst: true, maker: 'Кабинет 12', facts: FACTS } });
    expect(await laptop.library.has(work.sha256)).toBe(false);
    laptop.portfolios.stop(job.jobId);
    await takeIn(laptop, first);
    expect(await laptop.library.has(work.sha256)).toBe(true);
    expect(laptop.servers).toMatchObject([{ hubId: HUB, url: 'http://192.168.1.5:8010', hubName: 'Школа' }]);
    expect(laptop.portfolios.read().pairs).toMatchObject([{ name: 'Кабинет 12', isKnown: true, isHome: true }]);

    const upload = await inLibrary(laptop, 50_000, 2);
    const home = await pack(laptop, [{ file: upload, isUpload: true }]);
    expect(await look(pc, home)).toMatchObject({
      needsPassphrase: false,
      state: 'looked',
      summary: { isFirst: false },
    });
    await takeIn(pc, home);
    expect(pc.adopted).toMatchObject([{ fileId: upload.fileId, sha256: upload.sha256 }]);
    expect(await pc.library.has(upload.sha256)).toBe(true);
    expect(pc.portfolios.read().pairs).toMatchObject([{ isKnown: true, isHome: false }]);
    // Nothing of the laptop's own secret is left here.
    expect(Buffer.from(pc.stored.pairs[0]!.secret, 'base64').toString()).not.toContain('secret of');
    const second = await pack(pc, [{ file: work, isUpload: false }]);
    expect(await look(laptop, second)).toMatchObject({ needsPassphrase: false, summary: { files: 0, missing: 0 } });
    expect(pc.portfolios.read().past).toMatchObject([{ direction: 'out' }, { direction: 'in' }, { direction: 'out' }]);
  });

  it('a stranger’s laptop, the same computer, another teacher, another signer: each is told so', async () => {
    const { stick, pc, laptop } = await two();
    const first = await pack(pc);
    expect(await look(pc, first)).toMatchObject({ state: 'failed', trouble: 'own' });
    const stranger = await desk('Чужой', stick, true);
    stranger.servers = [{ ...server('server-1'), personId: HUB as string as PersonId }];
    expect(await look(stranger, first)).toMatchObject({ state: 'failed', trouble: 'other' });
    // One's own other computer, or somebody who knows the server's id: nothing tells them apart but the person.
    const other = await desk('Дома', stick, true);
    expect(await look(other, first)).toMatchObject({ state: 'looked', summary: { isFirst: false, isUnmet: true } });
    expect((await look(laptop, first)).summary).toMatchObject({ isFirst: true, isUnmet: false });
    await takeIn(laptop, first);
    const home = await pack(laptop);
    expect((await look(pc, home)).summary).toMatchObject({ isFirst: false, isUnmet: false });
    expect(await look(await desk('Ещё один', stick, false), home)).toMatchObject({ state: 'failed', trouble: 'other' });
    // The same pair, and somebody else's key.
    const pair = pc.stored.pairs[0]!;
    pc.stored.pairs = [{ ...pair, peerKey: pair.ownKey.replace(/.{6}$/, 'AAAA==') }];
    expect(await look(pc, home)).toMatchObject({ state: 'failed', trouble: 'signer' });
  });

  it('a wrong password may be typed again; another kind of file and one that is gone are told', async () => {
    const { stick, pc, laptop } = await two();
    const first = await pack(pc);
    laptop.folder = first;
    const { jobId } = (await laptop.portfolios.choose())!;
    expect(await laptop.portfolios.look(jobId, '0000')).toMatchObject({ state: 'locked', trouble: 'passphrase' });
    expect(await laptop.portfolios.look(jobId, '1234-5678 9012 3456')).toMatchObject({
      state: 'looked',
      trouble: null,
    });
    writeFileSync(join(stick, 'x.parta'), 'привет');
    expect(await look(laptop, join(stick, 'x.parta'))).toMatchObject({ state: 'failed', trouble: 'not-portfolio' });
    expect(await look(laptop, join(stick, 'nowhere.parta'))).toMatchObject({ state: 'failed', trouble: 'gone' });
    expect(await look(laptop, stick)).toMatchObject({ state: 'failed', trouble: 'not-portfolio' });
  });

  it('an older one after a newer is refused before anything is taken out', async () => {
    const { pc, laptop } = await two();
    const [one, again] = [await pack(pc), await pack(pc)];
    await takeIn(laptop, again);
    expect(await look(laptop, one)).toMatchObject({ state: 'failed', trouble: 'older' });
    expect(await look(laptop, again)).toMatchObject({ state: 'looked', summary: { isAgain: true } });
  });

  it('what went with one that never arrived is not taken for there', async () => {
    const { pc, laptop } = await two();
    await takeIn(laptop, await pack(pc));
    await takeIn(pc, await pack(laptop));
    const { pairId } = pc.portfolios.read().pairs[0]!;
    const [lost, came] = [await inLibrary(pc, 1_000, 6), await inLibrary(pc, 1_000, 7)];
    await pack(pc, [{ file: lost, isUpload: false }]);
    await takeIn(laptop, await pack(pc, [{ file: came, isUpload: false }]));
    await takeIn(pc, await pack(laptop));
    const files = [lost, came].map((file) => ({ file, isUpload: false }));
    expect(await pc.portfolios.weigh(pairId, files)).toMatchObject({ inside: { files: 1 }, there: { files: 1 } });
  });

  it('keys that this computer cannot open any more keep none of the others from opening', async () => {
    const { pc, laptop } = await two();
    await takeIn(laptop, await pack(pc));
    const home = await pack(laptop);
    const [pair] = pc.stored.pairs;
    pc.stored.pairs = [{ ...pair!, pairId: 'spoiled', secret: 'bm90aGluZw==' }, pair!];
    expect(await look(pc, home)).toMatchObject({ state: 'looked' });
  });

  it('a password of digits is as long as it has digits', async () => {
    const { pc } = await two();
    const request = { serverId: 'server-1', pairId: null, device: 'x', title: 'x' };
    const short = '1 2 3 4 5 6 7 8';
    await expect(pc.portfolios.begin({ ...request, passphrase: short })).rejects.toThrow('bad-request');
    expect(await pc.portfolios.begin({ ...request, passphrase: '1234 5678 9012' })).toMatchObject({ state: 'gathering' }); // prettier-ignore
  });

  it('the system’s own opening of one, by its ending', async () => {
    const { pc, laptop } = await two();
    await laptop.portfolios.hand([await pack(pc)]);
    expect(laptop.portfolios.read().jobs).toMatchObject([{ direction: 'in', state: 'locked' }]);
    expect(['a.parta', 'A.PARTA', 'a.parta.zip', 'parta'].map(isPortfolio)).toEqual([true, true, false, false]);
  });
});

describe('nothing is left half done', () => {
  it('without the hub there is no first one; without a folder nothing was asked', async () => {
    const { pc } = await two();
    pc.folder = null;
    expect(await begin(pc)).toBeNull();
    expect(pc.stored.pairs).toEqual([]);
    pc.folder = pc.stick;
    pc.isHubAway = true;
    expect(await begin(pc)).toMatchObject({ state: 'failed', trouble: 'no-hub' });
    expect(pc.stored.pairs).toEqual([]);
    await expect(
      pc.portfolios.begin({ serverId: 'server-1', pairId: null, device: 'x', passphrase: null, title: 'x' }),
    ).rejects.toThrow('bad-request');
  });

  it('stopped while it is packed, and while it is taken in', async () => {
    const { stick, pc, laptop } = await two();
    const film = { file: await inLibrary(pc, 12_000_000, 3), isUpload: false };
    const whole = await pack(pc, [film]);
    const { jobId } = (await begin(pc))!;
    await pc.portfolios.content(jobId, lines('{}\n'));
    await pc.portfolios.pack(jobId, FACTS, [film], true);
    pc.portfolios.stop(jobId);
    expect(await ended(pc, jobId)).toMatchObject({ state: 'stopped', trouble: null });
    expect(readdirSync(stick)).toEqual(['Портфель.parta']);
    const job = await look(laptop, whole);
    await laptop.portfolios.take(job.jobId);
    laptop.portfolios.stop(job.jobId);
    expect(await ended(laptop, job.jobId)).toMatchObject({ state: 'stopped' });
    expect(laptop.servers).toEqual([]);
    await until(() => readdirSync(join(laptop.dir, 'portfolio', 'under-way')).length === 0);
    // And then it works.
    expect(await takeIn(laptop, whole)).toMatchObject({ state: 'done' });
  });

  it('left while its password is tried: it does not come back', async () => {
    const { pc, laptop } = await two();
    const whole = await pack(pc);
    laptop.folder = whole;
    const { jobId } = (await laptop.portfolios.choose())!;
    // The answer is on its way when the person turns away: nothing stops a cipher in the middle.
    let letIn = () => {};
    answer.held = new Promise((resolve) => (letIn = resolve));
    const looking = laptop.portfolios.look(jobId, PASSWORD);
    await until(() => answer.hasCome);
    laptop.portfolios.stop(jobId);
    letIn();
    expect(await looking).toMatchObject({ state: 'stopped', trouble: null });
    expect(await takeIn(laptop, whole)).toMatchObject({ state: 'done' });
  });

  it('damaged: no server is known by it, and it can be tried again with a good one', async () => {
    const { pc, laptop } = await two();
    const file = await pack(pc, [{ file: await inLibrary(pc, 400_000, 4), isUpload: false }]);
    const good = readFileSync(file);
    const bad = Buffer.from(good);
    bad[good.length - 5] = bad[good.length - 5]! ^ 1;
    writeFileSync(file, bad);
    const job = await look(laptop, file);
    await laptop.portfolios.take(job.jobId);
    expect(await ended(laptop, job.jobId)).toMatchObject({ state: 'failed', trouble: 'damaged' });
    expect(laptop.servers).toEqual([]);
    writeFileSync(file, good);
    expect(await takeIn(laptop, file)).toMatchObject({ state: 'done' });
  });

  it('what the page could not take in is not remembered as taken in', async () => {
    const { pc, laptop } = await two();
    const file = await pack(pc);
    const job = await look(laptop, file);
    await laptop.portfolios.take(job.jobId);
    await ended(laptop, job.jobId);
    expect(laptop.portfolios.contentPath(job.jobId)).not.toBeNull();
    await laptop.portfolios.taken(job.jobId, null, 'gap');
    expect(now(laptop, job.jobId)).toMatchObject({ state: 'failed', trouble: 'gap' });
    expect(laptop.portfolios.contentPath(job.jobId)).toBeNull();
    expect((await look(laptop, file)).summary).toMatchObject({ isAgain: false });
  });

  it('a folder that is pulled out, or may not be written', async () => {
    const { pc } = await two();
    const gone = join(scratchDir(), 'stick');
    mkdirSync(gone);
    pc.folder = gone;
    const { jobId } = (await begin(pc))!;
    await pc.portfolios.content(jobId, lines('{}\n'));
    rmSync(gone, { recursive: true });
    await pc.portfolios.pack(jobId, FACTS, [], true);
    expect(await ended(pc, jobId)).toMatchObject({ state: 'failed', trouble: 'gone' });
  });

  it('what is on the stick is not called failed because this computer cannot note what went along', async () => {
    const { pc, laptop } = await two();
    const { jobId } = (await begin(pc))!;
    await pc.portfolios.content(jobId, lines('{"me":1}\n'));
    mkdirSync(join(pc.dir, 'portfolio', `${pc.portfolios.read().pairs[0]!.pairId}.json.new`), { recursive: true });
    await pc.portfolios.pack(jobId, FACTS, [], true);
    const job = await ended(pc, jobId);
    expect(job).toMatchObject({ state: 'done' });
    expect(pc.told.join()).toContain('portfolio.pack');
    expect(await takeIn(laptop, join(pc.stick, job.name))).toMatchObject({ state: 'done' });
  });

  it('what the last run left half done goes with the next', async () => {
    const { pc } = await two();
    const { jobId } = (await begin(pc))!;
    await pc.portfolios.content(jobId, lines('{"name":"Белов"}\n'));
    const folder = join(pc.dir, 'portfolio', 'under-way');
    expect(readdirSync(folder)).toEqual([jobId]);
    await openPortfolios({ ...({} as Parameters<typeof openPortfolios>[0]), dir: pc.dir });
    expect(readdirSync(folder)).toEqual([]);
  });
});

it('is bounded in what it remembers and does at once, and tells the log no name and no word', async () => {
  const { pc, laptop } = await two();
  const file = await pack(pc, [{ file: await inLibrary(pc, 1_000, 5), isUpload: false }]);
  await takeIn(laptop, file);
  for (let n = 0; n < PORTFOLIO_HISTORY_MAX; n += 1) pc.stored.past.push(pc.stored.past[0]);
  await pack(pc);
  expect(pc.portfolios.read().past).toHaveLength(PORTFOLIO_HISTORY_MAX);
  writeFileSync(join(pc.stick, 'x.parta'), 'x');
  for (let n = 0; n < PORTFOLIO_JOBS_MAX + 3; n += 1) await look(pc, join(pc.stick, 'x.parta'));
  expect(pc.portfolios.read().jobs).toHaveLength(PORTFOLIO_JOBS_MAX);
  for (const { jobId } of pc.portfolios.read().jobs) pc.portfolios.forget(jobId);
  expect(pc.portfolios.read().jobs).toEqual([]);
  const locked = Array.from({ length: PORTFOLIO_JOBS_MAX }, () => file);
  await laptop.portfolios.hand(locked.slice(1));
  await expect(laptop.portfolios.hand(locked)).rejects.toThrow('busy');
  // One that the page left in the middle holds nobody up.
  for (let n = 0; n < PORTFOLIO_JOBS_MAX + 1; n += 1) await begin(pc);
  expect(pc.portfolios.read().jobs.filter(({ state }) => state === 'gathering')).toHaveLength(1);
  expect([...pc.told, ...laptop.told].join()).not.toMatch(/Белов|7А|1234|Ноутбук|secret|KEY/);
});

it('a server that is forgotten takes its pairs with it', async () => {
  const { pc } = await two();
  await pack(pc);
  pc.portfolios.dropServer('server-1');
  expect(pc.stored.pairs).toEqual([]);
});
