/**
 * The focus comes back to where a dialog was opened from. Mantine does so only for dialogs that stay mounted, and a message's are
 * made when they are wanted. Whoever has taken the focus meanwhile keeps it.
 */
export function focusBack(to: () => HTMLElement | null | undefined): void {
  requestAnimationFrame(() => {
    if (document.activeElement === document.body) to()?.focus({ preventScroll: true });
  });
}
