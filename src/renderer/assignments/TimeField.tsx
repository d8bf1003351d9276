/** A time of day as people type it: `18:30`, `18.30`, `1830`, `8`. The value is always `18:30`. */
import { TextInput } from '@mantine/core';
import { useState } from 'react';
import { useTexts } from '../texts/texts.ts';
import classes from './TimeField.module.css';

/** The time that was typed, or null where it is none. */
export function typedTime(typed: string): string | null {
  const [, hours, minutes = '00'] = /^\s*(\d{1,2})(?:[:. -]?(\d{2}))?\s*$/.exec(typed) ?? [];
  if (!hours || Number(hours) > 23 || Number(minutes) > 59) return null;
  return `${hours.padStart(2, '0')}:${minutes}`;
}

export interface TimeFieldProps {
  label: string;
  value: string;
  isDisabled?: boolean;
  onChange: (time: string) => void;
}

export function TimeField({ label, value, isDisabled = false, onChange }: TimeFieldProps) {
  const t = useTexts();
  // What is being typed; the last good time stands until the new one is whole.
  const [typed, setTyped] = useState<string | null>(null);
  const isTime = typed === null || typedTime(typed) !== null;
  return (
    <TextInput
      className={classes.field ?? ''}
      aria-label={label}
      inputMode="numeric"
      autoComplete="off"
      disabled={isDisabled}
      value={typed ?? value}
      error={isTime || isDisabled ? undefined : t.editor.faults.time}
      onChange={(event) => {
        const next = event.currentTarget.value;
        setTyped(next);
        const time = typedTime(next);
        if (time) onChange(time);
      }}
      onBlur={() => setTyped(null)}
    />
  );
}
