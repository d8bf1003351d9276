/**
 * The store of a hub that keeps messages in memory only, as durable as bare Socket.IO: `fanout` compares like with like. Everything
 * else (people, classes, codes) is in the real store. Ids are looked up and rows can be read as ever; rows with files or erasures
 * are not taken.
 */
import type { CommandId, LogId } from '../../src/core/ids.ts';
import type { KnownCommand, Row, Store } from '../../src/hub/store.ts';
import { openSqliteStore, type SqliteOptions } from '../../src/hub/store-sqlite.ts';

interface Kept {
  /** Rows up to here are in the real store. */
  base: number;
  rows: Row[];
  ids: Map<CommandId, KnownCommand>;
}

export async function openForgetfulStore(options: SqliteOptions): Promise<Store> {
  const store = await openSqliteStore(options);
  const logs = new Map<LogId, Kept>();

  const own: Pick<Store, 'append' | 'head' | 'read' | 'known'> = {
    async append(append) {
      const { logId, expectedHead, rows } = append;
      const kept = logs.get(logId);
      const isPlain = rows.every((row) => row.kind === 'messagePosted' && row.fileIds.length === 0 && !row.erasure);
      if (!isPlain && kept) throw new Error('this class was begun to be kept in memory');
      if (!isPlain) return store.append(append);
      const log: Kept = kept ?? { base: (await store.head(logId))?.head ?? 0, rows: [], ids: new Map() };
      if (log.base + log.rows.length !== expectedHead) return { ok: false };
      logs.set(logId, log);
      let seq = expectedHead;
      for (const { id, at, kind, label, by, about, body, commandHash } of rows) {
        seq += 1;
        log.rows.push({ seq, id, at, kind, label, by, about, body });
        log.ids.set(id, { seq, hash: commandHash });
      }
      return { ok: true, unnamed: [], blanked: [] };
    },
    async head(logId) {
      const kept = logs.get(logId);
      const head = await store.head(logId);
      return kept && head ? { ...head, head: kept.base + kept.rows.length } : head;
    },
    async read(logId, after, upTo, limit) {
      const kept = logs.get(logId);
      const old = await store.read(logId, after, upTo, limit);
      if (!kept || old.length === limit) return old;
      const from = Math.max(0, after - kept.base);
      return [...old, ...kept.rows.slice(from, Math.min(upTo - kept.base, from + limit - old.length))];
    },
    async known(logId, ids) {
      const kept = logs.get(logId);
      if (!kept) return store.known(logId, ids);
      return new Map(ids.flatMap((id) => (kept.ids.has(id) ? [[id, kept.ids.get(id)!] as const] : [])));
    },
  };
  return new Proxy<Store>(store, {
    get(target, name) {
      if (Object.hasOwn(own, name)) return own[name as keyof typeof own];
      const value: unknown = Reflect.get(target, name, target);
      return typeof value === 'function' ? (value as () => unknown).bind(target) : value;
    },
  });
}
