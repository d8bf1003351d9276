/** The frame of the pages outside a class: the mark, the language, one calm column. */
import type { ReactNode } from 'react';
import { useLanguage, type Language } from '../ui/language.tsx';
import { Desk } from './icons.tsx';
import { LANGUAGE_NAMES, useTexts } from './texts/texts.ts';

/** Offers the other language, in its own words; in a narrow header by its letters. */
export function LanguageSwitch({
  onLanguage,
  isShort = false,
}: {
  onLanguage: (language: Language) => void;
  isShort?: boolean;
}) {
  const other: Language = useLanguage() === 'ru' ? 'en' : 'ru';
  return (
    <button
      type="button"
      className="plain"
      lang={other}
      title={LANGUAGE_NAMES[other]}
      onClick={() => onLanguage(other)}
    >
      {isShort ? other.toUpperCase() : LANGUAGE_NAMES[other]}
      {isShort && <span className="unseen">{LANGUAGE_NAMES[other]}</span>}
    </button>
  );
}

export function Doorway({ children, onLanguage }: { children: ReactNode; onLanguage: (language: Language) => void }) {
  const t = useTexts();
  return (
    <div className="doorway">
      <header>
        <span className="brand">
          <Desk />
          {t.product}
        </span>
        <LanguageSwitch onLanguage={onLanguage} />
      </header>
      <main className="sheet">{children}</main>
    </div>
  );
}
