/** The English words of ru-class.ts; the same shape, or it does not compile. */
import type { Widen } from '../../ui/texts.ts';
import type { ruClass } from './ru-class.ts';

export const enClass: Widen<typeof ruClass> = {
  settings: { title: 'Settings' },
};
