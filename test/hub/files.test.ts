/** Files up and down: tus, resume, ranges, and who may have what. */
import { randomBytes } from 'node:crypto';
import { readdirSync, statfsSync, statSync, writeFileSync } from 'node:fs';
import { request, type ClientRequest } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import type { FileId } from '../../src/core/ids.ts';
import { FILE_BYTES_MAX } from '../../src/core/limits.ts';
import { BLOCK_BYTES } from '../../src/hub/blocks.ts';
import { rangeOf } from '../../src/hub/download.ts';
import { contentPath, FILE_UNNAMED_MS } from '../../src/hub/files.ts';
import { receiptOf } from '../../src/hub/receipt.ts';
import { startClass, type StartedClass } from '../support/class.ts';
import { startHub } from '../support/hub.ts';
import { ask, eventually, newFileId, newId, Person, sha256Of, type HttpAnswer } from '../support/person.ts';

let room: StartedClass;
const open = async (names: readonly string[] = [], options: Parameters<typeof startClass>[1] = {}) =>
  (room = await startClass(names, options));
afterEach(() => room?.stop());

const base64 = (text: string) => Buffer.from(text).toString('base64');
const metadataOf = (fields: Record<string, string>) =>
  Object.entries(fields)
    .map(([key, value]) => `${key} ${base64(value)}`)
    .join(',');

/** tus by hand: one request with the headers of the protocol. */
function tus(
  person: Person,
  method: string,
  path: string,
  headers: Record<string, string>,
  body?: Uint8Array,
): Promise<HttpAnswer> {
  return person.ask(path, { method, headers: { 'Tus-Resumable': '1.0.0', ...headers }, ...(body ? { body } : {}) });
}
const announce = (person: Person, fileId: string, size: number | string, fields: Record<string, string> = {}) =>
  tus(person, 'POST', '/files', {
    'Upload-Length': String(size),
    'Upload-Metadata': metadataOf({ fileId, filename: 'работа.txt', ...fields }),
  });
const offsetOf = async (person: Person, fileId: string) =>
  Number((await tus(person, 'HEAD', `/files/${fileId}`, {})).headers['upload-offset']);
const patch = (person: Person, fileId: string, offset: number, bytes: Uint8Array) =>
  tus(
    person,
    'PATCH',
    `/files/${fileId}`,
    { 'Upload-Offset': String(offset), 'Content-Type': 'application/offset+octet-stream' },
    bytes,
  );
const codeIn = (answer: HttpAnswer) => (JSON.parse(answer.bytes.toString()) as { code?: string }).code;

/** Begins a PATCH that does not end; resolves once the hub has written something of it. */
async function openPatch(person: Person, fileId: string, offset: number, bytes: Uint8Array): Promise<ClientRequest> {
  const { hostname, port } = new URL(person.hubUrl);
  const cut = request({
    hostname,
    port,
    path: `/files/${fileId}`,
    method: 'PATCH',
    headers: {
      Authorization: `Bearer ${person.session?.ticket}`,
      'Tus-Resumable': '1.0.0',
      'Upload-Offset': String(offset),
      'Content-Type': 'application/offset+octet-stream',
      'Content-Length': String(bytes.byteLength + 1),
    },
  });
  cut.on('error', () => undefined);
  await new Promise<void>((resolve) => cut.write(bytes, () => resolve()));
  await eventually(() => statSync(join(room.dataDir, 'uploads', fileId)).size > offset);
  return cut;
}

describe('up', () => {
  test('bytes come back as they were sent, under their hash, with name, size and type', async () => {
    await open();
    for (const size of [0, 1, BLOCK_BYTES, 3 * BLOCK_BYTES + 17]) {
      const bytes = randomBytes(size);
      const fileId = await room.teacher.upload(bytes, 'Работа № 1.pdf', { filetype: 'application/pdf' });
      const down = await room.teacher.download(fileId);
      expect(down.status).toBe(200);
      expect(down.bytes.equals(bytes)).toBe(true);
      expect(down.headers).toMatchObject({ etag: `"${sha256Of(bytes)}"`, 'content-type': 'application/pdf' });
    }
    expect(readdirSync(join(room.dataDir, 'uploads'))).toEqual([]);
  });

  test('[S15] a command may name a file only when every byte of it is stored; what it says of it is the hub’s own', async () => {
    await open();
    const fileId = newFileId();
    const bytes = randomBytes(1_000);
    const name = (id: FileId) =>
      room.teacher.refusalOf(room.logId, 'postMessage', {
        channelId: room.channelId,
        text: '',
        fileIds: [id],
        replyTo: null,
      });
    expect(await name(fileId)).toBe('file-missing');
    await announce(room.teacher, fileId, bytes.length, { filetype: 'text/plain', sha256: sha256Of(bytes) });
    expect(await name(fileId)).toBe('file-missing');
    await patch(room.teacher, fileId, 0, bytes.subarray(0, 999));
    expect(await name(fileId)).toBe('file-missing');
    expect((await patch(room.teacher, fileId, 999, bytes.subarray(999))).status).toBe(204);
    const { seq } = await room.say(room.teacher, '', [fileId]);
    const { entries } = await room.teacher.caughtUp(room.logId, seq);
    expect(entries.at(-1)?.body?.['files']).toEqual([
      { fileId, name: 'работа.txt', sizeBytes: 1_000, sha256: sha256Of(bytes), mediaType: 'text/plain' },
    ]);
  });

  test('[S15] nobody may name a file that another brought', async () => {
    await open(['Белов Илья']);
    const fileId = await room.teacher.upload(randomBytes(10));
    const body = { channelId: room.channelId, text: '', fileIds: [fileId], replyTo: null };
    expect(await room.pupils[0]!.refusalOf(room.logId, 'postMessage', body)).toBe('file-not-yours');
  });

  test('a cut upload goes on behind what has come, also after a restart of the hub', async () => {
    await open();
    const bytes = randomBytes(3 * BLOCK_BYTES);
    const fileId = newFileId();
    await announce(room.teacher, fileId, bytes.length);
    (await openPatch(room.teacher, fileId, 0, bytes.subarray(0, 2 * BLOCK_BYTES))).destroy();
    const offset = await offsetOf(room.teacher, fileId);
    expect(offset).toBe(2 * BLOCK_BYTES);
    expect((await patch(room.teacher, fileId, offset, bytes.subarray(offset, 2 * BLOCK_BYTES + 5))).status).toBe(204);
    await room.hub.close();
    const again = await startHub({ dataDir: room.dataDir });
    const teacher = new Person(again.url, room.owner);
    await teacher.signIn();
    expect(await offsetOf(teacher, fileId)).toBe(2 * BLOCK_BYTES + 5);
    expect((await patch(teacher, fileId, 2 * BLOCK_BYTES + 5, bytes.subarray(2 * BLOCK_BYTES + 5))).status).toBe(204);
    expect((await teacher.download(fileId)).bytes.equals(bytes)).toBe(true);
    await again.stop();
  });

  test('[S15] a crash between the last byte and its row: HEAD stores the file before it says "all here"', async () => {
    await open();
    const bytes = randomBytes(100);
    const fileId = newFileId();
    await announce(room.teacher, fileId, bytes.length);
    writeFileSync(join(room.dataDir, 'uploads', fileId), bytes);
    expect(await offsetOf(room.teacher, fileId)).toBe(100);
    expect((await room.teacher.download(fileId)).bytes.equals(bytes)).toBe(true);
  });

  test('an upload on its way is cut when its device is shut out', async () => {
    await open(['Белов Илья']);
    const [pupil] = room.pupils;
    const fileId = newFileId();
    await announce(pupil!, fileId, 3 * BLOCK_BYTES);
    const running = await openPatch(pupil!, fileId, 0, randomBytes(2 * BLOCK_BYTES));
    let isCut = false;
    running.once('close', () => (isCut = true));
    await room.teacher.call(`/api/logs/${room.logId}/end-lesson`, { method: 'POST' });
    expect(await eventually(() => isCut)).toBe(true);
  });

  test('an announced hash that does not fit is told, and the upload begins again', async () => {
    await open();
    const bytes = randomBytes(100);
    const fileId = newFileId();
    await announce(room.teacher, fileId, bytes.length, { sha256: sha256Of(bytes) });
    const wrong = await patch(room.teacher, fileId, 0, randomBytes(100));
    expect([wrong.status, codeIn(wrong)]).toEqual([460, 'hash-mismatch']);
    expect(await offsetOf(room.teacher, fileId)).toBe(0);
    expect((await patch(room.teacher, fileId, 0, bytes)).status).toBe(204);
  });

  test('a known id is refused and its bytes stay', async () => {
    await open();
    const bytes = randomBytes(100);
    const fileId = await room.teacher.upload(bytes);
    const again = await announce(room.teacher, fileId, 5);
    expect([again.status, codeIn(again)]).toEqual([409, 'id-reused']);
    expect((await room.teacher.download(fileId)).bytes.equals(bytes)).toBe(true);
  });

  test('of two writers one at most goes on; whoever asks then where it stands brings it to its end, and no bytes are mixed', async () => {
    await open();
    const [first, second] = [Buffer.alloc(BLOCK_BYTES, 'a'), Buffer.alloc(BLOCK_BYTES, 'b')];
    const fileId = newFileId();
    await announce(room.teacher, fileId, BLOCK_BYTES);
    const answers = await Promise.all([patch(room.teacher, fileId, 0, first), patch(room.teacher, fileId, 0, second)]);
    // 503: a newer one came; 409: it stands elsewhere by now, because what had come of the other's is kept.
    expect([204, 409, 503]).toEqual(expect.arrayContaining(answers.map(({ status }) => status)));
    const stood = await offsetOf(room.teacher, fileId);
    const isWhole = answers.some(({ status }) => status === 204);
    expect(answers.filter(({ status }) => status === 204).length).toBeLessThanOrEqual(1);
    expect(stood === BLOCK_BYTES).toBe(isWhole);
    if (!isWhole) expect((await patch(room.teacher, fileId, stood, second.subarray(stood))).status).toBe(204);
    const { bytes } = await room.teacher.download(fileId);
    expect(bytes.length).toBe(BLOCK_BYTES);
    expect(new Set(bytes.subarray(0, stood)).size).toBeLessThanOrEqual(1);
    expect((await patch(room.teacher, fileId, 0, second)).status).toBe(409);
  });

  test('an offset that is not the hub’s is a conflict', async () => {
    await open();
    const fileId = newFileId();
    await announce(room.teacher, fileId, 10);
    expect((await patch(room.teacher, fileId, 5, randomBytes(5))).status).toBe(409);
    expect(await offsetOf(room.teacher, fileId)).toBe(0);
  });

  test('its owner may take an upload back, unless a row names it', async () => {
    await open(['Белов Илья']);
    const fileId = await room.teacher.upload(randomBytes(10));
    expect((await tus(room.pupils[0]!, 'DELETE', `/files/${fileId}`, {})).status).toBe(404);
    expect((await tus(room.teacher, 'DELETE', `/files/${fileId}`, {})).status).toBe(204);
    expect((await room.teacher.download(fileId)).status).toBe(404);
    const named = await room.teacher.upload(randomBytes(10));
    await room.say(room.teacher, '', [named]);
    expect((await tus(room.teacher, 'DELETE', `/files/${named}`, {})).status).toBe(403);
    expect((await room.teacher.download(named)).status).toBe(200);
  });
});

describe('limits', () => {
  test('sizes: above FILE_BYTES_MAX, negative, no number, missing, and more than was announced', async () => {
    await open();
    expect((await announce(room.teacher, newFileId(), FILE_BYTES_MAX + 1)).status).toBe(413);
    for (const size of ['-1', '1e3', 'x', '9007199254740993', ''])
      expect((await announce(room.teacher, newFileId(), size)).status, size).toBe(400);
    const fileId = newFileId();
    await announce(room.teacher, fileId, 10);
    expect((await patch(room.teacher, fileId, 0, randomBytes(11))).status).toBe(413);
    expect(await offsetOf(room.teacher, fileId)).toBe(0);
  });

  test('unfinished uploads and bytes of one pupil, and what is left free on the disk', async () => {
    await open(['Белов Илья'], { fileLimits: { unfinishedPerPerson: 2, guestBytes: 1_000 } });
    const [pupil] = room.pupils;
    expect((await announce(pupil!, newFileId(), 100)).status).toBe(201);
    expect((await announce(pupil!, newFileId(), 100)).status).toBe(201);
    const third = await announce(pupil!, newFileId(), 100);
    expect([third.status, codeIn(third)]).toEqual([429, 'too-many']);
    const large = await announce(room.teacher, newFileId(), 2_000);
    expect(large.status).toBe(201);
    await room.stop();
    await open(['Белов Илья'], { fileLimits: { guestBytes: 1_000 } });
    const over = await announce(room.pupils[0]!, newFileId(), 1_001);
    expect([over.status, codeIn(over)]).toEqual([413, 'too-large']);
    await room.stop();
    await open([], { fileLimits: { diskReserveBytes: Number.MAX_SAFE_INTEGER } });
    const full = await announce(room.teacher, newFileId(), 1);
    expect([full.status, codeIn(full)]).toEqual([507, 'disk-full']);
  });

  test('two at once may not take together the room of one; when one is gone the other goes on', async () => {
    const { bavail, bsize } = statfsSync(tmpdir());
    // Room for one such file and a half, give or take what else this disk is used for meanwhile.
    await open(['Белов Илья'], { fileLimits: { diskReserveBytes: bavail * bsize - 1.5 * FILE_BYTES_MAX } });
    const [pupil] = room.pupils;
    const [one, two] = [newFileId(), newFileId()];
    expect((await announce(pupil!, one, FILE_BYTES_MAX)).status).toBe(201);
    expect((await announce(room.teacher, two, FILE_BYTES_MAX)).status).toBe(201);
    const sending = await openPatch(pupil!, one, 0, randomBytes(100));
    const refused = await patch(room.teacher, two, 0, randomBytes(100));
    expect([refused.status, codeIn(refused)]).toEqual([507, 'disk-full']);
    expect((await announce(room.teacher, newFileId(), FILE_BYTES_MAX)).status).toBe(507);
    sending.destroy();
    await eventually(async () => (await patch(room.teacher, two, await offsetOf(room.teacher, two), new Uint8Array(1))).status === 204); // prettier-ignore
  });

  test('metadata that is not ours is refused before anything is written', async () => {
    await open();
    const metadata = [
      '',
      'x',
      metadataOf({ filename: 'x' }),
      metadataOf({ fileId: '../../../etc/passwd', filename: 'x' }),
      metadataOf({ fileId: newFileId().toUpperCase(), filename: 'x' }),
      metadataOf({ fileId: `${newFileId()}\u0000`, filename: 'x' }),
      metadataOf({ fileId: newFileId(), filename: '' }),
      metadataOf({ fileId: newFileId(), filename: 'x'.repeat(1_025) }),
      metadataOf({ fileId: newFileId(), filename: 'x', sha256: 'x' }),
    ];
    for (const value of metadata) {
      const answer = await tus(room.teacher, 'POST', '/files', { 'Upload-Length': '1', 'Upload-Metadata': value });
      expect(answer.status, value).toBe(400);
    }
    expect(readdirSync(join(room.dataDir, 'uploads'))).toEqual([]);
  });

  test('old uploads that nothing names go; named ones and young ones stay', async () => {
    let laterMs = 0;
    await open([], { now: () => Date.now() + laterMs });
    const [named, unnamed] = [randomBytes(10), randomBytes(10)];
    const kept = await room.teacher.upload(named);
    await room.say(room.teacher, '', [kept]);
    const gone = await room.teacher.upload(unnamed);
    const unfinished = newFileId();
    await announce(room.teacher, unfinished, 10);
    laterMs = FILE_UNNAMED_MS - 60_000;
    await room.hub.sweep();
    expect(readdirSync(join(room.dataDir, 'uploads'))).toEqual([unfinished]);
    laterMs = FILE_UNNAMED_MS + 60_000;
    await room.hub.sweep();
    await room.teacher.signIn();
    expect(readdirSync(join(room.dataDir, 'uploads'))).toEqual([]);
    expect((await room.teacher.download(kept)).status).toBe(200);
    expect((await room.teacher.download(gone)).status).toBe(404);
    const here = (bytes: Buffer) => {
      const path = contentPath(room.dataDir, sha256Of(bytes));
      return readdirSync(join(path, '..')).some((name) => path.endsWith(name));
    };
    expect([here(named), here(unnamed)]).toEqual([true, false]);
  });
});

describe('whose', () => {
  test('a file of somebody else is in no way different from one that does not exist', async () => {
    await open(['Белов Илья', 'Ёлкина Анна']);
    const [owner, classmate] = room.pupils;
    const { id: assignmentId } = await room.assign();
    const fileId = await owner!.upload(randomBytes(50));
    await owner!.send(room.logId, 'handIn', { assignmentId, fileIds: [fileId], note: '' });
    const half = newFileId();
    await announce(owner!, half, 100);
    const unknown = newFileId();
    const tries = (id: string): Promise<HttpAnswer>[] => [
      classmate!.download(id),
      classmate!.ask(`/api/files/${id}`, { method: 'HEAD' }),
      classmate!.download(id, { Range: 'bytes=0-1' }),
      tus(classmate!, 'HEAD', `/files/${id}`, {}),
      patch(classmate!, id, 0, randomBytes(10)),
      tus(classmate!, 'DELETE', `/files/${id}`, {}),
      tus(classmate!, 'GET', `/files/${id}`, {}),
    ];
    const look = async (id: string) =>
      (await Promise.all(tries(id))).map(({ status, bytes, headers }) => {
        const { date: _date, ...rest } = headers;
        return { status, body: bytes.toString(), headers: rest };
      });
    const expected = await look(unknown);
    expect(expected.map(({ status }) => status)).toEqual(expected.map(() => 404));
    expect(await look(fileId)).toEqual(expected);
    expect(await look(half)).toEqual(expected);
    // Those whom it concerns have it, and nobody's try has changed anything.
    expect((await owner!.download(fileId)).status).toBe(200);
    expect((await room.teacher.download(fileId)).status).toBe(200);
    expect(await offsetOf(owner!, half)).toBe(0);
  });

  test('who waits at the door brings nothing and takes nothing', async () => {
    await open();
    const fileId = await room.teacher.upload(randomBytes(10));
    await room.say(room.teacher, '', [fileId]);
    const { pupil } = await room.knock('Чужой');
    const brought = await announce(pupil, newFileId(), 10);
    expect([brought.status, codeIn(brought)]).toEqual([403, 'waiting']);
    expect((await pupil.download(fileId)).status).toBe(404);
    expect((await ask(room.url, `/api/files/${fileId}`)).status).toBe(401);
    pupil.close();
  });

  test('the cookie of a session opens downloads, is for them alone, and ends with the device', async () => {
    await open(['Белов Илья']);
    const [pupil] = room.pupils;
    const fileId = await room.teacher.upload(randomBytes(10));
    await room.say(room.teacher, '', [fileId]);
    const get = (path: string) => ask(room.url, path, { headers: { Cookie: `other=1; ${pupil!.cookie}` } });
    expect((await get(`/api/files/${fileId}`)).status).toBe(200);
    expect((await get('/api/me')).status).toBe(401);
    const answer = await ask(room.url, '/api/session', {
      method: 'POST',
      body: { deviceId: pupil!.credentials.deviceId, secret: pupil!.credentials.secret, protocol: 1 },
    });
    expect(answer.headers['set-cookie']?.[0]).toMatch(
      /^parta_files=[\w-]+; HttpOnly; SameSite=Strict; Path=\/api\/files$/,
    );
    await pupil!.call('/api/session', { method: 'DELETE' });
    expect((await get(`/api/files/${fileId}`)).status).toBe(401);
  });

  test('who is removed from the class reads no file any more, his own neither', async () => {
    await open(['Белов Илья']);
    const [pupil] = room.pupils;
    const own = await pupil!.upload(randomBytes(10));
    await room.say(pupil!, '', [own]);
    expect((await pupil!.download(own)).status).toBe(200);
    await room.teacher.send(room.logId, 'removeMember', { memberId: pupil!.memberId, erase: false });
    expect((await pupil!.download(own)).status).toBe(404);
  });
});

describe('down', () => {
  test('ranges, ETag, If-Range, HEAD', async () => {
    await open();
    const bytes = randomBytes(2 * BLOCK_BYTES + 100);
    const fileId = await room.teacher.upload(bytes);
    const etag = `"${sha256Of(bytes)}"`;
    const part = async (range: string, more: Record<string, string> = {}) => {
      const answer = await room.teacher.download(fileId, { Range: range, ...more });
      return { ...answer, range: answer.headers['content-range'] };
    };
    const across = await part(`bytes=${BLOCK_BYTES - 10}-${BLOCK_BYTES + 9}`);
    expect(across.status).toBe(206);
    expect(across.bytes.equals(bytes.subarray(BLOCK_BYTES - 10, BLOCK_BYTES + 10))).toBe(true);
    expect(across.range).toBe(`bytes ${BLOCK_BYTES - 10}-${BLOCK_BYTES + 9}/${bytes.length}`);
    expect((await part('bytes=-7')).bytes.equals(bytes.subarray(-7))).toBe(true);
    expect((await part(`bytes=${bytes.length - 3}-`)).bytes.equals(bytes.subarray(-3))).toBe(true);
    expect(await part(`bytes=${bytes.length}-`)).toMatchObject({ status: 416, range: `bytes */${bytes.length}` });
    expect((await part('bytes=0-0', { 'If-Range': '"another"' })).status).toBe(200);
    expect((await part('bytes=0-0', { 'If-Range': etag })).status).toBe(206);
    expect((await room.teacher.download(fileId, { 'If-None-Match': etag })).status).toBe(304);
    const head = await room.teacher.ask(`/api/files/${fileId}`, { method: 'HEAD' });
    expect([head.status, head.headers['content-length'], head.bytes.length]).toEqual([200, String(bytes.length), 0]);
  });

  test.each([
    ['bytes=0-4', { start: 0, end: 5 }],
    ['bytes=2-', { start: 2, end: 10 }],
    ['bytes=-3', { start: 7, end: 10 }],
    ['bytes=-30', { start: 0, end: 10 }],
    ['bytes=5-99', { start: 5, end: 10 }],
    ['bytes=10-', 'unsatisfiable'],
    ['bytes=-0', 'unsatisfiable'],
    ['bytes=5-2', null],
    ['bytes=0-1,3-4', null],
    ['bytes=-', null],
    ['items=0-1', null],
    ['bytes=99999999999999999999-', null],
    [undefined, null],
  ])('range %s of ten bytes', (header, expected) => expect(rangeOf(header, 10)).toEqual(expected));

  test('nothing is ever shown as a page of the hub, whatever it says that it is', async () => {
    await open();
    for (const [name, filetype] of [
      ['x.html', 'text/html'],
      ['x.svg', 'image/svg+xml'],
      ['x.pdf', 'application/pdf\r\nX-Evil: 1'],
    ] as const) {
      const fileId = await room.teacher.upload(Buffer.from('<script>alert(1)</script>'), name, { filetype });
      const { headers } = await room.teacher.download(fileId);
      expect(headers).toMatchObject({
        'content-type': 'application/octet-stream',
        'x-content-type-options': 'nosniff',
        'content-security-policy': "sandbox; default-src 'none'",
        'cache-control': 'private, no-store',
      });
      expect(headers['content-disposition']).toMatch(/^attachment; /);
      expect(headers['x-evil']).toBeUndefined();
    }
  });
});

test('the confirmation of a handing in can be computed again from what was handed in', async () => {
  await open(['Белов Илья']);
  const [pupil] = room.pupils;
  const { id: assignmentId } = await room.assign();
  const bytes = randomBytes(50);
  const fileId = await pupil!.upload(bytes);
  const { id, seq } = await pupil!.send(room.logId, 'handIn', { assignmentId, fileIds: [fileId], note: '' });
  const entry = (await pupil!.caughtUp(room.logId, seq)).entries.at(-1)!;
  const lines = `${id}\n${entry.at}\n${sha256Of(bytes)} 50\n`;
  const bits = BigInt(`0x${sha256Of(Buffer.from(lines))}`) >> 206n;
  const code = Array.from(
    { length: 10 },
    (_, i) => '0123456789ABCDEFGHJKMNPQRSTVWXYZ'[Number((bits >> BigInt(45 - 5 * i)) & 31n)],
  );
  expect(entry.body?.['receipt']).toBe(`${code.slice(0, 5).join('')}-${code.slice(5).join('')}`);
  expect(receiptOf(newId(), [], 0)).toMatch(/^[0-9A-HJKMNP-TV-Z]{5}-[0-9A-HJKMNP-TV-Z]{5}$/);
});
