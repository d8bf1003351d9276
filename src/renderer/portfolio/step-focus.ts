/** The focus of a dialog that goes on in steps: where a step took away what had it, it is where the next one goes on. */
import { useEffect, useRef, type RefObject } from 'react';

/** @param step another one with each step. @returns for what holds the steps */
export function useStepFocus(step: string): RefObject<HTMLDivElement | null> {
  const root = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (document.activeElement !== document.body) return;
    root.current?.querySelector<HTMLElement>('[data-autofocus]')?.focus({ preventScroll: true });
  }, [step]);
  return root;
}
