/** One task: what is asked, its files, where the work stands, and the way to hand it in. */
import type { ClassView } from '../client/class-store.ts';
import type { Attempt, Returned } from '../core/classroom.ts';
import { percentOf, type Scale } from '../core/marks.ts';
import { formatDateTime, formatDue } from '../ui/format.ts';
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
  const { work, state, waiting } = task;
  const { assignment, returned } = work;
  const id = assignment.assignmentId;
  const isPast = assignment.dueAt !== null && assignment.dueAt < now;
  const isOverdue = isPast && (state === 'missing' || state === 'redo');
  const confirmed = work.attempts.filter((attempt) => !view.pending.has(attempt.id));
  const last = confirmed.at(-1);
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
              {assignment.dueAt === null ? t.tasks.noDue : t.tasks.due(formatDue(language, assignment.dueAt, now))}
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
            <FileLinks files={assignment.files} label={t.tasks.attachments} />
            <section className="work" aria-label={canHandIn ? t.work.heading : t.parent.work}>
              {isBack && (
                <Back returned={returned} scale={assignment.scale} redo={canHandIn ? t.work.redo : t.parent.redo} />
              )}
              {last && <HandedIn attempt={last} isWaiting={state === 'handed-in'} />}
              {waiting && part && <part.Sending row={waiting} logId={view.logId} assignmentId={id} />}
              {canHandIn && part && !waiting && state !== 'returned' && (
                <part.HandIn
                  logId={view.logId}
                  assignmentId={id}
                  mode={state === 'redo' ? 'again' : last ? 'replace' : 'first'}
                />
              )}
              {confirmed.length > 1 && <Earlier attempts={confirmed.slice(0, -1)} />}
            </section>
          </>
        )}
      </div>
    </article>
  );
}

function Back({ returned, scale, redo }: { returned: Returned; scale: Scale; redo: string }) {
  const t = useTexts();
  const markText = useMarkText();
  return (
    <div className={`back ${returned.outcome}`}>
      {returned.mark !== null && (
        <p className="mark">
          <span className="dim">{t.work.mark}</span>
          <strong>{markText(returned.mark, scale)}</strong>
        </p>
      )}
      {returned.comment.trim() !== '' && (
        <div>
          <h4>{t.work.comment}</h4>
          <RichText text={returned.comment} />
        </div>
      )}
      {returned.outcome === 'redo' && <p>{redo}</p>}
    </div>
  );
}

/** Points with the language's own decimal sign; every other mark as it stands in the journal. */
const shortMark = (mark: string, language: Language) =>
  /^\d/.test(mark) ? Number(mark).toLocaleString(language) : mark;

/** The mark in full: points with their percent, journal marks with their meaning. */
function useMarkText() {
  const t = useTexts();
  const language = useLanguage();
  return (mark: string, scale: Scale): string => {
    const percent = percentOf(mark, scale);
    if (scale.kind === 'points' && percent !== null)
      return t.work.points(shortMark(mark, language), scale.max, percent);
    return t.work.marks[mark] ?? mark;
  };
}

function HandedIn({ attempt, isWaiting }: { attempt: Attempt; isWaiting: boolean }) {
  const t = useTexts();
  const language = useLanguage();
  const now = useNow();
  return (
    <div className="handed">
      <p>
        <Icon name="check" />
        {t.work.handedIn(formatDateTime(language, attempt.at, now))}
        {attempt.late && <span className="warn-text">({t.work.late})</span>}
      </p>
      <p className="receipt">
        <span className="dim">{t.work.receipt}</span> <code>{attempt.receipt}</code>
      </p>
      {isWaiting && <p className="dim">{t.work.checking}</p>}
      <FileLinks files={attempt.files} />
      {attempt.note.trim() !== '' && <RichText text={attempt.note} />}
    </div>
  );
}

function Earlier({ attempts }: { attempts: readonly Attempt[] }) {
  const t = useTexts();
  const language = useLanguage();
  return (
    <details className="earlier">
      <summary>{t.work.attempts(attempts.length)}</summary>
      {[...attempts].reverse().map((attempt) => (
        <div key={attempt.id}>
          <p>
            {t.work.attempt(attempt.attempt, formatDateTime(language, attempt.at))}
            {attempt.late && <span className="warn-text"> · {t.work.late}</span>} · <code>{attempt.receipt}</code>
          </p>
          <FileLinks files={attempt.files} />
          {attempt.note.trim() !== '' && <RichText text={attempt.note} />}
        </div>
      ))}
    </details>
  );
}
