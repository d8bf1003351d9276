/** Whose page is open now, asked of the hub again and again while somebody looks; nobody while there is no connection. */
import { useEffect, useState } from 'react';
import type { LogId, MemberId } from '../../core/ids.ts';
import { useConnection, useStore } from '../../ui/store.tsx';

export const PRESENT_POLL_MS = 4_000;

const NOBODY: ReadonlySet<MemberId> = new Set();

/** null while it cannot be known. */
export function usePresent(logId: LogId): ReadonlySet<MemberId> | null {
  const store = useStore();
  const connection = useConnection();
  const isOnline = connection?.state === 'online' || connection?.state === 'updating';
  const [present, setPresent] = useState<ReadonlySet<MemberId> | null>(null);
  useEffect(() => {
    if (!isOnline) return undefined;
    let isGone = false;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const ask = () => {
      const answer = document.hidden ? Promise.resolve(null) : store.hub.present(logId);
      answer
        .then(
          (ids) => void (isGone || ids === null || setPresent(ids.length === 0 ? NOBODY : new Set(ids))),
          () => void (isGone || setPresent(null)),
        )
        .finally(() => {
          // One question at a time, however slow the hub is.
          if (!isGone) timer = setTimeout(ask, PRESENT_POLL_MS);
        });
    };
    ask();
    return () => {
      isGone = true;
      clearTimeout(timer);
    };
  }, [store, logId, isOnline]);
  return isOnline ? present : null;
}
