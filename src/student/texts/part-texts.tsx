/**
 * Words that come with a part of the page, one language at a time, so that tasks need not wait for them. Promises that a change of
 * language leaves the part as it is until its new words have come.
 */
import { createContext, useContext, useState, type ReactNode } from 'react';
import { LANGUAGES, useLanguage, type Language } from '../../ui/language.tsx';
import { createLater, type Later } from '../later.ts';

export interface PartTexts<T> {
  /** Shows what is below once its words have come. */
  Provider: (props: { children: ReactNode }) => ReactNode;
  /** Throws where there is no provider above. */
  useTexts: () => T;
}

export function createPartTexts<T>(load: Record<Language, () => Promise<T>>): PartTexts<T> {
  const later = Object.fromEntries(LANGUAGES.map((language) => [language, createLater(load[language])])) as Record<
    Language,
    Later<T>
  >;
  const Context = createContext<T | null>(null);
  return {
    Provider({ children }) {
      const texts = later[useLanguage()].use();
      const [shown, setShown] = useState<T | null>(null);
      if (texts && texts !== shown) setShown(() => texts);
      return shown ? <Context value={shown}>{children}</Context> : null;
    },
    useTexts() {
      const texts = useContext(Context);
      if (!texts) throw new Error('these words need their provider above');
      return texts;
    },
  };
}
