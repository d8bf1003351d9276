// Promises: what `import … from 'electron'` gives in main: everything the product uses, and under every other name of
// Electron's something that throws when used. Hides: nothing; it is the list.
import { app } from './app.ts';
import { Menu, Notification, clipboard, dialog, powerMonitor, safeStorage, screen, shell } from './desktop.ts';
import { ipcMain } from './ipc.ts';
import { net, protocol } from './protocol.ts';
import { absent, guarded } from './provided.ts';
import { session } from './session.ts';
import { nativeTheme } from './theme.ts';
import { utilityProcess } from './utility.ts';
import { webContents } from './web-contents.ts';
import { BrowserWindow } from './window.ts';

export { BrowserWindow, Menu, Notification, app, clipboard, dialog, ipcMain, nativeTheme, net, powerMonitor, protocol };
export { safeStorage, screen, session, shell, utilityProcess, webContents };

export const BaseWindow = absent('BaseWindow');
export const BrowserView = absent('BrowserView');
export const MenuItem = absent('MenuItem');
export const MessageChannelMain = absent('MessageChannelMain');
export const MessagePortMain = absent('MessagePortMain');
export const ShareMenu = absent('ShareMenu');
export const TouchBar = absent('TouchBar');
export const Tray = absent('Tray');
export const View = absent('View');
export const WebContentsView = absent('WebContentsView');
export const autoUpdater = absent('autoUpdater');
export const contentTracing = absent('contentTracing');
export const crashReporter = absent('crashReporter');
export const desktopCapturer = absent('desktopCapturer');
export const globalShortcut = absent('globalShortcut');
export const inAppPurchase = absent('inAppPurchase');
export const nativeImage = absent('nativeImage');
export const netLog = absent('netLog');
export const powerSaveBlocker = absent('powerSaveBlocker');
export const pushNotifications = absent('pushNotifications');
export const systemPreferences = absent('systemPreferences');
export const webFrameMain = absent('webFrameMain');

export default guarded('electron', {
  BrowserWindow,
  Menu,
  Notification,
  app,
  clipboard,
  dialog,
  ipcMain,
  nativeTheme,
  net,
  powerMonitor,
  protocol,
  safeStorage,
  screen,
  session,
  shell,
  utilityProcess,
  webContents,
});
