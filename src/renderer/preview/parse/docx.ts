/**
 * A Word document (.docx, .docm) as markup: text, headings, lists, tables, pictures, notes; formulas as a line of signs. Promises: of the
 * archive only these parts are unpacked, within the budget; macros, embedded objects, fonts and links to files elsewhere are left
 * out, and macros are told of.
 *
 * Hides: mammoth, which gets an archive that holds nothing but the parts let through.
 */
import { zipSync, type Zippable } from 'fflate';
import mammoth from 'mammoth';
import type { Note } from '../frame-words.ts';
import { escaped, OFFICE_UNPACKED_BYTES_MAX, pictureAddress, xmlOf } from './markup.ts';
import { lineOf } from './math-line.ts';
import { openZip, ZipProblem } from './zip.ts';

const XML_PART = /^(?:\[Content_Types\]\.xml|_rels\/\.rels|word\/(?:_rels\/)?[\w.-]+\.(?:xml|rels))$/;
/** A file that cannot be shown here is not worth its time: charts and themes. */
const UNUSED = /^word\/(?:theme|settings|webSettings|fontTable|people|glossary)/;
const MATH = /<m:oMath(?:\s[^>]*)?>([\s\S]*?)<\/m:oMath>/g;

const STYLES = [
  "p[style-name='Title'] => h1.title:fresh",
  "p[style-name='Subtitle'] => p.subtitle:fresh",
  "p[style-name='Название'] => h1.title:fresh",
  'u => u',
  'strike => s',
];

export async function readDocx(archive: Uint8Array): Promise<{ html: string; notes: Note[] }> {
  const zip = openZip(archive, OFFICE_UNPACKED_BYTES_MAX);
  if (!zip.names.includes('word/document.xml')) throw new ZipProblem('broken');
  const parts: Zippable = {};
  const write = new TextEncoder();
  for (const name of zip.names) {
    if (!XML_PART.test(name) || UNUSED.test(name)) continue;
    const xml = xmlOf(zip, name) ?? '';
    parts[name] = write.encode(
      name.endsWith('.rels') ? xml : xml.replace(MATH, (_, math: string) => asRun(lineOf(math))),
    );
  }
  for (const name of zip.names) {
    const bytes = name.startsWith('word/media/') && !name.endsWith('/') ? zip.read(name) : null;
    if (bytes) parts[name] = bytes;
  }
  const { buffer } = zipSync(parts, { level: 0 });
  const { value } = await mammoth.convertToHtml(
    { arrayBuffer: buffer as ArrayBuffer },
    {
      styleMap: STYLES,
      includeEmbeddedStyleMap: false,
      externalFileAccess: false,
      convertImage: mammoth.images.imgElement(async (image) => {
        const bytes = new Uint8Array(await image.readAsArrayBuffer());
        return { src: pictureAddress(bytes) ?? '' };
      }),
    },
  );
  const hasMacros = zip.names.some((name) => /vbaProject\.bin$/i.test(name));
  return { html: value, notes: [{ is: 'simplified' }, ...(hasMacros ? [{ is: 'macros' } as const] : [])] };
}

const asRun = (line: string) => `<w:r><w:t xml:space="preserve"> ${escaped(line)} </w:t></w:r>`;
