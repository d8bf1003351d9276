/** The roster import wizard: a file or paste, preview, import. */
import type { LogId } from '../../core/ids.ts';

/** `onDone`: imported, or left without importing. */
export function RosterImport(_: { logId: LogId; onDone: () => void }) {
  return null;
}
