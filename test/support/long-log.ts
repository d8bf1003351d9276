/** A class whose log is long already: rows put straight into its store, since nobody can write so many in a test's time. */
import type { ChannelId, LogId, MemberId } from '../../src/core/ids.ts';
import { PAGE_ENTRIES_MAX } from '../../src/core/limits.ts';
import type { Label } from '../../src/core/wire.ts';
import { openSqliteStore } from '../../src/hub/store-sqlite.ts';
import { newId } from './person.ts';

export interface LongLog {
  dataDir: string;
  logId: LogId;
  channelId: ChannelId;
  by: MemberId;
  /** How many messages more. */
  count: number;
  textOf(index: number): string;
  labelOf?(index: number): Label;
}

/** Appends to the store of a hub that is closed. @returns the new head */
export async function lengthen({ dataDir, logId, channelId, by, count, textOf, labelOf }: LongLog): Promise<number> {
  const store = await openSqliteStore({ dataDir, hubName: '' });
  let head = (await store.head(logId))?.head ?? 0;
  for (let done = 0; done < count; done += PAGE_ENTRIES_MAX * 4) {
    const rows = Array.from({ length: Math.min(PAGE_ENTRIES_MAX * 4, count - done) }, (_, index) => ({
      id: newId() as never,
      at: 1_790_000_000_000 + (done + index) * 1_000,
      kind: 'messagePosted',
      label: labelOf?.(done + index) ?? ('all' as Label),
      by,
      about: null,
      body: JSON.stringify({ channelId, text: textOf(done + index), files: [], replyTo: null }),
      commandHash: 'hash',
      fileIds: [],
      erasure: null,
      enters: [],
      leaves: [],
    }));
    const appended = await store.append({ logId, expectedHead: head, rows, nextDueAt: null });
    if (!appended.ok) throw new Error('somebody else writes to this log');
    head += rows.length;
  }
  await store.close();
  return head;
}
