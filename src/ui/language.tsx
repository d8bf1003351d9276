/**
 * The language of a page: chosen once above, read anywhere below, told to the browser (hyphenation, screen readers).
 * Also plural forms, which Russian has three of. Hides: React's context, Intl.PluralRules.
 */
import { createContext, useContext, useEffect, type ReactNode } from 'react';

export const LANGUAGES = ['ru', 'en'] as const;
export type Language = (typeof LANGUAGES)[number];

const LanguageContext = createContext<Language>('ru');

/** Everything below speaks `language`; the document is marked with it. */
export function LanguageProvider({ language, children }: { language: Language; children: ReactNode }) {
  useEffect(() => {
    document.documentElement.lang = language;
  }, [language]);
  return <LanguageContext value={language}>{children}</LanguageContext>;
}

export const useLanguage = (): Language => useContext(LanguageContext);

/** Russian: one (1, 21), few (2–4), many (5–20, 0); `other` for fractions and for languages without the form. */
export interface PluralForms {
  one: string;
  few?: string;
  many?: string;
  other: string;
}

const RULES: Record<Language, Intl.PluralRules> = { ru: new Intl.PluralRules('ru'), en: new Intl.PluralRules('en') };

/** The form that goes with `count`; the number itself is not in it. `plural('ru', 3, {one: 'работа', few: 'работы', …})` */
export function plural(language: Language, count: number, forms: PluralForms): string {
  const form = RULES[language].select(count);
  return (form === 'one' || form === 'few' || form === 'many' ? forms[form] : undefined) ?? forms.other;
}
