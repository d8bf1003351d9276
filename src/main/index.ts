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
  powerMonitor,
  protocol,
  safeStorage,
  shell,
  utilityProcess,
  type BrowserWindow,
  type OpenDialogOptions,
} from 'electron';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { cleanName } from '../core/names.ts';
import type { FileRef } from '../core/wire.ts';
import { portElsewhere } from '../core/embedding.ts';
import type { HubState, WayInReport, Transfer } from '../preload/contract.ts';
import { createAppHandler, PRIVILEGES, SCHEME } from './app-protocol.ts';
import { openAuth } from './auth.ts';
import { endAll } from './ending.ts';
import { progressIn } from './fetched-file.ts';
import { tellFirstPaint } from './first-paint.ts';
import { firstPort, hubEnv, openHubProcess } from './hub-process.ts';
import { openExports } from './export.ts';
import { filesIn, openIntakes } from './intakes.ts';
import { isPortfolio, openPortfolios } from './portfolios.ts';
import { openSaves } from './saves.ts';
import { openDoor } from './ipc.ts';
import { openKeeping } from './keeping.ts';
import { openLibrary } from './library.ts';
import { childOutput, openLog } from './log.ts';
import { openLanName } from './mdns.ts';
import { watchAddresses } from './network.ts';
import { openNotifications, type Notice } from './notifications.ts';
import { openOfficeConverter } from './office-convert.ts';
import { OUR_ORIGIN, OUR_PAGE, secureAll } from './security.ts';
import { isCovered, openServers } from './servers.ts';
import { openStored } from './settings.ts';
import { CANNOT_START, CHOOSE_FOLDER, CHOOSE_PORTFOLIO, CHOOSE_WORKS } from './texts.ts';
import { openThumbnails } from './thumbnails.ts';
import { openTransfers } from './transfers.ts';
import { openWayInCheck, servedSubnets } from './way-in.ts';
import { openWindow } from './window.ts';

const { PARTA_DATA, PARTA_READY_FILE, PARTA_HUB_PORT, ELECTRON_RENDERER_URL } = process.env;
const HERE = import.meta.dirname;
const ICON = join(HERE, '..', '..', 'resources', 'icons', 'parta.png');
/** Nobody has touched the computer for so long: its disk may be used for checking files. */
const IDLE_SECONDS = 120;

if (PARTA_DATA) app.setPath('userData', PARTA_DATA);
protocol.registerSchemesAsPrivileged([{ scheme: SCHEME, privileges: PRIVILEGES }]);
// The window has no menu of its own; Electron's default one would bring keys that reload and zoom.
Menu.setApplicationMenu(null);

/** Files that the system gives to the app: macOS says so at any time, others with the words that it is started with. */
let handTo: ((paths: string[]) => void) | null = null;
const handedEarly: string[] = [];
app.on('open-file', (event, path) => {
  event.preventDefault();
  if (handTo) handTo([path]);
  else handedEarly.push(path);
});

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
  const settings = await openStored(dataDir, 'settings', log);
  const signIns = await openStored(dataDir, 'servers', log);
  const shown = () => ({
    language: settings.read('language'),
    theme: settings.read('theme'),
    place: settings.read('place'),
    railCollapsed: settings.read('railCollapsed'),
    notifications: settings.read('notifications'),
    mutedChannels: settings.read('mutedChannels'),
    transfers: settings.read('transfers'),
    storage: settings.read('storage'),
    lesson: settings.read('lesson'),
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
        if (changes.transfers) {
          transfers.setParallel(changes.transfers.parallel);
          limitTransfers();
        }
        if (changes.storage) keeping.quotaChanged().catch((error: unknown) => log.failure('keeping-failed', error));
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
        keeping.dropServer(serverId);
        portfolios.dropServer(serverId);
        return {};
      },
      'servers.session': ({ serverId, rejected }) => known.session(serverId, rejected),
      'hub.state': () => hubState(),
      'hub.start': async () => {
        await hub.start();
        return check();
      },
      'hub.stop': async () => {
        isAnnounced = false;
        await hub.stop();
        return hubState();
      },
      'hub.check': ({ report }) => check(report),
      'hub.announce': () => {
        isAnnounced = true;
        nameHub();
        return hubState();
      },
      'hub.show': ({ adapter }) => {
        const embedded = signIns.read('embedded');
        if (embedded) signIns.write({ embedded: { ...embedded, adapter } });
        nameHub();
        return check();
      },
      'hub.port': async ({ what }) => {
        const embedded = signIns.read('embedded');
        if (what === 'other' && embedded && hub.port() === null) {
          signIns.write({ embedded: { ...embedded, port: portElsewhere(askedPort()) } });
          await hub.start();
        }
        await wayIn.acceptPort();
        return hubState();
      },
      'transfers.list': () => transfers.list(),
      'transfers.upload': ({ serverId, paths }) => transfers.upload(serverId, paths),
      'transfers.download': ({ serverId, files, isWanted }) => {
        keeping.wanted(files);
        return transfers.download(serverId, files, isWanted).then(() => ({}));
      },
      'transfers.pause': ({ transferId }) => transfers.pause(transferId).then(() => ({})),
      'transfers.resume': ({ transferId }) => transfers.resume(transferId).then(() => ({})),
      'transfers.cancel': ({ transferId }) => transfers.cancel(transferId).then(() => ({})),
      'transfers.move': ({ transferId, to }) => transfers.move(transferId, to).then(() => ({})),
      'transfers.all': ({ what }) => (what === 'pause' ? transfers.pauseAll() : transfers.resumeAll()).then(() => ({})),
      'transfers.lesson': ({ isRunning }) => {
        isLesson = isRunning;
        limitTransfers();
        return {};
      },
      'library.has': async ({ hashes }) => {
        const found = await Promise.all(hashes.map((hash) => library.has(hash)));
        return hashes.filter((_hash, index) => found[index]);
      },
      'library.open': async ({ sha256, name }) => {
        await library.openCopy(sha256, name);
        keeping.opened(sha256);
        return {};
      },
      'library.show': ({ sha256, name }) => library.showCopy(sha256, name).then(() => ({})),
      'library.drag': async ({ sha256, name }) => {
        const file = await library.copy(sha256, name);
        window?.webContents.startDrag({ file, icon: ICON });
        return {};
      },
      'storage.read': () => keeping.read(),
      'storage.classes': ({ serverId, logIds }) => {
        keeping.classes(serverId, logIds);
        return {};
      },
      'storage.keep': ({ serverId, logId, title, files }) =>
        keeping.keep(serverId, logId, title, files).then(() => ({})),
      'storage.hold': ({ serverId, ids }) => {
        keeping.hold(serverId, ids);
        return {};
      },
      'storage.pin': ({ serverId, logId, isPinned }) => keeping.pin(serverId, logId, isPinned).then(() => ({})),
      'storage.free': ({ serverId, logId }) => keeping.free(serverId, logId),
      'storage.restore': ({ serverId, logId }) => keeping.restore(serverId, logId).then(() => ({})),
      'storage.freeLoose': () => keeping.freeLoose(),
      'storage.check': ({ isRunning }) => {
        keeping.check(isRunning);
        return {};
      },
      'storage.dismiss': ({ sha256 }) => {
        keeping.dismiss(sha256);
        return {};
      },
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
      'intake.choose': ({ what }) => intakes.choose(what),
      'intake.files': ({ paths }) => intakes.scan(paths),
      'intake.bring': ({ intakeId, serverId, ids }) => intakes.bring(intakeId, serverId, ids),
      'intake.end': ({ intakeId }) => (intakes.end(intakeId), {}),
      'handed.read': () => intakes.handed(),
      'handed.upload': ({ handedId, serverId }) => intakes.uploadHanded(handedId, serverId),
      'handed.scan': ({ handedId }) => intakes.scanHanded(handedId),
      'handed.end': ({ handedId }) => (intakes.endHanded(handedId), {}),
      'saves.begin': async (request) => {
        const saveId = await saves.begin(request);
        return saveId === null ? null : { saveId };
      },
      'saves.list': () => saves.list(),
      'saves.stop': ({ saveId }) => (saves.stop(saveId), {}),
      'saves.show': ({ saveId }) => (saves.show(saveId), {}),
      'saves.forget': ({ saveId }) => (saves.forget(saveId), {}),
      'portfolio.read': () => portfolios.read(),
      'portfolio.weigh': ({ pairId, files }) => portfolios.weigh(pairId, files),
      'portfolio.begin': (request) => portfolios.begin(request),
      'portfolio.pack': ({ jobId, facts, files, onlyNew }) =>
        portfolios.pack(jobId, facts, files, onlyNew).then(() => ({})),
      'portfolio.choose': () => portfolios.choose(),
      'portfolio.look': ({ jobId, passphrase }) => portfolios.look(jobId, passphrase),
      'portfolio.take': ({ jobId }) => portfolios.take(jobId).then(() => ({})),
      'portfolio.taken': ({ jobId, taken, trouble }) => portfolios.taken(jobId, taken, trouble).then(() => ({})),
      'portfolio.stop': ({ jobId }) => (portfolios.stop(jobId), {}),
      'portfolio.show': ({ jobId }) => (portfolios.show(jobId), {}),
      'portfolio.forget': ({ jobId }) => (portfolios.forget(jobId), {}),
    },
  });

  // ── the hub of this computer ───────────────────────────────────────────────────────────────────────────────────────

  const askedPort = () => firstPort(PARTA_HUB_PORT, signIns.read('embedded')?.port ?? null);
  const wayIn = openWayInCheck({
    hub() {
      const [port, hubId] = [hub.port(), hub.hubId()];
      return port === null || hubId === null ? null : { port, hubId };
    },
    code: () => hub.state().code,
    chosen: () => signIns.read('embedded')?.adapter ?? null,
    changed: () => door.tell('hub', hubState()),
    failed: (error) => log.failure('call-failed', error, { call: 'hub.check' }),
  });
  const lanName = openLanName({ changed: () => door.tell('hub', hubState()) });
  /** The way in was shown to the class: nothing is said on the network before that. */
  let isAnnounced = false;
  function nameHub(): void {
    const isOpen = isAnnounced && hub.port() !== null;
    void lanName.serve(isOpen ? servedSubnets(signIns.read('embedded')?.adapter ?? null) : []);
  }
  function hubState(): HubState {
    return { ...hub.state(), ...wayIn.state(), lanName: lanName.name() };
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
      // A first hub has no address yet that anybody could know.
      wayIn.opened(before?.port == null ? 0 : askedPort(), port);
      if (before?.port !== port) signIns.write({ embedded: { hubName, ...before, port } });
      // A hub forgets its tickets when it ends.
      for (const { serverId, kind } of known.list()) if (kind === 'embedded') auth.forget(serverId);
      void check();
      transfers.wake();
      renewPolicy();
    },
    onChange() {
      if (hub.port() === null) wayIn.closed();
      nameHub();
      if (hub.state().code === 'port-taken') wayIn.refused(askedPort());
      door.tell('hub', hubState());
      door.tell('servers', known.list());
    },
    onVisitor: (visitor) => wayIn.visited(visitor),
    output: childOutput(join(dataDir, 'logs', 'hub.log')),
    log,
    wantedPort: PARTA_HUB_PORT,
  });
  async function check(report?: WayInReport): Promise<HubState> {
    if (hub.port() !== null) await wayIn.look(report ?? null);
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
    if (window && policy.length > 0 && isOld) beginPageAnew(window);
  }
  /** What the page has begun and nobody else could end goes with it. */
  function beginPageAnew({ webContents }: BrowserWindow): void {
    exports.close().catch((error: unknown) => log.failure('uncaught', error));
    webContents.reload();
  }
  const library = await openLibrary(dataDir, shell);
  /** The queue runs as soon as it is open, and what is kept is read from the disk after it. */
  let toKeeping: (list: Transfer[]) => void = () => {};
  const transfers = await openTransfers({
    dir: dataDir,
    library,
    hubs: known,
    onChange(list) {
      door.tell('transfers', list);
      toKeeping(list);
    },
    onMoved: (moved) => door.tell('moved', moved),
    parallel: settings.read('transfers').parallel,
    log,
  });
  const thumbnails = openThumbnails(dataDir);
  const office = await openOfficeConverter({ dir: dataDir, source: (sha256) => library.pathToShow(sha256) });
  const keeping = await openKeeping({
    dir: dataDir,
    library,
    transfers,
    servers: () => known.list().map(({ serverId }) => serverId),
    quotaBytes: () => settings.read('storage').quotaBytes,
    isIdle: () => powerMonitor.getSystemIdleTime() > IDLE_SECONDS,
    onChange: (storage) => door.tell('storage', storage),
    onGone(hashes) {
      door.tell('gone', hashes);
      // Nothing that was made of a file outlives it here.
      for (const sha256 of hashes)
        for (const made of [thumbnails, office])
          void made.remove(sha256).catch((error: unknown) => log.failure('uncaught', error));
    },
    log,
  });
  toKeeping = (list) => keeping.transfersChanged(list);
  let isLesson = false;
  function limitTransfers(): void {
    transfers.setLimit(isLesson ? settings.read('transfers').lessonBytesPerSecond : null);
  }
  powerMonitor.on('suspend', () => void transfers.sleep());
  powerMonitor.on('resume', () => transfers.wake());

  // ── what leaves the window ─────────────────────────────────────────────────────────────────────────────────────────

  async function ask(title: string, properties: OpenDialogOptions['properties']): Promise<string[] | null> {
    const asked = { title, properties: properties ?? [] };
    const { canceled, filePaths } = await (window
      ? dialog.showOpenDialog(window, asked)
      : dialog.showOpenDialog(asked));
    return canceled ? null : filePaths;
  }
  const askFolder = async (title: string) => (await ask(title, ['openDirectory', 'createDirectory']))?.[0] ?? null;
  const leaving = {
    library,
    fetch: (serverId: string, file: FileRef) => transfers.download(serverId, [file], true),
    progress: (file: FileRef) => progressIn(transfers.list(), file),
    showInFolder: (path: string) => shell.showItemInFolder(path),
  };
  const exports = openExports({
    ...leaving,
    chooseFolder: () => askFolder(CHOOSE_FOLDER[settings.read('language')]),
  });
  const saves = openSaves({
    ...leaving,
    fetchAhead: (serverId, files) => transfers.download(serverId, files),
    chooseFolder: () => askFolder(CHOOSE_WORKS[settings.read('language')].save),
    onChange: (list) => door.tell('saves', list),
    language: () => settings.read('language'),
    onFailure: (error) => log.failure('call-failed', error, { call: 'saves.begin' }),
  });

  const portfolios = await openPortfolios({
    dir: dataDir,
    stored: await openStored(dataDir, 'portfolios', log),
    auth,
    servers: known,
    addressOf(serverId) {
      const server = known.list().find((one) => one.serverId === serverId);
      return server?.kind === 'embedded' ? (wayIn.urls()[0] ?? '') : (server?.url ?? '');
    },
    library,
    transfers,
    deviceName,
    chooseFolder: () => askFolder(CHOOSE_PORTFOLIO[settings.read('language')].folder),
    chooseFile: async () => (await ask(CHOOSE_PORTFOLIO[settings.read('language')].file, ['openFile']))?.[0] ?? null,
    showInFolder: (path) => shell.showItemInFolder(path),
    onChange: (shown) => door.tell('portfolios', shown),
    log,
  });

  // ── what comes into it ─────────────────────────────────────────────────────────────────────────────────────────────

  const intakes = openIntakes({
    transfers,
    needRoom: (bytes) => library.needRoom(bytes),
    choose(what) {
      const title = CHOOSE_WORKS[settings.read('language')][what];
      return ask(title, what === 'folder' ? ['openDirectory'] : ['openFile', 'multiSelections']);
    },
    onHanded: (handed) => door.tell('handed', handed),
  });
  /** The program itself, and the app's folder where it runs one. */
  const skipped = app.isPackaged ? 1 : 2;
  handTo = (paths) => {
    const ours = paths.filter(isPortfolio);
    if (ours.length > 0) portfolios.hand(ours).catch((error: unknown) => log.failure('uncaught', error));
    void intakes.hand(paths.filter((path) => !isPortfolio(path)));
  };
  handTo([...handedEarly, ...filesIn(process.argv, process.cwd(), skipped)]);

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
    if (hub.port() !== null) void wayIn.networkChanged();
    nameHub();
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
      thumbnails,
      office,
      shown: (sha256) => keeping.opened(sha256),
      hubOrigins: () => (policy = known.origins()),
      intake: (serverId, name, bytes) => transfers.intake(serverId, name, bytes),
      exported: (exportId, bytes) => exports.page(exportId, bytes),
      portfolio: portfolios,
      devServer: app.isPackaged ? null : (ELECTRON_RENDERER_URL ?? null),
      isOurOrigin: (origin) => origin === OUR_ORIGIN,
    }),
  );
  secureAll(log);

  const opened = openWindow({
    url: OUR_PAGE,
    preload: join(HERE, '..', 'preload', 'index.cjs'),
    icon: ICON,
    stored: settings,
  });
  window = opened;
  opened.on('focus', () => notifications.focusChanged());
  opened.on('closed', () => (window = null));
  opened.webContents.on('render-process-gone', () => {
    log.write('page-gone');
    // Everything written is on disk: the page can simply begin again.
    if (!opened.isDestroyed()) beginPageAnew(opened);
  });
  if (PARTA_READY_FILE) {
    const facts = () => {
      return { pid: process.pid, dataDir, addresses: wayIn.urls(), hubRunning: hub.port() !== null };
    };
    tellFirstPaint(opened, PARTA_READY_FILE, hubStarted, facts).catch((error: unknown) =>
      log.failure('uncaught', error),
    );
  }

  // ── the end ────────────────────────────────────────────────────────────────────────────────────────────────────────

  app.on('second-instance', (_event, argv, cwd) => {
    handTo?.(filesIn(argv, cwd, skipped));
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
    void endAll({
      saves: () => saves.close(),
      exports: () => exports.close(),
      portfolios: () => portfolios.close(),
      office: () => office.close(),
      transfers: () => transfers.close(),
      keeping: () => keeping.close(),
      lanName: () => lanName.close(),
      hub: () => hub.stop(),
    }).then((unfinished) => {
      log.write('app-stop', unfinished);
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
