/** Messages as rows of a list: with a line where a day begins, a line before what is unread, and names only where they change. */
import type { MessageView } from '../../../client/class-store.ts';
import type { MemberId } from '../../../core/ids.ts';

/** Messages of one author in less than this are one paragraph: the name stands once. */
export const SAME_BREATH_MS = 5 * 60_000;

export type Row =
  | { kind: 'day'; key: string; at: number }
  | { kind: 'unread'; key: string }
  /** `index`: which of the messages. */
  | { kind: 'message'; key: string; message: MessageView; index: number; isContinued: boolean };

const dayOf = (at: number) => new Date(at).toDateString();

/**
 * @param unreadAfter seq that the unread line stands after; null for no line
 * @param hasOlder what comes before the first message is not here: nobody knows whether a day begins with it
 */
export function rowsOf(
  messages: readonly MessageView[],
  unreadAfter: number | null,
  own: MemberId,
  hasOlder: boolean,
): Row[] {
  const rows: Row[] = [];
  let before: MessageView | null = null;
  let isLineDrawn = unreadAfter === null;
  for (const [index, message] of messages.entries()) {
    const isNewDay = before ? dayOf(before.at) !== dayOf(message.at) : !hasOlder;
    // Named by the message below it: the line of a day may move up when older messages come, and is another row then.
    if (isNewDay) rows.push({ kind: 'day', key: `day ${message.id}`, at: message.at });
    const isLineHere = !isLineDrawn && message.seq !== null && message.seq > (unreadAfter ?? 0) && message.by !== own;
    if (isLineHere) {
      // In a part that begins after the line, the line stands further up.
      if (before || !hasOlder) rows.push({ kind: 'unread', key: 'unread' });
      isLineDrawn = true;
    }
    const isContinued =
      !isNewDay && !isLineHere && before?.by === message.by && message.at - before.at < SAME_BREATH_MS;
    rows.push({ kind: 'message', key: message.id, message, index, isContinued });
    before = message;
  }
  return rows;
}
