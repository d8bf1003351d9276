// A text becomes plain data that says everything typed: marks, lists, code, formulas, addresses, mentions; nothing typed is
// ever markup, and no text makes the parser slow.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  FORMULAS_MAX,
  FORMULA_LENGTH_MAX,
  LINK_LENGTH_MAX,
  linkOf,
  parseRichText,
  plainTextOf,
  type Block,
  type Inline,
} from '../../src/ui/rich-text.ts';
import { MESSAGE_TEXT_MAX } from '../../src/core/limits.ts';

/** As a person would write it down: **bold** → <b>bold</b>. */
const shown = (inlines: readonly Inline[]): string =>
  inlines
    .map((inline) => {
      switch (inline.kind) {
        case 'text':
          return inline.text;
        case 'strong':
        case 'emphasis':
          return `<${inline.kind}>${shown(inline.children)}</${inline.kind}>`;
        default:
          return `<${inline.kind}>${inline.text}</${inline.kind}>`;
      }
    })
    .join('');
const drawn = (block: Block): string => {
  switch (block.kind) {
    case 'paragraph':
      return shown(block.children);
    case 'list':
      return block.items.map((item) => `${item.depth}${item.marker}|${shown(item.children)}`).join('\n');
    default:
      return `[${block.kind}]${block.text}`;
  }
};
const line = (text: string) => parseRichText(text).map(drawn).join('\n¶\n');
const links = (text: string) => {
  const found: Inline[] = [];
  const walk = (inlines: readonly Inline[]) =>
    inlines.forEach((inline) => ('children' in inline ? walk(inline.children) : found.push(inline)));
  for (const block of parseRichText(text)) {
    if (block.kind === 'paragraph') walk(block.children);
    if (block.kind === 'list') block.items.forEach((item) => walk(item.children));
  }
  return found.filter((inline) => inline.kind === 'link');
};

describe('marks', () => {
  it.each([
    ['**жирно** и *косо*', '<strong>жирно</strong> и <emphasis>косо</emphasis>'],
    ['**a *b* c**', '<strong>a <emphasis>b</emphasis> c</strong>'],
    ['*a **b***', '<emphasis>a <strong>b</strong></emphasis>'],
    ['***оба***', '<strong><emphasis>оба</emphasis></strong>'],
    ['**две\nстроки**', '<strong>две\nстроки</strong>'],
    ['(**в скобках**)', '(<strong>в скобках</strong>)'],
    ['2*3*4 = 24', '2*3*4 = 24'],
    ['a * b * c', 'a * b * c'],
    ['**не закрыто', '**не закрыто'],
    ['****', '****'],
    ['звёздочка* и ещё*', 'звёздочка* и ещё*'],
    ['`код **не жирный**`', '<code>код **не жирный**</code>'],
    ['`не закрыт', '`не закрыт'],
    ['файл_с_именем_x', 'файл_с_именем_x'],
  ])('%j', (text, wanted) => expect(line(text)).toBe(wanted));
});

describe('formulas', () => {
  it.each([
    ['площадь $S=\\pi r^2$.', 'площадь <formula>S=\\pi r^2</formula>.'],
    ['стоит 5$ или 10$', 'стоит 5$ или 10$'],
    ['$5 и $6', '$5 и $6'],
    ['$ x$', '$ x$'],
    ['US$5$', 'US$5$'],
    ['$\\$5$', '<formula>\\$5</formula>'],
    ['до $$x^2$$ после', 'до \n¶\n[formula]x^2\n¶\n после'],
    ['$$\nx\n$$', '[formula]x'],
    ['`echo $$` и `$$`', '<code>echo $$</code> и <code>$$</code>'],
    ['$$ $$', '$$ $$'],
  ])('%j', (text, wanted) => expect(line(text)).toBe(wanted));

  it('too long or too many stay as typed', () => {
    const long = `$${'x'.repeat(FORMULA_LENGTH_MAX + 1)}$`;
    expect(line(long)).toBe(long);
    const many = parseRichText('$x$ '.repeat(FORMULAS_MAX + 5)).flatMap((b) =>
      b.kind === 'paragraph' ? b.children : [],
    );
    expect(many.filter((inline) => inline.kind === 'formula')).toHaveLength(FORMULAS_MAX);
  });
});

describe('blocks', () => {
  it('lists keep their markers and depth; what stands around them are paragraphs', () => {
    expect(line('Взять:\n- тетрадь\n  - в клетку\n* ручку\n\nЗавтра')).toBe(
      'Взять:\n¶\n0•|тетрадь\n1•|в клетку\n0•|ручку\n¶\n\nЗавтра',
    );
    expect(line('3) третий\n12. двенадцатый')).toBe('03)|третий\n012.|двенадцатый');
    expect(line('-5 градусов')).toBe('-5 градусов');
    expect(line('– Привет\n— И тебе')).toBe('– Привет\n— И тебе');
  });

  it('code between fences keeps its marks and spaces; an open fence is text', () => {
    expect(parseRichText('```py\nif x:\n  print("**")\n```')).toEqual([
      { kind: 'code', language: 'py', text: 'if x:\n  print("**")' },
    ]);
    expect(parseRichText('```x = 1```')).toEqual([{ kind: 'code', language: '', text: 'x = 1' }]);
    expect(line('``` не закрыт')).toBe('``` не закрыт');
  });

  it('empty lines between paragraphs stay', () => expect(line('a\n\n\nb')).toBe('a\n\n\nb'));
});

describe('addresses', () => {
  it.each([
    ['см. https://ya.ru/a?b=1.', 'https://ya.ru/a?b=1'],
    ['(https://ru.wikipedia.org/wiki/Синус_(функция))', 'https://ru.wikipedia.org/wiki/Синус_(функция)'],
    ['www.school1.ru,', 'www.school1.ru'],
    ['HTTP://EXAMPLE.COM/X!', 'HTTP://EXAMPLE.COM/X'],
    ['«https://ya.ru»', 'https://ya.ru'],
    ['**https://ya.ru**', 'https://ya.ru'],
    ['anna.smirnova+7a@school1.ru.', 'anna.smirnova+7a@school1.ru'],
  ])('%j holds %j', (text, wanted) => expect(links(text).map(({ text: said }) => said)).toEqual([wanted]));

  it('www. and e-mail get their schemes', () => {
    expect(links('www.ya.ru')[0]).toMatchObject({ href: 'https://www.ya.ru/' });
    expect(links('a@b.ru')[0]).toMatchObject({ href: 'mailto:a@b.ru' });
  });

  it.each([
    'javascript:alert(1)',
    'data:text/html,<script>alert(1)</script>',
    'file:///etc/passwd',
    'smb://host/share',
    'ms-msdt:/id',
    'vbscript:x',
    '\\\\host\\share',
    'https://user:secret@ya.ru/',
    'https://ya.ru@evil.com',
    'https:///x',
    'https://ya.ru\\@evil.com',
    'xhttps://ya.ru',
    'a@b',
    'дом@почта',
    `https://ya.ru/${'a'.repeat(LINK_LENGTH_MAX)}`,
  ])('%j is no link', (text) => expect(links(text)).toEqual([]));

  it('a look-alike says where it leads', () => {
    expect(linkOf('https://аррle.com/')).toMatchObject({ host: 'xn--le-6kc8da.com', isDoubtful: true });
    expect(linkOf('https://gооgle.рф')).toMatchObject({ isDoubtful: true });
    expect(linkOf('https://школа.рф/')).toMatchObject({ host: 'xn--80atdl2c.xn--p1ai', isDoubtful: false });
    expect(linkOf('https://ｙａ.ru')).toMatchObject({ host: 'ya.ru', isDoubtful: true });
    expect(linkOf('https://ya.ru:443/')).toMatchObject({ host: null, isDoubtful: false });
  });

  it('ends where something invisible begins', () =>
    expect(links('https://ya.ru/\u202egpj.exe')[0]).toMatchObject({ href: 'https://ya.ru/' }));
});

describe('mentions', () => {
  const people = [
    { memberId: 'a', name: 'Белов' },
    { memberId: 'b', name: 'Белов Илья' },
  ];
  const said = (text: string) =>
    parseRichText(text, people)
      .flatMap((b) => (b.kind === 'paragraph' ? b.children : []))
      .filter((i) => i.kind === 'mention');
  it('the longest name wins, a longer word is somebody else', () => {
    expect(said('@Белов Илья, сдай')).toMatchObject([{ memberId: 'b', text: '@Белов Илья' }]);
    expect(said('@Белов, сдай')).toMatchObject([{ memberId: 'a' }]);
    expect(said('@Белова')).toEqual([]);
    expect(said('почта@Белов')).toEqual([]);
    expect(parseRichText('@Белов').flatMap((b) => (b.kind === 'paragraph' ? b.children : []))[0]).toMatchObject({
      kind: 'text',
    });
  });
});

describe('hostile text', () => {
  const naughty = JSON.parse(
    readFileSync(join(import.meta.dirname, '../support/samples/text/naughty-strings.json'), 'utf8'),
  ) as string[];
  it('says every letter of the naughty strings again, and links only to the web and mail', () => {
    const letters = (text: string) => (text.match(/[\p{L}\p{N}]/gu) ?? []).join('');
    for (const text of naughty) {
      // The word after an opening fence names a language.
      if (!text.includes('```')) expect(letters(plainTextOf(text))).toBe(letters(text));
      for (const link of links(text)) expect((link as { href: string }).href).toMatch(/^(https?:\/\/|mailto:)/);
    }
    expect(naughty.length).toBeGreaterThan(500);
  });

  it.each([
    '*',
    '**',
    '*a',
    '**a ',
    '`',
    '$',
    '$a',
    '$$',
    '```',
    '@',
    'a@',
    'www.',
    'https://a',
    '- ',
    '*a**',
    '(',
    'https://',
    '$x ',
    '\n',
  ])(
    'a hundred longest messages of %j alone end: the work grows with the length, else this would take hours',
    (piece) => {
      const text = piece.repeat(Math.floor((100 * MESSAGE_TEXT_MAX) / piece.length));
      expect(parseRichText(text).length).toBeLessThanOrEqual(text.length);
    },
  );
});

it('as plain text the marks are gone and the words stay', () => {
  expect(plainTextOf('**Завтра** контрольная:\n- $x^2$\n1. `a`')).toBe('Завтра контрольная:\n• x^2\n1. a');
});
