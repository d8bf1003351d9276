/**
 * Who watches a story: after every step what hub and programs have is compared with the model, which works everything out again
 * from the confirmed commands (S19, S16); at the end also what pages show, and that every command is confirmed once or refused
 * in plain sight. A program that is behind must show what was true where it stands. Hides: how the disks are read, where a
 * comparison would be unfair (a copy that is being read anew after an erasure shows less than one that lived through it).
 */
import { isDeepStrictEqual } from 'node:util';
import type { ClassView, MessageView } from '../../src/client/class-store.ts';
import type { KnownMe } from '../../src/client/database.ts';
import { marked, markless } from '../../src/client/message-view.ts';
import { classView } from '../../src/client/overlay.ts';
import {
  messagesAt,
  type LogCursor,
  type LogRecord,
  type MarkRun,
  type MessagePlaces,
} from '../../src/client/views.ts';
import type { Classroom } from '../../src/core/classroom.ts';
import type { CommandId, FileId, LogId, MemberId } from '../../src/core/ids.ts';
import type { Command, CommandKind, FileRef } from '../../src/core/wire.ts';
import type { Row } from '../../src/hub/store.ts';
import type { LocalClient } from './local-client.ts';
import type { LocalHub } from './local-hub.ts';
import { mustBeBlank, replay, shownTo, type Eyes, type Model, type ModelMessage, type ModelRow } from './model.ts';

export type Wrong = 'lost' | 'doubled' | 'diverged';

export interface Sent {
  client: LocalClient;
  logId: LogId;
  id: CommandId;
  kind: CommandKind;
  /** What it says: whom it speaks of, or to. */
  of: { memberId?: MemberId; to?: MemberId };
}

/** A log as it was last looked at. */
interface Looked {
  head: number;
  rows: ModelRow[];
  state: Classroom;
  /** The log up to a seq, by seq and eyes. */
  models: Map<string, Model>;
}

const NOTHING_UNDERWAY = { isSending: () => false, isStored: () => true, describe: () => null, now: () => 0 };
const ERASING = ['removeMessage', 'declineJoin', 'cancelScheduled', 'sendScheduled', 'removeMember', 'leaveSchool'];

export class Witness {
  readonly #hub: LocalHub;
  readonly #files: ReadonlyMap<FileId, FileRef>;
  readonly #wrong: (what: Wrong, words: string) => void;
  readonly #looked = new Map<LogId, Looked>();
  readonly #lastSeen = new Map<string, string>();
  /** Rows that were blanked in any life of the hub. */
  readonly #everBlank = new Set<CommandId>();
  /** Rows that nobody may bring back: erased in this life of the hub, and in those before it. */
  readonly #gone = new Set<CommandId>();
  readonly #goneBefore = new Set<CommandId>();
  /** Rows that somebody tried to bring back all the same. */
  readonly keptAway = new Set<CommandId>();
  /** Members who were erased in any life of the hub: what was written of them and never sent went with them. */
  readonly #everErased = new Set<MemberId>();
  /** Comparisons made with programs that were current, and with those behind. */
  readonly compared = { current: 0, behind: 0 };

  constructor(hub: LocalHub, files: ReadonlyMap<FileId, FileRef>, wrong: (what: Wrong, words: string) => void) {
    this.#hub = hub;
    this.#files = files;
    this.#wrong = wrong;
  }

  /** The hub came back from a backup: what was seen of its logs is worth nothing. */
  forget() {
    for (const id of this.#gone) this.#goneBefore.add(id);
    this.#looked.clear();
    this.#lastSeen.clear();
  }

  /** Compares whatever has changed since the last time. The world must be at rest. */
  async look(logIds: readonly LogId[], clients: readonly LocalClient[]) {
    for (const logId of logIds) {
      const looked = await this.#lookAtHub(logId);
      if (!looked) continue;
      const disks = new Set<unknown>();
      for (const client of clients) {
        if (!client.isUp || disks.has(client.disk)) continue;
        disks.add(client.disk);
        this.#lookAtClient(logId, looked, client);
      }
    }
  }

  async #lookAtHub(logId: LogId): Promise<Looked | null> {
    const known = this.#looked.get(logId);
    if (!this.#hub.isUp) return known ?? null;
    const head = this.#hub.headOf(logId);
    if (head === 0 || (known && known.head === head)) return known ?? null;
    const { state } = await this.#hub.state(logId);
    const rows = (await this.#hub.rows(logId)).map((row): ModelRow => {
      const { id, seq, at, body, kind } = row;
      const given = this.#hub.given(id);
      if (!given) throw new Error(`nobody gave ${kind} ${id}`);
      const isKeptAway = this.#isKeptAway(row, given.command);
      if (this.#goneBefore.has(id) && body !== null && !isKeptAway)
        this.#wrong('diverged', `${given.command.kind} ${id} was erased before the restore and came back: ${body}`);
      if (isKeptAway) this.keptAway.add(id);
      return { id, seq, at, isBlank: body === null, isKeptAway, ...given };
    });
    const looked: Looked = { head, rows, state, models: new Map() };
    this.#looked.set(logId, looked);
    const model = this.#modelAt(looked, head, 2);
    for (const wrong of model.wrongs) this.#wrong('diverged', `the hub confirmed ${wrong}`);
    const seen = plain(state);
    if (!isDeepStrictEqual(seen, plain(model.classroom)))
      this.#wrong('diverged', `the hub has another state at ${head}${difference(seen, plain(model.classroom))}`);
    this.#lookAtBlanks(rows);
    return looked;
  }

  /** Whether a row only takes the place of what was erased before a restore: ids at the most, and for its author alone. */
  #isKeptAway({ id, seq, kind, label, by, body }: Row, command: Command): boolean {
    if (!this.#goneBefore.has(id) || label !== `own:${by}`) return false;
    if (command.kind !== 'postMessage' && command.kind !== 'forwardMessage') return kind === 'erased' && body === null;
    const { channelId } = command.body;
    const told = body === null ? null : (JSON.parse(body) as unknown);
    return kind === 'messageRemoved' && isDeepStrictEqual(told, { messageId: id, messageSeq: seq, channelId });
  }

  #lookAtBlanks(rows: readonly ModelRow[]) {
    const { blank: wanted, gone } = mustBeBlank(rows, this.#files);
    for (const id of gone) this.#gone.add(id);
    for (const { command } of rows)
      if ((command.kind === 'removeMember' || command.kind === 'leaveSchool') && command.body.erase)
        this.#everErased.add(command.body.memberId);
    for (const { id, isBlank, command } of rows) {
      if (wanted.has(id) && !isBlank) this.#wrong('diverged', `${command.kind} ${id} is erased and still there`);
      if (isBlank && !wanted.has(id) && !this.#everBlank.has(id))
        this.#wrong('lost', `${command.kind} ${id} went blank`);
    }
    for (const id of wanted) this.#everBlank.add(id);
  }

  #modelAt(looked: Looked, seq: number, eyes: Eyes): Model {
    const key = `${seq}/${eyes}`;
    let model = looked.models.get(key);
    if (!model) looked.models.set(key, (model = replay(looked.rows.slice(0, seq), this.#files, eyes)));
    return model;
  }

  #lookAtClient(logId: LogId, looked: Looked, client: LocalClient) {
    const table = <T>(name: string) => client.disk.records<T>(client.databaseName, name);
    const cursor = table<LogCursor>('cursors').find((one) => one.logId === logId);
    if (!cursor || cursor.cursor === 0 || cursor.cursor > looked.head) return;
    const place = `${client.databaseName}/${logId}`;
    const standing = `${cursor.logKey} ${cursor.cursor} ${client.protocol} ${looked.head === cursor.cursor}`;
    if (this.#lastSeen.get(place) === standing) return;
    this.#lastSeen.set(place, standing);
    const isCurrent =
      cursor.cursor === looked.head && cursor.logKey === this.#hub.keyFor(looked.state, client.personId);
    if (!isCurrent && !this.#isFair(looked, cursor)) return;
    const eyes = client.protocol;
    const expected = shownTo(this.#modelAt(looked, cursor.cursor, eyes), cursor.memberId);
    const classroom = table<{ logId: LogId; classroom: Classroom }>('states').find(
      (one) => one.logId === logId,
    )?.classroom;
    if (!expected || !classroom) return;
    this.compared[isCurrent ? 'current' : 'behind'] += 1;
    const known = table<KnownMe>('me')[0];
    const view = classView(logId, { known, cursor, classroom, outbox: [], named: [] }, NOTHING_UNDERWAY);
    const where = `${client.name} at ${cursor.cursor} of ${looked.head}`;
    this.#compareClass(where, view, expected.classroom);
    const messages = messagesOn(logId, table('places'), table('log'), table('markRuns'));
    this.#compareMessages(
      where,
      messages.filter(({ channelId }) => channelId in expected.classroom.channels),
      expected.messages,
    );
  }

  /** Whether what a program behind has can be told from the rows it has read. */
  #isFair(looked: Looked, { logKey, cursor, memberId }: LogCursor): boolean {
    const [hubId, epoch, , roleVersion] = logKey.split(':');
    const reader = looked.state.members[memberId];
    const current = reader?.personIds[0] ? this.#hub.keyFor(looked.state, reader.personIds[0]) : null;
    if (!current?.startsWith(`${hubId}:${epoch}:`)) return false;
    if (looked.rows.slice(cursor).some(({ command }) => ERASING.includes(command.kind))) return false;
    const me = this.#modelAt(looked, cursor, 2).classroom.members[memberId];
    return me?.state === 'confirmed' && String(me.roleVersion) === roleVersion;
  }

  #compareClass(where: string, view: Pick<ClassView, 'classroom'> | null, expected: unknown) {
    const seen = view && seenPlain(view.classroom);
    const wanted = seenPlain(expected as Classroom);
    if (!isDeepStrictEqual(seen, wanted))
      this.#wrong('diverged', `${where} sees another class${difference(seen, wanted)}`);
  }

  #compareMessages(where: string, seen: readonly ModelMessage[], expected: readonly ModelMessage[]) {
    const [is, should] = [seen.map(plainMessage), expected.map(plainMessage)];
    if (isDeepStrictEqual(is, should)) return;
    const missing = (from: unknown[], other: unknown[]) =>
      JSON.stringify(from.filter((one) => !other.some((same) => isDeepStrictEqual(one, same))));
    this.#wrong('diverged', `${where} sees messages ${missing(is, should)} for ${missing(should, is)}`);
  }

  // ── The end ──────────────────────────────────────────────────────────────────────────────────────────────────────────

  /** What pages show of a log when all is quiet. */
  async lookAtPages(logId: LogId, clients: readonly LocalClient[]) {
    const looked = this.#looked.get(logId);
    if (!looked) return;
    for (const client of clients) {
      const reader = readerIn(looked.state, client);
      const eyes = client.protocol;
      if (!reader || (looked.state.kind === 'school' && eyes === 1)) continue;
      const expected = shownTo(this.#modelAt(looked, looked.head, eyes), reader.memberId);
      if (!expected) continue;
      const view = await client.class(logId);
      this.#compareClass(`the page of ${client.name}`, view, expected.classroom);
      for (const channelId of Object.keys(expected.classroom.channels)) {
        const shown = await client.messages(logId, channelId as never);
        const confirmed = shown.messages.filter(({ seq }) => seq !== null).map(asModel);
        const wanted = expected.messages.filter((message) => message.channelId === channelId);
        this.#compareMessages(`the page of ${client.name}`, confirmed, wanted);
      }
    }
  }

  /**
   * Every command that a store took is confirmed once, or stands in sight.
   * @param leftBehind given by somebody who was then taken out and kept nothing, before a backup from before came back
   * @returns how many of these are gone
   */
  async lookAtCommands(
    logIds: readonly LogId[],
    clients: readonly LocalClient[],
    sent: readonly Sent[],
    leftBehind: ReadonlySet<Sent>,
  ): Promise<number> {
    let gone = 0;
    const inLog = new Set<CommandId>();
    for (const logId of logIds)
      for (const { id, seq } of this.#looked.get(logId)?.rows ?? []) {
        if (inLog.has(id)) this.#wrong('doubled', `${id} stands twice`);
        inLog.add(id);
        if (this.#looked.get(logId)?.rows[seq - 1]?.id !== id) this.#wrong('lost', `a hole in the log at ${seq}`);
      }
    this.#lookAtSchedules();
    const isIn = (client: LocalClient, logId: LogId) => {
      const looked = this.#looked.get(logId);
      return looked !== undefined && readerIn(looked.state, client) !== undefined;
    };
    const waiting = new Map<LocalClient, Map<string, string>>();
    /** Their author wants them gone, and says so in sight. */
    const unwanted = new Set<CommandId>();
    for (const client of clients) {
      const rows = await client.outbox();
      waiting.set(client, new Map(rows.map((row) => [row.id as string, row.state])));
      for (const { command } of rows) if (command.kind === 'removeMessage') unwanted.add(command.body.messageId);
      for (const row of rows)
        if (inLog.has(row.id) && isIn(client, row.logId))
          this.#wrong('doubled', `${row.command.kind} of ${client.name} is confirmed and waits`);
    }
    for (const one of sent) {
      const { client, id, kind, logId, of } = one;
      // What was erased before a restore is given by nobody again.
      if (inLog.has(id) || this.#everBlank.has(id) || unwanted.has(id)) continue;
      if ([of.memberId, of.to].some((memberId) => memberId && this.#everErased.has(memberId))) continue;
      const left = waiting.get(client)?.get(id);
      if (left === 'refused' || (left !== undefined && !isIn(client, logId))) continue;
      if (leftBehind.has(one)) gone += 1;
      else this.#wrong('lost', `${kind} ${id} of ${client.name}, which is ${left ?? 'nowhere'}`);
    }
    return gone;
  }

  #lookAtSchedules() {
    const done = new Set<CommandId>();
    for (const { rows } of this.#looked.values())
      for (const { command } of rows) {
        if (command.kind !== 'sendScheduled' && command.kind !== 'cancelScheduled') continue;
        if (done.has(command.body.messageId)) this.#wrong('doubled', `${command.body.messageId} was sent twice`);
        done.add(command.body.messageId);
      }
  }
}

export const readerIn = (state: Classroom, client: LocalClient) =>
  Object.values(state.members).find((m) => m.state === 'confirmed' && m.personIds.includes(client.personId));

/** Messages as they lie on a disk, with their marks. */
function messagesOn(
  logId: LogId,
  places: readonly MessagePlaces[],
  log: readonly LogRecord[],
  runs: readonly MarkRun[],
): ModelMessage[] {
  const marks = runs.filter((run) => run.logId === logId).flatMap((run) => run.marks);
  marks.sort((a, b) => a.seq - b.seq);
  const records = new Map(log.filter((record) => record.logId === logId).map((record) => [record.page, record]));
  const mine = places.filter((at) => at.logId === logId);
  const messages = mine.flatMap((at) => messagesAt(at, records.get(at.page)));
  messages.sort((a, b) => a.seq - b.seq);
  return messages.map((message) => {
    let shown = markless(message);
    for (const mark of marks) if (mark.change?.body.messageId === message.id) shown = marked(shown, mark, mark.change);
    return asModel(shown);
  });
}

const asModel = (shown: MessageView): ModelMessage => ({
  id: shown.id,
  seq: shown.seq ?? 0,
  at: shown.at,
  by: shown.by,
  channelId: shown.channelId,
  text: shown.text,
  files: [...shown.files],
  replyTo: shown.replyTo,
  isRemoved: shown.isRemoved,
  history: [...shown.history],
  reactions: shown.reactions as ModelMessage['reactions'],
  mentions: [...shown.mentions],
  assignmentId: shown.assignmentId,
  poll: shown.poll as ModelMessage['poll'],
  signedBy: shown.notice ? [...shown.notice.signedBy] : null,
  forward: shown.forward,
  isPinned: shown.isPinned,
  onlyFor: null,
});

const plainMessage = (message: ModelMessage) => ({
  ...message,
  reactions: Object.fromEntries(Object.entries(message.reactions).filter(([, by]) => by.length > 0)),
});

/** Without what a model cannot know: the hub's receipts, and the ids by which it pays what it owes. */
const plain = (state: Classroom) => ({
  ...state,
  owed: Object.fromEntries(
    Object.values(state.owed).map((owed) => [`${owed.handInId}/${owed.memberId}`, owed] as const),
  ),
  submissions: Object.fromEntries(
    Object.entries(state.submissions).map(([key, work]) => [
      key,
      { ...work, attempts: work.attempts.map((attempt) => ({ ...attempt, receipt: '' })) },
    ]),
  ),
});
/** As readers see it: which log somebody reads is between him and the hub. */
const seenPlain = (state: Classroom) => ({
  ...plain(state),
  members: Object.fromEntries(Object.entries(state.members).map(([id, m]) => [id, { ...m, roleVersion: 0 }])),
});

function difference(seen: object | null, expected: object): string {
  if (!seen) return ': none';
  return Object.keys(expected)
    .map((key) => [key, seen[key as never] as object, expected[key as never] as object] as const)
    .filter(([, is, should]) => !isDeepStrictEqual(is, should))
    .map(([key, is, should]) => {
      if (typeof is !== 'object' || is === null) return `; ${key}: ${String(is)} / ${String(should)}`;
      const ids = [...new Set([...Object.keys(is), ...Object.keys(should)])];
      const wrong = ids.filter((id) => !isDeepStrictEqual(is[id as never], should[id as never]));
      return `; ${key}: ${wrong.map((id) => `${JSON.stringify(is[id as never])} / ${JSON.stringify(should[id as never])}`).join(', ')}`;
    })
    .join('');
}
