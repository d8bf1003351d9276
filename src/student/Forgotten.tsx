/**
 * For a pupil whom a restored hub has forgotten: it knows his sign-in, and no class knows him (S14). Says what happened and what of his
 * waits here, and asks the teacher again with the class code. He stays the person he was, so what waits goes by itself, under the ids it
 * had, as soon as he is let in. Nothing here erases; leaving asks first. Shows nothing of the class.
 */
import { useEffect, useRef, useState, type SyntheticEvent } from 'react';
import type { LogSummary } from '../client/class-store.ts';
import { codeOf, type ErrorCode } from '../core/errors.ts';
import { NAME_MAX } from '../core/limits.ts';
import { cleanName } from '../core/names.ts';
import type { Language } from '../ui/language.tsx';
import { createTexts } from '../ui/texts.ts';
import { Ask } from './Ask.tsx';
import { ConnectionLine } from './ConnectionLine.tsx';
import { Doorway } from './Doorway.tsx';
import { ErrorNote } from './ErrorNote.tsx';
import { CODE_DIGITS, digitsOf, grouped } from './Join.tsx';
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
  const { device, farewell } = useRoom();
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
      {!isWaiting && <Again wasDeclined={hasAsked && state === 'declined'} onAsked={() => setHasAsked(true)} />}
      <button type="button" className="wide" onClick={() => setIsLeaving(true)}>
        {t.frame.leave}
      </button>
      {isLeaving && (
        <Ask
          heading={t.frame.leaveAsk}
          yes={t.frame.leave}
          no={t.frame.stay}
          onYes={onLeave}
          onNo={() => setIsLeaving(false)}
        >
          {isUnsent && <p className="note bad">{t.frame.leaveUnsent(unsentWorks, unsentMessages)}</p>}
          <p>
            {t.frame.leaveHint} {t.frame.leaveCleared}
          </p>
        </Ask>
      )}
    </Doorway>
  );
}

function Again({ wasDeclined, onAsked }: { wasDeclined: boolean; onAsked: () => void }) {
  const t = useTexts();
  const words = useWords();
  const { device, askAgain } = useRoom();
  const [code, setCode] = useState('');
  const [name, setName] = useState(device.name);
  const [isAsking, setIsAsking] = useState(false);
  const [problem, setProblem] = useState<{ code: ErrorCode } | { text: string } | null>(null);
  const codeField = useRef<HTMLInputElement>(null);
  useEffect(() => codeField.current?.focus(), []);

  async function submit(event: SyntheticEvent) {
    event.preventDefault();
    if (isAsking) return;
    const clean = cleanName(name);
    if (code.length < CODE_DIGITS) {
      codeField.current?.focus();
      return setProblem({ text: t.join.needCode });
    }
    if (!/\p{L}/u.test(clean)) return setProblem({ text: t.join.needName });
    setProblem(null);
    setIsAsking(true);
    try {
      await askAgain(code, clean);
      onAsked();
    } catch (error) {
      setProblem({ code: codeOf(error) });
    }
    setIsAsking(false);
  }

  return (
    <form className="stack" onSubmit={submit} noValidate>
      <div className="field">
        <label htmlFor="again-code">{t.join.code}</label>
        <input
          id="again-code"
          ref={codeField}
          className="code-input"
          inputMode="numeric"
          autoComplete="off"
          placeholder="000 000"
          value={grouped(code)}
          onChange={(event) => setCode(digitsOf(event.target.value))}
          aria-describedby="again-code-hint"
        />
        <p className="hint" id="again-code-hint">
          {t.join.codeHint}
        </p>
      </div>
      <div className="field">
        <label htmlFor="again-name">{t.join.name}</label>
        <input
          id="again-name"
          autoComplete="off"
          autoCapitalize="words"
          spellCheck={false}
          maxLength={NAME_MAX}
          value={name}
          onChange={(event) => setName(event.target.value)}
        />
      </div>
      {(problem || wasDeclined) && (
        <div role="alert">
          {problem && 'code' in problem ? (
            <ErrorNote code={problem.code} />
          ) : (
            <p className="note bad">{problem ? problem.text : words.declined}</p>
          )}
        </div>
      )}
      <button type="submit" className="main wide" aria-disabled={isAsking}>
        {isAsking ? words.asking : words.ask}
      </button>
    </form>
  );
}
