/** The thread that writes uploads: what is safe when it answers, and what becomes of uploads when it dies. */
import { createHash, randomBytes } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { stat } from 'node:fs/promises';
import { createServer, request, type ClientRequest, type Server } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { getPriority, tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { Worker } from 'node:worker_threads';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { FileId } from '../../src/core/ids.ts';
import { FileDisk, startFileWriter } from '../../src/hub/file-disk.ts';
import { FileWriter, HASHES_MAX, SYNCS_AT_ONCE_MAX } from '../../src/hub/file-writer.ts';
import { BLOCKS_AT_ONCE_MAX } from '../../src/hub/turns.ts';
import { Tus, WRITE_BYTES, type UploadStore } from '../../src/hub/tus.ts';
import { startClass } from '../support/class.ts';
import { eventually, newFileId, sha256Of, type Person } from '../support/person.ts';

const MB = 1024 ** 2;
/** Far more than comes during the sync of one block. */
const OTHERS_MOST = 900;
let dir: string;
beforeEach(() => (dir = mkdtempSync(join(tmpdir(), 'parta-file-disk-'))));
afterEach(() => rmSync(dir, { recursive: true, force: true, maxRetries: 5 }));

const pathOf = (id: string) => join(dir, id);
const begin = (id: string) => writeFileSync(pathOf(id), '');
const block = (bytes: Uint8Array): Uint8Array<ArrayBuffer>[] => [new Uint8Array(bytes)];

describe('the writer', () => {
  test('appends what it is given in order, and knows the hash without reading it again', async () => {
    const writer = new FileWriter();
    const bytes = randomBytes(3 * MB);
    begin('a');
    await writer.open('a', pathOf('a'), 0);
    writer.write('a', [...block(bytes.subarray(0, MB)), ...block(bytes.subarray(MB, 2 * MB))]);
    writer.write('a', block(bytes.subarray(2 * MB)));
    expect(await writer.close('a')).toBe(3 * MB);
    expect(readFileSync(pathOf('a')).equals(bytes)).toBe(true);
    // Changed behind its back: the hash is of what it was given.
    writeFileSync(pathOf('a'), Buffer.alloc(3 * MB));
    expect(await writer.digest('a', pathOf('a'), 3 * MB)).toBe(sha256Of(bytes));
  });

  test('gives the memory of what it has written back at once', async () => {
    const writer = new FileWriter();
    begin('a');
    await writer.open('a', pathOf('a'), 0);
    const chunks = block(randomBytes(MB));
    writer.write('a', chunks);
    expect(chunks[0]!.buffer.detached).toBe(true);
    await writer.close('a');
  });

  test('a hash that is not remembered is read from the disk, and others are let in meanwhile', async () => {
    const writer = new FileWriter();
    const long = randomBytes(8 * MB);
    writeFileSync(pathOf('long'), long);
    begin('short');
    const ended: string[] = [];
    const hash = writer.digest('long', pathOf('long'), long.length).then((hex) => (ended.push('long'), hex));
    await writer.open('short', pathOf('short'), 0);
    writer.write('short', block(randomBytes(10)));
    ended.push('short');
    expect(await hash).toBe(sha256Of(long));
    expect(ended).toEqual(['short', 'long']);
    await writer.close('short');
  });

  test('goes on behind what is there, whoever wrote it', async () => {
    const bytes = randomBytes(MB + 7);
    writeFileSync(pathOf('a'), bytes.subarray(0, 1_000));
    const writer = new FileWriter();
    await writer.open('a', pathOf('a'), 1_000);
    writer.write('a', block(bytes.subarray(1_000)));
    expect(await writer.close('a')).toBe(bytes.length);
    expect(await writer.digest('a', pathOf('a'), bytes.length)).toBe(sha256Of(bytes));
  });

  test('HASHES_MAX hashes are remembered; of more the one that was left longest ago is read again', async () => {
    const writer = new FileWriter();
    for (let at = 0; at <= HASHES_MAX; at++) {
      begin(`${at}`);
      await writer.open(`${at}`, pathOf(`${at}`), 0);
      writer.write(`${at}`, block(Buffer.from('x')));
      await writer.close(`${at}`);
      writeFileSync(pathOf(`${at}`), 'y');
    }
    expect(await writer.digest('0', pathOf('0'), 1)).toBe(sha256Of(Buffer.from('y')));
    expect(await writer.digest('1', pathOf('1'), 1)).toBe(sha256Of(Buffer.from('x')));
  });

  test('SYNCS_AT_ONCE_MAX leaves threads for those who read', () => {
    // As many as Node has, where nobody says otherwise.
    expect(SYNCS_AT_ONCE_MAX).toBeLessThan(4);
  });
});

describe('the thread', () => {
  let disk: FileDisk;
  let threads: Worker[];
  let died: number;
  beforeEach(async () => {
    [threads, died] = [[], 0];
    // As in a hub: threads that everybody shares are there before the one that stands back, and are not its children.
    await stat(dir);
    disk = new FileDisk(
      () => (died += 1),
      () => {
        const thread = startFileWriter();
        threads.push(thread);
        return thread;
      },
    );
  });
  afterEach(() => disk.end());

  test('writes, syncs, places; it is started when it is needed', async () => {
    await disk.forget('a');
    expect(threads).toHaveLength(0);
    begin('a');
    const bytes = randomBytes(MB);
    await disk.open('a', pathOf('a'), 0);
    // A chunk that is a part of something larger: only it is copied, and the rest stays who it belongs to.
    await disk.write('a', [bytes.subarray(0, 10)]);
    await disk.write('a', [new Uint8Array(bytes.subarray(10))]);
    expect(bytes).toHaveLength(MB);
    expect(await disk.close('a')).toBe(MB);
    expect(await disk.digest('a', pathOf('a'), MB)).toBe(createHash('sha256').update(bytes).digest('hex'));
    await disk.place(pathOf('a'), join(dir, 'ab', 'c'));
    expect(readFileSync(join(dir, 'ab', 'c')).equals(bytes)).toBe(true);
    expect(existsSync(pathOf('a'))).toBe(false);
    expect(threads).toHaveLength(1);
    expect(died).toBe(0);
  });

  test('who has sent everything is answered while others go on sending', async () => {
    begin('a');
    begin('b');
    await disk.open('a', pathOf('a'), 0);
    await disk.open('b', pathOf('b'), 0);
    let written = 0;
    let isAnswered = false;
    const goOn = async () => {
      while (!isAnswered && written < OTHERS_MOST) {
        await disk.write('b', [new Uint8Array(MB)]);
        written += 1;
      }
    };
    // So many at once that the thread always has a next block.
    const others = Array.from({ length: BLOCKS_AT_ONCE_MAX }, goOn);
    await disk.write('a', [new Uint8Array(MB)]);
    await disk.close('a');
    isAnswered = true;
    expect(written).toBeLessThan(OTHERS_MOST);
    await Promise.all(others);
    await disk.close('b');
  });

  test.runIf(process.platform === 'linux')('where processors are few, it stands back behind the others', async () => {
    const priorities = () =>
      readdirSync('/proc/self/task').flatMap((task) => {
        // Threads of the test's own program may end between two looks.
        if (!existsSync(`/proc/self/task/${task}/stat`)) return [];
        const stat = readFileSync(`/proc/self/task/${task}/stat`, 'utf8');
        // Behind the name in brackets, which may hold anything: the field after it is the third.
        return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19 - 3]);
      });
    const usual = getPriority();
    expect(priorities().filter((nice) => nice > usual)).toEqual([]);
    begin('a');
    await disk.open('a', pathOf('a'), 0);
    expect(priorities().filter((nice) => nice > usual)).toHaveLength(1);
    expect(getPriority()).toBe(usual);
    await disk.close('a');
  });

  test.skipIf(!existsSync('/dev/full'))('a full disk is disk-full', async () => {
    await disk.open('a', '/dev/full', 0);
    await expect(disk.write('a', [new Uint8Array(10)])).rejects.toMatchObject({ code: 'disk-full' });
    await disk.close('a').catch(() => undefined);
  });

  test('who waits for a thread that dies is refused, and the next finds another one', async () => {
    writeFileSync(pathOf('long'), Buffer.alloc(64 * MB));
    begin('a');
    await disk.open('a', pathOf('a'), 0);
    const waiting = disk.digest('long', pathOf('long'), 64 * MB);
    const refused = expect(waiting).rejects.toMatchObject({ code: 'busy' });
    void threads[0]!.terminate();
    await refused;
    expect(died).toBe(1);
    // What was open in it is not, and says so: its sender asks where it stands.
    await expect(disk.write('a', [new Uint8Array(1)])).rejects.toMatchObject({ code: 'busy' });
    expect(threads).toHaveLength(2);
    await disk.open('a', pathOf('a'), 0);
    await disk.write('a', [new Uint8Array(5)]);
    expect(await disk.close('a')).toBe(5);
  });

  test('a thread that cannot be started refuses the call, and keeps nobody from ending', async () => {
    const none = new FileDisk(
      () => undefined,
      () => {
        throw new Error('EAGAIN');
      },
    );
    await expect(none.digest('a', pathOf('a'), 0)).rejects.toMatchObject({ code: 'busy' });
    await none.end();
  });

  test('ends when what is under way has ended, and takes nothing more', async () => {
    begin('a');
    await disk.open('a', pathOf('a'), 0);
    const writing = disk.write('a', [new Uint8Array(MB)]);
    await disk.end();
    await writing;
    expect(statSync(pathOf('a')).size).toBe(MB);
    await expect(disk.open('b', pathOf('a'), 0)).rejects.toMatchObject({ code: 'busy' });
    expect(died).toBe(0);
  });
});

test('[S15] a writer that dies under an upload: refused by code, nothing that was told is lost, and it goes on to its end', async () => {
  const threads: Worker[] = [];
  const room = await startClass([], {
    startFileWriter: () => {
      const thread = startFileWriter();
      threads.push(thread);
      return thread;
    },
  });
  const { teacher } = room;
  const bytes = randomBytes(6 * MB);
  const fileId = newFileId();
  const head = { Authorization: `Bearer ${teacher.session!.ticket}`, 'Tus-Resumable': '1.0.0' };
  const metadata = `fileId ${Buffer.from(fileId).toString('base64')},filename ${Buffer.from('x').toString('base64')}`;
  await teacher.ask('/files', {
    method: 'POST',
    headers: { ...head, 'Upload-Length': String(bytes.length), 'Upload-Metadata': metadata },
  });
  const patch = open(room.url, `/files/${fileId}`, { ...head, ...patchHead(0, bytes.length) });
  const answered = answerOf(patch);
  patch.write(bytes.subarray(0, 3 * MB));
  await eventually(() => statSync(join(room.dataDir, 'uploads', fileId)).size >= 2 * MB);
  void threads[0]!.terminate();
  await eventually(() => threads[0]!.threadId === -1);
  // One byte is enough to be told; more might still be on the wire when the answer ends the connection.
  patch.write(bytes.subarray(3 * MB, 3 * MB + 1));
  expect(await answered).toEqual({ status: 503, code: 'busy' });
  const { headers } = await teacher.ask(`/files/${fileId}`, { method: 'HEAD', headers: head });
  const offset = Number(headers['upload-offset']);
  expect(offset).toBeGreaterThanOrEqual(2 * MB);
  const rest = open(room.url, `/files/${fileId}`, { ...head, ...patchHead(offset, bytes.length - offset) });
  const done = answerOf(rest);
  rest.end(bytes.subarray(offset));
  expect((await done).status).toBe(204);
  expect((await teacher.download(fileId)).bytes.equals(bytes)).toBe(true);
  expect(threads).toHaveLength(2);
  await room.stop();
});

describe('[S15] a hub that was killed', () => {
  const announce = async ({ url, teacher }: Awaited<ReturnType<typeof startClass>>, sizeBytes: number) => {
    const fileId = newFileId();
    const head = { Authorization: `Bearer ${teacher.session!.ticket}`, 'Tus-Resumable': '1.0.0' };
    const metadata = `fileId ${Buffer.from(fileId).toString('base64')},filename ${Buffer.from('x').toString('base64')}`;
    const headers = { ...head, 'Upload-Length': String(sizeBytes), 'Upload-Metadata': metadata };
    await teacher.ask('/files', { method: 'POST', headers });
    const send = (bytes: Uint8Array) => {
      const made = open(url, `/files/${fileId}`, { ...head, ...patchHead(0, bytes.byteLength) });
      const done = answerOf(made);
      made.end(bytes);
      return done;
    };
    return { fileId, send, look: () => teacher.ask(`/files/${fileId}`, { method: 'HEAD', headers: head }) };
  };

  test('under a file without bytes: it is stored at the next look', async () => {
    const room = await startClass([]);
    const { fileId, look } = await announce(room, 0);
    // As it stood before it was stored.
    const db = new DatabaseSync(join(room.dataDir, 'hub.db'));
    db.prepare('UPDATE file SET sha256 = NULL').run();
    db.close();
    expect((await look()).status).toBe(200);
    expect((await room.teacher.download(fileId)).bytes).toHaveLength(0);
    await room.stop();
  });

  test('between the row of an upload and its file: it is sent as if nothing had been', async () => {
    const room = await startClass([]);
    const bytes = randomBytes(100_000);
    const { fileId, send } = await announce(room, bytes.length);
    rmSync(join(room.dataDir, 'uploads', fileId));
    expect((await send(bytes)).status).toBe(204);
    expect((await room.teacher.download(fileId)).bytes.equals(bytes)).toBe(true);
    await room.stop();
  });

  test('between the place of a file and its row: it is sent once more and stored', async () => {
    const room = await startClass([]);
    const bytes = randomBytes(100_000);
    const { fileId, send } = await announce(room, bytes.length);
    const sha256 = sha256Of(bytes);
    const folder = join(room.dataDir, 'files', sha256.slice(0, 2));
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, sha256.slice(2)), bytes);
    rmSync(join(room.dataDir, 'uploads', fileId));
    expect((await send(bytes)).status).toBe(204);
    expect((await room.teacher.download(fileId)).bytes.equals(bytes)).toBe(true);
    await room.stop();
  });
});

const patchHead = (offset: number, length: number) => ({
  'Upload-Offset': String(offset),
  'Content-Type': 'application/offset+octet-stream',
  'Content-Length': String(length),
});
function open(url: string, path: string, headers: Record<string, string>): ClientRequest {
  const { hostname, port } = new URL(url);
  const made = request({ hostname, port, path, method: 'PATCH', headers });
  made.on('error', () => undefined);
  return made;
}
const answerOf = (made: ClientRequest) =>
  new Promise<{ status: number; code: string | undefined }>((resolve, reject) => {
    made.on('error', reject);
    made.on('response', (response) => {
      let text = '';
      response.on('data', (chunk: Buffer) => (text += chunk.toString()));
      response.on('end', () => {
        const { code } = (text ? JSON.parse(text) : {}) as Partial<Awaited<ReturnType<Person['call']>>> & {
          code?: string;
        };
        resolve({ status: response.statusCode ?? 0, code });
      });
    });
  });

describe('many bodies at once', () => {
  const UPLOADS = 2 * BLOCKS_AT_ONCE_MAX;
  /** What a body may bring before it finds no room: a chunk, one that was on its way when it was told to wait, and where a block ends. */
  const CHUNKS_BYTES = 3 * 64 * 1024;
  let server: Server;
  afterEach(() => new Promise<void>((resolve) => (server.closeAllConnections(), server.close(() => resolve()))));

  /** tus without a hub: blocks are taken when the test says so. */
  async function open(sizeBytes: number) {
    const taken: (() => void)[] = [];
    const counted = { came: 0, blocks: 0, most: 0 };
    const bodies = new Map<string, Buffer[]>();
    const store: UploadStore<null> = {
      begin: async () => undefined,
      find: async () => ({ offset: 0, sizeBytes }),
      remove: async () => undefined,
      write: async (fileId, offset, pour) => {
        const body: Buffer[] = [];
        bodies.set(fileId, body);
        let end = offset;
        await pour(
          async (chunks) => {
            counted.blocks += 1;
            counted.most = Math.max(counted.most, counted.blocks);
            await new Promise<void>((resolve) => taken.push(resolve));
            counted.blocks -= 1;
            for (const chunk of chunks) {
              body.push(Buffer.from(chunk));
              end += chunk.byteLength;
            }
          },
          (bytes) => (counted.came += bytes),
        );
        return end;
      },
    };
    const tus = new Tus(store, () => undefined);
    server = createServer((asked, response) => {
      if (asked.method === 'GET') return void response.end();
      const fileId = FileId.parse((asked.url ?? '').slice('/files/'.length));
      void tus.handle(asked, response, fileId, null);
    });
    const connections = new Set<Socket>();
    server.on('connection', (connection) => connections.add(connection));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const readBytes = () => [...connections].reduce((sum, { bytesRead }) => sum + bytesRead, 0);
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const send = async (fileId: FileId, bytes: Uint8Array): Promise<number> => {
      const answer = await fetch(`${url}/files/${fileId}`, {
        method: 'PATCH',
        headers: { 'Tus-Resumable': '1.0.0', ...patchHead(0, bytes.byteLength) },
        body: Buffer.from(bytes),
      });
      return answer.status;
    };
    return { taken, counted, bodies, send, url, readBytes };
  }

  test('no more than BLOCKS_AT_ONCE_MAX blocks are in memory, however many send; all of them come to their end', async () => {
    const { taken, counted, bodies, send, url, readBytes } = await open(3 * WRITE_BYTES);
    const files = Array.from({ length: UPLOADS }, () => ({ id: newFileId(), bytes: randomBytes(3 * WRITE_BYTES) }));
    const sent = files.map(({ id, bytes }) => send(id, bytes));
    await eventually(() => taken.length >= 1);
    // The loop has turned a good many times since, and whoever could bring more has done so.
    for (let turn = 0; turn < 50; turn++) await fetch(url);
    const most = BLOCKS_AT_ONCE_MAX * WRITE_BYTES + UPLOADS * CHUNKS_BYTES;
    expect(readBytes()).toBeGreaterThan(WRITE_BYTES);
    expect(readBytes()).toBeLessThanOrEqual(most);
    const over = Promise.all(sent);
    let isOver = false;
    void over.finally(() => (isOver = true));
    await eventually(() => {
      taken.splice(0).forEach((go) => go());
      return isOver;
    });
    expect(await over).toEqual(files.map(() => 204));
    expect(counted.most).toBeLessThanOrEqual(BLOCKS_AT_ONCE_MAX);
    for (const { id, bytes } of files) expect(Buffer.concat(bodies.get(id)!).equals(bytes)).toBe(true);
  });

  test('who sends slowly keeps no room from others: what has come of it is written, and it goes on', async () => {
    const { taken, counted, send, url } = await open(WRITE_BYTES);
    const slow = Array.from({ length: UPLOADS }, () => {
      const { hostname, port } = new URL(url);
      const headers = { 'Tus-Resumable': '1.0.0', ...patchHead(0, WRITE_BYTES) };
      const made = request({ hostname, port, path: `/files/${newFileId()}`, method: 'PATCH', headers });
      made.on('error', () => undefined).write(Buffer.alloc(1_000));
      return made;
    });
    await eventually(() => {
      taken.splice(0).forEach((go) => go());
      return counted.came === UPLOADS * 1_000 && counted.blocks === 0;
    });
    let isOver = false;
    const whole = send(newFileId(), randomBytes(WRITE_BYTES)).finally(() => (isOver = true));
    await eventually(() => {
      taken.splice(0).forEach((go) => go());
      return isOver;
    });
    expect(await whole).toBe(204);
    for (const made of slow) made.destroy();
  });
});
