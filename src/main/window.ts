/**
 * The one window. Promises: it comes back where it was and as large, on a screen that is still there; it is shown when there
 * is something to see, in the theme's own background. Hides: BrowserWindow and the saving of its place.
 */
import { BrowserWindow, nativeTheme, screen, type Rectangle } from 'electron';
import type { StoredFile, WindowPlace } from './settings.ts';

export const MIN_WIDTH = 1024;
export const MIN_HEIGHT = 640;
const FIRST_SIZE = { width: 1280, height: 800 };
/** So much of the title bar must be on a screen for a hand to reach it. */
export const GRIP_WIDTH = 120;
export const GRIP_HEIGHT = 32;
const SAVE_AFTER_MS = 300;
/** The page's own, so that nothing flashes before it has painted. */
const BACKGROUND = { light: '#ffffff', dark: '#15181d' };

export interface WindowOptions {
  url: string;
  preload: string;
  icon: string;
  stored: StoredFile<'settings'>;
}

/** Opens it; loading begins at once. */
export function openWindow({ url, preload, icon, stored }: WindowOptions): BrowserWindow {
  const saved = stored.read('window');
  const place = placeOnScreens(
    saved,
    screen.getAllDisplays().map((display) => display.workArea),
  );
  const window = new BrowserWindow({
    ...place,
    minWidth: MIN_WIDTH,
    minHeight: MIN_HEIGHT,
    show: false,
    title: 'Parta',
    icon,
    autoHideMenuBar: true,
    backgroundColor: background(),
    webPreferences: { preload, sandbox: true, contextIsolation: true, nodeIntegration: false, webSecurity: true },
  });
  window.once('ready-to-show', () => {
    if (saved?.isMaximized) window.maximize();
    window.show();
  });

  let timer: NodeJS.Timeout | undefined;
  const save = () => {
    clearTimeout(timer);
    if (window.isDestroyed() || window.isMinimized() || !window.isVisible()) return;
    const { x, y, width, height } = window.getNormalBounds();
    stored.write({ window: { x, y, width, height, isMaximized: window.isMaximized() } });
  };
  const saveSoon = () => {
    clearTimeout(timer);
    timer = setTimeout(save, SAVE_AFTER_MS);
  };
  window.on('resize', saveSoon);
  window.on('move', saveSoon);
  window.on('maximize', saveSoon);
  window.on('unmaximize', saveSoon);
  window.on('close', save);
  window.on('closed', () => clearTimeout(timer));
  void window.loadURL(url);
  return window;
}

const background = () => (nativeTheme.shouldUseDarkColors ? BACKGROUND.dark : BACKGROUND.light);

/**
 * Where to open: as saved while a hand can reach the title bar there; otherwise the first size, placed by the system.
 * Never larger than the screen it is on, never smaller than the minimum.
 */
export function placeOnScreens(saved: WindowPlace | null, screens: readonly Rectangle[]): Partial<Rectangle> & Size {
  if (saved) {
    const { x, y } = saved;
    const home = screens.find(
      (area) =>
        x + saved.width - GRIP_WIDTH >= area.x &&
        x + GRIP_WIDTH <= area.x + area.width &&
        y >= area.y &&
        y + GRIP_HEIGHT <= area.y + area.height,
    );
    if (home) return { x, y, ...fitted(saved, home) };
  }
  const [first] = screens;
  return first ? fitted(FIRST_SIZE, first) : FIRST_SIZE;
}

interface Size {
  width: number;
  height: number;
}
const fitted = (size: Size, area: Size): Size => ({
  width: Math.max(MIN_WIDTH, Math.min(size.width, area.width)),
  height: Math.max(MIN_HEIGHT, Math.min(size.height, area.height)),
});
