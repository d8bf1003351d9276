/**
 * One seeded story of a school under faults, and what is true after every step of it. Teachers with several devices and tabs,
 * pupils and a parent write, assign, hand in, review, give back, remove and erase, in a class and in the school, while words on
 * the network are lost, late or doubled, connections are cut, disks are full, clocks jump by ten years, programs and the hub are
 * killed, updated, brought back from a backup. Then the weather clears, and everybody must have what the rules say he may see,
 * and every command that a store took is confirmed once or visibly refused. The whole world runs in virtual time in this thread,
 * so a seed is the same story every time. Hides: who takes part and which blows fall, by seed (deeds: convergence-deeds.ts,
 * judgement: convergence-check.ts). Long because it is one story.
 */
import crypto from 'node:crypto';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ClassView, MeView } from '../../src/client/class-store.ts';
import { CHECK_EVERY_MS } from '../../src/client/hub-link.ts';
import type { Ports } from '../../src/client/ports.ts';
import type { LogCursor, LogRecord } from '../../src/client/views.ts';
import { mayRead } from '../../src/core/classroom.ts';
import { codeOf } from '../../src/core/errors.ts';
import type { ChannelId, CommandId, FileId, LogId, MemberId, PersonId, Sha256 } from '../../src/core/ids.ts';
import type { CommandKind, CommandOf, FileRef } from '../../src/core/wire.ts';
import { readerIn, Witness, type Sent } from './convergence-check.ts';
import { Deeds } from './convergence-deeds.ts';
import { CALM, FaultyNetwork, STORM, type FaultCounts } from './faulty-transport.ts';
import { first, LocalClient, type LocalClientOptions } from './local-client.ts';
import { LocalHub } from './local-hub.ts';
import { quotaExceeded } from './memory-disk.ts';
import { updateDisk } from './version-1.ts';
import { seeded, VirtualTime } from './virtual-time.ts';

/** What happened to whom, so many times. `oldClient`, `oldHub`: stories in which one of version 1 took part. */
export type Faults = FaultCounts &
  Record<
    | 'hubCrash'
    | 'clientCrash'
    | 'hubDiskFull'
    | 'clientDiskFull'
    | 'abort'
    | 'clockJump'
    | 'hubClockJump'
    | 'restore'
    | 'twoTabs'
    | 'oldClient'
    | 'oldHub'
    | 'update',
    number
  >;
export const noFaults = (): Faults => ({
  cut: 0,
  delay: 0,
  drop: 0,
  duplicate: 0,
  farBehind: 0,
  hubCrash: 0,
  clientCrash: 0,
  hubDiskFull: 0,
  clientDiskFull: 0,
  abort: 0,
  clockJump: 0,
  hubClockJump: 0,
  restore: 0,
  twoTabs: 0,
  oldClient: 0,
  oldHub: 0,
  update: 0,
});

/** What of a lesson the hub confirmed, and works that it refused after the bell. */
export interface Lessons {
  handedOut: number;
  collecting: number;
  /** Collectings ended by the hub at their bell, and by a teacher. */
  rung: number;
  ended: number;
  /** Works of two that the hub paid to the second. */
  together: number;
  brought: number;
  afterBell: number;
}
export const noLessons = (): Lessons => ({
  handedOut: 0,
  collecting: 0,
  rung: 0,
  ended: 0,
  together: 0,
  brought: 0,
  afterBell: 0,
});

export interface SeedResult {
  seed: number;
  /** Commands that a store took. */
  commands: number;
  /** Comparisons with the model: programs that were current, programs behind. */
  compared: { current: number; behind: number };
  faults: Faults;
  lessons: Lessons;
  /** Gone with a restore: their author had been taken out before, of the class or of the chat, and keeps nothing then (S17, S14). */
  leftBehind: number;
  /** Erased before a restore and given again after it, and not taken: nobody reads a word of it (S16). */
  keptAway: number;
  lost: number;
  doubled: number;
  diverged: number;
  /** What was wrong, in words. */
  problems: string[];
}

/** From this seed on stories hold lessons too; those before are told as they were, so that pinned seeds keep their meaning. */
export const LESSONS_FROM = 20_001;
/** From this seed on the hub always comes back from a backup, behind somebody who was away when his words were taken out. */
export const RESTORES_FROM = 40_001;
const STEPS = 45;
/** A story goes on until so many commands were given. */
export const COMMANDS_MIN = 50;
const STEP_MS = 900;
/** Time for everything to calm down after the storm: a full round of retries and slow checks. */
const CALM_MS = 20 * 60_000;
/** In every so many-th story who is so many rows behind reads over HTTP. */
const FAR_STORY_EVERY = 4;
const FAR_BEHIND_IN_STORY = 10;
const TEN_YEARS_MS = 10 * 365 * 24 * 3_600_000;
const PUPILS = ['Белов Илья', 'Ёлкина Аня', 'Чжан Ли'] as const;
const FOUNDER = 'Анна Павловна';
const COLLEAGUE = 'Борис Львович';
const PARENT = 'Мама Ильи';

export async function runSeed(seed: number, trace?: (line: string) => void): Promise<SeedResult> {
  // A crash here is one of a program, not of the machine, so a disk in memory tells as much and is many times faster.
  const dataDir = mkdtempSync(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'parta-seed-'));
  const story = new Story(seed, dataDir, trace);
  const restoreChance = seedChance(seed);
  try {
    return await story.run();
  } catch (thrown) {
    story.result.problems.push(`threw: ${thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown)}`);
    return story.result;
  } finally {
    await story.end();
    restoreChance();
    rmSync(dataDir, { recursive: true, force: true });
  }
}

/** The hub's own ids come from the system's chance, and ids decide who is read first: here they follow from the seed too. */
function seedChance(seed: number): () => void {
  const random = seeded(seed + 1_000_000_007);
  const original = crypto.randomBytes;
  const bytes = (count: number) => Buffer.from(Uint8Array.from({ length: count }, () => Math.floor(random() * 256)));
  const take = (source: unknown) => {
    Object.assign(crypto, { randomBytes: source });
    syncBuiltinESMExports();
  };
  take(bytes);
  return () => take(original);
}

class Story {
  readonly result: SeedResult;
  readonly #random: () => number;
  readonly #time = new VirtualTime();
  readonly #trace: ((line: string) => void) | undefined;
  readonly #hub: LocalHub;
  readonly #network: FaultyNetwork;
  readonly #ports: Partial<Ports>;
  readonly #witness: Witness;
  readonly #clients: LocalClient[] = [];
  readonly #drafts = new Map<LocalClient, number>();
  readonly #sent: Sent[] = [];
  readonly #leftBehind = new Set<Sent>();
  readonly #files = new Map<FileId, FileRef>();
  #deeds!: Deeds;
  #logId!: LogId;
  #channelId!: ChannelId;
  #founderId!: MemberId;
  #backup: string | null = null;
  #mayRestore = false;
  /** The head of the class when the backup was made. */
  #backupHead = 0;
  /** Who is away, and what he said last. */
  #away: { clients: LocalClient[]; said: CommandId } | null = null;

  constructor(seed: number, dataDir: string, trace?: (line: string) => void) {
    const random = seeded(seed);
    this.#random = random;
    this.#ports = seed % FAR_STORY_EVERY === 0 ? { farBehindRows: FAR_BEHIND_IN_STORY } : {};
    const time = this.#time;
    this.#trace = trace && ((line) => trace(`${String(time.now % 10_000_000).padStart(7)} ${line}`));
    this.#hub = new LocalHub({ dataDir, time, random, diskMs: () => random() * 12, isWhole: true });
    const traceLine = this.#trace ? { trace: this.#trace } : {};
    this.#network = new FaultyNetwork({ hub: this.#hub, time, random, ...traceLine });
    const faults = Object.assign(this.#network.counts, { ...noFaults(), ...this.#network.counts });
    const compared = { current: 0, behind: 0 };
    this.result = {
      seed,
      commands: 0,
      compared,
      faults,
      lessons: noLessons(),
      leftBehind: 0,
      keptAway: 0,
      lost: 0,
      doubled: 0,
      diverged: 0,
      problems: [],
    };
    this.#witness = new Witness(this.#hub, this.#files, (what, words) => {
      this.#trace?.(`WRONG ${what}: ${words}`);
      this.result[what] += 1;
      this.result.problems.push(`${what}: ${words}`);
    });
    this.result.compared = this.#witness.compared;
  }

  async run(): Promise<SeedResult> {
    await this.#begin();
    this.#network.weather = STORM;
    for (let step = 0; step < STEPS || this.result.commands < COMMANDS_MIN; step += 1) {
      await this.#happen();
      await this.#time.pass(this.#random() * STEP_MS, () => this.#happens(0.1));
      await this.#look();
    }
    this.#network.weather = CALM;
    this.#hub.isDiskFull = false;
    for (const client of this.#clients) client.disk.fault = {};
    this.#trace?.('the weather clears');
    await this.#time.rest();
    if (!this.#hub.isStarted) await this.#hub.start();
    for (const client of this.#clients) if (!client.isStarted) await client.start();
    await this.#time.rest();
    for (const client of this.#clients) client.store.connectNow();
    // What was lost in the storm without a trace is found by the next slow check.
    await this.#time.pass(CHECK_EVERY_MS + 5_000);
    const isCalm = await this.#time.passUntil(async () => !(await this.#unsettled()), CALM_MS, 5_000);
    if (!isCalm) this.result.problems.push(`did not settle: ${await this.#unsettled()}`);
    this.#trace?.('all is quiet');
    await this.#look();
    for (const logId of this.#logIds) await this.#witness.lookAtPages(logId, this.#clients);
    const [logIds, clients] = [this.#logIds, this.#clients];
    this.result.leftBehind = await this.#witness.lookAtCommands(logIds, clients, this.#sent, this.#leftBehind);
    this.result.keptAway = this.#witness.keptAway.size;
    await this.#lookAtLeftovers();
    await this.#countLessons();
    return this.result;
  }

  async end() {
    for (const client of this.#clients) if (client.isUp) client.kill();
    if (this.#hub.isUp) await this.#hub.crash();
  }

  get #logIds(): LogId[] {
    const school = this.#hub.schoolLogId;
    return school && this.#hub.headOf(school) > 0 ? [this.#logId, school] : [this.#logId];
  }
  #happens = (chance: number) => this.#random() < chance;
  #look = () => this.#witness.look(this.#logIds, this.#clients);

  // ── Who takes part ───────────────────────────────────────────────────────────────────────────────────────────────────

  #client(name: string, personId: PersonId, more: Partial<LocalClientOptions> = {}): LocalClient {
    const { network, time, random } = { network: this.#network, time: this.#time, random: this.#random };
    // Killed and started beside whatever else runs on its disk.
    const client = new LocalClient({ name, personId, time, random, network, ports: this.#ports, isTab: true, ...more });
    if (this.#happens(0.15)) client.clockErrorMs = TEN_YEARS_MS * (this.#happens(0.5) ? 1 : -1);
    this.#clients.push(client);
    return client;
  }

  /** The class, its list, its chats and its people, in calm weather: a story needs a place. */
  async #begin() {
    if (this.#happens(0.08)) {
      this.#hub.protocol = 1;
      this.result.faults.oldHub += 1;
    }
    this.#mayRestore = this.#happens(0.2) || this.result.seed >= RESTORES_FROM;
    await this.#hub.start();
    const teacher = this.#hub.addPerson(FOUNDER, 'teacher');
    const desk = this.#client('desk', teacher);
    await desk.start();
    const { store } = desk;
    this.#logId = store.newLogId();
    this.#channelId = store.newChannelId();
    this.#founderId = store.newMemberId();
    this.#deeds = new Deeds({
      random: this.#random,
      hubNow: () => this.#hub.now,
      founderId: this.#founderId,
      hasLessons: this.result.seed >= LESSONS_FROM,
      send: (...args) => this.#send(...args),
      bringFile: (client) => this.#bringFile(client),
      knock: () => this.#knock(),
    });
    await this.#send(desk, this.#logId, 'createClass', {
      title: '7А',
      memberId: this.#founderId,
      teacherName: FOUNDER,
      channels: [{ channelId: this.#channelId, kind: 'everyone' }],
    });
    const pupils = PUPILS.slice(0, this.#happens(0.5) ? 3 : 2);
    const ids = pupils.map(() => store.newMemberId());
    for (const [at, name] of pupils.entries())
      await this.#send(desk, this.#logId, 'listMember', { memberId: ids[at]!, name });
    const made = { title: null, writers: 'all', memberIds: [] } as const;
    await this.#makeChannel(desk, { kind: 'students', ...made, memberIds: [] });
    await this.#makeChannel(desk, { kind: 'group', title: 'Проект', writers: 'all', memberIds: [ids[0]!] });
    await this.#time.pass(2_000);
    for (const name of pupils) await this.#arrive(name, 'guest');
    if (this.#happens(0.5)) {
      await this.#makeChannel(desk, { kind: 'parents', ...made, memberIds: [] });
      await this.#arrive(PARENT, 'guest');
    }
    const hasColleague = this.#happens(0.5);
    if (hasColleague) await this.#arrive(COLLEAGUE, 'teacher');
    await this.#time.pass(1_500);
    const view = await desk.class(this.#logId);
    if (view) await this.#deeds.letIn(desk, view);
    if (this.#happens(0.5)) await this.#client('laptop', teacher).start();
    await this.#time.pass(2_500);
    const colleague = Object.values((await desk.class(this.#logId))?.classroom.members ?? {}).find(
      (m) => m.name === COLLEAGUE,
    );
    if (colleague) await this.#send(desk, this.#logId, 'changeRole', { memberId: colleague.memberId, role: 'teacher' });
    if (this.#happens(0.3)) await this.#openTab();
    if (this.#happens(0.15)) await this.#ageSomebody();
    await this.#time.pass(1_000);
    await this.#look();
  }

  #makeChannel(client: LocalClient, body: Omit<CommandOf<'createChannel'>['body'], 'channelId'>) {
    return this.#send(client, this.#logId, 'createChannel', { channelId: client.store.newChannelId(), ...body });
  }

  async #arrive(name: string, hubRole: 'teacher' | 'guest') {
    const personId = this.#hub.addPerson(name, hubRole);
    await Promise.all([this.#hub.requestJoin(this.#logId, personId), this.#time.pass(100)]);
    await this.#client(name, personId).start();
  }

  /** A second tab of somebody. */
  async #openTab() {
    const one = this.#deeds.pick(this.#clients)!;
    this.result.faults.twoTabs += 1;
    const { disk, files } = one;
    const tab = this.#client(`${one.name}, second tab`, one.personId, { disk, files });
    tab.clockErrorMs = one.clockErrorMs;
    await tab.start();
  }

  /** Somebody's program is of version 1, until it is updated. */
  async #ageSomebody() {
    const one = this.#deeds.pick(this.#clients.filter(({ name }) => name !== PARENT))!;
    // What waits would go with the disk.
    if ((await one.outbox()).length > 0) return;
    this.result.faults.oldClient += 1;
    for (const client of this.#clients.filter(({ disk }) => disk === one.disk)) {
      // Begins anew: what it has read so far was read with today's eyes.
      client.kill();
      await this.#time.rest();
      client.protocol = 1;
    }
    one.disk.fault = {};
    await one.erase();
    for (const client of this.#clients.filter(({ disk }) => disk === one.disk)) await client.start();
  }

  // ── What happens ─────────────────────────────────────────────────────────────────────────────────────────────────────

  async #send<K extends CommandKind>(client: LocalClient, logId: LogId, kind: K, body: CommandOf<K>['body']) {
    this.#trace?.(`${client.name} ${kind}`);
    try {
      const id = await client.store.send(logId, kind, body);
      this.#sent.push({ client, logId, id, kind, of: body as Sent['of'] });
      this.result.commands += 1;
    } catch (thrown) {
      // Killed in the middle, or a full disk: nobody was told that it was kept.
      if (codeOf(thrown) === 'bad-request') throw thrown;
      this.#trace?.(`${client.name} could not keep it: ${codeOf(thrown)}`);
    }
  }

  /** A file whose bytes take their time; the command that names it is written at once. */
  #bringFile(client: LocalClient): FileId {
    const fileId = client.store.newFileId();
    const file = client.files.add(fileId, `${this.#deeds.text()}.txt`);
    this.#files.set(fileId, file);
    const arrive = () => {
      if (!this.#hub.isUp || this.#hub.isDiskFull) return void this.#time.after(3_000, arrive);
      this.#hub.storeFile(fileId, client.personId, file.name, file.sha256 as Sha256).then(
        () => client.files.arrived(fileId),
        () => void this.#time.after(3_000, arrive),
      );
    };
    this.#time.after(this.#random() * 12_000, arrive);
    return fileId;
  }

  async #knock() {
    const client = this.#deeds.pick(this.#clients);
    if (!client || !this.#hub.isUp || this.#hub.isDiskFull) return;
    const { state } = await this.#hub.state(this.#logId);
    if (readerIn(state, client) || Object.values(state.requests).some((r) => r.personId === client.personId)) return;
    void this.#hub.requestJoin(this.#logId, client.personId).catch(() => undefined);
  }

  /** One thing of a day at school, or a blow. */
  // oxlint-disable-next-line complexity -- one line per blow.
  async #happen() {
    if (this.result.seed >= RESTORES_FROM && this.#mayRestore && this.#hub.isUp && (await this.#comeToRestore()))
      return;
    const chance = this.#random();
    if (chance < 0.02) return this.#crashHub();
    if (chance < 0.05) return this.#crashClient();
    if (chance < 0.06) return this.#fillHub();
    if (chance < 0.075) return this.#fillClient();
    if (chance < 0.09) return this.#abortSomething();
    if (chance < 0.1) return this.#moveClock();
    if (chance < 0.12) return this.#update();
    if (this.#mayRestore && chance < 0.18) return this.#backUpOrRestore();
    const client = this.#deeds.pick(this.#clients.filter((one) => one.isUp));
    if (!client) return;
    if (chance < 0.19) return this.#keepDraft(client);
    const school = client.protocol === 2 ? this.#hub.schoolLogId : null;
    const view = await this.#view(client, school && this.#happens(0.2) ? school : this.#logId);
    if (view?.classroom.title != null) await this.#deeds.do(client, view);
  }

  async #view(client: LocalClient, logId: LogId): Promise<ClassView | null> {
    return client.isUp ? client.class(logId) : null;
  }

  async #crashHub(restoreFrom?: string) {
    if (!this.#hub.isUp) return;
    this.#trace?.('the hub is killed');
    this.result.faults.hubCrash += 1;
    await this.#hub.crash();
    this.#time.after(this.#random() * 8_000, () => {
      if (!this.#hub.isStarted)
        this.#startHub(restoreFrom).catch((thrown: unknown) => this.result.problems.push(`no hub: ${String(thrown)}`));
    });
  }

  async #startHub(restoreFrom?: string) {
    // A restored hub is looked at anew once it is there.
    if (restoreFrom) this.#witness.forget();
    await this.#hub.start(restoreFrom);
  }

  /**
   * Who is taken out, of the class or of the chat in which he said it, and has heard of that, keeps nothing of it (S17, S14), and
   * so has nothing to give again.
   */
  async #noteLeftBehind() {
    for (const logId of this.#logIds) {
      const rows = await this.#hub.rows(logId);
      const outAt = new Map<string | null, number>();
      for (const { kind, seq, about } of rows)
        if (kind === 'memberRemoved' || kind === 'memberErased') outAt.set(about, seq);
      const { state } = await this.#hub.state(logId);
      const rowOf = new Map(rows.map((row) => [row.id, row]));
      for (const one of this.#sent) {
        const row = rowOf.get(one.id);
        if (!row || this.#isFollowing(one)) continue;
        const reader = readerIn(state, one.client);
        const isTakenOut = (outAt.get(row.by) ?? 0) > row.seq;
        if (isTakenOut || (reader && !mayRead(state, row.label, reader))) this.#leftBehind.add(one);
      }
    }
  }

  /** Whether the disk from which a command was given has it in a log that its program has not left. */
  #isFollowing({ client: { disk, databaseName }, logId, id }: Sent): boolean {
    const cursor = disk.records<LogCursor>(databaseName, 'cursors').find((one) => one.logId === logId);
    const records = disk.records<LogRecord>(databaseName, 'log');
    const isHere = records.some((record) => record.entries.some((entry) => entry.id === id));
    return isHere && cursor?.isLeft === false;
  }

  async #backUpOrRestore() {
    if (!this.#hub.isUp) return;
    if (this.#backup === null) {
      this.#trace?.('a backup is made');
      this.#backup = await this.#hub.backup();
      this.#backupHead = this.#hub.headOf(this.#logId);
      return;
    }
    this.#trace?.('the hub is restored');
    this.#mayRestore = false;
    await this.#noteLeftBehind();
    this.result.faults.restore += 1;
    await this.#crashHub(this.#backup);
  }

  /** Somebody is away with what he said after the backup, a teacher takes it out, and the hub comes back from before both. */
  async #comeToRestore(): Promise<boolean> {
    if (!this.#happens(0.4)) return false;
    if (this.#backup === null) {
      await this.#backUpOrRestore();
      return true;
    }
    const rows = await this.#hub.rows(this.#logId);
    if (this.#away === null) {
      const fresh = new Set(rows.filter(({ seq, body }) => seq > this.#backupHead && body).map(({ id }) => id));
      const one = this.#deeds.pick(
        this.#sent.filter(({ id, kind, client }) => kind === 'postMessage' && client.isUp && fresh.has(id)),
      );
      if (!one) return false;
      this.#trace?.(`${one.client.name} is away`);
      const clients = this.#clients.filter(({ disk }) => disk === one.client.disk);
      for (const client of clients) if (client.isUp) client.kill();
      this.#away = { clients, said: one.id };
      return true;
    }
    const { said: messageId, clients } = this.#away;
    if (rows.some(({ kind, about }) => kind === 'messageRemoved' && about === messageId)) {
      await this.#backUpOrRestore();
      for (const client of clients) this.#time.after(this.#random() * 20_000, () => void this.#open(client));
      return true;
    }
    const desk = this.#deeds.pick(this.#clients.filter((one) => one.isUp && !clients.includes(one)));
    const view = desk && (await this.#view(desk, this.#logId));
    if (view?.role !== 'teacher' || view.outbox.length > 0) return false;
    await this.#send(desk!, this.#logId, 'removeMessage', { messageId });
    return true;
  }

  #fillHub() {
    if (this.#hub.isDiskFull) return;
    this.#trace?.('the hub has no room');
    this.#hub.isDiskFull = true;
    const before = this.#hub.groupsRefused;
    this.#time.after(this.#random() * 10_000, () => {
      this.#hub.isDiskFull = false;
      if (this.#hub.groupsRefused > before) this.result.faults.hubDiskFull += 1;
    });
  }

  #fillClient() {
    const client = this.#deeds.pick(this.#clients);
    if (!client) return;
    this.#trace?.(`${client.name} has no room`);
    client.disk.fault = {
      onPut: () => {
        this.result.faults.clientDiskFull += 1;
        throw quotaExceeded();
      },
    };
    this.#time.after(this.#random() * 8_000, () => (client.disk.fault = {}));
  }

  /** A transaction that was going well comes to nothing. */
  #abortSomething() {
    const client = this.#deeds.pick(this.#clients);
    if (!client) return;
    let puts = Math.floor(this.#random() * 4);
    client.disk.fault = {
      onPut: () => {
        if (puts-- > 0) return;
        this.#trace?.(`a transaction of ${client.name} is aborted`);
        this.result.faults.abort += 1;
        client.disk.fault = {};
        return 'abort';
      },
    };
  }

  #moveClock() {
    const errorMs = this.#deeds.pick([-TEN_YEARS_MS, 0, TEN_YEARS_MS])!;
    if (this.#happens(0.3)) {
      this.#trace?.(`the hub's clock jumps to ${errorMs}`);
      this.result.faults.hubClockJump += 1;
      this.#hub.clockErrorMs = errorMs;
      return;
    }
    const client = this.#deeds.pick(this.#clients)!;
    this.#trace?.(`the clock of ${client.name} jumps to ${errorMs}`);
    this.result.faults.clockJump += 1;
    for (const one of this.#clients) if (one.disk === client.disk) one.clockErrorMs = errorMs;
  }

  /** Whatever is of version 1 becomes of version 2. */
  async #update() {
    if (this.#hub.protocol === 1 && this.#hub.isUp) {
      this.#trace?.('the hub is updated');
      this.result.faults.update += 1;
      this.#hub.protocol = 2;
      return this.#crashHub();
    }
    const old = this.#clients.filter((client) => client.protocol === 1);
    if (old.length === 0) return;
    this.#trace?.(`${old[0]!.name} is updated`);
    this.result.faults.update += 1;
    for (const client of old) client.kill();
    await this.#time.rest();
    updateDisk(old[0]!.disk, old[0]!.databaseName);
    for (const client of old) {
      client.protocol = 2;
      await this.#open(client);
    }
  }

  /** Starts a program; where the disk is full the page says so, and is opened again. */
  async #open(client: LocalClient) {
    if (client.isStarted) return;
    await client.start().catch(() => {
      client.isStarted = false;
      this.#time.after(2_000, () => void this.#open(client));
    });
  }

  async #crashClient() {
    const client = this.#deeds.pick(this.#clients.filter((one) => one.isUp));
    if (!client) return;
    this.#trace?.(`${client.name} is killed`);
    this.result.faults.clientCrash += 1;
    client.kill();
    this.#time.after(this.#random() * 5_000, () => void this.#open(client));
  }

  async #keepDraft(client: LocalClient) {
    const value = Math.floor(this.#random() * 1e9);
    try {
      await client.store.writeDraft(`message/${this.#logId}/${this.#channelId}`, value);
      for (const one of this.#clients) if (one.disk === client.disk) this.#drafts.delete(one);
      this.#drafts.set(client, value);
    } catch (thrown) {
      this.#trace?.(`${client.name} could not keep a draft: ${codeOf(thrown)}`);
    }
  }

  // ── The end ──────────────────────────────────────────────────────────────────────────────────────────────────────────

  /** Everybody current, nothing waiting but what belongs to a log that one was taken out of; else who is not, and how. */
  async #unsettled(): Promise<string | null> {
    if (!this.#hub.isUp) return 'the hub is down';
    for (const logId of this.#logIds) {
      const { state } = await this.#hub.state(logId);
      for (const client of this.#clients) {
        if (!client.isUp) return `${client.name} is down`;
        if (client.protocol === 1 && logId !== this.#logId) continue;
        const me = await first<MeView | null>((listener) => client.store.watchMe(listener));
        const log = me?.logs.find((one) => one.logId === logId);
        const isSettled = readerIn(state, client)
          ? log?.state === 'member' && log.isCurrent && log.waiting === log.refused
          : log?.state !== 'member';
        if (!isSettled) return `${client.name}: ${JSON.stringify(log)} ${JSON.stringify(await client.outbox())}`;
      }
    }
    return null;
  }

  async #countLessons() {
    const { lessons } = this.result;
    for (const { kind, by, body } of await this.#hub.entries(this.#logId)) {
      if (kind === 'assigned' && body?.['isHandout']) lessons.handedOut += 1;
      else if (kind === 'collecting') lessons.collecting += 1;
      else if (kind === 'collected') lessons[by === null ? 'rung' : 'ended'] += 1;
      else if (kind === 'handedIn' && body?.['of']) lessons.together += 1;
      else if (kind === 'handedIn' && body?.['brought']) lessons.brought += 1;
    }
    for (const client of this.#clients)
      for (const { code } of await client.outbox()) if (code === 'collect-closed') lessons.afterBell += 1;
  }

  async #lookAtLeftovers() {
    const { state } = await this.#hub.state(this.#logId);
    for (const client of this.#clients) {
      if (readerIn(state, client)) continue;
      const view = await client.class(this.#logId);
      const hasDraft = [...this.#drafts.keys()].some((other) => other.disk === client.disk);
      if (view && view.outbox.length === 0 && !hasDraft)
        this.#wrong('diverged', `${client.name} keeps a class he is not in`);
    }
    for (const [client, value] of this.#drafts) {
      const kept = await client.store.readDraft(`message/${this.#logId}/${this.#channelId}`);
      if (kept !== value && readerIn(state, client)) this.#wrong('lost', `a draft of ${client.name}`);
    }
  }

  #wrong(what: 'lost' | 'doubled' | 'diverged', words: string) {
    this.result[what] += 1;
    this.result.problems.push(`${what}: ${words}`);
  }
}
