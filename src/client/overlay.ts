/**
 * What is pending, laid over what is confirmed, every time somebody looks (S8): `decide` and `evolve` run the outbox over the
 * folded class, so that nothing pending is ever stored as a view and there is nothing to roll back. Pure. What the preview
 * cannot decide or would refuse is left out of the class and stays visible as an outbox row; only the hub refuses (S10).
 * Hides: which facts a client knows and which it has to guess (the hub's clock, a file's hash, a receipt).
 */
import { seenBy, type Classroom, type Facts, type StoredFile, type Who } from '../core/classroom.ts';
import { decide } from '../core/decide.ts';
import { apply } from '../core/evolve.ts';
import type { CommandId, FileId, LogId, MemberId, PersonId, Sha256 } from '../core/ids.ts';
import { toCheck } from '../core/works.ts';
import type { Command, CommandOf, FileRef, Me, Role } from '../core/wire.ts';
import type { ClassView, LogSummary, MessagesView, MessageView, OutboxRow, OutboxState } from './class-store.ts';
import type { ClassSnapshot, MessagesSnapshot, StoredCommand } from './database.ts';
import { heldByFiles } from './outbox.ts';

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

const MESSAGE_COMMANDS: readonly Command['kind'][] = ['postMessage', 'editMessage', 'removeMessage'];

/** The class with everything that waits laid over it, and the ids of the changes that were laid. */
export function overlay(
  confirmed: Classroom,
  outbox: readonly StoredCommand[],
  who: Who,
  clockOffsetMs: number,
  underway: Underway,
): { classroom: Classroom; pending: ReadonlySet<string> } {
  let classroom = confirmed;
  const pending = new Set<string>();
  for (const row of outbox) {
    if (row.state !== 'waiting' || MESSAGE_COMMANDS.includes(row.command.kind)) continue;
    const facts: Facts = {
      now: underway.now() + clockOffsetMs,
      file: (fileId) => ({ ...fileOf(fileId, row.files, underway), personId: personOf(who) }) satisfies StoredFile,
      message: () => null,
      content: () => null,
      receipt: () => '',
    };
    const decision = decide(classroom, row.command, who, facts);
    if (!decision.ok) continue;
    const { change, by } = decision.value;
    classroom = apply(classroom, { id: row.id, at: row.writtenAt + clockOffsetMs, by }, change);
    pending.add(row.id);
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

function laidOver({ known, classroom, outbox }: ClassSnapshot, underway: Underway) {
  return overlay(classroom, outbox, known ? whoIs(known.me) : UNKNOWN, known?.clockOffsetMs ?? 0, underway);
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
    classroom: laid.classroom.members[memberId]?.state === 'confirmed' ? seenBy(laid.classroom, memberId) : laid.classroom,
    unread: snapshot.cursor?.unread ?? {},
    outbox: outboxRows(snapshot.outbox, underway),
  };
}

/** One line of the list of classes. */
export function logSummary(logId: LogId, snapshot: ClassSnapshot, underway: Underway): LogSummary {
  const { known, cursor, outbox } = snapshot;
  const listed = known?.me.logs.find((log) => log.logId === logId);
  const reader = readerIn(snapshot);
  const { classroom } = laidOver(snapshot, underway);
  const isTeacher = reader?.role === 'teacher';
  const title = classroom.title ?? (listed?.state === 'member' ? listed.title : '');
  const refused = outbox.filter((row) => row.state === 'refused').length;
  return {
    logId,
    state: cursor?.isLeft ? 'declined' : (listed?.state ?? (reader ? 'member' : 'declined')),
    title: listed && listed.state !== 'member' && !cursor ? '' : title,
    role: reader?.role ?? (listed?.state === 'member' ? listed.role : null),
    unread: Object.values<number>(cursor?.unread ?? {}).reduce((sum, count) => sum + count, 0),
    toCheck: isTeacher ? toCheck(classroom).length : 0,
    requests: isTeacher ? Object.keys(classroom.requests).length : 0,
    waiting: outbox.length,
    refused,
    isCurrent: cursor !== undefined && cursor.cursor >= cursor.head,
  };
}

/** The newest messages of a channel: confirmed ones by seq, then those waiting in the order they were written. */
export function messagesView(channelId: string, snapshot: MessagesSnapshot, underway: Underway): MessagesView {
  const { known, cursor, hasOlder, outbox } = snapshot;
  const me = cursor?.memberId ?? null;
  const told = (id: CommandId) => outbox.find((row) => row.id === id)?.files ?? [];
  const messages = new Map<CommandId, MessageView>(
    snapshot.messages.map((message) => [message.id, { ...message, outbox: null }]),
  );
  for (const row of outboxRows(outbox, underway)) {
    const { command } = row;
    const waiting = { id: row.id, state: row.state, code: row.code };
    if (command.kind === 'postMessage' && command.body.channelId === channelId) {
      const { text, fileIds, replyTo } = command.body;
      messages.set(row.id, {
        id: row.id,
        seq: null,
        at: row.writtenAt + (known?.clockOffsetMs ?? 0),
        by: me ?? creatorIn(outbox),
        channelId: command.body.channelId,
        text,
        files: fileIds.map((fileId) => fileOf(fileId, told(row.id), underway)),
        replyTo,
        isEdited: false,
        isRemoved: false,
        outbox: waiting,
      });
    }
    if (command.kind !== 'editMessage' && command.kind !== 'removeMessage') continue;
    const message = messages.get(command.body.messageId);
    if (!message) continue;
    // A refused change leaves the message as it is and says so beside it.
    if (row.state === 'refused') messages.set(message.id, { ...message, outbox: waiting });
    else if (command.kind === 'editMessage')
      messages.set(message.id, { ...message, text: command.body.text, isEdited: true, outbox: waiting });
    else
      messages.set(message.id, {
        ...message,
        text: '',
        files: [],
        replyTo: null,
        isEdited: false,
        isRemoved: true,
        outbox: waiting,
      });
  }
  const readUpTo = cursor ? Math.max(cursor.unreadAfter, cursor.readUpTo[channelId as never] ?? 0) : 0;
  return { messages: [...messages.values()], hasOlder, readUpTo };
}

const creatorIn = (outbox: readonly StoredCommand[]): MemberId | null =>
  outbox.flatMap(({ command }) => (command.kind === 'createClass' ? [command.body.memberId] : []))[0] ?? null;
