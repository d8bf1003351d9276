/**
 * A class in one process for tests of the client: the real hub core, a calm network, a teacher who has made the class, and
 * pupils as they are asked for. Everything in virtual time.
 */
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Ports } from '../../src/client/ports.ts';
import type { ChannelId, CommandId, LogId, MemberId } from '../../src/core/ids.ts';
import { FaultyNetwork } from './faulty-transport.ts';
import { LocalClient } from './local-client.ts';
import { LocalHub } from './local-hub.ts';
import type { MemoryDisk } from './memory-disk.ts';
import { seeded, VirtualTime } from './virtual-time.ts';

export const TEACHER = 'Анна Павловна';
/** Virtual time in which everything asked for has come to rest. */
export const SOON_MS = 5_000;

export class LocalClass {
  readonly time = new VirtualTime();
  readonly random = seeded(1);
  readonly dataDir = mkdtempSync(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'parta-class-'));
  readonly hub = new LocalHub({ dataDir: this.dataDir, time: this.time, random: this.random, diskMs: () => 1 });
  readonly network = new FaultyNetwork({ hub: this.hub, time: this.time, random: this.random });
  readonly clients: LocalClient[] = [];
  teacher!: LocalClient;
  logId!: LogId;
  channelId!: ChannelId;
  teacherId!: MemberId;

  /** Opens the hub and makes the class. */
  static async open(): Promise<LocalClass> {
    const school = new LocalClass();
    await school.hub.start();
    school.teacher = school.client('teacher', school.hub.addPerson(TEACHER, 'teacher'));
    const store = await school.teacher.start();
    school.logId = store.newLogId();
    school.channelId = store.newChannelId();
    school.teacherId = store.newMemberId();
    await store.send(school.logId, 'createClass', {
      title: '7А',
      memberId: school.teacherId,
      teacherName: TEACHER,
      channels: [{ channelId: school.channelId, kind: 'everyone' }],
    });
    await school.soon();
    return school;
  }

  client(name: string, personId: LocalClient['personId'], disk?: MemoryDisk, ports?: Partial<Ports>): LocalClient {
    const { time, random, network } = this;
    const options = { name, personId, time, random, network, ...(disk ? { disk } : {}), ...(ports ? { ports } : {}) };
    const client = new LocalClient(options);
    this.clients.push(client);
    return client;
  }

  soon(): Promise<void> {
    return this.time.pass(SOON_MS);
  }

  /** Somebody at the door whom the teacher has let in. */
  async pupil(name: string): Promise<LocalClient> {
    const personId = this.hub.addPerson(name, 'guest');
    await Promise.all([this.hub.requestJoin(this.logId, personId), this.time.pass(500)]);
    await this.soon();
    const view = await this.teacher.class(this.logId);
    const request = Object.values(view!.classroom.requests).find((one) => one.personId === personId)!;
    const memberId = this.teacher.store.newMemberId();
    await this.teacher.store.send(this.logId, 'confirmJoin', { requestId: request.requestId, memberId, name });
    await this.soon();
    const client = this.client(name, personId);
    await client.start();
    await this.soon();
    return client;
  }

  say(client: LocalClient, text: string): Promise<CommandId> {
    return client.store.send(this.logId, 'postMessage', {
      channelId: this.channelId,
      text,
      fileIds: [],
      replyTo: null,
    });
  }

  assign(client: LocalClient, title: string): Promise<CommandId> {
    return client.store.send(this.logId, 'assign', {
      title,
      text: '',
      dueAt: null,
      scale: { kind: 'five' },
      assignees: 'all',
      fileIds: [],
      seriesId: null,
    });
  }

  /** What a client shows of the chat: texts, with a star where it still waits. */
  async chat(client: LocalClient): Promise<string[]> {
    const { messages } = await client.messages(this.logId, this.channelId);
    return messages.map((m) => `${m.isRemoved ? '—' : m.text}${m.outbox ? ` *${m.outbox.state}` : ''}`);
  }

  async end(): Promise<void> {
    for (const client of this.clients) if (client.isStarted) client.kill();
    if (this.hub.isStarted) await this.hub.crash();
    await this.time.rest();
    rmSync(this.dataDir, { recursive: true, force: true });
  }
}
