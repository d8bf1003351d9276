/**
 * Reading a log over HTTP, thousands of rows an answer, for whoever is far behind: after a holiday, on a new device, after another
 * identity of the hub (S14). Gives the same page that `pull` gives, only longer (S5). In a file of its own, so that a page that has
 * caught up never loads it.
 */
import { decodeColumns, FarPage } from '../core/columns.ts';
import { PartaError } from '../core/errors.ts';
import type { LogId } from '../core/ids.ts';
import type { LogKey, Page } from '../core/wire.ts';
import { ask, type Fetch } from './hub-api.ts';
import type { Address } from './transport.ts';

/** What is asked for: rows after a cursor, under the key that was last told. */
export interface FarQuestion {
  logId: LogId;
  logKey: LogKey;
  after: number;
}

/** GET /api/logs/:logId/pages. Throws the hub's code, or `not-a-hub` where the answer is not the one asked for. */
export async function askFar(fetch: Fetch, address: Address, { logId, logKey, after }: FarQuestion): Promise<Page> {
  const path = `/api/logs/${logId}/pages?${new URLSearchParams({ after: String(after), key: logKey })}`;
  const { columns, ...facts } = await ask(fetch, address, 'GET', path, FarPage);
  const entries = decodeColumns(columns);
  const isWhole = entries?.every((entry) => entry.seq > after && entry.seq <= facts.upTo);
  if (!entries || !isWhole || facts.logId !== logId || facts.after !== after) throw new PartaError('not-a-hub');
  return { ...facts, entries };
}
