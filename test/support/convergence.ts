/**
 * One seeded story of a class under faults, and what is true at its end. A teacher with two devices and three pupils write,
 * assign, hand in, review, give back, remove and erase, while words on the network are lost, late or doubled, connections are
 * cut, the hub and the programs are killed. Then the weather clears, and everybody must have what the hub says he may see:
 * every command that was accepted by a store is confirmed once or visibly refused, nothing is lost, doubled or different.
 * The whole world runs in virtual time in this thread, so a seed is the same story every time.
 */
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import type { ClassView, MessageView, MeView } from '../../src/client/class-store.ts';
import { CHECK_EVERY_MS } from '../../src/client/hub-link.ts';
import { seenBy, type Classroom } from '../../src/core/classroom.ts';
import { codeOf } from '../../src/core/errors.ts';
import type { ChannelId, CommandId, FileId, LogId, MemberId, Sha256 } from '../../src/core/ids.ts';
import { changeIn, type CommandKind, type CommandOf, type Entry } from '../../src/core/wire.ts';
import { worksOf } from '../../src/core/works.ts';
import { CALM, FaultyNetwork, STORM, type FaultCounts } from './faulty-transport.ts';
import { first, LocalClient } from './local-client.ts';
import { LocalHub } from './local-hub.ts';
import { seeded, VirtualTime } from './virtual-time.ts';

export type Faults = FaultCounts & { hubCrash: number; clientCrash: number };

export interface SeedResult {
  seed: number;
  /** Commands that a store took. */
  commands: number;
  faults: Faults;
  lost: number;
  doubled: number;
  diverged: number;
  /** What was wrong, in words. */
  problems: string[];
}

const STEPS = 52;
/** A story goes on until so many commands were given. */
export const COMMANDS_MIN = 50;
const STEP_MS = 900;
/** Time for everything to calm down after the storm: a full round of retries and slow checks. */
const CALM_MS = 20 * 60_000;
const PUPILS = ['Белов Илья', 'Ёлкина Аня', 'Чжан Ли'] as const;

interface Sent {
  client: LocalClient;
  id: CommandId;
  kind: CommandKind;
}

export async function runSeed(seed: number, trace?: (line: string) => void): Promise<SeedResult> {
  // A crash here is one of a program, not of the machine, so a disk in memory tells as much and is many times faster.
  const dataDir = mkdtempSync(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'parta-seed-'));
  const story = new Story(seed, dataDir, trace);
  try {
    return await story.run();
  } catch (thrown) {
    story.result.problems.push(`threw: ${thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown)}`);
    return story.result;
  } finally {
    await story.end();
    rmSync(dataDir, { recursive: true, force: true });
  }
}

class Story {
  readonly result: SeedResult;
  readonly #random: () => number;
  readonly #time = new VirtualTime();
  readonly #trace: ((line: string) => void) | undefined;
  readonly #hub: LocalHub;
  readonly #network: FaultyNetwork;
  readonly #clients: LocalClient[] = [];
  readonly #drafts = new Map<LocalClient, number>();
  readonly #sent: Sent[] = [];
  #logId!: LogId;
  #channelId!: ChannelId;
  #words = 0;

  constructor(seed: number, dataDir: string, trace?: (line: string) => void) {
    this.#random = seeded(seed);
    const time = this.#time;
    this.#trace = trace && ((line) => trace(`${String(time.now % 10_000_000).padStart(7)} ${line}`));
    const random = this.#random;
    this.#hub = new LocalHub({ dataDir, time, random, diskMs: () => random() * 12 });
    const traceLine = this.#trace ? { trace: this.#trace } : {};
    this.#network = new FaultyNetwork({ hub: this.#hub, time, random, ...traceLine });
    const faults = Object.assign(this.#network.counts, { hubCrash: 0, clientCrash: 0 });
    this.result = { seed, commands: 0, faults, lost: 0, doubled: 0, diverged: 0, problems: [] };
  }

  async run(): Promise<SeedResult> {
    await this.#begin();
    this.#network.weather = STORM;
    for (let step = 0; step < STEPS || this.result.commands < COMMANDS_MIN; step += 1) {
      await this.#happen();
      await this.#time.pass(this.#random() * STEP_MS, () => this.#random() < 0.1);
    }
    this.#network.weather = CALM;
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
    await this.#compare();
    return this.result;
  }

  async end() {
    for (const client of this.#clients) if (client.isUp) client.kill();
    if (this.#hub.isUp) await this.#hub.crash();
  }

  #client(name: string, personId: LocalClient['personId']): LocalClient {
    const client = new LocalClient({ name, personId, time: this.#time, random: this.#random, network: this.#network });
    this.#clients.push(client);
    return client;
  }

  /** The class, its list and its pupils, in calm weather: a story needs a place. */
  async #begin() {
    await this.#hub.start();
    const teacher = this.#hub.addPerson('Анна Павловна', 'teacher');
    const desk = this.#client('desk', teacher);
    const laptop = this.#client('laptop', teacher);
    await desk.start();
    await laptop.start();
    this.#logId = desk.store.newLogId();
    this.#channelId = desk.store.newChannelId();
    const memberId = desk.store.newMemberId();
    await this.#send(desk, 'createClass', {
      title: '7А',
      memberId,
      teacherName: 'Анна Павловна',
      channels: [{ channelId: this.#channelId, kind: 'everyone' }],
    });
    for (const name of PUPILS) await this.#send(desk, 'listMember', { memberId: desk.store.newMemberId(), name });
    await this.#time.pass(3_000);
    for (const name of PUPILS) {
      const personId = this.#hub.addPerson(name, 'guest');
      await Promise.all([this.#hub.requestJoin(this.#logId, personId), this.#time.pass(200)]);
      await this.#client(name, personId).start();
    }
    await this.#time.pass(2_000);
    await this.#confirmAll(desk);
    await this.#time.pass(4_000);
  }

  async #confirmAll(client: LocalClient) {
    const view = await this.#view(client);
    for (const request of Object.values(view?.classroom.requests ?? {})) {
      const listed = Object.values(view!.classroom.members).find((member) => member.name === request.name);
      await this.#send(client, 'confirmJoin', {
        requestId: request.requestId,
        memberId: listed?.memberId ?? client.store.newMemberId(),
        name: request.name,
      });
    }
  }

  #view(client: LocalClient): Promise<ClassView | null> {
    return client.class(this.#logId);
  }

  async #send<K extends CommandKind>(client: LocalClient, kind: K, body: CommandOf<K>['body']) {
    const life = client.store;
    this.#trace?.(`${client.name} ${kind}`);
    try {
      const id = await life.send(this.#logId, kind, body);
      this.#sent.push({ client, id, kind });
      this.result.commands += 1;
    } catch (thrown) {
      // Killed in the middle: nobody was told that it was kept.
      if (codeOf(thrown) === 'bad-request') throw thrown;
    }
  }

  #pick<T>(list: readonly T[]): T | undefined {
    return list[Math.floor(this.#random() * list.length)];
  }
  #text(): string {
    this.#words += 1;
    return `слово ${this.#words}`;
  }

  /** One thing of a day at school, or a blow. */
  async #happen() {
    const chance = this.#random();
    if (chance < 0.02) return this.#crashHub();
    if (chance < 0.06) return this.#crashClient();
    const client = this.#pick(this.#clients.filter((one) => one.isUp));
    if (!client) return;
    if (chance < 0.09) return this.#keepDraft(client);
    const view = await this.#view(client);
    if (!view) return;
    if (view.role === 'teacher') await this.#teach(client, view);
    else await this.#learn(client, view);
  }

  async #crashHub() {
    if (!this.#hub.isUp) return;
    this.#trace?.('the hub is killed');
    this.result.faults.hubCrash += 1;
    await this.#hub.crash();
    this.#time.after(this.#random() * 8_000, () => {
      if (!this.#hub.isStarted) void this.#hub.start();
    });
  }

  async #crashClient() {
    const client = this.#pick(this.#clients.filter((one) => one.isUp));
    if (!client) return;
    this.#trace?.(`${client.name} is killed`);
    this.result.faults.clientCrash += 1;
    client.kill();
    this.#time.after(this.#random() * 5_000, () => {
      if (!client.isStarted) void client.start();
    });
  }

  async #keepDraft(client: LocalClient) {
    const value = this.#words++;
    await client.store.writeDraft(`message/${this.#logId}/${this.#channelId}`, value);
    this.#drafts.set(client, value);
  }

  async #messages(client: LocalClient): Promise<readonly MessageView[]> {
    return (await client.messages(this.#logId, this.#channelId, { count: 30 })).messages.filter((message) => !message.isRemoved);
  }

  async #chat(client: LocalClient, view: ClassView) {
    const chance = this.#random();
    const messages = chance < 0.7 ? [] : await this.#messages(client);
    const own = this.#pick(messages.filter((message) => message.by === view.memberId));
    const any = this.#pick(messages);
    if (chance > 0.9 && own) return this.#send(client, 'removeMessage', { messageId: own.id });
    if (chance > 0.8 && own) return this.#send(client, 'editMessage', { messageId: own.id, text: this.#text() });
    const replyTo = chance > 0.7 && any ? any.id : null;
    const fileIds = this.#random() < 0.15 ? [this.#bringFile(client)] : [];
    await this.#send(client, 'postMessage', { channelId: this.#channelId, text: this.#text(), fileIds, replyTo });
  }

  /** A file whose bytes take their time; the command that names it is written at once. */
  #bringFile(client: LocalClient): FileId {
    const fileId = client.store.newFileId();
    const { sha256 } = client.files.add(fileId, `${this.#text()}.txt`);
    const arrive = () => {
      if (!this.#hub.isUp) return void this.#time.after(3_000, arrive);
      const name = client.files.describe(fileId)?.name ?? '';
      this.#hub.storeFile(fileId, client.personId, name, sha256 as Sha256).then(
        () => client.files.arrived(fileId),
        () => void this.#time.after(3_000, arrive),
      );
    };
    this.#time.after(this.#random() * 12_000, arrive);
    return fileId;
  }

  #assignmentContent(client: LocalClient) {
    const fileIds = this.#random() < 0.3 ? [this.#bringFile(client)] : [];
    const dueAt = this.#random() < 0.5 ? Math.floor(this.#time.now + (this.#random() - 0.3) * 60_000) : null;
    return { title: this.#text(), text: '', dueAt, scale: { kind: 'five' } as const, fileIds };
  }

  // oxlint-disable-next-line complexity -- a day of a teacher, one line per deed.
  async #teach(client: LocalClient, view: ClassView) {
    const { classroom } = view;
    const chance = this.#random();
    const pupils = Object.values(classroom.members).filter((member) => member.role === 'student');
    const assignment = this.#pick(Object.values(classroom.assignments).filter((one) => one.state === 'open'));
    const pupil = this.#pick(pupils.filter((member) => member.state !== 'removed'));
    if (chance < 0.3) return this.#chat(client, view);
    if (chance < 0.4 || !assignment) {
      const assignees = this.#random() < 0.3 && pupil ? [pupil.memberId] : 'all';
      return this.#send(client, 'assign', { ...this.#assignmentContent(client), assignees, seriesId: null });
    }
    const { assignmentId, changeId: seen } = assignment;
    if (chance < 0.45)
      return this.#send(client, 'changeAssignment', {
        ...this.#assignmentContent(client),
        assignees: 'all',
        assignmentId,
        seen,
      });
    if (chance < 0.47) return this.#send(client, 'withdrawAssignment', { assignmentId });
    const work = this.#pick(worksOf(classroom, assignment));
    if (chance < 0.68 && work) {
      const memberId = work.member.memberId;
      const mark = this.#pick(['5', '4', '3', null]) ?? null;
      const attempt = work.attempt?.attempt ?? 0;
      return this.#send(client, 'review', {
        assignmentId,
        memberId,
        attempt,
        mark,
        comment: this.#text(),
        seen: work.review?.id ?? null,
      });
    }
    if (chance < 0.84) {
      const reviewed = this.#pick(Object.values(classroom.reviews));
      if (!reviewed) return this.#chat(client, view);
      const outcome = this.#random() < 0.5 ? 'redo' : 'accepted';
      const { memberId, id: reviewId } = reviewed;
      return this.#send(client, 'giveBack', { assignmentId: reviewed.assignmentId, memberId, reviewId, outcome });
    }
    if (chance < 0.88 && pupil)
      return this.#send(client, 'renameMember', { memberId: pupil.memberId, name: this.#text() });
    if (chance < 0.91)
      return this.#send(client, 'listMember', { memberId: client.store.newMemberId(), name: this.#text() });
    if (chance < 0.94 && pupil?.state === 'confirmed')
      return this.#send(client, 'changeRole', { memberId: pupil.memberId, role: 'teacher' });
    const helper = Object.values(classroom.members).find((m) => m.role === 'teacher' && m.memberId !== view.memberId);
    if (chance < 0.97 && helper && helper.memberId !== firstTeacher(classroom))
      return this.#send(client, 'changeRole', { memberId: helper.memberId, role: 'student' });
    if (chance < 0.985 && pupil)
      return this.#send(client, 'removeMember', { memberId: pupil.memberId, erase: this.#random() < 0.5 });
    return this.#confirmAll(client);
  }

  async #learn(client: LocalClient, view: ClassView) {
    const assignment = this.#pick(Object.values(view.classroom.assignments).filter((one) => one.state === 'open'));
    if (this.#random() < 0.5 || !assignment) return this.#chat(client, view);
    const { assignmentId } = assignment;
    const fileIds = this.#random() < 0.4 ? [this.#bringFile(client)] : [];
    await this.#send(client, 'handIn', { assignmentId, fileIds, note: this.#text() });
  }

  // ── The end ──────────────────────────────────────────────────────────────────────────────────────────────────────────

  /** Everybody current, nothing waiting but what belongs to a class that one was taken out of; else who is not, and how. */
  async #unsettled(): Promise<string | null> {
    if (!this.#hub.isUp) return 'the hub is down';
    const { state } = await this.#hub.state(this.#logId);
    for (const client of this.#clients) {
      const me = await first<MeView | null>((listener) => client.store.watchMe(listener));
      const log = me?.logs.find((one) => one.logId === this.#logId);
      const isSettled = readerIn(state, client)
        ? log?.state === 'member' && log.isCurrent && log.waiting === log.refused
        : log?.state !== 'member';
      if (!isSettled) return `${client.name}: ${JSON.stringify(log)} ${JSON.stringify(await client.outbox())}`;
    }
    return null;
  }

  async #compare() {
    const { state } = await this.#hub.state(this.#logId);
    const entries = await this.#hub.entries(this.#logId);
    const inLog = new Set(entries.map((entry) => entry.id));
    await this.#compareOutboxes(state, inLog);
    this.#compareLog(entries);
    for (const client of this.#clients) {
      const member = readerIn(state, client);
      const view = await this.#view(client);
      if (!member) {
        if (view && view.outbox.length === 0 && !this.#drafts.has(client))
          this.#wrong('diverged', `${client.name} keeps a class he is not in`);
        continue;
      }
      if (!view || !isDeepStrictEqual(view.classroom, seenBy(state, member.memberId)))
        this.#wrong('diverged', `${client.name} sees another class${difference(view, seenBy(state, member.memberId))}`);
      await this.#compareMessages(client, entries);
    }
    for (const [client, value] of this.#drafts) {
      const kept = await client.store.readDraft(`message/${this.#logId}/${this.#channelId}`);
      if (kept !== value && readerIn(state, client)) this.#wrong('lost', `a draft of ${client.name}`);
    }
  }

  async #compareOutboxes(state: Classroom, inLog: ReadonlySet<string>) {
    const waiting = new Map<LocalClient, Map<string, string>>();
    for (const client of this.#clients) {
      const rows = await client.outbox();
      waiting.set(client, new Map(rows.map((row) => [row.id as string, row.state])));
      // Who was taken out cannot learn any more what was confirmed: for him it waits for ever.
      for (const row of rows)
        if (inLog.has(row.id) && readerIn(state, client))
          this.#wrong('doubled', `${row.command.kind} of ${client.name} is confirmed and waits`);
    }
    for (const { client, id, kind } of this.#sent) {
      if (inLog.has(id)) continue;
      const left = waiting.get(client)?.get(id);
      if (left === 'refused' || (left !== undefined && !readerIn(state, client))) continue;
      this.#wrong('lost', `${kind} of ${client.name}, which is ${left ?? 'nowhere'}`);
    }
  }

  #compareLog(entries: readonly Entry[]) {
    const ids = new Set(entries.map((entry) => entry.id));
    if (ids.size !== entries.length) this.#wrong('doubled', 'an id stands twice in the log');
    entries.forEach((entry, index) => {
      if (entry.seq !== index + 1) this.#wrong('lost', `a hole in the log at ${index + 1}`);
    });
    const texts = entries.flatMap((entry) => {
      const change = changeIn(entry);
      return change?.kind === 'messagePosted' ? [change.body.text] : [];
    });
    if (new Set(texts).size !== texts.length) this.#wrong('doubled', 'a message stands twice in the log');
  }

  async #compareMessages(client: LocalClient, entries: readonly Entry[]) {
    const shown = (await client.messages(this.#logId, this.#channelId)).messages.filter((m) => m.seq !== null);
    const seen = shown.map((m) => ({ seq: m.seq, id: m.id, text: m.text, files: m.files, isRemoved: m.isRemoved }));
    const expected = messagesIn(entries);
    if (isDeepStrictEqual(seen, expected)) return;
    const missing = (from: unknown[], other: unknown[]) =>
      JSON.stringify(from.filter((one) => !other.some((same) => isDeepStrictEqual(one, same))));
    this.#wrong('diverged', `${client.name} sees ${missing(seen, expected)} for ${missing(expected, seen)}`);
  }

  #wrong(what: 'lost' | 'doubled' | 'diverged', words: string) {
    this.result[what] += 1;
    this.result.problems.push(`${what}: ${words}`);
  }
}

const firstTeacher = (state: Classroom): MemberId | undefined =>
  Object.values(state.members).find((member) => member.name === 'Анна Павловна')?.memberId;

const readerIn = (state: Classroom, client: LocalClient) =>
  Object.values(state.members).find((m) => m.state === 'confirmed' && m.personIds.includes(client.personId));

function difference(view: ClassView | null, expected: Classroom): string {
  if (!view) return ': none';
  const keys = Object.keys(expected) as (keyof Classroom)[];
  const wrong = keys.filter((key) => !isDeepStrictEqual(view.classroom[key], expected[key]));
  return wrong
    .map((key) => `; ${key}: ${JSON.stringify(view.classroom[key])} / ${JSON.stringify(expected[key])}`)
    .join('');
}

/** Messages as the rows of a log tell them, without the product's own views. */
function messagesIn(entries: readonly Entry[]) {
  const messages = new Map<string, { seq: number; id: string; text: string; files: unknown; isRemoved: boolean }>();
  for (const entry of entries) {
    const change = changeIn(entry);
    const { seq, id } = entry;
    if (change?.kind === 'messagePosted')
      messages.set(id, { seq, id, text: change.body.text, files: change.body.files, isRemoved: false });
    if (change?.kind === 'messageEdited') {
      const message = messages.get(change.body.messageId);
      if (message) message.text = change.body.text;
    }
    if (change?.kind === 'messageRemoved')
      messages.set(change.body.messageId, {
        seq: change.body.messageSeq,
        id: change.body.messageId,
        text: '',
        files: [],
        isRemoved: true,
      });
  }
  return [...messages.values()].sort((a, b) => a.seq - b.seq);
}
