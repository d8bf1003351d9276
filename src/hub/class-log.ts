/**
 * A running log: the one place where commands become changes. Decides against the state as it will be when everything decided
 * so far is on disk, hands rows to the store in groups, and tells readers and senders only after their group was committed.
 *
 * Keeps: S1, S2 (compare-and-set; a loser reads the news and decides again; a failed group undoes what was decided on top of
 * it), S3 (a repeat is answered with the first seq), S15 (files by the hub's own rows), S16 (a page never shows what its own
 * group erased; what was erased before a restore is not taken again). Nothing is acked or told before its own group is on disk,
 * refusals included: a refusal may rest on a change that is not committed yet.
 * Hides: the two states (confirmed, decided), the lane of commands, groups, snapshots.
 */
import { hash } from 'node:crypto';
import {
  dueCommands,
  EMPTY_CLASSROOM,
  memberOf,
  type Classroom,
  type Facts,
  type Member,
  type MessageContent,
  type MessageFact,
  type StoredFile,
  type Who,
} from '../core/classroom.ts';
import { decide } from '../core/decide.ts';
import { codeOf, PartaError } from '../core/errors.ts';
import { apply, erasedBy, evolve } from '../core/evolve.ts';
import type { CommandId, FileId, LogId, PersonId, Sha256 } from '../core/ids.ts';
import { PAGE_ENTRIES_MAX } from '../core/limits.ts';
import type { Change, ChangeBody, Command, CommandResult, Entry, Label } from '../core/wire.ts';
import type { Log } from './log.ts';
import { receiptOf } from './receipt.ts';
import type { KnownCommand, NewRow, Row, Store } from './store.ts';

/** A group (and so a pushed page) closes at this many bytes of bodies, so that it always fits into one frame. */
export const GROUP_BYTES_MAX = 256 * 1024;
/** Commands that may wait to be decided in one log; more are told to come later. */
export const LANE_MAX = 8_192;
/** Rows after which the state is kept as a snapshot again. */
export const SNAPSHOT_ROWS = 1_000;
/** Remembered ids and messages, beyond which they are asked from the store again. */
const REMEMBERED_MAX = 4_096;
/** A compare-and-set that is lost this often in a row means that another program writes here. */
const HEAD_MOVED_MAX = 20;
const READ_ROWS = 1_000;
/** A row that says nothing; programs of any version skip it (S12). */
const ERASED_KIND = 'erased';
/** Raised when folding changes its meaning: older snapshots are then folded anew from the log. */
const SNAPSHOT_VERSION = 4;

/** What was committed together: readers get one page of it each (S5). */
export interface Group {
  logId: LogId;
  /** The head before. */
  after: number;
  rows: readonly Row[];
  before: Classroom;
  state: Classroom;
  nextDueAt: number | null;
}

export interface ClassLogContext {
  store: Store;
  log: Log;
  now: () => number;
  /** Called once per committed group, in order, before its commands are acked. Must not throw. */
  onGroup(group: Group): void;
  onUnnamedContent(hashes: readonly Sha256[]): void;
}

interface Job {
  command: Command;
  commandHash: string;
  who: Who;
  resolve(result: CommandResult): void;
  reject(error: unknown): void;
}

/** A command with its outcome, waiting for its group. */
interface Settlement {
  job: Job;
  result: CommandResult;
  row: NewRow | null;
  stateAfter: Classroom;
}

function stateOf(snapshot: string): Classroom | null {
  try {
    const { version, state } = JSON.parse(snapshot) as { version: number; state: Classroom };
    return version === SNAPSHOT_VERSION ? state : null;
  } catch {
    return null;
  }
}

/** A stored row as an entry of the wire. */
export const entryOf = (row: Row): Entry => ({
  ...row,
  body: row.body === null ? null : (JSON.parse(row.body) as Record<string, unknown>),
});

/** By this a repeat is told from another command under the same id (S3). */
const hashOf = (command: Command, who: Who) =>
  hash('sha256', JSON.stringify([who.kind === 'hub' ? 'hub' : who.personId, command]), 'base64');

const fileIdsOf = (command: Command): readonly FileId[] => ('fileIds' in command.body ? command.body.fileIds : []);

/** Messages that a command speaks of. */
function messageIdsOf(command: Command): readonly CommandId[] {
  if ('messageId' in command.body) return [command.body.messageId];
  return 'replyTo' in command.body && command.body.replyTo ? [command.body.replyTo] : [];
}

const nextDueAt = (state: Classroom): number | null => {
  const due = dueCommands(state).map(({ at }) => at);
  return due.length > 0 ? Math.min(...due) : null;
};

/** Who gets to do with the log by a change, and who has no more to do with it. */
function comingAndGoing(change: Change, before: Classroom): { enters: PersonId[]; leaves: PersonId[] } {
  if (change.kind === 'classCreated' || change.kind === 'joinRequested')
    return { enters: [change.body.personId], leaves: [] };
  if (change.kind === 'schoolEntered') return { enters: change.body.personIds, leaves: [] };
  if (change.kind === 'memberRemoved' || change.kind === 'memberErased')
    return { enters: [], leaves: before.members[change.body.memberId]?.personIds ?? [] };
  return { enters: [], leaves: [] };
}

export class ClassLog {
  readonly logId: LogId;
  readonly #context: ClassLogContext;
  #confirmed: Classroom = EMPTY_CLASSROOM;
  #head = 0;
  /** The state when everything decided is committed. */
  #decided: Classroom = EMPTY_CLASSROOM;
  #decidedHead = 0;
  #lane: Job[] = [];
  #isWorking = false;
  #gathering: Settlement[] = [];
  #inFlight: Settlement[] | null = null;
  /** Grows whenever something decided is undone: what was read for a decision before is worth nothing after. */
  #generation = 0;
  #lostInARow = 0;
  #snapshotSeq = 0;
  // What was decided or read here lately. This log is the only one that decides, so what it remembers is never stale.
  #known = new Map<CommandId, KnownCommand>();
  #messages = new Map<CommandId, MessageFact>();
  #contents = new Map<CommandId, MessageContent>();
  #files = new Map<FileId, StoredFile>();
  #whenQuiet: (() => void)[] = [];

  constructor(logId: LogId, context: ClassLogContext) {
    this.logId = logId;
    this.#context = context;
  }

  /** The committed state and head: what readers may be shown. */
  get state(): Classroom {
    return this.#confirmed;
  }
  get head(): number {
    return this.#head;
  }
  get isQuiet(): boolean {
    return !this.#isWorking && this.#lane.length === 0 && this.#gathering.length === 0 && this.#inFlight === null;
  }
  get nextDueAt(): number | null {
    return nextDueAt(this.#confirmed);
  }

  /** Reads what the store has, from a snapshot if there is a good one. */
  async load(): Promise<void> {
    const { store } = this.#context;
    const found = await store.head(this.logId);
    const snapshot = found?.snapshot ? stateOf(found.snapshot.state) : null;
    this.#confirmed = snapshot ?? EMPTY_CLASSROOM;
    this.#head = snapshot ? (found?.snapshot?.seq ?? 0) : 0;
    this.#snapshotSeq = this.#head;
    while (this.#head < (found?.head ?? 0)) {
      const rows = await store.read(this.logId, this.#head, found?.head ?? 0, READ_ROWS);
      if (rows.length === 0) throw new PartaError('storage-damaged');
      for (const row of rows) this.#confirmed = evolve(this.#confirmed, entryOf(row));
      this.#head = rows.at(-1)?.seq ?? this.#head;
    }
    this.#startOver();
  }

  /**
   * Gives commands in order; each gets its own result once that is final and on disk. Rejects with PartaError where the hub
   * could not keep them (`disk-full`, `busy`, `internal`): nothing is refused then, and the same commands may come again.
   */
  submit(commands: readonly Command[], who: Who): Promise<CommandResult[]> {
    if (this.#lane.length + commands.length > LANE_MAX) return Promise.reject(new PartaError('busy'));
    return new Promise((resolve, reject) => {
      const results: CommandResult[] = [];
      let left = commands.length;
      let failure: { reason: unknown } | null = null;
      const settle = () => {
        left -= 1;
        if (left > 0) return;
        if (failure) reject(failure.reason);
        else resolve(results);
      };
      commands.forEach((command, index) =>
        this.#lane.push({
          command,
          commandHash: hashOf(command, who),
          who,
          resolve(result) {
            results[index] = result;
            settle();
          },
          reject(reason) {
            failure ??= { reason };
            settle();
          },
        }),
      );
      if (left === 0) resolve(results);
      void this.#work();
    });
  }

  /** Rows of `(after, upTo]` as committed. */
  read(after: number, upTo: number, limit: number): Promise<Row[]> {
    return this.#context.store.read(this.logId, after, Math.min(upTo, this.#head), limit);
  }

  /** Resolves when nothing is waiting for the disk, with the state kept for a quick start. */
  async quiet(): Promise<void> {
    if (!this.isQuiet) await new Promise<void>((resolve) => this.#whenQuiet.push(resolve));
    if (this.#head > this.#snapshotSeq) await this.#keepSnapshot().catch(() => undefined);
  }

  async #work(): Promise<void> {
    if (this.#isWorking) return;
    this.#isWorking = true;
    // What many pupils sent in one turn of the event loop is one question to the store and one group.
    await new Promise(setImmediate);
    while (this.#lane.length > 0) {
      const jobs = this.#lane.splice(0, PAGE_ENTRIES_MAX);
      const generation = this.#generation;
      try {
        await this.#readFacts(jobs);
      } catch (error) {
        for (const job of jobs) job.reject(error);
        continue;
      }
      if (generation !== this.#generation) {
        this.#lane.unshift(...jobs);
        continue;
      }
      for (const job of jobs) {
        try {
          this.#gathering.push(this.#settle(job));
        } catch (error) {
          // A fault in a rule must refuse one command, not stop the class.
          job.reject(error);
        }
      }
      this.#flush();
    }
    this.#isWorking = false;
    this.#noticeQuiet();
  }

  /** Fills what `decide` will ask for; what is remembered is newer than what the store says. */
  async #readFacts(jobs: readonly Job[]): Promise<void> {
    const { store } = this.#context;
    const commands = jobs.map(({ command }) => command);
    const ids = commands.map(({ id }) => id).filter((id) => !this.#known.has(id));
    const messageIds = commands.flatMap(messageIdsOf).filter((id) => !this.#messages.has(id));
    const fileIds = commands.flatMap(fileIdsOf);
    const known = await store.known(this.logId, ids);
    const messages = await (messageIds.length > 0 ? store.messages(this.logId, messageIds) : new Map());
    // Never remembered from one round to the next: an upload may be finished, or forgotten, at any time.
    this.#files = await (fileIds.length > 0 ? store.storedFiles(fileIds) : new Map());
    const forwarded = commands.flatMap(({ kind, body }) => (kind === 'forwardMessage' ? [body.messageId] : []));
    this.#contents = await (forwarded.length > 0 ? store.contents(this.logId, forwarded) : new Map());
    for (const [id, fact] of known) if (!this.#known.has(id)) this.#known.set(id, fact);
    for (const [id, fact] of messages) if (!this.#messages.has(id)) this.#messages.set(id, fact);
  }

  /** What is decided and not on disk yet counts: a message may be forwarded in the breath in which it was posted. */
  #content(id: CommandId): MessageContent | null {
    let content = this.#contents.get(id) ?? null;
    for (const { row } of [...(this.#inFlight ?? []), ...this.#gathering]) {
      if (!row?.body) continue;
      if (row.kind === 'messagePosted' && row.id === id) {
        const { text, files, forward } = JSON.parse(row.body) as ChangeBody<'messagePosted'>;
        content = { text, files, at: row.at, forward: forward ? { by: forward.by, at: forward.at } : null };
      } else if (content && row.kind === 'messageEdited' && row.about === id) {
        content = { ...content, text: (JSON.parse(row.body) as ChangeBody<'messageEdited'>).text };
      }
    }
    // Whose words these were may have been erased in this very breath.
    const wordsOf = content?.forward?.by ?? null;
    return wordsOf !== null && !this.#decided.members[wordsOf] ? null : content;
  }

  #settle(job: Job): Settlement {
    const { command, who } = job;
    const settled = (result: CommandResult): Settlement => ({ job, result, row: null, stateAfter: this.#decided });
    const refused = (code: (CommandResult & { ok: false })['code']) => settled({ id: command.id, ok: false, code });

    const actor = who.kind === 'person' ? memberOf(this.#decided, who.personId) : undefined;
    if (who.kind === 'person' && !actor) {
      // The same words whether there is such a log or not; only a teacher may learn that an id is taken.
      if (command.kind !== 'createClass') return refused('not-a-member');
      if (who.hubRole !== 'teacher') return refused('not-allowed');
    }
    const known = this.#known.get(command.id);
    if (known?.seq === null) {
      // The hub itself owes nothing any more that rests on what was erased.
      if (actor?.state !== 'confirmed') return refused(actor ? 'not-a-member' : 'stale');
      return this.#settleErased(job, actor);
    }
    if (known) {
      const isRepeat = known.hash === null || known.hash === job.commandHash;
      return isRepeat ? settled({ id: command.id, ok: true, seq: known.seq }) : refused('id-reused');
    }

    const at = this.#context.now();
    const facts: Facts = {
      now: at,
      file: (id) => this.#files.get(id) ?? null,
      message: (id) => this.#message(id),
      content: (id) => this.#content(id),
      receipt: receiptOf,
    };
    const decision = decide(this.#decided, command, who, facts);
    if (!decision.ok) return refused(decision.code);

    const { change, by, about, label } = decision.value;
    const row: NewRow = {
      id: command.id,
      at,
      kind: change.kind,
      label,
      by,
      about,
      body: JSON.stringify(change.body),
      commandHash: job.commandHash,
      fileIds: 'files' in change.body ? change.body.files.map((file) => file.fileId) : [],
      erasure: erasedBy(change, this.#decided),
      ...comingAndGoing(change, this.#decided),
    };
    this.#decided = apply(this.#decided, { id: command.id, at, by }, change);
    this.#decidedHead += 1;
    const seq = this.#decidedHead;
    this.#known.set(command.id, { seq, hash: job.commandHash });
    this.#remember(change, row, seq);
    return { job, result: { id: command.id, ok: true, seq }, row, stateAfter: this.#decided };
  }

  /**
   * Given again after a restore, and erased before it: it gets a place in the log, so that its author's devices let go of it, and no
   * words (S16). Only he reads the row; of a message it says that it is removed.
   */
  #settleErased(job: Job, { memberId }: Member): Settlement {
    const { id, kind, body } = job.command;
    const seq = this.#decidedHead + 1;
    const wasSaid = kind === 'postMessage' || kind === 'forwardMessage';
    const removed: ChangeBody<'messageRemoved'> | null = wasSaid
      ? { messageId: id, messageSeq: seq, channelId: body.channelId }
      : null;
    const row: NewRow = {
      id,
      at: this.#context.now(),
      kind: removed ? 'messageRemoved' : ERASED_KIND,
      label: `own:${memberId}` as Label,
      by: memberId,
      about: removed && id,
      body: removed && JSON.stringify(removed),
      commandHash: null,
      fileIds: [],
      erasure: null,
      enters: [],
      leaves: [],
    };
    this.#decidedHead = seq;
    this.#known.set(id, { seq, hash: null });
    return { job, result: { id, ok: true, seq }, row, stateAfter: this.#decided };
  }

  /** The store may not have heard yet that its author was erased. */
  #message(id: CommandId): MessageFact | null {
    const fact = this.#messages.get(id) ?? null;
    const isErasedToo = fact?.by != null && !this.#decided.members[fact.by];
    return fact && isErasedToo ? { ...fact, removed: true, hasFiles: false } : fact;
  }

  #remember(change: Change, row: NewRow, seq: number): void {
    if (change.kind === 'messagePosted' || change.kind === 'messageScheduled') {
      const { channelId, files, poll, isNotice } = change.body;
      const { forward, scheduled } = change.kind === 'messagePosted' ? change.body : {};
      this.#messages.set(row.id, {
        seq,
        by: row.by,
        channelId,
        removed: false,
        hasFiles: files.length > 0,
        isScheduled: change.kind === 'messageScheduled',
        scheduled: scheduled ? { messageId: scheduled.messageId, messageSeq: scheduled.messageSeq } : null,
        isNotice: isNotice ?? false,
        isForward: forward !== undefined,
        poll: poll ? { options: poll.options.length, isMultiple: poll.isMultiple, isClosed: false } : null,
      });
    } else if (change.kind === 'pollClosed') {
      const old = this.#messages.get(change.body.messageId);
      if (old?.poll) this.#messages.set(change.body.messageId, { ...old, poll: { ...old.poll, isClosed: true } });
    } else if (change.kind === 'messageRemoved') {
      const old = this.#messages.get(change.body.messageId);
      if (old) this.#messages.set(change.body.messageId, { ...old, removed: true, hasFiles: false });
    }
  }

  /** Sends the next group to the store, unless one is on its way. */
  #flush(): void {
    if (this.#inFlight || this.#gathering.length === 0) return;
    let bytes = 0;
    let rows = 0;
    let end = 0;
    for (const { row } of this.#gathering) {
      const size = row?.body ? Buffer.byteLength(row.body) : 0;
      if (row && rows > 0 && (rows === PAGE_ENTRIES_MAX || bytes + size > GROUP_BYTES_MAX)) break;
      if (row) rows += 1;
      bytes += size;
      end += 1;
    }
    const group = this.#gathering.splice(0, end);
    this.#inFlight = group;
    void this.#commit(group);
  }

  async #commit(group: Settlement[]): Promise<void> {
    const rows = group.flatMap(({ row }) => row ?? []);
    const state = group.at(-1)?.stateAfter ?? this.#confirmed;
    try {
      if (rows.length > 0) {
        const due = nextDueAt(state);
        const { logId } = this;
        const done = await this.#context.store.append({ logId, expectedHead: this.#head, rows, nextDueAt: due });
        if (!done.ok) return this.#decideAgain(group);
        this.#publish(rows, new Set(done.blanked), state, due);
        if (done.unnamed.length > 0) this.#context.onUnnamedContent(done.unnamed);
      }
      this.#inFlight = null;
      this.#lostInARow = 0;
      for (const { job, result } of group) job.resolve(result);
    } catch (error) {
      this.#fail(group, error);
    }
    this.#flush();
    this.#noticeQuiet();
  }

  /** The group is on disk: this state is the class now, and readers are told. */
  #publish(newRows: readonly NewRow[], blanked: ReadonlySet<number>, state: Classroom, due: number | null): void {
    const after = this.#head;
    const before = this.#confirmed;
    const rows = newRows.map(({ id, at, kind, label, by, about, body }, index): Row => {
      const seq = after + 1 + index;
      // A later row of the same group may have erased this one.
      return { seq, id, at, kind, label, by, about, body: blanked.has(seq) ? null : body };
    });
    this.#confirmed = state;
    this.#head = after + rows.length;
    this.#tell({ logId: this.logId, after, rows, before, state, nextDueAt: due });
    if (this.#head - this.#snapshotSeq >= SNAPSHOT_ROWS) void this.#keepSnapshot().catch(() => undefined);
  }

  /** Somebody else has written to this log: read the news, fold, decide everything again (S2). */
  #decideAgain(group: Settlement[]): void {
    this.#context.log('head-moved', { logId: this.logId, head: this.#head });
    this.#lostInARow += 1;
    const jobs = [...group, ...this.#gathering].map(({ job }) => job);
    this.#gathering = [];
    this.#readNews()
      .then(() => this.#lostInARow <= HEAD_MOVED_MAX || Promise.reject(new PartaError('busy')))
      .then(
        () => {
          this.#inFlight = null;
          // What was decided meanwhile was decided on the old state.
          const alsoUndone = this.#gathering.splice(0).map(({ job }) => job);
          this.#startOver();
          this.#lane.unshift(...jobs, ...alsoUndone);
          void this.#work();
        },
        (error: unknown) => {
          for (const job of jobs) job.reject(error);
          this.#fail([], error);
        },
      );
  }

  async #readNews(): Promise<void> {
    const found = await this.#context.store.head(this.logId);
    while (this.#head < (found?.head ?? 0)) {
      const rows = await this.#context.store.read(this.logId, this.#head, found?.head ?? 0, PAGE_ENTRIES_MAX);
      if (rows.length === 0) throw new PartaError('storage-damaged');
      const after = this.#head;
      const before = this.#confirmed;
      for (const row of rows) this.#confirmed = evolve(this.#confirmed, entryOf(row));
      this.#head = rows.at(-1)?.seq ?? after;
      this.#tell({ logId: this.logId, after, rows, before, state: this.#confirmed, nextDueAt: this.nextDueAt });
    }
  }

  /** The store could not keep a group: its senders try again later; what was decided on top of it is decided again. */
  #fail(group: Settlement[], error: unknown): void {
    this.#context.log('group-failed', { logId: this.logId, code: codeOf(error), commands: group.length });
    const undone = this.#gathering.map(({ job }) => job);
    this.#gathering = [];
    this.#inFlight = null;
    this.#startOver();
    for (const { job } of group) job.reject(error);
    this.#lane.unshift(...undone);
    void this.#work();
  }

  #tell(group: Group): void {
    try {
      this.#context.onGroup(group);
    } catch (error) {
      // The group is on disk whatever happens to those who listen: they catch up by pulling.
      this.#context.log('group-failed', { logId: this.logId, code: codeOf(error), seq: group.after });
    }
  }

  /** Forgets everything that was decided and not committed. */
  #startOver(): void {
    this.#decided = this.#confirmed;
    this.#decidedHead = this.#head;
    this.#known.clear();
    this.#messages.clear();
    this.#generation += 1;
  }

  #noticeQuiet(): void {
    if (!this.isQuiet) return;
    if (this.#known.size > REMEMBERED_MAX) this.#known.clear();
    if (this.#messages.size > REMEMBERED_MAX) this.#messages.clear();
    for (const quiet of this.#whenQuiet.splice(0)) quiet();
  }

  async #keepSnapshot(): Promise<void> {
    const seq = this.#head;
    this.#snapshotSeq = seq;
    const state = JSON.stringify({ version: SNAPSHOT_VERSION, state: this.#confirmed });
    await this.#context.store.keepSnapshot(this.logId, seq, state);
  }
}
