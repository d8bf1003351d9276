/**
 * A day, typed as people write it (25.11, 25.11.2026) or picked from a month. The browser's own date field speaks the system's
 * language and not the window's, so it is not used. The value is `2026-11-25`, or '' for none.
 */
import { ActionIcon, Popover, TextInput } from '@mantine/core';
import { IconCalendar, IconChevronLeft, IconChevronRight } from '@tabler/icons-react';
import { useState, type KeyboardEvent } from 'react';
import { useLanguage, type Language } from '../../ui/language.tsx';
import { useNow } from '../frame/now.ts';
import { useTexts } from '../texts/texts.ts';
import { dayOf } from './editing.ts';
import classes from './DayField.module.css';

const LOCALES: Record<Language, string> = { ru: 'ru-RU', en: 'en-GB' };
const DAY_MS = 86_400_000;
const DAYS_IN_WEEK = 7;

const noon = (day: string) => new Date(`${day}T12:00`);
const shift = (day: string, days: number) => dayOf(noon(day).getTime() + days * DAY_MS);

/** `25.11.2026` or `25/11/2026`. */
export const shownDay = (day: string, language: Language): string =>
  day === ''
    ? ''
    : day
        .split('-')
        .toReversed()
        .join(language === 'ru' ? '.' : '/');

/** The day that was typed, '' for nothing, null where it is no day. Without a year: the next such day from `today`. */
export function typedDay(typed: string, today: string): string | null {
  if (typed.trim() === '') return '';
  const [, d, m, y] = /^\s*(\d{1,2})[./\- ](\d{1,2})(?:[./\- ](\d{4}|\d{2}))?\.?\s*$/.exec(typed) ?? [];
  if (!d || !m) return null;
  const day = (year: string) => `${year}-${m.padStart(2, '0')}-${d.padStart(2, '0')}`;
  const thisYear = today.slice(0, 4);
  const given = y && (y.length === 2 ? `20${y}` : y);
  const found = day(given ?? (day(thisYear) >= today ? thisYear : String(Number(thisYear) + 1)));
  const date = noon(found);
  // 31.02 would roll over into March.
  return !Number.isNaN(date.getTime()) && dayOf(date.getTime()) === found ? found : null;
}

/** The month's days in whole weeks from Monday; days of its neighbours fill the ends. */
function weeksOf(month: string): string[][] {
  const first = `${month}-01`;
  const start = shift(first, -((noon(first).getDay() + 6) % DAYS_IN_WEEK));
  const weeks: string[][] = [];
  for (let monday = start; monday.slice(0, 7) <= month; monday = shift(monday, DAYS_IN_WEEK))
    weeks.push(Array.from({ length: DAYS_IN_WEEK }, (_, i) => shift(monday, i)));
  return weeks;
}

export interface DayFieldProps {
  label: string;
  value: string;
  error?: string | undefined;
  onChange: (day: string) => void;
}

export function DayField({ label, value, error, onChange }: DayFieldProps) {
  const t = useTexts();
  const language = useLanguage();
  const today = dayOf(useNow());
  const [isOpen, setOpen] = useState(false);
  // While it is being typed the text is the truth; a day from elsewhere replaces it.
  const [typed, setTyped] = useState<{ text: string; for: string } | null>(null);
  const text = typed && typed.for === value ? typed.text : shownDay(value, language);
  const isDay = typedDay(text, today) !== null;
  const write = (next: string) => {
    const day = typedDay(next, today) ?? '';
    setTyped({ text: next, for: day });
    onChange(day);
  };
  const pick = (day: string) => {
    setTyped(null);
    setOpen(false);
    onChange(day);
  };
  return (
    <Popover opened={isOpen} onChange={setOpen} position="bottom-start" withRoles={false} trapFocus returnFocus>
      <Popover.Target>
        <div>
          <TextInput
            className={classes.field ?? ''}
            aria-label={label}
            placeholder={t.editor.dayExample}
            autoComplete="off"
            value={text}
            error={isDay ? error : t.editor.faults.day}
            onChange={(event) => write(event.currentTarget.value)}
            onBlur={() => isDay && setTyped(null)}
            rightSection={
              <ActionIcon
                aria-label={`${t.editor.calendar}: ${label}`}
                aria-haspopup="dialog"
                aria-expanded={isOpen}
                onClick={() => setOpen(!isOpen)}
              >
                <IconCalendar size={18} stroke={1.7} />
              </ActionIcon>
            }
          />
        </div>
      </Popover.Target>
      <Popover.Dropdown role="dialog" aria-label={t.editor.calendar} p="xs">
        <Month today={today} chosen={value} onPick={pick} />
      </Popover.Dropdown>
    </Popover>
  );
}

/** A month to pick a day from; arrows move among days. */
export function Month({ today, chosen, onPick }: { today: string; chosen: string; onPick: (day: string) => void }) {
  const t = useTexts();
  const locale = LOCALES[useLanguage()];
  const [at, setAt] = useState(chosen || today);
  const month = at.slice(0, 7);
  const weeks = weeksOf(month);
  const turn = (months: number) => {
    const date = noon(`${month}-01`);
    date.setMonth(date.getMonth() + months);
    setAt(dayOf(date.getTime()));
  };
  const steps: Record<string, number> = {
    ArrowLeft: -1,
    ArrowRight: 1,
    ArrowUp: -DAYS_IN_WEEK,
    ArrowDown: DAYS_IN_WEEK,
  };
  const onKeyDown = (event: KeyboardEvent<HTMLTableElement>) => {
    const step = steps[event.key];
    if (step === undefined) return;
    event.preventDefault();
    const next = shift(at, step);
    setAt(next);
    const table = event.currentTarget;
    requestAnimationFrame(() => table.querySelector<HTMLElement>(`[data-day="${next}"]`)?.focus());
  };
  const name = (options: Intl.DateTimeFormatOptions, day: string) =>
    new Intl.DateTimeFormat(locale, options).format(noon(day));
  return (
    <div>
      <div className={classes.head}>
        <ActionIcon aria-label={t.editor.monthBefore} onClick={() => turn(-1)}>
          <IconChevronLeft size={18} />
        </ActionIcon>
        <span className={classes.month} aria-live="polite">
          {name({ month: 'long', year: 'numeric' }, `${month}-01`)}
        </span>
        <ActionIcon aria-label={t.editor.monthAfter} onClick={() => turn(1)}>
          <IconChevronRight size={18} />
        </ActionIcon>
      </div>
      {/* The days inside have the focus and are buttons; the table only moves it among them. */}
      {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions */}
      <table className={classes.days} onKeyDown={onKeyDown}>
        <thead>
          <tr>
            {weeks[0]?.map((day) => (
              <th key={day} scope="col" abbr={name({ weekday: 'long' }, day)}>
                {name({ weekday: 'short' }, day)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {weeks.map((week) => (
            <tr key={week[0]}>
              {week.map((day) => (
                <td key={day}>
                  <button
                    type="button"
                    className={classes.day}
                    data-day={day}
                    data-other={day.slice(0, 7) !== month}
                    {...(day === at ? { 'data-autofocus': true } : {})}
                    tabIndex={day === at ? 0 : -1}
                    aria-current={day === today ? 'date' : undefined}
                    aria-pressed={day === chosen}
                    aria-label={name({ weekday: 'long', day: 'numeric', month: 'long' }, day)}
                    onClick={() => onPick(day)}
                  >
                    {Number(day.slice(8))}
                  </button>
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
