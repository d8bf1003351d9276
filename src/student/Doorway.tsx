/** The frame of the pages outside a class: the mark, the language, one calm column. */
import type { ReactNode } from 'react';
import { useLanguage, type Language } from '../ui/language.tsx';
import { Desk } from './icons.tsx';
import { en } from './texts/en.ts';
import { ru } from './texts/ru.ts';
import { useTexts } from './texts/texts.ts';

const NAMES: Record<Language, string> = { ru: ru.languageName, en: en.languageName };

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
    <button type="button" className="plain" lang={other} title={NAMES[other]} onClick={() => onLanguage(other)}>
      {isShort ? other.toUpperCase() : NAMES[other]}
      {isShort && <span className="unseen">{NAMES[other]}</span>}
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
