// Promises: BrowserWindow: a real window on the screen, with Electron's events in Electron's order; closing may be vetoed;
// options and methods that are not provided throw. Hides: app-mode windows of Chromium, and that hidden means off-screen and
// maximised means as large as the screen (there may be no window manager to ask).
import type {
  BrowserWindow as ElectronBrowserWindow,
  BrowserWindowConstructorOptions,
  NativeImage,
  Rectangle,
} from 'electron';
import { app } from './app.ts';
import { SCREEN } from './chromium.ts';
import type { Session } from './devtools.ts';
import { Guarded, guarded, notProvided, refuseUnknown, vetoable } from './provided.ts';
import { chromium, running } from './running.ts';
import { nativeTheme } from './theme.ts';
import { WebContents, takeWish, webContents, type Preferences } from './web-contents.ts';

const OFF_SCREEN = { left: -20_000, top: -20_000 };
const DEFAULT_SIZE = { width: 800, height: 600 };

const OPTIONS = [
  ...['width', 'height', 'minWidth', 'minHeight', 'x', 'y', 'show', 'title', 'backgroundColor', 'webPreferences'],
  ...['icon', 'autoHideMenuBar'], // nothing here shows an icon, and there is no menu
];
/** Preferences that have one possible value here. */
const FIXED: Record<string, unknown> = {
  sandbox: true,
  contextIsolation: true,
  nodeIntegration: false,
  nodeIntegrationInWorker: false,
  nodeIntegrationInSubFrames: false,
  webSecurity: true,
  allowRunningInsecureContent: false,
  experimentalFeatures: false,
  navigateOnDragDrop: false,
  webviewTag: false,
  spellcheck: false,
  backgroundThrottling: false,
};
const FREE = ['preload', 'additionalArguments', 'devTools'];

function preferencesOf(given: Record<string, unknown> = {}): Preferences {
  refuseUnknown('webPreferences', given, [...Object.keys(FIXED), ...FREE]);
  for (const [name, only] of Object.entries(FIXED)) {
    if (given[name] !== undefined && given[name] !== only)
      notProvided(`webPreferences ${name}: ${String(given[name])}`);
  }
  return given;
}

/** `#rrggbb` → Chromium's colour. */
function colour(text: string): { r: number; g: number; b: number } {
  const [, r = '', g = '', b = ''] =
    /^#([\da-f]{2})([\da-f]{2})([\da-f]{2})$/i.exec(text) ?? notProvided(`backgroundColor ${text}`);
  return { r: Number.parseInt(r, 16), g: Number.parseInt(g, 16), b: Number.parseInt(b, 16) };
}

const windows = new Map<number, StandInWindow>();
let lastId = 0;
let focused: StandInWindow | null = null;
function setFocused(window: StandInWindow | null): void {
  focused = window;
}
/** Windows are born one after another: a new target without an opener belongs to the one waiting. */
let births = Promise.resolve();
let awaited: ((target: Target) => void) | undefined;

interface Target {
  targetId: string;
  session: Session;
}

type Provided = Pick<
  ElectronBrowserWindow,
  | (
      | 'loadURL'
      | 'show'
      | 'hide'
      | 'focus'
      | 'blur'
      | 'close'
      | 'destroy'
      | 'isDestroyed'
      | 'getBounds'
      | 'setBounds'
      | 'getNormalBounds'
    )
  | (
      | 'getSize'
      | 'setSize'
      | 'getPosition'
      | 'setPosition'
      | 'isMaximized'
      | 'maximize'
      | 'unmaximize'
      | 'isMinimized'
      | 'minimize'
      | 'restore'
    )
  | (
      | 'isVisible'
      | 'isFocused'
      | 'isFullScreen'
      | 'setTitle'
      | 'getTitle'
      | 'removeMenu'
      | 'setMenuBarVisibility'
      | 'capturePage'
      | 'flashFrame'
    )
>;

class StandInWindow extends Guarded implements Provided {
  static getAllWindows = (): StandInWindow[] => [...windows.values()];
  static fromId = (id: number): StandInWindow | null => windows.get(id) ?? null;
  static getFocusedWindow = (): StandInWindow | null => focused;
  static fromWebContents = (contents: unknown): StandInWindow | null =>
    [...windows.values()].find((window) => (window.webContents as unknown) === contents) ?? null;

  readonly id = ++lastId;
  readonly webContents: WebContents;
  readonly #minimum: { width: number; height: number };
  readonly #background: string | undefined;
  #windowId: number | undefined;
  #bounds: Rectangle;
  #normalBounds: Rectangle | undefined; // set while maximised
  #isVisible: boolean;
  #isMinimized = false;
  #isPainted = false;
  #isDestroyed = false;
  #title: string;

  constructor(options: BrowserWindowConstructorOptions = {}) {
    super('BrowserWindow');
    chromium('BrowserWindow');
    refuseUnknown('BrowserWindow', options, OPTIONS);
    const preferences = preferencesOf(options.webPreferences as Record<string, unknown>);
    this.#minimum = { width: options.minWidth ?? 0, height: options.minHeight ?? 0 };
    const size = this.#atLeastMinimum({ ...DEFAULT_SIZE, ...pick(options, ['width', 'height']) });
    this.#bounds = {
      x: options.x ?? Math.round((SCREEN.width - size.width) / 2), // Electron centres
      y: options.y ?? Math.round((SCREEN.height - size.height) / 2),
      ...size,
    };
    this.#isVisible = options.show !== false;
    this.#title = options.title ?? app.getName();
    this.#background = options.backgroundColor;
    this.webContents = new WebContents(
      {
        painted: () => this.#painted(),
        titled: (title) => this.#titled(title),
        closeNow: () => this.destroy(),
        resized: () => void this.#readBounds().catch(() => {}),
        focus: () => this.focus(),
        size: () => this.#bounds,
      },
      preferences,
    );
    windows.set(this.id, this);
    if (this.#isVisible) setFocused(this);
    births = births.then(() => this.#open()).catch((error: unknown) => this.#failed(error));
    app.emit('web-contents-created', vetoable(), this.webContents);
    app.emit('browser-window-created', vetoable(), this);
    this.webContents.on('render-process-gone', (_, details) => {
      app.emit('render-process-gone', vetoable(), this.webContents, details);
    });
  }

  async #open(): Promise<void> {
    if (this.#isDestroyed) return;
    const { connection, openWindow } = chromium('BrowserWindow');
    const url = `data:text/html,<title></title><!--window-${this.id}-->`;
    const born = new Promise<Target>((resolve) => (awaited = resolve));
    const place = this.#isVisible ? this.#bounds : { ...this.#bounds, x: OFF_SCREEN.left, y: OFF_SCREEN.top };
    await openWindow(url, place);
    const { targetId, session } = await born;
    if (this.#isDestroyed) return connection.tell('Target.closeTarget', { targetId });
    this.#windowId = (await connection.send('Browser.getWindowForTarget', { targetId })).windowId;
    await this.#place();
    if (this.#background) {
      await session.send('Emulation.setDefaultBackgroundColorOverride', { color: colour(this.#background) });
    }
    await nativeTheme.dress(session);
    await session.send('Emulation.setLocaleOverride', { locale: app.getLocale() }); // of Intl
    await this.webContents.attach(targetId, session);
  }

  #failed(error: unknown): void {
    if (!this.#isDestroyed) process.stderr.write(`stand-in: window ${this.id}: ${String(error)}\n`);
  }

  async #place(): Promise<void> {
    const windowId = this.#windowId;
    if (windowId === undefined) return;
    const { x, y, width, height } = this.#bounds;
    const at = this.#isVisible && !this.#isMinimized ? { left: x, top: y } : OFF_SCREEN;
    await running.chromium?.connection.tell('Browser.setWindowBounds', { windowId, bounds: { ...at, width, height } });
  }

  /** Somebody else (a person, a window manager) may have moved the window. */
  async #readBounds(): Promise<void> {
    // Maximised, Chromium stays a pixel short of the screen, lest it be taken for full screen.
    if (this.#windowId === undefined || !this.isVisible() || this.#normalBounds) return;
    const { bounds } = await chromium('BrowserWindow').connection.send('Browser.getWindowBounds', {
      windowId: this.#windowId,
    });
    const { left = 0, top = 0, width = 0, height = 0 } = bounds;
    if (left > OFF_SCREEN.left / 2) this.#changed({ x: left, y: top, width, height });
  }

  #changed(bounds: Rectangle): void {
    const before = this.#bounds;
    this.#bounds = bounds;
    if (before.width !== bounds.width || before.height !== bounds.height) {
      if (this.webContents.getZoomFactor() !== 1) this.webContents.rescale();
      this.emit('resize');
    }
    if (before.x !== bounds.x || before.y !== bounds.y) this.emit('move');
  }

  #atLeastMinimum<T extends { width: number; height: number }>(size: T): T {
    return {
      ...size,
      width: Math.max(size.width, this.#minimum.width),
      height: Math.max(size.height, this.#minimum.height),
    };
  }

  #painted(): void {
    if (this.#isPainted) return;
    this.#isPainted = true;
    this.emit('ready-to-show');
  }

  #titled(title: string): void {
    const event = vetoable();
    this.webContents.emit('page-title-updated', event, title, true);
    this.emit('page-title-updated', event, title, true);
    if (!event.defaultPrevented) this.#title = title;
  }

  /** The window is gone, whoever closed it. */
  gone(): void {
    if (this.#isDestroyed) return;
    this.#isDestroyed = true;
    windows.delete(this.id);
    this.webContents.gone();
    if (focused === this) setFocused(null);
    this.emit('closed');
    if (windows.size === 0) app.allWindowsClosed();
  }

  loadURL(url: string, options?: object): Promise<void> {
    return this.webContents.loadURL(url, options);
  }

  show(): void {
    const wasVisible = this.isVisible();
    this.#isVisible = true;
    this.#isMinimized = false;
    if (!wasVisible) {
      void this.#place();
      this.emit('show');
    }
    this.focus();
  }

  hide(): void {
    if (!this.#isVisible) return;
    this.#isVisible = false;
    void this.#place();
    this.blur();
    this.emit('hide');
  }

  focus(): void {
    if (!this.isVisible()) return;
    if (focused !== this) {
      focused?.blur();
      setFocused(this);
      this.emit('focus');
      app.emit('browser-window-focus', vetoable(), this);
    }
    this.webContents.when((session) => session.send('Page.bringToFront'));
  }

  blur(): void {
    if (focused !== this) return;
    setFocused(null);
    this.emit('blur');
    app.emit('browser-window-blur', vetoable(), this);
  }

  minimize(): void {
    if (this.#isMinimized) return;
    this.#isMinimized = true;
    void this.#place();
    this.blur();
    this.emit('minimize');
  }

  restore(): void {
    if (!this.#isMinimized) return;
    this.#isMinimized = false;
    void this.#place();
    this.emit('restore');
    this.focus();
  }

  maximize(): void {
    if (this.#normalBounds) return;
    this.#normalBounds = this.#bounds;
    this.#move({ x: 0, y: 0, ...SCREEN });
    this.emit('maximize');
  }

  unmaximize(): void {
    if (!this.#normalBounds) return;
    const bounds = this.#normalBounds;
    this.#normalBounds = undefined;
    this.#move(bounds);
    this.emit('unmaximize');
  }

  #move(bounds: Rectangle): void {
    this.#changed(bounds);
    void this.#place();
  }

  setBounds(bounds: Partial<Rectangle>): void {
    this.#normalBounds = undefined;
    this.#move(this.#atLeastMinimum({ ...this.#bounds, ...bounds }));
  }

  setSize(width: number, height: number): void {
    this.setBounds({ width, height });
  }

  setPosition(x: number, y: number): void {
    this.setBounds({ x, y });
  }

  getBounds = (): Rectangle => ({ ...this.#bounds });
  getNormalBounds = (): Rectangle => ({ ...(this.#normalBounds ?? this.#bounds) });
  getSize = (): number[] => [this.#bounds.width, this.#bounds.height];
  getPosition = (): number[] => [this.#bounds.x, this.#bounds.y];
  isMaximized = (): boolean => this.#normalBounds !== undefined;
  isMinimized = (): boolean => this.#isMinimized;
  isVisible = (): boolean => this.#isVisible && !this.#isMinimized;
  isFocused = (): boolean => focused === this;
  isFullScreen = (): boolean => false;
  isDestroyed = (): boolean => this.#isDestroyed;
  getTitle = (): string => this.#title;

  /** Whether the taskbar would light up; for tests. */
  isFlashing = false;
  flashFrame(isOn: boolean): void {
    this.isFlashing = isOn;
  }

  setTitle(title: string): void {
    this.#title = title;
  }

  removeMenu(): void {} // there is no menu bar here
  setMenuBarVisibility(isVisible: boolean): void {
    if (isVisible) notProvided('BrowserWindow.setMenuBarVisibility(true)');
  }

  capturePage(rect?: Rectangle): Promise<NativeImage> {
    return this.webContents.capturePage(rect);
  }

  close(): void {
    if (this.#isDestroyed) return;
    const event = vetoable();
    this.emit('close', event);
    if (event.defaultPrevented) app.closeWasRefused();
    else this.destroy();
  }

  /** Closes without asking anybody. */
  destroy(): void {
    const { targetId } = this.webContents;
    if (targetId) void running.chromium?.connection.send('Target.closeTarget', { targetId }).catch(() => this.gone());
    else queueMicrotask(() => this.gone());
  }
}

function pick(
  from: BrowserWindowConstructorOptions,
  names: ('width' | 'height')[],
): { width?: number; height?: number } {
  return Object.fromEntries(names.filter((name) => from[name] !== undefined).map((name) => [name, from[name]]));
}

/** Takes every new page of Chromium: a window's, or one that a page opened (which main refuses), or a stray one. */
export async function watchTargets(): Promise<void> {
  const { connection, exited } = chromium('BrowserWindow');
  connection.on('Target.attachedToTarget', ({ sessionId, targetInfo, waitingForDebugger }) => {
    const session = connection.session(sessionId);
    const { targetId } = targetInfo;
    if (targetInfo.type !== 'page') return void (waitingForDebugger && session.tell('Runtime.runIfWaitingForDebugger'));
    const wish = takeWish();
    if (awaited && !wish) {
      awaited({ targetId, session });
      awaited = undefined;
      return;
    }
    // A link wants a new page, which main refuses. Chromium's own keys can make one too: nobody is to ask, so it just goes.
    void connection.tell('Target.closeTarget', { targetId });
    wish?.opener.decideOpen(wish.url, '', '', 'foreground-tab');
  });
  connection.on('Target.detachedFromTarget', ({ targetId = '' }) => {
    StandInWindow.fromWebContents(webContents.fromDevToolsTargetId(targetId))?.gone();
  });
  void exited.then(() => {
    for (const window of windows.values()) window.gone();
  });
  await connection.send('Target.setAutoAttach', { autoAttach: true, waitForDebuggerOnStart: true, flatten: true });
}

export const BrowserWindow = guarded('BrowserWindow', StandInWindow);
export type { StandInWindow };
