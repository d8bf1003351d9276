/**
 * A message as plain text for where there is no Parta: another messenger, the electronic register, a printed note. Everything that
 * the bubble says is in it: author and date, the request to read, text, poll with its answers, assignment with its due, files.
 */
import type { MessageView } from '../../../client/class-store.ts';
import type { Classroom } from '../../../core/classroom.ts';
import { formatDateTime, formatDue } from '../../../ui/format.ts';
import type { Language } from '../../../ui/language.tsx';
import { plainTextOf } from '../../../ui/rich-text.ts';
import type { Texts } from '../../texts/texts.ts';

export function messageAsText(
  message: MessageView,
  classroom: Classroom,
  t: Texts,
  language: Language,
  now: number,
): string {
  const said = t.message.plain;
  const author = message.by ? (classroom.members[message.by]?.name ?? t.chat.somebody) : t.chat.somebody;
  const assignment = message.assignmentId === null ? undefined : classroom.assignments[message.assignmentId];
  const due = assignment?.dueAt == null ? '' : formatDue(language, assignment.dueAt, now);
  return [
    said.header(author, formatDateTime(language, message.at, now)),
    message.notice ? said.notice : '',
    message.poll ? said.poll : '',
    plainTextOf(message.text),
    ...(message.poll?.options ?? []).map((option, index) => {
      const votes = message.poll?.votes[index]?.length ?? 0;
      return votes > 0 ? `• ${option}: ${votes}` : `• ${option}`;
    }),
    assignment ? said.assignment(assignment.title, due) : '',
    message.files.length > 0 ? said.files(message.files.map((file) => file.name).join(', ')) : '',
  ]
    .filter((line) => line !== '')
    .join('\n');
}
