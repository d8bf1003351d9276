/**
 * Files that a teacher hands out in a lesson, fetched before the pupil asks: his tile on the teacher's wall fills by itself, and the file
 * opens at once, also when the line is gone by then. Promises: one file at a time, in pieces, so that a cut costs a piece; at most
 * {@link HELD_BYTES_MAX} are held, what is more stays a plain link; nothing of it outlives the page. Hides: ranges, retries (S11).
 */
import type { FileId } from '../core/ids.ts';
import type { FileRef } from '../core/wire.ts';

/** Held for the page's life; a browser keeps so much on its disk, not in memory. */
export const HELD_BYTES_MAX = 300e6;
export const PIECE_BYTES = 8e6;
export const RETRY_MIN_MS = 1_000;
export const RETRY_MAX_MS = 30_000;

export type Got = { state: 'coming'; doneBytes: number } | { state: 'here'; url: string };

export interface HandedOut {
  /** Fetches these, in this order, after what is wanted already. */
  want(files: readonly FileRef[]): void;
  /** Null where it was not asked for, or is too much to hold. */
  find(fileId: FileId): Got | null;
  /** Those that are here, in the order in which they were wanted. */
  whole(): FileId[];
  watch(listener: () => void): () => void;
  /** Grows with every change. */
  version(): number;
  close(): void;
}

export interface HandedOutOptions {
  fetch?: typeof fetch;
  random?: () => number;
  retryMinMs?: number;
}

export function openHandedOut({
  fetch: get = (...asked) => fetch(...asked),
  random = Math.random,
  retryMinMs = RETRY_MIN_MS,
}: HandedOutOptions = {}): HandedOut {
  const held = new Map<FileId, Got>();
  const queue: FileRef[] = [];
  const listeners = new Set<() => void>();
  const stop = new AbortController();
  let heldBytes = 0;
  let version = 0;
  let isBusy = false;

  const told = () => {
    version += 1;
    for (const listener of listeners) listener();
  };

  async function piece({ fileId, sha256, sizeBytes }: FileRef, at: number): Promise<Blob> {
    const end = Math.min(at + PIECE_BYTES, sizeBytes);
    for (let tries = 0; ; tries++) {
      try {
        const answer = await get(`/api/files/${fileId}`, {
          headers: { Range: `bytes=${at}-${end - 1}`, 'If-Range': `"${sha256}"` },
          signal: stop.signal,
        });
        if (answer.status === 206) {
          const blob = await answer.blob();
          if (blob.size === end - at) return blob;
        } else if (answer.status < 500 && answer.status !== 401 && answer.status !== 429) throw new Refused();
      } catch (thrown) {
        if (thrown instanceof Refused || stop.signal.aborted) throw thrown;
      }
      const bound = Math.min(RETRY_MAX_MS, retryMinMs * 2 ** Math.min(tries, 10));
      await new Promise((resolve) => setTimeout(resolve, random() * bound));
      if (stop.signal.aborted) throw new Refused();
    }
  }

  async function bring(file: FileRef) {
    const pieces: Blob[] = [];
    let doneBytes = 0;
    while (doneBytes < file.sizeBytes) {
      const blob = await piece(file, doneBytes);
      pieces.push(blob);
      doneBytes += blob.size;
      held.set(file.fileId, { state: 'coming', doneBytes });
      told();
    }
    // Never shown as a page of ours: whatever it is, the browser saves it.
    const url = URL.createObjectURL(new Blob(pieces, { type: 'application/octet-stream' }));
    held.set(file.fileId, { state: 'here', url });
    told();
  }

  async function pump() {
    if (isBusy) return;
    isBusy = true;
    for (let file = queue.shift(); file && !stop.signal.aborted; file = queue.shift()) {
      try {
        await bring(file);
      } catch {
        // Gone, or not for him any more: it is a link as any other.
        heldBytes -= file.sizeBytes;
        held.delete(file.fileId);
        told();
      }
    }
    isBusy = false;
  }

  return {
    want(files) {
      for (const file of files) {
        if (held.has(file.fileId) || heldBytes + file.sizeBytes > HELD_BYTES_MAX) continue;
        heldBytes += file.sizeBytes;
        held.set(file.fileId, { state: 'coming', doneBytes: 0 });
        queue.push(file);
      }
      void pump();
    },
    find: (fileId) => held.get(fileId) ?? null,
    whole: () => [...held].flatMap(([fileId, { state }]) => (state === 'here' ? [fileId] : [])),
    watch(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    version: () => version,
    close() {
      stop.abort();
      for (const got of held.values()) if (got.state === 'here') URL.revokeObjectURL(got.url);
      held.clear();
      queue.length = 0;
      listeners.clear();
    },
  };
}

/** No more tries: the hub has said no, or the page is going. */
class Refused extends Error {}
