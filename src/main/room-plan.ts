/**
 * Room for many files, worked out once: what there is, and what goes for more. Promises: nothing is planned over the quota or below
 * the floor of free disk; what goes is taken in the order given, and no more of it than is needed. Changes nothing itself.
 */
import type { Sha256 } from '../core/ids.ts';

export interface RoomPlan {
  /**
   * Sets room aside for one file; 0 bytes: only makes up for what is too much already, as far as it can.
   * @param mayFree others may go for it
   * @returns whether there is, or will be, so much
   */
  take(bytes: number, mayFree: boolean): boolean;
  /** What goes for all that was taken. */
  readonly go: readonly Sha256[];
}

export interface Room {
  /** Bytes that may still come, below zero where it is too much already: within the quota, and above the floor. */
  inQuota: number;
  overFloor: number;
  /** What may go, first first; asked once, where it is needed. */
  mayGo(): readonly { sha256: Sha256; sizeBytes: number }[];
}

export function roomPlan(room: Room): RoomPlan {
  let { inQuota, overFloor } = room;
  let mayGo: ReturnType<Room['mayGo']> | null = null;
  const go: Sha256[] = [];

  function free(bytes: number): boolean {
    mayGo ??= room.mayGo();
    // Where others have filled the disk, what comes takes the place of as much, and the rest stays.
    const missing = Math.max(bytes - inQuota, Math.min(bytes, bytes - overFloor));
    let freed = 0;
    let end = go.length;
    for (; freed < missing && end < mayGo.length; end += 1) freed += mayGo[end]!.sizeBytes;
    // Half of a file's room helps nobody, unless there is too much already.
    if (freed < missing && bytes > 0) return false;
    for (const { sha256 } of mayGo.slice(go.length, end)) go.push(sha256);
    inQuota += freed;
    overFloor += freed;
    return true;
  }

  return {
    go,
    take(bytes, mayFree) {
      const isRoom = bytes <= Math.min(inQuota, overFloor) || (mayFree && free(bytes));
      if (!isRoom) return false;
      inQuota -= bytes;
      overFloor -= bytes;
      return true;
    },
  };
}
