import { describe, expect, test } from 'vitest';
import { COLUMN_ROWS_MAX, decodeColumns, encodeColumns, type ColumnRow } from '../../src/core/columns.ts';
import type { Entry } from '../../src/core/wire.ts';
import { newId } from '../support/person.ts';

const CHANNEL = newId();
const row = (seq: number, fields: Partial<ColumnRow> = {}): ColumnRow => ({
  seq,
  at: 1_790_000_000_000 + seq,
  id: newId(),
  kind: 'messagePosted',
  label: 'all',
  by: newId(),
  about: null,
  body: JSON.stringify({ channelId: CHANNEL, text: `№ ${seq} «ёж» \u2028 "кавычки" \\`, files: [], replyTo: null }),
  ...fields,
});
const entryOf = (given: ColumnRow): Entry => ({
  ...given,
  body: given.body === null ? null : (JSON.parse(given.body) as Record<string, unknown>),
});
const carried = (rows: readonly ColumnRow[]) => decodeColumns(JSON.parse(encodeColumns(rows)));

describe('columns', () => {
  test('[S5] rows come out as they went in: gaps, clocks that run backwards, blank bodies, unknown kinds, no rows at all', () => {
    const same = newId();
    const rows = [
      row(3, { by: same as ColumnRow['by'] }),
      row(4, { at: 5, by: null, about: same }),
      row(9, { body: null, label: `member:${same}` }),
      row(10, { kind: 'kindOfNextYear', body: '{"deep":{"a":[1,null,"x"]}}', by: same as ColumnRow['by'] }),
      row(11, { id: 'ffffffff-ffff-8fff-bfff-ffffffffffff' as ColumnRow['id'] }),
      row(12, { id: '00000000-0000-7000-8000-000000000000' as ColumnRow['id'] }),
    ];
    expect(carried(rows)).toEqual(rows.map(entryOf));
    expect(carried([])).toEqual([]);
  });

  test('a text comes back to the letter, whatever it quotes and wherever its key stands', () => {
    const texts = [
      '',
      '"',
      '\\',
      '\\"',
      '\\\\',
      '","text":"',
      '{"channelId":"',
      '\u0000\ud800',
      'ё'.repeat(500),
      '"}],',
    ];
    const bodies = texts.flatMap((text) => [
      { channelId: CHANNEL, text, files: [{ text }], replyTo: null },
      { channelId: CHANNEL, text },
      { text, channelId: CHANNEL },
      { channelId: CHANNEL, poll: { text }, text },
      { channelId: text, text },
      { channelId: 7, text: [text] },
    ]);
    const rows = bodies.map((body, index) => row(index + 1, { body: JSON.stringify(body) }));
    expect(carried(rows)).toEqual(rows.map(entryOf));
  });

  test(`as many as COLUMN_ROWS_MAX, and not one more`, () => {
    const rows = Array.from({ length: COLUMN_ROWS_MAX + 1 }, (_, index) => row(index + 1, { body: '{}' }));
    expect(carried(rows.slice(0, -1))).toHaveLength(COLUMN_ROWS_MAX);
    expect(carried(rows)).toBeNull();
  });

  test('what repeats is said once', () => {
    const one = row(1);
    const many = Array.from({ length: 100 }, (_, index) => ({ ...one, seq: index + 1, body: '{}' }));
    expect(encodeColumns(many).length).toBeLessThan(100 * 50);
    const said = Array.from({ length: 100 }, (_, index) => ({ ...row(index + 1), by: one.by }));
    expect(encodeColumns(said).split(CHANNEL)).toHaveLength(2);
  });

  test('what is no columns, or has lost a part, is nothing and never half a page', () => {
    const good = JSON.parse(encodeColumns([row(1), row(2), row(3)])) as Record<string, unknown>;
    const broken: Record<string, unknown>[] = [
      { ...good, seq: [1, 1] },
      { ...good, seq: [1, 0, 1] },
      { ...good, seq: [1, -1, 5] },
      { ...good, at: [-1, 0, 0] },
      { ...good, idRests: (good['idRests'] as string).slice(1) },
      { ...good, idRests: 'x'.repeat(60) },
      { ...good, idRests: '0'.repeat(60) },
      { ...good, idTimes: [-1, 1, 1] },
      { ...good, idTimes: [2 ** 48, 0, 0] },
      { ...good, kind: { of: ['a'], at: [0, 1, 0] } },
      { ...good, by: { of: ['nobody'], at: [0, 0, 0] } },
      { ...good, by: { of: [null], at: [0, -1, 0] } },
      { ...good, texts: ['a', 'b'] },
      { ...good, texts: ['a', 'b', 7] },
      { ...good, bodies: [{}] },
      { ...good, bodies: undefined },
      { ...good, around: { of: [{}], at: [0, 0, -1] } },
      { ...good, around: { of: [{}], at: [0, 0, 1] } },
      { ...good, around: { of: [[]], at: [0, 0, 0] } },
    ];
    expect(decodeColumns(good)).toHaveLength(3);
    for (const raw of [...broken, null, 'x', 7, []]) expect(decodeColumns(raw), JSON.stringify(raw)).toBeNull();
  });
});
