/**
 * What a page of this app may not do. Promises: it stays on its own address, opens no window, gets no permission but copying
 * to the clipboard and reaching hubs, embeds nothing; a link to the outside opens in the system's browser, and only if it parses as plain http
 * or https. Hides: Electron's hooks for all this.
 */
import { app, session, shell, type WebContents } from 'electron';
import { HOST, SCHEME } from './app-protocol.ts';
import type { Log } from './log.ts';

export const LINK_LENGTH_MAX = 2_000;
/** Node's URL knows no origin of an own scheme. */
export const originOf = (url: string): string =>
  URL.canParse(url) ? `${new URL(url).protocol}//${new URL(url).host}` : '';
export const OUR_ORIGIN = `${SCHEME}://${HOST}`;
export const OUR_PAGE = `${OUR_ORIGIN}/index.html`;

/** Puts every page, whoever makes it, under these rules. Before the first window. */
export function secureAll(log: Log): void {
  app.on('web-contents-created', (_event, contents) => secure(contents, log));
  const ours = session.defaultSession;
  // Electron grants everything where nobody says no, and asks twice: when the page looks, and when it asks.
  ours.setPermissionRequestHandler((contents, permission, answer, details) => {
    const isGranted = isAllowed(permission, originOf(details.requestingUrl ?? contents.getURL()));
    if (!isGranted) log.write('permission-denied');
    answer(isGranted);
  });
  ours.setPermissionCheckHandler((_contents, permission, origin) => isAllowed(permission, originOf(origin)));
}

function secure(contents: WebContents, log: Log): void {
  contents.on('will-navigate', (event) => {
    if (isOurPage(event.url)) return;
    event.preventDefault();
    log.write('navigation-denied');
  });
  contents.on('will-frame-navigate', (event) => {
    if (event.isMainFrame) return;
    event.preventDefault();
    log.write('navigation-denied');
  });
  contents.on('will-redirect', (event) => event.preventDefault());
  contents.on('will-attach-webview', (event) => event.preventDefault());
  contents.setWindowOpenHandler(({ url }) => {
    const link = outsideLink(url);
    if (link === null) log.write('popup-denied');
    else void shell.openExternal(link);
    return { action: 'deny' };
  });
}

/** Reloading the page is the only navigation there is; inside it the address changes after `#` only. */
export function isOurPage(url: string): boolean {
  if (originOf(url) !== OUR_ORIGIN) return false;
  const { pathname } = new URL(url);
  return pathname === '/' || pathname === '/index.html';
}

/**
 * Copying, and speaking to hubs: Chromium asks before a page reaches into the local network (Local Network Access) and
 * refuses silently where nobody says yes. Which hubs is the content security policy's matter.
 */
const GRANTED = new Set(['clipboard-sanitized-write', 'local-network', 'loopback-network', 'local-network-access']);

export const isAllowed = (permission: string, origin: string): boolean =>
  GRANTED.has(permission) && origin === OUR_ORIGIN;

/**
 * A link as it may be given to the system; null where it may not. Other schemes start programs (`file:`, `ms-msdt:`, `smb:`),
 * and a name before `@` makes a strange host look like a known one.
 */
export function outsideLink(url: string): string | null {
  if (url.length > LINK_LENGTH_MAX || /[\u0000-\u0020\u007f\\]/.test(url) || !URL.canParse(url)) return null;
  const { protocol, username, password, hostname, href } = new URL(url);
  if ((protocol !== 'http:' && protocol !== 'https:') || username !== '' || password !== '' || hostname === '')
    return null;
  return href;
}
