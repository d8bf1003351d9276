// A confirmation code: the recipe, what a hand makes of it, and the slips that are recognised.
import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { isSlipOf, readReceipt, RECEIPT_CHARS, receiptCode, receiptText } from '../../src/core/receipt.ts';
import type { CommandId, Sha256 } from '../../src/core/ids.ts';

const id = '01938f3e-8d2a-7c11-9f00-3b5a6c7d8e9f' as CommandId;
const files = [{ sha256: 'ab'.repeat(32) as Sha256, sizeBytes: 10 }];
const codeOf = (...asked: Parameters<typeof receiptText>) =>
  receiptCode(
    createHash('sha256')
      .update(receiptText(...asked))
      .digest(),
  );

describe('the recipe', () => {
  test('is this text and these bits, for ever: a code on paper must be found years later', () => {
    expect(receiptText(id, files, 1_780_000_000_000)).toBe(`${id}\n1780000000000\n${'ab'.repeat(32)} 10\n`);
    expect(receiptCode(new Uint8Array(32))).toBe('00000-00000');
    expect(receiptCode(new Uint8Array(32).fill(255))).toBe('ZZZZZ-ZZZZZ');
    expect(receiptCode(Uint8Array.of(0b00001_000, 0b10_00011_0, 0b0100_0010, 0b1_00110_00, 0b111_01000, 0b01001_010, 0b10_000000))).toBe('12345-6789A'); // prettier-ignore
  });

  test('anything else gives another code: the id, the time, a size, a hash, the order', () => {
    const two = [...files, { sha256: 'cd'.repeat(32) as Sha256, sizeBytes: 10 }];
    const codes = [
      codeOf(id, files, 1),
      codeOf(id, files, 2),
      codeOf(id.replace('9f', '9e') as CommandId, files, 1),
      codeOf(id, [{ ...files[0]!, sizeBytes: 11 }], 1),
      codeOf(id, two, 1),
      codeOf(id, two.toReversed(), 1),
      codeOf(id, [], 1),
    ];
    expect(new Set(codes).size).toBe(codes.length);
  });
});

describe('reading what was typed', () => {
  const read = (typed: string) => {
    const it = readReceipt(typed);
    return it.is === 'code' ? it.code : it.is;
  };
  test.each([
    ['as it is shown', '7KQ4M-2XW9T'],
    ['in small letters, without a hyphen', '7kq4m2xw9t'],
    ['with spaces, tabs and line ends', ' 7KQ4M \t 2XW9T\n'],
    ['with other dashes', '7KQ4M–2XW9T'],
    ['with a minus', '7KQ4M−2XW9T'],
    ['in quotes, with a full stop', '«7KQ4M-2XW9T».'],
    ['with Cyrillic letters that look the same', '7КQ4М-2ХW9Т'],
    ['small Cyrillic letters', '7кq4м-2хw9т'],
    ['letters of full width', '７ＫＱ４Ｍ－２ＸＷ９Ｔ'],
    ['zero-width signs from a copied page', '7KQ4M\u200b-\u2060\ufeff2XW9T'],
    ['a soft hyphen', '7KQ4M\u00ad2XW9T'],
  ])('%s', (_how, typed) => expect(read(typed)).toBe('7KQ4M-2XW9T'));

  test('O is nought, I and L are one, in either alphabet, and З is three', () => {
    expect(read('OoIiLlЗзОо')).toBe('00111-13300');
    expect(read('АВСЕНКМРТХ')).toBe('ABCEH-KMPTX');
    expect(read('УуЁёІіЅѕЈј')).toBe('YYEE1-1SSJJ');
  });

  test('says what is the matter with anything else', () => {
    expect(readReceipt('')).toEqual({ is: 'empty' });
    expect(readReceipt(' -– ')).toEqual({ is: 'empty' });
    expect(readReceipt('7kq4')).toEqual({ is: 'short', signs: '7KQ4' });
    expect(readReceipt('7KQ4M-2XW9T1')).toEqual({ is: 'long', signs: '7KQ4M2XW9T1' });
    expect(readReceipt('7KQ4M-2XЖ9T')).toEqual({ is: 'odd', odd: 'Ж' });
    // The alphabet leaves U out.
    expect(readReceipt('7KQ4U')).toEqual({ is: 'odd', odd: 'U' });
    expect(readReceipt('<b>7</b>')).toEqual({ is: 'odd', odd: '<' });
    expect(readReceipt('😀')).toEqual({ is: 'odd', odd: '😀' });
  });

  test('a whole book that is pasted is looked at no further than its beginning', () => {
    expect(readReceipt('7'.repeat(1_000_000))).toEqual({ is: 'long', signs: '7'.repeat(200) });
    expect(readReceipt('toString__')).toMatchObject({ is: 'short' });
    expect(readReceipt('constructor')).toEqual({ is: 'odd', odd: 'U' });
  });
});

describe('a slip of the hand', () => {
  const code = '7KQ4M-2XW9T';
  test.each([
    ['one sign is another', '7KQ4N-2XW9T'],
    ['the last is another', '7KQ4M-2XW9S'],
    ['the first is missing', 'KQ4M2XW9T'],
    ['the last is missing', '7KQ4M2XW9'],
    ['one is too many', '7KQ44M2XW9T'],
    ['one is too many at the end', '7KQ4M2XW9T0'],
    ['neighbours are exchanged', '7KQM4-2XW9T'],
    ['neighbours are exchanged across the hyphen', '7KQ42-MXW9T'],
  ])('%s', (_what, typed) => expect(isSlipOf(typed, code)).toBe(true));

  test('the code itself is none, and two slips are none', () => {
    expect(isSlipOf(code, code)).toBe(false);
    expect(isSlipOf('8KQ4M-2XW9S', code)).toBe(false);
    expect(isSlipOf('7KQ4M2XW', code)).toBe(false);
    expect(isSlipOf('MQ4K7-2XW9T', code)).toBe(false);
    expect(isSlipOf('', code)).toBe(false);
    expect(code.replace('-', '')).toHaveLength(RECEIPT_CHARS);
  });
});
