/**
 * What a page of this app may not do. Promises: it stays on its own address, opens no window, gets no permission but copying
 * to the clipboard, reaching hubs and the microphone (never the camera), embeds nothing; a link to the outside opens in the system's
 * browser or mail program, and only if it parses as plain http, https or one mail address. Hides: Electron's hooks for all this.
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
    const media = 'mediaTypes' in details ? (details.mediaTypes ?? []) : [];
    const isGranted = isAllowed(permission, originOf(details.requestingUrl ?? contents.getURL()), media);
    if (!isGranted) log.write('permission-denied');
    answer(isGranted);
  });
  ours.setPermissionCheckHandler((_contents, permission, origin, { mediaType }) =>
    isAllowed(permission, originOf(origin), mediaType ? [mediaType] : []),
  );
}

function secure(contents: WebContents, log: Log): void {
  contents.on('will-navigate', (event) => {
    if (isOurPage(event.url)) return;
    event.preventDefault();
    log.write('navigation-denied');
  });
  contents.on('will-frame-navigate', (event) => {
    if (event.isMainFrame || isPreviewFrame(event.url)) return;
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

/** The one document that may stand in a frame: it has no origin and no rights (main/preview-frame). */
export const isPreviewFrame = (url: string): boolean =>
  originOf(url) === OUR_ORIGIN && new URL(url).pathname === '/preview/';

/**
 * Copying, and speaking to hubs: Chromium asks before a page reaches into the local network (Local Network Access) and
 * refuses silently where nobody says yes. Which hubs is the content security policy's matter.
 */
const GRANTED = new Set(['clipboard-sanitized-write', 'local-network', 'loopback-network', 'local-network-access']);

/**
 * Whether a page of this origin gets a permission.
 * @param media what of `media` is asked for: a voice message needs the microphone and nothing needs the camera
 */
export function isAllowed(permission: string, origin: string, media: readonly string[] = []): boolean {
  if (origin !== OUR_ORIGIN) return false;
  if (permission === 'media') return media.length > 0 && media.every((type) => type === 'audio');
  return GRANTED.has(permission);
}

const MAIL = /^mailto:[a-z\d][a-z\d.+_-]{0,63}@[a-z\d-]{1,63}(?:\.[a-z\d-]{1,63}){1,8}$/i;

/**
 * A link as it may be given to the system; null where it may not. Other schemes start programs (`file:`, `ms-msdt:`, `smb:`),
 * and a name before `@` makes a strange host look like a known one.
 */
export function outsideLink(url: string): string | null {
  if (url.length > LINK_LENGTH_MAX || /[\u0000-\u0020\u007f\\]/.test(url) || !URL.canParse(url)) return null;
  // One address and nothing more: a subject, a copy or an attachment is nobody's to fill in.
  if (url.startsWith('mailto:')) return MAIL.test(url) ? url : null;
  const { protocol, username, password, hostname, href } = new URL(url);
  if ((protocol !== 'http:' && protocol !== 'https:') || username !== '' || password !== '' || hostname === '')
    return null;
  return href;
}
