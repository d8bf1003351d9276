/**
 * Mentions as they are typed, shown and sent: `@Белов Илья`. A person is written by his first two words where nobody else in the
 * chat has the same, else by his whole name; ё and е are one letter while one types.
 */
import { MENTIONS_MAX } from '../core/limits.ts';
import type { MemberId } from '../core/ids.ts';
import { parseRichText, type Block, type Inline, type Mentionable } from './rich-text.ts';

export interface Person {
  memberId: MemberId;
  name: string;
}
/** Letters of a name that may be typed after `@` before it is taken for something else. */
export const QUERY_MAX = 40;

const shortOf = (name: string) => name.split(' ').slice(0, 2).join(' ');
const folded = (text: string) => text.toLowerCase().replace(/ё/g, 'е');

/** The name under which somebody is mentioned among these people. */
export function mentionName(person: Person, among: readonly Person[]): string {
  const short = shortOf(person.name);
  const isShared = among.some((other) => other.memberId !== person.memberId && shortOf(other.name) === short);
  return isShared ? person.name : short;
}

/** Every name by which these people may stand in a text: a short one was unique when it was written. */
export const mentionables = (people: readonly Person[]): Mentionable[] =>
  people.flatMap(({ memberId, name }) => [
    { memberId, name },
    { memberId, name: shortOf(name) },
  ]);

/** Who is mentioned in a text that is about to be sent, each once, in the order of the text. */
export function mentionsIn(text: string, among: readonly Person[]): MemberId[] {
  if (!text.includes('@')) return [];
  const named = among.flatMap((person) => [
    { memberId: person.memberId, name: person.name },
    { memberId: person.memberId, name: mentionName(person, among) },
  ]);
  const found = new Set<string>();
  const walk = (inlines: readonly Inline[]) => {
    for (const inline of inlines) {
      if (inline.kind === 'mention') found.add(inline.memberId);
      else if ('children' in inline) walk(inline.children);
    }
  };
  const inBlock = (block: Block) => {
    if (block.kind === 'paragraph') walk(block.children);
    else if (block.kind === 'list') for (const item of block.items) walk(item.children);
  };
  for (const block of parseRichText(text, named)) inBlock(block);
  return [...found].slice(0, MENTIONS_MAX) as MemberId[];
}

/** The name that is being typed before the caret, without its `@`, and where the `@` stands; null where none is. */
export function mentionQuery(text: string, caret: number): { from: number; query: string } | null {
  const from = text.lastIndexOf('@', caret - 1);
  if (from < 0 || caret - from > QUERY_MAX) return null;
  const before = text[from - 1];
  const query = text.slice(from + 1, caret);
  if ((before !== undefined && /[\p{L}\p{N}]/u.test(before)) || !/^(?:[\p{L}\p{N}.-]+ ?){0,3}$/u.test(query))
    return null;
  return { from, query };
}

/** Those whose name has a word that begins like this, best first: the first word counts before the others. */
export function matching<P extends Person>(query: string, people: readonly P[]): P[] {
  const wanted = folded(query).trim();
  const rank = ({ name }: P) => {
    const full = folded(name);
    if (full.startsWith(wanted)) return 0;
    return full.split(' ').some((word) => word.startsWith(wanted)) ? 1 : 2;
  };
  return people
    .map((person) => ({ person, at: rank(person) }))
    .filter(({ at }) => at < 2)
    .sort((a, b) => a.at - b.at || a.person.name.localeCompare(b.person.name, 'ru'))
    .map(({ person }) => person);
}
