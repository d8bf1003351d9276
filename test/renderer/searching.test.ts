// What a search asks of which store, and how a found text is shown.
import { describe, expect, it } from 'vitest';
import type { ClassStore, Found, MessageView } from '../../src/client/class-store.ts';
import type { ChannelId, CommandId, LogId, MemberId } from '../../src/core/ids.ts';
import { rowsOf, SAME_BREATH_MS } from '../../src/renderer/chat/reading/rows.ts';
import {
  BEFORE_MATCH_MAX,
  EXCERPT_MAX,
  excerptOf,
  FOUND_STEP,
  groupsOf,
  isAsking,
  NOTHING_ASKED,
  QUERY_TEXT_MAX,
  questionsOf,
} from '../../src/renderer/chat/search/searching.ts';
import type { OpenClass } from '../../src/renderer/frame/classes.tsx';

const school = {} as ClassStore;
const home = {} as ClassStore;
const log = (logId: string, store: ClassStore, members: Record<string, string>) =>
  ({
    logId,
    store,
    view: {
      classroom: {
        members: Object.fromEntries(Object.entries(members).map(([memberId, name]) => [memberId, { memberId, name }])),
      },
    },
  }) as unknown as OpenClass;
const logs = [
  log('a', school, { m1: 'Белова Полина', m2: 'Белов Илья' }),
  log('b', school, { m3: 'Белова Полина' }),
  log('c', home, {}),
];
const asked = (change: Partial<typeof NOTHING_ASKED>) => ({ ...NOTHING_ASKED, ...change });

describe('a search', () => {
  it('of nothing asks nobody, and a place alone is nothing', () => {
    expect(isAsking(asked({ text: '  ' }))).toBe(false);
    expect(questionsOf(asked({ place: { logId: 'a' as LogId, channelId: null } }), logs, FOUND_STEP)).toEqual([]);
  });

  it('everywhere asks every store once, in a class its own, of a person by each of his ids', () => {
    expect(questionsOf(asked({ text: 'да' }), logs, FOUND_STEP).map(({ store }) => store)).toEqual([school, home]);
    const place = { logId: 'b' as LogId, channelId: 'x' as ChannelId };
    const [inChat, ...others] = questionsOf(asked({ text: 'да', place }), logs, FOUND_STEP);
    expect(others).toEqual([]);
    expect(inChat?.query).toEqual({ text: 'да', limit: FOUND_STEP, logId: 'b', channelId: 'x' });
    const ofPerson = questionsOf(asked({ by: 'Белова Полина' }), logs, FOUND_STEP);
    expect(ofPerson.map(({ query }) => [query.logId, query.by])).toEqual([
      ['a', 'm1'],
      ['b', 'm3'],
    ]);
  });

  it('takes a day from its first to its last millisecond, and no more text than anybody types', () => {
    const day = asked({ text: 'я'.repeat(QUERY_TEXT_MAX + 1), from: '2026-11-12', to: '2026-11-12' });
    const [question] = questionsOf(day, logs, FOUND_STEP);
    expect(question?.query.text).toHaveLength(QUERY_TEXT_MAX);
    expect(question?.query.from).toBe(new Date(2026, 10, 12).getTime());
    expect(question?.query.to).toBe(new Date(2026, 10, 13).getTime() - 1);
  });

  it('lays what was found by chat, the newest chat first', () => {
    const found = (logId: string, channelId: string, at: number) => ({ logId, channelId, at }) as unknown as Found;
    const groups = groupsOf([found('a', 'x', 9), found('b', 'y', 8), found('a', 'x', 7)]);
    expect(groups.map((group) => [group.logId, group.found.map(({ at }) => at)])).toEqual([
      ['a', [9, 7]],
      ['b', [8]],
    ]);
  });

  it('shows the line about the first match, with every match in it marked', () => {
    const before = 'много разных слов '.repeat(10);
    const text = `${before}контрольная завтра, контрольную пишем все ${'и ещё '.repeat(60)}`;
    const first = before.length;
    const second = text.indexOf('контрольную');
    const pieces = excerptOf(text, [
      [first, first + 11],
      [second, second + 11],
    ]);
    expect(pieces.filter((piece) => piece.isMatch).map((piece) => piece.text)).toEqual(['контрольная', 'контрольную']);
    const shown = pieces.map((piece) => piece.text).join('');
    expect(shown.startsWith('…')).toBe(true);
    expect(shown.endsWith('…')).toBe(true);
    expect(shown.indexOf('контрольная')).toBeLessThanOrEqual(BEFORE_MATCH_MAX + 1);
    expect(shown.length).toBeLessThanOrEqual(EXCERPT_MAX + 2);
    expect(excerptOf('кратко', [])).toEqual([{ text: 'кратко', isMatch: false }]);
  });
});

describe('rows of a chat', () => {
  const NOON = new Date(2026, 10, 12, 12).getTime();
  const message = (seq: number, at: number, by: string) =>
    ({ id: `m${seq}` as CommandId, seq, at, by: by as MemberId }) as MessageView;
  const kinds = (messages: MessageView[], unreadAfter: number | null, hasOlder: boolean) =>
    rowsOf(messages, unreadAfter, 'me' as MemberId, hasOlder).map((row) =>
      row.kind === 'message' ? `${row.key}${row.isContinued ? '+' : ''}` : row.kind,
    );

  it('name an author once in a breath, draw a day where it begins, and the unread line before another’s message', () => {
    const day = 86_400_000;
    const messages = [
      message(1, NOON, 'a'),
      message(2, NOON + SAME_BREATH_MS - 1, 'a'),
      message(3, NOON + 2 * SAME_BREATH_MS, 'a'),
      message(4, NOON + day, 'me'),
      message(5, NOON + day + 1, 'b'),
    ];
    expect(kinds(messages, 3, false)).toEqual(['day', 'm1', 'm2+', 'm3', 'day', 'm4', 'unread', 'm5']);
    expect(kinds(messages, null, false)).not.toContain('unread');
  });

  it('do not draw what nobody knows: whether a day or the unread begins with the first of a part', () => {
    expect(kinds([message(9, NOON, 'a'), message(10, NOON + 1, 'a')], 2, true)).toEqual(['m9', 'm10+']);
  });
});
