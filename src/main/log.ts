/**
 * The app's log: JSON lines of numbers, booleans, ids and codes. Promises: no name, text or path of a person can get in,
 * because a field of free text does not compile; the files stay small. Hides: where they lie and how they turn over.
 */
import { appendFileSync, createWriteStream, mkdirSync, renameSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { codeOf, type ErrorCode } from '../core/errors.ts';
import type { FileId, HubId, PersonId, Sha256 } from '../core/ids.ts';
import type { CallName } from '../preload/contract.ts';

/** A log turns over at this size; one older file is kept. */
export const LOG_BYTES_MAX = 5_000_000;

export type LogValue = number | boolean | null | ErrorCode | CallName | FileId | HubId | PersonId | Sha256;
export type LogEvent =
  | 'app-start'
  | 'app-stop'
  | 'call-refused'
  | 'call-failed'
  | 'output-refused'
  | 'hub-starting'
  | 'hub-ready'
  | 'hub-exit'
  | 'hub-silent'
  | 'hub-failed'
  | 'settings-set-aside'
  | 'memory-set-aside'
  | 'transfer-done'
  | 'transfer-failed'
  | 'keeping-failed'
  | 'files-freed'
  | 'file-damaged'
  | 'navigation-denied'
  | 'popup-denied'
  | 'permission-denied'
  | 'page-gone'
  | 'secrets-unprotected'
  | 'uncaught';

export interface Log {
  write(event: LogEvent, fields?: Readonly<Record<string, LogValue>>): void;
  /** What went wrong where: the error's code and the places in our own files, never its words. */
  failure(event: LogEvent, error: unknown, fields?: Readonly<Record<string, LogValue>>): void;
}

/** Nothing is written: for tests. */
export const SILENT: Log = { write: () => {}, failure: () => {} };

/** @param path the file to append to; its folder is made. Nothing here ever throws: a full disk must not stop the app. */
export function openLog(path: string): Log {
  quietly(() => mkdirSync(dirname(path), { recursive: true }));
  let sizeBytes = sizeOf(path);
  const append = (line: object) =>
    quietly(() => {
      const text = `${JSON.stringify(line)}\n`;
      if (sizeBytes + text.length > LOG_BYTES_MAX) {
        renameSync(path, `${path}.1`);
        sizeBytes = 0;
      }
      appendFileSync(path, text);
      sizeBytes += text.length;
    });
  return {
    write: (event, fields = {}) => append({ at: Date.now(), event, ...fields }),
    failure: (event, error, fields = {}) => append({ at: Date.now(), event, ...fields, ...placesOf(error) }),
  };
}

/** What a child process prints, kept beside the log under the same limit (counted per start). */
export function childOutput(path: string): (stream: NodeJS.ReadableStream | null) => void {
  quietly(() => mkdirSync(dirname(path), { recursive: true }));
  if (sizeOf(path) > LOG_BYTES_MAX) quietly(() => renameSync(path, `${path}.1`));
  return (stream) => {
    if (!stream) return;
    const file = createWriteStream(path, { flags: 'a' });
    file.on('error', () => stream.resume());
    let leftBytes = LOG_BYTES_MAX;
    stream.on('data', (chunk: Buffer) => {
      leftBytes -= chunk.length;
      if (leftBytes > 0) file.write(chunk);
    });
    stream.on('end', () => file.end());
  };
}

function placesOf(error: unknown): Record<string, unknown> {
  if (!(error instanceof Error)) return { code: codeOf(error) };
  const errno =
    'code' in error && typeof error.code === 'string' && /^[A-Za-z_-]+$/.test(error.code) ? error.code : null;
  const places = (error.stack ?? '')
    .split('\n')
    .filter((line) => /^ {4}at /.test(line))
    .slice(0, 5)
    .map((line) => line.replace(/^ {4}at |file:\/\/\S*\//g, '').trim());
  return { code: codeOf(error), errno, kind: error.name, places };
}

const sizeOf = (path: string) => {
  try {
    return statSync(path).size;
  } catch {
    return 0;
  }
};

function quietly(action: () => void): void {
  try {
    action();
  } catch {
    // A log that cannot be written must not be the end of the lesson.
  }
}
