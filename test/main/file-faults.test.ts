/** Files between an app and a hub that are killed, cut off, without room and with flipped bits: a few of the rounds of `npm run faults`. */
import { expect, it } from 'vitest';
import { FAULT_KINDS, runFileRounds } from '../faults/files.ts';

const ROUNDS = 4;
const PATIENCE_MS = 240_000;

it(
  '[S15] whatever breaks under way, every file is there once and whole when all is mended',
  async () => {
    const { problems, lost, doubled, wrongBytes, files, faults } = await runFileRounds(ROUNDS, 1, () => {});
    expect(problems).toEqual([]);
    expect({ lost, doubled, wrongBytes }).toEqual({ lost: 0, doubled: 0, wrongBytes: 0 });
    expect(files).toBeGreaterThan(ROUNDS);
    expect(FAULT_KINDS.some((kind) => faults[kind] > 0)).toBe(true);
  },
  PATIENCE_MS,
);
