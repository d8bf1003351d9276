/**
 * Savings of works, under way and just over: one line in the rail while there are any, and how far each is, stop, show in a popover.
 * Whatever screen is open, the end is told once.
 */
import { ActionIcon, Button, Popover, Progress } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { IconDeviceFloppy, IconX } from '@tabler/icons-react';
import { useEffect, useRef, useState } from 'react';
import type { Saving } from '../../preload/contract.ts';
import { errorText } from '../../ui/error-texts.ts';
import { useLanguage } from '../../ui/language.tsx';
import { useDesktop } from '../desktop.tsx';
import { useFailure } from '../frame/failure.ts';
import { GLYPH, RailButton } from '../frame/RailItem.tsx';
import { useTexts, type Texts } from '../texts/texts.ts';
import classes from './Savings.module.css';

/** All savings, as main tells them; undefined for the moment before. */
function useSavings(): readonly Saving[] | undefined {
  const { call, onSaves } = useDesktop();
  const [list, setList] = useState<readonly Saving[]>();
  useEffect(() => {
    let hasHeard = false;
    call('saves.list', {}).then(
      (first) => void (hasHeard || setList(first)),
      () => undefined,
    );
    return onSaves((news) => {
      hasHeard = true;
      setList(news);
    });
  }, [call, onSaves]);
  return list;
}

const HEADING = {
  running: (t: Texts, title: string) => t.saving.running(title),
  done: (t: Texts, title: string) => t.saving.done(title),
  stopped: (t: Texts, title: string) => t.saving.stopped(title),
  failed: (t: Texts, title: string) => t.saving.failed(title),
} as const;

/** What came of it, in words. */
function outcomeOf(t: Texts, language: 'ru' | 'en', { state, kind, code, done, same, missing }: Saving): string {
  if (state === 'done')
    return [t.saving.doneMore(done - missing, same), ...(missing > 0 ? [t.saving.missing(missing)] : [])].join(' ');
  if (state === 'stopped') return kind === 'zip' ? t.saving.stoppedZip : t.saving.stoppedFolder;
  return code === 'not-allowed' ? t.saving.cannotWrite : code ? errorText(language, code).what : '';
}

/** Tells of savings that ended since the last time. Draws nothing. */
export function SavingsTold() {
  const t = useTexts();
  const language = useLanguage();
  const list = useSavings();
  /** Ends that are known; null until the first list, whose ends were told before. */
  const known = useRef<Set<string> | null>(null);
  useEffect(() => {
    if (!list) return;
    const over = list.filter(({ state }) => state !== 'running');
    const isFirst = known.current === null;
    const before = (known.current ??= new Set());
    for (const one of over) {
      const isNews = !isFirst && !before.has(one.saveId);
      before.add(one.saveId);
      // Who stopped it knows.
      if (!isNews || one.state === 'stopped') continue;
      notifications.show({
        title: HEADING[one.state](t, one.title),
        message: outcomeOf(t, language, one),
        ...(one.state === 'failed' ? { color: 'red' } : {}),
      });
    }
  }, [list, t, language]);
  return null;
}

export function SavingsStatus({ isCollapsed }: { isCollapsed: boolean }) {
  const t = useTexts();
  const list = useSavings() ?? [];
  const [isOpen, setOpen] = useState(false);
  if (list.length === 0) return null;
  const running = list.filter(({ state }) => state === 'running');
  const hasFailed = list.some(({ state, missing }) => state === 'failed' || missing > 0);
  const sum = (of: 'done' | 'total') => running.reduce((all, one) => all + one[of], 0);
  const short = running.length > 0 ? `${Math.floor((100 * sum('done')) / Math.max(1, sum('total')))} %` : undefined;
  return (
    <Popover opened={isOpen} onChange={setOpen} position="right-end" width={380} trapFocus returnFocus>
      <Popover.Target>
        <RailButton
          icon={<IconDeviceFloppy {...GLYPH} />}
          label={t.saving.rail}
          said={running.length > 0 ? t.saving.progress(sum('done'), sum('total')) : t.saving.over}
          isCollapsed={isCollapsed}
          tone={hasFailed ? 'bad' : undefined}
          aside={short}
          onClick={() => setOpen(!isOpen)}
          aria-expanded={isOpen}
          aria-haspopup="dialog"
        />
      </Popover.Target>
      <Popover.Dropdown aria-label={t.saving.rail}>
        <div className={classes.list}>
          {list.toReversed().map((saving) => (
            <Card key={saving.saveId} saving={saving} />
          ))}
        </div>
      </Popover.Dropdown>
    </Popover>
  );
}

function Card({ saving }: { saving: Saving }) {
  const t = useTexts();
  const language = useLanguage();
  const { call } = useDesktop();
  const failed = useFailure();
  const { saveId, title, state, done, total } = saving;
  const heading = HEADING[state](t, title);
  return (
    <section className={classes.card} aria-label={heading} data-state={state}>
      <div className={classes.head} role={state === 'failed' ? 'alert' : 'status'}>
        <strong className={classes.title}>{heading}</strong>
        {state !== 'running' && (
          <ActionIcon
            size={28}
            variant="subtle"
            color="gray"
            aria-label={t.saving.close}
            onClick={() => void call('saves.forget', { saveId }).catch(failed)}
          >
            <IconX size={16} aria-hidden />
          </ActionIcon>
        )}
      </div>
      {state === 'running' && (
        <>
          <Progress value={(100 * done) / Math.max(1, total)} aria-label={t.saving.running(title)} />
          <div className={classes.foot}>
            <span className={classes.more}>{t.saving.progress(done, total)}</span>
            <Button
              size="compact-sm"
              variant="default"
              onClick={() => void call('saves.stop', { saveId }).catch(failed)}
            >
              {t.saving.stop}
            </Button>
          </div>
        </>
      )}
      {state !== 'running' && <p className={classes.more}>{outcomeOf(t, language, saving)}</p>}
      {state === 'done' && (
        <div className={classes.foot}>
          <span />
          <Button size="compact-sm" variant="default" onClick={() => void call('saves.show', { saveId }).catch(failed)}>
            {t.saving.show}
          </Button>
        </div>
      )}
    </section>
  );
}
