/** What went wrong, in words: what happened and is safe, then what to do. */
import type { ErrorCode } from '../core/errors.ts';
import { errorText } from '../ui/error-texts.ts';
import { useLanguage } from '../ui/language.tsx';

export function ErrorNote({ code }: { code: ErrorCode }) {
  const { what, todo } = errorText(useLanguage(), code);
  return (
    <p className="note bad">
      {what} <strong>{todo}</strong>
    </p>
  );
}
