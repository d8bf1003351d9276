/**
 * The end of a hub's process. Promises: it comes. A disk that never answers holds the threads that asked it, and a
 * program that exits would wait for these for ever. It is killed then, as by a power cut: what was not confirmed stays
 * unconfirmed, and the next start goes on from what is on the disk.
 */

/** So long a hub may take to close; less than the app waits for all its parts. */
export const CLOSE_MS_MAX = 8_000;

/** Ends this process as it stands; `process.exit` would wait for its threads. */
export const endNow = (): void => void process.kill(process.pid, 'SIGKILL');

/** Closes a hub, or ends its process where that is not over in time. */
export async function closeInTime(close: () => Promise<unknown>): Promise<void> {
  const late = setTimeout(endNow, CLOSE_MS_MAX);
  await close();
  clearTimeout(late);
}
