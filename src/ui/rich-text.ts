/**
 * A person's text as it is shown: paragraphs, lists, code, typed formulas, and inside lines bold, italic, code, formulas, web and
 * e-mail addresses, mentions. Promises: everything typed is somewhere in the result, or is one of the marks; no text is ever
 * markup (the result is plain data); an address that could start a program, or hides where it leads, stays text or says so; the
 * time taken grows with the text's length and no faster, whatever is typed.
 *
 * There are no named links on purpose: an address that stands in sight cannot say one thing and lead to another.
 */

/** Longer ones are shown as they were typed. */
export const FORMULA_LENGTH_MAX = 2_000;
export const LINK_LENGTH_MAX = 2_000;
/** Formulas of one text that are drawn; the rest stay as typed. */
export const FORMULAS_MAX = 60;

export interface RichLink {
  kind: 'link';
  /** As typed. */
  text: string;
  href: string;
  /** Where it really leads, in ASCII, when that is not what one reads; else null. */
  host: string | null;
  /** Letters that look like others: the host must stand beside it in plain sight. */
  isDoubtful: boolean;
}
export type Inline =
  | { kind: 'text'; text: string }
  | { kind: 'code' | 'formula'; text: string }
  | { kind: 'strong' | 'emphasis'; children: Inline[] }
  | { kind: 'mention'; text: string; memberId: string }
  | RichLink;
export interface ListItem {
  /** `•`, `1.`, `2)`. */
  marker: string;
  depth: 0 | 1 | 2;
  children: Inline[];
}
export type Block =
  | { kind: 'paragraph'; children: Inline[] }
  | { kind: 'list'; items: ListItem[] }
  | { kind: 'code'; text: string; language: string }
  | { kind: 'formula'; text: string };

/** Somebody whom the text may mention, under a name as it is written after `@`. */
export interface Mentionable {
  memberId: string;
  name: string;
}

const LETTER = /[\p{L}\p{N}]/u;
const isLetter = (char: string | undefined) => char !== undefined && LETTER.test(char);
const isBlank = (char: string | undefined) => char === undefined || /\s/.test(char);

interface Scan {
  people: readonly Mentionable[];
  formulasLeft: number;
}

/** @param people those whom the message mentions; other names after `@` are text */
export function parseRichText(text: string, people: readonly Mentionable[] = []): Block[] {
  const scan: Scan = { people: [...people].sort((a, b) => b.name.length - a.name.length), formulasLeft: FORMULAS_MAX };
  const blocks: Block[] = [];
  let from = 0;
  const flush = (to: number) => {
    // The line breaks that set a block off belong to it.
    const piece = text.slice(from, to).replace(from === 0 ? /^/ : /^[ \t]*\n/, '');
    blocks.push(...linesOf(to === text.length ? piece : piece.replace(/\n[ \t]*$/, ''), scan));
  };
  // Code in a line is skipped, so that `$$` and ``` inside it are letters.
  const FENCES = /```([\s\S]*?)```|`[^`\n]+`|\$\$([\s\S]+?)\$\$/g;
  for (const match of text.matchAll(FENCES)) {
    const [whole, code, formula] = match;
    if (code !== undefined && code.trim() !== '') {
      flush(match.index);
      const [, language = '', body = code] = /^([\w+#-]{0,20})\n([\s\S]*)$/.exec(code) ?? [];
      blocks.push({ kind: 'code', text: body.replace(/\n$/, ''), language });
    } else if (formula !== undefined && isFormula(formula) && scan.formulasLeft > 0) {
      flush(match.index);
      scan.formulasLeft -= 1;
      blocks.push({ kind: 'formula', text: formula.trim() });
    } else continue;
    from = match.index + whole.length;
  }
  flush(text.length);
  return blocks;
}

const isFormula = (source: string) => source.trim() !== '' && source.length <= FORMULA_LENGTH_MAX;

const ITEM = /^( {0,8})([-*•]|\d{1,3}[.)])[ \t]+(\S.*)$/;

/** Paragraphs and lists of a text without fences. */
function linesOf(text: string, scan: Scan): Block[] {
  const blocks: Block[] = [];
  let paragraph: string[] = [];
  const close = () => {
    if (paragraph.some((line) => line.trim() !== ''))
      blocks.push({ kind: 'paragraph', children: inlinesOf(paragraph.join('\n'), scan) });
    paragraph = [];
  };
  for (const line of text.split('\n')) {
    const match = ITEM.exec(line);
    if (!match) {
      paragraph.push(line);
      continue;
    }
    close();
    const [, indent = '', mark = '', said = ''] = match;
    const item: ListItem = {
      marker: /\d/.test(mark) ? mark : '•',
      depth: Math.min(2, Math.floor(indent.length / 2)) as ListItem['depth'],
      children: inlinesOf(said, scan),
    };
    const last = blocks.at(-1);
    if (last?.kind === 'list') last.items.push(item);
    else blocks.push({ kind: 'list', items: [item] });
  }
  close();
  return blocks;
}

const SPECIAL = /[`*$@]|https?:\/\/|www\./gi;

/** @param within the mark that is open already: bold is not bolder inside bold */
function inlinesOf(text: string, scan: Scan, within: readonly Mark[] = []): Inline[] {
  const found: Inline[] = [];
  /** What is said up to here stands in `found`. */
  let done = 0;
  /** Marks that nothing closes from here on: looked for once, not once for every opening. */
  const isOpenForEver = new Set<Mark>();
  const put = (at: number, end: number, inline: Inline) => {
    if (at > done) found.push({ kind: 'text', text: text.slice(done, at) });
    found.push(inline);
    done = end;
  };
  const special = new RegExp(SPECIAL);
  for (let match = special.exec(text); match; match = special.exec(text)) {
    const at = match.index;
    const char = match[0];
    const before = text[at - 1];
    if (char === '`' || char === '$') {
      const end = char === '`' ? closeOfCode(text, at) : closeOfFormula(text, at, scan);
      if (end >= 0) {
        if (char === '$') scan.formulasLeft -= 1;
        put(at, end, { kind: char === '`' ? 'code' : 'formula', text: text.slice(at + 1, end - 1) });
      }
    } else if (char === '*') {
      const mark: Mark = text[at + 1] === '*' ? '**' : '*';
      const inside = at + mark.length;
      const opens = !isLetter(before) && !isBlank(text[inside]) && !within.includes(mark) && !isOpenForEver.has(mark);
      const end = opens ? closeOf(text, inside, mark) : -1;
      if (end >= 0) {
        const children = inlinesOf(text.slice(inside, end), scan, [...within, mark]);
        put(at, end + mark.length, { kind: mark === '**' ? 'strong' : 'emphasis', children });
      } else {
        if (opens) isOpenForEver.add(mark);
        // A run of stars that opens nothing is passed as a whole.
        special.lastIndex = runEnd(text, at);
        continue;
      }
    } else if (char === '@') {
      const who = isLetter(before) ? undefined : scan.people.find(({ name }) => isNamed(text, at + 1, name));
      if (who) put(at, at + 1 + who.name.length, { kind: 'mention', memberId: who.memberId, text: `@${who.name}` });
      else {
        const mail = mailAround(text, at, done);
        if (mail) put(mail.from, mail.to, mail.link);
      }
    } else if (!isLetter(before)) {
      const { link, end } = addressAt(text, at);
      if (link) put(at, at + link.text.length, link);
      // What looks like an address and may not be one holds no other: `https://ya.ru@evil.com` is no e-mail either.
      else special.lastIndex = end;
    }
    special.lastIndex = Math.max(special.lastIndex, done);
  }
  if (done < text.length) found.push({ kind: 'text', text: text.slice(done) });
  return found;
}

// ── Marks ──────────────────────────────────────────────────────────────────────────────────────────────────────────────

type Mark = '*' | '**';

const runEnd = (text: string, at: number) => {
  let end = at;
  while (text[end] === '*') end += 1;
  return end;
};

/** Where the mark that closes begins; -1 for nowhere. Its place depends on nothing before `from`. */
function closeOf(text: string, from: number, mark: Mark): number {
  for (let at = text.indexOf('*', from + 1); at >= 0; at = text.indexOf('*', at + 1)) {
    const end = runEnd(text, at);
    const length = end - at;
    const fits = mark === '**' ? length >= 2 : length !== 2;
    if (fits && !isBlank(text[at - 1]) && !isLetter(text[end])) return end - mark.length;
    at = end - 1;
  }
  return -1;
}

/** The place behind the closing mark, on the same line; -1 for none. */
function closeOfCode(text: string, at: number): number {
  const close = text.indexOf('`', at + 1);
  return close > at + 1 && !text.slice(at, close).includes('\n') ? close + 1 : -1;
}

/** The same for a formula: `$5 или 10$` is money, and so is a sign inside a word. */
function closeOfFormula(text: string, at: number, scan: Scan): number {
  if (scan.formulasLeft <= 0 || isBlank(text[at + 1]) || text[at + 1] === '$') return -1;
  if (isLetter(text[at - 1]) || text[at - 1] === '$') return -1;
  const end = Math.min(text.length, at + 2 + FORMULA_LENGTH_MAX);
  for (let close = at + 2; close < end && text[close] !== '\n'; close += 1) {
    if (text[close] !== '$' || text[close - 1] === '\\') continue;
    // The first sign decides: a formula holds no other.
    return !isBlank(text[close - 1]) && !isLetter(text[close + 1]) && text[close + 1] !== '$' ? close + 1 : -1;
  }
  return -1;
}

const isNamed = (text: string, at: number, name: string) =>
  name !== '' && text.startsWith(name, at) && !isLetter(text[at + name.length]);

// ── Addresses ──────────────────────────────────────────────────────────────────────────────────────────────────────────

/** An address ends where something invisible begins: it could turn what one reads around. */
const ADDRESS = /[^\s<>"'`«\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\u00ad]+/y;
const TRAILING = /[.,;:!?…*»”’]$/;

/** `end` is where what looks like an address ends. */
function addressAt(text: string, at: number): { link: RichLink | null; end: number } {
  ADDRESS.lastIndex = at;
  let typed = ADDRESS.exec(text)?.[0] ?? '';
  const end = at + typed.length;
  if (typed.length > LINK_LENGTH_MAX) return { link: null, end };
  // Signs of the sentence are not the address's, nor is a bracket that it did not open.
  for (;;) {
    const last = typed.at(-1) ?? '';
    const opening = { ')': '(', ']': '[', '}': '{' }[last];
    const isForeign = opening !== undefined && count(typed, last) > count(typed, opening);
    if (!TRAILING.test(typed) && !isForeign) break;
    typed = typed.slice(0, -1);
  }
  return { link: linkOf(typed), end };
}

const count = (text: string, char: string) => text.split(char).length - 1;

/**
 * A link for an address as typed; null where it must stay text: other schemes start programs, and a name before `@` makes a
 * strange host look like a known one.
 */
export function linkOf(typed: string): RichLink | null {
  const address = /^www\./i.test(typed) ? `https://${typed}` : typed;
  if (address.length > LINK_LENGTH_MAX || /[\u0000-\u0020\u007f\\]/.test(address)) return null; // oxlint-disable-line no-control-regex
  const shownHost = /^https?:\/\/([^/?#]*)/i.exec(address)?.[1]?.toLowerCase();
  if (!shownHost) return null;
  let url: URL;
  try {
    url = new URL(address);
  } catch {
    return null;
  }
  const { protocol, username, password, hostname, host, href } = url;
  if ((protocol !== 'http:' && protocol !== 'https:') || username !== '' || password !== '' || hostname === '')
    return null;
  const isAsRead = shownHost === host || shownHost === `${host}:${protocol === 'http:' ? 80 : 443}`;
  return { kind: 'link', text: typed, href, host: isAsRead ? null : hostname, isDoubtful: isDoubtful(shownHost) };
}

/** Latin letters among others in one word of a host, or others under a Latin ending: `аррle.com`. */
function isDoubtful(host: string): boolean {
  const labels = host.replace(/:\d+$/, '').split('.');
  // oxlint-disable-next-line no-control-regex
  const foreign = (label: string) => /[^\u0000-\u024f]/.test(label);
  const isMixed = labels.some((label) => foreign(label) && /[a-z]/.test(label));
  return isMixed || (labels.some(foreign) && !foreign(labels.at(-1) ?? ''));
}

/** A local part is at most 64 long (RFC 5321), so looking back is bounded. */
const LOCAL_MAX = 64;

/** The e-mail address around an `@`. @param from where text begins that is nobody's yet */
function mailAround(text: string, at: number, from: number): { from: number; to: number; link: RichLink } | null {
  const local = /[a-z\d][a-z\d.+_-]*$/i.exec(text.slice(Math.max(from, at - LOCAL_MAX), at))?.[0];
  const domain = /^[a-z\d-]{1,63}(?:\.[a-z\d-]{1,63}){1,8}/i
    .exec(text.slice(at + 1, at + 256))?.[0]
    ?.replace(/-+$/, '');
  if (!local || !domain || isLetter(text[at - local.length - 1]) || isLetter(text[at + 1 + domain.length])) return null;
  const typed = `${local}@${domain}`;
  return {
    from: at - local.length,
    to: at + 1 + domain.length,
    link: { kind: 'link', text: typed, href: `mailto:${typed}`, host: null, isDoubtful: false },
  };
}

// ── As plain text ──────────────────────────────────────────────────────────────────────────────────────────────────────

const wordsOf = (inlines: readonly Inline[]): string =>
  inlines.map((inline) => ('children' in inline ? wordsOf(inline.children) : inline.text)).join('');

/** The text without its marks: for a quote of one line, a notification, another messenger. */
export const plainTextOf = (text: string): string =>
  parseRichText(text)
    .map((block) => {
      if (block.kind === 'paragraph') return wordsOf(block.children);
      if (block.kind !== 'list') return block.text;
      return block.items.map((item) => `${'  '.repeat(item.depth)}${item.marker} ${wordsOf(item.children)}`).join('\n');
    })
    .join('\n');
