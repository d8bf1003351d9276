/**
 * A class list as schools hold it: a table of strings in, names and what would change out. Promises: nothing is imported
 * unseen (every line of the file comes back with its place and a status), no line is counted twice, and only names are kept:
 * birth dates, addresses and passwords that stand beside them never leave this file.
 *
 * Hides: which column is what, with a header or without, one ФИО column or three, Russian or English. Pure; reading files is
 * the page's (renderer/members/read-list).
 */
import type { JoinRequestHead, Member } from './classroom.ts';
import { PartaError } from './errors.ts';
import type { CommandId, MemberId } from './ids.ts';
import { MEMBERS_MAX } from './limits.ts';
import { cleanName, matchName, nameSkeleton } from './names.ts';

/** Rows × cells, as read from a file or a paste. Rows may be of different lengths. */
export type Table = readonly (readonly string[])[];

/** Rows and columns of a list that are looked at; a larger table is not a class list. */
export const LIST_ROWS_MAX = 2_000;
export const LIST_COLUMNS_MAX = 60;
/** Titles ("Список 7А класса", school, year) may stand above the header, at most so many rows. */
export const HEADER_SEARCH_ROWS = 10;

export const COLUMN_KINDS = [
  'fullName',
  'lastName',
  'firstName',
  'middleName',
  'class',
  'number',
  'role',
  'other',
] as const;
export type ColumnKind = (typeof COLUMN_KINDS)[number];
export interface Column {
  kind: ColumnKind;
  /** As the file has it; '' where there is no header. */
  heading: string;
}

/**
 * `new`: would be added · `already`: the class has this name · `duplicate`: the same name stands higher in the file, and may
 * be a namesake · `unreadable`: something stands there, but no name.
 */
export type LineStatus = 'new' | 'already' | 'duplicate' | 'unreadable';
export interface RosterLine {
  /** The row in the file, from 1. */
  line: number;
  /** The name as it would be kept; for `unreadable` what stands in the row. */
  name: string;
  /** Information only: a list may hold several classes. */
  className: string;
  status: LineStatus;
}

export type RosterWarning =
  /** Lines of more than one class. */
  | { kind: 'several-classes'; classes: string[] }
  /** Lines of a list of people that are not pupils (OneRoster `role`). */
  | { kind: 'not-students'; count: number }
  /** More new names than the class has room for. */
  | { kind: 'class-full'; room: number }
  /** Rows beyond {@link LIST_ROWS_MAX} were not read. */
  | { kind: 'too-long'; rows: number };

export interface RosterPlan {
  lines: RosterLine[];
  columns: Column[];
  warnings: RosterWarning[];
}

const WORDS: readonly [ColumnKind, RegExp][] = [
  ['number', /^(№|#|n|no|номер|порядковый номер|(№ |no |номер )?п ?\/? ?п|№ ?п ?\/? ?п|number|id)$/],
  ['lastName', /^(фамилия( (ученика|учащегося|обучающегося))?|last ?name|family ?name|surname)$/],
  ['firstName', /^(имя( (ученика|учащегося|обучающегося))?|first ?name|given ?name|forename)$/],
  ['middleName', /^(отчество( (ученика|учащегося|обучающегося))?|middle ?name|patronymic)$/],
  ['class', /^(класс|группа|класс группа|class|class ?name|grade|group|homeroom)$/],
  ['role', /^(роль|role|user ?type)$/],
  // Heads that no other word gave away: one column for the whole name.
  ['fullName', /^(фио( |$)|ф и о( |$)|(ученик|ученица|учащийся|обучающийся|студент)$|фамилия[ ,]|(full |student |pupil )?name$|(student|pupil)$|ученики$|учащиеся$|обучающиеся$|список (учеников|учащихся|обучающихся)$)/],
]; // prettier-ignore

/** A heading as it is compared: lower case, without dots and brackets. */
const headingWords = (cell: string) =>
  cleanName(cell)
    .toLowerCase()
    .replaceAll('ё', 'е')
    .replace(/[.,:;()*«»"_]/g, ' ')
    .replace(/ +/g, ' ')
    .trim();

/** Names beside the pupil's own. */
const OTHER_PEOPLE = /родител|мат[ье]р|отца|отец|законн|опекун|учител|руковод|parent|mother|father|guardian|teacher/;

function kindOfHeading(cell: string): ColumnKind {
  const heading = headingWords(cell);
  if (OTHER_PEOPLE.test(heading)) return 'other';
  return WORDS.find(([, words]) => words.test(heading))?.[0] ?? 'other';
}

const holdsName = (kinds: readonly ColumnKind[]) =>
  kinds.some((kind) => kind === 'fullName' || kind === 'lastName' || kind === 'firstName');

const hasLetters = (text: string) => /\p{L}/u.test(text);
/** U+FFFD: a program that guessed the encoding wrong has thrown the letters away before us. */
const hasLostLetters = (text: string) => text.includes('\ufffd');
const isDate = (text: string) => /^\d{1,4}[./-]\d{1,2}[./-]\d{1,4}([ T].*)?$/.test(text);
const isClassName = (text: string) =>
  /^\d{1,2} ?[-–]? ?["«']?\p{L}{0,2}["»']?( класс)?$/iu.test(text) && hasLetters(text);
const isNumber = (text: string) => /^\d+[.)]?$/.test(text);
const isPatronymic = (text: string) => /(вич|ьич|вна|чна|инична|оглы|оглу|кызы|гызы|улы|уулу)$/i.test(text.trim());

/** What a column without a heading holds, by what stands in it. */
function kindOfCells(cells: readonly string[]): ColumnKind {
  const filled = cells.filter((cell) => cell !== '');
  const share = (test: (cell: string) => boolean) => filled.filter(test).length / Math.max(1, filled.length);
  if (filled.length === 0) return 'other';
  if (share(isNumber) > 0.5) return 'number';
  if (share(isDate) > 0.5) return 'other';
  if (share(isClassName) > 0.5) return 'class';
  if (share((cell) => /[@/\\]/.test(cell) || !hasLetters(cell)) > 0.5) return 'other';
  if (share((cell) => withoutNumber(cell).includes(' ')) > 0.5) return 'fullName';
  return share(isPatronymic) > 0.5 ? 'middleName' : 'lastName';
}

/** Columns of a table without a header: a full name wins; else surname, name and patronymic stand side by side. */
function guessColumns(rows: Table, width: number): ColumnKind[] {
  const kinds = Array.from({ length: width }, (_, column) => kindOfCells(rows.map((row) => row[column] ?? '')));
  const full = kinds.indexOf('fullName');
  if (full >= 0)
    return kinds.map((kind, at) => (at === full || kind === 'number' || kind === 'class' ? kind : 'other'));
  // Columns of single words: the first is the surname, the next the given name; what follows has no say.
  const singles = kinds.flatMap((kind, at) => (kind === 'lastName' ? [at] : []));
  return kinds.map((kind, at) => {
    if (kind !== 'lastName') return kind;
    if (singles.length === 1) return 'fullName';
    return at === singles[0] ? 'lastName' : at === singles[1] ? 'firstName' : 'other';
  });
}

/** "12. Белов Илья" and "12 Белов Илья" without the number. */
const withoutNumber = (cell: string) => cell.replace(/^№? ?\d{1,4}(?:[.)]\s*|\s+)(?=\p{L})/u, '');

/** Whoever a list of people calls anything but a pupil. */
const isStudentRole = (role: string) => /^(student|pupil|ученик|ученица|учащийся|обучающийся|)$/i.test(role);

const nameIn = (row: readonly string[], columns: readonly ColumnKind[]) => {
  const part = (kind: ColumnKind) => row[columns.indexOf(kind)] ?? '';
  const full = columns.includes('fullName')
    ? withoutNumber(part('fullName'))
    : [withoutNumber(part('lastName')), part('firstName'), part('middleName')].filter(Boolean).join(' ');
  return cleanName(full);
};

const isSum = (name: string) => /^(итого|всего|total|классный руководитель|кл\.? ?рук)/i.test(name);

/** By what two names are the same person's on two lists: the same words in whatever order. */
const sameName = (name: string) => nameSkeleton(name).split(' ').sort().join(' ');

/**
 * What importing a table would do to a class.
 * @param table the file's rows; empty ones may stand anywhere
 * @param members the class as it is; those taken out do not count
 * @throws PartaError `list-empty` where nothing stands in the table, `list-unreadable` where no column holds names
 */
export function planImport(table: Table, members: readonly Member[]): RosterPlan {
  const rows = table
    .slice(0, LIST_ROWS_MAX)
    .map((row, index) => ({ line: index + 1, cells: row.slice(0, LIST_COLUMNS_MAX).map((cell) => cleanName(cell)) }))
    .filter(({ cells }) => cells.some((cell) => cell !== ''));
  if (rows.length === 0) throw new PartaError('list-empty');
  if (rows.some(({ cells }, at) => at < HEADER_SEARCH_ROWS && isOtherTable(cells)))
    throw new PartaError('list-unreadable');

  const headerAt = rows.slice(0, HEADER_SEARCH_ROWS).findIndex(({ cells }) => isHeader(cells));
  const header = headerAt >= 0 ? rows[headerAt]!.cells : null;
  const body = rows.slice(headerAt + 1);
  const width = Math.max(...rows.map(({ cells }) => cells.length));
  const kinds = header
    ? Array.from({ length: width }, (_, column) => kindOfHeading(header[column] ?? ''))
    : guessColumns(body.map(({ cells }) => cells), width); // prettier-ignore
  if (!holdsName(kinds)) throw new PartaError('list-unreadable');
  const columns = firstOfEach(kinds).map((kind, at) => ({ kind, heading: header?.[at] ?? '' }));
  const recognised = columns.map((column) => column.kind);

  const known = new Set(members.filter((m) => m.state !== 'removed').map((m) => sameName(m.name)));
  const seen = new Set<string>();
  const roleAt = recognised.indexOf('role');
  const classAt = recognised.indexOf('class');
  let notStudents = 0;
  const lines: RosterLine[] = [];
  for (const { line, cells } of body) {
    // A header printed again on the next sheet of paper.
    if (header && cells.join() === header.join()) continue;
    if (roleAt >= 0 && !isStudentRole(cells[roleAt] ?? '')) {
      notStudents += 1;
      continue;
    }
    const name = nameIn(cells, recognised);
    const key = sameName(name);
    const status = statusOf(name, key, known, seen);
    if (status !== 'unreadable') seen.add(key);
    lines.push({
      line,
      name: status === 'unreadable' ? name || cleanName(cells.filter(Boolean).join(' ')) : name,
      className: cells[classAt] ?? '',
      status,
    });
  }
  if (lines.length === 0) throw new PartaError('list-empty');
  if (lines.every((line) => line.status === 'unreadable')) throw new PartaError('list-unreadable');

  const warnings: RosterWarning[] = [];
  const classes = [...new Set(lines.filter((l) => l.status !== 'unreadable').map((l) => l.className))].filter(Boolean);
  if (classes.length > 1) warnings.push({ kind: 'several-classes', classes });
  if (notStudents > 0) warnings.push({ kind: 'not-students', count: notStudents });
  const room = Math.max(0, MEMBERS_MAX - members.length);
  if (lines.filter((line) => line.status === 'new').length > room) warnings.push({ kind: 'class-full', room });
  if (table.length > LIST_ROWS_MAX) warnings.push({ kind: 'too-long', rows: LIST_ROWS_MAX });
  return { lines, columns, warnings };
}

function statusOf(name: string, key: string, known: ReadonlySet<string>, seen: ReadonlySet<string>): LineStatus {
  if (!hasLetters(name) || hasLostLetters(name) || key === '' || isSum(name)) return 'unreadable';
  if (known.has(key)) return 'already';
  return seen.has(key) ? 'duplicate' : 'new';
}

/** A row that names its columns; a title alone in its row ("Список учеников 7А") is none, nor is a row with values in it. */
function isHeader(cells: readonly string[]): boolean {
  const headings = cells.map(headingWords).filter(Boolean);
  if (cells.some((cell) => isNumber(cell) || isDate(cell))) return false;
  return holdsName(cells.map(kindOfHeading)) && !(headings.length === 1 && headings[0]?.startsWith('список'));
}

/** OneRoster's tables of schools, courses and lessons: `name` beside `sourcedId` is nobody's. Its people have two names. */
const isOtherTable = (cells: readonly string[]) =>
  cells.some((cell) => /sourcedid$/i.test(cell)) && !cells.some((cell) => kindOfHeading(cell) === 'lastName');

/** A kind that two columns claim belongs to the first: "Имя" of the pupil, not the parent's at the end of the row. */
const firstOfEach = (kinds: readonly ColumnKind[]): ColumnKind[] =>
  kinds.map((kind, at) => (kind !== 'other' && kinds.indexOf(kind) < at ? 'other' : kind));

/** The names of a plan's chosen lines, in their order; ids for them come from whoever imports. */
export const chosenNames = (plan: RosterPlan, chosen: ReadonlySet<number>): string[] =>
  plan.lines.filter((line) => line.status !== 'unreadable' && chosen.has(line.line)).map((line) => line.name);

/**
 * The one line of the list that each typed name at the door means: only where exactly one line fits and no other request
 * means the same line. A line that is let in already counts too: the same pupil on another computer.
 * @returns member ids by request id; a request that is not in it needs the teacher's own eyes
 */
export function matchRequests(
  requests: readonly Pick<JoinRequestHead, 'requestId' | 'name'>[],
  members: readonly Member[],
): Map<CommandId, MemberId> {
  const students = members.filter((member) => member.role === 'student' && member.state !== 'removed');
  const names = students.map((member) => member.name);
  const unique = requests.flatMap(({ requestId, name }) => {
    const [first, ...others] = matchName(name, names);
    return first !== undefined && others.length === 0 ? [{ requestId, memberId: students[first]!.memberId }] : [];
  });
  const isAlone = (memberId: MemberId) => unique.filter((found) => found.memberId === memberId).length === 1;
  return new Map(unique.flatMap((found) => (isAlone(found.memberId) ? [[found.requestId, found.memberId]] : [])));
}
