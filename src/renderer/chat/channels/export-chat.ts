/**
 * Saves a chat: asks main for a folder, lets it put the files there, makes the page by pieces and streams it. Promises: the chat
 * is read in pieces and never held as a whole; what could not be had is counted and named on the page; when it is stopped or
 * fails, nothing is left in the folder.
 */
import type { ClassStore } from '../../../client/class-store.ts';
import { PartaError } from '../../../core/errors.ts';
import type { ChannelId, LogId } from '../../../core/ids.ts';
import type { FileRef } from '../../../core/wire.ts';
import type { DesktopCalls } from '../../desktop.tsx';
import { ExportNames } from './export-names.ts';
import { ExportPage, type ExportedChat } from './export-page.ts';

/** Characters gathered before they leave the page's own memory for the browser's. */
const PIECE_CHARS = 1_000_000;

export type ExportStep =
  | { at: 'choosing' | 'reading' | 'writing' }
  | { at: 'saving'; done: number; total: number }
  | { at: 'done'; messages: number; files: number; missing: number; exportId: string };

export interface ExportWork extends Omit<ExportedChat, 'pathOf' | 'formula' | 'now'> {
  desktop: DesktopCalls;
  store: ClassStore;
  serverId: string;
  logId: LogId;
  channelId: ChannelId;
  withFiles: boolean;
  isOnline: boolean;
  signal: AbortSignal;
  onStep: (step: ExportStep) => void;
}

/** @returns false where the person thought better of it. @throws PartaError of main, or `cancelled` by the signal */
export async function exportChat(work: ExportWork): Promise<boolean> {
  const { desktop, signal, onStep } = work;
  onStep({ at: 'choosing' });
  const begun = await desktop.call('export.begin', { folder: work.t.exporting.page.heading(work.title, work.chat) });
  if (!begun) return false;
  const { exportId } = begun;
  try {
    onStep({ at: 'reading' });
    const names = new ExportNames();
    const { count, hasFormulas } = await survey(work, names);
    const missing = await saveFiles(work, exportId, names);
    onStep({ at: 'writing' });
    const formula = hasFormulas ? (await import('./formula-markup.ts')).formulaMarkup : () => null;
    const pathOf = (file: FileRef) => {
      const name = names.nameOf(file);
      return !work.withFiles || missing.has(name) ? null : `files/${encodeURIComponent(name)}`;
    };
    const page = new ExportPage({ ...work, now: Date.now(), formula, pathOf });
    await desktop.exportPage(exportId, await blobOf(work, page, count));
    stopIf(signal);
    await desktop.call('export.end', { exportId, keep: true });
    const files = work.withFiles ? names.files.length - missing.size : 0;
    onStep({ at: 'done', messages: count, files, missing: missing.size, exportId });
    return true;
  } catch (error) {
    await desktop.call('export.end', { exportId, keep: false }).catch(() => undefined);
    throw error;
  }
}

function stopIf(signal: AbortSignal): void {
  if (signal.aborted) throw new PartaError('cancelled');
}

/** What there is: how many messages, which files under which names, and whether anything must be drawn. */
async function survey({ store, logId, channelId, signal }: ExportWork, names: ExportNames) {
  let count = 0;
  let hasFormulas = false;
  for await (const piece of store.messagesOf(logId, channelId)) {
    stopIf(signal);
    count += piece.length;
    for (const { files, text } of piece) {
      for (const file of files) names.nameOf(file);
      hasFormulas ||= text.includes('$');
    }
  }
  return { count, hasFormulas };
}

/** @returns names of files that could not be had */
async function saveFiles(work: ExportWork, exportId: string, names: ExportNames): Promise<ReadonlySet<string>> {
  const { desktop, serverId, isOnline, signal, onStep, withFiles } = work;
  const missing = new Set<string>();
  if (!withFiles) return missing;
  const total = names.files.length;
  for (const [done, { file, name }] of names.files.entries()) {
    stopIf(signal);
    onStep({ at: 'saving', done, total });
    const outcome = await desktop.call('export.file', { exportId, serverId, file, name, isOnline });
    if (outcome === 'missing') missing.add(name);
  }
  return missing;
}

async function blobOf({ store, logId, channelId, signal }: ExportWork, page: ExportPage, count: number): Promise<Blob> {
  const blobs: Blob[] = [];
  let gathered = page.head(count);
  for await (const piece of store.messagesOf(logId, channelId)) {
    stopIf(signal);
    gathered += page.messages(piece);
    if (gathered.length < PIECE_CHARS) continue;
    blobs.push(new Blob([gathered]));
    gathered = '';
  }
  return new Blob([...blobs, gathered + page.tail()], { type: 'text/html' });
}
