// Mentions: who is meant, under which name, and what is being typed.
import { describe, expect, it } from 'vitest';
import type { MemberId } from '../../src/core/ids.ts';
import { MENTIONS_MAX } from '../../src/core/limits.ts';
import { matching, mentionName, mentionQuery, mentionsIn, mentionables, QUERY_MAX } from '../../src/ui/mentions.ts';
import { parseRichText } from '../../src/ui/rich-text.ts';

const people = [
  'Белов Илья Андреевич',
  'Белов Фёдор Андреевич',
  'Белова Полина',
  'Ирина Петровна',
  'Белов Фёдор Олегович',
].map((name, index) => ({ memberId: `m${index}` as MemberId, name }));

describe('mentions', () => {
  it('are written by two words where that is enough, by the whole name where it is not', () => {
    expect(people.map((person) => mentionName(person, people))).toEqual([
      'Белов Илья',
      'Белов Фёдор Андреевич',
      'Белова Полина',
      'Ирина Петровна',
      'Белов Фёдор Олегович',
    ]);
  });

  it('are found in a text, each person once, and nobody by half a name or an ambiguous one', () => {
    const text = '@Белов Илья и @Ирина Петровна, **@Белов Илья**\n- @Белов Фёдор Олегович\n@Белов @Белов Фёдор';
    expect(mentionsIn(text, people)).toEqual(['m0', 'm3', 'm4']);
    expect(mentionsIn('a@b.ru', people)).toEqual([]);
  });

  it(`are at most ${MENTIONS_MAX}`, () => {
    const many = Array.from({ length: MENTIONS_MAX + 5 }, (_, n) => ({
      memberId: `m${n}` as MemberId,
      name: `Имя${n}`,
    }));
    expect(mentionsIn(many.map(({ name }) => `@${name}`).join(' '), many)).toHaveLength(MENTIONS_MAX);
  });

  it('what was sent under a short name is shown as a mention', () => {
    const [block] = parseRichText('@Белов Илья, да', mentionables([people[0]!]));
    expect(block).toMatchObject({ children: [{ kind: 'mention', memberId: 'm0' }, { kind: 'text' }] });
  });

  it('are looked for while they are typed, not in addresses nor after a sentence', () => {
    expect(mentionQuery('@бел', 4)).toEqual({ from: 0, query: 'бел' });
    expect(mentionQuery('да, @', 5)).toEqual({ from: 4, query: '' });
    expect(mentionQuery('@Белов Ил', 9)).toEqual({ from: 0, query: 'Белов Ил' });
    expect(mentionQuery('a@b', 3)).toBeNull();
    expect(mentionQuery('@Белов, сдай', 12)).toBeNull();
    expect(mentionQuery(`@${'а'.repeat(QUERY_MAX)}`, QUERY_MAX + 1)).toBeNull();
  });

  it('ё is е, and the first word counts before the others', () => {
    expect(matching('федор', people).map(({ memberId }) => memberId)).toEqual(['m1', 'm4']);
    expect(matching('белов и', people).map(({ memberId }) => memberId)).toEqual(['m0']);
    expect(matching('и', people).map(({ name }) => name)).toEqual(['Ирина Петровна', 'Белов Илья Андреевич']);
  });
});
