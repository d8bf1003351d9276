/** The words of the pupil's page, one language at a time: the other one is loaded when it is asked for. */
import { useLanguage, type Language } from '../../ui/language.tsx';
import type { Texts } from './en.ts';

/** Each language in its own words, for the switch. */
export const LANGUAGE_NAMES: Record<Language, string> = { ru: 'Русский', en: 'English' };

const LOADERS: Record<Language, () => Promise<Texts>> = {
  ru: () => import('./ru.ts').then(({ ru }) => ru),
  en: () => import('./en.ts').then(({ en }) => en),
};
const loaded = new Map<Language, Texts>();

/** Must have resolved before anything is shown in `language`. Rejects where the hub cannot be reached. */
export async function loadTexts(language: Language): Promise<void> {
  if (!loaded.has(language)) loaded.set(language, await LOADERS[language]());
}

export function useTexts(): Texts {
  const texts = loaded.get(useLanguage());
  if (!texts) throw new Error('loadTexts comes before useTexts');
  return texts;
}
