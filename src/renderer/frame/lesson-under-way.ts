/**
 * The lesson that is under way by the teacher's own word: begun when he looks at a class's wall, gives out or collects; ended by him, or
 * by itself after as long as no lesson lasts. Kept in the settings, so that no other screen and no new start ends it; while it is under
 * way this app's transfers leave the wire to the pupils.
 */
import { useCallback, useEffect } from 'react';
import type { LogId } from '../../core/ids.ts';
import type { Settings } from '../../preload/contract.ts';
import { useDesktop, useSettings } from '../desktop.tsx';
import { LESSON_MS } from '../lesson/wall-tiles.ts';
import { useClasses } from './classes.tsx';
import { useNow } from './now.ts';

/** @param now this computer's clock; one that was set back ends nothing too late */
export const isUnderWay = (lesson: Settings['lesson'], now: number): boolean =>
  lesson !== null && Math.abs(now - lesson.begunAt) < LESSON_MS;

/** null where there is none, or its class is gone. */
export function useLessonUnderWay(): { logId: LogId; title: string } | null {
  const [{ lesson }] = useSettings();
  const { classes } = useClasses();
  const now = useNow();
  const openClass = classes.find(({ logId }) => logId === lesson?.logId);
  return openClass && isUnderWay(lesson, now) ? { logId: openClass.logId, title: openClass.title } : null;
}

/** One lesson at a time: that of another class is over when this one begins. */
export function useBeginLesson(logId: LogId): () => void {
  const [{ lesson }, write] = useSettings();
  return useCallback(() => {
    if (lesson?.logId !== logId || !isUnderWay(lesson, Date.now())) write({ lesson: { logId, begunAt: Date.now() } });
  }, [lesson, write, logId]);
}

export function useEndLesson(): () => void {
  const [, write] = useSettings();
  return useCallback(() => write({ lesson: null }), [write]);
}

/** Main is told, and told once more by every page that begins. */
export function useLessonLimit(): void {
  const { call } = useDesktop();
  const isRunning = useLessonUnderWay() !== null;
  useEffect(() => {
    call('transfers.lesson', { isRunning }).catch(() => undefined);
  }, [call, isRunning]);
}
