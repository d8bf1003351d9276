// Promises: webContents over one DevTools session: loading and its events, navigation that main may refuse, IPC with the
// page's preload, console, title, zoom, pictures. Hides: how the preload's world is made, request interception, and that
// addresses are translated.
import { readFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { randomUUID } from 'node:crypto';
import type { NativeImage, WebContents as ElectronWebContents, WebFrameMain, WebPreferences } from 'electron';
import { opened } from './desktop.ts';
import type { Protocol, Session } from './devtools.ts';
import { ipcMain } from './ipc.ts';
import { makeBridge } from './page/bridge.ts';
import { makeCodec } from './page/codec.ts';
import { pageWorld } from './page/page-world.ts';
import { preloadWorld, type Disposition, type FromMain, type ToMain } from './page/preload-world.ts';
import { fromChromium, originOf, toChromium } from './protocol.ts';
import { Guarded, guarded, notProvided, refuseUnknown, vetoable } from './provided.ts';
import { running } from './running.ts';
import { defaultSession, type RequestFacts } from './session.ts';

const WORLD = 'Electron Isolated Context';
const BINDING = '__electronStandIn';
const codec = makeCodec();

type OpenHandler = Parameters<ElectronWebContents['setWindowOpenHandler']>[0];
export type Preferences = Pick<WebPreferences, 'preload' | 'additionalArguments'>;

const RESOURCE_TYPES: Partial<Record<Protocol.Network.ResourceType, string>> = {
  Stylesheet: 'stylesheet',
  Script: 'script',
  Image: 'image',
  Font: 'font',
  Media: 'media',
  XHR: 'xhr',
  Fetch: 'xhr',
  Ping: 'ping',
  CSPViolationReport: 'cspReport',
};
const LEVELS: Record<string, 'info' | 'warning' | 'error' | 'debug'> = {
  log: 'info',
  info: 'info',
  dir: 'info',
  warning: 'warning',
  error: 'error',
  assert: 'error',
  debug: 'debug',
};

/** What a window does for its page. */
export interface Owner {
  painted(): void;
  titled(title: string): void;
  closeNow(): void;
  resized(): void;
  focus(): void;
  /** Outer size of the window, in pixels. */
  size(): { width: number; height: number };
}

/** A link that wants a new page: told just before the new target appears, which itself does not say where it came from. */
let wanted: { opener: WebContents; url: string } | undefined;

/** Takes the wish that the new target fulfils, if it is one. */
export function takeWish(): { opener: WebContents; url: string } | undefined {
  const wish = wanted;
  wanted = undefined;
  return wish;
}

const byId = new Map<number, WebContents>();
const byTarget = new Map<string, WebContents>();
let lastId = 0;

function image(png: Buffer): NativeImage {
  return guarded('NativeImage', {
    toPNG: () => png,
    isEmpty: () => png.length === 0,
    getSize: () => ({ width: png.readUInt32BE(16), height: png.readUInt32BE(20) }), // of the PNG's header
    toDataURL: () => `data:image/png;base64,${png.toString('base64')}`,
  }) as NativeImage;
}

/** The error of a loadURL that failed, with Electron's fields. */
function loadError(code: string, url: string): Error {
  return Object.assign(new Error(`${code} loading '${url}'`), { code, url });
}

export class WebContents extends Guarded {
  readonly id = ++lastId;
  readonly session = defaultSession;
  readonly mainFrame: WebFrameMain;
  readonly #owner: Owner;
  readonly #preferences: Preferences;
  readonly #attached = Promise.withResolvers<Session>();
  readonly #ours = new Set<string>(); // addresses that main itself told the page to load: not the page's navigation
  #session: Session | undefined;
  #targetId = '';
  #frameId = '';
  #pageContext: number | undefined;
  #preloadContext: number | undefined;
  #url = '';
  #title = '';
  #isLoading = false;
  #isDestroyed = false;
  #load: { url: string; resolve(): void; reject(error: Error): void } | undefined;
  #openHandler: OpenHandler | undefined;
  #interception = '';
  #zoomFactor = 1;
  #frame: { width: number; height: number } | undefined; // what the window is larger than its page

  constructor(owner: Owner, preferences: Preferences) {
    super('webContents');
    this.#owner = owner;
    this.#preferences = preferences;
    byId.set(this.id, this);
    const frame = (): WebFrameMain => this.mainFrame;
    const url = (): string => this.getURL();
    this.mainFrame = guarded('WebFrameMain', {
      parent: null,
      name: '',
      processId: 1,
      routingId: 1,
      frameTreeNodeId: this.id,
      get top() {
        return frame();
      },
      get url() {
        return url();
      },
      get origin() {
        return originOf(url());
      },
    }) as unknown as WebFrameMain;
    const onInterception = (): void => void this.#intercept().catch(() => {});
    defaultSession.on('stand-in:interception', onInterception);
    this.once('destroyed', () => defaultSession.off('stand-in:interception', onInterception));
  }

  // — For the window —————————————————————————————————————————————————————————————————————————————————————————————

  /** Takes the page's session, while the page is still paused; resolves when it may run. */
  async attach(targetId: string, session: Session): Promise<void> {
    this.#targetId = targetId;
    this.#session = session;
    byTarget.set(targetId, this);
    this.#frameId = targetId; // Chromium names a page's target after its main frame
    this.#listen(session);
    const secret = randomUUID();
    await Promise.all([
      session.send('Page.enable'),
      session.send('Page.setLifecycleEventsEnabled', { enabled: true }),
      session.send('Runtime.addBinding', { name: BINDING, executionContextName: WORLD }),
      session.send('Page.addScriptToEvaluateOnNewDocument', {
        source: `(${pageWorld})(${JSON.stringify(secret)}, ${makeBridge})`,
      }),
      session.send('Page.addScriptToEvaluateOnNewDocument', { source: this.#preloadSource(secret), worldName: WORLD }),
      session.send('Runtime.enable'),
      session.send('Inspector.enable'),
      this.#intercept(),
      session.send('Runtime.runIfWaitingForDebugger'),
    ]);
    running.endpoint?.reveal(targetId);
    this.#attached.resolve(session);
  }

  get targetId(): string {
    return this.#targetId;
  }

  /** The page is gone, whoever closed it. */
  gone(): void {
    if (this.#isDestroyed) return;
    this.#isDestroyed = true;
    byId.delete(this.id);
    byTarget.delete(this.#targetId);
    this.#load?.reject(loadError('ERR_FAILED', this.#load.url));
    this.emit('destroyed');
  }

  /** Does something with the page as soon as there is one; a page that has gone meanwhile is no error. */
  when(action: (session: Session) => Promise<unknown>): void {
    void this.#attached.promise.then(action).catch(() => {});
  }

  /** A new page appeared, or would: main decides. Only refusing is provided. */
  decideOpen(url: string, frameName: string, features: string, disposition: Disposition): void {
    if (!this.#openHandler) notProvided('a new window without setWindowOpenHandler');
    const referrer = { url: this.getURL(), policy: 'strict-origin-when-cross-origin' as const };
    const { action } = this.#openHandler({ url: fromChromium(url), frameName, features, disposition, referrer });
    if (action !== 'deny') notProvided(`setWindowOpenHandler answering '${action}'`);
  }

  // — Electron's —————————————————————————————————————————————————————————————————————————————————————————————————

  getURL(): string {
    return fromChromium(this.#url);
  }

  getTitle(): string {
    return this.#title;
  }

  isLoading(): boolean {
    return this.#isLoading;
  }

  isDestroyed(): boolean {
    return this.#isDestroyed;
  }

  send(channel: string, ...args: unknown[]): void {
    this.#deliver({ kind: 'send', channel, args }, this.#preloadContext);
  }

  setWindowOpenHandler(handler: OpenHandler): void {
    this.#openHandler = handler;
  }

  /** Resolves when the page has loaded. Rejects with `code` (ERR_…) when it does not, or is told to load something else. */
  async loadURL(url: string, options?: object): Promise<void> {
    if (options) refuseUnknown('loadURL', options, []);
    this.#load?.reject(loadError('ERR_ABORTED', this.#load.url));
    const load = Promise.withResolvers<void>();
    this.#load = { url, resolve: load.resolve, reject: load.reject };
    const session = await this.#attached.promise;
    const target = new URL(toChromium(url)).href;
    this.#ours.add(target.split('#')[0] ?? '');
    const { errorText, loaderId } = await session.send('Page.navigate', { url: target });
    if (errorText) {
      const code = errorText.replace('net::', '');
      this.emit('did-fail-load', vetoable(), -2, code, url, true);
      load.reject(loadError(code, url));
    } else if (!loaderId) load.resolve(); // within the document: nothing is loaded
    return load.promise;
  }

  reload(): void {
    this.#ours.add(this.#url.split('#')[0] ?? '');
    this.when((session) => session.send('Page.reload'));
  }

  async executeJavaScript(code: string, userGesture = false): Promise<unknown> {
    const session = await this.#attached.promise;
    if (this.#pageContext === undefined) throw new Error('Script failed to execute: no document yet');
    const { result, exceptionDetails } = await session.send('Runtime.evaluate', {
      expression: code,
      contextId: this.#pageContext,
      awaitPromise: true,
      returnByValue: true,
      userGesture,
    });
    if (exceptionDetails) throw new Error(exceptionDetails.exception?.description ?? exceptionDetails.text);
    return result.value as unknown;
  }

  /** What is dragged out is only noted: another program would have to take it. */
  startDrag({ file, icon, ...rest }: Parameters<ElectronWebContents['startDrag']>[0]): void {
    refuseUnknown('startDrag', rest, []);
    if (!file || !icon) throw new TypeError("Must specify either 'file' or 'files' option, and 'icon'");
    opened.push({ call: 'startDrag', target: file });
  }

  async capturePage(rect?: unknown): Promise<NativeImage> {
    if (rect !== undefined) notProvided('webContents.capturePage of a part');
    const session = await this.#attached.promise;
    const { data } = await session.send('Page.captureScreenshot', { format: 'png' });
    return image(Buffer.from(data, 'base64'));
  }

  getZoomFactor(): number {
    return this.#zoomFactor;
  }

  setZoomFactor(factor: number): void {
    if (!(factor > 0)) throw new Error('zoomFactor must be a double greater than 0.0');
    this.#zoomFactor = factor;
    this.rescale();
  }

  /** The zoom again, after the window's size changed: a page that is twice as large has half the room. */
  rescale(): void {
    this.when(async (session) => {
      const factor = this.#zoomFactor;
      if (factor === 1) return session.send('Emulation.clearDeviceMetricsOverride');
      if (!this.#frame) {
        const expression = '({ width: outerWidth - innerWidth, height: outerHeight - innerHeight })';
        const { result } = await session.send('Runtime.evaluate', { expression, returnByValue: true });
        this.#frame = result.value as { width: number; height: number };
      }
      const { width, height } = this.#owner.size();
      return session.send('Emulation.setDeviceMetricsOverride', {
        width: Math.round((width - this.#frame.width) / factor),
        height: Math.round((height - this.#frame.height) / factor),
        deviceScaleFactor: factor,
        mobile: false,
      });
    });
  }

  focus(): void {
    this.#owner.focus();
  }

  /** As if the page had closed itself: the window's 'close' is not asked. */
  close(options?: { waitForBeforeUnload?: boolean }): void {
    if (options?.waitForBeforeUnload) this.when((session) => session.send('Page.close'));
    else this.#owner.closeNow();
  }

  // — From Chromium ——————————————————————————————————————————————————————————————————————————————————————————————

  #preloadSource(secret: string): string {
    const { preload: path, additionalArguments = [] } = this.#preferences;
    const process = {
      type: 'renderer',
      platform: globalThis.process.platform,
      arch: globalThis.process.arch,
      versions: globalThis.process.versions,
      sandboxed: true,
      contextIsolated: true,
      argv: [...additionalArguments],
      env: {},
    };
    let preload = 'null';
    try {
      if (path) preload = `function (require, module, exports, process) {\n${readFileSync(path, 'utf8')}\n}`;
    } catch (error) {
      queueMicrotask(() => this.emit('preload-error', vetoable(), path, error));
    }
    return `(${preloadWorld})({
      codec: (${makeCodec})(), makeBridge: ${makeBridge}, preload: ${preload},
      process: ${JSON.stringify(process)}, secret: ${JSON.stringify(secret)}, binding: ${JSON.stringify(BINDING)},
    });\n//# sourceURL=${pathToFileURL(path ?? '/preload')}`;
  }

  #listen(session: Session): void {
    session.on('Page.frameNavigated', ({ frame }) => {
      if (frame.parentId) return;
      this.#frameId = frame.id;
      this.#url = frame.url + (frame.urlFragment ?? '');
      if (!this.#url.startsWith('data:')) this.emit('did-navigate', vetoable(), this.getURL(), 200, 'OK');
    });
    session.on('Page.navigatedWithinDocument', ({ frameId, url }) => {
      if (frameId !== this.#frameId) return;
      this.#url = url;
      this.emit('did-navigate-in-page', vetoable(), this.getURL(), true, 1, 1);
    });
    session.on('Runtime.executionContextCreated', ({ context }) => {
      const aux = context.auxData as { frameId?: string; isDefault?: boolean } | undefined;
      if (aux?.frameId !== this.#frameId) return;
      if (context.name === WORLD) this.#preloadContext = context.id;
      else if (aux.isDefault) this.#pageContext = context.id;
    });
    session.on('Runtime.bindingCalled', ({ name, payload, executionContextId }) => {
      if (name === BINDING) void this.#receive(codec.decode(payload) as ToMain, executionContextId);
    });
    session.on('Page.domContentEventFired', () => {
      if (!this.#url.startsWith('data:')) this.emit('dom-ready', vetoable());
    });
    session.on('Page.frameStartedLoading', ({ frameId }) => {
      if (frameId !== this.#frameId) return;
      this.#isLoading = true;
      this.emit('did-start-loading');
    });
    session.on('Page.frameStoppedLoading', ({ frameId }) => {
      if (frameId !== this.#frameId) return;
      this.#isLoading = false;
      this.emit('did-stop-loading');
    });
    session.on('Page.loadEventFired', () => {
      if (this.#url.startsWith('data:')) return;
      this.emit('did-finish-load');
      this.#load?.resolve();
      this.#load = undefined;
    });
    session.on('Page.lifecycleEvent', ({ name, frameId }) => {
      if (name === 'firstContentfulPaint' && frameId === this.#frameId) this.#owner.painted();
    });
    session.on('Runtime.consoleAPICalled', ({ type, args, stackTrace }) => {
      const message = args.map((arg) => String(arg.value ?? arg.description ?? arg.type)).join(' ');
      const { lineNumber = 0, url = '' } = stackTrace?.callFrames[0] ?? {};
      this.#console(LEVELS[type] ?? 'info', message, lineNumber + 1, url);
    });
    session.on('Runtime.exceptionThrown', ({ exceptionDetails: thrown }) => {
      const message = `Uncaught ${thrown.exception?.description ?? thrown.text}`;
      this.#console('error', message, thrown.lineNumber + 1, thrown.url ?? '');
    });
    session.on('Page.windowOpen', ({ url }) => (wanted = { opener: this, url }));
    session.on('Inspector.targetCrashed', () => {
      this.emit('render-process-gone', vetoable(), { reason: 'crashed', exitCode: 1 });
    });
    session.on('Fetch.requestPaused', (event) => {
      // A page that goes away takes its paused requests with it.
      this.#paused(session, event).catch(() => session.tell('Fetch.continueRequest', { requestId: event.requestId }));
    });
  }

  #console(level: 'info' | 'warning' | 'error' | 'debug', message: string, lineNumber: number, sourceId: string): void {
    const details = { message, level, lineNumber, sourceId: fromChromium(sourceId), frame: this.mainFrame };
    this.emit('console-message', vetoable(details));
  }

  async #intercept(): Promise<void> {
    // A page's navigation is always asked for; the rest only where the app listens.
    const patterns: Protocol.Fetch.RequestPattern[] = [
      { urlPattern: '*', resourceType: 'Document', requestStage: 'Request' },
      ...defaultSession.patterns(),
    ];
    const wanted = JSON.stringify(patterns);
    if (wanted === this.#interception || !this.#session) return;
    this.#interception = wanted;
    await this.#session.send('Fetch.enable', { patterns });
  }

  async #paused(session: Session, event: Protocol.Fetch.requestPausedPayload): Promise<void> {
    const { requestId, request } = event;
    const isMainFrame = event.frameId === this.#frameId;
    const isDocument = event.resourceType === 'Document';
    const isOwnScheme = fromChromium(request.url) !== request.url;
    const facts: RequestFacts = {
      url: fromChromium(request.url + (request.urlFragment ?? '')),
      method: request.method,
      resourceType: isDocument
        ? isMainFrame
          ? 'mainFrame'
          : 'subFrame'
        : (RESOURCE_TYPES[event.resourceType] ?? 'other'),
      referrer: '',
      webContents: this,
    };
    const fail = (errorReason: Protocol.Network.ErrorReason): Promise<unknown> =>
      session.send('Fetch.failRequest', { requestId, errorReason });

    if (event.responseErrorReason !== undefined)
      return void (await session.send('Fetch.continueRequest', { requestId }));
    if (event.responseStatusCode !== undefined) return this.#pausedResponse(session, event, facts);

    // An <a download> also comes as a document, but without this header.
    const isNavigation = isDocument && request.headers['Upgrade-Insecure-Requests'] !== undefined;
    if (isNavigation && !(isMainFrame && this.#ours.delete(request.url))) {
      const frame = this.mainFrame;
      const navigation = vetoable({ url: facts.url, isMainFrame, isSameDocument: false, frame, initiator: frame });
      if (event.redirectedRequestId) this.emit('will-redirect', navigation, facts.url);
      else {
        this.emit('will-frame-navigate', navigation);
        if (isMainFrame && !navigation.defaultPrevented) this.emit('will-navigate', navigation, facts.url);
      }
      if (navigation.defaultPrevented) return void (await fail('Aborted'));
    }
    const response = isOwnScheme ? undefined : await defaultSession.beforeRequest(facts);
    if (response?.cancel) return void (await fail('BlockedByClient'));
    const redirect = response?.redirectURL ? { url: toChromium(response.redirectURL) } : {};
    await session.send('Fetch.continueRequest', { requestId, ...redirect });
  }

  async #pausedResponse(
    session: Session,
    event: Protocol.Fetch.requestPausedPayload,
    facts: RequestFacts,
  ): Promise<void> {
    const { requestId, responseStatusCode = 200 } = event;
    if (fromChromium(event.request.url) !== event.request.url) {
      // The app's own schemes were asked at their server, before Chromium read the policy.
      return void (await session.send('Fetch.continueRequest', { requestId }));
    }
    const given: Record<string, string[]> = {};
    for (const { name, value } of event.responseHeaders ?? []) (given[name] ??= []).push(value);
    const { cancel, headers } = await defaultSession.headersReceived(facts, responseStatusCode, given);
    if (cancel) return void (await session.send('Fetch.failRequest', { requestId, errorReason: 'BlockedByClient' }));
    if (!headers) return void (await session.send('Fetch.continueRequest', { requestId }));
    const list = Object.entries(headers).flatMap(([name, values]) => values.map((value) => ({ name, value })));
    const isWholeDocument = event.resourceType === 'Document' && responseStatusCode === 200;
    if (!isWholeDocument) {
      return void (await session.send('Fetch.continueResponse', {
        requestId,
        responseCode: responseStatusCode,
        responseHeaders: list,
      }));
    }
    // Chromium takes a document's policy from the network's headers, which continueResponse leaves: give the document anew.
    const { body, base64Encoded } = await session.send('Fetch.getResponseBody', { requestId });
    await session.send('Fetch.fulfillRequest', {
      requestId,
      responseCode: responseStatusCode,
      responseHeaders: list.filter(({ name }) => !/^(content-length|content-encoding|transfer-encoding)$/i.test(name)),
      body: base64Encoded ? body : Buffer.from(body).toString('base64'),
    });
  }

  // — From the preload's world ———————————————————————————————————————————————————————————————————————————————————

  #deliver(message: FromMain, contextId: number | undefined): void {
    const expression = `${BINDING}.receive(${JSON.stringify(codec.encode(message))})`;
    if (contextId !== undefined) void this.#session?.tell('Runtime.evaluate', { expression, contextId });
  }

  async #receive(message: ToMain, contextId: number): Promise<void> {
    const isCurrent = contextId === this.#preloadContext;
    const event = vetoable({
      type: 'frame' as const,
      sender: this as unknown as ElectronWebContents,
      senderFrame: isCurrent ? this.mainFrame : null, // a document that was left: Electron has no frame for it either
      frameId: 1,
      processId: 1,
      ports: [],
      reply: (channel: string, ...args: unknown[]) => this.#deliver({ kind: 'send', channel, args }, contextId),
    });
    switch (message.kind) {
      case 'send':
        ipcMain.emit(message.channel, event, ...message.args);
        return;
      case 'invoke':
        return this.#reply(message.id, contextId, () => ipcMain.answer(message.channel, event as never, message.args));
      case 'files':
        return this.#reply(message.id, contextId, () => this.#pathsOf(message.id, message.count, contextId));
      case 'permission': {
        const name = message.onlyCheck ? defaultSession.permissionFor(message.permission) : message.permission;
        return this.#reply(message.id, contextId, async () =>
          name ? defaultSession.decide(name, this.getURL(), this, message.onlyCheck, message.details) : undefined,
        );
      }
      case 'open':
        return this.decideOpen(message.url, message.frameName, message.features, message.disposition);
      case 'close':
        return this.#owner.closeNow();
      case 'title':
        this.#title = message.title;
        this.#owner.titled(message.title);
        return;
      case 'resized':
        return this.#owner.resized();
      case 'preload-error':
        this.emit('preload-error', vetoable(), this.#preferences.preload, message.error);
    }
  }

  async #reply(id: number, contextId: number, action: () => Promise<unknown>): Promise<void> {
    try {
      this.#deliver({ kind: 'answer', id, ok: true, value: await action() }, contextId);
    } catch (error) {
      this.#deliver({ kind: 'answer', id, ok: false, value: error }, contextId);
    }
  }

  async #pathsOf(id: number, count: number, contextId: number): Promise<string[]> {
    const session = await this.#attached.promise;
    return Promise.all(
      Array.from({ length: count }, async (_, index) => {
        const expression = `${BINDING}.files(${id}, ${index})`;
        const { result } = await session.send('Runtime.evaluate', { expression, contextId });
        const info = await session
          .send('DOM.getFileInfo', { objectId: result.objectId ?? '' })
          .catch(() => ({ path: '' }));
        return info.path; // empty for a file that a script made, as in Electron
      }),
    );
  }
}

export const webContents = guarded('webContents', {
  getAllWebContents: () => [...byId.values()],
  fromId: (id: number) => byId.get(id),
  fromDevToolsTargetId: (targetId: string) => byTarget.get(targetId),
});
