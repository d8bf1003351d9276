/**
 * How a message comes to look the way pages show it: as it was posted, then one mark after another laid over it (edits with the
 * wordings before them, reactions, votes, signatures, pins). Pure. Confirmed marks and those still waiting in the outbox go
 * through the same function, so that both look alike (S8); marks of a message that is gone leave nothing (S16).
 */
import type { MessageFact } from '../core/classroom.ts';
import type { ChannelId, CommandId, MemberId } from '../core/ids.ts';
import type { ChangeBody, ChangeOf, Command, Entry, FileRef, Reaction } from '../core/wire.ts';
import type { MessageView } from './class-store.ts';

const MARK_KINDS = ['messageEdited', 'reacted', 'voted', 'pollClosed', 'signed', 'messagePinned'] as const;
type MarkKind = (typeof MARK_KINDS)[number];
/** A change that says something about a message which stays where it is. */
export type MarkChange = ChangeOf<MarkKind>;
export const isMark = (change: { kind: string }): change is MarkChange =>
  (MARK_KINDS as readonly string[]).includes(change.kind);

/** A message as the log has it, before marks and whatever waits are laid over it. */
export interface StoredMessage extends Pick<
  ChangeBody<'messagePosted'>,
  'channelId' | 'text' | 'replyTo' | 'mentions' | 'assignmentId' | 'poll' | 'isNotice' | 'forward'
> {
  id: CommandId;
  seq: number;
  at: number;
  by: MemberId | null;
  files: FileRef[];
  isRemoved: boolean;
}

/** A message with what its marks need to go on from. */
export interface MarkedMessage extends MessageView {
  /** When its present wording was said, Unix ms. */
  wordedAt: number;
}

/** What a message looks like before anybody laid a mark over it. */
export function markless(message: Omit<StoredMessage, 'seq'> & { seq: number | null }): MarkedMessage {
  const {
    id,
    seq,
    at,
    by,
    channelId,
    text,
    files,
    replyTo,
    isRemoved,
    poll,
    mentions,
    assignmentId,
    isNotice,
    forward,
  } = message;
  return {
    id,
    seq,
    at,
    by,
    channelId,
    text,
    files,
    replyTo,
    isEdited: false,
    isRemoved,
    history: [],
    reactions: {},
    mentions: mentions ?? [],
    assignmentId: assignmentId ?? null,
    poll: poll ? { ...poll, votes: poll.options.map(() => []), isClosed: false } : null,
    notice: isNotice ? { signedBy: [] } : null,
    forward: forward ? { by: forward.by, at: forward.at } : null,
    isPinned: false,
    outbox: null,
    wordedAt: at,
  };
}

/**
 * A row of the log that is known to be a message of this channel, as what it says; blanked, it is a stone, and so is one that says of
 * itself that it is removed (S16: erased before a restore). Its body is not parsed again: it was when its place was noted.
 */
export function messageOf({ id, seq, at, by, kind, body }: Entry, channelId: ChannelId): StoredMessage {
  if (body === null || kind === 'messageRemoved') return stoneOf({ id, seq, at, by, channelId });
  const { text, files, replyTo, mentions, assignmentId, poll, isNotice, forward } = body as ChangeBody<'messagePosted'>;
  const message: StoredMessage = { id, seq, at, by, channelId, text, files, replyTo, isRemoved: false };
  if (mentions) message.mentions = mentions;
  if (assignmentId) message.assignmentId = assignmentId;
  if (poll) message.poll = poll;
  if (isNotice) message.isNotice = isNotice;
  if (forward) message.forward = forward;
  return message;
}

/** What is kept of a message that is gone: its place. */
export const stoneOf = <S extends number | null>(
  message: Pick<StoredMessage, 'id' | 'at' | 'by' | 'channelId'> & { seq: S },
) => {
  const { id, seq, at, by, channelId } = message;
  return { id, seq, at, by, channelId, text: '', files: [], replyTo: null, isRemoved: true };
};
/** The stone that a waiting removal would leave. */
export const removed = (message: MarkedMessage): MarkedMessage => markless(stoneOf(message));

const withOut = <T>(list: readonly T[] | undefined, one: T): T[] => (list ?? []).filter((each) => each !== one);

function withReaction(message: MarkedMessage, by: MemberId, reaction: Reaction, isOn: boolean): MarkedMessage {
  const rest = withOut(message.reactions[reaction], by);
  const { [reaction]: _replaced, ...reactions } = message.reactions;
  return {
    ...message,
    reactions: isOn || rest.length > 0 ? { ...reactions, [reaction]: isOn ? [...rest, by] : rest } : reactions,
  };
}

/** The message with one more mark over it; marks come in the order of the log. */
export function marked(message: MarkedMessage, header: Pick<Entry, 'at' | 'by'>, change: MarkChange): MarkedMessage {
  if (message.isRemoved) return message;
  const { at, by } = header;
  switch (change.kind) {
    case 'messageEdited': {
      const history = [...message.history, { text: message.text, at: message.wordedAt }];
      return { ...message, text: change.body.text, isEdited: true, history, wordedAt: at };
    }
    case 'reacted':
      return by === null ? message : withReaction(message, by, change.body.reaction, change.body.isOn);
    case 'voted': {
      const { poll } = message;
      if (!poll || by === null) return message;
      const { options } = change.body;
      const votes = poll.votes.map((voters, option) =>
        options.includes(option) ? [...withOut(voters, by), by] : withOut(voters, by),
      );
      return { ...message, poll: { ...poll, votes } };
    }
    case 'pollClosed':
      return message.poll ? { ...message, poll: { ...message.poll, isClosed: true } } : message;
    case 'signed': {
      const { notice } = message;
      if (!notice || by === null || notice.signedBy.some(({ memberId }) => memberId === by)) return message;
      return { ...message, notice: { signedBy: [...notice.signedBy, { memberId: by, at }] } };
    }
    case 'messagePinned':
      return { ...message, isPinned: change.body.isPinned };
  }
}

/** The mark that a waiting command would make; null where it makes none. */
export function markOf(
  command: Command,
  message: Pick<MarkedMessage, 'id' | 'seq' | 'channelId' | 'by'>,
): MarkChange | null {
  const named = { messageId: message.id, messageSeq: message.seq ?? 0, channelId: message.channelId };
  switch (command.kind) {
    case 'editMessage':
      return { kind: 'messageEdited', body: { ...named, text: command.body.text } };
    case 'react':
      return { kind: 'reacted', body: { ...named, reaction: command.body.reaction, isOn: command.body.isOn } };
    case 'vote':
      return { kind: 'voted', body: { ...named, options: command.body.options } };
    case 'closePoll':
      return { kind: 'pollClosed', body: named };
    case 'sign':
      return { kind: 'signed', body: named };
    case 'pinMessage':
      return { kind: 'messagePinned', body: { ...named, isPinned: command.body.isPinned, author: message.by } };
    default:
      return null;
  }
}

/** What `decide` wants to know of a message. */
export const factOf = (message: MarkedMessage): MessageFact => ({
  seq: message.seq ?? 0,
  by: message.by,
  channelId: message.channelId,
  removed: message.isRemoved,
  hasFiles: message.files.length > 0,
  isScheduled: false,
  scheduled: null,
  isNotice: message.notice !== null,
  isForward: message.forward !== null,
  poll: message.poll && {
    isMultiple: message.poll.isMultiple,
    options: message.poll.options.length,
    isClosed: message.poll.isClosed,
  },
});
