/**
 * The lesson, above everything else on a pupil's page: works that the teacher collects now with the time to the bell, and a hand to put
 * up while a teacher is there. Beside that it fetches what was handed out, and tells that the page is used.
 */
import { useEffect, useRef } from 'react';
import type { ClassView } from '../client/class-store.ts';
import { isAssigned } from '../core/classroom.ts';
import type { CommandId } from '../core/ids.ts';
import { openAssignments } from '../core/works.ts';
import { formatTime } from '../ui/format.ts';
import { useLanguage } from '../ui/language.tsx';
import { useLive, useStore } from '../ui/store.tsx';
import { LESSON_MS } from './door.ts';
import { Icon } from './icons.tsx';
import { askedNow, countdown } from './lesson.ts';
import { useNow, useRoom, useSay } from './room.tsx';
import { tasksOf } from './Tasks.tsx';
import { useWorkTexts, WorkTextsProvider } from './texts/work-texts.tsx';
import './lesson.css';

const SECOND_MS = 1_000;

interface LessonBarProps {
  view: ClassView;
  /** Shows the task. */
  onTask: (assignmentId: CommandId) => void;
}

export const LessonBar = (props: LessonBarProps) => (
  <WorkTextsProvider>
    <Bar {...props} />
  </WorkTextsProvider>
);

function Bar({ view, onTask }: LessonBarProps) {
  const t = useWorkTexts();
  const language = useLanguage();
  const store = useStore();
  const now = useNow(SECOND_MS);
  const live = useLive(view.logId);
  const { logId, classroom } = view;
  const me = classroom.members[view.memberId];
  const asked = me ? askedNow(tasksOf(view, me), now) : [];
  const isTeacherHere = [...(live?.present ?? [])].some((id) => classroom.members[id]?.role === 'teacher');
  useHandouts(view);
  useTellActive(logId);
  useSayAsked(asked.map(({ task }) => task.work.assignment));
  if (asked.length === 0 && !isTeacherHere) return null;
  return (
    <section className="lesson-bar" aria-label={t.lesson.label}>
      {asked.map(({ task, bellAt }) => {
        const { assignmentId, title } = task.work.assignment;
        return (
          <div className="asked" key={assignmentId}>
            <Icon name="clock" />
            <p>
              <strong>{t.lesson.asked(title)}</strong> {bellAt !== null && t.lesson.until(formatTime(language, bellAt))}
            </p>
            {bellAt !== null && (
              <b className="bell" aria-hidden="true">
                {countdown(bellAt, now)}
              </b>
            )}
            <button type="button" className="main" onClick={() => onTask(assignmentId)}>
              {t.lesson.toWork}
            </button>
          </div>
        );
      })}
      {isTeacherHere && (
        <button
          type="button"
          className="hand"
          aria-pressed={live?.wantsHelp ?? false}
          onClick={() => store.askHelp(logId, !live?.wantsHelp)}
        >
          <Icon name="hand" />
          {live?.wantsHelp ? t.lesson.helpAsked : t.lesson.help}
        </button>
      )}
    </section>
  );
}

/** What was handed out in this lesson comes by itself, the newest last: it is wanted in the order in which it was given. */
function useHandouts({ classroom, memberId, logId }: ClassView) {
  const room = useRoom();
  const store = useStore();
  const { assignments } = classroom;
  useEffect(() => {
    const since = room.now() - LESSON_MS;
    const given = openAssignments(classroom)
      .filter((one) => one.isHandout && isAssigned(one.assignees, memberId) && (one.assignedAt ?? 0) >= since)
      .sort((a, b) => (a.assignedAt ?? 0) - (b.assignedAt ?? 0));
    room.handedOut()?.want(given.flatMap(({ files }) => files));
    // oxlint-disable-next-line react/exhaustive-deps -- of the class only its assignments matter here
  }, [room, assignments, memberId]);
  useEffect(() => {
    const handedOut = room.handedOut();
    return handedOut?.watch(() => store.tellHolds(logId, handedOut.whole()));
  }, [room, store, logId]);
}

function useTellActive(logId: ClassView['logId']) {
  const store = useStore();
  useEffect(() => {
    const tell = () => store.tellActive(logId);
    document.addEventListener('keydown', tell);
    document.addEventListener('pointerdown', tell);
    return () => {
      document.removeEventListener('keydown', tell);
      document.removeEventListener('pointerdown', tell);
    };
  }, [store, logId]);
}

/** Once for each asking: the seconds that pass are nothing to be read out. */
function useSayAsked(asked: readonly { title: string; collect: { collectId: CommandId } | null }[]) {
  const t = useWorkTexts();
  const say = useSay();
  const said = useRef(new Set<CommandId>());
  useEffect(() => {
    for (const { title, collect } of asked) {
      if (!collect || said.current.has(collect.collectId)) continue;
      said.current.add(collect.collectId);
      say(t.lesson.asked(title));
    }
  });
}
