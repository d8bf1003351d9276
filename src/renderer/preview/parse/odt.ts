/**
 * A text of LibreOffice (.odt) as markup: paragraphs, headings, lists, tables, pictures, notes, formulas (which it keeps as MathML).
 * Promises: only the parts named here are unpacked, within the budget; scripts, macros and objects are left out, macros are told of.
 */
import { Parser } from 'saxen';
import type { Note } from '../frame-words.ts';
import { escaped, OFFICE_UNPACKED_BYTES_MAX, pictureAddress, xmlOf } from './markup.ts';
import { openZip, ZipProblem, type OpenedZip } from './zip.ts';

const NAMESPACES = {
  'urn:oasis:names:tc:opendocument:xmlns:text:1.0': 'text',
  'urn:oasis:names:tc:opendocument:xmlns:table:1.0': 'table',
  'urn:oasis:names:tc:opendocument:xmlns:style:1.0': 'style',
  'urn:oasis:names:tc:opendocument:xmlns:drawing:1.0': 'draw',
  'urn:oasis:names:tc:opendocument:xmlns:office:1.0': 'office',
  'urn:oasis:names:tc:opendocument:xmlns:xsl-fo-compatible:1.0': 'fo',
  'http://www.w3.org/1999/xlink': 'xlink',
};

/** How a name of a style looks, as far as it is shown. */
interface Look {
  parent: string;
  tags: readonly string[];
  align: string;
}

/** Elements that begin and end alike, whatever their attributes. */
const PLAIN: Readonly<Record<string, string>> = {
  'text:list': 'ul',
  'text:list-item': 'li',
  'table:table': 'table',
  'table:table-row': 'tr',
  'text:note-body': 'small',
  'text:note-citation': 'sup',
};
/** What is inside is not text of the document. */
const SKIPPED = new Set([
  'office:annotation',
  'office:scripts',
  'office:forms',
  'text:tracked-changes',
  'text:sequence-decls',
  'text:index-title-template',
  'style:style',
  'draw:glue-point',
]);

export function readOdt(archive: Uint8Array): { html: string; notes: Note[] } {
  const zip = openZip(archive, OFFICE_UNPACKED_BYTES_MAX);
  const content = xmlOf(zip, 'content.xml');
  if (content === null) throw new ZipProblem('broken');
  const looks = new Map<string, Look>();
  readStyles(xmlOf(zip, 'styles.xml') ?? '', looks);
  readStyles(content, looks);
  const hasMacros = zip.names.some((name) => /^(?:Basic|Scripts)\//.test(name));
  return {
    html: bodyOf(content, looks, zip),
    notes: [{ is: 'simplified' }, ...(hasMacros ? [{ is: 'macros' } as const] : [])],
  };
}

function readStyles(xml: string, looks: Map<string, Look>): void {
  let name = '';
  const parser = new Parser().ns(NAMESPACES);
  parser.on('openTag', (element, attributes) => {
    const has = attributes();
    if (element === 'style:style') {
      name = String(has['style:name']);
      looks.set(name, { parent: String(has['style:parent-style-name'] ?? ''), tags: [], align: '' });
    }
    const look = looks.get(name);
    if (!look) return;
    if (element === 'style:text-properties') {
      const tags = [
        ...(has['fo:font-weight'] === 'bold' ? ['b'] : []),
        ...(has['fo:font-style'] === 'italic' ? ['i'] : []),
        ...(isDrawn(has['style:text-underline-style']) ? ['u'] : []),
        ...(isDrawn(has['style:text-line-through-style']) ? ['s'] : []),
        ...(String(has['style:text-position']).startsWith('super') ? ['sup'] : []),
        ...(String(has['style:text-position']).startsWith('sub') ? ['sub'] : []),
      ];
      looks.set(name, { ...look, tags });
    } else if (element === 'style:paragraph-properties' && has['fo:text-align']) {
      looks.set(name, { ...look, align: String(has['fo:text-align']) });
    }
  });
  parser.on('closeTag', (element) => {
    if (element === 'style:style') name = '';
  });
  parser.on('error', () => undefined);
  parser.parse(xml);
}
const isDrawn = (style: string | undefined) => style !== undefined && style !== 'none';

/** Elements within elements; deeper ones are text of the last. A table in a list in a table is 20 deep. */
const DEPTH_MAX = 200;
const PARENTS_MAX = 8;
function lookOf(looks: ReadonlyMap<string, Look>, name: string): Pick<Look, 'tags' | 'align'> {
  const tags = new Set<string>();
  let align = '';
  for (let look = looks.get(name), depth = 0; look && depth < PARENTS_MAX; look = looks.get(look.parent), depth++) {
    for (const tag of look.tags) tags.add(tag);
    align ||= look.align;
  }
  return { tags: [...tags], align };
}

function bodyOf(content: string, looks: ReadonlyMap<string, Look>, zip: OpenedZip): string {
  const out: string[] = [];
  /** What each open element has to write when it closes. */
  const ends: string[] = [];
  let skipped = 0;
  let isBody = false;
  const open = (wanted: readonly string[], attributes = '') => {
    const tags = ends.length < DEPTH_MAX ? wanted : [];
    out.push(...tags.map((tag, index) => (index === 0 ? `<${tag}${attributes}>` : `<${tag}>`)));
    ends.push(
      tags
        .map((tag) => `</${tag}>`)
        .reverse()
        .join(''),
    );
  };
  const parser = new Parser().ns(NAMESPACES);
  parser.on('openTag', (element, attributes) => {
    if (element === 'office:body') isBody = true;
    if (!isBody || skipped > 0 || SKIPPED.has(element)) {
      if (isBody) skipped++;
      return;
    }
    const has = attributes();
    const style = lookOf(looks, String(has['text:style-name'] ?? ''));
    switch (element) {
      case 'text:p':
        return open(['p', ...style.tags], alignOf(style.align));
      case 'text:h':
        return open([`h${Math.min(6, Math.max(1, Number(has['text:outline-level']) || 1))}`], alignOf(style.align));
      case 'text:span':
        return open(style.tags);
      case 'table:table-cell':
        return open(
          ['td'],
          spanOf('colspan', has['table:number-columns-spanned']) + spanOf('rowspan', has['table:number-rows-spanned']),
        );
      case 'text:s':
        out.push('\u00a0'.repeat(Math.min(80, Number(has['text:c'] ?? 1) || 1)));
        break;
      case 'text:tab':
        out.push('\u2003');
        break;
      case 'text:line-break':
        out.push('<br>');
        break;
      case 'draw:image':
        out.push(pictureOf(zip, String(has['xlink:href'] ?? '')));
        break;
      case 'draw:object':
        out.push(formulaOf(zip, String(has['xlink:href'] ?? '')));
        break;
      default: {
        const tag = PLAIN[element];
        if (tag) return open([tag]);
      }
    }
    ends.push('');
    return undefined;
  });
  parser.on('closeTag', (element) => {
    if (!isBody) return;
    if (skipped > 0) skipped--;
    else out.push(ends.pop() ?? '');
    if (element === 'office:body') isBody = false;
  });
  parser.on('text', (text, decode) => {
    if (isBody && skipped === 0) out.push(escaped(decode(text)));
  });
  parser.on('error', () => {
    throw new ZipProblem('broken');
  });
  parser.parse(content);
  return out.join('');
}

const alignOf = (align: string) =>
  align === 'center' ? ' data-align="center"' : align === 'end' || align === 'right' ? ' data-align="right"' : '';
const spanOf = (name: string, given: string | undefined) => {
  const count = Math.min(100, Number(given) || 1);
  return count > 1 ? ` ${name}="${count}"` : '';
};

function pictureOf(zip: OpenedZip, path: string): string {
  const bytes = path.startsWith('Pictures/') ? zip.read(path) : null;
  const address = bytes && pictureAddress(bytes);
  return address ? `<img src="${address}">` : '';
}

/** A formula is an object with a text of its own, in MathML. Others (charts) are left to their picture, which stands beside them. */
function formulaOf(zip: OpenedZip, path: string): string {
  const xml = xmlOf(zip, `${path.replace(/^\.\//, '')}/content.xml`) ?? '';
  const math = /<(?:math:)?math\b[\s\S]*<\/(?:math:)?math>/.exec(xml)?.[0];
  return math ? math.replace(/<(\/?)math:/g, '<$1').replace(/<annotation\b[\s\S]*?<\/annotation>/g, '') : '';
}
