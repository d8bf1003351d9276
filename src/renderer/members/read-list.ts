/**
 * A class list's file or paste to a table of strings: CSV with any delimiter, tabs, plain lines, XLSX. Promises: a file that
 * is none of these, or too large to be a class list, is refused by a code (`list-unreadable`, `list-empty`, `too-large`) before
 * it can hold the window up. What the cells mean is core/roster's.
 *
 * Hides: encodings (decode-text), delimiters (papaparse), spreadsheets (read-excel-file, fetched when one is opened).
 */
import Papa from 'papaparse';
import { PartaError } from '../../core/errors.ts';
import { LIST_COLUMNS_MAX, LIST_ROWS_MAX, type Table } from '../../core/roster.ts';
import { decodeText } from './decode-text.ts';

/** A list of a whole school as XLSX is under a megabyte. */
export const LIST_FILE_BYTES_MAX = 5_000_000;
/** Pasted text, in UTF-16 code units. */
export const LIST_TEXT_MAX = 1_000_000;

/** A spreadsheet that takes longer is no list: an archive that unpacks without end, or one that a worker should unpack. */
export const SPREADSHEET_READ_MS = 10_000;

/** What the file chooser offers. */
export const LIST_FILE_TYPES = '.csv,.tsv,.txt,.xlsx';

/** Also what one row too many is cut to, so that {@link LIST_ROWS_MAX} can be said to be passed. */
const ROWS_READ_MAX = LIST_ROWS_MAX + 1;

/** @throws PartaError `too-large`, `list-empty`, `list-unreadable` */
export async function readListFile(file: Blob): Promise<Table> {
  if (file.size > LIST_FILE_BYTES_MAX) throw new PartaError('too-large');
  const bytes = new Uint8Array(await file.arrayBuffer());
  if (bytes.length === 0) throw new PartaError('list-empty');
  return isZip(bytes) ? readSpreadsheet(bytes) : readListText(decodeText(bytes));
}

/** @throws PartaError `too-large`, `list-empty`, `list-unreadable` */
export function readListText(text: string): Table {
  if (text.length > LIST_TEXT_MAX) throw new PartaError('too-large');
  if (text.trim() === '') throw new PartaError('list-empty');
  // A picture, an old .xls, a PDF: text has no zero bytes.
  if (text.includes('\0')) throw new PartaError('list-unreadable');
  const { data } = Papa.parse<string[]>(text, {
    delimiter: delimiterOf(text),
    quoteChar: '"',
    preview: ROWS_READ_MAX,
    skipEmptyLines: false,
  });
  return data;
}

const isZip = (bytes: Uint8Array) => bytes[0] === 0x50 && bytes[1] === 0x4b;

/**
 * The delimiter that most lines agree on. Papaparse's own guess takes the comma of "Белов, Илья" and the quotes of one line
 * too seriously; a list without any delimiter is one column.
 */
function delimiterOf(text: string): string {
  const lines = text
    .split(/\r\n|\r|\n/, 50)
    .filter((line) => line.trim() !== '')
    .map((line) => line.replace(/"[^"]*"/g, ''));
  const score = (delimiter: string) => lines.filter((line) => line.includes(delimiter)).length;
  const [best] = ['\t', ';', ',']
    .map((delimiter) => ({ delimiter, lines: score(delimiter) }))
    .toSorted((a, b) => b.lines - a.lines);
  // Nothing else may be guessed: an unused delimiter keeps every line whole.
  return best && best.lines * 2 >= lines.length ? best.delimiter : '\t';
}

async function readSpreadsheet(bytes: Uint8Array): Promise<Table> {
  // The build without a worker of its own: a worker made from a string has no place under the window's policy.
  const { default: readSheets } = await import('read-excel-file/universal');
  const tooLong = Promise.withResolvers<never>();
  const timer = setTimeout(() => tooLong.reject(new PartaError('list-unreadable')), SPREADSHEET_READ_MS);
  const sheets = await Promise.race([readSheets(new Blob([bytes as BlobPart])), tooLong.promise])
    .catch((cause: unknown) => {
      throw new PartaError('list-unreadable', { cause });
    })
    .finally(() => clearTimeout(timer));
  const sheet = sheets.find(({ data }) => data.length > 0);
  if (!sheet) throw new PartaError('list-empty');
  return sheet.data
    .slice(0, ROWS_READ_MAX)
    .map((row) => row.slice(0, LIST_COLUMNS_MAX).map((cell) => (cell === null ? '' : cellText(cell))));
}

/** Dates are not used, but a column of them must look like one. */
const cellText = (cell: unknown) => (cell instanceof Date ? cell.toISOString().slice(0, 10) : String(cell));
