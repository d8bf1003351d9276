/**
 * What is being written in a chat and not sent yet, as it is kept with every stroke, and the message it becomes. Pure. Drafts keep
 * their shape for ever (S13): whatever an older version kept is read as it was, with nothing in the newer fields.
 */
import type { DraftKey } from '../../client/class-store.ts';
import type { ChannelId, CommandId, LogId } from '../../core/ids.ts';
import { MESSAGE_TEXT_MAX, POLL_OPTIONS_MIN } from '../../core/limits.ts';
import type { CommandOf, Poll } from '../../core/wire.ts';
import { mentionsIn, type Person } from '../../ui/mentions.ts';
import type { ShownFile } from '../frame/FileChip.tsx';

export interface Composing {
  text: string;
  files: ShownFile[];
  replyTo: CommandId | null;
  /** A message of ours that is being rewritten; what was being written before it stays above. */
  editing: Editing | null;
  /** The question is the text; options may still be empty. */
  poll: Poll | null;
  isNotice: boolean;
  assignmentId: CommandId | null;
}

export interface Editing {
  messageId: CommandId;
  /** Of a message that is still waiting; null once it is confirmed. */
  outboxId: CommandId | null;
  text: string;
}

export const NOTHING_WRITTEN: Composing = {
  text: '',
  files: [],
  replyTo: null,
  editing: null,
  poll: null,
  isNotice: false,
  assignmentId: null,
};

export const NEW_POLL: Poll = { options: ['', ''], isMultiple: false };

export const composingKey = (logId: LogId, channelId: ChannelId): DraftKey => `message/${logId}/${channelId}`;

/** What was kept, by this version or an older one. */
export const composingOf = (value: Partial<Composing> | null): Composing => ({ ...NOTHING_WRITTEN, ...value });

/** What is kept: nothing at all where nothing is written. */
export const kept = (c: Composing): Composing | null =>
  c.text === '' &&
  c.files.length === 0 &&
  c.replyTo === null &&
  c.editing === null &&
  c.poll === null &&
  !c.isNotice &&
  c.assignmentId === null
    ? null
    : c;

const answers = (poll: Poll) => poll.options.map((option) => option.trim()).filter((option) => option !== '');

/** Whether it may go out as it stands. */
export function isSendable({ text, files, poll, assignmentId }: Composing): boolean {
  if (text.length > MESSAGE_TEXT_MAX) return false;
  if (poll) return text.trim() !== '' && answers(poll).length >= POLL_OPTIONS_MIN;
  return text.trim() !== '' || files.length > 0 || assignmentId !== null;
}

/** @param readers whom the text may mention */
export function bodyOf(
  composing: Composing,
  channelId: ChannelId,
  readers: readonly Person[],
): CommandOf<'postMessage'>['body'] {
  const { text, files, replyTo, poll, isNotice, assignmentId } = composing;
  const typed = text.trimEnd();
  const mentions = mentionsIn(typed, readers);
  return {
    channelId,
    text: typed,
    fileIds: files.map((file) => file.fileId),
    replyTo,
    ...(mentions.length > 0 ? { mentions } : {}),
    ...(poll ? { poll: { ...poll, options: answers(poll) } } : {}),
    ...(isNotice ? { isNotice } : {}),
    ...(assignmentId === null ? {} : { assignmentId }),
  };
}

/** Both, the first above the second: what came back goes before what was written meanwhile. */
export const joined = (first: Composing, second: Composing): Composing => ({
  text: [first.text, second.text].filter((part) => part !== '').join('\n'),
  files: [...first.files, ...second.files],
  replyTo: first.replyTo ?? second.replyTo,
  editing: second.editing,
  poll: first.poll ?? second.poll,
  isNotice: first.isNotice || second.isNotice,
  assignmentId: first.assignmentId ?? second.assignmentId,
});
