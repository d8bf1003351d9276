/**
 * Marks as Russian schools write them, with points and percent beside. A mark is a short string drawn from its scale, so that
 * it can be shown, stored and compared as it is.
 */
import { POINTS_MAX } from './limits.ts';

export const SCALES = ['five', 'points', 'pass'] as const;
export type ScaleKind = (typeof SCALES)[number];
export type Scale = { kind: 'five' } | { kind: 'pass' } | { kind: 'points'; max: number };

/** Keys in the order in which the reviewer offers them. */
export const FIVE_MARKS = ['5', '4', '3', '2', '1'] as const;
/** Journal entries that stand in the place of a mark on every scale: absent, not attested, exempt. */
export const JOURNAL_MARKS = ['н', 'н/а', 'осв'] as const;
export const PASS_MARKS = ['зач', 'незач'] as const;

/** The marks a button can give on this scale; for points the teacher types the number. */
export function marksOf(scale: Scale): readonly string[] {
  if (scale.kind === 'five') return [...FIVE_MARKS, ...JOURNAL_MARKS];
  if (scale.kind === 'pass') return [...PASS_MARKS, ...JOURNAL_MARKS];
  return JOURNAL_MARKS;
}

/** Whether `mark` may stand on `scale`. Points are whole or half numbers from 0 to the scale's maximum, with a point. */
export function isMark(mark: string, scale: Scale): boolean {
  if (marksOf(scale).includes(mark)) return true;
  if (scale.kind !== 'points' || !/^\d{1,4}(\.5)?$/.test(mark)) return false;
  return Number(mark) <= Math.min(scale.max, POINTS_MAX);
}

/** Percent of the scale's maximum for points, `null` where percent has no sense. */
export function percentOf(mark: string, scale: Scale): number | null {
  if (scale.kind !== 'points' || scale.max <= 0 || !/^\d/.test(mark)) return null;
  return Math.round((Number(mark) / scale.max) * 100);
}
