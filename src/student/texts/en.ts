/** Every word of the pupil's page in English. */
import { plural } from '../../ui/language.tsx';
import type { Widen } from '../../ui/texts.ts';
import type { ru } from './ru.ts';

export type Texts = Widen<typeof ru>;

const works = (count: number) => `${count} ${plural('en', count, { one: 'work', other: 'works' })}`;
const messages = (count: number) => `${count} ${plural('en', count, { one: 'message', other: 'messages' })}`;

export const en: Texts = {
  product: 'Parta',

  unexplained: {
    what: 'That did not work. What you wrote is not lost.',
    todo: 'Check the connection to the teacher’s computer and try again.',
  },

  join: {
    heading: 'Enter your class',
    hub: (name) => `Class server: ${name}`,
    code: 'Class code',
    codeHint: 'Six digits on the board',
    name: 'Surname and first name',
    nameHint: 'As on the class list. Parents: your own.',
    mine: 'This is my computer',
    mineOff: 'Nothing will stay on this device after the lesson.',
    mineOn: 'The class stays on this device and opens without a code. Only tick this on your own.',
    enter: 'Enter',
    entering: 'Entering…',
    needCode: 'Enter the six digits of the code.',
    needName: 'Write your surname and first name in letters.',
  },

  waiting: {
    heading: 'The teacher is confirming you',
    name: (name) => `You came in as “${name}”.`,
    hint: 'Nothing to press: the page opens by itself as soon as the teacher confirms you.',
    again: 'Correct the name or code',
    declined: 'The teacher did not confirm you',
    declinedHint: 'Check your surname and first name and enter again, or ask the teacher.',
    removed: 'You are no longer in this class',
    enterAgain: 'Enter again',
  },

  frame: {
    tasks: 'Assignments',
    chat: 'Chat',
    unread: (count) => `${count} new`,
    leave: 'Leave',
    leaveAsk: 'Leave the class?',
    leaveHint: 'To come back you need a code and the teacher’s confirmation.',
    leaveCleared: 'Everything of the class will be erased from this device.',
    leaveUnsent: (worksCount, messagesCount) =>
      `This has not been sent and will be lost: ${[worksCount ? works(worksCount) : '', messagesCount ? messages(messagesCount) : ''].filter(Boolean).join(', ')}.`,
    stay: 'Stay',
    skip: 'Skip to assignments',
    connection: {
      online: 'Online',
      updating: 'Updating',
      offline: 'Offline',
      'signed-out': 'Signed out',
    },
    goesOn: 'Goes on once the connection is back',
    retryNow: 'Try now',
    teacher: 'teacher',
    classGone: 'The teacher has taken you out of this class. What was not sent is still here.',
  },

  tasks: {
    heading: 'Assignments',
    done: 'Handed in',
    orphans: 'Not accepted',
    left: (count) => `Left to hand in: ${works(count)}`,
    none: 'No assignments yet',
    noneHint: 'A new one will appear here by itself.',
    allDone: 'Everything is handed in',
    due: (due) => `Due: ${due}`,
    noDue: 'No due date',
    overdue: 'past due',
    receiptSaid: (title, receipt) => `“${title}” is handed in. Confirmation ${receipt}.`,
    returnedSaid: (title) => `“${title}” has been reviewed.`,
    redoSaid: (title) => `“${title}” is to be redone.`,
    attachments: 'Files of the assignment',
    state: {
      handout: 'Given out',
      missing: 'Not handed in',
      sending: 'Sending',
      'handed-in': 'Handed in',
      returned: 'Reviewed',
      redo: 'To be redone',
      refused: 'Not accepted',
    },
    open: 'Show the assignment',
  },

  parent: {
    child: 'Child',
    whose: 'Whose assignments',
    none: 'The teacher has not said yet whose parent you are',
    noneHint: 'Then the child’s assignments will appear here. You can write to the teacher in the chat.',
    left: (count) => `Not handed in yet: ${works(count)}`,
  },

  file: {
    download: 'Download',
  },
};
