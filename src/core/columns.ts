/**
 * Many rows of a log as columns: one list per field instead of a record per row. What repeats (kinds, labels, authors) is said
 * once and numbered, times and seqs are steps from the one before, ids are their times and one string of chance; so a compressor
 * sees like beside like. Bodies stay JSON as the hub keeps them, except that messages, the bulk of a log, are their texts and what
 * is around them, said once.
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

/** Of the 32 digits of an id the first 12 are a time in milliseconds (RFC 9562, 5.7), in whatever version. */
const ID_TIME_DIGITS = 12;
const ID_REST_DIGITS = 20;
const HEADER = Entry.shape;
const Numbers = z.array(z.int()).check(z.maxLength(COLUMN_ROWS_MAX));
const numbered = <T extends z.core.$ZodType>(value: T) =>
  z.object({ of: z.array(value).check(z.maxLength(COLUMN_ROWS_MAX)), at: Numbers });
const Columns = z.object({
  seq: Numbers,
  at: Numbers,
  idTimes: Numbers,
  idRests: z.string().check(z.regex(/^[0-9a-f]*$/), z.maxLength(COLUMN_ROWS_MAX * ID_REST_DIGITS)),
  kind: numbered(HEADER.kind),
  label: numbered(HEADER.label),
  by: numbered(HEADER.by),
  about: numbered(HEADER.about),
  /** What is around the texts; its number is -1 where the body is whole, in `bodies`. */
  around: numbered(z.record(z.string(), z.unknown())),
  texts: z.array(z.string()).check(z.maxLength(COLUMN_ROWS_MAX)),
  bodies: z.array(HEADER.body).check(z.maxLength(COLUMN_ROWS_MAX)),
});

function sums(differences: readonly number[]): number[] {
  let sum = 0;
  return differences.map((difference) => (sum += difference));
}

/** Numbers values in order of appearance. */
class Numbering<T> {
  readonly places = new Map<T, number>();
  readonly at: number[] = [];
  #last: T | undefined;
  #lastPlace = -1;

  add(value: T): void {
    // Most rows are like the one before them.
    if (this.#lastPlace < 0 || value !== this.#last) {
      this.#last = value;
      this.#lastPlace = this.places.get(value) ?? this.places.size;
      this.places.set(value, this.#lastPlace);
    }
    this.at.push(this.#lastPlace);
  }

  /** A row that has no such value. */
  skip(): void {
    this.at.push(-1);
  }

  toJSON(): Numbered<T> {
    return { of: [...this.places.keys()], at: this.at };
  }
}

/** Steps from each number to the next. */
class Steps {
  readonly steps: number[] = [];
  #last = 0;
  add(value: number): void {
    this.steps.push(value - this.#last);
    this.#last = value;
  }
  toJSON(): number[] {
    return this.steps;
  }
}

const withDashes = (digits: string) =>
  `${digits.slice(0, 8)}-${digits.slice(8, 12)}-${digits.slice(12, 16)}-${digits.slice(16, 20)}-${digits.slice(20)}`;

// How the body of a message begins. Only this far is it sure, without parsing, that the text found is the message's own.
const TEXT_KEY = '","text":"';
const BEFORE_TEXT = `{"channelId":"${'0'.repeat(36)}`.length;

/** A body taken apart into its text, a JSON string, and the JSON around it; null where it is no message's. */
function split(body: string): { text: string; around: string } | null {
  if (!body.startsWith('{"channelId":"') || !body.startsWith(TEXT_KEY, BEFORE_TEXT)) return null;
  const begin = BEFORE_TEXT + TEXT_KEY.length - 1;
  let end = body.indexOf('"', begin + 1);
  for (; end >= 0; end = body.indexOf('"', end + 1)) {
    let slashes = 0;
    while (body.charCodeAt(end - 1 - slashes) === BACKSLASH) slashes += 1;
    // An odd one belongs to the quotation mark.
    if (slashes % 2 === 0) break;
  }
  if (end < 0) return null;
  return { text: body.slice(begin, end + 1), around: `${body.slice(0, BEFORE_TEXT)}"${body.slice(end + 1)}` };
}
const BACKSLASH = 92;

/**
 * Rows as the JSON text of columns.
 * @param rows in order, at most {@link COLUMN_ROWS_MAX}
 */
export function encodeColumns(rows: readonly ColumnRow[]): string {
  const [seq, at, idTimes] = [new Steps(), new Steps(), new Steps()];
  const kind = new Numbering<string>();
  const label = new Numbering<string>();
  const by = new Numbering<string | null>();
  const about = new Numbering<string | null>();
  const around = new Numbering<string>();
  const texts: string[] = [];
  const bodies: string[] = [];
  let idRests = '';
  for (const row of rows) {
    const { id, body } = row;
    seq.add(row.seq);
    at.add(row.at);
    idTimes.add(Number.parseInt(id.slice(0, 8) + id.slice(9, 13), 16));
    idRests += id.slice(14, 18) + id.slice(19, 23) + id.slice(24);
    kind.add(row.kind);
    label.add(row.label);
    by.add(row.by);
    about.add(row.about);
    const parts = body === null ? null : split(body);
    if (parts) {
      around.add(parts.around);
      texts.push(parts.text);
    } else {
      around.skip();
      bodies.push(body ?? 'null');
    }
  }
  const header = JSON.stringify({ seq, at, idTimes, idRests, kind, label, by, about });
  const arounds = `{"of":[${[...around.places.keys()].join()}],"at":${JSON.stringify(around.at)}}`;
  return `${header.slice(0, -1)},"around":${arounds},"texts":[${texts.join()}],"bodies":[${bodies.join()}]}`;
}

/** The entries in columns; null where these are no columns, or not all of one length, or not of rows in order. */
export function decodeColumns(raw: unknown): Entry[] | null {
  const parsed = z.safeParse(Columns, raw);
  if (!parsed.success) return null;
  const { kind, label, by, about, around, texts, bodies, idRests } = parsed.data;
  const seqs = sums(parsed.data.seq);
  const times = sums(parsed.data.at);
  const idTimes = sums(parsed.data.idTimes);
  const count = seqs.length;
  const lengths = [times, idTimes, kind.at, label.at, by.at, about.at, around.at].map((column) => column.length);
  const isEven = lengths.every((length) => length === count) && texts.length + bodies.length === count;
  if (!isEven || idRests.length !== count * ID_REST_DIGITS) return null;
  const nextText = texts.values();
  const nextBody = bodies.values();

  const entries: Entry[] = [];
  for (let index = 0; index < count; index++) {
    const time = idTimes[index]!.toString(16).padStart(ID_TIME_DIGITS, '0');
    const id = withDashes(time + idRests.slice(index * ID_REST_DIGITS, (index + 1) * ID_REST_DIGITS)) as CommandId;
    const place = around.at[index]!;
    const entry = {
      seq: seqs[index]!,
      at: times[index]!,
      id,
      kind: kind.of[kind.at[index]!],
      label: label.of[label.at[index]!],
      by: by.of[by.at[index]!] as MemberId | null | undefined,
      about: about.of[about.at[index]!],
      body: place === -1 ? nextBody.next().value : textIn(around.of[place], nextText.next().value),
    };
    const isInOrder = entry.seq > (entries.at(-1)?.seq ?? 0) && entry.at >= 0;
    const isWhole = Object.values(entry).every((value) => value !== undefined);
    if (!isInOrder || !isWhole || !UUID.test(id)) return null;
    entries.push(entry as Entry);
  }
  return entries;
}

const textIn = (around: Record<string, unknown> | undefined, text: string | undefined) =>
  around && text !== undefined ? { ...around, text } : undefined;

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
