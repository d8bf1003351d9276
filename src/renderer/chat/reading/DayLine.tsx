/** The line where a day begins, which is also the way to any other day of the chat. */
import { Button, Popover } from '@mantine/core';
import { IconArrowBarToUp } from '@tabler/icons-react';
import { useState } from 'react';
import { formatDay } from '../../../ui/format.ts';
import { useLanguage } from '../../../ui/language.tsx';
import { Month } from '../../assignments/DayField.tsx';
import { dayOf } from '../../assignments/editing.ts';
import { useNow } from '../../frame/now.ts';
import { useTexts } from '../../texts/texts.ts';
import classes from './DayLine.module.css';

export interface DayLineProps {
  at: number;
  /** Where Tab enters; a line among messages is reached by pointer only, the one above them also by key. */
  isStop: boolean;
  /** Unix ms of the beginning of a day on this device; null: the very first message. */
  onGoTo: (at: number | null) => void;
}

export function DayLine({ at, isStop, onGoTo }: DayLineProps) {
  const t = useTexts();
  const language = useLanguage();
  const now = useNow();
  const [isOpen, setOpen] = useState(false);
  const go = (to: number | null) => {
    setOpen(false);
    onGoTo(to);
  };
  const day = formatDay(language, at, now);
  return (
    <Popover opened={isOpen} onChange={setOpen} position="bottom" withRoles={false} trapFocus returnFocus>
      <Popover.Target>
        <button
          type="button"
          className={classes.day}
          tabIndex={isStop ? 0 : -1}
          data-action="day"
          aria-label={t.reading.toDay(day)}
          aria-haspopup="dialog"
          aria-expanded={isOpen}
          onClick={() => setOpen(!isOpen)}
        >
          {day}
        </button>
      </Popover.Target>
      <Popover.Dropdown role="dialog" aria-label={t.reading.goToDay} p="xs">
        <Month today={dayOf(now)} chosen={dayOf(at)} onPick={(picked) => go(new Date(`${picked}T00:00`).getTime())} />
        <Button
          fullWidth
          variant="subtle"
          size="compact-sm"
          leftSection={<IconArrowBarToUp size={16} aria-hidden />}
          onClick={() => go(null)}
        >
          {t.reading.first}
        </Button>
      </Popover.Dropdown>
    </Popover>
  );
}
