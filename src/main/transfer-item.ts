/**
 * One transfer while the app runs: what it is beyond what is kept of it, and what others see of it. Promises: nothing here changes
 * anything. Times are those of a clock that nobody sets (`performance.now()`), but for `doneAt`.
 */
import type { FileRef } from '../core/wire.ts';
import type { ChosenFile, Moved, Transfer } from '../preload/contract.ts';
import { SpeedWindow, timeLeft } from './speed.ts';
import type { KeptTransfer } from './transfer-journal.ts';

export interface Item extends KeptTransfer {
  doneBytes: number;
  speed: SpeedWindow;
  failures: number;
  /** Set while a lane works on it. */
  running: { abort: AbortController; over: Promise<void> } | null;
  /** Nothing of it is tried before. */
  notBefore: number;
}

export const asItem = (kept: KeptTransfer): Item => ({
  ...kept,
  doneBytes: 0,
  speed: new SpeedWindow(),
  failures: 0,
  running: null,
  notBefore: 0,
});

export const keptOf = (item: Item): KeptTransfer => ({
  ...idOf(item),
  state: item.state,
  source: item.source,
  code: item.code,
  doneAt: item.doneAt ?? null,
});

export function movedOf(item: Item): Moved {
  const doneBytes = Math.min(item.doneBytes, item.sizeBytes);
  const speed = isRunning(item) ? item.speed.at(performance.now()) : null;
  const leftMs = timeLeft(item.sizeBytes - doneBytes, speed);
  return { transferId: item.transferId, doneBytes, speed, leftMs };
}

export const shownOf = (item: Item): Transfer => ({
  ...movedOf(item),
  ...idOf(item),
  state: isRunning(item) ? 'running' : item.state,
  code: item.code,
  doneAt: item.doneAt ?? null,
});

export const chosenOf = ({ fileId, name, sizeBytes, mediaType }: Item): ChosenFile => ({
  fileId,
  name,
  sizeBytes,
  mediaType,
});

/** Its `.part` is gone on with. */
export const isComing = ({ direction, state }: Item): boolean =>
  direction === 'down' && (state === 'queued' || state === 'paused');

/**
 * Whether a download of the same bytes makes another one needless. One that failed does not, nor one whose hub is away: whoever else
 * has the bytes is asked too. What a person stopped stays so until somebody asks.
 */
export function brings(item: Item, serverId: string, file: FileRef, isWanted: boolean): boolean {
  if (item.sha256 !== file.sha256) return false;
  if (item.fileId === file.fileId && item.serverId === serverId) return true;
  if (item.state === 'failed') return item.code === 'cancelled' && !isWanted;
  return item.serverId === serverId || item.code === null;
}

const isRunning = ({ running, state }: Item): boolean => running !== null && state === 'queued';
const idOf = ({ transferId, serverId, direction, fileId, name, sizeBytes, mediaType, sha256 }: Item) => ({
  transferId,
  serverId,
  direction,
  fileId,
  name,
  sizeBytes,
  mediaType,
  sha256,
});
