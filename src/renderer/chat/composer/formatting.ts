/** Marks around what is selected: `Ctrl+B` and its like put them there and take them away again. Pure. */

export interface Replacement {
  /** What of the text is replaced, and by what. */
  from: number;
  to: number;
  insert: string;
  /** What is selected afterwards. */
  selectFrom: number;
  selectTo: number;
}

/** @param mark `**`, `*` or a backtick */
export function toggled(text: string, start: number, end: number, mark: string): Replacement {
  const n = mark.length;
  // Spaces at the edges stay outside, or the mark would not be one.
  const selected = text.slice(start, end);
  const from = start + (selected.length - selected.trimStart().length);
  const to = Math.max(from, end - (selected.length - selected.trimEnd().length));
  const inner = text.slice(from, to);
  const isMarkAt = (at: number) => text.slice(at, at + n) === mark;
  /** `*` beside `**` is half of another mark. */
  const isAlone = (at: number) => mark !== '*' || (text[at - 1] === '*') === (text[at + 1] === '*');
  if (
    inner.length >= 2 * n &&
    inner.startsWith(mark) &&
    inner.endsWith(mark) &&
    !(mark === '*' && inner.startsWith('**'))
  )
    return { from, to, insert: inner.slice(n, -n), selectFrom: from, selectTo: to - 2 * n };
  if (from >= n && isMarkAt(from - n) && isMarkAt(to) && isAlone(from - n) && isAlone(to))
    return { from: from - n, to: to + n, insert: inner, selectFrom: from - n, selectTo: to - n };
  return { from, to, insert: mark + inner + mark, selectFrom: from + n, selectTo: to + n };
}

/** Done as if it were typed, so that Ctrl+Z takes it back. */
export function apply(field: HTMLTextAreaElement, { from, to, insert, selectFrom, selectTo }: Replacement) {
  field.focus();
  field.setSelectionRange(from, to);
  // The one way that keeps the field's own history; there is no newer one.
  if (insert === '') document.execCommand('delete');
  else document.execCommand('insertText', false, insert);
  field.setSelectionRange(selectFrom, selectTo);
}
