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
/** The other one of that kind. */
export const INTAKE_CALL = 'intake.files';

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

/**
 * The lines of a portfolio, one JSON each: PUT by the page that packs it (answered by `{ok, value: {}}` or `{ok, code}`), and read back
 * from there by the one that takes it in.
 */
export const portfolioUrl = (jobId: string): string => `/portfolio/${encodeURIComponent(jobId)}`;

/** Chats that wait unread at once, as the page tells main of them. */
export const WAITING_CHATS_MAX = 500;
/** Characters of a name, a title or a message that a notification may show. */
export const NOTIFIED_TEXT_MAX = 300;

/** Files on the network at a time: what a teacher may choose, and what he has before he does. */
export const PARALLEL_MIN = 1;
export const PARALLEL_MAX = 6;
export const PARALLEL_DEFAULT = 3;
/**
 * Bytes a second that this app's transfers may take together while a lesson runs. The default is a third of a wire of 100 Mbit/s,
 * which the pupils share.
 */
export const LESSON_LIMIT_MIN = 64 * 1024;
export const LESSON_LIMIT_DEFAULT = 4 * 1024 ** 2;
export const LESSON_LIMITS: readonly number[] = [1, 2, 4, 8].map((mega) => mega * 1024 ** 2);

/** How much disk files kept offline may take: what a teacher may choose (or no end of it), and what he has before he does. */
export const QUOTAS: readonly number[] = [5, 10, 20, 50, 100].map((giga) => giga * 1024 ** 3);
export const QUOTA_DEFAULT_BYTES = 20 * 1024 ** 3;
/** Free disk that keeping files by itself never goes below, whatever the quota. */
export const FREE_DISK_FLOOR_BYTES = 512 * 1024 ** 2;
/** Files that one class may name to be kept. */
export const KEPT_FILES_MAX = 50_000;
/** Ids that unsent work of one server may refer to. */
export const HELD_IDS_MAX = 20_000;

/**
 * Where a file of the library is as a PDF that LibreOffice makes of it: HEAD answers 200 where it is made, 204 where it can be, 205
 * where it cannot; POST makes it; GET gives it.
 */
export const convertedUrl = (sha256: string, name: string): string =>
  `/converted/${sha256}/${encodeURIComponent(name)}`;
/** Where the small picture of a file is kept: GET, or PUT by the page that has drawn it. */
export const thumbnailUrl = (sha256: string): string => `/thumbnail/${sha256}`;

/** Files that one saving of works may hold, and what it makes of them. */
export const SAVE_ITEMS_MAX = 20_000;
export const SAVE_KINDS = ['folder', 'zip'] as const;
