/**
 * A class kept on paper: decide and evolve with a list of rows and nothing else, for tests of the rules. It does by hand what
 * the hub does with a database: numbers rows, stamps them with its clock, blanks what an erasure names.
 */
import {
  EMPTY_CLASSROOM,
  mayRead,
  type Classroom,
  type Facts,
  type MessageContent,
  type MessageFact,
  type StoredFile,
  type Who,
} from '../../src/core/classroom.ts';
import { decide } from '../../src/core/decide.ts';
import type { ErrorCode } from '../../src/core/errors.ts';
import { apply, erasedBy, evolve, isErased, isSaidOf, messagesGone, type Erasure } from '../../src/core/evolve.ts';
import {
  uuidV7,
  type ChannelId,
  type CommandId,
  type FileId,
  type MemberId,
  type PersonId,
} from '../../src/core/ids.ts';
import type { ChangeBody, Command, CommandKind, CommandOf, Entry, Role } from '../../src/core/wire.ts';

let made = 0;
/** Ids that differ and read in the order they were made; `T` is the brand wanted. */
export function nextId<T>(): T {
  made += 1;
  const random = new Uint8Array(16);
  new DataView(random.buffer).setUint32(12, made);
  return uuidV7(1_760_000_000_000 + made, random) as T;
}
export const nextFileId = (): FileId => nextId<string>().replaceAll('-', '') as FileId;

export const HUB: Who = { kind: 'hub' };
export const teacherWho = (personId: PersonId): Who => ({ kind: 'person', personId, hubRole: 'teacher' });
export const guestWho = (personId: PersonId): Who => ({ kind: 'person', personId, hubRole: 'guest' });

export class PaperClass {
  state: Classroom = EMPTY_CLASSROOM;
  log: Entry[] = [];
  files = new Map<FileId, StoredFile>();
  now = 1_760_000_000_000;
  readonly teacher = nextId<PersonId>();
  readonly teacherMember = nextId<MemberId>();
  readonly channelId = nextId<ChannelId>();

  facts(): Facts {
    return {
      now: this.now,
      file: (fileId) => this.files.get(fileId) ?? null,
      message: (messageId) => this.message(messageId),
      content: (messageId) => this.content(messageId),
      receipt: (commandId) => `R-${commandId.slice(-6)}`,
    };
  }

  message(messageId: CommandId): MessageFact | null {
    const row = this.log.find(
      ({ id, kind }) => id === messageId && (kind === 'messagePosted' || kind === 'messageScheduled'),
    );
    if (!row) return null;
    const about = (kind: string) => this.log.some((entry) => entry.kind === kind && entry.about === messageId);
    const body = row.body as Partial<ChangeBody<'messagePosted'>> | null;
    return {
      seq: row.seq,
      by: row.by,
      channelId: body?.channelId ?? '',
      removed: about('messageRemoved') || !body,
      hasFiles: (body?.files?.length ?? 0) > 0,
      isScheduled: row.kind === 'messageScheduled',
      scheduled: body?.scheduled
        ? { messageId: body.scheduled.messageId, messageSeq: body.scheduled.messageSeq }
        : null,
      isNotice: body?.isNotice ?? false,
      isForward: body?.forward !== undefined,
      poll: body?.poll
        ? { options: body.poll.options.length, isMultiple: body.poll.isMultiple, isClosed: about('pollClosed') }
        : null,
    };
  }

  content(messageId: CommandId): MessageContent | null {
    const row = this.log.find((entry) => entry.id === messageId && entry.kind === 'messagePosted');
    const body = row?.body as ChangeBody<'messagePosted'> | null | undefined;
    const edit = this.log.findLast((entry) => entry.about === messageId && entry.kind === 'messageEdited');
    if (!row || !body) return null;
    const { files, forward } = body;
    const text = (edit?.body?.['text'] as string) ?? body.text;
    return { at: row.at, files, text, forward: forward ? { by: forward.by, at: forward.at } : null };
  }

  /** Gives a command; the row that followed, or the code of the refusal. */
  give(command: Command, who: Who): Entry | ErrorCode {
    const decision = decide(this.state, command, who, this.facts());
    if (!decision.ok) return decision.code;
    const { change, by, about, label } = decision.value;
    const entry: Entry = {
      seq: this.log.length + 1,
      at: this.now,
      id: command.id,
      kind: change.kind,
      label,
      by,
      about,
      body: change.body,
    };
    this.log.push(entry);
    const erasure = erasedBy(change, this.state);
    this.state = apply(this.state, entry, change);
    if (erasure) this.erase(erasure);
    return entry;
  }

  private erase(erasure: Erasure) {
    const gone = messagesGone(erasure, this.log);
    const goes = (row: Entry) => isErased(erasure, row) || isSaidOf(gone, row);
    this.log = this.log.map((row) => (goes(row) ? { ...row, body: null } : row));
  }

  /** {@link give} with a fresh id. */
  do<K extends CommandKind>(kind: K, body: CommandOf<K>['body'], who: Who): Entry | ErrorCode {
    this.now += 1_000;
    return this.give({ id: nextId<CommandId>(), kind, body } as unknown as Command, who);
  }

  /** {@link do} that must be accepted. */
  must<K extends CommandKind>(kind: K, body: CommandOf<K>['body'], who: Who = this.asTeacher): Entry {
    const outcome = this.do(kind, body, who);
    if (typeof outcome === 'string') throw new Error(`${kind} was refused: ${outcome}`);
    return outcome;
  }

  get asTeacher(): Who {
    return teacherWho(this.teacher);
  }

  /** Creates the class with its teacher. */
  begin(title = '7А'): this {
    const { channelId, teacherMember: memberId } = this;
    this.must('createClass', {
      title,
      memberId,
      teacherName: 'Ирина Петровна',
      channels: [{ channelId, kind: 'everyone' }],
    });
    return this;
  }

  /** The school's log, with its staff channel and this teacher in it. */
  beginSchool(): this {
    this.must('createSchool', { title: 'Школа № 1', channelId: this.channelId }, HUB);
    const { teacherMember: memberId, teacher } = this;
    this.must('enterSchool', { memberId, name: 'Ирина Петровна', role: 'teacher', personIds: [teacher] }, HUB);
    return this;
  }

  /** Somebody who has to do with the school. */
  enter(name: string, role: Role): { memberId: MemberId; personId: PersonId; who: Who } {
    const memberId = nextId<MemberId>();
    const personId = nextId<PersonId>();
    this.must('enterSchool', { memberId, name, role, personIds: [personId] }, HUB);
    return { memberId, personId, who: role === 'teacher' ? teacherWho(personId) : guestWho(personId) };
  }

  /** Lists a pupil and lets a sign-in of his in. */
  admit(name: string): { memberId: MemberId; personId: PersonId; who: Who; requestId: CommandId } {
    const memberId = nextId<MemberId>();
    const personId = nextId<PersonId>();
    this.must('listMember', { memberId, name });
    const requestId = this.must('requestJoin', { personId, name, device: 'Chromium' }, HUB).id;
    this.must('confirmJoin', { requestId, memberId, name });
    return { memberId, personId, who: guestWho(personId), requestId };
  }

  /** Lets a parent of these pupils in. */
  admitParent(name: string, childIds: readonly MemberId[]): { memberId: MemberId; personId: PersonId; who: Who } {
    const memberId = nextId<MemberId>();
    const personId = nextId<PersonId>();
    const requestId = this.must('requestJoin', { personId, name, device: 'телефон' }, HUB).id;
    this.must('confirmJoin', { requestId, memberId, name, role: 'parent', childIds: [...childIds] });
    return { memberId, personId, who: guestWho(personId) };
  }

  /** A channel of a kind; `memberIds` for a group. */
  channel(kind: CommandOf<'createChannel'>['body']['kind'], memberIds: readonly MemberId[] = []): ChannelId {
    const channelId = nextId<ChannelId>();
    const title = kind === 'group' ? 'Кружок' : null;
    this.must('createChannel', { channelId, kind, title, writers: 'all', memberIds: [...memberIds] });
    return channelId;
  }

  post(who: Who, extras: Partial<CommandOf<'postMessage'>['body']> = {}): CommandId {
    const body = { channelId: this.channelId, text: 'Здравствуйте', fileIds: [], replyTo: null };
    return this.must('postMessage', { ...body, ...extras }, who).id;
  }

  store(personId: PersonId, name = 'решение.pdf'): FileId {
    const fileId = nextFileId();
    const sha256 = fileId.padEnd(64, '0') as StoredFile['sha256'];
    this.files.set(fileId, { fileId, name, sizeBytes: 10, sha256, mediaType: 'application/pdf', personId });
    return fileId;
  }

  assign(options: Partial<CommandOf<'assign'>['body']> = {}): CommandId {
    const body = {
      title: 'Упражнение 5',
      text: '',
      dueAt: null,
      scale: { kind: 'five' as const },
      assignees: 'all' as const,
      fileIds: [],
      seriesId: null,
    };
    return this.must('assign', { ...body, ...options }).id;
  }

  /** The rows that a member's membership lets him read now. */
  logFor(memberId: MemberId): Entry[] {
    const reader = this.state.members[memberId];
    return reader ? this.log.filter((entry) => mayRead(this.state, entry.label, reader)) : [];
  }
}

export const fold = (entries: readonly Entry[]): Classroom => entries.reduce(evolve, EMPTY_CLASSROOM);
