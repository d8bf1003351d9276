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
  /** Signs of the mark in a row from here: two stars hold no italic, three hold both. */
  const run = (of: string, at: number, step: 1 | -1) => {
    let length = 0;
    while (of[at + length * step] === mark[0]) length += 1;
    return length;
  };
  const holds = (signs: number) => (mark === '*' ? signs % 2 === 1 : signs >= n);
  if (inner.length > 2 * n && holds(run(inner, 0, 1)) && holds(run(inner, inner.length - 1, -1)))
    return { from, to, insert: inner.slice(n, -n), selectFrom: from, selectTo: to - 2 * n };
  if (holds(run(text, from - 1, -1)) && holds(run(text, to, 1)))
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
