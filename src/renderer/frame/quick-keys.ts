/**
 * Quick fingers at a menu. A menu that a key has opened takes the focus some frames later; what is pressed until then is meant for it
 * and would be lost, or move what lies below. Promises: keys are held from the first one that can only mean the menu, and given to it
 * in their order as soon as it has the focus; a menu that never comes takes none of them.
 */
import { useEffect } from 'react';

/** A menu is there within some frames, or something else is wrong. */
export const HELD_MAX_MS = 500;
const MOVES = new Set(['ArrowDown', 'ArrowUp', 'Home', 'End']);

/** For a button that opens something and stands inside a tooltip, which passes none of this on. */
export const opens = (what: 'menu' | 'dialog', isOpen: boolean) =>
  ({ 'aria-haspopup': what, 'aria-expanded': isOpen }) as const;

const isOpener = (target: EventTarget | null) =>
  target instanceof Element && target.matches('[aria-haspopup="menu"][aria-expanded="true"]');
const menuOf = (target: EventTarget | null) => (target instanceof Element ? target.closest('[role="menu"]') : null);

/** Once, for the whole window. */
export function useQuickKeys() {
  useEffect(() => {
    let held: KeyboardEvent[] = [];
    let timer: ReturnType<typeof setTimeout> | undefined;
    let isSettling = false;
    const letGo = () => {
      clearTimeout(timer);
      isSettling = false;
      held = [];
    };
    const hold = (event: KeyboardEvent) => {
      // What is not trusted is our own, given again.
      if (!event.isTrusted) return;
      const isMeant = isSettling
        ? menuOf(event.target) !== null
        : isOpener(event.target) && (held.length > 0 || MOVES.has(event.key));
      if (!isMeant) return;
      event.preventDefault();
      event.stopPropagation();
      if (held.length === 0 && !isSettling) timer = setTimeout(letGo, HELD_MAX_MS);
      held.push(event);
    };
    const give = () => {
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
    const entered = (event: FocusEvent) => {
      const menu = menuOf(event.target);
      if (!menu || isSettling || menu.contains(event.relatedTarget as Node | null)) return;
      clearTimeout(timer);
      isSettling = true;
      // The trap sets the focus more than once, each time from a timer of its own: what is given before the last is undone by it.
      timer = setTimeout(() => {
        timer = setTimeout(give);
      });
    };
    document.addEventListener('keydown', hold, true);
    document.addEventListener('focusin', entered);
    return () => {
      clearTimeout(timer);
      document.removeEventListener('keydown', hold, true);
      document.removeEventListener('focusin', entered);
    };
  }, []);
}
