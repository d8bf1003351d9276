/**
 * What is left when the power goes: only what was synced. The disk is seen as it was after the last commit that had ended, before
 * anybody heard of it; everything that was acked by then must be on it.
 */
import { EventEmitter } from 'node:events';
import { copyFileSync, existsSync, mkdirSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Worker } from 'node:worker_threads';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { CommandId } from '../../src/core/ids.ts';
import { openSqliteStore, type SqliteOptions } from '../../src/hub/store-sqlite.ts';
import { Writer, type ToWriter } from '../../src/hub/store-writer.ts';
import { startHub } from '../support/hub.ts';
import { eventually, newId, Person } from '../support/person.ts';

const CUTS = 3;
let base: string;
beforeEach(async () => (base = await mkdtemp(join(tmpdir(), 'parta-power-'))));
afterEach(() => rm(base, { recursive: true, force: true, maxRetries: 5 }));

/** The product's writer in this thread, on a disk that can be looked at as it was after each sync, and that can be held. */
class Disk {
  /** Where the disk is as of the last sync. */
  readonly image: string;
  /** While true nothing is synced. */
  isHeld = false;
  /** The power has gone: the image stays as it is, whatever is written. */
  isCut = false;
  waiting: (() => void)[] = [];

  constructor(image: string) {
    this.image = image;
    mkdirSync(image, { recursive: true });
  }

  readonly open = (options: SqliteOptions) =>
    openSqliteStore({
      ...options,
      startWriter: async (file) => {
        const writer = new Writer(file);
        const thread = new EventEmitter() as EventEmitter & { postMessage(message: ToWriter): void };
        thread.postMessage = (message) => {
          if (message === 'close') {
            writer.close();
            thread.emit('exit', 0);
            return;
          }
          const write = () => {
            const written = writer.write(message.group);
            for (const part of ['', '-wal'])
              if (!this.isCut && existsSync(file + part)) copyFileSync(file + part, join(this.image, `hub.db${part}`));
            // The answer is on its way only when the image has been taken.
            setImmediate(() => thread.emit('message', written));
          };
          if (this.isHeld) this.waiting.push(write);
          else write();
        };
        return { worker: thread as unknown as Worker, safety: writer.ready() };
      },
    });

  release() {
    this.isHeld = false;
    for (const write of this.waiting.splice(0)) write();
  }
}

const messages = (channelId: string) =>
  Array.from({ length: 3 }, () => ({
    id: newId<CommandId>(),
    kind: 'postMessage',
    body: { channelId, text: 'слово', fileIds: [], replyTo: null },
  }));

test(`[S2] a hub whose unsynced writes are thrown away keeps everything it acked, ${CUTS} times over`, async () => {
  let dataDir = join(base, 'first');
  const disks = [new Disk(join(base, 'image-0'))];
  let hub = await startHub({ dataDir }, disks[0]!.open);
  const { owner } = hub;
  const first = new Person(hub.url, owner);
  const { logId, channelId } = await first.createClass('7А');
  first.close();
  const acked = new Set<CommandId>();
  for (let cut = 0; cut < CUTS; cut++) {
    const teacher = new Person(hub.url, owner);
    await teacher.connect();
    let isCut = false;
    const stream = async () => {
      while (!isCut) {
        const commands = messages(channelId);
        const results = await teacher.submit(logId, commands).catch(() => []);
        if (!isCut) for (const result of results) if (result.ok) acked.add(result.id);
      }
    };
    const before = acked.size;
    const streams = Array.from({ length: 6 }, stream);
    await eventually(() => acked.size > before + 40);
    // Now: no answer that comes later counts, and no write that comes later is on the disk.
    isCut = true;
    disks[cut]!.isHeld = disks[cut]!.isCut = true;
    const known = new Set(acked);
    dataDir = disks[cut]!.image;
    const old = hub;
    disks.push(new Disk(join(base, `image-${cut + 1}`)));
    hub = await startHub({ dataDir }, disks[cut + 1]!.open);
    const again = new Person(hub.url, owner);
    const { entries } = await again.follow(logId);
    const kept = new Set(entries.map((entry) => entry.id));
    for (const id of known) expect(kept).toContain(id);
    expect(kept.size).toBe(entries.length);
    expect(entries.map((entry) => entry.seq)).toEqual(entries.map((_, index) => index + 1));
    again.close();
    disks[cut]!.release();
    await Promise.all(streams);
    teacher.close();
    await old.stop({ keep: true });
  }
  await hub.stop({ keep: true });
  expect(acked.size).toBeGreaterThan(CUTS * 40);
}, 60_000);

test('[S2] over the wire too nothing is acked, told or readable before the sync', async () => {
  const disk = new Disk(join(base, 'image'));
  const hub = await startHub({ dataDir: join(base, 'hub') }, disk.open);
  const teacher = new Person(hub.url, hub.owner);
  const { logId, channelId } = await teacher.createClass('7А');
  const laptop = new Person(hub.url, hub.owner);
  const log = await laptop.follow(logId);
  const { head } = log.following;
  disk.isHeld = true;
  let isAcked = false;
  const submitted = teacher.submit(logId, messages(channelId)).then((results) => {
    isAcked = true;
    return results;
  });
  await eventually(() => disk.waiting.length > 0);
  // Whatever the hub has to say it has said by now: it answers another question behind this one.
  const me = await laptop.me();
  expect(me.logs.find((one) => one.logId === logId)).toMatchObject({ head });
  const page = await laptop.pull(logId);
  expect({ isAcked, pushed: log.pushed.length, upTo: page.upTo }).toEqual({ isAcked: false, pushed: 0, upTo: head });
  disk.release();
  expect((await submitted).every((result) => result.ok)).toBe(true);
  await laptop.caughtUp(logId, head + 3);
  expect(log.pushed).toHaveLength(1);
  teacher.close();
  laptop.close();
  await hub.stop({ keep: true });
});
