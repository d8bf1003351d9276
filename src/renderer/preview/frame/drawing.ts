/** Nodes for what a worker has read: documents, texts, tables, lists, pictures. Only ever text and elements of our own making. */
import type { FrameWords, ListedEntry, Read, SheetTable } from '../frame-words.ts';
import { safeNodes } from './safe-html.ts';

type Shown = Extract<Read, { ok: true }>;

/** Lines that are laid out together; those out of sight are not. */
const LINES_TOGETHER = 200;

export function drawn(read: Shown, words: FrameWords, language: string): Node {
  switch (read.show) {
    case 'markup': {
      const paper = made('article', 'paper');
      paper.append(safeNodes(read.html, words.picture));
      return paper;
    }
    case 'text':
      return textOf(read.text);
    case 'sheets': {
      const all = document.createDocumentFragment();
      all.append(...read.sheets.map(sheetOf));
      return all;
    }
    case 'entries':
      return listOf(read.entries, words, language);
    case 'picture': {
      const canvas = document.createElement('canvas');
      canvas.width = read.bitmap.width;
      canvas.height = read.bitmap.height;
      canvas.setAttribute('role', 'img');
      canvas.setAttribute('aria-label', words.picture);
      canvas.getContext('bitmaprenderer')?.transferFromImageBitmap(read.bitmap);
      return inPicture(canvas);
    }
  }
}

export function inPicture(element: Element): Element {
  const box = made('div', 'picture');
  box.append(element);
  return box;
}

function textOf(text: string): Element {
  const pre = document.createElement('pre');
  const lines = text.split(/\r\n|\r|\n/);
  for (let at = 0; at < lines.length; at += LINES_TOGETHER) {
    const part = document.createElement('span');
    part.textContent = `${lines.slice(at, at + LINES_TOGETHER).join('\n')}\n`;
    pre.append(part);
  }
  return pre;
}

function sheetOf({ name, rows }: SheetTable): Element {
  const section = made('section', 'sheet');
  const title = document.createElement('h2');
  title.textContent = name;
  const columns = rows.reduce((most, row) => Math.max(most, row.length), 0);
  const table = made('table', 'grid') as HTMLTableElement;
  table.setAttribute('aria-label', name);
  const head = table.createTHead().insertRow();
  head.append(cell('td', ''), ...Array.from({ length: columns }, (_, index) => header('col', columnName(index))));
  const body = table.createTBody();
  rows.forEach((row, index) => {
    const line = body.insertRow();
    line.append(
      header('row', String(index + 1)),
      ...Array.from({ length: columns }, (_, at) => cell('td', row[at] ?? '')),
    );
  });
  section.append(title, table);
  return section;
}
const columnName = (index: number): string =>
  (index >= 26 ? columnName(Math.floor(index / 26) - 1) : '') + String.fromCharCode(65 + (index % 26));

function listOf(entries: readonly ListedEntry[], words: FrameWords, language: string): Element {
  const table = made('table', 'list') as HTMLTableElement;
  table.createTHead().insertRow().append(header('col', words.name), header('col', words.size));
  const body = table.createTBody();
  const number = new Intl.NumberFormat(language);
  for (const { name, sizeBytes } of entries) {
    const row = body.insertRow();
    // A name may hold signs that turn the writing round: each stands for itself.
    const shown = cell('td', name);
    shown.dir = 'auto';
    row.append(shown, cell('td', name.endsWith('/') ? '' : number.format(sizeBytes)));
  }
  return table;
}

function made(tag: string, name: string): HTMLElement {
  const element = document.createElement(tag);
  element.className = name;
  return element;
}
function cell(tag: 'td', text: string): HTMLElement {
  const element = document.createElement(tag);
  element.textContent = text;
  return element;
}
function header(scope: 'col' | 'row', text: string): HTMLElement {
  const element = document.createElement('th');
  element.scope = scope;
  element.textContent = text;
  return element;
}
