/** Keys of the review that depend on where the focus is, heard as soon as it is seen; the others are in its list of shortcuts. */
import { useEffectEvent, useLayoutEffect } from 'react';

const FIELD = 'input, textarea, select, [contenteditable="true"]';

/**
 * `Enter` is "done" wherever it has no meaning of its own: a button or link that has the focus keeps it, except the mark's own
 * buttons, which `Space` presses.
 */
export function useEnter(run: () => void) {
  const answer = useEffectEvent((event: KeyboardEvent) => {
    if (event.key !== 'Enter' || event.defaultPrevented || event.isComposing || event.repeat) return;
    if (event.ctrlKey || event.altKey || event.metaKey || event.shiftKey) return;
    if (document.querySelector('[role="dialog"][aria-modal="true"]')) return;
    const target = event.target instanceof Element ? event.target : null;
    if (target?.closest(FIELD)) return;
    if (target?.closest('button, a') && !target.closest('[data-mark-button]')) return;
    event.preventDefault();
    run();
  });
  useLayoutEffect(() => {
    const onKey = (event: KeyboardEvent) => answer(event);
    document.addEventListener('keydown', onKey);
    return () => document.removeEventListener('keydown', onKey);
  }, []);
}

/** On a scale of points the first digit goes into the field, with the focus. */
export function useTypedPoints(isOn: boolean, focus: () => void) {
  const answer = useEffectEvent((event: KeyboardEvent) => {
    if (!isOn || event.defaultPrevented || event.ctrlKey || event.altKey || event.metaKey) return;
    if (!/^\d$/.test(event.key) || (event.target instanceof Element && event.target.closest(FIELD))) return;
    if (document.querySelector('[role="dialog"][aria-modal="true"]')) return;
    // The key is typed into whatever has the focus once this is over.
    focus();
  });
  useLayoutEffect(() => {
    const onKey = (event: KeyboardEvent) => answer(event);
    document.addEventListener('keydown', onKey);
    return () => document.removeEventListener('keydown', onKey);
  }, []);
}
