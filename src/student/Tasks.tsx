/**
 * The pupil's tasks, and for a parent the child's, to read: what is to be handed in first, by what is due first, then what is done. A task that was just handed in
 * stays where it is until the page is opened again: nothing moves under the finger.
 */
import { useEffect, useRef, useState } from 'react';
import type { ClassView, OutboxRow } from '../client/class-store.ts';
import type { CommandId } from '../core/ids.ts';
import { expectsWork, isAssigned, type Member } from '../core/classroom.ts';
import { openAssignments, workOf, type Work } from '../core/works.ts';
import { handInPart } from './later.ts';
import { useSay } from './room.tsx';
import { TaskCard } from './TaskCard.tsx';
import { useTexts } from './texts/texts.ts';

/** `handout`: given in a lesson to read or to work with; no work is asked for yet. */
export type TaskState = 'missing' | 'handout' | 'sending' | 'refused' | 'handed-in' | 'returned' | 'redo';

export interface Task {
  work: Work;
  state: TaskState;
  /** The handing in that still waits, or was refused. */
  waiting: OutboxRow | null;
}

/** Where a pupil's tasks stand, with what waits in the outbox laid over them. */
export function tasksOf({ classroom, outbox }: ClassView, pupil: Member): Task[] {
  return openAssignments(classroom).flatMap((assignment) => {
    const { assignmentId, assignees } = assignment;
    if (!isAssigned(assignees, pupil.memberId)) return [];
    const work = workOf(classroom, assignment, pupil);
    const waiting =
      outbox.find(({ command }) => command.kind === 'handIn' && command.body.assignmentId === assignmentId) ?? null;
    const isHandout = work.state === 'missing' && !expectsWork(assignment);
    const settled = isHandout ? 'handout' : work.state === 'reviewed' ? 'handed-in' : work.state;
    const state = waiting ? (waiting.state === 'refused' ? 'refused' : 'sending') : settled;
    return [{ work, state, waiting }];
  });
}

const isTodo = ({ state }: Task) => state !== 'handed-in' && state !== 'returned';

export function Tasks({
  view,
  pupil,
  isSettled,
  isEquipped,
  asked,
}: {
  view: ClassView;
  /** Whose tasks these are: one's own, or a child's. */
  pupil: Member;
  /** All that the hub had is here, or no more can come now. */
  isSettled: boolean;
  /** The room has its uploads: handing in can be shown. */
  isEquipped: boolean;
  /** A task to open, spoken of in the chat; asked again, it is another object. */
  asked: { assignmentId: CommandId } | null;
}) {
  const t = useTexts();
  const come = handInPart.use(false);
  const part = isEquipped ? come : null;
  const tasks = tasksOf(view, pupil);
  const canHandIn = view.role === 'student';

  // While the class is still being read, tasks go where they belong; from then on only being sent back moves one.
  const [done, setDone] = useState<ReadonlySet<CommandId> | null>(null);
  const idOf = (task: Task) => task.work.assignment.assignmentId;
  if (isSettled && !done) setDone(new Set(tasks.filter((task) => !isTodo(task)).map(idOf)));
  const isDone = (task: Task) => !isTodo(task) && (done?.has(idOf(task)) ?? true);
  const [opened, setOpened] = useState<CommandId | null>(null);
  const [isChosen, setIsChosen] = useState(false);
  if (isSettled && !isChosen && tasks.length > 0) {
    const first = tasks.find(isTodo);
    setIsChosen(true);
    if (first) setOpened(idOf(first));
  }
  const [answered, setAnswered] = useState<typeof asked>(null);
  if (asked !== answered) {
    setAnswered(asked);
    setIsChosen(true);
    if (asked) setOpened(asked.assignmentId);
  }
  useEffect(() => {
    if (asked) document.getElementById(`title-${asked.assignmentId}`)?.closest('button')?.focus();
  }, [asked]);
  useSaying(tasks, view.pending, isSettled);

  // What the teacher collects now is first: the list may move under the eyes once, when he asks for it.
  const isAsked = ({ work }: Task) => work.assignment.collect?.isOver === false;
  const open = tasks.filter((task) => !isDone(task));
  const todo = [...open.filter(isAsked), ...open.filter((task) => !isAsked(task))];
  const left = tasks.filter((task) => isTodo(task) && task.state !== 'handout').length;
  const card = (task: Task) => {
    const id = idOf(task);
    return (
      <TaskCard
        key={id}
        view={view}
        task={task}
        part={part ?? null}
        canHandIn={canHandIn}
        isOpen={opened === id}
        onToggle={() => {
          setIsChosen(true);
          setOpened(opened === id ? null : id);
          // Sent back and looked at: it may stay above from now on.
          if (isTodo(task) && done?.has(id)) setDone(new Set([...done].filter((other) => other !== id)));
        }}
      />
    );
  };

  if (tasks.length === 0)
    return (
      <div className="task-list">
        {part && <part.Orphans view={view} tasks={tasks} />}
        {isSettled && (
          <div className="empty">
            <h2>{t.tasks.none}</h2>
            <p className="dim">{t.tasks.noneHint}</p>
          </div>
        )}
      </div>
    );
  return (
    <div className="task-list">
      {part && <part.Orphans view={view} tasks={tasks} />}
      <h2 className="left">{left > 0 ? (canHandIn ? t.tasks : t.parent).left(left) : t.tasks.allDone}</h2>
      {todo.map(card)}
      {todo.length < tasks.length && (
        <>
          <h2>{t.tasks.done}</h2>
          {tasks.filter(isDone).map(card)}
        </>
      )}
    </div>
  );
}

/** Says confirmations and what came back, once each, and nothing of what was there when the page opened. */
function useSaying(tasks: readonly Task[], pending: ReadonlySet<string>, isSettled: boolean) {
  const t = useTexts();
  const say = useSay();
  const known = useRef<Map<string, string> | null>(null);
  useEffect(() => {
    if (!isSettled) return;
    const news = new Map<string, string>();
    for (const { work } of tasks) {
      const { title } = work.assignment;
      const last = work.attempts.filter((attempt) => !pending.has(attempt.id)).at(-1);
      if (last) news.set(last.id, t.tasks.receiptSaid(title, last.receipt));
      if (work.returned)
        news.set(
          work.returned.id,
          work.returned.outcome === 'redo' ? t.tasks.redoSaid(title) : t.tasks.returnedSaid(title),
        );
    }
    const before = known.current;
    known.current = news;
    if (before) for (const [id, text] of news) if (!before.has(id)) say(text);
  }, [tasks, pending, isSettled, say, t]);
}
