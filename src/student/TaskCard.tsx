/** One task: what is asked, its files, where the work stands, and the way to hand it in. */
import type { ClassView } from '../client/class-store.ts';

import { formatDue } from '../ui/format.ts';
import { useLanguage, type Language } from '../ui/language.tsx';
import type * as HandInPart from './HandInPart.tsx';
import { FileLinks } from './FileLinks.tsx';
import { Icon, type IconName } from './icons.tsx';
import { RichText } from './RichText.tsx';
import { useNow } from './room.tsx';
import type { Task, TaskState } from './Tasks.tsx';
import { useTexts } from './texts/texts.ts';

const ICONS: Record<TaskState, IconName> = {
  missing: 'clock',
  handout: 'file',
  sending: 'up',
  refused: 'alert',
  'handed-in': 'check',
  returned: 'check',
  redo: 'back',
};

export function TaskCard({
  view,
  task,
  part,
  canHandIn,
  isOpen,
  onToggle,
}: {
  view: ClassView;
  task: Task;
  /** Null until the form for handing in has come. */
  part: typeof HandInPart | null;
  canHandIn: boolean;
  isOpen: boolean;
  onToggle: () => void;
}) {
  const t = useTexts();
  const language = useLanguage();
  const now = useNow();
  const { work, state } = task;
  const { assignment, returned } = work;
  const id = assignment.assignmentId;
  const isPast = assignment.dueAt !== null && assignment.dueAt < now;
  const isOverdue = isPast && (state === 'missing' || state === 'redo');
  const isBack = returned !== undefined && (state === 'returned' || state === 'redo');

  return (
    <article className={`card ${state}`} aria-labelledby={`title-${id}`}>
      <h3>
        <button type="button" aria-expanded={isOpen} aria-controls={`task-${id}`} onClick={onToggle}>
          <span className="card-title" id={`title-${id}`}>
            {assignment.title}
          </span>
          <span className="card-facts">
            <span className={`chip ${isOverdue ? 'overdue' : state}`}>
              <Icon name={ICONS[state]} />
              {t.tasks.state[state]}
              {isBack && returned.mark !== null && <b>{shortMark(returned.mark, language)}</b>}
            </span>
            <span className="dim">
              {assignment.dueAt === null
                ? state !== 'handout' && t.tasks.noDue
                : t.tasks.due(formatDue(language, assignment.dueAt, now))}
              {isOverdue && <span className="bad-text"> · {t.tasks.overdue}</span>}
            </span>
          </span>
          <span className="turn" aria-hidden="true">
            <Icon name="down" />
          </span>
        </button>
      </h3>
      <div className="card-body" id={`task-${id}`} hidden={!isOpen}>
        {isOpen && (
          <>
            {assignment.text && <RichText text={assignment.text} />}
            {part && assignment.isHandout ? (
              <part.HandoutFiles files={assignment.files} />
            ) : (
              <FileLinks files={assignment.files} label={t.tasks.attachments} />
            )}
            {part && <part.Work view={view} task={task} canHandIn={canHandIn} />}
          </>
        )}
      </div>
    </article>
  );
}

/** Points with the language's own decimal sign; every other mark as it stands in the journal. */
export const shortMark = (mark: string, language: Language) =>
  /^\d/.test(mark) ? Number(mark).toLocaleString(language) : mark;
