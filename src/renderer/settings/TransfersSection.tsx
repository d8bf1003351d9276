/** How files travel: how many at a time, and how fast at most while a lesson runs. */
import { NativeSelect, SegmentedControl } from '@mantine/core';
import { LESSON_LIMITS, PARALLEL_MAX, PARALLEL_MIN } from '../../preload/contract/channels.ts';
import type { TransferSettings } from '../../preload/contract.ts';
import { formatSize } from '../../ui/format.ts';
import { useLanguage } from '../../ui/language.tsx';
import { useSettings } from '../desktop.tsx';
import { Section } from '../frame/Screen.tsx';
import { useTexts } from '../texts/texts.ts';
import classes from './TransfersSection.module.css';

const COUNTS = Array.from({ length: PARALLEL_MAX - PARALLEL_MIN + 1 }, (_, index) => String(PARALLEL_MIN + index));

export function TransfersSection() {
  const all = useTexts();
  const t = all.transferSettings;
  const language = useLanguage();
  const [{ transfers }, write] = useSettings();
  const set = (part: Partial<TransferSettings>) => write({ transfers: { ...transfers, ...part } });
  return (
    <Section title={t.title}>
      <div className={classes.lines}>
        <div>
          <div className={classes.label} aria-hidden>
            {t.parallel}
          </div>
          <SegmentedControl
            aria-label={t.parallel}
            value={String(transfers.parallel)}
            onChange={(value) => set({ parallel: Number(value) })}
            data={COUNTS}
          />
        </div>
        <NativeSelect
          label={t.lesson}
          description={t.lessonMore}
          classNames={{ root: classes.limit ?? '', wrapper: classes.select ?? '' }}
          value={String(transfers.lessonBytesPerSecond ?? '')}
          onChange={({ currentTarget: { value } }) =>
            set({ lessonBytesPerSecond: value === '' ? null : Number(value) })
          }
          data={[
            ...LESSON_LIMITS.map((bytes) => ({
              value: String(bytes),
              label: all.transfers.speed(formatSize(language, bytes)),
            })),
            { value: '', label: t.noLimit },
          ]}
        />
      </div>
    </Section>
  );
}
