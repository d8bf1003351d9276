// A queue over a real library and a scripted hub: what the tests of transfers share.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { Session, type FileRef } from '../../src/core/wire.ts';
import { askHub } from '../../src/main/hub-requests.ts';
import { openLibrary, type Library } from '../../src/main/library.ts';
import { SILENT } from '../../src/main/log.ts';
import { openTransfers, type Transfers, type TransfersOptions } from '../../src/main/transfers.ts';
import { heardShell, scratchDir, until } from './scratch.ts';
import { sha256Of, startScriptedHub, type ScriptedHub } from './scripted-hub.ts';

export const SERVER = 'server-1';
export const BIG = 3_000_000;

export interface Desk {
  hub: ScriptedHub;
  dir: string;
  library: Library;
  transfers: Transfers;
  refused: string[];
  reopen(options?: Partial<TransfersOptions>): Promise<void>;
  /** The hub is found at another address from now on. */
  moveTo(url: string): void;
}

/** @param shown how the hub's address is written: a name may stand for another computer */
export async function desk(
  options: Partial<TransfersOptions> = {},
  dir = scratchDir(),
  shown: (url: string) => string = (url) => url,
): Promise<Desk> {
  const hub = await startScriptedHub();
  let url = shown(hub.url);
  onTestFinished(() => hub.close());
  const refused: string[] = [];
  const library = await openLibrary(dir, heardShell());
  let ticket: Promise<string> | null = null;
  const hubs = {
    async session() {
      ticket ??= ticketOf(url).catch((error: unknown) => {
        ticket = null;
        throw error;
      });
      return { ticket: await ticket, url };
    },
    ticketRefused(serverId: string) {
      refused.push(serverId);
      ticket = null;
    },
  };
  const open = (more: Partial<TransfersOptions>) =>
    openTransfers({
      dir,
      library,
      hubs,
      onChange: () => {},
      log: SILENT,
      retryFirstMs: 1,
      ...options,
      ...more,
    });
  const made: Desk = {
    hub,
    dir,
    library,
    refused,
    transfers: await open({}),
    moveTo(to) {
      url = to;
      ticket = null;
    },
    async reopen(more = {}) {
      await made.transfers.close();
      made.transfers = await open(more);
    },
  };
  onTestFinished(() => made.transfers.close());
  return made;
}

export const ticketOf = (url: string): Promise<string> =>
  askHub(url, '/api/session', Session, { method: 'POST', body: {} }).then(({ ticket }) => ticket);

/** A file somewhere on this computer, as a teacher chooses it. */
export function chosen(dir: string, name: string, bytes: Uint8Array): string {
  mkdirSync(join(dir, 'chosen'), { recursive: true });
  const path = join(dir, 'chosen', name);
  writeFileSync(path, bytes);
  return path;
}

/** A file that the hub has. */
export function offered(hub: ScriptedHub, bytes: Buffer, id = sha256Of(bytes).slice(0, 32)): FileRef {
  hub.files.set(id, bytes);
  return {
    fileId: id as FileRef['fileId'],
    name: 'работа.pdf',
    sizeBytes: bytes.length,
    sha256: sha256Of(bytes) as FileRef['sha256'],
    mediaType: 'application/pdf',
  };
}

export const states = (transfers: Transfers) => transfers.list().map(({ state }) => state);
export const allDone = (transfers: Transfers) => until(() => states(transfers).every((state) => state === 'done'));

/** A journal's record of a file that was chosen and not copied yet. */
export function queuedUpload(path: string, sizeBytes: number, mtimeMs: number) {
  return {
    transferId: 't1',
    serverId: SERVER,
    direction: 'up' as const,
    fileId: 'a'.repeat(32) as FileRef['fileId'],
    name: 'a.txt',
    sizeBytes,
    mediaType: 'text/plain',
    sha256: null,
    state: 'queued' as const,
    code: null,
    source: { path, sizeBytes, mtimeMs },
    doneAt: null,
  };
}

/** Bytes as a page sends them. */
export async function* chunks(bytes: Buffer): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += 10_000) yield bytes.subarray(at, at + 10_000);
}
