/** The editor's form as it is kept with every stroke, and what it comes to: the content of a command. Pure. */
import type { DraftKey } from '../../client/class-store.ts';
import type { Assignment } from '../../core/classroom.ts';
import type { CommandId, LogId, MemberId } from '../../core/ids.ts';
import { ASSIGNMENT_TEXT_MAX, POINTS_MAX, TITLE_MAX } from '../../core/limits.ts';
import type { Scale, ScaleKind } from '../../core/marks.ts';
import type { ShownFile } from '../frame/FileChip.tsx';

export interface AssignmentForm {
  title: string;
  text: string;
  files: ShownFile[];
  /** As the fields have them: `2026-11-25` and `08:30`, '' for none. */
  dueDay: string;
  dueTime: string;
  scale: ScaleKind;
  pointsMax: number;
  /** Classes that get it, of one server. */
  logIds: LogId[];
  /** Some pupils of the one class; null: everybody. */
  memberIds: MemberId[] | null;
  publish: 'now' | 'later';
  publishDay: string;
  publishTime: string;
}

/** A lesson's end is not known here; the end of the day is what "by tomorrow" means. */
const DUE_TIME_DEFAULT = '20:00';
const PUBLISH_TIME_DEFAULT = '08:00';
const POINTS_DEFAULT = 10;

export const editorKey = (logId: LogId, assignmentId: CommandId | null): DraftKey =>
  assignmentId ? `assignment/edit/${assignmentId}` : `assignment/new/${logId}`;

const two = (n: number) => String(n).padStart(2, '0');
export const dayOf = (at: number) => {
  const date = new Date(at);
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
};
export const timeOf = (at: number) => {
  const date = new Date(at);
  return `${two(date.getHours())}:${two(date.getMinutes())}`;
};

/** Unix ms of a day and a time of this device; null where the day is missing or is none. */
export function momentOf(day: string, time: string, otherwise: string): number | null {
  if (!/^\d{4}-\d\d-\d\d$/.test(day)) return null;
  const at = new Date(`${day}T${/^\d\d:\d\d/.test(time) ? time : otherwise}`).getTime();
  return Number.isNaN(at) ? null : at;
}

export const emptyForm = (logId: LogId): AssignmentForm => ({
  title: '',
  text: '',
  files: [],
  dueDay: '',
  dueTime: DUE_TIME_DEFAULT,
  scale: 'five',
  pointsMax: POINTS_DEFAULT,
  logIds: [logId],
  memberIds: null,
  publish: 'now',
  publishDay: '',
  publishTime: PUBLISH_TIME_DEFAULT,
});

/** The form that an existing assignment fills; classes and pupils are the caller's. */
export const formOf = (assignment: Assignment): Omit<AssignmentForm, 'logIds' | 'memberIds'> => ({
  title: assignment.title,
  text: assignment.text,
  files: [...assignment.files],
  dueDay: assignment.dueAt === null ? '' : dayOf(assignment.dueAt),
  dueTime: assignment.dueAt === null ? DUE_TIME_DEFAULT : timeOf(assignment.dueAt),
  scale: assignment.scale.kind,
  pointsMax: assignment.scale.kind === 'points' ? assignment.scale.max : POINTS_DEFAULT,
  publish: 'now',
  publishDay: '',
  publishTime: PUBLISH_TIME_DEFAULT,
});

export type FormFault = 'title' | 'titleLong' | 'textLong' | 'points' | 'nobody' | 'publishAt';

/** What stands in the way of giving it out; empty where nothing does. */
export function faultsOf(form: AssignmentForm, now: number): FormFault[] {
  const faults: FormFault[] = [];
  if (form.title.trim() === '') faults.push('title');
  if (form.title.trim().length > TITLE_MAX) faults.push('titleLong');
  if (form.text.length > ASSIGNMENT_TEXT_MAX) faults.push('textLong');
  if (
    form.scale === 'points' &&
    !(Number.isInteger(form.pointsMax) && form.pointsMax >= 1 && form.pointsMax <= POINTS_MAX)
  )
    faults.push('points');
  if (form.logIds.length === 0 || form.memberIds?.length === 0) faults.push('nobody');
  const publishAt = publishAtOf(form);
  if (form.publish === 'later' && (publishAt === null || publishAt <= now)) faults.push('publishAt');
  return faults;
}

export const publishAtOf = (form: AssignmentForm) => momentOf(form.publishDay, form.publishTime, PUBLISH_TIME_DEFAULT);

const scaleOf = (form: AssignmentForm): Scale =>
  form.scale === 'points' ? { kind: 'points', max: form.pointsMax } : { kind: form.scale };

/** What a form without faults says, as every command about an assignment carries it. */
export const contentOf = (form: AssignmentForm) => ({
  title: form.title.trim(),
  text: form.text.trimEnd(),
  dueAt: momentOf(form.dueDay, form.dueTime, DUE_TIME_DEFAULT),
  scale: scaleOf(form),
  assignees: form.memberIds ?? ('all' as const),
  fileIds: form.files.map((file) => file.fileId),
});
