/**
 * Whose work a confirmation code belongs to, out of the logs that this teacher has: no network is asked, and no class that he does not
 * teach can answer (S4). A code that is found is worked out again from the work's own facts; that it stands in a log is not enough.
 */
import type { ClassView } from '../../client/class-store.ts';
import type { Attempt } from '../../core/classroom.ts';
import type { CommandId, LogId, MemberId } from '../../core/ids.ts';
import { isSlipOf, receiptCode, receiptText } from '../../core/receipt.ts';
import type { FileRef } from '../../core/wire.ts';

/** A larger file would have to be held in memory whole to be compared. */
export const COMPARED_BYTES_MAX = 256 * 1024 ** 2;

/** A class as this teacher has it; nothing of one whose `view` is not here yet. */
export interface Searched {
  logId: LogId;
  title: string;
  view: ClassView | null;
}

export interface FoundWork {
  logId: LogId;
  classTitle: string;
  assignmentId: CommandId;
  /** '' where the assignment is not known any more. */
  assignmentTitle: string;
  memberId: MemberId;
  memberName: string;
  attempt: Attempt;
  /** A later attempt at the same work, the last one; null where this is the last. */
  later: Attempt | null;
  /** Who did it too, or handed it in for both; by name. */
  together: readonly string[];
}

function worksWhere(classes: readonly Searched[], isWanted: (code: string) => boolean): FoundWork[] {
  return classes.flatMap(({ logId, title, view }) => {
    if (view?.role !== 'teacher') return [];
    const { submissions, assignments, members } = view.classroom;
    const nameOf = (id: MemberId) => members[id]?.name ?? '';
    return Object.values(submissions).flatMap(({ assignmentId, memberId, attempts }) =>
      attempts
        .filter(({ receipt }) => receipt !== '' && isWanted(receipt))
        .map((attempt) => ({
          logId,
          classTitle: title,
          assignmentId,
          assignmentTitle: assignments[assignmentId]?.title ?? '',
          memberId,
          memberName: nameOf(memberId),
          attempt,
          later: attempts.at(-1) === attempt ? null : (attempts.at(-1) ?? null),
          together: [...(attempt.together ?? []), ...(attempt.of ? [attempt.of.memberId] : [])].map(nameOf),
        })),
    );
  });
}

/** @param code as {@link readReceipt} gives it. One work; more only if two codes are equal, which must not be hidden. */
export const worksOfCode = (classes: readonly Searched[], code: string): FoundWork[] =>
  worksWhere(classes, (receipt) => receipt === code);

/** Works whose code was meant but for one slip of the hand. */
export const worksNearly = (classes: readonly Searched[], signs: string): FoundWork[] =>
  worksWhere(classes, (receipt) => isSlipOf(signs, receipt));

const sha256 = async (bytes: BufferSource) => new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));

/** Whether the code follows from what this attempt says was handed in, and when. */
export async function followsFrom({ id, files, at, receipt }: Attempt): Promise<boolean> {
  return receiptCode(await sha256(new TextEncoder().encode(receiptText(id, files, at)))) === receipt;
}

export type Compared = { is: 'same'; file: FileRef } | { is: 'other' } | { is: 'too-large' } | { is: 'unreadable' };

/** Whether a file from somewhere is one that was handed in, byte for byte; its name says nothing. */
export async function compareWith(files: readonly FileRef[], brought: Blob): Promise<Compared> {
  const candidates = files.filter(({ sizeBytes }) => sizeBytes === brought.size);
  if (candidates.length === 0) return { is: 'other' };
  if (brought.size > COMPARED_BYTES_MAX) return { is: 'too-large' };
  try {
    const digest = await sha256(await brought.arrayBuffer());
    const hash = Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('');
    const file = candidates.find((candidate) => candidate.sha256 === hash);
    return file ? { is: 'same', file } : { is: 'other' };
  } catch {
    return { is: 'unreadable' };
  }
}
