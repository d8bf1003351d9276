/** While a lesson runs, this app's transfers leave the wire to the pupils: main is told when it begins and when it ends. */
import { useEffect } from 'react';
import { useLocation } from 'wouter';
import { useDesktop } from '../desktop.tsx';

/** A class's lesson is on the screen. */
export function useIsLesson(): boolean {
  const [place] = useLocation();
  return /^\/lesson\/./.test(place);
}

/** Told once more by every page that begins, so that a lesson that ended with a crash of the page limits nothing. */
export function useLessonLimit(): void {
  const { call } = useDesktop();
  const isRunning = useIsLesson();
  useEffect(() => {
    call('transfers.lesson', { isRunning }).catch(() => undefined);
  }, [call, isRunning]);
}
