/** Faults put into a resting hub's data, to see that the checker finds them: `demo -- --break NAME`. */
import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

export const BREAKS = ['lose', 'double', 'leak', 'wrong-pupil'] as const;
export type Break = (typeof BREAKS)[number];

interface Row {
  log_id: string;
  seq: number;
  about: string;
  body: string;
}

const DEEDS: Record<Break, (db: DatabaseSync, hubDir: string) => void> = {
  /** A file that a pupil has a confirmation for is gone from the disk. */
  lose: (db, hubDir) => {
    const { sha256 } = db
      .prepare("SELECT f.sha256 FROM file f JOIN file_ref r USING (file_id) WHERE r.label LIKE 'member:%' LIMIT 1")
      .get() as { sha256: string };
    const file = readdirSync(join(hubDir, 'files'), { recursive: true })
      .map(String)
      .find((name) => name.replaceAll(/[/\\]/g, '').includes(sha256));
    if (!file) throw new Error('no stored file to lose');
    rmSync(join(hubDir, 'files', file));
  },
  /** A message stands in the log a second time, under another id. */
  double: (db) => {
    const row = db
      .prepare("SELECT log_id, MAX(seq) AS seq FROM entry WHERE kind = 'messagePosted' GROUP BY log_id LIMIT 1")
      .get() as unknown as Row;
    const { head } = db.prepare('SELECT head FROM log WHERE log_id = ?').get(row.log_id) as { head: number };
    db.prepare(
      `INSERT INTO entry SELECT log_id, ?, at, substr(id, 1, 35) || CASE substr(id, 36) WHEN '0' THEN '1' ELSE '0' END, kind, label, by, about, body, NULL
       FROM entry WHERE log_id = ? AND seq = ?`,
    ).run(head + 1, row.log_id, row.seq);
    db.prepare('UPDATE log SET head = ? WHERE log_id = ?').run(head + 1, row.log_id);
  },
  /** One pupil's work becomes readable to the whole class. */
  leak: (db) => {
    const row = work(db);
    db.prepare("UPDATE entry SET label = 'all' WHERE log_id = ? AND seq = ?").run(row.log_id, row.seq);
  },
  /** One pupil's work stands under another's name. */
  'wrong-pupil': (db) => {
    const row = work(db);
    const other = db
      .prepare("SELECT about FROM entry WHERE log_id = ? AND kind = 'handedIn' AND about <> ? LIMIT 1")
      .get(row.log_id, row.about) as { about: string };
    const body = JSON.stringify({ ...(JSON.parse(row.body) as object), memberId: other.about, attempt: 2 });
    db.prepare('UPDATE entry SET about = ?, label = ?, body = ? WHERE log_id = ? AND seq = ?').run(
      other.about,
      `member:${other.about}`,
      body,
      row.log_id,
      row.seq,
    );
  },
};

const work = (db: DatabaseSync) =>
  db
    .prepare("SELECT log_id, seq, about, body FROM entry WHERE kind = 'handedIn' ORDER BY log_id, seq LIMIT 1")
    .get() as unknown as Row;

/** @param hubDir a hub's data folder; nobody may have it open */
export async function tamper(hubDir: string, what: Break): Promise<void> {
  const db = new DatabaseSync(join(hubDir, 'hub.db'));
  // Snapshots are disposable; without them the hub folds the rows as they now stand.
  db.exec('DELETE FROM snapshot');
  DEEDS[what](db, hubDir);
  db.close();
}
