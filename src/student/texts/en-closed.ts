/** The last page's words in English. */
import { plural } from '../../ui/language.tsx';
import type { Widen } from '../../ui/texts.ts';
import type { ruClosed } from './ru-closed.ts';

export type ClosedTexts = Widen<typeof ruClosed>;

const works = (count: number) => `${count} ${plural('en', count, { one: 'work', other: 'works' })}`;
const messages = (count: number) => `${count} ${plural('en', count, { one: 'message', other: 'messages' })}`;

export const enClosed: ClosedTexts = {
  lesson: 'The lesson is over',
  left: 'You have left the class',
  ended: 'You are signed out',
  cleared: 'Nothing of the class is left on this device. All you handed in is with the teacher.',
  receipts: 'Handed in this lesson',
  receiptsHint: 'Note the confirmations if you like: the teacher can find your work by them.',
  unsent: 'Not sent',
  unsentWorks: (count) => `Did not reach the teacher: ${works(count)}`,
  unfinishedWorks: (count) => `Begun but not handed in: ${works(count)}`,
  unsentMessages: (count) => `Did not reach the class: ${messages(count)}`,
  unsentHint: 'The files themselves are still where you chose them. Tell the teacher that you need to hand in later.',
  enterAgain: 'Enter the class',
};
