/** How a message's file stands on this computer: here, on its way (either direction), or absent. */
import type { Sha256 } from '../../../core/ids.ts';
import type { FileRef } from '../../../core/wire.ts';
import { libraryUrl } from '../../../preload/contract/channels.ts';
import { hasHash, useDesktop, useIsHere, useTransfers } from '../../desktop.tsx';
import { useOpenClass } from '../../frame/classes.tsx';
import { useFailure } from '../../frame/failure.ts';

export type FileHere =
  | { state: 'here'; url: string }
  /** Asked, not answered yet: show nothing for this moment. */
  | { state: 'unknown' }
  | { state: 'moving'; direction: 'up' | 'down'; percent: number }
  /** `fetch` asks for it, where the server has it. */
  | { state: 'absent'; fetch: () => void };

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
    return { state: 'moving', direction: transfer.direction, percent };
  }
  if (isHere === undefined && known !== NO_FILE) return { state: 'unknown' };
  const fetch = () => void call('transfers.download', { serverId: server.serverId, files: [file] }).catch(failed);
  return { state: 'absent', fetch };
}
