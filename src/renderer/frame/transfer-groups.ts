/** Files on the way as they are shown: in which group, in which order, and how long it still takes, in whole words. Pure. */
import type { Transfer } from '../../preload/contract.ts';
import type { Texts } from '../texts/texts.ts';

/** What came to a good end stays in sight for so long, and so many of it. */
export const FINISHED_SHOWN_MS = 12 * 60 * 60_000;
export const FINISHED_SHOWN_MAX = 50;

export type Group = 'underWay' | 'waiting' | 'trouble' | 'finished';
export const GROUPS: readonly Group[] = ['trouble', 'underWay', 'waiting', 'finished'];

export function groupOf({ state }: Transfer): Group {
  if (state === 'running') return 'underWay';
  if (state === 'failed') return 'trouble';
  return state === 'done' ? 'finished' : 'waiting';
}

/**
 * @param hiddenBefore what had come to its end by then is not shown, Unix ms
 * @returns each group in the order of the list, that is of the queue; finished ones newest first
 */
export function groupsOf(transfers: readonly Transfer[], now: number, hiddenBefore = 0) {
  const groups: Record<Group, Transfer[]> = { underWay: [], waiting: [], trouble: [], finished: [] };
  const from = Math.max(now - FINISHED_SHOWN_MS, hiddenBefore);
  for (const transfer of transfers)
    if (transfer.state !== 'done' || (transfer.doneAt ?? 0) > from) groups[groupOf(transfer)].push(transfer);
  groups.finished.sort((a, b) => (b.doneAt ?? 0) - (a.doneAt ?? 0));
  groups.finished.length = Math.min(groups.finished.length, FINISHED_SHOWN_MAX);
  return groups;
}

const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;
/** Below this seconds are told, in steps that do not flicker. */
const SECONDS_UP_TO_MS = 55 * SECOND_MS;
const STEP_S = 5;

/** How long it still takes, always rather too long than too short; '' while unknown. */
export function leftWords(t: Texts['transfers'], leftMs: number | null): string {
  if (leftMs === null) return '';
  if (leftMs <= SECONDS_UP_TO_MS) return t.secondsLeft(Math.max(1, Math.ceil(leftMs / SECOND_MS / STEP_S)) * STEP_S);
  const minutes = Math.ceil(leftMs / MINUTE_MS);
  return minutes < 60 ? t.minutesLeft(minutes) : t.hoursLeft(Math.floor(minutes / 60), minutes % 60);
}

/** Of all that is under way and waits: bytes still to go, and their speed together (null while unknown). */
export function inAll(groups: Record<Group, readonly Transfer[]>): { leftBytes: number; speed: number | null } {
  const left = [...groups.underWay, ...groups.waiting.filter(({ state }) => state === 'queued')];
  const speeds = groups.underWay.flatMap(({ speed }) => (speed === null ? [] : [speed]));
  return {
    leftBytes: left.reduce((sum, { sizeBytes, doneBytes }) => sum + sizeBytes - doneBytes, 0),
    speed: speeds.length > 0 ? speeds.reduce((sum, speed) => sum + speed, 0) : null,
  };
}

const FURTHER: readonly Transfer['state'][] = ['done', 'failed', 'paused', 'queued', 'running'];

/** Of several for the same bytes, the one that tells most of them: what failed says nothing while another brings them. */
export function foremost(transfers: readonly Transfer[]): ReadonlyMap<Transfer['sha256'], Transfer> {
  const rank = ({ state }: Transfer) => FURTHER.indexOf(state);
  return new Map([...transfers].sort((a, b) => rank(a) - rank(b)).map((transfer) => [transfer.sha256, transfer]));
}

/** Everything that a row shows: two that are equal in it look the same. */
export const looksSame = (a: Transfer, b: Transfer): boolean =>
  a === b ||
  (a.transferId === b.transferId &&
    a.state === b.state &&
    a.doneBytes === b.doneBytes &&
    a.speed === b.speed &&
    a.leftMs === b.leftMs &&
    a.code === b.code &&
    a.sha256 === b.sha256 &&
    a.name === b.name);
