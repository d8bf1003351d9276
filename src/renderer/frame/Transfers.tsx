/**
 * Files on their way: one line in the rail while there are any, and a popover with a bar for each. What has failed stays until
 * the teacher decides.
 */
import { ActionIcon, Popover, Progress, Tooltip } from '@mantine/core';
import {
  IconArrowDown,
  IconArrowsUpDown,
  IconArrowUp,
  IconPlayerPause,
  IconPlayerPlay,
  IconRefresh,
  IconX,
} from '@tabler/icons-react';
import { useState } from 'react';
import type { Transfer } from '../../preload/contract.ts';
import { errorText } from '../../ui/error-texts.ts';
import { formatSize } from '../../ui/format.ts';
import { useLanguage } from '../../ui/language.tsx';
import { useDesktop, useTransfers } from '../desktop.tsx';
import { useTexts } from '../texts/texts.ts';
import { GLYPH, RailButton } from './RailItem.tsx';
import classes from './Transfers.module.css';

/** Rows in the popover; a class's whole homework may be on its way. */
const SHOWN_MAX = 50;

const STATE_ORDER: Record<Transfer['state'], number> = { failed: 0, running: 1, paused: 2, queued: 3, done: 4 };

export function TransfersStatus({ isCollapsed }: { isCollapsed: boolean }) {
  const t = useTexts();
  const [isOpen, setOpen] = useState(false);
  const transfers = useTransfers().filter((transfer) => transfer.state !== 'done');
  if (transfers.length === 0) return null;
  const count = (direction: 'up' | 'down') => transfers.filter((one) => one.direction === direction).length;
  const failed = transfers.filter((one) => one.state === 'failed').length;
  const sorted = transfers.toSorted((a, b) => STATE_ORDER[a.state] - STATE_ORDER[b.state]);
  const short = [count('up') > 0 && `${count('up')} ↑`, count('down') > 0 && `${count('down')} ↓`]
    .filter(Boolean)
    .join(' ');
  return (
    <Popover opened={isOpen} onChange={setOpen} position="right-end" width={380} trapFocus returnFocus>
      <Popover.Target>
        <RailButton
          icon={<IconArrowsUpDown {...GLYPH} />}
          label={t.transfers.title}
          said={t.transfers.summary(count('up'), count('down'), failed)}
          isCollapsed={isCollapsed}
          tone={failed > 0 ? 'bad' : undefined}
          aside={isCollapsed ? transfers.length : short}
          onClick={() => setOpen(!isOpen)}
          aria-expanded={isOpen}
          aria-haspopup="dialog"
        />
      </Popover.Target>
      <Popover.Dropdown aria-label={t.transfers.title}>
        <ul className={classes.list}>
          {sorted.slice(0, SHOWN_MAX).map((transfer) => (
            <TransferRow key={transfer.transferId} transfer={transfer} />
          ))}
        </ul>
        {sorted.length > SHOWN_MAX && <p className={classes.more}>{t.transfers.more(sorted.length - SHOWN_MAX)}</p>}
      </Popover.Dropdown>
    </Popover>
  );
}

function TransferRow({ transfer }: { transfer: Transfer }) {
  const t = useTexts();
  const language = useLanguage();
  const { call } = useDesktop();
  const { transferId, name, state, doneBytes, sizeBytes, direction, code } = transfer;
  const act = (what: 'transfers.pause' | 'transfers.resume' | 'transfers.cancel') =>
    void call(what, { transferId }).catch(() => undefined);
  const Direction = direction === 'up' ? IconArrowUp : IconArrowDown;
  const percent = sizeBytes > 0 ? (doneBytes / sizeBytes) * 100 : 0;
  const error = state === 'failed' ? errorText(language, code ?? 'internal') : null;
  const isStopped = state === 'paused' || state === 'failed';
  return (
    <li className={classes.row}>
      <Direction size={16} className={classes.direction} aria-label={t.transfers.directions[direction]} />
      <div className={classes.body}>
        <div className={classes.name} title={name}>
          {name}
        </div>
        <Progress value={percent} size={4} aria-label={t.transfers.progress(name)} />
        <div className={classes.state} data-bad={error !== null}>
          {error
            ? `${error.what} ${error.todo}`
            : `${t.transfers.states[state]} · ${formatSize(language, doneBytes)} / ${formatSize(language, sizeBytes)}`}
        </div>
      </div>
      <Tooltip label={isStopped ? (state === 'failed' ? t.transfers.retry : t.transfers.resume) : t.transfers.pause}>
        <ActionIcon
          aria-label={isStopped ? (state === 'failed' ? t.transfers.retry : t.transfers.resume) : t.transfers.pause}
          onClick={() => act(isStopped ? 'transfers.resume' : 'transfers.pause')}
        >
          {state === 'failed' ? (
            <IconRefresh size={18} />
          ) : state === 'paused' ? (
            <IconPlayerPlay size={18} />
          ) : (
            <IconPlayerPause size={18} />
          )}
        </ActionIcon>
      </Tooltip>
      {direction === 'down' && (
        <Tooltip label={t.transfers.cancel}>
          <ActionIcon aria-label={t.transfers.cancel} onClick={() => act('transfers.cancel')}>
            <IconX size={18} />
          </ActionIcon>
        </Tooltip>
      )}
    </li>
  );
}
