/**
 * What «Сохранить всё» saves: the works of assignments as `Class/Task/Pupil – name.ext`, with the time of handing in. Pure; what
 * names become on a disk is main's.
 */
import type { Attempt, Classroom } from '../../core/classroom.ts';
import type { CommandId, MemberId } from '../../core/ids.ts';
import { worksOf, type Work } from '../../core/works.ts';
import type { SaveItem } from '../../preload/contract.ts';

export interface SaveChoice {
  /** Assignments whose works are wanted. */
  assignmentIds: readonly CommandId[];
  /** null: everybody. */
  memberIds: readonly MemberId[] | null;
  /** Earlier attempts too. */
  withEarlier: boolean;
}
export interface SaveWords {
  note: string;
  attempt: (n: number) => string;
}

/** Works that were handed in, of the chosen assignments and pupils. */
export function chosenWorks(classroom: Classroom, { assignmentIds, memberIds }: SaveChoice): Work[] {
  return assignmentIds.flatMap((id) => {
    const assignment = classroom.assignments[id];
    if (!assignment) return [];
    return worksOf(classroom, assignment).filter(
      ({ attempt, member }) => attempt && (memberIds === null || memberIds.includes(member.memberId)),
    );
  });
}

/** @param className the outermost folder */
export function saveItems(classroom: Classroom, className: string, choice: SaveChoice, words: SaveWords): SaveItem[] {
  return chosenWorks(classroom, choice).flatMap(({ member, assignment, attempt, attempts }) => {
    const folders = [
      { key: 'class', name: className },
      { key: assignment.assignmentId, name: assignment.title },
    ];
    const item = (of: Attempt, name: string, what: SaveItem['what']): SaveItem => {
      const parts = [
        member.name,
        ...(attempts.length > 1 && choice.withEarlier ? [words.attempt(of.attempt)] : []),
        name,
      ];
      return { folders, name: parts.join(' – '), what, at: of.at };
    };
    return (choice.withEarlier ? attempts : [attempt!]).flatMap((of) => [
      ...of.files.map((file) => item(of, file.name, { file })),
      ...(of.note.trim() === '' ? [] : [item(of, `${words.note}.txt`, { text: of.note })]),
    ]);
  });
}
