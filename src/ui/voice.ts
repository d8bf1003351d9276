/**
 * A recorded voice as a file: its name says that it is one and how long it lasts, because the recording itself does not, and a
 * message shows it before its bytes are here.
 */

/** Opus in WebM, the one thing that every browser of ours records. */
export const VOICE_TYPE = 'audio/webm';
export const VOICE_ENDING = '.weba';
/** 24 kbit/s: half a minute is 90 KB, and a voice is clear. */
export const VOICE_BITS_PER_SECOND = 24_000;
export const VOICE_SECONDS_MAX = 10 * 60;

const two = (n: number) => String(n).padStart(2, '0');

/** 0:07 · 12:40 */
export const formatSeconds = (seconds: number): string => {
  const whole = Number.isFinite(seconds) ? Math.max(0, Math.round(seconds)) : 0;
  return `${Math.floor(whole / 60)}:${two(whole % 60)}`;
};

/** @param at when it was recorded, Unix ms; in this device's time zone */
export function voiceFileName(word: string, at: number, seconds: number): string {
  const d = new Date(at);
  const day = `${d.getFullYear()}-${two(d.getMonth() + 1)}-${two(d.getDate())}`;
  const time = `${two(d.getHours())}.${two(d.getMinutes())}.${two(d.getSeconds())}`;
  return `${word} ${day} ${time} (${Math.max(1, Math.round(seconds))}s)${VOICE_ENDING}`;
}

/** How long a recorded voice lasts, by its name; null for other files. */
export function voiceSeconds(name: string): number | null {
  const seconds = /\((\d{1,4})s\)\.weba$/.exec(name)?.[1];
  return seconds === undefined ? null : Number(seconds);
}
