/** What the readers of previews make of bytes, without a browser: encodings, archives, texts of LibreOffice, spreadsheets, kinds. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { deflateRawSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { heardFrom, FRAME_HEIGHT_MAX } from '../../src/renderer/preview/frame-words.ts';
import { isTooLargeToShow, previewKindOf, PREVIEWED_BYTES_MAX } from '../../src/renderer/preview/kinds.ts';
import { decodeGuessed } from '../../src/renderer/preview/parse/encoding.ts';
import { lineOf } from '../../src/renderer/preview/parse/math-line.ts';
import { XML_BYTES_MAX } from '../../src/renderer/preview/parse/markup.ts';
import { readOdt } from '../../src/renderer/preview/parse/odt.ts';
import { COLUMNS_MAX, cutSheet, readXlsx, ROWS_MAX, SHEETS_MAX } from '../../src/renderer/preview/parse/xlsx.ts';
import {
  DIRECTORY_BYTES_MAX,
  ENTRIES_MAX,
  findDirectory,
  openZip,
  readDirectory,
  TAIL_BYTES,
  unpack,
} from '../../src/renderer/preview/parse/zip.ts';
import { TEXTS as WORDS } from '../../src/renderer/texts/texts.ts';
import { odt, packedZeros, png, rawZip, row, xlsx, zipOf } from '../support/preview-samples.ts';

const SAMPLES = join(import.meta.dirname, '../support/samples');

// ── encodings ────────────────────────────────────────────────────────────────────────────────────────────────────────────

const LETTERS = 'абвгдежзийклмнопрстуфхцчшщъыьэюя';
const TABLES = {
  'windows-1251': (letter: string) => byteIn('windows-1251', letter),
  'koi8-r': (letter: string) => byteIn('koi8-r', letter),
  ibm866: (letter: string) => byteIn('ibm866', letter),
} as const;
/** Written by the browser's own reading, turned round. */
function byteIn(table: string, letter: string): number {
  const decoder = new TextDecoder(table);
  for (let byte = 0; byte < 256; byte++) if (decoder.decode(Uint8Array.of(byte)) === letter) return byte;
  throw new Error(letter);
}
const written = (table: keyof typeof TABLES, text: string) =>
  Uint8Array.from([...text].map((letter) => TABLES[table](letter)));

const TEXTS = [
  'Мороз и солнце; день чудесный! Еще ты дремлешь, друг прелестный',
  "var x, y: integer;\nbegin\n  writeln('Введите два числа');\n  readln(x, y);\nend.",
  'Фамилия;Имя;Отчество\nБелов;Илья;Андреевич\nЗайцева;Ева;Андреевна',
  'СРОЧНО: СОБРАНИЕ В 18:30',
  'да',
];
test.each(Object.keys(TABLES) as (keyof typeof TABLES)[])('%s is told from the other tables', (table) => {
  for (const text of TEXTS) expect(decodeGuessed(written(table, text)), text).toEqual({ text, encoding: table });
});

test('UTF-8 and UTF-16 are read with their mark and without', () => {
  const text = 'Ответ: 5 и ½ — «да»';
  const wide = Buffer.from(text, 'utf16le');
  const swapped = Buffer.from(wide).swap16();
  expect(decodeGuessed(Buffer.from(text))).toEqual({ text, encoding: 'utf-8' });
  expect(decodeGuessed(Buffer.from(`\ufeff${text}`))).toEqual({ text, encoding: 'utf-8' });
  expect(decodeGuessed(Buffer.concat([Buffer.from([0xff, 0xfe]), wide]))).toEqual({ text, encoding: 'utf-16le' });
  expect(decodeGuessed(Buffer.concat([Buffer.from([0xfe, 0xff]), swapped]))).toEqual({ text, encoding: 'utf-16be' });
  const long = Buffer.from('Ответ на первый вопрос: да, конечно. '.repeat(4), 'utf16le');
  expect(decodeGuessed(long)?.encoding).toBe('utf-16le');
  expect(decodeGuessed(Buffer.from(long).swap16())?.encoding).toBe('utf-16be');
});

test('a text cut in the middle of a letter stays UTF-8; bytes with zeros are no text; an empty file is an empty one', () => {
  const cut = Buffer.from('Мороз и солнце').subarray(0, -1);
  expect(decodeGuessed(cut)).toEqual({ text: 'Мороз и солнц', encoding: 'utf-8' });
  expect(decodeGuessed(readFileSync(join(SAMPLES, 'roster/7А.xlsx')))).toBeNull();
  expect(decodeGuessed(Buffer.alloc(64))).toBeNull();
  expect(decodeGuessed(new Uint8Array())).toEqual({ text: '', encoding: 'utf-8' });
});

test('every Russian letter of every table is read', () => {
  const text = `Съешь же ещё этих мягких французских булок, да выпей чаю. ${LETTERS}ё ${LETTERS.toUpperCase()}Ё`;
  for (const table of Object.keys(TABLES) as (keyof typeof TABLES)[])
    expect(decodeGuessed(written(table, text))?.text).toBe(text);
});

// ── archives ─────────────────────────────────────────────────────────────────────────────────────────────────────────────

const listed = (archive: Uint8Array) => {
  const place = findDirectory(archive.subarray(-TAIL_BYTES), archive.length);
  return { place, entries: readDirectory(archive.subarray(place.offset, place.offset + place.sizeBytes)) };
};

test('names are UTF-8 where they say so or are, else of DOS or Windows', () => {
  const entry = (name: Buffer, flags = 0) => ({ name, packed: Buffer.from('x'), sizeBytes: 1, method: 0, flags });
  const archive = rawZip([
    entry(Buffer.from(written('ibm866', 'Работа'))),
    entry(Buffer.from(written('windows-1251', 'Белов Илья'))),
    entry(Buffer.from('Сочинение.docx')),
    entry(Buffer.from('Ответ.txt'), 1 << 11),
  ]);
  expect(listed(archive).entries.map(({ name }) => name)).toEqual([
    'Работа',
    'Белов Илья',
    'Сочинение.docx',
    'Ответ.txt',
  ]);
});

test('a million entries are counted, and as many are read as are shown', () => {
  const archive = rawZip(
    [{ name: Buffer.from('a.txt'), packed: Buffer.from('x'), sizeBytes: 1, method: 0 }],
    1_000_000,
  );
  const place = findDirectory(archive.subarray(-TAIL_BYTES), archive.length);
  expect(place.entryCount).toBe(1_000_000);
  expect(readDirectory(archive.subarray(place.offset, place.offset + DIRECTORY_BYTES_MAX))).toHaveLength(ENTRIES_MAX);
});

test('an entry that unpacks to more than was asked for gives up, whatever its header says', () => {
  const packed = packedZeros(10 * 1024);
  for (const sizeBytes of [100, 0xffff_fff0]) {
    const archive = rawZip([{ name: Buffer.from('content.xml'), packed, sizeBytes }]);
    const [entry] = listed(archive).entries;
    expect(() => unpack(archive, entry!, 1_000_000)).toThrow('too-large');
  }
});

test('all entries together stay within their budget', () => {
  const packed = deflateRawSync(Buffer.alloc(600));
  const names = ['a', 'b'].map((name) => ({ name: Buffer.from(name), packed, sizeBytes: 600 }));
  const zip = openZip(rawZip(names), 1_000);
  expect(zip.read('a')).toHaveLength(600);
  expect(() => zip.read('b')).toThrow('too-large');
  expect(zip.read('c')).toBeNull();
});

test.each([
  ['nothing', new Uint8Array()],
  ['a text', Buffer.from('Привет'.repeat(100))],
  ['half an archive', zipOf({ 'a.txt': 'x'.repeat(5_000) }).subarray(0, 60)],
  ['a directory beyond the end', (() => {
    const archive = rawZip([{ name: Buffer.from('a'), packed: Buffer.alloc(0), sizeBytes: 0 }]);
    archive.writeUInt32LE(1_000_000, archive.length - 6);
    return archive;
  })()],
])('%s is a broken archive', (_, bytes) => {
  expect(() => findDirectory(bytes.subarray(-TAIL_BYTES), bytes.length)).toThrow('broken');
}); // prettier-ignore

test('encrypted entries and packings that are not deflate are broken, not guessed', () => {
  for (const entry of [{ flags: 1 }, { method: 12 }]) {
    const archive = rawZip([{ name: Buffer.from('a'), packed: Buffer.from('xx'), sizeBytes: 2, method: 0, ...entry }]);
    expect(() => unpack(archive, listed(archive).entries[0]!, 100)).toThrow('broken');
  }
});

// ── documents ────────────────────────────────────────────────────────────────────────────────────────────────────────────

const STYLES =
  '<style:style style:name="T1" style:family="text"><style:text-properties fo:font-weight="bold"/></style:style>' +
  '<style:style style:name="P1" style:family="paragraph"><style:paragraph-properties fo:text-align="center"/></style:style>';

test('a text of LibreOffice: headings, styles, lists, tables, spaces, pictures, formulas', () => {
  const body =
    '<text:h text:outline-level="2">Задача</text:h>' +
    '<text:p text:style-name="P1">Дано: <text:span text:style-name="T1">a &lt; b</text:span><text:s text:c="2"/>и<text:line-break/>c</text:p>' +
    '<text:list><text:list-item><text:p>раз</text:p></text:list-item></text:list>' +
    '<table:table><table:table-row><table:table-cell table:number-columns-spanned="2"><text:p>x</text:p></table:table-cell></table:table-row></table:table>' +
    '<text:p><draw:frame><draw:image xlink:href="Pictures/1.png"/></draw:frame><draw:frame><draw:object xlink:href="./Object 1"/></draw:frame></text:p>' +
    '<office:annotation><text:p>заметка на полях</text:p></office:annotation>';
  const { html, notes } = readOdt(
    odt(body, STYLES, {
      'Pictures/1.png': png(4, 4),
      'Object 1/content.xml':
        '<math xmlns="http://www.w3.org/1998/Math/MathML"><mfrac><mi>a</mi><mn>2</mn></mfrac></math>',
    }),
  );
  expect(html).toContain('<h2>Задача</h2>');
  expect(html).toContain('<p data-align="center">Дано: <b>a &lt; b</b>\u00a0\u00a0и<br>c</p>');
  expect(html).toContain('<ul><li><p>раз</p></li></ul>');
  expect(html).toContain('<td colspan="2"><p>x</p></td>');
  expect(html).toMatch(/<img src="data:image\/png;base64,/);
  expect(html).toContain('<mfrac><mi>a</mi><mn>2</mn></mfrac>');
  expect(html).not.toContain('заметка');
  expect(notes).toEqual([{ is: 'simplified' }]);
});

test('entities of a document, of its own or from elsewhere, are refused with the document', () => {
  const laughs = '<!DOCTYPE x [<!ENTITY a "ха"><!ENTITY b "&a;&a;&a;&a;">]>';
  const outside = '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>';
  for (const prolog of [laughs, outside])
    expect(() => readOdt(odt('<text:p>&a;</text:p>', '', {}, prolog))).toThrow('broken');
});

test('macros of a document are told of; a picture that is a bomb is left out; too much XML is refused', () => {
  const withMacros = odt('<text:p>да</text:p>', '', { 'Basic/Standard/Module1.xml': '<x/>' });
  expect(readOdt(withMacros).notes).toContainEqual({ is: 'macros' });
  const bomb = odt('<text:p>x<draw:image xlink:href="Pictures/1.png"/></text:p>', '', {
    'Pictures/1.png': png(30_000, 30_000),
  });
  expect(readOdt(bomb).html).toBe('<p>x</p>');
  const archive = rawZip([{ name: Buffer.from('content.xml'), packed: packedZeros(64), sizeBytes: 64 * 1024 ** 2 }]);
  expect(XML_BYTES_MAX).toBeLessThan(64 * 1024 ** 2);
  expect(() => readOdt(archive)).toThrow('too-large');
});

const OFFICE = 'http://schemas.openxmlformats.org/officeDocument/2006';
const MAIN = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"';

test('a spreadsheet: first sheets, dates and numbers as words', async () => {
  const { sheets } = await readXlsx(readFileSync(join(SAMPLES, 'roster/7А-healthy.xlsx')));
  expect(sheets[0]?.rows[0]).toEqual(['№', 'Фамилия', 'Имя', 'Отчество', 'Дата рождения']);
  expect(sheets[0]?.rows[1]).toEqual(['1', 'Белов', 'Илья', 'Андреевич', '24.04.2013']);
});

test('however far a sheet reaches, so much of it is read, and that is told', async () => {
  const far = row(1, { A: 'здесь', XFD: 'далеко' }) + row(1_048_576, { A: 'внизу' });
  const { sheets, notes } = await readXlsx(
    xlsx([far, ...Array.from({ length: SHEETS_MAX + 1 }, () => row(1, { A: 'ещё' }))]),
  );
  expect(sheets[0]?.rows).toEqual([['здесь']]);
  expect(sheets).toHaveLength(SHEETS_MAX);
  expect(notes).toContainEqual({ is: 'sheets-cut', rows: ROWS_MAX, columns: COLUMNS_MAX, sheets: SHEETS_MAX });
});

test('the first sheets are those whose tabs come first, whatever their parts are called', async () => {
  const count = SHEETS_MAX + 2;
  const tab = (n: number) => `<sheet name="Лист ${n}" sheetId="${n}" r:id="r${n}"/>`;
  const tabs = [count, ...Array.from({ length: count - 1 }, (_, index) => index + 1)].map(tab).join('');
  const { sheets } = await readXlsx(
    xlsx(
      Array.from({ length: count }, (_, index) => row(1, { A: `на ${index + 1}` })),
      { 'xl/workbook.xml': `<workbook ${MAIN} xmlns:r="${OFFICE}/relationships"><sheets>${tabs}</sheets></workbook>` },
    ),
  );
  const wanted = [count, 1, 2, 3, 4].map((n) => ({ name: `Лист ${n}`, rows: [[`на ${n}`]] }));
  expect(sheets).toEqual(wanted);
});

test('a time of day is no date of 1899, and a date keeps its time', async () => {
  const cell = (at: string, style: number, value: number) => `<c r="${at}1" s="${style}"><v>${value}</v></c>`;
  const cells = [
    cell('A', 1, 45_000),
    cell('B', 2, 8.5 / 24),
    cell('C', 3, 45_000.75),
    cell('D', 2, 83 / 86_400),
    cell('E', 1, 1e12),
  ].join('');
  const formats = [0, 14, 20, 22].map((id) => `<xf numFmtId="${id}" applyNumberFormat="1"/>`).join('');
  const { sheets } = await readXlsx(
    xlsx([`<row r="1">${cells}</row>`], {
      'xl/styles.xml': `<styleSheet ${MAIN}><cellXfs count="4">${formats}</cellXfs></styleSheet>`,
    }),
  );
  expect(sheets[0]?.rows).toEqual([['15.03.2023', '08:30', '15.03.2023 18:00', '00:01:23', '########']]);
});

test('formatting of empty cells is no content that is left out', () => {
  const empty =
    '<row r="1"><c r="A1" t="inlineStr"><is><t>x</t></is></c><c r="XFD1" s="1"/></row><row r="900000" s="1"/>';
  expect(cutSheet(empty)).toEqual({
    xml: '<row r="1"><c r="A1" t="inlineStr"><is><t>x</t></is></c></row>',
    isCut: false,
  });
});

test.each([
  ['<m:f><m:num><m:r><m:t>a+b</m:t></m:r></m:num><m:den><m:r><m:t>2</m:t></m:r></m:den></m:f>', '(a+b)/2'],
  ['<m:sSup><m:e><m:r><m:t>x</m:t></m:r></m:e><m:sup><m:r><m:t>2</m:t></m:r></m:sup></m:sSup>', 'x^2'],
  ['<m:rad><m:deg/><m:e><m:r><m:t>x &lt; 1</m:t></m:r></m:e></m:rad>', '√(x < 1)'],
])('a formula of Word as it is typed in a line: %#', (math, line) => {
  expect(lineOf(math)).toBe(line);
});

// ── kinds and words ──────────────────────────────────────────────────────────────────────────────────────────────────────

test.each([
  ['a.PDF', 'pdf'],
  ['a.jpg', 'picture'],
  ['IMG_1.HEIC', 'heic'],
  ['a.docx', 'docx'],
  ['a.docm', 'docx'],
  ['a.odt', 'odt'],
  ['a.xlsx', 'xlsx'],
  ['a.zip', 'zip'],
  ['a.mp3', 'sound'],
  ['a.mp4', 'film'],
  ['a.doc', 'convertible'],
  ['a.pptx', 'convertible'],
  ['a.py', 'text'],
  ['a.html', 'text'],
  ['a.svg', 'text'],
  ['a.exe', 'none'],
  ['a', 'none'],
] as const)('%s is shown as %s', (name, kind) => {
  expect(previewKindOf({ name, mediaType: 'application/octet-stream' })).toBe(kind);
});

test('what is larger than its kind may be is not opened; a text and an archive may be of any size', () => {
  expect(isTooLargeToShow('docx', PREVIEWED_BYTES_MAX.docx)).toBe(false);
  expect(isTooLargeToShow('docx', PREVIEWED_BYTES_MAX.docx + 1)).toBe(true);
  for (const kind of ['text', 'zip', 'film'] as const) expect(isTooLargeToShow(kind, 1e12)).toBe(false);
});

test('of a frame only known words are heard, in their bounds', () => {
  expect(heardFrom({ say: 'key', key: '5' })).toBeNull();
  expect(heardFrom({ say: 'key', key: 'Enter' })).toBeNull();
  expect(heardFrom({ say: 'key', key: 'Escape' })).toEqual({ say: 'key', key: 'Escape' });
  expect(heardFrom({ say: 'height', px: 1e12 })).toEqual({ say: 'height', px: FRAME_HEIGHT_MAX });
  expect(heardFrom({ say: 'height', px: 'NaN' })).toEqual({ say: 'height', px: 0 });
  expect(heardFrom({ say: 'trouble', trouble: '<b>' })).toEqual({ say: 'trouble', trouble: 'broken' });
  expect(heardFrom({ say: 'asset', name: '../../index.html' })).toBeNull();
  expect(heardFrom({ say: 'shown', notes: [{ is: 'macros', html: 'x' }, { is: 'else' }, null] })).toEqual({ say: 'shown', notes: [{ is: 'macros' }] }); // prettier-ignore
  for (const data of [null, 1, 'ready', {}, { say: 'open' }, []]) expect(heardFrom(data)).toBeNull();
});

test('of a file that is not opened from here it is said which button is left, by the name that it bears', () => {
  for (const { files, preview, transfers } of Object.values(WORDS))
    for (const name of [preview.showInFolder, transfers.show])
      expect(files.cannotOpen.todo).toMatch(new RegExp(`[«“]${name}[»”]`));
});
