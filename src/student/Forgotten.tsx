/**
 * For a pupil whom a restored hub has forgotten: it knows his sign-in, and no class knows him (S14). Says what happened and what of his
 * waits here, and asks the teacher again with the class code. He stays the person he was, so what waits goes by itself, under the ids it
 * had, as soon as he is let in. Nothing here erases; leaving asks first. Shows nothing of the class.
 */
import { useState } from 'react';
import type { LogSummary } from '../client/class-store.ts';
import type { Language } from '../ui/language.tsx';
import { createTexts } from '../ui/texts.ts';
import { LeaveAsk } from './LeaveAsk.tsx';
import { ConnectionLine } from './ConnectionLine.tsx';
import { Doorway } from './Doorway.tsx';
import { EntryForm } from './EntryForm.tsx';
import { useRoom } from './room.tsx';
import { enForgotten, type ForgottenTexts } from './texts/en-forgotten.ts';
import { ruForgotten } from './texts/ru-forgotten.ts';
import { useTexts } from './texts/texts.ts';

const useWords = createTexts<ForgottenTexts>({ ru: ruForgotten, en: enForgotten });

export function Forgotten({
  state,
  onLanguage,
  onLeave,
}: {
  /** `unknown`: the hub does not know this sign-in · null: no class has him, and nothing tells whether he was taken out or forgotten. */
  state: LogSummary['state'] | 'unknown' | null;
  onLanguage: (language: Language) => void;
  onLeave: () => void;
}) {
  const t = useTexts();
  const words = useWords();
  const { device, farewell, askAgain } = useRoom();
  const [isLeaving, setIsLeaving] = useState(false);
  const [hasAsked, setHasAsked] = useState(false);
  const { unsentWorks, unsentMessages } = farewell();
  const isUnsent = unsentWorks + unsentMessages > 0;
  const isWaiting = state === 'waiting';
  return (
    <Doorway onLanguage={onLanguage}>
      <h1>{isWaiting ? t.waiting.heading : state === null ? words.goneHeading : words.heading}</h1>
      {isWaiting ? <p className="dim">{t.waiting.hint}</p> : <p>{state === null ? words.gone : words.why}</p>}
      <p>{state === 'unknown' ? words.keptAll : isUnsent ? words.kept(unsentWorks, unsentMessages) : words.nothing}</p>
      {(isUnsent || state === 'unknown') && !device.keeps && <p className="note">{words.keepOpen}</p>}
      {state !== 'unknown' && <ConnectionLine />}
      {!isWaiting && (
        <EntryForm
          name={device.name}
          ask={async (code, name) => {
            await askAgain(code, name);
            setHasAsked(true);
          }}
          words={words}
          trouble={hasAsked && state === 'declined' && <p className="note bad">{words.declined}</p>}
        />
      )}
      <button type="button" className="wide" onClick={() => setIsLeaving(true)}>
        {t.frame.leave}
      </button>
      {isLeaving && (
        <LeaveAsk works={unsentWorks} messages={unsentMessages} onLeave={onLeave} onStay={() => setIsLeaving(false)} />
      )}
    </Doorway>
  );
}
