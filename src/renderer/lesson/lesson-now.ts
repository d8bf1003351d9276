/** The hub's clock on this screen, and what a teacher has arranged for the lessons of a class on this computer. */
import { useEffect, useState } from 'react';
import type { LogId } from '../../core/ids.ts';
import { useDraft, type Draft } from '../../ui/store.tsx';
import type { Seats } from './seats.ts';
import type { Focus } from './wall-tiles.ts';

/** How often what is told in minutes is looked at anew. */
export const CALM_MS = 10_000;
export const SECOND_MS = 1_000;

/** @param clockOffsetMs the hub's clock minus this one @param everyMs how often it is read */
export function useHubClock(clockOffsetMs: number, everyMs: number): number {
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), everyMs);
    return () => clearInterval(timer);
  }, [everyMs]);
  return now + clockOffsetMs;
}

export interface LessonPlace {
  view: 'door' | 'wall';
  order: 'name' | 'seat';
  seats: Seats;
  focus: Focus | null;
}
const NEW_PLACE: LessonPlace = { view: 'door', order: 'name', seats: {}, focus: null };

export type Place = Pick<Draft<LessonPlace>, 'isLoaded'> & {
  value: LessonPlace;
  write: (part: Partial<LessonPlace>) => void;
};

export function usePlace(logId: LogId): Place {
  const draft = useDraft<LessonPlace>(`place/${logId}/lesson`);
  const value = { ...NEW_PLACE, ...draft.value };
  return { isLoaded: draft.isLoaded, value, write: (part) => draft.write({ ...value, ...part }) };
}
