/**
 * A class store over classes kept on paper: what screens are shown on in the gallery. Views are computed by the product's own
 * rules (decide, evolve, seenBy), so that a picture cannot show what a class could never be; network and disk are left out.
 * Anything that a scene wants to look unfinished (waiting, refused, offline) is put into it by the scene.
 */
import type {
  ClassStore,
  ClassView,
  Connection,
  DraftKey,
  HubCalls,
  LogSummary,
  MessageView,
  MessagesView,
  OutboxRow,
  Stop,
} from '../../../src/client/class-store.ts';
import { memberOf, seenBy, type Who } from '../../../src/core/classroom.ts';
import { decide } from '../../../src/core/decide.ts';
import { apply } from '../../../src/core/evolve.ts';
import type { ChannelId, CommandId, LogId, PersonId } from '../../../src/core/ids.ts';
import { changeIn, type Command, type Entry, type FileRef } from '../../../src/core/wire.ts';
import { openAssignments, worksOf } from '../../../src/core/works.ts';
import { guestWho, nextFileId, nextId, type PaperClass, teacherWho } from '../../support/paper-class.ts';

/** A class as the scene's person sees it. */
export interface PaperLog {
  logId: LogId;
  paper: PaperClass;
  /** Pupils that the scene's person only knows as waiting. */
  state: 'waiting' | 'declined' | 'member';
  readUpTo: number;
  pending: OutboxRow[];
}

type Watcher = () => void;

export class PaperStore implements ClassStore {
  connection: Connection = { state: 'online', code: null, retryAt: null };
  logs: PaperLog[] = [];
  drafts = new Map<string, unknown>();
  personName = 'Ирина Петровна';
  readonly personId: PersonId;
  readonly isTeacher: boolean;
  present: string[] = [];
  /** Calls that the hub answers in this scene; others are refused as unreachable. */
  readonly hub: HubCalls;
  private readonly watchers = new Set<Watcher>();

  constructor(personId: PersonId, isTeacher: boolean, hub: HubCalls) {
    this.personId = personId;
    this.isTeacher = isTeacher;
    this.hub = hub;
  }

  private get who(): Who {
    return this.isTeacher ? teacherWho(this.personId) : guestWho(this.personId);
  }

  private log(logId: LogId): PaperLog | undefined {
    return this.logs.find((log) => log.logId === logId);
  }

  private watch(tell: Watcher): Stop {
    this.watchers.add(tell);
    queueMicrotask(tell);
    return () => void this.watchers.delete(tell);
  }

  changed() {
    for (const watcher of this.watchers) watcher();
  }

  watchMe(listener: Parameters<ClassStore['watchMe']>[0]): Stop {
    return this.watch(() =>
      listener({
        personId: this.personId,
        name: this.personName,
        hubRole: this.isTeacher ? 'teacher' : 'guest',
        logs: this.logs.map((log) => this.summary(log)),
      }),
    );
  }

  private summary({ logId, paper, state, readUpTo, pending }: PaperLog): LogSummary {
    const me = memberOf(paper.state, this.personId);
    const isMember = state === 'member';
    const isOthers = (row: Entry) => row.kind === 'messagePosted' && row.seq > readUpTo && row.by !== me?.memberId;
    const works = openAssignments(paper.state).flatMap((assignment) => worksOf(paper.state, assignment));
    return {
      logId,
      state,
      title: isMember ? (paper.state.title ?? '') : '',
      role: isMember ? (me?.role ?? null) : null,
      unread: isMember ? paper.log.filter(isOthers).length : 0,
      toCheck: this.isTeacher ? works.filter((work) => work.state === 'handed-in').length : 0,
      requests: this.isTeacher ? Object.keys(paper.state.requests).length : 0,
      waiting: pending.filter((row) => row.state !== 'refused').length,
      refused: pending.filter((row) => row.state === 'refused').length,
      isCurrent: true,
    };
  }

  watchConnection(listener: (connection: Connection) => void): Stop {
    return this.watch(() => listener(this.connection));
  }

  /** The paper's state with what waits laid over it, as the engine does (S8). */
  private overlaid(log: PaperLog) {
    let { state } = log.paper;
    const pending = new Set<string>();
    for (const { command, state: where } of log.pending) {
      if (where === 'refused') continue;
      const decision = decide(state, command, this.who, { ...log.paper.facts(), receipt: () => '' });
      if (!decision.ok) continue;
      pending.add(command.id);
      state = apply(state, { id: command.id, at: log.paper.now, by: decision.value.by }, decision.value.change);
    }
    return { state, pending };
  }

  private view(log: PaperLog): ClassView | null {
    const { state, pending } = this.overlaid(log);
    const me = memberOf(state, this.personId);
    if (!me || log.state !== 'member') return null;
    const { logId, paper, readUpTo } = log;
    const isUnread = (row: Entry) => row.kind === 'messagePosted' && row.seq > readUpTo && row.by !== me.memberId;
    return {
      logId,
      memberId: me.memberId,
      role: me.role,
      classroom: seenBy(state, me.memberId),
      pending,
      unread: { [paper.channelId]: paper.log.filter(isUnread).length },
      outbox: log.pending,
    };
  }

  watchClass(logId: LogId, listener: (view: ClassView | null) => void): Stop {
    return this.watch(() => {
      const log = this.log(logId);
      listener(log ? this.view(log) : null);
    });
  }

  private messages(log: PaperLog, count: number): MessagesView {
    const rows = log.paper.log;
    const shown: MessageView[] = rows
      .filter((row) => row.kind === 'messagePosted')
      .map((row) => {
        const change = changeIn(row);
        const edit = rows.findLast((later) => later.kind === 'messageEdited' && later.about === row.id);
        const body = change?.kind === 'messagePosted' ? change.body : null;
        const waiting = log.pending.find(
          ({ command }) => 'messageId' in command.body && command.body.messageId === row.id,
        );
        return {
          id: row.id,
          seq: row.seq,
          at: row.at,
          by: row.by,
          channelId: log.paper.channelId,
          text: (edit?.body?.['text'] as string | undefined) ?? body?.text ?? '',
          files: body?.files ?? [],
          replyTo: body?.replyTo ?? null,
          isEdited: edit !== undefined,
          isRemoved: body === null,
          outbox: waiting ? { id: waiting.id, state: waiting.state, code: waiting.code } : null,
        };
      });
    const me = memberOf(log.paper.state, this.personId);
    for (const { id, command, state, code, writtenAt } of log.pending) {
      if (command.kind !== 'postMessage') continue;
      const { text, replyTo, fileIds } = command.body;
      const files = fileIds.flatMap((fileId) => log.paper.files.get(fileId) ?? []);
      shown.push({
        id,
        seq: null,
        at: writtenAt,
        by: me?.memberId ?? null,
        channelId: log.paper.channelId,
        text,
        files,
        replyTo,
        isEdited: false,
        isRemoved: false,
        outbox: { id, state, code },
      });
    }
    return { messages: shown.slice(-count), hasOlder: shown.length > count, readUpTo: log.readUpTo };
  }

  watchMessages(logId: LogId, _channelId: ChannelId, count: number, listener: (view: MessagesView) => void): Stop {
    return this.watch(() => {
      const log = this.log(logId);
      listener(log ? this.messages(log, count) : { messages: [], hasOlder: false, readUpTo: 0 });
    });
  }

  watchFiles(logId: LogId, listener: (files: readonly FileRef[]) => void): Stop {
    return this.watch(() => {
      const rows = this.log(logId)?.paper.log ?? [];
      listener(rows.flatMap((row) => (row.body?.['files'] as FileRef[] | undefined) ?? []).reverse());
    });
  }

  watchOutbox(listener: (rows: readonly OutboxRow[]) => void): Stop {
    return this.watch(() => listener(this.logs.flatMap((log) => log.pending)));
  }

  /** Online commands are confirmed at once; offline they wait. */
  async send(logId: LogId, kind: Command['kind'], body: unknown, clears?: DraftKey): Promise<CommandId> {
    const id = nextId<CommandId>();
    const command = { id, kind, body } as Command;
    const log = this.log(logId);
    if (log && this.connection.state === 'online') log.paper.give(command, this.who);
    else
      log?.pending.push({
        id,
        logId,
        command,
        writtenAt: log.paper.now,
        state: 'waiting',
        code: null,
        isReissued: false,
      });
    if (clears) this.drafts.delete(clears);
    this.changed();
    return id;
  }

  sendAll: ClassStore['sendAll'] = (commands, clears) =>
    Promise.all(commands.map(({ logId, kind, body }) => this.send(logId, kind, body, clears)));

  private drop(id: CommandId) {
    for (const log of this.logs) log.pending = log.pending.filter((row) => row.id !== id);
    this.changed();
  }
  async retry(id: CommandId) {
    for (const log of this.logs)
      for (const row of log.pending) if (row.id === id) Object.assign(row, { state: 'waiting', code: null });
    this.changed();
  }
  async edit(id: CommandId, kind: Command['kind'], body: unknown): Promise<CommandId> {
    const logId = this.logs.find((log) => log.pending.some((row) => row.id === id))?.logId;
    this.drop(id);
    return this.send(logId ?? nextId<LogId>(), kind, body);
  }
  async discard(id: CommandId) {
    this.drop(id);
  }

  async readDraft<T>(key: DraftKey): Promise<T | null> {
    return (this.drafts.get(key) as T | undefined) ?? null;
  }
  async writeDraft(key: DraftKey, value: unknown) {
    if (value === null) this.drafts.delete(key);
    else this.drafts.set(key, value);
    this.changed();
  }
  watchDraft<T>(key: DraftKey, listener: (value: T | null) => void): Stop {
    return this.watch(() => listener((this.drafts.get(key) as T | undefined) ?? null));
  }
  async markRead() {
    // A picture keeps its unread line.
  }

  newLogId: ClassStore['newLogId'] = nextId;
  newMemberId: ClassStore['newMemberId'] = nextId;
  newChannelId: ClassStore['newChannelId'] = nextId;
  newSeriesId: ClassStore['newSeriesId'] = nextId;
  newFileId = nextFileId;
  connectNow() {
    this.changed();
  }
  async forget() {
    this.changed();
  }
  async close() {
    this.watchers.clear();
  }
  async erase() {
    this.watchers.clear();
  }
}
