/**
 * What a lesson asks of a pupil, from the class as it stands: works that are being collected now, and until when. Pure.
 */
import { isCollected, type Assignment } from '../core/classroom.ts';
import type { ClassView } from '../client/class-store.ts';
import type { MemberId } from '../core/ids.ts';
import type { Task } from './Tasks.tsx';

/** Asked for now: nothing of it has been handed in since it was asked for, and nothing waits to be. */
export interface Asked {
  task: Task;
  /** By the hub's clock; null where the teacher ends it by hand. */
  bellAt: number | null;
}

/** What the teacher collects from this pupil at this moment, what ends first on top. */
export const askedNow = (tasks: readonly Task[], now: number): Asked[] =>
  tasks
    .flatMap((task): Asked[] => {
      const { collect } = task.work.assignment;
      const isOpen = task.state === 'missing' || task.state === 'redo' || task.state === 'refused';
      return collect && isOpen && !isCollected(collect, now) ? [{ task, bellAt: collect.bellAt }] : [];
    })
    .sort((a, b) => (a.bellAt ?? Infinity) - (b.bellAt ?? Infinity));

/** Where the collecting of an assignment stands for who may still hand in. */
export type Collecting = 'none' | 'running' | 'over' | 'late' | 'closed';
export function collectingOf({ collect }: Assignment, isRedo: boolean, now: number): Collecting {
  if (!collect) return 'none';
  if (!isCollected(collect, now)) return 'running';
  if (collect.afterBell === 'accept' || isRedo) return 'over';
  return collect.afterBell === 'late' ? 'late' : 'closed';
}

/** Minutes and seconds to a bell. */
export function countdown(bellAt: number, now: number): string {
  const seconds = Math.max(0, Math.ceil((bellAt - now) / 1000));
  const rest = String(seconds % 60).padStart(2, '0');
  return `${Math.floor(seconds / 60)}:${rest}`;
}

/** Classmates with whom one may hand in: pupils who are in the class, by name. */
export const partnersOf = ({ classroom, memberId }: Pick<ClassView, 'classroom' | 'memberId'>) =>
  Object.values(classroom.members)
    .filter((m) => m.role === 'student' && m.state === 'confirmed' && m.memberId !== memberId)
    .sort((a, b) => a.name.localeCompare(b.name, 'ru'))
    .map((m): { memberId: MemberId; name: string } => ({ memberId: m.memberId, name: m.name }));
