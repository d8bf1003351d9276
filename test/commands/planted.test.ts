/** What `npm run mutants` rests on, without its minutes: the sources move, and a planted fault must not lose its place in them. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ROOT } from '../../scripts/suites.ts';
import { listedRules } from '../architecture/house-rules.ts';
import { PLANTED, PLANTED_IN_CHAT } from '../mutants/planted.ts';

test('every rule of ARCHITECTURE.md has one planted fault', () => {
  const rules = listedRules(readFileSync(join(ROOT, 'ARCHITECTURE.md'), 'utf8'));
  expect(rules.length).toBeGreaterThan(0);
  expect(PLANTED.map(({ rule }) => rule)).toEqual(rules);
});

test('the chat has eight faults more at least, each against a rule', () => {
  expect(PLANTED_IN_CHAT.length).toBeGreaterThanOrEqual(8);
});

test.each([...PLANTED, ...PLANTED_IN_CHAT])(
  'the fault against $rule has its place in $file exactly once, and changes it',
  (fault) => {
    expect(fault.file).toMatch(/^src\//);
    expect(readFileSync(join(ROOT, fault.file), 'utf8').split(fault.find)).toHaveLength(2);
    expect(fault.replace).not.toBe(fault.find);
  },
);
