/** Words for who was forgotten by a hub that came back from a backup, in English. */
import type { Widen } from '../../ui/texts.ts';
import type { ruForgotten } from './ru-forgotten.ts';

const count = (n: number, one: string, many: string) => `${n} ${n === 1 ? one : many}`;
const both = (works: number, messages: number) =>
  [works ? count(works, 'work', 'works') : '', messages ? count(messages, 'message', 'messages') : '']
    .filter(Boolean)
    .join(', ');

export type ForgottenTexts = Widen<typeof ruForgotten>;
export const enForgotten: ForgottenTexts = {
  heading: 'The class server does not know you',
  why: 'It seems to have been restored from a backup that was made before the teacher let you in. You did nothing wrong: ask to be let in again.',
  goneHeading: 'You are not in this class',
  gone: 'The teacher took you out of the class, or the server was restored from an old backup. If this is a mistake, ask to be let in again.',
  nothing: 'Nothing unsent is on this device.',
  kept: (works, messages) =>
    `Nothing of yours is lost. Waiting here: ${both(works, messages)}. When the teacher lets you in, all of it goes by itself, and only once.`,
  keptAll:
    'Nothing of yours is lost: all that you handed in and wrote after that backup is on this device. When the teacher lets you in, it goes by itself, and only once.',
  keepOpen: 'Do not close this tab: on a shared computer, what waits would go with it.',
  ask: 'Ask to be let in',
  asking: 'Asking…',
  declined: 'The teacher has not let you in yet. Check your name and ask again, or speak to the teacher.',
};
