/**
 * What the window, the sandboxed frame and the worker inside it say to each other. The frame is not trusted: whatever comes out of it is
 * read by {@link heardFrom}, which lets through these few words and nothing else.
 */

/** What the file's bytes are given to: a reader in a worker, or the frame itself. */
export type Reading = 'docx' | 'odt' | 'xlsx' | 'text' | 'zip' | 'heic' | 'picture' | 'pdf';

/** What should be known about what is shown; said in words above it. */
export type Note =
  | { is: 'simplified' }
  | { is: 'macros' }
  | { is: 'encoding'; name: string }
  | { is: 'text-cut'; shownBytes: number }
  | { is: 'entries-cut'; shown: number; total: number }
  | { is: 'pages-cut'; shown: number; total: number }
  | { is: 'sheets-cut'; rows: number; columns: number; sheets: number };

/** Why there is nothing to show. */
export const TROUBLES = ['broken', 'too-large', 'locked', 'slow', 'no-text', 'gone'] as const;
export type Trouble = (typeof TROUBLES)[number];

export interface SheetTable {
  name: string;
  rows: string[][];
}
export interface ListedEntry {
  name: string;
  sizeBytes: number;
}

/** What a worker has read. */
export type Read =
  | { ok: true; show: 'markup'; html: string; notes: Note[] }
  | { ok: true; show: 'text'; text: string; notes: Note[] }
  | { ok: true; show: 'sheets'; sheets: SheetTable[]; notes: Note[] }
  | { ok: true; show: 'entries'; entries: ListedEntry[]; notes: Note[] }
  | { ok: true; show: 'picture'; bitmap: ImageBitmap; notes: Note[] }
  | { ok: false; trouble: Trouble };

/** To a worker: bytes as the window read them. For a zip these are its directory; for a text its beginning. */
export interface ToRead {
  reading: Reading;
  bytes: ArrayBuffer;
  /** Of the whole file. */
  sizeBytes: number;
  /** Entries that the directory says it has. */
  entryCount: number;
}

/** How the frame looks; said with the file and again when it changes. */
export interface FrameLook {
  isDark: boolean;
  language: 'ru' | 'en';
  zoom: number;
  /** The document is a sheet among others in the window, which scrolls it; otherwise it scrolls itself. */
  isWhole: boolean;
  words: FrameWords;
}
/** The few words that are said inside the frame. */
export interface FrameWords {
  name: string;
  size: string;
  page: string;
  picture: string;
}

export type ToFrame =
  | ({ say: 'open'; look: FrameLook; worker: ArrayBuffer | null; mediaType: string } & ToRead)
  | { say: 'look'; look: FrameLook }
  | { say: 'asset'; name: string; bytes: ArrayBuffer | null }
  | { say: 'thumbnail'; edge: number };

/** Keys that the frame hands to the window, because it has the focus and the window wants to know. */
export const FRAME_KEYS = ['Escape', 'Tab', 'ArrowLeft', 'ArrowRight', '+', '=', '-', '0'] as const;
export type FrameKey = (typeof FRAME_KEYS)[number];

export type FromFrame =
  | { say: 'ready' }
  | { say: 'shown'; notes: Note[] }
  | { say: 'trouble'; trouble: Trouble }
  | { say: 'height'; px: number }
  | { say: 'key'; key: FrameKey }
  | { say: 'pressed' }
  | { say: 'asset'; name: string }
  | { say: 'thumbnail'; bytes: ArrayBuffer | null };

/** A frame is never made higher than this in a page that scrolls it. */
export const FRAME_HEIGHT_MAX = 30_000;

const isText = (value: unknown): value is string => typeof value === 'string';
const count = (value: unknown) =>
  typeof value === 'number' && Number.isFinite(value) ? Math.max(0, Math.round(value)) : 0;

/** A message of a frame, read; null where it is none of the words above. */
export function heardFrom(data: unknown): FromFrame | null {
  if (typeof data !== 'object' || data === null || !('say' in data)) return null;
  const said = data as Record<string, unknown>;
  switch (said['say']) {
    case 'ready':
    case 'pressed':
      return { say: said['say'] };
    case 'shown':
      return { say: 'shown', notes: Array.isArray(said['notes']) ? said['notes'].slice(0, 8).flatMap(noteOf) : [] };
    case 'trouble': {
      const trouble = TROUBLES.find((one) => one === said['trouble']) ?? 'broken';
      return { say: 'trouble', trouble };
    }
    case 'height':
      return { say: 'height', px: Math.min(FRAME_HEIGHT_MAX, count(said['px'])) };
    case 'key': {
      const key = FRAME_KEYS.find((one) => one === said['key']);
      return key ? { say: 'key', key } : null;
    }
    case 'asset':
      return isText(said['name']) && /^[\w.-]{1,64}$/.test(said['name']) ? { say: 'asset', name: said['name'] } : null;
    case 'thumbnail':
      return { say: 'thumbnail', bytes: said['bytes'] instanceof ArrayBuffer ? said['bytes'] : null };
    default:
      return null;
  }
}

function noteOf(value: unknown): Note[] {
  if (typeof value !== 'object' || value === null) return [];
  const note = value as Record<string, unknown>;
  switch (note['is']) {
    case 'simplified':
    case 'macros':
      return [{ is: note['is'] }];
    case 'encoding':
      return isText(note['name']) ? [{ is: 'encoding', name: note['name'].slice(0, 20) }] : [];
    case 'text-cut':
      return [{ is: 'text-cut', shownBytes: count(note['shownBytes']) }];
    case 'entries-cut':
    case 'pages-cut':
      return [{ is: note['is'], shown: count(note['shown']), total: count(note['total']) }];
    case 'sheets-cut':
      return [
        { is: 'sheets-cut', rows: count(note['rows']), columns: count(note['columns']), sheets: count(note['sheets']) },
      ];
    default:
      return [];
  }
}
