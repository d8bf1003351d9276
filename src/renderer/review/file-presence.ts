/**
 * Which files of a class are on this computer, and how the others stand. Promises: nothing is asked of the network here; a file
 * counts as here only when the library has verified it whole.
 */
import { useEffect, useMemo, useState } from 'react';
import type { ErrorCode } from '../../core/errors.ts';
import type { Sha256 } from '../../core/ids.ts';
import type { FileRef } from '../../core/wire.ts';
import type { Transfer } from '../../preload/contract.ts';
import { useDesktop, useGoneCount, useTransfers } from '../desktop.tsx';
import { foremost } from '../frame/transfer-groups.ts';

export type Presence =
  | { state: 'here' }
  | { state: 'coming'; doneBytes: number; sizeBytes: number }
  | { state: 'queued' }
  | { state: 'paused'; transferId: string }
  | { state: 'failed'; transferId: string; code: ErrorCode }
  | { state: 'absent' };

/** undefined until the library has answered once; show nothing for that moment. */
export type Presences = (file: FileRef) => Presence | undefined;

const NONE: ReadonlySet<Sha256> = new Set();

export function usePresences(files: readonly FileRef[]): Presences {
  const desktop = useDesktop();
  const transfers = useTransfers();
  const goneCount = useGoneCount();
  const hashes = [...new Set(files.map((file) => file.sha256))].sort().join(' ');
  const wanted = useMemo(() => new Set(hashes.split(' ').filter(Boolean) as Sha256[]), [hashes]);
  const relevant = useMemo(
    () => transfers.filter((transfer) => transfer.sha256 !== null && wanted.has(transfer.sha256)),
    [transfers, wanted],
  );
  // The library is asked again when a transfer has come or ended or files have gone, not while bytes flow.
  const ended = relevant.map((transfer) => `${transfer.transferId}${transfer.state === 'done'}`).join();
  const [here, setHere] = useState<{ of: string; found: ReadonlySet<Sha256> } | null>(null);

  useEffect(() => {
    let isGone = false;
    const answer = wanted.size === 0 ? Promise.resolve([]) : desktop.call('library.has', { hashes: [...wanted] });
    answer.then(
      (found) => void (isGone || setHere({ of: hashes, found: new Set(found) })),
      () => void (isGone || setHere({ of: hashes, found: NONE })),
    );
    return () => {
      isGone = true;
    };
  }, [desktop, wanted, hashes, ended, goneCount]);

  return useMemo(() => {
    const byHash = foremost(relevant);
    return (file) => {
      if (here?.found.has(file.sha256)) return { state: 'here' };
      const transfer = byHash.get(file.sha256);
      if (transfer && transfer.state !== 'done') return onTheWay(transfer);
      return here?.of === hashes ? { state: 'absent' } : undefined;
    };
  }, [relevant, here, hashes]);
}

function onTheWay({ state, transferId, code, doneBytes, sizeBytes }: Transfer): Presence {
  if (state === 'paused') return { state, transferId };
  if (state === 'failed') return { state, transferId, code: code ?? 'internal' };
  return state === 'running' ? { state: 'coming', doneBytes, sizeBytes } : { state: 'queued' };
}
