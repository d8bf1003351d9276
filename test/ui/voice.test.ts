// A voice message says by its name how long it lasts.
import { expect, it } from 'vitest';
import { formatSeconds, voiceFileName, voiceSeconds } from '../../src/ui/voice.ts';

it('the name says when and how long, and other files are no voices', () => {
  const name = voiceFileName('Голос', new Date(2026, 10, 22, 9, 5, 3).getTime(), 17.4);
  expect(name).toBe('Голос 2026-11-22 09.05.03 (17s).weba');
  expect(voiceSeconds(name)).toBe(17);
  expect(voiceSeconds(voiceFileName('Voice', 0, 0.2))).toBe(1);
  expect(voiceSeconds('песня (17s).mp3')).toBeNull();
});

it('seconds are shown as minutes', () => {
  expect([0, 7.4, 60, 760, Infinity].map(formatSeconds)).toEqual(['0:00', '0:07', '1:00', '12:40', '0:00']);
});
