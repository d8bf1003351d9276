/**
 * The names and limits that both ends of the bridge must know alike, apart from the schemas: the sandboxed preload is one small file
 * and must not carry a schema library with it.
 */

/** The one channel for calls: `(name, input)` → `{ok, value} | {ok, code}`. */
export const CALL_CHANNEL = 'parta:call';
/** The one channel for events: `(name, value)`. */
export const EVENT_CHANNEL = 'parta:event';
/** The call whose paths only the preload may give: no path ever comes from the page. */
export const UPLOAD_CALL = 'transfers.upload';

/** The URL under which the page shows a file of the library; see main/app-protocol. */
export const libraryUrl = (sha256: string, name: string): string => `/library/${sha256}/${encodeURIComponent(name)}`;

/**
 * Where bytes made in the page (a pasted image, a recording) are PUT to; the answer is `{ok, value: ChosenFile}` or
 * `{ok, code}`, and the file is on its way to that server like any chosen one.
 */
export const intakeUrl = (serverId: string, name: string): string =>
  `/intake/${encodeURIComponent(name)}?server=${encodeURIComponent(serverId)}`;

/** Where the page of an export is PUT to, as a stream; the answer is `{ok, value: {}}` or `{ok, code}`. */
export const exportUrl = (exportId: string): string => `/export/${encodeURIComponent(exportId)}`;

/** Chats that wait unread at once, as the page tells main of them. */
export const WAITING_CHATS_MAX = 500;
/** Characters of a name, a title or a message that a notification may show. */
export const NOTIFIED_TEXT_MAX = 300;
