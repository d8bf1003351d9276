/** The worker that reads documents and spreadsheets of office programs. */
import { answering } from './answering.ts';
import { readDocx } from './docx.ts';
import { readOdt } from './odt.ts';
import { readXlsx } from './xlsx.ts';

/** Markup beyond this is more than a frame can lay out in time. */
export const MARKUP_MAX = 24 * 1024 ** 2;

answering(async ({ reading, bytes }) => {
  const archive = new Uint8Array(bytes);
  // An office document behind a password is no zip but an old compound file.
  if (archive[0] === 0xd0 && archive[1] === 0xcf) return { ok: false, trouble: 'locked' };
  if (reading === 'xlsx') return { ok: true, show: 'sheets', ...(await readXlsx(archive)) };
  const { html, notes } = reading === 'docx' ? await readDocx(archive) : readOdt(archive);
  return html.length > MARKUP_MAX ? { ok: false, trouble: 'too-large' } : { ok: true, show: 'markup', html, notes };
});
