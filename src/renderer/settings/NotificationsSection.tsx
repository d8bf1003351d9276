/** What may be said outside the window, and when nothing is said. */
import { Chip, Group, Switch } from '@mantine/core';
import type { NotificationSettings, QuietHours } from '../../preload/contract.ts';
import { TimeField } from '../assignments/TimeField.tsx';
import { useSettings } from '../desktop.tsx';
import { Section } from '../frame/Screen.tsx';
import { useTexts } from '../texts/texts.ts';
import classes from './NotificationsSection.module.css';

const HOUR_MINUTES = 60;
/** Monday first, as weeks are counted in schools; 0 is Sunday. */
const WEEK = [1, 2, 3, 4, 5, 6, 0];

/** 1290 → '21:30' */
const timeOf = (minute: number) =>
  [Math.floor(minute / HOUR_MINUTES), minute % HOUR_MINUTES].map((part) => String(part).padStart(2, '0')).join(':');
const minuteOf = (time: string) => {
  const [hours = 0, minutes = 0] = time.split(':').map(Number);
  return hours * HOUR_MINUTES + minutes;
};

export function NotificationsSection() {
  const t = useTexts().notifications;
  const [{ notifications }, write] = useSettings();
  const set = (part: Partial<NotificationSettings>) => write({ notifications: { ...notifications, ...part } });
  return (
    <Section title={t.title}>
      <div className={classes.lines}>
        <Switch
          label={t.isOn}
          description={t.isOnMore}
          checked={notifications.isOn}
          onChange={(event) => set({ isOn: event.currentTarget.checked })}
        />
        <Switch
          label={t.showText}
          description={t.showTextMore}
          disabled={!notifications.isOn}
          checked={notifications.showText}
          onChange={(event) => set({ showText: event.currentTarget.checked })}
        />
        <Quiet quiet={notifications.quiet} isDisabled={!notifications.isOn} onChange={(quiet) => set({ quiet })} />
      </div>
    </Section>
  );
}

interface QuietProps {
  quiet: QuietHours;
  isDisabled: boolean;
  onChange: (quiet: QuietHours) => void;
}

function Quiet({ quiet, isDisabled, onChange }: QuietProps) {
  const t = useTexts().notifications;
  const set = (part: Partial<QuietHours>) => onChange({ ...quiet, ...part });
  return (
    <div>
      <Switch
        label={t.quiet}
        description={t.quietMore}
        disabled={isDisabled}
        checked={quiet.isOn}
        onChange={(event) => set({ isOn: event.currentTarget.checked })}
      />
      {quiet.isOn && !isDisabled && (
        <div className={classes.quiet}>
          <div className={classes.hours}>
            <span aria-hidden>{t.from}</span>
            <TimeField
              label={`${t.quiet}: ${t.from}`}
              value={timeOf(quiet.fromMinute)}
              onChange={(time) => set({ fromMinute: minuteOf(time) })}
            />
            <span aria-hidden>{t.to}</span>
            <TimeField
              label={`${t.quiet}: ${t.to}`}
              value={timeOf(quiet.toMinute)}
              onChange={(time) => set({ toMinute: minuteOf(time) })}
            />
            {quiet.fromMinute === quiet.toMinute && <span>{t.wholeDay}</span>}
          </div>
          <Chip.Group
            multiple
            value={quiet.days.map(String)}
            onChange={(days) => set({ days: days.map(Number).sort() })}
          >
            <Group gap="xs" mt="sm" role="group" aria-label={t.days}>
              {WEEK.map((day) => (
                <Chip
                  key={day}
                  value={String(day)}
                  size="sm"
                  aria-label={t.weekdaysLong[day]}
                  classNames={{ label: classes.day ?? '' }}
                >
                  {t.weekdays[day]}
                </Chip>
              ))}
            </Group>
          </Chip.Group>
          <p className={classes.more}>{t.daysMore}</p>
        </div>
      )}
    </div>
  );
}
