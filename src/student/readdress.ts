/**
 * What a pupil wrote to one person stands in a channel whose id follows from the two of them. Let in again after a restore, he may be
 * another line of the list, and such a channel is not there. Promises: what was refused for that goes to the same person in the
 * channel that the two have now, with a new id (S10), once, whichever tab or reload comes first.
 */
import type { ClassStore, OutboxRow, Stop } from '../client/class-store.ts';
import { directIdOf, type LogId, type MemberId } from '../core/ids.ts';

/** Looks after the outbox until stopped. */
export function watchAddresses(store: ClassStore): Stop {
  const members = new Map<LogId, MemberId>();
  const watched = new Map<LogId, Stop>();
  let rows: readonly OutboxRow[] = [];
  const look = () => {
    for (const { id, logId, command, state } of rows) {
      if (state !== 'refused' || command.kind !== 'postMessage' || !command.body.to) continue;
      if (!watched.has(logId))
        watched.set(
          logId,
          store.watchClass(logId, (view) => {
            if (!view || members.get(logId) === view.memberId) return;
            members.set(logId, view.memberId);
            look();
          }),
        );
      const memberId = members.get(logId);
      const channelId = memberId && directIdOf(memberId, command.body.to);
      if (!channelId || channelId === command.body.channelId) continue;
      // Another tab was faster: it is not there any more.
      store.edit(id, 'postMessage', { ...command.body, channelId }).catch(() => undefined);
    }
  };
  const stop = store.watchOutbox((now) => {
    rows = now;
    look();
  });
  return () => {
    stop();
    for (const end of watched.values()) end();
  };
}
