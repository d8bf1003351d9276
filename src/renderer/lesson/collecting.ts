/** When a bell rings that a teacher has set. Pure. */
import { dayOf, momentOf } from '../assignments/editing.ts';

export const BELL_MINUTES_MAX = 600;
/** A bell that nobody has set otherwise. */
export const BELL_MINUTES_USUAL = 10;

export interface BellForm {
  kind: 'none' | 'minutes' | 'at';
  minutes: number;
  /** `10:45` of this computer's day. */
  time: string;
}

/** By the hub's clock; null for no bell, or what is wrong. @param now the hub's @param clockOffsetMs the hub's clock minus this one */
export function bellAtOf(form: BellForm, now: number, clockOffsetMs: number): number | null | 'badMinutes' | 'badBell' {
  if (form.kind === 'none') return null;
  if (form.kind === 'minutes') {
    const isGood = Number.isInteger(form.minutes) && form.minutes >= 1 && form.minutes <= BELL_MINUTES_MAX;
    return isGood ? now + form.minutes * 60_000 : 'badMinutes';
  }
  const here = momentOf(dayOf(now - clockOffsetMs), form.time, form.time);
  return here !== null && here + clockOffsetMs > now ? here + clockOffsetMs : 'badBell';
}
