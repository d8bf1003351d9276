/** By which somebody asks to be let in: the class code from the board and his own name. What is wrong is said at its field, which gets the focus. */
import { useEffect, useRef, useState, type ReactNode, type SyntheticEvent } from 'react';
import { codeOf, type ErrorCode } from '../core/errors.ts';
import { NAME_MAX } from '../core/limits.ts';
import { cleanName } from '../core/names.ts';
import { ErrorNote } from './ErrorNote.tsx';
import { useTexts } from './texts/texts.ts';

export const CODE_DIGITS = 6;

export const digitsOf = (typed: string) => typed.replace(/\D/g, '').slice(0, CODE_DIGITS);
/** "123 456", as the board shows it. */
const grouped = (digits: string) => (digits.length > 3 ? `${digits.slice(0, 3)} ${digits.slice(3)}` : digits);

type Problem = { field: 'code' | 'name' | null } & ({ text: string } | { code: ErrorCode });

export interface EntryFormProps {
  code?: string;
  name?: string;
  /** Knocks; a rejection is shown. */
  ask: (code: string, name: string) => Promise<void>;
  /** What the button says, and while it is asked. */
  words: { ask: string; asking: string };
  /** Shown where nothing is wrong with the form itself. */
  trouble?: ReactNode;
  /** Between the fields and the button. */
  children?: ReactNode;
}

export function EntryForm({
  code: codeAtFirst = '',
  name: nameAtFirst = '',
  ask,
  words,
  trouble,
  children,
}: EntryFormProps) {
  const t = useTexts();
  const [code, setCode] = useState(codeAtFirst);
  const [name, setName] = useState(nameAtFirst);
  const [isAsking, setIsAsking] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);
  const codeField = useRef<HTMLInputElement>(null);
  const nameField = useRef<HTMLInputElement>(null);
  useEffect(() => {
    (codeField.current?.value ? nameField : codeField).current?.focus();
  }, []);

  const refuse = (found: Problem) => {
    setProblem(found);
    (found.field === 'name' ? nameField : codeField).current?.focus();
  };
  async function submit(event: SyntheticEvent) {
    event.preventDefault();
    if (isAsking) return;
    const clean = cleanName(name);
    if (code.length < CODE_DIGITS) return refuse({ field: 'code', text: t.join.needCode });
    if (!/\p{L}/u.test(clean)) return refuse({ field: 'name', text: t.join.needName });
    setProblem(null);
    setIsAsking(true);
    try {
      await ask(code, clean);
    } catch (error) {
      const failed = codeOf(error);
      refuse({ field: failed === 'bad-name' ? 'name' : failed.includes('code') ? 'code' : null, code: failed });
    } finally {
      // Also where it was heard: who is refused before his page has heard anything else still stands before this form.
      setIsAsking(false);
    }
  }

  const described = (field: 'code' | 'name') => ({
    'aria-invalid': problem?.field === field,
    'aria-describedby': problem?.field === field ? 'join-problem' : `join-${field}-hint`,
  });
  return (
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
          {...described('code')}
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
          {...described('name')}
        />
        <p className="hint" id="join-name-hint">
          {t.join.nameHint}
        </p>
      </div>
      {children}
      {problem ? (
        <div id="join-problem" role="alert">
          {'code' in problem ? <ErrorNote code={problem.code} /> : <p className="note bad">{problem.text}</p>}
        </div>
      ) : (
        trouble && <div role="alert">{trouble}</div>
      )}
      <button type="submit" className="main wide" aria-disabled={isAsking}>
        {isAsking ? words.asking : words.ask}
      </button>
    </form>
  );
}
