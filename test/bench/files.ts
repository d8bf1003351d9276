/**
 * `bench -- distribute | collect | upload-1g | mixed`: files for and from a whole class, against what a school would put up instead.
 * Every sample runs on a server of its own; its processor time and memory are what the system counts. MB is 10⁶ bytes. Ours and the
 * peers take one small file before anything is measured: what the first one brings into memory for good is nobody's price per byte.
 */
import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ChannelId, CommandId, FileId, LogId } from '../../src/core/ids.ts';
import type { Credentials, FileRef } from '../../src/core/wire.ts';
import type { Asked } from '../faults/files-app.ts';
import { newFileId, Person } from '../support/person.ts';
import { start, type Child } from './child.ts';
import { deliver } from './delivery.ts';
import type { Exchange, FilesLoad, FilesOutcome } from './files-load.ts';
import { loopDelayOf } from './memory-kept.ts';
import { startNginx } from './nginx.ts';
import { cpuSeconds, forgetPeak, peakBytes } from './process-cost.ts';
import type { Target } from './raw-sockets.ts';
import { atMost, measure, ratioAtLeast, ratioAtMost, type Goal, type Line } from './report.ts';

const PUPILS = 30;
const MB = 1e6;
const HANDOUT_BYTES = 100 * MB;
const WORK_BYTES = 20 * MB;
const SMALL_BYTES = 10 * MB;
const LARGE_BYTES = 1_000 * MB;
const ASSIGNMENT = { title: 'Работа', text: '', dueAt: null, scale: { kind: 'five' }, assignees: 'all' } as const;

interface HubTarget extends Target {
  logId: LogId;
  channelId: ChannelId;
  tickets: string[];
  people: Credentials[];
}
interface HubClass {
  server: Child;
  target: HubTarget;
  url: string;
  /** Signed in, on this side of the wire. */
  person(index: number): Promise<Person>;
  end(): Promise<void>;
}

/** A hub with a teacher and {@link PUPILS} pupils in a process of its own; the teacher is the first. */
async function startClass(): Promise<HubClass> {
  const server = start('hub-class.ts', [String(PUPILS + 1), 'durable']);
  const target = await server.hear<HubTarget>();
  const url = `http://127.0.0.1:${target.port}`;
  const people: Person[] = [];
  return {
    server,
    target,
    url,
    async person(index) {
      const person = new Person(url, target.people[index]!);
      people.push(person);
      await person.signIn();
      return person;
    },
    async end() {
      for (const person of people) person.close();
      await server.end();
    },
  };
}

async function run(load: FilesLoad): Promise<FilesOutcome> {
  const client = start('files-load.ts');
  const heard = client.hear<{ ok: true; outcome: FilesOutcome } | { ok: false; error: string }>();
  client.process.send(load);
  const answer = await heard;
  await client.end();
  if (!answer.ok) throw new Error(answer.error);
  return answer.outcome;
}

const each = (exchanges: (index: number) => Exchange[]): Exchange[][] =>
  Array.from({ length: PUPILS }, (_, index) => exchanges(index));
const host = 'Host: 127.0.0.1';
const base64 = (text: string) => Buffer.from(text).toString('base64');

/** The requests of one upload by tus. @param as who sends, in headers */
const tusUpload = (id: string, sizeBytes: number, as: readonly string[], metadata: string): Exchange[] => [
  {
    head: ['POST /files HTTP/1.1', host, 'Tus-Resumable: 1.0.0', `Upload-Length: ${sizeBytes}`, metadata, ...as],
    bodyBytes: 0,
  },
  { head: [...patchHead(id, 0), ...as], bodyBytes: sizeBytes },
];
const patchHead = (id: string, offset: number) => [
  `PATCH /files/${id} HTTP/1.1`,
  host,
  'Tus-Resumable: 1.0.0',
  `Upload-Offset: ${offset}`,
  'Content-Type: application/offset+octet-stream',
];
const bearer = (ticket: string | undefined) => `Authorization: Bearer ${ticket}`;
const announced = (fileId: FileId) => `Upload-Metadata: fileId ${base64(fileId)},filename ${base64('работа.bin')}`;
const hubUpload = ({ tickets }: HubTarget, fileId: FileId, sizeBytes: number, index: number): Exchange[] =>
  tusUpload(fileId, sizeBytes, [bearer(tickets[index])], announced(fileId));

/** What one sample saw. */
interface Sample {
  mbPerSecond: number;
  cpuSecondsPerGb: number;
}
const sampleOf = (bytes: number, seconds: number, cpu: number): Sample => ({
  mbPerSecond: bytes / MB / seconds,
  cpuSecondsPerGb: cpu / (bytes / (1_000 * MB)),
});

/** Cases that are several sides of the same samples. */
async function sides(
  bench: string,
  runs: number,
  ours: () => Promise<Sample>,
  peers: readonly {
    name: string;
    sample: () => Promise<Sample>;
    cases: readonly { case: string; key: keyof Sample; goal?: Goal }[];
  }[],
): Promise<Line[]> {
  const own: Sample[] = [];
  const others = peers.map((): Sample[] => []);
  for (let at = 0; at < runs; at++) {
    own.push(await ours());
    for (const [index, peer] of peers.entries()) others[index]!.push(await peer.sample());
  }
  const lines: Line[] = [];
  for (const [index, peer] of peers.entries())
    for (const { case: name, key, goal } of peer.cases) {
      let [nextOwn, nextOther] = [0, 0];
      lines.push(
        await measure({
          bench,
          case: name,
          unit: key === 'mbPerSecond' ? 'MB/s' : 'CPU s/GB',
          runs,
          ours: async () => own[nextOwn++]![key],
          peer: { name: peer.name, measure: async () => others[index]![nextOther++]![key] },
          ...(goal ? { goal } : {}),
        }),
      );
    }
  return lines;
}

// ── Down ───────────────────────────────────────────────────────────────────────────────────────────────────────────────

/** A file that everybody in the class may fetch, as its message names it. */
async function handedOut({ person, target }: HubClass, sizeBytes: number): Promise<FileRef> {
  const teacher = await person(0);
  const fileId = newFileId();
  await run({ port: target.port, connections: [hubUpload(target, fileId, sizeBytes, 0)] });
  await teacher.connect();
  const { logId, channelId } = target;
  const body = { channelId, text: '', fileIds: [fileId], replyTo: null };
  const { seq } = await teacher.send(logId, 'postMessage', body);
  await teacher.follow(logId);
  const { entries } = await teacher.caughtUp(logId, seq);
  const named = entries.find((entry) => entry.seq === seq)?.body?.['files'] as FileRef[];
  teacher.close();
  return named[0]!;
}

async function distributeOurs(): Promise<Sample> {
  const hub = await startClass();
  const { fileId } = await handedOut(hub, HANDOUT_BYTES);
  const pids = [hub.server.process.pid!];
  const before = cpuSeconds(pids);
  const { seconds } = await run({
    port: hub.target.port,
    connections: each((index) => [
      { head: [`GET /api/files/${fileId} HTTP/1.1`, host, bearer(hub.target.tickets[index + 1])], bodyBytes: 0 },
    ]),
  });
  const cpu = cpuSeconds(pids) - before;
  await hub.end();
  return sampleOf(PUPILS * HANDOUT_BYTES, seconds, cpu);
}

async function distributeByNginx(): Promise<Sample> {
  const nginx = await startNginx();
  execFileSync('dd', ['if=/dev/urandom', `of=${join(nginx.dir, 'down/file')}`, 'bs=1000000', 'count=100'], {
    stdio: 'ignore',
  });
  const pids = nginx.pids();
  const before = cpuSeconds(pids);
  const { seconds } = await run({
    port: nginx.port,
    connections: each(() => [{ head: ['GET /down/file HTTP/1.1', host], bodyBytes: 0 }]),
  });
  const cpu = cpuSeconds(pids) - before;
  await nginx.end();
  return sampleOf(PUPILS * HANDOUT_BYTES, seconds, cpu);
}

export const distribute = (runs: number): Promise<Line[]> =>
  sides('distribute', runs, distributeOurs, [
    {
      name: 'nginx',
      sample: distributeByNginx,
      cases: [
        { case: 'rate', key: 'mbPerSecond', goal: ratioAtLeast(0.9) },
        { case: 'cpu', key: 'cpuSecondsPerGb', goal: ratioAtMost(2.2) },
      ],
    },
  ]);

// ── Up ─────────────────────────────────────────────────────────────────────────────────────────────────────────────────

/** Until every pupil holds his confirmation: synced, hashed, handed in. */
async function collectOurs(): Promise<Sample> {
  const hub = await startClass();
  const { logId } = hub.target;
  const teacher = await hub.person(0);
  await teacher.connect();
  const { id: assignmentId } = await teacher.send(logId, 'assign', { ...ASSIGNMENT, fileIds: [], seriesId: null });
  const pupils = await Promise.all(each(() => []).map((_, index) => hub.person(index + 1)));
  for (const pupil of pupils) await pupil.connect();
  const fileIds = pupils.map(() => newFileId());
  await run({ port: hub.target.port, connections: [hubUpload(hub.target, newFileId(), SMALL_BYTES, 1)] });
  const pids = [hub.server.process.pid!];
  const before = cpuSeconds(pids);
  const connections = each((index) => hubUpload(hub.target, fileIds[index]!, WORK_BYTES, index + 1));
  const { seconds } = await run({ port: hub.target.port, connections });
  const begunAt = performance.now();
  const handIn = (pupil: Person, index: number): Promise<{ id: CommandId }> =>
    pupil.send(logId, 'handIn', { assignmentId, fileIds: [fileIds[index]!], note: '' });
  await Promise.all(pupils.map(handIn));
  const all = seconds + (performance.now() - begunAt) / 1000;
  const cpu = cpuSeconds(pids) - before;
  await hub.end();
  return sampleOf(PUPILS * WORK_BYTES, all, cpu);
}

async function collectByTus(): Promise<Sample> {
  const server = start('bare-tus.ts');
  const { port } = await server.hear<{ port: number }>();
  const pids = [server.process.pid!];
  const upload = (sizeBytes: number) => {
    const id = randomBytes(16).toString('hex');
    return tusUpload(id, sizeBytes, [`X-Id: ${id}`], `Upload-Metadata: filename ${base64('работа.bin')}`);
  };
  await run({ port, connections: [upload(SMALL_BYTES)] });
  const before = cpuSeconds(pids);
  const { seconds } = await run({ port, connections: each(() => upload(WORK_BYTES)) });
  const cpu = cpuSeconds(pids) - before;
  await server.end();
  return sampleOf(PUPILS * WORK_BYTES, seconds, cpu);
}

async function collectByNginx(): Promise<Sample> {
  const nginx = await startNginx();
  const pids = nginx.pids();
  const put = (name: string, bodyBytes: number): Exchange[] => [
    { head: [`PUT /up/${name} HTTP/1.1`, host], bodyBytes },
  ];
  await run({ port: nginx.port, connections: [put('first', SMALL_BYTES)] });
  const before = cpuSeconds(pids);
  const connections = each((index) => put(`${index}`, WORK_BYTES));
  const { seconds } = await run({ port: nginx.port, connections });
  const cpu = cpuSeconds(pids) - before;
  await nginx.end();
  return sampleOf(PUPILS * WORK_BYTES, seconds, cpu);
}

export const collect = (runs: number): Promise<Line[]> =>
  sides('collect', runs, collectOurs, [
    {
      name: 'bare @tus/server',
      sample: collectByTus,
      cases: [
        { case: 'rate', key: 'mbPerSecond', goal: ratioAtLeast(1.4) },
        { case: 'cpu', key: 'cpuSecondsPerGb', goal: ratioAtMost(0.6) },
      ],
    },
    { name: 'nginx PUT', sample: collectByNginx, cases: [{ case: 'rate-nginx', key: 'mbPerSecond' }] },
  ]);

// ── One large file ─────────────────────────────────────────────────────────────────────────────────────────────────────

const MEMORY_MB_MAX = 32;
const LOOP_MS_MAX = 20;

/** The most memory that the hub had while it took a file in, in MB. */
async function hubPeak(sizeBytes: number): Promise<{ peakMb: number; loopMs: number }> {
  const hub = await startClass();
  const pid = hub.server.process.pid!;
  // Once before: what the first upload brings into memory for good is not of the second.
  await run({ port: hub.target.port, connections: [hubUpload(hub.target, newFileId(), SMALL_BYTES, 1)] });
  forgetPeak(pid);
  await loopDelayOf(hub.server);
  await run({ port: hub.target.port, connections: [hubUpload(hub.target, newFileId(), sizeBytes, 1)] });
  const { p99Ms } = await loopDelayOf(hub.server);
  const peakMb = peakBytes(pid) / MB;
  await hub.end();
  return { peakMb, loopMs: p99Ms };
}

const LOOK_MS = 50;
/** Makes a file its own. */
const OWN_BYTES = 16;

/** The app's queue in main, in a process of its own, towards a hub. */
async function startApp({ url, target }: HubClass) {
  const dir = mkdtempSync(join(tmpdir(), 'parta-bench-app-'));
  const app = start('../faults/files-app.ts', [dir, url, JSON.stringify(target.people[0])]);
  await app.hear();
  let number = 0;
  const ask = async <T>(
    asked: { what: 'upload'; paths: string[] } | { what: 'download'; files: FileRef[] } | { what: 'list' },
  ) => {
    const heard = app.hear<{ value: T; error?: string }>();
    app.process.send({ number: (number += 1), ...asked } as Asked);
    const { value, error } = await heard;
    if (error) throw new Error(error);
    return value;
  };
  const allDone = async () => {
    for (;;) {
      const list = await ask<{ state: string }[]>({ what: 'list' });
      if (list.every(({ state }) => state === 'done')) return;
      await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
    }
  };
  return {
    pid: app.process.pid!,
    async upload(sizeBytes: number) {
      const path = join(dir, `${sizeBytes}-${number}.bin`);
      writeFileSync(path, randomBytes(OWN_BYTES));
      // The rest is empty: it costs nothing here, and the app reads, hashes, copies and sends it like any other.
      truncateSync(path, sizeBytes);
      await ask({ what: 'upload', paths: [path] });
      await allDone();
    },
    async download(file: FileRef) {
      await ask({ what: 'download', files: [file] });
      await allDone();
    },
    async end() {
      await app.end();
      rmSync(dir, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}
/** The most memory that the app's queue had while a file went up, and while another came down, in MB. */
async function appPeaks(sizeBytes: number): Promise<{ upMb: number; downMb: number }> {
  const hub = await startClass();
  const first = await handedOut(hub, SMALL_BYTES);
  const file = await handedOut(hub, sizeBytes);
  const app = await startApp(hub);
  // Once before, as with the hub.
  await app.upload(SMALL_BYTES);
  await app.download(first);
  forgetPeak(app.pid);
  await app.upload(sizeBytes);
  const upMb = peakBytes(app.pid) / MB;
  forgetPeak(app.pid);
  await app.download(file);
  const downMb = peakBytes(app.pid) / MB;
  await app.end();
  await hub.end();
  return { upMb, downMb };
}

/** What it costs to go on with half a file of which nobody remembers the hash: the half is read and hashed again. */
async function resumeMs(): Promise<number> {
  const hub = await startClass();
  const fileId = newFileId();
  const { tickets, port } = hub.target;
  const half = LARGE_BYTES / 2;
  const [create] = hubUpload(hub.target, fileId, LARGE_BYTES, 1);
  const begin: Exchange = { head: [...patchHead(fileId, 0), bearer(tickets[1])], bodyBytes: half };
  await run({ port, connections: [[create!, begin]] });
  const forgotten = hub.server.hear();
  hub.server.process.send('forget');
  await forgotten;
  const more: Exchange = { head: [...patchHead(fileId, half), bearer(tickets[1])], bodyBytes: 1 };
  const { seconds } = await run({ port, connections: [[more]] });
  await hub.end();
  return seconds * 1000;
}

export async function uploadLarge(runs: number): Promise<Line[]> {
  const grown: number[] = [];
  const delays: number[] = [];
  const ups: number[] = [];
  const downs: number[] = [];
  for (let at = 0; at < runs; at++) {
    const small = await hubPeak(SMALL_BYTES);
    const large = await hubPeak(LARGE_BYTES);
    grown.push(large.peakMb - small.peakMb);
    delays.push(large.loopMs);
    const smallApp = await appPeaks(SMALL_BYTES);
    const largeApp = await appPeaks(LARGE_BYTES);
    ups.push(largeApp.upMb - smallApp.upMb);
    downs.push(largeApp.downMb - smallApp.downMb);
  }
  const bench = 'upload-1g';
  const told = (name: string, unit: string, samples: number[], goal?: Goal) => {
    let next = 0;
    const ours = async () => samples[next++]!;
    return measure({ bench, case: name, unit, runs: samples.length, ours, peer: null, ...(goal ? { goal } : {}) });
  };
  return [
    await told('hub-memory', 'MB more than at 10 MB', grown, atMost(MEMORY_MB_MAX, 'MB')),
    await told('app-memory-up', 'MB more than at 10 MB', ups, atMost(MEMORY_MB_MAX, 'MB')),
    await told('app-memory-down', 'MB more than at 10 MB', downs, atMost(MEMORY_MB_MAX, 'MB')),
    await told('loop-p99', 'ms', delays, atMost(LOOP_MS_MAX, 'ms')),
    await measure({ bench, case: 'resume', unit: 'ms', runs: 1, ours: resumeMs, peer: null }),
  ];
}

// ── Chat while files flow ──────────────────────────────────────────────────────────────────────────────────────────────

const MIXED_RATIO_MAX = 3;
const MIXED_MS_MAX = 50;

/** What flows beside a chat, and where its senders run. */
type Beside = 'nothing' | 'files' | 'files from elsewhere';

/** The p99 of a calm chat of 30, with nothing else or with 30 downloads and 30 uploads beside it. */
async function chatMs(beside: Beside): Promise<number> {
  const hub = await startClass();
  const { target } = hub;
  const { fileId } = await handedOut(hub, HANDOUT_BYTES);
  const load = { ...target, readers: PUPILS, pace: { perSecond: 20 }, warmMs: 1_000, measureMs: 5_000 };
  const flow = async (isOver: () => boolean) => {
    while (!isOver())
      await run({
        port: target.port,
        connections: [
          ...each((index) => [
            { head: [`GET /api/files/${fileId} HTTP/1.1`, host, bearer(target.tickets[index + 1])], bodyBytes: 0 },
          ]),
          ...each((index) => hubUpload(target, newFileId(), WORK_BYTES, index + 1)),
        ],
        givesWay: beside === 'files from elsewhere',
      });
  };
  const { p99Ms } = await deliver(load, beside === 'nothing' ? undefined : flow);
  await hub.end();
  return p99Ms;
}

/**
 * Twice: with the senders of files on the hub's own processors, as equals, and stepped back behind it. Thirty pupils' computers are not
 * on a hub's processors; what they take away from it on this machine is nothing that a class would see.
 */
export async function mixed(runs: number): Promise<Line[]> {
  const samples: Record<Beside, number[]> = { nothing: [], files: [], 'files from elsewhere': [] };
  for (let at = 0; at < runs; at++)
    for (const beside of Object.keys(samples) as Beside[]) samples[beside].push(await chatMs(beside));
  const lines: Line[] = [];
  for (const [name, beside] of [
    ['chat-p99', 'files'],
    ['chat-p99-elsewhere', 'files from elsewhere'],
  ] as const) {
    let [nextOwn, nextOther] = [0, 0];
    lines.push(
      await measure({
        bench: 'mixed',
        case: name,
        unit: 'ms',
        runs,
        ours: async () => samples[beside][nextOwn++]!,
        peer: { name: 'the same chat without files', measure: async () => samples.nothing[nextOther++]! },
        goal: {
          text: `ratio ≤ ${MIXED_RATIO_MAX} and ≤ ${MIXED_MS_MAX} ms`,
          holds: (ours, peer) => ours <= MIXED_MS_MAX && ours <= MIXED_RATIO_MAX * (peer ?? 0),
        },
      }),
    );
  }
  return lines;
}
