/** What both pages share of language: plural forms, texts of one shape, words for every error. */
import { renderToStaticMarkup } from 'react-dom/server';
import { describe, expect, expectTypeOf, test } from 'vitest';
import { ERROR_CODES } from '../../src/core/errors.ts';
import { errorText } from '../../src/ui/error-texts.ts';
import { LanguageProvider, LANGUAGES, plural } from '../../src/ui/language.tsx';
import { createTexts, type Widen } from '../../src/ui/texts.ts';

describe('plural forms', () => {
  const works = { one: 'работа', few: 'работы', many: 'работ', other: 'работы' };
  test.each([
    [0, 'работ'],
    [1, 'работа'],
    [2, 'работы'],
    [4, 'работы'],
    [5, 'работ'],
    [11, 'работ'],
    [14, 'работ'],
    [21, 'работа'],
    [22, 'работы'],
    [25, 'работ'],
    [101, 'работа'],
    [111, 'работ'],
    [1.5, 'работы'],
  ])('Russian: %d %s', (count, form) => expect(plural('ru', count, works)).toBe(form));

  test.each([
    [0, 'works'],
    [1, 'work'],
    [2, 'works'],
    [21, 'works'],
  ])('English: %d %s', (count, form) => expect(plural('en', count, { one: 'work', other: 'works' })).toBe(form));

  test('a form that is not given falls back to the other', () => {
    expect(plural('ru', 5, { one: 'час', other: 'часов' })).toBe('часов');
  });
});

describe('texts', () => {
  const ru = { title: 'Чат', unread: (count: number) => `${count} новых`, states: { on: 'в сети' } as const };
  const en: Widen<typeof ru> = { title: 'Chat', unread: (count) => `${count} new`, states: { on: 'online' } };

  test('one shape, words of their own', () => {
    expectTypeOf(en.states.on).toEqualTypeOf<string>();
    expectTypeOf(en.unread).toEqualTypeOf<(count: number) => string>();
    // @ts-expect-error -- a missing text does not compile
    const missing: Widen<typeof ru> = { title: 'Chat', unread: () => '' };
    // @ts-expect-error -- nor does a surplus one
    const surplus: Widen<typeof ru> = { ...en, other: 'x', title: 'Chat', extra: '' };
    expect([missing, surplus].length).toBe(2);
  });

  test('a component gets them in the language chosen above it', () => {
    const useTexts = createTexts<Widen<typeof ru>>({ ru, en });
    function Shown() {
      const t = useTexts();
      return <p>{t.unread(3)}</p>;
    }
    const shown = (language: 'ru' | 'en') =>
      renderToStaticMarkup(
        <LanguageProvider language={language}>
          <Shown />
        </LanguageProvider>,
      );
    expect(shown('ru')).toBe('<p>3 новых</p>');
    expect(shown('en')).toBe('<p>3 new</p>');
  });
});

describe('words for errors', () => {
  test.each(LANGUAGES)('%s: every code says what happened and what to do, in whole sentences', (language) => {
    for (const code of ERROR_CODES) {
      const { what, todo } = errorText(language, code);
      for (const text of [what, todo]) expect(text, code).toMatch(/^[А-ЯЁA-Z].{5,}[.]$/s);
      expect(`${what} ${todo}`, code).not.toContain(code.includes('-') ? code : '[]');
    }
  });

  test('Russian is in Russian, English in English', () => {
    for (const code of ERROR_CODES) {
      expect(errorText('ru', code).what, code).toMatch(/[а-яё]{4}/);
      expect(`${errorText('en', code).what}${errorText('en', code).todo}`, code).not.toMatch(/[а-яё]/i);
    }
  });

  test('no two codes are told in the same words', () => {
    const told = ERROR_CODES.map((code) => errorText('ru', code).what);
    expect(new Set(told).size).toBe(told.length);
  });
});
