/** What went wrong, in words: what happened and is safe, then what to do. */
import type { ErrorCode } from '../core/errors.ts';
import type { ErrorText } from '../ui/error-texts.ts';
import { useLanguage } from '../ui/language.tsx';
import { errorWords } from './later.ts';
import { useTexts } from './texts/texts.ts';

/** The words for a code; null for the moment before they are loaded. */
export function useErrorText(code: ErrorCode | null): ErrorText | null {
  const language = useLanguage();
  const t = useTexts();
  const words = errorWords.use();
  if (code === null || words === null) return null;
  return words?.errorText(language, code) ?? t.unexplained;
}

/** The same within a line. */
export function ErrorWords({ code }: { code: ErrorCode }) {
  const text = useErrorText(code);
  return (
    text && (
      <>
        {text.what} <strong>{text.todo}</strong>
      </>
    )
  );
}

export function ErrorNote({ code }: { code: ErrorCode }) {
  return (
    <p className="note bad">
      <ErrorWords code={code} />
    </p>
  );
}
