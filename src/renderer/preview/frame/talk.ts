/**
 * The frame's side of the talk: one file is opened, its look may change, keys and presses are told. Promises: only the window that made
 * the frame is heard; nothing is said twice that is said once.
 */
import { FRAME_KEYS, type FromFrame, type FrameLook, type ToFrame } from '../frame-words.ts';
import { STYLES } from './looks.ts';

export const say = (words: FromFrame, transfer: Transferable[] = []): void =>
  // The frame has no origin and cannot know the window's: who made it is the only one who can hear.
  parent.postMessage(words, { targetOrigin: '*', transfer });

export function hear(heard: (said: ToFrame) => void): void {
  addEventListener('message', (event: MessageEvent<ToFrame>) => {
    if (event.source === parent) heard(event.data);
  });
  say({ say: 'ready' });
}

/** Dresses the page, tells its height as it changes, and hands on what the window wants to know. */
export function beginPage(): HTMLElement {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(STYLES);
  document.adoptedStyleSheets = [sheet];
  const main = document.createElement('main');
  main.tabIndex = -1;
  document.body.append(main);
  new ResizeObserver(tellHeight).observe(document.body);
  addEventListener('keydown', (event) => {
    const key = FRAME_KEYS.find((one) => one === event.key);
    if (!key || event.ctrlKey || event.metaKey || event.altKey) return;
    // A wide table is moved through by arrows.
    const isScrolling = key.startsWith('Arrow') && document.documentElement.scrollWidth > innerWidth + 1;
    if (isScrolling) return;
    event.preventDefault();
    say({ say: 'key', key });
  });
  // Text that was marked is about to be copied; a press that marked nothing gives the keys back to the window.
  addEventListener('pointerup', () => {
    if (getSelection()?.isCollapsed !== false) say({ say: 'pressed' });
  });
  return main;
}

/** Lays out at once: a frame out of sight is given no frames to draw in, and its observers sleep. */
export const tellHeight = (): void =>
  say({ say: 'height', px: Math.ceil(document.body.getBoundingClientRect().height) });

/** @param isSelfZoomed the page's content follows the zoom by itself, and sharper than by being enlarged */
export function wear({ isDark, language, zoom, isWhole }: FrameLook, isSelfZoomed = false): void {
  const root = document.documentElement;
  root.dataset['dark'] = String(isDark);
  root.dataset['whole'] = String(isWhole);
  root.lang = language;
  if (!isSelfZoomed) document.body.style.zoom = String(zoom);
}
