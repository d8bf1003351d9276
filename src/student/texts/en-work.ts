/** Words of a work and of handing it in, in English. */
import { plural } from '../../ui/language.tsx';
import type { Widen } from '../../ui/texts.ts';
import type { ruWork } from './ru-work.ts';

export type WorkTexts = Widen<typeof ruWork>;

export const enWork: WorkTexts = {
  work: {
    heading: 'My work',
    handedIn: (when) => `Handed in: ${when}`,
    late: 'after the due date',
    receipt: 'Confirmation',
    checking: 'The teacher is reviewing your work. The mark will appear here.',
    mark: 'Mark',
    points: (points, max, percent) => `${points} of ${max} (${percent}%)`,
    marks: {
      зач: 'зач (pass)',
      незач: 'незач (fail)',
      н: 'н (absent)',
      'н/а': 'н/а (not assessed)',
      осв: 'осв (exempt)',
    },
    comment: 'Teacher’s comment',
    redo: 'The teacher wants this redone. Correct it and hand it in again.',
    attempts: (count) => `Handed in before: ${count} ${plural('en', count, { one: 'time', other: 'times' })}`,
    attempt: (number, when) => `Attempt ${number}, ${when}`,
    note: 'Note',
    nothingIn: 'Nothing was handed in',
    discard: 'Remove',
    retry: 'Send again',
    childRedo: 'The teacher wants this redone.',
    childHeading: 'The child’s work',
  },

  handIn: {
    choose: 'Choose files',
    camera: 'Take a photo',
    drop: 'You can drop files here',
    note: 'Note for the teacher',
    noteHint: 'Optional if there are files',
    handIn: 'Hand in',
    handInAgain: 'Hand in again',
    again: 'Replace what was handed in',
    againHint: 'The teacher will see a new attempt; the earlier one is kept too.',
    cancel: 'Do not hand in',
    remove: (name) => `Remove file ${name}`,
    sending: 'Your work is being sent',
    stuck: 'Not handed in yet: a file below needs your help.',
    sendingFiles: 'Files are on their way. Keep this page open until the confirmation.',
    waitingNet: 'Your work waits for the connection and will go by itself. Keep this page open.',
    stop: 'Cancel sending',
    correct: 'Correct',
    tooMany: (max) => `No more than ${max} files at once. The rest were not added.`,
    lost: 'The page was reloaded and no longer has this file. Choose it again: sending goes on where it stopped.',
    lostChoose: (name) => `Choose again: ${name}`,
    other: (name) => `This is another file: its name or size is not that of “${name}”.`,
    progress: (name) => `Sending file ${name}`,
    fileState: {
      queued: 'queued',
      sending: (percent) => `${percent}%`,
      cut: 'no connection, goes on by itself',
      stored: 'on the server',
      lost: 'to be chosen again',
      failed: 'not sent',
    },
    retryFile: 'Try again',
  },
};
