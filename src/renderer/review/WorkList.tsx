/** The pupils of an assignment at the left: who has handed in, what is checked, what was begun; found by `/`. */
import { ActionIcon, Button, NativeSelect, TextInput, Tooltip } from '@mantine/core';
import {
  IconAlertTriangle,
  IconArrowBackUp,
  IconCircleCheck,
  IconCircleCheckFilled,
  IconCircleDashed,
  IconCircleFilled,
  IconClock,
  IconClockExclamation,
  IconPencil,
  IconSearch,
  IconSortAscending,
  IconSortAZ,
} from '@tabler/icons-react';
import { useEffect, useRef, type Ref } from 'react';
import type { MemberId } from '../../core/ids.ts';
import type { Scale } from '../../core/marks.ts';
import type { Work, WorkState } from '../../core/works.ts';
import { useLanguage } from '../../ui/language.tsx';
import { useTexts } from '../texts/texts.ts';
import { markShown, WORK_FILTERS, type WorkFilter, type WorkOrder } from './marking.ts';
import classes from './WorkList.module.css';

const STATE_ICONS: Record<WorkState, typeof IconCircleCheck> = {
  missing: IconCircleDashed,
  'handed-in': IconCircleFilled,
  reviewed: IconCircleCheck,
  returned: IconCircleCheckFilled,
  redo: IconArrowBackUp,
};

/** Where a work stands, by shape and colour and, for a screen reader and on hover, by word. */
export function StateDot({ state, size = 16 }: { state: WorkState; size?: number }) {
  const t = useTexts();
  const Icon = STATE_ICONS[state];
  return (
    <Tooltip label={t.review.states[state]}>
      <span className={classes.dot} data-state={state} role="img" aria-label={t.review.states[state]}>
        <Icon size={size} stroke={1.8} aria-hidden />
      </span>
    </Tooltip>
  );
}

export interface ListedWork {
  work: Work;
  isBegun: boolean;
  isWaiting: boolean;
  isRefused: boolean;
}

export interface WorkListProps {
  listed: readonly ListedWork[];
  current: MemberId | null;
  scale: Scale;
  find: string;
  filter: WorkFilter;
  order: WorkOrder;
  findRef: Ref<HTMLInputElement>;
  onFind: (find: string) => void;
  onFilter: (filter: WorkFilter) => void;
  onOrder: (order: WorkOrder) => void;
  onChoose: (memberId: MemberId) => void;
}

export function WorkList(props: WorkListProps) {
  const { listed, current, scale, find, filter, order, findRef, onFind, onFilter, onOrder, onChoose } = props;
  const t = useTexts();
  const list = useRef<HTMLUListElement>(null);
  useEffect(() => {
    list.current?.querySelector('[aria-current]')?.scrollIntoView({ block: 'nearest' });
  }, [current]);
  return (
    <div className={classes.panel}>
      <div className={classes.tools}>
        <TextInput
          ref={findRef}
          size="sm"
          type="search"
          aria-label={t.review.find}
          placeholder={t.review.find}
          leftSection={<IconSearch size={16} stroke={1.6} aria-hidden />}
          value={find}
          onChange={(event) => onFind(event.currentTarget.value)}
          onKeyDown={(event) => {
            const first = listed[0];
            if (event.key === 'Enter' && first) {
              event.preventDefault();
              onChoose(first.work.member.memberId);
              onFind('');
              event.currentTarget.blur();
            }
            if (event.key === 'Escape') {
              event.preventDefault();
              onFind('');
              event.currentTarget.blur();
            }
          }}
        />
        <div className={classes.selects}>
          <NativeSelect
            size="sm"
            aria-label={t.review.filter}
            value={filter}
            onChange={(event) => onFilter(event.currentTarget.value as WorkFilter)}
            data={WORK_FILTERS.map((value) => ({ value, label: t.review.filters[value] }))}
          />
          <Tooltip label={t.review.orders[order]}>
            <ActionIcon
              variant="default"
              size={36}
              aria-label={t.review.orders[order]}
              onClick={() => onOrder(order === 'name' ? 'time' : 'name')}
            >
              {order === 'name' ? <IconSortAZ size={18} stroke={1.6} /> : <IconSortAscending size={18} stroke={1.6} />}
            </ActionIcon>
          </Tooltip>
        </div>
      </div>
      {listed.length === 0 ? (
        <div className={classes.none}>
          <p>{t.review.noneShown}</p>
          <Button
            variant="default"
            size="sm"
            onClick={() => {
              onFind('');
              onFilter('all');
            }}
          >
            {t.review.showAll}
          </Button>
        </div>
      ) : (
        <ul className={classes.list} ref={list} aria-label={t.review.students}>
          {listed.map(({ work, isBegun, isWaiting, isRefused }) => (
            <li key={work.member.memberId}>
              <button
                type="button"
                className={classes.row}
                aria-current={work.member.memberId === current || undefined}
                onClick={() => onChoose(work.member.memberId)}
              >
                <StateDot state={work.state} />
                <span className={classes.name}>{work.member.name}</span>
                <span className={classes.aside}>
                  <Signs work={work} isBegun={isBegun} isWaiting={isWaiting} isRefused={isRefused} />
                  <Mark work={work} scale={scale} />
                </span>
              </button>
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}

function Signs({ work, isBegun, isWaiting, isRefused }: ListedWork) {
  const t = useTexts();
  return (
    <>
      {work.attempt?.late && <Sign icon={IconClockExclamation} tone="warn" label={t.review.late} />}
      {isBegun && <Sign icon={IconPencil} tone="accent" label={t.review.draft} />}
      {isRefused ? (
        <Sign icon={IconAlertTriangle} tone="bad" label={t.review.refused} />
      ) : (
        isWaiting && <Sign icon={IconClock} tone="dimmed" label={t.review.waiting} />
      )}
    </>
  );
}

function Sign({ icon: Icon, tone, label }: { icon: typeof IconClock; tone: string; label: string }) {
  return (
    <Tooltip label={label}>
      <span className={classes.sign} data-tone={tone} role="img" aria-label={label}>
        <Icon size={15} stroke={1.8} aria-hidden />
      </span>
    </Tooltip>
  );
}

function Mark({ work, scale }: { work: Work; scale: Scale }) {
  const language = useLanguage();
  const mark = work.state === 'handed-in' ? null : (work.review?.mark ?? work.returned?.mark ?? null);
  const shown = markShown(mark, scale, language === 'ru' ? ',' : '.');
  return shown === null ? null : <span className={classes.mark}>{shown.replace(/ \/ .*/, '')}</span>;
}
