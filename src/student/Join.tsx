/** The form at the address: class code from the board, own name, whether this computer is one's own. */
import { useEffect, useRef, useState, type SyntheticEvent } from 'react';
import { codeOf, type ErrorCode } from '../core/errors.ts';
import { NAME_MAX } from '../core/limits.ts';
import { cleanName } from '../core/names.ts';
import { ErrorNote } from './ErrorNote.tsx';
import { Doorway } from './Doorway.tsx';
import type { Door } from './door.ts';
import { useTexts } from './texts/texts.ts';
import type { Language } from '../ui/language.tsx';

export const CODE_DIGITS = 6;

export const digitsOf = (typed: string) => typed.replace(/\D/g, '').slice(0, CODE_DIGITS);
/** "123 456", as the board shows it. */
export const grouped = (digits: string) => (digits.length > 3 ? `${digits.slice(0, 3)} ${digits.slice(3)}` : digits);

/** The code that a QR put into the address: `#123456` or `?c=123456`. */
export function codeInAddress(address: URL): string {
  const text = address.searchParams.get('c') ?? address.hash.slice(1).replaceAll('%20', ' ');
  return /^[\d ]*$/.test(text) ? digitsOf(text) : '';
}

export function Join({
  hub,
  enter,
  onLanguage,
}: {
  hub: Door['hub'];
  enter: (code: string, name: string, keeps: boolean) => Promise<void>;
  onLanguage: (language: Language) => void;
}) {
  const t = useTexts();
  const [code, setCode] = useState(() => codeInAddress(new URL(window.location.href)));
  const [name, setName] = useState('');
  const [keeps, setKeeps] = useState(false);
  const [hubName, setHubName] = useState('');
  const [isEntering, setIsEntering] = useState(false);
  const [problem, setProblem] = useState<{ field: 'code' | 'name' | null; text?: string; code?: ErrorCode } | null>(
    null,
  );
  const codeField = useRef<HTMLInputElement>(null);
  const nameField = useRef<HTMLInputElement>(null);

  useEffect(() => {
    let isShown = true;
    hub().then(
      (facts) => isShown && setHubName(facts.name),
      (error) => isShown && setProblem({ field: null, code: codeOf(error) }),
    );
    return () => {
      isShown = false;
    };
  }, [hub]);
  useEffect(() => {
    (codeField.current?.value ? nameField : codeField).current?.focus();
  }, []);

  async function submit(event: SyntheticEvent) {
    event.preventDefault();
    if (isEntering) return;
    const clean = cleanName(name);
    if (code.length < CODE_DIGITS) {
      setProblem({ field: 'code', text: t.join.needCode });
      codeField.current?.focus();
    } else if (!/\p{L}/u.test(clean)) {
      setProblem({ field: 'name', text: t.join.needName });
      nameField.current?.focus();
    } else {
      setProblem(null);
      setIsEntering(true);
      try {
        await enter(code, clean, keeps);
        // The code has done its work; it need not stand in the address for the next pupil.
        window.history.replaceState(null, '', window.location.pathname);
      } catch (error) {
        const failed = codeOf(error);
        const field = failed === 'bad-name' ? 'name' : failed.includes('code') ? 'code' : null;
        setProblem({ field, code: failed });
        setIsEntering(false);
        (field === 'name' ? nameField : codeField).current?.focus();
      }
    }
  }

  const note = problem && (
    <div id="join-problem" role="alert">
      {problem.code ? <ErrorNote code={problem.code} /> : <p className="note bad">{problem.text}</p>}
    </div>
  );

  return (
    <Doorway onLanguage={onLanguage}>
      <h1>{t.join.heading}</h1>
      {hubName && <p className="dim">{t.join.hub(hubName)}</p>}
      <form className="stack" onSubmit={submit} noValidate>
        <div className="field">
          <label htmlFor="join-code">{t.join.code}</label>
          <input
            id="join-code"
            ref={codeField}
            className="code-input"
            inputMode="numeric"
            autoComplete="off"
            placeholder="000 000"
            value={grouped(code)}
            onChange={(event) => setCode(digitsOf(event.target.value))}
            aria-invalid={problem?.field === 'code'}
            aria-describedby={problem?.field === 'code' ? 'join-problem' : 'join-code-hint'}
          />
          <p className="hint" id="join-code-hint">
            {t.join.codeHint}
          </p>
        </div>
        <div className="field">
          <label htmlFor="join-name">{t.join.name}</label>
          <input
            id="join-name"
            ref={nameField}
            autoComplete="off"
            autoCapitalize="words"
            spellCheck={false}
            maxLength={NAME_MAX}
            value={name}
            onChange={(event) => setName(event.target.value)}
            aria-invalid={problem?.field === 'name'}
            aria-describedby={problem?.field === 'name' ? 'join-problem' : 'join-name-hint'}
          />
          <p className="hint" id="join-name-hint">
            {t.join.nameHint}
          </p>
        </div>
        <label className="tick">
          <input
            type="checkbox"
            checked={keeps}
            onChange={(event) => setKeeps(event.target.checked)}
            aria-describedby="join-mine-hint"
          />
          <span>
            {t.join.mine}
            <span className="hint" id="join-mine-hint">
              {keeps ? t.join.mineOn : t.join.mineOff}
            </span>
          </span>
        </label>
        {note}
        <button type="submit" className="main wide" aria-disabled={isEntering}>
          {isEntering ? t.join.entering : t.join.enter}
        </button>
      </form>
    </Doorway>
  );
}
