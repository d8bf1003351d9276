/** The full-window review of one assignment's works. */
import type { CommandId, LogId, MemberId } from '../../core/ids.ts';

export function Review(_: { logId: LogId; assignmentId: CommandId; memberId: MemberId | null }) {
  return null;
}
