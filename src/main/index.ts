/**
 * The app's life: starts the parts, ties them together, ends them well. Promises: one instance per data folder (a second start
 * brings the window to the front and ends); the hub of this computer runs before the page asks for it; quitting stops
 * transfers and the hub first. Everything else is in the files named here.
 */
import {
  app,
  dialog,
  Menu,
  nativeTheme,
  Notification,
  protocol,
  safeStorage,
  shell,
  utilityProcess,
  type BrowserWindow,
} from 'electron';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { cleanName } from '../core/names.ts';
import type { HubState } from '../preload/contract.ts';
import { createAppHandler, PRIVILEGES, SCHEME } from './app-protocol.ts';
import { openAuth } from './auth.ts';
import { tellFirstPaint } from './first-paint.ts';
import { hubEnv, openHubProcess } from './hub-process.ts';
import { openExports } from './export.ts';
import { openDoor } from './ipc.ts';
import { openLibrary } from './library.ts';
import { childOutput, openLog } from './log.ts';
import { checkAddresses, firewallState, lanAddresses, watchAddresses } from './network.ts';
import { openNotifications, type Notice } from './notifications.ts';
import { OUR_ORIGIN, OUR_PAGE, secureAll } from './security.ts';
import { isCovered, openServers } from './servers.ts';
import { openStored } from './settings.ts';
import { CANNOT_START, CHOOSE_FOLDER } from './texts.ts';
import { openTransfers } from './transfers.ts';
import { openWindow } from './window.ts';

const { PARTA_DATA, PARTA_READY_FILE, PARTA_HUB_PORT, ELECTRON_RENDERER_URL } = process.env;
const HERE = import.meta.dirname;

if (PARTA_DATA) app.setPath('userData', PARTA_DATA);
protocol.registerSchemesAsPrivileged([{ scheme: SCHEME, privileges: PRIVILEGES }]);
// The window has no menu of its own; Electron's default one would bring keys that reload and zoom.
Menu.setApplicationMenu(null);

if (app.requestSingleInstanceLock()) {
  app.whenReady().then(run).catch(failToStart);
} else {
  app.quit();
}

async function run(): Promise<void> {
  const dataDir = app.getPath('userData');
  const log = openLog(join(dataDir, 'logs', 'app.jsonl'));
  process.on('uncaughtException', (error) => log.failure('uncaught', error));
  process.on('unhandledRejection', (error) => log.failure('uncaught', error));
  log.write('app-start', { pid: process.pid });

  const deviceName = cleanName(hostname()) || 'Parta';
  const settings = openStored(dataDir, 'settings', log);
  const signIns = openStored(dataDir, 'servers', log);
  const shown = () => ({
    language: settings.read('language'),
    theme: settings.read('theme'),
    place: settings.read('place'),
    railCollapsed: settings.read('railCollapsed'),
    notifications: settings.read('notifications'),
    mutedChannels: settings.read('mutedChannels'),
  });
  nativeTheme.themeSource = settings.read('theme');

  let window: BrowserWindow | null = null;
  let policy: readonly string[] = [];

  // ── what the page may ask ──────────────────────────────────────────────────────────────────────────────────────────

  // First, because every part tells its news through it; nobody can ask before there is a window.
  const door = openDoor({
    page: () => window?.webContents ?? null,
    log,
    handlers: {
      'app.facts': () => {
        // Where Electron cannot be had, tests run the app in a stand-in, which leaves this mark.
        const isStandIn = Object.hasOwn(globalThis, 'standInOpened');
        return {
          version: app.getVersion(),
          platform: process.platform,
          shell: isStandIn ? 'stand-in' : 'electron',
          dataDir,
          deviceName,
        };
      },
      'settings.read': shown,
      'settings.write': (changes) => {
        settings.write(changes);
        if (changes.theme) nativeTheme.themeSource = changes.theme;
        door.tell('settings', shown());
        return shown();
      },
      'servers.list': () => known.list(),
      'servers.create': ({ hubName, teacherName }) => known.create(hubName, teacherName),
      'servers.join': ({ address, code }) => known.join(address, code),
      'servers.move': ({ serverId, address }) => known.move(serverId, address),
      'servers.forget': async ({ serverId }) => {
        await known.forget(serverId);
        await transfers.dropServer(serverId);
        return {};
      },
      'servers.session': ({ serverId, rejected }) => known.session(serverId, rejected),
      'hub.state': () => hubState(),
      'hub.start': async () => {
        await hub.start();
        return check();
      },
      'hub.stop': async () => {
        await hub.stop();
        return hubState();
      },
      'hub.check': () => check(),
      'transfers.list': () => transfers.list(),
      'transfers.upload': ({ serverId, paths }) => transfers.upload(serverId, paths),
      'transfers.download': ({ serverId, files }) => transfers.download(serverId, files).then(() => ({})),
      'transfers.pause': ({ transferId }) => transfers.pause(transferId).then(() => ({})),
      'transfers.resume': ({ transferId }) => transfers.resume(transferId).then(() => ({})),
      'transfers.cancel': ({ transferId }) => transfers.cancel(transferId).then(() => ({})),
      'library.has': async ({ hashes }) => {
        const found = await Promise.all(hashes.map((hash) => library.has(hash)));
        return hashes.filter((_hash, index) => found[index]);
      },
      'library.open': ({ sha256, name }) => library.openCopy(sha256, name).then(() => ({})),
      'library.show': ({ sha256, name }) => library.showCopy(sha256, name).then(() => ({})),
      'notifications.update': ({ chats, here }) => {
        notifications.update(chats, here);
        return {};
      },
      'export.begin': ({ folder }) => exports.begin(folder),
      'export.file': ({ exportId, serverId, file, name, isOnline }) =>
        exports.file(exportId, serverId, file, name, isOnline),
      'export.end': ({ exportId, keep }) => exports.end(exportId, keep).then(() => ({})),
      'export.show': ({ exportId }) => {
        exports.show(exportId);
        return {};
      },
    },
  });

  // ── the hub of this computer ───────────────────────────────────────────────────────────────────────────────────────

  let network: Pick<HubState, 'addresses' | 'firewall'> = { addresses: [], firewall: 'unknown' };
  function hubState(): HubState {
    return { ...hub.state(), ...network };
  }
  const hub = openHubProcess({
    fork: () =>
      utilityProcess.fork(join(HERE, 'hub.js'), [], {
        serviceName: 'Parta hub',
        stdio: 'pipe',
        env: hubEnv(process.env),
      }),
    dataDir: join(dataDir, 'hub'),
    studentDir: join(HERE, '..', 'student'),
    made: () => signIns.read('embedded'),
    onReady(port, hubName) {
      const before = signIns.read('embedded');
      if (before?.port !== port) signIns.write({ embedded: { hubName: before?.hubName ?? hubName, port } });
      // A hub forgets its tickets when it ends.
      for (const { serverId, kind } of known.list()) if (kind === 'embedded') auth.forget(serverId);
      void check();
      transfers.wake();
      renewPolicy();
    },
    onChange() {
      if (hub.port() === null) network = { addresses: [], firewall: 'unknown' };
      door.tell('hub', hubState());
      door.tell('servers', known.list());
    },
    output: childOutput(join(dataDir, 'logs', 'hub.log')),
    log,
    wantedPort: PARTA_HUB_PORT,
  });
  async function check(): Promise<HubState> {
    const port = hub.port();
    const hubId = hub.hubId();
    if (port !== null && hubId !== null) {
      const [addresses, firewall] = await Promise.all([checkAddresses(port, hubId), firewallState(port)]);
      if (hub.port() === port) network = { addresses, firewall };
      door.tell('hub', hubState());
    }
    return hubState();
  }

  // ── servers, library, transfers ────────────────────────────────────────────────────────────────────────────────────

  const auth = openAuth(safeStorage, log);
  const known = openServers({
    stored: signIns,
    auth,
    hub,
    deviceName,
    onChange() {
      door.tell('servers', known.list());
      transfers.wake();
      renewPolicy();
    },
  });
  /** A policy is given with the document: a page that may not speak to a new hub begins again. */
  function renewPolicy(): void {
    const isOld = known.origins().some((origin) => !isCovered(origin, policy));
    if (window && policy.length > 0 && isOld) window.webContents.reload();
  }
  const library = await openLibrary(dataDir, shell);
  const transfers = await openTransfers({
    dir: dataDir,
    library,
    hubs: known,
    onChange: (list) => door.tell('transfers', list),
    log,
  });

  // ── what leaves the window ─────────────────────────────────────────────────────────────────────────────────────────

  const exports = openExports({
    library,
    async chooseFolder() {
      const title = CHOOSE_FOLDER[settings.read('language')];
      const asked = { title, properties: ['openDirectory' as const, 'createDirectory' as const] };
      const { canceled, filePaths } = await (window
        ? dialog.showOpenDialog(window, asked)
        : dialog.showOpenDialog(asked));
      return canceled ? null : (filePaths[0] ?? null);
    },
    fetch: (serverId, file) => transfers.download(serverId, [file]),
    progress({ sha256 }) {
      const coming = transfers
        .list()
        .find((one) => one.direction === 'down' && one.sha256 === sha256 && one.state !== 'failed');
      return coming?.doneBytes ?? null;
    },
    showInFolder: (path) => shell.showItemInFolder(path),
  });
  const notifications = openNotifications({
    show: showNotice,
    badge: (count) => void app.setBadgeCount(count),
    flash: (isOn) => window?.flashFrame(isOn),
    isFocused: () => window?.isFocused() ?? false,
    open(place) {
      if (!window) return;
      if (window.isMinimized()) window.restore();
      window.show();
      window.focus();
      door.tell('notified', { place });
    },
    settings: () => settings.read('notifications'),
    language: () => settings.read('language'),
  });

  const stopWatching = watchAddresses(() => {
    void check();
    transfers.wake();
  });
  // Its state tells why, where it does not start.
  const hubStarted = signIns.read('embedded') ? hub.start().catch(() => {}) : Promise.resolve();

  // ── the window ───────────────────────────────────────────────────────────────────────────────────────────────────────

  protocol.handle(
    SCHEME,
    createAppHandler({
      rendererDir: join(HERE, '..', 'renderer'),
      library,
      hubOrigins: () => (policy = known.origins()),
      intake: (serverId, name, bytes) => transfers.intake(serverId, name, bytes),
      exported: (exportId, bytes) => exports.page(exportId, bytes),
      devServer: app.isPackaged ? null : (ELECTRON_RENDERER_URL ?? null),
      isOurOrigin: (origin) => origin === OUR_ORIGIN,
    }),
  );
  secureAll(log);

  const opened = openWindow({
    url: OUR_PAGE,
    preload: join(HERE, '..', 'preload', 'index.cjs'),
    icon: join(HERE, '..', '..', 'resources', 'icons', 'parta.png'),
    stored: settings,
  });
  window = opened;
  opened.on('focus', () => notifications.focusChanged());
  opened.on('closed', () => (window = null));
  opened.webContents.on('render-process-gone', () => {
    log.write('page-gone');
    // Everything written is on disk: the page can simply begin again.
    if (!opened.isDestroyed()) opened.webContents.reload();
  });
  if (PARTA_READY_FILE) {
    const facts = () => {
      const port = hub.port();
      const addresses = port === null ? [] : lanAddresses().map(({ address }) => `http://${address}:${port}`);
      return { pid: process.pid, dataDir, addresses, hubRunning: port !== null };
    };
    tellFirstPaint(opened, PARTA_READY_FILE, hubStarted, facts).catch((error: unknown) =>
      log.failure('uncaught', error),
    );
  }

  // ── the end ────────────────────────────────────────────────────────────────────────────────────────────────────────

  app.on('second-instance', () => {
    if (opened.isDestroyed()) return;
    if (opened.isMinimized()) opened.restore();
    opened.show();
    opened.focus();
  });
  app.on('window-all-closed', () => app.quit());
  let isEnding = false;
  let hasEnded = false;
  app.on('will-quit', (event) => {
    if (hasEnded) return;
    event.preventDefault();
    if (isEnding) return;
    isEnding = true;
    stopWatching();
    notifications.close();
    void Promise.allSettled([transfers.close(), hub.stop()]).then(() => {
      log.write('app-stop');
      hasEnded = true;
      app.quit();
    });
  });
}

/** Shows a notification of the system; null where it has none. */
function showNotice({ title, body, isUrgent, onPress }: Notice) {
  if (!Notification.isSupported()) return null;
  const shown = new Notification({
    title,
    body,
    // A mention stays until it is seen; the rest comes without a sound.
    silent: !isUrgent,
    urgency: isUrgent ? 'critical' : 'normal',
    timeoutType: isUrgent ? 'never' : 'default',
  });
  shown.on('click', onPress);
  shown.show();
  return shown;
}

/** Without a window there is nobody to tell but the person in front of the screen. */
function failToStart(error: unknown): void {
  openLog(join(app.getPath('userData'), 'logs', 'app.jsonl')).failure('uncaught', error);
  const { title, text } = CANNOT_START[app.getLocale().startsWith('ru') ? 'ru' : 'en'];
  dialog.showErrorBox(title, text(app.getPath('userData')));
  app.exit(1);
}
