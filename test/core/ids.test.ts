import { expect, test } from 'vitest';
import { CommandId, dueIdOf, FileId, fileIdOf, uuidV7, workKey, type MemberId } from '../../src/core/ids.ts';

const bytes = (fill: number) => new Uint8Array(16).fill(fill);

test('a made id is a version 7 UUID that carries its time', () => {
  const id = uuidV7(0x0192_8374_6500, bytes(0xff));
  expect(id).toBe('01928374-6500-7fff-bfff-ffffffffffff');
  expect(CommandId.safeParse(id).success).toBe(true);
});

test('ids of different randomness differ, whatever the clock says', () => {
  expect(uuidV7(-5, bytes(1))).not.toBe(uuidV7(-5, bytes(2)));
  expect(uuidV7(-5, bytes(1))).toMatch(/^00000000-0000-7/);
});

test('a file id is 32 hex digits and nothing else is one', () => {
  expect(fileIdOf(bytes(0xab))).toBe('ab'.repeat(16));
  for (const bad of ['../x', 'AB'.repeat(16), 'ab'.repeat(15), `${'ab'.repeat(16)}/`, 'ab'.repeat(16) + '\n', '']) {
    expect(FileId.safeParse(bad).success, JSON.stringify(bad)).toBe(false);
  }
});

test('[S20] the id of what falls due follows from the schedule alone, and no client makes such an id', () => {
  const schedule = CommandId.parse(uuidV7(1_760_000_000_000, bytes(7)));
  expect(dueIdOf(schedule)).toBe(dueIdOf(schedule));
  expect(dueIdOf(schedule)).not.toBe(schedule);
  expect(CommandId.safeParse(dueIdOf(schedule)).success).toBe(true);
  expect(dueIdOf(schedule)[14]).toBe('8');
});

test('a work is keyed by assignment and member', () => {
  expect(workKey('a' as CommandId, 'b' as MemberId)).toBe('a/b');
});
