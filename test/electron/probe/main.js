// The probe: a small app that uses what Parta's main uses, in plain files, so that it runs unbuilt on the stand-in and on
// Electron alike. What happens is noted in `globalThis.notes`, which tests read.
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pathToFileURL } from 'node:url';
import { app, BrowserWindow, ipcMain, Menu, nativeTheme, net, protocol, session, utilityProcess } from 'electron';

const here = import.meta.dirname;
const notes = (globalThis.notes = []);
const note = (...parts) => notes.push(parts.join(':'));
globalThis.answers = { permission: false, check: false, closes: true };

protocol.registerSchemesAsPrivileged([
  { scheme: 'app', privileges: { standard: true, secure: true, supportFetchAPI: true, stream: true } },
]);
if (process.env.PROBE_RESOLVE) app.commandLine.appendSwitch('host-resolver-rules', process.env.PROBE_RESOLVE);

const POLICY = "default-src 'self'; script-src 'self' app://bundle; connect-src 'self' http://hub.test:*";

async function range(request) {
  const path = join(here, 'page', 'alphabet.txt');
  const { size } = await stat(path);
  const [, from, to] = /bytes=(\d+)-(\d*)/.exec(request.headers.get('range') ?? '') ?? [];
  if (from === undefined) return new Response(Readable.toWeb(createReadStream(path)));
  const end = to ? Number(to) : size - 1;
  return new Response(Readable.toWeb(createReadStream(path, { start: Number(from), end })), {
    status: 206,
    headers: { 'content-range': `bytes ${from}-${end}/${size}` },
  });
}

/** An endless answer: what reaches the page must come before the end, and leaving it must end it. */
function ticks(request) {
  let count = 0;
  return new Response(
    new ReadableStream({
      pull: (controller) => controller.enqueue(new TextEncoder().encode(`tick ${++count}\n`.padEnd(4096))),
      cancel: () => note('ticks cancelled'),
    }),
    { headers: { 'content-type': 'text/plain', 'x-aborted': String(request.signal.aborted) } },
  );
}

async function measure(request) {
  let sizeBytes = 0;
  let chunks = 0;
  for await (const chunk of request.body) {
    sizeBytes += chunk.byteLength;
    chunks++;
  }
  return Response.json({
    method: request.method,
    sizeBytes,
    isStreamed: chunks > 1,
    origin: request.headers.get('origin'),
  });
}

function serve(request) {
  const url = new URL(request.url);
  if (url.pathname === '/url') return Response.json({ url: request.url, referer: request.headers.get('referer') });
  if (url.pathname === '/measure') return measure(request);
  if (url.pathname === '/range') return range(request);
  if (url.pathname === '/ticks') return ticks(request);
  if (url.pathname === '/broken') throw new Error('the handler fails');
  if (url.pathname === '/error') return Response.error();
  if (url.pathname === '/teapot') return new Response('short and stout', { status: 418 });
  if (url.pathname === '/download.txt') {
    return new Response('downloaded', { headers: { 'content-disposition': 'attachment; filename="download.txt"' } });
  }
  return net.fetch(pathToFileURL(join(here, 'page', url.pathname)).href);
}

export function open(options = {}, path = 'index.html') {
  const window = new BrowserWindow({
    width: 900,
    height: 640,
    show: false,
    title: 'Probe',
    webPreferences: {
      preload: join(here, 'preload.cjs'),
      sandbox: true,
      contextIsolation: true,
      nodeIntegration: false,
    },
    ...options,
  });
  for (const event of [
    'show',
    'hide',
    'focus',
    'blur',
    'resize',
    'move',
    'maximize',
    'unmaximize',
    'minimize',
    'restore',
    'closed',
  ]) {
    window.on(event, () => note(event));
  }
  window.once('ready-to-show', () => {
    note('ready-to-show');
    window.show();
  });
  window.on('close', (event) => {
    note('close');
    if (!globalThis.answers.closes) event.preventDefault();
  });
  const contents = window.webContents;
  contents.setWindowOpenHandler(({ url, disposition }) => {
    note('open', url, disposition);
    return { action: 'deny' };
  });
  contents.on('will-navigate', (event) => {
    note('will-navigate', event.url);
    event.preventDefault();
  });
  contents.on('console-message', ({ level, message }) => note('console', level, message));
  contents.on('did-finish-load', () => note('did-finish-load'));
  contents.on('dom-ready', () => note('dom-ready'));
  contents.on('preload-error', (_, __, error) => note('preload-error', error.message));
  contents.on('render-process-gone', (_, { reason }) => note('render-process-gone', reason));
  return { window, loaded: window.loadURL(`app://bundle/${path}`) };
}
globalThis.open = open;

function handleMessages() {
  ipcMain.handle('echo', (_, value) => value);
  ipcMain.handle('fail', () => {
    throw new TypeError('no good');
  });
  ipcMain.handle('who', ({ sender, senderFrame }) => ({
    isWindow: BrowserWindow.fromWebContents(sender) !== null,
    isMainFrame: senderFrame === sender.mainFrame,
    url: senderFrame.url,
    origin: senderFrame.origin,
    hasParent: senderFrame.parent !== null,
  }));
  ipcMain.on('knock', (event, ...args) => {
    note('knock', JSON.stringify(args));
    event.sender.send('told', { at: new Date(0), bytes: new Uint8Array([1, 2]) });
  });
}

function work() {
  const child = utilityProcess.fork(join(here, 'worker.js'), ['--given'], {
    serviceName: 'probe',
    stdio: 'pipe',
    env: { ...process.env, PROBE_CHILD: 'yes' },
  });
  child.postMessage({ ask: 'early' }); // before it has started: must wait for it
  child.on('spawn', () => note('worker spawn'));
  child.on('message', (message) => note('worker', JSON.stringify(message)));
  child.on('exit', (code) => note('worker exit', code));
  child.stdout.on('data', (text) => note('worker says', String(text).trim()));
  globalThis.worker = child;
}

app.on('web-contents-created', () => note('web-contents-created'));
app.on('before-quit', () => note('before-quit'));
app.on('will-quit', () => note('will-quit'));
app.on('window-all-closed', () => {
  note('window-all-closed');
  if (!process.env.PROBE_STAY) app.quit();
});
app.on('second-instance', (_, argv, cwd, data) =>
  note('second-instance', argv.includes('--again'), JSON.stringify(data)),
);

async function run() {
  note('ready');
  Menu.setApplicationMenu(null);
  nativeTheme.on('updated', () => note('theme', nativeTheme.shouldUseDarkColors));
  protocol.handle('app', serve);
  handleMessages();
  const { defaultSession } = session;
  defaultSession.webRequest.onHeadersReceived(({ responseHeaders }, answer) =>
    answer({ responseHeaders: { ...responseHeaders, 'content-security-policy': [POLICY] } }),
  );
  defaultSession.setPermissionRequestHandler((_, permission, answer) => {
    note('asked', permission);
    answer(globalThis.answers.permission);
  });
  defaultSession.setPermissionCheckHandler((_, permission) => {
    note('checked', permission);
    return globalThis.answers.check;
  });
  defaultSession.on('will-download', (_, item) => {
    item.setSavePath(join(app.getPath('userData'), item.getFilename()));
    item.once('done', (__, state) => note('download', state));
  });
  work();
  await open().loaded;
  note('loaded');
}

// Not awaited here: Electron is ready only when this module has run.
if (!app.requestSingleInstanceLock({ hello: 'first' })) app.quit();
else void app.whenReady().then(run);
