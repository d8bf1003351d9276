/** "Собрать": which works, until which bell, and what becomes of those that come after it. */
import { Button, Modal, NativeSelect, NumberInput, Radio } from '@mantine/core';
import { IconPackageImport } from '@tabler/icons-react';
import { useRef, useState, type FormEvent } from 'react';
import type { ClassView } from '../../client/class-store.ts';
import type { Assignment } from '../../core/classroom.ts';
import { codeOf, type ErrorCode } from '../../core/errors.ts';
import type { CommandId } from '../../core/ids.ts';
import { AFTER_BELL, type AfterBell } from '../../core/wire.ts';
import { openAssignments } from '../../core/works.ts';
import { useLanguage } from '../../ui/language.tsx';
import { useStore } from '../../ui/store.tsx';
import { timeOf } from '../assignments/editing.ts';
import { TimeField } from '../assignments/TimeField.tsx';
import { ErrorNotice } from '../frame/Notice.tsx';
import { useTexts } from '../texts/texts.ts';
import { BELL_MINUTES_MAX, BELL_MINUTES_USUAL, bellAtOf, type BellForm } from './collecting.ts';
import { SECOND_MS, useHubClock } from './lesson-now.ts';
import type { Lesson } from './wall-tiles.ts';
import classes from './HandOut.module.css';

/** Of the choice: something that was not given out as a file. */
const NEW = 'new';
/** Minutes of a bell for which one button is enough. */
const QUICK_MINUTES = [5, 10, 15, 30];

interface CollectDialogProps {
  view: ClassView;
  lesson: Lesson;
  /** What to collect unless the teacher chooses otherwise; null: something new. */
  first: CommandId | null;
  onStarted: (assignmentId: CommandId) => void;
  onClose: () => void;
}

export function CollectDialog({ view, lesson, first, onStarted, onClose }: CollectDialogProps) {
  const t = useTexts();
  const language = useLanguage();
  const store = useStore();
  const { logId, classroom, clockOffsetMs } = view;
  const now = useHubClock(clockOffsetMs, SECOND_MS);
  const [what, setWhat] = useState<string>(first ?? NEW);
  const [bell, setBell] = useState<BellForm>(() => ({
    kind: 'none',
    minutes: BELL_MINUTES_USUAL,
    time: timeOf(Date.now() + BELL_MINUTES_USUAL * 60_000),
  }));
  const [afterBell, setAfterBell] = useState<AfterBell>('late');
  const [fault, setFault] = useState<'badMinutes' | 'badBell' | null>(null);
  const [failure, setFailure] = useState<ErrorCode | null>(null);
  const isSending = useRef(false);
  const open = openAssignments(classroom).filter(({ state }) => state === 'open');
  const handouts = lesson.handouts;
  const others = open.filter((one) => !handouts.includes(one));
  const day = new Date(now - clockOffsetMs).toLocaleDateString(language === 'ru' ? 'ru-RU' : 'en-GB', {
    day: 'numeric',
    month: 'long',
  });
  const newName = t.collect.newName(day);
  const change = (part: Partial<BellForm>) => {
    setFault(null);
    setBell((old) => ({ ...old, ...part }));
  };

  const start = async (event: FormEvent) => {
    event.preventDefault();
    if (isSending.current) return;
    const bellAt = bellAtOf(bell, now, clockOffsetMs);
    if (typeof bellAt === 'string') return setFault(bellAt);
    isSending.current = true;
    setFailure(null);
    try {
      const assignmentId =
        what === NEW
          ? await store.send(logId, 'assign', {
              title: newName,
              text: '',
              dueAt: null,
              scale: { kind: 'five' },
              assignees: 'all',
              fileIds: [],
              seriesId: null,
              isHandout: true,
            })
          : (what as CommandId);
      const seen = classroom.assignments[assignmentId]?.collect?.collectId ?? null;
      await store.send(logId, 'collect', { assignmentId, bellAt, afterBell, seen });
      onStarted(assignmentId);
      onClose();
    } catch (error) {
      setFailure(codeOf(error));
    } finally {
      isSending.current = false;
    }
  };

  const options = (list: readonly Assignment[]) =>
    list.map(({ assignmentId, title }) => ({ value: assignmentId, label: title }));
  return (
    <Modal
      opened
      onClose={onClose}
      title={lesson.collected?.assignmentId === what ? t.collect.again : t.collect.title}
      size="lg"
    >
      <form className={classes.form} onSubmit={(event) => void start(event)} noValidate>
        <NativeSelect
          data-autofocus
          label={t.collect.what}
          value={what}
          onChange={(event) => setWhat(event.currentTarget.value)}
          data={[
            { value: NEW, label: t.collect.newOne(newName) },
            ...(handouts.length > 0 ? [{ group: t.collect.handouts, items: options(handouts) }] : []),
            ...(others.length > 0 ? [{ group: t.collect.assignments, items: options(others) }] : []),
          ]}
        />
        <Radio.Group
          label={t.collect.bell}
          value={bell.kind}
          onChange={(kind) => change({ kind: kind as BellForm['kind'] })}
        >
          <div className={classes.choices}>
            <Radio value="none" label={t.collect.bells.none} />
            <div className={classes.line}>
              <Radio value="minutes" label={t.collect.bells.minutes} />
              <NumberInput
                className={classes.minutes ?? ''}
                aria-label={t.collect.minutes}
                min={1}
                max={BELL_MINUTES_MAX}
                allowDecimal={false}
                allowNegative={false}
                hideControls
                suffix={` ${t.collect.minutesShort}`}
                value={bell.minutes}
                onChange={(value) => change({ kind: 'minutes', minutes: Number(value) })}
              />
              {QUICK_MINUTES.map((minutes) => (
                <Button key={minutes} size="xs" variant="default" onClick={() => change({ kind: 'minutes', minutes })}>
                  {minutes} {t.collect.minutesShort}
                </Button>
              ))}
            </div>
            <div className={classes.line}>
              <Radio value="at" label={t.collect.bells.at} />
              <TimeField label={t.collect.at} value={bell.time} onChange={(time) => change({ kind: 'at', time })} />
            </div>
          </div>
        </Radio.Group>
        <Radio.Group label={t.collect.after} value={afterBell} onChange={(value) => setAfterBell(value as AfterBell)}>
          <div className={classes.choices}>
            {AFTER_BELL.map((value) => (
              <Radio key={value} value={value} label={t.collect.afters[value]} />
            ))}
          </div>
        </Radio.Group>
        {fault && (
          <p className={classes.fault} role="alert">
            {t.collect[fault]}
          </p>
        )}
        {failure && <ErrorNotice code={failure} />}
        <div className={classes.answers}>
          <Button variant="default" onClick={onClose}>
            {t.collect.cancel}
          </Button>
          <Button type="submit" leftSection={<IconPackageImport size={18} stroke={1.6} aria-hidden />}>
            {t.collect.start}
          </Button>
        </div>
      </form>
    </Modal>
  );
}
