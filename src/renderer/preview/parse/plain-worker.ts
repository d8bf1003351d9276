/** The worker that reads texts and lists archives. */
import type { Note } from '../frame-words.ts';
import { answering } from './answering.ts';
import { decodeGuessed } from './encoding.ts';
import { readDirectory } from './zip.ts';

answering(({ reading, bytes, sizeBytes, entryCount }) => {
  const given = new Uint8Array(bytes);
  if (reading === 'zip') {
    const entries = entryCount === 0 ? [] : readDirectory(given);
    const isCut = entries.length < entryCount;
    return {
      ok: true,
      show: 'entries',
      entries: entries.map((entry) => ({ name: entry.name, sizeBytes: entry.sizeBytes })),
      notes: isCut ? [{ is: 'entries-cut', shown: entries.length, total: entryCount }] : [],
    };
  }
  const decoded = decodeGuessed(given);
  if (!decoded) return { ok: false, trouble: 'no-text' };
  const notes: Note[] = [];
  if (given.length < sizeBytes) notes.push({ is: 'text-cut', shownBytes: given.length });
  if (decoded.encoding !== 'utf-8') notes.push({ is: 'encoding', name: decoded.encoding });
  return { ok: true, show: 'text', text: decoded.text, notes };
});
