/**
 * What is pending, laid over what is confirmed, every time somebody looks (S8): `decide` and `evolve` run the outbox over the
 * folded class, so that nothing pending is ever stored as a view and there is nothing to roll back. Pure. What the preview
 * cannot decide or would refuse is left out of the class and stays visible as an outbox row; only the hub refuses (S10).
 * Hides: which facts a client knows and which it has to guess (the hub's clock, a file's hash, a receipt).
 */
import { seenBy, type Classroom, type Facts, type StoredFile, type Who } from '../core/classroom.ts';
import type { decide } from '../core/decide.ts';
import { apply } from '../core/evolve.ts';
import type { ChannelId, CommandId, FileId, LogId, MemberId, PersonId, Sha256 } from '../core/ids.ts';
import { toCheck } from '../core/works.ts';
import type { Command, CommandOf, FileRef, LogKey, Me, Role } from '../core/wire.ts';
import type { ClassView, LogSummary, MessagesView, MessageView, OutboxRow, OutboxState } from './class-store.ts';
import type { ClassSnapshot, MessagesSnapshot, StoredCommand } from './database.ts';
import { factOf, marked, markless, markOf, removed, type MarkedMessage, type StoredMessage } from './message-view.ts';
import { heldByFiles } from './outbox.ts';

let rules: typeof decide | null = null;
let coming: Promise<void> | null = null;

/**
 * Brings the rule book, which is needed only where something waits: a page shows what is confirmed without it, and until it is here
 * what waits stands in the outbox alone. Resolves when it is here; rejects where it cannot come, and may be asked again.
 */
export function rulesAreHere(): Promise<void> {
  coming ??= import('../core/decide.ts').then(
    (book) => {
      rules = book.decide;
    },
    (error: unknown) => {
      coming = null;
      throw error;
    },
  );
  return coming;
}
export const hasRules = () => rules !== null;

/** What this tab knows of commands beyond what is stored. */
export interface Underway {
  /** It has left for the hub and the log has not confirmed it yet. */
  isSending(id: CommandId): boolean;
  /** Whether a file has arrived at the hub (S9). */
  isStored(fileId: FileId): boolean;
  /** A file of ours that may not be stored yet; null where nobody here knows it. */
  describe(fileId: FileId): FileRef | null;
  /** This device's clock, Unix ms. */
  now(): number;
}

/** Where commands stand, in the words of pages. `rows`: outboxes of one or more logs, each oldest first. */
export function outboxRows(rows: readonly StoredCommand[], underway: Underway): OutboxRow[] {
  const held = heldByFiles(rows, (fileId) => underway.isStored(fileId));
  return rows.map((row) => {
    const { id, logId, command, writtenAt, code, isReissued } = row;
    return { id, logId, command, writtenAt, state: stateOf(row, held, underway), code, isReissued };
  });
}

function stateOf(row: StoredCommand, held: ReadonlySet<CommandId>, underway: Underway): OutboxState {
  if (row.state === 'refused') return 'refused';
  if (underway.isSending(row.id)) return 'sending';
  return held.has(row.id) ? 'waiting-for-files' : 'waiting';
}

const NO_HASH = '0'.repeat(64) as Sha256;

/** A file that a waiting command names: what is known of it here. The hub's own row replaces it once confirmed (S15). */
function fileOf(fileId: FileId, told: readonly FileRef[], underway: Underway): FileRef {
  const file = told.find((known) => known.fileId === fileId) ?? underway.describe(fileId);
  return file ?? { fileId, name: '', sizeBytes: 0, sha256: NO_HASH, mediaType: '' };
}

/** The class with everything that waits laid over it, and the ids of the changes that were laid. */
export function overlay(
  confirmed: Classroom,
  outbox: readonly StoredCommand[],
  named: readonly MarkedMessage[],
  who: Who,
  clockOffsetMs: number,
  underway: Underway,
): { classroom: Classroom; pending: ReadonlySet<string> } {
  let classroom = confirmed;
  const pending = new Set<string>();
  const messages = new Map(named.map((message) => [message.id, factOf(message)]));
  for (const row of outbox) {
    if (row.state !== 'waiting' || rules === null) continue;
    const facts: Facts = {
      now: underway.now() + clockOffsetMs,
      file: (fileId) => ({ ...fileOf(fileId, row.files, underway), personId: personOf(who) }) satisfies StoredFile,
      message: (messageId) => messages.get(messageId) ?? null,
      content: (messageId) => {
        const said = named.find(({ id }) => id === messageId);
        return said ? { text: said.text, files: [...said.files], at: said.at, forward: said.forward } : null;
      },
      receipt: () => '',
    };
    const decision = rules(classroom, row.command, who, facts);
    if (!decision.ok) continue;
    const { change, by } = decision.value;
    const at = row.writtenAt + clockOffsetMs;
    if (change.kind === 'messagePosted') {
      const { files, direct: _direct, scheduled: _scheduled, ...body } = change.body;
      const message = markless({ ...body, files, id: row.id, seq: null, at, by, isRemoved: false });
      messages.set(row.id, factOf(message));
    }
    const before = classroom;
    classroom = apply(classroom, { id: row.id, at, by }, change);
    if (classroom !== before) pending.add(row.id);
  }
  return { classroom, pending };
}

const personOf = (who: Who): PersonId => (who.kind === 'person' ? who.personId : ('' as PersonId));
/** Nobody has told us yet who we are; whoever makes a class before that is a teacher, or will be refused. */
const UNKNOWN: Who = { kind: 'person', personId: '' as PersonId, hubRole: 'teacher' };
const whoIs = (me: Me): Who => ({ kind: 'person', personId: me.personId, hubRole: me.hubRole });

/** Who this reader is in a log: by the log, or by the command that makes it while it waits. */
function readerIn(snapshot: ClassSnapshot): { memberId: MemberId; role: Role } | null {
  if (snapshot.cursor) return snapshot.cursor;
  const made = snapshot.outbox.find((row) => row.command.kind === 'createClass');
  return made ? { memberId: (made.command as CommandOf<'createClass'>).body.memberId, role: 'teacher' } : null;
}

function laidOver({ known, classroom, outbox, named }: ClassSnapshot, underway: Underway) {
  return overlay(classroom, outbox, named, known ? whoIs(known.me) : UNKNOWN, known?.clockOffsetMs ?? 0, underway);
}

/** A class as pages see it; null while nothing is known of it here. */
export function classView(logId: LogId, snapshot: ClassSnapshot, underway: Underway): ClassView | null {
  const reader = readerIn(snapshot);
  if (!reader) return null;
  const { memberId, role } = reader;
  const laid = laidOver(snapshot, underway);
  return {
    logId,
    memberId,
    role,
    ...laid,
    // Rows for all may speak of what is not for this reader; who was taken out still reads what he has.
    classroom:
      laid.classroom.members[memberId]?.state === 'confirmed' ? seenBy(laid.classroom, memberId) : laid.classroom,
    unread: snapshot.cursor?.unread ?? {},
    mentions: snapshot.cursor?.mentions ?? {},
    outbox: outboxRows(snapshot.outbox, underway),
    clockOffsetMs: snapshot.known?.clockOffsetMs ?? 0,
  };
}

/** `hubId:epoch:memberId:roleVersion`, see core. */
const epochOf = (logKey: LogKey) => logKey.split(':')[1];

/** One line of the list of classes. */
export function logSummary(logId: LogId, snapshot: ClassSnapshot, underway: Underway): LogSummary {
  const { known, cursor, outbox } = snapshot;
  const listed = known?.me.logs.find((log) => log.logId === logId);
  const reader = readerIn(snapshot);
  const { classroom } = laidOver(snapshot, underway);
  const isTeacher = reader?.role === 'teacher';
  const title = classroom.title ?? (listed?.state === 'member' ? listed.title : '');
  const refused = outbox.filter((row) => row.state === 'refused').length;
  const kind = listed?.state === 'member' ? listed.kind : undefined;
  const isForgotten =
    cursor?.isLeft === true && known?.me.epoch !== undefined && epochOf(cursor.logKey) !== known.me.epoch;
  return {
    logId,
    kind: kind ?? classroom.kind,
    // A hub that forgot him may have him at its door again.
    state:
      cursor?.isLeft && !(isForgotten && listed) ? 'declined' : (listed?.state ?? (reader ? 'member' : 'declined')),
    isForgotten,
    title: listed && listed.state !== 'member' && !cursor ? '' : title,
    role: reader?.role ?? (listed?.state === 'member' ? listed.role : null),
    unread: sum(cursor?.unread),
    mentions: sum(cursor?.mentions),
    toCheck: isTeacher ? toCheck(classroom).length : 0,
    requests: isTeacher ? Object.keys(classroom.requests).length : 0,
    waiting: outbox.length,
    refused,
    isCurrent: cursor !== undefined && cursor.cursor >= cursor.head,
  };
}

const sum = (counts: Record<string, number> = {}) => Object.values(counts).reduce((all, count) => all + count, 0);

/** Messages as the log has them with what waits laid over them; `waiting` ones are those not posted yet, in their order. */
function laidMessages(snapshot: MessagesSnapshot, underway: Underway) {
  const { known, cursor, outbox, named } = snapshot;
  const clockOffsetMs = known?.clockOffsetMs ?? 0;
  const me = cursor?.memberId ?? creatorIn(outbox);
  const messages = new Map<CommandId, MarkedMessage>(
    [...named, ...snapshot.messages].map((message) => [message.id, message]),
  );
  const waiting: CommandId[] = [];
  const rows = outboxRows(outbox, underway);
  for (const [index, row] of rows.entries()) {
    const { command, state } = row;
    const at = row.writtenAt + clockOffsetMs;
    const told = { id: row.id, state, code: row.code };
    const posted = postedBy(command, outbox[index]?.files ?? [], messages, underway);
    if (posted) {
      messages.set(row.id, {
        ...markless({ ...posted, id: row.id, seq: null, at, by: me, isRemoved: false }),
        outbox: told,
      });
      waiting.push(row.id);
      continue;
    }
    const message = 'messageId' in command.body ? messages.get(command.body.messageId) : undefined;
    if (!message) continue;
    messages.set(message.id, laidOverMessage(message, command, { at, by: me }, told));
  }
  return { messages, waiting };
}

/** A refused change leaves the message as it is and says so beside it. */
function laidOverMessage(
  message: MarkedMessage,
  command: Command,
  header: { at: number; by: MemberId | null },
  outbox: NonNullable<MessageView['outbox']>,
): MarkedMessage {
  if (outbox.state === 'refused') return { ...message, outbox };
  if (command.kind === 'removeMessage') return { ...removed(message), outbox };
  const mark = markOf(command, message);
  if (!mark) return message;
  const laid = marked(message, header, mark);
  // A reaction on its way looks like one that has arrived; new words say that they wait.
  return command.kind === 'editMessage' ? { ...laid, outbox } : laid;
}

/** What a command would post; null where it posts nothing, or where what it forwards is not known here. */
function postedBy(
  command: Command,
  told: readonly FileRef[],
  messages: ReadonlyMap<CommandId, MarkedMessage>,
  underway: Underway,
): Omit<StoredMessage, 'id' | 'seq' | 'at' | 'by' | 'isRemoved'> | null {
  if (command.kind === 'postMessage') {
    const { fileIds, to: _to, ...body } = command.body;
    return { ...body, files: fileIds.map((fileId) => fileOf(fileId, told, underway)) };
  }
  if (command.kind !== 'forwardMessage') return null;
  const { messageId, channelId } = command.body;
  const source = messages.get(messageId);
  if (!source) return null;
  const { text, files, by, at } = source;
  const forward = { messageId, ...(source.forward ?? { by, at }) };
  return { channelId, text, files: [...files], replyTo: null, forward };
}

/** A part of a channel: confirmed messages by seq, then, at the newest end, those waiting in the order they were written. */
export function messagesView(channelId: ChannelId, snapshot: MessagesSnapshot, underway: Underway): MessagesView {
  const { cursor, hasOlder, hasNewer, newestSeq } = snapshot;
  const { messages, waiting } = laidMessages(snapshot, underway);
  const ids = [...snapshot.messages.map(({ id }) => id), ...(hasNewer ? [] : waiting)];
  return {
    messages: ids.flatMap((id) => messages.get(id) ?? []).filter((message) => message.channelId === channelId),
    hasOlder,
    hasNewer,
    newestSeq,
    readUpTo: cursor ? Math.max(cursor.unreadAfter, cursor.readUpTo[channelId] ?? 0) : 0,
  };
}

/** Messages that are known by their ids, in that order; waiting ones too. */
export function messagesById(ids: readonly CommandId[], snapshot: MessagesSnapshot, underway: Underway): MessageView[] {
  const { messages } = laidMessages(snapshot, underway);
  return ids.flatMap((id) => messages.get(id) ?? []);
}

const creatorIn = (outbox: readonly StoredCommand[]): MemberId | null =>
  outbox.flatMap(({ command }) => (command.kind === 'createClass' ? [command.body.memberId] : []))[0] ?? null;
