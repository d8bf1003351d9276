/** Reactions under a message: one press gives the same or takes it back; who gave it is said to whoever asks. */
import type { ClassView, MessageView } from '../../client/class-store.ts';
import type { MemberId } from '../../core/ids.ts';
import { REACTIONS, type Reaction } from '../../core/wire.ts';
import { useStore } from '../../ui/store.tsx';
import { useChatTexts } from '../texts/chat-texts.tsx';
import { ReactionPicture } from './pictures.tsx';

/** Gives a reaction or takes it back, whichever is left to do. */
export function useReact(view: ClassView, message: MessageView) {
  const store = useStore();
  return (reaction: Reaction) => {
    const isOn = !message.reactions[reaction]?.includes(view.memberId);
    store.send(view.logId, 'react', { messageId: message.id, reaction, isOn }).catch(() => undefined);
  };
}

export function Reactions({
  view,
  message,
  nameOf,
}: {
  view: ClassView;
  message: MessageView;
  nameOf: (memberId: MemberId) => string;
}) {
  const t = useChatTexts();
  const react = useReact(view, message);
  const given = REACTIONS.flatMap((reaction) => {
    const by = message.reactions[reaction] ?? [];
    return by.length > 0 ? [{ reaction, by }] : [];
  });
  if (given.length === 0) return null;
  return (
    <ul className="reactions" aria-label={t.reactions.label}>
      {given.map(({ reaction, by }) => {
        const label = t.reactions.given(t.reactions.name[reaction], by.length, by.map(nameOf).join(', '));
        return (
          <li key={reaction}>
            <button
              type="button"
              aria-pressed={by.includes(view.memberId)}
              aria-label={label}
              title={label}
              onClick={() => react(reaction)}
            >
              <ReactionPicture reaction={reaction} />
              {by.length}
            </button>
          </li>
        );
      })}
    </ul>
  );
}
