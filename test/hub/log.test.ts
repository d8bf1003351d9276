import { expect, expectTypeOf, test } from 'vitest';
import type { LogId } from '../../src/core/ids.ts';
import { jsonLines, type Log, type LogField } from '../../src/hub/log.ts';
import { newId } from '../support/person.ts';

test('a line is JSON with its time, and carries codes, ids and numbers', () => {
  const lines: string[] = [];
  const log = jsonLines(
    (line) => lines.push(line),
    () => 0,
  );
  const logId = newId<LogId>();
  log('group-failed', { logId, code: 'disk-full', commands: 3 });
  expect(lines).toEqual([
    `${JSON.stringify({ at: '1970-01-01T00:00:00.000Z', event: 'group-failed', logId, code: 'disk-full', commands: 3 })}\n`,
  ]);
});

test('a line that cannot be written stops nobody', () => {
  const log = jsonLines(() => {
    throw new Error('ENOSPC');
  });
  expect(() => log('group-failed', { code: 'disk-full' })).not.toThrow();
});

test('free text does not fit into a line', () => {
  expectTypeOf<string>().not.toExtend<LogField>();
  expectTypeOf<Parameters<Log>[0]>().not.toEqualTypeOf<string>();
});
