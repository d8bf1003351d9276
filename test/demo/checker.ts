/**
 * The judge of the story. It shares no code with the product: it opens the hub's database and files as they lie on the disk, takes
 * what pupils saw on the wire and on their pages, and what the story's own journal says, and holds the three against each other.
 */
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { Journal } from './journal.ts';
import type { Seen } from './pupil-runner.ts';

export interface Verdict {
  handedIn: number;
  returned: number;
  /** Acknowledged things that are nowhere, or are under somebody else's name. */
  lost: number;
  doubled: number;
  /** Things that somebody saw and should not have. */
  leaked: number;
  faults: string[];
}

export interface Row {
  log_id: string;
  seq: number;
  id: string;
  kind: string;
  label: string;
  about: string | null;
  body: Record<string, unknown> | null;
}

const sha256 = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');

/** Every row of the hub's log, as it lies on the disk. */
export function readRows(hubDir: string): Row[] {
  const db = new DatabaseSync(join(hubDir, 'hub.db'), { readOnly: true });
  const rows = db
    .prepare('SELECT log_id, seq, id, kind, label, about, body FROM entry ORDER BY log_id, seq')
    .all() as unknown as (Omit<Row, 'body'> & { body: string | null })[];
  db.close();
  return rows.map((row) => ({
    ...row,
    body: row.body === null ? null : (JSON.parse(row.body) as Record<string, unknown>),
  }));
}

/** Hashes of what really lies in the hub's store, computed from the bytes. */
export function storedHashes(hubDir: string): Set<string> {
  const folder = join(hubDir, 'files');
  if (!existsSync(folder)) return new Set();
  const files = readdirSync(folder, { recursive: true }).map((name) => join(folder, String(name)));
  return new Set(files.filter((file) => statSync(file).isFile()).map((file) => sha256(readFileSync(file))));
}

export function check(
  hubDir: string,
  seen: readonly Seen[],
  journal: Journal,
  story: { task: string; sheet: string },
): Verdict {
  const verdict: Verdict = { handedIn: 0, returned: 0, lost: 0, doubled: 0, leaked: 0, faults: [] };
  const lose = (what: string) => void (verdict.lost++, verdict.faults.push(`lost: ${what}`));
  const double = (what: string) => void (verdict.doubled++, verdict.faults.push(`doubled: ${what}`));
  const leak = (what: string) => void (verdict.leaked++, verdict.faults.push(`leaked: ${what}`));

  const rows = readRows(hubDir);
  const stored = storedHashes(hubDir);
  const ids = new Set<string>();
  const heads = new Map<string, number>();
  for (const row of rows) {
    if (row.seq !== (heads.get(row.log_id) ?? 0) + 1)
      lose(`seq ${row.seq} of a log follows ${heads.get(row.log_id) ?? 0}`);
    heads.set(row.log_id, row.seq);
    if (ids.has(`${row.log_id} ${row.id}`)) double(`command ${row.id}`);
    ids.add(`${row.log_id} ${row.id}`);
  }

  const titles = new Map(
    rows.filter((row) => row.kind === 'classCreated').map((row) => [row.body?.['title'] as string, row.log_id]),
  );
  const logOf = (title: string) => rows.filter((row) => row.log_id === titles.get(title));
  /** The line of the list behind a name. */
  const memberOf = (title: string, name: string) => logOf(title).find((row) => row.kind === 'memberListed' && row.body?.['name'] === name)?.body?.['memberId'] as string | undefined; // prettier-ignore

  // Messages: what was written is there, once.
  const texts = rows.filter((row) => row.kind === 'messagePosted').map((row) => row.body?.['text'] as string);
  const expected = [
    ...journal.messages,
    ...seen.filter((one) => one.handedIn).map((one) => `Сдано, ${one.plan.index}`),
  ];
  for (const text of expected) {
    const times = texts.filter((one) => one === text).length;
    if (times === 0) lose(`a message of ${text.length} signs`);
    if (times > 1) double(`a message stands ${times} times`);
  }

  const sheetHash = sha256(readFileSync(story.sheet));
  for (const one of seen) {
    const { plan } = one;
    const who = `pupil ${plan.index} of ${plan.title}`;
    const memberId = memberOf(plan.title, plan.name);
    if (!memberId) {
      lose(`${who} is not on the list`);
      continue;
    }
    for (const odd of one.oddities ?? []) verdict.faults.push(`${who}: ${odd}`);
    if (one.taskFileSha256 !== sheetHash) lose(`${who} got another task file`);

    // Handed in: one row, of this pupil, with this file, this confirmation, these bytes on the disk.
    const works = logOf(plan.title).filter((row) => row.kind === 'handedIn' && row.about === memberId);
    if (works.length > 1) double(`${who} has ${works.length} works`);
    const work = works.find((row) => row.body?.['receipt'] === one.receipt);
    const [file] = (work?.body?.['files'] ?? []) as { sha256: string; name: string }[];
    const elsewhere = logOf(plan.title).some((row) => row.kind === 'handedIn' && row.body?.['receipt'] === one.receipt);
    if (!work && elsewhere) lose(`the work of ${who} stands under another pupil's name`);
    else if (!work) lose(`the work of ${who} under his confirmation`);
    else if (file?.sha256 !== one.handedIn?.sha256 || file?.name !== one.handedIn?.name)
      lose(`the work of ${who} names another file`);
    else if (!stored.has(file?.sha256 ?? '')) lose(`the bytes of the work of ${who}`);
    else verdict.handedIn += 1;

    // Given back: the mark of the journal, once, and the pupil saw it.
    const review = journal.reviews.find(({ title, name }) => title === plan.title && name === plan.name);
    const given = logOf(plan.title).filter((row) => row.kind === 'givenBack' && row.about === memberId);
    if (given.length > 1) double(`the mark of ${who} was given back ${given.length} times`);
    const mark = given[0]?.body?.['mark'] ?? null;
    if (!review) lose(`${who} was never reviewed`);
    else if (given.length === 0) lose(`the mark of ${who}`);
    else if (mark !== review.mark || given[0]?.body?.['comment'] !== review.comment)
      lose(`${who} has the mark ${String(mark)}, the teacher gave ${review.mark}`); // prettier-ignore
    else if (one.mark !== review.mark)
      lose(`${who} sees the mark ${String(one.mark)}, the teacher gave ${review.mark}`);
    else verdict.returned += 1;

    // Seen on the wire: nothing of somebody else, nothing of the teachers' own.
    for (const entry of one.entries ?? []) {
      const isOthers =
        (entry.kind === 'handedIn' || entry.kind === 'givenBack') && entry.body?.['memberId'] !== memberId;
      const isTeachers = ['reviewed', 'memberListed', 'joinRequested', 'joinDeclined', 'assignmentScheduled'].includes(
        entry.kind,
      );
      if (isOthers || isTeachers) leak(`${who} saw ${entry.kind} (seq ${entry.seq})`);
    }
  }
  return verdict;
}
