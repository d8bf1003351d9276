/** A formula of Word (OMML) as it is typed in a line: what a reader of documents without formulas can still show. Pure. */

/** `<m:f>` and the like as they are typed in a line: (a+b)/c, x^2, √(y). */
export function lineOf(math: string): string {
  return unescaped(
    math
      .replace(/<\/?m:(num|den|sup|sub|deg|rad|e)(?:\s[^>]*)?>/g, (tag, name: string) =>
        bracketOf(name, tag.startsWith('</')),
      )
      .replace(/<m:chr m:val="([^"]*)"\s*\/>/g, '$1')
      .replace(/<[^>]*>/g, ''),
  )
    .replace(/\(([\p{L}\p{N}]+)\)/gu, '$1')
    .replace(/[_^]\(\)|\(\)/g, '')
    .trim();
}
function bracketOf(name: string, isClosing: boolean): string {
  if (name === 'num') return isClosing ? ')/' : '(';
  if (name === 'sup') return isClosing ? ')' : '^(';
  if (name === 'sub') return isClosing ? ')' : '_(';
  if (name === 'rad') return isClosing ? ')' : '√(';
  return name === 'den' ? (isClosing ? ')' : '(') : '';
}
const unescaped = (text: string) =>
  text.replace(
    /&(lt|gt|quot|apos|amp);/g,
    (_, name: string) => ({ lt: '<', gt: '>', quot: '"', apos: "'", amp: '&' })[name] ?? '',
  );
