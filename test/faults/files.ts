/**
 * Files under faults: an app's queue and a hub, each a process on a disk of its own, a slow cable between them. In each round files go
 * both ways while processes are killed, the cable is cut, disks fill up and bits of what is half there flip; then all is mended, and an
 * outside look says whether every file is there once and whole. Hides: processes, disks (tmpfs where that may be mounted), the look.
 */
import { fork, spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { createHash, randomBytes, randomInt } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statfsSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { CommandId, FileId, LogId } from '../../src/core/ids.ts';
import type { Credentials, FileRef } from '../../src/core/wire.ts';
import { newId, Person } from '../support/person.ts';
import { seeded } from '../support/virtual-time.ts';
import type { Asked } from './files-app.ts';
import { laySlowCable, type SlowCable } from './slow-cable.ts';

export const FAULT_KINDS = [
  'cableCut',
  'hubKilled',
  'appKilled',
  'hubDiskFull',
  'appDiskFull',
  'bitFlippedUp',
  'bitFlippedDown',
] as const;
export type FaultKind = (typeof FAULT_KINDS)[number];

export interface FileRounds {
  rounds: number;
  /** Files that went up and down. */
  files: number;
  faults: Record<FaultKind, number>;
  lost: number;
  doubled: number;
  wrongBytes: number;
  problems: string[];
}

const HUB = fileURLToPath(new URL('../../src/hub/standalone.ts', import.meta.url));
/** More than both programs want to keep free. */
const DISK_BYTES = 500 * 1024 ** 2;
/** Then a new class, on empty disks. */
const ROUNDS_PER_WORLD = 20;
const FILES_MAX = 3;
const FILE_BYTES_MAX = 3_000_000;
const FAULTS_PER_ROUND = 4;
const PAUSE_MS_MAX = 120;
const PATIENCE_MS = 90_000;
const LOOK_MS = 25;
/** Of a hub's log, characters kept. */
const SAID_MAX = 2_000;

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
async function until<T>(what: string, read: () => Promise<T | undefined | false>): Promise<T> {
  const end = Date.now() + PATIENCE_MS;
  for (;;) {
    const value = await read().catch(() => undefined);
    if (value !== undefined && value !== false) return value;
    if (Date.now() > end) throw new Error(`waited in vain: ${what}`);
    await pause(LOOK_MS);
  }
}
const exited = (child: ChildProcess) =>
  new Promise<void>((resolve) => {
    if (child.exitCode !== null || child.signalCode !== null) resolve();
    else child.once('exit', () => resolve());
  });

const PORTS_FILE = '/proc/sys/net/ipv4/ip_local_port_range';
const PORT_MIN = 1_024;
const PORT_MAX = 65_535;
/** So many ports are looked at. */
const PORT_TRIES = 100;

/**
 * A free port that the system gives to nobody who does not ask for it by number: while the hub is dead, any connection's own end could
 * be given one of those, and the hub would come back on another port, where the app never looks.
 */
async function quietPort(): Promise<number> {
  const text = existsSync(PORTS_FILE) ? readFileSync(PORTS_FILE, 'utf8') : '49152 65535';
  const [low = 0, high = 0] = text.trim().split(/\s+/).map(Number);
  const [from, to] = low - PORT_MIN >= PORT_MAX - high ? [PORT_MIN, low - 1] : [high + 1, PORT_MAX];
  for (let tried = 0; tried < PORT_TRIES; tried++) {
    // High in the range: services that are known by number are low.
    const port = randomInt(Math.max(from, Math.floor((from + to) / 2)), to + 1);
    const probe = createServer();
    const isFree = await new Promise<boolean>((resolve) => {
      probe.once('error', () => resolve(false)).listen(port, '127.0.0.1', () => resolve(true));
    });
    await new Promise<void>((resolve) => probe.close(() => resolve()));
    if (isFree) return port;
  }
  throw new Error('no quiet port is free');
}

/** A folder on a disk of its own, where that is allowed. */
class Disk {
  readonly dir: string;
  readonly isOwn: boolean;
  constructor(root: string, name: string) {
    this.dir = join(root, name);
    mkdirSync(this.dir);
    const options = `size=${DISK_BYTES},mode=700`;
    this.isOwn = spawnSync('mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', this.dir]).status === 0;
  }
  get #filler() {
    return join(this.dir, 'filler');
  }
  /** Leaves nothing. @returns whether it could */
  fill(): boolean {
    if (!this.isOwn) return false;
    const { bavail, bsize } = statfsSync(this.dir);
    return spawnSync('fallocate', ['-l', String(Math.max(1, bavail * bsize)), this.#filler]).status === 0;
  }
  free(): void {
    rmSync(this.#filler, { force: true });
  }
  unmount(): void {
    this.free();
    if (this.isOwn) spawnSync('umount', [this.dir]);
  }
}

class World {
  readonly root = mkdtempSync(join(tmpdir(), 'parta-file-faults-'));
  readonly hubDisk = new Disk(this.root, 'hub');
  readonly appDisk = new Disk(this.root, 'app');
  readonly chosen = join(this.root, 'chosen');
  port = 0;
  cable!: SlowCable;
  teacher!: Person;
  pupil!: Person;
  logId!: LogId;
  channelId = '';
  #owner!: Credentials;
  #hub: ChildProcess | null = null;
  #app: ChildProcess | null = null;
  #hubSaid = '';
  #asked = 0;

  async begin(): Promise<void> {
    mkdirSync(this.chosen);
    this.port = await quietPort();
    this.cable = await laySlowCable(this.port);
    const code = await this.startHub();
    const url = `http://127.0.0.1:${this.port}`;
    this.teacher = await Person.withDeviceCode(url, code!);
    this.#owner = this.teacher.credentials;
    const made = await this.teacher.createClass('7А');
    this.logId = made.logId;
    this.channelId = made.channelId;
    const { code: classCode } = await this.teacher.joinCode(this.logId);
    this.pupil = await Person.join(url, classCode, 'Белов Илья');
    const request = await until('the knock', async () =>
      this.teacher.logs.get(this.logId)?.entries.find(({ kind }) => kind === 'joinRequested'),
    );
    await this.teacher.send(this.logId, 'confirmJoin', {
      requestId: request.id,
      memberId: newId(),
      name: 'Белов Илья',
    });
    this.teacher.close();
    await this.startApp();
  }

  /** @returns the first teacher's code, at the first start */
  async startHub(): Promise<string | undefined> {
    if (this.#hub) return undefined;
    const child = spawn(
      process.execPath,
      [HUB, '--data', this.hubDisk.dir, '--port', String(this.port), '--teacher', 'А'],
      {
        stdio: ['ignore', 'pipe', 'pipe'],
      },
    );
    this.#hub = child;
    this.#hubSaid = '';
    child.stderr!.on('data', (chunk: Buffer) => {
      this.#hubSaid = (this.#hubSaid + chunk.toString()).slice(-SAID_MAX);
    });
    let said = '';
    child.stdout!.on('data', (chunk: Buffer) => (said += chunk.toString()));
    child.once('exit', () => {
      if (this.#hub === child) this.#hub = null;
    });
    await until('the hub', async () => said.endsWith('ready\n') || child.exitCode !== null);
    return /: (\d{4} \d{4})$/m.exec(said)?.[1];
  }
  /** For the story of a failure. */
  get hubState(): string {
    return this.#hub ? 'runs' : 'does not run';
  }
  get hubSaid(): string {
    return this.#hubSaid;
  }
  async killHub(): Promise<boolean> {
    const child = this.#hub;
    if (!child) return false;
    child.kill('SIGKILL');
    await exited(child);
    this.#hub = null;
    return true;
  }

  async startApp(): Promise<void> {
    if (this.#app) return;
    const args = [this.appDisk.dir, `http://127.0.0.1:${this.cable.port}`, JSON.stringify(this.#owner)];
    const child = fork(join(import.meta.dirname, 'files-app.ts'), args, {
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    });
    this.#app = child;
    child.once('exit', () => {
      if (this.#app === child) this.#app = null;
    });
    await new Promise<void>((resolve) => {
      child.once('message', () => resolve());
      child.once('exit', () => resolve());
    });
  }
  async killApp(): Promise<boolean> {
    const child = this.#app;
    if (!child) return false;
    child.kill('SIGKILL');
    await exited(child);
    this.#app = null;
    return true;
  }

  /** The app's answer; undefined where it died over the question or refused. */
  ask<T>(question: { what: 'upload'; paths: string[] } | { what: 'download'; files: FileRef[] } | { what: 'list' }) {
    const child = this.#app;
    return new Promise<T | undefined>((resolve) => {
      if (!child?.connected) return resolve(undefined);
      const number = (this.#asked += 1);
      const over = (value?: T) => {
        child.off('message', heard).off('exit', gone);
        resolve(value);
      };
      const gone = () => over();
      const heard = (message: { number?: number; value?: T; error?: string }) => {
        if (message.number === number) over(message.error ? undefined : (message.value ?? (null as T)));
      };
      child.on('message', heard).on('exit', gone);
      child.send({ number, ...question } as Asked, () => undefined);
    });
  }

  async end(): Promise<void> {
    this.teacher?.close();
    this.pupil?.close();
    await this.killApp();
    await this.killHub();
    await this.cable.close();
    this.hubDisk.unmount();
    this.appDisk.unmount();
    rmSync(this.root, { recursive: true, force: true, maxRetries: 5 });
  }
}

const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

/** Flips one bit of the longest file below a folder that is half there. @returns whether there was one */
function flipIn(folder: string, isHalf: (name: string) => boolean, chance: () => number): boolean {
  if (!existsSync(folder)) return false;
  for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter(isHalf)) {
    const path = join(folder, name);
    let bytes: Buffer;
    try {
      bytes = readFileSync(path);
    } catch {
      continue;
    }
    if (bytes.length === 0) continue;
    const at = Math.floor(chance() * bytes.length);
    bytes[at] = bytes[at]! ^ (1 << Math.floor(chance() * 8));
    writeFileSync(path, bytes);
    return true;
  }
  return false;
}

/** @param seed the first round's; each round has the next */
export async function runFileRounds(rounds: number, seed: number, tell: (line: string) => void): Promise<FileRounds> {
  const result: FileRounds = {
    rounds,
    files: 0,
    faults: Object.fromEntries(FAULT_KINDS.map((kind) => [kind, 0])) as Record<FaultKind, number>,
    lost: 0,
    doubled: 0,
    wrongBytes: 0,
    problems: [],
  };
  for (let from = 0; from < rounds; from += ROUNDS_PER_WORLD) {
    const world = new World();
    try {
      await world.begin();
      for (let round = from; round < Math.min(rounds, from + ROUNDS_PER_WORLD); round++) {
        const problems = await playRound(world, seeded(seed + round), result);
        for (const problem of problems) tell(`round ${seed + round}: ${problem}`);
        result.problems.push(...problems);
      }
    } finally {
      await world.end();
    }
  }
  return result;
}

async function playRound(world: World, chance: () => number, result: FileRounds): Promise<string[]> {
  const { faults } = result;
  const problems: string[] = [];
  const draw = (most: number) => 1 + Math.floor(chance() * most);
  const make = () => randomBytes(draw(FILE_BYTES_MAX));

  // A pupil's file, which the app is to fetch, is on the hub before anything breaks.
  // Tickets live as long as the hub's process.
  await world.pupil.signIn();
  const fromPupil = make();
  const pupilFile = await world.pupil.upload(fromPupil, 'работа.bin');
  const said = { channelId: world.channelId, text: '', fileIds: [pupilFile], replyTo: null };
  await world.pupil.connect();
  const { seq } = await world.pupil.send(world.logId, 'postMessage', said as never);
  await world.pupil.follow(world.logId);
  const { entries } = await world.pupil.caughtUp(world.logId, seq);
  const [ref] = (entries.find((entry) => entry.seq === seq)?.body?.['files'] ?? []) as FileRef[];
  world.pupil.close();

  const up = Array.from({ length: draw(FILES_MAX) }, (_, index) => {
    const bytes = make();
    const path = join(world.chosen, `${newId()}-${index}.bin`);
    writeFileSync(path, bytes);
    return { path, bytes, fileId: null as FileId | null };
  });
  result.files += up.length + 1;
  const request = async () => {
    const open = up.filter(({ fileId }) => fileId === null);
    if (open.length === 0) return true;
    const queued = await world.ask<{ fileId: FileId }[]>({ what: 'upload', paths: open.map(({ path }) => path) });
    for (const [index, file] of (queued ?? []).entries()) open[index]!.fileId = file.fileId;
    return queued !== undefined;
  };
  await request();
  await world.ask({ what: 'download', files: [ref!] });

  const acts: Record<FaultKind, () => Promise<boolean>> = {
    cableCut: async () => {
      world.cable.cut();
      return true;
    },
    hubKilled: () => world.killHub(),
    appKilled: () => world.killApp(),
    hubDiskFull: async () => world.hubDisk.fill(),
    appDiskFull: async () => world.appDisk.fill(),
    bitFlippedUp: async () => {
      faults.hubKilled += (await world.killHub()) ? 1 : 0;
      return flipIn(join(world.hubDisk.dir, 'uploads'), () => true, chance);
    },
    bitFlippedDown: async () => {
      faults.appKilled += (await world.killApp()) ? 1 : 0;
      return flipIn(join(world.appDisk.dir, 'incoming'), (name) => name.endsWith('.part'), chance);
    },
  };
  const mend = async () => {
    world.hubDisk.free();
    world.appDisk.free();
    world.cable.mend();
    await world.startHub();
    await world.startApp();
  };
  for (let left = draw(FAULTS_PER_ROUND); left > 0; left--) {
    await pause(chance() * PAUSE_MS_MAX);
    const kind = FAULT_KINDS[Math.floor(chance() * FAULT_KINDS.length)]!;
    if (await acts[kind]()) faults[kind] += 1;
    await pause(chance() * PAUSE_MS_MAX);
    if (chance() < 0.6) await mend();
  }

  // Everything is whole again: now all of it has to arrive by itself.
  try {
    await until('the queue', async () => {
      await mend();
      if (!(await request())) return false;
      await world.ask({ what: 'download', files: [ref!] });
      const list = await world.ask<{ state: string }[]>({ what: 'list' });
      return list?.every(({ state }) => state === 'done');
    });
  } catch {
    const list = await world.ask<{ state: string; code: string | null; direction: string }[]>({ what: 'list' });
    const states = (list ?? [])
      .filter(({ state }) => state !== 'done')
      .map(({ state, code, direction }) => `${direction} ${state} ${code}`);
    states.push(`hub ${world.hubState}; it said ${world.hubSaid}`);
    result.lost += states.length || 1;
    return [`the queue never came to its end: ${states.join(', ')}`];
  }

  // The message that names them goes twice, as after a lost answer.
  await world.teacher.signIn();
  await world.teacher.connect();
  const id = newId<CommandId>();
  const body = { channelId: world.channelId, text: '', fileIds: up.map(({ fileId }) => fileId), replyTo: null };
  for (const _again of [1, 2]) {
    const [answer] = await world.teacher.submit(world.logId, [{ id, kind: 'postMessage', body }]);
    if (!answer?.ok) problems.push(`the message was refused: ${answer?.code}`);
  }
  await world.teacher.follow(world.logId);
  const log = await until('the log', async () => world.teacher.logs.get(world.logId));
  const rows = log.entries.filter((entry) => entry.id === id);
  if (rows.length !== 1) problems.push(`the message is there ${rows.length} times`);
  result.doubled += Math.max(0, rows.length - 1);
  for (const { fileId, bytes } of up) {
    const answer = await world.teacher.download(fileId!);
    if (answer.status !== 200) {
      result.lost += 1;
      problems.push(`a file that went up is answered with ${answer.status}`);
    } else if (!answer.bytes.equals(bytes)) {
      result.wrongBytes += 1;
      problems.push('a file that went up has other bytes');
    }
  }
  world.teacher.close();
  const here = join(world.appDisk.dir, 'files', ref!.sha256.slice(0, 2), ref!.sha256.slice(2));
  if (!existsSync(here)) {
    result.lost += 1;
    problems.push('a file that came down is not in the library');
  } else if (sha256(readFileSync(here)) !== sha256(fromPupil)) {
    result.wrongBytes += 1;
    problems.push('a file in the library has other bytes');
  }
  return problems;
}
