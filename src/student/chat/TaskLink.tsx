/** An assignment spoken of in the chat: its name, its due, a way to it. */
import type { ClassView } from '../../client/class-store.ts';
import type { CommandId } from '../../core/ids.ts';
import { formatDue } from '../../ui/format.ts';
import { useLanguage } from '../../ui/language.tsx';
import { useNow } from '../room.tsx';
import { useChatTexts } from '../texts/chat-texts.tsx';
import { ChatPicture } from './pictures.tsx';

export function TaskLink({
  view,
  assignmentId,
  onTask,
}: {
  view: ClassView;
  assignmentId: CommandId;
  onTask: (assignmentId: CommandId) => void;
}) {
  const t = useChatTexts();
  const language = useLanguage();
  const now = useNow();
  const assignment = view.classroom.assignments[assignmentId];
  // Not for this reader, or gone.
  if (!assignment || assignment.state === 'withdrawn') return <p className="dim">{t.task.gone}</p>;
  return (
    <button type="button" className="task-link" onClick={() => onTask(assignmentId)}>
      <ChatPicture name="task" />
      <span>
        <b>{assignment.title}</b>
        <span className="dim">
          {assignment.dueAt === null ? t.task.noDue : t.task.due(formatDue(language, assignment.dueAt, now))}
        </span>
      </span>
      <span className="unseen">{t.task.open}</span>
    </button>
  );
}
