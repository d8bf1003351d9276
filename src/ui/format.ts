/**
 * Times and sizes as people read them, in the language given and this device's time zone. Times are Unix milliseconds, sizes
 * bytes. `now` is an argument so that a test or a long-open page decides what "today" is.
 */
import type { Language } from './language.tsx';

const LOCALES: Record<Language, string> = { ru: 'ru-RU', en: 'en-GB' };
const DAY_WORDS = {
  ru: { today: 'сегодня', yesterday: 'вчера', tomorrow: 'завтра' },
  en: { today: 'today', yesterday: 'yesterday', tomorrow: 'tomorrow' },
} as const satisfies Record<Language, unknown>;
const UNITS: Record<Language, readonly string[]> = {
  ru: ['Б', 'КБ', 'МБ', 'ГБ', 'ТБ'],
  en: ['B', 'KB', 'MB', 'GB', 'TB'],
};
const NO_BREAK_SPACE = '\u00a0';

// Making an Intl object costs far more than using it.
const made = new Map<string, Intl.DateTimeFormat>();
function dateFormat(language: Language, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = language + JSON.stringify(options);
  const known = made.get(key) ?? new Intl.DateTimeFormat(LOCALES[language], options);
  made.set(key, known);
  return known;
}

const DAY_MS = 86_400_000;
/** Whole calendar days from `now` to `at` on this device: -1 is yesterday. */
function daysFrom(now: number, at: number): number {
  const a = new Date(at);
  const n = new Date(now);
  // By UTC, because a local day may have 23 or 25 hours.
  const day = (d: Date) => Date.UTC(d.getFullYear(), d.getMonth(), d.getDate());
  return Math.round((day(a) - day(n)) / DAY_MS);
}

const capital = (text: string) => text.charAt(0).toUpperCase() + text.slice(1);

/** The word for a near day, or null. */
function nearDay(language: Language, at: number, now: number): string | null {
  const words = DAY_WORDS[language];
  const days = daysFrom(now, at);
  return days === 0 ? words.today : days === -1 ? words.yesterday : days === 1 ? words.tomorrow : null;
}

function calendarDay(language: Language, at: number, now: number, weekday: boolean): string {
  const sameYear = new Date(at).getFullYear() === new Date(now).getFullYear();
  return dateFormat(language, {
    day: 'numeric',
    month: 'long',
    ...(sameYear ? (weekday ? { weekday: 'short' } : {}) : { year: 'numeric' }),
  }).format(at);
}

/** 14:05 */
export const formatTime = (language: Language, at: number): string =>
  dateFormat(language, { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' }).format(at);

/** Сегодня · Вчера · Завтра · 12 ноября · 12 ноября 2025 г. — a line of its own, so with a capital. */
export const formatDay = (language: Language, at: number, now = Date.now()): string =>
  capital(nearDay(language, at, now) ?? calendarDay(language, at, now, false));

/** сегодня, 14:05 · 12 ноября, 14:05 — within a sentence. */
export const formatDateTime = (language: Language, at: number, now = Date.now()): string =>
  `${nearDay(language, at, now) ?? calendarDay(language, at, now, false)}, ${formatTime(language, at)}`;

/** A deadline, with the day of the week that a timetable goes by: завтра, 18:00 · пт, 13 ноября, 18:00. */
export const formatDue = (language: Language, at: number, now = Date.now()): string =>
  `${nearDay(language, at, now) ?? calendarDay(language, at, now, true)}, ${formatTime(language, at)}`;

/** 812 Б · 14 КБ · 3,4 МБ: one digit after the point below ten, from megabytes on. */
export function formatSize(language: Language, sizeBytes: number): string {
  const units = UNITS[language];
  let value = Math.max(0, sizeBytes);
  let unit = 0;
  // Never four digits: 1000 of a unit are shown as one of the next.
  while (value >= 999.5 && unit < units.length - 1) {
    value /= 1024;
    unit += 1;
  }
  const digits = unit >= 2 && value < 9.95 ? 1 : 0;
  const number = value.toLocaleString(LOCALES[language], { maximumFractionDigits: digits });
  return `${number}${NO_BREAK_SPACE}${units[unit]}`;
}
