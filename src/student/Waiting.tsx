/** Between the form and the class: the teacher confirms, or has not. Shows nothing of the class, not even its name. */
import { useEffect } from 'react';
import { useMe } from '../ui/store.tsx';
import type { Language } from '../ui/language.tsx';
import { ConnectionLine } from './ConnectionLine.tsx';
import { Doorway } from './Doorway.tsx';
import { useRoom, useSay } from './room.tsx';
import { useTexts } from './texts/texts.ts';

export function Waiting({ onLanguage, onLeave }: { onLanguage: (language: Language) => void; onLeave: () => void }) {
  const t = useTexts();
  const say = useSay();
  const { device } = useRoom();
  const name = useMe()?.name || device.name;
  useEffect(() => say(t.waiting.heading), [say, t]);
  return (
    <Doorway onLanguage={onLanguage}>
      <div className="waiting-mark" aria-hidden="true">
        <span />
        <span />
        <span />
      </div>
      <h1>{t.waiting.heading}</h1>
      <p>{t.waiting.name(name)}</p>
      <p className="dim">{t.waiting.hint}</p>
      <ConnectionLine />
      <button type="button" className="wide" onClick={onLeave}>
        {t.waiting.again}
      </button>
    </Doorway>
  );
}

export function Declined({
  unsent,
  wasMember,
  onLanguage,
  onLeave,
}: {
  unsent: number;
  wasMember: boolean;
  onLanguage: (language: Language) => void;
  onLeave: () => void;
}) {
  const t = useTexts();
  return (
    <Doorway onLanguage={onLanguage}>
      <h1>{wasMember ? t.waiting.removed : t.waiting.declined}</h1>
      <p>{unsent > 0 ? t.frame.classGone : t.waiting.declinedHint}</p>
      {unsent > 0 && <p className="note bad">{t.frame.leaveUnsent(0, unsent)}</p>}
      <button type="button" className="main wide" onClick={onLeave}>
        {t.waiting.enterAgain}
      </button>
    </Doorway>
  );
}
