/** The hub as a process of its own: killed, told to stop, embedded. */
import { execFileSync, fork, spawn, type ChildProcess } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { AppToHub, HubToApp } from '../../src/core/embedding.ts';
import type { CommandId, LogId } from '../../src/core/ids.ts';
import type { CommandResult, Credentials } from '../../src/core/wire.ts';
import { CLOSE_MS_MAX } from '../../src/hub/ending.ts';
import { contentPath } from '../../src/hub/files.ts';
import { END_MS_MAX } from '../../src/main/ending.ts';
import { startHub } from '../support/hub.ts';
import { ask, call, eventually, newFileId, newId, Person, sha256Of } from '../support/person.ts';

const PROGRAM = fileURLToPath(new URL('../../src/hub/standalone.ts', import.meta.url));
const EMBEDDED = fileURLToPath(new URL('../../src/hub/embedded.ts', import.meta.url));
const KILLS = 3;

let dataDir: string;
let children: ChildProcess[] = [];
beforeEach(async () => (dataDir = await mkdtemp(join(tmpdir(), 'parta-process-'))));
afterEach(async () => {
  for (const child of children) child.kill('SIGKILL');
  children = [];
  await rm(dataDir, { recursive: true, force: true, maxRetries: 5 });
});

const exited = (child: ChildProcess) =>
  new Promise<number | NodeJS.Signals | null>((resolve) =>
    child.exitCode === null && child.signalCode === null
      ? child.once('exit', (code, signal) => resolve(code ?? signal))
      : resolve(child.exitCode ?? child.signalCode),
  );

interface Running {
  child: ChildProcess;
  url: string;
  code: string | undefined;
}
const runHub = (...more: string[]) => runHubWith([], ...more);
async function runHubWith(execArgv: string[], ...more: string[]): Promise<Running> {
  const child = spawn(process.execPath, [...execArgv, PROGRAM, '--data', dataDir, '--port', '0', ...more], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  children.push(child);
  let said = '';
  child.stdout!.on('data', (chunk: Buffer) => (said += chunk.toString()));
  child.stderr!.on('data', () => undefined);
  await eventually(() => said.endsWith('ready\n'));
  const port = /http:\/\/localhost:(\d+)/.exec(said)?.[1];
  return { child, url: `http://127.0.0.1:${port}`, code: /: (\d{4} \d{4})$/m.exec(said)?.[1] };
}

test(`[S2] a hub that is killed keeps every acked command, once, ${KILLS} times over`, async () => {
  let owner: Credentials | undefined;
  let logId: LogId | undefined;
  let channelId = '';
  const acked = new Set<CommandId>();
  const sent = new Set<CommandId>();
  for (let round = 0; round <= KILLS; round++) {
    const { child, url, code } = await runHub('--teacher', 'Анна');
    owner ??= (await Person.withDeviceCode(url, code!)).credentials;
    expect(round > 0 ? code : undefined).toBeUndefined();
    const teacher = new Person(url, owner);
    await teacher.connect();
    if (logId) {
      const { entries } = await teacher.follow(logId);
      const kept = entries.filter((entry) => entry.kind === 'messagePosted').map((entry) => entry.id);
      expect(new Set(kept).size).toBe(kept.length);
      for (const id of acked) expect(kept).toContain(id);
      for (const id of kept) expect(sent).toContain(id);
      expect(entries.map((entry) => entry.seq)).toEqual(entries.map((_, index) => index + 1));
    } else ({ logId, channelId } = await teacher.createClass('7А'));
    if (round === KILLS) {
      child.kill('SIGTERM');
      expect(await exited(child)).toBe(0);
      break;
    }
    // Commands keep coming, and the hub is killed in the middle of them, when some were acked.
    const before = acked.size;
    let isDown = false;
    const down = exited(child).then((): CommandResult[] => []);
    const stream = async () => {
      while (!isDown) {
        const commands = Array.from({ length: 5 }, () => ({
          id: newId<CommandId>(),
          kind: 'postMessage',
          body: { channelId, text: 'слово', fileIds: [], replyTo: null },
        }));
        for (const { id } of commands) sent.add(id);
        const results = await Promise.race([teacher.submit(logId!, commands), down]).catch(() => []);
        for (const result of results) if (result.ok) acked.add(result.id);
      }
    };
    const streams = Array.from({ length: 8 }, stream);
    await eventually(() => acked.size > before + 30);
    child.kill('SIGKILL');
    await exited(child);
    isDown = true;
    await Promise.all(streams);
    teacher.close();
  }
  expect(acked.size).toBeGreaterThan(KILLS * 30);
}, 60_000);

/**
 * A hub whose disk takes uploads and never answers: the thread waits in the system, where nothing ends it. Of the clock
 * CLOSE_MS_MAX alone is played. Its database's thread dies at SIGUSR2.
 * @returns how node is told
 */
async function onDeadDisk(): Promise<string[]> {
  const dead = join(dataDir, 'dead');
  execFileSync('mkfifo', [dead]);
  const [asked, disk] = [`${dead}-asked`, dead].map((path) => JSON.stringify(path));
  const held = JSON.stringify(`const fs = require('fs'); fs.writeFileSync(${asked}, ''); fs.openSync(${disk})`);
  await writeFile(
    `${dead}.mjs`,
    `import threads from 'node:worker_threads';
     import { syncBuiltinESMExports } from 'node:module';
     const { Worker } = threads;
     threads.Worker = function (url, options) {
       if (options.name === 'file-writer') return new Worker(${held}, { eval: true });
       const worker = new Worker(url, options);
       process.on('SIGUSR2', () => worker.terminate());
       return worker;
     };
     syncBuiltinESMExports();
     const { setTimeout } = globalThis;
     globalThis.setTimeout = (work, ms, ...more) => setTimeout(work, ms === ${CLOSE_MS_MAX} ? 1 : ms, ...more);`,
  );
  return ['--import', `${dead}.mjs`];
}
const deadDiskIsAsked = () => eventually(() => existsSync(join(dataDir, 'dead-asked')));

describe('standalone', () => {
  test.skipIf(process.platform === 'win32')(
    '[S15] ends under a disk that never answers, and the next start goes on from what is there',
    async () => {
      const bytes = Buffer.from('Упражнение 214');
      const fileId = newFileId();
      const of = async (url: string, credentials: Credentials) => {
        const person = new Person(url, credentials);
        await person.signIn();
        const headers = { 'Tus-Resumable': '1.0.0', 'Content-Type': 'application/offset+octet-stream' };
        const send = (from: number, to: number) =>
          person.ask(`/files/${fileId}`, {
            method: 'PATCH',
            headers: { ...headers, 'Upload-Offset': String(from) },
            body: bytes.subarray(from, to),
          });
        return { person, headers, send };
      };
      const before = await startHub({ dataDir });
      const { person, headers, send } = await of(before.url, before.owner);
      const metadata = `fileId ${btoa(fileId)},filename ${btoa('x')}`;
      const announced = { ...headers, 'Upload-Length': String(bytes.length), 'Upload-Metadata': metadata };
      await person.ask('/files', { method: 'POST', headers: announced });
      expect((await send(0, 10)).status).toBe(204);
      await before.stop();

      const { child, url } = await runHubWith(await onDeadDisk());
      const cut = (await of(url, before.owner)).send(10, bytes.length).catch(() => 'cut');
      await deadDiskIsAsked();
      child.kill('SIGTERM');
      expect(await exited(child)).toBe('SIGKILL');
      expect(await cut).toBe('cut');

      const after = await startHub({ dataDir });
      const again = await of(after.url, before.owner);
      const { headers: stands } = await again.person.ask(`/files/${fileId}`, { method: 'HEAD', headers });
      expect(stands['upload-offset']).toBe('10');
      expect((await again.send(10, bytes.length)).status).toBe(204);
      expect(readFileSync(contentPath(dataDir, sha256Of(bytes))).equals(bytes)).toBe(true);
      await after.stop();
    },
  );

  test('says how it is used, and ends with 1, where it is told nothing', async () => {
    const child = spawn(process.execPath, [PROGRAM], { stdio: ['ignore', 'pipe', 'pipe'] });
    children.push(child);
    let said = '';
    child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()));
    expect(await exited(child)).toBe(1);
    expect(said).toMatch(/^usage: hub --data DIR/);
  });

  test('a folder that another hub has open is refused by code', async () => {
    const first = await startHub({ dataDir });
    const child = spawn(process.execPath, [PROGRAM, '--data', dataDir, '--port', '0'], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    children.push(child);
    let said = '';
    child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()));
    expect(await exited(child)).toBe(1);
    expect(said).toContain('busy');
    await first.stop();
  });

  test('[S14] --backup copies, --restore starts from the copy with another epoch', async () => {
    const first = await startHub({ dataDir });
    const teacher = new Person(first.url, first.owner);
    const { logId } = await teacher.createClass('7А');
    const { logKey } = teacher.logs.get(logId)!.following;
    teacher.close();
    await first.stop();
    const copy = join(dataDir, 'copy.db');
    const backup = spawn(process.execPath, [PROGRAM, '--data', dataDir, '--backup', copy], { stdio: 'ignore' });
    children.push(backup);
    expect(await exited(backup)).toBe(0);
    const { url, child } = await runHub('--restore', copy);
    const again = new Person(url, first.owner);
    const log = await again.follow(logId);
    expect(log.following.logKey).not.toBe(logKey);
    expect(log.entries).toHaveLength(1);
    again.close();
    child.kill('SIGTERM');
    await exited(child);
  });

  test('[S17] --remove-teacher shuts a teacher out, and lets in who comes after him by a code of the console', async () => {
    const first = await startHub({ dataDir });
    const teacher = new Person(first.url, first.owner);
    const { logId } = await teacher.createClass('7А');
    const { name } = await teacher.me();
    teacher.close();
    await first.stop();
    const remove = async (who: string) => {
      const child = spawn(process.execPath, [PROGRAM, '--data', dataDir, '--remove-teacher', who], {
        stdio: ['ignore', 'ignore', 'pipe'],
      });
      children.push(child);
      let said = '';
      child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()));
      return [await exited(child), said] as const;
    };
    expect(await remove('Не Такой')).toMatchObject([1, expect.stringContaining('Nobody of this name')]);
    expect((await remove(name))[0]).toBe(0);
    const { url, child, code } = await runHub('--teacher', 'Новый Учитель');
    const gone = new Person(url, first.owner);
    await expect(gone.signIn()).rejects.toMatchObject({ code: 'signed-out' });
    const next = await Person.withDeviceCode(url, code!);
    await next.signIn();
    expect((await next.me()).logs.filter((log) => log.logId === logId)).toEqual([]);
    expect(next.credentials.personId).not.toBe(first.owner.personId);
    child.kill('SIGTERM');
    await exited(child);
  });
});

describe('embedded', () => {
  /** What Electron gives a utility process, played on Node's own channel. */
  const PARENT_PORT = `
    const listeners = { message: [], close: [] };
    process.parentPort = {
      on: (event, listener) => listeners[event].push(listener),
      postMessage: (message) => process.send(message),
    };
    process.on('message', (data) => listeners.message.forEach((listener) => listener({ data })));
    process.on('disconnect', () => listeners.close.forEach((listener) => listener()));
  `;

  async function runEmbedded(execArgv: string[] = []) {
    const preload = join(dataDir, 'parent-port.mjs');
    await writeFile(preload, PARENT_PORT);
    const child = fork(EMBEDDED, [], { execArgv: ['--import', preload, ...execArgv], stdio: 'ignore' });
    children.push(child);
    const heard: HubToApp[] = [];
    child.on('message', (message: HubToApp) => heard.push(message));
    const tell = (message: AppToHub | object) => void child.send(message);
    const hear = <K extends HubToApp['kind']>(kind: K) =>
      eventually(() => heard.find((message): message is Extract<HubToApp, { kind: K }> => message.kind === kind));
    return { child, heard, tell, hear };
  }
  const start = (hubDir: string): AppToHub => ({
    kind: 'start',
    dataDir: hubDir,
    port: 0,
    studentDir: dataDir,
    hubName: 'Класс',
  });

  test('starts, makes its owner, serves, stops', async () => {
    const { child, tell, hear } = await runEmbedded();
    tell(start(join(dataDir, 'hub')));
    const { port, hubId, hubName } = await hear('ready');
    expect(hubName).toBe('Класс');
    const url = `http://127.0.0.1:${port}`;
    expect((await call<{ hubId: string }>(url, '/api/hub')).hubId).toBe(hubId);
    tell({ kind: 'makeOwner', teacherName: 'Анна', device: 'ПК' });
    const { credentials } = await hear('owner');
    const teacher = new Person(url, credentials);
    await teacher.signIn();
    expect((await teacher.me()).hubRole).toBe('teacher');
    tell({ kind: 'stop' });
    await hear('stopped');
    expect(await exited(child)).toBe(0);
    await expect(ask(url, '/api/hub')).rejects.toThrow('ECONNREFUSED');
  });

  test('says by code why it could not start, and what it does not understand', async () => {
    const taken = await startHub({ dataDir: join(dataDir, 'taken') });
    const { tell, hear } = await runEmbedded();
    tell(start(join(dataDir, 'taken')));
    expect(await hear('failed')).toEqual({ kind: 'failed', code: 'busy' });
    await taken.stop();
    const other = await runEmbedded();
    other.tell({ kind: 'dance' });
    expect(await other.hear('failed')).toEqual({ kind: 'failed', code: 'bad-request' });
  });

  test('has less time to end than the app has', () => expect(CLOSE_MS_MAX).toBeLessThan(END_MS_MAX));

  test.skipIf(process.platform === 'win32').each([
    ['told to', 'SIGTERM'],
    ['its database dies', 'SIGUSR2'],
  ] as const)('ends under a disk that never answers when %s', async (_is, signal) => {
    const { child, tell, hear } = await runEmbedded(await onDeadDisk());
    tell(start(join(dataDir, 'hub')));
    const { port } = await hear('ready');
    tell({ kind: 'makeOwner', teacherName: 'Анна', device: 'ПК' });
    const { credentials } = await hear('owner');
    const teacher = new Person(`http://127.0.0.1:${port}`, credentials);
    void teacher.upload(Buffer.from('x')).catch(() => undefined);
    await deadDiskIsAsked();
    child.kill(signal);
    expect(await exited(child)).toBe('SIGKILL');
  });

  test('answers while it is opened and while it is open', async () => {
    const { heard, tell, hear } = await runEmbedded();
    tell({ kind: 'beat' });
    await hear('alive');
    tell(start(join(dataDir, 'hub')));
    await hear('ready');
    tell({ kind: 'beat' });
    expect(await eventually(() => heard.length === 3 && heard.at(-1))).toEqual({ kind: 'alive' });
  });

  test('goes when its parent goes', async () => {
    const { child, tell, hear } = await runEmbedded();
    tell(start(join(dataDir, 'hub')));
    await hear('ready');
    child.disconnect();
    expect(await exited(child)).toBe(0);
  });
});
