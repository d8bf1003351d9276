/**
 * What may be done with a message: a reaction in one row, then words. Opens where there is room, in a low window over all of it; Esc and
 * a look away close it.
 */
import { useEffect, useRef, useState } from 'react';
import type { ClassView, MessageView } from '../../client/class-store.ts';
import { REACTIONS } from '../../core/wire.ts';
import { Icon } from '../icons.tsx';
import { useSay } from '../room.tsx';
import { useChatTexts } from '../texts/chat-texts.tsx';
import { ReactionPicture } from './pictures.tsx';
import { useReact } from './Reactions.tsx';

/** Height of the longest list of choices with some air, in CSS pixels: above it if there is room, else below, else over everything. */
const CHOICES_PX = 300;

/** Plain HTTP knows no clipboard but the old one: what is selected in a field. */
function copy(text: string): boolean {
  const field = document.createElement('textarea');
  field.value = text;
  field.className = 'unseen';
  document.body.append(field);
  field.select();
  const isCopied = document.execCommand('copy');
  field.remove();
  return isCopied;
}

export function Actions({
  view,
  message,
  onReply,
  onEdit,
  onRemove,
}: {
  view: ClassView;
  message: MessageView;
  onReply?: () => void;
  onEdit?: () => void;
  onRemove?: () => void;
}) {
  const t = useChatTexts();
  const say = useSay();
  const react = useReact(view, message);
  const [isOpen, setIsOpen] = useState(false);
  const [place, setPlace] = useState<'above' | 'below' | 'over'>('above');
  const box = useRef<HTMLDivElement>(null);
  const opener = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    if (!isOpen) return;
    const outside = (event: Event) => {
      if (!(event.target instanceof Node && box.current?.contains(event.target))) setIsOpen(false);
    };
    document.addEventListener('pointerdown', outside);
    document.addEventListener('focusin', outside);
    return () => {
      document.removeEventListener('pointerdown', outside);
      document.removeEventListener('focusin', outside);
    };
  }, [isOpen]);
  const done = (act: () => void) => () => {
    setIsOpen(false);
    // First back to where one was: what is done next may take the focus itself.
    opener.current?.focus();
    act();
  };
  const choice = (label: string, act: () => void) => (
    <button type="button" className="plain" onClick={done(act)}>
      {label}
    </button>
  );
  return (
    // oxlint-disable-next-line jsx-a11y/no-static-element-interactions -- Esc closes from any of the buttons inside
    <div
      className="actions"
      ref={box}
      onKeyDown={(event) => {
        if (event.key !== 'Escape' || !isOpen) return;
        event.stopPropagation();
        done(() => undefined)();
      }}
    >
      <button
        type="button"
        className="plain small"
        ref={opener}
        aria-label={t.actions.label}
        aria-expanded={isOpen}
        onClick={(event) => {
          const frame = event.currentTarget.closest('.messages')?.getBoundingClientRect();
          const at = event.currentTarget.getBoundingClientRect();
          const above = at.top - (frame?.top ?? 0);
          const below = (frame?.bottom ?? 0) - at.bottom;
          setPlace(above >= CHOICES_PX ? 'above' : below >= CHOICES_PX ? 'below' : 'over');
          setIsOpen(!isOpen);
        }}
      >
        <Icon name="more" />
      </button>
      {isOpen && (
        <div className={`choices ${place}`}>
          <div className="choose-reaction" role="group" aria-label={t.actions.react}>
            {REACTIONS.map((reaction) => (
              <button
                key={reaction}
                type="button"
                className="plain small"
                aria-pressed={message.reactions[reaction]?.includes(view.memberId) ?? false}
                aria-label={t.reactions.name[reaction]}
                title={t.reactions.name[reaction]}
                onClick={done(() => react(reaction))}
              >
                <ReactionPicture reaction={reaction} />
              </button>
            ))}
          </div>
          {onReply && choice(t.actions.reply, onReply)}
          {message.text !== '' &&
            choice(t.actions.copy, () => {
              if (copy(message.text)) say(t.actions.copied);
            })}
          {onEdit && choice(t.actions.edit, onEdit)}
          {onRemove && choice(t.actions.remove, onRemove)}
        </div>
      )}
    </div>
  );
}
