/** What the client's store is measured by in a browser: our database and search beside Dexie as it is used without thought. */
import { Dexie, type Table } from 'dexie';
import * as z from 'zod/mini';
import { openDatabase, deleteDatabase, type Database } from '../../../src/client/database.ts';
import { Search } from '../../../src/client/search.ts';
import type { Entry, LogKey } from '../../../src/core/wire.ts';
import { longChat } from './long-chat.ts';

// As in the product: its pages forbid eval.
z.config({ jitless: true });

const LOG_KEY = 'hub:1:member:1' as LogKey;
const CHANGES = 100_000;
const NAME = 'ours';
const PEER_NAME = 'peer';

const chats = new Map<number, ReturnType<typeof longChat>>();
function chatOf(marksShare: number) {
  const chat = chats.get(marksShare) ?? longChat(CHANGES, marksShare);
  chats.set(marksShare, chat);
  return chat;
}

/** Fills our database page by page; milliseconds from the first page to the last one on disk. */
async function fillOurs(pageEntries: number, marksShare: number): Promise<number> {
  await deleteDatabase(NAME);
  const { logId, memberId, entries } = chatOf(marksShare);
  const database = await openDatabase(NAME);
  const head = entries.length;
  await database.followed({ logId, logKey: LOG_KEY, head, memberId, role: 'teacher', now: Date.now() });
  const begunAt = performance.now();
  for (let after = 0; after < head; after += pageEntries) {
    const part = entries.slice(after, after + pageEntries);
    await database.applyPage({ logId, logKey: LOG_KEY, after, upTo: after + part.length, head, entries: part });
  }
  const ms = performance.now() - begunAt;
  database.close();
  return ms;
}

interface PeerRow extends Entry {
  logId: string;
  messageSeq: number;
  text: string;
}
class PeerTables extends Dexie {
  declare changes: Table<PeerRow, string>;
  constructor() {
    super(PEER_NAME, { chromeTransactionDurability: 'relaxed' });
    this.version(1).stores({ changes: 'id, [logId+seq], [logId+messageSeq]' });
  }
}

/** A row per change, found by id, by its place, and by the message it speaks of: nothing is folded, nothing checked. */
async function fillPeer(): Promise<number> {
  await Dexie.delete(PEER_NAME);
  const { logId, entries } = chatOf(0.2);
  const rows = entries.map((entry) => {
    const messageSeq = Number(entry.body?.['messageSeq'] ?? entry.seq);
    return { ...entry, logId, messageSeq, text: String(entry.body?.['text'] ?? '') };
  });
  const tables = new PeerTables();
  await tables.open();
  const begunAt = performance.now();
  await tables.changes.bulkPut(rows);
  const ms = performance.now() - begunAt;
  tables.close();
  return ms;
}

let open: { database: Database; search: Search } | null = null;
/** Makes the index; milliseconds until the first answer. */
async function openSearch(): Promise<number> {
  const database = await openDatabase(NAME);
  open = { database, search: new Search(database) };
  const begunAt = performance.now();
  await open.search.find({ text: 'контрольная', limit: 50 });
  return performance.now() - begunAt;
}
async function searchOurs(text: string): Promise<{ ms: number; total: number }> {
  const begunAt = performance.now();
  const { total } = await open!.search.find({ text, limit: 50 });
  return { ms: performance.now() - begunAt, total };
}
async function searchPeer(text: string): Promise<{ ms: number; total: number }> {
  const tables = new PeerTables();
  await tables.open();
  const begunAt = performance.now();
  const found = await tables.changes.filter((row) => row.text.toLowerCase().includes(text)).toArray();
  const ms = performance.now() - begunAt;
  tables.close();
  return { ms, total: found.length };
}
/** The newest messages of the chat, with the database opened for it; milliseconds. */
async function openNewest(): Promise<number> {
  const { logId, channelId } = chatOf(0.2);
  const begunAt = performance.now();
  const database = await openDatabase(NAME);
  const { messages } = await database.messagesSnapshot(logId, channelId, { around: 'newest', count: 100 });
  const ms = performance.now() - begunAt;
  if (messages.length !== 100) throw new Error('the chat is not there');
  database.close();
  return ms;
}

const measured = { fillOurs, fillPeer, openSearch, searchOurs, searchPeer, openNewest };
export type Measured = typeof measured;
Object.assign(globalThis, { measured });
