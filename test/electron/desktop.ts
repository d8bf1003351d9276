// Promises: what an app asks of the desktop: dialogs only as tests replace them; outside programs and notifications are
// recorded, never started or shown; secrets kept with a key in the user data folder; a clipboard of main's own; one screen.
// Hides: nothing else.
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type {
  Clipboard,
  Dialog,
  Display,
  NotificationConstructorOptions,
  Rectangle,
  SafeStorage,
  Screen,
  Shell,
} from 'electron';
import { app } from './app.ts';
import { SCREEN } from './chromium.ts';
import { Guarded, guarded, notProvided, refuseUnknown } from './provided.ts';

const noDialog = (name: string) => (): never => notProvided(`dialog.${name} (a test replaces it through evaluate)`);

export const dialog = guarded('dialog', {
  showOpenDialog: noDialog('showOpenDialog'),
  showSaveDialog: noDialog('showSaveDialog'),
  showMessageBox: noDialog('showMessageBox'),
  showErrorBox: (title: string, content: string) => void process.stderr.write(`${title}\n${content}\n`), // as Electron before ready
} satisfies Pick<Dialog, 'showOpenDialog' | 'showSaveDialog' | 'showMessageBox' | 'showErrorBox'>);

/** What the app wanted from other programs. Tests read it through evaluate: `globalThis.standInOpened`. */
export const opened: { call: 'openExternal' | 'openPath' | 'showItemInFolder' | 'startDrag'; target: string }[] = [];
Object.defineProperty(globalThis, 'standInOpened', { value: opened });

export const shell = guarded('shell', {
  async openExternal(url: string) {
    opened.push({ call: 'openExternal', target: new URL(url).href });
  },
  async openPath(path: string) {
    opened.push({ call: 'openPath', target: path });
    return existsSync(path) ? '' : 'Failed to open path';
  },
  showItemInFolder: (path: string) => void opened.push({ call: 'showItemInFolder', target: path }),
} satisfies Pick<Shell, 'openExternal' | 'openPath' | 'showItemInFolder'>);

const CIPHER = 'aes-256-gcm';
const VERSION = Buffer.from('v10');
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

function key(): Buffer {
  const path = join(app.getPath('userData'), 'stand-in', 'safe-storage-key');
  if (!existsSync(path)) {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, randomBytes(32), { mode: 0o600 });
  }
  return readFileSync(path);
}

function encrypt(text: string): Buffer {
  if (!app.isReady()) throw new Error('safeStorage cannot be used before app is ready');
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv(CIPHER, key(), nonce);
  return Buffer.concat([VERSION, nonce, cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()]);
}
function decrypt(bytes: Buffer): string {
  const body = Buffer.from(bytes);
  const start = VERSION.length + NONCE_BYTES;
  if (body.length < start + TAG_BYTES || !body.subarray(0, VERSION.length).equals(VERSION)) {
    throw new Error('Error while decrypting the ciphertext provided to safeStorage.decryptString.');
  }
  const cipher = createDecipheriv(CIPHER, key(), body.subarray(VERSION.length, start));
  cipher.setAuthTag(body.subarray(-TAG_BYTES));
  return cipher.update(body.subarray(start, -TAG_BYTES), undefined, 'utf8') + cipher.final('utf8');
}

export const safeStorage = guarded('safeStorage', {
  isEncryptionAvailable: () => app.isReady(),
  isAsyncEncryptionAvailable: async () => app.whenReady().then(() => true),
  encryptStringAsync: async (text: string) => encrypt(text),
  decryptStringAsync: async (bytes: Buffer) => ({ result: decrypt(bytes), shouldReEncrypt: false }),
  encryptString: encrypt,
  decryptString: decrypt,
  getSelectedStorageBackend: () => 'basic_text' as const,
} satisfies Omit<SafeStorage, 'setUsePlainTextEncryption'>);

let clipboardText = '';
export const clipboard = guarded('clipboard', {
  readText: async () => clipboardText,
  async writeText(text: string) {
    clipboardText = text;
  },
} satisfies Pick<Clipboard, 'readText' | 'writeText'>);

const bounds: Rectangle = { x: 0, y: 0, ...SCREEN };
const display = guarded('Display', {
  id: 1,
  label: 'stand-in',
  bounds,
  workArea: bounds,
  size: { ...SCREEN },
  workAreaSize: { ...SCREEN },
  scaleFactor: 1,
  rotation: 0,
  internal: false,
}) as unknown as Display;

class StandInScreen
  extends Guarded
  implements Pick<Screen, 'getPrimaryDisplay' | 'getAllDisplays' | 'getDisplayMatching'>
{
  constructor() {
    super('screen');
  }

  getPrimaryDisplay = (): Display => display;
  getAllDisplays = (): Display[] => [display];
  getDisplayMatching = (): Display => display;
}
export const screen = new StandInScreen();

class StandInPowerMonitor extends Guarded {
  constructor() {
    super('powerMonitor'); // its events come only where a test emits them: nothing sleeps
  }

  getSystemIdleTime = (): number => 0; // somebody always sits there
}
export const powerMonitor = new StandInPowerMonitor();

class StandInMenu {
  static setApplicationMenu(menu: unknown): void {
    if (menu !== null) notProvided('Menu.setApplicationMenu with a menu');
  }

  constructor() {
    notProvided('Menu');
  }
}
export const Menu = guarded('Menu', StandInMenu);

/** What the app wanted to tell the person. Tests read and press it through evaluate: `globalThis.standInNotified`. */
const notified: StandInNotification[] = [];
Object.defineProperty(globalThis, 'standInNotified', { value: notified });
const NOTIFICATION_OPTIONS = ['title', 'body', 'silent', 'urgency', 'timeoutType'];

class StandInNotification extends Guarded {
  static isSupported = (): boolean => true;
  readonly title: string;
  readonly body: string;
  readonly silent: boolean;
  readonly urgency: string;
  isShown = false;

  constructor(options: Partial<NotificationConstructorOptions> = {}) {
    super('Notification');
    refuseUnknown('Notification', options, NOTIFICATION_OPTIONS);
    this.title = options.title ?? '';
    this.body = options.body ?? '';
    this.silent = options.silent ?? false;
    this.urgency = options.urgency ?? 'normal';
  }

  show(): void {
    this.isShown = true;
    notified.push(this);
  }

  close(): void {
    this.isShown = false;
  }
}
export const Notification = guarded('Notification', StandInNotification);
