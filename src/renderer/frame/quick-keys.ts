/**
 * Quick fingers at a menu. A menu that a key has opened takes the focus some frames later; what is pressed until then is meant for it
 * and would be lost, or move what lies below. Promises: keys are held from the first one that can only mean the menu, and given to it
 * in their order as soon as it has the focus; a menu that never comes takes none of them. The same for what is written into a chat that
 * was chosen in the list a moment ago, before its field is there ({@link useQuickLetters}).
 */
import { useEffect } from 'react';

/** A menu is there within some frames, also those of a slow machine at work, or something else is wrong. */
export const HELD_MAX_MS = 2_000;
const MOVES = new Set(['ArrowDown', 'ArrowUp', 'Home', 'End']);

/** A chat reads its draft and its messages before it has a field; what a slow disk takes longer for, nobody types blindly into. */
export const LETTERS_HELD_MAX_MS = 3_000;

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

const chatChosenBy = (target: EventTarget | null) =>
  target instanceof Element ? target.closest('[data-chats] a:not([aria-current])') : null;
const isField = (target: EventTarget | null): target is HTMLTextAreaElement => target instanceof HTMLTextAreaElement;

/** Once, for the whole window. From the choice of a chat until its field has the focus, letters are held for it. */
export function useQuickLetters() {
  useEffect(() => {
    let isOpening = false;
    let isGiving = false;
    let held = '';
    let isSent = false;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const letGo = () => {
      clearTimeout(timer);
      [isOpening, isGiving, held, isSent] = [false, false, '', false];
    };
    const chosen = (event: MouseEvent) => {
      // Another press on the way means something else.
      letGo();
      if (event.ctrlKey || event.metaKey || event.shiftKey || !chatChosenBy(event.target)) return;
      isOpening = true;
      timer = setTimeout(letGo, LETTERS_HELD_MAX_MS);
    };
    const hold = (event: KeyboardEvent) => {
      // What is not trusted is our own, given again.
      if (!isOpening || !event.isTrusted) return;
      const { key } = event;
      if (event.ctrlKey || event.metaKey || event.altKey || key === 'Shift') return;
      if (key.length === 1) held += key;
      else if (key === 'Backspace' && held !== '') held = held.slice(0, -1);
      else if (key === 'Enter' && !event.shiftKey && held !== '') isSent = true;
      // Going on by Tab or Esc is no writing.
      else return letGo();
      event.preventDefault();
      event.stopPropagation();
    };
    const give = (field: HTMLTextAreaElement) => {
      const [text, isWhole] = [held, isSent];
      letGo();
      if (document.activeElement !== field || text === '') return;
      field.setSelectionRange(field.value.length, field.value.length);
      document.execCommand('insertText', false, text);
      if (isWhole) field.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', bubbles: true, cancelable: true }));
    };
    const entered = ({ target }: FocusEvent) => {
      if (!isOpening || isGiving || !isField(target)) return;
      isGiving = true;
      clearTimeout(timer);
      // It has the focus from within its first drawing; what is typed until it is done with that comes after.
      timer = setTimeout(() => give(target));
    };
    document.addEventListener('click', chosen, true);
    document.addEventListener('keydown', hold, true);
    document.addEventListener('focusin', entered);
    return () => {
      letGo();
      document.removeEventListener('click', chosen, true);
      document.removeEventListener('keydown', hold, true);
      document.removeEventListener('focusin', entered);
    };
  }, []);
}
