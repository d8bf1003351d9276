/** Список класса. */
import type { LogId } from '../../core/ids.ts';

export function Members(_: { logId: LogId }) {
  return null;
}
