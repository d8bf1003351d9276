/**
 * How a page keeps its words. `texts/ru.ts` is the source: `export const ru = {…}` of strings and functions that return
 * strings; `texts/en.ts` is `export const en: Texts = {…}` with `type Texts = Widen<typeof ru>`, so that a missing or
 * surplus text does not compile. No string stands in a component.
 */
import { useLanguage, type Language } from './language.tsx';

/** The shape of texts without the words themselves. */
export type Widen<T> = T extends string
  ? string
  : T extends number
    ? number
    : T extends boolean
      ? boolean
      : T extends (...args: infer A) => infer R
        ? (...args: A) => Widen<R>
        : { readonly [K in keyof T]: Widen<T[K]> };

/** The hook that gives a page its texts in the language chosen above it. */
export const createTexts =
  <T>(texts: Readonly<Record<Language, T>>): (() => T) =>
  () =>
    texts[useLanguage()];
