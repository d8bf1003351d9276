/** What is being written in a chat and not sent yet, as it is kept with every stroke. */
import type { DraftKey } from '../../client/class-store.ts';
import type { ChannelId, CommandId, LogId } from '../../core/ids.ts';
import type { ShownFile } from '../frame/FileChip.tsx';

export interface Composing {
  text: string;
  files: ShownFile[];
  replyTo: CommandId | null;
  /** A message of ours that is being rewritten; what was being written before it stays above. */
  editing: Editing | null;
}

export interface Editing {
  messageId: CommandId;
  /** Of a message that is still waiting; null once it is confirmed. */
  outboxId: CommandId | null;
  text: string;
}

export const NOTHING_WRITTEN: Composing = { text: '', files: [], replyTo: null, editing: null };

export const composingKey = (logId: LogId, channelId: ChannelId): DraftKey => `message/${logId}/${channelId}`;

/** What is kept: nothing at all where nothing is written. */
export const kept = (c: Composing): Composing | null =>
  c.text === '' && c.files.length === 0 && c.replyTo === null && c.editing === null ? null : c;
