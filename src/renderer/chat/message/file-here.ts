/** How a message's file stands on this computer: here, on its way (either direction), or absent. */
import type { Sha256 } from '../../../core/ids.ts';
import type { FileRef } from '../../../core/wire.ts';
import type { Transfer } from '../../../preload/contract.ts';
import { libraryUrl } from '../../../preload/contract/channels.ts';
import { hasHash, useDesktop, useIsHere, useTransfers } from '../../desktop.tsx';
import { useOpenClass } from '../../frame/classes.tsx';
import { useFailure } from '../../frame/failure.ts';
import type { Texts } from '../../texts/texts.ts';

export type FileHere =
  | { state: 'here'; url: string }
  /** Asked, not answered yet: show nothing for this moment. */
  | { state: 'unknown' }
  /** `pace`: it may also stand, waiting for its turn or for a network. */
  | { state: 'moving'; direction: 'up' | 'down'; percent: number; pace: Transfer['state'] }
  /** `fetch` asks for it, where the server has it. */
  | { state: 'absent'; fetch: () => void };

/** How far a file is, in words; '' where there is nothing to say. */
export function hereWords(t: Texts, here: FileHere): string {
  if (here.state === 'absent') return t.message.media.absent;
  if (here.state !== 'moving') return '';
  if (here.pace !== 'running') return t.transfers.states[here.pace];
  return t.message.media[here.direction === 'up' ? 'going' : 'coming'](here.percent);
}

const NO_FILE = '' as Sha256;

export function useFileHere(file: FileRef): FileHere {
  const { call } = useDesktop();
  const failed = useFailure();
  const { server } = useOpenClass();
  const known = hasHash(file) ? file.sha256 : NO_FILE;
  const isHere = useIsHere(known);
  const transfer = useTransfers().find((one) => one.fileId === file.fileId && one.state !== 'done');
  if (isHere === true) return { state: 'here', url: libraryUrl(known, file.name) };
  if (transfer) {
    const percent = transfer.sizeBytes > 0 ? Math.floor((transfer.doneBytes / transfer.sizeBytes) * 100) : 0;
    return { state: 'moving', direction: transfer.direction, percent, pace: transfer.state };
  }
  if (isHere === undefined && known !== NO_FILE) return { state: 'unknown' };
  const fetch = () =>
    void call('transfers.download', { serverId: server.serverId, files: [file], isWanted: true }).catch(failed);
  return { state: 'absent', fetch };
}
