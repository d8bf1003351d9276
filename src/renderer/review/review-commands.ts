/**
 * What the review keeps and says. Promises: every stroke is a draft at once; one work, one command, with the review it has seen;
 * what was refused is said anew under a new id (S10). Hides: the store, and how drafts of many works share one record.
 */
import { useCallback, useRef } from 'react';
import type { ClassView } from '../../client/class-store.ts';
import type { Assignment } from '../../core/classroom.ts';
import type { CommandId, LogId, MemberId } from '../../core/ids.ts';
import type { Work } from '../../core/works.ts';
import type { Outcome } from '../../core/wire.ts';
import { useDraft, useStore } from '../../ui/store.tsx';
import type { ReviewDraft, ReviewDrafts } from './marking.ts';
import type { WorkRow } from './RefusedRows.tsx';

const NO_DRAFTS: ReviewDrafts = {};

export interface DraftBook {
  all: ReviewDrafts;
  isLoaded: boolean;
  /** null removes. */
  put: (memberId: MemberId, draft: ReviewDraft | null) => void;
}

/** What is entered and not yet said, of all works of an assignment. */
export function useReviewDrafts(logId: LogId, assignmentId: CommandId): DraftBook {
  const { value, isLoaded, write } = useDraft<ReviewDrafts>(`review/${logId}/${assignmentId}`);
  const all = value ?? NO_DRAFTS;
  // Two strokes can come between two paintings: the second must not build on what the first has already replaced.
  const latest = useRef(all);
  latest.current = all;
  const put = useCallback(
    (memberId: MemberId, draft: ReviewDraft | null) => {
      const { [memberId]: _, ...others } = latest.current;
      const next: ReviewDrafts = draft ? { ...others, [memberId]: draft } : others;
      latest.current = next;
      write(Object.keys(next).length > 0 ? next : null);
    },
    [write],
  );
  return { all, isLoaded, put };
}

/** What the review says to the class, each as one command (S3), with the review it has seen. */
export function useReviewCommands(view: ClassView, assignment: Assignment, drafts: DraftBook) {
  const store = useStore();
  const { logId } = view;
  const { assignmentId } = assignment;

  /** The id of the review that says what is entered: a new one, or the one that says it already. */
  const say = async (work: Work, draft: ReviewDraft | undefined): Promise<CommandId | null> => {
    if (!draft) return work.review?.id ?? null;
    const { memberId } = work.member;
    const id = await store.send(logId, 'review', {
      assignmentId,
      memberId,
      attempt: work.attempt?.attempt ?? 0,
      mark: draft.mark,
      comment: draft.comment,
      seen: work.review?.id ?? null,
    });
    drafts.put(memberId, null);
    return id;
  };
  const giveBackBody = (work: Work, reviewId: CommandId, outcome: Outcome) => ({
    assignmentId,
    memberId: work.member.memberId,
    reviewId,
    outcome,
  });

  return {
    say,
    async giveBack(work: Work, draft: ReviewDraft | undefined, outcome: Outcome) {
      const reviewId = await say(work, draft);
      if (reviewId !== null) await store.send(logId, 'giveBack', giveBackBody(work, reviewId, outcome));
    },
    giveBackAll: (works: readonly Work[]) =>
      store.sendAll(
        works.flatMap((work) =>
          work.review
            ? [{ logId, kind: 'giveBack' as const, body: giveBackBody(work, work.review.id, 'accepted') }]
            : [],
        ),
      ),
    /** A refused word of ours on top of what stands there now; a new id (S10). */
    async sendOver(work: Work, { id, command }: WorkRow) {
      if (command.kind === 'review') {
        const attempt = work.attempt?.attempt ?? 0;
        await store.edit(id, 'review', { ...command.body, attempt, seen: work.review?.id ?? null });
      } else if (work.review) {
        await store.edit(id, 'giveBack', { ...command.body, reviewId: work.review.id });
      }
    },
    retry: (row: WorkRow) => store.retry(row.id),
    discard: (row: WorkRow) => store.discard(row.id),
  };
}
