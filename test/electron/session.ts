// Promises: the default session: permission handlers that really decide what a page may do, webRequest, downloads.
// Hides: Chromium's permission overrides, request interception and its download events.
import { mkdirSync, rmSync } from 'node:fs';
import { copyFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { DownloadItem, Session, WebContents as ElectronWebContents } from 'electron';
import type { Chromium } from './chromium.ts';
import type { Protocol } from './devtools.ts';
import { fromChromium, interception, originOf, protocol, toChromium } from './protocol.ts';
import { Guarded, guarded, notProvided, vetoable } from './provided.ts';
import type { WebContents } from './web-contents.ts';

type PermissionRequestHandler = NonNullable<Parameters<Session['setPermissionRequestHandler']>[0]>;
type PermissionCheckHandler = NonNullable<Parameters<Session['setPermissionCheckHandler']>[0]>;
type Permission = Parameters<PermissionRequestHandler>[1];

/** Electron's permission → the names under which Chromium holds it. */
const PERMISSIONS: Partial<Record<Permission, string[]>> = {
  'clipboard-read': ['clipboard-read'],
  'clipboard-sanitized-write': ['clipboard-write'],
  geolocation: ['geolocation'],
  media: ['camera', 'microphone'],
  midi: ['midi'],
  notifications: ['notifications'],
  'persistent-storage': ['persistent-storage'],
  'screen-wake-lock': ['screen-wake-lock'],
};
/** Nothing the stand-in asks about, so never granted. */
const NEVER = ['display-capture', 'idle-detection', 'local-fonts', 'storage-access', 'window-management'];

/**
 * What is intercepted in the page. The app's own schemes are not (their server asks webRequest itself): an intercepted upload
 * crosses the DevTools pipe whole, which costs seconds. They have no port, so the pattern of http spares them.
 */
const OUTSIDE = ['https://*', 'http://*:*'];

/** One request as Chromium's interception shows it. */
export interface RequestFacts {
  url: string;
  method: string;
  resourceType: string;
  referrer: string;
  webContents: WebContents;
}

interface BeforeResponse {
  cancel?: boolean;
  redirectURL?: string;
}
type Listener<D, R> = (details: D, callback: (response: R) => void) => void;
interface HeadersResponse {
  cancel?: boolean;
  statusLine?: string;
  responseHeaders?: Record<string, string | string[]>;
}

/** A URL pattern of webRequest: `*` stands for anything. */
function matches(patterns: string[] | undefined, url: string): boolean {
  if (!patterns) return true;
  return patterns.some((pattern) => {
    if (pattern === '<all_urls>') return true;
    const source = pattern.replace(/[.+?^${}()|[\]\\]/g, String.raw`\$&`).replaceAll('*', '.*');
    return new RegExp(`^${source}$`).test(url);
  });
}

class Hook<D extends { url: string }, R> {
  #listener: Listener<D, R> | undefined;
  #patterns: string[] | undefined;

  set(first: unknown, second: unknown, changed: () => void): void {
    const listener = (typeof first === 'function' || first === null ? first : second) as Listener<D, R> | null;
    this.#listener = listener ?? undefined;
    this.#patterns = first && typeof first === 'object' ? (first as { urls?: string[] }).urls : undefined;
    changed();
  }

  get isSet(): boolean {
    return this.#listener !== undefined;
  }

  /** The app's answer, or undefined where it does not listen to such addresses. */
  ask(details: D): Promise<R | undefined> {
    const listener = this.#listener;
    if (!listener || !matches(this.#patterns, details.url)) return Promise.resolve(undefined);
    return new Promise((resolve) => listener(details, resolve));
  }
}

class StandInDownload extends Guarded implements Pick<DownloadItem, 'setSavePath' | 'getSavePath' | 'cancel'> {
  readonly #begin: Protocol.Browser.downloadWillBeginPayload;
  readonly #cancel: () => void;
  #savePath = '';
  #received = 0;
  #total = 0;
  #state: 'progressing' | 'completed' | 'cancelled' | 'interrupted' = 'progressing';

  constructor(begin: Protocol.Browser.downloadWillBeginPayload, cancel: () => void) {
    super('DownloadItem');
    this.#begin = begin;
    this.#cancel = cancel;
  }

  getURL = (): string => fromChromium(this.#begin.url);
  getFilename = (): string => this.#begin.suggestedFilename;
  getSavePath = (): string => this.#savePath;
  getReceivedBytes = (): number => this.#received;
  getTotalBytes = (): number => this.#total;
  getState = (): string => this.#state;

  setSavePath(path: string): void {
    this.#savePath = path;
  }

  cancel(): void {
    this.#cancel();
  }

  async progress(event: Protocol.Browser.downloadProgressPayload, file: string): Promise<void> {
    this.#received = event.receivedBytes;
    this.#total = event.totalBytes;
    if (event.state === 'inProgress') return void this.emit('updated', vetoable(), 'progressing');
    this.#state = event.state === 'completed' ? 'completed' : 'cancelled';
    if (this.#state === 'completed') {
      mkdirSync(dirname(this.#savePath), { recursive: true });
      await copyFile(file, this.#savePath).catch(() => (this.#state = 'interrupted'));
    }
    rmSync(file, { force: true });
    this.emit('done', vetoable(), this.#state);
  }
}

class StandInSession
  extends Guarded
  implements Pick<Session, 'setPermissionRequestHandler' | 'setPermissionCheckHandler'>
{
  readonly protocol = protocol;
  readonly #before = new Hook<{ url: string; id: number }, BeforeResponse>();
  readonly #headers = new Hook<{ url: string; id: number }, HeadersResponse>();
  #requestHandler: PermissionRequestHandler | null = null;
  #checkHandler: PermissionCheckHandler | null = null;
  #chromium: Chromium | undefined;
  #lastRequestId = 0;
  /** The pages' interception has to be set anew when listeners come or go. */
  readonly #interceptionChanged = (): void => void this.emit('stand-in:interception');

  readonly webRequest = guarded('webRequest', {
    onBeforeRequest: (first: unknown, second?: unknown) => this.#before.set(first, second, this.#interceptionChanged),
    onHeadersReceived: (first: unknown, second?: unknown) =>
      this.#headers.set(first, second, this.#interceptionChanged),
  });

  constructor() {
    super('session');
    this.setMaxListeners(0);
    interception.before = (details) => this.#before.ask({ id: ++this.#lastRequestId, ...details });
    interception.headers = async (details) => {
      const response = await this.#headers.ask({ id: ++this.#lastRequestId, ...details });
      if (response?.cancel) return null;
      return lists(response?.responseHeaders) ?? details.responseHeaders ?? {};
    };
  }

  setPermissionRequestHandler(handler: PermissionRequestHandler | null): void {
    this.#requestHandler = handler;
  }

  setPermissionCheckHandler(handler: PermissionCheckHandler | null): void {
    this.#checkHandler = handler;
  }

  /** Asks the app's handlers and lets Chromium know, for the page's origin. Without a handler everything is granted, as in Electron. */
  async decide(
    permission: string,
    pageUrl: string,
    contents: WebContents,
    onlyCheck: boolean,
    extra: object,
  ): Promise<boolean> {
    const origin = originOf(pageUrl);
    const details = { requestingUrl: pageUrl, isMainFrame: true, securityOrigin: `${origin}/`, ...extra };
    const isGranted = await new Promise<boolean>((resolve) => {
      const handler = this.#requestHandler;
      if (onlyCheck) {
        const check = this.#checkHandler;
        resolve(check ? check(contents as never, permission as Permission, `${origin}/`, details as never) : true);
      } else if (handler) {
        handler(contents as unknown as ElectronWebContents, permission as Permission, resolve, details as never);
      } else resolve(true);
    });
    for (const name of PERMISSIONS[permission as Permission] ?? []) {
      await this.#chromium?.connection.send('Browser.setPermission', {
        permission: { name },
        setting: isGranted ? 'granted' : 'denied',
        origin: originOf(toChromium(pageUrl)),
      });
    }
    return isGranted;
  }

  /** The name Electron has for what `navigator.permissions.query` calls `name`; undefined: Chromium answers alone. */
  permissionFor(name: string): string | undefined {
    return Object.entries(PERMISSIONS).find(([, names]) => names?.includes(name))?.[0];
  }

  /** What has to be intercepted in a page, besides its navigation. */
  patterns(): Protocol.Fetch.RequestPattern[] {
    return [
      ...(this.#before.isSet ? OUTSIDE.map((urlPattern) => ({ urlPattern, requestStage: 'Request' as const })) : []),
      ...(this.#headers.isSet ? OUTSIDE.map((urlPattern) => ({ urlPattern, requestStage: 'Response' as const })) : []),
    ];
  }

  beforeRequest(facts: RequestFacts): Promise<BeforeResponse | undefined> {
    return this.#before.ask(this.#details(facts));
  }

  #details(facts: RequestFacts): RequestFacts & { id: number; timestamp: number; webContentsId: number } {
    return { id: ++this.#lastRequestId, timestamp: Date.now(), webContentsId: facts.webContents.id, ...facts };
  }

  async headersReceived(
    facts: RequestFacts,
    statusCode: number,
    responseHeaders: Record<string, string[]>,
  ): Promise<{ cancel: boolean; headers: Record<string, string[]> | undefined }> {
    const statusLine = `HTTP/1.1 ${statusCode}`;
    const details = { ...this.#details(facts), statusCode, statusLine, responseHeaders };
    const response = await this.#headers.ask(details);
    return { cancel: response?.cancel ?? false, headers: lists(response?.responseHeaders) };
  }

  /** Called when Chromium is up. `contentsOf` finds the page that a frame belongs to. */
  async open(
    chromium: Chromium,
    downloadsDir: string,
    contentsOf: (frameId: string) => WebContents | undefined,
  ): Promise<void> {
    this.#chromium = chromium;
    const { connection } = chromium;
    const downloads = new Map<string, StandInDownload>();
    rmSync(downloadsDir, { recursive: true, force: true });
    mkdirSync(downloadsDir, { recursive: true });
    connection.on('Browser.downloadWillBegin', (begin) => {
      const cancel = (): void => void connection.tell('Browser.cancelDownload', { guid: begin.guid });
      const item = new StandInDownload(begin, cancel);
      downloads.set(begin.guid, item);
      const event = vetoable();
      this.emit('will-download', event, item, contentsOf(begin.frameId));
      if (event.defaultPrevented) return cancel();
      if (item.getSavePath() || item.getState() !== 'progressing') return;
      cancel();
      notProvided('a download without setSavePath (Electron would show a dialog)');
    });
    connection.on('Browser.downloadProgress', (event) => {
      void downloads.get(event.guid)?.progress(event, join(downloadsDir, event.guid));
      if (event.state !== 'inProgress') downloads.delete(event.guid);
    });
    const denied = [...Object.values(PERMISSIONS).flat(), ...NEVER];
    await Promise.all([
      connection.send('Browser.setDownloadBehavior', {
        behavior: 'allowAndName',
        downloadPath: downloadsDir,
        eventsEnabled: true,
      }),
      // Nobody is there to answer Chromium's own question: what main has not been asked about is refused.
      ...denied.map((name) => connection.tell('Browser.setPermission', { permission: { name }, setting: 'denied' })),
    ]);
  }
}

function lists(headers: Record<string, string | string[]> | undefined): Record<string, string[]> | undefined {
  return headers && Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, [value].flat()]));
}

export const defaultSession = new StandInSession();
export type { StandInSession };
export const session = guarded('session', { defaultSession });
