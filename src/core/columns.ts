/**
 * Many rows of a log as columns: one list per field instead of a record per row. What repeats (kinds, labels, authors) is said
 * once and numbered, times and seqs are steps from the one before, ids are one string; so a compressor sees like beside like, and
 * a reader who is far behind gets the same log in a third of the time and bytes. The body stays JSON as the hub keeps it.
 *
 * Promises: decoding what was encoded gives the same entries; what was not encoded here decodes to null, never to half a page.
 */
import * as z from 'zod/mini';
import { LogId, type CommandId, type MemberId } from './ids.ts';
import { Entry, LogKey } from './wire.ts';

/** Rows that one answer in columns may hold. */
export const COLUMN_ROWS_MAX = 16_384;

/** GET /api/logs/:logId/pages?after=&key= — a page like that of `pull`, but long and in columns ({@link encodeColumns}). */
export const FarPage = z.object({
  logId: LogId,
  logKey: LogKey,
  after: z.int().check(z.nonnegative()),
  upTo: z.int().check(z.nonnegative()),
  head: z.int().check(z.nonnegative()),
  columns: z.unknown(),
});

/** An entry whose body is JSON text still. */
export interface ColumnRow extends Omit<Entry, 'body'> {
  body: string | null;
}

/** Distinct values in order of appearance, and which of them each row has. */
interface Numbered<T> {
  of: T[];
  at: number[];
}

const ID_DIGITS = 32;
const HEADER = Entry.shape;
const Numbers = z.array(z.int()).check(z.maxLength(COLUMN_ROWS_MAX));
const numbered = <T extends z.core.$ZodType>(value: T) =>
  z.object({ of: z.array(value).check(z.maxLength(COLUMN_ROWS_MAX)), at: Numbers });
const Columns = z.object({
  seq: Numbers,
  at: Numbers,
  ids: z.string().check(z.regex(/^[0-9a-f]*$/), z.maxLength(COLUMN_ROWS_MAX * ID_DIGITS)),
  kind: numbered(HEADER.kind),
  label: numbered(HEADER.label),
  by: numbered(HEADER.by),
  about: numbered(HEADER.about),
  bodies: z.array(HEADER.body).check(z.maxLength(COLUMN_ROWS_MAX)),
});

const steps = (values: readonly number[]) => values.map((value, index) => value - (values[index - 1] ?? 0));

function sums(differences: readonly number[]): number[] {
  let sum = 0;
  return differences.map((difference) => (sum += difference));
}

function number<T>(values: readonly T[]): Numbered<T> {
  const places = new Map<T, number>();
  const at = values.map((value) => {
    const known = places.get(value);
    if (known === undefined) places.set(value, places.size);
    return known ?? places.size - 1;
  });
  return { of: [...places.keys()], at };
}

const withDashes = (digits: string) =>
  `${digits.slice(0, 8)}-${digits.slice(8, 12)}-${digits.slice(12, 16)}-${digits.slice(16, 20)}-${digits.slice(20)}`;

/**
 * Rows as the JSON text of columns.
 * @param rows in order, at most {@link COLUMN_ROWS_MAX}
 */
export function encodeColumns(rows: readonly ColumnRow[]): string {
  const header = {
    seq: steps(rows.map((row) => row.seq)),
    at: steps(rows.map((row) => row.at)),
    ids: rows.map((row) => row.id.replaceAll('-', '')).join(''),
    kind: number(rows.map((row) => row.kind)),
    label: number(rows.map((row) => row.label)),
    by: number(rows.map((row) => row.by)),
    about: number(rows.map((row) => row.about)),
  };
  return `${JSON.stringify(header).slice(0, -1)},"bodies":[${rows.map((row) => row.body ?? 'null').join()}]}`;
}

/** The entries in columns; null where these are no columns, or not all of one length, or not of rows in order. */
export function decodeColumns(raw: unknown): Entry[] | null {
  const parsed = z.safeParse(Columns, raw);
  if (!parsed.success) return null;
  const { kind, label, by, about, bodies, ids } = parsed.data;
  const seqs = sums(parsed.data.seq);
  const times = sums(parsed.data.at);
  const count = bodies.length;
  const lengths = [seqs, times, kind.at, label.at, by.at, about.at].map((column) => column.length);
  if (ids.length !== count * ID_DIGITS || lengths.some((length) => length !== count)) return null;

  const entries: Entry[] = [];
  for (let index = 0; index < count; index++) {
    const id = withDashes(ids.slice(index * ID_DIGITS, (index + 1) * ID_DIGITS)) as CommandId;
    const entry = {
      seq: seqs[index]!,
      at: times[index]!,
      id,
      kind: kind.of[kind.at[index]!],
      label: label.of[label.at[index]!],
      by: by.of[by.at[index]!] as MemberId | null | undefined,
      about: about.of[about.at[index]!],
      body: bodies[index]!,
    };
    const isInOrder = entry.seq > (entries.at(-1)?.seq ?? 0) && entry.at >= 0;
    const isWhole =
      entry.kind !== undefined && entry.label !== undefined && entry.by !== undefined && entry.about !== undefined;
    if (!isInOrder || !isWhole || !UUID.test(id)) return null;
    entries.push(entry as Entry);
  }
  return entries;
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
