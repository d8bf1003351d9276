/** Урок: address, code and QR for a class. `logId` null: the teacher has not chosen a class yet. */
import type { LogId } from '../../core/ids.ts';

export function Lesson(_: { logId: LogId | null }) {
  return null;
}
