/**
 * Quick fingers at a menu. A menu that a key has opened takes the focus some frames later; what is pressed until then is meant for it
 * and would be lost, or move what lies below. Promises: keys are held from the first one that can only mean the menu, and given to it
 * in their order as soon as it has the focus; a menu that never comes takes none of them.
 */
import { useEffect } from 'react';

/** A menu is there within some frames, or something else is wrong. */
export const HELD_MAX_MS = 500;
const MOVES = new Set(['ArrowDown', 'ArrowUp', 'Home', 'End']);

const isOpener = (target: EventTarget | null) =>
  target instanceof Element && target.matches('[aria-haspopup="menu"][aria-expanded="true"]');
const menuOf = (target: EventTarget | null) => (target instanceof Element ? target.closest('[role="menu"]') : null);

/** Once, for the whole window. */
export function useQuickKeys() {
  useEffect(() => {
    let held: KeyboardEvent[] = [];
    let timer: ReturnType<typeof setTimeout> | undefined;
    const letGo = () => {
      clearTimeout(timer);
      held = [];
    };
    const hold = (event: KeyboardEvent) => {
      // Our own, given again.
      if (!event.isTrusted || !isOpener(event.target)) return;
      if (held.length === 0 && !MOVES.has(event.key)) return;
      event.preventDefault();
      event.stopPropagation();
      if (held.length === 0) timer = setTimeout(letGo, HELD_MAX_MS);
      held.push(event);
    };
    const give = (event: FocusEvent) => {
      if (held.length === 0 || !menuOf(event.target)) return;
      const keys = held;
      letGo();
      for (const { key, code } of keys) {
        const at = document.activeElement;
        if (!(at instanceof HTMLElement) || !menuOf(at)) return;
        // A key that a program presses clicks nothing.
        if (key === 'Enter' || key === ' ') at.click();
        else at.dispatchEvent(new KeyboardEvent('keydown', { key, code, bubbles: true, cancelable: true }));
      }
    };
    document.addEventListener('keydown', hold, true);
    document.addEventListener('focusin', give);
    return () => {
      clearTimeout(timer);
      document.removeEventListener('keydown', hold, true);
      document.removeEventListener('focusin', give);
    };
  }, []);
}
