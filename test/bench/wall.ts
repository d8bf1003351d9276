/**
 * `bench -- wall`: 30 pupils fetch one hand-out and send a work each, all at once and no faster than a class's network lets them;
 * the longest time from a byte's being at the pupil (`down`) or having left him (`up`) to a teacher's wall that counts it. What is
 * counted before it has arrived is no delay. Nobody else has a wall, so there is no peer.
 */
import { get, request } from 'node:http';
import type { FileId, MemberId } from '../../src/core/ids.ts';
import type { Wall } from '../../src/core/wire.ts';
import { startClass, type Pupil, type StartedClass } from '../support/class.ts';
import { eventually, newFileId } from '../support/person.ts';
import { atMost, measure, type Line } from './report.ts';

const PUPILS = 30;
const HANDOUT_BYTES = 4 * 1024 ** 2;
const WORK_BYTES = 2 * 1024 ** 2;
const CHUNK_BYTES = 64 * 1024;
/** Between two chunks of one pupil: some 0.6 MB/s for each of thirty. */
const CHUNK_EVERY_MS = 100;
const DELAY_MAX_MS = 1_000;

type Way = 'down' | 'up';

/** Bytes that have moved, and when the wall knew. */
class Delays {
  readonly #waiting = new Map<MemberId, { bytes: number; at: number }[]>();
  readonly #shown = new Map<MemberId, number>();
  worstMs = 0;

  moved(memberId: MemberId, bytes: number) {
    if ((this.#shown.get(memberId) ?? 0) >= bytes) return;
    const waiting = this.#waiting.get(memberId) ?? [];
    this.#waiting.set(memberId, waiting);
    waiting.push({ bytes, at: performance.now() });
  }

  shown(memberId: MemberId, bytes: number) {
    this.#shown.set(memberId, bytes);
    const waiting = this.#waiting.get(memberId) ?? [];
    while (waiting[0] && waiting[0].bytes <= bytes)
      this.worstMs = Math.max(this.worstMs, performance.now() - waiting.shift()!.at);
  }

  get isOver() {
    return [...this.#waiting.values()].every((waiting) => waiting.length === 0);
  }
}

/** Reads no faster than the network of a class. */
function fetchSlowly(room: StartedClass, pupil: Pupil, fileId: FileId, came: (bytes: number) => void): Promise<void> {
  const headers = { Authorization: `Bearer ${pupil.session!.ticket}` };
  return new Promise((resolve, reject) => {
    get(`${room.url}/api/files/${fileId}`, { headers, agent: false }, (response) => {
      let bytes = 0;
      response.on('data', (chunk: Buffer) => {
        came((bytes += chunk.byteLength));
        response.pause();
        setTimeout(() => response.resume(), (chunk.byteLength / CHUNK_BYTES) * CHUNK_EVERY_MS);
      });
      response.on('end', resolve).on('error', reject);
    }).on('error', reject);
  });
}

async function sendSlowly(room: StartedClass, pupil: Pupil, went: (bytes: number) => void): Promise<void> {
  const fileId = newFileId();
  const headers = { 'Tus-Resumable': '1.0.0', Authorization: `Bearer ${pupil.session!.ticket}` };
  const metadata = `fileId ${btoa(fileId)},filename ${btoa('work.bin')}`;
  await pupil.ask('/files', {
    method: 'POST',
    headers: { ...headers, 'Upload-Length': String(WORK_BYTES), 'Upload-Metadata': metadata },
  });
  const body = {
    'Content-Type': 'application/offset+octet-stream',
    'Upload-Offset': '0',
    'Content-Length': WORK_BYTES,
  };
  const patch = request(`${room.url}/files/${fileId}`, {
    method: 'PATCH',
    headers: { ...headers, ...body },
    agent: false,
  });
  const answered = new Promise<void>((resolve, reject) => {
    patch.on('response', (response) => response.resume().on('end', resolve)).on('error', reject);
  });
  const chunk = Buffer.alloc(CHUNK_BYTES, 7);
  for (let bytes = CHUNK_BYTES; bytes <= WORK_BYTES; bytes += CHUNK_BYTES) {
    await new Promise<void>((resolve, reject) => patch.write(chunk, (error) => (error ? reject(error) : resolve())));
    went(bytes);
    await new Promise((resolve) => setTimeout(resolve, CHUNK_EVERY_MS));
  }
  patch.end();
  await answered;
}

async function lesson(way: Way): Promise<number> {
  const room = await startClass(Array.from({ length: PUPILS }, (_, index) => `Ученик ${index}`));
  const fileId = await room.teacher.upload(new Uint8Array(HANDOUT_BYTES), 'handout.bin');
  await room.assign({ fileIds: [fileId], isHandout: true });
  const delays = { down: new Delays(), up: new Delays() };
  room.teacher.socket!.on('wall', ({ tiles }: Wall) => {
    for (const { memberId, down, up } of tiles) {
      if (down[0]) delays.down.shown(memberId, down[0].doneBytes);
      if (up[0]) delays.up.shown(memberId, up[0].doneBytes);
    }
  });
  room.teacher.socket!.emit('wall', { logId: room.logId, isOpen: true });
  await Promise.all(
    room.pupils.flatMap((pupil) => [
      fetchSlowly(room, pupil, fileId, (bytes) => delays.down.moved(pupil.memberId, bytes)),
      sendSlowly(room, pupil, (bytes) => delays.up.moved(pupil.memberId, bytes)),
    ]),
  );
  await eventually(() => delays.down.isOver && delays.up.isOver);
  await room.stop();
  return delays[way].worstMs;
}

export async function wall(runs: number, wanted: readonly string[]): Promise<Line[]> {
  const lines: Line[] = [];
  for (const way of ['down', 'up'] as const) {
    if (wanted.length > 0 && !wanted.includes(way)) continue;
    const goal = atMost(DELAY_MAX_MS, 'ms');
    lines.push(
      await measure({ bench: 'wall', case: way, unit: 'ms', runs, ours: () => lesson(way), peer: null, goal }),
    );
  }
  return lines;
}
