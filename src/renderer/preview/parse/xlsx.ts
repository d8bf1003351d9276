/**
 * A spreadsheet's first sheets as tables of words. Promises: only the parts that are needed are unpacked, within the budget; however far
 * a sheet says to reach, at most {@link ROWS_MAX} rows and {@link COLUMNS_MAX} columns of it are read, and what is left out is told.
 *
 * Hides: read-excel-file, which gets an archive of our own with sheets cut before it builds their tables.
 */
import { zipSync, type Zippable } from 'fflate';
import readSheets from 'read-excel-file/universal';
import type { Note, SheetTable } from '../frame-words.ts';
import { OFFICE_UNPACKED_BYTES_MAX, xmlOf } from './markup.ts';
import { openZip, ZipProblem } from './zip.ts';

export const SHEETS_MAX = 5;
export const ROWS_MAX = 500;
export const COLUMNS_MAX = 60;

const XML_PART =
  /^(?:\[Content_Types\]\.xml|_rels\/\.rels|xl\/(?:workbook|styles|sharedStrings)\.xml|xl\/_rels\/workbook\.xml\.rels|xl\/worksheets\/[\w.-]+\.xml)$/;
const EMPTY_SHEET =
  '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData/></worksheet>';

export async function readXlsx(archive: Uint8Array): Promise<{ sheets: SheetTable[]; notes: Note[] }> {
  const zip = openZip(archive, OFFICE_UNPACKED_BYTES_MAX);
  if (!zip.names.includes('xl/workbook.xml')) throw new ZipProblem('broken');
  const parts: Zippable = {};
  const write = new TextEncoder();
  let isCut = false;
  const tabs = tabsOf(xmlOf(zip, 'xl/workbook.xml') ?? '', xmlOf(zip, 'xl/_rels/workbook.xml.rels') ?? '');
  const sheetNames = zip.names
    .filter((name) => /^xl\/worksheets\/[\w.-]+\.xml$/.test(name))
    .toSorted((a, b) => (tabs.get(a) ?? tabs.size) - (tabs.get(b) ?? tabs.size));
  for (const name of zip.names.filter((one) => XML_PART.test(one))) {
    const at = sheetNames.indexOf(name);
    if (at >= SHEETS_MAX) {
      parts[name] = write.encode(EMPTY_SHEET);
      isCut = true;
      continue;
    }
    const xml = xmlOf(zip, name) ?? '';
    const kept = at < 0 ? { xml, isCut: false } : cutSheet(xml);
    isCut ||= kept.isCut;
    parts[name] = write.encode(kept.xml);
  }
  const read = await readSheets(new Blob([zipSync(parts, { level: 0 }) as BlobPart]));
  const sheets = read
    .filter(({ data }, index) => data.length > 0 || index === 0)
    .slice(0, SHEETS_MAX)
    .map(({ sheet, data }) => ({
      name: sheet,
      rows: data.slice(0, ROWS_MAX).map((row) => row.slice(0, COLUMNS_MAX).map(wordsOf)),
    }));
  const hasMacros = zip.names.some((name) => /vbaProject\.bin$/i.test(name));
  const notes: Note[] = [{ is: 'simplified' }];
  if (isCut) notes.push({ is: 'sheets-cut', rows: ROWS_MAX, columns: COLUMNS_MAX, sheets: SHEETS_MAX });
  if (hasMacros) notes.push({ is: 'macros' });
  return { sheets, notes };
}

/** Which tab each part is: the person who made the book may have moved them. */
function tabsOf(workbook: string, relations: string): Map<string, number> {
  const value = (tag: string, name: string) => new RegExp(`\\s(?:\\w+:)?${name}=["']([^"']*)["']`).exec(tag)?.[1] ?? '';
  const parts = new Map(
    [...relations.matchAll(/<(?:\w+:)?Relationship\s[^<>]*>/g)].map(([tag]) => [
      value(tag, 'Id'),
      value(tag, 'Target'),
    ]),
  );
  const tabs = [...workbook.matchAll(/<(?:\w+:)?sheet\s[^<>]*>/g)].map(([tag]) => parts.get(value(tag, 'id')) ?? '');
  return new Map(tabs.map((target, index) => [`xl/${target.replace(/^\/?xl\//, '')}`, index]));
}

/** A sheet without the rows and cells that are not shown: one cell in the last corner would be a table of 17 milliards. */
export function cutSheet(xml: string): { xml: string; isCut: boolean } {
  let isCut = false;
  let rows = 0;
  const cut = xml.replace(/<dimension\b[^>]*\/>/g, '').replace(/<row\b[^>]*?(?:\/>|>[\s\S]*?<\/row>)/g, (row) => {
    const number = Number(/^<row\b[^>]*?\br="(\d{1,9})"/.exec(row)?.[1] ?? ++rows);
    if (number > ROWS_MAX || ++rows > 2 * ROWS_MAX) {
      if (/<[vt][>\s]/.test(row)) isCut = true;
      return '';
    }
    return row.replace(/<c\b[^>]*?(?:\/>|>[\s\S]*?<\/c>)/g, (cell) => {
      const [, letters, at] = /^<c\b[^>]*?\br="([A-Z]{1,9})(\d{1,9})"/.exec(cell) ?? [];
      if (letters === undefined) return cell;
      if (columnOf(letters) <= COLUMNS_MAX && Number(at) <= ROWS_MAX) return cell;
      if (/<[vt][>\s]/.test(cell)) isCut = true;
      return '';
    });
  });
  return { xml: cut, isCut };
}
const columnOf = (letters: string) => [...letters].reduce((sum, letter) => sum * 26 + letter.charCodeAt(0) - 64, 0);

function wordsOf(cell: unknown): string {
  if (cell === null || cell === undefined) return '';
  if (cell instanceof Date) return momentOf(cell);
  if (typeof cell === 'number') return String(Number(cell.toPrecision(12)));
  return String(cell);
}

/** A sheet counts days: the one before its first has only a time. What lies beyond its years is shown as Excel shows it. */
const FIRST_DAY = Date.UTC(1899, 11, 31);
const AFTER_LAST_DAY = Date.UTC(10_000, 0, 1);
function momentOf(cell: Date): string {
  const at = Math.round(cell.getTime() / 1000) * 1000;
  if (!(at < AFTER_LAST_DAY)) return '########';
  const [date = '', clock = ''] = new Date(at).toISOString().slice(0, 19).split('T');
  const time = clock.replace(/:00$/, '');
  const day = date.split('-').toReversed().join('.');
  return at < FIRST_DAY ? time : time === '00:00' ? day : `${day} ${time}`;
}
