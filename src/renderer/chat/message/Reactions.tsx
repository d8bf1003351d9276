/** Who reacted how, under a message, and the choice of a reaction. */
import { Popover, Tooltip, UnstyledButton } from '@mantine/core';
import { useWindowEvent } from '@mantine/hooks';
import { useRef, type ReactNode } from 'react';
import type { MessageView } from '../../../client/class-store.ts';
import type { MemberId } from '../../../core/ids.ts';
import { REACTIONS, type Reaction } from '../../../core/wire.ts';
import { useTexts } from '../../texts/texts.ts';
import { REACTION_ICONS } from './reactions.ts';
import classes from './Reactions.module.css';

/** Names shown of those who gave one reaction. */
const NAMES_SHOWN = 12;

export interface ReactionsProps {
  message: MessageView;
  me: MemberId;
  nameOf: (by: MemberId) => string;
  /** Absent where one may only look. */
  onReact: ((reaction: Reaction) => void) | undefined;
}

export function Reactions({ message, me, nameOf, onReact }: ReactionsProps) {
  const t = useTexts();
  const given = REACTIONS.filter((reaction) => (message.reactions[reaction]?.length ?? 0) > 0);
  if (given.length === 0) return null;
  return (
    <div className={classes.given}>
      {given.map((reaction) => {
        const by = message.reactions[reaction] ?? [];
        const isMine = by.includes(me);
        const Icon = REACTION_ICONS[reaction];
        const word = t.message.reactions[reaction];
        const names = by.slice(0, NAMES_SHOWN).map(nameOf).join(', ');
        const more = by.length > NAMES_SHOWN ? ` ${t.message.andMore(by.length - NAMES_SHOWN)}` : '';
        return (
          <Tooltip key={reaction} label={t.message.reactionBy(word, names + more)} multiline maw={280}>
            <UnstyledButton
              className={classes.chip}
              data-mine={isMine}
              aria-pressed={isMine}
              aria-label={t.message.reactionCount(word, by.length, isMine)}
              disabled={!onReact}
              onClick={() => onReact?.(reaction)}
            >
              <Icon size={16} stroke={1.8} aria-hidden />
              <span aria-hidden>{by.length}</span>
            </UnstyledButton>
          </Tooltip>
        );
      })}
    </div>
  );
}

/** The eight, in one row; number keys 1–8 choose too. */
export function ReactionPicker({
  message,
  me,
  onReact,
  onClose,
  children,
}: Pick<ReactionsProps, 'message' | 'me'> & {
  onReact: (reaction: Reaction) => void;
  onClose: () => void;
  /** What it stands at. */
  children: ReactNode;
}) {
  const t = useTexts();
  const choose = (reaction: Reaction) => {
    onReact(reaction);
    onClose();
  };
  const row = useRef<HTMLDivElement>(null);
  // The focus comes into an opened popover a frame later; a quick key is meant for it all the same.
  useWindowEvent('keydown', (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    const reaction = REACTIONS[Number(event.key) - 1];
    const step = event.key === 'ArrowRight' ? 1 : event.key === 'ArrowLeft' ? -1 : 0;
    if (!reaction && step === 0) return;
    event.preventDefault();
    if (reaction) return choose(reaction);
    const buttons = [...(row.current?.querySelectorAll('button') ?? [])];
    const at = buttons.indexOf(document.activeElement as HTMLButtonElement);
    buttons[at < 0 ? 0 : (at + step + buttons.length) % buttons.length]?.focus();
  });
  return (
    <Popover opened onChange={(isOpen) => !isOpen && onClose()} position="top" trapFocus returnFocus>
      <Popover.Target>{children}</Popover.Target>
      <Popover.Dropdown className={classes.picker ?? ''} role="group" aria-label={t.message.react} ref={row}>
        {REACTIONS.map((reaction) => {
          const Icon = REACTION_ICONS[reaction];
          return (
            <Tooltip key={reaction} label={t.message.reactions[reaction]}>
              <UnstyledButton
                className={classes.choice}
                data-mine={message.reactions[reaction]?.includes(me) ?? false}
                aria-pressed={message.reactions[reaction]?.includes(me) ?? false}
                aria-label={t.message.reactions[reaction]}
                onClick={() => choose(reaction)}
              >
                <Icon size={22} stroke={1.7} aria-hidden />
              </UnstyledButton>
            </Tooltip>
          );
        })}
      </Popover.Dropdown>
    </Popover>
  );
}
