/** What the hub refused and no message shows by itself: a reaction, a vote, a signature. Stays until the person decides (S10). */
import type { ClassView } from '../../client/class-store.ts';
import type { CommandKind } from '../../core/wire.ts';
import { useStore } from '../../ui/store.tsx';
import { ErrorWords } from '../ErrorNote.tsx';
import { useChatTexts } from '../texts/chat-texts.tsx';

/** These stand on their own message, or among the tasks. */
const SHOWN_ELSEWHERE: readonly CommandKind[] = ['postMessage', 'editMessage', 'removeMessage', 'handIn'];

export function RefusedActs({ view }: { view: ClassView }) {
  const t = useChatTexts();
  const store = useStore();
  const rows = view.outbox.filter(
    ({ state, command }) => state === 'refused' && !SHOWN_ELSEWHERE.includes(command.kind),
  );
  if (rows.length === 0) return null;
  return (
    <ul className="refused-acts">
      {rows.map(({ id, command, code }) => (
        <li key={id} className="note bad">
          <p>
            {(command.kind === 'react' || command.kind === 'vote' || command.kind === 'sign') &&
              `${t.refused[command.kind]}. `}
            <ErrorWords code={code ?? 'internal'} />
          </p>
          <p className="row">
            <button type="button" onClick={() => void store.retry(id)}>
              {t.retry}
            </button>
            <button type="button" className="plain" onClick={() => void store.discard(id)}>
              {t.discard}
            </button>
          </p>
        </li>
      ))}
    </ul>
  );
}
