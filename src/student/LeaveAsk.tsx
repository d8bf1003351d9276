/** Leaving asks first, and says what would be lost with the page. */
import { Ask } from './Ask.tsx';
import { useTexts } from './texts/texts.ts';

export function LeaveAsk({
  works,
  messages,
  onLeave,
  onStay,
}: {
  /** Unsent, of each. */
  works: number;
  messages: number;
  onLeave: () => void;
  onStay: () => void;
}) {
  const t = useTexts();
  return (
    <Ask heading={t.frame.leaveAsk} yes={t.frame.leave} no={t.frame.stay} onYes={onLeave} onNo={onStay}>
      {works + messages > 0 && <p className="note bad">{t.frame.leaveUnsent(works, messages)}</p>}
      <p>
        {t.frame.leaveHint} {t.frame.leaveCleared}
      </p>
    </Ask>
  );
}
