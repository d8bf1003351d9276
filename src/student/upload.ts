/**
 * Pupils' files on their way to the hub. A file has its id from the moment it is chosen, so a command may name it at once;
 * the bytes follow, two files at a time, and go on after a cut where they stopped (the hub is asked first, tus HEAD).
 * What was chosen survives a reload: its facts, and its bytes as far as the browser keeps them (kept-bytes.ts), so that it goes on by
 * itself. Only what could not be kept is `lost` until the pupil chooses the same file again.
 * Hides: tus-js-client (loaded with the first file), tickets, retries (S11), how facts are kept, which of two tabs sends (S18). Keeps:
 * S9, S15 (the hub's own hash decides; here it is not even computed).
 */
import * as z from 'zod/mini';
import type { FilesOnTheWay } from '../client/class-store.ts';
import { codeOf, isErrorCode, PartaError, type ErrorCode, ERRORS } from '../core/errors.ts';
import { FileId, type Sha256 } from '../core/ids.ts';
import { FILE_BYTES_MAX } from '../core/limits.ts';
import { safeFileName } from '../core/names.ts';
import type { FileRef } from '../core/wire.ts';
import { CLAIM_MS, type KeptBytes } from './kept-bytes.ts';

/** Files sent side by side: a second one fills the pauses of the first, more would only share the same cable. */
export const PARALLEL_UPLOADS_MAX = 2;
/** One PATCH carries at most this much: what a proxy between school and home may limit. */
export const CHUNK_BYTES = 64 * 1024 ** 2;
export const RETRY_MIN_MS = 1_000;
export const RETRY_MAX_MS = 60_000;
/** Facts of this many files are kept; the oldest that have arrived are forgotten first. */
export const KEPT_FILES_MAX = 300;
/** Progress is told to the page at most this often. */
export const PROGRESS_EVERY_MS = 100;
/** How often a file that another tab is sending is looked after, and one's own claim is renewed. */
export const CLAIM_EVERY_MS = CLAIM_MS / 4;

const KEPT_KEY = 'parta.files';
const UNKNOWN_SHA256 = '0'.repeat(64) as Sha256;

/**
 * `queued`: also while its bytes are looked for, or another tab sends it · `sending` · `cut`: out of reach, tried again by itself ·
 * `stored`: the hub has it whole · `lost`: the page was reloaded and has no copy, or the hub has let go of it; the same file must be chosen again · `failed`: the hub or this device will not have it, see `code`.
 */
export type UploadState = 'queued' | 'sending' | 'cut' | 'stored' | 'lost' | 'failed';

export interface UploadView {
  fileId: FileId;
  name: string;
  sizeBytes: number;
  mediaType: string;
  state: UploadState;
  sentBytes: number;
  code: ErrorCode | null;
}

export interface Uploads extends FilesOnTheWay {
  /** Begins to send a chosen file under an id that is new. */
  add(fileId: FileId, file: File): void;
  /** The bytes of a lost file again. @returns false where it is visibly another file: name or size differ */
  again(fileId: FileId, file: File): boolean;
  /** Stops and forgets; the hub drops what it has of it. */
  remove(fileId: FileId): void;
  /** A failed file once more. */
  retry(fileId: FileId): void;
  view(fileId: FileId): UploadView | null;
  /** Grows with every change: React's snapshot. */
  version(): number;
  /** The hub answers again: whatever waits for another try goes now. */
  kick(): void;
  /** Whether bytes are still to be sent that only this page has. */
  isBusy(): boolean;
  close(): void;
}

const KeptFile = z.object({
  fileId: FileId,
  name: z.string(),
  sizeBytes: z.int(),
  mediaType: z.string(),
  isStored: z.boolean(),
  modifiedAt: z.optional(z.number()),
});
type KeptFile = z.infer<typeof KeptFile>;

interface Row extends UploadView {
  file: Blob | null;
  /** When the file was last changed whose bytes the hub has; undefined where it is not known. */
  modifiedAt: number | undefined;
  /** `file` is what the browser kept, not what was chosen. */
  isCopy: boolean;
  tries: number;
  timer: ReturnType<typeof setTimeout> | null;
  stop: ((terminate: boolean) => void) | null;
}

export interface UploadsOptions {
  /** A ticket that is good now; `fresh` after one was refused. */
  ticket: (fresh?: boolean) => Promise<string>;
  /** Where facts survive a reload; null: they do not. */
  storage: Storage | null;
  /** Where bytes do; null: nowhere. */
  kept?: KeptBytes | null;
}

/** Reads the first byte: tells a file that cannot be read any more from a network that is cut. */
async function whyUnreadable(file: Blob): Promise<ErrorCode | null> {
  if (file.size === 0) return null;
  try {
    await file.slice(0, 1).arrayBuffer();
    return null;
  } catch (thrown) {
    return thrown instanceof DOMException && thrown.name === 'NotFoundError' ? 'file-gone' : 'file-changed';
  }
}

export function openUploads({ ticket, storage, kept: copies = null }: UploadsOptions): Uploads {
  const rows = new Map<FileId, Row>();
  const listeners = new Set<() => void>();
  let version = 0;
  let isClosed = false;
  let telling: ReturnType<typeof setTimeout> | null = null;

  const told = () => {
    version += 1;
    for (const listener of listeners) listener();
  };
  const progressed = () => {
    telling ??= setTimeout(() => {
      telling = null;
      told();
    }, PROGRESS_EVERY_MS);
  };

  function readKept(): KeptFile[] {
    try {
      const parsed = z.safeParse(z.array(KeptFile), JSON.parse(storage?.getItem(KEPT_KEY) ?? '[]'));
      return parsed.success ? parsed.data : [];
    } catch {
      return [];
    }
  }
  function writeKept() {
    const kept = [...rows.values()].map(({ fileId, name, sizeBytes, mediaType, state, modifiedAt }): KeptFile => ({
      fileId,
      name,
      sizeBytes,
      mediaType,
      isStored: state === 'stored',
      ...(modifiedAt === undefined ? {} : { modifiedAt }),
    }));
    const surplus = kept.length - KEPT_FILES_MAX;
    const forgotten = new Set(kept.filter((file) => file.isStored).slice(0, Math.max(0, surplus)));
    try {
      storage?.setItem(KEPT_KEY, JSON.stringify(kept.filter((file) => !forgotten.has(file))));
    } catch {
      // Full or forbidden: a reload would then forget these files, and the page says so for each.
    }
  }
  type Facts = Omit<UploadView, 'state' | 'sentBytes' | 'code'> & Pick<KeptFile, 'modifiedAt'>;
  const rowOf = (file: Facts, state: UploadState): Row => ({
    fileId: file.fileId,
    name: file.name,
    sizeBytes: file.sizeBytes,
    mediaType: file.mediaType,
    state,
    sentBytes: state === 'stored' ? file.sizeBytes : 0,
    code: null,
    file: null,
    modifiedAt: file.modifiedAt,
    isCopy: false,
    tries: 0,
    timer: null,
    stop: null,
  });
  const unsent = copies ? 'queued' : 'lost';
  for (const kept of readKept()) rows.set(kept.fileId, rowOf(kept, kept.isStored ? 'stored' : unsent));

  // Another tab of the same pupil has finished a file that this one only knows by name.
  const heardFromTab = (event: StorageEvent) => {
    if (event.key !== KEPT_KEY || event.storageArea !== storage) return;
    for (const kept of readKept()) {
      const known = rows.get(kept.fileId);
      if (!known) {
        const row = rowOf(kept, kept.isStored ? 'stored' : unsent);
        rows.set(kept.fileId, row);
        if (row.state === 'queued') waitForTab(row);
      } else if (kept.isStored && known.state !== 'stored' && known.state !== 'sending') arrived(known);
    }
    told();
  };
  window.addEventListener('storage', heardFromTab);
  const online = () => kick();
  window.addEventListener('online', online);

  function change(row: Row, to: Partial<Row>) {
    const wasStored = row.state === 'stored';
    Object.assign(row, to);
    if ((row.state === 'stored') !== wasStored) writeKept();
    told();
  }

  function pump() {
    if (isClosed) return;
    let free = PARALLEL_UPLOADS_MAX - [...rows.values()].filter((row) => row.state === 'sending').length;
    for (const row of rows.values()) {
      if (free <= 0) return;
      // With a timer: another tab is at it.
      if (row.state !== 'queued' || !row.file || row.timer) continue;
      free -= 1;
      void send(row, row.file);
    }
  }

  /** Waits with full jitter (S11), then stands in line again. */
  function later(row: Row, code: ErrorCode) {
    const ceiling = Math.min(RETRY_MAX_MS, RETRY_MIN_MS * 2 ** Math.min(row.tries, 16));
    const timer = setTimeout(() => queue(row), Math.max(RETRY_MIN_MS / 2, Math.random() * ceiling));
    change(row, { state: 'cut', code, tries: row.tries + 1, timer, stop: null });
  }
  function queue(row: Row) {
    if (row.timer) clearTimeout(row.timer);
    change(row, { state: 'queued', timer: null, stop: null });
    pump();
  }
  function arrived(row: Row) {
    if (row.timer) clearTimeout(row.timer);
    void copies?.settle(row.fileId, 'stored');
    change(row, {
      state: 'stored',
      sentBytes: row.sizeBytes,
      file: null,
      timer: null,
      stop: null,
      tries: 0,
      code: null,
    });
    pump();
  }

  /** Another tab of this pupil sends it, or may do so. */
  function waitForTab(row: Row) {
    change(row, { state: 'queued', stop: null, timer: setTimeout(() => void lookFor(row), CLAIM_EVERY_MS) });
    pump();
  }
  /** What has become of a file that waits: sent by another tab, still at it, or ours to send. */
  async function lookFor(row: Row) {
    const found = (await copies?.find(row.fileId)) ?? { is: 'gone' };
    if (rows.get(row.fileId) !== row || row.state !== 'queued' || isClosed) return;
    row.timer = null;
    if (found.is === 'stored') return arrived(row);
    if (found.is === 'elsewhere') return waitForTab(row);
    if (found.is === 'here' && !row.file) Object.assign(row, { file: found.bytes, isCopy: true });
    // It was taken away in the other tab; or never could be kept.
    if (found.is === 'gone' && (row.isCopy || !row.file)) return change(row, { state: 'lost', file: null });
    queue(row);
  }
  /** What pages before this one left to be sent; also where their own facts of it were lost in a crash. */
  async function recover() {
    for (const facts of (await copies?.waiting()) ?? [])
      if (!rows.has(facts.fileId)) rows.set(facts.fileId, rowOf(facts, 'queued'));
    if (isClosed) return;
    writeKept();
    await Promise.all([...rows.values()].filter((row) => row.state === 'queued' && !row.file).map(lookFor));
  }
  if (copies) void recover();

  async function failed(row: Row, file: Blob, code: ErrorCode) {
    copies?.release(row.fileId);
    const unreadable = await whyUnreadable(file);
    // The stick was pulled out, or the file changed: what was chosen is still here.
    const copy = unreadable && !row.isCopy ? await copies?.find(row.fileId) : null;
    if (!rows.has(row.fileId) || isClosed) return;
    if (copy?.is === 'here') {
      Object.assign(row, { file: copy.bytes, isCopy: true });
      return queue(row);
    }
    const final = unreadable ?? code;
    // `file-missing`, `hash-mismatch` and a full disk can pass; a refusal that cannot is shown.
    if (!unreadable && ERRORS[final].retry === 'later') later(row, final);
    else change(row, { state: 'failed', code: final, stop: null });
    pump();
  }

  async function send(row: Row, file: Blob) {
    change(row, { state: 'sending', code: null });
    const isCurrent = () => rows.get(row.fileId) === row && row.state === 'sending' && !isClosed;
    try {
      // A dead ticket is found out here, not in the middle of a file.
      await ticket(row.tries > 0);
      if (copies && !(await copies.claim(row.fileId))) {
        if (isCurrent()) waitForTab(row);
        return;
      }
      // Chosen again it was another: half of each would be neither.
      if (file instanceof File && row.modifiedAt !== undefined && row.modifiedAt !== file.lastModified) {
        await drop(row.fileId);
        row.modifiedAt = file.lastModified;
        writeKept();
      }
      const { Upload, DetailedError } = await import('tus-js-client');
      if (!isCurrent()) return;
      const upload = new Upload(file, {
        endpoint: '/files',
        uploadUrl: `/files/${row.fileId}`,
        metadata: {
          fileId: row.fileId,
          filename: row.name,
          ...(row.mediaType ? { filetype: row.mediaType } : {}),
        },
        chunkSize: CHUNK_BYTES,
        retryDelays: null,
        // It would leave the file's name in localStorage.
        storeFingerprintForResuming: false,
        onBeforeRequest: async (request) => {
          request.setHeader('Authorization', `Bearer ${await ticket()}`);
        },
        onProgress: (sentBytes) => {
          row.sentBytes = sentBytes;
          if (sentBytes > 0) row.tries = 0;
          renew();
          progressed();
        },
        onSuccess: () => {
          clearInterval(renewing);
          if (isCurrent()) arrived(row);
        },
        onError: (error) => {
          clearInterval(renewing);
          if (!isCurrent()) return;
          const response = error instanceof DetailedError ? error.originalResponse : null;
          void failed(row, file, response ? codeIn(response.getStatus(), response.getBody()) : 'hub-unreachable');
        },
      });
      // Timers of a tab that nobody sees sleep for a minute; its progress does not.
      let renewedAt = Date.now();
      const renew = () => {
        if (!copies || Date.now() - renewedAt < CLAIM_EVERY_MS) return;
        renewedAt = Date.now();
        void copies.claim(row.fileId).then((isOurs) => {
          if (isOurs || !isCurrent()) return;
          row.stop?.(false);
          waitForTab(row);
        });
      };
      const renewing = setInterval(renew, CLAIM_EVERY_MS);
      row.stop = (terminate) => {
        clearInterval(renewing);
        void upload.abort(terminate).catch(() => undefined);
      };
      upload.start();
    } catch (thrown) {
      if (isCurrent()) await failed(row, file, thrown instanceof PartaError ? codeOf(thrown) : 'hub-unreachable');
    }
  }

  const ask = async (fileId: FileId, method: 'HEAD' | 'DELETE') =>
    fetch(`/files/${fileId}`, {
      method,
      headers: { Authorization: `Bearer ${await ticket()}`, 'Tus-Resumable': '1.0.0' },
    });
  /** Whether the hub has all of a file, by its own word. */
  async function isWhole(fileId: FileId): Promise<boolean> {
    const answer = await ask(fileId, 'HEAD');
    if (answer.status === 404) return false;
    if (!answer.ok) throw new PartaError('busy');
    return answer.headers.get('Upload-Offset') === answer.headers.get('Upload-Length');
  }
  /** The hub drops what it has of a file, unless a work names it. */
  async function drop(fileId: FileId): Promise<void> {
    const answer = await ask(fileId, 'DELETE');
    if (!answer.ok && ![403, 404].includes(answer.status)) throw new PartaError('busy');
  }

  function kick() {
    for (const row of rows.values()) if (row.state === 'cut') queue(row);
  }

  const shown = ({ fileId, name, sizeBytes, mediaType, state, sentBytes, code }: Row): UploadView => ({
    fileId,
    name,
    sizeBytes,
    mediaType,
    state,
    sentBytes,
    code,
  });

  return {
    add(fileId, file) {
      const facts = { fileId, name: safeFileName(file.name), sizeBytes: file.size, mediaType: file.type.slice(0, 100) };
      const row = { ...rowOf({ ...facts, modifiedAt: file.lastModified }, 'queued'), file };
      rows.set(fileId, row);
      writeKept();
      if (file.size > FILE_BYTES_MAX) change(row, { state: 'failed', code: 'too-large', file: null });
      else void copies?.keep(facts, file);
      told();
      pump();
    },
    again(fileId, file) {
      const row = rows.get(fileId);
      if (!row || row.name !== safeFileName(file.name) || row.sizeBytes !== file.size) return false;
      const { name, sizeBytes, mediaType } = row;
      void copies?.keep({ fileId, name, sizeBytes, mediaType }, file);
      Object.assign(row, { file, isCopy: false, tries: 0 });
      queue(row);
      return true;
    },
    remove(fileId) {
      const row = rows.get(fileId);
      if (!row) return;
      if (row.timer) clearTimeout(row.timer);
      rows.delete(fileId);
      if (row.stop) row.stop(true);
      // Cut or left by an earlier page, it is on the hub all the same.
      else if (row.state === 'lost' || (row.state !== 'stored' && row.sentBytes > 0))
        drop(fileId).catch(() => undefined);
      void copies?.settle(fileId, 'unwanted');
      writeKept();
      told();
      pump();
    },
    retry(fileId) {
      const row = rows.get(fileId);
      if (row?.state === 'failed' && row.file) queue(row);
    },
    view(fileId) {
      const row = rows.get(fileId);
      return row ? shown(row) : null;
    },
    version: () => version,
    kick,
    isBusy: () => [...rows.values()].some((row) => row.file !== null && row.state !== 'failed'),
    isStored: (fileId) => rows.get(fileId)?.state === 'stored',
    describe(fileId): FileRef | null {
      const row = rows.get(fileId);
      if (!row) return null;
      const { name, sizeBytes, mediaType } = row;
      // The hash is the hub's to say; until then the overlay shows name and size only.
      return { fileId, name, sizeBytes, mediaType, sha256: UNKNOWN_SHA256 };
    },
    async missing(fileIds) {
      const own = fileIds.flatMap((fileId) => rows.get(fileId) ?? []);
      for (const row of own)
        if (row.state === 'stored' && !(await isWhole(row.fileId)) && row.state === 'stored') {
          change(row, { state: 'lost', sentBytes: 0 });
          // Else the next page would believe that it has arrived, and keep no copy of it when it is chosen again.
          await copies?.settle(row.fileId, 'unwanted');
        }
      return own.some((row) => row.state !== 'stored');
    },
    watch(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    close() {
      isClosed = true;
      window.removeEventListener('storage', heardFromTab);
      window.removeEventListener('online', online);
      if (telling) clearTimeout(telling);
      for (const row of rows.values()) {
        if (row.timer) clearTimeout(row.timer);
        row.stop?.(false);
      }
      copies?.close();
      rows.clear();
      listeners.clear();
    },
  };
}

/** The hub's code in an answer of tus; where it gives none, what its status means. */
function codeIn(status: number, body: string): ErrorCode {
  // A ticket ended on the way; whether the whole sign-in has, asking for the next one will tell.
  if (status === 401) return 'busy';
  try {
    const parsed = JSON.parse(body) as { code?: unknown };
    if (isErrorCode(parsed.code)) return parsed.code;
  } catch {
    // Plain text from a proxy or from the protocol's own library.
  }
  if (status === 413) return 'too-large';
  if (status === 507) return 'disk-full';
  if (status === 423 || status === 429 || status >= 500) return 'busy';
  return status === 404 ? 'file-missing' : 'bad-request';
}
