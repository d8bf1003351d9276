/** Where a work stands: what came back, what was handed in with its confirmation, what is on its way, the form, earlier attempts. */
import type { ClassView } from '../client/class-store.ts';
import type { Attempt, Classroom, Returned } from '../core/classroom.ts';
import { percentOf, type Scale } from '../core/marks.ts';
import { formatDateTime } from '../ui/format.ts';
import { useLanguage } from '../ui/language.tsx';
import { FileLinks } from './FileLinks.tsx';
import { HandIn } from './HandIn.tsx';
import { collectingOf } from './lesson.ts';
import { Icon } from './icons.tsx';
import { RichText } from './RichText.tsx';
import { useNow } from './room.tsx';
import { Sending } from './Sending.tsx';
import { shortMark } from './TaskCard.tsx';
import type { Task } from './Tasks.tsx';
import { useWorkTexts, WorkTextsProvider } from './texts/work-texts.tsx';

interface WorkProps {
  view: ClassView;
  task: Task;
  /** One's own; a parent reads. */
  canHandIn: boolean;
}

export const Work = (props: WorkProps) => (
  <WorkTextsProvider>
    <Standing {...props} />
  </WorkTextsProvider>
);

function Standing({ view, task, canHandIn }: WorkProps) {
  const t = useWorkTexts();
  const { work, state, waiting } = task;
  const { assignment, returned } = work;
  const { assignmentId, scale } = assignment;
  const confirmed = work.attempts.filter((attempt) => !view.pending.has(attempt.id));
  const last = confirmed.at(-1);
  const isBack = returned !== undefined && (state === 'returned' || state === 'redo');
  const now = useNow();
  const collecting = collectingOf(assignment, returned?.outcome === 'redo', now);
  return (
    <section className="work" aria-label={canHandIn ? t.work.heading : t.work.childHeading}>
      {isBack && <Back returned={returned} scale={scale} redo={canHandIn ? t.work.redo : t.work.childRedo} />}
      {last && <HandedIn attempt={last} isWaiting={state === 'handed-in'} members={view.classroom.members} />}
      {waiting && (
        <Sending row={waiting} logId={view.logId} assignmentId={assignmentId} isClosed={collecting === 'closed'} />
      )}
      {canHandIn && !waiting && (collecting === 'late' || collecting === 'closed') && state !== 'returned' && (
        <p className="note bad">{t.lesson.collecting[collecting]}</p>
      )}
      {canHandIn && !waiting && state !== 'returned' && collecting !== 'closed' && (
        <HandIn
          view={view}
          assignmentId={assignmentId}
          mode={state === 'redo' ? 'again' : last ? 'replace' : state === 'handout' ? 'offer' : 'first'}
          mayShare={assignment.isHandout || collecting === 'running'}
        />
      )}
      {confirmed.length > 1 && <Earlier attempts={confirmed.slice(0, -1)} />}
    </section>
  );
}

function Back({ returned, scale, redo }: { returned: Returned; scale: Scale; redo: string }) {
  const t = useWorkTexts();
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

/** The mark in full: points with their percent, journal marks with their meaning. */
function useMarkText() {
  const t = useWorkTexts();
  const language = useLanguage();
  return (mark: string, scale: Scale): string => {
    const percent = percentOf(mark, scale);
    if (scale.kind === 'points' && percent !== null)
      return t.work.points(shortMark(mark, language), scale.max, percent);
    return t.work.marks[mark] ?? mark;
  };
}

function HandedIn({
  attempt,
  isWaiting,
  members,
}: {
  attempt: Attempt;
  isWaiting: boolean;
  members: Classroom['members'];
}) {
  const t = useWorkTexts();
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
      {attempt.together && (
        <p>{t.lesson.didTogether(attempt.together.map((id) => members[id]?.name ?? '?').join(', '))}</p>
      )}
      {attempt.of && <p>{t.lesson.handedInBy(members[attempt.of.memberId]?.name ?? '?')}</p>}
      {attempt.brought && <p className="dim">{t.lesson.brought}</p>}
      {isWaiting && <p className="dim">{t.work.checking}</p>}
      <FileLinks files={attempt.files} />
      {attempt.note.trim() !== '' && <RichText text={attempt.note} />}
    </div>
  );
}

function Earlier({ attempts }: { attempts: readonly Attempt[] }) {
  const t = useWorkTexts();
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
