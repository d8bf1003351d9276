/**
 * A handing in whose confirmation code is the real one: its id, its time and its files never change, so the code can be typed in a
 * scene or a test, and the window that works it out again finds it right.
 */
import type { CommandId, FileId, Sha256 } from '../../../src/core/ids.ts';
import { nextFileId } from '../../support/paper-class.ts';
import { LIBRARY, NOW, type Stage } from './stage.ts';

export const TRUE_CODE = '2B12N-30EWD';
/** What the second file holds, byte for byte. */
export const TRUE_TEXT = 'Ответ: 7\n';
export const TRUE_NAME = 'решение.txt';

/**
 * The second pupil hands in again: two files.
 * @param receipt another than the true one, for a log that was damaged
 */
export function withTrueCode(a: Stage, receipt = TRUE_CODE): void {
  const { paper } = a;
  const { who, personId } = a.pupils[1]!;
  const text: FileId = nextFileId();
  const sha256 = '0b691a6c9f5aba74895dd0e92aa2745f1c0c1a75e431f63d97245917abae167f' as Sha256;
  paper.files.set(text, { fileId: text, name: TRUE_NAME, sizeBytes: 14, sha256, mediaType: 'text/plain', personId });
  const fileIds = [a.file(personId, 'pdf', LIBRARY.pdf.name), text];
  paper.now = NOW - 31 * 60_000;
  const id = '019a7000-0000-7000-8000-000000000214' as CommandId;
  const given = paper.give({ id, kind: 'handIn', body: { assignmentId: a.assignmentId, fileIds, note: '' } }, who);
  if (typeof given === 'string' || !given.body) throw new Error('the handing in was refused');
  // Paper hashes nothing.
  given.body['receipt'] = receipt;
  const attempts = Object.values(paper.state.submissions).flatMap((work) => work.attempts);
  for (const attempt of attempts) if (attempt.id === id) attempt.receipt = receipt;
  paper.now = NOW;
}
