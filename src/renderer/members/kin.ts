/** Families by their names: which pupils a parent at the door may belong to. A guess for the teacher's eyes, never a decision. */
import type { Member } from '../../core/classroom.ts';
import { nameSkeleton } from '../../core/names.ts';

/** Words shorter than this are initials and particles, and name no family. */
const WORD_MIN = 3;

/** A surname without its gender: Белов and Белова, Полевой and Полевая, Достоевский and Достоевская are one family. */
const family = (word: string) =>
  word
    .replace(/(ская|цкая)$/, (ending) => `${ending.slice(0, 2)}ий`)
    .replace(/ая$/, 'ой')
    .replace(/(ов|ев|ин|ын)а$/, '$1');

/** Pupils whose surname (the first word of their line) is a word of the typed name. */
export function childrenBySurname(typed: string, students: readonly Member[]): Member[] {
  const words = nameSkeleton(typed)
    .split(' ')
    .filter((word) => word.length >= WORD_MIN)
    .map(family);
  return students.filter(({ name }) => words.includes(family(nameSkeleton(name).split(' ')[0] ?? '')));
}

/** Parents of a child who are in the class or were let in once, by name. */
export const parentsOf = (child: Member, parents: readonly Member[]): Member[] =>
  parents.filter(({ childIds }) => childIds.includes(child.memberId));
