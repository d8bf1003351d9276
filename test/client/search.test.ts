/** Search offline: forms of words, ё, prefixes, filters, places; what is edited or erased (S16); queries meant to break it. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { SearchQuery } from '../../src/client/class-store.ts';
import { openDatabase, type Database } from '../../src/client/database.ts';
import { FOUND_MAX, QUERY_CHARS_MAX, QUERY_WORDS_MAX, Search, SearchIndex } from '../../src/client/search.ts';
import type { LogId } from '../../src/core/ids.ts';
import type { LogKey } from '../../src/core/wire.ts';
import { MemoryDisk } from '../support/memory-disk.ts';
import { nextId, PaperClass } from '../support/paper-class.ts';

const LOG_KEY = 'hub:1:member:1' as LogKey;
let paper: PaperClass;
let logId: LogId;
let database: Database;
let search: Search;

beforeEach(async () => {
  paper = new PaperClass().begin();
  logId = nextId<LogId>();
  database = await openDatabase('search', new MemoryDisk().mount());
  await database.followed({
    logId,
    logKey: LOG_KEY,
    head: 0,
    memberId: paper.teacherMember,
    role: 'teacher',
    now: paper.now,
  });
  search = new Search(database);
});
afterEach(() => {
  search.stop();
  database.close();
});

const say = (text: string) => paper.post(paper.asTeacher, { text });
async function arrive() {
  const after = (await database.cursorOf(logId))!.cursor;
  const entries = structuredClone(paper.log.filter(({ seq }) => seq > after));
  const head = paper.log.length;
  await database.applyPage({ logId, logKey: LOG_KEY, after, upTo: head, head, entries });
}
const find = async (text: string, more: Partial<SearchQuery> = {}) => {
  await arrive();
  return search.find({ text, limit: 50, ...more });
};
const texts = async (text: string, more: Partial<SearchQuery> = {}) =>
  (await find(text, more)).found.map((found) => found.text);

describe('words', () => {
  test.each([
    ['контрольные', 'Завтра контрольная работа'],
    ['елки', 'Нарядили ёлку'],
    ['ЁЛКА', 'нарядили елку'],
    ['родителям', 'Собрание родителей'],
    ['lesson', 'Two lessons tomorrow'],
    ['running', 'He runs'],
    ['контр', 'Завтра контрольная работа'],
    ['7а', 'Всем в 7А привет'],
    ['работа завтра', 'Завтра контрольная работа'],
    ['«работа!»', 'Завтра контрольная работа'],
  ])('«%s» finds «%s»', async (query, text) => {
    say(text);
    say('Совсем о другом');
    expect(await texts(query)).toEqual([text]);
  });

  test('every word must be there; signs alone find nothing; nothing asked finds everything, newest first', async () => {
    say('Завтра контрольная');
    say('Завтра экскурсия');
    expect(await texts('завтра контрольная')).toEqual(['Завтра контрольная']);
    expect(await texts('завтра диктант')).toEqual([]);
    expect(await texts('.*')).toEqual([]);
    expect(await texts(' ')).toEqual(['Завтра экскурсия', 'Завтра контрольная']);
  });

  test('matches are places of the text as it is shown', async () => {
    say('«Ёлка», ёлки и ёлочный 🎄 ёлку');
    const [found] = (await find('ёлк')).found;
    expect(found!.matches.map(([from, to]) => found!.text.slice(from, to))).toEqual(['Ёлк', 'ёлк', 'ёлк']);
    const [whole] = (await find('ёлкой')).found;
    expect(whole!.matches.map(([from, to]) => whole!.text.slice(from, to))).toEqual(['Ёлка', 'ёлки', 'ёлку']);
  });

  test('file names are found, and shown where they match', async () => {
    const fileId = paper.store(paper.teacher, 'Контрольная.pdf');
    paper.post(paper.asTeacher, { text: 'см. файл', fileIds: [fileId] });
    const { found } = await find('контрольной');
    expect(found).toMatchObject([{ text: 'см. файл', files: [{ name: 'Контрольная.pdf' }], matches: [] }]);
  });
});

test('sender, channel, kind and date narrow it; what is beyond the limit is counted', async () => {
  const { memberId, who } = paper.admit('Илья Белов');
  const parents = paper.channel('parents');
  say('привет всем');
  paper.post(who, { text: 'привет от Ильи' });
  paper.post(paper.asTeacher, { text: 'привет родителям', channelId: parents, isNotice: true });
  say('привет https://school.ru');
  expect(await texts('привет', { by: memberId })).toEqual(['привет от Ильи']);
  expect(await texts('привет', { channelId: parents })).toEqual(['привет родителям']);
  expect(await texts('', { feature: 'notice' })).toEqual(['привет родителям']);
  expect(await texts('', { feature: 'link' })).toEqual(['привет https://school.ru']);
  expect(await texts('привет', { logId: nextId<LogId>() })).toEqual([]);
  const { at } = (await find('Ильи')).found[0]!;
  expect(await texts('привет', { from: at, to: at })).toEqual(['привет от Ильи']);
  const some = await find('привет', { limit: 2 });
  expect([some.found.length, some.total]).toEqual([2, 4]);
});

describe('what changes', () => {
  test('an edited message is found by its last words only', async () => {
    const id = say('встреча во вторник');
    expect(await texts('вторник')).toHaveLength(1);
    paper.must('editMessage', { messageId: id, text: 'встреча в среду' });
    expect(await texts('вторник')).toEqual([]);
    expect(await texts('среда')).toEqual(['встреча в среду']);
  });

  test('[S16] removed words leave the index with the row that says so; an erased member’s too', async () => {
    const index = new SearchIndex(logId);
    const id = say('тайна');
    paper.log.forEach((entry) => index.fold(entry));
    expect(index.knows('тайна')).toBe(true);
    paper.must('removeMessage', { messageId: id });
    index.fold(paper.log.at(-1)!);
    expect(index.knows('тайна')).toBe(false);

    const pupil = paper.admit('Илья Белов');
    paper.post(pupil.who, { text: 'секретное слово' });
    expect(await texts('секрет')).toHaveLength(1);
    paper.must('removeMember', { memberId: pupil.memberId, erase: true });
    expect(await texts('секрет')).toEqual([]);
  });

  test('a log that is replaced or gone is searched no more (S14, S17)', async () => {
    say('до копии');
    expect(await texts('копия')).toHaveLength(1);
    const now = paper.now;
    const other = 'hub:2:member:1' as LogKey;
    await database.followed({ logId, logKey: other, head: 1, memberId: paper.teacherMember, role: 'teacher', now });
    expect((await search.find({ text: 'копия', limit: 5 })).total).toBe(0);
    await database.forget(logId);
    expect((await search.find({ text: '', limit: 5 })).total).toBe(0);
  });
});

describe('abuse', () => {
  test('of a query of a megabyte only the beginning is looked at', async () => {
    say('начало');
    expect(await texts(`начало ${' '.repeat(QUERY_CHARS_MAX)}${'конец '.repeat(170_000)}`)).toEqual(['начало']);
    const words = Array.from({ length: QUERY_WORDS_MAX }, (_, at) => `x${at}`);
    say(words.join(' '));
    expect(await texts([...words, 'нет'].join(' '))).toHaveLength(1);
    expect(await texts(words.map((word) => word.replace('x', 'y')).join(' '))).toEqual([]);
  });

  test.each(['(', '[a-', '"незакрытая', "' OR 1=1 --", '\\', '%_%', '\u0000', '👨‍👩‍👧', '́́'])(
    '«%s» is only text',
    async (query) => {
      say('обычный текст');
      expect(Array.isArray(await texts(query))).toBe(true);
    },
  );

  test('no more is answered than the limit of the limits', async () => {
    for (let at = 0; at < FOUND_MAX + 5; at += 1) say('слово');
    const { found, total } = await find('слово', { limit: 1e9 });
    expect([found.length, total]).toEqual([FOUND_MAX, FOUND_MAX + 5]);
  });
});
