/**
 * One file on its way: its name and class, a bar, how fast and how long still, why it stands, and what can be done about it. Light,
 * because hundreds of them stand in a list: plain elements, drawn again only when what they show is another.
 */
import {
  IconArrowBarToUp,
  IconArrowDown,
  IconArrowUp,
  IconChevronDown,
  IconChevronUp,
  IconExternalLink,
  IconFolder,
  IconGripVertical,
  IconPlayerPause,
  IconPlayerPlay,
  IconRefresh,
  IconX,
} from '@tabler/icons-react';
import { memo, type DragEvent, type KeyboardEvent } from 'react';
import type { Transfer } from '../../preload/contract.ts';
import { errorText } from '../../ui/error-texts.ts';
import { formatSize, formatTime } from '../../ui/format.ts';
import { useLanguage, type Language } from '../../ui/language.tsx';
import { useTexts, type Texts } from '../texts/texts.ts';
import { leftWords, looksSame } from './transfer-groups.ts';
import classes from './Transfers.module.css';

export type TransferAct = 'pause' | 'resume' | 'cancel' | 'first' | 'up' | 'down' | 'open' | 'show' | 'drag';

interface RowProps {
  transfer: Transfer;
  /** The class it belongs to, or its server; '' where nobody knows. */
  where: string;
  /** The one row of the list that Tab reaches. */
  isCurrent: boolean;
  onAct: (what: TransferAct, transfer: Transfer) => void;
}

const ICONS = {
  pause: IconPlayerPause,
  resume: IconPlayerPlay,
  cancel: IconX,
  first: IconArrowBarToUp,
  up: IconChevronUp,
  down: IconChevronDown,
  open: IconExternalLink,
  show: IconFolder,
} satisfies Partial<Record<TransferAct, typeof IconX>>;
type Button = keyof typeof ICONS;

const BUTTONS: Record<Transfer['state'], readonly Button[]> = {
  running: ['pause', 'cancel'],
  queued: ['first', 'up', 'down', 'pause', 'cancel'],
  paused: ['first', 'up', 'down', 'resume', 'cancel'],
  failed: ['resume', 'cancel'],
  done: ['open', 'show'],
};

/** What a key on the row does; buttons within it keep their own keys. */
function actOf(event: KeyboardEvent, { state }: Transfer): TransferAct | null {
  if (event.altKey) {
    const moves: Record<string, TransferAct> = { ArrowUp: 'up', ArrowDown: 'down', Home: 'first' };
    return state === 'queued' || state === 'paused' ? (moves[event.key] ?? null) : null;
  }
  if (event.key === 'Enter' && state === 'done') return 'open';
  if (event.key === 'Delete' && state !== 'done') return 'cancel';
  if (event.key === ' ' && state !== 'done') return state === 'running' || state === 'queued' ? 'pause' : 'resume';
  return null;
}

/** What stands under the bar; a reason is whole, with what to do. */
function stateWords(t: Texts['transfers'], language: Language, transfer: Transfer): string {
  const { state, code, doneBytes, sizeBytes, speed, leftMs, direction, sha256, doneAt } = transfer;
  const reason = code === null ? undefined : t.reasons[code];
  if (state === 'failed') {
    const { what, todo } = errorText(language, code ?? 'internal');
    return reason ?? `${what} ${todo}`;
  }
  const size = formatSize(language, sizeBytes);
  if (state === 'done') return [size, doneAt ? formatTime(language, doneAt) : ''].filter(Boolean).join(' · ');
  const isCopy = direction === 'up' && sha256 === null;
  const waits = state === 'queued' && code !== null ? (reason ?? errorText(language, code).what) : '';
  return [
    waits || (state === 'running' ? (isCopy ? t.copying : '') : t.states[state]),
    doneBytes > 0 ? t.bytesOf(formatSize(language, doneBytes), size) : size,
    state === 'running' && speed !== null ? t.speed(formatSize(language, speed)) : '',
    state === 'running' ? leftWords(t, leftMs) : '',
  ]
    .filter(Boolean)
    .join(' · ');
}

export const TransferRow = memo(
  function TransferRow({ transfer, where, isCurrent, onAct }: RowProps) {
    const t = useTexts().transfers;
    const language = useLanguage();
    const { transferId, name, state, doneBytes, sizeBytes, direction, code, sha256 } = transfer;
    const Direction = direction === 'up' ? IconArrowUp : IconArrowDown;
    const words = stateWords(t, language, transfer);
    const isBad = state === 'failed' && code !== 'cancelled';
    const label: Record<Button, string> = {
      pause: t.pause,
      resume: state === 'failed' ? t.retry : t.resume,
      cancel: state === 'failed' ? t.remove : t.cancel,
      first: t.first,
      up: t.up,
      down: t.down,
      open: t.open,
      show: t.show,
    };
    const canLeave = state === 'done' && sha256 !== null;
    const drag = (event: DragEvent) => {
      // The page drags nothing: main gives the system a copy of the file.
      event.preventDefault();
      onAct('drag', transfer);
    };
    return (
      <li
        className={classes.row}
        data-transfer={transferId}
        tabIndex={isCurrent ? 0 : -1}
        aria-label={[name, where, t.directions[direction], words].filter(Boolean).join(', ')}
        draggable={canLeave}
        onDragStart={canLeave ? drag : undefined}
        onKeyDown={(event) => {
          if (event.target !== event.currentTarget) return;
          const act = actOf(event, transfer);
          if (!act) return;
          event.preventDefault();
          event.stopPropagation();
          onAct(act, transfer);
        }}
      >
        {canLeave ? (
          <span title={t.drag} className={classes.direction}>
            <IconGripVertical size={16} aria-hidden />
          </span>
        ) : (
          <Direction size={16} className={classes.direction} aria-hidden />
        )}
        <div className={classes.body}>
          <div className={classes.head}>
            <span className={classes.name} title={name}>
              {name}
            </span>
            {where && <span className={classes.where}>{where}</span>}
          </div>
          {state !== 'done' && (
            <progress
              className={classes.bar}
              data-state={state}
              max={Math.max(1, sizeBytes)}
              value={doneBytes}
              aria-label={t.progress(name)}
            />
          )}
          <div className={classes.state} data-bad={isBad}>
            {words}
          </div>
        </div>
        <div className={classes.buttons}>
          {BUTTONS[state].map((what) => {
            const Icon = what === 'resume' && state === 'failed' ? IconRefresh : ICONS[what];
            return (
              <button
                key={what}
                type="button"
                className={classes.button}
                tabIndex={isCurrent ? 0 : -1}
                title={label[what]}
                aria-label={t.act(label[what], name)}
                onClick={() => onAct(what, transfer)}
              >
                <Icon size={17} stroke={1.7} aria-hidden />
              </button>
            );
          })}
        </div>
      </li>
    );
  },
  (a, b) =>
    a.where === b.where && a.isCurrent === b.isCurrent && a.onAct === b.onAct && looksSame(a.transfer, b.transfer),
);
